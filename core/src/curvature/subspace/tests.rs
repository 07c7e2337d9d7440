extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::base::random::{fill_normal, stream};
use crate::base::vector::norm;
use crate::models::surfaces::{EggCarton, Quadratic};
use crate::objective::{Check, check_grad, check_workspace_len};

fn memory<R: Real>(count: usize) -> Vec<R> {
    vec![R::NAN; SubspaceLayout::new(count).len()]
}

fn normal(len: usize, seed: u64) -> Vec<f64> {
    let mut out = vec![0.0; len];
    fill_normal(&mut stream(seed, 0), &mut out);
    out
}

/// Along (1, 0, 0) and (1, 2, 0), which are not orthogonal, the point (4, 6, 9) has the coordinates 1 and 3.
#[test]
fn a_point_has_coordinates() {
    let (f, at, skewed) =
        (Quadratic::new(&[1.0f64, 3.0, 7.0]).unwrap(), [4.0, 6.0, 9.0], [1.0, 0.0, 0.0, 1.0, 2.0, 0.0]);
    let within = Subspace::new(&f, &at, &skewed, memory(2)).unwrap();
    let [c, d] = within.coordinates() else { panic!("two directions") };
    assert!((c - 1.0).abs() < 1e-14 && (d - 3.0).abs() < 1e-14, "{c} {d}");
    let mut scratch = vec![f64::NAN; within.scratch_len()];
    // At these coordinates the point is reproduced bit for bit; two steps along the second direction away, it
    // is (6, 10, 9).
    assert_eq!(within.value(within.coordinates(), &mut scratch), f.value(&at, &mut scratch));
    let (mut grad, away) = ([f64::NAN; 2], [*c, d + 2.0]);
    let value = within.value_grad(&away, &mut grad, &mut scratch);
    assert!((value - 0.5 * (36.0 + 300.0 + 7.0 * 81.0)).abs() < 1e-10, "{value}");
    assert!((grad[0] - 6.0).abs() < 1e-11 && (grad[1] - (6.0 + 2.0 * 30.0)).abs() < 1e-11, "{grad:?}");
    assert_eq!(within.value(&away, &mut scratch), value);
}

/// The residual of a projection is orthogonal to all directions.
#[test]
fn coordinates_are_those_of_the_nearest_point() {
    let (n, count) = (40, 7);
    let (at, mut directions) = (normal(n, 1), normal(count * n, 2));
    // The directions have lengths between 10⁻⁹ and 10⁹.
    for (row, size) in directions.chunks_exact_mut(n).zip([1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9]) {
        row.iter_mut().for_each(|a| *a *= size);
    }
    let spectrum = vec![1.0; n];
    let f = Quadratic::new(&spectrum).unwrap();
    let within = Subspace::new(&f, &at, &directions, memory(count)).unwrap();
    let mut left = at.clone();
    for (a, c) in directions.chunks_exact(n).zip(within.coordinates()) {
        axpy(-*c, a, &mut left);
    }
    for a in directions.chunks_exact(n) {
        assert!(dot(a, &left).abs() < 1e-13 * norm(a) * norm(&at), "{}", dot(a, &left) / norm(a));
    }
    let inside = norm(&left);
    assert!(inside < norm(&at) && inside > 0.5 * norm(&at), "{inside}: 7 of 40 dimensions");
}

#[test]
fn the_gradient_is_that_of_the_value() {
    let (f, at, directions) = (EggCarton::<f64>::new(6).unwrap(), normal(6, 3), normal(18, 4));
    let within = Subspace::new(&f, &at, &directions, memory(3)).unwrap();
    let mut workspace = vec![0.0; check_workspace_len(3, within.scratch_len())];
    let Check { error, .. } = check_grad(&within, &[0.3, -0.2, 0.1], &mut workspace).unwrap();
    assert!(error < 1e-8, "{error}");
}

