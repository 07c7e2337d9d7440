//! Two minima of a network, and what lies between them.

use losscape::base::random::{Rng, Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::objective::{Evaluations, OnBatch};
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Cycle, DenseScan, Grow, Location,
    PathReport, ScanStep,
};
use losscape::sgd::{
    Batch, BatchOrder, LearningRate, Minibatches, Momentum, Schedule, Sgd, SgdLayout, SgdStep,
};
use losscape::{ArgError, Objective, Real};

/// Rows of the digits, unpacked.
#[derive(Clone, Debug)]
pub struct Digits<R: Real = f32> {
    inputs: Vec<R>,
    labels: Vec<u8>,
}

impl<R: Real> Digits<R> {
    /// The 1500 training rows.
    ///
    /// # Errors
    /// None that the packed rows could cause.
    pub fn training() -> Result<Self, ArgError> {
        Self::unpack(digits::training())
    }

    /// The 297 held-out rows.
    ///
    /// # Errors
    /// None that the packed rows could cause.
    pub fn held_out() -> Result<Self, ArgError> {
        Self::unpack(digits::held_out())
    }

    fn unpack(rows: digits::Digits<'_>) -> Result<Self, ArgError> {
        let mut data =
            Self { inputs: vec![R::ZERO; rows.len() * digits::PIXELS], labels: vec![0; rows.len()] };
        rows.write(0..rows.len(), &mut data.inputs, &mut data.labels)?;
        Ok(data)
    }

    /// The class of a row, as a number.
    #[must_use]
    pub fn label(&self, row: usize) -> f32 {
        f32::from(self.labels[row])
    }

    /// The objective of a 64-h-10 tanh network: cross-entropy and L2 of strength 10⁻⁴.
    ///
    /// # Errors
    /// If `hidden` is zero.
    pub fn objective(&self, hidden: usize) -> Result<MlpObjective<'_, R>, ArgError> {
        let net = Mlp::new(&[digits::PIXELS, hidden, digits::CLASSES])?;
        let data = Dataset::new(&self.inputs, digits::PIXELS, Targets::Labels(&self.labels))?;
        MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, R::from_f64(1e-4))
    }
}

/// A minimum of a network's objective, as training leaves it: momentum 0.9, shuffled batches, rate 0.1 for a
/// third of the steps, 0.01 for the second and 0.001 for the last.
///
/// # Errors
/// [`ArgError`] if the objective has less than one batch of samples.
pub fn train<R: Real>(
    f: &MlpObjective<'_, R>,
    batch_size: u32,
    seed: u64,
    steps: u32,
) -> Result<Vec<R>, ArgError> {
    let dim = f.dim();
    let mut rng = stream(seed, 0);
    let mut params = vec![R::ZERO; dim];
    f.net().init(Init::GlorotUniform, &mut params, &mut rng);
    let samples = u32::try_from(f.data().len()).unwrap_or(u32::MAX);
    let mut order = vec![0; f.data().len()];
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples, batch_size, &mut order)?;
    let mut velocity = vec![R::ZERO; dim];
    let [rate, factor] = [0.1, 0.1].map(R::from_f64);
    let schedule = Schedule::Steps { rate, factor, every: steps / 3 };
    let momentum = Momentum::heavy_ball(R::from_f64(0.9), &mut velocity);
    let mut workspace = vec![R::ZERO; SgdLayout::new(dim, f.scratch_len()).len()];
    let chain = (LearningRate::new(schedule), momentum);
    let mut sgd = Sgd::new(f, &mut params, batches, chain, &mut workspace)?;
    for _ in 0..steps {
        if !matches!(sgd.step(f, &mut rng), SgdStep::Stepped { .. }) {
            break;
        }
    }
    Ok(params)
}

/// The schedule of the digits: up to seventeen images, three thousand sweeps.
pub const SCHEDULE: [Cycle; 7] = {
    let insert = Cycle { grow: Grow::Insert, sweeps: 400, learning_rate: 0.1 };
    let fine = Cycle { grow: Grow::Insert, sweeps: 500, learning_rate: 0.01 };
    let finest = Cycle { grow: Grow::Keep, sweeps: 500, learning_rate: 0.001 };
    [Cycle { grow: Grow::Line(3), ..insert }, insert, insert, insert, insert, fine, finest]
};

