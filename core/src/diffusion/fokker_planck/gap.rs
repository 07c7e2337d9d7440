//! The slowest relaxation rates.

use super::Elimination;
use crate::base::elementary::sqrt;
use crate::base::layout::{area, cut};
use crate::base::random::{stream, uniform};
use crate::base::vector::{LaneSum, axpy, scale};
use crate::{ArgError, Real, Reason};

/// The number of implicit steps that take the uniform density close to the stationary one.
const FIRST_STEPS: u32 = 3;

/// A relaxation rate: a deviation of the density decays as `e^(−decay t) cos(frequency t + …)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relaxation<R: Real = f32> {
    /// The real part of the eigenvalue of −Q, positive.
    pub decay: R,
    /// The magnitude of its imaginary part; zero in the gradient case.
    pub frequency: R,
}

/// The outcome of a step of a [`SpectralGap`].
#[must_use = "the rates settle after some steps"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum GapStep<R: Real = f32> {
    /// One iteration was made.
    Iterated {
        /// The relaxation rates of the eigenvalue of −Q nearest to zero and of the next one; the two are
        /// equal for a complex pair.
        slowest: [Relaxation<R>; 2],
        /// The relative change of the first rate.
        change: R,
    },
    /// There are no two non-zero rates, or a number overflowed.
    NotFinite,
    /// The memory or the elimination is no longer the one that the iteration started with; nothing was done.
    MemoryChanged,
}

/// The workspace layout of a [`SpectralGap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpectralGapLayout {
    cells: usize,
}

impl SpectralGapLayout {
    /// Creates the layout for a grid of `cells` cells in total.
    #[must_use]
    pub const fn new(cells: usize) -> Self {
        Self { cells }
    }

