//! Power spectrum, called as the legacy C and Fortran routines `fourier` and `FOURIER`.
//!
//! They have no status: on bad input every output element whose place is known becomes NaN.

use std::ffi::{c_double, c_int};
use std::ptr;

use super::arguments::{elements, input, output};
use super::spectrum::{Arguments, Place};
use super::status_from::{clear_last_error, status_from};
use crate::error::Error;

/// Power spectrum of unevenly sampled series, called as the legacy C routine:
/// S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2 on f = f0 + k df, k = 0..nf-1.
///
/// @param n    number of samples, >= 0; 0 gives power 0
/// @param t    n times, any unit, any order, duplicates allowed; NULL only when n = 0
/// @param x    n values; NULL only when n = 0
/// @param f0   first frequency, cycles per unit of time
/// @param df   step; any sign, or 0
/// @param nf   number of frequencies, >= 0; 0 does nothing
/// @param nf2  number of elements of fr, >= 2*nf
/// @param fr   fr[0..nf) receives the frequencies, correctly rounded, fr[nf..2nf) the power, in the
///             square of the unit of x, not normalised; NULL only when nf = 0
/// @return fr; or NULL on bad input (negative counts, nf2 too small, NULL, overlapping arrays, NaN
///         or infinity in f0, df, t or x): then fr[0..2nf), or fr[0..nf2) when nf or nf2 is bad,
///         is NaN, and fourier_last_error() tells the reason. On success that text is "".
///         From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier(
    n: c_int,
    t: *mut c_double,
    x: *mut c_double,
    f0: c_double,
    df: c_double,
    nf: c_int,
    nf2: c_int,
    fr: *mut c_double,
) -> *mut c_double {
    let status = status_from(|| {
        let (count, room) = (elements::<[f64; 2]>("nf", nf)?, elements::<f64>("nf2", nf2)?);
        if room < 2 * count {
            return Err(Error::invalid(
                "nf2",
                format!("{nf2} is less than 2 * nf = {}", 2 * count),
            ));
        }
        // SAFETY: `fr` has nf2 >= 2 nf elements, the rest is as documented.
        unsafe {
            // The whole of `fr` is checked before it is divided.
            output("fr", fr, 2 * count)?;
            let (freq, result) = (Place("fr", fr), Place("fr", fr.wrapping_add(count)));
            let (n, nf, options) = (n.into(), nf.into(), ptr::null());
            Arguments { n, t, x, f0, df, nf, freq, result, options }.power()
        }
    });
    if status == 0 {
        clear_last_error();
        return fr;
    }
    let known = if nf >= 0 && i64::from(nf2) >= 2 * i64::from(nf) { 2 * nf } else { nf2 };
    // SAFETY: `fr` has that many elements, as documented.
    unsafe { fill_with_nan(fr, known) };
    ptr::null_mut()
}

/// Power spectrum of unevenly sampled series, called as the legacy Fortran routine:
/// CALL FOURIER(T,X,F0,DF,N,NF,FR,S1), with S1(k) = (sum x cos 2 pi f t)^2 +
/// (sum x sin 2 pi f t)^2 on f = F0 + (k-1) DF, k = 1..NF.
///
/// @param t    N times, any unit, any order, duplicates allowed; NULL only when N = 0
/// @param x    N values; NULL only when N = 0
/// @param f0   first frequency, cycles per unit of time; not NULL
/// @param df   step; any sign, or 0; not NULL
/// @param n    number of samples, >= 0; 0 gives power 0; not NULL
/// @param nf   number of frequencies, >= 0; 0 does nothing; not NULL
/// @param fr   NF elements: the frequencies, correctly rounded; NULL only when NF = 0
/// @param s1   NF elements: the power, in the square of the unit of x; NULL only when NF = 0
///
/// Errors: on bad input (negative counts, NULL, overlapping arrays, NaN or infinity in F0, DF, T or
/// X) every element of FR and S1 becomes NaN and fourier_last_error() tells the reason; on success
/// that text is "". From any thread, and in a forked child.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fourier_(
    t: *const c_double,
    x: *const c_double,
    f0: *const c_double,
    df: *const c_double,
    n: *const c_int,
    nf: *const c_int,
    fr: *mut c_double,
    s1: *mut c_double,
) {
    let status = status_from(|| {
        // SAFETY: single numbers by reference, as documented.
        let (f0, df, n, nf) = unsafe {
            (
                input("f0", f0, 1)?[0],
                input("df", df, 1)?[0],
                input("n", n, 1)?[0],
                input("nf", nf, 1)?[0],
            )
        };
        let count = elements::<f64>("nf", nf)?;
        // SAFETY: as documented.
        unsafe {
            output("fr", fr, count)?;
            let (freq, result) = (Place("fr", fr), Place("s1", s1));
            let (n, nf, options) = (n.into(), nf.into(), ptr::null());
            Arguments { n, t, x, f0, df, nf, freq, result, options }.power()
        }
    });
    if status == 0 {
        return clear_last_error();
    }
    // SAFETY: NF, if it is given, is the number of elements of FR and S1.
    unsafe {
        let count = nf.as_ref().copied().unwrap_or(0);
        fill_with_nan(fr, count);
        fill_with_nan(s1, count);
    }
}

/// # Safety
/// `pointer` must be NULL or point to `count` elements.
unsafe fn fill_with_nan(pointer: *mut f64, count: c_int) {
    // SAFETY: the caller's promise.
    let place =
        elements::<f64>("nf", count).and_then(|count| unsafe { output("fr", pointer, count) });
    if let Ok(place) = place {
        place.fill(f64::NAN);
    }
}
