//! The full Hessian, computed column by column.

use super::Tolerance;
use super::eigen::symmetrise;
use crate::base::elementary::sqrt;
use crate::base::layout::{area, cut, total};
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::{LaneSum, unit_scale};
use crate::{ArgError, Operator, Real};

/// The memory layout of a [`Hessian`].
///
/// ```
/// use losscape::curvature::HessianLayout;
/// let layout = HessianLayout::new(17, 100);
/// assert_eq!((layout.matrix_len(), layout.len()), (289, 117));
/// assert_eq!(HessianLayout::several(17, 4, 100).len(), 4 * 17 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HessianLayout {
    dim: usize,
    count: usize,
    scratch: usize,
}

impl HessianLayout {
    /// Creates the layout for `dim` parameters and products that need `scratch` ([`Operator::scratch_len`]).
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self::several(dim, 1, scratch)
    }

    /// Creates the layout for `count` products per step, at most n, which need `scratch` together
    /// ([`Operator::several_scratch_len`]).
    #[must_use]
    pub const fn several(dim: usize, count: usize, scratch: usize) -> Self {
        Self { dim, count: if count < dim { count } else { dim }, scratch }
    }

    /// Returns the length of the matrix, n², saturating on overflow.
    #[must_use]
    pub const fn matrix_len(self) -> usize {
        area(self.dim, self.dim)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([area(self.count, self.dim), self.scratch])
    }

    /// The unit vectors of a step's products, and the scratch.
    fn split<R>(self, workspace: &mut [R]) -> Option<(&mut [R], &mut [R])> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([units], scratch) = cut(workspace, [area(self.count, self.dim)])?;
        Some((units, scratch))
    }
}

/// The outcome of one [`Hessian::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum HessianStep<R: Real = f32> {
    /// The next product was written to the matrix, or the next several.
    Product {
        /// The row of the last product.
        row: usize,
    },
    /// A product was infinite or NaN; no product of this step counts, and the next step computes them again.
    NotFinite {
        /// The row of the first such product.
        row: usize,
    },
    /// The matrix is complete and symmetric; further steps return the same outcome.
    Done {
        /// The largest |Hᵢⱼ − Hⱼᵢ| before the two were averaged. It is due to rounding, unless the products
        /// are wrong.
        asymmetry: R,
        /// The tolerance within which an eigenvalue has no sign; see [`Hessian`].
        tolerance: Tolerance<R>,
    },
    /// The memory no longer has the lengths that the operator needs; nothing was done.
    MemoryChanged,
}

