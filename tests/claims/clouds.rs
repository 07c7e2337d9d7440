//! Clouds, gradient noise and learning coefficients: Chaudhari & Soatto (2018), Li, Malladi & Arora (2021), Lau et al.
//! (2023), and exact formulas.

use losscape::base::elementary::sqrt;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus, stream, uniform};
use losscape::diffusion::{
    BatchDescent, Ensemble, EnsembleLayout, EnsembleStep, Gibbs, Langevin, LocalPosterior, Matrix,
    NOT_ARRIVED, Svag, Walk, arrivals, compare_potential, descent_covariance, discrete_covariance, histogram,
    learning_coefficient, linear_law, measured_potential, noise_floor, normalise_mass, seed_walkers,
};
use losscape::models::surfaces::Quadratic;
use losscape::{Objective, Reason, SampledObjective};

/// `λ/2 (x − cₖ)²` with centres of mean zero.
struct Bowls {
    curvature: f64,
    centres: Vec<f64>,
}

impl Objective<f64> for Bowls {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(x, &mut [0.0], scratch)
    }
    fn value_grad(&self, x: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        let all: Vec<u32> = (0..u32::try_from(self.centres.len()).unwrap()).collect();
        self.batch_value_grad(x, &all, grad, scratch)
    }
}

impl SampledObjective<f64> for Bowls {
    fn samples(&self) -> usize {
        self.centres.len()
    }
    fn batch_value_grad(&self, x: &[f64], batch: &[u32], grad: &mut [f64], _: &mut [f64]) -> f64 {
        let (mut value, mut slope) = (0.0, 0.0);
        for k in batch {
            let away = x[0] - self.centres[*k as usize];
            value += 0.5 * self.curvature * away * away;
            slope += self.curvature * away;
        }
        let count = f64::from(u32::try_from(batch.len()).unwrap());
        grad[0] = slope / count;
        value / count
    }
}

fn generators(walkers: usize, seed: u64) -> Vec<Xoshiro128PlusPlus> {
    let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); walkers];
    seed_walkers(seed, &mut generators);
    generators
}

/// The positions after some rounds from zero.
pub(super) fn cloud<F: Objective<f64>, K: Walk<f64, F>>(
    f: &F,
    walk: K,
    walkers: usize,
    rounds: u32,
) -> Vec<f64> {
    let workspace = vec![f64::NAN; EnsembleLayout::new(f.dim(), walk.scratch_len(f)).len()];
    let start = vec![0.0; walkers * f.dim()];
    let mut ensemble = Ensemble::new(f, walk, start, generators(walkers, 5), workspace).unwrap();
    while ensemble.round() < rounds {
        assert!(!matches!(ensemble.step(f), EnsembleStep::NotFinite { .. } | EnsembleStep::MemoryChanged));
    }
    ensemble.into_parts().0
}

pub(super) fn variance(x: &[f64]) -> f64 {
    let n = f64::from(u32::try_from(x.len()).unwrap());
    let mean = x.iter().fold(0.0, |sum, x| sum + x) / n;
    x.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean)) / (n - 1.0)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn stationary_variances_of_walkers() {
    // λ = 2, centres ±½: σ² = λ² ¼ = 1. Within 3 % (three standard errors of 20,000 walkers).
    let f = Bowls { curvature: 2.0, centres: vec![0.5, -0.5] };
    let (eta, walkers) = (0.1, 20_000);
    let expect = |what: &str, found: f64, exact: f64| {
        assert!((found / exact - 1.0).abs() < 0.03, "{what}: {found} {exact}");
    };
    let descent = BatchDescent { learning_rate: eta, batch_size: 1 };
    expect("SGD", variance(&cloud(&f, descent, walkers, 60)), 0.027_777_777_8);
    let large = BatchDescent { learning_rate: eta, batch_size: 50 };
    expect("batches of 50", variance(&cloud(&f, large, walkers, 60)), 0.027_777_777_8 / 50.0);
    // SVAG tends to the diffusion's η σ² / 2 λ = 0.025.
    for pieces in [1, 4, 16] {
        let l = f64::from(pieces);
        let svag = Svag { learning_rate: eta, batch_size: 1, pieces };
        let exact = eta / (2.0 * (2.0 - eta * 2.0 / l));
        expect("SVAG", variance(&cloud(&f, svag, walkers, 60 * pieces)), exact);
    }
    // Langevin at η λ = 1 is twice as wide as its Gibbs distribution.
    let bowl = Quadratic::new(&[2.0f64]).unwrap();
    let langevin = Langevin { learning_rate: 0.5, temperature: 0.3 };
    expect("Langevin", variance(&cloud(&bowl, langevin, walkers, 40)), 2.0 * 0.3 / 2.0);
}

