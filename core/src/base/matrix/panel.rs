//! Panels: the part of the second operand that a tile reads.

use heapless::Vec;
use losscape_dispatch::{Four, Vector};

use crate::Real;

/// The number of terms in a panel. A term takes at most 128 bytes, so a panel fills at most half of a first-level
/// cache of 32 KiB.
pub(super) const DEPTH: usize = 128;

/// Rows as wide as a tile, on the stack. Unused rows are not initialised.
pub(super) struct Panel<R, const WIDTH: usize>(Vec<[R; WIDTH], DEPTH>);

impl<R: Real, const WIDTH: usize> Panel<R, WIDTH> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns all numbers, row after row.
    pub(super) fn numbers(&self) -> &[R] {
        self.0.as_flattened()
    }

    /// `panel[k][l] = b[k · stride + l]` for at most [`DEPTH`] terms k and `width` lanes; the other lanes are
    /// unspecified.
    #[inline(always)]
    pub(super) fn pack<V: Vector<R>>(&mut self, terms: usize, b: &[R], stride: usize, width: usize) {
        let panel = self.take(terms);
        if width == WIDTH {
            for (row, b) in panel.iter_mut().zip(b.chunks(stride)) {
                *row = b.as_chunks().0[0];
            }
        } else {
            for (row, b) in panel.iter_mut().zip(b.chunks(stride)) {
                for (row, b) in row.chunks_exact_mut(V::LANES).zip(b[..width].chunks(V::LANES)) {
                    V::load_part(b, b.len()).store(row);
                }
            }
        }
    }

    /// Returns the first `terms` rows for writing.
    #[inline(always)]
    fn take(&mut self, terms: usize) -> &mut [[R; WIDTH]] {
        while self.0.len() < terms && self.0.push([R::ZERO; WIDTH]).is_ok() {}
        &mut self.0[..terms]
    }

    /// `panel[k][l] = b[l · stride + k]` for at most [`DEPTH`] terms k and `width` lanes; the other lanes are
    /// unspecified.
    #[inline(always)]
    pub(super) fn turn<F: Four<R>>(&mut self, terms: usize, b: &[R], stride: usize, width: usize) {
        let panel = self.take(terms);
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
}
