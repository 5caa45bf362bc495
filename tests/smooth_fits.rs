//! smooth_fits filters FITS files and keeps everything else in them; what goes wrong with one file
//! gets one message, and the others are written. astropy judges: tests/python/test_smooth_fits*.py.

mod common;

use std::process::Command;

use common::*;

/// Runs a Python file: every test in it must run and pass.
fn passes(module: &str) {
    library_dir();
    let scratch = Scratch::new();
    let hostile = scratch.path("hostile_cfitsio.so");
    let mut command = c_compiler();
    command.args(["-D_GNU_SOURCE", "-shared", "-fPIC"]).arg(file("tests/c/hostile_cfitsio.c"));
    run(command.arg("-o").arg(&hostile).arg("-ldl"));

    let mut command = Command::new(python());
    command.env("PYTHONPATH", root().join("tests/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("SMOOTH_FITS", built("bin/c/smooth_fits"));
    command.env("SMOOTH_IMAGE", built("bin/fortran/smooth_image"));
    command.env("CCD_FRAME", file("data/saao_ccd_a8280271.fits"));
    command.env("HOSTILE_CFITSIO", &hostile);
    command.env_remove("FOURIER_NUM_THREADS");
    command.args(["-m", "unittest", "-v", module]);
    let output = run(&mut command);
    let report = text(&output.stderr);
    assert!(report.contains("\nOK\n") && !report.contains("Ran 0 tests"), "{report}");
}

#[test]
fn pixels_are_filtered_and_everything_else_is_kept() {
    passes("test_smooth_fits");
}

#[test]
fn compressed_images_are_exact() {
    passes("test_smooth_fits_tiles");
}

#[test]
fn failures_are_told_and_leave_no_partial_file() {
    passes("test_smooth_fits_failures");
}

#[test]
fn a_run_that_is_stopped_leaves_whole_files_or_none() {
    passes("test_smooth_fits_signals");
}
