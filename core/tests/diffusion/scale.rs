//! Densities and clouds do the same under `k V(x / c)` at temperature k T as under V at T, in times of c² / k: bit for bit
//! in units of powers of two.

use losscape::base::grid::{Axis, Grid};
use losscape::base::random::stream;
use losscape::diffusion::{
    Boundary, CovarianceStep, Dynamics, Elimination, EliminationLayout, EliminationStep, Ensemble,
    EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck,
    FokkerPlanckLayout, GapStep, Gibbs, GradientCovariance, GradientCovarianceLayout, Langevin,
    LocalPosterior, Scheme, SpectralGap, SpectralGapLayout, compare_potential, descent_covariance, entropy,
    linear_law, mass, measured_potential, seed_walkers,
};
use losscape::models::LeastSquares;
use losscape::models::surfaces::RippledBowl;
use losscape::{Objective, Real, SampledObjective};

fn two_to<R: Real>(power: i32) -> R {
    let factor = if power < 0 { R::HALF } else { R::TWO };
    (0..power.abs()).fold(R::ONE, |x, _| x * factor)
}

fn bowl<R: Real>(dim: usize, k: R, c: R) -> RippledBowl<R> {
    let of = R::from_f64;
    RippledBowl::new(dim, of(1.5) * k / c / c, of(0.3) * k, of(3.0) / c).expect("a bowl")
}

fn densities<R: Real>(k: R, c: R, notes: &mut Vec<R>, rounded: &mut Vec<R>) {
    let of = R::from_f64;
    const CELLS: u32 = 24;
    let n = CELLS as usize;
    let grid = Grid::new([Axis::new(of(-2.0) * c, of(2.0) * c, CELLS).expect("an axis")]).expect("a grid");
    let (f, temperature) = (bowl(1, k, c), of(0.4) * k);
    let mut potential = vec![R::ZERO; n];
    grid.fill(&mut potential, |x| f.value(&x, &mut [])).expect("the grid's length");
    let gibbs = Gibbs::new(grid, &potential, temperature).expect("valid");
    let mut law = vec![R::ZERO; n];
    gibbs.fill(&mut law).expect("the grid's length");
    rounded.extend(law.iter().map(|rho| *rho * c));
    rounded.extend([gibbs.least_free_energy() / k + of(0.4) * ln(c), mass(&grid, &law)]);
    rounded.push(entropy(&grid, &law).expect("a density") - ln(c));

    let mut found = vec![R::ZERO; n];
    measured_potential(&law, temperature, &mut found).expect("a density");
    let fit = compare_potential(&found, &potential, &law).expect("weights");
    rounded.extend([fit.scale, fit.spread / k]);

    let memory = vec![R::NAN; FokkerPlanckLayout::new([CELLS]).len()];
    let boundary = [Boundary::Reflecting];
    let dynamics = Dynamics::gradient(&potential);
    let equation = FokkerPlanck::new(grid, boundary, &dynamics, temperature, memory).expect("valid");
    let time = c * c / k;
    notes.push(equation.explicit_limit() / time);
    for scheme in [
        Scheme::Explicit { dt: of(1e-3) * time },
        Scheme::Implicit { dt: of(0.05) * time },
        Scheme::Exact { dt: of(0.02) * time },
    ] {
        let start = vec![R::ONE / (of(4.0) * c); n];
        let workspace = vec![R::NAN; EvolutionLayout::new([CELLS]).len()];
        let mut evolution = Evolution::new(&equation, scheme, start, workspace).expect("valid");
        for _ in 0..4 {
            loop {
                match evolution.step(&equation) {
                    EvolutionStep::Swept { .. } => (),
                    EvolutionStep::Stepped { .. } => break,
                    step => panic!("{step:?} by {scheme:?} at k = {k:e}, c = {c:e}"),
                }
            }
        }
        notes.extend(evolution.density().iter().map(|rho| *rho * c));
    }

    let room = || vec![R::NAN; EliminationLayout::new([CELLS], boundary).len()];
    let mut stationary = Elimination::stationary(&equation, room()).expect("valid");
    while matches!(stationary.step(), EliminationStep::Eliminated { .. }) {}
    let mut density = vec![R::ZERO; n];
    stationary.density(&mut density).expect("done");
    notes.extend(density.iter().map(|rho| *rho * c));
    let mut implicit = Elimination::implicit(&equation, of(1e3) * time, room()).expect("valid");
    while matches!(implicit.step(), EliminationStep::Eliminated { .. }) {}
    let mut gap =
        SpectralGap::new(&mut implicit, vec![R::NAN; SpectralGapLayout::new(n).len()]).expect("room");
    for _ in 0..5 {
        match gap.step(&mut implicit) {
            GapStep::Iterated { slowest, .. } => notes.push(slowest[0].decay * time),
            step => panic!("{step:?} at k = {k:e}, c = {c:e}"),
        }
    }
    let mut absorbing = Elimination::absorbing(&equation, |cell| cell == 3, room()).expect("valid");
    while matches!(absorbing.step(), EliminationStep::Eliminated { .. }) {}
    let mut times = vec![R::ZERO; n];
    absorbing.times(&mut times).expect("done");
    notes.extend(times.iter().map(|t| *t / time));

    let force = [[of(2.0) * k / c / c, of(0.5) * k / c / c], [R::ZERO, k / c / c]];
    let spread = [[of(0.3) * k, R::ZERO], [R::ZERO, of(0.2) * k]];
    let law = linear_law(&force, &spread).expect("stable");
    notes.extend(law.covariance.as_flattened().iter().map(|x| *x / c / c));
}

