//! The loss of a network on data as an objective.

use super::answers::Answers;
use super::classify::correct;
use super::forward::Pass;
use super::tape::{Tape, last};
use super::tile::{BLOCK, Rows};
use super::weights::Mean;
use super::{Equal, Loss, Mlp, Weighted, Weighting, Weights};
use crate::base::elementwise::pair;
use crate::base::refusal::refuse;
use crate::base::target::{TILES, VECTORS};
use crate::base::vector::{LaneSum, dot};
use crate::models::data::{Dataset, Targets};
use crate::models::sum::BlockSum;
use crate::{ArgError, Objective, Real, SampledObjective};

/// The number of samples evaluated together unless [`MlpObjective::with_tile`] sets another: 128 where the build has
/// vectors, 32 elsewhere.
///
/// Memory of fixed length is best sized for an explicit tile, with [`MlpObjective::with_tile`] and
/// [`Mlp::scratch_len`].
pub const DEFAULT_TILE: usize = if VECTORS { 128 } else { 32 };

/// The loss of a network over a dataset, with L2 regularisation:
///
/// ```text
/// f(θ) = (1/N) Σₖ ℓ(net(θ, xₖ), yₖ) + ½ λ ‖θ‖²
/// ```
///
/// over all parameters, biases included. Samples are evaluated in tiles. The tile size affects memory and speed, but
/// never the bits: the sums over samples run in index order.
///
/// No method panics. A sample index out of range, or a slice of the wrong length, gives a value of +∞ and a gradient or
/// product of NaN, so that a method rejects the point.
///
/// # Error of the sums
///
/// The sum over N samples of their losses, and each component of the sum of their gradients or products, differs from
/// the exact sum of its terms by at most
///
/// ```text
/// (133 + 2 N u) u Σ |term|,   u = 2⁻²⁴ in f32 (8.1 · 10⁻⁶ in all at N = 2 · 10⁷),  2⁻⁵³ in f64
/// ```
///
/// Blocks of 128 terms ([`BLOCK`] samples, or half as many in a product, where each sample has two terms) are added
/// plainly, with an error of at most u per term; the sum of the blocks is compensated for rounding.
///
/// # Cost
///
/// A value takes N · Σ inputs·outputs multiply–adds, a gradient three times as many (twice for the first layer), and a
/// Hessian–vector product about twice as many as a gradient.
///
/// # Examples
///
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// use losscape::Objective;
///
/// const NET: Mlp = Mlp::from_widths(&[2, 2]);
/// let data = Dataset::new(&[1.0f32, 2.0], 2, Targets::Labels(&[1]))?;
/// let f = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(1)?;
/// let (params, mut grad) = ([0.0; NET.param_len()], [0.0; NET.param_len()]);
/// let mut scratch = [0.0; NET.scratch_len(1)];
/// let loss = f.value_grad(&params, &mut grad, &mut scratch);
/// assert_eq!(loss, core::f32::consts::LN_2); // two classes, no preference
/// assert_eq!(grad, [0.5, -0.5, 1.0, -1.0, 0.5, -0.5]); // x (p − y), then p − y
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct MlpObjective<'a, R: Real = f32, W = Equal> {
    pub(super) net: Mlp,
    pub(super) loss: Loss,
    pub(super) data: Dataset<'a, R>,
    pub(super) l2: R,
    pub(super) tile: usize,
    pub(super) weights: W,
}

impl<'a, R: Real> MlpObjective<'a, R> {
    /// Creates the loss of `net` on `data` with L2 strength `l2` (λ, at least zero).
    ///
    /// # Errors
    /// [`ArgError`] naming `data` (its width differs from the network's inputs), `targets` (a label without an output,
    /// or values of the wrong width or outside the loss's range), `net` (softmax of one output), `slope` (of a leaky
    /// ReLU, not above zero) or `l2`.
    pub fn new(net: Mlp, loss: Loss, data: Dataset<'a, R>, l2: R) -> Result<Self, ArgError> {
        ArgError::check_len("data", net.inputs(), data.width())?;
        net.check_slopes()?;
        loss.check(&net, &data)?;
        ArgError::check_non_negative("l2", l2)?;
        Ok(Self { net, loss, data, l2, tile: DEFAULT_TILE, weights: Equal })
    }

