//! Hessian products at one point, with their common parts computed once.

use super::objective::MlpObjective;
use super::products::PRODUCT_BLOCK;
use super::tape::{DirectionTape, Kept};
use super::weights::{Equal, Weighting};
use crate::base::refusal::refuse;
use crate::base::rows::{rows, rows_mut};
use crate::base::target::TILES;
use crate::models::sum::BlockSum;
use crate::{ArgError, Curvature, Objective, Operator, Real};

/// The number of vectors whose products are computed abreast: the lanes of the widest registers.
const ABREAST: usize = 16;
/// A line of the cache in bytes. A register as wide takes twice as long to read or write across the end of one.
const LINE: usize = 64;
/// From this many vectors on, empty lanes cost less than computing the products one after the other.
const ENOUGH: usize = 10;

/// The Hessian of a network's loss at one point. It stores what all of its products share: the activations, the
/// gradient of the loss with respect to them, and the probabilities of a cross-entropy.
///
/// [`MlpObjective::prepare`] creates it. Its products equal those of [`HessianAt`](crate::objective::HessianAt) bit for
/// bit and take about half the time; sixteen together, which fill the processor's vector lanes, take a fifth less
/// again. The parameters and the data are borrowed, so they cannot change.
///
/// # Shapes
///
/// | argument | length                         | layout                     |
/// |----------|--------------------------------|----------------------------|
/// | `memory` | [`MlpObjective::prepared_len`] | need not be initialised    |
///
/// # Cost
/// Preparation costs about as much as a gradient; a product takes N · Σ (3 to 5) inputs·outputs multiply–adds, 2 for
/// the first layer.
///
/// # Examples
///
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// use losscape::objective::HessianAt;
/// use losscape::Operator;
///
/// let (net, x) = (Mlp::new(&[1, 3, 2])?, [1.0f64, -2.0, 0.5]);
/// let data = Dataset::new(&x, 1, Targets::Labels(&[0, 1, 1]))?;
/// let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.01)?;
/// let params = [0.3; 14];
/// let prepared = f.prepare(&params, vec![0.0; f.prepared_len()])?;
/// let (v, mut two) = ([[0.5; 14], [-2.0; 14]].concat(), [0.0; 28]);
/// prepared.apply_several(&v, &mut two, &mut vec![0.0; prepared.several_scratch_len(2)]);
///
/// let (at, mut one) = (HessianAt::new(&f, &params)?, [0.0; 14]);
/// at.apply(&v[14..], &mut one, &mut vec![0.0; at.scratch_len()]);
/// assert_eq!(two[14..], one);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PreparedHessian<'a, R: Real, M, W = Equal> {
    f: MlpObjective<'a, R, W>,
    params: &'a [R],
    memory: M, // a `Kept` of every tile
}

impl<'a, R: Real, W: Weighting<R>> MlpObjective<'a, R, W> {
    /// Returns the length of the memory of [`prepare`](Self::prepare). Each sample takes twice the hidden units and
    /// outputs, the units above the first layer, and the outputs again; softplus and GELU take all units once more. The
    /// length saturates.
    #[must_use]
    pub const fn prepared_len(&self) -> usize {
        self.net.kept_len(self.data.len())
    }

    /// Prepares the Hessian at `params` for many products.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite) or `memory` (shorter than
    /// [`prepared_len`](Self::prepared_len)). If the network's outputs are not finite, products are NaN instead.
    pub fn prepare<M: AsRef<[R]> + AsMut<[R]>>(
        &self,
        params: &'a [R],
        mut memory: M,
    ) -> Result<PreparedHessian<'a, R, M, W>, ArgError> {
        ArgError::check_len("params", self.dim(), params.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_min_len("memory", self.prepared_len(), memory.as_ref().len())?;
        let (mut samples, mut rest) = (self.samples_of(None), memory.as_mut());
        while let Some(tile) = samples.take(self.tile, PRODUCT_BLOCK) {
            let kept = Kept::take_mut(&self.net, tile.len(), &mut rest);
            let Some((mut kept, pass)) = kept.zip(self.pass(params, tile, &mut [])) else { break };
            let _ = self.keep(&pass, tile, &mut kept);
        }
        Ok(PreparedHessian { f: *self, params, memory })
    }
}

