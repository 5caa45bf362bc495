"""Class Process of libfourier: programs are driven from Python, and nothing is left behind."""

import gc
import os
import pathlib
import signal
import sys
import tempfile
import threading
import time
import unittest

from libfourier import (
    FourierError,
    InvalidArgumentError,
    NotFiniteError,
    Process,
    StatusLostError,
    SystemCallError,
    TimedOutError,
)


def shell(script, **settings):
    return Process(["sh", "-c", script], **settings)


def no_children():
    try:
        return os.waitpid(-1, os.WNOHANG) and False
    except ChildProcessError:
        return True


class Reading(unittest.TestCase):
    def test_lines_come_while_the_program_runs(self):
        with shell("for i in 1 2 3; do echo $i; sleep 0.2; done; printf last") as program:
            times, lines = [], []
            for line in program:
                times.append(time.monotonic())
                lines.append(line)
            self.assertEqual(lines, ["1", "2", "3", "last"])
            self.assertGreater(times[-1] - times[0], 0.5)
            self.assertEqual(program.wait(), 0)
            self.assertIsNone(program.read_line())

    def test_text_bytes_and_long_lines(self):
        script = "printf '\\303\\251\\n\\377\\n\\n'; head -c 1000000 /dev/zero; echo"
        with shell(script) as program:
            self.assertEqual([program.read_line() for _ in range(3)], ["é", "\udcff", ""])
            self.assertEqual(program.read_line(), "\0" * 1000000)
        with shell(script, encoding=None) as program:
            self.assertEqual(list(program)[:3], ["é".encode(), b"\xff", b""])

    def test_timeouts(self):
        with shell("printf part; sleep 60") as program:
            begin = time.monotonic()
            for call in (program.read_line, program.wait):
                with self.assertRaises(TimedOutError) as caught:
                    call(timeout=0.25)
                self.assertIsInstance(caught.exception, TimeoutError)
                self.assertIsInstance(caught.exception, FourierError)
            self.assertTrue(0.5 <= time.monotonic() - begin < 2)
            self.assertEqual(program.read(timeout=5), b"part")
            with self.assertRaises(TimedOutError):
                program.read(timeout=0)

    def test_writing_and_the_other_stream(self):
        with shell("cat; echo end >&2", stdin="pipe", stderr="pipe") as program:
            self.assertEqual(program.write("é\n" * 200000), 600000)
            program.close_stdin()
            self.assertEqual(sum(1 for _ in program), 200000)
            self.assertEqual(list(program.lines("stderr")), ["end"])
            with self.assertRaises(SystemCallError) as caught:
                program.write(b"x")
            self.assertEqual(caught.exception.errno, 32)

    def test_files_terminal_directory_and_environment(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "out"
            with shell("pwd -P; echo $A", stdout=path, cwd=folder, env={"A": "b c"}) as program:
                self.assertEqual(program.wait(), 0)
            self.assertEqual(path.read_text(), f"{os.path.realpath(folder)}\nb c\n")
        os.environ["FOURIER_TEST_VARIABLE"] = "seen"
        with shell("test -t 1 && echo $FOURIER_TEST_VARIABLE", stdout="terminal") as program:
            self.assertEqual(list(program), ["seen"])


class Ending(unittest.TestCase):
    def test_return_codes_are_those_of_subprocess(self):
        for script, code in (("exit 0", 0), ("exit 7", 7), ("kill -9 $$", -9)):
            with shell(script) as program:
                self.assertIsNone(program.returncode)
                self.assertEqual(program.wait(), code)
                self.assertEqual((program.poll(), program.returncode), (code, code))
                self.assertEqual(program.state, "exited")

    def test_pause_resume_terminate_kill_stop(self):
        with shell("while :; do echo x; sleep 0.01; done") as program:
            program.read_line()
            program.pause(timeout=20)
            self.assertEqual((program.state, program.poll()), ("stopped", None))
            program.resume()
            program.send_signal(signal.SIGUSR1)
            self.assertEqual(program.wait(), -signal.SIGUSR1)
            program.signal(signal.SIGTERM)
        for end, code in ((Process.terminate, -15), (Process.kill, -9)):
            with shell("sleep 60") as program:
                end(program)
                self.assertEqual(program.wait(timeout=20), code)
        with shell("trap '' TERM; echo x; while :; do sleep 0.05; done") as program:
            program.read_line()
            self.assertEqual(program.stop(grace=0.2), -9)
            usage = program.usage()
            self.assertGreater(usage["wall"], 0.2)
            self.assertTrue(usage["peak_memory"] is None or usage["peak_memory"] > 0)

    def test_nothing_is_left_behind(self):
        before = len(os.listdir("/proc/self/fd"))
        with shell("sleep 60") as program:
            pid = program.pid
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)
        with self.assertRaises(InvalidArgumentError):
            program.read_line()
        program.close()
        program = shell("sleep 60")
        del program
        gc.collect()
        for _ in range(20):
            shell("exit 3").wait()
            with self.assertRaises(SystemCallError):
                Process("/nonexistent")
        gc.collect()
        self.assertTrue(no_children())
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)

    def test_close_while_another_thread_waits(self):
        program = shell("sleep 0.5")
        codes = []
        thread = threading.Thread(target=lambda: codes.append(program.wait()))
        thread.start()
        time.sleep(0.05)
        self.assertIsNone(program.poll())
        thread.join()
        self.assertEqual(codes, [0])
        program.close()

    def test_status_lost(self):
        program = shell("exit 3")
        os.waitpid(program.pid, 0)
        with self.assertRaises(StatusLostError) as caught:
            program.wait()
        self.assertIsInstance(caught.exception, ChildProcessError)
        program.close()

    def test_ctrl_c_is_heard(self):
        with shell("sleep 60") as program:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
            begin = time.monotonic()
            with self.assertRaises(KeyboardInterrupt):
                program.wait()
            self.assertLess(time.monotonic() - begin, 10)

    def test_forked_copies_leave_the_program_alone(self):
        with shell("echo x; sleep 60") as program:
            copy = os.fork()
            if copy == 0:
                try:
                    program.read_line()
                except FourierError as error:
                    program.close()
                    os._exit(13 if error.status == 13 else 1)
                os._exit(2)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), 13)
            self.assertEqual(program.read_line(), "x")
            self.assertEqual(program.state, "running")


