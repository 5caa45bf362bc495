//! How a program is to be started: its streams, environment, directory and limits.

use std::ffi::{c_char, c_double, c_int};
use std::mem::MaybeUninit;

use crate::capi::arguments::{
    Enumeration, at_least, enumerator, free, handle_of, object_mut, optional_string, string,
};
use crate::capi::status_from::status_from;
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
    /// it leads to a pipe. For stdin or stderr it is the terminal of stdout, which must be one
    /// too, and what the program writes to stderr is read as stdout. The program gets a session of
    /// its own.
    FOURIER_REDIRECT_TERMINAL = 4,
}

impl Enumeration for fourier_stream {
    type Meaning = Stream;
    const NAME: &str = "fourier_stream";
    const ALL: &[(Self, Stream)] = &[
        (Self::FOURIER_STDIN, Stream::Stdin),
        (Self::FOURIER_STDOUT, Stream::Stdout),
        (Self::FOURIER_STDERR, Stream::Stderr),
    ];
}

impl Enumeration for fourier_redirect {
    /// A [`Redirect`] without the one that needs a path.
    type Meaning = fn() -> Redirect;
    const NAME: &str = "fourier_redirect";
    const ALL: &[(Self, Self::Meaning)] = &[
        (Self::FOURIER_REDIRECT_PIPE, || Redirect::Pipe),
        (Self::FOURIER_REDIRECT_INHERIT, || Redirect::Inherit),
        (Self::FOURIER_REDIRECT_NULL, || Redirect::Null),
        (Self::FOURIER_REDIRECT_MERGE, || Redirect::Merge),
        (Self::FOURIER_REDIRECT_TERMINAL, || Redirect::Terminal),
    ];
}

/// How a program is to be started. Opaque; made by fourier_process_options_new. One handle may
/// serve any number of starts, also from several threads at once, as long as it is not changed
/// meanwhile.
#[allow(non_camel_case_types)]
pub struct fourier_process_options {
    pub(super) settings: Settings,
}

/// Makes options with every setting at its default: stdin from /dev/null, stdout to a pipe, stderr,
/// environment and directory as this program's, a process group of its own, killed on free.
///
/// @return a handle for fourier_process_options_free, or NULL when there is no memory. From any
///         thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_process_options_new() -> *mut fourier_process_options {
    let mut options = std::ptr::null_mut();
    status_from(|| {
        let settings = Settings::default();
        options = handle_of(fourier_process_options { settings }, "options")?;
        Ok(())
    });
    options
}

/// Frees options. Programs started with them are not touched.
///
/// @param options  from fourier_process_options_new, not yet freed; NULL is allowed; not while
///                 another thread uses it
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_free(options: *mut fourier_process_options) {
    // SAFETY: it came from fourier_process_options_new and is freed once, as documented.
    unsafe { free(options) }
}

/// Changes the settings behind a handle.
///
/// # Safety
/// As [`object_mut`].
unsafe fn change(
    options: *mut fourier_process_options,
    change: impl FnOnce(&mut Settings) -> Result<(), Error>,
) -> c_int {
    status_from(|| {
        // SAFETY: the caller's promise.
        change(&mut unsafe { object_mut("options", options) }?.settings)
    })
}

/// Sets the directory that the program starts in. A program named by a relative path with a slash is
/// looked up from there.
///
/// @param options    not NULL; not while another thread uses them
/// @param directory  a path; NULL = this program's directory
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a missing directory is reported by the
///         start
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_directory(
    options: *mut fourier_process_options,
    directory: *const c_char,
) -> c_int {
    // SAFETY: a handle of this library, and NULL or a string, as documented.
    unsafe {
        change(options, |settings| {
            settings.set_directory(optional_string(directory));
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
            settings.set_variable(string("name", name)?, optional_string(value))
        })
    }
}

/// Gives the program an empty environment: nothing of this program's, and nothing set so far. What
/// is set afterwards is added to it.
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
    stream: MaybeUninit<fourier_stream>,
    redirect: MaybeUninit<fourier_redirect>,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            let stream = enumerator("stream", stream)?;
            settings.set_stream(stream, enumerator("redirect", redirect)?())
        })
    }
}

/// Leads a standard stream of the program to a file, which is opened at the start: for reading as
/// stdin, created or truncated as stdout and stderr.
///
/// @param options  not NULL; not while another thread uses them
/// @param stream   a fourier_stream
/// @param path     not NULL; a relative one is taken from this program's directory
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT; a file that cannot be opened is reported
///         by the start
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_file(
    options: *mut fourier_process_options,
    stream: MaybeUninit<fourier_stream>,
    path: *const c_char,
) -> c_int {
    // SAFETY: a handle of this library, and a string, as documented.
    unsafe {
        change(options, |settings| {
            let (path, stream) = (string("path", path)?, enumerator("stream", stream)?);
            settings.set_stream(stream, Redirect::File(path.to_owned()))
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
/// @param kill     non-zero (default) = it is killed; 0 = it goes on, and once it has ended is
///                 collected at a later start or free
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
/// @param seconds  counted from the start; negative (default) = without limit
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE (NaN)
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_process_options_set_time_limit(
    options: *mut fourier_process_options,
    seconds: c_double,
) -> c_int {
    // SAFETY: a handle of this library, as documented.
    unsafe {
        change(options, |settings| {
            settings.time_limit = match Timeout::seconds("seconds", seconds)? {
                Timeout::Never => None,
                Timeout::After(limit) => Some(limit),
            };
            Ok(())
        })
    }
}

/// Sets how much of each of the program's streams is kept for later reading. While a call waits for
/// one thing, what comes on the other streams is kept, so that the program is never blocked by a
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
            settings.output_limit = at_least("bytes", 1, bytes)?;
            Ok(())
        })
    }
}
