//! The trace of an operator, from products with random vectors.

use super::estimate::{Estimate, Running};
use crate::base::layout::{area, cut, total};
use crate::base::random::{Rng, fill_normal};
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::dot;
use crate::{ArgError, Operator, Real};

/// The distribution of the random vectors of a [`TraceEstimate`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probe {
    /// Components ±1. The variance of one probe is `2 (‖A‖_F² − Σᵢ Aᵢᵢ²)`, so a diagonal operator needs
    /// only one probe.
    #[default]
    Rademacher,
    /// Standard normal components. The variance of one probe is `2 ‖A‖_F²` in any basis.
    Gaussian,
}

impl Probe {
    /// Draws a vector.
    pub(super) fn fill<R: Real, G: Rng + ?Sized>(self, rng: &mut G, out: &mut [R]) {
        match self {
            Self::Rademacher => fill_signs(rng, out),
            Self::Gaussian => fill_normal(rng, out),
        }
    }
}

/// The workspace layout of a [`TraceEstimate`].
///
/// ```
/// use losscape::curvature::TraceLayout;
/// assert_eq!(TraceLayout::new(17, 100).len(), 2 * 17 + 100);
/// assert_eq!(TraceLayout::several(17, 8, 100).len(), 2 * 8 * 17 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceLayout {
    vectors: usize,
    scratch: usize,
}

impl TraceLayout {
    /// Creates the layout for an operator's `dim` and `scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self::several(dim, 1, scratch)
    }

    /// Creates the layout for `count` probes per step, whose products need `scratch` together
    /// ([`Operator::several_scratch_len`]).
    #[must_use]
    pub const fn several(dim: usize, count: usize, scratch: usize) -> Self {
        Self { vectors: area(count, dim), scratch }
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.vectors, self.vectors, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<([&mut [R]; 2], &mut [R])> {
        if workspace.len() < self.len() { None } else { cut(workspace, [self.vectors, self.vectors]) }
    }
}

/// The outcome of one [`TraceEstimate::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum TraceStep {
    /// One or more probes were added.
    Added {
        /// The number of probes so far.
        count: u32,
    },
    /// A product was infinite or NaN; no probe of this step was added.
    NotFinite,
    /// The memory no longer has the length that the operator needs; nothing was done.
    MemoryChanged,
}

/// An unbiased estimate of a trace and its standard error (Hutchinson 1990):
///
/// ```text
/// tr A = E vᵀ A v,      v with independent components of mean 0 and variance 1
/// ```
///
/// The standard error is that of the mean, from the spread of the probes so far; it falls as one over the
/// square root of their number.
///
/// # Shapes
///
/// | argument    | length               | layout                  |
/// |-------------|----------------------|-------------------------|
/// | `workspace` | [`TraceLayout::len`] | need not be initialised |
///
/// # Cost
/// A step is one product, or [several](Self::several).
///
/// # Examples
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::curvature::{Probe, TraceEstimate, TraceLayout, TraceStep};
/// use losscape::models::surfaces::MuellerBrown;
/// use losscape::objective::HessianAt;
///
/// let f = MuellerBrown::<f64>::default();
/// let at = HessianAt::new(&f, &MuellerBrown::<f64>::MINIMA[0])?;
/// let mut trace = TraceEstimate::new(&at, Probe::Rademacher, [0.0; TraceLayout::new(2, 0).len()])?;
/// let mut rng = stream(1, 0);
/// for _ in 0..1000 {
///     let _ = trace.step(&at, &mut rng);
/// }
/// let exact = 410.5311346929 + 4068.198955026;
/// assert!((trace.mean() - exact).abs() < 4.0 * trace.standard_error());
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct TraceEstimate<R: Real, W> {
    probe: Probe,
    count: usize, // k, probes per step
    workspace: W, // k × n: probes; k × n: their products; scratch
    probes: Running<R>,
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> TraceEstimate<R, W> {
    /// Creates an estimate with no probes.
    ///
    /// # Errors
    /// [`ArgError`] naming `workspace` (shorter than [`TraceLayout::len`]).
    pub fn new(operator: &(impl Operator<R> + ?Sized), probe: Probe, workspace: W) -> Result<Self, ArgError> {
        Self::several(operator, 1, probe, workspace)
    }

    /// Creates an estimate that takes `count` probes per step. Operators such as
    /// [`PreparedHessian`](crate::models::mlp::PreparedHessian) multiply several probes faster together; the
    /// probes and the bits are the same.
    ///
    /// # Errors
    /// [`ArgError`] naming `count` (zero) or `workspace` (shorter than that of [`TraceLayout::several`]).
    pub fn several(
        operator: &(impl Operator<R> + ?Sized),
        count: usize,
        probe: Probe,
        workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("count", count)?;
        ArgError::check_min_len("workspace", layout(operator, count).len(), workspace.as_ref().len())?;
        Ok(Self { probe, count, workspace, probes: Running::EMPTY })
    }

    /// Adds one or more probes; `operator` must be the one given at construction.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        rng: &mut G,
    ) -> TraceStep {
        let (dim, layout) = (operator.dim(), layout(operator, self.count));
        let Some(([vectors, products], scratch)) = layout.split(self.workspace.as_mut()) else {
            return TraceStep::MemoryChanged;
        };
        rows_mut(vectors, dim).for_each(|vector| self.probe.fill(rng, vector));
        operator.apply_several(vectors, products, scratch);
        let mut probes = self.probes;
        for (vector, product) in rows(vectors, dim).zip(rows(products, dim)) {
            let Some(more) = probes.with(dot(vector, product)) else { return TraceStep::NotFinite };
            probes = more;
        }
        self.probes = probes;
        TraceStep::Added { count: probes.count }
    }

    /// Returns the number of probes added.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.probes.count
    }

    /// Returns the mean over all probes and its standard error. Before the first probe the mean is NaN.
    #[must_use]
    pub fn estimate(&self) -> Estimate<R> {
        self.probes.estimate()
    }

    /// Returns the mean over all probes; zero before the first.
    #[must_use]
    pub const fn mean(&self) -> R {
        self.probes.mean
    }

    /// Returns the standard error of the mean, `√(Σ (z − mean)² / (c (c − 1)))` over c probes; infinite for
    /// fewer than two.
    #[must_use]
    pub fn standard_error(&self) -> R {
        self.probes.standard_error()
    }

    /// Returns the workspace.
    #[must_use]
    pub fn into_workspace(self) -> W {
        self.workspace
    }
}