/// One step from the same place can end in four places, by which sample either batch holds: their mean is a step of descent over l, their
/// variance `(η/l)² l` times that of the gradient's noise.
#[test]
fn a_step_of_svag_has_the_mean_of_sgd_and_l_times_its_noise() {
    let f = Bowls { curvature: 2.0, centres: vec![0.7, -0.3] };
    // Gradients at 0: −1.4 and 0.6, with mean −0.4 and variance 1.
    for pieces in [1, 2, 16, 1000] {
        let l = f64::from(pieces);
        let ends = cloud(&f, Svag { learning_rate: 0.1, batch_size: 1, pieces }, 400, 1);
        let spread = sqrt(2.0 * l - 1.0);
        let (mut mean, mut square) = (0.0, 0.0);
        let mut hits = 0;
        for (first, second) in [(-1.4, -1.4), (-1.4, 0.6), (0.6, -1.4), (0.6, 0.6)] {
            let place = -0.1 / l * (0.5 * (1.0 + spread) * first + 0.5 * (1.0 - spread) * second);
            let here = ends.iter().filter(|x| (*x - place).abs() < 1e-14).count();
            // A quarter of 400, give or take five standard deviations; at l = 1 the second batch does not count.
            assert!(here > 55, "l = {l}: {here} at {place}");
            hits += here;
            mean += 0.25 * place;
            square += 0.25 * place * place;
        }
        assert_eq!(hits, if pieces == 1 { 800 } else { 400 }, "l = {l}: nowhere else");
        assert!((mean - 0.04 / l).abs() < 1e-15, "{mean}");
        assert!(((square - mean * mean) / (0.01 / l) - 1.0).abs() < 1e-12, "{square}");
    }
}

#[test]
fn a_walker_does_not_know_how_many_there_are() {
    let f = Bowls { curvature: 2.0, centres: vec![0.5, -0.5, 0.3, -0.3] };
    let walk = BatchDescent { learning_rate: 0.1, batch_size: 40 };
    let many = cloud(&f, walk, 20, 9);
    let few = cloud(&f, walk, 3, 9);
    assert_eq!(few, many[..3]);
}

