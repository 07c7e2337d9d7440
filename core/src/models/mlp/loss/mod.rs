//! Loss functions.

#[cfg(feature = "binary-cross-entropy")]
mod binary;
#[cfg(feature = "softmax-cross-entropy")]
mod cross_entropy;
mod residual;
mod softmax;

pub use softmax::softmax;

use super::Mlp;
use super::answers::Answers;
use crate::base::rows::{copy, rows};
use crate::base::vector::LaneSum;
use crate::models::data::{Dataset, Targets};
use crate::{ArgError, Real, Reason};

/// The loss of a sample, averaged over the samples; a are the outputs and y the target.
///
/// | loss | of one sample | target |
/// |---|---|---|
/// | mean squared error | ½ Σⱼ (aⱼ − yⱼ)² | values, or labels as one-hot rows |
/// | mean absolute error | Σⱼ ∣aⱼ − yⱼ∣ | values, or labels as one-hot rows |
/// | softmax cross-entropy | −Σⱼ yⱼ ln softmax(a)ⱼ, in nats | labels, or rows of probabilities |
/// | binary cross-entropy | −Σⱼ yⱼ ln σ(aⱼ) + (1 − yⱼ) ln σ(−aⱼ), in nats | labels 0 and 1, or probabilities |
///
/// The cross-entropies take logits. With one output, a label is itself the target value (0 or 1). The mean squared
/// error averages over samples only, `(1/2N) Σ ‖a − y‖²`. Samples or classes may have weights, see
/// [`MlpObjective::with_weights`](super::MlpObjective::with_weights).
///
/// Rows of probabilities, as in label smoothing and distillation, are values of at least 0 that sum to 1 within 10⁻³,
/// so that rows stored in half precision pass. A row with a sum s other than 1 weights its sample by s.
///
/// # Error
///
/// The cross-entropies and their derivatives with respect to the outputs have a relative error of at most 10⁻⁶ in
/// `f32`, for labels, up to 10 classes and any finite outputs, until they underflow. Even a sample classified correctly
/// beyond doubt therefore keeps its loss, gradient and curvature. For probabilities the error is relative to the two
/// terms of `s p − y`.
///
/// Every loss except mean squared error needs the cargo feature of its name. All of these features are on by default;
/// firmware that turns them off carries no code for them.
///
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// let (net, params) = (Mlp::new(&[1, 2])?, [0.0f32, 0.0, 1.0, 3.0]); // outputs (1, 3)
/// let mut scratch = vec![0.0; net.scratch_len(1)];
/// let mut loss = |loss| {
///     let data = Dataset::new(&[0.5], 1, Targets::Labels(&[1]))?; // the target is (0, 1)
///     Ok(MlpObjective::new(net, loss, data, 0.0)?.with_tile(1)?.data_loss(&params, &mut scratch))
/// };
/// assert_eq!(loss(Loss::MeanSquaredError)?, 2.5); // (1² + 2²) / 2
/// assert_eq!(loss(Loss::MeanAbsoluteError)?, 3.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// ½ ‖a − y‖².
    MeanSquaredError,
    /// ‖a − y‖₁, with slope 0 where a = y.
    #[cfg(feature = "mean-absolute-error")]
    MeanAbsoluteError,
    /// −Σⱼ yⱼ ln softmax(a)ⱼ.
    #[cfg(feature = "softmax-cross-entropy")]
    SoftmaxCrossEntropy,
    /// The cross-entropy of independent Bernoulli outputs.
    #[cfg(feature = "binary-cross-entropy")]
    BinaryCrossEntropy,
}

impl Loss {
    const fn is_softmax(self) -> bool {
        #[cfg(feature = "softmax-cross-entropy")]
        return matches!(self, Self::SoftmaxCrossEntropy);
        #[cfg(not(feature = "softmax-cross-entropy"))]
        false
    }

    /// Returns whether adding the same number to all outputs of a sample leaves the loss unchanged.
    pub(super) const fn sees_no_shift(self) -> bool {
        self.is_softmax()
    }

    /// Returns whether outputs are logits of single classes; otherwise the threshold between two classes is ½.
    pub(super) const fn is_binary(self) -> bool {
        #[cfg(feature = "binary-cross-entropy")]
        return matches!(self, Self::BinaryCrossEntropy);
        #[cfg(not(feature = "binary-cross-entropy"))]
        false
    }

    /// Checks that this loss can compare the targets with the outputs.
    pub(super) fn check<R: Real>(self, net: &Mlp, data: &Dataset<'_, R>) -> Result<(), ArgError> {
        let outputs = net.outputs();
        if self.is_softmax() && outputs < 2 {
            return Err(ArgError::new("net", Reason::TooShort { needed: 2, found: outputs }));
        }
        match data.targets() {
            Targets::Labels(labels) => check_labels(labels, if outputs == 1 { 2 } else { outputs }),
            Targets::Values(_) if self.is_softmax() && !cfg!(feature = "soft-labels") => {
                Err(ArgError::new("targets", Reason::LeftOut))
            }
            Targets::Values(values) => {
                ArgError::check_len("targets", data.len().saturating_mul(outputs), values.len())?;
                if self.is_softmax() || self.is_binary() {
                    check_unit_interval(values)?;
                }
                if self.is_softmax() { check_sums(values, outputs) } else { Ok(()) }
            }
        }
    }

