//! The spectral density of a large operator, and averages over its spectrum, from products alone.

use super::estimate::Estimate;
use super::lanczos::{Lanczos, LanczosConfig, LanczosLayout, LanczosStep};
use super::trace::Probe;
use crate::base::elementary::{exp, sqrt};
use crate::base::layout::area;
use crate::base::random::Rng;
use crate::base::rows::{row_mut, rows};
use crate::base::vector::{LaneSum, unit_scale};
use crate::{ArgError, Operator, Real};

/// The configuration of a [`SpectralDensity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DensityConfig {
    /// The number of random starts: at least one, and at least two for an error estimate.
    pub probes: u32,
    /// The distribution of the random starts.
    pub probe: Probe,
    /// The configuration of the Lanczos iteration from each start.
    pub lanczos: LanczosConfig,
}

/// The memory layout of a [`SpectralDensity`].
///
/// ```
/// use losscape::curvature::{DensityLayout, LanczosLayout};
/// let layout = DensityLayout::new(1210, 100, 0, 10);
/// assert_eq!(layout.nodes_len(), 10 * 2 * 100);
/// assert_eq!(layout.lanczos(), LanczosLayout::new(1210, 100, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DensityLayout {
    lanczos: LanczosLayout,
    probes: usize,
}

impl DensityLayout {
    /// Creates the layout for an operator's `dim` and `scratch_len` and `probes` iterations of `steps` steps
    /// each.
    #[must_use]
    pub const fn new(dim: usize, steps: usize, scratch: usize, probes: usize) -> Self {
        Self { lanczos: LanczosLayout::new(dim, steps, scratch), probes }
    }

    /// Returns the layout of the iteration's memory: its basis and its workspace.
    #[must_use]
    pub const fn lanczos(self) -> LanczosLayout {
        self.lanczos
    }

    /// Returns the length of the nodes, 2 m numbers per probe, saturating on overflow.
    #[must_use]
    pub const fn nodes_len(self) -> usize {
        area(self.probes, area(2, self.lanczos.steps()))
    }
}

/// The outcome of one [`SpectralDensity::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum DensityStep {
    /// One more product was computed.
    Product {
        /// The number of steps of the current iteration so far.
        steps: u32,
    },
    /// The nodes of one more probe were computed.
    Probe {
        /// The number of probes so far.
        count: u32,
    },
    /// All probes are done. Further steps return the same outcome.
    Done,
    /// A product, or the spectrum of the probe's tridiagonal matrix, was infinite or NaN. The probe was
    /// discarded, and the next step draws a new one.
    NotFinite,
    /// The memory no longer has the lengths that the operator needs; nothing was done.
    MemoryChanged,
}

