!> What to run and how: words and options as C takes them, and a whole run in one call.
module libfourier_commands
  use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_f_pointer, c_int, &
    c_int64_t, c_loc, c_null_char, c_null_ptr, c_ptr, c_size_t
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, FOURIER_TIMED_OUT, conclude, &
    c_string
  use libfourier_c_process
  implicit none
  private

  public :: process_run, signal_number
  ! For module libfourier_process:
  public :: c_words, to_words, make_options, end_options, seconds

  !> Strings as a C array that a NULL ends: pointers to the characters kept beside it.
  type :: c_words
    character(kind=c_char), allocatable :: text(:)
    type(c_ptr), allocatable :: pointers(:)
  end type c_words

contains

  !> Runs a program from start to end: gives it `input`, collects what it writes to stdout in
  !> `output` and what it writes to stderr in `errors`, if present, and tells its return code. It is
  !> killed when it runs for longer than `timeout` seconds (FOURIER_TIMED_OUT); what it wrote until
  !> then is told all the same. The other arguments are those of p%start.
  recursive subroutine process_run(argv, output, returncode, errors, input, timeout, directory, &
                                   environment, clear_environment, stat, errmsg)
    character(len=*), intent(in) :: argv(:)
    character(len=:), allocatable, intent(out), optional :: output
    integer, intent(inout), optional :: returncode
    character(len=:), allocatable, intent(out), optional :: errors
    character(len=*), intent(in), optional :: input
    real(real64), intent(in), optional :: timeout
    character(len=*), intent(in), optional :: directory, environment(:)
    logical, intent(in), optional :: clear_environment
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: problem, text
    type(c_words), target :: words
    type(c_ptr) :: options, out
    type(c_ptr), target :: err
    integer(c_size_t) :: out_size, err_size
    integer(c_int) :: status, code

    out = c_null_ptr
    err = c_null_ptr
    text = ''
    if (present(input)) text = input
    call to_words('argv', argv, words, status, problem)
    if (status == FOURIER_OK) then
      call make_options(options, status, problem, directory, environment, clear_environment)
      if (status == FOURIER_OK) &
        status = c_run(words%pointers, options, text, len(text, c_size_t), seconds(timeout), code, &
                       out, out_size, merge(c_loc(err), c_null_ptr, present(errors)), err_size)
      call end_options(options)
    end if
    if (present(output)) output = characters(out, out_size)
    if (present(errors)) errors = characters(err, err_size)
    call c_output_free(out)
    call c_output_free(err)
    if (present(returncode) .and. (status == FOURIER_OK .or. status == FOURIER_TIMED_OUT)) &
      returncode = int(code)
    call conclude('process_run', status, stat, errmsg, problem)
  end subroutine process_run

  !> So many characters at an address; none when that is NULL.
  recursive function characters(address, length) result(copy)
    type(c_ptr), intent(in) :: address
    integer(c_size_t), intent(in) :: length
    character(len=:), allocatable :: copy
    character(kind=c_char), pointer :: bytes(:)
    integer(c_size_t) :: i

    copy = ''
    if (.not. c_associated(address)) return
    call c_f_pointer(address, bytes, [length])
    deallocate (copy)
    allocate (character(len=length) :: copy)
    do i = 1, length
      copy(i:i) = bytes(i)
    end do
  end function characters

  !> The words, without the blanks at their ends, as C takes them.
  recursive subroutine to_words(argument, strings, words, status, problem)
    character(len=*), intent(in) :: argument
    character(len=*), intent(in) :: strings(:)
    type(c_words), intent(out), target :: words
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem
    integer :: i, j, next

    status = FOURIER_OK
    allocate (words%text(size(strings) * (len(strings) + 1) + 1), words%pointers(size(strings) + 1))
    next = 1
    do i = 1, size(strings)
      if (index(strings(i), c_null_char) > 0) then
        status = FOURIER_INVALID_ARGUMENT
        problem = argument // ': a NUL within ' // trim(strings(i))
        return
      end if
      words%pointers(i) = c_loc(words%text(next))
      do j = 1, len_trim(strings(i))
        words%text(next) = strings(i)(j:j)
        next = next + 1
      end do
      words%text(next) = c_null_char
      next = next + 1
    end do
    words%pointers(size(strings) + 1) = c_null_ptr
  end subroutine to_words

  !> The options of a start from the arguments that are present. End them in any case.
  recursive subroutine make_options(options, status, problem, directory, environment, &
                                    clear_environment, stdin, stdout, stderr, stdin_file, &
                                    stdout_file, stderr_file, own_group, kill_on_free, time_limit, &
                                    output_limit)
    type(c_ptr), intent(out) :: options
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem
    character(len=*), intent(in), optional :: directory, environment(:)
    logical, intent(in), optional :: clear_environment, own_group, kill_on_free
    integer, intent(in), optional :: stdin, stdout, stderr
    character(len=*), intent(in), optional :: stdin_file, stdout_file, stderr_file
    real(real64), intent(in), optional :: time_limit
    integer(int64), intent(in), optional :: output_limit
    integer :: i

    options = c_options_new()
    status = FOURIER_OK
    if (present(directory)) status = c_set_directory(options, path('directory', directory))
    if (present(clear_environment) .and. status == FOURIER_OK) then
      if (clear_environment) status = c_clear_env(options)
    end if
    if (present(environment)) then
      do i = 1, size(environment)
        if (status == FOURIER_OK) call set_variable(trim(environment(i)))
      end do
    end if
    call lead(FOURIER_STDIN, stdin, 'stdin_file', stdin_file)
    call lead(FOURIER_STDOUT, stdout, 'stdout_file', stdout_file)
    call lead(FOURIER_STDERR, stderr, 'stderr_file', stderr_file)
    if (allocated(problem)) status = FOURIER_INVALID_ARGUMENT
    if (status /= FOURIER_OK) return
    if (present(own_group)) status = c_set_group(options, merge(1_c_int, 0_c_int, own_group))
    if (present(kill_on_free)) &
      status = c_set_kill_on_free(options, merge(1_c_int, 0_c_int, kill_on_free))
    if (present(time_limit)) status = c_set_time_limit(options, real(time_limit, c_double))
    if (present(output_limit) .and. status == FOURIER_OK) &
      status = c_set_output_limit(options, int(output_limit, c_int64_t))

  contains

    recursive subroutine lead(stream, redirect, argument, file)
      integer, intent(in) :: stream
      integer, intent(in), optional :: redirect
      character(len=*), intent(in) :: argument
      character(len=*), intent(in), optional :: file
      if (present(redirect) .and. status == FOURIER_OK) &
        status = c_set_stream(options, int(stream, c_int), int(redirect, c_int))
      if (present(file) .and. status == FOURIER_OK) &
        status = c_set_file(options, int(stream, c_int), path(argument, file))
    end subroutine lead

    ! 'NAME=value', or 'NAME' to be removed.
    recursive subroutine set_variable(entry)
      character(len=*), intent(in) :: entry
      character(kind=c_char), allocatable, target :: value(:)
      integer :: equals, j

      if (index(entry, c_null_char) > 0) then
        status = FOURIER_INVALID_ARGUMENT
        problem = 'environment: a NUL within ' // entry
        return
      end if
      equals = index(entry, '=')
      if (equals == 0) then
        status = c_set_env(options, c_string(entry), c_null_ptr)
      else
        value = [(entry(j:j), j=equals + 1, len(entry)), c_null_char]
        status = c_set_env(options, c_string(entry(:equals - 1)), c_loc(value))
      end if
    end subroutine set_variable

    ! A path for C, without the blanks at its end.
    recursive function path(argument, name) result(copy)
      character(len=*), intent(in) :: argument, name
      character(kind=c_char, len=:), allocatable :: copy
      copy = c_string(trim(name))
      if (index(name, c_null_char) > 0) problem = argument // ': a NUL within ' // trim(name)
    end function path
  end subroutine make_options

  !> The number that a signal has on this system, by its name; 0 when there is none.
  recursive function signal_number(name) result(number)
    character(len=*), intent(in) :: name
    integer :: number
    number = int(c_signal_number(c_string(trim(name))))
  end function signal_number

  !> Frees what make_options made.
  recursive subroutine end_options(options)
    type(c_ptr), intent(in) :: options
    call c_options_free(options)
  end subroutine end_options

  pure function seconds(timeout) result(time)
    real(real64), intent(in), optional :: timeout
    real(c_double) :: time
    time = -1
    if (present(timeout)) time = timeout
  end function seconds

end module libfourier_commands
