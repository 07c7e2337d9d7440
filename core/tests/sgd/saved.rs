//! Runs that are saved, damaged, refused and resumed.

use losscape::base::blob::{BlobError, Reader, Writer, kind};
use losscape::base::random::stream;
use losscape::sgd::{
    AddNoise, BatchOrder, ClipNorm, ClipValue, FullBatch, Langevin, LearningRate, Minibatches, Momentum,
    Noise, Replay, Scale, Schedule, Sgd, SgdStep, WeightDecay,
};

use crate::objectives::{Bowl, Centres};

const CENTRES: [f64; 7] = [0.3, -1.25, 2.0, 0.7, -0.4, 1.1, 0.9];
const STEPS: usize = 17;
/// Tells the objective of these runs from others.
const OBJECTIVE: u64 = 0x5eed;
const SCHEDULE: Schedule<f64> = Schedule::Cosine { rate: 0.5, last: 0.01, warm_up: 3, steps: 10 };

/// What a run borrows. Nothing but the parameters is initialised.
struct Memory {
    params: Vec<f64>,
    workspace: Vec<f64>,
    velocity: Vec<f64>,
    point: Vec<f64>,
    record: Vec<f64>,
    indices: Vec<u32>,
}

impl Memory {
    fn new(order: BatchOrder, start: f64) -> Self {
        let nan = || vec![f64::NAN];
        let (params, indices) = (vec![start], vec![99; order.indices_len(7, 3)]);
        Self { params, workspace: nan(), velocity: nan(), point: nan(), record: nan(), indices }
    }
}

/// A run on [`Centres`] in the given memory.
macro_rules! start {
    ($objective:expr, $memory:expr, $order:expr, |$m:ident| $transforms:expr) => {{
        let $m = &mut $memory;
        let size = if $order == BatchOrder::FullBatch { 7 } else { 3 };
        let source = Minibatches::new($order, 7, size, &mut $m.indices).expect("valid");
        Sgd::new($objective, &mut $m.params, source, $transforms, &mut $m.workspace).expect("valid")
    }};
}

macro_rules! saved {
    ($sgd:expr, $rng:expr) => {{
        let mut bytes = vec![0; $sgd.saved_len()];
        assert_eq!($sgd.save(OBJECTIVE, &$rng, &mut bytes), Ok(bytes.len()), "exactly full");
        bytes
    }};
}

/// Saves a run at every step and resumes it from each, in fresh memory and with another generator: all
/// that follows is the same, state for state.
macro_rules! resumes {
    ($($name:ident: $order:expr, |$m:ident| $transforms:expr;)*) => {$(
        #[test]
        fn $name() {
            let objective = Centres::new(1.0, &CENTRES);
            let mut memory = Memory::new($order, 3.0);
            let mut sgd = start!(&objective, memory, $order, |$m| $transforms);
            let mut rng = stream(71, 0);
            let mut states = vec![saved!(sgd, rng)];
            for _ in 0..STEPS {
                let _ = sgd.step(&objective, &mut rng);
                states.push(saved!(sgd, rng));
            }
            for from in 0..=STEPS {
                let mut memory = Memory::new($order, -1.0);
                let mut sgd = start!(&objective, memory, $order, |$m| $transforms);
                let mut rng = stream(72, 0);
                // Resuming also replaces the state of a run that has moved.
                if from % 2 == 1 {
                    let _ = sgd.step(&objective, &mut rng);
                }
                sgd.restore(OBJECTIVE, &mut rng, &states[from]).expect("whole");
                for state in &states[from..] {
                    assert!(saved!(sgd, rng) == *state, "resumed at step {from}");
                    let _ = sgd.step(&objective, &mut rng);
                }
            }
        }
    )*};
}

