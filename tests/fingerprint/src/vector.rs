//! Reductions and updates of every length up to three blocks of lanes, and a sum over several blocks of terms.

use losscape::Real;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::vector::{LaneSum, axpy, distance, dot, norm, scale};

use crate::Experiment;
use crate::numbers::numbers;

pub(crate) const SINGLE: Experiment =
    Experiment { name: "vector-f32", digest: 0x3461a4b0d2de47a7, stack: 2048, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "vector-f64", digest: 0xb3f261125920697a, stack: 2048, run: run::<f64> };

/// Three blocks of eight lanes and a tail.
const LEN: usize = 29;
/// Two blocks of 1024 terms and a part of a third.
const LONG: usize = 2500;

fn run<R: Real>() -> u64 {
    let (x, mut y) = (numbers::<R, LEN>(1, 3.0), numbers::<R, LEN>(2, 5.0));
    let mut digest = Fingerprint::new();
    for n in 0..=LEN {
        let (x, y) = (&x[..n], &mut y[..n]);
        digest.reals(&[dot(x, y), norm(x), distance(x, y)]);
        axpy(R::from_f64(0.3), x, y);
        scale(R::from_f64(0.9), y);
        digest.reals(y);
    }
    digest.real(horner(&x, y[0]));
    // Beyond 1024 terms a second block begins, and blocks are added with compensation.
    let mut sum = LaneSum::default();
    for k in 0..LONG {
        sum.push(x[k % LEN] * R::from_usize(k));
    }
    digest.real(sum.total());
    digest.finish()
}

/// A polynomial, one multiply-add a term: what a compiler that fuses them would change.
fn horner<R: Real>(coefficients: &[R], at: R) -> R {
    let (last, others) = coefficients.split_last().expect("there are coefficients");
    let sum = others.iter().fold(R::ZERO, |sum, &c| sum * at + c);
    last_multiply_add(sum, at, *last)
}

#[cfg(not(feature = "fault"))]
fn last_multiply_add<R: Real>(a: R, b: R, c: R) -> R {
    a * b + c
}

/// The fault: rounded once instead of twice, in the type that has a wider one to compute it in.
///
/// Its digest is one on all targets but s390x, where the product is one instruction, `mdebr`, of two `f32` to an `f64`:
/// QEMU 7.2 takes the first operand's whole register for an `f64`. Without the fault no experiment multiplies so.
#[cfg(feature = "fault")]
fn last_multiply_add<R: Real>(a: R, b: R, c: R) -> R {
    R::from_f64(a.to_f64() * b.to_f64() + c.to_f64())
}
