//! The direction of a band at an image.

use crate::Real;
use crate::base::refusal::refuse;
use crate::base::vector::{distance, normalise, unit_scale};

/// The estimate of the band's direction at an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tangent {
    /// The upwind estimate of Henkelman & Jónsson (2000), equations 8–11. It points to the higher neighbour;
    /// at a maximum or minimum along the band it is a mean of both directions, weighted by height. It avoids
    /// kinks.
    #[default]
    Improved,
    /// The bisector of the two unit differences. It allows kinks where the force along the band is large, and
    /// is kept for comparison.
    Bisector,
}

/// Writes the unit tangent at `here` to `out`.
///
/// With `τ⁺ = after − here`, `τ⁻ = here − before` (raw differences, not unit vectors) and the values
/// `[V₋, V₀, V₊]` of the three images, the improved tangent is the unit vector along
///
/// ```text
/// τ⁺                          if V₊ > V₀ > V₋
/// τ⁻                          if V₊ < V₀ < V₋
/// τ⁺ ΔV_max + τ⁻ ΔV_min       otherwise, if V₊ > V₋
/// τ⁺ ΔV_min + τ⁻ ΔV_max       otherwise, if V₊ < V₋
/// ```
///
/// with `ΔV_max, ΔV_min` the larger and the smaller of `|V₊ − V₀|`, `|V₋ − V₀|`: the *larger* weight goes to
/// the higher neighbour. (A published implementation swaps the two and divides the differences by their
/// length; its bands do not converge.) If all three values are equal, or if `V₊ = V₋` at an extremum, the
/// bisector is used. Where images coincide and no direction exists, `out` is zero.
///
/// # Examples
///
/// On a slope, the tangent points uphill:
///
/// ```
/// use losscape::path::{tangent, Tangent};
/// let mut out = [0.0f32; 2];
/// tangent(Tangent::Improved, &[0.0, 0.0], &[1.0, 0.0], &[1.0, 3.0], [0.0, 1.0, 2.0], &mut out);
/// assert_eq!(out, [0.0, 1.0]);
/// ```
pub fn tangent<R: Real>(kind: Tangent, before: &[R], here: &[R], after: &[R], values: [R; 3], out: &mut [R]) {
    if [before.len(), here.len(), after.len()] != [out.len(); 3] {
        return refuse(out);
    }
    let [v_before, v_here, v_after] = values;
    let slope = if v_after > v_here && v_here > v_before {
        Some((here, after))
    } else if v_after < v_here && v_here < v_before {
        Some((before, here))
    } else {
        None
    };
    match (kind, slope) {
        // Most images lie on a slope, and products with one and zero take time where arithmetic is software.
        (Tangent::Improved, Some((from, to))) => {
            for ((out, from), to) in out.iter_mut().zip(from).zip(to) {
                *out = *to - *from;
            }
        }
        _ => {
            let (w_after, w_before) = match kind {
                Tangent::Bisector => bisector_weights(before, here, after),
                Tangent::Improved => extremum_weights(before, here, after, values),
            };
            for (((out, before), here), after) in out.iter_mut().zip(before).zip(here).zip(after) {
                *out = w_after * (*after - *here) + w_before * (*here - *before);
            }
        }
    }
    let length = normalise(out);
    if !(length > R::ZERO && length.is_finite()) {
        out.fill(R::ZERO);
    }
}

/// Returns the weights at an image that is no lower, or no higher, than both neighbours.
fn extremum_weights<R: Real>(before: &[R], here: &[R], after: &[R], values: [R; 3]) -> (R, R) {
    let [v_before, v_here, v_after] = values;
    // Halves, because the difference of two numbers may overflow. Only the ratio of the two weights counts,
    // so the larger weight is scaled to near one.
    let height = |value: R| (R::HALF * value - R::HALF * v_here).abs();
    let (up, down) = (height(v_after), height(v_before));
    let unit = unit_scale(&[up, down]);
    let (up, down) = (unit * up, unit * down);
    let (larger, smaller) = if up > down { (up, down) } else { (down, up) };
    if v_after > v_before {
        (larger, smaller)
    } else if v_after < v_before {
        (smaller, larger)
    } else {
        bisector_weights(before, here, after)
    }
}

