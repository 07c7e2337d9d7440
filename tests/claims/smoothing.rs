//! Kleinberg, Li & Yuan 2018: SGD as gradient descent on a convolved loss, and how far that carries.

use losscape::base::elementary::sqrt;
use losscape::base::kernel::Kernel;
use losscape::base::random::{fill_ball, stream, uniform};
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::{GaussianMixture, RippledBowl};
use losscape::objective::Convolution;
use losscape::sgd::{AddNoise, FullBatch, LearningRate, Minibatches, Noise, Sgd, SgdStep};
use losscape::smoothing::{
    Graduated, GraduatedConfig, GraduatedLayout, GraduatedStep, OnePoint, OnePointLayout, OnePointStep,
    Theorem,
};
use losscape::{Objective, SampledObjective};

/// The toy of section 4: x²/2 + 0.05 cos(20 x).
fn toy() -> RippledBowl<f64> {
    RippledBowl::new(1, 1.0, 0.05, 20.0).unwrap()
}

const K: f64 = 20.0;

fn grad(f: &RippledBowl<f64>, x: f64) -> f64 {
    let mut grad = [0.0];
    f.value_grad(&[x], &mut grad, &mut []);
    grad[0]
}

/// Gradient descent from anywhere in (−3, 3) ends in one of six places, all within 0.744.
#[test]
fn descent_ends_in_six_places() {
    let f = toy();
    let mut ends: Vec<f64> = (0..400)
        .map(|i| {
            let mut x = -3.0 + 6.0 * (f64::from(i) + 0.5) / 400.0;
            for _ in 0..4000 {
                x -= 0.02 * grad(&f, x);
            }
            x
        })
        .collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    assert_eq!(ends.len(), 6, "{ends:?}");
    assert!(ends[0] > -0.7441 && ends[5] < 0.7441);
}

/// Theorem 3: where ⟨−∇f(x), x* − x⟩ ≤ c′‖x* − x‖², a rate above 2c′‖x − x*‖²/‖∇f(x)‖² comes no nearer to x*. In one dimension the
/// least such c′ makes it the very rate at which x jumps over x* as far as it was away.
#[test]
fn a_rate_above_the_bound_comes_no_nearer() {
    let (f, target) = (toy(), 0.1);
    let mut towards = 0;
    for k in 0..600 {
        let x = -3.0 + 6.0 * (f64::from(k) + 0.5) / 600.0;
        let (g, away) = (grad(&f, x), target - x);
        let least = -g * away / (away * away);
        if least <= 0.0 {
            continue;
        }
        towards += 1;
        let bound = 2.0 * least * away * away / (g * g);
        let ratio = |rate: f64| ((x - rate * g - target) / away).abs();
        assert!((ratio(bound) - 1.0).abs() < 1e-12, "{x}: {}", ratio(bound));
        assert!(ratio(1.01 * bound) > 1.0 && ratio(0.99 * bound) < 1.0, "{x}");
    }
    assert!(towards > 500, "{towards} places from which the gradient leads there");
}

/// With η r k = π the interval's kernel cancels the cosine: the smoothed gradient is that of the bowl.
#[test]
fn an_interval_of_half_a_wave_cancels_the_ripples() {
    let kernel = Kernel::Cube { radius: core::f64::consts::PI / K };
    for i in -30..=30 {
        let (y, mut grad) = (f64::from(i) / 10.0, [0.0]);
        toy().convolved_value_grad(&kernel, &[y], &mut grad, &mut []);
        assert!((grad[0] - y).abs() < 1e-12, "{y}: {}", grad[0]);
    }
}

/// `y_{t+1} = y_t − η ω_t − η ∇f(y_t − η ω_t)` is SGD seen between the step and its noise.
#[test]
fn both_forms_of_the_recursion_agree() {
    let (f, rate) = (toy(), 0.05);
    let mut rng = stream(41, 0);
    let mut x = 1.3;
    let mut y = x - rate * grad(&f, x);
    for t in 0..10_000 {
        let mut omega = [0.0];
        fill_ball(&mut rng, 3.0, &mut omega);
        x = x - rate * (grad(&f, x) + omega[0]);
        y = y - rate * omega[0] - rate * grad(&f, y - rate * omega[0]);
        let other = x - rate * grad(&f, x);
        assert!((y - other).abs() <= 1e-12, "{t}: {y} {other}");
        // The map is chaotic on the ripples: rounding is not left to grow.
        y = other;
    }
}

