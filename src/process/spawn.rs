//! The start of a program: the only code that runs between the child's birth and exec.
//!
//! On Linux the child is made by clone(CLONE_VM | CLONE_VFORK): it borrows the host's memory, on a
//! small stack of its own, until it execs, while the calling thread waits. So a start costs the
//! same whatever the host's size, and when clone returns the outcome is known. Signals are blocked
//! meanwhile, so that no handler of the host runs in the child. A refusal travels back through a
//! pipe as step and errno; nothing here allocates, locks or calls what is not async-signal-safe.
//! Elsewhere fork() stands in for clone.

use std::ffi::{CStr, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::command::Prepared;
use super::descriptors::{above_standard, pipe, refused, set_nonblocking};
use super::exec::{Plan, ProcessGroup, Source, Step, child};
use crate::error::Error;
use crate::host::signal_mask::with_signals_blocked;
use crate::memory::with_capacity;

/// A child that has become the program.
pub(super) struct Spawned {
    pub(super) pid: libc::pid_t,
    /// Refers to this child and never to another one; None where the system has no such thing.
    pub(super) pidfd: Option<OwnedFd>,
}

/// Starts the program, or tells what refused and leaves nothing behind.
pub(super) fn spawn(
    prepared: &Prepared<'_>,
    sources: [Source; 3],
    group: ProcessGroup,
) -> Result<Spawned, Error> {
    let (reader, writer) = pipe()?;
    let plan = Plan {
        candidates: &prepared.candidates,
        argv: prepared.argv.as_ptr(),
        environment: prepared.environment.as_ptr(),
        directory: prepared.directory,
        sources,
        group,
        report: writer.as_raw_fd(),
    };
    let (pid, pidfd) = with_signals_blocked(|| make_child(&plan))?;
    drop(writer);
    // SAFETY: the kernel just made it, for us alone.
    let pidfd = (pidfd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(pidfd) });
    if let Some((step, errno)) = report(&reader)? {
        let mut status = 0;
        // SAFETY: our own child, which is ending. ECHILD (SIGCHLD is ignored) is as good.
        while unsafe { libc::waitpid(pid, &mut status, 0) } == -1
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
        return Err(Error::System { step: explain(step, prepared), errno });
    }
    Ok(Spawned { pid, pidfd: pidfd.map(above_standard).transpose()? })
}

/// What the child reported, if it could not become the program.
fn report(reader: &OwnedFd) -> Result<Option<(i32, i32)>, Error> {
    if cfg!(target_os = "linux") {
        // The child has exec'ed or ended by now, so the report is there or will never be; not to
        // wait for the end of the pipe, as a copy of the host forked meanwhile may hold it open.
        set_nonblocking(reader)?;
    }
    let mut message = [0_i32; 2];
    loop {
        let room = size_of_val(&message);
        // SAFETY: `message` has this room, and any bytes make integers.
        let got = unsafe { libc::read(reader.as_raw_fd(), message.as_mut_ptr().cast(), room) };
        match got {
            -1 if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
            got if got == room as isize => return Ok(Some((message[0], message[1]))),
            _ => return Ok(None),
        }
    }
}

fn explain(step: i32, prepared: &Prepared<'_>) -> String {
    // SAFETY: the first word of argv, a C string that outlives `prepared`.
    let program = unsafe { CStr::from_ptr(prepared.argv[0]) };
    let step = match step {
        step if step == Step::Session as i32 => "make a session".to_string(),
        step if step == Step::Terminal as i32 => "take the terminal".to_string(),
        step if step == Step::Group as i32 => "make a process group".to_string(),
        step if step == Step::Directory as i32 => {
            format!("change to the directory {:?}", prepared.directory.unwrap_or_default())
        }
        step if step == Step::Streams as i32 => "put the standard streams in place".to_string(),
        _ if program.to_bytes().contains(&b'/') => "execute it".to_string(),
        _ => "find and execute it on PATH".to_string(),
    };
    format!("start {program:?}: {step}")
}

/// The child's stack. Its frames need under 2 KiB, and its signals are blocked.
#[cfg(target_os = "linux")]
const STACK: usize = 32 * 1024;

#[cfg(target_os = "linux")]
fn make_child(plan: &Plan<'_>) -> Result<(libc::pid_t, c_int), Error> {
    let mut stack: Vec<MaybeUninit<u128>> = with_capacity(STACK / 16, "the stack of a start")?;
    // SAFETY: the end of the allocation; stacks grow downwards.
    let top = unsafe { stack.as_mut_ptr().add(STACK / 16) };
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD | libc::SIGCHLD;
    let mut pidfd: c_int = -1; // what it stays on kernels before 5.2
    let plan = std::ptr::from_ref(plan).cast_mut().cast::<c_void>();
    // SAFETY: `child` has a stack of its own and `plan` to read; both outlive the child's use of
    // this memory, since CLONE_VFORK holds this thread until it execs or ends.
    let pid =
        unsafe { libc::clone(child, top.cast(), flags, plan, std::ptr::from_mut(&mut pidfd)) };
    if pid == -1 {
        return Err(refused("make a process", &io::Error::last_os_error()));
    }
    Ok((pid, pidfd))
}

#[cfg(not(target_os = "linux"))]
fn make_child(plan: &Plan<'_>) -> Result<(libc::pid_t, c_int), Error> {
    // SAFETY: the child calls only what is async-signal-safe.
    match unsafe { libc::fork() } {
        -1 => Err(refused("make a process", &io::Error::last_os_error())),
        0 => {
            let code = child(std::ptr::from_ref(plan).cast_mut().cast());
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(code) }
        }
        pid => Ok((pid, -1)),
    }
}
