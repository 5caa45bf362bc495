!> The constants and functions of fourier.h behind module libfourier_process, one by one.
module libfourier_c_process
  implicit none
  public

  ! enum fourier_stream
  integer, parameter :: FOURIER_STDIN = 0
  integer, parameter :: FOURIER_STDOUT = 1
  integer, parameter :: FOURIER_STDERR = 2

  ! enum fourier_redirect
  !> To this program, through a pipe.
  integer, parameter :: FOURIER_REDIRECT_PIPE = 0
  !> Where this program's own leads.
  integer, parameter :: FOURIER_REDIRECT_INHERIT = 1
  !> Nowhere.
  integer, parameter :: FOURIER_REDIRECT_NULL = 2
  !> stderr only: where stdout leads.
  integer, parameter :: FOURIER_REDIRECT_MERGE = 3
  !> To this program, through a pseudo-terminal.
  integer, parameter :: FOURIER_REDIRECT_TERMINAL = 4

  ! enum fourier_run_state
  integer, parameter :: FOURIER_RUNNING = 0
  integer, parameter :: FOURIER_STOPPED = 1
  integer, parameter :: FOURIER_EXITED = 2

  ! enum fourier_event: sums of these are what process_poll waits for
  integer, parameter :: FOURIER_EVENT_STDOUT_LINE = 1
  integer, parameter :: FOURIER_EVENT_STDERR_LINE = 2
  integer, parameter :: FOURIER_EVENT_STDOUT_BYTES = 4
  integer, parameter :: FOURIER_EVENT_STDERR_BYTES = 8
  integer, parameter :: FOURIER_EVENT_STDIN = 16
  integer, parameter :: FOURIER_EVENT_EXIT = 32

  ! enum fourier_match
  !> The line contains the pattern.
  integer, parameter :: FOURIER_MATCH_TEXT = 0
  !> The whole line matches, as file names do in a shell.
  integer, parameter :: FOURIER_MATCH_GLOB = 1

  ! The same on every Unix:
  integer, parameter :: SIGHUP = 1, SIGINT = 2, SIGQUIT = 3, SIGABRT = 6, SIGKILL = 9, &
    SIGALRM = 14, SIGTERM = 15
  ! As on Linux; elsewhere use the names: p%signal('USR1'), signal_number('USR1').
  integer, parameter :: SIGUSR1 = 10, SIGUSR2 = 12, SIGPIPE = 13, SIGCHLD = 17, &
    SIGCONT = 18, SIGSTOP = 19, SIGTSTP = 20

  interface
    function c_start(argv, options, process) result(status) bind(C, name='fourier_process_start')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), intent(in) :: argv(*)
      type(c_ptr), value :: options
      type(c_ptr), intent(out) :: process
      integer(c_int) :: status
    end function c_start

    function c_id_new(process, id) result(status) bind(C, name='fourier_process_id_new')
      use, intrinsic :: iso_c_binding, only: c_int, c_int64_t, c_ptr
      type(c_ptr), value :: process
      integer(c_int64_t), intent(inout) :: id
      integer(c_int) :: status
    end function c_id_new

    function c_id_handle(id) result(process) bind(C, name='fourier_process_id_handle')
      use, intrinsic :: iso_c_binding, only: c_int64_t, c_ptr
      integer(c_int64_t), value :: id
      type(c_ptr) :: process
    end function c_id_handle

    function c_id_copy(id) result(copy) bind(C, name='fourier_process_id_copy')
      use, intrinsic :: iso_c_binding, only: c_int64_t
      integer(c_int64_t), value :: id
      integer(c_int64_t) :: copy
    end function c_id_copy

    subroutine c_id_release(id) bind(C, name='fourier_process_id_release')
      use, intrinsic :: iso_c_binding, only: c_int64_t
      integer(c_int64_t), value :: id
    end subroutine c_id_release

    function c_read_line(process, stream, line, capacity, length, timeout) result(status) &
        bind(C, name='fourier_process_read_line')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      integer(c_int), value :: stream
      character(kind=c_char), intent(inout) :: line(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(inout) :: length
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_read_line

    function c_line_length(process, stream, length, timeout) result(status) &
        bind(C, name='fourier_process_line_length')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      integer(c_int), value :: stream
      integer(c_size_t), intent(inout) :: length
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_line_length

    function c_read(process, stream, buffer, capacity, length, timeout) result(status) &
        bind(C, name='fourier_process_read')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      integer(c_int), value :: stream
      character(kind=c_char), intent(inout) :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(inout) :: length
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_read

    function c_peek(process, stream, buffer, capacity, length, timeout) result(status) &
        bind(C, name='fourier_process_peek')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      integer(c_int), value :: stream
      character(kind=c_char), intent(inout) :: buffer(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(inout) :: length
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_peek

    function c_write(process, text, size, written, timeout) result(status) &
        bind(C, name='fourier_process_write')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      character(kind=c_char), intent(in) :: text(*)
      integer(c_size_t), value :: size
      integer(c_size_t), intent(inout) :: written
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_write

    function c_close_stdin(process) result(status) bind(C, name='fourier_process_close_stdin')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: process
      integer(c_int) :: status
    end function c_close_stdin

    function c_signal(process, signal) result(status) bind(C, name='fourier_process_signal')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: process
      integer(c_int), value :: signal
      integer(c_int) :: status
    end function c_signal

    function c_signal_number(name) result(number) bind(C, name='fourier_signal_number')
      use, intrinsic :: iso_c_binding, only: c_char, c_int
      character(kind=c_char), intent(in) :: name(*)
      integer(c_int) :: number
    end function c_signal_number

    function c_pause(process, timeout) result(status) bind(C, name='fourier_process_pause')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_ptr
      type(c_ptr), value :: process
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_pause

    function c_resume(process) result(status) bind(C, name='fourier_process_resume')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: process
      integer(c_int) :: status
    end function c_resume

    function c_kill(process) result(status) bind(C, name='fourier_process_kill')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: process
      integer(c_int) :: status
    end function c_kill

    function c_stop(process, grace, returncode) result(status) bind(C, name='fourier_process_stop')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_ptr
      type(c_ptr), value :: process
      real(c_double), value :: grace
      integer(c_int), intent(inout) :: returncode
      integer(c_int) :: status
    end function c_stop

    function c_wait(process, timeout, returncode) result(status) &
        bind(C, name='fourier_process_wait')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_ptr
      type(c_ptr), value :: process
      real(c_double), value :: timeout
      integer(c_int), intent(inout) :: returncode
      integer(c_int) :: status
    end function c_wait

    function c_state(process, state) result(status) bind(C, name='fourier_process_state')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: process
      integer(c_int), intent(inout) :: state
      integer(c_int) :: status
    end function c_state

    function c_pid(process) result(pid) bind(C, name='fourier_process_pid')
      use, intrinsic :: iso_c_binding, only: c_int64_t, c_ptr
      type(c_ptr), value :: process
      integer(c_int64_t) :: pid
    end function c_pid

    function c_usage(process, wall, user, system, peak_memory) result(status) &
        bind(C, name='fourier_process_usage')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t, c_ptr
      type(c_ptr), value :: process
      real(c_double), intent(inout) :: wall
      real(c_double), intent(inout) :: user
      real(c_double), intent(inout) :: system
      integer(c_int64_t), intent(inout) :: peak_memory
      integer(c_int) :: status
    end function c_usage

    function c_expect(process, stream, patterns, kind, which, line, capacity, length, &
        timeout) result(status) &
        bind(C, name='fourier_process_expect')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), value :: process
      integer(c_int), value :: stream
      type(c_ptr), intent(in) :: patterns(*)
      integer(c_int), value :: kind
      integer(c_int), intent(inout) :: which
      character(kind=c_char), intent(inout) :: line(*)
      integer(c_size_t), value :: capacity
      integer(c_size_t), intent(inout) :: length
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_expect

    function c_poll(count, processes, wanted, ready, timeout) result(status) &
        bind(C, name='fourier_process_poll')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: count
      type(c_ptr), intent(in) :: processes(*)
      integer(c_int), intent(in) :: wanted(*)
      integer(c_int), intent(inout) :: ready(*)
      real(c_double), value :: timeout
      integer(c_int) :: status
    end function c_poll

    function c_run(argv, options, text, size, timeout, returncode, out, out_size, err, &
        err_size) result(status) &
        bind(C, name='fourier_process_run')
      use, intrinsic :: iso_c_binding, only: c_char, c_double, c_int, c_ptr, c_size_t
      type(c_ptr), intent(in) :: argv(*)
      type(c_ptr), value :: options
      character(kind=c_char), intent(in) :: text(*)
      integer(c_size_t), value :: size
      real(c_double), value :: timeout
      integer(c_int), intent(inout) :: returncode
      type(c_ptr), intent(inout) :: out
      integer(c_size_t), intent(inout) :: out_size
      type(c_ptr), value :: err
      integer(c_size_t), intent(inout) :: err_size
      integer(c_int) :: status
    end function c_run

    subroutine c_output_free(text) bind(C, name='fourier_process_output_free')
      use, intrinsic :: iso_c_binding, only: c_ptr
      type(c_ptr), value :: text
    end subroutine c_output_free

    function c_options_new() result(handle) bind(C, name='fourier_process_options_new')
      use, intrinsic :: iso_c_binding, only: c_ptr
      type(c_ptr) :: handle
    end function c_options_new

    subroutine c_options_free(options) bind(C, name='fourier_process_options_free')
      use, intrinsic :: iso_c_binding, only: c_ptr
      type(c_ptr), value :: options
    end subroutine c_options_free

    function c_set_directory(options, directory) result(status) &
        bind(C, name='fourier_process_options_set_directory')
      use, intrinsic :: iso_c_binding, only: c_char, c_int, c_ptr
      type(c_ptr), value :: options
      character(kind=c_char), intent(in) :: directory(*)
      integer(c_int) :: status
    end function c_set_directory

    function c_set_env(options, name, value) result(status) &
        bind(C, name='fourier_process_options_set_env')
      use, intrinsic :: iso_c_binding, only: c_char, c_int, c_ptr
      type(c_ptr), value :: options
      character(kind=c_char), intent(in) :: name(*)
      type(c_ptr), value :: value
      integer(c_int) :: status
    end function c_set_env

    function c_clear_env(options) result(status) bind(C, name='fourier_process_options_clear_env')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_clear_env

    function c_set_stream(options, stream, redirect) result(status) &
        bind(C, name='fourier_process_options_set_stream')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: stream
      integer(c_int), value :: redirect
      integer(c_int) :: status
    end function c_set_stream

    function c_set_file(options, stream, path) result(status) &
        bind(C, name='fourier_process_options_set_file')
      use, intrinsic :: iso_c_binding, only: c_char, c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: stream
      character(kind=c_char), intent(in) :: path(*)
      integer(c_int) :: status
    end function c_set_file

    function c_set_group(options, own) result(status) &
        bind(C, name='fourier_process_options_set_group')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: own
      integer(c_int) :: status
    end function c_set_group

    function c_set_kill_on_free(options, kill) result(status) &
        bind(C, name='fourier_process_options_set_kill_on_free')
      use, intrinsic :: iso_c_binding, only: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: kill
      integer(c_int) :: status
    end function c_set_kill_on_free

    function c_set_time_limit(options, seconds) result(status) &
        bind(C, name='fourier_process_options_set_time_limit')
      use, intrinsic :: iso_c_binding, only: c_double, c_int, c_ptr
      type(c_ptr), value :: options
      real(c_double), value :: seconds
      integer(c_int) :: status
    end function c_set_time_limit

    function c_set_output_limit(options, bytes) result(status) &
        bind(C, name='fourier_process_options_set_output_limit')
      use, intrinsic :: iso_c_binding, only: c_int, c_int64_t, c_ptr
      type(c_ptr), value :: options
      integer(c_int64_t), value :: bytes
      integer(c_int) :: status
    end function c_set_output_limit
  end interface

end module libfourier_c_process
