//! include/fourier.h is what the Rust sources say, and every C and C++ compiler takes it.
//!
//! `make header` (FOURIER_UPDATE_HEADER=1) writes it anew.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::header::{Function, Item, Kind, committed, items};
use common::*;

/// The header, with the version of Cargo.toml: as cbindgen makes it, then arranged.
fn generated() -> String {
    let mut config = cbindgen::Config::from_root_or_default(root());
    config.after_includes = Some(format!(
        "\n/**\n * Version of this header; that of the library is fourier_version().\n */\n\
         #define FOURIER_VERSION_MAJOR {}\n\
         #define FOURIER_VERSION_MINOR {}\n\
         #define FOURIER_VERSION_PATCH {}",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH")
    ));
    let builder = cbindgen::Builder::new().with_crate(root()).with_config(config);
    let mut text = Vec::new();
    builder.generate().expect("cbindgen reads the sources").write(&mut text);
    arranged(&String::from_utf8(text).expect("a header is text"))
}

/// cbindgen writes all types, then all functions, and what only C99 and C++11 know. This puts each
/// type before the first function that speaks of it, and a heading above the functions of each
/// source file; and makes the rest plain C89 and C++98.
fn arranged(header: &str) -> String {
    let mut arranged = header[..header.find("\n\n/**\n * ").expect("comments")].to_string();
    let version = header.find("#define FOURIER_VERSION_PATCH").expect("the version");
    let version_end = version + header[version..].find('\n').expect("a line");
    arranged += &header[arranged.len()..version_end];
    arranged += "\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";

    let (functions, mut types): (Vec<_>, Vec<_>) =
        items(header).into_iter().partition(|item| matches!(item.kind(), Kind::Function(_)));
    let mut heading = String::new();
    for function in &functions {
        let own = heading_of(function.name());
        if own != heading {
            heading = own;
            arranged += &format!("\n/* {} */\n\n/* {heading} */\n", "-".repeat(94));
        }
        for item in needed_by(function, &mut types) {
            arranged += &format!("\n{}\n", item.text);
        }
        arranged += &format!("\n{}\n", function.text);
    }
    let left: Vec<_> = types.iter().map(Item::name).collect();
    assert!(left.is_empty(), "no function of the header speaks of {left:?}");
    arranged += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* FOURIER_H */\n";
    arranged.replace(",\n}", "\n}")
}

/// Takes the types that an item speaks of out of `types`, after those that they speak of.
fn needed_by(item: &Item, types: &mut Vec<Item>) -> Vec<Item> {
    let mut needed = Vec::new();
    while let Some(place) = types.iter().position(|other| item.mentions(other.name())) {
        let found = types.remove(place);
        needed.extend(needed_by(&found, types));
        needed.push(found);
    }
    needed
}

/// The first sentence of the source file that exports a function.
fn heading_of(function: &str) -> String {
    let mut files = sources(&root().join("src/capi"));
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        if text.contains(&format!(" fn {function}(")) {
            let head = text.lines().map_while(|line| line.strip_prefix("//! "));
            let head = head.collect::<Vec<_>>().join(" ");
            return head[..head.find(['.', ':']).expect("a sentence")].to_string();
        }
    }
    panic!("no file of src/capi exports {function}")
}

#[test]
fn committed_header_is_up_to_date() {
    let generated = generated();
    if std::env::var_os("FOURIER_UPDATE_HEADER").is_some() {
        let path = root().join("include/fourier.h");
        fs::write(&path, &generated).expect("include/ can be written");
    }
    let committed = committed();
    let difference = committed.lines().zip(generated.lines()).find(|(old, new)| old != new);
    assert!(
        committed == generated,
        "include/fourier.h is out of date, `make header` writes it anew; first difference: \
         {difference:?}"
    );
}

#[test]
fn header_compiles_with_all_warnings_in_every_standard_of_c_and_cpp() {
    let scratch = Scratch::new();
    let source = "#include <fourier.h>\n#include <fourier.h>\nint main(void) { return 0; }\n";
    let c = (["-std=c89", "-std=c99", "-std=c11"], c_compiler(), "-Wstrict-prototypes");
    let cpp = (["-std=c++98", "-std=c++11", "-std=c++17"], cpp_compiler(), "-Wold-style-cast");
    for (standards, compiler, extra) in [c, cpp] {
        let name = if standards[0] == "-std=c89" { "strict.c" } else { "strict.cpp" };
        let source = scratch.write(name, source);
        for standard in standards {
            let mut command = Command::new(compiler.get_program());
            command.args([standard, extra, "-pedantic", "-Wall", "-Wextra", "-Wconversion"]);
            command.args(["-Wshadow", "-Wundef", "-Werror", "-fsyntax-only"]);
            command.arg("-I").arg(root().join("include"));
            run(command.arg(&source));
        }
    }
}

