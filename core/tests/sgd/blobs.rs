//! Blobs of runs, networks and digits from a stranger: whatever the bytes, there is no panic, what is refused has changed
//! nothing, and what is accepted is what the bytes say.

use losscape::base::blob::{BlobError, Writer, kind};
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::digits;
use losscape::models::mlp::{Activation, Mlp};
use losscape::sgd::{
    Adam, AddNoise, BatchOrder, ClipNorm, ClipValue, LearningRate, Minibatches, Momentum, Noise, Replay,
    Scale, Schedule, Sgd, SharpnessAware, WeightDecay,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::objectives::Centres;

const CENTRES: [f64; 5] = [0.3, -1.25, 2.0, 0.7, -0.4];
const OBJECTIVE: u64 = 3;

type Chain = (
    ClipNorm<f64>,
    Option<ClipValue<f64>>,
    AddNoise<f64, [f64; 2]>,
    LearningRate<f64>,
    Momentum<f64, [f64; 1], [f64; 1]>,
    Replay<f64, [f64; 6]>,
    WeightDecay<f64>,
    Scale<f64>,
);
type Run = Sgd<f64, Minibatches<[u32; 5]>, Chain, [f64; 1], [f64; 1]>;

/// A run with every kind of part, after some steps.
fn run(objective: &Centres<'_>, steps: u32) -> (Run, Xoshiro128PlusPlus) {
    let chain = (
        ClipNorm { max_norm: 0.7 },
        Some(ClipValue { limit: 0.6 }),
        AddNoise::new(Noise::Ball { radius: 0.1 }, [0.0; 2]),
        LearningRate::new(Schedule::Cosine { rate: 0.5, last: 0.1, warm_up: 2, steps: 4 }),
        Momentum::nesterov(0.5, [0.0], [0.0]),
        Replay::new([0.1, -0.2, 0.3, -0.4, 0.5, -0.6]),
        WeightDecay { decay: 0.01 },
        Scale { factor: 0.9 },
    );
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, 5, 2, [0; 5]).expect("valid");
    let mut sgd = Sgd::new(objective, [3.0], batches, chain, [0.0]).expect("valid");
    let mut rng = stream(steps.into(), 0);
    for _ in 0..steps {
        let _ = sgd.step(objective, &mut rng);
    }
    (sgd, rng)
}

/// The bytes of a run, header and checksum included.
fn saved(run: &Run, rng: &Xoshiro128PlusPlus) -> Vec<u8> {
    let mut bytes = vec![0; run.saved_len()];
    run.save(OBJECTIVE, rng, &mut bytes).expect("valid");
    bytes
}

type Adaptive = Sgd<
    f64,
    SharpnessAware<Minibatches<[u32; 5]>, f64>,
    (AddNoise<f64, [f64; 1], [f64; 3]>, Adam<f64, [f64; 1], [f64; 1]>, Momentum<f64, [f64; 1], [f64; 0]>),
    [f64; 1],
    [f64; 2],
>;

/// A run of the parts that the one above has not.
fn adaptive(objective: &Centres<'_>, steps: u32) -> (Adaptive, Xoshiro128PlusPlus) {
    let batches = Minibatches::new(BatchOrder::WithoutReplacement, 5, 2, [0; 5]).expect("valid");
    let source = SharpnessAware::new(batches, 0.1).expect("valid");
    let chain = (
        AddNoise::low_rank([0.5, -0.25, 1.0], [0.0]),
        Adam::new([0.0], [0.0]),
        Momentum::averaged(0.5, [0.0]),
    );
    let mut sgd = Sgd::new(objective, [3.0], source, chain, [0.0; 2]).expect("valid");
    let mut rng = stream(steps.into(), 1);
    for _ in 0..steps {
        let _ = sgd.step(objective, &mut rng);
    }
    (sgd, rng)
}

fn saved_adaptive(run: &Adaptive, rng: &Xoshiro128PlusPlus) -> Vec<u8> {
    let mut bytes = vec![0; run.saved_len()];
    run.save(OBJECTIVE, rng, &mut bytes).expect("valid");
    bytes
}

