//! What protects the host: forks, locks, panics, signals, and its floating-point environment.

pub mod float_environment;
pub mod fork;
pub mod lock;
pub mod panics;
pub mod signal_mask;
