//! Bands and strings on the Müller–Brown surface.

use losscape::base::vector::{distance, norm};
use losscape::models::surfaces::MuellerBrown;
use losscape::path::{
    self, Adaptive, BandConfig, Fire, Interpolation, Location, Relaxer, Spacing, StringConfig, StringLayout,
    StringMethod, StringStep, Tangent, length,
};
use losscape::{Objective, Real};
use losscape_tests::critical::settle;

use crate::support::{Relaxed, relax, scan};

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

/// The tangent of the published code, from its text. At an extremum the larger difference of heights weighs the *lower* neighbour, the differences are of
/// unit length, the smaller weight is divided by a sum that already contains the larger one's quotient, and the mean is not normalised.
fn published_tangent([before, here, after]: [[f64; 2]; 3], [low, v, high]: [f64; 3]) -> [f64; 2] {
    let unit = |from: [f64; 2], to: [f64; 2]| [0, 1].map(|i| (to[i] - from[i]) / distance(&from, &to));
    let (behind, ahead) = (unit(before, here), unit(here, after));
    if (low < v && v > high) || (low > v && v < high) {
        let (a, b) = ((v - low).abs(), (v - high).abs());
        let (mut most, mut least) = (a.or_larger(b), a.or_smaller(b));
        most /= most + least;
        least /= most + least;
        let [w_behind, w_ahead] = if low > high { [least, most] } else { [most, least] };
        [0, 1].map(|i| w_behind * behind[i] + w_ahead * ahead[i])
    } else if low > high {
        behind
    } else {
        ahead
    }
}

