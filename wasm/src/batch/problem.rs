//! What the networks learn: twenty points of a polynomial, two moons, or the reader's own points; and the losses of networks on them.

use losscape::base::elementary::sigmoid;
use losscape::base::grid::Axis;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, chebyshev4, moons};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::{ArgError, SampledObjective};

use crate::own::standardise_all;

/// Points of the polynomial, and of the moons.
const SAMPLES: usize = 20;
pub(super) const MOONS: u32 = 128;
/// Points of the moons that no network learns, and the noise of all.
pub(super) const NEW: usize = 1000;
const NOISE: f64 = 0.3;
/// Cells between the places at which a network's curve is drawn.
const CELLS: u32 = 48;

/// Points of the Chebyshev polynomial T₄ on [−1, 1], or the classes of those above and below zero, or points of the plane in two
/// classes.
#[derive(Debug)]
pub(super) struct Points {
    /// Those that are learned, and behind them new ones.
    x: Vec<f64>,
    y: Vec<f64>,
    labels: Vec<u8>,
    /// How many are learned.
    pub(super) samples: usize,
    /// Coordinates of one.
    pub(super) inputs: usize,
}

impl Points {
    pub(super) fn polynomial(classes: bool) -> Result<Self, ArgError> {
        let (mut x, mut y) = (vec![0.0; SAMPLES], vec![0.0; SAMPLES]);
        chebyshev4(&mut x, &mut y)?;
        let mut labels = Vec::new();
        if classes {
            labels.extend(y.iter().map(|y| u8::from(*y > 0.0)));
            y = labels.iter().copied().map(f64::from).collect();
        }
        Ok(Self { x, y, labels, samples: SAMPLES, inputs: 1 })
    }

    /// The moons of `tests/claims/batch_size.rs`, whatever the seed of a run, and the next thousand points of the same draw.
    pub(super) fn moons() -> Result<Self, ArgError> {
        let samples = MOONS as usize;
        let (mut x, mut labels) = (vec![0.0; 2 * (samples + NEW)], vec![0; samples + NEW]);
        moons(NOISE, &mut stream(1, 0), &mut x, &mut labels)?;
        Ok(Self { x, y: Vec::new(), labels, samples, inputs: 2 })
    }

    /// The reader's own points of two classes, standardised if wanted. None are new.
    pub(super) fn own(mut x: Vec<f64>, labels: Vec<u8>, standard: bool) -> Result<Self, ArgError> {
        if standard {
            standardise_all(&mut x, 2)?;
        }
        Dataset::new(&x, 2, Targets::Labels(&labels))?;
        Ok(Self { x, y: Vec::new(), samples: labels.len(), labels, inputs: 2 })
    }

    /// Whether they lie in the plane.
    pub(super) const fn in_plane(&self) -> bool {
        self.inputs == 2
    }

    /// Half the mean square of a network's errors; of classes the mean binary cross-entropy.
    pub(super) fn loss(&self, net: Mlp) -> Result<MlpObjective<'_, f64>, ArgError> {
        self.loss_of(net, 0..self.samples)
    }

    /// The same of points that no network learns; nothing if there are none.
    pub(super) fn unseen(&self, net: Mlp) -> Result<Option<MlpObjective<'_, f64>>, ArgError> {
        if self.labels.len() <= self.samples {
            return Ok(None);
        }
        self.loss_of(net, self.samples..self.labels.len()).map(Some)
    }

    fn loss_of(&self, net: Mlp, range: core::ops::Range<usize>) -> Result<MlpObjective<'_, f64>, ArgError> {
        let x = &self.x[self.inputs * range.start..self.inputs * range.end];
        let (loss, targets) = if self.labels.is_empty() {
            (Loss::MeanSquaredError, Targets::Values(&self.y[range]))
        } else {
            (Loss::BinaryCrossEntropy, Targets::Labels(&self.labels[range]))
        };
        MlpObjective::new(net, loss, Dataset::new(x, self.inputs, targets)?, 0.0)
    }

    /// What a network's output says of y: itself; of classes the probability of the upper one.
    pub(super) fn read(&self, output: f64) -> f64 {
        if self.labels.is_empty() { output } else { sigmoid(output) }
    }

    /// Of those that are learned, x and y in turn.
    pub(super) fn pairs(&self) -> Vec<f64> {
        if self.in_plane() {
            return self.x[..2 * self.samples].to_vec();
        }
        self.x.iter().zip(&self.y).flat_map(|(x, y)| [*x, *y]).collect()
    }

    /// Of those that are learned, if they lie in the plane.
    pub(super) fn classes(&self) -> &[u8] {
        if self.in_plane() { &self.labels[..self.samples] } else { &[] }
    }

    /// Where curves are drawn: none over two inputs.
    pub(super) fn places(&self) -> Result<Vec<f64>, ArgError> {
        if self.in_plane() {
            return Ok(Vec::new());
        }
        let axis = Axis::new(-1.0, 1.0, CELLS)?;
        Ok((0..=CELLS).map(|k| axis.face(k)).collect())
    }
}

/// Samples of a loss, as batches count them.
pub(super) fn samples_of(f: &MlpObjective<'_, f64>) -> u32 {
    u32::try_from(f.samples()).unwrap_or(u32::MAX)
}
