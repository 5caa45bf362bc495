//! The start of a program: the only code that runs between the child's birth and exec.
//!
//! On Linux the child is made by clone(CLONE_VM | CLONE_VFORK): it borrows the host's memory, on a
//! small stack of its own, until it execs, while the calling thread waits. So a start costs the
//! same whatever the host's size, and when clone returns the outcome is known. Signals are blocked
//! meanwhile, so that no handler of the host runs in the child. A refusal travels back through a
//! pipe as step and errno; nothing here allocates, locks or calls what is not async-signal-safe.
//! Elsewhere fork() stands in for clone.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::command::Prepared;
use super::descriptors::{above_standard, pipe, refused, set_nonblocking};
use crate::error::Error;
use crate::host::signal_mask::with_signals_blocked;
use crate::memory::with_capacity;

/// Where the child finds one of its standard streams.
#[derive(Clone, Copy)]
pub(super) enum Source {
    /// Where the host's is.
    Host,
    /// At this descriptor, which is above 2.
    Descriptor(RawFd),
    /// Where its stdout is.
    Stdout,
}

/// What company the child keeps.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Company {
    /// The host's process group.
    Host,
    /// A process group of its own.
    Group,
    /// A session of its own, whose terminal is its stdout.
    Session,
}

/// A child that has become the program.
pub(super) struct Spawned {
    pub(super) pid: libc::pid_t,
    /// Refers to this child and never to another one; None where the system has no such thing.
    pub(super) pidfd: Option<OwnedFd>,
}

/// What the child can fail at; sent to the parent as its number.
#[derive(Clone, Copy)]
#[repr(i32)]
enum Step {
    Session,
    Terminal,
    Group,
    Directory,
    Streams,
    Exec,
}

/// What the child needs, all of it made beforehand.
struct Plan<'a> {
    candidates: &'a [CString],
    argv: *const *const c_char,
    environment: *const *const c_char,
    directory: Option<&'a CStr>,
    sources: [Source; 3],
    company: Company,
    report: RawFd,
}

/// Starts the program, or tells what refused and leaves nothing behind.
pub(super) fn spawn(
    prepared: &Prepared<'_>,
    sources: [Source; 3],
    company: Company,
) -> Result<Spawned, Error> {
    let (reader, writer) = pipe()?;
    let plan = Plan {
        candidates: &prepared.candidates,
        argv: prepared.argv.as_ptr(),
        environment: prepared.environment.as_ptr(),
        directory: prepared.directory,
        sources,
        company,
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

/// The child. Returns, and so ends, only when it could not become the program.
extern "C" fn child(plan: *mut c_void) -> c_int {
    // SAFETY: `make_child` passes a Plan, which outlives the child's use of it.
    let plan = unsafe { &*plan.cast::<Plan<'_>>() };
    let Err(step) = become_program(plan);
    let message = [step as i32, io::Error::last_os_error().raw_os_error().unwrap_or(0)];
    // write() is a point of cancellation, whose state the child shares with the calling thread.
    #[cfg(target_os = "linux")]
    // SAFETY: writes a local array.
    unsafe {
        let (bytes, size) = (message.as_ptr(), size_of_val(&message));
        libc::syscall(libc::SYS_write, plan.report, bytes, size);
    }
    #[cfg(not(target_os = "linux"))]
    // SAFETY: writes a local array.
    unsafe {
        libc::write(plan.report, message.as_ptr().cast(), size_of_val(&message));
    }
    127
}

enum Never {}

fn become_program(plan: &Plan<'_>) -> Result<Never, Step> {
    let done = |result: c_int, step: Step| if result == -1 { Err(step) } else { Ok(()) };
    reset_signals();
    // SAFETY (this function): plain system calls on the child's own state, with strings and arrays
    // that the plan keeps alive.
    match plan.company {
        Company::Host => {}
        // SAFETY: see above.
        Company::Group => done(unsafe { libc::setpgid(0, 0) }, Step::Group)?,
        // SAFETY: see above.
        Company::Session => done(unsafe { libc::setsid() }, Step::Session)?,
    }
    if let Some(directory) = plan.directory {
        // SAFETY: see above.
        done(unsafe { libc::chdir(directory.as_ptr()) }, Step::Directory)?;
    }
    for (place, source) in (0..).zip(plan.sources) {
        // SAFETY: see above. Sources are above 2, so dup2 copies and never closes another source.
        let result = unsafe {
            match source {
                Source::Host => libc::fcntl(place, libc::F_SETFD, 0),
                Source::Descriptor(descriptor) => libc::dup2(descriptor, place),
                Source::Stdout => libc::dup2(1, place),
            }
        };
        done(result, Step::Streams)?;
    }
    if plan.company == Company::Session {
        // SAFETY: see above.
        done(unsafe { libc::ioctl(1, libc::TIOCSCTTY as _, 0) }, Step::Terminal)?;
    }
    close_on_exec_above_standard();
    let mut refusal = libc::ENOENT;
    for candidate in plan.candidates {
        // SAFETY: see above.
        unsafe { libc::execve(candidate.as_ptr(), plan.argv, plan.environment) };
        match io::Error::last_os_error().raw_os_error() {
            // Not here; a later directory may have it. A file that may not be executed counts as
            // the reason when none has.
            Some(libc::EACCES) => refusal = libc::EACCES,
            Some(libc::ENOENT) => {}
            Some(libc::ENOTDIR) if plan.candidates.len() > 1 => {}
            _ => return Err(Step::Exec),
        }
    }
    set_errno(refusal);
    Err(Step::Exec)
}

fn set_errno(errno: c_int) {
    #[cfg(any(target_os = "linux", target_os = "emscripten"))]
    // SAFETY: this thread's errno.
    unsafe {
        *libc::__errno_location() = errno;
    }
    #[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd"))]
    // SAFETY: this thread's errno.
    unsafe {
        *libc::__error() = errno;
    }
}

/// Default dispositions first, as a handler of the host must not run here; then an empty mask.
fn reset_signals() {
    for signal in 1..=64 {
        set_default(signal);
    }
    let mut none = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset fills `none`.
    unsafe {
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut());
    }
}

/// SIGKILL and SIGSTOP are refused, which is as good.
#[cfg(target_os = "linux")]
fn set_default(signal: c_int) {
    // The kernel's own call: the C library's keeps its hands on two signals of its own, which its
    // posix_spawn leaves ignored in what it starts. The kernel's structure differs between
    // processors; it is shorter than this, and all zeros mean SIG_DFL.
    let default = [0_u64; 8];
    let none = std::ptr::null_mut::<u64>();
    // SAFETY: the kernel reads the structure; a set of 64 signals has 8 bytes.
    unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, default.as_ptr(), none, 8_usize) };
}

