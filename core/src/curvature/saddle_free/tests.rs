extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::Objective;
use crate::base::random::{fill_normal, stream};
use crate::curvature::{CriticalSearch, EigenLayout, Hessian, HessianStep, SearchLayout, SearchStep, eigen};
use crate::models::data::{Dataset, Targets};
use crate::models::mlp::{Loss, Mlp, MlpObjective};
use crate::models::surfaces::{MonkeySaddle, Quadratic};

type Owned<R> = SaddleFree<R, Vec<R>, Vec<R>, Vec<R>>;

fn made<R: Real>(f: &impl Curvature<R>, config: SaddleFreeConfig<R>, at: &[R]) -> Owned<R> {
    let layout = layout_of(f, config.products);
    let lanczos = layout.lanczos();
    let [basis, krylov, workspace] =
        [lanczos.basis_len(), lanczos.len(), layout.len()].map(|len| vec![R::NAN; len]);
    SaddleFree::new(f, config, at, basis, krylov, workspace).unwrap()
}

/// Steps until the walk has made this many moves or has ended.
fn moved<R: Real>(f: &impl Curvature<R>, walk: &mut Owned<R>, moves: u32) -> SaddleFreeStep<R> {
    let mut rng = stream(1, 0);
    let mut last = R::INFINITY;
    loop {
        let step = walk.step(f, &mut rng);
        match step {
            SaddleFreeStep::Product { .. } | SaddleFreeStep::Refused => (),
            SaddleFreeStep::Evaluated { value, .. } | SaddleFreeStep::Moved { value, .. } => {
                assert!(value < last && value == walk.value(), "{value} after {last}");
                last = value;
                if walk.moves() == moves {
                    return step;
                }
            }
            _ => return step,
        }
    }
}

fn all<R: Real>(n: u32, damping: R) -> SaddleFreeConfig<R> {
    SaddleFreeConfig { products: n, damping, grad_norm: R::ZERO }
}

/// An undamped step takes c to 0 where the curvature is positive and to 2 c where it is negative.
#[test]
fn quadratics_exactly() {
    let f = Quadratic::new(&[3.0, -1.0, 0.5, -7.0]).unwrap();
    let start = [1.0, 0.25, -2.0, 0.5];
    let mut walk = made(&f, all(4, 0.0), &start);
    assert!(matches!(moved(&f, &mut walk, 1), SaddleFreeStep::Moved { .. }));
    for (x, want) in walk.params().iter().zip([0.0, 0.5, 0.0, 1.0]) {
        assert!((x - want).abs() < 1e-13, "{:?}", walk.params());
    }
    // On 5x² − y², from (1, ½) it is at (0, 1) after one step, and Newton's method at the saddle.
    let f = Quadratic::new(&[10.0, -2.0]).unwrap();
    let mut walk = made(&f, all(2, 0.0), &[1.0, 0.5]);
    assert!(matches!(moved(&f, &mut walk, 1), SaddleFreeStep::Moved { .. }));
    assert!(walk.params()[0].abs() < 1e-15 && (walk.params()[1] - 1.0).abs() < 1e-15, "{:?}", walk.params());
    let layout = SearchLayout::new(2, f.scratch_len(), f.hess_vec_scratch_len());
    let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
    let mut search = CriticalSearch::new(&f, 1e-14, [1.0, 0.5], matrix, workspace).unwrap();
    while !matches!(search.step(&f), SearchStep::Converged(_)) {}
    assert!(search.params().iter().all(|x| x.abs() < 1e-14), "{:?}", search.params());
}

