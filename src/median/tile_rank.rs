//! Medians of a patch by counting: tiles whose medians are bracketed, cost nearly flat in the
//! window.
//!
//! The medians of neighbouring pixels are close to each other. For each tile the bounds `low` and
//! `high` of its medians are guessed, from the tile before or from a sample; counting how many
//! cells of each window lie below shows whether they hold, and they are widened until they do.
//! Only the few cells between them are then sorted. Which of those a pixel's window contains is a
//! word of bits, the intersection of a row's and a column's, for every 64 of them; the median is
//! found by counting bits. Exact for any data: the guess only decides how long it takes.
//!
//! Literature: the bits in order of rank are those of J. Suomela, "Median filtering is equivalent
//! to sorting" (2014), taken here over a bracket of ranks and for all pixels of a tile.

use super::element::{Element, Key};
use super::patch::Patch;
use crate::error::{Error, filled, with_capacity};
use crate::simd::{Isa, multiversion};

/// The largest side of a tile.
const LARGEST_TILE: usize = 32;
/// The side of a tile for windows of fewer cells than `LARGE_WINDOW`: less to count again for each
/// pixel with larger tiles, closer brackets with smaller ones.
const SMALL_TILE: usize = 16;
/// Cells of a window from which on tiles are large.
const LARGE_WINDOW: usize = 45 * 45;
/// Where at most so many values lie between the bounds, each is counted and none sorted.
const FEW_VALUES: u64 = 12;
/// Cells looked at for a first guess.
const SAMPLE: usize = 400;
/// The largest side of a window: counts of a column are 16 bits, positions too.
pub const LARGEST_WINDOW: usize = 65_000;

/// Windows, and what to do with NaN.
#[derive(Clone, Copy)]
pub struct Engine {
    /// Rows and columns of the window.
    pub window: [usize; 2],
    /// Leave NaN out of each window.
    pub omit_nan: bool,
}

/// Memory of one thread.
pub struct Scratch<K> {
    column: Vec<u16>,
    valid: Vec<u32>,
    below: Vec<u32>,
    up_to: Vec<u32>,
    medians: Vec<K>,
    between: Vec<Candidate<K>>,
    masks: Vec<u64>,
    sample: Vec<K>,
}

#[derive(Clone, Copy)]
struct Candidate<K> {
    key: K,
    row: u16,
    column: u16,
}

/// Pixels of a patch, from `corner`.
#[derive(Clone, Copy)]
struct Tile {
    corner: [usize; 2],
    size: [usize; 2],
}

#[derive(Clone, Copy)]
struct Bounds<K> {
    low: K,
    high: K,
}

impl Engine {
    /// Memory for patches whose surroundings have up to `columns` columns.
    pub fn scratch<K: Key>(&self, columns: usize) -> Result<Scratch<K>, Error> {
        let what = "counts of the median filter";
        let pixels = LARGEST_TILE * LARGEST_TILE;
        Ok(Scratch {
            column: filled(columns, 0, what)?,
            valid: filled(pixels, 0, what)?,
            below: filled(pixels, 0, what)?,
            up_to: filled(pixels, 0, what)?,
            medians: filled(pixels, K::default(), what)?,
            between: Vec::new(),
            masks: Vec::new(),
            sample: with_capacity(2 * SAMPLE, what)?,
        })
    }

    fn tile_side(&self) -> usize {
        let small = self.window[0].saturating_mul(self.window[1]) < LARGE_WINDOW;
        if small { SMALL_TILE } else { LARGEST_TILE }
    }

