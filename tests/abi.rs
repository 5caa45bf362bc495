//! Programs compiled against a release keep working: what tests/abi.txt lists of the last release
//! (functions with their types, enumerators with their values, structs with their layout) is still
//! there, unless the version says that it broke. Additions are listed too.
//!
//! `make header` (FOURIER_UPDATE_HEADER=1) lists additions. FOURIER_RELEASE_ABI=1 makes the list
//! that of a new release, with the version of Cargo.toml.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::header::{Item, Kind, committed, items};
use common::*;

/// What the first lines of the list say.
const ABOUT: &str = "\
# What programs compiled against the last release need, one thing a line, and after a + what has
# been added since. tests/abi.rs checks it and `make header` adds to it. A line may only change or go
# in a version whose major number (the minor one while that is 0) is larger than the release's.
";

/// A version: major, minor, patch.
type Version = [u32; 3];

/// The list: the release, what it has, and what was added to it.
#[derive(Default, PartialEq, Debug)]
struct List {
    release: Version,
    released: BTreeSet<String>,
    added: BTreeSet<String>,
}

impl List {
    fn read(text: &str) -> List {
        let mut list = List::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(version) = line.strip_prefix("release ") {
                list.release = version_of(version);
            } else if let Some(added) = line.strip_prefix("+ ") {
                list.added.insert(added.to_string());
            } else {
                list.released.insert(line.to_string());
            }
        }
        list
    }

    fn write(&self) -> String {
        let [major, minor, patch] = self.release;
        let mut text = format!("{ABOUT}release {major}.{minor}.{patch}\n");
        for entry in &self.released {
            text += &format!("{entry}\n");
        }
        for entry in &self.added {
            text += &format!("+ {entry}\n");
        }
        text
    }

    /// What a library of this version lacks of the release, if it may not.
    fn broken<'a>(&'a self, present: &'a BTreeSet<String>, version: Version) -> Vec<&'a String> {
        let promise = |[major, minor, _]: Version| if major == 0 { [0, minor] } else { [major, 0] };
        if promise(version) > promise(self.release) {
            return Vec::new();
        }
        self.released.difference(present).collect()
    }
}

fn version_of(text: &str) -> Version {
    let numbers: Vec<u32> = text.split('.').map(|part| part.parse().expect("a number")).collect();
    numbers.try_into().expect("major.minor.patch")
}

/// What a program can depend on, as the header declares it.
fn entries(items: &[Item]) -> BTreeSet<String> {
    let mut entries = BTreeSet::new();
    for item in items {
        let name = item.name();
        match item.kind() {
            Kind::Enum(enumerators) => {
                entries.extend(enumerators.iter().map(|(each, value)| format!("{each} = {value}")));
            }
            Kind::Struct(fields) if fields.is_empty() => {
                entries.insert(format!("struct {name}, opaque"));
            }
            Kind::Struct(fields) => entries.extend(layout("fourier.h", name, &fields)),
            Kind::Callback => {
                entries.insert(item.declaration.clone());
            }
            Kind::Function(function) => {
                let types = function.parameters.iter().map(|(kind, _)| kind.as_str());
                let types = types.collect::<Vec<_>>().join(", ");
                entries.insert(format!("{} {name}({types})", function.result));
            }
        }
    }
    entries
}

/// The size of a struct and the place of each field, as the C compiler has them.
fn layout(header: &str, name: &str, fields: &[(String, String)]) -> Vec<String> {
    let mut source = format!(
        "#include <stddef.h>\n#include <stdio.h>\n#include <{header}>\nint main(void) {{\n\
         printf(\"struct {name}, %zu bytes\\n\", sizeof({name}));\n"
    );
    for (kind, field) in fields {
        source += &format!(
            "printf(\"struct {name}, byte %zu: {kind} {field}\\n\", offsetof({name}, {field}));\n"
        );
    }
    let scratch = Scratch::new();
    let program = scratch.path("layout");
    let source = scratch.write("layout.c", &(source + "return 0;\n}\n"));
    run(c_compiler().arg(source).arg("-o").arg(&program));
    text(&run(&mut Command::new(program)).stdout).lines().map(str::to_string).collect()
}

