//! Activation functions with their first and second derivatives.

#[cfg(any(feature = "sigmoid", feature = "softplus", feature = "gelu"))]
use crate::base::elementary::sigmoid;
#[cfg(feature = "softplus")]
use crate::base::elementary::softplus;
#[cfg(feature = "tanh-micromath")]
use crate::base::elementary::tanh_micromath;
use crate::base::elementary::tanh_slice;
#[cfg(any(
    feature = "relu",
    feature = "sigmoid",
    feature = "softplus",
    feature = "gelu",
    feature = "tanh-micromath"
))]
use crate::base::elementwise::each;
#[cfg(any(feature = "softplus", feature = "gelu"))]
use crate::base::matrix::column_sum;
use crate::base::matrix::pair_columns;
use crate::{ArgError, Real};

/// The activation function of a unit, applied to its input z.
///
/// | activation | φ(z) | φ′ | φ″ |
/// |---|---|---|---|
/// | identity | z | 1 | 0 |
/// | ReLU | 0 if z ≤ 0, else z | 0 or 1 | 0 |
/// | leaky ReLU | z if z > 0, else s z | 1 or s | 0 |
/// | tanh, and micromath's | tanh z | 1 − a² | −2 a (1 − a²) |
/// | sigmoid | σ(z) = 1/(1 + e⁻ᶻ) | a (1 − a) | a (1 − a)(1 − 2a) |
/// | softplus | ln(1 + eᶻ) | σ(z) | σ(z) σ(−z) |
/// | GELU | ½ z (1 + tanh s(z)), s = √(2/π)(z + 0.044715 z³) | | |
///
/// with a = φ(z). At the kink z = 0 a ReLU has slope 0 and a leaky ReLU slope s; the curvature ignores kinks. GELU is
/// the tanh form of Hendrycks & Gimpel (2016). NaN stays NaN.
///
/// # Saturation
///
/// The derivatives of tanh and of the logistic function are computed from a, so that no z is stored. Where 1 − |a| has
/// lost digits, so have the derivatives. In `f32`, over every 64th number up to ±100, the largest errors found in φ′
/// and φ″ were 1.6 · 10⁻⁷ and 2.2 · 10⁻⁷ for tanh, and 9 · 10⁻⁸ for the logistic function. Relative to φ′, the error
/// for tanh is 1.5 · 10⁻⁶ at |z| = 2 and a tenth at 8. From 9.02 on it is 100 %, because tanh rounds to 1 and φ′, which
/// is 6 · 10⁻⁸ there, becomes 0. The same happens to the logistic function from 16.64 on. On its negative side, and for
/// softplus, which stores z, the relative error of φ′ stays below 1.9 · 10⁻⁷.
///
/// Every activation except identity and tanh needs the cargo feature of its name (`relu` for both kinds of ReLU). All of
/// these features are on by default; firmware that turns them off carries no code for them.
///
/// ```
/// use losscape::models::mlp::Activation;
/// let mut z = [-2.0f32, 0.0, 3.0];
/// Activation::LeakyRelu { slope: 0.25 }.apply(&mut z);
/// assert_eq!(z, [-0.5, 0.0, 3.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// φ(z) = z.
    Identity,
    /// The rectified linear unit.
    #[cfg(feature = "relu")]
    Relu,
    /// A ReLU with a small slope on the negative side, usually 0.01.
    #[cfg(feature = "relu")]
    LeakyRelu {
        /// s, the slope below zero; it must be positive.
        slope: f32,
    },
    /// The hyperbolic tangent.
    Tanh,
    /// The logistic function.
    #[cfg(feature = "sigmoid")]
    Sigmoid,
    /// A smooth ReLU.
    #[cfg(feature = "softplus")]
    Softplus,
    /// The Gaussian error linear unit in its tanh form.
    #[cfg(feature = "gelu")]
    Gelu,
    /// [`tanh_micromath`](crate::base::elementary::tanh_micromath()), which is within 3.4 · 10⁻⁴ of tanh. Its
    /// derivatives are computed from its value as for tanh: 1 − a² is within 6.8 · 10⁻⁴ of tanh′ z.
    #[cfg(feature = "tanh-micromath")]
    TanhMicromath,
}

