//! The search: AutoNEB between two ends, then, if wanted, a band whose highest image climbs.

use std::rc::Rc;

use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::objective::{Evaluations, OnBatch};
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebStep, Band, BandConfig, BandStep, Cycle, CycleReport,
    DenseScan, Grow, PathReport, Relaxer, ScanStep,
};
use losscape::sgd::{Batch, BatchOrder, Minibatches};
use losscape::{ArgError, Objective};
use losscape_wasm_loops::NetLoss;
use self_cell::MutBorrow;

use super::problem::{PIVOTS, PathsSettings, Problem};

/// Room for images: the most pivots, and the ends.
const CAPACITY: usize = PIVOTS as usize + 2;

/// Points of a dense scan in each segment.
pub(crate) const SCAN: u32 = 9;

const MOMENTUM: f32 = 0.9;

struct Memory {
    problem: Rc<Problem>,
    schedule: Vec<Cycle>,
    images: Vec<f32>,
    workspace: Vec<f32>,
    climb_images: Vec<f32>,
    climb_workspace: Vec<f32>,
    order: Vec<u32>,
}

struct Run<'a> {
    objective: NetLoss<'a>,
    search: AutoNeb<'a, f32, CAPACITY>,
    batches: Option<Minibatches<&'a mut [u32]>>,
    batch: Vec<u32>,
    climb_memory: Option<(&'a mut [f32], &'a mut [f32])>,
    climb: Option<Climb<'a>>,
    phase: Phase,
    residual: f32,
}

/// What is done next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Search,
    Climb,
    Scan,
    Done,
    NotFinite,
}

struct Climb<'a> {
    band: Band<'a>,
    scan: DenseScan,
    point: Vec<f32>,
    scratch: Vec<f32>,
}

self_cell::self_cell!(
    struct RunInMemory {
        owner: MutBorrow<Memory>,
        #[not_covariant]
        dependent: Run,
    }
);

/// What is to be done, and how often.
#[derive(Clone, Copy)]
struct Plan {
    cycles: u32,
    sweeps: u32,
    climb: u32,
    rate: f32,
}

