//! Cross-entropy of softmax, `−Σⱼ yⱼ ln pⱼ` with `p = softmax(a)`.
//!
//! The textbook formula loses the remaining loss of a well-classified sample. Once the other classes contribute less
//! than half a unit in the last place of the label's term to Σⱼ eᵃʲ, the loss is ln 1 = 0 and the label's gradient
//! p − 1 = 0, and training stops because of rounding (Prieto et al. 2025, "softmax collapse"). Here no subtraction cancels.
//! With the largest output aₘ, eⱼ = exp(aⱼ − aₘ) and `rest` = Σ eⱼ over all j ≠ m,
//!
//! ```text
//! loss of class y = (aₘ − aᵧ) + ln(1 + rest),   1 − pₘ = rest / (1 + rest),   1 − pⱼ = (1 + rest − eⱼ) / (1 + rest)
//! ```
//!
//! where 1 + rest − eⱼ is at least 1. Loss, gradient and product keep a relative error of a few units in the last place
//! for any finite outputs, until eⱼ underflows.

mod abreast;

use losscape_dispatch::{Simd, Task, Vector, run};

use abreast::{MOST, ROWS};

use super::softmax::{exp_of_difference, largest, sum_beside_one};
use crate::Real;
use crate::base::elementary::ln;
use crate::base::elementwise::pair;
use crate::base::rows::{copy, rows, rows_mut};
use crate::base::target::{TILES, VECTORS};
use crate::base::vector::LaneSum;
use crate::models::mlp::answers::Answers;

/// The numerators eⱼ of a row.
struct Numerators<'u, R> {
    e: &'u mut [R],
    /// The largest output.
    shift: R,
    /// Σ eⱼ − 1.
    rest: R,
    /// 1 + rest, rounded.
    total: R,
    /// 1 / total.
    share: R,
}

impl<'u, R: Real> Numerators<'u, R> {
    /// Takes the numerators that [`exponentials`] wrote for the outputs `a`.
    fn new(a: &[R], e: &'u mut [R]) -> Self {
        let rest = sum_beside_one(e);
        let total = R::ONE + rest;
        Self { e, shift: largest(a), rest, total, share: R::ONE / total }
    }

    /// Computes ln Σ eⱼ, corrected for the part of `rest` that `total` has rounded off.
    fn ln_total(&self) -> R {
        ln(self.total) + (self.rest - (self.total - R::ONE)) * self.share
    }

    /// Returns the sum of all numerators but this one.
    fn others(&self, e: R) -> R {
        if e >= R::ONE { self.rest } else { self.total - e }
    }

    /// Computes the loss of a row whose target is a class or a row of probabilities y with sum s.
    fn loss(&self, a: &[R], answers: &Answers<'_, R>, r: usize) -> Option<R> {
        #[cfg(feature = "soft-labels")]
        if let Some(y) = answers.values(r) {
            let mut loss = Target::new(y).sum * self.ln_total();
            for (&a, &y) in a.iter().zip(y) {
                if y > R::ZERO {
                    loss += y * (self.shift - a);
                }
            }
            return Some(loss);
        }
        Some((self.shift - *a.get(answers.label(r)?)?) + self.ln_total())
    }

    /// Overwrites the numerators with the gradient: for a class y, `pⱼ`, minus one where j = y; for probabilities,
    /// `s pⱼ − yⱼ = pⱼ (s − yⱼ) − yⱼ (1 − pⱼ)`.
    fn gradient(mut self, answers: &Answers<'_, R>, r: usize) -> Option<()> {
        let numerators = core::mem::take(&mut self.e);
        #[cfg(feature = "soft-labels")]
        if let Some(y) = answers.values(r) {
            let target = Target::new(y);
            for (e, &y) in numerators.iter_mut().zip(y) {
                *e = (*e * self.share) * target.others(y) - y * (self.others(*e) * self.share);
            }
            return Some(());
        }
        let y = answers.label(r)?;
        let others = self.others(*numerators.get(y)?);
        for e in numerators.iter_mut() {
            *e *= self.share;
        }
        *numerators.get_mut(y)? = -(others * self.share);
        Some(())
    }
}

/// The values needed from a row of probabilities.
#[cfg(feature = "soft-labels")]
struct Target<R> {
    largest: R,
    /// The sum of all probabilities but the largest, the first on a tie.
    rest: R,
    sum: R,
}

