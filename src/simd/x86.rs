//! Registers of AVX-512 and AVX2.
//!
//! The types are only named by kernels that `multiversion!` compiles with these instructions and
//! calls on processors that have them; every function here is inlined into such a kernel.

use std::arch::x86_64::*;

use super::{Isa, LANES, Vector};

/// AVX-512: one register.
#[derive(Clone, Copy)]
pub struct Avx512(__m512d);

/// AVX2 with FMA: two registers.
#[derive(Clone, Copy)]
pub struct Avx2(__m256d, __m256d);

impl Isa for Avx512 {
    type V = Self;
}

impl Isa for Avx2 {
    type V = Self;
}

impl Vector for Avx512 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: the kernel around it runs on AVX-512, as for all functions of this type.
        Self(unsafe { _mm512_set1_pd(value) })
    }
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        // SAFETY: as above; the reference is to eight numbers.
        Self(unsafe { _mm512_loadu_pd(values.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        // SAFETY: as above; the reference is to eight numbers.
        unsafe { _mm512_storeu_pd(place.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_add_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_sub_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_mul_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_fmadd_pd(self.0, factor.0, term.0) })
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_fmsub_pd(self.0, factor.0, product.0) })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_min_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_max_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_roundscale_pd::<_MM_FROUND_TO_NEAREST_INT>(self.0) })
    }
    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_roundscale_pd::<_MM_FROUND_TO_NEG_INF>(self.0) })
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        // SAFETY: as for splat.
        Self(unsafe { _mm512_permutexvar_pd(_mm512_set_epi64(0, 1, 2, 3, 4, 5, 6, 7), self.0) })
    }
    #[inline(always)]
    fn turn(values: &mut [f64; 2 * LANES], cos: Self, sin: Self) {
        let (halves, _) = values.as_chunks_mut::<LANES>();
        // SAFETY: as for splat; each half is eight numbers.
        unsafe {
            let twice = [
                _mm512_set_epi64(3, 3, 2, 2, 1, 1, 0, 0),
                _mm512_set_epi64(7, 7, 6, 6, 5, 5, 4, 4),
            ];
            for (half, twice) in halves.iter_mut().zip(twice) {
                let (cos, sin) =
                    (_mm512_permutexvar_pd(twice, cos.0), _mm512_permutexvar_pd(twice, sin.0));
                let value = _mm512_loadu_pd(half.as_ptr());
                let swapped = _mm512_permute_pd::<0b01010101>(value);
                let turned = _mm512_fmaddsub_pd(value, cos, _mm512_mul_pd(swapped, sin));
                _mm512_storeu_pd(half.as_mut_ptr(), turned);
            }
        }
    }
    #[inline(always)]
    fn scalar_mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}

impl Vector for Avx2 {
    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: the kernel around it runs on AVX2, as for all functions of this type.
        unsafe { Self(_mm256_set1_pd(value), _mm256_set1_pd(value)) }
    }
    #[inline(always)]
    fn load(values: &[f64; LANES]) -> Self {
        let [low, high] = [values.as_ptr(), values[4..].as_ptr()];
        // SAFETY: as above; both pointers are to four numbers.
        unsafe { Self(_mm256_loadu_pd(low), _mm256_loadu_pd(high)) }
    }
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        let (low, high) = place.split_at_mut(4);
        // SAFETY: as above; both pointers are to four numbers.
        unsafe {
            _mm256_storeu_pd(low.as_mut_ptr(), self.0);
            _mm256_storeu_pd(high.as_mut_ptr(), self.1);
        }
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_add_pd(self.0, other.0), _mm256_add_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_sub_pd(self.0, other.0), _mm256_sub_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn times(self, other: Self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_mul_pd(self.0, other.0), _mm256_mul_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        // SAFETY: as for splat.
        unsafe {
            let low = _mm256_fmadd_pd(self.0, factor.0, term.0);
            Self(low, _mm256_fmadd_pd(self.1, factor.1, term.1))
        }
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        // SAFETY: as for splat.
        unsafe {
            let low = _mm256_fmsub_pd(self.0, factor.0, product.0);
            Self(low, _mm256_fmsub_pd(self.1, factor.1, product.1))
        }
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_min_pd(self.0, other.0), _mm256_min_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_max_pd(self.0, other.0), _mm256_max_pd(self.1, other.1)) }
    }
    #[inline(always)]
    fn round(self) -> Self {
        const NEAREST: i32 = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
        // SAFETY: as for splat.
        unsafe { Self(_mm256_round_pd::<NEAREST>(self.0), _mm256_round_pd::<NEAREST>(self.1)) }
    }
    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: as for splat.
        unsafe { Self(_mm256_floor_pd(self.0), _mm256_floor_pd(self.1)) }
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        const BACKWARDS: i32 = 0b00_01_10_11;
        // SAFETY: as for splat.
        unsafe {
            let high = _mm256_permute4x64_pd::<BACKWARDS>(self.1);
            Self(high, _mm256_permute4x64_pd::<BACKWARDS>(self.0))
        }
    }
    #[inline(always)]
    fn turn(values: &mut [f64; 2 * LANES], cos: Self, sin: Self) {
        let (mut cosines, mut sines) = ([0.0; LANES], [0.0; LANES]);
        cos.store(&mut cosines);
        sin.store(&mut sines);
        super::turn_one_by_one::<Self>(values, &cosines, &sines);
    }
    #[inline(always)]
    fn scalar_mul_add(a: f64, b: f64, c: f64) -> f64 {
        a.mul_add(b, c)
    }
}
