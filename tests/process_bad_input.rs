//! Bad input to process control gets a status and a text that names the argument and the value, and
//! leaves nothing behind: no memory, no descriptor, no process.

mod common;

use std::process::Command;

use common::*;

#[test]
fn each_mistake_has_its_status_and_text_and_leaks_nothing() {
    let scratch = Scratch::new();
    let program = compile_c(&scratch, "tests/c/process_bad_input.c");
    assert_eq!(stdout_of(&program), "", "nothing is printed");

    let mut valgrind = Command::new(tool("valgrind"));
    valgrind.args(["--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=all"]);
    valgrind.args(["--errors-for-leak-kinds=definite,indirect,possible"]);
    let output = run(valgrind.arg(&program));
    assert!(!text(&output.stderr).contains("ERROR SUMMARY"), "{}", text(&output.stderr));
}
