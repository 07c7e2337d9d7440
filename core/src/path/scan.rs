//! Dense scans along the segments of a path.

use super::location::Location;
use super::polyline::{between, chord, count_rows, length, mix};
use crate::base::rows::{row, rows};
use crate::base::vector::distance;
use crate::{ArgError, Objective, Real, Reason};

/// The results of a [`DenseScan`].
///
/// Two measures are easily confused. Both are upper bounds for the best path between the ends:
///
/// ```text
/// saddle  = max over the path of f                              (Draxler et al. 2018)
/// barrier = max over the path of f − ((1 − s) f_A + s f_B)      (Frankle et al. 2020)
/// ```
///
/// with `s` the fraction of the path's length. The barrier is at least 0, because the ends are on the path.
/// Both maxima are over the scanned points; between these, the path may be higher.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct PathReport<R: Real = f32> {
    /// The values at the two ends.
    pub ends: [R; 2],
    /// The highest value found on the path.
    pub saddle: R,
    /// The location of the saddle.
    pub saddle_at: Location<R>,
    /// The greatest height above the line between the values of the ends.
    pub barrier: R,
    /// The location of the barrier.
    pub barrier_at: Location<R>,
    /// The highest value of an image, which a report without a scan would call the saddle.
    pub highest_image: R,
    /// The lowest value of an image.
    pub lowest_image: R,
    /// The length of the path.
    pub length: R,
    /// The distance between the path's ends.
    pub chord: R,
    /// The number of values that the scan has evaluated.
    pub values: u32,
}

impl<R: Real> PathReport<R> {
    /// Returns the ratio of length to chord: 1 for a straight path.
    #[must_use]
    pub fn length_ratio(&self) -> R {
        self.length / self.chord
    }

    /// Returns the height of the saddle above the higher end: 0 if the path never rises above that end.
    #[must_use]
    pub fn rise(&self) -> R {
        self.saddle - self.ends[0].or_larger(self.ends[1])
    }
}

/// The outcome of one [`DenseScan::step`]. The evaluated point is in the caller's `point`.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum ScanStep<R: Real = f32> {
    /// An image was evaluated.
    Image {
        /// The index of the image.
        image: usize,
        /// The value at the image.
        value: R,
    },
    /// A point between images was evaluated.
    Point {
        /// The location of the point.
        at: Location<R>,
        /// The value at the point.
        value: R,
        /// The value minus the linear interpolation between the two images.
        departure: R,
    },
    /// The objective was infinite or NaN, or above half the largest number; the scan stays at this location.
    NotFinite {
        /// The location.
        at: Location<R>,
    },
    /// The whole path was scanned.
    Done(PathReport<R>),
    /// The number of images differs from that of the scan, `point` does not have one element per parameter,
    /// the scratch is too short, or the objective has a different dimension. Nothing was done.
    MemoryChanged,
}

/// Evaluates a path at its images and at equally spaced points between them.
///
/// A band's images say little about the path between them: on the curvy valley, nine images reach 1.0000,
/// nine points between each pair of them 1.1557, and the polyline itself 1.15606. Report values from a scan,
/// with enough points for the digits given.
///
/// A step costs one value. To measure other quantities along the path, such as an error rate, evaluate them
/// at `point` after each [`ScanStep::Image`] and [`ScanStep::Point`].
///
/// # Examples
///
/// ```
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::path::{DenseScan, ScanStep};
///
/// let f = DoubleWell::<f64>::new(2)?;
/// let images = [-1.0, 0.0, 1.0, 0.0]; // two minima, nothing between them
/// let mut scan = DenseScan::new(&images, 2, 9)?;
/// let mut point = [0.0; 2];
/// let report = loop {
///     if let ScanStep::Done(report) = scan.step(&f, &images, &mut point, &mut []) {
///         break report;
///     }
/// };
/// assert_eq!((report.saddle, report.saddle_at.alpha, report.highest_image), (0.25, 0.5, 0.0));
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct DenseScan<R: Real = f32> {
    dim: usize,
    last: usize,
    points: u32,
    next: Next,
    start: R, // arc length at the start of the segment
    here: R,  // length of the segment
    left: R,  // value at its start
    right: R, // value at its end
    report: PathReport<R>,
}

/// The next evaluation of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    FirstEnd,
    LastEnd,
    /// The image at the end of this segment.
    Image(usize),
    /// A point within the segment, counted from 1.
    Point(usize, u32),
    Nothing,
}

