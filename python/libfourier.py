"""libfourier for Python: Fourier transform of unevenly sampled series, median filter, processes.

One file on ctypes and numpy; no compiler is needed. The shared library is looked for in this order:
the file named by the environment variable LIBFOURIER; libfourier.so.* in the folder of this file;
the build tree (../build/lib); the system.

Arrays may be any real arrays or lists: they are converted to contiguous float64 in the machine's
byte order, without a copy where they are that already. Every failure raises `FourierError` or one
of its subclasses, which are also the built-in ValueError, MemoryError, NotImplementedError or
OSError; an argument of the wrong type raises TypeError. The message names the argument.

Calls release the GIL, so that other Python threads run meanwhile, and use all processors that the
process may use; results are the same, bit for bit, for any number of threads. They work in any
thread and after fork(), as in the children of multiprocessing. Ctrl-C during a call in the main
thread cancels it and raises KeyboardInterrupt.
"""

import ctypes
import ctypes.util
import enum
import glob
import operator
import os
import threading

import numpy as np

__all__ = [
    "power",
    "transform",
    "median_filter",
    "version",
    "set_num_threads",
    "get_num_threads",
    "Status",
    "FourierError",
    "InvalidArgumentError",
    "NotFiniteError",
    "OutOfMemoryError",
    "NotSupportedError",
    "ToleranceError",
    "CancelledError",
    "SystemCallError",
]


# --- errors --------------------------------------------------------------------------------------


class Status(enum.IntEnum):
    """What the functions of the C library return: enum fourier_status of fourier.h."""

    OK = 0
    INVALID_ARGUMENT = 1
    NOT_FINITE = 2
    OUT_OF_MEMORY = 3
    NOT_SUPPORTED = 4
    TOLERANCE_UNREACHABLE = 5
    CANCELLED = 6
    TASK_FAILED = 7
    INTERNAL = 8


class FourierError(Exception):
    """A call failed; `status` is the Status, or -errno from the operating system."""

    status = Status.INTERNAL


class InvalidArgumentError(FourierError, ValueError):
    """An argument is outside what the function accepts."""

    status = Status.INVALID_ARGUMENT


class NotFiniteError(FourierError, ValueError):
    """A number is NaN or infinite where a finite one is needed."""

    status = Status.NOT_FINITE


class OutOfMemoryError(FourierError, MemoryError):
    """Memory for the result or the working arrays could not be had."""

    status = Status.OUT_OF_MEMORY


class NotSupportedError(FourierError, NotImplementedError):
    """The library cannot do this."""

    status = Status.NOT_SUPPORTED


class ToleranceError(FourierError, ValueError):
    """The tolerance is below what double precision can give; the message tells what it can."""

    status = Status.TOLERANCE_UNREACHABLE


class CancelledError(FourierError):
    """The progress function asked to stop."""

    status = Status.CANCELLED


class SystemCallError(FourierError, OSError):
    """The operating system refused; `errno` tells why."""

    @property
    def status(self):
        return -self.errno


_ERRORS = {
    error.status: error
    for error in (
        InvalidArgumentError,
        NotFiniteError,
        OutOfMemoryError,
        NotSupportedError,
        ToleranceError,
        CancelledError,
    )
}


def _check(status):
    """Raises the error of a status that is not OK, with the library's own text."""
    if status == Status.OK:
        return
    text = _library.fourier_last_error().decode("utf-8", "replace")
    if status < 0:
        raise SystemCallError(-status, text)
    error = _ERRORS.get(status, FourierError)(text)
    if type(error) is FourierError:
        error.status = status
    raise error


# --- the shared library --------------------------------------------------------------------------

_int, _int64, _double, _pointer, _text = (
    ctypes.c_int,
    ctypes.c_int64,
    ctypes.c_double,
    ctypes.c_void_p,
    ctypes.c_char_p,
)

# C hands a second argument, the user pointer, which needs no place here: see _watch.
_Progress = ctypes.CFUNCTYPE(_int, _double)

# Result and arguments of every C function that is used.
_SIGNATURES = {
    "fourier_version": (_text, []),
    "fourier_last_error": (_text, []),
    "fourier_set_num_threads": (None, [_int]),
    "fourier_get_num_threads": (_int, []),
    "fourier_options_new": (_pointer, []),
    "fourier_options_free": (None, [_pointer]),
    "fourier_options_set_method": (_int, [_pointer, _int]),
    "fourier_options_set_tolerance": (_int, [_pointer, _double]),
    "fourier_options_set_threads": (_int, [_pointer, _int]),
    "fourier_options_set_progress": (_int, [_pointer, _Progress, _pointer]),
}
for _name in ("fourier_power", "fourier_transform"):
    _SIGNATURES[_name] = (
        _int,
        [_int64, _pointer, _pointer, _double, _double, _int64, _pointer, _pointer, _pointer],
    )
