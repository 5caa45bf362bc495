//! The examples that drive `counting`, from C and from Fortran, show what they should, and the
//! program is really stopped while it is paused.

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::*;

/// What `program_control NUMBER` writes, as far as the digits that Fortran writes do not matter.
fn expected(number: u32) -> Vec<String> {
    let mut lines = Vec::new();
    for i in 0..=20 {
        let head = format!("I got: \"{i} **2 = {}\"; ", i * i);
        if i == number {
            lines.push(head + "and it is a match! Killing program now...");
            lines.push("The program terminated prematurely (return code: -9)".to_string());
            return lines;
        }
        if i == 5 {
            lines.push(head + "that is a nice number, I will just wait here for a moment...");
            lines.push("... waited long enough, continuing...".to_string());
        } else {
            lines.push(head + &format!("but we are not yet at {number}.0"));
        }
    }
    lines.push("The program exited normally (return code: 0)".to_string());
    lines
}

/// The line with the numbers between its quotes as whole numbers and single blanks.
fn plain(line: &str) -> String {
    let mut parts: Vec<String> = line.splitn(3, '"').map(str::to_string).collect();
    if parts.len() == 3 {
        let whole = |word: &str| {
            let number = word.parse::<f64>().ok().filter(|_| !word.starts_with('*'));
            number.map_or(word.to_string(), |number| number.to_string())
        };
        assert!(!parts[1].starts_with(' ') && !parts[1].ends_with(' '), "{line}");
        parts[1] = parts[1].split_whitespace().map(whole).collect::<Vec<_>>().join(" ");
    }
    parts.join("\"")
}

fn state_of_child(parent: u32) -> Option<(String, char)> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    let child = children.split_whitespace().next()?;
    let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
    Some((name.to_string(), rest.chars().next()?))
}

/// Runs an example at 20 numbers a second (the pause is then a quarter of a second) and looks at
/// the state of its child while it is paused.
fn runs(example: &str, number: u32) {
    library_dir();
    let begin = Instant::now();
    let mut command = Command::new(built(example));
    command.args([number.to_string().as_str(), "20"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut program = command.spawn().expect("the example runs");
    let (mut lines, mut states) = (Vec::new(), Vec::new());
    for line in BufReader::new(program.stdout.take().expect("a pipe")).lines() {
        let line = line.expect("a line");
        if line.ends_with("for a moment...") {
            std::thread::sleep(Duration::from_millis(50));
            for _ in 0..10 {
                states.push(state_of_child(program.id()));
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        lines.push(plain(&line));
    }
    assert!(program.wait().expect("its end").success());
    assert_eq!(lines, expected(number));
    let paused = Some(("counting".to_string(), 'T'));
    assert!(states.len() == 10 && states.iter().all(|state| *state == paused), "{states:?}");
    // The lines came while the program ran, a pause included, in which a wait of its own may end.
    let numbers = f64::from(number.min(20));
    assert!(begin.elapsed().as_secs_f64() >= (numbers - 1.0) / 20.0 + 0.25);
}

#[test]
fn c_example_kills_at_the_number() {
    runs("bin/c/program_control", 10);
}

#[test]
fn c_example_lets_the_program_end() {
    runs("bin/c/program_control", 25);
}

#[test]
fn fortran_example_kills_at_the_number() {
    runs("bin/fortran/program_control", 10);
}

#[test]
fn fortran_example_lets_the_program_end() {
    runs("bin/fortran/program_control", 25);
}

#[test]
fn fortran_programs_can_control_programs() {
    let scratch = Scratch::new();
    let source = file("tests/fortran/process.f90");
    let program = compile_fortran(&scratch, &source, Fortran::Modern);
    let promises = stdout_of(&program);
    assert!(promises.lines().count() > 40, "{promises}");
}
