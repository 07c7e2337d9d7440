//! The full Hessian, column by column.

use crate::base::vector::LaneSum;
use crate::{ArgError, Curvature, Real};

/// What one [`Hessian::step`] did.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HessianStep<R: Real = f32> {
    /// A product was written to this row of the matrix.
    Product {
        /// Which.
        row: usize,
    },
    /// This product was infinite or NaN; the Hessian stays where it is.
    NotFinite {
        /// Which.
        row: usize,
    },
    /// The matrix is complete and symmetric.
    Done {
        /// The largest |Hᵢⱼ − Hⱼᵢ| before the two were averaged: rounding, or a wrong `hess_vec`.
        asymmetry: R,
    },
}

/// The full Hessian `H = ∇²f(θ)` from its products with the unit vectors, one a step.
///
/// When all n are there, a last step replaces Hᵢⱼ and Hⱼᵢ by their mean. For networks of some hundred
/// parameters this is the most exact view of the curvature there is; beyond a thousand it is too much memory.
///
/// # Shapes
///
/// | argument    | length                                             | layout       |
/// |-------------|----------------------------------------------------|--------------|
/// | `params`    | n                                                  | θ, the same in all steps |
/// | `matrix`    | n · n                                              | row-major    |
/// | `workspace` | [`workspace_len`](Self::workspace_len)             | need not be initialised  |
///
/// # Examples
///
/// ```
/// use losscape::curvature::{Hessian, HessianStep, trace};
/// use losscape::models::surfaces::MuellerBrown;
///
/// let f = MuellerBrown::<f64>::default();
/// let (mut matrix, mut workspace) = ([0.0; 4], [0.0; Hessian::workspace_len(2, 0)]);
/// let mut hessian = Hessian::new(&f, &matrix, &workspace)?;
/// let minimum = MuellerBrown::<f64>::MINIMA[0];
/// while !matches!(hessian.step(&f, &minimum, &mut matrix, &mut workspace), HessianStep::Done { .. }) {}
/// assert!((trace(&matrix, 2) - (410.5311346929 + 4068.198955026)).abs() < 1e-6);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Hessian {
    dim: usize,
    next: usize,
}

impl Hessian {
    /// The workspace of an objective of `dim` parameters whose products need `hess_vec_scratch_len`.
    #[must_use]
    pub const fn workspace_len(dim: usize, hess_vec_scratch_len: usize) -> usize {
        dim.saturating_add(hess_vec_scratch_len)
    }

    /// A Hessian of which no product is known.
    ///
    /// # Errors
    /// [`ArgError`] naming `matrix` (another length than n²) or `workspace` (shorter than
    /// [`workspace_len`](Self::workspace_len)).
    pub fn new<R: Real>(
        f: &(impl Curvature<R> + ?Sized),
        matrix: &[R],
        workspace: &[R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        ArgError::check_len("matrix", dim.saturating_mul(dim), matrix.len())?;
        let needed = Self::workspace_len(dim, f.hess_vec_scratch_len());
        ArgError::check_min_len("workspace", needed, workspace.len())?;
        Ok(Self { dim, next: 0 })
    }

    /// Computes one more product at `params`; all slices are those the Hessian was made for.
    pub fn step<R: Real>(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        params: &[R],
        matrix: &mut [R],
        workspace: &mut [R],
    ) -> HessianStep<R> {
        let (n, row) = (self.dim, self.next);
        debug_assert_eq!(params.len(), n, "hessian: params");
        debug_assert_eq!(matrix.len(), n * n, "hessian: matrix");
        if row >= n {
            return HessianStep::Done { asymmetry: symmetrise(matrix, n) };
        }
        let (unit, scratch) = workspace.split_at_mut(n);
        unit.fill(R::ZERO);
        unit[row] = R::ONE;
        let product = &mut matrix[row * n..][..n];
        f.hess_vec(params, unit, product, scratch);
        if product.iter().any(|h| !h.is_finite()) {
            return HessianStep::NotFinite { row };
        }
        self.next += 1;
        HessianStep::Product { row }
    }

    /// How many products are known.
    #[must_use]
    pub const fn products(&self) -> usize {
        self.next
    }
}

/// Replaces mirrored elements by their mean; returns the largest difference found.
fn symmetrise<R: Real>(matrix: &mut [R], n: usize) -> R {
    let mut worst = R::ZERO;
    for i in 0..n {
        for j in 0..i {
            let (below, above) = (matrix[i * n + j], matrix[j * n + i]);
            worst = worst.or_larger((below - above).abs());
            // Halved first: the sum of two large elements might overflow.
            let mean = R::HALF * below + R::HALF * above;
            matrix[i * n + j] = mean;
            matrix[j * n + i] = mean;
        }
    }
    worst
}

/// The trace of a square matrix of `n` rows, the sum of its eigenvalues.
///
/// Precondition: `matrix.len() = n · n`.
///
/// ```
/// assert_eq!(losscape::curvature::trace(&[1.0f32, 5.0, 5.0, 2.0], 2), 3.0);
/// ```
#[must_use]
pub fn trace<R: Real>(matrix: &[R], n: usize) -> R {
    debug_assert_eq!(matrix.len(), n * n, "trace: matrix");
    let mut sum = LaneSum::default();
    for diagonal in matrix.iter().step_by(n + 1) {
        sum.push(*diagonal);
    }
    sum.total()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Objective;
    use crate::models::surfaces::Quadratic;

    /// A quadratic whose products are not quite symmetric, and not finite along the last coordinate if asked.
    struct Skewed {
        broken: bool,
    }

    impl Objective<f64> for Skewed {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, _: &[f64], _: &mut [f64]) -> f64 {
            0.0
        }
        fn value_grad(&self, _: &[f64], _: &mut [f64], _: &mut [f64]) -> f64 {
            0.0
        }
    }

