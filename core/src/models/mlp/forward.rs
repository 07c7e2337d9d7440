//! Passes through a network for one tile of samples: forward, backward, and both along a direction.

use super::Mlp;
use super::tape::{DirectionTape, Kept, Tape, last, take_last, take_last_mut};
use crate::Real;
use crate::base::matrix::{
    affine, affine_add, affine_add_abreast, back, back_add, back_both_abreast, column_sum, outer, outer_sum,
    outer_sum_direction, outer_sum_direction_abreast,
};
use crate::base::refusal::refuse;
use crate::base::rows::{copy, rows, rows_mut};
use crate::base::target::TILES;

impl Mlp {
    /// Computes the outputs of a batch, `outputs ← net(inputs)`, one row at a time. Fills `outputs` with NaN if the
    /// slices do not fit together.
    ///
    /// | argument | length |
    /// |---|---|
    /// | `params` | `param_len()` |
    /// | `inputs` | N × inputs |
    /// | `outputs` | N × outputs |
    /// | `scratch` | at least `scratch_len(1)` |
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// const LINE: Mlp = Mlp::from_widths(&[1, 1]);
    /// let (mut outputs, mut scratch) = ([0.0f32; 2], [0.0; LINE.scratch_len(1)]);
    /// LINE.predict(&[3.0, -1.0], &[2.0, 5.0], &mut outputs, &mut scratch);
    /// assert_eq!(outputs, [5.0, 14.0]); // 3 x − 1
    /// ```
    pub fn predict<R: Real>(&self, params: &[R], inputs: &[R], outputs: &mut [R], scratch: &mut [R]) {
        let count = rows(inputs, self.inputs()).len();
        let fits =
            inputs.len() == count * self.inputs() && count.checked_mul(self.outputs()) == Some(outputs.len());
        if !fits || self.predict_rows(params, inputs, outputs, scratch).is_none() {
            refuse(outputs);
        }
    }

    fn predict_rows<R: Real>(
        &self,
        params: &[R],
        inputs: &[R],
        outputs: &mut [R],
        scratch: &mut [R],
    ) -> Option<()> {
        let (_, tape, _) = Tape::new(self, 1, scratch)?;
        for (x, y) in rows(inputs, self.inputs()).zip(rows_mut(outputs, self.outputs())) {
            Pass { net: self, params, x, rows: 1 }.forward(tape.acts, tape.pre)?;
            copy(last(tape.acts, self.outputs())?, y);
        }
        Some(())
    }
}

/// A pass through `net` at `params` for the `rows` samples of `x`.
///
/// Layers are split off the slices from the front, or from the end in a backward pass. A pass returns `None` unless the
/// slices of parameters fit exactly and the others are long enough.
pub(super) struct Pass<'a, R> {
    pub(super) net: &'a Mlp,
    pub(super) params: &'a [R],
    pub(super) x: &'a [R],
    pub(super) rows: usize,
}

