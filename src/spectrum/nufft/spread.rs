//! Uneven samples onto a regular mesh: each adds its amplitude times the kernel to the cells
//! around it ("gridding"; type 1 of the nonuniform FFT).
//!
//! The mesh is cut into short runs of cells. A run is filled in a buffer that stays in the
//! first-level cache, with a margin on each side; the margins are added to the neighbours when
//! all runs are done. Runs are fixed by the mesh, not by the threads.
//!
//! Where many samples fall between the same two cells, their moments sum c z^p are gathered
//! first and the kernel's polynomials are applied once.

use std::mem::MaybeUninit;
use std::ops::Range;

use rustfft::num_complex::Complex;

use super::kernel::Kernel;
use crate::error::Error;
use crate::memory::{filled, reserve};
use crate::parallel::Call;
use crate::simd::{Isa, Vector, dispatch};
use crate::spectrum::double_double::Double;
use crate::spectrum::phase::{LANES, Lanes, cos_sin, lanes};

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
/// Places of a group that samples are taken from in turn.
const PLACES: usize = 8;
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
    /// One, and not a box, whose memory could not be refused.
    group: Vec<Group>,
    run_re: Vec<f64>,
    run_im: Vec<f64>,
}

/// Samples located on the mesh.
#[derive(Clone)]
struct Group {
    /// The cell left of the sample, counted in the buffer of the run.
    cell: [u32; GROUP],
    /// Time, and then the position from the middle between that cell and the next.
    z: [f64; GROUP],
    /// Value, and then the real part of the amplitude.
    re: [f64; GROUP],
    /// Imaginary part of the amplitude.
    im: [f64; GROUP],
}

