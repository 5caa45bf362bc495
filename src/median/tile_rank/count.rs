//! One pass over the keys: counting those up to a bound, collecting those between two.

use super::{Candidate, Tile};
use crate::error::Error;
use crate::median::element::Key;
use crate::median::patch::{Patch, ROWS};
use crate::parallel::Call;
use crate::simd::Isa;

/// How many cells of each pixel's window are not above `bound`.
#[inline(always)]
pub fn count_up_to<I: Isa, K: Key>(
    _: I,
    patch: &Patch<K>,
    tile: Tile,
    bound: K,
    column: &mut [u16],
    counts: &mut [u32],
    call: &Call,
) -> Result<(), Error> {
    let (window, [_, columns]) = (tile.window, tile.seen());
    let column = &mut column[..columns];
    let row = |row: usize| &patch.row(tile.corner[0] + row)[tile.corner[1]..][..columns];
    column.fill(0);
    for line in 0..window[0] {
        if line % ROWS == 0 {
            call.check()?;
        }
        for (count, &key) in column.iter_mut().zip(row(line)) {
            *count += u16::from(key <= bound);
        }
    }
    for (line, counts) in counts.chunks_exact_mut(tile.size[1]).take(tile.size[0]).enumerate() {
        if line > 0 {
            let moved = row(line - 1).iter().zip(row(line + window[0] - 1));
            for (count, (&old, &new)) in column.iter_mut().zip(moved) {
                *count = *count + u16::from(new <= bound) - u16::from(old <= bound);
            }
        }
        let mut sum: u32 = column[..window[1]].iter().map(|&count| u32::from(count)).sum();
        counts[0] = sum;
        let moved = column.iter().zip(&column[window[1]..]);
        for (count, (&old, &new)) in counts[1..].iter_mut().zip(moved) {
            sum = sum + u32::from(new) - u32::from(old);
            *count = sum;
        }
    }
    Ok(())
}

/// Appends the keys between the bounds; there must be room for all of them.
#[inline(always)]
pub fn collect<I: Isa, K: Key>(
    _: I,
    keys: &[K],
    row: u16,
    low: K,
    high: K,
    between: &mut Vec<Candidate<K>>,
) {
    for (block, keys) in keys.chunks(64).enumerate() {
        let mut inside = [0u8; 64];
        for (inside, &key) in inside.iter_mut().zip(keys) {
            *inside = u8::from(key >= low) & u8::from(key <= high);
        }
        for (group, bytes) in inside.chunks_exact(8).enumerate() {
            let mut bytes = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
            while bytes != 0 {
                let place = group * 8 + bytes.trailing_zeros() as usize / 8;
                let column = (block * 64 + place) as u16;
                between.push(Candidate { key: keys[place], row, column });
                bytes &= bytes - 1;
            }
        }
    }
}