/// Near the saddle the gradient is of second order. Each saddle-free move multiplies the distance by a constant factor;
/// descent at a third of the rate that is stable at a distance of one moves less than a hundredth of it.
#[test]
fn a_monkey_saddle_is_left() {
    let f = MonkeySaddle::<f64>::default();
    let start = [1e-3, 2e-3];
    let (mut walk, mut rng) = (made(&f, all(2, 0.1), &start), stream(1, 0));
    let mut gradients = 0;
    while walk.moves() < 5 {
        let step = walk.step(&f, &mut rng);
        let goes_on = matches!(
            step,
            SaddleFreeStep::Evaluated { .. }
                | SaddleFreeStep::Product { .. }
                | SaddleFreeStep::Moved { .. }
                | SaddleFreeStep::Refused
        );
        assert!(goes_on, "{step:?}");
        gradients += usize::from(!matches!(step, SaddleFreeStep::Product { .. }));
    }
    assert!(norm(walk.params()) > 2.0 * norm(&start), "{:?}", walk.params());
    let (mut plain, mut grad) = (start, [0.0; 2]);
    for _ in 0..gradients {
        f.value_grad(&plain, &mut grad, &mut []);
        axpy(-0.1, &grad, &mut plain);
    }
    assert!((norm(&plain) / norm(&start) - 1.0).abs() < 0.01, "{plain:?} after {gradients} gradients");
}

const NET: Mlp = Mlp::from_widths(&[1, 3, 1]);

fn network<'a>(x: &'a [f64], y: &'a [f64]) -> MlpObjective<'a, f64> {
    let data = Dataset::new(x, 1, Targets::Values(y)).unwrap();
    MlpObjective::new(NET, Loss::MeanSquaredError, data, 1e-3).unwrap()
}

/// As many products as parameters give the step of the dense Hessian, which trains a network to a critical
/// point.
#[test]
fn all_products_are_the_dense_step() {
    let x: Vec<f64> = (0..30).map(|k| f64::from(k) / 14.5 - 1.0).collect();
    let y: Vec<f64> = x.iter().map(|x| x * x * x - 0.5 * x).collect();
    let f = network(&x, &y);
    let n = f.dim();
    let mut start = vec![0.0; n];
    fill_normal(&mut stream(4, 0), &mut start);
    let damping = 0.01;
    let mut walk = made(&f, SaddleFreeConfig { grad_norm: 1e-9, ..all(64, damping) }, &start);
    assert!(matches!(moved(&f, &mut walk, 1), SaddleFreeStep::Moved { .. }));

    let at = HessianAt::new(&f, &start).unwrap();
    let mut hessian = Hessian::new(&at, vec![0.0; n * n], vec![0.0; 1 << 14]).unwrap();
    while !matches!(hessian.step(&at), HessianStep::Done { .. }) {}
    let (mut matrix, mut values) = (hessian.into_parts().0, vec![0.0; n]);
    eigen(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(n).len()]).unwrap();
    let (mut grad, mut dense) = (vec![0.0; n], start.clone());
    f.value_grad(&start, &mut grad, &mut vec![0.0; f.scratch_len()]);
    let size = values.iter().fold(0.0, |most: f64, x| most.or_larger(x.abs()));
    for (value, u) in values.iter().zip(matrix.chunks_exact(n)) {
        axpy(-crate::base::vector::dot(u, &grad) / (value.abs() + damping * size), u, &mut dense);
    }
    for (found, want) in walk.params().iter().zip(&dense) {
        assert!((found - want).abs() < 1e-8, "{found} against {want}");
    }
    let SaddleFreeStep::Converged { lowest } = moved(&f, &mut walk, 500) else { panic!("{}", walk.value()) };
    assert!(lowest > 0.0, "{lowest}");
    assert!(walk.grad_norm() <= 1e-9, "{}", walk.grad_norm());
    // Few products work as well, with more moves.
    let mut few = made(&f, SaddleFreeConfig { grad_norm: 1e-6, ..all(4, damping) }, &start);
    let end = moved(&f, &mut few, 5000);
    assert!(matches!(end, SaddleFreeStep::Converged { .. }), "{end:?}");
}

/// With the initial damping, the flat direction would take thousands of moves; dividing the damping by four
/// after each move, it takes a few.
#[test]
fn the_damping_falls_where_moves_go_down() {
    let f = Quadratic::new(&[1.0, 1e-5]).unwrap();
    let config = SaddleFreeConfig { grad_norm: 1e-12, ..all(2, 0.1) };
    let mut walk = made(&f, config, &[1.0, 1.0]);
    let end = moved(&f, &mut walk, 25);
    assert!(matches!(end, SaddleFreeStep::Converged { .. }), "{end:?} {:?}", walk.params());
}

