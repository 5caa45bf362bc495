//! `make install` puts everything where programs find it with pkg-config alone, writes nothing
//! elsewhere, and `make uninstall` takes away just that.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use common::*;

const C: &str = r#"
#include <fourier.h>
#include <stdio.h>
int main(void)
{
    double t[4] = {0, 1, 2, 3}, x[4] = {1, 2, 3, 4}, power;
    const char *command[] = {"echo", "said", NULL};
    fourier_process *process;
    char line[80];
    if (fourier_power(4, t, x, 0, 0, 1, NULL, &power, NULL) != FOURIER_OK)
        return 1;
    if (fourier_process_start(command, NULL, &process) != FOURIER_OK)
        return 2;
    if (fourier_process_read_line(process, FOURIER_STDOUT, line, sizeof line, NULL, 20))
        return 3;
    fourier_process_free(process);
    printf("%g %s\n", power, line);
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

/// make in the project, with the settings of a user rather than those of the make that runs this.
fn make(arguments: &[&str]) -> Command {
    let mut make = Command::new(tool("make"));
    make.env_remove("MAKEFLAGS").env_remove("MFLAGS").env_remove("MAKELEVEL").env_remove("DESTDIR");
    make.current_dir(root()).args(arguments);
    make.arg(format!("BUILD={}", build().strip_prefix(root()).unwrap_or(&build()).display()));
    make
}

/// What the shell makes of a compiler's command line with pkg-config's flags in it, paths with
/// blanks included.
fn compile(libraries: &Path, command: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.env("PKG_CONFIG_PATH", libraries.join("pkgconfig"));
    shell.args(["-ec", &format!("eval \"{command}\"")]);
    run(&mut shell)
}

fn printed(program: &Path, libraries: &Path) -> String {
    let output = run(Command::new(program).env("LD_LIBRARY_PATH", libraries));
    text(&output.stdout).trim().to_string()
}

/// All that is in a folder, folders included.
fn contents(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(contents(&path));
        }
        found.insert(path);
    }
    found
}

/// Whether a file has debugging information.
fn has_debugging_information(file: &Path) -> bool {
    let output = run(Command::new(tool("readelf")).args(["-S", "-W"]).arg(file));
    text(&output.stdout).contains(" .debug_")
}

#[test]
fn programs_build_with_pkg_config_alone() {
    library_dir();
    let scratch = Scratch::new();
    let prefix = scratch.path("prefix");
    let libraries = prefix.join("lib");
    run(&mut make(&["install", &format!("PREFIX={}", prefix.display())]));

    let sources = [
        (c_compiler(), scratch.write("program.c", C), "100 said"),
        (fortran_compiler(), scratch.write("modern.f90", FORTRAN), "100"),
        (fortran_compiler(), scratch.write("legacy.f", LEGACY), "100"),
    ];
    let program = scratch.path("program");
    let build_all = |options: &str| {
        for (compiler, source, expected) in &sources {
            let (compiler, source) = (compiler.get_program().to_string_lossy(), source.display());
            let pkg_config = format!("pkg-config {options} --cflags --libs fourier");
            let static_link = if options.contains("--static") { "-static" } else { "" };
            let _ = fs::remove_file(&program);
            compile(
                &libraries,
                &format!(
                    "{compiler} {static_link} {source} $({pkg_config}) -o {}",
                    program.display()
                ),
            );
            assert_eq!(&printed(&program, &libraries), expected, "{options} {source}");
        }
    };
    build_all("");
    // Fully static: nothing is loaded at run time, not even the C library.
    build_all("--static");
    let output = run(Command::new(tool("readelf")).arg("-d").arg(&program));
    assert!(!text(&output.stdout).contains("NEEDED"), "{}", text(&output.stdout));

    // The Python module finds the library that it was installed with.
    let modules = prefix.join("share/fourier/python");
    let mut command = Command::new(python());
    command.env_remove("LIBFOURIER").env("PYTHONPATH", &modules).args(["-B", "-c", PYTHON]);
    let printed = text(&run(&mut command).stdout);
    assert!(printed.starts_with(&*modules.to_string_lossy()), "{printed}");
    assert!(printed.ends_with(" 100.0\n"), "{printed}");
}

