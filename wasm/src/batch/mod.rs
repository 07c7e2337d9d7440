//! The experiment *Batch size*: one network trained with four batch sizes at one learning rate, the largest curvature where each
//! is and that of its batches along their own slopes, the loss after random kicks, and what a rescaling does to measures of sharpness.

mod kicks;
mod lane;
mod problem;
mod records;
mod rescaled;
#[cfg(test)]
mod tests;

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::models::mlp::Mlp;
use wasm_bindgen::prelude::*;

use self::lane::Lane;
use self::problem::Points;
pub use self::records::{Curvatures, Measures};
pub use self::rescaled::Rescaled;
use crate::LabError;
pub use crate::slices::Chance;

/// Batch sizes, of twenty points.
const BATCHES: [u32; 4] = [20, 10, 4, 2];

/// Every so many steps it is seen whether a run has come down to the loss at which it stops.
const CHECKED: u32 = 10;

/// How far each run goes.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Protocol {
    /// All make the same number of steps.
    Steps,
    /// All see every point equally often: a step of all points is made when the smallest batches have seen as many.
    Epochs,
    /// Each stops once its loss of all points is down to a goal.
    Loss,
}

/// Everything that decides the numbers of a run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct BatchSettings {
    /// Seed of the weights and of the batches.
    pub seed: u32,
    /// η.
    pub learning_rate: f64,
    /// Units in each of the two hidden layers.
    pub hidden: u32,
    /// Cross-entropy of two classes, those points above and below zero, instead of the squared error of their values.
    pub cross_entropy: bool,
    /// How far each run goes.
    pub protocol: Protocol,
    /// The loss at which a run stops, if it stops at one.
    pub goal: f64,
}

impl Default for BatchSettings {
    /// The defaults of the page.
    fn default() -> Self {
        let (learning_rate, goal) = (f64::from(0.1f32), f64::from(0.01f32));
        Self { seed: 1, learning_rate, hidden: 20, cross_entropy: false, protocol: Protocol::Steps, goal }
    }
}

#[wasm_bindgen]
impl BatchSettings {
    /// The lab's defaults, to be changed as needed: η = 0.1, two layers of twenty units, squared errors, equal steps, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// Four runs from the same weights, side by side.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Batch {
    net: Mlp,
    points: Points,
    lanes: Vec<Lane>,
    steps: u32,
    protocol: Protocol,
    goal: f64,
}

#[wasm_bindgen]
impl Batch {
    /// All at their start.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that was refused.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &BatchSettings) -> Result<Self, LabError> {
        LabError::check_count("hidden", settings.hidden, 2..=40)?;
        ArgError::check_positive("goal", settings.goal)?;
        let BatchSettings { protocol, goal, .. } = *settings;
        let hidden = settings.hidden as usize;
        let (net, points) = (Mlp::new(&[1, hidden, hidden, 1])?, Points::new(settings.cross_entropy)?);
        let f = points.loss(net)?;
        let lanes = BATCHES
            .into_iter()
            .map(|batch| Lane::new(&f, settings.seed.into(), settings.learning_rate, batch))
            .collect::<Result<_, _>>()?;
        Ok(Self { net, points, lanes, steps: 0, protocol, goal })
    }

    /// Makes `steps` steps of every run; returns how many were made before one was not finite, or all had stopped.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    pub fn advance(&mut self, steps: u32) -> Result<u32, LabError> {
        let f = self.points.loss(self.net)?;
        let [.., least] = BATCHES;
        for made in 0..steps {
            if self.lanes.iter().all(|lane| lane.stopped.is_some()) {
                return Ok(made);
            }
            for lane in &mut self.lanes {
                let waits =
                    self.protocol == Protocol::Epochs && !self.steps.is_multiple_of(lane.batch / least);
                if !waits && lane.stopped.is_none() && !lane.step(&f) {
                    return Ok(made);
                }
            }
            self.steps += 1;
            if self.protocol == Protocol::Loss && self.steps.is_multiple_of(CHECKED) {
                for lane in &mut self.lanes {
                    lane.stop_at(self.goal, &f, self.steps);
                }
            }
        }
        Ok(steps)
    }

    /// The steps at which the runs have stopped; 0 for one that goes on.
    #[must_use]
    pub fn stops(&self) -> Vec<u32> {
        self.lanes.iter().map(|lane| lane.stopped.unwrap_or(0)).collect()
    }

    /// Measures where each run is. A few products, begun where the last measurement ended.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn measure(&mut self) -> Result<Curvatures, LabError> {
        let f = self.points.loss(self.net)?;
        let mut measured = Curvatures::default();
        for lane in &mut self.lanes {
            lane.measure(&f, &mut measured)?;
        }
        Ok(measured)
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The sizes of the batches.
    #[must_use]
    pub fn batches(&self) -> Vec<u32> {
        BATCHES.to_vec()
    }

    /// The points that the networks learn: x and y in turn; y = 0 and 1 for the two classes.
    #[must_use]
    pub fn points(&self) -> Vec<f64> {
        self.points.pairs()
    }

    /// The curve of every network at 49 places from −1 to 1, network by network; for classes the probability of the upper one.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn curves(&self) -> Result<Vec<f64>, LabError> {
        let (places, mut curves) = (Points::places()?, Vec::new());
        for lane in &self.lanes {
            curves.extend(lane.outputs(self.net, &places).into_iter().map(|output| self.points.read(output)));
        }
        Ok(curves)
    }

    /// The places of [`curves`](Self::curves).
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn places(&self) -> Result<Vec<f64>, LabError> {
        Ok(Points::places()?)
    }

    /// The digest of all weights, 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Fingerprint::new();
        for lane in &self.lanes {
            digest.reals(lane.params());
        }
        format!("{:016x}", digest.finish())
    }
}
