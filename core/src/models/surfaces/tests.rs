#![allow(clippy::needless_range_loop, reason = "indices name the entry")]
extern crate std;
use std::vec;

use super::*;
use crate::base::elementary::sqrt;
use crate::{Curvature, Objective, Real};

/// Checks the gradient against central differences of the value, and Hessian products against those of the gradient.
fn check_derivatives(name: &str, f: &(impl Curvature<f64> + ?Sized), points: &[&[f64]]) {
    let n = f.dim();
    let mut scratch = vec![f64::NAN; f.scratch_len()];
    for params in points {
        let mut grad = vec![f64::NAN; n];
        let value = f.value_grad(params, &mut grad, &mut scratch);
        assert_eq!(value.to_bits(), f.value(params, &mut scratch).to_bits(), "{name}: value and value_grad");
        let size = grad.iter().fold(1.0, |a: f64, g| a.or_larger(g.abs()));
        let mut hess_cols = vec![vec![f64::NAN; n]; n];
        for i in 0..n {
            let h = 1e-5;
            let (mut plus, mut minus) = (params.to_vec(), params.to_vec());
            plus[i] += h;
            minus[i] -= h;
            let difference = (f.value(&plus, &mut scratch) - f.value(&minus, &mut scratch)) / (2.0 * h);
            assert!((difference - grad[i]).abs() < 1e-6 * size, "{name}: {difference} against {}", grad[i]);

            let mut unit = vec![0.0; n];
            unit[i] = 1.0;
            f.hess_vec(params, &unit, &mut hess_cols[i], &mut scratch);
            let (mut g_plus, mut g_minus) = (vec![0.0; n], vec![0.0; n]);
            f.value_grad(&plus, &mut g_plus, &mut scratch);
            f.value_grad(&minus, &mut g_minus, &mut scratch);
            let curvature = hess_cols[i].iter().fold(1.0, |a: f64, h| a.or_larger(h.abs()));
            for j in 0..n {
                let difference = (g_plus[j] - g_minus[j]) / (2.0 * h);
                assert!((difference - hess_cols[i][j]).abs() < 1e-6 * curvature, "{name}: H[{j}][{i}]");
            }
        }
        for i in 0..n {
            for j in 0..n {
                let asymmetry = (hess_cols[i][j] - hess_cols[j][i]).abs();
                assert!(asymmetry < 1e-12 * (1.0 + hess_cols[i][j].abs()), "{name}: symmetric");
            }
        }
    }
}

/// Eigenvalues of the 2 × 2 Hessian in ascending order.
fn eigenvalues(f: &impl Curvature<f64>, params: &[f64]) -> [f64; 2] {
    let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
    f.hess_vec(params, &[1.0, 0.0], &mut a, &mut []);
    f.hess_vec(params, &[0.0, 1.0], &mut b, &mut []);
    let (mean, half) = ((a[0] + b[1]) / 2.0, (a[0] - b[1]) / 2.0);
    let radius = sqrt(half * half + a[1] * a[1]);
    [mean - radius, mean + radius]
}

#[test]
fn derivatives_of_all_surfaces() {
    let planar: [&[f64]; 3] = [&[-0.3, 0.8], &[1.1, -0.4], &[0.2, 0.1]];
    check_derivatives("Müller–Brown", &MuellerBrown { scale: 1.0 }, &planar);
    check_derivatives("Müller–Brown scaled", &MuellerBrown { scale: 0.01 }, &planar);
    let mut well = DoubleWell::new(2).unwrap();
    well.scale = 1.5;
    check_derivatives("double well", &well, &planar);
    check_derivatives("tilted double well", &TiltedDoubleWell { well, tilt: 0.2 }, &planar);
    let mut carton = EggCarton::new(2).unwrap();
    carton.scale = 0.5;
    check_derivatives("egg carton", &carton, &planar);
    check_derivatives("curvy valley", &CurvyValley { scale: 2.0 }, &planar);
    check_derivatives("ring", &Ring { scale: 0.7 }, &planar);
    check_derivatives("tilted ring", &TiltedRing { scale: 0.7, tilt: 0.2 }, &planar);
    check_derivatives("flat saddle", &FlatSaddle { gamma: 0.3 }, &planar);
    check_derivatives("monkey saddle", &MonkeySaddle { scale: 0.7 }, &planar);
    let centres = [0.0, 0.1, 1.0, -0.5, -1.0, 0.5];
    let mut wells = GaussianMixture::new(2, &centres, &[1.0, -0.4, 2.0], &[0.5, 0.7, 1.0]).unwrap();
    wells.scale = 3.0;
    check_derivatives("Gaussian mixture", &wells, &planar);
    let (spectrum, axis) = ([3.0, -1.0, 0.5, 0.0], [1.0, 2.0, -1.0, 0.5]);
    let turned = Quadratic::new(&spectrum).unwrap().reflected(&axis).unwrap();
    check_derivatives("quadratic", &turned, &[&[0.3, -0.2, 1.0, 2.0]]);
}

