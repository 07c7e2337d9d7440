//! The loops of an elimination.

use losscape_dispatch::{Simd, Task};

use super::layout::Parts;
use crate::Real;
use crate::base::rows::{front, row};
use crate::base::target::VECTORS;
use crate::base::vector::dot;

/// The number of cells whose rates are passed on together: the rest of the matrix, which does not fit into
/// the first-level cache, is read and written once for all of them. Every rate receives its terms in the same
/// order, so the bits do not depend on this number.
pub(super) const TOGETHER: usize = if VECTORS && !cfg!(target_family = "wasm") { 4 } else { 1 };

/// Eliminates cell `k` and returns its total rate, or `None` if a length does not fit. If no rate leads out
/// of the cell, nothing else is changed.
///
/// Cells are taken in groups of [`TOGETHER`]: each cell passes its rates on to the next one of its group, and
/// the last cell of a group passes those of the whole group on to all later cells.
pub(super) struct Eliminate<'a, R> {
    pub(super) k: usize,
    pub(super) band: usize,
    pub(super) parts: Parts<'a, R>,
}

impl<R: Real> Task for Eliminate<'_, R> {
    type Output = Option<R>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<R> {
        let Self { k, band, parts: Parts { out, back, kill, inverse, .. } } = self;
        let mut total = *kill.get(k)?;
        for rate in row(out, band, k)? {
            total += *rate;
        }
        *inverse.get_mut(k)? = if total > R::ZERO { R::ONE / total } else { R::ZERO };
        if total <= R::ZERO {
            return Some(total);
        }
        let (out, out_later) = out.split_at_mut_checked((k + 1) * band)?;
        let (back, back_later) = back.split_at_mut_checked((k + 1) * band)?;
        let (kill, kill_later) = kill.split_at_mut_checked(k + 1)?;
        let group = Group { first: k / TOGETHER * TOGETHER, band, out, back, kill, inverse };
        let rows = if k % TOGETHER + 1 == TOGETHER { band } else { 1 };
        let later = out_later.chunks_exact_mut(band.max(1)).zip(back_later.chunks_exact_mut(band.max(1)));
        for (r, ((out, back), kill)) in (k + 1..).zip(later.zip(kill_later)).take(rows) {
            group.give(r, out, back, kill)?;
        }
        Some(total)
    }
}

/// The eliminated cells of a group.
struct Group<'a, R> {
    first: usize,
    band: usize,
    out: &'a [R],
    back: &'a [R],
    kill: &'a [R],
    inverse: &'a [R],
}

impl<R: Real> Group<'_, R> {
    /// Adds the rates of paths from cell `r` through the group, and through the group to `r`.
    #[inline(always)]
    fn give(&self, r: usize, out: &mut [R], back: &mut [R], kill: &mut R) -> Option<()> {
        let (mut from, mut to) = ([R::ZERO; TOGETHER], [R::ZERO; TOGETHER]);
        let (mut via_out, mut via_back): ([&[R]; TOGETHER], [&[R]; TOGETHER]) =
            ([&[]; TOGETHER], [&[]; TOGETHER]);
        for (p, cell) in (self.first..self.kill.len()).enumerate().take(TOGETHER) {
            // There is no rate beyond the band.
            let Some(apart) = (r - cell).checked_sub(1).filter(|apart| *apart < self.band) else { continue };
            let (cell_out, cell_back) = (row(self.out, self.band, cell)?, row(self.back, self.band, cell)?);
            let inv = *self.inverse.get(cell)?;
            let (f, t) = (*cell_back.get(apart)? * inv, *cell_out.get(apart)? * inv);
            if f > R::ZERO {
                *kill += f * *self.kill.get(cell)?;
            }
            (*from.get_mut(p)?, *to.get_mut(p)?) = (f, t);
            *via_out.get_mut(p)? = cell_out.get(apart + 1..)?;
            *via_back.get_mut(p)? = cell_back.get(apart + 1..)?;
        }
        add(out, from, via_out);
        add(back, to, via_back);
        Some(())
    }
}

/// Adds the positive multiples one after another; each slice reaches at least as far as the previous one.
#[inline(always)]
fn add<R: Real>(rates: &mut [R], factors: [R; TOGETHER], vias: [&[R]; TOGETHER]) {
    let mut done = 0;
    if TOGETHER == 4
        && let ([a, b, c, d], [via_a, via_b, via_c, via_d]) = (&factors[..], &vias[..])
        && factors.iter().all(|factor| *factor > R::ZERO)
    {
        let terms = via_a.iter().zip(*via_b).zip(via_c.iter().zip(*via_d));
        for (rate, ((via_a, via_b), (via_c, via_d))) in rates.iter_mut().zip(terms) {
            *rate = (((*rate + *a * *via_a) + *b * *via_b) + *c * *via_c) + *d * *via_d;
        }
        done = via_a.len();
    }
    for (factor, via) in factors.into_iter().zip(vias) {
        if factor > R::ZERO {
            let (rates, via) =
                (rates.get_mut(done..).unwrap_or_default(), via.get(done..).unwrap_or_default());
            for (rate, via) in rates.iter_mut().zip(via) {
                *rate += factor * *via;
            }
        }
    }
}

