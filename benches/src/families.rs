//! Densities, walkers, convolutions and what is made of products of Hessians, against what the machine can do at most.

use losscape::ArgError;
use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::smoothing::{ConvolutionStep, GridConvolution, GridConvolutionLayout, Padding};
use losscape_benches::density::{Walkers, propagated};
use serde_json::{Value, json};

use crate::machine::{Widths, bandwidth};
use crate::{curvature, diffusion};

/// Runs of each; the quickest counts.
const RUNS: usize = 3;

/// Cells along each axis, walkers, and the reader's parameters and samples.
const CELLS: u32 = 200;
const PLANE: u32 = 512;
const WALKERS: u32 = 4096;
const ROUNDS: u32 = 200;
const PARAMETERS: f64 = 1210.0;
const SAMPLES: f64 = 1500.0;
/// Inputs × outputs of its first layer and of the second.
const LAYERS: [f64; 2] = [1024.0, 160.0];
/// Operations of a product with its Hessian, where the forward pass is kept.
const PRODUCT: f64 = SAMPLES * (4.0 * LAYERS[0] + 12.0 * LAYERS[1]);

/// Bytes that move, and over how many they are spread.
#[derive(Clone, Copy)]
struct Moved {
    bytes: f64,
    among: usize,
}

/// Work of which the operations were counted in the code: additions, subtractions, multiplications, divisions and roots.
struct Family {
    what: &'static str,
    flop: f64,
    /// What does not stay in the first-level cache, if that may be the limit.
    moved: Option<Moved>,
    /// Bytes of a number.
    bytes: usize,
    /// Returns seconds, and how many times the work was done.
    run: fn() -> Result<(f64, f64), ArgError>,
}

/// All of them.
fn all() -> [Family; 9] {
    let (cells, band) = (f64::from(CELLS * CELLS), f64::from(CELLS));
    let (n, steps) = (PARAMETERS, 100.0);
    [
        Family {
            what: "a density's exact step, 200² cells: a pass",
            flop: 14.0 * cells,
            // Two passes at a time: five rates and the last density read, one written, one between, the sum read and written.
            moved: Some(Moved { bytes: 40.0 * cells, among: 8 * 8 * 200 * 200 }),
            bytes: 8,
            run: || {
                let (seconds, passes) = timed(|| propagated(CELLS, 0.1).map(|(_, passes)| passes))?;
                Ok((seconds, f64::from(passes)))
            },
        },
        Family {
            what: "its stationary density, by elimination",
            flop: 2.0 * band * (band - 1.0) * cells,
            // Both bands behind four cells are read and written.
            moved: Some(Moved { bytes: 4.0 * band * band * cells, among: 8 * 200 * 200 }),
            bytes: 8,
            run: || Ok((timed(|| diffusion::stationary(CELLS))?.0, 1.0)),
        },
        Family {
            what: "a Langevin step of two coordinates",
            // Uniform numbers 5, logarithm 32, root 1, sine and cosine 54, products 4, value and gradient 9, step 7.
            flop: 112.0,
            moved: None,
            bytes: 8,
            run: || {
                let mut cloud = Walkers::new(WALKERS)?;
                let (seconds, ()) = timed(|| {
                    cloud.run(ROUNDS);
                    Ok(())
                })?;
                Ok((seconds, f64::from(WALKERS * ROUNDS)))
            },
        },
        Family {
            what: "a convolution of 512² values, both axes",
            flop: 2.0 * f64::from(PLANE * PLANE) * (3.0 * 72.0 + 2.0),
            moved: None,
            bytes: 8,
            run: || convolved(PLANE),
        },
        Family {
            what: "a Hessian's product, prepared, f32",
            flop: PRODUCT,
            moved: None,
            bytes: 4,
            run: || reader::<f32>("prepared"),
        },
        Family {
            what: "one of sixteen such products, f32",
            flop: PRODUCT,
            moved: None,
            bytes: 4,
            run: || reader::<f32>("sixteen"),
        },
        Family {
            what: "a Hessian's product, prepared, f64",
            flop: PRODUCT,
            moved: None,
            bytes: 8,
            run: || reader::<f64>("prepared"),
        },
        Family {
            what: "its density: 10 probes of 100 Lanczos steps",
            // Each vector is made orthogonal to those before, twice.
            flop: 10.0 * (steps * PRODUCT + 2.0 * 4.0 * n * steps * steps / 2.0),
            moved: None,
            bytes: 8,
            run: || reader::<f64>("density"),
        },
        Family {
            what: "all its eigenvalues",
            flop: 4.0 / 3.0 * n * n * n,
            // The matrix, which is longer than the second-level cache for its first half, is read and written once a column.
            moved: Some(Moved { bytes: 16.0 * n * n * n / 3.0, among: 1 << 20 }),
            bytes: 8,
            run: || reader::<f64>("eigenvalues"),
        },
    ]
}

