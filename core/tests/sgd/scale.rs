//! The same at any scale: values from 10⁻³⁰ to 10³⁰ in `f32`, and nothing that is not finite is kept.

use losscape::Objective;
use losscape::base::random::{fill_normal, stream};
use losscape::sgd::{
    Adam, AddNoise, ClipNorm, ClipValue, FullBatch, Langevin, LearningRate, Momentum, Noise, Schedule, Sgd,
    SgdStep, Transform, WeightDecay, temperature_without_replacement,
};

#[track_caller]
fn near(found: &[f32], expected: &[f32], tolerance: f32) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found:e} against {expected:e}");
    }
}

#[test]
fn clipping_by_norm() {
    for (size, limit) in [(1e-25, 1e-30), (1e30, 1e-30), (1e30, 1.0), (1e-30, 1e-37), (8e37, 1e20)] {
        let mut update = [3.0f32, -4.0].map(|u| u * size);
        ClipNorm { max_norm: limit }.apply(&[], &mut update, &mut stream(0, 0)).unwrap();
        near(&update, &[0.6 * limit, -0.8 * limit], 1e-6);
    }
}

/// `rate · factorⁿ` where `factorⁿ` alone is no `f32`.
#[test]
fn steps_of_a_schedule() {
    let at = |rate, factor, step| Schedule::Steps { rate, factor, every: 1 }.at(step);
    near(
        &[at(1e30, 0.1, 50), at(1e-30, 10.0, 50), at(1e30, 0.5, 200)],
        &[1e-20, 1e20, 6.223_015_6e-31],
        1e-5,
    );
    assert_eq!(at(1.0, 0.5, 149), f32::from_bits(1), "2⁻¹⁴⁹");
    assert_eq!((at(1e30, 0.1, u32::MAX), at(1e-30, 10.0, u32::MAX)), (0.0, f32::INFINITY));
    assert_eq!((at(1e30, 1e-38, 2), at(1e30, 0.999, u32::MAX)), (1e-38f32 * (1e-38 * 1e30), 0.0));
}

/// sin² (π/2 · 10⁻⁵) = 2.4674011e-10: the last step is not zero.
#[test]
fn the_end_of_a_cosine() {
    for rate in [1e-20f32, 1.0, 1e30] {
        let cosine = Schedule::Cosine { rate, last: 0.0, warm_up: 0, steps: 100_000 };
        near(
            &[cosine.at(99_999), cosine.at(50_000), cosine.at(0)],
            &[2.467_401e-10 * rate, 0.5 * rate, rate],
            1e-6,
        );
    }
}

#[test]
fn langevin_noise() {
    let mut z = [0.0f32; 4];
    fill_normal(&mut stream(1, 0), &mut z);
    for (rate, temperature) in [(1e-30, 1e-30), (1e30, 1e30), (1e-38, 1e38), (2e38, 1e-3)] {
        let mut update = [0.0f32; 4];
        let mut langevin = Langevin::new(LearningRate::constant(rate), (), temperature);
        langevin.apply(&[], &mut update, &mut stream(1, 0)).unwrap();
        let std_dev = (2.0 * f64::from(rate) * f64::from(temperature)).sqrt();
        near(&update, &z.map(|z| (f64::from(z) * std_dev) as f32), 1e-6);
    }
}

/// 1 − b/N formed by a subtraction would be zero here.
#[test]
fn temperature_of_nearly_all_samples() {
    let found = temperature_without_replacement(0.5f32, 19_999_999, 20_000_000);
    near(&[found], &[0.5 / (2.0 * 2e7) / 2e7], 1e-6);
    assert_eq!([1, 7].map(|n| temperature_without_replacement(0.5f32, n, n)), [0.0; 2]);
}

/// k times a double well in two dimensions.
struct Well(f32);

impl Objective for Well {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, x: &[f32], _: &mut [f32]) -> f32 {
        self.0 * (0.25 * x[0] * x[0] * x[0] * x[0] - 0.5 * x[0] * x[0] + x[1] * x[1])
    }
    fn value_grad(&self, x: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        grad[0] = self.0 * (x[0] * x[0] * x[0] - x[0]);
        grad[1] = self.0 * (2.0 * x[1]);
        self.value(x, scratch)
    }
}

/// Where forty steps on k f lead.
fn end(k: f32, transforms: impl Transform) -> [f32; 2] {
    let well = Well(k);
    let mut sgd = Sgd::new(&well, [0.3f32, -1.5], FullBatch, transforms, [0.0; 2]).expect("valid");
    let mut rng = stream(2, 0);
    for _ in 0..40 {
        assert!(matches!(sgd.step(&well, &mut rng), SgdStep::Stepped { .. }), "k = {k:e}");
    }
    let (params, ..) = sgd.into_parts();
    params
}

