//! Losses of the residuals a − y, number by number.

use crate::Real;
use crate::base::rows::{rows, rows_mut};
use crate::base::target::VECTORS;
use crate::base::vector::{LANES, LaneSum};
use crate::models::mlp::answers::Answers;

/// Computes `share · Σⱼ f(aⱼ − yⱼ)` for each row, where `f` returns a value and a slope.
pub(super) fn head<R: Real>(
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

/// As [`head`] for rows of one number: the rows are the lanes.
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

/// Returns the slope of |x|.
#[cfg(feature = "mean-absolute-error")]
pub(super) fn sign<R: Real>(x: R) -> R {
    if x > R::ZERO {
        R::ONE
    } else if x < R::ZERO {
        -R::ONE
    } else {
        // Zero, where the two branches meet, or NaN.
        x
    }
}
