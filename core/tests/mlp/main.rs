//! Networks against independent float64 values, and what must hold for every network.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::excessive_precision,
    clippy::std_instead_of_core,
    reason = "a test on a host: small numbers, and values quoted as they were published"
)]

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::base::vector::{dot, norm};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective};
use losscape::{ArgError, Curvature, Objective, Real, SampledObjective};

mod batch_products;
mod gauss_newton;
mod losses;
mod prepared;
mod sums;
#[path = "../symmetric/mod.rs"]
mod symmetric;
mod symmetry;
mod weighted_batches;
mod weights;
use symmetric::eigenvalues;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// `scale · sin(1.7 k + phase)`, the filler of the reference file.
fn wave(n: usize, scale: f64, phase: f64) -> Vec<f64> {
    (0..n).map(|k| scale * libm::sin(1.7 * k as f64 + phase)).collect()
}

fn hessian(f: &impl Curvature<f64>, params: &[f64]) -> Vec<Vec<f64>> {
    let n = f.dim();
    let mut scratch = vec![f64::NAN; f.hess_vec_scratch_len()];
    (0..n)
        .map(|k| {
            let (mut e, mut column) = (vec![0.0; n], vec![0.0; n]);
            e[k] = 1.0;
            f.hess_vec(params, &e, &mut column, &mut scratch);
            column
        })
        .collect()
}

fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    let error = (got - want).abs() / want.abs().max(1.0);
    assert!(error <= tolerance, "{what}: {got} against {want}, error {error:e} above {tolerance:e}");
}

#[test]
fn reference_networks() -> Outcome {
    let file: serde_json::Value = serde_json::from_str(include_str!("../reference/mlp.json"))?;
    let numbers = |v: &serde_json::Value| -> Vec<f64> {
        v.as_array().into_iter().flatten().filter_map(|x| x.as_f64()).collect()
    };
    let cases = file["cases"].as_array().ok_or("cases")?;
    assert_eq!(cases.len(), 5, "all cases are read");
    for case in cases {
        let sizes: Vec<usize> = numbers(&case["sizes"]).iter().map(|&x| x as usize).collect();
        let hidden = match case["activation"].as_str() {
            Some("tanh") => Activation::Tanh,
            Some("sigmoid") => Activation::Sigmoid,
            Some("relu") => Activation::Relu,
            other => return Err(format!("{other:?}").into()),
        };
        let net = Mlp::new(&sizes)?.with_hidden(hidden);
        let batch = case["batch"].as_u64().ok_or("batch")? as usize;
        let params = wave(net.param_len(), 0.6, 0.3);
        let x = wave(batch * net.inputs(), 1.0, 1.1);
        let values = wave(batch * net.outputs(), 0.8, 2.0);
        let labels: Vec<u8> = (0..batch).map(|i| ((i * 7 + 3) % net.outputs()) as u8).collect();
        let (loss, targets) = match case["loss"].as_str() {
            Some("mean_squared_error") => (Loss::MeanSquaredError, Targets::Values(&values[..])),
            _ => (Loss::SoftmaxCrossEntropy, Targets::Labels(&labels[..])),
        };
        let f = MlpObjective::new(net, loss, Dataset::new(&x, net.inputs(), targets)?, 0.0)?;
        let (mut grad, mut scratch) = (vec![0.0; f.dim()], vec![f64::NAN; f.hess_vec_scratch_len()]);
        let value = f.value_grad(&params, &mut grad, &mut scratch);
        close("value", value, case["value"].as_f64().ok_or("value")?, 1e-12);
        close("‖g‖", norm(&grad), case["gradient_norm"].as_f64().ok_or("norm")?, 1e-12);
        let v = wave(f.dim(), 1.0, 0.9);
        close("g·v", dot(&grad, &v), case["gradient_dot_direction"].as_f64().ok_or("dot")?, 1e-12);
        for (got, want) in grad.iter().zip(numbers(&case["gradient_head"])) {
            close("gradient", *got, want, 1e-12);
        }
        if let Some(trace) = case["hessian_trace"].as_f64() {
            let tolerance = case["hessian_tolerance"].as_f64().ok_or("tolerance")?;
            let h = hessian(&f, &params);
            close("tr H", (0..f.dim()).map(|k| h[k][k]).sum(), trace, tolerance);
            for (got, want) in eigenvalues(&h).iter().zip(numbers(&case["hessian_eigenvalues"])) {
                close("eigenvalue", *got, want, tolerance);
            }
            let mut hv = vec![0.0; f.dim()];
            f.hess_vec(&params, &v, &mut hv, &mut scratch);
            for (got, want) in hv.iter().zip(numbers(&case["hessian_times_direction_head"])) {
                close("Hv", *got, want, tolerance);
            }
        }
    }
    Ok(())
}

