//! The generator, its streams and the samplers: reference vectors and distributions.
//!
//! A statistical test has a fixed seed and a bound of four standard deviations of its estimate, which
//! a right sampler misses for one seed in 16 000.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::disallowed_methods,
    clippy::excessive_precision,
    clippy::lossy_float_literal,
    reason = "small counts, and oracles in the platform's f64"
)]

use losscape::Real;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{
    Rng, SeedableRng, Xoshiro128PlusPlus, add_normal, fill_ball, fill_indices, fill_normal, fill_sphere,
    identity, index, normal, normal_pair, partial_shuffle, shuffle, stream, streams, uniform, uniform_in,
    uniform_positive,
};
use losscape::base::vector::norm;

/// The state 1, 2, 3, 4, from which the published vectors start.
fn reference() -> Xoshiro128PlusPlus {
    Xoshiro128PlusPlus::from_seed([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])
}

fn words<const N: usize>(rng: &mut Xoshiro128PlusPlus) -> [u32; N] {
    core::array::from_fn(|_| rng.next_u32())
}

/// The output of `xoshiro128plusplus.c` (Blackman & Vigna, <https://prng.di.unimi.it>), as committed in
/// `rand_xoshiro`; the words after a jump from the state that file's `jump` and `long_jump` leave.
#[test]
fn generator_and_jumps_match_the_reference() {
    let expected = [
        641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011,
        621204420,
    ];
    assert_eq!(words(&mut reference()), expected, "sequence");
    let mut rng = reference();
    rng.jump();
    assert_eq!(words(&mut rng.clone()), [3129740764, 111290574, 1158071106, 1835317750], "jump");
    let mut jumped = Vec::new();
    for word in [2843103750u32, 2038079848, 1533207345, 44816753] {
        jumped.extend_from_slice(&word.to_le_bytes());
    }
    assert_eq!(rng.state().as_slice(), jumped, "state after a jump");
    let mut rng = reference();
    rng.long_jump();
    assert_eq!(words(&mut rng), [2580293941, 2135890358, 163124449, 1843864296], "long jump");
}

/// Seeding by splitmix64 and the jumps, against an independent implementation in Python.
#[test]
fn streams_match_an_independent_implementation() {
    assert_eq!(words(&mut stream(7, 0)), [408380677, 241951010, 1607106062], "stream 0");
    assert_eq!(words(&mut stream(7, 2)), [3676605902, 1898484762, 862747358], "stream 2");
    for (k, rng) in streams(7).take(5).enumerate() {
        assert_eq!(rng, stream(7, k as u32), "stream {k}");
    }
}

/// The integers behind the uniforms, against an independent implementation in Python.
#[test]
fn uniforms_are_exact_multiples() {
    let mut rng = reference();
    for k in [2u32, 6147, 12589107, 13741627, 3269169, 16590682, 15105916, 5296255] {
        assert_eq!(uniform::<f32, _>(&mut rng), k as f32 / 16777216.0, "f32");
    }
    let mut rng = reference();
    for k in [3300428611584u64, 7377479825621766, 8907054945549382, 2843405285380079] {
        assert_eq!(uniform::<f64, _>(&mut rng), k as f64 / 9007199254740992.0, "f64");
    }
}

/// Words of one value, to reach the ends of a sampler's range.
struct Constant(u32);

impl losscape::base::random::TryRng for Constant {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(self.0)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.0) << 32 | u64::from(self.0))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0 as u8);
        Ok(())
    }
}

