//! Peaks of spectra that are never stored, and prewhitening.

use std::ffi::{c_double, c_int};
use std::mem::MaybeUninit;

use super::arguments::{
    Enumeration, disjoint, elements, enumerator, extent, finite, input, output, store,
};
use super::options::{change_options, fourier_options};
use super::status_from::status_from;
use crate::error::Error;
use crate::memory::filled;
use crate::periodogram::peaks::peaks;
use crate::periodogram::prewhiten::{Found, Settings, Uncertainties, prewhiten};
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;

/// A sinusoid amplitude * sin(2 pi (frequency * (t - t0) + phase)) with its standard errors;
/// t0 is the middle of the series, halfway between its first and its last time.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug, Default)]
pub struct fourier_sinusoid {
    /// In cycles per unit of time.
    pub frequency: c_double,
    /// Semi-amplitude, in the unit of y.
    pub amplitude: c_double,
    /// In cycles, from 0 to 1.
    pub phase: c_double,
    /// Standard error of the frequency.
    pub frequency_error: c_double,
    /// Standard error of the amplitude.
    pub amplitude_error: c_double,
    /// Standard error of the phase, in cycles.
    pub phase_error: c_double,
    /// Amplitude over the mean amplitude of the residuals around the frequency; NaN after a
    /// cancelled call.
    pub snr: c_double,
}

impl From<Found> for fourier_sinusoid {
    fn from(found: Found) -> Self {
        Self {
            frequency: found.frequency,
            amplitude: found.amplitude,
            phase: found.phase,
            frequency_error: found.frequency_error,
            amplitude_error: found.amplitude_error,
            phase_error: found.phase_error,
            snr: found.snr,
        }
    }
}

/// The highest peaks of the power spectrum sum w y cos^2 + sum w y sin^2 over a band, of any number
/// of frequencies: the spectrum is searched block by block and never stored.
///
/// Each peak is refined from the grid to the maximum of the continuous spectrum, within 1e-9 / T,
/// where T is the length of the series. Of peaks closer than 1/T only the highest is told.
///
/// @param n        number of samples, >= 0
/// @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
/// @param y        n values; NULL only when n = 0. Subtract the mean first, unless its peak at
///                 frequency 0 is wanted
/// @param dy       n standard deviations, > 0: each value counts with the weight dy^-2 (power of
///                 sum w y exp(2 pi i f t), sum w = n); or NULL: all alike, as in fourier_power
/// @param f0       first frequency, cycles per unit of time
/// @param df       step, not 0. 1/df should be at least twice the length of the series, or peaks
///                 between two frequencies are missed
/// @param nf       number of frequencies, >= 0
/// @param most     the most peaks wanted, >= 0
/// @param freq     most elements: the frequencies of the peaks, highest peak first; NULL only when
///                 most = 0
/// @param power    most elements: their powers; NULL only when most = 0
/// @param found    receives how many peaks there are, at most `most`; not NULL
/// @param options  tolerance (of the search alone), method, threads, progress; NULL = defaults. The
///                 result does not depend, bit for bit, on the number of threads
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
///         FOURIER_TOLERANCE_UNREACHABLE, FOURIER_CANCELLED, FOURIER_NOT_SUPPORTED. On failure the
///         outputs are untouched. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_peaks(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    most: i64,
    freq: *mut c_double,
    power: *mut c_double,
    found: *mut i64,
    options: *const fourier_options,
) -> c_int {
    let samples = Samples { n, t, y, dy };
    status_from(|| {
        let (nf, most) = (elements::<u8>("nf", nf)?, elements::<f64>("most", most)?);
        let places = [extent("freq", freq, most), extent("power", power, most)];
        let places = [&places[..], &[extent("found", found, 1)]].concat();
        // SAFETY: as documented for each argument; `disjoint` is asked before the outputs are made.
        let ([t, y], dy) = unsafe { samples.checked(&places) }?;
        if found.is_null() {
            return Err(Error::invalid("found", "NULL"));
        }
        // SAFETY: as documented for each argument, and none overlaps.
        let (freq, power) = unsafe { (output("freq", freq, most)?, output("power", power, most)?) };
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(options) };
        let peaks = options.run(|call| {
            let grid = Grid::new(f0, df, nf)?;
            let weights = weights(dy, t.len())?;
            let mut series = Series::new(t, y, call)?;
            let scale = t.len() as f64 / weights.iter().sum::<f64>();
            let mut weighted =
                filled(if dy.is_some() { t.len() } else { 0 }, 0.0, "weighted values")?;
            for ((product, y), w) in weighted.iter_mut().zip(y).zip(&weights) {
                *product = w * scale * y;
            }
            if dy.is_some() {
                series.x = &weighted;
            }
            peaks(&series, &grid, most, &options.spectrum, call)
        })?;
        for (index, peak) in peaks.iter().enumerate() {
            (freq[index], power[index]) = (peak.frequency, peak.power);
        }
        // SAFETY: not NULL; a place for one number, as documented.
        unsafe { store(found, peaks.len() as i64) };
        Ok(())
    })
}

