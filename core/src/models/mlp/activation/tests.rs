use super::*;

/// The activations whose derivatives are exact.
const ALL: [Activation; 7] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu { slope: 0.01 },
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Gelu,
];

/// The derivatives of the approximation equal those of tanh, to little more than twice the approximation's own error.
#[test]
fn micromath_tanh_is_a_tangent_forward_and_back() {
    let f = Activation::TanhMicromath;
    for k in -400..=400 {
        let z = f64::from(k) * 0.01;
        let (a, exact) = (value(f, z), value(Activation::Tanh, z));
        assert!((a - exact).abs() < 3.4e-4, "φ({z}) = {a}, tanh is {exact}");
        let (got, want) = (f.slopes(a, z), Activation::Tanh.slopes(exact, z));
        assert!((got.first - want.first).abs() < 6.8e-4, "φ′({z}) = {}, tanh′ {}", got.first, want.first);
        // |d(2a − 2a³)/da| ≤ 4.
        assert!((got.second - want.second).abs() < 4.0 * 3.4e-4, "φ″({z}) = {}", got.second);
    }
    assert_ne!(value(f, 0.5), value(Activation::Tanh, 0.5), "a function of its own");
}

fn value(f: Activation, z: f64) -> f64 {
    let mut a = [z];
    f.apply(&mut a);
    a[0]
}

#[test]
fn derivatives_match_central_differences() {
    let h = 1e-5;
    for f in ALL {
        for k in -40..40 {
            let z = f64::from(k) * 0.1 + 0.05;
            let first = (value(f, z + h) - value(f, z - h)) / (2.0 * h);
            let got = f.slopes(value(f, z), z);
            assert!((got.first - first).abs() < 1e-9, "{f:?} φ′({z}): {} against {first}", got.first);
            let slope = |z| f.slopes(value(f, z), z).first;
            let second = (slope(z + h) - slope(z - h)) / (2.0 * h);
            assert!((got.second - second).abs() < 1e-9, "{f:?} φ″({z}): {} against {second}", got.second);
        }
    }
}

#[test]
fn known_values() {
    // Values from mpmath with 20 digits: GELU in its tanh form, softplus, sigmoid.
    for (f, z, want) in [
        (Activation::Gelu, 1.0, 0.841_191_990_608_276_7),
        (Activation::Gelu, -0.5, -0.154_285_990_174_856_08),
        (Activation::Softplus, 1.0, 1.313_261_687_518_222_8),
        (Activation::Sigmoid, 2.0, 0.880_797_077_977_882_4),
        (Activation::Tanh, 0.5, 0.462_117_157_260_009_76),
        (Activation::LeakyRelu { slope: 0.5 }, -3.0, -1.5),
        (Activation::Relu, -3.0, 0.0),
    ] {
        let got = value(f, z);
        assert!((got - want).abs() < 1e-15, "{f:?}({z}) = {got}, not {want}");
    }
}

/// Both tails of GELU, from mpmath with 50 digits, and its limits.
#[test]
#[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
fn the_tails_of_gelu_keep_their_digits() {
    for (z, want) in [(-8.0, -3.107_782_937_501_111_2e-21), (-9.0, -1.336_459_594_734_872_6e-28)] {
        let (double, single) = (Gelu::at(z).value, f64::from(Gelu::at(z as f32).value));
        assert!((double / want - 1.0).abs() < 1e-12, "{z}: {double:e}");
        assert!((single / want - 1.0).abs() < 1e-4, "{z}: {single:e}");
    }
    for z in [1e20f32, f32::MAX, f32::INFINITY] {
        let (up, down) = (Gelu::at(z), Gelu::at(-z));
        assert_eq!((up.value, up.first, up.second), (z, 1.0, 0.0));
        assert_eq!((down.value, down.first, down.second), (0.0, 0.0, 0.0));
    }
    for z in [1e155, f64::MAX] {
        assert_eq!((Gelu::at(z).first, Gelu::at(-z).first), (1.0, 0.0));
    }
    assert!(Gelu::at(f64::NAN).value.is_nan());
}

