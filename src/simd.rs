//! Instruction sets chosen at run time.
//!
//! A kernel is written once, as an `#[inline(always)]` function generic over an [`Isa`]. Loops over
//! small fixed arrays are left to the compiler; where it must be sure to use registers, the kernel
//! says so with [`Vector`]s. [`multiversion!`] compiles the kernel for AVX-512, for AVX2 with FMA
//! and for the baseline of the target (SSE2, NEON), and calls the best one that this processor
//! has. `FOURIER_SIMD` (`avx512`, `avx2`, `portable`) lowers the choice.

use std::sync::atomic::{AtomicU8, Ordering};

/// Numbers in a [`Vector`]: a 512-bit register, or several smaller ones.
pub const LANES: usize = 8;

/// What differs between instruction sets in the kernels' source.
pub trait Isa: Copy {
    /// A register of LANES numbers.
    type V: Vector;

    /// `a * b + c`, rounded once where the processor can do that, else twice.
    #[inline(always)]
    fn mul_add(a: f64, b: f64, c: f64) -> f64 {
        Self::V::scalar_mul_add(a, b, c)
    }
}

/// LANES numbers in registers.
pub trait Vector: Copy {
    /// The same number in every lane.
    fn splat(value: f64) -> Self;
    /// From memory.
    fn load(values: &[f64; LANES]) -> Self;
    /// To memory.
    fn store(self, place: &mut [f64; LANES]);
    /// The sum.
    fn plus(self, other: Self) -> Self;
    /// The difference.
    fn minus(self, other: Self) -> Self;
    /// The product.
    fn times(self, other: Self) -> Self;
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
    /// `a * b + c` of single numbers.
    fn scalar_mul_add(a: f64, b: f64, c: f64) -> f64;

    /// Multiplies eight complex numbers, re and im in turn, by cos + i sin.
    fn turn(values: &mut [f64; 2 * LANES], cos: Self, sin: Self);

    /// The sum of the lanes.
    #[inline(always)]
    fn total(self) -> f64 {
        let mut lanes = [0.0; LANES];
        self.store(&mut lanes);
        let four: [f64; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
        (four[0] + four[2]) + (four[1] + four[3])
    }

    /// The first LANES numbers of a slice.
    #[inline(always)]
    fn from_slice(values: &[f64]) -> Self {
        Self::load(values.first_chunk().expect("a register of numbers"))
    }
}

/// The baseline of this target, with a fused multiply-add on aarch64.
#[derive(Clone, Copy)]
pub struct Portable;

impl Isa for Portable {
    type V = [f64; LANES];
}

impl Vector for [f64; LANES] {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        [value; LANES]
    }
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        *values
    }
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        *place = self;
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - other[lane])
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        std::array::from_fn(|lane| Self::scalar_mul_add(self[lane], factor[lane], term[lane]))
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        std::array::from_fn(|lane| self[lane].mul_add(factor[lane], -product[lane]))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] < other[lane] { self[lane] } else { other[lane] })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        std::array::from_fn(|lane| if self[lane] > other[lane] { self[lane] } else { other[lane] })
    }
    #[inline(always)]
    fn round(self) -> Self {
        self.map(f64::round_ties_even)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        self.map(f64::floor)
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        std::array::from_fn(|lane| self[LANES - 1 - lane])
    }
    #[inline(always)]
    fn turn(values: &mut [f64; 2 * LANES], cos: Self, sin: Self) {
        turn_one_by_one::<Self>(values, &cos, &sin);
    }
    #[inline(always)]
    fn scalar_mul_add(a: f64, b: f64, c: f64) -> f64 {
        if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
    }
}

#[inline(always)]
fn turn_one_by_one<V: Vector>(
    values: &mut [f64; 2 * LANES],
    cos: &[f64; LANES],
    sin: &[f64; LANES],
) {
    for (value, (cos, sin)) in values.as_chunks_mut::<2>().0.iter_mut().zip(cos.iter().zip(sin)) {
        let [re, im] = *value;
        value[0] = V::scalar_mul_add(re, *cos, -(im * sin));
        value[1] = V::scalar_mul_add(re, *sin, im * cos);
    }
}

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

#[cfg(target_arch = "x86_64")]
pub mod x86;

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
                    $kernel::<$crate::simd::x86::Avx512 $($(, $generic)+)?>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
                #[allow(clippy::too_many_arguments)]
                fn avx2$(<$($generic: $bound),+>)?($($arg: $type),*) $(-> $ret)? {
                    $kernel::<$crate::simd::x86::Avx2 $($(, $generic)+)?>($($arg),*)
                }
                match $crate::simd::level() {
                    // SAFETY: level() found these instructions on this processor.
                    $crate::simd::Level::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::simd::Level::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::simd::Level::Portable => {}
                }
            }
            $kernel::<$crate::simd::Portable $($(, $generic)+)?>($($arg),*)
        }
    };
}
pub(crate) use multiversion;