/// In other units of directions, point and values, coordinates and values are the same.
#[test]
fn any_scale() {
    let (at, directions) = ([0.5f32, -0.25, 1.0], [1.0f32, 2.0, 0.5, -1.0, 0.25, 3.0]);
    let of = |k: f32, unit: f32, size: f32| {
        let spectrum = [1.0, 5.0, 0.5].map(|x: f32| x * k / unit / unit);
        let f = Quadratic::new(&spectrum).unwrap();
        let (at, directions) = (at.map(|x| x * unit), directions.map(|x| x * size));
        let within = Subspace::new(&f, &at, directions, memory(2)).unwrap();
        let centre = within.coordinates().to_vec();
        let (mut grad, mut scratch) = ([0.0; 2], vec![0.0; within.scratch_len()]);
        let step = 0.5 * unit / size;
        let value = within.value_grad(&[centre[0] + step, centre[1] - step], &mut grad, &mut scratch);
        let along = grad.map(|g| g / k * unit / size);
        [centre[0] * size / unit, centre[1] * size / unit, value / k, along[0], along[1]]
    };
    let want = of(1.0, 1.0, 1.0);
    assert!(want.iter().all(|x| x.is_finite() && *x != 0.0), "{want:?}");
    let two = f32::from_bits((127 + 33) << 23);
    for (k, unit, size) in [
        (two, 1.0, 1.0),
        (1.0 / two, 1.0, 1.0),
        (1.0, two, 1.0),
        (1.0, 1.0 / two, 1.0),
        (1.0, 1.0, two),
        (1.0, 1.0, 1.0 / two),
        (1.0, two * two, two * two),
        (1.0, 1.0 / two, two),
    ] {
        for (found, want) in of(k, unit, size).into_iter().zip(want) {
            assert!((found / want - 1.0).abs() < 1e-5, "{found} against {want} at {k}, {unit}, {size}");
        }
    }
}

#[test]
fn bad_arguments_are_named() {
    let f = Quadratic::new(&[1.0, 2.0, 3.0]).unwrap();
    let refused = |at: &[f64], directions: &[f64], len: usize| {
        Subspace::new(&f, at, directions, vec![0.0; len]).map(|_| ()).unwrap_err()
    };
    let (at, axes) = ([1.0; 3], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(refused(&at[..2], &axes, 6).arg, "params");
    assert_eq!(refused(&[1.0, f64::NAN, 1.0], &axes, 6).arg, "params");
    assert_eq!(refused(&at, &axes, 5).arg, "workspace");
    let directions = |rows: &[f64]| {
        let error = refused(&at, rows, 100);
        assert_eq!(error.arg, "directions", "{rows:?}");
        error.reason
    };
    assert_eq!(directions(&[]), Reason::Empty);
    assert_eq!(directions(&axes[..4]), Reason::Length { expected: 6, found: 4 });
    assert_eq!(directions(&[0.0, f64::INFINITY, 0.0]), Reason::NotFinite { index: 1 });
    assert_eq!(directions(&[0.0; 3]), Reason::Dependent);
    // The third direction is the sum of the others, up to rounding; the other case has four directions in
    // three dimensions.
    assert_eq!(directions(&[0.1, 0.0, 0.3, 0.0, 0.7, 0.2, 0.1, 0.7, 0.1 + 0.4]), Reason::Dependent);
    assert_eq!(directions(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]), Reason::Dependent);
    assert_eq!(directions(&[1e-310, 0.0, 0.0]), Reason::Overflow);
}

#[test]
fn slices_that_do_not_fit_are_refused() {
    let (f, at, directions) = (Quadratic::new(&[1.0, 2.0]).unwrap(), [1.0, 1.0], [1.0, 0.5]);
    let within = Subspace::new(&f, &at, &directions, memory(1)).unwrap();
    let enough = within.scratch_len();
    for (at, grad, scratch) in [(2, 1, enough), (1, 2, enough), (1, 1, 3), (0, 1, enough), (1, 1, 0)] {
        let (mut grad, mut scratch) = (vec![7.0; grad], vec![0.0; scratch]);
        assert_eq!(within.value_grad(&vec![1.0; at], &mut grad, &mut scratch), f64::INFINITY);
        assert!(grad.iter().all(|g| g.is_nan()), "{grad:?}");
    }
    assert_eq!(within.value(&[1.0, 1.0], &mut vec![0.0; enough]), f64::INFINITY);
    assert_eq!(within.value(&[1.0], &mut [0.0; 3]), f64::INFINITY);
}
