//! The sweeps of a band: evaluations, then a move.

use super::layout::BandParts;
use super::{BandConfig, BandStep, Spacing};
use crate::base::finite::all_finite;
use crate::base::rows::{front, row, row_mut};
use crate::base::vector::{axpy, distance, dot, norm};
use crate::objective::Evaluations;
use crate::path::relax::{RelaxState, Relaxer};
use crate::path::tangent::tangent;
use crate::{Objective, Real};

/// The state of a band without its memory.
#[derive(Clone, Copy, Debug)]
pub(in crate::path) struct BandState<R: Real> {
    pub(super) config: BandConfig<R>,
    pub(in crate::path) dim: usize,
    pub(in crate::path) count: usize,
    pub(super) relax: RelaxState<R>,
    pub(super) cursor: usize, // position in the order of evaluation
    pub(super) ends_known: bool,
    pub(super) climbing: bool,
    pub(super) sweep: u32,
    pub(super) evaluations: Evaluations,
}

/// A band whose memory is split into parts.
pub(in crate::path) struct BandChain<'w, R: Real> {
    pub(in crate::path) state: &'w mut BandState<R>,
    pub(in crate::path) parts: BandParts<'w, R>,
}

impl<R: Real> BandChain<'_, R> {
    pub(in crate::path) fn restart(&mut self, relaxer: Relaxer<R>) {
        self.state.config.relaxer = relaxer;
        self.state.relax = RelaxState::new();
        self.parts.memory.fill(R::ZERO);
        self.state.cursor = 0;
        self.state.climbing = false;
    }

    pub(in crate::path) fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> BandStep<R> {
        let last = self.state.count - 1;
        // The order of evaluation is: first image, last image, then the inner ones.
        if self.state.cursor == 0 && self.state.ends_known && !self.state.config.minibatches {
            self.state.cursor = 2;
        }
        if self.state.cursor > last {
            return self.advance();
        }
        let image = match self.state.cursor {
            0 => 0,
            1 => last,
            inner => inner - 1,
        };
        if self.evaluate(f, image).is_none() {
            return BandStep::NotFinite { image };
        }
        self.state.cursor += 1;
        self.state.ends_known |= self.state.cursor == 2;
        BandStep::Evaluated(image)
    }

    /// Evaluates an image, an end by its value only; `None` if a number is not finite.
    fn evaluate(&mut self, f: &(impl Objective<R> + ?Sized), image: usize) -> Option<()> {
        let params = row(self.parts.images, self.state.dim, image)?;
        let value = self.parts.values.get_mut(image)?;
        let mut finite = true;
        if self.state.cursor < 2 {
            self.state.evaluations.count_value();
            *value = f.value(params, self.parts.scratch);
        } else {
            self.state.evaluations.count_gradient();
            let grad = row_mut(self.parts.grads, self.state.dim, image)?;
            *value = f.value_grad(params, grad, self.parts.scratch);
            finite = all_finite(grad);
        }
        (finite && value.is_finite()).then_some(())
    }

    /// Makes the move at the end of a sweep.
    fn advance(&mut self) -> BandStep<R> {
        let last = self.state.count - 1;
        let top = highest(front(self.parts.values, self.state.count));
        let mut residual = R::ZERO;
        for i in 1..last {
            match self.nudge(i, self.state.climbing && i == top) {
                Some(length) if length.is_finite() => residual = residual.or_larger(length),
                _ => return self.refuse(i),
            }
        }
        if !self.state.climbing && residual < self.state.config.climb_below {
            // A climbing image follows another vector field, so the relaxer's memory is cleared.
            self.parts.memory.fill(R::ZERO);
            self.state.relax.forget();
            self.state.climbing = true;
        }
        // The moved images replace the gradients; the ends are added when the band settles.
        let inner = self.state.dim..last * self.state.dim;
        let (Some(grads), Some(memory), Some(images)) = (
            self.parts.grads.get_mut(inner.clone()),
            self.parts.memory.get_mut(inner.clone()),
            self.parts.images.get(inner),
        ) else {
            return self.refuse(last);
        };
        // Springs couple all images into one body.
        let laid_out = self.state.config.spacing == Spacing::Redistribute;
        let body = if laid_out { self.state.dim } else { grads.len() };
        let moved = self.state.relax.apply(&self.state.config.relaxer, residual, body, grads, memory, images);
        if let Err(place) = moved {
            return self.refuse(place / self.state.dim.max(1) + 1);
        }
        if let Err(image) = self.settle(if self.state.climbing { top } else { last }) {
            return self.refuse(image);
        }
        self.state.cursor = 0;
        self.state.sweep = self.state.sweep.saturating_add(1);
        BandStep::Moved { sweep: self.state.sweep, residual }
    }

    /// Leaves the images unchanged; the next step evaluates the inner ones again.
    const fn refuse(&mut self, image: usize) -> BandStep<R> {
        self.state.cursor = 2;
        BandStep::NotFinite { image }
    }

    /// Turns the gradient of inner image `i` into that of the band and returns its norm.
    fn nudge(&mut self, i: usize, climb: bool) -> Option<R> {
        let image = |i| row(self.parts.images, self.state.dim, i);
        let (before, here, after) = (image(i - 1)?, image(i)?, image(i + 1)?);
        let values = *self.parts.values.get(i - 1..)?.first_chunk()?;
        tangent(self.state.config.tangent, before, here, after, values, self.parts.direction);
        let grad = row_mut(self.parts.grads, self.state.dim, i)?;
        let mut along = dot(grad, self.parts.direction);
        if climb {
            along *= R::TWO;
        } else if let Spacing::Springs(spring) = self.state.config.spacing {
            // Segments are measured relative to their target lengths; with equal targets the factors are 1.
            let segments = R::from_usize(self.state.count - 1);
            let [low, middle, high] = *self.parts.fractions.get(i - 1..)?.first_chunk()?;
            let ahead = distance(after, here) / (segments * (high - middle));
            along += spring * (ahead - distance(here, before) / (segments * (middle - low)));
        }
        axpy(-along, self.parts.direction, grad);
        Some(norm(grad))
    }
}

/// Returns the index of the highest inner image, given the values of all images; the first if several are
/// equal.
pub(super) fn highest<R: Real>(values: &[R]) -> usize {
    let mut top = None;
    for (i, value) in values.iter().enumerate().take(values.len().saturating_sub(1)).skip(1) {
        if top.is_none_or(|(_, highest)| value > highest) {
            top = Some((i, value));
        }
    }
    top.map_or(1, |(i, _)| i)
}
