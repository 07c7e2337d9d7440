//! Extreme eigenvalues of large operators from Krylov subspaces.

mod layout;
mod ritz;

pub use layout::LanczosLayout;
pub use ritz::Ritz;

use self::layout::Parts;
use super::tridiagonal::tridiagonal_eigen;
use crate::base::random::{Rng, fill_normal};
use crate::base::rows::{copy, row, row_mut, rows};
use crate::base::vector::{axpy, dot, norm, normalise, unit_scale};
use crate::{ArgError, Operator, Real};

/// The configuration of a [`Lanczos`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanczosConfig {
    /// m, the maximum number of steps; at most n are taken.
    pub steps: u32,
    /// Whether every new vector is made orthogonal to all previous ones. Without re-orthogonalisation, two
    /// vectors are kept instead of m, and copies of an eigenvalue, its *ghosts*, appear once it has
    /// converged.
    pub reorthogonalise: bool,
}

/// The outcome of one [`Lanczos::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum LanczosStep<R: Real = f32> {
    /// The subspace has grown by one dimension.
    Extended {
        /// The number of steps so far.
        steps: u32,
        /// βₖ, an upper bound of all residuals.
        beta: R,
    },
    /// The subspace has grown by one dimension and is invariant under the operator. The iteration continues
    /// in a random direction orthogonal to it, so that multiple eigenvalues are found as well.
    Restarted {
        /// The number of steps so far.
        steps: u32,
    },
    /// All steps were taken, the subspace is the whole space, or it is invariant and the iteration does not restart:
    /// without re-orthogonalisation, or if the random direction lies in the subspace. Further steps return the same
    /// outcome.
    Done,
    /// The product was infinite or NaN; nothing has changed.
    NotFinite,
    /// The memory no longer has the lengths that the operator needs; nothing was done.
    MemoryChanged,
}

/// The Lanczos iteration, which projects a symmetric operator onto a Krylov subspace and finds its extreme
/// eigenvalues there (Lanczos 1950; Parlett 1998, chapter 13). The subspace grows by one product per step.
///
/// ```text
/// A Q = Q T + βₖ q_{k+1} eₖᵀ,     T tridiagonal with α₁ … αₖ on the diagonal and β₁ … βₖ₋₁ beside it
/// ```
///
/// The vectors q are orthonormal: each new one is made orthogonal to all previous ones, twice, so that every
/// [`Ritz`] value belongs to a different eigenvector. The published recurrence alone loses orthogonality as
/// soon as an eigenvalue converges; [`LanczosConfig::reorthogonalise`] set to false selects it. The operator
/// is used only through products, so n may be far above a thousand. Where `βₖ` is no more than the rounding
/// of a product ([`Operator::roundings`] · ε · ‖T‖), the subspace is invariant, and the iteration restarts in
/// a random direction.
///
/// # Shapes
///
/// | argument    | length                       | layout                            |
/// |-------------|------------------------------|-----------------------------------|
/// | `start`     | n                            | of any length but zero            |
/// | `basis`     | [`LanczosLayout::basis_len`] | need not be initialised           |
/// | `workspace` | [`LanczosLayout::len`]       | need not be initialised           |
///
/// # Cost
/// A step is one product and `4 k n` multiplications for re-orthogonalisation, a restart three times as many;
/// [`ritz`](Self::ritz) takes about `5 k³`.
///
/// # Examples
///
/// Finds the largest eigenvalue of a quadratic in fifty dimensions, from eight products:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::curvature::{Lanczos, LanczosConfig, LanczosLayout, LanczosStep};
/// use losscape::models::surfaces::Quadratic;
/// use losscape::objective::HessianAt;
/// use losscape::Operator;
///
/// let mut spectrum = [0.5f64; 50];
/// spectrum[7] = 40.0;
/// spectrum[9] = -3.0;
/// let f = Quadratic::new(&spectrum)?;
/// let at = HessianAt::new(&f, &[0.0; 50])?;
/// let layout = LanczosLayout::new(50, 8, at.scratch_len());
/// let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
/// let config = LanczosConfig { steps: 8, reorthogonalise: true };
/// let mut lanczos = Lanczos::new(&at, config, &[1.0; 50], basis, workspace)?;
/// let mut rng = stream(1, 0);
/// while lanczos.step(&at, &mut rng) != LanczosStep::Done {}
/// let ritz = lanczos.ritz().expect("it has steps");
/// assert!((ritz.values()[0] + 3.0).abs() < 1e-12 && (ritz.values()[7] - 40.0).abs() < 1e-12);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lanczos<R: Real, B, W> {
    config: LanczosConfig,
    layout: LanczosLayout,
    basis: B, // m × n, or 2 × n
    workspace: W,
    steps: usize,
    /// ‖T‖ so far: the largest row sum.
    size: R,
    ended: bool,
}

