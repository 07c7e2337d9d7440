//! Activations with their first and second derivatives.

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
use crate::base::elementwise::pair;
use crate::{ArgError, Real};

/// What a unit makes of its input z.
///
/// | activation | φ(z) | φ′ | φ″ |
/// |---|---|---|---|
/// | identity | z | 1 | 0 |
/// | ReLU | z if z > 0, else 0 | 1 or 0 | 0 |
/// | leaky ReLU | z if z > 0, else s z | 1 or s | 0 |
/// | tanh, and micromath's | tanh z | 1 − a² | −2 a (1 − a²) |
/// | sigmoid | σ(z) = 1/(1 + e⁻ᶻ) | a (1 − a) | a (1 − a)(1 − 2a) |
/// | softplus | ln(1 + eᶻ) | σ(z) | σ (1 − σ) |
/// | GELU | ½ z (1 + tanh s(z)), s = √(2/π)(z + 0.044715 z³) | | |
///
/// with a = φ(z). At its kink z = 0 a ReLU has slope 0 and a leaky one s; curvature does not see kinks.
/// GELU is the tanh form of Hendrycks & Gimpel (2016).
///
/// All but identity and tanh belong to cargo features of their names, on by default: firmware that names none
/// carries the code of none.
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
    /// A ReLU that keeps a share of the negative side; 0.01 by custom.
    #[cfg(feature = "relu")]
    LeakyRelu {
        /// s, the slope below zero; above zero.
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
    /// [`tanh_micromath`](crate::base::elementary::tanh_micromath()), within 3.4 · 10⁻⁴ of the tangent, with the
    /// tangent's derivatives of its value: 1 − a² is within 6.8 · 10⁻⁴ of tanh′ z.
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
    /// Refuses a slope that is not above zero.
    pub(super) fn check(self) -> Result<(), ArgError> {
        #[cfg(feature = "relu")]
        if let Self::LeakyRelu { slope } = self {
            ArgError::check_positive("slope", slope)?;
        }
        Ok(())
    }

    /// Whether the derivatives need z besides a.
    pub(super) const fn needs_preactivation(self) -> bool {
        match self {
            #[cfg(feature = "softplus")]
            Self::Softplus => true,
            #[cfg(feature = "gelu")]
            Self::Gelu => true,
            _ => false,
        }
    }

    /// Whether φ(−z) = −φ(z), bit for bit.
    pub(super) const fn is_odd(self) -> bool {
        match self {
            Self::Identity | Self::Tanh => true,
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => true,
            #[cfg(any(feature = "relu", feature = "sigmoid", feature = "softplus", feature = "gelu"))]
            _ => false,
        }
    }

    /// `z ← φ(z)`, elementwise.
    pub fn apply<R: Real>(self, z: &mut [R]) {
        // One loop per activation, so that each can be vectorised.
        match self {
            Self::Identity => {}
            #[cfg(feature = "relu")]
            Self::Relu => each(z, |z| if z > R::ZERO { z } else { R::ZERO }),
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

    /// The chain rule backwards, in place: `a ← φ′(z) · u` with u the gradient by a.
    ///
    /// `z` is read only where [`needs_preactivation`](Self::needs_preactivation) and may be empty otherwise.
    pub(super) fn pull_back<R: Real>(self, a: &mut [R], z: &[R], u: &[R]) {
        let _ = z; // what reads it may be left out
        match self {
            Self::Identity => pair(a, u, |_, u| u),
            #[cfg(feature = "relu")]
            Self::Relu => pair(a, u, |a, u| if a > R::ZERO { u } else { R::ZERO }),
            #[cfg(feature = "relu")]
            Self::LeakyRelu { slope } => {
                let slope = R::from_f64(f64::from(slope));
                pair(a, u, |a, u| if a > R::ZERO { u } else { slope * u });
            }
            Self::Tanh => pull_back_tanh(a, u),
            #[cfg(feature = "sigmoid")]
            Self::Sigmoid => pair(a, u, |a, u| a * (R::ONE - a) * u),
            #[cfg(feature = "tanh-micromath")]
            Self::TanhMicromath => pull_back_tanh(a, u),
            #[cfg(any(feature = "softplus", feature = "gelu"))]
            _ => {
                for ((a, &z), &u) in a.iter_mut().zip(z).zip(u) {
                    *a = self.slopes(*a, z).first * u;
                }
            }
        }
    }

    /// φ′ and φ″ where φ(z) = a; `z` counts only where [`needs_preactivation`](Self::needs_preactivation).
    #[inline(always)]
    pub(super) fn slopes<R: Real>(self, a: R, z: R) -> Slopes<R> {
        let _ = z; // what reads it may be left out
        match self {
            Self::Identity => Slopes { first: R::ONE, second: R::ZERO },
            #[cfg(feature = "relu")]
            Self::Relu => Slopes { first: if a > R::ZERO { R::ONE } else { R::ZERO }, second: R::ZERO },
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
                Slopes { first, second: first * (R::ONE - first) }
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

fn pull_back_tanh<R: Real>(a: &mut [R], u: &[R]) {
    pair(a, u, |a, u| (R::ONE - a * a) * u);
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
    /// As `z σ(2s)` with σ(2s) = (1 + tanh s)/2, and 1 − σ(2s) as σ(−2s): both tails keep their digits.
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
            // Beyond all digits a line or nothing; z² may have overflowed.
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
mod tests {
    use super::*;

    /// Those whose derivatives are exact.
    const ALL: [Activation; 7] = [
        Activation::Identity,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.01 },
        Activation::Tanh,
        Activation::Sigmoid,
        Activation::Softplus,
        Activation::Gelu,
    ];

    /// The approximation has the derivatives of what it approximates, to twice its own error and a little.
    #[test]
    fn micromath_tanh_is_a_tangent_forward_and_back() {
        let f = Activation::TanhMicromath;
        for k in -400..=400 {
            let z = f64::from(k) * 0.01;
            let (a, exact) = (value(f, z), value(Activation::Tanh, z));
            assert!((a - exact).abs() < 3.4e-4, "φ({z}) = {a}, tanh is {exact}");
            let (got, want) = (f.slopes(a, z), Activation::Tanh.slopes(exact, z));
            assert!((got.first - want.first).abs() < 6.8e-4, "φ′({z}) = {}, tanh′ {}", got.first, want.first);
            // |d(2a − 2a³)/da| ≤ 4.
            assert!((got.second - want.second).abs() < 4.0 * 3.4e-4, "φ″({z}) = {}", got.second);
        }
        assert_ne!(value(f, 0.5), value(Activation::Tanh, 0.5), "a function of its own");
    }

    fn value(f: Activation, z: f64) -> f64 {
        let mut a = [z];
        f.apply(&mut a);
        a[0]
    }

    #[test]
    fn derivatives_match_central_differences() {
        let h = 1e-5;
        for f in ALL {
            for k in -40..40 {
                let z = f64::from(k) * 0.1 + 0.05;
                let first = (value(f, z + h) - value(f, z - h)) / (2.0 * h);
                let got = f.slopes(value(f, z), z);
                assert!((got.first - first).abs() < 1e-9, "{f:?} φ′({z}): {} against {first}", got.first);
                let slope = |z| f.slopes(value(f, z), z).first;
                let second = (slope(z + h) - slope(z - h)) / (2.0 * h);
                assert!((got.second - second).abs() < 1e-9, "{f:?} φ″({z}): {} against {second}", got.second);
            }
        }
    }

    #[test]
    fn known_values() {
        // mpmath, 20 digits: gelu in its tanh form, softplus, sigmoid.
        for (f, z, want) in [
            (Activation::Gelu, 1.0, 0.841_191_990_608_276_7),
            (Activation::Gelu, -0.5, -0.154_285_990_174_856_08),
            (Activation::Softplus, 1.0, 1.313_261_687_518_222_8),
            (Activation::Sigmoid, 2.0, 0.880_797_077_977_882_4),
            (Activation::Tanh, 0.5, 0.462_117_157_260_009_76),
            (Activation::LeakyRelu { slope: 0.5 }, -3.0, -1.5),
            (Activation::Relu, -3.0, 0.0),
        ] {
            let got = value(f, z);
            assert!((got - want).abs() < 1e-15, "{f:?}({z}) = {got}, not {want}");
        }
    }

    /// Both tails of GELU, by mpmath with 50 digits, and its limits.
    #[test]
    #[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
    fn the_tails_of_gelu_keep_their_digits() {
        for (z, want) in [(-8.0, -3.107_782_937_501_111_2e-21), (-9.0, -1.336_459_594_734_872_6e-28)] {
            let (double, single) = (Gelu::at(z).value, f64::from(Gelu::at(z as f32).value));
            assert!((double / want - 1.0).abs() < 1e-12, "{z}: {double:e}");
            assert!((single / want - 1.0).abs() < 1e-4, "{z}: {single:e}");
        }
        for z in [1e20f32, f32::MAX, f32::INFINITY] {
            let (up, down) = (Gelu::at(z), Gelu::at(-z));
            assert_eq!((up.value, up.first, up.second), (z, 1.0, 0.0));
            assert_eq!((down.value, down.first, down.second), (0.0, 0.0, 0.0));
        }
        for z in [1e155, f64::MAX] {
            assert_eq!((Gelu::at(z).first, Gelu::at(-z).first), (1.0, 0.0));
        }
        assert!(Gelu::at(f64::NAN).value.is_nan());
    }

    #[test]
    fn the_three_forms_of_the_chain_rule_agree() {
        for f in ALL.into_iter().chain([Activation::TanhMicromath]) {
            let z = [-2.0, -0.3, 0.4, 1.7];
            let mut a = z;
            f.apply(&mut a);
            let (u, rz, ru) = ([0.5, -1.0, 2.0, 3.0], [1.0, 2.0, -1.0, 0.5], [0.0; 4]);
            let (mut delta, mut r_delta, mut ra) = (a, [0.0; 4], [0.0; 4]);
            f.push_forward(&a, &z, &rz, &mut ra);
            let mut direct = a;
            f.pull_back(&mut direct, &z, &u);
            f.pull_back_direction(&mut delta, &z, &rz, &u, &ru, &mut r_delta);
            assert_eq!(delta, direct, "{f:?}");
            for k in 0..4 {
                assert_eq!(ra[k], f.slopes(a[k], z[k]).first * rz[k], "{f:?}");
            }
        }
    }
}
