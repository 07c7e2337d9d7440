//! The search: AutoNEB between two ends, then, if wanted, a band whose highest image climbs.

use std::rc::Rc;

use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::objective::OnBatch;
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout, BandStep,
    Cycle, CycleReport, DenseScan, Grow, PathReport, Relaxer, ScanStep,
};
use losscape::sgd::{Batch, BatchOrder, Minibatches};
use losscape::{ArgError, Objective, SampledObjective};
use losscape_wasm_loops::NetLoss;

use super::problem::{PathsSettings, Problem};
use super::route::{PIVOTS, SCAN};

/// Room for images: the most pivots, and the ends.
const CAPACITY: usize = PIVOTS as usize + 2;

const MOMENTUM: f32 = 0.9;

/// The next unit of work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Search,
    Climb,
    Scan,
    Done,
    NotFinite,
}

struct Climb {
    band: Band<f32, Vec<f32>, Vec<f32>>,
    scan: DenseScan,
    point: Vec<f32>,
    scratch: Vec<f32>,
}

/// The plan of a search: how often to do each part.
#[derive(Clone, Copy)]
struct Plan {
    cycles: u32,
    sweeps: u32,
    climb: u32,
    rate: f32,
}

/// A search on its way.
pub(crate) struct Search {
    problem: Rc<Problem>,
    search: AutoNeb<f32, Vec<Cycle>, Vec<f32>, Vec<f32>>,
    batches: Option<Minibatches<Vec<u32>>>,
    batch: Vec<u32>,
    climb: Option<Climb>,
    phase: Phase,
    residual: f32,
    rng: Xoshiro128PlusPlus,
    plan: Plan,
    steps: u32,
    cycles: Vec<CycleReport>,
    history: Vec<(u32, f32)>,
    /// The images after the last whole move, and the gradients spent by then: a pause in the middle of a move, before which
    /// a cycle may have added images, shows what a replay to this move comes to.
    images: Vec<f32>,
    gradients: u32,
}

/// Moves from one entry of the history to the next.
const EVERY: u32 = 10;

impl Search {
    pub(crate) fn new(
        problem: &Rc<Problem>,
        settings: &PathsSettings,
        a: &[f32],
        b: &[f32],
    ) -> Result<Self, ArgError> {
        // What may be refused comes first, while there is nothing to give back.
        let objective = problem.objective()?;
        let (dim, samples) = (a.len(), objective.samples());
        let batches = if problem.minibatches {
            let samples = u32::try_from(samples).unwrap_or(u32::MAX);
            let order = vec![0; samples as usize];
            Some(Minibatches::new(BatchOrder::ShuffledEpochs, samples, problem.batch, order)?)
        } else {
            None
        };
        let plan = Plan {
            cycles: settings.cycles,
            sweeps: problem.sweeps,
            climb: if settings.climb { problem.climb } else { 0 },
            rate: settings.learning_rate,
        };
        let insert = Cycle { grow: Grow::Insert, sweeps: plan.sweeps, learning_rate: f64::from(plan.rate) };
        let mut schedule = vec![insert; plan.cycles as usize];
        if let Some(first) = schedule.first_mut() {
            first.grow = Grow::Line(settings.pivots);
        }
        let mut images = vec![0.0; CAPACITY * dim];
        images[..dim].copy_from_slice(a);
        images[dim..2 * dim].copy_from_slice(b);
        let config = AutoNebConfig {
            points: SCAN,
            momentum: MOMENTUM,
            minibatches: problem.minibatches,
            ..AutoNebConfig::new(schedule)
        };
        // Room enough for all samples, and for a batch of them.
        let all = vec![0; samples];
        let largest = OnBatch::new(&objective, &all);
        let workspace = vec![0.0; AutoNebLayout::new(CAPACITY, dim, largest.scratch_len()).len()];
        let (full, largest): (&dyn Objective, &dyn Objective) = (&objective, &largest);
        let search = AutoNeb::new(largest, full, config, images, workspace)?;
        let mut search = Self {
            problem: Rc::clone(problem),
            search,
            batches,
            batch: Vec::new(),
            climb: None,
            phase: Phase::Search,
            residual: 0.0,
            rng: stream(settings.seed_a.into(), 3),
            plan,
            steps: 0,
            cycles: Vec::new(),
            history: Vec::new(),
            images: Vec::new(),
            gradients: 0,
        };
        search.stand();
        search.draw();
        Ok(search)
    }

