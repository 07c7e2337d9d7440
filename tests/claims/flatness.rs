//! What drives descent to flat places, exactly: label noise (Blanc et al. 2020; Ziyin et al. 2023), sharpness-aware minimisation at its edge (Long &
//! Bartlett 2024), and what it takes to certify a minimum (Brea et al. 2023).

use losscape::Objective;
use losscape::base::elementary::{cos, sin};
use losscape::base::random::{Rng, stream};
use losscape::curvature::sharpness_aware_edge;
use losscape::flow::{FlowConfig, FlowLayout, FlowStep, GradientFlow};
use losscape::models::data::{Dataset, Targets, waves};
use losscape::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::Quadratic;
use losscape::sgd::{
    Adam, FullBatch, GradientSource, LearningRate, Sgd, SgdLayout, SgdStep, SharpnessAware, imbalance,
};

use crate::support::spectrum;

/// `½ (ac − 1 − ε)²` with ε = ±σ: each step multiplies a² − c² by 1 − η²r² with r = ac − 1 − ε, exactly, so noise balances the two weights and
/// with them lowers the trace a² + c² of the Hessian at ac = 1. Without noise the imbalance stays once r is zero.
#[test]
fn label_noise_balances_weights() {
    let (eta, sigma) = (0.05, 0.5);
    let mut at_1000 = Vec::new();
    let mut at_10_000 = Vec::new();
    let mut traces = Vec::new();
    for seed in 101..=111 {
        let (mut a, mut c, mut rng) = (3.0f64, 1.0 / 3.0, stream(seed, 0));
        let (start, mut product) = (a * a - c * c, 1.0);
        for step in 1..=10_000 {
            let noise = if rng.next_u32() & 1 == 0 { sigma } else { -sigma };
            let r = a * c - 1.0 - noise;
            let expected = imbalance(a * a - c * c, eta, r);
            (a, c) = (a - eta * r * c, c - eta * r * a);
            product *= 1.0 - eta * eta * r * r;
            let scale = a * a + c * c;
            assert!((a * a - c * c - expected).abs() < 1e-14 * scale, "step {step}");
            if step == 1000 {
                at_1000.push(a * a - c * c);
            }
        }
        // All factors together, over 10,000 steps.
        assert!(((a * a - c * c) / (start * product) - 1.0).abs() < 1e-10, "{a} {c} {product:e}");
        at_10_000.push(a * a - c * c);
        traces.push(a * a + c * c);
    }
    traces.sort_by(f64::total_cmp);
    println!("traces, from 9.1: {traces:.3?}");
    assert!((1.7..2.5).contains(&traces[5]) && traces[10] < 3.0, "{traces:?}");
    at_1000.sort_by(f64::total_cmp);
    at_10_000.sort_by(f64::total_cmp);
    assert!((3.9..4.5).contains(&at_1000[5]), "{at_1000:?}");
    assert!((0.004..0.03).contains(&at_10_000[5]), "{at_10_000:?}");

    // Without noise: a start off the valley falls into it and stays unbalanced.
    let (mut a, mut c) = (3.0f64, 0.3);
    for _ in 0..10_000 {
        let r = a * c - 1.0;
        (a, c) = (a - eta * r * c, c - eta * r * a);
    }
    let rested = a * a - c * c;
    assert!((a * c - 1.0).abs() < 1e-12 && rested > 8.0, "{a} {c}");
    for _ in 0..10_000 {
        let r = a * c - 1.0;
        (a, c) = (a - eta * r * c, c - eta * r * a);
    }
    assert!(((a * a - c * c) / rested - 1.0).abs() < 1e-14, "{a} {c}");
}

/// The law of balance (Ziyin et al. 2023) for the units of a network: what a ReLU unit without bias has coming in, ‖w‖², less what it has going out, a²,
/// does not change under gradient flow. Descent changes it at second order in η, and noise in the labels keeps doing so until nothing is left of it.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn label_noise_balances_units() {
    let net = Mlp::from_widths(&[2, 4, 1]).with_hidden(Activation::Relu).without_bias();
    let (count, sigma, rate) = (12u32, 0.5, 0.05);
    let x: Vec<f64> = (0..count)
        .flat_map(|k| {
            let angle = core::f64::consts::TAU * f64::from(k) / f64::from(count);
            [cos(angle), sin(angle)]
        })
        .collect();
    let clean: Vec<f64> = x.chunks_exact(2).map(|x| x[0].abs() - 0.5 * x[1]).collect();
    let unbalanced = |params: &[f64]| {
        (0..4).fold(0.0, |sum, j| {
            let (a, b, out) = (params[j], params[4 + j], params[8 + j]);
            sum + (a * a + b * b - out * out).abs()
        })
    };
    for seed in 101..=105 {
        let mut start = vec![0.0; net.param_len()];
        net.init(Init::HeNormal, &mut start, &mut stream(seed, 0));
        // Too much coming in, too little going out.
        start[..8].iter_mut().for_each(|w| *w *= 2.0);
        start[8..].iter_mut().for_each(|a| *a *= 0.5);
        let before = unbalanced(&start);
        let [still, noisy] = [0.0, sigma].map(|sigma| {
            let (mut params, mut rng) = (start.clone(), stream(seed, 1));
            let (mut grad, mut y) = (vec![0.0; params.len()], clean.clone());
            for _ in 0..100_000 {
                for (y, clean) in y.iter_mut().zip(&clean) {
                    *y = clean + if rng.next_u32() & 1 == 0 { sigma } else { -sigma };
                }
                let data = Dataset::new(&x, 2, Targets::Values(&y)).unwrap();
                let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).unwrap();
                f.value_grad(&params, &mut grad, &mut vec![0.0; f.scratch_len()]);
                params.iter_mut().zip(&grad).for_each(|(x, g)| *x -= rate * g);
            }
            unbalanced(&params)
        });
        println!("seed {seed}: {before:.4} before, {still:.4} without noise, {noisy:.4} with it");
        assert!((still / before - 1.0).abs() < rate, "seed {seed}: {before} and {still}");
        assert!(noisy < 0.5 * still, "seed {seed}: {still} and {noisy}");
    }
}

