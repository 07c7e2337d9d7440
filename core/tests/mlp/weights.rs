//! Weighted losses: what weights mean, at any scale, and what is refused.

use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::distance;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective, Weights};
use losscape::objective::{OnBatch, check_grad, check_hess_vec, check_workspace_len};
use losscape::{ArgError, Curvature, Objective, Real, Reason, SampledObjective};

use crate::Outcome;

const LOSSES: [Loss; 4] =
    [Loss::MeanSquaredError, Loss::MeanAbsoluteError, Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy];

const LABELS: [u8; 5] = [0, 2, 1, 2, 0];

fn network() -> Mlp {
    Mlp::new(&[2, 4, 3]).expect("widths").with_hidden(Activation::Tanh)
}

fn normal<R: Real>(k: u32, n: usize) -> Vec<R> {
    let mut x = vec![R::ZERO; n];
    fill_normal(&mut stream(k.into(), 0), &mut x);
    x
}

/// Value, gradient and product with the Hessian.
fn all<R: Real>(f: &(impl SampledObjective<R> + Curvature<R>), params: &[R], v: &[R]) -> (R, Vec<R>, Vec<R>) {
    let n = f.dim();
    let (mut grad, mut product) = (vec![R::ZERO; n], vec![R::ZERO; n]);
    let mut scratch = vec![R::NAN; f.scratch_len().max(f.hess_vec_scratch_len())];
    let value = f.value_grad(params, &mut grad, &mut scratch);
    assert_eq!(f.value(params, &mut scratch), value, "a value has the bits it has with a gradient");
    f.hess_vec(params, v, &mut product, &mut scratch);
    (value, grad, product)
}

/// A class of weight k is a class of which each sample is there k times.
#[test]
fn whole_weights_repeat_samples() -> Outcome {
    let (net, x) = (network(), normal::<f64>(1, 10));
    let (params, v) = (normal(2, net.param_len()), normal(3, net.param_len()));
    let times = [3, 1, 2];
    let (mut rows, mut labels) = (Vec::new(), Vec::new());
    for (x, label) in x.chunks_exact(2).zip(LABELS) {
        for _ in 0..times[usize::from(label)] {
            rows.extend_from_slice(x);
            labels.push(label);
        }
    }
    let per_sample = LABELS.map(|label| f64::from(times[usize::from(label)]));
    for loss in LOSSES {
        let data = Dataset::new(&x, 2, Targets::Labels(&LABELS))?;
        let repeated = MlpObjective::new(net, loss, Dataset::new(&rows, 2, Targets::Labels(&labels))?, 0.1)?;
        let (value, grad, product) = all(&repeated, &params, &v);
        for weights in [Weights::PerClass(&[3.0, 1.0, 2.0]), Weights::PerSample(&per_sample)] {
            let f = MlpObjective::new(net, loss, data, 0.1)?.with_weights(weights)?;
            let (weighted, weighted_grad, weighted_product) = all(&f, &params, &v);
            assert!((weighted - value).abs() < 1e-14 * value, "{loss:?}: {weighted} against {value}");
            assert!(distance(&weighted_grad, &grad) < 1e-14, "{loss:?}: {weighted_grad:?} against {grad:?}");
            assert!(
                distance(&weighted_product, &product) < 1e-13,
                "{loss:?}: {weighted_product:?} {product:?}"
            );
        }
    }
    Ok(())
}

