//! Several programs at once, a line to wait for, a whole run.

use std::ffi::{CStr, c_char, c_double, c_int, c_void};
use std::mem::MaybeUninit;

use super::handle::{fourier_process, settings_of, with_process};
use super::options::{fourier_process_options, fourier_stream};
use super::streams::room_for_line;
use crate::capi::arguments::{
    Enumeration, elements, enumerator, input, object, output, store, string, strings,
};
use crate::capi::status_from::status_from;
use crate::error::Error;
use crate::memory::with_capacity;
use crate::process::{self, Events, Match, Process, Redirect, Stream, Timeout};

/// What fourier_process_poll waits for: bits to be combined with |.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_event {
    /// A line of stdout, or its end: fourier_process_read_line does not wait.
    FOURIER_EVENT_STDOUT_LINE = 1,
    /// A line of stderr, or its end.
    FOURIER_EVENT_STDERR_LINE = 2,
    /// Bytes of stdout, or its end: fourier_process_read does not wait.
    FOURIER_EVENT_STDOUT_BYTES = 4,
    /// Bytes of stderr, or its end.
    FOURIER_EVENT_STDERR_BYTES = 8,
    /// Room in stdin, or nothing reads it any more: fourier_process_write does not wait to begin.
    FOURIER_EVENT_STDIN = 16,
    /// The end of the program: fourier_process_wait does not wait.
    FOURIER_EVENT_EXIT = 32,
}

/// How fourier_process_expect compares a pattern with a line.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_match {
    /// The line contains the pattern.
    FOURIER_MATCH_TEXT = 0,
    /// The whole line matches the pattern as a file name does in a shell: *, ?, [a-z], [!a-z], and
    /// a backslash before what is meant as it is; over bytes, whatever the locale.
    FOURIER_MATCH_GLOB = 1,
}

impl Enumeration for fourier_match {
    type Meaning = Match;
    const NAME: &str = "fourier_match";
    const ALL: &[(Self, Match)] =
        &[(Self::FOURIER_MATCH_TEXT, Match::Text), (Self::FOURIER_MATCH_GLOB, Match::Glob)];
}

/// Waits until something wanted has come from any of several programs. What they write meanwhile is
/// kept for reading. From any thread.
///
/// @param count      number of programs, at least 1
/// @param processes  count handles, none NULL
/// @param wanted     not NULL; count sets of fourier_event; 0 leaves a program out, but not all
///                   may be 0
/// @param ready      not NULL; count elements: ready[i] receives those events of wanted[i] that have
///                   come
/// @param timeout    seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK when any has come; FOURIER_TIMED_OUT when none has, ready is all 0 then; else
///         as fourier_process_read_line
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_poll(
    count: i64,
    processes: *const *mut fourier_process,
    wanted: *const c_int,
    ready: *mut c_int,
    timeout: c_double,
) -> c_int {
    status_from(|| {
        let count = elements::<*mut fourier_process>("count", count)?;
        let timeout = Timeout::seconds("timeout", timeout)?;
        // SAFETY: `count` elements each, as documented.
        let (processes, wanted, ready) = unsafe {
            (
                input("processes", processes, count)?,
                input("wanted", wanted, count)?,
                output("ready", ready, count)?,
            )
        };
        ready.fill(0);
        let mut handles: Vec<&Process> = with_capacity(count, "the processes of a poll")?;
        for (index, process) in processes.iter().enumerate() {
            // SAFETY: a handle of this library, as documented.
            let found = unsafe { object("processes", process.cast_const()) };
            let found =
                found.map_err(|_| Error::invalid("processes", format!("[{index}] is NULL")));
            handles.push(&found?.process);
        }
        let mut events: Vec<Events> = with_capacity(count, "the events of a poll")?;
        events.extend(wanted.iter().map(|&wanted| Events(wanted as u32)));
        let mut come = events.clone();
        let result = process::poll(&handles, &events, &mut come, timeout);
        if result.is_ok() {
            for (ready, come) in ready.iter_mut().zip(come) {
                *ready = come.0 as c_int;
            }
        }
        result
    })
}

