//! Momentum in its three usual forms.

use super::saved::{check_reals, tag};
use super::{Halt, Persist, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::finite::Finite;
use crate::base::random::Rng;
use crate::{ArgError, Real};

/// The form of momentum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    HeavyBall,
    Nesterov,
    Averaged,
}

/// Momentum with coefficient `μ` in [0, 1).
///
/// The velocity is owned or lent: `V`, and `P` for Nesterov's lookahead point, are arrays, `Vec`s,
/// boxed slices or `&mut [R]`.
///
/// Place it after a [`LearningRate`](super::LearningRate), so that the incoming update is `η g`:
///
/// | form                                    | velocity             | step           | gradient at |
/// |-----------------------------------------|----------------------|----------------|-------------|
/// | [`heavy_ball`](Self::heavy_ball)        | `v ← μ v − η g`      | `x ← x + v`    | `x`         |
/// | [`nesterov`](Self::nesterov)            | `v ← μ v − η g`      | `x ← x + v`    | `x + μ v`   |
/// | [`averaged`](Self::averaged)            | `v ← μ v + (1 − μ) η g` | `x ← x − v` | `x`         |
///
/// Heavy ball is Polyak's method (1964). The second form is Nesterov's in the notation of Sutskever,
/// Martens, Dahl & Hinton (2013), and the third is the exponential moving average of gradients. With
/// Nesterov's form, `params` is the iterate `x`, not the lookahead point, and a step reports the value
/// at `x + μ v`; the form is exact if momentum is the last transform.
///
/// Transforms that follow (such as a weight decay) act on `−v`; the velocity does not include their
/// effect.
///
/// A velocity that would become non-finite is reset to zero, and the step is not made.
///
/// # Shapes
/// `velocity` and `point` have the length of the parameters; a run starts with zero velocity.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{Momentum, Transform};
/// let mut momentum = Momentum::heavy_ball(0.5, [0.0f32]);
/// let mut rng = stream(1, 0);
/// for expected in [1.0, 1.5, 1.75] {
///     let mut update = [1.0];
///     momentum.apply(&[0.0], &mut update, &mut rng)?;
///     assert_eq!(update, [expected]);
/// }
/// assert_eq!(momentum.velocity(), [-1.75]);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Debug)]
pub struct Momentum<R, V, P = [R; 0]> {
    form: Form,
    momentum: R,
    velocity: V,
    point: P,
}

impl<R: Real, V: AsRef<[R]> + AsMut<[R]>> Momentum<R, V> {
    /// Creates heavy-ball momentum.
    #[must_use]
    pub const fn heavy_ball(momentum: R, velocity: V) -> Self {
        Self { form: Form::HeavyBall, momentum, velocity, point: [] }
    }

    /// Creates an exponential moving average of updates.
    #[must_use]
    pub const fn averaged(momentum: R, velocity: V) -> Self {
        Self { form: Form::Averaged, momentum, velocity, point: [] }
    }
}

impl<R: Real, V: AsRef<[R]> + AsMut<[R]>, P: AsRef<[R]> + AsMut<[R]>> Momentum<R, V, P> {
    /// Creates Nesterov's momentum: the gradient is evaluated at the lookahead point `x + μ v`, which
    /// is written to `point`.
    #[must_use]
    pub const fn nesterov(momentum: R, velocity: V, point: P) -> Self {
        Self { form: Form::Nesterov, momentum, velocity, point }
    }

    /// Changes μ from the next step on; the velocity is kept.
    ///
    /// # Errors
    /// [`ArgError`] naming `momentum` if it is outside [0, 1); nothing has changed then.
    pub fn set_momentum(&mut self, momentum: R) -> Result<(), ArgError> {
        check_momentum(momentum)?;
        self.momentum = momentum;
        Ok(())
    }

    /// Returns v, the velocity.
    #[must_use]
    pub fn velocity(&self) -> &[R] {
        self.velocity.as_ref()
    }

    /// Returns the memory that holds the velocity and the lookahead point.
    pub fn into_parts(self) -> (V, P) {
        (self.velocity, self.point)
    }

    fn check_memory(&self, dim: usize) -> Result<(), ArgError> {
        ArgError::check_len("velocity", dim, self.velocity.as_ref().len())?;
        if self.form == Form::Nesterov {
            ArgError::check_len("point", dim, self.point.as_ref().len())
        } else {
            Ok(())
        }
    }
}

impl<R: Copy, V, P> Momentum<R, V, P> {
    /// Returns μ, the momentum coefficient.
    #[must_use]
    pub const fn momentum(&self) -> R {
        self.momentum
    }
}

fn check_momentum<R: Real>(momentum: R) -> Result<(), ArgError> {
    ArgError::check_fraction("momentum", momentum)
}

impl<R: Real, V: AsRef<[R]> + AsMut<[R]>, P: AsRef<[R]> + AsMut<[R]>> Transform<R> for Momentum<R, V, P> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        check_momentum(self.momentum)?;
        self.check_memory(dim)
    }

    fn reset(&mut self) {
        self.velocity.as_mut().fill(R::ZERO);
    }

    fn ready(&self, dim: usize) -> Result<(), Halt> {
        self.check_memory(dim).map_err(|_| Halt::MemoryChanged)
    }

    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        if self.form != Form::Nesterov {
            return Ok(params);
        }
        let (mut finite, point) = (Finite::new(), self.point.as_mut());
        for ((p, x), v) in point.iter_mut().zip(params).zip(self.velocity.as_ref()) {
            *p = *x + self.momentum * *v;
            finite.see(*p);
        }
        if finite.all() { Ok(point) } else { Err(Halt::NotFinite) }
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        let velocity = self.velocity.as_mut();
        if velocity.len() != update.len() {
            return Err(Halt::MemoryChanged);
        }
        let mut finite = Finite::new();
        let entries = velocity.iter_mut().zip(update);
        if self.form == Form::Averaged {
            for (v, u) in entries {
                *v = self.momentum * *v + (R::ONE - self.momentum) * *u;
                *u = *v;
                finite.see(*v);
            }
        } else {
            for (v, u) in entries {
                *v = self.momentum * *v - *u;
                *u = -*v;
                finite.see(*v);
            }
        }
        if finite.all() {
            Ok(())
        } else {
            velocity.fill(R::ZERO);
            Err(Halt::NotFinite)
        }
    }
}

impl<R: Real, V: AsRef<[R]> + AsMut<[R]>, P> Persist for Momentum<R, V, P> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        let form = match self.form {
            Form::HeavyBall => 1,
            Form::Nesterov => 2,
            Form::Averaged => 3,
        };
        settings.byte("transforms", tag::MOMENTUM);
        settings.byte("transforms", form);
        settings.real("momentum", self.momentum);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.reals(self.velocity.as_ref());
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        check_reals::<R>("velocity", dim, reader)
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        reader.reals(self.velocity.as_mut())
    }
}
