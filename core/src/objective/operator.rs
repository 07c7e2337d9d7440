//! Symmetric linear maps, such as the curvature at one point.

use super::GaussNewton;
use crate::base::rows::{rows, rows_mut};
use crate::{ArgError, Curvature, Real};

/// A symmetric linear map `A: ℝⁿ → ℝⁿ`, given by its products with vectors.
///
/// [`HessianAt`] is the operator of any landscape with curvature, and
/// [`MlpObjective::prepare`](crate::models::mlp::MlpObjective::prepare) creates a faster one for networks. Implement
/// this trait for your own operators.
///
/// # Contract
///
/// Caller: `v` and `out` have `dim()` elements and `scratch` has at least `scratch_len()`; the contents of `scratch`
/// are unspecified before and after the call. Implementor: the product depends only on `v`.
///
/// ```
/// use losscape::Operator;
/// use losscape::curvature::{Hessian, HessianLayout, HessianStep};
///
/// /// 2 on the diagonal, −1 next to it.
/// struct Chain;
/// impl Operator for Chain {
///     fn dim(&self) -> usize { 3 }
///     fn scratch_len(&self) -> usize { 0 }
///     fn apply(&self, v: &[f32], out: &mut [f32], _: &mut [f32]) {
///         for (i, out) in out.iter_mut().enumerate() {
///             let at = |j: Option<usize>| j.and_then(|j| v.get(j)).copied().unwrap_or(0.0);
///             *out = 2.0 * v[i] - at(i.checked_sub(1)) - at(i.checked_add(1));
///         }
///     }
/// }
/// const WORKSPACE: usize = HessianLayout::new(3, 0).len();
/// let mut chain = Hessian::new(&Chain, [0.0; 9], [0.0; WORKSPACE])?;
/// while !matches!(chain.step(&Chain), HessianStep::Done { .. }) {}
/// assert_eq!(chain.matrix(), [2.0, -1.0, 0.0, -1.0, 2.0, -1.0, 0.0, -1.0, 2.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub trait Operator<R: Real = f32> {
    /// Returns n, the dimension.
    fn dim(&self) -> usize;
    /// Returns the scratch length of a product.
    fn scratch_len(&self) -> usize;
    /// Writes `A v` to `out`.
    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]);
    /// Returns k, the number of roundings such that a component of a product errs by about k ε/2 times the sum of
    /// the magnitudes of its terms; see [`Curvature::hess_vec_roundings`].
    ///
    /// Iterations resolve nothing below k ε ‖A‖. With the default, n + 16, this is 0.7 % of the norm in `f32` for
    /// 60,000 parameters, so return less if your sums err less: a [`dot`](crate::base::vector::dot) counts as 133 at
    /// any length.
    fn roundings(&self) -> usize {
        self.dim().saturating_add(16)
    }
    /// Returns the scratch length of products with `count` vectors at a time.
    fn several_scratch_len(&self, count: usize) -> usize {
        let _ = count;
        self.scratch_len()
    }
    /// Writes `A vⱼ` for several vectors, stored consecutively in `v`, to `out` in the same order, with the same
    /// bits as [`apply`](Self::apply) of each. `scratch` has at least the
    /// [`several_scratch_len`](Self::several_scratch_len) for their number.
    ///
    /// The default computes one product at a time; implementors can share work between them.
    fn apply_several(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        for (v, out) in rows(v, self.dim()).zip(rows_mut(out, self.dim())) {
            self.apply(v, out, scratch);
        }
    }
}

/// The Hessian of a landscape at a point.
///
/// # Cost
/// Each product is one [`Curvature::hess_vec`], which reuses nothing from earlier products. For networks,
/// [`MlpObjective::prepare`](crate::models::mlp::MlpObjective::prepare) stores the values that products share.
///
/// ```
/// use losscape::Operator;
/// use losscape::models::surfaces::Ring;
/// use losscape::objective::HessianAt;
///
/// let ring = Ring::<f64>::default();
/// let hessian = HessianAt::new(&ring, &[1.0, 0.0])?;
/// let mut out = [0.0; 2];
/// hessian.apply(&[1.0, 1.0], &mut out, &mut []);
/// assert_eq!(out, [8.0, 0.0]); // curved across the ring, flat along it
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct HessianAt<'a, F: ?Sized, R> {
    f: &'a F,
    params: &'a [R],
}

impl<'a, F: Curvature<R> + ?Sized, R: Real> HessianAt<'a, F, R> {
    /// Creates the Hessian of `f` at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite).
    pub fn new(f: &'a F, params: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_len("params", f.dim(), params.len())?;
        ArgError::check_finite("params", params)?;
        Ok(Self { f, params })
    }
}

impl<F: Curvature<R> + ?Sized, R: Real> Operator<R> for HessianAt<'_, F, R> {
    fn dim(&self) -> usize {
        self.f.dim()
    }

    fn scratch_len(&self) -> usize {
        self.f.hess_vec_scratch_len()
    }

    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.f.hess_vec(self.params, v, out, scratch);
    }

    fn roundings(&self) -> usize {
        self.f.hess_vec_roundings()
    }
}

/// The Gauss–Newton matrix of a landscape at a point.
///
/// # Cost
/// Each product is one [`GaussNewton::gauss_newton_vec`].
///
/// ```
/// use losscape::Operator;
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// use losscape::objective::GaussNewtonAt;
///
/// const NET: Mlp = Mlp::from_widths(&[1, 2]);
/// let data = Dataset::new(&[3.0f64], 1, Targets::Labels(&[0]))?;
/// let f = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(1)?;
/// let at = GaussNewtonAt::new(&f, &[0.0; 4])?;
/// let (mut out, mut scratch) = ([0.0; 4], [0.0; NET.hess_vec_scratch_len(1)]);
/// at.apply(&[0.0, 0.0, 1.0, 0.0], &mut out, &mut scratch); // the first bias
/// assert_eq!(out, [0.75, -0.75, 0.25, -0.25]); // x p (1 − p) and p (1 − p), p = ½
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct GaussNewtonAt<'a, F: ?Sized, R> {
    f: &'a F,
    params: &'a [R],
}

impl<'a, F: GaussNewton<R> + ?Sized, R: Real> GaussNewtonAt<'a, F, R> {
    /// Creates the Gauss–Newton matrix of `f` at `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite).
    pub fn new(f: &'a F, params: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_len("params", f.dim(), params.len())?;
        ArgError::check_finite("params", params)?;
        Ok(Self { f, params })
    }
}

impl<F: GaussNewton<R> + ?Sized, R: Real> Operator<R> for GaussNewtonAt<'_, F, R> {
    fn dim(&self) -> usize {
        self.f.dim()
    }

    fn scratch_len(&self) -> usize {
        self.f.gauss_newton_scratch_len()
    }

    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.f.gauss_newton_vec(self.params, v, out, scratch);
    }

    fn roundings(&self) -> usize {
        self.f.gauss_newton_roundings()
    }
}
