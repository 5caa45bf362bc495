"""Median filter of images."""

import numpy as np

from ._arguments import empty, one_of, real, whole
from ._library import library
from ._options import call
from ._status import InvalidArgumentError

_BORDERS = {"reflect": 0, "mirror": 1, "nearest": 2, "wrap": 3, "constant": 4}

# The C function of each type that is filtered as it is.
_FILTERS = {
    np.dtype(kind): getattr(library, "fourier_median_filter_" + name)
    for kind, name in (
        (np.float64, "f64"),
        (np.float32, "f32"),
        (np.int64, "i64"),
        (np.int32, "i32"),
        (np.int16, "i16"),
        (np.uint16, "u16"),
        (np.uint8, "u8"),
    )
}

# Types that are not filtered as they are, and one that holds all of their values.
_WIDER = {
    np.dtype(kind): np.dtype(wider)
    for kind, wider in (
        (np.bool_, np.uint8),
        (np.int8, np.int16),
        (np.uint32, np.int64),
        (np.uint64, np.int64),
        (np.float16, np.float32),
    )
}


def median_filter(
    input, size, mode="reflect", cval=0.0, *, nan_policy=None, threads=None, progress=None
):
    """Median filter of an image: the numbers of scipy.ndimage.median_filter.

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
    progress : callable, optional
        As for `power`.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        Of the type of the input, in the byte order of this machine.

    Raises
    ------
    FourierError
        As InvalidArgumentError, which is ValueError; OutOfMemoryError, which is MemoryError;
        CancelledError.
    TypeError
        When the image is masked, or holds no real numbers that can be filtered without loss.
    KeyboardInterrupt
        On Ctrl-C during a call in the main thread.
    """
    image, kind = _image("input", input)
    border = one_of("mode", mode, _BORDERS)
    cval = real("cval", cval)
    if mode == "constant" and kind.kind in "biu":
        lowest, highest = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if not (lowest <= cval <= highest and cval.is_integer()):
            raise InvalidArgumentError(f"cval: {cval} is no pixel of type {kind}")
    sides = (size, size) if np.ndim(size) == 0 else tuple(size)
    if len(sides) != 2:
        raise InvalidArgumentError(f"size: {size!r} is neither one whole number nor two")
    sides = [whole("size", side, 1, 2**63 - 1) for side in sides]
    result = empty("input", image.shape, image.dtype)
    call(
        _FILTERS[image.dtype],
        *image.shape,
        image.ctypes.data,
        result.ctypes.data,
        *sides,
        border,
        cval,
        nan_policy=nan_policy,
        threads=threads,
        progress=progress,
    )
    return result.astype(kind, copy=False)


def _image(name, values):
    """A contiguous image of a type that the library filters, and the type of its values."""
    if np.ma.is_masked(values):
        raise TypeError(
            f"{name}: a masked array with masked elements; fill them with NaN and use "
            "nan_policy='omit'"
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise InvalidArgumentError(f"{name}: no image: {error}") from None
    if array.ndim != 2:
        raise InvalidArgumentError(f"{name}: shape {array.shape}, but it must have two dimensions")
    kind = array.dtype.newbyteorder("=")
    filtered = kind if kind in _FILTERS else _WIDER.get(kind)
    if filtered is None:
        raise TypeError(f"{name}: {array.dtype} pixels cannot be filtered without loss")
    if kind == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise InvalidArgumentError(f"{name}: {array.max()} is beyond 2**63 - 1")
    return np.require(array, filtered, ["C_CONTIGUOUS", "ALIGNED"]), kind
