//! The reader's own data.

#[cfg(any(feature = "batch", feature = "standard", feature = "surface"))]
use losscape::models::data::{column_moments, standardise as shift_and_scale};
#[cfg(any(feature = "batch", feature = "standard", feature = "surface"))]
use losscape::{ArgError, Real};

/// Brings each of `width` columns to mean 0 and variance 1.
#[cfg(any(feature = "batch", feature = "standard", feature = "surface"))]
pub(crate) fn standardise_all<R: Real>(inputs: &mut [R], width: usize) -> Result<(), ArgError> {
    let (mut means, mut std_devs) = (vec![R::ZERO; width], vec![R::ZERO; width]);
    column_moments(inputs, width, &mut means, &mut std_devs)?;
    shift_and_scale(&means, &std_devs, inputs)
}

/// At most so many, and no more than there are samples.
#[cfg(any(feature = "batch", feature = "paths", feature = "surface"))]
pub(crate) fn few(wanted: u32, samples: usize) -> u32 {
    match u32::try_from(samples) {
        Ok(samples) if samples < wanted => samples,
        _ => wanted,
    }
}

#[cfg(feature = "standard")]
mod border {
    use wasm_bindgen::prelude::*;

    use crate::LabError;

    /// Brings each column of `inputs`, rows of `width` numbers, to mean 0 and variance 1; one that is the same in every row
    /// becomes 0.
    ///
    /// # Errors
    /// [`LabError`] naming `width` (from 1 to 1024) or `inputs` (empty, not a whole number of rows, not finite).
    #[wasm_bindgen]
    pub fn standardise(mut inputs: Vec<f32>, width: u32) -> Result<Vec<f32>, LabError> {
        LabError::check_count("width", width, 1..=1024)?;
        super::standardise_all(&mut inputs, width as usize)?;
        Ok(inputs)
    }
}

#[cfg(feature = "standard")]
pub use border::standardise;
