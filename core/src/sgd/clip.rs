//! Bounds on an update.

use super::saved::tag;
use super::{Halt, Persist, Settings, Transform};
use crate::base::random::Rng;
use crate::base::vector::{norm, normalise, scale};
use crate::{ArgError, Real};

/// Shortens the update to `max_norm` if it is longer: `u ← u · max_norm / ‖u‖` (Pascanu, Mikolov &
/// Bengio 2013).
///
/// An update with finite elements whose norm overflows is shortened as well.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{ClipNorm, Transform};
/// let mut update = [3.0f32, 4.0];
/// ClipNorm { max_norm: 1.0 }.apply(&[0.0, 0.0], &mut update, &mut stream(1, 0))?;
/// assert_eq!(update, [0.6, 0.8]);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipNorm<R: Real = f32> {
    /// The largest norm, above zero.
    pub max_norm: R,
}

impl<R: Real> Transform<R> for ClipNorm<R> {
    fn check(&self, _dim: usize) -> Result<(), ArgError> {
        ArgError::check_positive("max_norm", self.max_norm)
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        let length = norm(update);
        if length > self.max_norm {
            let factor = self.max_norm / length;
            if factor < R::MIN_POSITIVE {
                // The factor is too small to have all its digits, or the norm exceeds the largest
                // number.
                normalise(update);
                scale(self.max_norm, update);
            } else {
                scale(factor, update);
            }
        }
        Ok(())
    }
}

impl<R: Real> Persist for ClipNorm<R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::CLIP_NORM);
        settings.real("max_norm", self.max_norm);
    }
}

/// Clamps each element of the update to `[−limit, limit]`.
///
/// ```
/// use losscape::{base::random::stream, sgd::{ClipValue, Transform}};
/// let mut update = [3.0f32, 0.5, -4.0];
/// ClipValue { limit: 1.0 }.apply(&[0.0; 3], &mut update, &mut stream(1, 0))?;
/// assert_eq!(update, [1.0, 0.5, -1.0]);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClipValue<R: Real = f32> {
    /// The largest magnitude, above zero.
    pub limit: R,
}

impl<R: Real> Transform<R> for ClipValue<R> {
    fn check(&self, _dim: usize) -> Result<(), ArgError> {
        ArgError::check_positive("limit", self.limit)
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        for u in update {
            *u = u.or_smaller(self.limit).or_larger(-self.limit);
        }
        Ok(())
    }
}

impl<R: Real> Persist for ClipValue<R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::CLIP_VALUE);
        settings.real("limit", self.limit);
    }
}
