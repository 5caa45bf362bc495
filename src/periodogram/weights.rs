//! Samples with their uncertainties, weighted once for everything that follows.
//!
//! w_j = dy_j^-2 / sum dy^-2 and z = y - sum w y, in passes over the samples: the least uncertainty
//! and the range of values; the mean; what rounding left of the mean, and sum w z^2; the weights
//! and w z / sqrt(sum w z^2). So sum w z = 0 to the last digits, and neither huge nor tiny values
//! overflow.

use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::LANES;
use crate::spectrum::double_double::two_sum;
use crate::spectrum::series::Series;

/// Numbers from a caller, in double or single precision.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// In double precision.
    Double(&'a [f64]),
    /// In single precision.
    Single(&'a [f32]),
}

impl Values<'_> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Values::Double(values) => values.len(),
            Values::Single(values) => values.len(),
        }
    }

    /// Number `index`.
    pub fn get(&self, index: usize) -> f64 {
        match self {
            Values::Double(values) => values[index],
            Values::Single(values) => values[index].into(),
        }
    }

    /// Copies the numbers from `start` on.
    pub fn read(&self, start: usize, to: &mut [f64]) {
        match self {
            Values::Double(values) => to.copy_from_slice(&values[start..start + to.len()]),
            Values::Single(values) => {
                for (to, value) in to.iter_mut().zip(&values[start..]) {
                    *to = f64::from(*value);
                }
            }
        }
    }
}

/// Samples as a caller gives them: times, values, and the uncertainty (one standard deviation) of
/// each value, or None when they are all alike.
#[derive(Clone, Copy, Debug)]
pub struct Samples<'a> {
    /// Times, in any unit and order.
    pub t: &'a [f64],
    /// As many values, in any unit.
    pub y: Values<'a>,
    /// Their uncertainties, in the same unit.
    pub dy: Option<Values<'a>>,
}

impl Samples<'_> {
    /// Reads the values from number `start` on, in units of `unit`.
    fn read_values(&self, start: usize, unit: f64, to: &mut [f64]) {
        self.y.read(start, to);
        if unit != 1.0 {
            to.iter_mut().for_each(|y| *y /= unit);
        }
    }

    /// Reads (least / dy)^2 from number `start` on.
    fn read_weights(&self, start: usize, least: f64, to: &mut [f64]) {
        let Some(dy) = self.dy else { return to.fill(1.0) };
        dy.read(start, to);
        for weight in to {
            let ratio = least / *weight;
            *weight = ratio * ratio;
        }
    }
}

/// Weighted samples.
pub struct Weighted<'a> {
    /// As the caller gave them.
    pub samples: Samples<'a>,
    /// Weights, with sum 1.
    pub w: Vec<f64>,
    /// w z / rms, or 0 where rms is.
    pub wz: Vec<f64>,
    /// What was taken off the values: their weighted mean, or 0.
    pub mean: f64,
    /// sqrt(sum w z^2), in the unit of y.
    pub rms: f64,
    /// sum (z / dy)^2, with dy = 1 where there are none.
    pub chi2: f64,
    /// How well a constant alone fits z.
    pub constant: Fit,
    /// The least uncertainty, or 1.
    pub least: f64,
    /// A power of 2, in units of which values neither overflow nor underflow when squared.
    pub unit: f64,
    /// The first time.
    pub first: f64,
    /// The last time.
    pub last: f64,
    sorted: bool,
}

/// How well a model fits: shares of sum w z^2.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fit {
    /// What the model explains, p.
    pub p: f64,
    /// What it leaves, q = 1 - p.
    pub q: f64,
    /// Square of the semi-amplitude of the sinusoid, in units of rms.
    pub amplitude_squared: f64,
}

impl Fit {
    /// Of a model that explains nothing.
    pub const NOTHING: Fit = Fit { p: 0.0, q: 1.0, amplitude_squared: 0.0 };
}

/// Samples that a thread takes at once, what one takes in each pass, and samples between two
/// roundings of a sum.
const PART: usize = 65_536;
const NANOSECONDS: f64 = 2.0;
const CHUNK: usize = 512;