    impl Curvature<f64> for Skewed {
        fn hess_vec(&self, _: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            out[0] = v[0] + 2.0 * v[1];
            out[1] = 3.0 * v[0] + if self.broken { f64::NAN } else { 4.0 } * v[1];
        }
    }

    #[test]
    fn asymmetry_is_told_and_removed() {
        let (mut matrix, mut workspace) = ([f64::NAN; 4], [f64::NAN; 2]);
        let f = Skewed { broken: false };
        let mut hessian = Hessian::new(&f, &matrix, &workspace).unwrap();
        let mut step = || hessian.step(&f, &[0.0; 2], &mut matrix, &mut workspace);
        assert_eq!(step(), HessianStep::Product { row: 0 });
        assert_eq!(step(), HessianStep::Product { row: 1 });
        assert_eq!(step(), HessianStep::Done { asymmetry: 1.0 });
        assert_eq!(step(), HessianStep::Done { asymmetry: 0.0 }, "done already");
        assert_eq!(matrix, [1.0, 2.5, 2.5, 4.0]);
    }

    #[test]
    fn what_is_not_finite_stops_it() {
        let (mut matrix, mut workspace) = ([0.0; 4], [0.0; 2]);
        let f = Skewed { broken: true };
        let mut hessian = Hessian::new(&f, &matrix, &workspace).unwrap();
        for _ in 0..2 {
            let step = hessian.step(&f, &[0.0; 2], &mut matrix, &mut workspace);
            assert_eq!(step, HessianStep::NotFinite { row: 0 });
        }
    }

    #[test]
    fn a_quadratic_gives_back_its_matrix() {
        let f = Quadratic::new(&[3.0, -1.0, 0.5]).unwrap().reflected(&[1.0, -2.0, 0.25]).unwrap();
        let (mut matrix, mut workspace) = ([f64::NAN; 9], [f64::NAN; 9]);
        let mut hessian = Hessian::new(&f, &matrix, &workspace).unwrap();
        while let HessianStep::Product { .. } = hessian.step(&f, &[0.0; 3], &mut matrix, &mut workspace) {}
        assert_eq!(hessian.products(), 3);
        assert!((trace(&matrix, 3) - 2.5).abs() < 1e-14, "{}", trace(&matrix, 3));
        // ½ xᵀ H x is the value.
        let x = [0.3, -0.7, 1.1];
        let mut quadratic = 0.0;
        for (i, row) in matrix.chunks_exact(3).enumerate() {
            for (j, h) in row.iter().enumerate() {
                quadratic += 0.5 * x[i] * h * x[j];
            }
        }
        assert!((quadratic - f.value(&x, &mut [0.0; 6])).abs() < 1e-14);
    }

    #[test]
    fn bad_arguments_are_named() {
        let f = Skewed { broken: false };
        assert_eq!(Hessian::new(&f, &[0.0; 3], &[0.0; 2]).unwrap_err().arg, "matrix");
        assert_eq!(Hessian::new(&f, &[0.0; 4], &[0.0; 1]).unwrap_err().arg, "workspace");
    }
}
