//! A spectrum that is looked at block by block and never stored.

use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;
use crate::spectrum::{self, Wanted};

/// Frequencies of a block: its power, 2 MiB, stays in the second-level cache.
const BLOCK: usize = 1 << 18;
/// With many samples blocks are longer, so that placing the samples anew for each costs little.
const FREQUENCIES_A_SAMPLE: usize = 16;
/// The longest block: 32 MiB.
const LONGEST_BLOCK: usize = 1 << 22;

/// A block of the power spectrum, with one frequency more on both sides.
pub struct Block<'a> {
    grid: &'a Grid,
    /// Number of the first frequency of the block.
    pub first: usize,
    power: &'a [f64],
}

impl Block<'_> {
    /// Power at the frequencies of the block.
    pub fn power(&self) -> &[f64] {
        &self.power[1..self.power.len() - 1]
    }

    /// The frequency of a place in `power`.
    pub fn frequency(&self, place: usize) -> f64 {
        self.grid.frequency((self.first + place) as f64)
    }

    /// Places where the power is above that of one neighbour, and not below that of the other.
    pub fn maxima(&self) -> impl Iterator<Item = usize> {
        let neighbours = self.power.windows(3).enumerate();
        neighbours.filter(|(_, p)| p[1] > p[0] && p[1] >= p[2]).map(|(place, _)| place)
    }
}

/// Computes the power spectrum of `series` on `grid`, and lets `look` see every block of it, on all
/// threads of the call and in any order.
pub fn scan(
    series: &Series,
    grid: &Grid,
    options: &spectrum::Options,
    call: &Call,
    look: impl Fn(&Block) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let longest = (series.t.len() * FREQUENCIES_A_SAMPLE).clamp(BLOCK, LONGEST_BLOCK);
    let blocks = grid.nf.div_ceil(longest);
    let length = grid.nf.div_ceil(blocks.max(1));
    let units = 1000;
    call.add_work(units * blocks as u64);
    let room = || filled(length + 2, 0.0, "a block of the spectrum");
    let one = |call: &Call, power: &mut Vec<f64>, first: usize| {
        let count = length.min(grid.nf - first);
        let around = match first {
            0 => Grid { f0: grid.frequency(-1.0), nf: count + 2, ..*grid },
            _ => grid.part(first - 1, count + 2),
        };
        let power = &mut power[..count + 2];
        spectrum::compute(series, &around, None, Wanted::Power(power), options, call)?;
        look(&Block { grid, first, power })
    };
    let starts = (0..blocks).map(|block| block * length);
    if blocks == 1 {
        // All threads share the one block.
        return call.part(units, |call| one(call, &mut room()?, 0));
    }
    call.for_each(starts, units, room, one)
}
