"""A typed program that calls everything: for mypy --strict and pyright, which must find no error."""

from __future__ import annotations

import pathlib
import subprocess
from typing import Any

import numpy as np
from numpy.typing import NDArray

import libfourier
from libfourier import Event, Process


def report(fraction: float) -> None:
    print(fraction)


t = np.linspace(0.0, 100.0, 1000)
x: list[float] = [float(value) for value in np.sin(t)]

freq: NDArray[np.float64]
power: NDArray[np.float64]
spectrum: NDArray[np.complex128]
freq, power = libfourier.power(t, x, 0, np.float64(0.01), np.int64(100), progress=report)
freq, power = libfourier.power(t, x, f0=0.0, df=0.01, nf=100, tolerance=1e-6, method="fast", threads=1)
freq, spectrum = libfourier.transform(t, x, 0, 0.01, 100, progress=True)

image: NDArray[Any] = libfourier.median_filter(np.zeros((5, 5)), (3, 5), mode="mirror", cval=1)
lengths: list[int] = libfourier.parallel_map(len, ["a", "bc"], progress=report)
libfourier.set_num_threads(2)
threads: int = libfourier.get_num_threads()
text: str = libfourier.version() + libfourier.__version__

with Process(["cat"], stdin=subprocess.PIPE, cwd=pathlib.Path("/"), env={"A": "b"}) as program:
    program.write("a\nb\n", timeout=1)
    if program.stdin is not None:
        program.stdin.close()
    line = program.read_line(timeout=2.5)
    which, match = program.expect(["b"], timeout=1)
    for one, event in libfourier.poll([program], Event.EXIT | Event.STDOUT_LINE, timeout=1):
        done: Process = one
        bits: Event = event
    for line in program:
        print(line)
    if program.stdout is not None:
        rest = program.stdout.read()
    usage: dict[str, Any] = program.usage()
code: int | None = program.returncode
try:
    finished = libfourier.run(["sort"], input="b\na\n", timeout=10, check=True, cwd="/")
    print(finished.stdout, finished.returncode)
except libfourier.TimedOutError as late:
    print(late.stdout, late.status)
except (libfourier.SystemCallError, libfourier.FourierError) as error:
    number: int = error.status
