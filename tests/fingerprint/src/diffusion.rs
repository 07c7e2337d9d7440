//! A density in time and a cloud: all values on the way and where they end.

use losscape::base::elementary::exp;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::diffusion::{
    Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, Ensemble, EnsembleLayout,
    EnsembleStep, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, Gibbs,
    Langevin, Scheme, histogram, noise_floor, normalise_mass, seed_walkers,
};
use losscape::models::surfaces::DoubleWell;
use losscape::{ArgError, Real};

experiments! {
    DENSITY DENSITY64 "density" density 0x9677dc0b3d762c6e 0xed0942953e354f23 16;
    ENSEMBLE ENSEMBLE64 "ensemble" ensemble 0x0c97686bcc812bf6 0x3b267ac06dab1754 4;
}

const CELLS: [u32; 2] = [12, 9];
const ALL: usize = 108;
const ENDS: [Boundary; 2] = [Boundary::Reflecting, Boundary::Periodic];

/// A drift with a rotation in a double well; each scheme, and everything at once.
fn density<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let real = R::from_f64;
    let grid = Grid::new([
        Axis::new(real(-2.0), real(2.0), CELLS[0])?,
        Axis::new(real(-1.5), real(1.5), CELLS[1])?,
    ])?;
    let (mut potential, mut start) = ([R::ZERO; ALL], [R::ZERO; ALL]);
    grid.fill(&mut potential, |[x, y]| real(0.25) * (x * x - R::ONE) * (x * x - R::ONE) + R::HALF * y * y)?;
    grid.fill(&mut start, |[x, y]| exp(-(x + R::ONE) * (x + R::ONE) - y * y))?;
    normalise_mass(&grid, &mut start)?;
    let mut drift = [R::ZERO; 2 * ALL];
    let (first, second) = drift.split_at_mut(ALL);
    grid.fill_faces(0, first, |[_, y]| -R::HALF * y)?;
    grid.fill_faces(1, second, |[x, _]| R::HALF * x)?;
    let dynamics = Dynamics { drift: &drift, ..Dynamics::gradient(&potential) };
    let mut memory = [R::ZERO; FokkerPlanckLayout::new(CELLS).len()];
    let equation = FokkerPlanck::new(grid, ENDS, &dynamics, real(0.2), &mut memory)?;
    let gibbs = Gibbs::new(grid, &potential, real(0.2))?;
    let dt = equation.explicit_limit();
    for (scheme, steps) in [
        (Scheme::Explicit { dt }, 40),
        (Scheme::Implicit { dt: real(0.05) }, 20),
        (Scheme::Exact { dt: R::HALF }, 2),
    ] {
        let mut density = start;
        let mut workspace = [R::ZERO; EvolutionLayout::new(CELLS).len()];
        let mut evolution = Evolution::new(&equation, scheme, &mut density, &mut workspace)?;
        let mut done = 0;
        while done < steps {
            if let EvolutionStep::Stepped { time } = evolution.step(&equation) {
                digest.reals(&[time, gibbs.relative_entropy(evolution.density())?]);
                done += 1;
            }
        }
        digest.reals(&[equation.circulation(&density)?, equation.entropy_production(&density)?]);
        digest.reals(&density);
    }
    Ok(())
}

/// Langevin walkers in a double well, their histogram and its noise floor.
fn ensemble<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const WALKERS: usize = 24;
    let f = DoubleWell::<R>::new(1)?;
    let mut generators = [(); WALKERS].map(|()| Xoshiro128PlusPlus::seed_from_u64(0));
    seed_walkers(21, &mut generators);
    let walk = Langevin { learning_rate: R::from_f64(0.05), temperature: R::from_f64(0.2) };
    let mut workspace = [R::ZERO; EnsembleLayout::new(1, 4).len()];
    let mut positions = [-R::ONE; WALKERS];
    let mut cloud = Ensemble::new(&f, walk, &mut positions, &mut generators, &mut workspace)?;
    while cloud.round() < 200 {
        if let EnsembleStep::Round { mean_value, .. } = cloud.step(&f) {
            digest.real(mean_value);
        }
    }
    digest.reals(cloud.positions());
    let grid = Grid::new([Axis::new(R::from_f64(-2.5), R::from_f64(2.5), 10)?])?;
    let (mut potential, mut density) = ([R::ZERO; 10], [R::ZERO; 10]);
    histogram(&grid, cloud.positions(), &mut density)?;
    digest.reals(&density);
    grid.fill(&mut potential, |[x]| (x * x - R::ONE) * (x * x - R::ONE) * R::from_f64(0.25))?;
    let gibbs = Gibbs::new(grid, &potential, R::from_f64(0.2))?;
    digest.real(gibbs.relative_entropy(&density)?);
    gibbs.fill(&mut density)?;
    normalise_mass(&grid, &mut density)?;
    let floor = noise_floor(&grid, &density, 24)?;
    digest.reals(&[floor.mean, floor.std_dev]);
    const LINE: [Boundary; 1] = [Boundary::Reflecting];
    let mut memory = [R::ZERO; FokkerPlanckLayout::new([10]).len()];
    let equation =
        FokkerPlanck::new(grid, LINE, &Dynamics::gradient(&potential), R::from_f64(0.2), &mut memory)?;
    let mut memory = [R::ZERO; EliminationLayout::new([10], LINE).len()];
    let mut times = Elimination::absorbing(&equation, |k| k == 9, &mut memory)?;
    while let EliminationStep::Eliminated { .. } = times.step() {}
    let mut found = [R::ZERO; 10];
    times.times(&mut found)?;
    digest.reals(&found);
    Ok(())
}
