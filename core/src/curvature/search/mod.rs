//! A search for a critical point of any index.

use super::CriticalPoint;
use super::inspection::{Inspected, Inspection, rest_len};
use crate::base::layout::{area, cut, total};
use crate::base::rows::{copy, row, rows};
use crate::base::vector::{axpy, dot, largest, norm};
use crate::{ArgError, Curvature, Real};

/// The first damping, as a share of the largest curvature.
const FIRST: f64 = 1e-3;
/// The factor by which a refused step multiplies the damping and an accepted step divides it.
const FACTOR: f64 = 4.0;
/// The damping above which a search is stuck, in units of the largest curvature.
const MOST: f64 = 1e8;

/// The memory layout of a [`CriticalSearch`].
///
/// ```
/// use losscape::curvature::SearchLayout;
/// let layout = SearchLayout::new(17, 50, 100);
/// assert_eq!((layout.matrix_len(), layout.len()), (289, 5 * 17 + 17 + 100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLayout {
    dim: usize,
    scratch: usize,
    hess_vec_scratch: usize,
}

struct Parts<'w, R> {
    grad: &'w mut [R],
    /// Eigenvalues, ascending.
    values: &'w mut [R],
    /// The gradient in the basis of the eigenvectors.
    slopes: &'w mut [R],
    next: &'w mut [R],
    next_grad: &'w mut [R],
    /// Scratch of a gradient, or the workspace of a Hessian or of its eigenvalues.
    rest: &'w mut [R],
}

impl SearchLayout {
    /// Creates the layout for an objective's `dim`, `scratch_len` and `hess_vec_scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize, hess_vec_scratch: usize) -> Self {
        Self { dim, scratch, hess_vec_scratch }
    }

    fn of<R: Real>(f: &(impl Curvature<R> + ?Sized)) -> Self {
        Self::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len())
    }

    /// Returns the length of the matrix, n², saturating on overflow.
    #[must_use]
    pub const fn matrix_len(self) -> usize {
        area(self.dim, self.dim)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([area(self.dim, 5), rest_len(self.dim, self.scratch, self.hess_vec_scratch)])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([grad, values, slopes, next, next_grad], rest) = cut(workspace, [self.dim; 5])?;
        Some(Parts { grad, values, slopes, next, next_grad, rest })
    }
}

/// The outcome of one [`CriticalSearch::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum SearchStep<R: Real = f32> {
    /// The first gradient was evaluated.
    Evaluated {
        /// The objective's value.
        value: R,
        /// The gradient norm.
        grad_norm: R,
    },
    /// A Hessian–vector product was computed.
    Product {
        /// The row of the Hessian that was computed.
        row: usize,
    },
    /// The eigenproblem of the Hessian was solved.
    Decomposed,
    /// The point was moved, and the gradient became shorter.
    Moved {
        /// The number of moves so far.
        moves: u32,
        /// The gradient norm at the new point.
        grad_norm: R,
    },
    /// The trial point has no shorter gradient; the next trial uses another damping.
    Refused,
    /// The value, the gradient or the Hessian was infinite or NaN at the current point, which has not moved;
    /// the next step evaluates it again.
    NotFinite,
    /// The gradient has vanished, and the spectrum was computed; further steps return the same outcome.
    Converged(CriticalPoint<R>),
    /// No step, however damped, shortens the gradient; further steps return the same outcome. Either its norm has
    /// a non-zero local minimum here, where the gradient lies along directions whose curvature is zero to the
    /// accuracy of the point, if not to rounding, or the requested norm is below the rounding of
    /// the gradient.
    Stuck(CriticalPoint<R>),
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    Inspect,
    /// `first` is true until a move with this Hessian was refused.
    Try {
        point: CriticalPoint<R>,
        first: bool,
    },
    Ended(SearchStep<R>),
}

