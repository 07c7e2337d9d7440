//! Gauss–Newton products against gradients of other targets, which know nothing of them.

use losscape::base::random::{fill_normal, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective, Weights};
use losscape::objective::{GaussNewton, GaussNewtonAt, HessianAt};
use losscape::{Curvature, Objective, Operator, Real};

use crate::{Outcome, symmetric::eigenvalues};

const N: usize = 5;
const LABELS: [u8; N] = [0, 2, 1, 2, 0];
const L2: f64 = 0.05;

fn network() -> Mlp {
    Mlp::new(&[2, 4, 3]).expect("widths")
}

fn normal<R: Real>(k: u32, n: usize) -> Vec<R> {
    let mut x = vec![R::ZERO; n];
    fill_normal(&mut stream(k.into(), 0), &mut x);
    x
}

fn dense(operator: &impl Operator<f64>) -> Vec<Vec<f64>> {
    let n = operator.dim();
    let mut scratch = vec![f64::NAN; operator.scratch_len()];
    let column = |k: usize| {
        let (mut e, mut out) = (vec![0.0; n], vec![f64::NAN; n]);
        e[k] = 1.0;
        operator.apply(&e, &mut out, &mut scratch);
        out
    };
    (0..n).map(column).collect()
}

fn assert_same(found: &[Vec<f64>], want: &[Vec<f64>], most: f64, what: &str) {
    for (i, (found, want)) in found.iter().zip(want).enumerate() {
        for (j, (found, want)) in found.iter().zip(want).enumerate() {
            assert!((found - want).abs() < most, "{what}: ({i}, {j}) is {found}, not {want}");
        }
    }
}

/// Of softmax cross-entropy, G is the mean of g gᵀ over labels drawn from the network's own probabilities, exactly; of
/// squared error, the sum of g gᵀ over targets one below an output.
#[test]
fn it_is_the_fisher_matrix() -> Outcome {
    let x = normal::<f64>(1, 2 * N);
    for hidden in [Activation::Tanh, Activation::Gelu] {
        for loss in [Loss::SoftmaxCrossEntropy, Loss::MeanSquaredError] {
            let net = network().with_hidden(hidden);
            let (n, params) = (net.param_len(), normal::<f64>(2, net.param_len()));
            let f = MlpObjective::new(net, loss, Dataset::new(&x, 2, Targets::Labels(&LABELS))?, L2)?;
            let mut want: Vec<Vec<f64>> = (0..n)
                .map(|k| {
                    vec![0.0; n].iter().enumerate().map(|(j, _)| if j == k { L2 } else { 0.0 }).collect()
                })
                .collect();
            for sample in x.chunks_exact(2) {
                let (mut outputs, mut scratch) = (vec![0.0; 3], vec![0.0; net.scratch_len(1)]);
                net.predict(&params, sample, &mut outputs, &mut scratch);
                for class in 0..3u8 {
                    let mut targets = outputs.clone();
                    targets[usize::from(class)] -= 1.0;
                    let label = [class];
                    let soft = matches!(loss, Loss::SoftmaxCrossEntropy);
                    let answer =
                        if soft { Targets::Labels(&label[..]) } else { Targets::Values(&targets[..]) };
                    let other = MlpObjective::new(net, loss, Dataset::new(sample, 2, answer)?, 0.0)?;
                    let (mut grad, mut scratch) = (vec![0.0; n], vec![0.0; other.scratch_len()]);
                    other.value_grad(&params, &mut grad, &mut scratch);
                    let mut p = outputs.clone();
                    losscape::models::mlp::softmax(&mut p);
                    let weight = if soft { p[usize::from(class)] } else { 1.0 } / N as f64;
                    for i in 0..n {
                        for j in 0..n {
                            want[i][j] += weight * grad[i] * grad[j];
                        }
                    }
                }
            }
            let found = dense(&GaussNewtonAt::new(&f, &params)?);
            assert_same(&found, &want, 1e-13, &format!("{loss:?}, {hidden:?}"));
            let values = eigenvalues(&found);
            assert!(values.iter().all(|value| *value > L2 - 1e-13), "above λ: {values:?}");
        }
    }
    Ok(())
}

