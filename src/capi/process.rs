//! One program: start, read, write, signal, wait.

use std::ffi::{CStr, c_char, c_double, c_int, c_void};

use super::boundary::gate;
use super::pointers::{handle, input, output};
use super::process_options::{StreamArgument, fourier_process_options, stream_of};
use crate::error::Error;
use crate::process::{Process, RunState, Settings, Timeout};

/// A program that was started. Opaque; made by fourier_process_start. It may be used from several
/// threads at once, except that nobody else may use it while it is freed. In a forked copy of the
/// program that started it, every call returns FOURIER_NOT_OUR_CHILD.
#[allow(non_camel_case_types)]
pub struct fourier_process {
    pub(super) process: Process,
}

/// What a program is doing.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_run_state {
    /// It runs, or would if it had the processor.
    FOURIER_RUNNING = 0,
    /// It is stopped, until it is resumed.
    FOURIER_STOPPED = 1,
    /// It has ended.
    FOURIER_EXITED = 2,
}

/// Runs `body` on the process behind a handle.
///
/// # Safety
/// As [`handle`].
pub(super) unsafe fn with_process(
    process: *const fourier_process,
    body: impl FnOnce(&Process) -> Result<(), Error>,
) -> c_int {
    gate(|| {
        // SAFETY: the caller's promise.
        body(&unsafe { handle("process", process) }?.process)
    })
}

/// Stores a result where the caller wants it.
///
/// # Safety
/// `place` must be NULL or point to a T that may be written.
pub(super) unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not NULL; the rest is the caller's promise. A caller's place need not be aligned.
        unsafe { place.write_unaligned(value) };
    }
}

/// The strings of an array that a NULL ends.
///
/// # Safety
/// `strings` must be NULL or such an array, and stay while `'a` lasts.
pub(super) unsafe fn strings<'a>(
    argument: &'static str,
    strings: *const *const c_char,
) -> Result<Vec<&'a CStr>, Error> {
    if strings.is_null() {
        return Err(Error::invalid(argument, "NULL"));
    }
    let mut found = Vec::new();
    // SAFETY: the caller's promise: we read up to the NULL that ends the array.
    unsafe {
        while !(*strings.add(found.len())).is_null() {
            found.push(CStr::from_ptr(*strings.add(found.len())));
        }
    }
    Ok(found)
}

/// The settings behind options: NULL = the defaults.
///
/// # Safety
/// As [`handle`].
pub(super) unsafe fn settings_of(options: *const fourier_process_options) -> Settings {
    // SAFETY: the caller's promise.
    let options = unsafe { options.as_ref() };
    options.map_or_else(Settings::default, |options| options.settings.clone())
}

/// Starts a program. No shell is involved: the words are given as they are.
///
/// The program gets an empty signal mask, default signal dispositions and no descriptor but 0, 1
/// and 2. The cost does not grow with this program's memory. Nothing is changed in this program:
/// no signal handler, no mask. From any thread; environ must not be changed meanwhile.
///
/// @param argv     the program and its arguments, ended by NULL; at least the program. One without
///                 a slash in its name is searched on the PATH that it will have
/// @param options  NULL = defaults: stdin from nothing, stdout to a pipe, the rest as this
///                 program's, a process group of its own
/// @param process  not NULL; receives a handle for fourier_process_free, or NULL on failure
/// @return FOURIER_OK; -errno of the step that failed, which fourier_last_error() names: a missing
///         program or directory (-ENOENT), one that may not be executed (-EACCES)...; nothing is
///         left behind then. FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_start(
    argv: *const *const c_char,
    options: *const fourier_process_options,
    process: *mut *mut fourier_process,
) -> c_int {
    gate(|| {
        if process.is_null() {
            return Err(Error::invalid("process", "NULL"));
        }
        // SAFETY: not NULL, so a place for a handle; strings and options as documented.
        unsafe {
            store(process, std::ptr::null_mut());
            let started = Process::start(&strings("argv", argv)?, &settings_of(options))?;
            store(process, Box::into_raw(Box::new(fourier_process { process: started })));
        }
        Ok(())
    })
}

