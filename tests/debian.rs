//! The packages of `make deb` install, work and are purged without a trace.
//!
//! They are installed by the real dpkg, in a folder that it takes for a system's root.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::*;

const C: &str = r#"
#include <fourier.h>
int main(void)
{
    double t[2] = {0, 1}, x[2] = {4, 6}, power;
    return fourier_power(2, t, x, 0, 0, 1, NULL, &power, NULL) != FOURIER_OK || power != 100;
}
"#;

const PYTHON: &str = "
import libfourier
from libfourier._library import library
print(library._name, libfourier.power([0, 1], [4, 6], 0, 0, 1)[1][0])
";

/// The packages, by name, made in a folder.
fn packages(folder: &Path) -> Vec<PathBuf> {
    tool("dpkg-shlibdeps");
    library_dir();
    // The settings are those that install.sh has from the Makefile.
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    let version = env!("CARGO_PKG_VERSION");
    let mut command = Command::new(file("tools/deb.sh"));
    command.arg(folder).env("FOURIER_BUILD", build()).env("VERSION", version);
    command.env("SHARED_FILE", format!("libfourier.so.{version}"));
    command.env("SHARED_MAJOR", format!("libfourier.so.{major}"));
    command.env("SHARED_NAME", "libfourier.so").env("FC", "gfortran");
    let output = run(&mut command);
    text(&output.stdout).lines().map(PathBuf::from).collect()
}

/// dpkg for a root of its own; as root, or in the belief to be.
fn dpkg(root: &Path) -> Command {
    let is_root = text(&run(Command::new("id").arg("-u")).stdout) == "0\n";
    let mut command = if is_root {
        Command::new(tool("dpkg"))
    } else {
        let mut fakeroot = Command::new(tool("fakeroot"));
        fakeroot.arg(tool("dpkg"));
        fakeroot
    };
    // What they depend on is the machine's, not in this folder.
    command.arg(format!("--root={}", root.display())).args(["--force-depends", "--force-not-root"]);
    command
}

fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else {
            found.insert(path);
        }
    }
    found
}

#[test]
fn packages_install_work_and_are_purged_without_a_trace() {
    let scratch = Scratch::new();
    let packages = packages(&scratch.path("packages"));
    let names: Vec<String> = packages
        .iter()
        .map(|path| text(&run(Command::new("dpkg-deb").arg("-f").arg(path).arg("Package")).stdout))
        .map(|name| name.trim().to_string())
        .collect();
    let library = concat!("libfourier", env!("CARGO_PKG_VERSION_MAJOR"));
    assert_eq!(names, [library, "libfourier-dev", "python3-libfourier"]);
    let field = |package: &Path, name: &str| {
        text(&run(Command::new("dpkg-deb").arg("-f").arg(package).arg(name)).stdout)
    };
    assert_eq!(field(&packages[0], "Version").trim(), env!("CARGO_PKG_VERSION"));
    assert!(field(&packages[0], "Depends").contains("libc6 (>= "));

    let system = scratch.path("system");
    for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"] {
        fs::create_dir_all(system.join(folder)).expect("a folder can be made");
    }
    scratch.write("system/var/lib/dpkg/status", "");
    run(dpkg(&system).arg("-i").args(&packages));

    // A program is compiled and run with what lies there.
    let multiarch =
        text(&run(Command::new("dpkg-architecture").arg("-qDEB_HOST_MULTIARCH")).stdout);
    let libraries = system.join("usr/lib").join(multiarch.trim());
    let mut pkg_config = Command::new(tool("pkg-config"));
    pkg_config.env("PKG_CONFIG_SYSROOT_DIR", &system);
    pkg_config.env("PKG_CONFIG_LIBDIR", libraries.join("pkgconfig"));
    let flags = text(&run(pkg_config.args(["--cflags", "--libs", "fourier"])).stdout);
    let (source, program) = (scratch.write("program.c", C), scratch.path("program"));
    let mut compiler = c_compiler();
    run(compiler.arg(source).args(flags.split_whitespace()).arg("-o").arg(&program));
    run(Command::new(&program).env("LD_LIBRARY_PATH", &libraries));

    // Python finds the library by the package's own link.
    let mut command = Command::new(python());
    command
        .env_remove("LIBFOURIER")
        .env("PYTHONPATH", system.join("usr/lib/python3/dist-packages"));
    let printed = text(&run(command.args(["-B", "-c", PYTHON])).stdout);
    assert!(printed.starts_with(&*system.to_string_lossy()), "{printed}");
    assert!(printed.ends_with(" 100.0\n"), "{printed}");

    run(dpkg(&system).arg("--purge").args(&names));
    let left: Vec<_> =
        files(&system).into_iter().filter(|path| !path.starts_with(system.join("var"))).collect();
    assert_eq!(left, [] as [PathBuf; 0]);
}
