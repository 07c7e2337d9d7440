//! Dynamic string sampling.

mod config;

pub use config::{SamplingConfig, SamplingEnd, SamplingStep, Split, Trainer};

use heapless::Vec;

use super::polyline::{between_any, check_ends, chord, count_rows, length};
use super::relax::{RelaxState, Relaxer};

use crate::base::elementary::sqrt;
use crate::base::layout::{room, take};
use crate::base::rows::{copy, copy_row, front, row, row_mut, rows};
use crate::base::vector::unit_scale;
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real, Reason};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    End(usize),
    Scan { k: u32, highest: R, at: R },
    Train { taken: u32 },
    Ended(SamplingEnd<R>),
}

/// Dynamic string sampling (Freeman & Bruna 2017): connects two points below a level by splitting a segment
/// that rises above it at a new, trained bead, and doing the same with both halves.
///
/// ```text
/// examine(P, Q): scan e(t) = f((1 − t) P + t Q) for t in (0, 1)
///     if max e ≤ accept · L₀: done
///     else R = train(from (1 − t*) P + t* Q, until f ≤ train_to · L₀); examine(P, R); examine(R, Q)
/// ```
///
/// Ends connected are a proof; failure proves nothing. The published pseudo-code returns after the first half
/// and would never see the second; here both are on an explicit stack, and a path is reported only if every
/// segment was accepted.
///
/// The memory holds settled beads from the front and waiting ones from the back, so a bead is written once
/// and moved once.
///
/// # Shapes
///
/// | argument    | length                                    | layout                                      |
/// |-------------|-------------------------------------------|---------------------------------------------|
/// | `beads`     | `capacity · n`, 2 ≤ capacity ≤ `N`        | rows 0 and 1 hold the two ends at the start |
/// | `workspace` | `Sampling::workspace_len(n, s)`           | need not be initialised                     |
///
/// # Cost
///
/// A step is one value, or one gradient.
///
/// # Examples
///
/// Around the ring's hole:
///
/// ```
/// use losscape::models::surfaces::Ring;
/// use losscape::path::{Sampling, SamplingConfig, SamplingEnd, SamplingStep, Split, Trainer};
///
/// let f = Ring::<f64>::default();
/// let mut beads = [0.0; 32 * 2];
/// beads[..4].copy_from_slice(&[-1.0, 0.0, 1.0, 0.1]);
/// let mut workspace = [0.0; Sampling::<f64, 32>::workspace_len(2, 0)];
/// let config = SamplingConfig {
///     level: 0.1,
///     accept: 1.1,
///     train_to: 0.95,
///     points: 98,
///     split: Split::Middle,
///     depth: 10,
///     trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.0 },
///     train_steps: 10_000,
/// };
/// let mut sampling = Sampling::<f64, 32>::new(&f, config, &mut beads, &mut workspace)?;
/// while !matches!(sampling.step(&f), SamplingStep::Ended(_)) {}
/// assert_eq!(sampling.end(), Some(SamplingEnd::Connected));
/// assert!(sampling.length_ratio() > 1.1);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct Sampling<'a, R: Real = f32, const N: usize = 64> {
    config: SamplingConfig<R>,
    dim: usize,
    beads: &'a mut [R],        // capacity × n: settled from the front, waiting from the back
    settled: usize,            // P is row settled − 1
    waiting: Vec<u32, N>,      // depths of the segments that end at the waiting beads; the last is Q's
    point: &'a mut [R],        // n
    grad: &'a mut [R],         // n
    moments: [&'a mut [R]; 2], // n each: a velocity in the first, or Adam's two
    scratch: &'a mut [R],
    phase: Phase<R>,
    powers: [R; 2], // of Adam's two decays
    unit: R,        // the scale of Adam's gradients
    evaluations: Evaluations,
}

impl<'a, R: Real, const N: usize> Sampling<'a, R, N> {
    /// The length of the workspace.
    #[must_use]
    pub const fn workspace_len(dim: usize, scratch: usize) -> usize {
        room([[4, dim], [1, scratch]])
    }

