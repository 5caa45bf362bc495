//! The best model of one frequency, at any times, and its parameters.

use super::least_squares::basis::{self, odd};
use super::least_squares::solution::Solution;
use super::least_squares::{self, Model};
use super::weights::{Samples, Weighted};
use super::{Options, check_terms};
use crate::error::Error;
use crate::parallel::Call;
use crate::simd::{Isa, LANES, dispatch};
use crate::spectrum::double_double::Double;
use crate::spectrum::grid::Grid;
use crate::spectrum::phase::{cos_sin, lanes, phase, relative};

/// Times at which a thread computes the model together, and what one takes.
const PART: usize = 8192;
const NANOSECONDS: f64 = 4.0;

/// Fits the samples at one frequency, and computes the fitted values at the times `at`.
/// `parameters`, if given, receives the constant, then the coefficients of sin 2 pi m f t and
/// cos 2 pi m f t for m = 1 to K, with time counted from 0.
pub fn model(
    samples: Samples,
    frequency: f64,
    at: &[f64],
    values: &mut [f64],
    parameters: Option<&mut [f64]>,
    options: &Options,
    call: &Call,
) -> Result<(), Error> {
    check_terms(samples.t.len(), options.terms)?;
    let grid = match Grid::new(frequency, 0.0, 1) {
        Err(Error::NotFinite { index, value, .. }) => {
            Err(Error::NotFinite { argument: "frequency", index, value })
        }
        grid => grid,
    }?;
    if let Some(index) = at.iter().position(|time| !time.is_finite()) {
        return Err(Error::NotFinite { argument: "at", index: Some(index), value: at[index] });
    }
    let weighted = Weighted::new(samples, options.centred(), call)?;
    let model = Model::new(options);
    let solution = least_squares::fit_one(&weighted, &grid, &model, 0)?;
    let fitted = Fitted {
        solution,
        model,
        frequency: grid.frequency_double(0.0),
        centre: weighted.series(&[]).centre(),
        unit: weighted.unit,
        mean: weighted.mean,
    };
    let parts = at.chunks(PART).zip(values.chunks_mut(PART));
    let call = call.sized_for(at.len() as f64 * NANOSECONDS);
    call.add_work(parts.len() as u64);
    call.for_each(
        parts,
        1,
        || Ok(()),
        |_, (), (at, values)| {
            dispatch!(evaluate(&fitted, at, values));
            Ok(())
        },
    )?;
    if let Some(parameters) = parameters {
        fitted.write_parameters(parameters);
    }
    Ok(())
}

/// A fit and what its phases and values are counted in.
struct Fitted {
    solution: Solution,
    model: Model,
    frequency: Double,
    centre: f64,
    unit: f64,
    mean: f64,
}

impl Fitted {
    fn write_parameters(&self, parameters: &mut [f64]) {
        let coefficients = self.solution.coefficients();
        let [constant, _] = basis::harmonic(&self.model, coefficients, 0);
        parameters[0] = (coefficients[0] + constant).high * self.unit + self.mean;
        for m in 1..=self.model.terms {
            let [cos, sin] = basis::harmonic(&self.model, coefficients, m);
            // From the centre to time 0.
            let f = self.frequency * Double::from(m as f64);
            let turn = phase(f, Double::from(self.centre));
            let (c, s) = cos_sin(crate::simd::Portable, [turn; LANES]);
            let (c, s) = (Double::from(c[0]), Double::from(s[0]));
            parameters[2 * m - 1] = (cos * s + sin * c).high * self.unit;
            parameters[2 * m] = (cos * c - sin * s).high * self.unit;
        }
    }
}

/// The sum of the functions that were fitted: those of the harmonics lose digits at small f.
#[inline(always)]
fn evaluate<I: Isa>(isa: I, fitted: &Fitted, at: &[f64], values: &mut [f64]) {
    let Fitted { solution, model, frequency, centre, unit, mean } = fitted;
    let coefficients = solution.coefficients();
    for (at, values) in at.chunks(LANES).zip(values.chunks_mut(LANES)) {
        let half =
            lanes(|lane| 0.5 * phase(*frequency, relative(at[lane.min(at.len() - 1)], *centre)));
        let (cos, sin) = cos_sin(isa, half);
        for (lane, value) in values.iter_mut().enumerate() {
            let square = sin[lane] * sin[lane];
            let (mut odd_function, mut even) = (sin[lane] * cos[lane], 1.0);
            let mut sum = coefficients[0].high;
            for j in 1..=model.terms {
                let even_function = if model.fit_mean {
                    even * square
                } else {
                    even * ((j as f64 - 0.5) / j as f64 - square)
                };
                sum += coefficients[odd(j)].high * odd_function;
                sum += coefficients[odd(j) + 1].high * even_function;
                (even, odd_function) = (even * square, odd_function * square);
            }
            *value = sum * unit + mean;
        }
    }
}
