//! Transforms of an update, and chains of them.

use super::Halt;
use crate::base::random::Rng;
use crate::{ArgError, Real};

/// A transform rewrites an update in place. Tuples of up to eight transforms apply in order; an
/// `Option` applies if it is `Some`.
///
/// The update starts as the gradient and ends as the vector that is subtracted: `x ← x − u`.
///
/// # Contract
///
/// Caller: call [`check`](Self::check) and [`reset`](Self::reset) once before a run, as
/// [`Sgd::new`](super::Sgd::new) does; then, in each step, [`ready`](Self::ready),
/// [`evaluate_at`](Self::evaluate_at) and [`apply`](Self::apply) with slices of the checked dimension.
/// Implementor: `apply` does bounded work and draws only from `rng`, and its result depends only on
/// its arguments and the transform's own state.
///
/// # Examples
///
/// A custom transform that lets only some coordinates move:
///
/// ```
/// use losscape::base::random::{Rng, stream};
/// use losscape::sgd::{Halt, Scale, Transform};
///
/// struct Freeze<const N: usize>([bool; N]);
/// impl<const N: usize> Transform for Freeze<N> {
///     fn apply<G: Rng + ?Sized>(&mut self, _: &[f32], update: &mut [f32], _: &mut G) -> Result<(), Halt> {
///         for (u, frozen) in update.iter_mut().zip(self.0) {
///             *u = if frozen { 0.0 } else { *u };
///         }
///         Ok(())
///     }
/// }
///
/// let mut update = [1.0, 2.0];
/// (Freeze([true, false]), Scale { factor: 0.5 }).apply(&[0.0, 0.0], &mut update, &mut stream(1, 0))?;
/// assert_eq!(update, [0.0, 1.0]);
/// # Ok::<(), Halt>(())
/// ```
pub trait Transform<R: Real = f32> {
    /// Checks that the settings are valid in this dimension.
    ///
    /// # Errors
    /// [`ArgError`] naming the invalid setting.
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        let _ = dim;
        Ok(())
    }

    /// Resets all state from earlier steps.
    fn reset(&mut self) {}

    /// Checks that the transform can be applied once more in this dimension.
    ///
    /// # Errors
    /// [`Halt`] if it cannot: a [`Replay`](super::Replay) has run out, or memory has changed its length.
    fn ready(&self, dim: usize) -> Result<(), Halt> {
        let _ = dim;
        Ok(())
    }

    /// Returns the point at which to evaluate the gradient: the parameters, except for Nesterov's
    /// [`Momentum`](super::Momentum).
    ///
    /// # Errors
    /// [`Halt`] if there is no such point.
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        Ok(params)
    }

    /// Rewrites the update of one step.
    ///
    /// # Errors
    /// [`Halt`] if the step cannot be made; the run then leaves the parameters as they are.
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt>;
}

impl<R: Real, T: Transform<R> + ?Sized> Transform<R> for &mut T {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        (**self).check(dim)
    }
    fn reset(&mut self) {
        (**self).reset();
    }
    fn ready(&self, dim: usize) -> Result<(), Halt> {
        (**self).ready(dim)
    }
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        (**self).evaluate_at(params)
    }
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt> {
        (**self).apply(params, update, rng)
    }
}

impl<R: Real, T: Transform<R>> Transform<R> for Option<T> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        self.as_ref().map_or(Ok(()), |t| t.check(dim))
    }
    fn reset(&mut self) {
        if let Some(t) = self {
            t.reset();
        }
    }
    fn ready(&self, dim: usize) -> Result<(), Halt> {
        self.as_ref().map_or(Ok(()), |t| t.ready(dim))
    }
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        match self {
            Some(t) => t.evaluate_at(params),
            None => Ok(params),
        }
    }
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt> {
        self.as_mut().map_or(Ok(()), |t| t.apply(params, update, rng))
    }
}

macro_rules! chain {
    ($($t:ident $i:tt),*) => {
        impl<R: Real, $($t: Transform<R>),*> Transform<R> for ($($t,)*) {
            fn check(&self, dim: usize) -> Result<(), ArgError> {
                let _ = dim;
                $(self.$i.check(dim)?;)*
                Ok(())
            }
            fn reset(&mut self) {
                $(self.$i.reset();)*
            }
            fn ready(&self, dim: usize) -> Result<(), Halt> {
                let _ = dim;
                $(self.$i.ready(dim)?;)*
                Ok(())
            }
            fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
                $(let params = self.$i.evaluate_at(params)?;)*
                Ok(params)
            }
            fn apply<G: Rng + ?Sized>(
                &mut self,
                params: &[R],
                update: &mut [R],
                rng: &mut G,
            ) -> Result<(), Halt> {
                let _ = (params, &update, &rng);
                $(self.$i.apply(params, update, rng)?;)*
                Ok(())
            }
        }
    };
}

/// Expands a macro for each length of a chain.
macro_rules! for_chains {
    ($chain:ident) => {
        $chain!();
        $chain!(A 0);
        $chain!(A 0, B 1);
        $chain!(A 0, B 1, C 2);
        $chain!(A 0, B 1, C 2, D 3);
        $chain!(A 0, B 1, C 2, D 3, E 4);
        $chain!(A 0, B 1, C 2, D 3, E 4, F 5);
        $chain!(A 0, B 1, C 2, D 3, E 4, F 5, H 6);
        $chain!(A 0, B 1, C 2, D 3, E 4, F 5, H 6, I 7);
    };
}
pub(super) use for_chains;

for_chains!(chain);
