//! Objectives whose convolution with a kernel has a closed form.

use crate::base::kernel::Kernel;
use crate::{ArgError, Objective, Real};

/// An objective with a closed-form convolution `f_K(θ) = E f(θ − ω)`, where ω is drawn from a kernel.
///
/// # Contract
///
/// Caller: pass slices as for [`Objective::value_grad`], and a kernel that [`check_kernel`](Self::check_kernel)
/// accepts. Implementor: return +∞ for any other kernel; a bandwidth of zero must give the objective itself, up to
/// rounding.
pub trait Convolution<R: Real = f32>: Objective<R> {
    /// Checks that the convolution with a kernel has a closed form and a finite value.
    ///
    /// # Errors
    /// [`ArgError`] naming `bandwidth` or `kernel` otherwise.
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError>;

    /// Returns `f_K(θ)` and writes its gradient to `grad`.
    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R;
}

/// The convolution of an objective with a kernel, as an objective: descent and bands can run on it.
///
/// ```
/// use losscape::Objective;
/// use losscape::base::kernel::Kernel;
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::objective::Convolved;
/// let wells = DoubleWell::<f64>::new(1)?;
/// let smooth = Convolved::new(&wells, Kernel::Gaussian { std_dev: 0.5 })?;
/// // ¼ (x⁴ + 6 s² x² + 3 s⁴ − 2 x² − 2 s² + 1) at x = 0
/// let (mut grad, mut scratch) = ([0.0], [0.0]);
/// assert_eq!(smooth.value_grad(&[0.0], &mut grad, &mut scratch), 0.171875);
/// assert_eq!(grad, [0.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Convolved<'a, F: ?Sized, R: Real = f32> {
    objective: &'a F,
    kernel: Kernel<R>,
}

impl<'a, R: Real, F: Convolution<R> + ?Sized> Convolved<'a, F, R> {
    /// Creates the convolution of `objective` with `kernel`.
    ///
    /// # Errors
    /// Those of [`Convolution::check_kernel`].
    pub fn new(objective: &'a F, kernel: Kernel<R>) -> Result<Self, ArgError> {
        objective.check_kernel(&kernel)?;
        Ok(Self { objective, kernel })
    }

    /// Returns the kernel.
    #[must_use]
    pub const fn kernel(&self) -> Kernel<R> {
        self.kernel
    }
}

impl<R: Real, F: Convolution<R> + ?Sized> Objective<R> for Convolved<'_, F, R> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    /// The objective's scratch, and room for a gradient, which a value alone computes too; with less, a value is
    /// +∞.
    fn scratch_len(&self) -> usize {
        self.objective.scratch_len().saturating_add(self.objective.dim())
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        match scratch.split_at_mut_checked(self.objective.dim()) {
            Some((grad, scratch)) => self.value_grad(params, grad, scratch),
            None => R::INFINITY,
        }
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.objective.convolved_value_grad(&self.kernel, params, grad, scratch)
    }
}