#[cfg(feature = "soft-labels")]
impl<R: Real> Target<R> {
    fn new(y: &[R]) -> Self {
        let largest = largest(y);
        let (mut rest, mut met) = (R::ZERO, false);
        for &y in y {
            if y == largest && !met {
                met = true;
            } else {
                rest += y;
            }
        }
        Self { largest, rest, sum: largest + rest }
    }

    /// Returns the sum of all probabilities but this one.
    fn others(&self, y: R) -> R {
        if y == self.largest { self.rest } else { self.sum - y }
    }
}

/// Pushes each row's loss and writes its gradient with respect to the outputs to `u`; `a` and `u` are rows × outputs.
pub(super) fn head<R: Real>(
    a: &[R],
    answers: &Answers<'_, R>,
    u: &mut [R],
    sum: &mut LaneSum<R>,
) -> Option<()> {
    let (outputs, grouped) = (answers.outputs, rows_abreast(a.len(), answers));
    let (groups, a) = a.split_at_checked(grouped * outputs)?;
    let (group_u, u) = u.split_at_mut_checked(grouped * outputs)?;
    if grouped > 0 {
        run(abreast::Head { a: groups, answers, u: group_u, sum })?;
    }
    exponentials(a, outputs, u);
    for (r, (a, u)) in (grouped..).zip(rows(a, outputs).zip(rows_mut(u, outputs))) {
        let numerators = Numerators::new(a, u);
        sum.push(numerators.loss(a, answers, r)?);
        numerators.gradient(answers, r)?;
    }
    Some(())
}

/// Writes each row's gradient to `u`, and the probabilities, which [`head_direction`] needs, to `kept`. The probability
/// of the largest output (the first on a tie) is negated to mark it. Those of [rows abreast](rows_abreast) come first,
/// each group outputs × rows; the others are rows × outputs.
pub(super) fn keep<R: Real>(a: &[R], answers: &Answers<'_, R>, u: &mut [R], kept: &mut [R]) -> Option<()> {
    let (outputs, grouped) = (answers.outputs, rows_abreast(a.len(), answers));
    let (groups, a) = a.split_at_checked(grouped * outputs)?;
    let (group_u, u) = u.split_at_mut_checked(grouped * outputs)?;
    let (group_kept, kept) = kept.split_at_mut_checked(grouped * outputs)?;
    if grouped > 0 {
        run(abreast::Keep { a: groups, answers, u: group_u, kept: group_kept })?;
    }
    exponentials(a, outputs, u);
    for (r, ((a, u), p)) in
        (grouped..).zip(rows(a, outputs).zip(rows_mut(u, outputs)).zip(rows_mut(kept, outputs)))
    {
        copy(u, p);
        let numerators = Numerators::new(a, u);
        p.iter_mut().for_each(|p| *p *= numerators.share);
        // Avoids an unpredictable branch.
        let mut met = false;
        for (&a, p) in a.iter().zip(p) {
            let first = a == numerators.shift && !met;
            met |= first;
            *p = if first { -*p } else { *p };
        }
        numerators.gradient(answers, r)?;
    }
    Some(())
}

/// Writes the derivative of the gradient along `K` directions abreast, `s p ⊙ (ra − ⟨p, ra⟩)`, to `ru`. `kept` is the
/// output of [`keep`]; `ra` and `ru` are rows × outputs × `K`.
///
/// Both differences are formed from ra − raₘ, because ⟨p, ra⟩ is nearly raₘ for a well-classified sample.
pub(super) fn head_direction<R: Real, const K: usize>(
    kept: &[R],
    ra: &[R],
    answers: &Answers<'_, R>,
    ru: &mut [R],
) -> Option<()> {
    let (outputs, grouped) = (answers.outputs, rows_abreast(kept.len(), answers));
    let (groups, kept) = kept.split_at_checked(grouped * outputs)?;
    let (group_ra, ra) = ra.as_chunks().0.split_at_checked(grouped * outputs)?;
    let (group_ru, ru) = ru.as_chunks_mut().0.split_at_mut_checked(grouped * outputs)?;
    if grouped > 0 && K == 1 {
        let (ra, ru) = (group_ra.as_flattened(), group_ru.as_flattened_mut());
        run(abreast::HeadDirection { kept: groups, ra, ru, outputs });
    } else if grouped > 0 {
        let (ra, ru) = (group_ra, group_ru);
        run(HeadDirection::<R, K, ROWS> { kept: groups.as_chunks().0, ra, answers, first: 0, ru });
    }
    run(HeadDirection::<R, K, 1> { kept: kept.as_chunks().0, ra, answers, first: grouped, ru });
    Some(())
}

