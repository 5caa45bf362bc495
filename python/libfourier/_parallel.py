"""Version of the library, the number of threads of its calls, and a map that runs on them."""

from __future__ import annotations

import queue
import threading
from typing import Any, Callable, Iterable, SupportsIndex, TypeVar

from ._arguments import whole
from ._library import library
from ._options import MAX_THREADS, Report, call
from ._progress import bar
from ._signatures import Task
from ._status import CancelledError, Status

Item = TypeVar("Item")
Result = TypeVar("Result")


def version() -> str:
    """
    Version of the shared library.

    Returns
    -------
    str
        As "MAJOR.MINOR.PATCH".
    """
    return str(library.fourier_version().decode())


def set_num_threads(threads: SupportsIndex) -> None:
    """
    Set the number of threads of the calls of this process that do not set their own.

    Parameters
    ----------
    threads : int
        1 to 1024; 0 = automatic: the environment variable FOURIER_NUM_THREADS, or the processors
        that this process may use.

    See Also
    --------
    get_num_threads : The number in force.
    """
    library.fourier_set_num_threads(whole("threads", threads, 0, MAX_THREADS))


def get_num_threads() -> int:
    """
    The number of threads that a call without its own setting uses.

    Returns
    -------
    int
        1 to 1024.

    See Also
    --------
    set_num_threads : Sets it.
    """
    return int(library.fourier_get_num_threads())


def parallel_map(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    threads: int | None = None,
    progress: Report = None,
) -> list[Result]:
    """
    Call a function with every item, on the threads of this library.

    Made for functions that call the library, numpy or whatever else releases Python's lock: plain
    Python code runs on one processor at a time, as in any thread. Library calls inside the function
    share the same threads.

    Parameters
    ----------
    function : callable
        Called once with each item, from several threads at once.
    items : iterable
        What it is called with.
    threads : int, optional
        1 to 1024; 0 or None = the default of the process.
    progress : callable or bool, optional
        As for `power`.

    Returns
    -------
    list
        What the function returned, in the order of the items.

    Raises
    ------
    Exception
        What the function raised; when it did for several items, that of the first of them. The
        other items are done all the same.
    KeyboardInterrupt
        On Ctrl-C in the main thread; items not yet begun are left out.

    See Also
    --------
    power : For what `progress` may be.

    Examples
    --------
    >>> import numpy as np
    >>> import libfourier
    >>> t = np.linspace(0, 10, 100)
    >>> stars = [(t, np.sin(2 * np.pi * f * t)) for f in (0.5, 1.5)]
    >>> def strongest(star):
    ...     freq, power = libfourier.power(*star, f0=0.25, df=0.25, nf=10)
    ...     return float(freq[power.argmax()])
    >>> libfourier.parallel_map(strongest, stars)
    [0.5, 1.5]
    """
    items = list(items)
    results: list[Any] = [None] * len(items)
    failures: dict[int, BaseException] = {}

    def task(index: int, _user: object) -> int:
        try:
            results[index] = function(items[index])
        except BaseException as error:
            failures[index] = error
            return 1
        return 0

    # Signal handlers, and so KeyboardInterrupt, strike in the main thread only. It waits here, where
    # they can be caught, and the map is called by a thread of its own.
    told: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    stopped: list[bool] = []
    problems: list[BaseException] = []

    def tell(fraction: float) -> None:
        if stopped:
            raise CancelledError("parallel_map was interrupted")
        told.put(fraction)

    def run() -> None:
        arguments = len(items), Task(task), None, None
        try:
            call(library.fourier_parallel_map, *arguments, threads=threads, progress=tell)
        except BaseException as error:
            if getattr(error, "status", None) != Status.TASK_FAILED:
                problems.append(error)
        finally:
            told.put(None)

    with bar(progress, "parallel_map") as report:
        caller = threading.Thread(target=run, name="libfourier.parallel_map")
        try:
            caller.start()
            while (fraction := told.get()) is not None:
                if report is not None:
                    report(fraction)
        finally:
            stopped.append(True)
            if caller.ident is not None:
                caller.join()
    for error in [*problems, *(failures[index] for index in sorted(failures))]:
        raise error
    return results
