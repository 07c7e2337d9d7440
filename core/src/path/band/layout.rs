//! Where the images of a band lie: straight lines, pushes, insertions, equal spacing.

use super::Band;
use crate::base::elementary::sin;
use crate::base::random::{Rng, fill_normal};
use crate::base::rows::{copy, copy_row, front_mut, row, row_mut, rows_mut};
use crate::base::vector::{axpy, dot, norm};
use crate::path::polyline::{Location, between, redistribute};
use crate::{ArgError, Real, Reason};

impl<R: Real> Band<'_, R> {
    /// Makes the target spacing equal.
    pub(super) fn equalise(&mut self) {
        let segments = R::from_usize(self.count - 1);
        for (i, fraction) in front_mut(self.fractions, self.count).iter_mut().enumerate() {
            *fraction = R::from_usize(i) / segments;
        }
    }

    /// Lays all images on the straight line between the ends, equally spaced.
    pub fn interpolate(&mut self) {
        self.equalise();
        let mut images = rows_mut(front_mut(self.images, self.count * self.dim), self.dim);
        if let (Some(first), Some(last)) = (images.next(), images.next_back()) {
            for (image, fraction) in images.zip(self.fractions.iter().skip(1)) {
                between(first, last, *fraction, image);
            }
        }
        self.cursor = 0;
    }

    /// The straight line between the ends with `count` images, at most the capacity.
    pub(in crate::path) fn straighten(&mut self, count: usize) {
        copy_row(self.images, self.dim, self.count - 1, count - 1);
        self.count = count;
        self.ends_known = false;
        self.interpolate();
    }

    /// Bends the band sideways: adds a random vector, perpendicular to the line between the ends and of
    /// length `amplitude`, times `sin(π i / (images − 1))`, to image `i`.
    ///
    /// Without it, a straight band on a symmetric ridge stays there.
    ///
    /// Precondition: `amplitude` finite.
    pub fn perturb<G: Rng + ?Sized>(&mut self, amplitude: R, rng: &mut G) {
        let (dim, last) = (self.dim, self.count - 1);
        let across = &mut *self.direction;
        fill_normal(rng, across);
        // The copy of the images is free between sweeps: its first row holds the chord.
        let chord = front_mut(self.grads, dim);
        let mut images = rows_mut(front_mut(self.images, self.count * dim), dim);
        if let (Some(first), Some(end)) = (images.next(), images.next_back()) {
            copy(end, chord);
            axpy(-R::ONE, first, chord);
        }
        axpy(-(dot(across, chord) / dot(chord, chord)), chord, across);
        let length = norm(across);
        if length > R::ZERO {
            for (i, image) in images.enumerate() {
                let angle = R::from_f64(core::f64::consts::PI) * R::from_usize(i + 1) / R::from_usize(last);
                axpy(amplitude * sin(angle) / length, across, image);
            }
        }
        self.cursor = 0;
    }

    /// Puts a new image on segment `at.segment`, at `at.alpha` of the way along it; later images move up by
    /// one. Its neighbours keep their target places. The relaxer is at rest afterwards.
    ///
    /// # Errors
    /// [`Reason::TooMany`] if the band is full, [`Reason::Index`] or [`Reason::OutOfRange`] if there is no such place; the band
    /// is as it was.
    pub fn insert(&mut self, at: Location<R>) -> Result<(), ArgError> {
        if self.count == self.capacity() {
            return Err(ArgError::new(
                "images",
                Reason::TooMany { limit: self.capacity(), found: self.count + 1 },
            ));
        }
        ArgError::check_index("at", at.segment, self.count - 1)?;
        ArgError::check_range("at", at.alpha, at.alpha > R::ZERO && at.alpha < R::ONE, "in (0, 1)")?;
        let nowhere = ArgError::new("at", Reason::Index { found: at.segment, limit: self.count - 1 });
        let i = at.segment + 1;
        let image = |i| row(self.images, self.dim, i).ok_or(nowhere);
        between(image(at.segment)?, image(i)?, at.alpha, self.direction);
        for k in (i..self.count).rev() {
            copy_row(self.images, self.dim, k, k + 1);
            copy_row(self.fractions, 1, k, k + 1);
        }
        copy(self.direction, row_mut(self.images, self.dim, i).ok_or(nowhere)?);
        let around = self.fractions.get_mut(at.segment..).and_then(<[R]>::first_chunk_mut);
        let [before, fraction, after] = around.ok_or(nowhere)?;
        *fraction = *before + at.alpha * (*after - *before);
        copy_row(self.values, 1, self.count - 1, self.count);
        self.count += 1;
        self.restart(self.config.relaxer);
        Ok(())
    }

    /// Redistributes the images on both sides of image `pin`, which stays.
    pub(super) fn respace(&mut self, pin: usize) {
        let dim = self.dim;
        let images = front_mut(self.images, self.count * dim);
        copy(images, self.grads);
        for (from, to) in [(0, pin), (pin, self.count - 1)] {
            let rows = from * dim..(to + 1) * dim;
            if let Some(&[low, ref inner @ .., high]) = self.fractions.get(from..=to)
                && let (Some(old), Some(new)) = (self.grads.get(rows.clone()), images.get_mut(rows))
            {
                redistribute(old, new, dim, inner.iter().map(|f| (*f - low) / (high - low)));
            }
        }
    }
}
