"""Process control: programs that run beside this one."""

import ctypes
import math
import os
import threading
import time

from ._arguments import real, whole
from ._library import library
from ._status import InvalidArgumentError, NotFiniteError, Status, TimedOutError, check

_STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
_REDIRECTS = {"pipe": 0, "inherit": 1, "null": 2, "merge": 3, "terminal": 4}


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
        argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
        options = library.fourier_process_options_new()

        def setting(name, *values):
            check(getattr(library, "fourier_process_options_set_" + name)(options, *values))

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
            check(library.fourier_process_options_clear_env(options))
            for name, value in (os.environ if env is None else env).items():
                setting("env", _words("env", name), _words("env", value))
            setting("group", bool(own_group))
            if time_limit is not None:
                setting("time_limit", real("time_limit", time_limit))
            if output_limit is not None:
                setting("output_limit", whole("output_limit", output_limit, 1, 2**63 - 1))
            handle = ctypes.c_void_p()
            check(library.fourier_process_start(argv, options, ctypes.byref(handle)))
            self._handle = handle.value
        finally:
            library.fourier_process_options_free(options)
        self.pid = library.fourier_process_pid(self._handle)

    # A call counts as a user of the handle: closing waits for the last one to leave.
    def _call(self, name, *arguments):
        with self._lock:
            if self._closed or self._handle is None:
                raise InvalidArgumentError("the process is closed")
            self._users += 1
        try:
            return getattr(library, "fourier_process_" + name)(self._handle, *arguments)
        finally:
            with self._lock:
                self._users -= 1
                handle = self._unused_handle() if self._closed else None
            if handle is not None:
                library.fourier_process_free(handle)

    def _unused_handle(self):
        """The handle, given up, once the process is closed and nobody uses it."""
        if not self._closed or self._users:
            return None
        handle, self._handle = self._handle, None
        return handle

    def _wait_in_slices(self, timeout, name, *before, after=()):
        """A call with a timeout among its arguments, cut up so that Ctrl-C is heard meanwhile."""
        timeout = -1.0 if timeout is None else real("timeout", timeout)
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
        stream, length = _stream(stream), ctypes.c_size_t()
        size = ctypes.byref(length)
        while True:
            status = self._call("line_length", stream, size, 0.0)
            if status == Status.TIMED_OUT:
                status = self._wait_in_slices(timeout, "line_length", stream, size)
            if status == Status.END_OF_STREAM:
                return None
            check(status)
            room = ctypes.create_string_buffer(length.value + 2)
            status = self._call("read_line", stream, room, len(room), size, 0.0)
            line = room.raw[: length.value]
            # Another thread may have taken that line: the next may be longer, or not there yet.
            while status == Status.LINE_CONTINUES:
                status = self._call("read_line", stream, room, len(room), size, -1.0)
                line += room.raw[: length.value]
            if status != Status.TIMED_OUT:
                check(status)
                return self._decode(line)

    def lines(self, stream="stdout"):
        """Iterates over the lines of a stream as they come, up to its end."""
        while (line := self.read_line(stream=stream)) is not None:
            yield line

    def __iter__(self):
        return self.lines()

    def read(self, size=65536, timeout=None, stream="stdout"):
        """The bytes that have come, at least one, at most `size`; b"" at the end of the stream."""
        room = ctypes.create_string_buffer(whole("size", size, 1, 2**31))
        length = ctypes.c_size_t()
        place = (room, len(room), ctypes.byref(length))
        status = self._wait_in_slices(timeout, "read", _stream(stream), *place)
        if status == Status.END_OF_STREAM:
            return b""
        check(status)
        return room.raw[: length.value]

    def write(self, data, timeout=None):
        """Writes all of `data`, text or bytes, to stdin; returns the number of bytes."""
        if isinstance(data, str):
            data = data.encode(self._encoding or "utf-8", self._errors)
        data = bytes(data)
        done, written = 0, ctypes.c_size_t()
        end = None if timeout is None or timeout < 0 else time.monotonic() + timeout
        while True:
            left = 0.1 if end is None else max(0.0, end - time.monotonic())
            rest = data[done:]
            count = ctypes.byref(written)
            status = self._call("write", rest, len(rest), count, min(left, 0.1))
            done += written.value
            if status != Status.TIMED_OUT or (end is not None and left <= 0.1):
                check(status)
                return done

    def close_stdin(self):
        """Ends the program's stdin."""
        check(self._call("close_stdin"))

    def send_signal(self, signal):
        """Sends a signal to the program and its group; after its end, nothing."""
        check(self._call("signal", whole("signal", signal, -(2**31), 2**31 - 1)))

    signal = send_signal

    def pause(self, timeout=None):
        """Stops the program with SIGSTOP; returns once it has stopped, or ended."""
        check(self._wait_in_slices(timeout, "pause"))

    def resume(self):
        """Lets a stopped program go on."""
        check(self._call("resume"))

    def kill(self):
        """Kills the program, stopped or not."""
        check(self._call("kill"))

    def terminate(self):
        """Sends SIGTERM."""
        self.send_signal(15)

    def stop(self, grace=5.0):
        """SIGTERM, and SIGKILL after `grace` seconds; waits for the end; returns the return code."""
        code = ctypes.c_int()
        check(self._call("stop", real("grace", grace), ctypes.byref(code)))
        self._returncode = code.value
        return code.value

    def wait(self, timeout=None):
        """Waits for the end; returns the exit code, or -s when signal s killed the program."""
        if self._returncode is None:
            code = ctypes.c_int()
            check(self._wait_in_slices(timeout, "wait", after=(ctypes.byref(code),)))
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
        state = ctypes.c_int()
        check(self._call("state", ctypes.byref(state)))
        return ("running", "stopped", "exited")[state.value]

    def usage(self):
        """What the program used, once it has ended: a dict of the seconds `wall`, `user` and
        `system`, and `peak_memory` in bytes (None when it is not above what this program itself had
        used before the start)."""
        times, peak = [ctypes.c_double() for _ in range(3)], ctypes.c_int64()
        check(self._call("usage", *map(ctypes.byref, times), ctypes.byref(peak)))
        wall, user, system = (number.value for number in times)
        memory = None if peak.value < 0 else peak.value
        return {"wall": wall, "user": user, "system": system, "peak_memory": memory}

    def close(self):
        """Kills the program if it still runs, and collects it. Again is allowed."""
        with self._lock:
            self._closed = True
            handle = self._unused_handle()
        library.fourier_process_free(handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if self._handle is not None:
            self.close()
