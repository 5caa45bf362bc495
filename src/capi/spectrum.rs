//! The spectrum, for C.

use std::ffi::{c_double, c_int};

use super::arguments::{disjoint, extent, input, length, output};
use super::boundary::gate;
use super::options::fourier_options;
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
    gate(|| {
        let nf = length::<f64>("nf", nf)?;
        // SAFETY: as documented for each argument.
        unsafe { self::power(n, t, x, f0, df, nf, ["freq", "power"], freq, power, options) }
    })
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
    gate(|| {
        let nf = length::<[f64; 2]>("nf", nf)?;
        let names = ["freq", "spectrum"];
        // SAFETY: as documented for each argument.
        unsafe {
            call(n, t, x, f0, df, nf, names, freq, spectrum, 2 * nf, Wanted::Transform, options)
        }
    })
}

/// The power, for `fourier_power` and the legacy routines: freq (NULL allowed) and power have `nf`
/// elements and are called `names` in errors.
///
/// # Safety
/// The pointers must be as `fourier_power` documents them.
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn power(
    n: i64,
    t: *const f64,
    x: *const f64,
    f0: f64,
    df: f64,
    nf: usize,
    names: [&'static str; 2],
    freq: *mut f64,
    power: *mut f64,
    options: *const fourier_options,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    unsafe { call(n, t, x, f0, df, nf, names, freq, power, nf, Wanted::Power, options) }
}

/// Checks the pointers and makes the safe call.
///
/// # Safety
/// As `power`; `result` has `result_length` elements.
#[allow(clippy::too_many_arguments)]
unsafe fn call<'a>(
    n: i64,
    t: *const f64,
    x: *const f64,
    f0: f64,
    df: f64,
    nf: usize,
    [freq_name, result_name]: [&'static str; 2],
    freq: *mut f64,
    result: *mut f64,
    result_length: usize,
    wanted: fn(&'a mut [f64]) -> Wanted<'a>,
    options: *const fourier_options,
) -> Result<(), Error> {
    let n = length::<f64>("n", n)?;
    disjoint(
        &[extent(freq_name, freq, nf), extent(result_name, result, result_length)],
        &[extent("t", t, n), extent("x", x, n)],
    )?;
    // SAFETY: the caller's promise, and `disjoint` found no overlap.
    let (t, x, freq, result) = unsafe {
        let freq = if freq.is_null() { None } else { Some(output(freq_name, freq, nf)?) };
        let result = output(result_name, result, result_length)?;
        (input("t", t, n)?, input("x", x, n)?, freq, result)
    };
    // SAFETY: NULL or a handle of this library, as documented.
    let options = unsafe { fourier_options::of(options) };
    options.compute(|call| {
        let grid = Grid::new(f0, df, nf)?;
        let series = Series::new(t, x, call)?;
        spectrum::compute(&series, &grid, freq, wanted(result), &options.spectrum, call)
    })
}
