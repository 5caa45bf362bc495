//! The package libfourier, ffourier and cfourier keep their promises to Python programs: each file of
//! tests/python is run by one test here. The tutorial's own signature file is compiled, too.

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::*;

/// Python with the project's modules to import.
fn python_with_modules() -> Command {
    python_with(vec![file("python"), file("tests/python")])
}

/// Python that imports from some folders.
fn python_with(folders: Vec<PathBuf>) -> Command {
    library_dir();
    let mut command = Command::new(python());
    command.env("PYTHONPATH", std::env::join_paths(folders).expect("plain paths"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.env_remove("LIBFOURIER").env_remove("FOURIER_NUM_THREADS");
    command
}

/// Runs a file of tests/python: every test in it must run and pass.
fn passes(name: &str) {
    passes_with(python_with_modules(), name);
}

fn passes_with(mut command: Command, name: &str) {
    command.args(["-m", "unittest", "-v"]).arg(file(&format!("tests/python/{name}.py")));
    let output = run(&mut command);
    let report = text(&output.stderr);
    assert!(report.contains("\nOK\n") && !report.contains("Ran 0 tests"), "{report}");
}

#[test]
fn the_shared_library_is_found() {
    passes("test_loading");
}

#[test]
fn spectra_of_any_kind_of_array_are_exact() {
    passes("test_spectrum");
}

#[test]
fn median_filter_is_that_of_scipy() {
    passes("test_median");
}

#[test]
fn errors_name_the_argument() {
    passes("test_errors");
}

#[test]
fn progress_and_interrupts_work() {
    passes("test_interrupt");
}

#[test]
fn programs_can_be_controlled() {
    passes("test_process");
}

#[test]
fn python_threads_and_forked_children_work() {
    passes("test_threads_and_fork");
}

#[test]
fn the_tutorials_calls_work() {
    passes("test_tutorial");
}

#[test]
fn the_tutorials_calls_work_with_modules_that_f2py_compiles() {
    for module in ["ffourier", "cfourier"] {
        built(&format!("python/.{module}"));
    }
    // What is compiled comes first.
    let python = || python_with(vec![built("python"), file("python"), file("tests/python")]);
    let which = "import cfourier, ffourier; print(cfourier.__file__, ffourier.__file__)";
    let found = text(&run(python().args(["-c", which])).stdout);
    assert!(found.matches(".so").count() == 2, "{found}");
    passes_with(python(), "test_tutorial");
}

#[test]
fn every_public_name_is_documented_and_its_examples_run() {
    built("venv/.test");
    passes("test_documentation");
}

#[test]
fn the_table_of_c_signatures_is_that_of_the_header() {
    passes("test_signatures");
}

#[test]
fn types_satisfy_mypy_and_pyright() {
    built("venv/.test");
    for checker in ["mypy", "pyright"] {
        let mut command = Command::new(python());
        command.args(["-m", checker]);
        if checker == "pyright" {
            command.arg("--pythonpath").arg(python());
        }
        run(command.current_dir(root()));
    }
}

#[test]
fn the_tutorials_signature_file_works() {
    let scratch = Scratch::new();
    let mut build = Command::new(file("tools/f2py.sh"));
    build.arg(file("tests/python/fixtures/fourier.pyf")).arg(scratch.folder());
    run(build.env("PYTHON", python()));
    let program = scratch.write(
        "tutorial.py",
        "import sys\n\
         import numpy as np\n\
         import cfourier, ffourier\n\
         assert cfourier.__file__.startswith(sys.argv[1]), cfourier.__file__\n\
         times = np.linspace(0,100,1000)\n\
         signal = np.sin(2*np.pi*0.1*times)\n\
         f0,df,nf = 0.05,0.00005,2000\n\
         freqf,amplf = ffourier.fourier(times,signal,f0,df,nf)\n\
         freqc,amplc = cfourier.fourier(times,signal,f0,df,nf,np.zeros(2*nf)).reshape((2,-1))\n\
         assert (freqf == freqc).all() and (amplf == amplc).all() and amplc.max() > 2e5\n",
    );
    // The script's own folder comes before build/python.
    run(python_with_modules().arg(program).arg(scratch.folder()));
}

#[test]
fn parallel_map_calls_with_every_item_once() {
    passes("test_parallel_map");
}

#[test]
fn units_are_kept_or_refused() {
    passes("test_units");
}

#[test]
fn periodograms_and_prewhitening_agree_with_least_squares() {
    passes("test_periodogram");
}
