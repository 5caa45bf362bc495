"""Programs in processes of their own, timed in turns."""

import contextlib
import gc
import multiprocessing
import statistics
import time
import traceback

import numpy as np

from libraries import PROGRAMS

# A turn repeats a short call for so long, after one call that is not counted.
TURN = 5e-3
# Threads that wait for work by spinning have given up after this pause.
PAUSE = 0.02


def median(values):
    return statistics.median(values) if values else None


class Failed(RuntimeError):
    """A program could not do it: its own message, or the end of its process."""


class Worker:
    """A fresh process with one program and one workload."""

    def __init__(self, program, workload, threads):
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        arguments = theirs, program, workload, threads
        self.process = context.Process(target=_serve, args=arguments, daemon=True)
        self.process.start()
        theirs.close()
        self.name = program

    def _receive(self, limit=None):
        try:
            if not self.pipe.poll(limit):
                self.process.kill()
                raise Failed(f"more than {limit:.0f} s")
            good, answer = self.pipe.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            raise Failed(f"ended with exit code {self.process.exitcode}") from None
        if not good:
            raise Failed(answer)
        return answer

    def ready(self):
        """Waits until everything is there that the first call needs."""
        self._receive()

    def first(self, limit):
        """Makes the first call: `cold` seconds, and `extra` bytes beyond the caller's arrays."""
        time.sleep(PAUSE)
        self.pipe.send(("first", ()))
        self.cold, self.extra = self._receive(limit)

    def ask(self, name, *arguments):
        self.pipe.send((name, arguments))
        return self._receive()

    def close(self):
        self.pipe.close()
        self.process.join()


def _field(path, name):
    """A number of kilobytes in a file of /proc, as bytes."""
    with open(path) as lines:
        for line in lines:
            if line.startswith(name + ":"):
                return 1024 * int(line.split()[1])
    raise RuntimeError(f"{path} has no {name}")


def _memory(name):
    """VmRSS, what this process has in memory, or VmHWM, the most that it ever had."""
    return _field("/proc/self/status", name)


def _serve(pipe, name, workload, threads):
    try:
        service = _Service(name, workload, threads)
        pipe.send((True, None))
        while True:
            request, arguments = pipe.recv()
            pipe.send((True, getattr(service, request)(*arguments)))
    except EOFError:
        return
    except BaseException as error:
        last = traceback.format_exception_only(type(error), error)[-1].strip()
        with contextlib.suppress(OSError):
            pipe.send((False, last))


class _Service:
    """What a worker does for the one who asks."""

    def __init__(self, name, workload, threads):
        self.workload, self.threads = workload, threads
        self.t, self.x = workload.series()
        self.program = PROGRAMS[name]()
        self.program.prepare(workload, self.t, self.x, threads)

    def first(self):
        gc.collect()
        # The high-water mark starts anew from what is in memory now.
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
        before = _memory("VmRSS")
        seconds = self.once()
        return seconds, max(0, _memory("VmHWM") - before)

    def once(self):
        start = time.perf_counter()
        self.program.run()
        return time.perf_counter() - start

    def turn(self):
        """The median of some calls in a row."""
        seconds = self.once()
        if seconds > 4 * TURN:
            return seconds
        end = time.perf_counter() + TURN
        times = []
        while not times or time.perf_counter() < end:
            times.append(self.once())
        return median(times)

    def power(self, ks, shift):
        """Values of a run with `shift` added to all times."""
        self.program.prepare(self.workload, self.t + shift, self.x, self.threads)
        self.program.run()
        return np.array(self.program.power(ks), np.float64)

    def series_of_calls(self, count):
        """Seconds of `count` calls with as many different series, from the process's start."""
        span = self.workload.span
        generator = np.random.default_rng(3)
        size = count, self.workload.n
        times = np.sort(generator.uniform(0, span, size), axis=1)
        values = generator.normal(size=size)
        start = time.perf_counter()
        for t, x in zip(times, values):
            self.program.use(t, x)
            self.program.run()
        return time.perf_counter() - start


def take_turns(workers, most, seconds):
    """Warm times of each program, one turn of each after the other: A B C A B C ...

    Up to `most` rounds; a slow program takes part in fewer, so that none costs much more than
    `seconds`. Where even one call takes longer, its first call stands for the warm ones.
    """
    rounds = {worker: min(most, int(seconds / worker.cold)) for worker in workers}
    times = {worker.name: [] if rounds[worker] else [worker.cold] for worker in workers}
    for number in range(most):
        for worker in workers:
            if number < rounds[worker]:
                time.sleep(PAUSE)
                times[worker.name].append(worker.ask("turn"))
    return times


@contextlib.contextmanager
def started(programs, workload, threads, limit):
    """Workers of those programs that do this workload within `limit` seconds, after their first
    calls, one after the other; and what became of the rest, by name."""
    workers, failures = [Worker(name, workload, threads) for name in programs], {}

    def attempt(step, *arguments):
        for worker in workers:
            if worker.name not in failures:
                try:
                    step(worker, *arguments)
                except Failed as failure:
                    failures[worker.name] = str(failure)

    try:
        attempt(Worker.ready)
        attempt(Worker.first, limit)
        yield [worker for worker in workers if worker.name not in failures], failures
    finally:
        for worker in workers:
            worker.close()


def available():
    """Bytes of memory that programs can have without swapping."""
    return _field("/proc/meminfo", "MemAvailable")
