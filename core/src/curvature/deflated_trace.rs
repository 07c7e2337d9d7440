//! The trace of an operator: exact on a small subspace, estimated from random products on its complement.

use super::estimate::{Estimate, Running};
use super::lanczos::orthogonalise;
use super::trace::Probe;
use crate::base::layout::{area, cut, total};
use crate::base::random::Rng;
use crate::base::rows::{row, row_mut};
use crate::base::vector::{dot, norm, normalise};
use crate::{ArgError, Operator, Real};

/// The memory layout of a [`DeflatedTrace`].
///
/// ```
/// use losscape::curvature::DeflatedTraceLayout;
/// let layout = DeflatedTraceLayout::new(1210, 20, 100);
/// assert_eq!((layout.basis_len(), layout.len()), (20 * 1210, 2 * 1210 + 100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflatedTraceLayout {
    dim: usize,
    rank: usize,
    scratch: usize,
}

impl DeflatedTraceLayout {
    /// Creates the layout for an operator's `dim` and `scratch_len` and a subspace of at most `rank`
    /// dimensions.
    #[must_use]
    pub const fn new(dim: usize, rank: usize, scratch: usize) -> Self {
        Self { dim, rank: if rank < dim { rank } else { dim }, scratch }
    }

    /// Returns the length of the basis, saturating on overflow.
    #[must_use]
    pub const fn basis_len(self) -> usize {
        area(self.rank, self.dim)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<([&mut [R]; 2], &mut [R])> {
        if workspace.len() < self.len() { None } else { cut(workspace, [self.dim, self.dim]) }
    }
}

/// The outcome of one [`DeflatedTrace::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum DeflatedTraceStep {
    /// A random vector was multiplied to extend the subspace. A product that already lies in the subspace
    /// adds no dimension.
    Direction {
        /// The dimension of the subspace so far.
        kept: u32,
    },
    /// The trace on one more dimension of the subspace was computed.
    Exact {
        /// The number of dimensions done.
        count: u32,
    },
    /// A probe orthogonal to the subspace was added.
    Added {
        /// The number of probes so far.
        count: u32,
    },
    /// The subspace is the whole space, so the trace is known up to rounding. Further steps return the same
    /// outcome.
    Done,
    /// The product was infinite or NaN; nothing was added.
    NotFinite,
    /// The memory no longer has the lengths that the operator needs; nothing was done.
    MemoryChanged,
}

/// An unbiased estimate of a trace that treats large eigenvalues exactly (Hutch++ of Meyer, Musco, Musco &
/// Woodruff 2021):
///
/// ```text
/// tr A = tr QᵀA Q + E vᵀA v,     Q an orthonormal basis of A S,  S random,  v = (1 − Q Qᵀ) s
/// ```
///
/// The first k products find the subspace and the next k compute the trace on it; each later product adds one
/// probe orthogonal to it. If the eigenvalues decay, the probes vary little: after c products, a fixed share of
/// them for the subspace, the error is `O(Σ|λᵢ| / c)`, whereas the error of a
/// [`TraceEstimate`](super::TraceEstimate) falls as 1/√c. Any number of dimensions and of probes is allowed;
/// spending two thirds of the products on the subspace works well. For a flat spectrum the subspace brings no
/// benefit.
///
/// # Shapes
///
/// | argument    | length                             | layout                  |
/// |-------------|------------------------------------|-------------------------|
/// | `basis`     | [`DeflatedTraceLayout::basis_len`] | need not be initialised |
/// | `workspace` | [`DeflatedTraceLayout::len`]       | need not be initialised |
///
/// # Cost
/// A step is one product and at most `8 k n` multiplications.
///
/// # Examples
///
/// A subspace of three dimensions captures nearly all of two large eigenvalues among forty:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::curvature::{DeflatedTrace, DeflatedTraceLayout, Probe};
/// use losscape::models::surfaces::Quadratic;
/// use losscape::objective::HessianAt;
/// use losscape::Operator;
///
/// let mut spectrum = [0.01f64; 40];
/// (spectrum[3], spectrum[17]) = (50.0, -20.0);
/// let f = Quadratic::new(&spectrum)?;
/// let at = HessianAt::new(&f, &[0.0; 40])?;
/// let layout = DeflatedTraceLayout::new(40, 3, at.scratch_len());
/// let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
/// let mut trace = DeflatedTrace::new(&at, 3, Probe::Gaussian, basis, workspace)?;
/// let mut rng = stream(1, 0);
/// for _ in 0..3 + 3 + 10 {
///     let _ = trace.step(&at, &mut rng);
/// }
/// let found = trace.estimate();
/// assert!((found.mean - 30.38).abs() < 4.0 * found.standard_error);
/// assert!(found.standard_error < 0.05); // ten probes without the subspace: 24
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DeflatedTrace<R: Real, B, W> {
    layout: DeflatedTraceLayout,
    probe: Probe,
    basis: B,     // k × n, the first `kept` rows known
    workspace: W, // n: a probe; n: its product; scratch
    tried: usize,
    kept: usize,
    known: usize,
    exact: R,
    probes: Running<R>,
}

