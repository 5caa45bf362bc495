!> Fails without stat: a failure named on the command line must end the program with its text.
program stops
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier
  implicit none
  real(real64) :: t(3) = [1, 2, 3], x(3) = [1, 2, 3], freq(2), power(2)
  complex(real64) :: spectrum(2)
  character(len=20) :: failure
  character(len=10) :: message = ''

  call get_command_argument(1, failure)
  select case (failure)
  case ('sizes')
    call fourier_power(t(1:2), x, 0.0_real64, 1.0_real64, freq, power)
  case ('infinite')
    x(2) = huge(x)
    x(2) = 2 * x(2)
    call fourier_transform(t, x, 0.0_real64, 1.0_real64, freq, spectrum)
  case ('threads')
    call fourier_power(t, x, 0.0_real64, 1.0_real64, freq, power, threads=5000)
  case ('errmsg')
    ! errmsg alone does not keep the program alive, as in Fortran's own statements.
    call fourier_power(t, x, 0.0_real64, 1.0_real64, freq, power, method=9, errmsg=message)
  end select
  print '(a)', 'still here'
end program stops
