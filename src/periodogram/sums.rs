//! The sums that a fit needs: Y(m f) = sum w z exp(i m phi) for m = 1 to K, and
//! W(m f) = sum w exp(i m phi) for m = 1 to 2 K, with phi = 2 pi f (t - centre).
//!
//! They are never stored for all frequencies: consecutive ones are handed on, up to [`MOST`] at a
//! time, to whoever fits. What such a fit returns goes to its own part of the results ([`Parts`]).
//! Neither depends on the number of threads.

use super::weights::Weighted;
use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::LANES;
use crate::spectrum::grid::Grid;
use crate::spectrum::{self, Wanted};

/// Consecutive frequencies whose sums are handed on together.
pub const MOST: usize = 2048;
/// Numbers between two lines of sums: a line of MOST, and a cache line so that they do not all
/// fall into the same place of the cache.
pub const STRIDE: usize = MOST + LANES;

/// Sums at consecutive frequencies of a grid.
pub struct Sums<'a> {
    /// Number of the first frequency.
    pub start: usize,
    /// How many there are, 1 to MOST.
    pub len: usize,
    /// Harmonics of the fit, K.
    pub terms: usize,
    /// STRIDE numbers for the real and as many for the imaginary part of each Y(m f), then of each
    /// W(m f). A multiple of LANES is there to read: finite numbers from `len` on.
    pub lines: &'a [f64],
}

impl<'a> Sums<'a> {
    /// Real and imaginary parts of Y(m f), 1 <= m <= K.
    pub fn y(&self, m: usize) -> [&'a [f64]; 2] {
        self.pair(m - 1)
    }

    /// Real and imaginary parts of W(m f), 1 <= m <= 2 K.
    pub fn w(&self, m: usize) -> [&'a [f64]; 2] {
        self.pair(self.terms + m - 1)
    }

    fn pair(&self, number: usize) -> [&'a [f64]; 2] {
        let len = self.len.next_multiple_of(LANES);
        let (_, from) = self.lines.split_at(2 * number * STRIDE);
        [&from[..len], &from[STRIDE..][..len]]
    }
}

/// Numbers of all lines of sums for fits of K harmonics.
pub fn lines(terms: usize) -> usize {
    6 * terms * STRIDE
}

/// Results of consecutive frequencies that can be cut into parts.
pub trait Parts: Send + Sized {
    /// Takes off the first `len` frequencies.
    fn take_front(&mut self, len: usize) -> Self;
}

/// Results that belong to no single frequency.
impl Parts for () {
    fn take_front(&mut self, _: usize) {}
}

/// Hands the sums at all frequencies of `grid` to `fit`, together with the part of `results` that
/// is theirs. Each thread that takes part has a scratch of its own.
pub fn for_each<R: Parts, S: Send>(
    weighted: &Weighted,
    grid: &Grid,
    (terms, options): (usize, &spectrum::Options),
    mut results: R,
    call: &Call,
    scratch: impl Fn() -> Result<S, Error> + Sync,
    fit: impl Fn(&Call, &mut S, &Sums, R) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    /// Most numbers of all transforms of a block.
    const NUMBERS: usize = 1 << 21;
    let size = (NUMBERS / (6 * terms)).max(weighted.w.len()).next_multiple_of(MOST).min(grid.nf);
    let mut spectra = filled(6 * terms * size, 0.0, "the sums of a block of frequencies")?;
    let blocks = grid.nf.div_ceil(size.max(1));
    call.add_work(8 * blocks as u64);
    for block in 0..blocks {
        let part = grid.part(block * size, size.min(grid.nf - block * size));
        let spectra = &mut spectra[..6 * terms * part.nf];
        call.part(7, |call| {
            call.add_work(3 * terms as u64);
            for (number, spectrum) in spectra.chunks_mut(2 * part.nf).enumerate() {
                let (x, multiple) = match number < terms {
                    true => (&weighted.wz, number + 1),
                    false => (&weighted.w, number + 1 - terms),
                };
                let (series, grid) = (weighted.series(x), part.harmonic(multiple as u32));
                let wanted = Wanted::Transform(spectrum);
                call.part(1, |call| {
                    spectrum::compute(&series, &grid, None, wanted, options, call)
                })?;
            }
            Ok(())
        })?;
        let items = (0..part.nf).step_by(MOST).map(|start| {
            let len = MOST.min(part.nf - start);
            (start, len, results.take_front(len))
        });
        let items: Vec<_> = items.collect();
        let spectra = &*spectra;
        call.part(1, |call| {
            call.add_work(items.len() as u64);
            let buffers = || Ok((filled(lines(terms), 0.0, "the sums of a fit")?, scratch()?));
            call.for_each(items, 1, buffers, |call, (lines, scratch), (start, len, result)| {
                for (pair, spectrum) in spectra.chunks(2 * part.nf).enumerate() {
                    let (re, im) = lines[2 * pair * STRIDE..].split_at_mut(STRIDE);
                    for index in 0..len {
                        re[index] = spectrum[2 * (start + index)];
                        im[index] = spectrum[2 * (start + index) + 1];
                    }
                }
                let sums = Sums { start: part.first + start, len, terms, lines };
                fit(call, scratch, &sums, result)
            })
        })?;
    }
    Ok(())
}
