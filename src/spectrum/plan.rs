//! Which method, which kernels, which blocks: the cost model.
//!
//! With T the length of the series, a grid of step df oversamples the spectrum os = 1 / (df T)
//! times. Where that is enough for it, the spectrum is computed on a coarse grid of step
//! Delta = R df, oversampled as little as psi allows, and resampled; elsewhere on the grid itself.
//! The mesh is longer than the band of coarse points, as phi needs it. Everything here follows from the problem, never from the number of threads.

use std::sync::{Arc, Mutex};

use super::double_double::{Double, two_product};
use super::grid::Grid;
use super::nufft::fft::good_length;
use super::nufft::kernel::Kernel;
use super::nufft::spread::TERMS;
use super::series::Series;
use super::{Method, Options};
use crate::error::Error;
use crate::host::fork::PerProcess;
use crate::host::lock::lock;

/// The two kernels that keep a tolerance.
struct Class {
    /// |F - exact| / sum |x| that they keep.
    error: f64,
    /// Width of phi, and oversampling of the mesh in frequency.
    phi: (usize, f64),
    /// Width of psi, and oversampling of the coarse grid in time. With less oversampling, dividing
    /// by psi_hat at the ends of the series would lose more than two digits.
    psi: (usize, f64),
}

const fn class(error: f64, width: usize) -> Class {
    Class { error, phi: (width, 1.8), psi: (width + 2, 1.66) }
}

/// From coarse to fine.
const CLASSES: [Class; 8] = [
    class(7e-3, 4),
    class(1.6e-4, 6),
    class(3.6e-6, 8),
    class(8e-8, 10),
    class(1.8e-9, 12),
    class(4e-11, 14),
    class(1e-13, 16),
    Class { error: 1e-14, phi: (16, 2.5), psi: (16, 2.5) },
];
const DEFAULT: usize = CLASSES.len() - 2;
const FINEST: usize = CLASSES.len() - 1;
/// A mesh up to this length costs little: the finest kernels are taken for it by default.
const SHORT_MESH: usize = 4096;
/// The error that the direct sum keeps.
const DIRECT_ERROR: f64 = 2e-15;

/// The longest mesh, in complex numbers: 48 MiB of a budget of 64 MiB.
const LONGEST_MESH: usize = 3 << 20;
/// Mesh of a small block: 256 KiB, in the second-level cache with what goes with it.
const SMALL_MESH: usize = 16_384;
/// Cells beyond which the place of a sample is no longer exact; also cycles of its phase.
const MOST_CELLS: f64 = (1u64 << 50) as f64;

// Costs in nanoseconds on one core of 2024 (x86-64 with AVX-512), measured with the stages alone:
// only their ratios matter.
/// One term of the direct sum.
const TERM: f64 = 0.12;
/// One sample's tables in the direct sum.
const DIRECT_SAMPLE: f64 = 30.0;
/// Spreading one sample of real, and of complex amplitude.
const REAL_SAMPLE: f64 = 5.0;
const COMPLEX_SAMPLE: f64 = 8.0;
/// One cell of a mesh (complex) that fits in the cache, and of one that does not.
const CACHED_CELL: f64 = 3.0;
const CELL: f64 = 6.0;
/// Resampling one frequency.
const FREQUENCY: f64 = 1.2;
/// What a fast spectrum costs however small it is.
const OVERHEAD: f64 = 4000.0;

/// The two kernels of a tolerance.
pub struct Kernels {
    /// From the samples onto the mesh.
    pub phi: Kernel,
    /// From the coarse grid to the fine.
    pub psi: Kernel,
}

static KERNELS: PerProcess<Mutex<[Option<Arc<Kernels>>; CLASSES.len()]>> =
    PerProcess::new(|| Mutex::new([const { None }; CLASSES.len()]));

fn kernels(class: usize) -> Arc<Kernels> {
    let mut all = lock(KERNELS.get());
    let make = || {
        let Class { phi, psi, .. } = CLASSES[class];
        Arc::new(Kernels {
            phi: Kernel::new(phi.0, phi.1, TERMS),
            psi: Kernel::new(psi.0, psi.1, TERMS),
        })
    };
    Arc::clone(all[class].get_or_insert_with(make))
}

/// How a spectrum is going to be computed.
pub enum Plan {
    /// The direct sum.
    Direct,
    /// The blocked nonuniform FFT.
    Fast(Fast),
}

/// The geometry of a fast spectrum.
pub struct Fast {
    class: usize,
    /// Fine steps in a coarse one, R.
    pub phases: u64,
    /// Whether the fine grid is resampled from the coarse one; else they are the same.
    pub resampled: bool,
    /// Where frequency 0 is, if the whole grid is computed at once from real amplitudes: number k
    /// is k + shift + fraction fine steps from it.
    pub baseband: Option<(i64, f64)>,
    /// Frequencies in a block, but for the last.
    pub block: usize,
    /// Cells of the mesh of a block.
    pub cells: usize,
    /// Cells per unit of time.
    pub scale: Double,
    /// Whether times reach beyond the mesh, which is periodic.
    pub wraps: bool,
    /// Whether blocks are small: each is done by one thread.
    pub small: bool,
}

impl Fast {
    /// Its kernels.
    pub fn kernels(&self) -> Arc<Kernels> {
        kernels(self.class)
    }
}