    /// Writes the medians of every window of the patch.
    pub fn filter<T: Element>(
        &self,
        scratch: &mut Scratch<T::Key>,
        patch: &Patch<T::Key>,
        out: &mut [&mut [T]],
    ) -> Result<(), Error> {
        let side = self.tile_side();
        let width = out.first().map_or(0, |row| row.len());
        let mut guess = None;
        for (band, out) in out.chunks_mut(side).enumerate() {
            let tiles = width.div_ceil(side);
            for place in 0..tiles {
                // To and fro, so that the tile before is always a neighbour.
                let place = if band % 2 == 0 { place } else { tiles - 1 - place };
                let corner = [band * side, place * side];
                let tile = Tile { corner, size: [out.len(), side.min(width - corner[1])] };
                guess = self.tile(scratch, patch, tile, guess)?;
                for (row, out) in out.iter_mut().enumerate() {
                    let medians = &scratch.medians[row * tile.size[1]..];
                    for (out, &key) in out[corner[1]..][..tile.size[1]].iter_mut().zip(medians) {
                        *out = T::of_key(key);
                    }
                }
            }
        }
        Ok(())
    }

    /// Finds the medians of a tile; returns bounds for the next.
    fn tile<K: Key>(
        &self,
        scratch: &mut Scratch<K>,
        patch: &Patch<K>,
        tile: Tile,
        guess: Option<Bounds<K>>,
    ) -> Result<Option<Bounds<K>>, Error> {
        let pixels = tile.size[0] * tile.size[1];
        let cells = (self.window[0] * self.window[1]) as u32;
        let largest = if self.omit_nan { K::of_order(K::MAX.order() - 1) } else { K::MAX };
        scratch.valid[..pixels].fill(cells);
        if self.omit_nan {
            let Scratch { column, valid, .. } = &mut *scratch;
            count_up_to(patch, tile, self.window, largest, column, valid);
        }
        let bounds = self.bracket(scratch, patch, tile, largest, guess);
        let range = bounds.high.order().wrapping_sub(bounds.low.order()) as u64;
        let medians = if range <= FEW_VALUES {
            self.count_each_value(scratch, patch, tile, bounds)
        } else {
            self.select(scratch, patch, tile, bounds)?
        };
        for (median, &valid) in scratch.medians[..pixels].iter_mut().zip(&scratch.valid) {
            if valid == 0 {
                *median = K::MAX;
            }
        }
        Ok(medians)
    }

    /// Bounds that hold for every median of the tile, with the cells below `low` counted.
    fn bracket<K: Key>(
        &self,
        scratch: &mut Scratch<K>,
        patch: &Patch<K>,
        tile: Tile,
        largest: K,
        guess: Option<Bounds<K>>,
    ) -> Bounds<K> {
        let pixels = tile.size[0] * tile.size[1];
        let Scratch { column, valid, below, up_to, sample, .. } = scratch;
        let cells = (self.window[0] * self.window[1]) as f64;
        sample.clear();
        let mut bounds = guess.unwrap_or_else(|| {
            self.take_sample(patch, tile, largest, sample);
            let (middle, reach) = (sample.len() / 2, sample.len() / 12);
            Bounds {
                low: in_sample(sample, middle as i64 - reach as i64, largest),
                high: in_sample(sample, (middle + reach) as i64, largest),
            }
        });
        let mut margin = SAMPLE as i64 / 32;
        loop {
            // How many cells of a window there are to spare on either side, at least: negative
            // where a bound does not hold.
            below[..pixels].fill(0);
            if bounds.low > K::MIN {
                // Cells below `low` are those up to the number before.
                let before = K::of_order(bounds.low.order() - 1);
                count_up_to(patch, tile, self.window, before, column, below);
            }
            if bounds.high >= largest {
                bounds.high = largest;
                up_to[..pixels].copy_from_slice(&valid[..pixels]);
            } else {
                count_up_to(patch, tile, self.window, bounds.high, column, up_to);
            }
            let mut spare = [i64::MAX; 2];
            for ((&below, &up_to), &valid) in below.iter().zip(&*up_to).zip(&valid[..pixels]) {
                if valid > 0 {
                    let rank = i64::from(valid / 2);
                    spare[0] = spare[0].min(rank - i64::from(below));
                    spare[1] = spare[1].min(i64::from(up_to) - 1 - rank);
                }
            }
            if spare[0] >= 0 && spare[1] >= 0 {
                return bounds;
            }
            if sample.is_empty() {
                self.take_sample(patch, tile, largest, sample);
            }
            // The same number of cells in the sample, and a margin for its error.
            let scale = sample.len() as f64 / cells;
            let [low, high] = spare.map(|spare| (spare as f64 * scale).round() as i64 - margin);
            if spare[0] < 0 || low > 0 {
                let place = sample.partition_point(|&key| key < bounds.low) as i64;
                bounds.low = in_sample(sample, place + low, largest);
            }
            if spare[1] < 0 || high > 0 {
                let place = sample.partition_point(|&key| key <= bounds.high) as i64;
                bounds.high = in_sample(sample, place - high, largest);
            }
            margin *= 2;
        }
    }

