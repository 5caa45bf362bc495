//! How a program is to be started: its streams, environment, directory and limits.

use std::ffi::{CStr, c_char, c_double, c_int};
use std::time::Duration;

use crate::capi::arguments::handle_mut;
use crate::capi::boundary::gate;
use crate::error::Error;
use crate::process::{Redirect, Settings, Stream, Timeout};

/// The standard streams of a program.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_stream {
    /// Standard input.
    FOURIER_STDIN = 0,
    /// Standard output.
    FOURIER_STDOUT = 1,
    /// Standard error.
    FOURIER_STDERR = 2,
}

/// Where a standard stream of a program leads.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_redirect {
    /// To this program, through a pipe.
    FOURIER_REDIRECT_PIPE = 0,
    /// Where this program's own leads; nowhere when this program has closed its own.
    FOURIER_REDIRECT_INHERIT = 1,
    /// Nowhere: to /dev/null.
    FOURIER_REDIRECT_NULL = 2,
    /// stderr only: where stdout leads.
    FOURIER_REDIRECT_MERGE = 3,
    /// To this program, through a pseudo-terminal: for programs that hold their output back when
    /// it leads to a pipe. As stdin or stderr it is the terminal of stdout, which must be one too,
    /// and what comes on stderr is read as stdout. The program gets a session of its own.
    FOURIER_REDIRECT_TERMINAL = 4,
}

/// A `fourier_stream` as it comes from C: any integer.
pub type StreamArgument = c_int;

/// A `fourier_redirect` as it comes from C: any integer.
pub type RedirectArgument = c_int;

/// How a program is to be started. Opaque; made by fourier_process_options_new. One handle may
/// serve any number of starts, from several threads at once as long as nobody changes it meanwhile.
#[allow(non_camel_case_types)]
pub struct fourier_process_options {
    pub(super) settings: Settings,
}

/// A standard stream from its number.
pub(super) fn stream_of(stream: StreamArgument) -> Result<Stream, Error> {
    match stream {
        0 => Ok(Stream::Stdin),
        1 => Ok(Stream::Stdout),
        2 => Ok(Stream::Stderr),
        _ => Err(Error::invalid("stream", format!("{stream} is none of fourier_stream"))),
    }
}

/// The string behind a pointer from C.
///
/// # Safety
/// `text` must be NULL or point to a NUL-terminated string that stays while `'a` lasts.
pub(super) unsafe fn string<'a>(
    argument: &'static str,
    text: *const c_char,
) -> Result<&'a CStr, Error> {
    if text.is_null() {
        return Err(Error::invalid(argument, "NULL"));
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    Ok(unsafe { CStr::from_ptr(text) })
}

/// Makes options with every setting at its default: stdin from nothing, stdout to a pipe, stderr,
/// environment and directory as this program's, a process group of its own, killed on free.
///
/// @return a handle for fourier_process_options_free, never NULL. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_options_new() -> *mut fourier_process_options {
    Box::into_raw(Box::new(fourier_process_options { settings: Settings::default() }))
}

/// Frees options. Programs started with them are not touched.
///
/// @param options  from fourier_process_options_new, not yet freed; NULL is allowed; not while
///                 another thread uses it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_free(options: *mut fourier_process_options) {
    if !options.is_null() {
        // SAFETY: it came from fourier_process_options_new and is freed once, as documented.
        drop(unsafe { Box::from_raw(options) });
    }
}

/// Changes the settings behind a handle.
///
/// # Safety
/// As [`handle_mut`].
unsafe fn change(
    options: *mut fourier_process_options,
    change: impl FnOnce(&mut Settings) -> Result<(), Error>,
) -> c_int {
    gate(|| {
        // SAFETY: the caller's promise.
        change(&mut unsafe { handle_mut("options", options) }?.settings)
    })
}

/// Sets the directory that the program starts in. A program named with a slash that does not begin
/// its name is searched from there.
///
/// @param options    not NULL; not while another thread uses them
/// @param directory  a path; NULL = this program's directory
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a missing directory is told by the start
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_directory(
    options: *mut fourier_process_options,
    directory: *const c_char,
) -> c_int {
    // SAFETY: a handle of this library, and NULL or a string, as documented.
    unsafe {
        change(options, |settings| {
            let given = !directory.is_null();
            settings.set_directory(given.then(|| CStr::from_ptr(directory)));
            Ok(())
        })
    }
}

