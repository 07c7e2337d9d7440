//! What the claims share.

use losscape::base::elementary::sqrt;
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus, fill_normal};
use losscape::base::vector::distance;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::path::{Band, BandConfig, BandLayout, BandStep, Relaxer};
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout, SgdStep};
use losscape::{Curvature, Objective, Real};
pub(crate) use losscape_tests::paths::scan;

/// A band with memory of its own.
pub(crate) type OwnedBand = Band<f64, Vec<f64>, Vec<f64>>;

/// A band after relaxation.
pub(crate) struct Relaxed {
    pub(crate) images: Vec<f64>,
    pub(crate) values: Vec<f64>,
    pub(crate) gradients: u32,
}

impl Relaxed {
    /// The highest inner image.
    pub(crate) fn top(&self) -> f64 {
        self.values[1..self.values.len() - 1].iter().fold(f64::NEG_INFINITY, |a, v| a.or_larger(*v))
    }
}

/// Relaxes `count` images, bent by `prepare`, until the residual falls below `tolerance` or for `sweeps`.
pub(crate) fn relax(
    f: &dyn Objective<f64>,
    config: BandConfig<f64>,
    ends: [&[f64]; 2],
    count: usize,
    (tolerance, sweeps): (f64, u32),
    prepare: impl FnOnce(&mut OwnedBand),
) -> Relaxed {
    let dim = f.dim();
    let mut images = vec![f64::NAN; count * dim];
    images[..dim].copy_from_slice(ends[0]);
    images[(count - 1) * dim..].copy_from_slice(ends[1]);
    let workspace = vec![f64::NAN; BandLayout::new(count, dim, f.scratch_len()).len()];
    let mut band = Band::new(f, config, images, workspace).unwrap();
    band.interpolate();
    prepare(&mut band);
    loop {
        match band.step(f) {
            BandStep::Moved { residual, sweep } => {
                let ready = config.climb_below == 0.0 || band.climbing();
                if (residual < tolerance && ready) || sweep == sweeps {
                    let gradients = band.evaluations().gradients;
                    return Relaxed {
                        images: band.images().to_vec(),
                        values: band.values().to_vec(),
                        gradients,
                    };
                }
            }
            BandStep::NotFinite { image } => panic!("not finite at image {image}"),
            BandStep::MemoryChanged => panic!("the memory is as it was"),
            BandStep::Evaluated(_) => (),
        }
    }
}

/// A generator for restart `k` of a claim.
pub(crate) fn rng(claim: u64, k: u64) -> Xoshiro128PlusPlus {
    Xoshiro128PlusPlus::seed_from_u64(1000 * claim + k)
}

/// A small regression problem with its network.
pub(crate) fn regression<'a>(net: Mlp, inputs: &'a [f64], targets: &'a [f64]) -> MlpObjective<'a, f64> {
    let data = Dataset::new(inputs, net.inputs(), Targets::Values(targets)).unwrap();
    MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).unwrap()
}

/// Trains from normal starts until the loss is below `goal`.
pub(crate) fn zero_loss(f: &MlpObjective<'_, f64>, claim: u64, goal: f64) -> Vec<f64> {
    for k in 0..200 {
        let mut rng = rng(claim, k);
        let (mut params, mut velocity) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
        fill_normal(&mut rng, &mut params);
        let transforms = (LearningRate::constant(0.05), Momentum::heavy_ball(0.9, &mut velocity));
        let mut workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
        let mut sgd = Sgd::new(f, &mut params, FullBatch, transforms, &mut workspace).unwrap();
        let mut value = f64::INFINITY;
        for step in 0..6000 {
            let SgdStep::Stepped { value: now, .. } = sgd.step(f, &mut rng) else { break };
            value = now;
            if value < goal || (step > 1500 && value > 1e-3) {
                break;
            }
        }
        if value < goal {
            return params;
        }
    }
    panic!("no start led to zero loss");
}

