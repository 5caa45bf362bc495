//! The frequencies f0 + k df, k = 0..nf-1, without rounding drift.

use super::double_double::{Double, two_product, two_sum};
use super::phase::lanes;
use crate::error::Error;
use crate::simd::{Isa, LANES, dispatch};

/// A regular grid of frequencies, a part of one, or the multiples of their frequencies.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// First frequency of the whole grid.
    pub f0: f64,
    /// Step of the whole grid; any sign, or zero.
    pub df: f64,
    /// Number of frequencies of this part.
    pub nf: usize,
    /// Number of its first frequency in the whole grid.
    pub first: usize,
    /// Frequency number k is multiple * (f0 + (first + k) df).
    pub multiple: u32,
}

impl Grid {
    /// Checks that every frequency is finite.
    pub fn new(f0: f64, df: f64, nf: usize) -> Result<Grid, Error> {
        for (argument, value) in [("f0", f0), ("df", df)] {
            if !value.is_finite() {
                return Err(Error::NotFinite { argument, index: None, value });
            }
        }
        let grid = Grid { f0, df, nf, first: 0, multiple: 1 };
        let last = grid.frequency(nf.saturating_sub(1) as f64);
        if !last.is_finite() {
            let problem = format!("{df:?} makes the last frequency, f0 + (nf - 1) df, {last}");
            return Err(Error::invalid("df", problem));
        }
        Ok(grid)
    }

    /// `nf` of its frequencies, from number `start` on.
    pub fn part(&self, start: usize, nf: usize) -> Grid {
        Grid { nf, first: self.first + start, ..*self }
    }

    /// The grid of all frequencies times `multiple`.
    pub fn harmonic(&self, multiple: u32) -> Grid {
        Grid { multiple: self.multiple * multiple, ..*self }
    }

    /// The step to about 106 bits.
    pub fn step(&self) -> Double {
        let (high, low) = two_product(self.df, self.multiple.into());
        Double { high, low }
    }

    /// Frequency number k, correctly rounded, for an integer k; of a multiple, nearly so.
    ///
    /// The last of the three terms is added with rounding to odd (Boldo and Melquiond 2008,
    /// "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd").
    #[inline(always)]
    pub fn frequency(&self, k: f64) -> f64 {
        let (product, product_error) = two_product(self.df, self.first as f64 + k);
        let (sum, sum_error) = two_sum(self.f0, product);
        let (tail, lost) = two_sum(sum_error, product_error);
        // Rounding to odd: when something was lost and the last bit is even, one step towards it.
        // (Written without branches, for vectors.)
        let bits = tail.to_bits();
        let inexact = u64::from(lost != 0.0) & !bits & 1;
        let outwards = u64::from((lost > 0.0) == (tail > 0.0));
        let odd = f64::from_bits(bits.wrapping_add(inexact * (2 * outwards).wrapping_sub(1)));
        (sum + odd) * f64::from(self.multiple)
    }

    /// Writes the frequencies from number `start` on.
    pub fn write_frequencies(&self, start: usize, out: &mut [f64]) {
        dispatch!(write_frequencies(self, start, out));
    }

    /// Frequency number k to about 106 bits, for a multiple k of 1/2.
    pub fn frequency_double(&self, k: f64) -> Double {
        let (product, product_error) = two_product(self.df, self.first as f64 + k);
        let (sum, sum_error) = two_sum(self.f0, product);
        let (high, low) = two_sum(sum, sum_error + product_error);
        let (product, product_error) = two_product(high, self.multiple.into());
        let (high, low) = two_sum(product, low.mul_add(self.multiple.into(), product_error));
        Double { high, low }
    }
}

#[inline(always)]
fn write_frequencies<I: Isa>(_: I, grid: &Grid, start: usize, out: &mut [f64]) {
    let (registers, rest) = out.as_chunks_mut::<LANES>();
    let mut k = start as f64;
    for register in registers {
        *register = lanes(|lane| grid.frequency(k + lane as f64));
        k += LANES as f64;
    }
    for place in rest {
        *place = grid.frequency(k);
        k += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_multiples_are_those_of_the_whole_grid() {
        let whole = Grid::new(0.1, 0.3, 1000).expect("finite");
        let part = whole.part(900, 50);
        for k in 0..50 {
            let (k, number) = (f64::from(k), f64::from(900 + k));
            assert_eq!(part.frequency(k), whole.frequency(number));
            assert_eq!(part.frequency_double(k), whole.frequency_double(number));
            // 7 (0.1 + number 0.3) in units of 2^-58, where both are integers.
            let integer = |value: f64| (value * 2f64.powi(58)) as i128;
            let exact = 7 * (integer(0.1) + i128::from(900 + k as i32) * integer(0.3));
            let Double { high, low } = part.harmonic(7).frequency_double(k);
            assert_eq!(integer(high) + integer(low), exact);
        }
    }
}
