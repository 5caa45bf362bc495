//! What can go wrong, in words. The integers that C callers see are made in `capi::status`.

use std::fmt;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// An argument is outside what the function accepts; `problem` tells its value.
    Invalid {
        /// Name of the argument, as in the C header.
        argument: &'static str,
        /// What is wrong with it, with the value.
        problem: String,
    },
    /// A number is NaN or infinite where a finite one is needed.
    NotFinite {
        /// Name of the argument, as in the C header.
        argument: &'static str,
        /// Position of the first such element, for arrays.
        index: Option<usize>,
        /// The value found.
        value: f64,
    },
    /// Memory for the working arrays could not be allocated.
    OutOfMemory {
        /// What the memory was for.
        what: &'static str,
        /// How much was asked for.
        bytes: usize,
    },
    /// The library cannot do this.
    NotSupported(String),
    /// The tolerance asked for is below what double precision can give for these arguments.
    Tolerance {
        /// The tolerance asked for.
        asked: f64,
        /// The smallest tolerance that can be kept.
        reachable: f64,
    },
    /// The progress function asked to stop.
    Cancelled,
    /// At least one task of a parallel map returned non-zero.
    TaskFailed {
        /// How many tasks returned non-zero.
        failed: usize,
        /// How many tasks there were.
        count: usize,
        /// The first of them.
        index: usize,
        /// What that one returned.
        result: i32,
    },
    /// The operating system refused.
    System {
        /// What was being done.
        step: String,
        /// Its errno.
        errno: i32,
    },
    /// A defect of the library itself.
    Internal(String),
    /// The program has ended, or closed the stream, and everything it wrote has been read.
    EndOfStream(&'static str),
    /// What was waited for did not come in time.
    TimedOut(&'static str),
    /// The line is longer than the room for it; this is its beginning.
    LineContinues {
        /// Bytes of the line that were delivered.
        length: usize,
    },
    /// The program has ended, but somebody else took its exit status.
    StatusLost {
        /// The process id that the program had.
        pid: i32,
    },
    /// The handle belongs to another process: this one is a forked copy of its owner.
    NotOurChild,
    /// The program wrote more than may be kept for reading.
    OutputLimit {
        /// The stream.
        stream: &'static str,
        /// How much may be kept.
        bytes: usize,
    },
    /// Peaks of a spectrum that are too close to a sinusoid to be told from it.
    Unresolved {
        /// The frequency of the first.
        frequency: f64,
        /// How many there are.
        peaks: usize,
    },
    /// The program has not ended yet.
    StillRunning {
        /// Its process id.
        pid: i32,
    },
}

impl Error {
    /// An argument outside what the function accepts.
    pub fn invalid(argument: &'static str, problem: impl Into<String>) -> Error {
        Error::Invalid { argument, problem: problem.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Invalid { argument, problem } => write!(f, "{argument}: {problem}"),
            Error::NotFinite { argument, index: Some(index), value } => {
                write!(f, "{argument}[{index}] is {value}, but must be finite")
            }
            Error::NotFinite { argument, index: None, value } => {
                write!(f, "{argument} is {value}, but must be finite")
            }
            Error::OutOfMemory { what, bytes } => {
                write!(f, "out of memory: {bytes} bytes for {what} could not be allocated")
            }
            Error::NotSupported(what) => write!(f, "not supported: {what}"),
            Error::Tolerance { asked, reachable } => write!(
                f,
                "tolerance: {asked:e} cannot be kept in double precision here; the smallest \
                 that can is {reachable:.1e}"
            ),
            Error::Cancelled => write!(f, "cancelled by the progress function"),
            Error::TaskFailed { failed, count, index, result } => write!(
                f,
                "{failed} of {count} tasks failed; the first was task {index}, which returned \
                 {result}"
            ),
            Error::System { step, errno } => {
                write!(f, "{step}: {}", std::io::Error::from_raw_os_error(*errno))
            }
            Error::Internal(what) => write!(f, "internal error of the library: {what}"),
            Error::EndOfStream(stream) => write!(f, "end of the program's {stream}"),
            Error::TimedOut(what) => write!(f, "timed out waiting for {what}"),
            Error::LineContinues { length } => {
                write!(f, "the line goes on after these {length} bytes")
            }
            Error::StatusLost { pid } => write!(
                f,
                "the exit status of process {pid} is lost: SIGCHLD is ignored in this program, \
                 or another part of it waited for any child"
            ),
            Error::NotOurChild => {
                write!(f, "process: started by another process, of which this one is a copy")
            }
            Error::OutputLimit { stream, bytes } => write!(
                f,
                "the program's {stream} holds {bytes} unread bytes, the most that may be kept"
            ),
            Error::Unresolved { frequency, peaks } => write!(
                f,
                "{peaks} peaks, the first at {frequency:?}, are closer than 1/T to a sinusoid that \
                 was found before, or to frequency 0, and were merged with it"
            ),
            Error::StillRunning { pid } => write!(f, "process {pid} has not ended yet"),
        }
    }
}

impl std::error::Error for Error {}
