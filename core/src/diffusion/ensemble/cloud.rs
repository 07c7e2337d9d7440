//! Many walkers with one configuration.

use super::walk::Walk;
use crate::base::layout::{area, cut, total};
use crate::base::random::{Xoshiro128PlusPlus, streams};
use crate::base::rows::{copy, row, row_mut};
use crate::base::vector::LaneSum;
use crate::{ArgError, Objective, Real, Reason};

/// How the workspace of an [`Ensemble`] is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnsembleLayout {
    dim: usize,
    scratch: usize,
}

pub(super) struct Parts<'w, R> {
    pub(super) next: &'w mut [R],
    pub(super) grad: &'w mut [R],
    pub(super) other: &'w mut [R],
    pub(super) piece: &'w mut [R],
    pub(super) scratch: &'w mut [R],
}

impl EnsembleLayout {
    /// For walkers of `dim` coordinates and an objective's `scratch_len`, whatever the number of walkers. Walkers that draw
    /// batches need the scratch of [`BATCH_PIECE`](super::BATCH_PIECE) samples.
    #[must_use]
    pub const fn new(dim: usize, scratch_len: usize) -> Self {
        Self { dim, scratch: scratch_len }
    }

    /// Four times the dimension, and the scratch.
    #[must_use]
    pub const fn len(self) -> usize {
        total([area(4, self.dim), self.scratch])
    }

    /// Whether nothing is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([next, grad, other, piece], rest) = cut(workspace, [self.dim; 4])?;
        Some(Parts { next, grad, other, piece, scratch: rest.get_mut(..self.scratch)? })
    }
}

/// What a step of an [`Ensemble`] did.
#[must_use = "a walker may not have moved"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EnsembleStep<R: Real = f32> {
    /// A walker has moved.
    Moved {
        /// Which.
        walker: u32,
    },
    /// The last walker has moved: all have made one more step.
    Round {
        /// How many steps each has made.
        round: u32,
        /// The mean over the walkers of the values at the points where they evaluated, before they moved.
        mean_value: R,
    },
    /// A walker's value, gradient or next position would have been infinite or NaN; it stays where it is, and the next
    /// step is the next walker's.
    NotFinite {
        /// Which.
        walker: u32,
    },
    /// The memory no longer has the length it had when the ensemble was made; nothing was done.
    MemoryChanged,
}

/// Gives each walker a stream of its own: generator k is [stream](crate::base::random::stream) k of the seed.
///
/// ```
/// use losscape::base::random::{Rng, Xoshiro128PlusPlus, SeedableRng, stream};
/// let mut generators = [const { None }; 3].map(|_: Option<()>| Xoshiro128PlusPlus::seed_from_u64(0));
/// losscape::diffusion::seed_walkers(7, &mut generators);
/// assert_eq!(generators[2].next_u32(), stream(7, 2).next_u32());
/// ```
pub fn seed_walkers(seed: u64, generators: &mut [Xoshiro128PlusPlus]) {
    for (generator, stream) in generators.iter_mut().zip(streams(seed)) {
        *generator = stream;
    }
}

