//! A cloud of walkers, the density that it samples, and how fast both come to the Gibbs distribution.
//!
//! ```text
//! cargo run --release -p losscape-tests --example relaxation
//! ```
//!
//! Writes `docs/relaxation.svg` and prints its numbers, which have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::Objective;
use losscape::base::elementary::ln;
use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{Xoshiro128PlusPlus, streams};
use losscape::diffusion::{
    Boundary, Dynamics, Ensemble, EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout, EvolutionStep,
    FokkerPlanck, FokkerPlanckLayout, Gibbs, Langevin, Scheme, histogram, noise_floor, normalise_mass,
};
use losscape::models::surfaces::DoubleWell;

const CELLS: u32 = 128;
const ALL: usize = CELLS as usize;
const WALKERS: u32 = 4096;
const TEMPERATURE: f64 = 0.1;
/// One round of the walkers, in units of time.
const RATE: f64 = 0.02;
/// Rounds between two points of the curves.
const EVERY: u32 = 50;
const POINTS: usize = 101;
/// The points at which the density is drawn: t = 1, 10 and 100.
const DRAWN: [usize; 3] = [1, 10, 100];
const COLOURS: [&str; 3] = ["#56b4e9", "#0072b2", "#d55e00"];

/// Both at one time.
struct Moment {
    density: Vec<f64>,
    counted: Vec<f64>,
    /// Relative entropies to the Gibbs distribution: of the density, of the cloud.
    entropies: [f64; 2],
}

/// What is drawn.
struct Relaxation {
    grid: Grid<f64, 1>,
    moments: Vec<Moment>,
    gibbs: Vec<f64>,
    floor: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let found = relax()?;
    for (k, moment) in found.moments.iter().enumerate().step_by(10) {
        let [density, cloud] = moment.entropies;
        println!("t = {:3}: relative entropy {density:.5} of the density, {cloud:.5} of the cloud", time(k));
    }
    println!("a perfect cloud of {WALKERS} reads {:.5}", found.floor);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("relaxation.svg"), plot(&found)?)?;
    Ok(())
}

fn time(point: usize) -> f64 {
    f64::from(u32::try_from(point).unwrap_or(u32::MAX) * EVERY) * RATE
}

fn relax() -> Result<Relaxation, Box<dyn Error>> {
    let well = DoubleWell::<f64>::new(1)?;
    let grid = Grid::new([Axis::new(-2.0, 2.0, CELLS)?])?;
    let mut potential = vec![0.0; ALL];
    grid.fill(&mut potential, |[x]| well.value(&[x], &mut []))?;

    // All in the left well: one cell, and every walker in its middle.
    let start = grid.cell_of([-1.0]).ok_or("the well lies on the grid")?;
    let mut density = vec![0.0; ALL];
    density[start] = 1.0;
    normalise_mass(&grid, &mut density)?;
    let positions = vec![grid.place(start)[0]; WALKERS as usize].into_iter();
    let positions: Vec<f64> = positions.map(|cell| grid.axes()[0].centre(cell)).collect();

    let rates = vec![0.0; FokkerPlanckLayout::new([CELLS]).len()];
    let dynamics = Dynamics::gradient(&potential);
    let equation = FokkerPlanck::new(grid, [Boundary::Reflecting], &dynamics, TEMPERATURE, rates)?;
    let memory = vec![0.0; EvolutionLayout::new([CELLS]).len()];
    let scheme = Scheme::Exact { dt: RATE * f64::from(EVERY) };
    let mut evolution = Evolution::new(&equation, scheme, density, memory)?;
    let walk = Langevin { learning_rate: RATE, temperature: TEMPERATURE };
    let generators: Vec<Xoshiro128PlusPlus> = streams(2026).take(WALKERS as usize).collect();
    let memory = vec![0.0; EnsembleLayout::new(1, well.scratch_len()).len()];
    let mut cloud = Ensemble::new(&well, walk, positions, generators, memory)?;

    let law = Gibbs::new(grid, &potential, TEMPERATURE)?;
    let mut moments = Vec::new();
    loop {
        let mut counted = vec![0.0; ALL];
        histogram(&grid, cloud.positions(), &mut counted)?;
        let density = evolution.density().to_vec();
        let entropies = [law.relative_entropy(&density)?, law.relative_entropy(&counted)?];
        moments.push(Moment { density, counted, entropies });
        if moments.len() == POINTS {
            break;
        }
        let until = cloud.round() + EVERY;
        while cloud.round() < until {
            if let EnsembleStep::NotFinite { .. } = cloud.steps(&well, WALKERS) {
                return Err("a walker left the finite numbers".into());
            }
        }
        loop {
            match evolution.step(&equation) {
                EvolutionStep::Swept { .. } => (),
                EvolutionStep::Stepped { .. } => break,
                _ => return Err("the density left the finite numbers".into()),
            }
        }
    }
    let mut gibbs = vec![0.0; ALL];
    law.fill(&mut gibbs)?;
    normalise_mass(&grid, &mut gibbs)?;
    let floor = noise_floor(&grid, &gibbs, WALKERS)?.mean;
    Ok(Relaxation { grid, moments, gibbs, floor })
}

