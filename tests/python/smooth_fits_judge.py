"""What the tests of smooth_fits share: FITS files to try, and a judge made of astropy and of windows
that are sorted one by one."""

import os
import shutil
import subprocess
import tempfile
import unittest
import warnings

import numpy as np
from astropy.io import fits

PROGRAM = os.environ["SMOOTH_FITS"]
# ZBLANK belongs to the tiles of an image that is written without them.
CHANGED = ("HISTORY", "CHECKSUM", "DATASUM", "ZBLANK")


def medians(plane, size, missing):
    """The median of each window, missing pixels left out of it; NaN where the pixel is missing.

    Exact for integers below 2**53 and for floating-point numbers.
    """
    numbers = np.where(missing, np.nan, plane.astype(float))
    padded = np.pad(numbers, [(size // 2, size - 1 - size // 2)] * 2, mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    windows = np.sort(windows.reshape(*plane.shape, -1), axis=-1)
    rank = (~np.isnan(windows)).sum(axis=-1, keepdims=True) // 2
    found = np.take_along_axis(windows, rank, -1)[..., 0]
    return np.where(missing, np.nan, found)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.random = np.random.default_rng(7)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, hdus, **settings):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fits.HDUList(hdus).writeto(path, **settings)
        return path

    def image(self, kind="i2", shape=(40, 50)):
        if kind[0] == "f":
            return self.random.normal(100, 10, shape).astype(kind)
        return self.random.integers(0, 120, shape).astype(kind)

    def run_program(self, *arguments, **settings):
        return subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, **settings
        )

    def with_hostile_cfitsio(self):
        """The environment in which cfitsio does what tests/c/hostile_cfitsio.c says."""
        return {**os.environ, "LD_PRELOAD": os.environ["HOSTILE_CFITSIO"]}

    def smoothed(self, *arguments, **settings):
        result = self.run_program(*arguments, **settings)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def good(self):
        return self.write("good.fits", [fits.PrimaryHDU(self.image())], overwrite=True)

    def fails(self, expected, *arguments, options=(), **settings):
        """Each of `expected`, pairs of file and text, is told in one line; good.fits is written."""
        options = ("-s", "3", "-o", "out", *options)
        result = self.run_program(*options, self.good(), *arguments, **settings)
        self.assertEqual(result.returncode, 1, result.stderr)
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), len(expected), result.stderr)
        for line, (file, text) in zip(lines, expected):
            self.assertTrue(line.startswith(f"smooth_fits: {file}: "), line)
            self.assertIn(text, line)
        self.compare(self.path("good.fits"), self.path("out", "good.fits"), 3, [0])
        self.assertEqual(self.partial_files(), [])
        return lines

    def partial_files(self):
        return [name for _, _, names in os.walk(self.folder) for name in names if ".part-" in name]

    def compare(self, before, after, size, filtered):
        """Checks a file; `filtered` lists the HDUs that were filtered."""
        raw = {"do_not_scale_image_data": True}
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a wrong checksum is a warning of astropy
            with fits.open(before, **raw) as old, fits.open(after, checksum=True, **raw) as new:
                self.assertEqual(len(old), len(new))
                for number, (old, new) in enumerate(zip(old, new)):
                    self.compare_hdu(old, new, size, number in filtered)

    def compare_hdu(self, old, new, size, filtered):
        def cards(hdu):
            return [str(card) for card in hdu.header.cards if card.keyword not in CHANGED]

        def history(hdu):
            return [str(line) for line in hdu.header.get("HISTORY", [])]

        self.assertEqual(cards(old), cards(new))
        for keyword in ("CHECKSUM", "DATASUM"):
            self.assertEqual(keyword in old.header, keyword in new.header)
        if not filtered:
            self.assertEqual(str(old.header), str(new.header))
            if old.data is not None:
                self.assertEqual(old.data.tobytes(), new.data.tobytes())
            return
        added = history(new)[len(history(old)) :]
        self.assertEqual(history(new)[: len(history(old))], history(old))
        self.assertEqual(len(added), 1)
        self.assertIn(f"median filter {size} x {size}", added[0])
        blank = old.header.get("BLANK")
        rows, columns = (1, *old.data.shape)[-2:]
        pairs = zip(old.data.reshape(-1, rows, columns), new.data.reshape(-1, rows, columns))
        for plane, found in pairs:
            if plane.dtype.kind == "f":
                missing = np.isnan(plane)
            else:
                missing = (plane == blank) if blank is not None else np.zeros(plane.shape, bool)
            self.compare_plane(plane, found, size, missing)

    def compare_plane(self, plane, found, size, missing):
        """Checks a plane: the medians, and what is missing as it was."""
        if plane.dtype.kind == "f":
            np.testing.assert_array_equal(np.isnan(found), missing)
        else:
            np.testing.assert_array_equal(found[missing], plane[missing])
        wanted = medians(plane, size, missing)
        np.testing.assert_array_equal(found[~missing], wanted[~missing])
