extern crate std;
use super::*;
use crate::Objective;
use crate::base::vector::distance;
use crate::curvature::{CriticalSearch, SearchLayout, SearchStep, Signature};
use crate::models::surfaces::{EggCarton, MonkeySaddle, MuellerBrown, Quadratic, Ring};
use std::vec;
use std::vec::Vec;

const CONFIG: FollowingConfig<f64> =
    FollowingConfig { index: 1, max_step: 0.1, mode_step: 1.0, grad_norm: 1e-10 };

/// Returns the point at which the walk ends, the number of moves, and the parameters.
fn walk(
    f: &dyn Curvature<f64>,
    config: FollowingConfig<f64>,
    start: &[f64],
) -> (CriticalPoint<f64>, u32, Vec<f64>) {
    let layout = FollowingLayout::of(f);
    let (matrix, workspace) = (vec![f64::NAN; layout.matrix_len()], vec![f64::NAN; layout.len()]);
    let mut walk = EigenvectorFollowing::new(f, config, start.to_vec(), matrix, workspace).unwrap();
    let mut before = start.to_vec();
    loop {
        match walk.step(f) {
            FollowingStep::Converged(point) => {
                assert_eq!(walk.step(f), FollowingStep::Converged(point));
                return (point, walk.moves(), walk.params().to_vec());
            }
            FollowingStep::Moved { moves, length, .. } => {
                assert!(moves < 100 && length <= config.max_step, "{moves} moves, {length}");
                let moved = distance(walk.params(), &before);
                assert!((moved - length).abs() < 1e-12 * config.max_step, "{moved}, said to be {length}");
                before.copy_from_slice(walk.params());
            }
            FollowingStep::NotFinite => panic!("not finite at {:?}", walk.params()),
            FollowingStep::Evaluated { .. } | FollowingStep::Product { .. } => (),
            step => panic!("{step:?} at {:?}", walk.params()),
        }
    }
}

#[test]
fn saddles_and_minima_of_mueller_brown() {
    let f = MuellerBrown::<f64>::default();
    for (index, points) in [(1, &MuellerBrown::<f64>::SADDLES[..]), (0, &MuellerBrown::<f64>::MINIMA[..])] {
        for point in points {
            let config = FollowingConfig { index, ..CONFIG };
            let (found, moves, params) = walk(&f, config, &[point[0] + 0.05, point[1] - 0.04]);
            assert!(distance(&params, point) < 1e-13, "{params:?} against {point:?}");
            assert_eq!(found.signature, Signature { positive: 2 - index, flat: 0, negative: index });
            assert!(moves < 10, "quadratic convergence: {moves}");
        }
    }
}

#[test]
fn the_step_of_the_literature() {
    // f = ½ (3 x² − y²) at (1, 1): the first move is down by 6 / (3 + √45) along x and up by 2 / (1 + √5)
    // along y.
    let f = Quadratic::new(&[3.0, -1.0]).unwrap();
    let workspace = [f64::NAN; FollowingLayout::new(2, 4, 4).len()];
    let config = FollowingConfig { max_step: 10.0, ..CONFIG };
    let mut walk = EigenvectorFollowing::new(&f, config, [1.0, 1.0], [f64::NAN; 4], workspace).unwrap();
    while !matches!(walk.step(&f), FollowingStep::Moved { .. }) {}
    let golden = (3.0 - 5f64.sqrt()) / 2.0;
    assert!(walk.params().iter().all(|x| (x - golden).abs() < 1e-15), "{:?}", walk.params());
}

#[test]
fn critical_points_of_all_indices() {
    // Critical points around the corner of a cell of the egg carton: minimum −2, saddle 0, maximum 2.
    let f = EggCarton::<f64>::new(2).unwrap();
    for (index, value) in [(0, -2.0), (1, 0.0), (2, 2.0)] {
        let (found, _, _) = walk(&f, FollowingConfig { index, ..CONFIG }, &[0.3, 0.2]);
        assert!((found.value - value).abs() < 1e-12, "{found:?}");
        assert_eq!(found.signature.negative, index);
    }
}

#[test]
fn a_saddle_without_curvature_is_reached_too() {
    // Newton's step halves the distance where the Hessian vanishes with the gradient: 3 r² ≤ 1e-10 after 17
    // steps.
    let (found, moves, params) = walk(&MonkeySaddle::default(), CONFIG, &[0.4, 0.3]);
    assert!(norm(&params) < 6e-6, "{params:?}");
    assert!(found.value.abs() < 1e-15 && moves > 12 && moves < 40, "{found:?} after {moves}");
}

