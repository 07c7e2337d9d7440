//! The handle of the experiment.

use std::rc::Rc;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::vector::distance;
use losscape::models::data::Targets;
use losscape::models::data::digits::PIXELS;
use losscape::models::mlp::softmax;
use losscape::models::mlp::{Activation, AlignConfig, AlignLayout, Mlp};
use losscape::path::{DenseScan, Location, PathReport, ScanStep};
use losscape::{ArgError, Objective, Real};
use losscape_wasm_loops::predict;
use wasm_bindgen::prelude::*;

use super::ends::End;
use super::polyline::{GRIDS, Route, at, fraction, grid, project};
use super::problem::{PathsSettings, Problem, Task};
use super::search::Search;
use crate::{Digits, LabError};

/// Points of the scan of a straight line.
const LINE: u32 = 99;

/// The square of inputs that is shown: its lower left corner and its side.
const CORNER: [f32; 2] = [-1.5, -1.75];
const SIDE: f32 = 4.0;

/// Nodes along a side of the square when shares of it are counted.
const NODES: u32 = 64;

/// What lies between the ends before the search.
struct Lines {
    b: Vec<f32>,
    aligned: Vec<f32>,
    straight_report: PathReport,
    aligned_report: PathReport,
}

/// Two networks A and B trained from two seeds, and the search for a path between them along which the loss stays low.
///
/// Call `train` until nothing is left, then `advance` until it has moved as often as `total` says.
#[wasm_bindgen]
pub struct Paths {
    problem: Rc<Problem>,
    settings: PathsSettings,
    ends: [End; 2],
    a: Vec<f32>,
    lines: Option<Lines>,
    search: Option<Search>,
    not_finite: bool,
    scratch: Vec<f32>,
    point: Vec<f32>,
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
        let settings = PathsSettings { task: Task::Digits, ..*settings };
        Self::of(Problem::new(Task::Digits, settings.width, Some(digits.data()))?, settings)
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
        if to_do == 0 && self.lines.is_none() {
            self.join()?;
        }
        Ok(to_do)
    }

    /// Makes at most `work` units of work towards `target` moves of the band; returns whether they are done.
    pub fn advance(&mut self, target: u32, work: u32) -> bool {
        let Some(search) = &mut self.search else { return true };
        // The problem was accepted when the search was made.
        let done = search.advance(target, work).unwrap_or(true);
        self.not_finite |= search.not_finite();
        done
    }

    /// Moves of the band so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.search.as_ref().map_or(0, Search::steps)
    }

    /// Moves of the band in all.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn total(&self) -> u32 {
        self.search.as_ref().map_or(0, Search::total)
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
        self.a.len()
    }

    /// Images of a route, the ends included.
    #[must_use]
    pub fn images(&self, route: Route) -> usize {
        self.rows(route).len() / self.a.len().max(1)
    }

    /// What the dense scan of a route says, six numbers: the highest loss, where on the way it is from 0 to 1, the
    /// barrier, which is its height above the line between the losses of the ends, these two losses, and length over
    /// chord. Of the band itself there is no scan: nothing.
    #[must_use]
    pub fn report(&self, route: Route) -> Vec<f64> {
        let Some(lines) = &self.lines else { return Vec::new() };
        let report = match route {
            Route::Straight => lines.straight_report,
            Route::Aligned => lines.aligned_report,
            Route::Band => return Vec::new(),
            Route::Best => match self.search.as_ref().and_then(Search::best) {
                Some((_, report)) => report,
                None => self.begun(lines),
            },
        };
        let saddle_at = fraction(&self.rows(route), self.a.len(), report.saddle_at);
        let [a, b] = report.ends;
        [report.saddle, saddle_at, report.barrier, a, b, report.length_ratio()].map(Real::to_f64).to_vec()
    }

    /// Five numbers for each cycle that has ended: the move it ended with, the highest loss on its band, the lowest such
    /// loss and barrier so far, and its images.
    #[must_use]
    pub fn cycles(&self) -> Vec<f64> {
        let Some(search) = &self.search else { return Vec::new() };
        let mut best: Option<PathReport> = None;
        let mut out = Vec::new();
        for (k, cycle) in (1..).zip(search.cycles()) {
            if cycle.best {
                best = Some(cycle.path);
            }
            let best = best.unwrap_or(cycle.path);
            out.extend_from_slice(&[
                f64::from(k * self.problem.sweeps),
                f64::from(cycle.path.saddle),
                f64::from(best.saddle),
                f64::from(best.barrier),
                f64::from_usize(cycle.images),
            ]);
        }
        out
    }

    /// Pairs of a move and the value of the band's highest image before it, every tenth move, from the
    /// entry `first` on. With minibatches it is the value on that move's batch.
    #[must_use]
    pub fn history(&self, first: usize) -> Vec<f32> {
        let all = self.search.as_ref().map_or(&[][..], Search::history);
        let mut out = Vec::new();
        for &(step, value) in all.get(first..).unwrap_or_default() {
            out.extend_from_slice(&[f32::from_u32(step), value]);
        }
        out
    }

    /// Pairs of the fraction of the way and the value there: all images of a route, and `points` points in each
    /// of its segments, without those that are not finite.
    ///
    /// # Errors
    /// [`LabError`] naming `points` if there are more than 1000.
    pub fn profile(&mut self, route: Route, points: u32) -> Result<Vec<f32>, LabError> {
        LabError::check_count("points", points, 0..=1000)?;
        let images = self.rows(route);
        let dim = self.a.len();
        let problem = Rc::clone(&self.problem);
        let objective = problem.objective(problem.data()?)?;
        let corners = images.len() / dim;
        let mut out = Vec::new();
        for segment in 0..corners - 1 {
            for k in 0..=points + u32::from(segment + 2 == corners) {
                let place = Location { segment, alpha: f32::from_u32(k) / f32::from_u32(points + 1) };
                place.point(&images, dim, &mut self.point);
                let value = objective.value(&self.point, &mut self.scratch);
                if value.is_finite() {
                    out.extend_from_slice(&[fraction(&images, dim, place), value]);
                }
            }
        }
        Ok(out)
    }

    /// The images of a route in the plane of A, B and the best path's highest image: three numbers each, its coordinates and its distance from the
    /// plane, in units of the distance from A at (0, 0) to B at (1, 0). It is a projection: distances in it are shorter than they are.
    #[must_use]
    pub fn projection(&self, route: Route) -> Vec<f32> {
        let dim = self.a.len();
        let best = self.rows(Route::Best);
        let b = &best[best.len() - dim..];
        let third = match self.search.as_ref().and_then(Search::best) {
            Some((images, report)) => point_of(images, dim, report.saddle_at),
            None => {
                // Before the first scan, the middle of the band shows where it goes.
                let band = self.rows(Route::Band);
                let middle = band.len() / dim / 2 * dim;
                band[middle..middle + dim].to_vec()
            }
        };
        project(&self.rows(route), dim, &self.a, b, &third)
    }

    /// Chooses the network at the fraction `t` of a route, for `field`, `read` and `chosen`; returns its
    /// loss, and how many training samples it misses.
    pub fn look(&mut self, route: Route, t: f32) -> Vec<f64> {
        let images = self.rows(route);
        at(&images, self.a.len(), t).point(&images, self.a.len(), &mut self.point);
        self.measure()
    }

    /// Chooses the saddle: the climbed image if there is one, otherwise the highest place of the best path's
    /// scan. Returns as `look`.
    pub fn look_at_saddle(&mut self) -> Vec<f64> {
        if let Some((image, _)) = self.search.as_ref().and_then(Search::climbed) {
            self.point.copy_from_slice(image);
        } else if let Some(lines) = &self.lines {
            let (images, report) = match self.search.as_ref().and_then(Search::best) {
                Some((images, report)) => (images.to_vec(), report),
                None => (self.rows(Route::Best), self.begun(lines)),
            };
            report.saddle_at.point(&images, self.a.len(), &mut self.point);
        }
        self.measure()
    }

    /// The logits of the chosen network at `nodes` × `nodes` places of the square, its edges included, row by row
    /// from below; empty for the digits, which have no such square.
    ///
    /// # Errors
    /// [`LabError`] naming `nodes` if it is not from 2 to 1024.
    pub fn field(&mut self, nodes: u32) -> Result<Vec<f32>, LabError> {
        LabError::check_count("nodes", nodes, GRIDS)?;
        let point = core::mem::take(&mut self.point);
        let field = self.field_of(&point, nodes);
        self.point = point;
        Ok(field)
    }

    /// The share of the square, or of the held-out digits, where the routes' two ends say different things.
    #[must_use]
    pub fn disagreement(&mut self) -> f64 {
        let Some(lines) = &self.lines else { return 0.0 };
        let (a, b) = (self.a.clone(), lines.b.clone());
        let (ours, theirs) = (self.classes(&a), self.classes(&b));
        let differ = ours.iter().zip(&theirs).filter(|(a, b)| a != b).count();
        f64::from_usize(differ) / f64::from_usize(ours.len())
    }

    /// The largest change of a probability, over all training samples, that aligning B has made: rounding.
    #[must_use]
    pub fn aligning_error(&mut self) -> f64 {
        let Some(lines) = &self.lines else { return 0.0 };
        let (b, aligned) = (lines.b.clone(), lines.aligned.clone());
        let problem = Rc::clone(&self.problem);
        let Ok(data) = problem.data() else { return 0.0 };
        let (before, after) =
            (self.probabilities(&b, data.inputs()), self.probabilities(&aligned, data.inputs()));
        let gaps = before.iter().zip(&after).map(|(x, y)| (x - y).abs());
        gaps.fold(0.0, |largest, gap| if gap > largest { gap } else { largest }).to_f64()
    }

    /// The distance from A to B, and to B with its neurons in A's order.
    #[must_use]
    pub fn distances(&self) -> Vec<f64> {
        let Some(lines) = &self.lines else { return Vec::new() };
        [&lines.b, &lines.aligned].map(|b| distance(&self.a, b).to_f64()).to_vec()
    }

    /// Gradients of images that the search has spent, and values.
    #[must_use]
    pub fn evaluations(&self) -> Vec<u32> {
        let spent = self.search.as_ref().map(Search::evaluations).unwrap_or_default();
        vec![spent.gradients, spent.values]
    }

    /// The largest gradient across the band before its last move.
    #[must_use]
    pub fn residual(&self) -> f32 {
        self.search.as_ref().map_or(0.0, Search::residual)
    }

    /// The value at which the climb has ended, if it has.
    #[must_use]
    pub fn climbed(&self) -> Option<f32> {
        self.search.as_ref().and_then(Search::climbed).map(|(_, value)| value)
    }

    /// The digest of the band as it is: 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(&self.rows(Route::Band)))
    }

    /// The digests of the two ends of the band.
    #[must_use]
    pub fn end_digests(&self) -> Vec<String> {
        let (rows, dim) = (self.rows(Route::Band), self.a.len());
        [&rows[..dim], &rows[rows.len() - dim..]].map(|end| format!("{:016x}", Fingerprint::of(end))).to_vec()
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
        self.point.clone()
    }

    /// What the chosen network makes of 64 pixels: the answers of its hidden units, then ten probabilities.
    ///
    /// # Errors
    /// [`LabError`] naming `pixels`, also if the network does not read digits.
    pub fn read(&mut self, pixels: &[f32]) -> Result<Vec<f32>, LabError> {
        ArgError::check_len("pixels", self.problem.net.inputs(), pixels.len())?;
        ArgError::check_len("pixels", PIXELS, pixels.len())?;
        ArgError::check_finite("pixels", pixels)?;
        // The parameters of the first layer come first, and are a network of their own.
        let units = self.settings.width as usize;
        let first = Mlp::new(&[PIXELS, units])?.with_output(Activation::Tanh);
        let mut out = vec![0.0; units];
        predict(&first, &self.point[..first.param_len()], pixels, &mut out, &mut self.scratch);
        let point = core::mem::take(&mut self.point);
        out.extend(self.probabilities(&point, pixels));
        self.point = point;
        Ok(out)
    }
}

