"""Quantities and times of astropy keep their units, or are refused with a hint."""

import unittest

import astropy.units as u
import numpy as np
from astropy.table import Column, MaskedColumn
from astropy.time import Time, TimeDelta
from astropy.utils.masked import Masked

import libfourier

T = np.array([0.0, 1.5, 2.25, 7.0, 7.5])
X = np.array([1.0, -2.0, 0.5, 3.0, 1.0])
PLAIN = libfourier.power(T, X, 0.5, 0.25, 7)


class Spectra(unittest.TestCase):
    def same(self, result, of_time=None, of_power=None):
        for one, plain, unit in zip(result, PLAIN, (of_time, of_power)):
            if unit is None:
                self.assertIs(type(one), np.ndarray)
            else:
                self.assertEqual(one.unit, unit)
                one = one.value
            np.testing.assert_allclose(one, plain, rtol=1e-12, atol=1e-12)

    def test_plain_numbers_stay_plain(self):
        self.same(libfourier.power(T, X, 0.5, 0.25, 7))

    def test_times_and_values_with_units(self):
        days, magnitudes = T * u.day, X * u.Jy
        self.same(libfourier.power(days, X, 0.5 / u.day, 0.25 / u.day, 7), 1 / u.day)
        self.same(libfourier.power(T, magnitudes, 0.5, 0.25, 7), None, u.Jy**2)
        self.same(
            libfourier.power(days, magnitudes, 0.5 / u.day, 0.25 / u.day, 7), 1 / u.day, u.Jy**2
        )
        freq, spectrum = libfourier.transform(days, magnitudes, 0 * u.Hz, 0.25 / u.day, 7)
        self.assertEqual((freq.unit, spectrum.unit), (1 / u.day, u.Jy))

    def test_units_are_converted(self):
        f0, df = (0.5 / u.day).to(u.uHz), (0.25 / u.day).to(1 / u.hour)
        self.same(libfourier.power(T * u.day, X, f0, df, 7), 1 / u.day)
        self.same(libfourier.power([t * u.day for t in T], X, f0, df, 7), 1 / u.day)

    def test_times_of_every_kind(self):
        per_day = 0.5 / u.day, 0.25 / u.day
        # Days since 1858 would cost eight digits: a Time counts from its first element.
        for scale in ("utc", "tdb"):
            begin = Time("2009-05-02T00:00:00.25", scale=scale)
            self.same(libfourier.power(begin + T * u.day, X, *per_day, 7), 1 / u.day)
        self.same(libfourier.power(TimeDelta(T, format="jd"), X, *per_day, 7), 1 / u.day)
        self.same(libfourier.power(Column(T, unit="d"), X, *per_day, 7), 1 / u.day)
        self.same(libfourier.power(Column(T), X, 0.5, 0.25, 7))
        freq, power = libfourier.power(Time([], format="jd"), [], *per_day, 2)
        self.assertEqual(list(power), [0, 0])

    def test_zero_needs_no_unit(self):
        freq, _ = libfourier.power(T * u.day, X, 0, 0.25 / u.day, 7)
        self.assertEqual(freq[1], 0.25 / u.day)

    def test_what_does_not_fit_is_refused(self):
        days = T * u.day
        for words, arguments in (
            ("f0: 0.5 has no unit, but t has d", (days, X, 0.5, 0.25 / u.day, 7)),
            ("df: 0.25 has no unit, but t has d", (days, X, 0.5 / u.day, 0.25, 7)),
            ("f0: .* has a unit, but t has none", (T, X, 0.5 / u.day, 0.25, 7)),
            ("f0: .*not convertible", (days, X, 0.5 / u.m, 0.25 / u.day, 7)),
            ("df: .*not convertible", (days, X, 0.5 / u.day, 0.25 * u.day, 7)),
        ):
            with self.assertRaisesRegex(TypeError, words):
                libfourier.power(*arguments)

    def test_masked_elements_are_refused(self):
        masked = Masked(X * u.Jy, mask=[0, 0, 1, 0, 0])
        column = MaskedColumn(X, mask=[0, 0, 1, 0, 0], unit="Jy")
        for values in (masked, column):
            with self.assertRaisesRegex(TypeError, "x: a masked array"):
                libfourier.power(T, values, 0.5, 0.25, 7)
        times = Time(T, format="jd")
        times[1] = np.ma.masked
        with self.assertRaisesRegex(TypeError, "t: a masked array"):
            libfourier.power(times, X, 0.5 / u.day, 0.25 / u.day, 7)
        unmasked = Masked(X * u.Jy, mask=np.zeros(5, bool))
        self.same(libfourier.power(T, unmasked, 0.5, 0.25, 7), None, u.Jy**2)

    def test_units_of_others_are_refused_with_a_hint(self):
        class Foreign(np.ndarray):
            units = "furlong"

        with self.assertRaisesRegex(TypeError, "t: a Foreign with the unit furlong.*plain numbers"):
            libfourier.power(T.view(Foreign), X, 0.5, 0.25, 7)


class Images(unittest.TestCase):
    def test_an_image_keeps_its_unit(self):
        image = np.arange(20, dtype=np.float32).reshape(4, 5)
        plain = libfourier.median_filter(image, 3, "constant", 1000.0)
        filtered = libfourier.median_filter(image * u.mJy, 3, "constant", 1 * u.Jy)
        self.assertEqual((filtered.unit, filtered.dtype), (u.mJy, np.float32))
        self.assertTrue((filtered.value == plain).all())
        with self.assertRaisesRegex(TypeError, "cval: .* has a unit"):
            libfourier.median_filter(image, 3, "constant", 1 * u.Jy)
        with self.assertRaisesRegex(TypeError, "cval: .*not convertible"):
            libfourier.median_filter(image * u.mJy, 3, "constant", 1 * u.m)


if __name__ == "__main__":
    unittest.main()
