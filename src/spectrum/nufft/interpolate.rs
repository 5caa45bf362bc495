//! From the coarse spectrum to the fine grid asked for.
//!
//! Coarse point number m is at m Delta from the origin, Delta = R df. Each frequency is a sum over
//! the w coarse points around it, weighted by a kernel psi; there are only R different sets of
//! weights ("polyphase"). Dividing each sample by psi_hat(tau Delta) beforehand makes this exact
//! but for the aliasing of psi.

use super::deconvolve::Coarse;
use super::fft::ALIGNED;
use super::kernel::Kernel;
use super::spread::TERMS;
use crate::error::Error;
use crate::memory::filled;
use crate::simd::{Isa, Vector, dispatch};
use crate::spectrum::grid::Grid;
use crate::spectrum::output::Stretch;
use crate::spectrum::phase::{LANES, Lanes};

/// From so many phases on, a register holds consecutive phases of one coarse cell; below, the
/// same phase of consecutive cells.
const MANY_PHASES: u64 = 24;
/// The most phases whose weights are kept: with more, each set is used about once.
const KEPT_PHASES: u64 = 4096;
/// Registers of results computed together: they share what is loaded.
const TOGETHER: usize = 3;
/// Frequencies computed before they are handed on: 32 KiB.
const PIECE: usize = 2048;

/// How the fine grid lies on the coarse one.
pub struct Resampler<'a> {
    /// The kernel psi; None when the two grids are the same.
    kernel: Option<&'a Kernel>,
    /// Fine steps in a coarse one, R.
    phases: u64,
    /// How far the fine grid is from the coarse points, in fine steps, in [0, 1).
    fraction: f64,
    /// The weights, if they are kept.
    table: Vec<f64>,
}

/// Buffers of one thread.
pub struct Scratch {
    coarse_re: Vec<f64>,
    coarse_im: Vec<f64>,
    re: Vec<f64>,
    im: Vec<f64>,
    table: Vec<f64>,
}

