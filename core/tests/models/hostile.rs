//! Whatever a network, its data or a surface is given, it refuses by name or answers; nothing panics.

use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::models::LeastSquares;
use losscape::models::data::{Dataset, Targets, blobs, digits, moons, spirals, xor};
use losscape::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective, softmax};
use losscape::models::surfaces::{
    CurvyValley, DoubleWell, EggCarton, FlatSaddle, GaussianMixture, MonkeySaddle, MuellerBrown, Quadratic,
    Ring, RippledBowl, TiltedRing,
};
use losscape::objective::{Convolution, Convolved, HessianAt, OnBatch, check_grad_over, check_hess_vec_over};
use losscape::{Curvature, Objective, Operator, SampledObjective};
use proptest::prelude::*;

const SPECIAL: [f32; 12] = [
    0.0,
    -0.0,
    1.0,
    1e-45,
    -1e-38,
    1e-30,
    1e30,
    f32::MAX,
    f32::MIN,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
];

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -3.0f32..3.0, 1 => prop::sample::select(&SPECIAL[..]), 1 => any::<f32>()]
}

/// Finite, of any size.
fn finite() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -3.0f32..3.0, 1 => prop::sample::select(&SPECIAL[..9])]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(number(), 0..most)
}

fn count() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 0usize..6, 1 => prop::sample::select(&[64, 1 << 17, usize::MAX / 2 + 1, usize::MAX][..])]
}

/// One too many, or too few, now and then.
fn off_by() -> impl Strategy<Value = isize> {
    prop_oneof![6 => Just(0), 1 => Just(-1), 1 => Just(1), 1 => Just(-1000)]
}

fn resized(len: usize, off: isize) -> Vec<f32> {
    vec![f32::NAN; len.saturating_add_signed(off)]
}

fn kernel() -> impl Strategy<Value = Kernel> {
    (0..3u8, number()).prop_map(|(kind, x)| match kind {
        0 => Kernel::Gaussian { std_dev: x },
        1 => Kernel::Cube { radius: x },
        _ => Kernel::Ball { radius: x },
    })
}

/// Every hot call of an objective; `false` for a result that still holds what it held.
fn exercise(f: &(impl Objective + ?Sized), params: &[f32], (a, b): (isize, isize)) -> bool {
    const MARK: f32 = 12_345.679;
    let n = f.dim();
    let (mut grad, mut scratch) =
        (vec![MARK; n.saturating_add_signed(a).min(99)], resized(f.scratch_len(), b));
    let _ = f.value(params, &mut scratch);
    let value = f.value_grad(params, &mut grad, &mut scratch);
    let fresh = grad.iter().all(|g| *g != MARK);
    fresh && (grad.is_empty() || grad.len() == n || !value.is_finite())
}

fn exercise_curved(f: &impl Curvature, params: &[f32], v: &[f32], off: (isize, isize)) -> bool {
    const MARK: f32 = 12_345.679;
    let mut out = vec![MARK; f.dim().saturating_add_signed(off.1).min(99)];
    f.hess_vec(params, v, &mut out, &mut resized(f.hess_vec_scratch_len(), off.0));
    let fresh = out.iter().all(|x| *x != MARK);
    if let Ok(hessian) = HessianAt::new(f, params) {
        hessian.apply(v, &mut out, &mut resized(hessian.scratch_len(), off.0));
    }
    let mut workspace = resized(4 * f.dim() + f.scratch_len() + f.hess_vec_scratch_len(), off.0);
    let length = v.first().copied().unwrap_or(f32::NAN);
    let _ = check_grad_over(f, params, length, &mut workspace);
    let _ = check_hess_vec_over(f, params, v, length, &mut workspace);
    fresh && exercise(f, params, off)
}

