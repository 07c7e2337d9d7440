//! Cross-entropies at any outputs: what a well-classified sample has left, and targets that are probabilities.

use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::{check_grad, check_hess_vec, check_workspace_len};
use losscape::{ArgError, Curvature, Objective, Real, Reason};

use crate::{Outcome, wave};

/// Loss, its gradient and H v of one sample whose outputs are the parameters.
struct Head<R> {
    loss: R,
    grad: Vec<R>,
    product: Vec<R>,
}

fn head<R: Real>(loss: Loss, logits: &[R], targets: Targets<'_, R>, v: &[R]) -> Result<Head<R>, ArgError> {
    let net = Mlp::new(&[1, logits.len()])?.without_bias();
    let one = [R::ONE];
    let f = MlpObjective::new(net, loss, Dataset::new(&one, 1, targets)?, R::ZERO)?.with_tile(1)?;
    let mut scratch = vec![R::from_f64(f64::NAN); f.hess_vec_scratch_len()];
    let (mut grad, mut product) = (vec![R::ZERO; logits.len()], vec![R::ZERO; logits.len()]);
    let loss = f.value_grad(logits, &mut grad, &mut scratch);
    f.hess_vec(logits, v, &mut product, &mut scratch);
    Ok(Head { loss, grad, product })
}

/// The largest relative error, of numbers that have not underflowed.
fn error(found: f32, want: f64, worst: &mut f64) {
    if want.abs() >= f64::from(f32::MIN_POSITIVE) {
        *worst = worst.max((f64::from(found) / want - 1.0).abs());
    } else {
        assert!(f64::from(found).abs() <= 2.0 * f64::from(f32::MIN_POSITIVE), "{found:e} for {want:e}");
    }
}

/// Softmax cross-entropy of a class in double precision, every sum over the others.
fn softmax_by_hand(logits: &[f32], label: usize, v: &[f32]) -> (f64, Vec<f64>, Vec<f64>) {
    let a: Vec<f64> = logits.iter().copied().map(f64::from).collect();
    let v: Vec<f64> = v.iter().copied().map(f64::from).collect();
    let top = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let m = a.iter().position(|x| *x == top).unwrap_or_default();
    let e: Vec<f64> = a.iter().map(|x| libm::exp(x - top)).collect();
    let others = |j: usize| (0..e.len()).filter(|k| *k != j).map(|k| e[k]).sum::<f64>();
    let total = 1.0 + others(m);
    let grad = (0..e.len()).map(|j| if j == label { -others(j) / total } else { e[j] / total }).collect();
    let mean: f64 = (0..e.len()).map(|j| e[j] / total * (v[j] - v[m])).sum();
    let product = (0..e.len()).map(|j| e[j] / total * (v[j] - v[m] - mean)).collect();
    (top - a[label] + libm::log1p(others(m)), grad, product)
}

/// Numbers of both signs, as large as told.
fn logits(count: usize, size: f64, seed: usize) -> Vec<f32> {
    (0..count).map(|k| (size * libm::sin(12.9898 * (k + 1) as f64 + 78.233 * seed as f64)) as f32).collect()
}

#[test]
fn softmax_of_well_classified_samples() -> Outcome {
    let Head { loss, grad, .. } =
        head(Loss::SoftmaxCrossEntropy, &[30.0f32, 0.0], Targets::Labels(&[0]), &[1.0, 0.0])?;
    // mpmath: ln(1 + e⁻³⁰), and p₁ = e⁻³⁰ / (1 + e⁻³⁰).
    let mut worst = 0.0;
    error(loss, 9.357_622_968_839_863e-14, &mut worst);
    error(grad[0], -9.357_622_968_839_299e-14, &mut worst);
    error(grad[1], 9.357_622_968_839_299e-14, &mut worst);
    let Head { loss, .. } =
        head(Loss::SoftmaxCrossEntropy, &[16.0f32, 0.0], Targets::Labels(&[0]), &[1.0, 0.0])?;
    error(loss, 1.125_351_683_855_484e-7, &mut worst);
    assert!(worst <= 1e-6, "{worst:e}");
    Ok(())
}

