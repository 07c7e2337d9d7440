//! The noise of minibatches around a minimum of a network, and in training.

use losscape::base::elementary::sqrt;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus, stream};
use losscape::base::vector::{axpy, dot};
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, eigen, eigenvalues};
use losscape::diffusion::{
    BatchDescent, CovarianceStep, Ensemble, EnsembleLayout, EnsembleStep, GradientCovariance,
    GradientCovarianceLayout, Langevin, Matrix, PotentialFit, Walk, compare_potential, descent_covariance,
    histogram, measured_potential, moments, seed_walkers, trace_quantile,
};
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::Quadratic;
use losscape::objective::HessianAt;
use losscape::sgd::{BatchOrder, FullBatch, LearningRate, Minibatches, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Curvature, Objective, Real, SampledObjective};

use crate::paths::scan;

/// Two moons, drawn with a seed.
#[derive(Clone, Debug)]
pub struct Moons {
    inputs: Vec<f64>,
    labels: Vec<u8>,
}

impl Moons {
    /// This many points, with a standard deviation of 0.2.
    ///
    /// # Errors
    /// [`ArgError`] if there are none.
    pub fn new(samples: usize) -> Result<Self, ArgError> {
        let mut data = Self { inputs: vec![0.0; 2 * samples], labels: vec![0; samples] };
        moons(0.2, &mut stream(11, 0), &mut data.inputs, &mut data.labels)?;
        Ok(data)
    }

    /// The objective of a 2-h-1 tanh network: cross-entropy and L2 of strength 10⁻³.
    ///
    /// # Errors
    /// If `hidden` is zero.
    pub fn objective(&self, hidden: usize) -> Result<MlpObjective<'_, f64>, ArgError> {
        let data = Dataset::new(&self.inputs, 2, Targets::Labels(&self.labels))?;
        MlpObjective::new(Mlp::new(&[2, hidden, 1])?, Loss::BinaryCrossEntropy, data, 1e-3)
    }
}

/// A minimum by gradient descent with momentum on all samples.
///
/// # Errors
/// What [`Sgd::new`] refuses.
pub fn settle<R: Real>(
    f: &MlpObjective<'_, R>,
    params: &mut [R],
    learning_rate: f64,
    steps: u32,
) -> Result<(), ArgError> {
    let velocity = vec![R::ZERO; params.len()];
    let momentum = losscape::sgd::Momentum::heavy_ball(R::from_f64(0.9), velocity);
    let chain = (LearningRate::constant(R::from_f64(learning_rate)), momentum);
    let workspace = vec![R::ZERO; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, params, FullBatch, chain, workspace)?;
    for _ in 0..steps {
        let SgdStep::Stepped { .. } = sgd.step(f, &mut stream(0, 0)) else { break };
    }
    Ok(())
}

/// Fresh parameters.
#[must_use]
pub fn start<R: Real>(f: &MlpObjective<'_, R>, seed: u64) -> Vec<R> {
    let mut params = vec![R::ZERO; f.dim()];
    f.net().init(Init::GlorotUniform, &mut params, &mut stream(seed, 0));
    params
}

/// Steps of SGD with batches drawn with replacement.
///
/// # Errors
/// What [`Sgd::new`] refuses.
pub fn descend<R: Real>(
    f: &MlpObjective<'_, R>,
    params: &mut [R],
    walk: BatchDescent<R>,
    steps: u32,
    rng: &mut Xoshiro128PlusPlus,
) -> Result<(), ArgError> {
    let samples = u32::try_from(f.samples()).unwrap_or(u32::MAX);
    let order = vec![0; walk.batch_size as usize];
    let batches = Minibatches::new(BatchOrder::WithReplacement, samples, walk.batch_size, order)?;
    let rate = LearningRate::constant(walk.learning_rate);
    let workspace = vec![R::ZERO; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, params, batches, rate, workspace)?;
    for _ in 0..steps {
        let SgdStep::Stepped { .. } = sgd.step(f, rng) else { break };
    }
    Ok(())
}

/// A cloud that starts at one place, and the positions after some rounds.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Walkers.
    pub walkers: usize,
    /// Rounds that are not looked at.
    pub settle: u32,
    /// Rounds that are.
    pub rounds: u32,
    /// Every which of them.
    pub every: u32,
}

