"""A run that is interrupted or killed leaves whole files or none, and the next one clears up."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import unittest

from astropy.io import fits

from smooth_fits_judge import PROGRAM, Files


class Interrupts(Files):
    def test_whole_files_or_none(self):
        names = [f"{number}.fits" for number in range(40)]
        data = self.image("f8", (700, 700))
        for name in names:
            self.write(name, [fits.PrimaryHDU(data)])
        out = self.path("out")
        for stop in (signal.SIGINT, signal.SIGTERM):
            shutil.rmtree(out, ignore_errors=True)
            command = [PROGRAM, "-s", "101", "-o", "out", *names]
            program = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.PIPE, text=True)
            deadline = time.monotonic() + 60
            while not (os.path.isdir(out) and any(n in names for n in os.listdir(out))):
                self.assertLess(time.monotonic(), deadline)
                self.assertIsNone(program.poll())
                time.sleep(0.002)
            program.send_signal(stop)
            _, errors = program.communicate(timeout=60)
            self.assertEqual(program.returncode, -stop)
            self.assertRegex(errors, r"^smooth_fits: interrupted: \d+ of 40 files were not written")
            self.assertEqual(self.partial_files(), [])
            written = os.listdir(out)
            self.assertTrue(0 < len(written) < 40, written)
            self.assertIn(f": {40 - len(written)} of", errors)
            whole = [pathlib.Path(out, name).read_bytes() for name in written]
            self.assertEqual(len(set(whole)), 1)
            self.assertEqual(len(whole[0]) % 2880, 0)

    def start(self, *names, **settings):
        """Starts the program on big images, which keep it busy for seconds."""
        for name in names:
            if not os.path.exists(self.path(name)):
                self.write(name, [fits.PrimaryHDU(self.image("f8", (700, 700)))])
        command = [PROGRAM, "-s", "101", "-o", "out", *names]
        settings = {"cwd": self.folder, "stderr": subprocess.PIPE, "text": True, **settings}
        program = subprocess.Popen(command, **settings)
        deadline = time.monotonic() + 60
        while not self.partial_files():
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(program.poll())
            time.sleep(0.002)
        return program

    def workers_of(self, program):
        listing = pathlib.Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text()
        return [int(pid) for pid in listing.split()]

    def test_a_signal_is_obeyed_at_once(self):
        program = self.start("1.fits", "2.fits", "3.fits")
        start = time.monotonic()
        program.send_signal(signal.SIGTERM)
        _, errors = program.communicate(timeout=60)
        self.assertLess(time.monotonic() - start, 1)
        self.assertEqual(program.returncode, -signal.SIGTERM)
        self.assertEqual(
            errors, "smooth_fits: interrupted: 3 of 3 files were not written\n"
        )
        self.assertEqual(os.listdir(self.path("out")), [])

    def test_signals_that_are_ignored_stay_so(self):
        # As nohup and a shell's & do it.
        for ignored in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            program = self.start(
                "1.fits", preexec_fn=lambda: signal.signal(ignored, signal.SIG_IGN), process_group=0
            )
            os.killpg(program.pid, ignored)
            _, errors = program.communicate(timeout=60)
            self.assertEqual((program.returncode, errors), (0, ""))
            self.assertEqual(os.listdir(self.path("out")), ["1.fits"])
            os.remove(self.path("out", "1.fits"))

    def test_a_killed_worker_costs_its_file(self):
        program = self.start("1.fits", "2.fits", "3.fits")
        os.kill(self.workers_of(program)[0], signal.SIGKILL)
        _, errors = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 1)
        self.assertRegex(errors, r"^smooth_fits: \d.fits: .* signal 9 \(Killed\).*\n$")
        self.assertEqual(len(os.listdir(self.path("out"))), 2)
        self.assertEqual(self.partial_files(), [])

    def test_workers_end_with_the_program(self):
        program = self.start("1.fits", "2.fits")
        workers = self.workers_of(program)
        program.kill()
        program.communicate(timeout=60)
        deadline = time.monotonic() + 10
        while any(os.path.exists(f"/proc/{pid}/exe") for pid in workers):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        self.assertEqual(self.partial_files(), [])

    def test_what_killed_runs_left_is_cleared(self):
        here = socket.gethostname()
        ended = subprocess.Popen(["true"])
        ended.wait()
        gone = [f".a.fits.part-{ended.pid}@{here}", f".b.part-x.part-{ended.pid}"]
        kept = [
            f".a.fits.part-{os.getpid()}@{here}",
            f".a.fits.part-{ended.pid}@another{here}",
            f"a.fits.part-{ended.pid}@{here}",
            f".a.fits.part-{ended.pid}x",
            ".a.fits.part-",
            ".profile",
        ]
        os.mkdir(self.path("out"))
        for name in gone + kept:
            pathlib.Path(self.path("out", name)).write_text("SIMPLE")
        self.write("a.fits", [fits.PrimaryHDU(self.image())])
        self.smoothed("-s", "3", "-o", "out", "a.fits")
        self.assertEqual(sorted(os.listdir(self.path("out"))), sorted([*kept, "a.fits"]))

    def test_killed_with_its_workers_and_run_again(self):
        program = self.start("1.fits", "2.fits", process_group=0)
        os.killpg(program.pid, signal.SIGKILL)
        program.communicate(timeout=60)
        self.assertNotEqual(self.partial_files(), [])
        self.smoothed("-s", "3", "-o", "out", "1.fits", "2.fits")
        self.assertEqual(sorted(os.listdir(self.path("out"))), ["1.fits", "2.fits"])
        self.compare(self.path("1.fits"), self.path("out", "1.fits"), 3, [0])


if __name__ == "__main__":
    unittest.main()
