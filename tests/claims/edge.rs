//! The edge of stability: Cohen et al. (2021), Damian et al. (2023), Cohen et al. (2025), Long & Bartlett (2024), Lewkowycz et al. (2020).

use losscape::base::elementary::sqrt;
use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::{distance, dot, norm};
use losscape::curvature::{heavy_ball_edge, nesterov_edge, stability_ratio};
use losscape::flow::{
    CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep, FlowConfig, FlowLayout, FlowStep,
    GradientFlow,
};
use losscape::models::data::{Dataset, Targets, chebyshev4};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::Quadratic;
use losscape::sgd::{
    BatchOrder, FullBatch, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep, Transform, catapult,
};
use losscape::{Curvature, Objective, Real};
use losscape_tests::sharp::batch_sharpness;

pub(crate) const NET: Mlp = Mlp::from_widths(&[1, 20, 20, 1]);
/// One hidden layer of fifty units.
const WIDE: Mlp = Mlp::from_widths(&[1, 50, 1]);

/// Twenty points on [−1, 1] and the Chebyshev polynomial T₄ there.
pub(crate) fn task() -> ([f64; 20], [f64; 20]) {
    let (mut x, mut y) = ([0.0; 20], [0.0; 20]);
    chebyshev4(&mut x, &mut y).unwrap();
    (x, y)
}

/// [`NET`] with weights from N(0, 1/fan-in) and biases zero.
pub(crate) fn start(seed: u64) -> Vec<f64> {
    start_of(NET, seed)
}

fn start_of(net: Mlp, seed: u64) -> Vec<f64> {
    let mut params = vec![0.0; net.param_len()];
    net.init(Init::HeNormal, &mut params, &mut stream(seed, 0));
    for x in &mut params {
        *x *= core::f64::consts::FRAC_1_SQRT_2;
    }
    params
}

/// λmax by power iteration from `v`, which is left near its eigenvector.
pub(crate) fn sharpness(f: &impl Curvature<f64>, params: &[f64], v: &mut [f64], iterations: u32) -> f64 {
    let (mut product, mut scratch) = (vec![0.0; v.len()], vec![0.0; f.hess_vec_scratch_len()]);
    let mut largest = 0.0;
    for _ in 0..iterations {
        f.hess_vec(params, v, &mut product, &mut scratch);
        largest = norm(&product);
        for (v, w) in v.iter_mut().zip(&product) {
            *v = w / largest;
        }
    }
    largest
}

pub(crate) fn random(n: usize) -> Vec<f64> {
    let mut v = vec![0.0; n];
    fill_normal(&mut stream(9, 0), &mut v);
    v
}

/// Full-batch descent: `seen(step, θ)` after each step.
pub(crate) fn descend(
    f: &MlpObjective<'_, f64>,
    start: &[f64],
    chain: impl Transform<f64>,
    steps: u32,
    mut seen: impl FnMut(u32, &[f64]),
) {
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, start.to_vec(), FullBatch, chain, workspace).unwrap();
    for step in 1..=steps {
        assert!(matches!(sgd.step(f, &mut stream(0, 0)), SgdStep::Stepped { .. }));
        seen(step, sgd.params());
    }
}

/// The time at which λmax of the gradient flow is first seen above `level`, looked at every two units of time until `end`.
fn flow_exceeds(f: &MlpObjective<'_, f64>, start: &[f64], level: f64, end: f64) -> Option<f64> {
    let config = FlowConfig { end, relative: 1e-6, absolute: 1e-6, grad_norm: 0.0 };
    let memory = vec![0.0; FlowLayout::new(f.dim(), f.scratch_len()).len()];
    let mut flow = GradientFlow::new(f, start, config, memory).unwrap();
    let (mut v, mut next) = (random(f.dim()), 0.0);
    while let FlowStep::Moved { .. } | FlowStep::Rejected { .. } = flow.step(f) {
        if flow.time() >= next {
            next += 2.0;
            if sharpness(f, flow.params(), &mut v, 10) > level {
                return Some(flow.time());
            }
        }
    }
    None
}

