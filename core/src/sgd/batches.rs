//! Batches of samples.

use super::saved::tag;
use super::{GradientSource, Halt, Persist, Settings};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::fingerprint::Fingerprint;
use crate::base::random::{Rng, fill_indices, identity, partial_shuffle, shuffle};
use crate::{ArgError, Real, Reason, SampledObjective};

/// How the samples of a batch are chosen from N.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOrder {
    /// All samples in every step; the batch size is N.
    FullBatch,
    /// Independently, so a sample may occur twice. The covariance of the batch gradient is `D / b`.
    WithReplacement,
    /// A uniform subset, independent of other steps. The covariance is `(D / b) (N − b) / (N − 1)`.
    WithoutReplacement,
    /// The next samples in an order that is reshuffled at the start of each epoch. If the batch size
    /// does not divide N, the last batch of an epoch is shorter.
    ShuffledEpochs,
}

impl BatchOrder {
    /// Returns the length of the indices that [`Minibatches::new`] needs.
    #[must_use]
    pub const fn indices_len(self, samples: u32, batch_size: u32) -> usize {
        match self {
            Self::FullBatch => 0,
            Self::WithReplacement => batch_size as usize,
            Self::WithoutReplacement | Self::ShuffledEpochs => samples as usize,
        }
    }

    /// Checks the length of the indices. With replacement, additional indices leave room for larger
    /// batches.
    fn check_indices(self, samples: u32, batch_size: u32, found: usize) -> Result<(), ArgError> {
        let needed = self.indices_len(samples, batch_size);
        if self == Self::WithReplacement {
            ArgError::check_min_len("indices", needed, found)
        } else {
            ArgError::check_len("indices", needed, found)
        }
    }

    /// Returns the tag, which is part of the layout of a saved run.
    const fn tag(self) -> u8 {
        match self {
            Self::FullBatch => 0,
            Self::WithReplacement => 1,
            Self::WithoutReplacement => 2,
            Self::ShuffledEpochs => 3,
        }
    }
}

/// A batch drawn by [`Minibatches::next_batch`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch<'b> {
    /// All samples.
    All,
    /// The samples with these indices.
    Samples(&'b [u32]),
    /// The memory of the indices has changed length; nothing was drawn.
    MemoryChanged,
}

/// A source of batches of the samples of a [`SampledObjective`].
///
/// The indices are owned or lent: `I` is an array, a `Vec`, a boxed slice or a `&mut [u32]`.
///
/// # Shapes
/// `indices` has length [`BatchOrder::indices_len`]: it holds the order of all samples, or the current
/// batch. With replacement it may be longer, to leave room for a larger batch later.
///
/// # Cost
/// A step takes one [`index`](crate::base::random::index) per sample of the batch. With shuffled epochs
/// it takes one per sample of the data at the start of an epoch and none in between.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{Batch, BatchOrder, Minibatches};
/// let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, 5, 2, [0; 5])?;
/// let mut rng = stream(1, 0);
/// for len in [2, 2, 1, 2, 2, 1] {
///     let Batch::Samples(batch) = batches.next_batch(&mut rng) else { panic!() };
///     assert_eq!(batch.len(), len);
/// }
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Minibatches<I> {
    order: BatchOrder,
    samples: u32,
    batch_size: u32,
    indices: I,
    // Where the next batch starts in the order of an epoch; 0 starts a new epoch.
    position: u32,
}

impl<I: AsRef<[u32]> + AsMut<[u32]>> Minibatches<I> {
    /// Creates a source of batches of `batch_size` out of `samples` samples; draws nothing yet.
    ///
    /// # Errors
    /// [`ArgError`] naming `samples` or `batch_size` (zero), `batch_size` (more than `samples`, or
    /// fewer for the full batch) or `indices` (wrong length).
    pub fn new(order: BatchOrder, samples: u32, batch_size: u32, indices: I) -> Result<Self, ArgError> {
        check_sizes(order, samples, batch_size, indices.as_ref())?;
        let mut batches = Self { order, samples, batch_size, indices, position: 0 };
        batches.restart();
        Ok(batches)
    }

    /// Changes b from the next batch on; an epoch in progress continues from its position.
    ///
    /// A run whose workspace is too short for the new size reports
    /// [`MemoryChanged`](super::SgdStep::MemoryChanged).
    ///
    /// # Errors
    /// [`ArgError`] naming `batch_size` (zero, more than the samples, or not N for the full batch) or
    /// `indices` (with replacement they hold one batch, and may be too short for the new size); nothing
    /// has changed then.
    ///
    /// ```
    /// use losscape::sgd::{BatchOrder, Minibatches};
    /// let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, 5, 2, [0; 5])?;
    /// batches.set_batch_size(3)?;
    /// assert_eq!(batches.batch_size(), 3);
    /// assert!(batches.set_batch_size(6).is_err());
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn set_batch_size(&mut self, batch_size: u32) -> Result<(), ArgError> {
        check_sizes(self.order, self.samples, batch_size, self.indices.as_ref())?;
        self.batch_size = batch_size;
        Ok(())
    }