    /// Returns the minimum workspace length: five times the cells.
    #[must_use]
    pub const fn len(self) -> usize {
        area(5, self.cells)
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<[&mut [R]; 5]> {
        cut(workspace, [self.cells; 5]).map(|(parts, _)| parts)
    }
}

/// Computes the eigenvalues of −Q nearest to zero, the slowest relaxation rates of densities; in the gradient
/// case, these are the spectral gap and the next rate.
///
/// The elimination is that of an [implicit step](Elimination::implicit) whose dt is long compared with the
/// slowest relaxation, ideally about 10⁶ times as long. An iteration makes this implicit step for two vectors
/// of mass zero, orthogonal in the inner product `Σ x y / π`, in which Q is symmetric in the gradient case.
/// Per iteration, the error falls by the ratio of the first rate to the third, squared in the gradient case.
/// Rates far above 1/dt, however small, keep their relative accuracy, as between deep wells.
///
/// # Shapes
///
/// | argument    | length                          | contents                |
/// |-------------|---------------------------------|-------------------------|
/// | `workspace` | [`SpectralGapLayout::len`]      | need not be initialised |
///
/// # Cost
/// A step solves with the elimination three times.
///
/// # Examples
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::diffusion::{
///     Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, FokkerPlanck, FokkerPlanckLayout,
///     GapStep, SpectralGap, SpectralGapLayout,
/// };
/// // Free diffusion between walls: the slowest mode of n cells has the rate 2 T (1 − cos(π/n)) / h².
/// let grid = Grid::new([Axis::new(0.0, 6.0, 6)?])?;
/// const WALLS: [Boundary; 1] = [Boundary::Reflecting];
/// let mut rates = [0.0f64; FokkerPlanckLayout::new([6]).len()];
/// let equation = FokkerPlanck::new(grid, WALLS, &Dynamics::gradient(&[0.0; 6]), 1.0, &mut rates)?;
/// let mut memory = [0.0; EliminationLayout::new([6], WALLS).len()];
/// let mut elimination = Elimination::implicit(&equation, 1e6, &mut memory)?;
/// while elimination.step() != EliminationStep::Done {}
///
/// let mut workspace = [0.0; SpectralGapLayout::new(6).len()];
/// let mut gap = SpectralGap::new(&mut elimination, &mut workspace)?;
/// let found = loop {
///     if let GapStep::Iterated { slowest, change } = gap.step(&mut elimination) && change < 1e-13 {
///         break slowest[0].decay;
///     }
/// };
/// assert!((found - (2.0 - 3.0f64.sqrt())).abs() < 1e-12); // cos 30°
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SpectralGap<R: Real, W> {
    cells: usize,
    workspace: W,
    last: R,
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> SpectralGap<R, W> {
    /// Creates an iteration that starts from two fixed pseudo-random vectors.
    ///
    /// # Errors
    /// [`ArgError`] naming `elimination` (not [implicit](Elimination::implicit), or not done) or `workspace`
    /// (too short).
    pub fn new<const D: usize, M: AsRef<[R]> + AsMut<[R]>>(
        elimination: &mut Elimination<R, D, M>,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let cells = elimination.cells();
        let mut new = Self { cells, workspace, last: R::ZERO };
        let (needed, found) = (SpectralGapLayout::new(cells).len(), new.workspace.as_ref().len());
        ArgError::check_min_len("workspace", needed, found)?;
        let short = ArgError::new("workspace", Reason::TooShort { needed, found });
        let [density, first, second, ..] =
            SpectralGapLayout::new(cells).split(new.workspace.as_mut()).ok_or(short)?;
        density.fill(R::ONE / R::from_usize(cells));
        for _ in 0..FIRST_STEPS {
            elimination.advance(density)?;
        }
        let mut rng = stream(1, 0);
        for vector in [first, second] {
            for (x, rho) in vector.iter_mut().zip(&*density) {
                *x = *rho * (uniform::<R, _>(&mut rng) - R::HALF);
            }
        }
        Ok(new)
    }

    /// Makes one more iteration; `elimination` must be the one given at construction.
    pub fn step<const D: usize, M: AsRef<[R]> + AsMut<[R]>>(
        &mut self,
        elimination: &mut Elimination<R, D, M>,
    ) -> GapStep<R> {
        let layout = SpectralGapLayout::new(self.cells);
        let Some([density, v, w, next_v, next_w]) = layout.split(self.workspace.as_mut()) else {
            return GapStep::MemoryChanged;
        };
        if elimination.cells() != self.cells {
            return GapStep::MemoryChanged;
        }
        if elimination.advance(density).is_err() {
            return GapStep::MemoryChanged;
        }
        let ready = orthonormalise(density, v, w);
        for (from, to) in [(&*v, &mut *next_v), (&*w, &mut *next_w)] {
            crate::base::rows::copy(from, to);
            if elimination.advance(to).is_err() {
                return GapStep::MemoryChanged;
            }
            without_mass(density, to);
        }
        let [a, b] = [product(density, v, next_v), product(density, v, next_w)];
        let [c, d] = [product(density, w, next_v), product(density, w, next_w)];
        // An eigenvalue of (1 − dt Q)⁻¹ is 1 / (1 + dt rate).
        let dt = elimination.dt();
        let slowest = inverse_eigenvalues([a, b, c, d])
            .map(|rate| Relaxation { decay: (rate.decay - R::ONE) / dt, frequency: rate.frequency / dt });
        crate::base::rows::copy(next_v, v);
        crate::base::rows::copy(next_w, w);
        let [first, _] = slowest;
        if !(ready && slowest.iter().all(|rate| rate.decay.is_finite() && rate.frequency.is_finite())) {
            return GapStep::NotFinite;
        }
        let change = ((first.decay - self.last) / first.decay).abs();
        self.last = first.decay;
        GapStep::Iterated { slowest, change }
    }
}

/// Computes `Σ x y / π`; cells without density contribute nothing.
fn product<R: Real>(density: &[R], x: &[R], y: &[R]) -> R {
    let mut sum = LaneSum::default();
    for ((rho, x), y) in density.iter().zip(x).zip(y) {
        sum.push(if *rho > R::ZERO { *x / *rho * *y } else { R::ZERO });
    }
    sum.total()
}

/// Subtracts the multiple of the density that leaves mass zero, and clears cells without density.
fn without_mass<R: Real>(density: &[R], x: &mut [R]) {
    let (mut mass, mut whole) = (LaneSum::default(), LaneSum::default());
    for (rho, x) in density.iter().zip(&mut *x) {
        if *rho <= R::ZERO {
            *x = R::ZERO;
        }
        mass.push(*x);
        whole.push(*rho);
    }
    axpy(-(mass.total() / whole.total()), density, x);
}

/// Makes two vectors of mass zero orthonormal; returns false if they do not span a plane.
fn orthonormalise<R: Real>(density: &[R], v: &mut [R], w: &mut [R]) -> bool {
    without_mass(density, v);
    without_mass(density, w);
    let unit = |x: &mut [R]| {
        let length = sqrt(product(density, x, x));
        scale(R::ONE / length, x);
        length > R::ZERO && length.is_finite()
    };
    let mut spans = unit(v);
    // Two passes are enough (Parlett).
    for _ in 0..2 {
        axpy(-product(density, v, w), v, w);
        spans &= unit(w);
    }
    spans
}

/// Returns the inverse of each eigenvalue of `[a b; c d]`, that of the larger magnitude first.
fn inverse_eigenvalues<R: Real>([a, b, c, d]: [R; 4]) -> [Relaxation<R>; 2] {
    let (mean, half) = (R::HALF * (a + d), R::HALF * (a - d));
    let (square, determinant) = (half * half + b * c, a * d - b * c);
    if square < R::ZERO {
        let size = mean * mean - square;
        let rate = Relaxation { decay: mean / size, frequency: sqrt(-square) / size };
        return [rate; 2];
    }
    let root = sqrt(square);
    let large = if mean < R::ZERO { mean - root } else { mean + root };
    let real = |decay| Relaxation { decay, frequency: R::ZERO };
    [real(R::ONE / large), real(large / determinant)]
}
