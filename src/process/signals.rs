//! Signals: to the program, or to its whole group; pause, resume, kill.

use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::time::Duration;

use super::child::{Child, explained, send, to_one};
use super::descriptors::checked;
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;

/// The largest signal number of Linux.
const LAST: c_int = 64;

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

impl Process {
    /// Sends a signal to the program, and to its whole group when it has its own. After the
    /// program's end nothing is sent.
    pub fn signal(&self, signal: c_int) -> Result<(), Error> {
        if !(1..=LAST).contains(&signal) {
            return Err(Error::invalid("signal", format!("{signal} is not in 1 to {LAST}")));
        }
        self.send_unless_ended(|child| send(child, signal))
    }

    /// Sends under the lock under which the end is seen, so never to an id that is not ours.
    fn send_unless_ended(
        &self,
        send: impl FnOnce(&Child) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.check_owner()?;
        let mut shared = self.shared()?;
        shared.try_reap(&self.child);
        if shared.outcome.is_some() { Ok(()) } else { send(&self.child) }
    }

    /// Stops the program with SIGSTOP and returns once it has stopped, or ended; then stops the
    /// rest of its group. All at once would not do: a child that it has just made by vfork() would
    /// stop before its exec, for which the program waits without being stoppable.
    pub fn pause(&self, timeout: Timeout) -> Result<(), Error> {
        const LONGEST_NAP: Duration = Duration::from_millis(5);
        self.send_unless_ended(|child| {
            explained(child, libc::SIGSTOP, to_one(child, libc::SIGSTOP))
        })?;
        let deadline = timeout.deadline();
        let mut nap = Duration::from_micros(20);
        while self.state()? == RunState::Running {
            if deadline.passed() {
                return Err(Error::TimedOut("the program to stop"));
            }
            self.child.nap(deadline.left().map_or(nap, |left| left.min(nap)));
            nap = LONGEST_NAP.min(2 * nap);
        }
        self.signal(libc::SIGSTOP)
    }

    /// Lets a stopped program go on.
    pub fn resume(&self) -> Result<(), Error> {
        self.signal(libc::SIGCONT)
    }

    /// Kills the program, stopped or not.
    pub fn kill(&self) -> Result<(), Error> {
        self.signal(libc::SIGKILL)
    }

    /// What the program is doing now.
    pub fn state(&self) -> Result<RunState, Error> {
        self.check_owner()?;
        let mut shared = self.shared()?;
        shared.try_reap(&self.child);
        if shared.outcome.is_some() {
            return Ok(RunState::Exited);
        }
        shared.end_when_overdue(&self.child)?;
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        let what = libc::WSTOPPED | libc::WNOHANG | libc::WNOWAIT;
        let id = self.child.pid as libc::id_t;
        // SAFETY: asks about our child, leaving its state to be asked for again.
        let result = unsafe { libc::waitid(libc::P_PID, id, info.as_mut_ptr(), what) };
        match checked("ask for the state", result) {
            Err(Error::System { errno: libc::ECHILD, .. }) => {}
            Err(error) => return Err(error),
            // SAFETY: all zeros, or filled by the system as for a child.
            Ok(_) if unsafe { info.assume_init().si_pid() } != 0 => return Ok(RunState::Stopped),
            // The host may have taken that news with a wait of its own.
            Ok(_) if listed_as_stopped(self.child.pid) => return Ok(RunState::Stopped),
            Ok(_) => {}
        }
        Ok(RunState::Running)
    }
}

/// Whether /proc shows the process as stopped: state T, behind the last ')' of its line.
fn listed_as_stopped(pid: libc::pid_t) -> bool {
    let Ok(line) = std::fs::read(format!("/proc/{pid}/stat")) else { return false };
    let name_end = line.iter().rposition(|&byte| byte == b')');
    name_end.and_then(|end| line.get(end + 2)) == Some(&b'T')
}

/// The number of a signal of this system, by its name with or without "SIG".
pub fn signal_number(name: &str) -> Option<c_int> {
    const NAMES: &[(&str, c_int)] = &[
        ("HUP", libc::SIGHUP),
        ("INT", libc::SIGINT),
        ("QUIT", libc::SIGQUIT),
        ("ILL", libc::SIGILL),
        ("TRAP", libc::SIGTRAP),
        ("ABRT", libc::SIGABRT),
        ("BUS", libc::SIGBUS),
        ("FPE", libc::SIGFPE),
        ("KILL", libc::SIGKILL),
        ("USR1", libc::SIGUSR1),
        ("SEGV", libc::SIGSEGV),
        ("USR2", libc::SIGUSR2),
        ("PIPE", libc::SIGPIPE),
        ("ALRM", libc::SIGALRM),
        ("TERM", libc::SIGTERM),
        ("CHLD", libc::SIGCHLD),
        ("CONT", libc::SIGCONT),
        ("STOP", libc::SIGSTOP),
        ("TSTP", libc::SIGTSTP),
        ("TTIN", libc::SIGTTIN),
        ("TTOU", libc::SIGTTOU),
        ("WINCH", libc::SIGWINCH),
    ];
    let name = name.strip_prefix("SIG").unwrap_or(name);
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
}
