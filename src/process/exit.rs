//! The end of a program: waiting for it, its exit status and what it used.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use super::signals;
use super::timeout::Timeout;
use super::{Process, pump};
use crate::error::Error;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// A child of the host.
pub(super) struct Child {
    pub(super) pid: libc::pid_t,
    pub(super) pidfd: Option<OwnedFd>,
    /// It leads a process group, which signals reach as a whole.
    pub(super) own_group: bool,
    pub(super) started: Instant,
    /// The host's own peak of memory when the child was made, in bytes.
    pub(super) host_peak: i64,
}

/// How a program ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    /// The return code; None when somebody else took the status.
    pub(super) returncode: Option<c_int>,
    pub(super) usage: Usage,
}

/// What a program used, with the children it waited for.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Usage {
    /// Seconds from its start until its end was seen.
    pub wall: f64,
    /// Seconds of processor time in the program.
    pub user: f64,
    /// Seconds of processor time in the operating system for it.
    pub system: f64,
    /// The largest resident memory of one process, in bytes; None when that is not above what the
    /// host itself had used before: Linux counts the start from the host's memory in.
    pub peak_memory: Option<i64>,
}

/// What a program is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunState {
    /// It runs, or could.
    Running,
    /// It is stopped, until it is resumed.
    Stopped,
    /// It has ended.
    Exited,
}

/// Peaks of memory closer than this to the host's own are not told from it.
const PEAK_SLACK: i64 = 1 << 20;

impl Child {
    /// Collects the exit status if the program has ended, without waiting. Called under the lock
    /// that signals take too, so that none is sent to a process id that is no longer ours.
    pub(super) fn reap(&self) -> Option<Outcome> {
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        let returncode = loop {
            match self.collect(&mut usage) {
                Ok(0) => return None,
                Ok(status) => break Some(status - 1),
                Err(libc::EINTR) => {}
                Err(_) => break None, // ECHILD: the status went to somebody else
            }
        };
        // SAFETY: all zeros, or filled by the system.
        let usage = unsafe { usage.assume_init() };
        Some(Outcome { returncode, usage: self.usage(&usage) })
    }

    /// 0 while it runs, else the return code plus 1.
    #[cfg(target_os = "linux")]
    fn collect(&self, usage: &mut MaybeUninit<libc::rusage>) -> Result<c_int, c_int> {
        if let Some(pidfd) = &self.pidfd {
            let what = libc::WEXITED | libc::WNOHANG;
            let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
            // The C library's waitid has no place for the usage.
            // SAFETY: fills `info` and `usage`, or leaves them.
            let result = unsafe {
                let (info, usage) = (info.as_mut_ptr(), usage.as_mut_ptr());
                let fd = pidfd.as_raw_fd();
                libc::syscall(libc::SYS_waitid, libc::P_PIDFD, fd, info, what, usage)
            };
            // SAFETY: all zeros, or filled by the system as for a child.
            let (pid, code, status) = unsafe {
                let info = info.assume_init();
                (info.si_pid(), info.si_code, info.si_status())
            };
            let errno = io::Error::last_os_error().raw_os_error().unwrap_or(0);
            match (result, code) {
                (0, _) if pid == 0 => return Ok(0),
                (0, libc::CLD_EXITED) => return Ok(status + 1),
                (0, _) => return Ok(1 - status),
                // Kernels before 5.4 cannot wait for a pidfd.
                _ if errno != libc::EINVAL && errno != libc::ENOSYS => return Err(errno),
                _ => {}
            }
        }
        self.collect_by_pid(usage)
    }

    #[cfg(not(target_os = "linux"))]
    fn collect(&self, usage: &mut MaybeUninit<libc::rusage>) -> Result<c_int, c_int> {
        self.collect_by_pid(usage)
    }

