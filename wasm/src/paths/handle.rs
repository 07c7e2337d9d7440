//! The handle of the experiment.

use std::rc::Rc;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::vector::{distance, largest_difference};
use losscape::models::data::Targets;
use losscape::models::data::digits::PIXELS;
use losscape::models::mlp::{AlignConfig, AlignLayout};
use losscape::path::{DenseScan, Location, PathReport, ScanStep};
use losscape::{ArgError, Objective, Real};
use wasm_bindgen::prelude::*;

use super::between::{Between, Line};
use super::ends::End;
use super::plane::{Route, RoutePlane};
use super::problem::{PathsSettings, Problem, Task};
use super::records::{CycleRow, Difference, History, Look, Progress};
use super::route::{LINE, Profile, RouteReport};
use super::search::Search;
use super::square::GRIDS;
use crate::{Digits, LabError, Reading};

/// Nodes along a side of the square when shares of it are counted.
const NODES: u32 = 64;

/// A network that is looked at, with scratch for its loss.
struct Chosen {
    params: Vec<f32>,
    scratch: Vec<f32>,
}

/// Two networks A and B trained from two seeds, and the search for a path between them along which the loss stays low.
///
/// Call `train` until nothing is left, then `advance` until it has moved as often as `progress` says.
#[wasm_bindgen]
pub struct Paths {
    problem: Rc<Problem>,
    settings: PathsSettings,
    ends: [End; 2],
    /// Known once both ends are trained.
    between: Option<Between>,
    not_finite: bool,
    chosen: Chosen,
}

