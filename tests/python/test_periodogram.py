"""Periodograms and prewhitening agree with plain least-squares fits of numpy."""

import math
import unittest
import warnings

import numpy as np

import libfourier


def series(n=120, seed=3):
    random = np.random.default_rng(seed)
    t = 2455000 + np.sort(random.uniform(0, 50, n))
    dy = random.uniform(0.1, 0.4, n)
    y = 12 + 0.8 * np.sin(2 * np.pi * 1.37 * t) + random.normal(0, dy)
    return t, y, dy


def explained(t, y, dy, frequency, terms=1, mean=True):
    """The part of the weighted scatter that the best model explains, by numpy.linalg.lstsq."""
    tau, weight = t - t.mean(), 1 / dy
    z = y - np.average(y, weights=weight**2)
    columns = [np.ones_like(tau)] if mean else []
    for term in range(1, terms + 1):
        phase = 2 * np.pi * term * frequency * tau
        columns += [np.sin(phase), np.cos(phase)]
    design = np.column_stack(columns) * weight[:, None]
    fit = np.linalg.lstsq(design, z * weight, rcond=None)[0]
    rest = z * weight - design @ fit
    return 1 - rest @ rest / ((z * weight) @ (z * weight))


class Periodograms(unittest.TestCase):
    def test_power_is_what_the_best_model_explains(self):
        t, y, dy = series()
        for settings in ({}, {"fit_mean": False}, {"terms": 3}):
            freq, power = libfourier.lomb_scargle(t, y, 0.3, 0.05, 60, dy=dy, **settings)
            model = settings.get("terms", 1), settings.get("fit_mean", True)
            exact = [explained(t, y, dy, f, *model) for f in freq]
            self.assertLess(np.abs(power - exact).max(), 1e-10, settings)

    def test_normalizations_are_those_of_the_standard_one(self):
        t, y, dy = series()
        grid = t, y, 0.3, 0.05, 60
        powers = {
            name: libfourier.lomb_scargle(*grid, dy=dy, normalization=name)[1]
            for name in ("standard", "model", "log", "psd")
        }
        p = powers["standard"]
        chi2 = np.sum(((y - np.average(y, weights=dy**-2)) / dy) ** 2)
        np.testing.assert_allclose(powers["model"], p / (1 - p), rtol=1e-10)
        np.testing.assert_allclose(powers["log"], -np.log1p(-p), rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(powers["psd"], p * chi2 / 2, rtol=1e-10)

    def test_same_bits_for_any_number_of_threads(self):
        t, y, dy = series(500)
        one, two = (
            libfourier.lomb_scargle(t, y, 0, 1e-3, 50000, dy=dy, threads=threads)[1]
            for threads in (1, 2)
        )
        self.assertTrue((one == two).all())

    def test_false_alarm_probabilities_are_those_of_the_literature(self):
        t, y, dy = series()
        n, z, fmax = t.size, 0.3, 5.0
        single = (1 - z) ** ((n - 3) / 2)
        weighted = np.average(t, weights=dy**-2)
        variance = np.average((t - weighted) ** 2, weights=dy**-2)
        plain = [fmax * math.sqrt(4 * math.pi * v) for v in (np.var(t), variance)]
        gamma = math.sqrt(2 / (n - 1)) * math.exp(math.lgamma((n - 1) / 2) - math.lgamma((n - 2) / 2))
        taus = [gamma * w * (1 - z) ** ((n - 4) / 2) * math.sqrt((n - 1) * z / 2) for w in plain]
        told = libfourier.false_alarm_probability(t, y, fmax, z, dy=dy, significance="single")
        self.assertAlmostEqual(told / single, 1, delta=1e-10)
        told = libfourier.false_alarm_probability(t, y, fmax, z, dy=dy)
        expected = [1 - (1 - single) * math.exp(-tau) for tau in taus]
        self.assertTrue(any(abs(told / value - 1) < 1e-6 for value in expected), (told, expected))

    def test_levels_are_the_inverse_of_probabilities(self):
        t, y, dy = series()
        for significance in ("single", "naive", "davies", "baluev"):
            for probability in (0.1, 1e-3, 1e-30, 1e-300):
                settings = dict(dy=dy, significance=significance)
                level = libfourier.false_alarm_level(t, y, 5.0, probability, **settings)
                back = libfourier.false_alarm_probability(t, y, 5.0, level, log=True, **settings)
                self.assertAlmostEqual(back / math.log(probability), 1, delta=1e-9)

    def test_model_goes_through_the_values_it_was_made_of(self):
        t = np.linspace(0, 9, 40)
        y = 3 + 2 * np.sin(2 * np.pi * 0.77 * t) - np.cos(2 * np.pi * 1.54 * t)
        model = libfourier.lomb_scargle_model(t, y, 0.77, t, terms=2)
        self.assertLess(np.abs(model - y).max(), 1e-10)

    def test_window_is_one_at_zero(self):
        t, _, dy = series()
        freq, power = libfourier.window(t, 0, 0.1, 30, dy=dy)
        weight = dy**-2 / np.sum(dy**-2)
        exact = np.abs(np.exp(2j * np.pi * np.outer(freq, t - t.mean())) @ weight) ** 2
        self.assertLess(np.abs(power - exact).max(), 1e-10)

    def test_bad_input_is_named(self):
        t, y, dy = series(20)
        for arguments, settings, told in (
            ((t, y, 0, 0.1, 5), {"dy": 0 * dy}, "dy"),
            ((t, y, 0, 0.1, 5), {"dy": -dy}, "dy"),
            ((t, y, 0, 0.1, 5), {"dy": dy * np.nan}, "dy"),
            ((t, y, 0, 0.1, 5), {"terms": 0}, "terms"),
            ((t, y, 0, 0.1, 5), {"terms": 10}, "terms"),
            ((t[:0], y[:0], 0, 0.1, 5), {}, "n"),
            ((t, y, np.inf, 0.1, 5), {}, "f0"),
        ):
            with self.assertRaisesRegex(ValueError, told):
                libfourier.lomb_scargle(*arguments, **settings)
        for probability in (0, 1, -1, 2, np.nan):
            with self.assertRaisesRegex(ValueError, "probability"):
                libfourier.false_alarm_level(t, y, 5, probability)
        for fmax in (0, -1, np.nan):
            with self.assertRaisesRegex(ValueError, "fmax"):
                libfourier.false_alarm_probability(t, y, fmax, 0.5)


class Prewhitening(unittest.TestCase):
    def test_sinusoids_and_residuals_add_up_to_the_values(self):
        random = np.random.default_rng(7)
        t = np.sort(random.uniform(0, 100, 600))
        y = 3 + np.sin(2 * np.pi * (0.51 * t + 0.2)) + 0.5 * np.sin(2 * np.pi * 2.3 * t)
        y += random.normal(0, 0.1, t.size)
        found = libfourier.prewhiten(t, y, 0, 0.001, 5000)
        self.assertEqual(len(found), 2)
        for sinusoid, truth in zip(found, (0.51, 2.3)):
            pull = (sinusoid["frequency"] - truth) / sinusoid["frequency_error"]
            self.assertLess(abs(pull), 4)
        model = sum(
            s["amplitude"] * np.sin(2 * np.pi * (s["frequency"] * (t - found.t0) + s["phase"]))
            for s in found
        )
        mean = y - model - found.residuals
        self.assertLess(np.ptp(mean), 1e-10)

    def test_merged_peaks_are_warned_of(self):
        t = np.linspace(0, 100, 1000)
        y = np.sin(2 * np.pi * 1.0 * t) + 0.8 * np.sin(2 * np.pi * (1.005 * t + 0.25))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            libfourier.prewhiten(t, y, 0, 0.001, 4000, most=3)
        self.assertTrue(any("closer than 1/T" in str(warning.message) for warning in told))

    def test_bad_input_is_named(self):
        t, y = np.arange(10.0), np.arange(10.0)
        with self.assertRaisesRegex(ValueError, "least_snr"):
            libfourier.prewhiten(t, y, 0, 0.1, 5, least_snr=-1)
        with self.assertRaisesRegex(ValueError, "df"):
            libfourier.prewhiten(t, y, 0, 0, 5)
        with self.assertRaisesRegex(ValueError, "width"):
            libfourier.prewhiten(t, y, 0, 0.1, 5, noise_window=0)
        with self.assertRaisesRegex(ValueError, "dy"):
            libfourier.peaks(t, y, 0, 0.1, 5, dy=0 * y)


if __name__ == "__main__":
    unittest.main()
