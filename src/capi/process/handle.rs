//! One program: start, signal, wait.

use std::ffi::{CStr, c_char, c_double, c_int};

use super::options::fourier_process_options;
use crate::capi::arguments::handle;
use crate::capi::boundary::gate;
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

/// Sends a signal to the program, and to its whole group when it has its own. After the program's
/// end nothing is sent, and that is FOURIER_OK. From any thread.
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

/// Stops the program with SIGSTOP and returns once it has stopped, or has ended. From any thread.
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

/// Lets a stopped program go on, with SIGCONT. From any thread.
///
/// @param process  not NULL
/// @return as fourier_process_signal
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_resume(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::resume) }
}

/// Kills the program with SIGKILL, stopped or not. Does not wait for its end. From any thread.
///
/// @param process  not NULL
/// @return as fourier_process_signal
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_kill(process: *mut fourier_process) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe { with_process(process, Process::kill) }
}

/// Asks the program to end with SIGTERM, which a stopped one is resumed for; kills it with SIGKILL
/// when it has not ended in time. Waits for its end. From any thread.
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

/// Tells what the program is doing now. From any thread.
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
/// From any thread.
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
/// copy of the program that started it only the copy's descriptors are closed. From any thread.
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
