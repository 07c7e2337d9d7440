//! Convolution of values on a grid, one line at a time.

use super::weighted::convolve;
use crate::base::elementary::exp;
use crate::base::grid::{Axis, Grid};
use crate::base::kernel::Kernel;
use crate::base::layout::{cut, total};
use crate::{ArgError, Real, Reason};

/// The continuation of the values beyond the ends of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Values continue from the other end.
    Periodic,
    /// Values are mirrored at the outer face.
    Reflecting,
    /// The last value is repeated.
    Nearest,
}

/// The workspace layout of a [`GridConvolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridConvolutionLayout {
    reach: usize,
    longest: usize,
}

impl GridConvolutionLayout {
    /// Creates the layout for a grid and a kernel.
    #[must_use]
    pub fn new<R: Real, const D: usize>(grid: &Grid<R, D>, kernel: &Kernel<R>) -> Self {
        let (mut reach, mut longest) = (0, 0);
        for axis in grid.axes() {
            reach = reach.max(reach_of(axis, kernel));
            longest = longest.max(axis.cells() as usize);
        }
        Self { reach, longest }
    }

    /// Returns the required length: half of the weights, and a line with its padding.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.reach, 1, self.reach, self.reach, self.longest])
    }

    /// Returns whether no memory is needed; always false.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<[&mut [R]; 2]> {
        let ([weights, line], _) = cut(workspace, [self.reach + 1, 2 * self.reach + self.longest])?;
        Some([weights, line])
    }
}

/// The number of standard deviations at which a Gaussian is cut off; the tails beyond weigh less than 10⁻¹⁸.
const CUT: f64 = 9.0;
/// The narrowest resolved Gaussian, in cells.
const NARROWEST: f64 = 1.25;

/// Returns the largest offset, in cells, at which a weight differs from zero.
fn reach_of<R: Real>(axis: &Axis<R>, kernel: &Kernel<R>) -> usize {
    let cells = (kernel.bandwidth() / axis.spacing()).to_f64();
    let reach = match kernel {
        Kernel::Gaussian { .. } => CUT * cells,
        Kernel::Cube { .. } | Kernel::Ball { .. } => cells + 2.0,
    };
    // A bandwidth of more than 2³¹ cells is refused because no workspace of that length can be provided.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    let reach = reach as u32;
    if cells > 0.0 { reach as usize } else { 0 }
}

/// The outcome of a step of a [`GridConvolution`].
#[must_use = "the convolution may have ended"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum ConvolutionStep {
    /// One line was convolved.
    Line,
    /// All lines along all axes are done; nothing was changed.
    Done,
    /// The values or the workspace have the wrong length; nothing was changed.
    MemoryChanged,
}

/// Convolves values at the centres of a grid's cells with a kernel, in place and one axis after another.
///
/// A Gaussian and a cube are products of one factor per axis, so a grid of nᴰ cells takes D nᴰ sums along
/// lines instead of nᴰ sums over the whole kernel. The weights are:
///
/// - **Gaussian**: `exp(−(j h)² / 2 s²)`, normalised and cut off at 9 s. As a quadrature, this is the
///   trapezoidal rule. Its relative error for a smooth function is `2 exp(−2π² s²/h²)`, below 10⁻¹³ for
///   `s ≥ 1.25 h`; narrower Gaussians are refused.
/// - **Cube**: the exact integral over ±r of the piecewise cubic through the values, with an error of order
///   h⁴.
///
/// The weights sum to one, so constants are unchanged.
///
/// # Cost
/// A step is one line: `cells · (2 reach + 1)` products.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::base::kernel::Kernel;
/// use losscape::smoothing::{Padding, ConvolutionStep, GridConvolution, GridConvolutionLayout};
/// let grid = Grid::new([Axis::new(0.0f64, 1.0, 64)?])?;
/// let mut values = [0.0; 64];
/// grid.fill(&mut values, |[x]| losscape::base::elementary::cos(core::f64::consts::TAU * x))?;
/// let kernel = Kernel::Gaussian { std_dev: 0.1 };
/// let mut workspace = vec![0.0; GridConvolutionLayout::new(&grid, &kernel).len()];
/// let mut convolution = GridConvolution::new(&grid, kernel, Padding::Periodic, &mut workspace)?;
/// let first = values[0];
/// while convolution.step(&mut values) == ConvolutionStep::Line {}
/// let factor = kernel.wave(core::f64::consts::TAU, 1).unwrap();
/// assert!((values[0] - factor * first).abs() < 1e-13);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GridConvolution<R: Real, const D: usize, W> {
    grid: Grid<R, D>,
    kernel: Kernel<R>,
    padding: Padding,
    layout: GridConvolutionLayout,
    workspace: W,
    axis: usize,
    line: usize,
}