/// Theorem 1 promises each run with probability ½ to be within the radius after the burn-in. It is never violated: of 1000 runs from far outside, all are
/// within. But it says nothing here: the radius is twenty times the range of the minima.
#[test]
fn the_bound_of_the_theorem_is_kept_and_vacuous() {
    let f = toy();
    let rate = 0.9 / (21.0 * 21.0);
    let radius = core::f64::consts::PI / (K * rate);
    let theorem = Theorem { smoothness: 21.0, convexity: 1.0, noise: radius, learning_rate: rate };
    let conditions = theorem.conditions().unwrap();
    assert!(conditions.hold && conditions.vacuous(0.744), "{conditions:?}");
    let steps = theorem.burn_in(40.0).unwrap();
    assert!(steps > 1000.0, "from outside: {steps}");
    let mut inside = 0;
    for run in 0..1000 {
        let mut rng = stream(43, run);
        let (mut x, mut step) = (if run % 2 == 0 { 40.0 } else { -40.0 }, 0.0);
        while step < steps {
            x -= rate * (grad(&f, x) + radius * (2.0 * uniform::<f64, _>(&mut rng) - 1.0));
            step += 1.0;
        }
        inside += u32::from(x.abs() <= conditions.radius);
    }
    assert_eq!(inside, 1000, "more than half were promised");
}

/// The stationary spread is that of the bowl alone, within 6 % for η ≤ 0.1: 2000 runs at each rate.
#[test]
fn the_spread_is_that_of_the_bowl() {
    for (rate, steps, recorded) in
        [(0.01, 800, 0.6403), (0.02, 400, 0.4511), (0.05, 160, 0.2754), (0.1, 80, 0.2124)]
    {
        let (f, radius) = (toy(), core::f64::consts::PI / (K * rate));
        let (mut square, mut inside, mut still_inside) = (0.0, 0, 0);
        let runs = 2000;
        for run in 0..runs {
            let mut rng = stream(42, run);
            let mut params = [6.0 * uniform::<f64, _>(&mut rng) - 3.0];
            let mut still = params[0];
            let mut row = [0.0];
            let noise = AddNoise::new(Noise::Ball { radius }, &mut row);
            let chain = (noise, LearningRate::constant(rate));
            let mut workspace = [0.0; 1];
            let mut sgd = Sgd::new(&f, &mut params, FullBatch, chain, &mut workspace).unwrap();
            for _ in 0..steps {
                assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
                still -= rate * grad(&f, still);
            }
            let x = sgd.params()[0];
            square += x * x / f64::from(runs);
            inside += u32::from(x.abs() < 0.5);
            still_inside += u32::from(still.abs() < 0.5);
        }
        let rms = sqrt(square);
        let bowl = sqrt(rate * radius * radius / (3.0 * (2.0 - rate)));
        assert!((rms / bowl - 1.0).abs() < 0.06, "{rate}: {rms} {bowl}");
        // The standard error of an rms of 2000 runs is 1.6 %.
        assert!((rms / recorded - 1.0).abs() < 0.05, "{rate}: {rms} {recorded}");
        if rate == 0.1 {
            let [with, without] = [inside, still_inside].map(|n| f64::from(n) / f64::from(runs));
            assert!(with > 0.96 && (0.18..0.28).contains(&without), "{with} {without}");
        }
    }
}

/// Corollary 2: a rate that shrinks in stages, here from 0.1 to a sixteenth with noise that cancels the ripples at the first, goes to the innermost dips, at ±0.16. With the
/// last rate all the time, as many units of it, the runs stay in the outer ones.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn rates_that_shrink_in_stages_end_nearer() {
    let (f, radius, runs) = (toy(), core::f64::consts::PI / (K * 0.1), 600);
    let rms = |stages: &[(f64, u32)]| {
        let mut square = 0.0;
        for run in 0..runs {
            let mut rng = stream(44, run);
            let mut x = 6.0 * uniform::<f64, _>(&mut rng) - 3.0;
            for (rate, steps) in stages {
                for _ in 0..*steps {
                    x -= rate * (grad(&f, x) + radius * (2.0 * uniform::<f64, _>(&mut rng) - 1.0));
                }
            }
            square += x * x / f64::from(runs);
        }
        sqrt(square)
    };
    let staged = rms(&[(0.1, 80), (0.05, 160), (0.025, 320), (0.0125, 640), (0.006_25, 1280)]);
    let [first, last] = [rms(&[(0.1, 400)]), rms(&[(0.006_25, 6400)])];
    assert!(
        (0.14..0.18).contains(&staged) && staged < 0.85 * first && last > 3.5 * staged,
        "{staged} {first} {last}"
    );
}

