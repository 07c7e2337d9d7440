//! Solutions of equations with the full matrix of rates.

mod layout;
mod order;
mod solve;

pub use layout::EliminationLayout;

use losscape_dispatch::run;

use self::layout::Parts;
use self::order::Order;
use self::solve::{Eliminate, along, solve};
use super::operator::upper;
use super::{Boundary, FokkerPlanck};
use crate::base::grid::Grid;
use crate::base::rows::{row, row_mut};
use crate::base::vector::scale;
use crate::diffusion::density::normalise_mass;
use crate::{ArgError, Real, Reason};

/// The value above which a growing density is rescaled to one.
const GROWN: f64 = 1e12;

/// The outcome of a step of an [`Elimination`].
#[must_use = "a step may have found that there is no solution"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum EliminationStep {
    /// A cell was eliminated.
    Eliminated {
        /// The number of cells eliminated so far.
        cells: u32,
    },
    /// All cells are eliminated; solutions are available.
    Done,
    /// No rate leads out of a cell to later cells, as at temperature zero, or behind a barrier so high that
    /// the rates across it underflow. The stationary density is then not unique.
    Trapped {
        /// The index of the cell.
        cell: usize,
    },
    /// The memory has changed length since the elimination was created; nothing was done.
    MemoryChanged,
}

/// Eliminates the cells of a grid one by one, so that equations with all rates at once can be solved quickly:
///
/// | constructor                        | solves                                       |
/// |------------------------------------|----------------------------------------------|
/// | [`stationary`](Self::stationary)   | `Q π = 0`, for any drift                     |
/// | [`implicit`](Self::implicit)       | `(1 − dt Q) x = ρ`, unsplit backward Euler   |
/// | [`absorbing`](Self::absorbing)     | `Qᵀ τ = −1`, mean times to reach targets     |
///
/// The rates through an eliminated cell are passed on to its neighbours (Grassmann, Taksar & Heyman 1985;
/// Sheskin 1985). No numbers are subtracted, so every element of a stationary density, however small, is
/// accurate to a few roundings per cell.
///
/// # Shapes
///
/// | argument | length                         | contents                |
/// |----------|--------------------------------|-------------------------|
/// | `memory` | [`EliminationLayout::len`]     | need not be initialised |
///
/// # Cost
/// A step is band² multiplications, a solution cells × 2 band. On a line, the total cost is linear in the
/// number of cells.
///
/// # Examples
///
/// A ring with a constant drive has a stationary density that is not in equilibrium.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::diffusion::{
///     Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, FokkerPlanck, FokkerPlanckLayout,
/// };
///
/// let grid = Grid::new([Axis::new(0.0, 8.0, 8)?])?;
/// let potential = [0.0f64, 0.0, 1.0, 2.0, 1.0, 0.0, 0.0, 0.0];
/// let pushed = Dynamics { drift: &[0.5; 8], ..Dynamics::gradient(&potential) };
/// let mut rates = [0.0; FokkerPlanckLayout::new([8]).len()];
/// let ring = FokkerPlanck::new(grid, [Boundary::Periodic], &pushed, 0.5, &mut rates)?;
///
/// let mut memory = [0.0; EliminationLayout::new([8], [Boundary::Periodic]).len()];
/// let mut elimination = Elimination::stationary(&ring, &mut memory)?;
/// while elimination.step() != EliminationStep::Done {}
/// let (mut density, mut current) = ([0.0; 8], [0.0; 8]);
/// elimination.density(&mut density)?;
/// ring.current(&density, 0, &mut current)?;
/// assert!(current[0] > 0.01);
/// assert!(current.iter().all(|j| (j - current[0]).abs() < 1e-15)); // the same through every face
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Elimination<R: Real, const D: usize, M> {
    grid: Grid<R, D>,
    boundary: [Boundary; D],
    kind: Kind<R>,
    memory: M,
    done: usize,
}

/// The equation to solve.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind<R: Real> {
    Stationary,
    Implicit { rate: R },
    Absorbing,
}

impl<R: Real, const D: usize, M: AsRef<[R]> + AsMut<[R]>> Elimination<R, D, M> {
    /// Prepares the computation of the stationary density of an equation.
    ///
    /// # Errors
    /// [`ArgError`] naming `memory` (too short, or the equation's, if it has changed its length). Nothing has
    /// been written in these cases.
    pub fn stationary<E: AsRef<[R]> + AsMut<[R]>>(
        equation: &FokkerPlanck<R, D, E>,
        memory: M,
    ) -> Result<Self, ArgError> {
        Self::new(equation, Kind::Stationary, memory, |_| false)
    }

