//! The periodogram: at each frequency, the share p of sum w z^2 that a sinusoid explains.
//!
//! With P = 1 - |W|^2 and Q = W(2f) - W(f)^2 (without a floating mean, P = 1 and Q = W(2f)), the
//! normal equations have the eigenvalues lambda+- = (P +- |Q|) / 2, and the directions of sqrt(Q)
//! and i sqrt(Q). With R = Y conj(sqrt(Q / |Q|)),
//!
//!   p = Re(R)^2 / lambda+ + Im(R)^2 / lambda-
//!
//! for values with sum w z^2 = 1: the formula of Lomb, Scargle, and Zechmeister and Kuerster,
//! without their tangent, and the same from whatever time phases are counted.

use super::least_squares::{self, Model};
use super::sums::{self, MOST, Parts, Sums};
use super::weights::{Fit, Samples, Weighted};
use super::{LEAST_TOLERANCE, Options, TOLERANCE, check_terms, harmonics};
use crate::error::Error;
use crate::memory::{filled, with_capacity};
use crate::parallel::Call;
use crate::simd::{Isa, LANES, dispatch};
use crate::spectrum;
use crate::spectrum::grid::Grid;

/// Powers in double or single precision.
pub trait Power: Copy + Send {
    /// The error of p unless another is asked for.
    const TOLERANCE: f64;
    /// Rounds a power.
    fn of(power: f64) -> Self;
}

impl Power for f64 {
    const TOLERANCE: f64 = TOLERANCE;
    fn of(power: f64) -> f64 {
        power
    }
}

impl Power for f32 {
    const TOLERANCE: f64 = 1e-8;
    fn of(power: f64) -> f32 {
        power as f32
    }
}

/// Computes the periodogram of `samples` on `grid`; `freq`, if given, receives the frequencies.
pub fn lomb_scargle<T: Power>(
    samples: Samples,
    grid: &Grid,
    freq: Option<&mut [f64]>,
    power: &mut [T],
    options: &Options,
    call: &Call,
) -> Result<(), Error> {
    check_terms(samples.t.len(), options.terms)?;
    let weighted = Weighted::new(samples, options.centred(), call)?;
    let tolerance = Some(options.tolerance.unwrap_or(T::TOLERANCE));
    let options = &Options { tolerance, ..*options };
    let results = Spectrum { freq, power };
    for_each_fit(&weighted, grid, options, results, call, |fits, results| {
        if let Some(freq) = results.freq {
            grid.write_frequencies(fits.start, freq);
        }
        for (index, power) in results.power.iter_mut().enumerate() {
            *power = T::of(options.normalization.of(&fits.get(index), &weighted));
        }
        Ok(())
    })
}

/// Where frequencies and powers go.
struct Spectrum<'a, T> {
    freq: Option<&'a mut [f64]>,
    power: &'a mut [T],
}

impl<T: Send> Parts for Spectrum<'_, T> {
    fn take_front(&mut self, len: usize) -> Self {
        let freq = self.freq.as_mut().and_then(|freq| freq.split_off_mut(..len));
        let power = self.power.split_off_mut(..len).unwrap_or_default();
        Spectrum { freq, power }
    }
}

/// The fits at consecutive frequencies.
pub struct Fits {
    /// Number of the first frequency.
    pub start: usize,
    /// How many there are.
    pub len: usize,
    pub(super) p: Vec<f64>,
    pub(super) q: Vec<f64>,
    pub(super) amplitude_squared: Vec<f64>,
    /// The least eigenvalue or pivot of the normal equations.
    pub(super) pivot: Vec<f64>,
}

impl Fits {
    fn new() -> Result<Fits, Error> {
        let line = || filled(MOST, 0.0, "the fits of some frequencies");
        let (p, q, amplitude_squared, pivot) = (line()?, line()?, line()?, line()?);
        Ok(Fits { start: 0, len: 0, p, q, amplitude_squared, pivot })
    }

    /// That of frequency number start + index.
    pub fn get(&self, index: usize) -> Fit {
        let amplitude_squared = self.amplitude_squared[index];
        Fit { p: self.p[index], q: self.q[index], amplitude_squared }
    }

    fn put(&mut self, index: usize, fit: Fit) {
        (self.p[index], self.q[index]) = (fit.p, fit.q);
        self.amplitude_squared[index] = fit.amplitude_squared;
    }
}

