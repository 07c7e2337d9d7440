extern crate std;
use super::*;
use crate::base::random::stream;
use crate::curvature::symmetric::{Symmetric, diagonal, random};
use crate::curvature::{EigenLayout, eigenvalues};
use crate::models::surfaces::Quadratic;
use crate::objective::HessianAt;
use std::vec;
use std::vec::Vec;

const FULL: LanczosConfig = LanczosConfig { steps: 20, reorthogonalise: true };

type Owned<R> = Lanczos<R, Vec<R>, Vec<R>>;

fn spectrum(matrix: &Symmetric<f64>) -> Vec<f64> {
    let mut values = vec![0.0; matrix.dim];
    let mut workspace = vec![0.0; EigenLayout::new(matrix.dim).len()];
    eigenvalues(&mut matrix.rows.clone(), &mut values, &mut workspace).unwrap();
    values
}

fn start<R: Real>(n: usize) -> Vec<R> {
    let mut start = vec![R::ZERO; n];
    fill_normal(&mut stream(77, 0), &mut start);
    start
}

fn run<R: Real>(
    operator: &impl Operator<R>,
    config: LanczosConfig,
    start: &[R],
) -> (Owned<R>, Vec<LanczosStep<R>>) {
    let layout = layout_of(operator, config);
    let nan = R::from_f64(f64::NAN);
    let (basis, workspace) = (vec![nan; layout.basis_len()], vec![nan; layout.len()]);
    let mut lanczos = Lanczos::new(operator, config, start, basis, workspace).unwrap();
    let (mut steps, mut rng) = (vec![], stream(78, 0));
    loop {
        match lanczos.step(operator, &mut rng) {
            LanczosStep::Done => return (lanczos, steps),
            LanczosStep::NotFinite | LanczosStep::MemoryChanged => panic!("after {steps:?}"),
            step => steps.push(step),
        }
    }
}

/// A bulk at a thousandth of the norm, in `f32` and in many dimensions, is not taken for rounding.
#[test]
fn many_parameters_hide_no_curvature() {
    let n = 20_000;
    let curvature = |i| if i == 0 { 1.0 } else { 1e-3 * f32::from_usize(i) / f32::from_usize(n) };
    let spectrum: Vec<f32> = (0..n).map(curvature).collect();
    let (f, origin) = (Quadratic::new(&spectrum).unwrap(), vec![0.0; n]);
    let at = HessianAt::new(&f, &origin).unwrap();
    let config = LanczosConfig { steps: 12, reorthogonalise: true };
    let (mut lanczos, steps) = run(&at, config, &start(n));
    assert!(steps.iter().all(|step| matches!(step, LanczosStep::Extended { .. })), "{steps:?}");
    let ritz = lanczos.ritz().unwrap();
    let (mut vector, mut product, mut scratch) = (vec![0.0; n], vec![0.0; n], vec![0.0; at.scratch_len()]);
    for (i, value) in ritz.values().iter().enumerate() {
        assert!(ritz.vector(i, &mut vector));
        at.apply(&vector, &mut product, &mut scratch);
        axpy(-value, &vector, &mut product);
        assert!(norm(&product) <= ritz.residual(i) + 16.0 * f32::EPSILON, "{value}: {}", norm(&product));
    }
}

/// Six steps are a Gauss quadrature that is exact up to degree 11, and not beyond.
#[test]
fn moments_of_a_gauss_quadrature() {
    let matrix = random(50, 3);
    let mut v = start::<f64>(50);
    normalise(&mut v);
    let (mut lanczos, _) = run(&matrix, LanczosConfig { steps: 6, ..FULL }, &v);
    let ritz = lanczos.ritz().unwrap();
    let (mut power, mut next) = (v.clone(), vec![0.0; 50]);
    for degree in 0..=12 {
        let exact = dot(&v, &power);
        let mut quadrature = 0.0;
        for (i, value) in ritz.values().iter().enumerate() {
            quadrature += (0..degree).fold(ritz.weight(i), |term, _| term * value);
        }
        let error = (quadrature / exact - 1.0).abs();
        assert_eq!(error < 1e-10, degree < 12, "degree {degree} errs by {error:e}");
        matrix.apply(&power, &mut next, &mut []);
        core::mem::swap(&mut power, &mut next);
    }
}

