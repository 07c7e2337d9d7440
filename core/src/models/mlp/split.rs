//! Splitting a hidden unit into two that compute the same function together.

use super::Mlp;
use crate::base::rows::{copy, row, rows, rows_mut};
use crate::base::vector::scale;
use crate::{ArgError, Real};

impl Mlp {
    /// Returns this network with one more unit in hidden layer `layer`, counted from 0.
    ///
    /// # Errors
    /// [`ArgError`] naming `layer` (not a hidden layer) or `widths` (too many parameters).
    pub fn wider(&self, layer: usize) -> Result<Self, ArgError> {
        ArgError::check_index("layer", layer, self.layers() - 1)?;
        let (mut widths, count) = ([0; super::MAX_LAYERS + 1], self.layers() + 1);
        for (to, from) in widths.iter_mut().zip(self.widths()) {
            *to = *from as usize;
        }
        widths[layer + 1] += 1;
        let wider = Self::new(&widths[..count])?.with_hidden(self.hidden()).with_output(self.output());
        Ok(if self.has_bias() { wider } else { wider.without_bias() })
    }

    /// Splits a hidden unit into two: writes parameters of the [wider](Self::wider) network that computes the same
    /// function. A copy of unit `unit` is appended to its layer, and the two share its outgoing weights (Fukumizu &
    /// Amari 2000):
    ///
    /// ```text
    /// W[·, h] = W[·, unit],   b[h] = b[unit],   A[unit, ·] ← γ A[unit, ·],   A[h, ·] = (1 − γ) A[unit, ·]
    /// ```
    ///
    /// As γ varies, these points form a line on which the data loss is constant. A critical point of the data loss
    /// gives a critical point for every γ, with one additional flat direction, and its
    /// [index](crate::curvature::Signature) depends on γ: most of these points are saddles. With an L2 penalty they are
    /// not critical.
    ///
    /// # Shapes
    ///
    /// | argument | length                       |
    /// |----------|------------------------------|
    /// | `params` | `param_len()`                |
    /// | `out`    | `param_len()` of the wider   |
    ///
    /// # Cost
    /// One copy of the parameters.
    ///
    /// # Errors
    /// [`ArgError`] naming `layer`, `unit`, `share` (γ, not finite), `params` or `out` (wrong length); nothing has been
    /// written then.
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// let net = Mlp::new(&[1, 1, 1])?;
    /// let mut out = [0.0f32; 7];
    /// net.split_unit(0, 0, 0.25, &[2.0, 0.5, 8.0, 1.0], &mut out)?;
    /// assert_eq!(out, [2.0, 2.0, 0.5, 0.5, 2.0, 6.0, 1.0]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn split_unit<R: Real>(
        &self,
        layer: usize,
        unit: usize,
        share: R,
        params: &[R],
        out: &mut [R],
    ) -> Result<(), ArgError> {
        let wider = self.wider(layer)?;
        ArgError::check_index("unit", unit, self.layer(layer).outputs)?;
        ArgError::check_range("share", share, share.is_finite(), "finite")?;
        ArgError::check_len("params", self.param_len(), params.len())?;
        ArgError::check_len("out", wider.param_len(), out.len())?;
        for l in 0..self.layers() {
            let (from, to) = (self.layer(l), wider.layer(l));
            let (weights, bias) = (&params[from.weights], &params[from.bias]);
            for (from_row, to_row) in
                rows(weights, from.outputs).zip(rows_mut(&mut out[to.weights.clone()], to.outputs))
            {
                widen(from_row, unit, to_row);
            }
            widen(bias, unit, &mut out[to.bias]);
            if l == layer + 1 {
                let both = rows_mut(&mut out[to.weights], to.outputs).enumerate();
                for (k, to_row) in both.filter(|(k, _)| *k == unit || *k == from.inputs) {
                    copy(row(weights, from.outputs, unit).unwrap_or_default(), to_row);
                    scale(if k == unit { share } else { R::ONE - share }, to_row);
                }
            }
        }
        Ok(())
    }
}

/// Copies the numbers of all units, and repeats the number of `unit` at the end if there is room.
fn widen<R: Real>(from: &[R], unit: usize, to: &mut [R]) {
    copy(from, to);
    if let (Some(last), Some(own)) = (to.get_mut(from.len()), from.get(unit)) {
        *last = *own;
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;
    use crate::models::mlp::Activation;

    #[test]
    fn the_wider_network_computes_the_same() {
        let net = Mlp::new(&[2, 3, 4, 2]).expect("widths").with_hidden(Activation::Gelu);
        for net in [net, net.without_bias()] {
            let params: Vec<f64> = (1..=net.param_len()).map(|k| 1.0 / f64::from_usize(k) - 0.3).collect();
            let inputs = [0.3, -1.2, 2.0, 0.7];
            let outputs = |net: &Mlp, params: &[f64]| {
                let (mut y, mut scratch) = (vec![0.0; 4], vec![0.0; net.scratch_len(1)]);
                net.predict(params, &inputs, &mut y, &mut scratch);
                y
            };
            let want = outputs(&net, &params);
            for (layer, unit, share) in [(0, 2, 0.25), (1, 0, -0.5), (1, 3, 1.0), (0, 0, 7.0)] {
                let wider = net.wider(layer).expect("hidden");
                let mut split = vec![f64::NAN; wider.param_len()];
                net.split_unit(layer, unit, share, &params, &mut split).expect("fits");
                let found = outputs(&wider, &split);
                assert!(found.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?} {want:?}");
            }
        }
    }

    #[test]
    fn refusals() {
        let net = Mlp::new(&[1, 2, 1]).expect("widths");
        let (params, mut out) = ([0.5f32; 7], [0.0; 10]);
        let mut arg = |layer, unit, share, params: &[f32], len: usize| {
            net.split_unit(layer, unit, share, params, &mut out[..len]).err().map(|e| e.arg)
        };
        assert_eq!(arg(0, 1, 0.5, &params, 10), None);
        assert_eq!(arg(1, 0, 0.5, &params, 10), Some("layer"), "the outputs");
        assert_eq!(arg(usize::MAX, 0, 0.5, &params, 10), Some("layer"));
        assert_eq!(arg(0, 2, 0.5, &params, 10), Some("unit"));
        assert_eq!(arg(0, 0, f32::NAN, &params, 10), Some("share"));
        assert_eq!(arg(0, 0, 0.5, &params[1..], 10), Some("params"));
        assert_eq!(arg(0, 0, 0.5, &params, 9), Some("out"));
        assert_eq!(Mlp::new(&[1, 1]).expect("widths").wider(0).unwrap_err().arg, "layer", "no hidden layer");
    }
}
