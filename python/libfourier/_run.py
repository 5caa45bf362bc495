"""Whole runs of a program, and waiting for several."""

from __future__ import annotations

import contextlib
import ctypes
import enum
import subprocess
import time
from typing import Any, Iterable, Sequence, SupportsFloat

from ._library import library
from ._process import Process, Redirect, Word, _slices, each
from ._status import InvalidArgumentError, Status, SystemCallError, TimedOutError, check


class Event(enum.IntFlag):
    """What `poll` waits for: enum fourier_event of fourier.h."""

    STDOUT_LINE = 1
    STDERR_LINE = 2
    STDOUT_BYTES = 4
    STDERR_BYTES = 8
    STDIN = 16
    EXIT = 32


def poll(
    processes: Iterable[Process],
    wanted: Event | Sequence[Event] = Event.STDOUT_LINE,
    timeout: SupportsFloat | None = None,
) -> list[tuple[Process, Event]]:
    """
    Wait until something wanted has come from any of several programs.

    Parameters
    ----------
    processes : sequence of Process
        The programs.
    wanted : Event or sequence of Event
        What is waited for, the same for all or one for each: STDOUT_LINE, STDERR_LINE,
        STDOUT_BYTES, STDERR_BYTES (the ends of the streams count, too), STDIN (room to write) and
        EXIT, combined with |.
    timeout : float, optional
        Seconds to wait; 0 = do not wait.

    Returns
    -------
    list of (Process, Event)
        The programs that something has come from, and what; empty after the timeout.

    See Also
    --------
    Process : A program.

    Examples
    --------
    >>> import libfourier
    >>> slow, fast = (libfourier.Process(["sleep", s]) for s in ("30", "0.1"))
    >>> with slow, fast:
    ...     for program, event in libfourier.poll([slow, fast], libfourier.Event.EXIT):
    ...         print(program.args, program.returncode, program.wait())
    ['sleep', '0.1'] None 0
    """
    several = each(processes)
    events = [wanted] * len(several) if isinstance(wanted, int) else list(wanted)
    if len(events) != len(several):
        raise InvalidArgumentError(f"wanted has {len(events)} elements for {len(several)} programs")
    with contextlib.ExitStack() as stack:
        handles = [stack.enter_context(process._use()) for process in several]
        for process in several:
            for reader in process._readers.values():
                with reader.lock:
                    reader.settle()
        ready = (ctypes.c_int * len(several))()
        arrays = (
            (ctypes.c_void_p * len(several))(*handles),
            (ctypes.c_int * len(several))(*events),
            ready,
        )
        for left in _slices(timeout):
            status = library.fourier_process_poll(len(several), *arrays, left)
            if status != Status.TIMED_OUT:
                check(status)
                break
    return [(process, Event(bits)) for process, bits in zip(several, ready) if bits]


def run(
    args: Word | Sequence[Word],
    *,
    input: str | bytes | None = None,
    timeout: SupportsFloat | None = None,
    check: bool = False,
    stdin: Redirect = "null",
    stdout: Redirect = "pipe",
    stderr: Redirect = "pipe",
    **settings: Any,
) -> subprocess.CompletedProcess[Any]:
    """
    Run a program from start to end.

    Parameters
    ----------
    args : str, path, or sequence of them
        The program and its arguments.
    input : str or bytes, optional
        What it reads from its stdin, which then is a pipe unless it leads to a terminal.
    timeout : float, optional
        Seconds for the whole run, after which the program is killed.
    check : bool
        True = a return code that is not 0 raises subprocess.CalledProcessError.
    stdin : str or path
        As for `Process`.
    stdout : str or path
        As for `Process`.
    stderr : str or path
        As for `Process`.
    **settings
        The other settings of `Process`.

    Returns
    -------
    subprocess.CompletedProcess
        With args, returncode, stdout and stderr; the latter two None where they lead elsewhere.

    Raises
    ------
    TimedOutError
        When it was killed; `stdout` and `stderr` of the exception are what it had written.

    See Also
    --------
    Process : Talks to a program while it runs.

    Examples
    --------
    >>> import libfourier
    >>> libfourier.run(["sort"], input="b\\na\\n").stdout
    'a\\nb\\n'
    """
    if input is not None and stdin == "null":
        stdin = "pipe"
    end = None if timeout is None or float(timeout) < 0 else time.monotonic() + float(timeout)
    collected: dict[str, list[bytes]] = {}

    def left() -> float | None:
        return None if end is None else max(0.0, end - time.monotonic())

    with Process(args, stdin=stdin, stdout=stdout, stderr=stderr, **settings) as program:

        def text(stream: str) -> Any:
            if stream not in collected:
                return None
            data = b"".join(collected[stream])
            encoding = program._encoding
            return data if encoding is None else data.decode(encoding, program._errors)

        try:
            if input is not None:
                try:
                    program.write(input, left())
                except SystemCallError as error:
                    # It need not read all that it could.
                    if not isinstance(error, BrokenPipeError):
                        raise
            if program.stdin is not None:
                program.close_stdin()
            for stream in ("stdout", "stderr"):
                if getattr(program, stream) is not None:
                    parts = collected[stream] = []
                    while part := program.read(1 << 16, left(), stream):
                        parts.append(part)
            program.wait(left())
        except TimedOutError:
            program.kill()
            for stream in ("stdout", "stderr"):
                if getattr(program, stream) is not None:
                    parts = collected.setdefault(stream, [])
                    while part := program.read(1 << 16, None, stream):
                        parts.append(part)
            late = TimedOutError(f"{program.args} was killed after {timeout} seconds")
            late.stdout, late.stderr = text("stdout"), text("stderr")
            raise late from None
        done = subprocess.CompletedProcess(
            program.args, program.wait(), text("stdout"), text("stderr")
        )
    if check:
        done.check_returncode()
    return done
