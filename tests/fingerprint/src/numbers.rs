//! Inputs of experiments.

use losscape::Real;
use losscape::base::random::{stream, uniform_in};

/// `N` numbers, uniform in ±`bound`, of one stream.
pub(crate) fn numbers<R: Real, const N: usize>(stream_index: u32, bound: f64) -> [R; N] {
    let mut rng = stream(2026, stream_index);
    let bound = R::from_f64(bound);
    [(); N].map(|()| uniform_in(&mut rng, -bound, bound))
}
