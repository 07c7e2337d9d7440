//! Locations on a path, by segment or by arc length.

use super::polyline::{between_any, length, segments};
use crate::Real;
use crate::base::rows::rows;
use crate::base::vector::distance;

/// A location on a path: a segment and the fraction of its length.
///
/// ```
/// use losscape::path::Location;
/// let corner = [0.0f32, 0.0, 4.0, 0.0, 4.0, 12.0]; // 4 to the right, then 12 up
/// let place = Location::at(&corner, 2, 0.625);
/// assert_eq!(place, Location { segment: 1, alpha: 0.5 });
/// assert_eq!(place.fraction(&corner, 2), 0.625);
/// let mut point = [0.0; 2];
/// place.point(&corner, 2, &mut point);
/// assert_eq!(point, [4.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Location<R: Real = f32> {
    /// The segment from image `segment` to the next.
    pub segment: usize,
    /// The fraction of the segment's length, from 0 to 1.
    pub alpha: R,
}

impl<R: Real> Location<R> {
    /// Returns the location at the fraction `t` of a path's length.
    ///
    /// If `t` is not between 0 and 1, this is the nearest end; for NaN and for a path of length zero, the
    /// start.
    #[must_use]
    pub fn at(images: &[R], dim: usize, t: R) -> Self {
        let target = t * length(images, dim);
        let (mut start, mut place) = (R::ZERO, Self::default());
        for (segment, (a, b)) in segments(images, dim).enumerate() {
            let here = distance(a, b);
            let alpha = (target - start) / here;
            if alpha > R::ZERO {
                place = Self { segment, alpha: alpha.or_smaller(R::ONE) };
            }
            start += here;
            if target <= start {
                break;
            }
        }
        place
    }

    /// Returns the locations of the images of a path of `segments` segments, and of `points` equally spaced
    /// points within each segment, in path order.
    ///
    /// ```
    /// use losscape::path::Location;
    /// let places: Vec<_> = Location::<f32>::places(2, 1).map(|place| (place.segment, place.alpha)).collect();
    /// assert_eq!(places, [(0, 0.0), (0, 0.5), (1, 0.0), (1, 0.5), (1, 1.0)]);
    /// ```
    pub fn places(segments: usize, points: u32) -> impl Iterator<Item = Self> {
        let spacing = R::from_u32(points) + R::ONE;
        let (mut segment, mut k) = (0, 0);
        core::iter::from_fn(move || {
            // The end of a segment is the start of the next, except for the last segment.
            if k > points && segment + 1 < segments {
                (segment, k) = (segment + 1, 0);
            }
            let place = Self { segment, alpha: R::from_u32(k) / spacing };
            let there = segment < segments && k <= points.saturating_add(1);
            k = k.saturating_add(1);
            there.then_some(place)
        })
    }

    /// Returns the fraction of the path's length up to this location: 0 at the first image, 1 at the last.
    ///
    /// NaN if the path has length zero or the segment does not exist.
    #[must_use]
    pub fn fraction(self, images: &[R], dim: usize) -> R {
        let (mut total, mut before) = (R::ZERO, R::from_f64(f64::NAN));
        for (segment, (a, b)) in segments(images, dim).enumerate() {
            let here = distance(a, b);
            if segment == self.segment {
                before = total + self.alpha * here;
            }
            total += here;
        }
        before / total
    }

    /// Writes the point to `out`, or NaN if `images` has no such segment or `out` does not have `dim`
    /// elements.
    pub fn point(self, images: &[R], dim: usize, out: &mut [R]) {
        let mut corners = rows(images, dim);
        between_any(corners.nth(self.segment), corners.next(), self.alpha, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_fractions_agree() {
        // The lengths are 5, 0 and 10: one corner occurs twice.
        let path = [0.0f64, 0.0, 3.0, 4.0, 3.0, 4.0, 3.0, 14.0];
        for k in 0..=32 {
            let t = f64::from_u32(k) / 32.0;
            let place = Location::at(&path, 2, t);
            assert!((place.fraction(&path, 2) - t).abs() < 1e-15, "{t}: {place:?}");
        }
        assert_eq!(Location::at(&path, 2, 0.2), Location { segment: 0, alpha: 0.6 });
        for (t, end) in [(-1.0, [0.0, 0.0]), (0.0, [0.0, 0.0]), (1.0, [3.0, 14.0]), (7.0, [3.0, 14.0])] {
            let mut point = [f64::NAN; 2];
            Location::at(&path, 2, t).point(&path, 2, &mut point);
            assert_eq!(point, end, "{t}");
        }
    }

    #[test]
    fn what_is_not_on_the_path_has_no_place() {
        let path = [0.0f64, 0.0, 3.0, 4.0];
        let mut point = [0.0; 2];
        Location { segment: 0, alpha: 0.5 }.point(&path, 2, &mut point);
        assert_eq!(point, [1.5, 2.0]);
        for segment in [1, usize::MAX / 2 + 1, usize::MAX] {
            point = [0.0; 2];
            let nowhere = Location { segment, alpha: 0.5 };
            nowhere.point(&path, 2, &mut point);
            assert!(point.iter().all(|x| x.is_nan()), "{segment}: {point:?}");
            assert!(nowhere.fraction(&path, 2).is_nan());
        }
        let start = Location::default();
        assert_eq!(Location::at(&path, 2, f64::NAN), start);
        assert_eq!(Location::at(&[1.0f64; 4], 2, 0.5), start, "no length");
        assert_eq!(Location::at(&[], 2, 0.5f64), start, "no path");
        assert!(start.fraction(&[1.0f64; 4], 2).is_nan());
    }
}
