//! Uneven samples onto a regular mesh: each adds its amplitude times the kernel to the cells
//! around it ("gridding"; type 1 of the nonuniform FFT).
//!
//! The mesh is cut into short runs of cells. A run is filled in a buffer that stays in the
//! first-level cache, with a margin on each side; the margins are added to the neighbours when
//! all runs are done. Runs are fixed by the mesh, not by the threads.
//!
//! Where many samples fall between the same two cells, their moments sum c z^p are gathered
//! first and the kernel's polynomials are applied once.

use std::ops::Range;

use rustfft::num_complex::Complex;

use super::grid::Double;
use super::kernel::Kernel;
use super::phase::{LANES, Lanes, cos_sin, lanes, phase, relative};
use crate::error::{Error, filled};
use crate::simd::{Isa, multiversion};
use crate::threads::Team;

/// The most cells that a sample reaches to each side.
const REACH: usize = LANES;
/// Margin of a run: the reach, and room for samples that rounding moved over the edge.
const MARGIN: usize = REACH + 4;
/// Numbers in a run of the mesh: 16 KiB.
const RUN: usize = 2048;
/// Samples located together: their cells, positions and amplitudes take 14 KiB.
const GROUP: usize = 512;
/// From so many samples between the same two cells on, moments cost less than kernels.
const MANY: usize = 40;
/// Terms of the kernel's polynomials, of E and of O.
pub const TERMS: usize = 7;

/// Where samples lie on the mesh and what they add to it.
#[derive(Clone, Debug)]
pub struct Gridding<'a> {
    /// Times are counted from here.
    pub centre: f64,
    /// Cells per unit of time; negative when the frequency step is.
    pub scale: Double,
    /// Cells in the mesh.
    pub cells: usize,
    /// Whether times can reach beyond the mesh, which is periodic.
    pub wraps: bool,
    /// The kernel, of width 16 at most.
    pub kernel: &'a Kernel,
    /// The factor 1 / psi_hat(tau Delta): a polynomial in v = (argument tau)^2 - 1, and argument.
    pub taper: Option<(&'a [f64], f64)>,
    /// Frequency to which the samples are modulated; None when it is 0 and amplitudes are real.
    pub carrier: Option<Double>,
}

/// Buffers of one thread.
pub struct Scratch {
    cell: Vec<f64>,
    z: Vec<f64>,
    re: Vec<f64>,
    im: Vec<f64>,
    run_re: Vec<f64>,
    run_im: Vec<f64>,
}

impl Scratch {
    /// Buffers for any run.
    pub fn new() -> Result<Scratch, Error> {
        let group = || filled(GROUP + LANES, 0.0, "a group of samples");
        let run = || filled(RUN + 2 * MARGIN, 0.0, "a run of the mesh");
        Ok(Scratch {
            cell: group()?,
            z: group()?,
            re: group()?,
            im: group()?,
            run_re: run()?,
            run_im: run()?,
        })
    }
}

/// Margins of a run, to be added to its neighbours: real and imaginary parts, left and right.
type Margins = [[f64; 2 * MARGIN]; 2];

impl Gridding<'_> {
    /// Cells in a run, each of one number or two: a multiple of 16, so that a short mesh has some
    /// sixteen runs.
    pub fn run_cells(&self) -> usize {
        let most = if self.carrier.is_some() { RUN / 2 } else { RUN };
        (self.cells / 16).next_multiple_of(16).min(most)
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.cells.div_ceil(self.run_cells())
    }

    /// The cell left of a time, about; for binning only.
    pub fn about(&self, t: f64) -> f64 {
        let cell = (t - self.centre) * self.scale.high + (self.cells / 2) as f64;
        if self.wraps {
            cell - (cell / self.cells as f64).floor() * self.cells as f64
        } else {
            cell
        }
    }

    /// Fills `mesh`. Run number r takes the samples `of_run(r)` of t and x. A real mesh holds two
    /// cells in a complex number.
    pub fn spread(
        &self,
        t: &[f64],
        x: &[f64],
        of_run: impl Fn(usize) -> Range<usize> + Sync,
        mesh: &mut [Complex<f64>],
        team: &Team,
    ) -> Result<(), Error> {
        let run_cells = self.run_cells();
        let mut margins: Vec<Margins> =
            filled(self.runs(), [[0.0; 2 * MARGIN]; 2], "the margins of the mesh")?;
        let units = (self.runs() * 300 + t.len() * 10) / self.runs();
        // Cells in a complex number of the mesh.
        let per_number = if self.carrier.is_some() { 1 } else { 2 };
        let items = mesh.chunks_mut(run_cells / per_number).zip(&mut margins).enumerate();
        team.each(items, units as u64, Scratch::new, |scratch, (run, (mesh, margins))| {
            let samples = of_run(run);
            let first = (run * run_cells) as f64;
            spread_run(self, first, &t[samples.clone()], &x[samples], scratch, mesh);
            for (margin, run) in margins.iter_mut().zip([&scratch.run_re, &scratch.run_im]) {
                let used = mesh.len() * per_number;
                margin[..MARGIN].copy_from_slice(&run[..MARGIN]);
                margin[MARGIN..].copy_from_slice(&run[MARGIN + used..][..MARGIN]);
            }
            Ok(())
        })?;
        for (run, [re, im]) in margins.iter().enumerate() {
            let first = run * run_cells;
            let last = (first + run_cells).min(self.cells);
            for offset in 0..2 * MARGIN {
                let cell = if offset < MARGIN {
                    (first + self.cells + offset - MARGIN) % self.cells
                } else {
                    (last + offset - MARGIN) % self.cells
                };
                if self.carrier.is_some() {
                    mesh[cell] += Complex::new(re[offset], im[offset]);
                } else if cell % 2 == 0 {
                    mesh[cell / 2].re += re[offset];
                } else {
                    mesh[cell / 2].im += re[offset];
                }
            }
        }
        Ok(())
    }
}

