//! Softmax of a row, and the parts of which its cross-entropy is made.

use crate::Real;
use crate::base::elementary::exp;

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
        *a = exp_of_difference(*a, shift);
    }
    let share = R::ONE / (R::ONE + sum_beside_one(outputs));
    outputs.iter_mut().for_each(|p| *p *= share);
}

/// `exp(a − shift)`, without what the difference rounds off, which is as much as 64 units in the last place of the
/// result. The rounding is found exactly (Knuth 1997, section 4.2.2, theorem C).
#[inline(always)]
pub(super) fn exp_of_difference<R: Real>(a: R, shift: R) -> R {
    let difference = a - shift;
    let part = difference - a;
    let lost = (a - (difference - part)) - (shift + part);
    let e = exp(difference);
    // An infinite difference has lost NaN.
    if e > R::ZERO { e + e * lost } else { e }
}

/// `Σⱼ eⱼ − 1` of numerators of which the largest is 1, without losing the small ones beside it.
pub(super) fn sum_beside_one<R: Real>(e: &[R]) -> R {
    let mut ones = 0;
    for &e in e {
        ones += u32::from(e >= R::ONE);
    }
    let mut small = R::ZERO;
    for &e in e {
        // NaN is not at least one, and must be seen.
        small += if e >= R::ONE { R::ZERO } else { e };
    }
    (R::from_u32(ones) - R::ONE) + small
}

/// The sum of a row in index order.
pub(super) fn in_order<R: Real>(row: &[R]) -> R {
    let mut sum = R::ZERO;
    for &x in row {
        sum += x;
    }
    sum
}

/// The largest number; −∞ for an empty row. NaN in front stays, elsewhere it is passed over.
pub(super) fn largest<R: Real>(row: &[R]) -> R {
    let Some((&first, others)) = row.split_first() else { return -R::INFINITY };
    let mut most = first;
    for &x in others {
        most = most.or_larger(x);
    }
    most
}
