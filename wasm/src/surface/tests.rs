use super::{Curved, Cut, Surface, SurfaceSettings};

fn surface(settings: SurfaceSettings, cut: Cut) -> Surface {
    let mut surface = Surface::with(settings).expect("accepted");
    surface.cut(cut).expect("a plane");
    surface
}

fn loss_at(surface: &mut Surface, x: f64, y: f64) -> f64 {
    surface.look_at(x, y).expect("a plane");
    surface.loss().expect("a loss")
}

const RING: SurfaceSettings = SurfaceSettings { seed: 1, toy: true, tilt: 0.0, start_scale: 1.0 };

#[test]
fn the_ring_is_level_all_around() {
    let mut ring = surface(RING, Cut::Minima);
    // Pythagorean points: on the circle up to rounding, without an elementary function.
    for k in -40..=40 {
        let t = f64::from(k) / 8.0;
        let (x, y) = ((1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t));
        assert!(loss_at(&mut ring, x, y).abs() < 1e-6, "{x} {y}");
    }
    let line = ring.line(-1.0, 0.0, 1.0, 0.0).expect("finite");
    let found = [line.saddle, line.at, line.barrier, line.length];
    assert_eq!(found, [0.25, 0.5, 0.25, 2.0], "over the maximum in the middle");
    let curved = ring.curvature().expect("finite");
    assert!((curved.largest - 2.0).abs() < 1e-12 && curved.smallest.abs() < 1e-12, "a valley: {curved:?}");
    assert_eq!((curved.flat, curved.negative), (1, 0), "one flat direction, none down");
    assert!((ring.share().expect("a plane") - 1.0).abs() < 1e-12, "two directions are all");
}

#[test]
fn a_line_is_what_direct_evaluation_gives() {
    for (settings, cut) in [(RING, Cut::Minima), (SurfaceSettings::default(), Cut::Random)] {
        let mut surface = surface(settings, cut);
        let line = surface.line(-0.4, 0.3, 0.7, -0.2).expect("finite");
        assert_eq!(line.losses.len(), 101);
        let mut highest = f64::NEG_INFINITY;
        for (k, loss) in (0u32..).zip(&line.losses) {
            let t = f64::from(k) / 100.0;
            let direct = loss_at(&mut surface, -0.4 + t * 1.1, 0.3 - t * 0.5);
            assert!((loss - direct).abs() < 1e-12 * (1.0 + direct.abs()), "{k}: {loss} {direct}");
            highest = if *loss > highest { *loss } else { highest };
        }
        assert_eq!(highest.to_bits(), line.saddle.to_bits(), "the saddle is the highest of them");
    }
}

#[test]
fn the_planes_hold_what_they_are_made_of() {
    let mut net = surface(SurfaceSettings::default(), Cut::Minima);
    let ends = net.ends().expect("a plane");
    for (found, wanted) in ends.iter().zip([-1.0, 0.0, 1.0, 0.0]) {
        assert!((found - wanted).abs() < 1e-12, "{ends:?}");
    }
    let walk = net.walk_share().expect("a walk");
    assert!((0.85..0.95).contains(&walk), "{walk}");
    // At the end of the run the map is the loss of the run.
    net.look_at_step(3000);
    let end = net.loss().expect("a loss");
    assert!((loss_at(&mut net, -1.0, 0.0) - end).abs() < 1e-12);
    let mut shares = [0.0; 3];
    for (share, cut) in shares.iter_mut().zip([Cut::Run, Cut::Random, Cut::Curvature]) {
        net.cut(cut).expect("a plane");
        *share = net.share().expect("a plane");
        assert!((loss_at(&mut net, 0.0, 0.0) - end).abs() < 1e-12, "{cut:?}: the origin is the end");
    }
    let [run, random, curvature] = shares;
    assert!(run > 0.95 && random < 0.2 && curvature < 0.05, "{shares:?}");
    // The steepest direction bends as much as the largest eigenvalue says: cut at last, and still there.
    let h = 1e-3;
    let bend = (loss_at(&mut net, h, 0.0) - 2.0 * end + loss_at(&mut net, -h, 0.0)) / (h * h);
    net.look_at_step(3000);
    let Curved { largest, smallest, trace, values, .. } = net.curvature().expect("finite");
    assert!((bend / largest - 1.0).abs() < 1e-3, "{bend} {largest}");
    assert!(values.is_sorted() && values.len() == 105, "{values:?}");
    assert_eq!((values[0], values[104]), (smallest, largest));
    assert!((values.iter().fold(0.0, |sum, x| sum + x) / trace - 1.0).abs() < 1e-12, "{trace}");
}

/// The last value of a map is that of its upper right corner.
#[test]
fn a_map_lies_around_its_middle() {
    for (settings, cut) in [(RING, Cut::Minima), (SurfaceSettings::default(), Cut::Random)] {
        let mut surface = surface(settings, cut);
        let corner = |surface: &mut Surface| {
            while surface.fill(100).expect("a plane") < 16 {}
            *surface.values().last().expect("a map")
        };
        surface.begin(0.5, 16).expect("accepted");
        let (there, digest) = (corner(&mut surface), surface.map_digest());
        assert_eq!(there.to_bits(), loss_at(&mut surface, 0.5, 0.5).to_bits());
        surface.begin_at(0.25, -1.0, 0.5, 16).expect("accepted");
        let (moved, direct) = (corner(&mut surface), loss_at(&mut surface, 0.75, -0.5));
        assert!((moved - direct).abs() < 1e-12 * (1.0 + direct.abs()), "{moved} {direct}");
        surface.begin_at(0.0, 0.0, 0.5, 16).expect("accepted");
        assert_eq!(corner(&mut surface).to_bits(), there.to_bits());
        assert_eq!(surface.map_digest(), digest, "around the origin it is the same, bit for bit");
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let refused = |settings| Surface::with(settings).expect_err("refused").arg;
    assert_eq!(refused(SurfaceSettings { start_scale: 0.0, ..RING }), "start_scale");
    assert_eq!(refused(SurfaceSettings { tilt: f64::NAN, ..RING }), "tilt");
    let mut ring = Surface::with(RING).expect("accepted");
    assert_eq!(ring.unit().expect_err("no plane yet").arg, "plane");
    ring.cut(Cut::Minima).expect("a plane");
    assert_eq!(ring.begin(0.0, 64).expect_err("no width").arg, "half_width");
    for cells in [0, 8, 48, 256] {
        assert_eq!(ring.begin(1.0, cells).expect_err("no such map").arg, "cells", "{cells}");
    }
    assert_eq!(ring.line(0.0, 0.0, f64::INFINITY, 0.0).expect_err("no end").arg, "line");
    assert_eq!(ring.fill(10), Ok(0), "nothing was begun");
    // A map under way goes on after a refusal.
    ring.begin(1.0, 32).expect("a map");
    assert_eq!(ring.begin(f64::NAN, 16).expect_err("no width").arg, "half_width");
    while ring.fill(100).expect("a plane") < 32 {}
    assert_eq!(ring.values_len(), 33 * 33, "the map that was begun");
}
