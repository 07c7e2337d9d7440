//! The largest rise of a landscape within a small region around a point.

use crate::base::layout::{cut, total};
use crate::base::random::{Rng, fill_ball, uniform};
use crate::base::vector::{normalise, scale};
use crate::{ArgError, Objective, Real};

/// The region in which a [`Sharpness`] searches for the highest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Region<R: Real = f32> {
    /// `|zᵢ| ≤ ε (|θᵢ| + 1)`, the box of Keskar et al. (2017, eq. 3) in all dimensions.
    Box {
        /// ε, above zero; 10⁻³ and 5 · 10⁻⁴ in the paper.
        size: R,
    },
    /// `‖z‖ ≤ ρ`, the ball of Foret et al. (2021, eq. 1).
    Ball {
        /// ρ, above zero; 0.05 in the paper.
        radius: R,
    },
}

impl<R: Real> Region<R> {
    fn check(&self) -> Result<(), ArgError> {
        match *self {
            Self::Box { size } => ArgError::check_positive("size", size),
            Self::Ball { radius } => ArgError::check_positive("radius", radius),
        }
    }

    /// Draws a displacement within the region.
    fn draw<G: Rng + ?Sized>(&self, params: &[R], out: &mut [R], rng: &mut G) {
        match *self {
            Self::Box { size } => {
                for (z, theta) in out.iter_mut().zip(params) {
                    let share: R = uniform(rng);
                    *z = size * (theta.abs() + R::ONE) * (R::TWO * share - R::ONE);
                }
            }
            Self::Ball { radius } => {
                fill_ball(rng, R::ONE, out);
                scale(radius, out);
            }
        }
    }

    /// Replaces a gradient by the displacement within the region that maximises the linear function with this
    /// gradient. Where the gradient is zero, `here` is kept.
    fn highest(&self, params: &[R], here: &[R], grad: &mut [R]) {
        match *self {
            Self::Box { size } => {
                for ((g, theta), here) in grad.iter_mut().zip(params).zip(here) {
                    let most = size * (theta.abs() + R::ONE);
                    *g = if *g > R::ZERO {
                        most
                    } else if *g < R::ZERO {
                        -most
                    } else {
                        *here
                    };
                }
            }
            Self::Ball { radius } => {
                if normalise(grad) > R::ZERO {
                    scale(radius, grad);
                } else {
                    grad.copy_from_slice(here);
                }
            }
        }
    }
}

/// The configuration of a [`Sharpness`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SharpnessConfig<R: Real = f32> {
    /// The region to search.
    pub region: Region<R>,
    /// The number of random starts besides the centre; at an exact minimum, the centre itself has no gradient
    /// to follow.
    pub starts: u32,
    /// The number of gradients from each start, at least one; ten iterations in Keskar's paper, one in
    /// Foret's.
    pub steps: u32,
}

/// The workspace layout of a [`Sharpness`].
///
/// ```
/// use losscape::curvature::SharpnessLayout;
/// assert_eq!(SharpnessLayout::new(1210, 100).len(), 5 * 1210 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharpnessLayout {
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    centre: &'w mut [R],
    here: &'w mut [R],  // displacement of the highest point of this climb
    there: &'w mut [R], // where its gradient points to
    point: &'w mut [R],
    grad: &'w mut [R],
    scratch: &'w mut [R],
}

impl SharpnessLayout {
    /// Creates the layout for an objective's `dim` and `scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.dim, self.dim, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([centre, here, there, point, grad], scratch) = cut(workspace, [self.dim; 5])?;
        Some(Parts { centre, here, there, point, grad, scratch })
    }
}

