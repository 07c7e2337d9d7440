//! Objectives with known answers.

use core::cell::Cell;

use losscape::{Objective, Real, SampledObjective};

/// `½ λ Σ xᵢ²`: independent coordinates, so that one run is an ensemble of chains.
pub(crate) struct Bowl {
    pub(crate) dim: usize,
    pub(crate) curvature: f64,
}

impl<R: Real> Objective<R> for Bowl {
    fn dim(&self) -> usize {
        self.dim
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        let half = R::from_f64(0.5 * self.curvature);
        params.iter().fold(R::ZERO, |sum, x| sum + half * *x * *x)
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        for (g, x) in grad.iter_mut().zip(params) {
            *g = R::from_f64(self.curvature) * *x;
        }
        self.value(params, scratch)
    }
}

/// `½ xᵀ diag(F) x`.
pub(crate) struct Diagonal<const D: usize>(pub(crate) [f64; D]);

impl<const D: usize> Objective<f64> for Diagonal<D> {
    fn dim(&self) -> usize {
        D
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, params: &[f64], _scratch: &mut [f64]) -> f64 {
        self.0.iter().zip(params).map(|(f, x)| 0.5 * f * x * x).sum()
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        for ((g, f), x) in grad.iter_mut().zip(self.0).zip(params) {
            *g = f * x;
        }
        self.value(params, scratch)
    }
}

/// `(1/N) Σₖ (λ/2) (x − cₖ)²` in one dimension; counts gradients and samples.
pub(crate) struct Centres<'a> {
    pub(crate) curvature: f64,
    pub(crate) centres: &'a [f64],
    pub(crate) gradients: Cell<usize>,
    pub(crate) samples: Cell<usize>,
}

impl<'a> Centres<'a> {
    pub(crate) fn new(curvature: f64, centres: &'a [f64]) -> Self {
        Self { curvature, centres, gradients: Cell::new(0), samples: Cell::new(0) }
    }

    fn mean(&self, x: f64, terms: impl ExactSizeIterator<Item = f64>, grad: &mut [f64]) -> f64 {
        let n = terms.len() as f64;
        self.gradients.set(self.gradients.get() + 1);
        self.samples.set(self.samples.get() + terms.len());
        let (mut value, mut slope) = (0.0, 0.0);
        for centre in terms {
            value += 0.5 * self.curvature * (x - centre) * (x - centre);
            slope += self.curvature * (x - centre);
        }
        grad[0] = slope / n;
        value / n
    }
}

impl Objective<f64> for Centres<'_> {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        let mut grad = [0.0];
        self.value_grad(params, &mut grad, scratch)
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], _scratch: &mut [f64]) -> f64 {
        self.mean(params[0], self.centres.iter().copied(), grad)
    }
}

impl SampledObjective<f64> for Centres<'_> {
    fn samples(&self) -> usize {
        self.centres.len()
    }
    fn batch_value_grad(&self, params: &[f64], batch: &[u32], grad: &mut [f64], _: &mut [f64]) -> f64 {
        self.mean(params[0], batch.iter().map(|&k| self.centres[k as usize]), grad)
    }
}

/// Mean and population variance.
pub(crate) fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n)
}
