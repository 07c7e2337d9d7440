//! The curvature of a network on the way, in all directions: in `f64`, for half of them are too flat for `f32`.

use losscape::Operator;
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, eigenvalues};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use wasm_bindgen::prelude::*;

use super::penalty;
use crate::LabError;

/// The most units in a hidden layer: the eigenvalues take the cube of the number of weights.
const WIDEST: u32 = 16;

/// The eigenvalues, ascending, of the Hessian of a network 2-`width`-`width`-1 at `params`: of its cross-entropy on points, `inputs` with x
/// and y in turn, with the L2 penalty of `Paths` on twins, or on anything else.
///
/// # Errors
/// [`LabError`] naming `width` (not from 1 to 16), `params`, `inputs` or `targets`.
#[wasm_bindgen]
pub fn curvatures(
    width: u32,
    params: &[f32],
    inputs: &[f32],
    labels: &[u8],
    twins: bool,
) -> Result<Vec<f64>, LabError> {
    LabError::check_count("width", width, 1..=WIDEST)?;
    let hidden = width as usize;
    let net = Mlp::new(&[2, hidden, hidden, 1])?;
    let double = |x: &[f32]| x.iter().copied().map(f64::from).collect::<Vec<_>>();
    let (params, inputs) = (double(params), double(inputs));
    let data = Dataset::new(&inputs, 2, Targets::Labels(labels))?;
    let f = MlpObjective::new(net, Loss::BinaryCrossEntropy, data, f64::from(penalty(twins)))?;
    let (n, at) = (net.param_len(), HessianAt::new(&f, &params)?);
    let layout = HessianLayout::new(n, at.scratch_len());
    let mut hessian = Hessian::new(&at, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()])?;
    while let HessianStep::Product { .. } = hessian.step(&at) {}
    let (mut matrix, mut values) = (hessian.into_parts().0, vec![0.0; n]);
    eigenvalues(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At a network of zeros only the output's bias has a slope, and a curvature: p (1 − p) = ¼ and the penalty.
    #[test]
    fn zeros_have_one_curvature_beside_the_penalty() {
        let values = curvatures(2, &[0.0; 15], &[1.0, 0.0, 0.0, 1.0], &[0, 1], true).expect("accepted");
        assert_eq!(values.len(), 15);
        let l2 = f64::from(1e-3f32);
        assert!(values[..14].iter().all(|value| (value - l2).abs() < 1e-15), "{values:?}");
        assert!((values[14] - 0.25 - l2).abs() < 1e-15, "{values:?}");
        assert_eq!(curvatures(17, &[], &[], &[], false).expect_err("refused").arg, "width");
        assert_eq!(curvatures(2, &[0.0; 14], &[1.0, 0.0], &[0], false).expect_err("refused").arg, "params");
    }
}
