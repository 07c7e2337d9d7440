//! Digit classifiers trained to equal loss, and the sharpness at their ends.

use core::fmt;

use losscape::base::random::{Rng, fill_normal, partial_shuffle, stream};
use losscape::base::vector::distance;
use losscape::curvature::{
    BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep, Estimate, Lanczos, LanczosConfig,
    LanczosLayout, LanczosStep, Probe, Region, Sharpness, SharpnessConfig, SharpnessLayout, SharpnessStep,
    Subspace, SubspaceLayout, TraceEstimate, TraceLayout, TraceStep,
};
use losscape::models::mlp::{Init, MlpObjective};
use losscape::sgd::{
    Adam, BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep, Transform,
};
use losscape::{ArgError, Objective, Operator};

/// The measures of [`Measures`], in their order.
pub const NAMES: [&str; 5] = ["box", "ball", "largest_eigenvalue", "trace", "batch_sharpness"];

/// Five measures of sharpness: Keskar's box of 10⁻³ in per cent, the rise in a ball of 0.05, the largest eigenvalue, the trace
/// (50 probes), and `E[gᵀ H_B g] / E ‖g‖²` of batches of 16.
pub type Measures = [f64; 5];

/// A network and what it took.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Where it ended: the first place after an epoch with a mean data loss below the level.
    pub params: Vec<f64>,
    /// Epochs.
    pub epochs: u32,
}

/// Trains in shuffled epochs until the mean loss of all samples is below `level`; `None` if that takes more than `most` epochs or a
/// value is not finite.
///
/// # Errors
/// [`ArgError`] naming what does not fit.
pub fn train_to(
    f: &MlpObjective<'_, f64>,
    batch: u32,
    chain: impl Transform<f64>,
    seed: u64,
    (level, most): (f64, u32),
) -> Result<Option<Trained>, ArgError> {
    let samples = u32::try_from(f.data().len()).unwrap_or(u32::MAX);
    let (mut params, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    let mut rng = stream(seed, 0);
    f.net().init(Init::GlorotUniform, &mut params, &mut rng);
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples, batch, vec![0; f.data().len()])?;
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, params, batches, chain, workspace)?;
    for epochs in 1..=most {
        for _ in 0..samples.div_ceil(batch) {
            if !matches!(sgd.step(f, &mut rng), SgdStep::Stepped { .. }) {
                return Ok(None);
            }
        }
        if f.data_loss(sgd.params(), &mut scratch) < level {
            return Ok(Some(Trained { params: sgd.params().to_vec(), epochs }));
        }
    }
    Ok(None)
}

