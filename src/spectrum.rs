//! The spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t), S = |F|^2, on the
//! frequencies f = f0 + k df.

pub mod direct;
pub mod grid;
pub mod series;

use grid::{Grid, two_product};
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

/// What is wanted of the spectrum.
pub enum Wanted<'a> {
    /// S(k), nf numbers.
    Power(&'a mut [f64]),
    /// F(k), nf pairs re, im.
    Transform(&'a mut [f64]),
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
    control.expect(grid.nf as u64);
    control.begin()?;
    if let Some(freq) = freq {
        grid.write(0, freq);
    }
    match wanted {
        Wanted::Power(power) => {
            let items = power.chunks_mut(64).enumerate();
            control.for_each(
                items,
                64,
                false,
                || Ok(()),
                |(), (chunk, power)| {
                    for (offset, place) in power.iter_mut().enumerate() {
                        let (re, im) = direct::one(series, grid, 64 * chunk + offset);
                        *place = re * re + im * im;
                    }
                    Ok(())
                },
            )?;
        }
        Wanted::Transform(spectrum) => {
            let items = spectrum.chunks_mut(128).enumerate();
            control.for_each(
                items,
                64,
                false,
                || Ok(()),
                |(), (chunk, spectrum)| {
                    for (offset, place) in spectrum.chunks_mut(2).enumerate() {
                        let (re, im) = direct::one(series, grid, 64 * chunk + offset);
                        let f = grid.frequency_double((64 * chunk + offset) as f64);
                        let (p, e) = two_product(f.high, series.centre());
                        let phase = (p - p.round()) + (e + f.low * series.centre());
                        let (sin, cos) = (phase * std::f64::consts::TAU).sin_cos();
                        place.copy_from_slice(&[re * cos - im * sin, re * sin + im * cos]);
                    }
                    Ok(())
                },
            )?;
        }
    }
    control.finish()
}
