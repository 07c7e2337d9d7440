use losscape::Objective;
use losscape::base::random::{fill_sphere, stream};
use losscape::base::vector::axpy;
use losscape::models::data::moons as draw_moons;

use super::problem::NEW;
use super::{Batch, BatchSettings, Curvatures, Measures, Protocol, Rescaled, TrainingData, begins, between};

/// The late medians of `ηλ/2`, from all points down, and those of `ηs/2` with the curvature s of batches along their gradients.
fn late(settings: BatchSettings, steps: u32) -> [[f64; 4]; 2] {
    let mut run = Batch::new(&settings).expect("accepted");
    let mut seen: [[Vec<f64>; 4]; 2] = Default::default();
    while run.steps() < steps {
        assert_eq!(run.advance(100).expect("accepted"), 100);
        let measured = run.measure().expect("accepted");
        if 3 * run.steps() > 2 * steps {
            for (seen, lanes) in seen.iter_mut().zip([measured.curvature, measured.along]) {
                seen.iter_mut().zip(lanes).for_each(|(seen, share)| seen.push(share));
            }
        }
    }
    seen.map(|lanes| {
        lanes.map(|mut lane| {
            lane.sort_by(f64::total_cmp);
            lane[lane.len() / 2]
        })
    })
}

/// `tests/claims/edge.rs` measures both over other seeds, to the same bounds.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_smaller_the_batch_the_lower_the_curvature_settles() {
    let [medians, batches] = late(BatchSettings::default(), 30_000);
    println!("{medians:?} {batches:?}");
    assert!((batches[0] - 1.0).abs() < 0.03 && batches[3] > medians[3] + 0.1, "{batches:?}");
    assert!(batches.iter().all(|share| *share < 1.1), "{batches:?}");
    assert!((medians[0] - 1.0).abs() < 0.03, "{medians:?}");
    assert!(medians.windows(2).all(|pair| pair[1] < pair[0]), "{medians:?}");
    assert!(medians[3] < 0.65, "{medians:?}");
}

#[test]
fn pieces_decide_nothing() {
    let mut whole = Batch::new(&BatchSettings::default()).expect("accepted");
    let mut pieces = Batch::new(&BatchSettings::default()).expect("accepted");
    whole.advance(30).expect("accepted");
    for _ in 0..10 {
        pieces.advance(3).expect("accepted");
        pieces.measure().expect("accepted");
    }
    assert_eq!(whole.digest(), pieces.digest());
    assert_eq!((whole.steps(), whole.batches()), (30, vec![20, 10, 4, 2]));
    let places = whole.places().expect("accepted").len();
    assert_eq!(whole.curves().expect("accepted").len(), 4 * places);
}

/// At equal epochs, a step of all points in ten of the smallest batches; at equal loss each run rests where it first is as low.
#[test]
fn protocols_end_runs_alike() {
    let run = |settings: BatchSettings, steps| {
        let mut run = Batch::new(&settings).expect("accepted");
        let made = run.advance(steps).expect("accepted");
        (run, made)
    };
    let defaults = BatchSettings::default();
    let (steps, _) = run(defaults, 3);
    let (epochs, _) = run(BatchSettings { protocol: Protocol::Epochs, ..defaults }, 30);
    assert_eq!(steps.lanes[0].params(), epochs.lanes[0].params());
    let goal = 0.1;
    let (mut stopped, made) = run(BatchSettings { protocol: Protocol::Loss, goal, ..defaults }, 20_000);
    let stops = stopped.stops();
    assert_eq!((stops.iter().max(), stopped.steps()), (Some(&made), made));
    assert!(made < 20_000 && stops.iter().all(|step| *step > 0 && step % 10 == 0), "{stops:?}");
    let measured = stopped.measure().expect("accepted");
    assert!(measured.loss.iter().all(|loss| *loss <= goal), "{measured:?}");
    let (plain, _) = run(defaults, stops[3]);
    assert_eq!(plain.lanes[3].params(), stopped.lanes[3].params());
    let bits = stopped.digest();
    assert_eq!((stopped.advance(5).expect("accepted"), stopped.digest()), (0, bits));
}

