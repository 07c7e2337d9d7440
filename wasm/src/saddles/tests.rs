use losscape::Real;
use losscape::base::elementary::{ln, sqrt};

use super::race::ALL_STEPS;
use super::{Chance, Ghosts, Race, RaceSettings, Saddles, SaddlesSettings, Split, Track, Way};

fn searched(settings: SaddlesSettings, searches: u32) -> Saddles {
    let mut saddles = Saddles::new(&settings).expect("accepted");
    while saddles.searches() < searches {
        saddles.advance(1000).expect("there are more");
    }
    saddles
}

/// The losses of the places with so many ways down, ascending.
fn losses(saddles: &Saddles, index: u32) -> Vec<f64> {
    let found = saddles.found();
    let mut losses: Vec<f64> =
        found.iter().filter(|place| place.down == index).map(|place| place.loss).collect();
    losses.sort_by(f64::total_cmp);
    losses
}

/// The search that found the highest place.
fn highest(saddles: &Saddles) -> u32 {
    let found = saddles.found();
    found.iter().max_by(|a, b| a.loss.total_cmp(&b.loss)).expect("something was found").search
}

/// The same as in `tests/claims/dauphin.rs`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn losses_by_ways_down_are_as_recorded() {
    let saddles = searched(SaddlesSettings::default(), 160);
    assert_eq!((saddles.directions(), saddles.searches()), (10, 160));
    for (index, golden) in [(0, 0.016_766), (2, 0.061_348), (3, 0.276_527)] {
        let losses = losses(&saddles, index);
        let median = losses[losses.len() / 2];
        println!("{index} ways down: {} places, median {median}", losses.len());
        assert!((median - golden).abs() < 2e-6, "{index} ways down: {median}");
    }
}