resumes! {
    plain: BatchOrder::FullBatch, |m| LearningRate::constant(0.3);
    with_replacement: BatchOrder::WithReplacement, |m| (ClipNorm { max_norm: 0.7 }, LearningRate::new(SCHEDULE));
    without_replacement: BatchOrder::WithoutReplacement, |m| (
        LearningRate::new(SCHEDULE),
        Momentum::averaged(0.5, &mut m.velocity),
    );
    shuffled_epochs: BatchOrder::ShuffledEpochs, |m| (
        LearningRate::constant(0.1),
        Momentum::heavy_ball(0.9, &mut m.velocity),
        WeightDecay { decay: 0.01 },
    );
    nesterov: BatchOrder::ShuffledEpochs, |m| (
        AddNoise::new(Noise::Gaussian { std_dev: 0.2 }, &mut []),
        LearningRate::new(SCHEDULE),
        Momentum::nesterov(0.9, &mut m.velocity, &mut m.point),
    );
    langevin: BatchOrder::FullBatch, |m| Langevin::new(
        LearningRate::new(SCHEDULE),
        Momentum::heavy_ball(0.5, &mut m.velocity),
        0.3,
    );
    ball: BatchOrder::WithoutReplacement, |m| (
        Some(ClipValue { limit: 1.0 }),
        None::<Scale<f64>>,
        AddNoise::new(Noise::Ball { radius: 0.4 }, &mut m.record),
        Scale { factor: 0.1 },
    );
    low_rank: BatchOrder::ShuffledEpochs, |m| (
        AddNoise::low_rank([0.5, -0.25, 1.0], &mut m.record),
        LearningRate::constant(0.1),
    );
    replay: BatchOrder::FullBatch, |m| (
        LearningRate::constant(0.1),
        // Runs out before the end of the run.
        Replay::new(&[0.1, -0.2, 0.3, 0.4, -0.5, 0.6, 0.0, -0.8, 0.9, 1.0, 0.0, 1.2]),
    );
    // Stops at a value that is not finite: 3 · 10²⁰⁰, squared.
    stopped: BatchOrder::FullBatch, |m| Scale { factor: -1e200 };
}

/// The run that is damaged below.
macro_rules! sample {
    ($objective:expr, $memory:expr) => {
        start!($objective, $memory, BatchOrder::ShuffledEpochs, |m| (
            LearningRate::constant(0.125),
            Momentum::heavy_ball(0.5, &mut m.velocity),
        ))
    };
}

fn sample_blob() -> Vec<u8> {
    let objective = Centres::new(1.0, &CENTRES);
    let mut memory = Memory::new(BatchOrder::ShuffledEpochs, 3.0);
    let mut sgd = sample!(&objective, memory);
    let mut rng = stream(73, 0);
    for _ in 0..4 {
        assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
    }
    saved!(sgd, rng)
}

/// Tries to restore each of the variants; what is refused has changed nothing. Returns how many were
/// refused.
fn refused(variants: impl Iterator<Item = Vec<u8>>) -> usize {
    let objective = Centres::new(1.0, &CENTRES);
    let mut memory = Memory::new(BatchOrder::ShuffledEpochs, -1.0);
    let mut sgd = sample!(&objective, memory);
    let mut rng = stream(74, 0);
    for _ in 0..2 {
        assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
    }
    let before = saved!(sgd, rng);
    let mut count = 0;
    for variant in variants {
        if sgd.restore(OBJECTIVE, &mut rng, &variant).is_err() {
            assert!(saved!(sgd, rng) == before, "refused and changed");
            count += 1;
        } else {
            sgd.restore(OBJECTIVE, &mut rng, &before).expect("whole");
        }
    }
    count
}

