//! Panics stay inside: caught, told as an error, and never printed on the host's terminal.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::host::fork::without_fork;

static HOOK_INSTALLED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Panics of this thread are not printed from now on.
pub fn silence_this_thread() {
    replace_quiet(true);
}

fn replace_quiet(quiet: bool) -> bool {
    // Looked at first: reading costs nothing, and every call of the library comes by here.
    if !HOOK_INSTALLED.load(Ordering::Acquire) && !HOOK_INSTALLED.swap(true, Ordering::AcqRel) {
        without_fork(|| {
            let previous = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !QUIET.get() {
                    previous(info);
                }
            }));
        });
    }
    QUIET.replace(quiet)
}

/// Runs `body`; a panic becomes [`Error::Internal`].
pub fn catch<R>(body: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    let before = replace_quiet(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(body));
    QUIET.set(before);
    outcome.unwrap_or_else(|payload| Err(Error::Internal(message(payload))))
}

fn message(payload: Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    // Dropping a payload can panic in turn; leaking it cannot.
    std::mem::forget(payload);
    text.unwrap_or_else(|| "a panic without a message".to_string())
}
