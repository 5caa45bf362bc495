//! What every call that waits has in common.
//!
//! While a call waits for one thing it takes in whatever the program writes, on every stream that
//! leads to the host, so that the program never stands before a full pipe because the host looks
//! elsewhere. The state is behind one lock, which nobody holds while sleeping. A call that goes to
//! sleep hangs up a bell (a pipe) in the same moment in which it found nothing; whoever changes
//! the state rings it. So no change is missed, whichever thread took it in.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use super::command::Stream;
use super::descriptors::{above_standard, set_nonblocking};
use super::exit::{Child, Outcome};
use super::lines::{Brought, Lines};
use super::timeout::{Deadline, Timeout};
use super::{Process, signals};
use crate::error::Error;
use crate::host::fork::current_process;
use crate::host::lock::lock;

/// The longest sleep where nothing can wake the sleeper: no pidfd, or no descriptor for a bell.
const NAP: Duration = Duration::from_millis(10);

/// How long a call that cannot take in more waits for another thread to read.
const PATIENCE: Duration = Duration::from_millis(100);

/// A stream that leads from the program to the host.
pub(super) struct Output {
    descriptor: OwnedFd,
    terminal: bool,
    pub(super) lines: Lines,
    /// Nothing comes any more.
    pub(super) ended: bool,
    /// Once the program has ended: how many bytes of the pipe may still be its own.
    remaining: Option<usize>,
    limit: usize,
}

impl Output {
    pub(super) fn new(descriptor: OwnedFd, terminal: bool, limit: usize) -> Result<Output, Error> {
        set_nonblocking(&descriptor)?;
        let lines = Lines::default();
        Ok(Output { descriptor, terminal, lines, ended: false, remaining: None, limit })
    }

    pub(super) fn descriptor(&self) -> RawFd {
        self.descriptor.as_raw_fd()
    }

    /// As much is kept as may be.
    pub(super) fn full(&self) -> bool {
        !self.ended && self.lines.unread().len() >= self.limit
    }

    /// Reads once. What was in the pipe when the program ended is the end of the stream: another
    /// process that holds the pipe open cannot prolong it.
    fn take_in(&mut self, program_ended: bool) -> Result<bool, Error> {
        if self.ended || self.full() {
            return Ok(false);
        }
        if program_ended && self.remaining.is_none() {
            self.remaining = Some(self.in_the_pipe());
        }
        let room = self.limit - self.lines.unread().len();
        let most = room.min(self.remaining.unwrap_or(usize::MAX));
        let brought = match most {
            0 => Brought::End,
            most => self.lines.fill(&self.descriptor, most)?,
        };
        match (brought, &mut self.remaining) {
            (Brought::Bytes(count), Some(remaining)) => *remaining -= count,
            (Brought::Nothing, Some(_)) | (Brought::End, _) => self.ended = true,
            _ => {}
        }
        Ok(self.ended || brought != Brought::Nothing)
    }

    fn in_the_pipe(&self) -> usize {
        if self.terminal {
            // Not counted reliably; read until there is nothing.
            return usize::MAX;
        }
        let mut count: libc::c_int = 0;
        // SAFETY: writes an int.
        let result =
            unsafe { libc::ioctl(self.descriptor.as_raw_fd(), libc::FIONREAD, &mut count) };
        if result == 0 { usize::try_from(count).unwrap_or(0) } else { usize::MAX }
    }
}

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
                signals::send(child, libc::SIGKILL)
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
        let outputs = open.map(|output| output.descriptor.as_raw_fd());
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

/// Waits for events without using the processor; interrupted by signals.
pub(super) fn sleep_on(events: &mut [libc::pollfd], left: Option<Duration>) {
    let count = events.len() as libc::nfds_t;
    #[cfg(target_os = "linux")]
    {
        let time = left.map(|left| libc::timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: `count` events, and a time or NULL for ever; the signal mask stays.
        unsafe { libc::ppoll(events.as_mut_ptr(), count, time, std::ptr::null()) };
    }
    #[cfg(not(target_os = "linux"))]
    {
        let up = |left: Duration| left.as_micros().div_ceil(1000).try_into().unwrap_or(i32::MAX);
        // SAFETY: `count` events.
        unsafe { libc::poll(events.as_mut_ptr(), count, left.map_or(-1, up)) };
    }
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
