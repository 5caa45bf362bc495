!> Median filter of images: each pixel becomes the median of the window around it.
!>
!> The window of s cells along an axis starts at i - s/2, both counted from the same end. The median
!> of n cells is the one of rank n/2 in ascending order, counted from 0: for even n the upper of the
!> two in the middle, never an average.
!>
!> Images are real(real64), real(real32), integer(int64), integer(int32) or integer(int16). Bytes of
!> 8 bits are not among them, because Fortran has signed ones and images mostly unsigned ones: hold
!> them in integer(int16). Arrays may be sections of any stride; contiguous ones are not copied.
!> Calls may come from several threads at once, and from a forked child.
module libfourier_median
  use, intrinsic :: iso_c_binding, only: c_double, c_int, c_int64_t, c_loc, c_null_ptr, c_ptr, &
    c_size_t
  use, intrinsic :: iso_fortran_env, only: int16, int32, int64, real32, real64
  use libfourier_status, only: FOURIER_INVALID_ARGUMENT, FOURIER_OK, call_options, conclude, &
    decimal, fourier_report, free_options, set_options
  implicit none
  private

  public :: median_filter

  ! enum fourier_border of fourier.h, number by number.
  !> d c b a | a b c d | d c b a: the edge is repeated.
  integer, parameter, public :: FOURIER_BORDER_REFLECT = 0
  !> d c b | a b c d | c b a: the edge is not repeated.
  integer, parameter, public :: FOURIER_BORDER_MIRROR = 1
  !> a a a a | a b c d | d d d d
  integer, parameter, public :: FOURIER_BORDER_NEAREST = 2
  !> a b c d | a b c d | a b c d
  integer, parameter, public :: FOURIER_BORDER_WRAP = 3
  !> The fill value everywhere.
  integer, parameter, public :: FOURIER_BORDER_CONSTANT = 4

  ! enum fourier_nan_policy of fourier.h, number by number.
  !> NaN counts as larger than any number.
  integer, parameter, public :: FOURIER_NAN_LARGEST = 0
  !> NaN is left out of each window; the median is NaN where nothing remains.
  integer, parameter, public :: FOURIER_NAN_OMIT = 1

  !> call median_filter(image, smoothed, size [, border, fill, nan_policy, threads, progress, stat,
  !>                    errmsg])
  !>
  !> - image, smoothed: rank 2, of the same kind and shape, and not the same array; on failure
  !>   `smoothed` keeps its values, except after FOURIER_CANCELLED, FOURIER_OUT_OF_MEMORY and
  !>   FOURIER_INTERNAL
  !> - size: side of the window, or [along the first index, along the second], each >= 1
  !> - border: what windows see beyond the edges; FOURIER_BORDER_REFLECT without it
  !> - fill: the value there for FOURIER_BORDER_CONSTANT, real(real64); 0 without it
  !> - nan_policy: FOURIER_NAN_LARGEST or FOURIER_NAN_OMIT; the former without it
  !> - threads: 1 to 1024, 0 = the default; the result is the same for any number
  !> - progress: is told the fraction done, and may cancel the call
  !> - stat, errmsg: see libfourier_status
  interface median_filter
    module procedure median_filter_real64
    module procedure median_filter_real32
    module procedure median_filter_int64
    module procedure median_filter_int32
    module procedure median_filter_int16
  end interface median_filter

  abstract interface
    function c_filter(rows, columns, in, out, size_rows, size_columns, border, fill, options) &
        result(status) bind(C)
      import :: c_double, c_int, c_int64_t, c_ptr
      integer(c_int64_t), value :: rows, columns
      type(c_ptr), value :: in, out
      integer(c_int64_t), value :: size_rows, size_columns
      integer(c_int), value :: border
      real(c_double), value :: fill
      type(c_ptr), value :: options
      integer(c_int) :: status
    end function c_filter
  end interface

  procedure(c_filter), bind(C, name='fourier_median_filter_f64') :: c_filter_f64
  procedure(c_filter), bind(C, name='fourier_median_filter_f32') :: c_filter_f32
  procedure(c_filter), bind(C, name='fourier_median_filter_i64') :: c_filter_i64
  procedure(c_filter), bind(C, name='fourier_median_filter_i32') :: c_filter_i32
  procedure(c_filter), bind(C, name='fourier_median_filter_i16') :: c_filter_i16

  interface
    function c_options_set_nan_policy(options, policy) result(status) &
        bind(C, name='fourier_options_set_nan_policy')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: policy
      integer(c_int) :: status
    end function c_options_set_nan_policy
  end interface

