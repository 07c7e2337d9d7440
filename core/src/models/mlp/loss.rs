//! What the outputs are compared with, and how.

use super::{Mlp, tile::Rows};
use crate::base::elementary::exp;
#[cfg(feature = "binary-cross-entropy")]
use crate::base::elementary::{sigmoid, softplus};
use crate::base::rows::{rows, rows_mut};
use crate::base::target::VECTORS;
use crate::base::vector::{LANES, LaneSum};
#[cfg(feature = "softmax-cross-entropy")]
use crate::base::{elementary::ln, elementwise::each};
use crate::models::data::{Dataset, Targets};
use crate::{ArgError, Real, Reason};

/// The loss of a sample, averaged over the samples; `a` are the outputs, y the target.
///
/// | loss | of one sample | target |
/// |---|---|---|
/// | mean squared error | ½ Σⱼ (aⱼ − yⱼ)² | values, or labels as one-hot rows |
/// | mean absolute error | Σⱼ ∣aⱼ − yⱼ∣ | values, or labels as one-hot rows |
/// | softmax cross-entropy | ln Σⱼ eᵃʲ − aᵧ, in nats | labels |
/// | binary cross-entropy | Σⱼ ln(1 + eᵃʲ) − yⱼ aⱼ, in nats | labels 0 and 1, or values in [0, 1] |
///
/// The cross-entropies take logits. With one output a label is its own target value (0 or 1).
/// Mean squared error averages over samples only, `(1/2N) Σ ‖a − y‖²`.
///
/// The others belong to cargo features of their names, on by default: firmware that names none carries the code
/// of none.
///
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// let (net, params) = (Mlp::new(&[1, 2])?, [0.0f32, 0.0, 1.0, 3.0]); // says (1, 3)
/// let mut scratch = vec![0.0; net.scratch_len(1)];
/// let mut loss = |loss| {
///     let data = Dataset::new(&[0.5], 1, Targets::Labels(&[1]))?; // should say (0, 1)
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
    /// −ln softmax(a)ᵧ by the log-sum-exp of shifted logits, stable for any finite logits.
    #[cfg(feature = "softmax-cross-entropy")]
    SoftmaxCrossEntropy,
    /// The cross-entropy of independent Bernoulli outputs, stable for any finite logits.
    #[cfg(feature = "binary-cross-entropy")]
    BinaryCrossEntropy,
}

/// What the rows of a tile should have given.
pub(super) struct Answers<'b, R: Real> {
    pub(super) rows: Rows<'b>,
    pub(super) targets: Targets<'b, R>,
    pub(super) outputs: usize,
}

impl<R: Real> Answers<'_, R> {
    fn label(&self, row: usize) -> Option<usize> {
        match self.targets {
            Targets::Labels(labels) => labels.get(self.rows.sample(row)?).copied().map(usize::from),
            Targets::Values(_) => None, // refused by `Loss::check`
        }
    }

    /// The targets of all rows, of one number each.
    fn targets(&self, y: &mut [R]) -> Option<()> {
        match (self.targets, self.rows.indices()) {
            (Targets::Values(values), None) => {
                for (y, value) in y.iter_mut().zip(values.get(self.rows.sample(0)?..)?) {
                    *y = *value;
                }
            }
            (Targets::Values(values), Some(indices)) => {
                for (y, &sample) in y.iter_mut().zip(indices) {
                    *y = *values.get(sample as usize)?;
                }
            }
            (Targets::Labels(_), _) => {
                for (row, y) in y.iter_mut().enumerate() {
                    *y = self.target(row, 0)?;
                }
            }
        }
        Some(())
    }

    // A call a number; inlined, a loop over them is written out once for each kind of rows and targets.
    #[inline(never)]
    fn target(&self, row: usize, j: usize) -> Option<R> {
        let sample = self.rows.sample(row)?;
        match self.targets {
            Targets::Values(values) => values.get(sample * self.outputs + j).copied(),
            Targets::Labels(labels) => {
                let one = if self.outputs == 1 { 1 } else { j };
                Some(if usize::from(*labels.get(sample)?) == one { R::ONE } else { R::ZERO })
            }
        }
    }
}

impl Loss {
    const fn is_softmax(self) -> bool {
        #[cfg(feature = "softmax-cross-entropy")]
        return matches!(self, Self::SoftmaxCrossEntropy);
        #[cfg(not(feature = "softmax-cross-entropy"))]
        false
    }

    /// Whether outputs are logits of single classes; of others, the threshold between two classes is ½.
    pub(super) const fn is_binary(self) -> bool {
        #[cfg(feature = "binary-cross-entropy")]
        return matches!(self, Self::BinaryCrossEntropy);
        #[cfg(not(feature = "binary-cross-entropy"))]
        false
    }

