//! The digits as the page fetched them, and what the reader draws.

use std::rc::Rc;

use losscape::ArgError;
use losscape::models::data::digits::{self, PIXELS};
use losscape::models::data::{Dataset, Targets, pad};
use losscape::models::mlp::{Activation, Mlp};
use losscape_wasm_loops::predict;
use wasm_bindgen::prelude::*;

use crate::LabError;
use crate::record::record;

/// Rows of numbers, as a network takes them, with their labels.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) width: usize,
    pub(crate) inputs: Vec<f32>,
    pub(crate) labels: Vec<u8>,
}

impl Rows {
    fn unpack(packed: &digits::Digits<'_>) -> Result<Self, ArgError> {
        let len = packed.len();
        let mut rows = Self { width: PIXELS, inputs: vec![0.0; len * PIXELS], labels: vec![0; len] };
        packed.write(0..len, &mut rows.inputs, &mut rows.labels)?;
        Ok(rows)
    }

    fn dataset(&self) -> Result<Dataset<'_>, ArgError> {
        Dataset::new(&self.inputs, self.width, Targets::Labels(&self.labels))
    }
}

/// Both parts of the data.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) train: Rows,
    pub(crate) held_out: Rows,
}

impl Data {
    pub(crate) fn train(&self) -> Result<Dataset<'_>, ArgError> {
        self.train.dataset()
    }

    pub(crate) fn held_out(&self) -> Result<Dataset<'_>, ArgError> {
        self.held_out.dataset()
    }
}

/// 1500 handwritten digits to train on and 297 that are held out, of 8 × 8 pixels: unpacked once, shared by all runs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Digits {
    data: Rc<Data>,
}

#[wasm_bindgen]
impl Digits {
    /// Unpacks the file `digits.bin`, which is not part of the module.
    ///
    /// # Errors
    /// [`LabError`] naming `digits` if the bytes are not that file.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Self, LabError> {
        // One sentence is enough, and saves a page that reads no networks the words for all that can be wrong with bytes.
        let refused = |_| LabError::new("digits", "`digits` is not the file `digits.bin`");
        let split = digits::from_bytes(file).map_err(refused)?;
        let data = Data { train: Rows::unpack(&split.training)?, held_out: Rows::unpack(&split.held_out)? };
        Ok(Self { data: Rc::new(data) })
    }

    /// How many rows are held out.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn held_out_len(&self) -> usize {
        self.data.held_out.labels.len()
    }

    /// The digit that a held-out row shows, if there is such a row.
    #[must_use]
    pub fn held_out_label(&self, row: usize) -> Option<u8> {
        self.data.held_out.labels.get(row).copied()
    }

    /// The 64 pixels of a held-out row, row by row from the top, 0 to 1 for ink; or none if there is no such row.
    #[must_use]
    pub fn held_out_pixels(&self, row: usize) -> Vec<f32> {
        self.data.held_out.inputs.chunks_exact(PIXELS).nth(row).unwrap_or_default().to_vec()
    }

    /// The network's input for a drawing of 32 × 32 dots, row by row from the top, 0 for paper: 64 pixels, scaled,
    /// straightened and brought to a common weight as the digits once were.
    ///
    /// # Errors
    /// [`LabError`] naming `ink` if its length is wrong.
    pub fn reduce(ink: &[u8]) -> Result<Vec<f32>, LabError> {
        ArgError::check_len("ink", pad::SIDE * pad::SIDE, ink.len())?;
        let mut drawing = [0; pad::SIDE];
        for (row, dots) in drawing.iter_mut().zip(ink.chunks_exact(pad::SIDE)) {
            *row = dots.iter().rev().fold(0, |bits, &dot| bits << 1 | u32::from(dot != 0));
        }
        let mut out = vec![0.0; PIXELS];
        digits::to_input(&pad::reduce(&drawing), &mut out);
        Ok(out)
    }
}

impl Digits {
    pub(crate) fn data(&self) -> &Rc<Data> {
        &self.data
    }
}

record! {
    /// The output of a network for 64 pixels, or for a row of your own.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Reading {
        /// The answers of the hidden units.
        pub hidden: Vec<f32>,
        /// The probabilities of the digits, or of your classes.
        pub probabilities: Vec<f32>,
    }
}

impl Reading {
    /// The output of a network of one hidden tanh layer.
    pub(crate) fn new(
        net: &Mlp,
        params: &[f32],
        pixels: &[f32],
        scratch: &mut [f32],
    ) -> Result<Self, ArgError> {
        ArgError::check_len("pixels", net.inputs(), pixels.len())?;
        ArgError::check_finite("pixels", pixels)?;
        // The parameters of the first layer come first, and are a network of their own.
        let layer = net.layer(0);
        let first = Mlp::new(&[layer.inputs, layer.outputs])?.with_output(Activation::Tanh);
        let (mut hidden, mut probabilities) = (vec![0.0; layer.outputs], vec![0.0; net.outputs()]);
        predict(&first, &params[..first.param_len()], pixels, &mut hidden, scratch);
        predict(net, params, pixels, &mut probabilities, scratch);
        net.probabilities(&mut probabilities);
        Ok(Self { hidden, probabilities })
    }
}
