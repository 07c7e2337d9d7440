//! The eigenvalue of largest magnitude, by power iteration.

use crate::base::layout::{cut, total};
use crate::base::rows::copy;
use crate::base::vector::{axpy, dot, norm, normalise};
use crate::{ArgError, Operator, Real};

/// The configuration of a [`PowerIteration`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerConfig<R: Real = f32> {
    /// The iteration has converged where ‖A v − ρ v‖ is at most this share of |ρ|, or the rounding of a
    /// product if that is larger.
    pub tolerance: R,
    /// The momentum `β / (ρ/2)²` in [0, 1). Zero means none; the best value is `(λ₂/λ₁)²`, if the ratio of
    /// the two largest magnitudes is known.
    pub momentum: R,
}

impl<R: Real> Default for PowerConfig<R> {
    /// Returns a tolerance of 10⁻³, without momentum.
    fn default() -> Self {
        Self { tolerance: R::from_f64(1e-3), momentum: R::ZERO }
    }
}

/// The workspace layout of a [`PowerIteration`].
///
/// ```
/// use losscape::curvature::PowerLayout;
/// assert_eq!(PowerLayout::new(17, 100).len(), 3 * 17 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerLayout {
    dim: usize,
    scratch: usize,
}

impl PowerLayout {
    /// Creates the layout for an operator's `dim` and `scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.scratch])
    }

    fn of<R: Real>(operator: &(impl Operator<R> + ?Sized)) -> Self {
        Self::new(operator.dim(), operator.scratch_len())
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<([&mut [R]; 3], &mut [R])> {
        if workspace.len() < self.len() { None } else { cut(workspace, [self.dim; 3]) }
    }
}

/// The outcome of one [`PowerIteration::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum PowerStep {
    /// A step was made. Value and residual belong to the vector before this step.
    Stepped,
    /// The residual is within the tolerance, and the vector stays. Further steps return the same outcome.
    Converged,
    /// The product was infinite or NaN; nothing has changed.
    NotFinite,
    /// The memory no longer has the length that the operator needs; nothing was done.
    MemoryChanged,
}

