//! The noise of minibatches: exact formulas, and what its rank is said to be.

use losscape::base::random::{fill_normal, identity, normal, shuffle, stream};
use losscape::curvature::{EigenLayout, eigenvalues};
use losscape::diffusion::{
    BatchNoise, CovarianceStep, GradientCovariance, GradientCovarianceLayout, Matrix, shuffled_variance,
    trace_quantile,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::{Objective, SampledObjective};

/// All batches of b of N, and the covariance of their mean gradient.
fn enumerated(grads: &[[f64; 2]], b: u32) -> Matrix<f64, 2> {
    let n = grads.len();
    let (mut count, mut mean, mut second) = (0.0, [0.0; 2], [[0.0; 2]; 2]);
    for mask in 0u32..1 << n {
        if mask.count_ones() != b {
            continue;
        }
        let mut g = [0.0; 2];
        for (k, grad) in grads.iter().enumerate() {
            if mask >> k & 1 == 1 {
                g = [g[0] + grad[0] / f64::from(b), g[1] + grad[1] / f64::from(b)];
            }
        }
        count += 1.0;
        for i in 0..2 {
            mean[i] += g[i];
            for j in 0..2 {
                second[i][j] += g[i] * g[j];
            }
        }
    }
    let mut covariance = second;
    for i in 0..2 {
        for j in 0..2 {
            covariance[i][j] = second[i][j] / count - mean[i] * mean[j] / count / count;
        }
    }
    covariance
}

#[test]
fn batches_without_replacement_by_enumeration() {
    let mut numbers = [0.0; 12];
    fill_normal(&mut stream(4, 0), &mut numbers);
    let grads: Vec<[f64; 2]> = numbers.as_chunks().0.to_vec();
    let d = enumerated(&grads, 1);
    for b in 1..=6 {
        let factor: f64 = BatchNoise::WithoutReplacement.factor(b, 6).unwrap();
        let found = enumerated(&grads, b);
        // The published appendix, with 1 − 1/(N − 1) before g gᵀ, is no covariance of these.
        for i in 0..2 {
            for j in 0..2 {
                assert!((found[i][j] - factor * d[i][j]).abs() < 1e-14, "{b}: {found:?}");
            }
        }
    }
    let g = grads.iter().fold([0.0; 2], |g, x| [g[0] + x[0] / 6.0, g[1] + x[1] / 6.0]);
    let squares = grads.iter().fold(0.0, |sum, x| sum + x[0] * x[0]);
    let (b, n) = (3.0, 6.0);
    let formula = |c: f64| (1.0 - b / n) / b * (squares / (n - 1.0) - c * g[0] * g[0]);
    let exact = enumerated(&grads, 3)[0][0];
    assert!((formula(n / (n - 1.0)) - exact).abs() < 1e-14, "the coefficient is N/(N − 1)");
    assert!((formula(1.0 - 1.0 / (n - 1.0)) - exact).abs() > 1e-4, "the published one is wrong");
    assert_eq!(BatchNoise::WithoutReplacement.factor::<f64>(7, 6).unwrap_err().arg, "batch_size");
    assert_eq!(BatchNoise::WithReplacement.factor::<f64>(0, 6).unwrap_err().arg, "batch_size");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn shuffled_epochs_leave_less_noise() {
    for (samples, step, ratio) in [
        (10u32, 0.1, 0.091_585_5),
        (10, 0.5, 0.778_428),
        (100, 0.1, 0.818_192),
        (100, 0.01, 0.077_224_8),
        (100, 0.001, 8.416_67e-4),
    ] {
        let exact: f64 = shuffled_variance(samples, step).unwrap();
        assert!((exact / (step / (2.0 - step)) / ratio - 1.0).abs() < 1e-5, "{samples} {step}: {exact}");
    }
    // And by running it.
    let (samples, step) = (10, 0.5);
    let centres: Vec<f64> = (0..10).map(|k| f64::from(k) - 4.5).collect();
    let mut order = [0; 10];
    identity(&mut order);
    let mut rng = stream(6, 0);
    let (mut x, mut sum, epochs) = (0.0, 0.0, 200_000);
    for epoch in 0..epochs + 100 {
        shuffle(&mut rng, &mut order);
        for k in order {
            x -= step * (x - centres[k as usize]);
        }
        if epoch >= 100 {
            sum += x * x;
        }
    }
    let found = sum / f64::from(epochs) / 8.25;
    let exact: f64 = shuffled_variance(samples, step).unwrap();
    assert!((found / exact - 1.0).abs() < 0.02, "{found} {exact}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn rank_of_the_gradient_noise_is_an_artefact_of_its_threshold() {
    // 10-32-4: 484 parameters, 400 samples of eight clusters in four classes.
    const SAMPLES: usize = 400;
    let (mut inputs, mut labels) = (vec![0.0; 10 * SAMPLES], vec![0; SAMPLES]);
    let mut rng = stream(8, 0);
    let centres: Vec<f64> = (0..80).map(|_| 1.6 * normal::<f64, _>(&mut rng)).collect();
    for (k, (x, label)) in inputs.chunks_exact_mut(10).zip(&mut labels).enumerate() {
        fill_normal(&mut rng, x);
        for (x, c) in x.iter_mut().zip(&centres[k % 8 * 10..]) {
            *x += c;
        }
        *label = u8::try_from(k % 4).unwrap();
    }
    let net = Mlp::new(&[10, 32, 4]).unwrap();
    let data = Dataset::new(&inputs, 10, Targets::Labels(&labels)).unwrap();
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0).unwrap();
    let mut params = vec![0.0; f.dim()];
    net.init(Init::GlorotUniform, &mut params, &mut rng);
    let layout = GradientCovarianceLayout::new(SAMPLES, f.dim(), f.batch_scratch_len(1));
    let mut covariance = GradientCovariance::new(&f, vec![f64::NAN; layout.len()]).unwrap();
    loop {
        match covariance.step(&f, &params) {
            CovarianceStep::Done => break,
            CovarianceStep::NotFinite { sample } => panic!("{sample}"),
            _ => {}
        }
    }
    // The mean gradient is the full gradient.
    let (mut grad, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    f.value_grad(&params, &mut grad, &mut scratch);
    for (a, b) in covariance.mean().unwrap().iter().zip(&grad) {
        assert!((a - b).abs() < 1e-13);
    }
    let (trace, ratio) = (covariance.trace(), covariance.participation_ratio());
    let mut values = vec![0.0; SAMPLES];
    let mut workspace = vec![0.0; EigenLayout::new(SAMPLES).len()];
    eigenvalues(covariance.gram().unwrap(), &mut values, &mut workspace).unwrap();
    let sum = values.iter().fold(0.0, |sum, x| sum + x);
    let squares = values.iter().fold(0.0, |sum, x| sum + x * x);
    assert!((sum / trace - 1.0).abs() < 1e-12 && (sum * sum / squares / ratio - 1.0).abs() < 1e-12);
    // The published threshold λmax · d · ε, with three different ε.
    let rank = |threshold: f64| values.iter().filter(|x| **x > threshold * values[SAMPLES - 1]).count();
    let ranks = [484.0 * f64::EPSILON, 484.0 * f64::from(f32::EPSILON), 2.4e-3].map(rank);
    assert_eq!(ranks, [SAMPLES - 1, 313, 115], "all that N samples allow, fewer, fewer still");
    // Far from isotropic: a few directions hold most.
    let (ninety, ninety_nine) = (trace_quantile(&values, 0.9), trace_quantile(&values, 0.99));
    assert_eq!([ninety, ninety_nine], [37, 154]);
    assert!((14.0..16.0).contains(&ratio), "{ratio}");
}