/// The claim (Cohen et al. 2021): descent with η sharpens until λmax = 2/η and stays there, though the loss falls on, whenever the sharpness of the
/// gradient flow goes beyond 2/η in the same time η · 30,000. Where it does, means over the last third of 30,000 steps are 0.9988 to 1.0003 of 2/η, and the
/// loss rises in 8,801 to 15,409 steps of the network of two layers, in 796 and 11,594 of the wide one. Where it does not (seed 102 at η = 0.1, both seeds at 0.05) the
/// highest are 0.984, 0.987 and 0.488, and the loss never rises. With the seeds 1 to 4 it was so in all runs looked at, at η = 0.02 and 0.05.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn descent_sharpens_to_the_edge_of_stability() {
    let (x, y) = task();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    for (net, seed, rate) in [
        (NET, 101, 0.1),
        (NET, 102, 0.1),
        (NET, 103, 0.1),
        (NET, 101, 0.2),
        (NET, 101, 0.4),
        (NET, 101, 0.05),
        (NET, 102, 0.05),
        (WIDE, 101, 0.1),
        (WIDE, 101, 0.2),
    ] {
        let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).unwrap();
        let start = start_of(net, seed);
        let (mut v, mut late, mut highest) = (random(f.dim()), Vec::new(), 0.0f64);
        let (mut scratch, mut before, mut rises) = (vec![0.0; f.scratch_len()], f64::INFINITY, 0u32);
        descend(&f, &start, LearningRate::constant(rate), 30_000, |step, params| {
            let value = f.value(params, &mut scratch);
            rises += u32::from(value > before);
            before = value;
            if step % 100 == 0 {
                let times = stability_ratio(rate, sharpness(&f, params, &mut v, 10));
                highest = highest.or_larger(times);
                if step > 20_000 {
                    late.push(times);
                }
            }
        });
        late.sort_by(f64::total_cmp);
        let median = late[late.len() / 2];
        let mean = late.iter().fold(0.0, |sum, x| sum + x) / f64::from(u32::try_from(late.len()).unwrap());
        let beyond = flow_exceeds(&f, &start, 2.0 / rate, 30_000.0 * rate);
        println!(
            "{} weights, seed {seed}, η {rate}: {rises} rises, last {before:.1e}, late mean {mean:.4}, late median of ηλ/2 {median:.4}, {:.4} to {:.4}, highest {highest:.4}; the flow is beyond at {beyond:?}",
            f.dim(),
            late[0],
            late[late.len() - 1]
        );
        if beyond.is_some() {
            assert!((0.9987..1.0004).contains(&mean), "seed {seed}, η {rate}: {mean}");
            // The loss rises often once something is unstable.
            assert!(rises > if net == NET { 5000 } else { 0 }, "seed {seed}, η {rate}: {rises}");
        } else {
            assert!(highest < 1.0 && rises == 0, "seed {seed}, η {rate}: {highest}, {rises} rises");
        }
    }
}

/// With minibatches the largest curvature stays below 2/η. Whether batch sharpness, `E[gᵀ H_B g / ‖g‖²]`, is what sits there (Andreyev & Beneventano 2024,
/// arXiv 2412.20553), or the ratio of means, `E[gᵀ H_B g] / E ‖g‖²`, is measured, not assumed: neither does, though the ratio comes nearer. The medians are those of
/// `late_medians`, over 2/η.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn minibatches_settle_below_the_edge() {
    assert_eq!(
        late_medians(101..=103),
        ["1.00 1.00 1.00", "0.77 0.72 0.78", "0.77 0.76 0.91", "0.56 0.73 0.90"]
    );
}

/// The same with three other seeds.
#[test]
#[ignore = "half a minute"]
fn exhaustive_minibatches_settle_below_the_edge() {
    assert_eq!(late_medians(1..=3), ["1.00 1.00 1.00", "0.97 0.85 0.94", "0.54 0.72 0.93", "0.48 0.70 0.93"]);
}

