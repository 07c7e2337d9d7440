//! Networks that compute the same: permuted and mirrored hidden units.

use super::Mlp;
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
        ((widest + 4) * (widest + 1), 3 * (widest + 1))
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
    /// [`ArgError`] naming the slice of another length; nothing has been changed then.
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

/// The Hungarian algorithm in its form with potentials (Kuhn 1955; Jonker & Volgenant 1987): the assignment of
/// columns to rows with the least total cost, `O(h³)`.
///
/// Rows and columns are counted from 1; `row_of[j]` is the row of column j, `row_of[0]` is not meant.
/// `marks` has `2 (h + 1)` elements, `memory` `3 (h + 1)`.
fn assign<R: Real>(
    h: usize,
    cost: impl Fn(usize, usize) -> R,
    row_of: &mut [u32],
    marks: &mut [u32],
    memory: &mut [R],
) {
    let (way, rest) = marks.split_at_mut(h + 1); // the column before, on the alternating path
    let used = &mut rest[..=h];
    let (u, rest) = memory.split_at_mut(h + 1); // potentials of rows
    let (v, rest) = rest.split_at_mut(h + 1); // and of columns
    let slack = &mut rest[..=h];
    row_of.fill(0);
    u.fill(R::ZERO);
    v.fill(R::ZERO);
    for row in (1u32..).take(h) {
        row_of[0] = row;
        slack.fill(R::INFINITY);
        used.fill(0);
        let mut column = 0;
        // Grow the alternating tree by the column of least slack until a free one is reached.
        loop {
            used[column] = 1;
            let row = row_of[column] as usize;
            let (mut least, mut next) = (R::INFINITY, 0);
            for j in 1..=h {
                if used[j] == 1 {
                    continue;
                }
                let reduced = cost(row - 1, j - 1) - u[row] - v[j];
                if reduced < slack[j] {
                    slack[j] = reduced;
                    #[expect(clippy::cast_possible_truncation, reason = "a layer has at most 2¹⁶ units")]
                    {
                        way[j] = column as u32;
                    }
                }
                // Some free column in any case: costs that overflowed must not make this loop endless.
                if next == 0 || slack[j] < least {
                    (least, next) = (slack[j], j);
                }
            }
            for j in 0..=h {
                if used[j] == 1 {
                    u[row_of[j] as usize] += least;
                    v[j] -= least;
                } else {
                    slack[j] -= least;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        // Turn the path round.
        while column > 0 {
            let before = way[column] as usize;
            row_of[column] = row_of[before];
            column = before;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    extern crate std;
    use super::super::Activation;
    use super::*;
    use crate::base::random::{fill_normal, shuffle, stream, uniform};
    use crate::base::vector::distance;
    use std::vec;
    use std::vec::Vec;

    /// The least cost over all permutations.
    fn brute_force(h: usize, cost: &[f64]) -> f64 {
        fn best(row: usize, free: &mut Vec<usize>, h: usize, cost: &[f64]) -> f64 {
            if row == h {
                return 0.0;
            }
            let mut least = f64::INFINITY;
            for k in 0..free.len() {
                let j = free.remove(k);
                least = least.or_smaller(cost[row * h + j] + best(row + 1, free, h, cost));
                free.insert(k, j);
            }
            least
        }
        best(0, &mut (0..h).collect(), h, cost)
    }

    #[test]
    fn assignment_is_the_cheapest() {
        let mut rng = stream(5, 0);
        for h in 1..7 {
            for _ in 0..20 {
                let cost: Vec<f64> = (0..h * h).map(|_| uniform::<f64, _>(&mut rng) - 0.5).collect();
                let (mut row_of, mut marks) = (vec![9; h + 1], vec![9; 2 * (h + 1)]);
                let mut memory = vec![f64::NAN; 3 * (h + 1)];
                assign(h, |i, j| cost[i * h + j], &mut row_of, &mut marks, &mut memory);
                let found = (1..=h).fold(0.0, |s, j| s + cost[(row_of[j] as usize - 1) * h + j - 1]);
                assert!((found - brute_force(h, &cost)).abs() < 1e-12);
                let mut rows = row_of[1..].to_vec();
                rows.sort_unstable();
                assert!(rows.iter().zip(1..).all(|(row, i)| *row == i), "a permutation");
            }
        }
    }

    /// Permutes and mirrors the units of hidden layer `l`, plainly.
    fn shuffled(net: &Mlp, params: &[f64], l: usize, permutation: &[u32], signs: &[f64]) -> Vec<f64> {
        let mut out = params.to_vec();
        let (a, b) = (net.layer(l), net.layer(l + 1));
        for (j, p) in permutation.iter().enumerate() {
            let p = *p as usize;
            for i in 0..a.inputs {
                out[a.weights.start + i * a.outputs + j] =
                    signs[j] * params[a.weights.start + i * a.outputs + p];
            }
            out[a.bias.start + j] = signs[j] * params[a.bias.start + p];
            for k in 0..b.outputs {
                out[b.weights.start + j * b.outputs + k] =
                    signs[j] * params[b.weights.start + p * b.outputs + k];
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
}
