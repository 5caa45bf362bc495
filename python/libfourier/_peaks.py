"""Peaks of spectra that are never stored, and prewhitening."""

from __future__ import annotations

import ctypes
import warnings
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _units
from ._arguments import empty, real, vector, whole
from ._library import library
from ._options import Report, call
from ._status import FourierError, InvalidArgumentError, Status

_COLUMNS = [
    "frequency",
    "amplitude",
    "phase",
    "frequency_error",
    "amplitude_error",
    "phase_error",
    "snr",
]
_SINUSOID = np.dtype([(name, np.float64) for name in _COLUMNS])


class Sinusoids(np.ndarray):  # type: ignore[type-arg]
    """
    Sinusoids of a series: a structured array with one element for each.

    Each is amplitude * sin(2 pi (frequency * (t - t0) + phase)), where t0 is halfway between the
    first and the last time, and phases are in cycles.
    """

    #: The time that phases are counted from.
    t0: float = np.nan
    #: What remains of the values.
    residuals: NDArray[np.float64]

    def table(self) -> Any:
        """
        The sinusoids as a table of astropy.

        Returns
        -------
        astropy.table.Table
            One row a sinusoid.
        """
        from astropy.table import Table  # type: ignore[import-untyped,unused-ignore]

        return Table(np.asarray(self), copy=True)


def peaks(
    t: ArrayLike,
    y: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    most: SupportsIndex = 10,
    dy: ArrayLike | None = None,
    tolerance: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    progress: Report = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Highest peaks of a power spectrum, which is never stored.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order.
    y : array_like, shape (n,)
        Values; subtract their mean, unless its peak at frequency 0 is wanted.
    f0 : float
        First frequency, in cycles per unit of time.
    df : float
        Step, not 0; at most half the resolution 1/T, where T is the length of the series.
    nf : int
        Number of frequencies; any number will do.
    most : int, optional
        The most peaks wanted.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0.
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
    freq : numpy.ndarray of float64
        The frequencies of the peaks, highest peak first, each the maximum of the continuous
        spectrum; of peaks closer than 1/T only the highest is told.
    power : numpy.ndarray of float64
        Their powers.

    See Also
    --------
    prewhiten : Finds sinusoids one after the other.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 100, 1000)
    >>> freq, power = libfourier.peaks(t, np.sin(2 * np.pi * 0.123 * t), 0, 0.001, 4000, most=1)
    >>> print(freq.round(3))
    [0.123]
    """
    settings: dict[str, Any] = dict(
        tolerance=tolerance, threads=threads, method=method, progress=progress
    )
    series, keep, (of_time, of_value) = _series(t, y, dy, f0, df, nf)
    most = whole("most", most, 0, 2**40)
    freq, power = empty("most", most, np.float64), empty("most", most, np.float64)
    found = ctypes.c_int64()
    outputs = freq.ctypes.data, power.ctypes.data, ctypes.addressof(found)
    call(library.fourier_peaks, *series, most, *outputs, **settings)
    del keep
    freq = _units.join(freq[: found.value], of_time and 1 / of_time)
    return freq, _units.join(power[: found.value], of_value and of_value**2)


def prewhiten(
    t: ArrayLike,
    y: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    most: SupportsIndex = 100,
    least_snr: SupportsFloat = 4.0,
    dy: ArrayLike | None = None,
    noise_window: float | None = None,
    uncertainties: str | None = None,
    threads: int | None = None,
    progress: Report = None,
) -> Sinusoids:
    """
    Find the sinusoids of a series, and subtract them one after the other.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order.
    y : array_like, shape (n,)
        Values.
    f0 : float
        First frequency that is searched, in cycles per unit of time.
    df : float
        Step, not 0; at most half the resolution 1/T, where T is the length of the series.
    nf : int
        Number of frequencies.
    most : int, optional
        The most sinusoids.
    least_snr : float, optional
        Ends at the first sinusoid whose amplitude is less than so many times the mean amplitude of
        the residuals around it.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0.
    noise_window : float, optional
        Width of the window for that mean, in cycles per unit of time; 1 without it.
    uncertainties : {"covariance", "montgomery"}, optional
        What standard errors are taken from: the covariance matrix of all parameters, or the
        formulas of Montgomery and O'Donoghue (1999) for a single sinusoid.
    threads : int, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    Sinusoids
        A structured array with the fields frequency, amplitude, phase, frequency_error,
        amplitude_error, phase_error and snr, in the order in which they were found. Its attribute
        `t0` is the time that phases are counted from, `residuals` what remains of y.

    Warns
    -----
    UserWarning
        When peaks were merged with a sinusoid closer than 1/T.

    See Also
    --------
    peaks : The highest peaks of one spectrum.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 100, 1000)
    >>> y = 5 + 2 * np.sin(2 * np.pi * 0.31 * t) + np.sin(2 * np.pi * 1.7 * t)
    >>> y += np.random.default_rng(1).normal(0, 0.1, t.size)
    >>> found = libfourier.prewhiten(t, y, 0, 0.001, 5000)
    >>> print(found["frequency"].round(2), found["amplitude"].round(1))
    [0.31 1.7 ] [2. 1.]
    """
    settings: dict[str, Any] = dict(
        noise_window=noise_window, uncertainties=uncertainties, threads=threads, progress=progress
    )
    series, keep, (of_time, of_value) = _series(t, y, dy, f0, df, nf)
    if of_time is not None or of_value is not None:
        raise TypeError("t or y has units: prewhiten takes and returns plain numbers; use .value")
    most = whole("most", most, 0, 2**32)
    found = empty("most", most, _SINUSOID)
    residuals = empty("y", keep[0].size, np.float64)
    count = ctypes.c_int64()
    outputs = found.ctypes.data, ctypes.addressof(count), residuals.ctypes.data
    arguments = *series, most, real("least_snr", least_snr), *outputs
    try:
        call(library.fourier_prewhiten, *arguments, **settings)
    except FourierError as error:
        if getattr(error, "status", None) != Status.UNRESOLVED:
            raise
        warnings.warn(str(error), stacklevel=2)
    result = found[: count.value].view(Sinusoids)
    times = keep[0]
    result.t0 = 0.5 * times.min() + 0.5 * times.max() if times.size else np.nan
    result.residuals = residuals
    return result


def _series(t: Any, y: Any, dy: Any, f0: Any, df: Any, nf: Any) -> tuple[Any, Any, Any]:
    """Arguments n, t, y, dy, f0, df and nf of a C function, the arrays behind them, and units."""
    t, of_time = _units.split_times("t", t)
    y, of_value = _units.split("y", y)
    t, y = vector("t", t), vector("y", y)
    arrays = {"y": y}
    if dy is not None:
        dy, of_error = _units.split("dy", dy)
        if of_error != of_value:
            raise TypeError(f"dy has the unit {of_error}, but y has {of_value}")
        arrays["dy"] = dy = vector("dy", dy)
    for name, array in arrays.items():
        if array.size != t.size:
            raise InvalidArgumentError(f"t has {t.size} elements, but {name} has {array.size}")
    f0 = real("f0", _units.per("f0", f0, of_time))
    df = real("df", _units.per("df", df, of_time))
    nf = whole("nf", nf, 0, 2**63 - 1)
    errors = None if dy is None else dy.ctypes.data
    series = t.size, t.ctypes.data, y.ctypes.data, errors, f0, df, nf
    return series, (t, y, dy), (of_time, of_value)
