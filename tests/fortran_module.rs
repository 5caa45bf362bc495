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

#[test]
fn module_works_with_default_integers_of_64_bits() {
    let scratch = Scratch::new();
    library_dir();
    let mut compiler = Command::new(file("tools/fortran.sh"));
    compiler.env("FFLAGS", "-std=f2018 -Wall -Wextra -O2 -fdefault-integer-8");
    compiler.arg(scratch.folder()).arg(scratch.path("modules.a")).arg(file("fortran"));
    run(&mut compiler);
    let source = scratch.write("program.f90", LONG_INTEGERS);
    let program = scratch.path("program");
    let mut compiler = fortran_compiler();
    compiler.args(["-fdefault-integer-8", "-I"]).arg(scratch.folder()).arg(source);
    compiler.arg(scratch.path("modules.a")).arg("-o").arg(&program);
    link(&mut compiler);
    run(&mut compiler);
    assert_eq!(
        stdout_of(program),
        "power 100 status 0\nmedian 12\nmedian_filter: size: 0 is less than 1\nline said\nreturned 3\n"
    );
}

const LONG_INTEGERS: &str = "
program long_integers
  use, intrinsic :: iso_fortran_env, only: int32, real64
  use libfourier
  implicit none
  real(real64) :: freq(1), power(1)
  integer(int32) :: image(3, 3) = reshape([10, 11, 12, 11, 99, 13, 12, 13, 14], [3, 3])
  integer(int32) :: smoothed(3, 3)
  integer :: stat, returncode
  character(len=100) :: message
  type(process) :: p
  character(len=:), allocatable :: line

  call fourier_power([0.0_real64, 1.0_real64], [4.0_real64, 6.0_real64], 0.0_real64, 0.0_real64, &
                     freq, power, threads=1, stat=stat)
  print '(2(a, i0))', 'power ', nint(power(1)), ' status ', stat
  call median_filter(image, smoothed, 3)
  print '(a, i0)', 'median ', smoothed(2, 2)
  call median_filter(image, smoothed, 0, stat=stat, errmsg=message)
  print '(a)', trim(message)
  call p%start([character(len=20) :: 'sh', '-c', 'echo said; exit 3'])
  call p%read_line(line)
  print '(2a)', 'line ', line
  call p%wait(returncode)
  print '(a, i0)', 'returned ', returncode
  call p%free()
end program long_integers
";
