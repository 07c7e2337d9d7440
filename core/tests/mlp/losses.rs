//! Cross-entropies at any logits, and rows of probabilities as targets.

use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::{check_grad, check_hess_vec, check_workspace_len};
use losscape::{ArgError, Curvature, Objective, Reason};

use crate::Outcome;

/// Loss and gradient by the outputs of one sample whose outputs are the biases of a net without a weight that counts.
fn at_logits(loss: Loss, logits: &[f32], targets: Targets<'_, f32>) -> Result<(f64, Vec<f64>), ArgError> {
    let outputs = logits.len();
    let net = Mlp::new(&[1, outputs])?;
    let f = MlpObjective::new(net, loss, Dataset::new(&[0.0], 1, targets)?, 0.0)?;
    let mut params = vec![0.0; outputs];
    params.extend_from_slice(logits);
    let (mut grad, mut scratch) = (vec![f32::NAN; params.len()], vec![f32::NAN; f.scratch_len()]);
    let value = f.value_grad(&params, &mut grad, &mut scratch);
    Ok((f64::from(value), grad[outputs..].iter().map(|g| f64::from(*g)).collect()))
}

fn close(found: f64, want: f64) {
    assert!((found - want).abs() <= 1e-6 * want.abs(), "{found:e} against {want:e}");
}

/// Softmax collapse (Prieto et al. 2025): once 1 − p is rounded to zero, training stops because the arithmetic did.
#[test]
fn what_is_classified_well_keeps_its_loss_and_gradient() -> Outcome {
    // exp(−30) and exp(−16) of mpmath: the loss is ln(1 + e), the gradient e/(1 + e).
    for (logit, e) in [(30.0, 9.357_622_968_840_175e-14), (16.0, 1.125_351_747_192_591e-7)] {
        let (loss, grad) = at_logits(Loss::SoftmaxCrossEntropy, &[logit, 0.0], Targets::Labels(&[0]))?;
        close(loss, e - e * e / 2.0);
        close(grad[0], -e / (1.0 + e));
        close(grad[1], e / (1.0 + e));
    }
    let e = 2.061_153_622_438_558e-9; // exp(−20)
    let (loss, grad) = at_logits(Loss::BinaryCrossEntropy, &[20.0], Targets::Labels(&[1]))?;
    close(loss, e);
    close(grad[0], -e / (1.0 + e));
    let (loss, grad) = at_logits(Loss::BinaryCrossEntropy, &[-20.0], Targets::Labels(&[0]))?;
    close(loss, e);
    close(grad[0], e / (1.0 + e));
    Ok(())
}

/// The curvature p (1 − p) of a well-classified sample, along its own output.
#[test]
fn what_is_classified_well_keeps_its_curvature() -> Outcome {
    let e = 9.357_622_968_840_175e-14_f64;
    for (loss, logits, label, direction) in [
        (Loss::SoftmaxCrossEntropy, &[30.0f32, 0.0][..], 0, &[0.0f32, 0.0, 1.0, 0.0][..]),
        (Loss::BinaryCrossEntropy, &[30.0][..], 1, &[0.0, 1.0][..]),
    ] {
        let (labels, inputs) = ([label], [0.0]);
        let data = Dataset::new(&inputs, 1, Targets::Labels(&labels))?;
        let f = MlpObjective::new(Mlp::new(&[1, logits.len()])?, loss, data, 0.0)?;
        let mut params = vec![0.0; logits.len()];
        params.extend_from_slice(logits);
        let mut product = vec![f32::NAN; params.len()];
        f.hess_vec(&params, direction, &mut product, &mut vec![f32::NAN; f.hess_vec_scratch_len()]);
        close(f64::from(product[logits.len()]), e);
    }
    Ok(())
}

/// Rows of probabilities: a row with one 1 is a label, the derivatives are those of the value, and the entropy is the
/// least loss there is.
#[test]
fn rows_of_probabilities_are_targets() -> Outcome {
    let (labels, one_hot) = ([2, 0], [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    let smooth = [0.1, 0.2, 0.7, 0.5, 0.25, 0.25];
    let inputs = [0.3, -1.2];
    let net = Mlp::new(&[1, 4, 3])?;
    let params: Vec<f64> = crate::wave(net.param_len(), 0.8, 0.3);
    let objective =
        |targets| MlpObjective::new(net, Loss::SoftmaxCrossEntropy, Dataset::new(&inputs, 1, targets)?, 0.0);
    let hard = objective(Targets::Labels(&labels))?;
    let soft = objective(Targets::Values(&one_hot))?;
    let scratch = vec![f64::NAN; hard.hess_vec_scratch_len()];
    let [a, b] = [&hard, &soft].map(|f| f.value(&params, &mut scratch.clone()));
    assert!((a - b).abs() < 1e-15, "{a} {b}");
    let f = objective(Targets::Values(&smooth))?;
    let len = check_workspace_len(params.len(), f.hess_vec_scratch_len());
    let mut workspace = vec![f64::NAN; len];
    assert!(check_grad(&f, &params, &mut workspace)?.error < 1e-8);
    let direction = crate::wave(params.len(), 1.0, 0.9);
    assert!(check_hess_vec(&f, &params, &direction, &mut workspace)?.error < 1e-7);

    let logits = [0.1f32, 0.2, 0.7].map(|p: f32| p.ln());
    let target = [0.1f32, 0.2, 0.7];
    let (loss, grad) = at_logits(Loss::SoftmaxCrossEntropy, &logits, Targets::Values(&target))?;
    let entropy = -(0.1f64 * 0.1f64.ln() + 0.2 * 0.2f64.ln() + 0.7 * 0.7f64.ln());
    assert!((loss - entropy).abs() < 1e-6 && grad.iter().all(|g| g.abs() < 1e-7), "{loss} {grad:?}");
    Ok(())
}

#[test]
fn rows_that_are_no_probabilities_are_refused() -> Outcome {
    let refused = |values: &[f32]| {
        at_logits(Loss::SoftmaxCrossEntropy, &[0.0, 0.0], Targets::Values(values)).expect_err("refused")
    };
    assert_eq!(
        refused(&[0.5, 0.25]).to_string(),
        "`targets` has row 0 with sum 0.75, must be 1 within 0.001"
    );
    assert_eq!(refused(&[1.5, -0.5]).to_string(), "`targets` is 1.5 at index 0, must be in [0, 1]");
    let label =
        at_logits(Loss::SoftmaxCrossEntropy, &[0.0, 0.0], Targets::Labels(&[7])).expect_err("refused");
    assert_eq!(label.reason, Reason::Label { index: 0, label: 7, classes: 2 });
    assert_eq!(label.to_string(), "`targets` has label 7 at index 0, must be below 2");
    Ok(())
}
