//! The evolution of a density in time.

use super::FokkerPlanck;
use super::operator::FokkerPlanckLayout;
use super::poisson::Poisson;
use super::sweep::{SweepLayout, sweep};
use super::transport::{once, twice};
use crate::base::grid::Grid;
use crate::base::layout::{cut, total};
use crate::base::rows::copy;
use crate::diffusion::density::{check_density, mass};
use crate::{ArgError, Real};

/// The time-stepping scheme of an [`Evolution`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheme<R: Real = f32> {
    /// `ρ ← ρ + dt Q ρ`, forward Euler, with an error of order dt. A dt beyond the [explicit
    /// limit](FokkerPlanck::explicit_limit) is refused.
    Explicit {
        /// The time step.
        dt: R,
    },
    /// `ρ ← (1 − dt Q_D)⁻¹ … (1 − dt Q₁)⁻¹ ρ`, backward Euler along one axis after another, with an error of
    /// order dt for any dt.
    ///
    /// Each factor conserves mass and sign and, in the gradient case, `e^(−V/T)`. With other drifts, the
    /// stationary density of the scheme differs from that of the equation by an amount of order dt.
    Implicit {
        /// The time step.
        dt: R,
    },
    /// `ρ ← e^(dt Q) ρ`, exact in time up to rounding, by uniformisation (Jensen 1953):
    ///
    /// ```text
    /// e^(dt Q) = Σₖ e^(−m) mᵏ/k! (1 + Q/Λ)ᵏ,    m = Λ dt
    /// ```
    ///
    /// with 1/Λ the explicit limit: about m + 9 √m explicit steps, weighted by the Poisson distribution. All
    /// terms are non-negative. No scheme that is positive at every dt is of second order (Bolley & Crouzeix
    /// 1978); this scheme does not contradict that theorem, because its cost grows with dt.
    Exact {
        /// The time step.
        dt: R,
    },
}

impl<R: Real> Scheme<R> {
    /// Returns the time step.
    #[must_use]
    pub const fn dt(self) -> R {
        let (Self::Explicit { dt } | Self::Implicit { dt } | Self::Exact { dt }) = self;
        dt
    }

    /// Refuses time steps that are not positive, or too long for the scheme with these rates.
    fn check<const D: usize, M: AsRef<[R]> + AsMut<[R]>>(
        self,
        equation: &FokkerPlanck<R, D, M>,
    ) -> Result<(), ArgError> {
        let dt = self.dt();
        ArgError::check_positive("dt", dt)?;
        match self {
            Self::Explicit { .. } => {
                ArgError::check_range("dt", dt, dt <= equation.explicit_limit(), "at most the explicit limit")
            }
            Self::Implicit { .. } => {
                // Four times, so that sums of a few products stay finite too.
                let finite = (R::from_u32(4) * dt * equation.busiest()).is_finite();
                ArgError::check_range("dt", dt, finite, "such that rates times dt are finite")
            }
            Self::Exact { .. } => {
                let allowed = dt * equation.busiest() <= R::from_u32(Poisson::<R>::LARGEST_MEAN);
                ArgError::check_range("dt", dt, allowed, "at most 2²⁴ times the explicit limit")
            }
        }
    }
}

/// The outcome of a step of an [`Evolution`].
#[must_use = "a step may have refused"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum EvolutionStep<R: Real = f32> {
    /// One pass over the grid was made; more are needed to reach the next time.
    Swept {
        /// The number of passes of the current time step so far.
        passes: u32,
    },
    /// A time step was completed, and the density has advanced to a new time.
    Stepped {
        /// The new time.
        time: R,
    },
    /// The time step is too long for the equation's current rates, as may happen after a rise of the
    /// temperature; nothing was changed.
    TooLong {
        /// The explicit limit.
        limit: R,
    },
    /// A number would have been infinite or NaN; the density is still that of the previous time.
    NotFinite,
    /// The memory has changed length since the evolution was created, or the equation is on another grid;
    /// nothing was done.
    MemoryChanged,
}

/// The workspace layout of an [`Evolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvolutionLayout<const D: usize> {
    cells: usize,
    sweep: SweepLayout<D>,
}

struct Parts<'w, R> {
    /// The new density while it is being computed.
    next: &'w mut [R],
    /// The memory of implicit sweeps, or the two intermediate densities of the exact scheme.
    rest: &'w mut [R],
}