impl Paths {
    fn of(problem: Problem, settings: PathsSettings) -> Result<Self, LabError> {
        let problem = Rc::new(problem);
        if settings.seed_a == settings.seed_b {
            let message = format!("`seed_b` is {} as `seed_a`, must differ from it", settings.seed_b);
            return Err(LabError::new("seed_b", message));
        }
        let data = problem.held_out().unwrap_or_else(|| problem.data())?;
        let scratch =
            problem.objective(problem.data()?)?.scratch_len().max(problem.objective(data)?.scratch_len());
        Ok(Self {
            ends: [End::new(&problem, settings.seed_a)?, End::new(&problem, settings.seed_b)?],
            a: vec![0.0; problem.net.param_len()],
            lines: None,
            search: None,
            not_finite: false,
            scratch: vec![0.0; scratch],
            point: vec![0.0; problem.net.param_len()],
            problem,
            settings,
        })
    }

    /// Draws the straight lines between the trained ends, and begins the search.
    fn join(&mut self) -> Result<(), LabError> {
        let net = self.problem.net;
        self.a = self.ends[0].params().to_vec();
        let b = self.ends[1].params().to_vec();
        let mut aligned = b.clone();
        let layout = AlignLayout::new(&net);
        let (mut workspace, mut indices) = (vec![0.0; layout.len()], vec![0; layout.index_len()]);
        net.align(AlignConfig::default(), &self.a, &mut aligned, &mut workspace, &mut indices)?;
        let lines =
            Lines { straight_report: self.scan(&b)?, aligned_report: self.scan(&aligned)?, b, aligned };
        let end = if self.settings.align { &lines.aligned } else { &lines.b };
        self.search = Some(Search::new(&self.problem, &self.settings, &self.a, end)?);
        self.lines = Some(lines);
        Ok(())
    }

