!> What every module of libfourier shares: status codes, texts of errors, threads, and the options
!> of a call.
!>
!> Every procedure that can fail ends with the optional arguments `stat` and `errmsg`, which work
!> as in Fortran's own statements: `stat` becomes 0 or one of the codes below (or -errno from the
!> operating system); `errmsg` receives the text of a failure, cut or padded to its length, and
!> keeps its value on success; without `stat` a failure ends the program with ERROR STOP and the
!> whole text. Positions in brackets, as in `t[3]`, count from 0 as in C.
module libfourier_status
  use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_f_pointer, c_funloc, &
    c_funptr, c_int, c_loc, c_null_char, c_null_ptr, c_ptr, c_size_t
  use, intrinsic :: iso_fortran_env, only: int32, int64, real64
  implicit none
  private

  public :: fourier_version, fourier_strerror, fourier_last_error
  public :: fourier_set_num_threads, fourier_get_num_threads
  public :: fourier_report
  ! For the other modules of libfourier:
  public :: call_options, set_options, set_search_options, set_model_options, free_options, conclude
  public :: fortran_string, c_string, decimal

  ! enum fourier_status of fourier.h, number by number.
  integer, parameter, public :: FOURIER_OK = 0
  !> An argument is outside what the procedure accepts.
  integer, parameter, public :: FOURIER_INVALID_ARGUMENT = 1
  !> A number is NaN or infinite where a finite one is needed.
  integer, parameter, public :: FOURIER_NOT_FINITE = 2
  !> Memory for the working arrays could not be had.
  integer, parameter, public :: FOURIER_OUT_OF_MEMORY = 3
  !> The library cannot do this.
  integer, parameter, public :: FOURIER_NOT_SUPPORTED = 4
  !> The tolerance is below what double precision can give for these arguments.
  integer, parameter, public :: FOURIER_TOLERANCE_UNREACHABLE = 5
  !> The progress function asked to stop.
  integer, parameter, public :: FOURIER_CANCELLED = 6
  !> At least one task of fourier_parallel_map returned non-zero.
  integer, parameter, public :: FOURIER_TASK_FAILED = 7
  !> A defect of the library itself.
  integer, parameter, public :: FOURIER_INTERNAL = 8
  !> The stream has ended and everything in it has been read.
  integer, parameter, public :: FOURIER_END_OF_STREAM = 9
  !> What was waited for did not come in time.
  integer, parameter, public :: FOURIER_TIMED_OUT = 10
  !> The line is longer than the room for it (C only).
  integer, parameter, public :: FOURIER_LINE_CONTINUES = 11
  !> The program has ended, but somebody else took its exit status.
  integer, parameter, public :: FOURIER_STATUS_LOST = 12
  !> The process was started by another process, of which this one is a forked copy.
  integer, parameter, public :: FOURIER_NOT_OUR_CHILD = 13
  !> The program wrote more that nobody has read than may be kept.
  integer, parameter, public :: FOURIER_OUTPUT_LIMIT = 14
  !> The program has not ended yet.
  integer, parameter, public :: FOURIER_STILL_RUNNING = 15
  !> Peaks too close to a sinusoid to be told from it were merged with it; all results are there.
  integer, parameter, public :: FOURIER_UNRESOLVED = 16

  !> A whole number in as many digits as it needs.
  interface decimal
    module procedure decimal_int32, decimal_int64
  end interface decimal

  abstract interface
    !> Told the fraction done of a call, from 0 to 1, on the thread that made the call: at its
    !> start, at most every 20 ms, and at its end. A result of .true. cancels the call. Best a
    !> module procedure: gfortran puts code on the stack to pass an internal one, which hardened
    !> systems forbid.
    function fourier_report(fraction) result(cancel)
      import :: real64
      real(real64), intent(in) :: fraction
      logical :: cancel
    end function fourier_report
  end interface

  !> The options of one call, between set_options and free_options: pass `handle` to the library.
  !> It must be a variable with the target attribute that lives as long as the call.
  type :: call_options
    type(c_ptr) :: handle = c_null_ptr
    procedure(fourier_report), pointer, nopass :: report => null()
  end type call_options

  interface
    function c_version() result(text) bind(C, name='fourier_version')
      import :: c_ptr
      type(c_ptr) :: text
    end function c_version

    function c_strerror(status) result(text) bind(C, name='fourier_strerror')
      import :: c_int, c_ptr
      integer(c_int), value :: status
      type(c_ptr) :: text
    end function c_strerror

    function c_last_error() result(text) bind(C, name='fourier_last_error')
      import :: c_ptr
      type(c_ptr) :: text
    end function c_last_error

    subroutine c_set_num_threads(threads) bind(C, name='fourier_set_num_threads')
      import :: c_int
      integer(c_int), value :: threads
    end subroutine c_set_num_threads

    function c_get_num_threads() result(threads) bind(C, name='fourier_get_num_threads')
      import :: c_int
      integer(c_int) :: threads
    end function c_get_num_threads

    function c_options_new() result(options) bind(C, name='fourier_options_new')
      import :: c_ptr
      type(c_ptr) :: options
    end function c_options_new

    subroutine c_options_free(options) bind(C, name='fourier_options_free')
      import :: c_ptr
      type(c_ptr), value :: options
    end subroutine c_options_free

    function c_options_set_tolerance(options, relative) result(status) &
        bind(C, name='fourier_options_set_tolerance')
      import :: c_double, c_int, c_ptr
      type(c_ptr), value :: options
      real(c_double), value :: relative
      integer(c_int) :: status
    end function c_options_set_tolerance

    function c_options_set_fit_mean(options, on) result(status) &
        bind(C, name='fourier_options_set_fit_mean')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: on
      integer(c_int) :: status
    end function c_options_set_fit_mean

    function c_options_set_center_data(options, on) result(status) &
        bind(C, name='fourier_options_set_center_data')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: on
      integer(c_int) :: status
    end function c_options_set_center_data

    function c_options_set_terms(options, terms) result(status) &
        bind(C, name='fourier_options_set_terms')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: terms
      integer(c_int) :: status
    end function c_options_set_terms

    function c_options_set_normalization(options, normalization) result(status) &
        bind(C, name='fourier_options_set_normalization')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: normalization
      integer(c_int) :: status
    end function c_options_set_normalization

    function c_options_set_noise_window(options, width) result(status) &
        bind(C, name='fourier_options_set_noise_window')
      import :: c_double, c_int, c_ptr
      type(c_ptr), value :: options
      real(c_double), value :: width
      integer(c_int) :: status
    end function c_options_set_noise_window

    function c_options_set_uncertainties(options, uncertainties) result(status) &
        bind(C, name='fourier_options_set_uncertainties')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: uncertainties
      integer(c_int) :: status
    end function c_options_set_uncertainties

    function c_options_set_threads(options, threads) result(status) &
        bind(C, name='fourier_options_set_threads')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: threads
      integer(c_int) :: status
    end function c_options_set_threads

    function c_options_set_method(options, method) result(status) &
        bind(C, name='fourier_options_set_method')
      import :: c_int, c_ptr
      type(c_ptr), value :: options
      integer(c_int), value :: method
      integer(c_int) :: status
    end function c_options_set_method

    function c_options_set_progress(options, report, user) result(status) &
        bind(C, name='fourier_options_set_progress')
      import :: c_funptr, c_int, c_ptr
      type(c_ptr), value :: options
      type(c_funptr), value :: report
      type(c_ptr), value :: user
      integer(c_int) :: status
    end function c_options_set_progress

    pure function c_strlen(text) result(length) bind(C, name='strlen')
      import :: c_ptr, c_size_t
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function c_strlen
  end interface

