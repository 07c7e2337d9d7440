//! Symmetric matrices as operators, for tests.

extern crate std;
use std::vec;
use std::vec::Vec;

use crate::base::random::{fill_normal, stream};
use crate::base::vector::dot;
use crate::{Operator, Real};

/// A symmetric matrix, times a scale.
pub(super) struct Symmetric<R> {
    pub(super) rows: Vec<R>,
    pub(super) dim: usize,
    pub(super) scale: R,
}

impl<R: Real> Operator<R> for Symmetric<R> {
    fn dim(&self) -> usize {
        self.dim
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn apply(&self, v: &[R], out: &mut [R], _: &mut [R]) {
        for (out, row) in out.iter_mut().zip(self.rows.chunks_exact(self.dim)) {
            *out = self.scale * dot(row, v);
        }
    }
}

/// Creates a diagonal matrix.
pub(super) fn diagonal<R: Real>(spectrum: &[f64]) -> Symmetric<R> {
    let n = spectrum.len();
    let mut rows = vec![R::ZERO; n * n];
    for (i, value) in spectrum.iter().enumerate() {
        rows[i * n + i] = R::from_f64(*value);
    }
    Symmetric { rows, dim: n, scale: R::ONE }
}

/// Creates a full matrix of normal numbers.
pub(super) fn random(n: usize, seed: u64) -> Symmetric<f64> {
    let mut rows = vec![0.0; n * n];
    fill_normal(&mut stream(seed, 0), &mut rows);
    for i in 0..n {
        for j in 0..i {
            rows[i * n + j] = rows[j * n + i];
        }
    }
    Symmetric { rows, dim: n, scale: 1.0 }
}
