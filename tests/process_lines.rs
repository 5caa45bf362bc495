//! What a program writes arrives as lines or bytes, whole and in order, whatever the program, its
//! children and the host's other threads do meanwhile.

#[path = "common/process.rs"]
mod calls;
mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use calls::*;
use fourier::capi::fourier_match::*;

const LINE: i32 = fourier::capi::fourier_event::FOURIER_EVENT_STDOUT_LINE as i32;
const ERROR_LINE: i32 = fourier::capi::fourier_event::FOURIER_EVENT_STDERR_LINE as i32;
const BYTES: i32 = fourier::capi::fourier_event::FOURIER_EVENT_STDOUT_BYTES as i32;
const INPUT: i32 = fourier::capi::fourier_event::FOURIER_EVENT_STDIN as i32;
const EXIT: i32 = fourier::capi::fourier_event::FOURIER_EVENT_EXIT as i32;

/// A program in Python, for what a shell cannot write.
fn python(script: &str) -> Vec<String> {
    let python = common::tool("python3");
    vec![python.to_str().unwrap().to_string(), "-c".to_string(), script.to_string()]
}

#[test]
fn lines_come_whole_whatever_pieces_are_written() {
    let cases: [(&str, &[&str]); 8] = [
        (
            "printf a; sleep 0.05; printf b; sleep 0.05; printf 'c\\nd'; printf 'e\\n'",
            &["abc", "de"],
        ),
        ("printf 'a\\n\\n\\nb\\n'", &["a", "", "", "b"]),
        ("printf 'a\\nlast'", &["a", "last"]),
        ("printf 'x'", &["x"]),
        ("printf '\\n'", &[""]),
        ("true", &[]),
        ("for i in o n e b y t e; do printf $i; done; echo", &["onebyte"]),
        ("printf 'a\\r\\nb\\r'", &["a\r", "b\r"]),
    ];
    for (script, lines) in cases {
        let process = sh(script);
        assert_eq!(process.lines(STDOUT), lines, "{script}");
        assert_eq!(process.line_into(STDOUT, 9, -1.0), (END, vec![]), "the end stays: {script}");
        assert_eq!(process.wait(), 0);
    }
}

#[test]
fn bytes_of_any_value_pass() {
    let process = sh("printf 'a\\0b\\n\\377\\376\\n\\0'");
    assert_eq!(process.line_into(STDOUT, 9, 20.0), (OK, b"a\0b".to_vec()));
    assert_eq!(process.line_into(STDOUT, 9, 20.0), (OK, b"\xff\xfe".to_vec()));
    assert_eq!(process.line_into(STDOUT, 9, 20.0), (OK, b"\0".to_vec()));
    assert_eq!(process.line_into(STDOUT, 9, 20.0), (END, vec![]));
}

#[test]
fn a_long_line_continues_in_pieces_and_fits_exactly() {
    let process = sh("printf 'abcdefgh\\nabcd\\nabcde\\nxyz'");
    let expected: [(i32, &[u8]); 7] = [
        (CONTINUES, b"abcd"),
        (OK, b"efgh"),
        (OK, b"abcd"),
        (CONTINUES, b"abcd"),
        (OK, b"e"),
        (OK, b"xyz"),
        (END, b""),
    ];
    for (status, line) in expected {
        assert_eq!(process.line_into(STDOUT, 5, 20.0), (status, line.to_vec()));
    }
}

#[test]
fn a_line_of_ten_megabytes_comes_in_one_piece_or_in_many() {
    let script = "import sys; sys.stdout.write('0123456789' * 1000000 + '\\nend\\n')";
    let process = Options::new().start(&python(script));
    let (status, line) = process.line_into(STDOUT, 10_000_001, 60.0);
    assert_eq!(status, OK);
    assert!(line.len() == 10_000_000 && line.chunks(10).all(|ten| ten == b"0123456789"));
    assert_eq!(process.line(), "end");

    let process = Options::new().start(&python(script));
    let mut all = Vec::new();
    loop {
        let (status, piece) = process.line_into(STDOUT, 777, 60.0);
        all.extend(piece);
        if status == OK {
            break;
        }
        assert_eq!(status, CONTINUES);
    }
    assert!(all == line);
    assert_eq!(process.line(), "end");
}