/// The steps on k f with a rate over k are those on f: bit for bit for powers of two, up to rounding otherwise.
#[test]
fn runs_on_k_times_the_objective() {
    let plain = |k: f32| {
        let noise = AddNoise::new(Noise::Gaussian { std_dev: 0.05 * k }, []);
        let rate = Schedule::Cosine { rate: 0.2 / k, last: 0.01 / k, warm_up: 3, steps: 30 };
        let clip = (ClipNorm { max_norm: 0.8 * k }, ClipValue { limit: 0.7 * k });
        end(
            k,
            (
                clip,
                noise,
                LearningRate::new(rate),
                Momentum::heavy_ball(0.6, [0.0; 2]),
                WeightDecay { decay: 1e-3 },
            ),
        )
    };
    let averaged = |k: f32| {
        let decayed = Schedule::Steps { rate: 0.5 / k, factor: 0.9, every: 2 };
        end(k, (Momentum::averaged(0.5, [0.0; 2]), LearningRate::new(decayed)))
    };
    let nesterov =
        |k: f32| end(k, (LearningRate::constant(0.1 / k), Momentum::nesterov(0.8, [0.0; 2], [0.0; 2])));
    let adam =
        |k: f32| end(k, (Adam::new([0.0; 2], [0.0; 2]).with_epsilon(1e-3 * k), LearningRate::constant(0.05)));
    for run in [&plain as &dyn Fn(f32) -> [f32; 2], &averaged, &nesterov, &adam] {
        let expected = run(1.0);
        for exponent in [-100, -60, 60, 100] {
            assert_eq!(run(2f32.powi(exponent)), expected, "k = 2^{exponent}");
        }
        for k in [1e-30, 1e-10, 1e10, 1e30] {
            near(&run(k), &expected, 1e-4);
        }
    }
}

/// A slope that the first coordinate sees from the start.
struct Slope(f32);

impl Objective for Slope {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, _: &[f32], _: &mut [f32]) -> f32 {
        1.0
    }
    fn value_grad(&self, _: &[f32], grad: &mut [f32], _: &mut [f32]) -> f32 {
        grad[0] = self.0;
        1.0
    }
}

/// A limit behind it hides a velocity that overflows.
#[test]
fn a_velocity_that_would_not_be_finite() {
    let slope = Slope(3e38);
    let chain = (Momentum::heavy_ball(0.9, [0.0]), ClipValue { limit: 1.0 });
    let mut sgd = Sgd::new(&slope, [0.0f32], FullBatch, chain, [0.0]).unwrap();
    assert!(matches!(sgd.step(&slope, &mut stream(0, 0)), SgdStep::Stepped { .. }));
    for _ in 0..3 {
        assert_eq!(sgd.step(&slope, &mut stream(0, 0)), SgdStep::NotFinite { step: 1 });
        assert_eq!((sgd.params(), sgd.transforms().0.velocity()), (&[-1.0][..], &[0.0][..]));
    }
}

#[test]
fn a_mean_that_would_not_be_finite() {
    struct Overflow;
    impl Transform for Overflow {
        fn apply<G: losscape::base::random::Rng + ?Sized>(
            &mut self,
            _: &[f32],
            update: &mut [f32],
            _: &mut G,
        ) -> Result<(), losscape::sgd::Halt> {
            update[0] *= 10.0;
            Ok(())
        }
    }
    let slope = Slope(3e38);
    let chain = (Overflow, Adam::new([0.0], [0.0]), ClipValue { limit: 1.0 });
    let mut sgd = Sgd::new(&slope, [0.0f32], FullBatch, chain, [0.0]).unwrap();
    assert_eq!(sgd.step(&slope, &mut stream(0, 0)), SgdStep::NotFinite { step: 0 });
    assert_eq!((sgd.transforms().1.mean(), sgd.transforms().1.root()), (&[0.0][..], &[0.0][..]));
}

/// Noise beyond the largest number stops the run, recorded or not; the record stays finite.
#[test]
fn noise_that_would_not_be_finite() {
    fn run<M: AsRef<[f32]> + AsMut<[f32]>>(record: M) -> (u32, Vec<f32>) {
        let slope = Slope(0.0);
        let noise = AddNoise::new(Noise::Gaussian { std_dev: 3e38 }, record);
        let mut sgd =
            Sgd::new(&slope, [0.0f32], FullBatch, (noise, ClipValue { limit: 1.0 }), [0.0]).expect("valid");
        let mut rng = stream(3, 0);
        while sgd.steps() < 1000 && matches!(sgd.step(&slope, &mut rng), SgdStep::Stepped { .. }) {}
        (sgd.steps(), sgd.transforms().0.record().to_vec())
    }
    let (steps, record) = run([0.0; 40]);
    assert!(steps < 40 && record.iter().all(|x| x.is_finite()), "{steps}: {record:?}");
    assert_eq!(run([]).0, steps, "the record changes nothing");
}

/// The point ahead overflows though parameters and velocity do not; this objective would accept it.
#[test]
fn a_point_that_would_not_be_finite() {
    let slope = Slope(-2e38);
    let chain = Momentum::nesterov(0.9, [0.0], [0.0]);
    let mut sgd = Sgd::new(&slope, [0.0f32], FullBatch, chain, [0.0]).unwrap();
    assert!(matches!(sgd.step(&slope, &mut stream(0, 0)), SgdStep::Stepped { .. }));
    assert_eq!(sgd.step(&slope, &mut stream(0, 0)), SgdStep::NotFinite { step: 1 });
    assert_eq!((sgd.params(), sgd.transforms().velocity()), (&[2e38][..], &[2e38][..]));
}
