//! Five methods that start beside a saddle.

use losscape::base::random::{Xoshiro128PlusPlus, fill_sphere, stream};
use losscape::base::vector::{axpy, distance, dot, scale};
use losscape::curvature::{
    CriticalSearch, SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, SearchLayout, SearchStep,
};
use losscape::models::surfaces::Quadratic;
use losscape::sgd::{AddNoise, FullBatch, LearningRate, Momentum, Noise, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Curvature, Objective};
use wasm_bindgen::prelude::*;

use super::Saddles;
use super::landscape::Landscape;
use super::place::landscape;
use super::records::Track;
use crate::LabError;

/// Descent also starts from this share of the nudge.
const CLOSER: f64 = 0.1;

/// The most steps of descent on the toy, where the page's slider ends. The slowest take 240 000.
pub(super) const ALL_STEPS: u32 = 400_000;

/// How a start lies, and who has left.
#[derive(Clone, Copy, Debug)]
struct Ridge {
    /// The first coordinate that counts: that of the toy is its way down.
    first: usize,
    /// Who is farther from the saddle, by the coordinates that count, has left it.
    away: f64,
    /// The most steps of descent.
    most: u32,
}

const OF_NETWORK: Ridge = Ridge { first: 0, away: 0.1, most: 20_000 };
const OF_TOY: Ridge = Ridge { first: 1, away: 0.9, most: ALL_STEPS };
/// Where all start on the toy, along its way up.
const ASIDE: f64 = 0.6;

/// Descent is shown for four times as long as it took to leave.
const SHOWN: u32 = 4;
const FEWEST: u32 = 50;
/// The most moves of saddle-free Newton, and of Newton's method.
const MOST_MOVES: u32 = 200;
/// μ of the heavy ball.
const MOMENTUM: f64 = 0.9;
/// The slope at which Newton and saddle-free Newton end.
const FLAT: f64 = 1e-9;

/// A kind of descent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Noisy,
    Heavy,
}

/// How the race is run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct RaceSettings {
    /// Seed of the direction in which all start, and of the noise.
    pub seed: u32,
    /// How far from the saddle all start; on the toy, from its ridge.
    pub nudge: f64,
    /// η, of descent.
    pub learning_rate: f64,
    /// The standard deviation of the noise in each component of the gradient.
    pub noise: f64,
    /// The damping that saddle-free Newton begins with, as a share of the largest curvature.
    pub damping: f64,
}

impl Default for RaceSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self {
            seed: 1,
            nudge: f64::from(0.001f32),
            learning_rate: f64::from(0.1f32),
            noise: f64::from(0.01f32),
            damping: f64::from(0.001f32),
        }
    }
}

#[wasm_bindgen]
impl RaceSettings {
    /// The lab's defaults, to be changed as needed: from a thousandth away, η = 0.1, noise 0.01, damping 0.001, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// How a method went on.
#[derive(Clone, Debug, Default)]
struct Runner {
    track: Track,
    /// The step at which it had left.
    left: Option<u32>,
}

impl Runner {
    fn note(&mut self, step: u32, loss: f64, params: &[f64]) {
        self.track.step.push(step);
        self.track.loss.push(loss);
        if let [x, y] = params {
            self.track.path.extend([x, y]);
        }
    }
}

/// Where Newton's method has ended.
#[derive(Clone, Copy, Debug)]
struct End {
    /// How far from the saddle.
    back: f64,
    /// Directions that go down there, if it has settled.
    down: Option<u32>,
}

/// How descent, descent with noise, saddle-free Newton, Newton's method and the heavy ball went on, in this order.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Race {
    runners: [Runner; 5],
    closer: Option<u32>,
    predicted: Option<u32>,
    newton: End,
}

#[wasm_bindgen]
impl Race {
    /// The losses of a method; nothing for one that there is not.
    #[must_use]
    pub fn track(&self, method: usize) -> Track {
        self.runners.get(method).map(|runner| runner.track.clone()).unwrap_or_default()
    }