/// Plans a spectrum, and tells what it costs.
pub fn plan(series: &Series, grid: &Grid, options: &Options) -> Result<(Plan, f64), Error> {
    let asked = options.tolerance.unwrap_or(CLASSES[DEFAULT].error);
    let class = CLASSES.iter().position(|class| class.error <= asked);
    let reachable =
        if options.method == Method::Fast { CLASSES[FINEST].error } else { DIRECT_ERROR };
    if asked < reachable {
        return Err(Error::Tolerance { asked, reachable });
    }
    let n = series.t.len() as f64;
    let direct_cost = n * (TERM * grid.nf as f64 + DIRECT_SAMPLE);
    let direct = (Plan::Direct, direct_cost);
    let short = |(fast, _): &(Fast, f64)| fast.cells <= SHORT_MESH;
    let finest =
        class.filter(|&class| class == DEFAULT).and_then(|_| geometry(series, grid, FINEST));
    let fast = finest.filter(short).or_else(|| geometry(series, grid, class?));
    match (options.method, fast) {
        (Method::Direct, _) | (Method::Auto, None) => Ok(direct),
        (Method::Auto, Some((_, cost))) if direct_cost <= cost => Ok(direct),
        (_, Some((fast, cost))) => Ok((Plan::Fast(fast), cost)),
        (Method::Fast, None) => Err(Error::NotSupported(format!(
            "method FAST for frequencies and times whose product reaches beyond 2^50 cycles: \
             f0 = {}, df = {}, nf = {}, t from {} to {}",
            grid.f0, grid.df, grid.nf, series.first, series.last
        ))),
    }
}

/// The geometry and its cost; None when double precision cannot place the samples.
fn geometry(series: &Series, grid: &Grid, class: usize) -> Option<(Fast, f64)> {
    let Class { phi: (_, sigma_mesh), psi: (width, sigma_coarse), .. } = CLASSES[class];
    let (n, nf) = (series.t.len() as f64, grid.nf as f64);
    let length = series.length();
    let oversampling = 1.0 / (length * grid.step().high.abs());
    // A hair less than allowed, for rounding.
    let most_phases = oversampling / sigma_coarse * (1.0 - 1e-9);
    let resampled = most_phases >= 2.0;
    let phases = if resampled { most_phases.min(nf.max(24.0)).floor() } else { 1.0 };
    let reach = if resampled { (width / 2 + 1) as f64 } else { 1.0 };

    // One real block around frequency 0, or complex blocks around their own centres?
    let mut block = nf;
    let complex_length = |block: f64| sigma_mesh * (block / phases + 2.0 * reach);
    let whole_steps = (grid.f0 / grid.df).floor();
    let fraction = (-whole_steps).mul_add(grid.df, grid.f0) / grid.df;
    let steps = whole_steps + grid.first as f64;
    let farthest = steps.abs().max((steps + nf).abs());
    let real_length = sigma_mesh * (farthest / phases + reach);
    let baseband = farthest < 1e15
        && (0.0..1.0).contains(&fraction)
        && (resampled || fraction == 0.0)
        && real_length <= 1.3 * complex_length(nf)
        && real_length <= LONGEST_MESH as f64;

    // A block for each thread to do alone pays n more spreadings each, but stays in its cache.
    let small_block = ((SMALL_MESH as f64 / sigma_mesh - 2.0 * reach) * phases).floor();
    let small_blocks = (nf / small_block).ceil();
    let small_cost = small_blocks * (n * COMPLEX_SAMPLE + SMALL_MESH as f64 * CACHED_CELL);
    let (cost, small);
    if baseband {
        let whole =
            n * REAL_SAMPLE + real_length * if small_blocks > 1.0 { CELL } else { CACHED_CELL };
        small = small_blocks > 1.0 && small_cost < whole;
        cost = whole.min(if small { small_cost } else { whole });
    } else {
        let large_block = ((LONGEST_MESH as f64 / sigma_mesh - 2.0 * reach) * phases).floor();
        let blocks = (nf / large_block).ceil();
        let cells = complex_length(nf.min(large_block));
        let per_cell = if small_blocks > 1.0 { CELL } else { CACHED_CELL };
        let whole = blocks * (n * COMPLEX_SAMPLE + cells * per_cell);
        small = small_blocks > 1.0 && small_cost < whole;
        cost = if small { small_cost } else { whole };
        block = (nf / blocks).ceil();
    }
    let baseband = (baseband && !small).then_some((steps as i64, fraction));
    if small {
        block = (nf / small_blocks).ceil();
    }
    let cells = match baseband {
        Some(_) => 2 * good_length(real_length.ceil() as usize),
        None => good_length(complex_length(block).ceil() as usize),
    };
    let (high, low) = two_product(cells as f64 * phases * f64::from(grid.multiple), grid.df);
    let scale = Double { high, low };
    let reached = scale.high.abs() * length;
    let cycles = grid.frequency(0.0).abs().max(grid.frequency(nf).abs()) * length;
    // Written so that NaN is out of reach.
    if !(reached < MOST_CELLS && cycles < MOST_CELLS) {
        return None;
    }
    let cost = cost + nf * FREQUENCY + OVERHEAD;
    let fast = Fast {
        class,
        phases: phases as u64,
        resampled,
        baseband,
        block: block as usize,
        cells,
        scale,
        // A sample at the very end of the period still falls into the margin of the last run.
        wraps: reached > cells as f64 + 0.5,
        small,
    };
    Some((fast, cost))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_keep_their_errors() {
        for (number, class) in CLASSES.iter().enumerate() {
            let kernels = kernels(number);
            let aliasing = kernels.phi.error() + kernels.psi.error();
            assert!(aliasing < 0.95 * class.error, "{}: {aliasing:e}", class.error);
        }
    }
}
