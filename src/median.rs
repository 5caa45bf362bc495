//! Median filter of images.
pub mod border;
pub mod element;
pub mod network;
pub mod patch;
pub mod program;
pub mod selection;
pub mod tile_rank;