/// Returns how many rows are computed abreast, in whole groups: the first of those whose targets are labels. In
/// WebAssembly none are, because registers of four gain a twentieth, for 2 kB of code.
fn rows_abreast<R: Real>(len: usize, answers: &Answers<'_, R>) -> usize {
    let outputs = answers.outputs;
    if !TILES || cfg!(target_family = "wasm") || outputs > MOST || !answers.are_labels() {
        return 0;
    }
    len.checked_div(outputs).map_or(0, |rows| rows - rows % ROWS)
}

/// [`head_direction`] for the rows from `first` on, of which `GROUP` at a time are outputs × rows in `kept`.
struct HeadDirection<'a, R: Real, const K: usize, const GROUP: usize> {
    kept: &'a [[R; GROUP]],
    ra: &'a [[R; K]],
    answers: &'a Answers<'a, R>,
    first: usize,
    ru: &'a mut [[R; K]],
}

impl<R: Real, const K: usize, const GROUP: usize> Task for HeadDirection<'_, R, K, GROUP> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { kept, ra, answers, mut first, ru } = self;
        let outputs = answers.outputs;
        let (ra, ru) = (rows(ra, GROUP * outputs), rows_mut(ru, GROUP * outputs));
        for ((p, ra), ru) in rows(kept, outputs).zip(ra).zip(ru) {
            for (row, (ra, ru)) in rows(ra, outputs).zip(rows_mut(ru, outputs)).enumerate() {
                let sum = answers.mass(first + row);
                if K == 1 && GROUP == 1 {
                    one_direction(p.as_flattened(), ra.as_flattened(), sum, ru.as_flattened_mut());
                } else {
                    directions::<R, R::Vector<S>, K, GROUP>(p, row, ra, sum, ru);
                }
            }
            first += GROUP;
        }
    }
}

/// One row of [`head_direction`] for one direction.
#[inline(always)]
fn one_direction<R: Real>(p: &[R], ra: &[R], sum: R, ru: &mut [R]) {
    let mut at = R::ZERO;
    // Avoids an unpredictable branch.
    for (&p, &ra) in p.iter().zip(ra) {
        at = if p < R::ZERO { ra } else { at };
    }
    let mut mean = R::ZERO;
    for (p, &ra) in p.iter().zip(ra) {
        mean += p.abs() * (ra - at);
    }
    for ((p, &ra), ru) in p.iter().zip(ra).zip(ru) {
        *ru = p.abs() * (sum * ((ra - at) - mean));
    }
}

/// One row of [`head_direction`] for several directions; its probabilities are a column of `p`.
///
/// Says which numbers share a register: the compiler would take the same direction of several outputs, which lie apart.
#[inline(always)]
fn directions<R: Real, V: Vector<R>, const K: usize, const GROUP: usize>(
    p: &[[R; GROUP]],
    row: usize,
    ra: &[[R; K]],
    sum: R,
    ru: &mut [[R; K]],
) {
    let sum = V::splat(sum);
    let mut at = [R::ZERO; K];
    if let Some((_, ra)) = p.iter().zip(ra).rfind(|(p, _)| p[row] < R::ZERO) {
        at = *ra;
    }
    for lane in (0..K).step_by(V::LANES) {
        let at = V::load(&at[lane..]);
        let mut mean = V::splat(R::ZERO);
        for (p, ra) in p.iter().zip(ra) {
            mean = mean.add(V::splat(p[row].abs()).mul(V::load(&ra[lane..]).sub(at)));
        }
        for ((p, ra), ru) in p.iter().zip(ra).zip(&mut *ru) {
            let difference = V::load(&ra[lane..]).sub(at).sub(mean);
            V::splat(p[row].abs()).mul(sum.mul(difference)).store(&mut ru[lane..]);
        }
    }
}

/// Computes `e = exp(a − max a)` row by row.
fn exponentials<R: Real>(a: &[R], outputs: usize, e: &mut [R]) {
    for (a, e) in rows(a, outputs).zip(rows_mut(e, outputs)) {
        let shift = largest(a);
        if VECTORS {
            e.fill(shift);
            continue;
        }
        for (e, &a) in e.iter_mut().zip(a) {
            *e = exp_of_difference(a, shift);
        }
    }
    if VECTORS {
        // All rows at once, with the processor's widest vectors.
        pair(e, a, |shift, a| exp_of_difference(a, shift));
    }
}