/// A cloud: many walkers on one landscape that share one configuration and differ in their streams of random numbers.
///
/// A walker's path depends on its start and its stream alone, not on how many others there are.
///
/// # Shapes
///
/// | argument     | length                     | contents                                              |
/// |--------------|----------------------------|-------------------------------------------------------|
/// | `positions`  | walkers × dim              | the starts, then the positions; row k is walker k     |
/// | `generators` | walkers                    | a stream each, as by [`seed_walkers`]                 |
/// | `workspace`  | [`EnsembleLayout::len`]    | need not be initialised                               |
///
/// # Cost
/// A step moves one walker: one gradient (of a batch, for those that draw batches) and O(dim).
///
/// # Examples
///
/// Langevin walkers in a parabola of curvature 1: the cloud's variance tends to `2 T / (2 − η)`.
///
/// ```
/// use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
/// use losscape::diffusion::{Ensemble, EnsembleLayout, EnsembleStep, Langevin, seed_walkers};
/// use losscape::models::surfaces::Quadratic;
///
/// let bowl = Quadratic::new(&[1.0f64])?;
/// let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); 1000];
/// seed_walkers(1, &mut generators);
/// let walk = Langevin { learning_rate: 0.1, temperature: 0.5 };
/// let workspace = [0.0; EnsembleLayout::new(1, 2).len()];
/// let mut cloud = Ensemble::new(&bowl, walk, vec![0.0; 1000], generators, workspace)?;
/// while !matches!(cloud.step(&bowl), EnsembleStep::Round { round: 100, .. }) {}
/// let variance = cloud.positions().iter().map(|x| x * x).sum::<f64>() / 1000.0;
/// assert!((variance - 1.0 / 1.9).abs() < 0.07); // three standard errors
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ensemble<R: Real, K, P, G, W> {
    walk: K,
    positions: P,
    generators: G,
    workspace: W,
    layout: EnsembleLayout,
    walkers: usize,
    next: usize,
    round: u32,
    values: LaneSum<R>,
}

impl<R, K, P, G, W> Ensemble<R, K, P, G, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    G: AsRef<[Xoshiro128PlusPlus]> + AsMut<[Xoshiro128PlusPlus]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// A cloud of as many walkers as there are generators.
    ///
    /// # Errors
    /// [`ArgError`] naming `generators` (empty: there is no walker), `positions` (not a row of the objective's dimension
    /// for each, not finite), `workspace` (too short) or a setting of the walk. Nothing has been written then.
    pub fn new<F: Objective<R> + ?Sized>(
        objective: &F,
        walk: K,
        positions: P,
        generators: G,
        workspace: W,
    ) -> Result<Self, ArgError>
    where
        K: Walk<R, F>,
    {
        let (dim, walkers) = (objective.dim(), generators.as_ref().len());
        if walkers == 0 {
            return Err(ArgError::new("generators", Reason::Empty));
        }
        if u32::try_from(walkers).is_err() {
            let reason = Reason::TooMany { limit: u32::MAX as usize, found: walkers };
            return Err(ArgError::new("generators", reason));
        }
        if dim == 0 {
            return Err(ArgError::new("positions", Reason::Empty));
        }
        ArgError::check_len("positions", area(walkers, dim), positions.as_ref().len())?;
        ArgError::check_finite("positions", positions.as_ref())?;
        walk.check(objective)?;
        let layout = EnsembleLayout::new(dim, walk.scratch_len(objective));
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let values = LaneSum::default();
        Ok(Self { walk, positions, generators, workspace, layout, walkers, next: 0, round: 0, values })
    }

    /// Moves the next walker, on the objective that the ensemble was made with.
    pub fn step<F: Objective<R> + ?Sized>(&mut self, objective: &F) -> EnsembleStep<R>
    where
        K: Walk<R, F>,
    {
        self.moved(objective).unwrap_or(EnsembleStep::MemoryChanged)
    }

    fn moved<F: Objective<R> + ?Sized>(&mut self, objective: &F) -> Option<EnsembleStep<R>>
    where
        K: Walk<R, F>,
    {
        let walker = self.next;
        let index = u32::try_from(walker).unwrap_or(u32::MAX);
        let dim = self.layout.dim;
        if self.positions.as_ref().len() != area(self.walkers, dim) || objective.dim() != dim {
            return None;
        }
        let mut parts = self.layout.split(self.workspace.as_mut())?;
        let rng = self.generators.as_mut().get_mut(walker)?;
        let position = row(self.positions.as_ref(), dim, walker)?;
        let value = self.walk.propose(objective, position, &mut parts, rng);
        let last = walker + 1 == self.walkers;
        self.next = if last { 0 } else { walker + 1 };
        if last {
            self.round = self.round.saturating_add(1);
        }
        if !(value.is_finite() && parts.next.iter().all(|x| x.is_finite())) {
            return Some(EnsembleStep::NotFinite { walker: index });
        }
        self.values.push(value);
        copy(parts.next, row_mut(self.positions.as_mut(), dim, walker)?);
        if !last {
            return Some(EnsembleStep::Moved { walker: index });
        }
        let mean_value = self.values.total() / R::from_usize(self.walkers);
        self.values = LaneSum::default();
        Some(EnsembleStep::Round { round: self.round, mean_value })
    }

    /// The positions, a row for each walker.
    #[must_use]
    pub fn positions(&self) -> &[R] {
        self.positions.as_ref()
    }

    /// How many steps each walker has made.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// The configuration.
    #[must_use]
    pub const fn walk(&self) -> &K {
        &self.walk
    }

    /// The configuration, to change it between steps; the caller checks the new one.
    #[must_use]
    pub const fn walk_mut(&mut self) -> &mut K {
        &mut self.walk
    }

    /// Positions, generators and workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, G, W) {
        (self.positions, self.generators, self.workspace)
    }
}

