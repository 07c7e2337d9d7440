//! How long it takes to leave a saddle: by hand, and Jin et al. (2017).

use losscape::base::elementary::{ln, sqrt};
use losscape::base::random::stream;
use losscape::curvature::{
    CriticalSearch, SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, SearchLayout, SearchStep,
};
use losscape::models::surfaces::{FlatSaddle, Quadratic};
use losscape::sgd::{
    AddNoise, FullBatch, LearningRate, Momentum, Noise, Perturbed, Sgd, SgdLayout, SgdStep, Transform,
};

use crate::support::median;

/// x² − ¼ y²: up along x, down along y.
const SPECTRUM: [f64; 2] = [2.0, -0.5];
const RATE: f64 = 0.1;
/// |y| at which a run counts as having left.
const AWAY: f64 = 1.0;

/// Steps until |y| is above [`AWAY`]; none within 20,000.
fn left(start: [f64; 2], chain: impl Transform<f64>, seed: u64) -> Option<u32> {
    left_by(start, chain, seed).map(|(steps, _)| steps)
}

/// The same, with the chain as it is then.
fn left_by<T: Transform<f64>>(start: [f64; 2], chain: T, seed: u64) -> Option<(u32, T)> {
    let f = Quadratic::new(&SPECTRUM).unwrap();
    let workspace = [0.0; SgdLayout::new(2, 4).len()];
    let (mut sgd, mut rng) = (Sgd::new(&f, start, FullBatch, chain, workspace).unwrap(), stream(seed, 0));
    while sgd.steps() < 20_000 {
        assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
        if sgd.params()[1].abs() > AWAY {
            return Some((sgd.steps(), sgd.into_parts().2));
        }
    }
    None
}

/// On `½x² − γ(½y² − ¼y⁴)`, at η = 0.3 from y = 10⁻⁴ to 0.9, descent takes the steps of an independent run, 37, 335 and 3316 for γ = 1, 0.1 and 0.01, and from
/// ten times as near on average 8.8 steps more at γ = 1: `ln 10 / ln 1.3`. The formula of the curvature alone, `ln(0.9/10⁻⁴) / ln(1 + ηγ)`, gives fewer, as the
/// way down flattens: 35, 309 and 3040, rounded up.
#[test]
fn descent_down_a_double_well_takes_the_steps_of_an_independent_run() {
    let steps = |gamma: f64, delta: f64| {
        let f = FlatSaddle { gamma };
        let workspace = [0.0; SgdLayout::new(2, 0).len()];
        let rate = LearningRate::constant(0.3);
        let mut sgd = Sgd::new(&f, [0.6, delta], FullBatch, rate, workspace).unwrap();
        while sgd.params()[1] < 0.9 {
            assert!(matches!(sgd.step(&f, &mut stream(0, 0)), SgdStep::Stepped { .. }));
        }
        sgd.steps()
    };
    assert_eq!([1.0, 0.1, 0.01].map(|gamma| steps(gamma, 1e-4)), [37, 335, 3316]);
    let formula = |gamma: f64| ln(0.9 / 1e-4) / ln(1.0 + 0.3 * gamma);
    for (gamma, wanted) in [(1.0, 35.0), (0.1, 309.0), (0.01, 3040.0)] {
        assert!(wanted - 1.0 < formula(gamma) && formula(gamma) <= wanted, "{gamma}: {}", formula(gamma));
    }
    let more = f64::from(steps(1.0, 1e-14) - steps(1.0, 1e-4)) / 10.0;
    assert!((more - 8.8).abs() < 0.1, "{more}");
}

/// Each step of descent multiplies the way down by q = 1 + η|λ|, so it takes the first k with δ qᵏ > r; heavy ball has the larger root of
/// `q² − (1 + μ + η|λ|) q + μ` for q. Ten times as near is `ln 10 / ln q` steps more. On the ridge itself both stay.
#[test]
fn descent_takes_a_logarithm() {
    let ball = || (LearningRate::constant(RATE), Momentum::heavy_ball(0.9, [0.0; 2]));
    let q = 1.0 + 0.5 * RATE;
    let sum: f64 = 1.9 + 0.5 * RATE;
    let root = 0.5 * (sum + sqrt(sum * sum - 3.6));
    let (mut before, mut delta) = (None, 1.0);
    for _ in 0..12 {
        delta *= 0.1;
        let plain = left([0.7, delta], LearningRate::constant(RATE), 0).unwrap();
        let (mut wanted, mut y) = (0, delta);
        while y <= AWAY {
            y *= q;
            wanted += 1;
        }
        assert_eq!(plain, wanted, "from {delta:e}");
        let heavy = left([0.7, delta], ball(), 0).unwrap();
        if let Some((plain_before, heavy_before)) = before {
            for (more, q) in [(plain - plain_before, q), (heavy - heavy_before, root)] {
                let wanted: f64 = ln(10.0) / ln(q);
                assert!((f64::from(more) - wanted).abs() <= 1.0, "{more} steps more, not {wanted}");
            }
            assert!(heavy < plain, "{heavy} and {plain}");
        }
        before = Some((plain, heavy));
    }
    assert_eq!(left([0.7, 0.0], LearningRate::constant(RATE), 0), None);
    assert_eq!(left([0.7, 0.0], ball(), 0), None);
}