#[test]
fn the_length_of_a_line_is_told_without_reading_it() {
    let process = sh("echo hello; sleep 0.3; printf 'no newline'");
    let length = |timeout| {
        let mut length = 99;
        // SAFETY: a handle that lives, and a length.
        let status = unsafe {
            fourier::capi::fourier_process_line_length(
                process.0,
                enumeration(STDOUT),
                &mut length,
                timeout,
            )
        };
        (status, length)
    };
    assert_eq!(length(20.0), (OK, 5));
    assert_eq!(length(20.0), (OK, 5));
    assert_eq!(process.line(), "hello");
    assert_eq!(length(0.0), (TIMED_OUT, 99));
    assert_eq!(length(20.0), (OK, 10));
    assert_eq!(process.line(), "no newline");
    assert_eq!(length(20.0), (END, 99));
}

#[test]
fn a_timeout_loses_nothing_and_is_kept() {
    let process = sh("printf abc; sleep 1; echo def; sleep 60");
    let begin = Instant::now();
    assert_eq!(process.line_into(STDOUT, 100, 0.3), (TIMED_OUT, vec![]));
    let waited = begin.elapsed().as_secs_f64();
    assert!((0.3..0.6).contains(&waited), "{waited}");
    assert_eq!(process.line_into(STDOUT, 100, 0.0), (TIMED_OUT, vec![]));
    assert_eq!(process.line(), "abcdef");
    assert_eq!(process.read(STDOUT, 10, 0.0), (TIMED_OUT, vec![]));
}

#[test]
fn bytes_are_read_as_they_come() {
    let process = sh("printf prompt; sleep 60");
    let mut all = Vec::new();
    while all.len() < 6 {
        let (status, bytes) = process.read(STDOUT, 4, 20.0);
        assert!(status == OK && (1..=4).contains(&bytes.len()));
        all.extend(bytes);
    }
    assert_eq!(all, b"prompt");
    let process = sh("true");
    assert_eq!(process.read(STDOUT, 4, 20.0), (END, vec![]));
}

#[test]
fn bytes_can_be_looked_at_before_they_are_read() {
    let process = sh("printf 'user: '; sleep 60");
    assert_eq!(process.peek(STDOUT, 3, 20.0), (OK, b"use".to_vec()));
    while process.peek(STDOUT, 99, 20.0) != (OK, b"user: ".to_vec()) {}
    assert_eq!(process.read(STDOUT, 6, 0.0), (OK, b"user: ".to_vec()));
    assert_eq!(process.peek(STDOUT, 99, 0.1), (TIMED_OUT, vec![]));
    let process = sh("printf 'a\\nb'");
    process.wait();
    for _ in 0..3 {
        assert_eq!(process.peek(STDOUT, 99, 20.0), (OK, b"a\nb".to_vec()));
    }
    assert_eq!(process.lines(STDOUT), ["a", "b"]);
    assert_eq!(process.peek(STDOUT, 99, 20.0), (END, vec![]));
}

#[test]
fn both_streams_at_once_do_not_deadlock_though_the_host_sleeps() {
    // 200 MB on each stream, in turns, while nobody reads.
    let script = "head -c 200000000 /dev/zero & head -c 200000000 /dev/zero >&2 & wait";
    let process = Options::new().stream(STDERR, PIPE).sh(script);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(process.wait(), 0);
    for stream in [STDERR, STDOUT] {
        let mut total = 0;
        loop {
            let (status, bytes) = process.read(stream, 1 << 20, 20.0);
            assert!(bytes.iter().all(|&byte| byte == 0));
            total += bytes.len();
            if status == END {
                break;
            }
            assert_eq!(status, OK);
        }
        assert_eq!(total, 200_000_000, "stream {stream}");
    }
}

#[test]
fn reading_one_stream_takes_in_the_other() {
    let script = "head -c 1000000 /dev/zero >&2; echo out; head -c 1000000 /dev/zero; echo err >&2";
    let process = Options::new().stream(STDERR, PIPE).sh(script);
    assert_eq!(process.line(), "out");
    let (status, line) = process.line_into(STDERR, 2_000_000, 20.0);
    assert_eq!((status, line.len()), (OK, 1_000_003));
    assert_eq!(process.wait(), 0);
}

#[test]
fn unread_output_is_bounded_and_told() {
    let process = Options::new().output_limit(100_000).sh("head -c 10000000 /dev/zero; exit 7");
    assert_eq!(process.try_wait(20.0), (LIMIT, 12345));
    assert!(last_error().contains("100000"), "{}", last_error());
    let mut total = 0;
    while let (OK, bytes) = process.read(STDOUT, 65536, 20.0) {
        total += bytes.len();
    }
    assert_eq!(total, 10_000_000, "nothing is lost");
    assert_eq!(process.wait(), 7);
}