    /// Makes at most `work` units of work, until the band has moved `target` times and what follows the last
    /// of these moves, a scan say, is done; returns whether it is.
    ///
    /// # Errors
    /// None: the problem was accepted when the search was made.
    pub(crate) fn advance(&mut self, target: u32, work: u32) -> Result<bool, ArgError> {
        let problem = Rc::clone(&self.problem);
        let objective = problem.objective()?;
        let mut left = work;
        loop {
            let pending = match self.phase {
                Phase::Search => {
                    let done = u32::try_from(self.cycles.len()).unwrap_or(u32::MAX);
                    done == self.plan.cycles || self.steps == (done + 1) * self.plan.sweeps
                }
                Phase::Climb => false,
                Phase::Scan => true,
                Phase::Done | Phase::NotFinite => return Ok(true),
            };
            if self.steps >= target && !pending {
                return Ok(true);
            }
            if left == 0 {
                return Ok(false);
            }
            left -= 1;
            match self.step(&objective) {
                Did::Moved { highest } => {
                    self.steps += 1;
                    self.stand();
                    if self.steps.is_multiple_of(EVERY) {
                        self.history.push((self.steps, highest));
                    }
                }
                Did::Cycle(report) => self.cycles.push(report),
                Did::Other => (),
            }
        }
    }

    /// How often the band has moved.
    pub(crate) const fn steps(&self) -> u32 {
        self.steps
    }

    /// How often it will have moved.
    pub(crate) const fn total(&self) -> u32 {
        self.plan.cycles * self.plan.sweeps + self.plan.climb
    }

    pub(crate) fn not_finite(&self) -> bool {
        self.phase == Phase::NotFinite
    }

    pub(crate) fn cycles(&self) -> &[CycleReport] {
        &self.cycles
    }

    /// The moves at which the band's highest image was noted, and its value before them.
    pub(crate) fn history(&self) -> &[(u32, f32)] {
        &self.history
    }

    /// The images of the band after its last move.
    pub(crate) fn band(&self) -> &[f32] {
        &self.images
    }

    /// The best path so far with its dense scan, if a cycle has ended.
    pub(crate) fn best(&self) -> Option<(&[f32], PathReport)> {
        let report = self.search.report()?;
        Some(match &self.climb {
            Some(climb) if self.phase == Phase::Done && climb.scan.report().saddle < report.saddle => {
                (climb.band.images(), *climb.scan.report())
            }
            _ => (self.search.path(), *report),
        })
    }

    /// Where the climb has ended: the image that climbed, and its value.
    pub(crate) fn climbed(&self) -> Option<(&[f32], f32)> {
        let climb = self.climb.as_ref().filter(|_| self.phase == Phase::Done)?;
        let (band, top) = (&climb.band, climb.band.highest());
        Some((band.images().chunks_exact(band.dim()).nth(top)?, band.values()[top]))
    }

    /// The largest gradient across the band before its last move.
    pub(crate) const fn residual(&self) -> f32 {
        self.residual
    }

    /// Gradients spent on all moves.
    pub(crate) const fn gradients(&self) -> u32 {
        self.gradients
    }

    /// Takes down what the band has come to.
    fn stand(&mut self) {
        self.gradients = self.search.evaluations().gradients;
        let mut band = self.search.band().images();
        if let Some(climb) = &self.climb {
            self.gradients = self.gradients.saturating_add(climb.band.evaluations().gradients);
            band = climb.band.images();
        }
        self.images.clear();
        self.images.extend_from_slice(band);
    }

