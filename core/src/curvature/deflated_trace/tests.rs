extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::base::random::{fill_normal, stream};

/// Σ λᵢ uᵢ uᵢᵀ with orthonormal u, times a scale.
struct Spectral<R> {
    values: Vec<R>,
    vectors: Vec<R>,
    dim: usize,
    scale: R,
}

impl<R: Real> Operator<R> for Spectral<R> {
    fn dim(&self) -> usize {
        self.dim
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn apply(&self, v: &[R], out: &mut [R], _: &mut [R]) {
        out.fill(R::ZERO);
        for (value, u) in self.values.iter().zip(self.vectors.chunks_exact(self.dim)) {
            crate::base::vector::axpy(self.scale * *value * dot(u, v), u, out);
        }
    }
}

fn spectral<R: Real>(values: &[f64], dim: usize) -> Spectral<R> {
    let mut vectors = vec![R::ZERO; values.len() * dim];
    fill_normal(&mut stream(11, 0), &mut vectors);
    for k in 0..values.len() {
        let (before, rest) = vectors.split_at_mut(k * dim);
        for _ in 0..2 {
            orthogonalise(before, dim, k, &mut rest[..dim]);
            normalise(&mut rest[..dim]);
        }
    }
    Spectral { values: values.iter().map(|x| R::from_f64(*x)).collect(), vectors, dim, scale: R::ONE }
}

type Owned<R> = DeflatedTrace<R, Vec<R>, Vec<R>>;

fn made<R: Real>(operator: &Spectral<R>, rank: u32, probe: Probe) -> Owned<R> {
    let layout = DeflatedTraceLayout::new(operator.dim, rank as usize, 0);
    let [basis, workspace] = [layout.basis_len(), layout.len()].map(|len| vec![R::NAN; len]);
    DeflatedTrace::new(operator, rank, probe, basis, workspace).unwrap()
}

fn after<R: Real>(operator: &Spectral<R>, rank: u32, products: u32, seed: u64) -> Owned<R> {
    let (mut trace, mut rng) = (made(operator, rank, Probe::Gaussian), stream(seed, 0));
    for _ in 0..products {
        let step = trace.step(operator, &mut rng);
        assert!(!matches!(step, DeflatedTraceStep::NotFinite | DeflatedTraceStep::MemoryChanged));
    }
    trace
}

/// With eigenvalues ±i⁻², sixty products leave a fiftieth of the standard error that they leave without a
/// subspace.
#[test]
fn decaying_spectra_are_nearly_exact() {
    let values: Vec<f64> =
        (1..=100).map(|i| f64::from(if i % 3 == 0 { -1 } else { 1 }) / f64::from(i * i)).collect();
    let (operator, exact) = (spectral::<f64>(&values, 100), values.iter().sum::<f64>());
    let (with, without) = (after(&operator, 20, 60, 1).estimate(), after(&operator, 0, 60, 1).estimate());
    assert!((with.mean - exact).abs() < 4.0 * with.standard_error, "{with:?} against {exact}");
    assert!((without.mean - exact).abs() < 4.0 * without.standard_error, "{without:?} against {exact}");
    assert!(with.standard_error < 0.02 * without.standard_error, "{with:?} {without:?}");
}

/// Over 200 estimates, the truth lies within two standard errors as often as it would for a normal law, and
/// the mean is right.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_standard_error_is_honest() {
    let values: Vec<f64> = (0..30).map(|i| 1.0 + f64::from(i % 7) - f64::from(i % 4)).collect();
    let (operator, exact) = (spectral::<f64>(&values, 30), values.iter().sum::<f64>());
    let (mut within, mut mean) = (0, 0.0);
    for seed in 0..200 {
        let found = after(&operator, 5, 10 + 20, seed).estimate();
        within += usize::from((found.mean - exact).abs() < 2.0 * found.standard_error);
        mean += found.mean / 200.0;
    }
    assert!((174..=198).contains(&within), "{within} of 200");
    assert!((mean / exact - 1.0).abs() < 0.02, "{mean} against {exact}");
}

