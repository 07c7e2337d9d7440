//! A band that grows where it needs images.

mod config;
mod layout;
mod search;
mod step;

pub use config::{AutoNebConfig, Cycle, Grow, Insertion, SCHEDULE_CODE, SCHEDULE_CODE_FAST};
pub use layout::AutoNebLayout;
pub use step::{AutoNebEnd, AutoNebStep, CycleReport};

use search::{Search, SearchState};

use super::band::{Band, BandConfig};
use super::relax::Relaxer;
use super::scan::PathReport;
use crate::base::rows::front;
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real, Reason};

/// Automated nudged elastic band: a band that is relaxed, scanned densely, and refined where the scan finds
/// it too coarse (Kolsbjerg, Groves & Hammer 2016; for networks Draxler et al. 2018).
///
/// ```text
/// for each cycle of the schedule:
///     add images (rule of the cycle)
///     relax the band from rest, for the cycle's sweeps and at its learning rate
///     scan all segments densely; keep the path if its saddle is the lowest so far
/// ```
///
/// The reported path is the best of all cycles, not necessarily the last. There are two differences from the
/// published code: the [tangent](super::Tangent), and the redistribution of images after the last move of a
/// cycle as well.
///
/// # Shapes
///
/// | argument    | length                                      | layout                                      |
/// |-------------|---------------------------------------------|---------------------------------------------|
/// | `images`    | `capacity · n`, 3 ≤ capacity                | rows 0 and 1 hold the two ends at the start |
/// | `workspace` | `AutoNebLayout::new(capacity, n, s).len()`  | need not be initialised                     |
///
/// Both memories are owned or lent: an array, a vector, or a mutable borrow of one. The same applies to the
/// schedule.
///
/// `s` is the larger scratch of the two objectives: the one that moves the band and the one that judges it.
/// They differ when the sweeps use minibatches ([`OnBatch`](crate::objective::OnBatch)).
///
/// # Cost
///
/// A step is at most one gradient or value, or one `O(images · n)` move.
///
/// # Examples
///
/// ```
/// use losscape::models::surfaces::CurvyValley;
/// use losscape::path::{AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Cycle, Grow};
///
/// let f = CurvyValley::<f64>::default();
/// let mut images = [0.0; 16 * 2];
/// let [a, b] = CurvyValley::<f64>::MINIMA;
/// images[..2].copy_from_slice(&a);
/// images[2..4].copy_from_slice(&b);
/// let mut workspace = [0.0; AutoNebLayout::new(16, 2, 0).len()];
/// let insert = Cycle { grow: Grow::Insert, sweeps: 200, learning_rate: 0.02 };
/// let schedule = [Cycle { grow: Grow::Line(3), ..insert }, insert, insert, insert, insert];
/// let config = AutoNebConfig::new(&schedule);
/// let mut search = AutoNeb::new(&f, &f, config, &mut images, &mut workspace)?;
/// while !matches!(search.step(&f, &f), AutoNebStep::Ended(_)) {}
/// let report = search.report().unwrap();
/// assert!(report.saddle < 1.05); // the straight line reaches 2.98, the saddle is 1
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct AutoNeb<R: Real, S, I, W> {
    schedule: S,
    config: AutoNebConfig<(), R>,
    band: Band<R, I, W>, // its workspace ends with the search's own
    layout: AutoNebLayout,
    state: SearchState<R>,
}

impl<R, S, I, W> AutoNeb<R, S, I, W>
where
    R: Real,
    S: AsRef<[Cycle]>,
    I: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a search between the first two rows of `images` that moves the band on `f` and judges it by
    /// `full`.
    ///
    /// # Errors
    /// [`ArgError`] as for [`Band::with_count`], and naming `full` (wrong dimension), `schedule` (empty,
    /// first cycle not [`Grow::Line`], a rate not above zero), `threshold` (negative, not finite), `points`
    /// (zero) or `end_grad_norm` (not above zero).
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        full: &(impl Objective<R> + ?Sized),
        config: AutoNebConfig<S, R>,
        images: I,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        ArgError::check_len("full", dim, full.dim())?;
        let schedule = config.schedule.as_ref();
        let Some(first) = schedule.first() else {
            return Err(ArgError::new("schedule", Reason::Empty));
        };
        if !matches!(first.grow, Grow::Line(1..)) {
            return Err(ArgError::new("schedule", Reason::FirstCycle));
        }
        for cycle in schedule {
            ArgError::check_positive("schedule", R::from_f64(cycle.learning_rate))?;
        }
        ArgError::check_non_negative("threshold", R::from_f64(config.insertion.threshold))?;
        ArgError::check_count("points", config.points as usize)?;
        let norm = config.end_grad_norm;
        ArgError::check_range("end_grad_norm", norm, norm > R::ZERO, "above 0")?;
        let capacity = images.as_ref().len() / dim.max(1);
        let layout = AutoNebLayout::new(capacity, dim, f.scratch_len().max(full.scratch_len()));
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let band_config = BandConfig {
            tangent: config.tangent,
            spacing: config.spacing,
            climb_below: R::ZERO,
            relaxer: Relaxer::descent(R::from_f64(first.learning_rate), config.momentum),
            minibatches: config.minibatches,
        };
        let band = Band::with_layout(layout.band, band_config, 2, images, workspace)?;
        let AutoNebConfig {
            schedule,
            insertion,
            points,
            momentum,
            tangent,
            spacing,
            minibatches,
            end_grad_norm,
        } = config;
        let config = AutoNebConfig {
            schedule: (),
            insertion,
            points,
            momentum,
            tangent,
            spacing,
            minibatches,
            end_grad_norm,
        };
        Ok(Self { schedule, config, band, layout, state: SearchState::new() })
    }

    /// Does one bounded unit of work; `f` moves the band and `full` judges it.
    pub fn step(
        &mut self,
        f: &(impl Objective<R> + ?Sized),
        full: &(impl Objective<R> + ?Sized),
    ) -> AutoNebStep<R> {
        let (dim, scratch_len) = (self.band.dim(), self.layout.band.scratch_len());
        if f.dim() != dim || full.dim() != dim || f.scratch_len().max(full.scratch_len()) > scratch_len {
            return AutoNebStep::MemoryChanged;
        }
        let Some((band, rest)) = self.band.open() else { return AutoNebStep::MemoryChanged };
        let Some(own) = self.layout.split(rest) else { return AutoNebStep::MemoryChanged };
        let (schedule, config, state) = (self.schedule.as_ref(), &self.config, &mut self.state);
        Search { schedule, config, state, band, own }.step(f, full)
    }

    /// Returns the band in its current state.
    #[must_use]
    pub const fn band(&self) -> &Band<R, I, W> {
        &self.band
    }

    /// Returns the best path so far, `images × n`; empty before the first cycle has ended.
    #[must_use]
    pub fn path(&self) -> &[R] {
        front(self.band.rest(), self.state.best_count * self.band.dim())
    }

    /// Returns the schedule, the images and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (S, I, W) {
        let (images, workspace) = self.band.into_parts();
        (self.schedule, images, workspace)
    }

    /// Returns the dense scan of the best path so far.
    #[must_use]
    pub const fn report(&self) -> Option<&PathReport<R>> {
        self.state.report.as_ref()
    }

    /// Returns the number of evaluations, including those of the end checks and the scans.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.band.evaluations().plus(self.state.extra)
    }
}

#[cfg(test)]
mod tests;