/// ½ Σ w (a x + b − y)² / Σ w with x = (1, 2, 4), y = (0, 1, 0), w = (1, 2, 5) at a = 1, b = −1: errors 0, 0, 3.
#[test]
fn a_line_through_weighted_points() -> Outcome {
    let data = Dataset::new(&[1.0f32, 2.0, 4.0], 1, Targets::Values(&[0.0, 1.0, 0.0]))?;
    let f = MlpObjective::new(Mlp::new(&[1, 1])?, Loss::MeanSquaredError, data, 0.0)?;
    let f = f.with_weights(Weights::PerSample(&[1.0, 2.0, 5.0]))?;
    let (value, grad, product) = all(&f, &[1.0, -1.0], &[1.0, 0.0]);
    assert_eq!((value, grad), (0.5 * 5.0 * 9.0 / 8.0, vec![5.0 * 12.0 / 8.0, 5.0 * 3.0 / 8.0]));
    assert_eq!(product, [(1.0 + 8.0 + 80.0) / 8.0, (1.0 + 4.0 + 20.0) / 8.0]);
    // Samples 0 and 2 alone, ½ (0 + 3 · 5/8 · 4.5), where samples weigh 8/3 on average; the loss of one, without weights.
    let (mut grad, mut scratch) = ([0.0; 2], [f32::NAN; 900]);
    assert!((f.batch_value_grad(&[1.0, -1.0], &[0, 2], &mut grad, &mut scratch) - 4.21875).abs() < 1e-6);
    assert_eq!(f.sample_value_grad(&[1.0, -1.0], 2, &mut grad, &mut scratch), 4.5);
    assert_eq!(grad, [12.0, 3.0]);
    Ok(())
}

#[test]
fn derivatives_belong_to_the_weighted_value() -> Outcome {
    let (net, x) = (network(), normal::<f64>(4, 10));
    let (params, v) = (normal(5, net.param_len()), normal(6, net.param_len()));
    let probabilities = [0.2, 0.3, 0.5, 0.0, 1.0, 0.0, 0.25, 0.25, 0.5, 1.0, 0.0, 0.0, 0.1, 0.1, 0.8];
    for loss in LOSSES {
        for targets in [Targets::Labels(&LABELS), Targets::Values(&probabilities)] {
            let f = MlpObjective::new(net, loss, Dataset::new(&x, 2, targets)?, 0.05)?;
            let f = f.with_weights(Weights::PerSample(&[0.5, 0.0, 7.0, 1e-3, 2.0]))?;
            let scratch = f.scratch_len().max(f.hess_vec_scratch_len());
            let mut workspace = vec![0.0; check_workspace_len(f.dim(), scratch)];
            let check = check_grad(&f, &params, &mut workspace)?;
            assert!(check.error < 1e-8, "{loss:?}: {check:?}");
            let check = check_hess_vec(&f, &params, &v, &mut workspace)?;
            assert!(check.error < 1e-8, "{loss:?}: {check:?}");
            let batch = OnBatch::new(&f, &[4, 2, 2, 1]);
            let mut workspace = vec![0.0; check_workspace_len(f.dim(), batch.scratch_len())];
            let check = check_grad(&batch, &params, &mut workspace)?;
            assert!(check.error < 1e-8, "{loss:?}, batch: {check:?}");
        }
    }
    Ok(())
}

/// Only ratios count, bit for bit for powers of two; neither does the tile.
#[test]
fn neither_unit_nor_tile_matters() -> Outcome {
    let (net, x) = (network(), normal::<f32>(7, 600));
    let (params, v) = (normal(8, net.param_len()), normal(9, net.param_len()));
    let labels: Vec<u8> = (0..300).map(|k| (k % 3) as u8).collect();
    let weights: Vec<f32> = (0..300).map(|k| 1.0 + k as f32).collect();
    for loss in LOSSES {
        let f = MlpObjective::new(net, loss, Dataset::new(&x, 2, Targets::Labels(&labels))?, 0.1)?;
        let want = all(&f.with_weights(Weights::PerSample(&weights))?, &params, &v);
        for (power, tile) in [(-100, 1), (0, 7), (100, 32)] {
            let scaled: Vec<f32> = weights.iter().map(|w| w * 2f32.powi(power)).collect();
            let f = f.with_tile(tile)?.with_weights(Weights::PerSample(&scaled))?;
            assert_eq!(all(&f, &params, &v), want, "{loss:?} in units of 2^{power}, tiles of {tile}");
        }
        let equal = all(&f.with_weights(Weights::PerClass(&[0.25; 3]))?, &params, &v);
        assert_eq!(equal, all(&f, &params, &v), "equal weights are none");
    }
    Ok(())
}

