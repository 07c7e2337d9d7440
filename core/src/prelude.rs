//! The usual imports of a training program, in one line.
//!
//! ```
//! use losscape::prelude::*;
//! let net = Mlp::new(&[2, 3, 1])?;
//! let mut params = vec![0.0f32; net.param_len()];
//! net.init(Init::GlorotUniform, &mut params, &mut stream(1, 0));
//! assert_eq!(params.len(), 13);
//! # Ok::<(), ArgError>(())
//! ```

pub use crate::base::fingerprint::Fingerprint;
pub use crate::base::random::{Rng, Xoshiro128PlusPlus, stream};
pub use crate::models::data::{Dataset, Targets};
pub use crate::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective, Weights};
pub use crate::sgd::{
    Adam, AddNoise, Batch, BatchOrder, ClipNorm, FullBatch, LearningRate, Minibatches, Momentum, Noise,
    Schedule, Sgd, SgdLayout, SgdStep, WeightDecay,
};
pub use crate::{ArgError, Curvature, Objective, Real, Reason, SampledObjective};
