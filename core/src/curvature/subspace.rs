//! A landscape restricted to a few directions.

use crate::base::elementary::sqrt;
use crate::base::layout::{area, cut, total};
use crate::base::refusal::refuse;
use crate::base::rows::{count_whole, row, rows};
use crate::base::vector::{axpy, dot, dot_scaled, times_quotient, unit_scale};
use crate::{ArgError, Objective, Real, Reason};

/// The memory layout of a [`Subspace`].
///
/// ```
/// use losscape::curvature::SubspaceLayout;
/// assert_eq!(SubspaceLayout::new(100).len(), 100 + 100 * 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubspaceLayout {
    count: usize,
}

impl SubspaceLayout {
    /// Creates the layout for `count` directions.
    #[must_use]
    pub const fn new(count: usize) -> Self {
        Self { count }
    }

    /// Returns the minimum length of the workspace, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.count, area(self.count, self.count)])
    }

    /// Splits the workspace into the coordinates and the factor of the directions' inner products.
    fn split<R>(self, workspace: &mut [R]) -> Option<[&mut [R]; 2]> {
        Some(cut(workspace, [self.count, area(self.count, self.count)])?.0)
    }
}

/// An objective as a function of the coordinates along p directions, the columns of A, through a point:
///
/// ```text
/// g(c) = f(θ + A (c − A⁺θ)),    ∇g(c) = Aᵀ ∇f,    A⁺ = (AᵀA)⁻¹ Aᵀ
/// ```
///
/// The point itself has the [`coordinates`](Self::coordinates) A⁺θ. The box that a
/// [`Sharpness`](super::Sharpness) explores around them is therefore that of Keskar et al. (2017, eq. 3) for
/// this A, `|zᵢ| ≤ ε (|(A⁺θ)ᵢ| + 1)`, and the rise that it finds is their `max f(θ + A z) − f(θ)` (eq. 4).
/// They draw A at random with p = 100 but do not state the distribution; the rise grows with the square of
/// the directions' length. If the directions are the unit vectors, the box is the one in all dimensions.
///
/// # Shapes
///
/// | argument     | length                  | layout                                                |
/// |--------------|-------------------------|-------------------------------------------------------|
/// | `params`     | n                       | θ, borrowed                                           |
/// | `directions` | p n                     | a direction per row, of any length, not orthogonal    |
/// | `workspace`  | [`SubspaceLayout::len`] | need not be initialised                               |
///
/// # Cost
/// Construction takes p² n / 2 multiply–adds. A value or gradient costs that of the objective, p n multiply–adds
/// for the point and as many for the gradient's products. The error of A⁺θ is about ε times the squared
/// condition number of the directions.
///
/// # Errors
/// As for any objective, slices of the wrong length give a value of +∞ and a gradient of NaN.
///
/// # Examples
///
/// ```
/// use losscape::Objective;
/// use losscape::base::random::stream;
/// use losscape::curvature::{
///     Region, Sharpness, SharpnessConfig, SharpnessLayout, SharpnessStep, Subspace, SubspaceLayout,
/// };
/// use losscape::models::surfaces::Quadratic;
///
/// let (f, theta) = (Quadratic::new(&[2.0f64, 6.0, 1.0])?, [0.0; 3]);
/// // The second axis, and twice the third.
/// let directions = [0.0, 1.0, 0.0, 0.0, 0.0, 2.0];
/// let within = Subspace::new(&f, &theta, &directions, vec![0.0; SubspaceLayout::new(2).len()])?;
///
/// let config = SharpnessConfig { region: Region::Box { size: 0.1 }, starts: 3, steps: 10 };
/// let workspace = vec![0.0; SharpnessLayout::new(2, within.scratch_len()).len()];
/// let mut sharpness = Sharpness::new(&within, config, within.coordinates(), workspace)?;
/// let mut rng = stream(1, 0);
/// while sharpness.step(&within, &mut rng) != SharpnessStep::Done {}
/// assert!((sharpness.rise() - 0.5 * (6.0 * 0.1 * 0.1 + 1.0 * 0.2 * 0.2)).abs() < 1e-15);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct Subspace<'a, F: ?Sized, R: Real, D, W> {
    objective: &'a F,
    params: &'a [R],
    directions: D, // p × n
    layout: SubspaceLayout,
    workspace: W,
}

