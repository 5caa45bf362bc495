"""Progress, cancellation, Ctrl-C and the exceptions of progress functions."""

import contextlib
import gc
import io
import os
import signal
import sys
import threading
import time
import unittest
import unittest.mock
import weakref

import numpy as np

import libfourier

# A job in the background of a shell starts with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A direct sum of 8e11 terms: it must be stopped to end.
LONG = (np.arange(100000.0), np.ones(100000), 0.0, 1e-9, 8000000)
SHORT = (np.arange(100.0), np.ones(100), 0.0, 0.001, 500)


def signal_soon(number, after=0.2):
    threading.Timer(after, os.kill, (os.getpid(), number)).start()


class Progress(unittest.TestCase):
    def test_fractions_rise_from_0_to_1(self):
        for function in (libfourier.power, libfourier.transform):
            seen = []
            function(*SHORT, progress=seen.append)
            self.assertEqual((seen[0], seen[-1]), (0.0, 1.0))
            self.assertEqual(seen, sorted(seen))

    def test_it_is_called_on_the_calling_thread(self):
        seen = set()

        def report(fraction):
            seen.add(threading.get_ident())

        worker = threading.Thread(target=libfourier.power, args=SHORT, kwargs={"progress": report})
        worker.start()
        worker.join()
        self.assertEqual(seen, {worker.ident})

    def test_only_an_exception_cancels(self):
        # What a progress function returns is its own affair: tqdm's update returns True at times.
        freq, power = libfourier.power(*SHORT)
        for result in (True, 1, "yes", np.bool_(True), [0]):
            told = libfourier.power(*SHORT, progress=lambda fraction, result=result: result)[1]
            self.assertTrue((told == power).all())

        def cancel(fraction):
            raise libfourier.CancelledError("enough")

        with self.assertRaisesRegex(libfourier.CancelledError, "enough"):
            libfourier.power(*LONG, method="direct", progress=cancel)

    def test_true_draws_a_bar(self):
        for function, settings in (
            (libfourier.power, {"progress": True}),
            (libfourier.transform, {"progress": True}),
        ):
            error = io.StringIO()
            with contextlib.redirect_stderr(error):
                function(*SHORT, **settings)
            self.assertRegex(error.getvalue(), r"100%\|#{10,}\| ")
        error = io.StringIO()
        with contextlib.redirect_stderr(error):
            libfourier.power(*SHORT, progress=False)
        self.assertEqual(error.getvalue(), "")

    def test_without_tqdm_the_bar_is_a_plain_one(self):
        error = io.StringIO()
        hidden = {"tqdm": None, "tqdm.auto": None}
        with unittest.mock.patch.dict(sys.modules, hidden), contextlib.redirect_stderr(error):
            libfourier.power(*SHORT, progress=True)
            with self.assertRaises(libfourier.FourierError):
                libfourier.power([0.0], [np.nan], 0, 1, 5, progress=True)
        self.assertRegex(error.getvalue(), r"^\r.*   0%\| {40}\|.*100%\|#{40}\|\n")

    def test_anything_else_is_refused(self):
        for wrong in (0, 1, "bar"):
            with self.assertRaisesRegex(TypeError, f"progress: {wrong!r}"):
                libfourier.power(*SHORT, progress=wrong)

    def test_an_exception_comes_through(self):
        class Mine(Exception):
            pass

        def report(fraction):
            raise Mine(f"at {fraction}")

        for function in (libfourier.power, libfourier.transform):
            with self.assertRaises(Mine) as caught:
                function(*LONG, method="direct", progress=report)
            self.assertEqual(str(caught.exception), "at 0.0")
        with self.assertRaises(SystemExit):
            libfourier.power(*SHORT, progress=lambda fraction: exit(3))

    def test_a_call_inside_a_progress_function(self):
        inner = []
        libfourier.power(
            *SHORT, progress=lambda fraction: inner.append(libfourier.power(*SHORT)[1]) or False
        )
        outer = libfourier.power(*SHORT)[1]
        self.assertTrue(inner and all((power == outer).all() for power in inner))

    def test_a_progress_function_is_not_kept(self):
        class Report:
            def __call__(self, fraction):
                return False

        report = Report()
        gone = weakref.ref(report)
        libfourier.power(*SHORT, progress=report)
        del report
        gc.collect()
        self.assertIsNone(gone())


class Interrupt(unittest.TestCase):
    def test_ctrl_c_ends_a_long_call(self):
        # Many times at different moments: an interrupt may strike anywhere, and none may be lost.
        for moment in range(10):
            signal_soon(signal.SIGINT, 0.05 + 0.007 * moment)
            start = time.monotonic()
            with self.assertRaises(KeyboardInterrupt):
                libfourier.power(*LONG, method="direct")
            self.assertLess(time.monotonic() - start, 20)

    def test_ctrl_c_with_a_progress_function(self):
        signal_soon(signal.SIGINT)
        with self.assertRaises(KeyboardInterrupt):
            libfourier.transform(*LONG, method="direct", progress=lambda fraction: False)

    def test_any_signal_handler_may_raise(self):
        def handler(number, frame):
            raise TimeoutError("enough")

        before = signal.signal(signal.SIGALRM, handler)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            with self.assertRaisesRegex(TimeoutError, "enough"):
                libfourier.power(*LONG, method="direct")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_the_library_works_afterwards(self):
        expected = libfourier.power(*SHORT)[1]
        signal_soon(signal.SIGINT)
        with self.assertRaises(KeyboardInterrupt):
            libfourier.power(*LONG, method="direct")
        self.assertTrue((libfourier.power(*SHORT)[1] == expected).all())


if __name__ == "__main__":
    unittest.main()
