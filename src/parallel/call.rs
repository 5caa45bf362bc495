//! One call of the library: the threads it runs on, the work it has done, its progress and its
//! cancellation.
//!
//! A [`Call`] is handed down by reference through all that the call does. A part of the work that
//! runs on one thread is given a `Call` of one thread: the items of a loop are, and short work is
//! by [`Call::sized_for`]. So the same code serves a whole call and one item of a larger one.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::allowance::Allowance;
use super::pool::Pool;
use super::threads::num_threads;
use crate::error::Error;
use crate::host::lock::lock;
use crate::host::panics;

/// Told the fraction done, from 0 to 1, on the calling thread; returns true to cancel the call.
pub type Report<'a> = &'a dyn Fn(f64) -> bool;

/// At most one report in this time.
const REPORT_INTERVAL: Duration = Duration::from_millis(20);
/// Work shorter than this is done before another thread would be awake, in nanoseconds.
const WORTH_ANOTHER_THREAD: f64 = 60_000.0;

/// How one call, or a part of it, is run.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    threads: usize,
    /// What is counted; None where nobody watches, so that a short call counts nothing.
    work: Option<&'a Work<'a>>,
    /// Who watches; only on the thread that called.
    watcher: Option<&'a Watcher<'a>>,
}

impl<'a> Call<'a> {
    /// A call on `threads` threads (0 = the default) that nobody watches.
    pub fn new(threads: usize) -> Call<'a> {
        let threads = if threads == 0 { num_threads() } else { threads };
        Call { threads, work: None, watcher: None }
    }

    /// Runs `body` on `threads` threads (0 = the default). Its progress is told to `report`: at its
    /// start, on its way and at its end.
    pub fn watched<R>(
        threads: usize,
        report: Report,
        body: impl FnOnce(&Call) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let cancelled = AtomicBool::new(false);
        let work = Work::new(&cancelled, None);
        let (last, told) = (Cell::new(Instant::now()), Cell::new(0.0));
        let watcher = Watcher { report, work: &work, last, told };
        let call = Call { work: Some(&work), watcher: Some(&watcher), ..Call::new(threads) };
        watcher.tell(0.0);
        call.check()?;
        let result = body(&call)?;
        watcher.tell(1.0);
        call.check()?;
        Ok(result)
    }

    /// The same work on the thread that asks.
    pub fn on_one_thread(&self) -> Call<'a> {
        Call { threads: 1, ..*self }
    }

    /// The same work, on one thread where it takes only so long that waking another would not pay.
    pub fn sized_for(&self, nanoseconds: f64) -> Call<'a> {
        if nanoseconds < WORTH_ANOTHER_THREAD { self.on_one_thread() } else { *self }
    }

    /// Announces `units` more work, in any unit that is the same for the whole call, or for the
    /// whole part.
    pub fn add_work(&self, units: u64) {
        if let Some(work) = self.work {
            work.expected.fetch_add(units, Ordering::Relaxed);
        }
    }

    /// Runs `body`, which counts its work in units of its own; all of it together is worth `units`
    /// of this call's.
    pub fn part<R>(&self, units: u64, body: impl FnOnce(&Call) -> R) -> R {
        let Some(whole) = self.work else { return body(self) };
        let part = Work::new(whole.cancelled, Some(Whole::new(whole, units)));
        body(&Call { work: Some(&part), ..*self })
    }

    /// Counts `units` as done, in a part that does not leave that to its loops, and checks.
    pub fn advance(&self, units: u64) -> Result<(), Error> {
        if let Some(work) = self.work {
            work.count(units);
        }
        self.check()
    }

    /// Answers [`Error::Cancelled`] once the call has been cancelled, and is a moment to report.
    /// Whatever takes more than a few milliseconds between two items of [`Call::for_each`] asks.
    pub fn check(&self) -> Result<(), Error> {
        if let Some(watcher) = self.watcher {
            watcher.tell_sometimes();
        }
        match self.work.is_some_and(Work::is_cancelled) {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }

    /// Runs `body`, in whose loops the host's code may make calls of its own: together they use the
    /// threads of this call.
    pub fn share_threads<R>(&self, body: impl FnOnce() -> R) -> R {
        Allowance::with(Some(Arc::new(Allowance::new(self.threads))), body)
    }

    /// Does `work` on every item, each worth `units`, on all threads of the call. Items are drawn
    /// in order, one at a time; each is told the call as its own part, on one thread. Each thread
    /// that takes part has a scratch of its own. An error stops the rest and is returned, the first
    /// by position.
    pub fn for_each<T: Send, S: Send>(
        &self,
        items: impl IntoIterator<Item = T, IntoIter: Send>,
        units: u64,
        scratch: impl Fn() -> Result<S, Error> + Sync,
        work: impl Fn(&Call, &mut S, T) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let mut items = items.into_iter();
        let threads = self.threads.min(items.size_hint().1.unwrap_or(usize::MAX));
        if threads > 1
            && let Some(pool) = Pool::get(self.threads)
        {
            return self.share(&pool, threads - 1, items, units, scratch, work);
        }
        let call = self.on_one_thread();
        let mut scratch = scratch()?;
        items.try_for_each(|item| {
            call.part(units, |call| work(call, &mut scratch, item))?;
            call.check()
        })
    }

    fn share<T: Send, S: Send>(
        &self,
        pool: &Arc<Pool>,
        helpers: usize,
        items: impl Iterator<Item = T> + Send,
        units: u64,
        scratch: impl Fn() -> Result<S, Error> + Sync,
        work: impl Fn(&Call, &mut S, T) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let items = Mutex::new(items.fuse().enumerate());
        let failed = AtomicBool::new(false);
        let failure: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        let scratches: Mutex<Vec<S>> = Mutex::new(Vec::new());
        let shared = self.work;
        // What each thread does again and again, told whether it is the one that called.
        let step = |watcher: Option<&Watcher>| -> bool {
            if failed.load(Ordering::Relaxed) || shared.is_some_and(Work::is_cancelled) {
                return false;
            }
            let mut index = 0;
            let outcome = panics::catch(|| {
                let drawn = lock(&items).next();
                let Some((number, item)) = drawn else { return Ok(false) };
                index = number;
                let spare = lock(&scratches).pop();
                let mut mine = spare.map_or_else(&scratch, Ok)?;
                let call = Call { threads: 1, work: shared, watcher };
                call.part(units, |call| work(call, &mut mine, item))?;
                lock(&scratches).push(mine);
                Ok(true)
            });
            let Err(error) = outcome else { return matches!(outcome, Ok(true)) };
            let mut first = lock(&failure);
            if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                *first = Some((index, error));
            }
            failed.store(true, Ordering::Relaxed);
            false
        };
        let between = || {
            let _ = self.check();
        };
        if !pool.run(helpers, &|| step(None), &|| step(self.watcher), &between) {
            return Err(Error::Internal("the process was forked in the middle of a call".into()));
        }
        match lock(&failure).take() {
            Some((_, error)) => Err(error),
            None => self.check(),
        }
    }
}

