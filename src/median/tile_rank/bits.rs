//! Candidates as bits: which of them each pixel's window contains, and the one of a given rank.

use super::{Candidate, TILE, Tile};
use crate::error::Error;
use crate::median::element::Key;
use crate::parallel::Call;
use crate::simd::Isa;

/// Words of 64 candidates that are filled between two chances to cancel: a few milliseconds.
const WORDS: usize = 1 << 14;

/// For each row of the tile, then for each column, which candidates its windows contain.
pub fn fill_masks<K: Key>(
    masks: &mut Vec<u64>,
    between: &[Candidate<K>],
    tile: Tile,
    call: &Call,
) -> Result<(), Error> {
    let words = between.len().div_ceil(64);
    let (what, length) = ("bits of the median filter", 2 * TILE * words);
    if masks.len() < length {
        let bytes = length * size_of::<u64>();
        let room = masks.try_reserve(length - masks.len());
        room.map_err(|_| Error::OutOfMemory { what, bytes })?;
        masks.resize(length, 0);
    }
    for (place, word) in between.chunks(64).enumerate() {
        if place % WORDS == 0 {
            call.check()?;
        }
        // A cell at x is in the windows of the pixels from x - window + 1 to x.
        for axis in [0, 1] {
            let mut changes = [0u64; TILE];
            for (bit, candidate) in word.iter().enumerate() {
                let x = if axis == 0 { candidate.row } else { candidate.column } as usize;
                let first = (x + 1).saturating_sub(tile.window[axis]);
                changes[first] ^= 1 << bit;
                if x + 1 < tile.size[axis] {
                    changes[x + 1] ^= 1 << bit;
                }
            }
            let mut inside = 0;
            for (pixel, change) in changes.into_iter().enumerate().take(tile.size[axis]) {
                inside ^= change;
                masks[(axis * TILE + pixel) * words + place] = inside;
            }
        }
    }
    Ok(())
}

/// Finds each pixel's median among the sorted candidates; returns the places of the smallest
/// and the largest.
#[inline(always)]
pub fn find_medians<I: Isa, K: Key>(
    _: I,
    tile: Tile,
    masks: &[u64],
    [below, valid]: [&[u32]; 2],
    between: &[Candidate<K>],
    medians: &mut [K],
    call: &Call,
) -> Result<(usize, usize), Error> {
    let words = between.len().div_ceil(64);
    let (mut first, mut last) = (usize::MAX, 0);
    for row in 0..tile.size[0] {
        call.check()?;
        let of_row = &masks[row * words..][..words];
        for column in 0..tile.size[1] {
            let pixel = row * tile.size[1] + column;
            if valid[pixel] == 0 {
                continue;
            }
            let mut rank = valid[pixel] / 2 - below[pixel];
            let of_column = &masks[(TILE + column) * words..][..words];
            for (word, (of_row, of_column)) in of_row.iter().zip(of_column).enumerate() {
                let inside = of_row & of_column;
                let count = inside.count_ones();
                if rank < count {
                    let place = word * 64 + nth_bit(inside, rank);
                    medians[pixel] = between[place].key;
                    first = first.min(place);
                    last = last.max(place);
                    break;
                }
                rank -= count;
            }
        }
    }
    Ok((first, last))
}

/// Place of the bit of `word` that has `rank` set bits below it.
#[inline(always)]
fn nth_bit(mut word: u64, mut rank: u32) -> usize {
    let mut place = 0;
    for width in [32, 16, 8] {
        let count = (word & ((1u64 << width) - 1)).count_ones();
        if rank >= count {
            rank -= count;
            word >>= width;
            place += width;
        }
    }
    for _ in 0..rank {
        word &= word - 1;
    }
    place + word.trailing_zeros() as usize
}