/// Sets a variable in the program's environment, or removes it.
///
/// @param options  not NULL; not while another thread uses them
/// @param name     not NULL, not empty, without '='
/// @param value    NULL = the program does not get this variable
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_env(
    options: *mut fourier_process_options,
    name: *const c_char,
    value: *const c_char,
) -> c_int {
    // SAFETY: a handle of this library, and strings, as documented.
    unsafe {
        change(options, |settings| {
            let name = string("name", name)?;
            settings.set_variable(name, (!value.is_null()).then(|| CStr::from_ptr(value)))
        })
    }
}

/// Gives the program an empty environment: nothing of this program's, nor what was set so far.
/// What is set later is given.
///
/// @param options  not NULL; not while another thread uses them
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_clear_env(
    options: *mut fourier_process_options,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            settings.clear_environment();
            Ok(())
        })
    }
}

/// Sets where a standard stream of the program leads.
///
/// @param options   not NULL; not while another thread uses them
/// @param stream    a fourier_stream
/// @param redirect  a fourier_redirect; FOURIER_REDIRECT_MERGE for FOURIER_STDERR only
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_stream(
    options: *mut fourier_process_options,
    stream: StreamArgument,
    redirect: RedirectArgument,
) -> c_int {
    let redirect = || match redirect {
        0 => Ok(Redirect::Pipe),
        1 => Ok(Redirect::Inherit),
        2 => Ok(Redirect::Null),
        3 => Ok(Redirect::Merge),
        4 => Ok(Redirect::Terminal),
        _ => Err(Error::invalid("redirect", format!("{redirect} is none of fourier_redirect"))),
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change(options, |settings| settings.set_stream(stream_of(stream)?, redirect()?)) }
}

/// Leads a standard stream of the program to a file, which the start opens: to read as stdin; made,
/// or emptied, as stdout and stderr.
///
/// @param options  not NULL; not while another thread uses them
/// @param stream   a fourier_stream
/// @param path     not NULL; from this program's directory when it does not begin with a slash
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a file that cannot be opened is told by the
///         start
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_file(
    options: *mut fourier_process_options,
    stream: StreamArgument,
    path: *const c_char,
) -> c_int {
    // SAFETY: a handle of this library, and a string, as documented.
    unsafe {
        change(options, |settings| {
            let path = string("path", path)?;
            settings.set_stream(stream_of(stream)?, Redirect::File(path.to_owned()))
        })
    }
}

/// Sets whether the program gets a process group of its own. Signals then reach the whole group:
/// the program and what it started. Without, they reach the program alone, and a Ctrl-C at this
/// program's terminal reaches both.
///
/// @param options  not NULL; not while another thread uses them
/// @param own      non-zero (default) = a group of its own; 0 = this program's group
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_group(
    options: *mut fourier_process_options,
    own: c_int,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            settings.own_group = own != 0;
            Ok(())
        })
    }
}

/// Sets what becomes of a program that still runs when its handle is freed.
///
/// @param options  not NULL; not while another thread uses them
/// @param kill     non-zero (default) = it is killed; 0 = it goes on, and is collected at a later
///                 start or free once it has ended
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_kill_on_free(
    options: *mut fourier_process_options,
    kill: c_int,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            settings.kill_on_free = kill != 0;
            Ok(())
        })
    }
}

/// Sets how long the program may run. When the time is up it is killed by the next call on its
/// handle, or by the one that is waiting; its return code is then -SIGKILL.
///
/// @param options  not NULL; not while another thread uses them
/// @param seconds  counted from the start; negative (default) = as long as it likes
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (NaN)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_time_limit(
    options: *mut fourier_process_options,
    seconds: c_double,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            let limit: Option<Duration> = match Timeout::seconds("seconds", seconds)? {
                Timeout::Never => None,
                Timeout::After(limit) => Some(limit),
            };
            settings.time_limit = limit;
            Ok(())
        })
    }
}

/// Sets how much of each of the program's streams is kept for later reading. While a call waits for
/// one thing, what comes on the other streams is kept, so that the program never stands before a
/// full pipe; when that would be more than this, the call returns FOURIER_OUTPUT_LIMIT.
///
/// @param options  not NULL; not while another thread uses them
/// @param bytes    at least 1; default 2^30
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_output_limit(
    options: *mut fourier_process_options,
    bytes: i64,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            let limit = usize::try_from(bytes).ok().filter(|&limit| limit > 0);
            let refused = || Error::invalid("bytes", format!("{bytes} is not at least 1"));
            settings.output_limit = limit.ok_or_else(refused)?;
            Ok(())
        })
    }
}
