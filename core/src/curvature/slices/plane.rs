//! Planes with coordinates.

use super::displacement::{Displacements, half_difference};
use crate::base::elementary::sqrt;
use crate::base::refusal::refuse;
use crate::base::rows::{row, rows};
use crate::base::vector::{LaneSum, dot_scaled, norm, times_quotient, unit_scale};
use crate::{ArgError, Real, Reason};

/// A plane through parameter space:
///
/// ```text
/// θ(x, y) = o + x u + y v
/// ```
///
/// The axes need be neither orthogonal nor of length one, so that filter-normalised directions keep their
/// norms. Projections are orthogonal in any case.
///
/// # Shapes
///
/// | argument | length | layout        |
/// |----------|--------|---------------|
/// | `rows`   | 3 n    | o, then u, then v; owned or borrowed |
///
/// # Examples
///
/// ```
/// use losscape::curvature::slices::Plane;
/// let rows = [1.0f32, 1.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 4.0];
/// let plane = Plane::new(&rows)?;
/// let mut point = [0.0; 3];
/// plane.point([0.5, -1.0], &mut point);
/// assert_eq!(point, [2.0, 1.0, -3.0]);
/// point[1] = 9.0; // off the plane, directly above the same point
/// assert_eq!(plane.project(&point), [0.5, -1.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plane<R: Real, M> {
    dim: usize,
    rows: M, // 3 × n
    /// Powers of two that bring the largest components of u and v near one.
    scales: [R; 2],
    /// u·u, u·v, v·v of the scaled axes.
    gram: [R; 3],
}

impl<R: Real, M: AsRef<[R]>> Plane<R, M> {
    /// Creates the plane with this origin and these axes, which may have any length.
    ///
    /// # Errors
    /// [`ArgError`] naming `rows`: empty, not a multiple of three, not finite, or axes on one line
    /// ([`Reason::Dependent`]).
    pub fn new(rows: M) -> Result<Self, ArgError> {
        let all = rows.as_ref();
        if all.is_empty() {
            return Err(ArgError::new("rows", Reason::Empty));
        }
        let dim = all.len() / 3;
        ArgError::check_len("rows", 3 * dim, all.len())?;
        ArgError::check_finite("rows", all)?;
        let [_, u, v] = origin_and_axes(all, dim);
        let scales = [u, v].map(unit_scale);
        let [a, b] = scales;
        let gram = [dot_scaled(a, u, a, u), dot_scaled(a, u, b, v), dot_scaled(b, v, b, v)];
        // Compared with the rounding of the products: a plane this thin has no second direction.
        let area = gram[0] * gram[2] - gram[1] * gram[1];
        if area.is_nan() || area <= R::from_f64(16.0) * R::EPSILON * (gram[0] * gram[2]) {
            return Err(ArgError::new("rows", Reason::Dependent));
        }
        Ok(Self { dim, rows, scales, gram })
    }

    /// Returns n, the number of parameters.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// Returns o, u and v.
    #[must_use]
    pub fn rows(&self) -> &[R] {
        self.rows.as_ref()
    }

    /// Returns the memory of o, u and v.
    #[must_use]
    pub fn into_rows(self) -> M {
        self.rows
    }

    /// Returns o, u and v, or `None` if the memory has changed its length.
    fn parts(&self) -> Option<[&[R]; 3]> {
        let rows = self.rows();
        (rows.len() == 3 * self.dim).then(|| origin_and_axes(rows, self.dim))
    }

    /// Returns the lengths of both axes.
    #[must_use]
    pub fn units(&self) -> [R; 2] {
        [sqrt(self.gram[0]) / self.scales[0], sqrt(self.gram[2]) / self.scales[1]]
    }

    /// Writes θ(x, y) to `out`, or NaN if `out` does not have n elements.
    pub fn point(&self, at: [R; 2], out: &mut [R]) {
        let Some([origin, u, v]) = self.parts().filter(|_| out.len() == self.dim) else {
            return refuse(out);
        };
        for (((out, o), u), v) in out.iter_mut().zip(origin).zip(u).zip(v) {
            *out = *o + (at[0] * *u + at[1] * *v);
        }
    }

