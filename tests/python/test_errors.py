"""Every failure of libfourier raises an exception that names the argument and its value."""

import ctypes
import pickle
import unittest

import numpy as np

import libfourier
from libfourier._library import library
from libfourier._signatures import SIGNATURES
from libfourier._status import check

T, X = np.arange(10.0), np.ones(10)


class Arguments(unittest.TestCase):
    def refused(self, kinds, words, *arguments, **settings):
        for function in (libfourier.power, libfourier.transform):
            with self.assertRaises(kinds[0]) as caught:
                function(*arguments, **settings)
            for kind in kinds:
                self.assertIsInstance(caught.exception, kind)
            for word in words:
                self.assertIn(word, str(caught.exception))

    def test_sizes_and_shapes(self):
        kinds = (libfourier.InvalidArgumentError, libfourier.FourierError, ValueError)
        self.refused(kinds, ["t has 10", "x has 9"], T, X[1:], 0, 1, 3)
        self.refused(kinds, ["t: shape (2, 5)"], T.reshape(2, 5), X, 0, 1, 3)
        self.refused(kinds, ["x: shape ()"], T, 1.0, 0, 1, 3)
        self.refused(kinds, ["x: "], T, [1, [2, 3]], 0, 1, 3)

    def test_numbers_that_are_not_finite(self):
        kinds = (libfourier.NotFiniteError, libfourier.FourierError, ValueError)
        bad = X.copy()
        bad[7] = np.nan
        self.refused(kinds, ["x[7]", "NaN"], T, bad, 0, 1, 3)
        bad[7] = -np.inf
        self.refused(kinds, ["t[7]", "inf"], bad, X, 0, 1, 3)
        self.refused(kinds, ["f0", "inf"], T, X, np.inf, 1, 3)
        self.refused(kinds, ["df", "NaN"], T, X, 0, np.nan, 3)
        self.refused(kinds, ["x[0]", "NaN"], T, [None] * 10, 0, 1, 3)

    def test_counts(self):
        kinds = (libfourier.InvalidArgumentError, ValueError)
        self.refused(kinds, ["nf", "-3"], T, X, 0, 1, -3)
        self.refused(kinds, ["nf", str(2**64)], T, X, 0, 1, 2**64)
        self.refused((libfourier.OutOfMemoryError, MemoryError), ["nf"], T, X, 0, 1, 2**62)
        self.refused((libfourier.OutOfMemoryError, MemoryError), ["nf"], T, X, 0, 1, 2**53)
        self.refused((TypeError,), ["nf", "3.0"], T, X, 0, 1, 3.0)
        self.refused((TypeError,), ["nf", "'3'"], T, X, 0, 1, "3")

    def test_types(self):
        self.refused((TypeError,), ["x", "complex128", "real"], T, X * 1j, 0, 1, 3)
        self.refused((TypeError,), ["t", "complex64", "real"], T.astype("c8"), X, 0, 1, 3)
        self.refused((TypeError,), ["t"], np.array([1, 2j], object), X, 0, 1, 3)
        self.refused((TypeError,), ["x"], T, ["1"] * 10, 0, 1, 3)
        self.refused((TypeError,), ["t", "datetime64"], T.astype("datetime64[D]"), X, 0, 1, 3)
        self.refused((TypeError,), ["f0", "1j"], T, X, 1j, 1, 3)
        self.refused((TypeError,), ["f0", "'0'"], T, X, "0", 1, 3)
        self.refused((TypeError,), ["df", "[1]"], T, X, 0, [1], 3)
        self.refused((ValueError,), ["f0"], T, X, 10**400, 1, 3)

    def test_masked_elements(self):
        self.refused((TypeError,), ["x", "masked"], T, np.ma.masked_greater(T, 5), 0, 1, 3)

    def test_settings(self):
        invalid = (libfourier.InvalidArgumentError, ValueError)
        for tolerance in (0, -1, 2, np.nan):
            self.refused(invalid, ["tolerance", str(tolerance)], T, X, 0, 1, 3, tolerance=tolerance)
        self.refused((TypeError,), ["tolerance"], T, X, 0, 1, 3, tolerance="small")
        for threads in (-1, 1025, 2**32 + 1):
            self.refused(invalid, ["threads", str(threads)], T, X, 0, 1, 3, threads=threads)
        self.refused((TypeError,), ["threads", "1.5"], T, X, 0, 1, 3, threads=1.5)
        self.refused(invalid, ["method", "slow", "direct"], T, X, 0, 1, 3, method="slow")
        self.refused(invalid, ["method", "['fast']"], T, X, 0, 1, 3, method=["fast"])
        self.refused((TypeError,), ["progress", "7"], T, X, 0, 1, 3, progress=7)

    def test_missing_arguments(self):
        with self.assertRaises(TypeError):
            libfourier.power(T, X, 0, 1)
        with self.assertRaises(TypeError):
            libfourier.power(T, X, 0, 1, 3, 1e-6)  # settings have names


class Classes(unittest.TestCase):
    def test_each_status_has_its_exception(self):
        for status, kind in (
            (libfourier.Status.INVALID_ARGUMENT, ValueError),
            (libfourier.Status.NOT_FINITE, ValueError),
            (libfourier.Status.OUT_OF_MEMORY, MemoryError),
            (libfourier.Status.NOT_SUPPORTED, NotImplementedError),
            (libfourier.Status.TOLERANCE_UNREACHABLE, ValueError),
            (libfourier.Status.INTERNAL, libfourier.FourierError),
            (-2, OSError),
        ):
            with self.assertRaises(libfourier.FourierError) as caught:
                check(status)
            self.assertIsInstance(caught.exception, kind)
            self.assertEqual(caught.exception.status, status)

    def test_exceptions_travel_between_processes(self):
        for error in (
            libfourier.NotFiniteError("x[7] is NaN"),
            libfourier.SystemCallError(2, "no such file"),
        ):
            copy = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(copy), str(copy)), (type(error), str(error)))
            self.assertEqual(copy.status, error.status)

    def test_every_c_function_has_its_types(self):
        for name, (result, arguments) in SIGNATURES.items():
            function = getattr(library, name)
            self.assertEqual(function.restype, result)
            self.assertEqual(function.argtypes, arguments)
        with self.assertRaises(ctypes.ArgumentError):
            library.fourier_power("n", None, None, 0, 0, 0, None, None, None)


class Threads(unittest.TestCase):
    def tearDown(self):
        libfourier.set_num_threads(0)

    def test_number_of_threads(self):
        automatic = libfourier.get_num_threads()
        libfourier.set_num_threads(3)
        self.assertEqual(libfourier.get_num_threads(), 3)
        libfourier.set_num_threads(0)
        self.assertEqual(libfourier.get_num_threads(), automatic)
        for threads in (-1, 1025, 2**32):
            with self.assertRaisesRegex(ValueError, f"threads.*{threads}"):
                libfourier.set_num_threads(threads)
        self.assertEqual(libfourier.get_num_threads(), automatic)

    def test_version(self):
        self.assertRegex(libfourier.version(), r"^\d+\.\d+\.\d+$")


if __name__ == "__main__":
    unittest.main()
