//! Checks of slice lengths. Slices that do not fit give +∞ and NaN, as in every objective of this crate.

use crate::Real;
use crate::base::refusal::refuse;

/// Returns whether all slices have the surface's dimension.
pub(super) fn fits<const N: usize>(dim: usize, lengths: [usize; N]) -> bool {
    lengths == [dim; N]
}

/// Reports that f(θ) and ∇f(θ) are undefined.
#[cold]
pub(super) fn no_gradient<R: Real>(grad: &mut [R]) -> R {
    refuse(grad);
    R::INFINITY
}

/// Evaluates f(x, y).
pub(super) fn value<R: Real>(params: &[R], f: impl FnOnce([R; 2]) -> R) -> R {
    params.try_into().map_or(R::INFINITY, f)
}

/// Evaluates f(x, y) and writes its gradient to `grad`.
pub(super) fn value_grad<R: Real>(params: &[R], grad: &mut [R], f: impl FnOnce([R; 2]) -> (R, [R; 2])) -> R {
    let Some(point) = params.try_into().ok().filter(|_| grad.len() == 2) else { return no_gradient(grad) };
    let (value, slope) = f(point);
    grad.copy_from_slice(&slope);
    value
}

/// Writes a product with the Hessian at (x, y) to `out`.
pub(super) fn product<R: Real>(
    params: &[R],
    v: &[R],
    out: &mut [R],
    f: impl FnOnce([R; 2], [R; 2]) -> [R; 2],
) {
    match (params.try_into(), v.try_into(), <&mut [R; 2]>::try_from(&mut *out)) {
        (Ok(point), Ok(v), Ok(out)) => *out = f(point, v),
        _ => refuse(out),
    }
}
