//! The triangular factor R of all samples' functions and values, for LANES frequencies at once.
//!
//! Rows are samples: the functions and the value, divided by the uncertainty. With the rows of R
//! so far, ROWS of them are made triangular again by modified Gram-Schmidt. Sums of products of
//! any two columns stay what they are, and that is all a fit needs.

use super::Model;
use super::arithmetic::{Arithmetic, Plain, Twice};
use super::basis::{columns, functions};
use crate::error::Error;
use crate::memory::reserve;
use crate::periodogram::weights::Weighted;
use crate::simd::{Isa, LANES, dispatch};
use crate::spectrum::double_double::{Double, two_sum};
use crate::spectrum::grid::Grid;
use crate::spectrum::phase::{Lanes, relative};

/// Samples taken in together.
const ROWS: usize = 64;

/// The factor and the rows being taken in, column by column.
pub struct Factor {
    columns: usize,
    words: usize,
    /// The power of 2 that sines of the half angle were multiplied by in each lane: its exponent.
    pub exponents: [i32; LANES],
    /// Columns of R, of `words` registers for each row.
    triangle: Vec<Lanes>,
    /// The same columns with the rows being taken in behind them: R is upside down, so that what
    /// is not zero is together.
    table: Vec<Lanes>,
}

impl Factor {
    /// For a number of harmonics.
    pub fn new(terms: usize) -> Factor {
        let (triangle, table) = (Vec::new(), Vec::new());
        Factor { columns: columns(terms), words: 1, exponents: [0; LANES], triangle, table }
    }

    /// R in row `row` and column `column`, at the frequency of a lane.
    pub fn get(&self, row: usize, column: usize, lane: usize) -> Double {
        let words = &self.triangle[(column * self.columns + row) * self.words..][..self.words];
        Double { high: words[0][lane], low: words.get(1).map_or(0.0, |low| low[lane]) }
    }

    fn height(&self) -> usize {
        self.columns + ROWS
    }

    /// Takes in all samples, in double precision, at up to LANES frequencies.
    pub fn in_double(
        &mut self,
        weighted: &Weighted,
        grid: &Grid,
        model: &Model,
        numbers: &[usize],
    ) -> Result<(), Error> {
        let angles = self.begin(1, weighted, grid, numbers)?;
        dispatch!(take_in_plain(self, weighted, model, &angles));
        Ok(())
    }

    /// The same with twice the digits.
    pub fn in_twice(
        &mut self,
        weighted: &Weighted,
        grid: &Grid,
        model: &Model,
        numbers: &[usize],
    ) -> Result<(), Error> {
        let angles = self.begin(2, weighted, grid, numbers)?;
        dispatch!(take_in_twice(self, weighted, model, &angles));
        Ok(())
    }

    fn begin(
        &mut self,
        words: usize,
        weighted: &Weighted,
        grid: &Grid,
        numbers: &[usize],
    ) -> Result<Angles, Error> {
        let (columns, height) = (self.columns, self.height());
        self.words = words;
        for (table, rows) in [(&mut self.triangle, columns), (&mut self.table, height)] {
            table.clear();
            reserve(table, columns * rows * words, "the functions of a fit")?;
            table.resize(columns * rows * words, [0.0; LANES]);
        }
        let series = weighted.series(&[]);
        let last = numbers.len() - 1;
        let mut angles =
            Angles { f: [Double::ZERO; LANES], powers: [1.0; LANES], centre: series.centre() };
        for lane in 0..LANES {
            angles.f[lane] = grid.frequency_double(numbers[lane.min(last)] as f64);
            // |sin(pi f tau)| is below this.
            let bound = (2.0 * angles.f[lane].high.abs() * series.length()).min(1.0);
            let exponent = if bound > 1e-300 { -bound.log2().floor() as i32 } else { 0 };
            (self.exponents[lane], angles.powers[lane]) = (exponent, 2f64.powi(exponent));
        }
        Ok(angles)
    }
}

/// The angles pi f (t - centre), and the scale of their sines.
struct Angles {
    f: [Double; LANES],
    powers: Lanes,
    centre: f64,
}

#[inline(always)]
fn take_in_plain<I: Isa>(
    isa: I,
    factor: &mut Factor,
    weighted: &Weighted,
    model: &Model,
    angles: &Angles,
) {
    take_in(Plain(isa), factor, weighted, model, angles);
}

#[inline(always)]
fn take_in_twice<I: Isa>(
    isa: I,
    factor: &mut Factor,
    weighted: &Weighted,
    model: &Model,
    angles: &Angles,
) {
    take_in(Twice(isa), factor, weighted, model, angles);
}

