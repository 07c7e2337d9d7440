//! The task of the two networks.

use std::rc::Rc;

use losscape::ArgError;
use losscape::base::random::stream;
use losscape::models::data::digits::{CLASSES, PIXELS};
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Loss, Mlp};
use losscape_wasm_loops::{NetLoss, predict};
use wasm_bindgen::prelude::*;

use super::penalty;
use super::route::PIVOTS;
use super::square::Square;
use crate::LabError;
use crate::choice::choice;
use crate::digits::Data;
use crate::nets::net_loss;
use crate::own::few;

/// The task of the two networks.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Task {
    /// Two moons of noise 0.30, hardly any weight decay: different seeds end in different functions.
    #[default]
    Different,
    /// Two moons of noise 0.15 with weight decay: the same function, its neurons in another order.
    Twins,
    /// The digits.
    Digits,
}

choice!(Task: Different, Twins, Digits);

/// Everything that decides the numbers of a search.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct PathsSettings {
    /// The task of the networks.
    pub task: Task,
    /// Units of each hidden layer, 1 to 256: two layers on the moons, one on the digits.
    pub width: u32,
    /// Seed of the first network.
    pub seed_a: u32,
    /// Seed of the second.
    pub seed_b: u32,
    /// Whether the second network's neurons are put in the order of the first before the search.
    pub align: bool,
    /// Images of the first cycle, without the ends: 1 to 30.
    pub pivots: u32,
    /// Cycles of growing, relaxing and scanning: 1 to 1000.
    pub cycles: u32,
    /// Step size of the band, above zero.
    pub learning_rate: f32,
    /// Whether the highest image climbs once the cycles are done.
    pub climb: bool,
}

impl Default for PathsSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self {
            task: Task::Different,
            width: 8,
            seed_a: 1,
            seed_b: 2,
            align: false,
            pivots: 7,
            cycles: 4,
            learning_rate: 0.02,
            climb: false,
        }
    }
}

impl PathsSettings {
    /// Refuses what the search would refuse once the ends are trained, and what would not fit in memory.
    pub(crate) fn check(&self) -> Result<(), LabError> {
        ArgError::check_positive("learning_rate", self.learning_rate)?;
        LabError::check_count("width", self.width, 1..=256)?;
        LabError::check_count("pivots", self.pivots, 1..=PIVOTS)?;
        LabError::check_count("cycles", self.cycles, 1..=1000)
    }
}

#[wasm_bindgen]
impl PathsSettings {
    /// The lab's defaults, to be changed as needed: networks 2-8-8-1 of the seeds 1 and 2, not aligned, 7 images, 4 cycles,
    /// step size 0.02, no climb.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// The square of inputs that is shown of the moons.
const MOONS: Square = Square { left: -1.5, right: 2.5, low: -1.75, high: 2.25 };
/// And of the reader's own points: three standard deviations to each side.
const OWN: Square = Square { left: -3.0, right: 3.0, low: -3.0, high: 3.0 };

/// Points of a task on the moons.
pub(crate) const POINTS: usize = 256;

#[derive(Debug)]
enum Samples {
    Points { inputs: Vec<f32>, labels: Vec<u8> },
    Digits(Rc<Data>),
}

/// A task with a width: the network, its data, and how both are trained and searched.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) net: Mlp,
    samples: Samples,
    /// The square of inputs that is shown.
    pub(crate) square: Square,
    loss: Loss,
    l2: f32,
    /// Samples of a training step.
    pub(crate) batch: u32,
    /// Steps that train an end.
    pub(crate) training: u32,
    /// Sweeps of a cycle.
    pub(crate) sweeps: u32,
    /// Sweeps of the climb.
    pub(crate) climb: u32,
    /// Whether a sweep sees a batch instead of all samples.
    pub(crate) minibatches: bool,
}

impl Problem {
    /// The digits need their file.
    pub(crate) fn new(task: Task, width: u32, digits: Option<&Rc<Data>>) -> Result<Self, LabError> {
        let hidden = usize::try_from(width).unwrap_or(usize::MAX);
        let (noise, l2) = match (task, digits) {
            (Task::Different, _) => (0.3, penalty(false)),
            (Task::Twins, _) => (0.15, penalty(true)),
            (Task::Digits, Some(data)) => {
                return Ok(Self {
                    net: Mlp::new(&[PIXELS, hidden, CLASSES])?,
                    samples: Samples::Digits(Rc::clone(data)),
                    square: MOONS,
                    loss: Loss::SoftmaxCrossEntropy,
                    l2: 1e-4,
                    batch: 128,
                    training: 3000,
                    sweeps: 400,
                    climb: 60,
                    minibatches: true,
                });
            }
            (Task::Digits, None) => {
                return Err(LabError::new("task", "`task` is `Digits`, which needs `Paths.on_digits`"));
            }
        };
        let (mut inputs, mut labels) = (vec![0.0; 2 * POINTS], vec![0; POINTS]);
        moons(noise, &mut stream(0, 2), &mut inputs, &mut labels)?;
        Ok(Self::points(hidden, inputs, labels, l2, MOONS)?)
    }

