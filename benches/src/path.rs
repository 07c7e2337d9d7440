//! Bands to time: on the Müller–Brown surface, and between two networks that read digits.

use losscape::models::surfaces::MuellerBrown;
use losscape::objective::Evaluations;
use losscape::path::{Adaptive, Band, BandConfig, BandLayout, BandStep, Relaxer};
use losscape::{ArgError, Objective};
use losscape_tests::paths::{Connection, Digits, SCHEDULE, connect, path_rng, train};

/// The residual at which a band counts as relaxed.
pub const RESIDUAL: f64 = 0.01;

/// Hidden units of the digits' networks: 1210 parameters.
pub const HIDDEN: usize = 16;

/// Training steps of the ends.
const TRAINING_STEPS: u32 = 3000;

/// Relaxes the straight line between the two deepest minima until the residual is below [`RESIDUAL`], with the
/// climbing image; returns the evaluations and the highest value.
///
/// # Errors
/// [`ArgError`] for fewer than three images.
pub fn mueller_brown(images: usize) -> Result<(Evaluations, f64), ArgError> {
    let f = MuellerBrown::<f64>::default();
    let [a, b] = [MuellerBrown::<f64>::MINIMA[0], MuellerBrown::<f64>::MINIMA[1]];
    let mut rows = vec![0.0; 2 * images];
    rows[..2].copy_from_slice(&a);
    rows[2 * images - 2..].copy_from_slice(&b);
    let mut workspace = vec![0.0; BandLayout::new(images, 2, 0).len()];
    let config =
        BandConfig { climb_below: 10.0, ..BandConfig::new(Relaxer::Adaptive(Adaptive { tolerance: 0.1 })) };
    let mut band = Band::new(&f, config, &mut rows, &mut workspace)?;
    band.interpolate();
    loop {
        match band.step(&f) {
            BandStep::Moved { residual, .. } if residual < RESIDUAL && band.climbing() => break,
            BandStep::Moved { .. } | BandStep::Evaluated(_) => (),
            BandStep::MemoryChanged => return Err(ArgError::new("workspace", losscape::Reason::Mismatch)),
            BandStep::NotFinite { image } => {
                return Err(ArgError::new("images", losscape::Reason::NotFinite { index: image }));
            }
        }
    }
    let top = band.values().iter().fold(f64::NEG_INFINITY, |top, &v| if v > top { v } else { top });
    Ok((band.evaluations(), top))
}

/// Two trained networks, and the rows they were trained on.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The 1500 training rows.
    pub digits: Digits,
    /// Parameters of both.
    pub ends: [Vec<f32>; 2],
}

impl Pair {
    /// The pair of seeds 0 and 1.
    ///
    /// # Errors
    /// None that the packed rows could cause.
    pub fn new() -> Result<Self, ArgError> {
        let digits = Digits::<f32>::training()?;
        let f = digits.objective(HIDDEN)?;
        let ends = [train(&f, 128, 0, TRAINING_STEPS)?, train(&f, 128, 1, TRAINING_STEPS)?];
        Ok(Self { digits, ends })
    }

    /// AutoNEB between them: at most 17 images, 3000 sweeps at batch 128.
    ///
    /// # Errors
    /// None for a trained pair.
    pub fn connect(&self) -> Result<Connection, ArgError> {
        let [a, b] = &self.ends;
        connect(&self.digits.objective(HIDDEN)?, a, b, &SCHEDULE, &mut path_rng(0))
    }

    /// Rows, labels and both ends for a program in another language: little-endian `f32`.
    ///
    /// # Errors
    /// None that the packed rows could cause.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ArgError> {
        let f = self.digits.objective(HIDDEN)?;
        let labels = (0..f.data().len()).map(|k| self.digits.label(k));
        let numbers = f.data().inputs().iter().copied().chain(labels);
        Ok(numbers.chain(self.ends.iter().flatten().copied()).flat_map(f32::to_le_bytes).collect())
    }
}

/// A band between two random networks, to be swept.
#[derive(Debug)]
pub struct Sweep<'a, F> {
    f: &'a F,
    band: Band<f32, &'a mut [f32], &'a mut [f32]>,
}

impl<'a, F: Objective<f32>> Sweep<'a, F> {
    /// The band through the rows of `images`, straight between the first and the last.
    ///
    /// # Errors
    /// [`ArgError`] if the lengths do not fit.
    pub fn new(f: &'a F, images: &'a mut [f32], workspace: &'a mut [f32]) -> Result<Self, ArgError> {
        let mut band = Band::new(f, BandConfig::new(Relaxer::descent(1e-3, 0.9)), images, workspace)?;
        band.interpolate();
        Ok(Self { f, band })
    }

    /// One gradient of each inner image, and one move.
    pub fn sweep(&mut self) {
        while matches!(self.band.step(self.f), BandStep::Evaluated(_)) {}
    }
}