#[test]
fn every_flipped_bit_is_refused() {
    let blob = sample_blob();
    let flipped = (0..8 * blob.len()).map(|bit| {
        let mut bytes = blob.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    assert_eq!(refused(flipped), 8 * blob.len(), "all of them");
    assert_eq!(refused([blob].into_iter()), 0, "the blob itself is whole");
}

#[test]
fn every_truncation_is_refused() {
    let blob = sample_blob();
    assert_eq!(refused((0..blob.len()).map(|len| blob[..len].to_vec())), blob.len(), "all of them");
    let longer = (1..20).map(|more| [blob.clone(), vec![0; more]].concat());
    assert_eq!(refused(longer), 19, "longer ones too");
}

/// Where they begin in the body of [`sample_blob`]: 17 of run, 10 of source, 20 of transforms and their end, 5 of
/// progress, 8 of parameter; then position and order, 4 of the rate.
const POSITION: usize = 17 + 10 + 20 + 1 + 5 + 8;
const ORDER: usize = POSITION + 4;
const VELOCITY: usize = ORDER + 28 + 4;

/// The same body in another blob, with a right checksum.
fn wrapped(body: &[u8], kind: u16, version: u16) -> Vec<u8> {
    let mut bytes = vec![0; body.len() + 16];
    let mut writer = Writer::new(&mut bytes, kind, version);
    writer.bytes(body);
    writer.finish().expect("it fits");
    bytes
}

/// A right checksum over any nonsense is refused or harmless: every byte of the body replaced by others,
/// every shorter and some longer bodies.
#[test]
fn nonsense_with_a_right_checksum() {
    let blob = sample_blob();
    let body = Reader::new(&blob, kind::SGD, 2..=2).expect("whole").rest().to_vec();
    let changed = (0..body.len()).flat_map(|at| {
        let body = body.clone();
        [0, 1, 4, 7, 8, 0x7f, 0xf0, 0xff].into_iter().map(move |byte| {
            let mut body = body.clone();
            body[at] = byte;
            wrapped(&body, kind::SGD, 2)
        })
    });
    // Most bytes are digits of numbers, of which any are possible.
    assert!(refused(changed) > 200, "tags, counts and indices");
    let shorter = (0..body.len()).map(|len| wrapped(&body[..len], kind::SGD, 2));
    assert_eq!(refused(shorter), body.len(), "shorter");
    let longer = (1..9).map(|more| wrapped(&[body.clone(), vec![0; more]].concat(), kind::SGD, 2));
    assert_eq!(refused(longer), 8, "longer");
    let order = |order: [u8; 7]| {
        let mut body = body.clone();
        for (at, sample) in (ORDER..).step_by(4).zip(order) {
            body[at..at + 4].copy_from_slice(&[sample, 0, 0, 0]);
        }
        wrapped(&body, kind::SGD, 2)
    };
    assert_eq!(refused([order([6, 5, 4, 3, 2, 1, 0])].into_iter()), 0, "another order is one");
    // The last has the sum and the sum of squares of a permutation: 1 + 2 + 6 = 0 + 4 + 5, and so do their squares.
    let repeated = [[0, 0, 1, 2, 3, 4, 5], [3; 7], [0, 1, 2, 3, 4, 4, 6], [1, 2, 6, 1, 2, 3, 6]];
    assert_eq!(refused(repeated.into_iter().map(order)), 4, "a sample twice");
    let with = |at: usize, bytes: &[u8]| {
        let mut body = body.clone();
        body[at..at + bytes.len()].copy_from_slice(bytes);
        wrapped(&body, kind::SGD, 2)
    };
    assert_eq!(refused([with(POSITION, &[7, 0, 0, 0])].into_iter()), 1, "behind the end of an epoch");
    assert_eq!(refused([with(19, &[8, 0, 0, 0])].into_iter()), 1, "another number of samples");
    for number in [f64::NAN, f64::INFINITY] {
        assert_eq!(refused([with(VELOCITY, &number.to_le_bytes())].into_iter()), 1, "velocity {number}");
    }
    for version in [0, 1] {
        assert_eq!(refused([wrapped(&body, kind::SGD, version)].into_iter()), 1, "version {version}");
    }
    let mut dead = body;
    let len = dead.len();
    dead[len - 16..].fill(0);
    assert_eq!(refused([wrapped(&dead, kind::SGD, 2)].into_iter()), 1, "a generator of zeros");
}

/// Restores into a run on three coordinates with the full batch.
fn restore_bowl(
    bytes: &[u8],
    transforms: impl losscape::sgd::Transform<f32> + losscape::sgd::Persist,
) -> Result<(), BlobError> {
    let (mut params, mut workspace) = ([1.0f32; 3], [0.0; 3]);
    let objective = Bowl { dim: 3, curvature: 1.0 };
    let mut sgd = Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
    sgd.restore(OBJECTIVE, &mut stream(0, 0), bytes)
}

fn heavy(velocity: &mut [f32]) -> (LearningRate, Momentum<f32, &mut [f32]>) {
    (LearningRate::constant(0.1), Momentum::heavy_ball(0.5, velocity))
}

#[test]
fn foreign_and_newer_blobs_are_named() {
    let objective = Bowl { dim: 3, curvature: 1.0 };
    let (mut params, mut workspace, mut velocity) = ([1.0f32; 3], [0.0; 3], [0.0; 3]);
    let rate = LearningRate::constant(0.1f32);
    let transforms = (rate, Momentum::heavy_ball(0.5, &mut velocity));
    let sgd = Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
    let blob = saved!(sgd, stream(75, 0));
    let mut v = [0.0; 3];
    assert_eq!(restore_bowl(&blob, (rate, Momentum::heavy_ball(0.5, &mut v))), Ok(()), "the same");

    let refused_arg = |result: Result<(), BlobError>| match result {
        Err(BlobError::Refused(error)) => error.arg,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refused_arg(restore_bowl(&blob, (Momentum::heavy_ball(0.5, &mut v), rate))),
        "transforms",
        "order"
    );
    assert_eq!(
        refused_arg(restore_bowl(&blob, (rate, Momentum::averaged(0.5, &mut v)))),
        "transforms",
        "form"
    );
    assert_eq!(refused_arg(restore_bowl(&blob, (rate, None::<Scale>))), "transforms", "missing");
    assert_eq!(refused_arg(restore_bowl(&blob, rate)), "transforms", "shorter chain");
    let longer = (rate, Momentum::heavy_ball(0.5, &mut v), Scale { factor: 1.0 });
    assert_eq!(refused_arg(restore_bowl(&blob, longer)), "transforms", "longer chain");

    let body = Reader::new(&blob, kind::SGD, 2..=2).expect("whole").rest().to_vec();
    assert_eq!(
        restore_bowl(&wrapped(&body, kind::SGD, 3), heavy(&mut v)),
        Err(BlobError::Newer { supported: 2, found: 3 }),
        "newer"
    );
    for found in [0, 1] {
        assert_eq!(
            restore_bowl(&wrapped(&body, kind::SGD, found), heavy(&mut v)),
            Err(BlobError::Older { oldest: 2, found }),
            "older"
        );
    }
    assert_eq!(
        restore_bowl(&wrapped(&body, kind::NETWORK, 1), heavy(&mut v)),
        Err(BlobError::Kind { expected: kind::SGD, found: kind::NETWORK }),
        "kind"
    );
    assert_eq!(
        restore_bowl(b"GIF89a and some more bytes", heavy(&mut v)),
        Err(BlobError::NotOurs),
        "foreign"
    );
    assert_eq!(
        restore_bowl(&sample_blob(), heavy(&mut v)),
        Err(BlobError::ScalarType { expected: 4, found: 8 }),
        "f64"
    );
    let mut other = body.clone();
    other[9] = 2; // dim
    assert_eq!(refused_arg(restore_bowl(&wrapped(&other, kind::SGD, 2), heavy(&mut v))), "params", "dim");
    let mut other = body;
    other[36..40].copy_from_slice(&f32::NAN.to_bits().to_le_bytes()); // the first parameter
    assert_eq!(refused_arg(restore_bowl(&wrapped(&other, kind::SGD, 2), heavy(&mut v))), "params", "NaN");
}

/// Too little room is refused with the length needed.
#[test]
fn a_short_slice_is_refused() {
    let objective = Centres::new(1.0, &CENTRES);
    let mut memory = Memory::new(BatchOrder::ShuffledEpochs, 3.0);
    let sgd = sample!(&objective, memory);
    let needed = sgd.saved_len();
    for len in 0..needed {
        let result = sgd.save(OBJECTIVE, &stream(0, 0), &mut vec![0; len]);
        assert_eq!(result, Err(BlobError::TooShort { needed, found: len }), "length {len}");
    }
}

/// The layout is a promise to files that exist: 12 of header, up to the velocity as above, 8 of velocity, 16 of
/// generator, 4 of checksum.
#[test]
fn the_layout_is_fixed() {
    let blob = sample_blob();
    assert_eq!(blob.len(), 12 + VELOCITY + 8 + 16 + 4, "length");
    assert_eq!(blob[blob.len() - 4..], [100, 194, 5, 132], "checksum");
}
