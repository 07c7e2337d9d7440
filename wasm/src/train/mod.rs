//! The experiment *Train*: a network of 64 inputs, one hidden layer and 10 outputs learns digits.

mod table;

pub use table::Table;

use std::rc::Rc;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::base::vector::norm;
use losscape::models::data::Dataset;
use losscape::models::data::digits::{CLASSES, PIXELS};
use losscape::models::mlp::{Init, Loss, Mlp};
use losscape::sgd::{BatchOrder, LearningRate, Schedule, temperature_with_momentum};
use losscape::{ArgError, Objective, Real};
use losscape_wasm_loops::{Descent, NetLoss, advance};
use wasm_bindgen::prelude::*;

use crate::choice::choice;
use crate::digits::Data;
use crate::nets::{descent, net_loss};
use crate::record::record;
use crate::{Digits, LabError, Reading};

/// The distribution of the first weights.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Uniform, scaled by both widths.
    #[default]
    GlorotUniform,
    /// Normal, scaled by both widths.
    GlorotNormal,
    /// Uniform, scaled by the inputs.
    HeUniform,
    /// Normal, scaled by the inputs.
    HeNormal,
}

choice!(Start: GlorotUniform, GlorotNormal, HeUniform, HeNormal);

/// How a step chooses its digits.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Every digit once an epoch, in shuffled order.
    #[default]
    Epochs,
    /// Drawn independently for each step, with replacement.
    Replacement,
}

choice!(Order: Epochs, Replacement);

/// Everything that decides the numbers of a run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct TrainSettings {
    /// Seed of the first weights and of the order of the digits.
    pub seed: u32,
    /// Units of the hidden layer.
    pub hidden: u32,
    /// η, the length of a step per unit of gradient; above zero.
    pub learning_rate: f32,
    /// b, digits in a step.
    pub batch_size: u32,
    /// μ of the heavy ball, from 0 to below 1.
    pub momentum: f32,
    /// λ of the term ½ λ ‖θ‖² in the loss, at least 0.
    pub l2: f32,
    /// The distribution of the first weights.
    pub start: Start,
    /// How a step chooses its digits.
    pub order: Order,
}

impl Default for TrainSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self {
            seed: 1,
            hidden: 16,
            learning_rate: 0.2,
            batch_size: 16,
            momentum: 0.0,
            l2: 1e-4,
            start: Start::GlorotUniform,
            order: Order::Epochs,
        }
    }
}

#[wasm_bindgen]
impl TrainSettings {
    /// The lab's defaults, to be changed as needed: 16 units, η = 0.2, b = 16, μ = 0, λ = 10⁻⁴, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

record! {
    /// Losses in nats, without the L2 term, and accuracies from 0 to 1.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Measures {
        /// The loss on the training rows.
        pub loss: f64,
        /// The accuracy on the training rows.
        pub accuracy: f64,
        /// The loss on the held-out rows.
        pub held_out_loss: f64,
        /// The accuracy on the held-out rows.
        pub held_out_accuracy: f64,
    }
}

/// One training run: a network of 64 pixels, one hidden tanh layer and 10 outputs learns the digits by minibatch SGD on
/// softmax cross-entropy.
#[wasm_bindgen]
pub struct Train {
    data: Rc<Data>,
    net: Mlp,
    settings: TrainSettings,
    sgd: Descent,
    rng: Xoshiro128PlusPlus,
    scratch: Vec<f32>,
    not_finite: bool,
}