/// Waits for a line that matches one of several patterns. That line and the lines before it then
/// count as read; when none comes, nothing does, and fourier_process_read_line shows what came.
/// From any thread.
///
/// @param process   not NULL
/// @param stream    FOURIER_STDOUT or FOURIER_STDERR, when it leads to this program
/// @param patterns  strings, ended by NULL; at least one
/// @param kind      a fourier_match: how they are compared
/// @param which     NULL, or receives the index of the first pattern that matches
/// @param line      receives the line that matches, as fourier_process_read_line; NULL = not wanted
/// @param capacity  bytes that line can hold, with the NUL: at least 2. A longer line that matches
///                  is refused with FOURIER_INVALID_ARGUMENT and stays readable
/// @param length    NULL, or receives the length of the line that matches, also of one refused
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK; FOURIER_TIMED_OUT or FOURIER_END_OF_STREAM when no line matched; else as
///         fourier_process_read_line
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_expect(
    process: *mut fourier_process,
    stream: MaybeUninit<fourier_stream>,
    patterns: *const *const c_char,
    kind: MaybeUninit<fourier_match>,
    which: *mut c_int,
    line: *mut c_char,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, strings, and `capacity` bytes and numbers to write, as documented.
    unsafe {
        with_process(process, |process| {
            let stream = enumerator("stream", stream)?;
            let timeout = Timeout::seconds("timeout", timeout)?;
            let kind = enumerator("kind", kind)?;
            let patterns = strings("patterns", patterns)?;
            let patterns: Vec<&[u8]> = patterns.into_iter().map(CStr::to_bytes).collect();
            let mut room = match line.is_null() {
                true => None,
                false => Some(room_for_line(line, capacity)?),
            };
            store(length, 0);
            let position = process.expect(stream, &patterns, kind, timeout, |matching| {
                store(length, matching.len());
                let Some(room) = &mut room else { return Ok(()) };
                if matching.len() >= capacity {
                    let size = matching.len();
                    let problem = format!("{capacity} is too small for a line of {size} bytes");
                    return Err(Error::invalid("capacity", problem));
                }
                room[..matching.len()].copy_from_slice(matching);
                room[matching.len()] = 0;
                Ok(())
            })?;
            store(which, position as c_int);
            Ok(())
        })
    }
}

/// Runs a program from start to end: gives it its input, collects what it writes, and tells its
/// return code. A program that runs for longer than it may is killed. From any thread.
///
/// @param argv        not NULL; as for fourier_process_start
/// @param options     as for fourier_process_start; NULL = defaults
/// @param data        size bytes for its stdin, which then is a pipe unless the options lead it to
///                    a terminal; NULL when size is 0
/// @param size        number of bytes
/// @param timeout     seconds for the whole run; negative = without limit
/// @param returncode  NULL, or receives the return code as from fourier_process_wait
/// @param out         NULL, or receives what it wrote to stdout, NUL-terminated, for
///                    fourier_process_output_free; NULL when stdout leads elsewhere
/// @param out_size    NULL, or receives the number of bytes in out, without the NUL
/// @param err         NULL, or the same for stderr, which then leads to this program unless the
///                    options lead it elsewhere than to its default
/// @param err_size    NULL, or as out_size
/// @return FOURIER_OK, whatever the return code; FOURIER_TIMED_OUT: it was killed;
///         FOURIER_STATUS_LOST: it has ended, but its return code is lost; in both cases the
///         outputs are what it wrote.
///         Else as fourier_process_start and _wait: then the outputs are NULL and 0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_run(
    argv: *const *const c_char,
    options: *const fourier_process_options,
    data: *const c_void,
    size: usize,
    timeout: c_double,
    returncode: *mut c_int,
    out: *mut *mut c_char,
    out_size: *mut usize,
    err: *mut *mut c_char,
    err_size: *mut usize,
) -> c_int {
    status_from(|| {
        // SAFETY: strings, options, `size` bytes and places to write, as documented.
        unsafe {
            let places = [(out, out_size), (err, err_size)];
            for (text, size) in places {
                store(text, std::ptr::null_mut());
                store(size, 0);
            }
            let timeout = Timeout::seconds("timeout", timeout)?;
            let data = input("data", data.cast::<u8>(), elements::<u8>("size", size)?)?;
            let mut settings = settings_of(options);
            if !err.is_null() && *settings.stream(Stream::Stderr) == Redirect::Inherit {
                settings.set_stream(Stream::Stderr, Redirect::Pipe)?;
            }
            let finished = process::run(&strings("argv", argv)?, &settings, data, timeout)?;
            for ((text, size), output) in places.into_iter().zip(&finished.output) {
                if let (false, Some(output)) = (text.is_null(), output) {
                    store(text, copied(output)?);
                    store(size, output.len());
                }
            }
            match (finished.timed_out, finished.returncode) {
                (_, None) => Err(Error::StatusLost { pid: finished.pid }),
                (timed_out, Some(code)) => {
                    store(returncode, code);
                    if timed_out { Err(Error::TimedOut("the end of the run")) } else { Ok(()) }
                }
            }
        }
    })
}

