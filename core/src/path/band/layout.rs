//! Where the images of a band lie: straight lines, pushes, insertions, equal spacing.

use super::Band;
use crate::base::elementary::sin;
use crate::base::random::{Rng, fill_normal};
use crate::base::vector::{axpy, dot, norm};
use crate::path::polyline::{Location, between, redistribute, row, row_mut};
use crate::{ArgError, Real, Reason};

impl<R: Real> Band<'_, R> {
    /// Makes the target spacing equal.
    pub(super) fn equalise(&mut self) {
        let segments = R::from_usize(self.count - 1);
        for (i, fraction) in self.fractions[..self.count].iter_mut().enumerate() {
            *fraction = R::from_usize(i) / segments;
        }
    }

    /// Lays all images on the straight line between the ends, equally spaced.
    pub fn interpolate(&mut self) {
        self.equalise();
        let dim = self.dim;
        let (first, rest) = self.images[..self.count * dim].split_at_mut(dim);
        let (inner, last) = rest.split_at_mut((self.count - 2) * dim);
        for (image, fraction) in inner.chunks_exact_mut(dim).zip(&self.fractions[1..]) {
            between(first, last, *fraction, image);
        }
        self.cursor = 0;
    }

    /// The straight line between the ends with `count` images, at most the capacity.
    pub(in crate::path) fn straighten(&mut self, count: usize) {
        let (dim, last) = (self.dim, self.count - 1);
        self.images.copy_within(last * dim..(last + 1) * dim, (count - 1) * dim);
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
        let chord = &mut self.grads[..dim];
        chord.copy_from_slice(row(self.images, dim, last));
        axpy(-R::ONE, row(self.images, dim, 0), chord);
        axpy(-(dot(across, chord) / dot(chord, chord)), chord, across);
        let length = norm(across);
        if length > R::ZERO {
            for i in 1..last {
                let angle = R::from_f64(core::f64::consts::PI) * R::from_usize(i) / R::from_usize(last);
                axpy(amplitude * sin(angle) / length, across, row_mut(self.images, dim, i));
            }
        }
        self.cursor = 0;
    }

    /// Puts a new image on segment `at.segment`, at `at.alpha` of the way along it; later images move up by
    /// one. Its neighbours keep their target places. The relaxer is at rest afterwards.
    ///
    /// # Errors
    /// [`Reason::TooMany`] if the band is full, [`Reason::OutOfRange`] if there is no such place; the band
    /// is as it was.
    pub fn insert(&mut self, at: Location<R>) -> Result<(), ArgError> {
        let (dim, i) = (self.dim, at.segment.saturating_add(1));
        if self.count == self.capacity() {
            return Err(ArgError::new(
                "images",
                Reason::TooMany { limit: self.capacity(), found: self.count + 1 },
            ));
        }
        if i >= self.count || !(at.alpha > R::ZERO && at.alpha < R::ONE) {
            return Err(ArgError::new("at", Reason::OutOfRange { index: at.segment }));
        }
        at.point(self.images, dim, self.direction);
        self.images.copy_within(i * dim..self.count * dim, (i + 1) * dim);
        row_mut(self.images, dim, i).copy_from_slice(self.direction);
        let (before, after) = (self.fractions[i - 1], self.fractions[i]);
        self.fractions.copy_within(i..self.count, i + 1);
        self.fractions[i] = before + at.alpha * (after - before);
        let end = self.values[self.count - 1];
        self.count += 1;
        self.values[self.count - 1] = end;
        self.restart(self.config.relaxer);
        Ok(())
    }

    /// Redistributes the images on both sides of image `pin`, which stays.
    pub(super) fn respace(&mut self, pin: usize) {
        let dim = self.dim;
        let last = self.count - 1;
        self.grads[..self.count * dim].copy_from_slice(&self.images[..self.count * dim]);
        for (from, to) in [(0, pin), (pin, last)] {
            if to < from + 2 {
                continue;
            }
            let rows = from * dim..(to + 1) * dim;
            let (low, high) = (self.fractions[from], self.fractions[to]);
            let target = |i: usize| (self.fractions[from + i] - low) / (high - low);
            redistribute(&self.grads[rows.clone()], &mut self.images[rows], dim, target);
        }
    }
}
