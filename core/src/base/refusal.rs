//! How functions in inner loops report slices that do not fit together.

use super::real::Real;

/// Fills the result with NaN, so that old numbers cannot be mistaken for new ones and nothing panics.
#[cold]
#[inline(never)]
pub(crate) fn refuse<R: Real>(result: &mut [R]) {
    result.fill(R::NAN);
}