/// The spectral density of a symmetric operator by stochastic Lanczos quadrature (Golub & Welsch 1969; Ubaru, Chen & Saad 2017;
/// Ghorbani, Krishnan & Xiao 2019):
///
/// ```text
/// (1/n) tr f(A) ≈ (1/c) Σ_v Σᵢ wᵥᵢ f(θᵥᵢ),      w: squared first components of the eigenvectors of T
/// ```
///
/// The sum runs over c random starts v, with the Ritz values θ and their weights w after m Lanczos steps from
/// each. Every spectral average follows from these nodes: [the density](Self::density), [the share of
/// eigenvalues](Self::share) in an interval, or the trace of any function.
///
/// # Error
/// The error has two parts. The sampling error is the standard error returned with every average; it falls as
/// 1/√(c n). The quadrature error is zero for polynomials up to degree 2 m − 1 and small for smooth
/// functions, such as a density whose width is a few times `(λmax − λmin) / m`, but not for the share of a
/// narrow interval. More steps reduce the quadrature error; more probes do not. The ghosts of an iteration
/// without re-orthogonalisation do no harm here, because the weights of all copies of an eigenvalue add up to
/// that eigenvalue's own weight.
///
/// # Shapes
///
/// | argument    | length                        | layout                  |
/// |-------------|-------------------------------|-------------------------|
/// | `basis`     | [`LanczosLayout::basis_len`]  | need not be initialised |
/// | `workspace` | [`LanczosLayout::len`]        | need not be initialised |
/// | `nodes`     | [`DensityLayout::nodes_len`]  | need not be initialised |
///
/// # Cost
/// The total is c m products, and for each probe the cost of its [`Lanczos`] iteration. An average takes
/// `3 c m` evaluations of f.
///
/// # Examples
///
/// Half of the spectrum is at 1, a quarter at 2 and a quarter at −3; three steps resolve all of it:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::curvature::{DensityConfig, DensityLayout, DensityStep, LanczosConfig, Probe, SpectralDensity};
/// use losscape::models::surfaces::Quadratic;
/// use losscape::objective::HessianAt;
/// use losscape::Operator;
///
/// let spectrum: Vec<f64> = (0..40).map(|k| [1.0, 1.0, 2.0, -3.0][k % 4]).collect();
/// let f = Quadratic::new(&spectrum)?;
/// let at = HessianAt::new(&f, &[0.0; 40])?;
/// let layout = DensityLayout::new(40, 3, at.scratch_len(), 5);
/// let lanczos = LanczosConfig { steps: 3, reorthogonalise: true };
/// let config = DensityConfig { probes: 5, probe: Probe::Rademacher, lanczos };
/// let (basis, workspace) = (vec![0.0; layout.lanczos().basis_len()], vec![0.0; layout.lanczos().len()]);
/// let mut density = SpectralDensity::new(&at, config, basis, workspace, vec![0.0; layout.nodes_len()])?;
/// let mut rng = stream(1, 0);
/// while density.step(&at, &mut rng) != DensityStep::Done {}
/// assert!((density.share(-4.0, 0.0).mean - 0.25).abs() < 1e-12);
/// assert!((density.average(|x| x).mean - 0.25).abs() < 1e-12); // the trace divided by n
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SpectralDensity<R: Real, B, W, N> {
    config: DensityConfig,
    lanczos: Lanczos<R, B, W>,
    layout: DensityLayout,
    nodes: N,
    count: usize,
    under_way: bool,
}