    /// A sorted sample of the cells that the tile's windows see.
    fn take_sample<K: Key>(&self, patch: &Patch<K>, tile: Tile, largest: K, sample: &mut Vec<K>) {
        let [rows, columns] = [0, 1].map(|axis| tile.size[axis] + self.window[axis] - 1);
        let stride = (rows * columns / SAMPLE).max(1);
        let mut place = stride / 2;
        while place < rows * columns && sample.len() < sample.capacity() {
            let row = patch.row(tile.corner[0] + place / columns);
            let key = row[tile.corner[1] + place % columns];
            if key <= largest {
                sample.push(key);
            }
            place += stride;
        }
        sample.sort_unstable();
    }

    /// The medians where few values lie between the bounds: counts the cells up to each.
    fn count_each_value<K: Key>(
        &self,
        scratch: &mut Scratch<K>,
        patch: &Patch<K>,
        tile: Tile,
        bounds: Bounds<K>,
    ) -> Option<Bounds<K>> {
        let pixels = tile.size[0] * tile.size[1];
        scratch.medians[..pixels].fill(bounds.high);
        let (mut low, mut high) = (bounds.high, bounds.low);
        for value in (bounds.low.order()..bounds.high.order()).rev() {
            let value = K::of_order(value);
            let Scratch { column, up_to, .. } = &mut *scratch;
            count_up_to(patch, tile, self.window, value, column, up_to);
            let counts = scratch.up_to.iter().zip(&scratch.valid);
            for (median, (&up_to, &valid)) in scratch.medians[..pixels].iter_mut().zip(counts) {
                if up_to > valid / 2 {
                    *median = value;
                }
            }
        }
        for (&median, &valid) in scratch.medians[..pixels].iter().zip(&scratch.valid) {
            if valid > 0 {
                low = low.min(median);
                high = high.max(median);
            }
        }
        Some(Bounds { low: low.min(high), high: high.max(low) })
    }

    /// The medians by sorting the cells between the bounds.
    fn select<K: Key>(
        &self,
        scratch: &mut Scratch<K>,
        patch: &Patch<K>,
        tile: Tile,
        bounds: Bounds<K>,
    ) -> Result<Option<Bounds<K>>, Error> {
        let Scratch { between, masks, below, valid, medians, .. } = scratch;
        let [rows, columns] = [0, 1].map(|axis| tile.size[axis] + self.window[axis] - 1);
        between.clear();
        for row in 0..rows {
            if between.capacity() - between.len() < columns {
                let what = "candidates of the median filter";
                let bytes = columns * size_of::<Candidate<K>>();
                let room = between.try_reserve(columns.max(between.len()));
                room.map_err(|_| Error::OutOfMemory { what, bytes })?;
            }
            let keys = &patch.row(tile.corner[0] + row)[tile.corner[1]..][..columns];
            collect(keys, row as u16, bounds.low, bounds.high, between);
        }
        between.sort_unstable_by_key(|candidate| candidate.key);
        let words = between.len().div_ceil(64);
        fill_masks(masks, words, between, tile, self.window)?;
        let (first, last) = walk(tile, masks, words, below, valid, between, medians);
        if first > last {
            return Ok(None);
        }
        let margin = (last - first) / 2 + MARGIN;
        let low = first.checked_sub(margin).map_or(bounds.low, |place| between[place].key);
        let high = between.get(last + margin).map_or(bounds.high, |candidate| candidate.key);
        Ok(Some(Bounds { low, high }))
    }
}

