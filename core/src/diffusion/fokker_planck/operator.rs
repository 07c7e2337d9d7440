//! The matrix of rates.

use super::bernoulli::across;
use super::{Boundary, Dynamics};
use crate::base::grid::Grid;
use crate::base::layout::{area, cut, total};
use crate::{ArgError, Real, Reason};

/// The memory layout of a [`FokkerPlanck`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FokkerPlanckLayout<const D: usize> {
    cells: usize,
}

/// Rates up and down across the faces of each axis, D × cells each, and the total rate out of each cell.
pub(super) struct RatesMut<'w, R> {
    pub(super) up: &'w mut [R],
    pub(super) down: &'w mut [R],
    pub(super) out: &'w mut [R],
}

/// As [`RatesMut`].
#[derive(Clone, Copy)]
pub(super) struct Rates<'w, R> {
    pub(super) up: &'w [R],
    pub(super) down: &'w [R],
    pub(super) out: &'w [R],
}

impl<const D: usize> FokkerPlanckLayout<D> {
    /// Creates the layout for a grid with `cells` cells along each axis.
    #[must_use]
    pub const fn new(cells: [u32; D]) -> Self {
        Self { cells: product(&cells) }
    }

    /// Returns the minimum length of the memory: (2 D + 1) × cells.
    #[must_use]
    pub const fn len(self) -> usize {
        total([area(2 * D, self.cells), self.cells])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(super) const fn cells(self) -> usize {
        self.cells
    }

    fn split<R>(self, memory: &mut [R]) -> Option<RatesMut<'_, R>> {
        let faces = area(D, self.cells);
        let ([up, down, out], _) = cut(memory, [faces, faces, self.cells])?;
        Some(RatesMut { up, down, out })
    }

    fn view<R>(self, memory: &[R]) -> Option<Rates<'_, R>> {
        let (up, rest) = memory.split_at_checked(area(D, self.cells))?;
        let (down, rest) = rest.split_at_checked(area(D, self.cells))?;
        Some(Rates { up, down, out: rest.get(..self.cells)? })
    }
}

/// Returns the number of cells, saturating on overflow.
pub(super) const fn product(cells: &[u32]) -> usize {
    let (mut all, mut k) = (1usize, 0);
    while k < cells.len() {
        all = all.saturating_mul(cells[k] as usize);
        k += 1;
    }
    all
}

/// The Fokker–Planck equation on a grid, as rates between neighbouring cells.
///
/// Between cells i and i + 1 along an axis of spacing h, the rates are (Scharfetter & Gummel 1969 for
/// semiconductors; Chang & Cooper 1970 in another form)
///
/// ```text
/// rate(i → i+1) = θ/h² B(−z),   rate(i+1 → i) = θ/h² B(z),   B(z) = z / (eᶻ − 1)
/// z θ = Vᵢ − Vᵢ₊₁ + j h + T (Dᵢ − Dᵢ₊₁),   θ = T (Dᵢ + Dᵢ₊₁)/2
/// ```
///
/// where the last term of z is present only for [`Ito`](super::Calculus::Ito). What leaves a cell enters
/// another, so mass is conserved exactly. All rates are non-negative, so densities stay non-negative. Because
/// z uses differences of the potential, `e^(−V/T)` is the exact stationary density of the matrix whenever
/// `D = 1` and `j = 0`; derivatives of V at the faces would give an error of order h². Spatial errors are of
/// order h², with or without j.
///
/// The rates are stored in the caller's memory; potential, drift and diffusion are read only at construction and
/// by [`set_temperature`](Self::set_temperature).
///
/// # Shapes
///
/// | argument | length                          | contents                |
/// |----------|---------------------------------|-------------------------|
/// | `memory` | [`FokkerPlanckLayout::len`]     | need not be initialised |
///
/// # Cost
/// One exponential per face.
///
/// # Examples
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::diffusion::{Boundary, Dynamics, FokkerPlanck, FokkerPlanckLayout};
///
/// let grid = Grid::new([Axis::new(-3.0, 3.0, 64)?])?;
/// let mut potential = [0.0f64; 64];
/// grid.fill(&mut potential, |[x]| (x * x - 1.0) * (x * x - 1.0) / 4.0)?;
/// let mut memory = [0.0; FokkerPlanckLayout::new([64]).len()];
/// let dynamics = Dynamics::gradient(&potential);
/// let equation = FokkerPlanck::new(grid, [Boundary::Reflecting], &dynamics, 0.1, &mut memory)?;
/// assert!((equation.explicit_limit() - 0.004_330_821).abs() < 1e-9);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FokkerPlanck<R: Real, const D: usize, M> {
    grid: Grid<R, D>,
    boundary: [Boundary; D],
    temperature: R,
    memory: M,
    /// The largest total rate out of a cell.
    busiest: R,
    /// The number of changes of the rates.
    revision: u32,
}

