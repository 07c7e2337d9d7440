//! Nudged elastic bands on the Müller–Brown surface.

use losscape::base::vector::distance;
use losscape::models::surfaces::MuellerBrown;
use losscape::path::{Adaptive, BandConfig, Relaxer, Spacing, Tangent, length};

use crate::support::{relax, scan};

/// Fine bands need shorter steps than the curvature alone asks for; this relaxer finds them.
const CONFIG: BandConfig<f64> = BandConfig::new(Relaxer::Adaptive(Adaptive { tolerance: 0.1 }));

fn ends() -> [&'static [f64]; 2] {
    [&MuellerBrown::<f64>::MINIMA[0], &MuellerBrown::<f64>::MINIMA[1]]
}

#[test]
fn fixed_points_of_both_tangents() {
    // Images, highest image and length with the improved tangent, highest image with the bisector.
    let golden = [
        (7, -43.122_786, 2.502_56, -48.141_301),
        (9, -40.850_455, 2.592_32, -40.703_130),
        (15, -41.488_182, 2.612_53, -43.196_322),
        (31, -41.103_855, 2.656_70, -41.363_393),
    ];
    let f = MuellerBrown::<f64>::default();
    for (count, improved, path, bisector) in golden {
        let band = relax(&f, CONFIG, ends(), count, (1e-6, 20_000), |_| ());
        assert!((band.top() - improved).abs() < 1e-5, "{count}: {}", band.top());
        assert!((length(&band.images, 2) - path).abs() < 1e-5, "{count}: {}", length(&band.images, 2));
        let config = BandConfig { tangent: Tangent::Bisector, ..CONFIG };
        let band = relax(&f, config, ends(), count, (1e-6, 20_000), |_| ());
        assert!((band.top() - bisector).abs() < 1e-5, "{count}: {}", band.top());
    }
}

#[test]
fn springs_of_any_constant_have_the_same_fixed_point() {
    let f = MuellerBrown::<f64>::default();
    for spring in [100.0, 1000.0] {
        let relaxer = Relaxer::descent(2e-4, 0.5);
        let config = BandConfig { spacing: Spacing::Springs(spring), ..BandConfig::new(relaxer) };
        let band = relax(&f, config, ends(), 9, (1e-6, 50_000), |_| ());
        assert!((band.top() + 40.850_455).abs() < 1e-5, "{spring}: {}", band.top());
    }
}

#[test]
fn climbing_image_finds_the_saddle() {
    let f = MuellerBrown::<f64>::default();
    for count in [7, 9, 15, 31] {
        let config = BandConfig { climb_below: 10.0, ..CONFIG };
        let band = relax(&f, config, ends(), count, (1e-4, 20_000), |_| ());
        assert!((band.top() + 40.664_843_508_657_4).abs() < 1e-8, "{count}: {}", band.top());
    }
}

#[test]
fn the_straight_line_relaxes_over_two_saddles_and_a_minimum() {
    let f = MuellerBrown::<f64>::default();
    let band = relax(&f, CONFIG, ends(), 121, (1e-3, 20_000), |_| ());
    let v = &band.values;
    let turns: Vec<usize> = (1..120).filter(|&i| (v[i] > v[i - 1]) == (v[i] > v[i + 1])).collect();
    // S1, MC, S2 on the way from MA to MB.
    let expected = [
        (MuellerBrown::<f64>::SADDLES[0], -40.664_843_5),
        (MuellerBrown::<f64>::MINIMA[2], -80.767_818_1),
        (MuellerBrown::<f64>::SADDLES[1], -72.248_940_1),
    ];
    assert_eq!(turns.len(), 3, "{turns:?}");
    for (i, (point, value)) in turns.into_iter().zip(expected) {
        assert!((v[i] - value).abs() < 0.15, "{} against {value}", v[i]);
        let off = distance(&band.images[2 * i..2 * i + 2], &point);
        assert!(off < 0.03, "{off} from {point:?}");
    }
    // The path is 1.464726 times as long as its chord.
    let report = scan(&f, &band.images, 9);
    assert!((report.length_ratio() - 1.464_726).abs() < 8e-3, "{}", report.length_ratio());
}