impl core::fmt::Debug for Paths {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Paths").field("settings", &self.settings).finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Paths {
    /// Two networks on the moons, not yet trained.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &PathsSettings) -> Result<Self, LabError> {
        settings.check()?;
        Self::of(Problem::new(settings.task, settings.width, None)?, *settings)
    }

    /// Two networks on the digits, not yet trained.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    pub fn on_digits(digits: &Digits, settings: &PathsSettings) -> Result<Self, LabError> {
        settings.check()?;
        Self::of(Problem::new(Task::Digits, settings.width, Some(digits.data()))?, *settings)
    }

    /// Two networks on points of your own, not yet trained: `inputs` with x and y in turn, of about size 1 (`standardise`
    /// makes them so), `labels` 0 or 1. What `settings.task` says is not used.
    ///
    /// # Errors
    /// [`LabError`] naming `inputs`, `targets` or another setting that the kernel refused.
    pub fn on_points(inputs: Vec<f32>, labels: Vec<u8>, settings: &PathsSettings) -> Result<Self, LabError> {
        settings.check()?;
        Self::of(Problem::own(settings.width, inputs, labels)?, *settings)
    }

    /// Trains the ends by at most `steps` steps; returns how many are left.
    ///
    /// # Errors
    /// [`LabError`] naming `images` if both networks came to the same numbers.
    pub fn train(&mut self, steps: u32) -> Result<u32, LabError> {
        let all = self.problem.training;
        let mut left = steps;
        for end in &mut self.ends {
            let wanted = left.min(all - end.steps());
            left -= wanted;
            if end.train(wanted)? < wanted {
                self.not_finite = true;
                return Ok(0);
            }
        }
        let to_do: u32 = self.ends.iter().map(|end| all - end.steps()).sum();
        if to_do == 0 && self.between.is_none() {
            self.join()?;
        }
        Ok(to_do)
    }

    /// Makes at most `work` units of work towards `target` moves of the band; returns whether they are done.
    pub fn advance(&mut self, target: u32, work: u32) -> bool {
        let Some(Between { search, .. }) = &mut self.between else { return true };
        // The problem was accepted when the search was made.
        let done = search.advance(target, work).unwrap_or(true);
        self.not_finite |= search.not_finite();
        done
    }

    /// Moves of the band so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.search().map_or(0, Search::steps)
    }

    /// Whether a value was not finite.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn not_finite(&self) -> bool {
        self.not_finite
    }

    /// Numbers of a network.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn params_len(&self) -> usize {
        self.problem.net.param_len()
    }

    /// The dense scan of a route; `None` for the band itself, which is not scanned, and before the ends are trained.
    #[must_use]
    pub fn report(&self, route: Route) -> Option<RouteReport> {
        let between = self.between.as_ref()?;
        let report = match route {
            Route::Straight => between.straight.report,
            Route::Aligned => between.aligned.report,
            Route::Band => return None,
            Route::Best => between.best().1,
        };
        Some(RouteReport::new(between.images(route), self.params_len(), &report))
    }

    /// The cycles that have ended, without the first `known` of them.
    #[must_use]
    pub fn cycles(&self, known: usize) -> Vec<CycleRow> {
        let Some(search) = self.search() else { return Vec::new() };
        let (mut step, mut best) = (0, None);
        let rows = search.cycles().iter().map(|cycle| {
            step += self.problem.sweeps;
            if cycle.best {
                best = Some(cycle.path);
            }
            let PathReport { saddle, barrier, .. } = best.unwrap_or(cycle.path);
            CycleRow { step, saddle: saddle.to_f64(), barrier: barrier.to_f64() }
        });
        rows.skip(known).collect()
    }

    /// The highest image of the band as the search went on, without the first `known` entries.
    #[must_use]
    pub fn history(&self, known: usize) -> History {
        let all = self.search().map_or(&[][..], Search::history);
        let (step, value) = all.iter().skip(known).copied().unzip();
        History { step, value }
    }

    /// The loss at all images of a route and at `points` points in each of its segments, without values that are not
    /// finite; empty before the ends are trained.
    ///
    /// # Errors
    /// [`LabError`] naming `points` if there are more than 1000.
    pub fn profile(&mut self, route: Route, points: u32) -> Result<Profile, LabError> {
        LabError::check_count("points", points, 0..=1000)?;
        let Some(between) = &self.between else { return Ok(Profile::default()) };
        let objective = self.problem.objective()?;
        let Chosen { scratch, .. } = &mut self.chosen;
        let mut point = vec![0.0; self.problem.net.param_len()];
        Ok(Profile::new(&objective, between.images(route), points, &mut point, scratch))
    }

    /// The images of a route in the plane of A, B and the best path's highest image, a projection: distances in it are
    /// shorter than they are. Empty before the ends are trained.
    #[must_use]
    pub fn projection(&self, route: Route) -> RoutePlane {
        let Some(between) = &self.between else { return RoutePlane::default() };
        let dim = self.params_len();
        let (images, report) = between.best();
        let mut third = vec![0.0; dim];
        if between.search.best().is_some() {
            report.saddle_at.point(images, dim, &mut third);
        } else {
            // Before the first scan, the middle of the band shows where it goes.
            let mut band = between.search.band().chunks_exact(dim);
            if let Some(image) = band.nth(band.len() / 2) {
                third.copy_from_slice(image);
            }
        }
        let (a, b) = (&images[..dim], &images[images.len() - dim..]);
        // The ends differ, or there would be no search between them.
        RoutePlane::new(between.images(route), [a, b, &third]).unwrap_or_default()
    }

    /// Chooses the network at the fraction `t` of a route, for `field`, `read` and `chosen`.
    ///
    /// # Errors
    /// None: the problem was accepted when the handle was made.
    pub fn look(&mut self, route: Route, t: f32) -> Result<Look, LabError> {
        if let Some(between) = &self.between {
            let (images, dim) = (between.images(route), self.problem.net.param_len());
            Location::at(images, dim, t).point(images, dim, &mut self.chosen.params);
        }
        self.measure()
    }

    /// Chooses the saddle: the climbed image if there is one, otherwise the highest place of the best path's scan.
    ///
    /// # Errors
    /// As for `look`.
    pub fn look_at_saddle(&mut self) -> Result<Look, LabError> {
        if let Some(between) = &self.between {
            let point = &mut self.chosen.params;
            match between.search.climbed() {
                Some((image, _)) => point.copy_from_slice(image),
                None => {
                    let (images, report) = between.best();
                    report.saddle_at.point(images, self.problem.net.param_len(), point);
                }
            }
        }
        self.measure()
    }

    /// Lowest and highest x, lowest and highest y of what `field` covers.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn span(&self) -> Vec<f32> {
        self.problem.square.span()
    }

    /// The logits of the chosen network at `nodes` × `nodes` places of the square, its edges included, row by row
    /// from below; empty for the digits, which have no such square.
    ///
    /// # Errors
    /// [`LabError`] naming `nodes` if it is not from 2 to 1024.
    pub fn field(&mut self, nodes: u32) -> Result<Vec<f32>, LabError> {
        LabError::check_count("nodes", nodes, GRIDS)?;
        let Chosen { params, scratch } = &mut self.chosen;
        Ok(self.problem.field(params, nodes, scratch)?)
    }

    /// How the two ends differ; all zero before they are trained.
    ///
    /// # Errors
    /// As for `look`.
    pub fn difference(&mut self) -> Result<Difference, LabError> {
        let Some(between) = &self.between else { return Ok(Difference::default()) };
        let Problem { net, .. } = *self.problem;
        let Between { straight, aligned, .. } = between;
        let [distance, aligned_distance] = [straight, aligned].map(|line| {
            let (a, b) = line.images.split_at(net.param_len());
            distance(a, b).to_f64()
        });

        let scratch = &mut self.chosen.scratch;
        let mut outputs = |params: &[f32]| match self.problem.held_out() {
            Some(data) => Ok(self.problem.outputs(params, data?.inputs(), scratch)),
            None => self.problem.field(params, NODES, scratch),
        };
        let (a, b) = straight.images.split_at(net.param_len());
        let (ours, theirs) = (outputs(a)?, outputs(b)?);
        let disagreement = net.disagreement(&ours, &theirs, 0.0).to_f64();

        let inputs = self.problem.data()?.inputs();
        let mut probabilities = |line: &Line| {
            let (_, b) = line.images.split_at(net.param_len());
            let mut outputs = self.problem.outputs(b, inputs, &mut self.chosen.scratch);
            net.probabilities(&mut outputs);
            outputs
        };
        let (before, after) = (probabilities(straight), probabilities(aligned));
        let aligning_error = largest_difference(&before, &after).to_f64();
        Ok(Difference { distance, aligned_distance, disagreement, aligning_error })
    }

    /// How far the search is; all zero before it has begun.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.search().map_or_else(Progress::default, |search| Progress {
            total: search.total(),
            gradients: search.gradients(),
            residual: search.residual().to_f64(),
        })
    }

    /// The value at which the climb has ended, if it has.
    #[must_use]
    pub fn climbed(&self) -> Option<f32> {
        self.search().and_then(Search::climbed).map(|(_, value)| value)
    }

    /// The digest of the band after its last move: 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(self.images_of(Route::Band)))
    }

    /// The digests of the two ends of the band; none before they are trained.
    #[must_use]
    pub fn end_digests(&self) -> Vec<String> {
        let mut images = self.images_of(Route::Band).chunks_exact(self.params_len());
        let ends = [images.next(), images.next_back()].into_iter().flatten();
        ends.map(|end| format!("{:016x}", Fingerprint::of(end))).collect()
    }

    /// Inputs of the training points, two each; none of the digits.
    #[must_use]
    pub fn points(&self) -> Vec<f32> {
        match self.problem.data() {
            Ok(data) if data.width() == 2 => data.inputs().to_vec(),
            _ => Vec::new(),
        }
    }

    /// The labels of the training points.
    #[must_use]
    pub fn labels(&self) -> Vec<u8> {
        match self.problem.data().map(|data| data.targets()) {
            Ok(Targets::Labels(labels)) => labels.to_vec(),
            _ => Vec::new(),
        }
    }

    /// The parameters of the chosen network.
    #[must_use]
    pub fn chosen(&self) -> Vec<f32> {
        self.chosen.params.clone()
    }

    /// The output of the chosen network for 64 pixels.
    ///
    /// # Errors
    /// [`LabError`] naming `pixels`, also if the network does not read digits.
    pub fn read(&mut self, pixels: &[f32]) -> Result<Reading, LabError> {
        let Chosen { params, scratch } = &mut self.chosen;
        ArgError::check_len("pixels", PIXELS, pixels.len())?;
        Ok(Reading::new(&self.problem.net, params, pixels, scratch)?)
    }
}

