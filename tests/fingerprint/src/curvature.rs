//! Hessians, their spectra, critical points, and planes: everything that a picture of a landscape is made of.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::curvature::slices::{
    GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout, PrincipalLayout, principal_axes,
    random_walk, through,
};
use losscape::curvature::{
    EigenLayout, EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep, Hessian,
    HessianLayout, HessianStep, Lanczos, LanczosConfig, LanczosLayout, LanczosStep, eigen, trace,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::{MuellerBrown, TiltedRing};
use losscape::objective::HessianAt;
use losscape::{ArgError, Curvature, Operator, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SPECTRUM: Experiment = Experiment {
    name: "spectrum-f32",
    digest: 0xb9b3788bbfbc6168,
    stack: 8 * 1024,
    run: || digest(spectrum::<f32>),
};
pub(crate) const SPECTRUM64: Experiment = Experiment {
    name: "spectrum-f64",
    digest: 0x2b32343a4a59ae0d,
    stack: 12 * 1024,
    run: || digest(spectrum::<f64>),
};
pub(crate) const SLICES: Experiment = Experiment {
    name: "slices-f32",
    digest: 0x168b90bc97d02c81,
    stack: 8 * 1024,
    run: || digest(slices::<f32>),
};
pub(crate) const SLICES64: Experiment = Experiment {
    name: "slices-f64",
    digest: 0x3439e30659e6b908,
    stack: 12 * 1024,
    run: || digest(slices::<f64>),
};
pub(crate) const FOLLOWING: Experiment = Experiment {
    name: "following-f32",
    digest: 0x4502278368aa95c7,
    stack: 8 * 1024,
    run: || digest(following::<f32>),
};
pub(crate) const FOLLOWING64: Experiment = Experiment {
    name: "following-f64",
    digest: 0xac9eb12c8d396709,
    stack: 12 * 1024,
    run: || digest(following::<f64>),
};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 9;
const TILE: usize = 4;

fn objective<'a, R: Real>(inputs: &'a [R], labels: &'a [u8]) -> Result<MlpObjective<'a, R>, ArgError> {
    let data = Dataset::new(inputs, 2, Targets::Labels(labels))?;
    MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, R::from_f64(1e-3))?.with_tile(TILE)
}

const LABELS: [u8; SAMPLES] = [0, 1, 1, 0, 1, 0, 0, 1, 0];

fn spectrum<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let inputs = numbers::<R, { 2 * SAMPLES }>(30, 1.5);
    let f = objective(&inputs, &LABELS)?;
    let mut params = [R::ZERO; DIM];
    NET.init(Init::GlorotNormal, &mut params, &mut stream(7, 6));
    let mut matrix = [R::ZERO; DIM * DIM];
    let mut workspace = [R::ZERO; HessianLayout::new(DIM, NET.hess_vec_scratch_len(TILE)).len()];
    of::<R, DIM>(&f, &params, &mut matrix, &mut workspace, digest)?;
    let ring = TiltedRing { scale: R::ONE, tilt: R::from_f64(0.1) };
    of::<R, 2>(&ring, &params[..2], &mut matrix[..4], &mut workspace, digest)
}

fn of<R: Real, const N: usize>(
    f: &impl Curvature<R>,
    params: &[R],
    matrix: &mut [R],
    workspace: &mut [R],
    digest: &mut Fingerprint,
) -> Result<(), ArgError> {
    let at = HessianAt::new(f, params)?;
    let mut hessian = Hessian::new(&at, &mut *matrix, &mut *workspace)?;
    loop {
        match hessian.step(&at) {
            HessianStep::Product { .. } => (),
            HessianStep::NotFinite { .. } | HessianStep::MemoryChanged => break,
            HessianStep::Done { asymmetry, tolerance } => {
                digest.reals(&[asymmetry, tolerance.relative, tolerance.absolute]);
                break;
            }
        }
    }
    digest.reals(matrix);
    digest.real(trace(matrix, N));
    let (mut values, memory) = ([R::ZERO; N], &mut workspace[..EigenLayout::new(N).len()]);
    eigen(matrix, &mut values, memory)?;
    digest.reals(&values);
    digest.reals(matrix);
    krylov(&at, params, digest)
}

