//! Options of a call, and the number of threads of a process.

use std::ffi::{c_double, c_int, c_void};
use std::mem::MaybeUninit;

use super::arguments::{Enumeration, at_most, enumerator, finite, free, handle_of, object_mut};
use super::status_from::status_from;
use crate::error::Error;
use crate::host::float_environment::Environment;
use crate::median::NanPolicy;
use crate::parallel::{self, Call, MAX_THREADS};
use crate::periodogram::{self, prewhiten::Uncertainties};
use crate::spectrum::{self, Method};

/// Progress of a call: told the fraction done, from 0 to 1; a non-zero return cancels the call.
/// Called on the thread that made the call, at its start, at most every 20 ms, and at its end, in
/// the caller's floating-point environment; what it changes there is gone when it returns.
#[allow(non_camel_case_types)]
pub type fourier_progress =
    Option<unsafe extern "C" fn(fraction: c_double, user: *mut c_void) -> c_int>;

/// How a call is to be done. Opaque; made by fourier_options_new. One handle may serve any number
/// of calls, also from several threads at once, as long as it is not changed meanwhile.
#[allow(non_camel_case_types)]
pub struct fourier_options {
    pub(super) spectrum: spectrum::Options,
    pub(super) periodogram: periodogram::Options,
    pub(super) nan: NanPolicy,
    pub(super) noise_window: f64,
    pub(super) uncertainties: Uncertainties,
    threads: usize,
    progress: fourier_progress,
    user: *mut c_void,
}

impl fourier_options {
    const DEFAULT: fourier_options = fourier_options {
        spectrum: spectrum::Options { tolerance: None, method: Method::Auto },
        periodogram: periodogram::Options::DEFAULT,
        nan: NanPolicy::Largest,
        noise_window: 1.0,
        uncertainties: Uncertainties::Covariance,
        threads: 0,
        progress: None,
        user: std::ptr::null_mut(),
    };

    /// The options behind a pointer from C: NULL = the defaults.
    ///
    /// # Safety
    /// `options` must be NULL or a handle that is not freed or changed while `'a` lasts.
    pub(super) unsafe fn of<'a>(options: *const fourier_options) -> &'a fourier_options {
        // SAFETY: the caller's promise.
        unsafe { options.as_ref() }.unwrap_or(&fourier_options::DEFAULT)
    }

    /// Runs `body` with these options' threads and progress.
    pub(super) fn run<R>(&self, body: impl FnOnce(&Call) -> Result<R, Error>) -> Result<R, Error> {
        let user = self.user;
        match self.progress {
            None => body(&Call::new(self.threads)),
            Some(progress) => {
                // SAFETY: whoever set the progress function promised that it can be called so.
                let report = |fraction| unsafe { progress(fraction, user) } != 0;
                let host = Environment::of_host();
                let report = |fraction| host.with(|| report(fraction));
                Call::watched(self.threads, &report, body)
            }
        }
    }
}

// SAFETY: only for the constant DEFAULT, whose pointer is NULL; handles are the caller's to share.
unsafe impl Sync for fourier_options {}

/// Changes options.
///
/// # Safety
/// `options` must be NULL or a handle that nobody else uses meanwhile.
pub(super) unsafe fn change_options(
    options: *mut fourier_options,
    change: impl FnOnce(&mut fourier_options) -> Result<(), Error>,
) -> c_int {
    // SAFETY: the caller's promise.
    status_from(|| change(unsafe { object_mut("options", options) }?))
}

/// Makes options with every setting at its default.
///
/// @return a handle for fourier_options_free, or NULL when there is no memory. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_options_new() -> *mut fourier_options {
    let mut options = std::ptr::null_mut();
    status_from(|| {
        options = handle_of(fourier_options::DEFAULT, "options")?;
        Ok(())
    });
    options
}

/// Frees options; NULL is allowed. No call may be using them.
///
/// @param options  from fourier_options_new, or NULL. From any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_free(options: *mut fourier_options) {
    // SAFETY: it came from fourier_options_new and is freed once, as documented.
    unsafe { free(options) }
}

/// How a spectrum is computed.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_method {
    /// Whichever is fastest.
    FOURIER_METHOD_AUTO = 0,
    /// The sum as it is written, n * nf terms.
    FOURIER_METHOD_DIRECT = 1,
    /// The blocked nonuniform FFT.
    FOURIER_METHOD_FAST = 2,
}

impl Enumeration for fourier_method {
    type Meaning = Method;
    const NAME: &str = "fourier_method";
    const ALL: &[(Self, Method)] = &[
        (Self::FOURIER_METHOD_AUTO, Method::Auto),
        (Self::FOURIER_METHOD_DIRECT, Method::Direct),
        (Self::FOURIER_METHOD_FAST, Method::Fast),
    ];
}

/// Sets how a spectrum is computed.
///
/// @param options  not NULL; not while another thread uses them
/// @param method   FOURIER_METHOD_AUTO (the default), _DIRECT or _FAST
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_method(
    options: *mut fourier_options,
    method: MaybeUninit<fourier_method>,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.spectrum.method = enumerator("method", method)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets how exact a spectrum must be: |F - exact| <= relative * sum |x| at every frequency, where
/// F is the complex spectrum and the power is |F|^2.
///
/// @param options  not NULL; not while another thread uses them
/// @param relative from 0 (excluded) to 1; default 1e-13. Smaller ones are kept down to 2e-15
///                 by the direct sum, and to 1e-14 by FOURIER_METHOD_FAST
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE. A tolerance that cannot be
///         kept makes the later call return FOURIER_TOLERANCE_UNREACHABLE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_tolerance(
    options: *mut fourier_options,
    relative: c_double,
) -> c_int {
    let change = |options: &mut fourier_options| {
        let relative = finite("relative", relative)?;
        if relative <= 0.0 || relative > 1.0 {
            let problem = format!("{relative:?} is not above 0 and at most 1");
            return Err(Error::invalid("relative", problem));
        }
        options.spectrum.tolerance = Some(relative);
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets the number of threads of a call.
///
/// The result of every function is the same, bit for bit, for any number.
///
/// @param options  not NULL; not while another thread uses them
/// @param threads  1 to 1024; 0 = the default of the process
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_threads(
    options: *mut fourier_options,
    threads: c_int,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.threads = at_most("threads", MAX_THREADS, threads)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets a function that is told the progress of a call and may cancel it.
///
/// @param options  not NULL; not while another thread uses them
/// @param report   called on the calling thread with the fraction done, from 0 to 1; returns
///                 non-zero to cancel: the call then returns FOURIER_CANCELLED within about 50 ms
///                 and leaves its outputs partly written. NULL = none. It must not longjmp or
///                 throw out
/// @param user     handed to report as it is; may be NULL
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_progress(
    options: *mut fourier_options,
    report: fourier_progress,
    user: *mut c_void,
) -> c_int {
    let change = |options: &mut fourier_options| {
        (options.progress, options.user) = (report, user);
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets the number of threads of this process's calls that do not set their own.
///
/// @param threads  1 to 1024 (more counts as 1024); 0 or less = automatic: FOURIER_NUM_THREADS from
///                 the environment as it was at the first call, or the processors that this process
///                 may use (affinity and container quota). From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_set_num_threads(threads: c_int) {
    parallel::set_num_threads(usize::try_from(threads).unwrap_or(0));
}

/// The number of threads that a call without its own setting uses.
///
/// @return 1 to 1024. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_get_num_threads() -> c_int {
    parallel::num_threads() as c_int
}
