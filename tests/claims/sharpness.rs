//! Keskar et al. (2017) and Dinh et al. (2017): what sharpness measures, and what it does not.

use losscape::Objective;
use losscape::base::random::{fill_normal, stream};
use losscape::curvature::{
    Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Region, Sharpness, SharpnessConfig, SharpnessLayout,
    SharpnessStep, log_volume,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout, SgdStep};

use crate::support::spectrum;

fn rise(f: &MlpObjective<'_, f64>, region: Region<f64>, at: &[f64]) -> f64 {
    let config = SharpnessConfig { region, starts: 8, steps: 20 };
    let workspace = vec![0.0; SharpnessLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sharpness = Sharpness::new(f, config, at, workspace).unwrap();
    let mut rng = stream(2, 0);
    while sharpness.step(f, &mut rng) != SharpnessStep::Done {}
    sharpness.rise()
}

fn largest(f: &MlpObjective<'_, f64>, params: &[f64]) -> f64 {
    let at = HessianAt::new(f, params).unwrap();
    let n = f.dim();
    let layout = LanczosLayout::new(n, n, losscape::Operator::scratch_len(&at));
    let config = LanczosConfig { steps: 64, reorthogonalise: true };
    let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
    let mut lanczos = Lanczos::new(&at, config, &vec![1.0; n], basis, workspace).unwrap();
    while lanczos.step(&at, &mut stream(3, 0)) != LanczosStep::Done {}
    *lanczos.ritz().unwrap().values().last().unwrap()
}

/// Weights into the ReLU units times ten, weights out of them divided by ten: the network is the same, and every measure of
/// its sharpness is another: 22 times the largest eigenvalue, 48 times the rise in a ball, 3 times that in a box, which grows with the weights;
/// and the logarithm of the volume is 11.6 for 13.1.
#[test]
fn a_rescaling_moves_every_sharpness_and_no_output() {
    let net = Mlp::new(&[2, 6, 2]).unwrap().with_hidden(Activation::Relu);
    let mut x = vec![0.0; 2 * 40];
    fill_normal(&mut stream(1, 0), &mut x);
    let labels: Vec<u8> = x.chunks_exact(2).map(|x| u8::from(x[0] * x[1] > 0.0)).collect();
    let data = Dataset::new(&x, 2, Targets::Labels(&labels)).unwrap();
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0).unwrap();
    let mut params = vec![0.0; net.param_len()];
    net.init(Init::HeNormal, &mut params, &mut stream(1, 1));
    let transforms = (LearningRate::constant(0.1), Momentum::heavy_ball(0.9, vec![0.0; params.len()]));
    let workspace = vec![0.0; SgdLayout::new(params.len(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(&f, params, FullBatch, transforms, workspace).unwrap();
    for _ in 0..400 {
        assert!(matches!(sgd.step(&f, &mut stream(1, 2)), SgdStep::Stepped { .. }));
    }
    let params = sgd.params().to_vec();

    let mut rescaled = params.clone();
    net.rescale(0, 10.0, &mut rescaled).unwrap();
    let mut scratch = vec![0.0; f.scratch_len()];
    let losses: [f64; 2] = [&params, &rescaled].map(|params| f.value(params, &mut scratch));
    assert!((losses[0] - losses[1]).abs() < 1e-12, "{losses:?}");

    let ratio = |measure: &dyn Fn(&[f64]) -> f64| measure(&rescaled) / measure(&params);
    for (what, ratio, least) in [
        ("largest eigenvalue", ratio(&|at| largest(&f, at)), 10.0),
        ("ball", ratio(&|at| rise(&f, Region::Ball { radius: 0.05 }, at)), 10.0),
        ("box", ratio(&|at| rise(&f, Region::Box { size: 1e-3 }, at)), 2.0),
    ] {
        println!("{what}: {ratio:.3}");
        assert!(ratio > least, "{what}: {ratio}");
    }
    let volume = |at: &[f64]| log_volume(&spectrum(&f, at), 0.01, 1.0).unwrap();
    let (before, after) = (volume(&params), volume(&rescaled));
    assert!((after - before).abs() > 1.0, "{before} and {after}");
}
