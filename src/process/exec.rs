//! The child, between its birth and exec.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;

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

/// Which process group the child runs in.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ProcessGroup {
    /// The host's.
    Inherited,
    /// Its own.
    Own,
    /// Its own, in a session of its own, whose terminal is its stdout.
    OwnSession,
}

/// What the child can fail at; sent to the parent as its number.
#[derive(Clone, Copy)]
#[repr(i32)]
pub(super) enum Step {
    Session,
    Terminal,
    Group,
    Directory,
    Streams,
    Exec,
}

/// What the child needs, all of it made beforehand.
pub(super) struct Plan<'a> {
    pub(super) candidates: &'a [CString],
    pub(super) argv: *const *const c_char,
    pub(super) environment: *const *const c_char,
    pub(super) directory: Option<&'a CStr>,
    pub(super) sources: [Source; 3],
    pub(super) group: ProcessGroup,
    pub(super) report: RawFd,
}

/// The child. Returns, and so ends, only when it could not become the program.
pub(super) extern "C" fn child(plan: *mut c_void) -> c_int {
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
    match plan.group {
        ProcessGroup::Inherited => {}
        // SAFETY: see above.
        ProcessGroup::Own => done(unsafe { libc::setpgid(0, 0) }, Step::Group)?,
        // SAFETY: see above.
        ProcessGroup::OwnSession => done(unsafe { libc::setsid() }, Step::Session)?,
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
    if plan.group == ProcessGroup::OwnSession {
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
