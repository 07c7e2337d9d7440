//! Directions that are invariant to the scale of a layer.

use super::Mlp;
use crate::base::elementary::sqrt;
use crate::base::vector::unit_scale;
use crate::{ArgError, Real, Reason};

impl Mlp {
    /// Rescales a random direction so that each unit's incoming weights have the norm of the unit's own weights in
    /// `params` (Li et al. 2018), and zeroes its biases:
    ///
    /// ```text
    /// d[·, j] ← d[·, j] ‖W[·, j]‖ / ‖d[·, j]‖
    /// ```
    ///
    /// Slices along such directions do not depend on the scale of a layer if the network does not. The code of Li et
    /// al. can also copy weights into the direction; this crate does not offer that choice.
    ///
    /// The vectors may have any scale. A unit whose direction is zero keeps it.
    ///
    /// # Errors
    /// [`ArgError`] naming a slice of the wrong length or with a non-finite element, or `params` if the norm of a
    /// unit's weights exceeds half the largest number; nothing has been changed then.
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
            let weights = &params[layer.weights];
            let too_long = |j| !(R::TWO * Column::of(weights, layer.outputs, j).length()).is_finite();
            if (0..layer.outputs).any(too_long) {
                return Err(ArgError::new("params", Reason::Overflow));
            }
        }
        for l in 0..self.layers() {
            let layer = self.layer(l);
            let (weights, directions) = (&params[layer.weights.clone()], &mut direction[layer.weights]);
            for j in 0..layer.outputs {
                let own = Column::of(weights, layer.outputs, j);
                let theirs = Column::of(directions, layer.outputs, j);
                if theirs.squares > R::ZERO {
                    let factor = sqrt(own.squares / theirs.squares);
                    for d in directions.iter_mut().skip(j).step_by(layer.outputs) {
                        *d = theirs.scale * *d * factor / own.scale;
                    }
                }
            }
            direction[layer.bias].fill(R::ZERO);
        }
        Ok(())
    }
}

/// The norm of a column, `√squares / scale`, with a scale at which no square overflows or underflows.
struct Column<R> {
    scale: R,
    squares: R,
}

impl<R: Real> Column<R> {
    /// Computes the norm of column `j` of a matrix with the given number of columns.
    fn of(matrix: &[R], columns: usize, j: usize) -> Self {
        let column = || matrix.iter().skip(j).step_by(columns);
        let largest = column().fold(R::ZERO, |largest, x| largest.or_larger(x.abs()));
        let scale = unit_scale(&[largest]);
        // In index order, like all sums over a unit's inputs.
        let squares = column().fold(R::ZERO, |sum, x| sum + (scale * *x) * (scale * *x));
        Self { scale, squares }
    }

    fn length(&self) -> R {
        sqrt(self.squares) / self.scale
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

    #[test]
    fn no_scale_of_weights_or_directions_is_lost() {
        let net = Mlp::new(&[3, 2]).expect("widths");
        // Units of norms 5 and 13, along directions of norms 3 and 7.
        let (params, direction) =
            ([3.0f32, 12.0, 4.0, 0.0, 0.0, 5.0, 1.0, 1.0], [1.0f32, 2.0, 2.0, 3.0, 2.0, 6.0, 9.0, 9.0]);
        let mut expected = direction;
        net.filter_normalise(&params, &mut expected).expect("plain");
        let length = |j: usize| (0..3).fold(0.0, |sum, i| sum + expected[2 * i + j] * expected[2 * i + j]);
        assert!((length(0) - 25.0).abs() < 1e-5 && (length(1) - 169.0).abs() < 1e-4, "{expected:?}");
        for (k, m) in
            [(1e-20f32, 1.0f32), (1.0, 1e-20), (1e-20, 1e-20), (1e-30, 1e30), (1e30, 1e-30), (1e36, 1e36)]
        {
            let mut found = direction.map(|d| m * d);
            net.filter_normalise(&params.map(|w| k * w), &mut found).expect("any scale");
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - k * expected).abs() <= 4e-7 * k * expected.abs(), "{found} at {k} and {m}");
            }
        }
        // One unit far smaller than the other.
        let mut found = [1.0f32, 2e-30, 2.0, 3e-30, 2.0, 6e-30, 9.0, 9.0];
        net.filter_normalise(&[3e-25, 12.0, 4e-25, 0.0, 0.0, 5.0, 1.0, 1.0], &mut found).expect("a mixture");
        for (k, found) in found.iter().enumerate() {
            let wanted = expected[k] * if k % 2 == 0 { 1e-25 } else { 1.0 };
            assert!((found - wanted).abs() <= 4e-7 * wanted.abs(), "{k}: {found} against {wanted}");
        }
        let mut direction = direction;
        let refused = net.filter_normalise(&[3e38; 8], &mut direction).expect_err("longer than any number");
        assert_eq!(refused, ArgError::new("params", Reason::Overflow));
        assert_eq!(direction, [1.0, 2.0, 2.0, 3.0, 2.0, 6.0, 9.0, 9.0], "as it was");
    }

    #[test]
    fn what_has_no_direction_or_no_weights_becomes_zero() {
        let net = Mlp::new(&[1, 2]).expect("widths");
        let mut direction = [0.0f32, 3.0, 1.0, 1.0];
        net.filter_normalise(&[2.0, 0.0, 1.0, 1.0], &mut direction).expect("zeros are numbers");
        assert_eq!(direction, [0.0; 4]);
    }
}