/// The full Hessian `H = ∇²f(θ)`, from its products with the unit vectors, one per step or
/// [several](Self::several).
///
/// After all n products, a last step replaces Hᵢⱼ and Hⱼᵢ by their mean. For networks of some hundred
/// parameters, this is the most exact view of the curvature; beyond a thousand parameters it needs too much
/// memory. Any other symmetric [`Operator`] works as well.
///
/// # How far an eigenvalue can be trusted
///
/// The computed matrix is `H + E`, so its eigenvalues differ from those of H by up to `‖E‖₂` (Weyl 1912), and
/// the eigensolver adds an error of about n ε ‖H‖. [`Done`](HessianStep::Done) reports a [`Tolerance`] for
/// both:
///
/// ```text
/// |λ̃ − λ| ≲ (k + n) ε max |λ| + ‖H̃ − H̃ᵀ‖_F
/// ```
///
/// - k is the number of roundings that a component of a product passes through ([`Operator::roundings`]). The
///   error of a component is at most k ε/2 times the sum of the magnitudes of its terms. We take ‖H‖ for that
///   sum and keep the factor 2 as a margin for terms that cancel.
/// - H̃ is the matrix before it is made symmetric. Hᵢⱼ and Hⱼᵢ are computed in different ways, so half their
///   difference has the size of the errors themselves. This term is measured, not estimated: it covers errors
///   that the first term does not know, such as those of products by differences of gradients.
///
/// The bound is a model, not a proof: it misses an error that leaves the matrix symmetric and comes from
/// terms far larger than H itself.
///
/// # Shapes
///
/// | argument    | length                          | layout                  |
/// |-------------|---------------------------------|-------------------------|
/// | `matrix`    | [`HessianLayout::matrix_len`]   | row-major               |
/// | `workspace` | [`HessianLayout::len`]          | need not be initialised |
///
/// # Cost
/// There are n products, one per step or [several](Self::several), and n² additions at the end.
///
/// # Examples
///
/// ```
/// use losscape::curvature::{Hessian, HessianLayout, HessianStep, trace};
/// use losscape::models::surfaces::MuellerBrown;
/// use losscape::objective::HessianAt;
///
/// let f = MuellerBrown::<f64>::default();
/// let at = HessianAt::new(&f, &MuellerBrown::<f64>::MINIMA[0])?;
/// let mut hessian = Hessian::new(&at, [0.0; 4], [0.0; HessianLayout::new(2, 0).len()])?;
/// while !matches!(hessian.step(&at), HessianStep::Done { .. }) {}
/// assert!((trace(hessian.matrix(), 2) - (410.5311346929 + 4068.198955026)).abs() < 1e-6);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hessian<R: Real, M, W> {
    matrix: M,    // n × n
    workspace: W, // k × n: unit vectors; scratch
    columns: Columns<R>,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> Hessian<R, M, W> {
    /// Creates a Hessian with no products computed.
    ///
    /// # Errors
    /// [`ArgError`] naming `matrix` (length other than n²) or `workspace` (shorter than
    /// [`HessianLayout::len`]).
    pub fn new(operator: &(impl Operator<R> + ?Sized), matrix: M, workspace: W) -> Result<Self, ArgError> {
        Self::several(operator, 1, matrix, workspace)
    }

    /// Creates a Hessian that computes `count` products per step. Operators such as
    /// [`PreparedHessian`](crate::models::mlp::PreparedHessian) compute several products faster together,
    /// with the same bits.
    ///
    /// # Errors
    /// As [`new`](Self::new), with the workspace of [`HessianLayout::several`]; also naming `count` (zero).
    pub fn several(
        operator: &(impl Operator<R> + ?Sized),
        count: usize,
        matrix: M,
        workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_count("count", count)?;
        let columns = Columns { count, ..Columns::default() };
        let layout = columns.layout(operator);
        ArgError::check_len("matrix", layout.matrix_len(), matrix.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        Ok(Self { matrix, workspace, columns })
    }

    /// Computes the next product, or the next several; `operator` must be the one given at construction.
    pub fn step(&mut self, operator: &(impl Operator<R> + ?Sized)) -> HessianStep<R> {
        self.columns.step(operator, self.matrix.as_mut(), self.workspace.as_mut())
    }

    /// Returns the number of products computed.
    #[must_use]
    pub const fn products(&self) -> usize {
        self.columns.known
    }

    /// Returns the matrix; only the rows computed so far are meaningful.
    #[must_use]
    pub fn matrix(&self) -> &[R] {
        self.matrix.as_ref()
    }

    /// Returns the matrix and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (M, W) {
        (self.matrix, self.workspace)
    }
}

/// The progress of a Hessian's products, in memory that the caller lends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<R: Real> {
    known: usize,
    /// The number of products per step.
    count: usize,
    done: Option<HessianStep<R>>,
}

impl<R: Real> Default for Columns<R> {
    fn default() -> Self {
        Self { known: 0, count: 1, done: None }
    }
}

impl<R: Real> Columns<R> {
    fn layout(&self, operator: &(impl Operator<R> + ?Sized)) -> HessianLayout {
        HessianLayout::several(operator.dim(), self.count, operator.several_scratch_len(self.count))
    }

    /// Computes the next products in the memory of a [`HessianLayout`].
    pub(super) fn step(
        &mut self,
        operator: &(impl Operator<R> + ?Sized),
        matrix: &mut [R],
        workspace: &mut [R],
    ) -> HessianStep<R> {
        let (layout, first) = (self.layout(operator), self.known);
        let dim = layout.dim;
        let memory = layout.split(workspace).filter(|_| matrix.len() == layout.matrix_len());
        let Some((units, scratch)) = memory else { return HessianStep::MemoryChanged };
        if let Some(done) = self.done {
            return done;
        }
        let count = layout.count.min(dim - first);
        if count == 0 {
            return *self.done.insert(finish(matrix, dim, operator.roundings()));
        }
        // The last step may have fewer left.
        let units = &mut units[..count * dim];
        units.fill(R::ZERO);
        for (j, unit) in rows_mut(units, dim).enumerate() {
            unit[first + j] = R::ONE;
        }
        let products = &mut matrix[first * dim..][..count * dim];
        operator.apply_several(units, products, scratch);
        for (j, product) in rows(products, dim).enumerate() {
            if product.iter().any(|h| !h.is_finite()) {
                return HessianStep::NotFinite { row: first + j };
            }
        }
        self.known += count;
        HessianStep::Product { row: self.known - 1 }
    }
}

