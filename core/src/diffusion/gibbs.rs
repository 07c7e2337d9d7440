//! The Gibbs distribution of a potential, and the distance of a density from it.

use super::density::check_density;
use super::fokker_planck::Boundary;
use crate::base::elementary::{exp, exp_m1, ln};
use crate::base::grid::Grid;
use crate::base::vector::LaneSum;
use crate::{ArgError, Real};

/// The Gibbs distribution of a potential on a grid: the density `e^(−V/T) / Z` with `Z = Σ e^(−V/T) hᴰ`.
///
/// This is the exact stationary density of the discrete [equation](super::FokkerPlanck) if D = 1 and the
/// drift comes from the potential alone. For other dynamics, use the potential of their stationary density,
/// [`measured_potential`](super::measured_potential).
///
/// Everything is computed from V/T, never from the logarithm of a stored weight, because weights underflow in
/// binary32 where V/T exceeds 87.
///
/// # Examples
/// ```
/// use losscape::base::elementary::ln;
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::diffusion::Gibbs;
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 2)?])?;
/// let potential = [1000.0, 1000.0 + ln(3.0)];
/// let gibbs = Gibbs::new(grid, &potential, 1.0)?; // weights 3 : 1
/// assert!((gibbs.density(0) - 0.75).abs() < 1e-12);
/// let spread = [0.5, 0.5];
/// let distance = gibbs.relative_entropy(&spread)?;
/// assert!((distance - 0.5 * ln(4.0 / 3.0)).abs() < 1e-12); // ½ ln(2/3) + ½ ln 2
/// let excess = gibbs.free_energy(&spread)? - gibbs.least_free_energy();
/// assert!((excess - distance).abs() < 1e-12); // T = 1
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gibbs<'a, R: Real, const D: usize> {
    grid: Grid<R, D>,
    potential: &'a [R],
    temperature: R,
    lowest: R,
    /// ln Σ e^(−(V − lowest)/T) hᴰ.
    log_z: R,
}

impl<'a, R: Real, const D: usize> Gibbs<'a, R, D> {
    /// Creates the law of a potential, given at the cells' centres, at a temperature.
    ///
    /// # Errors
    /// [`ArgError`] naming `potential` (not one value per cell, not finite) or `temperature` (not
    /// positive).
    pub fn new(grid: Grid<R, D>, potential: &'a [R], temperature: R) -> Result<Self, ArgError> {
        ArgError::check_len("potential", grid.len(), potential.len())?;
        ArgError::check_finite("potential", potential)?;
        ArgError::check_positive("temperature", temperature)?;
        let mut lowest = R::INFINITY;
        for v in potential {
            lowest = lowest.or_smaller(*v);
        }
        let mut sum = LaneSum::default();
        for v in potential {
            sum.push(exp((lowest - *v) / temperature));
        }
        let log_z = ln(sum.total()) + ln(grid.cell_volume());
        Ok(Self { grid, potential, temperature, lowest, log_z })
    }

    /// Returns the density in a cell; zero for an out-of-range index.
    #[must_use]
    pub fn density(&self, index: usize) -> R {
        self.potential.get(index).map_or(R::ZERO, |v| exp(self.log_density(*v)))
    }

    /// Writes the density to a slice.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` (not one value per cell).
    pub fn fill(&self, density: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_len("density", self.potential.len(), density.len())?;
        for (rho, v) in density.iter_mut().zip(self.potential) {
            *rho = exp(self.log_density(*v));
        }
        Ok(())
    }

    /// Computes the mean of a function given at the cells' centres.
    ///
    /// # Errors
    /// [`ArgError`] naming `values` (not one value per cell).
    pub fn mean(&self, values: &[R]) -> Result<R, ArgError> {
        ArgError::check_len("values", self.potential.len(), values.len())?;
        let (mut sum, mut whole) = (LaneSum::default(), LaneSum::default());
        for (v, value) in self.potential.iter().zip(values) {
            let weight = exp((self.lowest - *v) / self.temperature);
            sum.push(weight * *value);
            whole.push(weight);
        }
        Ok(sum.total() / whole.total())
    }

