//! Outcomes of a walk.

use crate::Real;
use crate::curvature::Signature;

/// The critical point at which an [`EigenvectorFollowing`](super::EigenvectorFollowing) walk has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct CriticalPoint<R: Real = f32> {
    /// The objective's value at the point.
    pub value: R,
    /// The gradient norm at the point.
    pub grad_norm: R,
    /// The numbers of directions that curve upwards, are flat and curve downwards.
    pub signature: Signature,
    /// The largest magnitude of a curvature that was counted as flat. Below it, the sign of an eigenvalue may
    /// be due to rounding; see [`Hessian`](crate::curvature::Hessian).
    pub flat: R,
}

/// The outcome of one [`EigenvectorFollowing::step`](super::EigenvectorFollowing::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum FollowingStep<R: Real = f32> {
    /// The gradient was evaluated.
    Evaluated {
        /// The objective's value.
        value: R,
        /// The gradient norm.
        grad_norm: R,
    },
    /// A Hessian–vector product was computed.
    Product {
        /// The row of the Hessian that was computed.
        row: usize,
    },
    /// The point was moved along the eigenvectors of the Hessian.
    Moved {
        /// The number of moves so far.
        moves: u32,
        /// The length of the move.
        length: R,
        /// The number of negative eigenvalues at the point before the move.
        negative: u32,
    },
    /// The value, the gradient or the Hessian was infinite or NaN, or the next point would be. The point has
    /// not moved, and the next step evaluates it again.
    NotFinite,
    /// The gradient has vanished, and the spectrum was computed; further steps return the same outcome. The
    /// point is of the requested kind if `signature.negative` equals the index that was followed.
    Converged(CriticalPoint<R>),
    /// The walk cannot make progress; further steps return the same outcome. Either the gradient has vanished
    /// along all directions with curvature but not along the flat ones, as on the slope `x² + y`, or the step
    /// is smaller than the last digits of the parameters, which are too few for the requested gradient norm.
    Stuck(CriticalPoint<R>),
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}
