//! The pools, one for each number of threads asked for, and who may enter a call's work.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use crate::host::fork::{PerProcess, ProcessId, current_process, without_fork};
use crate::host::lock::lock;
use crate::host::signal_mask::with_signals_blocked;

/// The most threads that can be asked for.
pub const MAX_THREADS: usize = 1024;

/// The default number of threads: 0 = what the environment or the machine says.
static NUM_THREADS: AtomicUsize = AtomicUsize::new(0);

static AUTOMATIC: PerProcess<usize> = PerProcess::new(|| {
    let wanted =
        std::env::var("FOURIER_NUM_THREADS").ok().and_then(|text| text.trim().parse().ok());
    match wanted {
        Some(threads) if (1..=MAX_THREADS).contains(&threads) => threads,
        // Affinity and container quota are taken into account.
        _ => std::thread::available_parallelism().map_or(1, |n| n.get().min(MAX_THREADS)),
    }
});

static POOLS: PerProcess<Mutex<BTreeMap<usize, Option<Arc<Pool>>>>> =
    PerProcess::new(|| Mutex::new(BTreeMap::new()));

thread_local! {
    /// The pool of the call that this thread is computing for.
    static CURRENT: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
}

/// Sets the default number of threads of this process; 0 = automatic.
pub fn set_num_threads(threads: usize) {
    NUM_THREADS.store(threads.min(MAX_THREADS), Ordering::Relaxed);
}

/// The number of threads that a call without a wish of its own uses.
pub fn num_threads() -> usize {
    match NUM_THREADS.load(Ordering::Relaxed) {
        0 => *AUTOMATIC.get(),
        threads => threads,
    }
}

/// Workers for calls on `threads` threads: one less, since the caller computes too.
pub struct Pool {
    threads: usize,
    process: ProcessId,
    crew: Arc<Crew>,
}

impl Pool {
    /// The pool for `threads` threads, or that of the call around this one. None when one thread
    /// is enough or no thread can be had: the caller computes alone then.
    pub fn get(threads: usize) -> Option<Arc<Pool>> {
        let here = current_process();
        if let Some(around) = CURRENT.with_borrow(Clone::clone)
            && around.process == here
        {
            return Some(around);
        }
        if threads <= 1 {
            return None;
        }
        let mut pools = lock(POOLS.get());
        pools
            .entry(threads)
            .or_insert_with(|| without_fork(|| Pool::new(threads, here)).map(Arc::new))
            .clone()
    }

    fn new(threads: usize, process: ProcessId) -> Option<Pool> {
        let crew = Arc::new(Crew::default());
        let start = |index: usize| {
            let crew = Arc::clone(&crew);
            let builder = thread::Builder::new().name(format!("fourier-{index}"));
            builder.spawn(move || crew.work()).is_ok()
        };
        // Threads inherit the mask: workers take no signals, so the host's handlers run on the
        // host's threads.
        let started = with_signals_blocked(|| (0..threads - 1).take_while(|&i| start(i)).count());
        (started > 0).then_some(Pool { threads: started + 1, process, crew })
    }

    /// Runs `step` again and again on up to `helpers` workers, and `own_step` on this thread, until
    /// they return false everywhere. This thread calls `between` after each of its steps, and every
    /// 20 ms while it has nothing left to do but wait for the others.
    pub fn run(
        self: &Arc<Pool>,
        helpers: usize,
        step: &(dyn Fn() -> bool + Sync),
        own_step: &dyn Fn() -> bool,
        between: &dyn Fn(),
    ) {
        // SAFETY: the reference is only used between Gate::enter and Gate::leave, and this
        // function does not return, not even by a panic, before Closing has shut the gate and
        // seen every thread leave.
        let step_forever: &'static (dyn Fn() -> bool + Sync) = unsafe { std::mem::transmute(step) };
        let gate = Arc::new(Gate::default());
        let (shared_gate, pool) = (Arc::clone(&gate), Arc::clone(self));
        let job: Job = Arc::new(move || {
            let _current = Entered::new(Arc::clone(&pool));
            shared_gate.enter() && {
                let more = step_forever();
                shared_gate.leave();
                more
            }
        });
        self.crew.ask(job, helpers.min(self.threads - 1));
        let _closing = Closing { gate: &gate, between };
        let _current = Entered::new(Arc::clone(self));
        while own_step() {
            between();
        }
    }
}

