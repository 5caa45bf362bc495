//! Lomb-Scargle periodograms.

use std::ffi::{c_double, c_float, c_int};
use std::mem::MaybeUninit;

use super::arguments::{
    Enumeration, at_least, disjoint, elements, enumerator, extent, input, not_null, output, store,
};
use super::options::{change_options, fourier_options};
use super::status_from::status_from;
use crate::error::Error;
use crate::parallel::Call;
use crate::periodogram::lomb_scargle::Power;
use crate::periodogram::normalization::Normalization;
use crate::periodogram::significance::{self, Noise, Significance};
use crate::periodogram::weights::{Samples, Values};
use crate::periodogram::{self, frequency_grid, lomb_scargle, model, window};
use crate::spectrum::grid::Grid;

/// Generalised Lomb-Scargle periodogram: how much of the weighted scatter of y a sinusoid of each
/// frequency f = f0 + k df explains, k = 0..nf-1, fitted together with a constant.
///
/// fourier_options_set_fit_mean, _center_data, _terms and _normalization make it another one: a
/// constant that is not fitted, several harmonics, powers in other units.
///
/// @param n        number of samples, more than twice the terms
/// @param t        n times, any unit, any order, duplicates allowed; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, one standard deviation of each y in its unit, above 0; or NULL:
///                 all alike
/// @param f0       first frequency, cycles per unit of time
/// @param df       step; any sign, or 0
/// @param nf       number of frequencies, >= 0; 0 does nothing
/// @param freq     nf elements: the frequencies, correctly rounded; or NULL
/// @param power    nf elements: from 0 to 1, unless another normalization is set; NULL only when
///                 nf = 0. At f = 0 a floating mean leaves nothing to explain: 0, as also where all
///                 y are equal
/// @param options  fit_mean, center_data, terms, normalization, tolerance (of a power from 0 to 1;
///                 1e-12 unless set, at least 1e-13), method, threads, progress; NULL = defaults.
///                 The result does not depend, bit for bit, on the number of threads
/// @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
///         a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_lomb_scargle(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    freq: *mut c_double,
    power: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let series = Series { n, t, y, dy, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { series.lomb_scargle(f0, df, nf, freq, power) })
}

/// Generalised Lomb-Scargle periodogram of values in single precision: as fourier_lomb_scargle.
///
/// @param n        number of samples, more than twice the terms
/// @param t        n times, in double precision; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, one standard deviation of each y, above 0; or NULL: all alike
/// @param f0       first frequency, cycles per unit of time
/// @param df       step; any sign, or 0
/// @param nf       number of frequencies, >= 0; 0 does nothing
/// @param freq     nf elements: the frequencies, in double precision; or NULL
/// @param power    nf elements, the same numbers rounded to single precision; NULL only when nf = 0
/// @param options  as fourier_lomb_scargle, tolerance 1e-8 unless set; NULL = defaults
/// @return as fourier_lomb_scargle. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_lomb_scargle_f32(
    n: i64,
    t: *const c_double,
    y: *const c_float,
    dy: *const c_float,
    f0: c_double,
    df: c_double,
    nf: i64,
    freq: *mut c_double,
    power: *mut c_float,
    options: *const fourier_options,
) -> c_int {
    let series = Series { n, t, y, dy, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { series.lomb_scargle(f0, df, nf, freq, power) })
}

/// A grid of frequencies on which no peak of a periodogram is missed: from half a step up to a
/// multiple of the average Nyquist frequency n / (2 T), with T the time from first to last sample.
///
/// @param n        number of samples, at least 1
/// @param t        n times, not all equal; not NULL
/// @param samples_per_peak  steps in the width 1 / T of a peak, above 0; 5 is usual
/// @param nyquist_factor    the highest frequency in units of n / (2 T), above 0; 5 is usual
/// @param f0       receives the first frequency; not NULL
/// @param df       receives the step; not NULL
/// @param nf       receives the number of frequencies; not NULL
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY; on
///         failure f0, df and nf are untouched. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_frequency_grid(
    n: i64,
    t: *const c_double,
    samples_per_peak: c_double,
    nyquist_factor: c_double,
    f0: *mut c_double,
    df: *mut c_double,
    nf: *mut i64,
) -> c_int {
    status_from(|| {
        let length = elements::<f64>("n", n)?;
        let places = (not_null("f0", f0)?, not_null("df", df)?, not_null("nf", nf)?);
        // SAFETY: n elements to read, as documented.
        let t = unsafe { input("t", t, length)? };
        let (spacing, factor) = (samples_per_peak, nyquist_factor);
        let grid = frequency_grid::frequency_grid(t, spacing, factor, &Call::new(0))?;
        // SAFETY: not NULL, as just checked, and to be written, as documented.
        unsafe {
            store(places.0, grid.f0);
            store(places.1, grid.df);
            store(places.2, grid.nf as i64);
        }
        Ok(())
    })
}

