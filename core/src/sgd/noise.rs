//! Noise that is added to an update.

use super::saved::{expect_tag, tag};
use super::{Persist, Schedule, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::elementary::sqrt;
use crate::base::random::{Rng, add_normal, fill_ball, fill_normal, normal_pair};
use crate::base::vector::{axpy, scale};
use crate::{ArgError, Real, Reason};

/// A distribution of noise with mean zero, per step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise<'a, R: Real = f32> {
    /// No noise; draws nothing.
    Off,
    /// `N(0, std_dev² I)`: the draws of [`fill_normal`](crate::base::random::fill_normal).
    Gaussian {
        /// At least zero.
        std_dev: R,
    },
    /// Uniform in the ball of this radius, covariance `radius²/(d + 2) · I`: the draws of
    /// [`fill_ball`].
    Ball {
        /// At least zero.
        radius: R,
    },
    /// `N(0, 2 η(k) T I)`: placed after the learning rate it makes gradient descent the Euler–Maruyama
    /// scheme of `dx = −∇f dt + √(2T) dW` with time step `η` (unadjusted Langevin dynamics).
    Langevin {
        /// T, at least zero.
        temperature: R,
        /// The schedule that the [`LearningRate`](super::LearningRate) before it has.
        learning_rate: Schedule<R>,
    },
    /// `Σⱼ zⱼ Lⱼ` with independent standard normal `zⱼ` and the rows `Lⱼ` of a factor: covariance
    /// `Lᵀ L`, of rank at most the number of rows. The `z` are drawn in pairs, as by
    /// [`fill_normal`](crate::base::random::fill_normal).
    LowRank {
        /// rank × dim, row-major.
        factor: &'a [R],
    },
}

impl<R: Real> Noise<'_, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        match *self {
            Noise::Off => Ok(()),
            Noise::Gaussian { std_dev } => ArgError::check_non_negative("std_dev", std_dev),
            Noise::Ball { radius } => ArgError::check_non_negative("radius", radius),
            Noise::Langevin { temperature, learning_rate } => {
                ArgError::check_non_negative("temperature", temperature)?;
                learning_rate.check()
            }
            Noise::LowRank { factor } => check_rows("factor", dim, factor),
        }
    }

    /// Part of the layout of a saved run.
    const fn tag(&self) -> u8 {
        match self {
            Noise::Off => 0,
            Noise::Gaussian { .. } => 1,
            Noise::Ball { .. } => 2,
            Noise::Langevin { .. } => 3,
            Noise::LowRank { .. } => 4,
        }
    }

    /// Whether sampling needs a row to work in.
    const fn needs_row(&self) -> bool {
        matches!(self, Noise::Ball { .. } | Noise::LowRank { .. })
    }

    /// The standard deviation of each entry at a step, if they are independent.
    fn std_dev(&self, step: u32) -> R {
        match *self {
            Noise::Gaussian { std_dev } => std_dev,
            Noise::Langevin { temperature, learning_rate } => {
                sqrt(R::TWO * learning_rate.at(step) * temperature)
            }
            _ => R::ZERO,
        }
    }

    /// Writes the noise of one step over `out`.
    fn fill<G: Rng + ?Sized>(&self, step: u32, out: &mut [R], rng: &mut G) {
        match *self {
            Noise::Off => out.fill(R::ZERO),
            Noise::Gaussian { .. } | Noise::Langevin { .. } => {
                fill_normal(rng, out);
                scale(self.std_dev(step), out);
            }
            Noise::Ball { radius } => fill_ball(rng, radius, out),
            Noise::LowRank { factor } => {
                let dim = out.len().max(1);
                out.fill(R::ZERO);
                for pair in factor.chunks(2 * dim) {
                    let z = normal_pair::<R, G>(rng);
                    for (row, z) in pair.chunks(dim).zip(z) {
                        axpy(z, row, out);
                    }
                }
            }
        }
    }
}

