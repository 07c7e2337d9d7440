//! Products of a vector with the curvature of a network's loss: the Hessian, and its Gauss–Newton part.

use super::forward::Pass;
use super::objective::MlpObjective;
use super::tape::{DirectionTape, Kept, Tape, last, last_mut};
use super::tile::{BLOCK, Rows};
use super::weights::Weighting;
use crate::models::sum::BlockSum;
use crate::objective::GaussNewton;
use crate::{Curvature, Objective, Real, SampledCurvature};

/// The number of samples in a block of a product; each may have two terms.
pub(super) const PRODUCT_BLOCK: usize = BLOCK / 2;

impl<R: Real, W: Weighting<R>> MlpObjective<'_, R, W> {
    /// Writes the sum of the weighted products of all samples or a batch to `out`; returns the divisor.
    ///
    /// `add` adds a tile's part, or returns `None` if a length or an index does not fit.
    fn sum_products(
        &self,
        params: &[R],
        batch: Option<&[u32]>,
        v: &[R],
        out: &mut [R],
        mut scratch: &mut [R],
        add: impl Fn(&Self, &[R], &[R], Rows<'_>, &mut [R], &mut [R]) -> Option<()>,
    ) -> Option<R> {
        let mut samples = self.samples_of(batch);
        let mass = self.weights.mass(samples.len());
        let mut sum = BlockSum::new(out, samples.len() > PRODUCT_BLOCK, &mut scratch)?;
        while let Some(tile) = samples.take(self.tile, PRODUCT_BLOCK) {
            add(self, params, v, tile, sum.block(), scratch)?;
            if samples.at_block(PRODUCT_BLOCK) {
                sum.close();
            }
        }
        Some(mass)
    }

    /// Stores what products need of a tile.
    pub(super) fn keep(&self, pass: &Pass<'_, R>, rows: Rows<'_>, kept: &mut Kept<&mut [R]>) -> Option<()> {
        pass.forward(kept.acts, kept.pre)?;
        let len = rows.len() * self.net.outputs();
        let (a, u) = (last(kept.acts, len)?, last_mut(kept.upstream, len)?);
        self.weights.keep(self.loss, a, &self.answers(rows), u, kept.loss.get_mut(..len)?)?;
        pass.upstream(kept)
    }

    /// Adds a tile's part of the Hessian times `v` to `out`, given the stored values of the tile; `v`, `direction` and
    /// `out` hold `K` vectors abreast.
    pub(super) fn add_kept<const K: usize>(
        &self,
        pass: &Pass<'_, R>,
        rows: Rows<'_>,
        kept: &Kept<&[R]>,
        v: &[R],
        direction: &mut DirectionTape<'_, R>,
        out: &mut [R],
    ) -> Option<()> {
        pass.forward_direction::<K>(v, kept.acts, kept.pre, direction)?;
        let len = rows.len() * self.net.outputs();
        self.weights.head_direction::<K>(
            self.loss,
            kept.loss.get(..len)?,
            last(direction.acts, len * K)?,
            &self.answers(rows),
            direction.upstream.get_mut(..len * K)?,
        )?;
        pass.backward_direction::<K>(v, kept, direction, out)
    }

    /// Adds a tile's part of the Hessian times `v` to `out`.
    fn add_hess_vec(
        &self,
        params: &[R],
        v: &[R],
        rows: Rows<'_>,
        out: &mut [R],
        mut scratch: &mut [R],
    ) -> Option<()> {
        let gathered = scratch.split_off_mut(..rows.len() * self.net.inputs())?;
        let mut kept = Kept::take_mut(&self.net, rows.len(), &mut scratch)?;
        let mut direction = DirectionTape::new(&self.net, rows.len(), 1, scratch)?;
        let pass = self.pass(params, rows, gathered)?;
        self.keep(&pass, rows, &mut kept)?;
        self.add_kept::<1>(&pass, rows, &kept.read(), v, &mut direction, out)
    }

    /// Adds a tile's part of the Gauss–Newton matrix times `v` to `out`: forward along the direction to the outputs,
    /// through the loss's curvature there, and back as for a gradient.
    fn add_gauss_newton(
        &self,
        params: &[R],
        v: &[R],
        rows: Rows<'_>,
        out: &mut [R],
        scratch: &mut [R],
    ) -> Option<()> {
        let net = &self.net;
        let len = rows.len() * net.outputs();
        let (gathered, mut tape, mut scratch) = Tape::new(net, rows.len(), scratch)?;
        let kept = scratch.split_off_mut(..len)?;
        let mut direction = DirectionTape::new(net, rows.len(), 1, scratch)?;
        let pass = self.pass(params, rows, gathered)?;
        pass.forward(tape.acts, tape.pre)?;
        pass.forward_direction::<1>(v, tape.acts, tape.pre, &mut direction)?;
        let (answers, u) = (self.answers(rows), tape.upstream.get_mut(..len)?);
        self.weights.keep(self.loss, last(tape.acts, len)?, &answers, u, kept)?;
        self.weights.head_direction::<1>(self.loss, kept, last(direction.acts, len)?, &answers, u)?;
        pass.backward(&mut tape, out, false)
    }
}

impl<R: Real, W: Weighting<R>> Curvature<R> for MlpObjective<'_, R, W> {
    fn hess_vec_scratch_len(&self) -> usize {
        self.batch_hess_vec_scratch_len(self.data.len())
    }

    /// A term of a component passes through the sums of every layer, forwards (two along the direction) and backwards
    /// (three), through some 16 roundings of its activation and as many of the loss and its weight, and then through a
    /// block of terms and the sum of all blocks.
    fn hess_vec_roundings(&self) -> usize {
        let mut count = 2 * PRODUCT_BLOCK + 2 + 16;
        for l in 0..self.net.layers() {
            let layer = self.net.shape(l);
            count += 3 * (layer.inputs + layer.outputs) + 16;
        }
        count
    }

    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        let mass = self.sum_products(params, None, v, out, scratch, Self::add_hess_vec);
        self.finish(out, mass, v);
    }
}

impl<R: Real, W: Weighting<R>> SampledCurvature<R> for MlpObjective<'_, R, W> {
    fn batch_hess_vec_scratch_len(&self, batch: usize) -> usize {
        self.net.hess_vec_scratch_len(self.tile) + if batch > PRODUCT_BLOCK { self.dim() } else { 0 }
    }

    fn batch_hess_vec(&self, params: &[R], batch: &[u32], v: &[R], out: &mut [R], scratch: &mut [R]) {
        let mass = self.sum_products(params, Some(batch), v, out, scratch, Self::add_hess_vec);
        self.finish(out, mass, v);
    }
}

impl<R: Real, W: Weighting<R>> GaussNewton<R> for MlpObjective<'_, R, W> {
    fn gauss_newton_scratch_len(&self) -> usize {
        let tile = self.net.scratch_len(self.tile).saturating_add(self.net.direction_len(self.tile));
        let kept = self.tile.saturating_mul(self.net.outputs());
        tile.saturating_add(kept) + if self.data.len() > PRODUCT_BLOCK { self.dim() } else { 0 }
    }

    fn gauss_newton_roundings(&self) -> usize {
        self.hess_vec_roundings()
    }

    fn gauss_newton_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        let mass = self.sum_products(params, None, v, out, scratch, Self::add_gauss_newton);
        self.finish(out, mass, v);
    }
}
