! The double loop of old programs: a sine and a cosine for every pair of sample and frequency,
! the frequency summed up step by step.
subroutine legacy_loop(t, x, f0, df, n, nf, fr, s1) bind(c)
  use, intrinsic :: iso_c_binding, only: c_double, c_int
  implicit none
  integer(c_int), value :: n, nf
  real(c_double), intent(in) :: t(n), x(n)
  real(c_double), value :: f0, df
  real(c_double), intent(out) :: fr(nf), s1(nf)
  real(c_double), parameter :: two_pi = 2 * acos(-1.0_c_double)
  real(c_double) :: f, phase, cosines, sines
  integer :: j, k

  f = f0
  do k = 1, nf
    cosines = 0
    sines = 0
    do j = 1, n
      phase = two_pi * f * t(j)
      cosines = cosines + x(j) * cos(phase)
      sines = sines + x(j) * sin(phase)
    end do
    fr(k) = f
    s1(k) = cosines**2 + sines**2
    f = f + df
  end do
end subroutine legacy_loop
