//! The walk to a critical point of a chosen index.

use super::hessian::Columns;
use super::{EigenLayout, HessianLayout, HessianStep, Signature, Tolerance, eigen, signature};
use crate::base::elementary::sqrt;
use crate::base::layout::{area, cut, total};
use crate::base::rows::{front, front_mut, row, rows};
use crate::base::vector::{axpy, dot, norm};
use crate::objective::HessianAt;
use crate::{ArgError, Curvature, Real};

/// How an [`EigenvectorFollowing`] walks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FollowingConfig<R: Real = f32> {
    /// How many of the lowest modes are followed uphill: 0 leads to a minimum, 1 to a saddle.
    pub index: u32,
    /// The longest step.
    pub max_step: R,
    /// The walk has settled where the gradient is no longer than this.
    pub grad_norm: R,
}

/// Where an [`EigenvectorFollowing`] has come to rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalPoint<R: Real = f32> {
    /// The value there.
    pub value: R,
    /// The length of the gradient there.
    pub grad_norm: R,
    /// The directions that go up, are flat and go down.
    pub signature: Signature,
    /// The largest magnitude of a curvature that was counted as flat: below it the sign of an eigenvalue may be
    /// rounding; see [`Hessian`](super::Hessian).
    pub flat: R,
}

/// What one [`EigenvectorFollowing::step`] did.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FollowingStep<R: Real = f32> {
    /// The gradient was evaluated.
    Evaluated {
        /// The value.
        value: R,
        /// The length of the gradient.
        grad_norm: R,
    },
    /// A Hessian–vector product was computed, this row of the Hessian.
    Product {
        /// Which.
        row: usize,
    },
    /// The point has moved along the eigenvectors of the Hessian.
    Moved {
        /// How many times it has.
        moves: u32,
        /// How far.
        length: R,
        /// How many directions went down, from where it came.
        negative: u32,
    },
    /// The value, the gradient or the Hessian was infinite or NaN, or the next point would be. The point has not moved,
    /// and the next step evaluates it again.
    NotFinite,
    /// The gradient has vanished, and the spectrum was inspected; further steps say the same. It is the point that was
    /// wanted if `signature.negative` is the index that was followed.
    Settled(CriticalPoint<R>),
    /// The gradient has vanished along all directions with curvature, but not along the flat ones: a slope on which no
    /// step of this method leads anywhere, such as `x² + y`. Further steps say the same.
    Stuck(CriticalPoint<R>),
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    Evaluate,
    Products { value: R, grad_norm: R },
    Ended(FollowingStep<R>),
}

/// Eigenvector following: walks to a critical point, uphill along the lowest modes of the Hessian and downhill along all
/// others (Cerjan & Miller 1981), with the step of Wales (1994).
///
/// With the eigenpairs `λᵢ, vᵢ` of `∇²f(θ)`, ascending, and `gᵢ = vᵢ·∇f(θ)`,
///
/// ```text
/// θ ← θ + Σᵢ hᵢ vᵢ,      hᵢ = ± 2 gᵢ / (|λᵢ| + √(λᵢ² + 4 gᵢ²)),      + for i < index, − for all others
/// ```
///
/// shortened to `max_step`. Near a critical point of that index `hᵢ` is Newton's step and convergence is
/// quadratic; far away no `hᵢ` is longer than 1. A mode that is flat up to rounding is left alone, and the walk ends
/// [stuck](FollowingStep::Stuck) where nothing but such modes slopes.
///
/// It does at once what the climbing image of a [`Band`](crate::path::Band) does by many short steps along an
/// estimated direction: from the highest image of a relaxed band it certifies the saddle, `index` 1. And it
/// certifies the ends of a band, `index` 0; that training has stopped does not make them minima. What it finds
/// need not be what one looked for: nothing ties the walk to the band it came from, and where the lowest modes
/// are equal it can wander. So look at the [`CriticalPoint`], and walk down on both sides of a saddle along
/// its lowest [mode](Self::mode) to see what it joins.
///
/// # Shapes
///
/// | argument    | length                            | layout                    |
/// |-------------|-----------------------------------|---------------------------|
/// | `params`    | n                                 | the point, moved in place |
/// | `matrix`    | [`FollowingLayout::matrix_len`]   | need not be initialised   |
/// | `workspace` | [`FollowingLayout::len`]          | need not be initialised   |
///
/// # Cost
///
/// A step is one gradient, one Hessian–vector product, or the eigenproblem of n rows, `O(n³)`. A move is
/// one gradient, n products and one eigenproblem: for networks of some hundred parameters, in `f64`.
///
/// # Examples
///
/// The lower saddle of the Müller–Brown surface, from a point near it:
///
/// ```
/// use losscape::curvature::{EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep};
/// use losscape::models::surfaces::MuellerBrown;
///
/// const LAYOUT: FollowingLayout = FollowingLayout::new(2, 0, 0);
/// let f = MuellerBrown::<f64>::default();
/// let config = FollowingConfig { index: 1, max_step: 0.1, grad_norm: 1e-10 };
/// let (matrix, workspace) = ([0.0; LAYOUT.matrix_len()], [0.0; LAYOUT.len()]);
/// let mut walk = EigenvectorFollowing::new(&f, config, [0.2, 0.3], matrix, workspace)?;
/// let saddle = loop {
///     match walk.step(&f) {
///         FollowingStep::Settled(point) => break point,
///         FollowingStep::NotFinite | FollowingStep::Stuck(_) => panic!("no saddle"),
///         _ => (),
///     }
/// };
/// assert!((saddle.value + 72.24894011232521).abs() < 1e-10);
/// assert_eq!((saddle.signature.positive, saddle.signature.negative), (1, 1));
/// assert!((walk.eigenvalues()[0] + 735.2472621114).abs() < 1e-8);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct EigenvectorFollowing<R: Real, P, M, W> {
    config: FollowingConfig<R>,
    params: P,    // n
    matrix: M,    // n × n: the Hessian, then its eigenvectors as rows
    workspace: W, // of a `FollowingLayout`
    layout: FollowingLayout,
    columns: Columns<R>,
    phase: Phase<R>,
    moves: u32,
}