impl Scratch {
    /// Buffers for any run.
    pub fn new() -> Result<Scratch, Error> {
        let run = || filled(RUN + 2 * MARGIN, 0.0, "a run of the mesh");
        let zero = [0.0; GROUP];
        let group = Group { cell: [0; GROUP], z: zero, re: zero, im: zero };
        let group = filled(1, group, "a group of samples")?;
        Ok(Scratch { group, run_re: run()?, run_im: run()? })
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

    /// Complex numbers in the mesh: of one cell each, or of two when amplitudes are real.
    pub fn mesh_length(&self) -> usize {
        if self.carrier.is_some() { self.cells } else { self.cells / 2 }
    }

    /// Replaces what is in `mesh`, without allocating where it has room. Run number r takes the
    /// samples `of_run(r)` of t and x.
    pub fn spread(
        &self,
        t: &[f64],
        x: &[f64],
        of_run: impl Fn(usize) -> Range<usize> + Sync,
        mesh: &mut Vec<Complex<f64>>,
        call: &Call,
    ) -> Result<(), Error> {
        let length = self.mesh_length();
        mesh.clear();
        reserve(mesh, length, "the mesh")?;
        let run_cells = self.run_cells();
        let mut margins: Vec<Margins> =
            filled(self.runs(), [[0.0; 2 * MARGIN]; 2], "the margins of the mesh")?;
        let units = (self.runs() * 300 + t.len() * 10) / self.runs();
        // Cells in a complex number of the mesh.
        let per_number = if self.carrier.is_some() { 1 } else { 2 };
        let places = mesh.spare_capacity_mut()[..length].chunks_mut(run_cells / per_number);
        let items = places.zip(&mut margins).enumerate();
        call.for_each(items, units as u64, Scratch::new, |_, scratch, (run, (mesh, margins))| {
            let samples = of_run(run);
            let first = (run * run_cells) as f64;
            let (t, x) = (&t[samples.clone()], &x[samples]);
            dispatch!(spread_run(self, first, t, x, scratch, mesh));
            for (margin, run) in margins.iter_mut().zip([&scratch.run_re, &scratch.run_im]) {
                let used = mesh.len() * per_number;
                margin[..MARGIN].copy_from_slice(&run[..MARGIN]);
                margin[MARGIN..].copy_from_slice(&run[MARGIN + used..][..MARGIN]);
            }
            Ok(())
        })?;
        // SAFETY: the runs cover `length` numbers, and `spread_run` has written every one.
        unsafe { mesh.set_len(length) };
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

/// Fills one run of the mesh, whose first cell is `first`.
#[inline(always)]
fn spread_run<I: Isa>(
    isa: I,
    gridding: &Gridding,
    first: f64,
    t: &[f64],
    x: &[f64],
    scratch: &mut Scratch,
    mesh: &mut [MaybeUninit<Complex<f64>>],
) {
    let even = polynomials(isa, &gridding.kernel.even[0]);
    let odd = polynomials(isa, &gridding.kernel.odd[0]);
    let complex = gridding.carrier.is_some();
    let Scratch { group, run_re, run_im } = scratch;
    let group = &mut group[0];
    run_re.fill(0.0);
    let run_im = if complex { &mut run_im[..] } else { &mut [] };
    run_im.fill(0.0);
    for (t, x) in t.chunks(GROUP).zip(x.chunks(GROUP)) {
        let count = t.len();
        group.z[..count].copy_from_slice(t);
        group.re[..count].copy_from_slice(x);
        // The registers are filled up with copies of the first sample, of no value.
        let padded = count.next_multiple_of(LANES);
        group.z[count..padded].fill(t[0]);
        group.re[count..padded].fill(0.0);
        locate(isa, gridding, first, group, padded);
        let span = group.cell[count - 1].abs_diff(group.cell[0]) as usize + 1;
        if count < span * (MANY / 2) {
            // In turn from several places: what was just written cannot be read back at once.
            let share = count / PLACES;
            for index in 0..share {
                for place in 0..PLACES {
                    add_one(isa, &even, &odd, group, place * share + index, run_re, run_im);
                }
            }
            for sample in share * PLACES..count {
                add_one(isa, &even, &odd, group, sample, run_re, run_im);
            }
            continue;
        }
        let mut start = 0;
        for same in group.cell[..count].chunk_by(|a, b| a == b) {
            let range = start..start + same.len();
            start = range.end;
            if same.len() < MANY {
                for sample in range {
                    add_one(isa, &even, &odd, group, sample, run_re, run_im);
                }
                continue;
            }
            let (cell, z) = (same[0] as usize, &group.z[range.clone()]);
            add_many(isa, &even, &odd, z, &group.re[range.clone()], cell, run_re);
            if complex {
                add_many(isa, &even, &odd, z, &group.im[range], cell, run_im);
            }
        }
    }
    let (re, im) = (&scratch.run_re[MARGIN..], &scratch.run_im[MARGIN..]);
    if complex {
        for ((place, re), im) in mesh.iter_mut().zip(re).zip(im) {
            place.write(Complex::new(*re, *im));
        }
    } else {
        for (place, pair) in mesh.iter_mut().zip(re.chunks_exact(2)) {
            place.write(Complex::new(pair[0], pair[1]));
        }
    }
}

#[inline(always)]
fn polynomials<I: Isa>(isa: I, coefficients: &[Lanes]) -> [I::F64; TERMS] {
    std::array::from_fn(|term| isa.load(&coefficients[term]))
}

/// Cell, position and amplitude of the first `count` samples, a multiple of LANES, from their times
/// and values. The run begins at cell `first`.
#[inline(always)]
fn locate<I: Isa>(isa: I, gridding: &Gridding, first: f64, group: &mut Group, count: usize) {
    /// Adding this puts a small integer into the last bits.
    const TO_INTEGER: f64 = (1u64 << 52) as f64;
    let splat = |value| isa.splat(value);
    let centre = splat(-gridding.centre);
    let offset = splat((gridding.cells / 2) as f64 - first + MARGIN as f64);
    let (scale, scale_low) = (splat(gridding.scale.high), splat(gridding.scale.low));
    let places = group.cell.as_chunks_mut::<LANES>().0.iter_mut();
    let places = places.zip(group.z.as_chunks_mut::<LANES>().0);
    let amplitudes = group.re.as_chunks_mut::<LANES>().0.iter_mut();
    let amplitudes = amplitudes.zip(group.im.as_chunks_mut::<LANES>().0);
    for ((cell, z), (re, im)) in places.zip(amplitudes).take(count / LANES) {
        // Time from the centre, exactly (Knuth's two-sum).
        let t = isa.load(z);
        let tau = t + centre;
        let of_centre = tau - t;
        let tau_low = (t - (tau - of_centre)) + (centre - of_centre);

        let product = tau * scale;
        let lost = tau.product_error(scale, product);
        let lost = tau.mul_add(scale_low, tau_low.mul_add(scale, lost));
        let nearest = product.round();
        let beyond = product - nearest + lost;
        let down = beyond.floor();
        let mut local = nearest + down + offset;
        if gridding.wraps {
            // Into the period that begins a little before the run.
            let cells = gridding.cells as f64;
            let periods = ((local - splat(MARGIN as f64 - 2.0)) * splat(1.0 / cells)).floor();
            local = local - periods * splat(cells);
        }
        (beyond - down - splat(0.5)).store(z);
        let mut integer = [0.0; LANES];
        (local + splat(TO_INTEGER)).store(&mut integer);
        *cell = integer.map(|integer| integer.to_bits() as u32);

        let mut amplitude = isa.load(re);
        if let Some((inverse, argument)) = gridding.taper {
            let root = tau * splat(argument);
            let v = root * root - splat(1.0);
            amplitude = amplitude * polynomial(isa, inverse, v);
        }
        if let Some(carrier) = gridding.carrier {
            let (high, low) = (splat(carrier.high), splat(carrier.low));
            let product = high * tau;
            let lost = high.product_error(tau, product);
            let lost = high.mul_add(tau_low, low.mul_add(tau, lost));
            let mut phase = [0.0; LANES];
            (product - product.round() + lost).store(&mut phase);
            let (cos, sin) = cos_sin(isa, phase);
            (amplitude * isa.load(&sin)).store(im);
            amplitude = amplitude * isa.load(&cos);
        }
        amplitude.store(re);
    }
}

/// A polynomial in every lane; an even number of coefficients, of rising powers.
#[inline(always)]
pub fn polynomial<I: Isa>(isa: I, coefficients: &[f64], v: I::F64) -> I::F64 {
    // Even and odd powers apart: two chains of half the length.
    let square = v * v;
    let (mut even, mut odd) = (isa.zero(), isa.zero());
    for pair in coefficients.rchunks_exact(2) {
        even = even.mul_add(square, isa.splat(pair[0]));
        odd = odd.mul_add(square, isa.splat(pair[1]));
    }
    odd.mul_add(v, even)
}

/// The kernel at the cells to the left and to the right, as they lie in memory.
#[inline(always)]
fn weights<I: Isa>(
    isa: I,
    even: &[I::F64; TERMS],
    odd: &[I::F64; TERMS],
    z: f64,
) -> (I::F64, I::F64) {
    let square = isa.splat(z * z);
    let (mut e, mut o) = (even[TERMS - 1], odd[TERMS - 1]);
    for term in (0..TERMS - 1).rev() {
        e = e.mul_add(square, even[term]);
        o = o.mul_add(square, odd[term]);
    }
    let o = o * isa.splat(z);
    ((e - o).reverse(), e + o)
}

/// Adds one sample of a group; the imaginary part where `run_im` is.
#[inline(always)]
fn add_one<I: Isa>(
    isa: I,
    even: &[I::F64; TERMS],
    odd: &[I::F64; TERMS],
    group: &Group,
    sample: usize,
    run_re: &mut [f64],
    run_im: &mut [f64],
) {
    let weights = weights(isa, even, odd, group.z[sample]);
    let cell = group.cell[sample] as usize;
    add(isa, weights, group.re[sample], cell, run_re);
    if !run_im.is_empty() {
        add(isa, weights, group.im[sample], cell, run_im);
    }
}

/// Adds `amplitude` times the weights; `cell` is the one left of the sample.
#[inline(always)]
fn add<I: Isa>(
    isa: I,
    (left, right): (I::F64, I::F64),
    amplitude: f64,
    cell: usize,
    run: &mut [f64],
) {
    let amplitude = isa.splat(amplitude);
    let cells: &mut [f64; 2 * LANES] =
        run[cell + 1 - LANES..].first_chunk_mut().expect("the margin holds the reach");
    let [left_cells, right_cells] = cells.as_chunks_mut().0 else { unreachable!() };
    amplitude.mul_add(left, isa.load(left_cells)).store(left_cells);
    amplitude.mul_add(right, isa.load(right_cells)).store(right_cells);
}

/// Adds many samples that lie between the same two cells.
#[inline(always)]
fn add_many<I: Isa>(
    isa: I,
    even: &[I::F64; TERMS],
    odd: &[I::F64; TERMS],
    z: &[f64],
    amplitude: &[f64],
    cell: usize,
    run: &mut [f64],
) {
    // Sums of c z^p, even p and odd p, in each lane.
    let mut sums = [[isa.zero(); TERMS]; 2];
    let (z_lanes, z_rest) = z.as_chunks::<LANES>();
    let (amplitude_lanes, amplitude_rest) = amplitude.as_chunks::<LANES>();
    let rest = |values: &[f64]| lanes(|lane| values.get(lane).copied().unwrap_or(0.0));
    let (z_rest, amplitude_rest) = (&rest(z_rest), &rest(amplitude_rest));
    let registers = z_lanes.iter().zip(amplitude_lanes).chain([(z_rest, amplitude_rest)]);
    for (z, amplitude) in registers {
        let z = isa.load(z);
        let square = z * z;
        let amplitude = isa.load(amplitude);
        for (sums, mut term) in sums.iter_mut().zip([amplitude, amplitude * z]) {
            for sum in sums {
                *sum = *sum + term;
                term = term * square;
            }
        }
    }

    let (mut e, mut o) = (isa.zero(), isa.zero());
    for power in 0..TERMS {
        e = even[power].mul_add(isa.splat(sums[0][power].total()), e);
        o = odd[power].mul_add(isa.splat(sums[1][power].total()), o);
    }
    add(isa, ((e - o).reverse(), e + o), 1.0, cell, run);
}