#[test]
fn ends_of_the_ranges() {
    let (mut least, mut most) = (Constant(0), Constant(u32::MAX));
    assert_eq!(uniform::<f32, _>(&mut least), 0.0, "f32 least");
    assert_eq!(uniform::<f32, _>(&mut most), 1.0 - f32::EPSILON / 2.0, "f32 most");
    assert_eq!(uniform::<f64, _>(&mut least), 0.0, "f64 least");
    assert_eq!(uniform::<f64, _>(&mut most), 1.0 - f64::EPSILON / 2.0, "f64 most");
    assert_eq!(uniform_positive::<f32, _>(&mut least), 1.0 / 4294967296.0, "f32 least positive");
    assert_eq!(uniform_positive::<f32, _>(&mut most), 1.0, "f32 most positive");
    assert_eq!(uniform_positive::<f64, _>(&mut least), 1.0 / 9007199254740992.0, "f64 least positive");
    assert_eq!(uniform_positive::<f64, _>(&mut most), 1.0, "f64 most positive");
    let [a, _] = normal_pair::<f32, _>(&mut least);
    assert!((a - 6.660_437).abs() < 1e-6, "f32 tail: {a}");
    let [a, _] = normal_pair::<f64, _>(&mut least);
    assert!((a - 8.571_674_348_652_905).abs() < 1e-14, "f64 tail: {a}");
    // All normals zero: the sphere takes its first axis.
    let mut x = [7.0f32; 3];
    fill_sphere(&mut most, 2.0, &mut x);
    assert_eq!(x, [2.0, 0.0, 0.0], "zero direction");
}

/// Box–Muller of the reference words in 30 digits (mpmath), as far as rounding allows: `f32` carries
/// half a unit of u₁ and of the angle 2π u₂ < 2π into a radius of at most 6.66.
#[test]
fn normals_match_high_precision() {
    let expected = [
        1.6725161921259083,
        -3.6091749486412917,
        -0.059974962377484862,
        0.13698192197699432,
        1.342049602566183,
        -1.4373520413484049,
        0.4888309636563387,
        0.60919722710708626,
    ];
    let mut z = [0.0f64; 8];
    fill_normal(&mut reference(), &mut z);
    for (z, e) in z.iter().zip(expected) {
        assert!((z - e).abs() < 8e-15, "f64: {z} against {e}");
    }
    let expected = [
        5.6064316966478922,
        0.012906559511146386,
        0.31865386909355557,
        -0.68763314768764478,
        1.8041715248746749,
        -0.12624177259359627,
        -0.18373828120815409,
        0.41965552784708282,
    ];
    let mut z = [0.0f32; 8];
    fill_normal(&mut reference(), &mut z);
    for (z, e) in z.iter().zip(expected) {
        assert!((f64::from(*z) - e).abs() < 4e-6, "f32: {z} against {e}");
    }
}

/// The bits themselves: a change of an elementary function or of the order of draws shows here first,
/// and is a change of every seeded run.
#[test]
fn samplers_keep_their_bits() {
    fn digest<R: Real>(fill: impl FnOnce(&mut Xoshiro128PlusPlus, &mut [R])) -> u64 {
        let mut x = [R::ZERO; 999];
        fill(&mut stream(15, 0), &mut x);
        Fingerprint::of(&x)
    }
    let mut z = [0.0f32; 4];
    fill_normal(&mut stream(15, 0), &mut z);
    assert_eq!(
        z.map(f32::to_bits),
        [0xbf91_6a98, 0xbe6f_1245, 0x3ea2_50b4, 0xbd0d_c4fa],
        "f32 {:#x?}",
        z.map(f32::to_bits)
    );
    let mut z = [0.0f64; 4];
    fill_normal(&mut stream(15, 0), &mut z);
    assert_eq!(
        z.map(f64::to_bits),
        [0x3ff1_dcdc_9194_7dfb, 0xbfbf_340f_841b_8437, 0xbff1_eaff_2b6e_aab5, 0x3fc9_cf03_019a_e723],
        "f64 {:#x?}",
        z.map(f64::to_bits)
    );
    let found = [
        digest::<f32>(fill_normal),
        digest::<f64>(fill_normal),
        digest::<f32>(|g, x| fill_sphere(g, 2.0, x)),
        digest::<f64>(|g, x| fill_sphere(g, 2.0, x)),
        digest::<f32>(|g, x| fill_ball(g, 2.0, x)),
        digest::<f64>(|g, x| fill_ball(g, 2.0, x)),
        digest::<f32>(|g, x| x.fill_with(|| uniform_in(g, -1.5, 2.5))),
        digest::<f64>(|g, x| x.fill_with(|| uniform_in(g, -1.5, 2.5))),
        digest::<f32>(|g, x| x.fill_with(|| uniform_positive(g))),
        digest::<f64>(|g, x| x.fill_with(|| uniform_positive(g))),
    ];
    let expected = [
        0xf856_b858_4015_4943,
        0xc50f_c4b2_a909_e641,
        0x0a32_5f80_dbae_2fa1,
        0xb673_b776_824f_4b6b,
        0xc72f_a9d6_905a_d10e,
        0xcd0f_01d3_660c_ba65,
        0xd3c8_a36e_ea49_2f79,
        0xd302_4bf2_9215_977a,
        0xefe9_675d_f3a4_21b5,
        0x8e07_1e7f_7798_15c7,
    ];
    assert_eq!(found, expected, "{found:#018x?}");
}

