//! Fourier transform of unevenly sampled series, median filter and process control.
//!
//! Three rooms do the work: [`spectrum`], [`median`] and [`process`]. They do not know each other.
//! They share a hall: [`error`] (what can go wrong), [`parallel`] (who computes, and how a call is
//! watched and cancelled), `host` (what protects the host: its forks, signals, floating-point
//! environment and terminal) and `simd` (instruction sets chosen at run time). The front door for
//! C, Fortran and Python is `capi`: it checks pointers, calls one safe function and turns the
//! result into a status.

pub mod error;
mod host;
pub mod median;
pub mod memory;
pub mod parallel;
pub mod periodogram;
pub mod process;
mod simd;
pub mod spectrum;

pub mod capi;