#[test]
fn clouds_refuse_what_makes_no_sense() {
    let f = Bowls { curvature: 2.0, centres: vec![0.5, -0.5] };
    let walk = BatchDescent { learning_rate: 0.1, batch_size: 1 };
    let room = || vec![0.0; EnsembleLayout::new(1, 0).len()];
    let arg = |walk: BatchDescent<f64>, positions: Vec<f64>, walkers, room: Vec<f64>| {
        Ensemble::new(&f, walk, positions, generators(walkers, 0), room).map(|_| ()).unwrap_err().arg
    };
    assert_eq!(arg(walk, vec![], 0, room()), "generators", "an empty cloud");
    assert_eq!(arg(walk, vec![0.0; 2], 3, room()), "positions");
    assert_eq!(arg(walk, vec![f64::NAN], 1, room()), "positions");
    assert_eq!(arg(walk, vec![0.0], 1, vec![0.0; 3]), "workspace");
    assert_eq!(arg(BatchDescent { learning_rate: 0.0, ..walk }, vec![0.0], 1, room()), "learning_rate");
    assert_eq!(arg(BatchDescent { batch_size: 0, ..walk }, vec![0.0], 1, room()), "batch_size");
    let cold = Langevin { learning_rate: 0.1, temperature: -1.0 };
    let bowl = Quadratic::new(&[1.0f64]).unwrap();
    let refused = Ensemble::new(&bowl, cold, vec![0.0], generators(1, 0), vec![0.0; 9]).map(|_| ());
    assert_eq!(refused.unwrap_err().arg, "temperature");
    let svag = Svag { learning_rate: 0.1, batch_size: 1, pieces: 0 };
    let refused = Ensemble::new(&f, svag, vec![0.0], generators(1, 0), vec![0.0; 9]).map(|_| ());
    assert_eq!(refused.unwrap_err().arg, "pieces");

    // A walker that would leave the numbers stays.
    let wild = Langevin { learning_rate: 1e300, temperature: 0.0 };
    let steep = Quadratic::new(&[1e10f64]).unwrap();
    let mut ensemble = Ensemble::new(&steep, wild, vec![0.0, 1.0], generators(2, 0), vec![0.0; 9]).unwrap();
    assert_eq!(ensemble.step(&steep), EnsembleStep::Moved { walker: 0 });
    assert_eq!(ensemble.step(&steep), EnsembleStep::NotFinite { walker: 1 });
    assert_eq!(ensemble.positions(), [0.0, 1.0]);

    let grid = Grid::new([Axis::new(0.0f64, 1.0, 4).unwrap()]).unwrap();
    assert_eq!(histogram(&grid, &[], &mut [0.0; 4]).unwrap_err().arg, "positions");
    assert_eq!(histogram(&grid, &[7.0, f64::NAN], &mut [0.0; 4]).unwrap_err().arg, "positions");
    assert_eq!(noise_floor(&grid, &[1.0; 4], 0).unwrap_err().arg, "walkers");
    assert_eq!(noise_floor(&grid, &[0.5; 4], 9).unwrap_err().arg, "density");
}

#[test]
fn arrival_times_of_walkers_grow_as_the_square_of_the_way() {
    struct Flat;
    impl Objective<f64> for Flat {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, _: &[f64], _: &mut [f64]) -> f64 {
            0.0
        }
        fn value_grad(&self, _: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
            grad.fill(0.0);
            0.0
        }
    }
    // From the middle of an interval of half-width w: w² / 2 T on average, and a little more in finite steps.
    let (walk, walkers, w) = (Langevin { learning_rate: 0.01, temperature: 0.5 }, 2000, 2.0);
    let workspace = vec![0.0; EnsembleLayout::new(1, 0).len()];
    let mut ensemble =
        Ensemble::new(&Flat, walk, vec![0.0; walkers], generators(walkers, 3), workspace).unwrap();
    let mut times = vec![NOT_ARRIVED; walkers];
    loop {
        if let EnsembleStep::Round { round, .. } = ensemble.step(&Flat)
            && arrivals(ensemble.positions(), round, &mut times, |x| x[0].abs() > w).unwrap() == 2000
        {
            break;
        }
    }
    let mean = times.iter().fold(0.0, |sum, t| sum + f64::from(*t)) / 2000.0 * 0.01;
    // The overshoot of a step of deviation √0.01: w + 0.5826 · 0.1.
    let exact = (w + 0.058_26) * (w + 0.058_26);
    assert!((mean / exact - 1.0).abs() < 0.06, "{mean} {exact}");
}

