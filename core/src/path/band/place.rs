//! The positions of the images of a band: straight lines, perturbations, insertions, equal spacing.

use super::Spacing;
use super::chain::BandChain;
use crate::base::elementary::sin;
use crate::base::random::{Rng, fill_normal};
use crate::base::rows::{copy, copy_row, front, front_mut, row, row_mut, rows, rows_mut};
use crate::base::vector::{axpy, dot, norm, normalise};
use crate::path::location::Location;
use crate::path::polyline::{between, finite_length, length, redistribute};
use crate::{ArgError, Real, Reason};

impl<R: Real> BandChain<'_, R> {
    /// Makes the target fractions equally spaced.
    pub(super) fn equalise(&mut self) {
        let segments = R::from_usize(self.state.count - 1);
        for (i, fraction) in front_mut(self.parts.fractions, self.state.count).iter_mut().enumerate() {
            *fraction = R::from_usize(i) / segments;
        }
    }

    /// As [`Band::interpolate`](super::Band::interpolate).
    pub(super) fn interpolate(&mut self) {
        self.equalise();
        let mut images =
            rows_mut(front_mut(self.parts.images, self.state.count * self.state.dim), self.state.dim);
        if let (Some(first), Some(last)) = (images.next(), images.next_back()) {
            for (image, fraction) in images.zip(self.parts.fractions.iter().skip(1)) {
                between(first, last, *fraction, image);
            }
        }
        self.state.cursor = 0;
    }

    /// Places `count` images, at most the capacity, on the straight line between the ends.
    pub(in crate::path) fn straighten(&mut self, count: usize) {
        copy_row(self.parts.images, self.state.dim, self.state.count - 1, count - 1);
        self.state.count = count;
        self.state.ends_known = false;
        self.interpolate();
    }

    /// As [`Band::perturb`](super::Band::perturb).
    pub(super) fn perturb<G: Rng + ?Sized>(&mut self, amplitude: R, rng: &mut G) -> Result<(), ArgError> {
        ArgError::check_finite("amplitude", &[amplitude])?;
        let (dim, last) = (self.state.dim, self.state.count - 1);
        let across = &mut *self.parts.direction;
        fill_normal(rng, across);
        // The gradients' rows are free between sweeps: the first one holds the direction from end to end.
        let chord = front_mut(self.parts.grads, dim);
        let images = front_mut(self.parts.images, self.state.count * dim);
        if let (Some(first), Some(end)) = (row(images, dim, 0), row(images, dim, last)) {
            copy(end, chord);
            axpy(-R::ONE, first, chord);
        }
        normalise(chord);
        let before = norm(across);
        axpy(-dot(across, chord), chord, across);
        // The remainder of a vector along the chord is rounding error.
        if normalise(across) > R::from_u32(8) * R::EPSILON * before {
            let bend = |i: usize| {
                let angle = R::from_f64(core::f64::consts::PI) * R::from_usize(i) / R::from_usize(last);
                amplitude * sin(angle)
            };
            let bent = |(i, image): (usize, &[R])| {
                let bend = bend(i);
                image.iter().zip(&*across).all(|(x, a)| (*x + bend * *a).is_finite())
            };
            if !rows(images, dim).enumerate().all(bent) {
                return Err(ArgError::new("amplitude", Reason::Overflow));
            }
            for (i, image) in rows_mut(images, dim).enumerate().take(last).skip(1) {
                axpy(bend(i), across, image);
            }
        }
        self.state.cursor = 0;
        Ok(())
    }

    /// As [`Band::set_image`](super::Band::set_image).
    pub(super) fn set_image(&mut self, image: usize, params: &[R]) -> Result<(), ArgError> {
        ArgError::check_index("image", image, self.state.count - 1)?;
        ArgError::check_range("image", R::from_usize(image), image > 0, "an inner image")?;
        ArgError::check_len("params", self.state.dim, params.len())?;
        ArgError::check_finite("params", params)?;
        if let Some(place) = row_mut(self.parts.images, self.state.dim, image) {
            copy(params, place);
        }
        self.state.cursor = 0;
        Ok(())
    }

    /// As [`Band::insert`](super::Band::insert).
    pub(in crate::path) fn insert(&mut self, at: Location<R>) -> Result<(), ArgError> {
        if self.state.count == self.parts.values.len() {
            return Err(ArgError::new(
                "images",
                Reason::TooMany { limit: self.parts.values.len(), found: self.state.count + 1 },
            ));
        }
        ArgError::check_index("at", at.segment, self.state.count - 1)?;
        ArgError::check_range("at", at.alpha, at.alpha > R::ZERO && at.alpha < R::ONE, "in (0, 1)")?;
        let nowhere = ArgError::new("at", Reason::Index { found: at.segment, limit: self.state.count - 1 });
        let i = at.segment + 1;
        let image = |i| row(self.parts.images, self.state.dim, i).ok_or(nowhere);
        between(image(at.segment)?, image(i)?, at.alpha, self.parts.direction);
        for k in (i..self.state.count).rev() {
            copy_row(self.parts.images, self.state.dim, k, k + 1);
            copy_row(self.parts.fractions, 1, k, k + 1);
        }
        copy(self.parts.direction, row_mut(self.parts.images, self.state.dim, i).ok_or(nowhere)?);
        let around = self.parts.fractions.get_mut(at.segment..).and_then(<[R]>::first_chunk_mut);
        let [before, fraction, after] = around.ok_or(nowhere)?;
        *fraction = *before + at.alpha * (*after - *before);
        copy_row(self.parts.values, 1, self.state.count - 1, self.state.count);
        self.state.count += 1;
        self.restart(self.state.config.relaxer);
        Ok(())
    }

    /// Takes the moved images from the rows of the gradients: as they are, or redistributed on both sides of
    /// image `pin`, which keeps its place.
    ///
    /// # Errors
    /// The image at which the length of the band would no longer be finite. The images are unchanged in this
    /// case, and the relaxer is at rest.
    pub(super) fn settle(&mut self, pin: usize) -> Result<(), usize> {
        let (dim, len) = (self.state.dim, self.state.count * self.state.dim);
        for end in [0, self.state.count - 1] {
            if let (Some(from), Some(to)) =
                (row(self.parts.images, dim, end), row_mut(self.parts.grads, dim, end))
            {
                copy(from, to);
            }
        }
        let moved = front(self.parts.grads, len);
        let whole = finite_length(moved, dim).inspect_err(|_| {
            self.parts.memory.fill(R::ZERO);
            self.state.relax.forget();
        })?;
        let images = front_mut(self.parts.images, len);
        copy(moved, images);
        if self.state.config.spacing == Spacing::Redistribute {
            let last = self.state.count - 1;
            for (from, to) in [(0, pin), (pin, last)] {
                let rows = from * dim..(to + 1) * dim;
                if let Some(&[low, ref inner @ .., high]) = self.parts.fractions.get(from..=to)
                    && let (Some(old), Some(new)) = (self.parts.grads.get(rows.clone()), images.get_mut(rows))
                {
                    let total = if to - from == last { whole } else { length(old, dim) };
                    redistribute(old, new, dim, total, inner.iter().map(|f| (*f - low) / (high - low)));
                }
            }
        }
        Ok(())
    }
}
