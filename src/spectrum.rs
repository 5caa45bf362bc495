//! The spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t), S = |F|^2, on the
//! frequencies f = f0 + k df.

mod coarse;
mod direct;
mod fast;
mod fft;
pub mod grid;
mod kernel;
mod mesh;
mod output;
mod phase;
mod plan;
mod resample;
pub mod series;
mod spread;

use grid::Grid;
use output::Stretch;
pub use output::Wanted;
use plan::Plan;
use series::Series;

use crate::error::Error;
use crate::threads::Control;

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
    control: &Control,
) -> Result<(), Error> {
    let whole = Stretch::whole(grid.nf, freq, wanted);
    match plan::plan(series, grid, options)? {
        Plan::Direct(alone) => direct::run(series, grid, whole, alone, control),
        Plan::Fast(plan) => fast::run(series, grid, &plan, whole, control),
    }
}
