//! Checks that the lengths of slices fit together, once per call.

/// The result of fitting a batch (rows × inputs), weights (inputs × outputs) and results (rows × outputs) together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// All three have elements.
    Whole(Shape),
    /// There are no rows or no inputs.
    Empty,
    /// The lengths do not fit together.
    Not,
}

/// The shape of a product. A division takes as long as a hundred terms of a tile, so each length is divided once per
/// call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    unnameable_types,
    unreachable_pub,
    reason = "on x86-64 it is an argument of methods of a sealed trait"
)]
pub struct Shape {
    pub(super) rows: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// Determines how slices of these lengths fit together.
pub(super) fn fit(batch: usize, weights: usize, results: usize, outputs: usize) -> Fit {
    let (Some(inputs), Some(rows)) = (weights.checked_div(outputs), results.checked_div(outputs)) else {
        return Fit::Not;
    };
    if inputs * outputs != weights || rows * outputs != results || rows.checked_mul(inputs) != Some(batch) {
        Fit::Not
    } else if inputs == 0 || rows == 0 {
        Fit::Empty
    } else {
        Fit::Whole(Shape { rows, inputs, outputs })
    }
}
