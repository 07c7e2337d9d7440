//! Twenty points of a polynomial, and the losses of networks on them.

use losscape::ArgError;
use losscape::base::grid::Axis;
use losscape::models::data::{Dataset, Targets, chebyshev4};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};

/// Points that the networks learn.
pub(super) const SAMPLES: u32 = 20;
/// Cells between the places at which a network's curve is drawn.
const CELLS: u32 = 48;

/// Points of the Chebyshev polynomial T₄ on [−1, 1].
#[derive(Debug)]
pub(super) struct Points {
    x: [f64; SAMPLES as usize],
    y: [f64; SAMPLES as usize],
}

impl Points {
    pub(super) fn new() -> Result<Self, ArgError> {
        let mut points = Self { x: [0.0; SAMPLES as usize], y: [0.0; SAMPLES as usize] };
        chebyshev4(&mut points.x, &mut points.y)?;
        Ok(points)
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
