"""Process control: programs that run beside this one."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import subprocess
import threading
import time
import weakref
from itertools import chain
from typing import Any, Iterable, Iterator, Mapping, Sequence, SupportsFloat, Union

from ._arguments import one_of, real, whole
from ._library import library
from ._status import FourierError, InvalidArgumentError, NotFiniteError, Status, TimedOutError, check
from ._streams import InputStream, OutputStream, Reader

Word = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
Redirect = Union[str, "os.PathLike[str]", int, None]

STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
REDIRECTS = {"pipe": 0, "inherit": 1, "null": 2, "merge": 3, "terminal": 4}
MATCHES = {"text": 0, "glob": 1}
_OF_SUBPROCESS = {
    subprocess.PIPE: "pipe",
    subprocess.DEVNULL: "null",
    subprocess.STDOUT: "merge",
    None: "inherit",
}
# The time that a program which has closed its output gets to end when a `with` is left.
_FAREWELL = 5.0
# A call that waits is cut up into pieces of this many seconds, so that Ctrl-C is heard.
_SLICE = 0.1
# What is written at once, at most.
_PART = 1 << 20

_processes: weakref.WeakSet[Process] = weakref.WeakSet()


def _reset_after_fork() -> None:
    for process in list(_processes):
        process._lock, process._users = threading.Lock(), 0
        for reader in process._readers.values():
            reader.reset()


os.register_at_fork(after_in_child=_reset_after_fork)


def _word(name: str, value: Any) -> bytes:
    """One word of a command, a path or a variable, as bytes for C."""
    try:
        word = os.fsencode(value)
    except TypeError:
        raise TypeError(f"{name}: {value!r} is neither text, bytes nor a path") from None
    if b"\0" in word:
        raise InvalidArgumentError(f"{name}: a NUL within {value!r}")
    return word


class Process:
    """
    A program that runs beside this one.

    Read what it writes while it runs, write to it, pause, resume, stop or kill it, and learn how it
    ended. No shell is involved. The program gets a process group of its own, and signals reach all
    of it. It may be used from several threads.

    Leaving the `with`, `close()` or the end of the object kill a program that still runs, and
    collect it. One whose output was read to its end has 5 seconds to end when the `with` is left
    without an exception.

    Parameters
    ----------
    args : str, path, or sequence of them
        The program and its arguments; it is searched on PATH when there is no slash in its name.
    stdin : str or path
        Where its stdin comes from: "pipe", "inherit", "null", "terminal" or the path of a file (as
        pathlib.Path, or with a slash in it). What subprocess has for this is understood, too.
    stdout : str or path
        Where its stdout leads, in the same words.
    stderr : str or path
        Where its stderr leads; also "merge" = into stdout.
    cwd : path, optional
        The directory it starts in.
    env : mapping, optional
        Its whole environment; without it, that of this program as os.environ has it.
    own_group : bool
        False = in this program's process group.
    kill_on_free : bool
        False = it goes on running when it is closed.
    time_limit : float, optional
        Seconds after which it is killed.
    output_limit : int, optional
        Bytes of each stream that are kept for later reading, 2^30 when not given.
    encoding : str, optional
        How its lines become text; None = they are bytes.
    errors : str
        What becomes of bytes that are no text, as for bytes.decode.

    Attributes
    ----------
    args : list
        The program and its arguments.
    pid : int
        Its process id.
    stdin : InputStream or None
        Its stdin as a file, when it is a pipe or a terminal.
    stdout : OutputStream or None
        Its stdout as a file, when it leads here.
    stderr : OutputStream or None
        Its stderr as a file, when it leads here.

    Raises
    ------
    FourierError
        As SystemCallError when it cannot be started, which is FileNotFoundError, PermissionError
        and so on; later as TimedOutError, which is TimeoutError, and StatusLostError.

    See Also
    --------
    run : Runs a program from start to end.
    poll : Waits for any of several programs.

    Examples
    --------
    >>> import libfourier
    >>> with libfourier.Process(["printf", "1 2\\n3 4\\n"]) as program:
    ...     for line in program:
    ...         print(sum(map(int, line.split())))
    3
    7
    >>> program.returncode
    0
    """

    _handle: int | None = None

    def __init__(
        self,
        args: Word | Sequence[Word],
        *,
        stdin: Redirect = "null",
        stdout: Redirect = "pipe",
        stderr: Redirect = "inherit",
        cwd: Word | None = None,
        env: Mapping[str, str] | None = None,
        own_group: bool = True,
        kill_on_free: bool = True,
        time_limit: SupportsFloat | None = None,
        output_limit: int | None = None,
        encoding: str | None = "utf-8",
        errors: str = "surrogateescape",
    ) -> None:
        self._lock, self._users, self._closed = threading.Lock(), 0, False
        self._returncode: int | None = None
        self._encoding, self._errors, self._kill = encoding, errors, bool(kill_on_free)
        if isinstance(args, (str, bytes, os.PathLike)):
            args = [args]
        self.args = list(args)
        words = [_word("args", word) for word in self.args]
        argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
        options = library.fourier_process_options_new()

        def setting(name: str, *values: object) -> None:
            check(getattr(library, "fourier_process_options_set_" + name)(options, *values))

        redirects = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
        try:
            for stream, leads in redirects.items():
                kind, place = _redirect(stream, leads)
                setting(kind, STREAMS[stream], place)
            if cwd is not None:
                setting("directory", _word("cwd", cwd))
            check(library.fourier_process_options_clear_env(options))
            for name, value in (os.environ if env is None else env).items():
                setting("env", _word("env", name), _word("env", value))
            setting("group", bool(own_group))
            setting("kill_on_free", self._kill)
            if time_limit is not None:
                setting("time_limit", real("time_limit", time_limit))
            if output_limit is not None:
                setting("output_limit", whole("output_limit", output_limit, 1, 2**63 - 1))
            handle = ctypes.c_void_p()
            check(library.fourier_process_start(argv, options, ctypes.byref(handle)))
            self._handle = handle.value
        finally:
            library.fourier_process_options_free(options)
        self.pid = int(library.fourier_process_pid(self._handle))
        self._readers = {
            stream: Reader(self, STREAMS[stream], encoding, errors)
            for stream in ("stdout", "stderr")
        }
        here = {
            stream: _redirect(stream, leads) in (("stream", 0), ("stream", 4))
            for stream, leads in redirects.items()
        }
        # What comes on stderr of a terminal is read as stdout.
        here["stderr"] &= _redirect("stderr", stderr) == ("stream", 0)
        self.stdin = InputStream(self) if here["stdin"] else None
        self.stdout = OutputStream(self, "stdout") if here["stdout"] else None
        self.stderr = OutputStream(self, "stderr") if here["stderr"] else None
        _processes.add(self)

    # --- the handle ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _use(self) -> Iterator[Any]:
        """The handle, for a call. Closing waits for the last user to leave."""
        with self._lock:
            if self._closed or self._handle is None:
                raise InvalidArgumentError("the process is closed")
            self._users += 1
        try:
            yield self._handle
        finally:
            with self._lock:
                self._users -= 1
                handle = self._unused_handle() if self._closed else None
            if handle is not None:
                library.fourier_process_free(handle)

    def _call(self, name: str, *arguments: Any) -> int:
        with self._use() as handle:
            return int(getattr(library, "fourier_process_" + name)(handle, *arguments))

    def _unused_handle(self) -> int | None:
        """The handle, given up, once the process is closed and nobody uses it."""
        if not self._closed or self._users:
            return None
        handle, self._handle = self._handle, None
        return handle

    def _wait_in_slices(
        self, timeout: SupportsFloat | None, name: str, *before: Any, after: Sequence[Any] = ()
    ) -> int:
        """A call with a timeout among its arguments, cut up so that Ctrl-C is heard meanwhile."""
        status: int = Status.TIMED_OUT
        for left in _slices(timeout):
            status = self._call(name, *before, left, *after)
            if status != Status.TIMED_OUT:
                break
        return status

    def _reader(self, stream: str) -> Reader:
        if stream == "stdin":
            raise InvalidArgumentError("stream: stdin cannot be read, only written")
        one_of("stream", stream, STREAMS)
        return self._readers[stream]

    # --- reading and writing ---------------------------------------------------------------------

    def read_line(self, timeout: SupportsFloat | None = None, stream: str = "stdout") -> Any:
        """
        Read the next line.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait for it; 0 = do not wait. Without it, for as long as it takes.
        stream : {"stdout", "stderr"}
            Where from.

        Returns
        -------
        str, bytes or None
            The line without its newline; None at the end of the stream.
        """
        line = self._reader(stream).next(timeout)
        return None if line is None else line[0]

    def lines(self, stream: str = "stdout") -> Iterator[Any]:
        """
        Iterate over the lines of a stream as they come, up to its end.

        Parameters
        ----------
        stream : {"stdout", "stderr"}
            Where from.

        Returns
        -------
        iterator of str or bytes
            The lines without their newlines.
        """
        return chain.from_iterable(self._reader(stream).blocks())

    def __iter__(self) -> Iterator[Any]:
        return self.lines()

    def read(
        self, size: int = 65536, timeout: SupportsFloat | None = None, stream: str = "stdout"
    ) -> bytes:
        """
        Read the bytes that have come.

        Parameters
        ----------
        size : int
            How many at most.
        timeout : float, optional
            Seconds to wait for the first; 0 = do not wait.
        stream : {"stdout", "stderr"}
            Where from.

        Returns
        -------
        bytes
            At least one; empty at the end of the stream.
        """
        return self._reader(stream).read(whole("size", size, 1, 2**31), timeout)

    def expect(
        self,
        patterns: str | bytes | Sequence[str | bytes],
        timeout: SupportsFloat | None = None,
        stream: str = "stdout",
        match: str = "text",
    ) -> tuple[int, Any]:
        """
        Wait for a line that matches one of several patterns.

        It and the lines before it are then read; when none comes, nothing is.

        Parameters
        ----------
        patterns : str or sequence of str
            What is waited for.
        timeout : float, optional
            Seconds to wait.
        stream : {"stdout", "stderr"}
            Where from.
        match : {"text", "glob"}
            The line contains the pattern; or all of it matches, as file names do in a shell.

        Returns
        -------
        which : int
            The index of the first pattern that matches.
        line : str or bytes
            The line.

        Raises
        ------
        TimedOutError
            When no line matched in time.
        EndOfStreamError
            When the stream ended before.
        """
        reader, kind = self._reader(stream), one_of("match", match, MATCHES)
        several = [patterns] if isinstance(patterns, (str, bytes)) else list(patterns)
        words = [_word("patterns", self._encoded(pattern)) for pattern in several]
        strings = (ctypes.c_char_p * (len(words) + 1))(*words, None)
        which, length = ctypes.c_int(), ctypes.c_size_t()
        room, status = ctypes.create_string_buffer(4096), int(Status.TIMED_OUT)
        for left in _slices(timeout):
            # Others who read this stream wait for a slice at most.
            with reader.lock:
                reader.settle()
                while True:
                    place = ctypes.byref(which), room, len(room), ctypes.byref(length), left
                    status = self._call("expect", STREAMS[stream], strings, kind, *place)
                    if status != Status.INVALID_ARGUMENT or length.value < len(room):
                        break
                    room = ctypes.create_string_buffer(length.value + 1)
            if status != Status.TIMED_OUT:
                break
        check(status)
        return which.value, reader.decode(ctypes.string_at(room, length.value))

    def write(self, data: str | bytes, timeout: SupportsFloat | None = None) -> int:
        """
        Write all of the data to the program's stdin.

        Parameters
        ----------
        data : str or bytes
            What to write; text is encoded as lines are decoded.
        timeout : float, optional
            Seconds to wait until the program has taken it.

        Returns
        -------
        int
            The number of bytes.
        """
        rest, written = memoryview(self._encoded(data)), ctypes.c_size_t()
        done, status = 0, int(Status.TIMED_OUT)
        for left in _slices(timeout):
            status = Status.OK
            while status == Status.OK and (part := bytes(rest[done : done + _PART])):
                status = self._call("write", part, len(part), ctypes.byref(written), left)
                done += written.value
            if status != Status.TIMED_OUT:
                break
        check(status)
        return done

    def _encoded(self, data: Any) -> bytes:
        if isinstance(data, str):
            return data.encode(self._encoding or "utf-8", self._errors)
        return bytes(data)

    def close_stdin(self) -> None:
        """End the program's stdin."""
        check(self._call("close_stdin"))

    # --- signals and the end ---------------------------------------------------------------------

    def send_signal(self, signal: int | str) -> None:
        """
        Send a signal to the program and its group; after its end, nothing.

        Parameters
        ----------
        signal : int or str
            Its number, or its name as "SIGTERM" or "TERM".
        """
        if isinstance(signal, str):
            number = library.fourier_signal_number(signal.encode())
            if not number:
                raise InvalidArgumentError(f"signal: {signal!r} is not the name of a signal")
        else:
            number = whole("signal", signal, -(2**31), 2**31 - 1)
        check(self._call("signal", number))

    signal = send_signal

    def pause(self, timeout: SupportsFloat | None = None) -> None:
        """
        Stop the program with SIGSTOP; return once it has stopped, or ended.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait for that.
        """
        check(self._wait_in_slices(timeout, "pause"))

    def resume(self) -> None:
        """Let a stopped program go on."""
        check(self._call("resume"))

    def kill(self) -> None:
        """Kill the program, stopped or not."""
        check(self._call("kill"))

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal("TERM")

    def stop(self, grace: SupportsFloat = 5.0) -> int:
        """
        Send SIGTERM, and SIGKILL when the program has not ended in time; wait for its end.

        Parameters
        ----------
        grace : float
            Seconds before it is killed; negative = it never is.

        Returns
        -------
        int
            The return code as from `wait`.
        """
        code = ctypes.c_int()
        check(self._call("stop", real("grace", grace), ctypes.byref(code)))
        self._returncode = code.value
        return code.value

    def wait(self, timeout: SupportsFloat | None = None) -> int:
        """
        Wait for the end of the program.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; TimedOutError is raised after them.

        Returns
        -------
        int
            The exit code, or -s when signal s killed the program.
        """
        if self._returncode is None:
            code = ctypes.c_int()
            check(self._wait_in_slices(timeout, "wait", after=(ctypes.byref(code),)))
            self._returncode = code.value
        return self._returncode

    def poll(self) -> int | None:
        """
        Tell whether the program has ended.

        Returns
        -------
        int or None
            The return code if it has.
        """
        try:
            return self.wait(0)
        except TimedOutError:
            return None

    @property
    def returncode(self) -> int | None:
        """The return code once wait, poll, stop or close has seen the end, else None."""
        return self._returncode

    @property
    def state(self) -> str:
        """What the program is doing: "running", "stopped" or "exited"."""
        state = ctypes.c_int()
        check(self._call("state", ctypes.byref(state)))
        return ("running", "stopped", "exited")[state.value]

    def usage(self) -> dict[str, Any]:
        """
        Tell what the program used, once it has ended.

        Returns
        -------
        dict
            The seconds `wall`, `user` and `system`, and `peak_memory` in bytes (None when it is not
            above what this program itself had used before the start).
        """
        times, peak = [ctypes.c_double() for _ in range(3)], ctypes.c_int64()
        check(self._call("usage", *map(ctypes.byref, times), ctypes.byref(peak)))
        wall, user, system = (number.value for number in times)
        memory = None if peak.value < 0 else peak.value
        return {"wall": wall, "user": user, "system": system, "peak_memory": memory}

    def close(self) -> None:
        """Kill the program if it still runs, unless kill_on_free is False, and collect it."""
        if self._kill and not self._closed:
            # Nobody is left to ask how it ended when that takes longer, or was lost.
            with contextlib.suppress(FourierError):
                if self.poll() is None:
                    self.kill()
                    self.wait(1)
        self._free()

    def _free(self) -> None:
        with self._lock:
            self._closed = True
            handle = self._unused_handle()
        library.fourier_process_free(handle)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None and any(reader.ended for reader in self._readers.values()):
                with contextlib.suppress(FourierError):
                    self.wait(_FAREWELL)
        finally:
            self.close()

    def __del__(self) -> None:
        if self._handle is not None:
            self._free()


