//! A band that grows where it needs images.

mod config;
mod layout;
mod step;

pub use config::{AutoNebConfig, Cycle, Grow, Insertion, SCHEDULE_CODE, SCHEDULE_CODE_FAST};
pub use layout::AutoNebLayout;
pub use step::{AutoNebEnd, AutoNebStep, CycleReport};

use layout::SearchParts;

use super::band::{AtHand, Band, BandConfig, BandStep};
use super::location::Location;
use super::relax::Relaxer;
use super::scan::{DenseScan, PathReport, ScanStep};
use crate::base::rows::{copy, front, row};
use crate::base::vector::norm;
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real, Reason};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    CheckEnd(usize),
    Grow,
    Relax { left: u32 },
    Scan,
    Ended(AutoNebEnd<R>),
}

/// Automated nudged elastic band: a band that is relaxed, scanned densely, and given images where the scan finds it coarse
/// (Kolsbjerg, Groves & Hammer 2016; for networks Draxler et al. 2018).
///
/// ```text
/// for each cycle of the schedule:
///     add images (rule of the cycle)
///     relax the band for the cycle's sweeps, at its rate, the momentum at rest at the start
///     scan all segments densely; keep the path if its saddle is the lowest so far
/// ```
///
/// The path reported is the best of all cycles, not necessarily the last. Two things differ from the published
/// code: the [tangent](super::Tangent), and that images are laid out anew after the last move of a cycle too.
///
/// # Shapes
///
/// | argument    | length                                      | layout                                      |
/// |-------------|---------------------------------------------|---------------------------------------------|
/// | `images`    | `capacity · n`, 3 ≤ capacity                | rows 0 and 1 hold the two ends at the start |
/// | `workspace` | `AutoNebLayout::new(capacity, n, s).len()`  | need not be initialised                     |
///
/// Both memories are owned or lent: an array, a vector, or a mutable borrow of one. So is the schedule.
///
/// `s` is the larger scratch of the two objectives: the one the band moves on, and the one it is judged by.
/// They differ when the sweeps see minibatches ([`OnBatch`](crate::objective::OnBatch)).
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
    config: AutoNebConfig<S, R>,
    band: Band<R, I, W>, // its workspace ends with the search's own
    layout: AutoNebLayout,
    best_count: usize,
    report: Option<PathReport<R>>,
    scan: Option<DenseScan<R>>,
    scanned: usize, // segments of the last scan that have a departure
    range: R,       // of the images' values in the last scan
    cycle: usize,
    phase: Phase<R>,
    extra: Evaluations,
}

