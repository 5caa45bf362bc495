"""What the functions of the C library return, and the exceptions that are made of it."""

import enum

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


def check(status):
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
