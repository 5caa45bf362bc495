//! Descriptors: pipes, files and pseudo-terminals.
//!
//! All of them are close-on-exec from birth, so that no other child of the host inherits them, and
//! above 2: a host may run with 0, 1 or 2 closed, and what landed there would be taken for its
//! standard streams, and would be overwritten while the child's are put in place.

use std::ffi::{CStr, c_int};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use crate::error::Error;

/// The operating system's refusal of `step`.
pub(super) fn refused(step: impl Into<String>, error: &io::Error) -> Error {
    Error::System { step: step.into(), errno: error.raw_os_error().unwrap_or(libc::EIO) }
}

/// The result of a C function that returns -1 on failure.
pub(super) fn checked(step: &str, result: c_int) -> Result<c_int, Error> {
    if result == -1 {
        return Err(refused(step, &io::Error::last_os_error()));
    }
    Ok(result)
}

/// The same descriptor, above 2.
pub(super) fn above_standard(descriptor: impl Into<OwnedFd>) -> Result<OwnedFd, Error> {
    let descriptor = descriptor.into();
    if descriptor.as_raw_fd() > 2 {
        return Ok(descriptor);
    }
    // SAFETY: duplicates an open descriptor.
    let above = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 3) };
    let above = checked("move a descriptor above 2", above)?;
    // SAFETY: it was just made, for us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(above) })
}

/// A pipe: its reading end and its writing end.
pub(super) fn pipe() -> Result<(OwnedFd, OwnedFd), Error> {
    let (reader, writer) = io::pipe().map_err(|error| refused("make a pipe", &error))?;
    Ok((above_standard(reader)?, above_standard(writer)?))
}

/// Reads and writes of `descriptor` return EAGAIN instead of waiting. Both ends of a pipe have
/// their own mode, so this does not change the child's.
pub(super) fn set_nonblocking(descriptor: &OwnedFd) -> Result<(), Error> {
    let raw = descriptor.as_raw_fd();
    // SAFETY: an open descriptor.
    let flags = checked("read a descriptor's flags", unsafe { libc::fcntl(raw, libc::F_GETFL) })?;
    // SAFETY: as above.
    let result = unsafe { libc::fcntl(raw, libc::F_SETFL, flags | libc::O_NONBLOCK) };
    checked("make a descriptor non-blocking", result).map(drop)
}

/// Whether the host has this descriptor open.
pub(super) fn is_open(descriptor: RawFd) -> bool {
    // SAFETY: asks only; any number is allowed.
    unsafe { libc::fcntl(descriptor, libc::F_GETFD) != -1 }
}

/// A file as a standard stream: to read, or made or emptied to be written.
pub(super) fn open_file(path: &CStr, to_write: bool, stream: &str) -> Result<OwnedFd, Error> {
    let mut options = OpenOptions::new();
    options.custom_flags(libc::O_NOCTTY);
    match to_write {
        true => options.write(true).create(true).truncate(true),
        false => options.read(true),
    };
    let file: File = options
        .open(std::ffi::OsStr::from_bytes(path.to_bytes()))
        .map_err(|error| refused(format!("open {path:?} as {stream}"), &error))?;
    above_standard(file)
}

/// A pseudo-terminal: the host's end and the program's end.
///
/// Lines come as they were written, without carriage returns, and nothing typed is echoed.
pub(super) fn terminal() -> Result<(OwnedFd, OwnedFd), Error> {
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: makes a descriptor.
    let master = checked("make a terminal", unsafe { libc::posix_openpt(flags) })?;
    // SAFETY: it was just made, for us alone.
    let master = above_standard(unsafe { OwnedFd::from_raw_fd(master) })?;
    let raw = master.as_raw_fd();
    let mut name = [0 as libc::c_char; 128];
    // SAFETY: an open terminal.
    checked("grant a terminal", unsafe { libc::grantpt(raw) })?;
    // SAFETY: as above.
    checked("unlock a terminal", unsafe { libc::unlockpt(raw) })?;
    name_terminal(raw, &mut name)?;
    // SAFETY: a NUL-terminated name.
    let slave = checked("open a terminal", unsafe { libc::open(name.as_ptr(), flags) })?;
    // SAFETY: it was just made, for us alone.
    let slave = above_standard(unsafe { OwnedFd::from_raw_fd(slave) })?;
    let mut mode = std::mem::MaybeUninit::<libc::termios>::uninit();
    // SAFETY: fills the structure, or fails.
    let result = unsafe { libc::tcgetattr(slave.as_raw_fd(), mode.as_mut_ptr()) };
    checked("read a terminal's mode", result)?;
    // SAFETY: tcgetattr filled it.
    let mut mode = unsafe { mode.assume_init() };
    mode.c_oflag &= !libc::OPOST;
    mode.c_lflag &= !(libc::ECHO | libc::ECHONL);
    // SAFETY: a mode that tcgetattr gave, with some flags off.
    let result = unsafe { libc::tcsetattr(slave.as_raw_fd(), libc::TCSANOW, &mode) };
    checked("set a terminal's mode", result)?;
    Ok((master, slave))
}

/// Writes the name of the program's end of a terminal, with a final NUL.
#[cfg(not(target_vendor = "apple"))]
fn name_terminal(raw: c_int, name: &mut [libc::c_char; 128]) -> Result<(), Error> {
    // SAFETY: writes at most `name.len()` bytes, with a final NUL.
    match unsafe { libc::ptsname_r(raw, name.as_mut_ptr(), name.len()) } {
        0 => Ok(()),
        errno => Err(Error::System { step: "name a terminal".into(), errno }),
    }
}

/// Writes the name of the program's end of a terminal, with a final NUL.
#[cfg(target_vendor = "apple")]
fn name_terminal(raw: c_int, name: &mut [libc::c_char; 128]) -> Result<(), Error> {
    // SAFETY: this request writes a name of at most 128 bytes, its NUL included.
    let result = unsafe { libc::ioctl(raw, libc::TIOCPTYGNAME.into(), name.as_mut_ptr()) };
    checked("name a terminal", result).map(drop)
}

/// Waits for events without using the processor; interrupted by signals.
pub(super) fn wait_for_events(events: &mut [libc::pollfd], left: Option<Duration>) {
    let count = events.len() as libc::nfds_t;
    #[cfg(target_os = "linux")]
    {
        let time = left.map(|left| libc::timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: left.subsec_nanos().into(),
        });
        let time = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: `count` events, and a time or NULL for ever; the signal mask stays.
        unsafe { libc::ppoll(events.as_mut_ptr(), count, time, std::ptr::null()) };
    }
    #[cfg(not(target_os = "linux"))]
    {
        let up = |left: Duration| left.as_micros().div_ceil(1000).try_into().unwrap_or(i32::MAX);
        // SAFETY: `count` events.
        unsafe { libc::poll(events.as_mut_ptr(), count, left.map_or(-1, up)) };
    }
}
