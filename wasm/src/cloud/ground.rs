//! Landscapes in two parameters, and how strong the noise is where.

use losscape::diffusion::TanhProfile;
use losscape::models::surfaces::{
    DoubleWell, GaussianMixture, Quadratic, TiltedDoubleWell, TiltedRing, TwoWells,
};
use losscape::objective::Sum;
use losscape::{ArgError, Objective};
use wasm_bindgen::prelude::*;

use crate::choice::choice;

/// The landscape of the cloud.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// ¼ (x² − 1)² + ½ y², with a slope along x.
    #[default]
    Wells,
    /// A narrow, deep well at the left and a wide, shallow one at the right, in a bowl.
    Valleys,
    /// ½ (x² + 5 y²), also the loss of a regression with two weights.
    Bowl,
    /// ¼ (x² + y² − 1)², with a slope along x.
    Ring,
}

choice!(Ground: Wells, Valleys, Bowl, Ring);

pub(super) const CURVATURES: [f64; 2] = [1.0, 5.0];
const CENTRES: [f64; 4] = [-1.0, 0.0, 1.0, 0.0];
const DEPTHS: [f64; 2] = [1.5, 1.2];
const WIDTHS: [f64; 2] = [0.3, 0.7];
const AROUND: [f64; 2] = [0.3, 0.3];

/// A ground with its slope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Landscape {
    ground: Ground,
    ring: TiltedRing<f64>,
    wells: TiltedDoubleWell<f64>,
    valleys: Sum<GaussianMixture<'static, f64>, Quadratic<'static, f64>>,
    bowl: Quadratic<'static, f64>,
}

impl Landscape {
    pub(super) fn new(ground: Ground, tilt: f64) -> Result<Self, ArgError> {
        // The page hands over single precision, in which 0.3 is a little more.
        ArgError::check_range("tilt", tilt, tilt.abs() <= f64::from(0.3_f32), "from −0.3 to 0.3")?;
        Ok(Self {
            ground,
            ring: TiltedRing { scale: 1.0, tilt },
            wells: TiltedDoubleWell { well: DoubleWell::new(2)?, tilt },
            valleys: Sum::new(
                GaussianMixture::new(2, &CENTRES, &DEPTHS, &WIDTHS)?,
                Quadratic::new(&AROUND)?,
            )?,
            bowl: Quadratic::new(&CURVATURES)?,
        })
    }

    /// The two wells with the pass between them; `None` on other grounds.
    pub(super) fn wells(&self) -> Option<TwoWells<f64>> {
        if self.ground == Ground::Wells { self.wells.wells() } else { None }
    }
}

impl Objective<f64> for Landscape {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        // The largest of all grounds.
        self.valleys.scratch_len()
    }

    fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(x, &mut [0.0; 2], scratch)
    }

    fn value_grad(&self, x: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        match self.ground {
            Ground::Bowl => self.bowl.value_grad(x, grad, scratch),
            Ground::Ring => self.ring.value_grad(x, grad, scratch),
            Ground::Wells => self.wells.value_grad(x, grad, scratch),
            Ground::Valleys => self.valleys.value_grad(x, grad, scratch),
        }
    }
}

/// The noise of the walkers.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Noise {
    /// Normal, equal everywhere.
    #[default]
    Even,
    /// Normal, nine times as strong far above as far below.
    Above,
    /// Normal, along each axis as strong as the curvature; in the bowl.
    Curvature,
    /// That of real batches of the regression whose loss the bowl is.
    Batches,
}

choice!(Noise: Even, Above, Curvature, Batches);

/// Nine times as strong far above as far below.
const ABOVE: TanhProfile<f64> = TanhProfile { axis: 1, amplitude: 0.8, width: 0.5 };

/// How much stronger than σ² the noise of a sample is at a place, along each axis.
pub(super) type Strength = fn(&[f64], &mut [f64]);

impl Noise {
    /// Normal noise; the noise of batches is [measured](super::regression).
    pub(super) fn strength(self) -> Strength {
        match self {
            Self::Even | Self::Batches => |_, d| d.fill(1.0),
            Self::Above => |x, d| d.fill(ABOVE.at(x)),
            Self::Curvature => |_, d| d.copy_from_slice(&CURVATURES),
        }
    }
}
