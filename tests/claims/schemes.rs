//! Schemes for the Fokker–Planck equation: what other discretisations keep and what they lose.

use losscape::Real;
use losscape::base::elementary::{exp, ln};
use losscape::diffusion::{Dynamics, Elimination, Gibbs, Scheme, mass, normalise_mass};

use crate::diffusion::{
    density_on, distance, double_well, evolve, example_19, finished, line, on, room, stationary, walled,
};

/// Solves `A x = b` for a matrix with `width` entries to either side of the diagonal, row-major in rows of `2 width + 1`, without
/// pivoting: the rates of a Markov chain need none.
fn solve_banded(a: &mut [f64], b: &mut [f64], width: usize) {
    let row = 2 * width + 1;
    let n = b.len();
    for k in 0..n {
        for i in k + 1..n.min(k + width + 1) {
            let (above, below) = a.split_at_mut(i * row);
            let (pivot, below) = (&above[k * row + width..][..=width], &mut below[width + k - i..][..=width]);
            let factor = below[0] / pivot[0];
            if factor != 0.0 {
                for (x, p) in below.iter_mut().zip(pivot) {
                    *x -= factor * p;
                }
                b[i] -= factor * b[k];
            }
        }
    }
    for k in (0..n).rev() {
        let upper = &a[k * row + width..][..row - width];
        let sum = upper[1..].iter().zip(&b[k + 1..]).fold(b[k], |sum, (a, x)| sum - a * x);
        b[k] = sum / upper[0];
    }
}

/// The error of the stationary density of an upwind scheme for example 19: the drift across a face carries what lies before it, and D = 1.
fn upwind(cells: u32, lambda: f64) -> f64 {
    let (equation, potential) = example_19(cells, lambda);
    let grid = *equation.grid();
    let (n, side, h) = (grid.len(), cells as usize, grid.axes()[0].spacing());
    let row = 2 * side + 1;
    let mut a = vec![0.0; n * row];
    for axis in 0..2 {
        let stride = grid.stride(axis);
        let [up, down] = equation.rates(axis).unwrap();
        for k in 0..n {
            if up[k] == 0.0 && down[k] == 0.0 {
                continue;
            }
            // Their logarithm's difference is the drift times h, by which the rates of Scharfetter and Gummel are made.
            let drift = ln(up[k] / down[k]) / h;
            let (forth, back) =
                (1.0 / (h * h) + drift.or_larger(0.0) / h, 1.0 / (h * h) - drift.or_smaller(0.0) / h);
            let other = k + stride;
            a[k * row + side] -= forth;
            a[other * row + side] -= back;
            a[k * row + side + stride] += back;
            a[other * row + side - stride] += forth;
        }
    }
    // The density of the last cell is one: the others follow from all equations but its own.
    let mut density = vec![0.0; n];
    density[n - 1] = 1.0;
    a[(n - 1) * row..].fill(0.0);
    a[(n - 1) * row + side] = 1.0;
    solve_banded(&mut a, &mut density, side);
    normalise_mass(&grid, &mut density).unwrap();
    let mut law = vec![0.0; n];
    Gibbs::new(grid, &potential, 1.0).unwrap().fill(&mut law).unwrap();
    distance(&grid, &density, &law)
}

/// An upwind scheme is of first order: its stationary density of example 19 has an error 110 to 490 times that of our scheme.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn an_upwind_scheme_is_of_first_order() {
    for (lambda, recorded) in [(0.0, [0.118, 0.0636, 0.0328]), (0.5, [0.118, 0.0636, 0.0328])] {
        let errors = [32, 64, 128].map(|cells| upwind(cells, lambda));
        for (found, recorded) in errors.iter().zip(recorded) {
            assert!((found / recorded - 1.0).abs() < 0.01, "{lambda}: {errors:?}");
        }
        for (found, ours) in errors.iter().zip([1.0682e-3, 2.6585e-4, 6.6549e-5]) {
            assert!(*found > 100.0 * ours, "{lambda}: {errors:?}");
        }
        // Halved with the spacing, not quartered.
        assert!((errors[1] / errors[2] - 2.0).abs() < 0.1, "{errors:?}");
    }
}

