//! smooth_fits filters FITS files and keeps everything else in them; what goes wrong with one file
//! gets one message, and the others are written. astropy judges: tests/python/test_smooth_fits.py.

mod common;

use std::process::Command;

use common::*;

/// Runs a class of the Python file: every test in it must run and pass.
fn passes(class: &str) {
    library_dir();
    let mut command = Command::new(python());
    command.env("PYTHONPATH", root().join("tests/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("SMOOTH_FITS", built("bin/c/smooth_fits"));
    command.env("SMOOTH_IMAGE", built("bin/fortran/smooth_image"));
    command.env("CCD_FRAME", file("data/saao_ccd_a8280271.fits"));
    command.env_remove("FOURIER_NUM_THREADS");
    command.args(["-m", "unittest", "-v", &format!("test_smooth_fits.{class}")]);
    let output = run(&mut command);
    let report = text(&output.stderr);
    assert!(report.contains("\nOK\n") && !report.contains("Ran 0 tests"), "{report}");
}

#[test]
fn pixels_are_filtered_and_everything_else_is_kept() {
    passes("Contents");
}

#[test]
fn failures_are_told_and_leave_no_partial_file() {
    passes("Failures");
}

#[test]
fn an_interrupted_run_leaves_whole_files_or_none() {
    passes("Interrupts");
}
