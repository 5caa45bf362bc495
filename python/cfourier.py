"""Module cfourier: the legacy C routine for Python.

    freq, power = cfourier.fourier(t, x, f0, df, nf, np.zeros(2 * nf)).reshape((2, -1))

This one needs no compiler. The module that f2py compiles from cfourier.pyf is called in the same
way and gives the same numbers.
"""

import warnings

import numpy as np

from libfourier._library import library

__all__ = ["fourier"]


def fourier(t, x, f0, df, nf, fr):
    """
    Power spectrum as from fourier(n, t, x, f0, df, nf, nf2, fr).

    Parameters
    ----------
    t : array_like, shape (n,)
        Times: any real numbers.
    x : array_like, shape (n,)
        Values.
    f0 : float
        First frequency.
    df : float
        Step.
    nf : int
        Number of frequencies.
    fr : array_like, shape (2 * nf,) or longer
        Room for the result: an array of float64 is filled in its place.

    Returns
    -------
    numpy.ndarray
        The array fr: nf frequencies, then nf powers. On bad input it is filled with NaN, and a
        RuntimeWarning tells the reason.
    """
    t = np.require(np.atleast_1d(t), np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    x = np.require(np.atleast_1d(x), np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    if t.ndim != 1 or t.shape != x.shape:
        raise ValueError(f"t of shape {t.shape} and x of shape {x.shape} do not fit together")
    fr = np.require(fr, np.float64, ["C_CONTIGUOUS", "ALIGNED", "WRITEABLE"])
    if fr.ndim != 1:
        raise ValueError(f"fr of shape {fr.shape}, but it must have one dimension")
    # c_int alone would cut a larger number off.
    n, nf, nf2 = (int(np.intc(int(size))) for size in (t.size, nf, fr.size))
    places = t.ctypes.data, x.ctypes.data
    library.fourier(n, *places, float(f0), float(df), nf, nf2, fr.ctypes.data)
    if reason := library.fourier_last_error():
        warnings.warn(reason.decode("utf-8", "replace"), RuntimeWarning, stacklevel=2)
    return fr