/// The scheme of Chang and Cooper has the rates of Scharfetter and Gummel: `F = B ((1 − δ) ρ₊ + δ ρ) + C (ρ₊ − ρ)/h` with
/// `δ = 1/w − 1/(e^w − 1)` and w = hB/C, where B is the slope of the potential from one cell's centre to the next.
#[test]
fn chang_and_cooper_is_scharfetter_and_gummel() {
    for temperature in [0.02, 0.1, 1.0] {
        let grid = line(-3.0, 3.0, 64);
        let h = grid.axes()[0].spacing();
        let potential = on(&grid, |[x]| double_well(x) + x / 10.0);
        let equation = walled(grid, &Dynamics::gradient(&potential), temperature);
        let [up, down] = equation.rates(0).unwrap();
        for k in 0..63 {
            let slope = (potential[k + 1] - potential[k]) / h;
            let w = h * slope / temperature;
            let delta = 1.0 / w - 1.0 / (exp(w) - 1.0);
            // The flow to the left per unit of the right and of the left density.
            let (back, forth) = (slope * (1.0 - delta) + temperature / h, temperature / h - slope * delta);
            // δ is a difference of two numbers near 1/w, the second with a relative error of ε/w.
            let error = (back / h - down[k]).abs().or_larger((forth / h - up[k]).abs());
            let rounding = 8.0 * f64::EPSILON * (1.0 + 1.0 / w.abs());
            assert!(error < rounding * up[k].or_larger(down[k]), "{temperature} {k}: {error:e}");
        }
    }
}

/// With the slope in the middle of a face in place of the difference of the potential, e^(−V/T) is stationary to second order only.
#[test]
fn slopes_at_midpoints_lose_the_gibbs_law() {
    let error = |cells: u32| {
        let grid = line(-3.0, 3.0, cells);
        let (flat, potential) = (vec![0.0; grid.len()], on(&grid, |[x]| double_well(x)));
        let mut drift = vec![0.0; grid.len()];
        grid.fill_faces(0, &mut drift, |[x]| -x * (x * x - 1.0)).unwrap();
        let equation = walled(grid, &Dynamics { drift: &drift, ..Dynamics::gradient(&flat) }, 0.1);
        let mut gibbs = vec![0.0; grid.len()];
        Gibbs::new(grid, &potential, 0.1).unwrap().fill(&mut gibbs).unwrap();
        distance(&grid, &stationary(&equation), &gibbs)
    };
    let (coarse, fine) = (error(64), error(128));
    assert!(coarse > 1e-3 && (coarse / fine - 4.0).abs() < 0.1, "{coarse:e} {fine:e}");
}

/// Backward Euler keeps densities positive and their mass at any step; Crank–Nicolson, `2 (1 − ½ dt Q)⁻¹ − 1`, keeps the mass alone.
#[test]
fn crank_nicolson_steps_below_zero() {
    let grid = line(-3.0, 3.0, 64);
    let potential = on(&grid, |[x]| double_well(x));
    let equation = walled(grid, &Dynamics::gradient(&potential), 0.1);
    let start = density_on(&grid, |[x]| exp(-(x - 0.5) * (x - 0.5) / 0.01));
    for (steps, below) in [(1.0, false), (100.0, true), (1e6, true)] {
        let dt = steps * equation.explicit_limit();
        let implicit = |dt: f64| {
            let mut density = start.clone();
            finished(Elimination::implicit(&equation, dt, room(&equation)).unwrap())
                .advance(&mut density)
                .unwrap();
            density
        };
        let whole = implicit(dt);
        assert!(whole.iter().all(|rho| *rho >= 0.0) && (mass(&grid, &whole) - 1.0).abs() < 1e-12, "{steps}");
        let crank: Vec<f64> =
            implicit(0.5 * dt).iter().zip(&start).map(|(half, rho)| 2.0 * half - rho).collect();
        let least = crank.iter().fold(f64::INFINITY, |least, rho| least.or_smaller(*rho));
        assert!((mass(&grid, &crank) - 1.0).abs() < 1e-12, "{steps}");
        assert_eq!(least < -0.1, below, "{steps}: {least}");
    }
}

/// One axis after the other, implicit steps of any length leave e^(−V/T) alone where the drift is a gradient. With a rotation the density
/// that such steps leave alone is off by an amount of order dt.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn splitting_keeps_the_stationary_density_without_a_rotation_only() {
    let off = |lambda: f64, dt: f64| {
        let (equation, _) = example_19(32, lambda);
        let law = stationary(&equation);
        let end = evolve(&equation, Scheme::Implicit { dt }, law.clone(), 40.0, |_| ());
        distance(equation.grid(), &end, &law)
    };
    for dt in [0.1, 10.0] {
        assert!(off(0.0, dt) < 1e-11, "{dt}: {:e}", off(0.0, dt));
    }
    let [coarse, fine] = [0.1, 0.05].map(|dt| off(1.5, dt));
    assert!(coarse > 0.01 && (coarse / fine - 2.0).abs() < 0.2, "{coarse} {fine}");
}
