use super::{Cloud, CloudSettings, Ground, Noise};

fn cloud(settings: CloudSettings) -> Cloud {
    Cloud::new(&settings).expect("accepted")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn cloud_and_density_settle_where_the_law_says() {
    let mut cloud = cloud(CloudSettings::default());
    let mut last = f64::INFINITY;
    for _ in 0..40 {
        assert_eq!(cloud.advance(50).unwrap(), 50);
        let distances = cloud.distances().unwrap();
        let [density, .., energy] = distances[..] else { panic!("five") };
        assert!(density < last, "the density's distance falls: {density} {last}");
        assert!((density - energy).abs() < 1e-9, "(F − F*)/T is the distance: {distances:?}");
        last = density;
    }
    let [walkers, density, law] = cloud.shares().unwrap()[..] else { panic!("three") };
    // By the trapezoidal rule on 60,000 points: the law is a product of one along x and one along y.
    assert!((law - 0.697_371).abs() < 1e-3, "{law}");
    assert!((density - law).abs() < 0.01, "{density} {law}");
    assert!((walkers - density).abs() < 0.025, "{walkers} {density}: three standard errors of 4096");
    let [_, read, floor, spread, _] = cloud.distances().unwrap()[..] else { panic!("five") };
    assert!((read - floor).abs() < 6.0 * spread, "{read}: {floor} ± {spread}");
    let mass: f64 = cloud.density().iter().fold(0.0, |sum, rho| sum + rho) * (6.0f64 / 72.0) * (6.0 / 72.0);
    assert!((mass - 1.0).abs() < 1e-12, "{mass}");
    assert!(cloud.density().iter().all(|rho| *rho >= 0.0));
}

/// On a curvature λ the variance of walkers is 1/(1 − ηλ/2) times that of the law, exactly: twice at ηλ = 1.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn large_steps_are_wider_than_the_law() {
    for (learning_rate, batch_size, times) in [(0.02, 1, 1.0 / 0.95), (0.2, 10, 2.0)] {
        let settings = CloudSettings {
            ground: Ground::Bowl,
            learning_rate,
            batch_size,
            walkers: 16_384,
            ..CloudSettings::default()
        };
        let mut cloud = cloud(settings);
        cloud.advance(if batch_size == 1 { 1000 } else { 100 }).unwrap();
        let [.., walkers, _, law] = cloud.variances().unwrap()[..] else { panic!("six") };
        // T/λ, in cells of h²/12 more or less.
        assert!((law / 0.04 - 1.0).abs() < 0.02, "{law}");
        let exact = times * 0.2 / 5.0;
        assert!((walkers / exact - 1.0).abs() < 0.035, "{walkers} {exact}: three standard errors");
    }
}

/// Noise as strong as the curvature, made or that of real batches: equally wide along and across, in cloud, density and law.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn noise_as_strong_as_the_curvature_makes_a_round_cloud() {
    for (noise, times) in
        [(Noise::Curvature, [1.0 / 0.99, 1.0 / 0.95]), (Noise::Batches, [1.0 / 0.98, 1.0 / 0.9])]
    {
        let settings =
            CloudSettings { ground: Ground::Bowl, noise, walkers: 16_384, ..CloudSettings::default() };
        let mut cloud = cloud(settings);
        cloud.advance(600).unwrap();
        let variances = cloud.variances().unwrap();
        for (axis, times) in times.into_iter().enumerate() {
            let [walkers, density, law] = variances[3 * axis..3 * axis + 3] else { panic!("three") };
            // T, and of real batches a little more: the squares of the inputs add η λ / (2 − η λ) or less.
            assert!((law / 0.2 - 1.0).abs() < 0.06, "{noise:?} {axis}: {law}");
            assert!((density / law - 1.0).abs() < 1e-3, "{noise:?} {axis}: {density} {law}");
            assert!((walkers / (0.2 * times) - 1.0).abs() < 0.035, "{noise:?} {axis}: {walkers}");
        }
        assert!(cloud.distances().unwrap()[4].is_nan(), "the law is not that of Gibbs");
    }
}

