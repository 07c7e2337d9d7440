//! The experiment *Saddles*: searches for places where the slope is zero, the curvatures there, and ways out.

mod ghosts;
mod landscape;
mod place;
mod problem;
mod race;
mod records;
mod split;
#[cfg(test)]
mod tests;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, add_normal, fill_normal, stream};
use losscape::base::vector::axpy;
use losscape::curvature::{CriticalPoint, CriticalSearch, SearchLayout, SearchStep};
use losscape::{ArgError, Curvature, Objective};
use wasm_bindgen::prelude::*;

pub use self::ghosts::Ghosts;
use self::landscape::Landscape;
use self::place::Place;
use self::problem::{Problem, scratch};
pub use self::race::{Race, RaceSettings};
pub use self::records::{CriticalPlace, Track, Way};
pub use self::split::{Halves, Split};
use crate::LabError;
pub use crate::slices::Chance;

/// Searches of one seed: those of the next one begin elsewhere.
const MOST_SEARCHES: u32 = 1000;
/// A search that has moved so often is given up.
const MOST_MOVES: u32 = 1000;
/// The slope at which a search has settled.
const SETTLED: f64 = 1e-10;
/// Every so many searches a start is random; between, it follows training for a while longer each time.
const ROUND: u32 = 8;
const TRAINING: u32 = 400;
/// −η of training.
const TRAINING_STEP: f64 = -0.1;
/// A start is moved by so much at last.
const JITTER: f64 = 0.1;

/// Everything that decides which places are found.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct SaddlesSettings {
    /// Seed of the starts.
    pub seed: u32,
    /// Hidden units.
    pub hidden: u32,
    /// c, the strength of the penalty ½ c ‖θ‖².
    pub penalty: f64,
    /// Whether seven starts of eight lie on runs of training, not at random.
    pub trained: bool,
}

impl Default for SaddlesSettings {
    /// The defaults of the page.
    fn default() -> Self {
        Self { seed: 1, hidden: 3, penalty: f64::from(0.001f32), trained: true }
    }
}

#[wasm_bindgen]
impl SaddlesSettings {
    /// The lab's defaults, to be changed as needed: three hidden units, c = 0.001, starts along training, seed 1.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

type Search = CriticalSearch<f64, Vec<f64>, Vec<f64>, Vec<f64>>;

/// The current stage of a search.
#[derive(Debug)]
enum Work {
    /// Its start goes on along a run of training.
    Training {
        left: u32,
        params: Vec<f64>,
        rng: Xoshiro128PlusPlus,
    },
    Searching(Box<Search>),
}

/// A place where the slope is zero.
#[derive(Debug)]
struct Found {
    search: u32,
    params: Vec<f64>,
    point: CriticalPoint<f64>,
}

/// Searches in sequence, and their results.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Saddles {
    settings: SaddlesSettings,
    problem: Problem,
    work: Work,
    grad: Vec<f64>,
    scratch: Vec<f64>,
    ended: u32,
    found: Vec<Found>,
    place: Option<Place>,
}

#[wasm_bindgen]
impl Saddles {
    /// No search has ended.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that was refused.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: &SaddlesSettings) -> Result<Self, LabError> {
        LabError::check_count("hidden", settings.hidden, 1..=16)?;
        let problem = Problem::new(settings.hidden, settings.penalty)?;
        let (settings, dim, scratch) = (*settings, problem.dim(), scratch(&problem.loss()?));
        let work = begin(settings, dim, 1);
        let (grad, found) = (vec![0.0; dim], Vec::new());
        Ok(Self { settings, problem, work, grad, scratch, ended: 0, found, place: None })
    }

    /// Goes on with the search that is under way, by at most so many gradients or products, until it ends. Returns how many
    /// searches have ended.
    ///
    /// # Errors
    /// [`LabError`] naming `search` after the last one there is.
    pub fn advance(&mut self, units: u32) -> Result<u32, LabError> {
        let search = self.ended + 1;
        LabError::check_count("search", search, 1..=MOST_SEARCHES)?;
        let f = self.problem.loss()?;
        for _ in 0..units {
            let Some(outcome) = unit(&mut self.work, &f, &mut self.grad, &mut self.scratch)? else {
                continue;
            };
            self.found.extend(outcome.map(|(params, point)| Found { search, params, point }));
            self.ended = search;
            self.work = begin(self.settings, self.problem.dim(), search + 1);
            break;
        }
        Ok(self.ended)
    }

    /// Searches that have ended.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn searches(&self) -> u32 {
        self.ended
    }

    /// n, weights and biases.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn directions(&self) -> usize {
        self.problem.dim()
    }

    /// The places found, in the order of their searches.
    #[must_use]
    pub fn found(&self) -> Vec<CriticalPlace> {
        let place = |Found { search, point, .. }: &Found| {
            let CriticalPoint { value: loss, signature, .. } = *point;
            CriticalPlace { search: *search, loss, down: signature.negative, unsigned: signature.flat }
        };
        self.found.iter().map(place).collect()
    }

    /// The points that the network learns: x and y in turn.
    #[must_use]
    pub fn points(&self) -> Vec<f64> {
        self.problem.points()
    }

    /// The digest of all places that were found, 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut digest = Fingerprint::new();
        for Found { search, params, point } in &self.found {
            digest.real(f64::from(*search));
            digest.real(point.value);
            digest.reals(params);
        }
        digest.real(f64::from(self.ended));
        format!("{:016x}", digest.finish())
    }
}

impl Saddles {
    /// The result of a search.
    fn found_by(&self, search: u32) -> Result<&Found, LabError> {
        let found = self.found.iter().find(|found| found.search == search);
        found.ok_or_else(|| LabError::new("place", format!("search {search} has found nothing")))
    }
}

/// The start of a search.
fn begin(settings: SaddlesSettings, dim: usize, search: u32) -> Work {
    let first = u64::from(settings.seed).wrapping_sub(1).wrapping_mul(MOST_SEARCHES.into());
    let mut rng = stream(first.wrapping_add(search.into()), 0);
    let mut params = vec![0.0; dim];
    fill_normal(&mut rng, &mut params);
    let left = if settings.trained { search % ROUND * TRAINING } else { 0 };
    Work::Training { left, params, rng }
}

/// The result of a finished search, if it found a place.
type Outcome = Option<(Vec<f64>, CriticalPoint<f64>)>;

/// One gradient or product; nothing while the search goes on.
fn unit(
    work: &mut Work,
    f: &Landscape<'_>,
    grad: &mut [f64],
    scratch: &mut [f64],
) -> Result<Option<Outcome>, ArgError> {
    match work {
        Work::Training { left: 0, params, rng } => {
            let mut start = core::mem::take(params);
            add_normal(rng, JITTER, &mut start);
            let layout = SearchLayout::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len());
            let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
            *work = Work::Searching(Box::new(CriticalSearch::new(f, SETTLED, start, matrix, workspace)?));
            Ok(None)
        }
        Work::Training { left, params, .. } => {
            f.value_grad(params, grad, scratch);
            axpy(TRAINING_STEP, grad, params);
            *left -= 1;
            Ok(None)
        }
        Work::Searching(search) => Ok(match search.step(f) {
            SearchStep::Converged(point) => Some(Some((search.params().to_vec(), point))),
            SearchStep::Stuck(_) | SearchStep::NotFinite | SearchStep::MemoryChanged => Some(None),
            _ => (search.moves() >= MOST_MOVES).then_some(None),
        }),
    }
}
