!> Process control: start a program, read what it writes while it runs, write to it, pause, resume,
!> stop or kill it, and learn how it ended.
!>
!>     type(process) :: p
!>     character(len=:), allocatable :: line
!>     integer :: stat, returncode
!>     call p%start([character(len=8) :: 'counting', '5'])
!>     do
!>       call p%read_line(line, stat=stat)
!>       if (stat /= FOURIER_OK) exit          ! FOURIER_END_OF_STREAM
!>       print '(a)', line
!>     end do
!>     call p%wait(returncode)                 ! >= 0: exit code; -s: killed by signal s
!>
!> A copy, as in q = p, stands for the same program. When the last copy goes (it is deallocated, or
!> its scope ends) a program that still runs is killed and collected. Variables of the main program
!> never go: free them, or declare them in a BLOCK. A program may be used from several threads; the
!> last copy must not go while another thread uses it.
!>
!> Timeouts are seconds; without one, or with a negative one, a call waits for as long as it takes,
!> and with 0 it does not wait. `stream` is FOURIER_STDOUT unless told otherwise.
module libfourier_process
  use, intrinsic :: iso_c_binding, only: c_associated, c_double, c_int, c_int64_t, c_ptr, c_size_t
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_LINE_CONTINUES, FOURIER_OK, &
    FOURIER_TIMED_OUT, conclude
  use libfourier_c_process
  use libfourier_commands, only: c_words, end_options, make_options, process_run, seconds, &
    signal_number, to_words
  implicit none
  private

  public :: process, process_poll, process_run, signal_number
  public :: FOURIER_STDIN, FOURIER_STDOUT, FOURIER_STDERR, FOURIER_REDIRECT_PIPE, &
    FOURIER_REDIRECT_INHERIT, FOURIER_REDIRECT_NULL, FOURIER_REDIRECT_MERGE, &
    FOURIER_REDIRECT_TERMINAL, FOURIER_RUNNING, FOURIER_STOPPED, FOURIER_EXITED, &
    FOURIER_EVENT_STDOUT_LINE, FOURIER_EVENT_STDERR_LINE, FOURIER_EVENT_STDOUT_BYTES, &
    FOURIER_EVENT_STDERR_BYTES, FOURIER_EVENT_STDIN, FOURIER_EVENT_EXIT, FOURIER_MATCH_TEXT, &
    FOURIER_MATCH_GLOB, SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGALRM, SIGTERM, SIGUSR1, &
    SIGUSR2, SIGPIPE, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP

  !> A program that was started.
  type :: process
    private
    !> The id that the library knows it by; a copy has another one.
    integer(c_int64_t) :: id = 0
  contains
    procedure :: start
    procedure :: read_line
    procedure :: read => read_bytes
    procedure :: peek
    procedure :: expect
    procedure :: write => write_bytes
    procedure :: write_line
    procedure :: close_stdin
    generic :: signal => signal_by_number, signal_by_name
    procedure :: pause => pause_program
    procedure :: resume
    procedure :: kill => kill_program
    procedure :: stop => stop_program
    procedure :: wait => wait_for_end
    procedure :: state
    procedure :: pid
    procedure :: usage
    procedure :: free
    procedure, private :: signal_by_number, signal_by_name
    generic :: assignment(=) => share
    procedure, private :: share
    final :: finalise
  end type process

