"""Exact power spectra, as independent as possible of what they judge.

The phase f t modulo 1 is computed in integers. With t = m 2^-s + r, m an integer of at most 53
bits, and C = floor(2^128 (f 2^-s mod 1)), which Python's integers give exactly for f = f0 + k df,
the phase is m C 2^-128 + f r: a product modulo 2^64 with the upper half of C, plus two small terms.
The sine and cosine of its double-precision value are corrected for the part that was rounded off.
`check` compares all that with mpmath.
"""

import concurrent.futures
import math
import os

import mpmath
import numpy as np

# 2 pi = upper + lower: a product of the upper part with a number of 32 bits is exact.
_UPPER = math.floor(2 * math.pi * 2**18) / 2**18
with mpmath.workprec(200):
    _LOWER = float(2 * mpmath.pi - _UPPER)
_BLOCK = 1 << 15


def _ratio(value):
    """A double as (integer, b): integer 2^-b."""
    numerator, denominator = float(value).as_integer_ratio()
    return numerator, denominator.bit_length() - 1


def _frequencies(f0, df, ks, scale):
    """The frequencies times 2^-scale modulo 1 in units of 2^-64: integer and fractional part."""
    (first, b0), (step, b1) = _ratio(f0), _ratio(df)
    b = max(b0, b1)
    first, step = first << (b - b0), step << (b - b1)
    bits = scale + b
    mask = (1 << bits) - 1
    shift = 128 - bits
    upper, lower = np.empty(len(ks), np.uint64), np.empty(len(ks))
    for i, k in enumerate(ks.tolist()):
        fraction = (first + k * step) & mask
        fraction = fraction << shift if shift >= 0 else fraction >> -shift
        upper[i] = fraction >> 64
        lower[i] = (fraction & (1 << 64) - 1) * 2.0**-64
    return upper, lower


def _block(m, r, x, upper, lower, f):
    """The sums over some samples for some frequencies, as rows."""
    turns = (upper[:, None] * m.view(np.uint64)).view(np.int64)
    high = (turns >> 32) * 2.0**-32
    small = (turns & 0xFFFFFFFF) * 2.0**-64
    small += lower[:, None] * (m * 2.0**-64)
    if r is not None:
        small += f[:, None] * r
    large = high * _UPPER
    small *= 2 * math.pi
    small += high * _LOWER
    angle = large + small
    small -= angle - large
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine, sine = cosine - small * sine, sine + small * cosine
    terms = cosine * x, sine * x, cosine, sine, 1 - 2 * sine**2, 2 * sine * cosine
    return [term.sum(axis=1) for term in terms]


def sums(t, x, f0, df, ks):
    """At f = f0 + k df: sum x cos a and x sin a, then cos a, sin a, cos 2a and sin 2a, with
    a = 2 pi f t, as six rows."""
    scale = 53 - math.frexp(max(np.max(np.abs(t)), 1e-300))[1]
    m = np.rint(np.ldexp(t, scale))
    r = t - np.ldexp(m, -scale)
    r = r if np.any(r) else None
    m = m.astype(np.int64)
    upper, lower = _frequencies(f0, df, ks, scale)
    f = f0 + ks * df
    total = np.zeros((6, len(ks)), np.longdouble)
    rows = max(1, _BLOCK // len(t))

    def some(k):
        k = slice(k, k + rows)
        for j in range(0, len(t), _BLOCK):
            j = slice(j, j + _BLOCK)
            total[:, k] += _block(
                m[j], None if r is None else r[j], x[j], upper[k], lower[k], f[k]
            )

    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(some, range(0, len(ks), rows)))
    return total


def power(total):
    """S = |sum x exp(2 pi i f t)|^2."""
    return total[0] ** 2 + total[1] ** 2


def lomb_scargle(total, x):
    """The periodogram of nifty-ls and astropy: a sinusoid and a mean fitted at each frequency.

    Zechmeister & Kuerster 2009 (A&A 496, 577), their equations 5 to 15, with equal weights.
    """
    x = x.astype(np.longdouble)
    mean = x.mean()
    yc, ys, c, s, c2, s2 = total / len(x)
    yc, ys = yc - mean * c, ys - mean * s
    cc, ss, cs = (1 + c2) / 2 - c**2, (1 - c2) / 2 - s**2, s2 / 2 - c * s
    yy = ((x - mean) ** 2).mean()
    return (ss * yc**2 + cc * ys**2 - 2 * cs * yc * ys) / (yy * (cc * ss - cs**2))


def error(found, exact):
    """Relative l2 error."""
    return float(np.sqrt(np.sum((found - exact) ** 2) / np.sum(exact**2)))


def check(workload, shift):
    """The error of `power` itself, from mpmath at a few frequencies."""
    t, x = workload.series()
    t = t + shift
    ks = workload.sample(3)
    reference = []
    with mpmath.workprec(200):
        for k in ks.tolist():
            f = mpmath.mpf(workload.f0) + k * mpmath.mpf(workload.df)
            pairs = list(zip(t.tolist(), x.tolist()))
            angles = [2 * f * mpmath.mpf(time) for time, _ in pairs]
            re = mpmath.fsum(mpmath.cospi(a) * value for a, (_, value) in zip(angles, pairs))
            im = mpmath.fsum(mpmath.sinpi(a) * value for a, (_, value) in zip(angles, pairs))
            square = re**2 + im**2
            upper = float(square)
            reference.append(np.longdouble(upper) + np.longdouble(float(square - upper)))
    found = power(sums(t, x, workload.f0, workload.df, ks))
    return error(found, np.array(reference))
