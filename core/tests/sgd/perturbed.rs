//! Perturbed gradient descent: where it perturbs, where it does not, and what a perturbation leaves alone.

use losscape::base::random::{fill_ball, stream};
use losscape::base::vector::norm;
use losscape::models::surfaces::Quadratic;
use losscape::sgd::{
    FullBatch, LearningRate, Momentum, Perturbed, Schedule, Sgd, SgdLayout, SgdStep, Transform,
};

const SADDLE: [f64; 2] = [2.0, -0.5];

/// Runs from (0.7, `y`) for some steps.
fn run<T: Transform<f64>>(y: f64, chain: T, steps: u32) -> ([f64; 2], T) {
    let f = Quadratic::new(&SADDLE).expect("finite");
    let workspace = [0.0; SgdLayout::new(2, 4).len()];
    let mut sgd = Sgd::new(&f, [0.7, y], FullBatch, chain, workspace).expect("valid");
    let mut rng = stream(9, 0);
    for _ in 0..steps {
        assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }), "finite");
    }
    let (params, _, chain, _) = sgd.into_parts();
    (params, chain)
}

/// From the ridge plain descent goes to the saddle, and one perturbation leaves it.
#[test]
fn a_strict_saddle_is_left() {
    let rate = LearningRate::constant(0.1);
    let (plain, _) = run(0.0, rate, 300);
    assert!(norm(&plain) < 1e-15 && plain[1] == 0.0, "{plain:?}");
    let (left, chain) = run(0.0, Perturbed::new(rate, 1e-3, 1e-6, 500), 300);
    assert!(left[1].abs() > 0.01 && chain.perturbations() == 1, "{left:?}");
}

/// Where the gradient is above the bound it is the chain inside, bit for bit, and draws nothing.
#[test]
fn nothing_is_added_where_the_gradient_is_large() {
    let momentum = || (LearningRate::constant(0.1), Momentum::heavy_ball(0.5, [0.0; 2]));
    let (plain, _) = run(0.01, momentum(), 40);
    let (same, chain) = run(0.01, Perturbed::new(momentum(), 1e-4, 1.0, 0), 40);
    assert_eq!((same, chain.perturbations()), (plain, 0));
}

/// In another unit of the loss or of the parameters, 10³⁰ times as large or as small, the iterates are the same but for the unit, though squares
/// of such numbers are none in `f32`.
#[test]
fn any_scale() {
    let run = |loss: f32, unit: f32| {
        let spectrum = [2.0 * loss, -0.5 * loss];
        let f = Quadratic::new(&spectrum).expect("finite");
        let rate = LearningRate::constant(0.1 / loss);
        let chain = Perturbed::new(rate, 1e-3 * loss * unit, 1e-2 * unit, 20);
        let workspace = [0.0; SgdLayout::new(2, 4).len()];
        let mut sgd = Sgd::new(&f, [0.7 * unit, 0.0], FullBatch, chain, workspace).expect("valid");
        let mut rng = stream(9, 0);
        for _ in 0..80 {
            let _ = sgd.step(&f, &mut rng);
        }
        assert_eq!(sgd.steps(), 80, "{loss:e} {unit:e}");
        ([0, 1].map(|i| sgd.params()[i] / unit), sgd.transforms().perturbations())
    };
    let (same, far) = (run(1.0, 1.0), 2.0f32.powi(100));
    assert!(same.1 > 0 && same.0[1] != 0.0, "{same:?}");
    // With the unit alone 10³⁰ times as large the loss itself would be no number.
    for (loss, unit) in [(far, 1.0), (1.0 / far, 1.0), (1.0, 1.0 / far), (far, 1.0 / far), (1.0 / far, far)] {
        assert_eq!(run(loss, unit), same, "{loss:e} {unit:e}");
    }
}

/// The iterates by hand: perturbations in steps 0 and 4 with `min_interval` = 2, which is to say three steps of descent between them, each drawn
/// as [`fill_ball`] draws, and the rate of the chain inside does not count them.
#[test]
fn intervals_are_counted_in_steps_of_descent() {
    let rate = LearningRate::new(Schedule::Steps { rate: 0.1, factor: 0.5, every: 3 });
    let (found, chain) = run(0.1, Perturbed::new(rate, 10.0, 0.5, 2), 5);
    let (mut rng, mut x, mut xi) = (stream(9, 0), [0.7, 0.1], [0.0; 2]);
    for step in 0..5 {
        if step % 4 == 0 {
            fill_ball(&mut rng, 0.5, &mut xi);
            x = [x[0] - xi[0], x[1] - xi[1]];
        } else {
            x = [0, 1].map(|i| x[i] - 0.1 * (SADDLE[i] * x[i]));
        }
    }
    assert_eq!((found, chain.perturbations()), (x, 2));
    assert_eq!(chain.inner().rate(), 0.05, "three steps of descent");
}

#[test]
fn a_new_run_starts_over_and_bad_numbers_are_named() {
    let rate = LearningRate::constant(0.1);
    let first = run(0.1, Perturbed::new(rate, 10.0, 0.5, 100), 7);
    assert_eq!(run(0.1, first.1, 7), first, "as if it were new");
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(Perturbed::new(rate, bad, 0.5, 1).check(2).unwrap_err().arg, "grad_norm");
        assert_eq!(Perturbed::new(rate, 0.5, bad, 1).check(2).unwrap_err().arg, "radius");
    }
    let inside = Perturbed::new(LearningRate::constant(f64::NAN), 0.5, 0.5, 1);
    assert_eq!(inside.check(2).unwrap_err().arg, "learning_rate");
}
