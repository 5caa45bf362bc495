//! Periodograms: what is asked of a spectrum next.

pub mod peaks;
pub mod prewhiten;
mod scan;
mod sinusoids;