#[test]
fn classes_are_read_as_chances() {
    let settings = BatchSettings { cross_entropy: true, ..BatchSettings::default() };
    let mut run = Batch::new(&settings).expect("accepted");
    assert!(run.points().chunks(2).all(|point| point[1] == 0.0 || point[1] == 1.0));
    let before = run.measure().expect("accepted");
    assert_eq!(run.advance(300).expect("accepted"), 300);
    let after = run.measure().expect("accepted");
    assert!(after.loss[0] < before.loss[0], "{before:?} {after:?}");
    assert!(run.curves().expect("accepted").iter().all(|y| (0.0..=1.0).contains(y)));
}

#[test]
fn sizes_lie_by_equal_factors() {
    assert_eq!(between(128, 2), [128, 32, 8, 2]);
    assert_eq!(between(1, 125), [125, 25, 5, 1], "the larger first");
    assert_eq!(between(100, 7), [100, 41, 16, 7], "rounded down");
    assert_eq!((between(128, 128), between(1, 1)), ([128; 4], [1; 4]));
    // After 50 steps of batches of 7, runs with larger ones have seen as many points, to within a batch.
    for batch in between(100, 7) {
        let made = (0..50).filter(|step| begins(*step, 7, batch)).count();
        assert_eq!(made, (50 * 7usize).div_ceil(batch as usize), "{batch}");
    }
}

/// `tests/claims/batch_size.rs` has medians of λ where such runs stop: 2.63 with batches of 128, 0.73 with 8, 0.31 with 2.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn moons_have_other_points_and_the_flatter_ends_of_the_claims() {
    let moons = BatchSettings {
        data: TrainingData::Moons,
        learning_rate: 0.5,
        hidden: 8,
        protocol: Protocol::Loss,
        goal: f64::from(0.16f32),
        ..BatchSettings::default()
    };
    let mut run = Batch::new(&moons).expect("accepted");
    assert_eq!((run.batches(), run.points().len(), run.labels().len()), (vec![128, 40, 12, 4], 256, 128));
    assert_eq!((run.curves().expect("accepted"), run.places().expect("accepted")), (vec![], vec![]));
    let start = run.measure().expect("accepted");
    let made = run.advance(30_000).expect("accepted");
    run.measure().expect("accepted");
    let end = run.measure().expect("accepted");
    println!("{made} steps, stops {:?}, {end:?}", run.stops());
    assert!(run.stops().iter().all(|step| *step > 0));
    // Over 2/η = 4.
    assert!((0.5..1.0).contains(&end.curvature[0]) && end.curvature[0] > 5.0 * end.curvature[3], "{end:?}");
    assert!(start.unseen.iter().zip(&end.unseen).all(|(before, after)| after < before), "{end:?}");
    // These are the ledger's moons, and outputs at the new ones are those that are counted.
    let (mut x, mut labels) = (vec![0.0; 2 * (128 + NEW)], vec![0; 128 + NEW]);
    draw_moons(0.3, &mut stream(1, 0), &mut x, &mut labels).expect("accepted");
    for (lane, misread) in (0u32..).zip(&end.misread) {
        let learned = run.outputs(lane, &run.points()).expect("accepted");
        let right =
            learned.iter().zip(run.labels()).filter(|(z, label)| (**z > 0.0) == (*label == 1)).count();
        assert!(right > 110, "{right} of 128");
        let outputs = run.outputs(lane, &x[256..]).expect("accepted");
        let wrong =
            outputs.iter().zip(&labels[128..]).filter(|(z, label)| (**z > 0.0) != (**label == 1)).count();
        assert_eq!(wrong, *misread as usize);
        assert!(*misread > 50 && *misread < 250, "of {NEW}: {misread}");
    }
    assert_eq!(run.outputs(4, &[]).unwrap_err().arg, "run");
}

/// Points on a ring around others, `x` and `y` in turn.
fn ring(count: u8, far: f64) -> (Vec<f64>, Vec<u8>) {
    let mut rng = stream(9, 0);
    let labels: Vec<u8> = (0..count).map(|k| k % 2).collect();
    let places = labels.iter().flat_map(|label| {
        let mut place = vec![0.0; 2];
        fill_sphere(&mut rng, far * f64::from(label + 1), &mut place);
        place
    });
    (places.collect(), labels)
}