impl<R, S, I, W> AutoNeb<R, S, I, W>
where
    R: Real,
    S: AsRef<[Cycle]>,
    I: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// A search between the first two rows of `images`, moving on `f` and judged by `full`.
    ///
    /// # Errors
    /// [`ArgError`] as for [`Band::with_count`], and naming `full` (another dimension), `schedule` (empty, its first
    /// cycle not [`Grow::Line`], a rate not above zero), `threshold` (negative, not finite), `points` (none) or
    /// `end_grad_norm` (not above zero).
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
        Ok(Self {
            config,
            band,
            layout,
            best_count: 0,
            report: None,
            scan: None,
            scanned: 0,
            range: R::ZERO,
            cycle: 0,
            phase: Phase::CheckEnd(0),
            extra: Evaluations::default(),
        })
    }

    /// One bounded unit of work. `f` is the objective the band moves on, `full` the one it is judged by.
    pub fn step(
        &mut self,
        f: &(impl Objective<R> + ?Sized),
        full: &(impl Objective<R> + ?Sized),
    ) -> AutoNebStep<R> {
        let changed = full.dim() != self.band.dim() || full.scratch_len() > self.layout.band.scratch_len();
        if changed || self.at_hand().is_none() {
            return AutoNebStep::MemoryChanged;
        }
        match self.phase {
            Phase::CheckEnd(end) => self.check_end(end, full),
            Phase::Grow => self.grow(),
            Phase::Relax { left: 0 } => {
                self.phase = Phase::Scan;
                self.step_scan(full)
            }
            Phase::Relax { left } => match self.band.step(f) {
                BandStep::Evaluated(image) => AutoNebStep::Evaluated(image),
                BandStep::Moved { sweep, residual } => {
                    self.phase = Phase::Relax { left: left - 1 };
                    AutoNebStep::Moved { sweep, residual }
                }
                BandStep::NotFinite { .. } => self.end(AutoNebEnd::NotFinite),
                BandStep::MemoryChanged => AutoNebStep::MemoryChanged,
            },
            Phase::Scan => self.step_scan(full),
            Phase::Ended(end) => AutoNebStep::Ended(end),
        }
    }

    /// The band's memory and the search's own.
    fn at_hand(&mut self) -> Option<(AtHand<'_, R>, SearchParts<'_, R>)> {
        let layout = self.layout;
        let (band, rest) = self.band.at_hand()?;
        Some((band, layout.split(rest)?))
    }

    fn end(&mut self, end: AutoNebEnd<R>) -> AutoNebStep<R> {
        self.phase = Phase::Ended(end);
        AutoNebStep::Ended(end)
    }

    fn check_end(&mut self, end: usize, full: &(impl Objective<R> + ?Sized)) -> AutoNebStep<R> {
        let (dim, last) = (self.band.dim(), self.band.len() - 1);
        let Some((AtHand { images, point: grad, scratch }, _)) = self.at_hand() else {
            return AutoNebStep::MemoryChanged;
        };
        let Some(params) = row(images, dim, if end == 0 { 0 } else { last }) else {
            return AutoNebStep::MemoryChanged;
        };
        let value = full.value_grad(params, grad, scratch);
        let grad_norm = norm(grad);
        self.extra.count_gradient();
        if !value.is_finite() || !grad_norm.is_finite() {
            return self.end(AutoNebEnd::NotFinite);
        }
        if grad_norm > self.config.end_grad_norm {
            return self.end(AutoNebEnd::NotMinimum { end, grad_norm });
        }
        self.phase = if end == 0 { Phase::CheckEnd(1) } else { Phase::Grow };
        AutoNebStep::EndChecked { end, grad_norm }
    }

    fn grow(&mut self) -> AutoNebStep<R> {
        let Some(cycle) = self.config.schedule.as_ref().get(self.cycle).copied() else {
            return self.end(AutoNebEnd::Completed);
        };
        let full = match cycle.grow {
            Grow::Keep => false,
            Grow::Line(inner) => {
                let wanted = usize::try_from(inner).unwrap_or(usize::MAX).saturating_add(2);
                let count = wanted.min(self.band.capacity());
                self.band.straighten(count);
                count < wanted
            }
            Grow::Insert => self.insert(),
        };
        let rate = R::from_f64(cycle.learning_rate);
        if self.band.restart(Relaxer::descent(rate, self.config.momentum)).is_err() {
            return AutoNebStep::MemoryChanged;
        }
        self.phase = Phase::Relax { left: cycle.sweeps };
        AutoNebStep::Grown { images: self.band.len(), full }
    }

    /// Adds images by the rule; tells whether one did not fit.
    fn insert(&mut self) -> bool {
        let limit = R::from_f64(self.config.insertion.threshold) * self.range;
        for _ in 0..self.config.insertion.count {
            let Some((_, own)) = self.at_hand() else { return true };
            let mut best: Option<(usize, R)> = None;
            for (segment, height) in own.heights.iter().enumerate() {
                if *height > limit && best.is_none_or(|(_, highest)| *height > highest) {
                    best = Some((segment, *height));
                }
            }
            let Some((segment, _)) = best else { return false };
            let (Some(height), Some(alpha)) = (own.heights.get_mut(segment), own.alphas.get_mut(segment))
            else {
                return true;
            };
            // Done with; a place below zero tells how many images were put before the others.
            let place = *alpha;
            (*height, *alpha) = (R::ZERO, -R::ONE);
            let before = own.alphas.iter().take(segment).filter(|alpha| **alpha < R::ZERO).count();
            if self.band.insert(Location { segment: segment + before, alpha: place }).is_err() {
                return true;
            }
        }
        false
    }

    fn step_scan(&mut self, full: &(impl Objective<R> + ?Sized)) -> AutoNebStep<R> {
        let (dim, points) = (self.band.dim(), self.config.points);
        let layout = self.layout;
        let Some((AtHand { images, point, scratch }, own)) =
            self.band.at_hand().and_then(|(band, rest)| Some((band, layout.split(rest)?)))
        else {
            return AutoNebStep::MemoryChanged;
        };
        if self.scan.is_none() {
            own.heights.fill(R::ZERO);
            self.scanned = 0;
        }
        let scan = self.scan.get_or_insert_with(|| DenseScan::of(images, dim, points));
        match scan.step(full, images, point, scratch) {
            ScanStep::Image { image, .. } => {
                let (segment, alpha) = if image == 0 { (0, R::ZERO) } else { (image - 1, R::ONE) };
                AutoNebStep::Scanned(Location { segment, alpha })
            }
            ScanStep::Point { at, departure, .. } => {
                let highest = own.heights.get_mut(at.segment).zip(own.alphas.get_mut(at.segment));
                if let Some((height, alpha)) = highest
                    && (at.segment == self.scanned || departure > *height)
                {
                    (*height, *alpha) = (departure, at.alpha);
                    self.scanned = at.segment + 1;
                }
                AutoNebStep::Scanned(at)
            }
            ScanStep::NotFinite { .. } => self.end(AutoNebEnd::NotFinite),
            ScanStep::MemoryChanged => AutoNebStep::MemoryChanged,
            ScanStep::Done(path) => {
                self.scan = None;
                self.range = path.highest_image - path.lowest_image;
                self.extra.values = self.extra.values.saturating_add(path.values);
                let best = self.report.is_none_or(|r| path.saddle < r.saddle);
                if best {
                    self.report = Some(path);
                    copy(images, own.best);
                    self.best_count = self.band.len();
                }
                let cycle = self.cycle;
                self.cycle += 1;
                self.phase = Phase::Grow;
                AutoNebStep::CycleDone(CycleReport { cycle, images: self.band.len(), path, best })
            }
        }
    }

    /// The band as it is now.
    #[must_use]
    pub const fn band(&self) -> &Band<R, I, W> {
        &self.band
    }

    /// The best path so far, `images × n`; empty before the first cycle has ended.
    #[must_use]
    pub fn path(&self) -> &[R] {
        front(self.band.rest(), self.best_count * self.band.dim())
    }

    /// The schedule, the images and the workspace, given back.
    #[must_use]
    pub fn into_parts(self) -> (S, I, W) {
        let (images, workspace) = self.band.into_parts();
        (self.config.schedule, images, workspace)
    }

    /// The dense scan of the best path so far.
    #[must_use]
    pub const fn report(&self) -> Option<&PathReport<R>> {
        self.report.as_ref()
    }

    /// Evaluations spent: on the checks of the ends, the band and the scans.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.band.evaluations().plus(self.extra)
    }
}

#[cfg(test)]
mod tests;