/// The last third of 30,000 steps in shuffled epochs at batches of 20, 10, 4 and 2, over 2/η: medians of 150 values of the largest curvature, of batch sharpness and of the
/// ratio of means, the latter two from twenty batches each.
fn late_medians(seeds: core::ops::RangeInclusive<u64>) -> [String; 4] {
    let (x, y) = task();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0).unwrap();
    let rate = 0.1;
    [20u32, 10, 4, 2].map(|batch| {
        let mut seen = [const { Vec::new() }; 5];
        for seed in seeds.clone() {
            let source = Minibatches::new(BatchOrder::ShuffledEpochs, 20, batch, [0; 20]).unwrap();
            let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
            let mut rng = stream(seed, 1);
            let mut sgd = Sgd::new(&f, start(seed), source, LearningRate::constant(rate), workspace).unwrap();
            let mut v = random(f.dim());
            for step in 1..=30_000u32 {
                assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
                if step > 20_000 && step % 200 == 0 {
                    let largest = sharpness(&f, sgd.params(), &mut v, 30);
                    let along = batch_sharpness(&f, sgd.params(), batch as usize, 20, &mut rng).unwrap();
                    let (quotient, ratio) = (along.mean_quotient(), along.estimate());
                    let found = [largest, quotient.mean, ratio.mean, quotient.standard_error, ratio.standard_error];
                    seen.iter_mut().zip(found).for_each(|(seen, x)| seen.push(stability_ratio(rate, x)));
                }
            }
        }
        let [largest, quotient, ratio, of_quotient, of_ratio] = seen.map(|mut values| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        });
        println!(
            "batches of {batch}: largest curvature {largest:.3}, batch sharpness {quotient:.3} ± {of_quotient:.3}, ratio of means {ratio:.3} ± {of_ratio:.3}"
        );
        format!("{largest:.2} {quotient:.2} {ratio:.2}")
    })
}

/// Follows one seed for 4000 steps of η = 0.1 and returns ηλ/2 of the gradient flow then. If that is above one, the central flow must be at the edge and at least
/// five times nearer to the average of two neighbouring iterates than the gradient flow, its loss nearer to that of the average, and the mean loss of iterates
/// above that of their averages; if not, both flows must have one sharpness.
fn follows(seed: u64) -> f64 {
    const STEPS: u32 = 4000;
    /// Steps of which losses are averaged.
    const WINDOW: u32 = 1000;
    let (x, y) = task();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0).unwrap();
    let (rate, start) = (0.1, start(seed));
    let mut scratch = vec![0.0; f.scratch_len()];
    // The average of two neighbouring iterates, and losses: of iterates, and of averages of two.
    let (mut centre, mut before) = (vec![0.0; f.dim()], start.clone());
    let (mut raw, mut averaged) = (0.0, 0.0);
    descend(&f, &start, LearningRate::constant(rate), STEPS + 1, |step, params| {
        for (c, (old, new)) in centre.iter_mut().zip(before.iter().zip(params)) {
            *c = 0.5 * (old + new);
        }
        before.copy_from_slice(params);
        if step > STEPS + 1 - WINDOW {
            raw += f.value(params, &mut scratch);
            averaged += f.value(&centre, &mut scratch);
        }
    });
    let memory = vec![0.0; CentralFlowLayout::of(&f).len()];
    let mut central =
        CentralFlow::new(&f, &start, &random(f.dim()), CentralFlowConfig::new(rate), memory).unwrap();
    let mut at_edge = 0.0;
    while central.time() < f64::from(STEPS) {
        let CentralFlowStep::Moved { sharpness, .. } = central.step(&f) else { panic!("not finite") };
        at_edge = stability_ratio(rate, sharpness);
    }
    let config = FlowConfig { end: rate * f64::from(STEPS), relative: 1e-6, absolute: 1e-6, grad_norm: 0.0 };
    let memory = vec![0.0; FlowLayout::new(f.dim(), f.scratch_len()).len()];
    let mut gradient = GradientFlow::new(&f, &start, config, memory).unwrap();
    while let FlowStep::Moved { .. } | FlowStep::Rejected { .. } = gradient.step(&f) {}

    let values = [&centre[..], central.params(), gradient.params()].map(|p| f.value(p, &mut scratch));
    let away = [central.params(), gradient.params()].map(|p| distance(p, &centre));
    let beyond = stability_ratio(rate, sharpness(&f, gradient.params(), &mut random(f.dim()), 200));
    println!(
        "seed {seed}: losses {values:?}, distances {away:.4?}, a ratio of {:.2}, ηλ/2 {at_edge:.4} and {beyond:.4}, loss of iterates over that of averages {:.3}",
        away[1] / away[0],
        raw / averaged
    );
    if beyond > 1.0 {
        assert!((at_edge - 1.0).abs() < 0.01, "{at_edge}");
        assert!(away[1] > 5.0 * away[0], "{away:?}");
        let off = [1, 2].map(|flow| (values[flow] / values[0] - 1.0).abs());
        assert!(off[0] < off[1], "{off:?}");
        assert!(raw > 1.1 * averaged, "{raw} {averaged}");
    } else {
        assert!((at_edge / beyond - 1.0).abs() < 0.01, "nothing is unstable yet: {at_edge} {beyond}");
    }
    beyond
}