/// A search on its way.
pub(crate) struct Search {
    run: RunInMemory,
    rng: Xoshiro128PlusPlus,
    plan: Plan,
    steps: u32,
    cycles: Vec<CycleReport>,
    history: Vec<(u32, f32)>,
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
        let dim = a.len();
        let plan = Plan {
            cycles: settings.cycles,
            sweeps: problem.sweeps,
            climb: if settings.climb { problem.climb } else { 0 },
            rate: settings.learning_rate,
        };
        let insert = Cycle { grow: Grow::Insert, sweeps: plan.sweeps, learning_rate: f64::from(plan.rate) };
        let line = Cycle { grow: Grow::Line(settings.pivots), ..insert };
        let schedule = (0..plan.cycles).map(|k| if k == 0 { line } else { insert }).collect();
        let samples = problem.data()?.len();
        let objective = problem.objective(problem.data()?)?;
        // Enough for all samples and for a batch of them.
        let scratch = OnBatch::new(&objective, &vec![0; samples]).scratch_len();
        let mut images = vec![0.0; CAPACITY * dim];
        images[..dim].copy_from_slice(a);
        images[dim..2 * dim].copy_from_slice(b);
        let memory = Memory {
            problem: Rc::clone(problem),
            schedule,
            workspace: vec![0.0; AutoNeb::<f32, CAPACITY>::workspace_len(CAPACITY, dim, scratch)],
            climb_images: vec![0.0; CAPACITY * dim],
            climb_workspace: vec![0.0; Band::<f32>::workspace_len(CAPACITY, dim, scratch)],
            order: vec![0; samples],
            images,
        };
        let mut rng = stream(settings.seed_a.into(), 3);
        let run = RunInMemory::try_new(MutBorrow::new(memory), |memory| {
            let Memory { problem, schedule, images, workspace, climb_images, climb_workspace, order } =
                memory.borrow_mut();
            let objective = problem.objective(problem.data()?)?;
            let mut batches = None;
            if problem.minibatches {
                let samples = u32::try_from(samples).unwrap_or(u32::MAX);
                batches = Some(Minibatches::new(
                    BatchOrder::ShuffledEpochs,
                    samples,
                    problem.batch,
                    &mut order[..],
                )?);
            }
            let config = AutoNebConfig {
                points: SCAN,
                momentum: MOMENTUM,
                minibatches: problem.minibatches,
                ..AutoNebConfig::new(schedule)
            };
            let full: &dyn Objective = &objective;
            let search = AutoNeb::new(full, full, config, images, workspace)?;
            let mut run = Run {
                objective,
                search,
                batches,
                batch: Vec::new(),
                climb_memory: Some((climb_images, climb_workspace)),
                climb: None,
                phase: Phase::Search,
                residual: 0.0,
            };
            run.draw(&mut rng);
            Ok::<_, ArgError>(run)
        })?;
        Ok(Self { run, rng, plan, steps: 0, cycles: Vec::new(), history: Vec::new() })
    }

    /// Makes at most `work` units of work, until the band has moved `target` times and what follows the last
    /// of these moves, a scan say, is done; returns whether it is.
    pub(crate) fn advance(&mut self, target: u32, work: u32) -> bool {
        let Self { run, rng, plan, steps, cycles, history } = self;
        run.with_dependent_mut(|_, run| {
            let mut left = work;
            loop {
                let pending = match run.phase {
                    Phase::Search => {
                        let done = u32::try_from(cycles.len()).unwrap_or(u32::MAX);
                        done == plan.cycles || *steps == (done + 1) * plan.sweeps
                    }
                    Phase::Climb => false,
                    Phase::Scan => true,
                    Phase::Done | Phase::NotFinite => return true,
                };
                if *steps >= target && !pending {
                    return true;
                }
                if left == 0 {
                    return false;
                }
                left -= 1;
                match run.step(rng, *plan) {
                    Did::Moved { highest } => {
                        *steps += 1;
                        if steps.is_multiple_of(EVERY) {
                            history.push((*steps, highest));
                        }
                    }
                    Did::Cycle(report) => cycles.push(report),
                    Did::Other => (),
                }
            }
        })
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
        self.run.with_dependent(|_, run| run.phase == Phase::NotFinite)
    }

    pub(crate) fn cycles(&self) -> &[CycleReport] {
        &self.cycles
    }

    /// The moves at which the band's highest image was noted, and its value before them.
    pub(crate) fn history(&self) -> &[(u32, f32)] {
        &self.history
    }

    /// The images of the band as it is.
    pub(crate) fn band(&self) -> Vec<f32> {
        self.run.with_dependent(|_, run| match &run.climb {
            Some(climb) => climb.band.images().to_vec(),
            None => run.search.band().images().to_vec(),
        })
    }

    /// The best path so far with its dense scan, if a cycle has ended.
    pub(crate) fn best(&self) -> Option<(Vec<f32>, PathReport)> {
        self.run.with_dependent(|_, run| {
            let report = run.search.report()?;
            Some(match &run.climb {
                Some(climb) if run.phase == Phase::Done && climb.scan.report().saddle < report.saddle => {
                    (climb.band.images().to_vec(), *climb.scan.report())
                }
                _ => (run.search.path().to_vec(), *report),
            })
        })
    }

    /// Where the climb has ended: the image that climbed, and its value.
    pub(crate) fn climbed(&self) -> Option<(Vec<f32>, f32)> {
        self.run.with_dependent(|_, run| {
            let climb = run.climb.as_ref().filter(|_| run.phase == Phase::Done)?;
            let (band, top) = (&climb.band, climb.band.highest());
            let image = band.images().chunks_exact(band.dim()).nth(top)?;
            Some((image.to_vec(), band.values()[top]))
        })
    }

    /// The largest gradient across the band before its last move.
    pub(crate) fn residual(&self) -> f32 {
        self.run.with_dependent(|_, run| run.residual)
    }

    pub(crate) fn evaluations(&self) -> Evaluations {
        self.run.with_dependent(|_, run| {
            let search = run.search.evaluations();
            let Some(climb) = &run.climb else { return search };
            let band = climb.band.evaluations();
            Evaluations {
                values: search.values + band.values + climb.scan.report().values,
                gradients: search.gradients + band.gradients,
            }
        })
    }
}