impl<'a> Weighted<'a> {
    /// Checks and weights samples; values count from their mean where `centred` says so.
    pub fn new(samples: Samples<'a>, centred: bool, call: &Call) -> Result<Weighted<'a>, Error> {
        let n = samples.t.len();
        for (argument, values) in [("y", Some(samples.y)), ("dy", samples.dy)] {
            if let Some(values) = values.filter(|values| values.len() != n) {
                let problem = format!("{} values for {n} times", values.len());
                return Err(Error::invalid(argument, problem));
            }
        }
        let call = &call.sized_for(n as f64 * NANOSECONDS);
        let Series { first, last, sorted, .. } = Series::new(samples.t, samples.t, call)?;
        let range = Range::of(&samples, call)?;
        let (least, unit) = (range.least, range.unit());

        let mut w = filled(n, 0.0, "the weights of the samples")?;
        let [total] = totals(w.chunks_mut(PART), call, |start, w| {
            let mut sum = Sum::default();
            for (chunk, w) in w.chunks_mut(CHUNK).enumerate() {
                samples.read_weights(start + chunk * CHUNK, least, w);
                sum.add(dot(w, |_| 1.0));
            }
            [sum]
        })?;
        let moments = |mean: f64| -> Result<[f64; 2], Error> {
            let sums = totals(w.chunks(PART), call, |start, w| {
                let mut sums = [Sum::default(); 2];
                for (chunk, w) in w.chunks(CHUNK).enumerate() {
                    let mut y = [0.0; CHUNK];
                    let y = &mut y[..w.len()];
                    samples.read_values(start + chunk * CHUNK, unit, y);
                    y.iter_mut().for_each(|y| *y -= mean);
                    sums[0].add(dot(w, |index| y[index]));
                    sums[1].add(dot(w, |index| y[index] * y[index]));
                }
                sums
            })?;
            Ok(sums.map(|sum| if n > 0 { sum / total } else { 0.0 }))
        };
        // The mean, then what rounding left of it, and the mean square about it.
        let [mean, about_zero] = moments(0.0)?;
        let [rest, square] = moments(mean)?;
        let variance = if range.is_constant() { 0.0 } else { (square - rest * rest).max(0.0) };
        let mean_square = if centred { variance } else { about_zero };
        let rms = mean_square.sqrt();
        // How well a constant alone fits: not at all where it was taken off.
        let constant = if centred || rms == 0.0 {
            Fit::NOTHING
        } else {
            let square = (mean / rms) * (mean / rms);
            let q = (variance / mean_square).min(1.0);
            Fit { p: square.min(1.0), q, amplitude_squared: square }
        };

        let (mean, rest) = if centred { (mean, rest) } else { (0.0, 0.0) };
        let mut wz = filled(n, 0.0, "the weighted values")?;
        let scale = if rms > 0.0 { 1.0 / rms } else { 0.0 };
        let parts = w.chunks_mut(PART).zip(wz.chunks_mut(PART));
        let [] = totals(parts, call, |start, (w, wz)| {
            samples.read_values(start, unit, wz);
            for (w, wz) in w.iter_mut().zip(wz) {
                *w /= total;
                *wz = ((*wz - mean) - rest) * scale * *w;
            }
            []
        })?;
        let (mean, rms) = ((mean + rest) * unit, rms * unit);
        let chi2 = (rms / least) * (rms / least) * total;
        Ok(Weighted { samples, w, wz, mean, rms, chi2, constant, least, unit, first, last, sorted })
    }

    /// The samples' times with other amplitudes.
    pub fn series<'s>(&'s self, x: &'s [f64]) -> Series<'s> {
        let Weighted { samples, first, last, sorted, .. } = *self;
        Series { t: samples.t, x, first, last, sorted }
    }

    /// The weighted standard deviation of the times.
    pub fn deviation_of_times(&self) -> f64 {
        let length = self.length();
        let mean_of = |f: &dyn Fn(f64) -> f64| {
            let mut sum = Sum::default();
            for (w, t) in self.w.chunks(CHUNK).zip(self.samples.t.chunks(CHUNK)) {
                sum.add(dot(w, |index| f((t[index] - self.first) / length)));
            }
            sum.high + sum.low
        };
        let mean = mean_of(&|t| t);
        mean_of(&|t| (t - mean) * (t - mean)).sqrt() * length
    }

    /// last - first time; an infinity is not to be feared: halves of huge times are subtracted.
    pub fn length(&self) -> f64 {
        2.0 * (0.5 * self.last - 0.5 * self.first)
    }
}

/// The least uncertainty, and the range of values.
#[derive(Clone, Copy)]
struct Range {
    least: f64,
    lowest: f64,
    highest: f64,
    good: bool,
}

impl Range {
    /// Checks that values are finite, and uncertainties finite and above 0.
    fn of(samples: &Samples, call: &Call) -> Result<Range, Error> {
        let n = samples.t.len();
        let none = Range {
            least: f64::INFINITY,
            lowest: f64::INFINITY,
            highest: f64::NEG_INFINITY,
            good: true,
        };
        let mut parts = filled(n.div_ceil(PART), none, "checking the samples")?;
        let items = (0..n).step_by(PART).zip(&mut parts);
        call.for_each(
            items,
            0,
            || Ok(()),
            |_, (), (start, range)| {
                let end = (start + PART).min(n);
                for start in (start..end).step_by(CHUNK) {
                    let mut buffer = [0.0; CHUNK];
                    let buffer = &mut buffer[..CHUNK.min(end - start)];
                    samples.y.read(start, buffer);
                    for y in &*buffer {
                        range.lowest = if *y < range.lowest { *y } else { range.lowest };
                        range.highest = if *y > range.highest { *y } else { range.highest };
                        range.good &= y.is_finite();
                    }
                    let Some(dy) = samples.dy else { continue };
                    dy.read(start, buffer);
                    for dy in &*buffer {
                        range.least = if *dy < range.least { *dy } else { range.least };
                        range.good &= dy.is_finite();
                    }
                }
                Ok(())
            },
        )?;
        let mut whole = none;
        for part in parts {
            whole.least = whole.least.min(part.least);
            whole.lowest = whole.lowest.min(part.lowest);
            whole.highest = whole.highest.max(part.highest);
            whole.good &= part.good;
        }
        if !whole.good || whole.least <= 0.0 {
            complain(samples)?;
        }
        if samples.dy.is_none() || n == 0 {
            whole.least = 1.0;
        }
        Ok(whole)
    }

