//! Registers of AVX-512 and of AVX2.
//!
//! The tokens `Avx512` and `Avx2` prove that the processor has the instructions: they come from
//! detection alone. Vectors come from a token or from other vectors, so that one is such a proof,
//! too; and so the functions here are safe to call. All of them are inlined into kernels that are
//! compiled for these instructions.

use std::arch::is_x86_feature_detected as has;
use std::arch::x86_64::*;
use std::ops::{Add, Mul, Sub};

use super::portable::complex_mul_one_by_one;
use super::{Isa, LANES, Vector};

/// A token of AVX-512 F, BW, CD, DQ and VL, and of all that AVX2 stands for.
#[derive(Clone, Copy)]
pub struct Avx512(());

/// A token of AVX2 with FMA, BMI, LZCNT and POPCNT.
#[derive(Clone, Copy)]
pub struct Avx2(());

/// One register.
#[derive(Clone, Copy)]
pub struct Avx512F64(__m512d);

/// Two registers.
#[derive(Clone, Copy)]
pub struct Avx2F64(__m256d, __m256d);

/// Intrinsics on registers, where a token or a vector is at hand.
macro_rules! proven {
    ($value:expr) => {
        // SAFETY: only the functions of a token and of its vectors, below, use this; the token was
        // made where detection had found the instructions. None of them touches memory.
        unsafe { $value }
    };
}

impl Avx512 {
    /// Whether this processor has it.
    pub fn is_here() -> bool {
        Avx2::is_here()
            && has!("avx512f")
            && has!("avx512bw")
            && has!("avx512cd")
            && has!("avx512dq")
            && has!("avx512vl")
    }

    /// The token.
    ///
    /// # Safety
    /// `is_here` must have said so on this processor.
    pub unsafe fn assume() -> Avx512 {
        Avx512(())
    }

    /// Calls a closure that is `#[inline(always)]`, compiled for these instructions.
    #[inline(always)]
    pub fn call<R>(self, kernel: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn compiled<R>(kernel: impl FnOnce() -> R) -> R {
            kernel()
        }
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { compiled(kernel) }
    }
}

impl Isa for Avx512 {
    type F64 = Avx512F64;

    #[inline(always)]
    fn splat(self, value: f64) -> Avx512F64 {
        Avx512F64(proven!(_mm512_set1_pd(value)))
    }
    #[inline(always)]
    fn load(self, values: &[f64; LANES]) -> Avx512F64 {
        // SAFETY: the token proves the instruction, and the reference is to eight numbers.
        Avx512F64(unsafe { _mm512_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Add for Avx512F64 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(proven!(_mm512_add_pd(self.0, other.0)))
    }
}

impl Sub for Avx512F64 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(proven!(_mm512_sub_pd(self.0, other.0)))
    }
}

impl Mul for Avx512F64 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(proven!(_mm512_mul_pd(self.0, other.0)))
    }
}

impl Vector for Avx512F64 {
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        // SAFETY: the vector proves the instruction, and the reference is to eight numbers.
        unsafe { _mm512_storeu_pd(place.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        Self(proven!(_mm512_fmadd_pd(self.0, factor.0, term.0)))
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        Self(proven!(_mm512_fmsub_pd(self.0, factor.0, product.0)))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(proven!(_mm512_min_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(proven!(_mm512_max_pd(self.0, other.0)))
    }
    #[inline(always)]
    fn round(self) -> Self {
        Self(proven!(_mm512_roundscale_pd::<_MM_FROUND_TO_NEAREST_INT>(self.0)))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        Self(proven!(_mm512_roundscale_pd::<_MM_FROUND_TO_NEG_INF>(self.0)))
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        let backwards = proven!(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7));
        Self(proven!(_mm512_permutexvar_pd(backwards, self.0)))
    }
    #[inline(always)]
    fn complex_mul(self, sin: Self, values: &mut [f64; 2 * LANES]) {
        let twice = proven!([
            _mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0),
            _mm512_set_epi64(7, 7, 6, 6, 5, 5, 4, 4),
        ]);
        for (half, twice) in values.as_chunks_mut::<LANES>().0.iter_mut().zip(twice) {
            let cos = proven!(_mm512_permutexvar_pd(twice, self.0));
            let sin = proven!(_mm512_permutexvar_pd(twice, sin.0));
            // SAFETY: the vector proves the instruction, and the reference is to eight numbers.
            let value = unsafe { _mm512_loadu_pd(half.as_ptr()) };
            let swapped = proven!(_mm512_permute_pd::<0b01010101>(value));
            let crossed = proven!(_mm512_mul_pd(swapped, sin));
            Self(proven!(_mm512_fmaddsub_pd(value, cos, crossed))).store(half);
        }
    }
}

impl Avx2 {
    /// Whether this processor has it.
    pub fn is_here() -> bool {
        has!("avx2")
            && has!("fma")
            && has!("bmi1")
            && has!("bmi2")
            && has!("lzcnt")
            && has!("popcnt")
    }