/// The key at a place of a sorted sample, or the bound of all keys where it has no such place.
fn in_sample<K: Key>(sample: &[K], place: i64, largest: K) -> K {
    match usize::try_from(place) {
        Err(_) => K::MIN,
        Ok(place) => sample.get(place).copied().unwrap_or(largest),
    }
}

/// For each row of the tile, then for each column, which candidates its windows contain.
fn fill_masks<K: Key>(
    masks: &mut Vec<u64>,
    words: usize,
    between: &[Candidate<K>],
    tile: Tile,
    window: [usize; 2],
) -> Result<(), Error> {
    let (what, length) = ("bits of the median filter", 2 * LARGEST_TILE * words);
    if masks.len() < length {
        let bytes = length * size_of::<u64>();
        let room = masks.try_reserve(length - masks.len());
        room.map_err(|_| Error::OutOfMemory { what, bytes })?;
        masks.resize(length, 0);
    }
    for (place, word) in between.chunks(64).enumerate() {
        // A cell at x is in the windows of the pixels from x - window + 1 to x.
        for axis in [0, 1] {
            let mut changes = [0u64; LARGEST_TILE];
            for (bit, candidate) in word.iter().enumerate() {
                let x = if axis == 0 { candidate.row } else { candidate.column } as usize;
                let first = (x + 1).saturating_sub(window[axis]);
                changes[first] ^= 1 << bit;
                if x + 1 < tile.size[axis] {
                    changes[x + 1] ^= 1 << bit;
                }
            }
            let mut inside = 0;
            for (pixel, change) in changes.into_iter().enumerate().take(tile.size[axis]) {
                inside ^= change;
                masks[(axis * LARGEST_TILE + pixel) * words + place] = inside;
            }
        }
    }
    Ok(())
}

/// Candidates to keep beyond the range of a tile's medians, for the next tile.
const MARGIN: usize = 24;

multiversion! {
    /// Finds each pixel's median among the sorted candidates; returns the places of the smallest
    /// and the largest.
    fn walk<K: Key>(
        tile: Tile,
        masks: &[u64],
        words: usize,
        below: &[u32],
        valid: &[u32],
        between: &[Candidate<K>],
        medians: &mut [K],
    ) -> (usize, usize) = walk_kernel;
}

#[inline(always)]
fn walk_kernel<I: Isa, K: Key>(
    tile: Tile,
    masks: &[u64],
    words: usize,
    below: &[u32],
    valid: &[u32],
    between: &[Candidate<K>],
    medians: &mut [K],
) -> (usize, usize) {
    let (mut first, mut last) = (usize::MAX, 0);
    for row in 0..tile.size[0] {
        let of_row = &masks[row * words..][..words];
        for column in 0..tile.size[1] {
            let pixel = row * tile.size[1] + column;
            if valid[pixel] == 0 {
                continue;
            }
            let mut rank = valid[pixel] / 2 - below[pixel];
            let of_column = &masks[(LARGEST_TILE + column) * words..][..words];
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
    (first, last)
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

multiversion! {
    /// How many cells of each pixel's window are not above `bound`.
    fn count_up_to<K: Key>(
        patch: &Patch<K>,
        tile: Tile,
        window: [usize; 2],
        bound: K,
        column: &mut [u16],
        counts: &mut [u32],
    ) = count_kernel;
}

#[inline(always)]
fn count_kernel<I: Isa, K: Key>(
    patch: &Patch<K>,
    tile: Tile,
    window: [usize; 2],
    bound: K,
    column: &mut [u16],
    counts: &mut [u32],
) {
    let columns = tile.size[1] + window[1] - 1;
    let column = &mut column[..columns];
    let row = |row: usize| &patch.row(tile.corner[0] + row)[tile.corner[1]..][..columns];
    column.fill(0);
    for line in 0..window[0] {
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
}

multiversion! {
    /// Appends the keys between the bounds; there must be room for all of them.
    fn collect<K: Key>(keys: &[K], row: u16, low: K, high: K, between: &mut Vec<Candidate<K>>)
        = collect_kernel;
}

#[inline(always)]
fn collect_kernel<I: Isa, K: Key>(
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
