//! Noise that is added, recorded and replayed.

use losscape::Real;
use losscape::base::random::{Rng, fill_ball, fill_normal, stream};
use losscape::base::vector::norm;
use losscape::sgd::{
    AddNoise, FullBatch, Langevin, LearningRate, Momentum, Noise, Replay, Schedule, Sgd, SgdStep, Transform,
};

use crate::objectives::Bowl;

/// The noise of one step alone.
fn sample<R: Real>(noise: Noise<R>, dim: usize, seed: u64) -> Vec<R> {
    apply(AddNoise::new(noise, vec![R::ZERO; dim]), dim, seed)
}

fn apply<R: Real, L: AsRef<[R]>>(mut noise: AddNoise<R, Vec<R>, L>, dim: usize, seed: u64) -> Vec<R> {
    let mut update = vec![R::ZERO; dim];
    noise.apply(&[], &mut update, &mut stream(seed, 0)).expect("finite");
    assert_eq!(noise.record(), update, "the record is the noise");
    update
}

#[test]
fn each_kind_is_the_sampler_it_names() {
    let mut z = [0.0f32; 5];
    fill_normal(&mut stream(51, 0), &mut z);
    assert_eq!(sample(Noise::Gaussian { std_dev: 0.5 }, 5, 51), z.map(|z| 0.5 * z), "Gaussian");
    let mut x = [0.0f32; 5];
    fill_ball(&mut stream(52, 0), 3.0, &mut x);
    assert_eq!(sample(Noise::Ball { radius: 3.0 }, 5, 52), x, "ball");
    assert!(norm(&x) <= 3.0, "within the radius");
    assert_eq!(sample(Noise::<f32>::Off, 3, 53), [0.0; 3], "off");
    // Three rows in two dimensions: z₁ L₁ + z₂ L₂ + z₃ L₃.
    let mut z = [0.0f64; 3];
    fill_normal(&mut stream(54, 0), &mut z);
    let factor = [1.0, 2.0, 0.5, -1.0, 0.0, 4.0];
    let expected = [0.0 + z[0] * 1.0 + z[1] * 0.5 + z[2] * 0.0, 0.0 + z[0] * 2.0 + z[1] * -1.0 + z[2] * 4.0];
    assert_eq!(apply(AddNoise::low_rank(factor, vec![0.0; 2]), 2, 54), expected, "low rank");
}

/// Langevin noise follows the schedule of the rate, step by step, and the one that replaces it.
#[test]
fn langevin_follows_its_schedule() {
    let schedule = Schedule::Steps { rate: 2.0f64, factor: 0.25, every: 1 };
    let mut langevin = Langevin::new(LearningRate::new(schedule), (), 1.0);
    let mut z = [0.0];
    fill_normal(&mut stream(55, 0), &mut z);
    let noise = |langevin: &mut Langevin<(), f64>| {
        let mut update = [0.0];
        langevin.apply(&[], &mut update, &mut stream(55, 0)).unwrap();
        update[0] / z[0]
    };
    // √(2 η T) = 2, 1, ½ times the same draw.
    assert_eq!([0; 3].map(|_| noise(&mut langevin)), [2.0, 1.0, 0.5]);
    langevin.set_schedule(Schedule::Constant { rate: 8.0 }).unwrap();
    assert_eq!((langevin.std_dev(), noise(&mut langevin)), (4.0, 4.0), "√(2 · 8)");
    assert!(langevin.set_schedule(Schedule::Constant { rate: -1.0 }).is_err());
    assert_eq!(noise(&mut langevin), 4.0, "refused, so nothing has changed");
}

/// The chain inside sees the update without the noise, which is added to what it makes of it.
#[test]
fn langevin_noise_does_not_enter_the_momentum() {
    let rate = LearningRate::constant(0.5f64);
    let mut hot = Langevin::new(rate, Momentum::heavy_ball(0.5, [0.0]), 1.0);
    let mut cold = Langevin::new(rate, Momentum::heavy_ball(0.5, [0.0]), 0.0);
    let (mut a, mut b) = (stream(58, 0), stream(57, 0));
    for want in [2.0, 3.0, 3.5] {
        let (mut noisy, mut plain, mut z) = ([4.0], [4.0], [0.0]);
        fill_normal(&mut a.clone(), &mut z);
        hot.apply(&[0.0], &mut noisy, &mut a).unwrap();
        cold.apply(&[0.0], &mut plain, &mut b).unwrap();
        assert_eq!((plain[0], noisy[0]), (want, want + z[0]));
    }
    let mut untouched = stream(57, 0);
    assert_eq!(b.next_u32(), untouched.next_u32(), "at temperature zero nothing is drawn");
}

/// The memory lent for recording does not change the bits, nor the draws.
#[test]
fn recording_changes_nothing() {
    for dim in [1usize, 2, 5] {
        for rows in [1, 3] {
            let mut record = vec![f32::NAN; rows * dim];
            let noise = Noise::Gaussian { std_dev: 0.3f32 };
            let mut with = AddNoise::new(noise, &mut record);
            let mut without = AddNoise::new(noise, &mut []);
            let (mut a, mut b) = (stream(56, 0), stream(56, 0));
            for step in 0..5usize {
                let start: Vec<f32> = (0..dim).map(|k| (k as f32) - 1.5).collect();
                let (mut x, mut y) = (start.clone(), start.clone());
                with.apply(&[], &mut x, &mut a).unwrap();
                without.apply(&[], &mut y, &mut b).unwrap();
                assert_eq!(x, y, "step {step}");
                let row = &with.record()[step % rows * dim..][..dim];
                for ((x, start), noise) in x.iter().zip(&start).zip(row) {
                    assert_eq!(*x, start + noise, "row of step {step}");
                }
            }
            assert_eq!(a.next_u32(), b.next_u32(), "same draws");
        }
    }
}

fn run<T: Transform<f32>>(seed: u64, steps: usize, transforms: T) -> (Vec<f32>, Vec<SgdStep>) {
    let objective = Bowl { dim: 3, curvature: 1.0 };
    let (mut params, mut workspace) = ([1.0f32, -2.0, 0.5], [0.0; 3]);
    let mut sgd = Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
    let mut rng = stream(seed, 0);
    let outcomes = (0..steps).map(|_| sgd.step(&objective, &mut rng)).collect();
    (params.to_vec(), outcomes)
}

/// A recorded run replays with the same bits under any seed, and then says that it has run out.
#[test]
fn replay_repeats_a_run_and_runs_out() {
    let mut record = [0.0f32; 12];
    let rate = LearningRate::constant(0.1f32);
    let noise = AddNoise::new(Noise::Ball { radius: 1.0 }, &mut record);
    let (first, outcomes) = run(57, 4, (noise, rate));
    let (again, mut replayed) = run(58, 6, (Replay::new(&record), rate));
    assert_eq!(first, again, "same bits, and none lost after the end");
    assert_eq!(replayed.split_off(4), [SgdStep::NoiseExhausted; 2], "two steps too many");
    assert_eq!(outcomes, replayed, "same values");
    let replay = Replay::new(&record);
    assert_eq!(
        Transform::<f32>::check(&replay, 5).unwrap_err().arg,
        "rows",
        "twelve is not a multiple of five"
    );
    assert_eq!(replay.remaining().len(), 12, "nothing used");
}
