//! What a hyperbolic tangent costs.

use losscape::models::mlp::Activation;

use crate::tangents::{self, Function};

/// The library's tangent.
pub struct Tanh;

impl Function for Tanh {
    const ACTIVATION: Activation = Activation::Tanh;
}

/// The memory of the program.
pub type Memory = tangents::Memory<Tanh>;
