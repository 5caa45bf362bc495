//! A child of the host: collecting its exit status and what it used, and sending it signals, so that
//! none reaches a number that is no longer its own.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use super::descriptors::wait_for_events;
use crate::error::Error;

/// A child of the host.
pub(super) struct Child {
    pub(super) pid: libc::pid_t,
    pub(super) pidfd: Option<OwnedFd>,
    /// It leads a process group, which signals reach as a whole.
    pub(super) leads_group: bool,
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

/// Peaks of memory closer than this to the host's own are not told from it.
const PEAK_SLACK: i64 = 1 << 20;

impl Child {
    /// Collects the exit status if the program has ended, without waiting. Called under the lock
    /// that signals take too, so that none is sent to a process id that is no longer ours.
    pub(super) fn try_reap(&self) -> Option<Outcome> {
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

/// Sends a signal to a child that has not been collected: its id is still its own.
pub(super) fn send(child: &Child, signal: c_int) -> Result<(), Error> {
    let result =
        if child.leads_group { send_to_group(child, signal) } else { to_one(child, signal) };
    explained(child, signal, result)
}

pub(super) fn explained(
    child: &Child,
    signal: c_int,
    result: Result<(), c_int>,
) -> Result<(), Error> {
    match result {
        // It has ended this very moment, or its status was stolen.
        Err(libc::ESRCH) | Ok(()) => Ok(()),
        Err(errno) => {
            let step = format!("send signal {signal} to process {}", child.pid);
            Err(Error::System { step, errno })
        }
    }
}

fn send_to_group(child: &Child, signal: c_int) -> Result<(), c_int> {
    // Cannot be; but kill() would take 0 for the host's own group and -1 for every process.
    if child.pid <= 1 {
        return Err(libc::EINVAL);
    }
    // A child whose status somebody else took no longer owns its number.
    to_one(child, 0)?;
    // SAFETY: asks only.
    let leads = unsafe { libc::getpgid(child.pid) } == child.pid;
    // SAFETY: a group of ours: its number is above 1, and taken as long as the child exists.
    let sent = result_of(unsafe { libc::kill(-child.pid, signal) }.into());
    // A program may have moved to another group, and left children behind in the first.
    if leads { sent } else { to_one(child, signal) }
}

pub(super) fn to_one(child: &Child, signal: c_int) -> Result<(), c_int> {
    #[cfg(target_os = "linux")]
    if let Some(pidfd) = &child.pidfd {
        use std::os::fd::AsRawFd;
        let none = std::ptr::null::<libc::siginfo_t>();
        // SAFETY: a signal to the process that the descriptor refers to, and no other.
        let result = result_of(unsafe {
            libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, none, 0)
        });
        // Kernels before 5.1, and containers that forbid what they do not know.
        if !matches!(result, Err(libc::ENOSYS | libc::EPERM)) {
            return result;
        }
    }
    // SAFETY: its number is above 1, and its own until it is collected.
    result_of(unsafe { libc::kill(child.pid, signal) }.into())
}

fn result_of(result: libc::c_long) -> Result<(), c_int> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error().raw_os_error().unwrap_or(0)),
    }
}

impl Child {
    /// Sleeps for a time, or until the program ends.
    pub(super) fn nap(&self, time: Duration) {
        let event =
            |fd: &OwnedFd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        let mut events: Vec<libc::pollfd> = self.pidfd.as_ref().map(event).into_iter().collect();
        wait_for_events(&mut events, Some(time));
    }
}
