"""Lomb-Scargle periodograms, their frequencies, their model and their significance."""

from __future__ import annotations

import ctypes
from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _units
from ._arguments import empty, one_of, real, vector, whole
from ._library import library
from ._options import SIGNIFICANCES, Report, call
from ._status import InvalidArgumentError, check


def lomb_scargle(
    t: ArrayLike,
    y: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    dy: ArrayLike | None = None,
    fit_mean: bool | None = None,
    center_data: bool | None = None,
    terms: int | None = None,
    normalization: str | None = None,
    tolerance: float | None = None,
    threads: int | None = None,
    method: str | None = None,
    progress: Report = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Generalised Lomb-Scargle periodogram.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order.
    y : array_like, shape (n,)
        Values.
    f0 : float
        First frequency, in cycles per unit of time.
    df : float
        Step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0; without them all values count alike.
    fit_mean : bool, optional
        Whether a constant is fitted with the sinusoid; True without it.
    center_data : bool, optional
        Whether the weighted mean is taken off first; True without it.
    terms : int, optional
        Harmonics of the model; 1 without it.
    normalization : {"standard", "model", "log", "psd", "amplitude"}, optional
        As in astropy; "amplitude" is the semi-amplitude of the best sinusoid.
    tolerance : float, optional
        How exact a power from 0 to 1 must be; 1e-12 without it.
    threads : int, optional
        As for `power`.
    method : {"auto", "direct", "fast"}, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded.
    power : numpy.ndarray of float64, shape (nf,)
        The periodogram.

    See Also
    --------
    frequency_grid : A grid on which no peak is missed.
    false_alarm_probability : Whether a peak is real.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 10, 200)
    >>> y = 15 + np.sin(2 * np.pi * 1.25 * t)
    >>> freq, power = libfourier.lomb_scargle(t, y, *libfourier.frequency_grid(t))
    >>> print(freq[np.argmax(power)].round(2))
    1.25
    """
    arrays, dy, (of_time, of_value) = _samples(t, y, dy)
    f0 = real("f0", _units.per("f0", f0, of_time))
    df = real("df", _units.per("df", df, of_time))
    nf = whole("nf", nf, 0, 2**63 - 1)
    freq, result = empty("nf", nf, np.float64), empty("nf", nf, np.float64)
    settings: dict[str, Any] = dict(
        fit_mean=fit_mean,
        center_data=center_data,
        terms=terms,
        normalization=normalization,
        tolerance=tolerance,
        threads=threads,
        method=method,
        progress=progress,
    )
    outputs = nf, freq.ctypes.data, result.ctypes.data
    call(library.fourier_lomb_scargle, *_pointers(arrays, dy), f0, df, *outputs, **settings)
    freq = _units.join(freq, of_time and 1 / of_time)
    return freq, _units.join(result, of_value if normalization == "amplitude" else None)


def window(
    t: ArrayLike,
    f0: SupportsFloat,
    df: SupportsFloat,
    nf: SupportsIndex,
    *,
    dy: ArrayLike | None = None,
    threads: int | None = None,
    progress: Report = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """
    Spectral window: the power of the sampling itself, 1 at frequency 0.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order.
    f0 : float
        First frequency, in cycles per unit of time.
    df : float
        Step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0; without them all values count alike.
    threads : int, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies.
    power : numpy.ndarray of float64, shape (nf,)
        The window, from 0 to 1.

    See Also
    --------
    lomb_scargle : A periodogram, each peak of which has copies at the window's peaks.

    Examples
    --------
    >>> import libfourier
    >>> freq, power = libfourier.window([0.0, 1.0, 2.0, 3.0], f0=0, df=0.25, nf=2)
    >>> print(power.round(12))
    [1. 0.]
    """
    times = vector("t", t)
    errors = None if dy is None else vector("dy", dy)
    if errors is not None and errors.size != times.size:
        raise InvalidArgumentError(f"t has {times.size} elements, but dy has {errors.size}")
    nf = whole("nf", nf, 0, 2**63 - 1)
    freq, result = empty("nf", nf, np.float64), empty("nf", nf, np.float64)
    address = None if errors is None else errors.ctypes.data
    grid = real("f0", f0), real("df", df), nf, freq.ctypes.data, result.ctypes.data
    series = times.size, times.ctypes.data, address
    call(library.fourier_window, *series, *grid, threads=threads, progress=progress)
    return freq, result


def frequency_grid(
    t: ArrayLike,
    *,
    samples_per_peak: SupportsFloat = 5,
    nyquist_factor: SupportsFloat = 5,
) -> tuple[float, float, int]:
    """
    First frequency, step and number of frequencies on which no peak is missed.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, not all equal.
    samples_per_peak : float, optional
        Steps in the width 1/T of a peak.
    nyquist_factor : float, optional
        The highest frequency in units of the average Nyquist frequency n / (2 T).

    Returns
    -------
    f0 : float
        First frequency.
    df : float
        Step.
    nf : int
        Number of frequencies.

    See Also
    --------
    lomb_scargle : Takes them in this order.

    Examples
    --------
    >>> import libfourier
    >>> print(libfourier.frequency_grid([0.0, 1.0, 3.0, 4.0]))
    (0.025, 0.05, 51)
    """
    times = vector("t", t)
    f0, df, nf = ctypes.c_double(), ctypes.c_double(), ctypes.c_int64()
    places = ctypes.byref(f0), ctypes.byref(df), ctypes.byref(nf)
    spacing = real("samples_per_peak", samples_per_peak)
    factor = real("nyquist_factor", nyquist_factor)
    check(
        library.fourier_frequency_grid(times.size, times.ctypes.data, spacing, factor, *places)
    )
    return f0.value, df.value, nf.value


def lomb_scargle_model(
    t: ArrayLike,
    y: ArrayLike,
    frequency: SupportsFloat,
    at: ArrayLike,
    *,
    dy: ArrayLike | None = None,
    fit_mean: bool | None = None,
    center_data: bool | None = None,
    terms: int | None = None,
) -> NDArray[np.float64]:
    """
    The best model of a periodogram at one frequency.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times.
    y : array_like, shape (n,)
        Values.
    frequency : float
        Frequency of the first term, in cycles per unit of time.
    at : array_like, shape (m,)
        Times of the model.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0; without them all values count alike.
    fit_mean : bool, optional
        Whether a constant is fitted with the sinusoid; True without it.
    center_data : bool, optional
        Whether the weighted mean is taken off first; True without it.
    terms : int, optional
        Harmonics of the model; 1 without it.

    Returns
    -------
    numpy.ndarray of float64, shape (m,)
        The model.

    See Also
    --------
    lomb_scargle : The periodogram.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 10, 50)
    >>> y = 3 + np.sin(2 * np.pi * 0.7 * t)
    >>> print(libfourier.lomb_scargle_model(t, y, 0.7, [0.0]).round(6))
    [3.]
    """
    arrays, dy, _ = _samples(t, y, dy)
    times = vector("at", at)
    model = empty("at", times.size, np.float64)
    outputs = times.size, times.ctypes.data, model.ctypes.data, None
    settings: dict[str, Any] = dict(fit_mean=fit_mean, center_data=center_data, terms=terms)
    series = *_pointers(arrays, dy), real("frequency", frequency)
    call(library.fourier_lomb_scargle_model, *series, *outputs, **settings)
    return model


def false_alarm_probability(
    t: ArrayLike,
    y: ArrayLike,
    fmax: SupportsFloat,
    power: SupportsFloat,
    *,
    dy: ArrayLike | None = None,
    significance: str = "baluev",
    log: bool = False,
    fit_mean: bool | None = None,
    center_data: bool | None = None,
    terms: int | None = None,
    normalization: str | None = None,
    bootstraps: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Report = None,
) -> float:
    """
    Probability that noise alone has a peak as high as this.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times.
    y : array_like, shape (n,)
        Values.
    fmax : float
        The highest frequency that was searched, from near 0.
    power : float
        Height of the peak.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0; without them all values count alike.
    significance : {"single", "naive", "davies", "baluev", "bootstrap"}, optional
        How the probability is estimated.
    log : bool, optional
        Whether the natural logarithm is returned, which does not end at 1e-308.
    fit_mean : bool, optional
        Whether a constant is fitted with the sinusoid; True without it.
    center_data : bool, optional
        Whether the weighted mean is taken off first; True without it.
    terms : int, optional
        Harmonics of the model; 1 without it.
    normalization : {"standard", "model", "log", "psd", "amplitude"}, optional
        That of `power`.
    bootstraps : int, optional
        Number of resampled series of the bootstrap.
    seed : int, optional
        Where its random numbers begin.
    threads : int, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    float
        The probability, or its logarithm.

    See Also
    --------
    false_alarm_level : The power that has a given probability.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> random = np.random.default_rng(0)
    >>> t, y = np.sort(random.uniform(0, 100, 200)), random.normal(size=200)
    >>> print(round(libfourier.false_alarm_probability(t, y, 5, 0.5), 12))
    0.0
    """
    functions = library.fourier_false_alarm_probability, library.fourier_false_alarm_log_probability
    settings: dict[str, Any] = dict(
        fit_mean=fit_mean,
        center_data=center_data,
        terms=terms,
        normalization=normalization,
        bootstraps=bootstraps,
        seed=seed,
        threads=threads,
        progress=progress,
    )
    value = real("power", power)
    return _false_alarm(functions[bool(log)], (t, y, dy, fmax, value, significance), settings)


def false_alarm_level(
    t: ArrayLike,
    y: ArrayLike,
    fmax: SupportsFloat,
    probability: SupportsFloat,
    *,
    dy: ArrayLike | None = None,
    significance: str = "baluev",
    fit_mean: bool | None = None,
    center_data: bool | None = None,
    terms: int | None = None,
    normalization: str | None = None,
    bootstraps: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    progress: Report = None,
) -> float:
    """
    Power that noise alone exceeds with a given probability.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times.
    y : array_like, shape (n,)
        Values.
    fmax : float
        The highest frequency that is searched, from near 0.
    probability : float
        Above 0 and below 1.
    dy : array_like, shape (n,), optional
        Standard deviations, above 0; without them all values count alike.
    significance : {"single", "naive", "davies", "baluev", "bootstrap"}, optional
        How probabilities are estimated.
    fit_mean : bool, optional
        Whether a constant is fitted with the sinusoid; True without it.
    center_data : bool, optional
        Whether the weighted mean is taken off first; True without it.
    terms : int, optional
        Harmonics of the model; 1 without it.
    normalization : {"standard", "model", "log", "psd", "amplitude"}, optional
        That of the power.
    bootstraps : int, optional
        Number of resampled series of the bootstrap.
    seed : int, optional
        Where its random numbers begin.
    threads : int, optional
        As for `power`.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    float
        The power.

    See Also
    --------
    false_alarm_probability : Its inverse.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> random = np.random.default_rng(0)
    >>> t, y = np.sort(random.uniform(0, 100, 200)), random.normal(size=200)
    >>> level = libfourier.false_alarm_level(t, y, 5, 1e-3)
    >>> print(round(libfourier.false_alarm_probability(t, y, 5, level), 9))
    0.001
    """
    settings: dict[str, Any] = dict(
        fit_mean=fit_mean,
        center_data=center_data,
        terms=terms,
        normalization=normalization,
        bootstraps=bootstraps,
        seed=seed,
        threads=threads,
        progress=progress,
    )
    value = real("probability", probability)
    inputs = t, y, dy, fmax, value, significance
    return _false_alarm(library.fourier_false_alarm_level, inputs, settings)


def _false_alarm(function: Any, inputs: Any, settings: dict[str, Any]) -> float:
    t, y, dy, fmax, value, significance = inputs
    arrays, dy, (of_time, _) = _samples(t, y, dy)
    fmax = real("fmax", _units.per("fmax", fmax, of_time))
    kind = one_of("significance", significance, SIGNIFICANCES)
    result = ctypes.c_double()
    place = ctypes.addressof(result)
    call(function, *_pointers(arrays, dy), fmax, value, kind, place, **settings)
    return result.value


def _samples(t: Any, y: Any, dy: Any) -> tuple[Any, Any, Any]:
    """Times and values, standard deviations or None, and the units of the first two."""
    t, of_time = _units.split_times("t", t)
    y, of_value = _units.split("y", y)
    t, y = vector("t", t), vector("y", y)
    if t.size != y.size:
        raise InvalidArgumentError(f"t has {t.size} elements, but y has {y.size}")
    if dy is not None:
        dy, of_error = _units.split("dy", dy)
        if of_error != of_value:
            raise TypeError(f"dy has the unit {of_error}, but y has {of_value}")
        dy = vector("dy", dy)
        if t.size != dy.size:
            raise InvalidArgumentError(f"t has {t.size} elements, but dy has {dy.size}")
    return (t, y), dy, (of_time, of_value)


def _pointers(arrays: Any, dy: Any) -> tuple[int, int, int, int | None]:
    t, y = arrays
    return t.size, t.ctypes.data, y.ctypes.data, None if dy is None else dy.ctypes.data