/// Calls `see` with the positions of all walkers, every so many rounds after the cloud has settled.
///
/// # Errors
/// What [`Ensemble::new`] refuses.
///
/// # Panics
/// If a walker leaves the finite numbers.
pub fn cloud<R: Real, F: Objective<R> + ?Sized, K: Walk<R, F>>(
    f: &F,
    walk: K,
    start: &[R],
    seed: u64,
    run: Run,
    mut see: impl FnMut(&[R]),
) -> Result<(), ArgError> {
    let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); run.walkers];
    seed_walkers(seed, &mut generators);
    let workspace = vec![R::ZERO; EnsembleLayout::new(f.dim(), walk.scratch_len(f)).len()];
    let mut cloud = Ensemble::new(f, walk, start.repeat(run.walkers), generators, workspace)?;
    while cloud.round() < run.settle + run.rounds {
        match cloud.step(f) {
            EnsembleStep::Round { round, .. } if round > run.settle && round % run.every == 0 => {
                see(cloud.positions());
            }
            EnsembleStep::Round { .. } | EnsembleStep::Moved { .. } => (),
            EnsembleStep::NotFinite { walker } => panic!("walker {walker} is not finite"),
            EnsembleStep::MemoryChanged => panic!("the lengths fit"),
        }
    }
    Ok(())
}

/// The mean over time of each walker's objective on all samples.
///
/// # Errors
/// As for [`cloud`].
pub fn stationary_losses<R: Real>(
    f: &MlpObjective<'_, R>,
    start: &[R],
    walk: BatchDescent<R>,
    seed: u64,
    run: Run,
) -> Result<Vec<f64>, ArgError> {
    let (mut sums, mut seen) = (vec![0.0; run.walkers], 0.0);
    let mut scratch = vec![R::ZERO; f.scratch_len()];
    cloud(f, walk, start, seed, run, |positions| {
        seen += 1.0;
        for (sum, params) in sums.iter_mut().zip(positions.chunks_exact(f.dim())) {
            *sum += f.value(params, &mut scratch).to_f64();
        }
    })?;
    Ok(sums.into_iter().map(|sum| sum / seen).collect())
}

/// What the covariance of the per-sample gradients looks like.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// Parameters.
    pub dim: usize,
    /// Its eigenvalues, ascending: one for each sample; all others are zero.
    pub values: Vec<f64>,
    /// Their sum.
    pub trace: f64,
    /// `(tr D)² / ‖D‖²`.
    pub participation: f64,
}

impl Spectrum {
    /// At a place.
    ///
    /// # Errors
    /// What [`GradientCovariance::new`] refuses.
    ///
    /// # Panics
    /// If a gradient is not finite.
    pub fn at<R: Real>(f: &MlpObjective<'_, R>, params: &[R]) -> Result<Self, ArgError> {
        let mut covariance = covariance(f, params)?;
        let (trace, participation) = (covariance.trace().to_f64(), covariance.participation_ratio().to_f64());
        let mut gram: Vec<f64> =
            covariance.gram().expect("all is known").iter().map(|x| x.to_f64()).collect();
        let mut values = vec![0.0; f.samples()];
        eigenvalues(&mut gram, &mut values, &mut vec![0.0; EigenLayout::new(f.samples()).len()])?;
        Ok(Self { dim: f.dim(), values, trace, participation })
    }

    /// How many directions hold this share of the trace.
    #[must_use]
    pub fn directions(&self, share: f64) -> usize {
        trace_quantile(&self.values, share)
    }
}

/// The covariance of the per-sample gradients at a place.
///
/// # Errors
/// What [`GradientCovariance::new`] refuses.
///
/// # Panics
/// If a gradient is not finite.
pub fn covariance<R: Real>(
    f: &impl SampledObjective<R>,
    params: &[R],
) -> Result<GradientCovariance<R, Vec<R>>, ArgError> {
    let layout = GradientCovarianceLayout::new(f.samples(), f.dim(), f.batch_scratch_len(1));
    let mut covariance = GradientCovariance::new(f, vec![R::ZERO; layout.len()])?;
    loop {
        match covariance.step(f, params) {
            CovarianceStep::Done => return Ok(covariance),
            CovarianceStep::Gradient { .. } | CovarianceStep::Row { .. } => (),
            other => panic!("{other:?}"),
        }
    }
}

