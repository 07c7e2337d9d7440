//! Compares every scheme with the same operation on a dense matrix.

use std::vec;
use std::vec::Vec;

use super::*;

#[test]
fn schemes_agree_with_dense_matrices() {
    for boundary in [REFLECTING, PERIODIC] {
        for cells in [2, 3, 5, 12] {
            against_dense(line(-1.3, 1.7, cells), [boundary]);
        }
        for other in [REFLECTING, PERIODIC] {
            for cells in [[2, 2], [3, 4], [5, 11], [9, 2], [4, 19]] {
                against_dense(plane(cells), [boundary, other]);
            }
        }
    }
    let axis = |n| Axis::new(-1.0, 1.0, n).unwrap();
    against_dense(Grid::new([axis(3), axis(2), axis(4)]).unwrap(), [REFLECTING, PERIODIC, REFLECTING]);
}

fn against_dense<const D: usize>(grid: Grid<f64, D>, boundary: [Boundary; D]) {
    let case = Case::new(&grid, 7);
    let equation = equation(grid, boundary, &case);
    let (q, n) = (dense(&equation), grid.len());
    for (j, out) in equation.out_rates().unwrap().iter().enumerate() {
        let sum = q.iter().fold(0.0, |sum, row| sum + row[j]);
        assert!(sum.abs() < 1e-12 * out && (q[j][j] + out).abs() < 1e-12 * out, "column {j} sums to {sum}");
    }
    // Explicit: the product with the matrix.
    let dt = equation.explicit_limit();
    let expected: Vec<f64> =
        (0..n).map(|i| (0..n).fold(case.density[i], |sum, j| sum + dt * q[i][j] * case.density[j])).collect();
    let found = evolve(&equation, Scheme::Explicit { dt }, &case.density, 1);
    for (a, b) in found.iter().zip(&expected) {
        assert!((a - b).abs() < 1e-14 && *a >= 0.0, "{a} {b}");
    }
    // Implicit: the inverses of one factor after another.
    for dt in [1e-3, 0.3, 1e4] {
        let mut expected = case.density.clone();
        for axis in 0..D {
            let [up, down] = equation.rates(axis).unwrap();
            let mut a = vec![vec![0.0; n]; n];
            for k in 0..n {
                let mut place = grid.place(k);
                place[axis] = (place[axis] + 1) % grid.axes()[axis].cells();
                let next = grid.index(place).unwrap();
                a[next][k] -= dt * up[k];
                a[k][k] += dt * up[k] + 1.0;
                a[k][next] -= dt * down[k];
                a[next][next] += dt * down[k];
            }
            expected = solve(a, expected);
        }
        let found = evolve(&equation, Scheme::Implicit { dt }, &case.density, 1);
        close(&found, &expected, 1e-9);
        assert!((mass(&grid, &found) - 1.0).abs() < 1e-14, "mass");
    }
    // Exact: the Taylor series, in pieces.
    let t = 0.05;
    let mut expected = case.density.clone();
    for _ in 0..20 {
        let mut term = expected.clone();
        for order in 1..40 {
            let factor = t / 20.0 / f64::from(order);
            term = (0..n).map(|i| (0..n).fold(0.0, |sum, j| sum + factor * q[i][j] * term[j])).collect();
            for (rho, term) in expected.iter_mut().zip(&term) {
                *rho += term;
            }
        }
    }
    let found = evolve(&equation, Scheme::Exact { dt: t }, &case.density, 1);
    close(&found, &expected, 1e-11);
    let twice = evolve(&equation, Scheme::Exact { dt: t / 2.0 }, &case.density, 2);
    close(&twice, &found, 1e-13);

    // The full matrix: stationary density, implicit step, passage times.
    let mut elimination = eliminated(Elimination::stationary(&equation, room(&equation)).unwrap());
    let mut found = vec![0.0; n];
    elimination.density(&mut found).unwrap();
    let mut a = q.clone();
    a[0].fill(grid.cell_volume());
    let mut mass_one = vec![0.0; n];
    mass_one[0] = 1.0;
    close(&found, &solve(a, mass_one), 1e-9);
    assert_eq!(elimination.advance(&mut found).unwrap_err().arg, "elimination", "of another kind");
    for dt in [1e-3, 0.3, 1e4] {
        let mut elimination = eliminated(Elimination::implicit(&equation, dt, room(&equation)).unwrap());
        let mut a: Vec<Vec<f64>> = q.iter().map(|row| row.iter().map(|rate| -dt * rate).collect()).collect();
        for (k, row) in a.iter_mut().enumerate() {
            row[k] += 1.0;
        }
        let mut found = case.density.clone();
        elimination.advance(&mut found).unwrap();
        close(&found, &solve(a, case.density.clone()), 1e-9);
        assert!((mass(&grid, &found) - 1.0).abs() < 1e-13, "mass");
    }
    let targets = [1, n / 2];
    let absorbing = Elimination::absorbing(&equation, |k| targets.contains(&k), room(&equation)).unwrap();
    let mut times = vec![f64::NAN; n];
    eliminated(absorbing).times(&mut times).unwrap();
    let mut a = vec![vec![0.0; n]; n];
    let mut b = vec![-1.0; n];
    for i in 0..n {
        if targets.contains(&i) {
            (a[i][i], b[i]) = (1.0, 0.0);
        } else {
            for (a, q) in a[i].iter_mut().zip(&q) {
                *a = q[i];
            }
        }
    }
    let longest = times.iter().fold(0.0, |longest: f64, &t| longest.or_larger(t));
    for (found, expected) in times.iter().zip(solve(a, b)) {
        assert!((found - expected).abs() <= 1e-11 * longest, "{found} {expected}");
    }
}

/// Builds Q as a dense matrix, with entries (to, from), by visiting all faces.
fn dense<const D: usize>(equation: &FokkerPlanck<f64, D, Vec<f64>>) -> Vec<Vec<f64>> {
    let grid = equation.grid();
    let n = grid.len();
    let mut q = vec![vec![0.0; n]; n];
    for axis in 0..D {
        let [up, down] = equation.rates(axis).unwrap();
        for k in 0..n {
            let mut place = grid.place(k);
            place[axis] = (place[axis] + 1) % grid.axes()[axis].cells();
            let next = grid.index(place).unwrap();
            q[next][k] += up[k];
            q[k][k] -= up[k];
            q[k][next] += down[k];
            q[next][next] -= down[k];
        }
    }
    q
}

/// Solves a dense system by elimination with pivoting.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).unwrap();
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let (above, below) = a.split_at_mut(i);
            for (a, pivot) in below[0].iter_mut().zip(&above[k]).skip(k) {
                *a -= factor * pivot;
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
    b
}
