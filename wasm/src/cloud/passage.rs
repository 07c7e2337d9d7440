//! How long walkers need from the right well to the bottom of the left one: the cloud, its equation, and a formula.

use losscape::ArgError;
use losscape::diffusion::{
    Elimination, EliminationLayout, EliminationStep, NOT_ARRIVED, arrivals, kramers_time, mean_arrival,
};
use losscape::models::surfaces::TwoWells;

use super::{CELLS, Equation, SIDE, WALLS};

#[derive(Debug)]
pub(super) struct Passage {
    wells: TwoWells<f64>,
    /// The step at which each walker arrived.
    times: Vec<u32>,
    /// Mean time of the equation; solved when it is asked for.
    exact: Option<f64>,
}

impl Passage {
    pub(super) fn new(wells: TwoWells<f64>, walkers: u32) -> Self {
        Self { wells, times: vec![NOT_ARRIVED; walkers as usize], exact: None }
    }

    pub(super) fn notice(&mut self, positions: &[f64], step: u32) -> Result<(), ArgError> {
        let left = self.wells.left;
        arrivals(positions, step, &mut self.times, |x| x[0] <= left).map(|_| ())
    }

    /// Steps of the cloud until now; times of the equation from the place `start`, and by Kramers' formula.
    pub(super) fn means(
        &mut self,
        step: u32,
        equation: &Equation,
        start: [f64; 2],
    ) -> Result<[f64; 3], ArgError> {
        let exact = match self.exact {
            Some(exact) => exact,
            None => *self.exact.insert(solved(equation, self.wells.left, start)?),
        };
        let TwoWells { barriers: [_, barrier], curvatures: [_, pass, right], across, .. } = self.wells;
        let formula = kramers_time(barrier, equation.temperature(), &[right, across], &[pass, across])?;
        Ok([mean_arrival(&self.times, step), exact, formula])
    }
}

fn solved(equation: &Equation, left: f64, start: [f64; 2]) -> Result<f64, ArgError> {
    let grid = *equation.grid();
    let memory = vec![0.0; EliminationLayout::new([SIDE; 2], WALLS).len()];
    let mut elimination = Elimination::absorbing(equation, |cell| grid.centre(cell)[0] <= left, memory)?;
    while let EliminationStep::Eliminated { .. } = elimination.step() {}
    let mut times = vec![0.0; CELLS];
    elimination.times(&mut times)?;
    Ok(grid.cell_of(start).map_or(f64::NAN, |cell| times[cell]))
}