impl<R: Real, const D: usize, W: AsRef<[R]> + AsMut<[R]>> GridConvolution<R, D, W> {
    /// Creates a convolution of values on `grid`.
    ///
    /// # Errors
    /// [`ArgError`] naming `bandwidth` (negative, not finite, or a Gaussian narrower than 1.25 cells but not zero),
    /// `kernel` (a ball in more than one dimension) or `workspace` (too short).
    pub fn new(
        grid: &Grid<R, D>,
        kernel: Kernel<R>,
        padding: Padding,
        workspace: W,
    ) -> Result<Self, ArgError> {
        kernel.check()?;
        if matches!(kernel, Kernel::Ball { .. }) && D > 1 {
            return Err(ArgError::new("kernel", Reason::Kernel { takes: "a Gaussian or a cube" }));
        }
        if let Kernel::Gaussian { std_dev } = kernel {
            for axis in grid.axes() {
                let resolved = std_dev == R::ZERO || std_dev >= R::from_f64(NARROWEST) * axis.spacing();
                ArgError::check_range(
                    "bandwidth",
                    std_dev,
                    resolved,
                    "0 or at least 1.25 cells of the grid",
                )?;
            }
        }
        let layout = GridConvolutionLayout::new(grid, &kernel);
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        Ok(Self { grid: *grid, kernel, padding, layout, workspace, axis: 0, line: 0 })
    }

    /// Convolves the next line of `values`.
    pub fn step(&mut self, values: &mut [R]) -> ConvolutionStep {
        let Some(axis) = self.grid.axes().get(self.axis) else { return ConvolutionStep::Done };
        let (len, stride, cells) = (self.grid.len(), self.grid.stride(self.axis), axis.cells() as usize);
        if values.len() != len {
            return ConvolutionStep::MemoryChanged;
        }
        let reach = reach_of(axis, &self.kernel);
        let Some([weights, padded]) = self.layout.split(self.workspace.as_mut()) else {
            return ConvolutionStep::MemoryChanged;
        };
        let (Some(weights), Some(padded)) = (weights.get_mut(..=reach), padded.get_mut(..2 * reach + cells))
        else {
            return ConvolutionStep::MemoryChanged;
        };
        if self.line == 0 {
            fill_weights(axis, &self.kernel, weights);
        }
        // A line along an axis starts at the axis's first cell.
        let first = (self.line / stride) * stride * cells + self.line % stride;
        for (k, to) in padded.iter_mut().enumerate() {
            // The padding needs a division, a plain copy does not.
            let beyond = k < reach || k >= reach + cells;
            let along = if beyond { self.padding.inside(k, reach, cells) } else { k - reach };
            *to = values.get(first + along * stride).copied().unwrap_or(R::ZERO);
        }
        convolve(weights, padded);
        for (i, from) in padded.iter().take(cells).enumerate() {
            if let Some(value) = values.get_mut(first + i * stride) {
                *value = *from;
            }
        }
        self.line += 1;
        if self.line * cells == len {
            (self.axis, self.line) = (self.axis + 1, 0);
        }
        ConvolutionStep::Line
    }

    /// Starts over, for other values.
    pub fn restart(&mut self) {
        (self.axis, self.line) = (0, 0);
    }
}

impl Padding {
    /// Returns the cell whose value belongs at position `k` of a line padded by `reach` on both sides.
    fn inside(self, k: usize, reach: usize, cells: usize) -> usize {
        match self {
            // `reach · cells` is a whole number of periods.
            Self::Periodic => (k + reach * (cells - 1)) % cells,
            Self::Nearest => k.saturating_sub(reach).min(cells - 1),
            Self::Reflecting => {
                let turn = 2 * cells;
                let folded = (k + reach * (turn - 1)) % turn;
                folded.min(turn - 1 - folded)
            }
        }
    }
}

