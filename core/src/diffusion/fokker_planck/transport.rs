//! Explicit steps.
//!
//! ```text
//! toₖ = (1 − dt outₖ) fromₖ + dt Σ (up₍ₖ₋₁₎ from₍ₖ₋₁₎ + downₖ from₍ₖ₊₁₎)
//! ```
//!
//! summed over the axes: the first, the last, then those between. For dt up to the explicit limit, no term is
//! negative.

use losscape_dispatch::{Simd, Task, run};

use super::FokkerPlanck;
use super::operator::Rates;
use crate::Real;
use crate::base::rows::{row, row_mut};

/// Computes `to ← from + dt Q from`; `None` if a length does not fit.
pub(super) fn once<R: Real, const D: usize, M: AsRef<[R]> + AsMut<[R]>>(
    equation: &FokkerPlanck<R, D, M>,
    dt: R,
    from: &[R],
    to: &mut [R],
) -> Option<()> {
    run(Once { stencil: Stencil::of(equation, dt)?, from, to })
}

/// Computes `density ← (1 + dt Q)² density` and `sum ← sum + w₁ (1 + dt Q) density + w₂ (1 + dt Q)² density`;
/// `None` if a length does not fit.
///
/// The slabs of both steps follow one another closely, so that the rates are read from memory once for two
/// steps.
pub(super) fn twice<R: Real, const D: usize, M: AsRef<[R]> + AsMut<[R]>>(
    equation: &FokkerPlanck<R, D, M>,
    dt: R,
    density: &mut [R],
    between: &mut [R],
    weights: [R; 2],
    sum: &mut [R],
) -> Option<()> {
    run(Twice { stencil: Stencil::of(equation, dt)?, density, between, weights, sum })
}

/// The neighbours of a cell, and the rates between them.
#[derive(Clone, Copy)]
struct Stencil<'a, R, const D: usize> {
    counts: [usize; D],
    rates: Rates<'a, R>,
    dt: R,
}

impl<'a, R: Real, const D: usize> Stencil<'a, R, D> {
    fn of<M: AsRef<[R]> + AsMut<[R]>>(equation: &'a FokkerPlanck<R, D, M>, dt: R) -> Option<Self> {
        let mut counts = [0; D];
        for (count, axis) in counts.iter_mut().zip(equation.grid().axes()) {
            *count = axis.cells() as usize;
        }
        Some(Self { counts, rates: equation.all_rates()?, dt })
    }

    /// Returns the number of rows of the first axis in a slab, and the number of slabs along the last axis; a
    /// line is one slab of one row.
    fn slabs(&self) -> Option<(usize, usize)> {
        match &self.counts[..] {
            [first, .., last] => Some((self.rates.out.len().checked_div(*first)?.checked_div(*last)?, *last)),
            _ => Some((1, 1)),
        }
    }

    /// Computes the rows of slab `s` after a step.
    #[inline(always)]
    fn slab(&self, s: usize, from: &[R], to: &mut [R]) -> Option<()> {
        let (rows, _) = self.slabs()?;
        for r in s * rows..(s + 1) * rows {
            let to = row_mut(to, *self.counts.first()?, r)?;
            if D > 1 { self.row::<true>(r, from, to)? } else { self.row::<false>(r, from, to)? }
        }
        Some(())
    }

    /// Computes row `r` after a step; `PLANE` is true if there is a last axis besides the first.
    #[inline(always)]
    fn row<const PLANE: bool>(&self, r: usize, from: &[R], to: &mut [R]) -> Option<()> {
        let (Self { counts, rates: Rates { up, down, out }, dt }, cells) = (*self, self.rates.out.len());
        let first = *counts.first()?;
        let rows = cells.checked_div(first)?;
        let own = Row {
            up: row(up, first, r)?,
            down: row(down, first, r)?,
            out: row(out, first, r)?,
            from: row(from, first, r)?,
        };
        if !PLANE {
            return own.step::<false>(dt, [&[], &[]], [&[], &[]], to);
        }
        let faces = (D - 1) * cells;
        let stride = rows.checked_div(*counts.last()?)?;
        let (below, above) = around(r, stride, *counts.last()?)?;
        let from_below = [row(up.get(faces..)?, first, below)?, row(from, first, below)?];
        let from_above = [row(down.get(faces..)?, first, r)?, row(from, first, above)?];
        own.step::<true>(dt, from_below, from_above, to)?;
        let (mut stride, mut faces) = (1, cells);
        for &count in counts.get(1..D - 1)? {
            let (below, above) = around(r, stride, count)?;
            let (up, down) = (row(up.get(faces..)?, first, below)?, row(down.get(faces..)?, first, r)?);
            let neighbours = row(from, first, below)?.iter().zip(row(from, first, above)?);
            for (((to, up), down), (below, above)) in to.iter_mut().zip(up).zip(down).zip(neighbours) {
                *to += dt * (*up * *below + *down * *above);
            }
            stride *= count;
            faces += cells;
        }
        Some(())
    }
}

