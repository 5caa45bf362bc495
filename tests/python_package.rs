//! The wheel that `make wheel` builds works where there is neither Rust nor a compiler, whatever the
//! version of Python.

mod common;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use common::*;

const PROGRAM: &str = "
import importlib.metadata, os, sys
import numpy as np
import cfourier, ffourier, libfourier
from libfourier._library import library
here = os.path.realpath(sys.argv[1])
for path in (libfourier.__file__, cfourier.__file__, ffourier.__file__, library._name):
    assert os.path.realpath(path).startswith(here + os.sep), path
assert os.path.exists(os.path.join(here, 'libfourier', 'py.typed'))
assert libfourier.__version__ == libfourier.version() == importlib.metadata.version('libfourier')
freq, power = libfourier.power([0, 1], [4, 6], 0, 0, 1)
assert ffourier.fourier([0, 1], [4, 6], 0, 0, 1)[1] == power
assert cfourier.fourier([0, 1], [4, 6], 0, 0, 1, np.zeros(2))[1] == power
with libfourier.Process(['echo', 'hello']) as program:
    print(libfourier.__version__, power[0], *program)
";

fn wheel() -> PathBuf {
    let entries = fs::read_dir(built("wheel")).expect("a folder");
    let mut wheels = entries.map(|entry| entry.expect("an entry").path());
    let wheel = wheels.find(|path| path.extension().is_some_and(|suffix| suffix == "whl"));
    wheel.expect("`make wheel` was run")
}

#[test]
fn one_wheel_fits_every_python_and_auditwheel_accepts_it() {
    let wheel = wheel();
    let name = wheel.file_name().expect("a name").to_string_lossy().into_owned();
    let begin = concat!("libfourier-", env!("CARGO_PKG_VERSION"), "-py3-none-manylinux_2_");
    assert!(name.starts_with(begin), "{name}");
    let mut audit = Command::new(python());
    let report = run(audit.args(["-m", "auditwheel", "show"]).arg(&wheel)).stdout;
    let report = text(&report).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        report.contains("is consistent with the following platform tag: \"manylinux"),
        "{report}"
    );
}

#[test]
fn the_wheel_works_without_rust() {
    let scratch = Scratch::new();
    let place = scratch.path("site");
    let mut install = Command::new(python());
    install.args(["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]);
    run(install.arg(&place).arg(wheel()));
    let program = scratch.write("program.py", PROGRAM);
    let mut command = Command::new(python());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("PYTHONPATH", &place);
    let printed = text(&run(command.arg(program).arg(&place).current_dir(scratch.folder())).stdout);
    assert_eq!(printed, concat!(env!("CARGO_PKG_VERSION"), " 100.0 hello\n"));
}
