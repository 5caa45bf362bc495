//! The version is written once, in Cargo.toml: the library's text, its file name and its soname
//! follow, and the numbers in the header are the same.

mod common;

use std::fs;
use std::process::Command;

use common::*;

const VERSION: &str = env!("CARGO_PKG_VERSION");

#[test]
fn header_and_library_carry_the_version_of_the_package() {
    let scratch = Scratch::new();
    let source = scratch.write(
        "version.c",
        "#include <fourier.h>\n#include <stdio.h>\n\
         int main(void) {\n\
         printf(\"%d.%d.%d %s\\n\", FOURIER_VERSION_MAJOR, FOURIER_VERSION_MINOR,\n\
         FOURIER_VERSION_PATCH, fourier_version());\nreturn 0;\n}\n",
    );
    let program = compile_c(&scratch, source.to_str().expect("a plain path"));
    assert_eq!(stdout_of(program), format!("{VERSION} {VERSION}\n"));
}

#[test]
fn shared_library_has_its_soname_and_links() {
    let folder = library_dir();
    let major = env!("CARGO_PKG_VERSION_MAJOR");
    let target = |name: &str| fs::read_link(folder.join(name)).expect("a symbolic link");
    assert_eq!(target("libfourier.so"), *format!("libfourier.so.{major}"));
    assert_eq!(target(&format!("libfourier.so.{major}")), *format!("libfourier.so.{VERSION}"));

    let mut readelf = Command::new(tool("readelf"));
    let dynamic = run(readelf.arg("-d").arg(folder.join("libfourier.so")));
    let dynamic = text(&dynamic.stdout);
    assert!(dynamic.contains(&format!("soname: [libfourier.so.{major}]")), "{dynamic}");
    // Worker threads may outlive dlclose().
    assert!(dynamic.contains("NODELETE"), "{dynamic}");
}
