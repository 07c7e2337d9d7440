extern crate std;
use super::*;
use crate::Objective;
use crate::base::elementary::exp;
use crate::base::vector::distance;
use crate::curvature::Signature;
use crate::models::surfaces::{MonkeySaddle, MuellerBrown, Quadratic, TiltedRing};
use std::vec;
use std::vec::Vec;

fn search(f: &dyn Curvature<f64>, grad_norm: f64, start: &[f64]) -> (SearchStep<f64>, u32, Vec<f64>) {
    let layout = SearchLayout::of(f);
    let (matrix, workspace) = (vec![f64::NAN; layout.matrix_len()], vec![f64::NAN; layout.len()]);
    let mut search = CriticalSearch::new(f, grad_norm, start.to_vec(), matrix, workspace).unwrap();
    let mut last = f64::INFINITY;
    for _ in 0..100_000 {
        match search.step(f) {
            end @ (SearchStep::Converged(_) | SearchStep::Stuck(_)) => {
                assert_eq!(search.step(f), end, "it says so again");
                return (end, search.moves(), search.params().to_vec());
            }
            SearchStep::Moved { grad_norm, .. } => {
                assert!(grad_norm < last, "the gradient gets shorter: {last} {grad_norm}");
                last = grad_norm;
            }
            SearchStep::NotFinite | SearchStep::MemoryChanged => panic!("at {:?}", search.params()),
            _ => (),
        }
    }
    panic!("no end at {:?}", search.params());
}

#[test]
fn points_of_every_index() {
    // The tilted ring: x³ − x + 0.1 = 0 on the axis, with a minimum, a maximum and a saddle.
    let f = TiltedRing { scale: 1.0, tilt: 0.1 };
    for (start, negative) in [([-1.2, 0.1], 0), ([0.05, 0.05], 2), ([0.9, -0.05], 1)] {
        let (end, moves, at) = search(&f, 1e-12, &start);
        let SearchStep::Converged(point) = end else { panic!("{end:?}") };
        assert_eq!(point.signature, Signature { positive: 2 - negative, flat: 0, negative });
        assert!((at[0] * at[0] * at[0] - at[0] + 0.1).abs() < 1e-12 && at[1].abs() < 1e-10, "{at:?}");
        assert!(moves < 15, "{moves}");
    }
    let f = MuellerBrown::<f64>::default();
    for saddle in &MuellerBrown::<f64>::SADDLES {
        let (end, _, at) = search(&f, 1e-10, &[saddle[0] + 0.03, saddle[1] - 0.02]);
        assert!(matches!(end, SearchStep::Converged(point) if point.signature.negative == 1), "{end:?}");
        assert!(distance(&at, saddle) < 1e-12);
    }
}

/// With little damping, one step is Newton's: it goes to the critical point of a quadratic with curvatures of
/// any sign.
#[test]
fn a_quadratic_takes_few_steps_in_any_units() {
    let spectrum = [3.0, -1.0, 0.5];
    let one = search(&Quadratic::new(&spectrum).unwrap(), 1e-12, &[1.0, -2.0, 0.3]);
    assert!(matches!(one.0, SearchStep::Converged(point) if point.signature.negative == 1));
    assert!(one.1 <= 4, "{}", one.1);
    for c in [1e-30, 1e-10, 1e10, 1e30] {
        let scaled = spectrum.map(|x| c * x);
        let f = Quadratic::new(&scaled).unwrap();
        let (end, moves, at) = search(&f, 1e-12 * c, &[1.0, -2.0, 0.3]);
        assert!(matches!(end, SearchStep::Converged(_)) && moves == one.1, "{c}: {end:?} {moves}");
        assert!(distance(&at, &one.2) < 1e-12);
    }
}

/// With the initial damping, the flat direction would take thousands of moves; dividing the damping by four
/// after each move, it takes a few.
#[test]
fn the_damping_falls_where_steps_are_accepted() {
    let (end, moves, at) = search(&Quadratic::new(&[1.0, -1e-5]).unwrap(), 1e-16, &[1.0, 1.0]);
    assert!(matches!(end, SearchStep::Converged(_)) && moves < 20, "{end:?} after {moves}");
    assert!(norm(&at) < 1e-10, "{at:?}");
}

/// Where the Hessian vanishes with the gradient, the convergence is slow.
#[test]
fn a_degenerate_point_is_found_and_called_flat() {
    let (end, _, at) = search(&MonkeySaddle::default(), 1e-8, &[0.3, 0.2]);
    let SearchStep::Converged(point) = end else { panic!("{end:?}") };
    assert!(norm(&at) < 1e-4 && point.grad_norm <= 1e-8, "{at:?}");
}

