use super::shape::{product, value, value_grad};
use crate::base::elementary::exp;
use crate::{Curvature, Objective, Real};

/// The surface of Müller & Brown (1979): three minima in a curved valley, with two saddles between them.
///
/// ```text
/// f(x, y) = scale · Σₖ Aₖ exp[aₖ(x − Xₖ)² + bₖ(x − Xₖ)(y − Yₖ) + cₖ(y − Yₖ)²]
/// ```
///
/// | k | A | a | b | c | X | Y |
/// |---|------|------|-----|------|------|-----|
/// | 0 | −200 | −1   | 0   | −10  | 1    | 0   |
/// | 1 | −100 | −1   | 0   | −10  | 0    | 0.5 |
/// | 2 | −170 | −6.5 | 11  | −6.5 | −0.5 | 1.5 |
/// | 3 | 15   | 0.7  | 0.6 | 0.7  | −1   | 1   |
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::MuellerBrown, Objective};
/// let f = MuellerBrown::<f64>::default();
/// let [_, b, _] = MuellerBrown::<f64>::MINIMA;
/// assert!((f.value(&b, &mut []) + 108.1667241168524).abs() < 1e-10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MuellerBrown<R: Real = f32> {
    /// The factor that multiplies the whole function.
    pub scale: R,
}

impl<R: Real> Default for MuellerBrown<R> {
    fn default() -> Self {
        Self { scale: R::ONE }
    }
}

/// `[A, a, b, c, X, Y]` of the four terms.
const TERMS: [[f64; 6]; 4] = [
    [-200.0, -1.0, 0.0, -10.0, 1.0, 0.0],
    [-100.0, -1.0, 0.0, -10.0, 0.0, 0.5],
    [-170.0, -6.5, 11.0, -6.5, -0.5, 1.5],
    [15.0, 0.7, 0.6, 0.7, -1.0, 1.0],
];

/// One term as a Gaussian bump.
pub(super) struct Bump<R> {
    pub(super) amplitude: R,
    pub(super) centre: [R; 2],
    pub(super) m: [[R; 2]; 2],
}

/// The value of a term, and its first and second logarithmic derivatives.
struct Term<R> {
    value: R,
    gx: R,
    gy: R,
    hxx: R,
    hxy: R,
    hyy: R,
}

impl<R: Real> MuellerBrown<R> {
    /// The positions of the minima: the deepest (upper left), the second deepest (lower right) and the
    /// shallow one between them.
    pub const MINIMA: [[f64; 2]; 3] = [
        [-0.558_223_634_633_024_3, 1.441_725_841_804_668_6],
        [0.623_499_404_930_876_5, 0.028_037_758_528_685_664],
        [-0.050_010_822_998_206_056, 0.466_694_104_871_972_1],
    ];
    /// The positions of the saddles: between the deepest and the shallow minimum, and between the
    /// shallow and the second deepest.
    pub const SADDLES: [[f64; 2]; 2] = [
        [-0.822_001_558_732_732_1, 0.624_312_802_814_871_3],
        [0.212_486_582_000_662, 0.292_988_325_107_367_8],
    ];

    /// Returns the four terms as `amplitude · exp(−½ dᵀ M d)`, where d is the displacement from the
    /// centre.
    pub(super) fn quadratic_forms() -> impl Iterator<Item = Bump<R>> {
        TERMS.iter().map(|t| {
            let [amplitude, a, b, c, x, y] = t.map(R::from_f64);
            Bump { amplitude, centre: [x, y], m: [[-(R::TWO * a), -b], [-b, -(R::TWO * c)]] }
        })
    }

    /// Evaluates the four terms at a point.
    fn terms([x, y]: [R; 2]) -> impl Iterator<Item = Term<R>> {
        TERMS.iter().map(move |t| {
            let [amplitude, a, b, c, x0, y0] = t.map(R::from_f64);
            let (dx, dy) = (x - x0, y - y0);
            Term {
                value: amplitude * exp(a * dx * dx + b * dx * dy + c * dy * dy),
                gx: R::TWO * a * dx + b * dy,
                gy: b * dx + R::TWO * c * dy,
                hxx: R::TWO * a,
                hxy: b,
                hyy: R::TWO * c,
            }
        })
    }
}

impl<R: Real> Objective<R> for MuellerBrown<R> {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        value(params, |point| {
            let mut value = R::ZERO;
            for t in Self::terms(point) {
                value += t.value;
            }
            self.scale * value
        })
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        value_grad(params, grad, |point| {
            let (mut value, mut gx, mut gy) = (R::ZERO, R::ZERO, R::ZERO);
            for t in Self::terms(point) {
                value += t.value;
                gx += t.value * t.gx;
                gy += t.value * t.gy;
            }
            (self.scale * value, [self.scale * gx, self.scale * gy])
        })
    }
}

impl<R: Real> Curvature<R> for MuellerBrown<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        product(params, v, out, |point, [a, b]| {
            let (mut xx, mut xy, mut yy) = (R::ZERO, R::ZERO, R::ZERO);
            for t in Self::terms(point) {
                xx += t.value * (t.gx * t.gx + t.hxx);
                xy += t.value * (t.gx * t.gy + t.hxy);
                yy += t.value * (t.gy * t.gy + t.hyy);
            }
            [self.scale * (xx * a + xy * b), self.scale * (xy * a + yy * b)]
        });
    }
}
