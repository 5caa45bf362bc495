//! Sums of sinusoids and their least-squares fit to a series.
//!
//!   m(t) = mean + sum over k of sine_k sin(2 pi f_k tau) + cosine_k cos(2 pi f_k tau)
//!
//! with tau counted from the middle of the series, so that Julian dates cost no digits. All
//! parameters are fitted together, frequencies included, by the method of Levenberg (1944) and
//! Marquardt (1963) with analytic derivatives: the normal equations are scaled to a unit diagonal
//! and solved by a Cholesky decomposition. Sums over the samples are taken in parts that depend on
//! the problem alone, and added in their order: the bits do not depend on the number of threads.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::{Isa, dispatch};
use crate::spectrum::double_double::Double;
use crate::spectrum::phase::{LANES, cos_sin, lanes, phase, relative};

/// Samples whose sines and cosines are computed together: those of some hundred sinusoids fit into
/// the second-level cache.
const CHUNK: usize = 256;
/// Samples that a thread takes at once for residuals.
const SAMPLES: usize = 4 * CHUNK;

/// One sinusoid, linear in all but its frequency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sinusoid {
    /// In cycles per unit of time.
    pub frequency: f64,
    /// Factor of sin(2 pi f tau).
    pub sine: f64,
    /// Factor of cos(2 pi f tau).
    pub cosine: f64,
}

impl Sinusoid {
    /// Semi-amplitude.
    pub fn amplitude(&self) -> f64 {
        self.sine.hypot(self.cosine)
    }
}

/// A mean and sinusoids around it.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The mean.
    pub mean: f64,
    /// The sinusoids.
    pub sinusoids: Vec<Sinusoid>,
}

impl Model {
    fn parameters(&self) -> usize {
        1 + 3 * self.sinusoids.len()
    }
}

/// Where and how well a series was sampled.
pub struct Sampling<'a> {
    /// Times.
    pub t: &'a [f64],
    /// Weights, in proportion to 1 / sigma^2.
    pub weights: &'a [f64],
    /// The time that tau is counted from.
    pub centre: f64,
}

/// The normal equations at a model: J^T W J and J^T W r for the parameters mean, then sine, cosine
/// and frequency of each sinusoid.
struct NormalEquations {
    matrix: DMatrix<f64>,
    gradient: DVector<f64>,
}

