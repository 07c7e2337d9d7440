//! Landscapes in other units, for tests that a method does the same in all of them.

use losscape::{Curvature, Objective, Real, SampledCurvature, SampledObjective};

/// `k f(θ / c)`: another landscape in other units. With powers of two, every number is scaled exactly.
pub(crate) struct Scaled<F, R> {
    pub(crate) f: F,
    pub(crate) k: R,
    pub(crate) c: R,
}

impl<R: Real, F: Objective<R>> Scaled<F, R> {
    fn at<'s, T>(
        &self,
        params: &[R],
        scratch: &'s mut [R],
        work: impl FnOnce(&F, &[R], &'s mut [R]) -> T,
    ) -> T {
        let (point, scratch) = scratch.split_at_mut(params.len());
        for (q, p) in point.iter_mut().zip(params) {
            *q = *p / self.c;
        }
        work(&self.f, point, scratch)
    }

    fn scaled_grad(&self, value: R, grad: &mut [R]) -> R {
        for g in grad {
            *g = self.k * *g / self.c;
        }
        self.k * value
    }

    fn scaled_product(&self, out: &mut [R]) {
        for h in out {
            *h = self.k * *h / self.c / self.c;
        }
    }
}

impl<R: Real, F: Objective<R>> Objective<R> for Scaled<F, R> {
    fn dim(&self) -> usize {
        self.f.dim()
    }
    fn scratch_len(&self) -> usize {
        self.f.dim() + self.f.scratch_len()
    }
    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.k * self.at(params, scratch, |f, at, scratch| f.value(at, scratch))
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let value = self.at(params, scratch, |f, at, scratch| f.value_grad(at, grad, scratch));
        self.scaled_grad(value, grad)
    }
}

impl<R: Real, F: Curvature<R>> Curvature<R> for Scaled<F, R> {
    fn hess_vec_scratch_len(&self) -> usize {
        self.f.dim() + self.f.hess_vec_scratch_len()
    }
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.at(params, scratch, |f, at, scratch| f.hess_vec(at, v, out, scratch));
        self.scaled_product(out);
    }
}

impl<R: Real, F: SampledObjective<R>> SampledObjective<R> for Scaled<F, R> {
    fn samples(&self) -> usize {
        self.f.samples()
    }
    fn batch_scratch_len(&self, batch: usize) -> usize {
        self.f.dim() + self.f.batch_scratch_len(batch)
    }
    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R {
        let value = self.at(params, scratch, |f, at, scratch| f.batch_value_grad(at, batch, grad, scratch));
        self.scaled_grad(value, grad)
    }
}

impl<R: Real, F: SampledCurvature<R>> SampledCurvature<R> for Scaled<F, R> {
    fn batch_hess_vec_scratch_len(&self, batch: usize) -> usize {
        self.f.dim() + self.f.batch_hess_vec_scratch_len(batch)
    }
    fn batch_hess_vec(&self, params: &[R], batch: &[u32], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.at(params, scratch, |f, at, scratch| f.batch_hess_vec(at, batch, v, out, scratch));
        self.scaled_product(out);
    }
}
