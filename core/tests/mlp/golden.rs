//! Two networks of nine parameters or so, whose Hessians and noise are known to twelve digits.

use losscape::base::vector::{dot, norm};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::{ArgError, Curvature, Objective};

use super::symmetric::eigenvalues;
use super::{Outcome, close, hessian};

/// The golden networks enumerate weights output by output; the kernel stores them input by input.
fn golden_order(net: &Mlp, enumerated: &[f64]) -> Vec<f64> {
    let mut params = enumerated.to_vec();
    for l in 0..net.layers() {
        let layer = net.layer(l);
        for i in 0..layer.inputs {
            for j in 0..layer.outputs {
                params[layer.weights.start + i * layer.outputs + j] =
                    enumerated[layer.weights.start + j * layer.inputs + i];
            }
        }
    }
    params
}

struct Golden {
    widths: [usize; 3],
    loss: Loss,
    value: f64,
    grad_norm: f64,
    grad_ends: [f64; 2],
    v_h_v: f64,
    h_v_norm: f64,
    h_v_first: f64,
    trace: f64,
    frobenius: f64,
    spectrum_ends: [f64; 2],
    negative: usize,
    zero: usize,
    noise_trace: f64,
    hutchinson: [f64; 2],
}

const GOLDEN: [Golden; 2] = [
    Golden {
        widths: [2, 3, 2],
        loss: Loss::SoftmaxCrossEntropy,
        value: 0.852134853530421,
        grad_norm: 0.570709281569983,
        grad_ends: [-0.005746263202449, 0.219150095815237],
        v_h_v: 0.291274261230703,
        h_v_norm: 0.931758103078243,
        h_v_first: 0.022730274401998,
        trace: 1.715145869394356,
        frobenius: 1.870150835037298,
        spectrum_ends: [-0.3506010519041, 1.7483114024444],
        negative: 4,
        zero: 4,
        noise_trace: 2.411642845047561,
        hutchinson: [6.365095795159, 6.994928291581],
    },
    Golden {
        widths: [2, 3, 1],
        loss: Loss::MeanSquaredError,
        value: 0.657552003265875,
        grad_norm: 1.671310102764946,
        grad_ends: [0.040297138179797, -0.990443428070298],
        v_h_v: 1.027159534826670,
        h_v_norm: 1.811103411692019,
        h_v_first: -0.042152948302523,
        trace: 2.714310013942144,
        frobenius: 3.618153199061753,
        spectrum_ends: [-0.9387169488395, 3.1636024312068],
        negative: 7,
        zero: 0,
        noise_trace: 1.884628657918288,
        hutchinson: [22.310402086399, 26.182065143762],
    },
];

const XOR: [f64; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
const XOR_LABELS: [u8; 4] = [0, 1, 1, 0];

/// Parameters, direction and objective.
type GoldenCase = (Vec<f64>, Vec<f64>, MlpObjective<'static, f64>);

fn golden_case(case: &Golden) -> Result<GoldenCase, ArgError> {
    let net = Mlp::new(&case.widths)?;
    let fill = |f: fn(f64) -> f64| -> Vec<f64> { (1..=net.param_len()).map(|k| f(k as f64)).collect() };
    let params = golden_order(&net, &fill(libm::sin));
    let v = golden_order(&net, &fill(libm::cos));
    let f = MlpObjective::new(net, case.loss, Dataset::new(&XOR, 2, Targets::Labels(&XOR_LABELS))?, 0.0)?;
    Ok((params, v, f))
}

#[test]
fn golden_networks() -> Outcome {
    for case in &GOLDEN {
        let (params, v, f) = golden_case(case)?;
        let n = f.dim();
        let (mut grad, mut hv) = (vec![0.0; n], vec![0.0; n]);
        let mut scratch = vec![f64::NAN; f.hess_vec_scratch_len()];
        let value = f.value_grad(&params, &mut grad, &mut scratch);
        f.hess_vec(&params, &v, &mut hv, &mut scratch);
        close("loss", value, case.value, 1e-12);
        close("‖g‖", norm(&grad), case.grad_norm, 1e-12);
        close("g₁", grad[0], case.grad_ends[0], 1e-12);
        close("g_P", grad[n - 1], case.grad_ends[1], 1e-12);
        close("vᵀHv", dot(&v, &hv), case.v_h_v, 1e-12);
        close("‖Hv‖", norm(&hv), case.h_v_norm, 1e-12);
        close("(Hv)₁", hv[0], case.h_v_first, 1e-12);

        let h = hessian(&f, &params);
        let trace: f64 = (0..n).map(|k| h[k][k]).sum();
        let squares: f64 = h.iter().flatten().map(|x| x * x).sum();
        let diagonal_squares: f64 = (0..n).map(|k| h[k][k] * h[k][k]).sum();
        close("tr H", trace, case.trace, 1e-12);
        close("‖H‖", squares.sqrt(), case.frobenius, 1e-12);
        close("Hutchinson, Rademacher", 2.0 * (squares - diagonal_squares), case.hutchinson[0], 1e-11);
        close("Hutchinson, Gaussian", 2.0 * squares, case.hutchinson[1], 1e-11);
        for (j, row) in h.iter().enumerate() {
            for (k, x) in row.iter().enumerate() {
                assert!((x - h[k][j]).abs() < 1e-13, "H is symmetric at {j}, {k}");
            }
        }
        let spectrum = eigenvalues(&h);
        close("λmin", spectrum[0], case.spectrum_ends[0], 1e-11);
        close("λmax", spectrum[n - 1], case.spectrum_ends[1], 1e-11);
        assert_eq!(spectrum.iter().filter(|x| **x < -1e-9).count(), case.negative, "index");
        assert_eq!(spectrum.iter().filter(|x| x.abs() < 1e-9).count(), case.zero, "zero modes");

        // D = (1/N) Σ gₖ gₖᵀ − g gᵀ by its trace.
        let mut second_moment = 0.0;
        for sample in 0..4 {
            let mut own = vec![0.0; n];
            let _ = f.sample_value_grad(&params, sample, &mut own, &mut scratch);
            second_moment += dot(&own, &own) / 4.0;
        }
        close("tr D", second_moment - dot(&grad, &grad), case.noise_trace, 1e-12);
    }
    Ok(())
}

#[test]
fn golden_networks_in_f32() -> Outcome {
    for case in &GOLDEN {
        let (params, v, f) = golden_case(case)?;
        let single = |x: &[f64]| -> Vec<f32> { x.iter().map(|&x| x as f32).collect() };
        let (params, v, x) = (single(&params), single(&v), single(&XOR));
        let f =
            MlpObjective::new(f.net(), case.loss, Dataset::new(&x, 2, Targets::Labels(&XOR_LABELS))?, 0.0)?;
        let (mut grad, mut hv) = (vec![0.0f32; f.dim()], vec![0.0; f.dim()]);
        let mut scratch = vec![f32::NAN; f.hess_vec_scratch_len()];
        let value = f.value_grad(&params, &mut grad, &mut scratch);
        f.hess_vec(&params, &v, &mut hv, &mut scratch);
        close("loss", value.into(), case.value, 1e-5);
        close("‖g‖", norm(&grad).into(), case.grad_norm, 1e-5);
        close("vᵀHv", dot(&v, &hv).into(), case.v_h_v, 1e-5);
        close("‖Hv‖", norm(&hv).into(), case.h_v_norm, 1e-5);
    }
    Ok(())
}