/// Sharpness-aware steps on ½ λ x² never converge: they lock into |x| = ηλρ/(2 − ηλ), to and fro, wherever ηλ < 2. It is where λ
/// meets SAM's own edge `(g/2ρ)(√(1 + 8ρ/(ηg)) − 1)`, below 2/η.
#[test]
fn sharpness_aware_steps_lock_into_an_orbit() {
    let rho = 0.1;
    for curvature in [0.5, 1.0, 3.0f64] {
        let bowl = Quadratic::new(core::slice::from_ref(&curvature)).unwrap();
        for share in [0.5, 1.2] {
            let eta = share / curvature;
            let radius = share * rho / (2.0 - share);
            for start in [3.0f64, -0.01, 0.2] {
                let source = SharpnessAware::new(FullBatch, rho).unwrap();
                let workspace = vec![0.0; SgdLayout::new(1, source.scratch_len(&bowl)).len()];
                let rate = LearningRate::constant(eta);
                let mut sgd = Sgd::new(&bowl, [start], source, rate, workspace).unwrap();
                let mut stepped = || {
                    assert!(matches!(sgd.step(&bowl, &mut stream(1, 0)), SgdStep::Stepped { .. }));
                    sgd.params()[0]
                };
                let x = (0..500).fold(start, |_, _| stepped());
                let next = stepped();
                assert!(
                    (x.abs() - radius).abs() < 1e-12 && (next + x).abs() < 1e-12,
                    "λ {curvature}, ηλ {share}: {x} {next}"
                );
            }
            // The gradient of the point itself.
            let edge = sharpness_aware_edge(eta, rho, curvature * radius);
            assert!(
                (edge / curvature - 1.0).abs() < 1e-12 && edge < 2.0 / eta,
                "λ {curvature}, ηλ {share}: {edge}"
            );
        }
    }
}

/// A 1-3-1 network on sin 3x + 0.3 cos 7x with L2 10⁻³: after 100,000 steps at a fixed rate Adam still has a gradient above 10⁻⁶. The gradient
/// flow goes on from there to 10⁻¹⁰, where the spectrum shows a minimum.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_flow_certifies_minima_where_adam_stalls() {
    const NET: Mlp = Mlp::from_widths(&[1, 3, 1]);
    let (mut x, mut y) = ([0.0; 30], [0.0; 30]);
    waves(&mut x, &mut y).unwrap();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 1e-3).unwrap();
    let n = f.dim();
    let mut stalled = Vec::new();
    for seed in 101..=105 {
        let mut start = vec![0.0; n];
        NET.init(Init::GlorotNormal, &mut start, &mut stream(seed, 0));
        let workspace = vec![0.0; SgdLayout::new(n, f.scratch_len()).len()];
        let chain = (Adam::new(vec![0.0; n], vec![0.0; n]), LearningRate::constant(0.01));
        let mut sgd = Sgd::new(&f, start, FullBatch, chain, workspace).unwrap();
        for _ in 0..100_000 {
            assert!(matches!(sgd.step(&f, &mut stream(0, 0)), SgdStep::Stepped { .. }));
        }
        let config = FlowConfig { grad_norm: 1e-10, ..FlowConfig::default() };
        let memory = vec![0.0; FlowLayout::new(n, f.scratch_len()).len()];
        let mut flow = GradientFlow::new(&f, sgd.params(), config, memory).unwrap();
        stalled.push(flow.grad_norm());
        let end = loop {
            match flow.step(&f) {
                FlowStep::Moved { .. } | FlowStep::Rejected { .. } if flow.moves() < 2_000_000 => (),
                end => break end,
            }
        };
        assert_eq!(end, FlowStep::Converged, "seed {seed}: {}", flow.grad_norm());
        let lowest = spectrum(&f, flow.params())[0];
        println!(
            "seed {seed}: Adam {:.1e}, flow {:.1e} at t = {:.0}, value {:.6}, lowest {lowest:.2e}",
            stalled[stalled.len() - 1],
            flow.grad_norm(),
            flow.time(),
            flow.value()
        );
        assert!(lowest > 0.0, "seed {seed}: {lowest}");
        // Every seed finds the minimum of an independent search.
        assert!((flow.value() - 0.016_766).abs() < 2e-6, "seed {seed}: {}", flow.value());
    }
    stalled.sort_by(f64::total_cmp);
    assert!(stalled[2] > 1e-6, "{stalled:?}");
}