contains

  !> Version of the library at run time, as "MAJOR.MINOR.PATCH".
  function fourier_version() result(version)
    character(len=:), allocatable :: version
    version = fortran_string(c_version())
  end function fourier_version

  !> Text of a status: a code of this module, 0, or -errno.
  function fourier_strerror(status) result(text)
    integer, intent(in) :: status
    character(len=:), allocatable :: text
    text = fortran_string(c_strerror(int(status, c_int)))
  end function fourier_strerror

  !> The calling thread's last failure inside the library in full, "" when there was none. After
  !> CALL FOURIER, which has no other way to tell, it is "" on success. Mismatched sizes of arrays
  !> are found before the library is called: they are told in `errmsg` only.
  function fourier_last_error() result(text)
    character(len=:), allocatable :: text
    text = fortran_string(c_last_error())
  end function fourier_last_error

  !> Sets the number of threads of this process's calls that do not set their own: 1 to 1024; 0 =
  !> automatic (FOURIER_NUM_THREADS, or the processors that this process may use).
  subroutine fourier_set_num_threads(threads)
    integer, intent(in) :: threads
    call c_set_num_threads(int(threads, c_int))
  end subroutine fourier_set_num_threads

  !> The number of threads that a call without its own setting uses.
  function fourier_get_num_threads() result(threads)
    integer :: threads
    threads = int(c_get_num_threads())
  end function fourier_get_num_threads

  !> Makes the options of one call from the arguments that are present; none present leaves the
  !> handle NULL, which means the defaults. `problem` tells a failure. Free them in any case.
  recursive subroutine set_options(options, status, problem, tolerance, threads, method, progress)
    type(call_options), intent(inout), target :: options
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(out) :: problem
    real(real64), intent(in), optional :: tolerance
    integer, intent(in), optional :: threads
    integer, intent(in), optional :: method
    procedure(fourier_report), optional :: progress

    status = FOURIER_OK
    if (.not. (present(tolerance) .or. present(threads) .or. present(method) &
               .or. present(progress))) return
    options%handle = c_options_new()
    if (.not. c_associated(options%handle)) then
      status = FOURIER_OUT_OF_MEMORY
      problem = 'out of memory: no options'
      return
    end if
    if (present(tolerance)) then
      status = c_options_set_tolerance(options%handle, tolerance)
      if (status /= FOURIER_OK) then
        problem = 'tolerance must be above 0 and at most 1: ' // fourier_last_error()
        return
      end if
    end if
    if (present(threads)) status = c_options_set_threads(options%handle, int(threads, c_int))
    if (present(method) .and. status == FOURIER_OK) &
      status = c_options_set_method(options%handle, int(method, c_int))
    if (present(progress) .and. status == FOURIER_OK) then
      options%report => progress
      status = c_options_set_progress(options%handle, c_funloc(relay), c_loc(options))
    end if
    if (status /= FOURIER_OK) problem = fourier_last_error()
  end subroutine set_options

  !> The settings of a search for sinusoids, added to those of set_options.
  recursive subroutine set_search_options(options, status, problem, noise_window, uncertainties)
    type(call_options), intent(inout), target :: options
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem
    real(real64), intent(in), optional :: noise_window
    integer, intent(in), optional :: uncertainties

    status = FOURIER_OK
    if (.not. (present(noise_window) .or. present(uncertainties))) return
    if (.not. c_associated(options%handle)) options%handle = c_options_new()
    if (.not. c_associated(options%handle)) then
      status = FOURIER_OUT_OF_MEMORY
      problem = 'out of memory: no options'
      return
    end if
    if (present(noise_window)) then
      status = c_options_set_noise_window(options%handle, noise_window)
      if (status /= FOURIER_OK) problem = 'noise_window: ' // fourier_last_error()
    end if
    if (present(uncertainties) .and. status == FOURIER_OK) then
      status = c_options_set_uncertainties(options%handle, int(uncertainties, c_int))
      if (status /= FOURIER_OK) problem = fourier_last_error()
    end if
  end subroutine set_search_options

  !> The settings of a periodogram's model, added to those of set_options.
  recursive subroutine set_model_options(options, status, problem, fit_mean, center_data, terms, &
                                         normalization)
    type(call_options), intent(inout), target :: options
    integer(c_int), intent(out) :: status
    character(len=:), allocatable, intent(inout) :: problem
    logical, intent(in), optional :: fit_mean, center_data
    integer, intent(in), optional :: terms, normalization

    status = FOURIER_OK
    if (.not. (present(fit_mean) .or. present(center_data) .or. present(terms) &
               .or. present(normalization))) return
    if (.not. c_associated(options%handle)) options%handle = c_options_new()
    if (.not. c_associated(options%handle)) then
      status = FOURIER_OUT_OF_MEMORY
      problem = 'out of memory: no options'
      return
    end if
    if (present(fit_mean)) status = c_options_set_fit_mean(options%handle, merge(1_c_int, 0_c_int, &
                                                                                 fit_mean))
    if (present(center_data) .and. status == FOURIER_OK) &
      status = c_options_set_center_data(options%handle, merge(1_c_int, 0_c_int, center_data))
    if (present(terms) .and. status == FOURIER_OK) &
      status = c_options_set_terms(options%handle, int(terms, c_int))
    if (present(normalization) .and. status == FOURIER_OK) &
      status = c_options_set_normalization(options%handle, int(normalization, c_int))
    if (status /= FOURIER_OK) problem = fourier_last_error()
  end subroutine set_model_options

  !> Frees what set_options made.
  recursive subroutine free_options(options)
    type(call_options), intent(inout) :: options
    call c_options_free(options%handle)
    options%handle = c_null_ptr
  end subroutine free_options

  ! The progress function that C calls: hands on to the Fortran one. An empty name, so that no
  ! symbol `relay` is exported.
  recursive function relay(fraction, user) result(cancel) bind(C, name='')
    real(c_double), intent(in), value :: fraction
    type(c_ptr), intent(in), value :: user
    integer(c_int) :: cancel
    type(call_options), pointer :: options

    call c_f_pointer(user, options)
    cancel = merge(1_c_int, 0_c_int, options%report(fraction))
  end function relay

  !> Ends a procedure as Fortran's own statements end: with `stat` and `errmsg`, or ERROR STOP. The
  !> text is `procedure: problem`; without `problem` it is the library's last error.
  recursive subroutine conclude(procedure, status, stat, errmsg, problem)
    character(len=*), intent(in) :: procedure
    integer(c_int), intent(in) :: status
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable, intent(in), optional :: problem
    character(len=:), allocatable :: text
    logical :: told

    if (present(stat)) stat = int(status)
    if (status == FOURIER_OK) return
    told = present(problem)
    if (told) told = allocated(problem)
    if (told) then
      text = procedure // ': ' // problem
    else
      text = procedure // ': ' // fourier_last_error()
    end if
    if (present(errmsg)) errmsg = text
    if (.not. present(stat)) error stop text
  end subroutine conclude

  !> The characters of a NUL-terminated C string.
  recursive function fortran_string(text) result(copy)
    type(c_ptr), intent(in) :: text
    character(len=:), allocatable :: copy
    character(kind=c_char), pointer :: bytes(:)
    integer(c_size_t) :: length, i

    length = c_strlen(text)
    call c_f_pointer(text, bytes, [length])
    allocate (character(len=length) :: copy)
    do i = 1, length
      copy(i:i) = bytes(i)
    end do
  end function fortran_string

  !> The text with a NUL at its end, for C. Blanks at the end are kept.
  pure function c_string(text) result(copy)
    character(len=*), intent(in) :: text
    character(kind=c_char, len=:), allocatable :: copy
    copy = text // c_null_char
  end function c_string

  pure function decimal_int64(number) result(text)
    integer(int64), intent(in) :: number
    character(len=:), allocatable :: text
    character(len=20) :: digits
    write (digits, '(i0)') number
    text = trim(digits)
  end function decimal_int64

  pure function decimal_int32(number) result(text)
    integer(int32), intent(in) :: number
    character(len=:), allocatable :: text
    text = decimal_int64(int(number, int64))
  end function decimal_int32

end module libfourier_status