#[test]
fn the_noise_floor_is_that_of_simulated_clouds() {
    let side = 24;
    let grid = Grid::new([Axis::new(-2.5f64, 2.5, side).unwrap(); 2]).unwrap();
    let mut potential = vec![0.0; grid.len()];
    grid.fill(&mut potential, |[x, y]| (x * x - 1.0) * (x * x - 1.0) / 4.0 + y * y / 2.0).unwrap();
    for (temperature, walkers) in [(0.3, 4096), (0.1, 4096), (0.3, 300)] {
        let gibbs = Gibbs::new(grid, &potential, temperature).unwrap();
        let mut law = vec![0.0; grid.len()];
        gibbs.fill(&mut law).unwrap();
        let floor = noise_floor(&grid, &law, walkers).unwrap();
        let mut sums = vec![];
        let mut total = 0.0;
        for rho in &law {
            total += rho * grid.cell_volume();
            sums.push(total);
        }
        let mut rng = stream(9, 0);
        let (mut mean, mut square, mut occupied) = (0.0, 0.0, 0.0);
        let clouds = 300;
        for _ in 0..clouds {
            let mut density = vec![0.0; grid.len()];
            for _ in 0..walkers {
                let u = total * uniform::<f64, _>(&mut rng);
                let cell = sums.partition_point(|sum| *sum <= u);
                density[cell.min(grid.len() - 1)] += 1.0;
            }
            occupied += density.iter().fold(0.0, |n, rho| if *rho > 0.0 { n + 1.0 } else { n });
            normalise_mass(&grid, &mut density).unwrap();
            let kl = gibbs.relative_entropy(&density).unwrap();
            mean += kl / f64::from(clouds);
            square += kl * kl / f64::from(clouds);
        }
        let std_dev = sqrt(square - mean * mean);
        let error = 4.0 * std_dev / sqrt(f64::from(clouds));
        assert!((floor.mean - mean).abs() < error, "{temperature}: {floor:?} {mean} ± {error}");
        assert!((floor.std_dev / std_dev - 1.0).abs() < 0.2, "{floor:?} {std_dev}");
        let rule = (occupied / f64::from(clouds) - 1.0) / (2.0 * f64::from(walkers));
        assert!(rule < 0.97 * floor.mean, "the rule (occupied − 1)/2N reads low: {rule} {floor:?}");
    }
}

