//! Small two-dimensional problems and Gaussian blobs, drawn into the caller's slices.
//!
//! Each generator draws one sample per element of `labels` and cycles through the classes, so the first n
//! samples are balanced for any n. The sequence of draws is fixed and does not depend on the noise: for
//! each sample, first its position, if random, then the noise of its coordinates. A seed gives the same
//! points on every target.
//!
//! ```
//! use losscape::base::random::stream;
//! use losscape::models::data::{Dataset, Targets, moons};
//!
//! let (mut inputs, mut labels) = ([0.0f32; 2 * 160], [0; 160]);
//! moons(0.15, &mut stream(1, 0), &mut inputs, &mut labels)?;
//! let data = Dataset::new(&inputs, 2, Targets::Labels(&labels))?;
//! assert_eq!(data.len(), 160);
//! # Ok::<(), losscape::ArgError>(())
//! ```

use core::f64::consts::{PI, TAU};

use crate::base::elementary::{cos, sin, sqrt};
use crate::base::random::{Rng, add_normal, uniform};
use crate::base::rows::count_whole;
use crate::{ArgError, Real, Reason};

/// Draws two interleaving half circles of radius 1.
///
/// With t uniform in [0, π) and noise z ~ N(0, `std_dev`²) on each coordinate,
///
/// ```text
/// class 0:  (cos t, sin t) + z
/// class 1:  (1 − cos t, ½ − sin t) + z
/// ```
///
/// These are the moons of scikit-learn, except that t is drawn instead of evenly spaced.
///
/// # Shapes
/// `inputs` is N × 2 and `labels` N, with N ≥ 1.
///
/// # Errors
/// [`ArgError`] naming `std_dev` (negative, not finite), `labels` (empty) or `inputs` (wrong length);
/// nothing is drawn or written then. The other generators report these errors too.
///
/// ```
/// use losscape::{base::random::stream, models::data::moons};
/// let (mut inputs, mut labels) = ([0.0f64; 8], [0; 4]);
/// moons(0.0, &mut stream(1, 0), &mut inputs, &mut labels)?;
/// let from_centre = |x: f64, y: f64| x * x + y * y;
/// assert!((from_centre(inputs[0], inputs[1]) - 1.0).abs() < 1e-15);
/// assert!((from_centre(inputs[2] - 1.0, inputs[3] - 0.5) - 1.0).abs() < 1e-15);
/// assert_eq!(labels, [0, 1, 0, 1]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn moons<R: Real, G: Rng + ?Sized>(
    std_dev: R,
    rng: &mut G,
    inputs: &mut [R],
    labels: &mut [u8],
) -> Result<(), ArgError> {
    check(std_dev, 2, inputs, labels)?;
    for ((point, label), class) in points(inputs).zip(labels).zip(rounds(2)) {
        let t = R::from_f64(PI) * uniform::<R, G>(rng);
        *point = match class {
            0 => [cos(t), sin(t)],
            _ => [R::ONE - cos(t), R::HALF - sin(t)],
        };
        add_normal(rng, std_dev, point);
        *label = class;
    }
    Ok(())
}

/// Draws two arms of an Archimedean spiral, half a turn apart.
///
/// With u uniform in [0, 1), r = √u, and noise z ~ N(0, `std_dev`²) on each coordinate,
///
/// ```text
/// class c:  r (cos φ, sin φ) + z,   φ = 2π · turns · r + π c
/// ```
///
/// The square root makes points about equally dense along an arm. An arm ends at radius 1, so the gap
/// between arms is 1/(2 · turns).
///
/// # Shapes
/// `inputs` is N × 2 and `labels` N, with N ≥ 1.
///
/// # Errors
/// As [`moons`], and [`ArgError`] naming `turns` if it is not above zero or exceeds a seventh of the
/// largest number.
///
/// ```
/// use losscape::{base::random::stream, models::data::spirals};
/// let (mut inputs, mut labels) = ([0.0f64; 2], [7; 1]);
/// spirals(1.0, 0.0, &mut stream(1, 0), &mut inputs, &mut labels)?;
/// let [x, y] = inputs;
/// let (r, turns) = (x.hypot(y), y.atan2(x) / core::f64::consts::TAU);
/// assert!((turns.rem_euclid(1.0) - r).abs() < 1e-12); // a whole turn to radius 1
/// assert_eq!(labels, [0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn spirals<R: Real, G: Rng + ?Sized>(
    turns: R,
    std_dev: R,
    rng: &mut G,
    inputs: &mut [R],
    labels: &mut [u8],
) -> Result<(), ArgError> {
    ArgError::check_positive("turns", turns)?;
    let whole = R::from_f64(TAU) * turns;
    ArgError::check_range("turns", turns, whole.is_finite(), "at most one seventh of the largest number")?;
    check(std_dev, 2, inputs, labels)?;
    for ((point, label), class) in points(inputs).zip(labels).zip(rounds(2)) {
        let r = sqrt(uniform::<R, G>(rng));
        let half_turns = R::from_u32(u32::from(class));
        let angle = whole * r + R::from_f64(PI) * half_turns;
        *point = [r * cos(angle), r * sin(angle)];
        add_normal(rng, std_dev, point);
        *label = class;
    }
    Ok(())
}

