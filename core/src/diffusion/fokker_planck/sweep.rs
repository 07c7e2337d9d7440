//! Implicit steps along one axis.

use losscape_dispatch::{Simd, Task, run};

use super::operator::{FokkerPlanckLayout, Rates};
use crate::Real;
use crate::base::layout::{area, cut, total};
use crate::base::rows::{row, row_mut};

/// The number of lines of the first axis that are swept together, interleaved: their recurrences do not wait
/// for one another.
const LINES: usize = 8;

/// The workspace layout of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SweepLayout<const D: usize> {
    cells: usize,
    /// The size of the interleaved lines of the first axis; zero in one dimension.
    tile: usize,
    /// The largest number of lines that are swept together.
    lines: usize,
}

/// The workspace of a sweep.
struct Parts<'w, R> {
    /// The interleaved lines: density, rates up, rates down.
    tile: [&'w mut [R]; 3],
    work: Work<'w, R>,
}

/// The memory of an elimination: one number per cell for the first two slices, one per line for the others.
struct Work<'w, R> {
    /// One over the total rate out of a place, once earlier places are eliminated.
    inverse: &'w mut [R],
    /// On a ring, the rate from the last place to this one.
    from_last: &'w mut [R],
    /// The rate at which this place is left for the next time step.
    stay: &'w mut [R],
    stay_last: &'w mut [R],
    /// On a ring, the rate from this place to the last one.
    to_last: &'w mut [R],
}

impl<const D: usize> SweepLayout<D> {
    pub(super) const fn new(cells: [u32; D]) -> Self {
        let all = FokkerPlanckLayout::new(cells).cells();
        let none = Self { cells: all, tile: 0, lines: 1 };
        if D < 2 {
            return none;
        }
        let (first, last) = (cells[0] as usize, cells[D - 1] as usize);
        if first == 0 || last == 0 {
            return none;
        }
        let beside = if all / first < LINES { all / first } else { LINES };
        let slab = all / last;
        Self { cells: all, tile: area(beside, first), lines: if slab > beside { slab } else { beside } }
    }

    pub(super) const fn len(self) -> usize {
        let Self { cells, tile, lines } = self;
        total([area(3, tile), area(2, cells), area(3, lines)])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let Self { cells, tile, lines } = self;
        let (parts, _) = cut(workspace, [tile, tile, tile, cells, cells, lines, lines, lines])?;
        let [density, up, down, inverse, from_last, stay, stay_last, to_last] = parts;
        let work = Work { inverse, from_last, stay, stay_last, to_last };
        Some(Parts { tile: [density, up, down], work })
    }
}

/// Computes `density ← (1 − dt Q)⁻¹ density` in place, with the rates along one axis only; `None` if a length
/// does not fit.
pub(super) fn sweep<R: Real, const D: usize>(
    cells: [u32; D],
    axis: usize,
    ring: bool,
    dt: R,
    rates: Rates<'_, R>,
    density: &mut [R],
    workspace: &mut [R],
) -> Option<()> {
    let layout = SweepLayout::new(cells);
    let parts = layout.split(workspace)?;
    let mut counts = [0; D];
    for (count, cells) in counts.iter_mut().zip(cells) {
        *count = cells as usize;
    }
    let faces = axis.checked_mul(layout.cells)?;
    let [up, down] = [rates.up, rates.down].map(|rates| rates.get(faces..)?.get(..layout.cells));
    let (up, down) = (up?, down?);
    let density = density.get_mut(..layout.cells)?;
    if ring {
        run(Sweep::<R, D, true> { counts, axis, dt, up, down, density, parts })
    } else {
        run(Sweep::<R, D, false> { counts, axis, dt, up, down, density, parts })
    }
}

struct Sweep<'a, R, const D: usize, const RING: bool> {
    counts: [usize; D],
    axis: usize,
    dt: R,
    up: &'a [R],
    down: &'a [R],
    density: &'a mut [R],
    parts: Parts<'a, R>,
}

impl<R: Real, const D: usize, const RING: bool> Task for Sweep<'_, R, D, RING> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<()> {
        let Self { counts, axis, dt, up, down, density, parts: Parts { tile, mut work } } = self;
        let count = *counts.get(axis)?;
        if axis > 0 || D == 1 {
            // Whole runs of lines are adjacent at each place along the axis.
            let mut lines = 1;
            for count in counts.get(..axis)? {
                lines *= count;
            }
            let block = lines * count;
            for (b, density) in density.chunks_exact_mut(block.max(1)).enumerate() {
                solve::<R, RING>(dt, lines, row(up, block, b)?, row(down, block, b)?, density, &mut work)?;
            }
            return Some(());
        }
        let [tile_density, tile_up, tile_down] = tile;
        for (b, density) in density.chunks_mut((LINES * count).max(1)).enumerate() {
            let (lines, first) = (density.len().checked_div(count)?, b * LINES * count);
            let tile_density = tile_density.get_mut(..density.len())?;
            interleave(lines, density, tile_density)?;
            interleave(lines, up.get(first..)?.get(..density.len())?, tile_up)?;
            interleave(lines, down.get(first..)?.get(..density.len())?, tile_down)?;
            solve::<R, RING>(dt, lines, tile_up, tile_down, tile_density, &mut work)?;
            for (i, places) in tile_density.chunks_exact(lines.max(1)).enumerate() {
                for (line, rho) in places.iter().enumerate() {
                    *density.get_mut(line * count + i)? = *rho;
                }
            }
        }
        Some(())
    }
}

