//! The loops of an elimination.

use losscape_dispatch::{Simd, Task};

use super::layout::Parts;
use crate::Real;
use crate::base::rows::{front, row};
use crate::base::vector::dot;

/// Eliminates cell `k`; returns its total rate, or `None` if a length does not fit.
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
        let (out, out_later) = out.get_mut(k * band..)?.split_at_mut_checked(band)?;
        let (back, back_later) = back.get_mut(k * band..)?.split_at_mut_checked(band)?;
        let (kill, kill_later) = kill.get_mut(k..)?.split_first_mut()?;
        let mut total = *kill;
        for rate in &*out {
            total += *rate;
        }
        let inv = if total > R::ZERO { R::ONE / total } else { R::ZERO };
        *inverse.get_mut(k)? = inv;
        let rows = out_later.chunks_exact_mut(band.max(1)).zip(back_later.chunks_exact_mut(band.max(1)));
        for (a, ((out_row, back_row), kill_row)) in rows.zip(kill_later).take(band).enumerate() {
            let (from, to) = (*back.get(a)? * inv, *out.get(a)? * inv);
            if from > R::ZERO {
                *kill_row += from * *kill;
                for (rate, via) in out_row.iter_mut().zip(out.get(a + 1..)?) {
                    *rate += from * *via;
                }
            }
            if to > R::ZERO {
                for (rate, via) in back_row.iter_mut().zip(back.get(a + 1..)?) {
                    *rate += to * *via;
                }
            }
        }
        Some(total)
    }
}

/// `xₖ₊ₐ ← xₖ₊ₐ + outₖₐ xₖ / dₖ` forwards, then `xₖ ← (xₖ + Σ backₖₐ xₖ₊ₐ) / dₖ` backwards.
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

/// The sum of products as far as both go.
pub(super) fn along<R: Real>(rates: &[R], x: &[R]) -> R {
    let both = rates.len().min(x.len());
    dot(front(rates, both), front(x, both))
}
