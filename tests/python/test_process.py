"""Class Process of libfourier: programs are driven from Python, and nothing is left behind."""

import gc
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from libfourier import (
    EndOfStreamError,
    Event,
    FourierError,
    InvalidArgumentError,
    NotFiniteError,
    Process,
    StatusLostError,
    SystemCallError,
    TimedOutError,
    poll,
    run,
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


class LikeSubprocess(unittest.TestCase):
    def test_the_return_code_outlives_the_with(self):
        with shell("echo x; sleep 0.2; exit 3") as program:
            self.assertEqual(list(program), ["x"])
        self.assertEqual((program.returncode, program.wait(), program.poll()), (3, 3, 3))
        with shell("sleep 60") as program:
            pass
        self.assertEqual((program.returncode, program.wait(), program.poll()), (-9, -9, -9))
        program = shell("exit 4")
        while program.state != "exited":
            time.sleep(0.01)
        program.close()
        self.assertEqual((program.returncode, program.wait(timeout=0)), (4, 4))
        with self.assertRaises(ZeroDivisionError):
            with shell("exec >&-; sleep 60") as program:
                self.assertIsNone(program.read_line())
                begin = time.monotonic()
                raise ZeroDivisionError
        self.assertEqual(program.returncode, -9)
        self.assertLess(time.monotonic() - begin, 2)

    def test_a_missing_program_is_a_file_not_found_error(self):
        for arguments, kind in (
            (["no-such-program"], FileNotFoundError),
            (["/"], PermissionError),
            (["/dev/null/x"], NotADirectoryError),
        ):
            with self.assertRaises(kind) as caught:
                Process(arguments)
            self.assertIsInstance(caught.exception, SystemCallError)
            copy = pickle.loads(pickle.dumps(caught.exception))
            self.assertEqual((type(copy), str(copy)), (type(caught.exception), str(caught.exception)))
        with shell("exec <&-; sleep 60", stdin="pipe") as program:
            with self.assertRaises(BrokenPipeError):
                for _ in range(100):
                    program.write(b"x" * 65536, timeout=20)

    def test_its_constants_are_understood(self):
        script = "echo out; echo err >&2; cat"
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with shell(script, **pipe) as program:
            program.stdin.write("in\n")
            program.stdin.writelines(["a", "b"])
            program.stdin.flush()
            program.stdin.close()
            self.assertEqual(list(program), ["out", "in", "ab"])
            self.assertEqual(program.stderr.read(), "err\n")
        with shell(script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            self.assertEqual(sorted(program), ["err", "out"])
            self.assertEqual((program.stdin, program.stderr), (None, None))
        with shell(script, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
            self.assertEqual(program.wait(), 0)
            self.assertEqual((program.stdout, program.stderr), (None, None))
        with shell("test $(readlink /proc/$$/fd/1) = $(readlink /proc/$PPID/fd/1)", stdout=None) as p:
            self.assertEqual(p.wait(), 0)

    def test_stdout_is_a_file(self):
        script = "printf 'a\\n\\nb c\\nlast'"
        for encoding in ("utf-8", None):
            with shell(script, encoding=encoding) as ours:
                theirs = subprocess.run(["sh", "-c", script], capture_output=True)
                lines = theirs.stdout.splitlines(keepends=True)
                if encoding:
                    lines = [line.decode() for line in lines]
                self.assertEqual(ours.stdout.readline(), lines[0])
                self.assertEqual(list(ours.stdout), lines[1:])
                self.assertEqual(ours.stdout.readline(), lines[0][:0])
        with shell(script) as program:
            self.assertEqual(program.stdout.read(3), "a\n\n")
            self.assertEqual(program.stdout.readlines(), ["b c\n", "last"])
        with shell(script) as program:
            self.assertEqual(program.stdout.read(), "a\n\nb c\nlast")
            self.assertEqual(program.stdout.read(), "")


class Blocks(unittest.TestCase):
    """Lines are looked at in blocks, which nobody may notice."""

    def test_every_way_of_reading_goes_on_where_another_stopped(self):
        lines = [f"{i} é {'x' * (i % 97)}" for i in range(20000)]
        lines[7000], lines[7001] = "y" * 65535, "z" * 300000
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "lines"
            for encoding in ("utf-8", None, "cp437"):
                code = encoding or "utf-8"
                path.write_text("\n".join(lines) + "\nlast", encoding=code)
                with Process(["cat", path], encoding=encoding) as program:
                    seen, turn = [], 0
                    while line := next(iter(program), None):
                        seen.append(line)
                        turn += 1
                        if turn % 3 == 0:
                            seen.append(program.stdout.readline()[:-1])
                        if turn % 5 == 0:
                            self.assertTrue(poll([program], Event.STDOUT_LINE, 20))
                        if turn % 7 == 0 and len(seen) < 6000:
                            one = program.expect(f"{len(seen) + 2} ")[1]
                            seen += [None, None, one]
                        if turn % 11 == 0 and len(seen) < 6000:
                            size = len((lines[len(seen)] + "\n").encode(code))
                            seen.append(program.stdout.read(size)[:-1])
                expected = [*lines, "last"]
                self.assertEqual(len(seen), len(expected))
                for one, plain in zip(seen, expected):
                    plain = plain.encode(code) if encoding is None else plain
                    self.assertIn(one, (plain, None))

    def test_a_line_that_is_no_text_is_told_and_the_others_come(self):
        with shell("printf 'a\\n\\377\\nb\\n'", errors="strict") as program:
            self.assertEqual(program.read_line(), "a")
            with self.assertRaises(UnicodeDecodeError):
                program.read_line()
            self.assertEqual(list(program), ["b"])

    def test_threads_share_a_stream_without_losing_or_doubling_a_line(self):
        with Process(["seq", "200000"]) as program:
            seen = []

            def take(step):
                mine = []
                while True:
                    try:
                        if step and len(mine) % step == 0:
                            mine.append(program.expect("", timeout=30)[1])
                            continue
                        line = program.read_line(timeout=30)
                    except EndOfStreamError:
                        break
                    if line is None:
                        break
                    mine.append(line)
                seen.append(mine)

            threads = [threading.Thread(target=take, args=(step,)) for step in (0, 0, 1000)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(int(line) for mine in seen for line in mine),
                             list(range(1, 200001)))

    def test_a_forked_copy_reads_nothing(self):
        with Process(["seq", "1000"]) as program:
            self.assertEqual(program.read_line(), "1")
            copy = os.fork()
            if copy == 0:
                try:
                    program.read_line()
                except FourierError as error:
                    os._exit(error.status)
                os._exit(99)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), 13)
            self.assertEqual(sum(1 for _ in program), 999)


class Several(unittest.TestCase):
    def test_expect(self):
        with shell("echo one; echo 'two: 2'; echo three; sleep 60", stderr="pipe") as program:
            self.assertEqual(program.expect(["nothing", "two"]), (1, "two: 2"))
            with self.assertRaises(TimedOutError):
                program.expect("four", timeout=0.2)
            self.assertEqual(program.expect(["t*"], match="glob"), (0, "three"))
            for settings, word in (({"match": "regex"}, "match"), ({"stream": "stdin"}, "stdin")):
                with self.assertRaisesRegex(InvalidArgumentError, word):
                    program.expect("x", **settings)
            with self.assertRaises(InvalidArgumentError):
                program.expect([])
        with shell("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end") as program:
            which, line = program.expect("xx")
            self.assertEqual((which, len(line)), (0, 100000))
            with self.assertRaises(EndOfStreamError) as caught:
                program.expect("never")
            self.assertIsInstance(caught.exception, EOFError)
            self.assertEqual(program.read_line(), "end")

    def test_poll(self):
        quiet, loud = shell("sleep 60"), shell("echo x; read y; exit 2", stdin="pipe")
        with quiet, loud:
            begin = time.monotonic()
            self.assertEqual(poll([quiet], Event.EXIT | Event.STDOUT_LINE, timeout=0.3), [])
            self.assertGreater(time.monotonic() - begin, 0.29)
            self.assertEqual(poll([quiet, loud]), [(loud, Event.STDOUT_LINE)])
            self.assertEqual(loud.read_line(), "x")
            wanted = [Event.EXIT, Event.EXIT | Event.STDIN]
            self.assertEqual(poll((quiet, loud), wanted), [(loud, Event.STDIN)])
            loud.close_stdin()
            self.assertEqual(poll((quiet, loud), Event.EXIT), [(loud, Event.EXIT)])
            self.assertEqual(loud.wait(timeout=0), 2)
            for wrong, kind in (([1], TypeError), ([], InvalidArgumentError)):
                with self.assertRaises(kind):
                    poll(wrong)
            with self.assertRaises(InvalidArgumentError):
                poll([quiet], [Event.EXIT, Event.EXIT])
        with self.assertRaises(InvalidArgumentError):
            poll([quiet])

    def test_whole_runs(self):
        done = run(["sh", "-c", "cat; echo err >&2; exit 3"], input="é\n" * 300000)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (3, "é\n" * 300000, "err\n"))
        self.assertEqual(run("true", stdout="null").stdout, None)
        self.assertEqual(run(["cat"], input=b"\0", encoding=None).stdout, b"\0")
        self.assertEqual(run(["true"], input="x" * 1000000).returncode, 0)
        with self.assertRaises(subprocess.CalledProcessError):
            run("false", check=True)
        with self.assertRaises(FileNotFoundError):
            run("no-such-program")
        begin = time.monotonic()
        with self.assertRaises(TimedOutError) as caught:
            run(["sh", "-c", "echo early; sleep 60"], timeout=0.3)
        self.assertEqual((caught.exception.stdout, caught.exception.stderr), ("early\n", ""))
        self.assertLess(time.monotonic() - begin, 10)
        self.assertTrue(no_children())

    def test_a_program_may_go_on(self):
        with shell("sleep 60", kill_on_free=False) as program:
            pid = program.pid
        os.kill(pid, 0)
        self.assertIsNone(program.returncode)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_signals_have_names(self):
        for name in ("SIGTERM", "TERM"):
            with shell("sleep 60") as program:
                program.send_signal(name)
                self.assertEqual(program.wait(), -15)
                with self.assertRaisesRegex(InvalidArgumentError, "SIGWHAT"):
                    program.send_signal("SIGWHAT")


class Speed(unittest.TestCase):
    def test_lines_come_as_fast_as_from_subprocess(self):
        def seconds(lines):
            begin = time.perf_counter()
            self.assertEqual(sum(1 for _ in lines), 1000000)
            return time.perf_counter() - begin

        def ours(view):
            with Process(["cat", path]) as program:
                return seconds(view(program))

        def theirs():
            with subprocess.Popen(["cat", path], stdout=subprocess.PIPE, text=True) as program:
                return seconds(program.stdout)

        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "lines")
            with open(path, "w") as file:
                file.writelines(f"line number {i}\n" for i in range(1000000))
            # The best of several, taken in turns: other programs run meanwhile.
            times = [(ours(iter), ours(lambda p: p.stdout), theirs()) for _ in range(7)]
            plain, file, reference = map(min, zip(*times))
        print(f"lines a second: {1e6 / plain:.3g}, as a file {1e6 / file:.3g}, "
              f"subprocess {1e6 / reference:.3g}", file=sys.stderr)
        # A tenth for what else the machine does meanwhile.
        self.assertLess(plain, 1.1 * reference)
        self.assertLess(file, 2 * reference)


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
