//! Twenty points of a polynomial, and the losses of networks on them.

use losscape::ArgError;
use losscape::base::elementary::sigmoid;
use losscape::base::grid::Axis;
use losscape::models::data::{Dataset, Targets, chebyshev4};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};

/// Points that the networks learn.
pub(super) const SAMPLES: u32 = 20;
/// Cells between the places at which a network's curve is drawn.
const CELLS: u32 = 48;

/// Points of the Chebyshev polynomial T₄ on [−1, 1], or the classes of those above and below zero.
#[derive(Debug)]
pub(super) struct Points {
    x: [f64; SAMPLES as usize],
    y: [f64; SAMPLES as usize],
    labels: Option<[u8; SAMPLES as usize]>,
}

impl Points {
    pub(super) fn new(classes: bool) -> Result<Self, ArgError> {
        let mut points = Self { x: [0.0; SAMPLES as usize], y: [0.0; SAMPLES as usize], labels: None };
        chebyshev4(&mut points.x, &mut points.y)?;
        if classes {
            let labels = points.y.map(|y| u8::from(y > 0.0));
            points.y = labels.map(f64::from);
            points.labels = Some(labels);
        }
        Ok(points)
    }

    /// Half the mean square of a network's errors; of classes the mean binary cross-entropy.
    pub(super) fn loss(&self, net: Mlp) -> Result<MlpObjective<'_, f64>, ArgError> {
        let (loss, targets) = match &self.labels {
            None => (Loss::MeanSquaredError, Targets::Values(&self.y)),
            Some(labels) => (Loss::BinaryCrossEntropy, Targets::Labels(labels)),
        };
        MlpObjective::new(net, loss, Dataset::new(&self.x, 1, targets)?, 0.0)
    }

    /// What a network's output says of y: itself; of classes the probability of the upper one.
    pub(super) fn read(&self, output: f64) -> f64 {
        if self.labels.is_some() { sigmoid(output) } else { output }
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
