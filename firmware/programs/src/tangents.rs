//! What a function costs: 64 values a step, of numbers from −4 to 4.

use core::hint::black_box;
use core::marker::PhantomData;

use losscape::ArgError;
use losscape::models::mlp::Activation;

use crate::{Program, Report};

const STEPS: u32 = 32;

/// −3.9375 to 3.9375 in eighths.
static INPUTS: [f32; 64] = {
    let mut inputs = [0.0; 64];
    let mut k = 0;
    while k < 64 {
        inputs[k] = (k as f32 - 31.5) / 8.0;
        k += 1;
    }
    inputs
};

/// The function that is timed.
pub trait Function {
    /// Its name in the library.
    const ACTIVATION: Activation;
}

/// The numbers and what became of them.
pub struct Memory<F> {
    numbers: [f32; INPUTS.len()],
    function: PhantomData<F>,
}

impl<F> Memory<F> {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self { numbers: [0.0; INPUTS.len()], function: PhantomData }
    }
}

/// The values step by step.
pub struct Run<'m, F> {
    memory: &'m mut Memory<F>,
    left: u32,
}

impl<F: Function> Program for Memory<F> {
    type Run<'m>
        = Run<'m, F>
    where
        F: 'm;
    type Last<'m>
        = ()
    where
        F: 'm;

    fn begin(&mut self, _: u32) -> Result<Run<'_, F>, ArgError> {
        Ok(Run { memory: self, left: STEPS })
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        Ok(Report::of(&["first"], &self.numbers[..1], &self.numbers))
    }
}

impl<F: Function> crate::Run for Run<'_, F> {
    fn step(&mut self) -> bool {
        self.memory.numbers = black_box(INPUTS);
        F::ACTIVATION.apply(&mut self.memory.numbers);
        self.left -= 1;
        self.left > 0
    }
}
