//! Noise that was recorded.

use super::noise::check_rows;
use super::saved::{does_not_fit, expect_tag, tag};
use super::{Persist, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::Rng;
use crate::{ArgError, Real};

/// `u ← u + row k` in step `k`, from recorded rows; draws nothing.
///
/// When the rows have run out, [`Sgd::step`](super::Sgd::step) says so and does nothing.
///
/// # Shapes
/// `rows` holds steps × dim numbers, row-major, at least one row.
///
/// ```
/// use losscape::{base::random::stream, sgd::{Replay, Transform}};
/// let mut replay = Replay::new(&[0.5f32, 1.0, -2.0, 4.0]); // two steps in two dimensions
/// let mut update = [1.0, 1.0];
/// replay.apply(&[0.0; 2], &mut update, &mut stream(1, 0));
/// assert_eq!((update, replay.remaining()), ([1.5, 2.0], &[-2.0, 4.0][..]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replay<'a, R: Real = f32> {
    rows: &'a [R],
    // Where the next row starts.
    position: usize,
}

impl<'a, R: Real> Replay<'a, R> {
    /// Replays the rows from the first.
    #[must_use]
    pub const fn new(rows: &'a [R]) -> Self {
        Self { rows, position: 0 }
    }

    /// The rows that have not been used.
    #[must_use]
    pub fn remaining(&self) -> &'a [R] {
        self.rows.get(self.position..).unwrap_or(&[])
    }
}

impl<R: Real> Transform<R> for Replay<'_, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        check_rows("rows", dim, self.rows)
    }

    fn reset(&mut self) {
        self.position = 0;
    }

    fn ready(&self) -> bool {
        self.position < self.rows.len()
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) {
        for (u, n) in update.iter_mut().zip(self.remaining()) {
            *u += *n;
        }
        self.position += update.len();
    }
}

impl<R: Real> Replay<'_, R> {
    fn read_position(&self, reader: &mut Reader<'_>) -> Result<usize, BlobError> {
        expect_tag(reader, "transforms", tag::REPLAY)?;
        match usize::try_from(reader.u64()?) {
            Ok(position) if position <= self.rows.len() => Ok(position),
            _ => Err(does_not_fit("rows")),
        }
    }
}

impl<R: Real> Persist for Replay<'_, R> {
    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u8(tag::REPLAY);
        writer.u64(self.position as u64);
    }

    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.read_position(reader).map(|_| ())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.position = self.read_position(reader)?;
        Ok(())
    }
}
