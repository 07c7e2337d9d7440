//! Noise of batches that is not additive: it depends on the parameter, or is bounded.

use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Sgd, SgdStep};
use losscape::{Objective, SampledObjective};

use crate::batches::Scripted;

/// Samples `fₖ` in one dimension, each by its slope.
struct Slopes<'a, F> {
    slopes: &'a [F],
}

impl<F: Fn(f64) -> f64> Objective<f64> for Slopes<'_, F> {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, _params: &[f64], _scratch: &mut [f64]) -> f64 {
        0.0
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], _scratch: &mut [f64]) -> f64 {
        grad[0] = self.slopes.iter().map(|slope| slope(params[0])).sum::<f64>() / self.slopes.len() as f64;
        0.0
    }
}

impl<F: Fn(f64) -> f64> SampledObjective<f64> for Slopes<'_, F> {
    fn samples(&self) -> usize {
        self.slopes.len()
    }
    fn batch_value_grad(&self, params: &[f64], batch: &[u32], grad: &mut [f64], _: &mut [f64]) -> f64 {
        grad[0] = batch.iter().map(|&k| self.slopes[k as usize](params[0])).sum::<f64>() / batch.len() as f64;
        0.0
    }
}

/// The parameter after steps on the samples of a script, batch size 1.
fn scripted<F: Fn(f64) -> f64>(slopes: &[F], start: f64, eta: f64, script: impl Iterator<Item = u32>) -> f64 {
    let objective = Slopes { slopes };
    let samples = slopes.len() as u32;
    let (mut params, mut workspace, mut batch) = ([start], [0.0], [0]);
    let batches = Minibatches::new(BatchOrder::WithReplacement, samples, 1, &mut batch).expect("valid");
    let rate = LearningRate::constant(eta);
    let mut sgd = Sgd::new(&objective, &mut params, batches, rate, &mut workspace).expect("valid");
    for choice in script {
        let mut choices = vec![(choice, samples)];
        let outcome = sgd.step(&objective, &mut Scripted { choices: &mut choices });
        assert!(matches!(outcome, SgdStep::Stepped { .. }), "finite");
    }
    params[0]
}

/// Regression in one dimension, `fₖ = ½ hₖ x² − bₖ x`: `E x'² = E(1 − ηh)² E x² + η² E b²`, over all 4⁵
/// sequences of samples. With curvatures ½ and 3½ and η = 0.9 the mean of the parameter contracts
/// (η E h = 1.8 < 2) and its variance explodes (E(1 − ηh)² = 2.46 > 1).
#[test]
fn curvature_noise_by_enumeration() {
    for (curvatures, eta) in [([0.5, 1.5], 0.5), ([0.5, 3.5], 0.9)] {
        let slopes: Vec<_> =
            curvatures.into_iter().flat_map(|h| [-1.0, 1.0].map(|b: f64| move |x: f64| h * x - b)).collect();
        let start = 2.0;
        let contraction = curvatures.iter().map(|h| (1.0 - eta * h) * (1.0 - eta * h)).sum::<f64>() / 2.0;
        let mut expected = start * start;
        for steps in 1..=5u32 {
            expected = contraction * expected + eta * eta;
            let sequences = 4u32.pow(steps);
            let sum: f64 = (0..sequences)
                .map(|code| scripted(&slopes, start, eta, (0..steps).map(|k| code >> (2 * k) & 3)).powi(2))
                .sum();
            let mean = sum / f64::from(sequences);
            assert!((mean / expected - 1.0).abs() < 1e-13, "{steps} steps: {mean} against {expected}");
        }
    }
}

/// Bounded noise is not diffusion: on `f± = (x² − 1)²/4 ± σx`, each with probability ½, the left well is
/// never left iff σ < 2/(3√3) = .3849001795, whatever the rate; tested with the sample that pushes to the
/// right in every step, which no order of the samples exceeds while x ↦ x − ηf'(x) is monotone.
#[test]
fn bounded_noise_keeps_to_its_well() {
    for (eta, steps) in [(0.02, 150_000), (0.1, 30_000), (0.3, 10_000)] {
        for (sigma, leaves) in [(0.3848, false), (0.3850, true)] {
            let slopes = [1.0, -1.0].map(|sign: f64| move |x: f64| x * x * x - x + sign * sigma);
            let x = scripted(&slopes, -1.0, eta, core::iter::repeat_n(1, steps));
            assert_eq!(x > 0.0, leaves, "η {eta}, σ {sigma}: x = {x}");
        }
    }
}
