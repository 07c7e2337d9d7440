extern crate std;
use super::*;
use crate::base::random::{fill_normal, shuffle, stream};
use crate::base::vector::distance;
use crate::models::mlp::Activation;
use std::vec;
use std::vec::Vec;

/// Permutes and mirrors the units of hidden layer `l`, plainly.
fn shuffled(net: &Mlp, params: &[f64], l: usize, permutation: &[u32], signs: &[f64]) -> Vec<f64> {
    let mut out = params.to_vec();
    let (a, b) = (net.layer(l), net.layer(l + 1));
    for (j, p) in permutation.iter().enumerate() {
        let p = *p as usize;
        for i in 0..a.inputs {
            out[a.weights.start + i * a.outputs + j] = signs[j] * params[a.weights.start + i * a.outputs + p];
        }
        out[a.bias.start + j] = signs[j] * params[a.bias.start + p];
        for k in 0..b.outputs {
            out[b.weights.start + j * b.outputs + k] = signs[j] * params[b.weights.start + p * b.outputs + k];
        }
    }
    out
}

#[test]
fn a_shuffled_copy_is_put_back() {
    for (activation, mirror) in [(Activation::Tanh, true), (Activation::Relu, false)] {
        for widths in [&[3, 7, 2][..], &[3, 6, 5, 2]] {
            let net = Mlp::new(widths).unwrap().with_hidden(activation);
            let mut rng = stream(11, 0);
            let mut reference = vec![0.0; net.param_len()];
            fill_normal(&mut rng, &mut reference);
            let mut params = reference.clone();
            for l in 0..net.layers() - 1 {
                let mut permutation: Vec<u32> = (0..net.widths()[l + 1]).collect();
                shuffle(&mut rng, &mut permutation);
                let signs: Vec<f64> =
                    permutation.iter().map(|p| if mirror && p % 2 == 0 { -1.0 } else { 1.0 }).collect();
                params = shuffled(&net, &params, l, &permutation, &signs);
            }
            let (w, i) = net.align_len();
            let (mut workspace, mut indices) = (vec![f64::NAN; w], vec![77; i]);
            let before = distance(&params, &reference);
            let mut moved = params.clone();
            let aligned = net.align(&reference, &mut moved, &mut workspace, &mut indices).unwrap();
            if widths.len() == 3 {
                assert_eq!(moved, reference, "{activation:?}");
                assert_eq!(aligned.passes, 1);
            }
            let after = distance(&moved, &reference);
            assert!((before * before - after * after - 2.0 * aligned.gain).abs() < 1e-9);
            // Whatever was found, the network computes the same.
            let inputs = [0.3, -1.2, 0.8];
            let (mut a, mut b) = ([0.0; 2], [0.0; 2]);
            let mut scratch = vec![f64::NAN; net.scratch_len(1)];
            net.predict(&params, &inputs, &mut a, &mut scratch);
            net.predict(&moved, &inputs, &mut b, &mut scratch);
            assert!((a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-12);
        }
    }
}

#[test]
fn costs_that_overflow_still_give_a_permutation() {
    let net = Mlp::new(&[1, 4, 1]).unwrap();
    let reference = [1e38f32; 13];
    let original: [f32; 13] = core::array::from_fn(|k| f32::from_usize(k) * 1e37);
    let mut params = original;
    let (mut workspace, mut indices) = ([0.0; 40], [0; 15]);
    let _ = net.align(&reference, &mut params, &mut workspace, &mut indices);
    let sorted = |p: &[f32]| {
        let mut p = p.iter().map(|x| x.abs()).collect::<Vec<_>>();
        p.sort_by(f32::total_cmp);
        p
    };
    assert_eq!(sorted(&params), sorted(&original));
}

#[test]
fn bad_input_is_refused() {
    let net = Mlp::new(&[1, 2, 1]).unwrap();
    let (mut workspace, mut indices) = ([0.0f32; 18], [0; 9]);
    let good = [1.0; 7];
    let mut refused = |reference: &[f32], params: &mut [f32], w: usize| {
        net.align(reference, params, &mut workspace[..w], &mut indices).err().map(|e| e.arg)
    };
    assert_eq!(refused(&good, &mut { good }, 18), None);
    assert_eq!(refused(&good[1..], &mut { good }, 18), Some("reference"));
    assert_eq!(refused(&good, &mut [f32::NAN; 7], 18), Some("params"));
    assert_eq!(refused(&good, &mut { good }, 17), Some("workspace"));
}
