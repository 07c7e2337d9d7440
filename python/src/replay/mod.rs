//! Runs of the page, made again by the very handles that the page calls: a file for each exhibit.

mod batch;
mod cloud;
mod paths;
mod saddles;
mod smoothing;
mod surface;
mod train;
mod values;

use std::collections::HashMap;

use losscape_wasm::Packed;
use numpy::PyArrayMethods;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use self::values::{Result, Stop, Values};
use crate::arrays::{array, integers, out, refused};
use crate::named::chosen;
use crate::run::record;

/// The file that the page fetches.
const DIGITS: &[u8] = include_bytes!("../../../core/src/models/data/digits/digits.bin");

/// Steps between two looks for Ctrl-C, where a handle counts steps.
const CHUNK: u32 = 32;

/// What became of a run.
#[derive(Default)]
struct Outcome {
    step: u32,
    digest: String,
    not_finite: bool,
    numbers: Vec<(&'static str, f64)>,
    /// Rows of this width; 0 for one dimension.
    arrays: Vec<(&'static str, Vec<f64>, usize)>,
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

/// The text that stands for data of your own in a run of the page: `inputs` as float32 rows and a label each, for the key `own` of
/// `train` (with `data="own"`), `surface` (`scene="own"`), `paths` (`task="own"`) and `batch` (`data="own"`; these three take points of
/// the plane and labels 0 and 1). `standard` has each input brought to mean 0 and variance 1.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.packed(np.array([[0.5], [-2.0]], np.float32), np.array([0, 1]))
/// '1s.1.AKBnB'
#[pyfunction]
#[pyo3(signature = (inputs, labels, *, standard = true))]
pub(crate) fn packed(
    inputs: &Bound<'_, PyAny>,
    labels: &Bound<'_, PyAny>,
    standard: bool,
) -> PyResult<String> {
    let (inputs, shape) = array::<f32>("inputs", 2, inputs)?;
    let Some(labels) = integers("labels", labels)? else {
        return Err(refused("`labels` must be an array of whole numbers"));
    };
    Packed { width: shape[1], inputs, labels, standard }.text().map_err(|error| refused(error.message))
}

type Replay = fn(&mut Values) -> Result<Outcome>;

/// The exhibits that are replayed.
const REPLAYS: [(&str, Replay); 7] = [
    ("train", train::train),
    ("paths", paths::paths),
    ("cloud", cloud::cloud),
    ("smoothing", smoothing::smoothing),
    ("surface", surface::surface),
    ("saddles", saddles::saddles),
    ("batch", batch::batch),
];

/// Their keys.
#[pyfunction]
pub(crate) fn _exhibits() -> Vec<&'static str> {
    REPLAYS.iter().map(|(key, _)| *key).collect()
}

/// Makes a run of the page natively; every setting that is no view has a value (`lab.complete`).
#[pyfunction]
pub(crate) fn _run_exhibit<'py>(
    py: Python<'py>,
    exhibit: &str,
    settings: HashMap<String, String>,
) -> PyResult<Bound<'py, PyAny>> {
    let run = chosen("exhibit", exhibit, &REPLAYS)?;
    let mut values = Values::new(settings);
    let outcome = py.detach(move || run(&mut values)).map_err(|stop| match stop {
        Stop::Refused(text) => refused(text),
        Stop::Raised(error) => error,
    })?;
    let (numbers, arrays) = (PyDict::new(py), PyDict::new(py));
    for (name, number) in outcome.numbers {
        numbers.set_item(name, number)?;
    }
    for (name, values, width) in outcome.arrays {
        let rows = values.len().checked_div(width);
        let values = out(py, values);
        match rows {
            Some(rows) => arrays.set_item(name, values.reshape([rows, width])?)?,
            None => arrays.set_item(name, values)?,
        }
    }
    record!(
        py,
        "Run",
        exhibit = exhibit,
        step = outcome.step,
        digest = outcome.digest,
        not_finite = outcome.not_finite,
        numbers = numbers,
        arrays = arrays,
    )
}
