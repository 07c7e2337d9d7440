//! What a hyperbolic tangent costs: 64 of them a step, of numbers from −4 to 4.

use core::hint::black_box;

use losscape::ArgError;
use losscape::models::mlp::Activation;

use crate::{INPUTS_OF_TANGENTS, Program, Report};

const STEPS: u32 = 32;

/// The numbers and what became of them.
pub struct Memory {
    numbers: [f32; INPUTS_OF_TANGENTS.len()],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self { numbers: [0.0; INPUTS_OF_TANGENTS.len()] }
    }
}

impl Program for Memory {
    fn train(&mut self, mut after_step: impl FnMut()) -> Result<(), ArgError> {
        for _ in 0..STEPS {
            self.numbers = black_box(INPUTS_OF_TANGENTS);
            Activation::Tanh.apply(&mut self.numbers);
            after_step();
        }
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        Ok(Report::of(&["first"], &self.numbers[..1], &self.numbers))
    }
}
