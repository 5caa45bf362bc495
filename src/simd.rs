//! Instruction sets chosen at run time.
//!
//! A kernel is written once, as an `#[inline(always)]` function whose first argument is an [`Isa`]:
//! a token that can only be had where detection found the instructions. Vectors are made by the
//! token, so that a kernel which has one may use it. Loops over small fixed arrays are left to the
//! compiler; where it must be sure to use registers, the kernel says so with vectors.
//! [`dispatch!`] compiles a kernel for AVX-512, for AVX2 with FMA and for the baseline of the
//! target (SSE2, NEON), and calls the best one that this processor has. `FOURIER_SIMD` (`avx512`,
//! `avx2`, `portable`) lowers the choice.

use std::ops::{Add, Mul, Sub};
#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicU8, Ordering};

mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use portable::Portable;
#[cfg(target_arch = "x86_64")]
pub use x86::{Avx2, Avx512};

/// Numbers in a vector of double precision: a 512-bit register, or several smaller ones.
pub const LANES: usize = 8;

/// The proof that this processor has an instruction set, and the source of its vectors.
pub trait Isa: Copy {
    /// LANES numbers of double precision.
    type F64: Vector;

    /// The same number in every lane.
    fn splat(self, value: f64) -> Self::F64;
    /// From memory.
    fn load(self, values: &[f64; LANES]) -> Self::F64;

    /// `a * b + c`, rounded once where the processor can do that, else twice.
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64;

    /// 0 in every lane.
    #[inline(always)]
    fn zero(self) -> Self::F64 {
        self.splat(0.0)
    }

    /// The first LANES numbers of a slice.
    #[inline(always)]
    fn load_first(self, values: &[f64]) -> Self::F64 {
        self.load(values.first_chunk().expect("a register of numbers"))
    }
}

/// LANES numbers in registers. They exist only where the instructions do: see [`Isa`].
pub trait Vector: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// To memory.
    fn store(self, place: &mut [f64; LANES]);
    /// self * factor + term.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// self * factor - product, exactly, where product is self * factor rounded.
    fn product_error(self, factor: Self, product: Self) -> Self;
    /// The smaller numbers.
    fn min(self, other: Self) -> Self;
    /// The larger numbers.
    fn max(self, other: Self) -> Self;
    /// The nearest integers.
    fn round(self) -> Self;
    /// The integers below.
    fn floor(self) -> Self;
    /// The lanes in reverse order.
    fn reverse(self) -> Self;
    /// Multiplies eight complex numbers, re and im in turn, by self + i sin.
    fn complex_mul(self, sin: Self, values: &mut [f64; 2 * LANES]);

    /// The lanes, in memory.
    #[inline(always)]
    fn lanes(self) -> [f64; LANES] {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        lanes
    }

    /// The sum of the lanes.
    #[inline(always)]
    fn total(self) -> f64 {
        let lanes = self.lanes();
        let four: [f64; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    }
}

/// What kernels are compiled for, with the token of it.
#[derive(Clone, Copy)]
pub enum Level {
    /// The baseline of the target: SSE2 on x86-64, NEON on aarch64.
    Portable(Portable),
    /// AVX2 with FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4).
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

/// The level in use: the best of this processor, or what `FOURIER_SIMD` lowers it to.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn level() -> Level {
    // Not a lock: a child that is forked meanwhile would find it taken for ever.
    static FOUND: AtomicU8 = AtomicU8::new(0);
    const PORTABLE: u8 = 1;
    const AVX2: u8 = 2;
    const AVX512: u8 = 3;
    #[cold]
    fn find() -> u8 {
        let most = match std::env::var("FOURIER_SIMD").as_deref() {
            Ok("portable") => PORTABLE,
            Ok("avx2") => AVX2,
            _ => AVX512,
        };
        let here = match () {
            () if Avx512::is_here() => AVX512,
            () if Avx2::is_here() => AVX2,
            () => PORTABLE,
        };
        FOUND.store(here.min(most), Ordering::Relaxed);
        here.min(most)
    }
    let found = match FOUND.load(Ordering::Relaxed) {
        0 => find(),
        found => found,
    };
    match found {
        // SAFETY: `find` gives this number only where Avx512::is_here() said so.
        AVX512 => Level::Avx512(unsafe { Avx512::assume() }),
        // SAFETY: `find` gives this number only where Avx2::is_here() said so, which
        // Avx512::is_here() asks, too.
        AVX2 => Level::Avx2(unsafe { Avx2::assume() }),
        _ => Level::Portable(Portable),
    }
}

/// The level in use: the baseline of the target.
#[cfg(not(target_arch = "x86_64"))]
pub fn level() -> Level {
    Level::Portable(Portable)
}

/// Asks for a cache line that will be needed soon. Any address will do.
#[inline(always)]
pub fn prefetch<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 has the instruction; it only hints, and never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// `dispatch!(kernel(arguments))` calls `kernel(isa, arguments)`, an `#[inline(always)]` function
/// generic over `isa: impl Isa`, as compiled for the instruction set in use.
macro_rules! dispatch {
    ($kernel:ident($($argument:expr),* $(,)?)) => {
        match $crate::simd::level() {
            $crate::simd::Level::Portable(isa) => $kernel(isa, $($argument),*),
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Level::Avx2(isa) => {
                isa.call(#[inline(always)] || $kernel(isa, $($argument),*))
            }
            #[cfg(target_arch = "x86_64")]
            $crate::simd::Level::Avx512(isa) => {
                isa.call(#[inline(always)] || $kernel(isa, $($argument),*))
            }
        }
    };
}
pub(crate) use dispatch;