/// Returns the inverse lengths of the two differences, in a common unit; a difference of length zero gets no
/// weight.
fn bisector_weights<R: Real>(before: &[R], here: &[R], after: &[R]) -> (R, R) {
    let (ahead, behind) = (distance(after, here), distance(here, before));
    let unit = unit_scale(&[ahead, behind]);
    let weight = |length: R| if length > R::ZERO { R::ONE / (unit * length) } else { R::ZERO };
    (weight(ahead), weight(behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the tangent at the origin between (−2, 0) and (0, 1).
    fn at(kind: Tangent, values: [f64; 3]) -> [f64; 2] {
        let mut out = [f64::NAN; 2];
        tangent(kind, &[-2.0, 0.0], &[0.0, 0.0], &[0.0, 1.0], values, &mut out);
        out
    }

    fn unit(x: f64, y: f64) -> [f64; 2] {
        let length = crate::base::elementary::sqrt(x * x + y * y);
        [x / length, y / length]
    }

    fn close(a: [f64; 2], b: [f64; 2]) {
        assert!((a[0] - b[0]).abs() < 1e-15 && (a[1] - b[1]).abs() < 1e-15, "{a:?} against {b:?}");
    }

    #[test]
    fn uphill_on_slopes() {
        close(at(Tangent::Improved, [0.0, 1.0, 2.0]), [0.0, 1.0]);
        close(at(Tangent::Improved, [2.0, 1.0, 0.0]), [1.0, 0.0]);
    }

    #[test]
    fn larger_weight_to_the_higher_neighbour_at_extrema() {
        // Raw differences: τ⁺ = (0, 1), τ⁻ = (2, 0). Maximum, V₊ > V₋: ΔV_max = 3 goes to τ⁺.
        close(at(Tangent::Improved, [0.0, 3.0, 2.0]), unit(2.0, 3.0));
        close(at(Tangent::Improved, [2.0, 3.0, 0.0]), unit(6.0, 1.0));
        // Minimum, V₊ > V₋: ΔV_max goes to the higher neighbour again.
        close(at(Tangent::Improved, [1.0, 0.0, 3.0]), unit(2.0, 3.0));
        close(at(Tangent::Improved, [3.0, 0.0, 1.0]), unit(6.0, 1.0));
        // An image level with one neighbour counts as an extremum.
        close(at(Tangent::Improved, [1.0, 1.0, 2.0]), [0.0, 1.0]);
    }

    #[test]
    fn ties_fall_back_to_the_bisector() {
        let bisector = unit(1.0, 1.0);
        close(at(Tangent::Bisector, [0.0, 1.0, 2.0]), bisector);
        close(at(Tangent::Improved, [1.0, 1.0, 1.0]), bisector);
        close(at(Tangent::Improved, [0.0, 1.0, 0.0]), bisector);
    }

    /// The tangent is the same in any units of values and parameters, up to the range of the type.
    #[test]
    fn the_same_in_any_units() {
        for kind in [Tangent::Improved, Tangent::Bisector] {
            for values in [[0.0, 3.0, 2.0], [1.0, 0.0, 3.0], [0.0, 1.0, 2.0], [-3.4, 3.4, -2.0]] {
                let wanted = at(kind, values.map(f64::from));
                for (height, length) in [
                    (1e-30, 1e-10),
                    (1e-25, 1.0),
                    (1e19, 1.0),
                    (1e30, 1e10),
                    (1e38, 1.0),
                    (1e-36, 1e-36),
                    (1.0, 1e-39),
                ] {
                    let point = |x: f32, y: f32| [x * length, y * length];
                    let values = values.map(|v: f32| v * height);
                    let mut out = [f32::NAN; 2];
                    tangent(kind, &point(-2.0, 0.0), &point(0.0, 0.0), &point(0.0, 1.0), values, &mut out);
                    for (found, wanted) in out.iter().zip(wanted) {
                        let error = (f64::from(*found) - wanted).abs();
                        assert!(
                            error < 1e-6,
                            "{kind:?} {values:?} {length:e}: {out:?} instead of {wanted:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn no_direction_where_images_coincide() {
        let mut out = [f64::NAN; 2];
        tangent(Tangent::Improved, &[1.0, 1.0], &[1.0, 1.0], &[1.0, 1.0], [0.0, 1.0, 2.0], &mut out);
        assert_eq!(out, [0.0, 0.0]);
    }
}