    /// Computes the free energy `F(ρ) = E_ρ V − T H(ρ)`, with the [`entropy`] H.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` if it is not a density of mass one on the grid.
    pub fn free_energy(&self, density: &[R]) -> Result<R, ArgError> {
        check_density(&self.grid, density)?;
        let (mut energy, mut whole) = (LaneSum::default(), LaneSum::default());
        for (rho, v) in density.iter().zip(self.potential) {
            energy.push(*rho * (*v - self.lowest));
            whole.push(*rho);
        }
        Ok(self.lowest + energy.total() / whole.total() - self.temperature * entropy(&self.grid, density)?)
    }

    /// Returns the minimum of the free energy, `−T ln Z`, which the law itself attains.
    #[must_use]
    pub fn least_free_energy(&self) -> R {
        self.lowest - self.temperature * self.log_z
    }

    /// Computes the excess free energy of a density, `(F(ρ) − F_least) / T`, in nats.
    ///
    /// It equals the [`relative_entropy`](Self::relative_entropy) (Gibbs' inequality), but as a difference of
    /// two sums, so that only rounding error is left close to the law.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` if it is not a density of mass one on the grid.
    ///
    /// ```
    /// use losscape::base::elementary::ln;
    /// use losscape::base::grid::{Axis, Grid};
    /// use losscape::diffusion::Gibbs;
    /// let grid = Grid::new([Axis::new(0.0f64, 2.0, 2)?])?;
    /// let gibbs = Gibbs::new(grid, &[0.0, 0.0], 0.25)?;
    /// let excess = gibbs.excess_free_energy(&[1.0, 0.0])?; // all in one of two equal cells
    /// assert!((excess - ln(2.0)).abs() < 1e-15);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn excess_free_energy(&self, density: &[R]) -> Result<R, ArgError> {
        Ok((self.free_energy(density)? - self.least_free_energy()) / self.temperature)
    }

    /// Computes the relative entropy to the law, `KL(ρ ‖ e^(−V/T)/Z)`, in nats, at least zero. It equals
    /// `(F(ρ) − F_least) / T`.
    ///
    /// The sum is `Σ ρ (s − 1 + e^(−s))`, with s the logarithm of the ratio of ρ to the law. All its terms
    /// are non-negative, so a density with a relative deviation δ gives ½ δ² instead of the rounding of a
    /// difference.
    ///
    /// # Errors
    /// [`ArgError`] naming `density` if it is not a density of mass one on the grid.
    pub fn relative_entropy(&self, density: &[R]) -> Result<R, ArgError> {
        check_density(&self.grid, density)?;
        let mut sum = LaneSum::default();
        for (rho, v) in density.iter().zip(self.potential) {
            let log = self.log_density(*v);
            sum.push(divergence(*rho, log));
        }
        Ok(sum.total() * self.grid.cell_volume())
    }

    /// Returns the share of the law in the outermost cells of the axes that end in walls.
    #[must_use]
    pub fn edge_share(&self, boundary: &[Boundary; D]) -> R {
        let mut sum = LaneSum::default();
        for (k, v) in self.potential.iter().enumerate() {
            let place = self.grid.place(k);
            let ends = place.iter().zip(self.grid.axes()).zip(boundary);
            let mut walls = ends.filter(|(_, boundary)| **boundary == Boundary::Reflecting);
            if walls.any(|((place, axis), _)| *place == 0 || *place + 1 == axis.cells()) {
                sum.push(exp(self.log_density(*v)));
            }
        }
        sum.total() * self.grid.cell_volume()
    }

    /// Refuses a box that is too small for the well: one whose [outermost cells](Self::edge_share) hold more
    /// than `most` of the law.
    ///
    /// # Errors
    /// [`ArgError`] naming `grid`, with the share found.
    ///
    /// ```
    /// use losscape::base::grid::{Axis, Grid};
    /// use losscape::diffusion::{Boundary, Gibbs};
    /// let well = |half_width: f64| {
    ///     let grid = Grid::new([Axis::new(-half_width, half_width, 64)?])?;
    ///     let mut potential = [0.0; 64];
    ///     grid.fill(&mut potential, |[x]| x * x / 2.0)?;
    ///     Gibbs::new(grid, &potential, 1.0)?.check_box(&[Boundary::Reflecting], 1e-3)
    /// };
    /// assert!(well(5.0).is_ok());
    /// assert_eq!(well(2.0).unwrap_err().arg, "grid");
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn check_box(&self, boundary: &[Boundary; D], most: R) -> Result<(), ArgError> {
        let share = self.edge_share(boundary);
        let range = "large enough that its outermost cells hold at most the allowed share of e^(−V/T)";
        ArgError::check_range("grid", share, share <= most, range)
    }

    /// Returns ln of the density where the potential is `v`.
    fn log_density(&self, v: R) -> R {
        (self.lowest - v) / self.temperature - self.log_z
    }
}