/// A subspace that contains the range of the operator leaves no randomness.
#[test]
fn few_dimensions_are_exact() {
    let low = spectral::<f64>(&[3.0, -1.0, 0.5], 20);
    let trace = after(&low, 6, 6 + 3 + 4, 3);
    assert_eq!(trace.kept(), 3, "what lies in the space adds no dimension");
    let found = trace.estimate();
    assert!((found.mean - 2.5).abs() < 1e-13 && found.standard_error < 1e-13, "{found:?}");

    let whole = spectral::<f64>(&[3.0, -1.0, 0.5, 2.0], 4);
    let mut trace = after(&whole, 9, 4 + 4, 3);
    assert_eq!(trace.step(&whole, &mut stream(1, 0)), DeflatedTraceStep::Done);
    let found = trace.estimate();
    assert!((found.mean - 4.5).abs() < 1e-13 && found.standard_error == 0.0, "{found:?}");

    let none = spectral::<f64>(&[0.0; 4], 4);
    let trace = after(&none, 2, 2 + 3, 3);
    assert_eq!((trace.kept(), trace.estimate()), (0, Estimate { mean: 0.0, standard_error: 0.0 }));
}

/// The number of products need not be a multiple of two or three.
#[test]
fn any_number_of_products_gives_an_estimate() {
    let operator = spectral::<f64>(&[3.0, -1.0, 0.5, 0.25, 2.0], 9);
    for rank in 0..5 {
        for probes in 2..6 {
            let found = after(&operator, rank, 2 * rank + probes, 4).estimate();
            assert!(found.mean.is_finite() && found.standard_error < 20.0, "{rank} and {probes}: {found:?}");
        }
    }
}

#[test]
fn any_scale() {
    let operator = spectral::<f32>(&[4.0, -3.0, 1.0, 0.5, 0.25, 0.125], 12);
    let plain = after(&operator, 2, 2 + 2 + 10, 5).estimate();
    for scale in [1e-30f32, 1e-13, 1e13, 1e30] {
        let scaled = Spectral { scale, ..spectral::<f32>(&[4.0, -3.0, 1.0, 0.5, 0.25, 0.125], 12) };
        let found = after(&scaled, 2, 2 + 2 + 10, 5).estimate();
        assert!((found.mean / scale / plain.mean - 1.0).abs() < 1e-4, "{found:?} {plain:?} at {scale:e}");
        assert!(
            (found.standard_error / scale / plain.standard_error - 1.0).abs() < 1e-3,
            "{found:?} at {scale:e}"
        );
    }
}

#[test]
fn what_is_not_finite_or_does_not_fit() {
    let mut operator = spectral::<f64>(&[3.0, -1.0, 0.5], 6);
    let (mut trace, mut rng) = (made(&operator, 2, Probe::Rademacher), stream(1, 0));
    assert!(trace.estimate().mean.is_nan());
    for phase in 0..3 {
        let before = trace.estimate();
        operator.scale = f64::NAN;
        assert_eq!(trace.step(&operator, &mut rng), DeflatedTraceStep::NotFinite, "{phase}");
        operator.scale = 1.0;
        let after = trace.estimate();
        assert!(after == before || after.mean.is_nan(), "{phase}");
        let want = [
            DeflatedTraceStep::Direction { kept: 2 },
            DeflatedTraceStep::Exact { count: 2 },
            DeflatedTraceStep::Added { count: 2 },
        ];
        let _ = trace.step(&operator, &mut rng);
        assert_eq!(trace.step(&operator, &mut rng), want[phase]);
    }
    trace.basis.push(0.0);
    assert_eq!(trace.step(&operator, &mut rng), DeflatedTraceStep::MemoryChanged);
    trace.basis.pop();
    trace.workspace.pop();
    assert_eq!(trace.step(&operator, &mut rng), DeflatedTraceStep::MemoryChanged);
    let layout = DeflatedTraceLayout::new(6, 2, 0);
    let refused = |basis, workspace| {
        let made = DeflatedTrace::new(&operator, 2, Probe::Gaussian, vec![0.0; basis], vec![0.0; workspace]);
        made.err().map(|error| error.arg)
    };
    assert_eq!(refused(layout.basis_len(), layout.len()), None);
    assert_eq!(refused(layout.basis_len() + 1, layout.len()), Some("basis"));
    assert_eq!(refused(layout.basis_len(), layout.len() - 1), Some("workspace"));
}
