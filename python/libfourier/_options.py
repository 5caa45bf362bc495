"""Options of one call, its progress, and Ctrl-C during it."""

import threading

from ._arguments import one_of, real, whole
from ._library import library
from ._signatures import Progress
from ._status import InvalidArgumentError, OutOfMemoryError, check

MAX_THREADS = 1024
METHODS = {"auto": 0, "direct": 1, "fast": 2}
NAN_POLICIES = {"largest": 0, "omit": 1}


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


def call(
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
    options = library.fourier_options_new()
    if not options:
        raise OutOfMemoryError("no memory for the options of a call")
    try:
        if tolerance is not None:
            tolerance = real("tolerance", tolerance)
            if not 0 < tolerance <= 1:
                raise InvalidArgumentError(f"tolerance: {tolerance} is not above 0 and at most 1")
            check(library.fourier_options_set_tolerance(options, tolerance))
        if threads is not None:
            threads = whole("threads", threads, 0, MAX_THREADS)
            check(library.fourier_options_set_threads(options, threads))
        if method is not None:
            method = one_of("method", method, METHODS)
            check(library.fourier_options_set_method(options, method))
        if nan_policy is not None:
            policy = one_of("nan_policy", nan_policy, NAN_POLICIES)
            check(library.fourier_options_set_nan_policy(options, policy))
        if watched:
            watcher = _watch(progress, failures)
            next(watcher)
            report = Progress(watcher.send)
            check(library.fourier_options_set_progress(options, report, None))
        status = function(*arguments, options)
        if failures:
            raise failures.pop()
        check(status)
    finally:
        library.fourier_options_free(options)
