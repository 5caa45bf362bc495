//! Process control, for C: handles, their streams, one-call runs, settings, and integer names.

mod handle;

mod streams;

mod run;

mod options;

mod ids;

pub use handle::*;
pub use ids::*;
pub use options::*;
pub use run::*;
pub use streams::*;
