//! Routes from one end to the other, as they are drawn: places by arc length, and a plane to see them in.

use core::ops::RangeInclusive;

use losscape::Real;
use losscape::base::vector::{axpy, distance, dot, norm};
use losscape::path::{Location, length};
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

/// The place at the fraction `t` of the way.
pub(crate) fn at(images: &[f32], dim: usize, t: f32) -> Location {
    let last = images.len() / dim - 2;
    let target = t * length(images, dim);
    let mut start = 0.0;
    for (segment, pair) in images.windows(2 * dim).step_by(dim).enumerate() {
        let here = distance(&pair[..dim], &pair[dim..]);
        if target <= start + here || segment == last {
            let alpha = if here > 0.0 { (target - start) / here } else { 0.0 };
            return Location { segment, alpha: alpha.clamp(0.0, 1.0) };
        }
        start += here;
    }
    Location { segment: last, alpha: 1.0 }
}

/// The fraction of the way at a place.
pub(crate) fn fraction(images: &[f32], dim: usize, at: Location) -> f32 {
    let mut point = vec![0.0; dim];
    at.point(images, dim, &mut point);
    let corner = at.segment * dim;
    let start = length(&images[..corner + dim], dim);
    (start + distance(&images[corner..corner + dim], &point)) / length(images, dim)
}

/// Each row's two coordinates in the plane of A, B and `third`, and its distance from that plane, all in units
/// of the distance from A to B: A lies at (0, 0), B at (1, 0).
pub(crate) fn project(rows: &[f32], dim: usize, a: &[f32], b: &[f32], third: &[f32]) -> Vec<f32> {
    let chord = distance(a, b);
    let towards = |to: &[f32]| {
        let mut direction = to.to_vec();
        axpy(-1.0, a, &mut direction);
        direction
    };
    let mut e1 = towards(b);
    e1.iter_mut().for_each(|x| *x /= chord);
    let mut e2 = towards(third);
    let along = dot(&e2, &e1);
    axpy(-along, &e1, &mut e2);
    let height = norm(&e2);
    if height > 0.0 {
        e2.iter_mut().for_each(|x| *x /= height);
    }
    let mut out = Vec::with_capacity(3 * rows.len() / dim);
    for row in rows.chunks_exact(dim) {
        let mut rest = towards(row);
        let (x, y) = (dot(&rest, &e1), dot(&rest, &e2));
        axpy(-x, &e1, &mut rest);
        axpy(-y, &e2, &mut rest);
        out.extend_from_slice(&[x / chord, y / chord, norm(&rest) / chord]);
    }
    out
}

/// Nodes along a side of a grid that a page may ask for.
pub(crate) const GRIDS: RangeInclusive<u32> = 2..=1024;

/// The nodes of a grid over a square, its edges included, row by row from below: x and y in turn.
pub(crate) fn grid(corner: [f32; 2], side: f32, nodes: u32) -> Vec<f32> {
    let step = side / f32::from_u32(nodes.saturating_sub(1).max(1));
    let mut out = Vec::new();
    for row in 0..nodes {
        for column in 0..nodes {
            out.extend_from_slice(&[
                corner[0] + f32::from_u32(column) * step,
                corner[1] + f32::from_u32(row) * step,
            ]);
        }
    }
    out
}
