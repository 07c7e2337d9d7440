//! Descent that moves away from saddles.

use super::Tolerance;
use super::lanczos::{Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Ritz};
use crate::base::layout::{cut, total};
use crate::base::random::{Rng, fill_normal};
use crate::base::vector::{axpy, largest, norm};
use crate::objective::HessianAt;
use crate::{ArgError, Curvature, Real};

/// The factor by which a refused move multiplies the damping and an accepted move divides it.
const FACTOR: u32 = 4;
/// The first damping after an undamped move was refused, as a share of the largest curvature.
const FIRST: f64 = 1e-3;
/// The damping above which a walk is stuck, in units of the largest curvature.
const MOST: f64 = 1e8;

/// The configuration of a [`SaddleFree`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SaddleFreeConfig<R: Real = f32> {
    /// k, the number of products for each model of the landscape; n or more capture the full Hessian.
    pub products: u32,
    /// λ of the first move, as a share of the largest curvature; at least zero, which means no damping.
    pub damping: R,
    /// The gradient norm at which the walk comes to rest; at least zero.
    pub grad_norm: R,
}

/// The memory layout of a [`SaddleFree`] walk.
///
/// ```
/// use losscape::curvature::{LanczosLayout, SaddleFreeLayout};
/// let layout = SaddleFreeLayout::new(100, 8, 50, 60);
/// assert_eq!(layout.lanczos(), LanczosLayout::new(100, 8, 60));
/// assert_eq!(layout.len(), 5 * 100 + 50);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaddleFreeLayout {
    lanczos: LanczosLayout,
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    params: &'w mut [R],
    grad: &'w mut [R],
    next: &'w mut [R],
    next_grad: &'w mut [R],
    direction: &'w mut [R],
    scratch: &'w mut [R],
}

impl SaddleFreeLayout {
    /// Creates the layout for an objective's `dim`, `scratch_len` and `hess_vec_scratch_len` and models of
    /// `products` products.
    #[must_use]
    pub const fn new(dim: usize, products: usize, scratch: usize, hess_vec_scratch: usize) -> Self {
        Self { lanczos: LanczosLayout::new(dim, products, hess_vec_scratch), dim, scratch }
    }

    /// Returns the layout of the memory of the Lanczos iteration that builds a model: its basis and its
    /// workspace.
    #[must_use]
    pub const fn lanczos(self) -> LanczosLayout {
        self.lanczos
    }

    /// Returns the minimum length of the walk's own workspace, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.dim, self.dim, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([params, grad, next, next_grad, direction], scratch) = cut(workspace, [self.dim; 5])?;
        Some(Parts { params, grad, next, next_grad, direction, scratch })
    }
}

/// The outcome of one [`SaddleFree::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum SaddleFreeStep<R: Real = f32> {
    /// The value and the gradient at the start were computed.
    Evaluated {
        /// The value at the start.
        value: R,
        /// The gradient norm at the start.
        grad_norm: R,
    },
    /// One more product was computed, for the model at this point or, at rest, to look for negative curvature.
    Product {
        /// The number of products so far.
        count: u32,
    },
    /// The walk moved to a lower point.
    Moved {
        /// The value at the new point.
        value: R,
        /// The gradient norm at the new point.
        grad_norm: R,
        /// The length of the move.
        length: R,
    },
    /// The trial point was not lower, or not finite; the next one is closer.
    Refused,
    /// The gradient norm is at most the requested one, and none of k products from a random start found
    /// negative curvature: with k = n, a minimum up to flat directions. Further steps return the same
    /// outcome.
    Converged {
        /// The lowest Ritz value, an upper bound of the lowest curvature, up to rounding.
        lowest: R,
    },
    /// The gradient norm is at most the requested one, but the landscape curves downwards: a saddle, or a maximum,
    /// that the walk cannot leave by itself. Further steps return the same outcome.
    AtSaddle {
        /// The lowest Ritz value, an upper bound of the lowest curvature, up to rounding.
        lowest: R,
    },
    /// No point that the model proposes is lower, however close: the remaining descent is below the
    /// resolution of the values. Further steps return the same outcome.
    Stuck,
    /// The start, or a product, was infinite or NaN, and the next step tries again; or the eigenvalues of the model cannot
    /// be computed, and every further step returns the same outcome. Nothing has changed.
    NotFinite,
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}

