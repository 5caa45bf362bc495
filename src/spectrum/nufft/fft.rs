//! The complex FFT, sum over c of z_c exp(+2 pi i c m / N), on all threads where it is long.
//!
//! A long one is done in four steps (Gentleman and Sande 1966; Bailey 1990): with c = c1 N2 + c2
//! and m = m1 + N1 m2, transforms of length N1 down the columns, a factor exp(2 pi i c2 m1 / N),
//! and transforms of length N2 along the rows, in place. Element m is then in row m mod N1, at
//! m / N1. The short transforms are rustfft's.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::slice;
use std::sync::{Arc, Mutex};

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftDirection, FftPlanner};

use crate::error::Error;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::{Isa, Vector, dispatch, prefetch};
use crate::spectrum::phase::{LANES, cos_sin, lanes};

/// The longest transform that is done as one: 512 KiB, half a second-level cache.
const LONGEST: usize = 32_768;
/// Columns transformed together: four cache lines wide.
const STRIP: usize = 16;
/// Numbers in a cache line.
const LINE: usize = 4;
/// See [`Transform::read`].
pub const ALIGNED: i64 = 64;
/// Strips that a thread takes at once.
const STRIPS: usize = 4;

/// Lengths are these times a power of two: all fast, and at most an eighth apart.
const MANTISSAS: [usize; 8] = [16, 18, 20, 22, 24, 26, 28, 30];

/// The plans of this process, by length: no more than the good lengths up to LONGEST.
type Plans = HashMap<usize, Arc<dyn Fft<f64>>>;

static PLANS: PerProcess<Mutex<Plans>> = PerProcess::new(|| Mutex::new(Plans::new()));

fn plan(length: usize) -> Arc<dyn Fft<f64>> {
    let mut plans = lock(PLANS.get());
    let make = || FftPlanner::new().plan_fft(length, FftDirection::Inverse);
    Arc::clone(plans.entry(length).or_insert_with(make))
}

/// The shortest good length that is at least `least`, and even.
pub fn good_length(least: usize) -> usize {
    let mut best = usize::MAX;
    for mantissa in MANTISSAS {
        let doublings = least.div_ceil(mantissa).next_power_of_two();
        best = best.min(mantissa * doublings);
    }
    best
}

/// A transform of one length.
pub struct Transform {
    /// Rows N1, a power of two: its exponent.
    row_bits: u32,
    row_length: usize,
    along_rows: Arc<dyn Fft<f64>>,
    along_columns: Option<Arc<dyn Fft<f64>>>,
}

impl Transform {
    /// The transform of a length from [`good_length`].
    pub fn new(length: usize) -> Transform {
        if length <= LONGEST {
            let along_rows = plan(length);
            return Transform { row_bits: 0, row_length: length, along_rows, along_columns: None };
        }
        // Few rows, so that consecutive elements, which are in different rows, share cache lines
        // and pages.
        let row_bits = length.div_ceil(LONGEST).next_power_of_two().ilog2();
        let row_length = length >> row_bits;
        let (along_rows, along_columns) = (plan(row_length), Some(plan(1 << row_bits)));
        Transform { row_bits, row_length, along_rows, along_columns }
    }

    /// Length N.
    pub fn len(&self) -> usize {
        self.rows() * self.row_length
    }

    fn rows(&self) -> usize {
        1 << self.row_bits
    }

    /// Transforms `mesh` in place; the result is read with [`Transform::read`].
    pub fn run(&self, mesh: &mut [Complex<f64>], call: &Call) -> Result<(), Error> {
        if let Some(columns) = &self.along_columns {
            self.run_columns(columns.as_ref(), mesh, call)?;
        }
        let rows = mesh.chunks_mut(self.row_length);
        let units = self.row_length as u64;
        let scratch = || work_space(self.along_rows.get_inplace_scratch_len());
        call.for_each(rows, units, scratch, |_, scratch, rows| {
            self.along_rows.process_with_scratch(rows, scratch);
            Ok(())
        })
    }