#[test]
fn flat_directions_are_left_alone() {
    let (spectrum, axis) = ([-1.0, 0.0, 0.5, 3.0], [1.0, 2.0, -1.0, 0.5]);
    let f = Quadratic::new(&spectrum).unwrap().reflected(&axis).unwrap();
    let start = [0.3, -0.2, 0.1, 0.2];
    let config = FollowingConfig { max_step: 10.0, ..CONFIG };
    let (found, _, params) = walk(&f, config, &start);
    assert_eq!(found.signature, Signature { positive: 2, flat: 1, negative: 1 });
    // The remainder is the start's component in the flat direction Q e₁ = e₁ − 2 u u₁ / ‖u‖².
    let square = dot(&axis, &axis);
    let flat: Vec<f64> =
        (0..4).map(|i| if i == 1 { 1.0 } else { 0.0 } - 2.0 * axis[i] * axis[1] / square).collect();
    let share = dot(&start, &flat);
    assert!(flat.iter().zip(&params).all(|(q, x)| (share * q - x).abs() < 1e-10), "{params:?}");
}

/// A surface that is not finite to the right of the second axis.
struct Edge;

impl Objective<f64> for Edge {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
        if p[0] > 0.0 { f64::NAN } else { p[0] * p[0] }
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        grad[0] = 2.0 * p[0];
        self.value(p, scratch)
    }
}

impl Curvature<f64> for Edge {
    fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
        out[0] = if p[0] < -1.0 { f64::NAN } else { 2.0 * v[0] };
    }
}

#[test]
fn what_is_not_finite_moves_nothing() {
    for start in [1.0, -2.0] {
        let workspace = [0.0; FollowingLayout::new(1, 0, 0).len()];
        let mut walk = EigenvectorFollowing::new(&Edge, CONFIG, [start], [0.0], workspace).unwrap();
        let steps: Vec<_> = (0..4).map(|_| walk.step(&Edge)).collect();
        assert!(steps.contains(&FollowingStep::NotFinite), "{steps:?}");
        assert_eq!((walk.moves(), walk.params()), (0, &[start][..]));
    }
}

/// The gradient of `x³/3 − 2x` at the numbers next to √2 is ±4.4·10⁻¹⁶, and Newton's step oscillates between them.
#[test]
fn a_gradient_below_the_digits_of_the_point_is_not_walked_for_for_ever() {
    struct Cubic;
    impl Objective<f64> for Cubic {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
            self.value_grad(p, &mut [0.0], scratch)
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
            grad[0] = p[0] * p[0] - 2.0;
            p[0] * p[0] * p[0] / 3.0 - 2.0 * p[0]
        }
    }
    impl Curvature<f64> for Cubic {
        fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out[0] = 2.0 * p[0] * v[0];
        }
    }
    let config = FollowingConfig { index: 0, grad_norm: 1e-300, ..CONFIG };
    let workspace = [0.0; FollowingLayout::new(1, 0, 0).len()];
    let mut walk = EigenvectorFollowing::new(&Cubic, config, [1.0], [0.0], workspace).unwrap();
    let end = (0..300).map(|_| walk.step(&Cubic)).find(|step| matches!(step, FollowingStep::Stuck(_)));
    let Some(FollowingStep::Stuck(point)) = end else { panic!("no end at {:?}", walk.params()) };
    assert!(point.grad_norm < 1e-15 && point.signature.positive == 1, "{point:?}");
    assert!((walk.params()[0] - core::f64::consts::SQRT_2).abs() < 3e-16, "{:?}", walk.params());
}

/// A finite value does not make up for an infinite gradient.
#[test]
fn an_infinite_gradient_is_not_finite() {
    struct Cliff;
    impl Objective<f64> for Cliff {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, _: &[f64], _: &mut [f64]) -> f64 {
            1.0
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
            grad[0] = p[0] * f64::INFINITY;
            1.0
        }
    }
    impl Curvature<f64> for Cliff {
        fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out[0] = v[0];
        }
    }
    for start in [1.0, -1.0, 0.0] {
        let workspace = [0.0; FollowingLayout::new(1, 0, 0).len()];
        let mut walk = EigenvectorFollowing::new(&Cliff, CONFIG, [start], [0.0], workspace).unwrap();
        let layout = SearchLayout::new(1, 0, 0);
        let mut search = CriticalSearch::new(&Cliff, 1e-8, [start], [0.0], vec![0.0; layout.len()]).unwrap();
        for _ in 0..3 {
            assert_eq!(walk.step(&Cliff), FollowingStep::NotFinite);
            assert_eq!(search.step(&Cliff), SearchStep::NotFinite);
        }
    }
}

