//! The front door for C, Fortran and Python: every exported function.
//!
//! An export checks its pointers (`arguments`), calls one safe function, and hands the outcome to
//! the one gate (`boundary`), which turns an error or a panic into a status and keeps its text
//! for `fourier_last_error`. There is no mathematics here. Enumerations arrive as plain integers
//! and are checked, since C may pass any value.
//!
//! The order of the modules is the order of the declarations in the header.

// The comment of each export is the C header: it says what pointers must be, and `x[i]` in it is C.
#![allow(clippy::missing_safety_doc, rustdoc::broken_intra_doc_links)]

mod legacy;

mod spectrum;

mod median;

mod options;

mod parallel;

mod process;

mod status;

mod boundary;

mod version;

mod arguments;

pub use boundary::*;
pub use legacy::*;
pub use median::*;
pub use options::*;
pub use parallel::*;
pub use process::*;
pub use spectrum::*;
pub use status::*;
pub use version::*;
