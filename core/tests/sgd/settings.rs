//! A saved run goes on as it would have, or is refused: every setting of every part, and the objective.

use losscape::base::blob::BlobError;
use losscape::base::random::stream;
use losscape::sgd::{
    Adam, AddNoise, BatchOrder, ClipNorm, ClipValue, FullBatch, GradientSource, Langevin, LearningRate,
    Minibatches, Momentum, Noise, Persist, Perturbed, Replay, Scale, Schedule, Sgd, SgdStep, Transform,
    WeightDecay,
};
use losscape::{ArgError, Reason};

use crate::objectives::Centres;

const CENTRES: [f64; 6] = [0.3, -1.25, 2.0, 0.7, -0.4, 1.1];

type Run<S, T> = Sgd<f64, S, T, [f64; 1], [f64; 1]>;

fn run<S, T>((source, transforms): (S, T)) -> Run<S, T>
where
    S: for<'a> GradientSource<f64, Centres<'a>>,
    T: Transform<f64>,
{
    Sgd::new(&Centres::new(1.0, &CENTRES), [3.0], source, transforms, [0.0]).expect("valid")
}

/// Saves a run of the first kind after four steps, and restores it into a run of the second kind that has made two. What
/// is refused has changed nothing.
fn restore<S, T, U, V>(saved: [u64; 2], first: (S, T), second: (U, V)) -> Result<(), BlobError>
where
    S: for<'a> GradientSource<f64, Centres<'a>> + Persist,
    T: Transform<f64> + Persist,
    U: for<'a> GradientSource<f64, Centres<'a>> + Persist,
    V: Transform<f64> + Persist,
{
    let objective = Centres::new(1.0, &CENTRES);
    let (mut first, mut second) = (run(first), run(second));
    let (mut rng, mut other) = (stream(1, 0), stream(2, 0));
    for _ in 0..4 {
        assert!(matches!(first.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
    }
    for _ in 0..2 {
        assert!(matches!(second.step(&objective, &mut other), SgdStep::Stepped { .. }), "finite");
    }
    let mut blob = vec![0; first.saved_len()];
    first.save(saved[0], &rng, &mut blob)?;
    let (mut before, mut after) = (vec![0; second.saved_len()], vec![0; second.saved_len()]);
    second.save(saved[1], &other, &mut before)?;
    let result = second.restore(saved[1], &mut other, &blob);
    second.save(saved[1], &other, &mut after)?;
    match result {
        Ok(()) => assert_eq!(blob, after, "taken over as a whole"),
        Err(_) => assert_eq!(before, after, "refused and changed"),
    }
    result
}

fn full<T>(transforms: T) -> (FullBatch, T) {
    (FullBatch, transforms)
}

fn refused(arg: &'static str) -> Result<(), BlobError> {
    Err(ArgError::new(arg, Reason::Mismatch).into())
}

fn batches(order: BatchOrder, batch_size: u32) -> Minibatches<Vec<u32>> {
    Minibatches::new(order, 6, batch_size, vec![0; order.indices_len(6, batch_size)]).expect("valid")
}

/// Each row: the setting, a chain, and a chain in which it differs. The first continues itself.
macro_rules! differ {
    ($($arg:literal: $first:expr, $second:expr;)*) => {$(
        let own = restore([7; 2], $first, $first);
        assert_eq!(own, Ok(()), "{}: {} by itself", $arg, stringify!($first));
        let other = restore([7; 2], $first, $second);
        assert_eq!(other, refused($arg), "{} by {}", stringify!($first), stringify!($second));
    )*};
}

#[test]
fn settings_of_a_source() {
    use BatchOrder::{ShuffledEpochs, WithReplacement, WithoutReplacement};
    let rate = LearningRate::constant(0.1);
    differ! {
        "source": (FullBatch, rate), (batches(ShuffledEpochs, 2), rate);
        "source": (batches(BatchOrder::FullBatch, 6), rate), (FullBatch, rate);
        "order": (batches(ShuffledEpochs, 2), rate), (batches(WithoutReplacement, 2), rate);
        "order": (batches(WithReplacement, 2), rate), (batches(WithoutReplacement, 2), rate);
        "batch_size": (batches(ShuffledEpochs, 2), rate), (batches(ShuffledEpochs, 3), rate);
        "batch_size": (batches(WithReplacement, 2), rate), (batches(WithReplacement, 1), rate);
        "batch_size": (batches(WithoutReplacement, 2), rate), (batches(WithoutReplacement, 3), rate);
    }
}

#[test]
fn settings_of_transforms() {
    let noise = |noise| (FullBatch, AddNoise::new(noise, [0.0]));
    let low_rank = |factor: [f64; 2]| (FullBatch, AddNoise::low_rank(factor, [0.0]));
    let replay = |first| (FullBatch, Replay::new(vec![first, 2.0, 3.0, 4.0, 5.0]));
    let adam = || Adam::new([0.0], [0.0]);
    let perturbed = |grad_norm, radius, min_interval, rate| {
        (FullBatch, Perturbed::new(LearningRate::constant(rate), grad_norm, radius, min_interval))
    };
    let nesterov = |momentum| (FullBatch, Momentum::nesterov(momentum, [0.0], [0.0]));
    differ! {
        "factor": full(Scale { factor: 0.5 }), full(Scale { factor: 0.25 });
        "factor": full(Scale { factor: 0.0 }), full(Scale { factor: -0.0 });
        "decay": full(WeightDecay { decay: 0.5 }), full(WeightDecay { decay: 0.25 });
        "max_norm": full(ClipNorm { max_norm: 0.5 }), full(ClipNorm { max_norm: 0.25 });
        "limit": full(ClipValue { limit: 0.5 }), full(ClipValue { limit: 0.25 });
        "momentum": nesterov(0.5), nesterov(0.25);
        "transforms": full((Momentum::heavy_ball(0.5, [0.0]),)), full((Momentum::averaged(0.5, [0.0]),));
        "transforms": full((Momentum::heavy_ball(0.5, [0.0]),)), nesterov(0.5);
        "transforms": full(adam()), nesterov(0.5);
        "decay": full(adam()), full(adam().with_decays(0.5, 0.999));
        "decay_squares": full(adam()), full(adam().with_decays(0.9, 0.5));
        "epsilon": full(adam()), full(adam().with_epsilon(0.5));
        "transforms": full(Scale { factor: 0.5 }), full(WeightDecay { decay: 0.5 });
        "transforms": full((Scale { factor: 0.5 }, ClipNorm { max_norm: 0.5 })), full(Scale { factor: 0.5 });
        "transforms": full(Scale { factor: 0.5 }), full((Scale { factor: 0.5 }, ClipNorm { max_norm: 0.5 }));
        "transforms": full(Some(Scale { factor: 0.5 })), full(None::<Scale<f64>>);
        "noise": noise(Noise::Gaussian { std_dev: 0.5 }), noise(Noise::Ball { radius: 0.5 });
        "noise": noise(Noise::Off), noise(Noise::Gaussian { std_dev: 0.0 });
        "noise": noise(Noise::Ball { radius: 0.5 }), low_rank([0.5, 0.0]);
        "std_dev": noise(Noise::Gaussian { std_dev: 0.5 }), noise(Noise::Gaussian { std_dev: 0.25 });
        "radius": noise(Noise::Ball { radius: 0.5 }), noise(Noise::Ball { radius: 0.25 });
        "factor": low_rank([0.5, 1.0]), low_rank([0.5, 2.0]);
        "factor": low_rank([0.5, 1.0]), (FullBatch, AddNoise::low_rank([0.5], [0.0]));
        "rows": replay(1.0), replay(1.5);
        "grad_norm": perturbed(10.0, 0.5, 2, 0.1), perturbed(0.5, 0.5, 2, 0.1);
        "radius": perturbed(10.0, 0.5, 2, 0.1), perturbed(10.0, 0.25, 2, 0.1);
        "min_interval": perturbed(10.0, 0.5, 2, 0.1), perturbed(10.0, 0.5, 3, 0.1);
        "learning_rate": perturbed(10.0, 0.5, 2, 0.1), perturbed(10.0, 0.5, 2, 0.2);
        "transforms": perturbed(10.0, 0.5, 2, 0.1), full(LearningRate::constant(0.1));
        "rows": replay(1.0), (FullBatch, Replay::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]));
    }
}

