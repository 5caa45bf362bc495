//! Where a finished stretch of the spectrum goes: frequencies, and power or complex numbers.

use super::double_double::Double;
use super::grid::Grid;
use super::phase::{LANES, cos_sin, lanes, phase};
use crate::simd::{Isa, dispatch};

/// What is wanted of the spectrum.
pub enum Wanted<'a> {
    /// S(k), nf numbers.
    Power(&'a mut [f64]),
    /// F(k), nf pairs re, im.
    Transform(&'a mut [f64]),
}

/// Consecutive frequencies and the caller's memory for their results.
pub struct Stretch<'a> {
    /// Number of the first frequency.
    pub start: usize,
    /// How many there are.
    pub len: usize,
    freq: Option<&'a mut [f64]>,
    wanted: Wanted<'a>,
}

impl<'a> Stretch<'a> {
    /// All `nf` frequencies.
    pub fn whole(nf: usize, freq: Option<&'a mut [f64]>, wanted: Wanted<'a>) -> Stretch<'a> {
        Stretch { start: 0, len: nf, freq, wanted }
    }

    /// Cuts it into stretches of `size` frequencies; the last may be shorter.
    pub fn split(mut self, size: usize) -> impl Iterator<Item = Stretch<'a>> {
        let size = size.max(1);
        (0..self.len.div_ceil(size)).map(move |_| self.split_off(size))
    }

    fn split_off(&mut self, size: usize) -> Stretch<'a> {
        let len = self.len.min(size);
        let front = |all: &mut &'a mut [f64], len| all.split_off_mut(..len).unwrap_or_default();
        let freq = self.freq.as_mut().map(|all| front(all, len));
        let wanted = match &mut self.wanted {
            Wanted::Power(all) => Wanted::Power(front(all, len)),
            Wanted::Transform(all) => Wanted::Transform(front(all, 2 * len)),
        };
        let start = self.start;
        (self.start, self.len) = (start + len, self.len - len);
        Stretch { start, len, freq, wanted }
    }
}

impl Stretch<'_> {
    /// Takes F for the frequencies from number `start + offset` on, with times counted from
    /// `centre`.
    pub fn put(&mut self, offset: usize, re: &[f64], im: &[f64], grid: &Grid, centre: f64) {
        let range = offset..offset + re.len();
        if let Some(freq) = &mut self.freq {
            grid.write_frequencies(self.start + offset, &mut freq[range.clone()]);
        }
        match &mut self.wanted {
            Wanted::Power(power) => dispatch!(write_power(re, im, &mut power[range])),
            Wanted::Transform(spectrum) => {
                let out = &mut spectrum[2 * range.start..2 * range.end];
                dispatch!(write_transform(re, im, grid, self.start + offset, centre, out));
            }
        }
    }
}

#[inline(always)]
fn write_power<I: Isa>(isa: I, re: &[f64], im: &[f64], out: &mut [f64]) {
    for ((place, re), im) in out.iter_mut().zip(re).zip(im) {
        *place = isa.mul_add(*re, *re, im * im);
    }
}

/// Counts times from 0 again: a factor exp(2 pi i f centre).
#[inline(always)]
fn write_transform<I: Isa>(
    isa: I,
    re: &[f64],
    im: &[f64],
    grid: &Grid,
    start: usize,
    centre: f64,
    out: &mut [f64],
) {
    let centre = Double { high: centre, low: 0.0 };
    for first in (0..re.len()).step_by(LANES) {
        let phases =
            lanes(|lane| phase(grid.frequency_double((start + first + lane) as f64), centre));
        let (cos, sin) = cos_sin(isa, phases);
        for lane in 0..LANES.min(re.len() - first) {
            let (re, im) = (re[first + lane], im[first + lane]);
            out[2 * (first + lane)] = re * cos[lane] - im * sin[lane];
            out[2 * (first + lane) + 1] = re * sin[lane] + im * cos[lane];
        }
    }
}
