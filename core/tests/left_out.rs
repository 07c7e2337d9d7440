//! Builds without optional parts refuse what needs them.
//!
//! ```text
//! cargo test -p losscape --no-default-features --test left_out
//! ```
#![cfg(not(feature = "relu"))]

use losscape::base::blob::{BlobError, Writer, kind};
use losscape::models::mlp::{Activation, Mlp};
use losscape::{ArgError, Reason};

/// A saved 1-1 network with this hidden activation.
fn saved(activation: u8) -> [u8; 16 + 29] {
    let mut bytes = [0; 45];
    let mut writer = Writer::new(&mut bytes, kind::NETWORK, 1);
    writer.bytes(&[2, 1, 0, 0, 0, 1, 0, 0, 0, activation, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 4]);
    writer.reals(&[1.0f32, 2.0]);
    assert_eq!(writer.finish(), Ok(45), "the layout of a saved network");
    bytes
}

#[test]
fn a_saved_network_names_what_is_missing() {
    let left_out = BlobError::Refused(ArgError::new("activation", Reason::LeftOut));
    assert_eq!(Mlp::from_blob(&saved(1)), Err(left_out), "a ReLU");
    assert_eq!(Mlp::from_blob(&saved(8)), Err(BlobError::Malformed), "no activation at all");
    assert_eq!(Mlp::from_blob(&saved(3)).map(|net| net.hidden()), Ok(Activation::Tanh), "always there");
}