impl<'a> Resampler<'a> {
    /// See the fields.
    pub fn new(
        kernel: Option<&'a Kernel>,
        phases: u64,
        fraction: f64,
    ) -> Result<Resampler<'a>, Error> {
        let mut resampler = Resampler { kernel, phases, fraction, table: Vec::new() };
        if phases <= KEPT_PHASES {
            let mut table = filled(resampler.table_length(phases as usize), 0.0, TABLE)?;
            resampler.fill_table(0, phases as usize, &mut table);
            resampler.table = table;
        }
        Ok(resampler)
    }

    fn width(&self) -> usize {
        self.kernel.map_or(1, |kernel| kernel.width)
    }

    /// How many frequencies a thread takes at once.
    pub fn stretch_size(&self) -> usize {
        // Reading a long transform costs a cache line for every fourth coarse point.
        (4096 * self.phases.min(16) as usize).clamp(PIECE, 32_768)
    }

    /// Buffers for stretches of that size.
    pub fn scratch(&self) -> Result<Scratch, Error> {
        let what = "resampling the spectrum";
        let cells = self.stretch_size() / self.phases.min(1 << 40) as usize + 2;
        let coarse = (cells + self.width() + ALIGNED as usize + 2 * LANES).next_multiple_of(LANES);
        let most = PIECE + (LANES + 2) * self.phases.min(MANY_PHASES) as usize;
        let piece = most + LANES * TOGETHER;
        let table = if self.table.is_empty() { self.table_length(PIECE) } else { 0 };
        Ok(Scratch {
            coarse_re: filled(coarse, 0.0, what)?,
            coarse_im: filled(coarse, 0.0, what)?,
            re: filled(piece, 0.0, what)?,
            im: filled(piece, 0.0, what)?,
            table: filled(table, 0.0, what)?,
        })
    }

    /// Computes one stretch of the fine grid. Frequency number k is k + shift + fraction fine
    /// steps from coarse point 0.
    pub fn fill(
        &self,
        coarse: &Coarse,
        shift: i64,
        stretch: &mut Stretch,
        grid: &Grid,
        centre: f64,
        scratch: &mut Scratch,
    ) {
        let width = self.width() as i64;
        let phases = self.phases as i64;
        let start = stretch.start as i64 + shift;
        let cell = start.div_euclid(phases);
        let last = (start + stretch.len as i64 - 1).div_euclid(phases);
        // The coarse points around cells `cell` to `last`, and some to fill the registers.
        let needed = cell - (width / 2 - 1).max(0);
        let first = needed.div_euclid(ALIGNED) * ALIGNED;
        let count = ((last - first + width / 2 + 1) as usize + LANES).next_multiple_of(LANES);
        let (coarse_re, coarse_im) =
            (&mut scratch.coarse_re[..count], &mut scratch.coarse_im[..count]);
        coarse.read(first, coarse_re, coarse_im);
        let mut done = 0;
        while done < stretch.len {
            let at = start + done as i64;
            let here = (at.div_euclid(phases) - cell + needed - first) as usize;
            let phase = at.rem_euclid(phases) as usize;
            let left = stretch.len - done;
            let (re, im) = (&mut scratch.re, &mut scratch.im);
            let coarse = [&coarse_re[here..], &coarse_im[here..]];
            let (from, count);
            if self.kernel.is_none() {
                (from, count) = (0, left.min(PIECE));
                re[..count].copy_from_slice(&coarse[0][..count]);
                im[..count].copy_from_slice(&coarse[1][..count]);
            } else if self.phases < MANY_PHASES {
                let phases = self.phases as usize;
                let cells = (PIECE / phases).max(LANES) / LANES * LANES;
                let wanted = (phase + left).min(cells * phases);
                (from, count) = (phase, wanted - phase);
                let cells = wanted.div_ceil(phases);
                let width = self.width();
                dispatch!(by_cells(&self.table, width, cells, coarse, [re, im]));
            } else {
                count = left.min(PIECE).min((self.phases - phase as u64) as usize);
                from = 0;
                let weights = if self.table.is_empty() {
                    self.fill_table(phase as u64, count, &mut scratch.table);
                    Weights { table: &scratch.table, stride: stride(count), first: 0 }
                } else {
                    let stride = stride(self.phases as usize);
                    Weights { table: &self.table, stride, first: phase }
                };
                dispatch!(by_phases(&weights, self.width(), count, coarse, [re, im]));
            }
            let range = from..from + count;
            stretch.put(done, &re[range.clone()], &im[range], grid, centre);
            done += count;
        }
    }

    fn table_length(&self, phases: usize) -> usize {
        if self.phases < MANY_PHASES {
            self.width() * phases
        } else {
            self.width() * stride(phases)
        }
    }

    /// The weights of `count` phases from `first` on: by phase when there are few, by weight when
    /// there are many.
    fn fill_table(&self, first: u64, count: usize, table: &mut [f64]) {
        let Some(kernel) = self.kernel else { return };
        let half = kernel.width / 2;
        for index in 0..count {
            // Between coarse points 0 and 1 from the cell's start.
            let z = ((first + index as u64) as f64 + self.fraction) / self.phases as f64 - 0.5;
            for group in 0..kernel.even.len() {
                let (right, left) = dispatch!(sides(&kernel.even[group], &kernel.odd[group], z));
                for lane in 0..LANES.min(half - group * LANES) {
                    let m = group * LANES + lane;
                    let (right_tap, left_tap) = (half + m, half - 1 - m);
                    if self.phases < MANY_PHASES {
                        table[index * kernel.width + right_tap] = right[lane];
                        table[index * kernel.width + left_tap] = left[lane];
                    } else {
                        table[right_tap * stride(count) + index] = right[lane];
                        table[left_tap * stride(count) + index] = left[lane];
                    }
                }
            }
        }
    }
}

const TABLE: &str = "the weights that resample the spectrum";

/// Length of a line of the table by weight, with room for registers that begin anywhere.
fn stride(phases: usize) -> usize {
    phases + LANES * TOGETHER
}

/// The kernel to the right and to the left, nearest first.
#[inline(always)]
fn sides<I: Isa>(isa: I, even: &[Lanes], odd: &[Lanes], z: f64) -> (Lanes, Lanes) {
    let square = isa.splat(z * z);
    let (mut e, mut o) = (isa.zero(), isa.zero());
    for term in (0..TERMS).rev() {
        e = e.mul_add(square, isa.load(&even[term]));
        o = o.mul_add(square, isa.load(&odd[term]));
    }
    let (mut right, mut left) = ([0.0; LANES], [0.0; LANES]);
    o.mul_add(isa.splat(z), e).store(&mut right);
    o.mul_add(isa.splat(-z), e).store(&mut left);
    (right, left)
}