impl<R: Real> DenseScan<R> {
    /// Creates a scan of the polyline through the rows of `images`, with `points` points within each segment.
    ///
    /// # Errors
    /// [`ArgError`] if `dim` is zero, or if `images` has fewer than two rows, is not a whole number of rows,
    /// is not finite, has an infinite length, or has length zero because all rows are equal.
    pub fn new(images: &[R], dim: usize, points: u32) -> Result<Self, ArgError> {
        count_rows("images", images, dim, 2)?;
        ArgError::check_finite("images", images)?;
        let scan = Self::of(images, dim, points);
        // Fractions of an infinite length or of length zero are undefined, and so are barriers.
        let length = scan.report.length;
        if length.is_finite() && length > R::ZERO {
            Ok(scan)
        } else {
            let reason = if length.is_finite() { Reason::Coincide } else { Reason::Overflow };
            Err(ArgError::new("images", reason))
        }
    }

    /// As [`new`](Self::new), for images known to be well-formed.
    pub(super) fn of(images: &[R], dim: usize, points: u32) -> Self {
        let last = rows(images, dim).len().saturating_sub(1);
        let zero = R::ZERO;
        let report = PathReport {
            ends: [zero; 2],
            saddle: zero,
            saddle_at: Location::default(),
            barrier: zero,
            barrier_at: Location::default(),
            highest_image: zero,
            lowest_image: zero,
            length: length(images, dim),
            chord: chord(images, dim),
            values: 0,
        };
        Self {
            dim,
            last,
            points,
            next: Next::FirstEnd,
            start: zero,
            here: zero,
            left: zero,
            right: zero,
            report,
        }
    }

    /// Evaluates one more point; `images` must be those that the scan was created with, and `point` must have
    /// `n` elements.
    pub fn step(
        &mut self,
        f: &(impl Objective<R> + ?Sized),
        images: &[R],
        point: &mut [R],
        scratch: &mut [R],
    ) -> ScanStep<R> {
        let fits = images.len() == (self.last + 1) * self.dim && point.len() == self.dim;
        if !fits || f.dim() != self.dim || scratch.len() < f.scratch_len() {
            return ScanStep::MemoryChanged;
        }
        let at = match self.next {
            Next::FirstEnd => Location { segment: 0, alpha: R::ZERO },
            Next::LastEnd => Location { segment: self.last - 1, alpha: R::ONE },
            Next::Image(segment) => Location { segment, alpha: R::ONE },
            Next::Point(segment, k) => {
                Location { segment, alpha: R::from_u32(k) / R::from_u32(self.points.saturating_add(1)) }
            }
            Next::Nothing => return ScanStep::Done(self.report),
        };
        let image = |i| row(images, self.dim, i);
        let (Some(a), Some(b)) = (image(at.segment), image(at.segment + 1)) else {
            return ScanStep::NotFinite { at };
        };
        between(a, b, at.alpha, point);
        // The last image was evaluated at the start.
        let known = self.next == Next::Image(self.last - 1);
        let value = if known { self.report.ends[1] } else { f.value(point, scratch) };
        // Heights are differences of two values and must be finite too.
        if !(R::TWO * value).is_finite() {
            return ScanStep::NotFinite { at };
        }
        self.report.values = self.report.values.saturating_add(u32::from(!known));
        self.record(at, value, distance(a, b))
    }

    fn record(&mut self, at: Location<R>, value: R, here: R) -> ScanStep<R> {
        let report = &mut self.report;
        match self.next {
            Next::FirstEnd => {
                report.ends[0] = value;
                (report.saddle, report.saddle_at) = (value, at);
                (report.highest_image, report.lowest_image) = (value, value);
                self.right = value;
                self.next = Next::LastEnd;
                return ScanStep::Image { image: 0, value };
            }
            Next::LastEnd => {
                report.ends[1] = value;
                self.next = Next::Image(0);
                return ScanStep::Image { image: self.last, value };
            }
            Next::Image(_) => {
                self.start += self.here;
                self.here = here;
                (self.left, self.right) = (self.right, value);
                report.highest_image = report.highest_image.or_larger(value);
                report.lowest_image = report.lowest_image.or_smaller(value);
            }
            Next::Point(..) | Next::Nothing => (),
        }
        if value > report.saddle {
            (report.saddle, report.saddle_at) = (value, at);
        }
        // The ends themselves have no barrier: s is exactly 0 and 1 only there.
        if !(at.segment + 1 == self.last && at.alpha == R::ONE) {
            let s = (self.start + at.alpha * self.here) / report.length;
            let line = (R::ONE - s) * report.ends[0] + s * report.ends[1];
            if value - line > report.barrier {
                (report.barrier, report.barrier_at) = (value - line, at);
            }
        }
        let segment = at.segment;
        let (step, done) = if let Next::Point(_, k) = self.next {
            let departure = value - mix(self.left, self.right, at.alpha);
            (ScanStep::Point { at, value, departure }, k)
        } else {
            (ScanStep::Image { image: segment + 1, value }, 0)
        };
        self.next = if done < self.points {
            Next::Point(segment, done + 1)
        } else if segment + 1 < self.last {
            Next::Image(segment + 1)
        } else {
            Next::Nothing
        };
        step
    }

