//! The spectral window: the power of the sampling itself, |W(f)|^2 with the weights' sum 1.

use super::weights::{Samples, Values, Weighted};
use crate::error::Error;
use crate::parallel::Call;
use crate::spectrum::grid::Grid;
use crate::spectrum::{self, Wanted};

/// Computes the spectral window; `freq`, if given, receives the frequencies.
pub fn window(
    t: &[f64],
    dy: Option<Values>,
    grid: &Grid,
    freq: Option<&mut [f64]>,
    power: &mut [f64],
    options: &spectrum::Options,
    call: &Call,
) -> Result<(), Error> {
    if t.is_empty() {
        return Err(Error::invalid("n", "0 samples have no spectral window"));
    }
    // Times stand in for the values, which do not matter.
    let weighted = Weighted::new(Samples { t, y: Values::Double(t), dy }, true, call)?;
    let series = weighted.series(&weighted.w);
    spectrum::compute(&series, grid, freq, Wanted::Power(power), options, call)
}
