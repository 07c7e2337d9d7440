//! Probability currents and their dissipation.

use super::density::check_density;
use super::fokker_planck::{FokkerPlanck, upper};
use crate::base::elementary::{ln, ln_1p};
use crate::base::vector::LaneSum;
use crate::{ArgError, Real};

impl<R: Real, const D: usize, M: AsRef<[R]> + AsMut<[R]>> FokkerPlanck<R, D, M> {
    /// Writes the probability current J along `axis` through the upper face of each cell:
    /// `h (up ρₖ − down ρₖ₊₁)`.
    ///
    /// The current of the stationary density vanishes if and only if the density is in detailed balance, as
    /// `e^(−V/T)` is. A drift that is not a gradient, or a diffusion that varies in space, makes the current
    /// circulate.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not of mass one on the grid), `axis` (not an axis of the grid), `out`
    /// (not one element per cell) or `memory` (the equation's, if it has changed its length).
    ///
    /// ```
    /// use losscape::base::grid::{Axis, Grid};
    /// use losscape::diffusion::{Boundary, Dynamics, FokkerPlanck, FokkerPlanckLayout};
    /// let grid = Grid::new([Axis::new(0.0f64, 4.0, 4)?])?;
    /// let pushed = Dynamics { drift: &[1.0; 4], ..Dynamics::gradient(&[0.0; 4]) };
    /// let mut memory = [0.0; FokkerPlanckLayout::new([4]).len()];
    /// let ring = FokkerPlanck::new(grid, [Boundary::Periodic], &pushed, 0.5, &mut memory)?;
    /// let mut current = [0.0; 4];
    /// ring.current(&[0.25; 4], 0, &mut current)?;
    /// assert!(current.iter().all(|j| (j - 0.25).abs() < 1e-15)); // u ρ everywhere
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn current(&self, density: &[R], axis: usize, out: &mut [R]) -> Result<(), ArgError> {
        check_density(self.grid(), density)?;
        ArgError::check_index("axis", axis, D)?;
        ArgError::check_len("out", density.len(), out.len())?;
        let [up, down] = self.rates(axis).ok_or_else(|| self.memory_changed())?;
        let spacing = self.grid().axes().get(axis).map_or(R::ZERO, |axis| axis.spacing());
        for (k, ((out, up), down)) in out.iter_mut().zip(up).zip(down).enumerate() {
            let (next, _) = upper(self.grid(), axis, k);
            *out = spacing * flow(density, k, next, [*up, *down]).0;
        }
        Ok(())
    }

    /// Writes the current along `axis` at the centre of each cell: the mean of the currents through its two
    /// faces.
    ///
    /// # Errors
    /// As [`current`](Self::current).
    ///
    /// ```
    /// use losscape::base::grid::{Axis, Grid};
    /// use losscape::diffusion::{Boundary, Dynamics, FokkerPlanck, FokkerPlanckLayout};
    /// let grid = Grid::new([Axis::new(0.0f64, 3.0, 3)?])?;
    /// let mut memory = [0.0; FokkerPlanckLayout::new([3]).len()];
    /// let walls = [Boundary::Reflecting];
    /// let line = FokkerPlanck::new(grid, walls, &Dynamics::gradient(&[0.0; 3]), 1.0, &mut memory)?;
    /// let mut current = [0.0; 3];
    /// line.mean_current(&[1.0, 0.0, 0.0], 0, &mut current)?;
    /// assert_eq!(current, [0.5, 0.5, 0.0]); // 1 through the first face, 0 through the second and the walls
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn mean_current(&self, density: &[R], axis: usize, out: &mut [R]) -> Result<(), ArgError> {
        self.current(density, axis, out)?;
        let (stride, cells) = (self.grid().stride(axis), self.grid().stride(axis + 1));
        for line in out.chunks_mut(cells) {
            for first in 0..stride {
                // On a ring, the first face is the last one; through a wall nothing flows.
                let mut below = line.iter().skip(first).step_by(stride).last().copied().unwrap_or(R::ZERO);
                for current in line.iter_mut().skip(first).step_by(stride) {
                    let through = *current;
                    *current = R::HALF * (through + below);
                    below = through;
                }
            }
        }
        Ok(())
    }

    /// Computes the entropy production per unit of time, in nats, at least zero (Schnakenberg 1976):
    ///
    /// ```text
    /// σ = Σ over faces of (a − b) ln(a/b) hᴰ,    a = up ρₖ,   b = down ρₖ₊₁
    /// ```
    ///
    /// In the gradient case, T σ is the rate at which the [free energy](super::Gibbs::free_energy) falls. For
    /// a stationary density, σ is the dissipation that maintains the current. It is infinite where density
    /// flows into an empty cell.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not of mass one on the grid) or `memory` (the equation's, if it has
    /// changed its length).
    pub fn entropy_production(&self, density: &[R]) -> Result<R, ArgError> {
        check_density(self.grid(), density)?;
        let mut sum = LaneSum::default();
        for axis in 0..D {
            let [up, down] = self.rates(axis).ok_or_else(|| self.memory_changed())?;
            for (k, (up, down)) in up.iter().zip(down).enumerate() {
                let (next, _) = upper(self.grid(), axis, k);
                let (net, [a, b]) = flow(density, k, next, [*up, *down]);
                if net.abs() > R::ZERO {
                    let (large, small) = if a > b { (a, b) } else { (b, a) };
                    let close = large < R::TWO * small;
                    let log = if close { ln_1p(net.abs() / small) } else { ln(large) - ln(small) };
                    sum.push(net.abs() * log);
                }
            }
        }
        Ok(sum.total() * self.grid().cell_volume())
    }
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> FokkerPlanck<R, 2, M> {
    /// Computes the mean rate of rotation about the origin, `E[x dy − y dx] / dt`; positive for an
    /// anticlockwise current.
    ///
    /// # Errors
    /// As [`entropy_production`](Self::entropy_production).
    pub fn circulation(&self, density: &[R]) -> Result<R, ArgError> {
        check_density(self.grid(), density)?;
        let mut sum = LaneSum::default();
        for axis in 0..2 {
            let [up, down] = self.rates(axis).ok_or_else(|| self.memory_changed())?;
            for (k, (up, down)) in up.iter().zip(down).enumerate() {
                let (next, at_end) = upper(self.grid(), axis, k);
                if at_end {
                    continue;
                }
                let [x, y] = self.grid().centre(k);
                let arm = if axis == 0 { -y } else { x };
                let spacing = self.grid().axes().get(axis).map_or(R::ZERO, |axis| axis.spacing());
                sum.push(arm * spacing * flow(density, k, next, [*up, *down]).0);
            }
        }
        Ok(sum.total() * self.grid().cell_volume())
    }
}

/// Returns the net flow across a face, and the flows in both directions.
fn flow<R: Real>(density: &[R], k: usize, next: usize, [up, down]: [R; 2]) -> (R, [R; 2]) {
    let at = |k: usize| density.get(k).copied().unwrap_or(R::ZERO);
    let (a, b) = (up * at(k), down * at(next));
    (a - b, [a, b])
}
