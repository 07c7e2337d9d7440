//! What a handle returns, with named fields.

use wasm_bindgen::prelude::*;

/// The loss along a straight line.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The highest loss.
    #[wasm_bindgen(readonly)]
    pub saddle: f64,
    /// Where the highest loss lies, as a fraction of the way.
    #[wasm_bindgen(readonly)]
    pub at: f64,
    /// The greatest height above the line between the losses of the ends.
    #[wasm_bindgen(readonly)]
    pub barrier: f64,
    /// The distance between the ends in parameter space.
    #[wasm_bindgen(readonly)]
    pub length: f64,
    /// The losses at equal distances, both ends included.
    #[wasm_bindgen(readonly)]
    pub losses: Vec<f64>,
}

/// The eigenvalues of a Hessian in five numbers.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curved {
    /// The largest eigenvalue.
    #[wasm_bindgen(readonly)]
    pub largest: f64,
    /// The smallest eigenvalue.
    #[wasm_bindgen(readonly)]
    pub smallest: f64,
    /// The sum of all eigenvalues.
    #[wasm_bindgen(readonly)]
    pub trace: f64,
    /// How many are flat: at most a hundredth of the largest magnitude.
    #[wasm_bindgen(readonly)]
    pub flat: u32,
    /// How many are negative and not flat.
    #[wasm_bindgen(readonly)]
    pub negative: u32,
}
