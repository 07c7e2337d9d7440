extern crate std;

use std::vec;
use std::vec::Vec;

use super::fit::Shape;
use super::{naive, pair_columns};
use crate::Real;

/// Numbers of many magnitudes and both signs, including zeros of both signs.
pub(super) fn filler<R: Real>(n: usize, mut state: u32) -> Vec<R> {
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let magnitude = [1e-3, 1.0, 37.0, 0.0][(state >> 30) as usize];
            R::from_f64((f64::from(state >> 8) / f64::from(1u32 << 23) - 1.0) * magnitude)
        })
        .collect()
}

pub(super) fn bits<R: Real>(x: &[R]) -> Vec<u64> {
    x.iter().map(|x| x.to_bits64()).collect()
}

type Product<R> = fn(&[R], &[R], &mut [R], usize);

/// Asserts that one product of two matrices onto a third equals its reference.
fn same<R: Real, S: Copy>(
    name: &str,
    fast: fn(&[R], &[R], &mut [R], S),
    slow: Product<R>,
    [a, b, c]: [usize; 3],
    shape: S,
    outputs: usize,
) {
    let (x, y, start) = (filler::<R>(a, 1), filler::<R>(b, 2), filler::<R>(c, 3));
    let (mut got, mut want) = (start.clone(), start);
    fast(&x, &y, &mut got, shape);
    slow(&x, &y, &mut want, outputs);
    assert_eq!(bits(&got), bits(&want), "{name}: a {a}, b {b}, c {c}, outputs {outputs}");
}

macro_rules! every_kernel {
    ($kernels:ident, $shape:expr) => {
        fn $kernels<R: Real>(rows: usize, inputs: usize, outputs: usize) {
            use super::$kernels;
            let (whole, shape) = (Shape { rows, inputs, outputs }, $shape);
            let shape = shape(whole);
            let (x, w, d) = (rows * inputs, inputs * outputs, rows * outputs);
            same::<R, _>("affine_add", $kernels::affine_add, naive::affine_add, [x, w, d], shape, outputs);
            same::<R, _>("back", $kernels::back, naive::back, [d, w, x], shape, outputs);
            same::<R, _>("back_add", $kernels::back_add, naive::back_add, [d, w, x], shape, outputs);
            same::<R, _>("outer_sum", $kernels::outer_sum, naive::outer_sum, [x, d, w], shape, outputs);
            for bias in [filler::<R>(outputs, 4), vec![]] {
                let (x, w) = (filler::<R>(x, 1), filler::<R>(w, 2));
                let (mut got, mut want) = (vec![R::ONE; d], vec![R::TWO; d]);
                $kernels::affine(&x, &w, &bias, &mut got, shape);
                naive::affine(&x, &w, &bias, &mut want, outputs);
                assert_eq!(bits(&got), bits(&want), "affine: {rows} × {inputs} × {outputs}");
            }
            let (rx, rd) = (filler::<R>(x, 6), filler::<R>(d, 7));
            let (a, b) = (filler::<R>(x, 1), filler::<R>(d, 5));
            let (mut got, mut want) = (filler::<R>(w, 3), filler::<R>(w, 3));
            $kernels::outer_sum_direction(&a, &rx, &b, &rd, &mut got, shape);
            naive::outer_sum_direction(&a, &rx, &b, &rd, &mut want, outputs);
            assert_eq!(bits(&got), bits(&want), "outer_sum_direction: {rows} × {inputs} × {outputs}");
            let d = filler::<R>(d, 5);
            let (mut got, mut want) = (vec![R::ONE; outputs], vec![R::ONE; outputs]);
            $kernels::column_sum(&d, &mut got);
            naive::column_sum(&d, &mut want);
            assert_eq!(bits(&got), bits(&want), "column_sum: {rows} × {outputs}");
        }
    };
}

// Both implementations on every target, including the one that the target does not use.
every_kernel!(wide, |shape: Shape| shape);
every_kernel!(scalar, |shape: Shape| shape.outputs);

/// A product from zeros does not read its output.
fn outer_from_zeros<R: Real>(rows: usize, inputs: usize, outputs: usize) {
    let (x, d) = (filler::<R>(rows * inputs, 1), filler::<R>(rows * outputs, 5));
    let (mut got, mut want) = (vec![R::NAN; inputs * outputs], vec![R::ZERO; inputs * outputs]);
    super::outer(&x, &d, &mut got, outputs);
    naive::outer_sum(&x, &d, &mut want, outputs);
    assert_eq!(bits(&got), bits(&want), "outer: {rows} × {inputs} × {outputs}");
}

fn every_kernel<R: Real>(rows: usize, inputs: usize, outputs: usize) {
    if rows > 0 && inputs > 0 {
        wide::<R>(rows, inputs, outputs);
    }
    scalar::<R>(rows, inputs, outputs);
    outer_from_zeros::<R>(rows, inputs, outputs);
}

/// Rows, inputs and outputs: whole tiles, parts of them, and sums longer than a panel.
const SHAPES: [&[usize]; 3] = if cfg!(miri) {
    // An interpreter has no time for more.
    [&[0, 9], &[3, 9], &[1, 17]]
} else {
    [
        &[0, 1, 2, 3, 4, 5, 8, 31, 70],
        &[0, 1, 2, 3, 7, 8, 16, 33, 130],
        &[1, 2, 3, 5, 8, 10, 16, 17, 24, 31, 32, 64, 130],
    ]
};

