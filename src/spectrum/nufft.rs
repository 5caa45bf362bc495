//! The blocked nonuniform FFT, from samples to frequencies.
//!
//! For each block of consecutive frequencies around f_c, with Delta the coarse step and psi and
//! phi the two kernels:
//!
//! 1. c_j = x_j exp(2 pi i f_c tau_j) / psi_hat(tau_j Delta), and its spreading with phi on a mesh
//!    over time (`spread`);
//! 2. the FFT of the mesh (`fft`);
//! 3. H_m = FFT_m / phi_hat(m / cells) on the coarse grid, and F(f_c + k df) = sum of psi times the
//!    H around it (`resample`).
//!
//! The spreading and the FFT are those of the nonuniform FFT (Dutt and Rokhlin 1993; Barnett,
//! Magland and af Klinteberg 2019); the third step replaces a several times longer FFT where the
//! grid asked for oversamples the spectrum. Around frequency 0 the amplitudes are real, and so is
//! the mesh: half the work.

mod deconvolve;
pub mod fft;
mod interpolate;
pub mod kernel;
mod mesh;
pub mod spread;

use std::borrow::Cow;
use std::ops::Range;

use self::deconvolve::Coarse;
use self::fft::Transform;
use self::interpolate::Resampler;
use self::mesh::Mesh;
use self::spread::Gridding;
use super::grid::Grid;
use super::output::Stretch;
use super::plan::{Fast, Kernels};
use super::series::Series;
use crate::error::Error;
use crate::memory::{collected, filled};
use crate::parallel::Call;

/// Computes F on `whole`.
pub fn run(
    series: &Series,
    grid: &Grid,
    plan: &Fast,
    whole: Stretch,
    call: &Call,
) -> Result<(), Error> {
    let kernels = plan.kernels();
    let engine = Engine::new(series, grid, plan, &kernels, call)?;
    call.add_work(engine.units(whole.len));
    let units = engine.units(plan.block);
    let blocks = whole.split(plan.block);
    if plan.small {
        let mesh = || Mesh::take(engine.gridding.mesh_length());
        call.for_each(blocks, units, mesh, |call, mesh, block| engine.block(block, mesh, call))
    } else {
        let mut mesh = Mesh::take(engine.gridding.mesh_length())?;
        let mut blocks = blocks;
        blocks.try_for_each(|block| call.part(units, |call| engine.block(block, &mut mesh, call)))
    }
}

/// What all blocks share.
struct Engine<'a> {
    grid: &'a Grid,
    plan: &'a Fast,
    gridding: Gridding<'a>,
    samples: Samples<'a>,
    transform: Transform,
    resampler: Resampler<'a>,
}

impl<'a> Engine<'a> {
    fn new(
        series: &'a Series,
        grid: &'a Grid,
        plan: &'a Fast,
        kernels: &'a Kernels,
        call: &Call,
    ) -> Result<Engine<'a>, Error> {
        let delta = grid.step().high * plan.phases as f64;
        let psi = plan.resampled.then_some(&kernels.psi);
        let gridding = Gridding {
            centre: series.centre(),
            scale: plan.scale,
            cells: plan.cells,
            wraps: plan.wraps,
            kernel: &kernels.phi,
            taper: psi.map(|psi| (&psi.inverse[..], psi.argument(delta))),
            carrier: None,
        };
        let gridding = match plan.baseband {
            Some(_) => gridding,
            None => Gridding { carrier: Some(grid.frequency_double(0.0)), ..gridding },
        };
        let samples = Samples::in_order(series, &gridding, call)?;
        let fraction = plan.baseband.map_or(0.0, |(_, fraction)| fraction);
        let transform = Transform::new(gridding.mesh_length());
        let resampler = Resampler::new(psi, plan.phases, fraction)?;
        Ok(Engine { grid, plan, gridding, samples, transform, resampler })
    }

    /// Progress: one unit is about a nanosecond.
    fn units(&self, frequencies: usize) -> u64 {
        let blocks = frequencies.div_ceil(self.plan.block.max(1)) as u64;
        blocks * (self.samples.t.len() as u64 * 6 + self.gridding.mesh_length() as u64 * 5)
            + frequencies as u64
    }

    fn block(&self, block: Stretch, mesh: &mut Mesh, call: &Call) -> Result<(), Error> {
        call.add_work(self.units(block.len));
        let mut gridding = self.gridding.clone();
        let shift = match self.plan.baseband {
            Some((shift, _)) => shift,
            None => {
                let middle = block.start + block.len / 2;
                gridding.carrier = Some(self.grid.frequency_double(middle as f64));
                -(middle as i64)
            }
        };
        let Samples { t, x, .. } = &self.samples;
        gridding.spread(t, x, |run| self.samples.of_run(run), mesh, call)?;
        self.transform.run(mesh, call)?;
        let phi = self.gridding.kernel;
        let coarse = Coarse {
            transform: &self.transform,
            mesh,
            real: self.plan.baseband.is_some(),
            inverse: &phi.inverse,
            argument: phi.argument(1.0 / self.plan.cells as f64),
        };
        let stretches = block.split(self.resampler.stretch_size());
        let units = self.resampler.stretch_size() as u64;
        let scratch = || self.resampler.scratch();
        call.for_each(stretches, units, scratch, |_, scratch, mut stretch| {
            let centre = self.gridding.centre;
            self.resampler.fill(&coarse, shift, &mut stretch, self.grid, centre, scratch);
            Ok(())
        })
    }
}

