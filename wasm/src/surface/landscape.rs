//! The landscapes of the exhibit: a toy of two parameters, or a network of 105 on two moons.

use losscape::base::random::{fill_sphere, stream};
use losscape::base::vector::scale;
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::TiltedRing;
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Schedule, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Curvature, Objective, SampledObjective};

use crate::own::{few, standardise_all};

const SAMPLES: usize = 160;
const NOISE: f64 = 0.3;
const L2: f64 = 1e-4;
/// From the origin to the ring of radius 1.
const HALF_WAY: f64 = 0.5;
/// Samples that are evaluated together: more would not be faster.
const TILE: usize = 32;

/// Random streams, each for one purpose, so that a longer run does not change the data. Starts and batches are
/// followed by those of the second and the third run.
pub(super) mod streams {
    pub(in crate::surface) const DATA: u32 = 0;
    pub(in crate::surface) const START: u32 = 1;
    pub(in crate::surface) const BATCHES: u32 = 4;
    pub(in crate::surface) const PLANE: u32 = 7;
    pub(in crate::surface) const WALK: u32 = 8;
}

/// A landscape to be: what it borrows, and how it is descended.
#[derive(Debug)]
pub(super) enum Problem {
    Ring(TiltedRing<f64>),
    Points { net: Mlp, inputs: Vec<f64>, labels: Vec<u8> },
}

/// Everything that decides a descent.
struct Recipe {
    steps: u32,
    batch_size: u32,
    momentum: f64,
    schedule: Schedule<f64>,
}

impl Problem {
    pub(super) fn ring(tilt: f64) -> Result<Self, ArgError> {
        ArgError::check_finite("tilt", &[tilt])?;
        Ok(Self::Ring(TiltedRing { scale: 1.0, tilt }))
    }

    pub(super) fn moons(seed: u64) -> Result<Self, ArgError> {
        let net = Mlp::new(&[2, 8, 8, 1])?;
        let (mut inputs, mut labels) = (vec![0.0; 2 * SAMPLES], vec![0; SAMPLES]);
        moons(NOISE, &mut stream(seed, streams::DATA), &mut inputs, &mut labels)?;
        Ok(Self::Points { net, inputs, labels })
    }

    /// The reader's own points of two classes, standardised if wanted.
    pub(super) fn own(mut inputs: Vec<f64>, labels: Vec<u8>, standard: bool) -> Result<Self, ArgError> {
        if standard {
            standardise_all(&mut inputs, 2)?;
        }
        let net = Mlp::new(&[2, 8, 8, 1])?;
        Ok(Self::Points { net, inputs, labels })
    }