/// Reads a line. Whatever pieces the program writes, a line is what a newline ends, or the end of
/// the stream; bytes of any value pass.
///
/// The stream ends when the program has closed it, or has ended and what was in the pipe then has
/// been read, though processes that it left behind may still hold the pipe.
///
/// @param process   not NULL
/// @param stream    FOURIER_STDOUT or FOURIER_STDERR, when it leads to this program
/// @param line      receives the line without its newline, NUL-terminated
/// @param capacity  bytes that line can hold, with the NUL: at least 2
/// @param length    NULL, or receives the length of what is in line, without the NUL
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK; FOURIER_LINE_CONTINUES: line holds capacity - 1 bytes of a longer line, the
///         rest follows on the next call; FOURIER_END_OF_STREAM; FOURIER_TIMED_OUT: nothing was
///         read; in both cases line is "" and length 0. FOURIER_OUTPUT_LIMIT: the other stream is
///         to be read first. FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (a NaN timeout),
///         FOURIER_OUT_OF_MEMORY, FOURIER_NOT_OUR_CHILD, -errno
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_read_line(
    process: *mut fourier_process,
    stream: StreamArgument,
    line: *mut c_char,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and `capacity` bytes and a length to write, as documented.
    unsafe {
        with_process(process, |process| {
            let (stream, timeout) = (stream_of(stream)?, Timeout::seconds("timeout", timeout)?);
            let room = room_for_line(line, capacity)?;
            let last = capacity - 1;
            let delivered = process.read_line(stream, &mut room[..last], timeout);
            let read = delivered.as_ref().map_or(0, |delivered| delivered.length);
            room[read] = 0;
            store(length, read);
            match delivered?.continues {
                true => Err(Error::LineContinues { length: read }),
                false => Ok(()),
            }
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
    if isize::try_from(capacity).is_err() {
        return Err(Error::invalid("capacity", format!("{capacity} exceeds the address space")));
    }
    // SAFETY: the caller's promise.
    unsafe { output("line", line.cast::<u8>(), capacity) }
}

/// Waits for a whole line and tells its length without reading it, so that room for it can be made.
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
    stream: StreamArgument,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and a length to write, as documented.
    unsafe {
        with_process(process, |process| {
            if length.is_null() {
                return Err(Error::invalid("length", "NULL"));
            }
            let (stream, timeout) = (stream_of(stream)?, Timeout::seconds("timeout", timeout)?);
            store(length, process.line_length(stream, timeout)?);
            Ok(())
        })
    }
}

/// Reads bytes as they come.
///
/// @param process   not NULL
/// @param stream    as for fourier_process_read_line
/// @param buffer    receives at least one byte; no NUL is added
/// @param capacity  bytes that buffer can hold, at least 1
/// @param length    not NULL; receives the number of bytes read
/// @param timeout   seconds; negative = for ever, 0 = do not wait
/// @return as fourier_process_read_line, never FOURIER_LINE_CONTINUES
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_read(
    process: *mut fourier_process,
    stream: StreamArgument,
    buffer: *mut c_void,
    capacity: usize,
    length: *mut usize,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle, and `capacity` bytes and a length to write, as documented.
    unsafe {
        with_process(process, |process| {
            if capacity == 0 || isize::try_from(capacity).is_err() {
                return Err(Error::invalid("capacity", format!("{capacity} bytes")));
            }
            if length.is_null() {
                return Err(Error::invalid("length", "NULL"));
            }
            let (stream, timeout) = (stream_of(stream)?, Timeout::seconds("timeout", timeout)?);
            let room = output("buffer", buffer.cast::<u8>(), capacity)?;
            store(length, 0);
            store(length, process.read(stream, room, timeout)?);
            Ok(())
        })
    }
}

/// Writes to the program's stdin, which must be a pipe or a terminal (see the options). What the
/// program writes meanwhile is kept for reading. SIGPIPE is never raised in this program.
///
/// @param process  not NULL
/// @param data     size bytes; NULL when size is 0
/// @param size     number of bytes
/// @param written  NULL, or receives how many bytes were written, also on failure
/// @param timeout  seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK when all was written; FOURIER_TIMED_OUT; -EPIPE when nobody reads, or after
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
            if isize::try_from(size).is_err() {
                return Err(Error::invalid("size", format!("{size} exceeds the address space")));
            }
            let timeout = Timeout::seconds("timeout", timeout)?;
            let data = input("data", data.cast::<u8>(), size)?;
            let (count, outcome) = process.write(data, timeout);
            store(written, count);
            outcome
        })
    }
}

/// Ends the program's stdin: it reads the end of file. Again is allowed.
///
/// @param process  not NULL
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_close_stdin(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::close_stdin) }
}

/// Sends a signal to the program, and to its whole group when it has its own. After the program's
/// end nothing is sent, and that is FOURIER_OK.
///
/// @param process  not NULL
/// @param signal   1 to 64, as in signal.h
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno (-EPERM...)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_signal(
    process: *mut fourier_process,
    signal: c_int,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, |process| process.signal(signal)) }
}

