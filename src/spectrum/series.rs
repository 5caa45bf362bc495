//! The samples: times and values, checked once.

use crate::error::Error;

/// A series of samples x(t), all finite. Times in any order, duplicates allowed.
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

impl<'a> Series<'a> {
    /// Checks `n = t.len()` samples.
    pub fn new(t: &'a [f64], x: &'a [f64]) -> Result<Series<'a>, Error> {
        if t.len() != x.len() {
            let problem = format!("{} values for {} times", x.len(), t.len());
            return Err(Error::invalid("x", problem));
        }
        check_finite("t", t)?;
        check_finite("x", x)?;
        let (mut first, mut last) = match t.first() {
            Some(&start) => (start, start),
            None => (0.0, 0.0),
        };
        for &time in t {
            first = if time < first { time } else { first };
            last = if time > last { time } else { last };
        }
        let sorted = t.is_sorted();
        Ok(Series { t, x, first, last, sorted })
    }

    /// The middle of the times, where phases are counted from.
    pub fn centre(&self) -> f64 {
        // Halves first: the sum of two huge times may overflow.
        0.5 * self.first + 0.5 * self.last
    }
}

fn check_finite(argument: &'static str, values: &[f64]) -> Result<(), Error> {
    // A value times zero is zero unless it is NaN or infinite.
    let suspicion: f64 = values.iter().map(|value| value * 0.0).sum();
    if suspicion == 0.0 {
        return Ok(());
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Error::NotFinite { argument, index: Some(index), value: values[index] }),
        None => Ok(()),
    }
}