/// The memory of an [`EigenvectorFollowing`].
///
/// ```
/// use losscape::curvature::FollowingLayout;
/// let layout = FollowingLayout::new(17, 50, 100);
/// assert_eq!((layout.matrix_len(), layout.len()), (289, 2 * 17 + 17 + 100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowingLayout {
    dim: usize,
    scratch: usize,
    hess_vec_scratch: usize,
}

/// A workspace, divided.
struct Parts<'w, R> {
    grad: &'w mut [R],   // n
    values: &'w mut [R], // n, ascending
    rest: &'w mut [R], // scratch of a gradient, or the workspace of a Hessian or of its eigenvalues, or n for a step
}

impl FollowingLayout {
    /// For an objective's `dim`, `scratch_len` and `hess_vec_scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize, hess_vec_scratch: usize) -> Self {
        Self { dim, scratch, hess_vec_scratch }
    }

    fn of<R: Real>(f: &(impl Curvature<R> + ?Sized)) -> Self {
        Self::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len())
    }

    /// The length of the matrix, n²; it saturates.
    #[must_use]
    pub const fn matrix_len(self) -> usize {
        area(self.dim, self.dim)
    }

    /// The least length of the workspace; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length that memory needs, not that of a container")]
    pub const fn len(self) -> usize {
        let product = HessianLayout::new(self.dim, self.hess_vec_scratch).len();
        let eigen = EigenLayout::new(self.dim).len();
        let most = if product > eigen { product } else { eigen };
        total([self.dim, self.dim, if self.scratch > most { self.scratch } else { most }])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([grad, values], rest) = cut(workspace, [self.dim, self.dim])?;
        Some(Parts { grad, values, rest })
    }
}

