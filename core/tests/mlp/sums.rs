//! Sums over samples: right at any count, the same bits for any tile, and what memory they need.

use losscape::base::fingerprint::Fingerprint;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{BLOCK, Loss, Mlp, MlpObjective};
use losscape::{ArgError, Curvature, Objective, Real, SampledObjective};

use crate::{LOSSES, Outcome, wave};

/// Value, gradient and product along the first parameter of a line through zero, fitted to `samples` equal points.
fn equal_points(samples: usize, target: f32) -> Result<[f32; 5], ArgError> {
    let (inputs, targets) = (vec![1.0; samples], vec![target; samples]);
    let data = Dataset::new(&inputs, 1, Targets::Values(&targets))?;
    let f = MlpObjective::new(Mlp::new(&[1, 1])?, Loss::MeanSquaredError, data, 0.0)?;
    let mut scratch = vec![f32::NAN; f.hess_vec_scratch_len()];
    let (mut grad, mut product) = ([f32::NAN; 2], [f32::NAN; 2]);
    let value = f.value_grad(&[0.0; 2], &mut grad, &mut scratch);
    f.hess_vec(&[0.0; 2], &[1.0, 0.0], &mut product, &mut scratch);
    Ok([value, grad[0], grad[1], product[0], product[1]])
}

fn check_equal_points(samples: usize, target: f32) -> Outcome {
    let c = f64::from(target);
    let found = equal_points(samples, target)?;
    for (found, want) in found.into_iter().zip([0.5 * c * c, -c, -c, 1.0, 1.0]) {
        let error = (f64::from(found) / want - 1.0).abs();
        assert!(error < 1e-5, "{samples} of {target}: {found} against {want}, {error:e}");
    }
    Ok(())
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_million_equal_points() -> Outcome {
    for target in [1.0, 0.1, 1.0 / 255.0] {
        check_equal_points(1_000_000, target)?;
    }
    Ok(())
}

#[test]
#[ignore = "200 MB and some seconds"]
fn exhaustive_twenty_million_equal_points() -> Outcome {
    for target in [1.0, 0.1, 1.0 / 255.0] {
        check_equal_points(20_000_000, target)?;
    }
    Ok(())
}

/// Repeats of this many samples have the mean of one of them.
const PATTERN: usize = 1000;

/// Every loss over `samples` repeats of a pattern in `f32`, against the pattern in `f64`.
fn check_losses(samples: usize) -> Outcome {
    let net = Mlp::new(&[2, 3, 2])?;
    let pattern = PATTERN.min(samples);
    let inputs: Vec<f32> = wave(2 * pattern, 1.0, 1.1).into_iter().map(|x| x as f32).collect();
    let labels: Vec<u8> = (0..pattern).map(|k| u8::from(k % 3 == 0)).collect();
    let params: Vec<f32> = wave(net.param_len(), 0.9, 0.2).into_iter().map(|x| x as f32).collect();
    let wide = |x: &[f32]| -> Vec<f64> { x.iter().copied().map(f64::from).collect() };
    let repeated: Vec<f32> = inputs.iter().copied().cycle().take(2 * samples).collect();
    let repeated_labels: Vec<u8> = labels.iter().copied().cycle().take(samples).collect();
    for loss in LOSSES {
        let found = evaluate(net, loss, &repeated, &repeated_labels, &params)?;
        let want = evaluate(net, loss, &wide(&inputs), &labels, &wide(&params))?;
        for (what, (found, want)) in ["value", "gradient", "product"].into_iter().zip(found.iter().zip(&want))
        {
            let size = want.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            for (found, want) in found.iter().zip(want) {
                let error = (f64::from(*found) - want).abs();
                assert!(error <= 1e-5 * size, "{loss:?}, {what} over {samples}: {found} against {want}");
            }
        }
    }
    Ok(())
}

/// Value, gradient and a product.
fn evaluate<R: Real>(
    net: Mlp,
    loss: Loss,
    inputs: &[R],
    labels: &[u8],
    params: &[R],
) -> Result<[Vec<R>; 3], ArgError> {
    let f = MlpObjective::new(net, loss, Dataset::new(inputs, 2, Targets::Labels(labels))?, R::ZERO)?;
    let nan = R::from_f64(f64::NAN);
    let mut scratch = vec![nan; f.hess_vec_scratch_len()];
    let (mut grad, mut product) = (vec![nan; f.dim()], vec![nan; f.dim()]);
    let value = f.value_grad(params, &mut grad, &mut scratch);
    f.hess_vec(params, params, &mut product, &mut scratch);
    Ok([vec![value], grad, product])
}

#[test]
fn every_loss_over_few_and_many_samples() -> Outcome {
    check_losses(1)?;
    check_losses(PATTERN)
}

#[test]
#[ignore = "a quarter of a gigabyte and a minute"]
fn exhaustive_every_loss_over_twenty_million_samples() -> Outcome {
    check_losses(20_000 * PATTERN)
}

#[test]
fn the_tile_is_not_in_the_bits() -> Outcome {
    let net = Mlp::new(&[2, 3, 2])?;
    let inputs: Vec<f32> = wave(2 * 300, 1.0, 1.1).into_iter().map(|x| x as f32).collect();
    let labels: Vec<u8> = (0..300).map(|k| u8::from(k % 3 == 0)).collect();
    let batch: Vec<u32> = (0..300).map(|k| k * 7 % 300).collect();
    let params: Vec<f32> = wave(net.param_len(), 0.9, 0.2).into_iter().map(|x| x as f32).collect();
    for samples in [1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300] {
        let data = Dataset::new(&inputs[..2 * samples], 2, Targets::Labels(&labels[..samples]))?;
        let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.01)?;
        let batch: Vec<u32> = batch.iter().map(|k| k % samples as u32).take(samples | 1).collect();
        let digest = |tile| -> Result<u64, ArgError> {
            let f = f.with_tile(tile)?;
            let needed = f.hess_vec_scratch_len().max(f.batch_scratch_len(batch.len()));
            let (mut out, mut scratch) = (vec![f32::NAN; f.dim()], vec![f32::NAN; needed]);
            let mut print = Fingerprint::new();
            print.real(f.value_grad(&params, &mut out, &mut scratch));
            print.reals(&out);
            print.real(f.batch_value_grad(&params, &batch, &mut out, &mut scratch));
            print.reals(&out);
            f.hess_vec(&params, &params, &mut out, &mut scratch);
            print.reals(&out);
            print.real(f.value(&params, &mut scratch));
            print.real(f.accuracy(&params, &mut scratch));
            Ok(print.finish())
        };
        let want = digest(1)?;
        // All tiles where blocks end early and late, some for the other counts.
        let step = if samples % 150 == 0 || samples == 129 { 1 } else { 21 };
        for tile in (2..=300).step_by(step) {
            assert_eq!(digest(tile)?, want, "{samples} samples, tile {tile}");
        }
    }
    Ok(())
}

