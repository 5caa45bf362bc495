//! Module libfourier keeps its promises to modern Fortran programs: exact results for any arrays,
//! stat and errmsg as in Fortran's own statements, ERROR STOP with the whole text without them.

mod common;

use std::process::Command;

use common::*;

/// Compiles and runs a program that prints one line for each promise it has seen kept, and fails at
/// the first that is broken.
fn keeps_promises(source: &str) {
    let scratch = Scratch::new();
    let program = compile_fortran(&scratch, &file(source), Fortran::Modern);
    let promises = stdout_of(program);
    assert!(promises.lines().count() > 10, "{promises}");
}

#[test]
fn spectrum_procedures_work() {
    keeps_promises("tests/fortran/spectrum.f90");
}

#[test]
fn median_filter_works() {
    keeps_promises("tests/fortran/median.f90");
}

#[test]
fn parallel_map_works() {
    keeps_promises("tests/fortran/parallel.f90");
}

#[test]
fn programs_that_trap_floating_point_exceptions_are_not_stopped() {
    let scratch = Scratch::new();
    let source = file("tests/fortran/traps.f90");
    let program = compile_fortran(&scratch, &source, Fortran::Modern);
    assert_eq!(stdout_of(program), "no trap\n");
}

#[test]
fn failures_without_stat_stop_the_program_with_their_text() {
    let scratch = Scratch::new();
    let source = file("tests/fortran/stops.f90");
    let program = compile_fortran(&scratch, &source, Fortran::Modern);
    for (failure, told) in [
        ("sizes", ["fourier_power: size(t) is 2, but size(x) is 3", "fourier_power"]),
        ("infinite", ["fourier_transform: x[1]", "inf"]),
        ("threads", ["fourier_power: threads", "5000"]),
        ("errmsg", ["fourier_power: method", "9"]),
    ] {
        let mut command = Command::new(&program);
        let output = outcome(command.arg(failure));
        let transcript = transcript(&command, &output);
        assert!(!output.status.success() && output.stdout.is_empty(), "{transcript}");
        let errors = text(&output.stderr);
        let line = errors.lines().find(|line| line.starts_with("ERROR STOP "));
        let line = line.unwrap_or_else(|| panic!("{transcript}"));
        assert!(told.iter().all(|part| line.contains(part)), "{transcript}");
    }
    let success = stdout_of(program);
    assert_eq!(success, "still here\n");
}
