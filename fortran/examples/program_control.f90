!> Runs the program `counting`, which writes the numbers 0 to 20 and their squares, one a second;
!> prints each line as it comes, holds the program for five seconds at 5, kills it at the number
!> given, and tells from the return code which end it came to.
!>
!>     program_control NUMBER [RATE [PROGRAM]]
!>
!> RATE is numbers per second (1). PROGRAM is what to run: counting, from the folder of this
!> program, or on PATH when this program was found there.
program program_control
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier
  implicit none
  type(process) :: p
  character(len=4096) :: command(2)
  character(len=:), allocatable :: line, rate, number_given
  real(real64) :: match, rate_value, number
  integer :: stat, returncode

  if (command_argument_count() < 1) error stop 'usage: program_control NUMBER [RATE [PROGRAM]]'
  number_given = argument(1)
  read (number_given, *) match
  rate = '1'
  if (command_argument_count() > 1) rate = argument(2)
  read (rate, *) rate_value
  command(1) = counting()
  command(2) = rate
  call p%start(command)

  do
    call p%read_line(line, stat=stat)
    if (stat == FOURIER_END_OF_STREAM) exit
    if (stat /= FOURIER_OK) error stop 'read_line'
    read (line, *) number
    write (*, '(a)', advance='no') 'I got: "' // trim(adjustl(line)) // '"; '
    if (abs(number - match) <= 0) then
      print '(a)', 'and it is a match! Killing program now...'
      call p%kill()
    else if (nint(number) == 5) then
      print '(a)', 'that is a nice number, I will just wait here for a moment...'
      flush (6)
      call p%pause()
      ! No line comes from a paused program: waiting for one is a way to sleep.
      call p%read_line(line, timeout=5 / rate_value, stat=stat)
      if (stat /= FOURIER_TIMED_OUT) error stop 'a paused program wrote a line'
      print '(a)', '... waited long enough, continuing...'
      call p%resume()
    else
      print '(a, f0.1)', 'but we are not yet at ', match
    end if
    flush (6)
  end do

  call p%wait(returncode)
  if (returncode == 0) then
    print '(a, i0, a)', 'The program exited normally (return code: ', returncode, ')'
  else
    print '(a, i0, a)', 'The program terminated prematurely (return code: ', returncode, ')'
  end if
  call p%free()

contains

  !> A word of the command line.
  function argument(position) result(word)
    integer, intent(in) :: position
    character(len=:), allocatable :: word
    integer :: length

    call get_command_argument(position, length=length)
    allocate (character(len=length) :: word)
    call get_command_argument(position, word)
  end function argument

  !> The program to run.
  function counting() result(path)
    character(len=:), allocatable :: path

    if (command_argument_count() > 2) then
      path = argument(3)
    else
      path = argument(0)
      path = path(:index(path, '/', back=.true.)) // 'counting'
    end if
  end function counting
end program program_control
