//! Minibatches of a weighted loss: parts of one mean, and without bias.

use losscape::base::random::{fill_indices, fill_normal, stream};
use losscape::diffusion::{
    BATCH_PIECE, BatchDescent, CovarianceStep, Ensemble, EnsembleLayout, EnsembleStep, GradientCovariance,
    GradientCovarianceLayout,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective, Weighted, Weights};
use losscape::{ArgError, Objective, SampledObjective};

use crate::Outcome;

const N: u32 = 6;
const X: [f64; 12] = [0.3, -1.0, 2.0, 0.5, -0.7, 1.1, 0.9, -0.2, -1.5, 0.4, 0.1, 0.8];
const LABELS: [u8; 6] = [0, 0, 0, 1, 0, 0];
/// The rare class counts most; one sample is left out.
const BY_SAMPLE: [f64; 6] = [1.0, 0.5, 0.0, 40.0, 3.0, 1e-3];
const NET: Mlp = Mlp::from_widths(&[2, 3, 2]);

type F = MlpObjective<'static, f64, Weighted<'static, f64>>;

fn objectives() -> Result<[F; 2], ArgError> {
    static INPUTS: [f64; 12] = X;
    static TARGETS: [u8; 6] = LABELS;
    let data = Dataset::new(&INPUTS, 2, Targets::Labels(&TARGETS))?;
    let f = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.1)?;
    Ok([f.with_weights(Weights::PerSample(&BY_SAMPLE))?, f.with_weights(Weights::PerClass(&[1.0, 20.0]))?])
}

fn params() -> [f64; NET.param_len()] {
    let mut params = [0.0; NET.param_len()];
    fill_normal(&mut stream(3, 0), &mut params);
    params
}

/// Value and gradient.
fn of_batch(f: &F, batch: Option<&[u32]>) -> (f64, Vec<f64>) {
    let (params, mut grad) = (params(), vec![f64::NAN; NET.param_len()]);
    let mut scratch = vec![f64::NAN; f.scratch_len().max(f.batch_scratch_len(batch.map_or(0, <[u32]>::len)))];
    let value = match batch {
        None => f.value_grad(&params, &mut grad, &mut scratch),
        Some(batch) => f.batch_value_grad(&params, batch, &mut grad, &mut scratch),
    };
    (value, grad)
}

fn assert_near((value, grad): &(f64, Vec<f64>), (want, want_grad): &(f64, Vec<f64>), what: &str) {
    assert!((value - want).abs() < 1e-13 * want.abs(), "{what}: {value} against {want}");
    for (g, want) in grad.iter().zip(want_grad) {
        assert!((g - want).abs() < 1e-13, "{what}: {grad:?} against {want_grad:?}");
    }
}

fn mean(all: &[(f64, Vec<f64>)]) -> (f64, Vec<f64>) {
    let n = all.len() as f64;
    let grad = |i: usize| all.iter().map(|(_, grad)| grad[i]).sum::<f64>() / n;
    (all.iter().map(|(value, _)| value).sum::<f64>() / n, (0..NET.param_len()).map(grad).collect())
}

/// Over all batches of one, of two without and of two with repeats, the mean is the whole.
#[test]
fn a_batch_is_right_on_average() -> Outcome {
    for f in objectives()? {
        let whole = of_batch(&f, None);
        let pairs = |keep: fn(u32, u32) -> bool| -> Vec<_> {
            let all = (0..N).flat_map(|i| (0..N).map(move |j| [i, j]));
            all.filter(|[i, j]| keep(*i, *j)).map(|pair| of_batch(&f, Some(&pair))).collect()
        };
        let singles: Vec<_> = (0..N).map(|k| of_batch(&f, Some(&[k]))).collect();
        assert_near(&mean(&singles), &whole, "batches of one");
        assert_near(&mean(&pairs(|_, _| true)), &whole, "with repeats");
        assert_near(&mean(&pairs(|i, j| i < j)), &whole, "without repeats");
        assert_eq!(of_batch(&f, Some(&[0, 1, 2, 3, 4, 5])), whole, "all of them, bit for bit");
    }
    Ok(())
}

