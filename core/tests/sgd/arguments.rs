//! Wrong input at every constructor: a typed error that names the argument, and nothing written.

use losscape::base::random::stream;
use losscape::sgd::{
    AddNoise, Batch, BatchOrder, ClipNorm, ClipValue, FullBatch, Langevin, LearningRate, Minibatches,
    Momentum, Noise, Replay, Scale, Schedule, Sgd, SgdLayout, Transform, WeightDecay,
};
use losscape::{ArgError, Reason};
use proptest::prelude::*;

use crate::objectives::{Bowl, Centres};

/// Numbers that matter to checks.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(-0.0),
        Just(1.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::MIN_POSITIVE / 4.0),
        -2.0..2.0f64,
    ]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(1), Just(u32::MAX), 0..9u32]
}

fn positive(x: f64) -> bool {
    x > 0.0 && x < f64::INFINITY
}

fn non_negative(x: f64) -> bool {
    (0.0..f64::INFINITY).contains(&x)
}

/// The first of these conditions that does not hold is the argument to be named.
#[track_caller]
fn expect<T>(result: Result<T, ArgError>, conditions: &[(&'static str, bool)]) {
    let wrong: Vec<_> = conditions.iter().filter(|(_, holds)| !holds).map(|(arg, _)| *arg).collect();
    match result {
        Ok(_) => assert!(wrong.is_empty(), "accepted, but wrong: {wrong:?}"),
        Err(e) => assert!(wrong.contains(&e.arg), "refused `{}`, but wrong: {wrong:?}", e.arg),
    }
}

const DIM: usize = 3;

/// The bits of slices, to see that none has changed.
fn bits(slices: &[&[f64]]) -> Vec<u64> {
    slices.iter().flat_map(|s| s.iter().map(|x| x.to_bits())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scalars(a in number()) {
        expect(ClipNorm { max_norm: a }.check(DIM), &[("max_norm", positive(a))]);
        expect(ClipValue { limit: a }.check(DIM), &[("limit", positive(a))]);
        expect(Scale { factor: a }.check(DIM), &[("factor", a.is_finite())]);
        expect(WeightDecay { decay: a }.check(DIM), &[("decay", (0.0..1.0).contains(&a))]);
        expect(LearningRate::constant(a).check(DIM), &[("learning_rate", positive(a))]);
        let gaussian = AddNoise::new(Noise::Gaussian { std_dev: a }, &mut []);
        expect(gaussian.check(DIM), &[("std_dev", non_negative(a))]);
    }

    #[test]
    fn schedules(a in number(), b in number(), m in count(), n in count()) {
        let rate = ("learning_rate", positive(a));
        let schedule = Schedule::Steps { rate: a, factor: b, every: n };
        expect(schedule.check(), &[rate, ("factor", positive(b)), ("every", n > 0)]);
        let schedule = Schedule::Cosine { rate: a, last: b, warm_up: m, steps: n };
        expect(schedule.check(), &[rate, ("last", non_negative(b)), ("steps", n > 0)]);
        expect(Schedule::WarmUp { rate: a, steps: n }.check(), &[rate, ("steps", n > 0)]);
        let schedule = Schedule::InverseTime { rate: a, half_life: n };
        expect(schedule.check(), &[rate, ("half_life", n > 0)]);
        // A checked schedule is finite at any step.
        for schedule in [
            Schedule::Steps { rate: a, factor: if b < 1.0 { b } else { 0.5 }, every: n },
            Schedule::Cosine { rate: a, last: b, warm_up: m, steps: n },
            Schedule::WarmUp { rate: a, steps: n },
            Schedule::InverseTime { rate: a, half_life: n },
        ] {
            if schedule.check().is_ok() {
                for k in [0, 1, m, n, u32::MAX] {
                    prop_assert!(schedule.at(k).is_finite(), "{:?} at {}", schedule, k);
                }
            }
        }
    }

    #[test]
    fn noises(a in number(), b in number(), len in 0..8usize, rows in 0..8usize) {
        let mut record = vec![7.0; rows];
        let whole = ("record", rows % DIM == 0);
        let lent = ("record", rows >= DIM);
        let noise = AddNoise::new(Noise::Ball { radius: a }, &mut record);
        expect(noise.check(DIM), &[("radius", non_negative(a)), whole, lent]);
        let langevin = Langevin::new(LearningRate::constant(b), (), a);
        expect(langevin.check(DIM), &[("temperature", non_negative(a)), ("learning_rate", positive(b))]);
        let mut factor = vec![1.0; len];
        let noise = AddNoise::low_rank(&factor, &mut record);
        let filled = len > 0 && len % DIM == 0;
        expect(noise.check(DIM), &[("factor", filled), whole, lent]);
        expect(Replay::new(&factor).check(DIM), &[("rows", filled)]);
        if let Some(last) = factor.last_mut() {
            *last = a;
        }
        let finite = filled && a.is_finite();
        let noise = AddNoise::low_rank(&factor, &mut record);
        expect(noise.check(DIM), &[("factor", finite), whole, lent]);
        expect(Replay::new(&factor).check(DIM), &[("rows", finite)]);
        prop_assert_eq!(record, vec![7.0; rows]);
    }

    #[test]
    fn batches(samples in count(), size in count(), len in 0..9usize, kind in 0..4usize) {
        use BatchOrder::{FullBatch, ShuffledEpochs, WithReplacement, WithoutReplacement};
        let order = [FullBatch, WithReplacement, WithoutReplacement, ShuffledEpochs][kind];
        let mut indices = vec![77; len];
        let fits = size > 0 && size <= samples && (order != FullBatch || size == samples);
        let result = Minibatches::new(order, samples, size, &mut indices).map(|_| ());
        let needed = order.indices_len(samples, size);
        let lent = if order == WithReplacement { len >= needed } else { len == needed };
        expect(result, &[("samples", samples > 0), ("batch_size", fits), ("indices", lent)]);
        if result.is_err() {
            prop_assert!(indices.iter().all(|&i| i == 77), "nothing written");
        }
    }

    #[test]
    fn changes_between_steps(a in number(), n in count(), size in count(), kind in 0..2usize) {
        let mut rate = LearningRate::constant(0.5);
        let schedule = Schedule::WarmUp { rate: a, steps: n };
        let result = rate.set_schedule(schedule);
        expect(result, &[("learning_rate", positive(a)), ("steps", n > 0)]);
        let expected = if result.is_ok() { schedule.at(0) } else { 0.5 };
        prop_assert_eq!(rate.rate(), expected);
        let mut velocity = [0.0];
        let mut momentum = Momentum::heavy_ball(0.5, &mut velocity);
        let result = momentum.set_momentum(a);
        expect(result, &[("momentum", (0.0..1.0).contains(&a))]);
        prop_assert_eq!(momentum.momentum(), if result.is_ok() { a } else { 0.5 });
        let order = [BatchOrder::WithReplacement, BatchOrder::ShuffledEpochs][kind];
        let mut indices = [0; 6];
        let samples = if kind == 0 { 8 } else { 6 };
        let mut batches = Minibatches::new(order, samples, 2, &mut indices).expect("valid");
        let result = batches.set_batch_size(size);
        expect(result, &[("batch_size", size > 0 && size <= samples), ("indices", size <= 6)]);
        let expected = if result.is_ok() { size } else { 2 };
        let Batch::Samples(batch) = batches.next_batch(&mut stream(0, 0)) else { panic!() };
        prop_assert_eq!(batch.len(), expected as usize);
    }

    #[test]
    fn runs(
        dim in 0..5usize, params_len in 0..5usize, workspace_len in 0..7usize,
        bad in prop::option::of((0..5usize, number())),
        rate in number(), mu in number(), velocity_len in 0..5usize, point_len in 0..5usize,
        nesterov: bool,
    ) {
        let mut params = vec![0.5; params_len];
        if let Some((at, x)) = bad && let Some(p) = params.get_mut(at) {
            *p = x;
        }
        let mut workspace = vec![7.0; workspace_len];
        let (mut velocity, mut point) = (vec![7.0; velocity_len], vec![7.0; point_len]);
        let before = bits(&[&params, &workspace, &velocity, &point]);
        let conditions = [
            ("params", params_len == dim && dim > 0 && params.iter().all(|x| x.is_finite())),
            ("workspace", workspace_len >= SgdLayout::new(dim, 0).len()),
            ("learning_rate", positive(rate)),
            ("momentum", (0.0..1.0).contains(&mu)),
            ("velocity", velocity_len == dim),
            ("point", !nesterov || point_len == dim),
        ];
        let objective = Bowl { dim, curvature: 1.0 };
        let rate = LearningRate::constant(rate);
        let result = if nesterov {
            let transforms = (rate, Momentum::nesterov(mu, &mut velocity, &mut point));
            Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).map(|_| ())
        } else {
            let transforms = (rate, Momentum::heavy_ball(mu, &mut velocity));
            Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).map(|_| ())
        };
        expect(result, &conditions);
        if result.is_err() {
            prop_assert_eq!(bits(&[&params, &workspace, &velocity, &point]), before, "nothing written");
        }
    }

    #[test]
    fn data_of_another_size(samples in 1..6u32, centres in 1..6usize) {
        let centres = vec![0.0; centres];
        let objective = Centres::new(1.0, &centres);
        let mut order = vec![0; samples as usize];
        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples, 1, &mut order).expect("valid");
        let (mut params, mut workspace) = ([0.0], [0.0]);
        let result = Sgd::new(&objective, &mut params, batches, (), &mut workspace).map(|_| ());
        expect(result, &[("samples", samples as usize == centres.len())]);
    }
}

