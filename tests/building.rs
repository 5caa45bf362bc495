//! Building does what a user means, wherever and with whatever it is done, and says at once what is
//! missing.
//!
//! The Makefile and its tools are the project's; what they build is a library of one function, so
//! that a build takes a second.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

use common::*;

const LIBRARY: &str = r#"//! One function.

/// The only function.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_version() -> i32 {
    1
}
"#;

const PROGRAM: &str = r#"
int fourier_version(void);
int main(void)
{
#ifdef VALUE
    return VALUE;
#else
    int unused_variable = 0;
    return fourier_version() - 1;
#endif
}
"#;

const MODULE: &str = "
module libfourier_second
  use libfourier_status, only: answer
  implicit none
end module libfourier_second
";

const STATUS_MODULE: &str = "
module libfourier_status
  implicit none
  integer, parameter :: answer = 42
end module libfourier_status
";

/// A project like this one, in a folder of its own.
fn project(folder: &Path) {
    let copy = |from: &str| {
        let target = folder.join(from);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder can be made");
        fs::copy(file(from), target).expect("a file can be copied");
    };
    for name in ["Makefile", "build.rs", "include/fourier.h", "README.md", "CHANGELOG.md"] {
        copy(name);
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "python/requirements.txt", "python/ffourier.pyf"]
    {
        copy(name);
    }
    copy("python/libfourier/__init__.py");
    for tools in ["tools", "packaging"] {
        for entry in fs::read_dir(file(tools)).expect("a folder") {
            copy(&format!("{tools}/{}", entry.expect("an entry").file_name().to_string_lossy()));
        }
    }
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    };
    // The manifest without what it depends on.
    let manifest = fs::read_to_string(file("Cargo.toml")).expect("a manifest");
    let kept = |section: &&str| {
        let dropped = ["dependencies", "dev-dependencies", "profile"];
        !dropped.iter().any(|name| section.starts_with(name))
    };
    let sections = manifest.split("\n[").filter(kept);
    write("Cargo.toml", &sections.collect::<Vec<_>>().join("\n["));
    let version = env!("CARGO_PKG_VERSION");
    write(
        "Cargo.lock",
        &format!("version = 4\n\n[[package]]\nname = \"fourier\"\nversion = \"{version}\"\n"),
    );
    write("src/lib.rs", LIBRARY);
    write("c_examples/program.c", PROGRAM);
    // In the order of their use, which is not that of their names.
    write("fortran/libfourier_status.f90", STATUS_MODULE);
    write("fortran/libfourier_second.f90", MODULE);
    write(
        "fortran/libfourier.f90",
        "module libfourier\n  use libfourier_second\nend module libfourier\n",
    );
}

/// make in a folder, with the settings of a user rather than those of the make that runs this.
fn make(folder: &Path, arguments: &[&str]) -> Command {
    let mut make = Command::new(tool("make"));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        let ours = ["MAKE", "MFLAGS", "FOURIER_", "CARGO", "LIBFOURIER", "CI", "RUST_", "WERROR"];
        // Where cargo and rustup keep what they have is the machine's.
        if ours.iter().any(|ours| name.starts_with(ours)) && name != "CARGO_HOME" {
            make.env_remove(&*name);
        }
    }
    make.current_dir(folder).args(arguments);
    make
}

/// What is in a folder, with the times of change.
fn state(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(state(&path));
        }
        let time = fs::symlink_metadata(&path).and_then(|data| data.modified());
        found.insert(path, time.expect("a time"));
    }
    found
}

