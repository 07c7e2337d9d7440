//! Momentum in its three usual forms.

use super::saved::{expect_len, expect_tag, save_len, tag};
use super::{Persist, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::Rng;
use crate::{ArgError, Real};

/// How the velocity is formed and used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    HeavyBall,
    Nesterov,
    Averaged,
}

/// Momentum `μ` in [0, 1), with the velocity in the caller's memory.
///
/// After a [`LearningRate`](super::LearningRate), so that the update comes in as `η g`:
///
/// | form                                    | velocity             | step           | gradient at |
/// |-----------------------------------------|----------------------|----------------|-------------|
/// | [`heavy_ball`](Self::heavy_ball)        | `v ← μ v − η g`      | `x ← x + v`    | `x`         |
/// | [`nesterov`](Self::nesterov)            | `v ← μ v − η g`      | `x ← x + v`    | `x + μ v`   |
/// | [`averaged`](Self::averaged)            | `v ← μ v + (1 − μ) η g` | `x ← x − v` | `x`         |
///
/// Heavy ball is Polyak's (1964), the second form Nesterov's in the notation of Sutskever, Martens,
/// Dahl & Hinton (2013), the third the exponential moving average of gradients.
/// With Nesterov `params` is the iterate `x`, not the point ahead, and the value reported by a step is
/// the one at `x + μ v`; the form is exact when momentum is the last transform.
///
/// Transforms that follow (a weight decay) see `−v`, and the velocity does not see them.
///
/// # Shapes
/// `velocity` and `point` have the length of the parameters; a run starts with zero velocity.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{Momentum, Transform};
/// let mut velocity = [0.0f32];
/// let mut momentum = Momentum::heavy_ball(0.5, &mut velocity);
/// let mut rng = stream(1, 0);
/// for expected in [1.0, 1.5, 1.75] {
///     let mut update = [1.0];
///     momentum.apply(&[0.0], &mut update, &mut rng);
///     assert_eq!(update, [expected]);
/// }
/// assert_eq!(momentum.velocity(), [-1.75]);
/// ```
#[derive(Debug)]
pub struct Momentum<'a, R: Real = f32> {
    form: Form,
    momentum: R,
    velocity: &'a mut [R],
    point: &'a mut [R],
}

impl<'a, R: Real> Momentum<'a, R> {
    /// Heavy ball.
    #[must_use]
    pub fn heavy_ball(momentum: R, velocity: &'a mut [R]) -> Self {
        Self { form: Form::HeavyBall, momentum, velocity, point: &mut [] }
    }

    /// Nesterov's: the gradient is evaluated ahead, at `x + μ v`, which is written to `point`.
    #[must_use]
    pub fn nesterov(momentum: R, velocity: &'a mut [R], point: &'a mut [R]) -> Self {
        Self { form: Form::Nesterov, momentum, velocity, point }
    }

    /// The exponential moving average of updates.
    #[must_use]
    pub fn averaged(momentum: R, velocity: &'a mut [R]) -> Self {
        Self { form: Form::Averaged, momentum, velocity, point: &mut [] }
    }

    /// μ.
    #[must_use]
    pub const fn momentum(&self) -> R {
        self.momentum
    }

    /// Changes μ from the next step on; the velocity stays.
    ///
    /// # Errors
    /// [`ArgError`] naming `momentum`, outside [0, 1); nothing has changed then.
    pub fn set_momentum(&mut self, momentum: R) -> Result<(), ArgError> {
        check_momentum(momentum)?;
        self.momentum = momentum;
        Ok(())
    }

    /// v.
    #[must_use]
    pub fn velocity(&self) -> &[R] {
        self.velocity
    }
}

fn check_momentum<R: Real>(momentum: R) -> Result<(), ArgError> {
    ArgError::check_fraction("momentum", momentum)
}

impl<R: Real> Transform<R> for Momentum<'_, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        check_momentum(self.momentum)?;
        ArgError::check_len("velocity", dim, self.velocity.len())?;
        if self.form == Form::Nesterov { ArgError::check_len("point", dim, self.point.len()) } else { Ok(()) }
    }

    fn reset(&mut self) {
        self.velocity.fill(R::ZERO);
    }

    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> &'s [R] {
        if self.form != Form::Nesterov {
            return params;
        }
        for ((p, x), v) in self.point.iter_mut().zip(params).zip(self.velocity.iter()) {
            *p = *x + self.momentum * *v;
        }
        self.point
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) {
        debug_assert_eq!(self.velocity.len(), update.len(), "momentum: velocity");
        let entries = self.velocity.iter_mut().zip(update);
        if self.form == Form::Averaged {
            for (v, u) in entries {
                *v = self.momentum * *v + (R::ONE - self.momentum) * *u;
                *u = *v;
            }
        } else {
            for (v, u) in entries {
                *v = self.momentum * *v - *u;
                *u = -*v;
            }
        }
    }
}

impl<R: Real> Momentum<'_, R> {
    /// Part of the layout: the same velocity goes on differently in another form.
    const fn form_tag(&self) -> u8 {
        match self.form {
            Form::HeavyBall => 1,
            Form::Nesterov => 2,
            Form::Averaged => 3,
        }
    }

    fn check_saved_header(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        expect_tag(reader, "transforms", tag::MOMENTUM)?;
        expect_tag(reader, "transforms", self.form_tag())?;
        expect_len(reader, "velocity", self.velocity.len())
    }
}

impl<R: Real> Persist for Momentum<'_, R> {
    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u8(tag::MOMENTUM);
        writer.u8(self.form_tag());
        save_len(writer, self.velocity.len());
        writer.reals(self.velocity);
    }

    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.check_saved_header(reader)?;
        reader.bytes(self.velocity.len() * R::BYTES).map(|_| ())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.check_saved_header(reader)?;
        reader.reals(self.velocity)
    }
}
