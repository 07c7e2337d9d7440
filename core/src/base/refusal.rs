//! The answer of a hot call whose slices do not fit together.

use super::real::Real;

/// Fills the result of such a call with NaN: old numbers cannot be mistaken for new ones, and nothing panics.
#[cold]
#[inline(never)]
pub(crate) fn refuse<R: Real>(result: &mut [R]) {
    result.fill(R::NAN);
}