/// Saddle-free Newton (Dauphin et al. 2014): Newton's step with the magnitudes of the curvatures, in the
/// Krylov subspace of the gradient,
///
/// ```text
/// θ ← θ − V (|VᵀHV| + λ)⁻¹ Vᵀ g,     V: k Lanczos vectors of the Hessian, started at g
/// ```
///
/// Newton's own step goes to the critical point of the quadratic model, so saddles attract it. With |H|, a
/// direction of negative curvature is followed downhill: on a quadratic, an undamped step with k = n takes a
/// component c to 0 where the curvature is positive and to 2c where it is negative. λ (Marquardt 1963) is
/// divided by 4 after a move to a lower value and multiplied by 4 until such a move is found. Damping is
/// needed because |H| has no inverse where the landscape is flat.
///
/// A start whose gradient has no component along the descending directions, such as a point on the ridge of a
/// saddle, stays on the ridge: a method that uses only gradients and their Krylov subspaces cannot leave it. So
/// where the gradient is small, k more products from a random start look for negative curvature beyond what
/// products round, (k + [roundings](crate::Curvature::hess_vec_roundings)) ε |λ|max. A walk has
/// [converged](SaddleFreeStep::Converged) where they find none and is [at a saddle](SaddleFreeStep::AtSaddle) where
/// they do. With k below n they may miss some; [`EigenvectorFollowing`](super::EigenvectorFollowing) certifies the
/// critical point by its whole spectrum.
///
/// Bound the number of moves: near a value of zero, whose digits never end, a walk to a gradient norm below
/// rounding can lower the value for millions of moves.
///
/// # Shapes
///
/// | argument    | length                                          | layout                  |
/// |-------------|-------------------------------------------------|-------------------------|
/// | `params`    | n                                               | the start               |
/// | `basis`     | [`LanczosLayout::basis_len`]                    | need not be initialised |
/// | `krylov`    | [`LanczosLayout::len`]                          | need not be initialised |
/// | `workspace` | [`SaddleFreeLayout::len`]                       | need not be initialised |
///
/// # Cost
/// A move is k products, `2 k² n` multiplications for re-orthogonalisation, and for each trial point one
/// gradient, about `5 k³` for the spectrum of the model and `k² n` for its eigenvectors. The end is k products, `2 k² n`
/// and `5 k³`.
///
/// # Examples
///
/// From (1, ½) on 5 x² − y², Newton's step ends at the saddle (0, 0); the saddle-free step leaves it:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::curvature::{SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep};
/// use losscape::models::surfaces::Quadratic;
/// use losscape::{Curvature, Objective};
///
/// let f = Quadratic::new(&[10.0f64, -2.0])?;
/// let layout = SaddleFreeLayout::new(2, 2, f.scratch_len(), f.hess_vec_scratch_len());
/// let (basis, krylov) = (vec![0.0; layout.lanczos().basis_len()], vec![0.0; layout.lanczos().len()]);
/// let config = SaddleFreeConfig { products: 2, damping: 0.0, grad_norm: 1e-6 };
/// let mut walk = SaddleFree::new(&f, config, &[1.0, 0.5], basis, krylov, vec![0.0; layout.len()])?;
/// let mut rng = stream(1, 0);
/// while !matches!(walk.step(&f, &mut rng), SaddleFreeStep::Moved { .. }) {}
/// assert!(walk.params()[0].abs() < 1e-14 && (walk.params()[1] - 1.0).abs() < 1e-14);
///
/// // On the ridge, where no gradient shows the way down, the walk ends at the saddle and says so.
/// let (basis, krylov) = (vec![0.0; layout.lanczos().basis_len()], vec![0.0; layout.lanczos().len()]);
/// let mut walk = SaddleFree::new(&f, config, &[1.0, 0.0], basis, krylov, vec![0.0; layout.len()])?;
/// let lowest = loop {
///     if let SaddleFreeStep::AtSaddle { lowest } = walk.step(&f, &mut rng) {
///         break lowest;
///     }
/// };
/// assert!((lowest + 2.0).abs() < 1e-12);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SaddleFree<R: Real, B, K, W> {
    config: SaddleFreeConfig<R>,
    layout: SaddleFreeLayout,
    lanczos: Lanczos<R, B, K>,
    workspace: W,
    state: State<R>,
    value: R,
    grad_norm: R,
    /// λ as a share of the largest curvature.
    damping: R,
    moves: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State<R> {
    Start,
    Model,
    Move,
    Converged(R),
    AtSaddle(R),
    Stuck,
}

