//! Stochastic gradient descent with its noise as an explicit argument.
//!
//! A step is `x ← x − u`. The update `u` starts as the gradient of a batch and passes through a chain
//! of [`Transform`]s, a tuple applied from left to right:
//!
//! ```text
//! (ClipNorm, AddNoise, LearningRate, Momentum, WeightDecay)
//! ```
//!
//! Every source of randomness is explicit: the data order ([`Minibatches`]), a [`Noise`] added before
//! or after the learning rate, noise of a temperature ([`Langevin`]), a perturbation where the
//! gradient is small ([`Perturbed`]), or a recording ([`Replay`]). All random numbers come from the
//! generator passed to [`Sgd::step`]. Plain gradient descent is [`FullBatch`] without noise, and Langevin
//! dynamics is [`FullBatch`] with [`Langevin`] alone.
//!
//! Sharpness-aware minimisation is a further source of gradients: [`SharpnessAware`] wraps any other.
//!
//! A run can be [saved](Sgd::save) to bytes after any step and [continued](Sgd::restore) with the same
//! bits.
//!
//! The functions around [`temperature`](temperature()) compute the temperature that corresponds to the
//! noise of a batch. [`catapult`] and [`imbalance`] give the exact effect of one step on a product of
//! weights.
//!
//! ```
//! use losscape::Objective;
//! use losscape::base::random::stream;
//! use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout, SgdStep};
//!
//! /// f(x) = ½ (x − 3)².
//! struct Bowl;
//! impl Objective for Bowl {
//!     fn dim(&self) -> usize { 1 }
//!     fn scratch_len(&self) -> usize { 0 }
//!     fn value(&self, x: &[f32], _: &mut [f32]) -> f32 { 0.5 * (x[0] - 3.0) * (x[0] - 3.0) }
//!     fn value_grad(&self, x: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
//!         grad[0] = x[0] - 3.0;
//!         self.value(x, scratch)
//!     }
//! }
//!
//! let transforms = (LearningRate::constant(0.1), Momentum::heavy_ball(0.5, [0.0]));
//! let mut params = [0.0]; // lent to the run, which owns the velocity and the workspace
//! let mut sgd = Sgd::new(&Bowl, &mut params, FullBatch, transforms, [0.0; SgdLayout::new(1, 0).len()])?;
//! let mut rng = stream(1, 0);
//! for _ in 0..100 {
//!     assert!(matches!(sgd.step(&Bowl, &mut rng), SgdStep::Stepped { .. }));
//! }
//! assert!((params[0] - 3.0).abs() < 1e-5);
//! # Ok::<(), losscape::ArgError>(())
//! ```

mod adam;
mod batches;
mod clip;
mod descent;
mod halt;
mod langevin;
mod layout;
mod momentum;
mod noise;
mod perturbed;
mod product;
mod rate;
mod replay;
mod saved;
mod schedule;
mod sharpness_aware;
mod source;
mod temperature;
mod transform;

pub use adam::Adam;
pub use batches::{Batch, BatchOrder, Minibatches};
pub use clip::{ClipNorm, ClipValue};
pub use descent::{Sgd, SgdStep};
pub use halt::Halt;
pub use langevin::Langevin;
pub use layout::SgdLayout;
pub use momentum::Momentum;
pub use noise::{AddNoise, Noise};
pub use perturbed::Perturbed;
pub use product::{catapult, imbalance};
pub use rate::{LearningRate, Scale, WeightDecay};
pub use replay::Replay;
pub use saved::{Persist, Settings};
pub use schedule::Schedule;
pub use sharpness_aware::SharpnessAware;
pub use source::{FullBatch, GradientSource};
pub use temperature::{
    step_std_dev, temperature, temperature_of_noise, temperature_of_steps, temperature_with_momentum,
    temperature_without_replacement,
};
pub use transform::Transform;
