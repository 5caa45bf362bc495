"""The series and frequency grids that the programs are compared on."""

import dataclasses

import numpy as np

# Added to times that start near 0, it makes Julian dates of them.
JULIAN = 2_455_000.0


@dataclasses.dataclass(frozen=True)
class Workload:
    """n samples over a time span, nf frequencies f0 + k df, df = 1 / (oversampling span).

    The frequencies are cycles per unit of time. `goal`: how many times faster than the fastest
    bare transform the library has to be, on two threads.
    """

    name: str
    title: str
    n: int
    nf: int
    oversampling: float
    span: float
    f0: float = 0.0
    signal: float = 0.3
    regular: bool = False
    goal: float = 0.0

    @property
    def df(self):
        return 1 / (self.oversampling * self.span)

    def series(self):
        """Times from 0 and values: a sinusoid, with as much noise again unless regular.

        The times are as the difference of two Julian dates is: multiples of 2**-31. So adding
        JULIAN to them is exact, and must change no power.
        """
        if self.regular:
            t = np.linspace(0, self.span, self.n)
        else:
            generator = np.random.default_rng(1)
            t = np.sort(generator.uniform(0, self.span, self.n))
        t = (t + JULIAN) - JULIAN
        x = np.sin(2 * np.pi * self.signal * t)
        if not self.regular:
            x += generator.normal(size=self.n)
        return t, x

    def sample(self, count):
        """Numbers k of `count` frequencies: one at random from each of as many equal parts."""
        if count >= self.nf:
            return np.arange(self.nf)
        edges = np.linspace(0, self.nf, count + 1).astype(np.int64)
        return np.random.default_rng(2).integers(edges[:-1], edges[1:])


WORKLOADS = [
    Workload("W1", "tutorial", 1000, 2000, 200, 100.0, 0.05, 0.1, regular=True, goal=5),
    Workload("W2", "Kepler long cadence", 65_000, 360_000, 10, 1470.0, goal=5),
    Workload("W3", "Kepler short cadence", 1_500_000, 2_500_000, 5, 1470.0, goal=4),
    Workload("W4", "narrow band", 65_000, 100_000, 1000, 1470.0, 10.0, 10.03, goal=6),
    Workload("W5", "survey", 1000, 100_000, 10, 1000.0, goal=8),
    Workload("W6", "few points", 100, 1_000_000, 10, 3650.0, goal=6),
    Workload("W7", "critical sampling", 1_000_000, 1_000_000, 1, 1000.0, goal=2),
]
GOAL_OF_THE_MEAN = 5


def of_size(n, nf, oversampling=10):
    """A workload for the scaling with n or nf."""
    return Workload(f"n={n} nf={nf}", "", n, nf, oversampling, 1000.0)
