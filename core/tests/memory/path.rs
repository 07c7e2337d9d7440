use losscape::Objective;
use losscape::base::random::stream;
use losscape::models::surfaces::Ring;
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebLayout, Band, BandConfig, BandLayout, Curve, CurveConfig, CurveKind,
    CurveLayout, Cycle, Draw, Grow, Interpolation, Location, Projection, Relaxer, RunningAverage, SplitAt,
    StringConfig, StringLayout, StringMethod, StringSampling, StringSamplingConfig, StringSamplingLayout,
    Trainer,
};

use crate::window::{Memory, Ran, drive, sweep};

/// Five images, and room for a sixth.
const IMAGES: [f64; 12] = [-1.0, 0.0, -0.5, 0.2, 0.0, 0.5, 0.4, 0.4, 1.0, 0.0, 0.0, 0.0];

fn ring() -> Ring<f64> {
    Ring::default()
}

fn band(images: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = BandConfig::new(Relaxer::descent(0.05, 0.5));
    let mut band = Band::with_count(&ring(), config, 5, images, workspace)?;
    let mut rng = stream(1, 0);
    for step in 0..9 {
        let _ = band.step(&ring());
        if step == 4 {
            let _ = (band.perturb(0.01, &mut rng), band.set_image(1, &[0.1, 0.2]));
            let _ = band.insert(Location { segment: 1, alpha: 0.5 });
            band.interpolate();
        }
    }
    drive!(
        mark,
        1,
        band.step(&ring()),
        (band.images().len(), band.values().len(), band.fractions().len(), band.highest())
    )
}

fn autoneb(images: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let schedule = [
        Cycle { grow: Grow::Line(2), sweeps: 3, learning_rate: 0.05 },
        Cycle { grow: Grow::Insert, sweeps: 90, learning_rate: 0.05 },
    ];
    let f = ring();
    let mut search = AutoNeb::new(&f, &f, AutoNebConfig::new(schedule), images, workspace)?;
    drive!(mark, 90, search.step(&f, &f), (search.path().len(), search.band().values().len()))
}

fn string(images: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = StringConfig { learning_rate: 0.1, interpolation: Interpolation::Cubic, ends_slide: true };
    let mut string = StringMethod::new(&ring(), config, images, workspace)?;
    string.interpolate();
    drive!(mark, 12, string.step(&ring()), (string.images().len(), string.values().len()))
}

fn sampling(beads: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = StringSamplingConfig {
        level: 0.1,
        accept: 1.1,
        train_to: 0.95,
        points: 9,
        split: SplitAt::Middle,
        depth: 3,
        trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.5 },
        train_steps: 10,
    };
    let mut sampling = StringSampling::new(&ring(), config, beads, workspace)?;
    drive!(mark, 25, sampling.step(&ring()), (sampling.path().len(), sampling.length_ratio()))
}

fn curve(controls: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = CurveConfig {
        kind: CurveKind::Bezier,
        draw: Draw::Random,
        draws: 2,
        learning_rate: 0.1,
        momentum: 0.5,
    };
    let (f, mut rng) = (ring(), stream(1, 0));
    let mut curve = Curve::new(&f, config, controls, workspace)?;
    let (mut point, mut images) = ([0.0; 2], [0.0; 8]);
    curve.point(0.3, &mut point);
    curve.trace(&mut images);
    drive!(mark, 5, curve.step(&f, &mut rng), curve.controls().len())
}

fn average(mean: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut average = RunningAverage::new(mean);
    average.add(&[1.0, 2.0])?;
    let _ = (average.add(&[3.0, 4.0]), average.mean().len());
    mark();
    average.add(&[5.0, 6.0]).map(|()| String::new())
}

fn projection(rows: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let plane = Projection::new(&[0.0, 0.0, 1.0], &[1.0, 0.0, 0.0], &[0.0, 2.0, 0.0], rows)?;
    mark();
    let seen = plane.project(&[1.0, 2.0, 3.0], &mut [0.0; 3]);
    Ok(if seen.outside.is_nan() { "MemoryChanged".into() } else { format!("{seen:?}") })
}

#[test]
fn hostile_memory_of_paths() {
    assert_eq!(ring().scratch_len(), 0);
    sweep!(band(IMAGES, vec![0.0; BandLayout::new(6, 2, 0).len()]));
    let mut ends = IMAGES;
    ends[2..4].copy_from_slice(&[1.0, 0.0]);
    sweep!(autoneb(ends, vec![0.0; AutoNebLayout::new(6, 2, 0).len()]));
    sweep!(string(&IMAGES[..10], vec![0.0; StringLayout::new(5, 2, 0).len()]));
    sweep!(sampling(ends, vec![0.0; StringSamplingLayout::new(6, 2, 0).len()]));
    sweep!(curve(&IMAGES[..10], vec![0.0; CurveLayout::new(5, 2, 0).len()]));
    sweep!(average([0.0; 2]));
    sweep!(projection([0.0; 9]));
}
