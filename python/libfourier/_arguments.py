"""Arguments checked and converted, the same way for every function."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from ._status import InvalidArgumentError, OutOfMemoryError


def vector(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """One-dimensional real values as contiguous float64; a copy only where they are not yet."""
    refuse_masked(name, values, "leave them out first, in every array alike")
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise InvalidArgumentError(f"{name}: not an array of numbers: {error}") from None
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


def refuse_masked(name: str, values: object, hint: str) -> None:
    """Raises TypeError when any element is masked, by numpy or by astropy."""
    masked: Any = np.ma.is_masked
    if masked(values) or np.any(getattr(values, "mask", False)):
        raise TypeError(f"{name}: a masked array with masked elements; {hint}")


def real(name: str, value: Any) -> float:
    """A real number."""
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name}: {value!r} is not a real number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {value!r} is not a real number") from None
    except OverflowError:
        raise InvalidArgumentError(f"{name}: beyond the range of float64") from None


def whole(name: str, value: Any, lowest: int, highest: int) -> int:
    """A whole number within bounds."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is not a whole number") from None
    if not lowest <= number <= highest:
        raise InvalidArgumentError(f"{name}: {number} is not in {lowest} to {highest}")
    return number


def one_of(name: str, value: object, choices: dict[str, int]) -> int:
    """The number of a choice that is named by a text."""
    if not isinstance(value, str) or value not in choices:
        raise InvalidArgumentError(f"{name}: {value!r} is none of {', '.join(choices)}")
    return choices[value]


def empty(name: str, shape: int | tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """A new array for a result; `name` is the argument that its size comes from."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError, OverflowError) as error:
        raise OutOfMemoryError(f"{name}: no memory for the result: {error}") from None