    /// Returns the results so far; complete once a step has returned [`ScanStep::Done`].
    #[must_use]
    pub const fn report(&self) -> &PathReport<R> {
        &self.report
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::models::surfaces::{CurvyValley, MuellerBrown};
    use crate::path::hole::Hole;
    use std::vec::Vec;

    fn scan(f: &dyn Objective<f64>, images: &[f64], points: u32) -> PathReport<f64> {
        let mut scan = DenseScan::new(images, 2, points).unwrap();
        let (mut point, mut visited) = ([f64::NAN; 2], Vec::new());
        loop {
            match scan.step(f, images, &mut point, &mut []) {
                ScanStep::Done(report) => {
                    assert_eq!(f64::from(report.values), f64::from_usize(visited.len()) - 1.0);
                    return report;
                }
                step @ (ScanStep::NotFinite { .. } | ScanStep::MemoryChanged) => panic!("{step:?}"),
                ScanStep::Image { value, .. } | ScanStep::Point { value, .. } => {
                    assert_eq!(value, f.value(&point, &mut []));
                    visited.push(value);
                }
            }
        }
    }

    #[test]
    fn straight_lines_of_the_literature() {
        let [a, b] = CurvyValley::<f64>::MINIMA;
        let report = scan(&CurvyValley::default(), &[a[0], a[1], b[0], b[1]], 99_999);
        assert!((report.saddle - 2.976_668_270).abs() < 1e-8, "{}", report.saddle);
        assert!((report.barrier - report.saddle).abs() < 1e-12, "both ends are 0");
        assert_eq!(report.length_ratio(), 1.0);
        let [a, b, _] = MuellerBrown::<f64>::MINIMA;
        let report = scan(&MuellerBrown::default(), &[a[0], a[1], b[0], b[1]], 99_999);
        assert!((report.saddle - 12.676_227).abs() < 1e-5, "{}", report.saddle);
        assert_eq!(report.highest_image, report.ends[1]);
    }

    #[test]
    fn a_scan_stays_where_a_value_is_not_finite() {
        let images = [-1.0, 0.0, 1.0, 0.0];
        let mut scan = DenseScan::new(&images, 2, 3).unwrap();
        let mut step = || scan.step(&Hole(0.1), &images, &mut [0.0; 2], &mut []);
        let at = Location { segment: 0, alpha: 0.5 };
        assert!((0..4).all(|_| !matches!(step(), ScanStep::NotFinite { .. })));
        assert_eq!(step(), ScanStep::NotFinite { at });
        assert_eq!(step(), ScanStep::NotFinite { at });
    }

    #[test]
    fn barrier_is_measured_over_the_line_between_the_ends() {
        // With uneven segments, f = 0, 3, 6 at x = 0, 1, 4, against the line 1.5 x: the greatest height is at
        // x = 1.
        struct Kink;
        impl Objective<f64> for Kink {
            fn dim(&self) -> usize {
                2
            }
            fn scratch_len(&self) -> usize {
                0
            }
            fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
                if p[0] < 1.0 { 3.0 * p[0] } else { 2.0 + p[0] }
            }
            fn value_grad(&self, p: &[f64], _: &mut [f64], scratch: &mut [f64]) -> f64 {
                self.value(p, scratch)
            }
        }
        let report = scan(&Kink, &[0.0, 0.0, 1.0, 0.0, 4.0, 0.0], 3);
        assert_eq!((report.barrier, report.barrier_at), (1.5, Location { segment: 0, alpha: 1.0 }));
        assert_eq!((report.saddle, report.saddle_at), (6.0, Location { segment: 1, alpha: 1.0 }));
        assert_eq!(report.rise(), 0.0);
        assert_eq!(report.values, 3 + 2 * 3);
    }

    /// A network may be finite at weights that are not finite; the barrier would have been 0.
    #[test]
    fn paths_without_a_length_are_refused() {
        for images in [[0.0, f64::INFINITY, 0.0, 1.0], [-1e308, 0.0, 1e308, 0.0]] {
            assert_eq!(DenseScan::new(&images, 2, 9).unwrap_err().arg, "images", "{images:?}");
        }
    }

    #[test]
    fn as_many_points_as_can_be_counted() {
        let f = MuellerBrown::<f64>::default();
        let images = [-0.5, 1.5, 0.5, 0.0];
        let mut scan = DenseScan::new(&images, 2, u32::MAX).unwrap();
        let mut point = [f64::NAN; 2];
        for _ in 0..3 {
            assert!(matches!(scan.step(&f, &images, &mut point, &mut []), ScanStep::Image { .. }));
        }
        let ScanStep::Point { at, .. } = scan.step(&f, &images, &mut point, &mut []) else {
            panic!("a point after the images")
        };
        assert!(at.alpha > 0.0 && at.alpha < 1e-9, "{at:?}");
    }
}