#[test]
fn mueller_brown_critical_points() {
    // From Newton iterations with 40 digits, rounded.
    let golden = [
        (-146.699_517_209_954_02, [410.531_134_692_889_4, 4_068.198_955_026_485_7]),
        (-108.166_724_116_852_35, [543.836_189_018_619_7, 3_005.395_864_532_676]),
        (-80.767_818_129_659_03, [221.037_472_872_321_16, 1_479.197_022_012_834_3]),
        (-40.664_843_508_657_405, [-750.862_662_839_277_4, 490.240_708_059_630_7]),
        (-72.248_940_112_325_22, [-735.247_262_111_364_5, 510.886_565_472_547_2]),
    ];
    let f = MuellerBrown::<f64>::default();
    let points = MuellerBrown::<f64>::MINIMA.into_iter().chain(MuellerBrown::<f64>::SADDLES);
    for (point, (value, spectrum)) in points.zip(golden) {
        let mut grad = [0.0; 2];
        assert!((f.value_grad(&point, &mut grad, &mut []) - value).abs() < 1e-10);
        assert!(grad.iter().all(|g| g.abs() < 1e-11), "{grad:?}");
        for (found, expected) in eigenvalues(&f, &point).into_iter().zip(spectrum) {
            assert!((found - expected).abs() < 1e-10, "{found} against {expected}");
        }
    }
}

#[test]
fn mueller_brown_values() {
    let f = MuellerBrown::<f64>::default();
    let mut grad = [0.0; 2];
    assert!((f.value_grad(&[0.0, 0.0], &mut grad, &mut []) + 48.401_274_173_183_88).abs() < 1e-10);
    assert!((grad[0] + 120.445_285_237_138_7).abs() < 1e-10);
    assert!((grad[1] + 108.791_489_863_122_1).abs() < 1e-10);
    assert!((f.value_grad(&[-1.0, 1.0], &mut grad, &mut []) + 91.130_116_799_123_35).abs() < 1e-10);
    assert!((grad[0] + 109.150_354_058_586_7).abs() < 1e-10);
    assert!((grad[1] + 72.909_502_613_952_77).abs() < 1e-10);
}

#[test]
fn known_critical_points() {
    let spectrum = eigenvalues(&CurvyValley::default(), &[0.0, 0.0]);
    assert!((spectrum[0] + 0.032_685_570_646_37).abs() < 1e-13, "{spectrum:?}");
    assert!((spectrum[1] - 3.967_840_013_115).abs() < 1e-12, "{spectrum:?}");
    assert_eq!(eigenvalues(&DoubleWell::new(2).unwrap(), &[0.0, 0.0]), [-1.0, 1.0]);
    assert_eq!(eigenvalues(&DoubleWell::new(2).unwrap(), &[-1.0, 0.0]), [1.0, 2.0]);
    assert_eq!(eigenvalues(&FlatSaddle { gamma: 0.25 }, &[0.0, 0.0]), [-0.25, 1.0]);
    assert_eq!(eigenvalues(&FlatSaddle { gamma: 0.25 }, &[0.0, -1.0]), [0.5, 1.0]);
    assert_eq!(eigenvalues(&Ring::default(), &[1.0, 0.0]), [0.0, 8.0]);
    assert_eq!(eigenvalues(&Ring::default(), &[0.0, 0.0]), [-4.0, -4.0]);
    assert_eq!(eigenvalues(&TiltedRing::default(), &[0.0, -1.0]), [0.0, 2.0]);
    // x³ − x + 0.375 = (x − ½)(x² + ½ x − ¾): the maximum at ½, the minimum at −(1 + √13)/4.
    let tilted = TiltedRing { scale: 1.0, tilt: 0.375 };
    assert_eq!(eigenvalues(&tilted, &[0.5, 0.0]), [-0.75, -0.25]);
    let minimum = -0.25 * (1.0 + sqrt(13.0f64));
    let [across, along] = eigenvalues(&tilted, &[minimum, 0.0]);
    assert!((across - (minimum * minimum - 1.0)).abs() < 1e-14);
    assert!((along - (3.0 * minimum * minimum - 1.0)).abs() < 1e-14);
    let mut grad = [0.0; 2];
    tilted.value_grad(&[minimum, 0.0], &mut grad, &mut []);
    assert!(grad[0].abs() < 1e-15 && grad[1] == 0.0, "{grad:?}");
    assert_eq!(eigenvalues(&MonkeySaddle::default(), &[0.0, 0.0]), [0.0, 0.0]);
}

