//! How many threads a call uses that does not say so itself.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use super::openmp::in_parallel_region;
use crate::host::fork::PerProcess;

/// The most threads that can be asked for.
pub const MAX_THREADS: usize = 1024;

/// The default number of threads: 0 = what the environment or the machine says.
static NUM_THREADS: AtomicUsize = AtomicUsize::new(0);

static ENVIRONMENT: PerProcess<Option<usize>> = PerProcess::new(|| {
    let wanted = std::env::var("FOURIER_NUM_THREADS").ok()?.trim().parse().ok()?;
    (1..=MAX_THREADS).contains(&wanted).then_some(wanted)
});

/// Affinity and container quota are taken into account.
static PROCESSORS: PerProcess<usize> =
    PerProcess::new(|| available_parallelism().map_or(1, |n| n.get().min(MAX_THREADS)));

/// Sets the default number of threads of this process; 0 = automatic.
pub fn set_num_threads(threads: usize) {
    NUM_THREADS.store(threads.min(MAX_THREADS), Ordering::Relaxed);
}

/// The number of threads that a call without a wish of its own uses. Where the program's own
/// threads share the processors already, that is one, unless somebody asked for another number.
pub fn num_threads() -> usize {
    let wish = match NUM_THREADS.load(Ordering::Relaxed) {
        0 => *ENVIRONMENT.get(),
        threads => Some(threads),
    };
    match wish {
        Some(threads) => threads,
        None if in_parallel_region() => 1,
        None => *PROCESSORS.get(),
    }
}