/// Spectral window: the power of the sampling itself, |sum w exp(2 pi i f t)|^2 with weights of sum
/// 1, on f = f0 + k df, k = 0..nf-1; 1 at f = 0. Each peak of a periodogram has copies of itself at
/// the distances of the window's peaks.
///
/// @param n        number of samples, at least 1
/// @param t        n times, any unit, any order, duplicates allowed; not NULL
/// @param dy       n uncertainties, above 0, whose weights are dy^-2; or NULL: all alike
/// @param f0       first frequency, cycles per unit of time
/// @param df       step; any sign, or 0
/// @param nf       number of frequencies, >= 0; 0 does nothing
/// @param freq     nf elements: the frequencies, correctly rounded; or NULL
/// @param power    nf elements: from 0 to 1; NULL only when nf = 0
/// @param options  tolerance, method, threads, progress as for fourier_power; NULL = defaults
/// @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
///         a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_window(
    n: i64,
    t: *const c_double,
    dy: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    freq: *mut c_double,
    power: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    status_from(|| {
        // Times stand in for the values, which a window does not have.
        let series = Series { n, t, y: t, dy, options };
        let nf = elements::<f64>("nf", nf)?;
        // SAFETY: as documented for each argument.
        let (samples, freq, power) = unsafe { series.with_results(nf, freq, power)? };
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(options) };
        options.run(|call| {
            let grid = Grid::new(f0, df, nf)?;
            window::window(samples.t, samples.dy, &grid, freq, power, &options.spectrum, call)
        })
    })
}

/// The best model of one frequency: a constant and the terms that are set, fitted as
/// fourier_lomb_scargle fits them, at any times.
///
/// @param n        number of samples, more than twice the terms
/// @param t        n times, any unit, any order, duplicates allowed; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, above 0; or NULL: all alike
/// @param frequency  of the first term, cycles per unit of time
/// @param m        number of times of the model, >= 0
/// @param at       m times; NULL only when m = 0
/// @param model    m elements: the model at these times, in the unit of y; NULL only when m = 0
/// @param parameters  2*terms + 1 elements: the constant, then for k = 1..terms the coefficients of
///                 sin 2 pi k f t and cos 2 pi k f t, with time counted from 0; or NULL
/// @param options  fit_mean, center_data, terms, threads, progress; NULL = defaults
/// @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
///         a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_lomb_scargle_model(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    frequency: c_double,
    m: i64,
    at: *const c_double,
    model: *mut c_double,
    parameters: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    status_from(|| {
        let (n, m) = (elements::<f64>("n", n)?, elements::<f64>("m", m)?);
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(options) };
        let settings = options.periodogram();
        // As many as the samples can carry at most: more are refused below.
        let count = 2 * settings.terms.min(n) + 1;
        let outputs = [extent("model", model, m), extent("parameters", parameters, count)];
        let inputs = [extent("t", t, n), extent("y", y, n), extent("dy", dy, n)];
        disjoint(&outputs, &inputs)?;
        disjoint(&outputs, &[extent("at", at, m)])?;
        // SAFETY: as documented for each argument, and `disjoint` found no overlap.
        let (samples, at, model, parameters) = unsafe {
            let samples = samples(n, t, y, dy)?;
            let parameters = optional_output("parameters", parameters, count)?;
            (samples, input("at", at, m)?, output("model", model, m)?, parameters)
        };
        options.run(|call| model::model(samples, frequency, at, model, parameters, &settings, call))
    })
}

/// How the probability of a peak is estimated.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_significance {
    /// Of a single frequency that was chosen before the data were looked at.
    FOURIER_SIGNIFICANCE_SINGLE = 0,
    /// As if fmax T frequencies were independent. Too small, in simulations by a factor of 2.5 to
    /// 16.
    FOURIER_SIGNIFICANCE_NAIVE = 1,
    /// An upper limit, close where it is small.
    FOURIER_SIGNIFICANCE_DAVIES = 2,
    /// Baluev's (2008, 2009), from the theory of extreme values: an upper limit, in simulations
    /// with 30 samples or more greater by 1.0 to 1.1 (with 6 samples by 8), where the spectral
    /// window has no strong side peaks.
    FOURIER_SIGNIFICANCE_BALUEV = 3,
    /// From the highest peaks of series whose values are drawn anew: slow, free of theory, and
    /// never below 1 / (1 + bootstraps).
    FOURIER_SIGNIFICANCE_BOOTSTRAP = 4,
}

