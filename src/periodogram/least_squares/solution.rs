//! The fit at one frequency, from its triangular factor.

use super::Model;
use super::basis::{columns, harmonic, power};
use super::factor::Factor;
use crate::error::Error;
use crate::memory::{filled, with_capacity};
use crate::periodogram::weights::{Fit, Weighted};
use crate::spectrum::double_double::Double;

/// A function whose part that is independent of those before it is smaller than this, relative to
/// its own size, is taken for dependent, and dropped.
const DEPENDENT: f64 = 1e-28;
/// Rounding errors of a fit in double precision, relative to the largest of what it adds up.
const ROUNDING: f64 = 2e-15;

/// A solved fit. Its arrays serve the next one, too.
#[derive(Default)]
pub struct Solution {
    /// Rows and columns of the factor.
    size: usize,
    /// The functions that are independent of those before them: their columns, and what is
    /// independent of each as a unit vector of `size` numbers.
    kept: Vec<usize>,
    units: Vec<Double>,
    /// Each column in terms of the unit vectors: `size` numbers.
    shares: Vec<Double>,
    /// Coefficients of the functions.
    coefficients: Vec<Double>,
    /// The least part of a function that is independent.
    independence: f64,
    /// Sums of squares: what all functions but the constant explain, and what they leave.
    explained: Double,
    left: Double,
}

impl Solution {
    /// Solves the fit at the frequency of a lane.
    pub fn solve(&mut self, factor: &Factor, lane: usize, model: &Model) -> Result<(), Error> {
        let size = columns(model.terms);
        self.clear(size)?;
        self.independence = 1.0;
        let values = size - 1;
        let first = if model.fit_mean { 0 } else { 1 };
        for column in first..values {
            self.load(factor, lane, column);
            let before = norm(&self.units[self.kept.len() * size..][..size]);
            let rest = self.make_independent(column);
            if rest.high <= DEPENDENT * before.high {
                continue;
            }
            self.independence = self.independence.min(rest.high / before.high);
            let number = self.kept.len();
            self.shares[column * size + number] = rest;
            for place in &mut self.units[number * size..][..size] {
                *place = *place / rest;
            }
            self.kept.push(column);
        }
        self.load(factor, lane, values);
        if model.centred && !model.fit_mean {
            // The constant is the first direction: values count from their mean.
            self.units[self.kept.len() * size] = Double::ZERO;
        }
        let rest = self.make_independent(values);
        self.left = rest * rest;
        self.explained = Double::ZERO;
        let found = &self.shares[values * size..];
        for (share, column) in found.iter().zip(&self.kept) {
            if *column != 0 {
                self.explained = self.explained + *share * *share;
            }
        }
        self.find_coefficients(&factor.exponents, lane, model);
        Ok(())
    }

    /// Whether double precision was enough.
    pub fn is_good_in_double(&self, model: &Model) -> bool {
        let least = ROUNDING / model.tolerance;
        let Double { high: left, .. } = self.left;
        let Double { high: explained, .. } = self.explained;
        let residual = !model.residual || left >= least * least * (explained + left);
        self.independence >= least && residual
    }

    /// How well it fits.
    pub fn fit(&self, model: &Model, weighted: &Weighted) -> Fit {
        let whole = self.explained + self.left;
        if whole.high <= 0.0 {
            return Fit::NOTHING;
        }
        let [cos, sin] = harmonic(model, &self.coefficients, 1);
        let in_rms = weighted.unit / weighted.rms;
        let amplitude_squared = (cos * cos + sin * sin).high * in_rms * in_rms;
        Fit { p: (self.explained / whole).high, q: (self.left / whole).high, amplitude_squared }
    }

    /// The coefficients of all functions, in units of `weighted.unit`; that of the constant first.
    pub fn coefficients(&self) -> &[Double] {
        &self.coefficients[..self.size - 1]
    }

    fn clear(&mut self, size: usize) -> Result<(), Error> {
        self.size = size;
        self.kept.clear();
        let what = "the solution of a fit";
        if self.units.len() != size * size {
            self.kept = with_capacity(size, what)?;
            self.units = filled(size * size, Double::ZERO, what)?;
            self.shares = filled(size * size, Double::ZERO, what)?;
            self.coefficients = filled(size, Double::ZERO, what)?;
        }
        self.shares.fill(Double::ZERO);
        self.coefficients.fill(Double::ZERO);
        Ok(())
    }

    /// Puts a column of the factor behind the unit vectors.
    fn load(&mut self, factor: &Factor, lane: usize, column: usize) {
        let place = &mut self.units[self.kept.len() * self.size..][..self.size];
        for (row, place) in place.iter_mut().enumerate() {
            *place = factor.get(row, column, lane);
        }
    }

    /// Takes off what the unit vectors have in common with the vector behind them, twice, and
    /// returns the length of the rest.
    fn make_independent(&mut self, column: usize) -> Double {
        let (units, vector) = self.units.split_at_mut(self.kept.len() * self.size);
        let vector = &mut vector[..self.size];
        let shares = &mut self.shares[column * self.size..];
        for _ in 0..2 {
            for (unit, share) in units.chunks_exact(self.size).zip(&mut *shares) {
                let common = dot(unit, vector);
                *share = *share + common;
                for (place, unit) in vector.iter_mut().zip(unit) {
                    *place = *place - common * *unit;
                }
            }
        }
        norm(vector)
    }

    fn find_coefficients(&mut self, exponents: &[i32], lane: usize, model: &Model) {
        let size = self.size;
        let share = |column: usize, number: usize| self.shares[column * size + number];
        for number in (0..self.kept.len()).rev() {
            let mut rest = share(size - 1, number);
            for later in &self.kept[number + 1..] {
                rest = rest - share(*later, number) * self.coefficients[*later];
            }
            let column = self.kept[number];
            self.coefficients[column] = rest / share(column, number);
        }
        // Sines were multiplied by a power of 2.
        for column in 1..size - 1 {
            let Double { high, low } = &mut self.coefficients[column];
            if *high != 0.0 {
                let scale = 2f64.powi(exponents[lane] * power(model, column));
                (*high, *low) = (*high * scale, *low * scale);
            }
        }
    }
}

fn dot(a: &[Double], b: &[Double]) -> Double {
    a.iter().zip(b).fold(Double::ZERO, |sum, (a, b)| sum + *a * *b)
}

fn norm(vector: &[Double]) -> Double {
    dot(vector, vector).sqrt()
}
