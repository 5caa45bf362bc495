//! Median filter: each pixel becomes the median of the window around it.
//!
//! The window of `s` cells along an axis starts at i - s/2; the median of n cells is the one of
//! rank n/2 in ascending order, counted from 0, never an average. These are the numbers of
//! scipy.ndimage.median_filter. NaN counts as larger than any number, or is left out.
//!
//! The image is filtered in patches, each by the method that is fastest for its window:
//! - small windows: `network`, minima and maxima in SIMD registers;
//! - large windows, and windows with NaN left out: `tile_rank`, counting;
//! - windows much larger than the image: `weighted`, each cell with its multiplicity.

pub mod border;
pub mod element;
mod network;
mod patch;
mod tile_rank;
mod weighted;

use border::Border;
use element::{Element, Key};
use patch::{Image, Patch};

use crate::error::Error;
use crate::memory::with_capacity;
use crate::parallel::Call;
use crate::simd;

/// What to do with NaN.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum NanPolicy {
    /// NaN counts as larger than any number.
    #[default]
    Largest,
    /// The median of what remains; NaN where nothing remains.
    Omit,
}

/// The window of a filter.
#[derive(Clone, Copy, Debug)]
pub struct Window<T> {
    /// Rows and columns, each >= 1.
    pub size: [usize; 2],
    /// What it sees beyond the edges.
    pub border: Border,
    /// The value beyond the edges for [`Border::Constant`].
    pub fill: T,
    /// What to do with NaN.
    pub nan: NanPolicy,
}

/// Pixels of a patch: enough to share what its windows share, few enough for the cache and to
/// answer a cancellation soon.
const PATCH: [usize; 2] = [64, 512];
/// What a pixel takes, at least about.
const NANOSECONDS: f64 = 15.0;
/// The side of the largest square windows for which the network is faster than counting, for keys
/// of 1, 2, 4 and 8 bytes: measured with AVX2 and AVX-512, which differ little.
const NETWORK_SIDES: [usize; 4] = [35, 35, 25, 13];
/// The same with SSE2, which lacks minima of 4 and 8 bytes.
const NETWORK_SIDES_SSE2: [usize; 4] = [23, 23, 7, 5];

/// Filters an image of `size` rows and columns into `out`, from `input`, or in place without.
pub fn median_filter<T: Element>(
    size: [usize; 2],
    input: Option<&[T]>,
    out: &mut [T],
    mut window: Window<T>,
    call: &Call,
) -> Result<(), Error> {
    let [rows, columns] = size;
    if rows == 0 || columns == 0 {
        return Ok(());
    }
    let copy;
    let cells = match input {
        Some(cells) => cells,
        None => {
            let mut cells = with_capacity(out.len(), "a copy of the image, to filter in place")?;
            cells.extend_from_slice(out);
            copy = cells;
            &copy
        }
    };
    for (axis, &length) in size.iter().enumerate() {
        // Copies of one line have the median of the line.
        if length == 1 && window.border != Border::Constant {
            window.size[axis] = 1;
        }
    }
    let image = Image { cells, size, border: window.border, fill: window.fill };
    if weighted::suits(size, window.size) {
        weighted::filter(&image, window, out, call)
    } else {
        filter_patches(&image, window, out, call)
    }
}

/// Pixels of the image to be written, from `corner`, row by row.
struct Target<'a, T> {
    corner: [usize; 2],
    rows: Vec<&'a mut [T]>,
}

fn filter_patches<T: Element>(
    image: &Image<T>,
    window: Window<T>,
    out: &mut [T],
    call: &Call,
) -> Result<(), Error> {
    let [rows, columns] = image.size;
    let height = PATCH[0].min(rows);
    let width = PATCH[1].min(columns);
    let omit_nan = T::HAS_NAN && window.nan == NanPolicy::Omit;
    let ranks = tile_rank::Engine { window: window.size, omit_nan };
    let network = network_suits::<T>(window.size)
        .then(|| network::Engine::new::<T::Key>(window.size, width))
        .flatten();
    let surroundings = [height + window.size[0] - 1, width + window.size[1] - 1];

    let mut targets = with_capacity(rows.div_ceil(height) * columns.div_ceil(width), "patches")?;
    for (band, out) in out.chunks_mut(height * columns).enumerate() {
        let first = targets.len();
        for left in (0..columns).step_by(width) {
            let rows = with_capacity(height, "rows of patches")?;
            targets.push(Target { corner: [band * height, left], rows });
        }
        for row in out.chunks_mut(columns) {
            for (target, part) in targets[first..].iter_mut().zip(row.chunks_mut(width)) {
                target.rows.push(part);
            }
        }
    }
    call.add_work(targets.len() as u64);
    let scratch = || {
        let by_network = network.as_ref().map(|network| network.scratch(height)).transpose()?;
        let patch = Patch::with_room(surroundings)?;
        Ok((patch, by_network, ranks.scratch(surroundings[1])?))
    };
    let call = call.sized_for((rows * columns) as f64 * NANOSECONDS);
    call.for_each(targets, 1, scratch, |_, scratch, mut target| {
        let (patch, by_network, by_ranks) = scratch;
        let size = [target.rows.len(), target.rows[0].len()];
        let corner = [0, 1].map(|axis| target.corner[axis] as i64 - window.size[axis] as i64 / 2);
        patch.load(image, corner, [0, 1].map(|axis| size[axis] + window.size[axis] - 1));
        match (&network, by_network) {
            (Some(network), Some(scratch)) if !(omit_nan && patch.has(T::Key::MAX)) => {
                network.filter(scratch, patch, &mut target.rows);
                Ok(())
            }
            _ => ranks.filter(by_ranks, patch, &mut target.rows),
        }
    })
}

fn network_suits<T: Element>([rows, columns]: [usize; 2]) -> bool {
    let sse2 = cfg!(target_arch = "x86_64") && matches!(simd::level(), simd::Level::Portable(_));
    let sides = if sse2 { NETWORK_SIDES_SSE2 } else { NETWORK_SIDES };
    let side = sides[size_of::<T::Key>().ilog2() as usize];
    rows.saturating_mul(columns) <= side * side
}
