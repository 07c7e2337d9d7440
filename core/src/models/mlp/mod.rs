//! Multilayer perceptrons: run-time widths, flat parameters, gradients and exact curvature.
//!
//! A network consists of an [`Mlp`] (a `Copy` value that describes its shape) and a slice of
//! [`param_len`](Mlp::param_len) parameters. With data and a [`Loss`] it becomes an
//! [`MlpObjective`], a landscape that the methods of this crate can explore.

mod activation;
mod alignment;
mod answers;
mod classify;
mod directional;
mod filter;
mod forward;
mod identity;
mod init;
mod loss;
mod objective;
mod prepared;
mod products;
mod rescale;
mod saved;
mod spec;
mod split;
mod symmetry;
mod tape;
mod tile;
mod weights;

pub use activation::Activation;
pub use alignment::{AlignConfig, AlignLayout, Aligned};
pub use init::Init;
pub use loss::{Loss, softmax};
pub use objective::{DEFAULT_TILE, MlpObjective};
pub use prepared::PreparedHessian;
pub use spec::{Layer, MAX_LAYERS, Mlp};
pub use tile::BLOCK;
pub use weights::{Equal, Weighted, Weighting, Weights};
