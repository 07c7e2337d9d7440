//! Softmax of a row, and the parts that make up its cross-entropy.

use crate::Real;
use crate::base::elementary::exp;

/// Converts a row of outputs into the probabilities of softmax cross-entropy:
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

/// Computes `exp(a − shift)`, corrected for the rounding of the difference, which can change the result by 64
/// units in the last place. The rounding error is found exactly (Knuth 1997, section 4.2.2, theorem C).
#[inline(always)]
pub(super) fn exp_of_difference<R: Real>(a: R, shift: R) -> R {
    let difference = a - shift;
    let part = difference - a;
    let lost = (a - (difference - part)) - (shift + part);
    let e = exp(difference);
    // An infinite difference makes the correction NaN.
    if e > R::ZERO { e + e * lost } else { e }
}

/// Computes `Σⱼ eⱼ − 1` for numerators of which the largest is 1, without losing the small ones.
pub(super) fn sum_beside_one<R: Real>(e: &[R]) -> R {
    let mut ones = 0;
    for &e in e {
        ones += u32::from(e >= R::ONE);
    }
    let mut small = R::ZERO;
    for &e in e {
        // NaN is not at least one, so it enters the sum.
        small += if e >= R::ONE { R::ZERO } else { e };
    }
    (R::from_u32(ones) - R::ONE) + small
}

/// Returns the sum of a row in index order.
pub(super) fn in_order<R: Real>(row: &[R]) -> R {
    let mut sum = R::ZERO;
    for &x in row {
        sum += x;
    }
    sum
}

/// Returns the largest number, or −∞ for an empty row. A NaN in first place is returned; other NaNs are ignored.
pub(super) fn largest<R: Real>(row: &[R]) -> R {
    let Some((&first, others)) = row.split_first() else { return -R::INFINITY };
    let mut most = first;
    for &x in others {
        most = most.or_larger(x);
    }
    most
}
