"""parallel_map calls a function once with every item, whatever becomes of the others."""

import gc
import os
import signal
import threading
import time
import unittest

import numpy as np

import libfourier

# A job in the background of a shell starts with SIGINT ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


class ParallelMap(unittest.TestCase):
    def test_results_come_in_the_order_of_the_items(self):
        for threads in (None, 1, 2, 5):
            squares = libfourier.parallel_map(lambda i: i * i, range(1000), threads=threads)
            self.assertEqual(squares, [i * i for i in range(1000)])
        self.assertEqual(libfourier.parallel_map(str, []), [])
        self.assertEqual(libfourier.parallel_map(len, iter(["a", "bc"])), [1, 2])

    def test_library_calls_inside_give_the_same_bits(self):
        random = np.random.default_rng(5)
        series = [(np.sort(random.uniform(0, 50, 300)), random.normal(size=300)) for _ in range(20)]

        def spectrum(one):
            return libfourier.power(*one, 0, 0.01, 2000)[1]

        for mapped, plain in zip(libfourier.parallel_map(spectrum, series), map(spectrum, series)):
            self.assertTrue((mapped == plain).all())

    def test_tasks_run_at_the_same_time(self):
        together = threading.Barrier(2, timeout=30)
        libfourier.parallel_map(lambda i: together.wait(), range(2), threads=2)

    def test_every_item_is_done_and_the_first_failure_is_raised(self):
        done = []

        def task(i):
            done.append(i)
            if i in (7, 3, 60):
                raise ValueError(f"item {i}")

        with self.assertRaisesRegex(ValueError, "^item 3$"):
            libfourier.parallel_map(task, range(100))
        self.assertEqual(sorted(done), list(range(100)))

    def test_a_map_inside_a_map(self):
        def row(i):
            return sum(libfourier.parallel_map(lambda j: i * j, range(10)))

        self.assertEqual(libfourier.parallel_map(row, range(10)), [45 * i for i in range(10)])

    def test_progress_is_told_on_the_calling_thread_and_may_cancel(self):
        seen, callers = [], set()

        def report(fraction):
            seen.append(fraction)
            callers.add(threading.get_ident())

        libfourier.parallel_map(lambda i: time.sleep(0.01), range(20), progress=report)
        self.assertEqual((seen[0], seen[-1]), (0.0, 1.0))
        self.assertEqual((seen, callers), (sorted(seen), {threading.get_ident()}))

        done = []

        def cancel(fraction):
            if fraction > 0:
                raise libfourier.CancelledError("enough")

        def task(i):
            time.sleep(0.01)
            done.append(i)

        with self.assertRaisesRegex(libfourier.CancelledError, "enough"):
            libfourier.parallel_map(task, range(10000), progress=cancel)
        self.assertLess(len(done), 1000)

    def test_ctrl_c_ends_it_at_any_moment(self):
        # Python itself loses an interrupt that strikes while the garbage collector frees a thread.
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        items = list(range(100000))
        for moment in range(10):
            done = []

            def task(i):
                done.append(i)
                time.sleep(0.001)

            threading.Timer(0.05 + 0.007 * moment, os.kill, (os.getpid(), signal.SIGINT)).start()
            with self.assertRaises(KeyboardInterrupt):
                libfourier.parallel_map(task, items)
            after = len(done)
            time.sleep(0.01)
            self.assertEqual(len(done), after)

    def test_forks_during_a_map(self):
        def work(_):
            for i in range(2000):
                libfourier.parallel_map(str, range(3))
                if stop.is_set():
                    return

        stop = threading.Event()
        thread = threading.Thread(target=libfourier.parallel_map, args=(work, range(2)))
        thread.start()
        try:
            for _ in range(20):
                copy = os.fork()
                if copy == 0:
                    os._exit(len(libfourier.parallel_map(str, range(9))))
                self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), 9)
        finally:
            stop.set()
            thread.join()

    def test_bad_input(self):
        for settings, words in (({"threads": -1}, "threads: -1"), ({"threads": 2.5}, "threads")):
            with self.assertRaisesRegex((ValueError, TypeError), words):
                libfourier.parallel_map(str, range(3), **settings)
        with self.assertRaises(TypeError):
            libfourier.parallel_map(str, 5)
        with self.assertRaisesRegex(TypeError, "progress"):
            libfourier.parallel_map(str, range(3), progress="bar")


if __name__ == "__main__":
    unittest.main()
