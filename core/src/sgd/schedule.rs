//! The learning rate as a function of the step.

use super::Settings;
use crate::base::elementary::sin;
use crate::{ArgError, Real};

/// A learning rate `η(k)` for each step `k = 0, 1, …`. It is a pure function, so a run that resumes
/// at a step uses the same rate.
///
/// ```
/// use losscape::sgd::Schedule;
/// let schedule = Schedule::Steps { rate: 0.8f32, factor: 0.5, every: 10 };
/// assert_eq!([0, 9, 10, 20].map(|k| schedule.at(k)), [0.8, 0.8, 0.4, 0.2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule<R: Real = f32> {
    /// `η(k) = rate`.
    Constant {
        /// The rate, above zero.
        rate: R,
    },
    /// `η(k) = rate · factor^⌊k / every⌋`.
    Steps {
        /// The first rate, above zero.
        rate: R,
        /// The factor, above zero and usually below one.
        factor: R,
        /// The number of steps between two changes, above zero.
        every: u32,
    },
    /// `η(k) = rate · (k + 1) / steps` during the first `steps` steps, `rate` afterwards.
    WarmUp {
        /// The final rate, above zero.
        rate: R,
        /// The number of steps of the ramp, above zero.
        steps: u32,
    },
    /// A half-cosine from `rate` to `last` (Loshchilov & Hutter 2017, without restarts),
    /// after a linear warm-up:
    ///
    /// ```text
    /// η(k) = rate · (k + 1) / warm_up                                     k < warm_up
    /// η(k) = last + ½ (rate − last) (1 + cos(π (k − warm_up) / steps))    then, for `steps` steps
    /// η(k) = last                                                         afterwards
    /// ```
    Cosine {
        /// The largest rate, above zero.
        rate: R,
        /// The rate at the end, at least zero.
        last: R,
        /// The number of steps of the ramp; zero for no ramp.
        warm_up: u32,
        /// The number of steps of the descent, above zero.
        steps: u32,
    },
    /// `η(k) = rate / (1 + k / half_life)`, the decay of Robbins & Monro (1951): the sum of the rates
    /// diverges, the sum of their squares does not.
    InverseTime {
        /// The first rate, above zero.
        rate: R,
        /// The step at which the rate has halved, above zero.
        half_life: u32,
    },
}

impl<R: Real> Schedule<R> {
    /// Returns `η(step)`.
    #[must_use]
    pub fn at(&self, step: u32) -> R {
        match *self {
            Self::Constant { rate } => rate,
            Self::Steps { rate, factor, every } => decayed(rate, factor, step / every.max(1)),
            Self::WarmUp { rate, steps } => ramp(rate, step, steps),
            Self::Cosine { rate, warm_up, .. } if step < warm_up => ramp(rate, step, warm_up),
            Self::Cosine { rate, last, warm_up, steps } => {
                let left = steps.saturating_sub(step - warm_up);
                if left == 0 {
                    return last;
                }
                // ½ (1 + cos π (1 − x)) = sin² ½ π x, which keeps its digits as x approaches zero.
                let angle =
                    R::from_f64(core::f64::consts::FRAC_PI_2) * (R::from_u32(left) / R::from_u32(steps));
                let root = sin(angle);
                last + (rate - last) * (root * root)
            }
            Self::InverseTime { rate, half_life } => {
                rate / (R::ONE + R::from_u32(step) / R::from_u32(half_life))
            }
        }
    }

    /// Checks that rates are positive and intervals are not empty.
    ///
    /// # Errors
    /// [`ArgError`] naming `learning_rate`, `factor`, `last`, `every`, `steps` or `half_life`
    /// otherwise.
    #[inline(always)] // a constant schedule needs no check at run time
    pub fn check(&self) -> Result<(), ArgError> {
        let count = |arg, n: u32| ArgError::check_count(arg, n as usize);
        let rate = match *self {
            Self::Constant { rate } => rate,
            Self::Steps { rate, factor, every } => {
                ArgError::check_positive("factor", factor)?;
                count("every", every)?;
                rate
            }
            Self::WarmUp { rate, steps } => {
                count("steps", steps)?;
                rate
            }
            Self::Cosine { rate, last, steps, .. } => {
                ArgError::check_non_negative("last", last)?;
                count("steps", steps)?;
                rate
            }
            Self::InverseTime { rate, half_life } => {
                count("half_life", half_life)?;
                rate
            }
        };
        ArgError::check_positive("learning_rate", rate)
    }
}

impl<R: Real> Schedule<R> {
    /// Adds the kind of the schedule and its numbers.
    pub(super) fn settings(&self, settings: &mut Settings<'_, '_>) {
        let (tag, rate) = match *self {
            Self::Constant { rate } => (0, rate),
            Self::Steps { rate, .. } => (1, rate),
            Self::WarmUp { rate, .. } => (2, rate),
            Self::Cosine { rate, .. } => (3, rate),
            Self::InverseTime { rate, .. } => (4, rate),
        };
        settings.byte("schedule", tag);
        settings.real("learning_rate", rate);
        match *self {
            Self::Constant { rate: _ } => {}
            Self::Steps { rate: _, factor, every } => {
                settings.real("factor", factor);
                settings.count("every", every);
            }
            Self::WarmUp { rate: _, steps } => settings.count("steps", steps),
            Self::Cosine { rate: _, last, warm_up, steps } => {
                settings.real("last", last);
                settings.count("warm_up", warm_up);
                settings.count("steps", steps);
            }
            Self::InverseTime { rate: _, half_life } => settings.count("half_life", half_life),
        }
    }
}

/// Computes `rate · (step + 1) / steps`, at most `rate`.
fn ramp<R: Real>(rate: R, step: u32, steps: u32) -> R {
    if step >= steps { rate } else { rate * ((R::from_u32(step) + R::ONE) / R::from_u32(steps)) }
}

/// Computes `rate · factorⁿ`, even where `factorⁿ` alone is too small or too large for the type.
fn decayed<R: Real>(rate: R, factor: R, n: u32) -> R {
    let whole = power(factor, n);
    if whole >= R::MIN_POSITIVE && whole.is_finite() {
        return rate * whole;
    }
    // Multiplies by powers between 2⁻⁶⁰ and 2⁶⁰: a few of them lead from the largest number to the
    // smallest.
    let high = R::from_u32(1 << 30) * R::from_u32(1 << 30);
    let low = R::ONE / high;
    let (mut square, mut count) = (factor, 1);
    while count <= n / 2 && square * square >= low && square * square <= high {
        square *= square;
        count *= 2;
    }
    let (mut rate, mut left) = (rate, n);
    while left >= count && rate > R::ZERO && rate.is_finite() {
        rate *= square;
        left -= count;
    }
    if left < count { rate * power(factor, left) } else { rate }
}

/// Computes `baseⁿ` by squaring, in at most 32 rounds.
fn power<R: Real>(base: R, mut n: u32) -> R {
    let (mut result, mut square) = (R::ONE, base);
    while n > 0 {
        if n % 2 == 1 {
            result *= square;
        }
        square *= square;
        n /= 2;
    }
    result
}