#[test]
fn as_many_steps_as_dimensions_give_the_spectrum() {
    let matrix = random(20, 4);
    // More steps than dimensions: the subspace becomes the whole space earlier.
    let (mut lanczos, steps) = run(&matrix, LanczosConfig { steps: 300, ..FULL }, &start(20));
    assert_eq!((lanczos.steps(), steps.len()), (20, 20));
    assert_eq!(steps[19], LanczosStep::Extended { steps: 20, beta: 0.0 });
    let ritz = lanczos.ritz().unwrap();
    let (mut vector, mut product) = (vec![0.0; 20], vec![0.0; 20]);
    for (i, (value, exact)) in ritz.values().iter().zip(spectrum(&matrix)).enumerate() {
        assert!((value - exact).abs() < 1e-12, "{value} against {exact}");
        assert!(ritz.vector(i, &mut vector));
        matrix.apply(&vector, &mut product, &mut []);
        axpy(-value, &vector, &mut product);
        assert!(norm(&product) < 1e-12 && (norm(&vector) - 1.0).abs() < 1e-13);
    }
    assert!(!ritz.vector(20, &mut vector) && !ritz.vector(0, &mut vector[1..]));
    assert_eq!((ritz.weight(20), ritz.residual(20)), (0.0, f64::INFINITY));
}

#[test]
fn residuals_bound_the_distance_to_an_eigenvalue() {
    let matrix = random(60, 5);
    let exact = spectrum(&matrix);
    let (mut lanczos, _) = run(&matrix, FULL, &start(60));
    let ritz = lanczos.ritz().unwrap();
    let (mut vector, mut product) = (vec![0.0; 60], vec![0.0; 60]);
    for (i, value) in ritz.values().iter().enumerate() {
        let distance = exact.iter().fold(f64::INFINITY, |least, x| least.or_smaller((x - value).abs()));
        assert!(distance <= ritz.residual(i) + 1e-13, "{value}: {distance} above {}", ritz.residual(i));
        assert!(ritz.vector(i, &mut vector));
        matrix.apply(&vector, &mut product, &mut []);
        axpy(-value, &vector, &mut product);
        assert!((norm(&product) - ritz.residual(i)).abs() < 1e-12, "it is the residual");
    }
    assert!(ritz.residual(19) < 1.0 && ritz.residual(10) > 1e-3, "the ends converge first");
}

/// One large eigenvalue above a bulk: copies of it appear without re-orthogonalisation.
#[test]
fn ghosts() {
    let mut values: Vec<f64> = (0..200).map(|k| f64::from(k) / 200.0).collect();
    values[199] = 100.0;
    let matrix = diagonal::<f64>(&values);
    let count = |reorthogonalise| {
        let (mut lanczos, _) = run(&matrix, LanczosConfig { steps: 60, reorthogonalise }, &start(200));
        let ritz = lanczos.ritz().unwrap();
        assert_eq!(ritz.vector(0, &mut vec![0.0; 200]), reorthogonalise, "a basis is kept");
        assert!((ritz.values()[59] - 100.0).abs() < 1e-11);
        ritz.values().iter().filter(|value| (*value - 100.0).abs() < 1e-6).count()
    };
    assert_eq!(count(true), 1);
    assert!(count(false) > 1, "no ghost: nothing would be shown");
}

/// Five eigenvalues lie above a bulk, and there are more steps than needed to find them. The top five are
/// those five, in five orthogonal directions; without re-orthogonalisation, some of the top five are copies
/// of others.
#[test]
fn the_top_five_are_five_eigenvalues() {
    let mut values: Vec<f64> = (0..200).map(|k| f64::from(k) / 200.0).collect();
    let top = [60.0, 70.0, 80.0, 90.0, 100.0];
    values[195..].copy_from_slice(&top);
    let matrix = diagonal::<f64>(&values);
    let (mut lanczos, _) = run(&matrix, LanczosConfig { steps: 60, ..FULL }, &start(200));
    let ritz = lanczos.ritz().unwrap();
    let mut vector = vec![0.0; 200];
    for (i, exact) in (55..60).zip(top) {
        assert!((ritz.values()[i] - exact).abs() < 1e-11 && ritz.residual(i) < 1e-10, "{exact}");
        assert!(ritz.vector(i, &mut vector) && (vector[140 + i].abs() - 1.0).abs() < 1e-12, "{exact}");
    }
    let config = LanczosConfig { steps: 60, reorthogonalise: false };
    let (mut lanczos, _) = run(&matrix, config, &start(200));
    let found = lanczos.ritz().unwrap().values()[55..].to_vec();
    assert!(found.windows(2).any(|pair| pair[1] - pair[0] < 1e-6), "no copies: {found:?}");
}

