//! Lengths of workspaces that cannot wrap.

/// `Σ aᵢ bᵢ`, or `usize::MAX` where that is more than can be counted: no slice is so long, and what asks for it is refused.
pub(crate) const fn room<const N: usize>(products: [[usize; 2]; N]) -> usize {
    let (mut sum, mut k) = (0usize, 0);
    while k < N {
        let [a, b] = products[k];
        sum = sum.saturating_add(a.saturating_mul(b));
        k += 1;
    }
    sum
}
