//! Children whose handles have gone: killed and collected, or left for later collection.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::child::{Child, send};
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// Children that were left running, or would not die, when their handles went: collected at later
/// starts and ends, so that no zombie piles up.
static DEFERRED: PerProcess<Mutex<Vec<Child>>> = PerProcess::new(Default::default);

/// Leaves a child for later collection.
pub(super) fn defer_reap(child: Child) {
    lock(DEFERRED.get()).push(child);
}

/// Collects what has ended of the children left.
pub(super) fn reap_deferred() {
    lock(DEFERRED.get()).retain(|child| child.try_reap().is_none());
}

/// Kills a child whose handle goes, and collects it; one that does not die at once is left.
pub(super) fn kill_and_reap(child: Child) {
    const PATIENCE: Duration = Duration::from_secs(5);
    // A refusal means that it became somebody else's; then it is waited for as long.
    let _ = send(&child, libc::SIGKILL);
    let began = Instant::now();
    while child.try_reap().is_none() {
        if began.elapsed() > PATIENCE {
            return defer_reap(child);
        }
        child.nap(Duration::from_millis(10));
    }
}