#[test]
fn grandchildren_that_hold_the_pipe_do_not_prolong_anything() {
    let begin = Instant::now();
    let options = Options::new().stream(STDERR, NULL); // not the test's own
    let process = options.sh("sleep 60 & echo x");
    assert_eq!(process.line(), "x");
    assert_eq!(process.wait(), 0);
    assert_eq!(process.lines(STDOUT), [""; 0]);
    let process = options.sh("(while :; do echo more; sleep 0.01; done) & echo first; exit 4");
    assert_eq!(process.wait(), 4);
    let lines = process.lines(STDOUT);
    assert!(lines.contains(&"first".to_string()) && lines.len() < 100, "{lines:?}");
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn merged_and_discarded_and_missing_streams() {
    let process = Options::new().stream(STDERR, MERGE).sh("echo a; echo b >&2; echo c");
    assert_eq!(process.lines(STDOUT), ["a", "b", "c"]);
    assert_eq!(process.line_into(STDERR, 9, 0.0).0, INVALID);
    assert!(last_error().contains("stderr"), "{}", last_error());
    let process = Options::new().stream(STDOUT, NULL).stream(STDERR, PIPE).sh("echo a; echo b >&2");
    assert_eq!(process.line_into(STDOUT, 9, 0.0).0, INVALID);
    assert_eq!(process.lines(STDERR), ["b"]);
}

#[test]
fn a_terminal_makes_c_programs_write_at_once_and_lines_stay_plain() {
    let scratch = common::Scratch::new();
    let source = scratch.write(
        "buffering.c",
        "#include <stdio.h>\n#include <unistd.h>\n\
         int main(void) { puts(isatty(1) ? \"terminal\" : \"pipe\"); sleep(60); return 0; }\n",
    );
    let program = common::compile_c(&scratch, source.to_str().unwrap());
    let piped = Options::new().start(&[program.to_str().unwrap()]);
    assert_eq!(piped.line_into(STDOUT, 20, 0.5).0, TIMED_OUT, "C holds output for pipes back");
    let terminal = Options::new().stream(STDOUT, TERMINAL).start(&[program.to_str().unwrap()]);
    assert_eq!(terminal.line(), "terminal");
    assert_eq!(terminal.stop(5.0), (OK, -libc::SIGTERM));
    assert_eq!(terminal.lines(STDOUT), [""; 0]);

    let options = Options::new().stream(STDOUT, TERMINAL).stream(STDIN, TERMINAL);
    let process = options.stream(STDERR, TERMINAL).sh("cat; echo end >&2; exit 3");
    assert_eq!(process.write(b"one\ntwo", 5.0), (OK, 7));
    assert_eq!(process.close_stdin(), OK);
    assert_eq!(process.lines(STDOUT), ["one", "twoend"]);
    assert_eq!(process.wait(), 3);
}

#[test]
fn expect_finds_the_line_and_consumes_up_to_it_or_nothing() {
    let process = sh("echo one; echo 'two: [2]'; echo three; sleep 0.2; echo four; sleep 60");
    let text = |patterns: &[&str], timeout| {
        let (status, which, line, _) = process.expect(patterns, FOURIER_MATCH_TEXT, 100, timeout);
        (status, which, line)
    };
    let glob = |patterns: &[&str], timeout| {
        let (status, which, line, _) = process.expect(patterns, FOURIER_MATCH_GLOB, 100, timeout);
        (status, which, line)
    };
    assert_eq!(text(&["nothing", "nowhere"], 0.4), (TIMED_OUT, -1, String::new()));
    assert_eq!(process.line(), "one", "a timeout consumes nothing");
    assert_eq!(glob(&["o*", "*:?\\[[0-9]\\]"], 20.0), (OK, 1, "two: [2]".to_string()));
    let refused = process.expect(&["hree"], FOURIER_MATCH_TEXT, 5, 20.0);
    assert_eq!((refused.0, refused.3), (INVALID, 5), "and the length that is needed");
    assert_eq!(text(&["five", "ou"], 20.0), (OK, 1, "four".to_string()));
    let process = sh("echo a; echo b; printf c");
    assert_eq!(process.expect(&["z"], FOURIER_MATCH_TEXT, 9, 20.0).0, END);
    assert_eq!(process.expect(&["c"], FOURIER_MATCH_GLOB, 9, 20.0).0, OK);
    assert_eq!(process.expect(&["c"], FOURIER_MATCH_GLOB, 9, 20.0).0, END);
}

#[test]
fn poll_wakes_for_the_first_of_many() {
    let options = Options::new().stream(STDERR, PIPE).stream(STDIN, PIPE);
    let slow = options.sh("sleep 60");
    let quick =
        options.sh("sleep 0.3; printf part; sleep 0.3; echo; echo oops >&2; read x; exit 2");
    let begin = Instant::now();
    assert_eq!(poll(&[(&slow, LINE | EXIT), (&quick, LINE | EXIT)], 0.1), (TIMED_OUT, vec![0, 0]));
    assert!((0.1..0.25).contains(&begin.elapsed().as_secs_f64()));
    assert_eq!(poll(&[(&slow, BYTES), (&quick, BYTES)], 20.0), (OK, vec![0, BYTES]));
    assert_eq!(poll(&[(&slow, LINE), (&quick, LINE)], 20.0), (OK, vec![0, LINE]));
    assert_eq!(quick.line(), "part");
    assert_eq!(poll(&[(&quick, ERROR_LINE | EXIT)], 20.0), (OK, vec![ERROR_LINE]));
    assert_eq!(poll(&[(&quick, INPUT), (&slow, 0)], 20.0), (OK, vec![INPUT, 0]));
    assert_eq!(quick.close_stdin(), OK);
    assert_eq!(poll(&[(&slow, EXIT), (&quick, EXIT)], 20.0), (OK, vec![0, EXIT]));
    assert_eq!(quick.wait(), 2);
}

#[test]
fn poll_is_told_what_another_thread_took_in() {
    let process = sh("sleep 0.5; echo x; sleep 60");
    thread::scope(|scope| {
        let waiter = scope.spawn(|| process.try_wait(10.0));
        let polled = scope.spawn(|| poll(&[(&process, LINE)], 20.0));
        assert_eq!(polled.join().unwrap(), (OK, vec![LINE]));
        assert_eq!(process.line(), "x");
        process.kill();
        assert_eq!(waiter.join().unwrap(), (OK, -libc::SIGKILL));
    });
}

#[test]
fn threads_share_a_stream_without_losing_or_doubling_a_line() {
    let process = sh("i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done");
    let total = AtomicUsize::new(0);
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for line in process.lines(STDOUT) {
                    total.fetch_add(line.parse().unwrap(), Ordering::Relaxed);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let waiting: Vec<_> = (0..3).map(|_| scope.spawn(|| process.wait())).collect();
        assert!(waiting.into_iter().all(|waiting| waiting.join().unwrap() == 0));
    });
    assert_eq!((count.into_inner(), total.into_inner()), (20000, 20000 * 19999 / 2));
}

