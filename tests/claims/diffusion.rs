//! Chaudhari & Soatto (2018): SGD as a diffusion; its equation on a grid, and where the picture ends.

use losscape::Real;
use losscape::base::elementary::{exp, ln, sqrt};
use losscape::base::grid::{Axis, Grid, Grid1, Grid2};
use losscape::base::random::{normal, stream, uniform};
use losscape::diffusion::{
    Boundary, Calculus, Diffusion, Dynamics, Elimination, EliminationLayout, EliminationStep, Evolution,
    EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, GapStep, Gibbs, Scheme, SpectralGap,
    SpectralGapLayout, kramers_time, mass, moments, normalise_mass, relative_entropy,
};

pub(crate) type Equation<const D: usize> = FokkerPlanck<f64, D, Vec<f64>>;

const WALL: Boundary = Boundary::Reflecting;

pub(crate) fn walled<const D: usize>(
    grid: Grid<f64, D>,
    dynamics: &Dynamics<'_, f64, D>,
    temperature: f64,
) -> Equation<D> {
    let memory = vec![f64::NAN; FokkerPlanckLayout::new(grid.axes().map(|axis| axis.cells())).len()];
    FokkerPlanck::new(grid, [WALL; D], dynamics, temperature, memory).unwrap()
}

pub(crate) fn line(low: f64, high: f64, cells: u32) -> Grid1<f64> {
    Grid::new([Axis::new(low, high, cells).unwrap()]).unwrap()
}

fn square(half: f64, cells: u32) -> Grid2<f64> {
    Grid::new([Axis::new(-half, half, cells).unwrap(); 2]).unwrap()
}

pub(crate) fn on<const D: usize>(grid: &Grid<f64, D>, f: impl FnMut([f64; D]) -> f64) -> Vec<f64> {
    let mut values = vec![0.0; grid.len()];
    grid.fill(&mut values, f).unwrap();
    values
}

pub(crate) fn density_on<const D: usize>(grid: &Grid<f64, D>, f: impl FnMut([f64; D]) -> f64) -> Vec<f64> {
    let mut density = on(grid, f);
    normalise_mass(grid, &mut density).unwrap();
    density
}

pub(crate) fn double_well(x: f64) -> f64 {
    (x * x - 1.0) * (x * x - 1.0) / 4.0
}

pub(crate) fn room<const D: usize>(equation: &Equation<D>) -> Vec<f64> {
    let cells = equation.grid().axes().map(|axis| axis.cells());
    vec![f64::NAN; EliminationLayout::new(cells, *equation.boundary()).len()]
}

pub(crate) fn finished<const D: usize>(
    mut elimination: Elimination<f64, D, Vec<f64>>,
) -> Elimination<f64, D, Vec<f64>> {
    while let EliminationStep::Eliminated { .. } = elimination.step() {}
    assert_eq!(elimination.step(), EliminationStep::Done);
    elimination
}

pub(crate) fn stationary<const D: usize>(equation: &Equation<D>) -> Vec<f64> {
    let mut density = vec![0.0; equation.grid().len()];
    finished(Elimination::stationary(equation, room(equation)).unwrap()).density(&mut density).unwrap();
    density
}

pub(crate) fn distance<const D: usize>(grid: &Grid<f64, D>, a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b).abs()) * grid.cell_volume()
}

/// Runs to time `until`, with a look at every new density.
pub(crate) fn evolve<const D: usize>(
    equation: &Equation<D>,
    scheme: Scheme<f64>,
    density: Vec<f64>,
    until: f64,
    mut look: impl FnMut(&[f64]),
) -> Vec<f64> {
    let cells = equation.grid().axes().map(|axis| axis.cells());
    let workspace = vec![f64::NAN; EvolutionLayout::new(cells).len()];
    let mut evolution = Evolution::new(equation, scheme, density, workspace).unwrap();
    while evolution.time() < until - 1e-9 {
        match evolution.step(equation) {
            EvolutionStep::Swept { .. } => {}
            EvolutionStep::Stepped { .. } => look(evolution.density()),
            other => panic!("{other:?}"),
        }
    }
    evolution.into_parts().0
}