#[test]
fn bad_arguments_are_named() {
    let f = MonkeySaddle::<f64>::default();
    let len = FollowingLayout::new(2, 0, 0).len();
    let arg = |config, params: &mut [f64], matrix: usize, workspace: usize| {
        let (mut matrix, mut workspace) = (vec![0.0; matrix], vec![0.0; workspace]);
        EigenvectorFollowing::new(&f, config, params, &mut matrix, &mut workspace).err().map(|e| e.arg)
    };
    assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 4, len), None);
    assert_eq!(arg(CONFIG, &mut [0.1], 4, len), Some("params"));
    assert_eq!(arg(CONFIG, &mut [0.1, f64::NAN], 4, len), Some("params"));
    assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 3, len), Some("matrix"));
    assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 4, len - 1), Some("workspace"));
    let wrong = FollowingConfig { index: 3, ..CONFIG };
    assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("index"));
    let wrong = FollowingConfig { max_step: 0.0, ..CONFIG };
    assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("max_step"));
    let wrong = FollowingConfig { mode_step: -1.0, ..CONFIG };
    assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("mode_step"));
    let wrong = FollowingConfig { grad_norm: f64::NAN, ..CONFIG };
    assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("grad_norm"));
}

/// `a x² + x + c y`, whose Hessian does not reflect the slope along y.
struct Slope {
    a: f64,
    c: f64,
}

impl Objective<f64> for Slope {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
        self.a * p[0] * p[0] + p[0] + self.c * p[1]
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        grad.copy_from_slice(&[2.0 * self.a * p[0] + 1.0, self.c]);
        self.value(p, scratch)
    }
}

impl Curvature<f64> for Slope {
    fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
        out.copy_from_slice(&[2.0 * self.a * v[0], 0.0]);
    }
}

#[test]
fn a_slope_without_curvature_ends_the_walk() {
    let start = |f: &Slope| {
        let workspace = [0.0; FollowingLayout::new(2, 0, 0).len()];
        EigenvectorFollowing::new(f, CONFIG, [0.25, 3.0], [0.0; 4], workspace).unwrap()
    };
    for f in [Slope { a: 0.0, c: 2.0 }, Slope { a: 1.0, c: 1.0 }, Slope { a: -2.0, c: 1e-6 }] {
        let mut walk = start(&f);
        let point = loop {
            match walk.step(&f) {
                FollowingStep::Stuck(point) => break point,
                FollowingStep::Converged(_) | FollowingStep::NotFinite => panic!("this is a slope"),
                _ => assert!(walk.moves() < 100, "no end"),
            }
        };
        assert_eq!(walk.step(&f), FollowingStep::Stuck(point));
        let curved = u32::from(f.a != 0.0);
        assert_eq!((point.signature.flat, point.signature.negative), (2 - curved, u32::from(f.a < 0.0)));
        let steep = if f.a == 0.0 { 5f64.sqrt() } else { f.c };
        assert!((point.grad_norm - steep).abs() < 1e-9, "{point:?}");
        assert_eq!(walk.params()[1], 3.0, "nothing moves along a flat direction");
    }
    // A sufficiently gentle slope counts as flat.
    let f = Slope { a: 1.0, c: 1e-11 };
    let mut walk = start(&f);
    while !matches!(walk.step(&f), FollowingStep::Converged(_)) {
        assert!(walk.moves() < 100, "no end");
    }
}

