"""libfourier.power and transform agree with the oracle, whatever kind of array they are given."""

import unittest

import numpy as np
import oracle

import libfourier

F0, DF, NF = 0.05, 0.01, 60


class Exactness(unittest.TestCase):
    def check(self, t, x, f0=F0, df=DF, nf=NF, **settings):
        exact = oracle.transform(t, x, f0, df, nf)
        bound = 1e-13 * np.abs(x).sum()
        freq, spectrum = libfourier.transform(t, x, f0, df, nf, **settings)
        self.assertLessEqual(np.abs(spectrum - exact).max(), bound)
        self.assertTrue((freq == oracle.frequencies(f0, df, nf)).all())
        freq, power = libfourier.power(t, x, f0, df, nf, **settings)
        self.assertTrue((freq == oracle.frequencies(f0, df, nf)).all())
        error = np.linalg.norm(power - np.abs(exact) ** 2) / np.linalg.norm(np.abs(exact) ** 2)
        self.assertLessEqual(error, 1e-13)

    def test_times_from_zero(self):
        self.check(*oracle.light_curve(150))

    def test_julian_dates(self):
        self.check(*oracle.light_curve(150, start=2455000.0))

    def test_unsorted_times_and_duplicates(self):
        t, x = oracle.light_curve(100)
        order = np.random.default_rng(2).permutation(100)
        t, x = t[order], x[order]
        t[5] = t[50]
        self.check(t, x)

    def test_negative_and_zero_steps(self):
        t, x = oracle.light_curve(50)
        self.check(t, x, f0=0.0, df=-0.03, nf=20)
        self.check(t, x, f0=1.25, df=0.0, nf=3)

    def test_every_setting(self):
        t, x = oracle.light_curve(80)
        for settings in ({"method": "direct"}, {"method": "auto"}, {"threads": 1}, {"threads": 0}):
            with self.subTest(settings):
                self.check(t, x, **settings)

    def test_tolerance(self):
        t, x = oracle.light_curve(80)
        exact = oracle.transform(t, x, F0, DF, NF)
        spectrum = libfourier.transform(t, x, F0, DF, NF, tolerance=1e-6)[1]
        self.assertLessEqual(np.abs(spectrum - exact).max(), 1e-6 * np.abs(x).sum())

    def test_threads_do_not_change_a_bit(self):
        t, x = oracle.light_curve(500)
        one = libfourier.power(t, x, F0, DF, 3000, threads=1)[1]
        for threads in (2, 3, 7):
            self.assertTrue((libfourier.power(t, x, F0, DF, 3000, threads=threads)[1] == one).all())

    def test_nothing_in_nothing_out(self):
        freq, power = libfourier.power([], [], 0.5, 0.25, 3)
        self.assertEqual(freq.tolist(), [0.5, 0.75, 1.0])
        self.assertEqual(power.tolist(), [0.0, 0.0, 0.0])
        freq, spectrum = libfourier.transform([1, 2], [3, 4], 0, 1, 0)
        self.assertEqual((freq.shape, spectrum.shape), ((0,), (0,)))


class Conversions(unittest.TestCase):
    """What an array holds counts, not how it is stored."""

    def setUp(self):
        t, x = oracle.light_curve(64)
        # Whole numbers of quarters: exact in every type below.
        self.t, self.x = np.round(4 * t) / 4, np.round(4 * x) / 4
        self.expected = libfourier.power(self.t, self.x, F0, DF, NF)[1]

    def check(self, t, x):
        freq, power = libfourier.power(t, x, F0, DF, NF)
        self.assertTrue((power == self.expected).all())
        self.assertEqual((power.dtype, freq.dtype), (np.float64, np.float64))

    def test_lists_and_tuples(self):
        self.check(self.t.tolist(), tuple(self.x.tolist()))

    def test_types(self):
        for dtype in ("<f4", ">f4", ">f8", "<f8", np.longdouble, np.float16, object):
            with self.subTest(dtype):
                self.check(self.t.astype(dtype), self.x.astype(dtype))

    def test_integers_and_booleans(self):
        t, x = np.arange(20), np.arange(20) % 2
        expected = libfourier.power(t.astype(float), x.astype(float), F0, DF, NF)[1]
        for dtype in (np.int8, np.uint16, ">i4", np.int64, np.uint64):
            power = libfourier.power(t.astype(dtype), x.astype(bool), F0, DF, NF)[1]
            self.assertTrue((power == expected).all())

    def test_strides(self):
        table = np.empty((64, 3))
        table[:, 0], table[:, 1] = self.t, self.x
        self.check(table[:, 0], table[:, 1])
        self.check(self.t[::-1][::-1], np.repeat(self.x, 2)[::2])
        backwards = libfourier.power(self.t[::-1], self.x[::-1], F0, DF, NF)[1]
        np.testing.assert_allclose(backwards, self.expected, rtol=1e-9, atol=1e-9)

    def test_rows_of_a_table_of_records(self):
        rows = np.zeros(64, dtype=[("flag", "u1"), ("t", ">f8"), ("x", "<f4")])
        rows["t"], rows["x"] = self.t, self.x
        self.check(rows["t"], rows["x"])

    def test_misaligned_numbers(self):
        raw = np.zeros(64 * 8 + 1, np.uint8)
        t = raw[1:].view(np.float64)
        t[:] = self.t
        self.assertFalse(t.flags.aligned)
        self.check(t, self.x)

    def test_read_only_arrays_and_views(self):
        self.t.flags.writeable = False
        self.check(self.t, memoryview(self.x))

    def test_a_masked_array_without_masked_elements(self):
        self.check(np.ma.array(self.t), np.ma.array(self.x, mask=np.zeros(64, bool)))

    def test_scalars_of_numpy(self):
        power = libfourier.power(self.t, self.x, np.float64(F0), np.array(DF), np.int32(NF))[1]
        self.assertTrue((power == self.expected).all())

    def test_inputs_are_left_alone(self):
        t, x = self.t.copy(), self.x.copy()
        libfourier.power(t, x, F0, DF, NF)
        self.assertTrue((t == self.t).all() and (x == self.x).all())


if __name__ == "__main__":
    unittest.main()