impl Paths {
    fn of(problem: Problem, settings: PathsSettings) -> Result<Self, LabError> {
        let problem = Rc::new(problem);
        let differ = settings.seed_a != settings.seed_b;
        ArgError::check_range("seed_b", f64::from(settings.seed_b), differ, "other than `seed_a`")?;
        let data = problem.held_out().unwrap_or_else(|| problem.data())?;
        let scratch = problem.objective()?.scratch_len().max(problem.loss_on(data)?.scratch_len());
        Ok(Self {
            ends: [End::new(&problem, settings.seed_a)?, End::new(&problem, settings.seed_b)?],
            between: None,
            not_finite: false,
            chosen: Chosen { params: vec![0.0; problem.net.param_len()], scratch: vec![0.0; scratch] },
            problem,
            settings,
        })
    }

    /// Draws the straight lines between the trained ends, and begins the search.
    fn join(&mut self) -> Result<(), LabError> {
        let net = self.problem.net;
        let [a, b] = self.ends.each_ref().map(End::params);
        let mut aligned = b.to_vec();
        let layout = AlignLayout::new(&net);
        let (mut workspace, mut indices) = (vec![0.0; layout.len()], vec![0; layout.index_len()]);
        net.align(AlignConfig::default(), a, &mut aligned, &mut workspace, &mut indices)?;
        let (straight, aligned) = ([a, b].concat(), [a, &aligned].concat());
        let (straight, aligned) = (self.scan(straight)?, self.scan(aligned)?);
        let align = self.settings.align;
        let (a, b) = if align { &aligned } else { &straight }.images.split_at(net.param_len());
        let search = Search::new(&self.problem, &self.settings, a, b)?;
        self.between = Some(Between { straight, aligned, align, search });
        Ok(())
    }

