//! A density in time.

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
    /// `ρ ← ρ + dt Q ρ`, forward Euler: an error of order dt, refused beyond the
    /// [explicit limit](FokkerPlanck::explicit_limit).
    Explicit {
        /// Time of a step.
        dt: R,
    },
    /// `ρ ← (1 − dt Q_D)⁻¹ … (1 − dt Q₁)⁻¹ ρ`, backward Euler along one axis after the other: an error of order dt, any dt.
    ///
    /// Each factor keeps mass and sign, and in the gradient case `e^(−V/T)`. With other drifts its stationary density
    /// differs from that of the equation by an amount of order dt.
    Implicit {
        /// Time of a step.
        dt: R,
    },
    /// `ρ ← e^(dt Q) ρ`, exact in time up to rounding, by uniformisation (Jensen 1953):
    ///
    /// ```text
    /// e^(dt Q) = Σₖ e^(−m) mᵏ/k! (1 + Q/Λ)ᵏ,    m = Λ dt
    /// ```
    ///
    /// with 1/Λ the explicit limit: about m + 9 √m explicit steps, weighted by the law of Poisson. All terms are at
    /// least zero. No scheme that is positive at every dt is of second order (Bolley & Crouzeix 1978), and this one
    /// is not either a scheme of that kind: its cost grows with dt.
    Exact {
        /// Time of a step.
        dt: R,
    },
}

impl<R: Real> Scheme<R> {
    /// Time of a step.
    #[must_use]
    pub const fn dt(self) -> R {
        let (Self::Explicit { dt } | Self::Implicit { dt } | Self::Exact { dt }) = self;
        dt
    }

    /// Refuses times that are not positive, or beyond what the scheme can do with these rates.
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
                // Four times: sums of a few products stay finite too.
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
    /// One pass over the grid is done, and more are needed until the next time.
    Swept {
        /// Passes since the last time.
        passes: u32,
    },
    /// The density is that of a new time.
    Stepped {
        /// The time.
        time: R,
    },
    /// The scheme cannot do its dt with the equation's present rates, as after a rise of the temperature; nothing has
    /// been changed.
    TooLong {
        /// The explicit limit.
        limit: R,
    },
    /// A number would have been infinite or NaN; the density is that of the last time.
    NotFinite,
    /// The memory has changed length since the evolution was made, or the equation is on another grid; nothing was done.
    MemoryChanged,
}

/// The layout of the workspace of an [`Evolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvolutionLayout<const D: usize> {
    cells: usize,
    sweep: SweepLayout<D>,
}

struct Parts<'w, R> {
    /// The density on its way.
    next: &'w mut [R],
    /// For sweeps; for explicit steps the first two densities.
    rest: &'w mut [R],
}

impl<const D: usize> EvolutionLayout<D> {
    /// For a grid with so many cells along each axis.
    #[must_use]
    pub const fn new(cells: [u32; D]) -> Self {
        Self { cells: FokkerPlanckLayout::new(cells).cells(), sweep: SweepLayout::new(cells) }
    }

    /// Three times the cells and, from two dimensions on, some lines.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.cells, self.sweep.len()])
    }

    /// Whether nothing is needed; never.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([next], rest) = cut(workspace, [self.cells])?;
        Some(Parts { next, rest: rest.get_mut(..self.sweep.len())? })
    }
}

/// Carries a density through time by the [Fokker–Planck equation](FokkerPlanck).
///
/// The density is that of a time after [`Stepped`](EvolutionStep::Stepped), and in between that of the time before.
/// With every scheme it keeps its mass up to rounding and stays at least zero, and its relative entropy to the density that the
/// scheme leaves unchanged never rises; for all three that is `e^(−V/T)` in the gradient case.
///
/// The temperature may change between steps (see [`FokkerPlanck::set_temperature`]); a step under way then starts
/// over.
///
/// # Shapes
///
/// | argument    | length                     | contents                            |
/// |-------------|----------------------------|-------------------------------------|
/// | `density`   | cells                      | at least zero, of mass one          |
/// | `workspace` | [`EvolutionLayout::len`]   | need not be initialised             |
///
/// # Cost
/// A step is one pass over the grid. [`Scheme`] documents how many passes a time step takes.
///
/// # Examples
///
/// A normal density in a parabola stays one, with mean `m₀ e^(−t)`:
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::base::elementary::exp;
/// use losscape::diffusion::{
///     Boundary, Dynamics, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, Scheme,
///     moments, normalise,
/// };
///
/// let grid = Grid::new([Axis::new(-4.0, 4.0, 128)?])?;
/// let (mut potential, mut density) = ([0.0f64; 128], [0.0; 128]);
/// grid.fill(&mut potential, |[x]| x * x / 2.0)?;
/// grid.fill(&mut density, |[x]| exp(-(x - 1.0) * (x - 1.0) / 0.2))?;
/// normalise(&grid, &mut density)?;
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

/// What of a step is done.
#[derive(Clone, Copy, Debug)]
enum Progress<R: Real> {
    Nothing,
    /// Axes swept, with the rates of this revision.
    Axes {
        done: u32,
        revision: u32,
    },
    /// Terms of the sum over explicit steps.
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
    /// Starts at time zero.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not one value per cell, an element below zero or not finite, a
    /// mass other than one: [`normalise`](crate::diffusion::normalise) it), `dt` (not positive, or beyond the explicit limit) or `workspace` (too
    /// short). Nothing has been written then.
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

    /// One pass over the grid, with the equation that the evolution was made for.
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
                    // A term beyond the last that counts does no harm.
                    let second = if sum.advance() { sum.weight() } else { R::ZERO };
                    // 1/Λ is the limit itself, whatever its last roundings.
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

    /// The density of the present [`time`](Self::time).
    #[must_use]
    pub fn density(&self) -> &[R] {
        self.density.as_ref()
    }

    /// Time since the start.
    #[must_use]
    pub const fn time(&self) -> R {
        self.time
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> Scheme<R> {
        self.scheme
    }

    /// Another scheme or dt from now on; a step under way starts over.
    ///
    /// # Errors
    /// [`ArgError`] naming `dt` as in [`new`](Self::new); the scheme is the one before then.
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

    /// The density and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, W) {
        (self.density, self.workspace)
    }
}
