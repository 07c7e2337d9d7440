//! Replay of recorded noise.

use core::marker::PhantomData;

use super::noise::check_rows;
use super::saved::tag;
use super::{Halt, Persist, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::Rng;
use crate::{ArgError, Real};

/// Adds recorded noise, `u ← u + row k` in step `k`; draws nothing.
///
/// When no rows are left, [`Sgd::step`](super::Sgd::step) reports [`NoiseExhausted`](super::SgdStep::NoiseExhausted)
/// and does nothing.
///
/// # Shapes
/// `rows` holds steps × dim numbers, row-major, with at least one row. They are owned or lent: `M` is an array, a
/// `Vec`, a boxed slice or a `&[R]`.
///
/// ```
/// use losscape::{base::random::stream, sgd::{Replay, Transform}};
/// let mut replay = Replay::new([0.5f32, 1.0, -2.0, 4.0]); // two steps in two dimensions
/// let mut update = [1.0, 1.0];
/// replay.apply(&[0.0; 2], &mut update, &mut stream(1, 0))?;
/// assert_eq!((update, replay.remaining()), ([1.5, 2.0], &[-2.0, 4.0][..]));
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay<R, M> {
    rows: M,
    len: usize,
    // Where the next row starts.
    position: usize,
    scalar: PhantomData<R>,
}

impl<R: Real, M: AsRef<[R]>> Replay<R, M> {
    /// Replays the rows, starting with the first.
    #[must_use]
    pub fn new(rows: M) -> Self {
        let len = rows.as_ref().len();
        Self { rows, len, position: 0, scalar: PhantomData }
    }

    /// Returns the rows that have not been used yet.
    #[must_use]
    pub fn remaining(&self) -> &[R] {
        self.rows.as_ref().get(self.position..).unwrap_or_default()
    }
}

impl<R: Real, M: AsRef<[R]>> Transform<R> for Replay<R, M> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        check_rows("rows", dim, self.rows.as_ref())
    }

    fn reset(&mut self) {
        self.position = 0;
    }

    fn ready(&self, dim: usize) -> Result<(), Halt> {
        if self.rows.as_ref().len() != self.len {
            Err(Halt::MemoryChanged)
        } else if self.remaining().len() < dim {
            Err(Halt::NoiseExhausted)
        } else {
            Ok(())
        }
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        self.ready(update.len())?;
        for (u, n) in update.iter_mut().zip(self.remaining()) {
            *u += *n;
        }
        self.position += update.len();
        Ok(())
    }
}

impl<R: Real, M: AsRef<[R]>> Persist for Replay<R, M> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::REPLAY);
        settings.digest("rows", self.rows.as_ref());
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u64(self.position as u64);
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        match usize::try_from(reader.u64()?) {
            Ok(position) if position <= self.len && position.is_multiple_of(dim) => Ok(()),
            _ => Err(BlobError::Malformed),
        }
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.position = usize::try_from(reader.u64()?).map_err(|_| BlobError::Malformed)?;
        Ok(())
    }
}