/// Multiplying a function by k does not change the walk.
#[test]
fn the_scale_of_the_function_does_not_matter() {
    let way = |scale: f32| {
        let f = Ring { scale };
        let config = FollowingConfig { index: 0, max_step: 0.25, mode_step: 1.0, grad_norm: 1e-4 * scale };
        let workspace = [0.0; FollowingLayout::new(2, 0, 0).len()];
        let mut walk = EigenvectorFollowing::new(&f, config, [0.3f32, 0.1], [0.0; 4], workspace).unwrap();
        let mut way = vec![];
        loop {
            match walk.step(&f) {
                FollowingStep::Moved { length, .. } => way.push(length),
                FollowingStep::Converged(point) => return (way, walk.params().to_vec(), point.signature),
                FollowingStep::Evaluated { .. } | FollowingStep::Product { .. } => (),
                step => panic!("{step:?} at scale {scale:e} after {way:?}"),
            }
        }
    };
    let plain = way(1.0);
    for scale in [1e-30, 1e-20, 1e20, 1e30] {
        let same = way(scale);
        assert_eq!((plain.0.len(), plain.2), (same.0.len(), same.2), "at scale {scale:e}");
        assert!(distance(&plain.1, &same.1) < 1e-5, "{same:?} against {plain:?} at scale {scale:e}");
    }
}

/// A function of θ/u, for lengths in units of u.
struct Stretched<F> {
    f: F,
    unit: f64,
}

impl<F: Objective<f64>> Objective<f64> for Stretched<F> {
    fn dim(&self) -> usize {
        self.f.dim()
    }
    fn scratch_len(&self) -> usize {
        self.f.scratch_len()
    }
    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        let params: Vec<f64> = params.iter().map(|x| x / self.unit).collect();
        self.f.value(&params, scratch)
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        let params: Vec<f64> = params.iter().map(|x| x / self.unit).collect();
        let value = self.f.value_grad(&params, grad, scratch);
        grad.iter_mut().for_each(|g| *g /= self.unit);
        value
    }
}

impl<F: Curvature<f64>> Curvature<f64> for Stretched<F> {
    fn hess_vec_scratch_len(&self) -> usize {
        self.f.hess_vec_scratch_len()
    }
    fn hess_vec(&self, params: &[f64], v: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        let params: Vec<f64> = params.iter().map(|x| x / self.unit).collect();
        let v: Vec<f64> = v.iter().map(|x| x / self.unit).collect();
        self.f.hess_vec(&params, &v, out, scratch);
        out.iter_mut().for_each(|h| *h /= self.unit);
    }
}

/// The walk is the same in other units of the parameters, bit for bit where the unit is a power of two.
#[test]
fn the_unit_of_the_parameters_does_not_matter() {
    let way = |exponent: i32| {
        let unit = f64::from_bits(u64::try_from(1023 + exponent).unwrap() << 52);
        let f = Stretched { f: MuellerBrown::<f64>::default(), unit };
        let config = FollowingConfig {
            index: 1,
            max_step: 0.1 * unit,
            mode_step: 0.5 * unit,
            grad_norm: 1e-10 / unit,
        };
        let (found, moves, params) = walk(&f, config, &[0.0, 0.4 * unit]);
        (found.value, moves, params.iter().map(|x| x / unit).collect::<Vec<_>>())
    };
    let plain = way(0);
    assert!(plain.1 > 3, "{plain:?}");
    for exponent in [-34, -10, 10, 34] {
        assert_eq!(way(exponent), plain, "unit 2^{exponent}");
    }
}

#[test]
fn memory_may_be_lent_and_may_not_change() {
    let (f, layout) = (MonkeySaddle::default(), FollowingLayout::new(2, 0, 0));
    let (mut params, mut matrix, mut workspace) = ([0.4, 0.3], [0.0; 4], vec![0.0; layout.len()]);
    let mut lent =
        EigenvectorFollowing::new(&f, CONFIG, &mut params, &mut matrix, &mut workspace[..]).unwrap();
    let mut owned = EigenvectorFollowing::new(
        &f,
        CONFIG,
        vec![0.4, 0.3],
        vec![0.0; layout.matrix_len()],
        vec![0.0; layout.len()],
    )
    .unwrap();
    for _ in 0..30 {
        owned.params.push(7.0);
        assert_eq!(owned.step(&f), FollowingStep::MemoryChanged);
        owned.params.pop();
        let last = owned.workspace.pop().unwrap();
        assert_eq!(owned.step(&f), FollowingStep::MemoryChanged);
        owned.workspace.push(last);
        assert_eq!(owned.step(&f), lent.step(&f), "as if nothing had happened");
    }
    assert!(owned.moves() > 3 && owned.params() == lent.params());
    assert_eq!((owned.mode(2), owned.eigenvalues().len()), (&[][..], 2));
    let (params, matrix, _) = owned.into_parts();
    assert_eq!((params.len(), matrix.len()), (2, 4));
}
