//! What the tests of the spectrum share: exact sums, made-up series, and calls through the C ABI.
//!
//! The exact sum shares no method with the library. Phases f t = f0 t + k df t are integers, in
//! units of 2^-128 cycles and modulo 1: products of 53-bit integers, shifted, and nothing is ever
//! rounded but what is below that unit. Cosines and sines come from a table of 4096 angles to 100
//! bits and a short series for the rest; terms are good to 1e-18 and summed with compensation.

#![allow(dead_code)] // every test program uses another part of it

use std::ffi::{CStr, c_double, c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::OnceLock;

use fourier::capi::*;

pub mod least_squares;

/// A deterministic sequence of random numbers (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * 2f64.powi(-53)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// 10 to a power that is uniform in [low, high).
    pub fn decades(&mut self, low: f64, high: f64) -> f64 {
        10f64.powf(self.between(low, high))
    }

    /// An integer from 0 to below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end as u64) as usize
    }

    /// One of some.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Puts values into random order.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last + 1));
        }
    }
}

/// mantissa * 2^exponent of a finite number, the mantissa an integer of up to 53 bits.
pub fn parts(value: f64) -> (i64, i32) {
    assert!(value.is_finite());
    let bits = value.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i32, (bits & ((1 << 52) - 1)) as i64);
    let magnitude = if biased == 0 { fraction } else { fraction | 1 << 52 };
    (if value < 0.0 { -magnitude } else { magnitude }, biased.max(1) - 1075)
}

/// a b in units of 2^-128, modulo 1.
fn cycles(a: f64, b: f64) -> u128 {
    let ((a, a_exponent), (b, b_exponent)) = (parts(a), parts(b));
    let (product, exponent) = (i128::from(a) * i128::from(b), a_exponent + b_exponent + 128);
    let fraction = match exponent {
        128.. => 0,
        0..128 => product << exponent,
        -127..0 => product >> -exponent,
        _ => 0,
    };
    fraction as u128
}

/// An unevaluated sum of two numbers.
#[derive(Clone, Copy, Default)]
pub struct Pair(pub f64, pub f64);

impl Pair {
    /// The sum, to about 1e-31.
    pub fn plus(self, other: Pair) -> Pair {
        let sum = self.0 + other.0;
        let of_other = sum - self.0;
        let lost = (self.0 - (sum - of_other)) + (other.0 - of_other);
        let low = lost + self.1 + other.1;
        let high = sum + low;
        Pair(high, low - (high - sum))
    }

    /// The product, to about 1e-31.
    pub fn times(self, other: Pair) -> Pair {
        let product = self.0 * other.0;
        let lost = self.0.mul_add(other.0, -product);
        Pair(product, lost + (self.0 * other.1 + self.1 * other.0))
    }
}

/// cos and sin of 2 pi i / 4096.
fn table() -> &'static [[Pair; 2]; 4096] {
    static TABLE: OnceLock<Box<[[Pair; 2]; 4096]>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let tau = Pair(std::f64::consts::TAU, 2.449_293_598_294_706_4e-16);
        let mut table = Box::new([[Pair::default(); 2]; 4096]);
        for (index, place) in table.iter_mut().enumerate() {
            let quarter = (index + 512) / 1024;
            let angle = Pair((index as f64 - 1024.0 * quarter as f64) / 4096.0, 0.0).times(tau);
            let mut sums = [Pair::default(); 2];
            let mut term = Pair(1.0, 0.0);
            for power in 0..32 {
                let sign = if power % 4 < 2 { 1.0 } else { -1.0 };
                sums[power % 2] = sums[power % 2].plus(Pair(sign * term.0, sign * term.1));
                let next = (power + 1) as f64;
                let inverse = 1.0 / next;
                let inverse = Pair(inverse, -next.mul_add(inverse, -1.0) / next);
                term = term.times(angle).times(inverse);
            }
            let [c, s] = sums;
            let minus = |a: Pair| Pair(-a.0, -a.1);
            *place = match quarter % 4 {
                0 => [c, s],
                1 => [minus(s), c],
                2 => [minus(c), minus(s)],
                _ => [s, minus(c)],
            };
        }
        table
    })
}

