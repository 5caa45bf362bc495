"""The modules that f2py makes are called as the tutorial of the legacy routines calls them."""

import unittest
import warnings

import cfourier
import ffourier
import numpy as np
import oracle

import libfourier

times = np.linspace(0, 100, 1000)
signal = np.sin(2 * np.pi * 0.1 * times)
f0, df, nf = 0.05, 0.00005, 2000


class Tutorial(unittest.TestCase):
    def test_its_calls(self):
        # fmt: off
        freqf,amplf = ffourier.fourier(times,signal,f0,df,nf)
        freqc,amplc = cfourier.fourier(times,signal,f0,df,nf,np.zeros(2*nf)).reshape((2,-1))
        # fmt: on
        freq, ampl = libfourier.power(times, signal, f0, df, nf)
        for other in (freqf, freqc):
            self.assertTrue((other == freq).all())
        for other in (amplf, amplc):
            self.assertTrue((other == ampl).all())
        self.assertTrue((freq == oracle.frequencies(f0, df, nf)).all())
        exact = np.abs(oracle.transform(times, signal, f0, df, 100)) ** 2
        np.testing.assert_allclose(ampl[:100], exact, rtol=1e-9, atol=1e-12 * ampl.max())
        # The signal has 0.1 Hz; 10 periods leave the peak of its power within a thousandth.
        self.assertAlmostEqual(freqf[amplf.argmax()], 0.1, delta=0.001)

    def test_other_types_and_strides(self):
        t, x = np.arange(40) * 3, np.arange(40) % 5
        freq, power = libfourier.power(t, x, 0.1, 0.01, 30)
        for convert in (list, lambda a: a.astype(">f4"), lambda a: np.repeat(a, 2)[::2]):
            freqf, powerf = ffourier.fourier(convert(t), convert(x), 0.1, 0.01, 30)
            fr = cfourier.fourier(convert(t), convert(x), 0.1, 0.01, 30, np.zeros(60))
            self.assertTrue((powerf == power).all() and (fr[30:] == power).all())
            self.assertTrue((freqf == freq).all() and (fr[:30] == freq).all())

    def test_the_c_routine_fills_the_array_it_is_given(self):
        fr = np.zeros(2 * nf)
        self.assertIs(cfourier.fourier(times, signal, f0, df, nf, fr), fr)
        self.assertGreater(fr[nf:].max(), 0)

    def test_sizes_that_do_not_fit(self):
        with self.assertRaises(Exception):
            ffourier.fourier(times, signal[1:], f0, df, nf)
        with self.assertRaises(Exception):
            cfourier.fourier(times, signal[1:], f0, df, nf, np.zeros(2 * nf))


class BadInput(unittest.TestCase):
    def test_nan_out_and_a_warning_with_the_reason(self):
        bad = signal.copy()
        bad[17] = np.nan
        with self.assertWarnsRegex(RuntimeWarning, r"x\[17\] is NaN"):
            freq, power = ffourier.fourier(times, bad, f0, df, 10)
        self.assertTrue(np.isnan(freq).all() and np.isnan(power).all())
        with self.assertWarnsRegex(RuntimeWarning, r"x\[17\] is NaN"):
            fr = cfourier.fourier(times, bad, f0, df, 10, np.zeros(20))
        self.assertTrue(np.isnan(fr).all())
        with self.assertWarnsRegex(RuntimeWarning, "nf2"):
            self.assertTrue(np.isnan(cfourier.fourier(times, signal, 0, 1, 5, np.zeros(9))).all())

    def test_a_warning_may_be_an_error(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with self.assertRaisesRegex(RuntimeWarning, "f0 is inf"):
                ffourier.fourier(times, signal, np.inf, df, 10)

    def test_good_input_warns_of_nothing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            ffourier.fourier(times, signal, f0, df, 10)
            cfourier.fourier(times, signal, f0, df, 10, np.zeros(20))


if __name__ == "__main__":
    unittest.main()
