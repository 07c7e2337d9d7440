//! The law where cloud and density settle, and how far they are from it.

use losscape::base::grid::Grid;
use losscape::diffusion::{
    Elimination, EliminationLayout, EliminationStep, Gibbs, NoiseFloor, coarsen, histogram, noise_floor,
    relative_entropy,
};
use losscape::{ArgError, Real};

use super::{CELLS, COARSE, Equation, Noise, SIDE, WALLS, grid};

/// The least value of a law, so that no distance to it is infinite.
const LEAST: f64 = 1e-200;

/// The stationary density at one temperature, in cells and in the bins of the cloud.
#[derive(Debug)]
pub(super) struct Limit {
    law: Vec<f64>,
    bins: Vec<f64>,
    /// Whether it is that of Gibbs.
    gibbs: bool,
    floor: NoiseFloor<f64>,
}

impl Limit {
    pub(super) fn new(
        equation: &Equation,
        potential: &[f64],
        noise: Noise,
        walkers: u32,
    ) -> Result<Self, ArgError> {
        let fine = equation.grid();
        let mut law = vec![0.0; CELLS];
        let gibbs = noise == Noise::Even;
        if !gibbs {
            let memory = vec![0.0; EliminationLayout::new([SIDE; 2], WALLS).len()];
            let mut elimination = Elimination::stationary(equation, memory)?;
            while let EliminationStep::Eliminated { .. } = elimination.step() {}
            elimination.density(&mut law)?;
        } else {
            Gibbs::new(*fine, potential, equation.temperature())?.fill(&mut law)?;
        }
        for rho in &mut law {
            *rho = rho.or_larger(LEAST);
        }
        let coarse = grid(COARSE)?;
        let mut bins = vec![0.0; coarse.len()];
        coarsen(fine, &law, &coarse, &mut bins)?;
        let floor = noise_floor(&coarse, &bins, walkers)?;
        Ok(Self { law, bins, gibbs, floor })
    }

    pub(super) fn law(&self) -> &[f64] {
        &self.law
    }

    /// The density, the cloud, and a perfect cloud with its standard deviation; free energy above its limit over T.
    pub(super) fn distances(
        &self,
        fine: &Grid<f64, 2>,
        potential: &[f64],
        temperature: f64,
        density: &[f64],
        walkers: &[f64],
    ) -> Result<[f64; 5], ArgError> {
        let coarse = grid(COARSE)?;
        let mut counted = vec![0.0; coarse.len()];
        histogram(&coarse, walkers, &mut counted)?;
        let cloud = relative_entropy(&coarse, &counted, &self.bins)?;
        let NoiseFloor { mean, std_dev } = self.floor;
        let [density, energy] = if self.gibbs {
            let gibbs = Gibbs::new(*fine, potential, temperature)?;
            [gibbs.relative_entropy(density)?, gibbs.excess_free_energy(density)?]
        } else {
            [relative_entropy(fine, density, &self.law)?, f64::NAN]
        };
        Ok([density, cloud, mean, std_dev, energy])
    }
}