/// Noise of variance σ² in the gradient leaves the ridge from anywhere: after k steps y is normal with the variance `η²σ² (q²ᵏ − 1)/(q² − 1)`. Half of 401 runs
/// have left when 0.6745 of its deviation is r; their median errs by about 1.2 steps.
#[test]
fn noise_leaves_from_the_ridge() {
    let q = 1.0 + 0.5 * RATE;
    for std_dev in [1e-2, 1e-5, 1e-8] {
        let times: Vec<f64> = (1..=401)
            .map(|seed| {
                let noise = AddNoise::new(Noise::Gaussian { std_dev }, []);
                f64::from(left([0.7, 0.0], (noise, LearningRate::constant(RATE)), seed).unwrap())
            })
            .collect();
        let wanted = ln(AWAY * sqrt(q * q - 1.0) / (0.674_489_75 * RATE * std_dev)) / ln(q);
        assert!((median(&times) - wanted).abs() < 4.0, "σ = {std_dev:e}: {} and {wanted}", median(&times));
    }
}

/// The marginal of a disc of radius r has half of its mass within 0.404 r: where `2/π (asin u + u √(1 − u²)) = ½`.
const HALF_OF_A_DISC: f64 = 0.403_972_753;

/// Perturbed descent, by the published algorithm: from (0.7, 0) the gradient `1.4 · 0.8ᵏ` falls to a thousandth after 33 steps, then one perturbation throws y by
/// less than 0.404 r in half of the runs, and the rest is the logarithm of descent.
#[test]
fn one_perturbation_leaves_from_the_ridge() {
    let q = 1.0 + 0.5 * RATE;
    for radius in [1e-2, 1e-5, 1e-8] {
        let chain = || Perturbed::new(LearningRate::constant(RATE), 1e-3, radius, 1000);
        let times: Vec<f64> = (1..=401)
            .map(|seed| {
                let (steps, chain) = left_by([0.7, 0.0], chain(), seed).unwrap();
                assert_eq!(chain.perturbations(), 1, "r = {radius:e}, seed {seed}");
                f64::from(steps)
            })
            .collect();
        let wanted = 34.0 + ln(AWAY / (HALF_OF_A_DISC * radius)) / ln(q);
        assert!((median(&times) - wanted).abs() < 4.0, "r = {radius:e}: {} and {wanted}", median(&times));
    }
}

/// At a minimum a perturbation is forgotten; constant noise from a ball of the same radius is not, and holds the run at `σ² = η r²/4 / (λ (2 − η λ))`.
#[test]
fn perturbed_descent_comes_to_rest_where_constant_noise_does_not() {
    let f = Quadratic::new(&[2.0, 0.5]).unwrap();
    let workspace = [0.0; SgdLayout::new(2, 4).len()];
    let (rate, radius) = (LearningRate::constant(RATE), 1e-2);
    let chain = Perturbed::new(rate, 1e-3, radius, 1000);
    let (mut sgd, mut rng) = (Sgd::new(&f, [0.7, 0.3], FullBatch, chain, workspace).unwrap(), stream(3, 0));
    while sgd.transforms().perturbations() < 3 {
        let _ = sgd.step(&f, &mut rng);
    }
    for _ in 0..1000 {
        let _ = sgd.step(&f, &mut rng);
    }
    assert!(sgd.params().iter().all(|x| x.abs() < 1e-20), "{:?}", sgd.params());

    let chain = (AddNoise::new(Noise::Ball { radius }, [0.0; 2]), rate);
    let mut sgd = Sgd::new(&f, [0.7, 0.3], FullBatch, chain, workspace).unwrap();
    let (mut squares, steps) = (0.0, 100_000);
    for step in -1000..steps {
        let _ = sgd.step(&f, &mut rng);
        squares += if step < 0 { 0.0 } else { sgd.params()[1] * sgd.params()[1] };
    }
    let (found, law) =
        (squares / f64::from(steps), RATE * radius * radius / 4.0 / (0.5 * (2.0 - 0.5 * RATE)));
    // Some 5000 independent squares: a standard error of two per cent.
    println!("{found:e} {law:e}, {:.4}", found / law);
    assert!((found / law - 1.0).abs() < 0.06, "{found:e} {law:e}");
}

/// Newton's method goes to the saddle; saddle-free Newton doubles its way down at every step, whatever the curvature.
#[test]
fn newton_stays_and_saddle_free_newton_doubles() {
    for down in [-0.5, -1e-6] {
        let spectrum = [2.0, down];
        let f = Quadratic::new(&spectrum).unwrap();
        let layout = SearchLayout::new(2, 4, 4);
        let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
        let mut search = CriticalSearch::new(&f, 1e-14, [0.7, 1e-3], matrix, workspace).unwrap();
        let end = loop {
            match search.step(&f) {
                SearchStep::Converged(point) => break point,
                SearchStep::Stuck(_) | SearchStep::NotFinite => panic!("{:?}", search.params()),
                _ => (),
            }
        };
        assert_eq!(end.signature.negative, 1);

        let layout = SaddleFreeLayout::new(2, 2, 4, 4);
        let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.len()];
        let [basis, krylov, workspace] = memory.map(|len| vec![0.0; len]);
        let config = SaddleFreeConfig { products: 2, damping: 0.0, grad_norm: 0.0 };
        let mut walk = SaddleFree::new(&f, config, &[0.7, 1e-3f64], basis, krylov, workspace).unwrap();
        let mut rng = stream(1, 0);
        while f64::abs(walk.params()[1]) <= AWAY {
            let step = walk.step(&f, &mut rng);
            assert!(!matches!(step, SaddleFreeStep::Stuck | SaddleFreeStep::NotFinite), "{step:?}");
        }
        // 2¹⁰ of a thousandth.
        assert_eq!(walk.moves(), 10, "{down:e}");
    }
}
