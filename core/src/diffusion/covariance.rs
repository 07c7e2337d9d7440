//! The covariance of per-sample gradients.

use crate::base::layout::{area, cut, total};
use crate::base::rows::{row, row_mut, rows};
use crate::base::vector::{LaneSum, axpy, dot, unit_scale};
use crate::{ArgError, Real, Reason, SampledObjective};

/// The memory layout of a [`GradientCovariance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradientCovarianceLayout {
    samples: usize,
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    /// samples × dim: the gradients, later their deviations from the mean.
    grads: &'w mut [R],
    /// samples × samples.
    gram: &'w mut [R],
    mean: &'w mut [R],
    scratch: &'w mut [R],
}

impl GradientCovarianceLayout {
    /// Creates the layout for N samples, n parameters and the objective's scratch for a batch of one.
    #[must_use]
    pub const fn new(samples: usize, dim: usize, scratch_len: usize) -> Self {
        Self { samples, dim, scratch: scratch_len }
    }

    /// Returns the minimum length of the memory: N n + N² + n plus the scratch.
    #[must_use]
    pub const fn len(self) -> usize {
        let Self { samples, dim, scratch } = self;
        total([area(samples, dim), area(samples, samples), dim, scratch])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, memory: &mut [R]) -> Option<Parts<'_, R>> {
        let Self { samples, dim, scratch } = self;
        let ([grads, gram, mean], rest) = cut(memory, [area(samples, dim), area(samples, samples), dim])?;
        Some(Parts { grads, gram, mean, scratch: rest.get_mut(..scratch)? })
    }
}

/// The outcome of a step of a [`GradientCovariance`].
#[must_use = "a step may have refused"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum CovarianceStep {
    /// The gradient of one sample was computed.
    Gradient {
        /// The index of the sample.
        sample: u32,
    },
    /// One row of the Gram matrix was computed.
    Row {
        /// The index of the row's sample.
        sample: u32,
    },
    /// All gradients and rows are done.
    Done,
    /// A sample's gradient is not finite, so the covariance is undefined.
    NotFinite {
        /// The index of the sample.
        sample: u32,
    },
    /// The memory has changed length since the covariance was created, or the objective is a different one;
    /// nothing was done.
    MemoryChanged,
}

