//! Exact formulas of descent on a bowl, and what they say of its modified equations and of the forms of momentum.

use losscape::base::elementary::{exp, ln};
use losscape::base::random::stream;
use losscape::base::vector::distance;
use losscape::diffusion::descent_covariance;
use losscape::models::surfaces::DoubleWell;
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout, SgdStep, Transform};

/// Descent with noise on a bowl *is* an Ornstein–Uhlenbeck process seen at times kη: that of curvature `−ln(1 − ηλ)/η` and of the temperature at which its
/// stationary variance is that of descent. With the curvature λ itself and T = ησ²/2 it is not.
#[test]
fn descent_on_a_bowl_is_a_diffusion_of_another_curvature() {
    let (lambda, start) = (2.0, [1.5, 0.1]);
    for rate in [0.05, 0.25, 0.45] {
        let law: f64 = descent_covariance(&[[lambda]], &[[1.0]], rate).unwrap()[0][0];
        let process = |curvature: f64, temperature: f64, time: f64| {
            let (left, wide) = (exp(-curvature * time), temperature / curvature);
            [start[0] * left, wide + (start[1] - wide) * left * left]
        };
        let curvature = -ln(1.0 - rate * lambda) / rate;
        let (mut found, mut time) = (start, 0.0);
        for step in 1..=40 {
            let q = 1.0 - rate * lambda;
            found = [q * found[0], q * q * found[1] + rate * rate];
            time += rate;
            let same = process(curvature, curvature * law, time);
            let error = (found[0] - same[0]).abs() + (found[1] - same[1]).abs();
            assert!(error < 1e-13, "η {rate}, step {step}: {found:?} {same:?}");
        }
        let naive = process(lambda, 0.5 * rate, 1e3)[1];
        assert!((law / naive - 2.0 / (2.0 - rate * lambda)).abs() < 1e-12, "{law} {naive}");
    }
}

/// The mean at a fixed time: e^(−λt) is off by an amount of order η, the modified equation's curvature λ + ηλ²/2 by one of order η².
#[test]
fn the_modified_equation_has_the_right_mean() {
    let lambda = 1.0;
    let errors = |steps: u32| {
        let rate = 1.0 / f64::from(steps);
        let exact = (0..steps).fold(1.0, |x, _| (1.0 - rate * lambda) * x);
        [lambda, lambda + 0.5 * rate * lambda * lambda].map(|curvature| (exact - exp(-curvature)).abs())
    };
    let (coarse, fine) = (errors(50), errors(100));
    for (k, order) in [(0, 2.0), (1, 4.0)] {
        assert!((coarse[k] / fine[k] - order).abs() < 0.1, "{coarse:?} {fine:?}");
    }
    assert!(coarse[1] < coarse[0] / 50.0, "{coarse:?}");
}

/// Momentum as a mean, `v ← μv + (1 − μ) g`, is heavy ball at the rate η (1 − μ): the same iterates on any loss, in both orders of rate and momentum.
#[test]
fn averaged_momentum_is_heavy_ball_at_a_smaller_rate() {
    fn end(chain: impl Transform<f64>) -> [f64; 2] {
        let f = DoubleWell::new(2).unwrap();
        let workspace = [0.0; SgdLayout::new(2, 0).len()];
        let mut sgd = Sgd::new(&f, [0.1, 1.3], FullBatch, chain, workspace).unwrap();
        for _ in 0..15 {
            assert!(matches!(sgd.step(&f, &mut stream(0, 0)), SgdStep::Stepped { .. }));
        }
        let (params, ..) = sgd.into_parts();
        params
    }
    let (rate, mu) = (0.2, 0.8);
    let heavy = end((LearningRate::constant(rate * (1.0 - mu)), Momentum::heavy_ball(mu, [0.0; 2])));
    let averaged = || Momentum::averaged(mu, [0.0; 2]);
    let [before, after] =
        [end((LearningRate::constant(rate), averaged())), end((averaged(), LearningRate::constant(rate)))];
    let other = end((LearningRate::constant(rate), Momentum::heavy_ball(mu, [0.0; 2])));
    assert!(
        distance(&heavy, &before) < 1e-13 && distance(&heavy, &after) < 1e-13,
        "{heavy:?} {before:?} {after:?}"
    );
    assert!(distance(&heavy, &other) > 1e-2, "{heavy:?} {other:?}");
}
