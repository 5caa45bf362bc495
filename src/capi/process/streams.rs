//! The streams of a program: read, peek, write.

use std::ffi::{c_char, c_double, c_int, c_void};
use std::mem::MaybeUninit;

use super::handle::{fourier_process, with_process};
use super::options::fourier_stream;
use crate::capi::arguments::{at_least, elements, enumerator, input, not_null, output, store};
use crate::error::Error;
use crate::process::{Delivered, Process, Stream, Timeout};

/// Reads a line. Whatever pieces the program writes, a line is what a newline ends, or the end of
/// the stream; bytes of any value pass.
///
/// The stream ends when the program has closed it, or has ended and what was in the pipe then has
/// been read, though processes that it left behind may still hold the pipe. From any thread.
///
/// @param process   not NULL
/// @param stream    FOURIER_STDOUT or FOURIER_STDERR, when it leads to this program
/// @param line      not NULL; receives the line without its newline, NUL-terminated
/// @param capacity  bytes that line can hold, with the NUL: at least 2
/// @param length    NULL, or receives the length of what is in line, without the NUL
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK; FOURIER_LINE_CONTINUES: line holds capacity - 1 bytes of a longer line, the
///         rest follows on the next call; FOURIER_END_OF_STREAM; FOURIER_TIMED_OUT: nothing was
///         read; in both cases line is "" and length 0. FOURIER_OUTPUT_LIMIT: the other stream must
///         be read first. FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (a NaN timeout),
///         FOURIER_OUT_OF_MEMORY, FOURIER_NOT_OUR_CHILD, -errno
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_read_line(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    line: *mut c_char,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and `capacity` bytes and a length to write, as documented.
    unsafe {
        with_process(process, |process| {
            let stream = enumerator("stream", stream)?;
            let timeout = Timeout::seconds("timeout", timeout)?;
            let room = room_for_line(line, capacity)?;
            let last = capacity - 1;
            let (read, outcome) = match process.read_line(stream, &mut room[..last], timeout) {
                Ok(Delivered { length, continues: false }) => (length, Ok(())),
                Ok(Delivered { length, .. }) => (length, Err(Error::LineContinues { length })),
                Err(error @ (Error::EndOfStream(_) | Error::TimedOut(_))) => (0, Err(error)),
                Err(error) => return Err(error),
            };
            room[read] = 0;
            store(length, read);
            outcome
        })
    }
}

/// The caller's place for a line and its NUL.
///
/// # Safety
/// `line` must be NULL or point to `capacity` bytes to write.
pub(super) unsafe fn room_for_line<'a>(
    line: *mut c_char,
    capacity: usize,
) -> Result<&'a mut [u8], Error> {
    if capacity < 2 {
        let problem = format!("{capacity} has no room for a byte and the final NUL");
        return Err(Error::invalid("capacity", problem));
    }
    // SAFETY: the caller's promise.
    unsafe { output("line", line.cast::<u8>(), elements::<u8>("capacity", capacity)?) }
}

/// Waits for a whole line and tells its length without reading it, so that room for it can be made.
/// From any thread.
///
/// @param process  not NULL
/// @param stream   as for fourier_process_read_line
/// @param length   not NULL; receives the length of the line, without its newline
/// @param timeout  seconds; negative = for ever, 0 = do not wait
/// @return as fourier_process_read_line, never FOURIER_LINE_CONTINUES; FOURIER_OUTPUT_LIMIT also
///         when the line itself is longer than the output limit
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_line_length(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and a length to write, as documented.
    unsafe {
        with_process(process, |process| {
            not_null("length", length)?;
            let stream = enumerator("stream", stream)?;
            let timeout = Timeout::seconds("timeout", timeout)?;
            store(length, process.line_length(stream, timeout)?);
            Ok(())
        })
    }
}

/// Reads bytes as they come. From any thread.
///
/// @param process   not NULL
/// @param stream    as for fourier_process_read_line
/// @param buffer    not NULL; receives at least one byte; no NUL is added
/// @param capacity  bytes that buffer can hold, at least 1
/// @param length    not NULL; receives the number of bytes read
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return as fourier_process_read_line, never FOURIER_LINE_CONTINUES
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_read(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    buffer: *mut c_void,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and `capacity` bytes and a length to write, as documented.
    unsafe { take_bytes(process, stream, buffer, capacity, length, timeout, Process::read) }
}

/// Looks at bytes as they come: as fourier_process_read, but leaves them to be read, so that the
/// next call gives the same ones, and more once more have come. From any thread.
///
/// @param process   not NULL
/// @param stream    as for fourier_process_read_line
/// @param buffer    not NULL; receives at least one byte; no NUL is added
/// @param capacity  bytes that buffer can hold, at least 1
/// @param length    not NULL; receives the number of bytes in buffer
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return as fourier_process_read
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_peek(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    buffer: *mut c_void,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and `capacity` bytes and a length to write, as documented.
    unsafe { take_bytes(process, stream, buffer, capacity, length, timeout, Process::peek) }
}

/// Process::read or Process::peek, for C.
///
/// # Safety
/// `process` must be NULL or a handle; `buffer` NULL or `capacity` bytes, and `length` NULL or a
/// place, that can be written.
unsafe fn take_bytes(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    buffer: *mut c_void,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
    take: impl FnOnce(&Process, Stream, &mut [u8], Timeout) -> Result<usize, Error>,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        with_process(process, |process| {
            let capacity = elements::<u8>("capacity", at_least("capacity", 1, capacity)?)?;
            not_null("length", length)?;
            let stream = enumerator("stream", stream)?;
            let timeout = Timeout::seconds("timeout", timeout)?;
            let room = output("buffer", buffer.cast::<u8>(), capacity)?;
            store(length, 0);
            store(length, take(process, stream, room, timeout)?);
            Ok(())
        })
    }
}

/// Writes to the program's stdin, which must be a pipe or a terminal (see the options). What the
/// program writes meanwhile is kept for reading. SIGPIPE is never raised in this program.
/// From any thread.
///
/// @param process  not NULL
/// @param data     size bytes; NULL when size is 0
/// @param size     number of bytes
/// @param written  NULL, or receives how many bytes were written, also on failure
/// @param timeout  seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK when all was written; FOURIER_TIMED_OUT; -EPIPE when nothing reads it, or after
///         fourier_process_close_stdin; else as fourier_process_read_line
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_write(
    process: *mut fourier_process,
    data: *const c_void,
    size: usize,
    written: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, `size` bytes to read and a count to write, as documented.
    unsafe {
        store(written, 0);
        with_process(process, |process| {
            let timeout = Timeout::seconds("timeout", timeout)?;
            let data = input("data", data.cast::<u8>(), elements::<u8>("size", size)?)?;
            let (count, outcome) = process.write(data, timeout);
            store(written, count);
            outcome
        })
    }
}

/// Ends the program's stdin, which then reads as end of file. May be repeated. From any thread.
///
/// @param process  not NULL
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_close_stdin(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::close_stdin) }
}
