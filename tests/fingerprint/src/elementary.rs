//! Elementary functions of ordinary arguments and of any bit pattern.

use losscape::Real;
use losscape::base::elementary::{cos, exp, ln, sigmoid, sin, softplus, sqrt, tanh};
#[cfg(feature = "paths")]
use losscape::base::elementary::{erf, erfc};
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Rng, stream};

use crate::Experiment;

pub(crate) const SINGLE: Experiment =
    Experiment { name: "elementary-f32", digest: 0xf0a3372953aab70b, stack: 2048, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "elementary-f64", digest: 0x753e675b9d20c0f3, stack: 2048, run: run::<f64> };

/// The error function and its complement, which smoothing needs.
#[cfg(feature = "paths")]
pub(crate) const ERROR_FUNCTION: Experiment = Experiment {
    name: "error-function-f32",
    digest: 0x1393be9d623853da,
    stack: 2048,
    run: || run_over(|x: f32, digest| digest.reals(&[erf(x), erfc(x)])),
};
#[cfg(feature = "paths")]
pub(crate) const ERROR_FUNCTION64: Experiment = Experiment {
    name: "error-function-f64",
    digest: 0xc80e03852ecc2656,
    stack: 2048,
    run: || run_over(|x: f64, digest| digest.reals(&[erf(x), erfc(x)])),
};

fn run<R: Real>() -> u64 {
    run_over::<R>(|x, digest| {
        digest.reals(&[exp(x), ln(x), tanh(x), sigmoid(x), softplus(x), sin(x), cos(x), sqrt(x)]);
    })
}

fn run_over<R: Real>(all: impl Fn(R, &mut Fingerprint)) -> u64 {
    let mut digest = Fingerprint::new();
    // −20 to 20 in steps of 0.1 that are no multiples of a power of two.
    for k in 0..401 {
        all(R::from_f64(0.1) * (R::from_u32(k) - R::from_u32(200)), &mut digest);
    }
    // Subnormals, huge numbers, infinities and NaN among them.
    let mut rng = stream(2026, 0);
    for _ in 0..600 {
        let bits = rng.next_u64();
        all(R::from_bits64(if R::BYTES == 4 { bits >> 32 } else { bits }), &mut digest);
    }
    digest.finish()
}