/// Real and imaginary parts.
type Parts<'a> = [&'a [f64]; 2];
type PartsMut<'a> = [&'a mut [f64]; 2];

/// All phases of `cells` cells, few phases each: a register holds consecutive cells.
#[inline(always)]
fn by_cells<I: Isa>(
    isa: I,
    table: &[f64],
    width: usize,
    cells: usize,
    coarse: Parts,
    [re, im]: PartsMut,
) {
    let phases = table.len() / width;
    for cell in (0..cells).step_by(LANES) {
        let coarse = coarse.map(|part| &part[cell..][..width - 1 + LANES]);
        let mut phase = 0;
        while phase < phases {
            let table = &table[phase * width..];
            let start = cell * phases + phase;
            let fine = [&mut re[start..], &mut im[start..]];
            phase += match phases - phase {
                1 => some_phases::<I, 1>(isa, table, width, phases, coarse, fine),
                2 => some_phases::<I, 2>(isa, table, width, phases, coarse, fine),
                _ => some_phases::<I, TOGETHER>(isa, table, width, phases, coarse, fine),
            };
        }
    }
}

/// N phases of LANES cells; returns N.
#[inline(always)]
fn some_phases<I: Isa, const N: usize>(
    isa: I,
    table: &[f64],
    width: usize,
    phases: usize,
    [coarse_re, coarse_im]: Parts,
    [re, im]: PartsMut,
) -> usize {
    let (mut sum_re, mut sum_im) = ([isa.zero(); N], [isa.zero(); N]);
    let table: [&[f64]; N] = std::array::from_fn(|phase| &table[phase * width..][..width]);
    for tap in 0..width {
        let h_re = isa.load_first(&coarse_re[tap..]);
        let h_im = isa.load_first(&coarse_im[tap..]);
        for phase in 0..N {
            let weight = isa.splat(table[phase][tap]);
            sum_re[phase] = weight.mul_add(h_re, sum_re[phase]);
            sum_im[phase] = weight.mul_add(h_im, sum_im[phase]);
        }
    }
    let (lanes_re, lanes_im) = (sum_re.map(I::F64::lanes), sum_im.map(I::F64::lanes));
    let end = (LANES - 1) * phases + N;
    let (re, im) = (&mut re[..end], &mut im[..end]);
    for lane in 0..LANES {
        for phase in 0..N {
            re[lane * phases + phase] = lanes_re[phase][lane];
            im[lane * phases + phase] = lanes_im[phase][lane];
        }
    }
    N
}

/// Weights of many phases: a line for each coarse point.
struct Weights<'a> {
    table: &'a [f64],
    stride: usize,
    first: usize,
}

/// `count` phases of one cell: a register holds consecutive phases.
#[inline(always)]
fn by_phases<I: Isa>(
    isa: I,
    weights: &Weights,
    width: usize,
    count: usize,
    [coarse_re, coarse_im]: Parts,
    [re, im]: PartsMut,
) {
    const BLOCK: usize = LANES * TOGETHER;
    let (coarse_re, coarse_im) = (&coarse_re[..width], &coarse_im[..width]);
    for start in (0..count).step_by(BLOCK) {
        let (mut sum_re, mut sum_im) = ([isa.zero(); TOGETHER], [isa.zero(); TOGETHER]);
        for (tap, (h_re, h_im)) in coarse_re.iter().zip(coarse_im).enumerate() {
            let (h_re, h_im) = (isa.splat(*h_re), isa.splat(*h_im));
            let line = &weights.table[tap * weights.stride + weights.first + start..][..BLOCK];
            for part in 0..TOGETHER {
                let weight = isa.load_first(&line[part * LANES..]);
                sum_re[part] = weight.mul_add(h_re, sum_re[part]);
                sum_im[part] = weight.mul_add(h_im, sum_im[part]);
            }
        }
        let (re, _) = re[start..].as_chunks_mut();
        let (im, _) = im[start..].as_chunks_mut();
        for part in 0..TOGETHER {
            sum_re[part].store(&mut re[part]);
            sum_im[part].store(&mut im[part]);
        }
    }
}
