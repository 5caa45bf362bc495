//! State of this process, made anew after fork().
//!
//! A forked child inherits the parent's memory but none of its threads, so a pool or a lock of
//! the parent's may stay busy for ever there. Everything that the library keeps process-wide
//! therefore lives in a [`PerProcess`]: the child sees that its copy belongs to another process,
//! leaves it alone and makes its own.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

/// Which process this is: changes across fork(). The generation counts forks; the process id
/// covers the copies that no fork handler saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProcessId {
    pid: u32,
    generation: u64,
}

impl ProcessId {
    /// Whether no fork() lies between this process and the one meant, without a system call.
    /// Copies that no fork handler saw need a comparison with [`current_process`].
    pub fn same_generation(self) -> bool {
        self.generation == GENERATION.load(Ordering::Acquire)
    }
}

static GENERATION: AtomicU64 = AtomicU64::new(0);
static HANDLERS_INSTALLED: AtomicBool = AtomicBool::new(false);
static FORK_BARRED: AtomicBool = AtomicBool::new(false);

/// The process that is running now.
pub fn current_process() -> ProcessId {
    if !HANDLERS_INSTALLED.swap(true, Ordering::AcqRel) {
        // SAFETY: the three handlers only touch atomics, which is allowed around fork().
        unsafe { libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child)) };
    }
    ProcessId { pid: std::process::id(), generation: GENERATION.load(Ordering::Acquire) }
}

/// Runs `body` while no fork() can happen, so that no child sees it half done. Short work only.
pub fn without_fork<R>(body: impl FnOnce() -> R) -> R {
    struct Unbar;
    impl Drop for Unbar {
        fn drop(&mut self) {
            FORK_BARRED.store(false, Ordering::Release);
        }
    }
    current_process();
    before_fork_or_work();
    let _unbar = Unbar;
    body()
}

fn before_fork_or_work() {
    while FORK_BARRED.swap(true, Ordering::Acquire) {
        std::thread::yield_now();
    }
}

extern "C" fn before_fork() {
    before_fork_or_work();
}

extern "C" fn in_parent() {
    FORK_BARRED.store(false, Ordering::Release);
}

extern "C" fn in_child() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
    FORK_BARRED.store(false, Ordering::Release);
}

/// A value that each process makes for itself at its first use.
pub struct PerProcess<T: 'static> {
    slot: AtomicPtr<(ProcessId, T)>,
    make: fn() -> T,
}

impl<T: Send + Sync + 'static> PerProcess<T> {
    /// `make` runs at the first use in each process. It may run more than once when threads race
    /// for it; all but one result are dropped.
    pub const fn new(make: fn() -> T) -> PerProcess<T> {
        PerProcess { slot: AtomicPtr::new(std::ptr::null_mut()), make }
    }

    /// This process's value. The parent's, if any, is never dropped: its locks may be held.
    pub fn get(&self) -> &'static T {
        let here = current_process();
        let mut seen = self.slot.load(Ordering::Acquire);
        loop {
            // SAFETY: `slot` is null or came from Box::into_raw below and is never freed.
            if let Some((process, value)) = unsafe { seen.as_ref::<'static>() }
                && *process == here
            {
                return value;
            }
            let made = Box::into_raw(Box::new((here, (self.make)())));
            match self.slot.compare_exchange(seen, made, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => seen = made,
                Err(other) => {
                    // SAFETY: `made` is the box just leaked; nobody else has seen it.
                    drop(unsafe { Box::from_raw(made) });
                    seen = other;
                }
            }
        }
    }
}
