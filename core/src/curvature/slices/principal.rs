//! The plane that holds most of a trajectory.

use super::displacement::Displacements;
use crate::base::layout::{area, cut, total};
use crate::base::random::{Rng, add_normal};
use crate::base::rows::rows_mut;
use crate::base::vector::{LaneSum, normalise};
use crate::curvature::{EigenLayout, eigen, trace};
use crate::{ArgError, Real, Reason};

/// The outcome of [`principal_axes`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Principal<R: Real = f32> {
    /// The shares of the squared displacement along the first and the second axis.
    pub shares: [R; 2],
}

/// The workspace layout of [`principal_axes`].
///
/// ```
/// use losscape::curvature::slices::PrincipalLayout;
/// assert_eq!(PrincipalLayout::new(3).len(), 9 + 3 + 6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrincipalLayout {
    count: usize,
}

impl PrincipalLayout {
    /// Creates the layout for a trajectory of `count` points.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Self { count }
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    /// Returns the lengths of the Gram matrix, its eigenvalues, and the workspace of the eigenproblem.
    const fn parts(self) -> [usize; 3] {
        [area(self.count, self.count), self.count, EigenLayout::new(self.count).len()]
    }
}

/// Computes the two directions that hold most of a trajectory's displacement from `about`:
///
/// ```text
/// max over orthonormal u, v of  Σₜ ((θₜ − o)·u)² + ((θₜ − o)·v)²
/// ```
///
/// The directions follow from the eigenvectors of the T × T Gram matrix of the displacements, which has the
/// same non-zero eigenvalues as the n × n covariance. If o is the last point, this is the plane of Li et al.
/// (2018), section 7, which is not centred on the mean.
///
/// The principal plane flatters any path. It holds 8/π² (1 + 1/9) = 90 % of a long [`random_walk`] in many
/// dimensions (the eigenvalues of Brownian motion fall as 1/(2k − 1)²): show this control next to the share
/// of a real trajectory.
///
/// # Shapes
///
/// | argument     | length | layout |
/// |--------------|--------|--------|
/// | `trajectory` | T · n  | a row per point, T ≥ 2 |
/// | `about`      | n      | o |
/// | `axes`       | 2 n    | u, then v, of length one; with shares s₀ and s₁, u·v is about ε √(s₀/s₁) |
/// | `workspace`  | [`PrincipalLayout::len`] | need not be initialised |
///
/// # Cost
/// `½ T² n + 6 T³` multiplications.
///
/// # Errors
/// [`ArgError`] naming `about` (empty), `trajectory` (not whole rows, fewer than two, not finite, or all
/// displacements on one line), `axes` or `workspace`; `axes` is unchanged in these cases.
///
/// # Examples
///
/// ```
/// use losscape::curvature::slices::{PrincipalLayout, principal_axes};
/// let trajectory = [4.0f64, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0];
/// let (mut axes, mut workspace) = ([0.0; 6], [0.0; PrincipalLayout::new(3).len()]);
/// let found = principal_axes(&trajectory, &[0.0; 3], &mut axes, &mut workspace)?;
/// assert!((found.shares[0] - 0.8).abs() < 1e-15); // 16 of 16 + 4
/// assert_eq!(axes, [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn principal_axes<R: Real>(
    trajectory: &[R],
    about: &[R],
    axes: &mut [R],
    workspace: &mut [R],
) -> Result<Principal<R>, ArgError> {
    let dim = about.len();
    if dim == 0 {
        return Err(ArgError::new("about", Reason::Empty));
    }
    let count = trajectory.len() / dim;
    ArgError::check_len("trajectory", count * dim, trajectory.len())?;
    ArgError::check_min_len("trajectory", 2 * dim, trajectory.len())?;
    ArgError::check_finite("trajectory", trajectory)?;
    ArgError::check_finite("about", about)?;
    ArgError::check_len("axes", 2 * dim, axes.len())?;
    let layout = PrincipalLayout::new(count);
    let (needed, found) = (layout.len(), workspace.len());
    let ([gram, values, rest], _) = cut(workspace, layout.parts())
        .ok_or(ArgError::new("workspace", Reason::TooShort { needed, found }))?;
    let displacements = Displacements::new(about, trajectory);
    for (s, a) in trajectory.chunks_exact(dim).enumerate() {
        for (t, b) in trajectory.chunks_exact(dim).enumerate().take(s + 1) {
            let mut sum = LaneSum::default();
            for (a, b) in displacements.of(a).zip(displacements.of(b)) {
                sum.push(a * b);
            }
            (gram[s * count + t], gram[t * count + s]) = (sum.total(), sum.total());
        }
    }
    let all = trace(gram, count);
    eigen(gram, values, rest).map_err(|error| ArgError::new("trajectory", error.reason))?;
    let found = [values[count - 1], values[count - 2]];
    if found[1] <= R::from_f64(16.0) * R::EPSILON * found[0] {
        return Err(ArgError::new("trajectory", Reason::Dependent));
    }
    let (u, v) = axes.split_at_mut(dim);
    combine(trajectory, &displacements, &gram[(count - 1) * count..], u);
    combine(trajectory, &displacements, &gram[(count - 2) * count..][..count], v);
    Ok(Principal { shares: found.map(|value| value / all) })
}

/// Writes `axis = Σₜ aₜ (θₜ − o)`, scaled to length one.
fn combine<R: Real>(trajectory: &[R], displacements: &Displacements<'_, R>, factors: &[R], axis: &mut [R]) {
    axis.fill(R::ZERO);
    for (params, a) in trajectory.chunks_exact(axis.len()).zip(factors) {
        for (axis, d) in axis.iter_mut().zip(displacements.of(params)) {
            *axis += *a * d;
        }
    }
    normalise(axis);
}

