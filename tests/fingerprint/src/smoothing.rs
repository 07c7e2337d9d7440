//! Convolved losses: closed forms, quadrature, grids, samples, branches of minima and descent along a bandwidth.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::models::surfaces::{DoubleWell, EggCarton, GaussianMixture, MuellerBrown, RippledBowl};
use losscape::objective::Convolution;
use losscape::smoothing::{
    Branch, BranchConfig, BranchStep, ConvolutionStep, Graduated, GraduatedConfig, GraduatedLayout,
    GraduatedStep, GridConvolution, LineMinima, LineStep, Padding, Quadrature, SampledConvolution,
    SampledConvolutionLayout, SampledStep,
};
use losscape::{ArgError, Real};

use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment = Experiment {
    name: "smoothing-f32",
    digest: 0x46feb41651fed6c1,
    stack: 8 * 1024,
    run: || digest(smoothing::<f32>),
};
pub(crate) const DOUBLE: Experiment = Experiment {
    name: "smoothing-f64",
    digest: 0xd8ac2cc8e506b638,
    stack: 12 * 1024,
    run: || digest(smoothing::<f64>),
};

fn smoothing<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let mut bowl = RippledBowl::new(1, R::HALF, R::from_f64(0.6), R::from_f64(6.0))?;
    bowl.phase = R::from_f64(0.9);
    closed_forms::<R>(digest)?;
    on_a_grid::<R>(digest)?;
    sampled::<R>(digest)?;
    minima(&bowl, digest)?;
    descent::<R>(digest)
}

fn closed_forms<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let width = R::from_f64(0.3);
    let (centres, depths, widths) =
        ([0.0, 0.5, 1.0, -1.0].map(R::from_f64), [R::ONE, R::TWO], [R::HALF, R::ONE]);
    let mixture = GaussianMixture::new(2, &centres, &depths, &widths)?;
    let (wells, carton, brown) = (DoubleWell::new(2)?, EggCarton::new(2)?, MuellerBrown::default());
    let quadrature: Quadrature<'_, _, R, 8> = Quadrature::new(&brown)?;
    let surfaces: [&dyn Convolution<R>; 5] = [&wells, &carton, &mixture, &brown, &quadrature];
    let params = [R::from_f64(-0.4), R::from_f64(0.9)];
    for surface in surfaces {
        for kernel in [Kernel::Gaussian { std_dev: width }, Kernel::Cube { radius: width }] {
            if surface.check_kernel(&kernel).is_ok() {
                let (mut grad, mut scratch) = ([R::ZERO; 2], [R::ZERO; 8]);
                digest.real(surface.convolved_value_grad(&kernel, &params, &mut grad, &mut scratch));
                digest.reals(&grad);
            }
        }
    }
    Ok(())
}

fn on_a_grid<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let grid = Grid::new([Axis::new(-R::ONE, R::ONE, 9)?, Axis::new(R::ZERO, R::TWO, 7)?])?;
    let kernels = [Kernel::Gaussian { std_dev: R::from_f64(0.4) }, Kernel::Cube { radius: R::from_f64(0.5) }];
    for kernel in kernels {
        for padding in [Padding::Periodic, Padding::Reflecting, Padding::Nearest] {
            let mut values = [R::ZERO; 63];
            grid.fill(&mut values, |[x, y]| x * x * y - y)?;
            let mut convolution = GridConvolution::new(&grid, kernel, padding, [R::ZERO; 80])?;
            while convolution.step(&mut values) == ConvolutionStep::Line {}
            digest.reals(&values);
        }
    }
    Ok(())
}

fn sampled<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let f = DoubleWell::new(3)?;
    let params = [R::HALF, R::ONE, -R::ONE];
    let workspace = [R::ZERO; SampledConvolutionLayout::new(3, 0).len()];
    let mut smooth = SampledConvolution::new(&f, &params, workspace)?;
    let mut rng = stream(17, 0);
    for mut kernel in [
        Kernel::Gaussian { std_dev: R::HALF },
        Kernel::Cube { radius: R::HALF },
        Kernel::Ball { radius: R::HALF },
    ] {
        smooth.move_to(&params);
        for _ in 0..10 {
            if smooth.step(&f, &mut kernel, &mut rng) == SampledStep::Added {
                digest.real(smooth.value());
            }
        }
        digest.reals(smooth.grad());
        digest.real(smooth.value_error());
        digest.real(smooth.grad_error());
    }
    Ok(())
}

fn minima<R: Real>(bowl: &RippledBowl<R>, digest: &mut Fingerprint) -> Result<(), ArgError> {
    let mut line = LineMinima::new(Axis::new(R::from_f64(-3.0), R::from_f64(3.0), 60)?, [R::ZERO; 8])?;
    for std_dev in [0.2, 0.3, 0.5].map(R::from_f64) {
        let kernel = Kernel::Gaussian { std_dev };
        while line.step(bowl, &kernel) == LineStep::Searching {}
        digest.reals(line.minima());
    }
    let config = BranchConfig {
        from: R::ZERO,
        until: R::ONE,
        step: R::from_f64(0.05),
        tolerance: R::from_f64(1e-3),
        length: R::HALF,
    };
    let mut branch = Branch::new(bowl, Kernel::Gaussian { std_dev: R::ZERO }, config, &[R::from_f64(-0.66)])?;
    loop {
        match branch.step(bowl) {
            BranchStep::Ended { last, lost } => {
                digest.reals(&[last, lost]);
                break;
            }
            BranchStep::Alive => break,
            BranchStep::Followed { .. } | BranchStep::Shortened => digest.reals(branch.params()),
        }
    }
    Ok(())
}

fn descent<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let config = GraduatedConfig {
        kernel: Kernel::Gaussian { std_dev: R::from_f64(0.4) },
        factor: R::HALF,
        levels: 4,
        learning_rate: R::from_f64(1e-4),
        steps: 5,
    };
    let f = MuellerBrown::default();
    let params = [R::from_f64(-0.5), R::ONE];
    let workspace = [R::ZERO; GraduatedLayout::new(2, 0).len()];
    let mut descent = Graduated::new(&f, config, params, workspace)?;
    while let GraduatedStep::Moved { value, .. } = descent.step(&f) {
        digest.real(value);
    }
    digest.reals(descent.params());
    Ok(())
}
