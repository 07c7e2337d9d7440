use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::models::surfaces::DoubleWell;
use losscape::smoothing::{
    Graduated, GraduatedConfig, GraduatedLayout, GridConvolution, GridConvolutionLayout, LineMinima,
    LineStep, MinibatchNoise, OnePoint, OnePointLayout, Padding, SampledConvolution,
    SampledConvolutionLayout, SampledStep,
};

use crate::sgd::squares;
use crate::window::{Memory, Ran, drive, sweep};

const KERNEL: Kernel<f64> = Kernel::Gaussian { std_dev: 0.2 };
const WIDE: Kernel<f64> = Kernel::Gaussian { std_dev: 0.6 };

fn well(dim: usize) -> DoubleWell<f64> {
    DoubleWell::new(dim).expect("at least one")
}

fn graduated(params: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = GraduatedConfig { kernel: KERNEL, factor: 0.5, levels: 9, learning_rate: 0.1, steps: 3 };
    let mut descent = Graduated::new(&well(2), config, params, workspace)?;
    drive!(mark, 8, descent.step(&well(2)), descent.params().len())
}

fn grid() -> Grid<f64, 2> {
    Grid::new([Axis::new(-1.0, 1.0, 5).expect("axis"), Axis::new(0.0, 1.0, 4).expect("axis")]).expect("small")
}

fn convolution(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut convolution = GridConvolution::new(&grid(), WIDE, Padding::Nearest, workspace)?;
    let mut values = vec![1.0; grid().len()];
    let _ = (convolution.step(&mut values), convolution.restart());
    drive!(mark, 4, convolution.step(&mut values), ())
}

/// Any length is a capacity: with too little of it there are too many minima.
fn line(minima: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let f = well(1);
    let mut line = LineMinima::new(Axis::new(-2.0, 2.0, 20)?, minima)?;
    mark();
    let found = loop {
        match line.step(&f, &KERNEL) {
            LineStep::Searching => (),
            found => break found,
        }
    };
    let _ = line.basin(&f, &KERNEL, 0.5);
    let known = found == LineStep::Done { count: 2 } && line.minima().len() == 2;
    Ok(if known { format!("{:?}", line.minima()) } else { "MemoryChanged".into() })
}

fn sampled(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let (f, mut rng) = (well(2), stream(1, 0));
    let mut mean = SampledConvolution::new(&f, &[0.5, 0.2], workspace)?;
    mean.move_to(&[0.4, 0.2]);
    drive!(
        mark,
        5,
        mean.step(&f, &mut { KERNEL }, &mut rng),
        (mean.grad().len(), mean.grad_error(), mean.value_error())
    )
}

fn one_point(workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let (f, mut rng) = (well(2), stream(1, 0));
    let mut convexity = OnePoint::new(&f, &[1.0, 0.0], workspace)?;
    let _ = convexity.around(&[0.5, 0.1]);
    drive!(mark, 4, convexity.step(&f, &KERNEL, &mut rng), convexity.tally())
}

/// The indices that minibatch noise draws into: displacements are infinite where they do not fit, and the estimate says so.
fn batch_noise(batch: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    let (f, params, mut rng) = (squares(), [0.5, 0.2], stream(1, 0));
    let mut noise = MinibatchNoise::new(&f, 0.1, &params, &[0.1, 0.2], batch)?;
    let mut mean = SampledConvolution::new(&f, &params, vec![0.0; 64])?;
    let _ = mean.step(&f, &mut noise, &mut rng);
    mark();
    let step = mean.step(&f, &mut noise, &mut rng);
    Ok(if step == SampledStep::Added { "Added".into() } else { "MemoryChanged".into() })
}

#[test]
fn hostile_memory_of_smoothed_losses() {
    let scratch = losscape::Objective::scratch_len(&well(2));
    sweep!(graduated([0.8, 0.3], vec![0.0; GraduatedLayout::new(2, scratch).len()]));
    sweep!(convolution(vec![0.0; GridConvolutionLayout::new(&grid(), &WIDE).len()]));
    sweep!(line([0.0; 2]));
    sweep!(sampled(vec![0.0; SampledConvolutionLayout::new(2, scratch).len()]));
    sweep!(batch_noise([0u32; 1]));
    sweep!(one_point(vec![0.0; OnePointLayout::new(2, scratch).len()]));
}
