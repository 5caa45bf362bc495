//! The grid of frequencies that finds every peak of a series.
//!
//! A peak is 1 / T wide, with T the length of the series: steps are 1 / (samples per peak * T),
//! from half a step up to the average Nyquist frequency n / 2 T times a factor, as in VanderPlas
//! 2018, section 7.1.

use crate::error::Error;
use crate::parallel::Call;
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;

/// The grid with so many steps a peak, up to `nyquist_factor` times the average Nyquist frequency.
pub fn frequency_grid(
    t: &[f64],
    samples_per_peak: f64,
    nyquist_factor: f64,
    call: &Call,
) -> Result<Grid, Error> {
    for (argument, value) in
        [("samples_per_peak", samples_per_peak), ("nyquist_factor", nyquist_factor)]
    {
        if !value.is_finite() {
            return Err(Error::NotFinite { argument, index: None, value });
        }
        if value <= 0.0 {
            return Err(Error::invalid(argument, format!("{value:?} is not above 0")));
        }
    }
    let Series { first, last, .. } = Series::new(t, t, call)?;
    let length = length_of(t.len(), first, last)?;
    let df = 1.0 / length / samples_per_peak;
    let f0 = 0.5 * df;
    let highest = nyquist_factor * (0.5 * t.len() as f64 / length);
    let steps = ((highest - f0) / df).round_ties_even();
    // Beyond 2^53 steps are no longer told apart; written so that NaN fails, too.
    if !(steps < 2f64.powi(53) && df > 0.0) {
        let problem = format!(
            "{samples_per_peak:?} steps a peak up to {nyquist_factor:?} times the average Nyquist \
             frequency of {} samples over {length:?} make a grid that double precision cannot hold",
            t.len()
        );
        return Err(Error::invalid("samples_per_peak", problem));
    }
    Grid::new(f0, df, 1 + steps as usize)
}

/// last - first time, which must be above 0.
pub fn length_of(n: usize, first: f64, last: f64) -> Result<f64, Error> {
    // Halves first: the difference of two huge times may overflow.
    let length = 2.0 * (0.5 * last - 0.5 * first);
    if n == 0 {
        return Err(Error::invalid("n", "0 samples have no length in time"));
    }
    if length <= 0.0 {
        return Err(Error::invalid("t", format!("all {n} times are {first:?}")));
    }
    if !length.is_finite() {
        return Err(Error::invalid("t", format!("from {first:?} to {last:?} is too long")));
    }
    Ok(length)
}