class BadInput(unittest.TestCase):
    def test_starts(self):
        for arguments, errno in ((["/nonexistent"], 2), (["/"], 13), (["no-such-program"], 2)):
            with self.assertRaises(SystemCallError) as caught:
                Process(arguments)
            self.assertEqual(caught.exception.errno, errno)
            self.assertIn(arguments[0], str(caught.exception))
        with self.assertRaises(SystemCallError) as caught:
            Process("true", cwd="/nonexistent")
        self.assertIn("directory", str(caught.exception))

    def test_arguments(self):
        for settings, word in (
            ({"args": []}, "argv"),
            ({"args": ["a\0b"]}, "NUL"),
            ({"args": "true", "stdout": "nonsense"}, "stdout"),
            ({"args": "true", "stdin": "merge"}, "stdin"),
            ({"args": "true", "env": {"A=B": "c"}}, "A=B"),
            ({"args": "true", "env": {"": "c"}}, "name"),
            ({"args": "true", "output_limit": 0}, "output_limit"),
        ):
            with self.assertRaises(InvalidArgumentError) as caught:
                Process(**settings)
            self.assertIn(word, str(caught.exception))
        with self.assertRaises(TypeError):
            Process([1])

    def test_calls(self):
        with shell("sleep 60") as program:
            for number in (0, -1, 65, 1000):
                with self.assertRaises(InvalidArgumentError) as caught:
                    program.send_signal(number)
                self.assertIn(str(number), str(caught.exception))
            for call in (program.wait, program.read_line, program.pause):
                with self.assertRaises(NotFiniteError):
                    call(timeout=float("nan"))
            with self.assertRaises(InvalidArgumentError):
                program.read_line(stream="stdwhat")
            with self.assertRaises(InvalidArgumentError):
                program.write("x")
            with self.assertRaises(FourierError):
                program.usage()


if __name__ == "__main__":
    sys.exit(unittest.main())
