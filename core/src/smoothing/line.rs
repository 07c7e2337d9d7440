//! The minima along a line, at one bandwidth after another.

use crate::base::grid::Axis;
use crate::base::kernel::Kernel;
use crate::objective::Convolution;
use crate::{ArgError, Real};

/// The number of bisections of a cell that holds a minimum, enough to reach neighbouring numbers.
const HALVINGS: u32 = 64;

/// The outcome of a step of [`LineMinima`].
#[must_use = "the search may have ended"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum LineStep {
    /// One face of the grid was examined.
    Searching,
    /// All faces were examined.
    Done {
        /// The number of minima found.
        count: usize,
    },
    /// There are more minima than the memory holds; the first ones are kept.
    TooMany,
    /// The convolved gradient is not finite at a face.
    NotFinite {
        /// The index of the face.
        face: u32,
    },
}

/// Finds the minima of a convolved objective of one parameter: points between neighbouring faces of a grid
/// where the slope changes from negative to zero or positive. Two minima between the same faces count as one
/// or none.
///
/// Plotted one below another for many bandwidths, the minima form a tree: as a Gaussian widens, minima vanish
/// and none appear (Lindeberg 1990).
///
/// # Cost
/// A step is one gradient, and up to 64 more at a minimum.
///
/// ```
/// use losscape::base::grid::Axis;
/// use losscape::base::kernel::Kernel;
/// use losscape::models::surfaces::RippledBowl;
/// use losscape::smoothing::{LineMinima, LineStep};
/// let mut f = RippledBowl::new(1, 0.5f64, 0.6, 6.0)?;
/// f.phase = 0.9;
/// let mut line = LineMinima::new(Axis::new(-8.0, 8.0, 2000)?, [0.0; 16])?;
/// let mut count = |std_dev| loop {
///     match line.step(&f, &Kernel::Gaussian { std_dev }) {
///         LineStep::Searching => (),
///         LineStep::Done { count } => break count,
///         ended => panic!("{ended:?}"),
///     }
/// };
/// assert_eq!([0.0, 0.2, 0.3, 0.4, 0.46].map(&mut count), [14, 7, 3, 2, 1]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LineMinima<R: Real, M> {
    axis: Axis<R>,
    minima: M,
    face: u32,
    below: bool,
    count: usize,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> LineMinima<R, M> {
    /// Creates a search between the faces of `axis`; the length of `minima` is the largest number of minima
    /// that can be found.
    ///
    /// # Errors
    /// [`ArgError`] naming `minima` (empty).
    pub fn new(axis: Axis<R>, minima: M) -> Result<Self, ArgError> {
        ArgError::check_count("minima", minima.as_ref().len())?;
        Ok(Self { axis, minima, face: 0, below: false, count: 0 })
    }

    /// Examines the next face. After the last one, the next step begins a new search.
    pub fn step(&mut self, f: &(impl Convolution<R> + ?Sized), kernel: &Kernel<R>) -> LineStep {
        let face = self.face;
        if face == 0 {
            self.count = 0;
        }
        let x = self.axis.face(face);
        let Some(slope) = slope(f, kernel, x) else {
            self.face = 0;
            return LineStep::NotFinite { face };
        };
        let below = slope < R::ZERO;
        if face > 0 && self.below && !below {
            let minimum = between(f, kernel, self.axis.face(face - 1), x);
            let Some(place) = self.minima.as_mut().get_mut(self.count) else {
                self.face = 0;
                return LineStep::TooMany;
            };
            *place = minimum;
            self.count += 1;
        }
        self.below = below;
        if face == self.axis.cells() {
            self.face = 0;
            return LineStep::Done { count: self.count };
        }
        self.face += 1;
        LineStep::Searching
    }

    /// Returns the minima found so far, ascending.
    #[must_use]
    pub fn minima(&self) -> &[R] {
        self.minima.as_ref().get(..self.count).unwrap_or_default()
    }

    /// Returns the index of the minimum that a point on the line descends to.
    ///
    /// If the point is a minimum at a smaller bandwidth, the result is the minimum that it becomes or that
    /// absorbs it. `None` if the slope leads to no minimum that was found.
    pub fn basin(&self, f: &(impl Convolution<R> + ?Sized), kernel: &Kernel<R>, x: R) -> Option<usize> {
        let slope = slope(f, kernel, x)?;
        if slope < R::ZERO {
            self.minima().iter().position(|minimum| *minimum >= x)
        } else {
            self.minima().iter().rposition(|minimum| *minimum <= x)
        }
    }
}

