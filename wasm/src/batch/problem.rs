//! Twenty points of a polynomial, and the losses of networks on them.

use losscape::ArgError;
use losscape::base::grid::Axis;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};

/// Points that the networks learn.
pub(super) const SAMPLES: u32 = 20;
/// Cells between the places at which a network's curve is drawn.
const CELLS: u32 = 48;

/// Points of `T₄(x) = 8x⁴ − 8x² + 1` on [−1, 1].
#[derive(Debug)]
pub(super) struct Points {
    x: [f64; SAMPLES as usize],
    y: [f64; SAMPLES as usize],
}

impl Points {
    pub(super) fn new() -> Self {
        let mut x = [0.0; SAMPLES as usize];
        for (k, x) in (0u32..).zip(&mut x) {
            *x = -1.0 + 2.0 * f64::from(k) / 19.0;
        }
        Self { x, y: x.map(|x| 8.0 * x * x * x * x - 8.0 * x * x + 1.0) }
    }

    /// Half the mean square of a network's errors.
    pub(super) fn loss(&self, net: Mlp) -> Result<MlpObjective<'_, f64>, ArgError> {
        let data = Dataset::new(&self.x, 1, Targets::Values(&self.y))?;
        MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)
    }

    /// x and y in turn.
    pub(super) fn pairs(&self) -> Vec<f64> {
        self.x.iter().zip(&self.y).flat_map(|(x, y)| [*x, *y]).collect()
    }

    /// Where curves are drawn.
    pub(super) fn places() -> Result<Vec<f64>, ArgError> {
        let axis = Axis::new(-1.0, 1.0, CELLS)?;
        Ok((0..=CELLS).map(|k| axis.face(k)).collect())
    }
}
