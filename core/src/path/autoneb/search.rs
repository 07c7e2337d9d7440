//! The steps of a search.

use super::layout::SearchParts;
use super::{AutoNebConfig, AutoNebEnd, AutoNebStep, Cycle, CycleReport, Grow};
use crate::base::rows::{copy, front, row};
use crate::base::vector::norm;
use crate::objective::Evaluations;
use crate::path::band::{BandChain, BandStep};
use crate::path::location::Location;
use crate::path::relax::Relaxer;
use crate::path::scan::{DenseScan, PathReport, ScanStep};
use crate::{Objective, Real};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase<R: Real> {
    CheckEnd(usize),
    Grow,
    Relax { left: u32 },
    Scan,
    Ended(AutoNebEnd<R>),
}

/// The state of a search without its settings, its band and its memory.
#[derive(Debug)]
pub(super) struct SearchState<R: Real> {
    pub(super) best_count: usize,
    pub(super) report: Option<PathReport<R>>,
    scan: Option<DenseScan<R>>,
    scanned: usize, // segments of the last scan that have a departure
    range: R,       // of the images' values in the last scan
    cycle: usize,
    phase: Phase<R>,
    pub(super) extra: Evaluations,
}

impl<R: Real> SearchState<R> {
    pub(super) fn new() -> Self {
        Self {
            best_count: 0,
            report: None,
            scan: None,
            scanned: 0,
            range: R::ZERO,
            cycle: 0,
            phase: Phase::CheckEnd(0),
            extra: Evaluations::default(),
        }
    }
}

/// A search whose memory is split into parts.
pub(super) struct Search<'w, R: Real> {
    pub(super) schedule: &'w [Cycle],
    pub(super) config: &'w AutoNebConfig<(), R>,
    pub(super) state: &'w mut SearchState<R>,
    pub(super) band: BandChain<'w, R>,
    pub(super) own: SearchParts<'w, R>,
}

impl<R: Real> Search<'_, R> {
    pub(super) fn step(
        &mut self,
        f: &(impl Objective<R> + ?Sized),
        full: &(impl Objective<R> + ?Sized),
    ) -> AutoNebStep<R> {
        match self.state.phase {
            Phase::CheckEnd(end) => self.check_end(end, full),
            Phase::Grow => self.grow(),
            Phase::Relax { left: left @ 1.. } => match self.band.step(f) {
                BandStep::Evaluated(image) => AutoNebStep::Evaluated(image),
                BandStep::Moved { sweep, residual } => {
                    self.state.phase = Phase::Relax { left: left - 1 };
                    AutoNebStep::Moved { sweep, residual }
                }
                BandStep::NotFinite { .. } => self.end(AutoNebEnd::NotFinite),
                BandStep::MemoryChanged => AutoNebStep::MemoryChanged,
            },
            Phase::Relax { left: 0 } | Phase::Scan => self.scan(full),
            Phase::Ended(end) => AutoNebStep::Ended(end),
        }
    }

    fn end(&mut self, end: AutoNebEnd<R>) -> AutoNebStep<R> {
        self.state.phase = Phase::Ended(end);
        AutoNebStep::Ended(end)
    }

    fn check_end(&mut self, end: usize, full: &(impl Objective<R> + ?Sized)) -> AutoNebStep<R> {
        let (dim, last) = (self.band.state.dim, self.band.state.count - 1);
        let parts = &mut self.band.parts;
        let Some(params) = row(parts.images, dim, if end == 0 { 0 } else { last }) else {
            return AutoNebStep::MemoryChanged;
        };
        let value = full.value_grad(params, parts.direction, parts.scratch);
        let grad_norm = norm(parts.direction);
        self.state.extra.count_gradient();
        if !value.is_finite() || !grad_norm.is_finite() {
            return self.end(AutoNebEnd::NotFinite);
        }
        if grad_norm > self.config.end_grad_norm {
            return self.end(AutoNebEnd::NotMinimum { end, grad_norm });
        }
        self.state.phase = if end == 0 { Phase::CheckEnd(1) } else { Phase::Grow };
        AutoNebStep::EndChecked { end, grad_norm }
    }

    fn grow(&mut self) -> AutoNebStep<R> {
        let Some(&cycle) = self.schedule.get(self.state.cycle) else {
            return self.end(AutoNebEnd::Completed);
        };
        let full = match cycle.grow {
            Grow::Keep => false,
            Grow::Line(inner) => {
                let wanted = usize::try_from(inner).unwrap_or(usize::MAX).saturating_add(2);
                let count = wanted.min(self.band.parts.values.len());
                self.band.straighten(count);
                count < wanted
            }
            Grow::Insert => self.insert(),
        };
        self.band.restart(Relaxer::descent(R::from_f64(cycle.learning_rate), self.config.momentum));
        self.state.phase = Phase::Relax { left: cycle.sweeps };
        AutoNebStep::Grown { images: self.band.state.count, full }
    }

    /// Adds images by the rule; returns whether one did not fit.
    fn insert(&mut self) -> bool {
        let limit = R::from_f64(self.config.insertion.threshold) * self.state.range;
        for _ in 0..self.config.insertion.count {
            let own = &mut self.own;
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
            // This segment is done. A negative `alpha` marks it, to count the images inserted before later
            // segments.
            let place = *alpha;
            (*height, *alpha) = (R::ZERO, -R::ONE);
            let before = own.alphas.iter().take(segment).filter(|alpha| **alpha < R::ZERO).count();
            if self.band.insert(Location { segment: segment + before, alpha: place }).is_err() {
                return true;
            }
        }
        false
    }

    fn scan(&mut self, full: &(impl Objective<R> + ?Sized)) -> AutoNebStep<R> {
        let (dim, count) = (self.band.state.dim, self.band.state.count);
        let (parts, own) = (&mut self.band.parts, &mut self.own);
        let images = front(parts.images, count * dim);
        self.state.phase = Phase::Scan;
        if self.state.scan.is_none() {
            own.heights.fill(R::ZERO);
            self.state.scanned = 0;
        }
        let scan = self.state.scan.get_or_insert_with(|| DenseScan::of(images, dim, self.config.points));
        match scan.step(full, images, parts.direction, parts.scratch) {
            ScanStep::Image { image, .. } => {
                let (segment, alpha) = if image == 0 { (0, R::ZERO) } else { (image - 1, R::ONE) };
                AutoNebStep::Scanned(Location { segment, alpha })
            }
            ScanStep::Point { at, departure, .. } => {
                let highest = own.heights.get_mut(at.segment).zip(own.alphas.get_mut(at.segment));
                if let Some((height, alpha)) = highest
                    && (at.segment == self.state.scanned || departure > *height)
                {
                    (*height, *alpha) = (departure, at.alpha);
                    self.state.scanned = at.segment + 1;
                }
                AutoNebStep::Scanned(at)
            }
            ScanStep::NotFinite { .. } => self.end(AutoNebEnd::NotFinite),
            ScanStep::MemoryChanged => AutoNebStep::MemoryChanged,
            ScanStep::Done(path) => {
                self.state.scan = None;
                self.state.range = path.highest_image - path.lowest_image;
                self.state.extra.values = self.state.extra.values.saturating_add(path.values);
                let best = self.state.report.is_none_or(|r| path.saddle < r.saddle);
                if best {
                    self.state.report = Some(path);
                    copy(images, own.best);
                    self.state.best_count = count;
                }
                let cycle = self.state.cycle;
                self.state.cycle += 1;
                self.state.phase = Phase::Grow;
                AutoNebStep::CycleDone(CycleReport { cycle, images: count, path, best })
            }
        }
    }
}