fn slope<R: Real>(f: &(impl Convolution<R> + ?Sized), kernel: &Kernel<R>, x: R) -> Option<R> {
    let mut grad = [R::ZERO];
    let value = f.convolved_value_grad(kernel, &[x], &mut grad, &mut [R::ZERO; 16]);
    (value.is_finite() && grad[0].is_finite()).then_some(grad[0])
}

/// Bisects between `low`, where the slope is negative, and `high`, where it is not.
fn between<R: Real>(f: &(impl Convolution<R> + ?Sized), kernel: &Kernel<R>, low: R, high: R) -> R {
    let (mut low, mut high) = (low, high);
    for _ in 0..HALVINGS {
        let middle = R::HALF * low + R::HALF * high;
        if !(middle > low && middle < high) {
            break;
        }
        match slope(f, kernel, middle) {
            Some(slope) if slope < R::ZERO => low = middle,
            _ => high = middle,
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::surfaces::{DoubleWell, RippledBowl};

    fn all<R: Real, M: AsRef<[R]> + AsMut<[R]>>(
        line: &mut LineMinima<R, M>,
        f: &impl Convolution<R>,
        kernel: &Kernel<R>,
    ) -> LineStep {
        loop {
            match line.step(f, kernel) {
                LineStep::Searching => (),
                ended => return ended,
            }
        }
    }

    /// f = x²/2 + 0.05 cos(20 x): gradient descent ends in six places, all within 0.744; with ηrk = π only
    /// the bowl remains.
    #[test]
    fn the_toy_of_the_paper_has_six_minima() {
        let f = RippledBowl::new(1, 1.0, 0.05, 20.0).unwrap();
        let mut line = LineMinima::new(Axis::new(-3.0, 3.0, 2000).unwrap(), [0.0; 8]).unwrap();
        let plain = Kernel::Cube { radius: 0.0 };
        assert_eq!(all(&mut line, &f, &plain), LineStep::Done { count: 6 });
        let [first, .., last] = *line.minima() else { panic!("six") };
        assert!((last + first).abs() < 1e-12 && last < 0.7441 && last > 0.743, "{last}");
        let smooth = Kernel::Cube { radius: core::f64::consts::PI / 20.0 };
        assert_eq!(all(&mut line, &f, &smooth), LineStep::Done { count: 1 });
        assert!(line.minima()[0].abs() < 1e-12);
    }

    #[test]
    fn basins_say_where_a_minimum_goes_on() {
        let f = DoubleWell::new(1).unwrap();
        let mut line = LineMinima::new(Axis::new(-2.0, 2.0, 101).unwrap(), [0.0; 4]).unwrap();
        let kernel = Kernel::Gaussian { std_dev: 0.3 };
        assert_eq!(all(&mut line, &f, &kernel), LineStep::Done { count: 2 });
        let place = crate::base::elementary::sqrt(1.0f64 - 0.27);
        assert!((line.minima()[1] - place).abs() < 1e-14);
        let basins = [-1.0, 0.1, 1.0, 1.9].map(|x| line.basin(&f, &kernel, x));
        assert_eq!(basins, [Some(0), Some(1), Some(1), Some(1)]);
        let wide = Kernel::Gaussian { std_dev: 0.6 };
        assert_eq!(all(&mut line, &f, &wide), LineStep::Done { count: 1 });
        assert_eq!([-1.0, 1.0].map(|x| line.basin(&f, &wide, x)), [Some(0), Some(0)], "both wells are one");
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let f = DoubleWell::<f32>::new(1).unwrap();
        let axis = Axis::new(-2.0, 2.0, 101).unwrap();
        let mut line = LineMinima::new(axis, [0.0; 1]).unwrap();
        let kernel = Kernel::Gaussian { std_dev: 0.3 };
        assert_eq!(all(&mut line, &f, &kernel), LineStep::TooMany);
        assert_eq!(line.minima().len(), 1);
        let far = Axis::new(-1e30f32, 1e30, 4).unwrap();
        let mut line = LineMinima::new(far, [0.0; 1]).unwrap();
        assert_eq!(all(&mut line, &f, &kernel), LineStep::NotFinite { face: 0 });
        assert!(LineMinima::new(axis, [0.0f32; 0]).is_err());
    }
}
