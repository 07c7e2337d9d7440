//! Weighted sums of neighbours along a line.

use losscape_dispatch::{Simd, Task, Vector, run};

use crate::Real;

/// The number of accumulator registers, enough to hide the latency of an addition.
const REGISTERS: usize = 8;

/// Convolves a line with weights given from the centre outwards, and writes the result to its beginning. The
/// line is padded on both sides by one number for each weight after the first.
///
/// ```text
/// xᵢ ← Σⱼ wⱼ (xᵢ₋ⱼ + xᵢ₊ⱼ) + w₀ xᵢ
/// ```
///
/// Terms are added from the outside inwards, small ones first. Cells are the lanes, so the bits do not depend
/// on the number of lanes.
pub(super) fn convolve<R: Real>(weights: &[R], padded: &mut [R]) {
    if let Some((&centre, beside)) = weights.split_first() {
        run(Line { centre, beside, padded });
    }
}

struct Line<'a, R> {
    centre: R,
    beside: &'a [R],
    padded: &'a mut [R],
}

impl<R: Real> Task for Line<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let lanes = <R::Vector<S> as Vector<R>>::LANES;
        let cells = self.padded.len().saturating_sub(2 * self.beside.len());
        let mut first = 0;
        while cells - first >= REGISTERS * lanes {
            self.cells::<R::Vector<S>, REGISTERS>(first, lanes);
            first += REGISTERS * lanes;
        }
        while first < cells {
            let left = cells - first;
            self.cells::<R::Vector<S>, 1>(first, if left < lanes { left } else { lanes });
            first += lanes;
        }
    }
}

impl<R: Real> Line<'_, R> {
    /// Computes `N` registers of cells from `first` on; only the first `lanes` of the last register are kept.
    /// The numbers they overwrite are not read again.
    #[inline(always)]
    #[expect(
        clippy::needless_range_loop,
        reason = "an index names a register; borrows would force registers into memory"
    )]
    fn cells<V: Vector<R>, const N: usize>(&mut self, first: usize, lanes: usize) {
        let reach = self.beside.len();
        let window = &mut self.padded[first..][..2 * reach + (N - 1) * V::LANES + lanes];
        let mut sums = [V::splat(R::ZERO); N];
        for (k, w) in self.beside.iter().rev().enumerate() {
            let (low, high, w) = (&window[k..], &window[2 * reach - k..], V::splat(*w));
            for v in 0..N {
                let at = v * V::LANES;
                let both = V::load_part(&low[at..], lanes).add(V::load_part(&high[at..], lanes));
                sums[v] = sums[v].add(w.mul(both));
            }
        }
        let centre = V::splat(self.centre);
        for v in 0..N {
            sums[v] = sums[v].add(centre.mul(V::load_part(&window[reach + v * V::LANES..], lanes)));
        }
        for v in 0..N {
            sums[v].store_part(&mut window[v * V::LANES..], lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;
    use crate::base::elementary::sin;

    /// The reference: one cell after another.
    fn twin<R: Real>(weights: &[R], padded: &[R]) -> Vec<R> {
        let reach = weights.len() - 1;
        let cells = reach..padded.len() - reach;
        let sum = |i: usize| {
            let mut sum = R::ZERO;
            for j in (1..=reach).rev() {
                sum += weights[j] * (padded[i - j] + padded[i + j]);
            }
            sum + weights[0] * padded[i]
        };
        cells.map(sum).collect()
    }

    fn same<R: Real>(cells: usize, reach: usize) {
        let number =
            |k: usize| sin(R::from_usize(k) * R::from_f64(0.7)) * R::from_f64([1.0, 1e-9, 1e9][k % 3]);
        let weights: Vec<R> = (0..=reach).map(|k| number(k + 5)).collect();
        let mut padded: Vec<R> = (0..cells + 2 * reach).map(number).collect();
        let want = twin(&weights, &padded);
        convolve(&weights, &mut padded);
        for (i, (got, want)) in padded.iter().zip(&want).enumerate() {
            assert_eq!(got.to_bits64(), want.to_bits64(), "cell {i} of {cells}, {reach} beside");
        }
    }

    #[test]
    fn lines_of_every_length_equal_one_cell_after_the_other() {
        for cells in (0..40).chain(if cfg!(miri) { 0..0 } else { 60..300 }) {
            for reach in [0, 1, 2, 7, 72] {
                same::<f32>(cells, reach);
                same::<f64>(cells, reach);
            }
        }
    }
}
