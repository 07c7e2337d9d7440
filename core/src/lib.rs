#![doc = include_str!("../README.md")]
#![no_std]
// Lets docs.rs label items that need a feature; docs.rs builds with a nightly compiler.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod base;
pub mod curvature;
pub mod diffusion;
pub mod flow;
pub mod models;
pub mod objective;
pub mod path;
pub mod prelude;
pub mod sgd;
pub mod smoothing;

pub use base::error::{ArgError, Reason};
pub use base::real::Real;
pub use objective::{Curvature, Objective, Operator, SampledCurvature, SampledObjective};
