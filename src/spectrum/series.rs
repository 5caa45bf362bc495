//! The samples: times and values, checked once.

use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::simd::{Isa, LANES, Vector, dispatch};

/// A series of samples x(t), all finite. Times in any order, duplicates allowed.
#[derive(Debug)]
pub struct Series<'a> {
    /// Times, in any unit.
    pub t: &'a [f64],
    /// Values, in any unit.
    pub x: &'a [f64],
    /// The smallest time; 0 when there is no sample.
    pub first: f64,
    /// The largest time; 0 when there is no sample.
    pub last: f64,
    /// Whether the times never decrease.
    pub sorted: bool,
}

/// Samples checked by a thread at once, and what one takes.
const SAMPLES: usize = 65_536;
const NANOSECONDS: f64 = 0.25;

impl<'a> Series<'a> {
    /// Checks `n = t.len()` samples.
    pub fn new(t: &'a [f64], x: &'a [f64], call: &Call) -> Result<Series<'a>, Error> {
        if t.len() != x.len() {
            let problem = format!("{} values for {} times", x.len(), t.len());
            return Err(Error::invalid("x", problem));
        }
        // Each part of the times reaches to the first of the next.
        let parts = t.len().div_ceil(SAMPLES);
        let mut found = filled(parts, Summary::default(), "checking the samples")?;
        let items = (0..t.len()).step_by(SAMPLES).zip(&mut found);
        let call = call.sized_for(t.len() as f64 * NANOSECONDS);
        call.for_each(
            items,
            0,
            || Ok(()),
            |_, (), (start, found)| {
                let end = (start + SAMPLES).min(t.len());
                *found = dispatch!(summarize(&t[start..(end + 1).min(t.len())], &x[start..end]));
                Ok(())
            },
        )?;
        let start = t.first().copied().unwrap_or(0.0);
        let mut series = Series { t, x, first: start, last: start, sorted: true };
        for found in found {
            if !found.finite {
                check_finite("t", t)?;
                check_finite("x", x)?;
            }
            series.first = series.first.min(found.first);
            series.last = series.last.max(found.last);
            series.sorted &= found.sorted;
        }
        Ok(series)
    }

    /// The middle of the times, where phases are counted from.
    pub fn centre(&self) -> f64 {
        // Halves first: the sum of two huge times may overflow.
        0.5 * self.first + 0.5 * self.last
    }

    /// The length of the series as counted from the centre: twice the way to the farther end. It
    /// exceeds last - first where these are so close that rounding moves the centre.
    pub fn length(&self) -> f64 {
        let centre = self.centre();
        2.0 * (self.last - centre).max(centre - self.first)
    }
}

fn check_finite(argument: &'static str, values: &[f64]) -> Result<(), Error> {
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { argument, index: Some(index), value: values[index] }),
        None => Ok(()),
    }
}

/// What there is to know of some samples.
#[derive(Clone, Copy, Default)]
struct Summary {
    finite: bool,
    first: f64,
    last: f64,
    sorted: bool,
}

#[inline(always)]
fn summarize<I: Isa>(isa: I, t: &[f64], x: &[f64]) -> Summary {
    let start = isa.splat(t[0]);
    // A number times zero is zero, unless it is NaN or infinite.
    let (mut suspicion, mut first, mut last) = (isa.zero(), start, start);
    let mut falls = isa.zero();
    let zero = isa.zero();
    let (registers, rest) = t.as_chunks::<LANES>();
    for (index, register) in registers.iter().enumerate() {
        let here = isa.load(register);
        suspicion = here.mul_add(zero, suspicion);
        (first, last) = (first.min(here), last.max(here));
        if let Some(next) = t[index * LANES + 1..].first_chunk() {
            falls = falls.max(here - isa.load(next));
        }
    }
    let (values, value_rest) = x.as_chunks::<LANES>();
    for register in values {
        suspicion = isa.load(register).mul_add(zero, suspicion);
    }
    let tail = rest.iter().chain(value_rest).map(|value| value * 0.0).sum::<f64>();
    let mut lanes = [[0.0; LANES]; 3];
    for (lanes, values) in lanes.iter_mut().zip([first, last, falls]) {
        values.store(lanes);
    }
    let tail_sorted = t[t.len().saturating_sub(2 * LANES)..].is_sorted();
    Summary {
        finite: suspicion.total() + tail == 0.0,
        first: lanes[0].iter().chain(rest).copied().fold(t[0], f64::min),
        last: lanes[1].iter().chain(rest).copied().fold(t[0], f64::max),
        sorted: lanes[2].iter().all(|fall| *fall <= 0.0) && tail_sorted,
    }
}
