//! Noise added to an update.

use super::saved::tag;
use super::{Halt, Persist, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::finite::all_finite;
use crate::base::random::{Rng, add_normal, fill_ball, fill_normal, normal_pair};
use crate::base::rows::count_whole;
use crate::base::vector::{axpy, scale};
use crate::{ArgError, Real};

/// A distribution of zero-mean noise per step. [`AddNoise::low_rank`] provides one more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise<R: Real = f32> {
    /// No noise; draws nothing.
    Off,
    /// `N(0, std_dev² I)`, with the draws of [`fill_normal`](crate::base::random::fill_normal).
    Gaussian {
        /// The standard deviation, at least zero.
        std_dev: R,
    },
    /// Uniform in the ball of this radius, with covariance `radius²/(d + 2) · I` and the draws of
    /// [`fill_ball`].
    Ball {
        /// The radius, at least zero.
        radius: R,
    },
}

impl<R: Real> Noise<R> {
    fn check(&self) -> Result<(), ArgError> {
        match *self {
            Self::Off => Ok(()),
            Self::Gaussian { std_dev } => ArgError::check_non_negative("std_dev", std_dev),
            Self::Ball { radius } => ArgError::check_non_negative("radius", radius),
        }
    }

    fn settings(&self, settings: &mut Settings<'_, '_>) {
        match *self {
            Self::Off => settings.byte("noise", 0),
            Self::Gaussian { std_dev } => {
                settings.byte("noise", 1);
                settings.real("std_dev", std_dev);
            }
            Self::Ball { radius } => {
                settings.byte("noise", 2);
                settings.real("radius", radius);
            }
        }
    }

    /// Overwrites `out` with the noise of one step.
    fn fill<G: Rng + ?Sized>(&self, out: &mut [R], rng: &mut G) {
        match *self {
            Self::Off => out.fill(R::ZERO),
            Self::Gaussian { std_dev } => {
                fill_normal(rng, out);
                scale(std_dev, out);
            }
            Self::Ball { radius } => fill_ball(rng, radius, out),
        }
    }
}

/// Computes `Σⱼ zⱼ Lⱼ` with independent standard normal `zⱼ` and the rows `Lⱼ` of a factor.
fn fill_low_rank<R: Real, G: Rng + ?Sized>(factor: &[R], out: &mut [R], rng: &mut G) {
    let dim = out.len().max(1);
    out.fill(R::ZERO);
    for pair in factor.chunks(2 * dim) {
        let z = normal_pair::<R, G>(rng);
        for (row, z) in pair.chunks(dim).zip(z) {
            axpy(z, row, out);
        }
    }
}

/// Checks for at least one row of `dim` finite numbers, and no incomplete row.
pub(super) fn check_rows<R: Real>(arg: &'static str, dim: usize, rows: &[R]) -> Result<(), ArgError> {
    count_whole(arg, dim, rows.len())?;
    ArgError::check_finite(arg, rows)
}

/// The noise to add: independent elements, or combinations of rows.
#[derive(Clone, Copy, Debug)]
enum Law<R: Real, L> {
    Noise(Noise<R>),
    LowRank(L),
}