/// φ′ and φ″ at one unit.
#[derive(Clone, Copy)]
pub(super) struct Slopes<R> {
    pub(super) first: R,
    pub(super) second: R,
}

impl Activation {
    /// Checks that a slope is above zero.
    pub(super) fn check(self) -> Result<(), ArgError> {
        #[cfg(feature = "relu")]
        if let Self::LeakyRelu { slope } = self {
            ArgError::check_positive("slope", slope)?;
        }
        Ok(())
    }

    /// Returns whether the derivatives need z in addition to a.
    pub(super) const fn needs_preactivation(self) -> bool {
        match self {
            #[cfg(feature = "softplus")]
            Self::Softplus => true,
            #[cfg(feature = "gelu")]
            Self::Gelu => true,
            _ => false,
        }
    }

    /// Returns whether φ(z) = z.
    pub(super) const fn is_identity(self) -> bool {
        matches!(self, Self::Identity)
    }

    /// Returns whether φ(c z) = c φ(z) for all c > 0.
    pub(super) const fn is_homogeneous(self) -> bool {
        match self {
            Self::Identity => true,
            #[cfg(feature = "relu")]
            Self::Relu | Self::LeakyRelu { .. } => true,
            _ => false,
        }
    }

    /// Returns whether φ(−z) = −φ(z), bit for bit.
    pub(super) const fn is_odd(self) -> bool {
        match self {
            Self::Identity | Self::Tanh => true,
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => true,
            #[cfg(any(feature = "relu", feature = "sigmoid", feature = "softplus", feature = "gelu"))]
            _ => false,
        }
    }

    /// Computes `z ← φ(z)` elementwise.
    pub fn apply<R: Real>(self, z: &mut [R]) {
        // One loop per activation, so that each vectorises.
        match self {
            Self::Identity => {}
            #[cfg(feature = "relu")]
            Self::Relu => each(z, |z| if z <= R::ZERO { R::ZERO } else { z }),
            #[cfg(feature = "relu")]
            Self::LeakyRelu { slope } => {
                let slope = R::from_f64(f64::from(slope));
                each(z, |z| if z > R::ZERO { z } else { slope * z });
            }
            Self::Tanh => tanh_slice(z),
            #[cfg(feature = "sigmoid")]
            Self::Sigmoid => each(z, sigmoid),
            #[cfg(feature = "softplus")]
            Self::Softplus => each(z, softplus),
            #[cfg(feature = "gelu")]
            Self::Gelu => each(z, |z| Gelu::at(z).value),
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => each(z, tanh_micromath),
        }
    }

    /// Applies the chain rule backwards, in place: `δ = a ← φ′(z) · u`, where u is the gradient with respect to a. Also
    /// adds `sum[j] += Σₛ δ[s][j]` over the rows of a layer of `sum.len()` units, in order.
    ///
    /// `z` is read only if [`needs_preactivation`](Self::needs_preactivation), and may be empty otherwise.
    pub(super) fn pull_back<R: Real>(self, a: &mut [R], z: &[R], u: &[R], sum: &mut [R]) {
        let _ = z; // its readers may be compiled out
        match self {
            Self::Identity => pair_columns(a, u, sum, |_, u| u),
            #[cfg(feature = "relu")]
            Self::Relu => pair_columns(a, u, sum, |a, u| if a <= R::ZERO { R::ZERO } else { u }),
            #[cfg(feature = "relu")]
            Self::LeakyRelu { slope } => {
                let slope = R::from_f64(f64::from(slope));
                pair_columns(a, u, sum, |a, u| if a > R::ZERO { u } else { slope * u });
            }
            Self::Tanh => pull_back_tanh(a, u, sum),
            #[cfg(feature = "sigmoid")]
            Self::Sigmoid => pair_columns(a, u, sum, |a, u| a * (R::ONE - a) * u),
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => pull_back_tanh(a, u, sum),
            #[cfg(any(feature = "softplus", feature = "gelu"))]
            _ => {
                for ((a, &z), &u) in a.iter_mut().zip(z).zip(u) {
                    *a = self.slopes(*a, z).first * u;
                }
                column_sum(a, sum);
            }
        }
    }