/// Substitutes forwards, `xₖ₊ₐ ← xₖ₊ₐ + outₖₐ xₖ / dₖ`, then backwards, `xₖ ← (xₖ + Σ backₖₐ xₖ₊ₐ) / dₖ`.
pub(super) fn solve<R: Real>(out: &[R], back: &[R], inverse: &[R], x: &mut [R], band: usize) {
    for (k, inverse) in inverse.iter().enumerate() {
        let Some((here, later)) = x.get_mut(k..).and_then(<[R]>::split_first_mut) else { continue };
        let passed = *here * *inverse;
        for (x, rate) in later.iter_mut().zip(row(out, band, k).unwrap_or_default()) {
            *x += passed * *rate;
        }
    }
    for (k, inverse) in inverse.iter().enumerate().rev() {
        let Some((here, later)) = x.get_mut(k..).and_then(<[R]>::split_first_mut) else { continue };
        *here = (*here + along(row(back, band, k).unwrap_or_default(), later)) * *inverse;
    }
}

/// Returns the inner product of the slices up to the shorter length.
pub(super) fn along<R: Real>(rates: &[R], x: &[R]) -> R {
    let both = rates.len().min(x.len());
    dot(front(rates, both), front(x, both))
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use losscape_dispatch::run;

    use super::*;
    use crate::base::random::{Rng, stream, uniform};

    /// Rates out, rates back, exit rates and inverses.
    type Memory = [Vec<f64>; 4];

    /// The reference: one cell after another.
    fn twin([out, back, kill, inverse]: &mut Memory, cells: usize, band: usize) {
        for k in 0..cells {
            let mut total = kill[k];
            for a in 0..band {
                total += out[k * band + a];
            }
            inverse[k] = if total > 0.0 { 1.0 / total } else { 0.0 };
            for a in 0..band.min(cells - k - 1) {
                let (from, to) = (back[k * band + a] * inverse[k], out[k * band + a] * inverse[k]);
                let row = (k + a + 1) * band;
                if from > 0.0 {
                    kill[k + a + 1] += from * kill[k];
                    for b in a + 1..band {
                        out[row + b - a - 1] += from * out[k * band + b];
                    }
                }
                if to > 0.0 {
                    for b in a + 1..band {
                        back[row + b - a - 1] += to * back[k * band + b];
                    }
                }
            }
        }
    }

    #[test]
    fn groups_of_cells_have_the_bits_of_one_after_the_other() {
        let mut rng = stream(9, 0);
        for cells in 1..=23 {
            for band in [1, 2, 3, 4, 5, 9, 24] {
                for zeros in [0, 1, 3] {
                    let mut numbers = |len: usize| -> Vec<f64> {
                        let number = |_| if rng.next_u32() % 4 < zeros { 0.0 } else { uniform(&mut rng) };
                        (0..len).map(number).collect()
                    };
                    let wide = cells * band;
                    let mut want = [numbers(wide), numbers(wide), numbers(cells), vec![0.0; cells]];
                    // A target is left at once.
                    want[2][cells / 2] = f64::INFINITY;
                    let mut got = want.clone();
                    twin(&mut want, cells, band);
                    let done = eliminated(&mut got, cells, band);
                    for (got, want) in got.iter().zip(&want) {
                        let len = got.len() / cells * done;
                        let [got, want] = [got, want].map(|all| bits(&all[..len]));
                        assert_eq!(got, want, "{done} of {cells} cells, band {band}");
                    }
                }
            }
        }
    }

    /// Returns the number of cells eliminated before one is trapped (checked twice), or their total.
    fn eliminated([out, back, kill, inverse]: &mut Memory, cells: usize, band: usize) -> usize {
        let mut ordered = vec![0.0; cells];
        for k in 0..cells {
            let mut step = || {
                let parts = Parts { out, back, kill, inverse, ordered: &mut ordered };
                run(Eliminate { k, band, parts }).expect("lengths that fit")
            };
            let total = step();
            if total <= 0.0 {
                assert_eq!(step(), total, "again");
                return k;
            }
        }
        cells
    }

    fn bits(numbers: &[f64]) -> Vec<u64> {
        numbers.iter().map(|x| x.to_bits()).collect()
    }
}
