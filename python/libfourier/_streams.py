"""The streams of a program: its output by lines, many at a time, and file-like views of it."""

from __future__ import annotations

import codecs
import ctypes
import threading
from itertools import chain, repeat
from operator import add, length_hint
from typing import TYPE_CHECKING, Any, Iterable, Iterator, SupportsFloat

from ._status import Status, check

if TYPE_CHECKING:
    from ._process import Process

_BLOCK = 1 << 16

# Encodings in which a block of lines decodes to what its lines decode to, one by one.
_BY_BLOCKS = ("utf-8", "ascii", "iso8859-1")


class Reader:
    """One output stream of a program.

    Lines are looked at in blocks, of which C keeps the bytes; they are taken from C when all lines
    of the block were handed out, or when something else than the next line is wanted.
    """

    def __init__(self, process: Process, number: int, encoding: str | None, errors: str) -> None:
        self._process, self._number = process, number
        self._encoding, self._errors = encoding, errors
        self._by_blocks = encoding is not None and codecs.lookup(encoding).name in _BY_BLOCKS
        self._room = ctypes.create_string_buffer(_BLOCK)
        self._length = ctypes.c_size_t()
        self.ended = False
        self.reset()

    def reset(self) -> None:
        """Forgets what was looked at; in a forked copy another thread may have held the lock."""
        self.lock = threading.Lock()
        # The lines of the block that are left to hand out, and the bytes of the whole block.
        self._lines: Iterator[Any] = iter(())
        self._block = b""

    def next(self, timeout: SupportsFloat | None = None) -> tuple[Any, bool] | None:
        """The next line, and whether a newline ended it; None at the end of the stream."""
        while True:
            for line in self._lines:
                return line, True
            found = self._fill(timeout)
            if found is None or not isinstance(found, bool):
                return found

    def blocks(self, newline: Any = None) -> Iterator[Iterable[Any]]:
        """The lines, many at a time, up to the end of the stream; with their newline if given."""
        while True:
            yield self._lines if newline is None else map(add, self._lines, repeat(newline))
            found = self._fill(None)
            if found is None:
                return
            if not isinstance(found, bool):
                line, ended = found
                yield (line + newline if newline is not None and ended else line,)

    def _fill(self, timeout: SupportsFloat | None) -> tuple[Any, bool] | bool | None:
        """Waits for lines: True when there are some to hand out now; else the next one, which is
        long or the last, and whether a newline ended it; None at the end of the stream."""
        length = ctypes.c_size_t()
        place = self._number, ctypes.byref(length)
        with self.lock:
            if length_hint(self._lines):
                return True
            self.settle()
        status = self._process._wait_in_slices(timeout, "line_length", *place)
        if status == Status.END_OF_STREAM:
            self.ended = True
            return None
        check(status)
        with self.lock:
            if length_hint(self._lines):
                return True
            # Another thread may have taken the line, or a whole block that held it.
            self.settle()
            if self._process._call("line_length", *place, 0.0) != Status.OK:
                return True
            if length.value < _BLOCK and self._look():
                return True
            line = self._peek(length.value + 1)
            self._discard(len(line))
            ended = len(line) > length.value
            return self.decode(line[:-1] if ended else line), ended

    def settle(self) -> None:
        """Takes from C what was handed out, and leaves it the rest; the lock is held."""
        left = len(list(self._lines))
        if left:
            left += sum(map(len, self._block[:-1].split(b"\n")[-left:]))
        handed_out, self._block = len(self._block) - left, b""
        self._discard(handed_out)

    def _look(self) -> bool:
        """Fetches whole lines that have come; False when there are none but a last one."""
        block = self._peek(_BLOCK)
        block = block[: block.rfind(b"\n") + 1]
        if not block:
            return False
        try:
            lines = self._decode_lines(block)
        except UnicodeDecodeError:
            # The first line alone: the others are not at fault, or will be told so in their turn.
            self._block = block[: block.index(b"\n") + 1]
            lines = self._decode_lines(self._block)
        else:
            self._block = block
        self._lines = iter(lines)
        return True

    def _decode_lines(self, block: bytes) -> list[Any]:
        if self._by_blocks:
            return block[:-1].decode(self._encoding or "", self._errors).split("\n")
        return [self.decode(line) for line in block[:-1].split(b"\n")]

    def decode(self, data: bytes) -> Any:
        return data if self._encoding is None else data.decode(self._encoding, self._errors)

    def _peek(self, size: int) -> bytes:
        room = self._room if size <= _BLOCK else ctypes.create_string_buffer(size)
        place = room, size, ctypes.byref(self._length), 0.0
        check(self._process._call("peek", self._number, *place))
        return ctypes.string_at(room, self._length.value)

    def _discard(self, size: int) -> None:
        while size:
            place = self._room, min(size, _BLOCK), ctypes.byref(self._length), 0.0
            check(self._process._call("read", self._number, *place))
            size -= self._length.value

    def read(self, size: int, timeout: SupportsFloat | None) -> bytes:
        """The bytes that have come, at least one, at most `size`; b"" at the end of the stream."""
        room = ctypes.create_string_buffer(size)
        length, first = ctypes.c_size_t(), ctypes.create_string_buffer(1)
        while True:
            with self.lock:
                self.settle()
                place = room, size, ctypes.byref(length), 0.0
                status = self._process._call("read", self._number, *place)
            if status == Status.TIMED_OUT:
                look = first, 1, ctypes.byref(length)
                status = self._process._wait_in_slices(timeout, "peek", self._number, *look)
                if status == Status.OK:
                    continue
            if status == Status.END_OF_STREAM:
                self.ended = True
                return b""
            check(status)
            return ctypes.string_at(room, length.value)


