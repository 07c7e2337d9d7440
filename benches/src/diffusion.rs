//! Densities by the Fokker–Planck equation, clouds of walkers and convolutions on grids, by whole programs.
//!
//! Each axis of the [landscape](losscape_benches::density) is on its own, so the reference is a product of two densities on
//! lines of 1600 cells.

use std::time::Instant;

use losscape::ArgError;
use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::diffusion::{
    Boundary, Dynamics, Elimination, EliminationLayout, EliminationStep, FokkerPlanck, FokkerPlanckLayout,
    Gibbs, mass,
};
use losscape::smoothing::{self, ConvolutionStep, GridConvolution, GridConvolutionLayout};
use losscape_benches::density::{ALONG, BOX, TEMPERATURE, Walkers, evolved, plane, propagated};
use serde_json::{Value, json};

use crate::whole::{self, Answer};

/// What every program is asked, the words of the table, and what its number means.
const QUESTIONS: [(&[&str], &str, &str); 7] = [
    (&["propagate", "100", "1"], "density, 100² cells, to time 1", "L1 error"),
    (&["propagate", "200", "1"], "density, 200² cells, to time 1", "L1 error"),
    (&["propagate", "100", "20"], "density, 100² cells, to time 20", "L1 error"),
    (&["stationary", "100"], "stationary density, 100² cells", "L1 distance to Gibbs"),
    (&["stationary", "200"], "stationary density, 200² cells", "L1 distance to Gibbs"),
    (&["walk", "4096", "1000"], "4096 Langevin walkers, 1000 steps of 0.01", "mean of x²"),
    (&["convolve", "512", "8"], "512² values, Gaussian of 8 cells, both axes", "in the middle"),
];

/// Cells of the reference along each axis.
const FINE: u32 = 1600;
/// Where the reference of a time lies while programs run.
const REFERENCE: &str = "losscape-reference-";

/// Prints and returns the table; `programs` are `NAME=COMMAND` with arguments after spaces.
pub(crate) fn compare(programs: &[&str]) -> Result<Value, String> {
    let programs = whole::with_own("density", programs)?;
    let mut rows = Vec::new();
    println!("\ndiffusion: whole programs in turn, best of {}; seconds of the work alone\n", whole::RUNS);
    for (question, words, meaning) in QUESTIONS {
        println!("  {words}");
        let mut asked: Vec<String> = question.iter().map(|&word| word.to_owned()).collect();
        if let ["propagate", _, time] = question {
            asked.push(reference(time).map_err(|error| error.to_string())?);
        }
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        let mut ours = None;
        for (name, command) in &programs {
            let Some(Answer { numbers: [number], seconds, .. }) = whole::best(command, &asked, whole::RUNS)?
            else {
                continue;
            };
            let ours = *ours.get_or_insert(seconds);
            println!(
                "    {name:10} {meaning} {number:11.4e}, {seconds:10.6} s, theirs / ours {:8.1}",
                seconds / ours
            );
            rows.push(json!({
                "what": words, "contender": name, "number": number, "means": meaning,
                "seconds": seconds, "theirs_over_ours": seconds / ours,
            }));
        }
    }
    Ok(json!({ "programs": rows, "scaling": scaling()? }))
}

/// Prints a number to compare and the seconds that it took.
pub(crate) fn answer(question: &[&str]) -> Result<(), String> {
    let (number, seconds) = match *question {
        ["propagate", cells, time, reference] => {
            let lines = std::fs::read(reference).map_err(|error| format!("{reference}: {error}"))?;
            let lines: Vec<f64> = lines.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
            let clock = Instant::now();
            let (density, _) = propagated(count(cells)?, number(time)?).map_err(said)?;
            let seconds = clock.elapsed().as_secs_f64();
            (distance(&density, &plane(count(cells)?).map_err(said)?, &lines), seconds)
        }
        ["stationary", cells] => stationary(count(cells)?).map_err(said)?,
        ["spread", cells, time] => {
            let clock = Instant::now();
            let (density, _) = propagated(count(cells)?, number(time)?).map_err(said)?;
            (density.iter().fold(0.0, |sum, rho| sum + rho * rho), clock.elapsed().as_secs_f64())
        }
        ["walk", walkers, rounds] => {
            let mut cloud = Walkers::new(count(walkers)?).map_err(said)?;
            let clock = Instant::now();
            cloud.run(count(rounds)?);
            let seconds = clock.elapsed().as_secs_f64();
            (cloud.spread(), seconds)
        }
        ["convolve", cells, width] => convolve(count(cells)?, number(width)?).map_err(said)?,
        _ => return Err("density propagate CELLS TIME REFERENCE | spread CELLS TIME | stationary CELLS | walk WALKERS STEPS | convolve CELLS WIDTH".into()),
    };
    println!("{number:e} {seconds:e}");
    Ok(())
}

fn said(error: ArgError) -> String {
    error.to_string()
}

fn count(word: &str) -> Result<u32, String> {
    word.parse().map_err(|_| format!("{word}: not a count"))
}

fn number(word: &str) -> Result<f64, String> {
    word.parse().map_err(|_| format!("{word}: not a number"))
}

