//! Where gradients come from: the whole objective or batches of its samples.

use super::Persist;
use super::saved::{does_not_fit, expect_len, expect_tag, tag};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::{Rng, fill_indices, identity, partial_shuffle, shuffle};
use crate::{ArgError, Objective, Real, Reason, SampledObjective};

/// Supplies the gradient of a step for objectives of type `F`.
///
/// # Contract
///
/// Caller: calls [`check`](Self::check) and [`reset`](Self::reset) before a run, then
/// [`value_grad`](Self::value_grad) once a step with that objective and slices as
/// [`Objective::value_grad`] wants them. Implementor: draws only from `rng`, at most one batch a call.
pub trait GradientSource<R: Real, F: ?Sized> {
    /// Refuses an objective that does not fit.
    ///
    /// # Errors
    /// [`ArgError`] naming the setting that does not fit.
    fn check(&self, objective: &F) -> Result<(), ArgError>;

    /// How much scratch [`value_grad`](Self::value_grad) needs on this objective.
    fn scratch_len(&self, objective: &F) -> usize;

    /// Starts over with the first step.
    fn reset(&mut self);

    /// The value and gradient of this step.
    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        rng: &mut G,
    ) -> R;
}

/// The objective's own gradient: no randomness, any [`Objective`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FullBatch;

impl<R: Real, F: Objective<R> + ?Sized> GradientSource<R, F> for FullBatch {
    fn check(&self, _objective: &F) -> Result<(), ArgError> {
        Ok(())
    }

    fn scratch_len(&self, objective: &F) -> usize {
        objective.scratch_len()
    }

    fn reset(&mut self) {}

    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        _rng: &mut G,
    ) -> R {
        objective.value_grad(params, grad, scratch)
    }
}

/// How the samples of a batch are chosen from N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOrder {
    /// All of them, every step; the batch size is N.
    FullBatch,
    /// Independently, so a sample may occur twice. Covariance of the batch gradient `D / b`.
    WithReplacement,
    /// A uniform subset, independent of the other steps'. Covariance `(D / b) (N − b) / (N − 1)`.
    WithoutReplacement,
    /// The next samples of an order that is shuffled at the start of each epoch. If the batch size does
    /// not divide N, the last batch of an epoch is the shorter rest.
    ShuffledEpochs,
}

impl BatchOrder {
    /// How many indices the caller lends to [`Minibatches::new`].
    #[must_use]
    pub const fn indices_len(self, samples: u32, batch_size: u32) -> usize {
        match self {
            Self::FullBatch => 0,
            Self::WithReplacement => batch_size as usize,
            Self::WithoutReplacement | Self::ShuffledEpochs => samples as usize,
        }
    }
}

/// Batches of the samples of a [`SampledObjective`].
///
/// # Shapes
/// `indices` has length [`BatchOrder::indices_len`]: the order of all samples, or the current batch. Drawn
/// with replacement it may be longer, to leave room for a larger batch later.
///
/// # Cost
/// A step draws one [`index`](crate::base::random::index) per sample of the batch; with shuffled
/// epochs, one per sample of the data at the start of an epoch and none in between.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{Minibatches, BatchOrder};
/// let mut indices = [0; 5];
/// let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, 5, 2, &mut indices)?;
/// let mut rng = stream(1, 0);
/// let lengths = [0; 6].map(|_| batches.next_batch(&mut rng).unwrap().len());
/// assert_eq!(lengths, [2, 2, 1, 2, 2, 1]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct Minibatches<'a> {
    order: BatchOrder,
    samples: u32,
    batch_size: u32,
    indices: &'a mut [u32],
    // Where in the order of an epoch the next batch starts; 0 is a new epoch.
    position: u32,
}

impl<'a> Minibatches<'a> {
    /// Batches of `batch_size` out of `samples`; nothing is drawn yet.
    ///
    /// # Errors
    /// [`ArgError`] naming `samples` or `batch_size` (zero), `batch_size` (more than `samples`, or less
    /// for the full batch) or `indices` (another length).
    pub fn new(
        order: BatchOrder,
        samples: u32,
        batch_size: u32,
        indices: &'a mut [u32],
    ) -> Result<Self, ArgError> {
        Self::check_sizes(order, samples, batch_size, indices.len())?;
        let mut batches = Self { order, samples, batch_size, indices, position: 0 };
        batches.restart();
        Ok(batches)
    }

    /// How samples are chosen.
    #[must_use]
    pub const fn order(&self) -> BatchOrder {
        self.order
    }

    /// b.
    #[must_use]
    pub const fn batch_size(&self) -> u32 {
        self.batch_size
    }

    /// Changes b from the next batch on; an epoch under way goes on where it is.
    ///
    /// # Errors
    /// [`ArgError`] naming `batch_size` (zero, more than the samples, not N for the full batch) or
    /// `indices` (with replacement they hold one batch, and are too short for this one); nothing has
    /// changed then.
    ///
    /// ```
    /// use losscape::base::random::stream;
    /// use losscape::sgd::{Minibatches, BatchOrder};
    /// let mut indices = [0; 5];
    /// let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, 5, 2, &mut indices)?;
    /// let mut rng = stream(1, 0);
    /// assert_eq!(batches.next_batch(&mut rng).unwrap().len(), 2);
    /// batches.set_batch_size(3)?;
    /// assert_eq!(batches.next_batch(&mut rng).unwrap().len(), 3);
    /// assert!(batches.set_batch_size(6).is_err());
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn set_batch_size(&mut self, batch_size: u32) -> Result<(), ArgError> {
        Self::check_sizes(self.order, self.samples, batch_size, self.indices.len())?;
        self.batch_size = batch_size;
        Ok(())
    }

