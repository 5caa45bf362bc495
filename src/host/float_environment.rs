//! The host's floating-point environment: kept out while the library computes, and put back.
//!
//! A program may trap on invalid operations, round upwards or flush subnormal numbers (gfortran's
//! -ffpe-trap and -ffast-math do). Exact sums and products need the default environment, and a
//! comparison with infinity or NaN must not end the program; nor shall flags that the library
//! raises show up in the host's report of exceptions.

use std::ffi::{c_int, c_void};

/// Room for the fenv_t of any platform (32 bytes on x86-64, 8 on aarch64).
#[repr(C, align(16))]
struct Environment([u8; 128]);

/// cbindgen:ignore
mod libm {
    use super::{Environment, c_int, c_void};

    #[link(name = "m")]
    unsafe extern "C" {
        pub fn fegetenv(environment: *mut Environment) -> c_int;
        pub fn fesetenv(environment: *const c_void) -> c_int;
    }
}

/// FE_DFL_ENV of the C libraries of Linux.
const DEFAULT: *const c_void = std::ptr::without_provenance(usize::MAX);

/// Sets the default environment on this thread for good.
pub fn set_default() {
    // SAFETY: FE_DFL_ENV is always valid.
    unsafe { libm::fesetenv(DEFAULT) };
}

/// Runs `body` in the default environment.
pub fn with_default<R>(body: impl FnOnce() -> R) -> R {
    struct Restore(Environment);
    impl Drop for Restore {
        fn drop(&mut self) {
            // SAFETY: fegetenv filled it.
            unsafe { libm::fesetenv((&raw const self.0).cast()) };
        }
    }
    let mut host = Restore(Environment([0; 128]));
    // SAFETY: the room is large enough for fenv_t.
    unsafe { libm::fegetenv(&mut host.0) };
    set_default();
    body()
}
