!> fourier_power and fourier_transform of module libfourier, against sums in quadruple precision.
!> Prints the name of each promise once it is kept; the first broken one ends the program.
module promises
  use, intrinsic :: iso_fortran_env, only: real128, real64
  use libfourier
  implicit none
  integer, parameter :: n = 60, nf = 40
  real(real64), parameter :: f0 = 0.05_real64, df = 0.03_real64
  integer :: reports = 0
contains

  subroutine promise(text, kept)
    character(len=*), intent(in) :: text
    logical, intent(in) :: kept
    if (.not. kept) error stop 'broken: ' // text
    print '(a)', text
  end subroutine promise

  subroutine light_curve(start, t, x)
    real(real64), intent(in) :: start
    real(real64), intent(out) :: t(:), x(:)
    integer :: i
    do i = 1, size(t)
      t(i) = start + 0.7_real64 * i + 0.3_real64 * sin(real(i * i, real64))
      x(i) = cos(2.1_real64 * i) + 0.1_real64 * mod(7 * i, 5)
    end do
  end subroutine light_curve

  !> F(f) = sum x exp(+2 pi i f t) and f, on f0 + k df, in quadruple precision.
  subroutine oracle(t, x, freq, spectrum)
    real(real64), intent(in) :: t(:), x(:)
    real(real64), intent(out) :: freq(:)
    complex(real128), intent(out) :: spectrum(:)
    real(real128), parameter :: two_pi = 2 * acos(-1.0_real128)
    real(real128) :: f
    real(real128) :: phase(size(t))
    integer :: k
    do k = 1, size(freq)
      f = f0 + (k - 1) * real(df, real128)
      freq(k) = real(f, real64)
      phase = f * t
      phase = two_pi * (phase - anint(phase))
      spectrum(k) = cmplx(sum(x * cos(phase)), sum(x * sin(phase)), real128)
    end do
  end subroutine oracle

  logical function quiet(fraction)
    real(real64), intent(in) :: fraction
    reports = reports + merge(1, 0, fraction >= 0 .and. fraction <= 1)
    quiet = .false.
  end function quiet

  logical function stop_it(fraction)
    real(real64), intent(in) :: fraction
    stop_it = fraction >= 0
  end function stop_it

end module promises