#[test]
fn types_stand_before_the_functions_that_use_them() {
    let items = items(&committed());
    let mut later: Vec<_> = items.iter().filter(|item| !is_function(item)).collect();
    let mut since_function = 0;
    for item in &items {
        if is_function(item) {
            let missing: Vec<_> =
                later.iter().filter(|other| item.mentions(other.name())).collect();
            assert!(missing.is_empty(), "{} comes before {missing:?}", item.name());
            since_function = 0;
        } else {
            later.retain(|other| other.name() != item.name());
            since_function += 1;
            assert!(since_function < 8, "types stand in a heap at {}", item.name());
        }
    }
}

fn is_function(item: &Item) -> bool {
    matches!(item.kind(), Kind::Function(_))
}

/// The text of `@param name` or `@return` in a comment, up to the next `@` or empty line.
fn section<'a>(comment: &'a str, tag: &str) -> Option<&'a str> {
    let mut parts = comment.split("\n\n").flat_map(|block| block.split('@'));
    parts.find_map(|part| part.strip_prefix(tag).filter(|rest| rest.starts_with([' ', '\n'])))
}

/// What a comment lacks; empty when it is complete.
fn gaps(comment: &str, function: &Function) -> Vec<String> {
    let mut gaps = Vec::new();
    let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    for (kind, name) in &function.parameters {
        let Some(text) = section(comment, &format!("param {name}")) else {
            gaps.push(format!("no @param {name}"));
            continue;
        };
        if text.trim().len() < 8 {
            gaps.push(format!("@param {name} says nothing"));
        }
        let pointer = kind.contains('*') || kind == "fourier_progress" || kind == "fourier_task";
        // What the library hands on without looking may be anything.
        let opaque = kind == "void *" && name == "user";
        if pointer && !opaque && !says(text, &["NULL"]) {
            gaps.push(format!("@param {name} is a pointer: may it be NULL?"));
        }
    }
    let returns = section(comment, "return");
    match (function.result.as_str(), returns) {
        ("void", None) => {}
        ("void", Some(_)) => gaps.push("@return of a void function".to_string()),
        (_, None) => gaps.push("no @return".to_string()),
        (result, Some(text)) => {
            if result == "int" && says(comment, &["status"]) && !says(text, &["FOURIER_", "as "]) {
                gaps.push("@return names no status".to_string());
            }
            if result.contains('*') && !says(text, &["NULL"]) {
                gaps.push("@return is a pointer: may it be NULL?".to_string());
            }
        }
    }
    let threads = ["any thread", "one thread", "another thread", "for threads"];
    let words = comment.split_whitespace().collect::<Vec<_>>().join(" ");
    if !says(&words, &threads) {
        gaps.push(format!("nothing about threads (one of {threads:?})"));
    }
    gaps
}

#[test]
fn every_function_is_documented_for_callers() {
    let items = items(&committed());
    let mut functions = 0;
    let mut report = String::new();
    for item in &items {
        if let Kind::Function(function) = item.kind() {
            functions += 1;
            for gap in gaps(&item.comment, &function) {
                report += &format!("{}: {gap}\n", item.name());
            }
        }
    }
    assert!(functions >= 16, "the header was misread");
    assert!(report.is_empty(), "comments in src/capi lack something:\n{report}");
}

#[test]
fn check_of_comments_finds_what_is_missing() {
    let header = "\n\n/**\n * Does it.\n * @param x  the values, as usual\n */\n\
                  int f(const double *x, int n);\n";
    let bare = items(header).remove(0);
    let Kind::Function(function) = bare.kind() else { panic!("{} is a function", bare.name()) };
    let gaps = gaps(&bare.comment, &function).join("; ");
    for missing in ["@param x is a pointer", "no @param n", "no @return", "about threads"] {
        assert!(gaps.contains(missing), "{gaps}");
    }
}

#[test]
fn header_declares_what_the_library_exports_and_the_list_says_so() {
    let list = fs::read_to_string(root().join("tests/exported_symbols.txt")).expect("the list");
    let list: BTreeSet<&str> = list.lines().collect();
    let items = items(&committed());
    let declared: BTreeSet<_> =
        items.iter().filter(|item| is_function(item)).map(Item::name).collect();
    assert_eq!(declared, list, "header (left) and tests/exported_symbols.txt (right) differ");

    let mut nm = Command::new(tool("nm"));
    nm.args(["-D", "--defined-only"]).arg(library_dir().join("libfourier.so"));
    let symbols = text(&run(&mut nm).stdout);
    let mut exported = BTreeSet::new();
    for line in symbols.lines() {
        let mut words = line.split_whitespace().skip(1);
        let (kind, name) = (words.next().expect("a kind"), words.next().expect("a name"));
        assert_eq!(kind, "T", "{name} is exported, but is no function");
        exported.insert(name);
    }
    assert_eq!(exported, list, "library (left) and tests/exported_symbols.txt (right) differ");
}