impl<R: Real, B: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> Lanczos<R, B, W> {
    /// Creates an iteration at step 0.
    ///
    /// # Errors
    /// [`ArgError`] naming `steps` (zero), `start` (length other than the operator's, not finite, zero), `basis`
    /// (length other than [`LanczosLayout::basis_len`]) or `workspace` (shorter than [`LanczosLayout::len`]).
    pub fn new(
        operator: &(impl Operator<R> + ?Sized),
        config: LanczosConfig,
        start: &[R],
        basis: B,
        workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("steps", config.steps as usize)?;
        ArgError::check_len("start", operator.dim(), start.len())?;
        ArgError::check_finite("start", start)?;
        let largest = unit_scale(start) * norm(start);
        ArgError::check_range("start", norm(start), largest > R::ZERO, "not the zero vector")?;
        let mut lanczos = Self::unstarted(operator, config, basis, workspace)?;
        lanczos.begin(|first| copy(start, first));
        Ok(lanczos)
    }

    /// Creates an iteration that still has to [begin](Self::begin).
    pub(super) fn unstarted(
        operator: &(impl Operator<R> + ?Sized),
        config: LanczosConfig,
        basis: B,
        workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("steps", config.steps as usize)?;
        let layout = layout_of(operator, config);
        ArgError::check_len("basis", layout.basis_len(), basis.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        Ok(Self { config, layout, basis, workspace, steps: 0, size: R::ZERO, ended: false })
    }

    /// Begins at a vector and discards all previous steps.
    pub(super) fn begin(&mut self, fill: impl FnOnce(&mut [R])) {
        (self.steps, self.size, self.ended) = (0, R::ZERO, false);
        if let Some(first) = self.basis.as_mut().get_mut(..self.layout.dim()) {
            fill(first);
            normalise(first);
        }
    }

    /// Computes one more product; `operator` must be the one given at construction. Only a restart draws from
    /// the generator.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        rng: &mut G,
    ) -> LanczosStep<R> {
        let (layout, dim, k) = (self.layout, operator.dim(), self.steps);
        let (basis, workspace) = (self.basis.as_mut(), self.workspace.as_mut());
        let fits = basis.len() == layout.basis_len() && layout == layout_of(operator, self.config);
        let Some(Parts { next, diagonal, beside, scratch, .. }) = layout.split(workspace).filter(|_| fits)
        else {
            return LanczosStep::MemoryChanged;
        };
        if self.ended || k >= layout.steps() {
            return LanczosStep::Done;
        }
        let kept = layout.kept();
        let slot = |k: usize| k.checked_rem(kept).unwrap_or(usize::MAX);
        let Some(q) = row(basis, dim, slot(k)) else { return LanczosStep::MemoryChanged };
        operator.apply(q, next, scratch);
        let alpha = dot(q, next);
        if !alpha.is_finite() || next.iter().any(|x| !x.is_finite()) {
            return LanczosStep::NotFinite;
        }
        axpy(-alpha, q, next);
        let before = beside.get(k.wrapping_sub(1)).copied().unwrap_or(R::ZERO);
        if let Some(q) = row(basis, dim, slot(k.wrapping_sub(1))).filter(|_| k > 0) {
            axpy(-before, q, next);
        }
        let full = self.config.reorthogonalise;
        if full {
            orthogonalise(basis, dim, k + 1, next);
        }
        let length = normalise(next);
        let row_sum = alpha.abs() + before.abs() + length;
        if !row_sum.is_finite() {
            return LanczosStep::NotFinite;
        }
        self.size = self.size.or_larger(row_sum);
        let rounding = R::EPSILON * R::from_usize(operator.roundings()) * self.size;
        let last = k + 1 == dim;
        let invariant = length <= rounding || (full && last);
        let beta = if invariant { R::ZERO } else { length };
        let (Some(on), Some(off)) = (diagonal.get_mut(k), beside.get_mut(k)) else {
            return LanczosStep::MemoryChanged;
        };
        (*on, *off) = (alpha, beta);
        self.steps = k + 1;
        self.ended = last || k + 1 == layout.steps() || (invariant && !full);
        let restart = invariant && !self.ended;
        if restart {
            fill_normal(rng, next);
            // Twice, because the remainder of a direction that lies almost in the subspace is mostly
            // rounding.
            let mut remainder = R::ZERO;
            for _ in 0..2 {
                orthogonalise(basis, dim, k + 1, next);
                remainder = normalise(next);
            }
            // What is left of a direction in the subspace is rounding, and no basis vector.
            self.ended = remainder <= R::EPSILON;
        }
        if let Some(place) = row_mut(basis, dim, slot(k + 1)).filter(|_| !self.ended) {
            copy(next, place);
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most the u32 of the configuration")]
        let steps = self.steps as u32;
        if restart && !self.ended {
            LanczosStep::Restarted { steps }
        } else {
            LanczosStep::Extended { steps, beta }
        }
    }

    /// Returns the number of steps taken.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.steps
    }