    /// Refuses targets that this loss cannot compare with the outputs.
    pub(super) fn check<R: Real>(self, net: &Mlp, data: &Dataset<'_, R>) -> Result<(), ArgError> {
        let outputs = net.outputs();
        match data.targets() {
            Targets::Labels(labels) => {
                if self.is_softmax() && outputs < 2 {
                    return Err(ArgError::new("net", Reason::TooShort { needed: 2, found: outputs }));
                }
                let classes = if outputs == 1 { 2 } else { outputs };
                for (index, &label) in labels.iter().enumerate() {
                    if usize::from(label) >= classes {
                        let label = u32::from(label);
                        return Err(ArgError::new("targets", Reason::Label { index, label, classes }));
                    }
                }
                Ok(())
            }
            Targets::Values(values) => {
                if self.is_softmax() {
                    return Err(ArgError::new("targets", Reason::Targets { takes: "labels" }));
                }
                ArgError::check_len("targets", data.len() * outputs, values.len())?;
                let unit = |y: &R| *y >= R::ZERO && *y <= R::ONE;
                match values.iter().enumerate().find(|(_, y)| self.is_binary() && !unit(y)) {
                    Some((index, y)) => {
                        let value = y.to_f64();
                        Err(ArgError::new("targets", Reason::Element { index, value, range: "in [0, 1]" }))
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// Adds each row's loss to `sum` and writes `u = ∂ℓ/∂a`; `a` and `u` are rows × outputs.
    ///
    /// Nothing if there is no answer to a row.
    pub(super) fn head<R: Real>(
        self,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()> {
        match self {
            #[cfg(feature = "softmax-cross-entropy")]
            Self::SoftmaxCrossEntropy => {
                let outputs = answers.outputs;
                softmax_numerators(a, outputs, u);
                for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
                    let y = answers.label(r)?;
                    let total = in_order(u);
                    sum.push((largest(a) - *a.get(y)?) + ln(total));
                    normalise(u, total);
                    *u.get_mut(y)? -= R::ONE;
                }
                Some(())
            }
            #[cfg(feature = "binary-cross-entropy")]
            Self::BinaryCrossEntropy => {
                let outputs = answers.outputs;
                for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
                    let mut loss = R::ZERO;
                    for (j, (&a, u)) in a.iter().zip(u).enumerate() {
                        let y = answers.target(r, j)?;
                        let positive = if a > R::ZERO { a } else { R::ZERO };
                        loss += (positive - a * y) + softplus(-a.abs());
                        *u = sigmoid(a) - y;
                    }
                    sum.push(loss);
                }
                Some(())
            }
            Self::MeanSquaredError => residuals(a, answers, u, sum, R::HALF, |r| (r * r, r)),
            #[cfg(feature = "mean-absolute-error")]
            Self::MeanAbsoluteError => residuals(a, answers, u, sum, R::ONE, |r| (r.abs(), sign(r))),
        }
    }

    /// Writes `u = ∂ℓ/∂a` and its derivative `ru = (∂²ℓ/∂a²) ra` along a direction.
    pub(super) fn head_direction<R: Real>(
        self,
        a: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        ru: &mut [R],
    ) -> Option<()> {
        self.head(a, answers, u, &mut LaneSum::default())?;
        match self {
            #[cfg(feature = "softmax-cross-entropy")]
            Self::SoftmaxCrossEntropy => {
                // ru = p ⊙ (ra − ⟨p, ra⟩), with p = u + onehot(y) made anew so that p_y keeps its bits.
                let outputs = answers.outputs;
                softmax_numerators(a, outputs, ru);
                for (ra, p) in rows(ra, outputs).zip(rows_mut(ru, outputs)) {
                    let total = in_order(p);
                    normalise(p, total);
                    let mut mean = R::ZERO;
                    for (&p, &ra) in p.iter().zip(ra) {
                        mean += p * ra;
                    }
                    for (p, &ra) in p.iter_mut().zip(ra) {
                        *p *= ra - mean;
                    }
                }
            }
            #[cfg(feature = "binary-cross-entropy")]
            Self::BinaryCrossEntropy => {
                for ((ru, &a), &ra) in ru.iter_mut().zip(a).zip(ra) {
                    let p = sigmoid(a);
                    *ru = p * (R::ONE - p) * ra;
                }
            }
            Self::MeanSquaredError => ru.copy_from_slice(ra),
            #[cfg(feature = "mean-absolute-error")]
            Self::MeanAbsoluteError => ru.fill(R::ZERO),
        }
        Some(())
    }
}

/// `share · Σⱼ f(aⱼ − yⱼ)` of each row, with f and its slope.
fn residuals<R: Real>(
    a: &[R],
    answers: &Answers<'_, R>,
    u: &mut [R],
    sum: &mut LaneSum<R>,
    share: R,
    f: impl Fn(R) -> (R, R),
) -> Option<()> {
    let outputs = answers.outputs;
    if VECTORS && outputs == 1 {
        return single_residuals(a, answers, u, sum, share, f);
    }
    for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
        let mut loss = R::ZERO;
        for (j, (&a, u)) in a.iter().zip(u).enumerate() {
            let (value, slope) = f(a - answers.target(r, j)?);
            loss += value;
            *u = slope;
        }
        sum.push(share * loss);
    }
    Some(())
}

/// The same of rows of one number: they are the lanes.
fn single_residuals<R: Real>(
    a: &[R],
    answers: &Answers<'_, R>,
    u: &mut [R],
    sum: &mut LaneSum<R>,
    share: R,
    f: impl Fn(R) -> (R, R),
) -> Option<()> {
    answers.targets(u)?;
    let loss = |a: R, u: &mut R| {
        let (value, slope) = f(a - *u);
        *u = slope;
        share * value
    };
    let (groups, rest) = a.as_chunks::<LANES>();
    let (group_u, rest_u) = u.as_chunks_mut::<LANES>();
    for (a, u) in groups.iter().zip(group_u) {
        let mut losses = [R::ZERO; LANES];
        for k in 0..LANES {
            losses[k] = loss(a[k], &mut u[k]);
        }
        sum.push_all(&losses);
    }
    for (&a, u) in rest.iter().zip(rest_u) {
        sum.push(loss(a, u));
    }
    Some(())
}

/// The class that a row of outputs names: the first of the largest, or for one output whether it lies
/// above `threshold`.
pub(super) fn classify<R: Real>(a: &[R], threshold: R) -> usize {
    let Some((&first, others)) = a.split_first() else { return 0 };
    if others.is_empty() {
        return usize::from(first > threshold);
    }
    let (mut best, mut most) = (0, first);
    for (j, &value) in (1..).zip(others) {
        if value > most {
            (best, most) = (j, value);
        }
    }
    best
}

impl Mlp {
    /// The class that the outputs of one sample name: the first of the largest; of a single output,
    /// whether it lies above `threshold` (0 for a logit, ½ for a value between 0 and 1).
    ///
    /// Precondition: `outputs.len() = outputs()`.
    #[must_use]
    pub fn classify<R: Real>(&self, outputs: &[R], threshold: R) -> usize {
        debug_assert_eq!(outputs.len(), self.outputs(), "classify: outputs");
        classify(outputs, threshold)
    }
}

/// Turns a row of outputs into the probabilities that softmax cross-entropy compares:
/// `aⱼ ← exp(aⱼ − max a) / Σₖ exp(aₖ − max a)`.
///
/// ```
/// use losscape::models::mlp::softmax;
/// let mut outputs = [1e4f32, 1e4];
/// softmax(&mut outputs);
/// assert_eq!(outputs, [0.5, 0.5]);
/// ```
pub fn softmax<R: Real>(outputs: &mut [R]) {
    let shift = largest(outputs);
    for a in outputs.iter_mut() {
        *a = exp(*a - shift);
    }
    let total = in_order(outputs);
    normalise(outputs, total);
}

/// How many rows of outputs are named by their label.
pub(super) fn correct<R: Real>(a: &[R], answers: &Answers<'_, R>, threshold: R) -> Option<u32> {
    let mut count = 0;
    for (r, a) in rows(a, answers.outputs).enumerate() {
        count += u32::from(classify(a, threshold) == answers.label(r)?);
    }
    Some(count)
}

/// `u = exp(a − max a)`, row by row.
#[cfg(feature = "softmax-cross-entropy")]
fn softmax_numerators<R: Real>(a: &[R], outputs: usize, u: &mut [R]) {
    for (a, u) in rows(a, outputs).zip(rows_mut(u, outputs)) {
        let shift = largest(a);
        for (&a, u) in a.iter().zip(u) {
            *u = a - shift;
        }
    }
    each(u, exp);
}

fn normalise<R: Real>(p: &mut [R], total: R) {
    let share = R::ONE / total;
    for p in p {
        *p *= share;
    }
}

/// Of nothing, −∞.
fn largest<R: Real>(a: &[R]) -> R {
    let Some((&first, others)) = a.split_first() else { return -R::INFINITY };
    let mut most = first;
    for &a in others {
        most = most.or_larger(a);
    }
    most
}

/// The sum of a row in index order.
fn in_order<R: Real>(row: &[R]) -> R {
    let mut sum = R::ZERO;
    for &x in row {
        sum += x;
    }
    sum
}

#[cfg(feature = "mean-absolute-error")]
fn sign<R: Real>(x: R) -> R {
    if x > R::ZERO {
        R::ONE
    } else if x < R::ZERO {
        -R::ONE
    } else {
        // Zero stays, and so does NaN.
        x
    }
}