impl Enumeration for fourier_significance {
    type Meaning = Significance;
    const NAME: &str = "fourier_significance";
    const ALL: &[(Self, Significance)] = &[
        (Self::FOURIER_SIGNIFICANCE_SINGLE, Significance::Single),
        (Self::FOURIER_SIGNIFICANCE_NAIVE, Significance::Naive),
        (Self::FOURIER_SIGNIFICANCE_DAVIES, Significance::Davies),
        (Self::FOURIER_SIGNIFICANCE_BALUEV, Significance::Baluev),
        (Self::FOURIER_SIGNIFICANCE_BOOTSTRAP, Significance::Bootstrap),
    ];
}

/// False-alarm probability: that noise alone makes a peak of this power or more, at any frequency
/// up to fmax.
///
/// @param n        number of samples, more than twice the terms + 1
/// @param t        n times, not all equal; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, above 0; or NULL: all alike
/// @param fmax     the highest frequency that was searched, from near 0; above 0
/// @param power    of the peak, as fourier_lomb_scargle gives it with the same options
/// @param significance  how the probability is estimated
/// @param probability   receives it: from 0 (below 1e-308) to 1; not NULL
/// @param options  fit_mean, center_data, terms, normalization; for the bootstrap also bootstraps,
///                 seed, tolerance, method, threads, progress; NULL = defaults. An amplitude has no
///                 probability without its frequency: FOURIER_NORMALIZATION_AMPLITUDE is refused
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
///         FOURIER_CANCELLED; on failure probability is untouched. From any thread, and in a forked
///         child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_false_alarm_probability(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    fmax: c_double,
    power: c_double,
    significance: MaybeUninit<fourier_significance>,
    probability: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let series = Series { n, t, y, dy, options };
    status_from(|| {
        not_null("probability", probability)?;
        // SAFETY: as documented for each argument.
        let logarithm = unsafe { series.log_probability(fmax, power, significance)? };
        // SAFETY: not NULL, as just checked, and to be written, as documented.
        unsafe { store(probability, logarithm.exp()) };
        Ok(())
    })
}

/// Natural logarithm of the false-alarm probability: as fourier_false_alarm_probability, also
/// where that is below 1e-308, as for many a real star.
///
/// @param n        number of samples, more than twice the terms + 1
/// @param t        n times, not all equal; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, above 0; or NULL: all alike
/// @param fmax     the highest frequency that was searched, from near 0; above 0
/// @param power    of the peak, as fourier_lomb_scargle gives it with the same options. Near 1 it
///                 cannot tell peaks apart: FOURIER_NORMALIZATION_LOG can
/// @param significance  how the probability is estimated
/// @param logarithm     receives it: at most 0; -infinity when power is 1; not NULL
/// @param options  as fourier_false_alarm_probability; NULL = defaults
/// @return as fourier_false_alarm_probability. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_false_alarm_log_probability(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    fmax: c_double,
    power: c_double,
    significance: MaybeUninit<fourier_significance>,
    logarithm: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let series = Series { n, t, y, dy, options };
    status_from(|| {
        not_null("logarithm", logarithm)?;
        // SAFETY: as documented for each argument.
        let found = unsafe { series.log_probability(fmax, power, significance)? };
        // SAFETY: not NULL, as just checked, and to be written, as documented.
        unsafe { store(logarithm, found) };
        Ok(())
    })
}

/// The power that noise alone reaches with a given probability, at any frequency up to fmax.
///
/// @param n        number of samples, more than twice the terms + 1
/// @param t        n times, not all equal; not NULL
/// @param y        n values; not NULL
/// @param dy       n uncertainties, above 0; or NULL: all alike
/// @param fmax     the highest frequency that is searched, from near 0; above 0
/// @param probability   above 0 and below 1; with FOURIER_SIGNIFICANCE_BOOTSTRAP at least
///                 2 / (1 + bootstraps)
/// @param significance  how probabilities are estimated
/// @param power    receives the level, as fourier_lomb_scargle gives it with the same options; not
///                 NULL
/// @param options  as fourier_false_alarm_probability; NULL = defaults
/// @return as fourier_false_alarm_probability; on failure power is untouched. From any thread, and
///         in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_false_alarm_level(
    n: i64,
    t: *const c_double,
    y: *const c_double,
    dy: *const c_double,
    fmax: c_double,
    probability: c_double,
    significance: MaybeUninit<fourier_significance>,
    power: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let series = Series { n, t, y, dy, options };
    status_from(|| {
        not_null("power", power)?;
        // SAFETY: as documented for each argument.
        let noise = unsafe { series.noise(fmax, significance)? };
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(options) };
        let level = options
            .run(|call| significance::level(&noise, probability, &options.periodogram(), call))?;
        // SAFETY: not NULL, as just checked, and to be written, as documented.
        unsafe { store(power, level) };
        Ok(())
    })
}