    /// Returns whether targets that are values name a class, the most probable one.
    pub(super) const fn has_classes(self, outputs: usize) -> bool {
        cfg!(feature = "soft-labels") && (self.is_softmax() || self.is_binary() && outputs == 1)
    }

    /// Adds each row's loss to `sum` and writes `u = ∂ℓ/∂a`; `a` and `u` are rows × outputs. Returns `None` if a row
    /// has no target.
    pub(super) fn head<R: Real>(
        self,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()> {
        match self {
            #[cfg(feature = "softmax-cross-entropy")]
            Self::SoftmaxCrossEntropy => cross_entropy::head(a, answers, u, sum),
            #[cfg(feature = "binary-cross-entropy")]
            Self::BinaryCrossEntropy => binary::head(a, answers, u, sum),
            Self::MeanSquaredError => residual::head(a, answers, u, sum, R::HALF, |r| (r * r, r)),
            #[cfg(feature = "mean-absolute-error")]
            Self::MeanAbsoluteError => {
                residual::head(a, answers, u, sum, R::ONE, |r| (r.abs(), residual::sign(r)))
            }
        }
    }

    /// Writes `u = ∂ℓ/∂a`, and to `kept` (rows × outputs) the values that [`head_direction`](Self::head_direction)
    /// needs. Returns `None` if a row has no target.
    pub(super) fn keep<R: Real>(
        self,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        kept: &mut [R],
    ) -> Option<()> {
        let _ = &kept; // some losses need nothing
        match self {
            #[cfg(feature = "softmax-cross-entropy")]
            Self::SoftmaxCrossEntropy => cross_entropy::keep(a, answers, u, kept),
            #[cfg(feature = "binary-cross-entropy")]
            Self::BinaryCrossEntropy => {
                binary::keep(a, kept);
                self.head(a, answers, u, &mut LaneSum::default())
            }
            Self::MeanSquaredError => self.head(a, answers, u, &mut LaneSum::default()),
            #[cfg(feature = "mean-absolute-error")]
            Self::MeanAbsoluteError => self.head(a, answers, u, &mut LaneSum::default()),
        }
    }

    /// Writes the derivative of `∂ℓ/∂a` along `K` directions abreast, `ru = (∂²ℓ/∂a²) ra`, after [`keep`](Self::keep);
    /// `ra` and `ru` are rows × outputs × `K`. Returns `None` if a length does not fit.
    #[cfg_attr(
        not(feature = "softmax-cross-entropy"),
        allow(unused_variables, reason = "only losses of probabilities need `kept` and `answers`")
    )]
    pub(super) fn head_direction<R: Real, const K: usize>(
        self,
        kept: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        ru: &mut [R],
    ) -> Option<()> {
        match self {
            #[cfg(feature = "softmax-cross-entropy")]
            Self::SoftmaxCrossEntropy => return cross_entropy::head_direction::<R, K>(kept, ra, answers, ru),
            #[cfg(feature = "binary-cross-entropy")]
            Self::BinaryCrossEntropy => binary::head_direction::<R, K>(kept, ra, ru),
            Self::MeanSquaredError => copy(ra, ru),
            #[cfg(feature = "mean-absolute-error")]
            Self::MeanAbsoluteError => ru.fill(R::ZERO),
        }
        Some(())
    }
}

/// Checks that labels are below the number of classes.
fn check_labels(labels: &[u8], classes: usize) -> Result<(), ArgError> {
    match labels.iter().enumerate().find(|(_, label)| usize::from(**label) >= classes) {
        None => Ok(()),
        Some((index, &label)) => {
            Err(ArgError::new("targets", Reason::Label { index, label: u32::from(label), classes }))
        }
    }
}

fn check_unit_interval<R: Real>(values: &[R]) -> Result<(), ArgError> {
    match values.iter().enumerate().find(|(_, y)| !(**y >= R::ZERO && **y <= R::ONE)) {
        None => Ok(()),
        Some((index, y)) => {
            Err(ArgError::new("targets", Reason::Element { index, value: y.to_f64(), range: "in [0, 1]" }))
        }
    }
}

/// Checks that rows sum to 1 within [`SUM_TOLERANCE`].
fn check_sums<R: Real>(values: &[R], outputs: usize) -> Result<(), ArgError> {
    for (row, y) in rows(values, outputs).enumerate() {
        let sum = softmax::in_order(y);
        if (sum - R::ONE).abs() > R::from_f64(SUM_TOLERANCE) {
            return Err(ArgError::new("targets", Reason::RowSum { row, sum: sum.to_f64() }));
        }
    }
    Ok(())
}

/// The allowed deviation of a row's sum from 1.
const SUM_TOLERANCE: f64 = 1e-3;
