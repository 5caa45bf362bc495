//! The Kaiser-Bessel kernel and its Fourier transform.
//!
//!   phi(d) = I0(beta sqrt(1 - (2 d / w)^2)) / I0(beta),  |d| < w/2,
//!   phi_hat(xi) = w sinh(a) / (a I0(beta)),  a = sqrt(beta^2 - (pi w xi)^2),
//!
//! with d in cells and xi in cycles per cell (Kaiser 1974; Jackson et al. 1991, "Selection of a
//! convolution function for Fourier inversion using gridding"). With the mesh oversampled by
//! sigma, the band is |xi| <= 1 / (2 sigma), and beta = 0.985 pi w (1 - 1 / (2 sigma)) is within a
//! few per cent of the smallest aliasing error. The kernel is evaluated as piecewise polynomials:
//! a sample at z in [-1/2, 1/2] from the middle between two cells gives the m-th cell to its right
//! phi(m + 1/2 - z) = E_m(z^2) + z O_m(z^2) and, by symmetry, the m-th to its left E_m - z O_m.

use std::f64::consts::PI;

use crate::spectrum::phase::{LANES, Lanes};

/// See the head of this file.
const BETA_FACTOR: f64 = 0.985;

/// A kernel of even width.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Width w in cells.
    pub width: usize,
    /// Oversampling that the kernel is made for, the least that may be used.
    pub sigma: f64,
    /// E_m and O_m, each as coefficients of powers of z^2, m in groups of lanes; zero from w/2 on.
    pub even: Vec<Vec<Lanes>>,
    /// See `even`.
    pub odd: Vec<Vec<Lanes>>,
    /// 1 / phi_hat(xi) as a polynomial in v = 2 (2 sigma xi)^2 - 1, which is in [-1, 1].
    pub inverse: Vec<f64>,
    beta: f64,
    /// exp(-beta) I0(beta).
    peak: f64,
}

impl Kernel {
    /// The kernel of width `width` for a mesh oversampled by `sigma`; `terms` coefficients each
    /// for E_m and O_m.
    pub fn new(width: usize, sigma: f64, terms: usize) -> Kernel {
        let beta = BETA_FACTOR * PI * width as f64 * (1.0 - 0.5 / sigma);
        let (even, odd, inverse) = (Vec::new(), Vec::new(), Vec::new());
        let peak = bessel_i0_scaled(beta);
        let mut kernel = Kernel { width, sigma, even, odd, inverse, beta, peak };
        for group in 0..(width / 2).div_ceil(LANES) {
            let mut even = vec![[0.0; LANES]; terms];
            let mut odd = even.clone();
            for lane in 0..LANES.min(width / 2 - group * LANES) {
                let middle = (group * LANES + lane) as f64 + 0.5;
                // In powers of v = 2 z: even powers make E, odd powers z O.
                let powers = fit(2 * terms, |v| kernel.value(middle - 0.5 * v));
                for (power, pair) in powers.chunks_exact(2).enumerate() {
                    even[power][lane] = pair[0] * 4f64.powi(power as i32);
                    odd[power][lane] = 2.0 * pair[1] * 4f64.powi(power as i32);
                }
            }
            kernel.even.push(even);
            kernel.odd.push(odd);
        }
        const INVERSE_TERMS: usize = 22;
        let edge = 0.5 / sigma;
        kernel.inverse =
            fit(INVERSE_TERMS, |v| 1.0 / kernel.transform(edge * ((v + 1.0) / 2.0).sqrt()));
        kernel
    }

    /// phi(d).
    fn value(&self, d: f64) -> f64 {
        let u = 2.0 * d / self.width as f64;
        let inside = (1.0 - u) * (1.0 + u);
        if inside < 0.0 {
            return 0.0;
        }
        let root = inside.sqrt();
        // beta root - beta, without cancellation.
        let exponent = -self.beta * u * u / (1.0 + root);
        exponent.exp() * bessel_i0_scaled(self.beta * root) / self.peak
    }

    /// The factor a for which v = (a y)^2 - 1 is the argument of `inverse` at xi = step y.
    pub fn argument(&self, step: f64) -> f64 {
        std::f64::consts::SQRT_2 * 2.0 * self.sigma * step
    }

    /// phi_hat(xi), also beyond the band.
    pub fn transform(&self, xi: f64) -> f64 {
        let w = self.width as f64;
        let argument = PI * w * xi;
        let square = self.beta * self.beta - argument * argument;
        let a = square.abs().sqrt();
        let scale = w / self.peak;
        if square > 0.0 {
            // a - beta, without cancellation.
            let exponent = -argument * argument / (a + self.beta);
            scale * exponent.exp() * -(-2.0 * a).exp_m1() / (2.0 * a)
        } else {
            scale * (-self.beta).exp() * if a == 0.0 { 1.0 } else { a.sin() / a }
        }
    }

    /// The largest aliasing error in the band relative to the signal.
    #[cfg(test)]
    pub fn error(&self) -> f64 {
        let error = |xi: f64| -> f64 {
            let aliases = (1..10).map(|m| {
                let m = f64::from(m);
                self.transform(xi + m).abs() + self.transform(xi - m).abs()
            });
            aliases.sum::<f64>() / self.transform(xi)
        };
        (0..=16).map(|i| error(0.5 / self.sigma * f64::from(i) / 16.0)).fold(0.0, f64::max)
    }
}

