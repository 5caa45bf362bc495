//! Sums and products with their rounding errors: twice the digits of a double.

use std::ops::{Add, Div, Mul, Sub};

/// An unevaluated sum high + low with |low| <= ulp(high)/2: some 106 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Double {
    /// The sum, rounded.
    pub high: f64,
    /// What rounding lost.
    pub low: f64,
}

impl Double {
    /// 0.
    pub const ZERO: Double = Double { high: 0.0, low: 0.0 };

    /// The square root; 0 of what is below 0.
    pub fn sqrt(self) -> Double {
        if self.high <= 0.0 {
            return Double::ZERO;
        }
        // One step of Newton's iteration.
        let root = self.high.sqrt();
        let (square, error) = two_product(root, root);
        let rest = ((self.high - square) - error) + self.low;
        let (high, low) = two_sum(root, rest / (2.0 * root));
        Double { high, low }
    }
}

impl From<f64> for Double {
    fn from(high: f64) -> Double {
        Double { high, low: 0.0 }
    }
}

impl Add for Double {
    type Output = Double;
    fn add(self, other: Double) -> Double {
        let (sum, error) = two_sum(self.high, other.high);
        let (high, low) = two_sum(sum, error + (self.low + other.low));
        Double { high, low }
    }
}

impl Sub for Double {
    type Output = Double;
    fn sub(self, other: Double) -> Double {
        self + Double { high: -other.high, low: -other.low }
    }
}

impl Mul for Double {
    type Output = Double;
    fn mul(self, other: Double) -> Double {
        let (product, error) = two_product(self.high, other.high);
        let (high, low) = two_sum(product, error + (self.high * other.low + self.low * other.high));
        Double { high, low }
    }
}

impl Div for Double {
    type Output = Double;
    fn div(self, other: Double) -> Double {
        let quotient = self.high / other.high;
        let rest = self - other * Double::from(quotient);
        let (high, low) = two_sum(quotient, rest.high / other.high);
        Double { high, low }
    }
}

/// a + b and its rounding error, exactly (Knuth).
#[inline(always)]
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// a * b and its rounding error, exactly.
#[inline(always)]
pub fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    (product, a.mul_add(b, -product))
}
