//! How a program ends is told truly, once for all, and signals reach it and nobody else.

#[path = "common/process.rs"]
mod calls;
mod common;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use calls::*;
use fourier::capi::fourier_run_state::*;

/// The state letter that the system shows for a process; None when there is none.
fn letter(pid: i32) -> Option<char> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    line[line.rfind(')')? + 2..].chars().next()
}

/// Waits for something that is bound to happen.
fn until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Processor time of this thread so far, in seconds.
fn processor_time() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills a timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + 1e-9 * time.tv_nsec as f64
}

#[test]
fn return_codes_are_exit_codes_or_negative_signals() {
    let cases = [
        ("exit 0", 0),
        ("exit 1", 1),
        ("exit 255", 255),
        ("kill -9 $$", -9),
        ("kill -15 $$", -15),
        ("kill -6 $$", -6),
        ("exit 137", 137),
    ];
    for (script, code) in cases {
        let process = sh(script);
        assert_eq!(process.wait(), code, "{script}");
        assert_eq!(process.try_wait(0.0), (OK, code), "again: {script}");
        assert_eq!(process.state(), FOURIER_EXITED);
        assert_eq!(letter(process.pid()), None, "no zombie: {script}");
    }
}

#[test]
fn every_thread_that_waits_gets_the_same_answer() {
    let process = sh("sleep 0.3; exit 9");
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..6).map(|_| scope.spawn(|| process.try_wait(20.0))).collect();
        for waiting in waiting {
            assert_eq!(waiting.join().unwrap(), (OK, 9));
        }
    });
}

#[test]
fn waiting_keeps_its_timeout_and_uses_no_processor() {
    let process = sh("sleep 60");
    let (begin, busy) = (Instant::now(), processor_time());
    assert_eq!(process.try_wait(0.4), (TIMED_OUT, 12345));
    assert_eq!(process.line_into(STDOUT, 9, 0.4).0, TIMED_OUT);
    let events = fourier::capi::fourier_event::FOURIER_EVENT_EXIT as i32;
    assert_eq!(poll(&[(&process, events)], 0.4).0, TIMED_OUT);
    let (waited, busy) = (begin.elapsed().as_secs_f64(), processor_time() - busy);
    // 20 ms a call, and a machine that does other things too.
    assert!((1.2..1.2 + 3.0 * 0.02 + 0.2).contains(&waited), "{waited} s");
    assert!(busy < 0.01, "{busy} s of processor time");
}

#[test]
fn a_stop_is_no_end_and_pause_returns_when_it_is_seen() {
    let process = sh("while :; do echo tick; sleep 0.02; done");
    process.line();
    for _ in 0..5 {
        assert_eq!(process.pause(), OK);
        assert_eq!(letter(process.pid()), Some('T'));
        assert_eq!(process.state(), FOURIER_STOPPED);
        assert_eq!(process.try_wait(0.05), (TIMED_OUT, 12345));
        assert_eq!(process.resume(), OK);
        until("it goes on", || process.state() == FOURIER_RUNNING);
        process.line();
    }
    assert_eq!(process.pause(), OK);
    while process.line_into(STDOUT, 100, 0.0).0 == OK {}
    assert_eq!(process.line_into(STDOUT, 100, 0.3).0, TIMED_OUT, "nothing comes meanwhile");
    assert_eq!(process.kill(), OK, "kill works on a stopped program");
    assert_eq!(process.wait(), -libc::SIGKILL);
}

#[test]
fn a_program_that_starts_others_all_the_time_can_be_paused() {
    // Shells start programs by vfork(): a child stopped before its exec holds the shell up.
    let process = sh("while :; do /bin/true; done");
    for _ in 0..100 {
        assert_eq!(process.pause(), OK, "{}", last_error());
        assert_eq!(letter(process.pid()), Some('T'));
        assert_eq!(process.resume(), OK);
        thread::sleep(Duration::from_micros(300));
    }
}

#[test]
fn pause_is_seen_though_the_host_took_the_news() {
    let process = sh("sleep 60");
    assert_eq!(process.pause(), OK);
    let mut status = 0;
    // SAFETY: takes the report of the stop, as a host with its own waits may.
    let pid = unsafe { libc::waitpid(process.pid(), &mut status, libc::WUNTRACED) };
    assert!(pid == process.pid() && libc::WIFSTOPPED(status));
    assert_eq!(process.state(), FOURIER_STOPPED);
    assert_eq!(process.pause(), OK);
}