/// What has weight 0 is left out, whatever it costs; of such samples alone, nothing is left but L2.
#[test]
fn samples_without_weight() -> Outcome {
    let data = Dataset::new(&[1.0f32, 1e30], 1, Targets::Values(&[0.0, 0.0]))?;
    let f = MlpObjective::new(Mlp::new(&[1, 1])?, Loss::MeanSquaredError, data, 2.0)?;
    let (params, mut grad, mut scratch) = ([3.0, 0.0], [0.0; 2], [f32::NAN; 900]);
    assert_eq!(f.value(&params, &mut scratch), f32::INFINITY);
    let f = f.with_weights(Weights::PerSample(&[1.0, 0.0]))?;
    assert_eq!((f.value_grad(&params, &mut grad, &mut scratch), grad), (4.5 + 9.0, [9.0, 3.0]));
    assert_eq!((f.batch_value_grad(&params, &[1], &mut grad, &mut scratch), grad), (9.0, [6.0, 0.0]));
    assert!(!f.batch_value_grad(&params, &[], &mut grad, &mut scratch).is_finite(), "no sample has no mean");
    Ok(())
}

#[test]
fn what_is_no_weight_is_refused() -> Outcome {
    let (net, x) = (network(), normal::<f32>(10, 10));
    let data = Dataset::new(&x, 2, Targets::Labels(&LABELS))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    let refused = |weights| f.with_weights(weights).expect_err("refused");
    let error = |reason| ArgError::new("weights", reason);
    let range = "finite and at least 0";
    let rows = [-1.0, f32::NAN, f32::INFINITY].map(|bad| [1.0, bad, 1.0]);
    for row @ [_, bad, _] in &rows {
        let found = refused(Weights::PerClass(row));
        let Reason::Element { index: 1, value, range: words } = found.reason else { panic!("{found}") };
        assert!(words == range && found.arg == "weights" && (value == f64::from(*bad) || bad.is_nan()));
    }
    for (weights, expected, found) in [
        (Weights::PerClass(&[1.0; 2][..]), 3, 2),
        (Weights::PerClass(&[]), 3, 0),
        (Weights::PerSample(&[1.0; 6]), 5, 6),
    ] {
        assert_eq!(refused(weights), error(Reason::Length { expected, found }));
    }
    let nothing = Reason::OutOfRange { value: 0.0, range: "above 0 for at least one sample" };
    assert_eq!(refused(Weights::PerSample(&[0.0; 5])), error(nothing));
    // Class 1 is there, classes 0 and 2 too: without the only one that counts, none is left.
    let one = Dataset::new(&x[..2], 2, Targets::Labels(&[1]))?;
    let alone = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, one, 0.0)?;
    assert_eq!(alone.with_weights(Weights::PerClass(&[1.0, 0.0, 1.0])).expect_err("refused"), error(nothing));

    let values = Dataset::new(&x, 2, Targets::Values(&[0.5; 15]))?;
    let g = MlpObjective::new(net, Loss::MeanSquaredError, values, 0.0)?;
    let found = g.with_weights(Weights::PerClass(&[1.0; 3])).expect_err("values have no classes");
    assert_eq!(found, error(Reason::Length { expected: 0, found: 3 }));

    let weighted = f.with_weights(Weights::PerClass(&[1.0, 2.0, 3.0]))?;
    assert_ne!(weighted.identity(), f.identity());
    assert_ne!(weighted.identity(), f.with_weights(Weights::PerClass(&[1.0, 2.0, 4.0]))?.identity());
    Ok(())
}

/// The unit of the weights is that of samples there are, not of a class that is absent.
#[test]
fn a_class_that_is_absent_does_not_count() -> Outcome {
    let data = Dataset::new(&[1.0f32, -2.0], 1, Targets::Labels(&[1, 1]))?;
    let f = MlpObjective::new(Mlp::new(&[1, 1])?, Loss::MeanSquaredError, data, 0.0)?;
    let (params, mut scratch) = ([0.5, 0.25], [f32::NAN; 900]);
    let want = f.value(&params, &mut scratch);
    for rare in [1e30, 1.0, 1e-30] {
        let weights = [1e30, rare];
        let weighted = f.with_weights(Weights::PerClass(&weights))?;
        assert_eq!(weighted.value(&params, &mut scratch), want, "{rare}");
    }
    Ok(())
}