#[test]
fn linear_forces() {
    let (force, d) = ([[1.0, 0.0], [0.0, 4.0]], [[1.0, 0.5], [0.5, 1.0]]);
    let law = linear_law(&force, &d).unwrap();
    let close = |what: &str, found: Matrix<f64, 2>, expected: Matrix<f64, 2>, digits: f64| {
        for (a, b) in found.as_flattened().iter().zip(expected.as_flattened()) {
            assert!((a - b).abs() < digits, "{what}: {found:?}");
        }
    };
    close("Σ", law.covariance, [[1.0, 0.2], [0.2, 0.25]], 1e-14);
    close("Q", law.circulation, [[0.0, -0.3], [0.3, 0.0]], 1e-14);
    close("U", law.potential, [[1.190_476, -0.952_381], [-0.952_381, 4.761_905]], 5e-7);
    let sgd = descent_covariance(&force, &d, 0.1).unwrap();
    close("SGD", sgd, [[0.052_631_58, 0.010_869_57], [0.010_869_57, 0.015_625]], 5e-9);
    // Noise that is not isotropic, but commutes with the force: Φ is no loss, and still nothing circulates.
    let shaped = linear_law(&force, &force).unwrap();
    close("D = F", shaped.circulation, [[0.0; 2]; 2], 1e-14);
    close("D = F", shaped.potential, [[1.0, 0.0], [0.0, 1.0]], 1e-14);

    // Momentum and Nesterov as linear iterations of (x, v), λ = 2, η = 0.1, σ = 1.
    let (l, eta, mu) = (2.0, 0.1, 0.9);
    let heavy = [[1.0 - eta * l, mu], [-eta * l, mu]];
    let noise = [[eta * eta, eta * eta], [eta * eta, eta * eta]];
    let found = discrete_covariance(&heavy, &noise).unwrap();
    close(
        "heavy ball",
        found,
        [[0.263_888_888_9, 0.027_777_777_8], [0.027_777_777_8, 0.055_555_555_6]],
        5e-11,
    );
    let q = 1.0 - eta * l;
    let nesterov = [[(1.0 + mu) * q, -mu * q], [1.0, 0.0]];
    let found = discrete_covariance(&nesterov, &[[eta * eta, 0.0], [0.0, 0.0]]).unwrap();
    assert!((found[0][0] - 0.094_797_178_1).abs() < 5e-11, "{found:?}");
    let plain = descent_covariance(&[[l]], &[[1.0]], eta).unwrap()[0][0];
    assert!((plain - 0.027_777_777_8).abs() < 5e-11);
    let averaged = [[1.0 - eta * l * (1.0 - mu), mu], [-eta * l * (1.0 - mu), mu]];
    let scaled = (1.0 - mu) * (1.0 - mu) * eta * eta;
    let found = discrete_covariance(&averaged, &[[scaled; 2]; 2]).unwrap();
    assert!((found[0][0] - 0.025_132_275_1).abs() < 5e-11, "{found:?}");

    // The modified equation of second order, dx = −(1 + η/2) x dt + √η dW at λ = σ = 1, errs the other way: η/(2 + η) against the exact η/(2 − η).
    let exact: f64 = descent_covariance(&[[1.0]], &[[1.0]], 0.1).unwrap()[0][0];
    let [first, second] =
        [1.0, 1.05].map(|force| linear_law(&[[force]], &[[0.05]]).unwrap().covariance[0][0]);
    for (found, wanted) in [(exact, 0.052_631_579), (first, 0.05), (second, 0.047_619_048)] {
        assert!((found - wanted).abs() < 5e-10, "{exact} {first} {second}");
    }

    let arg = |error: losscape::ArgError| error.arg;
    assert_eq!(linear_law(&[[-1.0, 0.0], [0.0, 1.0]], &d).map_err(arg), Err("force"));
    assert_eq!(linear_law(&force, &[[1.0, 2.0], [2.0, 1.0]]).map_err(arg), Err("diffusion"));
    assert_eq!(linear_law(&force, &[[1.0, 0.5], [0.4, 1.0]]).map_err(arg), Err("diffusion"));
    assert_eq!(linear_law(&force, &[[0.0, 0.1], [0.1, 0.0]]).map_err(arg), Err("diffusion"));
    assert_eq!(linear_law(&force, &[[1.0, 0.0], [0.0, 0.0]]).map_err(|e| e.reason), Err(Reason::Dependent));
    assert_eq!(descent_covariance(&[[2.0]], &[[1.0]], 1.0).map_err(arg), Err("force"), "at the edge");
    assert_eq!(descent_covariance(&[[f64::NAN]], &[[1.0]], 1.0).map_err(arg), Err("force"));
    assert_eq!(discrete_covariance(&[[0.5]], &[[-1.0]]).map_err(arg), Err("noise"));
    for scale in [1e-30, 1e30] {
        let scaled = d.map(|row| row.map(|x: f64| x * scale));
        let law = linear_law(&force, &scaled).unwrap();
        assert!((law.covariance[0][1] / scale - 0.2).abs() < 1e-14, "{scale}");
    }
}