impl<R, B, K, W> SaddleFree<R, B, K, W>
where
    R: Real,
    B: AsRef<[R]> + AsMut<[R]>,
    K: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a walk that starts at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `products` (zero), `damping` or `grad_norm` (negative or not finite), `params`
    /// (wrong length, not finite), `basis` (wrong length), or `krylov` or `workspace` (shorter than its layout's
    /// length).
    pub fn new(
        f: &(impl Curvature<R> + ?Sized),
        config: SaddleFreeConfig<R>,
        params: &[R],
        basis: B,
        krylov: K,
        mut workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("products", config.products as usize)?;
        ArgError::check_non_negative("damping", config.damping)?;
        ArgError::check_non_negative("grad_norm", config.grad_norm)?;
        let at = HessianAt::new(f, params)?;
        let lanczos = LanczosConfig { steps: config.products, reorthogonalise: true };
        let layout = layout_of(f, config.products);
        ArgError::check_min_len("krylov", layout.lanczos().len(), krylov.as_ref().len())?;
        let lanczos = Lanczos::unstarted(&at, lanczos, basis, krylov)?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if let Some(parts) = layout.split(workspace.as_mut()) {
            parts.params.copy_from_slice(params);
        }
        let (state, damping, zero) = (State::Start, config.damping, R::ZERO);
        Ok(Self {
            config,
            layout,
            lanczos,
            workspace,
            state,
            value: zero,
            grad_norm: zero,
            damping,
            moves: 0,
        })
    }

    /// Computes one product or one gradient; a trial point also takes the spectrum of the model; `f` must be
    /// the one given at construction. The generator is used
    /// where a Krylov space is invariant, and once where the walk comes to rest.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        rng: &mut G,
    ) -> SaddleFreeStep<R> {
        if layout_of(f, self.config.products) != self.layout {
            return SaddleFreeStep::MemoryChanged;
        }
        match self.state {
            State::Start => self.evaluate(f, rng),
            State::Model => self.product(f, rng),
            State::Move => self.try_move(f, rng),
            State::Converged(lowest) => Some(SaddleFreeStep::Converged { lowest }),
            State::AtSaddle(lowest) => Some(SaddleFreeStep::AtSaddle { lowest }),
            State::Stuck => Some(SaddleFreeStep::Stuck),
        }
        .unwrap_or(SaddleFreeStep::MemoryChanged)
    }

    fn evaluate<G: Rng + ?Sized>(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        rng: &mut G,
    ) -> Option<SaddleFreeStep<R>> {
        let Parts { params, grad, scratch, .. } = self.layout.split(self.workspace.as_mut())?;
        let value = f.value_grad(params, grad, scratch);
        let grad_norm = norm(grad);
        if !(value.is_finite() && grad_norm.is_finite()) {
            return Some(SaddleFreeStep::NotFinite);
        }
        self.arrive(value, grad_norm, rng);
        Some(SaddleFreeStep::Evaluated { value, grad_norm })
    }

    /// Stores the value and gradient norm of the walk's current point and begins products there: from the gradient
    /// or, at rest, from a random vector, because the gradient may lack the directions that go down.
    fn arrive<G: Rng + ?Sized>(&mut self, value: R, grad_norm: R, rng: &mut G) {
        (self.value, self.grad_norm, self.state) = (value, grad_norm, State::Model);
        if self.rests() {
            self.lanczos.begin(|start| fill_normal(rng, start));
        } else if let Some(parts) = self.layout.split(self.workspace.as_mut()) {
            self.lanczos.begin(|start| start.copy_from_slice(parts.grad));
        }
    }

    fn rests(&self) -> bool {
        self.grad_norm <= self.config.grad_norm
    }

    /// Whether the products at rest have found negative curvature, given what one of them rounds.
    fn judge(&mut self, roundings: usize) -> SaddleFreeStep<R> {
        let ritz = self.lanczos.ritz();
        let values = ritz.as_ref().map_or(&[][..], Ritz::values);
        let Some(lowest) = values.first().copied() else {
            return SaddleFreeStep::NotFinite;
        };
        let share = R::EPSILON * R::from_usize(roundings.saturating_add(values.len()));
        if lowest < -Tolerance::relative(share).flat(values) {
            self.state = State::AtSaddle(lowest);
            SaddleFreeStep::AtSaddle { lowest }
        } else {
            self.state = State::Converged(lowest);
            SaddleFreeStep::Converged { lowest }
        }
    }

    fn product<G: Rng + ?Sized>(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        rng: &mut G,
    ) -> Option<SaddleFreeStep<R>> {
        let Parts { params, .. } = self.layout.split(self.workspace.as_mut())?;
        let at = HessianAt::new(f, params).ok()?;
        match self.lanczos.step(&at, rng) {
            LanczosStep::Extended { steps, .. } | LanczosStep::Restarted { steps } => {
                Some(SaddleFreeStep::Product { count: steps })
            }
            LanczosStep::Done if self.rests() => Some(self.judge(f.hess_vec_roundings())),
            LanczosStep::Done => {
                self.state = State::Move;
                self.try_move(f, rng)
            }
            LanczosStep::NotFinite => Some(SaddleFreeStep::NotFinite),
            LanczosStep::MemoryChanged => None,
        }
    }

    fn try_move<G: Rng + ?Sized>(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        rng: &mut G,
    ) -> Option<SaddleFreeStep<R>> {
        let Parts { params, grad, next, next_grad, direction, scratch } =
            self.layout.split(self.workspace.as_mut())?;
        let Some(ritz) = self.lanczos.ritz() else {
            return Some(SaddleFreeStep::NotFinite);
        };
        let size = largest(ritz.values());
        // The Hessian vanishes along the gradient to all digits: the landscape is a plain slope, for which a
        // curvature of one unit is as good as any.
        let size = if size > R::ZERO { size } else { R::ONE };
        next.copy_from_slice(params);
        for (i, value) in ritz.values().iter().enumerate() {
            let along = self.grad_norm * ritz.first(i);
            if along != R::ZERO && ritz.vector(i, direction) {
                axpy(-along / (value.abs() + self.damping * size), direction, next);
            }
        }
        for ((way, to), from) in direction.iter_mut().zip(&*next).zip(&*params) {
            *way = *to - *from;
        }
        let length = norm(direction);
        let value = f.value_grad(next, next_grad, scratch);
        let grad_norm = norm(next_grad);
        let finite = value.is_finite() && grad_norm.is_finite() && length.is_finite();
        if finite && value < self.value {
            params.copy_from_slice(next);
            grad.copy_from_slice(next_grad);
            self.damping /= R::from_u32(FACTOR);
            self.moves = self.moves.saturating_add(1);
            self.arrive(value, grad_norm, rng);
            return Some(SaddleFreeStep::Moved { value, grad_norm, length });
        }
        self.damping = (self.damping * R::from_u32(FACTOR)).or_larger(R::from_f64(FIRST));
        if self.damping > R::from_f64(MOST) || length == R::ZERO {
            self.state = State::Stuck;
            return Some(SaddleFreeStep::Stuck);
        }
        Some(SaddleFreeStep::Refused)
    }

    /// Returns the current point of the walk.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.workspace.as_ref().get(..self.layout.dim).unwrap_or_default()
    }

    /// Returns the value at the current point; zero before the first step.
    #[must_use]
    pub const fn value(&self) -> R {
        self.value
    }

    /// Returns the gradient norm at the current point; zero before the first step.
    #[must_use]
    pub const fn grad_norm(&self) -> R {
        self.grad_norm
    }

    /// Returns the number of moves.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }
}

fn layout_of<R: Real>(f: &(impl Curvature<R> + ?Sized), products: u32) -> SaddleFreeLayout {
    SaddleFreeLayout::new(f.dim(), products as usize, f.scratch_len(), f.hess_vec_scratch_len())
}

#[cfg(test)]
mod tests;