/// cos and sin of a phase in units of 2^-128 cycles.
pub fn cos_sin(phase: u128) -> [Pair; 2] {
    cos_sin_by(table(), phase)
}

fn cos_sin_by(table: &[[Pair; 2]; 4096], phase: u128) -> [Pair; 2] {
    let index = phase.wrapping_add(1 << 115) >> 116;
    let rest = phase.wrapping_sub(index << 116) as i128;
    // Below 1/8192 cycle: 1 - cos and sin of it to 3e-19.
    let angle = (rest >> 64) as f64 * (std::f64::consts::TAU * 2f64.powi(-64));
    let square = angle * angle;
    let versed = square * (0.5 - square * (1.0 / 24.0 - square / 720.0));
    let sine = angle * (1.0 - square * (1.0 / 6.0 - square * (1.0 / 120.0 - square / 5040.0)));
    let [c, s] = table[(index & 4095) as usize];
    [c.plus(Pair(-(c.0 * versed + s.0 * sine), 0.0)), s.plus(Pair(c.0 * sine - s.0 * versed, 0.0))]
}

/// Re and Im of F at f0 + k df for each of `numbers`, rounded once.
pub fn exact(t: &[f64], x: &[f64], f0: f64, df: f64, numbers: &[u64]) -> Vec<[f64; 2]> {
    let phases: Vec<[u128; 2]> = t.iter().map(|&t| [cycles(f0, t), cycles(df, t)]).collect();
    let (table, mut result) = (table(), vec![[0.0; 2]; numbers.len()]);
    let share = numbers.len().div_ceil(2).max(1);
    std::thread::scope(|scope| {
        for (numbers, result) in numbers.chunks(share).zip(result.chunks_mut(share)) {
            let phases = &phases;
            scope.spawn(move || {
                for (&k, place) in numbers.iter().zip(result) {
                    let mut sums = [Pair::default(); 2];
                    for (&[first, step], &x) in phases.iter().zip(x) {
                        let phase = first.wrapping_add(step.wrapping_mul(u128::from(k)));
                        for (sum, factor) in sums.iter_mut().zip(cos_sin_by(table, phase)) {
                            *sum = sum.plus(factor.times(Pair(x, 0.0)));
                        }
                    }
                    *place = sums.map(|sum| sum.0);
                }
            });
        }
    });
    result
}

/// f0 + k df, exactly summed and rounded once: to nearest, ties to even.
pub fn exact_frequency(f0: f64, df: f64, k: u64) -> f64 {
    const LIMBS: usize = 36;
    // In units of 2^-1074, two's complement.
    let mut sum = [0u64; LIMBS];
    let (step, step_exponent) = parts(df);
    let (first, first_exponent) = parts(f0);
    let terms =
        [(i128::from(step) * i128::from(k), step_exponent), (i128::from(first), first_exponent)];
    for (mantissa, exponent) in terms {
        let shift = (exponent + 1074) as usize;
        let mut carry = 0u128;
        for (limb, place) in sum.iter_mut().enumerate() {
            // 64 bits of mantissa << shift.
            let from = (64 * limb) as i64 - shift as i64;
            let bits = match from {
                ..-63 => 0,
                -63..0 => mantissa << -from,
                0..128 => mantissa >> from,
                _ => mantissa >> 127,
            } as u64;
            carry += u128::from(*place) + u128::from(bits);
            *place = carry as u64;
            carry >>= 64;
        }
    }
    let negative = sum[LIMBS - 1] >> 63 == 1;
    if negative {
        let mut carry = true;
        for limb in &mut sum {
            (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
        }
    }
    let bit = |index: usize| sum[index / 64] >> (index % 64) & 1;
    let Some(top) = (0..64 * LIMBS).rev().find(|&index| bit(index) == 1) else { return 0.0 };
    let last = top.saturating_sub(52);
    let mut mantissa = (last..=top).rev().fold(0, |bits, index| bits << 1 | bit(index));
    let half = last > 0 && bit(last - 1) == 1;
    let beyond = last > 1 && (0..last - 1).any(|index| bit(index) == 1);
    mantissa += u64::from(half && (beyond || mantissa & 1 == 1));
    // The exponent's field is 1 for a mantissa from bit 52 down to bit 0: adding does the rest.
    let bits = if last == 0 { mantissa } else { mantissa + ((last as u64) << 52) };
    f64::from_bits(bits | u64::from(negative) << 63)
}

/// A computation to be asked of the library.
#[derive(Clone, Debug)]
pub struct Job {
    /// Times.
    pub t: Vec<f64>,
    /// Values.
    pub x: Vec<f64>,
    /// First frequency.
    pub f0: f64,
    /// Step.
    pub df: f64,
    /// Number of frequencies.
    pub nf: usize,
}

/// Called with the fraction done; true cancels.
pub type Progress<'a> = &'a mut dyn FnMut(f64) -> bool;

/// How it is to be computed.
#[derive(Default)]
pub struct How<'a> {
    /// None = AUTO.
    pub method: Option<fourier_method>,
    /// None = the default.
    pub tolerance: Option<f64>,
    /// 0 = the default.
    pub threads: c_int,
    /// None = not watched.
    pub progress: Option<Progress<'a>>,
}

