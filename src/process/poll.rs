//! Waiting for several programs and streams at once.

use std::os::fd::RawFd;
use std::sync::TryLockError;
use std::time::Duration;

use super::descriptors::wait_for_events;
use super::state::{Process, Shared, Waiter};
use super::timeout::Timeout;
use crate::error::Error;

/// Things to wait for, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Events(pub u32);

impl Events {
    /// A line of stdout, or its end: read_line does not wait.
    pub const STDOUT_LINE: Events = Events(1);
    /// A line of stderr, or its end.
    pub const STDERR_LINE: Events = Events(2);
    /// Bytes of stdout, or its end: read does not wait.
    pub const STDOUT_BYTES: Events = Events(4);
    /// Bytes of stderr, or its end.
    pub const STDERR_BYTES: Events = Events(8);
    /// Room for bytes in stdin, or nobody to read them: write does not wait for the first.
    pub const STDIN: Events = Events(16);
    /// The program's end: wait does not wait.
    pub const EXIT: Events = Events(32);

    const ALL: u32 = 63;

    fn has(self, other: Events) -> bool {
        self.0 & other.0 != 0
    }
}

/// Waits until one of the events wanted of each process has come, and tells which have, in `ready`.
/// `wanted` and `ready` are as long as `processes`; what nothing is wanted of is left out.
pub fn poll(
    processes: &[&Process],
    wanted: &[Events],
    ready: &mut [Events],
    timeout: Timeout,
) -> Result<(), Error> {
    if wanted.iter().all(|wanted| wanted.0 == 0) {
        return Err(Error::invalid("wanted", "nothing: there is no event to wait for"));
    }
    if let Some(unknown) = wanted.iter().position(|wanted| wanted.0 & !Events::ALL != 0) {
        let problem = format!("[{unknown}] is {}, which is no sum of events", wanted[unknown].0);
        return Err(Error::invalid("wanted", problem));
    }
    for process in processes {
        process.check_owner()?;
    }
    ready.fill(Events::default());
    let deadline = timeout.deadline();
    loop {
        let mut waiter = Waiter::new();
        let mut until = deadline;
        let mut news = false;
        let mut look_at_all = || {
            for (process, (wanted, ready)) in processes.iter().zip(wanted.iter().zip(&mut *ready)) {
                if wanted.0 != 0 {
                    let mut shared = process.shared()?;
                    news |= shared.drain(&process.child)?;
                    shared.end_when_overdue(&process.child)?;
                    *ready = process.events(&mut shared, *wanted);
                    let full = shared.full().filter(|_| ready.0 == 0);
                    full.map_or(Ok(()), Err)?;
                    until = until.or(shared.kill_at);
                    let stdin = process.stdin_to_watch(*wanted);
                    waiter.subscribe(process, &mut shared, stdin);
                }
            }
            Ok(())
        };
        let result = look_at_all();
        let any = ready.iter().any(|events| events.0 != 0);
        if result.is_ok() && !any && !news && !deadline.passed() {
            waiter.sleep(until);
        }
        for process in processes {
            if let Ok(mut shared) = process.shared() {
                waiter.unsubscribe(&mut shared);
            }
        }
        result?;
        if any {
            return Ok(());
        }
        if deadline.passed() && !news {
            return Err(Error::TimedOut("any of the events"));
        }
    }
}

impl Process {
    /// Which of the events wanted have come.
    fn events(&self, shared: &mut Shared, wanted: Events) -> Events {
        let mut come = 0;
        let lines = [Events::STDOUT_LINE, Events::STDERR_LINE];
        let bytes = [Events::STDOUT_BYTES, Events::STDERR_BYTES];
        for (output, (line, bytes)) in shared.outputs.iter_mut().zip(lines.into_iter().zip(bytes)) {
            // A stream that does not lead here has ended as far as the host can tell.
            let (has_line, has_bytes) = match output {
                None => (true, true),
                Some(output) => {
                    let at_once = output.ended || output.full();
                    let has_line = wanted.has(line) && output.lines.first().is_some();
                    (at_once || has_line, at_once || !output.lines.unread().is_empty())
                }
            };
            come |= if has_line { line.0 } else { 0 } | if has_bytes { bytes.0 } else { 0 };
        }
        if shared.outcome.is_some() {
            come |= Events::EXIT.0;
        }
        if wanted.has(Events::STDIN) && self.stdin_has_room(shared) {
            come |= Events::STDIN.0;
        }
        Events(come & wanted.0)
    }

    /// The descriptor of stdin, unless a thread is writing there: that one is served first.
    fn stdin_to_watch(&self, wanted: Events) -> Option<RawFd> {
        wanted.has(Events::STDIN).then(|| self.stdin.try_lock().ok()?.descriptor()).flatten()
    }

    fn stdin_has_room(&self, shared: &Shared) -> bool {
        let input = match self.stdin.try_lock() {
            Ok(input) => input,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        let Some(fd) = input.descriptor().filter(|_| shared.outcome.is_none()) else { return true };
        let mut events = [libc::pollfd { fd, events: libc::POLLOUT, revents: 0 }];
        wait_for_events(&mut events, Some(Duration::ZERO));
        events[0].revents != 0
    }
}