/// Computes the entropy `H(ρ) = −∫ ρ ln ρ`, in nats, of a density that is constant in each cell; negative for
/// narrow densities.
///
/// # Errors
/// [`ArgError`] naming `density` if it is not a density of mass one on the grid.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 4.0, 4)?])?;
/// let entropy = losscape::diffusion::entropy(&grid, &[0.5, 0.5, 0.0, 0.0])?;
/// assert!((entropy - core::f64::consts::LN_2).abs() < 1e-15); // two of four unit cells
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn entropy<R: Real, const D: usize>(grid: &Grid<R, D>, density: &[R]) -> Result<R, ArgError> {
    check_density(grid, density)?;
    let mut sum = LaneSum::default();
    for rho in density {
        sum.push(if *rho > R::ZERO { *rho * ln(*rho) } else { R::ZERO });
    }
    Ok(-sum.total() * grid.cell_volume())
}

/// Computes the relative entropy of two densities, `KL(ρ ‖ σ)`, in nats, at least zero; infinite if σ is zero
/// where ρ is not.
///
/// For a Gibbs distribution, [`Gibbs::relative_entropy`] avoids the underflow of weights.
///
/// # Errors
/// [`ArgError`] naming `density` or `reference` if it is not a density of mass one on the grid.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 2)?])?;
/// let kl = losscape::diffusion::relative_entropy(&grid, &[1.0, 0.0], &[0.25, 0.75])?;
/// assert!((kl - 2.0 * core::f64::consts::LN_2).abs() < 1e-15);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn relative_entropy<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
    reference: &[R],
) -> Result<R, ArgError> {
    check_density(grid, density)?;
    check_density(grid, reference).map_err(|error| ArgError::new("reference", error.reason))?;
    let mut sum = LaneSum::default();
    for (rho, sigma) in density.iter().zip(reference) {
        sum.push(if *sigma > R::ZERO {
            divergence(*rho, ln(*sigma))
        } else if *rho > R::ZERO {
            R::INFINITY
        } else {
            R::ZERO
        });
    }
    Ok(sum.total() * grid.cell_volume())
}

