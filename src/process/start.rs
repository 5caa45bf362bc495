//! The life of a handle: a start that leaves all or nothing, and what becomes of the program when the
//! handle goes.

use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Mutex;
use std::time::Instant;

use super::child::{Child, host_peak};
use super::command::{Redirect, Settings, Stream};
use super::exec::{ProcessGroup, Source};
use super::input::Input;
use super::output::Output;
use super::state::{Process, Shared};
use super::{command, descriptors, reaper, spawn};
use crate::error::Error;
use crate::host::fork::current_process;

/// The two ends of what connects host and program, and the program's sources.
#[derive(Default)]
struct Streams {
    input: Input,
    outputs: [Option<Output>; 2],
    /// The program's ends: open until it has been started.
    theirs: Vec<OwnedFd>,
}

impl Process {
    /// Starts a program: `argv` as it is, the program searched on the PATH that it will have when
    /// there is no slash in its name. A refusal names the step and leaves nothing behind.
    pub fn start(argv: &[&CStr], settings: &Settings) -> Result<Process, Error> {
        settings.check()?;
        let prepared = command::Prepared::new(argv, settings)?;
        reaper::reap_deferred();
        let owner = current_process();
        let mut streams = Streams::default();
        let mut sources = [Source::Host; 3];
        // stdout first: the others may lead to its terminal.
        for stream in [Stream::Stdout, Stream::Stdin, Stream::Stderr] {
            sources[stream as usize] = streams.connect(stream, settings)?;
        }
        let group = match settings.stream(Stream::Stdout) {
            Redirect::Terminal => ProcessGroup::OwnSession,
            _ if settings.own_group => ProcessGroup::Own,
            _ => ProcessGroup::Inherited,
        };
        let started = Instant::now();
        let spawned = spawn::spawn(&prepared, sources, group)?;
        let child = Child {
            pid: spawned.pid,
            pidfd: spawned.pidfd,
            leads_group: group != ProcessGroup::Inherited,
            started,
            host_peak: host_peak(),
        };
        let kill_at = settings.time_limit.and_then(|limit| started.checked_add(limit));
        Ok(Process {
            owner,
            child: ManuallyDrop::new(child),
            stdin: Mutex::new(streams.input),
            shared: Mutex::new(Shared::new(streams.outputs, kill_at)),
            kill_on_free: settings.kill_on_free,
        })
    }

    /// The process id that the program has, or had.
    pub fn pid(&self) -> i32 {
        self.child.pid
    }

    /// Gives up the handle in a forked copy of the host: closes its descriptors and no more. What
    /// another thread was changing at the fork is not looked at, so its memory is left.
    fn close_copy(&mut self) {
        let shared = self.shared.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let outputs = shared.outputs.iter().flatten().map(Output::descriptor);
        let input = self.stdin.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let pidfd = self.child.pidfd.as_ref().map(AsRawFd::as_raw_fd);
        for descriptor in outputs.chain(input.descriptor()).chain(pidfd) {
            // SAFETY: ours, and never used again: the handle's memory is left as it is.
            unsafe { libc::close(descriptor) };
        }
        std::mem::forget(std::mem::replace(shared, Shared::new([None, None], None)));
        std::mem::forget(std::mem::take(input));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if current_process() != self.owner {
            return self.close_copy();
        }
        let shared = self.shared.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        let ended = shared.outcome.is_some();
        // SAFETY: taken once, here.
        let child = unsafe { ManuallyDrop::take(&mut self.child) };
        match (ended, self.kill_on_free) {
            (true, _) => {}
            (false, true) => reaper::kill_and_reap(child),
            (false, false) => reaper::defer_reap(child),
        }
        reaper::reap_deferred();
    }
}

impl Streams {
    fn connect(&mut self, stream: Stream, settings: &Settings) -> Result<Source, Error> {
        let place = stream as usize;
        let is_input = stream == Stream::Stdin;
        let theirs = match settings.stream(stream) {
            // A stream that the host has closed is open, to nothing, in the program.
            Redirect::Inherit if descriptors::is_open(place as i32) => return Ok(Source::Host),
            Redirect::Merge => return Ok(Source::Stdout),
            // That of stdout, which was connected first.
            Redirect::Terminal if stream != Stream::Stdout => {
                return Ok(Source::Descriptor(self.theirs[0].as_raw_fd()));
            }
            Redirect::Inherit | Redirect::Null => {
                descriptors::open_file(c"/dev/null", !is_input, stream.name())?
            }
            Redirect::File(path) => descriptors::open_file(path, !is_input, stream.name())?,
            Redirect::Pipe if is_input => {
                let (theirs, ours) = descriptors::pipe()?;
                self.input = Input::pipe(ours)?;
                theirs
            }
            Redirect::Pipe => {
                let (ours, theirs) = descriptors::pipe()?;
                self.outputs[place - 1] = Some(Output::new(ours, false, settings.output_limit)?);
                theirs
            }
            Redirect::Terminal => {
                let (ours, theirs) = descriptors::terminal()?;
                if *settings.stream(Stream::Stdin) == Redirect::Terminal {
                    let typed = ours
                        .try_clone()
                        .map_err(|error| descriptors::refused("duplicate a terminal", &error))?;
                    self.input = Input::terminal(descriptors::above_standard(typed)?)?;
                }
                self.outputs[place - 1] = Some(Output::new(ours, true, settings.output_limit)?);
                theirs
            }
        };
        let source = Source::Descriptor(theirs.as_raw_fd());
        self.theirs.push(theirs);
        Ok(source)
    }
}