#[test]
fn the_gibbs_law_is_stationary_to_rounding_and_the_explicit_limit_known() {
    let grid = line(-3.0, 3.0, 64);
    let potential = on(&grid, |[x]| double_well(x));
    let equation = walled(grid, &Dynamics::gradient(&potential), 0.1);
    assert!((equation.explicit_limit() - 0.004_330_821).abs() < 5e-10);
    let mut gibbs = vec![0.0; 64];
    Gibbs::new(grid, &potential, 0.1).unwrap().fill(&mut gibbs).unwrap();
    // What flows across a face, over what leaves the busiest cell.
    let mut current = vec![0.0; 64];
    equation.current(&gibbs, 0, &mut current).unwrap();
    let [up, _] = equation.rates(0).unwrap();
    let largest = up.iter().zip(&gibbs).fold(0.0, |most: f64, (up, rho)| most.or_larger(up * rho));
    for flow in current {
        assert!(flow.abs() / grid.axes()[0].spacing() < 4e-16 * largest, "{flow:e} of {largest:e}");
    }
    assert!(distance(&grid, &stationary(&equation), &gibbs) < 1e-13);
}

/// The two slowest rates in the double well.
fn gaps(temperature: f64, cells: u32) -> [f64; 2] {
    let grid = line(-3.0, 3.0, cells);
    let potential = on(&grid, |[x]| double_well(x));
    let equation = walled(grid, &Dynamics::gradient(&potential), temperature);
    let kramers = core::f64::consts::SQRT_2 / core::f64::consts::PI * exp(-0.25 / temperature);
    let dt = 1e6 / kramers;
    let mut elimination = finished(Elimination::implicit(&equation, dt, room(&equation)).unwrap());
    let workspace = vec![f64::NAN; SpectralGapLayout::new(grid.len()).len()];
    let mut gap = SpectralGap::new(&mut elimination, workspace).unwrap();
    let mut last = [0.0; 2];
    for _ in 0..60 {
        match gap.step(&mut elimination) {
            GapStep::Iterated { slowest, .. } => last = slowest.map(|rate| rate.decay),
            other => panic!("{other:?}"),
        }
    }
    last
}

#[test]
fn spectral_gaps_of_the_double_well() {
    for (temperature, slowest, next) in [
        (0.025, 1.958_93e-5, 0.904_243),
        (0.05, 0.002_776_14, 0.822_247),
        (0.1, 0.033_545_29, 0.927_372),
        (0.2, 0.134_777_98, 1.312_581),
        (0.5, 0.422_944_6, 2.314_913),
    ] {
        // Errors of orders h² and h⁴ taken off.
        let [a, b, c] = [256, 512, 1024].map(|cells| gaps(temperature, cells));
        for (k, expected) in [slowest, next].into_iter().enumerate() {
            let first = [(4.0 * b[k] - a[k]) / 3.0, (4.0 * c[k] - b[k]) / 3.0];
            let found = (16.0 * first[1] - first[0]) / 15.0;
            assert!((found / expected - 1.0).abs() < 3e-6, "T = {temperature}, {k}: {found}, {expected}");
        }
        // Twice Kramers' rate is not within 5 %.
        let kramers = core::f64::consts::SQRT_2 / core::f64::consts::PI * exp(-0.25 / temperature);
        assert!((slowest / kramers - 1.0).abs() > 0.04, "{temperature}");
    }
}

#[test]
fn mean_first_passage_times() {
    for (temperature, expected, kramers) in
        [(0.05, 729.671, 0.904), (0.1, 66.2686, 0.817), (0.2, 19.0939, 0.812)]
    {
        // Both wells at centres of cells.
        let time = |per_unit: u32| {
            let half = 3.0 + 0.5 / f64::from(per_unit);
            let grid = line(-half, half, 6 * per_unit + 1);
            let potential = on(&grid, |[x]| double_well(x));
            let equation = walled(grid, &Dynamics::gradient(&potential), temperature);
            let cell = |x: f64| grid.cell_of([x]).unwrap();
            let target = cell(1.0);
            let absorbing = Elimination::absorbing(&equation, |k| k == target, room(&equation)).unwrap();
            let mut times = vec![0.0; grid.len()];
            finished(absorbing).times(&mut times).unwrap();
            times[cell(-1.0)]
        };
        let found = (4.0 * time(160) - time(80)) / 3.0;
        assert!((found / expected - 1.0).abs() < 2e-6, "T = {temperature}: {found}, {expected}");
        // Kramers (1940) is for barriers much higher than T: it is a tenth short where the barrier is 5 T, a fifth where it is 2.5 T.
        let formula = kramers_time(0.25, temperature, &[2.0], &[-1.0]).unwrap();
        assert!((formula / found - kramers).abs() < 1e-3, "T = {temperature}: {}", formula / found);
    }
}