fn modified(path: &Path) -> SystemTime {
    let time = fs::metadata(path).and_then(|data| data.modified());
    time.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn runs(program: &Path) -> i32 {
    outcome(&mut Command::new(program)).status.code().expect("an exit")
}

#[test]
fn a_read_only_tree_with_a_blank_in_its_path_is_built_from_elsewhere() {
    let scratch = Scratch::new();
    let tree = scratch.path("joe's tree");
    project(&tree);
    run(Command::new("chmod").args(["-R", "a-w"]).arg(&tree));
    let before = state(&tree);
    let makefile = tree.join("Makefile");
    let arguments = ["-j", "-f", &makefile.to_string_lossy(), "BUILD=out", "all", "examples"];
    run(&mut make(scratch.folder(), &arguments));
    let install = ["-f", &makefile.to_string_lossy(), "BUILD=out", "PREFIX=place", "install"];
    run(&mut make(scratch.folder(), &install));
    // root writes where the mode forbids it, too: so it is the state that tells.
    assert_eq!(state(&tree), before);
    assert_eq!(runs(&scratch.path("out/bin/c/program")), 0);
    assert!(scratch.path("place/lib/libfourier.so").is_file());
    run(Command::new("chmod").args(["-R", "u+w"]).arg(&tree));
}

#[test]
fn a_build_folder_with_a_blank_is_refused_before_anything_is_written() {
    let scratch = Scratch::new();
    project(scratch.folder());
    let before = state(scratch.folder());
    let output = outcome(&mut make(scratch.folder(), &["BUILD=my build"]));
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("BUILD is 'my build'"), "{said}");
    assert_eq!(state(scratch.folder()), before);
}

#[test]
fn cargo_may_build_where_and_for_what_it_is_told_to() {
    let host = env!("FOURIER_TARGET");
    let variables = [("CARGO_TARGET_DIR", "elsewhere"), ("CARGO_BUILD_TARGET", host)];
    for settings in [&variables[..1], &variables[1..], &variables[..]] {
        let scratch = Scratch::new();
        project(scratch.folder());
        run(make(scratch.folder(), &["FORTRAN=no"]).envs(settings.iter().copied()));
        let library = scratch.path("build/lib/libfourier.so");
        assert!(library.is_file() && library.with_extension("a").is_file(), "{settings:?}");
        let elsewhere = settings[0].0 == "CARGO_TARGET_DIR";
        assert_eq!(scratch.path("target").exists(), !elsewhere, "{settings:?}");
    }

    let scratch = Scratch::new();
    project(scratch.folder());
    fs::create_dir(scratch.path(".cargo")).expect("a folder can be made");
    scratch.write(".cargo/config.toml", "[build]\ntarget-dir = \"by configuration\"\n");
    run(&mut make(scratch.folder(), &["FORTRAN=no", "examples"]));
    assert_eq!(runs(&scratch.path("build/bin/c/program")), 0);
    assert!(scratch.path("by configuration").is_dir() && !scratch.path("target").exists());
}

#[test]
fn other_compilers_and_flags_rebuild_what_they_made() {
    let scratch = Scratch::new();
    project(scratch.folder());
    let folder = scratch.folder();
    let program = scratch.path("build/bin/c/program");
    let archive = scratch.path("build/lib/libfourier_fortran.a");
    run(&mut make(folder, &["all", "examples"]));
    assert_eq!(runs(&program), 0);
    let (first, fortran) = (modified(&program), modified(&archive));

    run(&mut make(folder, &["all", "examples"]));
    assert_eq!((modified(&program), modified(&archive)), (first, fortran), "nothing has changed");

    run(&mut make(folder, &["all", "examples", "CFLAGS=-DVALUE=7"]));
    assert_eq!(runs(&program), 7);
    assert_eq!(modified(&archive), fortran, "it is not made with CFLAGS");
    let second = modified(&program);
    run(&mut make(folder, &["all", "examples", "CFLAGS=-DVALUE=7", "FFLAGS=-O0 -g"]));
    assert_eq!(modified(&program), second, "it is not made with FFLAGS");
    assert!(modified(&archive) > fortran);

    // Another compiler under the same flags: here one that says what it was called with.
    let wrapper = scratch.path("wrapper");
    let log = scratch.path("log");
    let compiler = c_compiler().get_program().to_string_lossy().into_owned();
    let script = format!("#!/bin/sh\necho \"$@\" >>'{}'\nexec {compiler} \"$@\"\n", log.display());
    executable(&wrapper, &script);
    let cc = format!("CC={}", wrapper.display());
    run(&mut make(folder, &["examples", "CFLAGS=-DVALUE=7", &cc]));
    assert!(fs::read_to_string(&log).expect("a log").contains("-DVALUE=7"));

    // So does a change of what cargo is told.
    let library = fs::canonicalize(scratch.path("build/lib/libfourier.so")).expect("a library");
    let before = fs::read(&library).expect("a library");
    run(make(folder, &[]).env("CARGO_PROFILE_RELEASE_DEBUG", "2"));
    assert!(fs::read(&library).expect("a library") != before);
}

