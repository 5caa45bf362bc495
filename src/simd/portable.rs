//! Vectors of the target's baseline, left to the compiler; with a fused multiply-add on aarch64.

use std::ops::{Add, Mul, Sub};

use super::{Isa, LANES, Vector};

/// The baseline of this target.
#[derive(Clone, Copy)]
pub struct Portable;

/// LANES numbers.
#[derive(Clone, Copy)]
pub struct PortableF64([f64; LANES]);

impl Isa for Portable {
    type F64 = PortableF64;

    #[inline(always)]
    fn splat(self, value: f64) -> PortableF64 {
        PortableF64([value; LANES])
    }
    #[inline(always)]
    fn load(self, values: &[f64; LANES]) -> PortableF64 {
        PortableF64(*values)
    }
    #[inline(always)]
    fn mul_add(self, a: f64, b: f64, c: f64) -> f64 {
        if cfg!(target_arch = "aarch64") { a.mul_add(b, c) } else { a * b + c }
    }
}

/// What `each` makes of the lanes of two vectors.
#[inline(always)]
fn both(a: PortableF64, b: PortableF64, each: impl Fn(f64, f64) -> f64) -> PortableF64 {
    PortableF64(std::array::from_fn(|lane| each(a.0[lane], b.0[lane])))
}

impl Add for PortableF64 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        both(self, other, |a, b| a + b)
    }
}

impl Sub for PortableF64 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        both(self, other, |a, b| a - b)
    }
}

impl Mul for PortableF64 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        both(self, other, |a, b| a * b)
    }
}

impl Vector for PortableF64 {
    #[inline(always)]
    fn store(self, place: &mut [f64; LANES]) {
        *place = self.0;
    }
    #[inline(always)]
    fn mul_add(self, factor: Self, term: Self) -> Self {
        let each = |lane: usize| Portable.mul_add(self.0[lane], factor.0[lane], term.0[lane]);
        PortableF64(std::array::from_fn(each))
    }
    #[inline(always)]
    fn product_error(self, factor: Self, product: Self) -> Self {
        let each = |lane: usize| f64::mul_add(self.0[lane], factor.0[lane], -product.0[lane]);
        PortableF64(std::array::from_fn(each))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        both(self, other, |a, b| if a < b { a } else { b })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        both(self, other, |a, b| if a > b { a } else { b })
    }
    #[inline(always)]
    fn round(self) -> Self {
        PortableF64(self.0.map(f64::round_ties_even))
    }
    #[inline(always)]
    fn floor(self) -> Self {
        PortableF64(self.0.map(f64::floor))
    }
    #[inline(always)]
    fn reverse(self) -> Self {
        PortableF64(std::array::from_fn(|lane| self.0[LANES - 1 - lane]))
    }
    #[inline(always)]
    fn complex_mul(self, sin: Self, values: &mut [f64; 2 * LANES]) {
        complex_mul_one_by_one(Portable, &self.0, &sin.0, values);
    }
}

/// [`Vector::complex_mul`], left to the compiler.
#[inline(always)]
pub fn complex_mul_one_by_one<I: Isa>(
    isa: I,
    cos: &[f64; LANES],
    sin: &[f64; LANES],
    values: &mut [f64; 2 * LANES],
) {
    for (value, (cos, sin)) in values.as_chunks_mut::<2>().0.iter_mut().zip(cos.iter().zip(sin)) {
        let [re, im] = *value;
        value[0] = isa.mul_add(re, *cos, -(im * sin));
        value[1] = isa.mul_add(re, *sin, im * cos);
    }
}