impl core::fmt::Debug for Train {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Train").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Train {
    /// Creates a run at step 0 with freshly drawn parameters.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(digits: &Digits, settings: &TrainSettings) -> Result<Self, LabError> {
        Self::fresh(digits.data(), network(PIXELS, settings.hidden, CLASSES)?, settings)
    }

    /// The same on rows of your own, with an output for each of their classes.
    ///
    /// # Errors
    /// As there; `batch_size` may not be larger than the rows that are trained on.
    pub fn on_table(table: &Table, settings: &TrainSettings) -> Result<Self, LabError> {
        let net = network(table.data.train.width, settings.hidden, table.classes)?;
        Self::fresh(&table.data, net, settings)
    }

    /// The network, with its parameters, in the kernel's versioned byte form.
    ///
    /// # Errors
    /// [`LabError`] naming `network`: never for a run that has stayed finite.
    pub fn save(&self) -> Result<Vec<u8>, LabError> {
        let mut bytes = vec![0; self.net.blob_len::<f32>()];
        self.net
            .write_blob(self.sgd.params(), &mut bytes)
            .map_err(|error| LabError::blob("network", error))?;
        Ok(bytes)
    }

    /// A run that starts from a saved network: 64 inputs, one hidden tanh layer, 10 outputs. Its width
    /// counts, not the settings'.
    ///
    /// # Errors
    /// [`LabError`] naming `network` if the bytes are not such a network, or the setting refused.
    pub fn load(digits: &Digits, settings: &TrainSettings, bytes: &[u8]) -> Result<Self, LabError> {
        let refused = |error| LabError::blob("network", error);
        let net = Mlp::from_blob(bytes).map_err(refused)?;
        let hidden = net.widths()[1];
        if network(PIXELS, hidden, CLASSES).ok() != Some(net) {
            let message = "`network` is of another kind, must have 64 inputs, 1 to 1024 hidden tanh units and 10 outputs";
            return Err(LabError::new("network", message));
        }
        let mut params = vec![0.0; net.param_len()];
        Mlp::read_blob(bytes, &mut params).map_err(refused)?;
        let settings = TrainSettings { hidden, ..*settings };
        Self::from_params(digits.data(), settings, net, params, batches(settings.seed))
    }

    /// Makes at most `steps` steps; returns how many were made. Fewer mean that a value was not finite,
    /// and that the parameters are the last finite ones.
    ///
    /// # Errors
    /// [`LabError`] naming what the kernel refused: never after [`new`](Self::new).
    pub fn advance(&mut self, steps: u32) -> Result<u32, LabError> {
        let objective = objective(self.data.train()?, self.net, self.settings.l2)?;
        let made = advance(&mut self.sgd, &objective, steps, &mut self.rng);
        self.not_finite |= made < steps;
        Ok(made)
    }

    /// Whether the run stopped at a value that was not finite.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn not_finite(&self) -> bool {
        self.not_finite
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.sgd.steps()
    }

    /// Units of the hidden layer.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn hidden_units(&self) -> u32 {
        self.settings.hidden
    }

    /// Changes η from the next step on.
    ///
    /// # Errors
    /// [`LabError`] naming `learning_rate`.
    pub fn set_learning_rate(&mut self, learning_rate: f32) -> Result<(), LabError> {
        let schedule = Schedule::Constant { rate: learning_rate };
        self.sgd.transforms_mut().0.set_schedule(schedule)?;
        self.settings.learning_rate = learning_rate;
        Ok(())
    }

    /// Changes b from the next step on.
    ///
    /// # Errors
    /// [`LabError`] naming `batch_size`.
    pub fn set_batch_size(&mut self, batch_size: u32) -> Result<(), LabError> {
        self.sgd.source_mut().set_batch_size(batch_size)?;
        self.settings.batch_size = batch_size;
        Ok(())
    }

    /// Changes μ from the next step on; the velocity stays.
    ///
    /// # Errors
    /// [`LabError`] naming `momentum`.
    pub fn set_momentum(&mut self, momentum: f32) -> Result<(), LabError> {
        self.sgd.transforms_mut().1.set_momentum(momentum)?;
        self.settings.momentum = momentum;
        Ok(())
    }

    /// Loss and accuracy on both parts of the data.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn measure(&mut self) -> Result<Measures, LabError> {
        let (params, scratch) = (self.sgd.params(), &mut self.scratch);
        let (net, l2) = (self.net, self.settings.l2);
        let mut measured = |rows| {
            let rows = objective(rows, net, l2)?;
            let both = [rows.data_loss(params, scratch), rows.accuracy(params, scratch)];
            Ok::<_, ArgError>(both.map(Real::to_f64))
        };
        let [loss, accuracy] = measured(self.data.train()?)?;
        let [held_out_loss, held_out_accuracy] = measured(self.data.held_out()?)?;
        Ok(Measures { loss, accuracy, held_out_loss, held_out_accuracy })
    }

    /// The digest of the parameters, 16 hexadecimal digits: equal on every machine after the same steps.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(self.sgd.params()))
    }

    /// The temperature of SGD's noise, T = η / (2b), with momentum η / (2b (1 − μ)).
    #[must_use]
    pub fn temperature(&self) -> f32 {
        let TrainSettings { learning_rate, batch_size, momentum, .. } = self.settings;
        temperature_with_momentum(learning_rate, batch_size, momentum)
    }

    /// ‖θ‖, the length of the parameters.
    #[must_use]
    pub fn norm(&self) -> f32 {
        norm(self.sgd.params())
    }

    /// Where the parameters lie in the module's memory, as f32: for each layer its weights, inputs × outputs, then its
    /// biases. A view ends when the memory grows: take it afresh.
    #[must_use]
    pub fn params_ptr(&self) -> *const f32 {
        self.sgd.params().as_ptr()
    }

    /// How many parameters there are.
    #[must_use]
    pub fn params_len(&self) -> usize {
        self.sgd.params().len()
    }

    /// The network's output for 64 pixels, or for a row of your own.
    ///
    /// # Errors
    /// [`LabError`] naming `pixels`.
    pub fn read(&mut self, pixels: &[f32]) -> Result<Reading, LabError> {
        Ok(Reading::new(&self.net, self.sgd.params(), pixels, &mut self.scratch)?)
    }
}

