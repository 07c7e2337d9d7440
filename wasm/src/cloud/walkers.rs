//! The cloud: walkers with normal noise, or with the noise of real batches.

use losscape::base::random::Xoshiro128PlusPlus;
use losscape::diffusion::{BatchDescent, Ensemble, EnsembleLayout, EnsembleStep, Uneven, Walk};
use losscape::{ArgError, Objective};

use super::ground::{Landscape, Strength};
use super::regression::regression;

type Cloud<W> = Ensemble<f64, W, Vec<f64>, Vec<Xoshiro128PlusPlus>, Vec<f64>>;

#[derive(Debug)]
pub(super) enum Walkers {
    Normal { landscape: Landscape, cloud: Cloud<Uneven<f64, Strength>> },
    Batches { samples: [Vec<f64>; 2], cloud: Cloud<BatchDescent<f64>> },
}

fn cloud<W: Walk<f64, F>, F: Objective<f64>>(
    objective: &F,
    walk: W,
    positions: Vec<f64>,
    rng: Vec<Xoshiro128PlusPlus>,
) -> Result<Cloud<W>, ArgError> {
    let workspace = vec![0.0; EnsembleLayout::new(2, walk.scratch_len(objective)).len()];
    Ensemble::new(objective, walk, positions, rng, workspace)
}

impl Walkers {
    pub(super) fn normal(
        landscape: Landscape,
        walk: Uneven<f64, Strength>,
        positions: Vec<f64>,
        rng: Vec<Xoshiro128PlusPlus>,
    ) -> Result<Self, ArgError> {
        Ok(Self::Normal { landscape, cloud: cloud(&landscape, walk, positions, rng)? })
    }

    pub(super) fn batches(
        samples: [Vec<f64>; 2],
        walk: BatchDescent<f64>,
        positions: Vec<f64>,
        rng: Vec<Xoshiro128PlusPlus>,
    ) -> Result<Self, ArgError> {
        let cloud = cloud(&regression(&samples)?, walk, positions, rng)?;
        Ok(Self::Batches { samples, cloud })
    }

    /// x and y of each.
    pub(super) fn positions(&self) -> &[f64] {
        match self {
            Self::Normal { cloud, .. } => cloud.positions(),
            Self::Batches { cloud, .. } => cloud.positions(),
        }
    }

    /// A step of every walker; false if one was not finite.
    pub(super) fn round(&mut self) -> bool {
        match self {
            Self::Normal { landscape, cloud } => round(cloud, landscape),
            Self::Batches { samples, cloud } => {
                regression(samples).is_ok_and(|objective| round(cloud, &objective))
            }
        }
    }

    /// Takes larger batches: real ones grow, normal noise is weakened to the temperature that they have.
    pub(super) fn cool(&mut self, temperature: f64, batch_size: u32) {
        match self {
            Self::Normal { cloud, .. } => cloud.walk_mut().temperature = temperature,
            Self::Batches { cloud, .. } => cloud.walk_mut().batch_size = batch_size,
        }
    }
}

fn round<W: Walk<f64, F>, F: Objective<f64>>(cloud: &mut Cloud<W>, objective: &F) -> bool {
    loop {
        match cloud.step(objective) {
            EnsembleStep::Moved { .. } => (),
            EnsembleStep::Round { .. } => return true,
            EnsembleStep::NotFinite { .. } | EnsembleStep::MemoryChanged => return false,
        }
    }
}