#[test]
fn settings_of_schedules() {
    let rate = |schedule: Schedule<f64>| (FullBatch, LearningRate::new(schedule));
    let langevin =
        |temperature, schedule| (FullBatch, Langevin::new(LearningRate::new(schedule), (), temperature));
    let hot = |momentum| {
        let inner = Momentum::heavy_ball(momentum, [0.0]);
        (FullBatch, Langevin::new(LearningRate::constant(0.1), inner, 0.5))
    };
    let constant = Schedule::Constant { rate: 0.1 };
    let cosine = Schedule::Cosine { rate: 0.1, last: 0.01, warm_up: 2, steps: 9 };
    differ! {
        "learning_rate": rate(constant), rate(Schedule::Constant { rate: 0.2 });
        "schedule": rate(constant), rate(Schedule::WarmUp { rate: 0.1, steps: 1 });
        "learning_rate": rate(Schedule::Steps { rate: 0.1, factor: 0.5, every: 3 }),
            rate(Schedule::Steps { rate: 0.2, factor: 0.5, every: 3 });
        "factor": rate(Schedule::Steps { rate: 0.1, factor: 0.5, every: 3 }),
            rate(Schedule::Steps { rate: 0.1, factor: 0.25, every: 3 });
        "every": rate(Schedule::Steps { rate: 0.1, factor: 0.5, every: 3 }),
            rate(Schedule::Steps { rate: 0.1, factor: 0.5, every: 4 });
        "learning_rate": rate(Schedule::WarmUp { rate: 0.1, steps: 3 }), rate(Schedule::WarmUp { rate: 0.2, steps: 3 });
        "steps": rate(Schedule::WarmUp { rate: 0.1, steps: 3 }), rate(Schedule::WarmUp { rate: 0.1, steps: 4 });
        "learning_rate": rate(cosine), rate(Schedule::Cosine { rate: 0.2, last: 0.01, warm_up: 2, steps: 9 });
        "last": rate(cosine), rate(Schedule::Cosine { rate: 0.1, last: 0.02, warm_up: 2, steps: 9 });
        "warm_up": rate(cosine), rate(Schedule::Cosine { rate: 0.1, last: 0.01, warm_up: 3, steps: 9 });
        "steps": rate(cosine), rate(Schedule::Cosine { rate: 0.1, last: 0.01, warm_up: 2, steps: 8 });
        "learning_rate": rate(Schedule::InverseTime { rate: 0.1, half_life: 3 }),
            rate(Schedule::InverseTime { rate: 0.2, half_life: 3 });
        "half_life": rate(Schedule::InverseTime { rate: 0.1, half_life: 3 }),
            rate(Schedule::InverseTime { rate: 0.1, half_life: 4 });
        "temperature": langevin(0.5, constant), langevin(0.25, constant);
        "learning_rate": langevin(0.5, constant), langevin(0.5, Schedule::Constant { rate: 0.2 });
        "schedule": langevin(0.5, constant), langevin(0.5, cosine);
        "transforms": langevin(0.5, constant), rate(constant);
        "momentum": hot(0.5), hot(0.25);
    }
}

