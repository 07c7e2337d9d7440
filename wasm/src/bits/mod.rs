//! The experiment *Same bits*: one training run, and its twin with a single thing exchanged.
//!
//! The first run is the kernel's. The second needs what the kernel refuses to offer: the platform's tanh,
//! or a sum in another order. So the twin's network is written out here, sample by sample, in the kernel's
//! canonical order; with nothing exchanged both runs have the same bits (tested below), and therefore
//! what differs in the page is due to what was exchanged and to nothing else.

#![expect(
    clippy::float_arithmetic,
    reason = "the twin computes what the kernel refuses to: it is not the kernel's"
)]

use losscape::base::elementary;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Init, Loss, Mlp};
use losscape::sgd::{BatchOrder, LearningRate};
use losscape::{ArgError, Objective, Real, SampledObjective};
use losscape_wasm_loops::{Descent, NetLoss, advance};
use wasm_bindgen::prelude::*;

use crate::LabError;
use crate::nets::{descent, net_loss};

const SAMPLES: u32 = 160;
const BATCH: u32 = 16;
const RATE: f32 = 0.05;

#[wasm_bindgen]
extern "C" {
    /// The function that is under suspicion.
    #[wasm_bindgen(js_namespace = Math, js_name = tanh)]
    fn platform_tanh(x: f64) -> f64;
}

/// How the twin differs.
#[derive(Clone, Copy, Debug, Default)]
struct Exchanged {
    /// Uses the tanh of the platform, rounded to f32.
    tanh: bool,
    /// Sums the inputs of a unit from the last to the first.
    order: bool,
}

/// The mean of ½ (net(x) − y)² with a tanh network, a sample at a time.
struct Twin<'a> {
    net: Mlp,
    data: Dataset<'a>,
    values: &'a [f32],
    exchanged: Exchanged,
}

impl Twin<'_> {
    fn tanh(&self, z: f32) -> f32 {
        if self.exchanged.tanh { f32::from_f64(platform_tanh(z.to_f64())) } else { elementary::tanh(z) }
    }

    /// Adds the gradient of one sample; returns its residual. `units` holds all activations, inputs first.
    fn add_sample(
        &self,
        params: &[f32],
        sample: usize,
        grad: &mut [f32],
        units: &mut [f32],
        delta: &mut [f32],
    ) -> f32 {
        let net = &self.net;
        let (mut below, mut end) = (0, net.inputs());
        units[..end].copy_from_slice(self.data.input(sample));
        for l in 0..net.layers() {
            let layer = net.layer(l);
            let (weights, bias) = (&params[layer.weights], &params[layer.bias]);
            for j in 0..layer.outputs {
                let mut z = bias[j];
                for k in 0..layer.inputs {
                    let i = if self.exchanged.order { layer.inputs - 1 - k } else { k };
                    z += units[below + i] * weights[i * layer.outputs + j];
                }
                units[end + j] = if l + 1 == net.layers() { z } else { self.tanh(z) };
            }
            below = end;
            end += layer.outputs;
        }
        let residual = units[below] - self.values[sample];
        delta[0] = residual;
        for l in (0..net.layers()).rev() {
            let layer = net.layer(l);
            let start = below - layer.inputs;
            for i in 0..layer.inputs {
                for j in 0..layer.outputs {
                    grad[layer.weights.start + i * layer.outputs + j] += units[start + i] * delta[j];
                }
            }
            for j in 0..layer.outputs {
                grad[layer.bias.start + j] += delta[j];
            }
            if l > 0 {
                let mut next = [0.0; WIDEST];
                for (i, next) in next.iter_mut().enumerate().take(layer.inputs) {
                    let mut u = 0.0;
                    for (j, delta) in delta.iter().enumerate().take(layer.outputs) {
                        u += delta * params[layer.weights.start + i * layer.outputs + j];
                    }
                    let a = units[start + i];
                    *next = u * (1.0 - a * a);
                }
                delta[..WIDEST].copy_from_slice(&next);
            }
            below = start;
        }
        residual
    }
}

const WIDEST: usize = 8;

impl Objective for Twin<'_> {
    fn dim(&self) -> usize {
        self.net.param_len()
    }

    fn scratch_len(&self) -> usize {
        self.net.widths().iter().map(|&w| w as usize).sum::<usize>() + WIDEST
    }

    fn value(&self, params: &[f32], scratch: &mut [f32]) -> f32 {
        self.value_grad(params, &mut vec![0.0; params.len()], scratch)
    }

    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        let all: Vec<u32> = (0..SAMPLES).collect();
        self.batch_value_grad(params, &all, grad, scratch)
    }
}

impl SampledObjective for Twin<'_> {
    fn samples(&self) -> usize {
        self.data.len()
    }

    fn batch_value_grad(&self, params: &[f32], batch: &[u32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        let (delta, units) = scratch.split_at_mut(WIDEST);
        grad.fill(0.0);
        let mut sum = 0.0;
        for &sample in batch {
            let residual = self.add_sample(params, sample as usize, grad, units, delta);
            sum += 0.5 * residual * residual;
        }
        let share = 1.0 / f32::from_usize(batch.len());
        for (g, at) in grad.iter_mut().zip(params) {
            *g = *g * share + 0.0 * at;
        }
        sum * share
    }
}

/// A run with the generator of its batches.
struct Side {
    sgd: Descent,
    rng: Xoshiro128PlusPlus,
}

impl Side {
    /// Makes a step; false if a value was not finite.
    fn step(&mut self, objective: &dyn SampledObjective) -> bool {
        advance(&mut self.sgd, objective, 1, &mut self.rng) == 1
    }
}

