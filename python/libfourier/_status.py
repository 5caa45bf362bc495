"""What the functions of the C library return, and the exceptions that are made of it."""

from __future__ import annotations

import enum
from typing import Any

from ._library import library


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
    UNRESOLVED = 16


class FourierError(Exception):
    """A call failed; `status` is the Status, or -errno from the operating system."""

    status: int = Status.INTERNAL


class InvalidArgumentError(FourierError, ValueError):
    """An argument is outside what the function accepts."""

    status = Status.INVALID_ARGUMENT


class NotFiniteError(FourierError, ValueError):
    """A number is NaN or infinite where a finite one is needed."""

    status = Status.NOT_FINITE


class OutOfMemoryError(FourierError, MemoryError):
    """Memory for the result or the working arrays could not be allocated."""

    status = Status.OUT_OF_MEMORY


class NotSupportedError(FourierError, NotImplementedError):
    """The library cannot do this."""

    status = Status.NOT_SUPPORTED


class ToleranceError(FourierError, ValueError):
    """The tolerance is below what double precision can give; the message tells what it can."""

    status = Status.TOLERANCE_UNREACHABLE


class CancelledError(FourierError):
    """A call was cancelled; for progress functions to raise."""

    status = Status.CANCELLED


class TimedOutError(FourierError, TimeoutError):
    """What was waited for did not come in time."""

    status = Status.TIMED_OUT
    #: What the program had written, when `run` raises it.
    stdout: Any = None
    stderr: Any = None


class EndOfStreamError(FourierError, EOFError):
    """The program's output ended before what was waited for came."""

    status = Status.END_OF_STREAM


class StatusLostError(FourierError, ChildProcessError):
    """The program has ended, but somebody else took its exit status."""

    status = Status.STATUS_LOST


class SystemCallError(FourierError, OSError):
    """The operating system refused; `errno` tells why.

    It is also the subclass of OSError that Python has for that errno: a missing program raises a
    FileNotFoundError, for instance.
    """

    def __new__(cls, *arguments: Any) -> SystemCallError:
        # OSError() itself knows which subclass an errno has.
        kind: Any = cls
        special = type(OSError(*arguments[:2]))
        if cls is SystemCallError and special is not OSError:
            kind = _also(special)
        made: SystemCallError = super().__new__(kind, *arguments)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return SystemCallError, self.args

    @property
    def status(self) -> int:  # type: ignore[override]
        """The errno, negative."""
        return -(self.errno or 0)


_SPECIAL: dict[type[OSError], type[SystemCallError]] = {}


def _also(special: type[OSError]) -> type[SystemCallError]:
    """SystemCallError, being a subclass of OSError, too."""
    if special not in _SPECIAL:
        bases = (SystemCallError, special)
        _SPECIAL[special] = type("SystemCallError", bases, {"__module__": __name__})
    return _SPECIAL[special]


_ERRORS: dict[int, type[FourierError]] = {
    error.status: error
    for error in (
        InvalidArgumentError,
        NotFiniteError,
        OutOfMemoryError,
        NotSupportedError,
        ToleranceError,
        CancelledError,
        TimedOutError,
        EndOfStreamError,
        StatusLostError,
    )
}


def check(status: int) -> None:
    """Raises the error of a status that is not OK, with the library's own text."""
    if status == Status.OK:
        return
    text = library.fourier_last_error().decode("utf-8", "replace")
    if status < 0:
        raise SystemCallError(-status, text)
    error = _ERRORS.get(status, FourierError)(text)
    if type(error) is FourierError:
        error.status = status
    raise error