/// Against an independent implementation in Python; a bound of 1000 hardly ever rejects a word, one of
/// 3·10⁹ rejects three in ten.
#[test]
fn indices_match_an_independent_implementation() {
    let mut drawn = [0; 12];
    fill_indices(&mut reference(), 1000, &mut drawn);
    assert_eq!(drawn, [0, 0, 750, 819, 194, 988, 900, 315, 115, 144, 750, 869], "below 1000");
    let mut rng = reference();
    let mut drawn = [0; 8];
    fill_indices(&mut rng, 3_000_000_000, &mut drawn);
    let expected = [447, 1099263, 2251107846, 2457194389, 584572977, 2966645244, 2701148436, 433906274];
    assert_eq!(drawn, expected, "below 3e9");
    let mut order = [0; 10];
    identity(&mut order);
    let mut rng = reference();
    shuffle(&mut rng, &mut order);
    assert_eq!(order, [0, 1, 8, 2, 5, 9, 4, 7, 3, 6], "shuffle");
    partial_shuffle(&mut rng, &mut order, 4);
    assert_eq!(order, [1, 7, 3, 6, 5, 9, 4, 0, 8, 2], "partial shuffle");
}

/// How many words a sampler takes from the generator.
fn draws(sample: impl FnOnce(&mut Xoshiro128PlusPlus)) -> usize {
    let mut rng = stream(3, 0);
    sample(&mut rng);
    let mut twin = stream(3, 0);
    (0..100)
        .find(|_| {
            let same = twin == rng;
            twin.next_u32();
            same
        })
        .expect("at most 99 words")
}

#[test]
fn consumption_is_as_documented() {
    assert_eq!(draws(|g| _ = uniform::<f32, _>(g)), 1, "uniform f32");
    assert_eq!(draws(|g| _ = uniform::<f64, _>(g)), 2, "uniform f64");
    assert_eq!(draws(|g| _ = normal::<f32, _>(g)), 2, "normal f32");
    assert_eq!(draws(|g| _ = normal::<f64, _>(g)), 4, "normal f64");
    for n in 0..8 {
        let even = n + n % 2;
        let mut x = vec![0.0f32; n];
        assert_eq!(draws(|g| fill_normal(g, &mut x)), even, "fill_normal of {n}");
        assert_eq!(draws(|g| add_normal(g, 0.5, &mut x)), even, "add_normal of {n}");
        assert_eq!(draws(|g| fill_sphere(g, 1.0, &mut x)), even, "fill_sphere of {n}");
        assert_eq!(draws(|g| fill_ball(g, 1.0, &mut x)), even + 1, "fill_ball of {n}");
        let mut order = vec![0; n];
        identity(&mut order);
        assert_eq!(draws(|g| shuffle(g, &mut order)), n.saturating_sub(1), "shuffle of {n}");
    }
}

