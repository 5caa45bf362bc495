//! The numbers that Fortran and Python write down are those of include/fourier.h.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use common::header::{Kind, committed, items};
use common::*;

/// Every enumerator of the header with its value.
fn enumerators() -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for item in items(&committed()) {
        if let Kind::Enum(enumerators) = item.kind() {
            found.extend(enumerators);
        }
    }
    assert!(found["FOURIER_INTERNAL"] == 8 && found["FOURIER_METHOD_FAST"] == 2, "{found:?}");
    found
}

#[test]
fn fortran_has_every_constant_of_the_header() {
    let mut declared = BTreeMap::new();
    for entry in fs::read_dir(file("fortran")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "f90") {
            continue;
        }
        for line in fs::read_to_string(&path).expect("a text").lines() {
            let code = line.split('!').next().unwrap_or_default().replace("::", ",");
            for (name, value) in code.split(',').filter_map(|part| part.split_once('=')) {
                if name.trim().starts_with("FOURIER_") {
                    let value = value.trim().trim_end_matches('&').trim_end();
                    declared.insert(name.trim().to_string(), value.parse::<i64>().ok());
                }
            }
        }
    }
    for (name, value) in enumerators() {
        assert_eq!(declared.get(&name), Some(&Some(value)), "{name} in fortran/*.f90");
    }
}

#[test]
fn python_has_every_status_and_method_of_the_header() {
    library_dir();
    let code = "import libfourier\n\
                from libfourier._options import METHODS\n\
                for status in libfourier.Status:\n    print('FOURIER_' + status.name, int(status))\n\
                for name, number in METHODS.items():\n    \
                print('FOURIER_METHOD_' + name.upper(), number)\n";
    let mut command = Command::new(python());
    command.env("PYTHONPATH", root().join("python")).args(["-B", "-c", code]);
    let printed = text(&run(&mut command).stdout);
    let declared: Vec<_> = printed.lines().collect();
    let header = fs::read_to_string(file("include/fourier.h")).expect("a text");
    let (_, status) = header.split_once("typedef enum fourier_status").expect("the statuses");
    let (status, _) = status.split_once("} fourier_status").expect("their end");
    for (name, value) in enumerators() {
        if status.contains(&format!(" {name} =")) || name.starts_with("FOURIER_METHOD_") {
            assert!(declared.contains(&&*format!("{name} {value}")), "{name} in python/libfourier");
        }
    }
}

#[test]
fn fortran_package_leaves_the_version_to_the_library() {
    let manifest = fs::read_to_string(file("fpm.toml")).expect("a text");
    assert!(manifest.contains("name = \"libfourier\"\n"), "{manifest}");
    assert!(!manifest.lines().any(|line| line.starts_with("version")), "written once: Cargo.toml");
}