impl<const D: usize> EvolutionLayout<D> {
    /// Creates the layout for a grid with `cells` cells along each axis.
    #[must_use]
    pub const fn new(cells: [u32; D]) -> Self {
        Self { cells: FokkerPlanckLayout::new(cells).cells(), sweep: SweepLayout::new(cells) }
    }

    /// Returns the minimum workspace length: three times the cells and, from two dimensions on, some lines.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.cells, self.sweep.len()])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([next], rest) = cut(workspace, [self.cells])?;
        Some(Parts { next, rest: rest.get_mut(..self.sweep.len())? })
    }
}

/// Evolves a density in time by the [Fokker–Planck equation](FokkerPlanck).
///
/// The density changes only when a step returns [`Stepped`](EvolutionStep::Stepped); between such steps it is
/// that of the previous time. Every scheme conserves mass up to rounding and keeps densities non-negative.
/// The relative entropy to the density that the scheme leaves unchanged never rises; in the gradient case
/// this density is `e^(−V/T)` for all three schemes.
///
/// The temperature may change between steps (see [`FokkerPlanck::set_temperature`]); a time step in progress
/// then starts over.
///
/// # Shapes
///
/// | argument    | length                     | contents                            |
/// |-------------|----------------------------|-------------------------------------|
/// | `density`   | cells                      | at least zero, of mass one          |
/// | `workspace` | [`EvolutionLayout::len`]   | need not be initialised             |
///
/// # Cost
/// A step is one pass over the grid; [`Scheme`] documents the number of passes per time step.
///
/// # Examples
///
/// A normal density in a parabola remains normal, with mean `m₀ e^(−t)`:
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::base::elementary::exp;
/// use losscape::diffusion::{
///     Boundary, Dynamics, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, Scheme,
///     moments, normalise_mass,
/// };
///
/// let grid = Grid::new([Axis::new(-4.0, 4.0, 128)?])?;
/// let (mut potential, mut density) = ([0.0f64; 128], [0.0; 128]);
/// grid.fill(&mut potential, |[x]| x * x / 2.0)?;
/// grid.fill(&mut density, |[x]| exp(-(x - 1.0) * (x - 1.0) / 0.2))?;
/// normalise_mass(&grid, &mut density)?;
/// let mut rates = [0.0; FokkerPlanckLayout::new([128]).len()];
/// let equation =
///     FokkerPlanck::new(grid, [Boundary::Reflecting], &Dynamics::gradient(&potential), 0.5, &mut rates)?;
///
/// let mut workspace = [0.0; EvolutionLayout::new([128]).len()];
/// let mut evolution = Evolution::new(&equation, Scheme::Exact { dt: 1.0 }, &mut density, &mut workspace)?;
/// while !matches!(evolution.step(&equation), EvolutionStep::Stepped { time: 1.0 }) {}
/// let found = moments(&grid, evolution.density())?;
/// assert!((found.mean[0] - exp(-1.0)).abs() < 1e-3);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Evolution<R: Real, const D: usize, P, W> {
    grid: Grid<R, D>,
    scheme: Scheme<R>,
    density: P,
    workspace: W,
    time: R,
    progress: Progress<R>,
}

/// The progress within a time step.
#[derive(Clone, Copy, Debug)]
enum Progress<R: Real> {
    Nothing,
    /// The axes swept so far, with the rates of this revision.
    Axes {
        done: u32,
        revision: u32,
    },
    /// The terms added so far to the sum over explicit steps.
    Terms {
        sum: Poisson<R>,
        revision: u32,
    },
}

