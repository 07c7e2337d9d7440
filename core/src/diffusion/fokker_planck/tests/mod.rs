extern crate std;

mod dense;

use super::*;
use crate::Real;
use crate::base::elementary::exp;
use crate::base::grid::{Axis, Grid, Grid1, Grid2};
use crate::base::random::{stream, uniform};
use crate::diffusion::{mass, normalise_mass};
use core::cell::Cell;
use std::rc::Rc;
use std::vec;
use std::vec::Vec;

const REFLECTING: Boundary = Boundary::Reflecting;
const PERIODIC: Boundary = Boundary::Periodic;

fn line(low: f64, high: f64, cells: u32) -> Grid1<f64> {
    Grid::new([Axis::new(low, high, cells).unwrap()]).unwrap()
}

fn plane(cells: [u32; 2]) -> Grid2<f64> {
    Grid::new(cells.map(|n| Axis::new(-1.3, 1.7, n).unwrap())).unwrap()
}

/// A random potential, drift, diffusion and density.
struct Case {
    potential: Vec<f64>,
    drift: Vec<f64>,
    diffusion: Vec<f64>,
    density: Vec<f64>,
}

impl Case {
    fn new<const D: usize>(grid: &Grid<f64, D>, seed: u64) -> Self {
        let mut rng = stream(seed, 0);
        let mut draw = |n: usize, scale: f64| -> Vec<f64> {
            (0..n).map(|_| scale * uniform::<f64, _>(&mut rng)).collect()
        };
        let n = grid.len();
        let mut case = Self {
            potential: draw(n, 3.0),
            drift: draw(n * D, 5.0),
            diffusion: draw(n * D, 2.0),
            density: draw(n, 1.0),
        };
        normalise_mass(grid, &mut case.density).unwrap();
        case
    }

    fn dynamics<const D: usize>(&self) -> Dynamics<'_, f64, D> {
        Dynamics {
            potential: &self.potential,
            drift: &self.drift,
            diffusion: Diffusion::Places { values: &self.diffusion, calculus: Calculus::Ito },
        }
    }
}

fn equation<const D: usize>(
    grid: Grid<f64, D>,
    boundary: [Boundary; D],
    case: &Case,
) -> FokkerPlanck<f64, D, Vec<f64>> {
    let memory = vec![f64::NAN; FokkerPlanckLayout::new(grid.axes().map(|a| a.cells())).len()];
    FokkerPlanck::new(grid, boundary, &case.dynamics(), 0.37, memory).unwrap()
}