impl<R: Real, M: AsRef<[R]>, W: Weighting<R>> PreparedHessian<'_, R, M, W> {
    /// Writes the sums of the samples' products with `K` vectors abreast to `out`, or, if `K` is 1, with one or more
    /// vectors in turn; returns the divisor.
    fn sum<const K: usize>(&self, v: &[R], out: &mut [R], mut scratch: &mut [R]) -> Option<R> {
        let (f, turn) = (&self.f, K * self.f.dim());
        let mut samples = f.samples_of(None);
        let mass = f.weights.mass(samples.len());
        let mut sum = BlockSum::new(out, samples.len() > PRODUCT_BLOCK, &mut scratch)?;
        let mut memory = self.memory.as_ref();
        while let Some(tile) = samples.take(f.tile, PRODUCT_BLOCK) {
            let kept = Kept::take(&f.net, tile.len(), &mut memory)?;
            let mut direction = DirectionTape::new(&f.net, tile.len(), K, scratch)?;
            let pass = f.pass(self.params, tile, &mut [])?;
            for (v, out) in rows(v, turn).zip(rows_mut(sum.block(), turn)) {
                f.add_kept::<K>(&pass, tile, &kept, v, &mut direction, out)?;
            }
            if samples.at_block(PRODUCT_BLOCK) {
                sum.close();
            }
        }
        Some(mass)
    }

    /// As [`sum`](Self::sum) for at most [`ABREAST`] consecutive vectors, which it interleaves.
    fn sum_abreast(&self, v: &[R], out: &mut [R], mut scratch: &mut [R]) -> Option<R> {
        let n = self.f.dim();
        // All parts of the scratch hold whole lines, so all start with one if the first does.
        let spare = LINE / R::BYTES - 1;
        let skipped = scratch.as_ptr().align_offset(LINE);
        let skipped = if skipped <= spare { skipped } else { 0 };
        // What is not skipped is left out at the end: whether a scratch is long enough must not depend on its address.
        let end = scratch.len().checked_sub(spare - skipped)?;
        scratch = scratch.get_mut(skipped..end)?;
        let abreast = scratch.split_off_mut(..ABREAST * n)?;
        let sums = scratch.split_off_mut(..ABREAST * n)?;
        abreast.fill(R::ZERO);
        for (d, v) in rows(v, n).enumerate() {
            abreast.iter_mut().skip(d).step_by(ABREAST).zip(v).for_each(|(to, v)| *to = *v);
        }
        let mass = self.sum::<ABREAST>(abreast, sums, scratch);
        for (d, out) in rows_mut(out, n).enumerate() {
            out.iter_mut().zip(sums.iter().skip(d).step_by(ABREAST)).for_each(|(out, sum)| *out = *sum);
        }
        mass
    }

    /// Computes the products with one group of vectors.
    fn products(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        let n = self.dim();
        let mass = if is_abreast(v.len(), n) {
            self.sum_abreast(v, out, scratch)
        } else {
            self.sum::<1>(v, out, scratch)
        };
        if mass.is_none() {
            return refuse(out);
        }
        for (v, out) in rows(v, n).zip(rows_mut(out, n)) {
            self.f.finish(out, mass, v);
        }
    }

    /// Returns the memory, consuming `self`.
    #[must_use]
    pub fn into_memory(self) -> M {
        self.memory
    }
}

/// Returns whether the products with `len / dim` vectors are computed abreast.
fn is_abreast(len: usize, dim: usize) -> bool {
    TILES && len.checked_div(dim).is_some_and(|count| count >= ENOUGH)
}

impl<R: Real, M: AsRef<[R]>, W: Weighting<R>> Operator<R> for PreparedHessian<'_, R, M, W> {
    fn dim(&self) -> usize {
        self.f.dim()
    }

    fn scratch_len(&self) -> usize {
        self.several_scratch_len(1)
    }

    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.apply_several(v, out, scratch);
    }

    fn roundings(&self) -> usize {
        self.f.hess_vec_roundings()
    }

    fn several_scratch_len(&self, count: usize) -> usize {
        let sums = if self.f.data().len() > PRODUCT_BLOCK { self.dim() } else { 0 };
        let one = self.f.net.direction_len(self.f.tile);
        if is_abreast(count.saturating_mul(self.dim()), self.dim()) {
            let each = sums.saturating_add(self.dim().saturating_mul(2)).saturating_add(one);
            return each.saturating_mul(ABREAST).saturating_add(LINE / R::BYTES - 1);
        }
        one.saturating_add(count.saturating_mul(sums))
    }

    fn apply_several(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        let n = self.dim();
        if v.len() != out.len() || !v.len().is_multiple_of(n) {
            return refuse(out);
        }
        // Vectors stored consecutively can share the stored values, however many there are.
        let at_a_time = if is_abreast(v.len(), n) { ABREAST * n } else { v.len() };
        for (v, out) in v.chunks(at_a_time.max(1)).zip(out.chunks_mut(at_a_time.max(1))) {
            self.products(v, out, scratch);
        }
    }
}
