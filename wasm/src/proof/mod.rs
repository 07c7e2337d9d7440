//! A trivial experiment: counts steps.

use losscape::base::fingerprint::Fingerprint;
use wasm_bindgen::prelude::*;

/// Counts steps.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Proof {
    seed: u32,
    steps: u32,
}

#[wasm_bindgen]
impl Proof {
    /// At step 0.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self { seed, steps: 0 }
    }

    /// Makes steps.
    pub fn advance(&mut self, steps: u32) {
        self.steps = self.steps.saturating_add(steps);
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The digest of seed and steps.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(&[f64::from(self.seed), f64::from(self.steps)]))
    }
}
