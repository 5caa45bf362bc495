//! Writing to the program's standard input.
//!
//! A pipe nobody reads raises SIGPIPE in the thread that writes: the signal is blocked
//! there for the time of the call and taken back before it can be delivered, which leaves the
//! host's handling of signals alone.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;

use super::descriptors::refused;
use super::input::{Input, broken_pipe, write_all};
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;
use crate::host::lock::lock;

impl Process {
    /// Writes to the program's stdin, taking in what the program writes meanwhile. Returns how
    /// many bytes were written, and why not all when so. Waits for a write of another thread.
    pub fn write(&self, data: &[u8], timeout: Timeout) -> (usize, Result<(), Error>) {
        let mut written = 0;
        let outcome = self.write_counting(data, timeout, &mut written);
        (written, outcome)
    }

    fn write_counting(
        &self,
        data: &[u8],
        timeout: Timeout,
        written: &mut usize,
    ) -> Result<(), Error> {
        self.check_owner()?;
        let mut input = lock(&self.stdin);
        let descriptor = input.open()?;
        let mut quiet = NoSigpipe::begin();
        let what = "the program to read its stdin";
        let outcome = self.wait_until(what, timeout, Some(descriptor), |shared| {
            match write_all(descriptor, data, written) {
                Ok(()) => Ok(Some(())),
                // Nobody will make room in the pipe of a program that has ended.
                Err(libc::EAGAIN) if shared.outcome.is_some() => Err(broken_pipe()),
                Err(libc::EAGAIN) => Ok(None),
                Err(errno) => {
                    quiet.raised |= errno == libc::EPIPE;
                    let error = io::Error::from_raw_os_error(errno);
                    Err(refused("write to the program's stdin", &error))
                }
            }
        });
        if let (Input::Terminal(_, within_line), Some(last)) = (&mut *input, written.checked_sub(1))
        {
            *within_line = data[last] != b'\n';
        }
        outcome
    }

    /// Ends the program's stdin: it reads the end of file. Waits for a write of another thread.
    pub fn close_stdin(&self) -> Result<(), Error> {
        self.check_owner()?;
        let mut input = lock(&self.stdin);
        match &*input {
            Input::Closed => return Ok(()),
            Input::Elsewhere => return input.open().map(drop),
            Input::Pipe(_) => {}
            // Twice within a line: the first only ends that.
            Input::Terminal(descriptor, within_line) => {
                const END_OF_FILE: &[u8] = &[4, 4];
                let bytes = &END_OF_FILE[..1 + usize::from(*within_line)];
                match write_all(descriptor.as_raw_fd(), bytes, &mut 0) {
                    Ok(()) | Err(libc::EIO) => {}
                    Err(errno) => {
                        let error = io::Error::from_raw_os_error(errno);
                        return Err(refused("end the program's stdin", &error));
                    }
                }
            }
        }
        *input = Input::Closed;
        self.shared()?.wake_all();
        Ok(())
    }
}

/// While it lives, SIGPIPE waits; one that our own writes raised is taken back at the end.
struct NoSigpipe {
    before: libc::sigset_t,
    was_pending: bool,
    raised: bool,
}

impl NoSigpipe {
    fn signals() -> libc::sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigemptyset fills the set.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
            set.assume_init()
        }
    }

    fn begin() -> NoSigpipe {
        let set = NoSigpipe::signals();
        let (mut before, mut pending) = (set, set);
        // SAFETY: valid sets; `before` and `pending` are filled.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, &mut before);
            libc::sigpending(&mut pending);
            let was_pending = libc::sigismember(&pending, libc::SIGPIPE) == 1;
            NoSigpipe { before, was_pending, raised: false }
        }
    }
}

impl Drop for NoSigpipe {
    fn drop(&mut self) {
        let set = NoSigpipe::signals();
        if self.raised && !self.was_pending {
            // SAFETY: takes a pending signal, which our write directed at this thread.
            unsafe { take_pending(&set) };
        }
        // SAFETY: the mask as it was.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}

#[cfg(target_os = "linux")]
unsafe fn take_pending(set: &libc::sigset_t) {
    let no_time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid set and time; no information is asked for.
    while unsafe { libc::sigtimedwait(set, std::ptr::null_mut(), &no_time) } == -1
        && io::Error::last_os_error().raw_os_error() == Some(libc::EINTR)
    {}
}

#[cfg(not(target_os = "linux"))]
unsafe fn take_pending(set: &libc::sigset_t) {
    let mut signal = 0;
    // SAFETY: a valid set; the signal is pending, so this does not wait.
    unsafe { libc::sigwait(set, &mut signal) };
}