#[test]
fn warnings_are_errors_only_where_asked_for() {
    // PROGRAM has a variable that is not used.
    let scratch = Scratch::new();
    project(scratch.folder());
    for flags in ["-O0", "-g", "-O0 -g -fsanitize=undefined"] {
        let (c, fortran) = (format!("CFLAGS={flags}"), format!("FFLAGS={flags}"));
        let output = run(&mut make(scratch.folder(), &["all", "examples", &c, &fortran]));
        assert!(text(&output.stderr).contains("unused_variable"), "{}", text(&output.stderr));
    }
    for (name, value) in [("WERROR", "yes"), ("CI", "true")] {
        let output = outcome(make(scratch.folder(), &["examples"]).env(name, value));
        assert!(!output.status.success(), "{name}={value}");
    }
    run(make(scratch.folder(), &["examples", "WERROR=no"]).env("CI", "true"));
}

#[test]
fn a_missing_or_old_cargo_is_told_at_once_by_every_target() {
    let scratch = Scratch::new();
    project(scratch.folder());
    // Files that some of the targets are made of.
    for folder in ["c_examples/smooth_fits", "benches"] {
        fs::create_dir(scratch.path(folder)).expect("a folder can be made");
    }
    for name in ["smooth_fits.c", "smooth_fits/smooth_file.c", "smooth_fits/smooth_file.h"] {
        scratch.write(&format!("c_examples/{name}"), "");
    }
    for name in ["process.c", "legacy_loop.f90", "requirements.txt"] {
        scratch.write(&format!("benches/{name}"), "");
    }
    let old = scratch.path("old-cargo");
    executable(
        &old,
        "#!/bin/sh\n[ \"$1\" = --version ] && echo 'cargo 1.63.0 (fd9c4297c 2022-07-01)'\n",
    );
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let targets = ["all", "examples", "fortran", "python", "demo", "demo-fits", "test", "bench"];
    let before = state(scratch.folder());
    for target in targets.iter().chain(&["install", "deb", "setup", "header"]) {
        for (cargo, found) in
            [("/nowhere/cargo", "was not found"), (&*old.to_string_lossy(), "1.63.0")]
        {
            let output = outcome(&mut make(scratch.folder(), &[target, &format!("CARGO={cargo}")]));
            let said = text(&output.stderr);
            assert!(!output.status.success(), "{target}");
            let told = [&format!("Rust {needed} or newer"), cargo, found, "https://rustup.rs"];
            assert!(told.iter().all(|part| said.contains(part)), "{target}: {said}");
        }
    }
    assert_eq!(state(scratch.folder()), before, "something was done before");
}

#[test]
fn building_names_what_is_missing_and_installs_nothing() {
    let scratch = Scratch::new();
    project(scratch.folder());
    let before = state(scratch.folder());
    // A package manager that would tell.
    let bin = scratch.path("bin");
    fs::create_dir(&bin).expect("a folder can be made");
    executable(&bin.join("apt-get"), "#!/bin/sh\ntouch called\n");
    let path = env::var_os("PATH").expect("a PATH");
    let path = env::join_paths([bin.clone()].into_iter().chain(env::split_paths(&path)));
    let path = path.expect("plain paths");
    for target in ["all", "examples", "install"] {
        let mut make = make(scratch.folder(), &[target, "FC=/nowhere/gfortran"]);
        let output = outcome(make.env("PATH", &path));
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{target}");
        for part in ["missing: gfortran", "apt-get install", "make setup", "FORTRAN=no"] {
            assert!(said.contains(part), "{target}: {said}");
        }
    }
    fs::remove_dir_all(bin).expect("a folder can be removed");
    assert_eq!(state(scratch.folder()), before, "something was done before");

    // Without Fortran no Fortran compiler is asked for.
    let prefix = format!("PREFIX={}", scratch.path("prefix").display());
    let arguments = ["install", "FORTRAN=no", "FC=/nowhere/gfortran", &prefix];
    run(&mut make(scratch.folder(), &arguments));
    assert!(scratch.path("prefix/lib/libfourier.so").is_file());
    assert!(!scratch.path("prefix/include/fourier").exists());
}

