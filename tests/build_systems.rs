//! The installed library is found by the build systems of its users: CMake, meson and fpm.

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
    double t[2] = {0, 1}, x[2] = {4, 6}, power;
    if (fourier_power(2, t, x, 0, 0, 1, NULL, &power, NULL) != FOURIER_OK)
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

const CMAKE: &str = "
cmake_minimum_required(VERSION 3.16)
project(user C Fortran)
find_package(fourier @VERSION@ REQUIRED)
message(STATUS \"found ${fourier_VERSION}\")
add_executable(with_shared program.c)
target_link_libraries(with_shared PRIVATE fourier::fourier)
add_executable(with_static program.c)
target_link_libraries(with_static PRIVATE fourier::static)
add_executable(fully_static program.c)
target_link_libraries(fully_static PRIVATE fourier::static -static)
add_executable(fortran program.f90)
target_link_libraries(fortran PRIVATE fourier::fortran)
";

const MESON: &str = "
project('user', 'c', 'fortran')
fourier = dependency('fourier', version: '@VERSION@')
executable('shared', 'program.c', dependencies: fourier)
executable('fortran', 'program.f90', dependencies: fourier)
static = dependency('fourier', static: true)
executable('static', 'program.c', dependencies: static, link_args: '-static')
";

const FPM: &str = r#"
name = "user"
[dependencies]
libfourier = { path = "../libfourier" }
"#;

/// Installs the library in a folder of the scratch folder, with programs beside it to be built.
fn installed(scratch: &Scratch) -> PathBuf {
    library_dir();
    let prefix = scratch.path("prefix");
    let mut make = Command::new(tool("make"));
    make.env_remove("MAKEFLAGS").env_remove("MFLAGS").env_remove("MAKELEVEL").env_remove("DESTDIR");
    make.current_dir(root()).arg("install").arg(format!("PREFIX={}", prefix.display()));
    run(make.arg(format!("BUILD={}", build().strip_prefix(root()).unwrap_or(&build()).display())));
    scratch.write("program.c", C);
    scratch.write("program.f90", FORTRAN);
    prefix
}

/// A program of the private Python environment.
fn pinned(name: &str) -> Command {
    let path = build().join("venv/bin").join(name);
    if !path.exists() {
        lacking(name, &format!("{} is missing", path.display()));
    }
    let folder = build().join("venv/bin");
    let path_variable = env::var_os("PATH").unwrap_or_default();
    let folders = [folder].into_iter().chain(env::split_paths(&path_variable));
    let mut command = Command::new(path);
    command.env("PATH", env::join_paths(folders).expect("plain paths"));
    command
}

fn version() -> (u32, u32) {
    let number = |text: &str| text.parse().expect("a number");
    (number(env!("CARGO_PKG_VERSION_MAJOR")), number(env!("CARGO_PKG_VERSION_MINOR")))
}

fn prints_100(program: &Path, libraries: &Path) {
    let output = run(Command::new(program).env("LD_LIBRARY_PATH", libraries));
    assert_eq!(text(&output.stdout).trim(), "100", "{}", program.display());
}

#[test]
fn cmake_finds_it_with_all_its_targets() {
    let scratch = Scratch::new();
    let installed_in = installed(&scratch);
    // What is found may have been moved since.
    let prefix = scratch.path("moved here");
    fs::rename(installed_in, &prefix).expect("a folder can be renamed");
    let configure = |version: &str, folder: &str| {
        scratch.write("CMakeLists.txt", &CMAKE.replace("@VERSION@", version));
        let mut cmake = pinned("cmake");
        cmake.arg("-S").arg(scratch.folder()).arg("-B").arg(scratch.path(folder));
        cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        cmake
    };
    let (major, minor) = version();
    let output = run(&mut configure(&format!("{major}.{minor}"), "build"));
    let found = concat!("found ", env!("CARGO_PKG_VERSION"), "\n");
    assert!(text(&output.stdout).contains(found), "{}", text(&output.stdout));
    run(pinned("cmake").arg("--build").arg(scratch.path("build")));
    for program in ["with_shared", "with_static", "fully_static", "fortran"] {
        prints_100(&scratch.path("build").join(program), &prefix.join("lib"));
    }

    // Another version is refused: newer ones, and those before with another interface.
    let newer = [format!("{major}.{}", minor + 1), format!("{}.0", major + 1)];
    let older = if minor > 0 { vec![format!("{major}.{}", minor - 1)] } else { Vec::new() };
    for (number, other) in newer.iter().chain(older.iter().filter(|_| major == 0)).enumerate() {
        let output = outcome(&mut configure(other, &format!("other{number}")));
        let said = text(&output.stderr);
        assert!(!output.status.success() && said.contains("compatible"), "{other}: {said}");
    }
    let range = format!("{major}.{minor}...<{}", major + 1);
    run(&mut configure(&range, "range"));
}

#[test]
fn meson_finds_it_by_pkg_config() {
    let scratch = Scratch::new();
    let prefix = installed(&scratch);
    let (major, minor) = version();
    let setup = |condition: &str, folder: &str| {
        scratch.write("meson.build", &MESON.replace("@VERSION@", condition));
        let mut meson = pinned("meson");
        meson.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        meson.arg("setup").arg(scratch.path(folder)).arg(scratch.folder());
        meson
    };
    run(&mut setup(&format!(">={major}.{minor}"), "build"));
    run(pinned("meson").args(["compile", "-C"]).arg(scratch.path("build")));
    for program in ["shared", "fortran", "static"] {
        prints_100(&scratch.path("build").join(program), &prefix.join("lib"));
    }
    assert!(!outcome(&mut setup(&format!(">{major}.{}", minor + 1), "other")).status.success());
}

#[test]
fn fpm_takes_it_as_a_dependency_by_path() {
    let scratch = Scratch::new();
    let prefix = installed(&scratch);
    let folders = ["libfourier/fortran", "user/app"].map(|name| scratch.path(name));
    for folder in &folders {
        fs::create_dir_all(folder).expect("a folder can be made");
    }
    fs::copy(file("fpm.toml"), scratch.path("libfourier/fpm.toml")).expect("can be copied");
    run(Command::new("cp").arg("-r").arg(file("fortran")).arg(scratch.path("libfourier")));
    fs::rename(scratch.path("program.f90"), folders[1].join("main.f90")).expect("can be moved");
    scratch.write("user/fpm.toml", FPM);
    let libraries = prefix.join("lib");
    let mut fpm = pinned("fpm");
    fpm.current_dir(scratch.path("user")).arg("run");
    fpm.env("LIBRARY_PATH", &libraries).env("LD_LIBRARY_PATH", &libraries);
    let output = run(&mut fpm);
    assert!(text(&output.stdout).ends_with("100\n"), "{}", text(&output.stdout));
}