_PIXELS = {
    np.dtype(kind): f"fourier_median_filter_{name}"
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
for _name in _PIXELS.values():
    _SIGNATURES[_name] = (
        _int,
        [_int64, _int64, _pointer, _pointer, _int64, _int64, _int, _double, _pointer],
    )
_SIGNATURES["fourier_options_set_nan_policy"] = (_int, [_pointer, _int])


def _load():
    """The shared library with its signatures set."""
    here = os.path.dirname(os.path.abspath(__file__))
    chosen = os.environ.get("LIBFOURIER")
    if chosen:
        places = [chosen]
    else:
        # Not libfourier.so itself: `import libfourier` would take that one for the module.
        places = sorted(glob.glob(os.path.join(glob.escape(here), "libfourier.so.*"))) + [
            os.path.join(here, "..", "build", "lib", "libfourier.so"),
            ctypes.util.find_library("fourier"),
            "libfourier.so",
        ]
    tried = []
    for place in filter(None, places):
        try:
            return _declare(ctypes.CDLL(place), place)
        except OSError as error:
            tried.append(f"  {place}: {error}")
    raise ImportError(
        "the shared library libfourier was not found; the environment variable LIBFOURIER may "
        "name its file. Looked at:\n" + "\n".join(tried)
    )


def _declare(library, place):
    for name, (result, arguments) in _SIGNATURES.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(
                f"{place} has no function {name}: it is another library, or another version than "
                f"{__file__}"
            ) from None
        function.restype, function.argtypes = result, arguments
    return library


_library = _load()


# --- arguments -----------------------------------------------------------------------------------


def _vector(name, values):
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


def _real(name, value):
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name}: {value!r} is no real number")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {value!r} is no real number") from None
    except OverflowError:
        raise InvalidArgumentError(f"{name}: beyond the range of float64") from None


def _whole(name, value, lowest, highest):
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is no whole number") from None
    if not lowest <= number <= highest:
        raise InvalidArgumentError(f"{name}: {number} is not in {lowest} to {highest}")
    return number


def _one_of(name, value, choices):
    """The number of a choice that is named by a text."""
    if not isinstance(value, str) or value not in choices:
        raise InvalidArgumentError(f"{name}: {value!r} is none of {', '.join(choices)}")
    return choices[value]


def _empty(name, shape, dtype):
    """A new array for a result; `name` is the argument that its size comes from."""
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError, OverflowError) as error:
        raise OutOfMemoryError(f"{name}: no memory for the result: {error}") from None


# --- options, progress and Ctrl-C ----------------------------------------------------------------

_MAX_THREADS = 1024
_METHODS = {"auto": 0, "direct": 1, "fast": 2}
_BORDERS = {"reflect": 0, "mirror": 1, "nearest": 2, "wrap": 3, "constant": 4}
_NAN_POLICIES = {"largest": 0, "omit": 1}


def _watch(progress, failures):
    """What C calls with the fraction done, as a generator: its `send` is the C callback.

    Python runs signal handlers, and so raises KeyboardInterrupt, where a function begins or a
    generator goes on. In a generator that place is inside the `try`; in a function it is before
    it, where ctypes would print the exception and forget it. `send` takes one argument, so the
    callback is declared without the user pointer, which the callee simply does not look at.
    """
    cancel = 0
    try:
        while True:
            fraction = yield cancel
            if progress is not None and progress(fraction):
                cancel = 1
    except GeneratorExit:
        return
    except BaseException as error:
        failures.append(error)
    while True:
        yield 1


def _call(
    function,
    *arguments,
    tolerance=None,
    threads=None,
    method=None,
    nan_policy=None,
    progress=None,
):
    """Calls a C function whose last argument is the options, and raises what went wrong."""
    if progress is not None and not callable(progress):
        raise TypeError(f"progress: {progress!r} cannot be called")
    # Signals are handled in the main thread only: elsewhere nobody waits for Ctrl-C.
    watched = progress is not None or threading.current_thread() is threading.main_thread()
    failures = []
    options = _library.fourier_options_new()
    if not options:
        raise OutOfMemoryError("no memory for the options of a call")
    try:
        if tolerance is not None:
            tolerance = _real("tolerance", tolerance)
            if not 0 < tolerance <= 1:
                raise InvalidArgumentError(f"tolerance: {tolerance} is not above 0 and at most 1")
            _check(_library.fourier_options_set_tolerance(options, tolerance))
        if threads is not None:
            threads = _whole("threads", threads, 0, _MAX_THREADS)
            _check(_library.fourier_options_set_threads(options, threads))
        if method is not None:
            method = _one_of("method", method, _METHODS)
            _check(_library.fourier_options_set_method(options, method))
        if nan_policy is not None:
            policy = _one_of("nan_policy", nan_policy, _NAN_POLICIES)
            _check(_library.fourier_options_set_nan_policy(options, policy))
        if watched:
            watcher = _watch(progress, failures)
            next(watcher)
            report = _Progress(watcher.send)
            _check(_library.fourier_options_set_progress(options, report, None))
        status = function(*arguments, options)
        if failures:
            raise failures.pop()
        _check(status)
    finally:
        _library.fourier_options_free(options)


# --- version and threads -------------------------------------------------------------------------


def version():
    """Version of the shared library, as "MAJOR.MINOR.PATCH"."""
    return _library.fourier_version().decode()


