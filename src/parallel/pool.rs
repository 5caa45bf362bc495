//! The pool of workers, and how they help with a call.
//!
//! The workers are those of a private rayon pool; the calling thread takes part in its own call.
//! Helping is a job in rayon's queue. It enters the call through a [`Latch`] for one step at a time,
//! so that a call waits for steps that have begun and never for a worker that is busy elsewhere: a
//! job that comes too late finds the latch closed. Three habits make this as fast as it can be:
//!
//! - A helper that finds no more steps looks out for another job for a moment before it sleeps: the
//!   next stage of the same call usually begins within that time.
//! - Between two steps it does a job of another call, if one is waiting: one at a time, and not from
//!   inside such a job.
//! - The caller watches the latch for a moment before it sleeps.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::allowance::Allowance;
use super::latch::{Latch, watch};
use crate::host::fork::{PerProcess, ProcessId, current_process, without_fork};
use crate::host::lock::lock;
use crate::host::signal_mask::with_signals_blocked;
use crate::host::{float_environment, panics};

/// The caller gets a chance to report this often while it waits for helpers.
const TICK: Duration = Duration::from_millis(20);

/// The pool of this process.
static POOL: PerProcess<Mutex<Shared>> = PerProcess::new(Mutex::default);

thread_local! {
    /// Whether this worker is doing a job, between whose steps it may do one of another call.
    static IN_A_JOB: Cell<bool> = const { Cell::new(false) };
}

#[derive(Default)]
struct Shared {
    /// The largest number of threads asked for so far.
    threads: usize,
    pool: Option<Arc<Pool>>,
}

/// Workers that help with calls.
pub struct Pool {
    process: ProcessId,
    workers: ManuallyDrop<rayon::ThreadPool>,
    /// How many started: fewer than asked for where the system refused some.
    started: usize,
    /// Jobs that no worker has begun.
    waiting: AtomicUsize,
}

impl Pool {
    /// The pool, with one worker less than `threads`, since the caller computes too, or with more.
    /// None when one thread is enough or no worker can be had: the caller computes alone then.
    pub fn get(threads: usize) -> Option<Arc<Pool>> {
        if threads <= 1 {
            return None;
        }
        let mut shared = lock(POOL.get());
        if shared.threads < threads {
            shared.threads = threads;
            let larger = without_fork(|| Pool::new(threads - 1));
            let started = shared.pool.as_ref().map_or(0, |pool| pool.started);
            if let Some(pool) = larger.filter(|pool| pool.started > started) {
                // The smaller one ends when the last call that uses it does.
                shared.pool = Some(Arc::new(pool));
            }
        }
        shared.pool.clone()
    }

    fn new(workers: usize) -> Option<Pool> {
        let mut started = 0;
        let builder = rayon::ThreadPoolBuilder::new()
            .num_threads(workers)
            .start_handler(|_| {
                panics::silence_this_thread();
                float_environment::set_default();
            })
            .panic_handler(drop)
            .spawn_handler(|worker| {
                // Rayon makes do with fewer workers than it asks for.
                let builder = thread::Builder::new().name(format!("fourier-{}", worker.index()));
                started += usize::from(builder.spawn(|| worker.run()).is_ok());
                Ok(())
            });
        // Threads inherit the mask: workers take no signals, so the host's handlers run on the
        // host's threads.
        let workers = with_signals_blocked(|| builder.build()).ok()?;
        let (workers, process) = (ManuallyDrop::new(workers), current_process());
        Some(Pool { process, workers, started, waiting: AtomicUsize::new(0) })
    }

    /// Runs `step` again and again on up to `helpers` workers, and `own_step` on this thread, until
    /// they return false everywhere. This thread calls `between` after each of its steps, and every
    /// 20 ms while it has nothing left to do but wait for the others.
    ///
    /// Returns false in a child forked by `own_step` or `between`: the steps that helpers had begun
    /// are lost there.
    pub fn run(
        self: &Arc<Pool>,
        helpers: usize,
        step: &(dyn Fn() -> bool + Sync),
        own_step: &dyn Fn() -> bool,
        between: &dyn Fn(),
    ) -> bool {
        // SAFETY: the reference is only used inside the latch, and this function does not return,
        // not even by a panic, before `Helpers` has closed the latch and seen every helper leave.
        let step = unsafe {
            std::mem::transmute::<&(dyn Fn() -> bool + Sync), &'static (dyn Fn() -> bool + Sync)>(
                step,
            )
        };
        let helpers = Arc::new(Helpers::new(helpers.min(self.started)));
        for _ in 0..helpers.reserved.load(Ordering::Relaxed) {
            let (pool, helpers) = (Arc::clone(self), Arc::clone(&helpers));
            self.waiting.fetch_add(1, Ordering::Relaxed);
            self.workers.spawn(move || pool.help(&helpers, step));
        }
        let waiting = WaitForHelpers { helpers: &helpers, process: self.process, between };
        while own_step() {
            between();
            if self.process != current_process() {
                break;
            }
        }
        drop(waiting);
        self.process == current_process()
    }

    /// A helper's job.
    fn help(&self, helpers: &Helpers, step: &'static (dyn Fn() -> bool + Sync)) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let nested = IN_A_JOB.replace(true);
        let help_another = || {
            !nested
                && self.waiting.load(Ordering::Relaxed) > 0
                && self.workers.yield_now() == Some(rayon::Yield::Executed)
        };
        Allowance::with(helpers.allowance.clone(), || {
            while let Some(inside) = helpers.latch.enter() {
                let more = step();
                drop(inside);
                if !more {
                    break;
                }
                help_another();
            }
        });
        helpers.one_has_ended();
        while !nested && watch(help_another) {}
        IN_A_JOB.set(nested);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A forked child leaves its copy of the parent's pool alone: locks in it may be held.
        if self.process == current_process() {
            // SAFETY: `workers` is not used again.
            unsafe { ManuallyDrop::drop(&mut self.workers) };
        }
    }
}

/// The helpers of one loop.
struct Helpers {
    latch: Latch,
    /// That of the task in which the call was made, whose threads they are.
    allowance: Option<Arc<Allowance>>,
    /// How many have not ended, but may not even have begun.
    reserved: AtomicUsize,
}

impl Helpers {
    fn new(most: usize) -> Helpers {
        let allowance = Allowance::current();
        let reserved = allowance.as_ref().map_or(most, |allowance| allowance.take(most));
        Helpers { latch: Latch::default(), allowance, reserved: AtomicUsize::new(reserved) }
    }

    fn one_has_ended(&self) {
        let less = |reserved: usize| reserved.checked_sub(1);
        let reserved = self.reserved.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        self.give_back(usize::from(reserved.is_ok()));
    }

    fn give_back(&self, threads: usize) {
        if let Some(allowance) = &self.allowance {
            allowance.give_back(threads);
        }
    }
}

/// Closes the latch and waits until nobody is inside, when dropped.
struct WaitForHelpers<'a> {
    helpers: &'a Helpers,
    process: ProcessId,
    between: &'a dyn Fn(),
}

impl Drop for WaitForHelpers<'_> {
    fn drop(&mut self) {
        let Helpers { latch, reserved, .. } = self.helpers;
        latch.close();
        // In a forked child there is nobody to wait for.
        while !latch.wait(TICK) && self.process == current_process() {
            (self.between)();
        }
        // Those that have not begun will find the latch closed.
        self.helpers.give_back(reserved.swap(0, Ordering::Relaxed));
    }
}