/// Where the outputs are linear, or the residuals nothing, it is the Hessian.
#[test]
fn where_it_is_the_hessian() -> Outcome {
    let x = normal::<f64>(3, 2 * N);
    for loss in [Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy, Loss::MeanSquaredError] {
        let net = Mlp::new(&[2, 3])?;
        let params = normal::<f64>(4, net.param_len());
        let f = MlpObjective::new(net, loss, Dataset::new(&x, 2, Targets::Labels(&LABELS))?, L2)?;
        let (found, want) = (dense(&GaussNewtonAt::new(&f, &params)?), dense(&HessianAt::new(&f, &params)?));
        assert_same(&found, &want, 1e-14, &format!("{loss:?}"));
    }
    let net = network();
    let params = normal::<f64>(5, net.param_len());
    let (mut outputs, mut scratch) = (vec![0.0; 3 * N], vec![0.0; net.scratch_len(1)]);
    net.predict(&params, &x, &mut outputs, &mut scratch);
    let f =
        MlpObjective::new(net, Loss::MeanSquaredError, Dataset::new(&x, 2, Targets::Values(&outputs))?, 0.0)?;
    let hessian = dense(&HessianAt::new(&f, &params)?);
    assert_same(&dense(&GaussNewtonAt::new(&f, &params)?), &hessian, 1e-13, "no residuals");
    // With residuals it is another.
    outputs[0] += 1.0;
    let f =
        MlpObjective::new(net, Loss::MeanSquaredError, Dataset::new(&x, 2, Targets::Values(&outputs))?, 0.0)?;
    let far = dense(&HessianAt::new(&f, &params)?);
    let same = dense(&GaussNewtonAt::new(&f, &params)?);
    assert_same(&same, &hessian, 1e-13, "the targets of squared errors do not count");
    assert!(far.iter().flatten().zip(same.iter().flatten()).any(|(a, b)| (a - b).abs() > 1e-3));
    Ok(())
}

/// The tile is not in the bits; weights are; absolute errors have no curvature.
#[test]
fn tiles_weights_and_absolute_errors() -> Outcome {
    let x = normal::<f32>(6, 600);
    let labels: Vec<u8> = (0..300).map(|k| (k % 3) as u8).collect();
    let net = network();
    let (params, v) = (normal::<f32>(7, net.param_len()), normal::<f32>(8, net.param_len()));
    let data = Dataset::new(&x, 2, Targets::Labels(&labels))?;
    let product = |f: &dyn GaussNewton| {
        let (mut out, mut scratch) = (vec![f32::NAN; v.len()], vec![f32::NAN; f.gauss_newton_scratch_len()]);
        f.gauss_newton_vec(&params, &v, &mut out, &mut scratch);
        f.gauss_newton_vec(&params, &v[1..], &mut vec![0.0; v.len()], &mut scratch);
        out
    };
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.1)?;
    let want = product(&f);
    for tile in [1, 7, 64, 300] {
        assert_eq!(product(&f.with_tile(tile)?), want, "tiles of {tile}");
    }
    assert_eq!(product(&f.with_weights(Weights::PerClass(&[0.5; 3]))?), want, "equal weights are none");
    assert_ne!(product(&f.with_weights(Weights::PerClass(&[1.0, 2.0, 3.0]))?), want);
    let absolute = MlpObjective::new(net, Loss::MeanAbsoluteError, data, 0.5)?;
    assert_eq!(product(&absolute), v.iter().map(|v| 0.5 * v).collect::<Vec<_>>());

    let f = f.with_tile(4)?;
    let mut short = vec![0.0; v.len()];
    f.gauss_newton_vec(&params, &v, &mut short, &mut vec![0.0; f.gauss_newton_scratch_len() - 1]);
    assert!(short.iter().all(|x| x.is_nan()), "too little scratch");
    assert_eq!(f.gauss_newton_roundings(), f.hess_vec_roundings());
    Ok(())
}
