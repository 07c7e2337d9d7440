//! The settings of a run, and the chain of transforms that they name.

use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::sgd::{
    Adam, AddNoise, BatchOrder, ClipNorm, ClipValue, Langevin, LearningRate, Minibatches, Momentum, Noise,
    Schedule, Sgd, SgdLayout, WeightDecay,
};
use losscape::{ArgError, Objective as _, SampledObjective};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, array, refused, room, vector_of};
use crate::objective::Problem;
use crate::run::Raised;

/// Clipping, then noise of the gradient: drawn, or combinations of rows; then Adam's means.
type Before<R> = (
    Option<ClipNorm<R>>,
    Option<ClipValue<R>>,
    Option<AddNoise<R, Vec<R>>>,
    Option<AddNoise<R, Vec<R>, Vec<R>>>,
    Option<Adam<R, Vec<R>, Vec<R>>>,
);

/// Momentum of one kind or the other, and weight decay.
type After<R> = (Option<Momentum<R, Vec<R>>>, Option<Momentum<R, Vec<R>, Vec<R>>>, Option<WeightDecay<R>>);

/// All transforms of a gradient, in their order. Langevin's noise has the temperature zero without one.
type Chain<R> = (Before<R>, Langevin<After<R>, R>, Option<AddNoise<R, Vec<R>>>);

/// A run with all memory of its own.
pub(super) type Own<R> = Sgd<R, Minibatches<Vec<u32>>, Chain<R>, Vec<R>, Vec<R>>;

/// The settings, as they were given.
pub(super) struct Settings<'py> {
    pub(super) batch_size: Option<u32>,
    pub(super) order: BatchOrder,
    pub(super) schedule: Option<Bound<'py, PyAny>>,
    pub(super) learning_rate: f64,
    pub(super) momentum: f64,
    pub(super) nesterov: bool,
    pub(super) adam: bool,
    pub(super) weight_decay: f64,
    pub(super) clip_norm: Option<f64>,
    pub(super) clip_value: Option<f64>,
    pub(super) gradient_noise: f64,
    pub(super) ball_noise: f64,
    pub(super) noise_factor: Option<Bound<'py, PyAny>>,
    pub(super) temperature: f64,
    pub(super) step_noise: f64,
    pub(super) seed: u64,
}

impl Settings<'_> {
    fn schedule<R: Scalar>(&self) -> PyResult<Schedule<R>> {
        let rate = R::from_f64(self.learning_rate);
        let Some(schedule) = &self.schedule else { return Ok(Schedule::Constant { rate }) };
        let wrong = || {
            refused(
                "`schedule` must be (\"steps\", factor, every), (\"warm-up\", steps), (\"cosine\", last, warm_up, steps) \
                 or (\"inverse-time\", half_life)",
            )
        };
        if let Ok((name, factor, every)) = schedule.extract::<(String, f64, u32)>() {
            return match &*name {
                "steps" => Ok(Schedule::Steps { rate, factor: R::from_f64(factor), every }),
                _ => Err(wrong()),
            };
        }
        if let Ok((name, last, warm_up, steps)) = schedule.extract::<(String, f64, u32, u32)>() {
            return match &*name {
                "cosine" => Ok(Schedule::Cosine { rate, last: R::from_f64(last), warm_up, steps }),
                _ => Err(wrong()),
            };
        }
        match schedule.extract::<(String, u32)>() {
            Ok((name, steps)) if name == "warm-up" => Ok(Schedule::WarmUp { rate, steps }),
            Ok((name, half_life)) if name == "inverse-time" => Ok(Schedule::InverseTime { rate, half_life }),
            _ => Err(wrong()),
        }
    }

    /// The noise of the gradient, if there is any; of several kinds, a refusal.
    fn gradient_noise<R: Scalar>(&self, dim: usize) -> PyResult<Option<AddNoise<R, Vec<R>>>> {
        let number = R::from_f64;
        Ok(match (self.gradient_noise, self.ball_noise) {
            (0.0, 0.0) => None,
            (std_dev, 0.0) => Some(AddNoise::new(Noise::Gaussian { std_dev: number(std_dev) }, Vec::new())),
            (0.0, radius) => Some(AddNoise::new(Noise::Ball { radius: number(radius) }, room(R::ZERO, dim)?)),
            _ => return Err(refused("`gradient_noise` and `ball_noise` exclude each other")),
        })
    }

    /// The noise of the step, unless it is Langevin's.
    fn step_noise<R: Scalar>(&self) -> PyResult<Option<AddNoise<R, Vec<R>>>> {
        match (self.temperature, self.step_noise) {
            (_, 0.0) => Ok(None),
            (0.0, std_dev) => {
                Ok(Some(AddNoise::new(Noise::Gaussian { std_dev: R::from_f64(std_dev) }, Vec::new())))
            }
            _ => Err(refused("`temperature` and `step_noise` exclude each other")),
        }
    }

    fn chain<R: Scalar>(&self, dim: usize) -> PyResult<Chain<R>> {
        let number = R::from_f64;
        let zeros = || room(R::ZERO, dim);
        let factor = match &self.noise_factor {
            None => None,
            Some(factor) => {
                let (rows, shape) = array::<R>("noise_factor", 2, factor)?;
                ArgError::check_len("noise_factor", dim, shape[1]).map_err(arg)?;
                Some(AddNoise::low_rank(rows, zeros()?))
            }
        };
        let before = (
            self.clip_norm.map(|max_norm| ClipNorm { max_norm: number(max_norm) }),
            self.clip_value.map(|limit| ClipValue { limit: number(limit) }),
            self.gradient_noise(dim)?,
            factor,
            if self.adam { Some(Adam::new(zeros()?, zeros()?)) } else { None },
        );
        let momentum = number(self.momentum);
        let after = (
            if self.nesterov { None } else { Some(Momentum::heavy_ball(momentum, zeros()?)) },
            if self.nesterov { Some(Momentum::nesterov(momentum, zeros()?, zeros()?)) } else { None },
            (self.weight_decay != 0.0).then(|| WeightDecay { decay: number(self.weight_decay) }),
        );
        let rate = LearningRate::new(self.schedule()?);
        Ok((before, Langevin::new(rate, after, number(self.temperature)), self.step_noise()?))
    }

    /// A run from `params`, and the generator of its noise.
    pub(super) fn start<R: Scalar>(
        &self,
        problem: &Problem<R>,
        params: &Bound<'_, PyAny>,
    ) -> PyResult<(Own<R>, Xoshiro128PlusPlus)> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let params = vector_of("params", dim, params)?;
        let samples = f.samples();
        let scratch_len = f.scratch_len().max(f.batch_scratch_len(samples));
        let samples = u32::try_from(samples).map_err(|_| refused("`objective` has too many samples"))?;
        let (order, batch_size) = match self.batch_size {
            None => (BatchOrder::FullBatch, samples),
            Some(batch_size) => (self.order, batch_size),
        };
        let batches =
            Minibatches::new(order, samples, batch_size, room(0, order.indices_len(samples, samples))?);
        let workspace = room(R::ZERO, SgdLayout::new(dim, scratch_len).len())?;
        let sgd = Sgd::new(&f, params, batches.map_err(arg)?, self.chain(dim)?, workspace).map_err(arg)?;
        Ok((sgd, stream(self.seed, 1)))
    }
}
