//! A whole run in one call.

use std::ffi::{CStr, c_int};

use super::child::Usage;
use super::command::{Redirect, Settings, Stream};
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;

/// What a whole run came to.
pub struct Finished {
    /// The return code; None when somebody else took the status.
    pub returncode: Option<c_int>,
    /// It ran for longer than it might, and was killed.
    pub timed_out: bool,
    /// What it wrote to stdout and to stderr, where these led to the host.
    pub output: [Option<Vec<u8>>; 2],
    /// The process id that it had.
    pub pid: i32,
    /// What it used; None when the status was lost.
    pub usage: Option<Usage>,
}

/// Starts a program, gives it `input`, and waits for its end. It is killed when it runs for longer
/// than `timeout`.
pub fn run(
    argv: &[&CStr],
    settings: &Settings,
    input: &[u8],
    timeout: Timeout,
) -> Result<Finished, Error> {
    let mut settings = settings.clone();
    if !input.is_empty() && *settings.stream(Stream::Stdin) == Redirect::Null {
        settings.set_stream(Stream::Stdin, Redirect::Pipe)?;
    }
    settings.kill_on_free = true;
    let leads_here = matches!(settings.stream(Stream::Stdin), Redirect::Pipe | Redirect::Terminal);
    if !leads_here && !input.is_empty() {
        return Err(Error::invalid("options", "stdin leads elsewhere, but there is input for it"));
    }
    let deadline = timeout.deadline();
    let process = Process::start(argv, &settings)?;
    let left = || deadline.left().map_or(Timeout::Never, Timeout::After);
    if leads_here {
        match process.write(input, left()).1 {
            // A program need not read what it is given; the time is up below.
            Err(Error::System { errno: libc::EPIPE | libc::EIO, .. } | Error::TimedOut(_)) => {}
            other => other?,
        }
        process.close_stdin()?;
    }
    let mut waited = process.wait(left());
    let timed_out = matches!(waited, Err(Error::TimedOut(_)));
    if timed_out {
        waited = process.kill_and_wait();
    }
    let returncode = match waited {
        Ok(returncode) => Some(returncode),
        Err(Error::StatusLost { .. }) => None,
        Err(error) => return Err(error),
    };
    let mut output = [None, None];
    for (stream, output) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&mut output) {
        if process.shared()?.output(stream).is_ok() {
            *output = Some(process.read_rest(stream)?);
        }
    }
    let (pid, usage) = (process.pid(), process.usage().ok());
    Ok(Finished { returncode, timed_out, output, pid, usage })
}
