//! Calls of a stranger: any setting, any value of an objective. No panic, and nothing that is not finite is kept.

use losscape::Objective;
use losscape::base::blob::{Reader, Writer, blob_len, kind};
use losscape::base::random::stream;
use losscape::sgd::{
    Adam, AddNoise, BatchOrder, ClipNorm, ClipValue, FullBatch, Langevin, LearningRate, Minibatches,
    Momentum, Noise, Perturbed, Scale, Schedule, Sgd, SgdLayout, SgdStep, Transform, WeightDecay,
    temperature, temperature_with_momentum, temperature_without_replacement,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        3 => prop::sample::select(vec![0.0, -0.0, 1e-45, 1e-38, 1e-30, 1e-8, 0.5, 0.9, 1.0, 10.0, 1e30, f32::MAX]),
        1 => prop::sample::select(vec![f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, -f32::MAX]),
        1 => any::<f32>(),
    ]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![prop::sample::select(vec![0, 1, 2, 3, u32::MAX - 1, u32::MAX]), any::<u32>()]
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let numbers = (number(), number(), count(), count());
    (0..5u8, numbers).prop_map(|(kind, (rate, other, m, n))| match kind {
        0 => Schedule::Constant { rate },
        1 => Schedule::Steps { rate, factor: other, every: n },
        2 => Schedule::WarmUp { rate, steps: n },
        3 => Schedule::Cosine { rate, last: other, warm_up: m, steps: n },
        _ => Schedule::InverseTime { rate, half_life: n },
    })
}

fn noise() -> impl Strategy<Value = Noise> {
    (0..3u8, number()).prop_map(|(kind, x)| match kind {
        0 => Noise::Off,
        1 => Noise::Gaussian { std_dev: x },
        _ => Noise::Ball { radius: x },
    })
}

/// Whatever it likes: the values and gradients of a list, in turn with the parameters' bits.
struct Wild(Vec<f32>);

impl Objective for Wild {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, params: &[f32], _: &mut [f32]) -> f32 {
        self.0[params[0].to_bits() as usize % self.0.len()]
    }
    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        for (g, p) in grad.iter_mut().zip(params) {
            *g = self.0[(p.to_bits() >> 3) as usize % self.0.len()];
        }
        self.value(params, scratch)
    }
}

/// Steps of a run, if its settings are accepted.
fn steps(wild: &Wild, start: [f32; 2], transforms: impl Transform) -> Result<(), TestCaseError> {
    let Ok(mut sgd) = Sgd::new(wild, start, FullBatch, transforms, [0.0; 2]) else { return Ok(()) };
    let mut rng = stream(1, 0);
    for _ in 0..8 {
        let before = [sgd.params()[0].to_bits(), sgd.params()[1].to_bits()];
        let step = sgd.step(wild, &mut rng);
        prop_assert!(sgd.params().iter().all(|x| x.is_finite()), "{step:?}");
        match step {
            SgdStep::Stepped { value } => prop_assert!(value.is_finite()),
            _ => prop_assert_eq!(before, [sgd.params()[0].to_bits(), sgd.params()[1].to_bits()]),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn runs(
        values in prop::collection::vec(number(), 1..6), start: [f32; 2], schedule in schedule(), noise in noise(),
        [a, b, c, d, e] in [number(), number(), number(), number(), number()], kind in 0..6u8, rest in count(),
    ) {
        let wild = Wild(values);
        let (mut u, mut v, mut record) = ([f32::NAN; 2], [f32::NAN; 2], [f32::NAN; 4]);
        let finite = |x: &[f32]| x.iter().all(|x| x.is_finite());
        let first = (ClipNorm { max_norm: a }, AddNoise::new(noise, &mut record), LearningRate::new(schedule));
        // Each behind something that hides what is not finite.
        let last = (WeightDecay { decay: c }, Scale { factor: d }, ClipValue { limit: e });
        match kind {
            0 => steps(&wild, start, (first, Momentum::heavy_ball(b, &mut u), last))?,
            1 => steps(&wild, start, (first, Momentum::averaged(b, &mut u), last))?,
            2 => steps(&wild, start, (first, Momentum::nesterov(b, &mut u, &mut v), last))?,
            3 => steps(&wild, start, Perturbed::new((first, Momentum::heavy_ball(b, &mut u), last), b, c, rest))?,
            4 => {
                let inner = (Momentum::heavy_ball(b, &mut u), last);
                steps(&wild, start, Langevin::new(LearningRate::new(schedule), inner, c))?;
            }
            _ => {
                let adam = Adam::new(&mut u, &mut v).with_decays(b, c).with_epsilon(d);
                steps(&wild, start, (first, adam, last))?;
            }
        }
        // Untouched, or reset by an accepted run and finite since.
        let kept = |x: &[f32]| finite(x) || x.iter().all(|x| x.is_nan());
        // The point of Nesterov's momentum is scratch.
        prop_assert!(kept(&u) && (kind == 2 || kept(&v)) && kept(&record), "{u:?} {v:?} {record:?}");
    }

    #[test]
    fn schedules_and_temperatures(schedule in schedule(), step in count(), x in number(), y in number(), m in count(), n in count()) {
        let rate = schedule.at(step);
        if schedule.check().is_ok() {
            prop_assert!(rate >= 0.0, "{schedule:?} at {step}: {rate}");
        }
        let _ = (temperature(x, m), temperature_without_replacement(x, m, n), temperature_with_momentum(x, m, y));
    }

    #[test]
    fn batches(order in 0..4usize, samples in count(), size in count(), other in count(), len in 0..9usize) {
        use BatchOrder::{FullBatch, ShuffledEpochs, WithReplacement, WithoutReplacement};
        let order = [FullBatch, WithReplacement, WithoutReplacement, ShuffledEpochs][order];
        if let Ok(mut batches) = Minibatches::new(order, samples, size, vec![0; len]) {
            let mut rng = stream(2, 0);
            let _ = batches.next_batch(&mut rng);
            let _ = batches.set_batch_size(other);
            for _ in 0..3 {
                let _ = batches.next_batch(&mut rng);
            }
        }
    }

    #[test]
    fn readers_and_writers(bytes in prop::collection::vec(any::<u8>(), 0..40), counts in prop::collection::vec(prop_oneof![0..9usize, Just(usize::MAX)], 0..6)) {
        let mut blob = vec![0; blob_len(bytes.len())];
        let mut writer = Writer::new(&mut blob, kind::OWN, 1);
        writer.bytes(&bytes);
        let len = writer.finish().expect("it fits");
        let mut reader = Reader::new(&blob[..len], kind::OWN, 1..=1).expect("whole");
        for count in counts {
            let rest = reader.rest().len();
            match reader.bytes(count) {
                Ok(read) => prop_assert_eq!(read.len(), count),
                Err(_) => prop_assert_eq!(reader.rest().len(), rest, "nothing read"),
            }
        }
        let mut reals = [7.0f64; 3];
        if reader.reals(&mut reals).is_err() {
            prop_assert_eq!(reals, [7.0; 3]);
        }
        let _ = reader.finish();
    }
}

#[test]
fn lengths_saturate() {
    assert_eq!(SgdLayout::new(usize::MAX, usize::MAX).len(), usize::MAX);
    assert_eq!(blob_len(usize::MAX), usize::MAX);
}
