//! What every call that waits has in common.
//!
//! While a call waits for one thing it takes in whatever the program writes, on every stream that
//! leads to the host, so that the program never stands before a full pipe because the host looks
//! elsewhere. The state is behind one lock, which nobody holds while sleeping. A call that goes to
//! sleep hangs up a bell (a pipe) in the same moment in which it found nothing; whoever changes
//! the state rings it. So no change is missed, whichever thread took it in.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::child::{Child, Outcome, send};
use super::command::Stream;
use super::descriptors::{above_standard, sleep_on};
use super::input::Input;
use super::output::Output;
use super::timeout::{Deadline, Timeout};
use crate::error::Error;
use crate::host::fork::{ProcessId, current_process};
use crate::host::lock::lock;

/// The longest sleep where nothing can wake the sleeper: no pidfd, or no descriptor for a bell.
const NAP: Duration = Duration::from_millis(10);

/// How long a call that cannot take in more waits for another thread to read.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the calls on one process share.
pub(super) struct Core {
    /// stdout and stderr, where they lead to the host.
    pub(super) outputs: [Option<Output>; 2],
    /// How the program ended, once that is known; from then on its process id is not ours.
    pub(super) outcome: Option<Outcome>,
    /// When the program will have run for long enough.
    pub(super) kill_at: Option<Instant>,
    /// The bells of the calls that sleep.
    sleepers: Vec<RawFd>,
}

impl Core {
    pub(super) fn new(outputs: [Option<Output>; 2], kill_at: Option<Instant>) -> Core {
        Core { outputs, outcome: None, kill_at, sleepers: Vec::new() }
    }

    /// Looks whether the program has ended; if so, its remains are cleared away.
    pub(super) fn look(&mut self, child: &Child) {
        if self.outcome.is_none() {
            self.outcome = child.reap();
        }
    }

    /// Takes in what there is, without waiting. True when that was anything.
    pub(super) fn take_in(&mut self, child: &Child) -> Result<bool, Error> {
        let ended_before = self.outcome.is_some();
        self.look(child);
        let ended = self.outcome.is_some();
        let mut news = ended != ended_before;
        for output in self.outputs.iter_mut().flatten() {
            news |= output.take_in(ended)?;
        }
        if news {
            self.ring();
        }
        Ok(news)
    }

    /// Wakes every call that sleeps on this process.
    pub(super) fn ring(&mut self) {
        for bell in self.sleepers.drain(..) {
            // SAFETY: the bell of a call that sleeps: it takes it down under our lock, then
            // closes it.
            unsafe { libc::write(bell, [1_u8].as_ptr().cast(), 1) };
        }
    }

    /// Kills a program that has run for longer than it may.
    pub(super) fn end_when_overdue(&mut self, child: &Child) -> Result<(), Error> {
        match self.kill_at {
            Some(moment) if self.outcome.is_none() && moment <= Instant::now() => {
                self.kill_at = None;
                send(child, libc::SIGKILL)
            }
            _ => Ok(()),
        }
    }

    fn read_so_far(&self) -> u64 {
        self.outputs.iter().flatten().map(|output| output.lines.consumed()).sum()
    }

    pub(super) fn full(&self) -> Option<Error> {
        let full = |output: &Option<Output>| output.as_ref().is_some_and(Output::full);
        let position = self.outputs.iter().position(full)?;
        let stream = [Stream::Stdout, Stream::Stderr][position].name();
        let bytes = self.outputs[position].as_ref().map_or(0, |output| output.limit);
        Some(Error::OutputLimit { stream, bytes })
    }

    fn watched(&self, child: &Child, events: &mut Vec<libc::pollfd>) {
        let running = self.outcome.is_none();
        let open = self.outputs.iter().flatten().filter(|output| !output.ended && !output.full());
        let outputs = open.map(|output| output.descriptor());
        let ends = child.pidfd.as_ref().filter(|_| running).map(AsRawFd::as_raw_fd);
        events.extend(outputs.chain(ends).map(|descriptor| watch(descriptor, libc::POLLIN)));
    }
}

fn watch(fd: RawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd { fd, events, revents: 0 }
}