/// Stops the program with SIGSTOP and returns once it has stopped, or has ended.
///
/// @param process  not NULL
/// @param timeout  seconds; negative = for ever, 0 = do not wait
/// @return FOURIER_OK; FOURIER_TIMED_OUT: the signal was sent, but the program was not yet seen
///         stopped; else as fourier_process_signal, and FOURIER_NOT_FINITE (a NaN timeout)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_pause(
    process: *mut fourier_process,
    timeout: c_double,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, |it| it.pause(Timeout::seconds("timeout", timeout)?)) }
}

/// Lets a stopped program go on, with SIGCONT.
///
/// @param process  not NULL
/// @return as fourier_process_signal
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_resume(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::resume) }
}

/// Kills the program with SIGKILL, stopped or not. Does not wait for its end.
///
/// @param process  not NULL
/// @return as fourier_process_signal
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_kill(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::kill) }
}

/// Asks the program to end with SIGTERM, which a stopped one is resumed for; kills it with SIGKILL
/// when it has not ended in time. Waits for its end.
///
/// @param process     not NULL
/// @param grace       seconds before it is killed; negative = it never is
/// @param returncode  NULL, or receives the return code as from fourier_process_wait
/// @return as fourier_process_wait, never FOURIER_TIMED_OUT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_stop(
    process: *mut fourier_process,
    grace: c_double,
    returncode: *mut c_int,
) -> c_int {
    // SAFETY: a handle, and a number to write, as documented.
    unsafe {
        with_process(process, |process| {
            store(returncode, process.stop(Timeout::seconds("grace", grace)?)?);
            Ok(())
        })
    }
}

/// Waits for the end of the program; again and from any thread, with the same answer. What the
/// program writes meanwhile is kept for reading. A stop is no end, and processes that the program
/// left behind are not waited for.
///
/// @param process     not NULL
/// @param timeout     seconds; negative = for ever, 0 = do not wait
/// @param returncode  NULL, or receives the exit code (0 to 255), or -s when signal s killed the
///                    program; untouched on failure
/// @return FOURIER_OK; FOURIER_TIMED_OUT; FOURIER_STATUS_LOST: it has ended, but this program
///         ignores SIGCHLD, or another part of it took the status with a wait for any child;
///         FOURIER_OUTPUT_LIMIT: the program writes more than is kept; FOURIER_INVALID_ARGUMENT,
///         FOURIER_NOT_FINITE (a NaN timeout), FOURIER_OUT_OF_MEMORY, FOURIER_NOT_OUR_CHILD
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_wait(
    process: *mut fourier_process,
    timeout: c_double,
    returncode: *mut c_int,
) -> c_int {
    // SAFETY: a handle, and a number to write, as documented.
    unsafe {
        with_process(process, |process| {
            store(returncode, process.wait(Timeout::seconds("timeout", timeout)?)?);
            Ok(())
        })
    }
}

/// Tells what the program is doing now.
///
/// @param process  not NULL
/// @param state    not NULL; receives FOURIER_RUNNING, FOURIER_STOPPED or FOURIER_EXITED
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_OUR_CHILD, -errno
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_state(
    process: *mut fourier_process,
    state: *mut fourier_run_state,
) -> c_int {
    // SAFETY: a handle, and a state to write, as documented.
    unsafe {
        with_process(process, |process| {
            if state.is_null() {
                return Err(Error::invalid("state", "NULL"));
            }
            let now = match process.state()? {
                RunState::Running => fourier_run_state::FOURIER_RUNNING,
                RunState::Stopped => fourier_run_state::FOURIER_STOPPED,
                RunState::Exited => fourier_run_state::FOURIER_EXITED,
            };
            store(state, now);
            Ok(())
        })
    }
}

/// The process id that the program has, or had: after its end the system may give the number to
/// another process, so send signals with fourier_process_signal, which knows the difference.
///
/// @param process  NULL is allowed
/// @return a number above 1; INT32_MIN for NULL, which kill(2) refuses (unlike 0 and -1)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_pid(process: *const fourier_process) -> i64 {
    // SAFETY: NULL or a handle of this library, as documented.
    let process = unsafe { process.as_ref() };
    process.map_or(i32::MIN, |process| process.process.pid()).into()
}

/// Frees a handle. A program that still runs is killed, with its group when it has its own, and
/// collected, unless the options said otherwise; nobody else may be using the handle. In a forked
/// copy of the program that started it only the copy's descriptors are closed.
///
/// @param process  from fourier_process_start, not yet freed; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_free(process: *mut fourier_process) {
    if !process.is_null() {
        gate(|| {
            // SAFETY: it came from fourier_process_start and is freed once, as documented.
            drop(unsafe { Box::from_raw(process) });
            Ok(())
        });
    }
}
