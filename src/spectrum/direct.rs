//! The sum as it is written, n * nf terms, without n * nf sines and cosines.
//!
//! The frequencies are cut into rows of 2 B. With g the centre of a row, frequency number b to the
//! right or left of it is g + (b + 1/2) df or g - (b + 1/2) df, and with tau = t - centre
//!
//!   exp(2 pi i (g +- (b + 1/2) df) tau) = exp(2 pi i g tau) exp(+-2 pi i (b + 1/2) df tau),
//!
//! so the real and imaginary parts of both frequencies are sums and differences of four products:
//! of x cos and x sin of the row with cos and sin of the step. The sum over the samples is a
//! product of two real matrices, which is where processors are fastest.

use super::double_double::{Double, two_product};
use super::grid::Grid;
use super::output::Stretch;
use super::phase::{LANES, cos_sin, lanes, phase, relative};
use super::series::Series;
use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::{Isa, dispatch};

/// The most steps to one side of a row's centre, B.
const STEPS: usize = 64;
/// Samples taken together: their table of steps (128 KiB) stays in the second-level cache.
const SAMPLES: usize = 128;
/// Rows and columns of the product computed together: 8 registers of 8 sums.
const TILE_ROWS: usize = 4;
const TILE_COLUMNS: usize = 2 * LANES;

/// How a stretch of frequencies is laid out.
#[derive(Clone, Copy)]
struct Layout {
    /// Steps to one side of a row's centre, a multiple of the lanes.
    steps: usize,
    /// Rows, a multiple of the lanes.
    rows: usize,
}

impl Layout {
    fn of(frequencies: usize) -> Layout {
        let steps = frequencies.div_ceil(2).next_multiple_of(LANES).clamp(LANES, STEPS);
        Layout { steps, rows: frequencies.div_ceil(2 * steps).next_multiple_of(LANES) }
    }

    /// Cosines and sines of the steps of one sample.
    fn columns(self) -> usize {
        2 * self.steps
    }
}

/// Computes F on `whole`.
pub fn run(series: &Series, grid: &Grid, whole: Stretch, call: &Call) -> Result<(), Error> {
    let size = stretch_size(series.t.len(), whole.len).min(whole.len);
    let terms = |frequencies: usize| (series.t.len() as u64).saturating_mul(frequencies as u64);
    call.add_work(terms(whole.len));
    let scratch = || Scratch::new(size);
    call.for_each(whole.split(size), terms(size), scratch, |_, scratch, mut stretch| {
        sum(series, grid, &mut stretch, scratch);
        Ok(())
    })
}

/// Terms that a thread sums before it looks up: some 30 ms.
const TERMS: usize = 1 << 28;

/// How many frequencies a thread takes at once: enough that the table of steps, which each
/// stretch computes anew, costs little; few enough that there are some 16 stretches, and that a
/// call is soon cancelled.
fn stretch_size(n: usize, nf: usize) -> usize {
    let row = 2 * STEPS;
    let rows = (nf / 16).min(TERMS / n.max(1)) / (LANES * row) * LANES;
    rows.clamp(LANES, 64) * row
}

/// Working arrays of one thread.
struct Scratch {
    /// For which they are laid out.
    layout: Layout,
    /// cos and sin of the steps, in panels of TILE_COLUMNS for each sample.
    steps: Vec<f64>,
    /// x cos and x sin of the rows' centres, in panels of TILE_ROWS for each sample.
    rows: Vec<f64>,
    /// The product: x cos and x sin of each row with cos and sin of each step.
    sums: Vec<f64>,
    re: Vec<f64>,
    im: Vec<f64>,
}

impl Scratch {
    /// For stretches of up to `frequencies`.
    fn new(frequencies: usize) -> Result<Scratch, Error> {
        let layout = Layout::of(frequencies);
        let what = "the tables of the direct sum";
        Ok(Scratch {
            layout,
            steps: filled(SAMPLES * layout.columns(), 0.0, what)?,
            rows: filled(SAMPLES * 2 * layout.rows, 0.0, what)?,
            sums: filled(2 * layout.rows * layout.columns(), 0.0, what)?,
            re: filled(layout.rows * layout.columns(), 0.0, what)?,
            im: filled(layout.rows * layout.columns(), 0.0, what)?,
        })
    }
}

/// Computes F on one stretch of frequencies.
fn sum(series: &Series, grid: &Grid, stretch: &mut Stretch, scratch: &mut Scratch) {
    // The last stretch may be shorter, and so is what it uses of the tables.
    let layout = Layout::of(stretch.len);
    scratch.layout = layout;
    let centre = series.centre();
    scratch.sums.fill(0.0);
    for (t, x) in series.t.chunks(SAMPLES).zip(series.x.chunks(SAMPLES)) {
        dispatch!(add_samples(grid, stretch.start, centre, t, x, scratch));
    }
    let Scratch { sums, re, im, .. } = scratch;
    let steps = layout.steps;
    for row in 0..stretch.len.div_ceil(2 * steps) {
        let cosines = &sums[layout.line(row, 0) * layout.columns()..][..layout.columns()];
        let sines = &sums[layout.line(row, 1) * layout.columns()..][..layout.columns()];
        for b in 0..steps {
            let (cc, cs) = (cosines[b], cosines[steps + b]);
            let (sc, ss) = (sines[b], sines[steps + b]);
            let (right, left) = (2 * row * steps + steps + b, 2 * row * steps + steps - 1 - b);
            (re[right], im[right]) = (cc - ss, sc + cs);
            (re[left], im[left]) = (cc + ss, sc - cs);
        }
    }
    stretch.put(0, &re[..stretch.len], &im[..stretch.len], grid, centre);
}

