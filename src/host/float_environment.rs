//! The host's floating-point environment: kept out while the library computes, put back when it
//! returns, and given to the host's own functions that are called meanwhile.
//!
//! A program may trap on invalid operations, round upwards or flush subnormal numbers (gfortran's
//! -ffpe-trap and -ffast-math do). Exact sums and products need the default environment, and a
//! comparison with infinity or NaN must not end the program; nor shall flags that the library
//! raises show up in the host's report of exceptions.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;

thread_local! {
    /// What the call that this thread is in found when it began.
    static FOUND: Cell<registers::Saved> = const { Cell::new(registers::DEFAULT) };
}

/// Sets the default environment on this thread for good.
pub fn set_default() {
    // SAFETY: FE_DFL_ENV is always valid.
    unsafe { libm::fesetenv(libm::default()) };
}

/// Runs `body` in the default environment.
pub fn with_default<R>(body: impl FnOnce() -> R) -> R {
    struct Restore {
        host: registers::Saved,
        found_before: registers::Saved,
    }
    impl Drop for Restore {
        fn drop(&mut self) {
            FOUND.set(self.found_before);
            registers::set(&self.host);
        }
    }
    let host = registers::get();
    registers::set(&registers::DEFAULT);
    let _restore = Restore { host, found_before: FOUND.replace(host) };
    apart(body)
}

/// A function of its own: what is in it cannot be computed before or after the environment is set,
/// as the compiler might do otherwise.
#[inline(never)]
fn apart<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// A whole floating-point environment.
#[derive(Clone, Copy)]
pub struct Environment(libm::Environment);

impl Environment {
    /// The host's: what [`with_default`], within which this is asked, has put aside.
    #[inline(never)]
    pub fn of_host() -> Environment {
        let found = FOUND.get();
        registers::set(&found);
        let host = Environment::current();
        registers::set(&registers::DEFAULT);
        host
    }

    fn current() -> Environment {
        let mut environment = MaybeUninit::uninit();
        // SAFETY: it has room for the fenv_t of any platform, which fegetenv fills as far as it is
        // looked at.
        unsafe {
            libm::fegetenv(environment.as_mut_ptr());
            Environment(environment.assume_init())
        }
    }

    /// Runs `body`, which is the host's code, in this environment. What it changes there, flags
    /// too, is gone afterwards: the same on every thread.
    pub fn with<R>(&self, body: impl FnOnce() -> R) -> R {
        struct Restore(Environment);
        impl Drop for Restore {
            fn drop(&mut self) {
                self.0.set();
            }
        }
        let _restore = Restore(Environment::current());
        self.set();
        apart(body)
    }

    fn set(&self) {
        // SAFETY: fegetenv filled it.
        unsafe { libm::fesetenv((&raw const self.0).cast()) };
    }
}

/// The control registers that matter to compiled Rust. On x86-64 that is the one of SSE alone: no
/// x87 instruction is ever executed here. That takes 20 ns instead of the 230 of fegetenv and
/// fesetenv.
///
/// cbindgen:ignore
#[cfg(target_arch = "x86_64")]
mod registers {
    use std::arch::asm;

    /// The register MXCSR: traps, rounding, flushing, flags.
    pub type Saved = u32;
    /// No traps, no flags, rounding to nearest.
    pub const DEFAULT: Saved = 0x1f80;

    pub fn get() -> Saved {
        let mut saved = 0;
        // SAFETY: it stores four bytes.
        unsafe { asm!("stmxcsr [{}]", in(reg) &mut saved, options(nostack, preserves_flags)) };
        saved
    }

    pub fn set(saved: &Saved) {
        // SAFETY: it loads four bytes, which came from `get` or are the default.
        unsafe { asm!("ldmxcsr [{}]", in(reg) saved, options(nostack, readonly)) };
    }
}

/// cbindgen:ignore
#[cfg(not(target_arch = "x86_64"))]
mod registers {
    pub type Saved = Option<super::Environment>;
    pub const DEFAULT: Saved = None;

    pub fn get() -> Saved {
        Some(super::Environment::current())
    }

    pub fn set(saved: &Saved) {
        saved.map_or_else(super::set_default, |environment| environment.set());
    }
}

/// cbindgen:ignore
mod libm {
    use super::{c_int, c_void};

    /// Room for the fenv_t of any platform (32 bytes on x86-64, 8 on aarch64).
    #[repr(C, align(16))]
    #[derive(Clone, Copy)]
    pub struct Environment([std::mem::MaybeUninit<u8>; 128]);

    #[link(name = "m")]
    unsafe extern "C" {
        pub fn fegetenv(environment: *mut Environment) -> c_int;
        pub fn fesetenv(environment: *const c_void) -> c_int;
    }

    /// FE_DFL_ENV.
    #[cfg(not(target_vendor = "apple"))]
    pub fn default() -> *const c_void {
        std::ptr::without_provenance(usize::MAX)
    }

    /// FE_DFL_ENV.
    #[cfg(target_vendor = "apple")]
    pub fn default() -> *const c_void {
        unsafe extern "C" {
            static _FE_DFL_ENV: Environment;
        }
        (&raw const _FE_DFL_ENV).cast()
    }
}
