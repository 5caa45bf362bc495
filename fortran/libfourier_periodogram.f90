!> Lomb-Scargle periodograms, the frequencies to compute them at, and the significance of peaks.
module libfourier_periodogram
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t, c_loc, c_null_ptr, c_ptr
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, call_options, conclude, &
    decimal, fourier_report, free_options, set_model_options, set_options
  implicit none
  private

  public :: lomb_scargle, frequency_grid, false_alarm_probability, false_alarm_level

  ! enum fourier_normalization of fourier.h, number by number.
  !> From 0 to 1.
  integer, parameter, public :: FOURIER_NORMALIZATION_STANDARD = 0
  !> Standard / (1 - standard).
  integer, parameter, public :: FOURIER_NORMALIZATION_MODEL = 1
  !> -log(1 - standard).
  integer, parameter, public :: FOURIER_NORMALIZATION_LOG = 2
  !> Standard times half the chi^2 of a constant.
  integer, parameter, public :: FOURIER_NORMALIZATION_PSD = 3
  !> Semi-amplitude of the best sinusoid.
  integer, parameter, public :: FOURIER_NORMALIZATION_AMPLITUDE = 4

  ! enum fourier_significance of fourier.h, number by number.
  !> Of a single frequency.
  integer, parameter, public :: FOURIER_SIGNIFICANCE_SINGLE = 0
  !> Of as many independent frequencies as there are resolution elements.
  integer, parameter, public :: FOURIER_SIGNIFICANCE_NAIVE = 1
  !> Upper bound of Davies.
  integer, parameter, public :: FOURIER_SIGNIFICANCE_DAVIES = 2
  !> Of Baluev (2008).
  integer, parameter, public :: FOURIER_SIGNIFICANCE_BALUEV = 3
  !> From resampled values.
  integer, parameter, public :: FOURIER_SIGNIFICANCE_BOOTSTRAP = 4

  interface
    function c_lomb_scargle(n, t, y, dy, f0, df, nf, freq, power, options) result(status) &
        bind(C, name='fourier_lomb_scargle')
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), y(*)
      type(c_ptr), value :: dy
      real(c_double), value :: f0, df
      integer(c_int64_t), value :: nf
      real(c_double), intent(inout) :: freq(*), power(*)
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_lomb_scargle

    function c_frequency_grid(n, t, samples_per_peak, nyquist_factor, f0, df, nf) result(status) &
        bind(C, name='fourier_frequency_grid')
      import :: c_double, c_int, c_int64_t
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*)
      real(c_double), value :: samples_per_peak, nyquist_factor
      real(c_double), intent(inout) :: f0, df
      integer(c_int64_t), intent(inout) :: nf
      integer(c_int) :: status
    end function c_frequency_grid

    function c_false_alarm_probability(n, t, y, dy, fmax, power, significance, probability, &
        options) result(status) bind(C, name='fourier_false_alarm_probability')
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), y(*)
      type(c_ptr), value :: dy
      real(c_double), value :: fmax, power
      integer(c_int), value :: significance
      real(c_double), intent(inout) :: probability
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_false_alarm_probability

    function c_false_alarm_level(n, t, y, dy, fmax, probability, significance, power, options) &
        result(status) bind(C, name='fourier_false_alarm_level')
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), y(*)
      type(c_ptr), value :: dy
      real(c_double), value :: fmax, probability
      integer(c_int), value :: significance
      real(c_double), intent(inout) :: power
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_false_alarm_level
  end interface

