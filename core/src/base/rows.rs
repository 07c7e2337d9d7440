//! Rows of one flat slice, and its front.
//!
//! Nothing here panics, whatever the arguments: rows out of range are `None`. ARMv6-M has no 64-bit product that would
//! show an overflow, so there a row is found out of line.

use core::slice::{ChunksExact, ChunksExactMut};

use super::error::{ArgError, Reason};

/// The rows of a matrix of `width` columns; no rows if `width` is zero.
pub(crate) fn rows<R>(matrix: &[R], width: usize) -> ChunksExact<'_, R> {
    matrix.chunks_exact(if width > 0 { width } else { usize::MAX })
}

/// The rows of a matrix of `width` columns; no rows if `width` is zero.
pub(crate) fn rows_mut<R>(matrix: &mut [R], width: usize) -> ChunksExactMut<'_, R> {
    matrix.chunks_exact_mut(if width > 0 { width } else { usize::MAX })
}

/// Row `i` of a matrix of `width` columns, if there is one.
#[cfg_attr(all(target_arch = "arm", not(target_has_atomic = "32")), inline(never))]
pub(crate) fn row<R>(matrix: &[R], width: usize, i: usize) -> Option<&[R]> {
    matrix.get(i.checked_mul(width)?..)?.get(..width)
}

/// Row `i` of a matrix of `width` columns, if there is one.
#[cfg_attr(all(target_arch = "arm", not(target_has_atomic = "32")), inline(never))]
pub(crate) fn row_mut<R>(matrix: &mut [R], width: usize, i: usize) -> Option<&mut [R]> {
    matrix.get_mut(i.checked_mul(width)?..)?.get_mut(..width)
}

/// Copies row `from` of a matrix of `width` columns to row `to`, if there are both.
pub(crate) fn copy_row<R: Copy>(matrix: &mut [R], width: usize, from: usize, to: usize) {
    // Beyond the end where a product cannot be counted.
    let [from, to] =
        [from, to].map(|row| row.saturating_mul(width)..row.saturating_add(1).saturating_mul(width));
    // The same row, which is refused, is where it belongs already.
    if let Ok([from, to]) = matrix.get_disjoint_mut([from, to]) {
        copy(from, to);
    }
}

/// The first `len` elements, or as many as there are.
pub(crate) fn front<R>(slice: &[R], len: usize) -> &[R] {
    slice.get(..len).unwrap_or(slice)
}

/// The first `len` elements, or as many as there are.
pub(crate) fn front_mut<R>(slice: &mut [R], len: usize) -> &mut [R] {
    let len = len.min(slice.len());
    &mut slice[..len]
}

/// How many rows of `width` numbers `len` are.
///
/// # Errors
/// [`Reason::Empty`] if there are none, [`Reason::Length`] if one is not whole.
pub(crate) fn count_whole(arg: &'static str, width: usize, len: usize) -> Result<usize, ArgError> {
    if len == 0 {
        return Err(ArgError::new(arg, Reason::Empty));
    }
    let width = width.max(1);
    ArgError::check_len(arg, len.next_multiple_of(width), len)?;
    Ok(len / width)
}

/// Copies element by element, as far as both go.
#[inline(always)]
pub(crate) fn copy<R: Copy>(from: &[R], to: &mut [R]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_is_not_whole_is_not_nothing() {
        let count = |width, len| count_whole("x", width, len).map_err(|e| e.reason);
        assert_eq!((count(2, 6), count(0, 3)), (Ok(3), Ok(3)));
        assert_eq!(count(2, 0), Err(Reason::Empty));
        assert_eq!(count(2, 1), Err(Reason::Length { expected: 2, found: 1 }));
        assert_eq!(count(usize::MAX, 3), Err(Reason::Length { expected: usize::MAX, found: 3 }));
    }

    #[test]
    fn rows_of_a_matrix() {
        let mut matrix = [1, 2, 3, 4, 5, 6, 7];
        assert!(rows(&matrix, 2).eq([[1, 2], [3, 4], [5, 6]]), "what is left over is no row");
        assert!(rows_mut(&mut matrix, 3).eq([[1, 2, 3], [4, 5, 6]]));
        assert_eq!(row(&matrix, 2, 2), Some(&[5, 6][..]));
        assert_eq!(row(&matrix, 2, 3), None, "half a row");
        assert_eq!(row_mut(&mut matrix, 2, 4), None, "beyond the end");
        assert_eq!((rows(&matrix, 0).len(), rows_mut(&mut matrix, 0).len()), (0, 0), "no columns");
        copy_row(&mut matrix, 2, 2, 0);
        copy_row(&mut matrix, 2, 1, 1);
        copy_row(&mut matrix, 2, 0, 3);
        copy_row(&mut matrix, usize::MAX, 0, usize::MAX);
        assert_eq!(row(&matrix, usize::MAX, 2), None, "no overflow");
        assert_eq!(row_mut(&mut matrix, 2, usize::MAX), None, "no overflow");
        assert_eq!(matrix, [5, 6, 3, 4, 5, 6, 7]);
        assert_eq!(front(&matrix, 2), [5, 6]);
        assert_eq!(front_mut(&mut matrix, 8).len(), 7, "all there are");
    }
}