program spectrum
  use, intrinsic :: ieee_arithmetic, only: ieee_quiet_nan, ieee_value
  use promises
  implicit none
  real(real64) :: t(n), x(n), freq(nf), power(nf), expected_freq(nf), start
  real(real64) :: table(3, n), wide(2, nf), grid(3, nf)
  complex(real64) :: f(nf), wide_f(2, nf)
  complex(real128) :: expected(nf)
  real(real64), allocatable :: empty(:)
  character(len=:), allocatable :: message
  character(len=12) :: short
  integer :: stat, i

  do i = 0, 1
    start = merge(2455000.0_real64, 0.0_real64, i == 1)
    call light_curve(start, t, x)
    call oracle(t, x, expected_freq, expected)
    call fourier_power(t, x, f0, df, freq, power)
    call promise('frequencies are correctly rounded', all(freq == expected_freq))
    call promise('power is exact', &
                 norm2(real(power - abs(expected)**2)) <= 1e-13 * norm2(real(abs(expected)**2)))
    call fourier_transform(t, x, f0, df, freq, f)
    call promise('transform is exact', maxval(abs(f - expected)) <= 1e-13_real64 * sum(abs(x)))
  end do

  call fourier_power(tolerance=1e-6_real64, threads=1, method=FOURIER_METHOD_DIRECT, power=grid(1, :), &
                     freq=freq, df=df, f0=f0, x=x, t=t)
  call promise('arguments by keyword', &
               maxval(abs(sqrt(grid(1, :)) - abs(expected))) <= 1e-6_real64 * sum(abs(x)))

  table(1, :) = t
  table(3, :) = x
  wide = -1
  grid = -2
  call fourier_power(table(1, :), table(3, :), f0, df, grid(2, :), wide(2, :))
  call promise('sections with a stride in', all(wide(2, :) == power))
  call promise('sections with a stride out', all(grid(2, :) == freq))
  call promise('nothing else is written', all(wide(1, :) == -1) .and. all(grid(1::2, :) == -2))
  call fourier_transform(t, table(3, :), f0, df, freq, wide_f(1, :))
  call promise('complex sections', all(wide_f(1, :) == f))
  call fourier_power(t(n:1:-1), x(n:1:-1), f0, df, freq, power)
  call promise('reversed sections', maxval(abs(power - wide(2, :))) <= 1e-12 * maxval(power))

  allocate (empty(0))
  call fourier_power(empty, empty, f0, df, freq, power)
  call promise('no samples give power 0', all(power == 0) .and. all(freq == expected_freq))
  call fourier_power(t, x, f0, df, empty, empty)
  call promise('no frequencies do nothing', size(empty) == 0)

  power = -7
  message = repeat('-', 100)
  call fourier_power(t(1:9), x, f0, df, freq, power, stat=stat, errmsg=message)
  call promise('sizes of t and x', stat == FOURIER_INVALID_ARGUMENT .and. &
               message == 'fourier_power: size(t) is 9, but size(x) is 60')
  call promise('an allocated errmsg keeps its length', len(message) == 100)
  call fourier_transform(t, x, f0, df, freq(:3), f, stat=stat, errmsg=message)
  call promise('sizes of freq and spectrum', stat == FOURIER_INVALID_ARGUMENT .and. &
               message == 'fourier_transform: size(freq) is 3, but size(spectrum) is 40')
  x(5) = ieee_value(x(5), ieee_quiet_nan)
  call fourier_power(t, x, f0, df, freq, wide(1, :), stat=stat, errmsg=short)
  call promise('a fixed errmsg is cut', stat == FOURIER_NOT_FINITE .and. short == 'fourier_powe')
  call promise('the last error in full', index(fourier_last_error(), 'x[4]') > 0 .and. &
               index(fourier_last_error(), 'NaN') > 0)
  call promise('a failed call writes nothing', all(power == -7) .and. all(wide(1, :) == -1))
  x(5) = 1

  message = 'as it was'
  call fourier_power(t, x, f0, df, freq, power, stat=stat, errmsg=message)
  call promise('success leaves errmsg alone', stat == FOURIER_OK .and. message == 'as it was')
  call fourier_power(t, x, f0, df, freq, power, tolerance=2.0_real64, stat=stat)
  call promise('a tolerance above 1', stat == FOURIER_INVALID_ARGUMENT)
  call fourier_power(t, x, f0, df, freq, power, threads=-1, stat=stat, errmsg=message)
  call promise('a negative number of threads', stat == FOURIER_INVALID_ARGUMENT)
  call fourier_power(t, x, f0, df, freq, power, method=77, stat=stat, errmsg=message)
  call promise('an unknown method', stat == FOURIER_INVALID_ARGUMENT)

  call fourier_power(t, x, f0, df, freq, power, progress=quiet)
  call promise('progress is told', reports >= 2)
  call fourier_power(t, x, f0, df, freq, power, progress=stop_it, stat=stat)
  call promise('progress may cancel', stat == FOURIER_CANCELLED)

  ! No copies of contiguous arrays: the library sees that these are one.
  call fourier_power(power, x(:nf), f0, df, freq, power, stat=stat, errmsg=message)
  call promise('contiguous arrays are not copied', stat == FOURIER_INVALID_ARGUMENT)

  call promise('a version', index(fourier_version(), '.') > 0)
  call promise('texts of codes', len(fourier_strerror(FOURIER_CANCELLED)) > 5 .and. &
               fourier_strerror(-2) /= fourier_strerror(-13))
  i = fourier_get_num_threads()
  call fourier_set_num_threads(3)
  call promise('number of threads', fourier_get_num_threads() == 3)
  call fourier_set_num_threads(0)
  call promise('automatic number of threads', fourier_get_num_threads() == i)
end program spectrum