impl<R, P, M, W> EigenvectorFollowing<R, P, M, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    M: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// A walk that starts at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (another length, not finite), `matrix` (another length), `workspace` (too
    /// short), `index` (above n), `max_step` or `grad_norm` (not above zero).
    pub fn new(
        f: &(impl Curvature<R> + ?Sized),
        config: FollowingConfig<R>,
        params: P,
        matrix: M,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let layout = FollowingLayout::of(f);
        ArgError::check_len("params", layout.dim, params.as_ref().len())?;
        ArgError::check_finite("params", params.as_ref())?;
        ArgError::check_len("matrix", layout.matrix_len(), matrix.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        ArgError::check_index("index", config.index as usize, layout.dim + 1)?;
        ArgError::check_positive("max_step", config.max_step)?;
        ArgError::check_positive("grad_norm", config.grad_norm)?;
        let (columns, phase) = (Columns::default(), Phase::Evaluate);
        Ok(Self { config, params, matrix, workspace, layout, columns, phase, moves: 0 })
    }

    /// One bounded unit of work: one gradient, one product, or one eigenproblem and a move.
    pub fn step(&mut self, f: &(impl Curvature<R> + ?Sized)) -> FollowingStep<R> {
        let layout = FollowingLayout::of(f);
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_mut());
        let fits = params.len() == layout.dim && matrix.len() == layout.matrix_len();
        let Some(parts) = layout.split(self.workspace.as_mut()).filter(|_| fits) else {
            return FollowingStep::MemoryChanged;
        };
        match self.phase {
            Phase::Evaluate => {
                let value = f.value_grad(params, parts.grad, parts.rest);
                let grad_norm = norm(parts.grad);
                if !value.is_finite() || !grad_norm.is_finite() {
                    return FollowingStep::NotFinite;
                }
                (self.columns, self.phase) = (Columns::default(), Phase::Products { value, grad_norm });
                FollowingStep::Evaluated { value, grad_norm }
            }
            Phase::Products { value, grad_norm } => {
                let at = match HessianAt::new(f, params) {
                    Ok(at) => at,
                    // Whoever lent the point has changed it.
                    Err(_) => return self.again(),
                };
                match self.columns.step(&at, matrix, parts.rest) {
                    HessianStep::Product { row } => FollowingStep::Product { row },
                    HessianStep::NotFinite { .. } => self.again(),
                    HessianStep::Done { tolerance, .. } => self.conclude(value, grad_norm, tolerance),
                    HessianStep::MemoryChanged => FollowingStep::MemoryChanged,
                }
            }
            Phase::Ended(step) => step,
        }
    }

    fn again(&mut self) -> FollowingStep<R> {
        self.phase = Phase::Evaluate;
        FollowingStep::NotFinite
    }

    /// Solves the eigenproblem; then the walk ends here, or the point moves.
    fn conclude(&mut self, value: R, grad_norm: R, tolerance: Tolerance<R>) -> FollowingStep<R> {
        let (params, matrix) = (self.params.as_mut(), self.matrix.as_mut());
        let Some(Parts { grad, values, rest }) = self.layout.split(self.workspace.as_mut()) else {
            return FollowingStep::MemoryChanged;
        };
        if eigen(matrix, values, rest).is_err() {
            return self.again();
        }
        let (signature, flat) = (signature(values, tolerance), tolerance.flat(values));
        let point = CriticalPoint { value, grad_norm, signature, flat };
        if grad_norm <= self.config.grad_norm {
            return self.end(FollowingStep::Settled(point));
        }
        let step = front_mut(rest, params.len());
        step.fill(R::ZERO);
        // The square of the gradient's part along modes with curvature, as a share of the whole.
        let (mut uphill, mut curved) = (self.config.index, R::ZERO);
        for (mode, value) in rows(matrix, params.len()).zip(&*values) {
            let (half_curvature, slope) = (R::HALF * value.abs(), dot(mode, grad));
            if value.abs() > flat {
                let share = slope / grad_norm;
                curved += share * share;
                let h = slope / (half_curvature + norm(&[half_curvature, slope]));
                axpy(if uphill > 0 { h } else { -h }, mode, step);
            }
            uphill = uphill.saturating_sub(1);
        }
        if signature.flat > 0 && grad_norm * sqrt(curved) <= self.config.grad_norm {
            return self.end(FollowingStep::Stuck(point));
        }
        let length = norm(step);
        let shortened = if length > self.config.max_step { self.config.max_step / length } else { R::ONE };
        if !params.iter().zip(&*step).all(|(theta, h)| (*theta + shortened * *h).is_finite()) {
            return self.again();
        }
        axpy(shortened, step, params);
        self.phase = Phase::Evaluate;
        self.moves = self.moves.saturating_add(1);
        let length = length.or_smaller(self.config.max_step);
        FollowingStep::Moved { moves: self.moves, length, negative: signature.negative }
    }

    fn end(&mut self, step: FollowingStep<R>) -> FollowingStep<R> {
        self.phase = Phase::Ended(step);
        step
    }

    /// The point.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.params.as_ref()
    }

    /// How many times it has moved.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }

    /// The eigenvalues of the Hessian, ascending; once the walk has ended, those at its last point.
    #[must_use]
    pub fn eigenvalues(&self) -> &[R] {
        let dim = self.layout.dim;
        self.workspace.as_ref().get(dim..).map_or(&[], |values| front(values, dim))
    }

    /// The unit eigenvector of the `i`th eigenvalue, counted from 0; once the walk has ended, at its last point. Empty if
    /// there is no such eigenvalue.
    #[must_use]
    pub fn mode(&self, i: usize) -> &[R] {
        row(self.matrix.as_ref(), self.layout.dim, i).unwrap_or_default()
    }

    /// Gives back the point, the matrix and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, M, W) {
        (self.params, self.matrix, self.workspace)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Objective;
    use crate::base::vector::distance;
    use crate::models::surfaces::{EggCarton, MonkeySaddle, MuellerBrown, Quadratic, Ring};
    use std::vec;
    use std::vec::Vec;

    const CONFIG: FollowingConfig<f64> = FollowingConfig { index: 1, max_step: 0.1, grad_norm: 1e-10 };

    /// Where the walk settles, how many moves it took, and the point.
    fn walk(
        f: &dyn Curvature<f64>,
        config: FollowingConfig<f64>,
        start: &[f64],
    ) -> (CriticalPoint<f64>, u32, Vec<f64>) {
        let layout = FollowingLayout::of(f);
        let (matrix, workspace) = (vec![f64::NAN; layout.matrix_len()], vec![f64::NAN; layout.len()]);
        let mut walk = EigenvectorFollowing::new(f, config, start.to_vec(), matrix, workspace).unwrap();
        loop {
            match walk.step(f) {
                FollowingStep::Settled(point) => {
                    assert_eq!(walk.step(f), FollowingStep::Settled(point));
                    return (point, walk.moves(), walk.params().to_vec());
                }
                FollowingStep::Moved { moves, length, .. } => {
                    assert!(moves < 100 && length <= config.max_step, "{moves} moves, {length}");
                }
                FollowingStep::NotFinite => panic!("not finite at {:?}", walk.params()),
                FollowingStep::Evaluated { .. } | FollowingStep::Product { .. } => (),
                step => panic!("{step:?} at {:?}", walk.params()),
            }
        }
    }

    #[test]
    fn saddles_and_minima_of_mueller_brown() {
        let f = MuellerBrown::<f64>::default();
        for (index, points) in [(1, &MuellerBrown::<f64>::SADDLES[..]), (0, &MuellerBrown::<f64>::MINIMA[..])]
        {
            for point in points {
                let config = FollowingConfig { index, ..CONFIG };
                let (found, moves, params) = walk(&f, config, &[point[0] + 0.05, point[1] - 0.04]);
                assert!(distance(&params, point) < 1e-13, "{params:?} against {point:?}");
                assert_eq!(found.signature, Signature { positive: 2 - index, flat: 0, negative: index });
                assert!(moves < 10, "quadratic convergence: {moves}");
            }
        }
    }

    #[test]
    fn the_step_of_the_literature() {
        // f = ½ (3 x² − y²) at (1, 1): down by 6 / (3 + √45) along x, up by 2 / (1 + √5) along y.
        let f = Quadratic::new(&[3.0, -1.0]).unwrap();
        let workspace = [f64::NAN; FollowingLayout::new(2, 4, 4).len()];
        let config = FollowingConfig { max_step: 10.0, ..CONFIG };
        let mut walk = EigenvectorFollowing::new(&f, config, [1.0, 1.0], [f64::NAN; 4], workspace).unwrap();
        while !matches!(walk.step(&f), FollowingStep::Moved { .. }) {}
        let golden = (3.0 - 5f64.sqrt()) / 2.0;
        assert!(walk.params().iter().all(|x| (x - golden).abs() < 1e-15), "{:?}", walk.params());
    }

    #[test]
    fn critical_points_of_all_indices() {
        // Around the corner of a cell of the egg carton: minimum −2, saddle 0, maximum 2.
        let f = EggCarton::<f64>::new(2).unwrap();
        for (index, value) in [(0, -2.0), (1, 0.0), (2, 2.0)] {
            let (found, _, _) = walk(&f, FollowingConfig { index, ..CONFIG }, &[0.3, 0.2]);
            assert!((found.value - value).abs() < 1e-12, "{found:?}");
            assert_eq!(found.signature.negative, index);
        }
    }

    #[test]
    fn a_saddle_without_curvature_is_reached_too() {
        // Newton's step halves the distance where the Hessian vanishes with the gradient: 3 r² ≤ 1e-10 after 17.
        let (found, moves, params) = walk(&MonkeySaddle::default(), CONFIG, &[0.4, 0.3]);
        assert!(norm(&params) < 6e-6, "{params:?}");
        assert!(found.value.abs() < 1e-15 && moves > 12 && moves < 40, "{found:?} after {moves}");
    }

    #[test]
    fn flat_directions_are_left_alone() {
        let (spectrum, axis) = ([-1.0, 0.0, 0.5, 3.0], [1.0, 2.0, -1.0, 0.5]);
        let f = Quadratic::new(&spectrum).unwrap().reflected(&axis).unwrap();
        let start = [0.3, -0.2, 0.1, 0.2];
        let config = FollowingConfig { max_step: 10.0, ..CONFIG };
        let (found, _, params) = walk(&f, config, &start);
        assert_eq!(found.signature, Signature { positive: 2, flat: 1, negative: 1 });
        // What is left is the start's share in the flat direction Q e₁ = e₁ − 2 u u₁ / ‖u‖².
        let square = dot(&axis, &axis);
        let flat: Vec<f64> =
            (0..4).map(|i| if i == 1 { 1.0 } else { 0.0 } - 2.0 * axis[i] * axis[1] / square).collect();
        let share = dot(&start, &flat);
        assert!(flat.iter().zip(&params).all(|(q, x)| (share * q - x).abs() < 1e-10), "{params:?}");
    }

    /// Not finite right of the second axis.
    struct Edge;

    impl Objective<f64> for Edge {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
            if p[0] > 0.0 { f64::NAN } else { p[0] * p[0] }
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
            grad[0] = 2.0 * p[0];
            self.value(p, scratch)
        }
    }

    impl Curvature<f64> for Edge {
        fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out[0] = if p[0] < -1.0 { f64::NAN } else { 2.0 * v[0] };
        }
    }

    #[test]
    fn what_is_not_finite_moves_nothing() {
        for start in [1.0, -2.0] {
            let workspace = [0.0; FollowingLayout::new(1, 0, 0).len()];
            let mut walk = EigenvectorFollowing::new(&Edge, CONFIG, [start], [0.0], workspace).unwrap();
            let steps: Vec<_> = (0..4).map(|_| walk.step(&Edge)).collect();
            assert!(steps.contains(&FollowingStep::NotFinite), "{steps:?}");
            assert_eq!((walk.moves(), walk.params()), (0, &[start][..]));
        }
    }

    #[test]
    fn bad_arguments_are_named() {
        let f = MonkeySaddle::<f64>::default();
        let len = FollowingLayout::new(2, 0, 0).len();
        let arg = |config, params: &mut [f64], matrix: usize, workspace: usize| {
            let (mut matrix, mut workspace) = (vec![0.0; matrix], vec![0.0; workspace]);
            EigenvectorFollowing::new(&f, config, params, &mut matrix, &mut workspace).err().map(|e| e.arg)
        };
        assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 4, len), None);
        assert_eq!(arg(CONFIG, &mut [0.1], 4, len), Some("params"));
        assert_eq!(arg(CONFIG, &mut [0.1, f64::NAN], 4, len), Some("params"));
        assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 3, len), Some("matrix"));
        assert_eq!(arg(CONFIG, &mut [0.1, 0.1], 4, len - 1), Some("workspace"));
        let wrong = FollowingConfig { index: 3, ..CONFIG };
        assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("index"));
        let wrong = FollowingConfig { max_step: 0.0, ..CONFIG };
        assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("max_step"));
        let wrong = FollowingConfig { grad_norm: f64::NAN, ..CONFIG };
        assert_eq!(arg(wrong, &mut [0.1, 0.1], 4, len), Some("grad_norm"));
    }

    /// `a x² + x + c y`, whose Hessian never sees the slope along y.
    struct Slope {
        a: f64,
        c: f64,
    }

    impl Objective<f64> for Slope {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
            self.a * p[0] * p[0] + p[0] + self.c * p[1]
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
            grad.copy_from_slice(&[2.0 * self.a * p[0] + 1.0, self.c]);
            self.value(p, scratch)
        }
    }

    impl Curvature<f64> for Slope {
        fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out.copy_from_slice(&[2.0 * self.a * v[0], 0.0]);
        }
    }

    #[test]
    fn a_slope_without_curvature_ends_the_walk() {
        let start = |f: &Slope| {
            let workspace = [0.0; FollowingLayout::new(2, 0, 0).len()];
            EigenvectorFollowing::new(f, CONFIG, [0.25, 3.0], [0.0; 4], workspace).unwrap()
        };
        for f in [Slope { a: 0.0, c: 2.0 }, Slope { a: 1.0, c: 1.0 }, Slope { a: -2.0, c: 1e-6 }] {
            let mut walk = start(&f);
            let point = loop {
                match walk.step(&f) {
                    FollowingStep::Stuck(point) => break point,
                    FollowingStep::Settled(_) | FollowingStep::NotFinite => panic!("this is a slope"),
                    _ => assert!(walk.moves() < 100, "no end"),
                }
            };
            assert_eq!(walk.step(&f), FollowingStep::Stuck(point));
            let curved = u32::from(f.a != 0.0);
            assert_eq!((point.signature.flat, point.signature.negative), (2 - curved, u32::from(f.a < 0.0)));
            let steep = if f.a == 0.0 { 5f64.sqrt() } else { f.c };
            assert!((point.grad_norm - steep).abs() < 1e-9, "{point:?}");
            assert_eq!(walk.params()[1], 3.0, "nothing moves along a flat direction");
        }
        // A slope that is gentle enough counts as none.
        let f = Slope { a: 1.0, c: 1e-11 };
        let mut walk = start(&f);
        while !matches!(walk.step(&f), FollowingStep::Settled(_)) {
            assert!(walk.moves() < 100, "no end");
        }
    }

    /// A function times k takes the same way.
    #[test]
    fn the_scale_of_the_function_does_not_matter() {
        let way = |scale: f32| {
            let f = Ring { scale };
            let config = FollowingConfig { index: 0, max_step: 0.25, grad_norm: 1e-4 * scale };
            let workspace = [0.0; FollowingLayout::new(2, 0, 0).len()];
            let mut walk = EigenvectorFollowing::new(&f, config, [0.3f32, 0.1], [0.0; 4], workspace).unwrap();
            let mut way = vec![];
            loop {
                match walk.step(&f) {
                    FollowingStep::Moved { length, .. } => way.push(length),
                    FollowingStep::Settled(point) => return (way, walk.params().to_vec(), point.signature),
                    FollowingStep::Evaluated { .. } | FollowingStep::Product { .. } => (),
                    step => panic!("{step:?} at scale {scale:e} after {way:?}"),
                }
            }
        };
        let plain = way(1.0);
        for scale in [1e-30, 1e-20, 1e20, 1e30] {
            let same = way(scale);
            assert_eq!((plain.0.len(), plain.2), (same.0.len(), same.2), "at scale {scale:e}");
            assert!(distance(&plain.1, &same.1) < 1e-5, "{same:?} against {plain:?} at scale {scale:e}");
        }
    }

    #[test]
    fn memory_may_be_lent_and_may_not_change() {
        let (f, layout) = (MonkeySaddle::default(), FollowingLayout::new(2, 0, 0));
        let (mut params, mut matrix, mut workspace) = ([0.4, 0.3], [0.0; 4], vec![0.0; layout.len()]);
        let mut lent =
            EigenvectorFollowing::new(&f, CONFIG, &mut params, &mut matrix, &mut workspace[..]).unwrap();
        let mut owned = EigenvectorFollowing::new(
            &f,
            CONFIG,
            vec![0.4, 0.3],
            vec![0.0; layout.matrix_len()],
            vec![0.0; layout.len()],
        )
        .unwrap();
        for _ in 0..30 {
            owned.params.push(7.0);
            assert_eq!(owned.step(&f), FollowingStep::MemoryChanged);
            owned.params.pop();
            let last = owned.workspace.pop().unwrap();
            assert_eq!(owned.step(&f), FollowingStep::MemoryChanged);
            owned.workspace.push(last);
            assert_eq!(owned.step(&f), lent.step(&f), "as if nothing had happened");
        }
        assert!(owned.moves() > 3 && owned.params() == lent.params());
        assert_eq!((owned.mode(2), owned.eigenvalues().len()), (&[][..], 2));
        let (params, matrix, _) = owned.into_parts();
        assert_eq!((params.len(), matrix.len()), (2, 4));
    }
}