    /// A search between the first two rows of `beads`.
    ///
    /// # Errors
    /// [`ArgError`] naming `beads` (fewer than 2 rows, not a whole number, more than `N`, an end not finite,
    /// ends equal), `workspace`, or a field of the configuration; nothing has been changed then.
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: SamplingConfig<R>,
        beads: &'a mut [R],
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let capacity = count_rows("beads", beads, dim, 2)?;
        if capacity > N {
            return Err(ArgError::new("beads", Reason::TooMany { limit: N, found: capacity }));
        }
        check_ends("beads", beads, dim, 1)?;
        let needed = Self::workspace_len(dim, f.scratch_len());
        ArgError::check_min_len("workspace", needed, workspace.len())?;
        ArgError::check_positive("level", config.level)?;
        ArgError::check_positive("accept", config.accept)?;
        ArgError::check_positive("train_to", config.train_to)?;
        // Beads are not scanned: they must be below the limit when they are trained.
        let below = config.train_to <= config.accept;
        ArgError::check_range("train_to", config.train_to, below, "at most `accept`")?;
        for (arg, factor) in [("accept", config.accept), ("train_to", config.train_to)] {
            let level = factor * config.level;
            let positive = level.is_finite() && level > R::ZERO;
            ArgError::check_range(
                arg,
                factor,
                positive,
                "finite and above 0 after multiplication by `level`",
            )?;
        }
        ArgError::check_count("points", config.points as usize)?;
        match config.trainer {
            Trainer::Descent { learning_rate, momentum } => {
                Relaxer::descent(learning_rate, momentum).check()?;
            }
            Trainer::Adam { learning_rate } => ArgError::check_positive("learning_rate", learning_rate)?,
        }
        let mut scratch = workspace;
        let point = take(&mut scratch, dim)?;
        let grad = take(&mut scratch, dim)?;
        let moments = [take(&mut scratch, dim)?, take(&mut scratch, dim)?];
        copy_row(beads, dim, 1, capacity - 1);
        let mut waiting = Vec::new();
        let _ = waiting.push(0); // 2 ≤ capacity ≤ N
        Ok(Self {
            config,
            dim,
            beads,
            settled: 1,
            waiting,
            point,
            grad,
            moments,
            scratch,
            phase: Phase::End(0),
            powers: [R::ONE; 2],
            unit: R::ONE,
            evaluations: Evaluations::default(),
        })
    }

    /// The row of the waiting bead that is reached next.
    fn next_row(&self) -> usize {
        rows(self.beads, self.dim).len() - self.waiting.len()
    }

    /// One bounded unit of work: one value, or one gradient.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> SamplingStep<R> {
        debug_assert_eq!(f.dim(), self.dim, "dimension");
        match self.phase {
            Phase::End(end) => self.check_end(end, f),
            Phase::Scan { k, highest, at } => self.scan(k, highest, at, f),
            Phase::Train { taken } => self.train(taken, f),
            Phase::Ended(end) => SamplingStep::Ended(end),
        }
    }

    fn stop(&mut self, end: SamplingEnd<R>) -> SamplingStep<R> {
        self.phase = Phase::Ended(end);
        SamplingStep::Ended(end)
    }

    /// The highest value of an accepted segment.
    fn limit(&self) -> R {
        self.config.accept * self.config.level
    }

    const SCAN: Phase<R> = Phase::Scan { k: 1, highest: R::ZERO, at: R::HALF };

    fn check_end(&mut self, end: usize, f: &(impl Objective<R> + ?Sized)) -> SamplingStep<R> {
        let at = if end == 0 { 0 } else { self.next_row() };
        let Some(bead) = row(self.beads, self.dim, at) else { return self.stop(SamplingEnd::NotFinite) };
        let value = f.value(bead, self.scratch);
        self.evaluations.count_value();
        if !value.is_finite() {
            return self.stop(SamplingEnd::NotFinite);
        }
        if value > self.limit() {
            return self.stop(SamplingEnd::EndTooHigh { end, value });
        }
        self.phase = if end == 0 { Phase::End(1) } else { Self::SCAN };
        SamplingStep::Scanned { value }
    }

    fn scan(&mut self, k: u32, highest: R, at: R, f: &(impl Objective<R> + ?Sized)) -> SamplingStep<R> {
        let q = self.next_row();
        let t = R::from_u32(k) / R::from_u32(self.config.points.saturating_add(1));
        self.place(q, t);
        let value = f.value(self.point, self.scratch);
        self.evaluations.count_value();
        if !value.is_finite() {
            return self.stop(SamplingEnd::NotFinite);
        }
        let (highest, at) = if k == 1 || value > highest { (value, t) } else { (highest, at) };
        if k < self.config.points {
            self.phase = Phase::Scan { k: k + 1, highest, at };
            return SamplingStep::Scanned { value };
        }
        if highest <= self.limit() {
            return self.accept(q);
        }
        let depth = self.waiting.last().copied().unwrap_or(0);
        if depth >= self.config.depth {
            return self.stop(SamplingEnd::TooDeep);
        }
        if self.settled == q {
            return self.stop(SamplingEnd::Full);
        }
        let start = if self.config.split == Split::Highest { at } else { R::HALF };
        self.place(q, start);
        self.moments.iter_mut().for_each(|moment| moment.fill(R::ZERO));
        self.powers = [R::ONE; 2];
        self.phase = Phase::Train { taken: 0 };
        SamplingStep::Scanned { value }
    }

    /// Puts `point` at `t` between the last settled bead and the one at row `q`.
    fn place(&mut self, q: usize, t: R) {
        let bead = |i| row(self.beads, self.dim, i);
        between_any(bead(self.settled - 1), bead(q), t, self.point);
    }

    /// Moves the bead at row `q` from waiting to settled.
    fn accept(&mut self, q: usize) -> SamplingStep<R> {
        copy_row(self.beads, self.dim, q, self.settled);
        self.settled += 1;
        self.waiting.pop();
        if self.waiting.is_empty() {
            return self.stop(SamplingEnd::Connected);
        }
        self.phase = Self::SCAN;
        SamplingStep::Accepted { settled: self.settled }
    }

    fn train(&mut self, taken: u32, f: &(impl Objective<R> + ?Sized)) -> SamplingStep<R> {
        let value = f.value_grad(self.point, self.grad, self.scratch);
        self.evaluations.count_gradient();
        if !value.is_finite() || !self.grad.iter().all(|g| g.is_finite()) {
            return self.stop(SamplingEnd::NotFinite);
        }
        if value <= self.config.train_to * self.config.level {
            return self.split();
        }
        if taken == self.config.train_steps {
            return self.stop(SamplingEnd::Untrained { value });
        }
        let moved = match self.config.trainer {
            Trainer::Descent { learning_rate, momentum } => {
                let relaxer = Relaxer::descent(learning_rate, momentum);
                let [velocity, _] = &mut self.moments;
                let moved =
                    RelaxState::new().apply(&relaxer, R::ZERO, self.dim, self.grad, velocity, self.point);
                moved.is_ok()
            }
            Trainer::Adam { learning_rate } => self.adam(learning_rate, taken == 0),
        };
        if !moved {
            return self.stop(SamplingEnd::NotFinite);
        }
        copy(self.grad, self.point);
        self.phase = Phase::Train { taken: taken + 1 };
        SamplingStep::Trained { value }
    }

    /// Replaces the gradient by the parameters after a step of Adam; tells whether they are finite.
    fn adam(&mut self, learning_rate: R, first: bool) -> bool {
        let [b1, b2, tiny] = [0.9, 0.999, 1e-8].map(R::from_f64);
        if first {
            self.unit = unit_scale(self.grad);
        }
        self.powers[0] *= b1;
        self.powers[1] *= b2;
        let [c1, c2] = self.powers.map(|p| R::ONE - p);
        let mut finite = true;
        let [means, squares] = &mut self.moments;
        for (((g, x), m), v) in self.grad.iter_mut().zip(&*self.point).zip(&mut **means).zip(&mut **squares) {
            let scaled = self.unit * *g;
            *m = b1 * *m + (R::ONE - b1) * scaled;
            *v = b2 * *v + (R::ONE - b2) * scaled * scaled;
            *g = *x - learning_rate * (*m / c1) / (sqrt(*v / c2) + tiny);
            finite &= g.is_finite();
        }
        finite
    }

    /// Puts the trained bead before the waiting ones.
    fn split(&mut self) -> SamplingStep<R> {
        let depth = self.waiting.last().copied().unwrap_or(0) + 1;
        if let Some(behind) = self.waiting.last_mut() {
            *behind = depth;
        }
        if self.waiting.push(depth).is_err() {
            return self.stop(SamplingEnd::Full);
        }
        let q = self.next_row();
        let Some(bead) = row_mut(self.beads, self.dim, q) else { return self.stop(SamplingEnd::Full) };
        copy(self.point, bead);
        self.phase = Self::SCAN;
        SamplingStep::Split { depth }
    }

    /// How it ended, if it has.
    #[must_use]
    pub const fn end(&self) -> Option<SamplingEnd<R>> {
        match self.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// The beads whose segments are accepted, from the first end on, `settled × n`: the whole path once the
    /// ends are connected.
    #[must_use]
    pub fn path(&self) -> &[R] {
        front(self.beads, self.settled * self.dim)
    }

    /// How many beads were added on the settled part of the path, ends not counted.
    #[must_use]
    pub const fn added(&self) -> usize {
        let ends = if matches!(self.phase, Phase::Ended(SamplingEnd::Connected)) { 2 } else { 1 };
        self.settled.saturating_sub(ends)
    }

    /// The normalised geodesic length of the settled path: its length over the distance of its ends, at least
    /// 1; NaN while only the first end is settled. An upper bound, since trained beads depend on the trainer.
    #[must_use]
    pub fn length_ratio(&self) -> R {
        let path = self.path();
        length(path, self.dim) / chord(path, self.dim)
    }

    /// Evaluations spent.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.evaluations
    }
}

#[cfg(test)]
mod tests;
