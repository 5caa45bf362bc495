//! How long a call may wait.

use std::time::{Duration, Instant};

use crate::error::Error;

/// How long a call may wait. The clock is read only when the call has to wait.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Timeout {
    /// As long as it takes.
    Never,
    /// At most this long; zero means not at all.
    After(Duration),
}

impl Timeout {
    /// From seconds: negative or infinite = for ever, NaN = refused.
    pub fn seconds(argument: &'static str, seconds: f64) -> Result<Timeout, Error> {
        if seconds.is_nan() {
            return Err(Error::NotFinite { argument, index: None, value: seconds });
        }
        if seconds < 0.0 {
            return Ok(Timeout::Never);
        }
        // What does not fit a Duration is longer than any wait.
        Ok(Duration::try_from_secs_f64(seconds).map_or(Timeout::Never, Timeout::After))
    }

    /// The moment when it is over, counted from now.
    pub(super) fn deadline(self) -> Deadline {
        match self {
            Timeout::Never => Deadline(None),
            Timeout::After(time) => Deadline(Instant::now().checked_add(time)),
        }
    }
}

/// A moment, or never.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(pub(super) Option<Instant>);

impl Deadline {
    pub(super) fn passed(self) -> bool {
        self.0.is_some_and(|moment| moment <= Instant::now())
    }

    /// The earlier of two.
    pub(super) fn or(self, other: Option<Instant>) -> Deadline {
        Deadline(match (self.0, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        })
    }

    /// The time left; None = for ever.
    pub(super) fn left(self) -> Option<Duration> {
        self.0.map(|moment| moment.saturating_duration_since(Instant::now()))
    }
}
