//! Phases of f t in cycles, without loss, and their cosines and sines, many at once.
//!
//! Only times relative to the centre of the series matter for |F|, and they are smaller by
//! |t| / T: a factor of 1700 for Julian dates. The product f tau is kept with its rounding error
//! (fused multiply-add), whole cycles are dropped from it exactly, and what was lost in t - centre
//! and in f0 + k df is added to first order. The phase is then good to some 1e-16 cycles however
//! many cycles there are.

use std::f64::consts::TAU;

use super::double_double::{Double, two_sum};
use crate::simd::Isa;
pub use crate::simd::LANES;

/// One number in each lane.
pub type Lanes = [f64; LANES];

/// Applies `f` in every lane.
#[inline(always)]
pub fn lanes(mut f: impl FnMut(usize) -> f64) -> Lanes {
    let mut result = [0.0; LANES];
    for (lane, place) in result.iter_mut().enumerate() {
        *place = f(lane);
    }
    result
}

/// A time relative to the centre of the series, exactly.
#[inline(always)]
pub fn relative(t: f64, centre: f64) -> Double {
    let (high, low) = two_sum(t, -centre);
    Double { high, low }
}

/// The phase f tau in cycles, less whole cycles: within [-3/2, 3/2]. Exact to 1e-16 up to some 2^55
/// cycles; ever less so beyond, but never NaN.
#[inline(always)]
pub fn phase(f: Double, tau: Double) -> f64 {
    let product = f.high * tau.high;
    let error = f.high.mul_add(tau.high, -product);
    let cross = f.high * tau.low + f.low * tau.high;
    // From 2^52 on every number is an integer, and so is a product that overflows.
    let product = if product.abs() < TWO_52 { product - product.round_ties_even() } else { 0.0 };
    let part = |small: f64| {
        if small.abs() < 0.5 * TWO_52 { small - (small + ROUND - ROUND) } else { 0.0 }
    };
    product + (part(error) + part(cross))
}

const TWO_52: f64 = (1u64 << 52) as f64;
/// Adding 1.5 * 2^52 rounds to an integer and leaves it in the last bits.
const ROUND: f64 = 1.5 * TWO_52;

/// sin(2 pi s) / s and cos(2 pi s) as series in s^2, for |s| <= 1/8: the first term left out is
/// below 5e-17.
const SIN_TERMS: usize = 8;
const COS_TERMS: usize = 9;
const SIN: [f64; SIN_TERMS] = taylor(1);
const COS: [f64; COS_TERMS] = taylor(0);

/// (-1)^i (2 pi)^(2 i + first) / (2 i + first)!
const fn taylor<const N: usize>(first: usize) -> [f64; N] {
    let mut terms = [0.0; N];
    let mut term = if first == 1 { TAU } else { 1.0 };
    let mut i = 0;
    while i < N {
        terms[i] = term;
        let next = (2 * i + first) as f64;
        term *= -(TAU / (next + 1.0)) * (TAU / (next + 2.0));
        i += 1;
    }
    terms
}

/// cos(2 pi phase) and sin(2 pi phase), to about 1e-16.
#[inline(always)]
pub fn cos_sin<I: Isa>(isa: I, phase: Lanes) -> (Lanes, Lanes) {
    let (mut cos, mut sin) = ([0.0; LANES], [0.0; LANES]);
    for lane in 0..LANES {
        let shifted = phase[lane] * 4.0 + ROUND;
        let quarters = shifted.to_bits();
        let s = isa.mul_add(shifted - ROUND, -0.25, phase[lane]);
        let square = s * s;
        let mut odd = SIN[SIN_TERMS - 1];
        for term in (0..SIN_TERMS - 1).rev() {
            odd = isa.mul_add(odd, square, SIN[term]);
        }
        odd *= s;
        let mut even = COS[COS_TERMS - 1];
        for term in (0..COS_TERMS - 1).rev() {
            even = isa.mul_add(even, square, COS[term]);
        }
        let (c, s) = if quarters & 1 == 0 { (even, odd) } else { (odd, even) };
        let cos_sign = (quarters.wrapping_add(1) & 2) << 62;
        let sin_sign = (quarters & 2) << 62;
        cos[lane] = f64::from_bits(c.to_bits() ^ cos_sign);
        sin[lane] = f64::from_bits(s.to_bits() ^ sin_sign);
    }
    (cos, sin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Portable;

    #[test]
    fn cosines_and_sines_are_good_to_2e_16() {
        for step in -4000..=4000 {
            let phase = f64::from(step) / 3000.0;
            // Multiples of 1/3000 cycle in the first octant, where libm loses nothing by 2 pi.
            let (sin, cos) = (phase * TAU).sin_cos();
            let (c, s) = cos_sin(Portable, [phase; LANES]);
            assert!((c[3] - cos).abs() < 1.2e-15 && (s[3] - sin).abs() < 1.2e-15, "{phase}");
        }
        for eighths in -16..=16_i32 {
            let (c, s) = cos_sin(Portable, [f64::from(eighths) / 8.0; LANES]);
            let half = f64::sqrt(0.5);
            let exact = [1.0, half, 0.0, -half, -1.0, -half, 0.0, half];
            let index = eighths.rem_euclid(8) as usize;
            assert!((c[0] - exact[index]).abs() <= 2.3e-16, "cos {eighths}/8: {}", c[0]);
            assert!((s[0] - exact[(index + 6) % 8]).abs() <= 2.3e-16, "sin {eighths}/8: {}", s[0]);
        }
    }

    #[test]
    fn phases_of_many_cycles_lose_nothing() {
        // f tau = 123456789012 + 1/7 up to the rounding of 1/7, split between the two factors.
        let f = Double { high: 123_456_789.0, low: 1.0 / 7e9 };
        let tau = Double { high: 1000.0, low: 0.0 };
        assert!((phase(f, tau) - 1.0 / 7e6).abs() < 1e-22);
        let f = Double { high: 1e6, low: 0.0 };
        let tau = Double { high: 735.0, low: 1e-14 };
        assert!((phase(f, tau) - 1e-8).abs() < 1e-23);
    }
}
