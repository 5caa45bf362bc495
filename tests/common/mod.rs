//! What the tests share: where things are, compilers, running programs, scratch folders.
//!
//! Tests judge the library that users get: the files that `make` laid out in build/. A missing
//! tool, a missing file or a library older than its sources is a failure that says what to do.

#![allow(dead_code)] // every test program uses another part of it

pub mod header;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;
use std::{env, fs};

/// The project's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder that make builds in.
pub fn build() -> PathBuf {
    env::var_os("FOURIER_BUILD").map_or_else(|| root().join("build"), PathBuf::from)
}

/// A file of the project; it must exist.
pub fn file(relative: &str) -> PathBuf {
    let path = root().join(relative);
    assert!(path.exists(), "{} is missing", path.display());
    path
}

/// A file that make builds, below its folder; it must exist.
pub fn built(relative: &str) -> PathBuf {
    let path = build().join(relative);
    if !path.exists() {
        // What the last `make test` could not have installed.
        let missing = fs::read_to_string(build().join(".missing")).unwrap_or_default();
        match missing.split_whitespace().collect::<Vec<_>>().join(",") {
            none if none.is_empty() => panic!("{} is missing: run `make test`", path.display()),
            tools => lacking(&tools, &format!("{} could not be built", path.display())),
        }
    }
    path
}

/// Leaves it to the Python package to find the library that make built.
pub fn finds_library(command: &mut Command) -> &mut Command {
    match env::var_os("FOURIER_BUILD") {
        Some(build) if Path::new(&build) != root().join("build") => {
            command.env("LIBFOURIER", built("lib/libfourier.so"))
        }
        _ => command.env_remove("LIBFOURIER"),
    }
}

/// Fails as tools/test.sh wants it, which names all tests that lack a tool at its end.
pub fn lacking(tool: &str, why: &str) -> ! {
    panic!("\nLACKING {tool}: {why}: `make setup` installs it, or tells its package's name")
}

/// build/lib, with the shared library as new as its sources.
pub fn library_dir() -> PathBuf {
    let stamp = modified(&built("lib/.built"));
    let newest = sources(&root().join("src")).into_iter().max_by_key(|path| modified(path));
    let newest = newest.expect("src/ has files");
    assert!(
        modified(&newest) <= stamp,
        "build/lib is older than {}: run `make`, or `make test` for everything",
        newest.display()
    );
    build().join("lib")
}

fn modified(path: &Path) -> SystemTime {
    fs::metadata(path).and_then(|data| data.modified()).expect("a file has a time")
}

/// Every file below a folder.
pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("src/ can be read");
    let paths = entries.map(|entry| entry.expect("src/ can be read").path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The interpreter of the private Python environment.
pub fn python() -> PathBuf {
    built("venv/.ready");
    built("venv/bin/python")
}

/// A program on PATH; fails with what to install.
pub fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| lacking(name, "it was not found"))
}

/// The C compiler that the environment asks for (CC, CFLAGS, for the target of this build), with all
/// warnings and the project's header.
pub fn c_compiler() -> Command {
    let mut build = cc::Build::new();
    build.cargo_metadata(false).target(TARGET).host(TARGET).opt_level(1).debug(true);
    build
        .std("c11")
        .warnings(true)
        .extra_warnings(true)
        .warnings_into_errors(warnings_are_errors());
    build.include(root().join("include")).flag("-pthread");
    compiler(&build)
}

/// The C++ compiler likewise (CXX, CXXFLAGS), without any options of ours.
pub fn cpp_compiler() -> Command {
    let mut build = cc::Build::new();
    build.cargo_metadata(false).target(TARGET).host(TARGET).opt_level(1).cpp(true);
    compiler(&build)
}

/// In CI and with WERROR=yes, as in the Makefile: another compiler may have other warnings.
fn warnings_are_errors() -> bool {
    env::var("WERROR").map_or(env::var_os("CI").is_some(), |value| value == "yes")
}

/// What this test was compiled for.
const TARGET: &str = env!("FOURIER_TARGET");

fn compiler(build: &cc::Build) -> Command {
    let command = build.get_compiler().to_command();
    tool(&command.get_program().to_string_lossy());
    command
}

/// The Fortran compiler: FC, else gfortran.
pub fn fortran_compiler() -> Command {
    Command::new(tool(&env::var("FC").unwrap_or_else(|_| "gfortran".to_string())))
}

/// Links against build/lib and finds it there at run time.
pub fn link(command: &mut Command) {
    let libraries = library_dir();
    command.arg("-L").arg(&libraries).args(["-lfourier", "-lm"]);
    command.arg(format!("-Wl,-rpath,{}", libraries.display()));
}

/// Compiles a C program of tests/c (or any path below the project) against the shared library.
pub fn compile_c(scratch: &Scratch, source: &str) -> PathBuf {
    let source = file(source);
    let program = scratch.path(source.file_stem().expect("a source has a name"));
    let mut command = c_compiler();
    // _GNU_SOURCE: sched_setaffinity, dladdr and the like, which -std=c11 hides.
    command.arg("-D_GNU_SOURCE").arg(&source).arg("-o").arg(&program);
    link(&mut command);
    command.arg("-ldl");
    run(&mut command);
    program
}

/// Which Fortran a source is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fortran {
    /// -std=f2018 with module libfourier.
    Modern,
    /// -std=legacy: fixed form, and nothing of ours but the shared library.
    Legacy,
}

/// Compiles a Fortran program against the shared library, and module libfourier when modern.
pub fn compile_fortran(scratch: &Scratch, source: &Path, fortran: Fortran) -> PathBuf {
    let program = scratch.path(source.file_stem().expect("a source has a name"));
    let mut command = fortran_compiler();
    command.arg("-J").arg(scratch.folder()).args(["-O1", "-g"]);
    match fortran {
        Fortran::Modern => {
            let archive = built("lib/libfourier_fortran.a");
            command.args(["-std=f2018", "-Wall"]);
            command.args(warnings_are_errors().then_some("-Werror"));
            command.arg("-I").arg(build().join("fortran")).arg(source).arg(archive);
        }
        Fortran::Legacy => {
            command.arg("-std=legacy").arg(source);
        }
    }
    command.arg("-o").arg(&program);
    link(&mut command);
    run(&mut command);
    program
}

/// Runs a command to its end; fails with the command line and all output unless it succeeds.
pub fn run(command: &mut Command) -> Output {
    let output = outcome(command);
    assert!(output.status.success(), "{}", transcript(command, &output));
    output
}

/// Runs a command to its end and returns what came out, success or not.
pub fn outcome(command: &mut Command) -> Output {
    command.stdin(Stdio::null());
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"))
}

/// Runs a program without arguments and returns its standard output.
pub fn stdout_of(program: impl AsRef<OsStr>) -> String {
    text(&run(&mut Command::new(program)).stdout)
}

/// A command, how it ended, and what it wrote.
pub fn transcript(command: &Command, output: &Output) -> String {
    format!(
        "{command:?}\nended with {}\n--- stdout\n{}\n--- stderr\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// Bytes of a program as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder of one test's own, removed at its end; kept when the test fails, to look at.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new empty folder.
    pub fn new() -> Scratch {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("fourier-test-{}-{number}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).expect("a scratch folder can be made");
        Scratch(folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// A path in it.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }

    /// A file in it with this text.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).expect("a scratch file can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the files of this test are kept in {}", self.0.display());
        } else {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

/// Makes a script that can be run.
pub fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, script).expect("a script can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode can be set");
}
