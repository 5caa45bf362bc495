//! The host's end of the program's stdin.
//!
//! The program gets a plain pipe, so that it can open /dev/stdin, which it could not if that were
//! a socket.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::descriptors::set_nonblocking;
use crate::error::Error;

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
    pub(super) fn open(&self) -> Result<RawFd, Error> {
        self.descriptor().ok_or_else(|| match self {
            Input::Closed => broken_pipe(),
            _ => Error::invalid("process", "its stdin does not lead to this program"),
        })
    }
}

pub(super) fn broken_pipe() -> Error {
    Error::System { step: "write to the program's stdin".into(), errno: libc::EPIPE }
}

/// Writes what has not been written yet, without waiting; the errno when that is not all.
pub(super) fn write_all(
    descriptor: RawFd,
    data: &[u8],
    written: &mut usize,
) -> Result<(), libc::c_int> {
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
