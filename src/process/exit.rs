//! The end of a program: waiting for it, its exit status and what it used.

use std::ffi::c_int;
use std::time::Duration;

use super::child::{Outcome, Usage};
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;

impl Process {
    /// Waits for the end of the program and returns its return code: its exit code, or -s when
    /// signal s killed it. A stop is no end. Takes in what the program writes meanwhile, which
    /// stays readable; does not wait for the end of its streams.
    pub fn wait(&self, timeout: Timeout) -> Result<c_int, Error> {
        self.check_owner()?;
        let outcome =
            self.wait_until("the end of the program", timeout, None, |shared| Ok(shared.outcome))?;
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
            let mut shared = self.shared()?;
            shared.try_reap(&self.child);
            if shared.outcome.is_some() {
                shared.wake_all();
                drop(shared);
                return self.wait(Timeout::Never);
            }
            drop(shared);
            self.child.nap(Duration::from_millis(10));
        }
    }

    /// What the program used; once it has ended.
    pub fn usage(&self) -> Result<Usage, Error> {
        self.check_owner()?;
        let mut shared = self.shared()?;
        shared.try_reap(&self.child);
        match shared.outcome {
            None => Err(Error::StillRunning { pid: self.child.pid }),
            Some(Outcome { returncode: None, .. }) => {
                Err(Error::StatusLost { pid: self.child.pid })
            }
            Some(Outcome { usage, .. }) => Ok(usage),
        }
    }
}
