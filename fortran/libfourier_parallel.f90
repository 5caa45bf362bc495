!> Parallel map: one function, many tasks, on the threads of the library. Fortran's answer to a
!> process pool.
module libfourier_parallel
  use, intrinsic :: iso_c_binding, only: c_f_pointer, c_funloc, c_funptr, c_int, c_int64_t, c_loc, &
    c_null_ptr, c_ptr, c_size_t
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, call_options, conclude, &
    decimal, fourier_report, free_options, set_options
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
      type(c_ptr), value :: results
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
    integer(c_int), intent(inout), contiguous, target, optional :: results(:)
    integer, intent(in), optional :: threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    type(map_call), target :: map
    character(len=:), allocatable :: problem
    type(c_ptr) :: place
    integer(c_int) :: status

    status = FOURIER_OK
    place = c_null_ptr
    if (present(results)) then
      if (size(results) /= count) then
        status = FOURIER_INVALID_ARGUMENT
        problem = 'size(results) is ' // decimal(size(results, kind=c_size_t)) // &
                  ', but count is ' // decimal(int(count, c_size_t))
      else if (count > 0) then
        place = c_loc(results)
      end if
    end if
    map%task => task
    map%shared => shared
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, threads=threads, progress=progress)
    if (status == FOURIER_OK) &
      status = c_parallel_map(int(count, c_int64_t), c_funloc(run), c_loc(map), place, &
                              options%handle)
    call free_options(options)
    call conclude('fourier_parallel_map', status, stat, errmsg, problem)
  end subroutine fourier_parallel_map

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
