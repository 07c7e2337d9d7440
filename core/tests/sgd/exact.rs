//! Stationary variances without sampling: on a quadratic a run is a linear filter of its noise, so the
//! variance is the energy `σ² Σ hₖ²` of its response to one unit impulse, which the kernel computes.

use losscape::base::random::stream;
use losscape::sgd::{
    BatchOrder, FullBatch, LearningRate, Minibatches, Momentum, Replay, Sgd, SgdStep, Transform,
};

use crate::objectives::{Bowl, Centres};

/// The parameter after each of `steps` steps from 0, with gradient noise 1 in the first only.
fn impulse_response(curvature: f64, steps: usize, last: impl Transform<f64>) -> Vec<f64> {
    let mut noise = vec![0.0; steps];
    noise[0] = 1.0;
    let objective = Bowl { dim: 1, curvature };
    let (mut params, mut workspace) = ([0.0], [f64::NAN; 1]);
    let mut sgd = Sgd::new(&objective, &mut params, FullBatch, (Replay::new(&noise), last), &mut workspace)
        .expect("valid");
    let mut rng = stream(0, 0);
    (0..steps)
        .map(|_| {
            assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
            sgd.params()[0]
        })
        .collect()
}

fn energy(response: &[f64]) -> f64 {
    response.iter().map(|h| h * h).sum()
}

#[track_caller]
fn close(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} against {expected}");
}

const RATE: LearningRate<f64> = LearningRate::constant(0.1);

#[test]
fn sgd() {
    let (eta, lambda) = (0.1, 2.0);
    let found = energy(&impulse_response(lambda, 400, RATE));
    close(found, eta / (lambda * (2.0 - eta * lambda)), 1e-12);
    close(found, 0.0277777778, 1e-8);
}

#[test]
fn heavy_ball() {
    let (eta, lambda, mu) = (0.1, 2.0, 0.9);
    let mut v = [0.0];
    let x = impulse_response(lambda, 2000, (RATE, Momentum::heavy_ball(mu, &mut v)));
    let exact = eta * (1.0 + mu) / (lambda * (1.0 - mu) * (2.0 * (1.0 + mu) - eta * lambda));
    close(energy(&x), exact, 1e-12);
    close(energy(&x), 0.2638888889, 1e-9);
    // The velocity is the last move.
    let moves: Vec<f64> = x.iter().enumerate().map(|(k, h)| h - if k > 0 { x[k - 1] } else { 0.0 }).collect();
    close(x.iter().zip(&moves).map(|(h, v)| h * v).sum(), 0.0277777778, 1e-8);
    close(energy(&moves), 0.0555555556, 1e-8);
}

#[test]
fn nesterov() {
    let (eta, lambda, mu) = (0.1, 2.0, 0.9);
    let (mut v, mut point) = ([0.0], [0.0]);
    let x = impulse_response(lambda, 2000, (RATE, Momentum::nesterov(mu, &mut v, &mut point)));
    let q = 1.0 - eta * lambda;
    let (p1, p2) = ((1.0 + mu) * q, -mu * q);
    let exact = eta * eta * (1.0 - p2) / ((1.0 + p2) * ((1.0 - p2) * (1.0 - p2) - p1 * p1));
    close(energy(&x), exact, 1e-12);
    close(energy(&x), 0.0947971781, 1e-9);
}

#[test]
fn averaged_momentum() {
    let mut v = [0.0];
    let found = energy(&impulse_response(2.0, 2000, (RATE, Momentum::averaged(0.9, &mut v))));
    close(found, 0.0251322751, 1e-8);
    // Heavy ball with the rate η (1 − μ), and the same whether the rate comes before or after.
    let (eta, lambda, mu) = (0.01, 2.0, 0.9);
    close(found, eta * (1.0 + mu) / (lambda * (1.0 - mu) * (2.0 * (1.0 + mu) - eta * lambda)), 1e-12);
    let after = energy(&impulse_response(2.0, 2000, (Momentum::averaged(0.9, &mut v), RATE)));
    close(after, found, 1e-12);
}

/// `tests/reference/quadratic.json`: the discrete variance, also far from the diffusion's.
#[test]
fn reference_rows() {
    let json: serde_json::Value =
        serde_json::from_str(include_str!("../reference/quadratic.json")).expect("valid JSON");
    let rows = json["discrete_sgd"].as_array().expect("rows");
    assert_eq!(rows.len(), 3, "rows");
    for row in rows {
        let number = |name: &str| row[name].as_f64().expect("a number");
        let rate = LearningRate::constant(number("learning_rate"));
        let response = impulse_response(number("curvature"), 1000, rate);
        let variance = number("gradient_noise_variance") * energy(&response);
        close(variance, number("stationary_variance_discrete"), 1e-13);
        // The diffusion that `temperature` stands for, at batch size 1.
        let t = losscape::sgd::temperature(number("learning_rate"), 1);
        let diffusion = t * number("gradient_noise_variance") / number("curvature");
        close(diffusion, number("stationary_variance_sde"), 1e-15);
    }
}

/// How much each sample's centre weighs in the parameter at the end of an epoch started at 0.
fn epoch_weights(samples: usize, eta_lambda: f64) -> Vec<f64> {
    (0..samples)
        .map(|k| {
            let mut centres = vec![0.0; samples];
            centres[k] = 1.0;
            let objective = Centres::new(1.0, &centres);
            let (mut params, mut workspace) = ([0.0], [0.0]);
            let mut order = vec![0; samples];
            let batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples as u32, 1, &mut order);
            let rate = LearningRate::constant(eta_lambda);
            let mut sgd = Sgd::new(&objective, &mut params, batches.expect("valid"), rate, &mut workspace)
                .expect("valid");
            let mut rng = stream(21, 0);
            for _ in 0..samples {
                assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
            }
            sgd.params()[0]
        })
        .collect()
}

/// At the end of an epoch `x = q^N x₀ + Σₖ w_π(k) cₖ` with a random permutation π, so the centres'
/// anti-correlation `−s²/(N − 1)` gives variance `s² N/(N − 1) [Σ w² − (Σ w)²/N] / (1 − q^2N)`. The
/// weights come from the kernel, the table is exact.
#[test]
fn shuffled_epochs() {
    let table = [
        (10, 0.1, 0.0915855),
        (10, 0.5, 0.778428),
        (100, 0.1, 0.818192),
        (100, 0.01, 0.0772248),
        (100, 0.001, 8.41667e-4),
    ];
    for (samples, eta_lambda, ratio) in table {
        let w = epoch_weights(samples, eta_lambda);
        let (n, q) = (samples as f64, 1.0 - eta_lambda);
        // Every position of the epoch occurs once.
        let mut sorted = w.clone();
        sorted.sort_by(f64::total_cmp);
        for (k, w) in sorted.iter().rev().enumerate() {
            close(*w, eta_lambda * q.powi(k as i32), 1e-13);
        }
        let spread = energy(&w) - w.iter().sum::<f64>().powi(2) / n;
        let shuffled = n / (n - 1.0) * spread / (1.0 - q.powi(2 * samples as i32));
        let independent = eta_lambda * eta_lambda / (1.0 - q * q);
        close(shuffled / independent, ratio, 1e-5);
    }
}
