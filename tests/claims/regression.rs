//! Linear regression with real batches: noise as strong as the curvature (Jastrzębski et al. 2017), and what is exact.

use losscape::SampledObjective;
use losscape::diffusion::{BatchDescent, gradient_variances};
use losscape::models::LeastSquares;

use crate::clouds::{cloud, variance};

const CURVATURES: [f64; 2] = [1.0, 5.0];
/// σ², the variance of the residuals.
const RESIDUAL: f64 = 20.0;
/// Samples that speak of one weight.
const EACH: u32 = 32;

/// Half of the samples speak of either weight; their residuals at the minimum, w = 0, are evenly spaced.
fn samples() -> (Vec<f64>, Vec<f64>) {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    let spacing = (12.0 * RESIDUAL / f64::from(EACH * EACH - 1)).sqrt();
    for (i, curvature) in CURVATURES.into_iter().enumerate() {
        for k in 0..EACH {
            let mut input = [0.0; 2];
            input[i] = (2.0 * curvature).sqrt();
            inputs.extend(input);
            targets.push(spacing * (f64::from(k) - 0.5 * f64::from(EACH - 1)));
        }
    }
    (inputs, targets)
}

/// At the minimum D is σ² times the Hessian; away from it D grows: `λ (σ² + λ w²)`.
#[test]
fn the_noise_of_a_regression_is_as_strong_as_its_curvature() {
    let (inputs, targets) = samples();
    let f = LeastSquares::new(&inputs, &targets).unwrap();
    assert_eq!(f.samples(), 64);
    for w in [0.0, 0.3, -2.0] {
        let mut d = [0.0; 2];
        gradient_variances(&f, &[w; 2], &mut d, &mut [0.0; 4]).unwrap();
        for (d, curvature) in d.into_iter().zip(CURVATURES) {
            let exact = curvature * (RESIDUAL + curvature * w * w);
            assert!((d / exact - 1.0).abs() < 1e-12, "at {w}: {d} {exact}");
        }
    }
}

/// The claim: such a cloud is equally wide in every direction, T = η σ² / (2b) in variance, to first order in η. Exactly,
/// with batches drawn with replacement, it is `η σ² / (b (2 − η λ (1 + 1/b)))`: at η λ = 0.1 and b = 1 a ninth more across than
/// to first order, at η λ = 1 and b = 1 there is no stationary state at all.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_cloud_of_a_regression_is_as_wide_across_as_along() {
    let (inputs, targets) = samples();
    let f = LeastSquares::new(&inputs, &targets).unwrap();
    for (learning_rate, batch_size, rounds) in [(0.02, 1, 400), (0.02, 8, 400), (0.1, 8, 100), (0.2, 4, 60)] {
        let positions = cloud(&f, BatchDescent { learning_rate, batch_size }, 20_000, rounds);
        let b = f64::from(batch_size);
        let mut found = [0.0; 2];
        for (axis, (found, curvature)) in found.iter_mut().zip(CURVATURES).enumerate() {
            let along: Vec<f64> = positions.iter().skip(axis).step_by(2).copied().collect();
            *found = variance(&along);
            let exact = learning_rate * RESIDUAL / (b * (2.0 - learning_rate * curvature * (1.0 + 1.0 / b)));
            // Three standard errors of 20,000 walkers.
            assert!((*found / exact - 1.0).abs() < 0.03, "λ {curvature}, b {b}: {found} {exact}");
        }
        let ratio = (found[1] / found[0]).sqrt();
        let small = learning_rate < 0.05;
        assert!(!small || (ratio - 1.0).abs() < 0.1, "as wide across as along: {ratio}");
    }
}
