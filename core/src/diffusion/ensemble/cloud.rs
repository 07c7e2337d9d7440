//! Many walkers that share one configuration.

use super::layout::{EnsembleLayout, Parts};
use super::walk::Walk;
use crate::base::layout::area;
use crate::base::random::{Xoshiro128PlusPlus, normal_pairs, streams};
use crate::base::rows::{row, row_mut};
use crate::base::target::VECTORS;
use crate::base::vector::LaneSum;
use crate::{ArgError, Objective, Real, Reason};

/// The outcome of a step of an [`Ensemble`].
#[must_use = "a walker may not have moved"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum EnsembleStep<R: Real = f32> {
    /// A walker moved.
    Moved {
        /// The index of the walker.
        walker: u32,
    },
    /// The last walker moved: every walker has had its turn in this round.
    Round {
        /// The number of rounds so far.
        round: u32,
        /// The mean of the values before their moves, over the walkers that moved in this round.
        mean_value: R,
    },
    /// A walker's value, gradient or next position would have been infinite or NaN. The walker did not move,
    /// and the next step is the next walker's.
    NotFinite {
        /// The index of the walker.
        walker: u32,
    },
    /// The memory has changed length since the ensemble was created; nothing was done.
    MemoryChanged,
}

/// The number of walkers that draw random numbers together.
pub(super) const BLOCK: usize = 32;

fn index(walker: usize) -> u32 {
    u32::try_from(walker).unwrap_or(u32::MAX)
}

/// Moves to the next position if it and the value are finite.
#[inline(always)]
fn accept<R: Real>(value: R, next: &[R], position: &mut [R]) -> bool {
    let finite = value.is_finite() && next.iter().all(|x| x.is_finite());
    if finite {
        for (x, next) in position.iter_mut().zip(next) {
            *x = *next;
        }
    }
    finite
}

/// Gives each walker its own stream of random numbers: generator k is [stream](crate::base::random::stream) k
/// of the seed.
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

/// A cloud: many walkers on one landscape that share one configuration but have separate streams of random
/// numbers.
///
/// A walker's path depends only on its start and its stream, not on the number of walkers.
///
/// # Shapes
///
/// | argument     | length                     | contents                                              |
/// |--------------|----------------------------|-------------------------------------------------------|
/// | `positions`  | walkers × dim              | the starts, then the positions; row k is walker k     |
/// | `generators` | walkers                    | one stream each, as by [`seed_walkers`]               |
/// | `workspace`  | [`EnsembleLayout::len`]    | need not be initialised                               |
///
/// # Cost
/// A step moves one walker: one gradient (of a batch, for walks that draw batches) and O(dim).
///
/// # Examples
///
/// Langevin walkers in a parabola of curvature 1; the variance of the cloud tends to `2 T / (2 − η)`.
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
    pub(super) positions: P,
    pub(super) generators: G,
    workspace: W,
    layout: EnsembleLayout,
    walkers: usize,
    pub(super) next: usize,
    round: u32,
    values: LaneSum<R>,
    /// The number of walkers that could not move in this round.
    refused: usize,
}

