//! Small and large batches at one loss: Keskar et al. (2017), and whether sharpness predicts the test loss.

use losscape::base::random::stream;
use losscape::base::vector::distance;
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{Adam, BatchOrder, LearningRate, Minibatches, Sgd, SgdLayout, SgdStep};
use losscape::{Objective, SampledObjective};
use losscape_tests::paths::Digits;
use losscape_tests::sharp::{NAMES, measures, recipes, spearman, subspace_box, train_to};

use crate::edge::{random, sharpness};
use crate::support::median;

/// The claim (Keskar et al. 2017, table 3): large batches, a tenth of the data, end where the loss is 10 to 100 times as sharp in the box of 10⁻³, by Adam as
/// here. Measured at one data loss of 0.02 on digits, medians of seven seeds, batches of 150 over batches of 16: box 0.50, ball 0.58, largest
/// eigenvalue 0.92, trace 0.94, batch sharpness 0.95; with the seeds 1 to 7, on which the bound was set, 0.61, 0.65, 0.86, 0.94, 0.79. So at this scale and at
/// equal loss large batches are no sharper. Nor in a space of a hundred directions of normal numbers, where theirs are 14 to 84 times as sharp: 0.74,
/// with the bound that had been set for the others. And small batches end no farther from their start, 1.01 times as far, where the paper has 3 to 10 times.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn large_batches_are_not_ten_times_as_sharp() {
    const LEVEL: f64 = 0.02;
    let (training, held_out) = (Digits::<f64>::training().unwrap(), Digits::<f64>::held_out().unwrap());
    let (f, test) = (training.objective(16).unwrap(), held_out.objective(16).unwrap());
    let mut scratch = vec![0.0; f.scratch_len()];
    let (mut medians, mut subspaces, mut away) = (Vec::new(), Vec::new(), Vec::new());
    for batch in [16, 150] {
        let (mut all, mut within) = ([const { Vec::new() }; 5], Vec::new());
        let mut ways = Vec::new();
        for seed in 101..=107 {
            let n = f.dim();
            let chain = (Adam::new(vec![0.0; n], vec![0.0; n]), LearningRate::constant(1e-3));
            let end = train_to(&f, batch, chain, seed, (LEVEL, 4000)).unwrap().unwrap();
            let found = measures(&f, &end.params).unwrap();
            let mut start = vec![0.0; n];
            f.net().init(Init::GlorotUniform, &mut start, &mut stream(seed, 0));
            ways.push(distance(&start, &end.params));
            all.iter_mut().zip(found).for_each(|(all, x)| all.push(x));
            within.push(subspace_box(&f, &end.params, 100, &mut stream(seed, 1)).unwrap());
            println!(
                "batch {batch}, seed {seed}: {} epochs, loss {:.4}, test loss {:.4}, accuracy {:.4}, {NAMES:?} {found:.4?}, subspace {:.4}",
                end.epochs,
                f.data_loss(&end.params, &mut scratch),
                test.data_loss(&end.params, &mut scratch),
                test.accuracy(&end.params, &mut scratch),
                within[within.len() - 1],
            );
        }
        medians.push(all.map(|values| median(&values)));
        subspaces.push(median(&within));
        println!("batch {batch}: as far from their starts as {ways:.3?}");
        away.push(median(&ways));
    }
    for ((name, small), large) in NAMES.iter().zip(medians[0]).zip(medians[1]) {
        println!("{name}: medians {small:.4} and {large:.4}, ratio {:.2}", large / small);
    }
    println!("subspaces: medians {subspaces:.4?}, ratio {:.2}", subspaces[1] / subspaces[0]);
    println!("distances from the start: medians {away:.3?}, ratio {:.3}", away[0] / away[1]);
    for (small, large) in medians[0].iter().zip(medians[1]) {
        assert!(large / small < 1.2, "{medians:?}");
    }
    assert!(subspaces[1] / subspaces[0] < 1.2, "{subspaces:?}");
    assert!((away[0] / away[1] - 1.0).abs() < 0.1, "{away:?}");
}

