//! Curves (Garipov et al. 2018), averages, alignment, filter normalisation.

use losscape::base::random::{fill_normal, normal, shuffle};
use losscape::base::vector::axpy;
use losscape::models::mlp::Init;
use losscape::models::surfaces::Ring;
use losscape::path::{Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Draw, RunningAverage};
use losscape::{Objective, Real};
use losscape_tests::matching::{Barriers, Clusters, align, barriers, train};

use crate::support::{median, rng, swapped};

#[test]
fn around_the_ring() {
    let f = Ring::<f64>::default();
    let mean_and_max = |point: &dyn Fn(f64) -> [f64; 2]| {
        let (mut mean, mut highest) = (0.0, 0.0f64);
        for k in 0..100_000u32 {
            mean += f.value(&point((f64::from(k) + 0.5) / 1e5), &mut []) / 1e5;
            highest = highest.or_larger(f.value(&point(f64::from(k) / 1e5), &mut []));
        }
        (mean, highest)
    };
    let (mean, highest) = mean_and_max(&|t| [2.0 * t - 1.0, 0.0]);
    assert!((mean - 8.0 / 15.0).abs() < 1e-8 && (highest - 1.0).abs() < 1e-12);
    for (kind, control, mean, highest) in [
        (CurveKind::Bezier, 2.121_320_343_559_642_6, 2.0 / 105.0, 4.0 / 81.0),
        (CurveKind::Polychain, 1.224_744_871_391_589, 1.0 / 12.0, 0.25),
    ] {
        let mut controls = [-1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        let mut workspace = [f64::NAN; CurveLayout::new(3, 2, 0).len()];
        // Fine enough that the mean over midpoints is the integral to the digits compared.
        let draws = 20_000;
        let config = CurveConfig { kind, draw: Draw::Midpoints, draws, learning_rate: 0.5, momentum: 0.0 };
        let mut curve = Curve::new(&f, config, &mut controls, &mut workspace).unwrap();
        while !matches!(curve.step(&f, &mut rng(0, 0)), CurveStep::Moved { update: 150, .. }) {}
        assert!(curve.controls()[2].abs() < 1e-12);
        assert!((curve.controls()[3] - control).abs() < 5e-8, "{kind:?}: {}", curve.controls()[3]);
        let found = mean_and_max(&|t| {
            let mut point = [0.0; 2];
            curve.point(t, &mut point);
            point
        });
        assert!((found.0 - mean).abs() < 5e-9 && (found.1 - highest).abs() < 5e-8, "{kind:?}: {found:?}");
    }
}

#[test]
fn sampling_t_finds_the_same_curve() {
    let f = Ring::<f64>::default();
    let mut controls = [-1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
    let mut workspace = [f64::NAN; CurveLayout::new(3, 2, 0).len()];
    let config = CurveConfig {
        kind: CurveKind::Bezier,
        draw: Draw::Random,
        draws: 1,
        learning_rate: 2e-3,
        momentum: 0.9,
    };
    let mut curve = Curve::new(&f, config, &mut controls, &mut workspace).unwrap();
    let mut rng = rng(81, 0);
    while !matches!(curve.step(&f, &mut rng), CurveStep::Moved { update: 20_000, .. }) {}
    assert!((curve.controls()[3] - 2.1213).abs() < 0.05, "{:?}", curve.controls());
}

#[test]
fn averages_of_a_noisy_run() {
    // x' = (1 − ηλ) x − ηξ on a quadratic: the mean of n iterates has variance C/(λ² n) for nηλ ≫ 1.
    let (lambda, eta, n, chains) = (1.0, 0.2, 1000u32, 2000u32);
    let mut square = 0.0;
    for k in 0..chains {
        let mut rng = rng(82, u64::from(k));
        let (mut x, mut memory) = (0.0f64, [0.0]);
        let mut average = RunningAverage::new(&mut memory);
        for _ in 0..n {
            x = (1.0 - eta * lambda) * x - eta * normal::<f64, _>(&mut rng);
            average.add(&[x]).unwrap();
        }
        square += average.mean()[0] * average.mean()[0];
    }
    let ratio = square / f64::from(chains) * lambda * lambda * f64::from(n);
    // Three standard deviations of a variance of 2000 samples are 0.095.
    assert!((ratio - 1.0).abs() < 0.1, "{ratio}");
}

#[test]
fn matching_undoes_a_permutation() {
    let clusters = Clusters::default();
    let f = clusters.objective(16, 1e-3).unwrap();
    let reference = train(&f, 0).unwrap();
    let mut params = reference.clone();
    let mut order: Vec<u32> = (0..16).collect();
    shuffle(&mut rng(85, 0), &mut order);
    for (i, j) in order.iter().enumerate() {
        params = swapped(&f.net(), &params, i, *j as usize);
    }
    assert_ne!(params, reference);
    align(&f.net(), &reference, &mut params).unwrap();
    assert_eq!(params, reference, "no distance, so no change of output and no barrier");
}

/// All values and the plot: `cargo run --release -p losscape-tests --example matching_widths`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn matching_lowers_the_barrier_of_the_straight_line() {
    let clusters = Clusters::default();
    let mut by_width = Vec::new();
    for hidden in [4, 8, 16, 32, 64, 128, 256, 512] {
        let f = clusters.objective(hidden, 1e-3).unwrap();
        let pairs: Vec<Barriers> = (0..3).map(|pair| barriers(&f, pair).unwrap()).collect();
        assert!(pairs.iter().all(|b| b.change < 1e-12), "{hidden}: {pairs:?}");
        let of = |value: fn(&Barriers) -> f64| median(&pairs.iter().map(value).collect::<Vec<_>>());
        let (naive, matched) = (of(|b| b.naive), of(|b| b.matched));
        assert!(hidden < 16 || matched < 0.1 * naive, "{hidden}: {pairs:?}");
        by_width.push(matched);
    }
    assert!(by_width.windows(2).all(|w| w[1] < w[0] || w[0] == 0.0), "{by_width:?}");
}

#[test]
fn filter_normalised_slices_do_not_see_the_scale_of_a_layer() {
    let clusters = Clusters::default();
    let f = clusters.objective(6, 0.0).unwrap();
    let net = f.net();
    let mut rng = rng(86, 0);
    let mut params = vec![0.0; f.dim()];
    net.init(Init::HeNormal, &mut params, &mut rng);
    let mut raw = [vec![0.0; f.dim()], vec![0.0; f.dim()]];
    raw.iter_mut().for_each(|direction| fill_normal(&mut rng, direction));
    // Biases that are zero, and biases that are scaled as the weights beside them.
    for bias in [0.0, 0.3] {
        params[net.layer(0).bias].fill(bias);
        let mut scaled = params.clone();
        scaled[net.layer(0).weights].iter_mut().for_each(|w| *w *= 10.0);
        scaled[net.layer(0).bias].iter_mut().for_each(|b| *b *= 10.0);
        scaled[net.layer(1).weights].iter_mut().for_each(|w| *w /= 10.0);
        let mut scratch = vec![0.0; f.scratch_len()];
        let mut slice = |params: &[f64], [u, v]: &[Vec<f64>; 2]| {
            [(-0.5, -0.3), (-0.5, 0.2), (0.0, 0.2), (0.7, -0.3), (0.7, 0.2)].map(|(a, b)| {
                let mut point = params.to_vec();
                axpy(a, u, &mut point);
                axpy(b, v, &mut point);
                f.value(&point, &mut scratch)
            })
        };
        let normalised = |params: &[f64]| {
            raw.clone().map(|mut direction| {
                net.filter_normalise(params, &mut direction).unwrap();
                direction
            })
        };
        let same = slice(&params, &normalised(&params));
        for (x, y) in same.iter().zip(slice(&scaled, &normalised(&scaled))) {
            assert!((x - y).abs() < 1e-12);
        }
        let differ = slice(&params, &raw);
        assert!(differ.iter().zip(slice(&scaled, &raw)).any(|(x, y)| (x - y).abs() > 1e-2));
    }
}