fn restore_adaptive(bytes: &[u8]) -> Result<(), TestCaseError> {
    let objective = Centres::new(1.0, &CENTRES);
    let (mut sgd, mut rng) = adaptive(&objective, 2);
    let before = saved_adaptive(&sgd, &rng);
    if sgd.restore(OBJECTIVE, &mut rng, bytes).is_err() {
        prop_assert!(saved_adaptive(&sgd, &rng) == before, "refused and changed");
    } else {
        prop_assert!(saved_adaptive(&sgd, &rng) == bytes, "accepted and another");
        let adam = &sgd.transforms().1;
        prop_assert!(adam.mean()[0].is_finite() && adam.root()[0].is_finite() && adam.root()[0] >= 0.0);
    }
    for _ in 0..4 {
        let _ = sgd.step(&objective, &mut rng);
        let adam = &sgd.transforms().1;
        prop_assert!([sgd.params()[0], adam.mean()[0], adam.root()[0]].iter().all(|x| x.is_finite()));
    }
    Ok(())
}

/// The file of the digits, from its rows.
fn digits_file() -> Vec<u8> {
    let split = digits::Split { training: digits::training(), held_out: digits::held_out() };
    wrapped(&packed(&split), kind::DIGITS, 1)
}

/// Five bits a pixel, from the lowest bit of each line's five bytes on, and a byte for the label.
fn packed(split: &digits::Split<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    for rows in [split.training, split.held_out] {
        for row in 0..rows.len() {
            for line in rows.pixels(row).chunks_exact(8) {
                let bits = line.iter().rev().fold(0u64, |bits, pixel| bits << 5 | u64::from(*pixel));
                body.extend(&bits.to_le_bytes()[..5]);
            }
            body.push(rows.label(row));
        }
    }
    body
}

/// Restores into a run that has made two steps.
fn restore(bytes: &[u8]) -> Result<(), TestCaseError> {
    let objective = Centres::new(1.0, &CENTRES);
    let (mut sgd, mut rng) = run(&objective, 2);
    let before = saved(&sgd, &rng);
    if sgd.restore(OBJECTIVE, &mut rng, bytes).is_err() {
        prop_assert!(saved(&sgd, &rng) == before, "refused and changed");
    } else {
        prop_assert!(saved(&sgd, &rng) == bytes, "accepted and another");
    }
    for _ in 0..4 {
        let _ = sgd.step(&objective, &mut rng);
        prop_assert!(sgd.params()[0].is_finite() && sgd.transforms().4.velocity()[0].is_finite());
    }
    Ok(())
}

fn nets() -> impl Strategy<Value = Mlp> {
    let activations = prop::sample::select(vec![
        Activation::Identity,
        Activation::Tanh,
        Activation::LeakyRelu { slope: 0.1 },
        Activation::Gelu,
    ]);
    (prop::collection::vec(1..4usize, 2..5), activations, any::<bool>()).prop_map(|(widths, hidden, bias)| {
        let net = Mlp::new(&widths).expect("valid").with_hidden(hidden);
        if bias { net } else { net.without_bias() }
    })
}

fn written(net: &Mlp) -> Vec<u8> {
    let params: Vec<f32> = (0u8..).map(|k| f32::from(k) - 2.5).take(net.param_len()).collect();
    let mut bytes = vec![0; net.blob_len::<f32>()];
    net.write_blob(&params, &mut bytes).expect("valid");
    bytes
}

/// Reads a network as a program does that does not know its shape.
fn read(bytes: &[u8]) -> Result<(), TestCaseError> {
    let shape = Mlp::from_blob(bytes);
    if let Ok(net) = &shape {
        prop_assert!(net.param_len() <= bytes.len(), "memory is asked for that the file does not fill");
    }
    let mut params = vec![7.0f32; shape.as_ref().map_or(3, Mlp::param_len)];
    match Mlp::read_blob(bytes, &mut params) {
        Ok(net) => {
            let mut again = vec![0; net.blob_len::<f32>()];
            prop_assert_eq!(net.write_blob(&params, &mut again), Ok(bytes.len()));
            prop_assert!(again == bytes, "accepted and another");
        }
        Err(_) => prop_assert!(params.iter().all(|&p| p == 7.0), "refused and written"),
    }
    Ok(())
}