/// Writes a walk of independent normal steps that starts at zero: the control for any trajectory's
/// [`principal_axes`].
///
/// Row 0 of `rows` is zero; every further row is the previous one plus n standard normal numbers. Elements
/// after the last whole row are unchanged.
///
/// ```
/// use losscape::base::random::stream;
/// let mut walk = [9.0f32; 6];
/// losscape::curvature::slices::random_walk(&mut walk, 2, &mut stream(1, 0));
/// assert_eq!(walk[..2], [0.0, 0.0]);
/// assert_ne!(walk[2..4], walk[4..]);
/// ```
pub fn random_walk<R: Real, G: Rng + ?Sized>(rows: &mut [R], dim: usize, rng: &mut G) {
    let mut rows = rows_mut(rows, dim);
    let Some(mut before) = rows.next() else { return };
    before.fill(R::ZERO);
    for row in rows {
        row.copy_from_slice(before);
        add_normal(rng, R::ONE, row);
        before = row;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::super::Plane;
    use super::*;
    use crate::base::random::{fill_normal, stream};
    use crate::base::vector::{dot, norm};
    use std::vec;
    use std::vec::Vec;

    fn axes_of(trajectory: &[f64], about: &[f64]) -> (Principal<f64>, Vec<f64>) {
        let mut axes = vec![f64::NAN; 2 * about.len()];
        let mut workspace = vec![f64::NAN; PrincipalLayout::new(trajectory.len() / about.len()).len()];
        let found = principal_axes(trajectory, about, &mut axes, &mut workspace).unwrap();
        (found, axes)
    }

    #[test]
    fn shares_are_those_of_the_plane() {
        let mut trajectory = vec![0.0; 12 * 7];
        fill_normal(&mut stream(1, 0), &mut trajectory);
        let about = &trajectory[77..].to_vec();
        let (found, axes) = axes_of(&trajectory, about);
        let rows = [about.clone(), axes.clone()].concat();
        let share = Plane::new(&rows).unwrap().share(&trajectory, about);
        assert!((share - found.shares[0] - found.shares[1]).abs() < 1e-14, "{share}");
        let (u, v) = axes.split_at(7);
        assert!((norm(u) - 1.0).abs() < 1e-15 && (norm(v) - 1.0).abs() < 1e-15);
        assert!(dot(u, v).abs() < 1e-14, "orthogonal: {}", dot(u, v));
        // No other plane holds more.
        for seed in 2..200 {
            let mut other = rows.clone();
            fill_normal(&mut stream(seed, 0), &mut other[7..]);
            assert!(Plane::new(&other).unwrap().share(&trajectory, about) < share);
        }
    }

    #[test]
    fn a_random_walk_is_held_to_nine_tenths() {
        // Brownian motion seen from its end: 8/π² (1 + 1/9); finite n and T add a little.
        let (dim, count) = (2000, 200);
        let mut walk = vec![0.0; count * dim];
        random_walk(&mut walk, dim, &mut stream(3, 0));
        let (found, _) = axes_of(&walk, &walk[(count - 1) * dim..]);
        let pi = core::f64::consts::PI;
        assert!((found.shares[0] - 8.0 / (pi * pi)).abs() < 0.02, "{:?}", found.shares);
        assert!((found.shares[1] - 8.0 / (9.0 * pi * pi)).abs() < 0.01, "{:?}", found.shares);
    }

    #[test]
    fn a_walk_of_no_rows_is_none() {
        random_walk::<f64, _>(&mut [], 2, &mut stream(3, 0));
    }

    #[test]
    fn bad_arguments_are_named() {
        let (mut axes, mut workspace) = ([0.0; 4], [0.0; PrincipalLayout::new(3).len()]);
        let line = [0.0f64, 0.0, 1.0, 1.0, 2.0, 2.0];
        let refused = |trajectory: &[f64], about: &[f64], axes: &mut [f64], workspace: &mut [f64]| {
            principal_axes(trajectory, about, axes, workspace).unwrap_err()
        };
        let dependent = ArgError::new("trajectory", Reason::Dependent);
        assert_eq!(refused(&line, &[0.0; 2], &mut axes, &mut workspace), dependent);
        assert_eq!(refused(&[1.0; 6], &[1.0; 2], &mut axes, &mut workspace), dependent);
        assert_eq!(axes, [0.0; 4], "as they were");
        assert_eq!(refused(&line[1..], &[0.0; 2], &mut axes, &mut workspace).arg, "trajectory");
        assert_eq!(refused(&line[..2], &[0.0; 2], &mut axes, &mut workspace).arg, "trajectory");
        assert_eq!(refused(&line, &[], &mut axes, &mut workspace).arg, "about");
        assert_eq!(refused(&line, &[f64::NAN; 2], &mut axes, &mut workspace).arg, "about");
        assert_eq!(refused(&line, &[0.0; 2], &mut axes[1..], &mut workspace).arg, "axes");
        assert_eq!(refused(&line, &[0.0; 2], &mut axes, &mut workspace[1..]).arg, "workspace");
    }

    #[test]
    fn no_scale_of_a_trajectory_is_lost() {
        let trajectory = [4.0f32, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0];
        for size in [1e-37f32, 1e-30, 1e-11, 1e11, 1e30, 8e37] {
            let (mut axes, mut workspace) = ([0.0; 6], [0.0; PrincipalLayout::new(3).len()]);
            let scaled = trajectory.map(|x| size * x);
            let found = principal_axes(&scaled, &[0.0; 3], &mut axes, &mut workspace).unwrap();
            assert!((found.shares[0] - 0.8).abs() < 1e-6, "{found:?} at {size:e}");
            assert_eq!(axes, [1.0, 0.0, 0.0, 0.0, 0.0, 1.0], "at {size:e}");
        }
    }
}
