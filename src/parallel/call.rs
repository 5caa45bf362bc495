//! How one call is run: its number of threads, its progress and its cancellation.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::pool::{Pool, num_threads};
use crate::error::Error;
use crate::host::lock::lock;
use crate::host::panics;

/// Told the fraction done, from 0 to 1, on the calling thread; returns true to cancel the call.
pub type Report<'a> = &'a dyn Fn(f64) -> bool;

/// At most one report in this time.
const REPORT_INTERVAL: Duration = Duration::from_millis(20);

/// How one call is run. Belongs to the thread that called.
pub struct Control<'a> {
    threads: usize,
    report: Option<Report<'a>>,
    last_report: Cell<Option<Instant>>,
    shared: Shared,
}

/// What the workers see of it.
#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    done: AtomicU64,
    expected: AtomicU64,
}

impl<'a> Control<'a> {
    /// A call on `threads` threads (0 = the default) that tells its progress to `report`.
    pub fn new(threads: usize, report: Option<Report<'a>>) -> Control<'a> {
        let threads = if threads == 0 { num_threads() } else { threads };
        Control { threads, report, last_report: Cell::new(None), shared: Shared::default() }
    }

    /// Announces `units` more work, in any unit that is the same for the whole call.
    pub fn expect(&self, units: u64) {
        self.shared.expected.fetch_add(units, Ordering::Relaxed);
    }

    /// Reports the start of the work, so that every call can be cancelled.
    pub fn begin(&self) -> Result<(), Error> {
        self.report(0.0)
    }

    /// Reports the end of the work.
    pub fn finish(&self) -> Result<(), Error> {
        self.report(1.0)
    }

    /// Does `work` on every item, each worth `units`, on all threads of the call, or on the
    /// calling thread alone where `alone` says that waking a worker would take longer. Items are
    /// drawn in order, one at a time; an error stops the rest and is returned, the first by position. Each thread
    /// that takes part has a scratch of its own.
    pub fn for_each<T: Send, S: Send>(
        &self,
        items: impl IntoIterator<Item = T, IntoIter: Send>,
        units: u64,
        alone: bool,
        scratch: impl Fn() -> Result<S, Error> + Sync,
        work: impl Fn(&mut S, T) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let items = items.into_iter();
        let threads = self.threads.min(items.size_hint().1.unwrap_or(usize::MAX));
        let items = Mutex::new(items.fuse().enumerate());
        let failure: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        let scratches: Mutex<Vec<S>> = Mutex::new(Vec::new());
        let shared = &self.shared;

        let step = || -> bool {
            if shared.cancelled.load(Ordering::Relaxed) || lock(&failure).is_some() {
                return false;
            }
            let mut index = 0;
            let outcome = panics::catch(|| {
                let drawn = lock(&items).next();
                let Some((number, item)) = drawn else { return Ok(false) };
                index = number;
                let spare = lock(&scratches).pop();
                let mut mine = spare.map_or_else(&scratch, Ok)?;
                work(&mut mine, item)?;
                lock(&scratches).push(mine);
                Ok(true)
            });
            if matches!(outcome, Ok(false)) {
                return false;
            }
            shared.done.fetch_add(units, Ordering::Relaxed);
            let Err(error) = outcome else { return true };
            let mut first = lock(&failure);
            if first.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
                *first = Some((index, error));
            }
            false
        };

        match if alone || threads <= 1 { None } else { Pool::get(self.threads) } {
            Some(pool) => pool.run(threads - 1, &step, &|| self.report_sometimes()),
            None => {
                while step() {
                    self.report_sometimes();
                }
            }
        }
        match lock(&failure).take() {
            Some((_, error)) => Err(error),
            None => self.check(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        match self.shared.cancelled.load(Ordering::Relaxed) {
            true => Err(Error::Cancelled),
            false => Ok(()),
        }
    }

    fn report(&self, fraction: f64) -> Result<(), Error> {
        if let Some(report) = self.report {
            self.last_report.set(Some(Instant::now()));
            if report(fraction) {
                self.shared.cancelled.store(true, Ordering::Relaxed);
            }
        }
        self.check()
    }

    fn report_sometimes(&self) {
        if self.report.is_none()
            || self.last_report.get().is_some_and(|last| last.elapsed() < REPORT_INTERVAL)
            || self.check().is_err()
        {
            return;
        }
        let done = self.shared.done.load(Ordering::Relaxed) as f64;
        let expected = self.shared.expected.load(Ordering::Relaxed) as f64;
        // 1 is kept for the end.
        let _ = self.report((done / expected.max(1.0)).min(0.999));
    }
}

/// Who does a piece of work that may itself be an item of a larger loop.
pub enum Team<'a> {
    /// The thread that is asked.
    Alone,
    /// All threads of the call.
    All(&'a Control<'a>),
}

impl Team<'_> {
    /// Does `work` on every item, as [`Control::for_each`] does. Only a whole team counts units of
    /// progress.
    pub fn each<T: Send, S: Send>(
        &self,
        items: impl IntoIterator<Item = T, IntoIter: Send>,
        units: u64,
        scratch: impl Fn() -> Result<S, Error> + Sync,
        work: impl Fn(&mut S, T) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        match self {
            Team::All(control) => control.for_each(items, units, false, scratch, work),
            Team::Alone => {
                let mut scratch = scratch()?;
                items.into_iter().try_for_each(|item| work(&mut scratch, item))
            }
        }
    }
}