/// The walk on k f(θ / u) is the same, bit for bit in powers of two.
#[test]
fn any_scale() {
    let of = |k: f64, unit: f64| {
        let spectrum = [3.0, -1.0, 0.5, -7.0].map(|x| x * k / unit / unit);
        let f = Quadratic::new(&spectrum).unwrap();
        let start = [1.0, 0.25, -2.0, 0.5].map(|x| x * unit);
        let mut walk = made(&f, all(3, 0.25), &start);
        assert!(matches!(moved(&f, &mut walk, 3), SaddleFreeStep::Moved { .. }));
        walk.params().iter().map(|x| x / unit).collect::<Vec<_>>()
    };
    let (want, two) = (of(1.0, 1.0), f64::from_bits((1023 + 100) << 52));
    for (k, unit) in [(two, 1.0), (1.0 / two, 1.0), (1.0, two), (1.0, 1.0 / two)] {
        for (x, want) in of(k, unit).iter().zip(&want) {
            assert!((x / want - 1.0).abs() < 1e-12, "{x} against {want}");
        }
    }
}

#[test]
fn how_a_walk_ends() {
    let f = Quadratic::new(&[2.0, 3.0]).unwrap();
    let mut walk = made(&f, SaddleFreeConfig { grad_norm: 1e-3, ..all(2, 0.0) }, &[0.0, 0.0]);
    let end = moved(&f, &mut walk, 1);
    assert!(matches!(end, SaddleFreeStep::Converged { lowest } if (lowest - 2.0).abs() < 1e-14), "{end:?}");
    assert_eq!(walk.step(&f, &mut stream(1, 0)), end, "and again");
    // Beyond the last digit of the minimum, nothing is lower.
    let mut walk = made(&f, all(2, 0.0), &[1.0, 1.0]);
    let end = moved(&f, &mut walk, 100);
    assert!(matches!(end, SaddleFreeStep::Stuck | SaddleFreeStep::Converged { .. }), "{end:?}");
    let mut lost = made(&Quadratic::new(&[1e308]).unwrap(), all(1, 0.0), &[1e200]);
    assert_eq!(moved(&Quadratic::new(&[1e308]).unwrap(), &mut lost, 1), SaddleFreeStep::NotFinite);
    let again = lost.step(&Quadratic::new(&[1e-300]).unwrap(), &mut stream(1, 0));
    assert!(matches!(again, SaddleFreeStep::Evaluated { .. }), "{again:?}");
    let mut walk = made(&f, all(2, 0.0), &[1.0, 1.0]);
    walk.workspace.pop();
    assert_eq!(walk.step(&f, &mut stream(1, 0)), SaddleFreeStep::MemoryChanged);
    assert_eq!(walk.step(&Quadratic::new(&[1.0]).unwrap(), &mut stream(1, 0)), SaddleFreeStep::MemoryChanged);
}

/// ½ ‖x‖², whose products are NaN while `broken`.
struct Faulty {
    broken: bool,
}

impl Objective<f64> for Faulty {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, x: &[f64], _: &mut [f64]) -> f64 {
        0.5 * (x[0] * x[0] + x[1] * x[1])
    }
    fn value_grad(&self, x: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        grad.copy_from_slice(x);
        self.value(x, scratch)
    }
}

impl Curvature<f64> for Faulty {
    fn hess_vec_scratch_len(&self) -> usize {
        0
    }
    fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
        out.copy_from_slice(if self.broken { &[f64::NAN; 2] } else { v });
    }
}