#[test]
fn committed_list_is_kept_by_the_header_and_complete() {
    let path = file("tests/abi.txt");
    let mut list = List::read(&fs::read_to_string(&path).expect("the list"));
    let present = entries(&items(&committed()));
    let version = version_of(env!("CARGO_PKG_VERSION"));
    if std::env::var_os("FOURIER_RELEASE_ABI").is_some() {
        list = List { release: version, released: present.clone(), added: BTreeSet::new() };
    }
    let broken = list.broken(&present, version);
    assert!(
        broken.is_empty(),
        "programs compiled against version {:?} need what version {version:?} changed or removed: \
         {broken:#?}",
        list.release
    );
    let added: BTreeSet<String> = present.difference(&list.released).cloned().collect();
    let listed = std::mem::replace(&mut list.added, added.clone());
    if std::env::var_os("FOURIER_UPDATE_HEADER").is_some()
        || std::env::var_os("FOURIER_RELEASE_ABI").is_some()
    {
        fs::write(&path, list.write()).expect("tests/ can be written");
    } else {
        assert_eq!(added, listed, "added (left) and listed (right) differ: run `make header`");
    }
}

#[test]
fn change_is_found_unless_the_version_says_that_it_broke() {
    let header = "\n\n/**\n * .\n */\ntypedef enum e {\n  /**\n   * One; the {first}.\n   */\n  \
                  E_ONE = 1,\n  E_TWO\n} e;\n\n/**\n * .\n */\ntypedef int (*callback)(double);\n\
                  \n/**\n * .\n */\ntypedef struct handle handle;\n\n/**\n * .\n */\n\
                  const char *f(const double *x, int64_t n);\n\n/**\n * .\n */\nint g(void);\n";
    let all = entries(&items(header));
    let expected = [
        "E_ONE = 1",
        "E_TWO = 2",
        "const char * f(const double *, int64_t)",
        "int g()",
        "struct handle, opaque",
        "typedef int (*callback)(double)",
    ];
    assert_eq!(all, expected.map(str::to_string).into());

    let list = List { release: [0, 3, 1], released: all.clone(), added: BTreeSet::new() };
    assert_eq!(List::read(&list.write()), list);
    let changes = [
        ("E_TWO", "E_TOO", "E_TWO = 2"),
        ("E_ONE = 1", "E_ONE = 2", "E_ONE = 1"),
        ("int64_t n", "int n", "const char * f(const double *, int64_t)"),
        ("int g(", "void g(", "int g()"),
        ("(double)", "(float)", "typedef int (*callback)(double)"),
    ];
    for (old, new, lost) in changes {
        let present = entries(&items(&header.replace(old, new)));
        for version in [[0, 3, 1], [0, 3, 2]] {
            assert!(list.broken(&present, version).contains(&&lost.to_string()), "{new}");
        }
        for version in [[0, 4, 0], [1, 0, 0]] {
            assert!(list.broken(&present, version).is_empty(), "{new}");
        }
    }
    let stable = List { release: [2, 3, 1], ..list };
    let none = BTreeSet::new();
    assert_eq!(stable.broken(&none, [2, 4, 0]).len(), all.len());
    assert!(stable.broken(&none, [3, 0, 0]).is_empty());
    // What is only added breaks nothing.
    let more = entries(&items(&(header.to_string() + "\n/**\n * .\n */\nint h(void);\n")));
    assert!(stable.broken(&more, [2, 3, 1]).is_empty() && more.len() == all.len() + 1);
}

#[test]
fn layout_of_a_struct_is_what_the_compiler_makes_of_it() {
    let fields = [("int", "quot"), ("int", "rem")].map(|(kind, name)| (kind.into(), name.into()));
    let expected = [
        "struct div_t, 8 bytes",
        "struct div_t, byte 0: int quot",
        "struct div_t, byte 4: int rem",
    ];
    assert_eq!(layout("stdlib.h", "div_t", &fields), expected);
}