impl Sampling<'_> {
    /// target - model at every sample, and the weighted sum of its squares.
    pub fn residuals(
        &self,
        target: &[f64],
        model: &Model,
        residuals: &mut [f64],
        call: &Call,
    ) -> Result<f64, Error> {
        let parts = self.t.len().div_ceil(SAMPLES);
        let mut sums = filled(parts, 0.0, "the sums of the residuals")?;
        let items = residuals.chunks_mut(SAMPLES).zip(&mut sums).enumerate();
        let cost = 4.0 * self.t.len() as f64 * model.sinusoids.len() as f64;
        call.sized_for(cost).for_each(
            items,
            0,
            || Ok(()),
            |_, (), (part, (residuals, sum))| {
                let start = part * SAMPLES;
                for (chunk, residuals) in residuals.chunks_mut(CHUNK).enumerate() {
                    let start = start + chunk * CHUNK;
                    let samples = start..start + residuals.len();
                    residuals.copy_from_slice(&target[samples.clone()]);
                    self.subtract(&self.t[samples.clone()], model, residuals);
                    let squares = residuals.iter().zip(&self.weights[samples]);
                    *sum += squares.map(|(r, w)| w * r * r).sum::<f64>();
                }
                Ok(())
            },
        )?;
        Ok(sums.iter().sum())
    }

    fn subtract(&self, t: &[f64], model: &Model, values: &mut [f64]) {
        let (mut sin, mut cos) = ([0.0; CHUNK], [0.0; CHUNK]);
        values.iter_mut().for_each(|value| *value -= model.mean);
        for sinusoid in &model.sinusoids {
            dispatch!(sines(t, self.centre, sinusoid.frequency, &mut sin, &mut cos));
            for (value, (sin, cos)) in values.iter_mut().zip(sin.iter().zip(&cos)) {
                *value -= sinusoid.sine * sin + sinusoid.cosine * cos;
            }
        }
    }

    fn normal_equations(
        &self,
        model: &Model,
        residuals: &[f64],
        call: &Call,
    ) -> Result<NormalEquations, Error> {
        let (n, size) = (self.t.len(), model.parameters());
        // A few parts, since each has a matrix of its own.
        let parts = n.div_ceil(4 * SAMPLES).min(16).min((1 << 23) / (size * size)).max(2);
        let samples = n.div_ceil(parts).next_multiple_of(CHUNK);
        let empty = || NormalEquations {
            matrix: DMatrix::zeros(size, size),
            gradient: DVector::zeros(size),
        };
        let mut sums: Vec<NormalEquations> = (0..parts).map(|_| empty()).collect();
        let cost = 0.1 * n as f64 * (size * size) as f64;
        call.sized_for(cost).for_each(
            sums.iter_mut().enumerate(),
            0,
            || Ok(Columns::new(size)),
            |call, columns, (part, sums)| {
                let end = ((part + 1) * samples).min(n);
                for start in (part * samples..end).step_by(CHUNK) {
                    let chunk = start..(start + CHUNK).min(end);
                    columns.fill(self, chunk.clone(), model);
                    columns.add_to(sums, &residuals[chunk]);
                    call.check()?;
                }
                Ok(())
            },
        )?;
        let mut total = empty();
        for part in sums {
            total.matrix += part.matrix;
            total.gradient += part.gradient;
        }
        Ok(total)
    }

    /// Fits all parameters of `model` to `target` in at most `rounds` steps, and leaves what remains
    /// in `residuals`. Returns the weighted sum of their squares.
    pub fn fit(
        &self,
        target: &[f64],
        model: &mut Model,
        residuals: &mut [f64],
        rounds: usize,
        call: &Call,
    ) -> Result<f64, Error> {
        let (mut damping, mut stale) = (0.0, false);
        let mut sum = self.residuals(target, model, residuals, call)?;
        'rounds: for _ in 0..rounds {
            let equations = self.normal_equations(model, residuals, call)?;
            let freedom = self.t.len().saturating_sub(model.parameters()).max(1) as f64;
            while damping < 1e6 {
                let Some(step) = equations.solve(damping) else {
                    damping = (10.0 * damping).max(1e-6);
                    continue;
                };
                let gain = step.dot(&equations.gradient);
                // A step of 1e-5 standard errors, or one that rounding hides, changes nothing.
                if gain <= 1e-10 * sum / freedom || gain <= 1e-15 * sum {
                    break 'rounds;
                }
                let trial = moved(model, &step);
                let trial_sum = self.residuals(target, &trial, residuals, call)?;
                stale = trial_sum >= sum;
                if !stale {
                    (*model, sum) = (trial, trial_sum);
                    damping = if damping <= 1e-6 { 0.0 } else { 0.1 * damping };
                    // What the next step would gain is the square of this one.
                    if gain <= 1e-5 * sum / freedom {
                        break 'rounds;
                    }
                    continue 'rounds;
                }
                damping = (10.0 * damping).max(1e-3);
            }
            break;
        }
        if stale {
            self.residuals(target, model, residuals, call)?;
        }
        Ok(sum)
    }

    /// The covariance matrix of the parameters where the weights are 1 / sigma^2; None where they
    /// are not independent of each other.
    pub fn covariance(
        &self,
        model: &Model,
        residuals: &[f64],
        call: &Call,
    ) -> Result<Option<DMatrix<f64>>, Error> {
        let equations = self.normal_equations(model, residuals, call)?;
        Ok(equations.decomposed(0.0).map(|(cholesky, scale)| {
            let mut inverse = cholesky.inverse();
            for (row, column) in
                (0..scale.len()).flat_map(|i| (0..scale.len()).map(move |j| (i, j)))
            {
                inverse[(row, column)] *= scale[row] * scale[column];
            }
            inverse
        }))
    }
}

impl NormalEquations {
    /// The matrix scaled to a diagonal of 1 + damping, decomposed, and the scale.
    fn decomposed(&self, damping: f64) -> Option<(Cholesky<f64, Dyn>, DVector<f64>)> {
        let scale = self.matrix.diagonal().map(|d| if d > 0.0 { 1.0 / d.sqrt() } else { 0.0 });
        let mut scaled = self.matrix.clone();
        for (row, column) in (0..scale.len()).flat_map(|i| (0..scale.len()).map(move |j| (i, j))) {
            scaled[(row, column)] *= scale[row] * scale[column];
        }
        // A sinusoid of amplitude 0 has no frequency to fit: its step is 0.
        scaled.set_diagonal(&scale.map(|_| 1.0 + damping));
        Some((Cholesky::new(scaled)?, scale))
    }

    fn solve(&self, damping: f64) -> Option<DVector<f64>> {
        let (cholesky, scale) = self.decomposed(damping)?;
        let mut step = self.gradient.component_mul(&scale);
        cholesky.solve_mut(&mut step);
        step.component_mul_assign(&scale);
        step.iter().all(|value| value.is_finite()).then_some(step)
    }
}

