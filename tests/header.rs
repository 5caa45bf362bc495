//! include/fourier.h is what the Rust sources say, and every C and C++ compiler takes it.
//!
//! `make header` (FOURIER_UPDATE_HEADER=1) writes it anew.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::*;

/// The header as cbindgen makes it, with the version of Cargo.toml.
fn generated() -> String {
    let mut config = cbindgen::Config::from_root_or_default(root());
    config.after_includes = Some(format!(
        "\n/**\n * Version of this header; that of the library is fourier_version().\n */\n\
         #define FOURIER_VERSION_MAJOR {}\n\
         #define FOURIER_VERSION_MINOR {}\n\
         #define FOURIER_VERSION_PATCH {}\n",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH")
    ));
    let builder = cbindgen::Builder::new().with_crate(root()).with_config(config);
    let mut text = Vec::new();
    builder.generate().expect("cbindgen reads the sources").write(&mut text);
    String::from_utf8(text).expect("a header is text")
}

#[test]
fn committed_header_is_up_to_date() {
    let path = root().join("include/fourier.h");
    let generated = generated();
    if std::env::var_os("FOURIER_UPDATE_HEADER").is_some() {
        fs::write(&path, &generated).expect("include/ can be written");
    }
    let committed = fs::read_to_string(&path).expect("include/fourier.h can be read");
    let difference = committed.lines().zip(generated.lines()).find(|(old, new)| old != new);
    assert!(
        committed == generated,
        "include/fourier.h is out of date, `make header` writes it anew; first difference: \
         {difference:?}"
    );
}

#[test]
fn header_compiles_as_c11_and_cpp17_with_all_warnings() {
    let scratch = Scratch::new();
    let source = "#include <fourier.h>\n#include <fourier.h>\nint main(void) { return 0; }\n";
    let compilers = [
        (c_compiler(), "strict.c", "-std=c11", "-Wstrict-prototypes"),
        (cpp_compiler(), "strict.cpp", "-std=c++17", "-Wold-style-cast"),
    ];
    for (compiler, name, standard, extra) in compilers {
        let mut command = Command::new(compiler.get_program());
        command.args([standard, extra, "-Wall", "-Wextra", "-Wpedantic", "-Wconversion"]);
        command.args(["-Wshadow", "-Wundef", "-Werror", "-fsyntax-only"]);
        command.arg("-I").arg(root().join("include"));
        run(command.arg(scratch.write(name, source)));
    }
}

/// A function of the header: its name, its parameters' names, what it returns, its comment.
struct Function {
    name: String,
    parameters: Vec<Parameter>,
    result: String,
    comment: String,
}

struct Parameter {
    name: String,
    declaration: String,
}

/// Reads the declarations `/** comment */ type name(parameters);` after `extern "C"`.
fn functions() -> Vec<Function> {
    let text = fs::read_to_string(root().join("include/fourier.h")).expect("a header");
    let (_, text) = text.split_once("extern \"C\" {").expect("the header serves C++ too");
    let mut functions = Vec::new();
    for item in text.split("/**").skip(1) {
        let (comment, declaration) = item.split_once("*/").expect("comments end");
        let (declaration, _) = declaration.split_once(';').expect("one declaration a comment");
        let (head, parameters) = declaration.split_once('(').expect("a function");
        let name_start = head.rfind([' ', '*']).expect("a result type") + 1;
        let parameters = parameters.trim_end_matches(')').split(',').map(str::trim);
        functions.push(Function {
            name: head[name_start..].to_string(),
            parameters: parameters
                .filter(|parameter| *parameter != "void")
                .map(|parameter| Parameter {
                    name: parameter[parameter.rfind([' ', '*']).expect("a type") + 1..].into(),
                    declaration: parameter.to_string(),
                })
                .collect(),
            result: head[..name_start].trim().to_string(),
            comment: comment.lines().map(|line| line.trim_start_matches([' ', '*'])).fold(
                String::new(),
                |all, line| {
                    let separator = if all.is_empty() { "" } else { "\n" };
                    all + separator + line
                },
            ),
        });
    }
    functions
}

/// The text of `@param name` or `@return` in a comment, up to the next `@` or empty line.
fn section<'a>(comment: &'a str, tag: &str) -> Option<&'a str> {
    let mut parts = comment.split("\n\n").flat_map(|block| block.split('@'));
    parts.find_map(|part| part.strip_prefix(tag).filter(|rest| rest.starts_with([' ', '\n'])))
}

/// What a comment lacks; empty when it is complete.
fn gaps(function: &Function) -> Vec<String> {
    let comment = &function.comment;
    let mut gaps = Vec::new();
    let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    for Parameter { name, declaration } in &function.parameters {
        let Some(text) = section(comment, &format!("param {name}")) else {
            gaps.push(format!("no @param {name}"));
            continue;
        };
        if text.trim().len() < 8 {
            gaps.push(format!("@param {name} says nothing"));
        }
        let pointer = declaration.contains('*')
            || declaration.starts_with("fourier_progress")
            || declaration.starts_with("fourier_task");
        // What the library hands on without looking may be anything.
        let opaque = declaration.starts_with("void *user");
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
    let functions = functions();
    assert!(functions.len() >= 16, "the header was misread");
    let mut report = String::new();
    for function in &functions {
        for gap in gaps(function) {
            report += &format!("{}: {gap}\n", function.name);
        }
    }
    assert!(report.is_empty(), "comments in src/capi lack something:\n{report}");
}

#[test]
fn check_of_comments_finds_what_is_missing() {
    let bare = Function {
        name: "f".into(),
        parameters: vec![
            Parameter { name: "x".into(), declaration: "const double *x".into() },
            Parameter { name: "n".into(), declaration: "int n".into() },
        ],
        result: "int".into(),
        comment: "Does it.\n@param x  the values, as usual".into(),
    };
    let gaps = gaps(&bare).join("; ");
    for missing in ["@param x is a pointer", "no @param n", "no @return", "about threads"] {
        assert!(gaps.contains(missing), "{gaps}");
    }
}

#[test]
fn header_declares_what_the_library_exports_and_the_list_says_so() {
    let list = fs::read_to_string(root().join("tests/exported_symbols.txt")).expect("the list");
    let list: BTreeSet<&str> = list.lines().collect();
    let declared = functions();
    let declared: BTreeSet<&str> = declared.iter().map(|f| f.name.as_str()).collect();
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
