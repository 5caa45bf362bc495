//! tools/test.sh, which `make test` ends with, says truly what happened: how many tests passed,
//! failed and were skipped, which ones lacked a tool, and by its exit whether all is well.
//!
//! The tests are made up: a small project whose tests pass, fail, lack a tool or crash as the
//! environment says.

mod common;

use std::fs;
use std::process::{Command, Output};

use common::*;

const TESTS: &str = r#"
fn asked_for(what: &str) -> bool {
    std::env::var("WHAT").is_ok_and(|all| all.contains(what))
}
#[test]
fn passes() {}
#[test]
fn draws() {
    if asked_for("lacks") {
        panic!("\nLACKING gnuplot: it was not found");
    }
}
#[test]
#[ignore]
fn waits() {}
#[test]
fn counts() {
    assert!(!asked_for("fails"), "lacking nothing");
}
#[test]
fn loads() {
    if asked_for("crashes") {
        std::process::abort();
    }
}
"#;

/// Runs the made-up tests and returns how tools/test.sh ended.
fn summary(what: &str, skip_missing: bool) -> Output {
    let scratch = Scratch::new();
    scratch.write("Cargo.toml", "[package]\nname = \"tried\"\nversion = \"0.1.0\"\n");
    scratch
        .write("Cargo.lock", "version = 4\n\n[[package]]\nname = \"tried\"\nversion = \"0.1.0\"\n");
    for folder in ["src", "tests"] {
        fs::create_dir(scratch.path(folder)).expect("a folder can be made");
    }
    scratch.write("src/lib.rs", "");
    scratch.write("tests/made_up.rs", TESTS);
    let mut command = Command::new(file("tools/test.sh"));
    command.current_dir(scratch.folder()).env("WHAT", what).env_remove("SKIP_MISSING");
    command.env_remove("CARGO_TARGET_DIR").env_remove("RUST_BACKTRACE");
    if skip_missing {
        command.env("SKIP_MISSING", "1");
    }
    outcome(&mut command)
}

fn last_line(output: &Output) -> String {
    text(&output.stdout).lines().last().unwrap_or_default().to_string()
}

#[test]
fn all_is_well_when_every_test_passes() {
    let output = summary("", false);
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert_eq!(last_line(&output), "4 passed, 0 failed, 1 skipped");
    assert!(!text(&output.stdout).contains("lack a tool"));
}

#[test]
fn a_test_that_lacks_a_tool_is_named_and_fails_the_run_unless_told_otherwise() {
    let named = "    made_up: draws (gnuplot)\n";
    let output = summary("lacks", false);
    let printed = text(&output.stdout);
    assert!(!output.status.success() && printed.contains(named), "{printed}");
    assert_eq!(last_line(&output), "3 passed, 1 failed, 1 skipped");

    let output = summary("lacks", true);
    let printed = text(&output.stdout);
    assert!(output.status.success() && printed.contains(named), "{printed}");
    assert_eq!(last_line(&output), "3 passed, 0 failed, 2 skipped");
}

#[test]
fn failures_and_crashes_are_never_skipped() {
    let output = summary("lacks fails", true);
    assert!(!output.status.success());
    assert_eq!(last_line(&output), "2 passed, 1 failed, 2 skipped");
    assert!(!summary("crashes", true).status.success());
    assert!(!summary("crashes lacks", true).status.success());
}