    /// The step at which a method was farther than 0.1 from the saddle, on the toy farther than 0.9 along its way down, if it ever was.
    #[must_use]
    pub fn left(&self, method: usize) -> Option<u32> {
        self.runners.get(method).and_then(|runner| runner.left)
    }

    /// The same of descent that starts ten times as near.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn closer(&self) -> Option<u32> {
        self.closer
    }

    /// The same as the curvatures alone predict it for descent: the first k at which `Σ yᵢ² (1 − η λᵢ)²ᵏ` is above 0.1², where y are the
    /// components of the start along the directions; nothing at a minimum. On the toy δ (1 + η γ)ᵏ is above 0.9.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn predicted(&self) -> Option<u32> {
        self.predicted
    }

    /// How far from the saddle Newton's method has ended.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn back(&self) -> f64 {
        self.newton.back
    }

    /// How many directions go down where Newton's method has ended; nothing if it has not settled.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn newton_down(&self) -> Option<u32> {
        self.newton.down
    }
}

#[wasm_bindgen]
impl Saddles {
    /// Lets all methods start beside the place that is looked at.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at, `nudge` if it is not above zero, or the setting that a method refused.
    pub fn race(&self, settings: &RaceSettings) -> Result<Race, LabError> {
        ArgError::check_positive("nudge", settings.nudge)?;
        let place = self.looked_at()?;
        let ridge = if place.gamma.is_some() { OF_TOY } else { OF_NETWORK };
        let on = Course { f: &landscape(&self.problem, place.gamma)?, saddle: &place.params, ridge };
        let mut way = vec![0.0; place.params.len()];
        match way.as_mut_slice() {
            [_, down] => *down = 1.0,
            all => fill_sphere(&mut stream(settings.seed.into(), 0), 1.0, all),
        }
        let beside = |way: &[f64]| {
            let mut start = place.params.clone();
            axpy(settings.nudge, way, &mut start);
            if let [x, _] = start.as_mut_slice() {
                *x = ASIDE;
            }
            start
        };
        let start = beside(&way);
        let mut components: Vec<f64> = (0..way.len()).map(|k| dot(place.vector(k), &way)).collect();
        scale(settings.nudge, &mut components);
        scale(CLOSER, &mut way);
        let mut rng = stream(settings.seed.into(), 1);
        let closer = on.descent(&beside(&way), settings, Kind::Plain, &mut rng)?.left;
        let plain = on.descent(&start, settings, Kind::Plain, &mut rng)?;
        let noisy = on.descent(&start, settings, Kind::Noisy, &mut rng)?;
        let free = on.saddle_free(&start, settings.damping, &mut rng)?;
        let heavy = on.descent(&start, settings, Kind::Heavy, &mut rng)?;
        let (steps, newton) = on.newton(start)?;
        // The same on the quadratic of these curvatures.
        let f = &Landscape::Curvatures(Quadratic::new(&place.values)?);
        let saddle = &vec![0.0; components.len()];
        let alone = Course { f, saddle, ridge: Ridge { first: 0, ..ridge } };
        let predicted = alone.descent(&components, settings, Kind::Plain, &mut rng)?.left;
        Ok(Race { runners: [plain, noisy, free, steps, heavy], closer, predicted, newton })
    }
}

/// What the methods run on.
struct Course<'a> {
    f: &'a Landscape<'a>,
    saddle: &'a [f64],
    ridge: Ridge,
}

