//! The last failure of a thread: its text. And the one gate between Rust and its callers, where an
//! outcome or a panic becomes a status and that text is kept.

use std::cell::RefCell;
use std::ffi::{c_char, c_int};
use std::fmt::{self, Display, Write};

use super::status::{fourier_status, status_of};
use crate::error::Error;
use crate::host::{float_environment, panics};

thread_local! {
    static LAST_ERROR: RefCell<Text> = const { RefCell::new(Text(Vec::new())) };
}

/// Runs the body of an exported function, in the default floating-point environment.
pub(super) fn status_from(body: impl FnOnce() -> Result<(), Error>) -> c_int {
    float_environment::with_default(|| status_from_host_code(body))
}

/// The same for a body that is the host's own code, in the host's floating-point environment.
pub(super) fn status_from_host_code(body: impl FnOnce() -> Result<(), Error>) -> c_int {
    match panics::catch(body) {
        Ok(()) => fourier_status::FOURIER_OK as c_int,
        Err(error) => {
            set_last_error(&error);
            status_of(&error)
        }
    }
}

/// Sets what `fourier_last_error` answers on this thread.
fn set_last_error(error: &dyn Display) {
    // A thread that is ending has no place left for the text, and nobody to read it.
    let _ = LAST_ERROR.try_with(|last| last.borrow_mut().set(error));
}

/// Makes `fourier_last_error` answer "" on this thread.
pub(super) fn clear_last_error() {
    set_last_error(&"");
}

/// A C string that ends early where memory is refused.
struct Text(Vec<u8>);

impl Text {
    fn set(&mut self, text: &dyn Display) {
        self.0.clear();
        // An error means that there was no memory for the rest.
        let _ = write!(self, "{text}");
        if self.0.try_reserve(1).is_ok() {
            self.0.push(0);
        }
    }

    fn as_ptr(&self) -> *const c_char {
        if self.0.is_empty() { c"".as_ptr() } else { self.0.as_ptr().cast() }
    }
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        // With room for the NUL that `set` ends the text with.
        self.0.try_reserve(part.len() + 1).map_err(|_| fmt::Error)?;
        // A NUL within would end the text for C.
        self.0.extend(part.bytes().map(|byte| if byte == 0 { b'?' } else { byte }));
        Ok(())
    }
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
