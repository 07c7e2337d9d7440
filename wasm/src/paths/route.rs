//! Routes from one end to the other, as they are drawn.

use losscape::path::{Location, PathReport, Projection};
use losscape::{ArgError, Objective, Real};
use wasm_bindgen::prelude::*;

/// A way from A to B.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The straight line.
    Straight,
    /// The straight line to B with its neurons in the order of A's.
    Aligned,
    /// The band as it is.
    Band,
    /// The best path so far; before there is one, the line that the search begins with.
    Best,
}

/// The dense scan of a route.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RouteReport {
    /// The highest loss.
    #[wasm_bindgen(readonly)]
    pub saddle: f64,
    /// Where the saddle lies, as a fraction of the way.
    #[wasm_bindgen(readonly)]
    pub at: f64,
    /// The greatest height above the line between the losses of the ends.
    #[wasm_bindgen(readonly)]
    pub barrier: f64,
    /// The loss at A.
    #[wasm_bindgen(readonly)]
    pub a: f64,
    /// The loss at B.
    #[wasm_bindgen(readonly)]
    pub b: f64,
    /// Length over chord.
    #[wasm_bindgen(readonly)]
    pub ratio: f64,
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

/// The loss along a route, place by place.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The fractions of the way, ascending.
    #[wasm_bindgen(readonly)]
    pub t: Vec<f32>,
    /// The loss at each.
    #[wasm_bindgen(readonly)]
    pub value: Vec<f32>,
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

/// The images of a route in the plane of A, B and the best path's highest place, in units of the distance from A to B.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoutePlane {
    /// Along the line from A, at 0, to B, at 1.
    #[wasm_bindgen(readonly)]
    pub along: Vec<f32>,
    /// Beside that line, in the plane.
    #[wasm_bindgen(readonly)]
    pub beside: Vec<f32>,
    /// The distance from the plane.
    #[wasm_bindgen(readonly)]
    pub outside: Vec<f32>,
}

impl RoutePlane {
    pub(super) fn new(images: &[f32], [a, b, third]: [&[f32]; 3]) -> Result<Self, ArgError> {
        let plane = Projection::new(a, b, third, vec![0.0; 3 * a.len()])?;
        let (mut seen, mut scratch) = (Self::default(), vec![0.0; a.len()]);
        for image in images.chunks_exact(a.len()) {
            let image = plane.project(image, &mut scratch);
            seen.along.push(image.along);
            seen.beside.push(image.beside);
            seen.outside.push(image.outside);
        }
        Ok(seen)
    }
}
