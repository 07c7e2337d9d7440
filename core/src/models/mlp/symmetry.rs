//! Directions along which the loss is constant, whatever the data.

use super::objective::MlpObjective;
use super::weights::Weighting;
use crate::base::rows::{row_mut, rows};
use crate::base::vector::{axpy, dot, norm, normalise};
use crate::{ArgError, Objective, Real};

impl<R: Real, W: Weighting<R>> MlpObjective<'_, R, W> {
    /// Returns the largest number of directions that [`symmetry_modes`](Self::symmetry_modes) can find; zero with an L2
    /// penalty.
    #[must_use]
    pub fn symmetry_count(&self) -> usize {
        if self.l2 > R::ZERO {
            return 0;
        }
        let (net, last) = (self.net, self.net.shape(self.net.layers() - 1));
        let shifts = last.inputs + usize::from(net.has_bias());
        let hidden = net.unit_counts().0 - net.outputs();
        let (shift, scale) =
            (self.loss.sees_no_shift() && net.output().is_identity(), net.hidden().is_homogeneous());
        (if shift { shifts } else { 0 }) + if scale { hidden } else { 0 }
    }

    /// Writes an orthonormal basis, one vector per row, of the directions at `params` along which the loss does not
    /// change, whatever the data. Returns the number of directions.
    ///
    /// | symmetry | directions | eigenvectors of eigenvalue 0 |
    /// |---|---|---|
    /// | softmax is invariant to a shift of all outputs | equal outgoing weights of a unit of the last hidden layer, or equal biases | everywhere |
    /// | a (leaky) ReLU unit can be rescaled | `(W[·, j], b[j])` of a hidden unit up and its outgoing weights down | at critical points |
    ///
    /// These directions are flat however sharp a minimum is. Subtract their number from the number of flat directions
    /// ([`Signature::flat_beyond`](crate::curvature::Signature::flat_beyond)) before interpreting the latter. With an
    /// L2 penalty there are none.
    ///
    /// # Cost
    /// About 2 k² n multiply–adds for k directions; each is orthogonalised twice against the previous ones.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite) or `modes` (length other than
    /// [`symmetry_count`](Self::symmetry_count) · n); nothing has been written then.
    ///
    /// ```
    /// use losscape::models::data::{Dataset, Targets};
    /// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
    /// use losscape::Objective;
    /// let net = Mlp::new(&[2, 3, 2])?;
    /// let data = Dataset::new(&[0.0f64, 1.0], 2, Targets::Labels(&[1]))?;
    /// let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    /// let mut modes = vec![0.0; f.symmetry_count() * f.dim()];
    /// assert_eq!(f.symmetry_modes(&[0.5; 17], &mut modes)?, 4); // h + 1
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn symmetry_modes(&self, params: &[R], modes: &mut [R]) -> Result<usize, ArgError> {
        let (net, n, count) = (self.net, self.dim(), self.symmetry_count());
        ArgError::check_len("params", n, params.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_len("modes", count.saturating_mul(n), modes.len())?;
        let mut known = 0;
        let mut add = |fill: &dyn Fn(&mut [R])| {
            let (before, rest) = modes.split_at_mut(known * n);
            let Some(mode) = row_mut(rest, n, 0) else { return };
            mode.fill(R::ZERO);
            fill(mode);
            normalise(mode);
            for _ in 0..2 {
                for other in rows(before, n) {
                    axpy(-dot(other, mode), other, mode);
                }
            }
            // If the direction lies in the span of the previous ones, only rounding is left.
            if norm(mode) > R::EPSILON * R::from_usize(n) {
                normalise(mode);
                known += 1;
            }
        };
        if count == 0 {
            return Ok(0);
        }
        let last = net.layer(net.layers() - 1);
        if self.loss.sees_no_shift() && net.output().is_identity() {
            for k in 0..last.inputs {
                let from = last.weights.start + k * last.outputs;
                add(&|mode| mode[from..from + last.outputs].fill(R::ONE));
            }
            if net.has_bias() {
                add(&|mode| mode[last.bias.clone()].fill(R::ONE));
            }
        }
        if net.hidden().is_homogeneous() {
            for l in 0..net.layers() - 1 {
                let (into, out_of) = (net.layer(l), net.layer(l + 1));
                for j in 0..into.outputs {
                    add(&|mode| {
                        for k in into
                            .weights
                            .clone()
                            .skip(j)
                            .step_by(into.outputs)
                            .chain(into.bias.clone().skip(j).take(1))
                        {
                            mode[k] = params[k];
                        }
                        for k in out_of.weights.clone().skip(j * out_of.outputs).take(out_of.outputs) {
                            mode[k] = -params[k];
                        }
                    });
                }
            }
        }
        Ok(known)
    }
}
