!> The strongest peak of many light curves at once, one task for each.
!>
!> usage: parallel F0 DF NF FILE...
!>
!> The FILEs are as those of the example `spectrum`. One line is printed for each, in the order
!> given; a file that cannot be used has its reason there, and does not stop the others.
module star_peaks
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier, only: fourier_power
  implicit none
  private
  public :: star, survey, find_peak

  !> One light curve: its file, and what was found.
  type :: star
    character(len=400) :: file = '', problem = ''
    real(real64) :: frequency = 0, power = 0
  end type star

  !> What all tasks share. Each writes to its own star only.
  type :: survey
    real(real64) :: f0 = 0, df = 0
    integer :: nf = 0
    type(star), allocatable :: stars(:)
  end type survey

contains

  !> The task: reads star `index` and finds its strongest peak; 1 when it could not.
  recursive function find_peak(index, shared) result(code)
    integer, intent(in) :: index
    class(*), intent(inout) :: shared
    integer :: code

    code = 1
    select type (shared)
    type is (survey)
      call analyse(shared%stars(index), shared%f0, shared%df, shared%nf, code)
    end select
  end function find_peak

  recursive subroutine analyse(one, f0, df, nf, code)
    type(star), intent(inout) :: one
    real(real64), intent(in) :: f0, df
    integer, intent(in) :: nf
    integer, intent(out) :: code
    real(real64), allocatable :: samples(:, :), freq(:), power(:)
    real(real64) :: mean
    integer :: unit, n, peak

    open (newunit=unit, file=one%file, action='read', status='old', iostat=code, iomsg=one%problem)
    if (code /= 0) return
    call count_samples(unit, n)
    allocate (samples(2, n), freq(nf), power(nf), stat=code, errmsg=one%problem)
    if (code == 0) call read_samples(unit, samples, code, one%problem)
    close (unit)
    if (code == 0 .and. n == 0) then
      code = 1
      one%problem = 'no samples'
    end if
    if (code /= 0) return

    mean = sum(samples(2, :)) / n
    samples(2, :) = samples(2, :) - mean
    ! Rows of an array: sections with a stride are as good as whole arrays.
    call fourier_power(samples(1, :), samples(2, :), f0, df, freq, power, stat=code, &
                       errmsg=one%problem)
    if (code /= 0) return
    peak = maxloc(power, dim=1)
    one%frequency = freq(peak)
    one%power = power(peak)
  end subroutine analyse

  recursive subroutine count_samples(unit, n)
    integer, intent(in) :: unit
    integer, intent(out) :: n
    character(len=1000) :: line
    integer :: stat

    n = 0
    do
      read (unit, '(a)', iostat=stat) line
      if (stat /= 0) exit
      if (line /= '' .and. line(1:1) /= '#') n = n + 1
    end do
    rewind (unit)
  end subroutine count_samples

  !> samples(1, :) receives the times, samples(2, :) the values.
  recursive subroutine read_samples(unit, samples, code, problem)
    integer, intent(in) :: unit
    real(real64), intent(out) :: samples(:, :)
    integer, intent(out) :: code
    character(len=*), intent(inout) :: problem
    character(len=1000) :: line
    integer :: n

    code = 0
    n = 0
    do while (n < size(samples, 2) .and. code == 0)
      read (unit, '(a)', iostat=code, iomsg=problem) line
      if (line == '' .or. line(1:1) == '#') cycle
      n = n + 1
      if (code == 0) read (line, *, iostat=code, iomsg=problem) samples(:, n)
    end do
  end subroutine read_samples

end module star_peaks

program parallel
  use, intrinsic :: iso_fortran_env, only: error_unit, real64
  use libfourier, only: FOURIER_OK, FOURIER_TASK_FAILED, fourier_parallel_map
  use star_peaks, only: find_peak, survey
  implicit none
  type(survey) :: all_stars
  integer, allocatable :: codes(:)
  integer :: i, stat
  character(len=400) :: text

  if (command_argument_count() < 4) call fail('usage: parallel F0 DF NF FILE...')
  call read_number(1, all_stars%f0)
  call read_number(2, all_stars%df)
  call get_command_argument(3, text)
  read (text, *, iostat=stat) all_stars%nf
  if (stat /= 0 .or. all_stars%nf < 1) call fail(trim(text) // ' is not a number of frequencies')

  allocate (all_stars%stars(command_argument_count() - 3))
  allocate (codes(size(all_stars%stars)))
  do i = 1, size(codes)
    call get_command_argument(i + 3, all_stars%stars(i)%file)
  end do

  call fourier_parallel_map(size(codes), find_peak, all_stars, codes, stat=stat, errmsg=text)
  if (stat /= FOURIER_OK .and. stat /= FOURIER_TASK_FAILED) call fail(trim(text))
  do i = 1, size(codes)
    associate (one => all_stars%stars(i))
      if (codes(i) == 0) then
        print '(2a, f8.4, a, es11.5)', trim(one%file), ': f =', one%frequency, ', power = ', &
          one%power
      else
        print '(3a)', trim(one%file), ': ', trim(one%problem)
      end if
    end associate
  end do
  if (stat == FOURIER_TASK_FAILED) call fail(trim(text))

contains

  subroutine read_number(position, value)
    integer, intent(in) :: position
    real(real64), intent(out) :: value
    call get_command_argument(position, text)
    read (text, *, iostat=stat) value
    if (stat /= 0) call fail(trim(text) // ' is not a number')
  end subroutine read_number

  subroutine fail(message)
    character(len=*), intent(in) :: message
    write (error_unit, '(2a)') 'parallel: ', message
    stop 1, quiet=.true.
  end subroutine fail

end program parallel