/// Prewhitening: finds the sinusoids of a series one after the other.
///
/// The highest peak of the residuals' amplitude spectrum is fitted by least squares together with
/// the sinusoids found before (frequencies, amplitudes, phases and mean), and subtracted; then the
/// next. Ends at `most` sinusoids; at the first whose amplitude is below `least_snr` times the mean
/// amplitude of the residuals around it, which is not told; or when the samples or the digits are
/// used up. A peak closer than 1/T to a sinusoid found before, T being the length of the series,
/// cannot be told from it and is merged with it; the search goes on elsewhere.
///
/// @param n         number of samples, >= 0
/// @param t         n times, any unit, any order, duplicates allowed; NULL only when n = 0
/// @param y         n values; NULL only when n = 0
/// @param dy        n standard deviations, > 0; or NULL: all alike and unknown, taken from the
///                  residuals
/// @param f0        first frequency of the search, cycles per unit of time
/// @param df        step, not 0. 1/df should be at least twice the length of the series
/// @param nf        number of frequencies, >= 0
/// @param most      the most sinusoids wanted, >= 0
/// @param least_snr least signal-to-noise ratio, >= 0; 4 is usual
/// @param found     most elements: the sinusoids in the order in which they were found; NULL only
///                  when most = 0
/// @param count     receives how many there are, at most `most`; not NULL
/// @param residuals n elements: what remains of y; or NULL
/// @param options   threads, progress, fourier_options_set_noise_window and
///                  fourier_options_set_uncertainties; NULL = defaults. The result does not depend,
///                  bit for bit, on the number of threads
/// @return FOURIER_OK; FOURIER_UNRESOLVED when peaks were merged (fourier_last_error tells the
///         first), and FOURIER_CANCELLED: with all outputs as they were until then;
///         FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY: with untouched
///         outputs. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_prewhiten(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    most: i64,
    least_snr: c_double,
    found: *mut fourier_sinusoid,
    count: *mut i64,
    residuals: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let samples = Samples { n, t, y, dy };
    status_from(|| {
        let (nf, most) = (elements::<u8>("nf", nf)?, elements::<fourier_sinusoid>("most", most)?);
        let n = elements::<f64>("n", n)?;
        let places = [extent("residuals", residuals, n), extent("count", count.cast::<f64>(), 1)];
        let places = [&places[..], &[extent("found", found, most)]].concat();
        // SAFETY: as documented for each argument; `disjoint` is asked before the outputs are made.
        let ([t, y], dy) = unsafe { samples.checked(&places) }?;
        if finite("least_snr", least_snr)? < 0.0 {
            return Err(Error::invalid("least_snr", format!("{least_snr:?} is negative")));
        }
        if count.is_null() {
            return Err(Error::invalid("count", "NULL"));
        }
        // SAFETY: as documented for each argument, and none overlaps.
        let found = unsafe { output("found", found, most) }?;
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(options) };
        let mut rest = filled(n, 0.0, "the residuals")?;
        let mut outcome = None;
        let ended = options.run(|call| {
            let grid = Grid::new(f0, df, nf)?;
            if df == 0.0 && nf > 0 {
                return Err(Error::invalid("df", "0: a single frequency has no peaks"));
            }
            let weights = weights(dy, n)?;
            let settings = Settings {
                most,
                least_snr,
                noise_window: options.noise_window,
                uncertainties: options.uncertainties,
            };
            let series = Series::new(t, y, call)?;
            let known = dy.is_some();
            outcome = Some(prewhiten(&series, &weights, known, &grid, &settings, &mut rest, call)?);
            Ok(())
        });
        // A cancelled call tells what it has found.
        let outcome = match (outcome, ended) {
            (Some(outcome), _) => outcome,
            (None, ended) => return ended,
        };
        for (place, sinusoid) in found.iter_mut().zip(&outcome.found) {
            *place = (*sinusoid).into();
        }
        if !residuals.is_null() {
            // SAFETY: n elements, as documented, that overlap nothing.
            unsafe { output("residuals", residuals, n) }?.copy_from_slice(&rest);
        }
        // SAFETY: not NULL; a place for one number, as documented.
        unsafe { store(count, outcome.found.len() as i64) };
        match (outcome.cancelled, outcome.merged.first()) {
            (true, _) => Err(Error::Cancelled),
            (false, None) => Ok(()),
            (false, Some(&frequency)) => {
                Err(Error::Unresolved { frequency, peaks: outcome.merged.len() })
            }
        }
    })
}

