//! Bytes into lines: what a program has written and nobody has read yet.

use std::ffi::c_void;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use crate::error::Error;

/// The least that is asked of a pipe at once: what a pipe of Linux holds.
const CHUNK: usize = 64 * 1024;
/// A buffer that has grown larger than this is given back once it is empty.
const KEPT: usize = 1 << 20;

/// Unread bytes, in order.
#[derive(Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// Where the unread bytes begin.
    start: usize,
    /// No newline lies between `start` and here.
    scanned: usize,
    /// How many bytes have been consumed before `start`.
    consumed: u64,
}

/// What one read of a descriptor brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Brought {
    /// So many bytes.
    Bytes(usize),
    /// None for the time being.
    Nothing,
    /// The end of the stream.
    End,
}

/// A line, or a part of one, that was delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivered {
    /// Its bytes, without the newline.
    pub length: usize,
    /// There was no room for all of it; the rest comes with the next call.
    pub continues: bool,
}

impl Lines {
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// How many bytes have been read so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The length of the first line, without its newline, if that has arrived.
    #[inline]
    pub(super) fn first(&mut self) -> Option<usize> {
        let found = newline(&self.bytes[self.scanned..]);
        self.scanned = found.map_or(self.bytes.len(), |found| self.scanned + found);
        found.map(|_| self.scanned - self.start)
    }

    /// The length of the first line; at the end of the stream what is left is a line.
    pub(super) fn first_or_last(&mut self, ended: bool) -> Option<usize> {
        let left = self.bytes.len() - self.start;
        self.first().or((ended && left > 0).then_some(left))
    }

    /// Moves the first line to `room`, or as much of it as fits; None while it is not known where
    /// the line ends and it might fit.
    #[inline]
    pub(super) fn take_line(&mut self, room: &mut [u8], ended: bool) -> Option<Delivered> {
        let left = self.bytes.len() - self.start;
        let line = self.first();
        let (length, newline) = match line {
            Some(length) => (length, 1),
            None if ended && left > 0 || left > room.len() => (left, 0),
            None => return None,
        };
        if length > room.len() {
            let length = room.len();
            self.take(room);
            return Some(Delivered { length, continues: true });
        }
        room[..length].copy_from_slice(&self.bytes[self.start..self.start + length]);
        self.consume(length + newline);
        Some(Delivered { length, continues: false })
    }

    /// Moves as many bytes as there are, and fit, to `room`.
    pub(super) fn take(&mut self, room: &mut [u8]) -> usize {
        let length = room.len().min(self.bytes.len() - self.start);
        room[..length].copy_from_slice(&self.bytes[self.start..self.start + length]);
        self.consume(length);
        length
    }

