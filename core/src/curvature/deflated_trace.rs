//! The trace of an operator, exactly on a small space and from random products beside it.

use super::estimate::{Estimate, Running};
use super::lanczos::orthogonalise;
use super::trace::Probe;
use crate::base::layout::{area, cut, total};
use crate::base::random::Rng;
use crate::base::rows::{row, row_mut};
use crate::base::vector::{dot, norm, normalise};
use crate::{ArgError, Operator, Real};

/// The memory of a [`DeflatedTrace`].
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
    /// For an operator's `dim` and `scratch_len` and a space of at most `rank` dimensions.
    #[must_use]
    pub const fn new(dim: usize, rank: usize, scratch: usize) -> Self {
        Self { dim, rank: if rank < dim { rank } else { dim }, scratch }
    }

    /// The length of the basis; it saturates.
    #[must_use]
    pub const fn basis_len(self) -> usize {
        area(self.rank, self.dim)
    }

    /// The least length of the workspace; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length that memory needs, not that of a container")]
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
    /// A random vector was multiplied, to find the space; a product that already lies in it adds no dimension.
    Direction {
        /// Dimensions so far.
        kept: u32,
    },
    /// The trace on one more dimension of the space is known.
    Exact {
        /// Dimensions of which it is known.
        count: u32,
    },
    /// A probe beside the space was added.
    Added {
        /// Probes so far.
        count: u32,
    },
    /// The space is the whole one and the trace known up to rounding. Further steps say the same.
    Done,
    /// The product was infinite or NaN; nothing was added.
    NotFinite,
    /// The memory no longer has the lengths that the operator needs; nothing was done.
    MemoryChanged,
}

/// An unbiased estimate of a trace that is exact where the spectrum is large (Hutch++ of Meyer, Musco, Musco & Woodruff 2021):
///
/// ```text
/// tr A = tr QᵀA Q + E vᵀA v,     Q an orthonormal basis of A S,  S random,  v = (1 − Q Qᵀ) s
/// ```
///
/// k products find the space, k more the trace on it, and every other one adds a probe beside it. If the eigenvalues
/// decay, the probes hardly vary: c products in all err by `O(‖A‖ / c)` where a [`TraceEstimate`](super::TraceEstimate) errs by one over the root of c. Any number of
/// dimensions and of probes will do; two thirds of the products for the space are a good share. Where the spectrum is flat, the
/// products for the space are lost.
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
/// Two large eigenvalues among forty; a space of three dimensions holds nearly all of them:
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
/// assert!(found.standard_error < 0.05); // ten plain probes: 24
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DeflatedTrace<R: Real, B, W> {
    layout: DeflatedTraceLayout,
    probe: Probe,
    basis: B,     // k × n, the first `kept` of them known
    workspace: W, // n: a probe; n: its product; scratch
    tried: usize,
    kept: usize,
    known: usize,
    exact: R,
    probes: Running<R>,
}

impl<R: Real, B: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> DeflatedTrace<R, B, W> {
    /// An estimate without a product, with a space of at most `rank` dimensions, and never more than n; with none it is a
    /// [`TraceEstimate`](super::TraceEstimate).
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

    /// One more product; `operator` is the one the estimate was made for.
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
            // What is left of a product that lies in the space is rounding, and no direction.
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

    /// The trace and its standard error, which is that of the probes beside the space: infinite below two of them, 0 if the
    /// space is the whole one. The mean is NaN until the trace on the space is known.
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

    /// The dimensions of the space.
    #[must_use]
    pub const fn kept(&self) -> usize {
        self.kept
    }

    /// Gives back the basis and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (B, W) {
        (self.basis, self.workspace)
    }
}

#[cfg(test)]
mod tests;