#[test]
fn pieces_of_work_do_not_decide_what_is_found() {
    let whole = searched(SaddlesSettings::default(), 3);
    let mut pieces = Saddles::new(&SaddlesSettings::default()).expect("accepted");
    while pieces.searches() < 3 {
        pieces.advance(7).expect("there are more");
    }
    assert_eq!(pieces.digest(), whole.digest());
    let other = searched(SaddlesSettings { seed: 2, ..SaddlesSettings::default() }, 3);
    assert_ne!(other.digest(), whole.digest());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn curvatures_say_how_the_loss_goes_on() {
    let mut saddles = searched(SaddlesSettings::default(), 9);
    saddles.look_at(highest(&saddles)).expect("found");
    let (values, step) = (saddles.curvatures().expect("looked at"), 1e-3);
    let ways = saddles.ways(step).expect("looked at");
    let curve = saddles.curve().expect("looked at");
    let loss = saddles.found().iter().fold(0.0, |most: f64, place| most.or_larger(place.loss));
    assert_eq!(ways.len(), 10);
    for (value, Way { losses, forth, back }) in values.iter().zip(&ways) {
        assert_eq!((losses.len(), forth.len(), back.len()), (25, curve.len(), curve.len()));
        let rise = 0.5 * (losses[0] + losses[24]) - losses[12];
        assert!((rise - 0.5 * value * step * step).abs() < 1e-3 * step * step, "{value}: {rise}");
        assert!((losses[12] - loss).abs() < 1e-15, "the middle is the place");
        // Small steps move a curve as far to either side.
        for ((y, forth), back) in curve.iter().zip(forth).zip(back) {
            assert!((forth + back - 2.0 * y).abs() < 1e-4, "{y} {forth} {back}");
        }
    }
    assert_eq!(saddles.ways(0.0).unwrap_err().arg, "half_width");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn random_slices_see_the_mean_curvature_and_miss_the_ways_down() {
    let mut saddles = searched(SaddlesSettings::default(), 9);
    saddles.look_at(highest(&saddles)).expect("found");
    let (values, step) = (saddles.curvatures().expect("looked at"), 1e-3);
    let chances = saddles.chances(1000, step).expect("looked at");
    assert_eq!(chances.len(), 1000);
    let mut sum = 0.0;
    for Chance { curvature, losses } in &chances {
        let rise = 0.5 * (losses[0] + losses[24]) - losses[12];
        assert!((rise - 0.5 * curvature * step * step).abs() < 1e-3 * step * step, "{rise} {curvature}");
        assert!(*curvature > values[0] && *curvature < values[9], "{curvature}");
        sum += curvature;
    }
    // Their mean is the trace over n; of a thousand it errs by a few per cent of the largest.
    let mean = values.iter().fold(0.0, |sum, x| sum + x) / 10.0;
    assert!((sum / 1000.0 - mean).abs() < 0.05 * values[9], "{sum} {mean}");
    assert_eq!(saddles.chances(20, step).expect("looked at"), chances[..20]);
    assert_eq!(saddles.chances(1001, step).unwrap_err().arg, "slices");
}

/// The same as in `tests/claims/dauphin.rs`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_split_unit_is_the_same_network_and_another_saddle() {
    let split = Split::new().expect("a saddle");
    let whole = split.whole().expect("accepted");
    assert!((whole.loss - 0.004_403_568_9).abs() < 1e-9, "{}", whole.loss);
    assert_eq!((whole.down, whole.flat, whole.values.len()), (1, 0, 7));
    for unit in 0..2 {
        for (share, down, flat) in [(0.0, 1, 3), (0.25, 2, 1), (0.5, 2, 1), (1.0, 1, 3), (1.5, 2, 1)] {
            let halves = split.split(unit, share).expect("accepted");
            assert_eq!((halves.down, halves.flat, halves.values.len()), (down, flat, 10), "{unit}, {share}");
            assert!((halves.loss - whole.loss).abs() < 1e-15 && halves.slope < 1e-9, "{halves:?}");
            assert!(halves.differs < 1e-14, "{}", halves.differs);
        }
    }
    assert_eq!(split.split(2, 0.5).unwrap_err().arg, "unit");
    assert_eq!(split.split(0, f64::NAN).unwrap_err().arg, "share");
}

fn race(saddles: &Saddles, settings: RaceSettings) -> Race {
    saddles.race(&settings).expect("accepted")
}

/// The steps of the heavy ball from those of descent: both leave at a rate ln z, where for descent z = 1 − ηλ, and for the heavy ball z is
/// the larger root of z² − (1 + μ − ηλ) z + μ = 0 (Polyak 1964).
fn heavy_steps(lowest: f64, race: &Race) -> f64 {
    let (growth, momentum) = (0.1 * -lowest, 0.9);
    let sum = 1.0 + momentum + growth;
    let root = 0.5 * (sum + sqrt(sum * sum - 4.0 * momentum));
    f64::from(race.left(0).expect("leaves")) * ln(1.0 + growth) / ln(root)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn damping_slows_saddle_free_newton_and_nothing_else() {
    let mut saddles = searched(SaddlesSettings::default(), 9);
    saddles.look_at(highest(&saddles)).expect("found");
    let at = |damping| race(&saddles, RaceSettings { damping, ..RaceSettings::default() });
    let races = [1e-4, 1e-3, 1e-2, 1e-1].map(at);
    let left = races.each_ref().map(|race| race.left(2).expect("leaves"));
    println!("saddle-free Newton leaves at {left:?}");
    assert!(left.is_sorted() && left[0] < left[3], "{left:?}");
    for race in &races[1..] {
        for method in [0, 1, 3, 4] {
            assert_eq!(race.track(method), races[0].track(method), "{method}");
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn descent_is_slow_newton_goes_back_and_magnitudes_are_fast() {
    let mut saddles = searched(SaddlesSettings::default(), 9);
    saddles.look_at(highest(&saddles)).expect("found");
    assert!(saddles.curvatures().expect("looked at")[0] < 0.0, "a saddle");
    let race = race(&saddles, RaceSettings::default());
    let [plain, noisy, free, newton, heavy] = [0, 1, 2, 3, 4].map(|method| race.left(method));
    println!(
        "left at {plain:?} {noisy:?} {free:?} {newton:?} {heavy:?}, closer {:?}, predicted {:?}",
        race.closer(),
        race.predicted()
    );
    let (plain, free) = (plain.expect("leaves"), free.expect("leaves"));
    assert!(noisy.is_some() && 3 * free < plain, "{plain} {free}");
    assert_eq!((newton, race.newton_down()), (None, Some(2)));
    assert!(race.back() < 1e-6, "{}", race.back());
    let predicted = race.predicted().expect("it goes down");
    assert!((f64::from(plain) / f64::from(predicted) - 1.0).abs() < 0.1, "{plain} for {predicted}");
    let closer = race.closer().expect("leaves");
    let lowest = saddles.curvatures().expect("looked at")[0];
    let more = ln(10.0) / ln(1.0 + 0.1 * -lowest);
    println!("{} steps more, predicted {more:.2}", closer - plain);
    assert!((f64::from(closer - plain) - more).abs() <= 1.0, "{plain}, {closer}: not {more} more");
    let heavy = heavy.expect("leaves");
    let root = heavy_steps(lowest, &race);
    assert!(heavy > free && 2 * heavy < plain, "{free} {heavy} {plain}");
    assert!((f64::from(heavy) / root - 1.0).abs() < 0.3, "{heavy} for {root}");
    for method in 0..5 {
        let Track { step, loss, path } = race.track(method);
        assert!(step.len() >= 2 && step.len() == loss.len() && step[0] == 0 && path.is_empty());
    }
    assert!(race.track(5).step.is_empty() && race.left(5).is_none());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn ghosts_appear_where_vectors_are_not_kept_orthogonal() {
    let ghosts = Ghosts::new(1).expect("accepted");
    let exact = ghosts.exact();
    let copies = |orthogonal| ghosts.copies(60, orthogonal).expect("accepted");
    println!("{} copies of {}", copies(false), exact[90]);
    assert_eq!((exact.len(), copies(true)), (91, 1));
    let whole = ghosts.ritz(91, true).expect("accepted");
    assert!(exact.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-9), "all products know all");
    assert!(copies(false) > 1);
    assert_eq!(ghosts.ritz(0, true).unwrap_err().arg, "steps");
}

/// From 10⁻⁴ to 0.9 at η = 0.3: the steps of an independent run, as in `tests/claims/escape.rs`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_toy_is_left_after_the_steps_of_an_independent_run() {
    let mut saddles = searched(SaddlesSettings::default(), 1);
    saddles.look_at(1).expect("found");
    for (gamma, plain, formula) in [(1.0, 37, 35), (0.1, 335, 309), (0.01, 3316, 3040)] {
        saddles.look_at_toy(gamma).expect("above zero");
        assert_eq!(saddles.curvatures().expect("looked at"), [-gamma, 1.0]);
        assert_eq!((saddles.slope(), saddles.nearly_flat()), (Ok(0.0), Ok(0.01)));
        let toy = RaceSettings { nudge: 1e-4, learning_rate: 0.3, ..RaceSettings::default() };
        let race = race(&saddles, toy);
        println!(
            "γ = {gamma}: {:?}, ten times nearer {:?}",
            [0, 1, 2, 3, 4].map(|method| race.left(method)),
            race.closer()
        );
        assert_eq!((race.left(0), race.predicted()), (Some(plain), Some(formula)), "{gamma}");
        let nearer = ln(10.0) / ln(1.0 + 0.3 * gamma);
        let more = f64::from(race.closer().expect("leaves") - plain);
        assert!((more - nearer).abs() < 1.0, "{more} more, not {nearer}");
        // A whole step doubles the way down, whatever γ: 2¹³ is 8192.
        assert_eq!((race.left(2), race.left(3), race.newton_down()), (Some(13), None, Some(1)));
        assert!(race.back() < 1e-9, "{}", race.back());
        for method in 0..5 {
            let Track { step, loss, path } = race.track(method);
            assert!(
                step.len() == loss.len() && path.len() == 2 * step.len() && path[..2] == [0.6, 1e-4],
                "{path:?}"
            );
        }
    }
    // From as near as the page lets it start, at its smallest step, the slowest still leaves.
    let slow = RaceSettings { nudge: 1e-8, learning_rate: 0.01, ..RaceSettings::default() };
    println!("the slowest: {:?}, {:?}", race(&saddles, slow).left(0), race(&saddles, slow).closer());
    assert!(race(&saddles, slow).closer().is_some());
}

#[test]
fn the_toy_is_the_sum_of_its_slices() {
    let mut saddles = searched(SaddlesSettings::default(), 1);
    for gamma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(saddles.look_at_toy(gamma).unwrap_err().arg, "gamma");
    }
    assert_eq!(saddles.curvatures().unwrap_err().arg, "place");
    saddles.look_at_toy(0.5).expect("above zero");
    let ways = saddles.ways(1.6).expect("above zero");
    let [down, up] = ways.as_slice() else { panic!("{} ways", ways.len()) };
    // −½ (½ y² − ¼ y⁴) and ½ x², at the ends, at ±⅘ and in the middle.
    for (k, low, high) in
        [(0, 0.1792, 1.28), (24, -0.1088, 0.32), (48, 0.0, 0.0), (72, -0.1088, 0.32), (96, 0.1792, 1.28)]
    {
        assert!((down.losses[k] - low).abs() < 1e-12 && (up.losses[k] - high).abs() < 1e-12, "{k}: {down:?}");
    }
    assert!(down.losses.len() == 97 && up.losses.len() == 97);
    assert!(down.forth.iter().all(|y| y.is_nan()), "a toy draws no curve");
    saddles.look_at(1).expect("found");
    assert_eq!(saddles.ways(0.5).expect("looked at")[0].losses.len(), 25);
}

#[test]
fn bad_settings_are_refused_by_name() {
    let good = SaddlesSettings::default();
    for (bad, arg) in [
        (SaddlesSettings { hidden: 0, ..good }, "hidden"),
        (SaddlesSettings { hidden: 17, ..good }, "hidden"),
        (SaddlesSettings { penalty: -1.0, ..good }, "l2"),
        (SaddlesSettings { penalty: f64::NAN, ..good }, "l2"),
    ] {
        assert_eq!(Saddles::new(&bad).unwrap_err().arg, arg);
    }
    let mut saddles = searched(good, 1);
    assert_eq!(saddles.curvatures().unwrap_err().arg, "place");
    assert_eq!(saddles.look_at(7).unwrap_err().arg, "place");
    assert!(saddles.found().len() == 1, "the first search has found something");
    assert_eq!(saddles.slope().unwrap_err().arg, "place");
    saddles.look_at(1).expect("found");
    assert!(saddles.slope().expect("looked at") < 1e-10);
    let good = RaceSettings::default();
    for (bad, arg) in [
        (RaceSettings { nudge: 0.0, ..good }, "nudge"),
        (RaceSettings { learning_rate: 0.0, ..good }, "learning_rate"),
        (RaceSettings { noise: -1.0, ..good }, "std_dev"),
        (RaceSettings { damping: -1.0, ..good }, "damping"),
        (RaceSettings { damping: f64::NAN, ..good }, "damping"),
    ] {
        assert_eq!(saddles.race(&bad).unwrap_err().arg, arg);
    }
}

#[test]
fn the_page_draws_the_whole_race() {
    let schema = include_str!("../../../web/src/saddles/schema.ts");
    let steps = schema.lines().find_map(|line| line.strip_prefix("const ALL_STEPS = "));
    let steps = steps.and_then(|steps| steps.replace(['_', ';'], "").parse().ok());
    assert_eq!(steps, Some(ALL_STEPS));
}
