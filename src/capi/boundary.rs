//! The one gate between Rust and its callers: a result or a panic becomes a status, and the text
//! of the failure is kept for the thread that called.

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};

use super::status::{fourier_status, status_of};
use crate::error::Error;
use crate::host::panics;

thread_local! {
    static LAST_ERROR: RefCell<CString> = RefCell::default();
}

/// Runs the body of an exported function.
pub(super) fn gate(body: impl FnOnce() -> Result<(), Error>) -> c_int {
    match panics::catch(body) {
        Ok(()) => fourier_status::FOURIER_OK as c_int,
        Err(error) => {
            remember(&error.to_string());
            status_of(&error)
        }
    }
}

/// Sets what `fourier_last_error` answers on this thread.
pub(super) fn remember(text: &str) {
    let text = CString::new(text.replace('\0', "\\0")).unwrap_or_default();
    // A thread that is ending has no place left for it, and nobody to read it.
    let _ = LAST_ERROR.try_with(|last| last.replace(text));
}

/// Makes `fourier_last_error` answer "" on this thread.
pub(super) fn forget() {
    let _ = LAST_ERROR.try_with(|last| last.take());
}

/// The calling thread's last failure in full: which argument, which index, which step.
///
/// A call that succeeds leaves the text as it is, so that clean-up cannot lose it; `fourier` and
/// `fourier_`, which have no status to return, set it to "" when they succeed.
///
/// @return text that stays valid until the next call that fails on this thread; "" when none has.
///         Never NULL, never freed. From any thread: each has its own text.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_last_error() -> *const c_char {
    LAST_ERROR.try_with(|last| last.borrow().as_ptr()).unwrap_or(c"".as_ptr())
}
