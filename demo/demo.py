"""The power spectrum of a star, computed six ways, which must agree; then its picture.

The star is MACHO 1.4652.1527 of data/: 1196 magnitudes over seven years, at night only, so the
spectrum shows the pulsation and its daily aliases (one cycle per day to either side, and further).
Every point counts the same, whatever its error; the mean is subtracted, nothing else.

usage: demo.py FOLDER      the results and pictures go there; run by `make demo`
"""

import os
import subprocess
import sys

import numpy as np

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("FOURIER_BUILD", os.path.join(PROJECT, "build"))
DATA = os.path.join(PROJECT, "data", "macho_1.4652.1527_B.txt")

# Cycles per day: 0 to 5 in steps of 1/18 of the width of a peak, 1 / (2723 d).
F0, DF, NF = 0.0, 2e-5, 250_001
# What is known of this star.
KNOWN_PEAK, KNOWN_PERIOD = "2.0111", "0.4972"
# The ways differ in how they sum up the mean, and in nothing else.
AGREEMENT = 1e-12


def by_program(name):
    """A way that is a program: reads the data, writes frequencies and power."""

    def way(output):
        program = os.path.join(BUILD, "bin", *name.split("/"))
        arguments = [program, DATA, repr(F0), repr(DF), str(NF), output]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        return np.loadtxt(output, unpack=True)

    return way


def light_curve():
    """Times and magnitudes, the mean subtracted."""
    t, x = np.loadtxt(DATA, usecols=(0, 1), unpack=True)
    return t, x - x.mean()


def by_ctypes(output):
    import libfourier

    return libfourier.power(*light_curve(), F0, DF, NF)


def by_ffourier(output):
    import ffourier

    return ffourier.fourier(*light_curve(), F0, DF, NF)


def by_cfourier(output):
    import cfourier

    return cfourier.fourier(*light_curve(), F0, DF, NF, np.zeros(2 * NF)).reshape((2, -1))


WAYS = [
    ("C", "fourier_power", by_program("c/spectrum")),
    ("modern Fortran", "use libfourier", by_program("fortran/spectrum")),
    ("legacy Fortran", "CALL FOURIER", by_program("fortran/legacy")),
    ("Python, ctypes", "libfourier.power", by_ctypes),
    ("Python, f2py", "ffourier.fourier", by_ffourier),
    ("Python, f2py", "cfourier.fourier", by_cfourier),
]


def compute(folder):
    """Runs every way, prints a line for each, and returns the spectrum and its peak."""
    print(f"{'way':16} {'call':18} {'peak [1/d]':>10} {'period [d]':>10}  difference from the first")
    first = None
    for number, (language, call, way) in enumerate(WAYS):
        freq, power = way(os.path.join(folder, f"spectrum_{number + 1}.txt"))
        peak = freq[np.argmax(power)]
        if first is None:
            first = freq, power
        difference = np.max(np.abs(power - first[1])) / np.max(first[1])
        print(f"{language:16} {call:18} {peak:10.4f} {1 / peak:10.4f}  {difference:.1e}")
        if not np.array_equal(freq, first[0]):
            sys.exit(f"demo: {call} has other frequencies")
        if not difference <= AGREEMENT:
            sys.exit(f"demo: {call} does not agree with {WAYS[0][1]}")
    peak = first[0][np.argmax(first[1])]
    print(f"all six agree to {AGREEMENT:.0e} of the largest power")
    print(f"strongest peak: {peak:.4f} cycles/day, period {1 / peak:.4f} d")
    if (f"{peak:.4f}", f"{1 / peak:.4f}") != (KNOWN_PEAK, KNOWN_PERIOD):
        sys.exit(f"demo: the star's peak is known to be at {KNOWN_PEAK}, P = {KNOWN_PERIOD} d")
    return *first, peak


def fold(peak):
    """Phases in [0, 1), 0 where the star is brightest, magnitudes and errors."""
    t, x, error = np.loadtxt(DATA, unpack=True)
    phase = (t - t[0]) * peak % 1
    bins = [np.median(x[np.abs((phase - centre + 0.5) % 1 - 0.5) < 0.03]) for centre in grid()]
    return (phase - grid()[np.argmin(bins)]) % 1, x, error


def grid():
    return np.arange(100) / 100


def draw(folder, freq, power, peak):
    """Writes the numbers of the picture and has gnuplot draw it, by way of the example `plot`."""
    np.savetxt(os.path.join(folder, "spectrum.txt"), np.column_stack([freq, power]), "%.6f %.8g")
    phase, x, error = fold(peak)
    # Two cycles, so that every phase is seen whole.
    twice = np.column_stack([np.append(phase, phase + 1), np.tile(x, 2), np.tile(error, 2)])
    np.savetxt(os.path.join(folder, "folded.txt"), twice, "%.6f %.3f %.3f")
    picture = os.path.join(folder, "demo.png")
    script = os.path.join(PROJECT, "demo", "picture.gp")
    settings = [f"folder={folder}", f"peak={peak:.17g}", f"power={power.max():.17g}"]
    plot = subprocess.run([os.path.join(BUILD, "bin", "c", "plot"), script, *settings])
    if plot.returncode != 0:
        sys.exit(plot.returncode)
    print(f"picture: {os.path.relpath(picture)}")


def main():
    folder = os.path.abspath(sys.argv[1])
    os.makedirs(folder, exist_ok=True)
    sys.path[:0] = [os.path.join(PROJECT, "python"), os.path.join(BUILD, "python")]
    draw(folder, *compute(folder))


if __name__ == "__main__":
    main()
