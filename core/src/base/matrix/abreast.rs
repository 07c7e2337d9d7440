//! Products for several directions abreast: each number of a direction becomes `K` numbers, one per direction, which
//! fill the lanes.
//!
//! So every lane has work, whatever the widths of a layer. Where only one operand is a direction, the other operand's
//! numbers are broadcast to all lanes; where a whole matrix of directions meets a batch, [`affine`](super::affine) and
//! [`outer_sum`](super::outer_sum) with `K` times as many columns do the work. Lane `k` of each product has the bits of
//! the ordinary product for direction `k` alone. `K` is a multiple of every register's lane count.

#![expect(
    clippy::needless_range_loop,
    reason = "an index names a register; borrowing them would keep them in memory"
)]

use losscape_dispatch::{Simd, Task, Vector, run};

use crate::Real;

/// [`affine_add`](super::affine_add) of `K` batches abreast: `x` rows × inputs × `K`, `w` inputs × outputs, `out` rows ×
/// outputs × `K`.
pub(crate) fn affine_add_abreast<R: Real, const K: usize>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let (x, out) = (x.as_chunks().0, out.as_chunks_mut().0);
    if outputs > 0 {
        run(AffineAdd::<R, K> { x, w, out, outputs });
    }
}

/// [`back`](super::back) of one batch by `K` matrices abreast, then [`back_add`](super::back_add) of `K` batches by one: `d` rows ×
/// outputs, `v` inputs × outputs × `K`, `rd` rows × outputs × `K`, `w` inputs × outputs, `out` rows × inputs × `K`.
pub(crate) fn back_both_abreast<R: Real, const K: usize>(
    [d, v]: [&[R]; 2],
    [rd, w]: [&[R]; 2],
    out: &mut [R],
    outputs: usize,
) {
    let (v, rd, out) = (v.as_chunks().0, rd.as_chunks().0, out.as_chunks_mut().0);
    if let Some(inputs) = w.len().checked_div(outputs)
        && inputs > 0
    {
        run(BackBoth::<R, K> { d, v, rd, w, out, inputs, outputs });
    }
}

/// [`outer_sum_direction`](super::outer_sum_direction) of `K` directions abreast: `x` rows × inputs, `d` rows × outputs, and
/// `rx`, `rd` and `sum`, which is inputs × outputs, with `K` numbers for each.
pub(crate) fn outer_sum_direction_abreast<R: Real, const K: usize>(
    [x, d]: [&[R]; 2],
    [rx, rd]: [&[R]; 2],
    sum: &mut [R],
    outputs: usize,
) {
    let (rx, rd, sum) = (rx.as_chunks().0, rd.as_chunks().0, sum.as_chunks_mut().0);
    if let Some(inputs) = sum.len().checked_div(outputs)
        && inputs > 0
    {
        run(Outer::<R, K> { x, d, rx, rd, sum, inputs, outputs });
    }
}

/// Loads the lanes of a register, starting at `lane`.
#[inline(always)]
fn load<R: Real, V: Vector<R>, const K: usize>(all: &[R; K], lane: usize) -> V {
    V::load(&all[lane..])
}

struct AffineAdd<'a, R, const K: usize> {
    x: &'a [[R; K]],
    w: &'a [R],
    out: &'a mut [[R; K]],
    outputs: usize,
}

impl<R: Real, const K: usize> Task for AffineAdd<'_, R, K> {
    type Output = ();

    /// Four sums in flight for each register of lanes.
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { x, w, out, outputs } = self;
        let inputs = w.len() / outputs;
        if inputs == 0 {
            return;
        }
        for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
            let mut column = 0;
            while column + 4 <= outputs {
                affine_columns::<R, R::Vector<S>, K, 4>(x, &w[column..], &mut out[column..], outputs);
                column += 4;
            }
            if column + 2 <= outputs {
                affine_columns::<R, R::Vector<S>, K, 2>(x, &w[column..], &mut out[column..], outputs);
                column += 2;
            }
            if column < outputs {
                affine_columns::<R, R::Vector<S>, K, 1>(x, &w[column..], &mut out[column..], outputs);
            }
        }
    }
}

#[inline(always)]
fn affine_columns<R: Real, V: Vector<R>, const K: usize, const N: usize>(
    x: &[[R; K]],
    w: &[R],
    out: &mut [[R; K]],
    outputs: usize,
) {
    let Some(out) = out.first_chunk_mut::<N>() else { return };
    let mut lane = 0;
    while lane < K {
        let mut sums = [V::splat(R::ZERO); N];
        for c in 0..N {
            sums[c] = load(&out[c], lane);
        }
        for (x, w) in x.iter().zip(w.chunks(outputs)) {
            let (x, w) = (load::<R, V, K>(x, lane), &w[..N]);
            for c in 0..N {
                sums[c] = sums[c].add(x.times(&w[c]));
            }
        }
        for c in 0..N {
            sums[c].store(&mut out[c][lane..]);
        }
        lane += V::LANES;
    }
}

