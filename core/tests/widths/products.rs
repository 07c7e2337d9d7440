//! Products: the bits of their naive twins, around the edges of tiles and panels.

use losscape::Real;
use losscape::base::matrix::{self, naive};

/// Rows for each number that can be left beyond whole tiles.
const ROWS: &[usize] = if cfg!(miri) { &[4, 13] } else { &[4, 5, 7, 8, 11, 13, 14, 26] };
/// One panel, two and three, with a term less or more.
const DEPTHS: &[usize] = if cfg!(miri) { &[2, 129] } else { &[2, 127, 129, 257] };
/// As wide as a tile of each width, less and more.
const COLUMNS: &[usize] = if cfg!(miri) { &[8, 17, 32] } else { &[7, 8, 10, 15, 16, 32, 33, 64] };

fn numbers<R: Real>(n: usize, mut state: u32) -> Vec<R> {
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let magnitude = [1e-30, 1.0, 37.0, 0.0, -0.0, 1e30][(state >> 24) as usize % 6];
        R::from_f64((f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0) * magnitude)
    };
    (0..n).map(|_| next()).collect()
}

type Product<'a, R> = &'a dyn Fn(&[R], &[R], &mut [R]);

/// Both products of a and b onto c have equal bits.
fn same<R: Real>(name: &str, lens: [usize; 3], fast: Product<'_, R>, slow: Product<'_, R>) {
    let [a, b, c] = [(0, 7), (1, 8), (2, 9)].map(|(k, seed)| numbers::<R>(lens[k], seed));
    let (mut got, mut want) = (c.clone(), c);
    fast(&a, &b, &mut got);
    slow(&a, &b, &mut want);
    for (k, (got, want)) in got.iter().zip(&want).enumerate() {
        // What a NaN carries depends on the order of the operands, and is hashed as one number.
        let same = got.to_bits64() == want.to_bits64() || (got.is_nan() && want.is_nan());
        assert!(same, "{name} of {lens:?} at {k}: {got} is not {want}");
    }
}

fn every_product<R: Real>(rows: usize, depth: usize, columns: usize) {
    let lens = [rows * depth, depth * columns, rows * columns];
    let bias = numbers::<R>(columns, 3);
    same::<R>("affine", lens, &|x, w, y| matrix::affine(x, w, &bias, y, columns), &|x, w, y| {
        naive::affine(x, w, &bias, y, columns);
    });
    same::<R>("affine_add", lens, &|x, w, y| matrix::affine_add(x, w, y, columns), &|x, w, y| {
        naive::affine_add(x, w, y, columns);
    });
    // What is deep here are the outputs, and what is wide the inputs.
    same::<R>("back", lens, &|d, w, y| matrix::back(d, w, y, depth), &|d, w, y| naive::back(d, w, y, depth));
    same::<R>("back_add", lens, &|d, w, y| matrix::back_add(d, w, y, depth), &|d, w, y| {
        naive::back_add(d, w, y, depth);
    });
    // Samples are deep, and inputs are the rows.
    same::<R>("outer_sum", lens, &|x, d, sum| matrix::outer_sum(x, d, sum, columns), &|x, d, sum| {
        naive::outer_sum(x, d, sum, columns);
    });
    let (rx, rd) = (numbers::<R>(lens[0], 5), numbers::<R>(lens[1], 6));
    same::<R>(
        "outer_sum_direction",
        lens,
        &|x, d, sum| matrix::outer_sum_direction(x, &rx, d, &rd, sum, columns),
        &|x, d, sum| naive::outer_sum_direction(x, &rx, d, &rd, sum, columns),
    );
    let lens = [0, lens[1], columns];
    same::<R>("column_sum", lens, &|_, d, sum| matrix::column_sum(d, sum), &|_, d, sum| {
        naive::column_sum(d, sum);
    });
}

/// Every product, at the vector width in use.
pub(crate) fn check() {
    for &rows in ROWS {
        for &depth in DEPTHS {
            for &columns in COLUMNS {
                every_product::<f32>(rows, depth, columns);
                every_product::<f64>(rows, depth, columns / 2);
            }
        }
    }
}