/// Fills half of the weights, from the centre outwards.
fn fill_weights<R: Real>(axis: &Axis<R>, kernel: &Kernel<R>, weights: &mut [R]) {
    let cells = (kernel.bandwidth() / axis.spacing()).to_f64();
    for (j, weight) in weights.iter_mut().enumerate() {
        let j = <f64 as Real>::from_usize(j);
        *weight = R::from_f64(match kernel {
            _ if cells == 0.0 => 1.0,
            Kernel::Gaussian { .. } => exp(-(0.5 * (j / cells) * (j / cells))),
            Kernel::Cube { .. } | Kernel::Ball { .. } => {
                (cubic_integral(cells - j) - cubic_integral(-cells - j)) / (2.0 * cells)
            }
        });
    }
    let mut all = R::ZERO;
    for weight in weights.iter().skip(1).rev() {
        all += R::TWO * *weight;
    }
    if let Some(centre) = weights.first() {
        all += *centre;
    }
    for weight in weights {
        *weight /= all;
    }
}

/// Integrates, from 0 to t, the cardinal function of piecewise cubic Lagrange interpolation through four
/// points (Keys 1981 derives the variant with a free slope),
///
/// ```text
/// L(t) = 1 − |t|/2 − t² + |t|³/2 for |t| ≤ 1,   1 − 11|t|/6 + t² − |t|³/6 for |t| ≤ 2,   0 beyond
/// ```
fn cubic_integral(t: f64) -> f64 {
    let a = t.abs();
    let half = if a <= 1.0 {
        a * (1.0 - a * (0.25 + a * (1.0 / 3.0 - a / 8.0)))
    } else if a <= 2.0 {
        1.0 / 6.0 + a * (1.0 - a * (11.0 / 12.0 - a * (1.0 / 3.0 - a / 24.0)))
    } else {
        0.5
    };
    if t < 0.0 { -half } else { half }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;
    use crate::base::elementary::cos;
    use crate::models::surfaces::{EggCarton, RippledBowl};
    use crate::objective::Convolution;

    fn smoothed<const D: usize>(
        grid: &Grid<f64, D>,
        kernel: Kernel<f64>,
        padding: Padding,
        values: &[f64],
    ) -> Vec<f64> {
        let mut values = values.to_vec();
        let workspace = vec![f64::NAN; GridConvolutionLayout::new(grid, &kernel).len()];
        let mut convolution = GridConvolution::new(grid, kernel, padding, workspace).unwrap();
        let mut lines = 0;
        while convolution.step(&mut values) == ConvolutionStep::Line {
            lines += 1;
        }
        let wanted: usize = grid.axes().iter().map(|axis| grid.len() / axis.cells() as usize).sum();
        assert_eq!(lines, wanted);
        assert_eq!(convolution.step(&mut values), ConvolutionStep::Done);
        values
    }

    /// Compares every axis of a plane with the closed form, to 1e-9 or far better.
    #[test]
    fn an_egg_carton_agrees_with_its_closed_form() {
        let grid = Grid::new([Axis::new(-1.0, 1.0, 96).unwrap(), Axis::new(0.0, 1.0, 40).unwrap()]).unwrap();
        let carton = EggCarton::new(2).unwrap();
        let mut values = vec![0.0; grid.len()];
        grid.fill(&mut values, |[x, y]| cos(core::f64::consts::TAU * x) + cos(core::f64::consts::TAU * y))
            .unwrap();
        for (kernel, tolerance) in
            [(Kernel::Gaussian { std_dev: 0.1 }, 1e-12), (Kernel::Cube { radius: 0.23 }, 2e-5)]
        {
            let smooth = smoothed(&grid, kernel, Padding::Periodic, &values);
            for (k, value) in smooth.iter().enumerate() {
                let exact = carton.convolved_value_grad(&kernel, &grid.centre(k), &mut [0.0; 2], &mut []);
                assert!((value - exact).abs() < tolerance, "{kernel:?}, cell {k}: {value} {exact}");
            }
        }
    }

    /// The error of a cube falls as h⁴.
    #[test]
    fn cubes_are_of_fourth_order() {
        let error = |cells| {
            let grid = Grid::new([Axis::new(-5.0, 5.0, cells).unwrap()]).unwrap();
            let bowl = RippledBowl::new(1, 0.5, 0.6, 6.0).unwrap();
            let kernel = Kernel::Cube { radius: 0.377 };
            let mut values = vec![0.0; grid.len()];
            grid.fill(&mut values, |[x]| 0.25 * x * x + 0.6 * cos(6.0 * x)).unwrap();
            let smooth = smoothed(&grid, kernel, Padding::Nearest, &values);
            let mut worst = 0.0;
            for (k, value) in smooth.iter().enumerate() {
                let at = grid.centre(k);
                if at[0].abs() < 4.0 {
                    let exact = bowl.convolved_value_grad(&kernel, &at, &mut [0.0], &mut []);
                    worst = (value - exact).abs().or_larger(worst);
                }
            }
            worst
        };
        let [coarse, fine] = [error(400), error(800)];
        assert!(coarse < 1e-4 && (12.0..20.0).contains(&(coarse / fine)), "{coarse} {fine}");
    }

    /// Checks the values beyond the ends, on a line of five cells and a kernel wider than the line.
    #[test]
    fn boundaries_continue_a_line_as_they_say() {
        let places = |padding: Padding, reach| -> Vec<usize> {
            (0..5 + 2 * reach).map(|k| padding.inside(k, reach, 5)).collect()
        };
        assert_eq!(places(Padding::Periodic, 3), [2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2]);
        assert_eq!(places(Padding::Reflecting, 3), [2, 1, 0, 0, 1, 2, 3, 4, 4, 3, 2]);
        assert_eq!(places(Padding::Nearest, 3), [0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4]);
        assert_eq!(places(Padding::Reflecting, 12)[..9], [1, 0, 0, 1, 2, 3, 4, 4, 3], "more than one mirror");
        let grid = Grid::new([Axis::new(0.0, 1.0, 5).unwrap()]).unwrap();
        for padding in [Padding::Periodic, Padding::Reflecting, Padding::Nearest] {
            for kernel in [Kernel::Gaussian { std_dev: 2.0 }, Kernel::Ball { radius: 2.0 }] {
                let constant = smoothed(&grid, kernel, padding, &[7.0; 5]);
                assert!(constant.iter().all(|x| (x - 7.0).abs() < 1e-13), "{padding:?} {constant:?}");
                let values = [1.0, 5.0, -2.0, 0.5, 8.0];
                let sum = |values: &[f64]| values.iter().fold(0.0, |a, b| a + b);
                if padding != Padding::Nearest {
                    let all = smoothed(&grid, kernel, padding, &values);
                    assert!((sum(&all) - sum(&values)).abs() < 1e-13, "the mass stays: {padding:?}");
                }
            }
            let still = Kernel::Gaussian { std_dev: 0.0 };
            assert_eq!(
                smoothed(&grid, still, padding, &[1.0, 2.0, 3.0, 4.0, 5.0]),
                [1.0, 2.0, 3.0, 4.0, 5.0]
            );
        }
    }

    #[test]
    fn what_the_grid_does_not_resolve_is_refused() {
        let line = Grid::new([Axis::new(0.0, 1.0, 10).unwrap()]).unwrap();
        let plane = Grid::new([Axis::new(0.0, 1.0, 10).unwrap(); 2]).unwrap();
        let refused = |kernel, room| {
            GridConvolution::new(&line, kernel, Padding::Periodic, vec![0.0; room]).unwrap_err().arg
        };
        assert_eq!(refused(Kernel::Gaussian { std_dev: 0.05 }, 1000), "bandwidth");
        assert_eq!(refused(Kernel::Gaussian { std_dev: -1.0 }, 1000), "bandwidth");
        assert_eq!(refused(Kernel::Cube { radius: 1e300 }, 1000), "workspace");
        assert_eq!(refused(Kernel::Gaussian { std_dev: 0.2 }, 10), "workspace");
        let ball = GridConvolution::new(&plane, Kernel::Ball { radius: 0.2 }, Padding::Periodic, [0.0; 99]);
        assert_eq!(ball.unwrap_err().arg, "kernel");
        let cube = Kernel::Cube { radius: 0.2 };
        let mut made = GridConvolution::new(&line, cube, Padding::Periodic, vec![0.0; 99]).unwrap();
        assert_eq!(made.step(&mut [0.0; 9]), ConvolutionStep::MemoryChanged);
        made.workspace.truncate(3);
        assert_eq!(made.step(&mut [0.0; 10]), ConvolutionStep::MemoryChanged);
    }
}
