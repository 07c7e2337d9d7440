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
use self::problem::{MOONS, Points};
pub use self::records::{Curvatures, Measures};
pub use self::rescaled::Rescaled;
use crate::LabError;
use crate::own::few;
pub use crate::slices::Chance;

/// Batch sizes, of twenty points.
const BATCHES: [u32; 4] = [20, 10, 4, 2];

/// Every so many steps it is seen whether a run has come down to the loss at which it stops.
const CHECKED: u32 = 10;

/// What the networks learn.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TrainingData {
    /// Twenty points of a polynomial.
    Polynomial,
    /// A hundred and twenty-eight points of two moons, by cross-entropy.
    Moons,
}

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
    /// What the networks learn.
    pub data: TrainingData,
    /// Cross-entropy of two classes, those points of the polynomial above and below zero, instead of the squared error of their values.
    pub cross_entropy: bool,
    /// The largest batch in the plane, 1 to 128; two more sizes lie between it and the smallest, by equal factors. On the polynomial
    /// they are 20, 10, 4 and 2; of fewer points no batch has more than all.
    pub largest: u32,
    /// The smallest batch in the plane, 1 to 128. If it is above the largest, the two change places.
    pub smallest: u32,
    /// How far each run goes.
    pub protocol: Protocol,
    /// The loss at which a run stops, if it stops at one.
    pub goal: f64,
}

impl Default for BatchSettings {
    /// The defaults of the page.
    fn default() -> Self {
        let (learning_rate, goal) = (f64::from(0.1f32), f64::from(0.01f32));
        Self {
            seed: 1,
            learning_rate,
            hidden: 20,
            data: TrainingData::Polynomial,
            cross_entropy: false,
            largest: MOONS,
            smallest: 4,
            protocol: Protocol::Steps,
            goal,
        }
    }
}

#[wasm_bindgen]
impl BatchSettings {
    /// The lab's defaults, to be changed as needed: the polynomial, η = 0.1, two layers of twenty units, squared errors, equal
    /// steps, seed 1; on the moons batches of 128 down to 4.
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
        let points = match settings.data {
            TrainingData::Polynomial => Points::polynomial(settings.cross_entropy)?,
            TrainingData::Moons => Points::moons()?,
        };
        Self::of(settings, points)
    }

    /// The same on points of your own instead of `data`, `inputs` with x and y in turn and `labels` 0 or 1. `standard` first brings each
    /// coordinate to mean 0 and variance 1. No new points test the networks.
    ///
    /// # Errors
    /// [`LabError`] naming `inputs`, `targets` or the setting that was refused.
    pub fn on_points(
        settings: &BatchSettings,
        inputs: Vec<f64>,
        labels: Vec<u8>,
        standard: bool,
    ) -> Result<Self, LabError> {
        Self::of(settings, Points::own(inputs, labels, standard)?)
    }

    /// Makes `steps` steps of every run; returns how many were made before one was not finite, or all had stopped.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    pub fn advance(&mut self, steps: u32) -> Result<u32, LabError> {
        let f = self.points.loss(self.net)?;
        let least = self.lanes.last().map_or(1, |lane| lane.batch);
        for made in 0..steps {
            if self.lanes.iter().all(|lane| lane.stopped.is_some()) {
                return Ok(made);
            }
            for lane in &mut self.lanes {
                let waits = self.protocol == Protocol::Epochs && !begins(self.steps, least, lane.batch);
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
        let unseen = self.points.unseen(self.net)?;
        let mut measured = Curvatures::default();
        for lane in &mut self.lanes {
            lane.measure(&f, unseen.as_ref(), &mut measured)?;
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
        self.lanes.iter().map(|lane| lane.batch).collect()
    }

    /// The points that the networks learn: x and y in turn; y = 0 and 1 for the two classes of the polynomial.
    #[must_use]
    pub fn points(&self) -> Vec<f64> {
        self.points.pairs()
    }

    /// The classes of points of the plane; none for the polynomial.
    #[must_use]
    pub fn labels(&self) -> Vec<u8> {
        self.points.classes().to_vec()
    }

    /// What the network of one run, counted from 0, says at inputs that stand in turn: for points of the plane, x and y each, above
    /// zero for class 1.
    ///
    /// # Errors
    /// [`LabError`] naming `run` if there are fewer.
    pub fn outputs(&self, run: u32, inputs: &[f64]) -> Result<Vec<f64>, LabError> {
        LabError::check_count("run", run, 0..=3)?;
        Ok(self.lanes[run as usize].outputs(self.net, inputs))
    }

    /// The curve of every network at 49 places from −1 to 1, network by network; for classes the probability of the upper one.
    /// Nothing for points of the plane.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn curves(&self) -> Result<Vec<f64>, LabError> {
        let (places, mut curves) = (self.points.places()?, Vec::new());
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
        Ok(self.points.places()?)
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

impl Batch {
    fn of(settings: &BatchSettings, points: Points) -> Result<Self, LabError> {
        LabError::check_count("hidden", settings.hidden, 2..=40)?;
        LabError::check_count("largest", settings.largest, 1..=MOONS)?;
        LabError::check_count("smallest", settings.smallest, 1..=MOONS)?;
        ArgError::check_positive("goal", settings.goal)?;
        let BatchSettings { protocol, goal, .. } = *settings;
        let hidden = settings.hidden as usize;
        let net = Mlp::new(&[points.inputs, hidden, hidden, 1])?;
        let f = points.loss(net)?;
        let batches = if points.in_plane() {
            between(few(settings.largest, points.samples), few(settings.smallest, points.samples))
        } else {
            BATCHES
        };
        let lanes = batches
            .into_iter()
            .map(|batch| {
                Lane::new(&f, settings.seed.into(), settings.learning_rate, batch, points.in_plane())
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { net, points, lanes, steps: 0, protocol, goal })
    }
}

/// Four sizes from the larger of two to the smaller, by equal factors, rounded down.
fn between(one: u32, other: u32) -> [u32; 4] {
    let (most, least) = (one.max(other), one.min(other));
    // The cube root: the sizes are at most 128.
    let root = |cube: u32| (1..=most).take_while(|size| size.pow(3) <= cube).last().unwrap_or(1);
    [most, root(most * most * least), root(most * least * least), least]
}

/// Whether a run with batches of this size makes a step when one with the smallest makes the step after `steps`, so that both see
/// equally many points.
fn begins(steps: u32, least: u32, batch: u32) -> bool {
    u64::from(steps) * u64::from(least) % u64::from(batch) < u64::from(least)
}