/// The covariance of the gradient noise at a point:
///
/// ```text
/// D = (1/N) Σₖ (gₖ − ḡ)(gₖ − ḡ)ᵀ,    ḡ = (1/N) Σₖ gₖ
/// ```
///
/// (Chaudhari & Soatto 2018). A penalty adds the same term to all gradients, so it does not change D. Instead
/// of the n × n numbers of D, the N × N [Gram matrix](Self::gram) `(gᵢ − ḡ)·(gⱼ − ḡ) / N` is stored, which
/// has the same non-zero eigenvalues, at most N − 1 of them. The noise of a batch has the covariance D times
/// a [factor](BatchNoise::factor) that depends on how the batch is drawn.
///
/// # Shapes
///
/// | argument | length                              | contents                |
/// |----------|-------------------------------------|-------------------------|
/// | `memory` | [`GradientCovarianceLayout::len`]   | need not be initialised |
///
/// # Cost
/// The total is N steps of one sample's gradient, and N steps of N n multiplications.
///
/// # Examples
/// ```
/// use losscape::diffusion::{CovarianceStep, GradientCovariance, GradientCovarianceLayout};
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
///
/// // Gradients of ½ (w x + b)² at w = 0, b = 1: (x, 1).
/// const NET: Mlp = Mlp::from_widths(&[1, 1]);
/// let data = Dataset::new(&[1.0f64, 3.0], 1, Targets::Values(&[0.0, 0.0]))?;
/// let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0)?.with_tile(1)?;
/// let mut memory = [0.0; GradientCovarianceLayout::new(2, 2, NET.scratch_len(1)).len()];
/// let mut covariance = GradientCovariance::new(&f, &mut memory)?;
/// while covariance.step(&f, &[0.0, 1.0]) != CovarianceStep::Done {}
/// assert_eq!(covariance.trace(), 1.0); // the variance of x
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientCovariance<R: Real, M> {
    layout: GradientCovarianceLayout,
    memory: M,
    done: usize,
    trace: R,
    /// A power of two that brings the largest entry near one; without it, the squares might overflow or
    /// vanish.
    unit: R,
    /// ‖D‖², scaled.
    square: R,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> GradientCovariance<R, M> {
    /// Creates a covariance with no gradients computed.
    ///
    /// # Errors
    /// [`ArgError`] naming `samples` (none, or more than a `u32` counts) or `memory` (too short).
    pub fn new<F: SampledObjective<R> + ?Sized>(objective: &F, memory: M) -> Result<Self, ArgError> {
        let (samples, dim) = (objective.samples(), objective.dim());
        ArgError::check_count("samples", samples)?;
        if u32::try_from(samples).is_err() {
            return Err(ArgError::new("samples", Reason::Overflow));
        }
        let layout = GradientCovarianceLayout::new(samples, dim, objective.batch_scratch_len(1));
        ArgError::check_min_len("memory", layout.len(), memory.as_ref().len())?;
        Ok(Self { layout, memory, done: 0, trace: R::ZERO, unit: R::ONE, square: R::ZERO })
    }

    /// Computes one more gradient at `params`, or one more row; `objective` must be the one given at
    /// construction.
    pub fn step<F: SampledObjective<R> + ?Sized>(&mut self, objective: &F, params: &[R]) -> CovarianceStep {
        self.next(objective, params).unwrap_or(CovarianceStep::MemoryChanged)
    }

    fn next<F: SampledObjective<R> + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
    ) -> Option<CovarianceStep> {
        let (GradientCovarianceLayout { samples, dim, .. }, k) = (self.layout, self.done);
        if objective.dim() != dim || objective.samples() != samples || params.len() != dim {
            return None;
        }
        if k >= 2 * samples {
            return Some(CovarianceStep::Done);
        }
        let Parts { grads, gram, mean, scratch } = self.layout.split(self.memory.as_mut())?;
        let sample = u32::try_from(k % samples).ok()?;
        if k < samples {
            let grad = row_mut(grads, dim, k)?;
            let value = objective.batch_value_grad(params, &[sample], grad, scratch);
            if !(value.is_finite() && grad.iter().all(|g| g.is_finite())) {
                return Some(CovarianceStep::NotFinite { sample });
            }
            if k == 0 {
                mean.fill(R::ZERO);
            }
            // The running mean does not overflow unless the gradients do.
            let weight = R::ONE / R::from_usize(k + 1);
            for (mean, g) in mean.iter_mut().zip(&*grad) {
                *mean += (*g - *mean) * weight;
            }
            if k + 1 == samples {
                for grad in grads.chunks_exact_mut(dim.max(1)) {
                    axpy(-R::ONE, mean, grad);
                }
            }
            self.done += 1;
            return Some(CovarianceStep::Gradient { sample });
        }
        let i = k - samples;
        let (all, own) = (R::from_usize(samples), row(grads, dim, i)?);
        let products = row_mut(gram, samples, i)?;
        for (j, (out, other)) in products.iter_mut().zip(rows(grads, dim)).enumerate() {
            *out = dot(own, other) / all;
            if i == j {
                self.trace += *out;
            }
        }
        let own = unit_scale(products);
        let unit = if self.square > R::ZERO { self.unit.or_smaller(own) } else { own };
        let mut squares = LaneSum::default();
        products.iter().for_each(|x| squares.push((unit * *x) * (unit * *x)));
        let change = unit / self.unit;
        self.square = self.square * change * change + squares.total();
        self.unit = unit;
        self.done += 1;
        Some(CovarianceStep::Row { sample })
    }

    /// Returns tr D; complete once [`step`](Self::step) has returned [`Done`](CovarianceStep::Done).
    #[must_use]
    pub const fn trace(&self) -> R {
        self.trace
    }

    /// Returns `(tr D)² / ‖D‖²`, the number of directions among which the trace would be divided equally,
    /// from 1 to N − 1.
    ///
    /// NaN without noise.
    #[must_use]
    pub fn participation_ratio(&self) -> R {
        let trace = self.unit * self.trace;
        trace / (self.square / trace)
    }

    /// Returns the mean of the gradients computed so far; meaningless before the first. `None` if the memory
    /// has become too short.
    #[must_use]
    pub fn mean(&mut self) -> Option<&[R]> {
        self.layout.split(self.memory.as_mut()).map(|parts| &*parts.mean)
    }

    /// Returns the Gram matrix, N × N, or `None` before it is complete.
    /// [`eigenvalues`](crate::curvature::eigenvalues) may overwrite it.
    #[must_use]
    pub fn gram(&mut self) -> Option<&mut [R]> {
        if self.done < 2 * self.layout.samples {
            return None;
        }
        self.layout.split(self.memory.as_mut()).map(|parts| parts.gram)
    }
}

