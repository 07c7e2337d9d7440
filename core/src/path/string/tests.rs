extern crate std;
use super::*;
use crate::base::vector::distance;
use crate::models::surfaces::{EggCarton, MuellerBrown};
use crate::path::hole::Hole;
use crate::path::length;
use crate::path::polyline::segments;
use std::vec;
use std::vec::Vec;

fn config(learning_rate: f64, interpolation: Interpolation) -> StringConfig<f64> {
    StringConfig { learning_rate, interpolation, ends_slide: false }
}

fn relax(config: StringConfig<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let f = MuellerBrown::<f64>::default();
    let [a, b, _] = MuellerBrown::<f64>::MINIMA;
    let mut images = vec![0.0; 2 * n];
    images[..2].copy_from_slice(&a);
    images[2 * n - 2..].copy_from_slice(&b);
    let mut workspace = vec![f64::NAN; StringLayout::new(n, 2, 0).len()];
    let mut string = StringMethod::new(&f, config, &mut images, &mut workspace).unwrap();
    string.interpolate();
    loop {
        match string.step(&f) {
            StringStep::Moved { residual, .. } if residual < 1e-6 => break,
            StringStep::Moved { sweep, residual } => assert!(sweep < 20_000, "{residual}"),
            StringStep::NotFinite { image } => panic!("image {image}"),
            StringStep::MemoryChanged => panic!("the memory is as it was"),
            StringStep::Evaluated(_) => (),
        }
    }
    (string.images().to_vec(), string.values().to_vec())
}

#[test]
fn rests_on_the_minimum_energy_path() {
    let top = |values: &[f64]| values.iter().fold(f64::NEG_INFINITY, |a, v| a.or_larger(*v));
    // Close to the fixed point of the band, −41.103855: see `a_string_rests_near_the_band` in the claims.
    let (images, values) = relax(config(1e-5, Interpolation::Linear), 31);
    assert!((top(&values) + 41.103_855).abs() < 2e-2, "{}", top(&values));
    let chords: Vec<f64> = segments(&images, 2).map(|(a, b)| distance(a, b)).collect();
    assert!(chords.iter().all(|c| (c / chords[0] - 1.0).abs() < 1e-2), "{chords:?}");
    // The path is 2.698828 long: straight segments cut its corners, the spline hardly does.
    let linear = length(&images, 2);
    let cubic = length(&relax(config(1e-5, Interpolation::Cubic), 31).0, 2);
    assert!((linear - 2.6567).abs() < 1e-3 && (cubic - 2.6988).abs() < 5e-3, "{linear} {cubic}");
}

#[test]
fn ends_keep_their_bits_unless_they_slide() {
    let (images, _) = relax(config(2e-4, Interpolation::Cubic), 9);
    let [a, b, _] = MuellerBrown::<f64>::MINIMA;
    assert_eq!((&images[..2], &images[16..]), (&a[..], &b[..]));
}

#[test]
fn neighbours_of_the_egg_carton() {
    let f = EggCarton::<f64>::new(2).unwrap();
    let mut images = [0.0; 18];
    images[..2].copy_from_slice(&[0.5, 0.5]);
    images[16..].copy_from_slice(&[1.5, 0.5]);
    let mut workspace = [f64::NAN; StringLayout::new(9, 2, 0).len()];
    let mut string =
        StringMethod::new(&f, config(2e-3, Interpolation::Cubic), &mut images, &mut workspace).unwrap();
    string.interpolate();
    while string.sweep() < 1000 {
        assert!(!matches!(string.step(&f), StringStep::NotFinite { .. }));
    }
    assert!((string.values()[4]).abs() < 1e-9);
    assert!((length(string.images(), 2) - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_not_finite_moves_nothing() {
    let f = Hole(0.1);
    let mut images = [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let mut workspace = [0.0; StringLayout::new(3, 2, 0).len()];
    let mut string =
        StringMethod::new(&f, config(0.1, Interpolation::Cubic), &mut images, &mut workspace).unwrap();
    let steps: Vec<_> = (0..3).map(|_| string.step(&f)).collect();
    let refused = StringStep::NotFinite { image: 1 };
    assert_eq!(steps, [StringStep::Evaluated(0), refused, refused]);
    assert_eq!((string.sweep(), string.images()), (0, &[-1.0, 0.0, 0.0, 0.0, 1.0, 0.0][..]));
}

#[test]
fn bad_input_is_refused() {
    let f = EggCarton::<f64>::new(2).unwrap();
    let mut workspace = [0.0; 100];
    let good = config(0.1, Interpolation::Linear);
    let mut refused = |images: &mut [f64], config| {
        StringMethod::new(&f, config, images, &mut workspace).err().map(|e| e.arg)
    };
    assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], good), None);
    assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0], good), Some("images"));
    assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], good), Some("images"));
    let zero = config(0.0, Interpolation::Linear);
    assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], zero), Some("learning_rate"));
}
