!> type(process) of module libfourier. Prints the name of each promise once it is kept; the first
!> broken one ends the program.
module promises
  use, intrinsic :: iso_c_binding, only: c_int, c_null_ptr, c_ptr
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier
  implicit none

  interface
    function waitpid(pid, status, options) result(found) bind(C, name='waitpid')
      import :: c_int, c_ptr
      integer(c_int), value :: pid, options
      type(c_ptr), value :: status
      integer(c_int) :: found
    end function waitpid
  end interface

  type :: two_programs
    type(process) :: one, two
  end type two_programs

contains

  subroutine promise(text, kept)
    character(len=*), intent(in) :: text
    logical, intent(in) :: kept
    if (.not. kept) error stop 'broken: ' // text
    print '(a)', text
  end subroutine promise

  !> No child, not even a zombie: every program has been collected.
  logical function no_children()
    no_children = waitpid(-1_c_int, c_null_ptr, 1_c_int) == -1
  end function no_children

  logical function alive(p)
    type(process), intent(in) :: p
    alive = p%state() == FOURIER_RUNNING
  end function alive

  subroutine shell(p, script)
    type(process), intent(inout) :: p
    character(len=*), intent(in) :: script
    call p%start([character(len=200) :: 'sh', '-c', script], stdin=FOURIER_REDIRECT_PIPE, &
                 stderr=FOURIER_REDIRECT_PIPE)
  end subroutine shell

  subroutine leaves_its_scope(pid)
    integer(int64), intent(out) :: pid
    type(process) :: p
    call shell(p, 'sleep 60')
    pid = p%pid()
  end subroutine leaves_its_scope

  subroutine copies()
    type(process) :: p, q
    type(two_programs) :: a, b
    type(process), allocatable :: many(:), more(:)
    character(len=:), allocatable :: line
    integer :: i

    call shell(p, 'echo one; echo two; sleep 60')
    q = p
    q = q
    call p%read_line(line)
    call p%free()
    call promise('a copy stands for the same program', alive(q))
    call q%read_line(line)
    call promise('a copy goes on where the other name stopped', line == 'two')
    call shell(p, 'sleep 60')
    q = p
    call promise('the last name that goes ends the program', alive(q))
    allocate (many(3), more(3))
    do i = 1, 3
      call shell(many(i), 'sleep 60')
    end do
    more = many
    deallocate (many)
    call promise('arrays are copied as well', alive(more(1)) .and. alive(more(3)))
    call shell(a%one, 'sleep 60')
    call shell(a%two, 'sleep 60')
    b = a
    call a%one%free()
    call promise('components are copied as well', alive(b%one) .and. alive(b%two))
  end subroutine copies

end module promises

program process_test
  use promises
  implicit none

  call lines()
  call streams()
  call control()
  call failures()
  call whole_runs()
  call constants()

