//! The experiment *Cloud*: walkers with noise, the density that describes them, and the law to which both settle.

mod ground;
mod limit;
mod passage;
mod regression;
#[cfg(test)]
mod tests;
mod walkers;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{Xoshiro128PlusPlus, add_normal, stream, uniform_in};
use losscape::diffusion::{
    BatchDescent, Boundary, Calculus, Diffusion, Dynamics, Evolution, EvolutionLayout, EvolutionStep,
    FokkerPlanck, FokkerPlanckLayout, Moments, Scheme, Uneven, cloud_moments, cloud_share, moments,
    normal_density, normalise_mass, seed_walkers, share, steps_of_time,
};
use losscape::sgd::temperature_of_noise;
use losscape::{ArgError, Objective};
use wasm_bindgen::prelude::*;

use crate::LabError;
use ground::Landscape;
pub use ground::{Ground, Noise};
use limit::Limit;
use passage::Passage;
use walkers::Walkers;

/// The box, and the density's cells along a side; the cloud is counted in blocks of 3 × 3 of them.
const EDGE: f64 = 3.0;
const SIDE: u32 = 72;
const CELLS: usize = 72 * 72;
const COARSE: u32 = 24;
const WALLS: [Boundary; 2] = [Boundary::Reflecting; 2];
/// Hotter, the cloud would leave the box.
const HOTTEST: f64 = 0.6;
/// How often the temperature is halved at most.
const HALVINGS: u32 = 6;
/// Real batches that are doubled as often must not begin larger.
const LARGEST_TO_DOUBLE: u32 = 64;
/// Where the walkers begin, if not all over the box: normally around a place, with this standard deviation, of which the
/// precision is one over the square.
const START: [f64; 2] = [1.0, 0.0];
const SPREAD: f64 = 0.2;
const PRECISION: f64 = 25.0;
/// Arrows of the current along a side.
const ARROWS: u32 = 24;

/// Everything that decides the numbers of a run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct CloudSettings {
    /// Seed of the noise and of the walkers' starts.
    pub seed: u32,
    /// η, the length of a step; above zero.
    pub learning_rate: f64,
    /// b, samples in a step.
    pub batch_size: u32,
    /// σ², the variance of the noise in the gradient of a sample; of its residual, if batches are real.
    pub variance: f64,
    /// The landscape of the cloud.
    pub ground: Ground,
    /// Its slope along x.
    pub tilt: f64,
    /// How many walkers there are.
    pub walkers: u32,
    /// The kind of noise.
    pub noise: Noise,
    /// Whether the walkers start all over the box, not in one place.
    pub spread: bool,
    /// Steps until the temperature is halved, as by a batch twice as large; 0: never.
    pub cooling: u32,
}

impl Default for CloudSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self {
            seed: 1,
            learning_rate: f64::from(0.02f32),
            batch_size: 1,
            variance: 20.0,
            ground: Ground::Wells,
            tilt: f64::from(0.1f32),
            walkers: 4096,
            noise: Noise::Even,
            spread: false,
            cooling: 0,
        }
    }
}

#[wasm_bindgen]
impl CloudSettings {
    /// The lab's defaults, to be changed as needed: η = 0.02, b = 1, σ² = 20, the tilted double well, 4096 walkers, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

type Equation = FokkerPlanck<f64, 2, Vec<f64>>;

/// A cloud of walkers, its density, and the law where both settle.
#[wasm_bindgen]
pub struct Cloud {
    settings: CloudSettings,
    potential: Vec<f64>,
    diffusion: Vec<f64>,
    walkers: Walkers,
    equation: Equation,
    density: Evolution<f64, 2, Vec<f64>, Vec<f64>>,
    limit: Limit,
    /// Where all start in the right one of two wells and the temperature stays.
    passage: Option<Passage>,
    steps: u32,
}

impl core::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Cloud").field("steps", &self.steps).finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Cloud {
    /// A cloud at its start.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &CloudSettings) -> Result<Self, LabError> {
        let s = settings;
        LabError::check_count("walkers", s.walkers, 1..=16_384)?;
        LabError::check_count("batch_size", s.batch_size, 1..=1 << 20)?;
        ArgError::check_positive("learning_rate", s.learning_rate)?;
        let temperature = temperature_of_noise(s.learning_rate, s.variance, s.batch_size);
        let allowed = temperature > 0.0 && temperature <= HOTTEST;
        ArgError::check_range("temperature", temperature, allowed, "above 0 and at most 0.6")?;
        let in_bowl = s.ground == Ground::Bowl || matches!(s.noise, Noise::Even | Noise::Above);
        ArgError::check_range("noise", f64::from(s.noise as u8), in_bowl, "0 or 1 outside the bowl")?;
        if s.noise == Noise::Batches && s.cooling > 0 {
            LabError::check_count("batch_size", s.batch_size, 1..=LARGEST_TO_DOUBLE)?;
        }
        let landscape = Landscape::new(s.ground, s.tilt)?;
        let samples = regression::samples(s.variance)?;
        let grid = grid(SIDE)?;
        let mut potential = vec![0.0; CELLS];
        let mut scratch = vec![0.0; landscape.scratch_len()];
        grid.fill(&mut potential, |x| landscape.value(&x, &mut scratch))?;
        let diffusion = match s.noise {
            Noise::Batches => regression::strength(&grid, &samples, s.variance)?,
            _ => strength(&grid, s.noise)?,
        };
        let memory = vec![0.0; FokkerPlanckLayout::new([SIDE; 2]).len()];
        let dynamics = dynamics(&potential, &diffusion);
        let equation = FokkerPlanck::new(grid, WALLS, &dynamics, temperature, memory)?;
        let limit = Limit::new(&equation, &potential, s.noise, s.walkers)?;

