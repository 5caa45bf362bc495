"""Arguments checked and converted, the same way for every function."""

import operator

import numpy as np

from ._status import InvalidArgumentError, OutOfMemoryError


def vector(name, values):
    """One-dimensional real values as contiguous float64; a copy only where they are not yet."""
    if np.ma.is_masked(values):
        raise TypeError(
            f"{name}: a masked array with masked elements; leave them out first, in t and x alike"
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidArgumentError(f"{name}: no array of numbers: {error}") from None
    if array.dtype.kind == "c":
        raise TypeError(f"{name}: {array.dtype} values, but they must be real")
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{name}: {array.dtype} values, but they must be numbers")
    if array.ndim != 1:
        raise InvalidArgumentError(f"{name}: shape {array.shape}, but it must have one dimension")
    try:
        return np.require(array, np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{name}: not all of its elements are real numbers: {error}") from None


def real(name, value):
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name}: {value!r} is no real number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {value!r} is no real number") from None
    except OverflowError:
        raise InvalidArgumentError(f"{name}: beyond the range of float64") from None


def whole(name, value, lowest, highest):
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is no whole number") from None
    if not lowest <= number <= highest:
        raise InvalidArgumentError(f"{name}: {number} is not in {lowest} to {highest}")
    return number


def one_of(name, value, choices):
    """The number of a choice that is named by a text."""
    if not isinstance(value, str) or value not in choices:
        raise InvalidArgumentError(f"{name}: {value!r} is none of {', '.join(choices)}")
    return choices[value]


def empty(name, shape, dtype):
    """A new array for a result; `name` is the argument that its size comes from."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError, OverflowError) as error:
        raise OutOfMemoryError(f"{name}: no memory for the result: {error}") from None
