//! Lomb-Scargle periodograms: how much better a sinusoid of each frequency, or several harmonics,
//! fits the samples than a constant does, and how probable that is by chance.
//!
//! The fit needs the sums Y(f) = sum w z exp(2 pi i f t) and W(f) = sum w exp(2 pi i f t) at each
//! frequency and its multiples (`sums`), with weights w = dy^-2 and z = y - mean (`weights`).
//! One sinusoid is fitted in closed form (`lomb_scargle`), several by a Cholesky factorisation
//! (`harmonics`). Where the sums cannot tell the fit to enough digits, because its functions are
//! nearly dependent or leave next to nothing, it is done again from the samples (`least_squares`).
//!
//! Peaks of the power spectrum, and sinusoids taken off one after the other, are in `peaks` and
//! `prewhiten`.
//!
//! Lomb 1976; Scargle 1982; Zechmeister and Kuerster 2009 (floating mean); Palmer 2009 (harmonics);
//! VanderPlas 2018 (overview).

pub mod frequency_grid;
mod harmonics;
mod least_squares;
pub mod lomb_scargle;
pub mod model;
pub mod normalization;
pub mod peaks;
pub mod prewhiten;
mod scan;
pub mod significance;
mod sinusoids;
mod sums;
pub mod weights;
pub mod window;

pub use lomb_scargle::lomb_scargle;

use crate::error::Error;
use crate::spectrum;
use normalization::Normalization;

/// Settings of a periodogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// Whether a constant is fitted together with the sinusoid (floating mean).
    pub fit_mean: bool,
    /// Whether the weighted mean is taken off first.
    pub center_data: bool,
    /// Harmonics of the model, K.
    pub terms: usize,
    /// What is returned.
    pub normalization: Normalization,
    /// Resampled series of a bootstrap.
    pub bootstraps: usize,
    /// Where its random numbers begin.
    pub seed: u64,
    /// |p - exact| <= tolerance for the power p in [0, 1]; None = [`TOLERANCE`].
    pub tolerance: Option<f64>,
    /// How the sums are computed.
    pub method: spectrum::Method,
}

impl Options {
    /// What applies unless it is set.
    pub const DEFAULT: Options = Options {
        fit_mean: true,
        center_data: true,
        terms: 1,
        normalization: Normalization::Standard,
        bootstraps: 1000,
        seed: 0,
        tolerance: None,
        method: spectrum::Method::Auto,
    };

    /// Whether values count from their weighted mean. With a floating mean they always do: it
    /// changes nothing but the digits that are kept.
    pub fn centred(&self) -> bool {
        self.fit_mean || self.center_data
    }
}

/// Error of the power p unless another is asked for.
pub const TOLERANCE: f64 = 1e-12;
/// The least that can be asked for.
pub const LEAST_TOLERANCE: f64 = 1e-13;

/// A number of harmonics that `n` samples can carry.
fn check_terms(n: usize, terms: usize) -> Result<(), Error> {
    if terms >= 1 && terms < n.div_ceil(2) {
        return Ok(());
    }
    let problem = match terms {
        1 => format!("{n} samples, but a sinusoid needs at least 3"),
        _ => format!("{n} samples, but {terms} terms need more than {}", 2 * terms),
    };
    Err(Error::invalid("n", problem))
}