/// The mean of a batch is the mean of its parts' by their counts.
#[test]
fn a_batch_is_the_mean_of_its_parts() -> Outcome {
    for f in objectives()? {
        let (left, right) = (of_batch(&f, Some(&[3, 0])), of_batch(&f, Some(&[1, 4, 4])));
        let parts = [left.clone(), left, right.clone(), right.clone(), right];
        assert_near(&mean(&parts), &of_batch(&f, Some(&[3, 0, 1, 4, 4])), "two and three");
    }
    Ok(())
}

/// Equal weights are none, in a batch of any size.
#[test]
fn equal_weights_are_no_weights_in_batches() -> Outcome {
    let x: Vec<f32> = (0..98).map(|k| (k % 7) as f32 - 3.0).collect();
    let labels: Vec<u8> = (0..49).map(|k| k % 2).collect();
    let f = MlpObjective::new(
        NET,
        Loss::SoftmaxCrossEntropy,
        Dataset::new(&x, 2, Targets::Labels(&labels))?,
        0.1,
    )?;
    let weighted = f.with_weights(Weights::PerClass(&[0.5, 0.5]))?;
    let params = params().map(|p| p as f32);
    for size in [1, 3, 7, 48, 49, 50] {
        let batch: Vec<u32> = (0..size).map(|k| k * 5 % 49).collect();
        let (mut grad, mut want) = ([0.0; NET.param_len()], [0.0; NET.param_len()]);
        let mut scratch = vec![f32::NAN; f.scratch_len()];
        let value = weighted.batch_value_grad(&params, &batch, &mut grad, &mut scratch);
        assert_eq!(value, f.batch_value_grad(&params, &batch, &mut want, &mut scratch), "{size}");
        assert_eq!(grad, want, "{size}");
    }
    Ok(())
}

/// A walker that evaluates its batch in pieces makes the step of the whole batch.
#[test]
fn pieces_of_a_walkers_batch_make_the_whole() -> Outcome {
    let (rate, size) = (0.25, 2 * BATCH_PIECE + 5);
    for f in objectives()? {
        let walk = BatchDescent { learning_rate: rate, batch_size: u32::try_from(size).expect("small") };
        let workspace =
            vec![f64::NAN; EnsembleLayout::new(NET.param_len(), f.batch_scratch_len(BATCH_PIECE)).len()];
        let mut cloud = Ensemble::new(&f, walk, params(), [stream(9, 0)], workspace)?;
        while !matches!(cloud.step(&f), EnsembleStep::Round { .. }) {}

        let (mut batch, mut rng) = (vec![0; size], stream(9, 0));
        batch.chunks_mut(BATCH_PIECE).for_each(|piece| fill_indices(&mut rng, N, piece));
        let (_, grad) = of_batch(&f, Some(&batch));
        for ((x, start), g) in cloud.positions().iter().zip(params()).zip(grad) {
            assert!((x - (start - rate * g)).abs() < 1e-13, "{x} against {}", start - rate * g);
        }
    }
    Ok(())
}

/// The gradients whose covariance is the noise of batches have the gradient as their mean.
#[test]
fn the_mean_of_single_gradients_is_the_gradient() -> Outcome {
    for f in objectives()? {
        let len = GradientCovarianceLayout::new(N as usize, NET.param_len(), f.batch_scratch_len(1)).len();
        let mut covariance = GradientCovariance::new(&f, vec![f64::NAN; len])?;
        while covariance.step(&f, &params()) != CovarianceStep::Done {}
        let (value, want) = of_batch(&f, None);
        let found = covariance.mean().expect("memory").to_vec();
        assert_near(&(value, found), &(value, want), "the mean");

        // tr D = (1/N) Σ |gₖ − ḡ|², which is what batches of one scatter by.
        let (_, whole) = of_batch(&f, None);
        let scatter = |k| {
            let (_, grad) = of_batch(&f, Some(&[k]));
            grad.iter().zip(&whole).map(|(g, mean)| (g - mean) * (g - mean)).sum::<f64>()
        };
        let want = (0..N).map(scatter).sum::<f64>() / f64::from(N);
        assert!((covariance.trace() - want).abs() < 1e-13 * want, "{} against {want}", covariance.trace());
    }
    Ok(())
}
