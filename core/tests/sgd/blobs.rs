//! Blobs of runs and of networks from a stranger: whatever the bytes, there is no panic, what is refused has changed
//! nothing, and what is accepted is what the bytes say.

use losscape::base::blob::{Writer, kind};
use losscape::base::random::stream;
use losscape::models::mlp::{Activation, Mlp};
use losscape::sgd::{
    AddNoise, BatchOrder, ClipNorm, ClipValue, LearningRate, Minibatches, Momentum, Noise, Replay, Scale,
    Schedule, Sgd, WeightDecay,
};
use proptest::prelude::*;

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
fn run(objective: &Centres<'_>, steps: u32) -> (Run, losscape::base::random::Xoshiro128PlusPlus) {
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
fn saved(run: &Run, rng: &losscape::base::random::Xoshiro128PlusPlus) -> Vec<u8> {
    let mut bytes = vec![0; run.saved_len()];
    run.save(OBJECTIVE, rng, &mut bytes).expect("valid");
    bytes
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn runs_that_were_changed(steps in 0..7u32, changes in changes()) {
        let objective = Centres::new(1.0, &CENTRES);
        let (sgd, rng) = run(&objective, steps);
        let blob = saved(&sgd, &rng);
        restore(&changed(&blob, kind::SGD, 2, &changes))?;
    }

    #[test]
    fn networks_that_were_changed(net in nets(), changes in changes()) {
        read(&changed(&written(&net), kind::NETWORK, 1, &changes))?;
    }

    /// The header too: the length that it states may be any.
    #[test]
    fn headers_that_were_changed(at in 0..16usize, bytes in any::<[u8; 4]>(), cut in 0..200usize) {
        let objective = Centres::new(1.0, &CENTRES);
        let (sgd, rng) = run(&objective, 3);
        for (blob, of_a_run) in [(saved(&sgd, &rng), true), (written(&Mlp::new(&[2, 3, 1]).expect("valid")), false)] {
            let mut blob = blob;
            blob[at..at + 4].copy_from_slice(&bytes);
            blob.truncate(cut.max(at));
            if of_a_run { restore(&blob)? } else { read(&blob)? }
        }
    }

    #[test]
    fn any_bytes(body in prop::collection::vec(any::<u8>(), 0..200), version in 0..4u16) {
        restore(&body)?;
        read(&body)?;
        restore(&wrapped(&body, kind::SGD, version))?;
        read(&wrapped(&body, kind::NETWORK, version))?;
    }
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
