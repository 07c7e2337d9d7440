//! Rows of the reader's own.

use std::rc::Rc;

use losscape::ArgError;
use losscape::base::random::stream;
use losscape::models::data::{column_moments, split_rows, standardise};
use wasm_bindgen::prelude::*;

use crate::LabError;
use crate::digits::{Data, Rows};

/// One row in this many of each class is held out.
const PART: u32 = 5;
/// The random stream of the split, of the seed given.
const SPLIT: u32 = 2;

/// Rows of your own: of each class a fifth is held out, the others are trained on. Made once, shared by all runs.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Table {
    pub(super) data: Rc<Data>,
    pub(super) classes: usize,
}

#[wasm_bindgen]
impl Table {
    /// Takes consecutive rows of `width` inputs with a label each, 0 and up; `seed` decides which are held out.
    /// `standard` brings each input to mean 0 and variance 1, as measured on the rows that are trained on.
    ///
    /// # Errors
    /// [`LabError`] naming `width` (from 1 to 1024), `inputs` (empty, not a whole number of rows, not finite) or `labels` (another number
    /// of them, fewer than two classes, or no class of five rows).
    #[wasm_bindgen(constructor)]
    pub fn new(
        inputs: &[f32],
        width: u32,
        labels: &[u8],
        standard: bool,
        seed: u32,
    ) -> Result<Self, LabError> {
        LabError::check_count("width", width, 1..=1024)?;
        let width = width as usize;
        ArgError::check_finite("inputs", inputs)?;
        ArgError::check_len("inputs", labels.len() * width, inputs.len())?;
        let classes = labels.iter().map(|&label| usize::from(label) + 1).max().unwrap_or_default();
        if classes < 2 {
            return Err(LabError::new(
                "labels",
                format!("`labels` has {classes} classes, must have at least 2"),
            ));
        }
        let mut order = vec![0; labels.len()];
        let training = split_rows(labels, PART, &mut stream(seed.into(), SPLIT), &mut order)?;
        let rows = |chosen: &[u32]| {
            let mut rows = Rows { width, inputs: Vec::new(), labels: Vec::new() };
            for &row in chosen {
                rows.inputs.extend_from_slice(&inputs[row as usize * width..][..width]);
                rows.labels.push(labels[row as usize]);
            }
            rows
        };
        let mut data = Data { train: rows(&order[..training]), held_out: rows(&order[training..]) };
        if standard {
            let (mut means, mut std_devs) = (vec![0.0; width], vec![0.0; width]);
            column_moments(&data.train.inputs, width, &mut means, &mut std_devs)?;
            standardise(&means, &std_devs, &mut data.train.inputs)?;
            standardise(&means, &std_devs, &mut data.held_out.inputs)?;
        }
        Ok(Self { data: Rc::new(data), classes })
    }

    /// Classes: one more than the largest label.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many rows are trained on.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn training_len(&self) -> usize {
        self.data.train.labels.len()
    }

    /// How many rows are held out.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn held_out_len(&self) -> usize {
        self.data.held_out.labels.len()
    }

    /// The label of a held-out row, if there is such a row.
    #[must_use]
    pub fn held_out_label(&self, row: usize) -> Option<u8> {
        self.data.held_out.labels.get(row).copied()
    }

    /// The inputs of a held-out row as a network sees them; or none if there is no such row.
    #[must_use]
    pub fn held_out_row(&self, row: usize) -> Vec<f32> {
        let Rows { width, inputs, .. } = &self.data.held_out;
        inputs.chunks_exact(*width).nth(row).unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    /// Rows that are held out do not enter the means: those of the training rows are 0, not those of all.
    #[test]
    fn columns_are_standardised_by_the_rows_that_are_trained_on() {
        let inputs: Vec<f32> = (0u8..40).map(|k| f32::from(k) * f32::from(k)).collect();
        let labels: Vec<u8> = (0..40).map(|k| k % 2).collect();
        let table = Table::new(&inputs, 1, &labels, true, 7).expect("accepted");
        assert_eq!((table.training_len(), table.held_out_len(), table.classes()), (32, 8, 2));
        let mean = |rows: &[f32]| {
            let sum: f64 = rows.iter().map(|&x| f64::from(x)).sum();
            sum / rows.iter().map(|_| 1.0).sum::<f64>()
        };
        let training = &table.data.train.inputs;
        assert!(mean(training).abs() < 1e-6);
        assert!((mean(&training.iter().map(|x| x * x).collect::<Vec<_>>()) - 1.0).abs() < 1e-5);
        assert!(mean(&table.data.held_out.inputs).abs() > 1e-3, "or the split would be of no account");
        let plain = Table::new(&inputs, 1, &labels, false, 7).expect("accepted");
        assert!(plain.held_out_row(0)[0].fract() == 0.0, "as they were");
        assert!(plain.held_out_row(8).is_empty() && plain.held_out_label(8).is_none());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let refused = |inputs: &[f32], width, labels: &[u8]| {
            Table::new(inputs, width, labels, true, 1).map(|_| "accepted").unwrap_or_else(|error| error.arg)
        };
        let ten = [1.0; 10];
        assert_eq!(refused(&ten, 0, &[0; 10]), "width");
        assert_eq!(refused(&ten, 3, &[0; 10]), "inputs");
        assert_eq!(refused(&ten, 1, &[0; 10]), "labels");
        assert_eq!(refused(&ten, 1, &[0, 0, 0, 0, 1, 1, 1, 1, 2, 2]), "labels");
        assert_eq!(refused(&[], 1, &[]), "labels");
        assert_eq!(refused(&[f32::NAN; 10], 1, &[0, 0, 0, 0, 0, 1, 1, 1, 1, 1]), "inputs");
    }
}
