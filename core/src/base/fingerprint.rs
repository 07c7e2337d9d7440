//! A stable 64-bit digest of floating-point bit patterns.
//!
//! # Deterministic unit tests
//!
//! Results of this crate are the same bits on every target and at every optimisation level, so a unit test can
//! ask for equality where it would otherwise need a tolerance. Run the computation once, digest what matters,
//! and put the digest into the test:
//!
//! ```
//! use losscape::base::{fingerprint::Fingerprint, random::stream};
//! use losscape::models::data::{Dataset, Targets, moons};
//! use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
//! use losscape::sgd::{LearningRate, Minibatches, BatchOrder, Sgd, SgdLayout, SgdStep};
//!
//! const NET: Mlp = match Mlp::new(&[2, 4, 1]) { Ok(net) => net, Err(_) => panic!() };
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
//!         digest.real(value); // every loss on the way
//!     }
//! }
//! digest.reals(sgd.params()); // and where it ended
//! assert_eq!(format!("{:016x}", digest.finish()), "740c25cfbb739523");
//! # Ok::<(), losscape::ArgError>(())
//! ```
//!
//! When such a test fails, something has changed the numbers: your own code, your data, or a new version of
//! this crate, whose changelog then names the change under *Numerics*. To find where, digest less: one value,
//! one layer, one step.
//!
//! Three things keep your own arithmetic as exact as this crate's:
//!
//! - Rust's `f32::tanh`, `exp`, `sin`, `powf` and their like call the platform and differ between platforms;
//!   use [`elementary`](super::elementary). `+ − × ÷` and the square root are exact everywhere.
//! - Sum in a fixed order: threads that add as they finish, and maps with random iteration order, do not.
//! - A digest says that bits are equal, never that they are right. Keep a test of what the result means
//!   beside it, with a tolerance.

use super::real::Real;

/// A digest of numbers: equal digests mean equal bits, on any machine.
///
/// In the manner of FNV-1a over 64-bit words, with a rotation so that high bits matter too:
/// `h ← rotate((h ⊕ word) · 0x100000001b3, 29)`, and the finaliser of splitmix64 in the end. −0 differs
/// from +0; every NaN counts as one canonical pattern. A number counts by its bit pattern as a word, so the
/// machine's byte order does not matter, and a value in `f32` differs from the same value in `f64`. Digests
/// are no protection against intent.
///
/// ```
/// use losscape::base::fingerprint::Fingerprint;
/// let digest = Fingerprint::of(&[1.0f32, -0.0, 3.5]);
/// assert_eq!(digest, 0x7e1f_aca3_c535_bc19);
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
    /// The digest of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: 0xcbf2_9ce4_8422_2325 }
    }

    /// The digest of one slice.
    #[must_use]
    pub fn of<R: Real>(values: &[R]) -> u64 {
        let mut digest = Self::new();
        digest.reals(values);
        digest.finish()
    }

    /// Adds a 64-bit word.
    pub fn word(&mut self, word: u64) {
        // Multiplication carries only upwards; the rotation brings high bits back down.
        self.state = (self.state ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
    }

    /// Adds a number by its bits.
    pub fn real<R: Real>(&mut self, x: R) {
        let bits = if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits64() };
        self.word(bits);
    }

    /// Adds numbers in order.
    pub fn reals<R: Real>(&mut self, values: &[R]) {
        for &x in values {
            self.real(x);
        }
    }

    /// The digest so far.
    #[must_use]
    pub const fn finish(&self) -> u64 {
        // The finaliser of splitmix64 (Steele, Lea & Flood 2014): every input bit reaches every output bit.
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
