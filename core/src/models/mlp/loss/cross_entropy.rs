//! Cross-entropy of softmax, `−Σⱼ yⱼ ln pⱼ` with `p = softmax(a)`.
//!
//! Written as the textbook does, what a well-classified sample has left is lost: once the other classes' part of
//! Σⱼ eᵃʲ is below half a unit in the last place of the label's, the loss is ln 1 = 0 and the label's gradient p − 1 = 0,
//! and training stops because the arithmetic did (Prieto et al. 2025, "softmax collapse"). Here nothing is subtracted
//! that nearly cancels. With the largest output aₘ, eⱼ = exp(aⱼ − aₘ) and `rest` = Σ eⱼ over all j but m,
//!
//! ```text
//! loss of class y = (aₘ − aᵧ) + ln(1 + rest),   1 − pₘ = rest / (1 + rest),   1 − pⱼ = (1 + rest − eⱼ) / (1 + rest)
//! ```
//!
//! where 1 + rest − eⱼ is at least 1. Loss, gradient and product keep a relative error of a few units in the last place
//! for any finite outputs, until eⱼ underflows.

use super::softmax::{exp_of_difference, largest, sum_beside_one};
use crate::Real;
use crate::base::elementary::ln;
use crate::base::elementwise::pair;
use crate::base::rows::{rows, rows_mut};
use crate::base::target::VECTORS;
use crate::base::vector::LaneSum;
use crate::models::mlp::answers::Answers;

/// A row of numerators eⱼ.
struct Numerators<'u, R> {
    e: &'u mut [R],
    /// The largest output.
    shift: R,
    /// Σ eⱼ − 1.
    rest: R,
    /// 1 + rest, rounded.
    total: R,
    /// 1 / total.
    share: R,
}

impl<'u, R: Real> Numerators<'u, R> {
    /// Those of the outputs `a`, as [`exponentials`] wrote them.
    fn new(a: &[R], e: &'u mut [R]) -> Self {
        let rest = sum_beside_one(e);
        let total = R::ONE + rest;
        Self { e, shift: largest(a), rest, total, share: R::ONE / total }
    }

    /// ln Σ eⱼ, of which 1 + rest has lost what `total` has rounded off.
    fn ln_total(&self) -> R {
        ln(self.total) + (self.rest - (self.total - R::ONE)) * self.share
    }

    /// The sum of all numerators but this one.
    fn others(&self, e: R) -> R {
        if e >= R::ONE { self.rest } else { self.total - e }
    }

    /// The loss of a class; the numerators become its gradient.
    fn class(self, a: &[R], y: usize) -> Option<R> {
        let others = self.others(*self.e.get(y)?);
        let loss = (self.shift - *a.get(y)?) + self.ln_total();
        for e in self.e.iter_mut() {
            *e *= self.share;
        }
        *self.e.get_mut(y)? = -(others * self.share);
        Some(loss)
    }

    /// The loss of a row of probabilities y, of sum s; the numerators become its gradient
    /// `s pⱼ − yⱼ = pⱼ (s − yⱼ) − yⱼ (1 − pⱼ)`.
    #[cfg(feature = "soft-labels")]
    fn probabilities(mut self, a: &[R], y: &[R]) -> R {
        let target = Target::new(y);
        let mut loss = target.sum * self.ln_total();
        let numerators = core::mem::take(&mut self.e);
        for ((e, &a), &y) in numerators.iter_mut().zip(a).zip(y) {
            if y > R::ZERO {
                loss += y * (self.shift - a);
            }
            *e = (*e * self.share) * target.others(y) - y * (self.others(*e) * self.share);
        }
        loss
    }
}

/// What is needed of a row of probabilities.
#[cfg(feature = "soft-labels")]
struct Target<R> {
    largest: R,
    /// The sum of all but the first of the largest.
    rest: R,
    sum: R,
}

#[cfg(feature = "soft-labels")]
impl<R: Real> Target<R> {
    fn new(y: &[R]) -> Self {
        let largest = largest(y);
        let (mut rest, mut met) = (R::ZERO, false);
        for &y in y {
            if y == largest && !met {
                met = true;
            } else {
                rest += y;
            }
        }
        Self { largest, rest, sum: largest + rest }
    }

    /// The sum of all probabilities but this one.
    fn others(&self, y: R) -> R {
        if y == self.largest { self.rest } else { self.sum - y }
    }
}

/// Pushes each row's loss and writes its gradient by the outputs to `u`; `a` and `u` are rows × outputs.
pub(super) fn head<R: Real>(
    a: &[R],
    answers: &Answers<'_, R>,
    u: &mut [R],
    sum: &mut LaneSum<R>,
) -> Option<()> {
    let outputs = answers.outputs;
    exponentials(a, outputs, u);
    for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
        let numerators = Numerators::new(a, u);
        #[cfg(feature = "soft-labels")]
        if let Some(y) = answers.values(r) {
            sum.push(numerators.probabilities(a, y));
            continue;
        }
        sum.push(numerators.class(a, answers.label(r)?)?);
    }
    Some(())
}

/// Writes the gradient's derivative along `ra`, `s p ⊙ (ra − ⟨p, ra⟩)`, to `ru`.
///
/// Both differences are formed from ra − raₘ: of a well-classified sample, ⟨p, ra⟩ nearly is raₘ.
pub(super) fn head_direction<R: Real>(
    a: &[R],
    ra: &[R],
    answers: &Answers<'_, R>,
    ru: &mut [R],
) -> Option<()> {
    let outputs = answers.outputs;
    exponentials(a, outputs, ru);
    for (r, ((a, ra), ru)) in rows(a, outputs).zip(rows(ra, outputs)).zip(rows_mut(ru, outputs)).enumerate() {
        let numerators = Numerators::new(a, ru);
        let likely = a.iter().zip(ra).find(|(a, _)| **a == numerators.shift);
        let at = likely.map_or(R::ZERO, |(_, ra)| *ra);
        let mut mean = R::ZERO;
        for (p, &ra) in numerators.e.iter_mut().zip(ra) {
            *p *= numerators.share;
            mean += *p * (ra - at);
        }
        let sum = answers.mass(r);
        for (p, &ra) in numerators.e.iter_mut().zip(ra) {
            *p *= sum * ((ra - at) - mean);
        }
    }
    Some(())
}

/// `e = exp(a − max a)`, row by row.
fn exponentials<R: Real>(a: &[R], outputs: usize, e: &mut [R]) {
    for (a, e) in rows(a, outputs).zip(rows_mut(e, outputs)) {
        let shift = largest(a);
        if VECTORS {
            e.fill(shift);
            continue;
        }
        for (e, &a) in e.iter_mut().zip(a) {
            *e = exp_of_difference(a, shift);
        }
    }
    if VECTORS {
        // All rows at once, as wide as the processor can.
        pair(e, a, |shift, a| exp_of_difference(a, shift));
    }
}