multiversion! {
    /// Fills one run of the mesh, whose first cell is `first`.
    fn spread_run(
        gridding: &Gridding, first: f64, t: &[f64], x: &[f64], scratch: &mut Scratch,
        mesh: &mut [Complex<f64>],
    ) = run;
}

#[inline(always)]
fn run<I: Isa>(
    gridding: &Gridding,
    first: f64,
    t: &[f64],
    x: &[f64],
    scratch: &mut Scratch,
    mesh: &mut [Complex<f64>],
) {
    let even = polynomials(&gridding.kernel.even[0]);
    let odd = polynomials(&gridding.kernel.odd[0]);
    let complex = gridding.carrier.is_some();
    scratch.run_re.fill(0.0);
    if complex {
        scratch.run_im.fill(0.0);
    }
    for (t, x) in t.chunks(GROUP).zip(x.chunks(GROUP)) {
        for (group, (t, x)) in t.chunks(LANES).zip(x.chunks(LANES)).enumerate() {
            locate::<I>(gridding, first, t, x, group * LANES, scratch);
        }
        let Scratch { cell, z, re, im, run_re, run_im } = &mut *scratch;
        let mut start = 0;
        while start < t.len() {
            let here = cell[start];
            let place = here as usize;
            let count = cell[start..t.len()].iter().take_while(|&&cell| cell == here).count();
            let same = start..start + count;
            if count >= MANY {
                // The lanes after the last sample hold other samples: kept, zeroed, put back.
                add_many::<I>(&even, &odd, &z[same.clone()], &re[same.clone()], place, run_re);
                if complex {
                    add_many::<I>(&even, &odd, &z[same.clone()], &im[same.clone()], place, run_im);
                }
            } else {
                for sample in same.clone() {
                    let weights = weights::<I>(&even, &odd, z[sample]);
                    add::<I>(&weights, re[sample], place, run_re);
                    if complex {
                        add::<I>(&weights, im[sample], place, run_im);
                    }
                }
            }
            start = same.end;
        }
    }
    let (re, im) = (&scratch.run_re[MARGIN..], &scratch.run_im[MARGIN..]);
    if complex {
        for ((place, re), im) in mesh.iter_mut().zip(re).zip(im) {
            *place = Complex::new(*re, *im);
        }
    } else {
        for (place, pair) in mesh.iter_mut().zip(re.chunks_exact(2)) {
            *place = Complex::new(pair[0], pair[1]);
        }
    }
}

fn polynomials(coefficients: &[Lanes]) -> [Lanes; TERMS] {
    *coefficients.first_chunk().expect("the kernel has TERMS terms")
}

/// Cell, position and amplitude of up to LANES samples.
#[inline(always)]
fn locate<I: Isa>(
    gridding: &Gridding,
    first: f64,
    t: &[f64],
    x: &[f64],
    at: usize,
    scratch: &mut Scratch,
) {
    let mut tau = [Double { high: 0.0, low: 0.0 }; LANES];
    let mut amplitude = [0.0; LANES];
    for (lane, (&t, &x)) in t.iter().zip(x).enumerate() {
        tau[lane] = relative(t, gridding.centre);
        amplitude[lane] = x;
    }
    let cells = gridding.cells as f64;
    let offset = (gridding.cells / 2) as f64;
    let from = first - MARGIN as f64;
    let scale = gridding.scale;
    for lane in 0..LANES {
        let tau = tau[lane];
        let product = tau.high * scale.high;
        let error = tau.high.mul_add(scale.high, -product);
        let nearest = product.round_ties_even();
        let beyond = (product - nearest) + (error + (tau.high * scale.low + tau.low * scale.high));
        let down = beyond.floor();
        let mut cell = nearest + down + offset;
        if gridding.wraps {
            cell -= (cell / cells).floor() * cells;
        }
        let mut local = cell - from;
        if gridding.wraps {
            // A sample that rounding moved over the end of the period.
            if local < 0.0 {
                local += cells;
            } else if local >= cells {
                local -= cells;
            }
        }
        scratch.cell[at + lane] = local;
        scratch.z[at + lane] = (beyond - down) - 0.5;
    }
    if let Some((inverse, argument)) = gridding.taper {
        let root = lanes(|lane| argument * tau[lane].high);
        let v = lanes(|lane| I::mul_add(root[lane], root[lane], -1.0));
        let taper = polynomial::<I>(inverse, &v);
        amplitude = lanes(|lane| amplitude[lane] * taper[lane]);
    }
    match gridding.carrier {
        None => scratch.re[at..at + LANES].copy_from_slice(&amplitude),
        Some(carrier) => {
            let (cos, sin) = cos_sin::<I>(lanes(|lane| phase(carrier, tau[lane])));
            for lane in 0..LANES {
                scratch.re[at + lane] = amplitude[lane] * cos[lane];
                scratch.im[at + lane] = amplitude[lane] * sin[lane];
            }
        }
    }
}