        let mut density = vec![0.0; CELLS];
        if s.spread {
            density.fill(1.0);
            normalise_mass(&grid, &mut density)?;
        } else {
            normal_density(&grid, START, PRECISION, &mut density)?;
        }
        // Splitting keeps the law of a potential, and no other.
        let dt = s.learning_rate;
        let scheme = if s.noise == Noise::Even { Scheme::Implicit { dt } } else { Scheme::Exact { dt } };
        let workspace = vec![0.0; EvolutionLayout::new([SIDE; 2]).len()];
        let density = Evolution::new(&equation, scheme, density, workspace)?;

        let mut rng = vec![stream(0, 0); s.walkers as usize + 1];
        seed_walkers(s.seed.into(), &mut rng);
        let positions = starts(&grid, &mut rng.split_off(s.walkers as usize)[0], s.walkers, s.spread);
        let walkers = if s.noise == Noise::Batches {
            let walk = BatchDescent { learning_rate: dt, batch_size: s.batch_size };
            Walkers::batches(samples, walk, positions, rng)?
        } else {
            let walk = Uneven { learning_rate: dt, temperature, diffusion: s.noise.strength() };
            Walkers::normal(landscape, walk, positions, rng)?
        };
        let lasting = s.noise == Noise::Even && !s.spread && s.cooling == 0;
        let wells = landscape.wells().filter(|_| lasting);
        Ok(Self {
            settings: *s,
            potential,
            diffusion,
            walkers,
            equation,
            density,
            limit,
            passage: wells.map(|wells| Passage::new(wells, s.walkers)),
            steps: 0,
        })
    }

    /// Makes `steps` steps of every walker and of the density. Returns how many were made before one was not finite.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    pub fn advance(&mut self, steps: u32) -> Result<u32, LabError> {
        for made in 0..steps {
            if !(self.walkers.round() && self.flow()) {
                return Ok(made);
            }
            self.steps += 1;
            if let Some(passage) = &mut self.passage {
                passage.notice(self.walkers.positions(), self.steps)?;
            }
            self.cool()?;
        }
        Ok(steps)
    }

    /// Steps made so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// T now.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn temperature(&self) -> f64 {
        self.equation.temperature()
    }

    /// The first walkers, x and y of each.
    #[must_use]
    pub fn walkers(&self, count: u32) -> Vec<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "to be drawn")]
        self.walkers.positions().iter().take(2 * count as usize).map(|x| *x as f32).collect()
    }

    /// The potential in the cells, row by row from below.
    #[must_use]
    pub fn potential(&self) -> Vec<f64> {
        self.potential.clone()
    }

    /// The density in the cells.
    #[must_use]
    pub fn density(&self) -> Vec<f64> {
        self.density.density().to_vec()
    }

    /// The law where it settles at the present temperature.
    #[must_use]
    pub fn law(&self) -> Vec<f64> {
        self.limit.law().to_vec()
    }

    /// Shares at the left, x < 0: of the cloud, of the density and of the law.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn shares(&self) -> Result<Vec<f64>, LabError> {
        let (grid, left) = (self.equation.grid(), |[x, _]: [f64; 2]| x < 0.0);
        let cloud = cloud_share(self.walkers.positions(), left)?;
        Ok(vec![cloud, share(grid, self.density.density(), left)?, share(grid, self.limit.law(), left)?])
    }

    /// Variances along x, of the cloud, of the density and of the law; then along y.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn variances(&self) -> Result<Vec<f64>, LabError> {
        let grid = self.equation.grid();
        let all: [Moments<f64, 2>; 3] = [
            cloud_moments(self.walkers.positions())?,
            moments(grid, self.density.density())?,
            moments(grid, self.limit.law())?,
        ];
        Ok([0, 1].into_iter().flat_map(|k| all.map(|moments| moments.covariance[k][k])).collect())
    }

    /// Distances to the law in nats: of the density, of the cloud in 24 × 24 bins; then what a perfect cloud would read, its
    /// standard deviation, and the density's free energy above its limit, over T (NaN where the law is not that of Gibbs).
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn distances(&self) -> Result<Vec<f64>, LabError> {
        let (density, at) = (self.density.density(), self.walkers.positions());
        Ok(self
            .limit
            .distances(self.equation.grid(), &self.potential, self.temperature(), density, at)?
            .to_vec())
    }

    /// The current of the density at 24 × 24 places, row by row from below: x and y.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn current(&self) -> Result<Vec<f64>, LabError> {
        let (mut along, mut up) = (vec![0.0; CELLS], vec![0.0; CELLS]);
        self.equation.mean_current(self.density.density(), 0, &mut along)?;
        self.equation.mean_current(self.density.density(), 1, &mut up)?;
        let (mut out, side) = (Vec::new(), SIDE as usize);
        let apart = side / ARROWS as usize;
        for row in (apart / 2..side).step_by(apart) {
            for column in (apart / 2..side).step_by(apart) {
                let k = row * side + column;
                out.extend([along[k], up[k]]);
            }
        }
        Ok(out)
    }

    /// The circulation of the density's current, and the entropy that the current of the law produces, in nats per unit of time.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn circulation(&self) -> Result<Vec<f64>, LabError> {
        let produced = self.equation.entropy_production(self.limit.law())?;
        Ok(vec![self.equation.circulation(self.density.density())?, produced])
    }

    /// Mean steps from the right well to the bottom of the left one: of the cloud until now, of the diffusion, and by Kramers' formula. Empty where
    /// that is not asked: other grounds, noise or starts, and when the temperature changes.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn passage(&mut self) -> Result<Vec<f64>, LabError> {
        let Some(passage) = &mut self.passage else { return Ok(Vec::new()) };
        let [cloud, diffusion, formula] = passage.means(self.steps, &self.equation, START)?;
        let [diffusion, formula] =
            [diffusion, formula].map(|time| steps_of_time(time, self.settings.learning_rate));
        Ok(vec![cloud, diffusion, formula])
    }

    /// The digest of all walkers and of the density.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Fingerprint::new();
        digest.reals(self.walkers.positions());
        digest.reals(self.density.density());
        format!("{:016x}", digest.finish())
    }
}