#[test]
fn own_points_bring_their_own_sizes_and_no_others() {
    let settings =
        BatchSettings { hidden: 8, learning_rate: 0.5, data: TrainingData::Moons, ..Default::default() };
    let run = |far, standard| {
        let (inputs, labels) = ring(60, far);
        let mut run = Batch::on_points(&settings, inputs, labels, standard).expect("accepted");
        assert_eq!(run.advance(500).expect("accepted"), 500);
        run
    };
    let mut own = run(0.5, false);
    assert_eq!(
        (own.batches(), own.points(), own.labels()),
        (vec![60, 24, 9, 4], ring(60, 0.5).0, ring(60, 0.5).1)
    );
    assert!(own.curves().expect("accepted").is_empty() && own.places().expect("accepted").is_empty());
    let Curvatures { curvature, loss, along, unseen, misread, .. } = own.measure().expect("accepted");
    assert!(curvature.iter().chain(&along).all(|share| share.is_finite()), "{curvature:?} {along:?}");
    assert!(unseen.is_empty() && misread.is_empty(), "nothing is known of points that nobody has brought");
    assert!(loss[0] < 0.69, "better than a coin toss: {loss:?}");
    // Standardised, points ten times as far apart are the same but for roundings; as they are, they are not.
    let [near, far] = [0.5, 5.0].map(|far| run(far, true).measure().expect("accepted").loss[0]);
    assert!((near / far - 1.0).abs() < 1e-6, "{near} {far}");
    assert!((run(5.0, false).measure().expect("accepted").loss[0] / far - 1.0).abs() > 1e-3);
}

#[test]
fn own_points_are_refused_by_name_or_learned_as_far_as_they_can_be() {
    let settings = BatchSettings { hidden: 8, protocol: Protocol::Loss, ..Default::default() };
    let on = |inputs: &[f64], labels: &[u8], standard| {
        Batch::on_points(&settings, inputs.to_vec(), labels.to_vec(), standard)
    };
    for (inputs, labels, arg) in [
        (&[][..], &[][..], "inputs"),
        (&[1.0], &[0], "inputs"),
        (&[1.0, 2.0], &[0, 1], "targets"),
        (&[1.0, 2.0, 3.0, 4.0], &[0], "targets"),
        (&[1.0, f64::NAN, 3.0, 4.0], &[0, 1], "inputs"),
        (&[1.0, 2.0, 3.0, 4.0], &[0, 2], "targets"),
    ] {
        for standard in [false, true] {
            assert_eq!(on(inputs, labels, standard).unwrap_err().arg, arg, "{inputs:?} {labels:?}");
        }
    }
    // One point, one class, two classes in one place: what cannot be parted is never learned, and the run goes on.
    for (inputs, labels, goes) in [
        (&[1.0, 2.0][..], &[1][..], vec![1, 1, 1, 1]),
        (&[1.0, 2.0, 3.0, 4.0], &[0, 0], vec![2; 4]),
        (&[1.0, 2.0, 1.0, 2.0], &[0, 1], vec![2; 4]),
    ] {
        for standard in [false, true] {
            let mut run = on(inputs, labels, standard).expect("accepted");
            assert_eq!(run.batches(), goes);
            run.advance(50).expect("accepted");
            let loss = run.measure().expect("accepted").loss;
            assert!(loss.iter().all(|loss| loss.is_finite()), "{loss:?}");
        }
    }
    let mut stuck = on(&[1.0, 2.0, 1.0, 2.0], &[0, 1], false).expect("accepted");
    assert_eq!((stuck.advance(2000).expect("accepted"), stuck.stops()), (2000, vec![0; 4]));
    let (inputs, labels): (Vec<_>, Vec<_>) =
        (0..512u32).map(|k| ([f64::from(k % 23), f64::from(k % 7)], (k % 2) as u8)).unzip();
    let mut many = on(&inputs.concat(), &labels, true).expect("accepted");
    assert_eq!((many.batches(), many.advance(5).expect("accepted")), (vec![128, 40, 12, 4], 5));
}

#[test]
fn all_begin_with_one_curvature() {
    let mut run = Batch::new(&BatchSettings::default()).expect("accepted");
    let Curvatures { curvature, loss, along, along_error, unseen, misread } =
        run.measure().expect("accepted");
    assert_eq!([curvature.len(), loss.len(), along.len(), along_error.len()], [4; 4]);
    assert!(curvature.iter().all(|share| *share == curvature[0]), "{curvature:?}");
    assert!(loss.iter().all(|value| *value == loss[0]), "{loss:?}");
    assert!(along.iter().all(|share| share.is_finite()), "{along:?}");
    assert!(
        along_error[0] < 1e-9 * along[0],
        "all points are one batch, whatever their order: {along_error:?}"
    );
    assert!(along_error[1..].iter().all(|error| *error > 0.0 && *error < 1.0), "{along_error:?}");
    assert!(unseen.is_empty() && misread.is_empty(), "the polynomial has no other points");
}

