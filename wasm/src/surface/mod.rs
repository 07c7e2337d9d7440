//! The experiment *Surface*: the loss on a plane through weight space, and what the plane leaves out.

mod landscape;
mod point;
mod records;

use point::Spectrum;
pub use records::{Curved, Line};

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::scale;
use losscape::curvature::HessianLayout;
use losscape::curvature::slices::{
    GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout, PrincipalLayout, principal_axes,
    random_walk, through,
};
use losscape::path::{DenseScan, PathReport, ScanStep};
use losscape::{ArgError, Curvature, Objective, Reason};
use wasm_bindgen::prelude::*;

use crate::LabError;
use crate::choice::choice;
use landscape::{Problem, streams};

/// Points of the run that its share is measured on, the end included: every fiftieth step of the network's.
const SNAPSHOTS: u32 = 60;
/// Points between the ends of a line.
const LINE_POINTS: u32 = 99;
/// The grid that is filled first.
const COARSE: u32 = 16;
/// The error of calls that need a plane before one was cut.
const NO_PLANE: ArgError = ArgError::new("plane", Reason::Empty);

type OwnPlane = Plane<f64, Vec<f64>>;
type Map = PlaneGrid<f64, Vec<f64>, Vec<f64>, Vec<f64>>;

/// Which plane is cut.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cut {
    /// Through the ends of three runs; the toy has one plane only, and this is it.
    #[default]
    Minima,
    /// The two principal directions of the run.
    Run,
    /// The two directions of largest curvature at the run's end.
    Curvature,
    /// Two random directions, filter by filter as long as the run's end.
    Random,
}

choice!(Cut: Minima, Run, Curvature, Random);

/// Everything that decides the landscape and its runs.
#[derive(Clone, Copy, Debug)]
pub struct SurfaceSettings {
    /// Seed of the random streams.
    pub seed: u32,
    /// The ring of two parameters instead of the network.
    pub toy: bool,
    /// Slope of the ring.
    pub tilt: f64,
    /// Multiplies the first weights; for the ring twice the distance of the start from the origin.
    pub start_scale: f64,
}

impl Default for SurfaceSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self { seed: 1, toy: false, tilt: 0.0, start_scale: 1.0 }
    }
}

/// A landscape, a run on it, a plane through it, and a point that is looked at.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Surface {
    settings: SurfaceSettings,
    problem: Problem,
    dim: usize,
    /// The run's parameters before each step and at the end, a row each.
    states: Vec<f64>,
    /// Rows of it, first and last included.
    snapshots: Vec<f64>,
    /// The ends of the second and the third run, once they were needed.
    others: Vec<f64>,
    plane: Option<OwnPlane>,
    /// The map that was begun, on a plane with its middle as the origin.
    map: Option<Map>,
    /// The parameters that are looked at.
    probe: Vec<f64>,
    workspace: Vec<f64>,
}