/// All measures at a place.
///
/// # Errors
/// [`ArgError`] naming `params`.
///
/// # Panics
/// If a value is not finite.
pub fn measures(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<Measures, ArgError> {
    let [trace, batches] = estimates(f, params)?;
    Ok([
        climbed(f, Region::Box { size: 1e-3 }, params)?.percentage(),
        climbed(f, Region::Ball { radius: 0.05 }, params)?.rise(),
        largest(&f.prepare(params, vec![0.0; f.prepared_len()])?)?,
        trace.mean,
        batches.mean,
    ])
}

/// The last two of the [`measures`], the trace and the curvature of batches along their gradients, with their standard errors.
fn estimates(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<[Estimate<f64>; 2], ArgError> {
    let prepared = f.prepare(params, vec![0.0; f.prepared_len()])?;
    let mut trace = {
        let layout = TraceLayout::several(f.dim(), 10, prepared.several_scratch_len(10));
        TraceEstimate::several(&prepared, 10, Probe::Rademacher, vec![0.0; layout.len()])?
    };
    let mut rng = stream(8, 0);
    while trace.count() < 50 {
        assert!(matches!(trace.step(&prepared, &mut rng), TraceStep::Added { .. }), "a finite product");
    }
    Ok([trace.estimate(), batch_sharpness(f, params, 16, 60, &mut rng)?.estimate()])
}

/// From the centre and two places inside, ten gradients each.
fn climbed(
    f: &impl Objective<f64>,
    region: Region<f64>,
    centre: &[f64],
) -> Result<Sharpness<f64, Vec<f64>>, ArgError> {
    let config = SharpnessConfig { region, starts: 2, steps: 10 };
    let workspace = vec![0.0; SharpnessLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sharpness = Sharpness::new(f, config, centre, workspace)?;
    let mut rng = stream(7, 0);
    while sharpness.step(f, &mut rng) != SharpnessStep::Done {}
    Ok(sharpness)
}

/// Keskar's box of 10⁻³ in per cent, in a space of so many directions of normal numbers.
///
/// # Errors
/// [`ArgError`] naming `params`.
pub fn subspace_box(
    f: &MlpObjective<'_, f64>,
    params: &[f64],
    count: usize,
    rng: &mut impl Rng,
) -> Result<f64, ArgError> {
    let mut directions = vec![0.0; count * f.dim()];
    fill_normal(rng, &mut directions);
    let within = Subspace::new(f, params, directions, vec![0.0; SubspaceLayout::new(count).len()])?;
    Ok(climbed(&within, Region::Box { size: 1e-3 }, within.coordinates())?.percentage())
}

/// The largest eigenvalue, by twenty Lanczos steps.
///
/// # Errors
/// None: the memory fits.
///
/// # Panics
/// If a product is not finite.
pub fn largest(operator: &impl Operator<f64>) -> Result<f64, ArgError> {
    let layout = LanczosLayout::new(operator.dim(), 20, operator.scratch_len());
    let config = LanczosConfig { steps: 20, reorthogonalise: true };
    let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let mut lanczos = Lanczos::new(operator, config, &vec![1.0; operator.dim()], basis, workspace)?;
    let mut rng = stream(9, 0);
    loop {
        match lanczos.step(operator, &mut rng) {
            LanczosStep::Done => break,
            LanczosStep::Extended { .. } | LanczosStep::Restarted { .. } => (),
            step => panic!("{step:?}"),
        }
    }
    Ok(lanczos.ritz().and_then(|ritz| ritz.values().last().copied()).unwrap_or(f64::NAN))
}

/// Measures the curvature of `batches` random batches along their gradients.
///
/// # Errors
/// [`ArgError`] naming `params`.
///
/// # Panics
/// If a value is not finite.
pub fn batch_sharpness(
    f: &MlpObjective<'_, f64>,
    params: &[f64],
    batch: usize,
    batches: u32,
    rng: &mut impl Rng,
) -> Result<BatchSharpness<f64, Vec<f64>>, ArgError> {
    let mut order: Vec<u32> = (0..).take(f.data().len()).collect();
    let workspace = vec![0.0; BatchSharpnessLayout::of(f, batch).len()];
    let mut sharpness = BatchSharpness::new(f, params, workspace)?;
    for _ in 0..batches {
        partial_shuffle(rng, &mut order, batch);
        let step = sharpness.step(f, &order[..batch]);
        assert!(matches!(step, BatchSharpnessStep::Added { .. }), "{step:?}");
    }
    Ok(sharpness)
}

/// A reader of digits trained by Adam to a data loss below 0.02 (the comparison of Keskar et al. 2017), and what it is like there: a row of
/// `docs/batch-sharpness.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// Samples of a batch.
    pub batch: u32,
    /// Fixes the start and the order of the samples.
    pub seed: u64,
    /// Epochs.
    pub epochs: u32,
    /// The mean loss of the training rows.
    pub training_loss: f64,
    /// The mean loss of the held-out rows.
    pub test_loss: f64,
    /// The share of the held-out rows that are read correctly.
    pub test_accuracy: f64,
    /// How far from its start.
    pub distance: f64,
    /// The rise in a box of 5 · 10⁻⁴, in per cent.
    pub half_box: f64,
    /// The rise in a box of 10⁻³ in a hundred directions, in per cent.
    pub subspace_box: f64,
    /// All the other measures.
    pub measures: Measures,
    /// The standard errors of the last two of them.
    pub errors: [f64; 2],
}

impl Compared {
    /// The names of the columns.
    pub const HEADER: &str = "batch,seed,epochs,training_loss,test_loss,test_accuracy,distance,half_box,subspace_box,box,ball,\
        largest_eigenvalue,trace,batch_sharpness,trace_error,batch_sharpness_error";

    /// The network of this batch and seed, on the `training` rows and tested on the others; `None` if 4000 epochs do not suffice.
    ///
    /// # Errors
    /// [`ArgError`] naming what does not fit.
    pub fn train(
        training: &MlpObjective<'_, f64>,
        held_out: &MlpObjective<'_, f64>,
        batch: u32,
        seed: u64,
    ) -> Result<Option<Self>, ArgError> {
        let (f, n) = (training, training.dim());
        let chain = (Adam::new(vec![0.0; n], vec![0.0; n]), LearningRate::constant(1e-3));
        let Some(Trained { params, epochs }) = train_to(f, batch, chain, seed, (0.02, 4000))? else {
            return Ok(None);
        };
        let mut start = vec![0.0; n];
        f.net().init(Init::GlorotUniform, &mut start, &mut stream(seed, 0));
        let mut scratch = vec![0.0; f.scratch_len()];
        Ok(Some(Self {
            batch,
            seed,
            epochs,
            training_loss: f.data_loss(&params, &mut scratch),
            test_loss: held_out.data_loss(&params, &mut scratch),
            test_accuracy: held_out.accuracy(&params, &mut scratch),
            distance: distance(&start, &params),
            half_box: climbed(f, Region::Box { size: 5e-4 }, &params)?.percentage(),
            subspace_box: subspace_box(f, &params, 100, &mut stream(seed, 1))?,
            measures: measures(f, &params)?,
            errors: estimates(f, &params)?.map(|estimate| estimate.standard_error),
        }))
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{},{},{}", self.batch, self.seed, self.epochs)?;
        let alone = [
            self.training_loss,
            self.test_loss,
            self.test_accuracy,
            self.distance,
            self.half_box,
            self.subspace_box,
        ];
        alone.iter().chain(&self.measures).chain(&self.errors).try_for_each(|x| write!(out, ",{x:.6}"))
    }
}

/// Spearman's rank correlation; equal values share the mean of their ranks.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        let below = |x: &f64| values.iter().filter(|y| *y < x).count();
        let same = |x: &f64| values.iter().filter(|y| *y == x).count();
        values.iter().map(|x| count(below(x)) + 0.5 * (count(same(x)) + 1.0)).collect()
    };
    let (a, b) = (ranks(a), ranks(b));
    let mean = 0.5 * (count(a.len()) + 1.0);
    let product =
        |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - mean) * (b - mean));
    product(&a, &b) / losscape::base::elementary::sqrt(product(&a, &a) * product(&b, &b))
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// One of the recipes of the 200 networks: five batches, four rates, ten seeds; momentum 0.9.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Samples of a batch.
    pub batch: u32,
    /// The rate.
    pub rate: f64,
    /// Fixes the start and the order of the samples.
    pub seed: u64,
}

impl Recipe {
    /// A network of this recipe, at a data loss below 0.05; `None` if 1500 epochs do not suffice.
    ///
    /// # Errors
    /// [`ArgError`] naming what does not fit.
    pub fn train(&self, f: &MlpObjective<'_, f64>) -> Result<Option<Trained>, ArgError> {
        let chain = (LearningRate::constant(self.rate), Momentum::heavy_ball(0.9, vec![0.0; f.dim()]));
        train_to(f, self.batch, chain, self.seed, (0.05, 1500))
    }
}

/// All recipes, seeds last.
pub fn recipes(seeds: u64) -> impl Iterator<Item = Recipe> {
    let batches = [8, 16, 32, 64, 150];
    batches.into_iter().flat_map(move |batch| {
        [0.003, 0.01, 0.03, 0.1]
            .into_iter()
            .flat_map(move |rate| (1..=seeds).map(move |seed| Recipe { batch, rate, seed }))
    })
}
