//! A 64-bit digest of floating-point bit patterns, and the guarantee behind it.
//!
//! # The guarantee
//!
//! *One release of this crate gives the same bits everywhere*: on every target that compiles, at every optimisation
//! level, with every vector width, in debug and release builds, and with any versions of its dependencies and any
//! features. So two machines that print the same digest have computed the same numbers.
//!
//! - **Releases.** Bits may change with a minor version (0.1 → 0.2, and also after 1.0), and the changelog lists every
//!   change with its reason under *Numerics*. A patch version (0.1.1 → 0.1.2) changes no bits unless a result was
//!   wrong; the changelog then names that result.
//! - **Dependencies.** No release of a dependency changes a bit: the code that determines the bits is in this crate, or
//!   is exact by definition, or comes from a dependency pinned to an exact version in `Cargo.toml`, with the reason
//!   next to it. A test checks pinned values.
//! - **Targets.** The crate does not compile for targets whose arithmetic cannot keep the guarantee: 32-bit x86 without
//!   SSE2 and m68k, which round to 64 bits first, and 32-bit Apple ARM and big-endian 64-bit PowerPC, which flush
//!   subnormal numbers to zero.
//! - **Assumptions.** The floating-point unit rounds to nearest and keeps subnormal numbers, as it does unless a
//!   program changes its mode (`MXCSR`, `FPSCR`); and no compiler flag permits inexact arithmetic, as none of Rust's
//!   own flags does.
//!
//! # What equal digests mean
//!
//! Two sequences of equal length that differ in a single number always have different digests. For any other two
//! different sequences, unless constructed to collide, the probability of equal digests is that of a random function,
//! 2⁻⁶⁴ or 5 · 10⁻²⁰. The probability that any two of k different results share a digest is k²/2⁶⁵, which is 3 · 10⁻⁸
//! for a million results. (The first statement is proven: each step is a bijection. The second rests on every word
//! being fully mixed; tests that flip single bits and pairs of bits support it.) Digests do not protect against
//! tampering.
//!
//! # Deterministic unit tests
//!
//! Results of this crate have the same bits on every target and at every optimisation level, so a unit test can check
//! equality where it would otherwise need a tolerance. Run the computation once, digest the values that matter, and
//! write the digest into the test:
//!
//! ```
//! use losscape::base::{fingerprint::Fingerprint, random::stream};
//! use losscape::models::data::{Dataset, Targets, moons};
//! use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
//! use losscape::sgd::{LearningRate, Minibatches, BatchOrder, Sgd, SgdLayout, SgdStep};
//!
//! const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
//!
//! let (mut inputs, mut labels) = ([0.0f32; 2 * 32], [0; 32]);
//! moons(0.15, &mut stream(1, 0), &mut inputs, &mut labels)?;
//! let data = Dataset::new(&inputs, 2, Targets::Labels(&labels))?;
//! let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(8)?;
//! let mut params = [0.0; NET.param_len()];
//! NET.init(Init::GlorotUniform, &mut params, &mut stream(1, 1));
//!
//! let (mut order, mut rng) = ([0; 32], stream(1, 2));
//! let mut workspace = [0.0; SgdLayout::new(NET.param_len(), NET.scratch_len(8)).len()];
//! let batches = Minibatches::new(BatchOrder::ShuffledEpochs, 32, 8, &mut order)?;
//! let rate = LearningRate::constant(0.1);
//! let mut sgd = Sgd::new(&objective, &mut params, batches, rate, &mut workspace)?;
//!
//! let mut digest = Fingerprint::new();
//! for _ in 0..100 {
//!     if let SgdStep::Stepped { value } = sgd.step(&objective, &mut rng) {
//!         digest.real(value); // the loss of every step
//!     }
//! }
//! digest.reals(sgd.params()); // and the final parameters
//! assert_eq!(format!("{:016x}", digest.finish()), "06ab4bbcc919d935");
//! # Ok::<(), losscape::ArgError>(())
//! ```
//!
//! When such a test fails, something has changed the numbers: your own code, your data, or a new version of this crate,
//! whose changelog then lists the change under *Numerics*. To locate the change, digest less: one value, one layer, one
//! step.
//!
//! Three things keep your own arithmetic as exact as this crate's:
//!
//! - Rust's `f32::tanh`, `exp`, `sin`, `powf` and similar methods call the platform's library and differ between
//!   platforms; use [`elementary`](super::elementary). `+ − × ÷` and the square root are correctly rounded everywhere.
//! - Sum in a fixed order. Threads that add as they finish do not, and neither do maps with random iteration order.
//! - Equal digests show that bits are equal, not that they are right. Also keep a test of what the result means, with a
//!   tolerance.