#[test]
fn reasons() {
    let reason = |r: Result<(), ArgError>| r.unwrap_err().reason;
    let batches = |samples, size, indices: &mut [u32]| {
        Minibatches::new(BatchOrder::ShuffledEpochs, samples, size, indices).map(|_| ())
    };
    assert_eq!(
        reason(batches(0, 1, &mut [])),
        Reason::OutOfRange { value: 0.0, range: "at least 1" },
        "no samples"
    );
    assert_eq!(
        reason(batches(3, 0, &mut [0; 3])),
        Reason::OutOfRange { value: 0.0, range: "at least 1" },
        "no batch"
    );
    assert_eq!(reason(batches(3, 4, &mut [0; 3])), Reason::TooMany { limit: 3, found: 4 }, "too large");
    assert_eq!(reason(batches(3, 1, &mut [0; 2])), Reason::Length { expected: 3, found: 2 }, "indices");
    let objective = Bowl { dim: 2, curvature: 1.0 };
    let mut params = [0.0, f64::NAN];
    let new = Sgd::new(&objective, &mut params, FullBatch, (), &mut [0.0; 2]).map(|_| ());
    assert_eq!(reason(new), Reason::NotFinite { index: 1 }, "NaN");
    let new = Sgd::new(&objective, &mut [0.0; 2], FullBatch, (), &mut [0.0]).map(|_| ());
    assert_eq!(reason(new), Reason::TooShort { needed: 2, found: 1 }, "workspace");
    let new = Sgd::new(&objective, &mut [0.0; 3], FullBatch, (), &mut [0.0; 9]).map(|_| ());
    assert_eq!(reason(new), Reason::Length { expected: 2, found: 3 }, "params");
    let mut velocity = [0.0; 2];
    let one = Momentum::heavy_ball(1.0, &mut velocity).check(2);
    assert_eq!(reason(one), Reason::OutOfRange { value: 1.0, range: "in [0, 1)" }, "momentum");
    assert_eq!(reason(Replay::<f64, _>::new([]).check(2)), Reason::Empty, "no rows");
}