fn plot(found: &Relaxation) -> Result<String, core::fmt::Error> {
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 410\" font-family=\"sans-serif\" font-size=\"13\" \
         role=\"img\" aria-label=\"A density and a cloud in a double well, and their relative entropy to the Gibbs distribution over time\">\n\
         <rect width=\"760\" height=\"410\" fill=\"#ffffff\"/>"
    )?;
    densities(&mut svg, found)?;
    entropies(&mut svg, found)?;
    writeln!(svg, "</svg>")?;
    Ok(svg)
}

/// Left: the densities as lines, the cloud as dots, the Gibbs distribution dashed.
fn densities(svg: &mut String, found: &Relaxation) -> core::fmt::Result {
    const HIGHEST: f64 = 2.0;
    let axis = found.grid.axes()[0];
    let x = |place: f64| 210.0 + 75.0 * place;
    let y = |height: f64| 340.0 - 300.0 * if height < HIGHEST { height / HIGHEST } else { 1.0 };
    writeln!(svg, "<text x=\"60\" y=\"24\">density at t = 1, 10 and 100; dots: {WALKERS} walkers</text>")?;
    for half in 0..=4 {
        let height = 0.5 * f64::from(half);
        let at = y(height);
        writeln!(
            svg,
            "<path d=\"M60 {at:.1}h300\" stroke=\"#dddddd\"/><text x=\"54\" y=\"{:.1}\" text-anchor=\"end\">{height:.1}</text>",
            at + 4.0
        )?;
    }
    for place in -2..=2 {
        let at = x(f64::from(place));
        writeln!(svg, "<text x=\"{at:.1}\" y=\"360\" text-anchor=\"middle\">{place}</text>")?;
    }
    writeln!(svg, "<text x=\"210\" y=\"384\" text-anchor=\"middle\">x</text>")?;
    let line = |values: &[f64]| {
        let mut path = String::new();
        for (cell, value) in (0..CELLS).zip(values) {
            let letter = if cell == 0 { 'M' } else { 'L' };
            write!(path, "{letter}{:.1} {:.1}", x(axis.centre(cell)), y(*value))?;
        }
        Ok::<_, core::fmt::Error>(path)
    };
    for (point, colour) in DRAWN.into_iter().zip(COLOURS) {
        let moment = &found.moments[point];
        let path = line(&moment.density)?;
        writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>")?;
        for (cell, value) in (0..CELLS).zip(&moment.counted) {
            if *value > 0.0 {
                let (x, y) = (x(axis.centre(cell)), y(*value));
                writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"1.5\" fill=\"{colour}\"/>")?;
            }
        }
    }
    let path = line(&found.gibbs)?;
    writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"#000000\" stroke-dasharray=\"4 4\"/>")?;
    writeln!(svg, "<text x=\"235\" y=\"60\">dashed: Gibbs distribution</text>")
}

/// Right: relative entropies over time, on a logarithmic scale from 10 to 10⁻³ nats.
fn entropies(svg: &mut String, found: &Relaxation) -> core::fmt::Result {
    const LABELS: [&str; 5] = ["10", "1", "0.1", "0.01", "0.001"];
    let x = |point: usize| 430.0 + 3.1 * time(point);
    let y = |value: f64| {
        let decades = 1.0 - ln(value) / core::f64::consts::LN_10;
        40.0 + 75.0 * if decades < 4.0 { decades } else { 4.0 }
    };
    writeln!(svg, "<text x=\"430\" y=\"24\">relative entropy to the Gibbs distribution, nats</text>")?;
    for (k, label) in (0u8..).zip(LABELS) {
        let at = 40.0 + 75.0 * f64::from(k);
        writeln!(
            svg,
            "<path d=\"M430 {at:.1}h310\" stroke=\"#dddddd\"/><text x=\"424\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
            at + 4.0
        )?;
    }
    for quarter in 0..=4 {
        let at = 430.0 + 77.5 * f64::from(quarter);
        writeln!(svg, "<text x=\"{at:.1}\" y=\"360\" text-anchor=\"middle\">{}</text>", 25 * quarter)?;
    }
    writeln!(svg, "<text x=\"585\" y=\"384\" text-anchor=\"middle\">time, steps × η</text>")?;
    for (which, (colour, name, label)) in
        [("#0072b2", "density", [600.0, 320.0]), ("#d55e00", "cloud", [690.0, 232.0])].into_iter().enumerate()
    {
        let mut path = String::new();
        for (point, moment) in found.moments.iter().enumerate() {
            let letter = if point == 0 { 'M' } else { 'L' };
            write!(path, "{letter}{:.1} {:.1}", x(point), y(moment.entropies[which]))?;
        }
        writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>")?;
        let [left, top] = label;
        writeln!(svg, "<text x=\"{left}\" y=\"{top}\" fill=\"{colour}\">{name}</text>")?;
    }
    let at = y(found.floor);
    writeln!(svg, "<path d=\"M430 {at:.1}h310\" stroke=\"#000000\" stroke-dasharray=\"4 4\"/>")?;
    writeln!(svg, "<text x=\"436\" y=\"{:.1}\">a perfect cloud of {WALKERS}</text>", at + 16.0)
}