/// Fits at every frequency of `grid` and hands the fits on, with the part of `results` that is
/// theirs.
pub fn for_each_fit<R: Parts>(
    weighted: &Weighted,
    grid: &Grid,
    options: &Options,
    results: R,
    call: &Call,
    take: impl Fn(&Fits, R) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let terms = options.terms;
    let tolerance = options.tolerance.unwrap_or(TOLERANCE);
    if tolerance < LEAST_TOLERANCE {
        return Err(Error::Tolerance { asked: tolerance, reachable: LEAST_TOLERANCE });
    }
    let model = Model::new(options);
    // Sums are as good as the default makes them; finer where that is asked for.
    let sums_tolerance = (tolerance < TOLERANCE).then_some(1e-14);
    let sums_options = spectrum::Options { tolerance: sums_tolerance, method: options.method };
    let scratch = || {
        let normal = harmonics::Scratch::new(terms)?;
        let doubtful = with_capacity(MOST, "the numbers of some frequencies")?;
        Ok((Fits::new()?, normal, least_squares::Scratch::new(terms), doubtful))
    };
    // What the sums cannot tell: their errors are some 4e-16, and make one of p that is greater by
    // 1 / pivot.
    let (least_pivot, least_left) = (4e-16 / tolerance, 2e-15 / tolerance);
    let least_product = if model.residual { 1e-15 / tolerance } else { 0.0 };
    let sums_options = (terms, &sums_options);
    sums::for_each(
        weighted,
        grid,
        sums_options,
        results,
        call,
        scratch,
        |call, scratch, sums, results| {
            let (fits, normal, refit, doubtful) = scratch;
            (fits.start, fits.len) = (sums.start, sums.len);
            if weighted.rms == 0.0 {
                (0..sums.len).for_each(|index| fits.put(index, Fit::NOTHING));
                return take(fits, results);
            }
            match terms {
                1 => dispatch!(one_term(sums, model.fit_mean, fits)),
                _ => harmonics::fit(sums, model.fit_mean, normal, fits),
            }
            doubtful.clear();
            for index in 0..sums.len {
                // Written so that NaN is doubtful.
                let (pivot, left) = (fits.pivot[index], fits.q[index]);
                if pivot >= least_pivot && left >= least_left && pivot * left >= least_product {
                    continue;
                }
                let number = sums.start + index;
                if grid.frequency(number as f64) * weighted.length() == 0.0 {
                    fits.put(index, weighted.constant);
                } else {
                    doubtful.push(number);
                }
            }
            if !doubtful.is_empty() {
                let put = |number: usize, fit| fits.put(number - sums.start, fit);
                least_squares::fit(weighted, grid, &model, doubtful, refit, call, put)?;
            }
            take(fits, results)
        },
    )
}

/// Fits one sinusoid.
#[inline(always)]
fn one_term<I: Isa>(isa: I, sums: &Sums, fit_mean: bool, fits: &mut Fits) {
    let len = sums.len.next_multiple_of(LANES);
    let ([y_re, y_im], [w_re, w_im], [w2_re, w2_im]) = (sums.y(1), sums.w(1), sums.w(2));
    let (y_re, y_im) = (&y_re[..len], &y_im[..len]);
    let (w_re, w_im) = (&w_re[..len], &w_im[..len]);
    let (w2_re, w2_im) = (&w2_re[..len], &w2_im[..len]);
    let (p, q) = (&mut fits.p[..len], &mut fits.q[..len]);
    let amplitude_squared = &mut fits.amplitude_squared[..len];
    let pivot = &mut fits.pivot[..len];
    let mean = if fit_mean { 1.0 } else { 0.0 };
    for k in 0..len {
        // What the floating mean takes: W, or nothing.
        let (re, im) = (mean * w_re[k], mean * w_im[k]);
        let size = isa.mul_add(re, re, im * im).sqrt();
        let trace = (1.0 - size) * (1.0 + size);
        let q_re = w2_re[k] - (re - im) * (re + im);
        let q_im = isa.mul_add(-2.0 * re, im, w2_im[k]);
        let q_size = isa.mul_add(q_re, q_re, q_im * q_im).sqrt();
        let (greater, less) = (0.5 * (trace + q_size), 0.5 * (trace - q_size));
        // A vector in the direction of sqrt(Q): without cancellation, and never 0. Where Q is,
        // both eigenvalues are the same, and so any direction serves.
        let along = q_size + q_re.abs() + TINY;
        let (v_re, v_im) = if q_re >= 0.0 { (along, q_im) } else { (q_im, along) };
        let square = isa.mul_add(v_re, v_re, v_im * v_im);
        let r_re = isa.mul_add(y_re[k], v_re, y_im[k] * v_im);
        let r_im = isa.mul_add(y_im[k], v_re, -(y_re[k] * v_im));
        let scale = 1.0 / (square * greater * less);
        let (a, b) = (r_re * less, r_im * greater);
        let explained = isa.mul_add(a, r_re, b * r_im) * scale;
        p[k] = explained.clamp(0.0, 1.0);
        q[k] = 1.0 - explained;
        pivot[k] = less;
        amplitude_squared[k] = isa.mul_add(a, a, b * b) * scale * scale * square;
    }
}

/// Below all rounding errors of Q, and far from underflow when squared.
const TINY: f64 = 1e-40;