    /// N.
    #[must_use]
    pub const fn samples(&self) -> u32 {
        self.samples
    }

    /// Draws the next batch; `None` is the full batch.
    pub fn next_batch<G: Rng + ?Sized>(&mut self, rng: &mut G) -> Option<&[u32]> {
        let size = self.batch_size as usize;
        match self.order {
            BatchOrder::FullBatch => None,
            BatchOrder::WithReplacement => {
                let batch = self.indices.get_mut(..size)?;
                fill_indices(rng, self.samples, batch);
                Some(batch)
            }
            BatchOrder::WithoutReplacement => {
                partial_shuffle(rng, self.indices, size);
                self.indices.get(..size)
            }
            BatchOrder::ShuffledEpochs => {
                if self.position == 0 {
                    shuffle(rng, self.indices);
                }
                let start = self.position;
                // Without overflow: `start` is below N.
                let end = start + (self.samples - start).min(self.batch_size);
                self.position = if end == self.samples { 0 } else { end };
                self.indices.get(start as usize..end as usize)
            }
        }
    }

    fn check_sizes(order: BatchOrder, samples: u32, batch_size: u32, indices: usize) -> Result<(), ArgError> {
        ArgError::check_count("samples", samples as usize)?;
        ArgError::check_count("batch_size", batch_size as usize)?;
        if batch_size > samples {
            let (limit, found) = (samples as usize, batch_size as usize);
            return Err(ArgError::new("batch_size", Reason::TooMany { limit, found }));
        }
        if order == BatchOrder::FullBatch {
            ArgError::check_len("batch_size", samples as usize, batch_size as usize)?;
        }
        let needed = order.indices_len(samples, batch_size);
        if order == BatchOrder::WithReplacement {
            ArgError::check_min_len("indices", needed, indices)
        } else {
            ArgError::check_len("indices", needed, indices)
        }
    }

    /// Back to the order 0, 1, 2, … and the start of an epoch.
    fn restart(&mut self) {
        self.position = 0;
        if self.order == BatchOrder::WithReplacement {
            self.indices.fill(0);
        } else {
            identity(self.indices);
        }
    }
}

impl<R: Real, F: SampledObjective<R> + ?Sized> GradientSource<R, F> for Minibatches<'_> {
    fn check(&self, objective: &F) -> Result<(), ArgError> {
        ArgError::check_len("samples", objective.samples(), self.samples as usize)
    }

    fn scratch_len(&self, objective: &F) -> usize {
        match self.order {
            BatchOrder::FullBatch => objective.scratch_len(),
            _ => objective.batch_scratch_len(self.batch_size as usize),
        }
    }

    fn reset(&mut self) {
        self.restart();
    }

    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        rng: &mut G,
    ) -> R {
        match self.next_batch(rng) {
            Some(batch) => objective.batch_value_grad(params, batch, grad, scratch),
            None => objective.value_grad(params, grad, scratch),
        }
    }
}

impl Minibatches<'_> {
    /// Part of the layout of a saved run.
    const fn order_tag(&self) -> u8 {
        match self.order {
            BatchOrder::FullBatch => 0,
            BatchOrder::WithReplacement => 1,
            BatchOrder::WithoutReplacement => 2,
            BatchOrder::ShuffledEpochs => 3,
        }
    }

    /// The order of the samples, if it carries over from step to step.
    fn carried(&self) -> &[u32] {
        match self.order {
            BatchOrder::FullBatch | BatchOrder::WithReplacement => &[],
            BatchOrder::WithoutReplacement | BatchOrder::ShuffledEpochs => self.indices,
        }
    }

    fn read_position(&self, reader: &mut Reader<'_>) -> Result<u32, BlobError> {
        expect_tag(reader, "source", tag::MINIBATCHES)?;
        expect_tag(reader, "source", self.order_tag())?;
        expect_len(reader, "samples", self.samples as usize)?;
        let position = reader.u32()?;
        if position < self.samples { Ok(position) } else { Err(does_not_fit("source")) }
    }
}

impl Persist for Minibatches<'_> {
    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u8(tag::MINIBATCHES);
        writer.u8(self.order_tag());
        writer.u32(self.samples);
        writer.u32(self.position);
        for &i in self.carried() {
            writer.u32(i);
        }
    }

    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.read_position(reader)?;
        // Each sample once: the indices and their squares have the sums of 0, 1, 2, …
        let (mut sum, mut squares) = (0u64, 0u64);
        for (k, _) in (0u64..).zip(self.carried()) {
            let sample = reader.u32()?;
            if sample >= self.samples {
                return Err(ArgError::new(
                    "indices",
                    Reason::Index { found: sample as usize, limit: self.samples as usize },
                )
                .into());
            }
            let sample = u64::from(sample);
            sum = sum.wrapping_add(sample).wrapping_sub(k);
            squares = squares.wrapping_add(sample.wrapping_mul(sample)).wrapping_sub(k.wrapping_mul(k));
        }
        if (sum, squares) == (0, 0) { Ok(()) } else { Err(ArgError::new("indices", Reason::Coincide).into()) }
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.position = self.read_position(reader)?;
        let order = self.carried().len();
        for i in &mut self.indices[..order] {
            *i = reader.u32()?;
        }
        Ok(())
    }
}