/// A call that is about to sleep.
pub(super) struct Sleeper {
    bell: Option<(OwnedFd, OwnedFd)>,
    events: Vec<libc::pollfd>,
    naps: bool,
}

impl Sleeper {
    pub(super) fn new() -> Sleeper {
        let ends = io::pipe().ok();
        let bell = ends.and_then(|(heard, rung)| {
            Some((above_standard(heard).ok()?, above_standard(rung).ok()?))
        });
        let naps = bell.is_none();
        let heard = bell.as_ref().map(|(heard, _)| watch(heard.as_raw_fd(), libc::POLLIN));
        Sleeper { bell, events: heard.into_iter().collect(), naps }
    }

    /// To be woken by what happens to a process.
    pub(super) fn hang_up(&mut self, process: &Process, core: &mut Core, stdin: Option<RawFd>) {
        if let Some((_, rung)) = &self.bell {
            core.sleepers.push(rung.as_raw_fd());
        }
        core.watched(&process.child, &mut self.events);
        self.events.extend(stdin.map(|descriptor| watch(descriptor, libc::POLLOUT)));
        self.naps |= process.child.pidfd.is_none() && core.outcome.is_none();
    }

    pub(super) fn take_down(&self, core: &mut Core) {
        if let Some((_, rung)) = &self.bell {
            core.sleepers.retain(|bell| *bell != rung.as_raw_fd());
        }
    }

    /// Sleeps until something happens, or the moment comes. May wake early.
    pub(super) fn sleep(&mut self, until: Deadline) {
        let left = until.left();
        let nap = self.naps.then(|| left.map_or(NAP, |left| left.min(NAP)));
        sleep_on(&mut self.events, nap.or(left));
    }
}

/// A program that was started, until the value is dropped: then it is killed, unless
/// [`Settings::kill_on_free`](super::Settings::kill_on_free) says otherwise, and collected.
pub struct Process {
    pub(super) owner: ProcessId,
    pub(super) child: ManuallyDrop<Child>,
    pub(super) stdin: Mutex<Input>,
    pub(super) core: Mutex<Core>,
    pub(super) kill_on_free: bool,
}

impl Process {
    /// The state, unless this is a copy of the host that forked away from it.
    #[inline]
    pub(super) fn core(&self) -> Result<MutexGuard<'_, Core>, Error> {
        if !self.owner.same_generation() {
            return Err(Error::NotOurChild);
        }
        Ok(lock(&self.core))
    }

    /// Fails in a forked copy of the host, however it was made.
    pub(super) fn check_owner(&self) -> Result<(), Error> {
        if current_process() == self.owner { Ok(()) } else { Err(Error::NotOurChild) }
    }

    /// Waits until `check` has an answer, taking in what the program writes meanwhile. `stdin` is
    /// a descriptor that wakes the call when it can be written to.
    pub(super) fn wait_until<R>(
        &self,
        what: &'static str,
        timeout: Timeout,
        stdin: Option<RawFd>,
        mut check: impl FnMut(&mut Core) -> Result<Option<R>, Error>,
    ) -> Result<R, Error> {
        let mut core = self.core()?;
        if let Some(answer) = check(&mut core)? {
            return Ok(answer);
        }
        self.check_owner()?;
        let deadline = timeout.deadline();
        let mut read_before = None;
        loop {
            let news = core.take_in(&self.child)?;
            if let Some(answer) = check(&mut core)? {
                return Ok(answer);
            }
            core.end_when_overdue(&self.child)?;
            let mut until = deadline.or(core.kill_at);
            if let Some(full) = core.full() {
                // Another thread may be reading; it has this long to make room.
                let read = core.read_so_far();
                if read_before.replace(read) == Some(read) {
                    return Err(full);
                }
                until = until.or(Instant::now().checked_add(PATIENCE));
            }
            if deadline.passed() {
                return Err(Error::TimedOut(what));
            }
            if news && core.full().is_none() {
                continue;
            }
            let mut sleeper = Sleeper::new();
            sleeper.hang_up(self, &mut core, stdin);
            drop(core);
            sleeper.sleep(until);
            core = self.core()?;
            sleeper.take_down(&mut core);
        }
    }
}
