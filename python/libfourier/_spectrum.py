"""Spectrum of unevenly sampled series."""

import numpy as np

from ._arguments import empty, real, vector, whole
from ._library import library
from ._options import call
from ._status import InvalidArgumentError


def power(t, x, f0, df, nf, *, tolerance=None, threads=None, method=None, progress=None):
    """Power spectrum of unevenly sampled series.

    S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2, not normalised, on the frequencies
    f = f0 + k df, k = 0 .. nf - 1.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order; duplicates are allowed.
    x : array_like, shape (n,)
        Values.
    f0, df : float
        First frequency, in cycles per unit of time, and step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    tolerance : float, optional
        |F - exact| <= tolerance * sum |x| for the complex spectrum F, above 0 and at most 1.
        1e-13 without it.
    threads : int, optional
        1 to 1024; 0 or None = the default of the process. The result does not depend on it.
    method : {"auto", "direct", "fast"}, optional
        How it is computed; without it whichever is fastest.
    progress : callable, optional
        progress(fraction) is called in the calling thread at the start, at most every 20 ms, and
        at the end, with the fraction done; a true result cancels the call, an exception cancels
        it and is raised by the call.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    power : numpy.ndarray of float64, shape (nf,)
        S, in the square of the unit of x.

    Raises
    ------
    FourierError
        As InvalidArgumentError, NotFiniteError and ToleranceError, which are ValueError;
        OutOfMemoryError, which is MemoryError; CancelledError.
    TypeError
        When an argument is complex, masked or not numeric.
    KeyboardInterrupt
        On Ctrl-C during a call in the main thread.
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(library.fourier_power, np.float64, t, x, f0, df, nf, settings)


def transform(t, x, f0, df, nf, *, tolerance=None, threads=None, method=None, progress=None):
    """Complex spectrum of unevenly sampled series.

    F(f) = sum x exp(+2 pi i f t) on the frequencies f = f0 + k df, k = 0 .. nf - 1.

    Parameters and errors are those of `power`.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    spectrum : numpy.ndarray of complex128, shape (nf,)
        F, in the unit of x.
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(library.fourier_transform, np.complex128, t, x, f0, df, nf, settings)


def _spectrum(function, dtype, t, x, f0, df, nf, settings):
    t, x = vector("t", t), vector("x", x)
    if t.size != x.size:
        raise InvalidArgumentError(f"t has {t.size} elements, but x has {x.size}")
    f0, df = real("f0", f0), real("df", df)
    nf = whole("nf", nf, 0, 2**63 - 1)
    freq, result = empty("nf", nf, np.float64), empty("nf", nf, dtype)
    inputs = t.size, t.ctypes.data, x.ctypes.data, f0, df, nf
    call(function, *inputs, freq.ctypes.data, result.ctypes.data, **settings)
    return freq, result