/// The claim (Cohen et al. 2025): the central flow follows the average of neighbouring iterates; the gradient flow, without an edge,
/// goes elsewhere. Measured after 4000 steps of η = 0.1, seeds 1, 101, 103: 6.8, 22 and 5.8 times nearer; ηλ/2 of the gradient flow 1.61, 1.76, 1.09; the loss off by 1.3,
/// 3.7 and 0.3 per cent, so not always within 3 per cent, as an independent run has it; the mean loss of a thousand iterates 2.2 and 2.1 times that of their averages
/// (101 and 103). With seed 102 nothing is unstable yet.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_central_flow_follows_descent_where_the_gradient_flow_does_not() {
    let beyond = follows(101);
    assert!(beyond > 1.2, "{beyond}");
}

/// The same with three other seeds.
#[test]
#[ignore = "half a minute"]
fn exhaustive_the_central_flow_follows_descent() {
    assert!(follows(102) < 1.0, "not at the edge yet");
    for seed in [1, 103] {
        assert!(follows(seed) > 1.0);
    }
}

/// The claim (Cohen et al. 2021): with momentum the network sharpens to the edge of that method, (2 + 2μ)/η for heavy ball and (2 + 2μ)/(η(1 + 2μ)) for
/// Nesterov's. The bound was set on the seeds 101 and 102, whose late medians are 0.99 and 0.95 of the edge for heavy ball, and 1.00 for Nesterov's.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn momentum_sharpens_to_its_own_edge() {
    const MU: f64 = 0.5;
    let (x, y) = task();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0).unwrap();
    let (rate, zeros) = (0.2, || vec![0.0; f.dim()]);
    for seed in 201..=203 {
        let start = start(seed);
        for nesterov in [false, true] {
            let edge = if nesterov { nesterov_edge(rate, MU) } else { heavy_ball_edge(rate, MU) };
            let (mut v, mut late) = (random(f.dim()), Vec::new());
            let seen = |step, params: &[f64]| {
                if step % 100 == 0 && step > 10_000 {
                    late.push(sharpness(&f, params, &mut v, 10) / edge);
                }
            };
            let learning = LearningRate::constant(rate);
            if nesterov {
                descend(&f, &start, (learning, Momentum::nesterov(MU, zeros(), zeros())), 15_000, seen);
            } else {
                descend(&f, &start, (learning, Momentum::heavy_ball(MU, zeros())), 15_000, seen);
            }
            late.sort_by(f64::total_cmp);
            let median = late[late.len() / 2];
            println!("seed {seed}, Nesterov {nesterov}: late median over the edge {median:.4}");
            assert!((0.9..1.03).contains(&median), "seed {seed}, Nesterov {nesterov}: {median}");
        }
    }
}

