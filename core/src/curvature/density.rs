//! The spectrum of a large operator as a density, and averages over it, from products alone.

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
    /// Random starts, one at least; two for an error.
    pub probes: u32,
    /// Their law.
    pub probe: Probe,
    /// The Lanczos iteration of each.
    pub lanczos: LanczosConfig,
}

/// The memory of a [`SpectralDensity`].
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
    /// For an operator's `dim` and `scratch_len`, `steps` of each of `probes` iterations.
    #[must_use]
    pub const fn new(dim: usize, steps: usize, scratch: usize, probes: usize) -> Self {
        Self { lanczos: LanczosLayout::new(dim, steps, scratch), probes }
    }

    /// The memory of the iteration: its basis and its workspace.
    #[must_use]
    pub const fn lanczos(self) -> LanczosLayout {
        self.lanczos
    }

    /// The length of the nodes, 2 m numbers a probe; it saturates.
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
    /// One more product.
    Product {
        /// Steps of the iteration so far.
        steps: u32,
    },
    /// The nodes of one more probe are known.
    Probe {
        /// Probes so far.
        count: u32,
    },
    /// All probes are known. Further steps say the same.
    Done,
    /// A product, or the spectrum of its tridiagonal matrix, was infinite or NaN; that probe is not among those that are
    /// known, and is drawn again by the next step.
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
/// over c random starts v, with the Ritz values θ and their weights w of m Lanczos steps from each. Every spectral average
/// follows from these nodes: [a density](Self::density), [the share of eigenvalues](Self::share) in an interval, the trace of
/// any function.
///
/// # Error
/// Two errors add. That of the sampling is the standard error that comes with every average; it falls as one over the root
/// of c n. That of the quadrature is zero for polynomials up to degree 2 m − 1, and small for functions as smooth: a
/// density of a width of a few times `(λmax − λmin) / m`, but not the share of a narrow interval. More steps remove it, more probes do not.
/// Ghosts of an iteration without re-orthogonalisation do no harm here: the weights of all copies of an eigenvalue add to its
/// own.
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
/// c m products, and for each probe the cost of its [`Lanczos`] iteration. An average is 2 c m values of f.
///
/// # Examples
///
/// Half of a spectrum is at 1, a quarter at 2 and at −3 each; three steps see all of it:
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
/// while density.step(&at, &mut stream(1, 0)) != DensityStep::Done {}
/// assert!((density.share(-4.0, 0.0).mean - 0.25).abs() < 1e-12);
/// assert!((density.average(|x| x).mean - 0.25).abs() < 1e-12); // the trace over n
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
    /// A density of which no probe is known yet.
    ///
    /// # Errors
    /// [`ArgError`] naming `probes` or `steps` (zero), `basis`, `workspace` or `nodes` (length other than the layout's; the
    /// workspace may be longer).
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

    /// One more product; `operator` is the one this was made for.
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

    /// Notes the nodes of the iteration that has ended.
    fn keep(&mut self) -> Option<()> {
        let ritz = self.lanczos.ritz()?;
        let steps = self.layout.lanczos.steps();
        let (values, weights) =
            row_mut(self.nodes.as_mut(), 2 * steps, self.count)?.split_at_mut_checked(steps)?;
        // An iteration that ended early has fewer.
        values.fill(R::ZERO);
        weights.fill(R::ZERO);
        for (i, ((value, weight), ritz_value)) in
            values.iter_mut().zip(weights).zip(ritz.values()).enumerate()
        {
            (*value, *weight) = (*ritz_value, ritz.weight(i));
        }
        Some(())
    }

    /// The number of probes known.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The nodes and weights of all probes that are known, `(θ, w)`; the weights of one probe add to 1.
    pub fn nodes(&self) -> impl Iterator<Item = (R, R)> {
        let steps = self.layout.lanczos.steps();
        let known = rows(self.nodes.as_ref(), 2 * steps).take(self.count);
        known.flat_map(move |row| {
            let (values, weights) = row.split_at_checked(steps).unwrap_or_default();
            values.iter().copied().zip(weights.iter().copied())
        })
    }

    /// `(1/n) tr f(A)`, the mean of a function over the spectrum; `n` times it is the trace.
    #[must_use]
    pub fn average(&self, f: impl Fn(R) -> R) -> Estimate<R> {
        let steps = self.layout.lanczos.steps();
        let of = |row: &[R]| {
            let (values, weights) = row.split_at_checked(steps).unwrap_or_default();
            let mut sum = LaneSum::default();
            for (value, weight) in values.iter().zip(weights) {
                // Where a node has no weight, f may be anything.
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
        // Near one, where no square overflows or vanishes.
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

    /// The share of the eigenvalues λ in `low ≤ λ < high`.
    ///
    /// A share is no smooth function: eigenvalues within about `(λmax − λmin) / m` of an end may be counted on the wrong side.
    #[must_use]
    pub fn share(&self, low: R, high: R) -> Estimate<R> {
        self.average(|x| if x >= low && x < high { R::ONE } else { R::ZERO })
    }

    /// The density at a place, its eigenvalues broadened to Gaussians of standard deviation `width`: the integral over
    /// all places is 1. NaN unless the width is above zero.
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

    /// The smallest and the largest node of any weight; `None` without a probe.
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
