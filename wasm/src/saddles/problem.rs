//! A small network that learns a curve, and its loss.

use losscape::base::grid::Axis;
use losscape::models::data::{Dataset, Targets, waves};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::{ArgError, Curvature, Objective};

use super::landscape::Landscape;
use crate::LabError;

/// Points of the curve that the network learns.
const SAMPLES: usize = 30;
/// Cells between the places at which the network's curve is drawn.
const CELLS: u32 = 48;
/// Ends of what is drawn: somewhat beyond the points.
const EDGE: f64 = 1.2;

/// A network of one hidden layer with one input and one output, and the points that it learns.
#[derive(Debug)]
pub(super) struct Problem {
    net: Mlp,
    penalty: f64,
    x: [f64; SAMPLES],
    y: [f64; SAMPLES],
}

impl Problem {
    /// Points of `sin 3x + 0.3 cos 7x` on [−1, 1].
    pub(super) fn new(hidden: u32, penalty: f64) -> Result<Self, LabError> {
        let net = Mlp::new(&[1, hidden as usize, 1])?;
        let (mut x, mut y) = ([0.0; SAMPLES], [0.0; SAMPLES]);
        waves(&mut x, &mut y)?;
        let problem = Self { net, penalty, x, y };
        problem.loss()?;
        Ok(problem)
    }

    /// Half the mean square of the errors, and the penalty of the weights.
    pub(super) fn loss(&self) -> Result<Landscape<'_>, ArgError> {
        let data = Dataset::new(&self.x, 1, Targets::Values(&self.y))?;
        Ok(Landscape::Network(MlpObjective::new(self.net, Loss::MeanSquaredError, data, self.penalty)?))
    }

    /// The network.
    pub(super) fn net(&self) -> Mlp {
        self.net
    }

    /// Weights and biases.
    pub(super) fn dim(&self) -> usize {
        self.net.param_len()
    }

    /// x and y in turn.
    pub(super) fn points(&self) -> Vec<f64> {
        self.x.iter().zip(&self.y).flat_map(|(x, y)| [*x, *y]).collect()
    }

    /// Where the network's curve is drawn.
    pub(super) fn places() -> Result<Vec<f64>, ArgError> {
        let axis = Axis::symmetric(EDGE, CELLS)?;
        Ok((0..=CELLS).map(|k| axis.face(k)).collect())
    }

    /// The network's curve at `places`.
    pub(super) fn curve(&self, params: &[f64], places: &[f64]) -> Result<Vec<f64>, ArgError> {
        let mut curve = vec![0.0; places.len()];
        let mut scratch = vec![0.0; self.loss()?.scratch_len()];
        self.net.predict(params, places, &mut curve, &mut scratch);
        Ok(curve)
    }
}

/// Scratch for gradients and for products.
pub(super) fn scratch(f: &impl Curvature<f64>) -> Vec<f64> {
    vec![0.0; f.scratch_len().max(f.hess_vec_scratch_len())]
}
