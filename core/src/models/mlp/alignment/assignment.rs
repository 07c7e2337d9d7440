//! The assignment problem in fixed memory.

use crate::Real;

/// Finds the assignment of columns to rows with the least total cost by the Hungarian algorithm with potentials (Kuhn
/// 1955; Jonker & Volgenant 1987), in `O(h³)`.
///
/// Rows and columns are numbered from 1: `row_of[j]` becomes the row of column j. `row_of[0]` is meaningless. `marks`
/// has `2 (h + 1)` elements, `memory` `3 (h + 1)`.
pub(super) fn assign<R: Real>(
    h: usize,
    cost: impl Fn(usize, usize) -> R,
    row_of: &mut [u32],
    marks: &mut [u32],
    memory: &mut [R],
) {
    let (way, rest) = marks.split_at_mut(h + 1); // the previous column on the alternating path
    let used = &mut rest[..=h];
    let (u, rest) = memory.split_at_mut(h + 1); // potentials of rows
    let (v, rest) = rest.split_at_mut(h + 1); // and of columns
    let slack = &mut rest[..=h];
    row_of.fill(0);
    u.fill(R::ZERO);
    v.fill(R::ZERO);
    for row in (1u32..).take(h) {
        row_of[0] = row;
        slack.fill(R::INFINITY);
        used.fill(0);
        let mut column = 0;
        // Grow the alternating tree by the column of least slack until a free column is reached.
        loop {
            used[column] = 1;
            let row = row_of[column] as usize;
            let (mut least, mut next) = (R::INFINITY, 0);
            for j in 1..=h {
                if used[j] == 1 {
                    continue;
                }
                let reduced = cost(row - 1, j - 1) - u[row] - v[j];
                if reduced < slack[j] {
                    slack[j] = reduced;
                    #[expect(clippy::cast_possible_truncation, reason = "a layer has at most 2¹⁶ units")]
                    {
                        way[j] = column as u32;
                    }
                }
                // Takes some free column in any case: overflowed costs must not make this loop endless.
                if next == 0 || slack[j] < least {
                    (least, next) = (slack[j], j);
                }
            }
            for j in 0..=h {
                if used[j] == 1 {
                    u[row_of[j] as usize] += least;
                    v[j] -= least;
                } else {
                    slack[j] -= least;
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        // Flip the alternating path.
        while column > 0 {
            let before = way[column] as usize;
            row_of[column] = row_of[before];
            column = before;
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::random::{stream, uniform};
    use std::vec;
    use std::vec::Vec;

    /// Returns the least cost over all permutations.
    fn brute_force(h: usize, cost: &[f64]) -> f64 {
        fn best(row: usize, free: &mut Vec<usize>, h: usize, cost: &[f64]) -> f64 {
            if row == h {
                return 0.0;
            }
            let mut least = f64::INFINITY;
            for k in 0..free.len() {
                let j = free.remove(k);
                least = least.or_smaller(cost[row * h + j] + best(row + 1, free, h, cost));
                free.insert(k, j);
            }
            least
        }
        best(0, &mut (0..h).collect(), h, cost)
    }

    #[test]
    fn assignment_is_the_cheapest() {
        let mut rng = stream(5, 0);
        for h in 1..7 {
            for _ in 0..20 {
                let cost: Vec<f64> = (0..h * h).map(|_| uniform::<f64, _>(&mut rng) - 0.5).collect();
                let (mut row_of, mut marks) = (vec![9; h + 1], vec![9; 2 * (h + 1)]);
                let mut memory = vec![f64::NAN; 3 * (h + 1)];
                assign(h, |i, j| cost[i * h + j], &mut row_of, &mut marks, &mut memory);
                let found = (1..=h).fold(0.0, |s, j| s + cost[(row_of[j] as usize - 1) * h + j - 1]);
                assert!((found - brute_force(h, &cost)).abs() < 1e-12);
                let mut rows = row_of[1..].to_vec();
                rows.sort_unstable();
                assert!(rows.iter().zip(1..).all(|(row, i)| *row == i), "a permutation");
            }
        }
    }
}
