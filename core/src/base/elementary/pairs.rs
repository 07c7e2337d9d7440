//! The Box–Muller transform of several pairs of uniform numbers at once, with the same bits as one pair at a time.

use super::{ln, sin_cos, sqrt, turn};

/// `(uₖ, aₖ) ← √(−2 ln uₖ) (cos aₖ, sin aₖ)` for uₖ in (0, 1] and aₖ in [0, 2π]. Returns whether any angle is rare; in
/// binary32 none is.
#[inline(always)]
pub(super) fn pairs_32<const N: usize>(uniforms: &mut [f32; N], angles: &mut [f32; N]) -> bool {
    for u in uniforms.iter_mut() {
        *u = -2.0 * ln(*u);
    }
    for (u, a) in uniforms.iter_mut().zip(angles) {
        let (sin, cos) = sin_cos::both_32(*a);
        let radius = sqrt(*u);
        (*u, *a) = (radius * cos, radius * sin);
    }
    false
}

/// As [`pairs_32`]; where an angle is rare, `uₖ` becomes the radius alone.
#[inline(always)]
pub(super) fn pairs_64<const N: usize>(uniforms: &mut [f64; N], angles: &mut [f64; N]) -> bool {
    for u in uniforms.iter_mut() {
        *u = -2.0 * ln(*u);
    }
    let mut any = false;
    for (u, a) in uniforms.iter_mut().zip(angles) {
        let (sin, cos) = turn::sin_cos_64(*a);
        let (radius, rare) = (sqrt(*u), turn::is_rare(*a));
        any |= rare;
        (*u, *a) = (if rare { radius } else { radius * cos }, radius * sin);
    }
    any
}

/// Completes the rare angles of [`pairs_64`]: multiplies their radii by the cosine and the sine.
#[cold]
#[inline(never)]
pub(super) fn rare_64(radii: &mut [f64], sines: &mut [f64], angles: &[f64]) {
    for ((radius, sine), angle) in radii.iter_mut().zip(sines).zip(angles) {
        if turn::is_rare(*angle) {
            (*radius, *sine) = (*radius * libm::cos(*angle), *radius * libm::sin(*angle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::{Rng, stream};

    /// Asserts equal bits, for random angles and for the neighbours of every threshold.
    fn same(angles: [f64; 8]) {
        let mut rng = stream(3, 0);
        let uniforms = angles.map(|_| (f64::from(rng.next_u32()) + 1.0) / 4_294_967_296.0);
        let (mut first, mut second) = (uniforms, angles);
        if pairs_64(&mut first, &mut second) {
            rare_64(&mut first, &mut second, &angles);
        }
        for k in 0..8 {
            let radius = sqrt(-2.0 * ln(uniforms[k]));
            let (cos, sin) = (radius * libm::cos(angles[k]), radius * libm::sin(angles[k]));
            assert_eq!(
                (first[k].to_bits(), second[k].to_bits()),
                (cos.to_bits(), sin.to_bits()),
                "{:e}",
                angles[k]
            );
        }
    }

    #[test]
    fn pairs_have_the_bits_of_one_at_a_time() {
        let quarter = core::f64::consts::FRAC_PI_4;
        for k in 0..=8u32 {
            let at = quarter * f64::from(k);
            for step in [0u64, 1, 2, 3, 1 << 10, 1 << 20, 1 << 31, 1 << 32, 3 << 32] {
                let bits = at.to_bits();
                let high = bits >> 32 << 32;
                let near =
                    [bits + step, bits.saturating_sub(step), high.saturating_sub(1 + step), high + step];
                let near = near.map(|bits| {
                    let x = f64::from_bits(bits);
                    if x > core::f64::consts::TAU { core::f64::consts::TAU } else { x }
                });
                same([near[0], near[1], near[2], near[3], 1e-300, 1e-9, 0.0, 1.0]);
            }
        }
        let mut rng = stream(4, 0);
        let rounds = if cfg!(miri) { 10 } else { 30_000 };
        for _ in 0..rounds {
            same([(); 8].map(|()| core::f64::consts::TAU * crate::base::random::uniform::<f64, _>(&mut rng)));
        }
    }

    #[test]
    fn single_precision_too() {
        let mut rng = stream(5, 0);
        for _ in 0..if cfg!(miri) { 10 } else { 10_000 } {
            let uniforms = [(); 8].map(|()| crate::base::random::uniform_positive::<f32, _>(&mut rng));
            let angles =
                [(); 8].map(|()| core::f32::consts::TAU * crate::base::random::uniform::<f32, _>(&mut rng));
            let (mut first, mut second) = (uniforms, angles);
            assert!(!pairs_32(&mut first, &mut second), "none is rare");
            for k in 0..8 {
                let radius = sqrt(-2.0f32 * ln(uniforms[k]));
                let expected = (
                    radius * crate::base::elementary::cos(angles[k]),
                    radius * crate::base::elementary::sin(angles[k]),
                );
                assert_eq!(
                    (first[k].to_bits(), second[k].to_bits()),
                    (expected.0.to_bits(), expected.1.to_bits())
                );
            }
        }
    }
}
