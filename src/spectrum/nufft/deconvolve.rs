//! The coarse spectrum: the transform of the mesh, divided by the kernel's transform.
//!
//! H_m = FFT_m / phi_hat(m / cells) at m Delta from the block's origin, where FFT_m is unpacked from
//! a transform of half the length when the mesh is real.

use rustfft::num_complex::Complex;

use super::fft::Transform;
use super::spread::polynomial;
use crate::simd::{Isa, Vector, multiversion};
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
        read(self, first, re, im);
    }
}

multiversion! {
    fn read(coarse: &Coarse, first: i64, re: &mut [f64], im: &mut [f64]) = read_corrected;
}

#[inline(always)]
fn read_corrected<I: Isa>(coarse: &Coarse, first: i64, re: &mut [f64], im: &mut [f64]) {
    // In pieces that stay in the first-level cache until they are corrected.
    let pieces = re.chunks_mut(READ).zip(im.chunks_mut(READ));
    for (piece, (re, im)) in pieces.enumerate() {
        let first = first + (piece * READ) as i64;
        coarse.transform.read(coarse.mesh, first, re, im);
        if coarse.real {
            unpack::<I>(coarse, first, re, im);
        }
        let registers = re.as_chunks_mut::<LANES>().0.iter_mut().zip(im.as_chunks_mut::<LANES>().0);
        for (index, (re, im)) in registers.enumerate() {
            let start = (first + (index * LANES) as i64) as f64;
            let number = I::V::splat(start).plus(I::V::load(&COUNT));
            let argument = number.times(I::V::splat(coarse.argument));
            let v = argument.times(argument).minus(I::V::splat(1.0));
            let correction = polynomial::<I>(coarse.inverse, v);
            // Time 0 is in the middle of the mesh: a factor (-1)^m.
            let signs = I::V::load(if first % 2 == 0 { &FROM_EVEN } else { &FROM_ODD });
            let factor = correction.times(signs);
            I::V::load(re).times(factor).store(re);
            I::V::load(im).times(factor).store(im);
        }
    }
}

const COUNT: Lanes = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
const FROM_EVEN: Lanes = [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0];
const FROM_ODD: Lanes = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0];

/// From the transform Z of a real mesh of 2 L cells as L complex numbers: with Y = conj Z(L - m),
/// X(m) = (Z + Y) / 2 + exp(2 pi i m / 2 L) (Z - Y) / 2 i.
#[inline(always)]
fn unpack<I: Isa>(coarse: &Coarse, first: i64, re: &mut [f64], im: &mut [f64]) {
    // Z(-m) from the last m down: a point more, so that whole pieces stay aligned.
    let (mut other_re, mut other_im) = ([0.0; READ + 1], [0.0; READ + 1]);
    let count = re.len();
    let from = -(first + count as i64);
    let (others_re, others_im) = (&mut other_re[..count + 1], &mut other_im[..count + 1]);
    coarse.transform.read(coarse.mesh, from, others_re, others_im);
    let scale = 0.5 / coarse.transform.len() as f64;
    let half = I::V::splat(0.5);
    let registers = re.as_chunks_mut::<LANES>().0.iter_mut().zip(im.as_chunks_mut::<LANES>().0);
    for (index, (re, im)) in registers.enumerate() {
        let start = (first + (index * LANES) as i64) as f64;
        let (cos, sin) = cos_sin::<I>(lanes(|lane| (start + lane as f64) * scale));
        let (cos, sin) = (I::V::load(&cos), I::V::load(&sin));
        let place = count + 1 - (index + 1) * LANES;
        let (z_re, z_im) = (I::V::load(re), I::V::load(im));
        let y_re = I::V::from_slice(&other_re[place..]).reverse();
        let minus_y_im = I::V::from_slice(&other_im[place..]).reverse();
        let (odd_re, odd_im) = (z_im.plus(minus_y_im), y_re.minus(z_re));
        let turned_re = cos.times(odd_re).minus(sin.times(odd_im));
        let turned_im = cos.mul_add(odd_im, sin.times(odd_re));
        half.times(z_re.plus(y_re).plus(turned_re)).store(re);
        half.times(z_im.minus(minus_y_im).plus(turned_im)).store(im);
    }
}
