//! Link options of the shared library: its soname carries the major version, and it stays mapped
//! until the process ends, because its worker threads may outlive a dlclose().

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // The tests compile C programs for the same target.
    let target = env::var("TARGET").expect("cargo sets the target");
    println!("cargo:rustc-env=FOURIER_TARGET={target}");
    let major = env::var("CARGO_PKG_VERSION_MAJOR").expect("cargo sets the package version");
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libfourier.so.{major}");
            println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
        }
        Ok("macos") => {
            let name = format!("@rpath/libfourier.{major}.dylib");
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,{name}");
        }
        _ => {}
    }
}