#[test]
fn static_library_needs_no_shared_one_and_has_no_names_but_its_exports() {
    library_dir();
    let scratch = Scratch::new();
    let prefix = scratch.path("prefix");
    let libraries = prefix.join("lib");
    run(&mut make(&["install", "FORTRAN=no", &format!("PREFIX={}", prefix.display())]));
    for path in contents(&libraries) {
        if path.to_string_lossy().contains(".so") {
            fs::remove_file(path).expect("an installed file can be removed");
        }
    }
    let (source, program) = (scratch.write("program.c", C), scratch.path("program"));
    let compiler = c_compiler();
    let compiler = compiler.get_program().to_string_lossy();
    let (source, out) = (source.display(), program.display());
    compile(
        &libraries,
        &format!("{compiler} {source} $(pkg-config --static --cflags --libs fourier) -o {out}"),
    );
    assert_eq!(printed(&program, &libraries), "100 said");

    let mut nm = Command::new(tool("nm"));
    let names = run(nm.args(["-g", "--defined-only"]).arg(libraries.join("libfourier.a")));
    let names: BTreeSet<String> = text(&names.stdout)
        .lines()
        .filter_map(|line| Some(line.split_whitespace().nth(2)?.to_string()))
        .collect();
    let exports = fs::read_to_string(file("tests/exported_symbols.txt")).expect("a list");
    assert_eq!(names, exports.lines().map(String::from).collect());
}

#[test]
fn staged_installation_is_complete_relocated_and_removable() {
    library_dir();
    let scratch = Scratch::new();
    let stage = scratch.path("stage");
    let place = |verb: &str| {
        let destination = format!("DESTDIR={}", stage.display());
        run(&mut make(&[verb, &destination, "PREFIX=/opt/fourier", "LIBDIR=lib64"]));
    };
    place("install");
    let version = env!("CARGO_PKG_VERSION");
    let libraries = stage.join("opt/fourier/lib64");
    for name in [
        "include/fourier.h",
        "include/fourier/libfourier.mod",
        "lib64/libfourier.a",
        "lib64/libfourier_fortran.a",
        &format!("lib64/libfourier.so.{version}"),
        "lib64/cmake/fourier/fourier-config.cmake",
        "lib64/cmake/fourier/fourier-config-version.cmake",
        "share/doc/fourier/README.md",
        "share/doc/fourier/CHANGELOG.md",
        "share/doc/fourier/LICENSE-MIT",
        "share/doc/fourier/LICENSE-APACHE",
        "share/fourier/fortran/libfourier.f90",
        "share/fourier/python/libfourier/__init__.py",
    ] {
        assert!(stage.join("opt/fourier").join(name).is_file(), "{name} was not installed");
    }
    let link = fs::read_link(libraries.join("libfourier.so")).expect("a symbolic link");
    assert_eq!(link, Path::new(concat!("libfourier.so.", env!("CARGO_PKG_VERSION_MAJOR"))));
    assert!(libraries.join("libfourier.so").is_file(), "libfourier.so leads nowhere");
    assert!(!has_debugging_information(&libraries.join("libfourier.so")));
    assert!(!has_debugging_information(&libraries.join("libfourier.a")));

    let pc = fs::read_to_string(libraries.join("pkgconfig/fourier.pc")).expect("fourier.pc");
    assert!(pc.contains("libdir=/opt/fourier/lib64\n"), "{pc}");
    assert!(pc.contains(&format!("Version: {version}\n")), "{pc}");
    for path in contents(&stage).into_iter().filter(|path| path.is_file()) {
        let bytes = fs::read(&path).expect("a file that can be read");
        let name = stage.to_string_lossy().into_owned();
        let found = bytes.windows(name.len()).any(|window| window == name.as_bytes());
        assert!(!found, "{} names the folder it was staged in", path.display());
    }

    place("uninstall");
    let files: Vec<_> = contents(&stage).into_iter().filter(|path| !path.is_dir()).collect();
    assert_eq!(files, [] as [PathBuf; 0], "left behind");
}

