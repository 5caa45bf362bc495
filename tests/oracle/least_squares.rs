//! Weighted least squares with some 31 digits: a constant and K harmonics, by Householder's
//! reflections on cosines and sines whose phases f t are exact integers. It shares neither the
//! functions, nor the origin of time, nor the method with the library.

use super::{Pair, cycles, table};

impl Pair {
    /// The negative.
    pub fn minus(self) -> Pair {
        Pair(-self.0, -self.1)
    }

    /// The quotient, to about 1e-31.
    pub fn over(self, other: Pair) -> Pair {
        let first = self.0 / other.0;
        let rest = self.plus(other.times(Pair(-first, 0.0)));
        let second = rest.0 / other.0;
        let rest = rest.plus(other.times(Pair(-second, 0.0)));
        Pair(first, 0.0).plus(Pair(second, 0.0)).plus(Pair(rest.0 / other.0, 0.0))
    }

    /// The square root, to about 1e-31.
    pub fn root(self) -> Pair {
        if self.0 <= 0.0 {
            return Pair(0.0, 0.0);
        }
        let first = Pair(self.0.sqrt(), 0.0);
        let rest = self.plus(first.times(first).minus());
        first.plus(Pair(rest.0 / (2.0 * first.0), 0.0))
    }
}

/// cos and sin of a phase in units of 2^-128 cycles, to 1e-30.
pub fn cos_sin_fully(phase: u128) -> [Pair; 2] {
    let index = phase.wrapping_add(1 << 115) >> 116;
    let rest = phase.wrapping_sub(index << 116) as i128;
    let high = rest as f64;
    let low = (rest - high as i128) as f64;
    let tau = Pair(std::f64::consts::TAU, 2.449_293_598_294_706_4e-16);
    let scale = 2f64.powi(-128);
    let angle = Pair(high * scale, low * scale).times(tau);
    let mut sums = [Pair(0.0, 0.0); 2];
    let mut term = Pair(1.0, 0.0);
    for power in 0..12 {
        let signed = if power % 4 < 2 { term } else { term.minus() };
        sums[power % 2] = sums[power % 2].plus(signed);
        term = term.times(angle).over(Pair((power + 1) as f64, 0.0));
    }
    let [c, s] = table()[(index & 4095) as usize];
    let [cos, sin] = sums;
    [c.times(cos).plus(s.times(sin).minus()), s.times(cos).plus(c.times(sin))]
}

/// What is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Fitted {
    pub terms: usize,
    pub fit_mean: bool,
    pub center_data: bool,
}

/// A fit.
#[derive(Clone, Debug)]
pub struct Exact {
    /// The share of chi^2 that the model explains, and what it leaves.
    pub p: f64,
    pub q: f64,
    /// chi^2 of the constant, or of zero, that the model is compared with.
    pub chi2: f64,
    /// The least part of a function that is independent of those before it: the fit is good to
    /// 1e-30 over this.
    pub independence: f64,
    /// The constant, then the coefficients of sin and cos of each harmonic, time counted from 0.
    pub parameters: Vec<f64>,
}

/// Samples and their uncertainties.
#[derive(Clone, Debug)]
pub struct Data {
    pub t: Vec<f64>,
    pub y: Vec<f64>,
    pub dy: Option<Vec<f64>>,
}

/// The fit at f = f0 + k df.
pub fn exact_fit(data: &Data, f0: f64, df: f64, k: u64, fitted: Fitted) -> Exact {
    let Data { t, y, dy } = data;
    let weight = |j: usize| match dy {
        Some(dy) => Pair(1.0, 0.0).over(Pair(dy[j], 0.0)),
        None => Pair(1.0, 0.0),
    };
    let mut values: Vec<Pair> = y.iter().map(|y| Pair(*y, 0.0)).collect();
    let (mut mean, centred) = (Pair(0.0, 0.0), fitted.fit_mean || fitted.center_data);
    if centred {
        let (mut total, mut sum) = (Pair(0.0, 0.0), Pair(0.0, 0.0));
        for (j, value) in values.iter().enumerate() {
            let w = weight(j).times(weight(j));
            (total, sum) = (total.plus(w), sum.plus(w.times(*value)));
        }
        mean = sum.over(total);
        values.iter_mut().for_each(|value| *value = value.plus(mean.minus()));
    }
    let mut columns = Vec::new();
    if fitted.fit_mean {
        columns.push((0..t.len()).map(weight).collect::<Vec<Pair>>());
    }
    let phases: Vec<u128> = t
        .iter()
        .map(|t| cycles(f0, *t).wrapping_add(cycles(df, *t).wrapping_mul(u128::from(k))))
        .collect();
    for m in 1..=fitted.terms {
        let both: Vec<[Pair; 2]> =
            phases.iter().map(|phase| cos_sin_fully(phase.wrapping_mul(m as u128))).collect();
        for part in [1, 0] {
            columns.push((0..t.len()).map(|j| both[j][part].times(weight(j))).collect());
        }
    }
    let mut right: Vec<Pair> = (0..t.len()).map(|j| values[j].times(weight(j))).collect();
    let square = |vector: &[Pair]| {
        vector.iter().fold(Pair(0.0, 0.0), |sum, value| sum.plus(value.times(*value)))
    };
    let chi2 = square(&right);
    let mut triangle: Vec<Vec<Pair>> = Vec::new();
    let mut independence = 1.0f64;
    for k in 0..columns.len() {
        // Reflects what is left of column k onto its first element.
        let mut vector = columns[k][k..].to_vec();
        let norm = square(&vector).root();
        independence = independence.min(norm.over(square(&columns[k]).root()).0);
        let target = if vector[0].0 > 0.0 { norm.minus() } else { norm };
        vector[0] = vector[0].plus(target.minus());
        let length = square(&vector);
        if length.0 > 0.0 {
            for other in columns[k + 1..].iter_mut().chain([&mut right]) {
                let common = vector
                    .iter()
                    .zip(&other[k..])
                    .fold(Pair(0.0, 0.0), |sum, (a, b)| sum.plus(a.times(*b)));
                let factor = common.plus(common).over(length).minus();
                for (place, v) in other[k..].iter_mut().zip(&vector) {
                    *place = place.plus(factor.times(*v));
                }
            }
        }
        let mut line: Vec<Pair> = columns[k][..k].to_vec();
        line.push(target);
        triangle.push(line);
    }
    let left = square(&right[columns.len()..]);
    let mut coefficients = vec![Pair(0.0, 0.0); columns.len()];
    for k in (0..columns.len()).rev() {
        let mut rest = right[k];
        for later in k + 1..columns.len() {
            rest = rest.plus(triangle[later][k].times(coefficients[later]).minus());
        }
        coefficients[k] = rest.over(triangle[k][k]);
    }
    if !fitted.fit_mean {
        coefficients.insert(0, Pair(0.0, 0.0));
    }
    coefficients[0] = coefficients[0].plus(mean);
    Exact {
        p: chi2.plus(left.minus()).over(chi2).0,
        q: left.over(chi2).0,
        chi2: chi2.0,
        independence,
        parameters: coefficients.iter().map(|coefficient| coefficient.0).collect(),
    }
}