/// Relaxes a straight chain of images as the published code does: equal distances, then a step along the part of each gradient that is across the tangent.
/// Returns the least and the largest residual of the last tenth of the sweeps, and the highest image at the end.
fn relaxed_by_hand(count: usize, tangent: impl Fn([[f64; 2]; 3], [f64; 3]) -> [f64; 2]) -> ([f64; 2], f64) {
    let sweeps = 4000;
    let f = MuellerBrown::<f64>::default();
    let [a, b] = [MuellerBrown::<f64>::MINIMA[0], MuellerBrown::<f64>::MINIMA[1]];
    let last = f64::from_usize(count - 1);
    let mut images: Vec<[f64; 2]> =
        (0..count).map(|k| [0, 1].map(|i| a[i] + f64::from_usize(k) / last * (b[i] - a[i]))).collect();
    let (mut residuals, mut top) = ([f64::INFINITY, 0.0], 0.0);
    for sweep in 0..sweeps {
        let chain = images.as_flattened().to_vec();
        for (k, image) in images.iter_mut().enumerate().take(count - 1).skip(1) {
            Location::at(&chain, 2, f64::from_usize(k) / last).point(&chain, 2, image);
        }
        let values: Vec<f64> = images.iter().map(|x| f.value(x, &mut [])).collect();
        let mut moved = images.clone();
        let mut residual = 0.0;
        for k in 1..count - 1 {
            let mut grad = [0.0; 2];
            f.value_grad(&images[k], &mut grad, &mut []);
            let t =
                tangent([images[k - 1], images[k], images[k + 1]], [values[k - 1], values[k], values[k + 1]]);
            let along = grad[0] * t[0] + grad[1] * t[1];
            let across = [0, 1].map(|i| grad[i] - along * t[i]);
            residual = f64::or_larger(residual, norm(&across));
            moved[k] = [0, 1].map(|i| images[k][i] - 1e-4 * across[i]);
        }
        if sweep >= sweeps - sweeps / 10 {
            residuals = [residuals[0].or_smaller(residual), residuals[1].or_larger(residual)];
        }
        top = values[1..count - 1].iter().fold(f64::NEG_INFINITY, |a, v| a.or_larger(*v));
        images = moved;
    }
    (residuals, top)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_published_tangent_does_not_come_to_rest() {
    let improved = |[before, here, after]: [[f64; 2]; 3], values: [f64; 3]| {
        let mut out = [0.0; 2];
        path::tangent(Tangent::Improved, &before, &here, &after, values, &mut out);
        out
    };
    // The residual that is left with the published tangent, the highest image with the improved one.
    for (count, left, top) in [
        (7, 147.96, -43.122_786),
        (9, 52.12, -40.850_455),
        (15, 57.12, -41.488_182),
        (31, 14.94, -41.103_855),
    ] {
        let ([least, largest], _) = relaxed_by_hand(count, published_tangent);
        assert!((least - left).abs() < 0.1 && (largest - left).abs() < 0.1, "{count}: {least} to {largest}");
        let ([_, largest], found) = relaxed_by_hand(count, improved);
        assert!(largest < 1e-6 && (found - top).abs() < 1e-5, "{count}: {largest:e}, {found}");
    }
}

#[test]
fn springs_of_any_constant_have_the_same_fixed_point() {
    let f = MuellerBrown::<f64>::default();
    for spring in [100.0, 1000.0] {
        for (count, top) in [(7, -43.122_786), (9, -40.850_455), (15, -41.488_182), (31, -41.103_855)] {
            let relaxer = Relaxer::descent(1e-4, 0.5);
            let config = BandConfig { spacing: Spacing::Springs(spring), ..BandConfig::new(relaxer) };
            let band = relax(&f, config, ends(), count, (1e-8, 400_000), |_| ());
            assert!((band.top() - top).abs() < 1e-5, "{spring} {count}: {}", band.top());
        }
    }
}

/// A string from `start` after so many sweeps.
fn string(start: &[f64], learning_rate: f64, interpolation: Interpolation, sweeps: u32) -> Relaxed {
    let f = MuellerBrown::<f64>::default();
    let count = start.len() / 2;
    let mut images = start.to_vec();
    let mut workspace = vec![f64::NAN; StringLayout::new(count, 2, f.scratch_len()).len()];
    let config = StringConfig { learning_rate, interpolation, ends_slide: false };
    let mut string = StringMethod::new(&f, config, &mut images, &mut workspace).unwrap();
    while string.sweep() < sweeps {
        assert!(!matches!(string.step(&f), StringStep::NotFinite { .. }), "a finite step");
    }
    let gradients = string.evaluations().gradients;
    Relaxed { images: string.images().to_vec(), values: string.values().to_vec(), gradients }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_string_rests_near_the_band() {
    // Not where it does: at a top, an image is pushed along by the whole string, not by the heights beside it.
    let f = MuellerBrown::<f64>::default();
    for (count, apart) in [(7, 1.0..2.0), (15, 0.05..0.2), (31, 0.005..0.02)] {
        let band = relax(&f, CONFIG, ends(), count, (1e-6, 20_000), |_| ());
        let top = string(&band.images, 2e-6, Interpolation::Linear, 40_000).top();
        assert!(apart.contains(&(top - band.top()).abs()), "{count}: {top} against {}", band.top());
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn arcs_of_the_minimum_energy_path() {
    let [a, b, c] = MuellerBrown::<f64>::MINIMA;
    let [s1, s2] = MuellerBrown::<f64>::SADDLES;
    let mut total = 0.0;
    for (saddle, minimum, golden) in
        [(s1, a, 1.034_186), (s1, c, 0.802_082), (s2, c, 0.333_828), (s2, b, 0.528_732)]
    {
        let polyline = |segments: u32, learning_rate: f64, sweeps: u32| {
            let line: Vec<f64> = (0..=segments)
                .flat_map(|k| {
                    let t = f64::from(k) / f64::from(segments);
                    [0, 1].map(|i| saddle[i] + t * (minimum[i] - saddle[i]))
                })
                .collect();
            length(&string(&line, learning_rate, Interpolation::Cubic, sweeps).images, 2)
        };
        // A polyline through points of a curve is short by a term in the square of their distance, and a string
        // bulges by a term in its step: both are extrapolated to none.
        let [long, short] = [(1e-5, 20_000), (5e-6, 40_000)].map(|(learning_rate, sweeps)| {
            (4.0 * polyline(64, learning_rate, sweeps) - polyline(32, learning_rate, sweeps)) / 3.0
        });
        let found = 2.0 * short - long;
        assert!((found - golden).abs() < 2e-5, "{found} against {golden}, from {long}, {short}");
        total += found;
    }
    assert!((total / distance(&a, &b) - 1.464_726).abs() < 2e-5, "{total}");
}

#[test]
fn climbing_image_finds_the_saddle() {
    let f = MuellerBrown::<f64>::default();
    let fire = Relaxer::Fire(Fire { dt: 5e-3, dt_max: 2e-2, max_step: 0.2 });
    for relaxer in [CONFIG.relaxer, fire] {
        for count in [7, 9, 15, 31] {
            let config = BandConfig { climb_below: 10.0, ..BandConfig::new(relaxer) };
            let band = relax(&f, config, ends(), count, (1e-4, 20_000), |_| ());
            assert!((band.top() + 40.664_843_508_657_4).abs() < 1e-8, "{relaxer:?} {count}: {}", band.top());
        }
    }
}

#[test]
fn both_saddles_of_the_band_are_certified() {
    let f = MuellerBrown::<f64>::default();
    let band = relax(&f, CONFIG, ends(), 15, (0.1, 20_000), |_| ());
    let v = &band.values;
    let tops = (1..14).filter(|&i| v[i] > v[i - 1] && v[i] > v[i + 1]);
    let found: Vec<_> =
        tops.map(|i| settle(&f, 1, 0.1, &band.images[2 * i..2 * i + 2], 20).unwrap()).collect();
    assert_eq!(found.len(), 2);
    for (saddle, (point, value)) in found
        .iter()
        .zip(MuellerBrown::<f64>::SADDLES.iter().zip([-40.664_843_508_657_4, -72.248_940_112_325_2]))
    {
        assert!(distance(&saddle.params, point) < 1e-12 && (saddle.point.value - value).abs() < 1e-10);
        assert_eq!((saddle.point.signature.negative, saddle.point.signature.positive), (1, 1));
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

/// The page's table of gradients until the residual is below 0.01, with an image that climbs late or from the first
/// sweep on.
#[test]
fn gradients_until_the_band_rests_are_those_of_the_page() {
    let page = include_str!("../../docs/paths.md");
    let f = MuellerBrown::<f64>::default();
    let fire = Fire { dt: 0.01, dt_max: 0.03, max_step: 0.2 };
    let relaxers = [
        ("Adaptive { tolerance: 0.1 }", Relaxer::Adaptive(Adaptive { tolerance: 0.1 })),
        ("Descent { learning_rate: 4e-4, momentum: 0.3 }", Relaxer::descent(4e-4, 0.3)),
        ("Fire { dt: 0.01, dt_max: 0.03, max_step: 0.2 }", Relaxer::Fire(fire)),
    ];
    let mut missing = Vec::new();
    for (name, relaxer) in relaxers {
        let gradients = |count, climb_below| {
            let config = BandConfig { climb_below, ..BandConfig::new(relaxer) };
            let band = relax(&f, config, ends(), count, (0.01, 20_000), |_| ());
            assert!((band.top() + 40.664_844).abs() < 1e-6, "{name} {count}: {}", band.top());
            band.gradients
        };
        let cells = [9, 17].map(|count| [10.0, f64::INFINITY].map(|climb| gradients(count, climb)));
        let [[late, once], [finer_late, finer_once]] = cells;
        let row = format!("| `{name}` | {late} / {once} | {finer_late} / {finer_once} |");
        if !page.contains(&row) {
            missing.push(row);
        }
    }
    assert!(missing.is_empty(), "docs/paths.md does not say {missing:#?}");
}
