//! The experiment *Smoothing*: a rippled line, the same line smoothed by the noise of one step, runs with that noise, and
//! descent on the smoothed line.

#[cfg(test)]
mod tests;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::grid::Axis;
use losscape::base::kernel::Kernel;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::diffusion::{
    Ensemble, EnsembleLayout, EnsembleStep, Kicked, Moments, cloud_moments, seed_walkers,
};
use losscape::models::surfaces::RippledBowl;
use losscape::objective::{Convolution, Convolved};
use losscape::sgd::{step_std_dev, temperature_of_steps};
use losscape::smoothing::{
    Branch, BranchConfig, BranchStep, LineMinima, LineStep, SampledConvolution, SampledConvolutionLayout,
    SampledStep,
};
use wasm_bindgen::prelude::*;

use crate::LabError;

/// Ends of the line that is shown and searched, and its cells.
const EDGE: f64 = 4.0;
const CELLS: u32 = 1000;
/// Cells between two places of a drawn curve.
const STRIDE: u32 = 4;
/// More minima than a line has: one a cell of the search would be found.
const MOST_MINIMA: usize = 256;
/// Places at which single steps are averaged.
const PLACES: u32 = 24;
/// The largest width of the tree, and its levels.
const WIDEST: f64 = 0.6;
const LEVELS: u32 = 120;

/// Everything that decides the numbers of a run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct SmoothingSettings {
    /// Seed of the noise.
    pub seed: u32,
    /// η, above zero.
    pub learning_rate: f64,
    /// σ, the standard deviation of the noise in the gradient of one sample.
    pub noise: f64,
    /// b, samples in a step.
    pub batch_size: u32,
    /// An interval instead of a Gaussian, with the same standard deviation.
    pub uniform: bool,
    /// How many runs there are.
    pub runs: u32,
    /// Where all begin.
    pub start: f64,
    /// λ, the curvature of the bowl.
    pub curvature: f64,
    /// a, the height of the ripples.
    pub amplitude: f64,
    /// k, their wavenumber.
    pub wavenumber: f64,
    /// φ, their phase.
    pub phase: f64,
}

impl Default for SmoothingSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self {
            seed: 1,
            learning_rate: f64::from(0.02f32),
            noise: 5.0,
            batch_size: 1,
            uniform: false,
            runs: 200,
            start: 2.5,
            curvature: 0.5,
            amplitude: f64::from(0.6f32),
            wavenumber: 6.0,
            phase: f64::from(0.9f32),
        }
    }
}

#[wasm_bindgen]
impl SmoothingSettings {
    /// The lab's defaults, to be changed as needed: η = 0.02, σ = 5, b = 1, 200 runs from 2.5, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

type Cloud = Ensemble<f64, Kicked<f64>, Vec<f64>, Vec<Xoshiro128PlusPlus>, Vec<f64>>;
type Check = SampledConvolution<f64, Vec<f64>>;

/// The line, its runs, and descent on the line smoothed by the noise of one step.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Smoothing {
    line: RippledBowl<f64>,
    kernel: Kernel<f64>,
    width: f64,
    swarm: Cloud,
    smooth: Cloud,
    /// One step's average at each of some places.
    checks: Vec<(f64, Check, Xoshiro128PlusPlus)>,
}