    /// The dense scan of a straight line.
    fn scan(&mut self, images: Vec<f32>) -> Result<Line, LabError> {
        let Chosen { params, scratch } = &mut self.chosen;
        let mut scan = DenseScan::new(&images, params.len(), LINE)?;
        let objective = self.problem.objective()?;
        let report = loop {
            match scan.step(&objective as &dyn Objective, &images, params, scratch) {
                ScanStep::Done(report) => break report,
                ScanStep::NotFinite { .. } | ScanStep::MemoryChanged => {
                    self.not_finite = true;
                    break *scan.report();
                }
                ScanStep::Image { .. } | ScanStep::Point { .. } => (),
            }
        };
        Ok(Line { images, report })
    }

    fn search(&self) -> Option<&Search> {
        self.between.as_ref().map(|between| &between.search)
    }

    /// The images of a route; none before the ends are trained.
    fn images_of(&self, route: Route) -> &[f32] {
        self.between.as_ref().map_or(&[], |between| between.images(route))
    }

    /// The value of the chosen network, and how many training samples it misses.
    fn measure(&mut self) -> Result<Look, LabError> {
        let objective = self.problem.objective()?;
        let Chosen { params, scratch } = &mut self.chosen;
        let value = objective.value(params, scratch).to_f64();
        let missed = objective.misses(params, scratch).and_then(|missed| u32::try_from(missed).ok());
        Ok(Look { value, missed: missed.unwrap_or_default() })
    }
}
