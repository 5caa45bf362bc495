//! The host's end of the program's stdin.
//!
//! The program gets a plain pipe, so that it can open /dev/stdin, which it could not if that were
//! a socket.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::descriptors::{refused, set_nonblocking};
use crate::error::Error;
use crate::host::signal_mask::write_without_sigpipe;

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

    fn open(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Input::Pipe(descriptor) | Input::Terminal(descriptor, _) => Some(descriptor.as_fd()),
            Input::Elsewhere | Input::Closed => None,
        }
    }

    /// The descriptor to write to, if there is one.
    pub(super) fn descriptor(&self) -> Option<RawFd> {
        self.open().map(|descriptor| descriptor.as_raw_fd())
    }

    /// Fails when there is nothing to write to.
    pub(super) fn check_open(&self) -> Result<(), Error> {
        match self {
            Input::Pipe(_) | Input::Terminal(..) => Ok(()),
            Input::Closed => Err(broken_pipe()),
            Input::Elsewhere => {
                Err(Error::invalid("process", "its stdin does not lead to this program"))
            }
        }
    }

    /// Writes what fits without waiting, from position `written` of `data` on, and moves that
    /// position. True when all has been written.
    pub(super) fn write(&mut self, data: &[u8], written: &mut usize) -> Result<bool, Error> {
        let before = *written;
        let outcome = self.write_rest(data, written);
        if let Input::Terminal(_, within_line) = self
            && *written > before
        {
            *within_line = data[*written - 1] != b'\n';
        }
        match outcome {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::EAGAIN) => Ok(false),
            Err(error) => Err(refused("write to the program's stdin", &error)),
        }
    }

    fn write_rest(&self, data: &[u8], written: &mut usize) -> io::Result<()> {
        while *written < data.len() {
            let closed = || io::Error::from_raw_os_error(libc::EPIPE);
            match write_without_sigpipe(self.open().ok_or_else(closed)?, &data[*written..]) {
                Ok(count) => *written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Lets the program read the end of file. Again is allowed.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        match self {
            Input::Closed => return Ok(()),
            Input::Elsewhere => return self.check_open(),
            Input::Pipe(_) => {}
            // Twice within a line: the first only ends that.
            Input::Terminal(_, within_line) => {
                const END_OF_FILE: &[u8] = &[4, 4];
                let bytes = &END_OF_FILE[..1 + usize::from(*within_line)];
                match self.write_rest(bytes, &mut 0) {
                    Err(error) if error.raw_os_error() != Some(libc::EIO) => {
                        return Err(refused("end the program's stdin", &error));
                    }
                    _ => {}
                }
            }
        }
        *self = Input::Closed;
        Ok(())
    }
}

/// What a write to a program that reads no more comes to.
pub(super) fn broken_pipe() -> Error {
    refused("write to the program's stdin", &io::Error::from_raw_os_error(libc::EPIPE))
}
