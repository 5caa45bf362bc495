//! Process control works in hosts whose signals, descriptors, threads and kernel are special: each
//! promise is kept by a C program of its own, so that nothing else is disturbed.

mod common;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use common::*;

type Program = OnceLock<(Scratch, PathBuf)>;

fn host(program: &'static Program, source: &str, mode: &str) {
    let (_, program) = program.get_or_init(|| {
        let scratch = Scratch::new();
        let program = compile_c(&scratch, source);
        (scratch, program)
    });
    let output = Command::new(program).arg(mode).stdin(Stdio::null()).output();
    let output = output.expect("the program was just compiled");
    assert!(output.status.success(), "{mode}: {}\n{}", output.status, text(&output.stderr));
    assert_eq!(text(&output.stdout), "", "nothing is ever printed");
}

macro_rules! hosts {
    ($source:literal: $($name:ident)*) => { $(
        #[test]
        fn $name() {
            host(&PROGRAM, $source, stringify!($name));
        }
    )* };
}

mod signals {
    use super::*;
    static PROGRAM: Program = OnceLock::new();
    hosts! { "tests/c/process_signals.c":
        blocked_signals
        ignored_and_caught_signals
        default_sigpipe
        sigchld_ignored
        status_stolen
        recycled_pid
        interrupted
    }
}

mod others {
    use super::*;
    static PROGRAM: Program = OnceLock::new();
    hosts! { "tests/c/process_hosts.c":
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
    }
}