    pub(super) fn landscape(&self) -> Result<Landscape<'_>, ArgError> {
        Ok(match self {
            Self::Ring(ring) => Landscape::Ring(*ring),
            Self::Points { net, inputs, labels } => {
                let data = Dataset::new(inputs, 2, Targets::Labels(labels))?;
                let loss = MlpObjective::new(*net, Loss::BinaryCrossEntropy, data, L2)?.with_tile(TILE)?;
                Landscape::Net(loss)
            }
        })
    }

    fn recipe(&self) -> Recipe {
        match self {
            // The one "sample" is the surface itself: plain gradient descent.
            Self::Ring(_) => Recipe {
                steps: 600,
                batch_size: 1,
                momentum: 0.0,
                schedule: Schedule::Constant { rate: 0.05 },
            },
            Self::Points { labels, .. } => Recipe {
                steps: 3000,
                batch_size: few(16, labels.len()),
                momentum: 0.9,
                schedule: Schedule::Cosine { rate: 0.1, last: 0.0, warm_up: 0, steps: 3000 },
            },
        }
    }

    /// Steps of a run.
    pub(super) fn steps(&self) -> u32 {
        self.recipe().steps
    }

    /// Descends from the start number `run`, 0 to 2; `keep` is given the parameters before each step and at the end.
    pub(super) fn descend(
        &self,
        seed: u64,
        run: u32,
        start_scale: f64,
        mut keep: impl FnMut(&[f64]),
    ) -> Result<(), ArgError> {
        ArgError::check_positive("start_scale", start_scale)?;
        let landscape = self.landscape()?;
        let mut params = vec![0.0; landscape.dim()];
        let rng = &mut stream(seed, streams::START + run);
        match self {
            // At scale 1 half-way between the maximum and the ring.
            Self::Ring(_) => {
                fill_sphere(rng, start_scale, &mut params);
                scale(HALF_WAY, &mut params);
            }
            Self::Points { net, .. } => {
                net.init(Init::GlorotUniform, &mut params, rng);
                scale(start_scale, &mut params);
            }
        }
        let Recipe { steps, batch_size, momentum, schedule } = self.recipe();
        let samples = landscape.samples();
        let (mut velocity, mut order) = (vec![0.0; landscape.dim()], vec![0; samples]);
        let mut workspace = vec![0.0; SgdLayout::new(landscape.dim(), landscape.scratch_len()).len()];
        let count = u32::try_from(samples).unwrap_or(u32::MAX);
        let source = Minibatches::new(BatchOrder::ShuffledEpochs, count, batch_size, &mut order)?;
        let transforms = (LearningRate::new(schedule), Momentum::heavy_ball(momentum, &mut velocity));
        let mut sgd = Sgd::new(&landscape, &mut params, source, transforms, &mut workspace)?;
        let rng = &mut stream(seed, streams::BATCHES + run);
        keep(sgd.params());
        for _ in 0..steps {
            let SgdStep::Stepped { .. } = sgd.step(&landscape, rng) else { break };
            keep(sgd.params());
        }
        Ok(())
    }
}

/// The loss as a function of the parameters.
pub(super) enum Landscape<'a> {
    Ring(TiltedRing<f64>),
    Net(MlpObjective<'a, f64>),
}

impl Objective<f64> for Landscape<'_> {
    fn dim(&self) -> usize {
        match self {
            Self::Ring(f) => f.dim(),
            Self::Net(f) => f.dim(),
        }
    }

    fn scratch_len(&self) -> usize {
        match self {
            Self::Ring(f) => f.scratch_len(),
            Self::Net(f) => f.scratch_len(),
        }
    }

    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        match self {
            Self::Ring(f) => f.value(params, scratch),
            Self::Net(f) => f.value(params, scratch),
        }
    }

    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        match self {
            Self::Ring(f) => f.value_grad(params, grad, scratch),
            Self::Net(f) => f.value_grad(params, grad, scratch),
        }
    }
}

impl SampledObjective<f64> for Landscape<'_> {
    fn samples(&self) -> usize {
        match self {
            Self::Ring(_) => 1,
            Self::Net(f) => f.samples(),
        }
    }

    fn batch_scratch_len(&self, batch: usize) -> usize {
        match self {
            Self::Ring(f) => f.scratch_len(),
            Self::Net(f) => f.batch_scratch_len(batch),
        }
    }

    fn batch_value_grad(&self, params: &[f64], batch: &[u32], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        match self {
            Self::Ring(f) => f.value_grad(params, grad, scratch),
            Self::Net(f) => f.batch_value_grad(params, batch, grad, scratch),
        }
    }
}

impl Curvature<f64> for Landscape<'_> {
    fn hess_vec_scratch_len(&self) -> usize {
        match self {
            Self::Ring(f) => f.hess_vec_scratch_len(),
            Self::Net(f) => f.hess_vec_scratch_len(),
        }
    }

    fn hess_vec(&self, params: &[f64], v: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        match self {
            Self::Ring(f) => f.hess_vec(params, v, out, scratch),
            Self::Net(f) => f.hess_vec(params, v, out, scratch),
        }
    }
}