#[test]
fn reflected_spectrum() {
    // Q eᵢ is an eigenvector with eigenvalue λᵢ.
    let (spectrum, axis) = ([3.0, -1.0, 0.5, 0.0], [1.0, 2.0, -1.0, 0.5]);
    let f = Quadratic::new(&spectrum).unwrap().reflected(&axis).unwrap();
    let square: f64 = axis.iter().fold(0.0, |a, u| a + u * u);
    for (i, eigenvalue) in spectrum.into_iter().enumerate() {
        let mut v = [0.0; 4];
        v[i] = 1.0;
        for j in 0..4 {
            v[j] -= 2.0 * axis[i] * axis[j] / square;
        }
        let mut out = [f64::NAN; 4];
        f.hess_vec(&[0.0; 4], &v, &mut out, &mut [f64::NAN; 8]);
        for j in 0..4 {
            assert!((out[j] - eigenvalue * v[j]).abs() < 1e-14);
        }
    }
}

#[test]
fn bad_input_is_refused() {
    assert!(DoubleWell::<f32>::new(0).is_err());
    assert!(EggCarton::<f32>::new(0).is_err());
    assert!(Quadratic::<f32>::new(&[]).is_err());
    assert!(Quadratic::new(&[1.0, f32::NAN]).is_err());
    assert!(Quadratic::new(&[1.0f32, 2.0]).unwrap().reflected(&[0.0, 0.0]).is_err());
    assert!(GaussianMixture::new(2, &[0.0f32; 3], &[1.0], &[1.0]).is_err());
    assert!(GaussianMixture::new(2, &[0.0f32; 2], &[1.0], &[0.0]).is_err());
}

/// At this width a Gaussian shrinks the largest curvature of the ripples to that of the bowl, in any unit of height and
/// of length.
#[test]
fn ripples_end_where_their_curvature_is_the_bowls() {
    use crate::base::kernel::Kernel;
    for (height, length) in [(1.0, 1.0), (1e30, 1.0), (1e-30, 1e10), (1.0, 1e-10)] {
        let (curvature, wavenumber) = (0.5 * height / (length * length), 6.0 / length);
        let bowl = RippledBowl::new(1, curvature, 0.6 * height, wavenumber).unwrap();
        let std_dev = bowl.one_minimum_from();
        assert!((std_dev / length - 0.457_398_470_534_419).abs() < 1e-14, "{height} {length}: {std_dev}");
        let wave = Kernel::Gaussian { std_dev }.wave(wavenumber, 1).unwrap();
        let ripples = bowl.amplitude * wavenumber * wavenumber * wave;
        assert!((ripples / curvature - 1.0).abs() < 1e-13, "{height} {length}: {ripples} {curvature}");
        let cube = Kernel::cube_of(length).variance(1) / (length * length);
        assert!((cube - 1.0).abs() < 1e-15, "{length}: {cube}");
    }
    assert_eq!(RippledBowl::new(1, 1.0f64, 0.25, 2.0).unwrap().one_minimum_from(), 0.0);
    assert_eq!(RippledBowl::new(1, 0.0f64, 0.25, 2.0).unwrap().one_minimum_from(), f64::INFINITY);
}