    /// Prepares backward Euler steps of length `dt`.
    ///
    /// The steps are first-order accurate in time, keep densities positive and leave the equation's own
    /// stationary density unchanged for any drift.
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary), and `dt` (not positive, or 1/dt not finite).
    pub fn implicit<E: AsRef<[R]> + AsMut<[R]>>(
        equation: &FokkerPlanck<R, D, E>,
        dt: R,
        memory: M,
    ) -> Result<Self, ArgError> {
        ArgError::check_positive("dt", dt)?;
        let rate = R::ONE / dt;
        ArgError::check_range(
            "dt",
            dt,
            rate.is_finite() && rate > R::ZERO,
            "such that 1/dt is finite and above 0",
        )?;
        Self::new(equation, Kind::Implicit { rate }, memory, |_| false)
    }

    /// Prepares the computation of the mean times to reach any cell for which `target` returns true.
    ///
    /// # Errors
    /// As [`stationary`](Self::stationary), and `target` if it returns true for no cell.
    pub fn absorbing<E: AsRef<[R]> + AsMut<[R]>>(
        equation: &FokkerPlanck<R, D, E>,
        target: impl Fn(usize) -> bool,
        memory: M,
    ) -> Result<Self, ArgError> {
        if !(0..equation.grid().len()).any(&target) {
            return Err(ArgError::new("target", Reason::Empty));
        }
        Self::new(equation, Kind::Absorbing, memory, target)
    }

    fn new<E: AsRef<[R]> + AsMut<[R]>>(
        equation: &FokkerPlanck<R, D, E>,
        kind: Kind<R>,
        memory: M,
        target: impl Fn(usize) -> bool,
    ) -> Result<Self, ArgError> {
        let (grid, boundary) = (*equation.grid(), *equation.boundary());
        let mut new = Self { grid, boundary, kind, memory, done: 0 };
        let (layout, order) = (new.layout(), new.order());
        ArgError::check_min_len("memory", layout.len(), new.memory.as_ref().len())?;
        let changed = equation.memory_changed();
        equation.all_rates().ok_or(changed)?;
        let Some(Parts { out, back, kill, .. }) = layout.split(new.memory.as_mut()) else {
            return Err(changed);
        };
        out.fill(R::ZERO);
        back.fill(R::ZERO);
        for (k, kill) in kill.iter_mut().enumerate() {
            *kill = match kind {
                Kind::Stationary => R::ZERO,
                Kind::Implicit { rate } => rate,
                // A target is left at once.
                Kind::Absorbing if target(order.cell(k)) => R::INFINITY,
                Kind::Absorbing => R::ZERO,
            };
        }
        for axis in 0..D {
            let [up, down] = equation.rates(axis).ok_or(changed)?;
            for (k, (up, down)) in up.iter().zip(down).enumerate() {
                let (next, _) = upper(&grid, axis, k);
                for (from, to, rate) in [(k, next, *up), (next, k, *down)] {
                    let (i, j) = (order.position(from), order.position(to));
                    // The face at a wall leads to the other end of the axis, at rate zero.
                    if rate <= R::ZERO || i == j || target(from) {
                        continue;
                    }
                    let (first, rates) = if i < j { (i, &mut *out) } else { (j, &mut *back) };
                    let slot = if target(to) {
                        kill.get_mut(i)
                    } else {
                        row_mut(rates, layout.band, first).and_then(|row| row.get_mut(i.abs_diff(j) - 1))
                    };
                    *slot.ok_or(changed)? += rate;
                }
            }
        }
        Ok(new)
    }

    /// Eliminates one more cell.
    pub fn step(&mut self) -> EliminationStep {
        let (layout, k, order) = (self.layout(), self.done, self.order());
        if k >= layout.cells {
            return EliminationStep::Done;
        }
        let Some(parts) = layout.split(self.memory.as_mut()) else { return EliminationStep::MemoryChanged };
        let Some(total) = run(Eliminate { k, band: layout.band, parts }) else {
            return EliminationStep::MemoryChanged;
        };
        // In a stationary problem, the last cell has no cell left to lead to.
        if total <= R::ZERO && !(self.kind == Kind::Stationary && k + 1 == layout.cells) {
            return EliminationStep::Trapped { cell: order.cell(k) };
        }
        self.done += 1;
        EliminationStep::Eliminated { cells: u32::try_from(self.done).unwrap_or(u32::MAX) }
    }

    /// Writes the stationary density, normalised to mass one.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not one value per cell, or a mass that overflows), or `elimination`
    /// ([`Reason::Mismatch`]) if it was created for another problem, is not [done](EliminationStep::Done), or
    /// its memory has changed length.
    pub fn density(&mut self, density: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_len("density", self.grid.len(), density.len())?;
        let band = self.layout().band;
        let (order, Parts { back, inverse, ordered, .. }) = self.solved(|kind| kind == Kind::Stationary)?;
        if let Some(last) = ordered.last_mut() {
            *last = R::ONE;
        }
        for k in (0..ordered.len().saturating_sub(1)).rev() {
            let Some((here, later)) = ordered.get_mut(k..).and_then(<[R]>::split_first_mut) else { continue };
            let (Some(back), Some(inverse)) = (row(back, band, k), inverse.get(k)) else { continue };
            *here = along(back, later) * *inverse;
            // A density started in a tail grows by hundreds of powers of ten; the tail may underflow, but the
            // well must not overflow.
            if *here > R::from_f64(GROWN) {
                let unit = R::ONE / *here;
                *here = R::ONE;
                scale(unit, later);
            }
        }
        order.scatter(ordered, density);
        normalise_mass(&self.grid, density)
    }

    /// Makes an implicit step: `ρ ← (1 − dt Q)⁻¹ ρ`.
    ///
    /// # Errors
    /// As [`density`](Self::density). The density is unchanged in these cases.
    pub fn advance(&mut self, density: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_len("density", self.grid.len(), density.len())?;
        let Kind::Implicit { rate } = self.kind else { return Err(mismatch()) };
        let band = self.layout().band;
        let (order, parts) = self.solved(|_| true)?;
        order.gather(density, parts.ordered);
        for x in parts.ordered.iter_mut() {
            *x *= rate;
        }
        solve(parts.out, parts.back, parts.inverse, parts.ordered, band);
        order.scatter(parts.ordered, density);
        Ok(())
    }

    /// Writes the mean time to reach a target from each cell; zero in the targets.
    ///
    /// # Errors
    /// As [`density`](Self::density).
    ///
    /// ```
    /// use losscape::base::grid::{Axis, Grid};
    /// use losscape::diffusion::{
    ///     Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, FokkerPlanck, FokkerPlanckLayout,
    /// };
    /// // Free diffusion from a wall to a target at distance L takes L² / 2T.
    /// let grid = Grid::new([Axis::new(-0.5, 10.5, 11)?])?;
    /// let mut rates = [0.0f64; FokkerPlanckLayout::new([11]).len()];
    /// const WALLS: [Boundary; 1] = [Boundary::Reflecting];
    /// let equation = FokkerPlanck::new(grid, WALLS, &Dynamics::gradient(&[0.0; 11]), 0.5, &mut rates)?;
    /// let mut memory = [0.0; EliminationLayout::new([11], WALLS).len()];
    /// let mut elimination = Elimination::absorbing(&equation, |cell| cell == 10, &mut memory)?;
    /// while elimination.step() != EliminationStep::Done {}
    /// let mut times = [0.0f64; 11];
    /// elimination.times(&mut times)?;
    /// assert!((times[0] - 110.0).abs() < 1e-12); // 10 · 11, for a walk on eleven cells
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn times(&mut self, times: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_len("times", self.grid.len(), times.len())?;
        let band = self.layout().band;
        let (order, Parts { out, back, inverse, ordered, .. }) =
            self.solved(|kind| kind == Kind::Absorbing)?;
        ordered.fill(R::ONE);
        // For the transposed equations, the rates out and the rates back swap places.
        solve(back, out, inverse, ordered, band);
        order.scatter(ordered, times);
        Ok(())
    }

    /// Returns the time of an implicit step; zero for other kinds.
    pub(super) fn dt(&self) -> R {
        if let Kind::Implicit { rate } = self.kind { R::ONE / rate } else { R::ZERO }
    }

    /// Returns the parts of a complete elimination of the right kind.
    fn solved(&mut self, right: impl Fn(Kind<R>) -> bool) -> Result<(Order, Parts<'_, R>), ArgError> {
        let (layout, order) = (self.layout(), self.order());
        if !right(self.kind) || self.done < layout.cells {
            return Err(mismatch());
        }
        let parts = layout.split(self.memory.as_mut()).ok_or_else(mismatch)?;
        Ok((order, parts))
    }

    pub(super) fn cells(&self) -> usize {
        self.layout().cells
    }

    /// Returns the memory.
    #[must_use]
    pub fn into_memory(self) -> M {
        self.memory
    }

    fn layout(&self) -> EliminationLayout<D> {
        EliminationLayout::new(self.grid.axes().map(|axis| axis.cells()), self.boundary)
    }

    fn order(&self) -> Order {
        let slabs = self.grid.axes().last().map_or(1, |axis| axis.cells() as usize);
        let folded = self.boundary.last() == Some(&Boundary::Periodic);
        Order { slab: self.grid.len() / slabs, slabs, folded }
    }
}

const fn mismatch() -> ArgError {
    ArgError::new("elimination", Reason::Mismatch)
}
