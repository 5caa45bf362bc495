//! `make install` puts everything where programs find it with pkg-config alone, and `make
//! uninstall` takes all of it away.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use common::*;

const C: &str = r#"
#include <fourier.h>
#include <stdio.h>
int main(void)
{
    double t[4] = {0, 1, 2, 3}, x[4] = {1, 2, 3, 4}, power;
    if (fourier_power(4, t, x, 0, 0, 1, NULL, &power, NULL) != FOURIER_OK)
        return 1;
    printf("%g\n", power);
    return 0;
}
"#;

const FORTRAN: &str = "
program one
  use, intrinsic :: iso_fortran_env, only: real64
  use libfourier, only: fourier_power
  implicit none
  real(real64) :: freq(1), power(1)
  call fourier_power([0.0_real64, 1.0_real64], [4.0_real64, 6.0_real64], 0.0_real64, 0.0_real64, &
                     freq, power)
  print '(i0)', nint(power(1))
end program one
";

const LEGACY: &str = "
      DOUBLE PRECISION T(2), X(2), FR(1), S1(1)
      DATA T/0D0, 1D0/, X/4D0, 6D0/
      CALL FOURIER(T,X,0D0,0D0,2,1,FR,S1)
      WRITE(*,'(I3)') NINT(S1(1))
      END
";

const PYTHON: &str = "
import libfourier
from libfourier._library import library
print(library._name, libfourier.power([0, 1], [4, 6], 0, 0, 1)[1][0])
";

/// Runs make in the project.
fn make(arguments: &[String]) {
    // The outer make's and cargo's settings are not those of a user.
    let mut make = Command::new(tool("make"));
    make.env_remove("MAKEFLAGS").env_remove("MFLAGS").env_remove("MAKELEVEL");
    run(make.current_dir(root()).args(arguments));
}

/// What pkg-config says about fourier as installed in `libraries`.
fn flags(libraries: &Path, arguments: &[&str]) -> Vec<String> {
    let mut command = Command::new(tool("pkg-config"));
    command.env("PKG_CONFIG_PATH", libraries.join("pkgconfig"));
    let output = run(command.args(arguments).arg("fourier"));
    text(&output.stdout).split_whitespace().map(String::from).collect()
}

/// Compiles a program with nothing but these flags and returns what it prints.
fn build_and_run(
    compiler: &str,
    source: &Path,
    flags: &[String],
    libraries: &Path,
    scratch: &Scratch,
) -> String {
    let program = scratch.path("program");
    run(Command::new(tool(compiler)).arg(source).args(flags).arg("-o").arg(&program));
    let output = run(Command::new(&program).env("LD_LIBRARY_PATH", libraries));
    text(&output.stdout).trim().to_string()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found
}

#[test]
fn programs_build_with_pkg_config_alone() {
    library_dir();
    let scratch = Scratch::new();
    let prefix = scratch.path("prefix");
    let libraries = prefix.join("lib");
    make(&["install".into(), format!("PREFIX={}", prefix.display())]);

    let all = flags(&libraries, &["--cflags", "--libs"]);
    let sources = [
        ("cc", scratch.write("program.c", C), "100"),
        ("gfortran", scratch.write("modern.f90", FORTRAN), "100"),
        ("gfortran", scratch.write("legacy.f", LEGACY), "100"),
    ];
    for (compiler, source, expected) in &sources {
        assert_eq!(&build_and_run(compiler, source, &all, &libraries, &scratch), expected);
    }
    assert_eq!(flags(&libraries, &["--modversion"]), [env!("CARGO_PKG_VERSION")]);

    // The Python module finds the library that it was installed with.
    let modules = prefix.join("share/fourier/python");
    let mut command = Command::new(python());
    command.env_remove("LIBFOURIER").env("PYTHONPATH", &modules).args(["-B", "-c", PYTHON]);
    let printed = text(&run(&mut command).stdout);
    assert!(printed.starts_with(&*modules.to_string_lossy()), "{printed}");
    assert!(printed.ends_with(" 100.0\n"), "{printed}");

    // Without the shared library the same flags and --static take the static one.
    for path in files(&libraries) {
        if path.to_string_lossy().contains(".so") {
            fs::remove_file(path).expect("an installed file can be removed");
        }
    }
    let all = flags(&libraries, &["--static", "--cflags", "--libs"]);
    for (compiler, source, expected) in &sources {
        assert_eq!(&build_and_run(compiler, source, &all, &libraries, &scratch), expected);
    }
}

#[test]
fn staged_installation_is_complete_relocated_and_removable() {
    library_dir();
    let scratch = Scratch::new();
    let stage = scratch.path("stage");
    let place = |verb: &str| {
        make(&[
            verb.into(),
            format!("DESTDIR={}", stage.display()),
            "PREFIX=/opt/fourier".into(),
            "LIBDIR=/opt/fourier/lib64".into(),
        ]);
    };
    place("install");
    let version = env!("CARGO_PKG_VERSION");
    let libraries = stage.join("opt/fourier/lib64");
    for name in [
        "opt/fourier/include/fourier.h",
        "opt/fourier/include/fourier/libfourier.mod",
        "opt/fourier/lib64/libfourier.a",
        &format!("opt/fourier/lib64/libfourier.so.{version}"),
        "opt/fourier/share/fourier/fortran/libfourier.f90",
        "opt/fourier/share/fourier/python/libfourier/__init__.py",
    ] {
        assert!(stage.join(name).is_file(), "{name} was not installed");
    }
    let link = fs::read_link(libraries.join("libfourier.so")).expect("a symbolic link");
    assert_eq!(link, Path::new(concat!("libfourier.so.", env!("CARGO_PKG_VERSION_MAJOR"))));
    assert!(libraries.join("libfourier.so").is_file(), "libfourier.so leads nowhere");

    let pc = fs::read_to_string(libraries.join("pkgconfig/fourier.pc")).expect("fourier.pc");
    assert!(pc.contains("libdir=/opt/fourier/lib64\n"), "{pc}");
    assert!(!pc.contains(&*stage.to_string_lossy()) && !pc.contains('@'), "{pc}");

    place("uninstall");
    assert_eq!(files(&stage), [] as [PathBuf; 0], "left behind");
}