#[test]
fn what_is_written_is_read_by_the_program() {
    let process = Options::new().stream(STDIN, PIPE).sh("cat; exit 6");
    // More than all the pipes hold: the output is taken in while writing.
    let text = b"a line of twenty bytes\n".repeat(100_000);
    assert_eq!(process.write(&text, 20.0), (OK, text.len()));
    assert_eq!(process.close_stdin(), OK);
    assert_eq!(process.close_stdin(), OK);
    assert_eq!(process.lines(STDOUT).len(), 100_000);
    assert_eq!(process.wait(), 6);
    assert_eq!(process.write(b"x", 1.0), (-libc::EPIPE, 0));
}

#[test]
fn a_write_that_nobody_reads_times_out_or_fails() {
    let process = Options::new().stream(STDIN, PIPE).sh("sleep 60");
    let (status, written) = process.write(&vec![b'x'; 1 << 20], 0.2);
    assert!(status == TIMED_OUT && (1..1 << 20).contains(&written), "{status} {written}");
    assert_eq!(process.kill(), OK);
    assert_eq!(process.wait(), -libc::SIGKILL);
    assert_eq!(process.write(b"x", 5.0), (-libc::EPIPE, 0));
    // A grandchild that holds stdin open does not read it either.
    let process =
        Options::new().stream(STDIN, PIPE).stream(STDERR, NULL).sh("sleep 60 <&0 & sleep 0.3");
    let begin = Instant::now();
    assert_eq!(process.write(&vec![b'x'; 1 << 20], -1.0).0, -libc::EPIPE);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn stdin_can_be_opened_by_its_name() {
    let process = Options::new().stream(STDIN, PIPE).sh("cat /dev/stdin");
    assert_eq!(process.write(b"through the file system\n", 5.0).0, OK);
    assert_eq!(process.close_stdin(), OK);
    assert_eq!(process.lines(STDOUT), ["through the file system"]);
}