contains

  !> Generalised Lomb-Scargle periodogram at f = f0 + k df, k = 0 .. size(freq) - 1.
  !>
  !> - t, y: times in any unit and any order, and as many values
  !> - freq, power: receive as many frequencies and powers as they have elements
  !> - dy: standard deviations, above 0; without them all samples count alike
  !> - fit_mean, center_data: whether a constant is fitted, and the mean taken off first; .true.
  !>   without them
  !> - terms: harmonics of the model; 1 without it
  !> - normalization: FOURIER_NORMALIZATION_STANDARD, _MODEL, _LOG, _PSD or _AMPLITUDE
  !> - tolerance (of a power from 0 to 1), threads, method, progress, stat, errmsg: as for
  !>   fourier_power
  recursive subroutine lomb_scargle(t, y, f0, df, freq, power, dy, fit_mean, center_data, terms, &
                                    normalization, tolerance, threads, method, progress, stat, &
                                    errmsg)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in) :: f0, df
    real(real64), intent(inout), contiguous :: freq(:), power(:)
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    logical, intent(in), optional :: fit_mean, center_data
    integer, intent(in), optional :: terms, normalization
    real(real64), intent(in), optional :: tolerance
    integer, intent(in), optional :: threads, method
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int) :: status
    type(c_ptr) :: errors

    call check_series(t, y, dy, errors, status, problem)
    if (status == FOURIER_OK .and. size(freq, kind=int64) /= size(power, kind=int64)) then
      status = FOURIER_INVALID_ARGUMENT
      problem = 'size(freq) is ' // decimal(size(freq, kind=int64)) // ', but size(power) is ' // &
                decimal(size(power, kind=int64))
    end if
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, tolerance, threads, method, progress)
    if (status == FOURIER_OK) call set_model_options(options, status, problem, fit_mean, &
                                                     center_data, terms, normalization)
    if (status == FOURIER_OK) &
      status = c_lomb_scargle(size(t, kind=int64), t, y, errors, f0, df, &
                              size(power, kind=int64), freq, power, options%handle)
    call free_options(options)
    call conclude('lomb_scargle', status, stat, errmsg, problem)
  end subroutine lomb_scargle

  !> First frequency, step and number of frequencies on which no peak of a periodogram is missed.
  !>
  !> - samples_per_peak: steps in the width 1/T of a peak; 5 without it
  !> - nyquist_factor: highest frequency in units of n / (2 T); 5 without it
  recursive subroutine frequency_grid(t, f0, df, nf, samples_per_peak, nyquist_factor, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:)
    real(real64), intent(inout) :: f0, df
    integer(int64), intent(inout) :: nf
    real(real64), intent(in), optional :: samples_per_peak, nyquist_factor
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    real(real64) :: samples, factor
    integer(c_int) :: status

    samples = 5
    if (present(samples_per_peak)) samples = samples_per_peak
    factor = 5
    if (present(nyquist_factor)) factor = nyquist_factor
    status = c_frequency_grid(size(t, kind=int64), t, samples, factor, f0, df, nf)
    call conclude('frequency_grid', status, stat, errmsg)
  end subroutine frequency_grid

  !> Probability that noise alone has a peak as high as `power` at frequencies up to fmax.
  !>
  !> - significance: FOURIER_SIGNIFICANCE_BALUEV without it
  !> - fit_mean, center_data, terms, normalization: those of the periodogram
  recursive subroutine false_alarm_probability(t, y, fmax, power, probability, dy, significance, &
                                               fit_mean, center_data, terms, normalization, &
                                               threads, progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in) :: fmax, power
    real(real64), intent(inout) :: probability
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    integer, intent(in), optional :: significance
    logical, intent(in), optional :: fit_mean, center_data
    integer, intent(in), optional :: terms, normalization, threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int) :: status
    type(c_ptr) :: errors

    call check_series(t, y, dy, errors, status, problem)
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, threads=threads, progress=progress)
    if (status == FOURIER_OK) call set_model_options(options, status, problem, fit_mean, &
                                                     center_data, terms, normalization)
    if (status == FOURIER_OK) &
      status = c_false_alarm_probability(size(t, kind=int64), t, y, errors, fmax, power, &
                                         kind_of(significance), probability, options%handle)
    call free_options(options)
    call conclude('false_alarm_probability', status, stat, errmsg, problem)
  end subroutine false_alarm_probability

  !> Power that noise alone exceeds with this probability at frequencies up to fmax; the arguments
  !> are those of false_alarm_probability.
  recursive subroutine false_alarm_level(t, y, fmax, probability, power, dy, significance, &
                                         fit_mean, center_data, terms, normalization, threads, &
                                         progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in) :: fmax, probability
    real(real64), intent(inout) :: power
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    integer, intent(in), optional :: significance
    logical, intent(in), optional :: fit_mean, center_data
    integer, intent(in), optional :: terms, normalization, threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int) :: status
    type(c_ptr) :: errors

    call check_series(t, y, dy, errors, status, problem)
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, threads=threads, progress=progress)
    if (status == FOURIER_OK) call set_model_options(options, status, problem, fit_mean, &
                                                     center_data, terms, normalization)
    if (status == FOURIER_OK) &
      status = c_false_alarm_level(size(t, kind=int64), t, y, errors, fmax, probability, &
                                   kind_of(significance), power, options%handle)
    call free_options(options)
    call conclude('false_alarm_level', status, stat, errmsg, problem)
  end subroutine false_alarm_level

  pure function kind_of(significance) result(number)
    integer, intent(in), optional :: significance
    integer(c_int) :: number

    number = FOURIER_SIGNIFICANCE_BALUEV
    if (present(significance)) number = int(significance, c_int)
  end function kind_of

  ! Sizes that fit, and the address of the standard deviations.
  recursive subroutine check_series(t, y, dy, errors, status, problem)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    type(c_ptr), intent(out) :: errors
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem

    status = FOURIER_OK
    errors = c_null_ptr
    if (size(y, kind=int64) /= size(t, kind=int64)) then
      status = FOURIER_INVALID_ARGUMENT
      problem = 'size(t) is ' // decimal(size(t, kind=int64)) // ', but size(y) is ' // &
                decimal(size(y, kind=int64))
    else if (present(dy)) then
      if (size(dy, kind=int64) /= size(t, kind=int64)) then
        status = FOURIER_INVALID_ARGUMENT
        problem = 'size(t) is ' // decimal(size(t, kind=int64)) // ', but size(dy) is ' // &
                  decimal(size(dy, kind=int64))
      else if (size(dy) > 0) then
        errors = c_loc(dy)
      end if
    end if
  end subroutine check_series

end module libfourier_periodogram
