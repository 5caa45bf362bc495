//! The coarse spectrum: the transform of the mesh, divided by the kernel's transform.
//!
//! H_m = FFT_m / phi_hat(m / cells) at m Delta from the block's origin, where FFT_m is unpacked from
//! a transform of half the length when the mesh is real.

use rustfft::num_complex::Complex;

use super::fft::Transform;
use super::spread::polynomial;
use crate::simd::{Isa, Vector, dispatch};
use crate::spectrum::phase::{LANES, Lanes, cos_sin, lanes};

/// Coarse points read before they are corrected: 16 KiB with their mirror images.
const READ: usize = 512;

/// The coarse spectrum, read from the transform of a mesh.
pub struct Coarse<'a> {
    /// The transform that was done.
    pub transform: &'a Transform,
    /// Its result.
    pub mesh: &'a [Complex<f64>],
    /// Whether the mesh held real cells, two in a number.
    pub real: bool,
    /// 1 / phi_hat as a polynomial in v.
    pub inverse: &'a [f64],
    /// v = (argument m)^2 - 1.
    pub argument: f64,
}

impl Coarse<'_> {
    /// Points number `first` on; slices of a multiple of LANES. Fastest from multiples of ALIGNED
    /// on (see `fft`).
    pub fn read(&self, first: i64, re: &mut [f64], im: &mut [f64]) {
        dispatch!(read(self, first, re, im));
    }
}

#[inline(always)]
fn read<I: Isa>(isa: I, coarse: &Coarse, first: i64, re: &mut [f64], im: &mut [f64]) {
    // In pieces that stay in the first-level cache until they are corrected.
    let pieces = re.chunks_mut(READ).zip(im.chunks_mut(READ));
    for (piece, (re, im)) in pieces.enumerate() {
        let first = first + (piece * READ) as i64;
        coarse.transform.read(coarse.mesh, first, re, im);
        if coarse.real {
            unpack(isa, coarse, first, re, im);
        }
        let registers = re.as_chunks_mut::<LANES>().0.iter_mut().zip(im.as_chunks_mut::<LANES>().0);
        for (index, (re, im)) in registers.enumerate() {
            let start = (first + (index * LANES) as i64) as f64;
            let number = isa.splat(start) + isa.load(&COUNT);
            let argument = number * isa.splat(coarse.argument);
            let v = argument * argument - isa.splat(1.0);
            let correction = polynomial(isa, coarse.inverse, v);
            // Time 0 is in the middle of the mesh: a factor (-1)^m.
            let signs = isa.load(if first % 2 == 0 { &FROM_EVEN } else { &FROM_ODD });
            let factor = correction * signs;
            (isa.load(re) * factor).store(re);
            (isa.load(im) * factor).store(im);
        }
    }
}

const COUNT: Lanes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
const FROM_EVEN: Lanes = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
const FROM_ODD: Lanes = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0];

/// From the transform Z of a real mesh of 2 L cells as L complex numbers: with Y = conj Z(L - m),
/// X(m) = (Z + Y) / 2 + exp(2 pi i m / 2 L) (Z - Y) / 2 i.
#[inline(always)]
fn unpack<I: Isa>(isa: I, coarse: &Coarse, first: i64, re: &mut [f64], im: &mut [f64]) {
    // Z(-m) from the last m down: a point more, so that whole pieces stay aligned.
    let (mut other_re, mut other_im) = ([0.0; READ + 1], [0.0; READ + 1]);
    let count = re.len();
    let from = -(first + count as i64);
    let (others_re, others_im) = (&mut other_re[..count + 1], &mut other_im[..count + 1]);
    coarse.transform.read(coarse.mesh, from, others_re, others_im);
    let scale = 0.5 / coarse.transform.len() as f64;
    let half = isa.splat(0.5);
    let registers = re.as_chunks_mut::<LANES>().0.iter_mut().zip(im.as_chunks_mut::<LANES>().0);
    for (index, (re, im)) in registers.enumerate() {
        let start = (first + (index * LANES) as i64) as f64;
        let (cos, sin) = cos_sin(isa, lanes(|lane| (start + lane as f64) * scale));
        let (cos, sin) = (isa.load(&cos), isa.load(&sin));
        let place = count + 1 - (index + 1) * LANES;
        let (z_re, z_im) = (isa.load(re), isa.load(im));
        let y_re = isa.load_first(&other_re[place..]).reverse();
        let minus_y_im = isa.load_first(&other_im[place..]).reverse();
        let (odd_re, odd_im) = (z_im + minus_y_im, y_re - z_re);
        let turned_re = cos * odd_re - sin * odd_im;
        let turned_im = cos.mul_add(odd_im, sin * odd_re);
        (half * (z_re + y_re + turned_re)).store(re);
        (half * (z_im - minus_y_im + turned_im)).store(im);
    }
}