#[wasm_bindgen]
impl Surface {
    /// A landscape with a finished run, looked at from the run's start; no plane has been cut. `toy` takes a ring of
    /// minima in two parameters, with the slope `tilt`, instead of a network of 105 parameters on two moons;
    /// `start_scale` multiplies the first weights, for the ring twice the distance of the start from the origin.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32, toy: bool, tilt: f64, start_scale: f64) -> Result<Self, LabError> {
        Self::with(SurfaceSettings { seed, toy, tilt, start_scale })
    }

    /// The same with a network on points of your own, `inputs` with x and y in turn and `labels` 0 or 1: at least one point of
    /// each class. `standard` first brings each coordinate to mean 0 and variance 1.
    ///
    /// # Errors
    /// [`LabError`] naming `inputs`, `targets` or another setting that the kernel refused.
    pub fn on_points(
        seed: u32,
        start_scale: f64,
        inputs: Vec<f64>,
        labels: Vec<u8>,
        standard: bool,
    ) -> Result<Self, LabError> {
        let problem = Problem::own(inputs, labels, standard)?;
        Self::of(problem, SurfaceSettings { seed, start_scale, ..SurfaceSettings::default() })
    }

    /// Parameters of the landscape.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Steps of the run: fewer than planned if a value was not finite.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> usize {
        self.states.len() / self.dim - 1
    }

    /// Steps that were planned.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn planned(&self) -> u32 {
        self.problem.steps()
    }

    /// The points that the network is trained on, x and y in turn; none of the toy.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn inputs(&self) -> Vec<f64> {
        match &self.problem {
            Problem::Ring(_) => Vec::new(),
            Problem::Points { inputs, .. } => inputs.clone(),
        }
    }

    /// Their classes.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn labels(&self) -> Vec<u8> {
        match &self.problem {
            Problem::Ring(_) => Vec::new(),
            Problem::Points { labels, .. } => labels.clone(),
        }
    }

    // ---- the plane ----

    /// Cuts another plane. The first cut through minima trains two more networks.
    ///
    /// # Errors
    /// [`LabError`] if there is no such plane: two runs ended in one point, or one moved on a line.
    pub fn cut(&mut self, cut: Cut) -> Result<(), LabError> {
        let n = self.dim;
        let mut rows = vec![0.0; 3 * n];
        rows[..n].copy_from_slice(self.end());
        if let Problem::Ring(_) = self.problem {
            rows.copy_from_slice(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        } else {
            match cut {
                Cut::Minima => {
                    self.train_others()?;
                    through(self.end(), &self.others[..n], &self.others[n..], &mut rows)?;
                }
                Cut::Run => {
                    let (end, axes) = rows.split_at_mut(n);
                    principal(&self.snapshots, end, axes)?;
                    // As far as the run goes in its plane: it began at distance one from its end, or nearer.
                    let extent = Plane::new(&rows[..])?.extent(&self.snapshots);
                    scale(extent, &mut rows[n..]);
                }
                Cut::Curvature => {
                    let end = self.end().to_vec();
                    let Spectrum { vectors, .. } = self.spectrum(&end)?;
                    // Ascending: the last is the steepest, and becomes the first axis.
                    rows[n..2 * n].copy_from_slice(&vectors[(n - 1) * n..]);
                    rows[2 * n..].copy_from_slice(&vectors[(n - 2) * n..][..n]);
                }
                Cut::Random => {
                    let (end, axes) = rows.split_at_mut(n);
                    fill_normal(&mut stream(self.settings.seed.into(), streams::PLANE), axes);
                    if let Problem::Points { net, .. } = &self.problem {
                        for axis in axes.chunks_exact_mut(n) {
                            net.filter_normalise(end, axis)?;
                        }
                    }
                }
            }
        }
        self.plane = Some(Plane::new(rows)?);
        self.map = None;
        Ok(())
    }

    /// The length of the first axis in parameter space: that of one step along it on the map.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn unit(&self) -> Result<f64, LabError> {
        Ok(self.plane()?.units()[0])
    }

    /// The share of the run's squared displacement from its end that lies along the plane.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn share(&self) -> Result<f64, LabError> {
        Ok(self.plane()?.share(&self.snapshots, self.end()))
    }

    /// The control: the share that the principal plane of a pure random walk of as many points holds of it.
    ///
    /// # Errors
    /// [`LabError`] naming `trajectory` if the run stopped before it had two points.
    pub fn walk_share(&self) -> Result<f64, LabError> {
        let n = self.dim;
        let mut walk = vec![0.0; self.snapshots.len()];
        random_walk(&mut walk, n, &mut stream(self.settings.seed.into(), streams::WALK));
        let mut rows = vec![0.0; 3 * n];
        let (end, axes) = rows.split_at_mut(n);
        end.copy_from_slice(&walk[walk.len() - n..]);
        principal(&walk, end, axes)?;
        Ok(Plane::new(&rows[..])?.share(&walk, &rows[..n]))
    }

    /// The run projected on the plane, x and y in turn, at every `stride`-th step and at the end.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn path(&self, stride: usize) -> Result<Vec<f64>, LabError> {
        let plane = self.plane()?;
        let mut path = Vec::new();
        for params in every(stride, &self.states, self.dim) {
            path.extend_from_slice(&plane.project(params));
        }
        Ok(path)
    }

    /// The ends of the three runs on the plane, x and y in turn; only the first one's of the toy, or before the
    /// others were trained.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn ends(&self) -> Result<Vec<f64>, LabError> {
        let plane = self.plane()?;
        let mut ends = plane.project(self.end()).to_vec();
        for params in self.others.chunks_exact(self.dim) {
            ends.extend_from_slice(&plane.project(params));
        }
        Ok(ends)
    }

    // ---- the map ----

    /// Begins to fill a map of the plane: `cells` × `cells` cells of the square from −`half_width` to `half_width` along
    /// both axes, in units of the axes.
    ///
    /// # Errors
    /// [`LabError`] naming `half_width` or `cells` (16, 32, 64 or 128).
    pub fn begin(&mut self, half_width: f64, cells: u32) -> Result<(), LabError> {
        self.begin_at(0.0, 0.0, half_width, cells)
    }

    /// The same around another point of the plane.
    ///
    /// # Errors
    /// As of `begin`, and naming `plane` if no plane has been cut.
    pub fn begin_at(&mut self, x: f64, y: f64, half_width: f64, cells: u32) -> Result<(), LabError> {
        let known = [16, 32, 64, 128].contains(&cells);
        ArgError::check_range("cells", f64::from(cells), known, "16, 32, 64 or 128")?;
        let (plane, landscape) = (self.plane()?, self.problem.landscape()?);
        let mut rows = plane.rows().to_vec();
        if x != 0.0 || y != 0.0 {
            plane.point([x, y], &mut rows[..self.dim]);
        }
        let layout = PlaneGridLayout::new(cells, self.dim, landscape.scratch_len());
        let (values, workspace) = (vec![0.0; layout.values_len()], vec![0.0; layout.len()]);
        let config = PlaneGridConfig { half_width, coarse: COARSE, fine: cells };
        self.map = Some(PlaneGrid::new(&landscape, Plane::new(rows)?, config, values, workspace)?);
        Ok(())
    }

    /// Computes at most `count` values. Returns the cells a side of a grid that has just been completed, 0 if none
    /// has.
    ///
    /// # Errors
    /// None: the landscape was accepted when it was made.
    pub fn fill(&mut self, count: u32) -> Result<u32, LabError> {
        let Self { problem, map: Some(map), .. } = self else { return Ok(0) };
        let landscape = problem.landscape()?;
        for _ in 0..count {
            match map.step(&landscape) {
                GridStep::Evaluated { .. } => (),
                GridStep::Refined { cells } => return Ok(cells),
                GridStep::Done | GridStep::MemoryChanged => return Ok(0),
            }
        }
        Ok(0)
    }

    /// Where the map lies in the module's memory, as f64. A view ends when the memory grows: take it afresh.
    #[must_use]
    pub fn values_ptr(&self) -> *const f64 {
        self.values().as_ptr()
    }

    /// How many values it has: (cells + 1)², row by row from below.
    #[must_use]
    pub fn values_len(&self) -> usize {
        self.values().len()
    }

    /// The digest of the map, 16 hexadecimal digits.
    #[must_use]
    pub fn map_digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(self.values()))
    }

    /// The loss along the straight line between two points of the plane.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut, `line` if it is too long or a loss on it is not finite.
    pub fn line(&mut self, ax: f64, ay: f64, bx: f64, by: f64) -> Result<Line, LabError> {
        let dim = self.dim;
        let mut images = vec![0.0; 2 * dim];
        let (a, b) = images.split_at_mut(dim);
        self.plane()?.point([ax, ay], a);
        self.plane()?.point([bx, by], b);
        let Self { problem, workspace, .. } = self;
        let landscape = problem.landscape()?;
        let mut point = vec![0.0; dim];
        let too_far = |error: ArgError| ArgError::new("line", error.reason);
        let mut scan = DenseScan::new(&images, dim, LINE_POINTS).map_err(too_far)?;
        let (mut losses, mut last) = (Vec::new(), 0.0);
        loop {
            match scan.step(&landscape, &images, &mut point, workspace) {
                ScanStep::Image { image: 0, value } | ScanStep::Point { value, .. } => losses.push(value),
                ScanStep::Image { value, .. } => last = value,
                ScanStep::NotFinite { .. } | ScanStep::MemoryChanged => {
                    return Err(ArgError::new("line", Reason::NotFinite { index: losses.len() }).into());
                }
                ScanStep::Done(PathReport { saddle, saddle_at, barrier, chord, .. }) => {
                    losses.push(last);
                    return Ok(Line { saddle, at: saddle_at.alpha, barrier, length: chord, losses });
                }
            }
        }
    }
}