    /// Points of the reader's own.
    pub(crate) fn own(width: u32, inputs: Vec<f32>, labels: Vec<u8>) -> Result<Self, ArgError> {
        Self::points(usize::try_from(width).unwrap_or(usize::MAX), inputs, labels, penalty(false), OWN)
    }

    fn points(
        hidden: usize,
        inputs: Vec<f32>,
        labels: Vec<u8>,
        l2: f32,
        square: Square,
    ) -> Result<Self, ArgError> {
        Ok(Self {
            net: Mlp::new(&[2, hidden, hidden, 1])?,
            batch: few(32, labels.len()),
            samples: Samples::Points { inputs, labels },
            square,
            loss: Loss::BinaryCrossEntropy,
            l2,
            training: 30000,
            sweeps: 800,
            climb: 400,
            minibatches: false,
        })
    }

    pub(crate) fn data(&self) -> Result<Dataset<'_>, ArgError> {
        match &self.samples {
            Samples::Points { inputs, labels } => Dataset::new(inputs, 2, Targets::Labels(labels)),
            Samples::Digits(data) => data.train(),
        }
    }

    /// Rows that no end was trained on, if there are any.
    pub(crate) fn held_out(&self) -> Option<Result<Dataset<'_>, ArgError>> {
        match &self.samples {
            Samples::Points { .. } => None,
            Samples::Digits(data) => Some(data.held_out()),
        }
    }

    /// Outputs for rows of inputs.
    pub(crate) fn outputs(&self, params: &[f32], inputs: &[f32], scratch: &mut [f32]) -> Vec<f32> {
        let samples = inputs.chunks_exact(self.net.inputs()).len();
        let mut outputs = vec![0.0; samples * self.net.outputs()];
        predict(&self.net, params, inputs, &mut outputs, scratch);
        outputs
    }

    /// Logits at the nodes of a grid over the square shown, row by row from below; empty for the digits, which have no such
    /// square.
    pub(crate) fn field(
        &self,
        params: &[f32],
        nodes: u32,
        scratch: &mut [f32],
    ) -> Result<Vec<f32>, ArgError> {
        match self.samples {
            Samples::Points { .. } => Ok(self.outputs(params, &self.square.nodes(nodes)?, scratch)),
            Samples::Digits(_) => Ok(Vec::new()),
        }
    }

    /// The loss on the training rows.
    pub(crate) fn objective(&self) -> Result<NetLoss<'_>, ArgError> {
        self.loss_on(self.data()?)
    }

    /// The loss on other rows.
    pub(crate) fn loss_on<'a>(&self, data: Dataset<'a>) -> Result<NetLoss<'a>, ArgError> {
        net_loss(self.net, self.loss, data, self.l2)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Paths, PathsSettings, Toy, ToySurface};

    /// At once, not after the ends were trained; and without requesting more memory than exists.
    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let good = PathsSettings::default();
        let refused = |settings| Paths::new(&settings).expect_err("refused").arg;
        for count in [0, u32::MAX] {
            assert_eq!(refused(PathsSettings { width: count, ..good }), "width");
            assert_eq!(refused(PathsSettings { pivots: count, ..good }), "pivots");
            assert_eq!(refused(PathsSettings { cycles: count, ..good }), "cycles");
            let toy = Toy::new(ToySurface::EggCarton, count, 0.1, false);
            assert_eq!(toy.expect_err("refused").arg, "pivots");
        }
        for learning_rate in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(PathsSettings { learning_rate, ..good }), "learning_rate");
        }
        assert_eq!(refused(PathsSettings { seed_b: good.seed_a, ..good }), "seed_b");
        assert!(Paths::new(&good).is_ok(), "what the page begins with");
        assert!(
            Toy::new(ToySurface::MuellerBrown, super::PIVOTS, 0.1, true).is_ok(),
            "as many as there may be"
        );
    }
}