#[test]
fn stop_ends_politely_then_not() {
    assert_eq!(sh("sleep 60").stop(20.0), (OK, -libc::SIGTERM));
    let polite = sh("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
    polite.line();
    assert_eq!(polite.stop(20.0), (OK, 5));
    assert_eq!(polite.lines(STDOUT), ["bye"]);
    assert_eq!(polite.stop(20.0), (OK, 5), "again");
    let stubborn = sh("trap '' TERM; echo ready; while :; do sleep 0.05; done");
    stubborn.line();
    let begin = Instant::now();
    assert_eq!(stubborn.stop(0.3), (OK, -libc::SIGKILL));
    assert!(begin.elapsed().as_secs_f64() >= 0.3);
    let stopped = sh("trap 'exit 6' TERM; echo ready; while :; do sleep 0.05; done");
    stopped.line();
    assert_eq!(stopped.pause(), OK);
    assert_eq!(stopped.stop(20.0), (OK, 6), "a stopped program can hear SIGTERM");
    // Unread output does not keep it alive.
    let talker = Options::new().output_limit(1000).sh("trap '' TERM; yes");
    talker.line();
    assert_eq!(talker.stop(5.0), (OK, -libc::SIGKILL));
}

#[test]
fn a_signal_after_the_end_is_ok_and_reaches_nobody() {
    let process = sh("exit 3");
    until("it ends", || letter(process.pid()).is_none_or(|letter| letter == 'Z'));
    // Not waited for yet: the zombie is collected, and nothing sent.
    for signal in [libc::SIGTERM, libc::SIGKILL, libc::SIGSTOP, libc::SIGCONT] {
        assert_eq!(process.signal(signal), OK);
    }
    assert_eq!(process.pause(), OK);
    assert_eq!(process.resume(), OK);
    assert_eq!(process.kill(), OK);
    assert_eq!(process.stop(0.0), (OK, 3));
    assert_eq!(process.wait(), 3);
    assert!(process.pid() > 1);
}

#[test]
fn signals_reach_the_whole_group_when_it_is_its_own() {
    let process = sh("sleep 60 & echo $!; wait");
    let grandchild: i32 = process.line().parse().unwrap();
    assert_eq!(process.pause(), OK);
    until("the grandchild stops", || letter(grandchild) == Some('T'));
    assert_eq!(process.kill(), OK);
    assert_eq!(process.wait(), -libc::SIGKILL);
    until("the grandchild has ended", || !matches!(letter(grandchild), Some('S' | 'T' | 'R')));

    let alone = Options::new().group(false).sh("sleep 60 >/dev/null 2>&1 & echo $!; wait");
    let grandchild: i32 = alone.line().parse().unwrap();
    // SAFETY: asks only.
    assert_eq!(unsafe { libc::getpgid(alone.pid()) }, unsafe { libc::getpgrp() });
    assert_eq!(alone.kill(), OK);
    assert_eq!(alone.wait(), -libc::SIGKILL);
    until("the grandchild sleeps on", || letter(grandchild) == Some('S'));
    // SAFETY: our grandchild, which init has taken over; it exists, as was just seen.
    unsafe { libc::kill(grandchild, libc::SIGKILL) };
}

#[test]
fn a_program_that_changed_its_group_is_still_reached() {
    let python = common::tool("python3");
    let script = "import os, time; os.setpgid(0, os.getpgid(os.getppid())); \
                  print(os.getpgrp(), flush=True); time.sleep(60)";
    let process = Options::new().start(&[python.to_str().unwrap(), "-c", script]);
    // SAFETY: asks only.
    assert_eq!(process.line(), unsafe { libc::getpgrp() }.to_string());
    assert_eq!(process.signal(libc::SIGTERM), OK);
    assert_eq!(process.wait(), -libc::SIGTERM);
}

#[test]
fn free_kills_and_collects_stopped_programs_too() {
    for pause in [false, true] {
        let process = sh("echo x; sleep 60");
        process.line();
        let pid = process.pid();
        if pause {
            assert_eq!(process.pause(), OK);
        }
        drop(process);
        assert_eq!(letter(pid), None);
    }
}

#[test]
fn free_leaves_a_program_when_told_and_collects_it_later() {
    let process = Options::new().kill_on_free(false).stream(STDOUT, NULL).sh("sleep 0.5");
    let pid = process.pid();
    drop(process);
    assert!(letter(pid).is_some_and(|letter| letter != 'Z'), "it goes on");
    until("it ends", || letter(pid).is_none_or(|letter| letter == 'Z'));
    drop(sh("true"));
    assert_eq!(letter(pid), None, "collected at the next start");
}

#[test]
fn a_time_limit_ends_the_program() {
    let process = Options::new().time_limit(0.3).sh("echo x; sleep 60");
    process.line();
    assert_eq!(process.lines(STDOUT), [""; 0]);
    assert_eq!(process.wait(), -libc::SIGKILL);
    let (_, [wall, ..], _) = process.usage();
    assert!((0.3..5.0).contains(&wall), "{wall}");
    // A call that does not wait ends it as well.
    let process = Options::new().time_limit(0.05).sh("sleep 60");
    thread::sleep(Duration::from_millis(100));
    until("it ends", || process.state() == FOURIER_EXITED);
}

#[test]
fn usage_is_told_after_the_end() {
    let python = common::tool("python3");
    let script = "x = bytearray(300_000_000)\nx[::4096] = b'1' * len(x[::4096])\n\
                  import time\nt = time.process_time()\nwhile time.process_time() - t < 0.3: pass\n\
                  print('x', flush=True)\ntime.sleep(0.2)";
    let process = Options::new().start(&[python.to_str().unwrap(), "-c", script]);
    assert_eq!(process.usage().0, RUNNING);
    assert_eq!(process.wait(), 0);
    let (status, [wall, user, system], peak) = process.usage();
    assert_eq!(status, OK);
    assert!(wall > 0.5 && user + system >= 0.3 && user + system < wall + 0.1);
    assert!(peak == -1 || (300_000_000..500_000_000).contains(&peak), "{peak}");
    // Small programs hide behind the host's own peak.
    let small = sh("true");
    small.wait();
    let (_, [_, user, system], peak) = small.usage();
    assert!(user + system < 0.2 && (peak == -1 || peak < 100_000_000), "{peak}");
}
