//! The spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t), S = |F|^2, on the
//! frequencies f = f0 + k df.

mod direct;
pub(crate) mod double_double;
pub mod grid;
mod nufft;
mod output;
pub(crate) mod phase;
mod plan;
pub mod series;

use grid::Grid;
use output::Stretch;
pub use output::Wanted;
use plan::Plan;
use series::Series;

use crate::error::Error;
use crate::parallel::Call;

/// How the spectrum is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// Whichever is fastest.
    #[default]
    Auto,
    /// The sum as it is written.
    Direct,
    /// The blocked nonuniform FFT.
    Fast,
}

/// Settings of a spectrum.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Options {
    /// |F - exact| <= tolerance * sum |x|; None = 1e-13.
    pub tolerance: Option<f64>,
    /// How it is computed.
    pub method: Method,
}

/// Computes the spectrum of `series` on `grid`; `freq`, if given, receives the frequencies.
pub fn compute(
    series: &Series,
    grid: &Grid,
    freq: Option<&mut [f64]>,
    wanted: Wanted,
    options: &Options,
    call: &Call,
) -> Result<(), Error> {
    let whole = Stretch::whole(grid.nf, freq, wanted);
    let (plan, cost) = plan::plan(series, grid, options)?;
    let call = &call.sized_for(cost);
    match plan {
        Plan::Direct => direct::run(series, grid, whole, call),
        Plan::Fast(plan) => nufft::run(series, grid, &plan, whole, call),
    }
}