fn moved(model: &Model, step: &DVector<f64>) -> Model {
    let mut moved = model.clone();
    moved.mean += step[0];
    for (sinusoid, step) in moved.sinusoids.iter_mut().zip(step.as_slice()[1..].chunks_exact(3)) {
        sinusoid.sine += step[0];
        sinusoid.cosine += step[1];
        sinusoid.frequency += step[2];
    }
    moved
}

/// The derivatives of the model at a chunk of samples: one row a sample, one column a parameter.
struct Columns {
    derivatives: DMatrix<f64>,
    weighted: DMatrix<f64>,
    transposed: DMatrix<f64>,
}

impl Columns {
    fn new(parameters: usize) -> Columns {
        Columns {
            derivatives: DMatrix::zeros(CHUNK, parameters),
            weighted: DMatrix::zeros(CHUNK, parameters),
            transposed: DMatrix::zeros(parameters, CHUNK),
        }
    }

    fn fill(&mut self, sampling: &Sampling, samples: std::ops::Range<usize>, model: &Model) {
        let (t, weights) = (&sampling.t[samples.clone()], &sampling.weights[samples]);
        // The rows of a last, shorter chunk that no sample fills have weight 0.
        let mut columns = self.derivatives.as_mut_slice().chunks_exact_mut(CHUNK);
        columns.next().expect("the mean").fill(1.0);
        for sinusoid in &model.sinusoids {
            let mut next = || columns.next().expect("three columns for each sinusoid");
            let (sin, cos, derivative) = (next(), next(), next());
            dispatch!(sines(t, sampling.centre, sinusoid.frequency, sin, cos));
            for (index, t) in t.iter().enumerate() {
                let slope = sinusoid.sine * cos[index] - sinusoid.cosine * sin[index];
                derivative[index] = TAU * (t - sampling.centre) * slope;
            }
        }
        let columns = self.weighted.as_mut_slice().chunks_exact_mut(CHUNK);
        for (weighted, column) in columns.zip(self.derivatives.as_slice().chunks_exact(CHUNK)) {
            weighted[weights.len()..].fill(0.0);
            for ((weighted, value), weight) in weighted.iter_mut().zip(column).zip(weights) {
                *weighted = weight * value;
            }
        }
    }

    fn add_to(&mut self, sums: &mut NormalEquations, residuals: &[f64]) {
        self.derivatives.transpose_to(&mut self.transposed);
        sums.matrix.gemm(1.0, &self.transposed, &self.weighted, 1.0);
        let columns = self.weighted.as_slice().chunks_exact(CHUNK);
        for (sum, column) in sums.gradient.iter_mut().zip(columns) {
            *sum += column.iter().zip(residuals).map(|(d, r)| d * r).sum::<f64>();
        }
    }
}

/// sin and cos of 2 pi f tau, for at most CHUNK times.
#[inline(always)]
fn sines<I: Isa>(isa: I, t: &[f64], centre: f64, frequency: f64, sin: &mut [f64], cos: &mut [f64]) {
    let frequency = Double { high: frequency, low: 0.0 };
    let places = sin.chunks_exact_mut(LANES).zip(cos.chunks_exact_mut(LANES));
    for (t, (sin, cos)) in t.chunks(LANES).zip(places) {
        let time = |lane: usize| t.get(lane).copied().unwrap_or(centre);
        let phases = lanes(|lane| phase(frequency, relative(time(lane), centre)));
        let (c, s) = cos_sin(isa, phases);
        sin.copy_from_slice(&s);
        cos.copy_from_slice(&c);
    }
}

/// F(f) = sum x exp(2 pi i f tau) and its derivative by f, as (re, im) each, at one frequency.
pub fn sum_and_slope(t: &[f64], x: &[f64], centre: f64, frequency: f64) -> [[f64; 2]; 2] {
    let (mut sin, mut cos) = ([0.0; CHUNK], [0.0; CHUNK]);
    let mut total = [[0.0; 2]; 2];
    for (t, x) in t.chunks(CHUNK).zip(x.chunks(CHUNK)) {
        dispatch!(sines(t, centre, frequency, &mut sin, &mut cos));
        let mut chunk = [[0.0; 2]; 2];
        for (index, (t, x)) in t.iter().zip(x).enumerate() {
            let (c, s) = (x * cos[index], x * sin[index]);
            let turned = TAU * (t - centre);
            chunk[0][0] += c;
            chunk[0][1] += s;
            chunk[1][0] -= turned * s;
            chunk[1][1] += turned * c;
        }
        for (total, chunk) in total.iter_mut().flatten().zip(chunk.iter().flatten()) {
            *total += chunk;
        }
    }
    total
}
