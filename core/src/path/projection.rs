//! The plane in which a path is drawn.

use super::polyline::check_apart;
use crate::base::rows::{copy, rows};
use crate::base::vector::{axpy, dot, norm, normalise};
use crate::{ArgError, Real};

/// The coordinates of a point in a [`Projection`], in units of the distance from A to B.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected<R: Real = f32> {
    /// The coordinate along the line from A to B: 0 at A, 1 at B.
    pub along: R,
    /// The coordinate perpendicular to that line, in the plane; the third point is on the positive side.
    pub beside: R,
    /// The distance from the plane.
    pub outside: R,
}

/// The plane through the ends A and B of a path and a third point C, such as its saddle, with orthogonal
/// axes:
///
/// ```text
/// e₁ = (B − A) / ‖B − A‖,    e₂ = (d − (d·e₁) e₁) / ‖…‖  with  d = C − A
/// ```
///
/// The images of a path may lie outside the plane; [`Projected::outside`] is their distance from it. If C
/// lies on the line from A to B, there is no second direction, and [`Projected::beside`] is 0 everywhere.
///
/// # Examples
///
/// ```
/// use losscape::path::Projection;
/// let (a, b, c) = ([0.0f32, 0.0, 0.0], [4.0, 0.0, 0.0], [1.0, 3.0, 0.0]);
/// let plane = Projection::new(&a, &b, &c, [0.0; 9])?;
/// let mut scratch = [0.0; 3];
/// let seen = plane.project(&[2.0, -4.0, 1.0], &mut scratch);
/// assert_eq!((seen.along, seen.beside, seen.outside), (0.5, -1.0, 0.25));
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Projection<R: Real, M> {
    dim: usize,
    chord: R,
    rows: M, // 3 × n: A, e₁, e₂
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> Projection<R, M> {
    /// Creates the plane through `a`, `b` and `c`; `rows` is the plane's memory, three times as long as a point.
    ///
    /// # Errors
    /// [`ArgError`] naming `b`, `c` or `rows` (wrong length), `ends` (not finite, equal, or farther apart
    /// than the largest number) or `c` (not finite); nothing has been written in these cases.
    pub fn new(a: &[R], b: &[R], c: &[R], mut rows: M) -> Result<Self, ArgError> {
        let dim = a.len();
        ArgError::check_len("b", dim, b.len())?;
        ArgError::check_len("c", dim, c.len())?;
        let all = rows.as_mut();
        ArgError::check_len("rows", 3 * dim, all.len())?;
        check_apart("ends", a, b)?;
        ArgError::check_finite("c", c)?;
        let (origin, axes) = all.split_at_mut(dim);
        let (e1, e2) = axes.split_at_mut(dim);
        copy(a, origin);
        for (axis, to) in [(&mut *e1, b), (&mut *e2, c)] {
            copy(to, axis);
            axpy(-R::ONE, a, axis);
        }
        let chord = normalise(e1);
        let whole = norm(e2);
        axpy(-dot(e1, e2), e1, e2);
        // Twice: the second pass removes the component along the first axis that rounding left.
        axpy(-dot(e1, e2), e1, e2);
        if norm(e2) > R::from_f64(16.0) * R::EPSILON * whole {
            normalise(e2);
        } else {
            e2.fill(R::ZERO);
        }
        Ok(Self { dim, chord, rows })
    }

    /// Projects `params` onto the plane; returns its coordinates there and its distance from the plane.
    /// `scratch` receives the difference of `params` and its projection.
    ///
    /// Precondition: `params` and `scratch` have the length of A.
    #[must_use]
    pub fn project(&self, params: &[R], scratch: &mut [R]) -> Projected<R> {
        let mut axes = rows(self.rows.as_ref(), self.dim);
        let [a, e1, e2] = [axes.next(), axes.next(), axes.next()].map(Option::unwrap_or_default);
        copy(params, scratch);
        axpy(-R::ONE, a, scratch);
        let (x, y) = (dot(scratch, e1), dot(scratch, e2));
        axpy(-x, e1, scratch);
        axpy(-y, e2, scratch);
        Projected { along: x / self.chord, beside: y / self.chord, outside: norm(scratch) / self.chord }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Reason;
    use crate::base::random::{fill_normal, stream};
    use crate::base::vector::distance;
    use std::vec;

    const DIM: usize = 23;

    #[test]
    fn the_three_points_and_pythagoras() {
        let mut points = vec![0.0f64; 4 * DIM];
        fill_normal(&mut stream(1, 0), &mut points);
        let [a, b, c, other] = [0, 1, 2, 3].map(|i| &points[i * DIM..][..DIM]);
        let plane = Projection::new(a, b, c, vec![f64::NAN; 3 * DIM]).unwrap();
        let mut scratch = [0.0; DIM];
        let mut project = |point| plane.project(point, &mut scratch);
        let near = |found: Projected<f64>, along: f64, beside: f64| {
            let gaps = [found.along - along, found.beside - beside, found.outside];
            assert!(gaps.iter().all(|gap| gap.abs() < 1e-14), "{found:?}");
        };
        near(project(a), 0.0, 0.0);
        near(project(b), 1.0, 0.0);
        let third = project(c);
        near(third, third.along, third.beside);
        assert!(third.beside > 0.1, "above the line");
        let Projected { along, beside, outside } = project(other);
        let unit = distance(a, b);
        let whole = distance(a, other) / unit;
        assert!((along * along + beside * beside + outside * outside - whole * whole).abs() < 1e-13);
        let to_b = distance(b, other) / unit;
        let across = (along - 1.0) * (along - 1.0) + beside * beside + outside * outside;
        assert!((across - to_b * to_b).abs() < 1e-13);
    }

    #[test]
    fn no_second_direction_is_no_direction() {
        let (a, b) = ([1.0f32, 2.0, 3.0], [2.0, 4.0, 7.0]);
        let middle = [1.5, 3.0, 5.0];
        let plane = Projection::new(&a, &b, &middle, [0.0; 9]).unwrap();
        let seen = plane.project(&[9.0, 1.0, -4.0], &mut [0.0; 3]);
        assert_eq!(seen.beside, 0.0);
        assert!(seen.outside > 1.0);
    }

    #[test]
    fn the_unit_of_the_parameters_does_not_matter() {
        for size in [1e-30f32, 1.0, 1e30] {
            let [a, b, c, p] = [[0.0f32, 0.0, 1.0], [4.0, 0.0, 1.0], [1.0, 3.0, 1.0], [2.0, -4.0, 2.0]]
                .map(|p| p.map(|x| size * x));
            let seen = Projection::new(&a, &b, &c, [0.0; 9]).unwrap().project(&p, &mut [0.0; 3]);
            let gaps = [seen.along - 0.5, seen.beside + 1.0, seen.outside - 0.25];
            assert!(gaps.iter().all(|gap| gap.abs() < 1e-6), "{seen:?} at {size:e}");
        }
    }

    #[test]
    fn what_spans_no_line_is_refused_by_name() {
        let a = [1.0f64, 2.0];
        let refused = |b: &[f64], c: &[f64], rows: usize| {
            let mut memory = vec![7.0; rows];
            let error = Projection::new(&a, b, c, &mut memory[..]).unwrap_err();
            assert!(memory.iter().all(|&x| x == 7.0), "nothing has been written");
            error
        };
        assert_eq!(refused(&a, &a, 6), ArgError::new("ends", Reason::Coincide));
        assert_eq!(refused(&[3.0], &a, 6).arg, "b");
        assert_eq!(refused(&[3.0, 4.0], &[1.0], 6).arg, "c");
        assert_eq!(refused(&[3.0, 4.0], &[f64::NAN; 2], 6).arg, "c");
        assert_eq!(refused(&[3.0, 4.0], &a, 5).arg, "rows");
        assert_eq!(refused(&[f64::INFINITY, 4.0], &a, 6).arg, "ends");
    }
}