/// A training run of a 2-8-8-1 network on two moons, and its twin.
#[wasm_bindgen]
pub struct Twins {
    net: Mlp,
    exchanged: Exchanged,
    inputs: Vec<f32>,
    values: Vec<f32>,
    kernel: Side,
    twin: Side,
    scratch: Vec<f32>,
    first: Option<u32>,
}

impl core::fmt::Debug for Twins {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Twins").field("first", &self.first).finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Twins {
    /// Two runs at their start, equal in every bit.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refused a setting.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32, tanh: bool, order: bool) -> Result<Self, LabError> {
        let exchanged = Exchanged { tanh, order };
        let net = Mlp::new(&[2, WIDEST, WIDEST, 1])?;
        let samples = SAMPLES as usize;
        let (mut inputs, mut labels) = (vec![0.0; 2 * samples], vec![0; samples]);
        moons(0.3, &mut stream(seed.into(), 2), &mut inputs, &mut labels)?;
        let values: Vec<f32> = labels.iter().map(|&label| if label == 0 { -1.0 } else { 1.0 }).collect();
        let mut params = vec![0.0; net.param_len()];
        net.init(Init::GlorotUniform, &mut params, &mut stream(seed.into(), 0));
        let (ours, theirs) = objectives(net, exchanged, &inputs, &values)?;
        let side = |objective: &dyn SampledObjective| {
            let (order, rate) = (BatchOrder::ShuffledEpochs, LearningRate::constant(RATE));
            let sgd = descent(objective, params.clone(), order, BATCH, rate, 0.0)?;
            Ok::<_, ArgError>(Side { sgd, rng: stream(seed.into(), 1) })
        };
        let (kernel, twin, scratch) = (side(&ours)?, side(&theirs)?, vec![0.0; ours.scratch_len()]);
        Ok(Self { net, exchanged, inputs, values, kernel, twin, scratch, first: None })
    }

    /// Makes `steps` steps of both runs.
    ///
    /// # Errors
    /// [`LabError`] naming what the kernel refused: never after [`new`](Self::new).
    pub fn advance(&mut self, steps: u32) -> Result<(), LabError> {
        let (ours, theirs) = objectives(self.net, self.exchanged, &self.inputs, &self.values)?;
        for _ in 0..steps {
            if !(self.kernel.step(&ours) && self.twin.step(&theirs)) {
                break;
            }
            let [a, b] = self.params().map(bits);
            if self.first.is_none() && a.ne(b) {
                self.first = Some(self.kernel.sgd.steps());
            }
        }
        Ok(())
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.kernel.sgd.steps()
    }

    /// The first step after which a bit differed, if one has.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.first
    }

    /// For each weight, how many of its 32 bits differ between the runs.
    #[must_use]
    pub fn differing(&self) -> Vec<u8> {
        let [ours, theirs] = self.params().map(bits);
        let differing = |(a, b): (u32, u32)| u8::try_from((a ^ b).count_ones()).unwrap_or(32);
        ours.zip(theirs).map(differing).collect()
    }

    /// The loss of both runs' parameters, both measured by the kernel.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn losses(&mut self) -> Result<Vec<f64>, LabError> {
        let (ours, _) = objectives(self.net, self.exchanged, &self.inputs, &self.values)?;
        let [a, b] = [&self.kernel, &self.twin].map(|side| side.sgd.params());
        Ok([a, b].map(|params| ours.value(params, &mut self.scratch).to_f64()).to_vec())
    }

    /// The digest of the kernel's parameters, then of the twin's.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        self.params().map(|params| format!("{:016x}", Fingerprint::of(params))).to_vec()
    }
}

impl Twins {
    fn params(&self) -> [&[f32]; 2] {
        [self.kernel.sgd.params(), self.twin.sgd.params()]
    }
}

/// The kernel's objective and the twin's, on the same data.
fn objectives<'a>(
    net: Mlp,
    exchanged: Exchanged,
    inputs: &'a [f32],
    values: &'a [f32],
) -> Result<(NetLoss<'a>, Twin<'a>), ArgError> {
    let data = Dataset::new(inputs, 2, Targets::Values(values))?;
    let ours = net_loss(net, Loss::MeanSquaredError, data, 0.0)?;
    Ok((ours, Twin { net, data, values, exchanged }))
}

fn bits(params: &[f32]) -> impl Iterator<Item = u32> {
    params.iter().map(|p| p.to_bits())
}

#[cfg(test)]
mod tests {
    use super::Twins;

    #[test]
    fn with_nothing_exchanged_both_have_the_same_bits() {
        let mut twins = Twins::new(1, false, false).expect("a pair");
        twins.advance(2000).unwrap();
        assert_eq!(twins.first(), None, "the twin is written in the kernel's order");
        assert_eq!(twins.steps(), 2000, "both stayed finite");
        let losses = twins.losses().unwrap();
        assert!(losses[0] < 0.2, "it learns: {losses:?}");
    }

    #[test]
    fn another_order_changes_bits_and_hardly_the_loss() {
        let mut twins = Twins::new(1, false, true).expect("a pair");
        twins.advance(1000).unwrap();
        assert!(twins.first().is_some_and(|step| step < 50), "{:?}", twins.first());
        let differing = twins.differing().iter().filter(|&&bits| bits > 0).count();
        assert!(differing > 50, "{differing} of 105");
        let losses = twins.losses().unwrap();
        assert!((losses[0] - losses[1]).abs() < 1e-3, "{losses:?}");
    }
}