#[test]
fn invariant_spaces_are_left() {
    // A start along two eigenvectors, and an eigenvalue of multiplicity three.
    let matrix = diagonal::<f64>(&[1.0, 2.0, 5.0, 5.0, 5.0]);
    let (mut lanczos, steps) = run(&matrix, FULL, &[1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(steps[1], LanczosStep::Restarted { steps: 2 });
    assert_eq!(steps.len(), 5);
    let ritz = lanczos.ritz().unwrap();
    for (value, exact) in ritz.values().iter().zip([1.0, 2.0, 5.0, 5.0, 5.0]) {
        assert!((value - exact).abs() < 1e-14, "{value} against {exact}");
    }
    let weights: Vec<f64> = (0..5).map(|i| ritz.weight(i)).collect();
    assert!((weights[0] - 0.5).abs() < 1e-14 && (weights[1] - 0.5).abs() < 1e-14, "{weights:?}");
    let config = LanczosConfig { reorthogonalise: false, ..FULL };
    let (mut lanczos, steps) = run(&matrix, config, &[1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(steps.len(), 2, "it ends there without a basis");
    assert_eq!(lanczos.ritz().unwrap().values().len(), 2);
}

#[test]
fn the_zero_operator_has_a_spectrum() {
    let (mut lanczos, steps) = run(&diagonal::<f32>(&[0.0; 7]), FULL, &start(7));
    assert_eq!(steps.len(), 7);
    let ritz = lanczos.ritz().unwrap();
    assert_eq!(ritz.values(), [0.0; 7]);
    assert_eq!(ritz.residual(3), 0.0);
}

#[test]
fn no_scale_of_the_operator_or_the_start_matters() {
    let plain = random(30, 6);
    let exact = spectrum(&plain);
    for scale in [1e-300, 1e-13, 1e13, 1e300] {
        let matrix = Symmetric { rows: plain.rows.clone(), dim: 30, scale };
        let first: Vec<f64> = start::<f64>(30).iter().map(|x| 1e-200 * x).collect();
        let (mut lanczos, steps) = run(&matrix, LanczosConfig { steps: 25, ..FULL }, &first);
        assert_eq!(steps.len(), 25, "at {scale:e}");
        let largest = lanczos.ritz().unwrap().values()[24] / scale;
        assert!((largest - exact[29]).abs() < 1e-4, "{largest} at {scale:e}");
    }
    for scale in [1e-30f32, 1e-13, 1e30] {
        let matrix = Symmetric { scale, ..diagonal::<f32>(&[0.5, -1.0, 2.0, 3.0]) };
        let (mut lanczos, _) = run(&matrix, FULL, &[1.0, 1.0, 1.0, 1.0]);
        for (value, exact) in lanczos.ritz().unwrap().values().iter().zip([-1.0f32, 0.5, 2.0, 3.0]) {
            assert!((value / scale - exact).abs() < 1e-5, "{value} at {scale:e}");
        }
    }
}

#[test]
fn what_is_not_finite_changes_nothing() {
    let mut matrix = diagonal::<f64>(&[1.0, 2.0, 3.0]);
    let layout = layout_of(&matrix, FULL);
    let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let mut lanczos = Lanczos::new(&matrix, FULL, &[1.0, 1.0, 1.0], basis, workspace).unwrap();
    let rng = &mut stream(1, 1);
    assert!(lanczos.ritz().is_none(), "nothing is known yet");
    let _ = lanczos.step(&matrix, rng);
    matrix.rows[4] = f64::NAN;
    assert_eq!(lanczos.step(&matrix, rng), LanczosStep::NotFinite);
    assert_eq!(lanczos.steps(), 1);
    matrix.rows[4] = 2.0;
    while lanczos.step(&matrix, rng) != LanczosStep::Done {}
    let values = lanczos.ritz().unwrap().values().to_vec();
    assert!(values.iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-14), "{values:?}");
}

#[test]
fn memory_may_be_lent_and_may_not_change() {
    let matrix = random(9, 7);
    let layout = layout_of(&matrix, FULL);
    let (mut basis, mut workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let first = start::<f64>(9);
    let mut lent = Lanczos::new(&matrix, FULL, &first, &mut basis[..], &mut workspace[..]).unwrap();
    let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let mut owned = Lanczos::new(&matrix, FULL, &first, basis, workspace).unwrap();
    let rng = &mut stream(1, 1);
    for _ in 0..10 {
        let last = owned.workspace.pop().unwrap();
        assert_eq!(owned.step(&matrix, rng), LanczosStep::MemoryChanged);
        assert!(owned.ritz().is_none());
        owned.workspace.push(last);
        owned.basis.push(0.0);
        assert_eq!(owned.step(&matrix, rng), LanczosStep::MemoryChanged);
        owned.basis.pop();
        assert_eq!(owned.step(&matrix, rng), lent.step(&matrix, rng));
    }
    assert_eq!(owned.step(&random(8, 7), rng), LanczosStep::MemoryChanged, "another operator");
    assert_eq!(owned.ritz().unwrap().values(), lent.ritz().unwrap().values());
    assert_eq!(owned.into_parts().0.len(), layout.basis_len());
}

#[test]
fn bad_arguments_are_named() {
    let matrix = diagonal::<f64>(&[1.0, 2.0, 3.0]);
    let layout = layout_of(&matrix, FULL);
    let refused = |steps, start: &[f64], basis: usize, workspace: usize| {
        let config = LanczosConfig { steps, ..FULL };
        let made = Lanczos::new(&matrix, config, start, vec![0.0; basis], vec![0.0; workspace]);
        made.err().map(|error| error.arg)
    };
    let (basis, workspace) = (layout.basis_len(), layout.len());
    assert_eq!(refused(20, &[1.0; 3], basis, workspace), None);
    assert_eq!(refused(0, &[1.0; 3], basis, workspace), Some("steps"));
    assert_eq!(refused(20, &[1.0; 2], basis, workspace), Some("start"));
    assert_eq!(refused(20, &[0.0; 3], basis, workspace), Some("start"));
    assert_eq!(refused(20, &[1.0, 1.0, f64::INFINITY], basis, workspace), Some("start"));
    assert_eq!(refused(20, &[1.0; 3], basis + 1, workspace), Some("basis"));
    assert_eq!(refused(20, &[1.0; 3], basis, workspace - 1), Some("workspace"));
}

/// A diagonal near zero does not set the unit of the off-diagonal elements.
#[test]
fn a_diagonal_of_nothing_has_its_eigenvalues() {
    let matrix = Symmetric { rows: vec![1e-300, 1e10, 1e10, 1e-300], dim: 2, scale: 1.0 };
    let layout = LanczosLayout::new(2, 2, 0);
    let config = LanczosConfig { steps: 2, reorthogonalise: true };
    let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let mut lanczos = Lanczos::new(&matrix, config, &[1.0, 0.0], basis, workspace).unwrap();
    let mut rng = stream(4, 0);
    while lanczos.step(&matrix, &mut rng) != LanczosStep::Done {}
    let ritz = lanczos.ritz().unwrap();
    assert!((ritz.values()[0] / -1e10 - 1.0).abs() < 1e-14 && (ritz.values()[1] / 1e10 - 1.0).abs() < 1e-14);
}

/// A generator that repeats itself may draw a direction of the subspace; what is left of it is no basis vector.
#[test]
fn a_restart_in_the_subspace_ends_the_iteration() {
    let identity = diagonal::<f64>(&[1.0; 4]);
    let layout = layout_of(&identity, FULL);
    let mut ended = 0;
    for seed in 0..1000 {
        let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
        let mut lanczos = Lanczos::new(&identity, FULL, &[1.0, 0.0, 0.0, 0.0], basis, workspace).unwrap();
        while lanczos.step(&identity, &mut stream(seed, 0)) != LanczosStep::Done {}
        ended += usize::from(lanczos.steps() < 4);
        let ritz = lanczos.ritz().unwrap();
        assert!(ritz.values().iter().all(|x| (x - 1.0).abs() < 1e-14), "{seed}: {:?}", ritz.values());
    }
    assert!(ended > 0, "no remainder was zero");

    // Most remainders are rounding, and not zero.
    let values = [1.0, 3.0, 3.0, 7.0, 7.0];
    let twice = diagonal::<f64>(&values);
    let layout = layout_of(&twice, FULL);
    for seed in 0..3000 {
        let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
        let mut lanczos = Lanczos::new(&twice, FULL, &[1.0, 0.0, 0.0, 0.0, 0.0], basis, workspace).unwrap();
        while lanczos.step(&twice, &mut stream(seed, 0)) != LanczosStep::Done {}
        for x in lanczos.ritz().unwrap().values() {
            assert!(values.iter().any(|value| (x - value).abs() < 1e-8), "{seed}: {x}");
        }
    }
}
