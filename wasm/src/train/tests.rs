//! Files of networks from a stranger.

use losscape::base::blob::{Writer, blob_len, kind};
use losscape::base::random::{Rng, Xoshiro128PlusPlus, index, stream};
use losscape::models::mlp::{Init, Mlp};

use super::{Train, TrainSettings};
use crate::Digits;

fn digits() -> Digits {
    Digits::new(include_bytes!("../../../core/src/models/data/digits/digits.bin")).expect("the file")
}

/// A file of a network, which need not be one that the page takes.
fn file(net: &Mlp) -> Vec<u8> {
    let mut params = vec![0.0f32; net.param_len()];
    net.init(Init::GlorotUniform, &mut params, &mut stream(5, 0));
    let mut bytes = vec![0; net.blob_len::<f32>()];
    net.write_blob(&params, &mut bytes).expect("fits");
    bytes
}

fn wrapped(body: &[u8], kind: u16, version: u16) -> Vec<u8> {
    let mut bytes = vec![0; blob_len(body.len())];
    let mut writer = Writer::new(&mut bytes, kind, version);
    writer.bytes(body);
    writer.finish().expect("fits");
    bytes
}

/// Loads a file; one that is taken is saved as the same bytes, and goes on without a panic.
fn take(digits: &Digits, bytes: &[u8]) -> bool {
    match Train::load(digits, &TrainSettings::default(), bytes) {
        Ok(mut run) => {
            assert!(run.save().expect("finite") == bytes, "taken and another");
            let _ = run.advance(1);
            true
        }
        Err(error) => {
            assert_eq!(error.arg, "network", "{error}");
            assert!(!error.message.is_empty());
            false
        }
    }
}

#[test]
fn damaged_files_are_refused_by_name() {
    let (digits, bytes) = (digits(), file(&super::network(64, 2, 10).expect("a network")));
    assert!(take(&digits, &bytes));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x41;
        assert!(!take(&digits, &bytes[..at]) && !take(&digits, &damaged), "{at}");
    }
    assert!(!take(&digits, &[&bytes[..], &[0]].concat()));
    let body = &bytes[12..bytes.len() - 4];
    for (kind, version) in [(kind::NETWORK, 0), (kind::NETWORK, 2), (kind::SGD, 1), (kind::OWN, 1)] {
        assert!(!take(&digits, &wrapped(body, kind, version)), "{kind} {version}");
    }
    // Networks, but not of the page; and widths that no memory holds.
    for widths in [&[64, 10][..], &[64, 3, 3, 10], &[63, 2, 10], &[64, 2, 11], &[64, 1025, 10]] {
        assert!(!take(&digits, &file(&Mlp::new(widths).expect("a network"))), "{widths:?}");
    }
    for hidden in [0, u32::MAX, u32::MAX / 64, 1 << 31] {
        let mut body = body.to_vec();
        body[5..9].copy_from_slice(&hidden.to_le_bytes());
        assert!(!take(&digits, &wrapped(&body, kind::NETWORK, 1)), "{hidden}");
    }
}

fn change(body: &mut Vec<u8>, rng: &mut Xoshiro128PlusPlus) {
    let words = [0, u64::MAX, f64::NAN.to_bits(), rng.next_u64(), u64::from(index(rng, 9))];
    let word = words[index(rng, 5) as usize].to_le_bytes();
    let word = &word[..1 + index(rng, 8) as usize];
    let at = index(rng, u32::try_from(body.len().min(40)).expect("few")) as usize;
    let end = body.len().min(at + word.len());
    match index(rng, 4) {
        0 => body[at] ^= 1 << index(rng, 8),
        1 => body[at..end].copy_from_slice(&word[..end - at]),
        2 => drop(body.drain(at..end)),
        _ => drop(body.splice(at..at, word.iter().copied())),
    }
}

/// Under a right checksum, most of them among the first 40 bytes, which say what the network is.
fn changed_files(count: u32) {
    let (digits, bytes) = (digits(), file(&super::network(64, 2, 10).expect("a network")));
    let (mut rng, mut taken) = (stream(6, 0), 0);
    for _ in 0..count {
        let mut body = bytes[12..bytes.len() - 4].to_vec();
        for _ in 0..=index(&mut rng, 2) {
            change(&mut body, &mut rng);
        }
        taken += u32::from(take(&digits, &wrapped(&body, kind::NETWORK, 1)));
    }
    assert!(taken > 0, "of parameters");
}

#[test]
fn files_that_were_changed_are_refused_or_what_they_say() {
    changed_files(1000);
}

#[test]
#[ignore = "10⁵ files: minutes"]
fn exhaustive_files_that_were_changed() {
    changed_files(100_000);
}