/// Sets whether a constant is fitted together with the sinusoid (floating mean).
///
/// @param options  not NULL; not while another thread uses them
/// @param on       0 = no, any other number = yes (the default)
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_fit_mean(
    options: *mut fourier_options,
    on: c_int,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.periodogram.fit_mean = on != 0;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets whether the weighted mean of y is subtracted before anything is fitted. Of no effect with a
/// floating mean, which takes it off in any case.
///
/// @param options  not NULL; not while another thread uses them
/// @param on       0 = no, any other number = yes (the default)
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_center_data(
    options: *mut fourier_options,
    on: c_int,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.periodogram.center_data = on != 0;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets the number of terms of the model: sinusoids of f, 2 f, ..., terms * f.
///
/// @param options  not NULL; not while another thread uses them
/// @param terms    at least 1 (the default), and below half the number of samples of the later call
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_terms(
    options: *mut fourier_options,
    terms: c_int,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.periodogram.terms = at_least("terms", 1, terms)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// What a periodogram returns. With p the share of chi^2 = sum (y - mean)^2 / dy^2 that the model
/// explains (without uncertainties dy = 1; nothing is subtracted where neither a mean is fitted nor
/// data are centered):
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum fourier_normalization {
    /// p, from 0 to 1.
    FOURIER_NORMALIZATION_STANDARD = 0,
    /// p / (1 - p): chi^2 explained over chi^2 left; infinite where nothing is left.
    FOURIER_NORMALIZATION_MODEL = 1,
    /// -ln(1 - p); infinite where nothing is left.
    FOURIER_NORMALIZATION_LOG = 2,
    /// p chi^2 / 2; without uncertainties in the square of the unit of y.
    FOURIER_NORMALIZATION_PSD = 3,
    /// The semi-amplitude of the best sinusoid, of the first of several terms, in the unit of y.
    FOURIER_NORMALIZATION_AMPLITUDE = 4,
}

impl Enumeration for fourier_normalization {
    type Meaning = Normalization;
    const NAME: &str = "fourier_normalization";
    const ALL: &[(Self, Normalization)] = &[
        (Self::FOURIER_NORMALIZATION_STANDARD, Normalization::Standard),
        (Self::FOURIER_NORMALIZATION_MODEL, Normalization::Model),
        (Self::FOURIER_NORMALIZATION_LOG, Normalization::Log),
        (Self::FOURIER_NORMALIZATION_PSD, Normalization::Psd),
        (Self::FOURIER_NORMALIZATION_AMPLITUDE, Normalization::Amplitude),
    ];
}

/// Sets what a periodogram returns, and what false-alarm functions take and return as a power.
///
/// @param options  not NULL; not while another thread uses them
/// @param normalization  FOURIER_NORMALIZATION_STANDARD (the default), _MODEL, _LOG, _PSD or
///                 _AMPLITUDE
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_normalization(
    options: *mut fourier_options,
    normalization: MaybeUninit<fourier_normalization>,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.periodogram.normalization = enumerator("normalization", normalization)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets how many series a bootstrap draws.
///
/// @param options  not NULL; not while another thread uses them
/// @param count    at least 1; 1000 unless set
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_bootstraps(
    options: *mut fourier_options,
    count: i64,
) -> c_int {
    let change = |options: &mut fourier_options| {
        elements::<f64>("count", count)?;
        options.periodogram.bootstraps = at_least("count", 1, count)?;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

/// Sets where the random numbers of a bootstrap begin: the same seed gives the same result, on any
/// machine and any number of threads.
///
/// @param options  not NULL; not while another thread uses them
/// @param seed     any number; 0 unless set
/// @return FOURIER_OK or FOURIER_INVALID_ARGUMENT
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_options_set_seed(
    options: *mut fourier_options,
    seed: u64,
) -> c_int {
    let change = |options: &mut fourier_options| {
        options.periodogram.seed = seed;
        Ok(())
    };
    // SAFETY: a handle of this library, as documented.
    unsafe { change_options(options, change) }
}

impl fourier_options {
    /// The settings of a periodogram.
    pub(super) fn periodogram(&self) -> periodogram::Options {
        let spectrum = self.spectrum;
        let (tolerance, method) = (spectrum.tolerance, spectrum.method);
        periodogram::Options { tolerance, method, ..self.periodogram }
    }
}

/// Double or single precision of values.
trait Real: Power + 'static {
    fn values(values: &[Self]) -> Values<'_>;
}

impl Real for f64 {
    fn values(values: &[f64]) -> Values<'_> {
        Values::Double(values)
    }
}

impl Real for f32 {
    fn values(values: &[f32]) -> Values<'_> {
        Values::Single(values)
    }
}

/// Samples as they come from C, and the options of the call.
struct Series<T> {
    n: i64,
    t: *const f64,
    y: *const T,
    dy: *const T,
    options: *const fourier_options,
}

/// The results of a grid.
type Results<'a, T> = (Samples<'a>, Option<&'a mut [f64]>, &'a mut [T]);

impl<T: Real> Series<T> {
    /// # Safety
    /// The pointers must be as `fourier_lomb_scargle` documents them.
    unsafe fn lomb_scargle(
        self,
        f0: f64,
        df: f64,
        nf: i64,
        freq: *mut f64,
        power: *mut T,
    ) -> Result<(), Error> {
        let nf = elements::<f64>("nf", nf)?;
        // SAFETY: the caller's promise.
        let (samples, freq, power) = unsafe { self.with_results(nf, freq, power)? };
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(self.options) };
        options.run(|call| {
            let grid = Grid::new(f0, df, nf)?;
            lomb_scargle(samples, &grid, freq, power, &options.periodogram(), call)
        })
    }

    /// The samples, and the places for frequencies and powers.
    ///
    /// # Safety
    /// The pointers must be as `fourier_lomb_scargle` documents them.
    unsafe fn with_results<'a>(
        &self,
        nf: usize,
        freq: *mut f64,
        power: *mut T,
    ) -> Result<Results<'a, T>, Error> {
        let n = elements::<f64>("n", self.n)?;
        disjoint(
            &[extent("freq", freq, nf), extent("power", power, nf)],
            &[extent("t", self.t, n), extent("y", self.y, n), extent("dy", self.dy, n)],
        )?;
        // SAFETY: the caller's promise, and `disjoint` found no overlap.
        unsafe {
            let samples = samples(n, self.t, self.y, self.dy)?;
            Ok((samples, optional_output("freq", freq, nf)?, output("power", power, nf)?))
        }
    }
}