    /// Returns the objective with weighted samples:
    ///
    /// ```text
    /// f(θ)   = Σₖ wₖ ℓₖ / W + ½ λ ‖θ‖²,                 ℓₖ = ℓ(net(θ, xₖ), yₖ),  W = Σₖ wₖ
    /// f_B(θ) = (1/b) Σ_{k ∈ B} (N wₖ / W) ℓₖ + ½ λ ‖θ‖²
    /// ```
    ///
    /// The first sum is over all N samples, the second over a minibatch B of b samples. So the objective is the mean
    /// of the terms `N wₖ ℓₖ / W`, as [`SampledObjective`] requires. Uniformly drawn batches, even of one sample, have
    /// the gradient of f on average, and the mean of a batch is the average of the means of its parts, weighted by
    /// their sizes. Other libraries divide a batch by its own weights, `Σ_B wₖ ℓₖ / Σ_B wₖ` (as
    /// `torch.nn.CrossEntropyLoss(weight=…)` does). This gives rare heavy samples less influence than f does. Smaller
    /// batches reduce it further, and in batches of one sample the weights cancel.
    ///
    /// A sample of weight 0 is left out; a minibatch of such samples has a data loss of 0. [`accuracy`](Self::accuracy)
    /// and [`sample_value_grad`](Self::sample_value_grad) ignore weights. Every [`Loss`] supports weights. Objectives
    /// without weights need neither the memory nor the code for them.
    ///
    /// # Errors
    /// [`ArgError`] naming `weights`: the wrong number of them (one per sample or class; there are no classes if the
    /// targets are values), a negative, NaN or infinite weight, or weights that are zero for all samples.
    ///
    /// ```
    /// use losscape::models::data::{Dataset, Targets};
    /// use losscape::models::mlp::{Loss, Mlp, MlpObjective, Weights};
    /// use losscape::SampledObjective;
    /// let (net, params) = (Mlp::new(&[1, 1])?, [0.0f32, 0.0]);
    /// let rare = Dataset::new(&[1.0, 2.0, 3.0, 4.0], 1, Targets::Labels(&[0, 0, 0, 1]))?;
    /// let f = MlpObjective::new(net, Loss::MeanSquaredError, rare, 0.0)?;
    /// let mut scratch = vec![0.0; net.scratch_len(128)];
    /// assert_eq!(f.data_loss(&params, &mut scratch), 0.125); // ½ of one sample in four
    /// let f = f.with_weights(Weights::PerClass(&[1.0, 3.0]))?;
    /// assert_eq!(f.data_loss(&params, &mut scratch), 0.25); // ½ of 3 in 6
    /// // A batch of the rare sample alone has ½ · 4 · 3 / 6; the three other batches of one have 0.
    /// assert_eq!(f.batch_value_grad(&params, &[3], &mut [0.0; 2], &mut scratch), 1.0);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn with_weights<'w>(
        self,
        weights: Weights<'w, R>,
    ) -> Result<MlpObjective<'a, R, Weighted<'w, R>>, ArgError> {
        let Self { net, loss, data, l2, tile, weights: Equal } = self;
        let weights = Weighted::new(weights, &net, &data)?;
        Ok(MlpObjective { net, loss, data, l2, tile, weights })
    }
}

impl<'a, R: Real, W: Weighting<R>> MlpObjective<'a, R, W> {
    /// Returns the objective with another tile size: more samples per tile need more scratch and run faster, with the
    /// same bits. Values above [`BLOCK`] are no faster and count as [`BLOCK`].
    ///
    /// # Errors
    /// [`ArgError`] naming `tile` if it is zero.
    pub const fn with_tile(mut self, tile: usize) -> Result<Self, ArgError> {
        if tile == 0 {
            return Err(ArgError::zero("tile"));
        }
        self.tile = if tile < BLOCK { tile } else { BLOCK };
        Ok(self)
    }

    /// Returns the network.
    #[must_use]
    pub const fn net(&self) -> Mlp {
        self.net
    }