/// exp(-x) I0(x) = 1/pi integral of exp(x (cos u - 1)) du over [0, pi]; the trapezoidal rule
/// converges exponentially, and 64 points suffice for x < 60.
fn bessel_i0_scaled(x: f64) -> f64 {
    const POINTS: u32 = 64;
    // cos u - 1, without cancellation.
    let half = |i: u32| (PI * f64::from(i) / f64::from(2 * POINTS)).sin();
    let term = |i: u32| (-2.0 * x * half(i) * half(i)).exp();
    let inner: f64 = (1..POINTS).map(term).sum();
    (0.5 * (term(0) + term(POINTS)) + inner) / f64::from(POINTS)
}

/// Coefficients of powers of v of the first `terms` terms of the Chebyshev series of `f` on
/// [-1, 1], from four times as many points: the more points, the less their rounding shows.
fn fit(terms: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
    let points = 4 * terms;
    // cos(pi k / (2 points)), with whole turns taken off while they are integers.
    let cos = |k: usize| (PI * (k % (4 * points)) as f64 / (2 * points) as f64).cos();
    let values: Vec<f64> = (0..points).map(|i| f(cos(2 * i + 1))).collect();
    let chebyshev = |order: usize| -> f64 {
        let cosines = (0..points).map(|i| values[i] * cos(order * (2 * i + 1)));
        cosines.sum::<f64>() * if order == 0 { 1.0 } else { 2.0 } / points as f64
    };
    // The Chebyshev polynomials in powers of v, by their recurrence.
    let (mut previous, mut current) = (vec![0.0; terms], vec![0.0; terms]);
    current[0] = 1.0;
    let mut powers = vec![0.0; terms];
    for order in 0..terms {
        let weight = chebyshev(order);
        for (power, term) in powers.iter_mut().zip(&current) {
            *power += weight * term;
        }
        let factor = if order == 0 { 1.0 } else { 2.0 };
        let mut next = vec![0.0; terms];
        for power in 0..terms {
            let shifted = if power == 0 { 0.0 } else { factor * current[power - 1] };
            next[power] = shifted - previous[power];
        }
        previous = std::mem::replace(&mut current, next);
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polynomial(coefficients: impl DoubleEndedIterator<Item = f64>, v: f64) -> f64 {
        coefficients.rev().fold(0.0, |sum, c| sum * v + c)
    }

    #[test]
    fn bessel_function_agrees_with_its_power_series() {
        for x in [0.0, 0.5, 3.0, 11.0, 30.0_f64] {
            let (mut term, mut sum) = (1.0, 1.0);
            for k in 1..200 {
                term *= (x / 2.0 / f64::from(k)).powi(2);
                sum += term;
            }
            assert!((bessel_i0_scaled(x) / (sum * (-x).exp()) - 1.0).abs() < 1e-14, "{x}");
        }
    }

    #[test]
    fn piecewise_polynomials_agree_with_the_kernel() {
        for (width, sigma, terms, error) in
            [(16, 1.75, 7, 1.5e-15), (16, 2.5, 7, 1.5e-15), (18, 1.6, 7, 1.5e-15)]
        {
            let kernel = Kernel::new(width, sigma, terms);
            for step in -50..=50 {
                let z = f64::from(step) / 100.0;
                for m in 0..width / 2 {
                    let (group, lane) = (m / LANES, m % LANES);
                    let e = polynomial(kernel.even[group].iter().map(|c| c[lane]), z * z);
                    let o = polynomial(kernel.odd[group].iter().map(|c| c[lane]), z * z);
                    let exact = kernel.value(m as f64 + 0.5 - z);
                    assert!(
                        (e + z * o - exact).abs() < error,
                        "w {width} m {m} z {z}: {:e}",
                        e + z * o - exact
                    );
                }
            }
        }
    }

    #[test]
    fn transform_agrees_with_the_integral_of_the_kernel() {
        let kernel = Kernel::new(16, 1.75, 7);
        for xi in [0.0, 0.1, 0.2857, 0.6, 0.9_f64] {
            let steps = 20_000;
            let sum: f64 = (0..steps)
                .map(|i| {
                    let d = 16.0 * ((f64::from(i) + 0.5) / f64::from(steps) - 0.5);
                    kernel.value(d) * (2.0 * PI * xi * d).cos()
                })
                .sum();
            let integral = sum * 16.0 / f64::from(steps);
            assert!(
                (kernel.transform(xi) - integral).abs() < 1e-11,
                "{xi} {} {integral}",
                kernel.transform(xi)
            );
        }
        for step in 0..=40 {
            let xi = 0.5 / 1.75 * f64::from(step) / 40.0;
            let v = 2.0 * (2.0 * 1.75 * xi).powi(2) - 1.0;
            let inverse = polynomial(kernel.inverse.iter().copied(), v);
            assert!((inverse * kernel.transform(xi) - 1.0).abs() < 1e-14, "{xi}");
        }
    }
}