impl<R: Real> Pass<'_, R> {
    /// Computes `zˡ = aˡ⁻¹ Wˡ + bˡ`, `aˡ = φ(zˡ)` for all layers and the `rows` samples of `x`.
    pub(super) fn forward(&self, mut acts: &mut [R], mut pre: &mut [R]) -> Option<()> {
        let Self { net, mut params, x, rows } = *self;
        let mut below: &[R] = x;
        for l in 0..net.layers() {
            let layer = net.shape(l);
            let weights = params.split_off(..layer.weights)?;
            let bias = params.split_off(..layer.bias)?;
            let own = acts.split_off_mut(..rows * layer.outputs)?;
            affine(below, weights, bias, own, layer.outputs);
            if net.keeps_preactivations() {
                copy(own, pre.split_off_mut(..own.len())?);
            }
            net.activation(l).apply(own);
            below = own;
        }
        params.is_empty().then_some(())
    }

    /// Adds the gradient of the samples of `x` to `grad`, given `upstream = ∂ℓ/∂aᴸ`. If `fresh`, it overwrites `grad`
    /// without reading it.
    ///
    /// ```text
    /// δˡ = φ′(zˡ) ⊙ uˡ,   ∂W += Σₛ aˡ⁻¹ δˡ,   ∂b += Σₛ δˡ,   uˡ⁻¹ = δˡ Wˡᵀ
    /// ```
    ///
    /// δ overwrites the activations.
    pub(super) fn backward(&self, tape: &mut Tape<'_, R>, mut grad: &mut [R], fresh: bool) -> Option<()> {
        let Self { net, mut params, x, rows } = *self;
        let (mut acts, mut pre, upstream) = (&mut *tape.acts, &*tape.pre, &mut *tape.upstream);
        for l in (0..net.layers()).rev() {
            let layer = net.shape(l);
            let (below, own) = (rows * layer.inputs, rows * layer.outputs);
            let delta = take_last_mut(&mut acts, own)?;
            let z = take_last(&mut pre, if net.keeps_preactivations() { own } else { 0 })?;
            let bias = take_last_mut(&mut grad, layer.bias)?;
            if TILES && fresh {
                bias.fill(R::ZERO);
            }
            net.activation(l).pull_back(delta, z, upstream.get(..own)?, bias);
            let sum = take_last_mut(&mut grad, layer.weights)?;
            let x = if l > 0 { last(acts, below)? } else { x };
            if TILES && fresh {
                outer(x, delta, sum, layer.outputs);
            } else {
                outer_sum(x, delta, sum, layer.outputs);
            }
            if l > 0 {
                take_last(&mut params, layer.bias)?;
                let weights = take_last(&mut params, layer.weights)?;
                back(delta, weights, upstream.get_mut(..below)?, layer.outputs);
            }
        }
        grad.is_empty().then_some(())
    }

    /// Computes the gradient with respect to the activations of every layer, after [`forward`](Self::forward), given
    /// `uᴸ = ∂ℓ/∂aᴸ`:
    ///
    /// ```text
    /// δˡ = φ′(zˡ) ⊙ uˡ,   uˡ⁻¹ = δˡ Wˡᵀ
    /// ```
    pub(super) fn upstream(&self, kept: &mut Kept<&mut [R]>) -> Option<()> {
        let Self { net, mut params, rows, .. } = *self;
        let (mut acts, mut pre) = (&*kept.acts, &*kept.pre);
        let (mut upstream, mut deltas) = (&mut *kept.upstream, &mut *kept.deltas);
        let mut u = take_last_mut(&mut upstream, rows * net.outputs())?;
        for l in (1..net.layers()).rev() {
            let layer = net.shape(l);
            let own = rows * layer.outputs;
            let a = take_last(&mut acts, own)?;
            let z = take_last(&mut pre, if net.keeps_preactivations() { own } else { 0 })?;
            let delta = take_last_mut(&mut deltas, own)?;
            net.activation(l).push_forward::<R, 1>(a, z, u, delta);
            take_last(&mut params, layer.bias)?;
            let below = take_last_mut(&mut upstream, rows * layer.inputs)?;
            back(delta, take_last(&mut params, layer.weights)?, below, layer.outputs);
            u = below;
        }
        Some(())
    }

    /// Computes the derivative of the forward pass along `v` (Pearlmutter 1994), after [`forward`](Self::forward):
    ///
    /// ```text
    /// Rzˡ = aˡ⁻¹ Vˡ + vˡ + Raˡ⁻¹ Wˡ,   Raˡ = φ′(zˡ) ⊙ Rzˡ,   Ra⁰ = 0
    /// ```
    ///
    /// `v` and the directional activations hold `K` directions abreast.
    pub(super) fn forward_direction<const K: usize>(
        &self,
        mut v: &[R],
        mut acts: &[R],
        mut pre: &[R],
        direction: &mut DirectionTape<'_, R>,
    ) -> Option<()> {
        let Self { net, mut params, x, rows } = *self;
        let mut below: &[R] = x;
        let (mut r_acts, mut r_pre) = (&mut *direction.acts, &mut *direction.pre);
        let mut r_below: &[R] = &[];
        for l in 0..net.layers() {
            let layer = net.shape(l);
            let own = rows * layer.outputs;
            let (v_weights, v_bias) = (v.split_off(..layer.weights * K)?, v.split_off(..layer.bias * K)?);
            let (weights, _) = (params.split_off(..layer.weights)?, params.split_off(..layer.bias)?);
            let a = acts.split_off(..own)?;
            let z = pre.split_off(..if net.keeps_preactivations() { own } else { 0 })?;
            let (ra, rz) = (r_acts.split_off_mut(..own * K)?, r_pre.split_off_mut(..own * K)?);
            affine(below, v_weights, v_bias, rz, layer.outputs * K);
            if l > 0 && K == 1 {
                affine_add(r_below, weights, rz, layer.outputs);
            } else if l > 0 {
                affine_add_abreast::<R, K>(r_below, weights, rz, layer.outputs);
            }
            net.activation(l).push_forward::<R, K>(a, z, rz, ra);
            (below, r_below) = (a, ra);
        }
        v.is_empty().then_some(())
    }

    /// Computes the derivative of the backward pass along `v`, after [`upstream`](Self::upstream) and
    /// [`forward_direction`](Self::forward_direction), given `Ru = R∂ℓ/∂aᴸ`:
    ///
    /// ```text
    /// Rδˡ = φ″(zˡ) ⊙ Rzˡ ⊙ uˡ + φ′(zˡ) ⊙ Ruˡ
    /// R∂W += Σₛ (aˡ⁻¹ Rδˡ + Raˡ⁻¹ δˡ),   R∂b += Σₛ Rδˡ
    /// Ruˡ⁻¹ = δˡ Vˡᵀ + Rδˡ Wˡᵀ
    /// ```
    ///
    /// Rδ overwrites the directional activations. `v`, `out` and all directional slices hold `K` directions abreast.
    pub(super) fn backward_direction<const K: usize>(
        &self,
        mut v: &[R],
        kept: &Kept<&[R]>,
        direction: &mut DirectionTape<'_, R>,
        mut out: &mut [R],
    ) -> Option<()> {
        let Self { net, mut params, x, rows } = *self;
        let Kept { mut acts, mut pre, mut upstream, mut deltas, .. } = *kept;
        let (mut r_acts, mut r_pre, ru) = (&mut *direction.acts, &*direction.pre, &mut *direction.upstream);
        for l in (0..net.layers()).rev() {
            let layer = net.shape(l);
            let outputs = layer.outputs;
            let (below, own) = (rows * layer.inputs, rows * outputs);
            let (a, u) = (take_last(&mut acts, own)?, take_last(&mut upstream, own)?);
            let z = take_last(&mut pre, if net.keeps_preactivations() { own } else { 0 })?;
            let (rz, r_delta) = (take_last(&mut r_pre, own * K)?, take_last_mut(&mut r_acts, own * K)?);
            net.activation(l).pull_back_direction::<R, K>(a, z, rz, u, ru.get(..own * K)?, r_delta);
            column_sum(r_delta, take_last_mut(&mut out, layer.bias * K)?);
            let sum = take_last_mut(&mut out, layer.weights * K)?;
            if l == 0 {
                outer_sum(x, r_delta, sum, outputs * K);
                break;
            }
            let delta = take_last(&mut deltas, own)?;
            take_last(&mut params, layer.bias)?;
            take_last(&mut v, layer.bias * K)?;
            let (w, v) = (take_last(&mut params, layer.weights)?, take_last(&mut v, layer.weights * K)?);
            let (a, ra, ru) = (last(acts, below)?, last(r_acts, below * K)?, ru.get_mut(..below * K)?);
            if K == 1 {
                outer_sum_direction(a, ra, delta, r_delta, sum, outputs);
                back(delta, v, ru, outputs);
                back_add(r_delta, w, ru, outputs);
            } else {
                outer_sum_direction_abreast::<R, K>([a, delta], [ra, r_delta], sum, outputs);
                back_both_abreast::<R, K>([delta, v], [r_delta, w], ru, outputs);
            }
        }
        out.is_empty().then_some(())
    }
}