/// What [`arrivals`] writes for a walker that has not arrived.
pub const NOT_ARRIVED: u32 = u32::MAX;

/// Notes the round for each walker that is in a region for the first time; `times` starts filled with
/// [`NOT_ARRIVED`]. Returns how many have arrived so far.
///
/// # Errors
/// [`ArgError`] naming `positions` (not a row of equal length for each time) or `times` (empty).
///
/// ```
/// use losscape::diffusion::{NOT_ARRIVED, arrivals};
/// let mut times = [NOT_ARRIVED; 3];
/// assert_eq!(arrivals(&[-1.0f32, 0.5, 2.0], 1, &mut times, |x| x[0] > 0.0)?, 2);
/// assert_eq!(arrivals(&[1.0f32, -0.5, 2.0], 4, &mut times, |x| x[0] > 0.0)?, 3);
/// assert_eq!(times, [4, 1, 1]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn arrivals<R: Real>(
    positions: &[R],
    round: u32,
    times: &mut [u32],
    mut region: impl FnMut(&[R]) -> bool,
) -> Result<u32, ArgError> {
    if times.is_empty() {
        return Err(ArgError::new("times", Reason::Empty));
    }
    let dim = positions.len() / times.len();
    ArgError::check_len("positions", dim * times.len(), positions.len())?;
    let mut arrived = 0;
    for (k, time) in times.iter_mut().enumerate() {
        if *time == NOT_ARRIVED && region(row(positions, dim, k).unwrap_or_default()) {
            *time = round;
        }
        arrived += u32::from(*time != NOT_ARRIVED);
    }
    Ok(arrived)
}

/// The mean time of arrival, if it is exponentially distributed: the time that all have walked, over the number that have arrived,
///
/// ```text
/// τ = Σₖ min(tₖ, t) / #{tₖ ≤ t}
/// ```
///
/// the estimate of largest likelihood, which counts those that are still on their way at round t; its relative
/// standard error is one over the root of those that have arrived. +∞ before the first has.
///
/// ```
/// use losscape::diffusion::{NOT_ARRIVED, mean_arrival};
/// assert_eq!(mean_arrival::<f32>(&[4, NOT_ARRIVED, 1], 5), 5.0); // (4 + 5 + 1) / 2
/// ```
#[must_use]
pub fn mean_arrival<R: Real>(times: &[u32], round: u32) -> R {
    let (mut walked, mut arrived) = (R::ZERO, R::ZERO);
    for time in times {
        walked += R::from_u32(if *time < round { *time } else { round });
        if *time <= round && *time != NOT_ARRIVED {
            arrived += R::ONE;
        }
    }
    if arrived > R::ZERO { walked / arrived } else { R::INFINITY }
}