#[test]
fn the_version_is_said_once() {
    let scratch = Scratch::new();
    project(scratch.folder());
    for name in ["Cargo.toml", "Cargo.lock"] {
        let path = scratch.path(name);
        let text = fs::read_to_string(&path).expect("a text");
        let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
        fs::write(path, text.replacen(&version, "version = \"7.8.9\"", 1)).expect("can be written");
    }
    let prefix = format!("PREFIX={}", scratch.path("prefix").display());
    run(&mut make(scratch.folder(), &["install", "FORTRAN=no", &prefix]));
    let libraries = scratch.path("prefix/lib");
    let link = fs::read_link(libraries.join("libfourier.so.7")).expect("a link");
    assert_eq!(link, Path::new("libfourier.so.7.8.9"));
    for (name, line) in [
        ("pkgconfig/fourier.pc", "Version: 7.8.9\n"),
        ("cmake/fourier/fourier-config-version.cmake", "PACKAGE_VERSION \"7.8.9\""),
    ] {
        let text = fs::read_to_string(libraries.join(name)).expect("a text");
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn modules_that_a_fortran_compiler_cannot_compile_yet_are_left_out_and_named() {
    let scratch = Scratch::new();
    project(scratch.folder());
    scratch.write("fortran/libfourier.f90", GATHERING_MODULE);
    let compiler = scratch.path("some-flang");
    let gfortran = fortran_compiler().get_program().to_string_lossy().into_owned();
    executable(
        &compiler,
        &format!(
            "#!/bin/sh\ncase $* in *second.f90*)\n\
             echo 'error: not yet implemented: assumed rank' >&2; exit 1 ;; esac\n\
             exec {gfortran} \"$@\"\n"
        ),
    );
    let fc = format!("FC={}", compiler.display());
    let output = run(&mut make(scratch.folder(), &["fortran", &fc]));
    let said = text(&output.stderr);
    assert!(said.contains("left out: libfourier_second\n"), "{said}");
    let names =
        run(Command::new(tool("ar")).arg("t").arg(scratch.path("build/lib/libfourier_fortran.a")));
    assert_eq!(text(&names.stdout), "libfourier.o\nlibfourier_status.o\n");

    // Any other failure is one.
    scratch.write("fortran/libfourier_second.f90", "no Fortran\n");
    assert!(!outcome(&mut make(scratch.folder(), &["fortran"])).status.success());
}

const GATHERING_MODULE: &str =
    "module libfourier\n  use libfourier_status\n  use libfourier_second\nend module libfourier\n";

#[test]
fn the_library_itself_is_built_without_a_network() {
    let scratch = Scratch::new();
    for name in ["src", "include", "tools", "packaging", "fortran", "python", "c_examples"] {
        run(Command::new("cp").arg("-r").arg(file(name)).arg(scratch.folder()));
    }
    for name in ["Makefile", "Cargo.toml", "Cargo.lock", "build.rs", "README.md", "CHANGELOG.md"] {
        fs::copy(file(name), scratch.path(name)).expect("a file can be copied");
    }
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(file(name), scratch.path(name)).expect("a file can be copied");
    }
    let stage = format!("DESTDIR={}", scratch.path("stage").display());
    let arguments = ["install", "FORTRAN=no", "PREFIX=/sw/fourier", "LIBDIR=lib64", &stage];
    let mut make = make(scratch.folder(), &arguments);
    // Quickly built rather than quick.
    for (name, value) in
        [("OPT_LEVEL", "0"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")]
    {
        make.env(format!("CARGO_PROFILE_RELEASE_{name}"), value);
    }
    run(make.env("CARGO_NET_OFFLINE", "true"));
    assert!(scratch.path("stage/sw/fourier/lib64/libfourier.so").is_file());
}
