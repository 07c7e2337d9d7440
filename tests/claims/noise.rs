//! The noise of minibatches on networks: Chaudhari & Soatto (2018), Yang et al. (2026, arXiv 2601.10962).
//!
//! More runs and all values: `cargo run --release -p losscape-tests --example minibatch_noise`.

use losscape::Objective;
use losscape::diffusion::BatchDescent;
use losscape_tests::noise::{
    Moons, OnPlane, Run, Spectrum, Split, axes, covariance, settle, slice, split_barrier, start,
    stationary_losses,
};
use losscape_tests::paths::{Digits, train};

use crate::support::median;

/// Least, median and greatest of runs at one learning rate and batch size.
fn range(mut losses: Vec<f64>) -> [f64; 3] {
    losses.sort_by(f64::total_cmp);
    [losses[0], median(&losses), losses[losses.len() - 1]]
}

/// Runs at equal η/b agree within their spread, those at twice as much lie above.
fn collapses(low: &[[f64; 3]], high: &[[f64; 3]]) {
    for group in [low, high] {
        for [least, _, greatest] in group {
            for [_, median, _] in group {
                assert!(least <= median && median <= greatest, "{group:?}");
            }
        }
    }
    for [_, _, greatest] in low {
        for [least, ..] in high {
            assert!(greatest < least, "{low:?} {high:?}");
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn rate_over_batch_decides_the_stationary_loss_on_moons() {
    let data = Moons::new(256).unwrap();
    let f = data.objective(8).unwrap();
    let mut params = start(&f, 1);
    settle(&f, &mut params, 0.1, 20_000).unwrap();
    let least = f.value(&params, &mut vec![0.0; f.scratch_len()]);
    let runs = |learning_rate: f64, batch_size: u32, rounds: u32| {
        let run = Run { walkers: 8, settle: rounds / 4, rounds, every: rounds / 200 };
        let walk = BatchDescent { learning_rate, batch_size };
        range(stationary_losses(&f, &params, walk, 3, run).unwrap())
    };
    // As much time everywhere: 400.
    let low = [runs(0.04, 2, 10_000), runs(0.08, 4, 5000), runs(0.16, 8, 2500)];
    let high = [runs(0.08, 2, 5000), runs(0.16, 4, 2500)];
    collapses(&low, &high);
    // What noise adds is in proportion to η/b.
    let ratio = (high[0][1] - least) / (low[1][1] - least);
    assert!(ratio > 1.8 && ratio < 2.4, "{ratio}");
    // It ends where η λ is not small: 0.38 along the steepest direction adds its share, 1/(1 − η λ/2).
    let [_, coarse, _] = runs(0.64, 32, 1000);
    assert!((coarse - least) / (low[0][1] - least) > 1.08, "{coarse} {low:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn rate_over_batch_decides_the_stationary_loss_on_digits() {
    let data = Digits::<f32>::training().unwrap();
    let f = data.objective(8).unwrap();
    let mut params = train(&f, 128, 1, 3000).unwrap();
    settle(&f, &mut params, 0.1, 1000).unwrap();
    let runs = |learning_rate: f32, batch_size: u32, rounds: u32| {
        let run = Run { walkers: 8, settle: rounds / 2, rounds, every: rounds / 50 };
        let walk = BatchDescent { learning_rate, batch_size };
        range(stationary_losses(&f, &params, walk, 3, run).unwrap())
    };
    collapses(
        &[runs(0.04, 4, 10_000), runs(0.08, 8, 5000), runs(0.16, 16, 2500)],
        &[runs(0.08, 4, 5000), runs(0.16, 8, 2500)],
    );
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn gradient_noise_of_trained_networks_is_far_from_isotropic() {
    let moons = Moons::new(256).unwrap();
    let f = moons.objective(8).unwrap();
    let mut params = start(&f, 1);
    settle(&f, &mut params, 0.1, 20_000).unwrap();
    let found = Spectrum::at(&f, &params).unwrap();
    assert!(found.participation < 3.0 && found.dim == 33, "{}", found.participation);
    assert!(found.directions(0.9) <= 3 && found.directions(0.99) <= 6, "{found:?}");

    let digits = Digits::<f32>::training().unwrap();
    let f = digits.objective(8).unwrap();
    let params = train(&f, 128, 1, 3000).unwrap();
    let ratio = covariance(&f, &params).unwrap().participation_ratio();
    assert!(ratio < 20.0 && f.dim() == 610, "{ratio}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_potential_of_minibatch_noise_is_rounder_than_the_loss() {
    let data = Moons::new(256).unwrap();
    let f = data.objective(8).unwrap();
    let mut params = start(&f, 1);
    settle(&f, &mut params, 0.1, 20_000).unwrap();
    let (values, vectors) = axes(&f, &params).unwrap();
    let n = f.dim();
    let axis = |from_last: usize| &vectors[(n - from_last) * n..][..n];
    let plane = OnPlane { objective: &f, origin: &params, axes: [axis(1), axis(3)] };
    let walk = BatchDescent { learning_rate: 0.1, batch_size: 8 };
    let run = Run { walkers: 100, settle: 1000, rounds: 5000, every: 50 };
    let found = slice(&plane, [values[n - 1], values[n - 3]], walk, run).unwrap();
    // The loss is 4.7 times as steep along one axis as along the other; with D of nearly the same shape as the Hessian,
    // the cloud is nearly round, as the Lyapunov equation says.
    assert!(found.isotropic > 4.5 && found.shape < 1.0, "{found:?}");
    assert!((found.shape / found.predicted - 1.0).abs() < 0.1, "{found:?}");
    // No multiple of the loss is Φ: what is left is several times what counting leaves.
    let left = |fit: losscape::diffusion::PotentialFit<f64>| fit.residual / fit.spread;
    assert!(left(found.fit) > 0.35 && left(found.control) < 0.2, "{found:?}");
    assert!((found.control.scale - 1.0).abs() < 0.1 && found.fit.scale < 0.75, "{found:?}");
}

/// The claim (Yang et al. 2026): with larger noise a run commits to a valley later. The first split from which on none of nine runs has a barrier above
/// 0.001 between its halves comes after 30 steps with batches of 32 and after 1000 with batches of 2, of 0, 30, 100, 300, 1000 and 3000 steps
/// (`docs/diffusion.md`); the splits on either side of both are run here.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn larger_noise_freezes_later() {
    let data = Digits::<f32>::training().unwrap();
    let f = data.objective(8).unwrap();
    let frozen = |batch_size: u32, at: u32| {
        let walk = BatchDescent { learning_rate: 0.1, batch_size };
        let split = Split { at, steps: 4000, settle: (0.1, 300) };
        let [_, middle, greatest] =
            range((0..9).map(|seed| split_barrier(&f, walk, split, seed).unwrap()).collect());
        println!("b = {batch_size}, split at {at}: median {middle:.5}, greatest {greatest:.5}");
        greatest <= 1e-3
    };
    assert_eq!([0, 30].map(|at| frozen(32, at)), [false, true]);
    assert_eq!([300, 1000].map(|at| frozen(2, at)), [false, true]);
}
