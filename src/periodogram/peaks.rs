//! The highest peaks of a power spectrum over any band, without storing it.
//!
//! Blocks of the spectrum are searched for local maxima while they are in the cache. Of these the
//! highest are kept, one within each resolution element 1/T, and refined to the maximum of the
//! continuous function: the root of its derivative, an exact sum over the samples.

use std::sync::Mutex;

use super::scan::{Block, scan};
use super::sinusoids::sum_and_slope;
use crate::error::Error;
use crate::host::lock::lock;
use crate::memory::reserve;
use crate::parallel::Call;
use crate::spectrum;
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;

/// A local maximum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Where it is.
    pub frequency: f64,
    /// Its power.
    pub power: f64,
}

impl Peak {
    /// Higher ones first, lower frequencies first among equals.
    fn order(&self, other: &Peak) -> std::cmp::Ordering {
        other.power.total_cmp(&self.power).then(self.frequency.total_cmp(&other.frequency))
    }
}

/// How exactly a peak is placed, in units of 1/T.
const ACCURACY: f64 = 1e-12;
/// At least so many times the peaks that are asked for are refined: on a coarse grid the highest
/// are not those of the highest grid points.
const CANDIDATES: usize = 2;
const MORE_CANDIDATES: usize = 16;

/// Up to `most` of the highest peaks, in the order of their heights. No two are closer than 1/T.
pub fn peaks(
    series: &Series,
    grid: &Grid,
    most: usize,
    options: &spectrum::Options,
    call: &Call,
) -> Result<Vec<Peak>, Error> {
    let height = |frequency: f64| {
        let [[re, im], [re_slope, im_slope]] =
            sum_and_slope(series.t, series.x, series.centre(), frequency);
        (re * re + im * im, 2.0 * (re * re_slope + im * im_slope))
    };
    let resolution = 1.0 / series.length();
    if grid.df == 0.0 && grid.nf > 0 {
        return Err(Error::invalid("df", "0: a single frequency has no peaks"));
    }
    if most == 0 || grid.nf == 0 {
        return Ok(Vec::new());
    }
    let candidates = most.saturating_mul(CANDIDATES).saturating_add(MORE_CANDIDATES);
    let best = Mutex::new(Vec::new());
    scan(series, grid, options, call, |block| {
        let found = highest(block, candidates, resolution)?;
        let mut best = lock(&best);
        reserve(&mut best, found.len(), "the peaks")?;
        best.extend(found);
        keep_highest(&mut best, candidates, resolution);
        Ok(())
    })?;
    let mut best = std::mem::take(&mut *lock(&best));
    let cost = 10.0 * 4.0 * series.t.len() as f64 * best.len() as f64;
    call.sized_for(cost).for_each(
        best.iter_mut(),
        0,
        || Ok(()),
        |call, (), peak| {
            *peak = refined(*peak, grid.df.abs(), ACCURACY * resolution, height);
            call.check()
        },
    )?;
    keep_highest(&mut best, most, resolution);
    Ok(best)
}

/// The highest local maxima of a block.
fn highest(block: &Block, most: usize, resolution: f64) -> Result<Vec<Peak>, Error> {
    let mut found: Vec<Peak> = Vec::new();
    for place in block.maxima() {
        let peak = Peak { frequency: block.frequency(place), power: block.power()[place] };
        if found.len() == found.capacity() {
            keep_highest(&mut found, most, resolution);
            let room = found.len().max(64);
            reserve(&mut found, room, "the peaks of a block")?;
        }
        found.push(peak);
    }
    keep_highest(&mut found, most, resolution);
    Ok(found)
}

/// Keeps the highest `most` in their order, and none closer than `resolution` to a higher one.
fn keep_highest(peaks: &mut Vec<Peak>, most: usize, resolution: f64) {
    peaks.sort_unstable_by(Peak::order);
    let mut kept = 0;
    for index in 0..peaks.len() {
        let peak = peaks[index];
        let close = |other: &Peak| (other.frequency - peak.frequency).abs() < resolution;
        if kept < most && !peaks[..kept].iter().any(close) {
            peaks[kept] = peak;
            kept += 1;
        }
    }
    peaks.truncate(kept);
}

/// The maximum near a grid point that is higher than its neighbours, one `step` to both sides.
/// `height` gives the function and its derivative; the search ends within `accuracy`.
pub fn refined(peak: Peak, step: f64, accuracy: f64, height: impl Fn(f64) -> (f64, f64)) -> Peak {
    let (mut low, mut high) = (peak.frequency - step, peak.frequency + step);
    let (mut low_slope, mut high_slope) = (height(low).1, height(high).1);
    let (mut best, mut slope) = (peak.frequency, height(peak.frequency).1);
    // A step much wider than the peak may hide the change of sign from its ends.
    if low_slope <= 0.0 && slope > 0.0 {
        (low, low_slope) = (best, slope);
    }
    if high_slope >= 0.0 && slope < 0.0 {
        (high, high_slope) = (best, slope);
    }
    if low_slope > 0.0 && high_slope < 0.0 {
        // The Illinois method: false position that halves the end which stays.
        let mut side = 0;
        for _ in 0..60 {
            best = (low * high_slope - high * low_slope) / (high_slope - low_slope);
            if !(low < best && best < high) {
                best = 0.5 * (low + high);
            }
            slope = height(best).1;
            let moved = if slope > 0.0 {
                let moved = best - low;
                (low, low_slope) = (best, slope);
                high_slope *= if side == 1 { 0.5 } else { 1.0 };
                side = 1;
                moved
            } else {
                let moved = high - best;
                (high, high_slope) = (best, slope);
                low_slope *= if side == -1 { 0.5 } else { 1.0 };
                side = -1;
                moved
            };
            if slope == 0.0 || high - low < accuracy || moved < 0.1 * accuracy {
                break;
            }
        }
    }
    let power = height(best).0;
    // A refinement that went astray is none.
    if power >= peak.power * (1.0 - 1e-9) { Peak { frequency: best, power } } else { peak }
}