    /// Returns φ′ and φ″ where φ(z) = a; `z` is used only if [`needs_preactivation`](Self::needs_preactivation).
    #[inline(always)]
    pub(super) fn slopes<R: Real>(self, a: R, z: R) -> Slopes<R> {
        let _ = z; // its readers may be compiled out
        match self {
            Self::Identity => Slopes { first: R::ONE, second: R::ZERO },
            #[cfg(feature = "relu")]
            Self::Relu => Slopes { first: if a <= R::ZERO { R::ZERO } else { R::ONE }, second: R::ZERO },
            #[cfg(feature = "relu")]
            Self::LeakyRelu { slope } => {
                let slope = R::from_f64(f64::from(slope));
                Slopes { first: if a > R::ZERO { R::ONE } else { slope }, second: R::ZERO }
            }
            Self::Tanh => slopes_tanh(a),
            #[cfg(feature = "sigmoid")]
            Self::Sigmoid => {
                let first = a * (R::ONE - a);
                Slopes { first, second: first * (R::ONE - R::TWO * a) }
            }
            #[cfg(feature = "softplus")]
            Self::Softplus => {
                let first = sigmoid(z);
                Slopes { first, second: first * sigmoid(-z) }
            }
            #[cfg(feature = "gelu")]
            Self::Gelu => {
                let gelu = Gelu::at(z);
                Slopes { first: gelu.first, second: gelu.second }
            }
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => slopes_tanh(a),
        }
    }
}

fn pull_back_tanh<R: Real>(a: &mut [R], u: &[R], sum: &mut [R]) {
    pair_columns(a, u, sum, |a, u| (R::ONE - a * a) * u);
}

#[inline(always)]
fn slopes_tanh<R: Real>(a: R) -> Slopes<R> {
    let first = R::ONE - a * a;
    Slopes { first, second: -(R::TWO * a) * first }
}

/// The tanh form of GELU with its derivatives.
#[cfg(feature = "gelu")]
struct Gelu<R> {
    value: R,
    first: R,
    second: R,
}

#[cfg(feature = "gelu")]
impl<R: Real> Gelu<R> {
    /// Computed as `z σ(2s)` with σ(2s) = (1 + tanh s)/2, and with 1 − σ(2s) as σ(−2s), so both tails keep their
    /// digits.
    #[inline(always)]
    fn at(z: R) -> Self {
        let c = R::from_f64(0.797_884_560_802_865_4); // √(2/π)
        let k = R::from_f64(0.044_715);
        let three_k = R::from_f64(0.134_145);
        let six_k = R::from_f64(0.268_29);
        let z2 = z * z;
        let (s, s1, s2) = (c * (z + k * z2 * z), c * (R::ONE + three_k * z2), c * six_k * z);
        let (p, not_p) = (sigmoid(R::TWO * s), sigmoid(-(R::TWO * s)));
        let both = p * not_p;
        if both == R::ZERO {
            // Far in the tails GELU is z or −0; z² may have overflowed.
            let value = if p == R::ZERO { -R::ZERO } else { z };
            return Self { value, first: p, second: R::ZERO };
        }
        let four = R::from_u32(4);
        Self {
            value: z * p,
            first: p + R::TWO * z * s1 * both,
            second: both * (four * s1 + R::TWO * z * s2 + four * z * s1 * s1 * (not_p - p)),
        }
    }
}

#[cfg(test)]
mod tests;