    fn collect_by_pid(&self, usage: &mut MaybeUninit<libc::rusage>) -> Result<c_int, c_int> {
        let mut status = 0;
        // SAFETY: fills `status` and `usage`, or leaves them.
        let pid = unsafe { libc::wait4(self.pid, &mut status, libc::WNOHANG, usage.as_mut_ptr()) };
        match pid {
            0 => Ok(0),
            -1 => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
            _ if libc::WIFEXITED(status) => Ok(libc::WEXITSTATUS(status) + 1),
            _ => Ok(1 - libc::WTERMSIG(status)),
        }
    }

    fn usage(&self, usage: &libc::rusage) -> Usage {
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
        let peak = peak_bytes(usage);
        Usage {
            wall: self.started.elapsed().as_secs_f64(),
            user: seconds(usage.ru_utime),
            system: seconds(usage.ru_stime),
            peak_memory: (peak > self.host_peak + PEAK_SLACK).then_some(peak),
        }
    }
}

fn peak_bytes(usage: &libc::rusage) -> i64 {
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    usage.ru_maxrss.saturating_mul(unit)
}

/// The largest resident memory that the host has had, in bytes.
pub(super) fn host_peak() -> i64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: fills `usage`, or leaves it; all zeros is valid too.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    peak_bytes(&usage)
}

impl Process {
    /// Waits for the end of the program and returns its return code: its exit code, or -s when
    /// signal s killed it. A stop is no end. Takes in what the program writes meanwhile, which
    /// stays readable; does not wait for the end of its streams.
    pub fn wait(&self, timeout: Timeout) -> Result<c_int, Error> {
        self.check_owner()?;
        let outcome =
            self.wait_until("the end of the program", timeout, None, |core| Ok(core.outcome))?;
        outcome.returncode.ok_or(Error::StatusLost { pid: self.child.pid })
    }

    /// SIGTERM, which a stopped program is resumed for, then SIGKILL if it has not ended within
    /// `grace`; waits for the end and returns the return code.
    pub fn stop(&self, grace: Timeout) -> Result<c_int, Error> {
        self.signal(libc::SIGTERM)?;
        self.signal(libc::SIGCONT)?;
        match self.wait(grace) {
            // Unread output may not keep a program alive that is to end.
            Err(Error::TimedOut(_) | Error::OutputLimit { .. } | Error::OutOfMemory { .. }) => {
                self.kill_and_wait()
            }
            ended => ended,
        }
    }

    /// Kills the program and waits for its end, whatever it had yet to write.
    pub(super) fn kill_and_wait(&self) -> Result<c_int, Error> {
        self.kill()?;
        loop {
            let mut core = self.core()?;
            core.look(&self.child);
            if core.outcome.is_some() {
                core.ring();
                drop(core);
                return self.wait(Timeout::Never);
            }
            drop(core);
            self.child.nap(Duration::from_millis(10));
        }
    }

    /// What the program used; once it has ended.
    pub fn usage(&self) -> Result<Usage, Error> {
        self.check_owner()?;
        let mut core = self.core()?;
        core.look(&self.child);
        match core.outcome {
            None => Err(Error::StillRunning { pid: self.child.pid }),
            Some(Outcome { returncode: None, .. }) => {
                Err(Error::StatusLost { pid: self.child.pid })
            }
            Some(Outcome { usage, .. }) => Ok(usage),
        }
    }
}

impl Child {
    /// Sleeps for a time, or until the program ends.
    pub(super) fn nap(&self, time: Duration) {
        let event =
            |fd: &OwnedFd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let mut events: Vec<libc::pollfd> = self.pidfd.as_ref().map(event).into_iter().collect();
        pump::sleep_on(&mut events, Some(time));
    }
}

/// Children that were left running, or would not die, when their handles went: collected at later
/// starts and ends, so that no zombie piles up.
static LEFT: PerProcess<std::sync::Mutex<Vec<Child>>> = PerProcess::new(Default::default);

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
    let _ = signals::send(&child, libc::SIGKILL);
    let began = Instant::now();
    while child.reap().is_none() {
        if began.elapsed() > PATIENCE {
            return leave(child);
        }
        child.nap(Duration::from_millis(10));
    }
}
