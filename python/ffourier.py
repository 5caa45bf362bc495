"""Module ffourier: the legacy Fortran routine for Python, as f2py makes it from its source.

    freq, power = ffourier.fourier(t, x, f0, df, nf)

This one needs no compiler. The module that f2py compiles from ffourier.pyf is called in the same
way and gives the same numbers.
"""

import ctypes
import warnings

import numpy as np

from libfourier._library import library

__all__ = ["fourier"]


def fourier(t, x, f0, df, nf, n=None):
    """
    Power spectrum as from CALL FOURIER(T,X,F0,DF,N,NF,FR,S1).

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
    n : int, optional
        Number of times; it can be nothing else than the length of t.

    Returns
    -------
    fr : numpy.ndarray, shape (nf,)
        The frequencies f0 + k df.
    s1 : numpy.ndarray, shape (nf,)
        The power. On bad input all results are NaN, and a RuntimeWarning tells the reason.
    """
    t = np.require(np.atleast_1d(t), np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    x = np.require(np.atleast_1d(x), np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    if t.ndim != 1 or t.shape != x.shape or n not in (None, t.size):
        raise ValueError(f"t of shape {t.shape}, x of shape {x.shape}, n = {n} do not fit together")
    # c_int alone would cut a larger number off.
    sizes = [ctypes.c_int(np.intc(int(size))) for size in (t.size, nf)]
    numbers = [ctypes.c_double(number) for number in (f0, df)]
    fr, s1 = np.empty((2, max(0, sizes[1].value)))
    inputs = [t.ctypes.data, x.ctypes.data, *map(ctypes.addressof, numbers + sizes)]
    library.fourier_(*inputs, fr.ctypes.data, s1.ctypes.data)
    if reason := library.fourier_last_error():
        warnings.warn(reason.decode("utf-8", "replace"), RuntimeWarning, stacklevel=2)
    return fr, s1