/// Forty of the 200 networks of `docs/sharpness-ranks.csv`, two of each recipe, all at one data loss of 0.05: no measure of sharpness ranks their test
/// losses. Measured rank correlations: box −0.12, ball −0.17, largest eigenvalue −0.09, trace 0.08, batch sharpness −0.04; by chance they lie within
/// ±0.31 nineteen times of twenty.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn sharpness_does_not_rank_test_losses() {
    let (training, held_out) = (Digits::<f64>::training().unwrap(), Digits::<f64>::held_out().unwrap());
    let (f, test) = (training.objective(16).unwrap(), held_out.objective(16).unwrap());
    let mut scratch = vec![0.0; f.scratch_len()];
    let (mut losses, mut all) = (Vec::new(), [const { Vec::new() }; 5]);
    for recipe in recipes(2) {
        let end = recipe.train(&f).unwrap().unwrap();
        losses.push(test.data_loss(&end.params, &mut scratch));
        let found = measures(&f, &end.params).unwrap();
        all.iter_mut().zip(found).for_each(|(all, x)| all.push(x));
    }
    assert_eq!(losses.len(), 40);
    for (name, values) in NAMES.iter().zip(&all) {
        let correlation = spearman(values, &losses);
        println!("{name}: rank correlation {correlation:.3}");
        assert!(correlation.abs() < 0.35, "{name}: {correlation}");
    }
}

/// The claim, of descent itself: of two runs that stop at one training loss, the one with smaller batches stops where it is flatter, all the more at a large
/// rate. Two moons of noise 0.30, 128 points, 2-8-8-1 tanh, cross-entropy, stopped at 0.16: medians of the largest eigenvalue over four seeds at batches of 2, 8, 32 and 128 are 1.16, 1.90, 2.53 and 4.13 at a rate of
/// 0.1, and 0.31, 0.73, 1.84 and 2.63 at 0.5 (an independent run: 0.72, 1.77, 3.13, 4.26 and 0.28, 0.50, 1.31, 3.54). At 0.5 two of the four runs with
/// batches of 2 do not come down to that loss in 50,000 steps.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn small_batches_stop_where_it_is_flatter() {
    const GOAL: f64 = 0.16;
    let (mut x, mut labels) = ([0.0; 256], [0; 128]);
    moons(0.3, &mut stream(1, 0), &mut x, &mut labels).unwrap();
    let net = Mlp::new(&[2, 8, 8, 1]).unwrap();
    let data = Dataset::new(&x, 2, Targets::Labels(&labels)).unwrap();
    let f = MlpObjective::new(net, Loss::BinaryCrossEntropy, data, 0.0).unwrap();
    let n = f.dim();
    let scratch_len = f.scratch_len().max(f.batch_scratch_len(128));
    let mut scratch = vec![0.0; scratch_len];
    let mut found = Vec::new();
    for rate in [0.1, 0.5] {
        for batch in [2, 8, 32, 128] {
            let mut all = Vec::new();
            for seed in 1..=4 {
                let (mut params, mut rng) = (vec![0.0; n], stream(seed, 0));
                f.net().init(Init::GlorotUniform, &mut params, &mut rng);
                let order = BatchOrder::ShuffledEpochs;
                let indices = vec![0; order.indices_len(128, batch)];
                let batches = Minibatches::new(order, 128, batch, indices).unwrap();
                let workspace = vec![0.0; SgdLayout::new(n, scratch_len).len()];
                let mut sgd = Sgd::new(&f, params, batches, LearningRate::constant(rate), workspace).unwrap();
                for _ in 0..5_000 {
                    for _ in 0..10 {
                        assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
                    }
                    if f.value(sgd.params(), &mut scratch) <= GOAL {
                        break;
                    }
                }
                let loss = f.value(sgd.params(), &mut scratch);
                let largest = sharpness(&f, sgd.params(), &mut random(n), 100);
                println!(
                    "rate {rate}, batch {batch}, seed {seed}: {} steps, loss {loss:.4}, {largest:.3}",
                    sgd.steps()
                );
                if loss <= GOAL {
                    all.push(largest);
                }
            }
            assert!(all.len() >= 2, "{all:?}");
            found.push(median(&all));
        }
    }
    println!("{found:.3?}");
    for of in found.chunks(4) {
        assert!(of.windows(2).all(|pair| pair[0] < pair[1]) && of[3] > 3.0 * of[0], "{found:?}");
    }
}
