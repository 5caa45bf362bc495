//! The front door for C, Fortran and Python: every exported function.
//!
//! An export checks its pointers (`pointers`), calls one safe function, and hands the outcome to
//! the one gate (`boundary`), which turns an error or a panic into a status and keeps its text
//! for `fourier_last_error`. There is no mathematics here. Enumerations arrive as plain integers
//! and are checked, since C may pass any value.

mod boundary;
mod options;
mod parallel;
mod pointers;
mod process;
mod process_options;
mod process_run;
mod status;
mod version;

pub use boundary::*;
pub use options::*;
pub use parallel::*;
pub use process::*;
pub use process_options::*;
pub use process_run::*;
pub use status::*;
pub use version::*;