struct BackBoth<'a, R, const K: usize> {
    d: &'a [R],
    v: &'a [[R; K]],
    rd: &'a [[R; K]],
    w: &'a [R],
    out: &'a mut [[R; K]],
    inputs: usize,
    outputs: usize,
}

impl<R: Real, const K: usize> Task for BackBoth<'_, R, K> {
    type Output = ();

    /// Four sums in flight for each register of lanes, as in [`AffineAdd`].
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { d, v, rd, w, out, inputs, outputs } = self;
        for ((d, rd), out) in
            d.chunks_exact(outputs).zip(rd.chunks_exact(outputs)).zip(out.chunks_exact_mut(inputs))
        {
            let mut input = 0;
            while input + 4 <= inputs {
                let (v, w) = (&v[input * outputs..], &w[input * outputs..]);
                back_columns::<R, R::Vector<S>, K, 4>(d, v, rd, w, &mut out[input..]);
                input += 4;
            }
            while input < inputs {
                let (v, w) = (&v[input * outputs..], &w[input * outputs..]);
                back_columns::<R, R::Vector<S>, K, 1>(d, v, rd, w, &mut out[input..]);
                input += 1;
            }
        }
    }
}

#[inline(always)]
fn back_columns<R: Real, V: Vector<R>, const K: usize, const N: usize>(
    d: &[R],
    v: &[[R; K]],
    rd: &[[R; K]],
    w: &[R],
    out: &mut [[R; K]],
) {
    let outputs = d.len();
    let Some(out) = out.first_chunk_mut::<N>() else { return };
    let (mut v_of, mut w_of): ([&[[R; K]]; N], [&[R]; N]) = ([&[]; N], [&[]; N]);
    for c in 0..N {
        v_of[c] = &v[c * outputs..][..outputs];
        w_of[c] = &w[c * outputs..][..outputs];
    }
    let rd = &rd[..outputs];
    let mut lane = 0;
    while lane < K {
        let mut sums = [V::splat(R::ZERO); N];
        for j in 0..outputs {
            for c in 0..N {
                sums[c] = sums[c].add(load::<R, V, K>(&v_of[c][j], lane).times(&d[j]));
            }
        }
        for j in 0..outputs {
            let rd = load::<R, V, K>(&rd[j], lane);
            for c in 0..N {
                sums[c] = sums[c].add(rd.times(&w_of[c][j]));
            }
        }
        for c in 0..N {
            sums[c].store(&mut out[c][lane..]);
        }
        lane += V::LANES;
    }
}

struct Outer<'a, R, const K: usize> {
    x: &'a [R],
    d: &'a [R],
    rx: &'a [[R; K]],
    rd: &'a [[R; K]],
    sum: &'a mut [[R; K]],
    inputs: usize,
    outputs: usize,
}

impl<R: Real, const K: usize> Task for Outer<'_, R, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let mut input = 0;
        while input + 4 <= self.inputs {
            self.rows::<R::Vector<S>, 4>(input);
            input += 4;
        }
        while input < self.inputs {
            self.rows::<R::Vector<S>, 1>(input);
            input += 1;
        }
    }
}

