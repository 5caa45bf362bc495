//! Spectrum of unevenly sampled series.

use std::ffi::{c_double, c_int};

use super::arguments::{disjoint, elements, extent, input, output};
use super::options::fourier_options;
use super::status_from::status_from;
use crate::error::Error;
use crate::spectrum::grid::Grid;
use crate::spectrum::series::Series;
use crate::spectrum::{self, Wanted};

/// Power spectrum of unevenly sampled series:
/// S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2 on f = f0 + k df, k = 0..nf-1.
///
/// @param n        number of samples, >= 0; 0 gives power 0
/// @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
/// @param x        n values; NULL only when n = 0
/// @param f0       first frequency, cycles per unit of time
/// @param df       step; any sign, or 0
/// @param nf       number of frequencies, >= 0; 0 does nothing
/// @param freq     nf elements: the frequencies, correctly rounded; or NULL
/// @param power    nf elements: the power, in the square of the unit of x, not normalised; NULL
///                 only when nf = 0
/// @param options  tolerance, method, threads, progress; NULL = defaults. The result does not
///                 depend, bit for bit, on the number of threads
/// @return FOURIER_OK, FOURIER_INVALID_ARGUMENT, FOURIER_NOT_FINITE, FOURIER_OUT_OF_MEMORY,
///         FOURIER_TOLERANCE_UNREACHABLE, FOURIER_CANCELLED, FOURIER_NOT_SUPPORTED (method FAST
///         beyond 2^50 cycles). Outputs may not overlap inputs or each other. On failure they are
///         untouched, except after FOURIER_CANCELLED, FOURIER_OUT_OF_MEMORY and FOURIER_INTERNAL,
///         which may leave them partly written. From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_power(
    n: i64,
    t: *const c_double,
    x: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    freq: *mut c_double,
    power: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let (freq, result) = (Place("freq", freq), Place("power", power));
    let arguments = Arguments { n, t, x, f0, df, nf, freq, result, options };
    // SAFETY: as documented for each argument.
    status_from(|| unsafe { arguments.power() })
}

/// Complex spectrum of unevenly sampled series: F(f) = sum x exp(+2 pi i f t) on
/// f = f0 + k df, k = 0..nf-1.
///
/// @param n        number of samples, >= 0; 0 gives 0
/// @param t        n times, any unit, any order, duplicates allowed; NULL only when n = 0
/// @param x        n values; NULL only when n = 0
/// @param f0       first frequency, cycles per unit of time
/// @param df       step; any sign, or 0
/// @param nf       number of frequencies, >= 0; 0 does nothing
/// @param freq     nf elements: the frequencies, correctly rounded; or NULL
/// @param spectrum 2*nf elements: real and imaginary part of each F, in the unit of x; NULL only
///                 when nf = 0
/// @param options  tolerance, method, threads, progress; NULL = defaults. The result does not
///                 depend, bit for bit, on the number of threads
/// @return as fourier_power, with the same rules for overlap and failures. From any thread, and in
///         a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_transform(
    n: i64,
    t: *const c_double,
    x: *const c_double,
    f0: c_double,
    df: c_double,
    nf: i64,
    freq: *mut c_double,
    spectrum: *mut c_double,
    options: *const fourier_options,
) -> c_int {
    let (freq, result) = (Place("freq", freq), Place("spectrum", spectrum));
    let arguments = Arguments { n, t, x, f0, df, nf, freq, result, options };
    status_from(|| {
        let nf = elements::<[f64; 2]>("nf", nf)?;
        // SAFETY: as documented for each argument.
        unsafe { arguments.run(nf, 2 * nf, Wanted::Transform) }
    })
}

/// A series and a grid as they come from C, and the places for what is computed.
pub(super) struct Arguments {
    pub n: i64,
    pub t: *const f64,
    pub x: *const f64,
    pub f0: f64,
    pub df: f64,
    pub nf: i64,
    pub freq: Place,
    pub result: Place,
    pub options: *const fourier_options,
}

/// An output, and what it is called in errors.
pub(super) struct Place(pub &'static str, pub *mut f64);

impl Arguments {
    /// The power, for `fourier_power` and the legacy routines.
    ///
    /// # Safety
    /// The pointers must be as `fourier_power` documents them.
    pub(super) unsafe fn power(self) -> Result<(), Error> {
        let nf = elements::<f64>("nf", self.nf)?;
        // SAFETY: the caller's promise; the result has nf elements.
        unsafe { self.run(nf, nf, Wanted::Power) }
    }

    /// Checks the pointers, and makes the safe call.
    ///
    /// # Safety
    /// As `power`; the result has `result_length` elements.
    unsafe fn run<'a>(
        self,
        nf: usize,
        result_length: usize,
        wanted: fn(&'a mut [f64]) -> Wanted<'a>,
    ) -> Result<(), Error> {
        let n = elements::<f64>("n", self.n)?;
        let (Place(freq_name, freq), Place(result_name, result)) = (self.freq, self.result);
        disjoint(
            &[extent(freq_name, freq, nf), extent(result_name, result, result_length)],
            &[extent("t", self.t, n), extent("x", self.x, n)],
        )?;
        // SAFETY: the caller's promise, and `disjoint` found no overlap.
        let (t, x, freq, result) = unsafe {
            let freq = if freq.is_null() { None } else { Some(output(freq_name, freq, nf)?) };
            let result = output(result_name, result, result_length)?;
            (input("t", self.t, n)?, input("x", self.x, n)?, freq, result)
        };
        // SAFETY: NULL or a handle of this library, as documented.
        let options = unsafe { fourier_options::of(self.options) };
        options.run(|call| {
            let grid = Grid::new(self.f0, self.df, nf)?;
            let series = Series::new(t, x, call)?;
            spectrum::compute(&series, &grid, freq, wanted(result), &options.spectrum, call)
        })
    }
}
