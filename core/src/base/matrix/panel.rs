//! Panels: what a tile reads of the second operand.

use losscape_dispatch::Four;

use crate::Real;

/// Terms that a panel holds.
pub(super) const DEPTH: usize = 32;

/// As many numbers as a tile has lanes, at every multiple of the stride.
#[derive(Clone, Copy)]
pub(super) struct Panel<'a, R> {
    pub(super) from: &'a [R],
    pub(super) stride: usize,
}

/// `panel[k][l] = b[k · stride + l]` for `width` lanes; the others keep what they hold.
#[inline(always)]
pub(super) fn packed<R: Real, const WIDTH: usize>(
    panel: &mut [[R; WIDTH]],
    b: &[R],
    stride: usize,
    width: usize,
) {
    for (panel, b) in panel.iter_mut().zip(b.chunks(stride)) {
        for (panel, &b) in panel.iter_mut().zip(&b[..width]) {
            *panel = b;
        }
    }
}

/// `panel[k][l] = b[l · stride + k]` for `width` lanes; the others keep what they hold.
#[inline(always)]
pub(super) fn transposed<R: Real, F: Four<R>, const WIDTH: usize>(
    panel: &mut [[R; WIDTH]],
    b: &[R],
    stride: usize,
    width: usize,
) {
    let terms = panel.len();
    let mut l = 0;
    // Four by four: a few shuffles of whole vectors.
    while l + 4 <= width {
        let column = |c: usize| &b[(l + c) * stride..][..terms];
        let (a, b, c, d) = (column(0), column(1), column(2), column(3));
        let mut k = 0;
        while k + 4 <= terms {
            let block = F::transpose([a, b, c, d].map(|column| F::load(&column[k..])));
            for (t, row) in block.into_iter().enumerate() {
                row.store(&mut panel[k + t][l..]);
            }
            k += 4;
        }
        while k < terms {
            panel[k][l..l + 4].copy_from_slice(&[a[k], b[k], c[k], d[k]]);
            k += 1;
        }
        l += 4;
    }
    while l < width {
        for (p, &b) in panel.iter_mut().zip(&b[l * stride..][..terms]) {
            p[l] = b;
        }
        l += 1;
    }
}
