//! The walk to a critical point of a chosen index.

use super::{Hessian, HessianStep, Signature, eigen, signature};
use crate::base::elementary::sqrt;
use crate::base::layout::room;
use crate::base::vector::{axpy, dot, norm};
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

/// Where an [`EigenvectorFollowing`] has settled. It is what was wanted if `signature.negative` is the
/// index that was followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriticalPoint<R: Real = f32> {
    /// The value there.
    pub value: R,
    /// The length of the gradient there.
    pub grad_norm: R,
    /// The directions that go up, are flat and go down; flat up to rounding, n ε of the largest curvature.
    pub signature: Signature,
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
    /// The value, the gradient or the Hessian was infinite or NaN. The point has not moved, and the next step
    /// evaluates it again.
    NotFinite,
    /// The gradient has vanished, and the spectrum was inspected; further steps say the same.
    Settled(CriticalPoint<R>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    Evaluate,
    Products { value: R, grad_norm: R },
    Settled(CriticalPoint<R>),
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
/// quadratic; far away no `hᵢ` is longer than 1. A mode that is flat up to rounding is left alone.
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
/// | argument    | length                                        | layout                            |
/// |-------------|-----------------------------------------------|-----------------------------------|
/// | `params`    | n                                             | the point, moved in place         |
/// | `matrix`    | n · n                                         | need not be initialised           |
/// | `workspace` | `EigenvectorFollowing::workspace_len(n, s, p)` | need not be initialised          |
///
/// with `n = f.dim()`, `s = f.scratch_len()`, `p = f.hess_vec_scratch_len()`.
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
/// use losscape::curvature::{EigenvectorFollowing, FollowingConfig, FollowingStep};
/// use losscape::models::surfaces::MuellerBrown;
///
/// let f = MuellerBrown::<f64>::default();
/// let (mut params, mut matrix) = ([0.2, 0.3], [0.0; 4]);
/// let mut workspace = [0.0; EigenvectorFollowing::<f64>::workspace_len(2, 0, 0)];
/// let config = FollowingConfig { index: 1, max_step: 0.1, grad_norm: 1e-10 };
/// let mut walk = EigenvectorFollowing::new(&f, config, &mut params, &mut matrix, &mut workspace)?;
/// let saddle = loop {
///     if let FollowingStep::Settled(point) = walk.step(&f) {
///         break point;
///     }
/// };
/// assert!((saddle.value + 72.24894011232521).abs() < 1e-10);
/// assert_eq!((saddle.signature.positive, saddle.signature.negative), (1, 1));
/// assert!((walk.eigenvalues()[0] + 735.2472621114).abs() < 1e-8);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct EigenvectorFollowing<'a, R: Real = f32> {
    config: FollowingConfig<R>,
    params: &'a mut [R], // n
    matrix: &'a mut [R], // n × n: the Hessian, then its eigenvectors as rows
    grad: &'a mut [R],   // n
    values: &'a mut [R], // n, ascending
    workspace: &'a mut [R],
    unknown: Hessian, // of which no product is known
    hessian: Hessian,
    phase: Phase<R>,
    moves: u32,
}

impl<'a, R: Real> EigenvectorFollowing<'a, R> {
    /// The length of the workspace.
    #[must_use]
    pub const fn workspace_len(dim: usize, scratch: usize, hess_vec_scratch: usize) -> usize {
        let product = Hessian::workspace_len(dim, hess_vec_scratch);
        let eigen = super::eigen_workspace_len(dim);
        let most = if product > eigen { product } else { eigen };
        room([[2, dim], [1, if scratch > most { scratch } else { most }]])
    }

    /// A walk that starts at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (another length, not finite), `matrix` (another length), `workspace` (too
    /// short), `index` (above n), `max_step` or `grad_norm` (not above zero); nothing has been changed then.
    pub fn new(
        f: &(impl Curvature<R> + ?Sized),
        config: FollowingConfig<R>,
        params: &'a mut [R],
        matrix: &'a mut [R],
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        ArgError::check_len("params", dim, params.len())?;
        ArgError::check_finite("params", params)?;
        let needed = Self::workspace_len(dim, f.scratch_len(), f.hess_vec_scratch_len());
        ArgError::check_min_len("workspace", needed, workspace.len())?;
        ArgError::check_index("index", config.index as usize, dim + 1)?;
        ArgError::check_positive("max_step", config.max_step)?;
        ArgError::check_positive("grad_norm", config.grad_norm)?;
        let (grad, rest) = workspace.split_at_mut(dim);
        let (values, workspace) = rest.split_at_mut(dim);
        let unknown = Hessian::new(f, matrix, workspace)?;
        Ok(Self {
            config,
            params,
            matrix,
            grad,
            values,
            workspace,
            unknown,
            hessian: unknown,
            phase: Phase::Evaluate,
            moves: 0,
        })
    }

    /// One bounded unit of work: one gradient, one product, or one eigenproblem and a move.
    pub fn step(&mut self, f: &(impl Curvature<R> + ?Sized)) -> FollowingStep<R> {
        debug_assert_eq!(f.dim(), self.params.len(), "dimension");
        match self.phase {
            Phase::Evaluate => self.evaluate(f),
            Phase::Products { value, grad_norm } => {
                match self.hessian.step(f, self.params, self.matrix, self.workspace) {
                    HessianStep::Product { row } => FollowingStep::Product { row },
                    HessianStep::NotFinite { .. } => self.again(),
                    HessianStep::Done { .. } => self.conclude(value, grad_norm),
                }
            }
            Phase::Settled(point) => FollowingStep::Settled(point),
        }
    }

