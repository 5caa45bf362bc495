"""The programs compared, as their users call them, each behind the same three methods.

`prepare` does what is not counted, `run` is what is timed, `power` gives some of the last run's
values. For libfourier the whole job is timed: times and values in, frequencies and power out. For
the bare transforms only their own best call is, into an array that is there already; what a user
has to compute before (phases, modulation) and after (power, frequencies) is not.
"""

import ctypes
import os
import sys

import numpy as np

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("FOURIER_BUILD", os.path.join(PROJECT, "build"))
LEGACY = os.path.join(BUILD, "bench", "liblegacy_loop.so")
# What the transforms are asked for; libfourier keeps its default, which is better.
EPSILON = 1e-12


class Program:
    # Compared with S (True) or with the Lomb-Scargle periodogram (False).
    sums = True

    def prepare(self, workload, t, x, threads):
        """Imports the program and makes what it is called with; every array has been touched."""
        self.t, self.x, self.threads, self.nf = t, x, threads, workload.nf
        self.f0, self.df = workload.f0, workload.df
        self.setup()


class Libfourier(Program):
    def __init__(self, method=0):
        self.method = method

    def setup(self):
        sys.path.insert(0, os.path.join(PROJECT, "python"))
        from libfourier._library import library
        from libfourier._status import check

        self.check = check
        self.freq, self.values = np.full(self.nf, np.nan), np.full(self.nf, np.nan)
        self.options = library.fourier_options_new()
        self.check(library.fourier_options_set_threads(self.options, self.threads))
        self.check(library.fourier_options_set_method(self.options, self.method))
        self.function = library.fourier_power
        self.use(self.t, self.x)

    def use(self, t, x):
        self.t, self.x = t, x
        inputs = len(t), t.ctypes.data, x.ctypes.data, self.f0, self.df, self.nf
        self.arguments = *inputs, self.freq.ctypes.data, self.values.ctypes.data, self.options

    def run(self):
        self.check(self.function(*self.arguments))

    def power(self, ks):
        return self.values[ks]


class Transform(Program):
    """A type 1 transform has the modes -nf/2 .. : the middle frequency goes to the amplitudes."""

    def setup(self):
        middle = self.f0 + self.nf // 2 * self.df
        self.phase = np.remainder(2 * np.pi * self.df * self.t + np.pi, 2 * np.pi) - np.pi
        self.amplitude = self.x * np.exp(2j * np.pi * middle * self.t)
        self.out = np.full(self.nf, np.nan, complex)
        self.plan()

    def plan(self):
        pass

    def power(self, ks):
        return np.abs(self.out[ks]) ** 2


class Finufft(Transform):
    def plan(self):
        import finufft

        self.call = finufft.nufft1d1
        self.options = dict(eps=EPSILON, isign=1, nthreads=self.threads)

    def run(self):
        self.call(self.phase, self.amplitude, out=self.out, **self.options)


class FinufftPlanned(Transform):
    """Only the execution: the plan is made and the points are sorted before."""

    def plan(self):
        import finufft

        plan = finufft.Plan(1, (self.nf,), eps=EPSILON, isign=1, nthreads=self.threads)
        plan.setpts(self.phase)
        self.execute = plan.execute

    def run(self):
        self.execute(self.amplitude, out=self.out)


class Ducc(Transform):
    def plan(self):
        import ducc0

        self.call = ducc0.nufft.nu2u
        self.options = dict(epsilon=EPSILON, nthreads=self.threads, periodicity=2 * np.pi)
        self.coordinates = self.phase[:, None]

    def run(self):
        self.call(
            points=self.amplitude,
            coord=self.coordinates,
            forward=False,
            out=self.out,
            fft_order=False,
            **self.options,
        )


class DuccPlanned(Ducc):
    def plan(self):
        import ducc0

        options = dict(epsilon=EPSILON, nthreads=self.threads, periodicity=2 * np.pi)
        coordinates = self.phase[:, None]
        shape = (self.nf,)
        plan = ducc0.nufft.plan(nu2u=True, coord=coordinates, grid_shape=shape, **options)
        self.execute = plan.nu2u

    def run(self):
        self.execute(points=self.amplitude, forward=False, out=self.out)


class Periodogram(Program):
    """Lomb-Scargle programs: at frequency 0, where there is nothing to fit, they have no value.
    With f0 = 0 they are given the nf frequencies from df on."""

    sums = False

    def setup(self):
        self.first = 0 if self.f0 else 1
        self.values = None
        self.load()

    def power(self, ks):
        return np.asarray(self.values)[ks - self.first]


class NiftyLs(Periodogram):
    def load(self):
        import nifty_ls

        self.call = nifty_ls.lombscargle
        start = self.f0 + self.first * self.df
        stop = start + (self.nf - 1) * self.df
        self.grid = dict(fmin=start, fmax=stop, Nf=self.nf, nthreads=self.threads)

    def run(self):
        self.values = self.call(self.t, self.x, **self.grid).power


class AstropyFast(Periodogram):
    def load(self):
        from astropy.timeseries import LombScargle

        self.call = LombScargle
        self.freq = self.f0 + self.df * (self.first + np.arange(self.nf))

    def run(self):
        periodogram = self.call(self.t, self.x)
        self.values = periodogram.power(
            self.freq, method="fast", assume_regular_frequency=True
        )


class LegacyLoop(Program):
    def setup(self):
        loop = ctypes.CDLL(LEGACY).legacy_loop
        pointer, double = ctypes.c_void_p, ctypes.c_double
        grid = [double, double, ctypes.c_int, ctypes.c_int]
        loop.argtypes = [pointer, pointer, *grid, pointer, pointer]
        loop.restype = None
        self.loop = loop
        self.freq, self.values = np.full(self.nf, np.nan), np.full(self.nf, np.nan)

    def run(self):
        series = self.t.ctypes.data, self.x.ctypes.data, self.f0, self.df
        self.loop(*series, len(self.t), self.nf, self.freq.ctypes.data, self.values.ctypes.data)

    def power(self, ks):
        return self.values[ks]


OURS = "libfourier"
# The bare transforms that count, and the programs that users call for the whole job.
TRANSFORMS = ["FINUFFT", "ducc0"]
PERIODOGRAMS = ["nifty-ls", "astropy fast"]
# On one thread whatever they are given.
SINGLE_THREADED = ["astropy fast"]
PLANNED = ["FINUFFT planned", "ducc0 planned"]
PROGRAMS = {
    OURS: Libfourier,
    "libfourier direct": lambda: Libfourier(method=1),
    "FINUFFT": Finufft,
    "ducc0": Ducc,
    "FINUFFT planned": FinufftPlanned,
    "ducc0 planned": DuccPlanned,
    "nifty-ls": NiftyLs,
    "astropy fast": AstropyFast,
    "legacy loop": LegacyLoop,
}
