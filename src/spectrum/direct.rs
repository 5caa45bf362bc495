//! The textbook sum.

use super::grid::{Grid, two_product, two_sum};
use super::series::Series;

/// F(f_k) as (re, im).
pub fn one(series: &Series, grid: &Grid, k: usize) -> (f64, f64) {
    let f = grid.frequency_double(k as f64);
    let centre = series.centre();
    let (mut re, mut im) = (0.0, 0.0);
    for (&t, &x) in series.t.iter().zip(series.x) {
        let (tau, tau_low) = two_sum(t, -centre);
        let (p, e) = two_product(f.high, tau);
        let phase = (p - p.round()) + (e + (f.high * tau_low + f.low * tau));
        let (sin, cos) = (phase * std::f64::consts::TAU).sin_cos();
        re += x * cos;
        im += x * sin;
    }
    (re, im)
}
