//! The arithmetic of a fit, in every lane: double precision, or twice the digits.

use std::ops::{Add, Mul, Sub};

use crate::simd::{Isa, LANES, Vector};
use crate::spectrum::double_double::Double;
use crate::spectrum::phase::{Lanes, cos_sin, lanes, phase};

/// An arithmetic on numbers in lanes.
pub trait Arithmetic: Copy {
    /// One number in each lane.
    type Number: Copy
        + Add<Output = Self::Number>
        + Sub<Output = Self::Number>
        + Mul<Output = Self::Number>;
    /// Registers of memory for it.
    const WORDS: usize;

    /// The same number in every lane.
    fn splat(self, value: Double) -> Self::Number;
    /// From WORDS registers of memory.
    fn load(self, words: &[Lanes]) -> Self::Number;
    /// To WORDS registers of memory.
    fn store(self, number: Self::Number, words: &mut [Lanes]);
    /// a b + c.
    fn mul_add(self, a: Self::Number, b: Self::Number, c: Self::Number) -> Self::Number;
    /// Multiplies each lane by a power of 2 of its own.
    fn scale(self, number: Self::Number, powers: &Lanes) -> Self::Number;
    /// sin and cos of pi f tau, up to a common sign, for the frequency f of each lane.
    fn half_angle(self, f: &[Double; LANES], tau: Double) -> [Self::Number; 2];

    /// The number in one lane.
    fn lane(words: &[Lanes], lane: usize) -> Double {
        let low = if Self::WORDS == 2 { words[1][lane] } else { 0.0 };
        Double { high: words[0][lane], low }
    }
    /// Puts a number into one lane.
    fn put_lane(words: &mut [Lanes], lane: usize, value: Double) {
        words[0][lane] = value.high;
        if Self::WORDS == 2 {
            words[1][lane] = value.low;
        }
    }
}

/// Double precision.
#[derive(Clone, Copy)]
pub struct Plain<I>(pub I);

impl<I: Isa> Arithmetic for Plain<I> {
    type Number = I::F64;
    const WORDS: usize = 1;

    #[inline(always)]
    fn splat(self, value: Double) -> I::F64 {
        self.0.splat(value.high)
    }
    #[inline(always)]
    fn load(self, words: &[Lanes]) -> I::F64 {
        self.0.load(&words[0])
    }
    #[inline(always)]
    fn store(self, number: I::F64, words: &mut [Lanes]) {
        number.store(&mut words[0]);
    }
    #[inline(always)]
    fn mul_add(self, a: I::F64, b: I::F64, c: I::F64) -> I::F64 {
        a.mul_add(b, c)
    }
    #[inline(always)]
    fn scale(self, number: I::F64, powers: &Lanes) -> I::F64 {
        number * self.0.load(powers)
    }
    #[inline(always)]
    fn half_angle(self, f: &[Double; LANES], tau: Double) -> [I::F64; 2] {
        let (cos, sin) = cos_sin(self.0, lanes(|lane| 0.5 * phase(f[lane], tau)));
        [self.0.load(&sin), self.0.load(&cos)]
    }
}

/// Twice the digits.
#[derive(Clone, Copy)]
pub struct Twice<I>(pub I);

/// An unevaluated sum high + low in each lane.
#[derive(Clone, Copy)]
pub struct Pair<V> {
    high: V,
    low: V,
}

#[inline(always)]
fn two_sum<V: Vector>(a: V, b: V) -> Pair<V> {
    let high = a + b;
    let of_b = high - a;
    Pair { high, low: (a - (high - of_b)) + (b - of_b) }
}

/// a + b where |a| >= |b|, or a = 0.
#[inline(always)]
fn quick_two_sum<V: Vector>(a: V, b: V) -> Pair<V> {
    let high = a + b;
    Pair { high, low: b - (high - a) }
}

#[inline(always)]
fn two_product<V: Vector>(a: V, b: V) -> Pair<V> {
    let high = a * b;
    Pair { high, low: a.product_error(b, high) }
}

impl<V: Vector> Add for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let Pair { high, low } = two_sum(self.high, other.high);
        quick_two_sum(high, low + (self.low + other.low))
    }
}

impl<V: Vector> Sub for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let high = self.high - other.high;
        let of_other = high - self.high;
        let low = (self.high - (high - of_other)) - (other.high + of_other);
        quick_two_sum(high, low + (self.low - other.low))
    }
}