/// A change of a body.
#[derive(Clone, Debug)]
enum Change {
    Bit(usize),
    Bytes(usize, Vec<u8>),
    Remove(usize, usize),
    Insert(usize, Vec<u8>),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Small counts, and the lengths that overflow.
    let word = prop_oneof![
        (0..9u64).prop_map(u64::to_le_bytes),
        Just(u64::MAX.to_le_bytes()),
        Just((u64::from(u32::MAX)).to_le_bytes()),
        Just(f64::NAN.to_le_bytes()),
        Just(f64::INFINITY.to_le_bytes()),
        any::<[u8; 8]>(),
    ];
    let bytes = (word, 1..9usize).prop_map(|(word, len)| word[..len].to_vec());
    let change = prop_oneof![
        any::<usize>().prop_map(Change::Bit),
        (any::<usize>(), bytes.clone()).prop_map(|(at, bytes)| Change::Bytes(at, bytes)),
        (any::<usize>(), 1..9usize).prop_map(|(at, len)| Change::Remove(at, len)),
        (any::<usize>(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
    ];
    prop::collection::vec(change, 1..4)
}

/// The body between header and checksum, changed, in a blob with a right length and checksum.
fn changed(blob: &[u8], kind: u16, version: u16, changes: &[Change]) -> Vec<u8> {
    let mut body = blob[12..blob.len() - 4].to_vec();
    for change in changes {
        let len = body.len().max(1);
        match change {
            Change::Bit(bit) => {
                let bit = bit % (8 * len);
                body[bit / 8] ^= 1 << (bit % 8);
            }
            Change::Bytes(at, bytes) => {
                let at = at % len;
                let end = (at + bytes.len()).min(body.len());
                body[at..end].copy_from_slice(&bytes[..end - at]);
            }
            Change::Remove(at, count) => {
                let at = at % len;
                body.drain(at..(at + count).min(body.len()));
            }
            Change::Insert(at, bytes) => {
                let at = at % len;
                body.splice(at..at, bytes.iter().copied());
            }
        }
    }
    wrapped(&body, kind, version)
}

fn wrapped(body: &[u8], kind: u16, version: u16) -> Vec<u8> {
    let mut bytes = vec![0; body.len() + 16];
    let mut writer = Writer::new(&mut bytes, kind, version);
    writer.bytes(body);
    writer.finish().expect("valid");
    bytes
}

/// So many inputs of a kind.
fn check<S: Strategy>(cases: u32, inputs: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(inputs, test).unwrap_or_else(|error| panic!("{error}"));
}

fn runs_that_were_changed(cases: u32) {
    check(cases, &(0..7u32, changes()), |(steps, changes)| {
        let objective = Centres::new(1.0, &CENTRES);
        let (sgd, rng) = run(&objective, steps);
        restore(&changed(&saved(&sgd, &rng), kind::SGD, 2, &changes))
    });
    check(cases / 2, &(0..7u32, changes()), |(steps, changes)| {
        let objective = Centres::new(1.0, &CENTRES);
        let (sgd, rng) = adaptive(&objective, steps);
        restore_adaptive(&changed(&saved_adaptive(&sgd, &rng), kind::SGD, 2, &changes))
    });
}

fn networks_that_were_changed(cases: u32) {
    check(cases, &(nets(), changes()), |(net, changes)| {
        read(&changed(&written(&net), kind::NETWORK, 1, &changes))
    });
}

/// The header too: the length that it states may be any.
fn headers_that_were_changed(cases: u32) {
    check(cases, &(0..16usize, any::<[u8; 4]>(), 0..200usize), |(at, bytes, cut)| {
        let objective = Centres::new(1.0, &CENTRES);
        let (sgd, rng) = run(&objective, 3);
        let net = written(&Mlp::new(&[2, 3, 1]).expect("valid"));
        for (mut blob, of_a_run) in [(saved(&sgd, &rng), true), (net, false)] {
            blob[at..at + 4].copy_from_slice(&bytes);
            blob.truncate(cut.max(at));
            if of_a_run { restore(&blob)? } else { read(&blob)? }
        }
        Ok(())
    });
}

fn any_bytes(cases: u32) {
    check(cases, &(prop::collection::vec(any::<u8>(), 0..200), 0..4u16), |(body, version)| {
        restore(&body)?;
        read(&body)?;
        restore(&wrapped(&body, kind::SGD, version))?;
        restore_adaptive(&wrapped(&body, kind::SGD, version))?;
        read(&wrapped(&body, kind::NETWORK, version))
    });
}

/// Rows of digits that are accepted have labels and pixels of digits, and are the rows of the bytes.
fn digits_that_were_changed(cases: u32) {
    let file = digits_file();
    check(cases, &changes(), |changes| {
        let bytes = changed(&file, kind::DIGITS, 1, &changes);
        let Ok(split) = digits::from_bytes(&bytes) else { return Ok(()) };
        prop_assert_eq!((split.training.len(), split.held_out.len()), (1500, 297));
        for rows in [split.training, split.held_out] {
            for row in 0..rows.len() {
                prop_assert!(rows.label(row) < 10 && rows.pixels(row).iter().all(|pixel| *pixel <= 16));
            }
        }
        prop_assert!(packed(&split) == bytes[12..bytes.len() - 4], "accepted and another");
        Ok(())
    });
}

#[test]
fn samples_of_changed_bytes() {
    runs_that_were_changed(2000);
    networks_that_were_changed(2000);
    headers_that_were_changed(2000);
    any_bytes(2000);
    digits_that_were_changed(60);
}

#[test]
#[ignore = "10⁵ changes of each: minutes"]
fn exhaustive_changed_bytes() {
    runs_that_were_changed(100_000);
    networks_that_were_changed(100_000);
    headers_that_were_changed(100_000);
    any_bytes(100_000);
    digits_that_were_changed(3000);
}

/// Cut off after each byte, with each byte changed, with bytes after the end, of each version: refused by name.
#[test]
fn digits_that_are_cut_off_or_damaged() {
    let file = digits_file();
    let error = |bytes: &[u8]| digits::from_bytes(bytes).expect_err("refused");
    for len in (0..40).chain((40..file.len()).step_by(997)) {
        assert!(matches!(error(&file[..len]), BlobError::TooShort { .. }), "{len}");
    }
    for at in (0..40).chain((40..file.len()).step_by(997)).chain(file.len() - 4..file.len()) {
        let mut damaged = file.clone();
        damaged[at] ^= 0x10;
        let found = error(&damaged);
        let named = match at {
            0..4 => matches!(found, BlobError::NotOurs),
            8..12 => matches!(found, BlobError::TooShort { .. } | BlobError::TooLong { .. }),
            _ => matches!(found, BlobError::Damaged),
        };
        assert!(named, "{at}: {found}");
    }
    let longer = [&file[..], &[0]].concat();
    assert_eq!(error(&longer), BlobError::TooLong { found: longer.len() });
    let body = &file[12..file.len() - 4];
    assert_eq!(error(&wrapped(body, kind::DIGITS, 0)), BlobError::Older { oldest: 1, found: 0 });
    assert_eq!(error(&wrapped(body, kind::DIGITS, 2)), BlobError::Newer { supported: 1, found: 2 });
    assert!(matches!(error(&wrapped(body, kind::NETWORK, 1)), BlobError::Kind { .. }));
    for len in [0, 1, body.len() - 41, body.len() - 1] {
        assert_eq!(error(&wrapped(&body[..len], kind::DIGITS, 1)), BlobError::Malformed, "{len}");
    }
    assert!(packed(&digits::from_bytes(&file).expect("whole")) == body);
}

/// The changes above are not all refused: numbers of the state may be any that are finite.
#[test]
fn some_changes_are_accepted() {
    let objective = Centres::new(1.0, &CENTRES);
    let (sgd, rng) = run(&objective, 3);
    let blob = saved(&sgd, &rng);
    let accepted = (0..8 * (blob.len() - 16)).filter(|&bit| {
        let (mut sgd, mut rng) = run(&objective, 2);
        sgd.restore(OBJECTIVE, &mut rng, &changed(&blob, kind::SGD, 2, &[Change::Bit(bit)])).is_ok()
    });
    // Of steps, parameter, place, velocity and generator.
    assert!(accepted.count() > 8 * (4 + 7 + 4 + 7 + 16), "nearly all bits of the state");
}