/// A batch in the order of the samples has the bits of all of them, across blocks too.
#[test]
fn a_batch_of_three_hundred_is_the_whole() -> Outcome {
    let net = Mlp::new(&[1, 2, 1])?;
    let (inputs, targets) = (wave(300, 1.0, 1.1), wave(300, 1.0, 0.4));
    let data = Dataset::new(&inputs, 1, Targets::Values(&targets))?;
    let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.1)?;
    let params = wave(f.dim(), 0.9, 0.2);
    let all: Vec<u32> = (0..300).collect();
    let mut scratch = vec![f64::NAN; f.scratch_len()];
    let (mut whole, mut batch) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
    let value = f.value_grad(&params, &mut whole, &mut scratch);
    assert_eq!(f.batch_value_grad(&params, &all, &mut batch, &mut scratch), value);
    assert_eq!(batch, whole);
    Ok(())
}

/// A place for one gradient more, and only for who sums more than a block.
#[test]
fn minibatches_need_no_memory_for_blocks() -> Outcome {
    let net = Mlp::new(&[1, 4, 1])?;
    let (inputs, targets) = (wave(BLOCK + 1, 1.0, 1.1), wave(BLOCK + 1, 1.0, 0.4));
    let of = |samples| {
        let data = Dataset::new(&inputs[..samples], 1, Targets::Values(&targets[..samples]))?;
        MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)?.with_tile(4)
    };
    let (few, many) = (of(BLOCK)?, of(BLOCK + 1)?);
    let plain = net.scratch_len(4);
    assert_eq!((few.scratch_len(), many.scratch_len()), (plain, plain + net.param_len()));
    for f in [few, many] {
        assert_eq!(f.batch_scratch_len(BLOCK), plain);
        assert_eq!(f.batch_scratch_len(BLOCK + 1), plain + net.param_len());
    }
    // Values and shares of all samples have nothing to place.
    let (params, mut scratch) = (wave(net.param_len(), 0.9, 0.2), vec![f64::NAN; many.scratch_len()]);
    let value = many.value(&params, &mut scratch);
    assert_eq!(many.value(&params, &mut scratch[..plain]), value);
    assert!(value.is_finite());
    // A gradient has.
    let mut grad = vec![0.0; net.param_len()];
    assert_eq!(many.value_grad(&params, &mut grad, &mut scratch), value);
    assert_eq!(many.value_grad(&params, &mut grad, &mut scratch[..plain]), f64::INFINITY);
    assert!(grad.iter().all(|g| g.is_nan()), "{grad:?}");
    Ok(())
}