#[test]
fn another_objective() {
    let rate = || full(LearningRate::constant(0.1));
    assert_eq!(restore([1, 1], rate(), rate()), Ok(()));
    assert_eq!(restore([1, 2], rate(), rate()), refused("objective"));
}

/// A batch size that was changed under way is part of the run.
#[test]
fn a_setting_that_was_changed_between_steps() {
    let objective = Centres::new(1.0, &CENTRES);
    let start = || run((batches(BatchOrder::ShuffledEpochs, 2), LearningRate::constant(0.1)));
    let (mut first, mut rng) = (start(), stream(3, 0));
    let _ = first.step(&objective, &mut rng);
    first.source_mut().set_batch_size(3).expect("valid");
    first.transforms_mut().set_schedule(Schedule::Constant { rate: 0.05 }).expect("valid");
    let _ = first.step(&objective, &mut rng);
    let mut blob = vec![0; first.saved_len()];
    first.save(1, &rng, &mut blob).expect("valid");

    let (mut second, mut other) = (start(), stream(4, 0));
    assert_eq!(second.restore(1, &mut other, &blob), refused("batch_size"));
    second.source_mut().set_batch_size(3).expect("valid");
    assert_eq!(second.restore(1, &mut other, &blob), refused("learning_rate"));
    second.transforms_mut().set_schedule(Schedule::Constant { rate: 0.05 }).expect("valid");
    second.restore(1, &mut other, &blob).expect("valid");
    for _ in 0..9 {
        assert_eq!(first.step(&objective, &mut rng), second.step(&objective, &mut other));
        assert_eq!(first.params(), second.params());
    }
}

/// Nothing of another run, or of steps that are undone, stays: the record and the last update are zero.
#[test]
fn a_restored_run_shows_nothing_of_another() {
    let objective = Centres::new(1.0, &CENTRES);
    let (mut sgd, mut rng) =
        (run((FullBatch, AddNoise::new(Noise::Ball { radius: 0.5 }, [0.0; 3]))), stream(5, 0));
    let mut blob = vec![0; sgd.saved_len()];
    sgd.save(1, &rng, &mut blob).expect("valid");
    for _ in 0..3 {
        let _ = sgd.step(&objective, &mut rng);
    }
    assert!(sgd.update()[0] != 0.0 && sgd.transforms().record().iter().all(|&x| x != 0.0));
    sgd.restore(1, &mut rng, &blob).expect("valid");
    assert_eq!((sgd.update(), sgd.transforms().record()), (&[0.0][..], &[0.0; 3][..]));
}
