//! What a walk reports.

use crate::Real;
use crate::curvature::Signature;

/// Where an [`EigenvectorFollowing`](super::EigenvectorFollowing) has come to rest.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct CriticalPoint<R: Real = f32> {
    /// The value there.
    pub value: R,
    /// The length of the gradient there.
    pub grad_norm: R,
    /// The directions that go up, are flat and go down.
    pub signature: Signature,
    /// The largest magnitude of a curvature that was counted as flat: below it the sign of an eigenvalue may be
    /// rounding; see [`Hessian`](crate::curvature::Hessian).
    pub flat: R,
}

/// The outcome of one [`EigenvectorFollowing::step`](super::EigenvectorFollowing::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum FollowingStep<R: Real = f32> {
    /// The gradient was evaluated.
    Evaluated {
        /// The value.
        value: R,
        /// The length of the gradient.
        grad_norm: R,
    },
    /// A Hessian–vector product was computed, this row of the Hessian.
    Product {
        /// Which.
        row: usize,
    },
    /// The point has moved along the eigenvectors of the Hessian.
    Moved {
        /// The number of times it has.
        moves: u32,
        /// How far.
        length: R,
        /// How many directions went down, from where it came.
        negative: u32,
    },
    /// The value, the gradient or the Hessian was infinite or NaN, or the next point would be. The point has not moved,
    /// and the next step evaluates it again.
    NotFinite,
    /// The gradient has vanished, and the spectrum was inspected; further steps say the same. It is the point that was
    /// wanted if `signature.negative` is the index that was followed.
    Settled(CriticalPoint<R>),
    /// The gradient has vanished along all directions with curvature, but not along the flat ones: a slope on which no
    /// step of this method leads anywhere, such as `x² + y`. Or the step is less than the last digits of the parameters: a shorter
    /// gradient was asked for than they can give. Further steps say the same.
    Stuck(CriticalPoint<R>),
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}