/// The samples in the order of the mesh.
struct Samples<'a> {
    t: Cow<'a, [f64]>,
    x: Cow<'a, [f64]>,
    /// Where the samples of each run begin, in the order of time, and where the last end.
    edges: Vec<usize>,
    /// Whether times fall along the mesh: the first run then has the last samples.
    falling: bool,
}

impl<'a> Samples<'a> {
    fn in_order(
        series: &Series<'a>,
        gridding: &Gridding,
        call: &Call,
    ) -> Result<Samples<'a>, Error> {
        if series.sorted && !gridding.wraps {
            Samples::sorted(series, gridding, call)
        } else {
            Samples::binned(series, gridding)
        }
    }

    fn of_run(&self, run: usize) -> Range<usize> {
        let part = if self.falling { self.edges.len() - 2 - run } else { run };
        self.edges[part]..self.edges[part + 1]
    }

    /// Sorted times stay where they are: the edges of the runs are looked up among them.
    fn sorted(series: &Series<'a>, gridding: &Gridding, call: &Call) -> Result<Samples<'a>, Error> {
        /// Edges that a thread looks up one after the other.
        const EDGES: usize = 64;
        let t = series.t;
        let falling = gridding.scale.high < 0.0;
        let runs = gridding.runs();
        // From the centre, as the samples are placed: a time of its own would be rounded to more
        // than a run where all times are within a few roundings of each other.
        let offset_of = |part: usize| {
            let edge = if falling { runs - part } else { part };
            let cell = (edge * gridding.run_cells()) as f64 - (gridding.cells / 2) as f64;
            cell / gridding.scale.high
        };
        let before = |t: f64, offset: f64| t - gridding.centre < offset;
        let stride = t.len() / runs + 1;
        let mut edges = filled(runs + 1, 0, "the edges of the runs")?;
        let items = edges.chunks_mut(EDGES).enumerate();
        call.for_each(
            items,
            0,
            || Ok(()),
            |_, (), (chunk, edges)| {
                let first = chunk * EDGES;
                let mut from = t.partition_point(|&t| before(t, offset_of(first)));
                for (part, edge) in (first..).zip(edges) {
                    let offset = offset_of(part);
                    let mut to = from;
                    while to < t.len() && before(t[to], offset) {
                        from = to;
                        to = (to + stride).min(t.len());
                    }
                    from += t[from..to].partition_point(|&t| before(t, offset));
                    *edge = from;
                }
                Ok(())
            },
        )?;
        // Rounding may put the ends of the series a little beyond the mesh.
        (edges[0], edges[runs]) = (0, t.len());
        let (t, x) = (Cow::Borrowed(t), Cow::Borrowed(series.x));
        Ok(Samples { t, x, edges, falling })
    }

    /// Others are copied, bin by bin (a counting sort): a bin is a run, or a single cell where
    /// there are many samples in each.
    fn binned(series: &Series<'a>, gridding: &Gridding) -> Result<Samples<'a>, Error> {
        let what = "the samples in the order of the mesh";
        let n = series.t.len();
        let run_cells = gridding.run_cells();
        let bins_of_run = if n / 16 > gridding.cells { run_cells } else { 1 };
        let bins = gridding.runs() * bins_of_run;
        let cells_of_bin = (run_cells / bins_of_run) as f64;
        let bin_of = |t: f64| ((gridding.about(t) / cells_of_bin).max(0.0) as usize).min(bins - 1);
        let mut next = filled(bins + 1, 0, what)?;
        for &t in series.t {
            next[bin_of(t) + 1] += 1;
        }
        for bin in 0..bins {
            next[bin + 1] += next[bin];
        }
        let edges = (0..=gridding.runs()).map(|run| next[run * bins_of_run]);
        let edges = collected(edges, what)?;
        let (mut t, mut x) = (filled(n, 0.0, what)?, filled(n, 0.0, what)?);
        for (&time, &value) in series.t.iter().zip(series.x) {
            let place = &mut next[bin_of(time)];
            (t[*place], x[*place]) = (time, value);
            *place += 1;
        }
        Ok(Samples { t: Cow::Owned(t), x: Cow::Owned(x), edges, falling: false })
    }
}