impl<V: Vector> Mul for Pair<V> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let Pair { high, low } = two_product(self.high, other.high);
        quick_two_sum(high, self.low.mul_add(other.high, self.high.mul_add(other.low, low)))
    }
}

impl<I: Isa> Arithmetic for Twice<I> {
    type Number = Pair<I::F64>;
    const WORDS: usize = 2;

    #[inline(always)]
    fn splat(self, value: Double) -> Pair<I::F64> {
        Pair { high: self.0.splat(value.high), low: self.0.splat(value.low) }
    }
    #[inline(always)]
    fn load(self, words: &[Lanes]) -> Pair<I::F64> {
        Pair { high: self.0.load(&words[0]), low: self.0.load(&words[1]) }
    }
    #[inline(always)]
    fn store(self, number: Pair<I::F64>, words: &mut [Lanes]) {
        number.high.store(&mut words[0]);
        number.low.store(&mut words[1]);
    }
    #[inline(always)]
    fn mul_add(self, a: Self::Number, b: Self::Number, c: Self::Number) -> Self::Number {
        a * b + c
    }
    #[inline(always)]
    fn scale(self, number: Pair<I::F64>, powers: &Lanes) -> Pair<I::F64> {
        let powers = self.0.load(powers);
        Pair { high: number.high * powers, low: number.low * powers }
    }
    /// With theta = pi f tau / 2, less whole turns, within [-pi/4, pi/4]: sin and cos of it by
    /// their series, then 2 sin cos and 1 - 2 sin^2.
    #[inline(always)]
    fn half_angle(self, f: &[Double; LANES], tau: Double) -> [Pair<I::F64>; 2] {
        let isa = self.0;
        let fraction = |x: I::F64| x - x.round();
        let f_high = isa.load(&lanes(|lane| f[lane].high));
        let f_low = isa.load(&lanes(|lane| f[lane].low));
        let (tau_high, tau_low) = (isa.splat(tau.high), isa.splat(tau.low));
        let Pair { high, low } = two_product(f_high, tau_high);
        let cross = f_high.mul_add(tau_low, f_low * tau_high);
        let Pair { high, low } = two_sum(fraction(high), fraction(low));
        let cycles = two_sum(fraction(high), low + fraction(cross));
        let theta = cycles * self.splat(QUARTER_TURN);
        let square = theta * theta;
        let series = |coefficients: &[Double; SERIES]| {
            // The last terms need only double precision.
            let mut tail = isa.splat(coefficients[SERIES - 1].high);
            for term in (DOUBLE_TERMS..SERIES - 1).rev() {
                tail = tail.mul_add(square.high, isa.splat(coefficients[term].high));
            }
            let mut sum = Pair { high: tail, low: isa.zero() };
            for coefficient in coefficients[..DOUBLE_TERMS].iter().rev() {
                sum = sum * square + self.splat(*coefficient);
            }
            sum
        };
        let (sin, cos) = (theta * series(&SIN), series(&COS));
        let twice = sin + sin;
        [twice * cos, self.splat(Double { high: 1.0, low: 0.0 }) - twice * sin]
    }
}

/// pi / 2.
const QUARTER_TURN: Double =
    Double { high: std::f64::consts::FRAC_PI_2, low: 6.123_233_995_736_766e-17 };

/// Terms of the series, of which the first need twice the digits: the first left out is below
/// 1e-34, the first in double precision below 1e-16.
const SERIES: usize = 16;
const DOUBLE_TERMS: usize = 9;
const SIN: [Double; SERIES] = inverse_factorials(1);
const COS: [Double; SERIES] = inverse_factorials(0);

/// (-1)^i / (2 i + first)!
const fn inverse_factorials(first: usize) -> [Double; SERIES] {
    let mut terms = [Double { high: 0.0, low: 0.0 }; SERIES];
    // Exact up to 18!, and good to 1e-16 beyond.
    let (mut factorial, mut i) = (1.0, 0);
    while i < SERIES {
        let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
        let high = sign / factorial;
        let low = (sign - high * factorial - product_error(high, factorial)) / factorial;
        terms[i] = Double { high, low };
        let next = (2 * i + first) as f64;
        factorial *= (next + 1.0) * (next + 2.0);
        i += 1;
    }
    terms
}

/// a * b - (a * b rounded), exactly (Dekker 1971): fused multiply-add is not there for constants.
const fn product_error(a: f64, b: f64) -> f64 {
    const SPLIT: f64 = 134_217_729.0;
    let (a_high, b_high) = (SPLIT * a - (SPLIT * a - a), SPLIT * b - (SPLIT * b - b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low
}