impl Cloud {
    /// The density at the next time; false if it was not finite.
    fn flow(&mut self) -> bool {
        loop {
            match self.density.step(&self.equation) {
                EvolutionStep::Swept { .. } => (),
                EvolutionStep::Stepped { .. } => return true,
                _ => return false,
            }
        }
    }

    /// Doubles the batch, which halves the temperature, when it is time.
    fn cool(&mut self) -> Result<(), LabError> {
        let CloudSettings { learning_rate, batch_size, variance, noise, cooling, walkers, .. } =
            self.settings;
        let doublings = self.steps.checked_div(cooling).unwrap_or(0);
        if doublings == 0 || doublings > HALVINGS || !self.steps.is_multiple_of(cooling) {
            return Ok(());
        }
        let batch_size = batch_size << doublings;
        let temperature = temperature_of_noise(learning_rate, variance, batch_size);
        self.equation.set_temperature(&dynamics(&self.potential, &self.diffusion), temperature)?;
        self.walkers.cool(temperature, batch_size);
        self.limit = Limit::new(&self.equation, &self.potential, noise, walkers)?;
        Ok(())
    }
}

fn grid(side: u32) -> Result<Grid<f64, 2>, ArgError> {
    Grid::new([Axis::symmetric(EDGE, side)?; 2])
}

/// How strong normal noise is in the cells, in units of σ²: along x in all of them, then along y.
fn strength(grid: &Grid<f64, 2>, noise: Noise) -> Result<Vec<f64>, ArgError> {
    let mut diffusion = vec![0.0; 2 * CELLS];
    for (axis, values) in diffusion.chunks_mut(CELLS).enumerate() {
        grid.fill(values, |x| {
            let mut d = [0.0; 2];
            noise.strength()(&x, &mut d);
            d[axis]
        })?;
    }
    Ok(diffusion)
}

const fn dynamics<'a>(potential: &'a [f64], diffusion: &'a [f64]) -> Dynamics<'a, f64, 2> {
    let diffusion = Diffusion::Places { values: diffusion, calculus: Calculus::Ito };
    Dynamics { potential, drift: &[], diffusion }
}

/// All around one place, or all over the box.
fn starts(grid: &Grid<f64, 2>, rng: &mut Xoshiro128PlusPlus, walkers: u32, spread: bool) -> Vec<f64> {
    let mut at = vec![0.0; 2 * walkers as usize];
    if spread {
        for walker in at.as_chunks_mut().0 {
            *walker = grid.axes().map(|axis| uniform_in(rng, axis.low(), axis.high()));
        }
        return at;
    }
    at.as_chunks_mut().0.fill(START);
    add_normal(rng, SPREAD, &mut at);
    at
}
