//! Process control: start a program, signal it, wait for it.

use std::ffi::{c_char, c_double, c_int};

use super::options::fourier_process_options;
use crate::capi::arguments::{free, handle_of, not_null, object, store, strings};
use crate::capi::status_from::status_from;
use crate::error::Error;
use crate::process::{Process, RunState, Settings, Timeout};

/// A program that was started. Opaque; made by fourier_process_start. It may be used from several
/// threads at once, but not while it is being freed. In a forked copy of the
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
/// As [`object`].
pub(super) unsafe fn with_process(
    process: *const fourier_process,
    body: impl FnOnce(&Process) -> Result<(), Error>,
) -> c_int {
    status_from(|| {
        // SAFETY: the caller's promise.
        body(&unsafe { object("process", process) }?.process)
    })
}

/// The settings behind options: NULL = the defaults.
///
/// # Safety
/// As [`object`].
pub(super) unsafe fn settings_of(options: *const fourier_process_options) -> Settings {
    // SAFETY: the caller's promise.
    let options = unsafe { options.as_ref() };
    options.map_or_else(Settings::default, |options| options.settings.clone())
}

/// Starts a program. No shell is involved: the program gets its arguments exactly as given.
///
/// The program gets an empty signal mask, default signal dispositions and no descriptor but 0, 1
/// and 2. The cost does not grow with this program's memory. Nothing is changed in this program:
/// no signal handler, no mask. From any thread; environ must not be changed meanwhile.
///
/// @param argv     the program and its arguments, ended by NULL; at least the program. A name
///                 without a slash is looked up on the PATH that the program will have
/// @param options  NULL = defaults: stdin from /dev/null, stdout to a pipe, the rest as this
///                 program's, a process group of its own
/// @param process  not NULL; receives a handle for fourier_process_free, or NULL on failure
/// @return FOURIER_OK; -errno of the step that failed, which fourier_last_error() names: a missing
///         program or directory (-ENOENT), one that may not be executed (-EACCES)...; nothing is
///         left behind in that case. FOURIER_INVALID_ARGUMENT, FOURIER_OUT_OF_MEMORY
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_start(
    argv: *const *const c_char,
    options: *const fourier_process_options,
    process: *mut *mut fourier_process,
) -> c_int {
    status_from(|| {
        not_null("process", process)?;
        // SAFETY: a place for a handle, strings and options, as documented.
        unsafe {
            store(process, std::ptr::null_mut());
            let started = Process::start(&strings("argv", argv)?, &settings_of(options))?;
            store(process, handle_of(fourier_process { process: started }, "a process")?);
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

/// Lets a stopped program continue, with SIGCONT. From any thread.
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

/// Asks the program to end with SIGTERM (a stopped one is resumed, so that it can), and kills it
/// with SIGKILL when it has not ended in time. Waits for its end. From any thread.
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

/// Waits for the end of the program; repeated calls, from any thread, give the same answer. What
/// the program writes meanwhile is kept for reading. A program that is stopped has not ended, and
/// processes that it left behind are not waited for.
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
            not_null("state", state)?;
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
/// collected, unless the options said otherwise. Nothing else may be using the handle. In a forked
/// copy of the program that started it only the copy's descriptors are closed. From any thread.
///
/// @param process  from fourier_process_start, not yet freed; NULL is allowed
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_free(process: *mut fourier_process) {
    status_from(|| {
        // SAFETY: it came from fourier_process_start and is freed once, as documented.
        unsafe { free(process) };
        Ok(())
    });
}
