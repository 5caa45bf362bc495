!> Peaks of power spectra that are never stored, and prewhitening: the sinusoids of a series.
module libfourier_peaks
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t, c_loc, c_null_ptr, c_ptr
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, call_options, conclude, &
    decimal, fourier_report, free_options, set_options, set_search_options
  implicit none
  private

  public :: sinusoid, peaks, prewhiten

  ! enum fourier_uncertainties of fourier.h, number by number.
  !> Standard errors from the covariance matrix of all parameters.
  integer, parameter, public :: FOURIER_UNCERTAINTIES_COVARIANCE = 0
  !> Standard errors of a single sinusoid in white noise (Montgomery and O'Donoghue 1999).
  integer, parameter, public :: FOURIER_UNCERTAINTIES_MONTGOMERY = 1

  !> amplitude * sin(2 pi (frequency * (t - t0) + phase)); t0 is halfway between the first and the
  !> last time, phases are in cycles.
  type, bind(C) :: sinusoid
    real(c_double) :: frequency = 0, amplitude = 0, phase = 0
    real(c_double) :: frequency_error = 0, amplitude_error = 0, phase_error = 0
    !> Amplitude over the mean amplitude of the residuals around it.
    real(c_double) :: snr = 0
  end type sinusoid

  interface
    function c_peaks(n, t, y, dy, f0, df, nf, most, freq, power, found, options) result(status) &
        bind(C, name='fourier_peaks')
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), y(*)
      type(c_ptr), value :: dy
      real(c_double), value :: f0, df
      integer(c_int64_t), value :: nf, most
      real(c_double), intent(inout) :: freq(*), power(*)
      integer(c_int64_t), intent(inout) :: found
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_peaks

    function c_prewhiten(n, t, y, dy, f0, df, nf, most, least_snr, found, count, residuals, &
                         options) result(status) bind(C, name='fourier_prewhiten')
      import :: c_double, c_int, c_int64_t, c_ptr, sinusoid
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: t(*), y(*)
      type(c_ptr), value :: dy
      real(c_double), value :: f0, df
      integer(c_int64_t), value :: nf, most
      real(c_double), value :: least_snr
      type(sinusoid), intent(inout) :: found(*)
      integer(c_int64_t), intent(inout) :: count
      type(c_ptr), value :: residuals, options
      integer(c_int) :: status
    end function c_prewhiten
  end interface

contains

  !> The highest peaks of the power spectrum at f0 + k df, k = 0 .. nf - 1, each refined to the
  !> maximum of the continuous spectrum; of peaks closer than 1/T only the highest.
  !>
  !> - t, y: times in any unit and any order, and as many values
  !> - nf: number of frequencies; the spectrum is not stored, so that any number will do
  !> - freq, power: receive the highest peak first, as many as they have elements
  !> - found: how many there are
  !> - dy: standard deviations, above 0; without them all samples count alike
  !> - tolerance, threads, method, progress, stat, errmsg: as for fourier_power
  recursive subroutine peaks(t, y, f0, df, nf, freq, power, found, dy, tolerance, threads, method, &
                             progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in) :: f0, df
    integer(int64), intent(in) :: nf
    real(real64), intent(inout), contiguous :: freq(:), power(:)
    integer, intent(out) :: found
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    real(real64), intent(in), optional :: tolerance
    integer, intent(in), optional :: threads, method
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int64_t) :: count
    integer(c_int) :: status
    type(c_ptr) :: errors

    found = 0
    count = 0
    call check_series(t, y, dy, errors, status, problem)
    if (status == FOURIER_OK .and. size(freq) /= size(power)) then
      status = FOURIER_INVALID_ARGUMENT
      problem = 'size(freq) is ' // decimal(size(freq)) // ', but size(power) is ' // &
                decimal(size(power))
    end if
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, tolerance, threads, method, progress)
    if (status == FOURIER_OK) then
      status = c_peaks(size(t, kind=int64), t, y, errors, f0, df, nf, size(freq, kind=int64), &
                       freq, power, count, options%handle)
      found = int(count)
    end if
    call free_options(options)
    call conclude('peaks', status, stat, errmsg, problem)
  end subroutine peaks

  !> Prewhitening: finds sinusoids one after the other, fits all of them by least squares, and
  !> tells their parameters with standard errors.
  !>
  !> - f0, df, nf: the frequencies that are searched
  !> - found: receives the sinusoids in the order in which they were found
  !> - count: how many there are; the search ends at size(found)
  !> - least_snr: ends at the first sinusoid whose amplitude is less than so many times the mean
  !>   amplitude of the residuals around it; 4 without it
  !> - dy: standard deviations, above 0; without them all samples count alike
  !> - residuals: as many elements as y; what remains of it
  !> - noise_window: width of the window for that mean, in cycles per unit of time; 1 without it
  !> - uncertainties: FOURIER_UNCERTAINTIES_COVARIANCE or _MONTGOMERY
  !> - stat: FOURIER_UNRESOLVED when peaks were merged with a sinusoid closer than 1/T, and
  !>   FOURIER_CANCELLED, both with all results that there are; see libfourier_status
  recursive subroutine prewhiten(t, y, f0, df, nf, found, count, least_snr, dy, residuals, &
                                 noise_window, uncertainties, threads, progress, stat, errmsg)
    real(real64), intent(in), contiguous :: t(:), y(:)
    real(real64), intent(in) :: f0, df
    integer(int64), intent(in) :: nf
    type(sinusoid), intent(inout), contiguous :: found(:)
    integer, intent(out) :: count
    real(real64), intent(in), optional :: least_snr
    real(real64), intent(in), contiguous, target, optional :: dy(:)
    real(real64), intent(inout), contiguous, target, optional :: residuals(:)
    real(real64), intent(in), optional :: noise_window
    integer, intent(in), optional :: uncertainties, threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    real(real64) :: least
    integer(c_int64_t) :: number
    integer(c_int) :: status
    type(c_ptr) :: errors, rest

    count = 0
    number = 0
    least = 4
    if (present(least_snr)) least = least_snr
    rest = c_null_ptr
    call check_series(t, y, dy, errors, status, problem)
    if (status == FOURIER_OK .and. present(residuals)) then
      if (size(residuals, kind=int64) /= size(y, kind=int64)) then
        status = FOURIER_INVALID_ARGUMENT
        problem = 'size(residuals) is ' // decimal(size(residuals, kind=int64)) // &
                  ', but size(y) is ' // decimal(size(y, kind=int64))
      end if
      if (size(residuals) > 0) rest = c_loc(residuals)
    end if
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, threads=threads, progress=progress)
    if (status == FOURIER_OK) &
      call set_search_options(options, status, problem, noise_window, uncertainties)
    if (status == FOURIER_OK) then
      status = c_prewhiten(size(t, kind=int64), t, y, errors, f0, df, nf, &
                           size(found, kind=int64), least, found, number, rest, options%handle)
      count = int(number)
    end if
    call free_options(options)
    call conclude('prewhiten', status, stat, errmsg, problem)
  end subroutine prewhiten

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

end module libfourier_peaks
