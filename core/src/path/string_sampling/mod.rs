//! Dynamic string sampling.

mod config;
mod layout;

pub use config::{SplitAt, StringSamplingConfig, StringSamplingEnd, StringSamplingStep, Trainer};
pub use layout::StringSamplingLayout;

use layout::StringSamplingParts;

use super::polyline::{between_any, check_ends, chord, count_rows, length};
use super::relax::{RelaxState, Relaxer};
use crate::base::elementary::sqrt;
use crate::base::rows::{copy, copy_row, front, row, row_mut};
use crate::base::vector::unit_scale;
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    End(usize),
    Scan { k: u32, highest: R, at: R },
    Train { taken: u32 },
    Ended(StringSamplingEnd<R>),
}

/// Dynamic string sampling (Freeman & Bruna 2017): connects two points below a level. A segment that rises
/// above the level is split at a new, trained bead, and both halves are treated in the same way.
///
/// ```text
/// examine(P, Q): scan e(t) = f((1 − t) P + t Q) for t in (0, 1)
///     if max e ≤ accept · L₀: done
///     else R = train(from (1 − t*) P + t* Q, until f ≤ train_to · L₀); examine(P, R); examine(R, Q)
/// ```
///
/// Connected ends are a proof; failure proves nothing. The published pseudo-code returns after the first half
/// and would never examine the second. Here, both halves are on an explicit stack, and a path is reported
/// only if every segment was accepted.
///
/// The memory holds settled beads from the front and waiting ones from the back, so each bead is written once
/// and moved once.
///
/// # Shapes
///
/// | argument    | length                                             | layout                                      |
/// |-------------|----------------------------------------------------|---------------------------------------------|
/// | `beads`     | `capacity · n`, 2 ≤ capacity                       | rows 0 and 1 hold the two ends at the start |
/// | `workspace` | `StringSamplingLayout::new(capacity, n, s).len()`  | need not be initialised                     |
///
/// with `n = f.dim()`, `s = f.scratch_len()`. Both memories are owned or lent: an array, a vector, or a mutable borrow of
/// one.
///
/// # Cost
///
/// A step is one value, or one gradient.
///
/// # Examples
///
/// Connects two points around the ring's hole:
///
/// ```
/// use losscape::models::surfaces::Ring;
/// use losscape::path::{
///     SplitAt, StringSampling, StringSamplingConfig, StringSamplingEnd, StringSamplingLayout, StringSamplingStep, Trainer,
/// };
///
/// let f = Ring::<f64>::default();
/// let mut beads = [0.0; 32 * 2];
/// beads[..4].copy_from_slice(&[-1.0, 0.0, 1.0, 0.1]);
/// let mut workspace = [0.0; StringSamplingLayout::new(32, 2, 0).len()];
/// let config = StringSamplingConfig {
///     level: 0.1,
///     accept: 1.1,
///     train_to: 0.95,
///     points: 98,
///     split: SplitAt::Middle,
///     depth: 10,
///     trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.0 },
///     train_steps: 10_000,
/// };
/// let mut sampling = StringSampling::new(&f, config, &mut beads, &mut workspace)?;
/// while !matches!(sampling.step(&f), StringSamplingStep::Ended(_)) {}
/// assert_eq!(sampling.end(), Some(StringSamplingEnd::Connected));
/// assert!(sampling.length_ratio() > 1.1);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct StringSampling<R: Real, B, W> {
    state: State<R>,
    layout: StringSamplingLayout,
    beads: B,
    workspace: W,
}

/// The state of a search without its memory.
#[derive(Clone, Copy, Debug)]
struct State<R: Real> {
    config: StringSamplingConfig<R>,
    dim: usize,
    capacity: usize,
    settled: usize, // P is row settled − 1
    waiting: usize, // beads at the back
    phase: Phase<R>,
    powers: [R; 2], // of Adam's two decays
    unit: R,        // the scale of Adam's gradients
    evaluations: Evaluations,
}

/// A search whose memory is split into parts.
struct Search<'w, R: Real> {
    state: &'w mut State<R>,
    parts: StringSamplingParts<'w, R>,
}

impl<R: Real, B: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> StringSampling<R, B, W> {
    /// Creates a search between the first two rows of `beads`.
    ///
    /// # Errors
    /// [`ArgError`] naming `beads` (fewer than 2 rows, not a whole number of rows, an end not finite, ends
    /// equal or infinitely far apart), `workspace`, or a field of the configuration; nothing has been changed
    /// in these cases.
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: StringSamplingConfig<R>,
        mut beads: B,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let capacity = count_rows("beads", beads.as_ref(), dim, 2)?;
        check_ends("beads", beads.as_ref(), dim, 1)?;
        let layout = StringSamplingLayout::new(capacity, dim, f.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        config.check()?;
        copy_row(beads.as_mut(), dim, 1, capacity - 1);
        let state = State {
            config,
            dim,
            capacity,
            settled: 1,
            waiting: 1,
            phase: Phase::End(0),
            powers: [R::ONE; 2],
            unit: R::ONE,
            evaluations: Evaluations::default(),
        };
        let mut sampling = Self { state, layout, beads, workspace };
        if let Some(depth) = sampling.search().and_then(|search| search.parts.depths.first_mut()) {
            *depth = R::ZERO;
        }
        Ok(sampling)
    }