    /// Returns the coordinates of the point of the plane nearest to `params`; NaN if `params` does not have n
    /// elements.
    #[must_use]
    pub fn project(&self, params: &[R]) -> [R; 2] {
        let Some([origin, ..]) = self.parts().filter(|_| params.len() == self.dim) else {
            return [R::NAN; 2];
        };
        let displacements = Displacements::new(origin, params);
        let [x, y] = self.coordinates(self.products(&displacements, params));
        let scale = displacements.scale();
        [times_quotient(x, self.scales[0], scale), times_quotient(y, self.scales[1], scale)]
    }

    /// Returns `(d·u, d·v)` for a displacement and the scaled axes.
    fn products(&self, displacements: &Displacements<'_, R>, params: &[R]) -> [R; 2] {
        let Some([_, u, v]) = self.parts() else { return [R::NAN; 2] };
        let mut sums = [LaneSum::default(); 2];
        for ((sum, axis), scale) in sums.iter_mut().zip([u, v]).zip(self.scales) {
            for (d, a) in displacements.of(params).zip(axis) {
                sum.push(d * (scale * *a));
            }
        }
        sums.map(|sum| sum.total())
    }

    /// Solves the normal equations of the two scaled axes.
    fn coordinates(&self, [p, q]: [R; 2]) -> [R; 2] {
        let [uu, uv, vv] = self.gram;
        let area = uu * vv - uv * uv;
        [(p * vv - q * uv) / area, (q * uu - p * uv) / area]
    }

    /// Returns the share of a trajectory's squared displacement from `about` that lies along the plane,
    ///
    /// ```text
    /// Σₜ ‖P (θₜ − a)‖² / Σₜ ‖θₜ − a‖²
    /// ```
    ///
    /// with P the projection onto the span of the axes, θₜ the rows of `trajectory` and a = `about`, a point
    /// of the plane such as the run's end; 0 if nothing has moved away from it. A random direction gives 1/n
    /// on average, so a random plane gives 2/n.
    ///
    /// NaN if `about` does not have n elements or `trajectory` is not a whole number of rows.
    #[must_use]
    pub fn share(&self, trajectory: &[R], about: &[R]) -> R {
        if about.len() != self.dim || !trajectory.len().is_multiple_of(self.dim) {
            return R::NAN;
        }
        let displacements = Displacements::new(about, trajectory);
        let (mut inside, mut all) = (LaneSum::default(), LaneSum::default());
        for params in rows(trajectory, self.dim) {
            let [p, q] = self.products(&displacements, params);
            let [x, y] = self.coordinates([p, q]);
            inside.push(x * p + y * q);
            let mut square = LaneSum::default();
            for d in displacements.of(params) {
                square.push(d * d);
            }
            all.push(square.total());
        }
        let all = all.total();
        if all <= R::ZERO { R::ZERO } else { inside.total() / all }
    }

    /// Returns √(x² + y²) of the farthest of a trajectory's projections, in coordinates of the plane.
    ///
    /// NaN if `trajectory` is not a whole number of rows or contains NaN.
    #[must_use]
    pub fn extent(&self, trajectory: &[R]) -> R {
        let mut farthest = R::ZERO;
        if !trajectory.len().is_multiple_of(self.dim) {
            return R::NAN;
        }
        for params in rows(trajectory, self.dim) {
            let distance = norm(&self.project(params));
            if distance.is_nan() {
                return distance;
            }
            farthest = farthest.or_larger(distance);
        }
        farthest
    }
}

/// Splits three rows of n.
fn origin_and_axes<R>(rows: &[R], n: usize) -> [&[R]; 3] {
    [0, 1, 2].map(|i| row(rows, n, i).unwrap_or_default())
}