/// Makes the matrix symmetric and returns how far its eigenvalues can be trusted.
fn finish<R: Real>(matrix: &mut [R], n: usize, roundings: usize) -> HessianStep<R> {
    // In units of the largest element, because the squares might vanish otherwise.
    let scale = unit_scale(matrix);
    let mut squares = LaneSum::default();
    for (i, row) in rows(matrix, n).enumerate() {
        for (j, below) in row.iter().enumerate().take(i) {
            let difference = scale * *below - scale * matrix[j * n + i];
            squares.push(difference * difference);
        }
    }
    let asymmetry = symmetrise(matrix, n);
    let tolerance = Tolerance {
        relative: R::EPSILON * R::from_usize(roundings.saturating_add(n)),
        // Each pair appears twice in ‖H̃ − H̃ᵀ‖_F.
        absolute: sqrt(R::TWO * squares.total()) / scale,
    };
    HessianStep::Done { asymmetry, tolerance }
}

/// Returns the trace of a square matrix of `n` rows, the sum of its eigenvalues.
///
/// NaN if `matrix` does not have n · n elements.
///
/// ```
/// assert_eq!(losscape::curvature::trace(&[1.0f32, 5.0, 5.0, 2.0], 2), 3.0);
/// ```
#[must_use]
pub fn trace<R: Real>(matrix: &[R], n: usize) -> R {
    if n.checked_mul(n) != Some(matrix.len()) {
        return R::NAN;
    }
    let mut sum = LaneSum::default();
    for diagonal in matrix.iter().step_by(n.saturating_add(1)) {
        sum.push(*diagonal);
    }
    sum.total()
}
#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::models::surfaces::Quadratic;
    use crate::objective::HessianAt;
    use crate::{Curvature, Objective};
    use std::vec;

    /// A quadratic whose products are slightly asymmetric and, on request, not finite along the last
    /// coordinate.
    #[derive(Debug)]
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

    const WORKSPACE: usize = HessianLayout::new(2, 0).len();

    #[test]
    fn asymmetry_is_reported_and_removed() {
        let f = Skewed { broken: false };
        let at = HessianAt::new(&f, &[0.0; 2]).unwrap();
        let mut hessian = Hessian::new(&at, [f64::NAN; 4], [f64::NAN; WORKSPACE]).unwrap();
        assert_eq!(hessian.step(&at), HessianStep::Product { row: 0 });
        assert_eq!(hessian.step(&at), HessianStep::Product { row: 1 });
        let done = hessian.step(&at);
        let HessianStep::Done { asymmetry, tolerance } = done else { panic!("{done:?}") };
        assert_eq!(asymmetry, 1.0);
        assert!((tolerance.absolute - 2f64.sqrt()).abs() < 1e-15, "{tolerance:?}");
        assert_eq!(tolerance.relative, 20.0 * f64::EPSILON, "2 + 16 roundings and 2 rows");
        assert_eq!(hessian.step(&at), done, "done already");
        assert_eq!(hessian.matrix(), [1.0, 2.5, 2.5, 4.0]);
        assert_eq!(hessian.products(), 2);
        let (matrix, _) = hessian.into_parts();
        assert_eq!(matrix, [1.0, 2.5, 2.5, 4.0]);
    }

    /// [`Skewed`] in other units.
    struct Scaled(f32);

    impl Operator<f32> for Scaled {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn apply(&self, v: &[f32], out: &mut [f32], _: &mut [f32]) {
            out.copy_from_slice(&[self.0 * (v[0] + 2.0 * v[1]), self.0 * (3.0 * v[0] + 4.0 * v[1])]);
        }
    }

    #[test]
    fn asymmetry_is_measured_at_any_scale() {
        for size in [1e-37, 1e-30, 1e30, 2e37] {
            let mut hessian = Hessian::new(&Scaled(size), [0.0; 4], [0.0; WORKSPACE]).unwrap();
            loop {
                if let HessianStep::Done { asymmetry, tolerance } = hessian.step(&Scaled(size)) {
                    assert_eq!(asymmetry, 3.0 * size - 2.0 * size);
                    assert!((tolerance.absolute / asymmetry - 2f32.sqrt()).abs() < 1e-6, "{tolerance:?}");
                    break;
                }
            }
        }
    }

    #[test]
    fn what_is_not_finite_stops_it() {
        let f = Skewed { broken: true };
        let at = HessianAt::new(&f, &[0.0; 2]).unwrap();
        let mut hessian = Hessian::new(&at, [0.0; 4], [0.0; WORKSPACE]).unwrap();
        for _ in 0..2 {
            assert_eq!(hessian.step(&at), HessianStep::NotFinite { row: 0 });
        }
    }

    #[test]
    fn a_quadratic_gives_back_its_matrix() {
        let f = Quadratic::new(&[3.0, -1.0, 0.5]).unwrap().reflected(&[1.0, -2.0, 0.25]).unwrap();
        let at = HessianAt::new(&f, &[0.0; 3]).unwrap();
        let mut hessian = Hessian::new(&at, vec![f64::NAN; 9], vec![f64::NAN; 9]).unwrap();
        while let HessianStep::Product { .. } = hessian.step(&at) {}
        assert_eq!(hessian.products(), 3);
        let matrix = hessian.matrix();
        assert!((trace(matrix, 3) - 2.5).abs() < 1e-14, "{}", trace(matrix, 3));
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
    fn several_products_a_step_are_the_same() {
        let spectrum = [3.0, -1.0, 0.5, 2.0, 7.0];
        let f = Quadratic::new(&spectrum).unwrap().reflected(&[1.0, -2.0, 0.25, 0.5, 1.5]).unwrap();
        let at = HessianAt::new(&f, &[0.0; 5]).unwrap();
        let matrix = |count, steps: &[usize]| {
            let layout = HessianLayout::several(5, count, at.several_scratch_len(count));
            let workspace = vec![f64::NAN; layout.len()];
            let mut hessian = Hessian::several(&at, count, vec![f64::NAN; 25], workspace).unwrap();
            for &row in steps {
                assert_eq!(hessian.step(&at), HessianStep::Product { row });
            }
            assert!(matches!(hessian.step(&at), HessianStep::Done { .. }));
            hessian.into_parts().0
        };
        let one = matrix(1, &[0, 1, 2, 3, 4]);
        assert_eq!(
            (matrix(2, &[1, 3, 4]), matrix(5, &[4]), matrix(9, &[4])),
            (one.clone(), one.clone(), one)
        );
        assert_eq!(Hessian::several(&at, 0, [0.0; 25], [0.0; 25]).unwrap_err().arg, "count");
    }

    #[test]
    fn memory_may_be_lent_and_may_not_change() {
        let f = Skewed { broken: false };
        let at = HessianAt::new(&f, &[0.0; 2]).unwrap();
        let (mut matrix, mut workspace) = ([0.0; 4], vec![0.0; 2]);
        let mut hessian = Hessian::new(&at, &mut matrix, &mut workspace[..]).unwrap();
        while let HessianStep::Product { .. } = hessian.step(&at) {}
        assert_eq!(matrix, [1.0, 2.5, 2.5, 4.0]);

        let mut hessian = Hessian::new(&at, vec![0.0; 4], vec![0.0; 2]).unwrap();
        assert_eq!(hessian.step(&at), HessianStep::Product { row: 0 });
        hessian.matrix.push(0.0);
        assert_eq!(hessian.step(&at), HessianStep::MemoryChanged);
        hessian.matrix.pop();
        hessian.workspace.clear();
        assert_eq!(hessian.step(&at), HessianStep::MemoryChanged);
        hessian.workspace.resize(2, 0.0);
        assert_eq!(hessian.step(&at), HessianStep::Product { row: 1 }, "as if nothing had happened");
    }

    #[test]
    fn bad_arguments_are_named() {
        let f = Skewed { broken: false };
        assert_eq!(HessianAt::new(&f, &[0.0; 3]).unwrap_err().arg, "params");
        assert_eq!(HessianAt::new(&f, &[0.0, f64::NAN]).unwrap_err().arg, "params");
        let at = HessianAt::new(&f, &[0.0; 2]).unwrap();
        assert_eq!(Hessian::new(&at, [0.0; 3], [0.0; 2]).unwrap_err().arg, "matrix");
        assert_eq!(Hessian::new(&at, [0.0; 4], [0.0; 1]).unwrap_err().arg, "workspace");
    }
}
