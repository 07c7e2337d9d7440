//! The sweeps of a string: evaluations, then a move.

use super::layout::StringParts;
use super::spline::{Corner, column, natural_spline};
use super::{Interpolation, StringConfig, StringStep};
use crate::base::finite::all_finite;
use crate::base::rows::{copy, row, row_mut, rows, rows_mut};
use crate::base::vector::distance;
use crate::objective::Evaluations;
use crate::path::polyline::{between, finite_length, segments};
use crate::{Objective, Real};

/// The state of a string without its memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct StringState<R: Real> {
    pub(super) config: StringConfig<R>,
    pub(super) dim: usize,
    pub(super) count: usize,
    pub(super) cursor: usize,
    pub(super) sweep: u32,
    pub(super) evaluations: Evaluations,
}

/// A string whose memory is split into parts.
pub(super) struct StringChain<'w, R: Real> {
    pub(super) state: &'w mut StringState<R>,
    pub(super) parts: StringParts<'w, R>,
}

impl<R: Real> StringChain<'_, R> {
    pub(super) fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> StringStep<R> {
        if self.state.sweep > 0 && self.stays(self.state.cursor) {
            self.state.cursor += 1;
        }
        let image = self.state.cursor;
        if image >= self.state.count {
            return self.advance();
        }
        if self.evaluate(f, image).is_none() {
            return StringStep::NotFinite { image };
        }
        self.state.cursor += 1;
        StringStep::Evaluated(image)
    }

    /// Returns whether an image is an end that does not move.
    const fn stays(&self, image: usize) -> bool {
        !self.state.config.ends_slide && (image == 0 || image + 1 == self.state.count)
    }

    /// Evaluates an image, by its value only if it does not move; `None` if a number is not finite.
    fn evaluate(&mut self, f: &(impl Objective<R> + ?Sized), image: usize) -> Option<()> {
        let stays = self.stays(image);
        let params = row(self.parts.images, self.state.dim, image)?;
        let grad = row_mut(self.parts.grads, self.state.dim, image)?;
        let value = self.parts.values.get_mut(image)?;
        *value = if stays {
            self.state.evaluations.count_value();
            grad.fill(R::ZERO);
            f.value(params, self.parts.scratch)
        } else {
            self.state.evaluations.count_gradient();
            f.value_grad(params, grad, self.parts.scratch)
        };
        (value.is_finite() && all_finite(grad)).then_some(())
    }

    fn advance(&mut self) -> StringStep<R> {
        let (dim, eta) = (self.state.dim, self.state.config.learning_rate);
        self.state.cursor = 0;
        // The moved images replace the gradients.
        for (i, image) in rows(self.parts.images, dim).enumerate() {
            let stays = self.stays(i);
            let Some(moved) = row_mut(self.parts.grads, dim, i) else { continue };
            if stays {
                copy(image, moved);
            } else {
                for (m, x) in moved.iter_mut().zip(image) {
                    *m = *x - eta * *m;
                }
            }
        }
        match finite_length(self.parts.grads, dim) {
            Ok(total) => self.measure(total),
            Err(image) => return StringStep::NotFinite { image },
        }
        // Coinciding images have no spline through them, so they keep their moved positions.
        if self.parts.knots.iter().zip(self.parts.knots.iter().skip(1)).all(|(a, b)| b > a) {
            // Once the knots are known, the coordinates are independent: one column at a time needs little
            // memory.
            for k in 0..dim {
                self.lay_out(k);
            }
        }
        let mut residual = R::ZERO;
        for (image, (old, new)) in rows(self.parts.images, dim).zip(rows(self.parts.grads, dim)).enumerate() {
            if !all_finite(new) {
                return StringStep::NotFinite { image };
            }
            residual = residual.or_larger(distance(new, old) / eta);
        }
        copy(self.parts.grads, self.parts.images);
        self.state.sweep = self.state.sweep.saturating_add(1);
        StringStep::Moved { sweep: self.state.sweep, residual }
    }

    /// Computes the position of each moved image, as a fraction of the string's length.
    fn measure(&mut self, total: R) {
        let mut before = R::ZERO;
        let mut knots = self.parts.knots.iter_mut();
        if let Some(first) = knots.next() {
            *first = R::ZERO;
        }
        for (knot, (a, b)) in knots.zip(segments(self.parts.grads, self.state.dim)) {
            before += distance(a, b);
            *knot = before / total;
        }
    }

    /// Writes coordinate `k` of the inner images at equal divisions of the string.
    fn lay_out(&mut self, k: usize) {
        let (dim, interpolation) = (self.state.dim, self.state.config.interpolation);
        let segments = R::from_usize(self.state.count - 1);
        if interpolation == Interpolation::Cubic {
            natural_spline(
                self.parts.knots,
                column(self.parts.grads, dim, k),
                self.parts.bends,
                self.parts.placed,
            );
        }
        let corners = self.parts.knots.iter().zip(column(self.parts.grads, dim, k)).zip(&*self.parts.bends);
        let mut corners = corners.map(|((&knot, value), &bend)| Corner { knot, value, bend });
        let (Some(mut a), Some(mut b)) = (corners.next(), corners.next()) else { return };
        for (i, placed) in self.parts.placed.iter_mut().enumerate() {
            let target = R::from_usize(i) / segments;
            while b.knot < target
                && let Some(next) = corners.next()
            {
                (a, b) = (b, next);
            }
            *placed = a.towards(b, target, interpolation);
        }
        drop(corners);
        let mut inner = rows_mut(self.parts.grads, dim).zip(&*self.parts.placed);
        let _ends = (inner.next(), inner.next_back());
        for (image, placed) in inner {
            if let Some(x) = image.get_mut(k) {
                *x = *placed;
            }
        }
    }

    /// As [`StringMethod::interpolate`](super::StringMethod::interpolate).
    pub(super) fn interpolate(&mut self) {
        let segments = R::from_usize(self.state.count - 1);
        let mut images = rows_mut(self.parts.images, self.state.dim);
        if let (Some(first), Some(last)) = (images.next(), images.next_back()) {
            for (i, image) in images.enumerate() {
                between(first, last, R::from_usize(i + 1) / segments, image);
            }
        }
        self.state.cursor = 0;
    }
}
