!> A program that halts on invalid operations, divisions by zero and overflows, as many Fortran
!> programs are compiled to do, calls the library: no signal, and no flag is raised either.
program traps
  use, intrinsic :: ieee_arithmetic, only: ieee_get_flag, ieee_quiet_nan, &
    ieee_set_halting_mode, ieee_support_halting, ieee_usual, ieee_value
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier
  implicit none
  integer, parameter :: sizes(6) = [1, 2, 7, 64, 1000, 20001]
  real(real64) :: t(3001), x(3001), nan
  real(real64), allocatable :: freq(:), power(:)
  complex(real64), allocatable :: spectrum(:)
  logical :: raised(size(ieee_usual))
  integer :: i, k, n, stat

  nan = ieee_value(nan, ieee_quiet_nan)
  do i = 1, size(ieee_usual)
    if (ieee_support_halting(ieee_usual(i))) call ieee_set_halting_mode(ieee_usual(i), .true.)
  end do

  t = [(0.1_real64 * i + 0.01_real64 * mod(i * i, 7), i=1, size(t))]
  x = [(real(mod(i, 11), real64), i=1, size(x))]
  do i = 1, size(sizes)
    allocate (freq(sizes(i)), power(sizes(i)), spectrum(sizes(i)))
    do k = 0, 5
      n = merge(size(t), k, k == 0)
      call fourier_power(t(:n), x(:n), 0.01_real64, 1e-4_real64, freq, power)
      call fourier_transform(2455000 + t(:n), x(:n), 0.01_real64, 1e-4_real64, freq, spectrum)
      call fourier_power(t(:n), 0 * x(:n), 1e6_real64, 0.0_real64, freq, power)
      call fourier_power(0 * t(:n), x(:n), -1.0_real64, 0.5_real64, freq, power, threads=1)
    end do
    call fourier_power(t, x + nan, 0.01_real64, 1e-4_real64, freq, power, stat=stat)
    if (stat /= FOURIER_NOT_FINITE) error stop 'NaN must be refused'
    call fourier_power(t, x, nan, 1e-4_real64, freq, power, tolerance=nan, stat=stat)
    if (stat == FOURIER_OK) error stop 'NaN must be refused'
    deallocate (freq, power, spectrum)
  end do

  call ieee_get_flag(ieee_usual, raised)
  if (any(raised)) error stop 'a floating-point flag was raised'
  print '(a)', 'no trap'
end program traps
