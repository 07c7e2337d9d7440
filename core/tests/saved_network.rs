//! The byte form of a network is a promise to files that exist.

use losscape::base::blob::{BlobError, Writer, blob_len, kind};
use losscape::base::fingerprint::Fingerprint;
use losscape::models::mlp::{Activation, Mlp};

/// A file of version 1, byte for byte as the first release writes it. Never edit it: a new layout is a new
/// version, and this one stays readable. One line each: header, widths, hidden activation, output activation,
/// bias and scalar type, first weights, first bias, second weights, second bias, checksum.
#[rustfmt::skip]
const GOLDEN: [u8; 77] = [
    76, 79, 83, 83, 2, 0, 1, 0, 61, 0, 0, 0,
    3, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0,
    2, 10, 215, 35, 60,
    4, 0, 0, 0, 0,
    1, 4,
    0, 0, 0, 63, 0, 0, 160, 191, 0, 0, 64, 64, 0, 0, 0, 128,
    111, 18, 131, 58, 0, 0, 240, 192,
    205, 204, 204, 61, 0, 0, 0, 64,
    0, 0, 32, 191,
    12, 185, 161, 138,
];

const PARAMS: [f32; 9] = [0.5, -1.25, 3.0, -0.0, 1.0e-3, -7.5, 0.1, 2.0, -0.625];

fn net() -> Mlp {
    Mlp::new(&[2, 2, 1])
        .expect("widths")
        .with_hidden(Activation::LeakyRelu { slope: 0.01 })
        .with_output(Activation::Sigmoid)
}

#[test]
fn a_file_of_version_1_is_read() {
    let mut params = [f32::NAN; 9];
    assert_eq!(Mlp::read_blob(&GOLDEN, &mut params), Ok(net()));
    assert_eq!(Fingerprint::of(&params), Fingerprint::of(&PARAMS), "bits, the sign of zero included");
}

#[test]
fn the_same_file_is_written() {
    let mut bytes = [0xaa; 100];
    let len = net().write_blob(&PARAMS, &mut bytes).expect("room");
    assert_eq!(bytes[..len], GOLDEN, "{:?}", &bytes[..len]);
    assert!(bytes[len..].iter().all(|&byte| byte == 0xaa), "nothing after it is touched");
}

#[test]
fn other_files_are_refused_by_name() {
    let written = |kind, version| {
        let mut bytes = [0; blob_len(4)];
        let mut writer = Writer::new(&mut bytes, kind, version);
        writer.u32(0);
        writer.finish().expect("room");
        bytes
    };
    let refusal = |bytes: &[u8]| {
        let mut params = [f32::NAN; 9];
        let error = Mlp::read_blob(bytes, &mut params).expect_err("refused");
        assert!(params.iter().all(|p| p.is_nan()), "nothing is written");
        error
    };
    assert_eq!(refusal(&written(kind::NETWORK, 2)), BlobError::Newer { supported: 1, found: 2 });
    assert_eq!(refusal(&written(kind::NETWORK, 0)), BlobError::Older { oldest: 1, found: 0 });
    assert_eq!(
        refusal(&written(kind::SGD, 1)),
        BlobError::Kind { expected: kind::NETWORK, found: kind::SGD }
    );
    assert_eq!(refusal(&[0x89; 40]), BlobError::NotOurs);
    assert!(matches!(refusal(&written(kind::NETWORK, 1)), BlobError::Refused(_)), "no network of 0 levels");
}
