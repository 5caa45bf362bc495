//! What protects the host: forks, panics, and its floating-point environment.

pub mod float_environment;
pub mod fork;
pub mod panics;