const ACTIVATIONS: [Activation; 7] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu { slope: 0.01 },
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Gelu,
];
const LOSSES: [Loss; 4] =
    [Loss::MeanSquaredError, Loss::MeanAbsoluteError, Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy];

/// Calls `check` with every activation inside and at the output, every loss, with and without bias.
fn every_network(mut check: impl FnMut(&str, MlpObjective<'_, f64>, &[f64]) -> Outcome) -> Outcome {
    let x = wave(7 * 3, 1.0, 1.1);
    let labels = [0, 1, 1, 0, 1, 0, 0];
    for hidden in ACTIVATIONS {
        for output in [Activation::Identity, Activation::Sigmoid, Activation::Softplus, Activation::Tanh] {
            for loss in LOSSES {
                for bias in [true, false] {
                    let net = Mlp::new(&[3, 4, 3, 2])?.with_hidden(hidden).with_output(output);
                    let net = if bias { net } else { net.without_bias() };
                    let data = Dataset::new(&x, 3, Targets::Labels(&labels))?;
                    let f = MlpObjective::new(net, loss, data, 0.01)?;
                    let name = format!("{hidden:?} {output:?} {loss:?} bias {bias}");
                    check(&name, f, &wave(f.dim(), 0.8, 0.35))?;
                }
            }
        }
    }
    Ok(())
}

#[test]
fn gradients_and_curvature_match_differences_for_every_network() -> Outcome {
    every_network(|name, f, params| {
        let n = f.dim();
        let mut scratch = vec![f64::NAN; f.hess_vec_scratch_len()];
        let v = wave(n, 1.0, 0.9);
        let along = |t: f64| -> Vec<f64> { params.iter().zip(&v).map(|(p, v)| p + t * v).collect() };
        let (mut grad, mut up, mut down, mut hv) = (vec![0.0; n], vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let h = 1e-5;
        let value = f.value_grad(params, &mut grad, &mut scratch);
        assert_eq!(value.to_bits(), f.value(params, &mut scratch).to_bits(), "{name}: one value");
        let slope = (f.value(&along(h), &mut scratch) - f.value(&along(-h), &mut scratch)) / (2.0 * h);
        assert!((slope - dot(&grad, &v)).abs() < 1e-8, "{name}: {slope} against {}", dot(&grad, &v));
        f.hess_vec(params, &v, &mut hv, &mut scratch);
        f.value_grad(&along(h), &mut up, &mut scratch);
        f.value_grad(&along(-h), &mut down, &mut scratch);
        for k in 0..n {
            let want = (up[k] - down[k]) / (2.0 * h);
            assert!((hv[k] - want).abs() < 1e-7, "{name}: (Hv)[{k}] = {} against {want}", hv[k]);
        }
        Ok(())
    })
}

#[test]
fn tiles_and_scratch_do_not_touch_the_bits() -> Outcome {
    every_network(|name, f, params| {
        let v = wave(f.dim(), 1.0, 0.9);
        let digest = |tile: usize, fill: f64| -> Result<u64, ArgError> {
            let f = f.with_tile(tile)?;
            let mut scratch = vec![fill; f.hess_vec_scratch_len()];
            let mut out = vec![fill; f.dim()];
            let mut print = Fingerprint::new();
            print.real(f.value_grad(params, &mut out, &mut scratch));
            print.reals(&out);
            print.real(f.batch_value_grad(params, &[3, 3, 0, 6, 1], &mut out, &mut scratch));
            print.reals(&out);
            f.hess_vec(params, &v, &mut out, &mut scratch);
            print.reals(&out);
            print.real(f.accuracy(params, &mut scratch));
            Ok(print.finish())
        };
        let want = digest(1, 0.0)?;
        for tile in [2, 3, 7, 32] {
            assert_eq!(digest(tile, f64::NAN)?, want, "{name}: tile {tile}");
        }
        Ok(())
    })
}

#[test]
fn a_batch_of_everything_is_the_whole() -> Outcome {
    every_network(|name, f, params| {
        let mut scratch = vec![f64::NAN; f.scratch_len()];
        let (mut whole, mut batch) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
        let all: Vec<u32> = (0..f.samples() as u32).collect();
        let a = f.value_grad(params, &mut whole, &mut scratch);
        let b = f.batch_value_grad(params, &all, &mut batch, &mut scratch);
        assert_eq!((a, whole), (b, batch), "{name}");
        Ok(())
    })
}

/// Relabelling hidden units changes nothing but the rounding.
#[test]
fn hidden_units_may_be_permuted() -> Outcome {
    let net = Mlp::new(&[3, 5, 2])?;
    let x = wave(12, 1.0, 0.1);
    let f = MlpObjective::new(
        net,
        Loss::SoftmaxCrossEntropy,
        Dataset::new(&x, 3, Targets::Labels(&[0, 1, 1, 0]))?,
        0.1,
    )?;
    let params = wave(f.dim(), 0.7, 0.2);
    let mut permuted = params.clone();
    let (first, second) = (net.layer(0), net.layer(1));
    for (to, from) in [3, 0, 4, 1, 2].into_iter().enumerate() {
        for i in 0..3 {
            permuted[first.weights.start + i * 5 + to] = params[first.weights.start + i * 5 + from];
        }
        permuted[first.bias.start + to] = params[first.bias.start + from];
        for j in 0..2 {
            permuted[second.weights.start + to * 2 + j] = params[second.weights.start + from * 2 + j];
        }
    }
    let mut scratch = vec![f64::NAN; f.scratch_len()];
    close("loss", f.value(&permuted, &mut scratch), f.value(&params, &mut scratch), 1e-14);
    Ok(())
}

/// Logits of ±1e4 neither overflow nor lose the loss.
#[test]
fn cross_entropies_are_stable_at_large_logits() -> Outcome {
    fn losses<R: Real>() -> Result<Vec<f64>, ArgError> {
        let net = Mlp::new(&[1, 2])?.without_bias();
        let one = Mlp::new(&[1, 1])?.without_bias();
        let x = [R::ONE];
        let big = R::from_f64(1e4);
        let mut scratch = [R::ZERO; 256];
        let mut out = Vec::new();
        for label in [0, 1] {
            let labels = [label];
            let data = Dataset::new(&x, 1, Targets::Labels(&labels))?;
            let softmax = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, R::ZERO)?.with_tile(1)?;
            let binary = MlpObjective::new(one, Loss::BinaryCrossEntropy, data, R::ZERO)?.with_tile(1)?;
            let (mut g2, mut g1) = ([R::ZERO; 2], [R::ZERO; 1]);
            out.push(softmax.value_grad(&[big, -big], &mut g2, &mut scratch).to_f64());
            out.extend(g2.map(R::to_f64));
            out.push(binary.value_grad(&[big], &mut g1, &mut scratch).to_f64());
            out.extend(g1.map(R::to_f64));
        }
        Ok(out)
    }
    let want = [0.0, 0.0, 0.0, 1e4, 1.0, 2e4, 1.0, -1.0, 0.0, 0.0];
    assert_eq!(losses::<f32>()?, want, "f32");
    assert_eq!(losses::<f64>()?, want, "f64");
    Ok(())
}

#[test]
fn bad_problems_are_refused_by_name() -> Outcome {
    let net = Mlp::new(&[2, 3, 2])?;
    let x = [0.0f32; 4];
    let make = |net, loss, targets, l2| {
        let data = Dataset::new(&x, 2, targets)?;
        MlpObjective::new(net, loss, data, l2).map(|_| ())
    };
    let arg = |result: Result<(), ArgError>| result.map_err(|e| e.arg);
    use Loss::{BinaryCrossEntropy, MeanSquaredError, SoftmaxCrossEntropy};
    assert_eq!(arg(make(net, SoftmaxCrossEntropy, Targets::Labels(&[0, 1]), 0.0)), Ok(()));
    assert_eq!(arg(make(net, SoftmaxCrossEntropy, Targets::Labels(&[0, 2]), 0.0)), Err("targets"));
    assert_eq!(arg(make(net, SoftmaxCrossEntropy, Targets::Values(&[0.0; 4]), 0.0)), Err("targets"));
    assert_eq!(arg(make(net, MeanSquaredError, Targets::Values(&[0.0; 2]), 0.0)), Err("targets"));
    assert_eq!(arg(make(net, MeanSquaredError, Targets::Values(&[f32::NAN; 4]), 0.0)), Err("targets"));
    assert_eq!(
        arg(make(net, BinaryCrossEntropy, Targets::Values(&[0.0, 1.0, 1.5, 0.0]), 0.0)),
        Err("targets")
    );
    for l2 in [-1.0, f32::NAN, f32::INFINITY] {
        assert_eq!(arg(make(net, SoftmaxCrossEntropy, Targets::Labels(&[0, 1]), l2)), Err("l2"));
    }
    let single = Mlp::new(&[2, 1])?;
    assert_eq!(arg(make(single, SoftmaxCrossEntropy, Targets::Labels(&[0, 1]), 0.0)), Err("net"));
    assert_eq!(arg(make(single, BinaryCrossEntropy, Targets::Labels(&[0, 2]), 0.0)), Err("targets"));
    assert_eq!(arg(make(Mlp::new(&[3, 2])?, MeanSquaredError, Targets::Labels(&[0, 1]), 0.0)), Err("data"));
    let data = Dataset::new(&x, 2, Targets::Labels(&[0, 1]))?;
    let f = MlpObjective::new(net, SoftmaxCrossEntropy, data, 0.0)?;
    assert_eq!(f.with_tile(0).map(|_| ()).map_err(|e| e.arg), Err("tile"));
    Ok(())
}

#[test]
fn initialisation_has_the_stated_laws() -> Outcome {
    let net = Mlp::new(&[50, 40, 10])?;
    let mut params = vec![f64::NAN; net.param_len()];
    for (init, variance, limit) in [
        (Init::GlorotUniform, 2.0 / 90.0, (6.0f64 / 90.0).sqrt()),
        (Init::GlorotNormal, 2.0 / 90.0, f64::INFINITY),
        (Init::HeUniform, 2.0 / 50.0, (6.0f64 / 50.0).sqrt()),
        (Init::HeNormal, 2.0 / 50.0, f64::INFINITY),
    ] {
        net.init(init, &mut params, &mut Xoshiro128PlusPlus::seed_from_u64(11));
        let first = net.layer(0);
        let w = &params[first.weights];
        let got = dot(w, w) / w.len() as f64;
        // 2000 weights: a variance's standard error is at most √(2/2000) = 3.2 %; three of them.
        assert!((got / variance - 1.0).abs() < 0.095, "{init:?}: variance {got} against {variance}");
        assert!(w.iter().all(|w| w.abs() <= limit), "{init:?}: within ±{limit}");
        assert!(params[first.bias].iter().all(|b| *b == 0.0), "{init:?}: bias");
    }
    Ok(())
}

#[test]
fn accuracy_counts_first_of_the_largest() -> Outcome {
    let net = Mlp::new(&[1, 3])?;
    let x = [1.0f32, -1.0, 0.0, 0.0];
    let f = MlpObjective::new(
        net,
        Loss::SoftmaxCrossEntropy,
        Dataset::new(&x, 1, Targets::Labels(&[0, 2, 0, 1]))?,
        0.0,
    )?;
    // Logits (x, 0, −x): classes 0, 2, and a tie that goes to class 0.
    let params = [1.0, 0.0, -1.0, 0.0, 0.0, 0.0];
    assert_eq!(f.accuracy(&params, &mut vec![f32::NAN; f.scratch_len()]), 0.75);
    Ok(())
}

#[test]
fn a_sample_that_is_not_there_rejects_the_point() -> Outcome {
    let net = Mlp::new(&[1, 2])?;
    let data = Dataset::new(&[1.0f32, 2.0, 3.0], 1, Targets::Labels(&[0, 1, 0]))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(2)?;
    let (params, mut grad, mut scratch) = ([0.5; 4], [0.0; 4], vec![f32::NAN; f.scratch_len()]);
    let mut loss = |batch: &[u32]| f.batch_value_grad(&params, batch, &mut grad, &mut scratch);
    assert_eq!(loss(&[0, 1, 2]), core::f32::consts::LN_2, "all are there");
    for batch in [&[3][..], &[0, 1, 2, 3], &[u32::MAX, 0]] {
        assert_eq!(loss(batch), f32::INFINITY, "{batch:?}");
    }
    Ok(())
}

#[test]
fn a_product_without_room_is_not_a_number() -> Outcome {
    let net = Mlp::new(&[1, 2])?;
    let data = Dataset::new(&[1.0f32, 2.0, 3.0], 1, Targets::Labels(&[0, 1, 0]))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(2)?;
    let (params, mut out) = ([0.5; 4], [0.0; 4]);
    f.hess_vec(&params, &params, &mut out, &mut vec![f32::NAN; f.scratch_len()]);
    assert!(out.iter().all(|x| x.is_nan()), "{out:?}");
    Ok(())
}