    fn is_constant(&self) -> bool {
        self.lowest == self.highest
    }

    fn unit(&self) -> f64 {
        let largest = self.highest.abs().max(self.lowest.abs());
        match largest {
            1e-100..1e100 => 1.0,
            _ if largest > 0.0 && largest.is_finite() => 2f64.powi(largest.log2() as i32),
            _ => 1.0,
        }
    }
}

/// Names the first value that cannot be used.
fn complain(samples: &Samples) -> Result<(), Error> {
    for (argument, values) in [("y", Some(samples.y)), ("dy", samples.dy)] {
        let Some(values) = values else { continue };
        for index in 0..values.len() {
            let value = values.get(index);
            if !value.is_finite() {
                return Err(Error::NotFinite { argument, index: Some(index), value });
            }
            if argument == "dy" && value <= 0.0 {
                let problem = format!("element {index} is {value:?}, but must be above 0");
                return Err(Error::invalid("dy", problem));
            }
        }
    }
    Ok(())
}

/// Sums over all samples, from sums over parts of them that threads make of the parts' data.
fn totals<T: Send, const N: usize>(
    parts: impl ExactSizeIterator<Item = T> + Send,
    call: &Call,
    sum: impl Fn(usize, T) -> [Sum; N] + Sync,
) -> Result<[f64; N], Error> {
    let mut found = filled(parts.len(), [Sum::default(); N], "the sums over the samples")?;
    let items = parts.zip(&mut found).enumerate();
    call.for_each(
        items,
        0,
        || Ok(()),
        |_, (), (number, (part, found))| {
            *found = sum(number * PART, part);
            Ok(())
        },
    )?;
    let mut whole = [Sum::default(); N];
    for found in found {
        for (whole, Sum { high, low }) in whole.iter_mut().zip(found) {
            whole.add(high);
            whole.low += low;
        }
    }
    Ok(whole.map(|sum| sum.high + sum.low))
}

/// A sum and what rounding lost of it.
#[derive(Clone, Copy, Default)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, term: f64) {
        let (high, lost) = two_sum(self.high, term);
        (self.high, self.low) = (high, self.low + lost);
    }
}

/// sum w f, in lanes.
fn dot(w: &[f64], f: impl Fn(usize) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (registers, rest) = w.as_chunks::<LANES>();
    for (register, w) in registers.iter().enumerate() {
        for lane in 0..LANES {
            lanes[lane] += w[lane] * f(register * LANES + lane);
        }
    }
    for (lane, w) in rest.iter().enumerate() {
        lanes[lane] += w * f(registers.len() * LANES + lane);
    }
    let four: [f64; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}
