//! The definitions of the products, one index at a time; every faster version must equal them.

use super::fit::{Fit, fit};
use crate::Real;
use crate::base::refusal::refuse;

/// The definition of [`affine`](super::affine).
pub fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    if outputs == 0 || (!bias.is_empty() && bias.len() != outputs) {
        return refuse(out);
    }
    fill_rows(bias, out, outputs);
    affine_add(x, w, out, outputs);
}

/// Sets every row of `out` to `bias`, or to zeros if `bias` is empty.
pub(super) fn fill_rows<R: Real>(bias: &[R], out: &mut [R], outputs: usize) {
    for row in out.chunks_exact_mut(outputs) {
        if bias.is_empty() {
            row.fill(R::ZERO);
        } else {
            row.copy_from_slice(bias);
        }
    }
}

/// The definition of [`affine_add`](super::affine_add).
pub fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if fit(x.len(), w.len(), out.len(), outputs) == Fit::Not {
        return refuse(out);
    }
    let inputs = w.len() / outputs;
    for s in 0..out.len() / outputs {
        for j in 0..outputs {
            let mut sum = out[s * outputs + j];
            for i in 0..inputs {
                sum += x[s * inputs + i] * w[i * outputs + j];
            }
            out[s * outputs + j] = sum;
        }
    }
}

/// The definition of [`back`](super::back).
pub fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    out.fill(R::ZERO);
    back_add(d, w, out, outputs);
}

/// The definition of [`back_add`](super::back_add).
pub fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if fit(out.len(), w.len(), d.len(), outputs) == Fit::Not {
        return refuse(out);
    }
    let inputs = w.len() / outputs;
    for s in 0..d.len() / outputs {
        for i in 0..inputs {
            let mut sum = out[s * inputs + i];
            for j in 0..outputs {
                sum += d[s * outputs + j] * w[i * outputs + j];
            }
            out[s * inputs + i] = sum;
        }
    }
}

/// The definition of [`outer_sum`](super::outer_sum).
pub fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    if fit(x.len(), sum.len(), d.len(), outputs) == Fit::Not {
        return refuse(sum);
    }
    let inputs = sum.len() / outputs;
    for i in 0..inputs {
        for j in 0..outputs {
            let mut total = sum[i * outputs + j];
            for s in 0..d.len() / outputs {
                total += x[s * inputs + i] * d[s * outputs + j];
            }
            sum[i * outputs + j] = total;
        }
    }
}

/// The definition of [`outer_sum_direction`](super::outer_sum_direction).
pub fn outer_sum_direction<R: Real>(x: &[R], rx: &[R], d: &[R], rd: &[R], sum: &mut [R], outputs: usize) {
    if fit(x.len(), sum.len(), d.len(), outputs) == Fit::Not || x.len() != rx.len() || d.len() != rd.len() {
        return refuse(sum);
    }
    let inputs = sum.len() / outputs;
    for i in 0..inputs {
        for j in 0..outputs {
            let mut total = sum[i * outputs + j];
            for s in 0..d.len() / outputs {
                total += x[s * inputs + i] * rd[s * outputs + j];
                total += rx[s * inputs + i] * d[s * outputs + j];
            }
            sum[i * outputs + j] = total;
        }
    }
}

/// The definition of [`column_sum`](super::column_sum).
pub fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    if d.len().checked_rem(sum.len()).is_some_and(|left| left > 0) {
        return refuse(sum);
    }
    let outputs = sum.len();
    for j in 0..outputs {
        for s in 0..d.len() / outputs {
            sum[j] += d[s * outputs + j];
        }
    }
}