/// What was found between two minima.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The straight line.
    pub line: PathReport,
    /// The best path of AutoNEB.
    pub path: PathReport,
    /// The images of that path, row by row.
    pub images: Vec<f32>,
    /// What it cost.
    pub evaluations: Evaluations,
}

/// The dense scan of a polyline.
///
/// # Panics
/// If the objective is not finite on it.
pub fn scan<R: Real>(f: &dyn Objective<R>, images: &[R], points: u32) -> PathReport<R> {
    let mut scan = DenseScan::new(images, f.dim(), points).expect("a polyline");
    let mut point = vec![R::ZERO; f.dim()];
    let mut scratch = vec![R::ZERO; f.scratch_len()];
    loop {
        match scan.step(f, images, &mut point, &mut scratch) {
            ScanStep::Done(report) => return report,
            ScanStep::NotFinite { at } => panic!("not finite at {at:?}"),
            ScanStep::MemoryChanged => panic!("the lengths fit"),
            ScanStep::Image { .. } | ScanStep::Point { .. } => (),
        }
    }
}

/// The highest error rate on a polyline of networks, in percent, scanned as the path is.
#[must_use]
pub fn highest_error(f: &MlpObjective<'_>, images: &[f32], points: u32) -> f32 {
    let dim = f.dim();
    let (mut point, mut scratch) = (vec![0.0; dim], vec![0.0; f.scratch_len()]);
    let mut highest = 0.0f32;
    for segment in 0..images.len() / dim - 1 {
        for k in 0..=points + 1 {
            let alpha = f32::from_u32(k) / f32::from_u32(points + 1);
            Location { segment, alpha }.point(images, dim, &mut point);
            highest = highest.or_larger(100.0 * (1.0 - f.accuracy(&point, &mut scratch)));
        }
    }
    highest
}

/// The straight line and AutoNEB between two minima, on batches of 128, at most 17 images.
///
/// # Errors
/// [`ArgError`] if the ends do not fit the objective, or are equal.
///
/// # Panics
/// If a value on the way is not finite.
pub fn connect(
    f: &MlpObjective<'_>,
    a: &[f32],
    b: &[f32],
    schedule: &[Cycle],
    rng: &mut Xoshiro128PlusPlus,
) -> Result<Connection, ArgError> {
    const CAPACITY: usize = 17;
    let dim = f.dim();
    let mut images = vec![0.0; CAPACITY * dim];
    images[..dim].copy_from_slice(a);
    images[dim..2 * dim].copy_from_slice(b);
    let line = scan(f, &images[..2 * dim], 99);
    let samples = u32::try_from(f.data().len()).unwrap_or(u32::MAX);
    let order = vec![0; f.data().len()];
    let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples, 128, order)?;
    let mut batch = draw(&mut batches, rng);
    let config = AutoNebConfig { minibatches: true, ..AutoNebConfig::new(schedule) };
    let moving = OnBatch::new(f, &batch);
    let mut workspace = vec![0.0; AutoNebLayout::new(CAPACITY, dim, moving.scratch_len()).len()];
    let mut search = AutoNeb::new(&moving, f, config, &mut images, &mut workspace)?;
    loop {
        match search.step(&OnBatch::new(f, &batch), f) {
            AutoNebStep::Moved { .. } => batch = draw(&mut batches, rng),
            AutoNebStep::Ended(end) => {
                assert_eq!(end, AutoNebEnd::Completed, "the search was broken off");
                break;
            }
            _ => (),
        }
    }
    let images = search.path().to_vec();
    let path = *search.report().expect("a completed search has a report");
    Ok(Connection { line, path, images, evaluations: search.evaluations() })
}

fn draw(batches: &mut Minibatches<Vec<u32>>, rng: &mut Xoshiro128PlusPlus) -> Vec<u32> {
    match batches.next_batch(rng) {
        Batch::Samples(batch) => batch.to_vec(),
        other => unreachable!("{other:?} of shuffled epochs"),
    }
}

/// A generator for the path between the minima of two seeds.
#[must_use]
pub fn path_rng(seed: u64) -> Xoshiro128PlusPlus {
    let mut rng = stream(seed, 1);
    let _ = rng.next_u32();
    rng
}