/// A search for a nearby critical point of any index, by damped Newton steps on `½ ‖∇f‖²` (Levenberg &
/// Marquardt):
///
/// ```text
/// θ ← θ − (H² + ν²)⁻¹ H ∇f,      H = ∇²f(θ)
/// ```
///
/// Dauphin et al. (2014) search in this way, from the points of a training run and from random ones. Steps
/// that do not shorten the gradient are refused, and the damping ν is multiplied by four; after an accepted
/// step it is divided by four. It starts over where the curvature has become so small that the damping stops
/// every step. Without damping, this is Newton's method, which converges to maxima and
/// saddles as well as to minima; near a critical point with no flat direction, the convergence is quadratic.
/// The [`signature`](CriticalPoint::signature) of the point tells a minimum, a saddle and a maximum apart.
/// The steps do not depend on the scale of f or on the units of the parameters.
///
/// Different starts may find the same point, so the number of searches is not the number of critical points.
///
/// # Shapes
///
/// | argument    | length                       | layout                    |
/// |-------------|------------------------------|---------------------------|
/// | `params`    | n                            | the point, moved in place |
/// | `matrix`    | [`SearchLayout::matrix_len`] | need not be initialised   |
/// | `workspace` | [`SearchLayout::len`]        | need not be initialised   |
///
/// # Cost
/// A step is one gradient with n² multiplications, one Hessian–vector product, or the eigenproblem of n rows,
/// `O(n³)`. A move is n products, one eigenproblem and one gradient per trial.
///
/// # Examples
///
/// Finds the upper saddle of the Müller–Brown surface from a point near it:
///
/// ```
/// use losscape::curvature::{CriticalSearch, SearchLayout, SearchStep};
/// use losscape::models::surfaces::MuellerBrown;
///
/// const LAYOUT: SearchLayout = SearchLayout::new(2, 0, 0);
/// let f = MuellerBrown::<f64>::default();
/// let (matrix, workspace) = ([0.0; LAYOUT.matrix_len()], [0.0; LAYOUT.len()]);
/// let mut search = CriticalSearch::new(&f, 1e-10, [-0.8, 0.6], matrix, workspace)?;
/// let found = loop {
///     match search.step(&f) {
///         SearchStep::Converged(point) => break point,
///         SearchStep::NotFinite | SearchStep::Stuck(_) => panic!("nothing found"),
///         _ => (),
///     }
/// };
/// assert!((found.value + 40.6648435086574).abs() < 1e-10);
/// assert_eq!(found.signature.negative, 1);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CriticalSearch<R: Real, P, M, W> {
    params: P,    // n
    matrix: M,    // n × n: the Hessian, then its eigenvectors as rows
    workspace: W, // of a `SearchLayout`
    layout: SearchLayout,
    grad_norm: R,
    inspection: Inspection<R>,
    phase: Phase<R>,
    /// ν; `None` before the first Hessian.
    damping: Option<R>,
    moves: u32,
}