    /// The token.
    ///
    /// # Safety
    /// `is_here` must have said so on this processor.
    pub unsafe fn assume() -> Avx2 {
        Avx2(())
    }

    /// Calls a closure that is `#[inline(always)]`, compiled for these instructions.
    #[inline(always)]
    pub fn call<R>(self, kernel: impl FnOnce() -> R) -> R {
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn compiled<R>(kernel: impl FnOnce() -> R) -> R {
            kernel()
        }
        // SAFETY: the token proves that the processor has the instructions.
        unsafe { compiled(kernel) }
    }
}

impl Isa for Avx2 {
    type F64 = Avx2F64;

    #[inline(always)]
    fn splat(self, value: f64) -> Avx2F64 {
        let register = proven!(_mm256_set1_pd(value));
        Avx2F64(register, register)
    }
    #[inline(always)]
    fn load(self, values: &[f64; LANES]) -> Avx2F64 {
        let [low, high] = [values.as_ptr(), values[LANES / 2..].as_ptr()];
        // SAFETY: the token proves the instruction, and both pointers are to four numbers.
        unsafe { Avx2F64(_mm256_loadu_pd(low), _mm256_loadu_pd(high)) }
    }
    #[inline(always)]
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

/// Both registers of a vector, by an intrinsic on those of others.
macro_rules! halves {
    ($intrinsic:ident $(::<$constant:ident>)? ($($vector:ident),+)) => {
        Self(
            proven!($intrinsic $(::<$constant>)? ($($vector.0),+)),
            proven!($intrinsic $(::<$constant>)? ($($vector.1),+)),
        )
    };
}

impl Add for Avx2F64 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        halves!(_mm256_add_pd(self, other))
    }
}

impl Sub for Avx2F64 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        halves!(_mm256_sub_pd(self, other))
    }
}

impl Mul for Avx2F64 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        halves!(_mm256_mul_pd(self, other))
    }
}

impl Vector for Avx2F64 {
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        let (low, high) = place.split_at_mut(LANES / 2);
        // SAFETY: the vector proves the instruction, and both pointers are to four numbers.
        unsafe {
            _mm256_storeu_pd(low.as_mut_ptr(), self.0);
            _mm256_storeu_pd(high.as_mut_ptr(), self.1);
        }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        halves!(_mm256_fmadd_pd(self, factor, term))
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        halves!(_mm256_fmsub_pd(self, factor, product))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        halves!(_mm256_min_pd(self, other))
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        halves!(_mm256_max_pd(self, other))
    }
    #[inline(always)]
    fn round(self) -> Self {
        const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        halves!(_mm256_round_pd::<NEAREST>(self))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        halves!(_mm256_floor_pd(self))
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        const BACKWARDS: i32 = 0b00_01_10_11;
        let Self(low, high) = halves!(_mm256_permute4x64_pd::<BACKWARDS>(self));
        Self(high, low)
    }
    #[inline(always)]
    fn complex_mul(self, sin: Self, values: &mut [f64; 2 * LANES]) {
        complex_mul_one_by_one(Avx2(()), &self.lanes(), &sin.lanes(), values);
    }
}
