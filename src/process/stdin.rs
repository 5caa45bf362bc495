//! Writing to the program's standard input.
//!
//! The program gets a plain pipe, so that it can open /dev/stdin, which it could not if that were
//! a socket. A pipe nobody reads raises SIGPIPE in the thread that writes: the signal is blocked
//! there for the time of the call and taken back before it can be delivered, which leaves the
//! host's handling of signals alone.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::Process;
use super::descriptors::{refused, set_nonblocking};
use super::timeout::Timeout;
use crate::error::Error;
use crate::host::lock::lock;

/// The host's end of the program's stdin.
#[derive(Default)]
pub(super) enum Input {
    /// It leads elsewhere.
    #[default]
    Elsewhere,
    /// A pipe.
    Pipe(OwnedFd),
    /// A terminal, and whether what was written ends in the midst of a line.
    Terminal(OwnedFd, bool),
    /// It was closed.
    Closed,
}

impl Input {
    pub(super) fn pipe(descriptor: OwnedFd) -> Result<Input, Error> {
        set_nonblocking(&descriptor)?;
        Ok(Input::Pipe(descriptor))
    }

    pub(super) fn terminal(descriptor: OwnedFd) -> Result<Input, Error> {
        set_nonblocking(&descriptor)?;
        Ok(Input::Terminal(descriptor, false))
    }

    pub(super) fn descriptor(&self) -> Option<RawFd> {
        match self {
            Input::Pipe(descriptor) | Input::Terminal(descriptor, _) => {
                Some(descriptor.as_raw_fd())
            }
            Input::Elsewhere | Input::Closed => None,
        }
    }

    /// The descriptor to write to.
    fn open(&self) -> Result<RawFd, Error> {
        self.descriptor().ok_or_else(|| match self {
            Input::Closed => broken_pipe(),
            _ => Error::invalid("process", "its stdin does not lead to this program"),
        })
    }
}

fn broken_pipe() -> Error {
    Error::System { step: "write to the program's stdin".into(), errno: libc::EPIPE }
}

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
        let outcome = self.wait_until(what, timeout, Some(descriptor), |core| {
            match write_all(descriptor, data, written) {
                Ok(()) => Ok(Some(())),
                // Nobody will make room in the pipe of a program that has ended.
                Err(libc::EAGAIN) if core.outcome.is_some() => Err(broken_pipe()),
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
        self.core()?.ring();
        Ok(())
    }
}

/// Writes what has not been written yet, without waiting; the errno when that is not all.
fn write_all(descriptor: RawFd, data: &[u8], written: &mut usize) -> Result<(), libc::c_int> {
    while let Some(rest) = data.get(*written..).filter(|rest| !rest.is_empty()) {
        // SAFETY: reads `rest`.
        let count = unsafe { libc::write(descriptor, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(count) {
            Ok(count) => *written += count,
            Err(_) => match io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO) {
                libc::EINTR => {}
                errno => return Err(errno),
            },
        }
    }
    Ok(())
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