/// The eigenvalues of the Hessian, ascending, and its eigenvectors, row by row.
///
/// # Errors
/// What [`Hessian::new`] and [`eigen`] refuse.
///
/// # Panics
/// If a product is not finite.
pub fn axes(f: &dyn Curvature<f64>, params: &[f64]) -> Result<(Vec<f64>, Vec<f64>), ArgError> {
    let (n, at) = (f.dim(), HessianAt::new(f, params)?);
    let workspace = vec![0.0; HessianLayout::new(n, f.hess_vec_scratch_len()).len()];
    let mut hessian = Hessian::new(&at, vec![0.0; n * n], workspace)?;
    loop {
        match hessian.step(&at) {
            HessianStep::Done { .. } => break,
            HessianStep::Product { .. } => (),
            other => panic!("{other:?}"),
        }
    }
    let (mut vectors, _) = hessian.into_parts();
    let mut values = vec![0.0; n];
    eigen(&mut vectors, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
    Ok((values, vectors))
}

/// An objective on a plane through a place, spanned by two unit vectors at a right angle: what walkers see that cannot
/// leave it.
#[derive(Clone, Copy, Debug)]
pub struct OnPlane<'a, F> {
    /// The objective.
    pub objective: &'a F,
    /// The place.
    pub origin: &'a [f64],
    /// The vectors.
    pub axes: [&'a [f64]; 2],
}

impl<F: SampledObjective<f64>> OnPlane<'_, F> {
    fn at(
        &self,
        x: &[f64],
        grad: &mut [f64],
        scratch: &mut [f64],
        f: impl FnOnce(&F, &[f64], &mut [f64], &mut [f64]) -> f64,
    ) -> f64 {
        let n = self.objective.dim();
        let (point, rest) = scratch.split_at_mut(n);
        let (full, rest) = rest.split_at_mut(n);
        point.copy_from_slice(self.origin);
        for (x, axis) in x.iter().zip(self.axes) {
            axpy(*x, axis, point);
        }
        let value = f(self.objective, point, full, rest);
        for (g, axis) in grad.iter_mut().zip(self.axes) {
            *g = dot(full, axis);
        }
        value
    }
}

impl<F: SampledObjective<f64>> Objective<f64> for OnPlane<'_, F> {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        2 * self.objective.dim() + self.objective.scratch_len()
    }
    fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
        self.at(x, &mut [], scratch, |f, point, _, scratch| f.value(point, scratch))
    }
    fn value_grad(&self, x: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        self.at(x, grad, scratch, |f, point, full, scratch| f.value_grad(point, full, scratch))
    }
}

impl<F: SampledObjective<f64>> SampledObjective<f64> for OnPlane<'_, F> {
    fn samples(&self) -> usize {
        self.objective.samples()
    }
    fn batch_scratch_len(&self, batch: usize) -> usize {
        2 * self.objective.dim() + self.objective.batch_scratch_len(batch)
    }
    fn batch_value_grad(&self, x: &[f64], batch: &[u32], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        self.at(x, grad, scratch, |f, point, full, scratch| f.batch_value_grad(point, batch, full, scratch))
    }
}

impl<F: SampledObjective<f64>> OnPlane<'_, F> {
    /// The covariance of the per-sample gradients at the origin.
    #[must_use]
    pub fn covariance(&self) -> Matrix<f64, 2> {
        let (mut grad, mut scratch) = ([0.0; 2], vec![0.0; self.batch_scratch_len(1)]);
        let (mut mean, mut square, mut count) = ([0.0; 2], [[0.0; 2]; 2], 0.0);
        for k in (0u32..).take(self.samples()) {
            self.batch_value_grad(&[0.0; 2], &[k], &mut grad, &mut scratch);
            count += 1.0;
            for (i, (mean, row)) in mean.iter_mut().zip(&mut square).enumerate() {
                *mean += grad[i];
                for (sum, g) in row.iter_mut().zip(grad) {
                    *sum += grad[i] * g;
                }
            }
        }
        core::array::from_fn(|i| {
            core::array::from_fn(|j| square[i][j] / count - mean[i] * mean[j] / (count * count))
        })
    }
}