impl<R: Real, const D: usize, M: AsRef<[R]> + AsMut<[R]>> FokkerPlanck<R, D, M> {
    /// Creates the equation for these dynamics at temperature T.
    ///
    /// # Errors
    /// [`ArgError`] naming `grid` (an axis of one cell, or no axis), `potential`, `drift` or `diffusion`
    /// (wrong length, not finite, or a negative diffusion), `temperature` (negative or not finite),
    /// `potential` ([`Reason::Overflow`], if a rate overflows) or `memory` (too short). Nothing has been
    /// written in these cases.
    pub fn new(
        grid: Grid<R, D>,
        boundary: [Boundary; D],
        dynamics: &Dynamics<'_, R, D>,
        temperature: R,
        memory: M,
    ) -> Result<Self, ArgError> {
        let cells = grid.axes().map(|axis| axis.cells());
        let fewest = cells.iter().fold(u32::MAX, |least, &n| if n < least { n } else { least });
        let range = "at least two cells along every axis";
        ArgError::check_range(
            "grid",
            f64::from(if D == 0 { 0 } else { fewest }),
            D > 0 && fewest > 1,
            range,
        )?;
        ArgError::check_min_len("memory", FokkerPlanckLayout::new(cells).len(), memory.as_ref().len())?;
        let mut equation = Self { grid, boundary, temperature, memory, busiest: R::ZERO, revision: 0 };
        equation.set_temperature(dynamics, temperature)?;
        Ok(equation)
    }

    /// Changes the dynamics, the temperature or both.
    ///
    /// # Errors
    /// As [`new`](Self::new); the equation is unchanged in these cases.
    pub fn set_temperature(&mut self, dynamics: &Dynamics<'_, R, D>, temperature: R) -> Result<(), ArgError> {
        dynamics.check(&self.grid)?;
        ArgError::check_non_negative("temperature", temperature)?;
        let grid = self.grid;
        let layout = self.layout();
        if !rates_are_finite(&grid, &self.boundary, dynamics, temperature) {
            return Err(ArgError::new("potential", Reason::Overflow));
        }
        let changed = self.memory_changed();
        let RatesMut { up, down, out } = layout.split(self.memory.as_mut()).ok_or(changed)?;
        out.fill(R::ZERO);
        let cells = grid.len();
        for (axis, boundary) in self.boundary.iter().enumerate() {
            let scale = per_area(&grid, axis);
            let faces = up.iter_mut().zip(down.iter_mut()).skip(axis * cells).take(cells);
            for (k, (up, down)) in faces.enumerate() {
                let (next, at_end) = upper(&grid, axis, k);
                if at_end && *boundary == Boundary::Reflecting {
                    (*up, *down) = (R::ZERO, R::ZERO);
                    continue;
                }
                let [diffusion, drive] = dynamics.face(&grid, axis, k, next, temperature);
                let [rate_up, rate_down] = across(diffusion, drive);
                (*up, *down) = (rate_up * scale, rate_down * scale);
                if let Some(out) = out.get_mut(k) {
                    *out += *up;
                }
                if let Some(out) = out.get_mut(next) {
                    *out += *down;
                }
            }
        }
        let mut busiest = R::ZERO;
        for rate in &*out {
            busiest = busiest.or_larger(*rate);
        }
        self.busiest = busiest;
        self.temperature = temperature;
        self.revision = self.revision.wrapping_add(1);
        Ok(())
    }

