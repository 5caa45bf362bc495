//! Peaks of series whose values, with their uncertainties, were drawn anew at the same times, any
//! value any number of times: noise of the same distribution and sampling.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Height, Noise};
use crate::error::Error;
use crate::memory::filled;
use crate::parallel::Call;
use crate::periodogram::Options;
use crate::periodogram::frequency_grid::length_of;
use crate::periodogram::lomb_scargle::for_each_fit;
use crate::periodogram::normalization::Normalization;
use crate::periodogram::weights::{Samples, Values, Weighted};
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;

/// Frequencies in the width 1 / T of a peak.
const SAMPLES_PER_PEAK: f64 = 5.0;

/// A bootstrap.
pub struct Bootstrap<'a> {
    samples: Samples<'a>,
    fmax: f64,
    options: Options,
}

impl<'a> Bootstrap<'a> {
    /// Of this noise.
    pub fn new(noise: &Noise<'a>, options: &Options) -> Result<Bootstrap<'a>, Error> {
        // The share that a fit explains is compared.
        let options = Options { normalization: Normalization::Standard, ..*options };
        Ok(Bootstrap { samples: noise.samples, fmax: noise.fmax, options })
    }

    /// The highest p of each series, on a grid of 5 frequencies a peak up to fmax.
    pub fn maxima(&self, call: &Call) -> Result<Vec<f64>, Error> {
        let Samples { t, y, dy } = self.samples;
        let n = t.len();
        let grid = self.grid(call)?;
        let what = "the peaks of a bootstrap";
        let mut maxima = filled(self.options.bootstraps, 0.0, what)?;
        let buffers = || Ok((filled(n, 0.0, what)?, filled(n, 0.0, what)?));
        call.add_work(maxima.len() as u64);
        let items = maxima.iter_mut().enumerate();
        call.for_each(items, 1, buffers, |call, (new_y, new_dy), (number, maximum)| {
            let random = Random::new(self.options.seed, number as u64);
            for (place, (new_y, new_dy)) in new_y.iter_mut().zip(&mut *new_dy).enumerate() {
                let drawn = random.below(n, place as u64);
                *new_y = y.get(drawn);
                *new_dy = dy.map_or(1.0, |dy| dy.get(drawn));
            }
            let dy = dy.map(|_| Values::Double(&new_dy[..]));
            let samples = Samples { t, y: Values::Double(&new_y[..]), dy };
            let weighted = Weighted::new(samples, self.options.centred(), call)?;
            // Numbers from 0 up are ordered as their bits are.
            let highest = AtomicU64::new(0);
            for_each_fit(&weighted, &grid, &self.options, (), call, |fits, ()| {
                let found = fits.p[..fits.len].iter().copied().fold(0.0, f64::max);
                highest.fetch_max(found.to_bits(), Ordering::Relaxed);
                Ok(())
            })?;
            *maximum = f64::from_bits(highest.into_inner());
            Ok(())
        })?;
        Ok(maxima)
    }

    /// The height that only so many of the series reach.
    pub fn level(&self, probability: f64, call: &Call) -> Result<Height, Error> {
        let count = self.options.bootstraps;
        // (1 + reached) / (1 + count), but for rounding.
        let reached = probability * (1 + count) as f64 * (1.0 + 1e-12) - 1.0;
        if reached < 1.0 {
            let needed = (2.0 / probability).ceil() - 1.0;
            let problem = format!("{probability:?} needs {needed} bootstraps, but {count} are set");
            return Err(Error::invalid("probability", problem));
        }
        let mut maxima = self.maxima(call)?;
        maxima.sort_unstable_by(|a, b| b.total_cmp(a));
        Ok(Height::of_p(maxima[(reached as usize).min(count) - 1]))
    }

    fn grid(&self, call: &Call) -> Result<Grid, Error> {
        let t = self.samples.t;
        let Series { first, last, .. } = Series::new(t, t, call)?;
        let df = 1.0 / length_of(t.len(), first, last)? / SAMPLES_PER_PEAK;
        let steps = (self.fmax / df - 0.5).round_ties_even().max(0.0);
        // Written so that NaN fails, too.
        if !(steps < 2f64.powi(53) && df > 0.0) {
            let problem = format!("{:?} is too high for a grid of step {df:?}", self.fmax);
            return Err(Error::invalid("fmax", problem));
        }
        Grid::new(0.5 * df, df, 1 + steps as usize)
    }
}

/// Random numbers that depend on nothing but where they are asked for: the finalizer of splitmix64
/// (Steele, Lea and Flood 2014) as a hash of seed, series and place.
struct Random {
    key: u64,
}

impl Random {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

    fn new(seed: u64, series: u64) -> Random {
        let key = mix(mix(seed.wrapping_add(Random::GOLDEN)) ^ series.wrapping_mul(Random::GOLDEN));
        Random { key }
    }

    /// A number from 0 to n - 1, all alike probable to 2^-64 n.
    fn below(&self, n: usize, place: u64) -> usize {
        let bits = mix(self.key.wrapping_add(place.wrapping_mul(Random::GOLDEN)));
        ((u128::from(bits) * n as u128) >> 64) as usize
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