impl Course<'_> {
    fn is_left(&self, params: &[f64]) -> bool {
        let Ridge { first, away, .. } = self.ridge;
        params.get(first..).zip(self.saddle.get(first..)).is_some_and(|(x, y)| distance(x, y) > away)
    }

    /// A method has come to `params`.
    fn pass(&self, runner: &mut Runner, step: u32, loss: f64, params: &[f64]) {
        runner.note(step, loss, params);
        if runner.left.is_none() && self.is_left(params) {
            runner.left = Some(step);
        }
    }

    /// Descent, until it has been away for three times as long as it took to leave.
    fn descent(
        &self,
        start: &[f64],
        settings: &RaceSettings,
        kind: Kind,
        rng: &mut Xoshiro128PlusPlus,
    ) -> Result<Runner, ArgError> {
        let f = self.f;
        let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
        let mut before = start.to_vec();
        let noise = AddNoise::new(Noise::Gaussian { std_dev: settings.noise }, []);
        let ball = Momentum::heavy_ball(MOMENTUM, vec![0.0; start.len()]);
        // One type of a chain, so that descent is compiled once.
        let chain = (
            (kind == Kind::Noisy).then_some(noise),
            LearningRate::constant(settings.learning_rate),
            (kind == Kind::Heavy).then_some(ball),
        );
        let mut sgd = Sgd::new(f, before.clone(), FullBatch, chain, workspace)?;
        let mut runner = Runner::default();
        let (mut next, mut last) = (0, self.ridge.most);
        while sgd.steps() <= last {
            let step = sgd.steps();
            if step == next {
                before.copy_from_slice(sgd.params());
            }
            let SgdStep::Stepped { value } = sgd.step(f, rng) else { break };
            if step == next {
                runner.note(step, value, &before);
                // Evenly in the logarithm.
                next = step + 1 + step / 16;
            }
            if runner.left.is_none() && self.is_left(sgd.params()) {
                runner.left = Some(step + 1);
                last = last.min(FEWEST.max(SHOWN * (step + 1)));
            }
        }
        Ok(runner)
    }

    fn saddle_free(
        &self,
        start: &[f64],
        damping: f64,
        rng: &mut Xoshiro128PlusPlus,
    ) -> Result<Runner, ArgError> {
        let (f, dim) = (self.f, self.f.dim());
        let layout = SaddleFreeLayout::new(dim, dim, f.scratch_len(), f.hess_vec_scratch_len());
        let (basis, krylov) = (vec![0.0; layout.lanczos().basis_len()], vec![0.0; layout.lanczos().len()]);
        let products = u32::try_from(dim).unwrap_or(u32::MAX);
        let config = SaddleFreeConfig { products, damping, grad_norm: FLAT };
        let mut walk = SaddleFree::new(f, config, start, basis, krylov, vec![0.0; layout.len()])?;
        let mut runner = Runner::default();
        while walk.moves() < MOST_MOVES {
            match walk.step(f, rng) {
                SaddleFreeStep::Evaluated { value, .. } | SaddleFreeStep::Moved { value, .. } => {
                    self.pass(&mut runner, walk.moves(), value, walk.params());
                }
                SaddleFreeStep::Product { .. } | SaddleFreeStep::Refused => (),
                SaddleFreeStep::Converged { .. }
                | SaddleFreeStep::AtSaddle { .. }
                | SaddleFreeStep::Stuck
                | SaddleFreeStep::NotFinite
                | SaddleFreeStep::MemoryChanged => break,
            }
        }
        Ok(runner)
    }

    /// Newton's steps, damped so that the slope falls; and where they end.
    fn newton(&self, start: Vec<f64>) -> Result<(Runner, End), ArgError> {
        let f = self.f;
        let layout = SearchLayout::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len());
        let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
        let mut search = CriticalSearch::new(f, FLAT, start, matrix, workspace)?;
        let (mut runner, mut scratch, mut down) = (Runner::default(), vec![0.0; f.scratch_len()], None);
        let mut pass = |params: &[f64], moves| {
            let loss = f.value(params, &mut scratch);
            self.pass(&mut runner, moves, loss, params);
        };
        pass(search.params(), 0);
        while search.moves() < MOST_MOVES {
            match search.step(f) {
                SearchStep::Moved { moves, .. } => pass(search.params(), moves),
                SearchStep::Evaluated { .. }
                | SearchStep::Product { .. }
                | SearchStep::Decomposed
                | SearchStep::Refused => (),
                SearchStep::Converged(point) => {
                    down = Some(point.signature.negative);
                    break;
                }
                SearchStep::Stuck(_) | SearchStep::NotFinite | SearchStep::MemoryChanged => break,
            }
        }
        Ok((runner, End { back: distance(search.params(), self.saddle), down }))
    }
}