    /// Draws the next batch.
    pub fn next_batch<G: Rng + ?Sized>(&mut self, rng: &mut G) -> Batch<'_> {
        let (samples, size) = (self.samples, self.batch_size);
        let indices = self.indices.as_mut();
        if self.order.check_indices(samples, size, indices.len()).is_err() {
            return Batch::MemoryChanged;
        }
        let batch = match self.order {
            BatchOrder::FullBatch => return Batch::All,
            BatchOrder::WithReplacement => {
                let batch = indices.get_mut(..size as usize);
                batch.map(|batch| {
                    fill_indices(rng, samples, batch);
                    &*batch
                })
            }
            BatchOrder::WithoutReplacement => {
                partial_shuffle(rng, indices, size as usize);
                indices.get(..size as usize)
            }
            BatchOrder::ShuffledEpochs => {
                if self.position == 0 {
                    shuffle(rng, indices);
                }
                let start = self.position;
                // Cannot overflow: `start` is below N.
                let end = start + (samples - start).min(size);
                self.position = if end == samples { 0 } else { end };
                indices.get(start as usize..end as usize)
            }
        };
        batch.map_or(Batch::MemoryChanged, Batch::Samples)
    }

    /// Restores the order 0, 1, 2, … and the start of an epoch.
    fn restart(&mut self) {
        self.position = 0;
        if self.order == BatchOrder::WithReplacement {
            self.indices.as_mut().fill(0);
        } else {
            identity(self.indices.as_mut());
        }
    }
}

impl<I> Minibatches<I> {
    /// Returns how samples are chosen.
    #[must_use]
    pub const fn order(&self) -> BatchOrder {
        self.order
    }

    /// Returns b, the batch size.
    #[must_use]
    pub const fn batch_size(&self) -> u32 {
        self.batch_size
    }

    /// Returns N, the number of samples.
    #[must_use]
    pub const fn samples(&self) -> u32 {
        self.samples
    }

    /// Returns the memory that holds the indices.
    pub fn into_indices(self) -> I {
        self.indices
    }
}

fn check_sizes(order: BatchOrder, samples: u32, batch_size: u32, indices: &[u32]) -> Result<(), ArgError> {
    ArgError::check_count("samples", samples as usize)?;
    ArgError::check_count("batch_size", batch_size as usize)?;
    if batch_size > samples {
        let (limit, found) = (samples as usize, batch_size as usize);
        return Err(ArgError::new("batch_size", Reason::TooMany { limit, found }));
    }
    if order == BatchOrder::FullBatch {
        ArgError::check_len("batch_size", samples as usize, batch_size as usize)?;
    }
    order.check_indices(samples, batch_size, indices.len())
}

impl<R, F, I> GradientSource<R, F> for Minibatches<I>
where
    R: Real,
    F: SampledObjective<R> + ?Sized,
    I: AsRef<[u32]> + AsMut<[u32]>,
{
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

    fn ready(&self) -> Result<(), Halt> {
        let found = self.indices.as_ref().len();
        self.order.check_indices(self.samples, self.batch_size, found).map_err(|_| Halt::MemoryChanged)
    }

    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G) -> impl Fn(&F, &[R], &mut [R], &mut [R]) -> R {
        let batch = self.next_batch(rng);
        move |objective: &F, params: &[R], grad: &mut [R], scratch: &mut [R]| match batch {
            Batch::All => objective.value_grad(params, grad, scratch),
            Batch::Samples(batch) => objective.batch_value_grad(params, batch, grad, scratch),
            // Cannot happen after `ready`; every method rejects this value.
            Batch::MemoryChanged => R::INFINITY,
        }
    }
}

impl<I: AsRef<[u32]>> Minibatches<I> {
    /// Returns the order of the samples, if it carries over from step to step.
    fn carried(&self) -> &[u32] {
        match self.order {
            BatchOrder::FullBatch | BatchOrder::WithReplacement => &[],
            BatchOrder::WithoutReplacement | BatchOrder::ShuffledEpochs => self.indices.as_ref(),
        }
    }
}

impl<I: AsRef<[u32]> + AsMut<[u32]>> Persist for Minibatches<I> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        let Self { order, samples, batch_size, indices, position: _ } = self;
        settings.require(order.check_indices(*samples, *batch_size, indices.as_ref().len()));
        settings.byte("source", tag::MINIBATCHES);
        settings.byte("order", order.tag());
        settings.count("samples", *samples);
        settings.count("batch_size", *batch_size);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u32(self.position);
        for &i in self.carried() {
            writer.u32(i);
        }
    }

    fn check_state(&self, _dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        let limit = if self.order == BatchOrder::ShuffledEpochs { self.samples } else { 1 };
        let position = reader.u32()?;
        ArgError::check_index("position", position as usize, limit as usize)?;
        // Each sample must occur once: the sum of digests of the indices must equal that for 0, 1, 2, …
        let mut sum = 0u64;
        for (k, _) in (0u64..).zip(self.carried()) {
            let sample = reader.u32()?;
            ArgError::check_index("indices", sample as usize, self.samples as usize)?;
            sum = sum.wrapping_add(digest(sample.into())).wrapping_sub(digest(k));
        }
        if sum == 0 { Ok(()) } else { Err(ArgError::new("indices", Reason::Coincide).into()) }
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.position = reader.u32()?;
        let carried = self.carried().len();
        for i in self.indices.as_mut().iter_mut().take(carried) {
            *i = reader.u32()?;
        }
        Ok(())
    }
}

fn digest(index: u64) -> u64 {
    let mut digest = Fingerprint::new();
    digest.word(index);
    digest.finish()
}