/// Writes the plane through three points, as `rows` of a [`Plane`].
///
/// In this plane, a lies at (−1, 0) and b at (1, 0); the axes are orthogonal and equally long, half the
/// distance from a to b; c lies above the first axis.
///
/// # Errors
/// [`ArgError`] naming `a`, `b`, `c` or `rows` (length other than n, n, n and 3 n, not finite), `b` if it
/// coincides with a or is farther from it than the largest number, or `c` if it lies on the line through
/// both; nothing has been written in these cases.
///
/// # Examples
///
/// ```
/// use losscape::curvature::slices::{Plane, through};
/// let mut rows = [0.0; 9];
/// through(&[0.0f64, 0.0, 0.0], &[4.0, 0.0, 0.0], &[1.0, 0.0, 4.0], &mut rows)?;
/// let plane = Plane::new(&rows)?;
/// assert_eq!(plane.units(), [2.0, 2.0]);
/// assert_eq!(plane.project(&[1.0, 0.0, 4.0]), [-0.5, 2.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn through<R: Real>(a: &[R], b: &[R], c: &[R], rows: &mut [R]) -> Result<(), ArgError> {
    let dim = a.len();
    ArgError::check_len("b", dim, b.len())?;
    ArgError::check_len("c", dim, c.len())?;
    ArgError::check_len("rows", 3 * dim, rows.len())?;
    for (name, point) in [("a", a), ("b", b), ("c", c)] {
        ArgError::check_finite(name, point)?;
    }
    // Recomputed wherever they are needed, so that nothing is written before the points are known to span a
    // plane; scaled, so that no square overflows or vanishes.
    let middle = |i: usize| R::HALF * a[i] + R::HALF * b[i];
    let (u, u_scale) = scaled(dim, |i| half_difference(b[i], a[i]));
    let (v, _) = scaled(dim, |i| half_difference(c[i], middle(i)));
    let square = sum(dim, |i| u(i) * u(i));
    if square == R::ZERO {
        return Err(ArgError::new("b", Reason::Coincide));
    }
    // Half the largest number leaves room for the rounding of the second axis.
    if !(R::TWO * sqrt(square) / u_scale).is_finite() {
        return Err(ArgError::new("b", Reason::Overflow));
    }
    let before = sum(dim, |i| v(i) * v(i));
    // Twice: the second pass removes the component along the first axis that rounding left.
    let along = sum(dim, |i| v(i) * u(i)) / square;
    let v = |i: usize| v(i) - along * u(i);
    let along = sum(dim, |i| v(i) * u(i)) / square;
    let v = |i: usize| v(i) - along * u(i);
    let across = sum(dim, |i| v(i) * v(i));
    if across <= R::from_f64(16.0) * R::EPSILON * before {
        return Err(ArgError::new("c", Reason::Dependent));
    }
    let stretch = sqrt(square / across);
    for i in 0..dim {
        (rows[i], rows[dim + i], rows[2 * dim + i]) = (middle(i), u(i) / u_scale, v(i) * stretch / u_scale);
    }
    Ok(())
}

/// Returns a vector of n components, times a power of two that brings the largest near one, and that power.
fn scaled<R: Real>(n: usize, f: impl Fn(usize) -> R) -> (impl Fn(usize) -> R, R) {
    let mut largest = R::ZERO;
    for i in 0..n {
        largest = largest.or_larger(f(i).abs());
    }
    let scale = unit_scale(&[largest]);
    (move |i| scale * f(i), scale)
}

