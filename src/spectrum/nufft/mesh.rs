//! Memory for meshes, used again by later calls.
//!
//! Fresh memory costs as much as a transform: the system clears every page. What is kept between
//! calls is bounded, and so is a mesh (see `plan`).

use std::ops::{Deref, DerefMut};
use std::sync::Mutex;

use rustfft::num_complex::Complex;

use crate::error::Error;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;
use crate::memory::reserve;

/// The most that is kept: 48 MiB, the longest mesh.
const KEPT: usize = 3 << 20;
static KEPT_MESHES: PerProcess<Mutex<Vec<Vec<Complex<f64>>>>> =
    PerProcess::new(|| Mutex::new(Vec::new()));

/// Memory of a mesh; goes back when dropped.
pub struct Mesh(Vec<Complex<f64>>);

impl Mesh {
    /// An empty mesh with room for `length` numbers.
    pub fn take(length: usize) -> Result<Mesh, Error> {
        let mut kept = lock(KEPT_MESHES.get());
        let fits = |mesh: &&(usize, usize)| mesh.1 >= length;
        let sizes = kept.iter().map(Vec::capacity).enumerate();
        let best = sizes.collect::<Vec<_>>().iter().filter(fits).min_by_key(|mesh| mesh.1).copied();
        let mut mesh = match best {
            Some((index, _)) => kept.swap_remove(index),
            None => Vec::new(),
        };
        drop(kept);
        mesh.clear();
        if mesh.capacity() < length {
            reserve(&mut mesh, length, "the mesh")?;
            advise_large_pages(&mesh);
        }
        Ok(Mesh(mesh))
    }
}

impl Drop for Mesh {
    fn drop(&mut self) {
        let mut kept = lock(KEPT_MESHES.get());
        kept.push(std::mem::take(&mut self.0));
        // The oldest make room for the newest.
        while kept.iter().map(Vec::capacity).sum::<usize>() > KEPT {
            kept.remove(0);
        }
    }
}

impl Deref for Mesh {
    type Target = Vec<Complex<f64>>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Mesh {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Rows of a long transform are far apart: with large pages their addresses stay known.
#[cfg(target_os = "linux")]
fn advise_large_pages(mesh: &Vec<Complex<f64>>) {
    /// From this length on (2 MiB), large pages are asked for.
    const LARGE: usize = 1 << 17;
    if mesh.capacity() >= LARGE {
        const PAGE: usize = 4096;
        let start = mesh.as_ptr().addr().next_multiple_of(PAGE);
        let end = mesh.as_ptr().addr() + mesh.capacity() * size_of::<Complex<f64>>();
        let pages = mesh.as_ptr().with_addr(start).cast_mut();
        // SAFETY: whole pages of the vector's own memory; the advice changes no content.
        unsafe { libc::madvise(pages.cast(), (end - start) / PAGE * PAGE, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise_large_pages(_: &Vec<Complex<f64>>) {}