impl Layout {
    /// Line of the row table and of the product for a row's cosine (0) or sine (1): lanes of
    /// cosines alternate with lanes of sines.
    #[inline(always)]
    fn line(self, row: usize, part: usize) -> usize {
        2 * (row - row % LANES) + part * LANES + row % LANES
    }
}

/// Adds the terms of up to SAMPLES samples.
#[inline(always)]
fn add_samples<I: Isa>(
    isa: I,
    grid: &Grid,
    start: usize,
    centre: f64,
    t: &[f64],
    x: &[f64],
    scratch: &mut Scratch,
) {
    let Scratch { layout, steps, rows, sums, .. } = scratch;
    for (sample, &t) in t.iter().enumerate() {
        fill_steps(isa, grid.step(), relative(t, centre), sample, layout.steps, steps);
    }
    // The frequency at the centre of each row: half a step left of its frequency number B.
    for group in 0..layout.rows / LANES {
        let mut f = [Double { high: 0.0, low: 0.0 }; LANES];
        for (lane, f) in f.iter_mut().enumerate() {
            let row = group * LANES + lane;
            *f =
                grid.frequency_double((start + row * layout.columns() + layout.steps) as f64 - 0.5);
        }
        let panels = &mut rows[2 * group * LANES * SAMPLES..][..2 * LANES * SAMPLES];
        for (sample, (&t, &x)) in t.iter().zip(x).enumerate() {
            let tau = relative(t, centre);
            let (cos, sin) = cos_sin(isa, lanes(|lane| phase(f[lane], tau)));
            let both = cos.chunks_exact(TILE_ROWS).chain(sin.chunks_exact(TILE_ROWS));
            for (panel, four) in panels.chunks_exact_mut(TILE_ROWS * SAMPLES).zip(both) {
                for (place, value) in panel[sample * TILE_ROWS..].iter_mut().zip(four) {
                    *place = x * value;
                }
            }
        }
    }
    let (rows, steps) = (&rows[..2 * layout.rows * SAMPLES], &steps[..layout.columns() * SAMPLES]);
    multiply(isa, t.len(), rows, steps, layout.columns(), sums);
}

/// cos and sin of 2 pi (b + 1/2) df tau. With b = 8 far + near, the exponential is a product of
/// two that are computed to full precision.
#[inline(always)]
fn fill_steps<I: Isa>(
    isa: I,
    df: Double,
    tau: Double,
    sample: usize,
    steps: usize,
    panels: &mut [f64],
) {
    let step = |count: f64| -> Double {
        let (high, low) = two_product(count, df.high);
        Double { high, low: low + count * df.low }
    };
    let (near_cos, near_sin) = cos_sin(isa, lanes(|lane| phase(step(lane as f64 + 0.5), tau)));
    let (far_cos, far_sin) = cos_sin(isa, lanes(|lane| phase(step((lane * LANES) as f64), tau)));
    let place = |column: usize| {
        let panel = column / TILE_COLUMNS * TILE_COLUMNS * SAMPLES;
        panel + sample * TILE_COLUMNS + column % TILE_COLUMNS
    };
    for far in 0..steps / LANES {
        let (c, s) = (far_cos[far], far_sin[far]);
        let cosines = &mut panels[place(far * LANES)..][..LANES];
        for lane in 0..LANES {
            cosines[lane] = isa.mul_add(c, near_cos[lane], -(s * near_sin[lane]));
        }
        let sines = &mut panels[place(steps + far * LANES)..][..LANES];
        for lane in 0..LANES {
            sines[lane] = isa.mul_add(c, near_sin[lane], s * near_cos[lane]);
        }
    }
}

/// sums += rows^T steps, over `samples` samples.
#[inline(always)]
fn multiply<I: Isa>(
    isa: I,
    samples: usize,
    rows: &[f64],
    steps: &[f64],
    columns: usize,
    sums: &mut [f64],
) {
    for (column, step_panel) in steps.chunks_exact(TILE_COLUMNS * SAMPLES).enumerate() {
        for (row, row_panel) in rows.chunks_exact(TILE_ROWS * SAMPLES).enumerate() {
            let mut tile = [[0.0; TILE_COLUMNS]; TILE_ROWS];
            let (left, _) = row_panel.as_chunks::<TILE_ROWS>();
            let (right, _) = step_panel.as_chunks::<TILE_COLUMNS>();
            for (left, right) in left[..samples].iter().zip(&right[..samples]) {
                for (sums, factor) in tile.iter_mut().zip(left) {
                    for (sum, step) in sums.iter_mut().zip(right) {
                        *sum = isa.mul_add(*factor, *step, *sum);
                    }
                }
            }
            for (offset, line) in tile.iter().enumerate() {
                let first = (row * TILE_ROWS + offset) * columns + column * TILE_COLUMNS;
                for (sum, more) in sums[first..first + TILE_COLUMNS].iter_mut().zip(line) {
                    *sum += more;
                }
            }
        }
    }
}