/// The potential Φ = −T ln ρ of a cloud on a plane, beside the loss.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// T, times the mean of D's two diagonal entries.
    pub temperature: f64,
    /// The fit of Φ to the loss, of minibatch descent.
    pub fit: PotentialFit<f64>,
    /// The same of isotropic noise of equal power on the parabola of the same curvatures: what counting alone does.
    pub control: PotentialFit<f64>,
    /// Ratio of the cloud's two variances, the second over the first.
    pub shape: f64,
    /// The same of the discrete Lyapunov equation with D and H at the origin.
    pub predicted: f64,
    /// The same of isotropic noise: the ratio of the curvatures.
    pub isotropic: f64,
}

/// Lets walkers go on a plane around a minimum with these two curvatures.
///
/// # Errors
/// What clouds, grids and fits refuse.
pub fn slice<F: SampledObjective<f64>>(
    plane: &OnPlane<'_, F>,
    curvatures: [f64; 2],
    walk: BatchDescent<f64>,
    run: Run,
) -> Result<Slice, ArgError> {
    let d = plane.covariance();
    let batch = f64::from(walk.batch_size);
    let temperature = walk.learning_rate / (2.0 * batch) * 0.5 * (d[0][0] + d[1][1]);
    // Four standard deviations of the wider of the two clouds.
    let half = |k: usize| {
        let power = (walk.learning_rate / (2.0 * batch) * d[k][k]).or_larger(temperature);
        4.0 * sqrt(power / curvatures[k])
    };
    let grid = Grid::new([Axis::new(-half(0), half(0), 24)?, Axis::new(-half(1), half(1), 24)?])?;
    let mut scratch = vec![0.0; plane.scratch_len()];
    let mut loss = vec![0.0; grid.len()];
    let compare = |places: &[f64], loss: &[f64]| -> Result<_, ArgError> {
        let (mut density, mut potential) = (vec![0.0; grid.len()], vec![0.0; grid.len()]);
        histogram(&grid, places, &mut density)?;
        measured_potential(&density, temperature, &mut potential)?;
        let moments = moments(&grid, &density)?;
        Ok((compare_potential(&potential, loss, &density)?, moments.covariance))
    };
    let mut places = Vec::new();
    cloud(plane, walk, &[0.0; 2], 5, run, |x| places.extend_from_slice(x))?;
    grid.fill(&mut loss, |x| plane.value(&x, &mut scratch))?;
    let (fit, found) = compare(&places, &loss)?;

    let bowl = Quadratic::new(&curvatures)?;
    let langevin = Langevin { learning_rate: walk.learning_rate, temperature };
    places.clear();
    cloud(&bowl, langevin, &[0.0; 2], 6, run, |x| places.extend_from_slice(x))?;
    grid.fill(&mut loss, |x| bowl.value(&x, &mut [0.0; 4]))?;
    let (control, _) = compare(&places, &loss)?;
    let force = [[curvatures[0], 0.0], [0.0, curvatures[1]]];
    let law = descent_covariance(&force, &d.map(|row| row.map(|d| d / batch)), walk.learning_rate)?;
    Ok(Slice {
        temperature,
        fit,
        control,
        shape: found[1][1] / found[0][0],
        predicted: law[1][1] / law[0][0],
        isotropic: curvatures[0] / curvatures[1],
    })
}

/// When a run is split in two.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// Steps before.
    pub at: u32,
    /// Steps in all.
    pub steps: u32,
    /// Rate and steps of descent on all samples at the end.
    pub settle: (f64, u32),
}

/// Trains a network, splits the run in two that draw other batches, lets both settle on all samples, and returns the
/// barrier on the straight line between their ends: none if the run could not leave its valley any more.
///
/// # Errors
/// What training refuses.
pub fn split_barrier<R: Real>(
    f: &MlpObjective<'_, R>,
    walk: BatchDescent<R>,
    split: Split,
    seed: u64,
) -> Result<f64, ArgError> {
    let mut params = start(f, seed);
    descend(f, &mut params, walk, split.at, &mut stream(seed, 1))?;
    let mut ends = Vec::new();
    for branch in [2, 3] {
        let mut end = params.clone();
        descend(f, &mut end, walk, split.steps - split.at, &mut stream(seed, branch))?;
        settle(f, &mut end, split.settle.0, split.settle.1)?;
        ends.extend(end);
    }
    Ok(scan(f, &ends, 19).barrier.to_f64())
}
