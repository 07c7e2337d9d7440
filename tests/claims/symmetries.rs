//! What the symmetries of networks do to their critical points: Fukumizu & Amari (2000), Şimşek et al. (2021), Dinh et al. (2017).

use losscape::base::elementary::sin;
use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::{axpy, norm};
use losscape::curvature::{Tolerance, signature};
use losscape::models::data::waves;
use losscape::models::mlp::{Activation, Mlp, MlpObjective};
use losscape::{Curvature, Objective};
use losscape_tests::critical::settle;

use crate::support::{regression, spectrum};

/// The first minimum without a flat direction that searches from normal starts find.
fn finite_minimum(f: &MlpObjective<'_, f64>) -> Vec<f64> {
    let found = (1..=40).find_map(|seed| {
        let mut start = vec![0.0; f.dim()];
        fill_normal(&mut stream(seed, 0), &mut start);
        settle(f, 0, 0.5, &start, 400)
            .filter(|found| signature(&found.eigenvalues, Tolerance::relative(1e-10)).flat == 0)
    });
    found.expect("a minimum").params
}

/// Each unit of the best finite minima of 1-1-1 and 1-2-1 networks, split into two with shares γ and 1 − γ from −0.95 to 2.05: critical, and with one
/// way down at every place. The one flat direction is the line itself.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn splitting_lines_of_minima_are_strict_saddles() {
    let (mut x, mut y) = ([0.0; 30], [0.0; 30]);
    waves(&mut x, &mut y).unwrap();
    for (hidden, loss) in [(1, 0.047_855_5), (2, 0.004_382_2)] {
        let f = regression(Mlp::new(&[1, hidden, 1]).unwrap(), &x, &y);
        let g = regression(f.net().wider(0).unwrap(), &x, &y);
        let minimum = finite_minimum(&f);
        let (mut split, mut grad) = (vec![0.0; g.dim()], vec![0.0; g.dim()]);
        for unit in 0..hidden {
            for k in -10..=20 {
                let share = 0.1 * f64::from(k) + 0.05;
                f.net().split_unit(0, unit, share, &minimum, &mut split).unwrap();
                let value = g.value_grad(&split, &mut grad, &mut vec![0.0; g.scratch_len()]);
                assert!((value - loss).abs() < 1e-7 && norm(&grad) < 1e-9, "{value} {grad:?}");
                let counted = signature(&spectrum(&g, &split), Tolerance::relative(1e-10));
                assert_eq!(
                    (counted.negative, counted.flat),
                    (1, 1),
                    "{hidden} units, {unit} split at {share}"
                );
            }
        }
    }
}

/// The scale of a ReLU unit is free: its weights times c and its output over c compute the same. Along each such direction the product with the Hessian is the
/// gradient with the signs of the outgoing part turned, so at a critical point its curvature is zero, and this minimum has no other zero. Before the end of training
/// none is zero.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_relu_minimum_has_one_zero_for_each_unit() {
    let mut x = vec![0.0; 2 * 60];
    fill_normal(&mut stream(7, 0), &mut x);
    let y: Vec<f64> = x.chunks_exact(2).map(|x| sin(2.0 * x[0]) + x[0] * x[1]).collect();
    let f = regression(Mlp::new(&[2, 3, 1]).unwrap().with_hidden(Activation::Relu), &x, &y);
    let n = f.dim();
    let mut params = vec![0.0; n];
    fill_normal(&mut stream(2, 1), &mut params);
    let (mut grad, mut scratch) = (vec![0.0; n], vec![0.0; f.scratch_len()]);
    for (steps, small) in [(100, 0), (20_000, 3)] {
        for _ in 0..steps {
            f.value_grad(&params, &mut grad, &mut scratch);
            axpy(-0.05, &grad, &mut params);
        }
        let values = spectrum(&f, &params);
        let size = values[n - 1];
        let zeros = values.iter().filter(|value| value.abs() < 1e-9 * size).count();
        assert_eq!(zeros, small, "after {steps} more: {values:?}");
        if small > 0 {
            assert!(norm(&grad) < 1e-10 && values[small] > 1e-3 * size, "{values:?}");
        }
        f.value_grad(&params, &mut grad, &mut scratch);
        let (into, out) = (f.net().layer(0), f.net().layer(1));
        for unit in 0..3 {
            let mut own = vec![false; n];
            for k in into.weights.clone().skip(unit).step_by(3).chain([into.bias.start + unit]) {
                own[k] = true;
            }
            let outgoing = out.weights.start + unit;
            let (mut direction, mut wanted) = (vec![0.0; n], vec![0.0; n]);
            for k in 0..n {
                let sign = if own[k] {
                    1.0
                } else if k == outgoing {
                    -1.0
                } else {
                    continue;
                };
                direction[k] = sign * params[k];
                wanted[k] = -sign * grad[k];
            }
            let mut product = vec![0.0; n];
            f.hess_vec(&params, &direction, &mut product, &mut vec![0.0; f.hess_vec_scratch_len()]);
            for (found, wanted) in product.iter().zip(&wanted) {
                assert!(
                    (found - wanted).abs() < 1e-13 * size * norm(&direction),
                    "unit {unit}: {found} {wanted}"
                );
            }
        }
    }
}
