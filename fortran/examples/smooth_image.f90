!> Median-filters the first image of a FITS file, through the Fortran interface of cfitsio.
!>
!>     smooth_image INPUT OUTPUT SIZE
program smooth_image
  use, intrinsic :: iso_fortran_env, only: error_unit, int64, real64
  use libfourier, only: FOURIER_NAN_OMIT, median_filter
  implicit none

  external :: ftdkopn, ftdkinit, ftcopy, ftgidm, ftgisz, ftgpvd, ftpprd, ftphis, ftclos, ftgerr
  integer, parameter :: READ_ONLY = 0, INPUT = 11, OUTPUT = 12, GROUP = 1
  real(real64), allocatable :: image(:, :), smoothed(:, :)
  integer :: status, ignored, axes(2), axis_count, size
  logical :: any_missing
  character(len=:), allocatable :: side

  side = argument(3)
  read (side, *, iostat=status) size
  if (status /= 0) error stop 'smooth_image: SIZE is no whole number'
  call ftdkopn(INPUT, argument(1), READ_ONLY, ignored, status)
  call check(argument(1))
  call ftdkinit(OUTPUT, argument(2), 1, status)
  call check(argument(2))
  call ftcopy(INPUT, OUTPUT, 0, status)
  call ftgidm(INPUT, axis_count, status)
  call check(argument(1))
  if (axis_count /= 2) error stop 'smooth_image: the first HDU is no image of two axes'
  call ftgisz(INPUT, 2, axes, status)
  allocate (image(axes(1), axes(2)), smoothed(axes(1), axes(2)))
  ! No value for missing pixels: NaN stays NaN.
  call ftgpvd(INPUT, GROUP, 1, product(axes), 0.0_real64, image, any_missing, status)
  call check(argument(1))

  ! A failure ends the program with the reason, as there is no stat=.
  call median_filter(image, smoothed, size, nan_policy=FOURIER_NAN_OMIT)

  call ftpprd(OUTPUT, GROUP, 1, product(axes), smoothed, status)
  call ftphis(OUTPUT, 'smooth_image: median filter ' // side // ' x ' // side, status)
  call ftclos(OUTPUT, status)
  call check(argument(2))
  call ftclos(INPUT, status)
  print '(a, ": ", i0, " x ", i0, " pixels, mean ", f0.3)', argument(2), axes, &
    sum(smoothed) / product(int(axes, int64))

contains

  function argument(number) result(text)
    integer, intent(in) :: number
    character(len=:), allocatable :: text
    integer :: length

    call get_command_argument(number, length=length)
    if (length == 0) error stop 'usage: smooth_image INPUT OUTPUT SIZE'
    allocate (character(len=length) :: text)
    call get_command_argument(number, text)
  end function argument

  subroutine check(file)
    character(len=*), intent(in) :: file
    character(len=30) :: text

    if (status == 0) return
    call ftgerr(status, text)
    write (error_unit, '(4a)') 'smooth_image: ', file, ': ', trim(text)
    stop 1
  end subroutine check

end program smooth_image