#[test]
fn the_three_forms_of_the_chain_rule_agree() {
    for f in ALL.into_iter().chain([Activation::TanhMicromath]) {
        let z = [-2.0, -0.3, 0.4, 1.7];
        let mut a = z;
        f.apply(&mut a);
        let (u, rz, ru) = ([0.5, -1.0, 2.0, 3.0], [1.0, 2.0, -1.0, 0.5], [0.25, -2.0, 1.5, 0.75]);
        let (mut delta, mut r_delta, mut ra) = ([0.0; 4], [0.0; 4], [0.0; 4]);
        f.push_forward::<f64, 1>(&a, &z, &rz, &mut ra);
        f.push_forward::<f64, 1>(&a, &z, &u, &mut delta);
        let mut direct = a;
        f.pull_back(&mut direct, &z, &u, &mut [0.0]);
        f.pull_back_direction::<f64, 1>(&a, &z, &rz, &u, &ru, &mut r_delta);
        assert_eq!(delta, direct, "{f:?}");
        for k in 0..4 {
            let slopes = f.slopes(a[k], z[k]);
            assert_eq!(ra[k], slopes.first * rz[k], "{f:?}");
            assert_eq!(r_delta[k], slopes.second * rz[k] * u[k] + slopes.first * ru[k], "{f:?}");
        }
    }
}

/// Every `step`-th bit pattern of binary32 from 0 to `to`, with both signs.
fn singles(to: f32, step: usize) -> impl Iterator<Item = f32> {
    (0..=to.to_bits()).step_by(step).map(f32::from_bits).flat_map(|z| [z, -z])
}

/// φ′ and φ″ of tanh and of the logistic function in binary64, computed without cancellation.
fn exact(f: Activation, z: f64) -> (f64, f64) {
    let (p, not_p) = match f {
        Activation::Tanh => (sigmoid_64(2.0 * z), sigmoid_64(-2.0 * z)),
        _ => (sigmoid_64(z), sigmoid_64(-z)),
    };
    match f {
        Activation::Tanh => (4.0 * p * not_p, 8.0 * p * not_p * (not_p - p)),
        Activation::Sigmoid => (p * not_p, p * not_p * (not_p - p)),
        _ => (p, p * not_p),
    }
}

fn sigmoid_64(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The largest absolute and relative errors of φ′ and φ″ over `z` in binary32, wherever the exact value is normal.
fn errors(f: Activation, z: impl Iterator<Item = f32>) -> [(f64, f32); 4] {
    let mut worst = [(0.0, 0.0); 4];
    for z in z {
        let mut a = [z];
        f.apply(&mut a);
        let (got, want) = (f.slopes(a[0], z), exact(f, z.into()));
        for (k, (got, want)) in [(got.first, want.0), (got.second, want.1)].into_iter().enumerate() {
            let error = (f64::from(got) - want).abs();
            for (k, error) in [(k, error), (k + 2, error / want.abs())] {
                if error > worst[k].0 && want.abs() >= f64::from(f32::MIN_POSITIVE) {
                    worst[k] = (error, z);
                }
            }
        }
    }
    worst
}

/// Checks the statements of [`Activation`] on saturation; `step` is the distance between bit patterns.
fn check_saturation(step: usize) {
    let all = || singles(100.0, step);
    let [first, second, ..] = errors(Activation::Tanh, all());
    assert!(first.0 < 1.6e-7 && second.0 < 2.2e-7, "tanh: {first:?}, {second:?}");
    let [first, second, ..] = errors(Activation::Sigmoid, all());
    assert!(first.0 < 9.0e-8 && second.0 < 9.0e-8, "sigmoid: {first:?}, {second:?}");
    let [_, _, relative, _] = errors(Activation::Sigmoid, all().filter(|z| *z <= 0.0));
    assert!(relative.0 < 1.9e-7, "sigmoid, left: {relative:?}");
    // Derivatives computed from z keep all their digits.
    let [_, _, first, second] = errors(Activation::Softplus, all());
    assert!(first.0 < 1.2e-7 && second.0 < 2.3e-7, "softplus: {first:?}, {second:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn errors_of_derivatives_where_a_unit_saturates() {
    check_saturation(1 << 12);
}

#[test]
#[ignore = "the search behind the table, a minute"]
fn exhaustive_errors_of_derivatives() {
    check_saturation(1 << 6);
}

/// A comparison with NaN is false. With the opposite comparison, a ReLU would turn NaN into zero, and a diverged
/// network would go unnoticed.
#[test]
fn no_activation_hides_nan() {
    for f in ALL.into_iter().chain([Activation::TanhMicromath]) {
        let mut a = [f64::NAN, -f64::NAN];
        f.apply(&mut a);
        assert!(a[0].is_nan() && a[1].is_nan(), "{f:?}");
        let mut back = a;
        f.pull_back(&mut back, &[f64::NAN; 2], &[f64::NAN; 2], &mut [0.0]);
        assert!(back[0].is_nan() && back[1].is_nan(), "{f:?}, backwards");
    }
    let mut a = [-0.0f32, 0.0, f32::NEG_INFINITY, f32::INFINITY];
    Activation::Relu.apply(&mut a);
    assert_eq!(a.map(f32::to_bits), [0.0, 0.0, 0.0, f32::INFINITY].map(f32::to_bits));
}
