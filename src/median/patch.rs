//! A patch of the image with all that its windows see, as keys.

use super::border::Border;
use super::element::{Element, Key};
use crate::error::Error;
use crate::memory::with_capacity;
use crate::parallel::Call;

/// The image to be filtered, and how it continues.
#[derive(Clone, Copy)]
pub struct Image<'a, T> {
    /// Row by row.
    pub cells: &'a [T],
    /// Rows and columns, both > 0.
    pub size: [usize; 2],
    /// Beyond the edges.
    pub border: Border,
    /// The value beyond the edges for [`Border::Constant`].
    pub fill: T,
}

/// Rows of a patch that are looked at between two chances to cancel: a few milliseconds for the
/// widest windows.
pub const ROWS: usize = 256;

/// Keys of a patch and its surroundings.
pub struct Patch<K> {
    keys: Vec<K>,
    size: [usize; 2],
}

impl<K: Key> Patch<K> {
    /// Memory for up to that many rows and columns, surroundings included.
    pub fn with_room([rows, columns]: [usize; 2]) -> Result<Patch<K>, Error> {
        let what = "the surroundings of a patch of the median filter";
        let cells = rows.checked_mul(columns);
        let cells = cells.ok_or(Error::OutOfMemory { what, bytes: usize::MAX })?;
        Ok(Patch { keys: with_capacity(cells, what)?, size: [0, 0] })
    }

    /// Loads `size` cells from `corner`, which may lie outside the image.
    pub fn load<T: Element<Key = K>>(
        &mut self,
        image: &Image<T>,
        corner: [i64; 2],
        size: [usize; 2],
        call: &Call,
    ) -> Result<(), Error> {
        self.size = size;
        self.keys.clear();
        let [rows, columns] = image.size;
        let fill = image.fill.key();
        // The columns that lie inside the image.
        let first = corner[1].clamp(0, columns as i64);
        let end = (corner[1] + size[1] as i64).clamp(first, columns as i64);
        let inside = (first - corner[1]) as usize..(end - corner[1]) as usize;
        for row in 0..size[0] {
            call.check()?;
            // It stays in the cache while it is filled.
            self.keys.resize((row + 1) * size[1], fill);
            let keys = &mut self.keys[row * size[1]..];
            let Some(row) = image.border.index(corner[0] + row as i64, rows) else {
                continue;
            };
            let cells = &image.cells[row * columns..][..columns];
            let source = &cells[first as usize..end as usize];
            for (key, cell) in keys[inside.clone()].iter_mut().zip(source) {
                *key = cell.key();
            }
            for position in (0..inside.start).chain(inside.end..size[1]) {
                let column = image.border.index(corner[1] + position as i64, columns);
                keys[position] = column.map_or(fill, |column| cells[column].key());
            }
        }
        Ok(())
    }

    /// Rows, surroundings included.
    pub fn rows(&self) -> usize {
        self.size[0]
    }

    /// Whether a key is among them.
    pub fn has(&self, wanted: K) -> bool {
        self.keys[..self.size[0] * self.size[1]].contains(&wanted)
    }

    /// One row.
    #[inline(always)]
    pub fn row(&self, row: usize) -> &[K] {
        &self.keys[row * self.size[1]..][..self.size[1]]
    }
}
