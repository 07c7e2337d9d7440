//! The landscape of the comparison with fplanck, as work without a clock: natively and in a browser.
//!
//! `(x² − 1)² + y²/2` at temperature ¼ on ±2.5, reflecting; a density starts as a Gaussian of width 0.2 at (−1, 0), walkers at
//! that point.

use losscape::base::elementary::exp;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::diffusion::{
    Boundary, Dynamics, Ensemble, EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout, EvolutionStep,
    FokkerPlanck, FokkerPlanckLayout, Langevin, Scheme, normalise_mass, seed_walkers,
};
use losscape::{ArgError, Objective};

/// T.
pub const TEMPERATURE: f64 = 0.25;
/// Half of the box's edge.
pub const BOX: f64 = 2.5;
const WIDTH: f64 = 0.2;

/// One axis of the landscape: its potential, and where the density starts.
pub type Along = (fn(f64) -> f64, f64);

/// Both axes.
pub const ALONG: [Along; 2] = [(|x| (x * x - 1.0) * (x * x - 1.0), -1.0), (|y| y * y / 2.0, 0.0)];

/// The landscape's grid.
///
/// # Errors
/// [`ArgError`] for fewer than one cell.
pub fn plane(cells: u32) -> Result<Grid<f64, 2>, ArgError> {
    Grid::new([Axis::new(-BOX, BOX, cells)?; 2])
}

/// The density on the plane at a time, and the passes over the grid that it took.
///
/// # Errors
/// None for two cells and more, and times that are positive.
pub fn propagated(cells: u32, time: f64) -> Result<(Vec<f64>, u32), ArgError> {
    let potential = |[x, y]: [f64; 2]| (ALONG[0].0)(x) + (ALONG[1].0)(y);
    evolved(&plane(cells)?, [Boundary::Reflecting; 2], time, potential, ALONG.map(|(_, start)| start))
}

/// The density at a time, from a Gaussian at a point, and the passes over the grid that it took.
///
/// # Errors
/// As for [`propagated`].
pub fn evolved<const D: usize>(
    grid: &Grid<f64, D>,
    boundary: [Boundary; D],
    time: f64,
    potential: impl Fn([f64; D]) -> f64,
    start: [f64; D],
) -> Result<(Vec<f64>, u32), ArgError> {
    let cells = grid.axes().map(|axis| axis.cells());
    let (mut values, mut density) = (vec![0.0; grid.len()], vec![0.0; grid.len()]);
    grid.fill(&mut values, potential)?;
    grid.fill(&mut density, |point| {
        let squared: f64 = point.iter().zip(&start).map(|(x, m)| (x - m) * (x - m)).sum();
        exp(-squared / (2.0 * WIDTH * WIDTH))
    })?;
    normalise_mass(grid, &mut density)?;
    let rates = vec![0.0; FokkerPlanckLayout::new(cells).len()];
    let equation = FokkerPlanck::new(*grid, boundary, &Dynamics::gradient(&values), TEMPERATURE, rates)?;
    let workspace = vec![0.0; EvolutionLayout::new(cells).len()];
    let mut evolution = Evolution::new(&equation, Scheme::Exact { dt: time }, density, workspace)?;
    let mut all = 0;
    while let EvolutionStep::Swept { passes } = evolution.step(&equation) {
        all = passes;
    }
    Ok((evolution.into_parts().0, all))
}

/// The landscape as an objective.
#[derive(Clone, Copy, Debug)]
pub struct Wells;

impl Objective<f64> for Wells {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[f64], _: &mut [f64]) -> f64 {
        let &[x, y] = params else { return f64::NAN };
        (ALONG[0].0)(x) + (ALONG[1].0)(y)
    }

    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        let (&[x, y], [dx, dy]) = (params, grad) else { return f64::NAN };
        (*dx, *dy) = (4.0 * x * (x * x - 1.0), y);
        self.value(params, scratch)
    }
}

/// Langevin walkers with steps of 0.01.
#[derive(Debug)]
pub struct Walkers {
    cloud: Ensemble<f64, Langevin<f64>, Vec<f64>, Vec<Xoshiro128PlusPlus>, Vec<f64>>,
    walkers: u32,
}

impl Walkers {
    /// All at the start, each with its stream.
    ///
    /// # Errors
    /// [`ArgError`] if there are none.
    pub fn new(walkers: u32) -> Result<Self, ArgError> {
        let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); walkers as usize];
        seed_walkers(1, &mut generators);
        let positions = ALONG.map(|(_, start)| start).repeat(walkers as usize);
        let walk = Langevin { learning_rate: 0.01, temperature: TEMPERATURE };
        let workspace = vec![0.0; EnsembleLayout::new(2, 0).len()];
        Ok(Self { cloud: Ensemble::new(&Wells, walk, positions, generators, workspace)?, walkers })
    }

    /// So many steps of each.
    pub fn run(&mut self, rounds: u32) {
        let end = self.cloud.round() + rounds;
        while self.cloud.round() < end {
            if self.cloud.steps(&Wells, self.walkers) == EnsembleStep::MemoryChanged {
                return;
            }
        }
    }

    /// The mean of x².
    #[must_use]
    pub fn spread(&self) -> f64 {
        let squares: f64 = self.cloud.positions().chunks(2).map(|row| row[0] * row[0]).sum();
        squares / f64::from(self.walkers)
    }
}
