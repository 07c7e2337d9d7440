//! Softmax cross-entropy of rows abreast: the bits of each row alone.

use losscape::base::fingerprint::Fingerprint;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective, Weighting, Weights};
use losscape::objective::GaussNewton;
use losscape::{ArgError, Curvature, Objective, Operator, Real, SampledObjective};

/// Around the four numbers of a piece that is turned, and the most columns that are.
const OUTPUTS: [usize; 12] = [2, 3, 4, 5, 6, 7, 8, 10, 16, 31, 32, 33];
/// Around groups of rows.
const SAMPLES: [usize; 6] = [15, 16, 17, 31, 37, 150];

/// A digest of each case in each precision.
type Digests = [Vec<u64>; 2];

/// One sample at a time.
pub(crate) fn row_by_row() -> Result<Digests, ArgError> {
    Ok([digests::<f32>(|_| 1)?, digests::<f64>(|_| 1)?])
}

/// As many samples at a time as there are have the same digests.
pub(crate) fn check(alone: &Digests) -> Result<(), ArgError> {
    let together = [digests::<f32>(|samples| samples)?, digests::<f64>(|samples| samples)?];
    for (alone, together) in alone.iter().zip(&together) {
        for ((alone, together), (samples, outputs)) in alone.iter().zip(together).zip(cases()) {
            assert_eq!(alone, together, "{samples} samples of {outputs} outputs");
        }
    }
    Ok(())
}

fn cases() -> impl Iterator<Item = (usize, usize)> {
    SAMPLES.into_iter().flat_map(|samples| OUTPUTS.map(|outputs| (samples, outputs)))
}

fn digests<R: Real>(tile: impl Fn(usize) -> usize) -> Result<Vec<u64>, ArgError> {
    cases().map(|(samples, outputs)| digest::<R>(samples, outputs, tile(samples))).collect()
}

/// Outputs of any size, alike, and with ties of the largest.
fn outputs<R: Real>(samples: usize, outputs: usize) -> Vec<R> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0
    };
    let mut all = Vec::new();
    for sample in 0..samples {
        let size = [1.0, 0.0, 30.0, 1e-30, 3.0, 200.0, 1e30][sample % 7];
        let mut row: Vec<R> = (0..outputs).map(|_| R::from_f64(size * next())).collect();
        if sample % 5 == 0 {
            // On both sides of the piece's edge.
            let most = row.iter().fold(row[0], |most, &a| most.or_larger(a));
            (row[outputs / 2], row[outputs - 1]) = (most, most);
        }
        all.append(&mut row);
    }
    all
}

/// Everything that uses the loss. The outputs are the inputs, so any can occur.
fn digest<R: Real>(samples: usize, outputs: usize, tile: usize) -> Result<u64, ArgError> {
    let net = Mlp::new(&[outputs, outputs])?.without_bias();
    let x = self::outputs::<R>(samples, outputs);
    let labels: Vec<u8> = (0..samples).map(|k| (k * 5 % outputs) as u8).collect();
    let weights: Vec<R> = (0..samples).map(|k| R::from_usize(k % 3)).collect();
    let data = Dataset::new(&x, outputs, Targets::Labels(&labels))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, R::ZERO)?.with_tile(tile)?;
    let mut identity = vec![R::ZERO; f.dim()];
    identity.iter_mut().step_by(outputs + 1).for_each(|w| *w = R::ONE);
    let mut digest = Fingerprint::new();
    uses(&f, &identity, &mut digest)?;
    uses(&f.with_weights(Weights::PerSample(&weights))?, &identity, &mut digest)?;
    // Small losses, which large ones would hide.
    let found: Vec<u8> = x.chunks_exact(outputs).map(largest).collect();
    let known = Dataset::new(&x, outputs, Targets::Labels(&found))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, known, R::ZERO)?.with_tile(tile)?;
    identity.iter_mut().step_by(outputs + 1).for_each(|w| *w = R::from_u32(30));
    uses(&f, &identity, &mut digest)?;
    // Outputs that overflow, and infinity times zero.
    identity[0] = R::MAX;
    uses(&f, &identity, &mut digest)?;
    Ok(digest.finish())
}

/// The index of the last of the largest.
fn largest<R: Real>(row: &[R]) -> u8 {
    (0..row.len()).fold(0, |most, k| if row[k] >= row[most] { k } else { most }) as u8
}

fn uses<R: Real, W: Weighting<R>>(
    f: &MlpObjective<'_, R, W>,
    params: &[R],
    digest: &mut Fingerprint,
) -> Result<(), ArgError> {
    let (n, samples) = (f.dim(), f.data().len());
    let v: Vec<R> = (0..16 * n).map(|k| R::from_f64(((k * 37 % 101) as f64 - 50.0) / 16.0)).collect();
    let mut out = vec![R::ZERO; 16 * n];
    let mut of = |out: &[R]| digest.reals(out);
    let mut scratch = vec![R::ZERO; f.scratch_len()];
    let loss = f.value_grad(params, &mut out[..n], &mut scratch);
    of(&[loss]);
    of(&out[..n]);
    let batch: Vec<u32> = (0..samples as u32).rev().collect();
    let mut scratch = vec![R::ZERO; f.batch_scratch_len(samples)];
    let loss = f.batch_value_grad(params, &batch, &mut out[..n], &mut scratch);
    of(&[loss]);
    of(&out[..n]);
    f.hess_vec(params, &v[..n], &mut out[..n], &mut vec![R::ZERO; f.hess_vec_scratch_len()]);
    of(&out[..n]);
    f.gauss_newton_vec(params, &v[..n], &mut out[..n], &mut vec![R::ZERO; f.gauss_newton_scratch_len()]);
    of(&out[..n]);
    let prepared = f.prepare(params, vec![R::ZERO; f.prepared_len()])?;
    prepared.apply(&v[..n], &mut out[..n], &mut vec![R::ZERO; prepared.scratch_len()]);
    of(&out[..n]);
    prepared.apply_several(&v, &mut out, &mut vec![R::ZERO; prepared.several_scratch_len(16)]);
    of(&out);
    Ok(())
}
