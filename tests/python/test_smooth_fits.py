"""smooth_fits, judged by astropy and by windows that are sorted one by one."""

import gzip
import os
import pathlib
import pty
import resource
import select
import shutil
import signal
import subprocess
import tempfile
import time
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

    def smoothed(self, *arguments):
        result = self.run_program(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

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
                np.testing.assert_array_equal(np.isnan(found), missing)
            else:
                missing = (plane == blank) if blank is not None else np.zeros(plane.shape, bool)
                np.testing.assert_array_equal(found[missing], plane[missing])
            wanted = medians(plane, size, missing)
            np.testing.assert_array_equal(found[~missing], wanted[~missing])


class Contents(Files):
    def test_every_bitpix_with_scaling_and_missing_pixels(self):
        names = []
        for kind in ("u1", "i2", "i4", "i8", "f4", "f8"):
            for missing in (False, True):
                data = self.image(kind)
                hdu = fits.PrimaryHDU(data)
                if kind[0] == "f" and missing:
                    hdu.data[self.random.random(data.shape) < 0.1] = np.nan
                    hdu.data[5:25, 5:25] = np.nan
                elif missing:
                    hdu.data[5:25, 5:25] = 77
                    hdu.header["BLANK"] = 77
                hdu.header["BSCALE"], hdu.header["BZERO"] = 0.25, 1000.0
                hdu.header["OBJECT"] = ("M 31", "what was observed")
                hdu.header["HIERARCH ESO DET EXP"] = (12.5, "a long keyword")
                hdu.header["LONGTEXT"] = "text that needs more than one card " * 4
                hdu.header.add_history("made for a test")
                names.append(f"{kind}{missing}.fits")
                # As it is, so that astropy does not apply the scaling.
                hdu._bscale = hdu._orig_bscale = 1
                hdu._bzero = hdu._orig_bzero = 0
                self.write(names[-1], [hdu], checksum=True)
        for size in (5, 4):
            self.smoothed("-s", str(size), "-o", f"out{size}", *names)
            for name in names:
                self.compare(self.path(name), self.path(f"out{size}", name), size, [0])

    def test_unsigned_integers(self):
        data = self.random.integers(0, 65536, (60, 70)).astype("u2")
        self.write("u2.fits", [fits.PrimaryHDU(data)])
        self.smoothed("-s", "7", "-o", "out", "u2.fits")
        self.compare(self.path("u2.fits"), self.path("out", "u2.fits"), 7, [0])
        with fits.open(self.path("out", "u2.fits")) as file:
            self.assertEqual(file[0].data.dtype, np.uint16)
            wanted = medians(data, 7, np.zeros(data.shape, bool))
            np.testing.assert_array_equal(file[0].data, wanted)

    def several_hdus(self, name):
        table = fits.BinTableHDU.from_columns(
            [
                fits.Column("a", "J", array=np.arange(3)),
                fits.Column("b", "PJ()", array=np.array([[1], [2, 3], []], dtype=object)),
            ]
        )
        integers, floats = self.image("i2"), self.image("f4")
        floats[3:9, 4] = np.nan
        hdus = [
            fits.PrimaryHDU(),
            fits.ImageHDU(integers, name="SCI"),
            table,
            fits.ImageHDU(self.image("f8", (3, 20, 30)), name="CUBE"),
            fits.ImageHDU(self.image("f4", (45,)), name="ROW"),
            fits.CompImageHDU(integers, name="TILES", compression_type="RICE_1"),
            fits.CompImageHDU(floats, name="FLOATS", quantize_level=16),
        ]
        return self.write(name, hdus, checksum=True)

    def test_first_image_with_pixels_or_all_of_them(self):
        path = self.several_hdus("many.fits")
        self.smoothed("-s", "3", "-o", "one", path)
        self.compare(path, self.path("one", "many.fits"), 3, [1])
        self.smoothed("-a", "-s", "3", "-o", "all", path)
        self.compare(path, self.path("all", "many.fits"), 3, [1, 3, 4, 5, 6])

    def test_compressed_files(self):
        path = self.several_hdus("many.fits")
        with open(path, "rb") as plain, gzip.open(path + ".gz", "wb") as packed:
            packed.write(plain.read())
        self.smoothed("-s", "3", "-o", "out", path + ".gz")
        self.compare(path, self.path("out", "many.fits"), 3, [1])

    def test_tile_compressed_images_stay_so_when_they_are_integers(self):
        path = self.several_hdus("many.fits")
        self.smoothed("-a", "-s", "3", "-o", "out", path)
        with fits.open(self.path("out", "many.fits"), disable_image_compression=True) as file:
            kinds = [type(hdu).__name__ for hdu in file]
        self.assertEqual(kinds[5:], ["BinTableHDU", "ImageHDU"])

    def test_real_frame(self):
        frame = os.environ["CCD_FRAME"]
        for threads in ("1", "2"):
            self.smoothed("-j", threads, "-o", threads, frame)
            self.compare(frame, self.path(threads, os.path.basename(frame)), 15, [0])
        command = [os.environ["SMOOTH_IMAGE"], frame, "fortran.fits", "15"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        self.compare(frame, self.path("fortran.fits"), 15, [0])

    def test_names_are_taken_as_they_are(self):
        names = ["a[1].fits", "!b.fits", "c d'é.fits", "mem:e.fits", "-f.fits"]
        for name in names:
            self.write(name, [fits.PrimaryHDU(self.image())])
        self.smoothed("-s", "3", "-o", "out", "--", *names)
        for name in names:
            self.compare(self.path(name), self.path("out", name), 3, [0])

    def test_many_files_and_an_earlier_result_is_replaced(self):
        names = [f"{number}.fits" for number in range(30)]
        for name in names:
            self.write(name, [fits.PrimaryHDU(self.image("f4"))])
        for size in ("5", "3"):
            self.smoothed("-s", size, "-o", "out", *names)
        for name in names:
            self.compare(self.path(name), self.path("out", name), 3, [0])
        self.assertEqual(sorted(os.listdir(self.path("out"))), sorted(names))

    def test_progress_on_a_terminal_only(self):
        self.write("a.fits", [fits.PrimaryHDU(self.image())])
        mine, terminal = pty.openpty()
        command = [PROGRAM, "-o", "out", "a.fits"]
        subprocess.run(command, cwd=self.folder, stderr=terminal, check=True)
        self.assertTrue(select.select([mine], [], [], 5)[0])
        self.assertIn(b"of 1 files", os.read(mine, 1000))
        os.close(mine)
        os.close(terminal)


class Failures(Files):
    def good(self):
        return self.write("good.fits", [fits.PrimaryHDU(self.image())], overwrite=True)

    def fails(self, expected, *arguments, **settings):
        """Each of `expected`, pairs of file and text, is told in one line; good.fits is written."""
        result = self.run_program("-s", "3", "-o", "out", self.good(), *arguments, **settings)
        self.assertEqual(result.returncode, 1, result.stderr)
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), len(expected), result.stderr)
        for line, (file, text) in zip(lines, expected):
            self.assertTrue(line.startswith(f"smooth_fits: {file}: "), line)
            self.assertIn(text, line)
        self.compare(self.path("good.fits"), self.path("out", "good.fits"), 3, [0])
        self.assertEqual(self.partial_files(), [])
        return lines

    def test_missing_file(self):
        self.fails([("none.fits", "No such file")], "none.fits")
        os.mkdir(self.path("folder.fits"))
        self.fails([("folder.fits", "not a file")], "folder.fits")

    def test_no_fits_file(self):
        for name, content in [("text.fits", b"SIMPLY no FITS file"), ("empty.fits", b"")]:
            with open(self.path(name), "wb") as file:
                file.write(content)
        expected = [("text.fits", "not a FITS file"), ("empty.fits", "not a FITS file")]
        self.fails(expected, "text.fits", "empty.fits")

    def test_truncated_files(self):
        hdus = [fits.PrimaryHDU(self.image("f8")), fits.ImageHDU(self.image("i4"))]
        whole = pathlib.Path(self.write("whole.fits", hdus)).read_bytes()
        lengths = {"header": 1000, "data": 2880 + 5000, "second": len(whole) - 4000}
        expected = []
        for name, length in lengths.items():
            with open(self.path(f"{name}.fits"), "wb") as file:
                file.write(whole[:length])
            expected.append((f"{name}.fits", ""))
        lines = self.fails(expected, *(f"{name}.fits" for name in lengths))
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["good.fits"])
        self.assertIn("end", lines[1])

    def test_no_image_with_pixels(self):
        table = fits.BinTableHDU.from_columns([fits.Column("a", "J", array=np.arange(3))])
        self.write("table.fits", [fits.PrimaryHDU(), table])
        self.fails([("table.fits", "no image with pixels")], "table.fits")

    def test_same_names(self):
        for folder in ("1", "2"):
            self.write(f"{folder}/x.fits", [fits.PrimaryHDU(self.image())])
        expected = [("1/x.fits", "2/x.fits would be"), ("2/x.fits", "1/x.fits would be")]
        self.fails(expected, "1/x.fits", "2/x.fits")

    def test_output_never_overwrites_its_input(self):
        path = self.write("here/x.fits", [fits.PrimaryHDU(self.image())])
        before = pathlib.Path(path).read_bytes()
        for directory in ("here", "./here/../here"):
            result = self.run_program("-o", directory, "here/x.fits")
            self.assertEqual(result.returncode, 1)
            self.assertIn("own output", result.stderr)
        os.symlink("here", self.path("link"))
        self.assertEqual(self.run_program("-o", "link", "here/x.fits").returncode, 1)
        self.assertEqual(pathlib.Path(path).read_bytes(), before)

    def test_output_directory_that_cannot_be_used(self):
        self.write("x.fits", [fits.PrimaryHDU(self.image())])
        result = self.run_program("-o", "no/such/folder", "x.fits")
        self.assertEqual(result.returncode, 1)
        self.assertIn("no/such/folder: cannot be made: No such file", result.stderr)
        result = self.run_program("-o", "x.fits", "x.fits")
        self.assertEqual(result.returncode, 1)
        self.assertIn("x.fits: is no directory", result.stderr)
        # Where even root may not create files.
        result = self.run_program("-o", "/proc", "x.fits")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "smooth_fits: x.fits: cannot create the new file: .*: .+")

    def test_full_disk(self):
        # A limit of the process: the write that exceeds it fails as on a full disk.
        self.write("big.fits", [fits.PrimaryHDU(self.image("f8", (600, 500)))])
        limit = 200_000

        def limited():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        expected = [("big.fits", "cannot write")]
        lines = self.fails(expected, "big.fits", preexec_fn=limited)
        self.assertIn("File too large", lines[0])
        self.assertEqual(os.listdir(self.path("out")), ["good.fits"])

    def test_integers_beyond_a_double_with_blanks(self):
        hdu = fits.PrimaryHDU(np.full((5, 5), 2**60))
        hdu.data[2, 2] = -1
        hdu.header["BLANK"] = -1
        self.write("x.fits", [hdu])
        self.fails([("x.fits", "1152921504606846976, beyond 53 bits")], "x.fits")

    def test_command_line(self):
        for arguments in [
            (),
            ("-s", "0", "x.fits"),
            ("-s", "3x", "x.fits"),
            ("-j", "-1", "x.fits"),
            ("-q", "x.fits"),
        ]:
            result = self.run_program(*arguments)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertTrue(result.stderr)
        result = self.run_program("-h")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("usage: smooth_fits", result.stdout)