#[test]
fn what_is_not_finite_is_tried_again() {
    let (good, bad, mut rng) = (Faulty { broken: false }, Faulty { broken: true }, stream(1, 0));
    let mut walk = made(&good, all(2, 0.0), &[3.0, 4.0]);
    assert_eq!(walk.step(&bad, &mut rng), SaddleFreeStep::Evaluated { value: 12.5, grad_norm: 5.0 });
    for _ in 0..3 {
        assert_eq!(walk.step(&bad, &mut rng), SaddleFreeStep::NotFinite);
    }
    assert_eq!(walk.step(&good, &mut rng), SaddleFreeStep::Product { count: 1 });
    assert!(matches!(moved(&good, &mut walk, 1), SaddleFreeStep::Moved { .. }));
    assert!(norm(walk.params()) < 1e-14, "{:?}", walk.params());
}

/// A small gradient alone is no minimum: on the ridge of a saddle, and on top of it, the spectrum tells.
#[test]
fn a_saddle_is_told_from_a_minimum() {
    let f = Quadratic::new(&[3.0, -1.0, 0.5, -7.0]).unwrap();
    for start in [[1.0, 0.0, -2.0, 0.0], [0.0; 4]] {
        let mut walk = made(&f, SaddleFreeConfig { grad_norm: 1e-12, ..all(4, 0.0) }, &start);
        let end = moved(&f, &mut walk, 100);
        let SaddleFreeStep::AtSaddle { lowest } = end else { panic!("{end:?} from {start:?}") };
        assert!((lowest + 7.0).abs() < 1e-13 && walk.grad_norm() <= 1e-12, "{lowest} from {start:?}");
        assert_eq!(walk.step(&f, &mut stream(2, 0)), end, "and again");
    }
    // One product, from a random start: a Rayleigh quotient, between the lowest curvature and the largest.
    let mut walk = made(&f, SaddleFreeConfig { grad_norm: 1e-12, ..all(1, 0.0) }, &[0.0; 4]);
    let end = moved(&f, &mut walk, 1);
    let (SaddleFreeStep::AtSaddle { lowest } | SaddleFreeStep::Converged { lowest }) = end else { panic!() };
    assert!((-7.0..3.0).contains(&lowest), "{lowest}");
    // Curved only by rounding, in a direction that is flat.
    let f = Quadratic::new(&[3.0, -1e-16]).unwrap();
    let end = moved(&f, &mut made(&f, SaddleFreeConfig { grad_norm: 1e-12, ..all(2, 0.0) }, &[0.0; 2]), 1);
    assert!(matches!(end, SaddleFreeStep::Converged { lowest } if lowest.abs() < 1e-15), "{end:?}");
}

#[test]
fn bad_arguments_are_named() {
    let f = Quadratic::new(&[2.0, 3.0]).unwrap();
    let layout = layout_of(&f, 2);
    let lens = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.len()];
    let refused = |config, at: &[f64], off: [usize; 3]| {
        let [basis, krylov, workspace] = [0, 1, 2].map(|k: usize| vec![0.0; lens[k] - off[k]]);
        SaddleFree::new(&f, config, at, basis, krylov, workspace).err().map(|error| error.arg)
    };
    let good = all(2, 0.1);
    assert_eq!(refused(good, &[0.0; 2], [0; 3]), None);
    assert_eq!(refused(SaddleFreeConfig { products: 0, ..good }, &[0.0; 2], [0; 3]), Some("products"));
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(SaddleFreeConfig { damping: bad, ..good }, &[0.0; 2], [0; 3]), Some("damping"));
        assert_eq!(
            refused(SaddleFreeConfig { grad_norm: bad, ..good }, &[0.0; 2], [0; 3]),
            Some("grad_norm")
        );
    }
    assert_eq!(refused(good, &[0.0; 3], [0; 3]), Some("params"));
    assert_eq!(refused(good, &[0.0, f64::NAN], [0; 3]), Some("params"));
    assert_eq!(refused(good, &[0.0; 2], [1, 0, 0]), Some("basis"));
    assert_eq!(refused(good, &[0.0; 2], [0, 1, 0]), Some("krylov"));
    assert_eq!(refused(good, &[0.0; 2], [0, 0, 1]), Some("workspace"));
}