def _redirect(stream: str, leads: Any) -> tuple[str, Any]:
    """The name and value of the setting that leads a stream somewhere."""
    if leads is None or type(leads) is int:
        leads = _OF_SUBPROCESS.get(leads, leads)
    if isinstance(leads, str) and leads in REDIRECTS:
        return "stream", REDIRECTS[leads]
    if isinstance(leads, os.PathLike) or (isinstance(leads, str) and "/" in leads):
        return "file", _word(stream, leads)
    known = ", ".join(REDIRECTS)
    hint = "; give the path of a file instead" if hasattr(leads, "fileno") else ""
    raise InvalidArgumentError(f"{stream}: {leads!r} is neither a path nor one of {known}{hint}")


def _slices(timeout: SupportsFloat | None) -> Iterator[float]:
    """The pieces of a timeout: one at least."""
    seconds = -1.0 if timeout is None else real("timeout", timeout)
    if math.isnan(seconds):
        raise NotFiniteError("timeout is nan")
    end = math.inf if seconds < 0 else time.monotonic() + seconds
    while True:
        left = max(0.0, end - time.monotonic()) if seconds else 0.0
        yield min(left, _SLICE)
        if left <= _SLICE:
            return


def each(processes: Iterable[Process]) -> list[Process]:
    """Checked programs."""
    several = list(processes)
    for process in several:
        if not isinstance(process, Process):
            raise TypeError(f"processes: {process!r} is not a Process")
    return several
