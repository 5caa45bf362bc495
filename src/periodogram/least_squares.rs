//! The fit from the samples themselves, for frequencies whose sums do not tell it.
//!
//! At small f, or with clustered times, cosines and sines are nearly constants and straight lines.
//! The same functions are spanned by
//!
//!   1,   sin^(2j-1)(phi/2) cos(phi/2),   sin^(2j)(phi/2),   j = 1 to K,
//!
//! which become 1, t, t^2, ... as f goes to 0 and stay as independent as those are; without a
//! floating mean, by the odd ones and sin^(2j-2)(phi/2) ((2j-1)/(2j) - sin^2(phi/2)), which have no
//! constant part. Samples are taken in, some at a time, into a triangular factor R
//! ([`factor`]), many frequencies side by side; R then is solved for each ([`solution`]).
//! In double precision first; where its digits do not suffice, in twice as many (`twice`).
//!
//! Bjoerck 1967 (modified Gram-Schmidt solves least squares as stably as Householder's
//! reflections); Golub, Plemmons and Sameh 1988 (by blocks of rows).

mod arithmetic;
pub mod basis;
mod factor;
pub mod solution;

use self::factor::Factor;
use self::solution::Solution;
use super::weights::{Fit, Weighted};
use super::{Options, TOLERANCE};
use crate::error::Error;
use crate::parallel::Call;
use crate::simd::LANES;
use crate::spectrum::grid::Grid;

/// What is fitted, and how well.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Harmonics, K.
    pub terms: usize,
    /// Whether a constant is fitted with them.
    pub fit_mean: bool,
    /// Whether values count from their mean.
    pub centred: bool,
    /// Error that p may have.
    pub tolerance: f64,
    /// Whether q must be as good, relative to itself.
    pub residual: bool,
}

/// Working arrays of one thread.
pub struct Scratch {
    factor: Factor,
    solution: Solution,
    again: Vec<usize>,
}

impl Model {
    /// The model that options describe.
    pub fn new(options: &Options) -> Model {
        Model {
            terms: options.terms,
            fit_mean: options.fit_mean,
            centred: options.centred(),
            tolerance: options.tolerance.unwrap_or(TOLERANCE),
            residual: options.normalization.needs_residual(),
        }
    }
}

impl Scratch {
    /// For a number of harmonics. Nothing is allocated before it is needed.
    pub fn new(terms: usize) -> Scratch {
        Scratch { factor: Factor::new(terms), solution: Solution::default(), again: Vec::new() }
    }
}

/// Fits at the frequencies of some `numbers`, each of which `put` is told with its number.
pub fn fit(
    weighted: &Weighted,
    grid: &Grid,
    model: &Model,
    numbers: &[usize],
    scratch: &mut Scratch,
    call: &Call,
    mut put: impl FnMut(usize, Fit),
) -> Result<(), Error> {
    let Scratch { factor, solution, again } = scratch;
    again.clear();
    for group in numbers.chunks(LANES) {
        call.check()?;
        factor.in_double(weighted, grid, model, group)?;
        for (lane, &number) in group.iter().enumerate() {
            solution.solve(factor, lane, model)?;
            if solution.is_good_in_double(model) {
                put(number, solution.fit(model, weighted));
            } else {
                again.push(number);
            }
        }
    }
    for group in again.chunks(LANES) {
        call.check()?;
        factor.in_twice(weighted, grid, model, group)?;
        for (lane, &number) in group.iter().enumerate() {
            solution.solve(factor, lane, model)?;
            put(number, solution.fit(model, weighted));
        }
    }
    Ok(())
}

/// The fit at one frequency of the grid.
pub fn fit_one(
    weighted: &Weighted,
    grid: &Grid,
    model: &Model,
    number: usize,
) -> Result<Solution, Error> {
    let Scratch { mut factor, mut solution, .. } = Scratch::new(model.terms);
    factor.in_double(weighted, grid, model, &[number])?;
    solution.solve(&factor, 0, model)?;
    if !solution.is_good_in_double(model) {
        factor.in_twice(weighted, grid, model, &[number])?;
        solution.solve(&factor, 0, model)?;
    }
    Ok(solution)
}
