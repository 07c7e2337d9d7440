//! Curvature from products alone: Gauss–Newton, spectral densities, traces, how far a landscape rises, and walks away from saddles.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{fill_normal, stream};
use losscape::curvature::{
    DeflatedTrace, DeflatedTraceLayout, DensityConfig, DensityLayout, DensityStep, LanczosConfig, Probe,
    Region, SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, Sharpness, SharpnessConfig,
    SharpnessLayout, SharpnessStep, SpectralDensity,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::objective::{GaussNewton, GaussNewtonAt, HessianAt};
use losscape::{ArgError, Curvature, Objective, Operator, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment = Experiment {
    name: "krylov-f32",
    digest: 0xb91be5c897858d45,
    stack: 8 * 1024,
    run: || digest(products::<f32>),
};
pub(crate) const DOUBLE: Experiment = Experiment {
    name: "krylov-f64",
    digest: 0xafa1e5bd5304eec5,
    stack: 12 * 1024,
    run: || digest(products::<f64>),
};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 9;
const TILE: usize = 4;
const LABELS: [u8; SAMPLES] = [0, 1, 1, 0, 1, 0, 0, 1, 0];

fn products<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let inputs = numbers::<R, { 2 * SAMPLES }>(40, 1.5);
    let data = Dataset::new(&inputs, 2, Targets::Labels(&LABELS))?;
    let (mut params, mut v) = ([R::ZERO; DIM], [R::ZERO; DIM]);
    NET.init(Init::GlorotNormal, &mut params, &mut stream(8, 0));
    fill_normal(&mut stream(8, 1), &mut v);
    let mut scratch = [R::ZERO; NET.hess_vec_scratch_len(TILE)];
    for loss in [Loss::BinaryCrossEntropy, Loss::MeanSquaredError] {
        let f = MlpObjective::new(NET, loss, data, R::from_f64(1e-3))?.with_tile(TILE)?;
        let mut out = [R::ZERO; DIM];
        f.gauss_newton_vec(&params, &v, &mut out, &mut scratch);
        digest.reals(&out);
        density(&GaussNewtonAt::new(&f, &params)?, digest)?;
        density(&HessianAt::new(&f, &params)?, digest)?;
        deflated(&HessianAt::new(&f, &params)?, digest)?;
        rise(&f, &params, digest)?;
        saddle_free(&f, &params, digest)?;
    }
    Ok(())
}

/// The nodes of a spectral density, and what follows from them.
fn density<R: Real>(operator: &impl Operator<R>, digest: &mut Fingerprint) -> Result<(), ArgError> {
    const STEPS: usize = 4;
    const LAYOUT: DensityLayout = DensityLayout::new(DIM, STEPS, NET.hess_vec_scratch_len(TILE), 2);
    let (mut basis, mut nodes) = ([R::ZERO; LAYOUT.lanczos().basis_len()], [R::ZERO; LAYOUT.nodes_len()]);
    let mut workspace = [R::ZERO; LAYOUT.lanczos().len()];
    let lanczos = LanczosConfig { steps: 4, reorthogonalise: true };
    let config = DensityConfig { probes: 2, probe: Probe::Rademacher, lanczos };
    let mut density =
        SpectralDensity::new(operator, config, &mut basis[..], &mut workspace[..], &mut nodes[..])?;
    let mut rng = stream(8, 2);
    while !matches!(density.step(operator, &mut rng), DensityStep::Done | DensityStep::NotFinite) {}
    for (value, weight) in density.nodes() {
        digest.reals(&[value, weight]);
    }
    let tenth = R::from_f64(0.1);
    for found in [density.average(|x| x * x), density.share(-tenth, tenth), density.density(tenth, tenth)] {
        digest.reals(&[found.mean, found.standard_error]);
    }
    Ok(())
}

/// A trace on two dimensions and beside them.
fn deflated<R: Real>(operator: &impl Operator<R>, digest: &mut Fingerprint) -> Result<(), ArgError> {
    const LAYOUT: DeflatedTraceLayout = DeflatedTraceLayout::new(DIM, 2, NET.hess_vec_scratch_len(TILE));
    let (mut basis, mut workspace) = ([R::ZERO; LAYOUT.basis_len()], [R::ZERO; LAYOUT.len()]);
    let mut trace = DeflatedTrace::new(operator, 2, Probe::Gaussian, &mut basis[..], &mut workspace[..])?;
    let mut rng = stream(8, 3);
    for _ in 0..2 + 2 + 3 {
        let _ = trace.step(operator, &mut rng);
    }
    let found = trace.estimate();
    digest.reals(&[found.mean, found.standard_error]);
    Ok(())
}

/// The highest values in a box and in a ball.
fn rise<R: Real>(f: &impl Objective<R>, params: &[R], digest: &mut Fingerprint) -> Result<(), ArgError> {
    let mut workspace = [R::ZERO; SharpnessLayout::new(DIM, NET.scratch_len(TILE)).len()];
    let tenth = R::from_f64(0.1);
    for region in [Region::Box { size: tenth }, Region::Ball { radius: tenth }] {
        let config = SharpnessConfig { region, starts: 1, steps: 4 };
        let mut sharpness = Sharpness::new(f, config, params, &mut workspace[..])?;
        let mut rng = stream(8, 4);
        while let SharpnessStep::Evaluated { value } = sharpness.step(f, &mut rng) {
            digest.real(value);
        }
        digest.reals(&[sharpness.rise(), sharpness.percentage()]);
    }
    Ok(())
}

/// A few moves: every value, and where they lead.
fn saddle_free<R: Real>(
    f: &impl Curvature<R>,
    params: &[R],
    digest: &mut Fingerprint,
) -> Result<(), ArgError> {
    const LAYOUT: SaddleFreeLayout =
        SaddleFreeLayout::new(DIM, 4, NET.scratch_len(TILE), NET.hess_vec_scratch_len(TILE));
    let mut basis = [R::ZERO; LAYOUT.lanczos().basis_len()];
    let mut krylov = [R::ZERO; LAYOUT.lanczos().len()];
    let mut workspace = [R::ZERO; LAYOUT.len()];
    let config = SaddleFreeConfig { products: 4, damping: R::from_f64(0.01), grad_norm: R::ZERO };
    let mut walk = SaddleFree::new(f, config, params, &mut basis[..], &mut krylov[..], &mut workspace[..])?;
    let mut rng = stream(8, 5);
    while walk.moves() < 4 {
        match walk.step(f, &mut rng) {
            SaddleFreeStep::Evaluated { value, grad_norm } => digest.reals(&[value, grad_norm]),
            SaddleFreeStep::Moved { value, grad_norm, length } => digest.reals(&[value, grad_norm, length]),
            SaddleFreeStep::Product { .. } | SaddleFreeStep::Refused => (),
            _ => break,
        }
    }
    digest.reals(walk.params());
    Ok(())
}
