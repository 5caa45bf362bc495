"""libfourier.median_filter gives the numbers of scipy.ndimage.median_filter."""

import itertools
import unittest

import numpy as np
from scipy import ndimage

import libfourier

MODES = ["reflect", "mirror", "nearest", "wrap", "constant"]
KINDS = ["f8", "f4", "i8", "i4", "i2", "u2", "u1"]


def random_image(random, kind, shape):
    style = random.integers(4)
    if kind[0] == "f":
        image = random.normal(size=shape) * 10.0 ** random.integers(-3, 6)
        if style == 1:
            image = random.integers(0, 3, shape).astype(float)
        elif style == 2:
            image = image + np.add.outer(np.arange(shape[0]), np.arange(shape[1]) ** 2.0)
        return image.astype(kind)
    # scipy computes 64-bit integers in double precision: they agree below 2**53 only.
    limits = np.iinfo(kind if kind != "i8" else "i4")
    lowest, highest = [(limits.min, limits.max), (0, 3), (0, 100), (0, 127)][style]
    return random.integers(lowest, highest, shape, dtype=kind, endpoint=True)


def sorted_windows(image, size, mode):
    """The medians by their definition."""
    before_and_after = [(side // 2, side - 1 - side // 2) for side in size]
    names = {"reflect": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap"}
    padded = np.pad(image, before_and_after, mode=names[mode])
    windows = np.lib.stride_tricks.sliding_window_view(padded, size).reshape(*image.shape, -1)
    return np.sort(windows, axis=-1)[..., size[0] * size[1] // 2]


class MedianFilter(unittest.TestCase):
    def same(self, image, size, mode, cval=0.0, **settings):
        wanted = ndimage.median_filter(image, size, mode=mode, cval=cval)
        found = libfourier.median_filter(image, size, mode, cval, **settings)
        text = f"{image.dtype} {image.shape} size {size} {mode} {settings}"
        self.assertEqual(found.dtype, wanted.dtype.newbyteorder("="), text)
        np.testing.assert_array_equal(found, wanted, text)

    def test_random_shapes_sizes_types_and_borders(self):
        random = np.random.default_rng(20)
        done = 0
        while done < 700:
            shape = tuple(int(n) for n in random.integers(1, random.choice([10, 60, 150]), 2))
            size = tuple(int(n) for n in random.integers(1, random.choice([5, 16, 60]), 2))
            mode = MODES[random.integers(5)]
            if np.prod(shape) * np.prod(size) > 1e7:
                continue
            # Where windows reach further than this, scipy reads outside of the image.
            if mode == "reflect" and any(s // 2 >= 4 * n for s, n in zip(size, shape)):
                continue
            image = random_image(random, KINDS[random.integers(7)], shape)
            threads = int(random.integers(1, 4))
            self.same(image, size, mode, float(random.integers(0, 100)), threads=threads)
            done += 1

    def test_windows_far_larger_than_the_image(self):
        random = np.random.default_rng(21)
        for mode, shape, size in itertools.product(
            MODES[:4], [(3, 13), (1, 7), (20, 2), (4, 4)], [(30, 34), (3, 133), (201, 4)]
        ):
            image = random.integers(0, 1000, shape, dtype=np.int32)
            found = libfourier.median_filter(image, size, mode)
            np.testing.assert_array_equal(found, sorted_windows(image, size, mode))

    def test_exact_64_bit_integers(self):
        image = np.arange(2**62, 2**62 + 25).reshape(5, 5)
        found = libfourier.median_filter(image, 3)
        np.testing.assert_array_equal(found, sorted_windows(image, (3, 3), "reflect"))

    def test_byte_orders_strides_and_sequences(self):
        random = np.random.default_rng(22)
        for kind in KINDS:
            image = random_image(random, kind, (41, 52))
            wanted = libfourier.median_filter(image, 5)
            big = image.astype(image.dtype.newbyteorder(">"))
            self.assertTrue(np.array_equal(libfourier.median_filter(big, 5), wanted))
            self.assertTrue(libfourier.median_filter(big, 5).dtype.isnative)
            self.same(image[::2, ::-3], (3, 5), "mirror")
            self.same(image.T, 4, "wrap")
        np.testing.assert_array_equal(libfourier.median_filter([[1, 9, 2]], 3), [[1, 2, 2]])

    def test_other_types_lose_nothing(self):
        random = np.random.default_rng(23)
        for kind in ("i1", "u4", "?", "f2"):
            image = (random.normal(size=(30, 31)) * 50).astype(kind)
            found = libfourier.median_filter(image, 3)
            self.assertEqual(found.dtype, image.dtype)
            np.testing.assert_array_equal(found, sorted_windows(image, (3, 3), "reflect"))
        large = np.full((4, 4), 2**63 - 1, "u8")
        np.testing.assert_array_equal(libfourier.median_filter(large, 3), large)

    def test_nan_is_largest_or_left_out(self):
        image = np.array([[1.0, np.nan, np.nan, 4.0, 5.0]])
        found = libfourier.median_filter(image, (1, 3))
        np.testing.assert_array_equal(found, [[1, np.nan, np.nan, 5, 5]])
        found = libfourier.median_filter(image, (1, 3), nan_policy="omit")
        np.testing.assert_array_equal(found, [[1, 1, 4, 5, 5]])
        nothing = np.full((3, 3), np.nan, "f4")
        found = libfourier.median_filter(nothing, 3, nan_policy="omit")
        np.testing.assert_array_equal(found, nothing)

    def test_empty_images(self):
        for shape in [(0, 0), (0, 3), (3, 0)]:
            self.assertEqual(libfourier.median_filter(np.empty(shape), 3).shape, shape)

    def test_errors_name_the_argument(self):
        image = np.zeros((4, 5), "i2")
        invalid = libfourier.InvalidArgumentError
        for kind, words, arguments in [
            (invalid, "input: shape (4,)", (image[:, 0], 3)),
            (invalid, "input: shape (1, 4, 5)", (image[None], 3)),
            (invalid, "input: not an image", ([[1, 2], [3]], 3)),
            (TypeError, "input: complex128", (image * 1j, 3)),
            (TypeError, "input: object", (image.astype(object), 3)),
            (TypeError, "input: a masked array", (np.ma.masked_equal(image, 0), 3)),
            (invalid, "input: 9223372036854775808", (np.full((2, 2), 2**63, "u8"), 3)),
            (invalid, "size: 0", (image, 0)),
            (invalid, "size: -3", (image, (3, -3))),
            (invalid, "size: (1, 2, 3)", (image, (1, 2, 3))),
            (TypeError, "size: 2.5", (image, 2.5)),
            (invalid, "mode: 'reflected'", (image, 3, "reflected")),
            (invalid, "mode: 0", (image, 3, 0)),
            (invalid, "cval: 0.5", (image, 3, "constant", 0.5)),
            (invalid, "cval: 40000", (image, 3, "constant", 40000)),
            (invalid, "cval: 2", (image > 0, 3, "constant", 2)),
            (TypeError, "cval: 'x'", (image, 3, "constant", "x")),
        ]:
            with self.assertRaises(kind) as caught:
                libfourier.median_filter(*arguments)
            self.assertIn(words, str(caught.exception))
        with self.assertRaises(invalid) as caught:
            libfourier.median_filter(image, 3, nan_policy="propagate")
        self.assertIn("nan_policy: 'propagate'", str(caught.exception))

    def test_cancelling(self):
        def cancel(fraction):
            raise InterruptedError(f"at {fraction}")

        with self.assertRaisesRegex(InterruptedError, "at 0.0"):
            libfourier.median_filter(np.zeros((9, 9)), 3, progress=cancel)


if __name__ == "__main__":
    unittest.main()
