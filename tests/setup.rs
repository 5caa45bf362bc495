//! `make setup` installs what is missing through the package manager, or says exactly what to
//! install; it acts only on what is missing.
//!
//! The machine is made up: a folder of small scripts is all that the script finds.

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use common::*;

/// Everything that tools/setup.sh asks for.
const NEEDED: [&str; 10] = [
    "cargo",
    "cc",
    "python3",
    "c++",
    "gfortran",
    "gnuplot",
    "valgrind",
    "pkg-config",
    "dpkg-deb",
    "dpkg-shlibdeps",
];

/// A machine whose user is number `user`, without the programs `missing`.
fn machine(user: u32, missing: &[&str]) -> Scratch {
    let scratch = Scratch::new();
    symlink(tool("awk"), scratch.path("awk")).expect("a link can be made");
    for name in NEEDED.iter().filter(|name| !missing.contains(name)) {
        script(
            &scratch,
            name,
            concat!("[ \"$1\" != --version ] || echo cargo ", env!("CARGO_PKG_RUST_VERSION"), ".0"),
        );
    }
    script(&scratch, "id", &format!("echo {user}"));
    scratch
}

fn script(scratch: &Scratch, name: &str, body: &str) {
    executable(&scratch.path(name), &format!("#!/bin/sh\n{body}\n"));
}

/// An apt-get that notes its arguments and then does this.
fn apt_get(scratch: &Scratch, body: &str) {
    let calls = scratch.path("calls");
    script(scratch, "apt-get", &format!("echo \"$*\" >>'{}'\n{body}", calls.display()));
}

fn setup(machine: &Scratch) -> Output {
    setup_with(machine, &[])
}

fn setup_with(machine: &Scratch, arguments: &[&str]) -> Output {
    let mut command = Command::new("/bin/sh");
    command.arg(file("tools/setup.sh")).args(arguments);
    outcome(command.env_clear().env("PATH", machine.folder()))
}

fn calls(machine: &Scratch) -> String {
    fs::read_to_string(machine.path("calls")).unwrap_or_default()
}

const INSTALL: &str = "install -y --no-install-recommends gfortran gnuplot-nox";

#[test]
fn nothing_is_done_when_nothing_is_missing() {
    let machine = machine(0, &[]);
    apt_get(&machine, "exit 1");
    let output = setup(&machine);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout) + &text(&output.stderr) + &calls(&machine), "");
}

#[test]
fn users_who_may_not_install_are_told_what_to_install() {
    let machine = machine(1000, &["gfortran", "gnuplot"]);
    apt_get(&machine, "exit 1");
    let output = setup(&machine);
    let said = text(&output.stderr);
    assert!(!output.status.success() && calls(&machine).is_empty(), "{said}");
    assert!(said.contains("missing: gfortran gnuplot\n"), "{said}");
    assert!(said.contains(&format!("    sudo apt-get {INSTALL}\n")), "{said}");
}

#[test]
fn without_a_known_package_manager_the_names_are_told() {
    let machine = machine(0, &["valgrind"]);
    let output = setup(&machine);
    let said = text(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("no known package manager here; install: valgrind\n"), "{said}");
}

#[test]
fn package_lists_are_fetched_when_the_first_try_fails() {
    let machine = machine(0, &["gfortran", "gnuplot"]);
    let folder = machine.folder().display();
    // Fails until its lists have been fetched, then installs.
    apt_get(
        &machine,
        &format!(
            "PATH=/usr/bin:/bin; cd '{folder}' || exit 1\n\
             [ $1 = update ] && {{ touch lists; exit 0; }}\n\
             [ -e lists ] || exit 100\n\
             cp cc gfortran; cp cc gnuplot"
        ),
    );
    let output = setup(&machine);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(calls(&machine), format!("{INSTALL}\nupdate\n{INSTALL}\n"));
}

#[test]
fn an_installation_that_brings_nothing_is_a_failure() {
    let machine = machine(0, &["gfortran", "gnuplot"]);
    apt_get(&machine, "exit 0");
    let output = setup(&machine);
    let said = text(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("still missing after the installation"), "{said}");
    assert!(said.contains("missing: gfortran gnuplot\n"), "{said}");
}

#[test]
fn rust_itself_is_asked_for() {
    let machine = machine(0, &["cargo"]);
    let output = setup(&machine);
    let said = text(&output.stderr);
    assert!(!output.status.success() && said.contains("cargo was not found"), "{said}");
}

#[test]
fn rust_must_be_new_enough() {
    let needed = env!("CARGO_PKG_RUST_VERSION");
    for (version, enough) in
        [("1.63.0", false), ("1.100.0", true), ("2.0.0", true), ("0.99.1", false), ("", false)]
    {
        let machine = machine(0, &[]);
        script(&machine, "cargo", &format!("echo 'cargo {version} (0123 2026-01-01)'"));
        let output = setup_with(&machine, &["--check", "cargo"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.success(), enough, "{version}: {said}");
        let told = said.contains(&format!("Rust {needed} or newer; found: cargo {version}"));
        assert!(enough || told, "{said}");
    }
}

#[test]
fn a_check_installs_nothing_and_asks_only_for_what_is_named() {
    let machine = machine(0, &["gfortran", "gnuplot"]);
    apt_get(&machine, "exit 0");
    let output = setup_with(&machine, &["--check", "cargo", "gfortran"]);
    let said = text(&output.stderr);
    assert!(!output.status.success() && calls(&machine).is_empty(), "{said}");
    assert!(said.contains("missing: gfortran\n") && said.contains("FORTRAN=no"), "{said}");
    assert!(setup_with(&machine, &["--check", "cargo", "cc"]).status.success());
}

#[test]
fn a_try_installs_what_it_may_and_names_the_rest() {
    for (user, body) in [(0, "exit 100"), (1000, "exit 0")] {
        let machine = machine(user, &["gfortran", "gnuplot"]);
        apt_get(&machine, body);
        let output = setup_with(&machine, &["--try"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "gfortran\ngnuplot\n");
        assert_eq!(calls(&machine).is_empty(), user != 0);
    }
}
