//! The one way to keep signals away from what they must not interrupt, or must not hear of them.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Signals that are blocked on this thread until the value is dropped.
struct Blocked {
    before: libc::sigset_t,
}

impl Blocked {
    fn new(signals: &libc::sigset_t) -> Blocked {
        let mut before = MaybeUninit::uninit();
        // SAFETY: a valid set, and a place that is filled: neither can make the call fail.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, signals, before.as_mut_ptr());
            Blocked { before: before.assume_init() }
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: the mask that pthread_sigmask gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut()) };
    }
}

/// Runs `body` with every signal blocked on this thread. Threads and programs started meanwhile
/// inherit the mask.
pub fn with_signals_blocked<R>(body: impl FnOnce() -> R) -> R {
    let mut all = MaybeUninit::uninit();
    // SAFETY: sigfillset fills the set.
    let all = unsafe {
        libc::sigfillset(all.as_mut_ptr());
        all.assume_init()
    };
    let _blocked = Blocked::new(&all);
    body()
}

/// Writes once, as write() does, but a pipe that nobody reads is only an error: the SIGPIPE that
/// comes with it is taken back before it can be delivered, which leaves the host's handling of
/// signals alone. One that was pending before stays.
pub fn write_without_sigpipe(descriptor: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    let (sigpipe, mut pending) = (only_sigpipe(), only_sigpipe());
    let _blocked = Blocked::new(&sigpipe);
    // SAFETY: fills `pending`, and reads it.
    let was_pending = unsafe {
        libc::sigpending(&mut pending);
        libc::sigismember(&pending, libc::SIGPIPE) == 1
    };
    // SAFETY: reads `bytes`.
    let count = unsafe { libc::write(descriptor.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) };
    usize::try_from(count).map_err(|_| {
        let error = io::Error::last_os_error();
        if error.raw_os_error() == Some(libc::EPIPE) && !was_pending {
            take_pending(&sigpipe);
        }
        error
    })
}

fn only_sigpipe() -> libc::sigset_t {
    let mut set = MaybeUninit::uninit();
    // SAFETY: sigemptyset fills the set.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        set.assume_init()
    }
}

/// Takes a pending signal of a set, which this thread blocks.
#[cfg(target_os = "linux")]
fn take_pending(set: &libc::sigset_t) {
    let no_time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid set and time; no information is asked for.
    while unsafe { libc::sigtimedwait(set, std::ptr::null_mut(), &no_time) } == -1
        && io::Error::last_os_error().raw_os_error() == Some(libc::EINTR)
    {}
}

/// Takes a pending signal of a set, which this thread blocks.
#[cfg(not(target_os = "linux"))]
fn take_pending(set: &libc::sigset_t) {
    let mut signal = 0;
    // SAFETY: a valid set; the signal is pending, so this does not wait.
    unsafe { libc::sigwait(set, &mut signal) };
}
