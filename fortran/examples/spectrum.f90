!> The power spectrum of a light curve.
!>
!> usage: spectrum FILE F0 DF NF [OUTPUT]
!>
!> FILE has a line "time value [error]" for each sample; lines that start with # are comments. The
!> mean is subtracted, the power is computed on the NF frequencies F0, F0 + DF, ... (cycles per unit
!> of time), the strongest peak is printed, and every frequency with its power goes to OUTPUT.
program spectrum
  use, intrinsic :: iso_fortran_env, only: error_unit, int64, iostat_end, real64
  use libfourier, only: fourier_power
  implicit none
  real(real64), allocatable :: t(:), x(:), freq(:), power(:)
  real(real64) :: f0, df
  integer(int64) :: nf, peak
  integer :: stat
  character(len=400) :: reason

  if (command_argument_count() < 4 .or. command_argument_count() > 5) &
    call fail('usage: spectrum FILE F0 DF NF [OUTPUT]')
  f0 = number(2)
  df = number(3)
  nf = count_of(4)
  call read_series(argument(1), t, x)
  x = x - sum(x) / size(x)

  allocate (freq(nf), power(nf), stat=stat)
  if (stat /= 0) call fail('no memory for the spectrum')
  call fourier_power(t, x, f0, df, freq, power, stat=stat, errmsg=reason)
  if (stat /= 0) call fail(trim(reason))

  peak = maxloc(power, dim=1, kind=int64)
  print '(6a)', 'strongest peak: f = ', fixed(freq(peak)), ', period = ', fixed(1 / freq(peak)), &
    ', power = ', scientific(power(peak))
  if (command_argument_count() == 5) call write_spectrum(argument(5))

contains

  subroutine fail(message)
    character(len=*), intent(in) :: message
    write (error_unit, '(2a)') 'spectrum: ', message
    stop 1, quiet=.true.
  end subroutine fail

  function argument(position) result(text)
    integer, intent(in) :: position
    character(len=:), allocatable :: text
    integer :: length
    call get_command_argument(position, length=length)
    allocate (character(len=length) :: text)
    call get_command_argument(position, text)
  end function argument

  function number(position) result(value)
    integer, intent(in) :: position
    real(real64) :: value
    character(len=:), allocatable :: text
    integer :: stat
    text = argument(position)
    read (text, *, iostat=stat) value
    if (stat /= 0) call fail(text // ' is not a number')
  end function number

  function count_of(position) result(value)
    integer, intent(in) :: position
    integer(int64) :: value
    character(len=:), allocatable :: text
    integer :: stat
    text = argument(position)
    read (text, *, iostat=stat) value
    if (stat /= 0) value = 0
    if (value < 1) call fail(text // ' is not a number of frequencies')
  end function count_of

  subroutine read_series(name, t, x)
    character(len=*), intent(in) :: name
    real(real64), allocatable, intent(out) :: t(:), x(:)
    character(len=1000) :: line, message
    integer :: unit, stat, n

    open (newunit=unit, file=name, action='read', status='old', iostat=stat, iomsg=message)
    if (stat /= 0) call fail(trim(message))
    allocate (t(1024), x(1024))
    n = 0
    do
      read (unit, '(a)', iostat=stat, iomsg=message) line
      if (stat == iostat_end) exit
      if (stat /= 0) call fail(name // ': ' // trim(message))
      if (line == '' .or. line(1:1) == '#') cycle
      if (n == size(t)) then
        t = [t, t]
        x = [x, x]
      end if
      n = n + 1
      read (line, *, iostat=stat) t(n), x(n)
      if (stat /= 0) call fail(name // ': expected a time and a value, found: ' // trim(line))
    end do
    close (unit)
    if (n == 0) call fail(name // ': no samples')
    t = t(1:n)
    x = x(1:n)
  end subroutine read_series

  subroutine write_spectrum(name)
    character(len=*), intent(in) :: name
    character(len=400) :: message
    integer(int64) :: k
    integer :: unit, stat

    open (newunit=unit, file=name, action='write', status='replace', iostat=stat, iomsg=message)
    if (stat == 0) write (unit, '(es24.16e3, 1x, es23.16e3)', iostat=stat, iomsg=message) &
      (freq(k), power(k), k=1, nf)
    if (stat == 0) close (unit, iostat=stat, iomsg=message)
    if (stat /= 0) call fail(name // ': ' // trim(message))
  end subroutine write_spectrum

  function fixed(value) result(text)
    real(real64), intent(in) :: value
    character(len=:), allocatable :: text
    character(len=40) :: digits
    write (digits, '(f40.4)') value
    text = trim(adjustl(digits))
  end function fixed

  function scientific(value) result(text)
    real(real64), intent(in) :: value
    character(len=:), allocatable :: text
    character(len=40) :: digits
    write (digits, '(es40.5)') value
    text = trim(adjustl(digits))
  end function scientific

end program spectrum
