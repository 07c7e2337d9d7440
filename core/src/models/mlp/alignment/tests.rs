extern crate std;
use super::*;
use crate::base::random::{fill_normal, shuffle, stream};
use crate::models::mlp::Activation;
use std::vec;
use std::vec::Vec;

/// Permutes and mirrors the units of hidden layer `l` by the definition.
fn shuffled<R: Real>(net: &Mlp, params: &[R], l: usize, permutation: &[u32], signs: &[R]) -> Vec<R> {
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

/// A copy of the network with the units of all hidden layers shuffled, and half of them mirrored on
/// request.
fn twin<R: Real>(net: &Mlp, params: &[R], mirror: bool, rng: &mut impl Rng) -> Vec<R> {
    let mut copy = params.to_vec();
    for l in 0..net.layers() - 1 {
        let mut permutation: Vec<u32> = (0..net.widths()[l + 1]).collect();
        shuffle(rng, &mut permutation);
        let sign = |p: &u32| if mirror && p.is_multiple_of(2) { -R::ONE } else { R::ONE };
        let signs: Vec<R> = permutation.iter().map(sign).collect();
        copy = shuffled(net, &copy, l, &permutation, &signs);
    }
    copy
}

fn align<R: Real>(net: &Mlp, config: AlignConfig, reference: &[R], params: &mut [R]) -> Aligned<R> {
    let layout = AlignLayout::new(net);
    let mut workspace = vec![R::from_f64(f64::NAN); layout.len()];
    let aligned = net.align(config, reference, params, &mut workspace, &mut vec![77; layout.index_len()]);
    aligned.unwrap()
}

/// The parameters of unit `j` of hidden layer `l`, in some order.
fn unit(net: &Mlp, params: &[f64], l: usize, j: usize) -> Vec<f64> {
    let (a, b) = (net.layer(l), net.layer(l + 1));
    let into = params[a.weights.start..a.bias.end].iter().skip(j).step_by(a.outputs);
    into.chain(&params[b.weights][j * b.outputs..][..b.outputs]).copied().collect()
}

const CASES: [(Activation, bool); 3] =
    [(Activation::Tanh, false), (Activation::Tanh, true), (Activation::Relu, false)];

#[test]
fn a_shuffled_copy_is_put_back() {
    for (activation, mirror) in CASES {
        for widths in [&[3, 7, 2][..], &[3, 6, 5, 2], &[2, 12, 12, 12, 12, 12, 1]] {
            let net = Mlp::new(widths).unwrap().with_hidden(activation);
            let mut rng = stream(11, 0);
            let mut reference = vec![0.0; net.param_len()];
            fill_normal(&mut rng, &mut reference);
            let params = twin(&net, &reference, mirror, &mut rng);
            let mut moved = params.clone();
            let aligned = align(&net, AlignConfig::default(), &reference, &mut moved);
            assert_eq!(moved, reference, "{activation:?} {widths:?}");
            assert_eq!((aligned.before, aligned.after), (distance(&params, &reference), 0.0));
            assert!(widths.len() > 3 || aligned.passes == 1, "one hidden layer: {}", aligned.passes);
        }
    }
}

#[test]
fn other_networks_come_nearer_and_compute_the_same() {
    let net = Mlp::new(&[3, 8, 7, 6, 2]).unwrap();
    let mut rng = stream(12, 0);
    let (mut reference, mut params) = (vec![0.0; net.param_len()], vec![0.0; net.param_len()]);
    fill_normal(&mut rng, &mut reference);
    fill_normal(&mut rng, &mut params);
    let mut moved = params.clone();
    let aligned = align(&net, AlignConfig::default(), &reference, &mut moved);
    assert!(aligned.after < 0.9 * aligned.before, "{aligned:?}");
    let mut outputs = [[0.0; 2]; 2];
    for (params, outputs) in [&params, &moved].into_iter().zip(&mut outputs) {
        net.predict(params, &[0.3, -1.2, 0.8], outputs, &mut vec![f64::NAN; net.scratch_len(1)]);
    }
    assert!(distance(&outputs[0], &outputs[1]) < 1e-12, "{outputs:?}");
    let again = align(&net, AlignConfig::default(), &reference, &mut moved.clone());
    assert_eq!(again.before, aligned.after);
    assert!(again.after <= again.before, "{again:?}");
}

#[test]
fn mirrors_can_be_left_out() {
    let net = Mlp::new(&[3, 9, 8, 1]).unwrap();
    let mut rng = stream(13, 0);
    let mut reference = vec![0.0; net.param_len()];
    fill_normal(&mut rng, &mut reference);
    let params = twin(&net, &reference, true, &mut rng);
    let mut moved = params.clone();
    let config = AlignConfig { mirror: false };
    let _ = align(&net, config, &reference, &mut moved);
    // Units of the last hidden layer have one output weight, whose sign only mirroring changes.
    let outputs = |params: &[f64]| {
        let mut last: Vec<f64> = (0..8).map(|j| *unit(&net, params, 1, j).last().unwrap()).collect();
        last.sort_by(f64::total_cmp);
        last
    };
    assert_eq!(outputs(&moved), outputs(&params));
    assert_ne!(outputs(&moved), outputs(&reference), "there was something to mirror");
    let _ = align(&net, AlignConfig::default(), &reference, &mut moved);
    assert_eq!(moved, reference);
}

#[test]
fn the_scale_of_neither_network_matters() {
    for (widths, mirror) in [(&[2, 5, 1][..], true), (&[2, 9, 9, 9, 1], true), (&[2, 9, 9, 1], false)] {
        let net = Mlp::new(widths).unwrap();
        let mut rng = stream(14, 0);
        let (mut reference, mut other) = (vec![0.0f32; net.param_len()], vec![0.0; net.param_len()]);
        fill_normal(&mut rng, &mut reference);
        fill_normal(&mut rng, &mut other);
        let copy = twin(&net, &reference, mirror, &mut rng);
        for params in [copy, other] {
            let mut expected = params.clone();
            let plain = align(&net, AlignConfig { mirror }, &reference, &mut expected);
            for (k, m) in [(1e-30f32, 1e30f32), (1e30, 1e-30), (1e-30, 1e-30), (1e30, 1e30), (1e-10, 3.0)] {
                let large: Vec<f32> = reference.iter().map(|x| k * x).collect();
                let mut moved: Vec<f32> = params.iter().map(|x| m * x).collect();
                let aligned = align(&net, AlignConfig { mirror }, &large, &mut moved);
                assert!(expected.iter().zip(&moved).all(|(x, y)| m * x == *y), "{widths:?} at {k} and {m}");
                assert_eq!(aligned.passes, plain.passes);
                assert!(aligned.after.is_finite(), "{aligned:?}");
            }
        }
    }
}

#[test]
fn restarts_only_improve() {
    let net = Mlp::new(&[2, 8, 8, 8, 1]).unwrap();
    let mut rng = stream(15, 0);
    let (mut reference, mut params) = (vec![0.0; net.param_len()], vec![0.0; net.param_len()]);
    fill_normal(&mut rng, &mut reference);
    fill_normal(&mut rng, &mut params);
    let layout = AlignLayout::new(&net);
    let (mut workspace, mut indices) = (vec![f64::NAN; layout.len()], vec![77; layout.index_len()]);
    let config = AlignConfig::default();
    let first = net.align(config, &reference, &mut params, &mut workspace, &mut indices).unwrap();
    let mut nearest = first.after;
    for _ in 0..30 {
        let again =
            net.align_again(config, &reference, &mut params, &mut workspace, &mut indices, &mut rng).unwrap();
        assert_eq!(again.before, nearest);
        assert!(again.after <= nearest, "{again:?}");
        nearest = again.after;
        assert_eq!(nearest, distance(&reference, &params));
    }
    assert!(nearest < first.after, "thirty tries found nothing better than {nearest}");
}

#[test]
fn numbers_at_the_end_of_the_range_still_give_a_permutation() {
    let net = Mlp::new(&[1, 4, 3, 1]).unwrap();
    for (size, step) in [(f32::MAX, f32::MAX / 64.0), (1e-45, 1e-45)] {
        let reference = vec![size; net.param_len()];
        let original: Vec<f32> = (0..net.param_len()).map(|k| f32::from_usize(k) * step).collect();
        let mut params = original.clone();
        let _ = align(&net, AlignConfig::default(), &reference, &mut params);
        let sorted = |p: &[f32]| {
            let mut p = p.iter().map(|x| x.abs()).collect::<Vec<_>>();
            p.sort_by(f32::total_cmp);
            p
        };
        assert_eq!(sorted(&params), sorted(&original));
    }
}

#[test]
fn a_network_without_hidden_units_stays() {
    let net = Mlp::new(&[2, 1]).unwrap();
    let mut params = [1.0f32, 2.0, 3.0];
    let aligned = align(&net, AlignConfig::default(), &[3.0, 2.0, 1.0], &mut params);
    assert_eq!(params, [1.0, 2.0, 3.0]);
    assert_eq!(aligned.before, aligned.after);
}

#[test]
fn bad_input_is_refused() {
    let net = Mlp::new(&[1, 2, 1]).unwrap();
    let (mut workspace, mut indices) = ([0.0f32; 20], [0; 9]);
    let good = [1.0; 7];
    let mut refused = |reference: &[f32], params: &mut [f32], w: usize, i: usize| {
        let (workspace, indices) = (&mut workspace[..w], &mut indices[..i]);
        let refused = net.align(AlignConfig::default(), reference, params, workspace, indices);
        let again =
            net.align_again(AlignConfig::default(), reference, params, workspace, indices, &mut stream(1, 1));
        assert_eq!(again.as_ref().err(), refused.as_ref().err());
        refused.err().map(|e| e.arg)
    };
    assert_eq!(refused(&good, &mut { good }, 20, 9), None);
    assert_eq!(refused(&good[1..], &mut { good }, 20, 9), Some("reference"));
    assert_eq!(refused(&[f32::INFINITY; 7], &mut { good }, 20, 9), Some("reference"));
    assert_eq!(refused(&good, &mut [1.0; 6], 20, 9), Some("params"));
    assert_eq!(refused(&good, &mut [f32::NAN; 7], 20, 9), Some("params"));
    assert_eq!(refused(&good, &mut { good }, 19, 9), Some("workspace"));
    assert_eq!(refused(&good, &mut { good }, 20, 8), Some("indices"));
}