impl Train {
    fn fresh(data: &Rc<Data>, net: Mlp, settings: &TrainSettings) -> Result<Self, LabError> {
        let mut params = vec![0.0; net.param_len()];
        let init = match settings.start {
            Start::GlorotUniform => Init::GlorotUniform,
            Start::GlorotNormal => Init::GlorotNormal,
            Start::HeUniform => Init::HeUniform,
            Start::HeNormal => Init::HeNormal,
        };
        net.init(init, &mut params, &mut stream(settings.seed.into(), 0));
        Self::from_params(data, *settings, net, params, batches(settings.seed))
    }

    fn from_params(
        data: &Rc<Data>,
        settings: TrainSettings,
        net: Mlp,
        params: Vec<f32>,
        rng: Xoshiro128PlusPlus,
    ) -> Result<Self, LabError> {
        let train = objective(data.train()?, net, settings.l2)?;
        let held_out = objective(data.held_out()?, net, settings.l2)?;
        let order = match settings.order {
            Order::Epochs => BatchOrder::ShuffledEpochs,
            Order::Replacement => BatchOrder::WithReplacement,
        };
        let learning_rate = LearningRate::constant(settings.learning_rate);
        let sgd = descent(&train, params, order, settings.batch_size, learning_rate, settings.momentum)?;
        Ok(Self {
            net,
            settings,
            sgd,
            rng,
            scratch: vec![0.0; train.scratch_len().max(held_out.scratch_len())],
            not_finite: false,
            data: Rc::clone(data),
        })
    }
}

/// A stream of its own: the order of the digits does not depend on the width of the network.
fn batches(seed: u32) -> Xoshiro128PlusPlus {
    stream(seed.into(), 1)
}

fn network(inputs: usize, hidden: u32, classes: usize) -> Result<Mlp, LabError> {
    LabError::check_count("hidden", hidden, 1..=1024)?;
    Ok(Mlp::new(&[inputs, hidden as usize, classes])?)
}

fn objective(rows: Dataset<'_>, net: Mlp, l2: f32) -> Result<NetLoss<'_>, ArgError> {
    net_loss(net, Loss::SoftmaxCrossEntropy, rows, l2)
}

#[cfg(test)]
mod tests;