#[wasm_bindgen]
impl Smoothing {
    /// All runs at their start.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &SmoothingSettings) -> Result<Self, LabError> {
        let s = settings;
        LabError::check_count("runs", s.runs, 1..=10_000)?;
        LabError::check_count("batch_size", s.batch_size, 1..=1 << 20)?;
        let mut line = RippledBowl::new(1, s.curvature, s.amplitude, s.wavenumber)?;
        line.phase = s.phase;
        let width = step_std_dev(s.learning_rate, s.noise, s.batch_size);
        let kernel = kernel(s.uniform, width);
        let walk = Kicked { learning_rate: s.learning_rate, kernel };
        // A stream for each place first: the runs' do not depend on how many there are.
        let mut places = vec![stream(0, 0); (PLACES + s.runs) as usize];
        seed_walkers(s.seed.into(), &mut places);
        let walkers = places.split_off(PLACES as usize);
        let swarm = cloud(&line, walk, s.start, walkers)?;
        let still = Kicked { kernel: kernel.with_bandwidth(0.0), ..walk };
        let smooth = cloud(&Convolved::new(&line, kernel)?, still, s.start, vec![stream(0, 0)])?;
        let axis = Axis::symmetric(EDGE, PLACES)?;
        let mut checks = Vec::new();
        for (k, rng) in (0..).zip(places) {
            let place = axis.centre(k);
            let workspace = vec![0.0; SampledConvolutionLayout::new(1, 0).len()];
            checks.push((place, SampledConvolution::new(&line, &[place], workspace)?, rng));
        }
        Ok(Self { line, kernel, width, swarm, smooth, checks })
    }

    /// Makes `steps` steps of every run and of the descent, and adds a pair of kicks to the average at each place. Returns
    /// how many steps were made before one was not finite.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    pub fn advance(&mut self, steps: u32) -> Result<u32, LabError> {
        let smooth = Convolved::new(&self.line, self.kernel)?;
        for made in 0..steps {
            let finite = round(&mut self.swarm, &self.line) && round(&mut self.smooth, &smooth);
            if !finite {
                return Ok(made);
            }
            for (_, check, rng) in &mut self.checks {
                if check.step(&self.line, &mut self.kernel, rng) != SampledStep::Added {
                    return Ok(made);
                }
            }
        }
        Ok(steps)
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.smooth.round()
    }

    /// s, the standard deviation of one step's noise: ησ/√b.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn width(&self) -> f64 {
        self.width
    }

    /// T, the temperature that the noise makes of many steps: s²/(2η).
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn temperature(&self) -> f64 {
        temperature_of_steps(self.swarm.walk().learning_rate, self.width)
    }

    /// Where the runs are.
    #[must_use]
    pub fn runs(&self) -> Vec<f64> {
        self.swarm.positions().to_vec()
    }

    /// Where descent on the smoothed line is.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn smooth(&self) -> f64 {
        self.smooth.positions()[0]
    }

    /// The mean of the runs and their standard deviation about it.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn moments(&self) -> Result<Vec<f64>, LabError> {
        let moments: Moments<f64, 1> = cloud_moments(self.swarm.positions())?;
        let ([mean], [std_dev]) = (moments.mean, moments.std_devs());
        Ok(vec![mean, std_dev])
    }

    /// Both lines as they are drawn: x, true value, smoothed value at each place.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn curves(&self) -> Result<Vec<f64>, LabError> {
        let (axis, none) = (axis()?, self.kernel.with_bandwidth(0.0));
        let mut out = Vec::new();
        for face in (0..=CELLS).step_by(STRIDE as usize) {
            let x = axis.face(face);
            out.extend([x, self.value(&none, x), self.value(&self.kernel, x)]);
        }
        Ok(out)
    }

    /// The minima of the line smoothed by a width, ascending: 0 for the true line.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn minima(&self, width: f64) -> Result<Vec<f64>, LabError> {
        minima(&self.line, &self.shaped(width))
    }

    /// The tree of minima: a width and a place, again and again, from no width to the widest.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn tree(&self) -> Result<Vec<f64>, LabError> {
        let widths = Axis::new(0.0, WIDEST, LEVELS)?;
        let mut out = Vec::new();
        for level in 0..=LEVELS {
            let width = widths.face(level);
            for x in self.minima(width)? {
                out.extend([width, x]);
            }
        }
        Ok(out)
    }

    /// The width at which a Gaussian lets the last but one minimum vanish, followed from each minimum of the true line; nothing if
    /// there is one minimum only, if it is wider than the tree, or for an interval: that lets minima come back.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn last_false(&self) -> Result<Option<f64>, LabError> {
        let Kernel::Gaussian { .. } = self.kernel else { return Ok(None) };
        let config = BranchConfig { from: 0.0, until: WIDEST, step: 0.01, tolerance: 1e-9, length: 0.5 };
        let mut last: Option<f64> = None;
        for x in self.minima(0.0)? {
            let Ok(mut branch) = Branch::new(&self.line, self.shaped(0.0), config, &[x]) else { continue };
            let lost = loop {
                match branch.step(&self.line) {
                    BranchStep::Ended { lost, .. } => break Some(lost),
                    BranchStep::Alive => break None,
                    BranchStep::Followed { .. } | BranchStep::Shortened => (),
                }
            };
            if lost > last {
                last = lost;
            }
        }
        Ok(last)
    }

    /// The width beyond which a Gaussian leaves no second minimum: √(2 ln(a k²/λ))/k; zero if there was none.
    #[must_use]
    pub fn bound(&self) -> f64 {
        self.line.one_minimum_from()
    }

    /// One step's average at each place: the place, the smoothed slope, the average slope over the kicks so far, and its
    /// standard error.
    #[must_use]
    pub fn checks(&self) -> Vec<f64> {
        let mut out = Vec::new();
        for (place, check, _) in &self.checks {
            let mut slope = [0.0];
            self.line.convolved_value_grad(&self.kernel, &[*place], &mut slope, &mut []);
            out.extend([*place, slope[0], check.grad()[0], check.grad_error()]);
        }
        out
    }

    /// The digest of all runs, of the descent and of the averages.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Fingerprint::new();
        digest.reals(self.swarm.positions());
        digest.reals(self.smooth.positions());
        for (_, check, _) in &self.checks {
            digest.reals(check.grad());
        }
        format!("{:016x}", digest.finish())
    }
}

impl Smoothing {
    fn value(&self, kernel: &Kernel<f64>, x: f64) -> f64 {
        self.line.convolved_value_grad(kernel, &[x], &mut [0.0], &mut [])
    }

    /// A kernel of the shape of the run's.
    fn shaped(&self, width: f64) -> Kernel<f64> {
        kernel(matches!(self.kernel, Kernel::Cube { .. }), width)
    }
}

fn kernel(uniform: bool, width: f64) -> Kernel<f64> {
    if uniform { Kernel::cube_of(width) } else { Kernel::Gaussian { std_dev: width } }
}

fn axis() -> Result<Axis<f64>, LabError> {
    Ok(Axis::symmetric(EDGE, CELLS)?)
}

fn cloud(
    objective: &impl losscape::Objective<f64>,
    walk: Kicked<f64>,
    start: f64,
    generators: Vec<Xoshiro128PlusPlus>,
) -> Result<Cloud, LabError> {
    let workspace = vec![0.0; EnsembleLayout::new(1, objective.scratch_len()).len()];
    Ok(Ensemble::new(objective, walk, vec![start; generators.len()], generators, workspace)?)
}

/// A step of every walker; false if one was not finite.
fn round(cloud: &mut Cloud, objective: &impl losscape::Objective<f64>) -> bool {
    loop {
        match cloud.step(objective) {
            EnsembleStep::Moved { .. } => (),
            EnsembleStep::Round { .. } => return true,
            EnsembleStep::NotFinite { .. } | EnsembleStep::MemoryChanged => return false,
        }
    }
}

fn minima(line: &RippledBowl<f64>, kernel: &Kernel<f64>) -> Result<Vec<f64>, LabError> {
    let mut search = LineMinima::new(axis()?, vec![0.0; MOST_MINIMA])?;
    while search.step(line, kernel) == LineStep::Searching {}
    Ok(search.minima().to_vec())
}
