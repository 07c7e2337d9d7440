//! Directions that no data can bend: they are orthonormal, the loss does not change along them, and they are counted apart.

use losscape::base::vector::{dot, norm};
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, eigenvalues, signature};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::{Curvature, Objective, Operator};

use crate::{Outcome, wave};

const LABELS: [u8; 6] = [0, 1, 1, 0, 1, 0];

fn modes(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<(Vec<f64>, usize), losscape::ArgError> {
    let mut modes = vec![f64::NAN; f.symmetry_count() * f.dim()];
    let count = f.symmetry_modes(params, &mut modes)?;
    Ok((modes, count))
}

#[test]
fn the_loss_does_not_change_along_them() -> Outcome {
    let x = wave(12, 1.0, 1.1);
    let data = Dataset::new(&x, 2, Targets::Labels(&LABELS))?;
    for (hidden, loss, bias, want) in [
        (Activation::Tanh, Loss::SoftmaxCrossEntropy, true, 5),
        (Activation::Tanh, Loss::SoftmaxCrossEntropy, false, 4),
        (Activation::Relu, Loss::SoftmaxCrossEntropy, true, 5 + 7),
        (Activation::LeakyRelu { slope: 0.1 }, Loss::MeanSquaredError, true, 7),
        (Activation::Tanh, Loss::MeanSquaredError, true, 0),
    ] {
        let net = Mlp::new(&[2, 3, 4, 2])?.with_hidden(hidden);
        let net = if bias { net } else { net.without_bias() };
        let f = MlpObjective::new(net, loss, data, 0.0)?;
        let (n, params) = (f.dim(), wave(net.param_len(), 0.9, 0.3));
        let (modes, count) = modes(&f, &params)?;
        assert_eq!((count, f.symmetry_count()), (want, want), "{hidden:?} {loss:?}");
        let (mut grad, mut product) = (vec![0.0; n], vec![0.0; n]);
        let mut scratch = vec![0.0; f.hess_vec_scratch_len()];
        f.value_grad(&params, &mut grad, &mut scratch);
        for (k, mode) in modes.chunks_exact(n).enumerate() {
            assert!(dot(mode, &grad).abs() < 1e-14, "{hidden:?} {loss:?} {k}");
            for (j, other) in modes.chunks_exact(n).enumerate() {
                let want = if j == k { 1.0 } else { 0.0 };
                assert!((dot(mode, other) - want).abs() < 1e-14, "{k} {j}");
            }
            // Shifts come first; those of the softmax are flat everywhere.
            if loss == Loss::SoftmaxCrossEntropy && k < 5 {
                f.hess_vec(&params, mode, &mut product, &mut scratch);
                assert!(norm(&product) < 1e-14, "{k}: {}", norm(&product));
            }
        }
        let penalised = MlpObjective::new(net, loss, data, 1e-3)?;
        assert_eq!((penalised.symmetry_count(), penalised.symmetry_modes(&params, &mut [])?), (0, 0));
    }
    Ok(())
}

/// All flat directions of a network at random parameters are shifts of the softmax; a unit without weights has no scale.
#[test]
fn flat_directions_are_counted_apart() -> Outcome {
    let x = wave(12, 1.0, 1.1);
    let data = Dataset::new(&x, 2, Targets::Labels(&LABELS))?;
    let net = Mlp::new(&[2, 3, 2])?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    let (n, params) = (f.dim(), wave(net.param_len(), 0.9, 0.3));
    let at = HessianAt::new(&f, &params)?;
    let layout = HessianLayout::new(n, at.scratch_len());
    let mut hessian = Hessian::new(&at, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()])?;
    let tolerance = loop {
        match hessian.step(&at) {
            HessianStep::Product { .. } => (),
            HessianStep::Done { tolerance, .. } => break tolerance,
            step => return Err(format!("{step:?}").into()),
        }
    };
    let (mut matrix, mut values) = (hessian.into_parts().0, vec![0.0; n]);
    eigenvalues(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
    let counted = signature(&values, tolerance);
    let symmetric = modes(&f, &params)?.1;
    assert_eq!((counted.flat, symmetric, counted.flat_beyond(symmetric)), (4, 4, 0), "{values:?}");
    assert_eq!((counted.flat_beyond(1), counted.flat_beyond(9)), (3, 0));

    let net = net.with_hidden(Activation::Relu);
    let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)?;
    let mut params = params;
    for k in [0, 3, 6, 9, 10] {
        params[k] = 0.0; // all of the first unit
    }
    assert_eq!(modes(&f, &params)?.1, 2, "a dead unit");
    assert_eq!(f.symmetry_modes(&params[1..], &mut vec![0.0; 3 * n]).unwrap_err().arg, "params");
    assert_eq!(f.symmetry_modes(&params, &mut vec![0.0; n]).unwrap_err().arg, "modes");
    Ok(())
}