fn exercise_smooth(f: &impl Convolution<f32>, kernel: Kernel, params: &[f32], off: (isize, isize)) -> bool {
    Convolved::new(f, kernel).is_ok_and(|f| exercise(&f, params, off)) || f.check_kernel(&kernel).is_err()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn surfaces(
        (dim, scale, off, smooth) in (count(), number(), (off_by(), off_by()), kernel()),
        (params, v, a, b, c) in (numbers(6), numbers(6), numbers(6), numbers(4), numbers(4)),
        (x, y, z) in (number(), number(), number()),
    ) {
        if let Ok(mut f) = Quadratic::new(&a) {
            f.scale = scale;
            prop_assert!(exercise_curved(&f, &params, &v, off) && exercise_smooth(&f, smooth, &params, off));
            if let Ok(f) = f.reflected(&v) {
                prop_assert!(exercise_curved(&f, &params, &a, off));
            }
        }
        if let Ok(mut f) = GaussianMixture::new(dim, &a, &b, &c) {
            f.scale = scale;
            prop_assert!(exercise_curved(&f, &params, &v, off) && exercise_smooth(&f, smooth, &params, off));
        }
        if let Ok(mut f) = RippledBowl::new(dim, x, y, z) {
            f.phase = scale;
            prop_assert!(dim > 99 || exercise_curved(&f, &params, &v, off) && exercise_smooth(&f, smooth, &params, off));
        }
        if let Ok(mut f) = DoubleWell::<f32>::new(dim) {
            f.scale = scale;
            prop_assert!(dim > 99 || exercise_curved(&f, &params, &v, off) && exercise_smooth(&f, smooth, &params, off));
        }
        if let Ok(mut f) = EggCarton::<f32>::new(dim) {
            f.scale = scale;
            prop_assert!(dim > 99 || exercise_curved(&f, &params, &v, off) && exercise_smooth(&f, smooth, &params, off));
        }
        let (monkey, mueller, ring) = (MonkeySaddle { scale }, MuellerBrown { scale }, Ring { scale });
        let (valley, tilted, flat) = (CurvyValley { scale }, TiltedRing { scale, tilt: x }, FlatSaddle { gamma: scale });
        prop_assert!(exercise_curved(&monkey, &params, &v, off) && exercise_smooth(&monkey, smooth, &params, off));
        prop_assert!(exercise_curved(&mueller, &params, &v, off) && exercise_smooth(&mueller, smooth, &params, off));
        prop_assert!(exercise_curved(&valley, &params, &v, off) && exercise_curved(&ring, &params, &v, off));
        prop_assert!(exercise_curved(&tilted, &params, &v, off) && exercise_curved(&flat, &params, &v, off));
    }

    #[test]
    fn least_squares(
        (inputs, targets, batch) in (numbers(12), numbers(5), prop::collection::vec(0u32..6, 0..4)),
        (params, v, off) in (numbers(6), numbers(6), (off_by(), off_by())),
    ) {
        if let Ok(f) = LeastSquares::new(&inputs, &targets) {
            prop_assert!(exercise_curved(&f, &params, &v, off));
            let mut grad = vec![7.5; f.dim()];
            let value = f.batch_value_grad(&params, &batch, &mut grad, &mut []);
            let fits = params.len() == f.dim() && !batch.is_empty() && batch.iter().all(|k| (*k as usize) < targets.len());
            prop_assert!(fits || value == f32::INFINITY && grad.iter().all(|g| g.is_nan()));
        }
    }

    #[test]
    fn networks(
        widths in prop::collection::vec(prop_oneof![8 => 1usize..4, 1 => count()], 0..5),
        (hidden, output, slope, loss, bias) in (0..8u8, 0..8u8, number(), 0..4usize, any::<bool>()),
        (inputs, labels, values) in (prop::collection::vec(finite(), 0..9), prop::collection::vec(0..4u8, 0..5), numbers(9)),
        (width, soft, l2, tile, any_l2) in (0usize..4, any::<bool>(), 0.0f32..1.0, count(), number()),
        (params, v, batch) in (prop::collection::vec(number(), 60), prop::collection::vec(number(), 60), prop::collection::vec(any::<u32>(), 0..4)),
        (a, b, sample) in (off_by(), (off_by(), off_by()), prop_oneof![0..4u32, any::<u32>()]),
    ) {
        let activation = |k| [
            Activation::Identity, Activation::Relu, Activation::LeakyRelu { slope }, Activation::Tanh,
            Activation::Sigmoid, Activation::Softplus, Activation::Gelu, Activation::TanhMicromath,
        ][usize::from(k)];
        let Ok(net) = Mlp::new(&widths) else { return Ok(()) };
        let net = net.with_hidden(activation(hidden)).with_output(activation(output));
        let net = if bias { net } else { net.without_bias() };
        let n = net.param_len();
        if n > 60 {
            return Ok(());
        }
        let params = &params[..n.saturating_add_signed(a).min(60)];
        let mut outputs = vec![f32::NAN; values.len()];
        net.predict(params, &inputs, &mut outputs, &mut resized(net.scratch_len(1), b.0));
        softmax(&mut outputs);
        let _ = net.classify(&outputs, slope);
        let mut drawn = params.to_vec();
        for init in [Init::GlorotUniform, Init::GlorotNormal, Init::HeUniform, Init::HeNormal] {
            net.init(init, &mut drawn, &mut stream(1, 0));
            prop_assert!(drawn.len() != n || drawn.iter().all(|x| x.is_finite()));
        }
        let mut blob = vec![0; net.blob_len::<f32>().saturating_add_signed(a).min(1000)];
        let _ = net.write_blob(params, &mut blob);
        let _ = Mlp::read_blob(&blob, &mut drawn);

        let targets = if soft { Targets::Values(&values) } else { Targets::Labels(&labels) };
        let Ok(data) = Dataset::new(&inputs, width, targets) else { return Ok(()) };
        let loss = [Loss::MeanSquaredError, Loss::MeanAbsoluteError, Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy][loss];
        let _ = MlpObjective::new(net, loss, data, any_l2).map(|f| f.identity());
        let Ok(f) = MlpObjective::new(net, loss, data, l2) else { return Ok(()) };
        let Ok(f) = f.with_tile(tile) else { return Ok(()) };
        if tile > 99 {
            return Ok(());
        }
        prop_assert!(exercise_curved(&f, params, &v[..n], b));
        let mut scratch = resized(f.scratch_len(), b.0);
        let share = f.accuracy(params, &mut scratch);
        prop_assert!(share.is_nan() || (0.0..=1.0).contains(&share));
        let mut grad = vec![7.0; n.saturating_add_signed(b.1).min(99)];
        let _ = f.sample_value_grad(params, sample, &mut grad, &mut scratch);
        let value = f.batch_value_grad(params, &batch, &mut grad, &mut scratch);
        // Parameters that are NaN make a penalty of NaN, whatever the batch.
        let refused = value == f32::INFINITY || value.is_nan() && params.iter().any(|x| x.is_nan());
        prop_assert!(batch.iter().all(|k| (*k as usize) < f.samples()) || refused);
        if !batch.is_empty() {
            prop_assert!(exercise(&OnBatch::new(&f, &batch), params, b));
        }
    }

    #[test]
    fn generators(
        (mut inputs, mut labels) in (numbers(20), prop::collection::vec(any::<u8>(), 0..10)),
        (x, y, width, centres) in (number(), number(), count(), numbers(9)),
        level in any::<u8>(),
    ) {
        let before: Vec<u32> = inputs.iter().map(|x| x.to_bits()).collect();
        let rng = &mut stream(7, 0);
        for kind in 0..4 {
            let (inputs, labels) = (&mut inputs[..], &mut labels[..]);
            let made = match kind {
                0 => blobs(&centres, width, x, rng, inputs, labels),
                1 => moons(x, rng, inputs, labels),
                2 => spirals(x, y, rng, inputs, labels),
                _ => xor(x, rng, inputs, labels),
            };
            match made {
                Ok(()) => {
                    prop_assert!(inputs.iter().all(|x| x.is_finite()));
                    return Ok(());
                }
                Err(_) => prop_assert!(inputs.iter().map(|x| x.to_bits()).eq(before.iter().copied())),
            }
        }
        let mut pixels = vec![f32::NAN; 64];
        digits::to_input(&[level; digits::PIXELS], &mut pixels);
    }
}
