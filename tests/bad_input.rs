//! Bad input gets a status, a text that names the argument and its value, and outputs in the state
//! that the header promises; nothing is printed, nothing is leaked, no byte beyond is touched.

mod common;

use std::process::Command;

use common::*;

#[test]
fn spectrum_answers_bad_input_as_promised() {
    natively_and_under_valgrind("tests/c/bad_spectrum.c", 500);
}

#[test]
fn settings_and_parallel_map_answer_bad_input_as_promised() {
    natively_and_under_valgrind("tests/c/bad_settings.c", 80);
}

/// Runs a program that makes at least so many checks and says how many failed.
fn natively_and_under_valgrind(source: &str, least: u32) {
    let scratch = Scratch::new();
    let program = compile_c(&scratch, source);
    let mut valgrind = Command::new(tool("valgrind"));
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full"]);
    valgrind.args(["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"]);
    valgrind.arg(&program);
    for mut command in [Command::new(&program), valgrind] {
        let output = run(&mut command);
        let said = text(&output.stdout);
        let (checks, rest) = said.split_once(' ').expect("a summary");
        assert!(checks.parse::<u32>().is_ok_and(|checks| checks >= least), "{said}");
        assert_eq!(rest, "checks, 0 failed\n");
        assert_eq!(text(&output.stderr), "", "the library prints");
    }
}
