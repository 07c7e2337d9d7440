//! Five methods that start beside a saddle.

use losscape::base::random::{Rng, fill_sphere, stream};
use losscape::base::vector::{axpy, distance, dot, norm, scale};
use losscape::curvature::{
    CriticalSearch, SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, SearchLayout, SearchStep,
};
use losscape::models::mlp::MlpObjective;
use losscape::models::surfaces::Quadratic;
use losscape::sgd::{AddNoise, FullBatch, LearningRate, Momentum, Noise, Sgd, SgdLayout, SgdStep, Transform};
use losscape::{ArgError, Curvature, Objective};
use wasm_bindgen::prelude::*;

use super::Saddles;
use super::place::Place;
use super::records::Track;
use crate::LabError;

/// Descent also starts from this share of the nudge.
const CLOSER: f64 = 0.1;
/// Who is farther from the saddle has left it.
const AWAY: f64 = 0.1;
/// The most steps of descent; it is shown for four times as long as it took to leave.
const MOST_STEPS: u32 = 20_000;
const SHOWN: u32 = 4;
const FEWEST: u32 = 50;
/// The most moves of saddle-free Newton, and of Newton's method.
const MOST_MOVES: u32 = 200;
/// μ of the heavy ball.
const MOMENTUM: f64 = 0.9;
/// The slope at which Newton and saddle-free Newton end.
const FLAT: f64 = 1e-9;

/// How the race is run.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct RaceSettings {
    /// Seed of the direction in which all start, and of the noise.
    pub seed: u32,
    /// How far from the saddle all start.
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
    fn note(&mut self, step: u32, loss: f64) {
        self.track.step.push(step);
        self.track.loss.push(loss);
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

    /// The step at which a method was farther than 0.1 from the saddle, if it ever was.
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
    /// components of the start along the directions; nothing at a minimum.
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
        let (place, f) = (self.looked_at()?, self.problem.loss()?);
        let mut way = vec![0.0; place.params.len()];
        fill_sphere(&mut stream(settings.seed.into(), 0), 1.0, &mut way);
        let beside = |way: &[f64]| {
            let mut start = place.params.clone();
            axpy(settings.nudge, way, &mut start);
            start
        };
        let mut closer = way.clone();
        scale(CLOSER, &mut closer);
        let (start, rate) = (beside(&way), LearningRate::constant(settings.learning_rate));
        let noise = AddNoise::new(Noise::Gaussian { std_dev: settings.noise }, []);
        let mut rng = stream(settings.seed.into(), 1);
        let closer = descent(&f, place, beside(&closer), rate, &mut rng)?.left;
        let plain = descent(&f, place, start.clone(), rate, &mut rng)?;
        let noisy = descent(&f, place, start.clone(), (noise, rate), &mut rng)?;
        let free = saddle_free(&f, place, &start, settings.damping, &mut rng)?;
        let heavy = Momentum::heavy_ball(MOMENTUM, vec![0.0; start.len()]);
        let heavy = descent(&f, place, start.clone(), (rate, heavy), &mut rng)?;
        let (steps, newton) = newton(&f, place, start)?;
        let predicted = predicted(place, &way, settings)?;
        Ok(Race { runners: [plain, noisy, free, steps, heavy], closer, predicted, newton })
    }
}

/// The step at which descent on the quadratic of these curvatures is away.
fn predicted(place: &Place, way: &[f64], settings: &RaceSettings) -> Result<Option<u32>, ArgError> {
    let (f, rate) = (Quadratic::new(&place.values)?, LearningRate::constant(settings.learning_rate));
    let mut components: Vec<f64> = (0..f.dim()).map(|k| dot(place.vector(k), way)).collect();
    scale(settings.nudge, &mut components);
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(&f, components, FullBatch, rate, workspace)?;
    let mut rng = stream(0, 0);
    Ok((0..MOST_STEPS).find(|_| {
        let away = norm(sgd.params()) > AWAY;
        let _ = sgd.step(&f, &mut rng);
        away
    }))
}

/// Descent, until it has been away for three times as long as it took to leave.
fn descent(
    f: &MlpObjective<'_, f64>,
    place: &Place,
    start: Vec<f64>,
    transforms: impl Transform<f64>,
    rng: &mut impl Rng,
) -> Result<Runner, ArgError> {
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, start, FullBatch, transforms, workspace)?;
    let mut runner = Runner::default();
    let (mut next, mut last) = (0, MOST_STEPS);
    while sgd.steps() <= last {
        let step = sgd.steps();
        let SgdStep::Stepped { value } = sgd.step(f, rng) else { break };
        if step == next {
            runner.note(step, value);
            // Evenly in the logarithm.
            next = step + 1 + step / 16;
        }
        if runner.left.is_none() && distance(sgd.params(), &place.params) > AWAY {
            runner.left = Some(step + 1);
            last = last.min(FEWEST.max(SHOWN * (step + 1)));
        }
    }
    Ok(runner)
}

fn saddle_free(
    f: &MlpObjective<'_, f64>,
    place: &Place,
    start: &[f64],
    damping: f64,
    rng: &mut impl Rng,
) -> Result<Runner, ArgError> {
    let dim = f.dim();
    let layout = SaddleFreeLayout::new(dim, dim, f.scratch_len(), f.hess_vec_scratch_len());
    let (basis, krylov) = (vec![0.0; layout.lanczos().basis_len()], vec![0.0; layout.lanczos().len()]);
    let products = u32::try_from(dim).unwrap_or(u32::MAX);
    let config = SaddleFreeConfig { products, damping, grad_norm: FLAT };
    let mut walk = SaddleFree::new(f, config, start, basis, krylov, vec![0.0; layout.len()])?;
    let mut runner = Runner::default();
    while walk.moves() < MOST_MOVES {
        match walk.step(f, rng) {
            SaddleFreeStep::Evaluated { value, .. } | SaddleFreeStep::Moved { value, .. } => {
                runner.note(walk.moves(), value);
                if runner.left.is_none() && distance(walk.params(), &place.params) > AWAY {
                    runner.left = Some(walk.moves());
                }
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
fn newton(f: &MlpObjective<'_, f64>, place: &Place, start: Vec<f64>) -> Result<(Runner, End), ArgError> {
    let layout = SearchLayout::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len());
    let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
    let mut search = CriticalSearch::new(f, FLAT, start, matrix, workspace)?;
    let (mut runner, mut scratch, mut down) = (Runner::default(), vec![0.0; f.scratch_len()], None);
    runner.note(0, f.value(search.params(), &mut scratch));
    while search.moves() < MOST_MOVES {
        match search.step(f) {
            SearchStep::Moved { moves, .. } => {
                runner.note(moves, f.value(search.params(), &mut scratch));
                if runner.left.is_none() && distance(search.params(), &place.params) > AWAY {
                    runner.left = Some(moves);
                }
            }
            SearchStep::Evaluated { .. }
            | SearchStep::Product { .. }
            | SearchStep::Decomposed
            | SearchStep::Refused => (),
            SearchStep::Settled(point) => {
                down = Some(point.signature.negative);
                break;
            }
            SearchStep::Stuck(_) | SearchStep::NotFinite | SearchStep::MemoryChanged => break,
        }
    }
    Ok((runner, End { back: distance(search.params(), &place.params), down }))
}
