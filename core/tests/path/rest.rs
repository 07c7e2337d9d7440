//! Bands come to rest with every relaxer and either spacing.

use losscape::objective::check_grad;
use losscape::path::{Adaptive, Band, BandConfig, BandLayout, BandStep, Fire, Relaxer, Spacing};

use crate::landscapes::Leps;

/// The highest image of a straight band that was relaxed until its residual is below 10⁻⁴, and the sweeps it took.
fn relaxed(count: usize, config: BandConfig<f64>) -> (f64, u32) {
    let mut images = vec![f64::NAN; 2 * count];
    images[..2].copy_from_slice(&Leps::MINIMA[0]);
    images[2 * count - 2..].copy_from_slice(&Leps::MINIMA[1]);
    let mut workspace = vec![f64::NAN; BandLayout::new(count, 2, 0).len()];
    let mut band = Band::new(&Leps, config, &mut images, &mut workspace).unwrap();
    band.interpolate();
    loop {
        match band.step(&Leps) {
            BandStep::Moved { sweep, residual } if residual < 1e-4 => {
                return (band.values()[band.highest()], sweep);
            }
            BandStep::Moved { sweep, residual } => assert!(sweep < 20_000, "{count} {config:?}: {residual}"),
            BandStep::NotFinite { image } => panic!("image {image}"),
            BandStep::MemoryChanged => panic!("the memory is as it was"),
            BandStep::Evaluated(_) => (),
        }
    }
}

#[test]
fn the_gradient_of_the_landscape() {
    let mut workspace = [0.0; 100];
    for point in [[0.9, 0.3], [1.9, -0.2], [2.8, -1.1]] {
        let check = check_grad(&Leps, &point, &mut workspace).unwrap();
        assert!(check.error < 1e-6, "{check:?}");
    }
}

#[test]
fn fire_rests_with_images_laid_out_anew() {
    for (count, top) in [(9, -0.7750), (21, -0.5677)] {
        for (dt, dt_max, max_step) in [
            (0.02, 0.05, 0.2),
            (0.01, 0.03, 0.2),
            (0.02, 0.1, 0.2),
            (0.1, 0.3, 0.2),
            (0.1, 1.0, 0.2),
            (0.02, 0.2, 1.0),
        ] {
            let fire = Relaxer::Fire(Fire { dt, dt_max, max_step });
            let (found, sweeps) = relaxed(count, BandConfig::new(fire));
            assert!((found - top).abs() < 2e-4, "{count} images, {fire:?}: {found} after {sweeps}");
            assert!(sweeps < 400, "{count} images, {fire:?}: {sweeps}");
        }
    }
}

#[test]
fn the_other_relaxers_rest_there_too() {
    let adaptive = Relaxer::Adaptive(Adaptive { tolerance: 0.1 });
    let fire = Relaxer::Fire(Fire { dt: 0.02, dt_max: 0.1, max_step: 0.2 });
    let descent = Relaxer::descent(5e-3, 0.5);
    for (count, top) in [(9, -0.7750), (21, -0.5677)] {
        for relaxer in [adaptive, descent] {
            let (found, sweeps) = relaxed(count, BandConfig::new(relaxer));
            assert!((found - top).abs() < 2e-4, "{count} images, {relaxer:?}: {found} after {sweeps}");
        }
        for relaxer in [adaptive, descent, fire] {
            let springs = BandConfig { spacing: Spacing::Springs(5.0), ..BandConfig::new(relaxer) };
            let (found, sweeps) = relaxed(count, springs);
            assert!(
                (found - top).abs() < 2e-4,
                "{count} images, {relaxer:?}, springs: {found} after {sweeps}"
            );
        }
    }
}
