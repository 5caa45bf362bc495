"""The spectrum in exact rational arithmetic up to the phase, without the library."""

import math
from fractions import Fraction

import numpy as np


def frequencies(f0, df, nf):
    """f0 + k df, correctly rounded."""
    return np.array([float(Fraction(f0) + k * Fraction(df)) for k in range(nf)])


def transform(t, x, f0, df, nf):
    """F(f) = sum x exp(+2 pi i f t): each phase f t mod 1 is exact before it is rounded once."""
    times = [Fraction(float(value)) for value in t]
    spectrum = np.empty(nf, complex)
    for k in range(nf):
        f = Fraction(f0) + k * Fraction(df)
        phases = [f * time for time in times]
        angles = [2 * math.pi * float(phase - round(phase)) for phase in phases]
        re = math.fsum(value * math.cos(angle) for value, angle in zip(x, angles))
        im = math.fsum(value * math.sin(angle) for value, angle in zip(x, angles))
        spectrum[k] = complex(re, im)
    return spectrum


def light_curve(n, start=0.0, seed=1):
    """Uneven times over 40 days, and two oscillations with noise."""
    random = np.random.default_rng(seed)
    t = start + np.sort(random.uniform(0, 40, n))
    x = np.sin(2 * np.pi * 1.3 * t) + 0.4 * np.cos(2 * np.pi * 3.1 * t) + random.normal(0, 0.2, n)
    return t, x