#[test]
fn softmax_at_any_outputs() -> Outcome {
    let mut worst = [0.0; 3];
    for (count, size) in
        [2, 3, 5, 10].into_iter().flat_map(|n| [0.0, 0.3, 3.0, 20.0, 45.0, 80.0, 1e3].map(|s| (n, s)))
    {
        for seed in 0..40 {
            let a = logits(count, size, seed);
            let v = logits(count, 1.0, seed + 100);
            for label in 0..count {
                let label_of = [u8::try_from(label)?];
                let found = head(Loss::SoftmaxCrossEntropy, &a, Targets::Labels(&label_of), &v)?;
                let (loss, grad, product) = softmax_by_hand(&a, label, &v);
                error(found.loss, loss, &mut worst[0]);
                for (found, want) in found.grad.iter().zip(&grad) {
                    error(*found, *want, &mut worst[1]);
                }
                // Where the direction's differences cancel, relative to the largest of the product.
                let size = product.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
                for (found, want) in found.product.iter().zip(&product) {
                    if size > 1e-30 {
                        worst[2] = worst[2].max((f64::from(*found) - want).abs() / size);
                    }
                }
            }
        }
    }
    assert!(worst.iter().all(|error| *error <= 1e-6), "{worst:?}");
    Ok(())
}

/// A class beyond doubt keeps its curvature: H of logits (30, 0) along the first is p (1 − p) (1, −1).
#[test]
fn softmax_curvature_of_a_well_classified_sample() -> Outcome {
    for label in [0, 1] {
        let found = head(Loss::SoftmaxCrossEntropy, &[30.0f32, 0.0], Targets::Labels(&[label]), &[1.0, 0.0])?;
        let mut worst = 0.0;
        error(found.product[0], 9.357_622_968_838_423e-14, &mut worst);
        error(found.product[1], -9.357_622_968_838_423e-14, &mut worst);
        assert!(worst <= 1e-6, "{worst:e}");
    }
    Ok(())
}

#[test]
fn binary_at_any_outputs() -> Outcome {
    let mut worst = 0.0;
    for k in -1000..=1000 {
        let a = (0.1 * f64::from(k)) as f32;
        let (e, size) = (libm::exp(-f64::from(a).abs()), f64::from(a).abs());
        let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
        let (p, q) = if a > 0.0 { (large, small) } else { (small, large) };
        for label in [0u8, 1] {
            let found = head(Loss::BinaryCrossEntropy, &[a], Targets::Labels(&[label]), &[1.0])?;
            let wrong = (label == 1) != (a > 0.0);
            error(found.loss, libm::log1p(e) + if wrong { size } else { 0.0 }, &mut worst);
            error(found.grad[0], if label == 1 { -q } else { p }, &mut worst);
            error(found.product[0], p * q, &mut worst);
        }
    }
    assert!(worst <= 1e-6, "{worst:e}");
    let found = head(Loss::BinaryCrossEntropy, &[20.0f32], Targets::Labels(&[1]), &[1.0])?;
    // mpmath: σ(−20).
    assert!((f64::from(found.grad[0]) / -2.061_153_618_190_204e-9 - 1.0).abs() < 1e-6, "{}", found.grad[0]);
    Ok(())
}

/// One-hot rows are labels, to the bit, also beyond doubt and where outputs tie.
#[test]
fn a_certain_row_is_a_label() -> Outcome {
    for (size, seed) in [0.0, 1.0, 30.0, 100.0].into_iter().flat_map(|s| (0..20).map(move |seed| (s, seed))) {
        let (a, v) = (logits(4, size, seed), logits(4, 1.0, seed + 100));
        for label in 0..4 {
            let mut row = [0.0f32; 4];
            row[label] = 1.0;
            let labels = [u8::try_from(label)?];
            let hard = head(Loss::SoftmaxCrossEntropy, &a, Targets::Labels(&labels), &v)?;
            let soft = head(Loss::SoftmaxCrossEntropy, &a, Targets::Values(&row), &v)?;
            assert_eq!(hard.loss.to_bits(), soft.loss.to_bits(), "{a:?} {label}");
            assert_eq!((hard.grad, hard.product), (soft.grad, soft.product), "{a:?} {label}");
        }
    }
    Ok(())
}