/// Computes `ρ ln(ρ/σ) − ρ + σ`, at least zero and accurate where the two are close.
fn divergence<R: Real>(rho: R, log_sigma: R) -> R {
    if rho <= R::ZERO {
        return exp(log_sigma);
    }
    let s = ln(rho) - log_sigma;
    if s.abs() < R::from_f64(0.01) {
        let [a, b, c, d] = [6, 24, 120, 720].map(|n| R::ONE / R::from_u32(n));
        rho * s * s * (R::HALF - s * (a - s * (b - s * (c - s * d))))
    } else if s > -R::ONE {
        rho * (s + exp_m1(-s))
    } else {
        rho * (s - R::ONE) + exp(log_sigma)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::grid::Axis;
    use crate::diffusion::normalise_mass;
    use std::vec;
    use std::vec::Vec;

    #[test]
    fn the_divergence_of_close_numbers_keeps_its_digits() {
        // mpmath, 40 digits: s − 1 + e^(−s), times ρ = e^s σ with σ = 1.
        for (s, expected) in [
            (1e-6f64, 5.000_003_333_334_584e-13),
            (0.009, 4.074_382_209_699_626_4e-5),
            (0.011, 6.094_550_217_235_907_7e-5),
            (-0.5, 0.090_204_010_431_049_86),
            (-3.0, 0.800_851_726_528_544_2),
            (-800.0, 1.0),
        ] {
            let found = divergence(exp(s), 0.0);
            assert!((found / expected - 1.0).abs() < 1e-9, "{s}: {found:e}");
        }
        assert_eq!(divergence(0.0, 0.0), 1.0);
        assert_eq!(divergence(1.0, 0.0), 0.0);
    }

    #[test]
    fn free_energy_exceeds_its_least_by_the_temperature_times_the_relative_entropy() {
        let grid =
            Grid::new([Axis::new(-3.0f64, 3.0, 48).unwrap(), Axis::new(-2.0, 2.0, 20).unwrap()]).unwrap();
        let mut potential = vec![0.0; grid.len()];
        grid.fill(&mut potential, |[x, y]| (x * x - 1.0) * (x * x - 1.0) / 4.0 + y * y / 2.0 + 17.0).unwrap();
        let mut density = vec![0.0; grid.len()];
        grid.fill(&mut density, |[x, y]| exp(-(x - 1.0) * (x - 1.0) - 2.0 * y * y)).unwrap();
        normalise_mass(&grid, &mut density).unwrap();
        for temperature in [0.03, 0.1, 1.0, 100.0] {
            let gibbs = Gibbs::new(grid, &potential, temperature).unwrap();
            let excess = gibbs.excess_free_energy(&density).unwrap();
            let kl = gibbs.relative_entropy(&density).unwrap();
            assert!((excess / kl - 1.0).abs() < 1e-11, "{temperature}: {excess} {kl}");
            let mut law = vec![0.0; grid.len()];
            gibbs.fill(&mut law).unwrap();
            assert!((crate::diffusion::mass(&grid, &law) - 1.0).abs() < 1e-13);
            assert!(gibbs.relative_entropy(&law).unwrap() < 1e-25, "the law itself");
            let stored = relative_entropy(&grid, &density, &law).unwrap();
            assert!((stored / kl - 1.0).abs() < 1e-11, "{stored} {kl}");
        }
    }

    #[test]
    fn single_precision_keeps_weights_that_underflow() {
        // V/T reaches 400, and e^(−400) is zero in binary32.
        let grid = Grid::new([Axis::new(-4.0f32, 4.0, 64).unwrap()]).unwrap();
        let mut potential = vec![0.0; 64];
        grid.fill(&mut potential, |[x]| x * x / 2.0).unwrap();
        let gibbs = Gibbs::new(grid, &potential, 0.02).unwrap();
        let mut density = vec![0.0; 64];
        density[0] = 1.0;
        normalise_mass(&grid, &mut density).unwrap();
        let found = gibbs.relative_entropy(&density).unwrap();
        // With all mass in the first cell, the result is ln(ρ/law) there.
        let wide: Vec<f64> = potential.iter().map(|v| f64::from(*v)).collect();
        let wide_grid = Grid::new([Axis::new(-4.0f64, 4.0, 64).unwrap()]).unwrap();
        let mut wide_density = vec![0.0; 64];
        wide_density[0] = 8.0;
        let expected = Gibbs::new(wide_grid, &wide, 0.02).unwrap().relative_entropy(&wide_density).unwrap();
        assert!((f64::from(found) / expected - 1.0).abs() < 1e-5, "{found} {expected}");
        assert!(expected > 380.0);
    }

    #[test]
    fn bad_arguments_are_named() {
        let grid = Grid::new([Axis::new(0.0f64, 1.0, 2).unwrap()]).unwrap();
        let arg = |potential: &[f64], t| Gibbs::new(grid, potential, t).unwrap_err().arg;
        assert_eq!(arg(&[0.0], 1.0), "potential");
        assert_eq!(arg(&[0.0, f64::NAN], 1.0), "potential");
        for t in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(arg(&[0.0, 0.0], t), "temperature");
        }
        let gibbs = Gibbs::new(grid, &[0.0, 0.0], 1.0).unwrap();
        for bad in [&[1.0][..], &[0.5, 0.5], &[2.5, -0.5], &[f64::NAN, 1.0]] {
            assert_eq!(gibbs.relative_entropy(bad).unwrap_err().arg, "density");
            assert_eq!(gibbs.free_energy(bad).unwrap_err().arg, "density");
            assert_eq!(relative_entropy(&grid, &[1.0, 1.0], bad).unwrap_err().arg, "reference");
        }
        assert_eq!(relative_entropy(&grid, &[1.0, 1.0], &[2.0, 0.0]), Ok(f64::INFINITY));
    }
}
