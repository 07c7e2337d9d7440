//! One-point convexity: whether the gradients around a run point to its end.

use crate::base::elementary::{exp, ln, sqrt};
use crate::base::kernel::Kernel;
use crate::base::layout::{cut, total};
use crate::base::random::Rng;
use crate::{ArgError, Objective, Real};

/// The counts of positive inner products, of both kinds.
///
/// Let x* be the end of a run, xₜ a point of the run and w a point near xₜ. Kleinberg, Li & Yuan (2018,
/// section 5) count how often `⟨−∇f(w), x* − xₜ⟩ > 0`, with the direction from the point of the run.
/// One-point convexity uses the direction from w itself, `⟨−∇f(w), x* − w⟩ > 0`. In many dimensions, or close
/// to the end, the two counts differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of gradients counted.
    pub count: u32,
    /// The number with `⟨−∇f(w), x* − xₜ⟩ > 0`.
    pub from_run: u32,
    /// The number with `⟨−∇f(w), x* − w⟩ > 0`.
    pub from_point: u32,
}

impl Tally {
    /// Returns the share `positive / count` with its Hoeffding interval (1963).
    ///
    /// If the draws are independent, the true share lies within `± √(ln(2/δ) / (2n))` with probability at
    /// least `1 − δ`, for any distribution. `failure` is δ.
    ///
    /// The result is `[share, low, high]`, clipped to 0 and 1; `None` if nothing was counted or δ is outside
    /// (0, 1).
    ///
    /// ```
    /// use losscape::smoothing::Tally;
    /// let tally = Tally { count: 1000, from_run: 999, from_point: 900 };
    /// let [share, low, high] = tally.interval(tally.from_run, 0.05f64).unwrap();
    /// assert!((share - 0.999).abs() < 1e-15 && (share - low - 0.0429).abs() < 1e-4 && high == 1.0);
    /// ```
    #[must_use]
    pub fn interval<R: Real>(&self, positive: u32, failure: R) -> Option<[R; 3]> {
        if self.count == 0 || !(failure > R::ZERO && failure < R::ONE) {
            return None;
        }
        let n = R::from_u32(self.count);
        let share = R::from_u32(positive) / n;
        let half = sqrt(ln(R::TWO / failure) / (R::TWO * n));
        Some([share, (share - half).or_larger(R::ZERO), (share + half).or_smaller(R::ONE)])
    }

    /// Returns Hoeffding's bound (1963) on the probability that a share of `count` independent draws is wrong
    /// by `t` or more, `2 exp(−2 n t²)`.
    #[must_use]
    pub fn failure<R: Real>(&self, t: R) -> R {
        (R::TWO * exp(-(R::TWO * R::from_u32(self.count) * t * t))).or_smaller(R::ONE)
    }
}

/// The workspace layout of [`OnePoint`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnePointLayout {
    dim: usize,
    scratch: usize,
}

impl OnePointLayout {
    /// Creates the layout for `dim` parameters and an objective's `scratch`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the required length: x*, a point of the run, a point near it, its gradient, and the scratch.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.dim, self.scratch])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<[&mut [R]; 5]> {
        let ([star, run, point, grad], scratch) = cut(workspace, [self.dim; 4])?;
        Some([star, run, point, grad, scratch])
    }
}

/// The outcome of a step of [`OnePoint`].
#[must_use = "a gradient may not have been counted"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum OnePointStep<R: Real = f32> {
    /// A gradient was counted.
    Counted {
        /// `⟨−∇f(w), x* − xₜ⟩`.
        from_run: R,
        /// `⟨−∇f(w), x* − w⟩`.
        from_point: R,
    },
    /// A gradient or an inner product was not finite and was not counted.
    NotFinite,
    /// The workspace has changed length; nothing was done.
    MemoryChanged,
}

/// Measures one-point convexity towards x* around points of a run. A step draws a point near the current
/// point of the run and counts the signs of both inner products.
///
/// # Cost
/// A step is one gradient.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::base::random::stream;
/// use losscape::models::surfaces::Quadratic;
/// use losscape::smoothing::{OnePoint, OnePointLayout};
/// let bowl = Quadratic::new(&[1.0f64, 3.0])?;
/// let workspace = [0.0; OnePointLayout::new(2, 4).len()];
/// let mut convexity = OnePoint::new(&bowl, &[0.0, 0.0], workspace)?;
/// convexity.around(&[2.0, 1.0])?;
/// let mut rng = stream(1, 0);
/// for _ in 0..100 {
///     let _ = convexity.step(&bowl, &Kernel::Ball { radius: 0.5 }, &mut rng);
/// }
/// assert_eq!(convexity.tally().from_point, 100); // a bowl is convex
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnePoint<W> {
    layout: OnePointLayout,
    workspace: W,
    tally: Tally,
}