/// Smoothed labels and rows that do not sum to one exactly, against the definition and differences.
#[test]
fn rows_of_probabilities() -> Outcome {
    let rows = [0.9, 0.05, 0.05, 0.1, 0.2, 0.7, 0.333, 0.334, 0.3335, 0.0, 0.0, 1.0];
    let (net, inputs) = (Mlp::new(&[2, 3, 3])?, wave(8, 1.0, 0.4));
    let data = Dataset::new(&inputs, 2, Targets::Values(&rows))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.01)?.with_tile(4)?;
    let (params, v) = (wave(f.dim(), 0.9, 0.2), wave(f.dim(), 1.0, 0.7));
    let mut workspace = vec![0.0; check_workspace_len(f.dim(), f.hess_vec_scratch_len())];
    let check = check_grad(&f, &params, &mut workspace)?;
    assert!(check.error < 1e-8, "{check:?}");
    let check = check_hess_vec(&f, &params, &v, &mut workspace)?;
    assert!(check.error < 1e-8, "{check:?}");

    let a = [0.5f64, -1.0, 2.0];
    let total: f64 = a.iter().map(|a| libm::exp(*a)).sum();
    for row in rows.chunks_exact(3) {
        let found = head(Loss::SoftmaxCrossEntropy, &a, Targets::Values(row), &[0.0; 3])?;
        let want: f64 = a.iter().zip(row).map(|(a, y)| y * (libm::log(total) - a)).sum();
        assert!((found.loss - want).abs() < 1e-15 * want.max(1.0), "{row:?}: {} against {want}", found.loss);
        let sum: f64 = row.iter().sum();
        for (j, (found, a)) in found.grad.iter().zip(a).enumerate() {
            let want = sum * libm::exp(a) / total - row[j];
            assert!((found - want).abs() < 1e-15, "{row:?}: {found} against {want}");
        }
    }
    Ok(())
}

#[test]
fn rows_that_are_no_probabilities_are_refused_by_row_and_sum() -> Outcome {
    let refused = |loss, row: &[f32; 4]| {
        let (net, inputs) = (Mlp::new(&[1, 2]).unwrap(), [0.0; 2]);
        let data = Dataset::new(&inputs, 1, Targets::Values(row)).unwrap();
        MlpObjective::new(net, loss, data, 0.0).map(|_| ())
    };
    use Loss::{BinaryCrossEntropy, SoftmaxCrossEntropy};
    assert_eq!(refused(SoftmaxCrossEntropy, &[0.25, 0.75, 1.0, 0.0]), Ok(()));
    assert_eq!(refused(SoftmaxCrossEntropy, &[0.25, 0.7495, 1.0, 0.0]), Ok(()), "half precision");
    let error = refused(SoftmaxCrossEntropy, &[0.25, 0.75, 0.5, 0.25]).unwrap_err();
    assert_eq!(error, ArgError::new("targets", Reason::RowSum { row: 1, sum: 0.75 }));
    assert_eq!(error.to_string(), "`targets` has row 1 with sum 0.75, must be 1 within 0.001");
    for loss in [SoftmaxCrossEntropy, BinaryCrossEntropy] {
        let error = refused(loss, &[0.25, 0.75, -0.5, 1.5]).unwrap_err();
        assert_eq!(error.to_string(), "`targets` is -0.5 at index 2, must be in [0, 1]");
    }
    assert_eq!(refused(BinaryCrossEntropy, &[0.25, 0.25, 1.0, 1.0]), Ok(()), "outputs of their own");
    Ok(())
}

/// The most probable class counts, as a label would.
#[test]
fn accuracy_of_probabilities() -> Outcome {
    let net = Mlp::new(&[1, 3])?;
    let x = [1.0f32, -1.0, 0.0, 0.0];
    let rows = [0.8, 0.1, 0.1, 0.1, 0.1, 0.8, 0.4, 0.3, 0.3, 0.0, 1.0, 0.0];
    let of = |loss, targets| MlpObjective::new(net, loss, Dataset::new(&x, 1, targets)?, 0.0);
    // Logits (x, 0, −x): classes 0, 2, and a tie that goes to class 0.
    let params = [1.0, 0.0, -1.0, 0.0, 0.0, 0.0];
    let mut scratch = vec![f32::NAN; net.scratch_len(128)];
    let soft = of(Loss::SoftmaxCrossEntropy, Targets::Values(&rows))?;
    assert_eq!(soft.accuracy(&params, &mut scratch), 0.75);
    let values = of(Loss::MeanSquaredError, Targets::Values(&rows))?;
    assert_eq!(soft.misses(&params, &mut scratch), Some(1));
    assert!(values.accuracy(&params, &mut scratch).is_nan(), "no classes");
    assert_eq!(values.misses(&params, &mut scratch), None);
    let labels = of(Loss::SoftmaxCrossEntropy, Targets::Labels(&[0, 2, 0, 1]))?;
    assert_eq!(labels.accuracy(&[f32::NAN; 6], &mut scratch), 0.0, "NaN names no class");
    let single = Mlp::new(&[1, 1])?;
    let data = Dataset::new(&x, 1, Targets::Values(&[0.9, 0.2, 0.6, 0.4]))?;
    let f = MlpObjective::new(single, Loss::BinaryCrossEntropy, data, 0.0)?;
    assert_eq!(f.accuracy(&[1.0, 0.0], &mut scratch), 0.75, "above a half");
    Ok(())
}