/// Returns the rows before and after row `r` along an axis of this stride and count, around its ends.
fn around(r: usize, stride: usize, count: usize) -> Option<(usize, usize)> {
    let place = r.checked_div(stride)?.checked_rem(count)?;
    let below = if place == 0 { r + stride * (count - 1) } else { r - stride };
    let above = if place + 1 == count { r - stride * place } else { r + stride };
    Some((below, above))
}

/// A row's rates along the first axis, its total rates out, and its density.
struct Row<'a, R> {
    up: &'a [R],
    down: &'a [R],
    out: &'a [R],
    from: &'a [R],
}

impl<R: Real> Row<'_, R> {
    /// Writes what stays in the cells plus what comes from neighbours along the first axis and, if `PLANE`,
    /// along another axis (rates and density of the rows below and above).
    #[inline(always)]
    fn step<const PLANE: bool>(
        &self,
        dt: R,
        [rate_up, row_below]: [&[R]; 2],
        [rate_down, row_above]: [&[R]; 2],
        to: &mut [R],
    ) -> Option<()> {
        let Self { up, down, out, from } = *self;
        let last = from.len().checked_sub(1)?;
        let one = |k: usize, below: usize, above: usize| -> Option<R> {
            let mut arrives = *up.get(below)? * *from.get(below)? + *down.get(k)? * *from.get(above)?;
            if PLANE {
                arrives += *rate_up.get(k)? * *row_below.get(k)? + *rate_down.get(k)? * *row_above.get(k)?;
            }
            Some((R::ONE - dt * *out.get(k)?) * *from.get(k)? + dt * arrives)
        };
        let (low, high) = (one(0, last, 1)?, one(last, last - 1, 0)?);
        let line = up.iter().zip(from).zip(down.get(1..)?).zip(from.get(2..)?);
        let stay = out.get(1..)?.iter().zip(from.get(1..)?);
        let inner = to.get_mut(1..last)?.iter_mut().zip(line).zip(stay);
        if PLANE {
            let below = rate_up.get(1..)?.iter().zip(row_below.get(1..)?);
            let above = rate_down.get(1..)?.iter().zip(row_above.get(1..)?);
            for (((to, (((u, b), d), a)), (out, here)), ((ub, bb), (da, aa))) in inner.zip(below.zip(above)) {
                let arrives = (*u * *b + *d * *a) + (*ub * *bb + *da * *aa);
                *to = (R::ONE - dt * *out) * *here + dt * arrives;
            }
        } else {
            for ((to, (((u, b), d), a)), (out, here)) in inner {
                *to = (R::ONE - dt * *out) * *here + dt * (*u * *b + *d * *a);
            }
        }
        *to.first_mut()? = low;
        *to.last_mut()? = high;
        Some(())
    }
}

struct Once<'a, R, const D: usize> {
    stencil: Stencil<'a, R, D>,
    from: &'a [R],
    to: &'a mut [R],
}

impl<R: Real, const D: usize> Task for Once<'_, R, D> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<()> {
        let (_, slabs) = self.stencil.slabs()?;
        for s in 0..slabs {
            self.stencil.slab(s, self.from, self.to)?;
        }
        Some(())
    }
}

struct Twice<'a, R, const D: usize> {
    stencil: Stencil<'a, R, D>,
    density: &'a mut [R],
    between: &'a mut [R],
    weights: [R; 2],
    sum: &'a mut [R],
}

impl<R: Real, const D: usize> Task for Twice<'_, R, D> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<()> {
        let Self { stencil, density, between, weights: [w1, w2], sum } = self;
        let (_, slabs) = stencil.slabs()?;
        let slab = stencil.rates.out.len().checked_div(slabs)?;
        let last = slabs.checked_sub(1)?;
        // On a ring, the lower neighbour of the first slab is the last one.
        stencil.slab(last, density, between)?;
        if last > 0 {
            stencil.slab(0, density, between)?;
        }
        for s in 0..slabs {
            if s + 1 < last {
                stencil.slab(s + 1, density, between)?;
            }
            stencil.slab(s, between, density)?;
            if w1 > R::ZERO || w2 > R::ZERO {
                let (one, two) = (row(between, slab, s)?, row(density, slab, s)?);
                for ((sum, one), two) in row_mut(sum, slab, s)?.iter_mut().zip(one).zip(two) {
                    *sum += w1 * *one + w2 * *two;
                }
            }
        }
        Some(())
    }
}