fn layout<R: Real>(operator: &(impl Operator<R> + ?Sized), count: usize) -> TraceLayout {
    TraceLayout::several(operator.dim(), count, operator.several_scratch_len(count))
}

/// Fills a vector with independent components ±1, 32 from each random word.
fn fill_signs<R: Real, G: Rng + ?Sized>(rng: &mut G, out: &mut [R]) {
    for chunk in out.chunks_mut(32) {
        let mut word = rng.next_u32();
        for x in chunk {
            *x = if word & 1 == 0 { R::ONE } else { -R::ONE };
            word >>= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::random::stream;
    use crate::curvature::symmetric::{Symmetric, diagonal, random};
    use std::vec;
    use std::vec::Vec;

    fn estimate<R: Real>(matrix: &Symmetric<R>, probe: Probe, count: u32) -> TraceEstimate<R, Vec<R>> {
        let workspace = vec![R::from_f64(f64::NAN); TraceLayout::new(matrix.dim, 0).len()];
        let mut trace = TraceEstimate::new(matrix, probe, workspace).unwrap();
        let mut rng = stream(9, 0);
        for k in 1..=count {
            assert_eq!(trace.step(matrix, &mut rng), TraceStep::Added { count: k });
        }
        trace
    }

    /// Probes from neighbouring seeds and streams are as different as any others.
    #[test]
    fn neighbouring_seeds_share_no_probe() {
        const N: usize = 1000;
        for probe in [Probe::Rademacher, Probe::Gaussian] {
            let drawn = |seed, index| -> Vec<f64> {
                let (mut rng, mut all) = (stream(seed, index), vec![0.0; 20 * N]);
                all.chunks_exact_mut(N).for_each(|row| probe.fill(&mut rng, row));
                all
            };
            let (first, others) = (drawn(0, 0), [drawn(1, 0), drawn(0, 1)]);
            for (a, b) in others.iter().flat_map(|all| all.chunks_exact(N)).zip(first.chunks_exact(N).cycle())
            {
                // Forty pairs, each with a standard deviation of 1/√1000.
                assert!(dot(a, b).abs() < 0.13 * f64::from_usize(N), "{probe:?}: {}", dot(a, b));
            }
        }
    }

    /// Compares the mean and variance of both distributions with the formulae of Hutchinson (1990) and of
    /// normal vectors.
    #[test]
    fn both_laws_have_their_mean_and_variance() {
        let matrix = random(12, 10);
        let (mut exact, mut diagonal, mut all) = (0.0, 0.0, 0.0);
        for (k, x) in matrix.rows.iter().enumerate() {
            all += x * x;
            if k.is_multiple_of(13) {
                exact += x;
                diagonal += x * x;
            }
        }
        let count = 20_000;
        for (probe, variance) in [(Probe::Rademacher, 2.0 * (all - diagonal)), (Probe::Gaussian, 2.0 * all)] {
            let trace = estimate(&matrix, probe, count);
            let error = trace.standard_error();
            assert!(
                (trace.mean() - exact).abs() < 4.0 * error,
                "{probe:?}: {} against {exact}",
                trace.mean()
            );
            // The kurtosis of Σ λ z² is 3 + 12 Σ λ⁴ / (Σ λ²)² ≤ 15, so the relative standard deviation of a variance is
            // at most √(14 / count) = 2.6 %.
            let found = error * error * f64::from(count);
            assert!((found / variance - 1.0).abs() < 0.1, "{probe:?}: {found} against {variance}");
        }
    }

    #[test]
    fn a_diagonal_operator_needs_one_probe() {
        let trace = estimate(&diagonal::<f32>(&[3.0, -1.0]), Probe::Rademacher, 5);
        assert_eq!((trace.mean(), trace.standard_error()), (2.0, 0.0));
        assert_eq!(trace.estimate(), Estimate { mean: 2.0, standard_error: 0.0 });
        let none = estimate(&diagonal::<f32>(&[3.0, -1.0]), Probe::Rademacher, 0).estimate();
        assert!(none.mean.is_nan() && none.standard_error == f32::INFINITY, "{none:?}");
        let zero = estimate(&diagonal::<f32>(&[0.0; 3]), Probe::Gaussian, 5);
        assert_eq!((zero.mean(), zero.standard_error()), (0.0, 0.0), "the zero operator");
        let one = estimate(&diagonal::<f32>(&[0.0; 3]), Probe::Gaussian, 1);
        assert_eq!(one.standard_error(), f32::INFINITY, "nothing is known about the error yet");
    }

    #[test]
    fn the_scale_of_the_operator_does_not_matter() {
        let rows: Vec<f32> = random(5, 10).rows.iter().map(|x| f32::from_f64(*x)).collect();
        let made = |scale| Symmetric { rows: rows.clone(), dim: 5, scale };
        let plain = estimate(&made(1.0), Probe::Gaussian, 50);
        for scale in [1e-30f32, 1e-13, 1e13, 1e30] {
            let same = estimate(&made(scale), Probe::Gaussian, 50);
            assert!((same.mean() / scale - plain.mean()).abs() < 1e-4, "at {scale:e}");
            assert!(
                (same.standard_error() / scale / plain.standard_error() - 1.0).abs() < 1e-4,
                "at {scale:e}"
            );
        }
    }

    #[test]
    fn several_probes_a_step_are_the_same() {
        let matrix = random(7, 10);
        let one = estimate(&matrix, Probe::Gaussian, 12);
        for count in [2usize, 3, 12] {
            let workspace = vec![f64::NAN; TraceLayout::several(7, count, 0).len()];
            let mut several = TraceEstimate::several(&matrix, count, Probe::Gaussian, workspace).unwrap();
            let mut rng = stream(9, 0);
            while several.count() < 12 {
                assert!(matches!(several.step(&matrix, &mut rng), TraceStep::Added { .. }));
            }
            assert_eq!(
                (several.mean(), several.standard_error()),
                (one.mean(), one.standard_error()),
                "{count} at a time"
            );
        }
        assert_eq!(TraceEstimate::several(&matrix, 0, Probe::Gaussian, [0.0; 9]).unwrap_err().arg, "count");
    }

    #[test]
    fn what_is_not_finite_is_not_added() {
        let mut matrix = random(3, 10);
        let mut trace = estimate(&matrix, Probe::Rademacher, 2);
        let (mean, mut rng) = (trace.mean(), stream(1, 0));
        matrix.rows[4] = f64::NAN;
        assert_eq!(trace.step(&matrix, &mut rng), TraceStep::NotFinite);
        assert_eq!((trace.count(), trace.mean()), (2, mean));
        trace.workspace.pop();
        assert_eq!(trace.step(&matrix, &mut rng), TraceStep::MemoryChanged);
        let refused = TraceEstimate::new(&matrix, Probe::Rademacher, trace.into_workspace()).unwrap_err();
        assert_eq!(refused.arg, "workspace");
    }
}