impl Surface {
    /// The values of the map; none before one was begun.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        self.map.as_ref().map_or(&[], PlaneGrid::values)
    }

    /// As [`new`](Self::new).
    ///
    /// # Errors
    /// As there.
    pub fn with(settings: SurfaceSettings) -> Result<Self, LabError> {
        let seed = settings.seed.into();
        let problem = if settings.toy { Problem::ring(settings.tilt) } else { Problem::moons(seed) }?;
        Self::of(problem, settings)
    }

    fn of(problem: Problem, settings: SurfaceSettings) -> Result<Self, LabError> {
        let seed = settings.seed.into();
        let (dim, scratch) = {
            let landscape = problem.landscape()?;
            (landscape.dim(), landscape.hess_vec_scratch_len())
        };
        let mut states = Vec::with_capacity((problem.steps() as usize + 1) * dim);
        problem.descend(seed, 0, settings.start_scale, |params| states.extend_from_slice(params))?;
        let mut snapshots = Vec::new();
        for params in every((problem.steps() / SNAPSHOTS) as usize, &states, dim) {
            snapshots.extend_from_slice(params);
        }
        Ok(Self {
            settings,
            dim,
            snapshots,
            others: Vec::new(),
            plane: None,
            map: None,
            probe: states[..dim].to_vec(),
            states,
            workspace: vec![0.0; HessianLayout::new(dim, scratch).len()],
            problem,
        })
    }

    fn plane(&self) -> Result<&OwnPlane, ArgError> {
        self.plane.as_ref().ok_or(NO_PLANE)
    }

    /// The end of the run.
    fn end(&self) -> &[f64] {
        &self.states[self.states.len() - self.dim..]
    }

    fn train_others(&mut self) -> Result<(), ArgError> {
        let Self { problem, settings, others, dim, .. } = self;
        if others.is_empty() {
            let mut end = vec![0.0; *dim];
            for run in [1, 2] {
                let seed = settings.seed.into();
                problem.descend(seed, run, settings.start_scale, |params| end.copy_from_slice(params))?;
                others.extend_from_slice(&end);
            }
        }
        Ok(())
    }
}

/// Every `stride`-th row, and the last.
fn every(stride: usize, rows: &[f64], dim: usize) -> impl Iterator<Item = &[f64]> {
    let last = rows.len() / dim - 1;
    let kept = move |(k, _): &(usize, &[f64])| k.is_multiple_of(stride.max(1)) || *k == last;
    rows.chunks_exact(dim).enumerate().filter(kept).map(|(_, row)| row)
}

fn principal(trajectory: &[f64], about: &[f64], axes: &mut [f64]) -> Result<(), ArgError> {
    let mut workspace = vec![0.0; PrincipalLayout::new(trajectory.len() / about.len()).len()];
    principal_axes(trajectory, about, axes, &mut workspace).map(drop)
}

#[cfg(test)]
mod tests;