impl<R: Real, const K: usize> Outer<'_, R, K> {
    /// `ROWS` rows of the sum, starting at `input`, in tiles of two columns.
    #[inline(always)]
    fn rows<V: Vector<R>, const ROWS: usize>(&mut self, input: usize) {
        let mut output = 0;
        while output + 2 <= self.outputs {
            self.tile::<V, ROWS, 2>(input, output);
            output += 2;
        }
        if output < self.outputs {
            self.tile::<V, ROWS, 1>(input, output);
        }
    }

    #[inline(always)]
    fn tile<V: Vector<R>, const ROWS: usize, const COLUMNS: usize>(&mut self, input: usize, output: usize) {
        let Self { x, d, rx, rd, inputs, outputs, .. } = *self;
        let mut lane = 0;
        while lane < K {
            let mut sums = [[V::splat(R::ZERO); COLUMNS]; ROWS];
            for r in 0..ROWS {
                let sum = &self.sum[(input + r) * outputs + output..][..COLUMNS];
                for c in 0..COLUMNS {
                    sums[r][c] = load(&sum[c], lane);
                }
            }
            let batch = x.chunks_exact(inputs).zip(rx.chunks_exact(inputs));
            for ((x, rx), (d, rd)) in batch.zip(d.chunks_exact(outputs).zip(rd.chunks_exact(outputs))) {
                let (x, rx) = (&x[input..][..ROWS], &rx[input..][..ROWS]);
                let (d, rd) = (&d[output..][..COLUMNS], &rd[output..][..COLUMNS]);
                for r in 0..ROWS {
                    let rx = load::<R, V, K>(&rx[r], lane);
                    for c in 0..COLUMNS {
                        sums[r][c] = sums[r][c].add(load::<R, V, K>(&rd[c], lane).times(&x[r]));
                        sums[r][c] = sums[r][c].add(rx.times(&d[c]));
                    }
                }
            }
            for r in 0..ROWS {
                let sum = &mut self.sum[(input + r) * outputs + output..][..COLUMNS];
                for c in 0..COLUMNS {
                    sums[r][c].store(&mut sum[c][lane..]);
                }
            }
            lane += V::LANES;
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::super::{naive, tests::bits, tests::filler};
    use super::*;
    use std::vec::Vec;

    const K: usize = 16;

    /// Extracts direction `k` from interleaved numbers.
    fn lane<R: Real>(all: &[R], k: usize) -> Vec<R> {
        all.iter().skip(k).step_by(K).copied().collect()
    }

    /// Asserts that each lane equals the naive product of its direction alone.
    fn same<R: Real>(rows: usize, inputs: usize, outputs: usize) {
        let (x, d, w) = (rows * inputs, rows * outputs, inputs * outputs);
        let plain = [x, d, w].map(|len| filler::<R>(len, 1));
        let [rx, rd, v, sum] = [(x, 2), (d, 3), (w, 4), (w, 5)].map(|(len, seed)| filler::<R>(len * K, seed));
        let [x, d, w] = &plain;
        let (mut added, mut back, mut outer) =
            (rd.clone(), std::vec![R::from_f64(f64::NAN); rx.len()], sum.clone());
        affine_add_abreast::<R, K>(&rx, w, &mut added, outputs);
        back_both_abreast::<R, K>([d, &v], [&rd, w], &mut back, outputs);
        outer_sum_direction_abreast::<R, K>([x, d], [&rx, &rd], &mut outer, outputs);
        for k in 0..K {
            let at = std::format!("{rows} × {inputs} × {outputs}, direction {k}");
            let mut want = lane(&rd, k);
            naive::affine_add(&lane(&rx, k), w, &mut want, outputs);
            assert_eq!(bits(&lane(&added, k)), bits(&want), "affine_add, {at}");
            let mut want = std::vec![R::ZERO; x.len()];
            naive::back(d, &lane(&v, k), &mut want, outputs);
            naive::back_add(&lane(&rd, k), w, &mut want, outputs);
            assert_eq!(bits(&lane(&back, k)), bits(&want), "back, {at}");
            let mut want = lane(&sum, k);
            naive::outer_sum_direction(x, &lane(&rx, k), d, &lane(&rd, k), &mut want, outputs);
            assert_eq!(bits(&lane(&outer, k)), bits(&want), "outer_sum_direction, {at}");
        }
    }

    /// Rows, inputs and outputs: whole tiles and parts of them.
    const SHAPES: [&[usize]; 3] = if cfg!(miri) {
        // Each path through the tiles once, in the fewest terms: an interpreter needs milliseconds for each.
        [&[2], &[3, 5], &[1, 7]]
    } else {
        [&[1, 2, 7], &[1, 3, 4, 5, 9], &[1, 2, 3, 4, 6, 7, 10]]
    };

    #[test]
    fn each_direction_has_the_bits_that_it_has_alone() {
        let [rows, inputs, outputs] = SHAPES;
        for &rows in rows {
            for &inputs in inputs {
                for &outputs in outputs {
                    same::<f32>(rows, inputs, outputs);
                    same::<f64>(rows, inputs, outputs);
                }
            }
        }
    }

    #[test]
    fn nothing_is_no_panic() {
        affine_add_abreast::<f32, K>(&[], &[], &mut [], 0);
        affine_add_abreast::<f32, K>(&[1.0; K], &[], &mut [1.0; K], 1);
        back_both_abreast::<f32, K>([&[], &[]], [&[], &[]], &mut [], 0);
        outer_sum_direction_abreast::<f32, K>([&[], &[]], [&[], &[]], &mut [], 1);
    }
}