def set_num_threads(threads):
    """Sets the number of threads of the calls of this process that do not set their own.

    Parameters
    ----------
    threads : int
        1 to 1024; 0 = automatic: the environment variable FOURIER_NUM_THREADS, or the processors
        that this process may use.
    """
    _library.fourier_set_num_threads(_whole("threads", threads, 0, _MAX_THREADS))


def get_num_threads():
    """The number of threads that a call without its own setting uses."""
    return _library.fourier_get_num_threads()


# --- spectrum ------------------------------------------------------------------------------------


def power(t, x, f0, df, nf, *, tolerance=None, threads=None, method=None, progress=None):
    """Power spectrum of unevenly sampled series.

    S(f) = (sum x cos 2 pi f t)^2 + (sum x sin 2 pi f t)^2, not normalised, on the frequencies
    f = f0 + k df, k = 0 .. nf - 1.

    Parameters
    ----------
    t : array_like, shape (n,)
        Times, in any unit and any order; duplicates are allowed.
    x : array_like, shape (n,)
        Values.
    f0, df : float
        First frequency, in cycles per unit of time, and step, of any sign or 0.
    nf : int
        Number of frequencies, >= 0.
    tolerance : float, optional
        |F - exact| <= tolerance * sum |x| for the complex spectrum F, above 0 and at most 1.
        Without it the result is as exact as the direct sum in double precision.
    threads : int, optional
        1 to 1024; 0 or None = the default of the process. The result does not depend on it.
    method : {"auto", "direct", "fast"}, optional
        How it is computed; without it whichever is fastest.
    progress : callable, optional
        progress(fraction) is called in the calling thread at the start, at most every 20 ms, and
        at the end, with the fraction done; a true result cancels the call, an exception cancels
        it and is raised by the call.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    power : numpy.ndarray of float64, shape (nf,)
        S, in the square of the unit of x.

    Raises
    ------
    FourierError
        As InvalidArgumentError, NotFiniteError and ToleranceError, which are ValueError;
        OutOfMemoryError, which is MemoryError; CancelledError.
    TypeError
        When an argument is complex, masked or not numeric.
    KeyboardInterrupt
        On Ctrl-C during a call in the main thread.
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(_library.fourier_power, np.float64, t, x, f0, df, nf, settings)


def transform(t, x, f0, df, nf, *, tolerance=None, threads=None, method=None, progress=None):
    """Complex spectrum of unevenly sampled series.

    F(f) = sum x exp(+2 pi i f t) on the frequencies f = f0 + k df, k = 0 .. nf - 1.

    Parameters and errors are those of `power`.

    Returns
    -------
    freq : numpy.ndarray of float64, shape (nf,)
        The frequencies f0 + k df, correctly rounded, in cycles per unit of time.
    spectrum : numpy.ndarray of complex128, shape (nf,)
        F, in the unit of x.
    """
    settings = dict(tolerance=tolerance, threads=threads, method=method, progress=progress)
    return _spectrum(_library.fourier_transform, np.complex128, t, x, f0, df, nf, settings)


def _spectrum(function, dtype, t, x, f0, df, nf, settings):
    t, x = _vector("t", t), _vector("x", x)
    if t.size != x.size:
        raise InvalidArgumentError(f"t has {t.size} elements, but x has {x.size}")
    f0, df = _real("f0", f0), _real("df", df)
    nf = _whole("nf", nf, 0, 2**63 - 1)
    freq, result = _empty("nf", nf, np.float64), _empty("nf", nf, dtype)
    inputs = t.size, t.ctypes.data, x.ctypes.data, f0, df, nf
    _call(function, *inputs, freq.ctypes.data, result.ctypes.data, **settings)
    return freq, result


# --- median filter -------------------------------------------------------------------------------


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
    border = _one_of("mode", mode, _BORDERS)
    cval = _real("cval", cval)
    if mode == "constant" and kind.kind in "biu":
        lowest, highest = (0, 1) if kind.kind == "b" else (np.iinfo(kind).min, np.iinfo(kind).max)
        if not (lowest <= cval <= highest and cval.is_integer()):
            raise InvalidArgumentError(f"cval: {cval} is no pixel of type {kind}")
    sides = (size, size) if np.ndim(size) == 0 else tuple(size)
    if len(sides) != 2:
        raise InvalidArgumentError(f"size: {size!r} is neither one whole number nor two")
    sides = [_whole("size", side, 1, 2**63 - 1) for side in sides]
    result = _empty("input", image.shape, image.dtype)
    _call(
        getattr(_library, _PIXELS[image.dtype]),
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
    filtered = kind if kind in _PIXELS else _WIDER.get(kind)
    if filtered is None:
        raise TypeError(f"{name}: {array.dtype} pixels cannot be filtered without loss")
    if kind == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise InvalidArgumentError(f"{name}: {array.max()} is beyond 2**63 - 1")
    return np.require(array, filtered, ["C_CONTIGUOUS", "ALIGNED"]), kind


# --- process control -----------------------------------------------------------------------------
