"""Calls release the GIL, may run in several Python threads, and work in forked children."""

import multiprocessing
import threading
import time
import unittest

import numpy as np
import oracle

import ffourier
import libfourier

# As the tutorial forks: a child inherits the parent's memory, with the library in use.
FORK = multiprocessing.get_context("fork")
PATIENCE = 120


class Gil(unittest.TestCase):
    def test_python_runs_during_a_call(self):
        t, x = oracle.light_curve(1000)

        def call(nf):
            libfourier.power(t, x, 0.0, 1e-4, nf, threads=1, method="direct")

        nf, duration = 1000, 0.0
        while duration < 0.5:
            nf *= 2
            start = time.perf_counter()
            call(nf)
            duration = time.perf_counter() - start

        # The longest time for which this thread stood still while another was in a call.
        worker = threading.Thread(target=call, args=(nf,))
        begin = last = time.perf_counter()
        worker.start()
        longest = 0.0
        while worker.is_alive():
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        self.assertLess(longest, 0.5 * (last - begin))

    def test_two_calls_are_under_way_at_once(self):
        t, x = oracle.light_curve(300)
        expected = libfourier.power(t, x, 0.1, 1e-3, 4000)[1]
        meeting = threading.Barrier(2)
        results = {}

        def call(name):
            def report(fraction):
                if fraction == 0:
                    meeting.wait(PATIENCE)

            results[name] = libfourier.power(t, x, 0.1, 1e-3, 4000, progress=report)[1]

        workers = [threading.Thread(target=call, args=(name,)) for name in "ab"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE)
        self.assertTrue((results["a"] == expected).all() and (results["b"] == expected).all())

    def test_errors_stay_in_their_thread(self):
        problems = []

        def call(position):
            x = np.ones(20)
            x[position] = np.nan
            for _ in range(200):
                try:
                    libfourier.power(np.arange(20), x, 0, 1, 2)
                except ValueError as error:
                    if f"x[{position}]" in str(error):
                        continue
                problems.append(position)

        workers = [threading.Thread(target=call, args=(position,)) for position in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE)
        self.assertEqual(problems, [])


def fourier_process(compute, times, signal, f0, df, nf, power, start):
    f1, s1 = compute(times, signal, f0, df, nf)
    power[start : start + nf] = s1


def fourier(compute, times, signal, f0, df, nf):
    """The spectrum in one piece a processor, each in a process of its own."""
    nproc = multiprocessing.cpu_count()
    arr = FORK.Array("d", range(nf))
    processes = []
    for i in range(nproc):
        nf_run = nf // nproc
        start = i * nf_run
        startf = f0 + start * df
        p = FORK.Process(
            target=fourier_process,
            args=(compute, times, signal, startf, df, nf_run, arr, start),
        )
        p.start()
        processes.append(p)
    for p in processes:
        p.join(PATIENCE)
    codes = [p.exitcode for p in processes]
    for p in processes:
        p.kill()
    return codes, np.array(arr)


class Fork(unittest.TestCase):
    def setUp(self):
        self.times = np.linspace(0, 100, 1000)
        self.signal = np.sin(2 * np.pi * 0.1 * self.times)

    def check(self, compute):
        nproc = multiprocessing.cpu_count()
        f0, df, nf = 0.05, 0.00005, 500 * nproc
        # The parent uses the library first: its threads exist when it forks.
        pieces = [
            compute(self.times, self.signal, f0 + i * 500 * df, df, 500)[1] for i in range(nproc)
        ]
        for _ in range(3):
            codes, power = fourier(compute, self.times, self.signal, f0, df, nf)
            self.assertEqual(codes, [0] * nproc)
            self.assertTrue((power == np.concatenate(pieces)).all())
        whole = compute(self.times, self.signal, f0, df, nf)[1]
        np.testing.assert_allclose(power, whole, rtol=1e-9, atol=1e-9 * whole.max())

    def test_the_parallel_version_of_the_f2py_module(self):
        self.check(ffourier.fourier)

    def test_the_parallel_version_of_ctypes(self):
        self.check(libfourier.power)

    def test_fork_while_other_threads_compute(self):
        expected = libfourier.power(self.times, self.signal, 0.05, 1e-4, 500)[1]
        enough = threading.Event()

        def busy():
            while not enough.is_set():
                libfourier.power(self.times, self.signal, 0.05, 1e-4, 500)

        workers = [threading.Thread(target=busy) for _ in range(2)]
        for worker in workers:
            worker.start()
        try:
            for _ in range(10):
                arr = FORK.Array("d", 500, lock=False)
                arguments = (libfourier.power, self.times, self.signal, 0.05, 1e-4, 500, arr, 0)
                p = FORK.Process(target=fourier_process, args=arguments)
                p.start()
                p.join(PATIENCE)
                code = p.exitcode
                p.kill()
                self.assertEqual(code, 0)
                self.assertTrue((np.array(arr) == expected).all())
        finally:
            enough.set()
            for worker in workers:
                worker.join(PATIENCE)

    def test_a_pool_of_processes(self):
        libfourier.power(self.times, self.signal, 0.05, 1e-4, 500)
        jobs = [(self.times, self.signal, 0.05 * i, 1e-4, 500) for i in range(8)]
        with FORK.Pool(4) as pool:
            results = pool.starmap_async(libfourier.power, jobs).get(PATIENCE)
        for job, (freq, power) in zip(jobs, results):
            self.assertTrue((power == libfourier.power(*job)[1]).all())

    def test_an_error_of_a_child_reaches_the_parent(self):
        with FORK.Pool(1) as pool:
            job = pool.apply_async(libfourier.power, ([1, 2], [1, np.nan], 0, 1, 2))
            with self.assertRaisesRegex(libfourier.NotFiniteError, r"x\[1\]"):
                job.get(PATIENCE)


if __name__ == "__main__":
    unittest.main()
