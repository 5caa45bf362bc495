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

mod bits;
mod count;

use bits::{fill_masks, find_medians};
use count::{collect, count_up_to};

use super::element::{Element, Key};
use super::patch::{Patch, ROWS};
use super::sort::sort_by_key;
use crate::error::Error;
use crate::memory::{filled, with_capacity};
use crate::parallel::Call;
use crate::simd::dispatch;

/// Side of a tile: less to count again for each pixel with larger ones, closer bounds with smaller.
pub const TILE: usize = 32;
/// Where at most so many values lie between the bounds, each is counted and none sorted.
const FEW_VALUES: u64 = 64;
/// Cells looked at for a first guess.
const SAMPLE: usize = 400;
/// Candidates to keep beyond the range of a tile's medians, for the next tile.
const MARGIN: usize = 24;
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
    spare: Vec<Candidate<K>>,
    masks: Vec<u64>,
    sample: Vec<K>,
}

#[derive(Clone, Copy)]
struct Candidate<K> {
    key: K,
    row: u16,
    column: u16,
}

/// Pixels of a patch, from `corner`, and the window of each.
#[derive(Clone, Copy)]
struct Tile {
    corner: [usize; 2],
    size: [usize; 2],
    window: [usize; 2],
}

impl Tile {
    /// Rows and columns that the windows of the tile see.
    #[inline(always)]
    fn seen(&self) -> [usize; 2] {
        [0, 1].map(|axis| self.size[axis] + self.window[axis] - 1)
    }
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
        let pixels = TILE * TILE;
        Ok(Scratch {
            column: filled(columns, 0, what)?,
            valid: filled(pixels, 0, what)?,
            below: filled(pixels, 0, what)?,
            up_to: filled(pixels, 0, what)?,
            medians: filled(pixels, K::default(), what)?,
            between: Vec::new(),
            spare: Vec::new(),
            masks: Vec::new(),
            sample: with_capacity(2 * SAMPLE, what)?,
        })
    }

    /// Writes the medians of every window of the patch.
    pub fn filter<T: Element>(
        &self,
        scratch: &mut Scratch<T::Key>,
        patch: &Patch<T::Key>,
        out: &mut [&mut [T]],
        call: &Call,
    ) -> Result<(), Error> {
        let width = out.first().map_or(0, |row| row.len());
        let mut guess = None;
        for (band, out) in out.chunks_mut(TILE).enumerate() {
            let tiles = width.div_ceil(TILE);
            for place in 0..tiles {
                // To and fro, so that the tile before is always a neighbour.
                let place = if band % 2 == 0 { place } else { tiles - 1 - place };
                let corner = [band * TILE, place * TILE];
                let size = [out.len(), TILE.min(width - corner[1])];
                let tile = Tile { corner, size, window: self.window };
                guess = self.tile(scratch, patch, tile, guess, call)?;
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
        call: &Call,
    ) -> Result<Option<Bounds<K>>, Error> {
        let pixels = tile.size[0] * tile.size[1];
        let cells = (self.window[0] * self.window[1]) as u32;
        let largest = if self.omit_nan { K::of_order(K::MAX.order() - 1) } else { K::MAX };
        scratch.valid[..pixels].fill(cells);
        if self.omit_nan {
            let Scratch { column, valid, .. } = &mut *scratch;
            dispatch!(count_up_to(patch, tile, largest, column, valid, call))?;
        }
        let bounds = self.bracket(scratch, patch, tile, largest, guess, call)?;
        let range = bounds.high.order().wrapping_sub(bounds.low.order()) as u64;
        let medians = if range <= FEW_VALUES {
            self.count_each_value(scratch, patch, tile, bounds, call)?
        } else {
            self.select(scratch, patch, tile, bounds, call)?
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
        call: &Call,
    ) -> Result<Bounds<K>, Error> {
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
                dispatch!(count_up_to(patch, tile, before, column, below, call))?;
            }
            if bounds.high >= largest {
                bounds.high = largest;
                up_to[..pixels].copy_from_slice(&valid[..pixels]);
            } else {
                dispatch!(count_up_to(patch, tile, bounds.high, column, up_to, call))?;
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
                return Ok(bounds);
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
        let [rows, columns] = tile.seen();
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
        call: &Call,
    ) -> Result<Option<Bounds<K>>, Error> {
        let pixels = tile.size[0] * tile.size[1];
        scratch.medians[..pixels].fill(bounds.high);
        let (mut low, mut high) = (bounds.high, bounds.low);
        for value in (bounds.low.order()..bounds.high.order()).rev() {
            let value = K::of_order(value);
            let Scratch { column, up_to, .. } = &mut *scratch;
            dispatch!(count_up_to(patch, tile, value, column, up_to, call))?;
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
        Ok(Some(Bounds { low: low.min(high), high: high.max(low) }))
    }

    /// The medians by sorting the cells between the bounds.
    fn select<K: Key>(
        &self,
        scratch: &mut Scratch<K>,
        patch: &Patch<K>,
        tile: Tile,
        bounds: Bounds<K>,
        call: &Call,
    ) -> Result<Option<Bounds<K>>, Error> {
        let Scratch { between, spare, masks, below, valid, medians, .. } = scratch;
        let [rows, columns] = tile.seen();
        between.clear();
        for row in 0..rows {
            if row % ROWS == 0 {
                call.check()?;
            }
            if between.capacity() - between.len() < columns {
                let what = "candidates of the median filter";
                let bytes = columns * size_of::<Candidate<K>>();
                let room = between.try_reserve(columns.max(between.len()));
                room.map_err(|_| Error::OutOfMemory { what, bytes })?;
            }
            let keys = &patch.row(tile.corner[0] + row)[tile.corner[1]..][..columns];
            dispatch!(collect(keys, row as u16, bounds.low, bounds.high, between));
        }
        sort_by_key(between, spare, |candidate| candidate.key, call)?;
        fill_masks(masks, between, tile, call)?;
        let (first, last) =
            dispatch!(find_medians(tile, masks, [below, valid], between, medians, call))?;
        if first > last {
            return Ok(None);
        }
        let margin = (last - first) / 8 + MARGIN;
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
