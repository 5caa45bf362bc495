"""libfourier for Python: Fourier transform of unevenly sampled series, median filter, processes.

On ctypes and numpy; no compiler is needed. The shared library is looked for in this order: the file
named by the environment variable LIBFOURIER; libfourier.so.* in the folder of this package; the
build tree (../../build/lib); the system.

Arrays may be any real arrays or lists: they are converted to contiguous float64 in the machine's
byte order, without a copy where they are that already. Every failure raises `FourierError` or one
of its subclasses, which are also the built-in ValueError, MemoryError, NotImplementedError or
OSError; an argument of the wrong type raises TypeError. The message names the argument.

Calls release the GIL, so that other Python threads run meanwhile, and use all processors that the
process may use; results are the same, bit for bit, for any number of threads. They work in any
thread and after fork(), as in the children of multiprocessing. Ctrl-C during a call in the main
thread cancels it and raises KeyboardInterrupt.
"""

from ._median import median_filter
from ._parallel import get_num_threads, parallel_map, set_num_threads, version
from ._peaks import Sinusoids, peaks, prewhiten
from ._periodogram import (
    false_alarm_level,
    false_alarm_probability,
    frequency_grid,
    lomb_scargle,
    lomb_scargle_model,
    window,
)
from ._process import Process
from ._run import Event, poll, run
from ._spectrum import power, transform
from ._status import (
    CancelledError,
    EndOfStreamError,
    FourierError,
    InvalidArgumentError,
    NotFiniteError,
    NotSupportedError,
    OutOfMemoryError,
    Status,
    StatusLostError,
    SystemCallError,
    TimedOutError,
    ToleranceError,
)

__version__ = version()

__all__ = [
    "__version__",
    "power",
    "transform",
    "lomb_scargle",
    "lomb_scargle_model",
    "frequency_grid",
    "window",
    "false_alarm_probability",
    "false_alarm_level",
    "peaks",
    "prewhiten",
    "Sinusoids",
    "median_filter",
    "parallel_map",
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
    "run",
    "poll",
    "Event",
    "TimedOutError",
    "EndOfStreamError",
    "StatusLostError",
]