/// The line and the kicks share a direction and a centre, and neither moves a run.
#[test]
fn kicks_and_slices_are_of_one_landscape() {
    let mut run = Batch::new(&BatchSettings::default()).expect("accepted");
    let start = run.kicks(0.1).expect("accepted");
    assert!(
        start.chunks(64).all(|lane| lane == &start[..64]),
        "all begin at one place, and are kicked alike"
    );
    assert_eq!(start.len(), 4 * 64);
    run.advance(50).expect("accepted");
    let (bits, measured) = (run.digest(), run.measure().expect("accepted"));
    let distances = run.distances().expect("accepted");
    let slices = run.slices().expect("accepted");
    assert_eq!([distances[0], distances[20], distances[40]], [-0.5, 0.0, 0.5]);
    let [still, far] = [0.0, 0.5].map(|radius| run.kicks(radius).expect("accepted"));
    for (lane, slice) in slices.chunks(41).enumerate() {
        let loss = measured.loss[lane];
        assert!(still[64 * lane..64 * (lane + 1)].iter().all(|kicked| *kicked == loss), "lane {lane}");
        assert_eq!([slice[20], slice[40]], [loss, far[64 * lane]], "lane {lane}");
    }
    assert!(far[..64].windows(2).all(|pair| pair[0] != pair[1]), "each kick has a direction of its own");
    // The first kick of the last run, by hand.
    let f = run.points.loss(run.net).expect("accepted");
    let (mut kicked, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    fill_sphere(&mut stream(0, 5), 0.5, &mut kicked);
    axpy(1.0, run.lanes[3].params(), &mut kicked);
    assert!((f.value(&kicked, &mut scratch) / far[3 * 64] - 1.0).abs() < 1e-12);
    assert_eq!(run.digest(), bits);
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        assert_eq!(run.kicks(bad).unwrap_err().arg, "radius");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_rescaling_moves_every_measure_and_no_output() {
    let network = Rescaled::new(1).expect("accepted");
    let [before, after] = [1.0, 10.0].map(|alpha| network.measures(alpha).expect("accepted"));
    println!("{before:?}\n{after:?}");
    let of: [fn(&Measures) -> f64; 5] = [|m| m.largest, |m| m.trace, |m| m.ball, |m| m.cube, |m| m.along];
    for (k, of) in of.into_iter().enumerate() {
        assert!((of(&after) / of(&before) - 1.0).abs() > 0.5, "measure {k}: {before:?} and {after:?}");
    }
    assert!((before.loss - after.loss).abs() < 1e-12 && after.differs < 1e-12, "the network is the same");
    assert_eq!(network.measures(0.0).unwrap_err().arg, "alpha");
    let slices = network.chances(20, 0.5).expect("accepted");
    assert!(
        slices.iter().all(|slice| slice.curvature <= before.largest && slice.losses[12] == before.loss),
        "{slices:?}"
    );
    assert_eq!(network.chances(1001, 0.5).unwrap_err().arg, "slices");
}

#[test]
fn bad_settings_are_refused_by_name() {
    let good = BatchSettings::default();
    for (bad, arg) in [
        (BatchSettings { hidden: 1, ..good }, "hidden"),
        (BatchSettings { hidden: 41, ..good }, "hidden"),
        (BatchSettings { learning_rate: 0.0, ..good }, "learning_rate"),
        (BatchSettings { learning_rate: f64::NAN, ..good }, "learning_rate"),
        (BatchSettings { goal: 0.0, ..good }, "goal"),
        (BatchSettings { largest: 129, ..good }, "largest"),
        (BatchSettings { smallest: 0, ..good }, "smallest"),
    ] {
        assert_eq!(Batch::new(&bad).unwrap_err().arg, arg);
    }
}

#[test]
fn a_rate_that_is_too_large_ends_the_run() {
    let settings = BatchSettings { learning_rate: 50.0, ..BatchSettings::default() };
    let mut run = Batch::new(&settings).expect("accepted");
    assert!(run.advance(1000).expect("accepted") < 1000);
}
