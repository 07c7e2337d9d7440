//! What rewrites an update, and how such rewritings chain.

use crate::base::random::Rng;
use crate::{ArgError, Real};

/// Rewrites an update in place. Tuples of up to eight transforms apply one after the other, `Option`s
/// apply if there is one.
///
/// The update starts as the gradient and ends as what is subtracted: `x ← x − u`.
///
/// # Contract
///
/// Caller: calls [`check`](Self::check) and [`reset`](Self::reset) once before a run, as
/// [`Sgd::new`](super::Sgd::new) does; then, each step, [`ready`](Self::ready),
/// [`evaluate_at`](Self::evaluate_at) and [`apply`](Self::apply) with slices of the checked dimension.
/// Implementor: `apply` does bounded work, draws only from `rng`, and its result is a function of its
/// arguments and of the transform's own state.
///
/// # Examples
///
/// A transform of one's own, which lets only some coordinates move:
///
/// ```
/// use losscape::base::random::{Rng, stream};
/// use losscape::sgd::{Scale, Transform};
///
/// struct Freeze<'a>(&'a [bool]);
/// impl Transform for Freeze<'_> {
///     fn apply<G: Rng + ?Sized>(&mut self, _params: &[f32], update: &mut [f32], _rng: &mut G) {
///         for (u, frozen) in update.iter_mut().zip(self.0) {
///             *u = if *frozen { 0.0 } else { *u };
///         }
///     }
/// }
///
/// let mut update = [1.0, 2.0];
/// (Freeze(&[true, false]), Scale { factor: 0.5 }).apply(&[0.0, 0.0], &mut update, &mut stream(1, 0));
/// assert_eq!(update, [0.0, 1.0]);
/// ```
pub trait Transform<R: Real = f32> {
    /// Refuses settings that make no sense in this dimension.
    ///
    /// # Errors
    /// [`ArgError`] naming the setting.
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        let _ = dim;
        Ok(())
    }

    /// Forgets all earlier steps.
    fn reset(&mut self) {}

    /// Whether the transform can apply once more; a [`Replay`](super::Replay) runs out.
    fn ready(&self) -> bool {
        true
    }

    /// Where the gradient is to be evaluated: at the parameters, except for Nesterov's
    /// [`Momentum`](super::Momentum).
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> &'s [R] {
        params
    }

    /// Rewrites the update of one step.
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G);
}

impl<R: Real, T: Transform<R> + ?Sized> Transform<R> for &mut T {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        (**self).check(dim)
    }
    fn reset(&mut self) {
        (**self).reset();
    }
    fn ready(&self) -> bool {
        (**self).ready()
    }
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> &'s [R] {
        (**self).evaluate_at(params)
    }
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) {
        (**self).apply(params, update, rng);
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
    fn ready(&self) -> bool {
        self.as_ref().is_none_or(Transform::ready)
    }
    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> &'s [R] {
        match self {
            Some(t) => t.evaluate_at(params),
            None => params,
        }
    }
    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) {
        if let Some(t) = self {
            t.apply(params, update, rng);
        }
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
            fn ready(&self) -> bool {
                true $(&& self.$i.ready())*
            }
            fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> &'s [R] {
                $(let params = self.$i.evaluate_at(params);)*
                params
            }
            fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) {
                let _ = (params, &update, &rng);
                $(self.$i.apply(params, update, rng);)*
            }
        }
    };
}

/// Calls a macro for each length of a chain.
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
