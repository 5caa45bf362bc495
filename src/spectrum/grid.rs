//! The frequencies f0 + k df, k = 0..nf-1, without rounding drift.

use super::double_double::{Double, two_product, two_sum};
use crate::error::Error;

/// A regular grid of frequencies.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// First frequency.
    pub f0: f64,
    /// Step; any sign, or zero.
    pub df: f64,
    /// Number of frequencies.
    pub nf: usize,
}

impl Grid {
    /// Checks that every frequency is finite.
    pub fn new(f0: f64, df: f64, nf: usize) -> Result<Grid, Error> {
        for (argument, value) in [("f0", f0), ("df", df)] {
            if !value.is_finite() {
                return Err(Error::NotFinite { argument, index: None, value });
            }
        }
        let grid = Grid { f0, df, nf };
        let last = grid.frequency(nf.saturating_sub(1) as f64);
        if !last.is_finite() {
            let problem = format!("{df:?} makes the last frequency, f0 + (nf - 1) df, {last}");
            return Err(Error::invalid("df", problem));
        }
        Ok(grid)
    }

    /// f0 + k df, correctly rounded, for an integer k.
    ///
    /// The last of the three terms is added with rounding to odd (Boldo and Melquiond 2008,
    /// "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd").
    #[inline(always)]
    pub fn frequency(&self, k: f64) -> f64 {
        let (product, product_error) = two_product(self.df, k);
        let (sum, sum_error) = two_sum(self.f0, product);
        let (tail, lost) = two_sum(sum_error, product_error);
        // Rounding to odd: when something was lost and the last bit is even, one step towards it.
        // (Written without branches, for vectors.)
        let bits = tail.to_bits();
        let inexact = u64::from(lost != 0.0) & !bits & 1;
        let outwards = u64::from((lost > 0.0) == (tail > 0.0));
        let odd = f64::from_bits(bits.wrapping_add(inexact * (2 * outwards).wrapping_sub(1)));
        sum + odd
    }

    /// f0 + k df to about 106 bits, for a multiple k of 1/2.
    pub fn frequency_double(&self, k: f64) -> Double {
        let (product, product_error) = two_product(self.df, k);
        let (sum, sum_error) = two_sum(self.f0, product);
        let (high, low) = two_sum(sum, sum_error + product_error);
        Double { high, low }
    }
}
