//! Version of the library.

use std::ffi::c_char;

/// Version of the library at run time, as "MAJOR.MINOR.PATCH".
///
/// FOURIER_VERSION_MAJOR, _MINOR and _PATCH are those of the header a program was compiled with.
///
/// @return static text, never NULL, never freed; from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn fourier_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}
