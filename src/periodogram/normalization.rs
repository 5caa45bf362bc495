//! What is returned of a fit that explains the share p of chi^2 and leaves q = 1 - p.

use super::weights::{Fit, Weighted};

/// What a periodogram returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Normalization {
    /// p.
    #[default]
    Standard,
    /// p / q.
    Model,
    /// -ln q.
    Log,
    /// p chi^2 / 2.
    Psd,
    /// The semi-amplitude of the best sinusoid (of the first of several terms).
    Amplitude,
}

impl Normalization {
    /// Whether q itself must be good to many digits, not only p.
    pub fn needs_residual(self) -> bool {
        matches!(self, Normalization::Model | Normalization::Log)
    }

    /// What is returned of `fit`. All values being equal, nothing is explained: 0.
    pub fn of(self, fit: &Fit, weighted: &Weighted) -> f64 {
        let Fit { p, q, amplitude_squared } = *fit;
        match self {
            Normalization::Standard => p,
            Normalization::Model => p / q,
            Normalization::Log if p < 0.5 => -(-p).ln_1p(),
            Normalization::Log => -q.ln(),
            Normalization::Psd => p * (0.5 * weighted.chi2),
            Normalization::Amplitude => amplitude_squared.sqrt() * weighted.rms,
        }
    }
}
