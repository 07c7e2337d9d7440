//! Whatever numbers, shapes and memory diffusion is given, it refuses by name or answers; nothing panics, nothing goes on
//! for ever, and a refusal changes nothing.

use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::diffusion::{
    BatchDescent, BatchNoise, Boundary, Calculus, Diffusion, Dynamics, Elimination, EliminationLayout,
    EliminationStep, Ensemble, EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout, EvolutionStep,
    FokkerPlanck, FokkerPlanckLayout, GapStep, Gibbs, GradientCovariance, GradientCovarianceLayout, Langevin,
    LocalPosterior, Scheme, SpectralGap, SpectralGapLayout, Svag, arrivals, compare_potential,
    descent_covariance, discrete_covariance, entropy, histogram, learning_coefficient, linear_law, marginal,
    mass, measured_potential, moments, noise_floor, normalise_mass, relative_entropy, seed_walkers, share,
    shuffled_variance, trace_quantile,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::models::surfaces::RippledBowl;
use losscape::{Objective, Real};
use proptest::prelude::*;

const SPECIAL: [f64; 10] =
    [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, -1e-300, 1e300];

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -2.0f64..2.0, 1 => prop::sample::select(&SPECIAL[..]), 1 => any::<f64>()]
}

/// Fit for a density, more often than not.
fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![12 => 0.0f64..2.0, 1 => number()]
}

fn finite() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -2.0f64..2.0, 1 => prop::sample::select(vec![0.0, 1e300, -1e300, f64::MAX, 5e-324])]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), 0..most)
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..6, 1 => prop::sample::select(vec![1 << 22, (1 << 22) + 1, u32::MAX])]
}

fn off_by() -> impl Strategy<Value = isize> {
    prop_oneof![9 => Just(0), 1 => Just(-1), 1 => Just(1), 1 => Just(-1000)]
}

fn resized(len: usize, off: isize) -> Vec<f64> {
    vec![f64::NAN; len.min(100_000).saturating_add_signed(off)]
}

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