use super::real::Real;

/// A digest of numbers: equal digests mean equal bits, on any machine.
///
/// For each 64-bit word `w`, with the finaliser `mix` of splitmix64 (Steele, Lea & Flood 2014):
///
/// ```text
/// h ← mix((h ⊕ w) + 0x9e3779b97f4a7c15)
/// ```
///
/// so the order, the number and every bit of the words matter. A number enters as its bit pattern, so the machine's
/// byte order does not matter. An `f64` enters as its 64 bits; an `f32` enters as its 32 bits below 32 set bits, a
/// pattern that no `f64` produces. A value in `f32` therefore differs from the same value in `f64`. −0 differs from +0.
/// All NaNs of a type count as one pattern, because their payloads differ between machines.
///
/// ```
/// use losscape::base::fingerprint::Fingerprint;
/// let digest = Fingerprint::of(&[1.0f32, -0.0, 3.5]);
/// assert_eq!(digest, 0x143a_cf62_dc54_0d0e);
/// assert_ne!(digest, Fingerprint::of(&[1.0f32, 0.0, 3.5]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    state: u64,
}

impl Default for Fingerprint {
    fn default() -> Self {
        Self::new()
    }
}

impl Fingerprint {
    /// Creates the digest of an empty input.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: 0xcbf2_9ce4_8422_2325 }
    }

    /// Returns the digest of one slice.
    #[must_use]
    pub fn of<R: Real>(values: &[R]) -> u64 {
        let mut digest = Self::new();
        digest.reals(values);
        digest.finish()
    }

    /// Adds a 64-bit word.
    // Three 64-bit products: too much code to inline wherever a word is added.
    #[inline(never)]
    pub const fn word(&mut self, word: u64) {
        let mut z = (self.state ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.state = z ^ (z >> 31);
    }

    /// Adds a number by its bits.
    pub fn real<R: Real>(&mut self, x: R) {
        let word = match (R::BYTES, x.is_nan()) {
            (4, false) => F32 | x.to_bits64(),
            (4, true) => F32 | 0x7fc0_0000,
            (_, false) => x.to_bits64(),
            (_, true) => 0x7ff8_0000_0000_0000,
        };
        self.word(word);
    }

    /// Adds numbers in order.
    pub fn reals<R: Real>(&mut self, values: &[R]) {
        for &x in values {
            self.real(x);
        }
    }

    /// Returns the digest of everything added so far.
    #[must_use]
    pub const fn finish(&self) -> u64 {
        self.state
    }
}

