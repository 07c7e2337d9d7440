//! Densities and clouds do the same under `k V(x / c)` at temperature k T as under V at T, in times of c² / k: bit for bit
//! in units of powers of two.

use losscape::base::grid::{Axis, Grid};
use losscape::base::random::stream;
use losscape::diffusion::{
    Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, Ensemble, EnsembleLayout,
    EnsembleStep, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, GapStep,
    Gibbs, Langevin, Scheme, SpectralGap, SpectralGapLayout, compare_potential, entropy, linear_law, mass,
    measured_potential, seed_walkers,
};
use losscape::models::surfaces::RippledBowl;
use losscape::{Objective, Real};

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
