//! A walk to a critical point of a chosen index.

mod layout;
mod outcome;

pub use layout::FollowingLayout;
pub use outcome::{CriticalPoint, FollowingStep};

use super::inspection::{Inspected, Inspection};
use crate::base::elementary::sqrt;
use crate::base::rows::{front, front_mut, row, rows};
use crate::base::vector::{axpy, dot, norm};
use crate::{ArgError, Curvature, Real};
use layout::Parts;

/// The configuration of an [`EigenvectorFollowing`] walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FollowingConfig<R: Real = f32> {
    /// The number of lowest modes followed uphill: 0 leads to a minimum, 1 to a saddle.
    pub index: u32,
    /// The longest step.
    pub max_step: R,
    /// ℓ, the longest step along one mode. Wales (1994) uses 1, for parameters of about that size.
    pub mode_step: R,
    /// The walk has converged where the gradient norm is at most this.
    pub grad_norm: R,
}

/// Eigenvector following: a walk to a critical point, uphill along the lowest modes of the Hessian and
/// downhill along all others (Cerjan & Miller 1981), with the step of Wales (1994).
///
/// For the eigenpairs `λᵢ, vᵢ` of `∇²f(θ)`, ascending, and `gᵢ = vᵢ·∇f(θ)`, the step is
///
/// ```text
/// θ ← θ + Σᵢ hᵢ vᵢ,      hᵢ = ± 2 gᵢ / (|λᵢ| + √(λᵢ² + 4 gᵢ²/ℓ²)),      + for i < index, − for all others
/// ```
///
/// shortened to `max_step`. Near a critical point of that index, `hᵢ` is Newton's step and the convergence is
/// quadratic; far away, no `hᵢ` is longer than ℓ, the `mode_step`. The walk does not move along a mode that
/// is flat up to rounding. It ends [stuck](FollowingStep::Stuck) where only such modes slope, or where the
/// step is smaller than the last digits of the parameters. The walk on k f takes the same steps; so does the
/// walk in other units of the parameters, if both lengths are given in these units.
///
/// The climbing image of a [`Band`](crate::path::Band) approaches a saddle by many short steps along an
/// estimated direction; this method takes a few exact ones. A walk with `index` 1 from the highest image of a
/// relaxed band certifies the saddle. A walk with `index` 0 from an end of the band certifies the minimum:
/// the end of training alone does not make a point a minimum. The walk may end at a different critical point
/// than expected, because nothing ties it to the band, and it can wander where the lowest modes are equal. So
/// check the [`CriticalPoint`], and descend on both sides of a saddle along its lowest [mode](Self::mode) to
/// see which minima it joins.
///
/// Bound the number of moves: a walk need not end. With an index above zero it can climb without end, and where
/// the requested gradient norm is below the rounding of the gradient it may go to and fro by more than the last
/// digits of the parameters.
///
/// # Shapes
///
/// | argument    | length                            | layout                    |
/// |-------------|-----------------------------------|---------------------------|
/// | `params`    | n                                 | the point, moved in place |
/// | `matrix`    | [`FollowingLayout::matrix_len`]   | need not be initialised   |
/// | `workspace` | [`FollowingLayout::len`]          | need not be initialised   |
///
/// # Cost
///
/// A step is one gradient, one Hessian–vector product, or the eigenproblem of n rows, `O(n³)`. A move is one
/// gradient, n products and one eigenproblem. The method suits networks of some hundred parameters, in `f64`.
///
/// # Examples
///
/// Finds the lower saddle of the Müller–Brown surface from a point near it:
///
/// ```
/// use losscape::curvature::{EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep};
/// use losscape::models::surfaces::MuellerBrown;
///
/// const LAYOUT: FollowingLayout = FollowingLayout::new(2, 0, 0);
/// let f = MuellerBrown::<f64>::default();
/// let config = FollowingConfig { index: 1, max_step: 0.1, mode_step: 1.0, grad_norm: 1e-10 };
/// let (matrix, workspace) = ([0.0; LAYOUT.matrix_len()], [0.0; LAYOUT.len()]);
/// let mut walk = EigenvectorFollowing::new(&f, config, [0.2, 0.3], matrix, workspace)?;
/// let saddle = loop {
///     match walk.step(&f) {
///         FollowingStep::Converged(point) => break point,
///         FollowingStep::NotFinite | FollowingStep::Stuck(_) => panic!("no saddle"),
///         _ => (),
///     }
/// };
/// assert!((saddle.value + 72.24894011232521).abs() < 1e-10);
/// assert_eq!((saddle.signature.positive, saddle.signature.negative), (1, 1));
/// assert!((walk.eigenvalues()[0] + 735.2472621114).abs() < 1e-8);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EigenvectorFollowing<R: Real, P, M, W> {
    config: FollowingConfig<R>,
    params: P,    // n
    matrix: M,    // n × n: the Hessian, then its eigenvectors as rows
    workspace: W, // of a `FollowingLayout`
    layout: FollowingLayout,
    inspection: Inspection<R>,
    ended: Option<FollowingStep<R>>,
    /// Whether the last step was smaller than the last digits of the parameters.
    within_digits: bool,
    moves: u32,
}