#[test]
fn the_potential_of_a_density_is_the_loss_up_to_a_constant_if_the_noise_is_isotropic() {
    let grid = Grid::new([Axis::new(-2.0f64, 2.0, 50).unwrap(); 2]).unwrap();
    let mut loss = vec![0.0; grid.len()];
    grid.fill(&mut loss, |[x, y]| x * x / 2.0 + 2.0 * y * y).unwrap();
    let mut law = vec![0.0; grid.len()];
    Gibbs::new(grid, &loss, 0.2).unwrap().fill(&mut law).unwrap();
    let mut potential = vec![0.0; grid.len()];
    measured_potential(&law, 0.2, &mut potential).unwrap();
    let fit = compare_potential(&potential, &loss, &law).unwrap();
    assert!((fit.scale - 1.0).abs() < 1e-13 && fit.distance < 1e-13, "{fit:?}");
    // Hessian-shaped noise, D = F: Φ is a round bowl, and no multiple of the loss.
    grid.fill(&mut potential, |[x, y]| (x * x + y * y) / 2.0).unwrap();
    let mut round = vec![0.0; grid.len()];
    Gibbs::new(grid, &potential, 0.2).unwrap().fill(&mut round).unwrap();
    let fit = compare_potential(&potential, &loss, &round).unwrap();
    assert!(fit.residual > 0.05 && fit.residual > 0.15 * fit.spread, "{fit:?}");
    assert_eq!(measured_potential(&[-1.0f64], 1.0, &mut [0.0]).unwrap_err().arg, "density");
    assert_eq!(measured_potential(&[1.0f64], 0.0, &mut [0.0]).unwrap_err().arg, "temperature");
    assert_eq!(compare_potential(&[f64::INFINITY], &[1.0], &[1.0]).unwrap_err().arg, "potential");
    assert_eq!(compare_potential(&[1.0f64], &[1.0], &[0.0]).unwrap_err().arg, "weights");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn learning_coefficients_exact_and_by_walkers() {
    let grid = Grid::new([Axis::new(-1.0f64, 1.0, 800).unwrap(); 2]).unwrap();
    let exact = |f: fn([f64; 2]) -> f64, n_beta: f64| {
        let mut loss = vec![0.0; grid.len()];
        grid.fill(&mut loss, f).unwrap();
        let law = Gibbs::new(grid, &loss, 1.0 / n_beta).unwrap();
        learning_coefficient(law.mean(&loss).unwrap(), 0.0, n_beta)
    };
    // A bowl: half the dimension, at once.
    for n_beta in [100.0, 1000.0] {
        let found = exact(|[x, y]| (x * x + y * y) / 2.0, n_beta);
        assert!((found - 1.0).abs() < 1e-4, "{n_beta}: {found}");
    }
    // w₁² w₂²: below ½, and slowly nearer.
    let biased: Vec<f64> =
        [100.0, 1000.0, 10_000.0].into_iter().map(|n_beta| exact(|[x, y]| x * x * y * y, n_beta)).collect();
    assert!(biased.is_sorted() && biased[0] < 0.4 && biased[2] < 0.46 && biased[0] > 0.2, "{biased:?}");

    // By walkers: the bowl again.
    let bowl = Quadratic::new(&[1.0f64, 1.0]).unwrap();
    let centre = [0.0, 0.0];
    let n_beta = 100.0;
    let f = LocalPosterior { objective: &bowl, n_beta, centre: &centre, localisation: 1.0 };
    let walk = Langevin { learning_rate: 2e-4, temperature: 1.0 };
    let workspace = vec![0.0; EnsembleLayout::new(2, f.scratch_len()).len()];
    let mut ensemble = Ensemble::new(&f, walk, vec![0.0; 400], generators(200, 4), workspace).unwrap();
    let (mut sum, mut count) = (0.0, 0.0);
    while ensemble.round() < 3000 {
        if let EnsembleStep::Round { round, .. } = ensemble.step(&f)
            && round > 600
        {
            let mean = ensemble.positions().iter().fold(0.0, |sum, x| sum + x * x / 2.0) / 200.0;
            sum += mean;
            count += 1.0;
        }
    }
    let found = learning_coefficient(sum / count, 0.0, n_beta);
    // nβ / (nβ + γ), and 2/(2 − ε (nβ + γ)) for the finite step.
    let expected = 100.0 / 101.0 * 2.0 / (2.0 - 2e-4 * 101.0);
    assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
}