impl<R, P, M, W> CriticalSearch<R, P, M, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    M: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a search that starts at `params` and has converged where the gradient norm is at most
    /// `grad_norm`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite), `matrix` (wrong length), `workspace` (too
    /// short) or `grad_norm` (not above zero).
    pub fn new(
        f: &(impl Curvature<R> + ?Sized),
        grad_norm: R,
        params: P,
        matrix: M,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let layout = SearchLayout::of(f);
        ArgError::check_len("params", layout.dim, params.as_ref().len())?;
        ArgError::check_finite("params", params.as_ref())?;
        ArgError::check_len("matrix", layout.matrix_len(), matrix.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        ArgError::check_positive("grad_norm", grad_norm)?;
        let (inspection, phase) = (Inspection::default(), Phase::Inspect);
        Ok(Self { params, matrix, workspace, layout, grad_norm, inspection, phase, damping: None, moves: 0 })
    }

    /// Does one bounded unit of work: one gradient, one product, or one eigenproblem.
    pub fn step(&mut self, f: &(impl Curvature<R> + ?Sized)) -> SearchStep<R> {
        let layout = SearchLayout::of(f);
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_mut());
        let fits = layout == self.layout && params.len() == layout.dim && matrix.len() == layout.matrix_len();
        let Some(parts) = layout.split(self.workspace.as_mut()).filter(|_| fits) else {
            return SearchStep::MemoryChanged;
        };
        match self.phase {
            Phase::Inspect => {
                let Parts { grad, values, rest, .. } = parts;
                match self.inspection.step(f, params, matrix, [grad, values], rest) {
                    Inspected::Evaluated(value, grad_norm) => SearchStep::Evaluated { value, grad_norm },
                    Inspected::Product(row) => SearchStep::Product { row },
                    Inspected::Done(point) => self.conclude(point),
                    Inspected::NotFinite => SearchStep::NotFinite,
                    Inspected::MemoryChanged => SearchStep::MemoryChanged,
                }
            }
            Phase::Try { point, first } => self.attempt(f, point, first),
            Phase::Ended(step) => step,
        }
    }

    /// Ends the search if the gradient has vanished, or prepares a move, given the eigenpairs.
    fn conclude(&mut self, point: CriticalPoint<R>) -> SearchStep<R> {
        let matrix = self.matrix.as_ref();
        let Some(Parts { grad, values, slopes, .. }) = self.layout.split(self.workspace.as_mut()) else {
            return SearchStep::MemoryChanged;
        };
        for (slope, mode) in slopes.iter_mut().zip(rows(matrix, self.layout.dim)) {
            *slope = dot(mode, grad);
        }
        let largest = largest(values);
        if point.grad_norm <= self.grad_norm {
            return self.end(SearchStep::Converged(point));
        }
        if largest == R::ZERO {
            return self.end(SearchStep::Stuck(point));
        }
        self.damping = self.damping.or(Some(R::from_f64(FIRST) * largest));
        self.phase = Phase::Try { point, first: true };
        SearchStep::Decomposed
    }

    /// Tries one move with the current damping.
    fn attempt(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        point: CriticalPoint<R>,
        first: bool,
    ) -> SearchStep<R> {
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_ref());
        let Some(parts) = self.layout.split(self.workspace.as_mut()) else {
            return SearchStep::MemoryChanged;
        };
        let Parts { grad, values, slopes, next, next_grad, rest } = parts;
        let damping = self.damping.unwrap_or(R::ZERO);
        copy(params, next);
        for ((mode, value), slope) in rows(matrix, self.layout.dim).zip(&*values).zip(&*slopes) {
            // λ g / (λ² + ν²), computed without a square that could overflow.
            let r = norm(&[*value, damping]);
            let along = if r > R::ZERO { (*value / r) * (*slope / r) } else { R::ZERO };
            axpy(-along, mode, next);
        }
        let moved = params.iter().zip(&*next).any(|(from, to)| from != to);
        let mut found = None;
        if moved && next.iter().all(|x| x.is_finite()) {
            let value = f.value_grad(next, next_grad, rest);
            let grad_norm = norm(next_grad);
            found = Some((value, grad_norm)).filter(|_| value.is_finite() && grad_norm < point.grad_norm);
        }
        let Some((value, grad_norm)) = found else {
            // Many accepted steps may have reduced the damping to zero, which no factor can raise.
            let largest = largest(values);
            let least = R::from_f64(FACTOR) * R::EPSILON * largest;
            let least = if least > R::ZERO { least } else { largest };
            let (more, start) =
                ((R::from_f64(FACTOR) * damping).or_larger(least), R::from_f64(FIRST) * largest);
            let stopped = !(moved && more <= R::from_f64(MOST) * largest);
            // The damping of a previous Hessian says nothing about one far smaller.
            let over = stopped && first && damping > start;
            if stopped && !over {
                return self.end(SearchStep::Stuck(point));
            }
            let damping = if over { start } else { more };
            self.phase = Phase::Try { point, first: false };
            self.damping = Some(damping);
            return SearchStep::Refused;
        };
        copy(next, params);
        copy(next_grad, grad);
        self.damping = Some(damping / R::from_f64(FACTOR));
        (self.inspection, self.phase) = (Inspection::of(value, grad_norm), Phase::Inspect);
        self.moves = self.moves.saturating_add(1);
        SearchStep::Moved { moves: self.moves, grad_norm }
    }

    fn end(&mut self, step: SearchStep<R>) -> SearchStep<R> {
        self.phase = Phase::Ended(step);
        step
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

    /// Returns the eigenvalues of the Hessian, ascending; once the search has ended, those at its last point.
    #[must_use]
    pub fn eigenvalues(&self) -> &[R] {
        row(self.workspace.as_ref(), self.layout.dim, 1).unwrap_or_default()
    }

    /// Returns the point, the matrix and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, M, W) {
        (self.params, self.matrix, self.workspace)
    }
}

#[cfg(test)]
mod tests;