impl Series<f64> {
    /// # Safety
    /// The pointers must be as `fourier_false_alarm_probability` documents them.
    unsafe fn noise<'a>(
        &self,
        fmax: f64,
        significance: MaybeUninit<fourier_significance>,
    ) -> Result<Noise<'a>, Error> {
        let n = elements::<f64>("n", self.n)?;
        let significance = enumerator("significance", significance)?;
        // SAFETY: the caller's promise.
        let samples = unsafe { samples(n, self.t, self.y, self.dy)? };
        Ok(Noise { samples, fmax, significance })
    }

    /// # Safety
    /// The pointers must be as `fourier_false_alarm_probability` documents them.
    unsafe fn log_probability(
        &self,
        fmax: f64,
        power: f64,
        significance: MaybeUninit<fourier_significance>,
    ) -> Result<f64, Error> {
        // SAFETY: the caller's promise.
        let (noise, options) =
            unsafe { (self.noise(fmax, significance)?, fourier_options::of(self.options)) };
        let settings = options.periodogram();
        options.run(|call| significance::log_probability(&noise, power, &settings, call))
    }
}

/// # Safety
/// Each pointer must be NULL or point to `n` elements that nobody writes while `'a` lasts.
unsafe fn samples<'a, T: Real>(
    n: usize,
    t: *const f64,
    y: *const T,
    dy: *const T,
) -> Result<Samples<'a>, Error> {
    // SAFETY: the caller's promise.
    unsafe {
        let dy = if dy.is_null() { None } else { Some(T::values(input("dy", dy, n)?)) };
        Ok(Samples { t: input("t", t, n)?, y: T::values(input("y", y, n)?), dy })
    }
}

/// An output that is not wanted where it is NULL.
///
/// # Safety
/// As [`output`].
unsafe fn optional_output<'a>(
    argument: &'static str,
    pointer: *mut f64,
    length: usize,
) -> Result<Option<&'a mut [f64]>, Error> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    Ok(Some(unsafe { output(argument, pointer, length)? }))
}
