"""Images that are compressed in tiles: exact again, and compressed again only where that is exact."""

import os
import unittest

import numpy as np
from astropy.io import fits

from smooth_fits_judge import Files


class Tiles(Files):
    def write_tiles(self, name, data, edit=None, **settings):
        """Writes an image in tiles; `edit` changes the header of the table that holds them."""
        hdus = [fits.PrimaryHDU(), fits.CompImageHDU(data, **settings)]
        path = self.write(name, hdus)
        if edit:
            with fits.open(path, mode="update", disable_image_compression=True) as file:
                edit(file[1].header)
        return path

    def is_compressed(self, path):
        with fits.open(path, disable_image_compression=True) as file:
            return "ZCMPTYPE" in file[1].header

    def check(self, path, compressed, **settings):
        """Filters a file and judges it; says whether it stays compressed."""
        self.smoothed("-s", "3", "-o", "out", path, **settings)
        after = self.path("out", os.path.basename(path))
        self.compare(path, after, 3, [1])
        self.assertEqual(self.is_compressed(after), compressed, path)

    def test_integers_stay_compressed_where_that_loses_nothing(self):
        for kind in ("u1", "i2", "i4"):
            for method in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1", "PLIO_1"):
                path = self.write_tiles(
                    f"{kind}{method}.fits", self.image(kind), compression_type=method
                )
                self.check(path, compressed=True)

    def test_floating_point_numbers_are_written_as_they_are(self):
        for method in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"):
            path = self.write_tiles(f"{method}.fits", self.image("f4"), compression_type=method)
            self.check(path, compressed=False)

    def test_rice_without_its_bytes_per_pixel(self):
        # As older programs wrote it: narrow pixels, packed as 32-bit ones.
        def edit(bits, name=None):
            def change(header):
                header["ZBITPIX"] = bits
                if name:
                    header["ZNAME2"] = name
                else:
                    del header["ZNAME2"], header["ZVAL2"]

            return change

        for bits in (8, 16):
            data = self.image("i4")
            path = self.write_tiles(
                f"{bits}.fits", data, edit(bits), compression_type="RICE_1"
            )
            self.check(path, compressed=False)
            with fits.open(path) as file:
                np.testing.assert_array_equal(file[1].data, data)

    def test_pixels_that_were_rounded_to_a_scale(self):
        for scale in (1, 2, 8):
            for kind in ("i2", "i4"):
                data = self.random.normal(1000, 30, (40, 50)).astype(kind)
                path = self.write_tiles(
                    f"{kind}{scale}.fits",
                    data,
                    compression_type="HCOMPRESS_1",
                    hcomp_scale=scale,
                )
                self.check(path, compressed=False)

    def test_what_is_not_read_back_as_it_was_written_is_written_uncompressed(self):
        path = self.write_tiles("alter.fits", self.image("i2"), compression_type="RICE_1")
        self.check(path, compressed=False, env=self.with_hostile_cfitsio())
        self.assertEqual(self.partial_files(), [])

    def test_cubes_whose_tiles_span_planes(self):
        for kind, shape, tile in [
            ("i2", (4, 20, 30), (2, 20, 30)),
            ("i2", (4, 20, 30), (4, 7, 11)),
            ("f4", (4, 20, 30), (4, 7, 11)),
            ("f4", (2, 2, 20, 30), (1, 1, 20, 30)),
            ("i2", (2, 2, 20, 30), (1, 1, 1, 30)),
            ("i2", (45,), (45,)),
        ]:
            name = f"{kind}{shape}{tile}.fits".replace(" ", "")
            path = self.write_tiles(
                name, self.image(kind, shape), compression_type="RICE_1", tile_shape=tile
            )
            self.check(path, compressed=kind == "i2")

    def test_blank_pixels_in_tiles(self):
        for card in ("BLANK", "ZBLANK"):
            data = self.image("i2")
            data[5:25, 5:25] = -77

            def edit(header):
                header[card] = -77

            path = self.write_tiles(f"{card}.fits", data, edit, compression_type="RICE_1")
            self.smoothed("-s", "3", "-o", "out", path)
            after = self.path("out", f"{card}.fits")
            with fits.open(after) as file:  # astropy makes them NaN
                found = file[1].data.astype(float)
            numbers = np.where(data == -77, np.nan, data)
            self.compare_plane(numbers, found, 3, np.isnan(numbers))

    def test_infinities_are_numbers_and_nan_is_missing(self):
        data = self.image("f4")
        data[3, 4], data[10, 10:14], data[20:23, 20:23] = np.inf, -np.inf, np.inf
        data[30:36, 30:36] = np.nan
        for kind in ("f4", "f8"):
            self.write(f"plain{kind}.fits", [fits.PrimaryHDU(data.astype(kind))])
            self.smoothed("-s", "3", "-o", "out", f"plain{kind}.fits")
            self.compare(self.path(f"plain{kind}.fits"), self.path("out", f"plain{kind}.fits"), 3, [0])
            for tile in ((1, 50), (40, 50), (7, 9)):
                for quantize in (0, 16):
                    path = self.write_tiles(
                        f"{kind}{tile[0]}-{quantize}.fits",
                        data.astype(kind),
                        compression_type="GZIP_1",
                        quantize_level=quantize,
                        tile_shape=tile,
                    )
                    with fits.open(path) as file:
                        found = np.isinf(file[1].data).sum()
                    # Tiles that can be rounded lose their infinities when they are written.
                    self.assertTrue(found == 14 if quantize == 0 else found > 0, found)
                    self.check(path, compressed=False)

    def test_primary_hdu_without_pixels_is_kept(self):
        # What fpack makes of an image in the primary HDU.
        def edit(header):
            header.rename_keyword("ZTENSION", "ZSIMPLE")
            header["ZSIMPLE"] = True

        for kind in ("i2", "f4"):
            path = self.write_tiles(f"{kind}.fits", self.image(kind), edit)
            with fits.open(path, mode="update") as file:
                file[0].header["OBJECT"] = "M 31"
            self.smoothed("-s", "3", "-o", "out", path)
            with fits.open(path) as old, fits.open(self.path("out", f"{kind}.fits")) as new:
                self.assertEqual(len(new), 2)
                self.assertEqual(str(new[0].header), str(old[0].header))
                self.compare_plane(old[1].data, new[1].data, 3, np.zeros(old[1].shape, bool))


if __name__ == "__main__":
    unittest.main()