#[cfg(not(target_os = "linux"))]
fn set_default(signal: c_int) {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all zeros, and SIG_DFL, is a valid sigaction.
    unsafe {
        (*action.as_mut_ptr()).sa_sigaction = libc::SIG_DFL;
        libc::sigaction(signal, action.as_ptr(), std::ptr::null_mut());
    }
}

/// Whatever the host has open above 2 ends with exec, the report pipe too.
fn close_on_exec_above_standard() {
    #[cfg(target_os = "linux")]
    {
        const CLOSE_RANGE_CLOEXEC: c_int = 1 << 2;
        // SAFETY: sets a flag on descriptors of the child's own table.
        let result =
            unsafe { libc::syscall(libc::SYS_close_range, 3, c_int::MAX, CLOSE_RANGE_CLOEXEC) };
        if result == 0 || mark_listed() {
            return;
        }
    }
    // SAFETY: asks for a limit, and sets a flag on what is open.
    unsafe {
        let most = libc::sysconf(libc::_SC_OPEN_MAX).clamp(256, 65536) as c_int;
        for descriptor in 3..most {
            libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
}

/// Marks what /proc lists as open: for kernels before 5.11, where counting up to the limit of
/// descriptors could take seconds. False where /proc cannot be read.
#[cfg(target_os = "linux")]
fn mark_listed() -> bool {
    /// Offset of the record length and of the name in a linux_dirent64.
    const LENGTH: usize = 16;
    const NAME: usize = 19;
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
    let path = c"/proc/self/fd".as_ptr();
    // SAFETY: a constant path.
    let directory =
        unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, flags) } as c_int;
    if directory == -1 {
        return false;
    }
    let mut entries = [0_u8; 1024];
    loop {
        let (room, start) = (entries.len(), entries.as_mut_ptr());
        // SAFETY: `entries` has this room.
        let got = unsafe { libc::syscall(libc::SYS_getdents64, directory, start, room) };
        let Some(mut rest) = usize::try_from(got).ok().and_then(|got| entries.get(..got)) else {
            return false;
        };
        if rest.is_empty() {
            return true;
        }
        while let Some(length) = rest.get(LENGTH..LENGTH + 2) {
            let length = usize::from(u16::from_ne_bytes([length[0], length[1]]));
            let Some((entry, after)) = rest.split_at_checked(length.max(NAME)) else { break };
            let digits = entry[NAME..].iter().take_while(|byte| byte.is_ascii_digit());
            let descriptor = digits.fold(0, |number: c_int, digit| {
                number.wrapping_mul(10).wrapping_add(c_int::from(digit - b'0'))
            });
            if descriptor > 2 {
                // SAFETY: sets a flag on a descriptor of the child's own table.
                unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
            }
            rest = after;
        }
    }
}
