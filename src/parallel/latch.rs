//! Who may work for a call: helpers come in for one step at a time, and stay out once it is over.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::host::lock::lock;

/// The bit of `state` that says that the call is over.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// Counts the helpers inside a call.
#[derive(Default)]
pub struct Latch {
    /// How many are inside, and whether nobody may enter any more.
    state: AtomicUsize,
    asleep: Mutex<()>,
    left: Condvar,
}

impl Latch {
    /// Enters the call until what is returned is dropped; None once the call is over.
    pub fn enter(&self) -> Option<Inside<'_>> {
        let before = self.state.fetch_add(1, Ordering::Acquire);
        let inside = Inside(self);
        (before & CLOSED == 0).then_some(inside)
    }

    /// Lets nobody enter any more.
    pub fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::Relaxed);
    }

    /// Whether everybody has left, and nobody can enter.
    fn is_empty(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLOSED
    }

    /// Returns whether everybody has left the closed latch, after `most` at the latest.
    pub fn wait(&self, most: Duration) -> bool {
        // They often leave within a moment.
        if watch(|| self.is_empty()) {
            return true;
        }
        let guard = lock(&self.asleep);
        let waited = self.left.wait_timeout_while(guard, most, |()| !self.is_empty());
        let (_guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }
}

/// Being inside a call.
pub struct Inside<'a>(&'a Latch);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if self.0.state.fetch_sub(1, Ordering::Release) == CLOSED | 1 {
            // With the lock held: the caller is either asleep or has yet to look at the state.
            let _guard = lock(&self.0.asleep);
            self.0.left.notify_all();
        }
    }
}

/// Looks out for something that often happens within a moment, since going to sleep and being woken
/// takes as long. Returns whether it did.
pub fn watch(happens: impl Fn() -> bool) -> bool {
    const MOMENT: Duration = Duration::from_micros(50);
    let begin = Instant::now();
    while !happens() {
        if begin.elapsed() > MOMENT {
            return false;
        }
        thread::yield_now();
    }
    true
}