/// Where the picture fails: descent on the smoothed curve stays in a dip which the runs leave. One step's smoothing
/// keeps the dip, but noise accumulates.
#[test]
fn runs_leave_dips_that_one_steps_smoothing_keeps() {
    let mut f = RippledBowl::new(1, 0.5, 0.6, 6.0).unwrap();
    f.phase = 0.9;
    for (width, stays) in [(0.1, 2.4), (0.3, 1.2)] {
        let (rate, start) = (0.02, 2.5f64);
        let kernel = Kernel::Gaussian { std_dev: width };
        let (mut smooth, mut grad) = ([start], [0.0f64]);
        for _ in 0..5000 {
            f.convolved_value_grad(&kernel, &smooth, &mut grad, &mut []);
            smooth[0] -= rate * grad[0];
        }
        let mut mean = 0.0f64;
        let runs = 400;
        for run in 0..runs {
            let mut rng = stream(43, run);
            let mut params = [start];
            let noise = AddNoise::new(Noise::Gaussian { std_dev: width / rate }, &mut []);
            let mut workspace = [0.0; 1];
            let chain = (noise, LearningRate::constant(rate));
            let mut sgd = Sgd::new(&f, &mut params, FullBatch, chain, &mut workspace).unwrap();
            for _ in 0..5000 {
                let _ = sgd.step(&f, &mut rng);
            }
            mean += sgd.params()[0] / f64::from(runs);
        }
        assert!((smooth[0] - stays).abs() < 0.15, "{width}: {}", smooth[0]);
        assert!(mean.abs() < 0.25, "{width}: {mean}");
    }
}

/// Following the branch that survives ends in the wide well, although the narrow one is deeper.
#[test]
fn graduated_descent_can_end_in_the_wrong_well() {
    let wells = GaussianMixture::new(1, &[-1.0, 1.0], &[1.0, 1.5], &[0.6, 0.1]).unwrap();
    let kernel = Kernel::Gaussian { std_dev: 1.0 };
    let config = GraduatedConfig { kernel, factor: 0.7, levels: 12, learning_rate: 0.05, steps: 400 };
    for start in [-1.5, 0.0, 0.9, 1.0f64] {
        let workspace = [0.0; GraduatedLayout::new(1, 0).len()];
        let mut descent = Graduated::new(&wells, config, [start], workspace).unwrap();
        while matches!(descent.step(&wells), GraduatedStep::Moved { .. }) {}
        let end = descent.into_params();
        assert!((end[0] + 1.0).abs() < 0.01, "from {start}: {end:?}");
        assert!(wells.value(&end, &mut []) > wells.value(&[1.0], &mut []) + 0.4, "a deeper well was there");
    }
}

/// On a network of 105 weights, 50 gradients within 0.5 of each of 40 points of a run: the product that the paper counts
/// (towards the end of the run from the point of the run) is positive in 87 % of them, the one that one-point convexity
/// is about (from where the gradient was taken) in 99 %. The paper reports 99.9 % of the first kind for networks of a
/// million weights; here the points near the end, from where there is no way left to go, decide by chance.
#[test]
fn gradients_around_a_run_point_to_its_end() {
    let (mut inputs, mut labels) = (vec![0.0f64; 2 * 160], vec![0; 160]);
    moons(0.3, &mut stream(44, 0), &mut inputs, &mut labels).unwrap();
    let data = Dataset::new(&inputs, 2, Targets::Labels(&labels)).unwrap();
    let net = Mlp::new(&[2, 8, 8, 1]).unwrap();
    let f = MlpObjective::new(net, Loss::BinaryCrossEntropy, data, 1e-4).unwrap();
    let mut params = vec![0.0; net.param_len()];
    net.init(Init::GlorotUniform, &mut params, &mut stream(44, 1));
    let (mut order, mut rng) = (vec![0; 160], stream(44, 2));
    let mut workspace = vec![0.0; 8192];
    let mut trajectory: Vec<Vec<f64>> = Vec::new();
    {
        let batches =
            Minibatches::new(losscape::sgd::BatchOrder::ShuffledEpochs, 160, 16, &mut order).unwrap();
        let rate = LearningRate::constant(0.1);
        let mut sgd = Sgd::new(&f, &mut params, batches, rate, &mut workspace).unwrap();
        for step in 0..4000 {
            if step % 100 == 0 {
                trajectory.push(sgd.params().to_vec());
            }
            assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
        }
    }
    assert_eq!(f.samples(), 160);
    let layout = OnePointLayout::new(f.dim(), f.scratch_len());
    let mut convexity = OnePoint::new(&f, &params, vec![0.0; layout.len()]).unwrap();
    let kernel = Kernel::Ball { radius: 0.5 };
    for at in &trajectory {
        convexity.around(at).unwrap();
        for _ in 0..50 {
            let step: OnePointStep<f64> = convexity.step(&f, &kernel, &mut rng);
            assert!(matches!(step, OnePointStep::Counted { .. }));
        }
    }
    let tally = convexity.tally();
    assert_eq!(tally.count, 2000);
    let share = |positive| tally.interval(positive, 0.05f64).unwrap();
    let ([from_run, low, _], [from_point, ..]) = (share(tally.from_run), share(tally.from_point));
    assert!((0.8..0.95).contains(&from_run) && from_point > 0.98, "{from_run} {from_point}");
    assert!((from_run - low - 0.0304).abs() < 1e-3, "Hoeffding's interval of 2000 draws: {low}");
}
