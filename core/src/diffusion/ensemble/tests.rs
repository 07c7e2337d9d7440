//! Walkers that move together, and walkers that cannot move.

extern crate std;

use super::cloud::{BLOCK, Ensemble, EnsembleStep, seed_walkers};
use super::layout::EnsembleLayout;
use crate::Real;
use crate::base::random::{SeedableRng, Xoshiro128PlusPlus};
use crate::diffusion::Langevin;
use crate::models::surfaces::DoubleWell;
use std::vec;
use std::vec::Vec;

type Cloud<R> = Ensemble<R, Langevin<R>, Vec<R>, Vec<Xoshiro128PlusPlus>, Vec<R>>;

fn cloud<R: Real>(f: &DoubleWell<R>, dim: usize, walkers: usize) -> Cloud<R> {
    let mut generators = vec![Xoshiro128PlusPlus::seed_from_u64(0); walkers];
    seed_walkers(5, &mut generators);
    let walk = Langevin { learning_rate: R::from_f64(0.1), temperature: R::from_f64(0.3) };
    let workspace = vec![R::NAN; EnsembleLayout::new(dim, 0).len()];
    Ensemble::new(f, walk, vec![-R::ONE; walkers * dim], generators, workspace).unwrap()
}

fn together<R: Real>() {
    for dim in [1, 2, 3] {
        for walkers in [1, 7, BLOCK, BLOCK + 1, 3 * BLOCK - 5] {
            let f = DoubleWell::<R>::new(dim).unwrap();
            let (mut one, mut many) = (cloud(&f, dim, walkers), cloud(&f, dim, walkers));
            let mut most = 1;
            while many.round() < 3 {
                let (round, next) = (many.round(), many.next);
                let step = many.steps(&f, most);
                let count = if many.round() > round { walkers - next } else { many.next - next };
                assert!(count > 0 && count <= most as usize, "{count} of {most}");
                let last = (0..count).map(|_| one.step(&f)).last().unwrap();
                assert_eq!(step, last, "{dim} {walkers} {most}");
                assert_eq!(many.positions(), one.positions(), "{dim} {walkers} {most}");
                most = most % 61 + 7;
            }
            assert!(many.generators == one.generators, "as many draws");
        }
    }
}

#[test]
fn steps_together_have_the_bits_of_single_ones() {
    together::<f64>();
    together::<f32>();
}

#[test]
fn a_walker_that_cannot_move_stays_and_is_named() {
    let f = DoubleWell::<f64>::new(1).unwrap();
    let mut many = cloud(&f, 1, 40);
    // The gradient of a cube overflows at a finite position.
    for stuck in [3, 39] {
        many.positions[stuck] = 1e200;
    }
    assert_eq!(many.steps(&f, 20), EnsembleStep::NotFinite { walker: 3 });
    assert_eq!(many.steps(&f, 20), EnsembleStep::NotFinite { walker: 39 });
    assert_eq!((many.round(), many.next), (1, 0));
    assert!(many.positions[3] == 1e200 && many.positions[39] == 1e200 && many.positions[4] != -1.0);
    // Values of one round do not count in the next.
    for stuck in [3, 39] {
        many.positions[stuck] = -1.0;
    }
    let EnsembleStep::Round { mean_value, .. } = many.steps(&f, 40) else { panic!("a round") };
    assert!(mean_value < 0.5, "{mean_value}");
    // The mean is that of the walkers that moved.
    many.positions.fill(2.0);
    many.positions[3] = 1e200;
    assert_eq!(many.steps(&f, 20), EnsembleStep::NotFinite { walker: 3 });
    let EnsembleStep::Round { mean_value, .. } = many.steps(&f, 20) else { panic!("a round") };
    assert_eq!(mean_value, 2.25);
    many.positions[3] = 2.0;
    assert_eq!(many.steps(&f, 0), EnsembleStep::Moved { walker: 0 }, "one at least");
    many.positions.pop();
    assert_eq!(many.steps(&f, 4), EnsembleStep::MemoryChanged);
}
