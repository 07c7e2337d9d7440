//! Detects non-finite numbers without a separate pass.

use super::real::Real;
use super::target::FPU;

/// Records whether all numbers seen so far were finite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finite<R> {
    all: bool,
    // Zero, or NaN once a number was not finite.
    zero: R,
}

impl<R: Real> Finite<R> {
    pub(crate) const fn new() -> Self {
        Self { all: true, zero: R::ZERO }
    }

    #[inline(always)]
    pub(crate) fn see(&mut self, x: R) {
        // Two instructions per number, where a test of the bits takes five. Vectors test bits faster, and
        // software arithmetic is slow.
        if FPU {
            self.zero += R::ZERO * x;
        } else {
            self.all &= x.is_finite();
        }
    }

    pub(crate) fn all(self) -> bool {
        self.all && !self.zero.is_nan()
    }
}

/// Returns whether all numbers are finite.
pub(crate) fn all_finite<R: Real>(values: &[R]) -> bool {
    let mut finite = Finite::new();
    for &x in values {
        finite.see(x);
    }
    finite.all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_decides() {
        assert!(all_finite::<f32>(&[]));
        for k in 0..40 {
            let mut x = [f32::MAX; 40];
            assert!(all_finite(&x));
            for bad in [f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
                x[k] = bad;
                assert!(!all_finite(&x), "{bad} at {k}");
            }
        }
    }
}
