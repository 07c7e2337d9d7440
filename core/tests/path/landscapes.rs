//! Landscapes that these tests share.

use losscape::Objective;
use losscape::base::elementary::{exp, sqrt};

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