    /// The dense scan of the straight line from A.
    fn scan(&mut self, b: &[f32]) -> Result<PathReport, LabError> {
        let line = [&self.a[..], b].concat();
        let mut scan = DenseScan::new(&line, self.a.len(), LINE)?;
        let problem = Rc::clone(&self.problem);
        let objective = problem.objective(problem.data()?)?;
        loop {
            match scan.step(&objective as &dyn Objective, &line, &mut self.point, &mut self.scratch) {
                ScanStep::Done(report) => return Ok(report),
                ScanStep::NotFinite { .. } | ScanStep::MemoryChanged => {
                    self.not_finite = true;
                    return Ok(*scan.report());
                }
                ScanStep::Image { .. } | ScanStep::Point { .. } => (),
            }
        }
    }

    /// The report of the line that the search begins with.
    fn begun(&self, lines: &Lines) -> PathReport {
        if self.settings.align { lines.aligned_report } else { lines.straight_report }
    }

    /// The images of a route.
    fn rows(&self, route: Route) -> Vec<f32> {
        let Some(lines) = &self.lines else { return [&self.a[..], &self.a[..]].concat() };
        let line = |b: &[f32]| [&self.a[..], b].concat();
        let found = match route {
            Route::Straight => return line(&lines.b),
            Route::Aligned => return line(&lines.aligned),
            Route::Band => self.search.as_ref().map(|search| search.band().to_vec()),
            Route::Best => self.search.as_ref().and_then(Search::best).map(|(images, _)| images.to_vec()),
        };
        found.unwrap_or_else(|| line(if self.settings.align { &lines.aligned } else { &lines.b }))
    }

