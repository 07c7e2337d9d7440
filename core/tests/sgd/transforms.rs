//! Each transform alone, and chains of them.

use losscape::base::random::stream;
use losscape::base::vector::norm;
use losscape::sgd::{
    ClipNorm, ClipValue, FullBatch, LearningRate, Momentum, Scale, Schedule, Sgd, SgdStep, Transform,
    WeightDecay, temperature, temperature_with_momentum, temperature_without_replacement,
};

use crate::objectives::Diagonal;

fn applied<const D: usize>(mut t: impl Transform<f32>, params: [f32; D], mut update: [f32; D]) -> [f32; D] {
    t.apply(&params, &mut update, &mut stream(0, 0)).expect("finite");
    update
}

#[test]
fn clipping() {
    let clip = ClipNorm { max_norm: 2.5 };
    assert_eq!(applied(clip, [0.0; 2], [3.0, 4.0]), [1.5, 2.0], "halved");
    assert_eq!(applied(clip, [0.0; 2], [1.5, -2.0]), [1.5, -2.0], "at the bound");
    assert_eq!(applied(clip, [0.0; 2], [0.0, 0.0]), [0.0, 0.0], "zero");
    // The square of the norm overflows f32; its direction does not.
    let clipped = applied(clip, [0.0; 3], [3e30, -4e30, 0.0]);
    assert!((norm(&clipped) - 2.5).abs() < 1e-6, "{clipped:?}");
    assert!((clipped[0] - 1.5).abs() < 1e-6 && (clipped[1] + 2.0).abs() < 1e-6, "{clipped:?}");
    let clip = ClipValue { limit: 1.0 };
    assert_eq!(applied(clip, [0.0; 4], [0.5, 7.0, -7.0, -1.0]), [0.5, 1.0, -1.0, -1.0], "by value");
}

#[test]
fn chains_apply_from_left_to_right() {
    let (double, clip) = (Scale { factor: 2.0 }, ClipValue { limit: 3.0 });
    assert_eq!(applied((double, clip), [0.0], [2.0]), [3.0], "clip last");
    assert_eq!(applied((clip, double), [0.0], [4.0]), [6.0], "clip first");
    assert_eq!(applied(((double, clip), (double,)), [0.0], [2.0]), [6.0], "nested");
    assert_eq!(applied((Some(double), None::<Scale>), [0.0], [2.0]), [4.0], "optional");
    assert_eq!(applied((), [0.0], [2.0]), [2.0], "none");
    let (mut a, mut b) = (double, clip);
    assert_eq!(applied((&mut a, &mut b), [0.0], [2.0]), [3.0], "borrowed");
    let eight = (double, double, double, double, double, double, double, clip);
    assert_eq!(applied(eight, [0.0], [0.015625]), [2.0], "eight");
}

#[test]
fn a_chain_checks_all_its_members() {
    let bad = ClipValue { limit: -1.0f32 };
    let good = Scale { factor: 1.0f32 };
    assert_eq!((good, good, bad).check(1).unwrap_err().arg, "limit", "last");
    assert_eq!((bad, good).check(1).unwrap_err().arg, "limit", "first");
    assert_eq!((good, Some(bad)).check(1).unwrap_err().arg, "limit", "optional");
    assert_eq!((good, &mut { bad }).check(1).unwrap_err().arg, "limit", "borrowed");
    assert!((good, None::<ClipValue>).check(1).is_ok(), "none");
}

#[test]
fn weight_decay_is_decoupled() {
    // x ← (1 − decay) x − u.
    assert_eq!(applied(WeightDecay { decay: 0.25 }, [4.0, -8.0], [1.0, 1.0]), [2.0, -1.0], "added to u");
}