impl<R, const D: usize, P, W> Evolution<R, D, P, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates an evolution at time zero.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not one value per cell, a negative or non-finite element, or a mass
    /// other than one: [`normalise_mass`](crate::diffusion::normalise_mass) it), `dt` (not positive, or too long for
    /// the scheme) or `workspace` (too short). Nothing has been written in these cases.
    pub fn new<M: AsRef<[R]> + AsMut<[R]>>(
        equation: &FokkerPlanck<R, D, M>,
        scheme: Scheme<R>,
        density: P,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let grid = *equation.grid();
        check_density(&grid, density.as_ref())?;
        scheme.check(equation)?;
        let layout = EvolutionLayout::new(grid.axes().map(|axis| axis.cells()));
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        Ok(Self { grid, scheme, density, workspace, time: R::ZERO, progress: Progress::Nothing })
    }

    /// Makes one pass over the grid; `equation` must be the one given at construction.
    pub fn step<M: AsRef<[R]> + AsMut<[R]>>(&mut self, equation: &FokkerPlanck<R, D, M>) -> EvolutionStep<R> {
        if self.scheme.check(equation).is_err() {
            self.progress = Progress::Nothing;
            return EvolutionStep::TooLong { limit: equation.explicit_limit() };
        }
        if *equation.grid() != self.grid {
            return EvolutionStep::MemoryChanged;
        }
        self.pass(equation).unwrap_or(EvolutionStep::MemoryChanged)
    }

    fn pass<M: AsRef<[R]> + AsMut<[R]>>(
        &mut self,
        equation: &FokkerPlanck<R, D, M>,
    ) -> Option<EvolutionStep<R>> {
        let cells = self.grid.axes().map(|axis| axis.cells());
        let Parts { next, rest } = EvolutionLayout::new(cells).split(self.workspace.as_mut())?;
        let density = self.density.as_mut().get_mut(..self.grid.len())?;
        let (revision, dt) = (equation.revision(), self.scheme.dt());
        let passes = match self.scheme {
            Scheme::Explicit { .. } => {
                once(equation, dt, density, next)?;
                None
            }
            Scheme::Implicit { .. } => {
                let axis = match self.progress {
                    Progress::Axes { done, revision: begun } if begun == revision => done,
                    _ => {
                        copy(density, next);
                        0
                    }
                };
                let ring = equation.is_ring(axis as usize);
                sweep(cells, axis as usize, ring, dt, equation.all_rates()?, next, rest)?;
                let done = axis + 1;
                self.progress = Progress::Axes { done, revision };
                ((done as usize) < D).then_some(done)
            }
            Scheme::Exact { .. } => {
                let ([one, other], _) = cut(rest, [density.len(), density.len()])?;
                let mut sum = match self.progress {
                    Progress::Terms { sum, revision: begun } if begun == revision => sum,
                    _ => {
                        copy(density, one);
                        let sum = Poisson::new(dt * equation.busiest());
                        let weight = sum.weight();
                        for (next, rho) in next.iter_mut().zip(&*one) {
                            *next = weight * *rho;
                        }
                        sum
                    }
                };
                if sum.advance() {
                    let first = sum.weight();
                    // A term beyond the last significant one does no harm.
                    let second = if sum.advance() { sum.weight() } else { R::ZERO };
                    // 1/Λ is the explicit limit itself, including its last roundings.
                    twice(equation, equation.explicit_limit(), one, other, [first, second], next)?;
                    self.progress = Progress::Terms { sum, revision };
                    Some(sum.term())
                } else {
                    let scale = mass(&self.grid, density) / mass(&self.grid, next);
                    for rho in next.iter_mut() {
                        *rho *= scale;
                    }
                    None
                }
            }
        };
        if let Some(passes) = passes {
            return Some(EvolutionStep::Swept { passes });
        }
        self.progress = Progress::Nothing;
        if !next.iter().all(|rho| rho.is_finite()) {
            return Some(EvolutionStep::NotFinite);
        }
        copy(next, density);
        self.time += dt;
        Some(EvolutionStep::Stepped { time: self.time })
    }

    /// Returns the density at the current [`time`](Self::time).
    #[must_use]
    pub fn density(&self) -> &[R] {
        self.density.as_ref()
    }

    /// Returns the time since the start.
    #[must_use]
    pub const fn time(&self) -> R {
        self.time
    }

    /// Returns the scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme<R> {
        self.scheme
    }

    /// Changes the scheme or dt; a time step in progress starts over.
    ///
    /// # Errors
    /// [`ArgError`] naming `dt` as in [`new`](Self::new); the scheme is unchanged in this case.
    pub fn set_scheme<M: AsRef<[R]> + AsMut<[R]>>(
        &mut self,
        equation: &FokkerPlanck<R, D, M>,
        scheme: Scheme<R>,
    ) -> Result<(), ArgError> {
        scheme.check(equation)?;
        self.scheme = scheme;
        self.progress = Progress::Nothing;
        Ok(())
    }

    /// Returns the density and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, W) {
        (self.density, self.workspace)
    }
}