/// On a curvature λ heavy ball is stable for ηλ below 2 + 2μ, Nesterov below (2 + 2μ)/(1 + 2μ): a per cent on either side decides.
#[test]
fn thresholds_of_momentum_are_exact() {
    fn grows(chain: impl Transform<f64>) -> bool {
        let bowl = Quadratic::new(&[1.0f64]).unwrap();
        let workspace = [0.0; SgdLayout::new(1, 2).len()];
        let mut sgd = Sgd::new(&bowl, [1.0], FullBatch, chain, workspace).unwrap();
        for _ in 0..4000 {
            if !matches!(sgd.step(&bowl, &mut stream(0, 0)), SgdStep::Stepped { .. }) {
                return true;
            }
        }
        sgd.params()[0].abs() > 1.0
    }
    for mu in [0.0, 0.5, 0.9] {
        let (ball, nesterov) = (heavy_ball_edge(1.0, mu), nesterov_edge(1.0, mu));
        for (share, unstable) in [(0.99, false), (1.01, true)] {
            let rate = |edge: f64| LearningRate::constant(share * edge);
            assert_eq!(grows((rate(ball), Momentum::heavy_ball(mu, [0.0]))), unstable, "heavy ball, {mu}");
            assert_eq!(
                grows((rate(nesterov), Momentum::nesterov(mu, [0.0], [0.0]))),
                unstable,
                "Nesterov, {mu}"
            );
        }
    }
}

/// Lewkowycz et al. (2020): `f = u·v/√n` with loss f²/2 obeys `f' = f (1 − ηλ + η²f²/n)`, `λ' = λ + (ηf²/n)(ηλ − 4)`, exactly. From ηλ between 2
/// and 4 it is thrown to a flatter minimum, from above 4 it diverges.
#[test]
fn a_catapult_lands_where_it_is_flatter() {
    const N: u32 = 64;
    let n = f64::from(N);
    for (share, lands) in [(1.5, true), (2.5, true), (3.5, true), (4.2, false)] {
        let (mut u, mut v) = (vec![0.0; N as usize], vec![0.0; N as usize]);
        fill_normal(&mut stream(1, 0), &mut u);
        fill_normal(&mut stream(1, 1), &mut v);
        let lambda = |u: &[f64], v: &[f64]| (dot(u, u) + dot(v, v)) / n;
        let rate = share / lambda(&u, &v);
        let (mut diverged, mut monotone) = (false, true);
        for _ in 0..2000 {
            let (f, l) = (dot(&u, &v) / sqrt(n), lambda(&u, &v));
            let (next, next_lambda) = catapult(f, l, rate, N);
            let old = u.clone();
            for (k, u) in u.iter_mut().enumerate() {
                *u -= rate * f * v[k] / sqrt(n);
            }
            for (k, v) in v.iter_mut().enumerate() {
                *v -= rate * f * old[k] / sqrt(n);
            }
            diverged = f.abs() > 1e6;
            if diverged {
                break;
            }
            let found = (dot(&u, &v) / sqrt(n), lambda(&u, &v));
            monotone &= found.0.abs() <= f.abs();
            let scale = 1.0 + f.abs() * (1.0 + rate * l + rate * rate * f * f / n);
            assert!((found.0 - next).abs() < 1e-15 * scale, "{found:?} {next}");
            assert!((found.1 / next_lambda - 1.0).abs() < 1e-15, "{found:?} {next_lambda}");
        }
        assert_eq!(!diverged, lands, "from ηλ = {share}");
        assert_eq!(monotone, share < 2.0, "from ηλ = {share}");
        if lands {
            assert!(rate * lambda(&u, &v) < 2.0, "from {share} to {}", rate * lambda(&u, &v));
        }
    }
}

/// One weight on either side, u = 1.5 and v = 0.5: from ηλ = 3.5 it lands at λ = 0.2097, from 4.1 it diverges.
#[test]
fn a_catapult_of_two_weights() {
    for (share, lands) in [(3.5, true), (4.1, false)] {
        let (mut u, mut v) = (1.5f64, 0.5f64);
        let rate = share / (u * u + v * v);
        let mut steps = 0;
        while steps < 2000 && (u * v).abs() < 1e6 {
            let f = u * v;
            (u, v) = (u - rate * f * v, v - rate * f * u);
            steps += 1;
        }
        assert_eq!(steps == 2000, lands, "from {share}: {steps} steps");
        if lands {
            assert!((u * u + v * v - 0.2097).abs() < 5e-5, "{}", u * u + v * v);
        }
    }
}