#[test]
fn schedules() {
    let at = |s: Schedule<f64>, k| {
        s.check().expect("valid");
        s.at(k)
    };
    let steps = Schedule::Steps { rate: 3.0, factor: 0.5, every: 2 };
    assert_eq!([0, 1, 2, 3, 4, 11].map(|k| at(steps, k)), [3.0, 3.0, 1.5, 1.5, 0.75, 0.09375], "steps");
    assert_eq!(at(steps, u32::MAX), 0.0, "bounded work at the end of time");
    let warm_up = Schedule::WarmUp { rate: 2.0, steps: 4 };
    assert_eq!([0, 1, 3, 4, 9].map(|k| at(warm_up, k)), [0.5, 1.0, 2.0, 2.0, 2.0], "warm-up");
    let inverse = Schedule::InverseTime { rate: 2.0, half_life: 10 };
    assert_eq!([0, 10, 30].map(|k| at(inverse, k)), [2.0, 1.0, 0.5], "inverse time");
    let cosine = Schedule::Cosine { rate: 3.0, last: 1.0, warm_up: 2, steps: 6 };
    let found = [0, 1, 2, 4, 5, 8, 9].map(|k| at(cosine, k));
    // cos 0, cos π/3 = ½, cos π/2 = 0, then the end.
    let expected = [1.5, 3.0, 3.0, 2.5, 2.0, 1.0, 1.0];
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < 1e-15, "cosine {k}: {found} against {expected}");
    }
    assert_eq!(at(Schedule::Constant { rate: 0.5 }, 7), 0.5, "constant");
}

#[test]
fn the_rate_follows_its_schedule_and_a_new_run_starts_it_over() {
    let mut rate = LearningRate::new(Schedule::Steps { rate: 1.0f64, factor: 0.5, every: 1 });
    let objective = Diagonal([1.0]);
    for run in 0..2 {
        let (mut params, mut workspace) = ([1.0], [0.0]);
        let mut sgd = Sgd::new(&objective, &mut params, FullBatch, &mut rate, &mut workspace).expect("valid");
        let mut rng = stream(0, 0);
        for eta in [1.0, 0.5, 0.25] {
            let x = sgd.params()[0];
            let _ = sgd.step(&objective, &mut rng);
            assert_eq!(sgd.params()[0], x - eta * x, "run {run}, rate {eta}");
        }
    }
}

/// Nesterov evaluates at x + μv and keeps x: two steps by hand on ½x², η = ½, μ = ½.
#[test]
fn nesterov_keeps_the_iterate() {
    let objective = Diagonal([1.0]);
    let (mut params, mut workspace, mut velocity, mut point) = ([8.0], [0.0], [f64::NAN], [f64::NAN]);
    let momentum = Momentum::nesterov(0.5, &mut velocity, &mut point);
    let transforms = (LearningRate::constant(0.5), momentum);
    let mut sgd = Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
    let mut rng = stream(0, 0);
    // v = −½·8 = −4, x = 4.
    assert_eq!(sgd.step(&objective, &mut rng), SgdStep::Stepped { value: 32.0 }, "at 8");
    assert_eq!(sgd.params(), [4.0], "first");
    // Evaluated at 4 − 2 = 2: v = −2 − 1 = −3, x = 1.
    assert_eq!(sgd.step(&objective, &mut rng), SgdStep::Stepped { value: 2.0 }, "at 2");
    assert_eq!(sgd.params(), [1.0], "second");
    assert_eq!(sgd.transforms().1.velocity(), [-3.0], "velocity");
}

#[test]
fn temperatures() {
    assert_eq!(temperature(0.1f64, 8), 0.1 / 16.0, "η / 2b");
    assert_eq!(
        temperature_without_replacement(0.1f64, 8, 32),
        0.1 / 16.0 * (24.0 / 31.0),
        "(N − b) / (N − 1)"
    );
    assert_eq!(temperature_with_momentum(0.5f64, 8, 0.5), 0.0625, "1 / (1 − μ)");
    // Leading order: the exact variance of heavy ball over T/λ tends to 1 with η.
    for (eta, bound) in [(1e-2f64, 3e-3), (1e-4, 3e-5)] {
        let (lambda, mu) = (1.0, 0.9);
        let exact = eta * (1.0 + mu) / (lambda * (1.0 - mu) * (2.0 * (1.0 + mu) - eta * lambda));
        let ratio = exact * lambda / temperature_with_momentum(eta, 1, mu);
        assert!((ratio - 1.0).abs() < bound, "η = {eta}: {ratio}");
    }
}