/// `x² + y`: the gradient lies along a flat direction.
#[test]
fn a_slope_without_curvature_is_said_to_be_stuck() {
    struct Slope;
    impl Objective<f64> for Slope {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
            self.value_grad(x, &mut [0.0; 2], scratch)
        }
        fn value_grad(&self, x: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
            grad.copy_from_slice(&[2.0 * x[0], 1.0]);
            x[0] * x[0] + x[1]
        }
    }
    impl Curvature<f64> for Slope {
        fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out.copy_from_slice(&[2.0 * v[0], 0.0]);
        }
    }
    let (end, _, at) = search(&Slope, 1e-10, &[1.0, 1.0]);
    assert!(matches!(end, SearchStep::Stuck(point) if point.signature.flat == 1), "{end:?}");
    assert!(at[0].abs() < 1e-8 && at[1] == 1.0, "{at:?}");
}

/// `k e^(−x)` in front of a wall: every step is accepted and shortens the gradient by a factor of e, until one
/// is not. By then the damping, divided by four after each step, has vanished, or it was zero from the start.
#[test]
fn a_damping_of_nothing_is_raised() {
    struct Wall {
        k: f32,
        at: f32,
    }
    impl Objective<f32> for Wall {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, x: &[f32], scratch: &mut [f32]) -> f32 {
            self.value_grad(x, &mut [0.0], scratch)
        }
        fn value_grad(&self, x: &[f32], grad: &mut [f32], _: &mut [f32]) -> f32 {
            let value = if x[0] < self.at { self.k * exp(-x[0]) } else { f32::NAN };
            grad[0] = -value;
            value
        }
    }
    impl Curvature<f32> for Wall {
        fn hess_vec(&self, x: &[f32], v: &[f32], out: &mut [f32], _: &mut [f32]) {
            out[0] = self.k * exp(-x[0]) * v[0];
        }
    }
    for (f, most) in [(Wall { k: 1.0, at: 80.0 }, 120), (Wall { k: 1e-43, at: 1.5 }, 3)] {
        let layout = SearchLayout::of(&f);
        let (matrix, workspace) = ([f32::NAN], vec![f32::NAN; layout.len()]);
        let mut search = CriticalSearch::new(&f, 1e-45, [0.0], matrix, workspace).unwrap();
        let end = (0..5000).map(|_| search.step(&f)).find(|step| matches!(step, SearchStep::Stuck(_)));
        assert!(end.is_some(), "no end at {:?}", search.params());
        assert!(search.params()[0] > f.at - 1.0 && search.moves() < most, "{:?}", search.params());
    }
}

/// f = x²/2, with a curvature larger by a factor beyond x = 1: one step leaves it, and the damping that suited it
/// stops every step on the other side.
#[test]
fn a_damping_far_above_the_curvature_starts_over() {
    struct Cliff(f64);
    impl Objective<f64> for Cliff {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
            self.value_grad(x, &mut [0.0], scratch)
        }
        fn value_grad(&self, x: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
            let beyond = (x[0] - 1.0).or_larger(0.0);
            grad[0] = x[0] + self.0 * beyond;
            0.5 * (x[0] * x[0] + self.0 * beyond * beyond)
        }
    }
    impl Curvature<f64> for Cliff {
        fn hess_vec(&self, x: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out[0] = v[0] * (1.0 + if x[0] > 1.0 { self.0 } else { 0.0 });
        }
    }
    for factor in [1e6, 1e10, 1e14, 1e20, 1e100] {
        let (end, moves, at) = search(&Cliff(factor), 1e-10, &[2.0]);
        assert!(matches!(end, SearchStep::Converged(_)), "{factor:e}: {end:?} at {at:?}");
        assert!(at[0].abs() <= 1e-10 && moves < 30, "{factor:e}: {moves} {at:?}");
    }
}

/// Below the rounding of the gradient no norm is reached, and the search says so.
#[test]
fn a_norm_below_rounding_ends_the_search() {
    let f = MuellerBrown::<f64>::default();
    for start in [[-0.8, 0.6], [0.6, 0.0], [-0.5, 1.4]] {
        let (end, _, _) = search(&f, 1e-300, &start);
        assert!(matches!(end, SearchStep::Stuck(point) if point.grad_norm < 1e-12), "{end:?}");
    }
}

#[test]
fn refusals() {
    let f = Quadratic::new(&[1.0f64, 2.0]).unwrap();
    let layout = SearchLayout::of(&f);
    let arg = |params: &[f64], norm, matrix, workspace| {
        CriticalSearch::new(&f, norm, params.to_vec(), vec![0.0; matrix], vec![0.0; workspace])
            .err()
            .map(|e| e.arg)
    };
    let (matrix, workspace) = (layout.matrix_len(), layout.len());
    assert_eq!(arg(&[1.0; 2], 1e-10, matrix, workspace), None);
    assert_eq!(arg(&[1.0; 3], 1e-10, matrix, workspace), Some("params"));
    assert_eq!(arg(&[1.0, f64::NAN], 1e-10, matrix, workspace), Some("params"));
    assert_eq!(arg(&[1.0; 2], 0.0, matrix, workspace), Some("grad_norm"));
    assert_eq!(arg(&[1.0; 2], f64::NAN, matrix, workspace), Some("grad_norm"));
    assert_eq!(arg(&[1.0; 2], 1e-10, matrix + 1, workspace), Some("matrix"));
    assert_eq!(arg(&[1.0; 2], 1e-10, matrix, workspace - 1), Some("workspace"));
}