contains

  recursive subroutine median_filter_real64(image, smoothed, size, border, fill, nan_policy, &
                                    threads, progress, stat, errmsg)
    real(real64), intent(in), contiguous, target :: image(:, :)
    ! inout, because a failed call leaves it as it was.
    real(real64), intent(inout), contiguous, target :: smoothed(:, :)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border, nan_policy, threads
    real(real64), intent(in), optional :: fill
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: in, out

    in = c_null_ptr
    out = c_null_ptr
    if (all(shape(image) > 0)) in = c_loc(image)
    if (all(shape(smoothed) > 0)) out = c_loc(smoothed)
    call filter(c_filter_f64, in, shape(image, c_size_t), out, shape(smoothed, c_size_t), size, &
                border, fill, nan_policy, threads, progress, stat, errmsg)
  end subroutine median_filter_real64

  recursive subroutine median_filter_real32(image, smoothed, size, border, fill, nan_policy, &
                                    threads, progress, stat, errmsg)
    real(real32), intent(in), contiguous, target :: image(:, :)
    ! inout, because a failed call leaves it as it was.
    real(real32), intent(inout), contiguous, target :: smoothed(:, :)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border, nan_policy, threads
    real(real64), intent(in), optional :: fill
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: in, out

    in = c_null_ptr
    out = c_null_ptr
    if (all(shape(image) > 0)) in = c_loc(image)
    if (all(shape(smoothed) > 0)) out = c_loc(smoothed)
    call filter(c_filter_f32, in, shape(image, c_size_t), out, shape(smoothed, c_size_t), size, &
                border, fill, nan_policy, threads, progress, stat, errmsg)
  end subroutine median_filter_real32

  recursive subroutine median_filter_int64(image, smoothed, size, border, fill, nan_policy, &
                                    threads, progress, stat, errmsg)
    integer(int64), intent(in), contiguous, target :: image(:, :)
    ! inout, because a failed call leaves it as it was.
    integer(int64), intent(inout), contiguous, target :: smoothed(:, :)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border, nan_policy, threads
    real(real64), intent(in), optional :: fill
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: in, out

    in = c_null_ptr
    out = c_null_ptr
    if (all(shape(image) > 0)) in = c_loc(image)
    if (all(shape(smoothed) > 0)) out = c_loc(smoothed)
    call filter(c_filter_i64, in, shape(image, c_size_t), out, shape(smoothed, c_size_t), size, &
                border, fill, nan_policy, threads, progress, stat, errmsg)
  end subroutine median_filter_int64

  recursive subroutine median_filter_int32(image, smoothed, size, border, fill, nan_policy, &
                                    threads, progress, stat, errmsg)
    integer(int32), intent(in), contiguous, target :: image(:, :)
    ! inout, because a failed call leaves it as it was.
    integer(int32), intent(inout), contiguous, target :: smoothed(:, :)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border, nan_policy, threads
    real(real64), intent(in), optional :: fill
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: in, out

    in = c_null_ptr
    out = c_null_ptr
    if (all(shape(image) > 0)) in = c_loc(image)
    if (all(shape(smoothed) > 0)) out = c_loc(smoothed)
    call filter(c_filter_i32, in, shape(image, c_size_t), out, shape(smoothed, c_size_t), size, &
                border, fill, nan_policy, threads, progress, stat, errmsg)
  end subroutine median_filter_int32

  recursive subroutine median_filter_int16(image, smoothed, size, border, fill, nan_policy, &
                                    threads, progress, stat, errmsg)
    integer(int16), intent(in), contiguous, target :: image(:, :)
    ! inout, because a failed call leaves it as it was.
    integer(int16), intent(inout), contiguous, target :: smoothed(:, :)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border, nan_policy, threads
    real(real64), intent(in), optional :: fill
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: in, out

    in = c_null_ptr
    out = c_null_ptr
    if (all(shape(image) > 0)) in = c_loc(image)
    if (all(shape(smoothed) > 0)) out = c_loc(smoothed)
    call filter(c_filter_i16, in, shape(image, c_size_t), out, shape(smoothed, c_size_t), size, &
                border, fill, nan_policy, threads, progress, stat, errmsg)
  end subroutine median_filter_int16

  !> What all kinds share. An image(nx, ny) of Fortran is one of ny rows and nx columns in C.
  recursive subroutine filter(c_function, in, shape_in, out, shape_out, size, border, fill, &
                              nan_policy, threads, progress, stat, errmsg)
    procedure(c_filter) :: c_function
    type(c_ptr), intent(in) :: in, out
    integer(c_size_t), intent(in) :: shape_in(2), shape_out(2)
    integer, intent(in) :: size(..)
    integer, intent(in), optional :: border
    real(real64), intent(in), optional :: fill
    integer, intent(in), optional :: nan_policy, threads
    procedure(fourier_report), optional :: progress
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(call_options), target :: options
    character(len=:), allocatable :: problem
    integer(c_int64_t) :: window(2)
    integer(c_int) :: status, beyond
    integer :: workers
    real(c_double) :: value

    window = 1
    call check_shapes(shape_in, shape_out, status, problem)
    if (status == FOURIER_OK) call window_of(size, window, status, problem)
    workers = 0
    if (present(threads)) workers = threads
    if (status == FOURIER_OK) &
      call set_options(options, status, problem, threads=workers, progress=progress)
    if (status == FOURIER_OK .and. present(nan_policy)) &
      status = c_options_set_nan_policy(options%handle, int(nan_policy, c_int))
    beyond = FOURIER_BORDER_REFLECT
    if (present(border)) beyond = int(border, c_int)
    value = 0
    if (present(fill)) value = fill
    if (status == FOURIER_OK) &
      status = c_function(int(shape_in(2), c_int64_t), int(shape_in(1), c_int64_t), in, out, &
                          window(2), window(1), beyond, value, options%handle)
    call free_options(options)
    call conclude('median_filter', status, stat, errmsg, problem)
  end subroutine filter

  recursive subroutine check_shapes(image, smoothed, status, problem)
    integer(c_size_t), intent(in) :: image(2), smoothed(2)
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem

    status = FOURIER_OK
    if (all(image == smoothed)) return
    status = FOURIER_INVALID_ARGUMENT
    problem = 'shape(image) is [' // decimal(image(1)) // ', ' // decimal(image(2)) // &
              '], but shape(smoothed) is [' // decimal(smoothed(1)) // ', ' // &
              decimal(smoothed(2)) // ']'
  end subroutine check_shapes

  !> The window along the first and the second index.
  recursive subroutine window_of(sides, window, status, problem)
    integer, intent(in) :: sides(..)
    integer(c_int64_t), intent(inout) :: window(2)
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem

    status = FOURIER_INVALID_ARGUMENT
    select rank (sides)
    rank (0)
      window = sides
      status = FOURIER_OK
    rank (1)
      if (size(sides) == 2) then
        window = sides
        status = FOURIER_OK
      end if
    end select
    if (status /= FOURIER_OK) then
      problem = 'size: neither one number nor two'
    else if (any(window < 1)) then
      status = FOURIER_INVALID_ARGUMENT
      problem = 'size: ' // decimal(int(minval(window), c_size_t)) // ' is less than 1'
    end if
  end subroutine window_of

end module libfourier_median