class Interrupts(Files):
    def test_whole_files_or_none(self):
        names = [f"{number}.fits" for number in range(40)]
        data = self.image("f8", (700, 700))
        for name in names:
            self.write(name, [fits.PrimaryHDU(data)])
        out = self.path("out")
        for stop in (signal.SIGINT, signal.SIGTERM):
            shutil.rmtree(out, ignore_errors=True)
            command = [PROGRAM, "-s", "101", "-o", "out", *names]
            program = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
            deadline = time.monotonic() + 60
            while not (os.path.isdir(out) and any(n in names for n in os.listdir(out))):
                self.assertLess(time.monotonic(), deadline)
                self.assertIsNone(program.poll())
                time.sleep(0.002)
            program.send_signal(stop)
            _, errors = program.communicate(timeout=60)
            self.assertEqual(program.returncode, -stop)
            self.assertRegex(errors, r"^smooth_fits: interrupted: \d+ of 40 files were not written")
            self.assertEqual(self.partial_files(), [])
            written = os.listdir(out)
            self.assertTrue(0 < len(written) < 40, written)
            self.assertIn(f": {40 - len(written)} of", errors)
            whole = [pathlib.Path(out, name).read_bytes() for name in written]
            self.assertEqual(len(set(whole)), 1)
            self.assertEqual(len(whole[0]) % 2880, 0)


if __name__ == "__main__":
    unittest.main()