    /// Returns the eigenpairs of the tridiagonal matrix.
    ///
    /// `None` before the first step, if the memory has changed its length, or if the QL sweeps do not
    /// converge.
    #[must_use]
    pub fn ritz(&mut self) -> Option<Ritz<'_, R>> {
        let (k, dim) = (self.steps, self.layout.dim());
        let parts = self.layout.split(self.workspace.as_mut())?;
        let beta = parts.beside.get(k.wrapping_sub(1)).copied()?;
        let (values, vectors) = solve(parts, k, k)?;
        let basis = if self.config.reorthogonalise { self.basis.as_ref().get(..k * dim)? } else { &[] };
        Some(Ritz { values, vectors, basis, dim, beta })
    }

    /// Returns the nodes and weights of the Gauss quadrature, as [`Ritz`] has them, for `O(k²)` operations: a weight
    /// needs one component of its eigenvector.
    pub(super) fn quadrature(&mut self) -> Option<impl Iterator<Item = (R, R)>> {
        let (values, firsts) = solve(self.layout.split(self.workspace.as_mut())?, self.steps, 1)?;
        Some(values.iter().zip(firsts).map(|(value, first)| (*value, *first * *first)))
    }

    /// Returns the basis and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (B, W) {
        (self.basis, self.workspace)
    }
}

/// Returns the eigenvalues of the tridiagonal matrix of k steps, and of each eigenvector the first components, as many
/// as `columns`; `None` without steps, or if the QL sweeps do not converge.
fn solve<R: Real>(parts: Parts<'_, R>, k: usize, columns: usize) -> Option<(&[R], &[R])> {
    let Parts { diagonal, beside, values, work, rows, .. } = parts;
    let (diagonal, beside) = (diagonal.get(..k)?, beside.get(..k).filter(|_| k > 0)?);
    let (values, work, rows) = (values.get_mut(..k)?, work.get_mut(..k)?, rows.get_mut(..k * columns)?);
    // Near one, so that no square in the sweeps overflows or vanishes.
    let unit = unit_scale(diagonal).or_smaller(unit_scale(beside));
    for ((value, work), (alpha, beta)) in values.iter_mut().zip(&mut *work).zip(diagonal.iter().zip(beside)) {
        (*value, *work) = (unit * *alpha, unit * *beta);
    }
    rows.fill(R::ZERO);
    rows.iter_mut().step_by(columns.saturating_add(1)).take(columns).for_each(|x| *x = R::ONE);
    if !tridiagonal_eigen(values, work, rows) {
        return None;
    }
    for value in &mut *values {
        *value /= unit;
    }
    Some((values, rows))
}

fn layout_of<R: Real>(operator: &(impl Operator<R> + ?Sized), config: LanczosConfig) -> LanczosLayout {
    let layout = LanczosLayout::new(operator.dim(), config.steps as usize, operator.scratch_len());
    if config.reorthogonalise { layout } else { layout.without_reorthogonalisation() }
}

/// Makes a vector orthogonal to the first `count` rows of an orthonormal basis, twice: the second pass
/// removes the rounding errors of the first.
pub(super) fn orthogonalise<R: Real>(basis: &[R], dim: usize, count: usize, vector: &mut [R]) {
    for _ in 0..2 {
        for q in rows(basis, dim).take(count) {
            axpy(-dot(q, vector), q, vector);
        }
    }
}

#[cfg(test)]
mod tests;
