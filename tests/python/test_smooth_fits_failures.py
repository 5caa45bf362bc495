"""What goes wrong with one file gets one message; the others are written, and no partial file is left."""

import gzip
import os
import pathlib
import resource
import time
import unittest

import numpy as np
from astropy.io import fits

from smooth_fits_judge import Files


class Failures(Files):
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
        self.assertIn("x.fits: is not a directory", result.stderr)
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


class Crashes(Files):
    """A file that makes cfitsio crash costs that file."""

    def test_each_costs_one_message(self):
        expected = []
        for name, text in [
            ("crash1.fits", "signal 11 (Segmentation fault)"),
            ("abort.fits", "signal 6 (Aborted)"),
            ("leave.fits", "exit code 3"),
            ("crash2.fits", "signal 11"),
        ]:
            self.write(name, [fits.PrimaryHDU(self.image())])
            expected.append((name, text))
        names = [name for name, _ in expected]
        for threads in ("1", "2", "3"):
            self.fails(expected, *names, options=("-j", threads), env=self.with_hostile_cfitsio())

    def test_among_many_files_the_others_are_written(self):
        names = [f"{'crash' if i % 7 == 0 else 'whole'}{i}.fits" for i in range(60)]
        for name in names:
            self.write(name, [fits.PrimaryHDU(self.image())])
        expected = [(name, "signal 11") for name in names if name.startswith("crash")]
        self.fails(expected, *names, env=self.with_hostile_cfitsio())
        for name in names:
            if name.startswith("whole"):
                self.compare(self.path(name), self.path("out", name), 3, [0])

    def test_what_cfitsio_prints_is_no_answer(self):
        self.write("chatter.fits", [fits.PrimaryHDU(self.image())])
        self.smoothed("-s", "3", "-o", "out", "chatter.fits", env=self.with_hostile_cfitsio())
        self.compare(self.path("chatter.fits"), self.path("out", "chatter.fits"), 3, [0])

    def test_more_workers_than_descriptors(self):
        names = [f"{i}.fits" for i in range(80)]
        for name in names:
            self.write(name, [fits.PrimaryHDU(self.image())])

        def limited():
            resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

        self.smoothed("-s", "3", "-j", "64", "-o", "out", *names, preexec_fn=limited)
        self.assertEqual(sorted(os.listdir(self.path("out"))), sorted(names))


class Lies(Files):
    """Headers that declare more than the file holds, and what is no file."""

    def header(self, *cards):
        """A header of these cards, in blocks of 2880 bytes."""
        text = "".join(f"{key:8}= {value:>20}".ljust(80) for key, value in cards) + "END".ljust(80)
        return text.ljust(-(-len(text) // 2880) * 2880).encode()

    def image_header(self, bitpix, *axes):
        lengths = [(f"NAXIS{number}", length) for number, length in enumerate(axes, 1)]
        return self.header(("SIMPLE", "T"), ("BITPIX", bitpix), ("NAXIS", len(axes)), *lengths)

    def test_declared_sizes(self):
        huge = self.image_header(16, 60000, 60000) + bytes(2 * 2880)
        impossible = self.image_header(-64, 2**40, 2**40) + bytes(2880)
        cube = self.image_header(8, *[2**20] * 4) + bytes(2880)
        table = self.image_header(8, 10, 10) + bytes(100).ljust(2880, b"\0")
        table += self.header(
            ("XTENSION", "'BINTABLE'"),
            ("BITPIX", 8),
            ("NAXIS", 2),
            ("NAXIS1", 8),
            ("NAXIS2", 10**9),
            ("PCOUNT", 0),
            ("GCOUNT", 1),
            ("TFIELDS", 1),
            ("TFORM1", "'D       '"),
        ) + bytes(2880)
        contents = {
            "huge": (huge, "HDU 1 declares 7200000000 bytes of data, of which the file holds 5760"),
            "impossible": (impossible, "HDU 1 declares more than"),
            "cube": (cube, "HDU 1 declares more than"),
            "table": (table, "HDU 2 declares 8000000000 bytes of data, of which the file holds 28"),
        }
        expected = []
        for name, (content, text) in contents.items():
            pathlib.Path(self.path(f"{name}.fits")).write_bytes(content)
            expected.append((f"{name}.fits", text))
        pathlib.Path(self.path("packed.fits.gz")).write_bytes(gzip.compress(huge))
        expected.append(("packed.fits.gz", contents["huge"][1]))
        start = time.monotonic()
        self.fails(expected, *(name for name, _ in expected))
        self.assertLess(time.monotonic() - start, 20)

    def test_tiles_that_are_not_there(self):
        path = self.write(
            "tiles.fits", [fits.PrimaryHDU(), fits.CompImageHDU(self.image("i2"))]
        )
        with fits.open(path, mode="update", disable_image_compression=True) as file:
            file[1].header["ZNAXIS1"] = 60000
            file[1].header["ZNAXIS2"] = 60000
        self.fails([("tiles.fits", "")], "tiles.fits")

    def test_fifo(self):
        os.mkfifo(self.path("fifo.fits"))
        self.fails([("fifo.fits", "not a file")], "fifo.fits", timeout=20)

    def test_names_that_begin_with_a_tilde(self):
        names = ["~old.fits", "~root/x.fits", "~/y.fits"]
        for name in names:
            self.write(name, [fits.PrimaryHDU(self.image())])
        self.smoothed("-s", "3", "-o", "~out", *names)
        for name in names:
            after = self.path("~out", os.path.basename(name))
            self.compare(self.path(name), after, 3, [0])

    def test_names_that_are_too_long(self):
        name = "/".join(["d" * 200] * 6) + "/x.fits"
        self.fails([(name, "the name is too long")], name)


if __name__ == "__main__":
    unittest.main()
