use losscape::base::random::stream;
use losscape::curvature::slices::{Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
use losscape::curvature::{
    BatchSharpness, BatchSharpnessLayout, CriticalSearch, DeflatedTrace, DeflatedTraceLayout, DensityConfig,
    DensityLayout, EigenvectorFollowing, FollowingConfig, FollowingLayout, Hessian, HessianLayout, Lanczos,
    LanczosConfig, LanczosLayout, PowerConfig, PowerIteration, PowerLayout, Probe, Region, SaddleFree,
    SaddleFreeConfig, SaddleFreeLayout, SearchLayout, Sharpness, SharpnessConfig, SharpnessLayout,
    SpectralDensity, Subspace, SubspaceLayout, TraceEstimate, TraceLayout,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::models::surfaces::DoubleWell;
use losscape::objective::HessianAt;
use losscape::{Curvature, Objective, Operator, SampledCurvature, SampledObjective};

use crate::sgd::squares;
use crate::window::{Memory, Ran, drive, sweep};

const DIM: usize = 3;
const START: [f64; DIM] = [0.5, 0.3, -0.2];

fn well() -> DoubleWell<f64> {
    DoubleWell::new(DIM).expect("three")
}

/// The Hessian at the start, without scratch of its own.
struct Curved;

impl Operator<f64> for Curved {
    fn dim(&self) -> usize {
        DIM
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn apply(&self, v: &[f64], out: &mut [f64], _: &mut [f64]) {
        let f = well();
        HessianAt::new(&f, &START).expect("finite").apply(v, out, &mut [0.0; 16]);
    }
}

fn hessian(matrix: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut hessian = Hessian::new(&Curved, matrix, workspace)?;
    drive!(mark, DIM - 1, hessian.step(&Curved), hessian.matrix().len())
}

fn several(matrix: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut hessian = Hessian::several(&Curved, 2, matrix, workspace)?;
    drive!(mark, 1, hessian.step(&Curved), hessian.matrix().len())
}

fn power(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = PowerConfig { tolerance: 0.0, momentum: 0.1 };
    let mut power = PowerIteration::new(&Curved, config, &[1.0, 0.5, 0.2], workspace)?;
    drive!(mark, 4, power.step(&Curved), (power.vector().len(), power.value()))
}

fn trace(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let (mut trace, mut rng) = (TraceEstimate::new(&Curved, Probe::Gaussian, workspace)?, stream(1, 0));
    drive!(mark, 4, trace.step(&Curved, &mut rng), trace.standard_error())
}

fn traces(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let (mut trace, mut rng) =
        (TraceEstimate::several(&Curved, 2, Probe::Gaussian, workspace)?, stream(1, 0));
    drive!(mark, 4, trace.step(&Curved, &mut rng), trace.standard_error())
}

fn deflated(basis: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut rng = stream(1, 0);
    let mut trace = DeflatedTrace::new(&Curved, 2, Probe::Gaussian, basis, workspace)?;
    drive!(mark, 6, trace.step(&Curved, &mut rng), trace.estimate())
}

fn krylov(
    reorthogonalise: bool,
    basis: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let config = LanczosConfig { steps: 3, reorthogonalise };
    let (mut rng, mut out) = (stream(1, 0), [0.0; DIM]);
    let mut lanczos = Lanczos::new(&Curved, config, &[1.0, 0.5, 0.2], basis, workspace)?;
    let _ = lanczos.step(&Curved, &mut rng);
    if let Some(ritz) = lanczos.ritz() {
        let _ = (ritz.residual(0), ritz.weight(0), ritz.vector(0, &mut out));
    }
    drive!(mark, 1, lanczos.step(&Curved, &mut rng), ())
}

fn lanczos(basis: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    krylov(true, basis, workspace, mark)
}

fn three_term(basis: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    krylov(false, basis, workspace, mark)
}

/// The pairs of a finished iteration.
fn ritz(basis: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = LanczosConfig { steps: 2, reorthogonalise: true };
    let (mut rng, mut out) = (stream(1, 0), [0.0; DIM]);
    let mut lanczos = Lanczos::new(&Curved, config, &[1.0, 0.5, 0.2], basis, workspace)?;
    let _ = (lanczos.step(&Curved, &mut rng), lanczos.step(&Curved, &mut rng));
    mark();
    let told = lanczos.ritz().and_then(|ritz| ritz.vector(0, &mut out).then_some(ritz.weight(0)));
    let told = told.filter(|_| lanczos.steps() == 2);
    Ok(told.map_or_else(|| "MemoryChanged".into(), |weight| format!("{weight:?} {out:?}")))
}

fn density(
    basis: impl Memory<f64>,
    workspace: impl Memory<f64>,
    nodes: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let lanczos = LanczosConfig { steps: 2, reorthogonalise: true };
    let config = DensityConfig { probes: 3, probe: Probe::Rademacher, lanczos };
    let mut rng = stream(1, 0);
    let mut density = SpectralDensity::new(&Curved, config, basis, workspace, nodes)?;
    drive!(
        mark,
        6,
        density.step(&Curved, &mut rng),
        (density.range(), density.density(0.0, 1.0), density.share(0.0, 1.0), density.nodes().count())
    )
}

fn following(
    params: impl Memory<f64>,
    matrix: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let config = FollowingConfig { index: 1, max_step: 0.1, mode_step: 0.1, grad_norm: 1e-9 };
    let mut walk = EigenvectorFollowing::new(&well(), config, params, matrix, workspace)?;
    drive!(
        mark,
        11,
        walk.step(&well()),
        (walk.params().len(), walk.eigenvalues().len(), walk.mode(0).len(), walk.mode(9).len())
    )
}

fn search(
    params: impl Memory<f64>,
    matrix: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let mut search = CriticalSearch::new(&well(), 1e-12, params, matrix, workspace)?;
    drive!(mark, 11, search.step(&well()), (search.params().len(), search.eigenvalues().len()))
}

fn saddle_free(
    basis: impl Memory<f64>,
    krylov: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let config = SaddleFreeConfig { products: 2, damping: 0.1, grad_norm: 1e-12 };
    let mut rng = stream(1, 0);
    let mut walk = SaddleFree::new(&well(), config, &START, basis, krylov, workspace)?;
    drive!(mark, 15, walk.step(&well(), &mut rng), walk.params().len())
}

fn sharpness(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = SharpnessConfig { region: Region::Ball { radius: 0.2 }, starts: 2, steps: 3 };
    let mut rng = stream(1, 0);
    let mut sharpness = Sharpness::new(&well(), config, &START, workspace)?;
    drive!(mark, 8, sharpness.step(&well(), &mut rng), sharpness.percentage())
}

fn batch_sharpness(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let f = squares();
    let mut sharpness = BatchSharpness::new(&f, &[0.5, 0.2], workspace)?;
    drive!(mark, 3, sharpness.step(&f, &[0, 2]), sharpness.estimate())
}

fn plane_grid(
    rows: impl Memory<f64>,
    values: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let plane = Plane::new(rows)?;
    let mut out = [0.0; DIM];
    let _ = (
        plane.project(&START),
        plane.share(&START, &START),
        plane.extent(&START),
        plane.point([0.5, 0.5], &mut out),
    );
    let config = PlaneGridConfig { half_width: 1.0, coarse: 1, fine: 2 };
    let mut grid = PlaneGrid::new(&well(), plane, config, values, workspace)?;
    drive!(mark, 8, grid.step(&well()), (grid.values().len(), grid.plane().rows().len()))
}

fn subspace(directions: impl Memory<f64>, memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let f = well();
    let seen = Subspace::new(&f, &START, directions, memory)?;
    let mut scratch = vec![0.0; seen.scratch_len()];
    let mut grad = [0.0; 2];
    let _ = (seen.coordinates().len(), seen.value(&[0.5, 0.5], &mut scratch));
    mark();
    let value = seen.value_grad(&[0.5, 0.5], &mut grad, &mut scratch);
    Ok(if value.is_finite() { format!("{value}") } else { "MemoryChanged".into() })
}

fn prepared(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let data = Dataset::new(&[1.0, 2.0, 3.0], 1, Targets::Values(&[1.0, 0.0, 2.0]))?;
    let f = MlpObjective::new(Mlp::new(&[1, 2, 1])?, Loss::MeanSquaredError, data, 0.0)?;
    let params = [0.3; 7];
    let prepared = f.prepare(&params, memory)?;
    let (mut out, mut scratch) = ([0.0; 7], vec![0.0; prepared.scratch_len()]);
    prepared.apply(&params, &mut out, &mut scratch);
    mark();
    prepared.apply(&params, &mut out, &mut scratch);
    Ok(if out[0].is_finite() { format!("{out:?}") } else { "MemoryChanged".into() })
}

#[test]
fn hostile_memory_of_operators() {
    sweep!(hessian([0.0; DIM * DIM], vec![0.0; HessianLayout::new(DIM, 0).len()]));
    sweep!(several([0.0; DIM * DIM], vec![0.0; HessianLayout::several(DIM, 2, 0).len()]));
    sweep!(power(vec![0.0; PowerLayout::new(DIM, 0).len()]));
    sweep!(trace(vec![0.0; TraceLayout::new(DIM, 0).len()]));
    sweep!(traces(vec![0.0; TraceLayout::several(DIM, 2, 0).len()]));
    let layout = DeflatedTraceLayout::new(DIM, 2, 0);
    sweep!(deflated(vec![0.0; layout.basis_len()], vec![0.0; layout.len()]));
    let layout = LanczosLayout::new(DIM, 3, 0);
    sweep!(lanczos(vec![0.0; layout.basis_len()], vec![0.0; layout.len()]));
    let layout = layout.without_reorthogonalisation();
    sweep!(three_term(vec![0.0; layout.basis_len()], vec![0.0; layout.len()]));
    let layout = LanczosLayout::new(DIM, 2, 0);
    sweep!(ritz(vec![0.0; layout.basis_len()], vec![0.0; layout.len()]));
    let layout = DensityLayout::new(DIM, 2, 0, 3);
    let lanczos = layout.lanczos();
    sweep!(density(vec![0.0; lanczos.basis_len()], vec![0.0; lanczos.len()], vec![0.0; layout.nodes_len()]));
}

#[test]
fn hostile_memory_of_walks() {
    let (scratch, product) = (Objective::scratch_len(&well()), well().hess_vec_scratch_len());
    let layout = FollowingLayout::new(DIM, scratch, product);
    sweep!(following(START, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]));
    let layout = SearchLayout::new(DIM, scratch, product);
    sweep!(search(START, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]));
    let layout = SaddleFreeLayout::new(DIM, 2, scratch, product);
    let lanczos = layout.lanczos();
    sweep!(saddle_free(vec![0.0; lanczos.basis_len()], vec![0.0; lanczos.len()], vec![0.0; layout.len()]));
}

#[test]
fn hostile_memory_of_rises_and_slices() {
    let scratch = Objective::scratch_len(&well());
    sweep!(sharpness(vec![0.0; SharpnessLayout::new(DIM, scratch).len()]));
    let f = squares();
    let room = f.batch_scratch_len(2).max(f.batch_hess_vec_scratch_len(2));
    sweep!(batch_sharpness(vec![0.0; BatchSharpnessLayout::new(f.dim(), room).len()]));
    let layout = PlaneGridLayout::new(2, DIM, scratch);
    let rows = [0.1, 0.2, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    sweep!(plane_grid(rows, vec![0.0; layout.values_len()], vec![0.0; layout.len()]));
    sweep!(subspace([1.0, 0.0, 0.0, 0.0, 1.0, 0.0], vec![0.0; SubspaceLayout::new(2).len()]));
    let data = Dataset::new(&[1.0, 2.0, 3.0], 1, Targets::Values(&[1.0, 0.0, 2.0])).expect("data");
    let f =
        MlpObjective::<f64>::new(Mlp::new(&[1, 2, 1]).expect("widths"), Loss::MeanSquaredError, data, 0.0);
    sweep!(prepared(vec![0.0; f.expect("valid").prepared_len()]));
}