/// The same network with units `i` and `j` of its first hidden layer exchanged.
pub(crate) fn swapped(net: &Mlp, params: &[f64], i: usize, j: usize) -> Vec<f64> {
    let mut out = params.to_vec();
    let (into, next) = (net.layer(0), net.layer(1));
    for row in out[into.weights].chunks_exact_mut(into.outputs) {
        row.swap(i, j);
    }
    if net.has_bias() {
        out[into.bias].swap(i, j);
    }
    for k in 0..next.outputs {
        out.swap(next.weights.start + i * next.outputs + k, next.weights.start + j * next.outputs + k);
    }
    out
}

/// The lowest saddle of `restarts` randomly bent 41-image bands between a network and its copy with the
/// first two hidden units exchanged.
pub(crate) fn swap_saddle(f: &MlpObjective<'_, f64>, claim: u64, restarts: u32) -> f64 {
    let a = zero_loss(f, claim, 1e-20);
    let b = swapped(&f.net(), &a, 0, 1);
    let (_, saddle) = lowest_bent(f, Relaxer::descent(0.02, 0.9), [&a, &b], claim + 1, restarts);
    saddle
}

/// The lowest of `restarts` randomly bent 41-image bands, and its saddle.
pub(crate) fn lowest_bent(
    f: &dyn Objective<f64>,
    relaxer: Relaxer<f64>,
    [a, b]: [&[f64]; 2],
    claim: u64,
    restarts: u32,
) -> (Relaxed, f64) {
    let mut lowest: Option<(Relaxed, f64)> = None;
    for k in 0..restarts {
        let bend = distance(a, b) * f64::from(1 + k % 4) / 4.0;
        let push = |band: &mut OwnedBand| band.perturb(bend, &mut rng(claim, u64::from(k))).unwrap();
        let band = relax(f, BandConfig::new(relaxer), [a, b], 41, (1e-7, 1500), push);
        let saddle = scan(f, &band.images, 9).saddle;
        if lowest.as_ref().is_none_or(|(_, known)| saddle < *known) {
            lowest = Some((band, saddle));
        }
    }
    lowest.unwrap()
}

/// All eigenvalues of the Hessian, ascending, by Jacobi's rotations.
pub(crate) fn spectrum(f: &dyn Curvature<f64>, params: &[f64]) -> Vec<f64> {
    let n = f.dim();
    let mut scratch = vec![f64::NAN; f.hess_vec_scratch_len()];
    let mut h = vec![0.0; n * n];
    let mut unit = vec![0.0; n];
    for i in 0..n {
        unit[i] = 1.0;
        f.hess_vec(params, &unit, &mut h[i * n..(i + 1) * n], &mut scratch);
        unit[i] = 0.0;
    }
    for _ in 0..60 {
        for p in 0..n {
            for q in p + 1..n {
                let off = h[p * n + q];
                if off == 0.0 {
                    continue;
                }
                let theta = (h[q * n + q] - h[p * n + p]) / (2.0 * off);
                let sign = if theta < 0.0 { -1.0 } else { 1.0 };
                let t = sign / (theta.abs() + sqrt(theta * theta + 1.0));
                let c = 1.0 / sqrt(t * t + 1.0);
                let s = t * c;
                for k in 0..n {
                    let (a, b) = (h[k * n + p], h[k * n + q]);
                    (h[k * n + p], h[k * n + q]) = (c * a - s * b, s * a + c * b);
                }
                for k in 0..n {
                    let (a, b) = (h[p * n + k], h[q * n + k]);
                    (h[p * n + k], h[q * n + k]) = (c * a - s * b, s * a + c * b);
                }
            }
        }
    }
    let mut eigenvalues: Vec<f64> = (0..n).map(|i| h[i * n + i]).collect();
    eigenvalues.sort_by(f64::total_cmp);
    eigenvalues
}

/// The middle value; of an even number the upper middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
