extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::base::random::stream;
use crate::base::vector::{dot, norm};
use crate::curvature::symmetric::{Symmetric, diagonal, random};

type Owned<R> = SpectralDensity<R, Vec<R>, Vec<R>, Vec<R>>;

fn made<R: Real>(matrix: &Symmetric<R>, config: DensityConfig) -> Owned<R> {
    let LanczosConfig { steps, reorthogonalise } = config.lanczos;
    let layout = DensityLayout::new(matrix.dim, steps as usize, 0, config.probes as usize);
    let lanczos = layout.lanczos();
    let lanczos = if reorthogonalise { lanczos } else { lanczos.without_reorthogonalisation() };
    let memory = |len| vec![R::NAN; len];
    let [basis, workspace, nodes] = [lanczos.basis_len(), lanczos.len(), layout.nodes_len()].map(memory);
    SpectralDensity::new(matrix, config, basis, workspace, nodes).unwrap()
}

fn known<R: Real>(matrix: &Symmetric<R>, config: DensityConfig) -> Owned<R> {
    let (mut density, mut rng, mut probes) = (made(matrix, config), stream(3, 0), 0);
    loop {
        match density.step(matrix, &mut rng) {
            DensityStep::Product { .. } => (),
            DensityStep::Probe { count } => probes = count,
            DensityStep::Done => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((probes, density.count()), (config.probes, config.probes as usize));
    density
}

fn config(probes: u32, steps: u32) -> DensityConfig {
    let lanczos = LanczosConfig { steps, reorthogonalise: true };
    DensityConfig { probes, probe: Probe::Rademacher, lanczos }
}

/// Six steps reproduce the moments 0 to 11 of their start, but not the twelfth.
#[test]
fn the_quadrature_is_exact_to_its_degree() {
    let matrix = random(50, 10);
    let density = known(&matrix, config(1, 6));
    let mut start = vec![0.0; 50];
    Probe::Rademacher.fill(&mut stream(3, 0), &mut start);
    let length = norm(&start);
    let (mut powers, mut next) = (start.iter().map(|x| x / length).collect::<Vec<f64>>(), vec![0.0; 50]);
    let first = powers.clone();
    for degree in 0..=12 {
        let exact = dot(&first, &powers);
        let found = density.average(|x| (0..degree).fold(1.0, |power, _| power * x)).mean;
        let error = (found / exact - 1.0).abs();
        assert!(if degree < 12 { error < 1e-10 } else { error > 1e-6 }, "degree {degree}: {error}");
        matrix.apply(&powers, &mut next, &mut []);
        core::mem::swap(&mut powers, &mut next);
    }
}

/// The stated standard error is that of the mean: over 200 estimates, the truth lies within two standard
/// errors as often as it would for a normal law.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_standard_error_is_honest() {
    let matrix = random(30, 10);
    let trace: f64 = (0..30).map(|i| matrix.rows[i * 31]).sum();
    for probe in [Probe::Rademacher, Probe::Gaussian] {
        let (mut density, mut rng) = (made(&matrix, DensityConfig { probe, ..config(20, 5) }), stream(7, 0));
        let mut within = 0;
        for _ in 0..200 {
            density.count = 0;
            while density.step(&matrix, &mut rng) != DensityStep::Done {}
            let Estimate { mean, standard_error } = density.average(|x| x);
            within += usize::from((mean - trace / 30.0).abs() < 2.0 * standard_error);
        }
        // 94 % for twenty probes: 188 ± 3.4.
        assert!((176..=198).contains(&within), "{probe:?}: {within} of 200");
    }
}

/// All steps on a diagonal operator: Rademacher starts weight every eigenvalue equally, which leaves no
/// randomness.
#[test]
fn a_diagonal_has_its_own_density() {
    let spectrum = [-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 3.0, 10.0];
    let density = known(&diagonal::<f64>(&spectrum), config(3, 100));
    for (low, high, share) in [(-3.0, -1e-9, 0.25), (-1e-9, 1e-9, 0.125), (0.9, 11.0, 0.5), (20.0, 30.0, 0.0)]
    {
        let found = density.share(low, high);
        assert!(
            (found.mean - share).abs() < 1e-13 && found.standard_error < 1e-13,
            "{low}..{high}: {found:?}"
        );
    }
    let range = density.range().unwrap();
    assert!((range.0 + 2.0).abs() < 1e-12 && (range.1 - 10.0).abs() < 1e-12, "{range:?}");
    let bells = |at: f64, width: f64| {
        let bell = |x: &f64| {
            exp(-0.5 * ((at - x) / width) * ((at - x) / width)) / (width * sqrt(core::f64::consts::TAU))
        };
        spectrum.iter().map(bell).sum::<f64>() / 8.0
    };
    for at in [-2.0, 0.7, 9.0] {
        let found = density.density(at, 0.4);
        assert!((found.mean - bells(at, 0.4)).abs() < 1e-12, "{found:?} at {at}");
    }
    // The integral, as a sum, is 1.
    let whole: f64 = (0..4000).map(|k| 0.005 * density.density(-5.0 + 0.005 * f64::from(k), 0.4).mean).sum();
    assert!((whole - 1.0).abs() < 1e-10, "{whole}");
    assert!(density.density(0.0, 0.0).mean.is_nan() && density.density(0.0, f64::NAN).mean.is_nan());
}

/// Copies of a converged eigenvalue share its weight, so they do not change a density.
#[test]
fn ghosts_do_no_harm() {
    let width = 0.1;
    for largest in [2.0, 100.0] {
        let mut values: Vec<f64> = (0..200).map(|k| f64::from(k) / 200.0).collect();
        values[199] = largest;
        let matrix = diagonal::<f64>(&values);
        let of = |reorthogonalise| {
            let lanczos = LanczosConfig { steps: 60, reorthogonalise };
            known(&matrix, DensityConfig { lanczos, ..config(2, 60) })
        };
        let (with, without) = (of(true), of(false));
        let copies = |of: &Owned<f64>| of.nodes().filter(|(value, _)| (value - largest).abs() < 1e-6).count();
        assert_eq!(copies(&with), 2, "one for each start");
        assert!(copies(&without) > 2, "no ghosts");
        // With or without copies, what Lanczos computes is an exact iteration on an operator whose eigenvalues are off by a few
        // units of rounding (Greenbaum 1989). If nodes differ by ε λmax, densities differ by less than 0.242 ε λmax/w²: the
        // quadrature is exact for bells this wide, and a bell of mass 1 is nowhere steeper than 1/(w² √(2πe)) = 0.242/w². One
        // ε λmax is what was seen, not a bound.
        let bound = 0.242 / (width * width) * f64::EPSILON * largest;
        for at in (0..=120).map(|k| 0.01 * f64::from(k)).chain([50.0, largest - width, largest]) {
            let (a, b) = (with.density(at, width).mean, without.density(at, width).mean);
            assert!((a - b).abs() < bound, "{a} and {b} at {at}: apart by {:e} of {bound:e}", (a - b).abs());
        }
    }
}

#[test]
fn any_scale() {
    let spectrum = [-1.0, 0.25, 0.5, 2.0, 3.0];
    let plain = known(&diagonal::<f32>(&spectrum), config(4, 3));
    let want = (plain.share(0.0, 2.5), plain.density(0.5, 0.5), plain.average(|x| x));
    for scale in [1e-30f32, 1e-13, 1e13, 1e30] {
        let matrix = Symmetric { scale, ..diagonal::<f32>(&spectrum) };
        let density = known(&matrix, config(4, 3));
        let near = |a: Estimate, b: Estimate, by: f32| {
            let close = |a: f32, b: f32| (a * by - b).abs() < 1e-5 * b.abs().or_larger(0.1);
            assert!(
                close(a.mean, b.mean) && close(a.standard_error, b.standard_error),
                "{a:?} {b:?} at {scale:e}"
            );
        };
        near(density.share(0.0, 2.5 * scale), want.0, 1.0);
        near(density.density(0.5 * scale, 0.5 * scale), want.1, scale);
        near(density.average(|x| x), want.2, 1.0 / scale);
    }
}

#[test]
fn the_zero_operator_and_few_dimensions() {
    let density = known(&diagonal::<f64>(&[0.0; 4]), config(2, 9));
    assert_eq!((density.range(), density.share(-1.0, 1.0).mean), (Some((0.0, 0.0)), 1.0));
    assert_eq!(density.nodes().count(), 2 * 4);
    let one = known(&diagonal::<f64>(&[7.0]), config(1, 9));
    assert_eq!(one.average(|x| x), Estimate { mean: 7.0, standard_error: f64::INFINITY });
    let none = made(&diagonal::<f64>(&[7.0]), config(1, 9));
    assert!(none.average(|x| x).mean.is_nan() && none.range().is_none());
}

#[test]
fn what_is_not_finite_is_not_a_probe() {
    let mut matrix = random(6, 10);
    let (mut density, mut rng) = (made(&matrix, config(2, 3)), stream(1, 0));
    while density.step(&matrix, &mut rng) != (DensityStep::Probe { count: 1 }) {}
    let before = density.average(|x| x).mean;
    matrix.rows[0] = f64::NAN;
    assert_eq!(density.step(&matrix, &mut rng), DensityStep::NotFinite);
    assert_eq!((density.count(), density.average(|x| x).mean), (1, before));
    density.nodes.pop();
    assert_eq!(density.step(&matrix, &mut rng), DensityStep::MemoryChanged);
    let refused = |probes, steps, off: [usize; 3]| {
        let layout = DensityLayout::new(6, 3, 0, 2);
        let (l, n) = (layout.lanczos(), layout.nodes_len());
        let [basis, workspace, nodes] =
            [l.basis_len() - off[0], l.len() - off[1], n - off[2]].map(|len| vec![0.0; len]);
        let made = SpectralDensity::new(&matrix, config(probes, steps), basis, workspace, nodes);
        made.err().map(|error| error.arg)
    };
    assert_eq!(refused(2, 3, [0; 3]), None);
    assert_eq!(refused(0, 3, [0; 3]), Some("probes"));
    assert_eq!(refused(2, 0, [0; 3]), Some("steps"));
    assert_eq!(refused(2, 3, [1, 0, 0]), Some("basis"));
    assert_eq!(refused(2, 3, [0, 1, 0]), Some("workspace"));
    assert_eq!(refused(2, 3, [0, 0, 1]), Some("nodes"));
}

#[test]
fn a_share_holds_its_lower_end_and_not_its_upper() {
    let lanczos = LanczosConfig { steps: 1, reorthogonalise: true };
    let two = diagonal::<f64>(&[2.0]);
    let mut density = made(&two, DensityConfig { probes: 1, probe: Probe::Rademacher, lanczos });
    let mut rng = stream(1, 0);
    while density.step(&two, &mut rng) != DensityStep::Done {}
    assert_eq!((density.share(2.0, 3.0).mean, density.share(1.0, 2.0).mean), (1.0, 0.0));
    assert_eq!(density.share(2.0, 2.0).mean, 0.0, "an empty interval");
    for (low, high) in [(3.0, 2.0), (f64::NAN, 3.0), (2.0, f64::NAN)] {
        let found = density.share(low, high);
        assert!(found.mean.is_nan() && found.standard_error.is_nan(), "{low} to {high}: {found:?}");
    }
}

/// For two probes, the error is half their difference. Old memory contents do not count when an iteration
/// ends early.
#[test]
fn errors_are_those_of_the_probes() {
    let matrix = random(6, 10);
    let lanczos = LanczosConfig { steps: 4, reorthogonalise: true };
    let config = DensityConfig { probes: 2, probe: Probe::Gaussian, lanczos };
    let (mut density, mut rng) = (made(&matrix, config), stream(3, 0));
    while density.step(&matrix, &mut rng) != DensityStep::Done {}
    let nodes: Vec<(f64, f64)> = density.nodes().collect();
    let [a, b] = [&nodes[..4], &nodes[4..]].map(|nodes| nodes.iter().fold(0.0, |sum, (x, w)| sum + x * w));
    let found = density.average(|x| x);
    assert!((found.mean - 0.5 * (a + b)).abs() < 1e-12, "{found:?}: {a} and {b}");
    assert!(a != b && (found.standard_error - 0.5 * (a - b).abs()).abs() < 1e-12, "{found:?}: {a} and {b}");

    let twos = diagonal::<f64>(&[2.0; 4]);
    let lanczos = LanczosConfig { steps: 3, reorthogonalise: false };
    let config = DensityConfig { probes: 1, probe: Probe::Gaussian, lanczos };
    let layout = DensityLayout::new(4, 3, 0, 1);
    let krylov = layout.lanczos().without_reorthogonalisation();
    let [basis, workspace, nodes] =
        [krylov.basis_len(), krylov.len(), layout.nodes_len()].map(|len| vec![7.0; len]);
    let mut density = SpectralDensity::new(&twos, config, basis, workspace, nodes).unwrap();
    let mut rng = stream(3, 0);
    while density.step(&twos, &mut rng) != DensityStep::Done {}
    assert_eq!(density.share(-100.0, 100.0).mean, 1.0, "{:?}", density.nodes().collect::<Vec<_>>());
}