    /// Everything unread, leaving nothing.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        self.bytes.drain(..self.start);
        let bytes = std::mem::take(&mut self.bytes);
        self.consumed += bytes.len() as u64;
        (self.start, self.scanned) = (0, 0);
        bytes
    }

    #[inline]
    pub(super) fn consume(&mut self, length: usize) {
        self.start += length;
        self.consumed += length as u64;
        self.scanned = self.scanned.max(self.start);
        if self.start == self.bytes.len() {
            self.bytes.clear();
            (self.start, self.scanned) = (0, 0);
            if self.bytes.capacity() > KEPT {
                self.bytes = Vec::new();
            }
        }
    }

    /// The lines that have arrived, from the position `from` on, each with the position behind it.
    /// Positions count from the first byte of the stream.
    pub(super) fn lines_from(
        &self,
        from: u64,
        ended: bool,
    ) -> impl Iterator<Item = (&[u8], u64)> + '_ {
        let mut next = from.saturating_sub(self.consumed) as usize;
        std::iter::from_fn(move || {
            let rest = self.unread().get(next..).filter(|rest| !rest.is_empty())?;
            let (line, length) = match newline(rest) {
                Some(length) => (&rest[..length], length + 1),
                None if ended => (rest, rest.len()),
                None => return None,
            };
            next += length;
            Some((line, self.consumed + next as u64))
        })
    }

    /// Consumes everything before a position.
    pub(super) fn consume_to(&mut self, position: u64) {
        self.consume(position.saturating_sub(self.consumed) as usize);
    }

    /// Reads once from a non-blocking descriptor, at most `most` bytes.
    pub(super) fn fill(&mut self, from: &OwnedFd, most: usize) -> Result<Brought, Error> {
        self.make_room()?;
        let spare = self.bytes.spare_capacity_mut();
        let room = spare.len().min(most);
        // SAFETY: `spare` has this room.
        let got =
            unsafe { libc::read(from.as_raw_fd(), spare.as_mut_ptr().cast::<c_void>(), room) };
        if let Ok(got) = usize::try_from(got) {
            // SAFETY: read() filled so many bytes behind the vector's end.
            unsafe { self.bytes.set_len(self.bytes.len() + got) };
            return Ok(if got == 0 { Brought::End } else { Brought::Bytes(got) });
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EINTR) => Ok(Brought::Nothing),
            // A terminal whose last user has gone.
            Some(libc::EIO) => Ok(Brought::End),
            _ => Err(super::descriptors::refused("read what the program wrote", &error)),
        }
    }

    /// Room for a chunk behind the unread bytes: by moving them when that frees more than it
    /// moves, else by growing to twice the size.
    fn make_room(&mut self) -> Result<(), Error> {
        if self.bytes.capacity() - self.bytes.len() >= CHUNK {
            return Ok(());
        }
        let left = self.bytes.len() - self.start;
        if self.start >= left.max(CHUNK) {
            self.bytes.copy_within(self.start.., 0);
            self.bytes.truncate(left);
            self.scanned -= self.start;
            self.start = 0;
        }
        if self.bytes.capacity() - self.bytes.len() < CHUNK {
            let more = self.bytes.len().max(CHUNK);
            self.bytes.try_reserve(more).map_err(|_| Error::OutOfMemory {
                what: "the program's output",
                bytes: self.bytes.len() + more,
            })?;
        }
        Ok(())
    }
}

/// Where the first newline is, by the C library's vectorised search.
#[inline]
fn newline(bytes: &[u8]) -> Option<usize> {
    // SAFETY: searches these bytes only.
    let found = unsafe { libc::memchr(bytes.as_ptr().cast(), c_int_newline(), bytes.len()) };
    (!found.is_null()).then(|| found.addr() - bytes.as_ptr().addr())
}

const fn c_int_newline() -> std::ffi::c_int {
    b'\n' as std::ffi::c_int
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Lines {
        Lines { bytes: text.as_bytes().to_vec(), ..Lines::default() }
    }

    #[test]
    fn a_line_is_delivered_in_pieces_that_fit_and_never_with_an_empty_rest() {
        let mut lines = lines("abcdefgh\n\nxy");
        let mut room = [0; 4];
        let mut take = |ended| {
            let delivered = lines.take_line(&mut room, ended)?;
            Some((room[..delivered.length].to_vec(), delivered.continues))
        };
        assert_eq!(take(false), Some((b"abcd".to_vec(), true)));
        assert_eq!(take(false), Some((b"efgh".to_vec(), false)));
        assert_eq!(take(false), Some((b"".to_vec(), false)));
        assert_eq!(take(false), None);
        assert_eq!(take(true), Some((b"xy".to_vec(), false)));
        assert_eq!(take(true), None);
    }

    #[test]
    fn positions_survive_reading() {
        let mut lines = lines("one\ntwo\nthree");
        let all: Vec<_> = lines.lines_from(0, false).map(|(line, to)| (line.len(), to)).collect();
        assert_eq!(all, [(3, 4), (3, 8)]);
        lines.consume(4);
        let rest: Vec<_> = lines.lines_from(4, true).map(|(line, to)| (line.len(), to)).collect();
        assert_eq!(rest, [(3, 8), (5, 13)]);
        lines.consume_to(8);
        assert_eq!(lines.unread(), b"three");
        assert_eq!(lines.first_or_last(false), None);
        assert_eq!(lines.first_or_last(true), Some(5));
    }
}
