//! The spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t), S = |F|^2, on the
//! frequencies f = f0 + k df.

mod direct;
pub mod grid;
mod output;
mod phase;
pub mod series;

use grid::Grid;
pub use output::Wanted;
use output::stretches;
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
    /// |F - exact| <= tolerance * sum |x|; None = as exact as the direct sum.
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
    if options.method == Method::Fast {
        return Err(Error::NotSupported("method FAST".to_string()));
    }
    let size = direct::stretch_size(grid.nf).min(grid.nf);
    let terms = (series.t.len() as u64).saturating_mul(size as u64);
    let items = stretches(grid.nf, size, freq, wanted);
    control.expect(terms.saturating_mul(grid.nf.div_ceil(size.max(1)) as u64));
    control.begin()?;
    let scratch = || direct::Scratch::new(size);
    control.for_each(items, terms, false, scratch, |scratch, mut stretch| {
        direct::sum(series, grid, &mut stretch, scratch);
        Ok(())
    })?;
    control.finish()
}