fn evolve<const D: usize>(
    equation: &FokkerPlanck<f64, D, Vec<f64>>,
    scheme: Scheme<f64>,
    density: &[f64],
    steps: u32,
) -> Vec<f64> {
    let workspace = vec![f64::NAN; EvolutionLayout::new(equation.grid().axes().map(|a| a.cells())).len()];
    let mut evolution = Evolution::new(equation, scheme, density.to_vec(), workspace).unwrap();
    let mut done = 0;
    while done < steps {
        match evolution.step(equation) {
            EvolutionStep::Stepped { .. } => done += 1,
            EvolutionStep::Swept { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    evolution.into_parts().0
}

fn close(a: &[f64], b: &[f64], tolerance: f64) {
    // The reference may suffer from cancellation: tiny elements have the rounding errors of large ones.
    let floor = 1e-14 * b.iter().fold(0.0, |most: f64, &b| most.or_larger(b));
    for (k, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance * b.abs() + floor, "element {k}: {a:e} against {b:e}");
    }
    assert_eq!(a.len(), b.len());
}

fn eliminated<const D: usize>(
    mut elimination: Elimination<f64, D, Vec<f64>>,
) -> Elimination<f64, D, Vec<f64>> {
    let cells = elimination.cells();
    for k in 1..=cells {
        let cells = u32::try_from(k).unwrap();
        assert_eq!(elimination.step(), EliminationStep::Eliminated { cells });
    }
    assert_eq!(elimination.step(), EliminationStep::Done);
    elimination
}

fn room<const D: usize>(equation: &FokkerPlanck<f64, D, Vec<f64>>) -> Vec<f64> {
    let cells = equation.grid().axes().map(|a| a.cells());
    vec![f64::NAN; EliminationLayout::new(cells, *equation.boundary()).len()]
}

#[test]
fn a_driven_ring_relaxes_as_it_circulates() {
    // All cells are alike: the m-th rate is up (1 − e^(−iφ)) + down (1 − e^(iφ)) with φ = 2π m/n.
    for (n, push) in [(7, 0.0), (7, 0.4), (16, 2.0), (33, 0.3)] {
        let cells = n as usize;
        let grid = line(0.0, f64::from(n), n);
        let (potential, drift) = (vec![0.0; cells], vec![push; cells]);
        let dynamics = Dynamics { drift: &drift, ..Dynamics::gradient(&potential) };
        let memory = vec![0.0; FokkerPlanckLayout::new([n]).len()];
        let equation = FokkerPlanck::new(grid, [PERIODIC], &dynamics, 0.6, memory).unwrap();
        let mut elimination = eliminated(Elimination::implicit(&equation, 1e7, room(&equation)).unwrap());
        let workspace = vec![f64::NAN; SpectralGapLayout::new(cells).len()];
        let mut gap = SpectralGap::new(&mut elimination, workspace).unwrap();
        let mut found = None;
        for _ in 0..200 {
            match gap.step(&mut elimination) {
                GapStep::Iterated { slowest, .. } => found = Some(slowest),
                other => panic!("{other:?}"),
            }
        }
        let [up, down] = equation.rates(0).unwrap().map(|rates| rates[0]);
        let angle = core::f64::consts::TAU / f64::from(n);
        let decay = (up + down) * (1.0 - crate::base::elementary::cos(angle));
        let frequency = (up - down) * crate::base::elementary::sin(angle);
        for rate in found.unwrap() {
            assert!((rate.decay - decay).abs() < 1e-11 * decay, "{n} {push}: {rate:?} {decay}");
            // At a double root, the error of an eigenvalue is the root of the rounding.
            let digits = if push > 0.0 { 1e-11 } else { 1e-7 };
            assert!((rate.frequency - frequency).abs() < digits, "{n} {push}: {rate:?} {frequency}");
        }
    }
}

#[test]
fn without_a_way_out_there_is_no_stationary_density() {
    let grid = line(0.0, 1.0, 5);
    let memory = || vec![0.0; FokkerPlanckLayout::new([5]).len()];
    let valley = [3.0, 0.0, 1.0, 0.0, 3.0];
    let cold = FokkerPlanck::new(grid, [REFLECTING], &Dynamics::gradient(&valley), 0.0, memory()).unwrap();
    let mut elimination = Elimination::stationary(&cold, room(&cold)).unwrap();
    assert_eq!(elimination.step(), EliminationStep::Eliminated { cells: 1 });
    assert_eq!(elimination.step(), EliminationStep::Trapped { cell: 1 });
    assert_eq!(elimination.step(), EliminationStep::Trapped { cell: 1 });
    assert_eq!(elimination.density(&mut [0.0; 5]).unwrap_err().arg, "elimination");
    // An implicit step works even if no rate leads out of a cell.
    let mut density = vec![1.0; 5];
    eliminated(Elimination::implicit(&cold, 1e3, room(&cold)).unwrap()).advance(&mut density).unwrap();
    assert!((density[1] - 2.5).abs() < 0.1 && density[0] < 0.01, "{density:?}");
    assert_eq!(Elimination::absorbing(&cold, |_| false, room(&cold)).unwrap_err().arg, "target");
    assert_eq!(Elimination::implicit(&cold, -1.0, room(&cold)).unwrap_err().arg, "dt");
    assert_eq!(Elimination::implicit(&cold, 1e-320, room(&cold)).unwrap_err().arg, "dt");
    assert_eq!(Elimination::stationary(&cold, vec![0.0; 24]).unwrap_err().arg, "memory");
}

#[test]
fn gibbs_is_left_alone_to_rounding() {
    let grid = plane([16, 11]);
    let case = Case::new(&grid, 3);
    let temperature = 0.21;
    let memory = vec![f64::NAN; FokkerPlanckLayout::new([16, 11]).len()];
    let dynamics = Dynamics::gradient(&case.potential);
    let equation = FokkerPlanck::new(grid, [REFLECTING, PERIODIC], &dynamics, temperature, memory).unwrap();
    let mut gibbs: Vec<f64> = case.potential.iter().map(|v| exp(-v / temperature)).collect();
    normalise_mass(&grid, &mut gibbs).unwrap();
    let dt = equation.explicit_limit();
    for scheme in [Scheme::Explicit { dt }, Scheme::Implicit { dt: 0.2 }, Scheme::Exact { dt: 0.1 }] {
        close(&evolve(&equation, scheme, &gibbs, 5), &gibbs, 5e-14);
    }
}

#[test]
fn tails_are_accurate_and_never_negative() {
    // A peak in one corner of a bowl; far away, the density is below 1e-100.
    let grid = plane([40, 30]);
    let mut potential = vec![0.0; 1200];
    grid.fill(&mut potential, |[x, y]| 4.0 * (x * x + y * y)).unwrap();
    let mut density = vec![0.0; 1200];
    density[0] = 1.0;
    normalise_mass(&grid, &mut density).unwrap();
    let memory = vec![0.0; FokkerPlanckLayout::new([40, 30]).len()];
    let equation =
        FokkerPlanck::new(grid, [REFLECTING; 2], &Dynamics::gradient(&potential), 0.3, memory).unwrap();
    let found = evolve(&equation, Scheme::Implicit { dt: 1e-4 }, &density, 20);
    assert!(found.iter().all(|rho| *rho > 0.0), "everything is reached, nothing is negative");
    let found = evolve(&equation, Scheme::Exact { dt: 1e-5 }, &density, 20);
    assert!(found.iter().all(|rho| *rho >= 0.0), "{found:?}");
}

#[test]
fn a_change_of_temperature_begins_the_step_anew() {
    let grid = line(-2.0, 2.0, 20);
    let case = Case::new(&grid, 5);
    let memory = vec![0.0; FokkerPlanckLayout::new([20]).len()];
    let mut equation =
        FokkerPlanck::new(grid, [REFLECTING], &Dynamics::gradient(&case.potential), 0.3, memory).unwrap();
    let start = case.density.clone();
    let workspace = vec![0.0; EvolutionLayout::new([20]).len()];
    let mut evolution =
        Evolution::new(&equation, Scheme::Exact { dt: 0.5 }, start.clone(), workspace).unwrap();
    for _ in 0..7 {
        assert!(matches!(evolution.step(&equation), EvolutionStep::Swept { .. }));
    }
    assert_eq!(evolution.density(), start, "in between the density is the one before");
    equation.set_temperature(&Dynamics::gradient(&case.potential), 0.1).unwrap();
    assert_eq!(evolution.step(&equation), EvolutionStep::Swept { passes: 2 });
    while !matches!(evolution.step(&equation), EvolutionStep::Stepped { .. }) {}
    assert_eq!(evolution.density(), evolve(&equation, Scheme::Exact { dt: 0.5 }, &start, 1));

    let dt = equation.explicit_limit();
    evolution.set_scheme(&equation, Scheme::Explicit { dt }).unwrap();
    equation.set_temperature(&Dynamics::gradient(&case.potential), 1.0).unwrap();
    let limit = equation.explicit_limit();
    assert!(limit < dt);
    assert_eq!(evolution.step(&equation), EvolutionStep::TooLong { limit });
}

/// Memory whose owner can shorten it from outside.
struct Shrinking(Vec<f64>, Rc<Cell<usize>>);

impl AsRef<[f64]> for Shrinking {
    fn as_ref(&self) -> &[f64] {
        &self.0[..self.1.get()]
    }
}

impl AsMut<[f64]> for Shrinking {
    fn as_mut(&mut self) -> &mut [f64] {
        &mut self.0[..self.1.get()]
    }
}

#[test]
fn memory_that_changes_its_length_is_noticed() {
    let grid = line(-2.0, 2.0, 20);
    let case = Case::new(&grid, 5);
    let equation = equation(grid, [REFLECTING], &case);
    for scheme in [Scheme::Explicit { dt: 1e-6 }, Scheme::Implicit { dt: 0.1 }, Scheme::Exact { dt: 0.1 }] {
        let room = EvolutionLayout::new([20]).len();
        let (density_len, len) = (Rc::new(Cell::new(20)), Rc::new(Cell::new(room)));
        let workspace = Shrinking(vec![0.0; room], len.clone());
        let density = Shrinking(case.density.clone(), density_len.clone());
        let mut evolution = Evolution::new(&equation, scheme, density, workspace).unwrap();
        let _ = evolution.step(&equation);
        for short in [0, 19, 20, 30] {
            len.set(short);
            assert_eq!(evolution.step(&equation), EvolutionStep::MemoryChanged, "{short}");
        }
        len.set(room);
        density_len.set(19);
        assert_eq!(evolution.step(&equation), EvolutionStep::MemoryChanged);
        density_len.set(20);
        assert!(!matches!(evolution.step(&equation), EvolutionStep::MemoryChanged));
    }
    let other = self::equation(line(-2.0, 2.0, 19), [REFLECTING], &case_of(19));
    let workspace = vec![0.0; EvolutionLayout::new([20]).len()];
    let mut evolution =
        Evolution::new(&equation, Scheme::Implicit { dt: 0.1 }, case.density.clone(), workspace).unwrap();
    assert_eq!(evolution.step(&other), EvolutionStep::MemoryChanged, "another grid");
}

fn case_of(cells: u32) -> Case {
    Case::new(&line(-2.0, 2.0, cells), 1)
}

#[test]
fn bad_arguments_are_named() {
    let grid = line(-1.0, 1.0, 4);
    let memory = || vec![0.0; FokkerPlanckLayout::new([4]).len()];
    let refused = |dynamics: Dynamics<'_, f64, 1>, temperature| {
        FokkerPlanck::new(grid, [REFLECTING], &dynamics, temperature, memory()).unwrap_err()
    };
    let flat = [0.0; 4];
    assert_eq!(refused(Dynamics::gradient(&flat), -0.1).arg, "temperature");
    assert_eq!(refused(Dynamics::gradient(&flat), f64::NAN).arg, "temperature");
    assert_eq!(refused(Dynamics::gradient(&flat[..3]), 0.1).arg, "potential");
    assert_eq!(refused(Dynamics::gradient(&[0.0, 0.0, f64::NAN, 0.0]), 0.1).arg, "potential");
    assert_eq!(refused(Dynamics::gradient(&[1e308, -1e308, 0.0, 0.0]), 0.1).arg, "potential");
    assert_eq!(refused(Dynamics { drift: &flat[..2], ..Dynamics::gradient(&flat) }, 0.1).arg, "drift");
    assert_eq!(
        refused(Dynamics { drift: &[f64::INFINITY; 4], ..Dynamics::gradient(&flat) }, 0.1).arg,
        "drift"
    );
    let backwards = Diffusion::Constant([-1.0]);
    assert_eq!(refused(Dynamics { diffusion: backwards, ..Dynamics::gradient(&flat) }, 0.1).arg, "diffusion");
    let values = &[1.0, 1.0, f64::NAN, 1.0];
    let places = Diffusion::Places { values, calculus: Calculus::Ito };
    assert_eq!(refused(Dynamics { diffusion: places, ..Dynamics::gradient(&flat) }, 0.1).arg, "diffusion");
    let one = line(-1.0, 1.0, 1);
    let dynamics = Dynamics::gradient(&flat[..1]);
    assert_eq!(FokkerPlanck::new(one, [REFLECTING], &dynamics, 0.1, memory()).unwrap_err().arg, "grid");
    let dynamics = Dynamics::gradient(&flat);
    assert_eq!(FokkerPlanck::new(grid, [REFLECTING], &dynamics, 0.1, [0.0; 3]).unwrap_err().arg, "memory");

    let equation = FokkerPlanck::new(grid, [REFLECTING], &dynamics, 0.1, memory()).unwrap();
    let refused = |scheme, density: [f64; 4], room: usize| {
        Evolution::new(&equation, scheme, density, vec![0.0; room]).unwrap_err().arg
    };
    let fine = [0.5; 4];
    let room = EvolutionLayout::new([4]).len();
    let limit = equation.explicit_limit();
    assert_eq!(refused(Scheme::Explicit { dt: 1.01 * limit }, fine, room), "dt");
    assert_eq!(refused(Scheme::Implicit { dt: 0.0 }, fine, room), "dt");
    assert_eq!(refused(Scheme::Implicit { dt: f64::NAN }, fine, room), "dt");
    assert_eq!(refused(Scheme::Implicit { dt: 1e308 }, fine, room), "dt");
    assert_eq!(refused(Scheme::Exact { dt: 1e9 }, fine, room), "dt");
    let implicit = Scheme::Implicit { dt: 0.1 };
    assert_eq!(refused(implicit, [0.4; 4], room), "density", "mass");
    assert_eq!(refused(implicit, [-0.5, 1.5, 0.5, 0.5], room), "density", "negative");
    assert_eq!(refused(implicit, fine, room - 1), "workspace");
}

#[test]
fn nothing_moves_at_zero_temperature_on_a_plateau() {
    let grid = line(0.0, 1.0, 5);
    let memory = vec![f64::NAN; FokkerPlanckLayout::new([5]).len()];
    let equation =
        FokkerPlanck::new(grid, [REFLECTING], &Dynamics::gradient(&[0.0; 5]), 0.0, memory).unwrap();
    assert_eq!(equation.explicit_limit(), f64::INFINITY);
    let density = [1.0, 2.0, 0.5, 1.0, 0.5];
    for scheme in [Scheme::Explicit { dt: 9.0 }, Scheme::Implicit { dt: 9.0 }, Scheme::Exact { dt: 9.0 }] {
        assert_eq!(evolve(&equation, scheme, &density, 3), density);
    }
}
