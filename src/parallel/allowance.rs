//! How many threads the calls inside a task may use: those of the call around it, together.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::host::fork::{ProcessId, current_process};

/// The threads of a call whose tasks may make calls of their own.
pub struct Allowance {
    process: ProcessId,
    /// Threads that are not in use.
    free: AtomicUsize,
    /// That of the task in which the call was made.
    around: Option<Arc<Allowance>>,
}

thread_local! {
    /// That of the task which this thread is working on.
    static CURRENT: RefCell<Option<Arc<Allowance>>> = const { RefCell::new(None) };
}

impl Allowance {
    /// Of `threads` threads, one of them in use: the calling one.
    pub fn new(threads: usize) -> Allowance {
        let around = Allowance::current();
        Allowance { process: current_process(), free: AtomicUsize::new(threads - 1), around }
    }

    /// That of the task which this thread is working on. A child forked inside a task has none:
    /// the other threads do not exist there.
    pub fn current() -> Option<Arc<Allowance>> {
        let current = CURRENT.with_borrow(Option::clone)?;
        (current.process == current_process()).then_some(current)
    }

    /// Runs `body` as work on a task under `allowance`.
    pub fn with<R>(allowance: Option<Arc<Allowance>>, body: impl FnOnce() -> R) -> R {
        struct Restore(Option<Arc<Allowance>>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(allowance));
        body()
    }

    /// Takes up to `most` threads into use; returns how many.
    pub fn take(&self, most: usize) -> usize {
        let less = |free: usize| Some(free.saturating_sub(most));
        let free = self.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        let taken = free.unwrap_or_else(|free| free).min(most);
        let allowed = self.around.as_ref().map_or(taken, |around| around.take(taken));
        self.free.fetch_add(taken - allowed, Ordering::Relaxed);
        allowed
    }

    /// Gives threads back.
    pub fn give_back(&self, threads: usize) {
        self.free.fetch_add(threads, Ordering::Relaxed);
        if let Some(around) = &self.around {
            around.give_back(threads);
        }
    }
}
