//! Instruction sets chosen at run time.
//!
//! A kernel is written once, as an `#[inline(always)]` function generic over an [`Isa`], on small
//! fixed arrays that the compiler turns into vectors. [`multiversion!`] compiles it for AVX-512,
//! for AVX2 with FMA and for the baseline of the target (SSE2, NEON), and calls the best one that
//! this processor has. `FOURIER_SIMD` (`avx512`, `avx2`, `portable`) lowers the choice.

use std::sync::atomic::{AtomicU8, Ordering};

/// What differs between instruction sets in the kernels' source.
pub trait Isa: Copy {
    /// `a * b + c`, rounded once where the processor can do that, else twice.
    fn mul_add(a: f64, b: f64, c: f64) -> f64;
}

/// Instruction sets with a fused multiply-add.
#[derive(Clone, Copy)]
pub struct Fused;

/// Instruction sets without.
#[derive(Clone, Copy)]
pub struct Unfused;

impl Isa for Fused {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Isa for Unfused {
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        a * b + c
    }
}

/// The baseline of this target.
#[cfg(target_arch = "aarch64")]
pub type Baseline = Fused;
/// The baseline of this target.
#[cfg(not(target_arch = "aarch64"))]
pub type Baseline = Unfused;

/// The levels that kernels are compiled for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Level {
    /// The baseline of the target: SSE2 on x86-64, NEON on aarch64.
    Portable = 1,
    /// AVX2 with FMA.
    Avx2 = 2,
    /// AVX-512 F, BW, CD, DQ and VL (x86-64-v4).
    Avx512 = 3,
}

/// The level in use: the best of this processor, or what `FOURIER_SIMD` lowers it to.
pub fn level() -> Level {
    static LEVEL: AtomicU8 = AtomicU8::new(0);
    match LEVEL.load(Ordering::Relaxed) {
        3 => Level::Avx512,
        2 => Level::Avx2,
        1 => Level::Portable,
        _ => {
            let best = detect();
            let level = match std::env::var("FOURIER_SIMD").as_deref() {
                Ok("portable") => Level::Portable,
                Ok("avx2") => best.min(Level::Avx2),
                _ => best,
            };
            LEVEL.store(level as u8, Ordering::Relaxed);
            level
        }
    }
}

fn detect() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let v3 = has!("avx2")
            && has!("fma")
            && has!("bmi1")
            && has!("bmi2")
            && has!("lzcnt")
            && has!("popcnt");
        if v3
            && has!("avx512f")
            && has!("avx512bw")
            && has!("avx512cd")
            && has!("avx512dq")
            && has!("avx512vl")
        {
            return Level::Avx512;
        }
        if v3 {
            return Level::Avx2;
        }
    }
    Level::Portable
}

/// `multiversion! { pub fn name(args) -> R = generic; }` makes `name` call `generic::<Isa>(args)`,
/// an `#[inline(always)]` function, compiled for each instruction set.
macro_rules! multiversion {
    ($(#[$meta:meta])* $vis:vis fn $name:ident$(<$($generic:ident: $bound:path),+>)?($($arg:ident: $type:ty),* $(,)?) $(-> $ret:ty)? = $kernel:ident;) => {
        $(#[$meta])*
        #[allow(clippy::too_many_arguments)]
        $vis fn $name$(<$($generic: $bound),+>)?($($arg: $type),*) $(-> $ret)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                #[allow(clippy::too_many_arguments)]
                fn avx512$(<$($generic: $bound),+>)?($($arg: $type),*) $(-> $ret)? {
                    $kernel::<$crate::simd::Fused $($(, $generic)+)?>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                #[allow(clippy::too_many_arguments)]
                fn avx2$(<$($generic: $bound),+>)?($($arg: $type),*) $(-> $ret)? {
                    $kernel::<$crate::simd::Fused $($(, $generic)+)?>($($arg),*)
                }
                match $crate::simd::level() {
                    // SAFETY: level() found these instructions on this processor.
                    $crate::simd::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::simd::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::simd::Level::Portable => {}
                }
            }
            $kernel::<$crate::simd::Baseline $($(, $generic)+)?>($($arg),*)
        }
    };
}
pub(crate) use multiversion;
