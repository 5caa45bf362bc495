//! Prewhitening: the sinusoids of a series, found one after the other.
//!
//! Again and again the highest peak of the residuals' amplitude spectrum is refined, fitted
//! together with the sinusoids nearby, and subtracted (as by Period04, Lenz and Breger 2005). All
//! sinusoids are fitted together whenever their number has doubled, and at the end. A
//! peak closer than 1/T to a sinusoid that was found before cannot be told from it (Loumos and
//! Deeming 1978): it is merged with that one, and its surroundings are left alone.

use std::f64::consts::{PI, TAU};
use std::ops::Range;
use std::sync::Mutex;

use super::peaks::{Peak, refined};
use super::scan::scan;
use super::sinusoids::{Model, Sampling, Sinusoid, sum_and_slope};
use crate::error::Error;
use crate::host::lock::lock;
use crate::memory::{collected, filled, reserve};
use crate::parallel::Call;
use crate::spectrum;
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;

/// What standard errors are taken from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Uncertainties {
    /// The covariance matrix of all parameters.
    #[default]
    Covariance,
    /// The formulas for a single sinusoid in evenly sampled white noise, of Montgomery and
    /// O'Donoghue (1999).
    Montgomery,
}

/// Settings of a prewhitening.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The most sinusoids.
    pub most: usize,
    /// The least amplitude in units of the mean amplitude around it.
    pub least_snr: f64,
    /// Width of the window in which that mean is taken, in cycles per unit of time.
    pub noise_window: f64,
    /// What standard errors are taken from.
    pub uncertainties: Uncertainties,
}

/// A sinusoid amplitude * sin(2 pi (frequency * (t - t0) + phase)) that was found, with standard
/// errors; t0 is the middle of the series, phases are in cycles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// In cycles per unit of time.
    pub frequency: f64,
    /// Semi-amplitude.
    pub amplitude: f64,
    /// In cycles, from 0 to 1.
    pub phase: f64,
    /// Standard error.
    pub frequency_error: f64,
    /// Standard error.
    pub amplitude_error: f64,
    /// Standard error.
    pub phase_error: f64,
    /// Amplitude over the mean amplitude of the residuals around it.
    pub snr: f64,
}

/// What a prewhitening found.
pub struct Outcome {
    /// The sinusoids in the order in which they were found.
    pub found: Vec<Found>,
    /// Frequencies of peaks that were merged with a sinusoid closer than 1/T.
    pub merged: Vec<f64>,
    /// Whether the progress function ended it before its time.
    pub cancelled: bool,
}

/// Distance within which sinusoids are fitted together at once, in units of 1/T, and the most of
/// them: further away they disturb each other by a few per cent, which the fit of all mends.
const NEAR: f64 = 4.0;
const MOST_NEAR: usize = 8;
/// All are fitted together when there are so many times as many as at the last time.
const GROWTH: f64 = 2.0;
/// Steps of a fit of a few, of all on the way, and of all at the end.
const FEW_ROUNDS: usize = 10;
const ROUNDS: usize = 1;
const LAST_ROUNDS: usize = 30;
/// Residuals below this part of the values are rounding.
const ROUNDING: f64 = 1e-14;

/// Finds sinusoids in the values `series.x`, weighted by `weights` (1 / sigma^2 where `known`, else
/// all alike), and leaves the rest in `residuals`.
pub fn prewhiten(
    series: &Series,
    weights: &[f64],
    known: bool,
    grid: &Grid,
    settings: &Settings,
    residuals: &mut [f64],
    call: &Call,
) -> Result<Outcome, Error> {
    let mut search = Search::new(series, weights, grid, settings, residuals, call)?;
    let outcome = search.run();
    let cancelled = matches!(outcome, Err(Error::Cancelled));
    if !cancelled {
        outcome?;
    }
    // What was found is told even when the call was cancelled: on a call that nobody watches.
    let quiet = Call::new(1);
    search.call = if cancelled { &quiet } else { call };
    let found = search.describe(known, cancelled)?;
    let merged = std::mem::take(&mut search.merged);
    Ok(Outcome { found, merged, cancelled })
}

/// The highest point of a spectrum, and the sum of the amplitudes in windows of it.
struct Look {
    peak: Option<Peak>,
    /// For each window: mean amplitude; NaN where the window holds no frequency.
    means: Vec<f64>,
}

