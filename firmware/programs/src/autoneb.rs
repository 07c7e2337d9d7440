//! A path between two networks trained here, found by AutoNEB: what its programs share.

use core::marker::PhantomData;

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::mlp::{Init, Mlp, MlpObjective};
use losscape::path::{AutoNeb, AutoNebConfig, AutoNebStep, Cycle, Grow};
use losscape::sgd::{GradientSource, LearningRate, Momentum};

use crate::{HeavyBall, Program, Report, Run, Training};

/// The straight line as it is, then relaxed, then with images where it is coarse: the published schedule made
/// short. The band sees all samples.
static SCHEDULE: [Cycle; 5] = {
    let relax = Cycle { grow: Grow::Keep, sweeps: 60, learning_rate: 0.1 };
    let insert = Cycle { grow: Grow::Insert, ..relax };
    [
        Cycle { grow: Grow::Line(3), sweeps: 0, ..relax },
        relax,
        insert,
        insert,
        Cycle { learning_rate: 0.03, ..relax },
    ]
};

/// What the two networks learn, and how.
pub trait Task {
    /// The network.
    const NET: Mlp;
    /// Steps that train an end.
    const STEPS: u32;
    /// η of the training.
    const RATE: f32;
    /// The batches of the training.
    type Source<'m>: GradientSource<f32, MlpObjective<'m>>;

    /// Its loss.
    ///
    /// # Errors
    /// None with the constants of these programs.
    fn objective() -> Result<MlpObjective<'static>, ArgError>;

    /// The batches, in an order that is kept in `order`.
    ///
    /// # Errors
    /// As for [`objective`](Self::objective).
    fn source(order: &mut [u32]) -> Result<Self::Source<'_>, ArgError>;
}

/// Everything that training and searching need: arrays of the lengths that the methods take. The ends are the first two
/// rows of the images.
pub struct Memory<T, const DIM: usize, const IMAGES: usize, const ORDER: usize, const WORKSPACE: usize> {
    images: [f32; IMAGES],
    velocity: [f32; DIM],
    order: [u32; ORDER],
    workspace: [f32; WORKSPACE],
    found: Found,
    task: PhantomData<T>,
}

impl<T, const DIM: usize, const IMAGES: usize, const ORDER: usize, const WORKSPACE: usize>
    Memory<T, DIM, IMAGES, ORDER, WORKSPACE>
{
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            images: [0.0; IMAGES],
            velocity: [0.0; DIM],
            order: [0; ORDER],
            workspace: [0.0; WORKSPACE],
            found: Found { straight: 0.0, barrier: 0.0, gradients: 0.0, digest: 0 },
            task: PhantomData,
        }
    }
}

/// What the search came to.
struct Found {
    straight: f32,
    barrier: f32,
    gradients: f32,
    digest: u64,
}

/// A search for the path between the trained ends.
pub struct Search<'m, const IMAGES: usize, const WORKSPACE: usize> {
    objective: MlpObjective<'static>,
    search: AutoNeb<f32, &'static [Cycle; 5], &'m mut [f32; IMAGES], &'m mut [f32; WORKSPACE]>,
    found: &'m mut Found,
}

impl<const IMAGES: usize, const WORKSPACE: usize> Run for Search<'_, IMAGES, WORKSPACE> {
    fn step(&mut self) -> bool {
        let Self { objective, search, found } = self;
        match search.step(&*objective, &*objective) {
            AutoNebStep::CycleDone(cycle) if cycle.cycle == 0 => found.straight = cycle.path.barrier,
            AutoNebStep::Ended(_) | AutoNebStep::MemoryChanged => {
                found.barrier = search.report().map_or(0.0, |path| path.barrier);
                found.gradients = search.evaluations().gradients as f32;
                found.digest = Fingerprint::of(search.path());
                return false;
            }
            _ => (),
        }
        true
    }
}

impl<T: Task, const DIM: usize, const IMAGES: usize, const ORDER: usize, const WORKSPACE: usize> Program
    for Memory<T, DIM, IMAGES, ORDER, WORKSPACE>
{
    type Run<'m>
        = Training<'m, T::Source<'m>, HeavyBall<'m, DIM>, DIM, WORKSPACE>
    where
        T: 'm;
    type Last<'m>
        = Search<'m, IMAGES, WORKSPACE>
    where
        T: 'm;

    const PARTS: u32 = 2;

    fn begin(&mut self, end: u32) -> Result<Self::Run<'_>, ArgError> {
        let Self { images, velocity, order, workspace, .. } = self;
        let params = &mut images.as_chunks_mut::<DIM>().0[end as usize];
        let mut rng = stream(2026, end);
        T::NET.init(Init::GlorotUniform, params, &mut rng);
        let chain = (LearningRate::constant(T::RATE), Momentum::heavy_ball(0.9, velocity));
        Training::new(T::objective()?, params, T::source(order)?, chain, workspace, rng, T::STEPS)
    }

    fn finish(&mut self) -> Result<Self::Last<'_>, ArgError> {
        let Self { images, workspace, found, .. } = self;
        let (objective, config) = (T::objective()?, AutoNebConfig::new(&SCHEDULE));
        let search = AutoNeb::new(&objective, &objective, config, images, workspace)?;
        Ok(Search { objective, search, found })
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let results = &["straight barrier", "barrier", "gradients"];
        let Found { straight, barrier, gradients, digest } = self.found;
        Ok(Report { results, values: [straight, barrier, gradients, 0.0], digest })
    }
}