/// Power iteration for the eigenvalue of largest magnitude and its eigenvector, from products alone and in
/// memory for three vectors (von Mises & Pollaczek-Geiringer 1929), with momentum (De Sa, He, Mitliagkas, Ré
/// & Xu 2017, arXiv 1707.02670).
///
/// ```text
/// w ← A v − β v₋/‖w₋‖,   v ← w/‖w‖,   ρ = v·A v,   some eigenvalue lies within ‖A v − ρ v‖ of ρ
/// ```
///
/// The error of the vector falls by a factor of λ₂/λ₁ per product without momentum, and by r/(1 + √(1 − r²))
/// with r = |λ₂/λ₁| for the best momentum. Value and residual are computed from A, never from the recurrence,
/// so momentum does not shift them. The iteration does not converge if the largest magnitude belongs to
/// eigenvalues of both signs. From a start that is orthogonal to the leading eigenvector, it finds another one.
/// [`Lanczos`](super::Lanczos) needs far fewer products but more memory.
///
/// # Shapes
///
/// | argument    | length               | layout                  |
/// |-------------|----------------------|-------------------------|
/// | `start`     | n                    | of any length but zero  |
/// | `workspace` | [`PowerLayout::len`] | need not be initialised |
///
/// # Cost
/// A step is one product and at most nine passes over n numbers.
///
/// # Examples
///
/// ```
/// use losscape::curvature::{PowerConfig, PowerIteration, PowerLayout, PowerStep};
/// use losscape::models::surfaces::MuellerBrown;
/// use losscape::objective::HessianAt;
///
/// let f = MuellerBrown::<f64>::default();
/// let at = HessianAt::new(&f, &MuellerBrown::<f64>::MINIMA[0])?;
/// let config = PowerConfig { tolerance: 1e-9, momentum: 0.0 };
/// let mut power = PowerIteration::new(&at, config, &[1.0, 0.0], [0.0; PowerLayout::new(2, 0).len()])?;
/// while power.step(&at) == PowerStep::Stepped {}
/// assert!((power.value() - 4068.198955026).abs() < 1e-8 && power.residual() < 1e-5);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PowerIteration<R: Real, W> {
    config: PowerConfig<R>,
    dim: usize,
    workspace: W, // n: v; n: v₋; n: A v; scratch
    value: R,
    residual: R,
    length: R, // ‖w₋‖; infinite where there is no v₋
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> PowerIteration<R, W> {
    /// Creates an iteration at step 0.
    ///
    /// # Errors
    /// [`ArgError`] naming `tolerance` (negative, not finite), `momentum` (outside [0, 1)), `start` (length other than
    /// the operator's, not finite, zero) or `workspace` (shorter than [`PowerLayout::len`]).
    pub fn new(
        operator: &(impl Operator<R> + ?Sized),
        config: PowerConfig<R>,
        start: &[R],
        mut workspace: W,
    ) -> Result<Self, ArgError> {
        let (layout, dim) = (PowerLayout::of(operator), operator.dim());
        ArgError::check_non_negative("tolerance", config.tolerance)?;
        ArgError::check_fraction("momentum", config.momentum)?;
        ArgError::check_len("start", dim, start.len())?;
        ArgError::check_finite("start", start)?;
        ArgError::check_range("start", norm(start), norm(start) > R::ZERO, "not the zero vector")?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if let Some(([v, before, _], _)) = layout.split(workspace.as_mut()) {
            copy(start, v);
            normalise(v);
            before.fill(R::ZERO);
        }
        let unknown = R::INFINITY;
        Ok(Self { config, dim, workspace, value: R::ZERO, residual: unknown, length: unknown })
    }

    /// Computes one more product; `operator` must be the one given at construction.
    pub fn step(&mut self, operator: &(impl Operator<R> + ?Sized)) -> PowerStep {
        let fits = operator.dim() == self.dim;
        let Some(([v, before, product], scratch)) =
            PowerLayout::of(operator).split(self.workspace.as_mut()).filter(|_| fits)
        else {
            return PowerStep::MemoryChanged;
        };
        operator.apply(v, product, scratch);
        let value = dot(v, product);
        axpy(-value, v, product);
        let residual = norm(product);
        if !value.is_finite() || !residual.is_finite() {
            return PowerStep::NotFinite;
        }
        let rounding = R::EPSILON * R::from_usize(operator.roundings());
        let converged = residual <= self.config.tolerance.or_larger(rounding) * value.abs();
        if !converged {
            axpy(value, v, product);
            let push = self.config.momentum * (value / R::from_f64(4.0)) * (value / self.length);
            // Infinite if the previous product was smaller by the whole range of the type; such a step goes
            // without momentum.
            if push.is_finite() {
                axpy(-push, before, product);
            }
            let length = normalise(product);
            if !length.is_finite() {
                return PowerStep::NotFinite;
            }
            if length > R::ZERO {
                copy(v, before);
                copy(product, v);
                self.length = length;
            } else {
                // The momentum has cancelled the product entirely, so the next step goes without momentum.
                self.length = R::INFINITY;
            }
        }
        (self.value, self.residual) = (value, residual);
        if converged { PowerStep::Converged } else { PowerStep::Stepped }
    }

    /// Returns ρ of the last product; zero before the first.
    #[must_use]
    pub const fn value(&self) -> R {
        self.value
    }

    /// Returns ‖A v − ρ v‖ of the last product; infinite before the first.
    ///
    /// Some eigenvalue lies within this distance of ρ, up to rounding.
    #[must_use]
    pub const fn residual(&self) -> R {
        self.residual
    }

    /// Returns v, of length one: the eigenvector, once the iteration has converged. Empty if the memory has
    /// become too short.
    #[must_use]
    pub fn vector(&self) -> &[R] {
        self.workspace.as_ref().get(..self.dim).unwrap_or_default()
    }

    /// Returns the workspace.
    #[must_use]
    pub fn into_workspace(self) -> W {
        self.workspace
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;
    use std::vec::Vec;

    /// A diagonal matrix, rotated by 45° in its first two coordinates, times a scale.
    struct Turned<R>(Vec<R>, R);

    impl<R: Real> Operator<R> for Turned<R> {
        fn dim(&self) -> usize {
            self.0.len()
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn apply(&self, v: &[R], out: &mut [R], _: &mut [R]) {
            let half = R::from_f64(0.5);
            let (a, b) = (self.0[0] * (v[0] + v[1]) * half, self.0[1] * (v[0] - v[1]) * half);
            for (out, (x, on)) in out.iter_mut().zip(v.iter().zip(&self.0)) {
                *out = self.1 * (*on * *x);
            }
            (out[0], out[1]) = (self.1 * (a + b), self.1 * (a - b));
        }
    }

    /// Steps until the iteration ends, at most a thousand times.
    fn run<R: Real>(
        operator: &Turned<R>,
        config: PowerConfig<R>,
    ) -> (PowerIteration<R, Vec<R>>, PowerStep, usize) {
        let n = operator.dim();
        let workspace = vec![R::from_f64(f64::NAN); PowerLayout::new(n, 0).len()];
        let start: Vec<R> = (0..n).map(|i| R::from_usize(1 + i)).collect();
        let mut power = PowerIteration::new(operator, config, &start, workspace).unwrap();
        for products in 1..1000 {
            let step = power.step(operator);
            if step != PowerStep::Stepped {
                return (power, step, products);
            }
        }
        (power, PowerStep::Stepped, 1000)
    }

    /// The error falls by a factor of 0.9 per product, or 0.9/(1 + √0.19) = 0.627 with momentum; the value is
    /// that of A in both cases.
    #[test]
    fn momentum_saves_products_and_shifts_nothing() {
        let matrix = Turned(vec![1.0f64, 0.9, 0.1, -0.5], 1.0);
        let of = |momentum| run(&matrix, PowerConfig { tolerance: 1e-10, momentum });
        let ((plain, end, slow), (fast, same_end, quick)) = (of(0.0), of(0.81));
        assert_eq!((end, same_end), (PowerStep::Converged, PowerStep::Converged));
        // ln(10⁻⁹)/ln 0.9 = 197 and ln(10⁻⁹)/ln 0.627 = 44; the start and a factor linear in time add some.
        assert!((185..=215).contains(&slow) && (40..=60).contains(&quick), "{slow} and {quick}");
        for power in [plain, fast] {
            assert!((power.value() - 1.0).abs() < 1e-14 && power.residual() <= 1e-10, "{}", power.value());
            let [x, y] = [power.vector()[0], power.vector()[1]];
            assert!((x - y).abs() < 1e-8 && (x * x - 0.5).abs() < 1e-8);
        }
    }

    #[test]
    fn the_scale_of_the_operator_does_not_matter() {
        for momentum in [0.0f32, 0.5] {
            let at = |scale: f32| {
                let config = PowerConfig { tolerance: 1e-4, momentum };
                run(&Turned(vec![-3.0f32, 1.0, 2.0], scale), config)
            };
            let (plain, end, products) = at(1.0);
            assert_eq!(end, PowerStep::Converged);
            assert!((plain.value() + 3.0).abs() < 1e-5);
            // 2⁻¹⁰⁰, 2⁻⁴³, 2¹⁰⁰.
            for scale in [27, 84, 227].map(|exponent| f32::from_bits(exponent << 23)) {
                let (same, end, as_many) = at(scale);
                assert_eq!((end, as_many), (PowerStep::Converged, products), "at {scale:e}");
                assert_eq!(
                    (same.value() / scale, same.residual() / scale),
                    (plain.value(), plain.residual())
                );
                assert_eq!(same.vector(), plain.vector());
            }
        }
    }

    #[test]
    fn a_tolerance_below_rounding_is_reached_as_far_as_rounding_goes() {
        let (power, end, _) =
            run(&Turned(vec![4.0f64, 1.0, 2.0], 1.0), PowerConfig { tolerance: 0.0, momentum: 0.0 });
        assert_eq!(end, PowerStep::Converged);
        assert!((power.value() - 4.0).abs() < 1e-14);
    }

    /// The first product is subnormal, so the momentum of the second step would be infinite.
    #[test]
    fn a_start_almost_in_the_null_space_is_left_with_momentum_too() {
        let matrix = Turned(vec![0.0f32, 0.0, 1.0, 0.5], 1.0);
        let config = PowerConfig { tolerance: 1e-3, momentum: 0.2 };
        let start = [1.0, 1.0, 1e-40, 1e-40];
        let mut power = PowerIteration::new(&matrix, config, &start, vec![0.0; 12]).unwrap();
        let end = (0..30).map(|_| power.step(&matrix)).last();
        assert_eq!(end, Some(PowerStep::Converged));
        assert!((power.value() - 1.0).abs() < 1e-5, "{}", power.value());
    }

    #[test]
    fn opposite_eigenvalues_do_not_converge() {
        for momentum in [0.0, 0.5] {
            let config = PowerConfig { tolerance: 1e-3, momentum };
            let (power, end, _) = run(&Turned(vec![1.0f64, -1.0, 0.3], 1.0), config);
            assert_eq!(end, PowerStep::Stepped);
            assert!(power.residual() > 0.1, "{}", power.residual());
        }
    }

    #[test]
    fn the_zero_operator_has_the_value_zero() {
        let (power, end, products) = run(&Turned(vec![0.0f32; 3], 1.0), PowerConfig::default());
        assert_eq!((power.value(), power.residual(), end, products), (0.0, 0.0, PowerStep::Converged, 1));
    }

    #[test]
    fn what_is_not_finite_changes_nothing() {
        let matrix = Turned(vec![3.0f64, 1.0, 2.0], 1.0);
        let (power, _, _) = run(&matrix, PowerConfig { tolerance: 1e-2, momentum: 0.0 });
        for bad in [f64::NAN, f64::INFINITY] {
            let (mut power, before) = (power.clone(), power.vector().to_vec());
            assert_eq!(power.step(&Turned(vec![bad, 1.0, 2.0], 1.0)), PowerStep::NotFinite);
            assert_eq!(power.step(&Turned(vec![1.0, 2.0], 1.0)), PowerStep::MemoryChanged);
            assert_eq!(power.vector(), before);
            assert_eq!(power.step(&matrix), PowerStep::Converged);
            power.workspace.pop();
            assert_eq!(power.step(&matrix), PowerStep::MemoryChanged);
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let matrix = Turned(vec![3.0f32, 1.0], 1.0);
        let refused = |tolerance, momentum, start: &[f32], memory| {
            let config = PowerConfig { tolerance, momentum };
            PowerIteration::new(&matrix, config, start, vec![0.0; memory]).unwrap_err().arg
        };
        assert_eq!(refused(f32::NAN, 0.0, &[1.0, 0.0], 6), "tolerance");
        assert_eq!(refused(0.1, 1.0, &[1.0, 0.0], 6), "momentum");
        assert_eq!(refused(0.1, 0.0, &[1.0], 6), "start");
        assert_eq!(refused(0.1, 0.0, &[0.0, 0.0], 6), "start");
        assert_eq!(refused(0.1, 0.0, &[1.0, f32::INFINITY], 6), "start");
        assert_eq!(refused(0.1, 0.0, &[1.0, 0.0], 5), "workspace");
    }
}
