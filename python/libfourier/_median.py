"""Median filter of images."""

from __future__ import annotations

from typing import Any, SupportsFloat, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _units
from ._arguments import empty, one_of, real, refuse_masked, whole
from ._library import library
from ._options import Report, call
from ._status import InvalidArgumentError

BORDERS = {"reflect": 0, "mirror": 1, "nearest": 2, "wrap": 3, "constant": 4}

# The C function of each type that is filtered as it is.
_FILTERS: dict[Any, Any] = {
    np.dtype(np.float64): library.fourier_median_filter_f64,
    np.dtype(np.float32): library.fourier_median_filter_f32,
    np.dtype(np.int64): library.fourier_median_filter_i64,
    np.dtype(np.int32): library.fourier_median_filter_i32,
    np.dtype(np.int16): library.fourier_median_filter_i16,
    np.dtype(np.uint16): library.fourier_median_filter_u16,
    np.dtype(np.uint8): library.fourier_median_filter_u8,
}

# Types that are not filtered as they are, and one that holds all of their values.
_WIDER: dict[Any, Any] = {
    np.dtype(np.bool_): np.dtype(np.uint8),
    np.dtype(np.int8): np.dtype(np.int16),
    np.dtype(np.uint32): np.dtype(np.int64),
    np.dtype(np.uint64): np.dtype(np.int64),
    np.dtype(np.float16): np.dtype(np.float32),
}


def median_filter(
    input: ArrayLike,
    size: SupportsIndex | tuple[SupportsIndex, SupportsIndex],
    mode: str = "reflect",
    cval: SupportsFloat = 0.0,
    *,
    nan_policy: str | None = None,
    threads: int | None = None,
    progress: Report = None,
) -> NDArray[Any]:
    """
    Median filter of an image: the numbers of scipy.ndimage.median_filter.

    The window of s cells along an axis starts at i - s // 2. The median of n cells is the one of
    rank n // 2 in ascending order, counted from 0: never an average.

    Parameters
    ----------
    input : array_like, shape (rows, columns)
        Real numbers of any byte order. float32, float64, int16, int32, int64, uint8 and uint16 are
        filtered as they are; bool, float16, int8, uint32, and uint64 below 2**63 by way of a wider
        type, without loss; others are refused.
    size : int or (int, int)
        Side of the window, or its rows and columns, each >= 1.
    mode : {"reflect", "mirror", "nearest", "wrap", "constant"}
        What windows see beyond the edges, as in scipy.
    cval : float
        The value there for "constant"; an integer type must hold it.
    nan_policy : {"largest", "omit"}, optional
        NaN counts as larger than any number, which is the default, or is left out of each window;
        a window of nothing but NaN gives NaN.
    threads : int, optional
        1 to 1024; 0 or None = the default of the process. The result does not depend on it.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        Of the type and unit of the input, in the byte order of this machine.

    Raises
    ------
    FourierError
        As InvalidArgumentError, which is ValueError; OutOfMemoryError, which is MemoryError.
    TypeError
        When the image is masked, or holds no real numbers that can be filtered without loss.
    KeyboardInterrupt
        On Ctrl-C during a call in the main thread.

    See Also
    --------
    power : For what `progress` may be.

    Examples
    --------
    >>> import libfourier
    >>> image = [[10, 11, 12], [11, 999, 13], [12, 13, 14]]
    >>> print(libfourier.median_filter(image, 3))
    [[11 11 12]
     [11 12 13]
     [12 13 14]]
    """
    plain, unit = _units.split("input", input)
    image, kind = _image("input", plain)
    border = one_of("mode", mode, BORDERS)
    cval = real("cval", _units.like("cval", cval, unit, "the input"))
    if mode == "constant" and kind.kind in "biu":
        lowest, highest = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if not (lowest <= cval <= highest and cval.is_integer()):
            raise InvalidArgumentError(f"cval: {cval} is not a pixel of type {kind}")
    sides: Any = (size, size) if np.ndim(size) == 0 else tuple(size)  # type: ignore[arg-type]
    if len(sides) != 2:
        raise InvalidArgumentError(f"size: {size!r} is neither one whole number nor two")
    sides = [whole("size", side, 1, 2**63 - 1) for side in sides]
    result = empty("input", image.shape, image.dtype)
    places = image.ctypes.data, result.ctypes.data
    settings: dict[str, Any] = dict(nan_policy=nan_policy, threads=threads, progress=progress)
    call(_FILTERS[image.dtype], *image.shape, *places, *sides, border, cval, **settings)
    filtered: NDArray[Any] = _units.join(result.astype(kind, copy=False), unit)
    return filtered


def _image(name: str, values: Any) -> tuple[NDArray[Any], np.dtype[Any]]:
    """A contiguous image of a type that the library filters, and the type of its values."""
    refuse_masked(name, values, "fill them with NaN and use nan_policy='omit'")
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidArgumentError(f"{name}: not an image: {error}") from None
    if array.ndim != 2:
        raise InvalidArgumentError(f"{name}: shape {array.shape}, but it must have two dimensions")
    kind = array.dtype.newbyteorder("=")
    filtered = kind if kind in _FILTERS else _WIDER.get(kind)
    if filtered is None:
        raise TypeError(f"{name}: {array.dtype} pixels cannot be filtered without loss")
    if kind == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise InvalidArgumentError(f"{name}: {array.max()} is beyond 2**63 - 1")
    return np.require(array, filtered, ["C_CONTIGUOUS", "ALIGNED"]), kind