/// How much work there is and how much is done, of a call or of a part; shared by its threads.
struct Work<'a> {
    expected: AtomicU64,
    done: AtomicU64,
    cancelled: &'a AtomicBool,
    /// None for a whole call.
    whole: Option<Whole<'a>>,
}

/// What a part belongs to.
struct Whole<'a> {
    work: &'a Work<'a>,
    /// What the part is worth in the units of the whole, and how much of it has been counted.
    units: u64,
    counted: AtomicU64,
}

impl<'a> Work<'a> {
    fn new(cancelled: &'a AtomicBool, whole: Option<Whole<'a>>) -> Work<'a> {
        Work { expected: AtomicU64::new(0), done: AtomicU64::new(0), cancelled, whole }
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn fraction(&self) -> f64 {
        let expected = self.expected.load(Ordering::Relaxed) as f64;
        (self.done.load(Ordering::Relaxed) as f64 / expected.max(1.0)).min(1.0)
    }

    fn count(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
        if let Some(whole) = &self.whole {
            whole.count_up_to((self.fraction() * whole.units as f64) as u64);
        }
    }
}

impl<'a> Whole<'a> {
    fn new(work: &'a Work<'a>, units: u64) -> Whole<'a> {
        Whole { work, units, counted: AtomicU64::new(0) }
    }

    fn count_up_to(&self, units: u64) {
        let before = self.counted.fetch_max(units, Ordering::Relaxed);
        if units > before {
            self.work.count(units - before);
        }
    }
}

/// A part that has ended is done.
impl Drop for Whole<'_> {
    fn drop(&mut self) {
        self.count_up_to(self.units);
    }
}

/// The function that is told the progress, on the thread that called.
struct Watcher<'a> {
    report: Report<'a>,
    /// Of the whole call.
    work: &'a Work<'a>,
    last: Cell<Instant>,
    told: Cell<f64>,
}

impl Watcher<'_> {
    fn tell(&self, fraction: f64) {
        self.told.set(fraction);
        if (self.report)(fraction) {
            self.work.cancelled.store(true, Ordering::Relaxed);
        }
        self.last.set(Instant::now());
    }

    fn tell_sometimes(&self) {
        if self.last.get().elapsed() >= REPORT_INTERVAL && !self.work.is_cancelled() {
            // It never falls, though work may be announced later; and 1 is kept for the end.
            self.tell(self.work.fraction().min(0.999).max(self.told.get()));
        }
    }
}