impl<'a, R, F, D, W> Subspace<'a, F, R, D, W>
where
    R: Real,
    F: Objective<R> + ?Sized,
    D: AsRef<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates the restriction of `objective` to these directions through `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite), `directions` (empty, not whole rows, not finite; not
    /// independent, [`Reason::Dependent`]; so short that coordinates along them overflow) or `workspace` (shorter than
    /// [`SubspaceLayout::len`]).
    pub fn new(objective: &'a F, params: &'a [R], directions: D, mut workspace: W) -> Result<Self, ArgError> {
        let (n, all) = (objective.dim(), directions.as_ref());
        ArgError::check_len("params", n, params.len())?;
        ArgError::check_finite("params", params)?;
        let layout = SubspaceLayout::new(count_whole("directions", n, all.len())?);
        ArgError::check_finite("directions", all)?;
        if layout.count > n {
            return Err(ArgError::new("directions", Reason::Dependent));
        }
        let lent = workspace.as_mut();
        let too_short = Reason::TooShort { needed: layout.len(), found: lent.len() };
        let [coordinates, factor] = layout.split(lent).ok_or(ArgError::new("workspace", too_short))?;
        factorise(all, n, factor).ok_or(ArgError::new("directions", Reason::Dependent))?;
        project(params, all, factor, coordinates);
        if !coordinates.iter().all(|c| c.is_finite()) {
            return Err(ArgError::new("directions", Reason::Overflow));
        }
        Ok(Self { objective, params, directions, layout, workspace })
    }

    /// Returns A⁺θ, the coordinates of the point.
    #[must_use]
    pub fn coordinates(&self) -> &[R] {
        self.workspace.as_ref().get(..self.layout.count).unwrap_or_default()
    }

    /// Returns the directions and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (D, W) {
        (self.directions, self.workspace)
    }

    /// Writes θ + A (c − A⁺θ) to `point`; `None` if the memory has changed its length.
    fn place(&self, at: &[R], point: &mut [R]) -> Option<&[R]> {
        let (directions, count) = (self.directions.as_ref(), self.layout.count);
        let centres = Some(self.workspace.as_ref())
            .filter(|workspace| workspace.len() >= self.layout.len())?
            .get(..count)?;
        if directions.len() != count * point.len() {
            return None;
        }
        point.copy_from_slice(self.params);
        for ((a, c), centre) in rows(directions, point.len()).zip(at).zip(centres) {
            axpy(*c - *centre, a, point);
        }
        Some(directions)
    }
}

impl<R, F, D, W> Objective<R> for Subspace<'_, F, R, D, W>
where
    R: Real,
    F: Objective<R> + ?Sized,
    D: AsRef<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    fn dim(&self) -> usize {
        self.layout.count
    }

    /// Returns the objective's scratch length, plus room for a point and its gradient.
    fn scratch_len(&self) -> usize {
        let n = self.params.len();
        total([n, n, self.objective.scratch_len()])
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        let n = self.params.len();
        let Some(([point, _], scratch)) = cut(scratch, [n, n]).filter(|_| params.len() == self.dim()) else {
            return R::INFINITY;
        };
        match self.place(params, point) {
            Some(_) => self.objective.value(point, scratch),
            None => R::INFINITY,
        }
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let (n, count) = (self.params.len(), self.dim());
        let fits = params.len() == count && grad.len() == count;
        let parts = cut(scratch, [n, n]).filter(|_| fits);
        let placed = parts.and_then(|(parts, scratch)| Some((self.place(params, parts[0])?, parts, scratch)));
        let Some((directions, [point, slope], scratch)) = placed else {
            refuse(grad);
            return R::INFINITY;
        };
        let value = self.objective.value_grad(point, slope, scratch);
        for (grad, a) in grad.iter_mut().zip(rows(directions, n)) {
            *grad = dot(a, slope);
        }
        value
    }
}

/// Computes the lower Cholesky factor L of `AᵀA = L Lᵀ` for directions scaled to components near one. `None`
/// if one direction is, up to rounding, a combination of those before it.
fn factorise<R: Real>(directions: &[R], n: usize, factor: &mut [R]) -> Option<()> {
    let count = rows(directions, n).len();
    let rounding = R::EPSILON * R::from_usize(count.saturating_add(16));
    for (i, a) in rows(directions, n).enumerate() {
        let scale = unit_scale(a);
        for (j, b) in rows(directions, n).take(i + 1).enumerate() {
            let product = dot_scaled(scale, a, unit_scale(b), b);
            let (before, own) = factor.split_at_mut_checked(i * count)?;
            let known = if i == j { &*own } else { row(before, count, j)? };
            let left = product - dot(known.get(..j)?, own.get(..j)?);
            *own.get_mut(j)? = if i == j {
                if left.is_nan() || left <= rounding * product {
                    return None;
                }
                sqrt(left)
            } else {
                left / *known.get(j)?
            };
        }
    }
    Some(())
}

/// Computes `out ← A⁺θ`, given the factor of the scaled directions.
fn project<R: Real>(params: &[R], directions: &[R], factor: &[R], out: &mut [R]) {
    let (count, scale) = (out.len(), unit_scale(params));
    let line = |i: usize| row(factor, count, i).unwrap_or_default();
    // L y = Aᵀθ, then Lᵀ c = y.
    for (i, a) in rows(directions, params.len()).enumerate() {
        let (known, own) = out.split_at_mut(i);
        let left = dot_scaled(unit_scale(a), a, scale, params) - dot(&line(i)[..i], known);
        own[0] = left / line(i)[i];
    }
    for i in (0..count).rev() {
        let (to, known) = out.split_at_mut(i + 1);
        for (k, known) in (i + 1..).zip(known) {
            to[i] -= line(k)[i] * *known;
        }
        to[i] /= line(i)[i];
    }
    for (out, a) in out.iter_mut().zip(rows(directions, params.len())) {
        *out = times_quotient(*out, unit_scale(a), scale);
    }
}

#[cfg(test)]
mod tests;
