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

/// A file of the project; it must exist.
pub fn file(relative: &str) -> PathBuf {
    let path = root().join(relative);
    assert!(path.exists(), "{} is missing: run `make test`", path.display());
    path
}

/// build/lib, with the shared library as new as its sources.
pub fn library_dir() -> PathBuf {
    let stamp = modified(&file("build/lib/.built"));
    let newest = sources(&root().join("src")).into_iter().max_by_key(|path| modified(path));
    let newest = newest.expect("src/ has files");
    assert!(
        modified(&newest) <= stamp,
        "build/lib is older than {}: run `make`, or `make test` for everything",
        newest.display()
    );
    root().join("build/lib")
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
    file("build/venv/.ready");
    file("build/venv/bin/python")
}

/// A program on PATH; fails with what to install.
pub fn tool(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| {
            panic!("{name} was not found: `make setup` installs it, or tells its package's name")
        })
}

fn compiler(variable: &str, default: &str) -> PathBuf {
    tool(&env::var(variable).unwrap_or_else(|_| default.to_string()))
}

/// The C compiler, all warnings being errors, with the project's header.
pub fn c_compiler() -> Command {
    let mut command = Command::new(compiler("CC", "cc"));
    command.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-pthread"]);
    command.arg("-I").arg(root().join("include"));
    command
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
    /// -std=f2018, all warnings being errors, with module libfourier.
    Modern,
    /// -std=legacy: fixed form, and nothing of ours but the shared library.
    Legacy,
}

/// Compiles a Fortran program against the shared library, and module libfourier when modern.
pub fn compile_fortran(scratch: &Scratch, source: &Path, fortran: Fortran) -> PathBuf {
    let program = scratch.path(source.file_stem().expect("a source has a name"));
    let mut command = Command::new(compiler("FC", "gfortran"));
    command.arg("-J").arg(scratch.folder()).args(["-O1", "-g"]);
    match fortran {
        Fortran::Modern => {
            let archive = file("build/lib/libfourier_fortran.a");
            command.args(["-std=f2018", "-Wall", "-Werror"]);
            command.arg("-I").arg(root().join("build/fortran")).arg(source).arg(archive);
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
