!> Parallel map: one function, many tasks, on the threads of the library. Fortran's answer to a
!> process pool.
module libfourier_parallel
  use, intrinsic :: iso_c_binding, only: c_f_pointer, c_funloc, c_funptr, c_int, c_int64_t, c_loc, &
    c_ptr
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, FOURIER_OUT_OF_MEMORY, &
    FOURIER_TASK_FAILED, call_options, conclude, decimal, fourier_report, free_options, set_options
  implicit none
  private

  public :: fourier_parallel_map, fourier_task

  abstract interface
    !> One task: told its index, from 1, and the data of the whole map; returns 0 for success.
    !> Tasks run at the same time on several threads and share `shared`: each must write only to
    !> its own part of it, and be declared `recursive`, so that its local variables are its own.
    function fourier_task(index, shared) result(code)
      integer, intent(in) :: index
      class(*), intent(inout) :: shared
      integer :: code
    end function fourier_task
  end interface

  !> What the C task finds behind its user pointer.
  type :: map_call
    procedure(fourier_task), pointer, nopass :: task => null()
    class(*), pointer :: shared => null()
  end type map_call

  interface
    function c_parallel_map(count, task, user, results, options) result(status) &
        bind(C, name='fourier_parallel_map')
      import :: c_funptr, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: count
      type(c_funptr), value :: task
      type(c_ptr), value :: user
      integer(c_int), intent(inout) :: results(*)
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_parallel_map
  end interface

contains

  !> Runs task(1, shared) to task(count, shared), each once, whatever the others return.
  !>
  !> - shared: a variable, mostly of a derived type, handed to every task as it is
  !> - results: count elements; receives what each task returned, 0 where it did not run
  !> - threads: 1 to 1024, 0 = the default; library calls inside a task share the same threads
  !> - progress: is told the fraction done, and may cancel: tasks not yet begun then do not run
  !> - stat: FOURIER_TASK_FAILED when any task returned non-zero; see libfourier_status
  recursive subroutine fourier_parallel_map(count, task, shared, results, threads, progress, stat, &
                                            errmsg)
    integer, intent(in) :: count
    procedure(fourier_task) :: task
    class(*), intent(inout), target :: shared
    integer, intent(inout), optional :: results(:)
    integer, intent(in), optional :: threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    type(map_call), target :: map
    integer(c_int), allocatable :: codes(:)
    character(len=:), allocatable :: problem
    integer(c_int) :: status
    integer :: allocation

    allocate (codes(count), source=0_c_int, stat=allocation)
    status = FOURIER_OK
    if (allocation /= 0) then
      status = FOURIER_OUT_OF_MEMORY
      problem = 'out of memory: no room for ' // decimal(count) // ' results'
    else if (present(results)) then
      if (size(results) /= count) then
        status = FOURIER_INVALID_ARGUMENT
        problem = 'size(results) is ' // decimal(size(results)) // ', but count is ' // &
                  decimal(count)
      end if
    end if
    map%task => task
    map%shared => shared
    if (status == FOURIER_OK) then
      call set_options(options, status, problem, threads=threads, progress=progress)
    end if
    if (status == FOURIER_OK) then
      status = c_parallel_map(int(count, c_int64_t), c_funloc(run), c_loc(map), codes, &
                              options%handle)
      if (present(results)) results = int(codes)
    end if
    ! The library counts tasks from 0.
    if (status == FOURIER_TASK_FAILED) problem = failures(codes)
    call free_options(options)
    call conclude('fourier_parallel_map', status, stat, errmsg, problem)
  end subroutine fourier_parallel_map

  function failures(codes) result(text)
    integer(c_int), intent(in) :: codes(:)
    character(len=:), allocatable :: text
    integer :: first

    first = findloc(codes /= 0, .true., dim=1)
    text = decimal(count(codes /= 0)) // ' of ' // decimal(size(codes)) // &
           ' tasks failed; the first was task ' // decimal(first) // ', which returned ' // &
           decimal(int(codes(first)))
  end function failures

  ! The task that C calls: hands on to the Fortran one. An empty name, so that no symbol `run` is
  ! exported.
  recursive function run(index, user) result(code) bind(C, name='')
    integer(c_int64_t), intent(in), value :: index
    type(c_ptr), intent(in), value :: user
    integer(c_int) :: code
    type(map_call), pointer :: map

    call c_f_pointer(user, map)
    code = int(map%task(int(index) + 1, map%shared), c_int)
  end function run

end module libfourier_parallel