fn density_or_not(density: &[f64]) -> bool {
    density.iter().all(|rho| rho.is_finite() && *rho >= 0.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn axes_and_grids((low, high, cells) in (number(), number(), count()), (x, i, k) in (number(), any::<u32>(), any::<usize>())) {
        let Ok(axis) = Axis::new(low, high, cells) else { return Ok(()) };
        for i in [0, cells - 1] {
            prop_assert!(axis.centre(i).is_finite() && axis.face(i).is_finite(), "{axis:?}");
            prop_assert!(axis.low() <= axis.centre(i) && axis.centre(i) <= axis.high(), "{axis:?}: {}", axis.centre(i));
        }
        let _ = (axis.centre(i), axis.face(i), axis.cell_of(x), axis.spacing());
        let Ok(grid) = Grid::new([axis, axis]) else { return Ok(()) };
        let _ = (grid.place(k), grid.centre(k), grid.face(k, k), grid.index([i, i]), grid.cell_of([x, x]), grid.stride(k));
        let single = Axis::new(f32::from_f64(low), f32::from_f64(high), cells);
        if let Ok(single) = single {
            prop_assert!(single.centre(0).is_finite() && single.face(cells).is_finite(), "{single:?}");
        }
    }

    #[test]
    fn densities(
        (cells, low, spread) in (1u32..9, -2.0f64..2.0, 0.1f64..3.0),
        (density, reference, potential) in (prop::collection::vec(positive(), 0..9), prop::collection::vec(positive(), 8), prop::collection::vec(finite(), 8)),
        (temperature, walkers, axis, fraction) in (number(), any::<u32>(), 0usize..3, number()),
        periodic in any::<bool>(),
    ) {
        let grid = Grid::new([Axis::new(low, low + spread, cells).expect("an axis")]).expect("a grid");
        let n = grid.len();
        let (reference, potential) = (&reference[..n], &potential[..n]);
        let _ = (mass(&grid, &density), entropy(&grid, &density), relative_entropy(&grid, &density, reference));
        let _ = (moments(&grid, &density), noise_floor(&grid, &density, walkers), share(&grid, &density, |[x]| x > 0.0));
        let mut out = vec![7.0; n];
        if marginal(&grid, &density, axis, &mut out).is_err() {
            prop_assert_eq!(&out, &vec![7.0; n]);
        }
        out.fill(7.0);
        if measured_potential(&density, temperature, &mut out).is_err() {
            prop_assert_eq!(&out, &vec![7.0; n]);
        }
        let _ = compare_potential(potential, reference, &density);
        let mut scaled = density.clone();
        match normalise_mass(&grid, &mut scaled) {
            Ok(()) => {
                prop_assert!(density_or_not(&scaled), "{scaled:?}");
                let whole = mass(&grid, &scaled);
                prop_assert!((whole - 1.0).abs() < 1e-12, "{whole}");
            }
            Err(_) => prop_assert_eq!(bits(&scaled), bits(&density)),
        }
        let boundary = [if periodic { Boundary::Periodic } else { Boundary::Reflecting }];
        if let Ok(gibbs) = Gibbs::new(grid, potential, temperature) {
            let mut filled = vec![7.0; n];
            prop_assert!(gibbs.fill(&mut filled).is_ok());
            prop_assert!(density_or_not(&filled), "{filled:?}");
            let _ = (gibbs.density(walkers as usize), gibbs.mean(&density), gibbs.free_energy(&density));
            let _ = (gibbs.least_free_energy(), gibbs.relative_entropy(&density), gibbs.edge_share(&boundary), gibbs.check_box(&boundary, fraction));
        }
        let _ = (trace_quantile(&density, fraction), learning_coefficient(temperature, fraction, low));
        for noise in [BatchNoise::WithReplacement, BatchNoise::WithoutReplacement] {
            let _ = noise.factor::<f64>(walkers, cells);
        }
        let _ = shuffled_variance(walkers % 10_000, fraction);
    }

    #[test]
    fn equations(
        (nx, ny, periodic, ito) in (1u32..5, 1u32..4, any::<bool>(), any::<bool>()),
        (potential, drift, places) in (prop::collection::vec(finite(), 12), numbers(26), prop::collection::vec(positive(), 24)),
        (use_drift, use_places, d, temperature) in (any::<bool>(), any::<bool>(), positive(), positive()),
        (dt, scheme, density) in (positive(), 0..3u8, prop::collection::vec(positive(), 12)),
        (a, b, c, target) in (off_by(), off_by(), off_by(), 0usize..12),
    ) {
        let axis = |n| Axis::new(-1.0, 1.0, n).expect("an axis");
        let grid = Grid::new([axis(nx), axis(ny)]).expect("a grid");
        let n = grid.len();
        let boundary = [if periodic { Boundary::Periodic } else { Boundary::Reflecting }; 2];
        let calculus = if ito { Calculus::Ito } else { Calculus::Isothermal };
        let diffusion = if use_places { Diffusion::Places { values: &places[..2 * n], calculus } } else { Diffusion::Constant([d, d]) };
        let all: Vec<f64> = drift.iter().copied().cycle().take(2 * n).collect();
        let drift = if use_drift && all.len() == 2 * n { &all[..] } else { &[] };
        let dynamics = Dynamics { potential: &potential[..n], drift, diffusion };
        let memory = resized(FokkerPlanckLayout::new([nx, ny]).len(), a);
        let Ok(mut equation) = FokkerPlanck::new(grid, boundary, &dynamics, temperature, memory) else { return Ok(()) };
        let _ = (equation.explicit_limit(), equation.rates(target), equation.out_rates());
        let mut flux = vec![7.0; n];
        let _ = (equation.current(&density[..n], 0, &mut flux), equation.entropy_production(&density[..n]), equation.circulation(&density[..n]));

        let scheme = match scheme { 0 => Scheme::Explicit { dt }, 1 => Scheme::Implicit { dt }, _ => Scheme::Exact { dt } };
        let workspace = resized(EvolutionLayout::new([nx, ny]).len(), b);
        if let Ok(mut evolution) = Evolution::new(&equation, scheme, density[..n].to_vec(), workspace) {
            for _ in 0..40 {
                let before = bits(evolution.density());
                let step = evolution.step(&equation);
                prop_assert!(density_or_not(evolution.density()), "{step:?}: {:?}", evolution.density());
                if !matches!(step, EvolutionStep::Stepped { .. }) {
                    prop_assert_eq!(bits(evolution.density()), before, "{:?}", step);
                }
            }
            let _ = evolution.set_scheme(&equation, Scheme::Exact { dt: temperature });
        }

        let room = || resized(EliminationLayout::new([nx, ny], boundary).len(), c);
        let made = match target % 3 {
            0 => Elimination::stationary(&equation, room()),
            1 => Elimination::implicit(&equation, dt, room()),
            _ => Elimination::absorbing(&equation, |k| k == target, room()),
        };
        if let Ok(mut elimination) = made {
            let mut steps = 0;
            let mut done = false;
            while steps < 4 * n + 8 && !done {
                done = !matches!(elimination.step(), EliminationStep::Eliminated { .. });
                steps += 1;
            }
            prop_assert!(done, "no end");
            let mut out = vec![7.0; n];
            if elimination.density(&mut out).is_err() {
                prop_assert_eq!(&out, &vec![7.0; n]);
            }
            let mut moved = density[..n].to_vec();
            if elimination.advance(&mut moved).is_err() {
                prop_assert_eq!(bits(&moved), bits(&density[..n]));
            }
            let mut times = vec![7.0; n];
            if elimination.times(&mut times).is_err() {
                prop_assert_eq!(&times, &vec![7.0; n]);
            }
            if let Ok(mut gap) = SpectralGap::new(&mut elimination, resized(SpectralGapLayout::new(n).len(), b)) {
                for _ in 0..10 {
                    if !matches!(gap.step(&mut elimination), GapStep::Iterated { .. }) {
                        break;
                    }
                }
            }
        }
        let _ = equation.set_temperature(&dynamics, d);
    }

    #[test]
    fn clouds(
        (walkers, kind, learning_rate, temperature) in (0usize..5, 0..3u8, number(), number()),
        (batch_size, pieces, positions) in (count(), prop_oneof![8 => 0u32..5, 1 => Just(u32::MAX)], prop::collection::vec(finite(), 10)),
        (a, b, limit) in (off_by(), off_by(), number()),
        scale in number(),
    ) {
        fn walk<K: losscape::diffusion::Walk<f64, F>, F: Objective<f64>>(f: &F, walk: K, positions: Vec<f64>, walkers: usize, workspace: Vec<f64>) -> Result<(), TestCaseError> {
            let mut generators = vec![stream(1, 0); walkers];
            seed_walkers(5, &mut generators);
            let generators: Vec<Xoshiro128PlusPlus> = generators;
            let Ok(mut cloud) = Ensemble::new(f, walk, positions, generators, workspace) else { return Ok(()) };
            for _ in 0..30 {
                let before = bits(cloud.positions());
                let step = cloud.step(f);
                prop_assert!(cloud.positions().iter().all(|x| x.is_finite()), "{step:?}");
                if matches!(step, EnsembleStep::NotFinite { .. }) {
                    prop_assert_eq!(bits(cloud.positions()), before);
                }
            }
            Ok(())
        }
        let mut bowl = RippledBowl::new(2, 0.5f64, 0.6, 3.0).expect("a bowl");
        bowl.curvature = scale;
        let places = positions.iter().copied().cycle().take((2 * walkers).saturating_add_signed(a)).collect();
        let data = Dataset::new(&[1.0, 2.0, 3.0], 1, Targets::Values(&[1.0, 0.0, 2.0])).expect("data");
        let net = MlpObjective::new(Mlp::new(&[1, 1]).expect("widths"), Loss::MeanSquaredError, data, 0.0).expect("valid");
        let room = |scratch| resized(EnsembleLayout::new(2, scratch).len() + 999, b * 2000);
        match kind {
            0 => walk(&bowl, Langevin { learning_rate, temperature }, places, walkers, room(bowl.scratch_len()))?,
            1 => walk(&net, BatchDescent { learning_rate, batch_size: batch_size % 99 }, places, walkers, room(net.scratch_len()))?,
            _ => if pieces < 9 { walk(&net, Svag { learning_rate, batch_size: batch_size % 99, pieces }, places, walkers, room(net.scratch_len()))? },
        }
        let mut times = vec![u32::MAX; walkers];
        let _ = arrivals(&positions, batch_size, &mut times, |x| x[0] > limit);
        let grid = Grid::new([Axis::new(-2.0, 2.0, 5).expect("an axis")]).expect("a grid");
        let mut density = vec![7.0; 5];
        match histogram(&grid, &positions, &mut density) {
            Ok(_) => prop_assert!((mass(&grid, &density) - 1.0).abs() < 1e-12),
            Err(_) => prop_assert_eq!(density, vec![7.0; 5]),
        }
        let posterior = LocalPosterior { objective: &bowl, n_beta: learning_rate, centre: &positions[..walkers], localisation: temperature };
        let mut grad = [7.0; 2];
        let value = posterior.value_grad(&positions[..2], &mut grad, &mut []);
        prop_assert!(!grad.contains(&7.0) && (walkers == 2 || value == f64::INFINITY && grad[0].is_nan()), "{value} {grad:?}");
        let mut noise = match GradientCovariance::new(&net, resized(GradientCovarianceLayout::new(3, 2, net.scratch_len()).len(), b)) {
            Ok(noise) => noise,
            Err(_) => return Ok(()),
        };
        for _ in 0..12 {
            let _ = noise.step(&net, &positions[..2]);
        }
        let _ = (noise.trace(), noise.participation_ratio(), noise.mean().is_some(), noise.gram().is_some());
    }

    #[test]
    fn laws(a in prop::collection::vec(number(), 9), b in prop::collection::vec(number(), 9), rate in number()) {
        let matrix = |x: &[f64]| [[x[0], x[1], x[2]], [x[3], x[4], x[5]], [x[6], x[7], x[8]]];
        let (a, b) = (matrix(&a), matrix(&b));
        if let Ok(law) = linear_law(&a, &b) {
            prop_assert!(law.covariance.as_flattened().iter().all(|x| x.is_finite()));
        }
        for covariance in [discrete_covariance(&a, &b), descent_covariance(&a, &b, rate)].into_iter().flatten() {
            prop_assert!(covariance.as_flattened().iter().all(|x| x.is_finite()));
        }
    }
}
