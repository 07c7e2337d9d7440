//! Pairs of `f64`, about 100 bits: what binary64 is measured against, without a platform library.
//!
//! Sums and products of Dekker (1971) and Knuth; Taylor's series and one step of Newton's method from there.

use core::ops::{Add, Div, Mul, Neg, Sub};

use losscape::base::elementary::ln;

/// The unevaluated sum of two numbers, the second below half a unit of the first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Double(pub(crate) f64, pub(crate) f64);

/// ln 2 and π/2 as sums of three numbers, to 2⁻¹⁵⁵.
const LN_2: [f64; 3] = [core::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];
const HALF_PI: [f64; 3] =
    [core::f64::consts::FRAC_PI_2, 6.123_233_995_736_766e-17, -1.497_384_904_859_169_8e-33];

/// √π, to 2⁻¹⁰⁷.
const ROOT_PI: Double = Double(1.772453850905516, -7.666586499825799e-17);

fn two_sum(a: f64, b: f64) -> Double {
    let sum = a + b;
    let part = sum - a;
    Double(sum, (a - (sum - part)) + (b - part))
}

fn two_product(a: f64, b: f64) -> Double {
    // The upper 26 bits, and the others.
    let halves = |x: f64| {
        let high = f64::from_bits(x.to_bits() & !0x07ff_ffff);
        (high, x - high)
    };
    let (product, (a1, a2), (b1, b2)) = (a * b, halves(a), halves(b));
    Double(product, ((a1 * b1 - product) + (a1 * b2 + a2 * b1)) + a2 * b2)
}

impl From<f64> for Double {
    fn from(x: f64) -> Self {
        Self(x, 0.0)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0, -self.1)
    }
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (high, low) = (two_sum(self.0, other.0), two_sum(self.1, other.1));
        let sum = two_sum(high.0, high.1 + low.0);
        two_sum(sum.0, sum.1 + low.1)
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let product = two_product(self.0, other.0);
        two_sum(product.0, product.1 + (self.0 * other.1 + self.1 * other.0))
    }
}

impl Div for Double {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let first = self.0 / other.0;
        let rest = self - other * first.into();
        let second = rest.0 / other.0;
        let rest = rest - other * second.into();
        Self::from(first) + second.into() + (rest.0 / other.0).into()
    }
}

const ONE: Double = Double(1.0, 0.0);
const TWO: Double = Double(2.0, 0.0);

/// 1 + x/d₁ (1 + x/d₂ (1 + …)) of 15 divisors.
fn series(x: Double, divisor: impl Fn(f64) -> f64) -> Double {
    (1..=15).rev().fold(ONE, |sum, k| ONE + x / divisor(f64::from(k)).into() * sum)
}

/// `(n, x − n period)` with the remainder in half a period.
fn reduced(x: Double, period: [f64; 3]) -> (f64, Double) {
    let n = (x.0 / period[0]).round();
    (n, period.iter().fold(x, |rest, &part| rest - two_product(n, part)))
}

impl Double {
    /// eˣ − 1 of |x| < 700: the series of a sixteenth, then (1 + t)² − 1 = t (2 + t) four times.
    pub(crate) fn exp_m1(self) -> Self {
        let (n, r) = reduced(self, LN_2);
        let r = Self(r.0 / 16.0, r.1 / 16.0);
        let t = (0..4).fold(r * series(r, |k| k + 1.0), |t, _| t * (TWO + t));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an exponent")]
        let power = f64::from_bits(((1023.0 + n) as u64) << 52);
        Self(t.0 * power, t.1 * power) + power.into() - ONE
    }

    /// eˣ of |x| < 700: as above, without the difference.
    pub(crate) fn exp(self) -> Self {
        let (n, r) = reduced(self, LN_2);
        let t = r.exp_m1() + ONE;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an exponent")]
        let power = f64::from_bits(((1023.0 + n) as u64) << 52);
        Self(t.0 * power, t.1 * power)
    }

    /// ln(1 + x): 2 artanh(x / (2 + x)) where x is small, Newton's method elsewhere.
    pub(crate) fn ln_1p(self) -> Self {
        if self.0.abs() < 0.0625 {
            let s = self / (TWO + self);
            let square = s * s;
            let sum = |sum, k| sum * square + TWO / Self::from(f64::from(2 * k + 1));
            return s * (0..16).rev().fold(Self::from(0.0), sum);
        }
        (ONE + self).ln()
    }

    /// ln x: y + ln(x e⁻ʸ) with y the logarithm under test, wrong by a few units.
    pub(crate) fn ln(self) -> Self {
        let near_one = self - ONE;
        if near_one.0.abs() < 0.0625 {
            return near_one.ln_1p();
        }
        let start = Self::from(ln(self.0));
        start + (self * (-start).exp() - ONE).ln_1p()
    }

    pub(crate) fn tanh(self) -> Self {
        let t = (self + self).exp_m1();
        t / (t + TWO)
    }

    pub(crate) fn sigmoid(self) -> Self {
        ONE / ((-self).exp() + ONE)
    }

    pub(crate) fn softplus(self) -> Self {
        if self.0 > 0.0 { self + (-self).exp().ln_1p() } else { self.exp().ln_1p() }
    }

    /// sin(x + quarters π/2) of |x| < 10⁶.
    fn turned(self, quarters: f64) -> Self {
        let (q, r) = reduced(self, HALF_PI);
        let (square, quadrant) = (-(r * r), (q + quarters).rem_euclid(4.0));
        let y = if quadrant == 0.0 || quadrant == 2.0 {
            r * series(square, |k| 2.0 * k * (2.0 * k + 1.0))
        } else {
            series(square, |k| (2.0 * k - 1.0) * 2.0 * k)
        };
        if quadrant < 2.0 { y } else { -y }
    }

    pub(crate) fn sin(self) -> Self {
        self.turned(0.0)
    }

    pub(crate) fn cos(self) -> Self {
        self.turned(1.0)
    }

    /// e^(−x²) of |x| < 26.
    fn bell(self) -> Self {
        (-(self * self)).exp()
    }

    /// 2/√π x e^(−x²) (1 + 2x²/3 (1 + 2x²/5 (1 + …))), whose terms are of one sign.
    pub(crate) fn erf(self) -> Self {
        if self.0.abs() > 2.0 {
            return if self.0 < 0.0 { (-self).erfc() - ONE } else { ONE - self.erfc() };
        }
        let square = self * self;
        let twice = square + square;
        let sum = (1..=80).rev().fold(ONE, |sum, k| ONE + twice / f64::from(2 * k + 1).into() * sum);
        (self + self) * self.bell() * sum / ROOT_PI
    }

    /// e^(−x²)/√π over x + ½/(x + 1/(x + 3/2/(x + …))), for x above 2; 1 − erf x below.
    pub(crate) fn erfc(self) -> Self {
        if self.0 <= 2.0 {
            return if self.0 < -2.0 { TWO - (-self).erfc() } else { ONE - self.erf() };
        }
        let fraction = (1..=400).rev().fold(self, |rest, k| self + Self::from(f64::from(k) / 2.0) / rest);
        self.bell() / (fraction * ROOT_PI)
    }

    /// How far `y` lies from this number, in units in the last place of it.
    pub(crate) fn units(self, y: f64) -> f64 {
        let unit = f64::from_bits(((self.0.to_bits() >> 52 & 0x7ff) - 52) << 52);
        (((y - self.0) - self.1) / unit).abs()
    }
}
