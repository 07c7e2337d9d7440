//! How the time of a gradient grows with width, depth, batch and samples.

use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::path::BandLayout;
use losscape::{ArgError, Objective, SampledObjective};
use losscape_benches::path::Sweep;
use serde_json::{Value, json};

use crate::measure::{in_turn, numbers};

const INPUTS: usize = 32;

/// Prints and returns times and slopes.
pub(crate) fn measure() -> Result<Value, String> {
    println!("\ntime of a gradient, tanh networks with {INPUTS} inputs and one output\n");
    let curves = [
        curve("width", "32-w-w-1, 256 samples", &[8, 16, 32, 64, 128, 256], |w| {
            gradient(&[INPUTS, w, w, 1], 256, 0)
        }),
        curve("depth", "32-(32 d times)-1, 256 samples", &[1, 2, 3, 4, 5, 6, 7], |d| {
            let mut widths = vec![INPUTS; d + 1];
            widths.push(1);
            gradient(&widths, 256, 0)
        }),
        curve("batch", "32-32-32-1, a batch of b", &[1, 2, 4, 8, 16, 32, 64, 128, 256], |b| {
            gradient(&[INPUTS, 32, 32, 1], 256, b)
        }),
        curve("samples", "32-32-32-1, N samples", &[64, 128, 256, 512, 1024, 2048, 4096], |n| {
            gradient(&[INPUTS, 32, 32, 1], n, 0)
        }),
    ];
    println!("\ntime of a sweep of a band, tanh networks with {INPUTS} inputs and one output\n");
    let sweeps = [
        curve("images", "inner images of 32-32-1, 256 samples", &[1, 3, 7, 15, 31], |images| {
            sweep(32, 256, images + 2)
        }),
        curve(
            "parameters",
            "32-w-1 (34 w + 1 parameters), 256 samples, 7 inner images",
            &[8, 16, 32, 64, 128],
            |w| sweep(w, 256, 9),
        ),
        curve("samples", "32-32-1, 7 inner images, N samples", &[64, 128, 256, 512, 1024, 2048], |n| {
            sweep(32, n, 9)
        }),
    ];
    let curves: Result<Vec<Value>, ArgError> = curves.into_iter().chain(sweeps).collect();
    Ok(curves.map_err(|error| error.to_string())?.into())
}

/// Times at each size, with the slope of a straight line through their logarithms.
pub(crate) fn curve(
    name: &str,
    what: &str,
    sizes: &[usize],
    seconds: impl Fn(usize) -> Result<f64, ArgError>,
) -> Result<Value, ArgError> {
    let times = sizes.iter().map(|&size| seconds(size)).collect::<Result<Vec<f64>, ArgError>>()?;
    let slope = slope(sizes, &times);
    println!("  {name:8} slope {slope:.2}   {what}");
    let cells: Vec<String> =
        sizes.iter().zip(&times).map(|(size, time)| format!("{size}: {:.1} µs", time * 1e6)).collect();
    println!("           {}", cells.join(", "));
    Ok(json!({ "cost": name, "of": what, "sizes": sizes, "seconds": times, "slope": slope }))
}

/// Seconds of a gradient of all samples, or of a batch if that is not 0.
fn gradient(widths: &[usize], samples: usize, batch: usize) -> Result<f64, ArgError> {
    let net = Mlp::new(widths)?;
    let (inputs, targets) = (numbers(samples * INPUTS, 1.0), numbers(samples, 1.0));
    let data = Dataset::new(&inputs, INPUTS, Targets::Values(&targets))?;
    let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)?;
    let (mut params, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    net.init(Init::GlorotUniform, &mut params, &mut Xoshiro128PlusPlus::seed_from_u64(1));
    let mut grad = params.clone();
    let indices: Vec<u32> = (0..).take(batch).collect();
    let [seconds] = in_turn([&mut || {
        if batch == 0 {
            f.value_grad(&params, &mut grad, &mut scratch);
        } else {
            f.batch_value_grad(&params, &indices, &mut grad, &mut scratch);
        }
    }]);
    Ok(seconds)
}

/// Seconds of a sweep over all images of a band between two random networks.
fn sweep(width: usize, samples: usize, images: usize) -> Result<f64, ArgError> {
    let net = Mlp::new(&[INPUTS, width, 1])?;
    let (inputs, targets) = (numbers(samples * INPUTS, 1.0), numbers(samples, 1.0));
    let data = Dataset::new(&inputs, INPUTS, Targets::Values(&targets))?;
    let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)?;
    let dim = f.dim();
    let mut rows = vec![0.0; images * dim];
    let mut rng = Xoshiro128PlusPlus::seed_from_u64(1);
    net.init(Init::GlorotUniform, &mut rows[..dim], &mut rng);
    net.init(Init::GlorotUniform, &mut rows[(images - 1) * dim..], &mut rng);
    let mut workspace = vec![0.0; BandLayout::new(images, dim, f.scratch_len()).len()];
    let mut band = Sweep::new(&f, &mut rows, &mut workspace)?;
    let [seconds] = in_turn([&mut || band.sweep()]);
    Ok(seconds)
}

/// Least squares of `ln time` over `ln size`.
fn slope(sizes: &[usize], times: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> =
        sizes.iter().zip(times).map(|(&size, &time)| (libm::log(size as f64), libm::log(time))).collect();
    let n = points.len() as f64;
    let mean_x = points.iter().fold(0.0, |sum, point| sum + point.0) / n;
    let mean_y = points.iter().fold(0.0, |sum, point| sum + point.1) / n;
    let (mut across, mut square) = (0.0, 0.0);
    for (x, y) in points {
        across += (x - mean_x) * (y - mean_y);
        square += (x - mean_x) * (x - mean_x);
    }
    across / square
}