class OutputStream:
    """
    An output stream of a program as a file to read from, as subprocess has it.

    Lines keep their newlines here.

    Parameters
    ----------
    process : Process
        The program.
    stream : {"stdout", "stderr"}
        Which of its streams.
    """

    def __init__(self, process: Process, stream: str) -> None:
        self._process, self._stream = process, stream

    def __iter__(self) -> Iterator[Any]:
        newline: Any = b"\n" if self._process._encoding is None else "\n"
        return chain.from_iterable(self._process._reader(self._stream).blocks(newline))

    def readline(self) -> Any:
        """
        Read the next line.

        Returns
        -------
        str or bytes
            The line with its newline; empty at the end of the stream.
        """
        text = self._process._encoding is not None
        line = self._process._reader(self._stream).next()
        if line is None:
            return "" if text else b""
        return line[0] + ("\n" if text else b"\n") if line[1] else line[0]

    def readlines(self) -> list[Any]:
        """
        Read all lines up to the end of the stream.

        Returns
        -------
        list
            The lines with their newlines.
        """
        return list(self)

    def read(self, size: int = -1) -> Any:
        """
        Read up to the end of the stream, or some of what comes first.

        Parameters
        ----------
        size : int
            The number of bytes that is enough; negative = all up to the end.

        Returns
        -------
        str or bytes
            What was read; empty at the end of the stream.
        """
        parts, left = [], size
        while left and (part := self._process.read(left if left > 0 else _BLOCK, None, self._stream)):
            parts.append(part)
            left -= len(part) if size > 0 else 0
        data = b"".join(parts)
        encoding = self._process._encoding
        return data if encoding is None else data.decode(encoding, self._process._errors)


class InputStream:
    """
    The stdin of a program as a file to write to, as subprocess has it.

    Parameters
    ----------
    process : Process
        The program.
    """

    def __init__(self, process: Process) -> None:
        self._process = process

    def write(self, data: str | bytes) -> int:
        """
        Write all of the data.

        Parameters
        ----------
        data : str or bytes
            What the program is to read.

        Returns
        -------
        int
            The length of the data.
        """
        self._process.write(data)
        return len(data)

    def writelines(self, lines: Iterable[str | bytes]) -> None:
        """
        Write one after the other; no newlines are added.

        Parameters
        ----------
        lines : iterable of str or bytes
            What the program is to read.
        """
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: what was written has gone."""

    def close(self) -> None:
        """End the program's stdin."""
        self._process.close_stdin()
