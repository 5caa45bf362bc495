//! What every call that waits has in common.
//!
//! While a call waits for one thing it takes in whatever the program writes, on every stream that
//! leads to the host, so that the program never stands before a full pipe because the host looks
//! elsewhere. The state is behind one lock, which nobody holds while sleeping. A call that goes to
//! sleep subscribes its wake pipe in the same moment in which it found nothing; whoever changes the
//! state wakes all subscribers. So no change is missed, whichever thread saw it first.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::child::{Child, Outcome, send};
use super::command::Stream;
use super::descriptors::{above_standard, wait_for_events};
use super::input::Input;
use super::output::Output;
use super::timeout::{Deadline, Timeout};
use crate::error::Error;
use crate::host::fork::{ProcessId, current_process};
use crate::host::lock::lock;

/// The longest sleep where nothing can wake the waiter: no pidfd, or no descriptor for a wake pipe.
const NAP: Duration = Duration::from_millis(10);

/// How long a call that cannot take in more waits for another thread to read.
const PATIENCE: Duration = Duration::from_millis(100);

/// What the calls on one process share.
pub(super) struct Shared {
    /// stdout and stderr, where they lead to the host.
    pub(super) outputs: [Option<Output>; 2],
    /// How the program ended, once that is known; from then on its process id is not ours.
    pub(super) outcome: Option<Outcome>,
    /// When the program will have run for long enough.
    pub(super) kill_at: Option<Instant>,
    /// The writing ends of the wake pipes of the calls that sleep.
    subscribers: Vec<RawFd>,
}

impl Shared {
    pub(super) fn new(outputs: [Option<Output>; 2], kill_at: Option<Instant>) -> Shared {
        Shared { outputs, outcome: None, kill_at, subscribers: Vec::new() }
    }

    /// Looks whether the program has ended; if so, its remains are cleared away.
    pub(super) fn try_reap(&mut self, child: &Child) {
        if self.outcome.is_none() {
            self.outcome = child.try_reap();
        }
    }

    /// Takes in what there is, without waiting. True when that was anything.
    pub(super) fn drain(&mut self, child: &Child) -> Result<bool, Error> {
        let ended_before = self.outcome.is_some();
        self.try_reap(child);
        let ended = self.outcome.is_some();
        let mut news = ended != ended_before;
        for output in self.outputs.iter_mut().flatten() {
            news |= output.drain(ended)?;
        }
        if news {
            self.wake_all();
        }
        Ok(news)
    }

    /// Wakes every call that sleeps on this process.
    pub(super) fn wake_all(&mut self) {
        for wake in self.subscribers.drain(..) {
            // SAFETY: the wake pipe of a call that sleeps: it unsubscribes under our lock before it
            // closes the pipe.
            unsafe { libc::write(wake, [1_u8].as_ptr().cast(), 1) };
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
pub(super) struct Waiter {
    /// The wake pipe: its reading and its writing end.
    wake_pipe: Option<(OwnedFd, OwnedFd)>,
    events: Vec<libc::pollfd>,
    naps: bool,
}

impl Waiter {
    pub(super) fn new() -> Waiter {
        let ends = io::pipe().ok();
        let wake_pipe = ends.and_then(|(reader, writer)| {
            Some((above_standard(reader).ok()?, above_standard(writer).ok()?))
        });
        let naps = wake_pipe.is_none();
        let reader = wake_pipe.as_ref().map(|(reader, _)| watch(reader.as_raw_fd(), libc::POLLIN));
        Waiter { wake_pipe, events: reader.into_iter().collect(), naps }
    }

    /// To be woken by what happens to a process.
    pub(super) fn subscribe(
        &mut self,
        process: &Process,
        shared: &mut Shared,
        stdin: Option<RawFd>,
    ) {
        if let Some((_, writer)) = &self.wake_pipe {
            shared.subscribers.push(writer.as_raw_fd());
        }
        shared.watched(&process.child, &mut self.events);
        self.events.extend(stdin.map(|descriptor| watch(descriptor, libc::POLLOUT)));
        self.naps |= process.child.pidfd.is_none() && shared.outcome.is_none();
    }

    pub(super) fn unsubscribe(&self, shared: &mut Shared) {
        if let Some((_, writer)) = &self.wake_pipe {
            shared.subscribers.retain(|other| *other != writer.as_raw_fd());
        }
    }

    /// Sleeps until something happens, or the moment comes. May wake early.
    pub(super) fn sleep(&mut self, until: Deadline) {
        let left = until.left();
        let nap = self.naps.then(|| left.map_or(NAP, |left| left.min(NAP)));
        wait_for_events(&mut self.events, nap.or(left));
    }
}

/// A program that was started, until the value is dropped: then it is killed, unless
/// [`Settings::kill_on_free`](super::Settings::kill_on_free) says otherwise, and collected.
pub struct Process {
    pub(super) owner: ProcessId,
    pub(super) child: ManuallyDrop<Child>,
    pub(super) stdin: Mutex<Input>,
    pub(super) shared: Mutex<Shared>,
    pub(super) kill_on_free: bool,
}

impl Process {
    /// The state, unless this is a copy of the host that forked away from it.
    #[inline]
    pub(super) fn shared(&self) -> Result<MutexGuard<'_, Shared>, Error> {
        if !self.owner.same_generation() {
            return Err(Error::NotOurChild);
        }
        Ok(lock(&self.shared))
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
        mut check: impl FnMut(&mut Shared) -> Result<Option<R>, Error>,
    ) -> Result<R, Error> {
        let mut shared = self.shared()?;
        if let Some(answer) = check(&mut shared)? {
            return Ok(answer);
        }
        self.check_owner()?;
        let deadline = timeout.deadline();
        let mut read_before = None;
        loop {
            let news = shared.drain(&self.child)?;
            if let Some(answer) = check(&mut shared)? {
                return Ok(answer);
            }
            shared.end_when_overdue(&self.child)?;
            let mut until = deadline.or(shared.kill_at);
            if let Some(full) = shared.full() {
                // Another thread may be reading; it has this long to make room.
                let read = shared.read_so_far();
                if read_before.replace(read) == Some(read) {
                    return Err(full);
                }
                until = until.or(Instant::now().checked_add(PATIENCE));
            }
            if deadline.passed() {
                return Err(Error::TimedOut(what));
            }
            if news && shared.full().is_none() {
                continue;
            }
            let mut waiter = Waiter::new();
            waiter.subscribe(self, &mut shared, stdin);
            drop(shared);
            waiter.sleep(until);
            shared = self.shared()?;
            waiter.unsubscribe(&mut shared);
        }
    }
}
