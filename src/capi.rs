//! The front door for C, Fortran and Python: every exported function.
//!
//! An export has its arguments checked (`arguments`), calls one safe function, and hands the
//! outcome to the one gate (`status_from`), which turns an error or a panic into a status and
//! keeps its text for `fourier_last_error`. There is no mathematics here.
//!
//! The order of the modules is the order of the functions in the header; each type stands there
//! before the first function that uses it. A file's first line is the heading above its functions.

// The comment of each export is the C header: it says what pointers must be, and `x[i]` in it is C.
#![allow(clippy::missing_safety_doc, rustdoc::broken_intra_doc_links)]

mod version;
mod status;
mod status_from;
mod peaks;

mod options;
mod legacy;
mod spectrum;
mod periodogram;
mod median;
mod parallel;
mod process;

mod arguments;

pub use legacy::*;
pub use median::*;
pub use options::*;
pub use parallel::*;
pub use peaks::*;
pub use periodogram::*;
pub use process::*;
pub use spectrum::*;
pub use status::*;
pub use status_from::fourier_last_error;
pub use version::*;