fn clouds<R: Real>(k: R, c: R, notes: &mut Vec<R>) {
    let of = R::from_f64;
    let f = bowl(2, k, c);
    let walk = Langevin { learning_rate: of(0.05) * c * c / k, temperature: of(0.3) * k };
    let mut generators = vec![stream(1, 0); 5];
    seed_walkers(7, &mut generators);
    let workspace = vec![R::NAN; EnsembleLayout::new(2, f.scratch_len()).len()];
    let mut cloud = Ensemble::new(&f, walk, vec![of(0.7) * c; 10], generators, workspace).expect("valid");
    while cloud.round() < 20 {
        match cloud.step(&f) {
            EnsembleStep::Round { mean_value, .. } => notes.push(mean_value / k),
            step => assert!(matches!(step, EnsembleStep::Moved { .. }), "{step:?} at k = {k:e}, c = {c:e}"),
        }
    }
    notes.extend(cloud.positions().iter().map(|x| *x / c));
}

fn ln<R: Real>(x: R) -> R {
    losscape::base::elementary::ln(x)
}

/// Numbers that are equal to the last bit, and numbers into which the logarithm of a length enters, which rounds.
fn run<R: Real>(k: R, c: R) -> [Vec<R>; 2] {
    let (mut notes, mut rounded) = (Vec::new(), Vec::new());
    densities(k, c, &mut notes, &mut rounded);
    clouds(k, c, &mut notes);
    [notes, rounded]
}

fn in_all_units<R: Real>(units: &[(i32, i32)]) {
    let one = run(R::ONE, R::ONE);
    // Free energies and entropies are differences of numbers of about ten.
    let of_a_tenth = R::from_f64(0.1);
    assert!(one[0].len() > 150 && one.iter().flatten().all(|x| x.is_finite()), "{one:?}");
    for &(values, lengths) in units {
        let there = run(two_to::<R>(values), two_to(lengths));
        for (kind, (there, one)) in there.iter().zip(&one).enumerate() {
            assert_eq!(there.len(), one.len(), "2^{values}, 2^{lengths}");
            for (i, (a, b)) in there.iter().zip(one).enumerate() {
                let tolerance = if kind == 0 {
                    R::ZERO
                } else {
                    R::from_u32(128) * R::EPSILON * b.abs().or_larger(of_a_tenth)
                };
                let near = (*a - *b).abs() <= tolerance;
                assert!(near, "{i} of kind {kind} at 2^{values}, 2^{lengths}: {a} instead of {b}");
            }
        }
    }
}

#[test]
fn diffusion_in_any_units() {
    let units = [(-100, 0), (100, 0), (0, -34), (0, 34), (30, 34), (-30, -34), (30, -20), (-20, 20)];
    in_all_units::<f64>(&units);
    in_all_units::<f32>(&units);
}

/// Steps of descent that are small against every curvature: one less η F would have lost the digits of F.
#[test]
fn covariances_of_descent_at_any_rate() {
    for rate in [1e-30f32, 1e-12, 1e-7, 1e-6, 1e-3, 0.1, 0.9] {
        let [[found]] = descent_covariance(&[[2.0]], &[[3.0]], rate).expect("stable");
        let want = 3.0 * rate / (2.0 * (2.0 - 2.0 * rate));
        assert!((found / want - 1.0).abs() < 1e-5, "at {rate}: {found} against {want}");
        // In other units of the parameters and of the noise.
        for (force, noise) in [(1e-30f32, 1e-30f32), (1e-30, 1e30), (1e15, 1e-20), (1e20, 1e20)] {
            let rate = rate / force;
            if rate.is_finite() && rate >= f32::MIN_POSITIVE {
                let want = f64::from(noise) / f64::from(force) / f64::from(force) * f64::from(found);
                let scaled = match descent_covariance(&[[2.0 * force]], &[[3.0 * noise]], rate) {
                    Ok([[scaled]]) => scaled,
                    Err(error) => {
                        assert!(error.arg == "noise" && want > 1e38, "{error}: {want}");
                        continue;
                    }
                };
                if (1e-37..1e38).contains(&want) {
                    assert!(
                        (f64::from(scaled) / want - 1.0).abs() < 1e-5,
                        "{rate}, {force}, {noise}: {scaled}"
                    );
                }
            }
        }
    }
    // Rotating forces: the definition.
    let (force, noise, rate) = ([[1.0f64, -3.0], [2.0, 0.5]], [[1.0, 0.25], [0.25, 2.0]], 1e-9);
    let covariance = descent_covariance(&force, &noise, rate).expect("stable");
    for i in 0..2 {
        for j in 0..2 {
            let mut left = 0.0;
            for k in 0..2 {
                left += force[i][k] * covariance[k][j] + covariance[i][k] * force[j][k];
                for l in 0..2 {
                    left -= rate * force[i][k] * covariance[k][l] * force[j][l];
                }
            }
            assert!((left / (rate * noise[i][j]) - 1.0).abs() < 1e-13, "{i} {j}: {left}");
        }
    }
    for rate in [1.0f32, 1.1, 1e20] {
        assert_eq!(descent_covariance(&[[2.0]], &[[1.0]], rate).expect_err("unstable").arg, "force");
    }
}

