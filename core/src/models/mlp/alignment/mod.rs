//! Networks that compute the same: permuted and mirrored hidden units.

mod assignment;

use self::assignment::assign;
use super::Mlp;
use crate::base::layout::room;
use crate::base::vector::axpy;
use crate::{ArgError, Real};

/// What [`align`](Mlp::align) found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aligned<R: Real = f32> {
    /// Passes over the hidden layers.
    pub passes: u32,
    /// By how much the inner product with the reference has grown; the squared distance has shrunk by twice
    /// as much.
    pub gain: R,
}

/// How often all hidden layers are matched at most; each pass that goes on has gained something.
const MAX_PASSES: u32 = 100;

impl Mlp {
    /// Elements of workspace that [`align`](Self::align) needs, and of its `u32` indices: `(h + 4) (h + 1)` and
    /// `3 (h + 1)` for the widest hidden layer h.
    #[must_use]
    pub const fn align_len(&self) -> (usize, usize) {
        let (mut widest, mut l) = (0, 0);
        while l + 1 < self.layers() {
            let outputs = self.layer(l).outputs;
            widest = if outputs > widest { outputs } else { widest };
            l += 1;
        }
        (room([[widest + 4, widest + 1]]), 3 * (widest + 1))
    }

    /// Permutes the hidden units of `params` (and mirrors them, if their activation is odd) so that they lie as
    /// near to `reference` as possible. The network computes what it did, up to the rounding of sums in
    /// another order.
    ///
    /// Weight matching of Ainsworth, Hayase & Srinivasa (2023), section 3.2: layer by layer the permutation P
    /// (and signs S) that maximises
    ///
    /// ```text
    /// ⟨W_ref, W P S⟩ + ⟨b_ref, b P S⟩ + ⟨V_ref, S Pᵀ V⟩        W, b: weights into the layer, V: out of it
    /// ```
    ///
    /// by the Hungarian algorithm, until a pass over all layers gains nothing. With one hidden layer the
    /// first pass finds the optimum. Layers are taken in order, not at random, so that the result is a
    /// function of the arguments. Signs are our addition: `tanh(−z) = −tanh z`, so a unit whose incoming and
    /// outgoing weights all change sign does the same work. Other symmetries (the scale of a ReLU unit)
    /// are not used.
    ///
    /// # Shapes
    ///
    /// | argument              | length                        |
    /// |-----------------------|-------------------------------|
    /// | `reference`, `params` | `param_len()`                 |
    /// | `workspace`           | [`align_len`](Self::align_len)`().0` |
    /// | `indices`             | [`align_len`](Self::align_len)`().1` |
    ///
    /// # Cost
    /// A pass is `O(h³)` for the assignment and `O(h² · inputs)` for the products, per hidden layer.
    ///
    /// # Errors
    /// [`ArgError`] naming the slice of another length, or that is not finite; nothing has been changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// let net = Mlp::new(&[1, 2, 1])?;
    /// let reference = [1.0f32, 5.0, 0.1, 0.2, 3.0, 4.0, 0.5];
    /// // The same units the other way round, the second mirrored.
    /// let mut params = [-5.0f32, 1.0, -0.2, 0.1, -4.0, 3.0, 0.5];
    /// let (mut workspace, mut indices) = ([0.0; 18], [0; 9]);
    /// net.align(&reference, &mut params, &mut workspace, &mut indices)?;
    /// assert_eq!(params, reference);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn align<R: Real>(
        &self,
        reference: &[R],
        params: &mut [R],
        workspace: &mut [R],
        indices: &mut [u32],
    ) -> Result<Aligned<R>, ArgError> {
        ArgError::check_len("reference", self.param_len(), reference.len())?;
        ArgError::check_len("params", self.param_len(), params.len())?;
        ArgError::check_finite("reference", reference)?;
        ArgError::check_finite("params", params)?;
        ArgError::check_min_len("workspace", self.align_len().0, workspace.len())?;
        ArgError::check_min_len("indices", self.align_len().1, indices.len())?;
        let mut aligned = Aligned { passes: 0, gain: R::ZERO };
        loop {
            let mut gain = R::ZERO;
            for l in 0..self.layers() - 1 {
                gain += self.align_layer(l, reference, params, workspace, indices);
            }
            aligned.passes += 1;
            aligned.gain += gain;
            // Rounding alone moves the sums of products by far less than this.
            if gain <= R::from_f64(1e-12) || self.layers() == 2 || aligned.passes == MAX_PASSES {
                return Ok(aligned);
            }
        }
    }

    /// Matches the units between layer `l` and the next; returns the gain.
    fn align_layer<R: Real>(
        &self,
        l: usize,
        reference: &[R],
        params: &mut [R],
        workspace: &mut [R],
        indices: &mut [u32],
    ) -> R {
        let (into, out) = (self.layer(l), self.layer(l + 1));
        let h = into.outputs;
        // similarity[i][j]: how well unit j of the network fits in the place of unit i of the reference.
        let (similarity, rest) = workspace.split_at_mut(h * h);
        similarity.fill(R::ZERO);
        let incoming = [into.weights.clone(), into.bias.clone()];
        for range in incoming {
            let (theirs, ours) = (&reference[range.clone()], &params[range]);
            for (theirs, ours) in theirs.chunks_exact(h).zip(ours.chunks_exact(h)) {
                for (row, t) in similarity.chunks_exact_mut(h).zip(theirs) {
                    axpy(*t, ours, row);
                }
            }
        }
        let (theirs, ours) = (&reference[out.weights.clone()], &params[out.weights.clone()]);
        for (row, t) in similarity.chunks_exact_mut(h).zip(theirs.chunks_exact(out.outputs)) {
            for (s, o) in row.iter_mut().zip(ours.chunks_exact(out.outputs)) {
                for (t, o) in t.iter().zip(o) {
                    *s += *t * *o;
                }
            }
        }
        let mirrors = self.activation(l).is_odd();
        let worth = |s: R| if mirrors { s.abs() } else { s };
        let (order, rest_indices) = indices.split_at_mut(h + 1);
        assign(h, |i, j| -worth(similarity[i * h + j]), order, rest_indices, rest);

        // order[j + 1] = i + 1: unit j goes to place i. Turn it round, with signs in the workspace.
        let from = &mut rest_indices[..h];
        let mut gain = R::ZERO;
        for (j, i) in (0u32..).zip(&order[1..]) {
            let i = *i as usize - 1;
            from[i] = j;
            gain += worth(similarity[i * h + j as usize]) - similarity[i * h + i];
        }
        let (signs, rest) = rest.split_at_mut(h);
        for (i, sign) in signs.iter_mut().enumerate() {
            let mirrored = mirrors && similarity[i * h + from[i] as usize] < R::ZERO;
            *sign = if mirrored { -R::ONE } else { R::ONE };
        }
        if gain <= R::ZERO {
            return R::ZERO;
        }
        let old = &mut rest[..h];
        for range in [into.weights, into.bias] {
            for row in params[range].chunks_exact_mut(h) {
                old.copy_from_slice(row);
                for ((x, j), sign) in row.iter_mut().zip(&*from).zip(&*signs) {
                    *x = *sign * old[*j as usize];
                }
            }
        }
        let weights = &mut params[out.weights];
        for k in 0..out.outputs {
            for (old, row) in old.iter_mut().zip(weights.chunks_exact(out.outputs)) {
                *old = row[k];
            }
            for ((row, j), sign) in weights.chunks_exact_mut(out.outputs).zip(&*from).zip(&*signs) {
                row[k] = *sign * old[*j as usize];
            }
        }
        gain
    }
}

#[cfg(test)]
mod tests;