/// `max sᵀ H s` over all signs, in the order of Gray's code: the sharpness in the norm whose steepest descent is sign descent.
fn sharpness_of_signs(f: &impl Curvature<f64>, params: &[f64]) -> f64 {
    let n = params.len();
    let (mut scratch, mut unit) = (vec![0.0; f.hess_vec_scratch_len()], vec![0.0; n]);
    let mut h = vec![0.0; n * n];
    for (i, row) in h.chunks_exact_mut(n).enumerate() {
        unit[i] = 1.0;
        f.hess_vec(params, &unit, row, &mut scratch);
        unit[i] = 0.0;
    }
    let mut signs = vec![1.0; n];
    let mut product: Vec<f64> = h.chunks_exact(n).map(|row| row.iter().fold(0.0, |sum, x| sum + x)).collect();
    let mut value = product.iter().fold(0.0, |sum, x| sum + x);
    let mut largest = value;
    // The last sign stays: s and −s have the same value.
    for k in 1u64..1 << (n - 1) {
        let i = k.trailing_zeros() as usize;
        value -= 4.0 * signs[i] * (product[i] - h[i * n + i] * signs[i]);
        for (j, w) in product.iter_mut().enumerate() {
            *w -= 2.0 * h[j * n + i] * signs[i];
        }
        signs[i] = -signs[i];
        largest = value.or_larger(largest);
    }
    largest
}

/// The claim (arXiv 2603.05002): steepest descent in another norm has its edge in that norm's sharpness. For the largest component that is
/// `θ ← θ − η ‖g‖₁ sign g`, and `max sᵀ H s` over signs settles at 2/η: exact by enumeration for a 1-6-1 network's 19 weights. It does not here: with the
/// seeds 1 to 7 late medians over 2/η were 0.58 to 1.25 and their median 1.01, with 101 to 107 they were 0.44 to 1.41, and it was 0.86. So small a
/// network locks into orbits to and fro, each at a value of its own. What is left of the claim is the order of magnitude: at η = 0.02 the sharpness is near
/// 2/η within a factor of two, at η = 0.002, where nothing is unstable, below a quarter of it.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn sign_descent_has_an_edge_of_its_own() {
    const SMALL: Mlp = Mlp::from_widths(&[1, 6, 1]);
    let (x, y) = task();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(SMALL, Loss::MeanSquaredError, data, 0.0).unwrap();
    let mut scratch = vec![0.0; f.scratch_len()];
    let mut medians = Vec::new();
    for (seed, rate) in [
        (101, 0.02),
        (102, 0.02),
        (103, 0.02),
        (104, 0.02),
        (105, 0.02),
        (106, 0.02),
        (107, 0.02),
        (101, 0.002),
    ] {
        let mut params = vec![0.0; SMALL.param_len()];
        SMALL.init(Init::HeNormal, &mut params, &mut stream(seed, 0));
        let (mut grad, mut late) = (vec![0.0; params.len()], Vec::new());
        for step in 1..=40_000 {
            f.value_grad(&params, &mut grad, &mut scratch);
            let length = grad.iter().fold(0.0, |sum, g| sum + g.abs());
            for (x, g) in params.iter_mut().zip(&grad) {
                *x -= rate * length * g.signum();
            }
            if step > 20_000 && step % 1000 == 0 {
                late.push(stability_ratio(rate, sharpness_of_signs(&f, &params)));
            }
        }
        late.sort_by(f64::total_cmp);
        let median = late[late.len() / 2];
        println!(
            "seed {seed}, η {rate}: late median of ηS/2 {median:.3}, {:.3} to {:.3}",
            late[0],
            late[late.len() - 1]
        );
        medians.push(median);
    }
    assert!(medians.pop().unwrap() < 0.25, "nothing is unstable at the small rate");
    medians.sort_by(f64::total_cmp);
    assert!((0.5..2.0).contains(&medians[3]), "{medians:?}");
}
