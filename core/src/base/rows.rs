//! Access to rows and prefixes of a flat slice.
//!
//! Nothing here panics, whatever the arguments: rows out of range are `None`. ARMv6-M has no 64-bit product to detect
//! an overflow, so there the row lookup is not inlined.

use core::slice::{ChunksExact, ChunksExactMut};

use super::error::{ArgError, Reason};

/// Iterates over the rows of a matrix of `width` columns; there are no rows if `width` is zero.
pub(crate) fn rows<R>(matrix: &[R], width: usize) -> ChunksExact<'_, R> {
    matrix.chunks_exact(if width > 0 { width } else { usize::MAX })
}

/// Iterates over the rows of a matrix of `width` columns mutably; there are no rows if `width` is zero.
pub(crate) fn rows_mut<R>(matrix: &mut [R], width: usize) -> ChunksExactMut<'_, R> {
    matrix.chunks_exact_mut(if width > 0 { width } else { usize::MAX })
}

/// Returns row `i` of a matrix of `width` columns, or `None` if it is out of range.
#[cfg_attr(all(target_arch = "arm", not(target_has_atomic = "32")), inline(never))]
pub(crate) fn row<R>(matrix: &[R], width: usize, i: usize) -> Option<&[R]> {
    matrix.get(i.checked_mul(width)?..)?.get(..width)
}

/// Returns row `i` of a matrix of `width` columns mutably, or `None` if it is out of range.
#[cfg_attr(all(target_arch = "arm", not(target_has_atomic = "32")), inline(never))]
pub(crate) fn row_mut<R>(matrix: &mut [R], width: usize, i: usize) -> Option<&mut [R]> {
    matrix.get_mut(i.checked_mul(width)?..)?.get_mut(..width)
}

/// Copies row `from` of a matrix of `width` columns to row `to`, if both exist.
pub(crate) fn copy_row<R: Copy>(matrix: &mut [R], width: usize, from: usize, to: usize) {
    // Saturates to a range beyond the end if a product overflows.
    let [from, to] =
        [from, to].map(|row| row.saturating_mul(width)..row.saturating_add(1).saturating_mul(width));
    // Equal rows are rejected here, and need no copy.
    if let Ok([from, to]) = matrix.get_disjoint_mut([from, to]) {
        copy(from, to);
    }
}

/// Returns the first `len` elements, or all if there are fewer.
pub(crate) fn front<R>(slice: &[R], len: usize) -> &[R] {
    slice.get(..len).unwrap_or(slice)
}

/// Returns the first `len` elements mutably, or all if there are fewer.
pub(crate) fn front_mut<R>(slice: &mut [R], len: usize) -> &mut [R] {
    let len = len.min(slice.len());
    &mut slice[..len]
}

/// Returns the number of rows of `width` numbers in a slice of `len` numbers.
///
/// # Errors
/// [`Reason::Empty`] if there are no numbers, [`Reason::Length`] if the last row is incomplete.
pub(crate) fn count_whole(arg: &'static str, width: usize, len: usize) -> Result<usize, ArgError> {
    if len == 0 {
        return Err(ArgError::new(arg, Reason::Empty));
    }
    let width = width.max(1);
    ArgError::check_len(arg, len.next_multiple_of(width), len)?;
    Ok(len / width)
}

/// Copies element by element, up to the shorter length.
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
