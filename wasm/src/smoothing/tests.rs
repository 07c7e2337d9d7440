use losscape::base::elementary::cos;

use super::{Smoothing, SmoothingSettings};

fn smoothing(settings: SmoothingSettings) -> Smoothing {
    Smoothing::new(&settings).expect("accepted")
}

#[test]
fn as_many_dips_are_left_as_recorded() {
    let smoothing = smoothing(SmoothingSettings::default());
    let counts = [0.0, 0.1, 0.2, 0.3, 0.4, 0.41, 0.46].map(|width| smoothing.minima(width).unwrap().len());
    assert_eq!(counts, [8, 8, 7, 3, 2, 1, 1]);
    let last = smoothing.last_false().unwrap().expect("there are false dips");
    assert!((last - 0.405_350).abs() < 1e-6, "{last}");
    let interval = SmoothingSettings { uniform: true, ..SmoothingSettings::default() };
    let interval = self::smoothing(interval);
    assert_eq!(interval.last_false().unwrap(), None);
    let counts = [0.0, 0.3, 0.45].map(|width| interval.minima(width).unwrap().len());
    assert_eq!(counts, [8, 1, 3], "with an interval they come back");
    assert!((smoothing.bound() - 0.4574).abs() < 1e-4, "it is a bound only");
}

#[test]
fn the_smoothed_line_is_its_closed_form() {
    for (uniform, shrinks) in [(false, 0.835_270_218_132), (true, 0.829_473_776_940)] {
        let settings = SmoothingSettings { uniform, ..SmoothingSettings::default() };
        let smoothing = smoothing(settings);
        let s = smoothing.width();
        for at in smoothing.curves().unwrap().chunks(3) {
            let (x, ripple) = (at[0], settings.amplitude * cos(settings.wavenumber * at[0] + settings.phase));
            assert!((at[1] - (0.25 * x * x + ripple)).abs() < 1e-12);
            assert!((at[2] - (0.25 * (x * x + s * s) + shrinks * ripple)).abs() < 1e-9, "{uniform} {x}");
        }
    }
}

#[test]
fn runs_leave_dips_that_one_steps_smoothing_keeps() {
    for (noise, stays) in [(5.0, 2.40), (15.0, 1.24)] {
        let mut smoothing = smoothing(SmoothingSettings { noise, ..SmoothingSettings::default() });
        assert_eq!(smoothing.advance(5000).unwrap(), 5000);
        assert!((smoothing.smooth() - stays).abs() < 0.02, "{noise}: {}", smoothing.smooth());
        let mean = smoothing.moments().expect("finite")[0];
        assert!(mean.abs() < 0.35, "{noise}: {mean}");
        for check in smoothing.checks().chunks(4) {
            assert!((check[1] - check[2]).abs() < 4.0 * check[3], "{noise}: {check:?}");
        }
    }
}

#[test]
fn without_noise_both_are_plain_descent() {
    let mut smoothing = smoothing(SmoothingSettings { noise: 0.0, runs: 2, ..SmoothingSettings::default() });
    smoothing.advance(500).unwrap();
    let runs = smoothing.runs();
    assert!(runs.iter().all(|x| (x - smoothing.smooth()).abs() < 1e-12), "{runs:?}");
    assert!((runs[0] - 2.4111).abs() < 1e-3, "the dip it began in: {runs:?}");
}

#[test]
fn bad_settings_are_refused_by_name() {
    let good = SmoothingSettings::default();
    for (bad, arg) in [
        (SmoothingSettings { runs: 0, ..good }, "runs"),
        (SmoothingSettings { batch_size: 0, ..good }, "batch_size"),
        (SmoothingSettings { learning_rate: 0.0, ..good }, "learning_rate"),
        (SmoothingSettings { noise: -1.0, ..good }, "bandwidth"),
        (SmoothingSettings { start: f64::NAN, ..good }, "positions"),
        (SmoothingSettings { amplitude: f64::INFINITY, ..good }, "amplitude"),
    ] {
        assert_eq!(Smoothing::new(&bad).unwrap_err().arg, arg);
    }
}