/// What a unit of work was.
enum Did {
    /// The band has moved; before, its highest image was this high.
    Moved {
        highest: f32,
    },
    Cycle(CycleReport),
    Other,
}

impl Run<'_> {
    /// The batch of the next sweep.
    fn draw(&mut self, rng: &mut Xoshiro128PlusPlus) {
        if let Some(Batch::Samples(batch)) = self.batches.as_mut().map(|batches| batches.next_batch(rng)) {
            self.batch.clear();
            self.batch.extend_from_slice(batch);
        }
    }

    /// One bounded unit of work.
    fn step(&mut self, rng: &mut Xoshiro128PlusPlus, plan: Plan) -> Did {
        match self.phase {
            Phase::Search => self.step_search(rng, plan),
            Phase::Climb => self.step_climb(plan),
            Phase::Scan => {
                self.step_scan();
                Did::Other
            }
            Phase::Done | Phase::NotFinite => Did::Other,
        }
    }

    fn step_search(&mut self, rng: &mut Xoshiro128PlusPlus, plan: Plan) -> Did {
        let full = &self.objective;
        let batch = OnBatch::new(full, &self.batch);
        // One code for both, since every type makes its own copy of the search.
        let moving: &dyn Objective = if self.batches.is_some() { &batch } else { full };
        match self.search.step(moving, full as &dyn Objective) {
            AutoNebStep::Moved { residual, .. } => {
                self.residual = residual;
                self.draw(rng);
                let band = self.search.band();
                Did::Moved { highest: band.values()[band.highest()] }
            }
            AutoNebStep::CycleDone(report) => Did::Cycle(report),
            AutoNebStep::Ended(AutoNebEnd::Completed) => {
                self.phase = if plan.climb == 0 { Phase::Done } else { self.start_climb(plan) };
                Did::Other
            }
            AutoNebStep::Ended(_) => {
                self.phase = Phase::NotFinite;
                Did::Other
            }
            _ => Did::Other,
        }
    }

    /// A band of the best path's images.
    fn start_climb(&mut self, plan: Plan) -> Phase {
        let path = self.search.path();
        let dim = self.objective.dim();
        let Some((images, workspace)) = self.climb_memory.take() else { return Phase::Done };
        images[..path.len()].copy_from_slice(path);
        let relaxer = Relaxer::descent(plan.rate, MOMENTUM);
        let config = BandConfig { climb_below: f32::INFINITY, ..BandConfig::new(relaxer) };
        let full: &dyn Objective = &self.objective;
        let band = Band::with_count(full, config, path.len() / dim, images, workspace);
        let scan = DenseScan::new(path, dim, SCAN);
        // Neither refuses the path of a search that has ended well.
        let (Ok(band), Ok(scan)) = (band, scan) else { return Phase::Done };
        let scratch = vec![0.0; full.scratch_len()];
        self.climb = Some(Climb { band, scan, point: vec![0.0; dim], scratch });
        Phase::Climb
    }

    fn step_climb(&mut self, plan: Plan) -> Did {
        let Some(Climb { band, scan, .. }) = &mut self.climb else { return Did::Other };
        match band.step(&self.objective as &dyn Objective) {
            BandStep::Moved { sweep, residual } => {
                self.residual = residual;
                let highest = band.values()[band.highest()];
                if sweep == plan.climb {
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
            BandStep::NotFinite { .. } => {
                self.phase = Phase::NotFinite;
                Did::Other
            }
        }
    }

    fn step_scan(&mut self) {
        let Some(Climb { band, scan, point, scratch }) = &mut self.climb else { return };
        match scan.step(&self.objective as &dyn Objective, band.images(), point, scratch) {
            ScanStep::Done(_) => self.phase = Phase::Done,
            ScanStep::NotFinite { .. } => self.phase = Phase::NotFinite,
            ScanStep::Image { .. } | ScanStep::Point { .. } => (),
        }
    }
}
