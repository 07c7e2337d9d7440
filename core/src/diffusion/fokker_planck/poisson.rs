//! Successive weights of the Poisson distribution.

use crate::Real;
use crate::base::elementary::{ln, sqrt};

/// The weights `mᵏ / k!` of the terms k = 0, 1, 2, …, up to a common factor, without overflow.
///
/// Terms below `m − c √m`, which together weigh less than rounding, have weight zero. The next term has weight
/// one, and the following weights are computed by multiplication (as in Fox & Glynn 1988, whose bounds are tighter).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Poisson<R: Real> {
    mean: R,
    /// The first term with a non-zero weight.
    first: R,
    term: u32,
    weight: R,
    total: R,
}

impl<R: Real> Poisson<R> {
    /// The largest mean: term numbers stay far below 2³² and are exact in binary32.
    pub(super) const LARGEST_MEAN: u32 = 1 << 24;

    /// Starts at term 0.
    pub(super) fn new(mean: R) -> Self {
        // Less than e^(−c²/2) lies below m − c √m.
        let c = sqrt(R::from_f64(-2.0) * ln(R::HALF * R::EPSILON));
        let first = mean - c * sqrt(mean);
        let first = if first > R::ZERO { first } else { R::ZERO };
        let weight = if first > R::ZERO { R::ZERO } else { R::ONE };
        Self { mean, first, term: 0, weight, total: weight }
    }

    /// Returns the index of the current term.
    pub(super) const fn term(&self) -> u32 {
        self.term
    }

    /// Returns the weight of the current term.
    pub(super) const fn weight(&self) -> R {
        self.weight
    }

    /// Advances to the next term; returns false if all following terms together weigh less than the rounding
    /// of the sum.
    pub(super) fn advance(&mut self) -> bool {
        let next = R::from_u32(self.term + 1);
        let ratio = self.mean / next;
        if self.weight > R::ZERO && ratio < R::ONE {
            // The remaining terms sum to less than a geometric series.
            let rest = self.weight * ratio / (R::ONE - ratio);
            if rest < R::HALF * R::EPSILON * self.total {
                return false;
            }
        }
        self.weight = if self.weight > R::ZERO {
            self.weight * ratio
        } else if next >= self.first {
            R::ONE
        } else {
            R::ZERO
        };
        self.total += self.weight;
        self.term += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::elementary::exp;

    /// Returns the mean and variance of the weights, and the number of terms.
    fn moments<R: Real>(mean: f64) -> (f64, f64, u32) {
        let mut poisson = Poisson::new(R::from_f64(mean));
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        loop {
            let (k, w) = (f64::from(poisson.term()), poisson.weight().to_f64());
            sum += w;
            first += w * k;
            second += w * k * k;
            if !poisson.advance() {
                let m = first / sum;
                return (m, second / sum - m * m, poisson.term());
            }
        }
    }

    #[test]
    fn the_weights_are_those_of_poisson() {
        for mean in [0.0, 1e-9, 0.3, 5.0, 80.0, 1250.0, 25_000.0] {
            let (m, variance, terms) = moments::<f64>(mean);
            assert!((m - mean).abs() <= 1e-13 * (1.0 + mean), "{mean}: {m}");
            assert!((variance - mean).abs() <= 1e-8 * (1.0 + mean), "{mean}: {variance}");
            assert!(f64::from(terms) < mean + 10.0 * sqrt(mean) + 40.0, "{mean}: {terms} terms");
            let (m, _, _) = moments::<f32>(mean);
            assert!((m - mean).abs() <= 1e-4 * (1.0 + mean), "{mean}: {m} in f32");
        }
        // P(0) for a mean of 0.3.
        let mut poisson = Poisson::new(0.3f64);
        while poisson.advance() {}
        assert!((1.0 / poisson.total - exp(-0.3)).abs() < 1e-15);
    }
}
