#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]

pub mod base;
pub mod curvature;
pub mod models;
pub mod objective;
pub mod path;
pub mod sgd;
pub mod smoothing;

pub use base::error::{ArgError, Reason};
pub use base::real::Real;
pub use objective::{Curvature, Objective, SampledObjective};
