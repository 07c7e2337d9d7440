//! The passes through a network for one tile of samples: forward, backward, and both along a direction.

use super::Mlp;
use super::tape::{DirectionTape, Levels, Tape, level, level_start, levels};
use crate::Real;
use crate::base::matrix::{affine, affine_add, back, back_add, column_sum, outer_sum, outer_sum_direction};

impl Mlp {
    /// The outputs of a batch: `outputs ← net(inputs)`, evaluated a row at a time.
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
    /// const LINE: Mlp = match Mlp::new(&[1, 1]) { Ok(net) => net, Err(_) => panic!() };
    /// let (mut outputs, mut scratch) = ([0.0f32; 2], [0.0; LINE.scratch_len(1)]);
    /// LINE.predict(&[3.0, -1.0], &[2.0, 5.0], &mut outputs, &mut scratch);
    /// assert_eq!(outputs, [5.0, 14.0]); // 3 x − 1
    /// ```
    pub fn predict<R: Real>(&self, params: &[R], inputs: &[R], outputs: &mut [R], scratch: &mut [R]) {
        debug_assert_eq!(params.len(), self.param_len(), "predict: params");
        debug_assert_eq!(inputs.len() / self.inputs(), outputs.len() / self.outputs(), "predict: rows");
        let (_, mut tape, _) = Tape::new(self, 1, scratch);
        for (x, y) in inputs.chunks_exact(self.inputs()).zip(outputs.chunks_exact_mut(self.outputs())) {
            Pass { net: self, params, x, rows: 1, tile: 1 }.forward(&mut tape);
            y.copy_from_slice(level(self, self.layers() - 1, 1, 1, tape.acts));
        }
    }
}

/// A pass through `net` at `params` for the `rows` samples of `x`, in buffers with room for `tile`.
pub(super) struct Pass<'a, R> {
    pub(super) net: &'a Mlp,
    pub(super) params: &'a [R],
    pub(super) x: &'a [R],
    pub(super) rows: usize,
    pub(super) tile: usize,
}

impl<R: Real> Pass<'_, R> {
    /// `zˡ = aˡ⁻¹ Wˡ + bˡ`, `aˡ = φ(zˡ)` for all layers and the `rows` samples of `x`.
    pub(super) fn forward(&self, tape: &mut Tape<'_, R>) {
        let Self { net, params, x, rows, tile } = *self;
        for l in 0..net.layers() {
            let layer = net.layer(l);
            let Levels { below, own } = levels(net, l, tile, rows, x, tape.acts);
            affine(below, &params[layer.weights], &params[layer.bias], own, layer.outputs);
            if !tape.pre.is_empty() {
                tape.pre[level_start(net, l, tile)..][..own.len()].copy_from_slice(own);
            }
            net.activation(l).apply(own);
        }
    }

    /// Adds the gradient of the samples of `x` to `grad`, given `upstream = ∂ℓ/∂aᴸ`.
    ///
    /// ```text
    /// δˡ = φ′(zˡ) ⊙ uˡ,   ∂W += Σₛ aˡ⁻¹ δˡ,   ∂b += Σₛ δˡ,   uˡ⁻¹ = δˡ Wˡᵀ
    /// ```
    ///
    /// The activations are overwritten by δ.
    pub(super) fn backward(&self, tape: &mut Tape<'_, R>, grad: &mut [R]) {
        let Self { net, params, x, rows, tile } = *self;
        for l in (0..net.layers()).rev() {
            let layer = net.layer(l);
            let Levels { below, own: delta } = levels(net, l, tile, rows, x, tape.acts);
            let pre = level(net, l, tile, rows, tape.pre);
            net.activation(l).pull_back(delta, pre, &tape.upstream[..rows * layer.outputs]);
            outer_sum(below, delta, &mut grad[layer.weights.clone()], layer.outputs);
            if net.has_bias() {
                column_sum(delta, &mut grad[layer.bias]);
            }
            if l > 0 {
                back(delta, &params[layer.weights], &mut tape.upstream[..rows * layer.inputs], layer.outputs);
            }
        }
    }

    /// The forward pass's derivative along `v` (Pearlmutter 1994), after [`forward`](Self::forward):
    ///
    /// ```text
    /// Rzˡ = aˡ⁻¹ Vˡ + vˡ + Raˡ⁻¹ Wˡ,   Raˡ = φ′(zˡ) ⊙ Rzˡ,   Ra⁰ = 0
    /// ```
    pub(super) fn forward_direction(
        &self,
        v: &[R],
        tape: &mut Tape<'_, R>,
        direction: &mut DirectionTape<'_, R>,
    ) {
        let Self { net, params, x, rows, tile } = *self;
        for l in 0..net.layers() {
            let layer = net.layer(l);
            let Levels { below, own: a } = levels(net, l, tile, rows, x, tape.acts);
            let Levels { below: r_below, own: ra } = levels(net, l, tile, rows, &[], direction.acts);
            let rz = &mut direction.pre[level_start(net, l, tile)..][..rows * layer.outputs];
            affine(below, &v[layer.weights.clone()], &v[layer.bias], rz, layer.outputs);
            if l > 0 {
                affine_add(r_below, &params[layer.weights], rz, layer.outputs);
            }
            net.activation(l).push_forward(a, level(net, l, tile, rows, tape.pre), rz, ra);
        }
    }

    /// The backward pass's derivative along `v`, given `u = ∂ℓ/∂aᴸ` and `Ru`:
    ///
    /// ```text
    /// Rδˡ = φ″(zˡ) ⊙ Rzˡ ⊙ uˡ + φ′(zˡ) ⊙ Ruˡ
    /// R∂W += Σₛ (aˡ⁻¹ Rδˡ + Raˡ⁻¹ δˡ),   R∂b += Σₛ Rδˡ
    /// uˡ⁻¹ = δˡ Wˡᵀ,   Ruˡ⁻¹ = δˡ Vˡᵀ + Rδˡ Wˡᵀ
    /// ```
    pub(super) fn backward_direction(
        &self,
        v: &[R],
        tape: &mut Tape<'_, R>,
        direction: &mut DirectionTape<'_, R>,
        out: &mut [R],
    ) {
        let Self { net, params, x, rows, tile } = *self;
        for l in (0..net.layers()).rev() {
            let layer = net.layer(l);
            let outputs = layer.outputs;
            let Levels { below, own: delta } = levels(net, l, tile, rows, x, tape.acts);
            let Levels { below: r_below, own: r_delta } = levels(net, l, tile, rows, &[], direction.acts);
            let (u, ru) = (&mut *tape.upstream, &mut *direction.upstream);
            net.activation(l).pull_back_direction(
                delta,
                level(net, l, tile, rows, tape.pre),
                level(net, l, tile, rows, direction.pre),
                &u[..rows * outputs],
                &ru[..rows * outputs],
                r_delta,
            );
            let sum = &mut out[layer.weights.clone()];
            if l > 0 {
                outer_sum_direction(below, r_below, delta, r_delta, sum, outputs);
            } else {
                outer_sum(below, r_delta, sum, outputs);
            }
            if net.has_bias() {
                column_sum(r_delta, &mut out[layer.bias]);
            }
            if l > 0 {
                let (w, v) = (&params[layer.weights.clone()], &v[layer.weights]);
                back(delta, w, &mut u[..rows * layer.inputs], outputs);
                back(delta, v, &mut ru[..rows * layer.inputs], outputs);
                back_add(r_delta, w, &mut ru[..rows * layer.inputs], outputs);
            }
        }
    }
}
