//! The shape of a curve: the weights of its control points, and its points.

use crate::Real;
use crate::base::refusal::refuse;
use crate::base::rows::rows;

/// The shape of a [`Curve`](super::Curve).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CurveKind {
    /// A Bézier curve: smooth, and pulled towards its control points.
    #[default]
    Bezier,
    /// A polygonal chain through the control points, with an equal share of t for each segment.
    Polychain,
}

/// Returns the weight `wⱼ(t)` of control point `j` out of `degree + 1`.
pub(super) fn weight<R: Real>(kind: CurveKind, degree: usize, j: usize, t: R) -> R {
    match kind {
        CurveKind::Polychain => {
            let off = (t * R::from_usize(degree) - R::from_usize(j)).abs();
            if off < R::ONE { R::ONE - off } else { R::ZERO }
        }
        CurveKind::Bezier => {
            // C(degree, j) tʲ (1 − t)^(degree − j), factor by factor.
            let mut weight = R::ONE;
            for k in 0..degree {
                if k < j {
                    weight *= t * R::from_usize(degree - k) / R::from_usize(k + 1);
                } else {
                    weight *= R::ONE - t;
                }
            }
            weight
        }
    }
}

/// Writes φ(t) to `out`, or NaN if `out` does not have `dim` elements.
pub(super) fn point_of<R: Real>(kind: CurveKind, controls: &[R], dim: usize, t: R, out: &mut [R]) {
    let controls = rows(controls, dim);
    let degree = controls.len().saturating_sub(1);
    if out.len() != dim {
        return refuse(out);
    }
    out.fill(R::ZERO);
    for (j, control) in controls.enumerate() {
        let weight = weight(kind, degree, j, t);
        for (out, c) in out.iter_mut().zip(control) {
            *out += weight * *c;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_a_partition_of_unity() {
        for kind in [CurveKind::Bezier, CurveKind::Polychain] {
            for degree in 2..6 {
                for t in [0.0, 0.1, 0.5, 0.77, 1.0] {
                    let mut total = 0.0;
                    let mut mean = 0.0;
                    for j in 0..=degree {
                        let w = weight::<f64>(kind, degree, j, t);
                        total += w;
                        mean += w * f64::from_usize(j) / f64::from_usize(degree);
                    }
                    assert!((total - 1.0).abs() < 1e-15 && (mean - t).abs() < 1e-15, "{kind:?} {degree} {t}");
                }
            }
        }
        assert_eq!(weight::<f64>(CurveKind::Bezier, 2, 1, 0.25), 2.0 * 0.25 * 0.75);
    }
}
