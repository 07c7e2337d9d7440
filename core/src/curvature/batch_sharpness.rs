//! The curvature of batches along their own gradients.

use super::estimate::{Estimate, Running};
use crate::base::elementary::sqrt;
use crate::base::layout::{cut, total};
use crate::base::vector::{dot, dot_scaled, scale, unit_scale};
use crate::{ArgError, Real, SampledCurvature};

/// The workspace layout of a [`BatchSharpness`].
///
/// ```
/// use losscape::curvature::BatchSharpnessLayout;
/// assert_eq!(BatchSharpnessLayout::new(17, 100).len(), 3 * 17 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSharpnessLayout {
    dim: usize,
    scratch: usize,
}

impl BatchSharpnessLayout {
    /// Creates the layout for `dim` parameters and a scratch length: the larger of an objective's
    /// `batch_scratch_len` and `batch_hess_vec_scratch_len` for the largest batch.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Creates the layout for batches of at most `batch` samples.
    #[must_use]
    pub fn of<R: Real>(objective: &(impl SampledCurvature<R> + ?Sized), batch: usize) -> Self {
        let (grad, product) =
            (objective.batch_scratch_len(batch), objective.batch_hess_vec_scratch_len(batch));
        Self::new(objective.dim(), if grad > product { grad } else { product })
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<([&mut [R]; 3], &mut [R])> {
        if workspace.len() < self.len() { None } else { cut(workspace, [self.dim; 3]) }
    }
}

/// The outcome of one [`BatchSharpness::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum BatchSharpnessStep {
    /// A batch was added.
    Added {
        /// The number of batches so far.
        count: u32,
    },
    /// The batch's gradient, its Hessian–vector product or a running sum was infinite or NaN, for example
    /// because a sample index is out of range. The batch was not added.
    NotFinite,
    /// The workspace no longer has the length that this batch needs; nothing was done.
    MemoryChanged,
}

/// The curvature of batches along their own gradients, averaged over batches B in two ways: with the weights ‖g‖²
/// ([`estimate`](Self::estimate)), and without ([`mean_quotient`](Self::mean_quotient)).
///
/// ```text
/// s = E[gᵀ H_B g] / E ‖g‖²,   q = E[gᵀ H_B g / ‖g‖²],      g = ∇f_B(θ),  H_B = ∇²f_B(θ)
/// ```
///
/// A small step −η g lowers the loss of its own batch, on average, while s < 2/η. Andreyev & Beneventano (2024) call q
/// the *batch sharpness* (s is an option of their code) and report that minibatch training brings it, and not the largest
/// eigenvalue of the full Hessian, to 2/η. Both are measured on small networks in `docs/claims.md`. If the only batch is the
/// full data set, both are the curvature along the gradient. Multiplying f by c multiplies both by c.
///
/// # Error
/// The standard error of s is that of the delta method, `√(Σ (aᵦ − s bᵦ)² / (c (c − 1))) / mean b`, for c batches with
/// `a = gᵀ H_B g` and `b = ‖g‖²`; its relative bias is of order 1/c. That of q is the standard error of a mean.
///
/// # Shapes
///
/// | argument    | length                        | layout                  |
/// |-------------|-------------------------------|-------------------------|
/// | `params`    | n                             | θ                       |
/// | `workspace` | [`BatchSharpnessLayout::len`] | need not be initialised |
///
/// # Cost
/// A step is one gradient and one Hessian–vector product of one batch.
///
/// # Examples
///
/// Two samples with curvatures 1 and 9 have the gradients 1 and 9 at w = 1, so s = (1 + 9³)/(1 + 9²) and q = (1 + 9)/2.
///
/// ```
/// use losscape::curvature::{BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep};
/// use losscape::models::LeastSquares;
///
/// let f = LeastSquares::new(&[1.0f64, 3.0], &[0.0, 0.0])?;
/// let layout = BatchSharpnessLayout::of(&f, 1);
/// let mut sharpness = BatchSharpness::new(&f, &[1.0], vec![0.0; layout.len()])?;
/// for batch in [[0], [1]] {
///     assert!(matches!(sharpness.step(&f, &batch), BatchSharpnessStep::Added { .. }));
/// }
/// assert!((sharpness.estimate().mean - 730.0 / 82.0).abs() < 1e-14);
/// assert!((sharpness.mean_quotient().mean - 5.0).abs() < 1e-14);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BatchSharpness<R: Real, W> {
    workspace: W, // n: θ; n: a gradient; n: its product; scratch
    dim: usize,
    sums: Sums<R>,
    quotients: Running<R>,
}

