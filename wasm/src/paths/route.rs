//! Routes from one end to the other, as they are drawn.

use losscape::path::{Location, PathReport};
use losscape::{Objective, Real};

use crate::record::record;

/// Inner images that a band can have.
pub(crate) const PIVOTS: u32 = 30;

/// Points of a dense scan in each segment.
pub(crate) const SCAN: u32 = 9;

/// Points of the scan of a straight line.
pub(super) const LINE: u32 = 99;

record! {
    /// The dense scan of a route.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct RouteReport {
        /// The highest loss.
        pub saddle: f64,
        /// Where the saddle lies, as a fraction of the way.
        pub at: f64,
        /// The greatest height above the line between the losses of the ends.
        pub barrier: f64,
        /// The loss at A.
        pub a: f64,
        /// The loss at B.
        pub b: f64,
        /// Length over chord.
        pub ratio: f64,
    }
}

impl RouteReport {
    pub(super) fn new(images: &[f32], dim: usize, report: &PathReport) -> Self {
        let at = report.saddle_at.fraction(images, dim);
        let [a, b] = report.ends;
        let numbers = [report.saddle, at, report.barrier, a, b, report.length_ratio()];
        let [saddle, at, barrier, a, b, ratio] = numbers.map(Real::to_f64);
        Self { saddle, at, barrier, a, b, ratio }
    }
}

record! {
    /// The loss along a route, place by place.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Profile {
        /// The fractions of the way, ascending.
        pub t: Vec<f32>,
        /// The loss at each.
        pub value: Vec<f32>,
    }
}

impl Profile {
    /// The losses at all images, and at `points` points in each segment, without those that are not finite.
    pub(super) fn new(
        objective: &dyn Objective,
        images: &[f32],
        points: u32,
        point: &mut [f32],
        scratch: &mut [f32],
    ) -> Self {
        let dim = point.len();
        let mut profile = Self::default();
        for place in Location::places((images.len() / dim).saturating_sub(1), points) {
            place.point(images, dim, point);
            let value = objective.value(point, scratch);
            if value.is_finite() {
                profile.t.push(place.fraction(images, dim));
                profile.value.push(value);
            }
        }
        profile
    }
}
