//! The host's ends of the streams that the program writes.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::descriptors::set_nonblocking;
use super::lines::{Brought, Lines};
use crate::error::Error;

/// A stream that leads from the program to the host.
pub(super) struct Output {
    descriptor: OwnedFd,
    terminal: bool,
    pub(super) lines: Lines,
    /// Nothing comes any more.
    pub(super) ended: bool,
    /// Once the program has ended: how many bytes of the pipe may still be its own.
    remaining: Option<usize>,
    pub(super) limit: usize,
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
    pub(super) fn drain(&mut self, program_ended: bool) -> Result<bool, Error> {
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
