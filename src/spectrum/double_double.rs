//! Sums and products with their rounding errors: twice the digits of a double.

/// An unevaluated sum high + low with |low| <= ulp(high)/2: some 106 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double {
    /// The sum, rounded.
    pub high: f64,
    /// What rounding lost.
    pub low: f64,
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
