//! The dynamics of a density.

use crate::base::grid::Grid;
use crate::{ArgError, Real, Reason};

/// The boundary condition at an end of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// A wall: nothing flows through it.
    Reflecting,
    /// A ring: the axis continues at its other end.
    Periodic,
}

/// The interpretation of a position-dependent diffusion.
///
/// `dx = u dt + √(2 T D(x)) dW` is ambiguous without the point within a step at which D is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calculus {
    /// D is evaluated before the step (Itô), as in stochastic gradient descent: the flux is `uρ − T∇·(Dρ)`.
    Ito,
    /// D is evaluated after the step (Hänggi 1978; Klimontovich 1990): the flux is `uρ − T D∇ρ`, without the
    /// term `T ρ ∇·D`. The stationary density is that of a heat bath where `u = −D∇V`.
    Isothermal,
}

/// The diffusion D along each axis, at least zero; off-diagonal entries are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Diffusion<'a, R: Real, const D: usize> {
    /// D is the same everywhere.
    Constant([R; D]),
    /// D is given at the cells' centres; the mean is used between two centres.
    Places {
        /// D × cells: all cells for the first axis, then for the next.
        values: &'a [R],
        /// The point within a step at which D is evaluated.
        calculus: Calculus,
    },
}

/// The dynamics of a density on a grid: a potential, a drift that need not be a gradient, and a diffusion.
///
/// ```text
/// dx = (−∇V + j) dt + √(2 T D) dW
/// ```
///
/// # Shapes
///
/// | field       | length          | layout                                                          |
/// |-------------|-----------------|-----------------------------------------------------------------|
/// | `potential` | cells           | V at the cells' [centres](Grid::fill)                           |
/// | `drift`     | D × cells, or 0 | j along each axis, in the middle of the cells' upper [faces](Grid::fill_faces) along it |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dynamics<'a, R: Real, const D: usize> {
    /// V, of which only differences matter.
    pub potential: &'a [R],
    /// j; empty if there is no such drift. It is ignored at a reflecting end of an axis.
    pub drift: &'a [R],
    /// D.
    pub diffusion: Diffusion<'a, R, D>,
}

impl<'a, R: Real, const D: usize> Dynamics<'a, R, D> {
    /// Creates dynamics with a potential alone and D = 1.
    #[must_use]
    pub const fn gradient(potential: &'a [R]) -> Self {
        Self { potential, drift: &[], diffusion: Diffusion::Constant([R::ONE; D]) }
    }

    /// Refuses slices of the wrong length, non-finite numbers and negative diffusion.
    pub(super) fn check(&self, grid: &Grid<R, D>) -> Result<(), ArgError> {
        let cells = grid.len();
        ArgError::check_len("potential", cells, self.potential.len())?;
        ArgError::check_finite("potential", self.potential)?;
        if !self.drift.is_empty() {
            ArgError::check_len("drift", cells * D, self.drift.len())?;
            ArgError::check_finite("drift", self.drift)?;
        }
        let entries = match &self.diffusion {
            Diffusion::Constant(entries) => entries,
            Diffusion::Places { values, .. } => {
                ArgError::check_len("diffusion", cells * D, values.len())?;
                *values
            }
        };
        let bad = entries.iter().position(|d| !(d.is_finite() && *d >= R::ZERO));
        bad.map_or(Ok(()), |index| {
            let value = entries.get(index).map_or(0.0, |d| d.to_f64());
            Err(ArgError::new("diffusion", Reason::Element { index, value, range: "finite and at least 0" }))
        })
    }

    /// Returns the diffusion T D at the upper face of cell `k` along `axis`, and the drive across this face:
    /// the drift times the spacing. `next` is the upper neighbour.
    pub(super) fn face(
        &self,
        grid: &Grid<R, D>,
        axis: usize,
        k: usize,
        next: usize,
        temperature: R,
    ) -> [R; 2] {
        let cells = grid.len();
        let at = |values: &[R], k: usize| values.get(k).copied().unwrap_or(R::ZERO);
        let spacing = grid.axes().get(axis).map_or(R::ZERO, |axis| axis.spacing());
        let mut drive = at(self.potential, k) - at(self.potential, next);
        drive += at(self.drift, axis * cells + k) * spacing;
        let diffusion = match self.diffusion {
            Diffusion::Constant(entries) => at(&entries, axis),
            Diffusion::Places { values, calculus } => {
                let (here, there) = (at(values, axis * cells + k), at(values, axis * cells + next));
                if calculus == Calculus::Ito {
                    drive += temperature * (here - there);
                }
                R::HALF * (here + there)
            }
        };
        [temperature * diffusion, drive]
    }
}