impl<R: Real, B: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> DeflatedTrace<R, B, W> {
    /// Creates an estimate with no products and a subspace of at most `rank` dimensions, never more than n.
    /// With rank zero it is a [`TraceEstimate`](super::TraceEstimate).
    ///
    /// # Errors
    /// [`ArgError`] naming `basis` (length other than [`DeflatedTraceLayout::basis_len`]) or `workspace` (shorter than
    /// [`DeflatedTraceLayout::len`]).
    pub fn new(
        operator: &(impl Operator<R> + ?Sized),
        rank: u32,
        probe: Probe,
        basis: B,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let layout = DeflatedTraceLayout::new(operator.dim(), rank as usize, operator.scratch_len());
        ArgError::check_len("basis", layout.basis_len(), basis.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let (exact, probes) = (R::ZERO, Running::EMPTY);
        Ok(Self { layout, probe, basis, workspace, tried: 0, kept: 0, known: 0, exact, probes })
    }

    /// Computes one more product; `operator` must be the one given at construction.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        rng: &mut G,
    ) -> DeflatedTraceStep {
        self.product(operator, rng).unwrap_or(DeflatedTraceStep::MemoryChanged)
    }

    fn product<G: Rng + ?Sized>(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        rng: &mut G,
    ) -> Option<DeflatedTraceStep> {
        let (layout, basis) = (self.layout, self.basis.as_mut());
        let DeflatedTraceLayout { dim, rank, scratch } = layout;
        if (operator.dim(), operator.scratch_len(), basis.len()) != (dim, scratch, layout.basis_len()) {
            return None;
        }
        let ([vector, product], scratch) = layout.split(self.workspace.as_mut())?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        if self.tried < rank {
            self.probe.fill(rng, vector);
            operator.apply(vector, product, scratch);
            let before = norm(product);
            if !before.is_finite() {
                return Some(DeflatedTraceStep::NotFinite);
            }
            normalise(product);
            orthogonalise(basis, dim, self.kept, product);
            // The remainder of a product that lies in the subspace is rounding error and gives no new
            // direction.
            let rounding = R::EPSILON * R::from_usize(operator.roundings());
            if before > R::ZERO && norm(product) > rounding {
                normalise(product);
                orthogonalise(basis, dim, self.kept, product);
                normalise(product);
                row_mut(basis, dim, self.kept)?.copy_from_slice(product);
                self.kept += 1;
            }
            self.tried += 1;
            return Some(DeflatedTraceStep::Direction { kept: count(self.kept) });
        }
        if self.known < self.kept {
            let q = row(basis, dim, self.known)?;
            operator.apply(q, product, scratch);
            let exact = self.exact + dot(q, product);
            if !exact.is_finite() {
                return Some(DeflatedTraceStep::NotFinite);
            }
            (self.exact, self.known) = (exact, self.known + 1);
            return Some(DeflatedTraceStep::Exact { count: count(self.known) });
        }
        if self.kept == dim {
            return Some(DeflatedTraceStep::Done);
        }
        self.probe.fill(rng, vector);
        orthogonalise(basis, dim, self.kept, vector);
        operator.apply(vector, product, scratch);
        let Some(probes) = self.probes.with(dot(vector, product)) else {
            return Some(DeflatedTraceStep::NotFinite);
        };
        self.probes = probes;
        Some(DeflatedTraceStep::Added { count: probes.count })
    }

    /// Returns the trace and its standard error.
    ///
    /// The error is that of the probes: infinite for fewer than two, 0 if the subspace is the whole space.
    /// The mean is NaN until the trace on the subspace is known and, unless the subspace is the whole space,
    /// a probe was added.
    #[must_use]
    pub fn estimate(&self) -> Estimate<R> {
        if self.tried < self.layout.rank || self.known < self.kept {
            return Estimate { mean: R::NAN, standard_error: R::INFINITY };
        }
        let whole = self.kept == self.layout.dim;
        let standard_error = if whole { R::ZERO } else { self.probes.standard_error() };
        let mean = if whole || self.probes.count > 0 { self.exact + self.probes.mean } else { R::NAN };
        Estimate { mean, standard_error }
    }

    /// Returns the dimension of the subspace.
    #[must_use]
    pub const fn kept(&self) -> usize {
        self.kept
    }

    /// Returns the basis and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (B, W) {
        (self.basis, self.workspace)
    }
}

#[cfg(test)]
mod tests;
