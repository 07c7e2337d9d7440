//! Slices that do not fit together: a value is +∞, a result is NaN throughout, and nothing old stays.

use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::base::vector::{axpy, distance, dot, dot_scaled};
use losscape::curvature::slices::Plane;
use losscape::curvature::trace;
use losscape::models::LeastSquares;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::{
    CurvyValley, DoubleWell, EggCarton, FlatSaddle, GaussianMixture, MonkeySaddle, MuellerBrown, Quadratic,
    Ring, RippledBowl, TiltedRing,
};
use losscape::objective::{Convolution, Convolved, OnBatch};
use losscape::path::{Location, Tangent, tangent};
use losscape::{Curvature, Objective};

const OLD: f64 = 7.0;

fn all_nan(x: &[f64]) -> bool {
    x.iter().all(|x| x.is_nan())
}

/// Lengths beside the right one: none, one too few, one too many.
fn others(n: usize) -> [usize; 3] {
    [0, n - 1, n + 1]
}

fn refuses(name: &str, f: &(impl Objective<f64> + ?Sized)) {
    let (n, room) = (f.dim(), f.scratch_len());
    let right = vec![0.5; n];
    for len in others(n) {
        let params = vec![0.5; len];
        let (mut grad, mut scratch) = (vec![OLD; n], vec![OLD; room]);
        assert_eq!(f.value(&params, &mut scratch), f64::INFINITY, "{name}: value at {len} of {n}");
        let value = f.value_grad(&params, &mut grad, &mut scratch);
        assert!(value == f64::INFINITY && all_nan(&grad), "{name}: {value} {grad:?} at {len} of {n}");
        if len > 0 {
            let mut grad = vec![OLD; len];
            let value = f.value_grad(&right, &mut grad, &mut scratch);
            assert!(value == f64::INFINITY && all_nan(&grad), "{name}: {value}, gradient of {len}");
        }
    }
    if room > 0 {
        let mut grad = vec![OLD; n];
        assert_eq!(f.value(&right, &mut []), f64::INFINITY, "{name}: no room");
        let whole = f.value(&right, &mut vec![OLD; room]);
        let value = f.value_grad(&right, &mut grad, &mut []);
        // A smooth surface needs its scratch for values alone.
        let refused = value == f64::INFINITY && all_nan(&grad);
        assert!(refused || value == whole && !grad.contains(&OLD), "{name}: {value} {grad:?} without room");
    }
}

fn refuses_products(name: &str, f: &impl Curvature<f64>) {
    refuses(name, f);
    let (n, room) = (f.dim(), f.hess_vec_scratch_len());
    let right = vec![0.5; n];
    for len in others(n) {
        let other = vec![0.5; len];
        for (params, v, out) in [(&other, &right, n), (&right, &other, n), (&right, &right, len)] {
            // A quadratic has the same Hessian everywhere.
            if name == "quadratic" && params.len() != n {
                continue;
            }
            let mut out = vec![OLD; out];
            f.hess_vec(params, v, &mut out, &mut vec![OLD; room]);
            assert!(all_nan(&out), "{name}: {out:?} with {len} of {n}");
        }
    }
    if room > 0 {
        let mut out = vec![OLD; n];
        f.hess_vec(&right, &right, &mut out, &mut []);
        assert!(all_nan(&out), "{name}: {out:?} without room");
    }
}

fn refuses_convolved(name: &str, f: &impl Convolution<f64>) {
    refuses(name, &Convolved::new(f, Kernel::Gaussian { std_dev: 0.3 }).expect("a closed form"));
}