#[test]
fn kernels_equal_their_naive_twins() {
    let [rows, inputs, outputs] = SHAPES;
    for &rows in rows {
        for &inputs in inputs {
            for &outputs in outputs {
                every_kernel::<f32>(rows, inputs, outputs);
                every_kernel::<f64>(rows, inputs, outputs);
            }
        }
    }
}

/// Every width from 1 to 130 and every batch size from 1 to 70, each combined with varied other sizes.
#[test]
#[ignore = "minutes: part of the exhaustive tier"]
fn exhaustive_kernels_equal_their_naive_twins() {
    for rows in 1..=70 {
        for width in 1..=130 {
            let other = 1 + (rows * 31 + width * 17) % 130;
            every_kernel::<f32>(rows, width, other);
            every_kernel::<f32>(rows, other, width);
            every_kernel::<f64>(rows, width, other);
        }
    }
}

/// Every call whose lengths do not fit leaves NaN, and no call panics or loops for ever.
fn hostile<R: Real>(lens: [usize; 5], outputs: usize) {
    let [x, w, d] = [0, 1, 2].map(|k| filler::<R>(lens[k], 1));
    let (bias, sum) = (filler::<R>(lens[3], 2), filler::<R>(lens[4], 3));
    let both = |fast: &dyn Fn(&mut [R]), slow: &dyn Fn(&mut [R]), start: &[R]| {
        let (mut got, mut want) = (start.to_vec(), start.to_vec());
        fast(&mut got);
        slow(&mut want);
        let same =
            got.iter().zip(&want).all(|(a, b)| a.to_bits64() == b.to_bits64() || (a.is_nan() && b.is_nan()));
        assert!(same, "{lens:?}, {outputs} outputs: {got:?} against {want:?}");
    };
    both(&|c| super::affine(&x, &w, &bias, c, outputs), &|c| naive::affine(&x, &w, &bias, c, outputs), &sum);
    both(&|c| super::affine_add(&x, &w, c, outputs), &|c| naive::affine_add(&x, &w, c, outputs), &sum);
    both(&|c| super::back(&d, &w, c, outputs), &|c| naive::back(&d, &w, c, outputs), &sum);
    both(&|c| super::back_add(&d, &w, c, outputs), &|c| naive::back_add(&d, &w, c, outputs), &sum);
    both(&|c| super::outer_sum(&x, &d, c, outputs), &|c| naive::outer_sum(&x, &d, c, outputs), &sum);
    both(
        &|c| super::outer_sum_direction(&x, &w, &d, &bias, c, outputs),
        &|c| naive::outer_sum_direction(&x, &w, &d, &bias, c, outputs),
        &sum,
    );
    both(&|c| super::column_sum(&d, c), &|c| naive::column_sum(&d, c), &sum);
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    const LENGTHS: [usize; 6] = [0, 1, 2, 3, 6, 24];
    // The interpreter takes a sample: 293 is coprime to the number of codes, so every length occurs in every position.
    let every = if cfg!(miri) { 293 } else { 1 };
    for code in (0..LENGTHS.len().pow(4)).step_by(every) {
        let at = |place: u32| LENGTHS[code / LENGTHS.len().pow(place) % LENGTHS.len()];
        for outputs in [0, 1, 2, 3, 4, 6, usize::MAX / 2 + 1, usize::MAX] {
            for bias in [0, at(0)] {
                hostile::<f32>([at(0), at(1), at(2), bias, at(3)], outputs);
            }
        }
    }
    let mut sum = [1.0f32; 4];
    super::outer_sum(&[1.0; 2], &[1.0; 3], &mut sum, 2);
    assert!(sum.iter().all(|x| x.is_nan()), "{sum:?}");
}

/// The same bits as two separate passes, for whole blocks or not, and for sums that do not start at zero.
#[test]
fn columns_are_summed_as_they_are_made() {
    let numbers = |n: u16, a: f32| -> Vec<f32> {
        (0..n).map(|k| crate::base::elementary::sin(a * f32::from(k))).collect()
    };
    let (widths, heights): (&[u16], &[u16]) = if cfg!(miri) {
        // An interpreter has no time for more than whole blocks and others.
        (&[1, 10, 32], &[0, 3])
    } else {
        (&[1, 2, 10, 16, 17, 32, 48], &[0, 1, 2, 33])
    };
    for &columns in widths {
        for &rows in heights {
            let (mut a, u) = (numbers(rows * columns, 0.7), numbers(rows * columns, 1.3));
            let mut sum = numbers(columns, 0.3);
            let (mut a2, mut sum2) = (a.clone(), sum.clone());
            pair_columns(&mut a, &u, &mut sum, |a, u| (1.0 - a * a) * u);
            for (k, (a, u)) in a2.iter_mut().zip(&u).enumerate() {
                *a = (1.0 - *a * *a) * u;
                sum2[k % usize::from(columns)] += *a;
            }
            let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&a), bits(&a2), "{rows} rows of {columns}");
            assert_eq!(bits(&sum), bits(&sum2), "{rows} rows of {columns}");
        }
    }
    let mut sum = vec![2.0f32; 16];
    pair_columns(&mut [3.0; 32], &[1.0; 32], &mut sum, |a, u| a + u);
    assert_eq!(sum, [10.0; 16]);
    let mut a = [3.0f32; 2];
    pair_columns(&mut a, &[1.0; 2], &mut [], |a, u| a + u);
    assert_eq!(a, [4.0; 2], "a layer without biases");
}
