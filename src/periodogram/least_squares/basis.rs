//! The functions that are fitted, and what they are in terms of harmonics.

use super::Model;
use super::arithmetic::Arithmetic;
use crate::spectrum::double_double::Double;
use crate::spectrum::phase::Lanes;

/// Columns of a fit: the constant, an odd and an even function for each harmonic, the values.
pub fn columns(terms: usize) -> usize {
    2 * terms + 2
}

/// Column of the odd function number j, 1 <= j <= K; the even one follows it.
pub fn odd(j: usize) -> usize {
    2 * j - 1
}

/// Writes the functions at one sample: the odd and even one of each j, from column 1 on. Sines of
/// the half angle are multiplied by a power of 2 in each lane, so that their powers do not
/// underflow.
#[inline(always)]
pub fn functions<A: Arithmetic>(
    arithmetic: A,
    model: &Model,
    [sin, cos]: [A::Number; 2],
    powers: &Lanes,
    mut put: impl FnMut(usize, A::Number),
) {
    let scaled = arithmetic.scale(sin, powers);
    let square = scaled * scaled;
    let (mut odd_function, mut even) = (scaled * cos, arithmetic.splat(1.0.into()));
    for j in 1..=model.terms {
        if model.fit_mean {
            even = even * square;
            put(odd(j) + 1, even);
        } else {
            put(odd(j) + 1, even * (arithmetic.splat(share(j)) - sin * sin));
            even = even * square;
        }
        put(odd(j), odd_function);
        odd_function = odd_function * square;
    }
}

/// (2j - 1) / 2j: subtracted from sin^2, it leaves sin^(2j-2) (share - sin^2) no constant part.
fn share(j: usize) -> Double {
    Double::from((2 * j - 1) as f64) / Double::from((2 * j) as f64)
}

/// The power of 2, in lanes as in [`functions`], that a coefficient of column `column` is in.
pub fn power(model: &Model, column: usize) -> i32 {
    let j = column.div_ceil(2) as i32;
    match (column % 2 == 1, model.fit_mean) {
        (true, _) => 2 * j - 1,
        (false, true) => 2 * j,
        (false, false) => 2 * j - 2,
    }
}

/// The coefficients of cos m phi and sin m phi in the sum of the functions with these
/// coefficients; m = 0 for the constant, but for column 0.
///
/// sin^(2j)(phi/2) = a_j0 + sum a_jm cos m phi with a_j0 = C(2j, j) / 4^j and
/// a_jm = 2 (-1)^m C(2j, j - m) / 4^j; its derivative divided by j is the odd function.
pub fn harmonic(model: &Model, coefficients: &[Double], m: usize) -> [Double; 2] {
    let (mut cos, mut sin) = (Double::ZERO, Double::ZERO);
    for j in m.max(1)..=model.terms {
        let (here, below) = (of_power(j, m), of_power(j - 1, m));
        let even = if model.fit_mean { here } else { share(j) * below - here };
        cos = cos + coefficients[odd(j) + 1] * even;
        let derivative = Double::from(-(m as f64)) / Double::from(j as f64);
        sin = sin + coefficients[odd(j)] * (derivative * here);
    }
    [cos, sin]
}

/// a_jm.
fn of_power(j: usize, m: usize) -> Double {
    if m > j {
        return Double::ZERO;
    }
    let mut value =
        Double::from(if m == 0 { 1.0 } else { 2.0 } * if m.is_multiple_of(2) { 1.0 } else { -1.0 });
    // C(2j, j - m) / 4^j = prod (j + i) / 4 i ... as a product of factors near 1.
    for i in 1..=j {
        value = value * Double::from((2 * i - 1) as f64) / Double::from((2 * i) as f64);
    }
    for i in 1..=m {
        value = value * Double::from((j + 1 - i) as f64) / Double::from((j + i) as f64);
    }
    value
}
