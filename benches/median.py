"""The median filter beside what users would pick instead: Mpixel/s on one thread, same image, same
run; then many FITS files beside a pool of processes.

usage: median.py [--quick] [--no-files]      writes build/bench/median.txt and median.png
"""

import os

# One thread for everybody: before the libraries read it.
os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import multiprocessing
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

import cv2
import matplotlib
import numpy as np
import scipy
import silx
import skimage
from astropy.io import fits
from scipy import ndimage
from silx.math import medfilt2d
from skimage.filters import rank

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("FOURIER_BUILD", ROOT / "build"))
sys.path.insert(0, str(ROOT / "python"))
import libfourier  # noqa: E402

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

SIZES = [3, 5, 7, 11, 15, 21, 31, 51, 101]
KINDS = ["float32", "float64", "int32", "int16", "uint16", "uint8"]
SIDE = 2048
FILES, FILES_OF_POOL = 200, 8


def sky(side):
    """A star field: background with noise, stars of all magnitudes, a nebula."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:side, 0:side]
    image = random.normal(1000, 30, (side, side))
    image += 500 * np.exp(-((x - side / 3) ** 2 + (y - side / 2) ** 2) / (side / 6) ** 2)
    for _ in range(side * side // 14000):
        column, row = random.integers(0, side, 2)
        near = np.s_[max(0, row - 60) : row + 60, max(0, column - 60) : column + 60]
        distance = (x[near] - column) ** 2 + (y[near] - row) ** 2
        image[near] += 10 ** random.uniform(2, 5) * np.exp(-distance / random.uniform(8, 130))
    return image


def of_kind(image, kind):
    if kind == "uint8":
        return np.clip(image / 8, 0, 255).astype(kind)
    if kind.startswith("float"):
        return image.astype(kind)
    limits = np.iinfo(kind)
    return np.clip(image, limits.min, limits.max).astype(kind)


def peers(kind, size):
    """What can filter this type with this window: names and functions."""
    yield "libfourier", lambda image: libfourier.median_filter(image, size, threads=1)
    yield "scipy", lambda image: ndimage.median_filter(image, size)
    if kind == "uint8" or (kind in ("uint16", "float32") and size <= 5):
        yield "OpenCV", lambda image: cv2.medianBlur(image, size)
    if kind != "uint8":
        yield "silx", lambda image: medfilt2d(image, size, mode="reflect")
    if kind in ("uint8", "uint16"):
        window = np.ones((size, size), np.uint8)
        yield "scikit-image", lambda image: rank.median(image, window)


def rate(function, image, patience):
    """Mpixel/s by the time of the processor: on the whole image, or on as much of it as takes about
    `patience` seconds; the best of several."""

    def seconds(part):
        begin = time.process_time()
        function(part)
        return time.process_time() - begin

    side = 64
    while side < image.shape[0]:
        spent = seconds(np.ascontiguousarray(image[:side, :side]))
        affordable = int(side * (patience / max(spent, 1e-9)) ** 0.5)
        if affordable < 2 * side:
            break
        side = min(image.shape[0], affordable, 4 * side)
    part = np.ascontiguousarray(image[:side, :side])
    best = seconds(part)
    for _ in range(min(9, int(patience / best))):
        best = min(best, seconds(part))
    return part.size / best / 1e6


def compare(report, patience):
    image = sky(SIDE)
    rates = {}
    for kind in KINDS:
        part = of_kind(image, kind)
        for size in SIZES:
            for name, function in peers(kind, size):
                rates[kind, name, size] = rate(function, part, patience)
        report(f"\n{kind}: Mpixel/s of {SIDE} x {SIDE} pixels, one thread")
        report(f"{'window':14}" + "".join(f"{size:>9}" for size in SIZES))
        for name in dict.fromkeys(name for of, name, _ in rates if of == kind):
            values = [rates.get((kind, name, size)) for size in SIZES]
            cells = (f"{value:9.3g}" if value else f"{'-':>9}" for value in values)
            report(f"{name:14}" + "".join(cells))
        times = (rates[kind, "libfourier", s] / rates[kind, "scipy", s] for s in SIZES)
        report(f"{'x scipy':14}" + "".join(f"{value:9.3g}" for value in times))
        cost = rates[kind, "libfourier", 15] / rates[kind, "libfourier", 101]
        report(f"a pixel at 101 x 101 costs {cost:.1f} times one at 15 x 15")
    return rates


def draw(rates, path):
    figure, axes = plt.subplots(2, 3, figsize=(13, 7.5), sharex=True, sharey=True)
    names = list(dict.fromkeys(name for _, name, _ in rates))
    for axis, kind in zip(axes.flat, KINDS):
        for number, name in enumerate(names):
            points = [(s, rates[kind, name, s]) for s in SIZES if (kind, name, s) in rates]
            if points:
                width = 2.4 if number == 0 else 1.3
                axis.loglog(*zip(*points), "o-", color=f"C{number}", lw=width, ms=4, label=name)
        axis.set_title(kind)
        axis.grid(True, which="major", alpha=0.3)
    axes[0, 0].set_xticks(SIZES, SIZES)
    axes[0, 0].minorticks_off()
    for axis in axes[1]:
        axis.set_xlabel("side of the window, pixels")
    for axis in axes[:, 0]:
        axis.set_ylabel("Mpixel/s")
    lines = {text: line for a in axes.flat for line, text in zip(*a.get_legend_handles_labels())}
    figure.legend(lines.values(), lines.keys(), loc="lower center", ncols=len(lines), frameon=False)
    figure.suptitle(f"Median filter of {SIDE} x {SIDE} pixels on one thread")
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    figure.savefig(path, dpi=110)


def smooth(names):
    """One task of the pool: reads, filters and writes a file."""
    source, target = names
    with fits.open(source) as file:
        file[0].data = ndimage.median_filter(file[0].data, 15)
        file.writeto(target, overwrite=True)


def compare_files(report):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="fourier-bench-"))
    try:
        random = np.random.default_rng(2)
        image = of_kind(sky(1024), "float32")
        names = [folder / f"{number:03}.fits" for number in range(FILES)]
        for name in names:
            noise = random.normal(0, 5, image.shape).astype("float32")
            fits.PrimaryHDU(image + noise).writeto(name)
        processors = len(os.sched_getaffinity(0))
        begin = time.perf_counter()
        program = BUILD / "bin" / "c" / "smooth_fits"
        subprocess.run([program, "-s", "15", "-o", folder / "out", *names], check=True)
        ours = time.perf_counter() - begin
        (folder / "pool").mkdir()
        pairs = [(name, folder / "pool" / name.name) for name in names[:FILES_OF_POOL]]
        begin = time.perf_counter()
        with multiprocessing.Pool(processors) as pool:
            pool.map(smooth, pairs, chunksize=1)
        pool_time = (time.perf_counter() - begin) * FILES / FILES_OF_POOL
        for name, target in pairs:
            same = np.array_equal(fits.getdata(folder / "out" / name.name), fits.getdata(target))
            assert same, f"{name} differs"
        report(f"\n{FILES} FITS files of 1024 x 1024 float32, 15 x 15, {processors} processors")
        report(f"smooth_fits                {ours:8.2f} s, {FILES / ours:.1f} files/s")
        report(f"scipy in a process pool    {pool_time:8.1f} s, extrapolated from {FILES_OF_POOL}")
        report(f"                           {pool_time / ours:8.1f} times as long; same pixels")
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less patience, more noise")
    parser.add_argument("--no-files", action="store_true", help="without the FITS files")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    warnings.filterwarnings("ignore", message="Bad rank filter performance")
    folder = BUILD / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "median.txt", "w") as file:

        def report(line):
            print(line, flush=True)
            print(line, file=file, flush=True)

        report(
            f"libfourier {libfourier.version()}, scipy {scipy.__version__}, OpenCV "
            f"{cv2.__version__}, silx {silx.version}, scikit-image {skimage.__version__}"
        )
        rates = compare(report, 0.15 if arguments.quick else 0.6)
        draw(rates, folder / "median.png")
        if not arguments.no_files:
            compare_files(report)


if __name__ == "__main__":
    main()