#[inline(always)]
fn take_in<A: Arithmetic>(
    arithmetic: A,
    factor: &mut Factor,
    weighted: &Weighted,
    model: &Model,
    angles: &Angles,
) {
    let height = factor.height();
    let columns = factor.columns;
    let t = weighted.samples.t;
    let place = |column: usize, row: usize| (column * height + row) * A::WORDS;
    for start in (0..t.len()).step_by(ROWS) {
        let rows = ROWS.min(t.len() - start);
        for row in 0..rows {
            let (weight, value) = sample(weighted, start + row);
            let weight = arithmetic.splat(weight);
            let table = &mut factor.table;
            let mut put = |column: usize, number: A::Number| {
                let words = &mut table[place(column, columns + row)..][..A::WORDS];
                arithmetic.store(number * weight, words);
            };
            put(0, arithmetic.splat(1.0.into()));
            put(columns - 1, arithmetic.splat(value));
            let tau = relative(t[start + row], angles.centre);
            let half = arithmetic.half_angle(&angles.f, tau);
            functions(arithmetic, model, half, &angles.powers, put);
        }
        triangularize(arithmetic, factor, rows);
    }
}

/// 1 / dy and y - mean of a sample, with twice the digits.
#[inline(always)]
fn sample(weighted: &Weighted, index: usize) -> (Double, Double) {
    let weight = match weighted.samples.dy {
        Some(dy) => Double::from(weighted.least) / Double::from(dy.get(index)),
        None => Double::from(1.0),
    };
    let y = weighted.samples.y.get(index) / weighted.unit;
    let (high, low) = two_sum(y, -weighted.mean / weighted.unit);
    (weight, Double { high, low })
}

/// Makes R of the rows of R so far and the `rows` rows behind them, by modified Gram-Schmidt.
#[inline(always)]
fn triangularize<A: Arithmetic>(arithmetic: A, factor: &mut Factor, rows: usize) {
    let (columns, words) = (factor.columns, factor.height() * A::WORDS);
    for k in 0..columns {
        let (front, others) = factor.table.split_at_mut((k + 1) * words);
        let used = (columns - 1 - k) * A::WORDS..(columns + rows) * A::WORDS;
        let column = &front[k * words..][used.clone()];
        let (mut norm, mut inverse) = ([[0.0; LANES]; 2], [[0.0; LANES]; 2]);
        arithmetic.store(dot(arithmetic, column, column), &mut norm);
        for lane in 0..LANES {
            let root = A::lane(&norm, lane).sqrt();
            let one = if root.high > 0.0 { Double::from(1.0) / root } else { Double::ZERO };
            A::put_lane(&mut norm, lane, root);
            A::put_lane(&mut inverse, lane, one);
        }
        let inverse = arithmetic.load(&inverse);
        for (j, other) in (k + 1..).zip(others.chunks_exact_mut(words)) {
            let share = dot(arithmetic, column, &other[used.clone()]) * inverse;
            let minus = arithmetic.splat(Double::ZERO) - share * inverse;
            let both =
                column.chunks_exact(A::WORDS).zip(other[used.clone()].chunks_exact_mut(A::WORDS));
            for (of_column, of_other) in both {
                let rest = arithmetic.mul_add(
                    arithmetic.load(of_column),
                    minus,
                    arithmetic.load(of_other),
                );
                arithmetic.store(rest, of_other);
            }
            arithmetic.store(share, &mut factor.triangle[(j * columns + k) * A::WORDS..]);
        }
        factor.triangle[(k * columns + k) * A::WORDS..][..A::WORDS]
            .copy_from_slice(&norm[..A::WORDS]);
    }
    for (column, triangle) in
        factor.table.chunks_exact_mut(words).zip(factor.triangle.chunks_exact(columns * A::WORDS))
    {
        for (row, from) in triangle.chunks_exact(A::WORDS).enumerate() {
            column[(columns - 1 - row) * A::WORDS..][..A::WORDS].copy_from_slice(from);
        }
    }
}

/// The sum of products of two columns.
#[inline(always)]
fn dot<A: Arithmetic>(arithmetic: A, a: &[Lanes], b: &[Lanes]) -> A::Number {
    // Sums of their own for every fourth row, so that none waits for another.
    let mut sums = [arithmetic.splat(Double::ZERO); 4];
    let (a_fours, b_fours) = (a.chunks_exact(4 * A::WORDS), b.chunks_exact(4 * A::WORDS));
    let rest =
        a_fours.remainder().chunks_exact(A::WORDS).zip(b_fours.remainder().chunks_exact(A::WORDS));
    for (a, b) in a_fours.zip(b_fours) {
        for (place, sum) in sums.iter_mut().enumerate() {
            let (a, b) = (&a[place * A::WORDS..], &b[place * A::WORDS..]);
            *sum = arithmetic.mul_add(arithmetic.load(a), arithmetic.load(b), *sum);
        }
    }
    for (a, b) in rest {
        sums[0] = arithmetic.mul_add(arithmetic.load(a), arithmetic.load(b), sums[0]);
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
