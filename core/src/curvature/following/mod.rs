//! The walk to a critical point of a chosen index.

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

/// How an [`EigenvectorFollowing`] walks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FollowingConfig<R: Real = f32> {
    /// How many of the lowest modes are followed uphill: 0 leads to a minimum, 1 to a saddle.
    pub index: u32,
    /// The longest step.
    pub max_step: R,
    /// ℓ, the longest step along one mode. Wales (1994) has 1, for parameters of about that size.
    pub mode_step: R,
    /// The walk has settled where the gradient is no longer than this.
    pub grad_norm: R,
}

/// Eigenvector following: walks to a critical point, uphill along the lowest modes of the Hessian and downhill along all
/// others (Cerjan & Miller 1981), with the step of Wales (1994).
///
/// With the eigenpairs `λᵢ, vᵢ` of `∇²f(θ)`, ascending, and `gᵢ = vᵢ·∇f(θ)`,
///
/// ```text
/// θ ← θ + Σᵢ hᵢ vᵢ,      hᵢ = ± 2 gᵢ / (|λᵢ| + √(λᵢ² + 4 gᵢ²/ℓ²)),      + for i < index, − for all others
/// ```
///
/// shortened to `max_step`. Near a critical point of that index `hᵢ` is Newton's step and convergence is
/// quadratic; far away no `hᵢ` is longer than ℓ, the `mode_step`. A mode that is flat up to rounding is left alone, and the walk ends
/// [stuck](FollowingStep::Stuck) where nothing but such modes slopes, or where the parameters have too few digits for its step. On k f it takes the same steps, and in
/// other units of the parameters, with both lengths in these units, too.
///
/// It does at once what the climbing image of a [`Band`](crate::path::Band) does by many short steps along an
/// estimated direction: from the highest image of a relaxed band it certifies the saddle, `index` 1. And it
/// certifies the ends of a band, `index` 0; that training has stopped does not make them minima. What it finds
/// need not be what one looked for: nothing ties the walk to the band it came from, and where the lowest modes
/// are equal it can wander. So look at the [`CriticalPoint`], and walk down on both sides of a saddle along
/// its lowest [mode](Self::mode) to see what it joins.
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
/// A step is one gradient, one Hessian–vector product, or the eigenproblem of n rows, `O(n³)`. A move is
/// one gradient, n products and one eigenproblem: for networks of some hundred parameters, in `f64`.
///
/// # Examples
///
/// The lower saddle of the Müller–Brown surface, from a point near it:
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
///         FollowingStep::Settled(point) => break point,
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
    /// Whether the last step was less than the last digits of the parameters.
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
    /// A walk that starts at `params`.
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

    /// One bounded unit of work: one gradient, one product, or one eigenproblem and a move.
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

    /// With the eigenpairs, the walk ends here, or the point moves.
    fn conclude(&mut self, point: CriticalPoint<R>) -> FollowingStep<R> {
        let CriticalPoint { grad_norm, signature, flat, .. } = point;
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_ref());
        let Some(Parts { grad, values, rest }) = self.layout.split(self.workspace.as_mut()) else {
            return FollowingStep::MemoryChanged;
        };
        if grad_norm <= self.config.grad_norm {
            return self.end(FollowingStep::Settled(point));
        }
        let step = front_mut(rest, params.len());
        step.fill(R::ZERO);
        // The square of the gradient's part along modes with curvature, as a share of the whole.
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
        // Once such a step may still gain something; after that the walk goes to and fro, or nowhere.
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

    /// The point.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.params.as_ref()
    }

    /// The number of times it has moved.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }

    /// The eigenvalues of the Hessian, ascending; once the walk has ended, those at its last point.
    #[must_use]
    pub fn eigenvalues(&self) -> &[R] {
        let dim = self.layout.dim;
        self.workspace.as_ref().get(dim..).map_or(&[], |values| front(values, dim))
    }

    /// The unit eigenvector of the `i`th eigenvalue, counted from 0; once the walk has ended, at its last point. Empty if
    /// there is no such eigenvalue.
    #[must_use]
    pub fn mode(&self, i: usize) -> &[R] {
        row(self.matrix.as_ref(), self.layout.dim, i).unwrap_or_default()
    }

    /// Gives back the point, the matrix and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, M, W) {
        (self.params, self.matrix, self.workspace)
    }
}

#[cfg(test)]
mod tests;