#[test]
fn objectives() {
    let (spectrum, axis) = ([2.0, -1.0, 3.0], [1.0, 2.0, 3.0]);
    let quadratic = Quadratic::new(&spectrum).and_then(|f| f.reflected(&axis)).expect("an axis");
    let mixture = GaussianMixture::new(2, &[0.0, 0.0, 1.0, 2.0], &[1.0, 2.0], &[0.4, 0.9]).expect("wells");
    let (wells, carton) = (DoubleWell::new(3).expect("dim"), EggCarton::new(2).expect("dim"));
    let bowl = RippledBowl::new(2, 0.5, 0.6, 6.0).expect("a bowl");
    refuses_products("quadratic", &quadratic);
    refuses_products("mixture", &mixture);
    refuses_products("wells", &wells);
    refuses_products("carton", &carton);
    refuses_products("bowl", &bowl);
    refuses_products("valley", &CurvyValley::default());
    refuses_products("flat saddle", &FlatSaddle::default());
    refuses_products("monkey", &MonkeySaddle::default());
    refuses_products("Müller–Brown", &MuellerBrown::default());
    refuses_products("ring", &Ring::default());
    refuses_products("tilted ring", &TiltedRing::default());

    refuses_convolved("smooth quadratic", &quadratic);
    refuses_convolved("smooth mixture", &mixture);
    refuses_convolved("smooth wells", &wells);
    refuses_convolved("smooth carton", &carton);
    refuses_convolved("smooth bowl", &bowl);
    refuses_convolved("smooth monkey", &MonkeySaddle::default());
    refuses_convolved("smooth Müller–Brown", &MuellerBrown::default());

    let data = Dataset::new(&[1.0, 2.0, 3.0], 1, Targets::Labels(&[0, 1, 0])).expect("data");
    let net = Mlp::new(&[1, 2, 2]).expect("widths");
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.1).expect("valid");
    let f = f.with_tile(2).expect("a tile");
    refuses_products("network", &f);
    refuses_products(
        "least squares",
        &LeastSquares::new(&[1.0, 2.0, 3.0, 4.0], &[0.5, 1.0]).expect("samples"),
    );
    refuses("batch", &OnBatch::new(&f, &[0, 2]));
    let (mut grad, mut scratch) = (vec![OLD; f.dim()], vec![OLD; f.scratch_len()]);
    let value = OnBatch::new(&f, &[0, 3]).value_grad(&vec![0.5; f.dim()], &mut grad, &mut scratch);
    assert!(value == f64::INFINITY && all_nan(&grad), "no such sample: {value} {grad:?}");
}

#[test]
fn networks() {
    let net = Mlp::new(&[2, 3, 2]).expect("widths");
    let n = net.param_len();
    let run = |params: usize, inputs: usize, outputs: usize, scratch: usize| {
        let mut y = vec![OLD; outputs];
        net.predict(&vec![0.5; params], &vec![0.5; inputs], &mut y, &mut vec![OLD; scratch]);
        y
    };
    let room = net.scratch_len(1);
    assert!(run(n, 6, 6, room).iter().all(|y| y.is_finite() && *y != OLD));
    for (params, inputs, outputs, scratch) in [
        (n - 1, 6, 6, room),
        (n + 1, 6, 6, room),
        (0, 6, 6, room),
        (n, 5, 6, room),
        (n, 4, 6, room),
        (n, 8, 6, room),
        (n, 6, 5, room),
        (n, 6, 7, room),
        (n, 0, 6, room),
        (n, 6, 6, room - 1),
        (n, 6, 6, 0),
    ] {
        let y = run(params, inputs, outputs, scratch);
        assert!(all_nan(&y), "{params} {inputs} {outputs} {scratch}: {y:?}");
    }
    for init in [Init::GlorotUniform, Init::GlorotNormal, Init::HeUniform, Init::HeNormal] {
        for len in others(n) {
            let (mut params, mut rng) = (vec![OLD; len], stream(1, 0));
            net.init(init, &mut params, &mut rng);
            assert!(all_nan(&params), "{init:?} of {len}: {params:?}");
            assert_eq!(rng, stream(1, 0), "nothing drawn");
        }
    }
    for len in others(digits::PIXELS) {
        let mut input = vec![OLD; len];
        digits::to_input(&[3; digits::PIXELS], &mut input);
        assert!(all_nan(&input), "{input:?}");
    }
}

#[test]
fn vectors_and_places() {
    let (x, y) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    assert!(all_nan(&[
        dot(&x, &y),
        dot(&y, &x),
        dot_scaled(1.0, &x, 2.0, &y),
        distance(&x, &y),
        dot(&x, &[])
    ]));
    let mut moved = x;
    axpy(2.0, &y, &mut moved);
    assert!(all_nan(&moved));
    assert!(trace(&[1.0f64, 2.0, 3.0], 2).is_nan() && trace(&[1.0f64], usize::MAX).is_nan());

    let plane = Plane::new([0.0, 0.0, 1.0, 0.0, 0.0, 1.0]).expect("a plane");
    for len in others(2) {
        let mut out = vec![OLD; len];
        plane.point([1.0, 2.0], &mut out);
        assert!(all_nan(&out) && all_nan(&plane.project(&out)));
        assert!(plane.share(&x[..2], &vec![0.5; len]).is_nan());
    }
    assert!(all_nan(&[
        plane.share(&x, &y),
        plane.extent(&x),
        plane.extent(&[1.0, f64::NAN]),
        plane.share(&[f64::NAN; 2], &y)
    ]));

    for len in others(2) {
        let mut out = vec![OLD; len];
        Location { segment: 0, alpha: 0.5 }.point(&[0.0, 0.0, 1.0, 1.0], 2, &mut out);
        assert!(all_nan(&out));
        tangent(Tangent::Bisector, &x[..2], &y, &x[1..], [0.0; 3], &mut out);
        assert!(all_nan(&out));
    }
}