/// The law of Eyring and Kramers over Müller–Brown's saddles: prefactors of the rates, per unit of time.
#[test]
fn prefactors_of_rates_over_the_saddles_of_mueller_brown() {
    let (a, b, c) = (
        [410.531_134_692_9, 4_068.198_955_026],
        [543.836_189_018_6, 3_005.395_864_533],
        [221.037_472_872_3, 1_479.197_022_013],
    );
    let (first, second) = ([-750.862_662_839_3, 490.240_708_059_6], [-735.247_262_111_4, 510.886_565_472_5]);
    for (minimum, saddle, recorded) in
        [(a, first, 254.548_090), (c, first, 112.626_780), (c, second, 109.174_337), (b, second, 244.095_342)]
    {
        let rate = 1.0 / kramers_time(0.0, 1.0, &minimum, &saddle).unwrap();
        assert!((rate - recorded).abs() < 1e-6, "{rate} {recorded}");
    }
}

/// Example 19: a potential with a current that leaves its Gibbs distribution alone.
pub(crate) fn example_19(cells: u32, lambda: f64) -> (Equation<2>, Vec<f64>) {
    let grid = square(4.0, cells);
    let potential = on(&grid, |[x, y]| double_well(x) + y * y / 2.0);
    let size = |x: f64, y: f64| {
        lambda * exp(0.25 - x * x / 2.0 + y * y / 2.0 - x * x * y * y / 2.0 - y * y * y * y / 4.0)
    };
    let mut drift = vec![0.0; 2 * grid.len()];
    let (first, second) = drift.split_at_mut(grid.len());
    grid.fill_faces(0, first, |[x, y]| -y * size(x, y)).unwrap();
    grid.fill_faces(1, second, |[x, y]| x * size(x, y)).unwrap();
    let dynamics = Dynamics { drift: &drift, ..Dynamics::gradient(&potential) };
    (walled(grid, &dynamics, 1.0), potential)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_rotation_is_stationary_to_second_order_and_dissipates() {
    for (lambda, expected) in
        [(0.5, [1.0682e-3, 2.6585e-4, 6.6549e-5]), (1.5, [2.7554e-3, 6.9814e-4, 1.7461e-4]), (0.0, [0.0; 3])]
    {
        let mut errors = [0.0; 3];
        for (k, cells) in [32, 64, 128].into_iter().enumerate() {
            let (equation, potential) = example_19(cells, lambda);
            let grid = *equation.grid();
            let density = stationary(&equation);
            let mut law = vec![0.0; grid.len()];
            Gibbs::new(grid, &potential, 1.0).unwrap().fill(&mut law).unwrap();
            errors[k] = distance(&grid, &density, &law);
            let digits = 0.01 * expected[k] + 1e-13;
            assert!((errors[k] - expected[k]).abs() < digits, "{lambda} {cells}: {}", errors[k]);
            if cells == 128 {
                let turning = equation.circulation(&density).unwrap();
                let dissipated = equation.entropy_production(&density).unwrap();
                assert!((turning - 0.824_189_849_1 * lambda).abs() < 2e-3 * lambda + 1e-12, "{turning}");
                let production = 0.681_381_611_546 * lambda * lambda;
                assert!((dissipated - production).abs() < 3e-3 * production + 1e-12, "{dissipated}");
            }
        }
        if lambda > 0.0 {
            let order = ln(errors[1] / errors[2]) / core::f64::consts::LN_2;
            assert!((order - 2.0).abs() < 0.005, "{order}");
        }
    }
}

#[test]
fn integrals_of_example_19() {
    let grid = square(10.0, 400);
    let potential = on(&grid, |[x, y]| double_well(x) + y * y / 2.0);
    let gibbs = Gibbs::new(grid, &potential, 1.0).unwrap();
    // The rectangle rule is exact to rounding for functions that vanish at the ends.
    let z = exp(-gibbs.least_free_energy());
    assert!((z - 7.623_468_444_672_762_5).abs() < 1e-12, "{z}");
    let mean = |f: fn([f64; 2]) -> f64| gibbs.mean(&on(&grid, f)).unwrap();
    assert!((mean(|[x, _]| x * x) - 1.041_797_296_487_154_2).abs() < 1e-12);
    assert!((gibbs.mean(&potential).unwrap() - 0.739_550_675_878_211_1).abs() < 1e-12);
}

#[test]
fn the_drift_of_example_19() {
    let drift = |lambda: f64, [x, y]: [f64; 2]| {
        let size = lambda * exp(0.25 - x * x / 2.0 + y * y / 2.0 - x * x * y * y / 2.0 - y * y * y * y / 4.0);
        [-y * size - x * (x * x - 1.0), x * size - y]
    };
    // Zeros, by Newton's steps with differences.
    for (lambda, start, zero) in
        [(0.5, [0.9, 0.4], [0.902_428_32, 0.388_802_24]), (0.7, [0.6, 0.5], [0.611_184_16, 0.483_745_19])]
    {
        let mut p: [f64; 2] = start;
        for _ in 0..30 {
            let [f, g] = drift(lambda, p);
            let h = 1e-6;
            let [fx, gx] = [0, 1].map(|k| {
                (drift(lambda, [p[0] + h, p[1]])[k] - drift(lambda, [p[0] - h, p[1]])[k]) / (2.0 * h)
            });
            let [fy, gy] = [0, 1].map(|k| {
                (drift(lambda, [p[0], p[1] + h])[k] - drift(lambda, [p[0], p[1] - h])[k]) / (2.0 * h)
            });
            let det = fx * gy - fy * gx;
            p = [p[0] - (f * gy - g * fy) / det, p[1] - (g * fx - f * gx) / det];
        }
        assert!((p[0] - zero[0]).abs() < 1e-6 && (p[1] - zero[1]).abs() < 1e-6, "{lambda}: {p:?}");
    }
    // No limit cycle: the origin is a weak focus, and all decays as 2/√t, from near it and from beyond the wells.
    for (lambda, start) in
        [1.0, 1.5, 2.0].into_iter().flat_map(|l| [[0.5, 0.0], [-2.0, 1.0], [0.3, -1.5]].map(|p| (l, p)))
    {
        let (mut p, dt) = (start, 0.01);
        let (mut largest, steps) = (0.0f64, 1_000_000);
        for k in 0..steps {
            let at = |p: [f64; 2], d: [f64; 2], s: f64| [p[0] + s * d[0], p[1] + s * d[1]];
            let a = drift(lambda, p);
            let b = drift(lambda, at(p, a, dt / 2.0));
            let c = drift(lambda, at(p, b, dt / 2.0));
            let d = drift(lambda, at(p, c, dt));
            for i in 0..2 {
                p[i] += dt / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]);
            }
            if k > steps - 2000 {
                largest = largest.or_larger(p[0].abs());
            }
        }
        let scaled = largest * sqrt(f64::from(steps) * dt);
        assert!((scaled - 2.0).abs() < 0.01, "{lambda} from {start:?}: {scaled}");
    }
    // The paper's assumption that the current has no divergence fails: ∇·j = j·∇Φ.
    let (lambda, h, p) = (0.5, 1e-5, [0.8, 0.6]);
    let j = |p: [f64; 2]| {
        let [u, v] = drift(lambda, p);
        [u + p[0] * (p[0] * p[0] - 1.0), v + p[1]]
    };
    let divergence = (j([p[0] + h, p[1]])[0] - j([p[0] - h, p[1]])[0] + j([p[0], p[1] + h])[1]
        - j([p[0], p[1] - h])[1])
        / (2.0 * h);
    assert!(divergence.abs() > 0.1, "{divergence}");
}

