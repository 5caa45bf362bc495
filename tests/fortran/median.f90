!> median_filter: every kind, border and window against windows that are sorted, without copies of
!> the library's own choice of axes, and errors as in Fortran's own statements.
program median
  use, intrinsic :: ieee_arithmetic, only: ieee_is_nan, ieee_quiet_nan, ieee_value
  use, intrinsic :: iso_fortran_env, only: int16, int32, int64, real32, real64
  use libfourier
  implicit none

  integer, parameter :: NX = 23, NY = 17
  integer :: border, numbers(NX, NY), wanted(NX, NY), stat
  real(real64) :: doubles(NX, NY), smoothed(NX, NY), small(NX, 2)
  real(real32) :: singles(NX, NY), smoothed32(NX, NY)
  integer(int64) :: smoothed64(NX, NY)
  integer(int32) :: result32(NX, NY)
  integer(int16) :: shorts(NX, NY), smoothed16(NX, NY)
  real(real64) :: wide(2 * NX, 3 * NY), wide_out(2 * NX, 3 * NY), random(NX, NY)
  character(len=200) :: errmsg
  character(len=8), parameter :: names(0:4) = [character(len=8) :: 'reflect', 'mirror', &
                                               'nearest', 'wrap', 'constant']

  call random_seed(put=[(7 * stat, stat=1, 64)])
  call random_number(random)
  numbers = int(1000 * random) - 300

  do border = FOURIER_BORDER_REFLECT, FOURIER_BORDER_CONSTANT
    wanted = sorted(5, 2, border)
    doubles = numbers
    call median_filter(doubles, smoothed, [5, 2], border=border, fill=77.0_real64)
    call expect(all(nint(smoothed) == wanted), 'real64 ' // names(border))
    singles = real(numbers, real32)
    call median_filter(singles, smoothed32, [5, 2], border=border, fill=77.0_real64)
    call expect(all(nint(smoothed32) == wanted), 'real32 ' // names(border))
    call median_filter(int(numbers, int64), smoothed64, [5, 2], border, 77.0_real64)
    call expect(all(smoothed64 == wanted), 'int64 ' // names(border))
    call median_filter(int(numbers, int32), result32, [5, 2], border, 77.0_real64)
    call expect(all(result32 == wanted), 'int32 ' // names(border))
    shorts = int(numbers, int16)
    call median_filter(shorts, smoothed16, [5, 2], border, 77.0_real64)
    call expect(all(smoothed16 == wanted), 'int16 ' // names(border))
  end do

  call median_filter(doubles, smoothed, 3)
  call expect(all(nint(smoothed) == sorted(3, 3, FOURIER_BORDER_REFLECT)), 'one side for both')

  wide = -1
  wide_out = -1
  wide(::2, 2::3) = doubles
  call median_filter(wide(::2, 2::3), wide_out(::2, 2::3), 3, threads=2)
  call expect(all(wide_out(::2, 2::3) == smoothed), 'sections of any stride')
  call expect(all(wide_out(2::2, :) == -1), 'nothing beside a section is written')

  doubles(1:9, :) = ieee_value(0.0_real64, ieee_quiet_nan)
  call median_filter(doubles, smoothed, 3, nan_policy=FOURIER_NAN_OMIT)
  call expect(all(ieee_is_nan(smoothed(1:8, :))) .and. .not. any(ieee_is_nan(smoothed(9:, :))), &
              'NaN is left out')
  call median_filter(doubles, smoothed, 3)
  call expect(all(ieee_is_nan(smoothed(1:9, :))) .and. .not. any(ieee_is_nan(smoothed(10:, :))), &
              'NaN is the largest number')

  smoothed = 4
  call median_filter(doubles, smoothed, 0, stat=stat, errmsg=errmsg)
  call refused('median_filter: size: 0 is less than 1')
  call median_filter(doubles, smoothed, [3, 3, 3], stat=stat, errmsg=errmsg)
  call refused('median_filter: size: neither one number nor two')
  call median_filter(doubles, smoothed, 3, border=9, stat=stat, errmsg=errmsg)
  call refused('median_filter: border: 9')
  call median_filter(doubles, smoothed, 3, nan_policy=9, stat=stat, errmsg=errmsg)
  call refused('median_filter: policy: 9')
  call median_filter(doubles, smoothed, 3, threads=-1, stat=stat, errmsg=errmsg)
  call refused('median_filter: threads: -1')
  call median_filter(doubles, small, 3, stat=stat, errmsg=errmsg)
  call refused('median_filter: shape(image) is [23, 17], but shape(smoothed) is [23, 2]')
  call median_filter(doubles(1:0, :), smoothed(1:0, :), 3, stat=stat, errmsg=errmsg)
  call expect(stat == FOURIER_OK, 'an image without pixels')

contains

  !> The medians of windows of sx * sy cells of `numbers`, sorted one by one.
  function sorted(sx, sy, border) result(medians)
    integer, intent(in) :: sx, sy, border
    integer :: medians(NX, NY), window(sx * sy), x, y, i, j, n, column, row

    do y = 1, NY
      do x = 1, NX
        n = 0
        do j = y - sy / 2, y - sy / 2 + sy - 1
          do i = x - sx / 2, x - sx / 2 + sx - 1
            n = n + 1
            column = inside(i, NX, border)
            row = inside(j, NY, border)
            window(n) = 77
            if (column > 0 .and. row > 0) window(n) = numbers(column, row)
          end do
        end do
        do i = 2, n
          do j = i, 2, -1
            if (window(j) < window(j - 1)) window(j - 1:j) = window([j, j - 1])
          end do
        end do
        medians(x, y) = window(n / 2 + 1)
      end do
    end do
  end function sorted

  !> The cell at a position of an axis of n cells; 0 = none. Positions are less than n beyond it.
  pure function inside(position, n, border) result(cell)
    integer, intent(in) :: position, n, border
    integer :: cell

    cell = position
    if (position >= 1 .and. position <= n) return
    select case (border)
    case (FOURIER_BORDER_REFLECT)
      cell = merge(1 - position, 2 * n + 1 - position, position < 1)
    case (FOURIER_BORDER_MIRROR)
      cell = merge(2 - position, 2 * n - position, position < 1)
    case (FOURIER_BORDER_NEAREST)
      cell = merge(1, n, position < 1)
    case (FOURIER_BORDER_WRAP)
      cell = merge(position + n, position - n, position < 1)
    case default
      cell = 0
    end select
  end function inside

  subroutine refused(text)
    character(len=*), intent(in) :: text

    call expect(stat == FOURIER_INVALID_ARGUMENT .and. index(errmsg, text) == 1 &
                .and. all(smoothed == 4), text)
  end subroutine refused

  subroutine expect(kept, promise)
    logical, intent(in) :: kept
    character(len=*), intent(in) :: promise

    if (.not. kept) error stop 'broken: ' // promise
    print '(a)', promise
  end subroutine expect

end program median
