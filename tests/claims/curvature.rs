//! Two golden networks by every view of their curvature.

use losscape::base::random::stream;
use losscape::base::vector::{dot, norm};
use losscape::curvature::{
    DensityConfig, DensityLayout, DensityStep, EigenLayout, Hessian, HessianLayout, HessianStep, Lanczos,
    LanczosConfig, LanczosLayout, LanczosStep, Probe, SpectralDensity, TraceEstimate, TraceLayout, eigen,
    eigenvalues, signature, trace,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::{Curvature, Objective, Operator, Real};

/// Parameters sin k and direction cos k, k = 1 … P, weights counted output by output; the inputs are the corners of the
/// unit square, the labels their exclusive or.
struct Golden {
    widths: [usize; 3],
    loss: Loss,
    value: f64,
    grad_norm: f64,
    grad_ends: [f64; 2],
    quadratic: f64,
    product_norm: f64,
    product_first: f64,
    trace: f64,
    frobenius: f64,
    extremes: [f64; 2],
    negative: u32,
    flat: u32,
    variances: [f64; 2],
    noise_trace: f64,
}

const GOLDEN: [Golden; 2] = [
    Golden {
        widths: [2, 3, 2],
        loss: Loss::SoftmaxCrossEntropy,
        value: 0.852134853530421,
        grad_norm: 0.570709281569983,
        grad_ends: [-0.005746263202449, 0.219150095815237],
        quadratic: 0.291274261230703,
        product_norm: 0.931758103078243,
        product_first: 0.022730274401998,
        trace: 1.715145869394356,
        frobenius: 1.870150835037298,
        extremes: [-0.3506010519041, 1.7483114024444],
        negative: 4,
        flat: 4,
        variances: [6.365095795159, 6.994928291581],
        noise_trace: 2.411642845047561,
    },
    Golden {
        widths: [2, 3, 1],
        loss: Loss::MeanSquaredError,
        value: 0.657552003265875,
        grad_norm: 1.671310102764946,
        grad_ends: [0.040297138179797, -0.990443428070298],
        quadratic: 1.02715953482667,
        product_norm: 1.811103411692019,
        product_first: -0.042152948302523,
        trace: 2.714310013942144,
        frobenius: 3.618153199061753,
        extremes: [-0.9387169488395, 3.1636024312068],
        negative: 7,
        flat: 0,
        variances: [22.310402086399, 26.182065143762],
        noise_trace: 1.884628657918288,
    },
];

/// `f(k)` for k = 1 … P in the order of the reference, put where the network keeps them.
fn fill<R: Real>(net: &Mlp, f: fn(f64) -> f64) -> Vec<R> {
    let mut out = vec![R::ZERO; net.param_len()];
    for l in 0..net.layers() {
        let layer = net.layer(l);
        for j in 0..layer.outputs {
            for i in 0..layer.inputs {
                let k = f64::from_usize(layer.weights.start + j * layer.inputs + i + 1);
                out[layer.weights.start + i * layer.outputs + j] = R::from_f64(f(k));
            }
        }
        for k in layer.bias {
            out[k] = R::from_f64(f(f64::from_usize(k) + 1.0));
        }
    }
    out
}

fn check<R: Real>(golden: &Golden, tolerance: f64) {
    let net = Mlp::new(&golden.widths).unwrap();
    let n = net.param_len();
    let x = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0].map(R::from_f64);
    let data = Dataset::new(&x, 2, Targets::Labels(&[0, 1, 1, 0])).unwrap();
    let f = MlpObjective::new(net, golden.loss, data, R::ZERO).unwrap();
    let params = fill::<R>(&net, losscape::base::elementary::sin);
    let v = fill::<R>(&net, losscape::base::elementary::cos);
    let close = |what: &str, got: R, want: f64, tolerance: f64| {
        assert!((got.to_f64() - want).abs() <= tolerance, "{:?} {what}: {got} against {want}", golden.widths);
    };
    let (mut grad, mut product) = (vec![R::ZERO; n], vec![R::ZERO; n]);
    let mut scratch = vec![R::ZERO; f.hess_vec_scratch_len()];
    close("loss", f.value_grad(&params, &mut grad, &mut scratch), golden.value, tolerance);
    close("‖g‖", norm(&grad), golden.grad_norm, tolerance);
    close("g₁", grad[0], golden.grad_ends[0], tolerance);
    close("g_P", grad[n - 1], golden.grad_ends[1], tolerance);
    f.hess_vec(&params, &v, &mut product, &mut scratch);
    close("v·Hv", dot(&v, &product), golden.quadratic, tolerance);
    close("‖Hv‖", norm(&product), golden.product_norm, tolerance);
    close("(Hv)₁", product[0], golden.product_first, tolerance);

    let at = HessianAt::new(&f, &params).unwrap();
    let layout = HessianLayout::new(n, at.scratch_len());
    let (matrix, workspace) = (vec![R::ZERO; layout.matrix_len()], vec![R::ZERO; layout.len()]);
    let mut hessian = Hessian::new(&at, matrix, workspace).unwrap();
    let rounding = loop {
        match hessian.step(&at) {
            HessianStep::Product { .. } => (),
            HessianStep::Done { asymmetry, tolerance: rounding } => {
                close("Hᵢⱼ − Hⱼᵢ", asymmetry, 0.0, 0.1 * tolerance);
                break rounding;
            }
            step => panic!("{step:?}"),
        }
    };
    let mut matrix = hessian.into_parts().0;
    close("tr H", trace(&matrix, n), golden.trace, tolerance);
    close("‖H‖", norm(&matrix), golden.frobenius, tolerance);
    let mut diagonal = R::ZERO;
    for h in matrix.iter().step_by(n + 1) {
        diagonal += *h * *h;
    }
    let all = dot(&matrix, &matrix);
    close("variance of signs", R::TWO * (all - diagonal), golden.variances[0], tolerance);
    close("variance of normal probes", R::TWO * all, golden.variances[1], tolerance);
    let found = variance_over_all_signs(&matrix, golden.trace);
    assert!((found / golden.variances[0] - 1.0).abs() < tolerance, "{:?}: {found}", golden.widths);
    let mut values = vec![R::ZERO; n];
    eigen(&mut matrix, &mut values, &mut vec![R::ZERO; EigenLayout::new(n).len()]).unwrap();
    for (mode, value) in matrix.chunks_exact(n).zip(&values) {
        f.hess_vec(&params, mode, &mut product, &mut scratch);
        for (h, v) in product.iter().zip(mode) {
            close("H v", *h, (*value * *v).to_f64(), tolerance);
        }
    }
    close("smallest", values[0], golden.extremes[0], tolerance);
    close("largest", values[n - 1], golden.extremes[1], tolerance);
    let counted = signature(&values, rounding);
    assert_eq!((counted.negative, counted.flat), (golden.negative, golden.flat), "{values:?}");

    // The noise of single samples, D = Σ gₖ gₖᵀ / N − g gᵀ: its trace, and its rank, one less than there are samples.
    let mut noise = vec![R::ZERO; n * n];
    for sample in 0..4 {
        let _ = f.sample_value_grad(&params, sample, &mut product, &mut scratch);
        for (row, a) in noise.chunks_exact_mut(n).zip(product.iter().zip(&grad).map(|(own, g)| *own - *g)) {
            for (d, b) in row.iter_mut().zip(product.iter().zip(&grad).map(|(own, g)| *own - *g)) {
                *d += a * b / R::from_f64(4.0);
            }
        }
    }
    close("tr D", trace(&noise, n), golden.noise_trace, tolerance);
    let mut noisy = vec![R::ZERO; n];
    eigenvalues(&mut noise, &mut noisy, &mut vec![R::ZERO; EigenLayout::new(n).len()]).unwrap();
    assert_eq!(noisy.iter().filter(|x| x.to_f64() > tolerance).count(), 3, "rank of D: {noisy:?}");

    // The same ends from products alone, by a whole Krylov space.
    let layout = LanczosLayout::new(n, n, at.scratch_len());
    let config = LanczosConfig { steps: 64, reorthogonalise: true };
    let (basis, workspace) = (vec![R::ZERO; layout.basis_len()], vec![R::ZERO; layout.len()]);
    let mut lanczos = Lanczos::new(&at, config, &v, basis, workspace).unwrap();
    let mut rng = stream(1, 0);
    while lanczos.step(&at, &mut rng) != LanczosStep::Done {}
    let ritz = lanczos.ritz().unwrap();
    close("smallest Ritz value", ritz.values()[0], golden.extremes[0], tolerance);
    close("largest Ritz value", ritz.values()[n - 1], golden.extremes[1], tolerance);

    // The share of negative eigenvalues by stochastic Lanczos quadrature, whose whole Krylov spaces err by sampling alone.
    let layout = DensityLayout::new(n, n, at.scratch_len(), 400);
    let config = DensityConfig { probes: 400, probe: Probe::Gaussian, lanczos: config };
    let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.nodes_len()];
    let [basis, workspace, nodes] = memory.map(|len| vec![R::ZERO; len]);
    let mut density = SpectralDensity::new(&at, config, basis, workspace, nodes).unwrap();
    let mut rng = stream(4, 0);
    while density.step(&at, &mut rng) != DensityStep::Done {}
    let negative = density.share(R::from_f64(-1.0), -rounding.flat(&values));
    let error = negative.standard_error.to_f64();
    assert!(error < 0.02, "{error}");
    close("negative share", negative.mean, f64::from(golden.negative) / f64::from_usize(n), 4.0 * error);
    let mean = density.average(|x| x);
    close(
        "mean eigenvalue",
        mean.mean,
        golden.trace / f64::from_usize(n),
        4.0 * mean.standard_error.to_f64(),
    );

    // Hutchinson's estimate, its mean and its spread, with 4000 probes: a variance of them has a relative standard
    // deviation of at most √(14 / 4000) = 5.9 %.
    for (probe, variance) in [Probe::Rademacher, Probe::Gaussian].into_iter().zip(golden.variances) {
        let workspace = vec![R::ZERO; TraceLayout::new(n, at.scratch_len()).len()];
        let mut estimate = TraceEstimate::new(&at, probe, workspace).unwrap();
        let mut rng = stream(2, 0);
        for _ in 0..4000 {
            let _ = estimate.step(&at, &mut rng);
        }
        let error = estimate.standard_error().to_f64();
        close("mean of probes", estimate.mean(), golden.trace, 4.0 * error);
        assert!((error * error * 4000.0 / variance - 1.0).abs() < 0.2, "{probe:?}: {error}");
    }
}

/// The mean of `(vᵀHv − tr H)²` over all 2ᴾ vectors v of signs.
fn variance_over_all_signs<R: Real>(matrix: &[R], trace: f64) -> f64 {
    let rows: Vec<f64> = matrix.iter().map(|h| h.to_f64()).collect();
    let n = rows.len().isqrt();
    let mut v = vec![1.0; n];
    let mut blocks = [0.0; 256];
    for mask in 0..1_usize << n {
        for (k, v) in v.iter_mut().enumerate() {
            *v = if mask >> k & 1 == 0 { 1.0 } else { -1.0 };
        }
        let quadratic: f64 = rows.chunks_exact(n).zip(&v).map(|(row, sign)| sign * dot(row, &v)).sum();
        blocks[mask % 256] += (quadratic - trace) * (quadratic - trace);
    }
    blocks.iter().sum::<f64>() / f64::from_usize(1 << n)
}

#[test]
fn golden_networks() {
    for golden in &GOLDEN {
        check::<f64>(golden, 1e-12);
        check::<f32>(golden, 1e-5);
    }
}