/// A polynomial in every lane, coefficients of rising powers.
#[inline(always)]
pub fn polynomial<I: Isa>(coefficients: &[f64], v: &Lanes) -> Lanes {
    let mut sum = [0.0; LANES];
    for coefficient in coefficients.iter().rev() {
        for lane in 0..LANES {
            sum[lane] = I::mul_add(sum[lane], v[lane], *coefficient);
        }
    }
    sum
}

/// The kernel at the cells to the right (nearest first) and to the left (nearest last).
#[inline(always)]
fn weights<I: Isa>(even: &[Lanes; TERMS], odd: &[Lanes; TERMS], z: f64) -> (Lanes, Lanes) {
    let square = z * z;
    let (mut e, mut o) = (even[TERMS - 1], odd[TERMS - 1]);
    for term in (0..TERMS - 1).rev() {
        for lane in 0..LANES {
            e[lane] = I::mul_add(e[lane], square, even[term][lane]);
            o[lane] = I::mul_add(o[lane], square, odd[term][lane]);
        }
    }
    let right = lanes(|lane| I::mul_add(o[lane], z, e[lane]));
    let left = lanes(|lane| I::mul_add(o[LANES - 1 - lane], -z, e[LANES - 1 - lane]));
    (right, left)
}

/// Adds `amplitude` times the weights; `cell` is the one left of the sample.
#[inline(always)]
fn add<I: Isa>((right, left): &(Lanes, Lanes), amplitude: f64, cell: usize, run: &mut [f64]) {
    let cells: &mut [f64; 2 * LANES] =
        run[cell + 1 - LANES..].first_chunk_mut().expect("the margin holds the reach");
    for lane in 0..LANES {
        cells[lane] = I::mul_add(amplitude, left[lane], cells[lane]);
        cells[LANES + lane] = I::mul_add(amplitude, right[lane], cells[LANES + lane]);
    }
}

/// Adds many samples that lie between the same two cells.
#[inline(always)]
fn add_many<I: Isa>(
    even: &[Lanes; TERMS],
    odd: &[Lanes; TERMS],
    z: &[f64],
    amplitude: &[f64],
    cell: usize,
    run: &mut [f64],
) {
    // Sums of c z^p, even p and odd p.
    let mut sums = [[[0.0; LANES]; TERMS]; 2];
    let mut gather = |z: Lanes, amplitude: Lanes| {
        let square = lanes(|lane| z[lane] * z[lane]);
        let mut terms = [amplitude, lanes(|lane| amplitude[lane] * z[lane])];
        for power in 0..TERMS {
            for part in 0..2 {
                for lane in 0..LANES {
                    sums[part][power][lane] += terms[part][lane];
                    terms[part][lane] *= square[lane];
                }
            }
        }
    };
    let (z_lanes, z_rest) = z.as_chunks::<LANES>();
    let (amplitude_lanes, amplitude_rest) = amplitude.as_chunks::<LANES>();
    for (z, amplitude) in z_lanes.iter().zip(amplitude_lanes) {
        gather(*z, *amplitude);
    }
    let rest = |values: &[f64]| lanes(|lane| values.get(lane).copied().unwrap_or(0.0));
    gather(rest(z_rest), rest(amplitude_rest));

    let (mut e, mut o) = ([0.0; LANES], [0.0; LANES]);
    for power in 0..TERMS {
        let moments = [sums[0][power].iter().sum::<f64>(), sums[1][power].iter().sum::<f64>()];
        for lane in 0..LANES {
            e[lane] = I::mul_add(even[power][lane], moments[0], e[lane]);
            o[lane] = I::mul_add(odd[power][lane], moments[1], o[lane]);
        }
    }
    let right = lanes(|lane| e[lane] + o[lane]);
    let left = lanes(|lane| e[LANES - 1 - lane] - o[LANES - 1 - lane]);
    add::<I>(&(right, left), 1.0, cell, run);
}
