//! Landscapes that these tests share.

use losscape::base::elementary::{exp, sqrt};
use losscape::{Objective, Real};

/// `k f(θ / c)`: another landscape in other units. With powers of two, every number is scaled exactly.
pub(crate) struct Scaled<F, R> {
    pub(crate) f: F,
    /// k.
    pub(crate) values: R,
    /// c.
    pub(crate) params: R,
}

impl<R: Real, F: Objective<R>> Scaled<F, R> {
    /// f at `params / c`, with its gradient if there is room for one.
    fn inner(&self, params: &[R], grad: Option<&mut [R]>, scratch: &mut [R]) -> R {
        let (point, scratch) = scratch.split_at_mut(params.len());
        for (q, p) in point.iter_mut().zip(params) {
            *q = *p / self.params;
        }
        self.values
            * match grad {
                None => self.f.value(point, scratch),
                Some(grad) => self.f.value_grad(point, grad, scratch),
            }
    }
}

impl<R: Real, F: Objective<R>> Objective<R> for Scaled<F, R> {
    fn dim(&self) -> usize {
        self.f.dim()
    }
    fn scratch_len(&self) -> usize {
        self.f.dim() + self.f.scratch_len()
    }
    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.inner(params, None, scratch)
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let value = self.inner(params, Some(grad), scratch);
        for g in grad {
            *g = self.values * *g / self.params;
        }
        value
    }
}

/// The second model of Jónsson, Mills & Jacobsen (1998), with two Gaussians: the exchange of an atom between two
/// others (London, Eyring, Polanyi & Sato) beside a harmonic degree of freedom.
pub(crate) struct Leps;

impl Leps {
    /// The two minima, by descent.
    pub(crate) const MINIMA: [[f64; 2]; 2] =
        [[0.765_516_836_283_6, 0.148_950_147_427], [3.001_275_809_801_1, -1.304_338_344_136_2]];

    /// The Coulomb and the exchange integral at a distance, each with its derivative.
    fn integrals(depth: f64, distance: f64) -> [[f64; 2]; 2] {
        const ALPHA: f64 = 1.942;
        let e = exp(-ALPHA * (distance - 0.742));
        [
            [depth / 2.0 * (1.5 * e * e - e), depth / 2.0 * ALPHA * (e - 3.0 * e * e)],
            [depth / 4.0 * (e * e - 6.0 * e), depth / 4.0 * ALPHA * (6.0 * e - 2.0 * e * e)],
        ]
    }
}

impl Objective<f64> for Leps {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(params, &mut [0.0; 2], scratch)
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
        const ENDS: f64 = 3.742;
        // The bonds A-B, B-C and A-C, and by how much they count.
        let [ab, bc, ac] = [(4.746, params[0], 1.05), (4.746, ENDS - params[0], 1.8), (3.445, ENDS, 1.05)]
            .map(|(depth, distance, share)| Self::integrals(depth, distance).map(|q| q.map(|q| q / share)));
        let [[j_ab, dj_ab], [j_bc, dj_bc], [j_ac, _]] = [ab[1], bc[1], ac[1]];
        let root = sqrt(j_ab * j_ab + j_bc * j_bc + j_ac * j_ac - j_ab * j_bc - j_bc * j_ac - j_ab * j_ac);
        let d_root = ((2.0 * j_ab - j_bc - j_ac) * dj_ab - (2.0 * j_bc - j_ab - j_ac) * dj_bc) / (2.0 * root);
        let bend = params[0] - (ENDS / 2.0 - params[1] / 1.154);
        let mut value = ab[0][0] + bc[0][0] + ac[0][0] - root + 2.0 * 0.2025 * bend * bend;
        grad[0] = ab[0][1] - bc[0][1] - d_root + 4.0 * 0.2025 * bend;
        grad[1] = 4.0 * 0.2025 * bend / 1.154;
        for (height, x, y, width_x, width_y) in
            [(1.5, 2.020_83, -0.172_881, 0.1, 0.35), (6.0, 0.8, 2.0, 0.5, 0.7)]
        {
            let [u, v] = [(params[0] - x) / width_x, (params[1] - y) / width_y];
            let hill = height * exp(-0.5 * (u * u + v * v));
            value += hill;
            grad[0] -= hill * u / width_x;
            grad[1] -= hill * v / width_y;
        }
        value
    }
}
