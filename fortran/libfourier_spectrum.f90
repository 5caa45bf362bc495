!> Spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t) and its power |F|^2 on the
!> frequencies f = f0 + k df, k = 0 .. size(freq) - 1.
!>
!> Arrays may be sections of any stride; contiguous ones are not copied. Calls may come from
!> several threads at once, and from a forked child.
module libfourier_spectrum
  use, intrinsic :: iso_c_binding, only: c_double, c_double_complex, c_int, c_int64_t, c_ptr
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, call_options, conclude, &
    decimal, fourier_report, free_options, set_options
  implicit none
  private

  public :: fourier_power, fourier_transform

  ! enum fourier_method of fourier.h, number by number.
  !> Whichever is fastest.
  integer, parameter, public :: FOURIER_METHOD_AUTO = 0
  !> The sum as it is written, n * nf terms.
  integer, parameter, public :: FOURIER_METHOD_DIRECT = 1
  !> The blocked nonuniform FFT.
  integer, parameter, public :: FOURIER_METHOD_FAST = 2

  interface
    function c_power(n, t, x, f0, df, nf, freq, power, options) result(status) &
        bind(C, name='fourier_power')
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), x(*)
      real(c_double), value :: f0, df
      integer(c_int64_t), value :: nf
      real(c_double), intent(inout) :: freq(*), power(*)
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_power

    function c_transform(n, t, x, f0, df, nf, freq, spectrum, options) result(status) &
        bind(C, name='fourier_transform')
      import :: c_double, c_double_complex, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), x(*)
      real(c_double), value :: f0, df
      integer(c_int64_t), value :: nf
      real(c_double), intent(inout) :: freq(*)
      complex(c_double_complex), intent(inout) :: spectrum(*)
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_transform
  end interface

contains

  !> Power spectrum S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2, not normalised.
  !>
  !> - t, x: times in any unit and any order, duplicates allowed, and as many values
  !> - f0, df: first frequency, in cycles per unit of time, and step, of any sign or 0
  !> - freq, power: receive as many frequencies, correctly rounded, and powers as they have
  !>   elements; on failure they keep their values, except after FOURIER_CANCELLED,
  !>   FOURIER_OUT_OF_MEMORY and FOURIER_INTERNAL
  !> - tolerance: |F - exact| <= tolerance * sum |x|, above 0 and at most 1; 1e-13 without it
  !> - threads: 1 to 1024, 0 = the default; the result is the same, bit for bit, for any number
  !> - method: FOURIER_METHOD_AUTO, _DIRECT or _FAST
  !> - progress: is told the fraction done, and may cancel the call
  !> - stat, errmsg: see libfourier_status
  recursive subroutine fourier_power(t, x, f0, df, freq, power, tolerance, threads, method, &
                                     progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), x(:)
    real(real64), intent(in) :: f0, df
    ! inout, because a failed call leaves them as they were.
    real(real64), intent(inout), contiguous :: freq(:), power(:)
    real(real64), intent(in), optional :: tolerance
    integer, intent(in), optional :: threads, method
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int) :: status

    call check_sizes('t', size(t, kind=int64), 'x', size(x, kind=int64), status, problem)
    if (status == FOURIER_OK) call check_sizes('freq', size(freq, kind=int64), 'power', &
                                               size(power, kind=int64), status, problem)
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, tolerance, threads, method, progress)
    if (status == FOURIER_OK) &
      status = c_power(size(t, kind=int64), t, x, f0, df, size(power, kind=int64), freq, &
                       power, options%handle)
    call free_options(options)
    call conclude('fourier_power', status, stat, errmsg, problem)
  end subroutine fourier_power

  !> Complex spectrum F(f) = sum x exp(+2 pi i f t), in the unit of x; the arguments are those of
  !> fourier_power, with `spectrum` in the place of `power`.
  recursive subroutine fourier_transform(t, x, f0, df, freq, spectrum, tolerance, threads, method, &
                                         progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), x(:)
    real(real64), intent(in) :: f0, df
    real(real64), intent(inout), contiguous :: freq(:)
    complex(real64), intent(inout), contiguous :: spectrum(:)
    real(real64), intent(in), optional :: tolerance
    integer, intent(in), optional :: threads, method
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int) :: status

    call check_sizes('t', size(t, kind=int64), 'x', size(x, kind=int64), status, problem)
    if (status == FOURIER_OK) call check_sizes('freq', size(freq, kind=int64), 'spectrum', &
                                               size(spectrum, kind=int64), status, problem)
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, tolerance, threads, method, progress)
    if (status == FOURIER_OK) &
      status = c_transform(size(t, kind=int64), t, x, f0, df, size(spectrum, kind=int64), &
                           freq, spectrum, options%handle)
    call free_options(options)
    call conclude('fourier_transform', status, stat, errmsg, problem)
  end subroutine fourier_transform

  recursive subroutine check_sizes(first, first_size, second, second_size, status, problem)
    character(len=*), intent(in) :: first, second
    integer(int64), intent(in) :: first_size, second_size
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem

    status = FOURIER_OK
    if (first_size == second_size) return
    status = FOURIER_INVALID_ARGUMENT
    problem = 'size(' // first // ') is ' // decimal(first_size) // ', but size(' // second // &
              ') is ' // decimal(second_size)
  end subroutine check_sizes

end module libfourier_spectrum