/// The upper half of the word of an `f32`. As an `f64` it would be a NaN, and all NaNs of `f64` map to a different
/// pattern.
const F32: u64 = 0xffff_ffff_0000_0000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of no particular kind.
    fn words<const N: usize>(seed: u64) -> [u64; N] {
        let mut state = Fingerprint { state: seed };
        core::array::from_fn(|k| {
            state.word(k as u64);
            state.finish()
        })
    }

    fn digest(words: &[u64]) -> u64 {
        let mut digest = Fingerprint::new();
        words.iter().for_each(|&word| digest.word(word));
        digest.finish()
    }

    #[test]
    fn no_two_flipped_bits_cancel() {
        const BITS: u32 = u64::BITS;
        let zeros = [[0; 4], [1.0f64.to_bits(); 4], [F32; 4], [u64::MAX; 4]];
        for sequence in zeros.into_iter().chain((0..4).map(words)) {
            let whole = digest(&sequence);
            for (first, second) in [(0, 1), (1, 2), (0, 2), (0, 3)] {
                for pair in 0..BITS * BITS {
                    let mut flipped = sequence;
                    flipped[first] ^= 1 << (pair / BITS);
                    flipped[second] ^= 1 << (pair % BITS);
                    assert_ne!(
                        digest(&flipped),
                        whole,
                        "bit pair {pair} of words {first}, {second}: {sequence:x?}"
                    );
                }
            }
        }
    }

    /// The same test for numbers: flips of their own bits.
    fn numbers<R: Real>() {
        let bits = u64::from(u32::BITS) * (R::BYTES as u64 / 4);
        for seed in 0..4 {
            let numbers = words::<3>(seed).map(|word| R::from_bits64(word));
            let whole = Fingerprint::of(&numbers);
            for (first, second) in [(0, 1), (1, 2), (0, 2)] {
                for pair in 0..bits * bits {
                    let mut flipped = numbers;
                    for (at, bit) in [(first, pair / bits), (second, pair % bits)] {
                        flipped[at] = R::from_bits64(flipped[at].to_bits64() ^ 1 << bit);
                    }
                    // All NaNs are one.
                    let nan = |k: usize| numbers[k].is_nan() && flipped[k].is_nan();
                    if !(nan(first) || nan(second)) {
                        assert_ne!(Fingerprint::of(&flipped), whole, "{numbers:?}, {flipped:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_two_flipped_bits_of_numbers_cancel() {
        numbers::<f32>();
        numbers::<f64>();
        assert_ne!(Fingerprint::of(&[1.0, 1.0]), Fingerprint::of(&[-1.0, 1.000_000_059_604_644_8]));
    }

    /// Every bit of a word changes every bit of the state with probability ½: of 1000 states 500 ± 95, six standard
    /// deviations.
    #[test]
    fn every_bit_reaches_every_bit() {
        const STATES: usize = 1000;
        let states = words::<STATES>(5);
        for bit in 0..u64::BITS {
            let mut counts = [0; u64::BITS as usize];
            for state in states {
                let (mut plain, mut flipped) = (Fingerprint { state }, Fingerprint { state });
                plain.word(0x3ff0_0000_0000_0000);
                flipped.word(0x3ff0_0000_0000_0000 ^ 1 << bit);
                let changed = plain.finish() ^ flipped.finish();
                counts.iter_mut().enumerate().for_each(|(k, count)| *count += changed >> k & 1);
            }
            assert!(counts.iter().all(|count| (405..=595).contains(count)), "bit {bit}: {counts:?}");
        }
    }

    #[test]
    fn order_length_sign_and_type_count() {
        let of = Fingerprint::of::<f64>;
        assert_ne!(of(&[1.0, 2.0]), of(&[2.0, 1.0]));
        assert_ne!(of(&[0.0]), of(&[0.0, 0.0]));
        assert_ne!(of(&[]), of(&[0.0]));
        assert_ne!(of(&[0.0]), of(&[-0.0]));
        assert_eq!(of(&[f64::NAN]), of(&[f64::from_bits(u64::MAX)]));
        assert_eq!(Fingerprint::of(&[f32::NAN]), Fingerprint::of(&[f32::from_bits(u32::MAX)]));
        for x in [0.0f32, -0.0, 1.0, f32::INFINITY, f32::NAN, f32::MIN_POSITIVE] {
            assert_ne!(Fingerprint::of(&[x]), of(&[x.into()]), "{x} in f32 and f64");
        }
    }
}