/// One step of a call's work, to be repeated as long as it answers true.
type Job = Arc<dyn Fn() -> bool + Send + Sync>;

/// The workers of a pool, and what they are asked to do. An idle worker sleeps after a moment, so
/// that the system wakes it on a processor that is free: one that only yields may share the
/// caller's.
#[derive(Default)]
struct Crew {
    queue: Mutex<VecDeque<Job>>,
    /// Length of the queue, to be looked at without the lock.
    queued: AtomicUsize,
    asked: Condvar,
}

impl Crew {
    /// How often an idle worker looks for work before it sleeps: some 20 microseconds, in which
    /// the next stage of the same call often begins.
    const LOOKS: usize = 1000;

    fn ask(&self, job: Job, workers: usize) {
        let mut queue = lock(&self.queue);
        queue.extend(std::iter::repeat_n(job, workers));
        self.queued.store(queue.len(), Ordering::Release);
        drop(queue);
        for _ in 0..workers {
            self.asked.notify_one();
        }
    }

    /// The life of a worker. Between two steps it lets other calls in.
    fn work(&self) {
        crate::host::panics::silence_this_thread();
        crate::host::float_environment::set_default();
        let mut job = self.next();
        loop {
            if !job() {
                job = self.next();
            } else if self.queued.load(Ordering::Acquire) > 0 {
                let mut queue = lock(&self.queue);
                queue.push_back(job);
                job = queue.pop_front().expect("it holds a job");
                self.queued.store(queue.len(), Ordering::Release);
            }
        }
    }

    fn next(&self) -> Job {
        for _ in 0..Crew::LOOKS {
            if self.queued.load(Ordering::Acquire) > 0 {
                break;
            }
            std::hint::spin_loop();
        }
        let mut queue = lock(&self.queue);
        loop {
            if let Some(job) = queue.pop_front() {
                self.queued.store(queue.len(), Ordering::Release);
                return job;
            }
            queue = self.asked.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Marks this thread as computing for a call on `pool`, until dropped.
struct Entered(Option<Arc<Pool>>);

impl Entered {
    fn new(pool: Arc<Pool>) -> Entered {
        Entered(CURRENT.replace(Some(pool)))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// Lets helpers into a call's work one item at a time, and keeps them out once the call is over.
#[derive(Default)]
struct Gate {
    state: Mutex<GateState>,
    left: Condvar,
}

#[derive(Default)]
struct GateState {
    closed: bool,
    inside: usize,
}

impl Gate {
    fn enter(&self) -> bool {
        let mut state = lock(&self.state);
        if !state.closed {
            state.inside += 1;
        }
        !state.closed
    }

    fn leave(&self) {
        let mut state = lock(&self.state);
        state.inside -= 1;
        if state.closed && state.inside == 0 {
            self.left.notify_all();
        }
    }
}

struct Closing<'a> {
    gate: &'a Gate,
    between: &'a dyn Fn(),
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let tick = std::time::Duration::from_millis(20);
        let mut state = lock(&self.gate.state);
        state.closed = true;
        while state.inside > 0 {
            let (back, timeout) =
                self.gate.left.wait_timeout(state, tick).unwrap_or_else(PoisonError::into_inner);
            state = back;
            if timeout.timed_out() && state.inside > 0 {
                drop(state);
                (self.between)();
                state = lock(&self.gate.state);
            }
        }
    }
}