    /// Returns the samples.
    #[must_use]
    pub const fn data(&self) -> Dataset<'a, R> {
        self.data
    }

    /// Returns the mean loss of the samples, without the L2 term.
    #[must_use]
    pub fn data_loss(&self, params: &[R], scratch: &mut [R]) -> R {
        self.mean_loss(params, None, &mut [], scratch).map_or(R::INFINITY, |mean| mean.loss)
    }

    /// Returns the fraction of samples that the network classifies correctly, between 0 and 1; ties go to the first
    /// class.
    ///
    /// The class of a row of probabilities is the most probable one. For a single output the threshold is 0 with binary
    /// cross-entropy and ½ otherwise. A sample with a NaN output never counts as correct. Each sample counts once,
    /// regardless of its weight.
    ///
    /// Returns NaN if the targets are values that name no classes, or if a slice is too short.
    #[must_use]
    pub fn accuracy(&self, params: &[R], scratch: &mut [R]) -> R {
        self.count_correct(params, scratch)
            .map_or(R::NAN, |count| R::from_u32(count) / R::from_usize(self.data.len()))
    }

    /// Returns the number of misclassified samples, counted as in [`accuracy`](Self::accuracy).
    ///
    /// Returns `None` where the accuracy is NaN.
    #[must_use]
    pub fn misses(&self, params: &[R], scratch: &mut [R]) -> Option<usize> {
        let correct = self.count_correct(params, scratch)?;
        self.data.len().checked_sub(usize::try_from(correct).ok()?)
    }

    fn count_correct(&self, params: &[R], scratch: &mut [R]) -> Option<u32> {
        let outputs = self.net.outputs();
        if matches!(self.data.targets(), Targets::Values(_)) && !self.loss.has_classes(outputs) {
            return None;
        }
        let threshold = if self.loss.is_binary() { R::ZERO } else { R::HALF };
        let (mut samples, mut count) = (self.samples_of(None), 0);
        while let Some(rows) = samples.take(self.tile, BLOCK) {
            let (gathered, tape, _) = Tape::new(&self.net, rows.len(), scratch)?;
            self.pass(params, rows, gathered)?.forward(tape.acts, tape.pre)?;
            count += correct(last(tape.acts, rows.len() * outputs)?, &self.answers(rows), threshold)?;
        }
        Some(count)
    }

    /// Writes the gradient of one sample's loss, without the L2 term, to `grad`; returns that loss.
    ///
    /// Returns +∞, and fills `grad` with NaN, if the sample index is out of range or a slice has the wrong length.
    pub fn sample_value_grad(&self, params: &[R], sample: u32, grad: &mut [R], scratch: &mut [R]) -> R {
        let Self { net, loss, data, l2, tile, weights: _ } = *self;
        let equal = MlpObjective { net, loss, data, l2, tile, weights: Equal };
        equal.mean_loss(params, Some(&[sample]), grad, scratch).map_or_else(
            || {
                refuse(grad);
                R::INFINITY
            },
            |mean| mean.loss,
        )
    }

    /// Computes the mean data loss and, unless `grad` is empty, writes the *sum* of the samples' weighted gradients to
    /// it. Returns `None` if a length or an index does not fit.
    fn mean_loss(
        &self,
        params: &[R],
        batch: Option<&[u32]>,
        grad: &mut [R],
        mut scratch: &mut [R],
    ) -> Option<Mean<R>> {
        let mut samples = self.samples_of(batch);
        let mass = self.weights.mass(samples.len());
        let mut grads = BlockSum::unfilled(grad, samples.len() > BLOCK, &mut scratch)?;
        let (mut losses, mut fresh) = (LaneSum::default(), TILES);
        if !TILES || samples.len() == 0 {
            grads.block().fill(R::ZERO);
        }
        while let Some(tile) = samples.take(self.tile, BLOCK) {
            self.add_losses(params, tile, grads.block(), fresh, scratch, &mut losses)?;
            fresh = false;
            if samples.at_block(BLOCK) {
                grads.close();
            }
        }
        Some(Mean { loss: losses.total() / mass, mass })
    }

    /// Adds a tile's losses to `sum` and its gradients to `grad`; if `fresh`, overwrites `grad` instead. Returns `None`
    /// if a length or an index does not fit.
    fn add_losses(
        &self,
        params: &[R],
        rows: Rows<'_>,
        grad: &mut [R],
        fresh: bool,
        scratch: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()> {
        let (gathered, mut tape, _) = Tape::new(&self.net, rows.len(), scratch)?;
        let pass = self.pass(params, rows, gathered)?;
        pass.forward(tape.acts, tape.pre)?;
        let a = last(tape.acts, rows.len() * self.net.outputs())?;
        self.weights.head(self.loss, a, &self.answers(rows), tape.upstream.get_mut(..a.len())?, sum)?;
        if grad.is_empty() { Some(()) } else { pass.backward(&mut tape, grad, fresh) }
    }

    /// Returns all samples, or those of a minibatch.
    pub(super) fn samples_of<'b>(&self, batch: Option<&'b [u32]>) -> Rows<'b> {
        Rows::new(self.data.len(), batch)
    }

    pub(super) fn pass<'p>(
        &'p self,
        params: &'p [R],
        rows: Rows<'_>,
        gathered: &'p mut [R],
    ) -> Option<Pass<'p, R>> {
        Some(Pass { net: &self.net, params, x: rows.inputs(&self.data, gathered)?, rows: rows.len() })
    }

    pub(super) fn answers<'p>(&'p self, rows: Rows<'p>) -> Answers<'p, R> {
        Answers { rows, targets: self.data.targets(), outputs: self.net.outputs() }
    }

    /// Computes `f = mean + ½ λ ‖θ‖²`.
    fn regularised(&self, mean: R, params: &[R]) -> R {
        if self.l2 > R::ZERO { mean + R::HALF * self.l2 * dot(params, params) } else { mean }
    }

    /// Computes `sum ← sum / mass + λ at`, which turns a sum over samples into a derivative of f; fills `sum` with NaN
    /// if there is no mass.
    pub(super) fn finish(&self, sum: &mut [R], mass: Option<R>, at: &[R]) {
        let Some(mass) = mass else { return refuse(sum) };
        let share = R::ONE / mass;
        if VECTORS {
            return pair(sum, at, |g, at| g * share + self.l2 * at);
        }
        for (g, &at) in sum.iter_mut().zip(at) {
            *g = *g * share + self.l2 * at;
        }
    }

    // At opt-level `s` this would become a call, through which the compiler propagates no constants.
    #[cfg_attr(feature = "compact", inline(always))]
    fn value_grad_of(&self, params: &[R], batch: Option<&[u32]>, grad: &mut [R], scratch: &mut [R]) -> R {
        let mean = self.mean_loss(params, batch, grad, scratch);
        self.finish(grad, mean.map(|mean| mean.mass), params);
        self.regularised(mean.map_or(R::INFINITY, |mean| mean.loss), params)
    }

    /// Returns the scratch length of a gradient over this many samples.
    fn gradient_scratch_len(&self, samples: usize) -> usize {
        self.net.scratch_len(self.tile) + if samples > BLOCK { self.dim() } else { 0 }
    }
}

impl<R: Real, W: Weighting<R>> Objective<R> for MlpObjective<'_, R, W> {
    fn dim(&self) -> usize {
        self.net.param_len()
    }

    fn scratch_len(&self) -> usize {
        self.gradient_scratch_len(self.data.len())
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.regularised(self.data_loss(params, scratch), params)
    }

    // Path methods call it from several places; a pass over all samples is worth a call.
    #[inline(never)]
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.value_grad_of(params, None, grad, scratch)
    }
}

impl<R: Real, W: Weighting<R>> SampledObjective<R> for MlpObjective<'_, R, W> {
    fn samples(&self) -> usize {
        self.data.len()
    }

    fn batch_scratch_len(&self, batch: usize) -> usize {
        self.gradient_scratch_len(batch)
    }

    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R {
        self.value_grad_of(params, Some(batch), grad, scratch)
    }
}
