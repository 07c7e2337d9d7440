//! Random indices and permutations.

use super::Rng;

/// Returns an unbiased uniform index below `n`; takes one 32-bit word, rarely more.
///
/// Uses multiply-shift with rejection (Lemire 2019): the result is the upper half of `word · n`, and a
/// new word is drawn while the lower half is below `2³² mod n`. A word is rejected with probability
/// below `n / 2³²`; a division is needed only when rejection is possible. Returns 0 if `n` is 0.
///
/// ```
/// use losscape::base::random::{index, stream};
/// assert!(index(&mut stream(1, 0), 10) < 10);
/// ```
#[inline]
#[must_use]
pub fn index<G: Rng + ?Sized>(rng: &mut G, n: u32) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if low(product) < n {
        let threshold = n.wrapping_neg() % n; // 2³² mod n
        while low(product) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    high(product)
}

#[expect(clippy::cast_possible_truncation, reason = "only the lower half is wanted")]
const fn low(product: u64) -> u32 {
    product as u32
}

const fn high(product: u64) -> u32 {
    (product >> 32) as u32
}

/// Fills a slice with independent indices below `n`, with replacement: one [`index`] each, in order.
///
/// ```
/// use losscape::base::random::{fill_indices, index, stream};
/// let (mut batch, mut rng) = ([0; 3], stream(1, 0));
/// fill_indices(&mut stream(1, 0), 10, &mut batch);
/// assert_eq!(batch, [0; 3].map(|_| index(&mut rng, 10)));
/// ```
pub fn fill_indices<G: Rng + ?Sized>(rng: &mut G, n: u32, out: &mut [u32]) {
    for i in out {
        *i = index(rng, n);
    }
}

/// Writes the identity permutation 0, 1, 2, … into a slice.
///
/// The slice must not hold more than 2³² entries.
///
/// ```
/// let mut order = [9; 3];
/// losscape::base::random::identity(&mut order);
/// assert_eq!(order, [0, 1, 2]);
/// ```
pub fn identity(permutation: &mut [u32]) {
    for (k, p) in (0..).zip(permutation) {
        *p = k;
    }
}

/// Moves `count` entries, drawn without replacement, to the front of a slice, in random order.
///
/// Performs the first `count` rounds of the in-place Fisher–Yates shuffle (Durstenfeld 1964): entry
/// `k` is swapped with one of `k, …, len − 1`. Applied to any permutation, it gives every arrangement
/// of `count` out of `len` with equal probability, so the slice needs no reset between calls. Each
/// round takes one [`index`], except that the last of `len` rounds has no choice and draws nothing.
///
/// A `count` above `len` counts as `len`, which must be below 2³².
///
/// ```
/// use losscape::base::random::{identity, partial_shuffle, stream};
/// let mut permutation = [0; 6];
/// identity(&mut permutation);
/// partial_shuffle(&mut stream(1, 0), &mut permutation, 3);
/// let batch = &permutation[..3];
/// assert!(batch[0] != batch[1] && batch[1] != batch[2] && batch[2] != batch[0]);
/// ```
pub fn partial_shuffle<G: Rng + ?Sized>(rng: &mut G, permutation: &mut [u32], count: usize) {
    let mut rest = permutation;
    for _ in 0..count {
        let Ok(n @ 2..) = u32::try_from(rest.len()) else { return };
        let Some((first, others)) = rest.split_first_mut() else { return };
        // A choice of 0 leaves the first entry in place; `get_mut` rather than `[]` keeps panics out
        // of firmware.
        if let Some(other) = (index(rng, n) as usize).checked_sub(1).and_then(|k| others.get_mut(k)) {
            core::mem::swap(first, other);
        }
        rest = others;
    }
}

/// Shuffles a slice uniformly: [`partial_shuffle`] of its whole length.
///
/// If the permutation is kept between epochs, this shuffles the samples of every epoch without a heap.
///
/// ```
/// use losscape::base::random::{identity, shuffle, stream};
/// let mut order = [0; 5];
/// identity(&mut order);
/// shuffle(&mut stream(1, 0), &mut order);
/// let mut sorted = order;
/// sorted.sort_unstable();
/// assert_eq!(sorted, [0, 1, 2, 3, 4]);
/// ```
pub fn shuffle<G: Rng + ?Sized>(rng: &mut G, permutation: &mut [u32]) {
    partial_shuffle(rng, permutation, permutation.len());
}
