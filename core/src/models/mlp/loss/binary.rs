//! Cross-entropy of independent Bernoulli outputs, `−y ln p − (1 − y) ln(1 − p)` with `p = σ(a)`.
//!
//! No subtraction cancels: 1 − p is σ(−a); the smaller of p and 1 − p is computed and the larger is one minus it. So
//! well-classified samples keep their loss, gradient and curvature.

use crate::Real;
use crate::base::elementary::{sigmoid, softplus};
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::LaneSum;
use crate::models::mlp::answers::Answers;

/// Pushes each row's loss `Σⱼ (1 − yⱼ) max(aⱼ, 0) + yⱼ max(−aⱼ, 0) + ln(1 + exp(−|aⱼ|))` and writes its gradient with
/// respect to the outputs, `(1 − y) p − y (1 − p)`, to `u`.
pub(super) fn head<R: Real>(
    a: &[R],
    answers: &Answers<'_, R>,
    u: &mut [R],
    sum: &mut LaneSum<R>,
) -> Option<()> {
    let outputs = answers.outputs;
    for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
        let mut loss = R::ZERO;
        for (j, (&a, u)) in a.iter().zip(u).enumerate() {
            let y = answers.target(r, j)?;
            let (p, not_p) = probabilities(a);
            // The part of the target that contradicts the sign of a.
            let against = if a > R::ZERO { R::ONE - y } else { y };
            loss += against * a.abs() + softplus(-a.abs());
            *u = (R::ONE - y) * p - y * not_p;
        }
        sum.push(loss);
    }
    Some(())
}

/// Writes `p (1 − p)`, which [`head_direction`] needs, to `kept`.
pub(super) fn keep<R: Real>(a: &[R], kept: &mut [R]) {
    for (kept, &a) in kept.iter_mut().zip(a) {
        let (p, not_p) = probabilities(a);
        *kept = p * not_p;
    }
}

/// Writes the derivative of the gradient along `K` directions abreast, `p (1 − p) ra`, to `ru`.
pub(super) fn head_direction<R: Real, const K: usize>(kept: &[R], ra: &[R], ru: &mut [R]) {
    for ((ru, &slope), ra) in ru.as_chunks_mut::<K>().0.iter_mut().zip(kept).zip(ra.as_chunks().0) {
        *ru = ra.map(|ra| slope * ra);
    }
}

/// Returns σ(a) and σ(−a).
#[inline(always)]
fn probabilities<R: Real>(a: R) -> (R, R) {
    let small = sigmoid(-a.abs());
    let large = R::ONE - small;
    if a > R::ZERO { (large, small) } else { (small, large) }
}
