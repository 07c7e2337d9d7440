use std::collections::BTreeMap;

use super::{Paths, PathsSettings, Progress, Route};

/// Moves of a cycle.
const CYCLE: u32 = 800;

fn trained() -> Paths {
    let settings = PathsSettings { width: 2, pivots: 3, cycles: 2, climb: true, ..PathsSettings::default() };
    let mut paths = Paths::new(&settings).expect("accepted");
    while paths.train(1000).expect("two networks") > 0 {}
    paths
}

/// What is read of the band: its bits, its images, the gradients spent, the history.
fn read(paths: &mut Paths) -> (String, usize, u32, f64, usize) {
    let profile = paths.profile(Route::Band, 0).expect("few points");
    let Progress { gradients, residual, .. } = paths.progress();
    (paths.digest(), profile.value.len(), gradients, residual, paths.history(0).step.len())
}

/// A pause may come after any unit of work: in the middle of a move, before the first of a cycle with its new images,
/// and before the first of the climb.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn between_two_units_is_what_a_replay_to_the_move_comes_to() {
    let mut live = trained();
    let mut seen = BTreeMap::new();
    while live.steps() < 2 * CYCLE + 2 {
        let step = live.steps();
        live.advance(u32::MAX, 1);
        if step == live.steps() && [0, 1, 2, CYCLE - 1, CYCLE, CYCLE + 1, 2 * CYCLE + 1].contains(&step) {
            let now = read(&mut live);
            assert_eq!(*seen.entry(step).or_insert_with(|| now.clone()), now, "within move {}", step + 1);
        }
    }
    assert_eq!(seen.len(), 7, "no pause came within a move");
    let mut replay = trained();
    for (step, want) in seen {
        while !replay.advance(step, 1000) {}
        assert_eq!(read(&mut replay), want, "at move {step}");
    }
}
