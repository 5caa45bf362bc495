//! include/fourier.h is what the Rust sources say, and every C and C++ compiler takes it.
//!
//! `make header` (FOURIER_UPDATE_HEADER=1) writes it anew.

mod common;

use std::fs;

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