/// The outcome of one [`Sharpness::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum SharpnessStep<R: Real = f32> {
    /// A point of the region was evaluated.
    Evaluated {
        /// The value at that point.
        value: R,
    },
    /// A point of the region was infinite or NaN. It counts as no higher than the others, and the climb
    /// continues closer to its previous point.
    NotFinite,
    /// The centre is infinite or NaN, so nothing can be compared with it. Further steps return the same
    /// outcome.
    CentreNotFinite,
    /// All climbs have ended. Further steps return the same outcome.
    Done,
    /// The memory no longer has the length that the objective needs; nothing was done.
    MemoryChanged,
}

/// The largest rise of an objective within a box or a ball around a point, found by climbing:
///
/// ```text
/// z ← z + t (c − z),    c = argmax { ∇f(θ + z)·c : c in the region },    t = 1, ½, ¼, … until f is higher
/// ```
///
/// This is the method of Frank & Wolfe (1956) with the sign reversed, started from the centre and from random
/// points of the region. On a convex function, every step with t = 1 goes up, and the climb ends in a corner
/// of the box or on the surface of the ball. The result is a lower bound of the largest rise. With
/// [`Region::Ball`], no random starts and one step, it is the first-order estimate of sharpness-aware
/// minimisation.
///
/// # Caveat
/// No such measure is a property of the function that a network computes. Multiplying the weights into a ReLU
/// unit by c and dividing those out of it by c leaves the network unchanged but changes every measure that
/// has units of parameters (Dinh et al. 2017): box, ball, largest eigenvalue and trace alike. Compare points
/// of one run at equal loss, or normalise [filters](crate::models::mlp::Mlp::filter_normalise) first.
///
/// Other measures of sharpness are the largest eigenvalue, by a [`Lanczos`](super::Lanczos) iteration, and
/// the trace, by a [`TraceEstimate`](super::TraceEstimate) or [`DeflatedTrace`](super::DeflatedTrace).
///
/// # Shapes
///
/// | argument    | length                   | layout                  |
/// |-------------|--------------------------|-------------------------|
/// | `params`    | n                        | the centre              |
/// | `workspace` | [`SharpnessLayout::len`] | need not be initialised |
///
/// # Cost
/// A step is one gradient; there are at most 1 + (1 + starts) · steps gradients in all.
///
/// # Examples
///
/// ```
/// use losscape::Objective;
/// use losscape::base::random::stream;
/// use losscape::curvature::{Region, Sharpness, SharpnessConfig, SharpnessLayout, SharpnessStep};
/// use losscape::models::surfaces::Quadratic;
///
/// let f = Quadratic::new(&[2.0f64, 6.0])?;
/// let config = SharpnessConfig { region: Region::Box { size: 0.1 }, starts: 3, steps: 10 };
/// let workspace = vec![0.0; SharpnessLayout::new(2, f.scratch_len()).len()];
/// let mut sharpness = Sharpness::new(&f, config, &[0.0, 0.0], workspace)?;
/// let mut rng = stream(1, 0);
/// while sharpness.step(&f, &mut rng) != SharpnessStep::Done {}
/// assert!((sharpness.rise() - 0.5 * (2.0 + 6.0) * 0.01).abs() < 1e-15); // in the corners
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sharpness<R: Real, W> {
    config: SharpnessConfig<R>,
    layout: SharpnessLayout,
    workspace: W,
    state: State,
    climbs: u32,
    steps: u32,
    share: R,
    centre: R,
    height: R,
    highest: R,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Centre,
    Start,
    Climb,
    Failed,
    Done,
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> Sharpness<R, W> {
    /// Creates a measurement with no evaluations.
    ///
    /// # Errors
    /// [`ArgError`] naming `size` or `radius` (not above zero, not finite), `steps` (zero), `params` (wrong length,
    /// not finite) or `workspace` (shorter than [`SharpnessLayout::len`]).
    pub fn new(
        objective: &(impl Objective<R> + ?Sized),
        config: SharpnessConfig<R>,
        params: &[R],
        mut workspace: W,
    ) -> Result<Self, ArgError> {
        config.region.check()?;
        ArgError::check_count("steps", config.steps as usize)?;
        ArgError::check_len("params", objective.dim(), params.len())?;
        ArgError::check_finite("params", params)?;
        let layout = SharpnessLayout::new(objective.dim(), objective.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if let Some(parts) = layout.split(workspace.as_mut()) {
            parts.centre.copy_from_slice(params);
        }
        let (state, zero) = (State::Centre, R::ZERO);
        Ok(Self {
            config,
            layout,
            workspace,
            state,
            climbs: 0,
            steps: 0,
            share: R::ONE,
            centre: zero,
            height: zero,
            highest: zero,
        })
    }

    /// Evaluates one more gradient; `objective` must be the one given at construction.
    pub fn step<G: Rng + ?Sized>(
        &mut self,
        objective: &(impl Objective<R> + ?Sized),
        rng: &mut G,
    ) -> SharpnessStep<R> {
        let layout = SharpnessLayout::new(objective.dim(), objective.scratch_len());
        let Some(parts) = layout.split(self.workspace.as_mut()).filter(|_| layout == self.layout) else {
            return SharpnessStep::MemoryChanged;
        };
        let Parts { centre, here, there, point, grad, scratch } = parts;
        match self.state {
            State::Done => return SharpnessStep::Done,
            State::Failed => return SharpnessStep::CentreNotFinite,
            State::Centre => here.fill(R::ZERO),
            State::Start => self.config.region.draw(centre, here, rng),
            State::Climb => {}
        }
        let climbing = self.state == State::Climb;
        let share = if climbing { self.share } else { R::ZERO };
        for (((x, theta), z), c) in point.iter_mut().zip(&*centre).zip(&*here).zip(&*there) {
            *x = *theta + if climbing { *z + share * (*c - *z) } else { *z };
        }
        let value = objective.value_grad(point, grad, scratch);
        let finite = value.is_finite() && grad.iter().all(|g| g.is_finite());
        if self.state == State::Centre {
            if !finite {
                self.state = State::Failed;
                return SharpnessStep::CentreNotFinite;
            }
            (self.centre, self.highest) = (value, value);
        } else {
            self.steps += 1;
        }
        let higher = finite && (!climbing || value > self.height);
        if higher {
            if climbing {
                for (z, c) in here.iter_mut().zip(&*there) {
                    *z += share * (*c - *z);
                }
            }
            (self.height, self.share) = (value, R::ONE);
            self.highest = self.highest.or_larger(value);
            self.config.region.highest(centre, here, grad);
            there.copy_from_slice(grad);
        } else {
            self.share *= R::HALF;
        }
        // A climb ends at a point whose gradient points nowhere else, or at a start that cannot be evaluated.
        let stuck = (higher && here == there) || (!higher && !climbing);
        self.state = State::Climb;
        if self.steps >= self.config.steps || stuck {
            (self.steps, self.share) = (0, R::ONE);
            let more = self.climbs < self.config.starts;
            self.state = if more { State::Start } else { State::Done };
            self.climbs = self.climbs.saturating_add(1);
        }
        if finite { SharpnessStep::Evaluated { value } } else { SharpnessStep::NotFinite }
    }

    /// Returns the highest value found minus the value at the centre, a lower bound of the largest rise; at
    /// least zero.
    #[must_use]
    pub fn rise(&self) -> R {
        self.highest - self.centre
    }

    /// Returns `100 (max f − f(θ)) / (1 + f(θ))`, the sharpness of Keskar et al. (2017, eq. 4). It is
    /// meaningless for objectives that are not losses.
    #[must_use]
    pub fn percentage(&self) -> R {
        R::from_u32(100) * self.rise() / (R::ONE + self.centre)
    }

    /// Returns the value at the centre; zero before the first step.
    #[must_use]
    pub const fn centre(&self) -> R {
        self.centre
    }

    /// Returns the workspace.
    #[must_use]
    pub fn into_workspace(self) -> W {
        self.workspace
    }
}

#[cfg(test)]
mod tests;