    /// Returns the grid.
    #[must_use]
    pub const fn grid(&self) -> &Grid<R, D> {
        &self.grid
    }

    /// Returns the boundary condition of each axis.
    #[must_use]
    pub const fn boundary(&self) -> &[Boundary; D] {
        &self.boundary
    }

    /// Returns T.
    #[must_use]
    pub const fn temperature(&self) -> R {
        self.temperature
    }

    /// Returns the longest time step for which an explicit step keeps every density non-negative: one over
    /// the largest total rate out of a cell, minus a few roundings.
    ///
    /// Infinite if nothing moves.
    #[must_use]
    pub fn explicit_limit(&self) -> R {
        (R::ONE - R::from_u32(8) * R::EPSILON) / self.busiest
    }

    /// Returns the rates up and down across the upper faces of all cells along `axis`, in this order. `None`
    /// if there is no such axis, or if the memory has changed its length.
    #[must_use]
    pub fn rates(&self, axis: usize) -> Option<[&[R]; 2]> {
        let Rates { up, down, .. } = self.all_rates()?;
        let cells = self.grid.len();
        let faces = axis.checked_mul(cells)?..axis.checked_add(1)?.checked_mul(cells)?;
        Some([up.get(faces.clone())?, down.get(faces)?])
    }

    /// Returns the total rate out of each cell; `None` if the memory has changed its length.
    #[must_use]
    pub fn out_rates(&self) -> Option<&[R]> {
        self.all_rates().map(|rates| rates.out)
    }

    /// Returns the memory.
    #[must_use]
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// Returns the error for a memory that has become too short.
    pub(in crate::diffusion) fn memory_changed(&self) -> ArgError {
        let (needed, found) = (self.layout().len(), self.memory.as_ref().len());
        ArgError::new("memory", Reason::TooShort { needed, found })
    }

    pub(super) fn all_rates(&self) -> Option<Rates<'_, R>> {
        self.layout().view(self.memory.as_ref())
    }

    /// Returns whether an axis is a ring.
    pub(super) fn is_ring(&self, axis: usize) -> bool {
        self.boundary.get(axis) == Some(&Boundary::Periodic)
    }

    pub(super) const fn revision(&self) -> u32 {
        self.revision
    }

    pub(super) const fn busiest(&self) -> R {
        self.busiest
    }

    fn layout(&self) -> FokkerPlanckLayout<D> {
        FokkerPlanckLayout { cells: self.grid.len() }
    }
}

/// Returns `1/h²` along an axis.
fn per_area<R: Real, const D: usize>(grid: &Grid<R, D>, axis: usize) -> R {
    let spacing = grid.axes().get(axis).map_or(R::ONE, |axis| axis.spacing());
    R::ONE / (spacing * spacing)
}

/// Returns the upper neighbour along an axis, around the end, and whether the face to it lies at the end.
pub(in crate::diffusion) fn upper<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    axis: usize,
    k: usize,
) -> (usize, bool) {
    let stride = grid.stride(axis);
    let cells = grid.axes().get(axis).map_or(1, |axis| axis.cells() as usize);
    let at_end = k / stride % cells == cells - 1;
    (if at_end { k + stride - stride * cells } else { k + stride }, at_end)
}

/// Returns whether the rates out of every cell are finite: each is at most `(θ + |z θ|) / h²`.
fn rates_are_finite<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    boundary: &[Boundary; D],
    dynamics: &Dynamics<'_, R, D>,
    temperature: R,
) -> bool {
    let mut largest = R::ZERO;
    for (axis, boundary) in boundary.iter().enumerate() {
        let scale = per_area(grid, axis);
        for k in 0..grid.len() {
            let (next, at_end) = upper(grid, axis, k);
            if at_end && *boundary == Boundary::Reflecting {
                continue;
            }
            let [diffusion, drive] = dynamics.face(grid, axis, k, next, temperature);
            let rate = (diffusion + drive.abs()) * scale;
            if !rate.is_finite() {
                return false;
            }
            largest = largest.or_larger(rate);
        }
    }
    // A cell has 2 D faces, and a step multiplies once more.
    (largest * R::from_usize(4 * D)).is_finite()
}