contains

  subroutine lines()
    type(process) :: p
    character(len=:), allocatable :: line
    character(len=80) :: errmsg
    integer :: stat, returncode, which

    call shell(p, 'echo "  two blanks  "; echo; head -c 100000 /dev/zero | tr "\0" x; echo; '// &
               'printf "no newline"; sleep 0.2; exit 3')
    call p%read_line(line)
    call promise('a line has its exact length', line == '  two blanks  ' .and. len(line) == 14)
    call p%read_line(line)
    call promise('an empty line is a line', len(line) == 0)
    call p%read_line(line, timeout=20.0_real64)
    call promise('a line may be long', len(line) == 100000 .and. verify(line, 'x') == 0)
    call p%read_line(line, timeout=0.0_real64, stat=stat, errmsg=errmsg)
    call promise('a timeout is told', stat == FOURIER_TIMED_OUT .and. len(line) == 0 .and. &
                 index(errmsg, 'read_line: timed out') == 1)
    call p%peek(line)
    call promise('what is looked at stays', line(1:2) == 'no')
    call p%read_line(line)
    call promise('a timeout loses nothing', line == 'no newline')
    call p%peek(line, stat=stat)
    call promise('the end is seen', stat == FOURIER_END_OF_STREAM .and. len(line) == 0)
    call p%read_line(line, stat=stat)
    call promise('the end is told', stat == FOURIER_END_OF_STREAM .and. line == '')
    call p%wait(returncode)
    call promise('the exit code is the return code', returncode == 3)
    call p%wait(returncode, timeout=0.0_real64)
    call promise('and stays it', returncode == 3 .and. p%state() == FOURIER_EXITED)

    call shell(p, 'echo a1; echo b2; echo c3; head -c 5000 /dev/zero | tr "\0" y; echo z; sleep 60')
    call p%expect([character(len=4) :: 'x', '[b]?'], which, line, kind=FOURIER_MATCH_GLOB)
    call promise('a line is expected by pattern', which == 2 .and. line == 'b2')
    call p%expect(['none'], which, line, timeout=0.2_real64, stat=stat)
    call promise('what is not found consumes nothing', which == 0 .and. stat == FOURIER_TIMED_OUT)
    call p%expect(['yyz'], which, line)
    call promise('a long line is expected, too', which == 1 .and. len(line) == 5001)
  end subroutine lines

  subroutine streams()
    type(process) :: p(2)
    character(len=:), allocatable :: text
    integer :: ready(2), stat
    integer(int64) :: written

    call shell(p(1), 'read x; echo "got $x"; cat; echo oops >&2')
    call shell(p(2), 'sleep 60')
    call p(1)%write_line('a line')
    call process_poll(p, [FOURIER_EVENT_STDOUT_LINE, FOURIER_EVENT_STDOUT_LINE], ready)
    call promise('poll tells who is ready', all(ready == [FOURIER_EVENT_STDOUT_LINE, 0]))
    call p(1)%read_line(text)
    call promise('a line can be written', text == 'got a line')
    call p(1)%write('raw', written=written)
    call p(1)%close_stdin()
    call p(1)%read(text)
    call promise('characters can be written and read', text == 'raw' .and. written == 3)
    call p(1)%read_line(text, stream=FOURIER_STDERR)
    call promise('stderr is another stream', text == 'oops')
    call p(1)%write('x', stat=stat)
    call promise('nobody reads: -EPIPE', stat == -32)
    call process_poll(p, [FOURIER_EVENT_EXIT, 0], ready, timeout=20.0_real64)
    call promise('poll tells who has ended', all(ready == [FOURIER_EVENT_EXIT, 0]))
  end subroutine streams

  subroutine control()
    type(process) :: p
    integer(int64) :: pid, peak
    integer :: returncode, stat
    real(real64) :: wall, user, system

    call shell(p, 'sleep 60')
    call p%pause()
    call promise('a paused program is stopped', p%state() == FOURIER_STOPPED)
    call p%wait(returncode, timeout=0.1_real64, stat=stat)
    call promise('a pause is no end', stat == FOURIER_TIMED_OUT)
    call p%usage(wall, stat=stat)
    call promise('usage comes after the end', stat == FOURIER_STILL_RUNNING)
    call p%resume()
    call p%kill()
    call p%wait(returncode)
    call promise('killed is -9', returncode == -SIGKILL .and. returncode == -9)
    call p%usage(wall, user, system, peak)
    call promise('usage is told', wall > 0.1 .and. user >= 0 .and. system >= 0 .and. peak >= -1)
    call p%signal(SIGTERM)
    call promise('a signal after the end is no error', .true.)
    call shell(p, 'sleep 60')
    call p%signal('INT')
    call p%wait(returncode)
    call promise('signals have names', returncode == -SIGINT)
    call shell(p, 'sleep 60')
    call p%stop(returncode)
    call promise('stop asks politely', returncode == -SIGTERM)
    call p%free()
    call promise('free leaves no zombie', no_children())
    call leaves_its_scope(pid)
    call promise('neither does the end of a scope', no_children() .and. pid > 1)
    call copies()
    call promise('nor do copies', no_children())
  end subroutine control

  subroutine failures()
    type(process) :: p
    character(len=200) :: errmsg
    integer :: stat

    call p%start(['/nonexistent/program'], stat=stat, errmsg=errmsg)
    call promise('a missing program is told', stat == -2 .and. index(errmsg, 'nonexistent') > 0)
    call p%start(['true'], directory='/nonexistent', stat=stat, errmsg=errmsg)
    call promise('a missing directory is told', stat == -2 .and. index(errmsg, 'directory') > 0)
    call p%start([character(len=1) ::], stat=stat, errmsg=errmsg)
    call promise('no word is told', stat == FOURIER_INVALID_ARGUMENT .and. &
                 index(errmsg, 'argv') > 0)
    call p%start(['a' // achar(0)], stat=stat, errmsg=errmsg)
    call promise('a NUL is told', stat == FOURIER_INVALID_ARGUMENT .and. index(errmsg, 'NUL') > 0)
    call p%start(['true'], directory='/' // achar(0), stat=stat, errmsg=errmsg)
    call promise('in the directory, too', stat == FOURIER_INVALID_ARGUMENT)
    call p%start(['true'], environment=['=x'], stat=stat, errmsg=errmsg)
    call promise('a variable needs a name', stat == FOURIER_INVALID_ARGUMENT)
    call p%start(['true'], stdout=9, stat=stat, errmsg=errmsg)
    call promise('a redirection is checked', stat == FOURIER_INVALID_ARGUMENT .and. &
                 index(errmsg, 'start: redirect: 9') == 1)
    call p%kill(stat=stat, errmsg=errmsg)
    call promise('nothing was started', stat == FOURIER_INVALID_ARGUMENT .and. &
                 errmsg == 'kill: no program has been started' .and. p%pid() < 0)
    call shell(p, 'sleep 60')
    call p%signal(65, stat=stat, errmsg=errmsg)
    call promise('a signal is checked', stat == FOURIER_INVALID_ARGUMENT .and. &
                 index(errmsg, '65') > 0)
    call p%signal('NONSENSE', stat=stat, errmsg=errmsg)
    call promise('and its name', stat == FOURIER_INVALID_ARGUMENT)
    call p%start(['/nonexistent'], stat=stat)
    call promise('a failed start keeps the program', alive(p))
  end subroutine failures

  subroutine whole_runs()
    character(len=:), allocatable :: output, errors
    integer :: returncode, stat

    call process_run([character(len=40) :: 'sh', '-c', 'cat; echo $A $B; echo err >&2; exit 4'], &
                     output, returncode, errors, input='in ', environment=['A=x y', 'B    '])
    call promise('a run in one call', output == 'in x y' // new_line('a') .and. returncode == 4 &
                 .and. errors == 'err' // new_line('a'))
    call process_run([character(len=20) :: 'sh', '-c', 'echo a; sleep 60'], output, returncode, &
                     timeout=0.3_real64, stat=stat)
    call promise('has its time', stat == FOURIER_TIMED_OUT .and. returncode == -9 .and. &
                 output == 'a' // new_line('a'))
    call promise('and leaves nothing', no_children())
  end subroutine whole_runs

  subroutine constants()
    integer :: i
    integer, parameter :: numbers(14) = [SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGALRM, &
      SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP]
    character(len=4), parameter :: names(14) = [character(len=4) :: 'HUP', 'INT', 'QUIT', 'ABRT', &
      'KILL', 'ALRM', 'TERM', 'USR1', 'USR2', 'PIPE', 'CHLD', 'CONT', 'STOP', 'TSTP']
    call promise('the constants are those of the system', &
                 all([(signal_number(names(i)) == numbers(i), i=1, size(names))]))
  end subroutine constants

end program process_test
