"""What is told of the progress of a call: to a function, or as a bar."""

from __future__ import annotations

import contextlib
import sys
from typing import Callable, Iterator

_WIDTH = 40


@contextlib.contextmanager
def bar(progress: object, title: str) -> Iterator[Callable[[float], object] | None]:
    """The function to tell the fraction done: `progress` itself, or one that draws a bar for True,
    with tqdm where it is installed; None when nobody wants to know."""
    if progress is None or progress is False:
        yield None
    elif callable(progress):
        yield progress
    elif progress is not True:
        raise TypeError(f"progress: {progress!r} is neither True nor can it be called")
    else:
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            with contextlib.closing(_PlainBar(title)) as plain:
                yield plain.report
        else:
            layout = "{l_bar}{bar}| {elapsed}<{remaining}"
            with tqdm(total=100, desc=title, bar_format=layout) as drawn:
                yield lambda fraction: drawn.update(100 * fraction - drawn.n)


class _PlainBar:
    """A bar on stderr, drawn again whenever another cell of it is full."""

    def __init__(self, title: str) -> None:
        self._title, self._full = title, -1

    def report(self, fraction: float) -> None:
        full = int(fraction * _WIDTH)
        if full != self._full and sys.stderr is not None:
            self._full = full
            cells = "#" * full + " " * (_WIDTH - full)
            sys.stderr.write(f"\r{self._title}: {fraction:4.0%}|{cells}|")
            sys.stderr.flush()

    def close(self) -> None:
        if self._full >= 0:
            sys.stderr.write("\n")