/// Draws clusters at the corners (±1, ±1); opposite corners belong to the same class.
///
/// With noise z ~ N(0, `std_dev`²) on each coordinate, sample k is
///
/// ```text
/// k mod 4 = 0:  (−1, −1) + z, class 0      k mod 4 = 2:  (1, −1) + z, class 1
/// k mod 4 = 1:  (−1,  1) + z, class 1      k mod 4 = 3:  (1,  1) + z, class 0
/// ```
///
/// Four samples without noise are the XOR problem itself.
///
/// # Shapes
/// `inputs` is N × 2 and `labels` N, with N ≥ 1.
///
/// # Errors
/// As [`moons`].
///
/// ```
/// use losscape::{base::random::stream, models::data::xor};
/// let (mut inputs, mut labels) = ([0.0f32; 8], [0; 4]);
/// xor(0.0, &mut stream(1, 0), &mut inputs, &mut labels)?;
/// assert_eq!(inputs, [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0]);
/// assert_eq!(labels, [0, 1, 1, 0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn xor<R: Real, G: Rng + ?Sized>(
    std_dev: R,
    rng: &mut G,
    inputs: &mut [R],
    labels: &mut [u8],
) -> Result<(), ArgError> {
    check(std_dev, 2, inputs, labels)?;
    let side = |one| if one { R::ONE } else { -R::ONE };
    for ((point, label), corner) in points(inputs).zip(labels).zip(rounds(4)) {
        let (right, up) = (corner >= 2, corner % 2 == 1);
        *point = [side(right), side(up)];
        add_normal(rng, std_dev, point);
        *label = u8::from(right != up);
    }
    Ok(())
}

/// Draws round Gaussian clusters: sample k is `centres[k mod C] + z` of class k mod C, with z ~ N(0,
/// `std_dev`²) on each of the d = `width` coordinates.
///
/// # Shapes
/// `centres` is C × d with 1 ≤ C ≤ 256, `inputs` is N × d and `labels` N, with N ≥ 1.
///
/// # Errors
/// As [`moons`], and [`ArgError`] naming `width` (zero) or `centres` (empty, not a whole number of rows,
/// more than 256 rows, or not finite).
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::models::data::blobs;
///
/// let (mut inputs, mut labels) = ([0.0f64; 3 * 2], [0; 2]);
/// blobs(&[0.0, 0.0, 5.0, 1.0, 1.0, -5.0], 3, 0.0, &mut stream(1, 0), &mut inputs, &mut labels)?;
/// assert_eq!(inputs, [0.0, 0.0, 5.0, 1.0, 1.0, -5.0]);
/// assert_eq!(labels, [0, 1]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn blobs<R: Real, G: Rng + ?Sized>(
    centres: &[R],
    width: usize,
    std_dev: R,
    rng: &mut G,
    inputs: &mut [R],
    labels: &mut [u8],
) -> Result<(), ArgError> {
    ArgError::check_count("width", width)?;
    let classes = count_whole("centres", width, centres.len())?;
    if classes > 256 {
        return Err(ArgError::new("centres", Reason::TooMany { limit: 256, found: classes }));
    }
    ArgError::check_finite("centres", centres)?;
    check(std_dev, width, inputs, labels)?;
    for centre in centres {
        let reach = centre.abs() + R::from_u32(16) * std_dev;
        ArgError::check_range(
            "centres",
            *centre,
            reach.is_finite(),
            "at least 16 `std_dev` below the largest number in magnitude",
        )?;
    }
    // The shorter of the two sequences, the centres, determines where the cycle restarts.
    let centres = (0..=u8::MAX).zip(centres.chunks_exact(width)).cycle();
    for ((point, label), (class, centre)) in inputs.chunks_exact_mut(width).zip(labels).zip(centres) {
        point.copy_from_slice(centre);
        add_normal(rng, std_dev, point);
        *label = class;
    }
    Ok(())
}

fn check<R: Real>(std_dev: R, width: usize, inputs: &[R], labels: &[u8]) -> Result<(), ArgError> {
    // A normal number is at most 8.6 standard deviations, so the samples stay finite.
    let finite = std_dev >= R::ZERO && (R::from_u32(16) * std_dev).is_finite();
    ArgError::check_range(
        "std_dev",
        std_dev,
        finite,
        "at least 0, and at most one sixteenth of the largest number",
    )?;
    if labels.is_empty() {
        return Err(ArgError::new("labels", Reason::Empty));
    }
    ArgError::check_len("inputs", labels.len().saturating_mul(width), inputs.len())
}

fn points<R: Real>(inputs: &mut [R]) -> impl Iterator<Item = &mut [R; 2]> {
    inputs.as_chunks_mut().0.iter_mut()
}

/// Yields 0, 1, … , n − 1, 0, 1, …
fn rounds(n: u8) -> impl Iterator<Item = u8> {
    (0..n).cycle()
}

#[cfg(test)]
mod tests;