    /// Returns the search with its memory split into parts.
    fn search(&mut self) -> Option<Search<'_, R>> {
        let parts = self.layout.split(self.beads.as_mut(), self.workspace.as_mut())?;
        Some(Search { state: &mut self.state, parts })
    }

    /// Does one bounded unit of work: one value, or one gradient.
    ///
    /// `f` must have the dimension of the objective that the search was created with, and must not need more
    /// scratch.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> StringSamplingStep<R> {
        let fits = f.dim() == self.state.dim && f.scratch_len() <= self.layout.scratch_len();
        match self.search() {
            Some(mut search) if fits => search.step(f),
            _ => StringSamplingStep::MemoryChanged,
        }
    }

    /// Returns the reason for the end of the search, if it has ended.
    #[must_use]
    pub const fn end(&self) -> Option<StringSamplingEnd<R>> {
        match self.state.phase {
            Phase::Ended(end) => Some(end),
            _ => None,
        }
    }

    /// Returns the settled beads, `settled × n`: those from the first end on whose segments are accepted.
    /// Once the ends are connected, this is the whole path.
    #[must_use]
    pub fn path(&self) -> &[R] {
        front(self.beads.as_ref(), self.state.settled * self.state.dim)
    }

    /// Returns the number of beads added on the settled part of the path, without the ends.
    #[must_use]
    pub const fn added(&self) -> usize {
        let ends = if matches!(self.state.phase, Phase::Ended(StringSamplingEnd::Connected)) { 2 } else { 1 };
        self.state.settled.saturating_sub(ends)
    }

    /// Returns the normalised geodesic length of the settled path: its length divided by the distance of its
    /// ends, at least 1.
    ///
    /// NaN while only the first end is settled. The value is an upper bound, because the trained beads depend
    /// on the trainer.
    #[must_use]
    pub fn length_ratio(&self) -> R {
        let path = self.path();
        length(path, self.state.dim) / chord(path, self.state.dim)
    }

    /// Returns the number of evaluations.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.state.evaluations
    }

    /// Returns the beads and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (B, W) {
        (self.beads, self.workspace)
    }
}