    fn evaluate(&mut self, f: &(impl Curvature<R> + ?Sized)) -> FollowingStep<R> {
        let value = f.value_grad(self.params, self.grad, self.workspace);
        let grad_norm = norm(self.grad);
        if !value.is_finite() || !grad_norm.is_finite() {
            return self.again();
        }
        self.hessian = self.unknown;
        self.phase = Phase::Products { value, grad_norm };
        FollowingStep::Evaluated { value, grad_norm }
    }

    fn again(&mut self) -> FollowingStep<R> {
        self.phase = Phase::Evaluate;
        FollowingStep::NotFinite
    }

    /// Solves the eigenproblem; then this is the critical point, or the point moves.
    fn conclude(&mut self, value: R, grad_norm: R) -> FollowingStep<R> {
        if eigen(self.matrix, self.values, self.workspace).is_err() {
            return self.again();
        }
        let rounding = R::EPSILON * R::from_usize(self.params.len());
        let signature = signature(self.values, rounding);
        if grad_norm <= self.config.grad_norm {
            let point = CriticalPoint { value, grad_norm, signature };
            self.phase = Phase::Settled(point);
            return FollowingStep::Settled(point);
        }
        let length = self.advance(rounding);
        self.phase = Phase::Evaluate;
        self.moves = self.moves.saturating_add(1);
        FollowingStep::Moved { moves: self.moves, length, negative: signature.negative }
    }

    /// Moves the point; returns how far.
    fn advance(&mut self, rounding: R) -> R {
        let dim = self.params.len();
        let mut largest = R::ZERO;
        for value in &*self.values {
            largest = largest.or_larger(value.abs());
        }
        let step = &mut self.workspace[..dim];
        step.fill(R::ZERO);
        let mut uphill = self.config.index;
        for (mode, value) in self.matrix.chunks_exact(dim).zip(&*self.values) {
            let (curvature, slope) = (value.abs(), dot(mode, self.grad));
            if curvature > rounding * largest {
                let h = R::TWO * slope
                    / (curvature + sqrt(curvature * curvature + R::from_u32(4) * slope * slope));
                axpy(if uphill > 0 { h } else { -h }, mode, step);
            }
            uphill = uphill.saturating_sub(1);
        }
        let length = norm(step);
        let shortened = if length > self.config.max_step { self.config.max_step / length } else { R::ONE };
        axpy(shortened, step, self.params);
        length.or_smaller(self.config.max_step)
    }

    /// The point.
    #[must_use]
    pub const fn params(&self) -> &[R] {
        self.params
    }

    /// How many times it has moved.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }

    /// The eigenvalues of the Hessian, ascending; once it has settled, those of the critical point.
    #[must_use]
    pub const fn eigenvalues(&self) -> &[R] {
        self.values
    }

    /// The unit eigenvector of the `i`th eigenvalue, counted from 0; once it has settled, at the critical point.
    #[must_use]
    pub fn mode(&self, i: usize) -> &[R] {
        let dim = self.params.len();
        &self.matrix[i * dim..(i + 1) * dim]
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Objective;
    use crate::base::vector::distance;
    use crate::models::surfaces::{EggCarton, MonkeySaddle, MuellerBrown, Quadratic};
    use std::vec;
    use std::vec::Vec;

    const CONFIG: FollowingConfig<f64> = FollowingConfig { index: 1, max_step: 0.1, grad_norm: 1e-10 };

    /// Where the walk settles, how many moves it took, and the point.
    fn walk(
        f: &dyn Curvature<f64>,
        config: FollowingConfig<f64>,
        start: &[f64],
    ) -> (CriticalPoint<f64>, u32, Vec<f64>) {
        let (mut params, mut matrix) = (start.to_vec(), vec![f64::NAN; start.len() * start.len()]);
        let len =
            EigenvectorFollowing::<f64>::workspace_len(f.dim(), f.scratch_len(), f.hess_vec_scratch_len());
        let mut workspace = vec![f64::NAN; len];
        let mut walk =
            EigenvectorFollowing::new(f, config, &mut params, &mut matrix, &mut workspace).unwrap();
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
        let (mut params, mut matrix) = ([1.0, 1.0], [f64::NAN; 4]);
        let mut workspace = [f64::NAN; EigenvectorFollowing::<f64>::workspace_len(2, 4, 4)];
        let config = FollowingConfig { max_step: 10.0, ..CONFIG };
        let mut walk =
            EigenvectorFollowing::new(&f, config, &mut params, &mut matrix, &mut workspace).unwrap();
        while !matches!(walk.step(&f), FollowingStep::Moved { .. }) {}
        let golden = (3.0 - sqrt(5.0)) / 2.0;
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
            let (mut params, mut matrix) = ([start], [0.0]);
            let mut workspace = [0.0; EigenvectorFollowing::<f64>::workspace_len(1, 0, 0)];
            let mut walk =
                EigenvectorFollowing::new(&Edge, CONFIG, &mut params, &mut matrix, &mut workspace).unwrap();
            let steps: Vec<_> = (0..4).map(|_| walk.step(&Edge)).collect();
            assert!(steps.contains(&FollowingStep::NotFinite), "{steps:?}");
            assert_eq!((walk.moves(), walk.params()), (0, &[start][..]));
        }
    }

    #[test]
    fn bad_arguments_are_named() {
        let f = MonkeySaddle::<f64>::default();
        let len = EigenvectorFollowing::<f64>::workspace_len(2, 0, 0);
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
}
