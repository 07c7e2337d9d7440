//! SGD as a diffusion in one dimension: 256 walkers in a double well and the density that they share, from the left well to
//! both. For boards with 16 KiB of RAM.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{Xoshiro128PlusPlus, streams};
use losscape::diffusion::{
    Boundary, Dynamics, Ensemble, EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout, EvolutionStep,
    FokkerPlanck, FokkerPlanckLayout, Gibbs, Langevin, Scheme, histogram, noise_floor, normalise_mass,
};
use losscape::models::surfaces::DoubleWell;
use losscape::{ArgError, Objective};

use crate::{Program, Report};

const WALKERS: usize = 256;
const CELLS: u32 = 128;
const ALL: usize = CELLS as usize;
const WALLS: [Boundary; 1] = [Boundary::Reflecting];
const RATES: usize = FokkerPlanckLayout::new([CELLS]).len();
const DENSITIES: usize = EvolutionLayout::new([CELLS]).len();
const WORKSPACE: usize = EnsembleLayout::new(1, 0).len();

const WELL: DoubleWell = match DoubleWell::new(1) {
    Ok(well) => well,
    Err(_) => panic!("one coordinate"),
};

/// A round of the walkers lasts as long as a step of the density: dt = η.
const RATE: f32 = 0.05;
const TEMPERATURE: f32 = 0.2;
/// Rounds of each part.
const ROUNDS: u32 = 100;

/// Everything that walkers and density need, about 10 kB.
pub struct Memory {
    positions: [f32; WALKERS],
    generators: heapless::Vec<Xoshiro128PlusPlus, WALKERS>,
    workspace: [f32; WORKSPACE],
    potential: [f32; ALL],
    rates: [f32; RATES],
    density: [f32; ALL],
    densities: [f32; DENSITIES],
    /// The cloud as a density.
    counted: [f32; ALL],
    /// Relative entropies to the Gibbs distribution: of the density, of the cloud.
    entropies: [f32; 2],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            positions: [0.0; WALKERS],
            generators: heapless::Vec::new(),
            workspace: [0.0; WORKSPACE],
            potential: [0.0; ALL],
            rates: [0.0; RATES],
            density: [0.0; ALL],
            densities: [0.0; DENSITIES],
            counted: [0.0; ALL],
            entropies: [0.0; 2],
        }
    }

    /// All in the left well: one cell, and every walker in its middle.
    fn start(&mut self, grid: &Grid<f32, 1>) -> Result<(), ArgError> {
        let well = grid.cell_of([-1.0]).unwrap_or_default();
        grid.fill(&mut self.potential, |[x]| WELL.value(&[x], &mut []))?;
        self.positions = [grid.axes()[0].centre(grid.place(well)[0]); WALKERS];
        self.generators.clear();
        self.generators.extend(streams(2026).take(WALKERS));
        self.density = [0.0; ALL];
        if let Some(cell) = self.density.get_mut(well) {
            *cell = 1.0;
        }
        normalise_mass(grid, &mut self.density)
    }
}

fn grid() -> Result<Grid<f32, 1>, ArgError> {
    Grid::new([Axis::new(-3.0, 3.0, CELLS)?])
}

type Cloud<'m> = Ensemble<
    f32,
    Langevin,
    &'m mut [f32; WALKERS],
    &'m mut heapless::Vec<Xoshiro128PlusPlus, WALKERS>,
    &'m mut [f32; WORKSPACE],
>;

/// Walkers and density side by side.
pub struct Run<'m> {
    cloud: Cloud<'m>,
    equation: FokkerPlanck<f32, 1, &'m mut [f32; RATES]>,
    evolution: Evolution<f32, 1, &'m mut [f32; ALL], &'m mut [f32; DENSITIES]>,
    gibbs: Gibbs<'m, f32, 1>,
    counted: &'m mut [f32; ALL],
    found: &'m mut [f32; 2],
}

impl Run<'_> {
    /// How far the density and the cloud are from the Gibbs distribution.
    fn entropies(&mut self) -> Result<[f32; 2], ArgError> {
        histogram(self.equation.grid(), self.cloud.positions(), self.counted)?;
        let density = self.gibbs.relative_entropy(self.evolution.density())?;
        Ok([density, self.gibbs.relative_entropy(self.counted)?])
    }
}

impl crate::Run for Run<'_> {
    /// A step of every walker and one of the density.
    fn step(&mut self) -> bool {
        for _ in 0..WALKERS {
            if let EnsembleStep::NotFinite { .. } | EnsembleStep::MemoryChanged = self.cloud.step(&WELL) {
                return false;
            }
        }
        let EvolutionStep::Stepped { .. } = self.evolution.step(&self.equation) else { return false };
        if self.cloud.round() < ROUNDS {
            return true;
        }
        if let Ok(entropies) = self.entropies() {
            *self.found = entropies;
        }
        false
    }
}

impl Program for Memory {
    type Run<'m> = Run<'m>;
    type Last<'m> = ();

    const PARTS: u32 = 4;

    fn begin(&mut self, part: u32) -> Result<Run<'_>, ArgError> {
        let grid = grid()?;
        if part == 0 {
            self.start(&grid)?;
        }
        let Self {
            positions,
            generators,
            workspace,
            potential,
            rates,
            density,
            densities,
            counted,
            entropies,
        } = self;
        let walk = Langevin { learning_rate: RATE, temperature: TEMPERATURE };
        let cloud = Ensemble::new(&WELL, walk, positions, generators, workspace)?;
        let equation = FokkerPlanck::new(grid, WALLS, &Dynamics::gradient(potential), TEMPERATURE, rates)?;
        let evolution = Evolution::new(&equation, Scheme::Implicit { dt: RATE }, density, densities)?;
        let gibbs = Gibbs::new(grid, potential, TEMPERATURE)?;
        Ok(Run { cloud, equation, evolution, gibbs, counted, found: entropies })
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn progress(&self) -> (&'static [&'static str], [f32; 2]) {
        (&["relative entropy of the density", "of the cloud"], self.entropies)
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let grid = grid()?;
        Gibbs::new(grid, &self.potential, TEMPERATURE)?.fill(&mut self.counted)?;
        normalise_mass(&grid, &mut self.counted)?;
        let floor = noise_floor(&grid, &self.counted, WALKERS as u32)?;
        let [density, cloud] = self.entropies;
        let results = &["relative entropy", "of the cloud", "its noise floor"];
        let mut digest = Fingerprint::new();
        digest.reals(&self.density);
        digest.reals(&self.positions);
        let values = [density, cloud, floor.mean, 0.0];
        Ok(Report { results, values, digest: digest.finish() })
    }
}