impl<R: Real, B, W, N> SpectralDensity<R, B, W, N>
where
    B: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
    N: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a density estimate with no probes.
    ///
    /// # Errors
    /// [`ArgError`] naming `probes` or `steps` (zero), or `basis`, `workspace` or `nodes` (length other than
    /// the layout's; the workspace may be longer).
    pub fn new(
        operator: &(impl Operator<R> + ?Sized),
        config: DensityConfig,
        basis: B,
        workspace: W,
        nodes: N,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("probes", config.probes as usize)?;
        let lanczos = Lanczos::unstarted(operator, config.lanczos, basis, workspace)?;
        let steps = config.lanczos.steps as usize;
        let layout =
            DensityLayout::new(operator.dim(), steps, operator.scratch_len(), config.probes as usize);
        ArgError::check_len("nodes", layout.nodes_len(), nodes.as_ref().len())?;
        Ok(Self { config, lanczos, layout, nodes, count: 0, under_way: false })
    }

    /// Computes one more product, or the nodes of a probe whose products are all known, `O(m²)`; `operator` must be
    /// the one given at construction.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        rng: &mut G,
    ) -> DensityStep {
        if self.nodes.as_ref().len() != self.layout.nodes_len() {
            return DensityStep::MemoryChanged;
        }
        if self.count >= self.config.probes as usize {
            return DensityStep::Done;
        }
        if !self.under_way {
            self.lanczos.begin(|start| self.config.probe.fill(rng, start));
            self.under_way = true;
        }
        match self.lanczos.step(operator, rng) {
            LanczosStep::Extended { steps, .. } | LanczosStep::Restarted { steps } => {
                DensityStep::Product { steps }
            }
            LanczosStep::MemoryChanged => DensityStep::MemoryChanged,
            LanczosStep::Done if self.keep().is_some() => {
                self.under_way = false;
                self.count += 1;
                #[expect(clippy::cast_possible_truncation, reason = "at most the u32 of the configuration")]
                let count = self.count as u32;
                DensityStep::Probe { count }
            }
            LanczosStep::Done | LanczosStep::NotFinite => {
                self.under_way = false;
                DensityStep::NotFinite
            }
        }
    }

    /// Stores the nodes of the iteration that has ended.
    fn keep(&mut self) -> Option<()> {
        let quadrature = self.lanczos.quadrature()?;
        let steps = self.layout.lanczos.steps();
        let (values, weights) =
            row_mut(self.nodes.as_mut(), 2 * steps, self.count)?.split_at_mut_checked(steps)?;
        // An iteration that ended early has fewer nodes.
        values.fill(R::ZERO);
        weights.fill(R::ZERO);
        for ((value, weight), node) in values.iter_mut().zip(weights).zip(quadrature) {
            (*value, *weight) = node;
        }
        Some(())
    }

    /// Returns the number of probes done.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Returns the nodes and weights `(θ, w)` of all completed probes; the weights of one probe sum to 1.
    pub fn nodes(&self) -> impl Iterator<Item = (R, R)> {
        let steps = self.layout.lanczos.steps();
        let known = rows(self.nodes.as_ref(), 2 * steps).take(self.count);
        known.flat_map(move |row| {
            let (values, weights) = row.split_at_checked(steps).unwrap_or_default();
            values.iter().copied().zip(weights.iter().copied())
        })
    }

    /// Returns `(1/n) tr f(A)`, the mean of a function over the spectrum; `n` times this mean is the trace.
    #[must_use]
    pub fn average(&self, f: impl Fn(R) -> R) -> Estimate<R> {
        let steps = self.layout.lanczos.steps();
        let of = |row: &[R]| {
            let (values, weights) = row.split_at_checked(steps).unwrap_or_default();
            let mut sum = LaneSum::default();
            for (value, weight) in values.iter().zip(weights) {
                // f may be anything at a node of zero weight.
                sum.push(if *weight > R::ZERO { *weight * f(*value) } else { R::ZERO });
            }
            sum.total()
        };
        let probes = || rows(self.nodes.as_ref(), 2 * steps).take(self.count);
        let (mut mean, mut count) = (R::ZERO, R::ZERO);
        for row in probes() {
            count += R::ONE;
            mean += (of(row) - mean) / count;
        }
        let mut widest = R::ZERO;
        for row in probes() {
            widest = widest.or_larger((of(row) - mean).abs());
        }
        // Deviations near one, whose squares neither overflow nor vanish.
        let unit = unit_scale(&[widest]);
        let mut squares = LaneSum::default();
        for row in probes() {
            let away = unit * (of(row) - mean);
            squares.push(away * away);
        }
        let standard_error = match self.count {
            0 | 1 => R::INFINITY,
            _ => sqrt(squares.total() / count / (count - R::ONE)) / unit,
        };
        Estimate { mean: if self.count == 0 { R::NAN } else { mean }, standard_error }
    }

    /// Returns the share of the eigenvalues λ in `low ≤ λ < high`.
    ///
    /// A share is not a smooth function: eigenvalues within about `(λmax − λmin) / m` of an endpoint may be
    /// counted on the wrong side.
    ///
    /// NaN unless `low ≤ high`.
    #[must_use]
    pub fn share(&self, low: R, high: R) -> Estimate<R> {
        if low > high || low.is_nan() || high.is_nan() {
            return Estimate { mean: R::NAN, standard_error: R::NAN };
        }
        self.average(|x| if x >= low && x < high { R::ONE } else { R::ZERO })
    }

    /// Returns the density at a point, with eigenvalues broadened to Gaussians of standard deviation `width`.
    /// Its integral over the real line is 1.
    ///
    /// NaN unless the width is positive and finite.
    #[must_use]
    pub fn density(&self, at: R, width: R) -> Estimate<R> {
        if !(width > R::ZERO && width.is_finite()) {
            return Estimate { mean: R::NAN, standard_error: R::NAN };
        }
        let height = R::ONE / sqrt(R::from_f64(core::f64::consts::TAU));
        let Estimate { mean, standard_error } = self.average(|x| {
            let away = (at - x) / width;
            height * exp(-(R::HALF * away * away))
        });
        Estimate { mean: mean / width, standard_error: standard_error / width }
    }

    /// Returns the smallest and the largest node of positive weight; `None` before the first probe.
    #[must_use]
    pub fn range(&self) -> Option<(R, R)> {
        let values = self.nodes().filter(|(_, weight)| *weight > R::ZERO).map(|(value, _)| value);
        values.fold(None, |range, x| {
            let (low, high) = range.unwrap_or((x, x));
            Some((low.or_smaller(x), high.or_larger(x)))
        })
    }
}

#[cfg(test)]
mod tests;