impl<R, K, P, G, W> Ensemble<R, K, P, G, W>
where
    R: Real,
    P: AsRef<[R]> + AsMut<[R]>,
    G: AsRef<[Xoshiro128PlusPlus]> + AsMut<[Xoshiro128PlusPlus]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a cloud with one walker per generator.
    ///
    /// # Errors
    /// [`ArgError`] naming `generators` (empty: no walker), `positions` (not one row of the objective's
    /// dimension per walker, not finite), `workspace` (too short) or a setting of the walk. Nothing has been
    /// written in these cases.
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
        Ok(Self {
            walk,
            positions,
            generators,
            workspace,
            layout,
            walkers,
            next: 0,
            round: 0,
            values,
            refused: 0,
        })
    }

    /// Moves the next walker; `objective` must be the one given at construction.
    pub fn step<F: Objective<R> + ?Sized>(&mut self, objective: &F) -> EnsembleStep<R>
    where
        K: Walk<R, F>,
    {
        self.moved(objective).unwrap_or(EnsembleStep::MemoryChanged)
    }

    /// Makes up to `most` steps (at least one) at once, at most to the end of the round.
    ///
    /// The bits are the same as from single steps. The time is shorter where several walkers can draw at
    /// once: [`Langevin`](super::Langevin) walkers of one or two coordinates, on processors with vector
    /// units.
    ///
    /// Returns the outcome of the last step or, if some walkers could not move, the outcome of the first of
    /// these.
    ///
    /// ```
    /// use losscape::base::random::stream;
    /// use losscape::diffusion::{Ensemble, EnsembleLayout, EnsembleStep, Langevin};
    /// use losscape::models::surfaces::Quadratic;
    ///
    /// let bowl = Quadratic::new(&[1.0f64])?;
    /// let walk = Langevin { learning_rate: 0.1, temperature: 0.5 };
    /// let cloud = || {
    ///     let workspace = [0.0; EnsembleLayout::new(1, 2).len()];
    ///     Ensemble::new(&bowl, walk, [0.0; 3], [0, 1, 2].map(|k| stream(1, k)), workspace)
    /// };
    /// let (mut one, mut all) = (cloud()?, cloud()?);
    /// while !matches!(one.step(&bowl), EnsembleStep::Round { .. }) {}
    /// assert!(matches!(all.steps(&bowl, 2), EnsembleStep::Moved { walker: 1 }));
    /// assert!(matches!(all.steps(&bowl, 1000), EnsembleStep::Round { round: 1, .. }));
    /// assert_eq!(all.positions(), one.positions());
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn steps<F: Objective<R> + ?Sized>(&mut self, objective: &F, most: u32) -> EnsembleStep<R>
    where
        K: Walk<R, F>,
    {
        let mut refused = None;
        let mut left = (most as usize).max(1);
        let mut last = EnsembleStep::MemoryChanged;
        while left > 0 {
            let (begun, round) = (self.next, self.round);
            last = match self.block(objective, left) {
                None => return EnsembleStep::MemoryChanged,
                Some(EnsembleStep::NotFinite { walker }) => {
                    let step = EnsembleStep::NotFinite { walker };
                    *refused.get_or_insert(step)
                }
                Some(step) => step,
            };
            if self.round != round {
                break;
            }
            left -= self.next - begun;
        }
        refused.unwrap_or(last)
    }

    /// Returns whether the memory and the objective still have the dimensions that the ensemble was created
    /// with.
    fn fits<F: Objective<R> + ?Sized>(&self, objective: &F) -> bool {
        let dim = self.layout.dim;
        self.positions.as_ref().len() == area(self.walkers, dim) && objective.dim() == dim
    }

    fn moved<F: Objective<R> + ?Sized>(&mut self, objective: &F) -> Option<EnsembleStep<R>>
    where
        K: Walk<R, F>,
    {
        if !self.fits(objective) {
            return None;
        }
        let (walker, dim) = (self.next, self.layout.dim);
        let mut parts = self.layout.split(self.workspace.as_mut())?;
        let rng = self.generators.as_mut().get_mut(walker)?;
        let position = row_mut(self.positions.as_mut(), dim, walker)?;
        let value = self.walk.propose(objective, position, &mut parts, rng);
        // Two exits let the compiler keep the walker in registers on a small core.
        if !accept(value, parts.next, position) {
            self.refused += 1;
            return Some(self.counted(walker + 1, false));
        }
        self.values.push(value);
        Some(self.counted(walker + 1, true))
    }

    /// Makes the steps of several walkers that draw together, or of one.
    fn block<F: Objective<R> + ?Sized>(&mut self, objective: &F, most: usize) -> Option<EnsembleStep<R>>
    where
        K: Walk<R, F>,
    {
        match (self.layout.dim, self.walk.kicks()) {
            (1, Some(std_dev)) if VECTORS => self.kicked::<1, F>(objective, std_dev, most),
            (2, Some(std_dev)) if VECTORS => self.kicked::<2, F>(objective, std_dev, most),
            _ => self.moved(objective),
        }
    }

    fn kicked<const D: usize, F: Objective<R> + ?Sized>(
        &mut self,
        objective: &F,
        std_dev: R,
        most: usize,
    ) -> Option<EnsembleStep<R>>
    where
        K: Walk<R, F>,
    {
        if !self.fits(objective) {
            return None;
        }
        let Parts { next, grad, other, piece, scratch } = self.layout.split(self.workspace.as_mut())?;
        let (next, grad) = (next.first_chunk_mut::<D>()?, grad.first_chunk_mut::<D>()?);
        let mut parts = Parts { next, grad, other, piece, scratch };
        let count = (self.walkers - self.next).min(most).min(BLOCK);
        let (positions, _) = self.positions.as_mut().as_chunks_mut::<D>();
        let positions = positions.get_mut(self.next..)?.get_mut(..count)?;
        let generators = self.generators.as_mut().get_mut(self.next..)?.get_mut(..count)?;
        let [first, second] = normal_pairs::<R, _, BLOCK>(generators, std_dev);
        let (mut refused, mut moved) = (None, false);
        let mut walker = self.next;
        for (position, kicks) in positions.iter_mut().zip(first.iter().zip(&second)) {
            let kicks = [*kicks.0, *kicks.1];
            let value = self.walk.propose_with(objective, position, &mut parts, &kicks);
            moved = accept(value, parts.next, position);
            if moved {
                self.values.push(value);
            } else {
                self.refused += 1;
                refused = refused.or(Some(walker));
            }
            walker += 1;
        }
        let step = self.counted(walker, moved);
        Some(match refused {
            Some(walker) => EnsembleStep::NotFinite { walker: index(walker) },
            None => step,
        })
    }

    /// Counts the steps of the walkers before `next`; `moved` says whether the last one moved.
    fn counted(&mut self, next: usize, moved: bool) -> EnsembleStep<R> {
        let walker = index(next.saturating_sub(1));
        let step = if moved { EnsembleStep::Moved { walker } } else { EnsembleStep::NotFinite { walker } };
        self.next = next;
        if next < self.walkers {
            return step;
        }
        self.next = 0;
        self.round = self.round.saturating_add(1);
        let mean_value = self.values.total() / R::from_usize(self.walkers.saturating_sub(self.refused));
        (self.values, self.refused) = (LaneSum::default(), 0);
        if moved { EnsembleStep::Round { round: self.round, mean_value } } else { step }
    }

    /// Returns the positions, one row per walker.
    #[must_use]
    pub fn positions(&self) -> &[R] {
        self.positions.as_ref()
    }

    /// Returns the number of steps that each walker has made.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// Returns the configuration.
    #[must_use]
    pub const fn walk(&self) -> &K {
        &self.walk
    }

    /// Returns the configuration for changes between steps; the caller must check the new values.
    #[must_use]
    pub const fn walk_mut(&mut self) -> &mut K {
        &mut self.walk
    }

    /// Returns the positions, the generators and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (P, G, W) {
        (self.positions, self.generators, self.workspace)
    }
}

/// The arrival time of a walker that has not arrived.
pub const NOT_ARRIVED: u32 = u32::MAX;

/// Records the round in which each walker is first found in a region, and returns the number of walkers that
/// have arrived so far.
///
/// `times` must initially be filled with [`NOT_ARRIVED`].
///
/// # Errors
/// [`ArgError`] naming `positions` (not one row of equal length per time) or `times` (empty).
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

/// Estimates the mean arrival time, if it is exponentially distributed: the total time walked by all, divided
/// by the number of arrivals,
///
/// ```text
/// τ = Σₖ min(tₖ, t) / #{tₖ ≤ t}
/// ```
///
/// This maximum-likelihood estimate includes the walkers that have not arrived by round t. Its relative
/// standard error is one over the square root of the number of arrivals. +∞ before the first arrival.
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