struct Search<'a> {
    values: &'a [f64],
    sampling: Sampling<'a>,
    series: &'a Series<'a>,
    total_weight: f64,
    resolution: f64,
    grid: &'a Grid,
    settings: &'a Settings,
    model: Model,
    residuals: &'a mut [f64],
    /// weight * residual, whose spectrum is looked at.
    weighted: Vec<f64>,
    /// Frequencies that are not looked at any more: one resolution around sinusoids with which a
    /// peak has been merged.
    masked: Vec<Range<f64>>,
    merged: Vec<f64>,
    scale: f64,
    call: &'a Call<'a>,
}

impl<'a> Search<'a> {
    fn new(
        series: &'a Series<'a>,
        weights: &'a [f64],
        grid: &'a Grid,
        settings: &'a Settings,
        residuals: &'a mut [f64],
        call: &'a Call<'a>,
    ) -> Result<Search<'a>, Error> {
        let sampling = Sampling { t: series.t, weights, centre: series.centre() };
        let total_weight: f64 = weights.iter().sum();
        let products = series.x.iter().zip(weights).map(|(x, w)| w * x);
        let mean = if total_weight > 0.0 { products.sum::<f64>() / total_weight } else { 0.0 };
        let scale = series.x.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let model = Model { mean, sinusoids: Vec::new() };
        sampling.residuals(series.x, &model, residuals, call)?;
        Ok(Search {
            values: series.x,
            sampling,
            series,
            total_weight,
            resolution: 1.0 / series.length(),
            grid,
            settings,
            model,
            residuals,
            weighted: filled(series.t.len(), 0.0, "the weighted residuals")?,
            masked: Vec::new(),
            merged: Vec::new(),
            scale,
            call,
        })
    }

    fn run(&mut self) -> Result<(), Error> {
        let mut fitted_at = 1.0;
        let (n, most) = (self.series.t.len(), self.settings.most);
        self.call.add_work(1000 * (most as u64 + 1));
        if self.grid.nf == 0 || n < 2 || self.series.length() <= 0.0 {
            return Ok(());
        }
        loop {
            // The spectrum tells the noise around the last sinusoid, and the next peak.
            let last = self.model.sinusoids.last().copied();
            let windows: Vec<_> = last.iter().map(|last| self.window(last.frequency)).collect();
            let look = self.look(&windows)?;
            if let (Some(last), Some(&noise)) = (last, look.means.first())
                && last.amplitude() < self.settings.least_snr * noise
            {
                let before = self.model.clone();
                self.model.sinusoids.pop();
                let target = self.with_added(&before.sinusoids[self.model.sinusoids.len()..])?;
                self.residuals.copy_from_slice(&target);
                break;
            }
            let parameters = 4 + 3 * self.model.sinusoids.len();
            let Some(peak) = look.peak else { break };
            if self.model.sinusoids.len() >= most || parameters >= n || self.is_rounding(peak) {
                break;
            }
            let peak = self.refine(peak);
            if self.is_close(peak.frequency) || !self.add(peak.frequency)? {
                self.merge(peak.frequency)?;
                continue;
            }
            let count = self.model.sinusoids.len() as f64;
            if count >= GROWTH * fitted_at {
                fitted_at = count;
                self.fit_all(ROUNDS)?;
            }
        }
        self.fit_all(LAST_ROUNDS)
    }

    fn is_rounding(&self, peak: Peak) -> bool {
        2.0 * peak.power.sqrt() <= ROUNDING * self.scale
    }

    fn window(&self, frequency: f64) -> Range<f64> {
        let half = 0.5 * self.settings.noise_window;
        frequency - half..frequency + half
    }

    /// Looks at the amplitude spectrum of the residuals, 2 |sum w r exp(2 pi i f t)| / sum w.
    fn look(&mut self, windows: &[Range<f64>]) -> Result<Look, Error> {
        let factors = self.residuals.iter().zip(self.sampling.weights);
        for (product, (r, w)) in self.weighted.iter_mut().zip(factors) {
            *product = r * w / self.total_weight;
        }
        let series = Series { x: &self.weighted, ..*self.series };
        let best: Mutex<Option<Peak>> = Mutex::new(None);
        // (window, first frequency of the block, sum, count): added in the order of frequency.
        let sums: Mutex<Vec<(usize, usize, f64, usize)>> = Mutex::new(Vec::new());
        let options = spectrum::Options::default();
        let masked = &self.masked;
        self.call.part(1000, |call| {
            scan(&series, self.grid, &options, call, |block| {
                let mut here: Option<Peak> = None;
                for place in block.maxima() {
                    let power = block.power()[place];
                    if here.is_none_or(|best| power > best.power) {
                        let frequency = block.frequency(place);
                        if !masked.iter().any(|mask| mask.contains(&frequency)) {
                            here = Some(Peak { frequency, power });
                        }
                    }
                }
                let mut best = lock(&best);
                if let Some(peak) = here
                    && best.is_none_or(|best| {
                        (peak.power, -peak.frequency.abs()) > (best.power, -best.frequency.abs())
                    })
                {
                    *best = Some(peak);
                }
                drop(best);
                for (number, window) in windows.iter().enumerate() {
                    let places = places_in(self.grid, block.first, block.power().len(), window);
                    let powers = &block.power()[places];
                    if !powers.is_empty() {
                        let sum = powers.iter().map(|power| power.sqrt()).sum();
                        let mut sums = lock(&sums);
                        reserve(&mut sums, 1, "the noise")?;
                        sums.push((number, block.first, sum, powers.len()));
                    }
                }
                Ok(())
            })
        })?;
        let mut sums = std::mem::take(&mut *lock(&sums));
        sums.sort_unstable_by_key(|sum| (sum.0, sum.1));
        let mut totals = filled(windows.len(), (0.0, 0usize), "the noise")?;
        for (window, _, sum, count) in sums {
            totals[window].0 += sum;
            totals[window].1 += count;
        }
        let means = totals.iter().map(|(sum, count)| 2.0 * sum / *count as f64);
        Ok(Look { peak: lock(&best).take(), means: collected(means, "the noise")? })
    }

    fn refine(&self, peak: Peak) -> Peak {
        let height = |frequency: f64| {
            let [[re, im], [re_slope, im_slope]] =
                sum_and_slope(self.series.t, &self.weighted, self.sampling.centre, frequency);
            (re * re + im * im, 2.0 * (re * re_slope + im * im_slope))
        };
        // The fit refines it further.
        refined(peak, self.grid.df.abs(), 1e-3 * self.resolution, height)
    }

    /// Whether a frequency cannot be told from that of a sinusoid, or from the mean, which is half
    /// of a pair of frequencies f and -f.
    fn is_close(&self, frequency: f64) -> bool {
        let near = |other: f64| (frequency.abs() - other.abs()).abs() < self.resolution;
        frequency.abs() < 0.5 * self.resolution
            || self.model.sinusoids.iter().any(|sinusoid| near(sinusoid.frequency))
    }

    /// Masks a peak that is merged with a sinusoid, as far as it reaches.
    fn merge(&mut self, frequency: f64) -> Result<(), Error> {
        reserve(&mut self.masked, 1, "the merged peaks")?;
        reserve(&mut self.merged, 1, "the merged peaks")?;
        let reach = 0.5 * self.resolution;
        self.masked.push(frequency - reach..frequency + reach);
        self.merged.push(frequency);
        Ok(())
    }

    /// residuals + what these sinusoids contribute.
    fn with_added(&self, sinusoids: &[Sinusoid]) -> Result<Vec<f64>, Error> {
        let negative = |s: &Sinusoid| Sinusoid { sine: -s.sine, cosine: -s.cosine, ..*s };
        let negatives = collected(sinusoids.iter().map(negative), "some sinusoids")?;
        let model = Model { mean: 0.0, sinusoids: negatives };
        let mut target = filled(self.residuals.len(), 0.0, "the series without some sinusoids")?;
        self.sampling.residuals(self.residuals, &model, &mut target, self.call)?;
        Ok(target)
    }

    /// Adds a sinusoid of this frequency, and fits it together with those nearby. Does nothing and
    /// returns false when that brings two of them too close to be told from each other.
    fn add(&mut self, frequency: f64) -> Result<bool, Error> {
        let before = collected(self.residuals.iter().copied(), "the residuals")?;
        let [[re, im], _] =
            sum_and_slope(self.series.t, &self.weighted, self.sampling.centre, frequency);
        let distance = |index: &usize| {
            (self.model.sinusoids[*index].frequency - frequency).abs() / self.resolution
        };
        let mut near: Vec<usize> =
            (0..self.model.sinusoids.len()).filter(|index| distance(index) < NEAR).collect();
        near.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
        near.truncate(MOST_NEAR - 1);
        let group: Vec<Sinusoid> = near.iter().map(|&index| self.model.sinusoids[index]).collect();
        let target = self.with_added(&group)?;
        let mut model = Model { mean: 0.0, sinusoids: group };
        model.sinusoids.push(Sinusoid { frequency, sine: 2.0 * im, cosine: 2.0 * re });
        self.sampling.fit(&target, &mut model, self.residuals, FEW_ROUNDS, self.call)?;
        let too_close = |s: &Sinusoid| {
            let others = self.model.sinusoids.iter().enumerate();
            let others = others.filter(|(index, _)| !near.contains(index)).map(|(_, other)| other);
            let close = |other: &Sinusoid| (s.frequency - other.frequency).abs() < self.resolution;
            others.chain(&model.sinusoids).filter(|other| close(other)).count() > 1
        };
        if model.sinusoids.iter().any(too_close) {
            self.residuals.copy_from_slice(&before);
            return Ok(false);
        }
        self.model.mean += model.mean;
        let new = model.sinusoids.pop().expect("the one just added");
        for (index, sinusoid) in near.into_iter().zip(model.sinusoids) {
            self.model.sinusoids[index] = sinusoid;
        }
        reserve(&mut self.model.sinusoids, 1, "the sinusoids")?;
        self.model.sinusoids.push(new);
        Ok(true)
    }

    fn fit_all(&mut self, rounds: usize) -> Result<(), Error> {
        if !self.model.sinusoids.is_empty() {
            self.sampling.fit(self.values, &mut self.model, self.residuals, rounds, self.call)?;
        }
        Ok(())
    }

    /// The sinusoids with their standard errors and signal-to-noise ratios.
    fn describe(&mut self, known: bool, cancelled: bool) -> Result<Vec<Found>, Error> {
        let sinusoids = collected(self.model.sinusoids.iter().copied(), "the sinusoids")?;
        let windows = sinusoids.iter().map(|sinusoid| self.window(sinusoid.frequency));
        let windows = collected(windows, "the windows of the noise")?;
        let noise = match cancelled || sinusoids.is_empty() {
            true => filled(sinusoids.len(), f64::NAN, "the noise")?,
            false => self.look(&windows)?.means,
        };
        let n = self.series.t.len() as f64;
        let squares = self.residuals.iter().zip(self.sampling.weights).map(|(r, w)| w * r * r);
        let freedom = (n - 1.0 - 3.0 * sinusoids.len() as f64).max(1.0);
        let variance = squares.sum::<f64>() / freedom;
        let covariance =
            match self.settings.uncertainties == Uncertainties::Covariance && !cancelled {
                true => self.sampling.covariance(&self.model, self.residuals, self.call)?,
                false => None,
            };
        // Of one sample of mean weight.
        let sigma = (variance * n / self.total_weight).sqrt();
        let scale = if known { 1.0 } else { variance };
        let length = self.series.length();
        let described = sinusoids.iter().enumerate().map(|(index, sinusoid)| {
            let amplitude = sinusoid.amplitude();
            let (s, c) = (sinusoid.sine / amplitude, sinusoid.cosine / amplitude);
            let errors = match &covariance {
                Some(covariance) => {
                    let at = |row: usize, column: usize| {
                        scale * covariance[(1 + 3 * index + row, 1 + 3 * index + column)]
                    };
                    let along = s * s * at(0, 0) + c * c * at(1, 1) + 2.0 * s * c * at(0, 1);
                    let across = c * c * at(0, 0) + s * s * at(1, 1) - 2.0 * s * c * at(0, 1);
                    [at(2, 2).sqrt(), along.sqrt(), across.sqrt() / (TAU * amplitude)]
                }
                None => {
                    let error = (2.0 / n).sqrt() * sigma;
                    let frequency = (6.0 / n).sqrt() * sigma / (PI * length * amplitude);
                    [frequency, error, error / (TAU * amplitude)]
                }
            };
            Found {
                frequency: sinusoid.frequency,
                amplitude,
                phase: (sinusoid.cosine.atan2(sinusoid.sine) / TAU).rem_euclid(1.0),
                frequency_error: errors[0],
                amplitude_error: errors[1],
                phase_error: errors[2],
                snr: amplitude / noise[index],
            }
        });
        collected(described, "the sinusoids")
    }
}

/// The places of a block, which begins at frequency number `first`, whose frequencies are in a
/// window.
fn places_in(grid: &Grid, first: usize, length: usize, window: &Range<f64>) -> Range<usize> {
    let place = |frequency: f64| (frequency - grid.f0) / grid.df - first as f64;
    let (one, other) = (place(window.start), place(window.end));
    let clamp = |place: f64| place.clamp(0.0, length as f64) as usize;
    clamp(one.min(other).ceil())..clamp(one.max(other).floor() + 1.0)
}
