"""Spectrum of unevenly sampled series."""

from __future__ import annotations

from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import _units
from ._arguments import empty, real, vector, whole
from ._library import library
from ._options import Report, call
from ._status import InvalidArgumentError


def power(
    t: ArrayLike,
    x: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    tolerance: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    progress: Report = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Power spectrum of unevenly sampled series.

    S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2, not normalised, on the frequencies
    f = f0 + k df, k = 0 .. nf - 1.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order; duplicates are allowed.
    x : array_like, shape (n,)
        Values.
    f0 : float
        First frequency, in cycles per unit of time.
    df : float
        Step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    tolerance : float, optional
        How exact the complex spectrum F must be: abs(F - exact) <= tolerance * sum(abs(x)), above
        0 and at most 1. 1e-13 without it.
    threads : int, optional
        1 to 1024; 0 or None = the default of the process. The result does not depend on it.
    method : {"auto", "direct", "fast"}, optional
        How it is computed; without it whichever is fastest.
    progress : callable or bool, optional
        Called as progress(fraction) in the calling thread at the start, at most every 20 ms, and
        at the end; an exception cancels the call and is raised by it. True draws a bar, with tqdm
        where it is installed.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    power : numpy.ndarray of float64, shape (nf,)
        The power S, in the square of the unit of x.

    Raises
    ------
    FourierError
        As InvalidArgumentError, NotFiniteError and ToleranceError, which are ValueError;
        OutOfMemoryError, which is MemoryError.
    TypeError
        When an argument is complex, masked or not numeric, or when units do not fit.
    KeyboardInterrupt
        On Ctrl-C during a call in the main thread.

    See Also
    --------
    transform : The complex spectrum.

    Notes
    -----
    Where t is a Quantity or a Time of astropy, f0 and df must have units, too, and so do the
    results: a Time counts in days.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 100, 1000)
    >>> x = np.sin(2 * np.pi * 0.1 * t)
    >>> freq, power = libfourier.power(t, x, f0=0.05, df=0.00005, nf=2000)
    >>> print(f"strongest peak at {freq[np.argmax(power)]:.3f} Hz")
    strongest peak at 0.100 Hz
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(library.fourier_power, np.float64, 2, (t, x, f0, df, nf), settings)


def transform(
    t: ArrayLike,
    x: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    tolerance: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    progress: Report = None,
) -> tuple[NDArray[np.float64], NDArray[np.complex128]]:
    """
    Complex spectrum of unevenly sampled series.

    F(f) = sum x exp(+2 pi i f t) on the frequencies f = f0 + k df, k = 0 .. nf - 1.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order; duplicates are allowed. For a Time of astropy phases count
        from its first element.
    x : array_like, shape (n,)
        Values.
    f0 : float
        First frequency, in cycles per unit of time.
    df : float
        Step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    tolerance : float, optional
        As for `power`.
    threads : int, optional
        As for `power`.
    method : {"auto", "direct", "fast"}, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    spectrum : numpy.ndarray of complex128, shape (nf,)
        The transform F, in the unit of x.

    See Also
    --------
    power : The square of its modulus; its errors and units are the same.

    Examples
    --------
    >>> import libfourier
    >>> freq, spectrum = libfourier.transform([0.0, 0.25], [1.0, 2.0], f0=0, df=1, nf=2)
    >>> print(spectrum.round(12))
    [3.+0.j 1.+2.j]
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(library.fourier_transform, np.complex128, 1, (t, x, f0, df, nf), settings)


def _spectrum(
    function: Any, dtype: DTypeLike, degree: int, inputs: Any, settings: dict[str, Any]
) -> tuple[Any, Any]:
    """Calls a C function whose result has the unit of x to the power of `degree`."""
    t, x, f0, df, nf = inputs
    t, of_time = _units.split_times("t", t)
    x, of_value = _units.split("x", x)
    t, x = vector("t", t), vector("x", x)
    if t.size != x.size:
        raise InvalidArgumentError(f"t has {t.size} elements, but x has {x.size}")
    f0 = real("f0", _units.per("f0", f0, of_time))
    df = real("df", _units.per("df", df, of_time))
    nf = whole("nf", nf, 0, 2**63 - 1)
    freq, result = empty("nf", nf, np.float64), empty("nf", nf, dtype)
    series = t.size, t.ctypes.data, x.ctypes.data
    call(function, *series, f0, df, nf, freq.ctypes.data, result.ctypes.data, **settings)
    freq = _units.join(freq, of_time and 1 / of_time)
    return freq, _units.join(result, of_value and of_value**degree)