    /// Elements number `first` on of the result that `run` left in `mesh`; periodic. Fastest from
    /// multiples of ALIGNED on.
    pub fn read(&self, mesh: &[Complex<f64>], first: i64, re: &mut [f64], im: &mut [f64]) {
        let start = first.rem_euclid(self.len() as i64) as usize;
        let (mut row, mut column) = (start & (self.rows() - 1), start >> self.row_bits);
        let mut done = 0;
        while done < re.len() {
            let (re, im) = (&mut re[done..], &mut im[done..]);
            done += if row == 0
                && re.len() >= LINE << self.row_bits
                && column + LINE <= self.row_length
            {
                // A cache line of each row.
                for row in 0..self.rows() {
                    let start = row * self.row_length + column;
                    // Rows are far apart: the processor does not see what comes next.
                    prefetch(mesh.as_ptr().wrapping_add(start + 2 * LINE));
                    let line = &mesh[start..][..LINE];
                    for (column, value) in line.iter().enumerate() {
                        re[(column << self.row_bits) + row] = value.re;
                        im[(column << self.row_bits) + row] = value.im;
                    }
                }
                column += LINE;
                LINE << self.row_bits
            } else {
                let count = re.len().min(self.rows() - row);
                let values = mesh[row * self.row_length + column..].iter().step_by(self.row_length);
                for (value, (re, im)) in values.zip(re[..count].iter_mut().zip(im)) {
                    (*re, *im) = (value.re, value.im);
                }
                (row, column) = (0, column + 1);
                count
            };
            if column == self.row_length {
                column = 0;
            }
        }
    }

    fn run_columns(
        &self,
        columns: &dyn Fft<f64>,
        mesh: &mut [Complex<f64>],
        call: &Call,
    ) -> Result<(), Error> {
        let matrix = Matrix::new(mesh, self.rows(), self.row_length);
        let scratch = || {
            let buffer = work_space(STRIP * self.rows())?;
            Ok((buffer, work_space(columns.get_inplace_scratch_len())?))
        };
        let item = STRIP * STRIPS;
        let units = (self.rows() * item) as u64;
        let items = (0..self.row_length).step_by(item);
        call.for_each(items, units, scratch, |_, (buffer, scratch), first| {
            for first in (first..(first + item).min(self.row_length)).step_by(STRIP) {
                let width = STRIP.min(self.row_length - first);
                let buffer = &mut buffer[..width * self.rows()];
                // SAFETY: each column belongs to one strip of one item.
                unsafe { matrix.read_columns(first, buffer) };
                columns.process_with_scratch(buffer, scratch);
                for (column, line) in buffer.chunks_exact_mut(self.rows()).enumerate() {
                    dispatch!(twiddle(line, first + column, self.len()));
                }
                // SAFETY: as above.
                unsafe { matrix.write_columns(first, buffer) };
            }
            Ok(())
        })
    }
}

/// A matrix whose columns are worked on by several threads.
struct Matrix<'a> {
    elements: *mut Complex<f64>,
    rows: usize,
    row_length: usize,
    borrowed: PhantomData<&'a mut [Complex<f64>]>,
}

// SAFETY: threads only touch elements through the two functions below, whose callers keep to
// columns of their own.
unsafe impl Sync for Matrix<'_> {}