/// A weighted series as it comes from C.
struct Samples {
    n: i64,
    t: *const f64,
    y: *const f64,
    dy: *const f64,
}

/// Times and values, and standard deviations where there are any.
type Checked<'a> = ([&'a [f64]; 2], Option<&'a [f64]>);

impl Samples {
    /// The series, when it overlaps none of the outputs, nor they each other.
    ///
    /// # Safety
    /// The pointers must be as `fourier_peaks` documents them.
    unsafe fn checked<'a>(
        &self,
        outputs: &[(&'static str, std::ops::Range<usize>)],
    ) -> Result<Checked<'a>, Error> {
        let n = elements::<f64>("n", self.n)?;
        let inputs = [extent("t", self.t, n), extent("y", self.y, n), extent("dy", self.dy, n)];
        disjoint(outputs, &inputs)?;
        // SAFETY: the caller's promise.
        unsafe {
            let dy = if self.dy.is_null() { None } else { Some(input("dy", self.dy, n)?) };
            Ok(([input("t", self.t, n)?, input("y", self.y, n)?], dy))
        }
    }
}

/// 1 / dy^2, or 1.
fn weights(dy: Option<&[f64]>, n: usize) -> Result<Vec<f64>, Error> {
    let mut weights = filled(n, 1.0, "the weights")?;
    for (index, (weight, &dy)) in weights.iter_mut().zip(dy.unwrap_or(&[])).enumerate() {
        if !dy.is_finite() {
            return Err(Error::NotFinite { argument: "dy", index: Some(index), value: dy });
        }
        *weight = 1.0 / (dy * dy);
        if !(dy > 0.0 && weight.is_normal()) {
            let problem = format!(
                "element {index} is {dy:?}, but must be above 0 and neither so \
                small nor so large that its square is out of range"
            );
            return Err(Error::invalid("dy", problem));
        }
    }
    Ok(weights)
}

/// What the standard errors of sinusoids are taken from.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_uncertainties {
    /// The covariance matrix of all parameters, which knows of gaps and of neighbours.
    FOURIER_UNCERTAINTIES_COVARIANCE = 0,
    /// The formulas of Montgomery and O'Donoghue (1999) for a single sinusoid in white noise, evenly
    /// sampled.
    FOURIER_UNCERTAINTIES_MONTGOMERY = 1,
}

impl Enumeration for fourier_uncertainties {
    type Meaning = Uncertainties;
    const NAME: &str = "fourier_uncertainties";
    const ALL: &[(Self, Uncertainties)] = &[
        (Self::FOURIER_UNCERTAINTIES_COVARIANCE, Uncertainties::Covariance),
        (Self::FOURIER_UNCERTAINTIES_MONTGOMERY, Uncertainties::Montgomery),
    ];
}

/// Sets what fourier_prewhiten takes standard errors from.
///
/// @param options       not NULL; not while another thread uses them
/// @param uncertainties FOURIER_UNCERTAINTIES_COVARIANCE (the default) or _MONTGOMERY
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_uncertainties(
    options: *mut fourier_options,
    uncertainties: MaybeUninit<fourier_uncertainties>,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.uncertainties = enumerator("uncertainties", uncertainties)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets the width of the window in which fourier_prewhiten averages the amplitudes of the residuals
/// around a frequency.
///
/// @param options  not NULL; not while another thread uses them
/// @param width    above 0, in cycles per unit of time; default 1
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT or FOURIER_NOT_FINITE
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_noise_window(
    options: *mut fourier_options,
    width: c_double,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.noise_window = finite("width", width)?;
        if options.noise_window <= 0.0 {
            return Err(Error::invalid("width", format!("{width:?} is not above 0")));
        }
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}
