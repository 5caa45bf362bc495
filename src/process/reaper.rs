//! Children whose handles have gone: killed and collected, or left for later collection.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::child::{Child, send};
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// Children that were left running, or would not die, when their handles went: collected at later
/// starts and ends, so that no zombie piles up.
static LEFT: PerProcess<Mutex<Vec<Child>>> = PerProcess::new(Default::default);

/// Leaves a child for later collection.
pub(super) fn leave(child: Child) {
    lock(LEFT.get()).push(child);
}

/// Collects what has ended of the children left.
pub(super) fn collect_left() {
    lock(LEFT.get()).retain(|child| child.reap().is_none());
}

/// Kills a child whose handle goes, and collects it; one that does not die at once is left.
pub(super) fn bury(child: Child) {
    const PATIENCE: Duration = Duration::from_secs(5);
    // A refusal means that it became somebody else's; then it is waited for as long.
    let _ = send(&child, libc::SIGKILL);
    let began = Instant::now();
    while child.reap().is_none() {
        if began.elapsed() > PATIENCE {
            return leave(child);
        }
        child.nap(Duration::from_millis(10));
    }
}
