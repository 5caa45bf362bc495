//! Several harmonics at once, as real normal equations.
//!
//! The functions are sqrt(2) cos m phi and sqrt(2) sin m phi, the fundamental last, less their
//! means; their products are sums and differences of W at multiples of the frequency:
//!
//!   <cos m, cos n> = Re W(m - n) + Re W(m + n) - 2 Re W(m) Re W(n),
//!   <sin m, sin n> = Re W(m - n) - Re W(m + n) - 2 Im W(m) Im W(n),
//!   <cos m, sin n> = Im W(m + n) - Im W(m - n) - 2 Re W(m) Im W(n),
//!
//! without the last term where no mean floats. (Palmer 2009.) They are solved by Cholesky's
//! factorisation L D L^T, many frequencies side by side.

use super::lomb_scargle::Fits;
use super::sums::Sums;
use crate::error::Error;
use crate::memory::filled;
use crate::simd::{Isa, LANES, dispatch};
use crate::spectrum::phase::{Lanes, lanes};

/// The factors of LANES frequencies.
pub struct Scratch {
    /// L below the diagonal, then D and what it belongs to: a line of 2 K for each function.
    lower: Vec<Lanes>,
    diagonal: Vec<Lanes>,
    /// W(m f), m = 0 to 2 K.
    w_re: Vec<Lanes>,
    w_im: Vec<Lanes>,
}

impl Scratch {
    /// For K harmonics.
    pub fn new(terms: usize) -> Result<Scratch, Error> {
        let size = if terms == 1 { 0 } else { 2 * terms };
        let line = |len: usize| filled(len, [0.0; LANES], "the normal equations of a fit");
        Ok(Scratch {
            lower: line(size * (size + 1))?,
            diagonal: line(size)?,
            w_re: line(size + 1)?,
            w_im: line(size + 1)?,
        })
    }
}

/// Fits K harmonics.
pub fn fit(sums: &Sums, fit_mean: bool, scratch: &mut Scratch, fits: &mut Fits) {
    for start in (0..sums.len).step_by(LANES) {
        dispatch!(fit_some(sums, fit_mean, start, scratch, fits));
    }
}

#[inline(always)]
fn fit_some<I: Isa>(
    isa: I,
    sums: &Sums,
    fit_mean: bool,
    start: usize,
    scratch: &mut Scratch,
    fits: &mut Fits,
) {
    let at = |line: &[f64]| -> Lanes { *line[start..].first_chunk().expect("whole registers") };
    let size = 2 * sums.terms;
    let Scratch { lower, diagonal, w_re, w_im } = scratch;
    (w_re[0], w_im[0]) = ([1.0; LANES], [0.0; LANES]);
    for m in 1..=size {
        [w_re[m], w_im[m]] = sums.w(m).map(at);
    }
    let mean = if fit_mean { -2.0 } else { 0.0 };
    // Functions 2 (K - m) and 2 (K - m) + 1 are cos m phi and sin m phi; line `size` is for the
    // values.
    for row in 0..size {
        let m = sums.terms - row / 2;
        for column in 0..=row {
            let n = sums.terms - column / 2;
            let (sum, difference) = (m + n, n - m);
            // Im W(m - n) = -Im W(n - m).
            lower[row * size + column] = match (row % 2, column % 2) {
                (0, 0) => lanes(|l| {
                    isa.mul_add(mean * w_re[m][l], w_re[n][l], w_re[difference][l] + w_re[sum][l])
                }),
                (1, 1) => lanes(|l| {
                    isa.mul_add(mean * w_im[m][l], w_im[n][l], w_re[difference][l] - w_re[sum][l])
                }),
                (0, _) => lanes(|l| {
                    isa.mul_add(mean * w_re[m][l], w_im[n][l], w_im[sum][l] + w_im[difference][l])
                }),
                (_, _) => lanes(|l| {
                    isa.mul_add(mean * w_im[m][l], w_re[n][l], w_im[sum][l] - w_im[difference][l])
                }),
            };
        }
    }
    let root = std::f64::consts::SQRT_2;
    for m in 1..=sums.terms {
        let [re, im] = sums.y(m).map(at);
        let place = size * size + 2 * (sums.terms - m);
        lower[place] = lanes(|l| root * re[l]);
        lower[place + 1] = lanes(|l| root * im[l]);
    }
    let mut least = [f64::INFINITY; LANES];
    let mut explained = [0.0; LANES];
    for column in 0..size {
        let pivot = lower[column * size + column];
        let inverse = lanes(|l| 1.0 / pivot[l]);
        least = lanes(|l| if pivot[l] >= least[l] { least[l] } else { pivot[l] });
        diagonal[column] = pivot;
        for row in column + 1..=size {
            let factor = lower[row * size + column];
            let factor = lanes(|l| factor[l] * inverse[l]);
            for other in column + 1..=row.min(size - 1) {
                let (mut place, with) = (lower[row * size + other], lower[other * size + column]);
                // Above the diagonal is what was below it, not yet divided by the pivot.
                for l in 0..LANES {
                    place[l] = isa.mul_add(-factor[l], with[l], place[l]);
                }
                lower[row * size + other] = place;
            }
        }
        let y = lower[size * size + column];
        explained = lanes(|l| isa.mul_add(y[l] * inverse[l], y[l], explained[l]));
    }
    // The coefficients of cos phi and sin phi, which are the last two.
    let (c, s) = (size - 2, size - 1);
    let below = lower[s * size + c];
    let (y_c, y_s) = (lower[size * size + c], lower[size * size + s]);
    let (d_c, d_s) = (diagonal[c], diagonal[s]);
    for lane in 0..LANES.min(sums.len - start) {
        let sin = y_s[lane] / d_s[lane];
        let cos = (y_c[lane] - below[lane] * sin) / d_c[lane];
        let k = start + lane;
        fits.p[k] = explained[lane].clamp(0.0, 1.0);
        fits.q[k] = 1.0 - explained[lane];
        fits.pivot[k] = least[lane] / size as f64;
        fits.amplitude_squared[k] = 2.0 * (cos * cos + sin * sin);
    }
}