/// Adds noise to the update, `u ← u + noise`, and keeps the noise of the last steps.
///
/// Before the learning rate this is gradient noise `ξ`, `x ← x − η (g + ξ)`; after it, noise of the step
/// itself. The run stops if the noise is not finite, or if the update would not be finite.
///
/// # Shapes
///
/// `record` holds `m` rows of length `dim`: the noise of step `k` is written to row `k mod m`, where a
/// [`Replay`](super::Replay) can read it. With `m = 1` it is the noise of the last step. It may be empty,
/// except for [`Noise::Ball`] and [low rank](Self::low_rank), which need a row as working memory; the bits of
/// the update do not depend on it. It is owned or lent: `M`, and `L` for the factor, are arrays, `Vec`s,
/// boxed slices or `&mut [R]`.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{AddNoise, Noise, Replay, Transform};
/// let record = [0.0f32; 6]; // three steps in two dimensions
/// let mut noise = AddNoise::new(Noise::Gaussian { std_dev: 0.1 }, record);
/// let (mut first, mut again) = ([1.0, 2.0], [1.0, 2.0]);
/// noise.apply(&[0.0; 2], &mut first, &mut stream(1, 0))?;
/// Replay::new(noise.record()).apply(&[0.0; 2], &mut again, &mut stream(2, 0))?;
/// assert_eq!(first, again);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Debug)]
pub struct AddNoise<R: Real, M, L = [R; 0]> {
    law: Law<R, L>,
    record: M,
    record_len: usize,
    step: u32,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> AddNoise<R, M> {
    /// Creates noise of one distribution, recorded in the rows of `record`.
    #[must_use]
    pub fn new(noise: Noise<R>, record: M) -> Self {
        Self::with(Law::Noise(noise), record)
    }
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, L: AsRef<[R]>> AddNoise<R, M, L> {
    /// Creates the noise `Σⱼ zⱼ Lⱼ` with independent standard normal `zⱼ` and the rows `Lⱼ` of `factor`, rank
    /// × dim, row-major. Its covariance is `Lᵀ L`, whose rank is at most the number of rows. The `z` are
    /// drawn in pairs, as in [`fill_normal`](crate::base::random::fill_normal).
    #[must_use]
    pub fn low_rank(factor: L, record: M) -> Self {
        Self::with(Law::LowRank(factor), record)
    }

    fn with(law: Law<R, L>, record: M) -> Self {
        let record_len = record.as_ref().len();
        Self { law, record, record_len, step: 0 }
    }

    /// Returns the recorded rows; row `k mod m` holds the noise of the latest step `k` that wrote to it.
    #[must_use]
    pub fn record(&self) -> &[R] {
        self.record.as_ref()
    }

    /// Returns the number of steps recorded, including overwritten ones.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.step
    }

    /// Returns the memory that holds the record.
    pub fn into_record(self) -> M {
        self.record
    }
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, L: AsRef<[R]>> Transform<R> for AddNoise<R, M, L> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        let needs_row = match &self.law {
            Law::Noise(noise) => {
                noise.check()?;
                matches!(noise, Noise::Ball { .. })
            }
            Law::LowRank(factor) => {
                check_rows("factor", dim, factor.as_ref())?;
                true
            }
        };
        let record_len = self.record.as_ref().len();
        if needs_row {
            ArgError::check_min_len("record", dim, record_len)?;
        }
        if record_len > 0 {
            count_whole("record", dim, record_len)?;
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.record.as_mut().fill(R::ZERO);
        self.step = 0;
    }

    fn ready(&self, _dim: usize) -> Result<(), Halt> {
        if self.record.as_ref().len() == self.record_len { Ok(()) } else { Err(Halt::MemoryChanged) }
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt> {
        let mut rows = self.record.as_mut().chunks_exact_mut(update.len().max(1));
        let row = (self.step as usize).checked_rem(rows.len());
        let mut row = row.and_then(|row| rows.nth(row));
        match (&self.law, row.as_deref_mut()) {
            (Law::Noise(noise), Some(row)) => {
                noise.fill(row, rng);
                axpy(R::ONE, row, update);
            }
            (Law::LowRank(factor), Some(row)) => {
                fill_low_rank(factor.as_ref(), row, rng);
                axpy(R::ONE, row, update);
            }
            (Law::Noise(Noise::Off), None) => {}
            (Law::Noise(Noise::Gaussian { std_dev }), None) => add_normal(rng, *std_dev, update),
            (Law::Noise(Noise::Ball { .. }) | Law::LowRank(_), None) => return Err(Halt::MemoryChanged),
        }
        if !all_finite(update) {
            if let Some(row) = row {
                row.fill(R::ZERO);
            }
            return Err(Halt::NotFinite);
        }
        self.step = self.step.saturating_add(1);
        Ok(())
    }
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, L: AsRef<[R]>> Persist for AddNoise<R, M, L> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::ADD_NOISE);
        match &self.law {
            Law::Noise(noise) => noise.settings(settings),
            Law::LowRank(factor) => {
                settings.byte("noise", 4);
                settings.digest("factor", factor.as_ref());
            }
        }
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u32(self.step);
    }

    fn check_state(&self, _dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        reader.u32().map(|_| ())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.record.as_mut().fill(R::ZERO); // it is from another run, or from steps that are undone
        self.step = reader.u32()?;
        Ok(())
    }
}