impl<'a> Matrix<'a> {
    fn new(elements: &'a mut [Complex<f64>], rows: usize, row_length: usize) -> Matrix<'a> {
        assert_eq!(elements.len(), rows * row_length);
        Matrix { elements: elements.as_mut_ptr(), rows, row_length, borrowed: PhantomData }
    }

    /// Copies the columns from `first` on, as many as fill `buffer`, one after the other.
    ///
    /// # Safety
    /// No other thread may be using these columns.
    unsafe fn read_columns(&self, first: usize, buffer: &mut [Complex<f64>]) {
        let width = buffer.len() / self.rows;
        assert!(first + width <= self.row_length);
        for row in 0..self.rows {
            // SAFETY: within the matrix by the assertion; the caller's promise.
            let part = unsafe {
                slice::from_raw_parts(self.elements.add(row * self.row_length + first), width)
            };
            // Rows are far apart: the processor does not see what comes next.
            for ahead in 0..width / LINE {
                prefetch(part.as_ptr().wrapping_add(width + ahead * LINE));
            }
            for (column, value) in part.iter().enumerate() {
                buffer[column * self.rows + row] = *value;
            }
        }
    }

    /// The reverse of `read_columns`.
    ///
    /// # Safety
    /// No other thread may be using these columns.
    unsafe fn write_columns(&self, first: usize, buffer: &[Complex<f64>]) {
        let width = buffer.len() / self.rows;
        assert!(first + width <= self.row_length);
        for row in 0..self.rows {
            // SAFETY: within the matrix by the assertion; the caller's promise.
            let part = unsafe {
                slice::from_raw_parts_mut(self.elements.add(row * self.row_length + first), width)
            };
            for (column, value) in part.iter_mut().enumerate() {
                *value = buffer[column * self.rows + row];
            }
        }
    }
}

fn work_space(length: usize) -> Result<Vec<Complex<f64>>, Error> {
    filled(length, Complex::new(0.0, 0.0), "an FFT")
}

/// Multiplies element m by exp(2 pi i column m / length).
#[inline(always)]
fn twiddle<I: Isa>(isa: I, line: &mut [Complex<f64>], column: usize, length: usize) {
    let (column, length) = (column as f64, length as f64);
    // All integers here are below 2^53: whole cycles are dropped exactly.
    let root = |m: usize| -> f64 {
        let product = column * m as f64;
        (product - (product / length).floor() * length) / length
    };
    let (near_cos, near_sin) = cos_sin(isa, lanes(root));
    let (near_cos, near_sin) = (isa.load(&near_cos), isa.load(&near_sin));
    for (block, line) in line.chunks_mut(LANES * LANES).enumerate() {
        let first = block * LANES * LANES;
        let (far_cos, far_sin) = cos_sin(isa, lanes(|lane| root(first + lane * LANES)));
        for (far, values) in line.chunks_mut(LANES).enumerate() {
            let (c, s) = (isa.splat(far_cos[far]), isa.splat(far_sin[far]));
            let cos = c * near_cos - s * near_sin;
            let sin = c.mul_add(near_sin, s * near_cos);
            let mut numbers = [0.0; 2 * LANES];
            for (pair, value) in numbers.as_chunks_mut().0.iter_mut().zip(&*values) {
                *pair = [value.re, value.im];
            }
            cos.complex_mul(sin, &mut numbers);
            for (pair, value) in numbers.as_chunks().0.iter().zip(values) {
                let [re, im] = *pair;
                *value = Complex::new(re, im);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_transforms_agree_with_plain_ones() {
        for length in [24, 1000, 20_480, 40_960, 98_304, 110_592, 163_840] {
            let length = good_length(length);
            let wave = |c: usize| Complex::new(((c * c) % 101) as f64, ((c * 7) % 13) as f64);
            let mut mesh: Vec<Complex<f64>> = (0..length).map(wave).collect();
            let mut plain = mesh.clone();
            let transform = Transform::new(length);
            transform.run(&mut mesh, &Call::new(1)).unwrap();
            FftPlanner::new().plan_fft(length, FftDirection::Inverse).process(&mut plain);
            let scale = plain.iter().map(|z| z.norm()).fold(0.0, f64::max);
            for (m, expected) in plain.iter().enumerate() {
                let (mut re, mut im) = ([0.0], [0.0]);
                transform.read(&mesh, m as i64 - length as i64, &mut re, &mut im);
                let error = (Complex::new(re[0], im[0]) - expected).norm();
                assert!(error < 1e-15 * scale, "length {length}, element {m}: {error}");
            }
        }
    }

    #[test]
    fn good_lengths_are_even_and_close() {
        for least in 1..100_000 {
            let length = good_length(least);
            assert!(length >= least && length.is_multiple_of(2), "{least}");
            assert!(least < 16 || length * 8 <= least * 9 + 16, "{least}: {length}");
        }
    }
}