impl<W> OnePoint<W> {
    /// Creates a measurement of convexity towards `star`, the end of the run, which is also the first point
    /// to sample around.
    ///
    /// # Errors
    /// [`ArgError`] naming `star` (length other than the objective's, not finite) or `workspace` (too short).
    pub fn new<R: Real>(
        objective: &(impl Objective<R> + ?Sized),
        star: &[R],
        workspace: W,
    ) -> Result<Self, ArgError>
    where
        W: AsRef<[R]> + AsMut<[R]>,
    {
        ArgError::check_len("star", objective.dim(), star.len())?;
        ArgError::check_finite("star", star)?;
        let layout = OnePointLayout::new(objective.dim(), objective.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let mut made = Self { layout, workspace, tally: Tally::default() };
        if let Some([kept, run, ..]) = layout.split(made.workspace.as_mut()) {
            for ((kept, run), x) in kept.iter_mut().zip(run).zip(star) {
                (*kept, *run) = (*x, *x);
            }
        }
        Ok(made)
    }

    /// Sets the point of the run to sample around.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (wrong length, not finite) or `workspace` (its length has changed).
    pub fn around<R: Real>(&mut self, params: &[R]) -> Result<(), ArgError>
    where
        W: AsRef<[R]> + AsMut<[R]>,
    {
        ArgError::check_len("params", self.layout.dim, params.len())?;
        ArgError::check_finite("params", params)?;
        let found = self.workspace.as_ref().len();
        ArgError::check_min_len("workspace", self.layout.len(), found)?;
        if let Some([_, run, ..]) = self.layout.split(self.workspace.as_mut()) {
            for (to, x) in run.iter_mut().zip(params) {
                *to = *x;
            }
        }
        Ok(())
    }

    /// Counts the gradient at a point drawn from `kernel` around the current point of the run.
    pub fn step<R, G>(
        &mut self,
        objective: &(impl Objective<R> + ?Sized),
        kernel: &Kernel<R>,
        rng: &mut G,
    ) -> OnePointStep<R>
    where
        R: Real,
        W: AsRef<[R]> + AsMut<[R]>,
        G: Rng + ?Sized,
    {
        let Some([star, run, point, grad, scratch]) = self.layout.split(self.workspace.as_mut()) else {
            return OnePointStep::MemoryChanged;
        };
        kernel.draw(rng, point);
        for (w, x) in point.iter_mut().zip(run.iter()) {
            *w += *x;
        }
        let value = objective.value_grad(point, grad, scratch);
        let (mut from_run, mut from_point) = (R::ZERO, R::ZERO);
        for (((g, star), run), point) in grad.iter().zip(star.iter()).zip(run.iter()).zip(point.iter()) {
            from_run -= *g * (*star - *run);
            from_point -= *g * (*star - *point);
        }
        if !(value.is_finite() && from_run.is_finite() && from_point.is_finite()) {
            return OnePointStep::NotFinite;
        }
        self.tally.count = self.tally.count.saturating_add(1);
        self.tally.from_run = self.tally.from_run.saturating_add(u32::from(from_run > R::ZERO));
        self.tally.from_point = self.tally.from_point.saturating_add(u32::from(from_point > R::ZERO));
        OnePointStep::Counted { from_run, from_point }
    }

    /// Returns the counts.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::stream;
    use crate::models::surfaces::{DoubleWell, Quadratic};

    /// Around the end of a run, the first product is zero, and the second one keeps its sign.
    #[test]
    fn the_two_products_differ_at_the_end_of_a_run() {
        let bowl = Quadratic::new(&[1.0f64, 2.0]).unwrap();
        let mut convexity = OnePoint::new(&bowl, &[0.0; 2], [0.0; 12]).unwrap();
        let kernel = Kernel::Ball { radius: 0.5 };
        let mut rng = stream(5, 0);
        for _ in 0..200 {
            let OnePointStep::Counted { from_run, from_point } = convexity.step(&bowl, &kernel, &mut rng)
            else {
                panic!("finite");
            };
            assert!(from_run == 0.0 && from_point > 0.0);
        }
        assert_eq!(convexity.tally(), Tally { count: 200, from_run: 0, from_point: 200 });
    }

    /// Behind the barrier to another well, no gradient points to the end.
    #[test]
    fn another_well_is_not_convex_towards_this_one() {
        let wells = DoubleWell::<f64>::new(1).unwrap();
        let mut convexity = OnePoint::new(&wells, &[1.0], [0.0; 4]).unwrap();
        convexity.around(&[-0.5]).unwrap();
        let kernel = Kernel::Ball { radius: 0.2 };
        let mut rng = stream(1, 0);
        for _ in 0..50 {
            let _ = convexity.step(&wells, &kernel, &mut rng);
        }
        assert_eq!(convexity.tally(), Tally { count: 50, from_run: 0, from_point: 0 });
        assert_eq!(convexity.around(&[f64::NAN]).unwrap_err().arg, "params");
        let step = convexity.step(&wells, &Kernel::Ball { radius: 1e200 }, &mut stream(1, 0));
        assert_eq!((step, convexity.tally().count), (OnePointStep::NotFinite, 50));
    }

    /// Hoeffding's interval covers a coin's probability in at least 95 % of 400 samples.
    #[test]
    fn intervals_cover() {
        let mut misses = 0;
        let mut rng = stream(9, 0);
        for _ in 0..400 {
            let mut tally = Tally::default();
            for _ in 0..100 {
                tally.count += 1;
                tally.from_run += u32::from(crate::base::random::uniform::<f64, _>(&mut rng) < 0.3);
            }
            let [_, low, high] = tally.interval(tally.from_run, 0.05).unwrap();
            misses += u32::from(!(low..=high).contains(&0.3));
        }
        assert!(misses <= 20, "{misses} of 400");
        assert_eq!(Tally::default().interval(0, 0.05f64), None);
        assert!((Tally { count: 50, ..Tally::default() }.failure(0.2f64) - 2.0 * exp(-4.0)).abs() < 1e-15);
    }
}