impl<R: Real> Search<'_, R> {
    fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> StringSamplingStep<R> {
        match self.state.phase {
            Phase::End(end) => self.check_end(end, f),
            Phase::Scan { k, highest, at } => self.scan(k, highest, at, f),
            Phase::Train { taken } => self.train(taken, f),
            Phase::Ended(end) => StringSamplingStep::Ended(end),
        }
    }

    /// Returns the row of the next waiting bead.
    const fn next_row(&self) -> usize {
        self.state.capacity - self.state.waiting
    }

    /// Returns the number of times that the segment ending at the next waiting bead was split.
    fn depth(&mut self) -> Option<&mut R> {
        self.parts.depths.get_mut(self.state.waiting - 1)
    }

    fn stop(&mut self, end: StringSamplingEnd<R>) -> StringSamplingStep<R> {
        self.state.phase = Phase::Ended(end);
        StringSamplingStep::Ended(end)
    }

    /// Returns the highest value allowed on an accepted segment.
    fn limit(&self) -> R {
        self.state.config.accept * self.state.config.level
    }

    const SCAN: Phase<R> = Phase::Scan { k: 1, highest: R::ZERO, at: R::HALF };

    fn check_end(&mut self, end: usize, f: &(impl Objective<R> + ?Sized)) -> StringSamplingStep<R> {
        let at = if end == 0 { 0 } else { self.next_row() };
        let Some(bead) = row(self.parts.beads, self.state.dim, at) else {
            return self.stop(StringSamplingEnd::NotFinite);
        };
        let value = f.value(bead, self.parts.scratch);
        self.state.evaluations.count_value();
        if !value.is_finite() {
            return self.stop(StringSamplingEnd::NotFinite);
        }
        if value > self.limit() {
            return self.stop(StringSamplingEnd::EndTooHigh { end, value });
        }
        self.state.phase = if end == 0 { Phase::End(1) } else { Self::SCAN };
        StringSamplingStep::Scanned { value }
    }

    fn scan(&mut self, k: u32, highest: R, at: R, f: &(impl Objective<R> + ?Sized)) -> StringSamplingStep<R> {
        let q = self.next_row();
        let t = R::from_u32(k) / R::from_u32(self.state.config.points.saturating_add(1));
        self.place(q, t);
        let value = f.value(self.parts.point, self.parts.scratch);
        self.state.evaluations.count_value();
        if !value.is_finite() {
            return self.stop(StringSamplingEnd::NotFinite);
        }
        let (highest, at) = if k == 1 || value > highest { (value, t) } else { (highest, at) };
        if k < self.state.config.points {
            self.state.phase = Phase::Scan { k: k + 1, highest, at };
            return StringSamplingStep::Scanned { value };
        }
        if highest <= self.limit() {
            return self.accept(q);
        }
        let limit = R::from_u32(self.state.config.depth);
        if self.depth().is_none_or(|depth| *depth >= limit) {
            return self.stop(StringSamplingEnd::TooDeep);
        }
        if self.state.settled == q {
            return self.stop(StringSamplingEnd::Full);
        }
        let start = if self.state.config.split == SplitAt::Highest { at } else { R::HALF };
        self.place(q, start);
        self.parts.moments.iter_mut().for_each(|moment| moment.fill(R::ZERO));
        self.state.powers = [R::ONE; 2];
        self.state.phase = Phase::Train { taken: 0 };
        StringSamplingStep::Scanned { value }
    }

    /// Places `point` at `t` between the last settled bead and the bead at row `q`.
    fn place(&mut self, q: usize, t: R) {
        let bead = |i| row(self.parts.beads, self.state.dim, i);
        between_any(bead(self.state.settled - 1), bead(q), t, self.parts.point);
    }

    /// Moves the bead at row `q` from waiting to settled.
    fn accept(&mut self, q: usize) -> StringSamplingStep<R> {
        copy_row(self.parts.beads, self.state.dim, q, self.state.settled);
        self.state.settled += 1;
        self.state.waiting -= 1;
        if self.state.waiting == 0 {
            return self.stop(StringSamplingEnd::Connected);
        }
        self.state.phase = Self::SCAN;
        StringSamplingStep::Accepted { settled: self.state.settled }
    }

    fn train(&mut self, taken: u32, f: &(impl Objective<R> + ?Sized)) -> StringSamplingStep<R> {
        let value = f.value_grad(self.parts.point, self.parts.grad, self.parts.scratch);
        self.state.evaluations.count_gradient();
        if !value.is_finite() || !self.parts.grad.iter().all(|g| g.is_finite()) {
            return self.stop(StringSamplingEnd::NotFinite);
        }
        if value <= self.state.config.train_to * self.state.config.level {
            return self.split();
        }
        if taken == self.state.config.train_steps {
            return self.stop(StringSamplingEnd::Untrained { value });
        }
        let moved = match self.state.config.trainer {
            Trainer::Descent { learning_rate, momentum } => {
                let relaxer = Relaxer::descent(learning_rate, momentum);
                let [velocity, _] = &mut self.parts.moments;
                let moved = RelaxState::new().apply(
                    &relaxer,
                    R::ZERO,
                    self.state.dim,
                    self.parts.grad,
                    velocity,
                    self.parts.point,
                );
                moved.is_ok()
            }
            Trainer::Adam { learning_rate } => self.adam(learning_rate, taken == 0),
        };
        if !moved {
            return self.stop(StringSamplingEnd::NotFinite);
        }
        copy(self.parts.grad, self.parts.point);
        self.state.phase = Phase::Train { taken: taken + 1 };
        StringSamplingStep::Trained { value }
    }

    /// Replaces the gradient by the parameters after a step of Adam; returns whether they are finite.
    fn adam(&mut self, learning_rate: R, first: bool) -> bool {
        let [b1, b2, tiny] = [0.9, 0.999, 1e-8].map(R::from_f64);
        if first {
            self.state.unit = unit_scale(self.parts.grad);
        }
        self.state.powers[0] *= b1;
        self.state.powers[1] *= b2;
        let [c1, c2] = self.state.powers.map(|p| R::ONE - p);
        let mut finite = true;
        let [means, squares] = &mut self.parts.moments;
        for (((g, x), m), v) in
            self.parts.grad.iter_mut().zip(&*self.parts.point).zip(&mut **means).zip(&mut **squares)
        {
            let scaled = self.state.unit * *g;
            *m = b1 * *m + (R::ONE - b1) * scaled;
            *v = b2 * *v + (R::ONE - b2) * scaled * scaled;
            *g = *x - learning_rate * (*m / c1) / (sqrt(*v / c2) + tiny);
            finite &= g.is_finite();
        }
        finite
    }

    /// Inserts the trained bead before the waiting ones.
    fn split(&mut self) -> StringSamplingStep<R> {
        let Some(behind) = self.depth() else { return self.stop(StringSamplingEnd::Full) };
        *behind += R::ONE;
        let depth = *behind;
        self.state.waiting += 1;
        if let Some(own) = self.depth() {
            *own = depth;
        }
        let q = self.next_row();
        let Some(bead) = row_mut(self.parts.beads, self.state.dim, q) else {
            return self.stop(StringSamplingEnd::Full);
        };
        copy(self.parts.point, bead);
        self.state.phase = Self::SCAN;
        StringSamplingStep::Split { depth: count(depth) }
    }
}

/// Converts a count that is stored as a real number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an exact count")]
fn count<R: Real>(x: R) -> u32 {
    x.to_f64() as u32
}

#[cfg(test)]
mod tests;
