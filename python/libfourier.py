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
import math
import operator
import os
import threading
import time

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
    "Process",
    "TimedOutError",
    "StatusLostError",
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
    END_OF_STREAM = 9
    TIMED_OUT = 10
    LINE_CONTINUES = 11
    STATUS_LOST = 12
    NOT_OUR_CHILD = 13
    OUTPUT_LIMIT = 14
    STILL_RUNNING = 15


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


class TimedOutError(FourierError, TimeoutError):
    """What was waited for did not come in time."""

    status = Status.TIMED_OUT


class StatusLostError(FourierError, ChildProcessError):
    """The program has ended, but somebody else took its exit status."""

    status = Status.STATUS_LOST


_ERRORS = {
    error.status: error
    for error in (
        InvalidArgumentError,
        NotFiniteError,
        OutOfMemoryError,
        NotSupportedError,
        ToleranceError,
        CancelledError,
        TimedOutError,
        StatusLostError,
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
        1e-13 without it.
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

_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_REDIRECTS = {"pipe": 0, "inherit": 1, "null": 2, "merge": 3, "terminal": 4}

_size = ctypes.c_size_t


def _declare_process_functions():
    status_of = {
        "start": [_pointer, _pointer, _pointer],
        "read_line": [_pointer, _int, _pointer, _size, _pointer, _double],
        "line_length": [_pointer, _int, _pointer, _double],
        "read": [_pointer, _int, _pointer, _size, _pointer, _double],
        "write": [_pointer, _pointer, _size, _pointer, _double],
        "close_stdin": [_pointer],
        "signal": [_pointer, _int],
        "pause": [_pointer, _double],
        "resume": [_pointer],
        "kill": [_pointer],
        "stop": [_pointer, _double, _pointer],
        "wait": [_pointer, _double, _pointer],
        "state": [_pointer, _pointer],
        "usage": [_pointer, _pointer, _pointer, _pointer, _pointer],
        "options_set_directory": [_pointer, _text],
        "options_set_env": [_pointer, _text, _text],
        "options_clear_env": [_pointer],
        "options_set_stream": [_pointer, _int, _int],
        "options_set_file": [_pointer, _int, _text],
        "options_set_group": [_pointer, _int],
        "options_set_time_limit": [_pointer, _double],
        "options_set_output_limit": [_pointer, _int64],
    }
    for name, arguments in status_of.items():
        function = getattr(_library, "fourier_process_" + name)
        function.restype, function.argtypes = _int, arguments
    for name, result, arguments in (
        ("pid", _int64, [_pointer]),
        ("free", None, [_pointer]),
        ("options_new", _pointer, []),
        ("options_free", None, [_pointer]),
    ):
        function = getattr(_library, "fourier_process_" + name)
        function.restype, function.argtypes = result, arguments


_declare_process_functions()


def _words(name, value):
    """One word of a command, a path or a variable, as bytes for C."""
    try:
        word = os.fsencode(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is no text, bytes or path") from None
    if b"\0" in word:
        raise InvalidArgumentError(f"{name}: a NUL within {value!r}")
    return word


def _stream(stream):
    try:
        return _STREAMS[stream]
    except (KeyError, TypeError):
        raise InvalidArgumentError(f"stream: {stream!r} is none of {', '.join(_STREAMS)}") from None


class Process:
    """A program that runs beside this one: read what it writes while it runs, write to it, pause,
    resume, stop or kill it, and learn how it ended.

    >>> with Process(["counting", "5"]) as program:
    ...     for line in program:
    ...         print(line)
    ...     print(program.wait())

    No shell is involved. The program gets a process group of its own, and signals reach all of it.
    It may be used from several threads. Leaving the `with`, `close()` or the end of the object kill
    a program that still runs, and collect it.

    Parameters
    ----------
    args : str, path, or sequence of them
        The program and its arguments; it is searched on PATH when there is no slash in its name.
    stdin, stdout, stderr : str or path
        "pipe", "inherit", "null", "terminal", for stderr "merge" (into stdout), or the path of a
        file (as pathlib.Path, or with a slash in it). Default: "null", "pipe", "inherit".
    cwd : path, optional
        The directory it starts in.
    env : mapping, optional
        Its whole environment; without it, that of this program as os.environ has it.
    own_group : bool
        False = in this program's process group.
    time_limit : float, optional
        Seconds after which it is killed.
    output_limit : int, optional
        Bytes of each stream that are kept for later reading, 2^30 when not given.
    encoding, errors : str
        How its lines become text; encoding None = they are bytes.

    Raises
    ------
    FourierError
        As SystemCallError when it cannot be started: FileNotFoundError's errno and the failing
        step are in it. TimedOutError, which is TimeoutError; StatusLostError.
    """

    _handle = None

    def __init__(
        self,
        args,
        *,
        stdin="null",
        stdout="pipe",
        stderr="inherit",
        cwd=None,
        env=None,
        own_group=True,
        time_limit=None,
        output_limit=None,
        encoding="utf-8",
        errors="surrogateescape",
    ):
        self._lock, self._users, self._closed = threading.Lock(), 0, False
        self._returncode = None
        self._encoding, self._errors = encoding, errors
        if isinstance(args, (str, bytes, os.PathLike)):
            args = [args]
        self.args = list(args)
        words = [_words("args", word) for word in self.args]
        argv = (_text * (len(words) + 1))(*words, None)
        options = _library.fourier_process_options_new()

        def setting(name, *values):
            _check(getattr(_library, "fourier_process_options_set_" + name)(options, *values))

        try:
            for stream, leads in (("stdin", stdin), ("stdout", stdout), ("stderr", stderr)):
                if isinstance(leads, str) and leads in _REDIRECTS:
                    setting("stream", _STREAMS[stream], _REDIRECTS[leads])
                elif isinstance(leads, os.PathLike) or (isinstance(leads, str) and "/" in leads):
                    setting("file", _STREAMS[stream], _words(stream, leads))
                else:
                    known = ", ".join(_REDIRECTS)
                    raise InvalidArgumentError(f"{stream}: {leads!r} is no path and none of {known}")
            if cwd is not None:
                setting("directory", _words("cwd", cwd))
            _check(_library.fourier_process_options_clear_env(options))
            for name, value in (os.environ if env is None else env).items():
                setting("env", _words("env", name), _words("env", value))
            setting("group", bool(own_group))
            if time_limit is not None:
                setting("time_limit", _real("time_limit", time_limit))
            if output_limit is not None:
                setting("output_limit", _whole("output_limit", output_limit, 1, 2**63 - 1))
            handle = _pointer()
            _check(_library.fourier_process_start(argv, options, ctypes.byref(handle)))
            self._handle = handle.value
        finally:
            _library.fourier_process_options_free(options)
        self.pid = _library.fourier_process_pid(self._handle)

    # A call counts as a user of the handle: closing waits for the last one to leave.
    def _call(self, name, *arguments):
        with self._lock:
            if self._closed or self._handle is None:
                raise InvalidArgumentError("the process is closed")
            self._users += 1
        try:
            return getattr(_library, "fourier_process_" + name)(self._handle, *arguments)
        finally:
            with self._lock:
                self._users -= 1
                handle = self._unused_handle() if self._closed else None
            if handle is not None:
                _library.fourier_process_free(handle)

    def _unused_handle(self):
        """The handle, given up, once the process is closed and nobody uses it."""
        if not self._closed or self._users:
            return None
        handle, self._handle = self._handle, None
        return handle

    def _wait_in_slices(self, timeout, name, *before, after=()):
        """A call with a timeout among its arguments, cut up so that Ctrl-C is heard meanwhile."""
        timeout = -1.0 if timeout is None else _real("timeout", timeout)
        if math.isnan(timeout):
            raise NotFiniteError("timeout is nan")
        end = math.inf if timeout < 0 else time.monotonic() + timeout
        while True:
            left = max(0.0, end - time.monotonic()) if timeout else 0.0
            status = self._call(name, *before, min(left, 0.1), *after)
            if status != Status.TIMED_OUT or left <= 0.1:
                return status

    def _decode(self, line):
        return line if self._encoding is None else line.decode(self._encoding, self._errors)

    def read_line(self, timeout=None, stream="stdout"):
        """The next line, without its newline; None at the end of the stream."""
        stream, length = _stream(stream), _size()
        size = ctypes.byref(length)
        while True:
            status = self._call("line_length", stream, size, 0.0)
            if status == Status.TIMED_OUT:
                status = self._wait_in_slices(timeout, "line_length", stream, size)
            if status == Status.END_OF_STREAM:
                return None
            _check(status)
            room = ctypes.create_string_buffer(length.value + 2)
            status = self._call("read_line", stream, room, len(room), size, 0.0)
            line = room.raw[: length.value]
            # Another thread may have taken that line: the next may be longer, or not there yet.
            while status == Status.LINE_CONTINUES:
                status = self._call("read_line", stream, room, len(room), size, -1.0)
                line += room.raw[: length.value]
            if status != Status.TIMED_OUT:
                _check(status)
                return self._decode(line)

    def lines(self, stream="stdout"):
        """Iterates over the lines of a stream as they come, up to its end."""
        while (line := self.read_line(stream=stream)) is not None:
            yield line

    def __iter__(self):
        return self.lines()

    def read(self, size=65536, timeout=None, stream="stdout"):
        """The bytes that have come, at least one, at most `size`; b"" at the end of the stream."""
        room = ctypes.create_string_buffer(_whole("size", size, 1, 2**31))
        length = _size()
        place = (room, len(room), ctypes.byref(length))
        status = self._wait_in_slices(timeout, "read", _stream(stream), *place)
        if status == Status.END_OF_STREAM:
            return b""
        _check(status)
        return room.raw[: length.value]

    def write(self, data, timeout=None):
        """Writes all of `data`, text or bytes, to stdin; returns the number of bytes."""
        if isinstance(data, str):
            data = data.encode(self._encoding or "utf-8", self._errors)
        data = bytes(data)
        done, written = 0, _size()
        end = None if timeout is None or timeout < 0 else time.monotonic() + timeout
        while True:
            left = 0.1 if end is None else max(0.0, end - time.monotonic())
            rest = data[done:]
            count = ctypes.byref(written)
            status = self._call("write", rest, len(rest), count, min(left, 0.1))
            done += written.value
            if status != Status.TIMED_OUT or (end is not None and left <= 0.1):
                _check(status)
                return done

    def close_stdin(self):
        """Ends the program's stdin."""
        _check(self._call("close_stdin"))

    def send_signal(self, signal):
        """Sends a signal to the program and its group; after its end, nothing."""
        _check(self._call("signal", _whole("signal", signal, -(2**31), 2**31 - 1)))

    signal = send_signal

    def pause(self, timeout=None):
        """Stops the program with SIGSTOP; returns once it has stopped, or ended."""
        _check(self._wait_in_slices(timeout, "pause"))

    def resume(self):
        """Lets a stopped program go on."""
        _check(self._call("resume"))

    def kill(self):
        """Kills the program, stopped or not."""
        _check(self._call("kill"))

    def terminate(self):
        """Sends SIGTERM."""
        self.send_signal(15)

    def stop(self, grace=5.0):
        """SIGTERM, and SIGKILL after `grace` seconds; waits for the end; returns the return code."""
        code = _int()
        _check(self._call("stop", _real("grace", grace), ctypes.byref(code)))
        self._returncode = code.value
        return code.value

    def wait(self, timeout=None):
        """Waits for the end; returns the exit code, or -s when signal s killed the program."""
        if self._returncode is None:
            code = _int()
            _check(self._wait_in_slices(timeout, "wait", after=(ctypes.byref(code),)))
            self._returncode = code.value
        return self._returncode

    def poll(self):
        """The return code if the program has ended, else None."""
        try:
            return self.wait(0)
        except TimedOutError:
            return None

    @property
    def returncode(self):
        """The return code once wait, poll or stop has seen the end, else None."""
        return self._returncode

    @property
    def state(self):
        """ "running", "stopped" or "exited"."""
        state = _int()
        _check(self._call("state", ctypes.byref(state)))
        return ("running", "stopped", "exited")[state.value]

    def usage(self):
        """What the program used, once it has ended: a dict of the seconds `wall`, `user` and
        `system`, and `peak_memory` in bytes (None when it is not above what this program itself had
        used before the start)."""
        times, peak = (_double(), _double(), _double()), _int64()
        _check(self._call("usage", *map(ctypes.byref, times), ctypes.byref(peak)))
        wall, user, system = (number.value for number in times)
        memory = None if peak.value < 0 else peak.value
        return {"wall": wall, "user": user, "system": system, "peak_memory": memory}

    def close(self):
        """Kills the program if it still runs, and collects it. Again is allowed."""
        with self._lock:
            self._closed = True
            handle = self._unused_handle()
        _library.fourier_process_free(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if self._handle is not None:
            self.close()
