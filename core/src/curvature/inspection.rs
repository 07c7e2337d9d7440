//! The inspection of a walk's current point: value and gradient, Hessian, and eigenpairs.

use super::hessian::Columns;
use super::{CriticalPoint, EigenLayout, HessianLayout, HessianStep, eigen, signature};
use crate::base::vector::norm;
use crate::objective::HessianAt;
use crate::{Curvature, Real};

/// The stage of the inspection of a point.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inspection<R: Real> {
    /// The value and the gradient norm.
    known: Option<(R, R)>,
    columns: Columns<R>,
}

/// The outcome of one [`Inspection::step`].
pub(super) enum Inspected<R: Real> {
    /// The value and the gradient norm were computed.
    Evaluated(R, R),
    /// This row of the Hessian was computed.
    Product(usize),
    /// The eigenpairs were computed: values ascending, vectors as rows of the matrix.
    Done(CriticalPoint<R>),
    /// A number was infinite or NaN; the inspection starts over.
    NotFinite,
    /// The memory no longer has the length that the objective needs.
    MemoryChanged,
}

/// Returns the length of the `rest` that an inspection needs, saturating on overflow.
pub(super) const fn rest_len(dim: usize, scratch: usize, hess_vec_scratch: usize) -> usize {
    let product = HessianLayout::new(dim, hess_vec_scratch).len();
    let eigen = EigenLayout::new(dim).len();
    let most = if product > eigen { product } else { eigen };
    if scratch > most { scratch } else { most }
}

impl<R: Real> Inspection<R> {
    /// Creates the inspection of a point whose gradient is already known.
    pub(super) fn of(value: R, grad_norm: R) -> Self {
        Self { known: Some((value, grad_norm)), columns: Columns::default() }
    }

    /// Computes one gradient, one product, or the last of these and the eigenproblem. The gradient stays in
    /// `grad`.
    pub(super) fn step(
        &mut self,
        f: &(impl Curvature<R> + ?Sized),
        params: &[R],
        matrix: &mut [R],
        [grad, values]: [&mut [R]; 2],
        rest: &mut [R],
    ) -> Inspected<R> {
        let Some((value, grad_norm)) = self.known else {
            let value = f.value_grad(params, grad, rest);
            let grad_norm = norm(grad);
            if !value.is_finite() || !grad_norm.is_finite() {
                return Inspected::NotFinite;
            }
            *self = Self::of(value, grad_norm);
            return Inspected::Evaluated(value, grad_norm);
        };
        // The owner of the memory may have changed the point.
        let Ok(at) = HessianAt::new(f, params) else { return self.again() };
        let tolerance = match self.columns.step(&at, matrix, rest) {
            HessianStep::Product { row } => return Inspected::Product(row),
            HessianStep::NotFinite { .. } => return self.again(),
            HessianStep::MemoryChanged => return Inspected::MemoryChanged,
            HessianStep::Done { tolerance, .. } => tolerance,
        };
        if eigen(matrix, values, rest).is_err() {
            return self.again();
        }
        let (signature, flat) = (signature(values, tolerance), tolerance.flat(values));
        Inspected::Done(CriticalPoint { value, grad_norm, signature, flat })
    }

    fn again(&mut self) -> Inspected<R> {
        *self = Self::default();
        Inspected::NotFinite
    }
}
