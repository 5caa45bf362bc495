//! Medians of a patch by the selection network: strips of tiles, lanes side by side.
//!
//! Column x of the patch is cell x / w of phase x mod w, so that the same column of neighbouring
//! tiles lies in neighbouring lanes.

use super::element::{Element, Key, Lanes};
use super::patch::Patch;
mod program;
mod selection;

use self::program::{Program, run};
use self::selection::{Shape, Source, column_sort, tile_medians};
use crate::error::Error;
use crate::memory::filled;
use crate::simd::dispatch;

/// What all patches of an image share.
pub struct Engine {
    shape: Shape,
    /// Tiles in a row of the widest patch, rounded up to whole registers.
    tiles: usize,
    /// Keys of one phase: the tiles, and the window's overhang.
    span: usize,
    columns: Program,
    medians: Program,
}

/// Memory of one thread.
pub struct Scratch<K: Key> {
    cells: Vec<K>,
    sorted: Vec<K>,
    medians: Vec<K>,
    slots: Vec<K::Lanes>,
}

/// The tile that suits a window: bigger ones share more work, smaller ones stay in the cache and
/// fill the lanes of a narrow patch.
fn tile_for(window: [usize; 2], width: usize, lanes: usize) -> [usize; 2] {
    let largest = if window[0].max(window[1]) < 20 { 4 } else { 8 };
    let widest = (width / lanes).clamp(1, largest);
    let side = |window: usize, largest: usize| 1 << window.div_ceil(2).min(largest).ilog2();
    [side(window[0], largest), side(window[1], widest)]
}

impl Engine {
    /// An engine for patches of up to `width` columns; none where the network would be too large.
    pub fn new<K: Key>(window: [usize; 2], width: usize) -> Option<Engine> {
        let tile = tile_for(window, width, K::Lanes::COUNT);
        let shape = Shape { window, tile };
        let w = tile[1];
        let tiles = width.div_ceil(w).next_multiple_of(K::Lanes::COUNT);
        // So that all phases together are whole registers.
        let span = (tiles + (window[1] + w - 2) / w).next_multiple_of(K::Lanes::COUNT / w);
        let place = |source| {
            let (line, column) = match source {
                Source::Cell { row, column } => (row, column),
                Source::Sorted { rank, column } => (rank, column),
            };
            (line * w + column % w) * span + column / w
        };
        let columns = Program::new(&column_sort(shape.core_rows()), &place)?;
        let medians = Program::new(&tile_medians(shape), &place)?;
        Some(Engine { shape, tiles, span, columns, medians })
    }

    /// Memory for patches of up to `rows` rows.
    pub fn scratch<K: Key>(&self, rows: usize) -> Result<Scratch<K>, Error> {
        let [h, w] = self.shape.tile;
        let what = "the selection network of the median filter";
        let line = w * self.span;
        let rows = rows.next_multiple_of(h) + self.shape.window[0] - 1;
        let slots = self.columns.slots().max(self.medians.slots());
        Ok(Scratch {
            cells: filled(rows * line + K::Lanes::COUNT, K::default(), what)?,
            sorted: filled(self.shape.core_rows() * line + K::Lanes::COUNT, K::default(), what)?,
            medians: filled(h * w * self.tiles, K::default(), what)?,
            slots: filled(slots, K::Lanes::default(), what)?,
        })
    }

    /// Writes the medians of every window of the patch.
    pub fn filter<T: Element>(
        &self,
        scratch: &mut Scratch<T::Key>,
        patch: &Patch<T::Key>,
        out: &mut [&mut [T]],
    ) {
        let [h, w] = self.shape.tile;
        let line = w * self.span;
        let Scratch { cells, sorted, medians, slots } = scratch;
        for (row, line) in cells.chunks_exact_mut(line).take(patch.rows()).enumerate() {
            deinterleave(patch.row(row), line, self.span, w);
        }
        let lanes = <T::Key as Key>::Lanes::COUNT;
        let width = out.first().map_or(0, |row| row.len());
        for (strip, out) in out.chunks_mut(h).enumerate() {
            let cells = &cells[strip * h * line..];
            for start in (0..line).step_by(lanes) {
                let core = &cells[(h - 1) * line + start..];
                dispatch!(run(&self.columns, core, &[], &mut sorted[start..], line, slots));
            }
            for tile in (0..width.div_ceil(w)).step_by(lanes) {
                let (cells, sorted) = (&cells[tile..], &sorted[tile..]);
                let medians = &mut medians[tile..];
                dispatch!(run(&self.medians, cells, sorted, medians, self.tiles, slots));
            }
            for (row, out) in out.iter_mut().enumerate() {
                interleave(&medians[row * w * self.tiles..], self.tiles, w, out);
            }
        }
    }
}

fn deinterleave<K: Key>(row: &[K], phases: &mut [K], span: usize, w: usize) {
    for (phase, cells) in phases.chunks_exact_mut(span).enumerate() {
        for (cell, &key) in cells.iter_mut().zip(row.iter().skip(phase).step_by(w)) {
            *cell = key;
        }
    }
}

fn interleave<T: Element>(medians: &[T::Key], tiles: usize, w: usize, out: &mut [T]) {
    for phase in 0..w {
        let medians = &medians[phase * tiles..];
        for (out, &key) in out.iter_mut().skip(phase).step_by(w).zip(medians) {
            *out = T::of_key(key);
        }
    }
}
