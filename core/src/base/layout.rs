//! Computes the lengths of workspaces and splits them into parts.
//!
//! A method lists the lengths of its parts once, in one array: [`total`] computes the length of the workspace from
//! it, and [`cut`] splits the workspace by it.

/// `a b`, or `usize::MAX` on overflow: no slice is that long, so the workspace is refused.
#[cfg_attr(all(target_arch = "arm", not(target_has_atomic = "32")), inline(never))]
pub(crate) const fn area(a: usize, b: usize) -> usize {
    a.saturating_mul(b)
}

/// The sum of lengths, or `usize::MAX` on overflow.
pub(crate) const fn total<const N: usize>(parts: [usize; N]) -> usize {
    let (mut sum, mut k) = (0usize, 0);
    while k < N {
        sum = sum.saturating_add(parts[k]);
        k += 1;
    }
    sum
}

/// Splits a workspace into consecutive parts of these lengths and the rest, or returns `None` if it is too short.
///
/// ```text
/// let ([point, grad], scratch) = cut(workspace, [dim, dim])?;
/// ```
#[inline(always)]
pub(crate) fn cut<R, const N: usize>(
    mut workspace: &mut [R],
    parts: [usize; N],
) -> Option<([&mut [R]; N], &mut [R])> {
    let mut slices: [&mut [R]; N] = core::array::from_fn(|_| Default::default());
    for (slice, len) in slices.iter_mut().zip(parts) {
        *slice = workspace.split_off_mut(..len)?;
    }
    Some((slices, workspace))
}

/// `Σ aᵢ bᵢ`, or `usize::MAX` on overflow.
pub(crate) const fn room<const N: usize>(products: [[usize; 2]; N]) -> usize {
    let (mut sum, mut k) = (0usize, 0);
    while k < N {
        let [a, b] = products[k];
        sum = sum.saturating_add(area(a, b));
        k += 1;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_one_after_the_other() {
        let mut memory = [1, 2, 3, 4, 5];
        let (parts, rest) = cut(&mut memory, [2, 0, 1]).expect("long enough");
        assert_eq!((parts, rest), ([&mut [1, 2][..], &mut [], &mut [3]], &mut [4, 5][..]));
        assert_eq!(cut(&mut memory, [5]), Some(([&mut [1, 2, 3, 4, 5][..]], &mut [][..])), "nothing is left");
        assert_eq!(cut(&mut memory, [3, 3]), None, "one too few");
        assert_eq!(cut(&mut memory, [1, usize::MAX]), None, "no overflow");
    }

    #[test]
    fn lengths_do_not_wrap() {
        const MOST: usize = usize::MAX;
        assert_eq!((total([3, 0, 4]), total([]), total([MOST, 1]), total([1, MOST])), (7, 0, MOST, MOST));
        assert_eq!((area(3, 4), area(MOST, 0), area(MOST / 2, 3)), (12, 0, MOST));
        assert_eq!(
            (room([[3, 4], [1, 5]]), room([[MOST, 2], [1, 1]]), room([[1, MOST], [1, 1]])),
            (17, MOST, MOST)
        );
    }
}