#[test]
fn add_normal_adds_what_fill_normal_fills() {
    for n in 0..7 {
        let mut z = vec![0.0f32; n];
        fill_normal(&mut stream(5, 0), &mut z);
        let mut y: Vec<f32> = (0..n).map(|k| k as f32).collect();
        add_normal(&mut stream(5, 0), 0.25, &mut y);
        for (k, (y, z)) in y.iter().zip(&z).enumerate() {
            assert_eq!(*y, k as f32 + 0.25 * z, "length {n}, entry {k}");
        }
    }
}

/// Checks `E x^p` for p = 1 to 4 against `moments`, given `E x^2p` for the bound.
fn check_moments<R: Real>(name: &str, moments: [f64; 8], mut sample: impl FnMut() -> R) {
    const N: u32 = 200_000;
    let mut sums = [0.0f64; 4];
    for _ in 0..N {
        let x = sample().to_f64();
        let mut power = 1.0;
        for sum in &mut sums {
            power *= x;
            *sum += power;
        }
    }
    for (p, sum) in (1..).zip(sums) {
        let (mean, expected) = (sum / f64::from(N), moments[p - 1]);
        let variance = moments[2 * p - 1] - expected * expected;
        let bound = 4.0 * (variance / f64::from(N)).sqrt();
        assert!((mean - expected).abs() < bound, "{name}: moment {p} is {mean}, not {expected} ± {bound}");
    }
}

#[test]
fn moments_of_uniform_and_normal() {
    let unit = core::array::from_fn(|p| 1.0 / (p as f64 + 2.0));
    let symmetric = core::array::from_fn(|p| if p % 2 == 1 { 1.0 / (p as f64 + 2.0) } else { 0.0 });
    let gauss = [0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0];
    let mut rng = stream(11, 0);
    check_moments("uniform f32", unit, || uniform::<f32, _>(&mut rng));
    check_moments("uniform f64", unit, || uniform::<f64, _>(&mut rng));
    check_moments("positive f32", unit, || uniform_positive::<f32, _>(&mut rng));
    check_moments("in [-1, 1)", symmetric, || uniform_in(&mut rng, -1.0f32, 1.0));
    check_moments("normal f32", gauss, || normal::<f32, _>(&mut rng));
    check_moments("normal f64", gauss, || normal::<f64, _>(&mut rng));
    check_moments("second of a pair", gauss, || normal_pair::<f32, _>(&mut rng)[1]);
    // E (z₁ z₂)^p is the square of E z^p, if the two are independent.
    let product = gauss.map(|m: f64| m * m);
    check_moments("product of a pair", product, || {
        let [a, b] = normal_pair::<f64, _>(&mut rng);
        a * b
    });
}

/// Pearson's `Σ (count − n/k)² / (n/k)` for `k` equal cells has mean k − 1 and variance about 2(k − 1).
fn check_equal_cells(name: &str, counts: &[u32]) {
    let total: u32 = counts.iter().sum();
    let expected = f64::from(total) / counts.len() as f64;
    let chi: f64 = counts.iter().map(|&c| (f64::from(c) - expected).powi(2) / expected).sum();
    let free = counts.len() as f64 - 1.0;
    let bound = 4.0 * (2.0 * free).sqrt();
    assert!((chi - free).abs() < bound, "{name}: χ² is {chi} with {free} degrees of freedom");
}

