//! Reading what the program writes: by lines, or as it comes.

use super::command::Stream;
use super::lines::Delivered;
use super::output::Output;
use super::state::{Process, Shared};
use super::timeout::Timeout;
use crate::error::Error;

impl Shared {
    /// A stream that can be read.
    #[inline]
    pub(super) fn output(&mut self, stream: Stream) -> Result<&mut Output, Error> {
        let outputs = &mut self.outputs;
        match stream {
            Stream::Stdin => None,
            Stream::Stdout => outputs[0].as_mut(),
            Stream::Stderr => outputs[1].as_mut(),
        }
        .ok_or_else(|| not_readable(stream))
    }
}

#[cold]
fn not_readable(stream: Stream) -> Error {
    let problem = match stream {
        Stream::Stdin => "stdin cannot be read, only written".to_string(),
        _ => format!("the program's {} does not lead to this program", stream.name()),
    };
    Error::invalid("stream", problem)
}

impl Process {
    /// Reads a line into `room`, without its newline. When it does not fit, as much as fits; the
    /// rest follows on the next calls. What comes last without a newline is a line too.
    #[inline]
    pub fn read_line(
        &self,
        stream: Stream,
        room: &mut [u8],
        timeout: Timeout,
    ) -> Result<Delivered, Error> {
        if room.is_empty() {
            return Err(Error::invalid("room", "empty: no byte of a line would fit"));
        }
        self.wait_until("a line", timeout, None, |shared| {
            let output = shared.output(stream)?;
            match output.lines.take_line(room, output.ended) {
                None if output.ended => Err(Error::EndOfStream(stream.name())),
                delivered => Ok(delivered),
            }
        })
    }

    /// The length of the next line, without its newline, once all of it has arrived. Reads
    /// nothing, so that the caller can make room first.
    pub fn line_length(&self, stream: Stream, timeout: Timeout) -> Result<usize, Error> {
        self.wait_until("a line", timeout, None, |shared| {
            let output = shared.output(stream)?;
            match output.lines.first_or_last(output.ended) {
                None if output.ended => Err(Error::EndOfStream(stream.name())),
                length => Ok(length),
            }
        })
    }

    /// Reads bytes as they come: at least one, at most as many as fit.
    pub fn read(&self, stream: Stream, room: &mut [u8], timeout: Timeout) -> Result<usize, Error> {
        if room.is_empty() {
            return Err(Error::invalid("room", "empty: no byte would fit"));
        }
        self.wait_until("output", timeout, None, |shared| {
            let output = shared.output(stream)?;
            match output.lines.take(room) {
                0 if output.ended => Err(Error::EndOfStream(stream.name())),
                0 => Ok(None),
                length => Ok(Some(length)),
            }
        })
    }

    /// Copies bytes as they come, as `read` does, and leaves them to be read.
    pub fn peek(&self, stream: Stream, room: &mut [u8], timeout: Timeout) -> Result<usize, Error> {
        if room.is_empty() {
            return Err(Error::invalid("room", "empty: no byte would fit"));
        }
        self.wait_until("output", timeout, None, |shared| {
            let output = shared.output(stream)?;
            let unread = output.lines.unread();
            let length = unread.len().min(room.len());
            room[..length].copy_from_slice(&unread[..length]);
            match length {
                0 if output.ended => Err(Error::EndOfStream(stream.name())),
                0 => Ok(None),
                length => Ok(Some(length)),
            }
        })
    }

    /// Everything that is left of a stream whose program has ended.
    pub(super) fn read_rest(&self, stream: Stream) -> Result<Vec<u8>, Error> {
        self.wait_until("output", Timeout::Never, None, |shared| {
            let output = shared.output(stream)?;
            Ok(output.ended.then(|| output.lines.take_all()))
        })
    }
}