#[test]
fn entropy_falls_at_every_step_and_mass_stays() {
    // The gradient case: every scheme, any dt.
    let grid = square(2.5, 40);
    let potential = on(&grid, |[x, y]| double_well(x) + x / 10.0 + y * y / 2.0);
    let start = density_on(&grid, |[x, y]| exp(-((x - 1.0) * (x - 1.0) + y * y) / 0.08));
    for temperature in [0.3, 0.1, 0.03] {
        let equation = walled(grid, &Dynamics::gradient(&potential), temperature);
        let gibbs = Gibbs::new(grid, &potential, temperature).unwrap();
        let dt = equation.explicit_limit();
        for (scheme, until) in [
            (Scheme::Explicit { dt }, 200.0 * dt),
            (Scheme::Implicit { dt: 0.05 }, 30.0),
            (Scheme::Implicit { dt: 5.0 }, 1000.0),
            (Scheme::Exact { dt: 0.1 }, 1.0),
        ] {
            let (mut kl, mut free) =
                (gibbs.relative_entropy(&start).unwrap(), gibbs.free_energy(&start).unwrap());
            evolve(&equation, scheme, start.clone(), until, |density| {
                assert!((mass(&grid, density) - 1.0).abs() < 1e-12, "mass");
                assert!(density.iter().all(|rho| *rho >= 0.0), "negative");
                let now = gibbs.relative_entropy(density).unwrap();
                assert!(now <= kl * (1.0 + 1e-13) + 1e-25, "{scheme:?} at {temperature}: {kl:e} to {now:e}");
                let excess = gibbs.free_energy(density).unwrap();
                assert!(excess <= free + 1e-12, "{scheme:?}: {free} to {excess}");
                let gap = (excess - gibbs.least_free_energy()) / temperature;
                assert!((gap - now).abs() < 1e-11 * (1.0 + now), "(F − F*)/T is the relative entropy");
                (kl, free) = (now, excess);
            });
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn entropy_falls_with_a_rotation_too_but_not_to_the_wrong_density() {
    let (equation, potential) = example_19(32, 1.5);
    let grid = *equation.grid();
    let target = stationary(&equation);
    let gibbs = Gibbs::new(grid, &potential, 1.0).unwrap();
    let mut density = density_on(&grid, |[x, y]| exp(-((x - 1.0) * (x - 1.0) + (y + 1.0) * (y + 1.0)) / 0.5));
    let mut step = finished(Elimination::implicit(&equation, 0.1, room(&equation)).unwrap());
    let mut kl = relative_entropy(&grid, &density, &target).unwrap();
    for _ in 0..300 {
        step.advance(&mut density).unwrap();
        let now = relative_entropy(&grid, &density, &target).unwrap();
        assert!(now <= kl * (1.0 + 1e-12) + 1e-24, "{kl:e} to {now:e}");
        kl = now;
    }
    assert!(kl < 1e-12, "{kl:e}");
    // e^(−Φ) is stationary for the equation, not for the grid: what is left is of order h⁴.
    let left = gibbs.relative_entropy(&density).unwrap();
    assert!(left > 1e-7 && left < 1e-4, "{left:e}");
}

#[test]
fn ornstein_uhlenbeck_moments() {
    // m = m₀ e^(−t), s = S + (s₀ − S) e^(−2t), and KL falls at least as e^(−2t).
    let (temperature, time) = (0.5, 0.7);
    let run = |cells: u32| {
        let grid = line(-7.0, 7.0, cells);
        let potential = on(&grid, |[x]| x * x / 2.0);
        let equation = walled(grid, &Dynamics::gradient(&potential), temperature);
        let start = density_on(&grid, |[x]| exp(-(x - 1.5) * (x - 1.5) / 0.4));
        let gibbs = Gibbs::new(grid, &potential, temperature).unwrap();
        let before = gibbs.relative_entropy(&start).unwrap();
        let end = evolve(&equation, Scheme::Exact { dt: time }, start, time, |_| ());
        let after = gibbs.relative_entropy(&end).unwrap();
        assert!(after <= before * exp(-2.0 * time) * 1.01, "{before} {after}");
        let found = moments(&grid, &end).unwrap();
        [found.mean[0] - 1.5 * exp(-time), found.covariance[0][0] - (0.5 - 0.3 * exp(-2.0 * time))]
    };
    let (coarse, fine) = (run(100), run(200));
    for (a, b) in coarse.into_iter().zip(fine) {
        assert!(b.abs() < 1.5e-3 && (a / b - 4.0).abs() < 0.2, "second order: {a} {b}");
    }
}

#[test]
fn forgetting_the_divergence_of_a_diffusion_changes_the_law() {
    // D = 1 + x²/2, V = x²/2, T = 0.3: exponent −1 − 1/T with the term, −1/T without.
    let error = |cells: u32, calculus: Calculus, exponent: f64| {
        let grid = line(-12.0, 12.0, cells);
        let potential = on(&grid, |[x]| x * x / 2.0);
        let values = on(&grid, |[x]| 1.0 + x * x / 2.0);
        let diffusion = Diffusion::Places { values: &values, calculus };
        let equation = walled(grid, &Dynamics { diffusion, ..Dynamics::gradient(&potential) }, 0.3);
        let expected = density_on(&grid, |[x]| exp(exponent * ln(1.0 + x * x / 2.0)));
        distance(&grid, &stationary(&equation), &expected)
    };
    for (calculus, exponent, other) in
        [(Calculus::Ito, -1.0 - 1.0 / 0.3, -1.0 / 0.3), (Calculus::Isothermal, -1.0 / 0.3, -1.0 - 1.0 / 0.3)]
    {
        let (coarse, fine) = (error(240, calculus, exponent), error(480, calculus, exponent));
        assert!(fine < 5e-4 && (coarse / fine - 4.0).abs() < 0.1, "{calculus:?}: {coarse:e} {fine:e}");
        assert!(error(480, calculus, other) > 0.05, "{calculus:?}");
    }
}

#[test]
fn bounded_noise_is_no_diffusion() {
    // f± = (x² − 1)²/4 ± σ x, each with probability ½: the left well holds iff σ < 2/(3√3), at any small step.
    let threshold = 2.0 / (3.0 * sqrt(3.0));
    assert!((threshold - 0.384_900_179_5).abs() < 1e-10);
    for rate in [0.25, 0.05, 0.01] {
        for (sigma, escapes) in [(threshold - 1e-3, false), (threshold + 1e-3, true)] {
            // The worst case: always the sample that pushes right.
            let mut x = -1.0;
            for _ in 0..400_000 {
                x -= rate * (x * (x * x - 1.0) - sigma);
            }
            assert_eq!(x > 0.0, escapes, "{rate} {sigma}: {x}");
        }
    }
    // The diffusion with the same variance leaks, at Kramers' rate: at η = 0.25, T = 0.0184, one passage in 3.5 million units of time.
    let (rate, sigma) = (0.25, threshold - 1e-3);
    let temperature = rate * sigma * sigma / 2.0;
    let (leak, kramers) =
        (gaps(temperature, 512)[0], 2.0 / kramers_time(0.25, temperature, &[2.0], &[-1.0]).unwrap());
    assert!((0.95..1.0).contains(&(leak / kramers)), "{leak:e} against {kramers:e}");
}

#[test]
fn smoothing_and_noise_on_the_spiky_parabola() {
    // f = x²/2 + a cos(k x), noise uniform in ±r with η r k = π: the stationary spread is that of the parabola.
    for (eta, expected) in [(0.01, 0.6403), (0.02, 0.4511), (0.05, 0.2754), (0.1, 0.2124)] {
        let (a, k): (f64, f64) = (0.05, 20.0);
        let r = core::f64::consts::PI / (eta * k);
        let mut rng = stream(11, 0);
        let (mut sum, mut count) = (0.0, 0.0);
        for _ in 0..200 {
            let mut x: f64 = normal(&mut rng);
            for step in 0..4000 {
                let omega = r * (2.0 * uniform::<f64, _>(&mut rng) - 1.0);
                x -= eta * (x - a * k * losscape::base::elementary::sin(k * x) + omega);
                if step >= 1500 {
                    sum += x * x;
                    count += 1.0;
                }
            }
        }
        let (rms, law) = (sqrt(sum / count), sqrt(eta * r * r / (3.0 * (2.0 - eta))));
        assert!((rms / law - 1.0).abs() < 0.06, "{eta}: {rms} {law}");
        assert!((rms / expected - 1.0).abs() < 0.06, "{eta}: {rms} {expected}");
    }
}
