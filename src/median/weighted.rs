//! Windows much larger than the image: the median of the image's cells, each counted as often as
//! the window meets it.
//!
//! The cells are sorted once. How often a window of s cells meets a cell of an axis has a closed
//! form (`border::Border::multiplicity`), and the multiplicities of rows and columns multiply.

use super::border::Border;
use super::element::{Element, Key};
use super::patch::Image;
use super::sort::sort_by_key;
use super::tile_rank::{LARGEST_WINDOW, TILE};
use super::{NanPolicy, Window};
use crate::error::Error;
use crate::memory::{filled, with_capacity};
use crate::parallel::Call;

/// Time to look up one cell's multiplicity, in times to count one cell of a tile's window.
const LOOK_UP: usize = 4;

/// Cells that a thread looks at for the pixels it takes at once: some 20 ms.
const SHARE: usize = 10_000_000;
/// Cells that it looks at between two chances to cancel.
const CELLS: usize = 1 << 20;

/// Whether a window is so large that this is the fastest way, or the only one.
pub fn suits(image: [usize; 2], window: [usize; 2]) -> bool {
    if window.iter().any(|&size| size > LARGEST_WINDOW) {
        return true;
    }
    let seen = |axis: usize| {
        let side = image[axis].min(TILE);
        (side + window[axis] - 1) as f64 / side as f64
    };
    let counted = seen(0) * seen(1);
    let too_many = window[0] * window[1] > u32::MAX as usize / 2;
    too_many || (image[0] * image[1] * LOOK_UP) as f64 <= counted
}

/// Filters the whole image.
pub fn filter<T: Element>(
    image: &Image<T>,
    window: Window<T>,
    out: &mut [T],
    call: &Call,
) -> Result<(), Error> {
    let [rows, columns] = image.size;
    let what = "the sorted cells of the median filter";
    let mut sorted = with_capacity(image.cells.len(), what)?;
    for (part, cells) in image.cells.chunks(CELLS).enumerate() {
        let places = part * CELLS..;
        sorted.extend(cells.iter().zip(places).map(|(cell, place)| (cell.key(), place)));
        call.check()?;
    }
    sort_by_key(&mut sorted, &mut Vec::new(), |&cell| cell, call)?;
    let omit = T::HAS_NAN && window.nan == NanPolicy::Omit;
    if omit {
        sorted.truncate(sorted.partition_point(|&(key, _)| key < T::Key::MAX));
    }
    let fill = window.fill.key();
    let place_of_fill = sorted.partition_point(|&(key, _)| key < fill);
    let cells = window.size[0] as u128 * window.size[1] as u128;
    let share = (SHARE / image.cells.len().max(1)).clamp(1, columns);
    call.add_work(out.len().div_ceil(share) as u64);
    let scratch = || {
        let what = "multiplicities of the median filter";
        Ok((filled(rows, 0u64, what)?, filled(columns, 0u64, what)?))
    };
    call.for_each(out.chunks_mut(share).enumerate(), 1, scratch, |call, scratch, item| {
        let (of_row, of_column) = scratch;
        let (first, out) = (item.0 * share, item.1);
        for (pixel, out) in out.iter_mut().enumerate() {
            let (row, column) = ((first + pixel) / columns, (first + pixel) % columns);
            multiplicities(of_row, row, window.size[0], window.border);
            multiplicities(of_column, column, window.size[1], window.border);
            let weight = |place: usize| {
                u128::from(of_row[place / columns]) * u128::from(of_column[place % columns])
            };
            let mut inside = 0;
            for cells in sorted.chunks(CELLS) {
                inside += cells.iter().map(|&(_, place)| weight(place)).sum::<u128>();
                call.check()?;
            }
            let outside = match window.border {
                Border::Constant if !(omit && fill == T::Key::MAX) => {
                    let seen = |of: &[u64]| of.iter().map(|&times| u128::from(times)).sum::<u128>();
                    cells - seen(of_row) * seen(of_column)
                }
                _ => 0,
            };
            let total = inside + outside;
            let mut rank = total / 2;
            let mut median = if total == 0 { T::MISSING } else { window.fill };
            for (order, &(key, place)) in sorted.iter().enumerate() {
                if order % CELLS == 0 {
                    call.check()?;
                }
                if order == place_of_fill {
                    if rank < outside {
                        break;
                    }
                    rank -= outside;
                }
                let times = weight(place);
                if rank < times {
                    median = T::of_key(key);
                    break;
                }
                rank -= times;
            }
            *out = median;
        }
        Ok(())
    })
}

fn multiplicities(of: &mut [u64], position: usize, size: usize, border: Border) {
    let first = position as i128 - (size / 2) as i128;
    let length = of.len();
    for (index, times) in of.iter_mut().enumerate() {
        *times = border.multiplicity(index, length, first, size);
    }
}
