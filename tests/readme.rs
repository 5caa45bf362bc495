//! Every program in README.md compiles and prints what it should.

mod common;

use std::fs;
use std::process::Command;

use common::*;

/// The blocks of README.md that are marked with exactly this language.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string(file("README.md")).expect("README.md is text");
    let mut blocks = Vec::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if found == language {
                blocks.push(block.join("\n") + "\n");
            }
        }
    }
    blocks
}

fn only(language: &str) -> String {
    let mut blocks = blocks(language);
    assert_eq!(blocks.len(), 1, "README.md has one {language} program");
    blocks.remove(0)
}

const PEAK: &str = "strongest peak at f = 0.100\n";
const KILLED: &str = "I got: 1\nI got: 2\nI got: 3\nreturn code: -9\n";

#[test]
fn c_programs_work() {
    let scratch = Scratch::new();
    let median = "the bright pixel is now 12\n";
    let expected = [PEAK, median, KILLED, "cancelled by the progress function\n"];
    let programs = blocks("c");
    assert_eq!(programs.len(), expected.len());
    for (program, expected) in programs.iter().zip(expected) {
        let source = scratch.write("program.c", program);
        let program = compile_c(&scratch, source.to_str().expect("a plain path"));
        assert_eq!(stdout_of(program), expected);
    }
}

#[test]
fn fortran_programs_work() {
    let scratch = Scratch::new();
    let expected = [PEAK, KILLED];
    let programs = blocks("fortran");
    assert_eq!(programs.len(), expected.len());
    for (program, expected) in programs.iter().zip(expected) {
        let source = scratch.write("program.f90", program);
        assert_eq!(stdout_of(compile_fortran(&scratch, &source, Fortran::Modern)), expected);
    }
}

#[test]
fn legacy_fortran_program_works() {
    let scratch = Scratch::new();
    let source = scratch.write("legacy.f", &only("fortran fixed-form"));
    assert_eq!(stdout_of(compile_fortran(&scratch, &source, Fortran::Legacy)), PEAK);
}

#[test]
fn python_program_works() {
    let scratch = Scratch::new();
    library_dir();
    let mut command = Command::new(python());
    command.env("PYTHONPATH", root().join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = run(command.arg(scratch.write("program.py", &only("python"))));
    assert_eq!(text(&output.stdout), PEAK);
}

#[test]
fn files_that_it_links_to_exist() {
    let readme = fs::read_to_string(file("README.md")).expect("README.md is text");
    let links: Vec<&str> =
        readme.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)).collect();
    assert!(links.len() >= 3, "{links:?}");
    for link in links {
        file(link);
    }
}

#[test]
fn every_program_is_in_a_language_that_is_tested() {
    let readme = fs::read_to_string(file("README.md")).expect("README.md is text");
    let fences = readme.lines().filter(|line| line.starts_with("```") && line.len() > 3);
    for fence in fences {
        let tested = ["c", "fortran", "fortran fixed-form", "python"];
        assert!(tested.contains(&&fence[3..]), "{fence}: nothing tests this block");
    }
}
