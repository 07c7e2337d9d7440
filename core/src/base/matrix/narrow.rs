//! Layers of few outputs: the samples are the lanes, transposed four by four in registers.

use losscape_dispatch::{Four, Simd, Task, Vector};

use super::tile::Start;
use crate::Real;

/// The number of samples whose sums are in flight together: two registers of four.
pub(super) const FLIGHT: usize = 8;

/// `out[s][j] = start + Σᵢ x[s][i] w[i][j]` for whole flights of samples.
pub(super) struct Narrow<'a, R, const OUTPUTS: usize> {
    pub(super) x: &'a [R],
    pub(super) w: &'a [R],
    pub(super) start: Start<'a, R>,
    pub(super) out: &'a mut [R],
}

impl<R: Real, const OUTPUTS: usize> Task for Narrow<'_, R, OUTPUTS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (w, inputs) = (self.w.as_chunks().0, self.w.len() / OUTPUTS);
        let out = self.out.as_chunks_mut().0.as_chunks_mut().0;
        for (x, out) in self.x.chunks_exact(FLIGHT * inputs).zip(out) {
            flight::<R, <R::Vector<S> as Vector<R>>::Four, OUTPUTS>(x, w, self.start, out);
        }
    }
}

/// Computes the sums of one flight.
#[inline(always)]
fn flight<R: Real, F: Four<R>, const OUTPUTS: usize>(
    x: &[R],
    w: &[[R; OUTPUTS]],
    start: Start<'_, R>,
    out: &mut [[R; OUTPUTS]; FLIGHT],
) {
    let inputs = w.len();
    let (low, high) = x.split_at(FLIGHT / 2 * inputs);
    let (low, high) = (lines(low, inputs), lines(high, inputs));
    let mut sums = [[F::splat(R::ZERO); 2]; OUTPUTS];
    for j in 0..OUTPUTS {
        match start {
            Start::Zero => {}
            Start::Columns(bias) => sums[j] = [F::splat(bias[j]); 2],
            Start::Result => {
                sums[j] =
                    [F::load(&[0, 1, 2, 3].map(|s| out[s][j])), F::load(&[4, 5, 6, 7].map(|s| out[s][j]))]
            }
        }
    }
    let (blocks, rest) = w.as_chunks::<4>();
    let (low_blocks, high_blocks) = (fours(low, blocks.len()), fours(high, blocks.len()));
    for (k, w) in blocks.iter().enumerate() {
        let low = F::transpose(low_blocks.map(|line| F::load(&line[k])));
        let high = F::transpose(high_blocks.map(|line| F::load(&line[k])));
        for t in 0..4 {
            add(&mut sums, low[t], high[t], &w[t]);
        }
    }
    for (k, w) in (inputs - rest.len()..).zip(rest) {
        add(&mut sums, F::load(&low.map(|line| line[k])), F::load(&high.map(|line| line[k])), w);
    }
    for j in 0..OUTPUTS {
        let mut all = [R::ZERO; FLIGHT];
        sums[j][0].store(&mut all);
        sums[j][1].store(&mut all[4..]);
        for s in 0..FLIGHT {
            out[s][j] = all[s];
        }
    }
}

/// Adds a term to the sums of both halves of a flight.
#[inline(always)]
fn add<R: Real, F: Four<R>, const OUTPUTS: usize>(
    sums: &mut [[F; 2]; OUTPUTS],
    low: F,
    high: F,
    w: &[R; OUTPUTS],
) {
    for j in 0..OUTPUTS {
        let w = F::splat(w[j]);
        sums[j] = [sums[j][0].add(low.mul(w)), sums[j][1].add(high.mul(w))];
    }
}

/// Returns four consecutive rows.
#[inline(always)]
fn lines<R: Real>(x: &[R], inputs: usize) -> [&[R]; 4] {
    [0, 1, 2, 3].map(|r| &x[r * inputs..][..inputs])
}

/// Splits each of four rows into blocks of four numbers.
#[inline(always)]
fn fours<R: Real>(lines: [&[R]; 4], blocks: usize) -> [&[[R; 4]]; 4] {
    lines.map(|line| &line.as_chunks().0[..blocks])
}