/// Moves place i of line l to `i · lines + l`.
#[inline(always)]
fn interleave<R: Copy>(lines: usize, from: &[R], to: &mut [R]) -> Option<()> {
    let count = from.len().checked_div(lines)?;
    for (line, from) in from.chunks_exact(count.max(1)).enumerate() {
        for (from, to) in from.iter().zip(to.get_mut(line..)?.iter_mut().step_by(lines.max(1))) {
            *to = *from;
        }
    }
    Some(())
}

/// Solves `(1 − dt Q) x = density` on adjacent lines, with place i of line l at `i · lines + l`.
///
/// Places are eliminated one after another, as by Grassmann, Taksar & Heyman (1985): the rates that lead
/// through an eliminated place are passed on to its neighbours. No numbers are subtracted, so every element,
/// however small, is accurate to a few roundings per place and is not negative.
///
/// ```text
/// dᵢ = dt upᵢ + eᵢ,    eᵢ₊₁ = 1 + dt downᵢ eᵢ / dᵢ,    bᵢ₊₁ ← bᵢ₊₁ + dt upᵢ bᵢ / dᵢ,    xᵢ = (bᵢ + dt downᵢ xᵢ₊₁) / dᵢ
/// ```
///
/// On a ring, each place also exchanges density with the last one.
#[inline(always)]
fn solve<R: Real, const RING: bool>(
    dt: R,
    lines: usize,
    up: &[R],
    down: &[R],
    density: &mut [R],
    work: &mut Work<'_, R>,
) -> Option<()> {
    let count = density.len().checked_div(lines)?;
    let last = count.checked_sub(1)?;
    let stay = work.stay.get_mut(..lines)?;
    stay.fill(R::ONE);
    let (before, end) = density.split_at_mut_checked(last * lines)?;
    let end = end.get_mut(..lines)?;
    let stay_last = work.stay_last.get_mut(..lines)?;
    let to_last = work.to_last.get_mut(..lines)?;
    if RING {
        stay_last.fill(R::ONE);
        // The face above the last place leads to the first.
        let rates = row(up, lines, last)?.iter().zip(row(down, lines, last)?);
        let links = row_mut(work.from_last, lines, 0)?.iter_mut().zip(to_last.iter_mut());
        for ((from, to), (up, down)) in links.zip(rates) {
            (*from, *to) = (dt * *up, dt * *down);
        }
    }
    for i in 0..last {
        let inverse = row_mut(work.inverse, lines, i)?;
        let (up, down) = (row(up, lines, i)?, row(down, lines, i)?);
        let rest = before.get_mut(i * lines..)?;
        let (here, next) = rest.split_at_mut_checked(lines)?;
        if !RING {
            let next = if i + 1 == last { &mut *end } else { next.get_mut(..lines)? };
            let places = here.iter().zip(next.iter_mut()).zip(up).zip(down);
            for (((((here, next), up), down), inverse), stay) in places.zip(inverse).zip(stay.iter_mut()) {
                let along = dt * *up;
                *inverse = R::ONE / (along + *stay);
                *stay = R::ONE + dt * *down * (*stay * *inverse);
                *next += along * *inverse * *here;
            }
            continue;
        }
        let from_last = work.from_last.get_mut(i * lines..)?;
        let (from_last, from_last_next) = from_last.split_at_mut_checked(lines)?;
        for l in 0..lines {
            let (along, back) = (dt * *up.get(l)?, dt * *down.get(l)?);
            let (stay, to, from) = (stay.get_mut(l)?, to_last.get_mut(l)?, from_last.get_mut(l)?);
            let here = *here.get(l)?;
            if i + 1 == last {
                // The next place is the last: two links merge into one sum.
                *to += along;
                *from += back;
                let inv = R::ONE / (*to + *stay);
                *inverse.get_mut(l)? = inv;
                *stay_last.get_mut(l)? += *from * (*stay * inv);
                *end.get_mut(l)? += *to * inv * here;
            } else {
                let inv = R::ONE / (along + *to + *stay);
                *inverse.get_mut(l)? = inv;
                *stay_last.get_mut(l)? += *from * (*stay * inv);
                *end.get_mut(l)? += *to * inv * here;
                *next.get_mut(l)? += along * inv * here;
                *from_last_next.get_mut(l)? = *from * (along * inv);
                *to = back * (*to * inv);
                *stay = R::ONE + back * (*stay * inv);
            }
        }
    }
    let stays = if RING { stay_last } else { stay };
    for (end, stay) in end.iter_mut().zip(&*stays) {
        *end /= *stay;
    }
    for i in (0..last).rev() {
        let (inverse, down) = (row(work.inverse, lines, i)?, row(down, lines, i)?);
        let (here, next) = before.get_mut(i * lines..)?.split_at_mut_checked(lines)?;
        if RING {
            let from_last = row(work.from_last, lines, i)?;
            for ((here, end), (from, inverse)) in
                here.iter_mut().zip(&*end).zip(from_last.iter().zip(inverse))
            {
                *here = (*here + *from * *end) * *inverse;
            }
            if i + 1 == last {
                continue;
            }
        }
        let next = if i + 1 == last { &*end } else { next.get(..lines)? };
        for (((here, next), down), inverse) in here.iter_mut().zip(next).zip(down).zip(inverse) {
            *here = if RING {
                *here + dt * *down * *next * *inverse
            } else {
                (*here + dt * *down * *next) * *inverse
            };
        }
    }
    Some(())
}
