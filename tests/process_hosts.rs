//! Process control works in hosts whose signals, descriptors, threads and kernel are special: each
//! promise is kept by a C program of its own, tests/c/process_hosts.c, so that nothing else is
//! disturbed.

mod common;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use common::*;

fn host(mode: &str) {
    static PROGRAM: OnceLock<(Scratch, PathBuf)> = OnceLock::new();
    let (_, program) = PROGRAM.get_or_init(|| {
        let scratch = Scratch::new();
        let program = compile_c(&scratch, "tests/c/process_hosts.c");
        (scratch, program)
    });
    let output = Command::new(program).arg(mode).stdin(Stdio::null()).output();
    let output = output.expect("the program was just compiled");
    assert!(output.status.success(), "{mode}: {}\n{}", output.status, text(&output.stderr));
    assert_eq!(text(&output.stdout), "", "nothing is ever printed");
}

macro_rules! hosts {
    ($($name:ident)*) => { $(
        #[test]
        fn $name() {
            host(stringify!($name));
        }
    )* };
}

hosts! {
    blocked_signals
    ignored_and_caught_signals
    default_sigpipe
    sigchld_ignored
    status_stolen
    recycled_pid
    closed_descriptors
    close_on_exec_streams
    forked_copy
    forked_copy_of_threads
    thread_that_started_ends
    a_thousand
    eight_threads
    many_descriptors
    no_descriptor_left
    old_kernel
    interrupted
}
