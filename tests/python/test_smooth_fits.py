"""smooth_fits filters pixels and keeps everything else in a file."""

import gzip
import os
import pty
import select
import subprocess
import unittest

import numpy as np
from astropy.io import fits

from smooth_fits_judge import PROGRAM, Files, medians


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


if __name__ == "__main__":
    unittest.main()