#[test]
fn paths_with_blanks_work_and_nothing_of_others_is_removed() {
    library_dir();
    let scratch = Scratch::new();
    let home = scratch.path("joe smith's");
    let prefix = format!("PREFIX={}/my programs", home.display());
    // What was there before, some of it in folders that bear the project's name.
    for name in ["letter", "my programs/include/fourier/theirs.mod", "my programs/share/fourier/x"]
    {
        let path = home.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, "precious").expect("a file can be written");
    }
    let before = contents(&home);
    run(&mut make(&["install", &prefix]));
    assert!(contents(&home).len() > before.len() + 20);

    let libraries = home.join("my programs/lib");
    let (source, program) = (scratch.write("program.c", C), scratch.path("program"));
    let compiler = c_compiler();
    let compiler = compiler.get_program().to_string_lossy();
    let (source, out) = (source.display(), program.display());
    compile(
        &libraries,
        &format!("{compiler} {source} $(pkg-config --cflags --libs fourier) -o {out}"),
    );
    assert_eq!(printed(&program, &libraries), "100 said");
    run(&mut make(&["uninstall", &prefix]));
    assert_eq!(contents(&home), before);

    // Where nothing is installed, nothing is removed.
    let output = outcome(&mut make(&["uninstall", &prefix]));
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("nothing is installed in"), "{said}");
    assert_eq!(contents(&home), before);
}

#[test]
fn a_second_installation_takes_the_place_of_the_first() {
    library_dir();
    let scratch = Scratch::new();
    let prefix = format!("PREFIX={}/prefix", scratch.folder().display());
    run(&mut make(&["install", &prefix]));
    let module = scratch.path("prefix/include/fourier/libfourier.mod");
    assert!(module.is_file());
    run(&mut make(&["install", "FORTRAN=no", &prefix]));
    assert!(!module.exists(), "a file of the first installation is left");
    assert!(scratch.path("prefix/include/fourier.h").is_file());
    run(&mut make(&["uninstall", &prefix]));
    assert!(!scratch.path("prefix").exists(), "{:?}", contents(scratch.folder()));
}

#[test]
fn installing_what_was_built_needs_no_compiler_and_writes_nothing_into_the_source_tree() {
    library_dir();
    let scratch = Scratch::new();
    let state = || {
        let mut all = contents(&build());
        all.extend(contents(&root().join("include")));
        all.extend(contents(&root().join("src")));
        let time = |path: &PathBuf| fs::symlink_metadata(path).ok()?.modified().ok();
        // Other tests work in folders of their own meanwhile; these are what make builds.
        let ours = |path: &PathBuf| !path.starts_with(build().join("venv"));
        all.into_iter().filter(ours).map(|path| (time(&path), path)).collect::<Vec<_>>()
    };
    let before = state();
    // As by sudo: another environment, whose PATH has no compilers.
    let mut make = make(&["install", &format!("PREFIX={}", scratch.path("prefix").display())]);
    for name in ["CARGO", "RUSTC", "CC", "FC"] {
        make.arg(format!("{name}=/nowhere/{}", name.to_lowercase()));
    }
    make.args(["CFLAGS=-O3 -g", "FFLAGS=-O0"]).env("RUSTFLAGS", "-C debuginfo=2");
    run(&mut make);
    assert_eq!(state(), before);
    assert!(scratch.path("prefix/lib/libfourier_fortran.a").is_file());
}
