//! What uses registers by name, at every vector width of this processor: the same bits as without.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "test numbers are small")]

mod cross_entropy;
mod products;

use losscape_dispatch::{Level, limit, widest};

/// One test, because the limit holds for all threads.
#[test]
fn every_width_has_the_same_bits() {
    limit(Level::Build);
    let alone = cross_entropy::row_by_row().expect("a network");
    for level in [Level::Build, Level::V3, Level::V4].into_iter().filter(|&level| level <= widest()) {
        limit(level);
        products::check();
        cross_entropy::check(&alone).expect("a network");
    }
}
