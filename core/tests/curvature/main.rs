//! Spectra of networks against independent float64 values, and what a slice of a network must not depend on.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::excessive_precision,
    clippy::std_instead_of_core,
    reason = "a test on a host: small numbers, and values quoted as they were published"
)]

#[path = "../scaled/exact.rs"]
mod exact;
mod hostile;
mod hostile_krylov;
mod hostile_searches;
mod large;
mod scale;
#[path = "../scaled/mod.rs"]
mod scaled;
mod units;

use losscape::base::random::{fill_indices, fill_normal, stream};
use losscape::curvature::slices::{GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
use losscape::curvature::{
    EigenLayout, Hessian, HessianLayout, HessianStep, Signature, Tolerance, eigenvalues, signature, trace,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::{Curvature, Objective, Operator, Real};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The whole Hessian, the largest asymmetry that its columns had, and what its eigenvalues can be trusted for.
fn hessian<R: Real>(
    f: &impl Curvature<R>,
    params: &[R],
) -> Result<(Vec<R>, R, Tolerance<R>), losscape::ArgError> {
    let (at, nan) = (HessianAt::new(f, params)?, R::from_f64(f64::NAN));
    let layout = HessianLayout::new(f.dim(), at.scratch_len());
    let mut hessian = Hessian::new(&at, vec![nan; layout.matrix_len()], vec![nan; layout.len()])?;
    loop {
        match hessian.step(&at) {
            HessianStep::Product { .. } => (),
            HessianStep::Done { asymmetry, tolerance } => {
                return Ok((hessian.into_parts().0, asymmetry, tolerance));
            }
            step => panic!("{step:?}"),
        }
    }
}

fn spectrum<R: Real>(matrix: &[R], n: usize) -> Result<Vec<R>, losscape::ArgError> {
    let mut values = vec![R::ZERO; n];
    eigenvalues(&mut matrix.to_vec(), &mut values, &mut vec![R::ZERO; EigenLayout::new(n).len()])?;
    Ok(values)
}

/// `scale · sin(1.7 k + phase)`, the filler of the reference file.
fn wave(n: usize, scale: f64, phase: f64) -> Vec<f64> {
    (0..n).map(|k| scale * libm::sin(1.7 * k as f64 + phase)).collect()
}

#[test]
fn reference_spectra() -> Outcome {
    let file: serde_json::Value = serde_json::from_str(include_str!("../reference/mlp.json"))?;
    let numbers = |v: &serde_json::Value| -> Vec<f64> {
        v.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
    };
    let mut compared = 0;
    for case in file["cases"].as_array().ok_or("cases")? {
        let wanted = numbers(&case["hessian_eigenvalues"]);
        if wanted.is_empty() {
            continue;
        }
        let sizes: Vec<usize> = numbers(&case["sizes"]).iter().map(|&x| x as usize).collect();
        let sigmoid = case["activation"] == "sigmoid";
        let hidden = if sigmoid { Activation::Sigmoid } else { Activation::Tanh };
        let net = Mlp::new(&sizes)?.with_hidden(hidden);
        let batch = case["batch"].as_u64().ok_or("batch")? as usize;
        let x = wave(batch * net.inputs(), 1.0, 1.1);
        let values = wave(batch * net.outputs(), 0.8, 2.0);
        let labels: Vec<u8> = (0..batch).map(|i| ((i * 7 + 3) % net.outputs()) as u8).collect();
        let (loss, targets) = match case["loss"].as_str() {
            Some("mean_squared_error") => (Loss::MeanSquaredError, Targets::Values(&values[..])),
            _ => (Loss::SoftmaxCrossEntropy, Targets::Labels(&labels[..])),
        };
        let f = MlpObjective::new(net, loss, Dataset::new(&x, net.inputs(), targets)?, 0.0)?;
        let n = f.dim();
        let (matrix, asymmetry, _) = hessian(&f, &wave(n, 0.6, 0.3))?;
        assert!(asymmetry < 1e-14, "{sizes:?}: asymmetry {asymmetry:e}");
        let tolerance = case["hessian_tolerance"].as_f64().ok_or("tolerance")?;
        assert!((trace(&matrix, n) - case["hessian_trace"].as_f64().ok_or("trace")?).abs() < tolerance);
        for (k, (got, want)) in spectrum(&matrix, n)?.iter().zip(&wanted).enumerate() {
            assert!((got - want).abs() < tolerance, "{sizes:?} {k}: {got} against {want}");
        }
        compared += 1;
    }
    assert_eq!(compared, 3, "every case that has a spectrum");
    Ok(())
}

/// The signature of the Hessian of a softmax regression on data drawn from `seed`, at a point drawn from it.
fn regression<R: Real>(samples: usize, seed: u64) -> Result<Signature, losscape::ArgError> {
    let mut rng = stream(seed, 0);
    let (mut x, mut params) = (vec![R::ZERO; 3 * samples], [R::ZERO; 12]);
    fill_normal(&mut rng, &mut x);
    fill_normal(&mut rng, &mut params);
    let mut labels = vec![0u32; samples];
    fill_indices(&mut rng, 3, &mut labels);
    let labels: Vec<u8> = labels.iter().map(|label| *label as u8).collect();
    let data = Dataset::new(&x, 3, Targets::Labels(&labels))?;
    let f = MlpObjective::new(Mlp::new(&[3, 3])?, Loss::SoftmaxCrossEntropy, data, R::ZERO)?;
    let (matrix, _, tolerance) = hessian(&f, &params)?;
    Ok(signature(&spectrum(&matrix, 12)?, tolerance))
}

/// Softmax regression is convex, and one shift of the logits for each input and the bias changes nothing: no direction
/// goes down and d + 1 = 4 are flat, however many samples are summed.
fn certified<R: Real>(samples: usize, seeds: core::ops::Range<u64>) -> Outcome {
    for seed in seeds {
        let found = regression::<R>(samples, seed)?;
        assert_eq!(found, Signature { positive: 8, flat: 4, negative: 0 }, "{samples} samples, seed {seed}");
    }
    Ok(())
}

#[test]
fn a_convex_problem_has_no_direction_that_goes_down() -> Outcome {
    certified::<f64>(10_000, 0..2)?;
    certified::<f32>(10_000, 0..2)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_convex_problem_of_any_size_has_no_direction_that_goes_down() -> Outcome {
    for samples in [10_000, 60_000] {
        certified::<f64>(samples, 0..20)?;
        certified::<f32>(samples, 0..20)?;
    }
    Ok(())
}

/// Two separable points: as the weight grows, all curvature vanishes, and none of it turns negative.
fn separable<R: Real>() -> Outcome {
    for k in 0..18 {
        let (x, shift) = ([-R::ONE, R::ONE], R::from_f64(0.1 * f64::from(k)));
        let weight = R::from_f64(0.5 * f64::from(k));
        let data = Dataset::new(&x, 1, Targets::Labels(&[0, 1]))?;
        let f = MlpObjective::new(Mlp::new(&[1, 2])?, Loss::SoftmaxCrossEntropy, data, R::ZERO)?;
        let (matrix, _, tolerance) = hessian(&f, &[-weight, weight, shift, -shift])?;
        let values = spectrum(&matrix, 4)?;
        let found = signature(&values, tolerance);
        assert_eq!(found.negative, 0, "weight {weight}: {values:?} {tolerance:?}");
        assert_eq!(found.flat, 2, "weight {weight}: {values:?} {tolerance:?}");
    }
    Ok(())
}

#[test]
fn two_separable_points_have_no_direction_that_goes_down() -> Outcome {
    separable::<f64>()?;
    separable::<f32>()
}

/// Li et al. (2018), section 4: a filter-normalised slice does not see the scale of a ReLU layer, a raw one does.
#[test]
fn filter_normalised_slices_ignore_the_scale_of_layers() -> Outcome {
    let net = Mlp::new(&[2, 6, 2])?.with_hidden(Activation::Relu);
    let n = net.param_len();
    let mut params = vec![0.0f64; n];
    fill_normal(&mut stream(4, 0), &mut params);
    for l in 0..net.layers() {
        params[net.layer(l).bias].fill(0.0);
    }
    let mut scaled = params.clone();
    for (l, factor) in [(0, 5.0), (1, 0.2)] {
        for w in &mut scaled[net.layer(l).weights] {
            *w *= factor;
        }
    }
    let mut x = vec![0.0; 40];
    fill_normal(&mut stream(4, 1), &mut x);
    let labels: Vec<u8> = (0..20).map(|k| k % 2).collect();
    let data = Dataset::new(&x, 2, Targets::Labels(&labels))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    let slice = |centre: &[f64], normalised: bool| -> Result<Vec<f64>, losscape::ArgError> {
        let mut rows = vec![0.0; 3 * n];
        rows[..n].copy_from_slice(centre);
        fill_normal(&mut stream(4, 2), &mut rows[n..]);
        for axis in rows[n..].chunks_exact_mut(n) {
            if normalised {
                net.filter_normalise(centre, axis)?;
            }
        }
        let layout = PlaneGridLayout::new(8, n, f.scratch_len());
        let config = PlaneGridConfig { half_width: 1.0, coarse: 2, fine: 8 };
        let (values, workspace) = (vec![0.0; layout.values_len()], vec![0.0; layout.len()]);
        let mut grid = PlaneGrid::new(&f, Plane::new(rows)?, config, values, workspace)?;
        while grid.step(&f) != GridStep::Done {}
        Ok(grid.into_parts().1)
    };
    let differ = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let normalised = differ(&slice(&params, true)?, &slice(&scaled, true)?);
    let raw = differ(&slice(&params, false)?, &slice(&scaled, false)?);
    assert!(normalised < 1e-12, "normalised slices differ by {normalised:e}");
    assert!(raw > 0.1, "raw slices differ by {raw:e}: nothing would be shown");
    Ok(())
}