contains

  !> Starts a program: the words of argv without the blanks at their ends, the program searched on
  !> PATH when there is no slash in its name. No shell is involved.
  !>
  !> - directory: where it starts
  !> - environment: 'NAME=value' sets a variable, 'NAME' removes it; clear_environment starts from
  !>   none
  !> - stdin, stdout, stderr: where they lead, a FOURIER_REDIRECT_...; default: nothing, a pipe, the
  !>   same as this program's
  !> - stdin_file, stdout_file, stderr_file: files that they lead to
  !> - own_group: .false. = in this program's process group
  !> - kill_on_free: .false. = goes on running when the last copy of this variable goes
  !> - time_limit: seconds after which it is killed
  !> - output_limit: bytes of each stream that are kept for later reading
  recursive subroutine start(self, argv, directory, environment, clear_environment, stdin, stdout, &
                             stderr, stdin_file, stdout_file, stderr_file, own_group, &
                             kill_on_free, time_limit, output_limit, stat, errmsg)
    class(process), intent(inout) :: self
    character(len=*), intent(in) :: argv(:)
    character(len=*), intent(in), optional :: directory, environment(:)
    logical, intent(in), optional :: clear_environment, own_group, kill_on_free
    integer, intent(in), optional :: stdin, stdout, stderr
    character(len=*), intent(in), optional :: stdin_file, stdout_file, stderr_file
    real(real64), intent(in), optional :: time_limit
    integer(int64), intent(in), optional :: output_limit
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: problem
    type(c_words), target :: words
    type(c_ptr) :: options, handle
    integer(c_int) :: status

    call to_words('argv', argv, words, status, problem)
    if (status == FOURIER_OK) then
      call make_options(options, status, problem, directory, environment, clear_environment, &
                        stdin, stdout, stderr, stdin_file, stdout_file, stderr_file, own_group, &
                        kill_on_free, time_limit, output_limit)
      if (status == FOURIER_OK) status = c_start(words%pointers, options, handle)
      call end_options(options)
    end if
    if (status == FOURIER_OK) then
      call self%free()
      status = c_id_new(handle, self%id)
    end if
    call conclude('start', status, stat, errmsg, problem)
  end subroutine start

  !> Reads a line, without its newline and of any length. `line` is '' when there is none: at the
  !> end of the stream (FOURIER_END_OF_STREAM) or when none came in time (FOURIER_TIMED_OUT).
  recursive subroutine read_line(self, line, stream, timeout, stat, errmsg)
    class(process), intent(in) :: self
    character(len=:), allocatable, intent(out) :: line
    integer, intent(in), optional :: stream
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double), parameter :: no_time = 0
    character(len=:), allocatable :: room
    integer(c_size_t) :: length
    integer(c_int) :: status

    line = ''
    do
      status = c_line_length(handle_of(self), stream_or(stream), length, seconds(timeout))
      if (status /= FOURIER_OK) exit
      allocate (character(len=length + 2) :: room)
      status = c_read_line(handle_of(self), stream_or(stream), room, length + 2, length, no_time)
      ! Another thread may have taken that line; the next may not be there yet, or be longer.
      if (status == FOURIER_OK .or. status == FOURIER_LINE_CONTINUES) line = line // room(:length)
      deallocate (room)
      if (status /= FOURIER_TIMED_OUT .and. status /= FOURIER_LINE_CONTINUES) exit
    end do
    call finish(self, 'read_line', status, stat, errmsg)
  end subroutine read_line

  !> Reads what has come, at least one character.
  recursive subroutine read_bytes(self, text, stream, timeout, stat, errmsg)
    class(process), intent(in) :: self
    character(len=:), allocatable, intent(out) :: text
    integer, intent(in), optional :: stream
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_size_t), parameter :: most = 65536
    integer(c_size_t) :: length
    integer(c_int) :: status

    allocate (character(len=most) :: text)
    length = 0
    status = c_read(handle_of(self), stream_or(stream), text, most, length, seconds(timeout))
    if (status /= FOURIER_OK) length = 0
    text = text(:length)
    call finish(self, 'read', status, stat, errmsg)
  end subroutine read_bytes

  !> Looks at what has come, at least one character, and leaves it to be read.
  recursive subroutine peek(self, text, stream, timeout, stat, errmsg)
    class(process), intent(in) :: self
    character(len=:), allocatable, intent(out) :: text
    integer, intent(in), optional :: stream
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_size_t), parameter :: most = 65536
    integer(c_size_t) :: length
    integer(c_int) :: status

    allocate (character(len=most) :: text)
    length = 0
    status = c_peek(handle_of(self), stream_or(stream), text, most, length, seconds(timeout))
    if (status /= FOURIER_OK) length = 0
    text = text(:length)
    call finish(self, 'peek', status, stat, errmsg)
  end subroutine peek

  !> Waits for a line that matches one of the patterns, without the blanks at their ends: `which`
  !> is the index of the first that does, `line` the line. It and the lines before it are then
  !> read; when none comes, nothing is, and which is 0. `kind` is FOURIER_MATCH_TEXT (default) or
  !> FOURIER_MATCH_GLOB.
  recursive subroutine expect(self, patterns, which, line, kind, stream, timeout, stat, errmsg)
    class(process), intent(in) :: self
    character(len=*), intent(in) :: patterns(:)
    integer, intent(out) :: which
    character(len=:), allocatable, intent(out), optional :: line
    integer, intent(in), optional :: kind, stream
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: room, problem
    type(c_words), target :: words
    integer(c_size_t) :: capacity, length
    integer(c_int) :: status, position, how

    which = 0
    how = FOURIER_MATCH_TEXT
    if (present(kind)) how = int(kind, c_int)
    length = 0
    position = -1
    capacity = 1024
    call to_words('patterns', patterns, words, status, problem)
    do while (status == FOURIER_OK)
      allocate (character(len=capacity) :: room)
      status = c_expect(handle_of(self), stream_or(stream), words%pointers, how, position, room, &
                        capacity, length, seconds(timeout))
      if (status /= FOURIER_INVALID_ARGUMENT .or. length < capacity) exit
      ! The line is there, but longer than the room for it.
      deallocate (room)
      capacity = length + 1
      status = FOURIER_OK
    end do
    if (status == FOURIER_OK) which = int(position) + 1
    if (present(line)) then
      line = ''
      if (status == FOURIER_OK) line = room(:length)
    end if
    call finish(self, 'expect', status, stat, errmsg, problem)
  end subroutine expect

  !> Writes all of `text` to the program's stdin, which must be a pipe or a terminal: see start.
  !> `written` is how many characters were.
  recursive subroutine write_bytes(self, text, timeout, written, stat, errmsg)
    class(process), intent(in) :: self
    character(len=*), intent(in) :: text
    real(real64), intent(in), optional :: timeout
    integer(int64), intent(out), optional :: written
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_size_t) :: count
    integer(c_int) :: status

    count = 0
    status = c_write(handle_of(self), text, len(text, c_size_t), count, seconds(timeout))
    if (present(written)) written = count
    call finish(self, 'write', status, stat, errmsg)
  end subroutine write_bytes

  !> Writes `text` and a newline to the program's stdin.
  recursive subroutine write_line(self, text, timeout, stat, errmsg)
    class(process), intent(in) :: self
    character(len=*), intent(in) :: text
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg

    call self%write(text // new_line('a'), timeout, stat=stat, errmsg=errmsg)
  end subroutine write_line

  !> Ends the program's stdin.
  recursive subroutine close_stdin(self, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call finish(self, 'close_stdin', c_close_stdin(handle_of(self)), stat, errmsg)
  end subroutine close_stdin

  !> Sends a signal to the program and its group. After its end nothing is sent, which is no error.
  recursive subroutine signal_by_number(self, number, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(in) :: number
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call finish(self, 'signal', c_signal(handle_of(self), int(number, c_int)), stat, errmsg)
  end subroutine signal_by_number

  !> The same by the name of the signal: 'TERM' or 'SIGTERM'.
  recursive subroutine signal_by_name(self, name, stat, errmsg)
    class(process), intent(in) :: self
    character(len=*), intent(in) :: name
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: problem

    if (signal_number(name) == 0) then
      problem = 'name: there is no signal ' // trim(name)
      call conclude('signal', int(FOURIER_INVALID_ARGUMENT, c_int), stat, errmsg, problem)
    else
      call self%signal(signal_number(name), stat, errmsg)
    end if
  end subroutine signal_by_name

  !> Stops the program with SIGSTOP and returns once it has stopped, or ended.
  recursive subroutine pause_program(self, timeout, stat, errmsg)
    class(process), intent(in) :: self
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call finish(self, 'pause', c_pause(handle_of(self), seconds(timeout)), stat, errmsg)
  end subroutine pause_program

  !> Lets a stopped program go on.
  recursive subroutine resume(self, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call finish(self, 'resume', c_resume(handle_of(self)), stat, errmsg)
  end subroutine resume

  !> Kills the program, stopped or not; does not wait for its end.
  recursive subroutine kill_program(self, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call finish(self, 'kill', c_kill(handle_of(self)), stat, errmsg)
  end subroutine kill_program

  !> Asks the program to end with SIGTERM, kills it after `grace` seconds (5), waits for its end.
  recursive subroutine stop_program(self, returncode, grace, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(inout), optional :: returncode
    real(real64), intent(in), optional :: grace
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double) :: time
    integer(c_int) :: code, status

    time = 5
    if (present(grace)) time = grace
    status = c_stop(handle_of(self), time, code)
    if (present(returncode) .and. status == FOURIER_OK) returncode = int(code)
    call finish(self, 'stop', status, stat, errmsg)
  end subroutine stop_program

  !> Waits for the end of the program. `returncode` becomes its exit code, or -s when signal s
  !> killed it, and stays as it is on failure.
  recursive subroutine wait_for_end(self, returncode, timeout, stat, errmsg)
    class(process), intent(in) :: self
    integer, intent(inout), optional :: returncode
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int) :: code, status

    status = c_wait(handle_of(self), seconds(timeout), code)
    if (present(returncode) .and. status == FOURIER_OK) returncode = int(code)
    call finish(self, 'wait', status, stat, errmsg)
  end subroutine wait_for_end

  !> FOURIER_RUNNING, FOURIER_STOPPED or FOURIER_EXITED.
  recursive function state(self, stat, errmsg) result(now)
    class(process), intent(in) :: self
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer :: now
    integer(c_int) :: found, status

    found = FOURIER_EXITED
    status = c_state(handle_of(self), found)
    now = int(found)
    call finish(self, 'state', status, stat, errmsg)
  end function state

  !> The process id that the program has, or had; negative before the start.
  recursive function pid(self)
    class(process), intent(in) :: self
    integer(int64) :: pid
    pid = c_pid(handle_of(self))
  end function pid

  !> What the program used, once it has ended: seconds from its start to its end, seconds of
  !> processor time in it and in the system for it, and the largest resident memory in bytes (-1
  !> when that is not above what this program itself had used before the start).
  recursive subroutine usage(self, wall, user, system, peak_memory, stat, errmsg)
    class(process), intent(in) :: self
    real(real64), intent(out), optional :: wall, user, system
    integer(int64), intent(out), optional :: peak_memory
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(c_double) :: times(3)
    integer(c_int64_t) :: peak
    integer(c_int) :: status

    times = 0
    peak = -1
    status = c_usage(handle_of(self), times(1), times(2), times(3), peak)
    if (present(wall)) wall = times(1)
    if (present(user)) user = times(2)
    if (present(system)) system = times(3)
    if (present(peak_memory)) peak_memory = peak
    call finish(self, 'usage', status, stat, errmsg)
  end subroutine usage

  !> Waits until one of the events wanted of each program has come; `ready` tells which have.
  recursive subroutine process_poll(programs, wanted, ready, timeout, stat, errmsg)
    type(process), intent(in) :: programs(:)
    integer, intent(in) :: wanted(:)
    integer, intent(out) :: ready(:)
    real(real64), intent(in), optional :: timeout
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: problem
    type(c_ptr) :: handles(size(programs))
    integer(c_int) :: come(size(programs)), status
    integer :: i

    ready = 0
    status = FOURIER_INVALID_ARGUMENT
    if (size(wanted) /= size(programs) .or. size(ready) /= size(programs)) then
      problem = 'wanted and ready must be as long as programs'
    else
      handles = [(handle_of(programs(i)), i=1, size(programs))]
      come = 0
      status = c_poll(size(programs, kind=c_int64_t), handles, int(wanted, c_int), come, &
                      seconds(timeout))
      ready = int(come)
    end if
    call conclude('process_poll', status, stat, errmsg, problem)
  end subroutine process_poll

  !> Gives this copy up; the last one takes the program with it.
  recursive subroutine free(self)
    class(process), intent(inout) :: self
    call c_id_release(self%id)
    self%id = 0
  end subroutine free

  impure elemental recursive subroutine finalise(self)
    type(process), intent(inout) :: self
    call self%free()
  end subroutine finalise

  ! q = p: both stand for the same program.
  impure elemental recursive subroutine share(self, other)
    class(process), intent(inout) :: self
    type(process), intent(in) :: other
    integer(c_int64_t) :: id

    id = c_id_copy(other%id)
    call self%free()
    self%id = id
  end subroutine share

  recursive type(c_ptr) function handle_of(self)
    class(process), intent(in) :: self
    handle_of = c_id_handle(self%id)
  end function handle_of

  recursive subroutine finish(self, procedure, status, stat, errmsg, problem)
    class(process), intent(in) :: self
    character(len=*), intent(in) :: procedure
    integer(c_int), intent(in) :: status
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable, intent(in), optional :: problem
    character(len=:), allocatable :: text

    if (present(problem)) then
      if (allocated(problem)) text = problem
    end if
    if (.not. c_associated(handle_of(self))) text = 'no program has been started'
    call conclude(procedure, status, stat, errmsg, text)
  end subroutine finish

  pure integer(c_int) function stream_or(stream)
    integer, intent(in), optional :: stream
    stream_or = FOURIER_STDOUT
    if (present(stream)) stream_or = int(stream, c_int)
  end function stream_or

end module libfourier_process
