//! Routes from one end to the other, as a map of the space of parameters shows them.

use losscape::ArgError;
use losscape::path::Projection;
use wasm_bindgen::prelude::*;

use crate::record::record;

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

record! {
    /// The images of a route in the plane of A, B and the best path's highest place, in units of the distance from A to B.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct RoutePlane {
        /// Along the line from A, at 0, to B, at 1.
        pub along: Vec<f32>,
        /// The coordinate across that line, in the plane.
        pub beside: Vec<f32>,
        /// The distance from the plane.
        pub outside: Vec<f32>,
    }
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