/// The covariance of gradients that are k times as large is k² times as large, and as many directions share it.
#[test]
fn covariances_of_gradients_at_any_scale() {
    let (x, y) = ([1.0f32, 3.0, -2.0, 0.5, 4.0, 1.5, 0.25, -1.0], [0.5f32, -1.0, 2.0, 1.0]);
    let of = |k: f32| {
        let targets = y.map(|y| y * k);
        let f = LeastSquares::new(&x, &targets).expect("data");
        let memory = vec![f32::NAN; GradientCovarianceLayout::new(4, 2, f.batch_scratch_len(1)).len()];
        let mut covariance = GradientCovariance::new(&f, memory).expect("memory");
        while covariance.step(&f, &[0.0, 0.0]) != CovarianceStep::Done {}
        (covariance.trace() / k / k, covariance.participation_ratio())
    };
    let want = of(1.0);
    assert!(want.1 > 1.0 && want.1 < 3.0, "{want:?}");
    for power in [-60, -55, -30, -12, 12, 30, 55, 60] {
        assert_eq!(of(two_to(power)), want, "2^{power}");
    }
}

/// Potentials, losses and weights in units of their own.
#[test]
fn potentials_are_compared_at_any_scale() {
    let (potential, loss) = ([1.0f32, -2.0, 0.5, 4.0, 1.5], [0.5f32, -1.0, 2.0, 1.0, 3.0]);
    let weights = [0.25f32, 1.0, 0.0, 2.0, 0.75];
    let of = |k: f32, l: f32, w: f32| {
        let fit = compare_potential(&potential.map(|x| k * x), &loss.map(|x| l * x), &weights.map(|x| w * x));
        let fit = fit.expect("weights");
        // In units in which they are numbers of the type.
        let scale = if (k > 1.0) == (l > 1.0) { fit.scale * (l / k) } else { fit.scale * l / k };
        let larger = if k > l { k } else { l };
        [scale, fit.residual / k, fit.spread / l, fit.distance / larger]
    };
    let want = of(1.0, 1.0, 1.0);
    assert!(want.iter().all(|x| *x > 0.1 && *x < 10.0), "{want:?}");
    for (k, l, w) in [
        (100, 100, 0),
        (-100, -100, 0),
        (0, 0, 120),
        (0, 0, -120),
        (100, 100, 100),
        (-100, -100, -120),
        (60, -60, 100),
        (-60, 60, -100),
        (120, 0, 100),
        (0, 120, 100),
    ] {
        let found = of(two_to(k), two_to(l), two_to(w));
        // Apart by the larger of both alone, if that is much the larger.
        let numbers = if k == l { 4 } else { 3 };
        assert_eq!(found[..numbers], want[..numbers], "2^{k}, 2^{l}, 2^{w}");
        assert!(found[3].is_finite() && found[3] > 0.0, "{found:?}");
    }
    for (potential, loss, arg) in [
        ([f32::MAX, -f32::MAX, -f32::MAX], [0.0; 3], "potential"),
        ([0.0; 3], [f32::MAX, f32::MAX, -f32::MAX], "loss"),
    ] {
        assert_eq!(
            compare_potential(&potential, &loss, &[1.0; 3]).expect_err("differences overflow").arg,
            arg
        );
    }
}

/// The pull to the centre is a square of lengths, which alone may be no number of the type.
#[test]
fn a_local_posterior_at_any_scale() {
    let of = |k: f32, c: f32| {
        let f = bowl::<f32>(2, k, c);
        let centre = [0.3 * c, -0.6 * c];
        let posterior =
            LocalPosterior { objective: &f, n_beta: 2.5, centre: &centre, localisation: 3.0 * k / c / c };
        let (at, mut grad) = ([1.1 * c, 0.4 * c], [0.0; 2]);
        let value = posterior.value_grad(&at, &mut grad, &mut []);
        assert_eq!(posterior.value(&at, &mut []), value);
        [value / k, grad[0] / k * c, grad[1] / k * c]
    };
    let want = of(1.0, 1.0);
    assert!(want.iter().all(|x| x.abs() > 0.1), "{want:?}");
    for (k, c) in [(-100, 0), (100, 0), (0, 60), (0, -60), (60, 80), (-60, -80), (90, 100), (-90, -100)] {
        assert_eq!(of(two_to(k), two_to(c)), want, "2^{k}, 2^{c}");
    }
}
