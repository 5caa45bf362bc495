!> Writes the numbers 0 to 20 and their squares, one a second: a program to be controlled.
!>
!>     counting [RATE]        RATE is numbers per second (1)
program counting
  use, intrinsic :: iso_fortran_env, only: int64, real64
  implicit none
  real(real64) :: rate
  real :: number
  integer :: i, status
  character(len=32) :: argument

  rate = 1
  if (command_argument_count() > 0) then
    call get_command_argument(1, argument)
    read (argument, *, iostat=status) rate
    if (status /= 0 .or. .not. rate > 0) error stop 'counting: RATE must be a number above 0'
  end if
  do i = 0, 20
    number = real(i)
    write (*, *) number, '**2 =', number**2
    flush (6)
    call wait_for(1 / rate)
  end do

contains

  !> Lets a time in seconds pass without using the processor.
  subroutine wait_for(seconds)
    use, intrinsic :: iso_c_binding, only: c_int, c_long
    real(real64), intent(in) :: seconds
    integer(c_int) :: unused
    interface
      function poll(events, count, milliseconds) result(status) bind(C, name='poll')
        import :: c_int, c_long
        integer(c_int), intent(in) :: events(*)
        integer(c_long), value :: count
        integer(c_int), value :: milliseconds
        integer(c_int) :: status
      end function poll
    end interface

    unused = poll([integer(c_int) ::], 0_c_long, nint(1000 * seconds, c_int))
  end subroutine wait_for
end program counting
