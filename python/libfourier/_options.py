"""Options of one call, its progress, and Ctrl-C during it."""

from __future__ import annotations

import threading
from typing import Any, Callable, Generator, Optional, Union

from ._arguments import one_of, real, whole
from ._library import library
from ._progress import bar
from ._signatures import Progress
from ._status import InvalidArgumentError, OutOfMemoryError, check

Report = Optional[Union[bool, Callable[[float], object]]]

MAX_THREADS = 1024
METHODS = {"auto": 0, "direct": 1, "fast": 2}
NAN_POLICIES = {"largest": 0, "omit": 1}
NORMALIZATIONS = {"standard": 0, "model": 1, "log": 2, "psd": 3, "amplitude": 4}
SIGNIFICANCES = {"single": 0, "naive": 1, "davies": 2, "baluev": 3, "bootstrap": 4}
UNCERTAINTIES = {"covariance": 0, "montgomery": 1}


def _tolerance(name: str, value: object) -> float:
    tolerance = real(name, value)
    if not 0 < tolerance <= 1:
        raise InvalidArgumentError(f"{name}: {tolerance} is not above 0 and at most 1")
    return tolerance


# How a setting is checked, and turned into what its C function, fourier_options_set_NAME, takes.
_SETTINGS: dict[str, Callable[[str, Any], Any]] = {
    "tolerance": _tolerance,
    "threads": lambda name, value: whole(name, value, 0, MAX_THREADS),
    "method": lambda name, value: one_of(name, value, METHODS),
    "noise_window": real,
    "fit_mean": lambda name, value: int(bool(value)),
    "center_data": lambda name, value: int(bool(value)),
    "terms": lambda name, value: whole(name, value, 1, 2**31 - 1),
    "normalization": lambda name, value: one_of(name, value, NORMALIZATIONS),
    "bootstraps": lambda name, value: whole(name, value, 1, 2**63 - 1),
    "seed": lambda name, value: whole(name, value, 0, 2**64 - 1),
    "uncertainties": lambda name, value: one_of(name, value, UNCERTAINTIES),
    "nan_policy": lambda name, value: one_of(name, value, NAN_POLICIES),
}


def call(function: Any, *arguments: object, progress: Report = None, **settings: object) -> None:
    """Calls a C function whose last argument is the options, and raises what went wrong.

    A setting that is None keeps its default.
    """
    with bar(progress, function.__name__) as report:
        # Signals are handled in the main thread only: elsewhere nobody waits for Ctrl-C.
        watched = report or threading.get_ident() == threading.main_thread().ident
        failures: list[BaseException] = []
        options = library.fourier_options_new()
        if not options:
            raise OutOfMemoryError("no memory for the options of a call")
        try:
            for name, value in settings.items():
                if value is not None:
                    value = _SETTINGS[name](name, value)
                    check(getattr(library, "fourier_options_set_" + name)(options, value))
            if watched:
                watcher = _watch(report, failures)
                next(watcher)
                callback = Progress(watcher.send)
                check(library.fourier_options_set_progress(options, callback, None))
            status = function(*arguments, options)
            if failures:
                raise failures.pop()
            check(status)
        finally:
            library.fourier_options_free(options)


def _watch(
    report: Callable[[float], object] | None, failures: list[BaseException]
) -> Generator[int, float, None]:
    """What C calls with the fraction done, as a generator: its `send` is the C callback.

    Python runs signal handlers, and so raises KeyboardInterrupt, where a function begins or a
    generator goes on. In a generator that place is inside the `try`; in a function it is before
    it, where ctypes would print the exception and forget it. `send` takes one argument, so the
    callback is declared without the user pointer, which the callee simply does not look at.
    """
    try:
        while True:
            fraction = yield 0
            if report is not None:
                report(fraction)
    except GeneratorExit:
        return
    except BaseException as error:
        failures.append(error)
    while True:
        yield 1