/// Sums over batches, in units that bring the first gradient and its curvature near one; a later batch that
/// these units would make overflow brings units of its own.
///
/// The terms are e = a − s b with the current s, which avoids the cancellation of large numbers: when a batch
/// changes s by δ, every e changes by −δ b.
#[derive(Clone, Copy, Debug)]
struct Sums<R> {
    count: u32,
    grad_unit: R,
    unit: R,
    ratio: R,
    b: R,
    bb: R,
    ee: R,
    eb: R,
}

impl<R: Real> Sums<R> {
    const fn empty() -> Self {
        let zero = R::ZERO;
        Self { count: 0, grad_unit: R::ONE, unit: R::ONE, ratio: zero, b: zero, bb: zero, ee: zero, eb: zero }
    }

    /// Returns the sums with one more batch, or `None` if one of them would not be finite.
    fn with(self, a: R, b: R) -> Option<Self> {
        let all = self.b + b;
        let change = if all > R::ZERO { (a - self.ratio * b) / all } else { R::ZERO };
        let ratio = self.ratio + change;
        let e = a - ratio * b;
        let more = Self {
            count: self.count.saturating_add(1),
            ratio,
            b: all,
            bb: self.bb + b * b,
            ee: self.ee - R::TWO * change * self.eb + change * change * self.bb + e * e,
            eb: self.eb - change * self.bb + e * b,
            ..self
        };
        let finite = [more.ratio, more.b, more.bb, more.ee, more.eb].iter().all(|x| x.is_finite());
        finite.then_some(more)
    }

