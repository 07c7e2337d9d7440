//! What a handle returns, with named fields.

use wasm_bindgen::prelude::*;

/// A network on the way.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Its loss.
    #[wasm_bindgen(readonly)]
    pub value: f64,
    /// How many training samples it misses.
    #[wasm_bindgen(readonly)]
    pub missed: u32,
}

/// The end of a cycle of the search.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CycleRow {
    /// The move of the band that it ended with.
    #[wasm_bindgen(readonly)]
    pub step: u32,
    /// The highest loss on the best band so far.
    #[wasm_bindgen(readonly)]
    pub saddle: f64,
    /// The barrier on the best band so far.
    #[wasm_bindgen(readonly)]
    pub barrier: f64,
}

/// The highest image of the band, every tenth move.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Moves of the band.
    #[wasm_bindgen(readonly)]
    pub step: Vec<u32>,
    /// The value of the highest image before each. With minibatches it is the value on that move's batch.
    #[wasm_bindgen(readonly)]
    pub value: Vec<f32>,
}