/// The equation's own time against 19.0939, known for x alone from −1 to 1 in symmetric wells at T = 0.2; the cloud's against both.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn arrivals_take_as_long_as_the_equation_says() {
    let settings = CloudSettings { tilt: 0.0, walkers: 16_384, ..CloudSettings::default() };
    let mut cloud = cloud(settings);
    cloud.advance(1500).unwrap();
    let [walkers, diffusion, formula] = cloud.passage().unwrap()[..] else { panic!("three") };
    assert!((diffusion * 0.02 / 19.0939 - 1.0).abs() < 0.02, "{diffusion}: of cells of 1/12");
    assert!(
        (walkers / diffusion - 1.0).abs() < 0.08,
        "{walkers} {diffusion}: steps, and not quite exponential"
    );
    assert!((formula * 0.02 / 15.507 - 1.0).abs() < 1e-3, "{formula}");
    let mut other = self::cloud(CloudSettings { cooling: 50, ..settings });
    assert!(other.passage().unwrap().is_empty());
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn noise_that_is_uneven_keeps_a_ring_going_round() {
    let settings = CloudSettings { ground: Ground::Ring, walkers: 64, ..CloudSettings::default() };
    let mut around = [0.0; 2];
    for (k, noise) in [Noise::Even, Noise::Above].into_iter().enumerate() {
        let mut cloud = cloud(CloudSettings { noise, ..settings });
        cloud.advance(1500).unwrap();
        let [circulation, entropy] = cloud.circulation().unwrap()[..] else { panic!("two") };
        assert!(cloud.distances().unwrap()[0] < 1e-3, "both settle");
        assert!(entropy.is_finite() && (entropy > 1e-4) == (noise == Noise::Above), "{entropy}");
        around[k] = circulation;
    }
    assert!(around[0].abs() < 1e-4 && around[1].abs() > 1e-3, "{around:?}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_cooled_cloud_freezes() {
    let mut cloud = cloud(CloudSettings { cooling: 100, walkers: 64, ..CloudSettings::default() });
    cloud.advance(1500).unwrap();
    assert!((cloud.temperature() - 0.2 / 64.0).abs() < 1e-9);
    let [_, density, law] = cloud.shares().unwrap()[..] else { panic!("three") };
    assert!(
        law > 0.999 && density < 0.9,
        "the law is all at the left, the density was not in time: {density}"
    );
}

#[test]
fn the_steepest_tilt_may_come_in_single_precision() {
    let steepest = f64::from(0.3_f32);
    assert!(steepest > 0.3, "a little more than its decimal says");
    for tilt in [steepest, -steepest] {
        assert!(Cloud::new(&CloudSettings { tilt, ..CloudSettings::default() }).is_ok(), "{tilt}");
    }
    let beyond = CloudSettings { tilt: 0.301, ..CloudSettings::default() };
    assert_eq!(Cloud::new(&beyond).unwrap_err().arg, "tilt");
}

#[test]
fn bad_settings_are_refused_by_name() {
    let good = CloudSettings::default();
    for (bad, arg) in [
        (CloudSettings { walkers: 0, ..good }, "walkers"),
        (CloudSettings { batch_size: 0, ..good }, "batch_size"),
        (CloudSettings { learning_rate: 0.0, ..good }, "learning_rate"),
        (CloudSettings { variance: 0.0, ..good }, "temperature"),
        (CloudSettings { variance: 400.0, ..good }, "temperature"),
        (CloudSettings { tilt: f64::NAN, ..good }, "tilt"),
        (CloudSettings { noise: Noise::Curvature, ..good }, "noise"),
        (CloudSettings { noise: Noise::Batches, ground: Ground::Ring, ..good }, "noise"),
        (
            CloudSettings {
                noise: Noise::Batches,
                ground: Ground::Bowl,
                cooling: 50,
                batch_size: 65,
                ..good
            },
            "batch_size",
        ),
    ] {
        assert_eq!(Cloud::new(&bad).unwrap_err().arg, arg);
    }
}