#[test]
fn cells_are_equally_likely() {
    const N: usize = 120_000;
    let mut rng = stream(12, 0);
    let mut counts = [0; 24];
    for _ in 0..N {
        counts[index(&mut rng, 24) as usize] += 1;
    }
    check_equal_cells("index below 24", &counts);

    // All 24 orders of four, and all 12 arrangements of two out of four from a moving permutation.
    let mut order = [0; 4];
    identity(&mut order);
    let mut counts = [0; 256];
    for _ in 0..N {
        shuffle(&mut rng, &mut order);
        counts[order.iter().fold(0, |code, &p| code * 4 + p as usize)] += 1;
    }
    let seen: Vec<u32> = counts.into_iter().filter(|&c| c > 0).collect();
    assert_eq!(seen.len(), 24, "every order of four");
    check_equal_cells("shuffle of four", &seen);
    let mut counts = [0; 16];
    for _ in 0..N {
        partial_shuffle(&mut rng, &mut order, 2);
        counts[(order[0] * 4 + order[1]) as usize] += 1;
    }
    let seen: Vec<u32> = counts.into_iter().filter(|&c| c > 0).collect();
    assert_eq!(seen.len(), 12, "every ordered pair of four");
    check_equal_cells("two out of four", &seen);

    // Sixty-four equal cells of a uniform; the four quarters of a normal.
    let mut counts = [0; 64];
    for _ in 0..N {
        counts[(uniform::<f32, _>(&mut rng) * 64.0) as usize] += 1;
    }
    check_equal_cells("uniform", &counts);
    let quartile = 0.674_489_750_196_081_7;
    let mut counts = [0; 4];
    for _ in 0..N {
        let z: f32 = normal(&mut rng);
        let cell = usize::from(z > -quartile) + usize::from(z > 0.0) + usize::from(z > quartile);
        counts[cell] += 1;
    }
    check_equal_cells("quartiles of the normal", &counts);
}

/// Covariance `R²/d` on the sphere and `R²/(d + 2)` in the ball; the radius to the power d is uniform.
fn ball_and_sphere<R: Real>(tolerance: f64) {
    const N: u32 = 40_000;
    for dim in [1usize, 2, 3, 6] {
        let mut rng = stream(13, dim as u32);
        let (mut sphere, mut ball, mut cross, mut volume) = (0.0, 0.0, 0.0, 0.0);
        let mut x = vec![R::ZERO; dim];
        for _ in 0..N {
            fill_sphere(&mut rng, R::TWO, &mut x);
            assert!((norm(&x).to_f64() - 2.0).abs() < tolerance, "on the sphere");
            sphere += x[dim - 1].to_f64() * x[dim - 1].to_f64();
            fill_ball(&mut rng, R::TWO, &mut x);
            assert!(norm(&x).to_f64() < 2.0 + tolerance, "in the ball");
            ball += x[0].to_f64() * x[0].to_f64();
            cross += if dim > 1 { x[0].to_f64() * x[1].to_f64() } else { 0.0 };
            volume += (norm(&x).to_f64() / 2.0).powi(dim as i32);
        }
        let (n, d) = (f64::from(N), dim as f64);
        // The variance of x² is below E x⁴ ≤ R² E x², of x y below R² E x² / 2; R² is 4.
        let (s, b) = (4.0 / d, 4.0 / (d + 2.0));
        assert!((sphere / n - s).abs() < 4.0 * (4.0 * s / n).sqrt(), "sphere in {dim}: {}", sphere / n);
        assert!((ball / n - b).abs() < 4.0 * (4.0 * b / n).sqrt(), "ball in {dim}: {}", ball / n);
        assert!((cross / n).abs() < 4.0 * (2.0 * b / n).sqrt(), "cross in {dim}: {}", cross / n);
        assert!((volume / n - 0.5).abs() < 4.0 / (12.0 * n).sqrt(), "volume in {dim}: {}", volume / n);
    }
}

#[test]
fn ball_and_sphere_are_uniform() {
    ball_and_sphere::<f32>(1e-6);
    ball_and_sphere::<f64>(2e-15);
}

/// Streams of one seed are uncorrelated: the product of two centred uniforms has variance 1/144.
#[test]
fn streams_are_uncorrelated() {
    const N: u32 = 50_000;
    for (a, b) in [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)] {
        let (mut first, mut second) = (stream(14, a), stream(14, b));
        let centred = |rng: &mut Xoshiro128PlusPlus| uniform::<f64, _>(rng) - 0.5;
        let sum: f64 = (0..N).map(|_| centred(&mut first) * centred(&mut second)).sum();
        let mean = sum / f64::from(N);
        assert!(mean.abs() < 4.0 / (144.0 * f64::from(N)).sqrt(), "streams {a} and {b}: {mean}");
    }
}