/// Writes both lines of the reference at a time, the first axis first, and returns the file's name.
fn reference(time: &str) -> Result<String, Box<dyn core::error::Error>> {
    let file = std::env::temp_dir().join(format!("{REFERENCE}{time}.f64"));
    let grid = Grid::new([Axis::new(-BOX, BOX, FINE)?])?;
    let mut bytes = Vec::new();
    for (potential, start) in ALONG {
        let (line, _) = evolved(&grid, [Boundary::Reflecting], time.parse()?, |[x]| potential(x), [start])?;
        bytes.extend(line.into_iter().flat_map(f64::to_le_bytes));
    }
    std::fs::write(&file, bytes)?;
    Ok(file.to_string_lossy().into_owned())
}

/// L1 distance of a density to the reference, averaged over each cell.
fn distance(density: &[f64], grid: &Grid<f64, 2>, lines: &[f64]) -> f64 {
    let cells = grid.axes()[0].cells() as usize;
    let each = FINE as usize / cells;
    let mean: Vec<f64> = lines.chunks(each).map(|cell| cell.iter().sum::<f64>() / each as f64).collect();
    let off = density.iter().enumerate().map(|(k, rho)| {
        let [i, j] = grid.place(k);
        (rho - mean[i as usize] * mean[cells + j as usize]).abs()
    });
    off.sum::<f64>() * grid.cell_volume()
}

/// By elimination, which also knows drifts without a potential; and its distance to the Gibbs density of the grid.
pub(crate) fn stationary(cells: u32) -> Result<(f64, f64), ArgError> {
    let clock = Instant::now();
    let (grid, boundary) = (plane(cells)?, [Boundary::Reflecting; 2]);
    let mut values = vec![0.0; grid.len()];
    grid.fill(&mut values, |[x, y]| (ALONG[0].0)(x) + (ALONG[1].0)(y))?;
    let rates = vec![0.0; FokkerPlanckLayout::new([cells; 2]).len()];
    let equation = FokkerPlanck::new(grid, boundary, &Dynamics::gradient(&values), TEMPERATURE, rates)?;
    let memory = vec![0.0; EliminationLayout::new([cells; 2], boundary).len()];
    let mut elimination = Elimination::stationary(&equation, memory)?;
    while matches!(elimination.step(), EliminationStep::Eliminated { .. }) {}
    let mut density = vec![0.0; grid.len()];
    elimination.density(&mut density)?;
    let seconds = clock.elapsed().as_secs_f64();
    let mut gibbs = vec![0.0; grid.len()];
    Gibbs::new(grid, &values, TEMPERATURE)?.fill(&mut gibbs)?;
    let off: f64 = density.iter().zip(&gibbs).map(|(a, b)| (a - b).abs()).sum();
    debug_assert!((mass(&grid, &density) - 1.0).abs() < 1e-9, "a density");
    Ok((off * grid.cell_volume(), seconds))
}

/// The density's cells at a time, or walkers: how the time of one pass or round grows.
fn scaling() -> Result<Value, String> {
    println!("\ntime of a pass over the grid and of a round of walkers, f64\n");
    let cells = crate::costs::curve(
        "cells",
        "cells of a plane, an exact step's pass",
        &[2500, 10_000, 40_000, 160_000],
        |cells| {
            let side = u32::try_from(cells.isqrt()).unwrap_or(u32::MAX);
            // As many passes on every grid: the time of a pass falls with the square of the spacing.
            let time = 20.0 / cells as f64;
            let (_, passes) = propagated(side, time)?;
            let [seconds] = crate::measure::in_turn([&mut || drop(propagated(side, time))]);
            Ok(seconds / f64::from(passes))
        },
    );
    let walkers =
        crate::costs::curve("walkers", "walkers, a round", &[100, 1000, 10_000, 100_000], |walkers| {
            let mut cloud = Walkers::new(u32::try_from(walkers).unwrap_or(u32::MAX))?;
            let [seconds] = crate::measure::in_turn([&mut || cloud.run(1)]);
            Ok(seconds)
        });
    let rows = [cells, walkers].into_iter().collect::<Result<Vec<Value>, ArgError>>().map_err(said)?;
    Ok(rows.into())
}

/// Periodic, of waves along one axis, `cos(i / 20)` in column i.
fn convolve(cells: u32, width: f64) -> Result<(f64, f64), ArgError> {
    let grid = Grid::new([Axis::new(0.0, f64::from(cells), cells)?; 2])?;
    let kernel = Kernel::Gaussian { std_dev: width };
    let mut values = vec![0.0; grid.len()];
    grid.fill(&mut values, |[x, _]| losscape::base::elementary::cos((x - 0.5) / 20.0))?;
    let clock = Instant::now();
    let workspace = vec![0.0; GridConvolutionLayout::new(&grid, &kernel).len()];
    let mut convolution = GridConvolution::new(&grid, kernel, smoothing::Padding::Periodic, workspace)?;
    while convolution.step(&mut values) == ConvolutionStep::Line {}
    let middle = grid.index([cells / 2; 2]).map_or(f64::NAN, |k| values[k]);
    Ok((middle, clock.elapsed().as_secs_f64()))
}
