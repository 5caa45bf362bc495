!> libfourier for Fortran: `use libfourier`, and link with -lfourier.
!>
!> All modules of the library under one name. (A module called `fourier` would clash with the
!> legacy routine FOURIER, which needs no module at all.)
module libfourier
  ! One line for each module.
  use libfourier_status
  use libfourier_spectrum
  use libfourier_median
  use libfourier_parallel
  use libfourier_peaks
  use libfourier_periodogram
  use libfourier_process
  implicit none
  public
  ! What the modules share among themselves.
  private :: call_options, set_options, set_search_options, free_options, conclude
  private :: set_model_options, fortran_string, c_string, decimal
end module libfourier