    /// Returns the same sums in other units.
    fn in_units(self, grad_unit: R, unit: R) -> Self {
        let (grad, curvature) = (grad_unit / self.grad_unit, unit / self.unit);
        let (b, e) = (grad * grad, grad * grad * curvature);
        Self {
            count: self.count,
            grad_unit,
            unit,
            ratio: self.ratio * curvature,
            b: self.b * b,
            bb: self.bb * b * b,
            ee: self.ee * e * e,
            eb: self.eb * e * b,
        }
    }
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> BatchSharpness<R, W> {
    /// Creates a measurement at `params` with no batches.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite) or `workspace` (shorter than
    /// [`BatchSharpnessLayout::len`] for batches of one sample).
    pub fn new(
        objective: &(impl SampledCurvature<R> + ?Sized),
        params: &[R],
        mut workspace: W,
    ) -> Result<Self, ArgError> {
        let (dim, layout) = (objective.dim(), BatchSharpnessLayout::of(objective, 1));
        ArgError::check_len("params", dim, params.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if let Some(([centre, ..], _)) = layout.split(workspace.as_mut()) {
            centre.copy_from_slice(params);
        }
        Ok(Self { workspace, dim, sums: Sums::empty(), quotients: Running::EMPTY })
    }

    /// Adds one batch of samples; `objective` must be the one given at construction.
    ///
    /// The result depends on how batches are drawn: draw them as training does.
    pub fn step(
        &mut self,
        objective: &(impl SampledCurvature<R> + ?Sized),
        batch: &[u32],
    ) -> BatchSharpnessStep {
        let layout = BatchSharpnessLayout::of(objective, batch.len());
        let fits = objective.dim() == self.dim;
        let Some(([params, grad, product], scratch)) = layout.split(self.workspace.as_mut()).filter(|_| fits)
        else {
            return BatchSharpnessStep::MemoryChanged;
        };
        let value = objective.batch_value_grad(params, batch, grad, scratch);
        if !value.is_finite() || grad.iter().any(|g| !g.is_finite()) {
            return BatchSharpnessStep::NotFinite;
        }
        let mut sums = self.sums;
        if sums.b == R::ZERO {
            sums.grad_unit = unit_scale(grad);
        } else {
            let square = dot_scaled(sums.grad_unit, grad, sums.grad_unit, grad);
            if !(square * square).is_finite() {
                sums = sums.in_units(unit_scale(grad), sums.unit);
            }
        }
        scale(sums.grad_unit, grad);
        objective.batch_hess_vec(params, batch, grad, product, scratch);
        let own = unit_scale(product);
        if sums.b == R::ZERO {
            (sums.unit, sums.ratio) = (own, R::ZERO);
        }
        let with = |sums: Sums<R>| {
            let along = dot_scaled(R::ONE, grad, sums.unit, product);
            sums.with(along, dot(grad, grad))
        };
        let Some(more) = with(sums).or_else(|| with(sums.in_units(sums.grad_unit, own))) else {
            return BatchSharpnessStep::NotFinite;
        };
        // In a unit of its own: beside the largest gradient the square of this one may vanish.
        let small = unit_scale(grad);
        let square = dot_scaled(small, grad, small, grad);
        if square > R::ZERO {
            let quotient = dot_scaled(small, grad, own, product) / square * (small / own);
            let Some(quotients) = self.quotients.with(quotient) else { return BatchSharpnessStep::NotFinite };
            self.quotients = quotients;
        }
        self.sums = more;
        BatchSharpnessStep::Added { count: more.count }
    }

    /// Returns the ratio of means s and its standard error. The ratio is NaN until a batch has a non-zero gradient; the
    /// error is infinite for fewer than two batches.
    #[must_use]
    pub fn estimate(&self) -> Estimate<R> {
        let Sums { count, unit, ratio, b, ee, .. } = self.sums;
        if b <= R::ZERO {
            return Estimate { mean: R::NAN, standard_error: R::INFINITY };
        }
        let standard_error = if count < 2 {
            R::INFINITY
        } else {
            // Rounding can make the sum slightly negative.
            let (squares, count) = (ee.or_larger(R::ZERO), R::from_u32(count));
            sqrt(squares * count / (count - R::ONE)) / b / unit
        };
        Estimate { mean: ratio / unit, standard_error }
    }

    /// Returns the mean of quotients q and its standard error, over the batches whose gradient is not zero. The mean is NaN
    /// before the first of them; the error is infinite for fewer than two.
    #[must_use]
    pub fn mean_quotient(&self) -> Estimate<R> {
        self.quotients.estimate()
    }

    /// Returns the number of batches added.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.sums.count
    }

    /// Returns the workspace.
    #[must_use]
    pub fn into_workspace(self) -> W {
        self.workspace
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;
    use crate::models::LeastSquares;
    use crate::models::data::{Dataset, Targets};
    use crate::models::mlp::{Loss, Mlp, MlpObjective};
    use crate::objective::HessianAt;
    use crate::{Objective, Operator};

    /// The ratio of means, and the mean of quotients.
    fn measured(f: &impl SampledCurvature<f64>, params: &[f64], batches: &[&[u32]]) -> [Estimate<f64>; 2] {
        let most = batches.iter().map(|batch| batch.len()).max().unwrap_or(1);
        let workspace = vec![f64::NAN; BatchSharpnessLayout::of(f, most).len()];
        let mut sharpness = BatchSharpness::new(f, params, workspace).unwrap();
        for (count, batch) in (1u32..).zip(batches) {
            assert_eq!(sharpness.step(f, batch), BatchSharpnessStep::Added { count });
        }
        [sharpness.estimate(), sharpness.mean_quotient()]
    }

    /// Checks the errors against calculations by hand: a = 1, 9³, 4³ and b = 1, 9², 4² at w = 1; the quotients are the curvatures, and a batch
    /// without a gradient has none.
    #[test]
    fn both_means_and_their_errors() {
        let f = LeastSquares::new(&[1.0, 3.0, 2.0, 0.0], &[0.0; 4]).unwrap();
        let [ratio, _] = measured(&f, &[1.0], &[&[0], &[1], &[2]]);
        let (s, mut squares) = (794.0 / 98.0, 0.0);
        for (a, b) in [(1.0, 1.0), (729.0, 81.0), (64.0, 16.0)] {
            squares += (a - s * b) * (a - s * b);
        }
        assert!((ratio.mean - s).abs() < 1e-13, "{ratio:?}");
        assert!((ratio.standard_error - sqrt(squares / 6.0) * 3.0 / 98.0).abs() < 1e-12, "{ratio:?}");
        let [_, quotient] = measured(&f, &[1.0], &[&[0], &[3], &[1], &[2]]);
        // The squares of the deviations of 1, 9 and 4 from their mean add up to 98/3.
        assert!((quotient.mean - 14.0 / 3.0).abs() < 1e-14, "{quotient:?}");
        assert!((quotient.standard_error - sqrt(98.0f64 / 18.0)).abs() < 1e-14, "{quotient:?}");
        for found in measured(&f, &[1.0], &[&[1]]) {
            assert_eq!(found.standard_error, f64::INFINITY, "one batch");
        }
        for found in measured(&f, &[0.0], &[&[1], &[2]]) {
            assert!(found.mean.is_nan(), "no gradient at the minimum");
        }
    }

    /// With the full data set as the only batch, the result agrees with a product of the full Hessian.
    #[test]
    fn of_everything_it_is_the_curvature_along_the_gradient() {
        let x: Vec<f64> = (0..150u32).map(|k| f64::from(k * 37 % 101) / 50.0 - 1.0).collect();
        let labels: Vec<u8> = (0..150u8).map(|k| k % 2).collect();
        let data = Dataset::new(&x, 1, Targets::Labels(&labels)).unwrap();
        let f =
            MlpObjective::new(Mlp::new(&[1, 3, 2]).unwrap(), Loss::SoftmaxCrossEntropy, data, 0.01).unwrap();
        let params: Vec<f64> = (1..=f.dim()).map(|k| 1.0 / f64::from_usize(k)).collect();
        let all: Vec<u32> = (0..150).collect();
        let both = measured(&f, &params, &[&all]);
        let at = HessianAt::new(&f, &params).unwrap();
        let (mut grad, mut product) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
        let mut scratch = vec![0.0; f.scratch_len().max(at.scratch_len())];
        f.value_grad(&params, &mut grad, &mut scratch);
        at.apply(&grad, &mut product, &mut scratch);
        let want = dot(&grad, &product) / dot(&grad, &grad);
        for found in both {
            assert!((found.mean / want - 1.0).abs() < 1e-13, "{found:?} {want}");
        }
    }

    #[test]
    fn the_scale_of_objective_and_parameters_does_not_matter() {
        let at = |k: f32, w: f32| {
            let inputs = [k, 3.0 * k];
            let f = LeastSquares::new(&inputs, &[0.0f32; 2]).unwrap();
            let workspace = [0.0; BatchSharpnessLayout::new(1, 0).len()];
            let mut sharpness = BatchSharpness::new(&f, &[w], workspace).unwrap();
            for batch in [[0], [1]] {
                assert!(matches!(sharpness.step(&f, &batch), BatchSharpnessStep::Added { .. }), "{k} {w}");
            }
            [sharpness.estimate(), sharpness.mean_quotient()]
        };
        let plain = at(1.0, 1.0);
        for (k, w) in [(1e-12f32, 1.0), (1e12, 1e-20), (1e-3, 1e18), (1.0, 1e-30)] {
            for (plain, found) in plain.iter().zip(at(k, w)) {
                assert!((found.mean / (k * k) / plain.mean - 1.0).abs() < 1e-5, "{k} {w}: {found:?}");
                assert!(
                    (found.standard_error / (k * k) / plain.standard_error - 1.0).abs() < 1e-4,
                    "{k} {w}: {found:?}"
                );
            }
        }
    }

    /// The squares of the later batches overflow in the units of the first.
    #[test]
    fn batches_of_any_size_may_come_first() {
        let found = |inputs: &[f32; 3]| {
            let f = LeastSquares::new(inputs, &[0.0f32; 3]).unwrap();
            let mut sharpness = BatchSharpness::new(&f, &[1.0], [f32::NAN; 3]).unwrap();
            for (batch, count) in [0, 1, 2].into_iter().zip(1..) {
                assert_eq!(sharpness.step(&f, &[batch]), BatchSharpnessStep::Added { count }, "{inputs:?}");
            }
            [sharpness.estimate(), sharpness.mean_quotient()]
        };
        // A batch far smaller than the others is one of zeros: a = 1, 64, 0 and b = 1, 16, 0.
        let (s, mut squares) = (65.0f32 / 17.0, 0.0);
        for (a, b) in [(1.0, 1.0), (64.0, 16.0)] {
            squares += (a - s * b) * (a - s * b);
        }
        let error = sqrt(squares / 6.0) * 3.0 / 17.0;
        for small in [0.0, 1e-19, 1e-10, 1e-6] {
            for inputs in [[small, 1.0, 2.0], [1.0, 2.0, small], [1.0, small, 2.0]] {
                let [Estimate { mean, standard_error }, quotient] = found(&inputs);
                assert!((mean / s - 1.0).abs() < 1e-5, "{inputs:?}: {mean} {s}");
                assert!((standard_error / error - 1.0).abs() < 1e-5, "{inputs:?}: {standard_error} {error}");
                // Its quotient counts as much as another's, unless it is zero.
                let want = 5.0 / if small == 0.0 { 2.0 } else { 3.0 };
                assert!((quotient.mean / want - 1.0).abs() < 1e-5, "{inputs:?}: {quotient:?} {want}");
            }
        }
    }

    #[test]
    fn refusals() {
        let f = LeastSquares::new(&[1.0, 3.0], &[0.0; 2]).unwrap();
        let arg = |params: &[f64], room: usize| {
            BatchSharpness::new(&f, params, vec![0.0; room]).err().map(|e| e.arg)
        };
        assert_eq!((arg(&[1.0], 3), arg(&[1.0], 2)), (None, Some("workspace")));
        assert_eq!((arg(&[1.0; 2], 3), arg(&[f64::NAN], 3)), (Some("params"), Some("params")));
        let mut sharpness = BatchSharpness::new(&f, &[1.0], vec![0.0; 3]).unwrap();
        for batch in [&[2][..], &[]] {
            assert_eq!(sharpness.step(&f, batch), BatchSharpnessStep::NotFinite, "{batch:?}");
        }
        assert_eq!(sharpness.count(), 0);
        sharpness.workspace.pop();
        assert_eq!(sharpness.step(&f, &[0]), BatchSharpnessStep::MemoryChanged);
        assert_eq!(sharpness.into_workspace().len(), 2);
    }
}