/// AUTO, DIRECT or FAST.
pub fn by(method: fourier_method) -> How<'static> {
    How { method: Some(method), ..How::default() }
}

extern "C" fn report(fraction: c_double, user: *mut c_void) -> c_int {
    // SAFETY: `user` is the progress function that `with_options` put there.
    let progress = unsafe { &mut *user.cast::<Progress<'_>>() };
    c_int::from(progress(fraction))
}

fn with_options(how: How, call: impl FnOnce(*const fourier_options) -> c_int) -> c_int {
    let options = fourier_options_new();
    let mut progress = how.progress;
    // SAFETY: the handle was made above, is freed once, and `progress` outlives the call.
    unsafe {
        if let Some(method) = how.method {
            assert_eq!(fourier_options_set_method(options, MaybeUninit::new(method)), 0);
        }
        if let Some(tolerance) = how.tolerance {
            assert_eq!(fourier_options_set_tolerance(options, tolerance), 0);
        }
        assert_eq!(fourier_options_set_threads(options, how.threads), 0);
        if let Some(progress) = &mut progress {
            let user = std::ptr::from_mut(progress).cast();
            assert_eq!(fourier_options_set_progress(options, Some(report), user), 0);
        }
        let status = call(options);
        fourier_options_free(options);
        status
    }
}

/// This thread's last failure.
pub fn last_error() -> String {
    // SAFETY: a text that is valid until the next failing call.
    unsafe { CStr::from_ptr(fourier_last_error()) }.to_string_lossy().into_owned()
}

impl Job {
    /// fourier_power into memory of the caller's.
    pub fn power_into(&self, how: How, freq: Option<&mut [f64]>, power: &mut [f64]) -> c_int {
        let freq = freq.map_or(std::ptr::null_mut(), |freq| freq.as_mut_ptr());
        let (n, nf) = (self.t.len() as i64, power.len() as i64);
        with_options(how, |options| {
            let (t, x, power) = (self.t.as_ptr(), self.x.as_ptr(), power.as_mut_ptr());
            // SAFETY: the slices have the lengths that are told.
            unsafe { fourier_power(n, t, x, self.f0, self.df, nf, freq, power, options) }
        })
    }

    /// fourier_transform into memory of the caller's.
    pub fn transform_into(&self, how: How, freq: Option<&mut [f64]>, f: &mut [f64]) -> c_int {
        let freq = freq.map_or(std::ptr::null_mut(), |freq| freq.as_mut_ptr());
        let (n, nf) = (self.t.len() as i64, f.len() as i64 / 2);
        with_options(how, |options| {
            let (t, x, f) = (self.t.as_ptr(), self.x.as_ptr(), f.as_mut_ptr());
            // SAFETY: the slices have the lengths that are told.
            unsafe { fourier_transform(n, t, x, self.f0, self.df, nf, freq, f, options) }
        })
    }

    /// The power; fails when the library does.
    pub fn power(&self, how: How) -> Vec<f64> {
        let mut power = vec![f64::NAN; self.nf];
        assert_eq!(self.power_into(how, None, &mut power), 0, "{}", last_error());
        power
    }

    /// Pairs re, im; fails when the library does.
    pub fn transform(&self, how: How) -> Vec<f64> {
        let mut spectrum = vec![f64::NAN; 2 * self.nf];
        assert_eq!(self.transform_into(how, None, &mut spectrum), 0, "{}", last_error());
        spectrum
    }

    /// The exact F at some of the frequencies.
    pub fn exact(&self, numbers: &[u64]) -> Vec<[f64; 2]> {
        exact(&self.t, &self.x, self.f0, self.df, numbers)
    }

    /// sum |x|.
    pub fn total(&self) -> f64 {
        self.x.iter().map(|x| x.abs()).sum()
    }

    /// The largest |F - exact| / sum |x| of a transform, at some of the frequencies.
    pub fn worst(&self, spectrum: &[f64], numbers: &[u64], exact: &[[f64; 2]]) -> f64 {
        let total = self.total();
        let errors = numbers.iter().zip(exact).map(|(&k, [re, im])| {
            let k = k as usize;
            let error = (spectrum[2 * k] - re).hypot(spectrum[2 * k + 1] - im);
            if error == 0.0 { 0.0 } else { error / total }
        });
        // NaN counts as infinite.
        errors.fold(0.0, |worst, error| if error <= worst { worst } else { error.max(worst) })
    }
}

/// Relative l2 error of the power at some of the frequencies.
pub fn relative_l2(power: &[f64], numbers: &[u64], exact: &[[f64; 2]]) -> f64 {
    let (mut difference, mut norm) = (0.0, 0.0);
    for (&k, [re, im]) in numbers.iter().zip(exact) {
        let expected = re * re + im * im;
        difference += (power[k as usize] - expected).powi(2);
        norm += expected * expected;
    }
    (difference / norm).sqrt()
}

/// Some of 0..nf in rising order: the first, the last, and random ones.
pub fn some_numbers(nf: usize, count: usize, random: &mut Random) -> Vec<u64> {
    if nf <= count {
        return (0..nf as u64).collect();
    }
    let mut numbers: Vec<u64> = (2..count).map(|_| random.below(nf) as u64).collect();
    numbers.extend([0, nf as u64 - 1]);
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A sine of frequency `line` with some noise at sorted random times from 0 to `length`.
pub fn survey(n: usize, length: f64, line: f64, random: &mut Random) -> (Vec<f64>, Vec<f64>) {
    let mut t: Vec<f64> = (0..n).map(|_| random.between(0.0, length)).collect();
    t.sort_unstable_by(f64::total_cmp);
    let value = |&t: &f64| (std::f64::consts::TAU * line * t).sin() + random.between(-0.5, 0.5);
    let x = t.iter().map(value).collect();
    (t, x)
}

/// The workloads W1 to W7: tutorial, long cadence, short cadence, narrow band, survey, few points,
/// critical sampling. With the frequency of the strongest line.
pub fn workloads() -> Vec<(&'static str, Job, f64)> {
    let tutorial: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.1).collect();
    let sine = |t: &f64| (std::f64::consts::TAU * 0.1 * t).sin();
    let x = tutorial.iter().map(sine).collect();
    let mut all = vec![("W1", Job { t: tutorial, x, f0: 0.05, df: 5e-5, nf: 2000 }, 0.1)];
    for (index, (n, nf, os, length, f0)) in [
        (65_000, 360_000, 10.0, 1470.0, 0.0),
        (1_500_000, 2_500_000, 5.0, 1470.0, 0.0),
        (65_000, 100_000, 1000.0, 1470.0, 10.0),
        (1000, 100_000, 10.0, 1000.0, 0.0),
        (100, 1_000_000, 10.0, 3650.0, 0.0),
        (1_000_000, 1_000_000, 1.0, 1000.0, 0.0),
    ]
    .into_iter()
    .enumerate()
    {
        let df = 1.0 / (os * length);
        let line = f0 + df * (nf as f64 * 0.37).round();
        let (t, x) = survey(n, length, line, &mut Random(index as u64));
        let name = ["W2", "W3", "W4", "W5", "W6", "W7"][index];
        all.push((name, Job { t, x, f0, df, nf }, line));
    }
    all
}

/// The job with all times later by the Julian date of an epoch.
pub fn as_julian_dates(job: &Job) -> Job {
    Job { t: job.t.iter().map(|t| t + 2_455_000.0).collect(), ..job.clone() }
}
