//! Statuses: what every function that can fail returns. The only place where errors become
//! integers.

use std::ffi::{CStr, CString, c_char, c_int};

use crate::error::Error;
use crate::host::fork::PerProcess;

/// What every function that can fail returns. 0 is success, a positive number one of these, a
/// negative number -errno from the operating system. Numbers are never reused.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_status {
    /// Success.
    FOURIER_OK = 0,
    /// An argument is outside what the function accepts: NULL, a negative count, an overlap...
    FOURIER_INVALID_ARGUMENT = 1,
    /// A number is NaN or infinite where a finite one is needed.
    FOURIER_NOT_FINITE = 2,
    /// Memory for the working arrays could not be allocated.
    FOURIER_OUT_OF_MEMORY = 3,
    /// The library cannot do this.
    FOURIER_NOT_SUPPORTED = 4,
    /// The tolerance is below what double precision can give for these arguments.
    FOURIER_TOLERANCE_UNREACHABLE = 5,
    /// The progress function asked to stop.
    FOURIER_CANCELLED = 6,
    /// At least one task of fourier_parallel_map returned non-zero.
    FOURIER_TASK_FAILED = 7,
    /// A defect of the library itself; please report it with fourier_last_error().
    FOURIER_INTERNAL = 8,
    /// The stream has ended and everything in it has been read.
    FOURIER_END_OF_STREAM = 9,
    /// What was waited for did not come in time.
    FOURIER_TIMED_OUT = 10,
    /// The line is longer than the room for it; the rest follows on the next call.
    FOURIER_LINE_CONTINUES = 11,
    /// The program has ended, but somebody else took its exit status.
    FOURIER_STATUS_LOST = 12,
    /// The handle belongs to another process, of which this one is a forked copy.
    FOURIER_NOT_OUR_CHILD = 13,
    /// The program wrote more than may be kept for reading.
    FOURIER_OUTPUT_LIMIT = 14,
    /// The program has not ended yet.
    FOURIER_STILL_RUNNING = 15,
    /// Peaks too close to a sinusoid to be told from it were merged with it; all outputs are there.
    FOURIER_UNRESOLVED = 16,
}

impl fourier_status {
    /// Every code with its text.
    const ALL: &[(fourier_status, &CStr)] = &[
        (fourier_status::FOURIER_OK, c"success"),
        (fourier_status::FOURIER_INVALID_ARGUMENT, c"invalid argument"),
        (fourier_status::FOURIER_NOT_FINITE, c"a number is NaN or infinite"),
        (fourier_status::FOURIER_OUT_OF_MEMORY, c"out of memory"),
        (fourier_status::FOURIER_NOT_SUPPORTED, c"not supported"),
        (
            fourier_status::FOURIER_TOLERANCE_UNREACHABLE,
            c"tolerance cannot be kept in double precision",
        ),
        (fourier_status::FOURIER_CANCELLED, c"cancelled by the progress function"),
        (fourier_status::FOURIER_TASK_FAILED, c"a task failed"),
        (fourier_status::FOURIER_INTERNAL, c"internal error of the library"),
        (fourier_status::FOURIER_END_OF_STREAM, c"end of the stream"),
        (fourier_status::FOURIER_TIMED_OUT, c"timed out"),
        (fourier_status::FOURIER_LINE_CONTINUES, c"the line continues"),
        (fourier_status::FOURIER_STATUS_LOST, c"the exit status is lost"),
        (fourier_status::FOURIER_NOT_OUR_CHILD, c"not a child of this process"),
        (fourier_status::FOURIER_OUTPUT_LIMIT, c"too much unread output"),
        (fourier_status::FOURIER_STILL_RUNNING, c"the program has not ended yet"),
        (fourier_status::FOURIER_UNRESOLVED, c"peaks closer than the resolution were merged"),
    ];
}

/// The status of an error.
pub(super) fn status_of(error: &Error) -> c_int {
    let status = match error {
        Error::Invalid { .. } => fourier_status::FOURIER_INVALID_ARGUMENT,
        Error::NotFinite { .. } => fourier_status::FOURIER_NOT_FINITE,
        Error::OutOfMemory { .. } => fourier_status::FOURIER_OUT_OF_MEMORY,
        Error::NotSupported(_) => fourier_status::FOURIER_NOT_SUPPORTED,
        Error::Tolerance { .. } => fourier_status::FOURIER_TOLERANCE_UNREACHABLE,
        Error::Cancelled => fourier_status::FOURIER_CANCELLED,
        Error::TaskFailed { .. } => fourier_status::FOURIER_TASK_FAILED,
        Error::System { errno, .. } => return -errno,
        Error::Internal(_) => fourier_status::FOURIER_INTERNAL,
        Error::EndOfStream(_) => fourier_status::FOURIER_END_OF_STREAM,
        Error::TimedOut(_) => fourier_status::FOURIER_TIMED_OUT,
        Error::LineContinues { .. } => fourier_status::FOURIER_LINE_CONTINUES,
        Error::StatusLost { .. } => fourier_status::FOURIER_STATUS_LOST,
        Error::NotOurChild => fourier_status::FOURIER_NOT_OUR_CHILD,
        Error::OutputLimit { .. } => fourier_status::FOURIER_OUTPUT_LIMIT,
        Error::StillRunning { .. } => fourier_status::FOURIER_STILL_RUNNING,
        Error::Unresolved { .. } => fourier_status::FOURIER_UNRESOLVED,
    };
    status as c_int
}

/// Text of a status: a fourier_status, or -errno.
///
/// @param status  what a function of this library returned
/// @return static text, never NULL, never freed; "unknown status" for any other number.
///         Valid for ever, from any thread and after fork().
#[unsafe(no_mangle)]
pub extern "C" fn fourier_strerror(status: c_int) -> *const c_char {
    let text = if status < 0 {
        let errno = status.checked_neg().and_then(|errno| usize::try_from(errno).ok());
        errno.and_then(|errno| ERRNO_TEXTS.get().get(errno)).map(CString::as_c_str)
    } else {
        let known = fourier_status::ALL.iter().find(|(code, _)| *code as c_int == status);
        known.map(|(_, text)| *text)
    };
    text.unwrap_or(c"unknown status").as_ptr()
}

/// The operating system's texts; Linux has no errno above 133.
static ERRNO_TEXTS: PerProcess<Vec<CString>> = PerProcess::new(|| {
    let text = |errno| std::io::Error::from_raw_os_error(errno).to_string();
    (0..256).map(|errno| CString::new(text(errno)).unwrap_or_default()).collect()
});