    /// The value of the chosen network, and how many training samples it misses.
    fn measure(&mut self) -> Vec<f64> {
        let problem = Rc::clone(&self.problem);
        let Ok(objective) = problem.data().and_then(|data| problem.objective(data)) else {
            return Vec::new();
        };
        let value = objective.value(&self.point, &mut self.scratch).to_f64();
        let samples = f64::from_usize(objective.data().len());
        let right = objective.accuracy(&self.point, &mut self.scratch).to_f64();
        vec![value, (samples * (1.0 - right)).round()]
    }

    /// Outputs at the nodes of a grid over the square, row by row from below.
    fn field_of(&mut self, params: &[f32], nodes: u32) -> Vec<f32> {
        let net = self.problem.net;
        if net.inputs() != 2 {
            return Vec::new();
        }
        let inputs = grid(CORNER, SIDE, nodes);
        let mut outputs = vec![0.0; inputs.len() / 2];
        predict(&net, params, &inputs, &mut outputs, &mut self.scratch);
        outputs
    }

    /// The classes that a network names on the square, or of the held-out digits.
    fn classes(&mut self, params: &[f32]) -> Vec<usize> {
        let problem = Rc::clone(&self.problem);
        let outputs = match problem.held_out() {
            Some(Ok(data)) => self.probabilities(params, data.inputs()),
            _ => self.field_of(params, NODES),
        };
        outputs.chunks_exact(problem.net.outputs()).map(|row| problem.net.classify(row, 0.0)).collect()
    }

    fn probabilities(&mut self, params: &[f32], inputs: &[f32]) -> Vec<f32> {
        let net = self.problem.net;
        let mut outputs = vec![0.0; inputs.len() / net.inputs() * net.outputs()];
        predict(&net, params, inputs, &mut outputs, &mut self.scratch);
        for row in outputs.chunks_exact_mut(net.outputs()) {
            match row {
                [logit] => *logit = losscape::base::elementary::sigmoid(*logit),
                _ => softmax(row),
            }
        }
        outputs
    }
}

fn point_of(images: &[f32], dim: usize, at: Location) -> Vec<f32> {
    let mut point = vec![0.0; dim];
    at.point(images, dim, &mut point);
    point
}