/// At least one row of `dim` finite numbers, and no half row.
pub(super) fn check_rows<R: Real>(arg: &'static str, dim: usize, rows: &[R]) -> Result<(), ArgError> {
    if rows.is_empty() {
        return Err(ArgError::new(arg, Reason::Empty));
    }
    check_whole_rows(arg, dim, rows.len())?;
    ArgError::check_finite(arg, rows)
}

fn check_whole_rows(arg: &'static str, dim: usize, len: usize) -> Result<(), ArgError> {
    ArgError::check_len(arg, len.next_multiple_of(dim.max(1)), len)
}

/// `u ← u + noise`, and keeps the noise of the last steps.
///
/// Before the learning rate this is gradient noise `ξ`, `x ← x − η (g + ξ)`; after it, noise of the
/// step itself.
///
/// # Shapes
///
/// `record` holds `m` rows of `dim`: the noise of step `k` is written to row `k mod m`, from where a
/// [`Replay`](super::Replay) can read it. With `m = 1` it is the last step's noise. It may be empty,
/// except for [`Noise::Ball`] and [`Noise::LowRank`], which need a row to work in; the bits of the
/// update do not depend on it.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{AddNoise, Noise, Replay, Transform};
/// let mut record = [0.0f32; 6]; // three steps in two dimensions
/// let mut noise = AddNoise::new(Noise::Gaussian { std_dev: 0.1 }, &mut record);
/// let (mut first, mut again) = ([1.0, 2.0], [1.0, 2.0]);
/// noise.apply(&[0.0; 2], &mut first, &mut stream(1, 0));
/// Replay::new(noise.record()).apply(&[0.0; 2], &mut again, &mut stream(2, 0));
/// assert_eq!(first, again);
/// ```
#[derive(Debug)]
pub struct AddNoise<'a, R: Real = f32> {
    noise: Noise<'a, R>,
    record: &'a mut [R],
    step: u32,
}

impl<'a, R: Real> AddNoise<'a, R> {
    /// Noise of one distribution, recorded in the rows of `record`.
    #[must_use]
    pub fn new(noise: Noise<'a, R>, record: &'a mut [R]) -> Self {
        Self { noise, record, step: 0 }
    }

    /// The distribution.
    #[must_use]
    pub const fn noise(&self) -> Noise<'a, R> {
        self.noise
    }

    /// The recorded rows; row `k mod m` is the noise of the last step `k` that used it.
    #[must_use]
    pub const fn record(&self) -> &[R] {
        self.record
    }

    /// How many steps have been recorded, overwritten ones included.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.step
    }
}

impl<R: Real> Transform<R> for AddNoise<'_, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        self.noise.check(dim)?;
        if self.noise.needs_row() {
            ArgError::check_min_len("record", dim, self.record.len())?;
        }
        check_whole_rows("record", dim, self.record.len())
    }

    fn reset(&mut self) {
        self.record.fill(R::ZERO);
        self.step = 0;
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], rng: &mut G) {
        let mut rows = self.record.chunks_exact_mut(update.len().max(1));
        let row = (self.step as usize).checked_rem(rows.len());
        if let Some(row) = row.and_then(|row| rows.nth(row)) {
            self.noise.fill(self.step, row, rng);
            axpy(R::ONE, row, update);
        } else if !matches!(self.noise, Noise::Off) {
            add_normal(rng, self.noise.std_dev(self.step), update);
        }
        self.step = self.step.saturating_add(1);
    }
}

impl<R: Real> Persist for AddNoise<'_, R> {
    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u8(tag::ADD_NOISE);
        writer.u8(self.noise.tag());
        writer.u32(self.step);
    }

    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        expect_tag(reader, "transforms", tag::ADD_NOISE)?;
        expect_tag(reader, "transforms", self.noise.tag())?;
        reader.u32().map(|_| ())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        expect_tag(reader, "transforms", tag::ADD_NOISE)?;
        expect_tag(reader, "transforms", self.noise.tag())?;
        self.step = reader.u32()?;
        Ok(())
    }
}
