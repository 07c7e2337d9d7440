//! Independent streams of one seed.

use super::{SeedableRng, Xoshiro128PlusPlus};

/// An iterator over the streams of one seed, in order; it never ends.
///
/// See [`streams`].
#[derive(Clone, Debug)]
pub struct Streams {
    next: Xoshiro128PlusPlus,
}

impl Iterator for Streams {
    type Item = Xoshiro128PlusPlus;

    fn next(&mut self) -> Option<Self::Item> {
        let stream = self.next.clone();
        self.next.jump();
        Some(stream)
    }
}

/// Returns all streams of a seed: the `k`-th starts `k · 2⁶⁴` words into the generator's sequence.
///
/// The generator is xoshiro128++ (Blackman & Vigna 2021) of period 2¹²⁸ − 1, seeded through
/// splitmix64. Its `jump` advances by 2⁶⁴ words and its `long_jump` by 2⁹⁶, which allows streams of
/// streams: one `long_jump` per device, one `jump` per stream.
///
/// # Cost
/// A jump is 128 steps of the generator.
///
/// # Examples
/// ```
/// use losscape::base::random::{Rng, stream, streams};
/// let mut streams = streams(1);
/// let (mut init, mut batches) = (streams.next().unwrap(), streams.next().unwrap());
/// assert_eq!(init.next_u32(), stream(1, 0).next_u32());
/// assert_eq!(batches.next_u32(), stream(1, 1).next_u32());
/// ```
#[must_use]
pub fn streams(seed: u64) -> Streams {
    Streams { next: Xoshiro128PlusPlus::seed_from_u64(seed) }
}

/// Returns the `k`-th of the [`streams`] of a seed, at the cost of `k` jumps.
#[must_use]
pub fn stream(seed: u64, k: u32) -> Xoshiro128PlusPlus {
    let mut rng = Xoshiro128PlusPlus::seed_from_u64(seed);
    for _ in 0..k {
        rng.jump();
    }
    rng
}
