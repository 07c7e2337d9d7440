use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::diffusion::{
    Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, Ensemble, EnsembleLayout, Evolution,
    EvolutionLayout, FokkerPlanck, FokkerPlanckLayout, GradientCovariance, GradientCovarianceLayout,
    Langevin, Scheme, SpectralGap, SpectralGapLayout, seed_walkers,
};
use losscape::models::surfaces::DoubleWell;

use crate::sgd::squares;
use crate::window::{Memory, Ran, drive, sweep};

const CELLS: u32 = 6;
const POTENTIAL: [f64; CELLS as usize] = [0.5, 0.1, 0.3, 0.4, 0.0, 0.6];
const WALLS: [Boundary; 1] = [Boundary::Reflecting];

fn well() -> DoubleWell<f64> {
    DoubleWell::new(2).expect("two")
}

fn equation<M: Memory<f64>>(memory: M) -> Result<FokkerPlanck<f64, 1, M>, losscape::ArgError> {
    let grid = Grid::new([Axis::new(-1.0, 1.0, CELLS)?])?;
    FokkerPlanck::new(grid, WALLS, &Dynamics::gradient(&POTENTIAL), 0.3, memory)
}

fn rates() -> FokkerPlanck<f64, 1, Vec<f64>> {
    equation(vec![0.0; FokkerPlanckLayout::new([CELLS]).len()]).expect("valid")
}

/// The equation's own memory, read by all that are given it.
fn fokker_planck(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut equation = equation(memory)?;
    let _ = equation.set_temperature(&Dynamics::gradient(&POTENTIAL), 0.2);
    let (mut flux, density) = ([0.0; CELLS as usize], [0.5; CELLS as usize]);
    let _ = (
        equation.current(&density, 0, &mut flux),
        equation.entropy_production(&density),
        equation.explicit_limit(),
    );
    let _ = (equation.rates(0).is_some(), equation.out_rates().is_some());
    let mut evolution = Evolution::new(&equation, Scheme::Exact { dt: 0.1 }, density, [0.0; 999])?;
    let _ = (evolution.step(&equation), evolution.set_scheme(&equation, Scheme::Implicit { dt: 0.1 }));
    let _ = Elimination::<f64, 1, _>::stationary(&equation, vec![0.0; 999])?.step();
    drive!(mark, 2, evolution.step(&equation), ())
}

fn evolution<const SCHEME: usize>(
    density: impl Memory<f64>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let scheme =
        [Scheme::Explicit { dt: 1e-4 }, Scheme::Implicit { dt: 0.1 }, Scheme::Exact { dt: 0.1 }][SCHEME];
    let equation = rates();
    let mut evolution = Evolution::new(&equation, scheme, density, workspace)?;
    let _ = evolution.step(&equation);
    let _ = evolution.set_scheme(&equation, scheme);
    drive!(mark, 3, evolution.step(&equation), evolution.density().len())
}

fn explicit(density: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    evolution::<0>(density, workspace, mark)
}

fn implicit(density: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    evolution::<1>(density, workspace, mark)
}

fn exact(density: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    evolution::<2>(density, workspace, mark)
}

fn elimination(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut elimination = Elimination::stationary(&rates(), memory)?;
    let mut density = [0.0; CELLS as usize];
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    let _ = elimination.step();
    mark();
    let told = elimination.density(&mut density);
    Ok(told.map_or_else(|_| "MemoryChanged".into(), |()| format!("{density:?}")))
}

fn passage(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut elimination = Elimination::absorbing(&rates(), |k| k == 4, memory)?;
    let mut times = [0.0; CELLS as usize];
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    mark();
    let told = elimination.times(&mut times);
    Ok(told.map_or_else(|_| "MemoryChanged".into(), |()| format!("{times:?}")))
}

fn implicit_step(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut elimination = Elimination::implicit(&rates(), 0.1, memory)?;
    let mut density = [0.5; CELLS as usize];
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    let _ = elimination.advance(&mut density);
    mark();
    let told = elimination.advance(&mut density);
    Ok(told.map_or_else(|_| "MemoryChanged".into(), |()| format!("{density:?}")))
}

fn gap(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let memory = vec![0.0; EliminationLayout::new([CELLS], WALLS).len()];
    let mut elimination = Elimination::implicit(&rates(), 1e3, memory)?;
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    let mut gap = SpectralGap::new(&mut elimination, workspace)?;
    drive!(mark, 2, gap.step(&mut elimination), ())
}

/// The memory of the elimination that a spectral gap is found with.
fn gap_of(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut elimination = Elimination::implicit(&rates(), 1e3, memory)?;
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    let mut gap =
        SpectralGap::new(&mut elimination, vec![0.0; SpectralGapLayout::new(CELLS as usize).len()])?;
    drive!(mark, 2, gap.step(&mut elimination), ())
}

fn ensemble(
    positions: impl Memory<f64>,
    generators: impl Memory<Xoshiro128PlusPlus>,
    workspace: impl Memory<f64>,
    mark: &dyn Fn(),
) -> Ran {
    let walk = Langevin { learning_rate: 0.1, temperature: 0.5 };
    let mut cloud = Ensemble::new(&well(), walk, positions, generators, workspace)?;
    drive!(mark, 5, cloud.steps(&well(), 4), (cloud.positions().len(), cloud.step(&well())))
}

fn covariance(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let f = squares();
    let mut covariance = GradientCovariance::new(&f, memory)?;
    for _ in 0..4 {
        let _ = covariance.step(&f, &[0.5, 0.2]);
    }
    let _ = (covariance.mean().is_some(), covariance.gram().is_some(), covariance.participation_ratio());
    mark();
    let mean = covariance.mean().map(<[f64]>::to_vec);
    Ok(mean.map_or_else(|| "MemoryChanged".into(), |mean| format!("{mean:?}")))
}

#[test]
fn hostile_memory_of_densities() {
    let density = [0.5; CELLS as usize];
    let room = EvolutionLayout::new([CELLS]).len();
    sweep!(fokker_planck(vec![0.0; FokkerPlanckLayout::new([CELLS]).len()]));
    sweep!(explicit(density, vec![0.0; room]));
    sweep!(implicit(density, vec![0.0; room]));
    sweep!(exact(density, vec![0.0; room]));
    let room = EliminationLayout::new([CELLS], WALLS).len();
    sweep!(elimination(vec![0.0; room]));
    sweep!(passage(vec![0.0; room]));
    sweep!(implicit_step(vec![0.0; room]));
    sweep!(gap(vec![0.0; SpectralGapLayout::new(CELLS as usize).len()]));
    sweep!(gap_of(vec![0.0; room]));
}

#[test]
fn hostile_memory_of_clouds() {
    let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); 4];
    seed_walkers(1, &mut generators);
    let scratch = losscape::Objective::scratch_len(&well());
    sweep!(ensemble([0.1; 8], generators, vec![0.0; EnsembleLayout::new(2, scratch).len()]));
    let layout =
        GradientCovarianceLayout::new(3, 2, losscape::SampledObjective::batch_scratch_len(&squares(), 1));
    sweep!(covariance(vec![0.0; layout.len()]));
}
