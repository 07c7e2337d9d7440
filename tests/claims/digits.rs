//! Overparametrisation removes barriers: digits networks of two widths.
//!
//! All ten widths with five pairs each: `cargo run --release -p losscape-tests --example digits_widths`.

use losscape_tests::paths::{Connection, Digits, SCHEDULE, connect, path_rng, train};

fn connection(hidden: usize) -> Connection {
    let data = Digits::<f32>::training().unwrap();
    let f = data.objective(hidden).unwrap();
    let (a, b) = (train(&f, 128, 1, 3000).unwrap(), train(&f, 128, 2, 3000).unwrap());
    connect(&f, &a, &b, &SCHEDULE, &mut path_rng(0)).unwrap()
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn three_hidden_units_keep_a_barrier() {
    let found = connection(3);
    assert!(found.line.saddle > 1.0, "{found:?}");
    assert!(found.path.rise() > 0.03, "{found:?}");
    assert!(found.path.saddle < 0.6, "{found:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn eight_hidden_units_have_none() {
    let found = connection(8);
    assert!(found.line.rise() > 0.3, "the straight line: {found:?}");
    // The highest point of the whole path is its higher end.
    assert_eq!(found.path.rise(), 0.0, "{found:?}");
    assert!(found.path.length_ratio() > 1.2 && found.path.length_ratio() < 2.5, "{found:?}");
}
