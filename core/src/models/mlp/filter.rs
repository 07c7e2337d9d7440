//! Directions that do not see the scale of a layer.

use super::Mlp;
use crate::{ArgError, Real};

impl Mlp {
    /// Rescales a random direction so that each unit's incoming weights are as long as the unit's own
    /// (Li et al. 2018), and zeroes its biases:
    ///
    /// ```text
    /// d[·, j] ← d[·, j] ‖W[·, j]‖ / ‖d[·, j]‖
    /// ```
    ///
    /// Slices along such directions do not depend on the scale of a layer, where the network does not. Their
    /// code can also copy weights into the direction; that choice is not offered.
    ///
    /// # Errors
    /// [`ArgError`] naming the slice of another length, or that is not finite; nothing has been changed then.
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// let net = Mlp::new(&[2, 1])?;
    /// let mut direction = [0.0f32, 2.0, 7.0];
    /// net.filter_normalise(&[3.0, 4.0, 1.0], &mut direction)?;
    /// assert_eq!(direction, [0.0, 5.0, 0.0]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn filter_normalise<R: Real>(&self, params: &[R], direction: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_len("params", self.param_len(), params.len())?;
        ArgError::check_len("direction", self.param_len(), direction.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_finite("direction", direction)?;
        for l in 0..self.layers() {
            let layer = self.layer(l);
            let (weights, rows) = (&params[layer.weights.clone()], &mut direction[layer.weights]);
            for j in 0..layer.outputs {
                // Sums over a unit's inputs run in index order.
                let (mut own, mut theirs) = (R::ZERO, R::ZERO);
                for (w, d) in weights.chunks_exact(layer.outputs).zip(rows.chunks_exact(layer.outputs)) {
                    own += w[j] * w[j];
                    theirs += d[j] * d[j];
                }
                if theirs > R::ZERO {
                    let factor = crate::base::elementary::sqrt(own / theirs);
                    for d in rows.chunks_exact_mut(layer.outputs) {
                        d[j] *= factor;
                    }
                }
            }
            direction[layer.bias].fill(R::ZERO);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_arguments_are_named_and_nothing_is_changed() {
        let net = Mlp::new(&[2, 1]).expect("widths");
        let (params, mut direction) = ([3.0f32, 4.0, 1.0], [0.0, 2.0, 7.0]);
        let refused = |params: &[f32], direction: &mut [f32]| {
            net.filter_normalise(params, direction).expect_err("refused").arg
        };
        assert_eq!(refused(&params[1..], &mut direction), "params");
        assert_eq!(refused(&params, &mut direction[1..]), "direction");
        assert_eq!(refused(&[3.0, f32::NAN, 1.0], &mut direction), "params");
        assert_eq!(direction, [0.0, 2.0, 7.0], "as it was");
        assert_eq!(refused(&params, &mut [0.0, f32::INFINITY, 7.0]), "direction");
    }
}