impl<R, P, M, W> EigenvectorFollowing<R, P, M, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    M: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a walk that starts at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite), `matrix` (wrong length), `workspace` (too
    /// short), `index` (above n), `max_step`, `mode_step` or `grad_norm` (not above zero).
    pub fn new(
        f: &(impl Curvature<R> + ?Sized),
        config: FollowingConfig<R>,
        params: P,
        matrix: M,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let layout = FollowingLayout::of(f);
        ArgError::check_len("params", layout.dim, params.as_ref().len())?;
        ArgError::check_finite("params", params.as_ref())?;
        ArgError::check_len("matrix", layout.matrix_len(), matrix.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        ArgError::check_index("index", config.index as usize, layout.dim + 1)?;
        ArgError::check_positive("max_step", config.max_step)?;
        ArgError::check_positive("mode_step", config.mode_step)?;
        ArgError::check_positive("grad_norm", config.grad_norm)?;
        let (inspection, ended, within_digits) = (Inspection::default(), None, false);
        Ok(Self { config, params, matrix, workspace, layout, inspection, ended, within_digits, moves: 0 })
    }

    /// Does one bounded unit of work: one gradient, one product, or one eigenproblem and a move.
    pub fn step(&mut self, f: &(impl Curvature<R> + ?Sized)) -> FollowingStep<R> {
        let layout = FollowingLayout::of(f);
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_mut());
        let fits = params.len() == layout.dim && matrix.len() == layout.matrix_len();
        let Some(Parts { grad, values, rest }) = layout.split(self.workspace.as_mut()).filter(|_| fits)
        else {
            return FollowingStep::MemoryChanged;
        };
        if let Some(end) = self.ended {
            return end;
        }
        match self.inspection.step(f, params, matrix, [grad, values], rest) {
            Inspected::Evaluated(value, grad_norm) => FollowingStep::Evaluated { value, grad_norm },
            Inspected::Product(row) => FollowingStep::Product { row },
            Inspected::Done(point) => self.conclude(point),
            Inspected::NotFinite => FollowingStep::NotFinite,
            Inspected::MemoryChanged => FollowingStep::MemoryChanged,
        }
    }

    /// Ends the walk or moves the point, given the eigenpairs.
    fn conclude(&mut self, point: CriticalPoint<R>) -> FollowingStep<R> {
        let CriticalPoint { grad_norm, signature, flat, .. } = point;
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_ref());
        let Some(Parts { grad, values, rest }) = self.layout.split(self.workspace.as_mut()) else {
            return FollowingStep::MemoryChanged;
        };
        if grad_norm <= self.config.grad_norm {
            return self.end(FollowingStep::Converged(point));
        }
        let step = front_mut(rest, params.len());
        step.fill(R::ZERO);
        // The squared share of the gradient along modes with curvature.
        let (mut uphill, mut curved) = (self.config.index, R::ZERO);
        for (mode, value) in rows(matrix, params.len()).zip(&*values) {
            let (half_curvature, slope) = (R::HALF * value.abs(), dot(mode, grad));
            if value.abs() > flat {
                let share = slope / grad_norm;
                curved += share * share;
                let h = slope / (half_curvature + norm(&[half_curvature, slope / self.config.mode_step]));
                axpy(if uphill > 0 { h } else { -h }, mode, step);
            }
            uphill = uphill.saturating_sub(1);
        }
        if signature.flat > 0 && grad_norm * sqrt(curved) <= self.config.grad_norm {
            return self.end(FollowingStep::Stuck(point));
        }
        let length = norm(step);
        let shortened = if length > self.config.max_step { self.config.max_step / length } else { R::ONE };
        if !params.iter().zip(&*step).all(|(theta, h)| (*theta + shortened * *h).is_finite()) {
            self.inspection = Inspection::default();
            return FollowingStep::NotFinite;
        }
        // One such step may still make progress; after the second one, the walk would oscillate or stand
        // still.
        let length = length.or_smaller(self.config.max_step);
        let within_digits = length <= R::EPSILON * norm(params);
        if within_digits && self.within_digits {
            return self.end(FollowingStep::Stuck(point));
        }
        self.within_digits = within_digits;
        axpy(shortened, step, params);
        self.inspection = Inspection::default();
        self.moves = self.moves.saturating_add(1);
        FollowingStep::Moved { moves: self.moves, length, negative: signature.negative }
    }

    fn end(&mut self, step: FollowingStep<R>) -> FollowingStep<R> {
        *self.ended.insert(step)
    }

    /// Returns the current point.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.params.as_ref()
    }

    /// Returns the number of moves.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }

    /// Returns the eigenvalues of the Hessian, ascending; once the walk has ended, those at its last point.
    #[must_use]
    pub fn eigenvalues(&self) -> &[R] {
        let dim = self.layout.dim;
        self.workspace.as_ref().get(dim..).map_or(&[], |values| front(values, dim))
    }

    /// Returns the unit eigenvector of the `i`th eigenvalue, counted from 0; once the walk has ended, at its
    /// last point.
    ///
    /// Empty if there is no such eigenvalue.
    #[must_use]
    pub fn mode(&self, i: usize) -> &[R] {
        row(self.matrix.as_ref(), self.layout.dim, i).unwrap_or_default()
    }

    /// Returns the point, the matrix and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, M, W) {
        (self.params, self.matrix, self.workspace)
    }
}

#[cfg(test)]
mod tests;
