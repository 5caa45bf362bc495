//! Threads, fork() and watching: the same bits for any number of threads, from any number of host
//! threads, in forked copies; nothing starts at load time; calls can be watched and cancelled.

mod common;

use std::process::Command;
use std::thread::available_parallelism;

use common::*;

#[test]
fn results_are_the_same_bits_for_any_number_of_threads() {
    passes("tests/c/threads.c");
}

#[test]
fn forked_copies_compute_the_same_bits_and_never_hang() {
    passes("tests/c/forks.c");
}

#[test]
fn calls_are_watched_and_cancelled_and_tasks_run_once() {
    passes("tests/c/watched.c");
}

#[test]
fn one_pool_of_workers_serves_everybody_and_nobody_waits_for_it() {
    passes("tests/c/workers.c");
}

#[test]
fn threads_that_the_system_refuses_are_done_without() {
    for few in ["0", "2"] {
        passes_with("tests/c/workers.c", &[few]);
    }
}

#[test]
fn threads_of_a_parallel_region_of_openmp_compute_alone_unless_asked_otherwise() {
    let scratch = Scratch::new();
    let program = scratch.path("openmp");
    let mut compiler = c_compiler();
    compiler.arg("-fopenmp").arg(file("tests/c/openmp.c")).arg("-o").arg(&program);
    link(&mut compiler);
    run(&mut compiler);
    let says = |variable: Option<&str>| {
        let mut command = Command::new(&program);
        command.env_remove("FOURIER_NUM_THREADS").env_remove("OMP_NUM_THREADS");
        command.envs(variable.map(|value| ("FOURIER_NUM_THREADS", value)));
        let said = text(&run(&mut command).stdout);
        said.lines().map(String::from).collect::<Vec<_>>()
    };
    let processors = available_parallelism().expect("processors");
    let all = processors.get();
    // Three threads of OpenMP, one of them the caller, and no worker of ours.
    let (before, after) = (format!("before {all}"), format!("after {all}"));
    let expected = [&*before, "inside 1 to 1", &after, "asked 2 to 2", "failed 0, threads 3"];
    assert_eq!(says(None), expected);
    assert_eq!(says(Some("4"))[..3], ["before 4", "inside 4 to 4", "after 4"]);
}

fn passes(source: &str) {
    passes_with(source, &[]);
}

/// A program that checks, and ends with how many checks failed.
fn passes_with(source: &str, arguments: &[&str]) {
    let scratch = Scratch::new();
    let mut program = Command::new(compile_c(&scratch, source));
    let output = run(program.args(arguments).env_remove("FOURIER_NUM_THREADS"));
    let said = text(&output.stdout);
    assert!(said.ends_with(" checks, 0 failed\n") && !said.starts_with("0 "), "{said}");
    assert_eq!(text(&output.stderr), "", "the library prints");
}

#[test]
fn loading_starts_nothing_and_unloading_is_safe() {
    let scratch = Scratch::new();
    let source = file("tests/c/loading.c");
    let program = scratch.path("loading");
    let mut compiler = c_compiler();
    run(compiler.arg("-D_GNU_SOURCE").arg(source).arg("-o").arg(&program).arg("-ldl"));
    let output = run(Command::new(program).arg(library_dir().join("libfourier.so")));
    assert_eq!(text(&output.stdout) + &text(&output.stderr), "");
}

#[test]
fn number_of_threads_comes_from_the_environment_or_the_processors() {
    let scratch = Scratch::new();
    let program = compile_c(&scratch, "tests/c/threads.c");
    let number = |mode: &str, variable: Option<&str>| {
        let mut command = Command::new(&program);
        command.arg(mode).env_remove("FOURIER_NUM_THREADS");
        if let Some(value) = variable {
            command.env("FOURIER_NUM_THREADS", value);
        }
        let output = text(&run(&mut command).stdout);
        output.trim().parse::<usize>().expect("a number")
    };
    let automatic = available_parallelism().expect("processors are counted").get();
    assert_eq!(number("number", None), automatic);
    assert_eq!(number("affinity", None), 1, "affinity to one processor");
    for (value, expected) in [("3", 3), (" 4 ", 4), ("1024", 1024), ("1", 1)] {
        assert_eq!(number("number", Some(value)), expected, "FOURIER_NUM_THREADS={value}");
        assert_eq!(number("affinity", Some(value)), expected, "the variable outranks affinity");
    }
    for value in ["", "0", "-2", "many", "1025", "2.5"] {
        assert_eq!(number("number", Some(value)), automatic, "FOURIER_NUM_THREADS={value}");
    }
}