/// Returns how many of the largest eigenvalues hold a fraction of the trace.
///
/// `eigenvalues` must be ascending; negative ones (rounding) count as zero. If one is NaN, the result is the
/// number of all eigenvalues.
///
/// A rank is less informative: with the threshold λmax · n · ε used elsewhere, it depends on the precision
/// more than on D.
///
/// ```
/// assert_eq!(losscape::diffusion::trace_quantile(&[0.0f32, 1.0, 2.0, 7.0], 0.9), 2);
/// ```
#[must_use]
pub fn trace_quantile<R: Real>(eigenvalues: &[R], fraction: R) -> usize {
    let positive = |x: &R| if *x <= R::ZERO { R::ZERO } else { *x };
    let mut whole = R::ZERO;
    for x in eigenvalues {
        whole += positive(x);
    }
    let mut sum = R::ZERO;
    for (k, x) in eigenvalues.iter().rev().enumerate() {
        if sum >= fraction * whole {
            return k;
        }
        sum += positive(x);
    }
    eigenvalues.len()
}

/// The sampling scheme of a batch, for the covariance of its mean gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchNoise {
    /// Samples are drawn independently, with repeats.
    WithReplacement,
    /// Samples do not repeat within a batch, and batches are independent. Shuffled epochs have this
    /// covariance in every single step, but the steps of one epoch are anti-correlated: see
    /// [`shuffled_variance`].
    WithoutReplacement,
}

impl BatchNoise {
    /// Returns the ratio of the covariance of a batch of b out of N samples to D: 1/b with replacement,
    /// `(N − b) / (b (N − 1))` without.
    ///
    /// Chaudhari & Soatto (2018) give `(1 − b/N)/b` to leading order; their appendix has a factor
    /// `1 − 1/(N − 1)` where enumeration gives `N/(N − 1)`.
    ///
    /// # Errors
    /// [`ArgError`] naming `batch_size` or `samples` if zero, or `batch_size` if it exceeds N without
    /// replacement.
    ///
    /// ```
    /// use losscape::diffusion::BatchNoise;
    /// assert_eq!(BatchNoise::WithReplacement.factor(4, 5), Ok(0.25f64));
    /// assert_eq!(BatchNoise::WithoutReplacement.factor(4, 5), Ok(0.0625f64));
    /// assert_eq!(BatchNoise::WithoutReplacement.factor(5, 5), Ok(0.0f64));
    /// ```
    pub fn factor<R: Real>(self, batch_size: u32, samples: u32) -> Result<R, ArgError> {
        ArgError::check_count("batch_size", batch_size as usize)?;
        ArgError::check_count("samples", samples as usize)?;
        let (b, n) = (R::from_u32(batch_size), R::from_u32(samples));
        match self {
            Self::WithReplacement => Ok(R::ONE / b),
            Self::WithoutReplacement if batch_size > samples => {
                let (limit, found) = (samples as usize, batch_size as usize);
                Err(ArgError::new("batch_size", Reason::TooMany { limit, found }))
            }
            Self::WithoutReplacement if batch_size == samples => Ok(R::ZERO),
            Self::WithoutReplacement => Ok(R::from_u32(samples - batch_size) / (b * (n - R::ONE))),
        }
    }
}

/// Computes the variance of descent with shuffled batches of one, at the ends of epochs.
///
/// The loss consists of N parabolas `λ/2 (x − cₖ)²` whose centres have the variance s². The result is the
/// variance of x divided by `s²`:
///
/// ```text
/// (ηλ)² N/(N−1) (S₂ − S₁²/N) / (1 − q²ᴺ),   q = 1 − ηλ,   S₁ = (1 − qᴺ)/(1 − q),   S₂ = (1 − q²ᴺ)/(1 − q²)
/// ```
///
/// As ηλN tends to zero, the ratio falls far below that of independent draws, `ηλ / (2 − ηλ)`: in flat
/// directions, shuffling removes the noise.
///
/// # Errors
/// [`ArgError`] naming `step` (ηλ, not in (0, 2)) or `samples` (fewer than two).
///
/// # Cost
/// A loop over the samples, with one division each.
///
/// ```
/// let shuffled = losscape::diffusion::shuffled_variance(10, 0.1f64)?;
/// assert!((shuffled / (0.1 / 1.9) - 0.091_585_5).abs() < 1e-7);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn shuffled_variance<R: Real>(samples: u32, step: R) -> Result<R, ArgError> {
    ArgError::check_range("step", step, step > R::ZERO && step < R::TWO, "in (0, 2)")?;
    ArgError::check_range("samples", f64::from(samples), samples > 1, "at least 2")?;
    let n = R::from_u32(samples);
    // S₂ − S₁²/N is N times the variance of the powers qᵏ. It may be tiny, so deviations are summed. The
    // power is computed by squaring.
    let q = R::ONE - step;
    let (mut mean, mut squares, mut power) = (R::ZERO, R::ZERO, R::ONE);
    for k in 0..samples {
        // A running mean and sum of squared deviations (Welford 1962).
        let away = power - mean;
        mean += away / R::from_u32(k + 1);
        squares += away * (power - mean);
        power *= q;
    }
    Ok(step * step * n / (n - R::ONE) * squares / ((R::ONE - power) * (R::ONE + power)))
}