/// Returns `Σᵢ f(i)` for i below n, in the order of [`dot`](crate::base::vector::dot).
fn sum<R: Real>(n: usize, f: impl Fn(usize) -> R) -> R {
    let mut sum = LaneSum::default();
    for i in 0..n {
        sum.push(f(i));
    }
    sum.total()
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::random::{fill_normal, stream};
    use crate::base::vector::distance;
    use std::vec;

    const DIM: usize = 37;

    fn normal(rows: usize, seed: u64) -> vec::Vec<f64> {
        let mut out = vec![0.0; rows * DIM];
        fill_normal(&mut stream(seed, 0), &mut out);
        out
    }

    #[test]
    fn points_and_projections_agree_for_skewed_axes() {
        let rows = normal(3, 1);
        let plane = Plane::new(&rows).unwrap();
        let mut point = vec![0.0; DIM];
        for at in [[0.0, 0.0], [1.5, -0.25], [-2.0, 3.0]] {
            plane.point(at, &mut point);
            let [x, y] = plane.project(&point);
            assert!((x - at[0]).abs() < 1e-13 && (y - at[1]).abs() < 1e-13, "{at:?}: {x} {y}");
        }
        // The projection is the nearest point: no neighbour in the plane is nearer.
        let outside = normal(1, 2);
        let [x, y] = plane.project(&outside);
        plane.point([x, y], &mut point);
        let nearest = distance(&point, &outside);
        for [dx, dy] in [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]] {
            plane.point([x + dx, y + dy], &mut point);
            assert!(distance(&point, &outside) > nearest, "{dx} {dy}");
        }
    }

    #[test]
    fn shares_are_those_of_pythagoras() {
        let rows = normal(3, 3);
        let plane = Plane::new(&rows).unwrap();
        let trajectory = normal(20, 4);
        let about = &rows[..DIM];
        let (mut inside, mut all, mut point) = (0.0, 0.0, vec![0.0; DIM]);
        for params in trajectory.chunks_exact(DIM) {
            plane.point(plane.project(params), &mut point);
            let outside = distance(&point, params);
            let whole = distance(&rows[..DIM], params);
            inside += whole * whole - outside * outside;
            all += whole * whole;
        }
        assert!((plane.share(&trajectory, about) - inside / all).abs() < 1e-13);
        assert_eq!(plane.share(about, about), 0.0, "nothing has moved");
        let mut within = vec![0.0; 2 * DIM];
        plane.point([1.0, -4.0], &mut within[..DIM]);
        plane.point([3.0, 4.0], &mut within[DIM..]);
        assert!((plane.share(&within, about) - 1.0).abs() < 1e-14);
        // As seen from another point of the plane, all of it still lies along the plane.
        assert!((plane.share(&within, &within[..DIM]) - 1.0).abs() < 1e-14);
        assert!((plane.extent(&within) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_random_plane_holds_two_of_n() {
        // The mean over many planes; its standard deviation is below 2/n · √(2 / planes).
        let trajectory = normal(1, 5);
        let (mut sum, planes) = (0.0, 400);
        for seed in 0..planes {
            let mut rows = normal(3, 100 + seed);
            rows[..DIM].fill(0.0);
            sum += Plane::new(&rows).unwrap().share(&trajectory, &rows[..DIM]);
        }
        let mean = sum / 400.0;
        let expected = 2.0 / 37.0;
        assert!((mean - expected).abs() < 4.0 * expected * (2.0f64 / 400.0).sqrt(), "{mean}");
    }

    #[test]
    fn three_points_lie_where_they_should() {
        let points = normal(3, 6);
        let (a, rest) = points.split_at(DIM);
        let (b, c) = rest.split_at(DIM);
        let mut rows = vec![f64::NAN; 3 * DIM];
        through(a, b, c, &mut rows).unwrap();
        let plane = Plane::new(&rows).unwrap();
        for (point, wanted) in [(a, [-1.0, 0.0]), (b, [1.0, 0.0])] {
            let [x, y] = plane.project(point);
            assert!((x - wanted[0]).abs() < 1e-14 && (y - wanted[1]).abs() < 1e-14, "{x} {y}");
        }
        let [u, v] = plane.units();
        assert!((u - v).abs() < 1e-14 && (u - distance(a, b) / 2.0).abs() < 1e-14);
        assert!(plane.gram[1].abs() < 1e-13, "orthogonal");
        // c is in the plane, above the first axis.
        let at = plane.project(c);
        let mut back = vec![0.0; DIM];
        plane.point(at, &mut back);
        assert!(distance(&back, c) < 1e-13 && at[1] > 0.0);
    }

    #[test]
    fn thin_planes_are_refused_by_name() {
        let [a, b] = [[0.0f64, 0.0, 0.0], [1.0, 2.0, 3.0]];
        let mut rows = [7.0; 9];
        assert_eq!(through(&a, &a, &b, &mut rows).unwrap_err().arg, "b");
        assert_eq!(through(&a, &b, &[-2.0, -4.0, -6.0], &mut rows).unwrap_err().arg, "c");
        assert_eq!(through(&a, &b, &[f64::NAN; 3], &mut rows).unwrap_err().arg, "c");
        assert_eq!(through(&a, &b, &b, &mut rows[1..]).unwrap_err().arg, "rows");
        let far = through(&[-1.5e308; 3], &[1.5e308; 3], &b, &mut rows).unwrap_err();
        assert_eq!(far, ArgError::new("b", Reason::Overflow), "a distance above the largest number");
        assert_eq!(rows, [7.0; 9], "nothing has been written");
        rows.fill(0.0);
        rows[3..].copy_from_slice(&[1.0, 2.0, 3.0, -2.0, -4.0, -6.0]);
        assert_eq!(Plane::new(&rows).unwrap_err(), ArgError::new("rows", Reason::Dependent));
        assert_eq!(Plane::<f32, _>::new([]).unwrap_err().reason, Reason::Empty);
        assert_eq!(Plane::new(&rows[1..]).unwrap_err().arg, "rows");
    }

    /// The plane and the points in other units: only the units change.
    #[test]
    fn no_scale_of_axes_or_displacements_is_lost() {
        let [u, v] = [[1.0f32, 2.0, -1.0, 0.5], [0.5, -1.0, 3.0, 1.0]];
        let sizes = [1e-38, 1e-30, 1e-11, 1.0, 1e11, 1e30, 1e37];
        for (a, b) in sizes.iter().flat_map(|a| sizes.map(|b| (*a, b))) {
            let mut rows = [0.0f32; 12];
            for k in 0..4 {
                (rows[4 + k], rows[8 + k]) = (a * u[k], b * v[k]);
            }
            let plane = Plane::new(&rows).unwrap();
            let units = plane.units();
            assert!(
                (units[0] / a / 2.5 - 1.0).abs() < 1e-6
                    && (units[1] / b / 11.25f32.sqrt() - 1.0).abs() < 1e-6
            );
            for [x, y] in [[0.5f32, 0.0], [0.0, 0.5], [-1.0, 0.25]] {
                let mut point = [f32::NAN; 4];
                plane.point([x, y], &mut point);
                let [p, q] = plane.project(&point);
                // The smaller axis drowns in the rounding of the larger one.
                let along = |mine: f32, other: f32| 1e-6 + 1e-6 * (other / mine);
                assert!((p - x).abs() <= along(a, if y == 0.0 { a } else { b }), "{p} at {a:e} and {b:e}");
                assert!((q - y).abs() <= along(b, if x == 0.0 { b } else { a }), "{q} at {a:e} and {b:e}");
            }
        }
        for size in sizes {
            let mut rows = [0.0f32; 12];
            rows[4..8].copy_from_slice(&u);
            rows[8..].copy_from_slice(&v);
            let about = [0.0f32; 4];
            let trajectory = [3.0f32, 0.1, 0.0, -1.0, 0.5, 2.0, 1.0, 0.0];
            let scaled = trajectory.map(|x| size * x);
            let plane = Plane::new(&rows).unwrap();
            let (plain, same) = (plane.share(&trajectory, &about), plane.share(&scaled, &about));
            assert!((same - plain).abs() < 1e-6, "{same} against {plain} at {size:e}");
            let (plain, extent) = (plane.extent(&trajectory), plane.extent(&scaled));
            assert!((extent / size / plain - 1.0).abs() < 1e-6, "{extent} against {plain} at {size:e}");
        }
    }

    #[test]
    fn three_points_at_any_distance() {
        for size in [1e-300, 1e-200, 1.0, 1e200, 8e307] {
            let [a, b, c] =
                [[-1.0, 0.5, 0.0], [1.0, 0.5, 0.0], [0.5, 0.5, 1.5f64]].map(|p| p.map(|x| size * x));
            let mut rows = [f64::NAN; 9];
            through(&a, &b, &c, &mut rows).unwrap();
            let plane = Plane::new(&rows).unwrap();
            for (point, [x, y]) in [(a, [-1.0, 0.0]), (b, [1.0, 0.0]), (c, [0.5, 1.5])] {
                let [p, q] = plane.project(&point);
                assert!((p - x).abs() < 1e-14 && (q - y).abs() < 1e-14, "{p} {q} at {size:e}");
            }
        }
    }
}