/// Of numbers that are not smooth, by processor time.
fn convolved(cells: u32) -> Result<(f64, f64), ArgError> {
    let grid = Grid::new([Axis::new(0.0, f64::from(cells), cells)?; 2])?;
    let kernel = Kernel::Gaussian { std_dev: 8.0 };
    let mut values: Vec<f64> = (0..grid.len()).map(|k| (k * 7919 % 1013) as f64).collect();
    let workspace = vec![0.0; GridConvolutionLayout::new(&grid, &kernel).len()];
    let mut convolution = GridConvolution::new(&grid, kernel, Padding::Periodic, workspace)?;
    let (seconds, ()) = timed(|| {
        while convolution.step(&mut values) == ConvolutionStep::Line {}
        Ok(())
    })?;
    Ok((seconds, 1.0))
}

fn reader<R: losscape::Real>(what: &str) -> Result<(f64, f64), ArgError> {
    Ok(curvature::asked::<R>("digits", what)?.map_or((f64::NAN, 1.0), |(_, seconds)| (seconds, 1.0)))
}

fn timed<T>(work: impl FnOnce() -> Result<T, ArgError>) -> Result<(f64, T), ArgError> {
    let clock = cpu_time::ProcessTime::now();
    let done = work()?;
    Ok((clock.elapsed().as_secs_f64(), done))
}

/// Prints and returns times and shares of the limits, which are measured before and after: the better counts.
pub(crate) fn measure(widths: Widths) -> Result<Value, String> {
    let limits = || [widths.limit_of_widest(), widths.limit_of_f64()];
    let before = limits();
    println!(
        "\nfamilies: shares of the limit of separate operations, and of the rate of y ← y + a x over as many bytes\n"
    );
    println!(
        "  {:44}  {:>11}  {:>7}  {:>8}  {:>6}  {:>8}",
        "", "time", "GFLOP/s", "of limit", "GB/s", "of rate"
    );
    let mut measured = Vec::new();
    for family in all() {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            let (seconds, count) = (family.run)().map_err(|error| error.to_string())?;
            if seconds / count < best {
                best = seconds / count;
            }
        }
        measured.push((best, family.moved.map(|moved| (moved.bytes / best / 1e9, bandwidth(moved.among)))));
    }
    let after = limits();
    let mut rows = Vec::new();
    for (family, (seconds, moved)) in all().into_iter().zip(measured) {
        let kind = usize::from(family.bytes == 8);
        let (limit, gflops) = (libm::fmax(before[kind], after[kind]), family.flop / seconds / 1e9);
        let (rate, share) = moved.map_or((String::new(), String::new()), |(rate, most)| {
            (format!("{rate:6.1}"), format!("{:7.0}%", 100.0 * rate / most))
        });
        println!(
            "  {:44}  {:8.1} ns  {gflops:7.2}  {:7.0}%  {rate:>6}  {share:>8}",
            family.what,
            1e9 * seconds,
            100.0 * gflops / limit
        );
        rows.push(json!({
            "what": family.what, "seconds": seconds, "flop": family.flop, "share_of_limit": gflops / limit,
            "gigabytes_per_second": moved.map(|(rate, _)| rate), "share_of_rate": moved.map(|(rate, most)| rate / most),
        }));
    }
    Ok(rows.into())
}
