!> fourier_parallel_map of module libfourier. Prints the name of each promise once it is kept; the
!> first broken one ends the program.
module tasks
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier
  implicit none
  integer, parameter :: pieces = 16, piece = 25

  type :: spectrum_in_pieces
    real(real64) :: t(200), x(200), f0, df
    real(real64) :: freq(piece * pieces), power(piece * pieces)
    integer :: runs(pieces) = 0
  end type spectrum_in_pieces

contains

  subroutine promise(text, kept)
    character(len=*), intent(in) :: text
    logical, intent(in) :: kept
    if (.not. kept) error stop 'broken: ' // text
    print '(a)', text
  end subroutine promise

  !> One piece of the spectrum: a library call inside a task.
  recursive function one_piece(index, shared) result(code)
    integer, intent(in) :: index
    class(*), intent(inout) :: shared
    integer :: code, first, last
    code = -1
    select type (shared)
    type is (spectrum_in_pieces)
      first = 1 + (index - 1) * piece
      last = index * piece
      shared%runs(index) = shared%runs(index) + 1
      call fourier_power(shared%t, shared%x, shared%f0 + (first - 1) * shared%df, shared%df, &
                         shared%freq(first:last), shared%power(first:last), stat=code)
    end select
  end function one_piece

  !> Fails in every fifth task.
  recursive function every_fifth(index, shared) result(code)
    integer, intent(in) :: index
    class(*), intent(inout) :: shared
    integer :: code
    code = 0
    select type (shared)
    type is (integer)
      if (mod(index, 5) == 0) code = shared + index
    end select
  end function every_fifth

  logical function stop_it(fraction)
    real(real64), intent(in) :: fraction
    stop_it = fraction >= 0
  end function stop_it

end module tasks

program parallel
  use tasks
  implicit none
  type(spectrum_in_pieces) :: work
  real(real64) :: freq(piece * pieces), power(piece * pieces)
  integer :: codes(pieces), table(2, pieces), offset, stat, i
  character(len=100) :: message

  work%t = [(0.37_real64 * i + 0.2_real64 * sin(real(i, real64)), i=1, size(work%t))]
  work%x = sin(work%t)
  ! Exact in binary, so that the pieces lie on the grid of the whole.
  work%f0 = 0.03125_real64
  work%df = 0.0009765625_real64
  call fourier_power(work%t, work%x, work%f0, work%df, freq, power)

  codes = -1
  call fourier_parallel_map(pieces, one_piece, work, codes)
  call promise('every task runs once', all(work%runs == 1))
  call promise('every task succeeds', all(codes == 0))
  call promise('the pieces are the whole', all(work%freq == freq) .and. &
               maxval(abs(work%power - power)) <= 1e-10 * maxval(power))

  call fourier_parallel_map(pieces, one_piece, work, threads=1)
  call promise('results are optional', all(work%runs == 2))

  offset = 100
  table = -1
  call fourier_parallel_map(pieces, every_fifth, offset, table(2, :), stat=stat, errmsg=message)
  call promise('a failed task is told', stat == FOURIER_TASK_FAILED)
  call promise('indices count from 1', message == 'fourier_parallel_map: 3 of 16 tasks failed; ' // &
               'the first was task 5, which returned 105')
  call promise('results in a section', &
               all(table(2, :) == [(merge(100 + i, 0, mod(i, 5) == 0), i=1, pieces)]))
  call promise('nothing else is written', all(table(1, :) == -1))

  call fourier_parallel_map(3, one_piece, work, codes, stat=stat, errmsg=message)
  call promise('sizes must fit', stat == FOURIER_INVALID_ARGUMENT .and. &
               message == 'fourier_parallel_map: size(results) is 16, but count is 3')
  call fourier_parallel_map(-1, one_piece, work, stat=stat, errmsg=message)
  call promise('a negative count', stat == FOURIER_INVALID_ARGUMENT .and. index(message, '-1') > 0)
  call fourier_parallel_map(0, one_piece, work, codes(:0))
  call promise('no tasks', all(work%runs == 2))
  call fourier_parallel_map(pieces, one_piece, work, codes, progress=stop_it, stat=stat)
  call promise('progress may cancel', stat == FOURIER_CANCELLED .and. all(work%runs == 2))
end program parallel