/// The Ritz values of a few steps, with their weights and residuals.
fn krylov<R: Real>(
    operator: &impl Operator<R>,
    start: &[R],
    digest: &mut Fingerprint,
) -> Result<(), ArgError> {
    const STEPS: usize = 6;
    const LAYOUT: LanczosLayout = LanczosLayout::new(DIM, STEPS, NET.hess_vec_scratch_len(TILE));
    let (mut basis, mut workspace) = ([R::ZERO; LAYOUT.basis_len()], [R::ZERO; LAYOUT.len()]);
    for reorthogonalise in [true, false] {
        let layout = LanczosLayout::new(operator.dim(), STEPS, operator.scratch_len());
        let layout = if reorthogonalise { layout } else { layout.without_reorthogonalisation() };
        let config = LanczosConfig { steps: 6, reorthogonalise };
        let basis = &mut basis[..layout.basis_len()];
        let mut lanczos = Lanczos::new(operator, config, start, basis, &mut workspace[..])?;
        while let LanczosStep::Extended { beta, .. } = lanczos.step(operator, &mut stream(7, 9)) {
            digest.real(beta);
        }
        let Some(ritz) = lanczos.ritz() else { continue };
        digest.reals(ritz.values());
        for i in 0..ritz.values().len() {
            digest.reals(&[ritz.weight(i), ritz.residual(i)]);
        }
    }
    Ok(())
}

/// Walks to a saddle and to minima: all values on the way, the spectra and where it ends.
fn following<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let mut matrix = [R::ZERO; DIM * DIM];
    const LAYOUT: FollowingLayout =
        FollowingLayout::new(DIM, NET.scratch_len(TILE), NET.hess_vec_scratch_len(TILE));
    let mut workspace = [R::ZERO; LAYOUT.len()];
    let mut walk = |f: &dyn Curvature<R>, index, params: &mut [R]| {
        let matrix = &mut matrix[..params.len() * params.len()];
        let [max_step, grad_norm] = [0.2, 1e-3].map(R::from_f64);
        let config = FollowingConfig { index, max_step, mode_step: R::ONE, grad_norm };
        let mut walk = EigenvectorFollowing::new(f, config, params, matrix, &mut workspace[..])?;
        while walk.moves() < 12 {
            match walk.step(f) {
                FollowingStep::Evaluated { value, grad_norm } => digest.reals(&[value, grad_norm]),
                FollowingStep::Moved { length, .. } => digest.real(length),
                FollowingStep::Product { .. } => (),
                _ => break,
            }
        }
        digest.reals(walk.eigenvalues());
        digest.reals(walk.params());
        Ok(())
    };
    let surface = MuellerBrown::<R>::default();
    walk(&surface, 1, &mut [-0.7, 0.6].map(R::from_f64))?;
    walk(&surface, 0, &mut [-0.7, 0.6].map(R::from_f64))?;
    let inputs = numbers::<R, { 2 * SAMPLES }>(32, 1.5);
    let f = objective(&inputs, &LABELS)?;
    let mut params = [R::ZERO; DIM];
    NET.init(Init::GlorotNormal, &mut params, &mut stream(7, 8));
    walk(&f, 1, &mut params)
}

fn slices<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const POINTS: usize = 6;
    let inputs = numbers::<R, { 2 * SAMPLES }>(31, 1.5);
    let f = objective(&inputs, &LABELS)?;
    let mut walk = [R::ZERO; POINTS * DIM];
    random_walk(&mut walk, DIM, &mut stream(7, 7));
    digest.reals(&walk);
    let (a, rest) = walk.split_at(DIM);
    let (b, c) = rest.split_at(DIM);
    let mut rows = [R::ZERO; 3 * DIM];
    through(a, b, &c[..DIM], &mut rows)?;
    cut(&f, &rows, &walk, digest)?;

    let mut workspace = [R::ZERO; PrincipalLayout::new(POINTS).len()];
    let (origin, axes) = rows.split_at_mut(DIM);
    origin.copy_from_slice(&walk[(POINTS - 1) * DIM..]);
    let found = principal_axes(&walk, origin, axes, &mut workspace)?;
    digest.reals(&found.shares);
    cut(&f, &rows, &walk, digest)
}

/// All projections of a trajectory on a plane, and the landscape on it.
fn cut<R: Real>(
    f: &MlpObjective<'_, R>,
    rows: &[R],
    trajectory: &[R],
    digest: &mut Fingerprint,
) -> Result<(), ArgError> {
    let plane = Plane::new(rows)?;
    digest.reals(rows);
    digest.reals(&plane.units());
    digest.reals(&[plane.share(trajectory, &rows[..DIM]), plane.extent(trajectory)]);
    for params in trajectory.chunks_exact(DIM) {
        digest.reals(&plane.project(params));
    }
    const LAYOUT: PlaneGridLayout = PlaneGridLayout::new(8, DIM, NET.scratch_len(TILE));
    let mut values = [R::ZERO; LAYOUT.values_len()];
    let config = PlaneGridConfig { half_width: R::from_f64(1.5), coarse: 2, fine: 8 };
    let mut grid = PlaneGrid::new(f, plane, config, &mut values, [R::ZERO; LAYOUT.len()])?;
    while grid.step(f) != GridStep::Done {}
    digest.reals(&values);
    Ok(())
}