/// A copy of some bytes with a NUL behind them, in memory of the C library.
fn copied(bytes: &[u8]) -> Result<*mut c_char, Error> {
    // SAFETY: asks for memory, one byte more than is copied into it.
    unsafe {
        let copy = libc::malloc(bytes.len() + 1).cast::<u8>();
        if copy.is_null() {
            return Err(Error::OutOfMemory {
                what: "the program's output",
                bytes: bytes.len() + 1,
            });
        }
        copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        copy.add(bytes.len()).write(0);
        Ok(copy.cast())
    }
}

/// Frees what fourier_process_run collected. From any thread.
///
/// @param text  from fourier_process_run, not yet freed; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_output_free(text: *mut c_char) {
    // SAFETY: NULL, or from malloc in `copied`, freed once as documented.
    unsafe { libc::free(text.cast()) }
}

/// Tells what a program used, with the children it waited for; once it has ended. From any thread.
///
/// @param process      not NULL
/// @param wall         NULL, or receives the seconds from its start until its end was seen
/// @param user         NULL, or receives the seconds of processor time in the program
/// @param system       NULL, or receives the seconds of processor time in the system for it
/// @param peak_memory  NULL, or receives the largest resident memory of one process in bytes; -1
///                     when it is not above the peak that this program itself had before the start,
///                     which Linux counts in
/// @return FOURIER_OK; FOURIER_STILL_RUNNING; FOURIER_STATUS_LOST; FOURIER_INVALID_ARGUMENT,
///         FOURIER_NOT_OUR_CHILD
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_usage(
    process: *mut fourier_process,
    wall: *mut c_double,
    user: *mut c_double,
    system: *mut c_double,
    peak_memory: *mut i64,
) -> c_int {
    // SAFETY: a handle, and numbers to write, as documented.
    unsafe {
        with_process(process, |process| {
            let usage = process.usage()?;
            store(wall, usage.wall);
            store(user, usage.user);
            store(system, usage.system);
            store(peak_memory, usage.peak_memory.unwrap_or(-1));
            Ok(())
        })
    }
}

/// The number that a signal has on this system. From any thread.
///
/// @param name  "SIGTERM" or "TERM", and so on; NULL is allowed
/// @return a positive number; 0 for NULL or an unknown name
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_signal_number(name: *const c_char) -> c_int {
    // SAFETY: NULL or a string, as documented.
    let name = unsafe { string("name", name) };
    let number = name.ok().and_then(|name| process::signal_number(name.to_str().ok()?));
    number.unwrap_or(0)
}