    /// Draws the batch of the next sweep.
    fn draw(&mut self) {
        if let Some(Batch::Samples(batch)) =
            self.batches.as_mut().map(|batches| batches.next_batch(&mut self.rng))
        {
            self.batch.clear();
            self.batch.extend_from_slice(batch);
        }
    }

    /// One bounded unit of work.
    fn step(&mut self, objective: &NetLoss<'_>) -> Did {
        match self.phase {
            Phase::Search => self.step_search(objective),
            Phase::Climb => self.step_climb(objective),
            Phase::Scan => {
                self.step_scan(objective);
                Did::Other
            }
            Phase::Done | Phase::NotFinite => Did::Other,
        }
    }

    fn step_search(&mut self, full: &NetLoss<'_>) -> Did {
        let batch;
        // One code for both, since every type makes its own copy of the search.
        let moving: &dyn Objective = if self.batches.is_some() {
            batch = OnBatch::new(full, &self.batch);
            &batch
        } else {
            full
        };
        match self.search.step(moving, full as &dyn Objective) {
            AutoNebStep::Moved { residual, .. } => {
                self.residual = residual;
                self.draw();
                let band = self.search.band();
                Did::Moved { highest: band.values()[band.highest()] }
            }
            AutoNebStep::CycleDone(report) => Did::Cycle(report),
            AutoNebStep::Ended(AutoNebEnd::Completed) => {
                self.phase = if self.plan.climb == 0 { Phase::Done } else { self.start_climb(full) };
                Did::Other
            }
            AutoNebStep::Ended(_) | AutoNebStep::MemoryChanged => {
                self.phase = Phase::NotFinite;
                Did::Other
            }
            _ => Did::Other,
        }
    }

    /// A band of the best path's images.
    fn start_climb(&mut self, full: &dyn Objective) -> Phase {
        let path = self.search.path();
        let dim = full.dim();
        let workspace = vec![0.0; BandLayout::new(path.len() / dim, dim, full.scratch_len()).len()];
        let relaxer = Relaxer::descent(self.plan.rate, MOMENTUM);
        let config = BandConfig { climb_below: f32::INFINITY, ..BandConfig::new(relaxer) };
        let band = Band::new(full, config, path.to_vec(), workspace);
        let scan = DenseScan::new(path, dim, SCAN);
        // Neither refuses the path of a search that has ended well.
        let (Ok(band), Ok(scan)) = (band, scan) else { return Phase::Done };
        let scratch = vec![0.0; full.scratch_len()];
        self.climb = Some(Climb { band, scan, point: vec![0.0; dim], scratch });
        self.stand();
        Phase::Climb
    }

    fn step_climb(&mut self, objective: &dyn Objective) -> Did {
        let Some(Climb { band, scan, .. }) = &mut self.climb else { return Did::Other };
        match band.step(objective) {
            BandStep::Moved { sweep, residual } => {
                self.residual = residual;
                let highest = band.values()[band.highest()];
                if sweep == self.plan.climb {
                    self.phase = match DenseScan::new(band.images(), band.dim(), SCAN) {
                        Ok(last) => {
                            *scan = last;
                            Phase::Scan
                        }
                        Err(_) => Phase::NotFinite,
                    };
                }
                Did::Moved { highest }
            }
            BandStep::Evaluated(_) => Did::Other,
            BandStep::NotFinite { .. } | BandStep::MemoryChanged => {
                self.phase = Phase::NotFinite;
                Did::Other
            }
        }
    }

    fn step_scan(&mut self, objective: &dyn Objective) {
        let Some(Climb { band, scan, point, scratch }) = &mut self.climb else { return };
        match scan.step(objective, band.images(), point, scratch) {
            ScanStep::Done(_) => self.phase = Phase::Done,
            ScanStep::NotFinite { .. } | ScanStep::MemoryChanged => self.phase = Phase::NotFinite,
            ScanStep::Image { .. } | ScanStep::Point { .. } => (),
        }
    }
}
/// The unit of work done.
enum Did {
    /// The band has moved; before, its highest image was this high.
    Moved {
        highest: f32,
    },
    Cycle(CycleReport),
    Other,
}
