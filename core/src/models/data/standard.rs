//! Standardisation of inputs and stratified splits: preparing an external table for a network.

use crate::base::elementary::sqrt;
use crate::base::random::{Rng, identity, shuffle};
use crate::base::rows::{count_whole, rows_mut};
use crate::base::vector::LaneSum;
use crate::{ArgError, Real, Reason};

/// The number of classes that a one-byte label can name.
const CLASSES: usize = 256;

/// Computes the mean and the standard deviation of each column of a table.
///
/// ```text
/// mⱼ = Σᵢ xᵢⱼ / N,   sⱼ² = Σᵢ (xᵢⱼ − mⱼ)² / N
/// ```
///
/// Each column is divided by its largest magnitude first, so that columns of 10³⁰ or 10⁻³⁰ neither overflow nor
/// underflow. Compute the moments from the training rows and [`standardise`] all rows with them: moments that included
/// held-out rows would leak information about those rows.
///
/// # Shapes
/// `inputs` is N × `width` with N ≥ 1; `means` and `std_devs` have `width` elements.
///
/// # Errors
/// [`ArgError`] naming `width` (zero), `inputs` (empty, not a whole number of rows, not finite), `means` or `std_devs`
/// (wrong length); nothing is written then.
///
/// # Cost
/// Three passes over the inputs.
///
/// ```
/// use losscape::models::data::{column_moments, standardise};
/// let mut inputs = [1.0f64, 7.0, 3.0, 7.0]; // (1, 7) and (3, 7)
/// let (mut means, mut std_devs) = ([0.0; 2], [0.0; 2]);
/// column_moments(&inputs, 2, &mut means, &mut std_devs)?;
/// assert_eq!((means, std_devs), ([2.0, 7.0], [1.0, 0.0]));
/// standardise(&means, &std_devs, &mut inputs)?;
/// assert_eq!(inputs, [-1.0, 0.0, 1.0, 0.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn column_moments<R: Real>(
    inputs: &[R],
    width: usize,
    means: &mut [R],
    std_devs: &mut [R],
) -> Result<(), ArgError> {
    ArgError::check_count("width", width)?;
    let samples = R::from_usize(count_whole("inputs", width, inputs.len())?);
    ArgError::check_finite("inputs", inputs)?;
    ArgError::check_len("means", width, means.len())?;
    ArgError::check_len("std_devs", width, std_devs.len())?;
    for (column, (mean, std_dev)) in means.iter_mut().zip(std_devs).enumerate() {
        let values = || inputs.iter().skip(column).step_by(width).copied();
        let Some(first) = values().next() else { continue };
        (*mean, *std_dev) = (first, R::ZERO);
        // A constant column has no spread, even where its mean would be rounded.
        if values().all(|x| x == first) {
            continue;
        }
        let size = largest(values());
        let scaled_mean = total(values().map(|x| x / size)) / samples;
        *mean = scaled_mean * size;
        let spread = largest(values().map(|x| x / size - scaled_mean));
        let squares = total(values().map(|x| {
            let part = (x / size - scaled_mean) / spread;
            part * part
        }));
        *std_dev = sqrt(squares / samples) * spread * size;
    }
    Ok(())
}

/// Standardises each column: replaces x by (x − m) / s, or by 0 where s is 0.
///
/// # Shapes
/// `inputs` is N × `means.len()`; `std_devs` is as long as `means`.
///
/// # Errors
/// [`ArgError`] naming `means` (empty, not finite), `std_devs` (wrong length, not finite, negative) or `inputs` (empty,
/// not a whole number of rows, not finite); nothing is written then.
///
/// ```
/// use losscape::models::data::standardise;
/// let mut inputs = [10.0f32, 30.0];
/// standardise(&[20.0], &[5.0], &mut inputs)?;
/// assert_eq!(inputs, [-2.0, 2.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn standardise<R: Real>(means: &[R], std_devs: &[R], inputs: &mut [R]) -> Result<(), ArgError> {
    ArgError::check_count("means", means.len())?;
    ArgError::check_finite("means", means)?;
    ArgError::check_len("std_devs", means.len(), std_devs.len())?;
    for &std_dev in std_devs {
        ArgError::check_non_negative("std_devs", std_dev)?;
    }
    count_whole("inputs", means.len(), inputs.len())?;
    ArgError::check_finite("inputs", inputs)?;
    for row in rows_mut(inputs, means.len()) {
        for (x, (&mean, &std_dev)) in row.iter_mut().zip(means.iter().zip(std_devs)) {
            *x = if std_dev > R::ZERO { (*x - mean) / std_dev } else { R::ZERO };
        }
    }
    Ok(())
}

/// Chooses the rows to hold out: 1 in `part` of each class, rounded down, in one random order of all rows.
///
/// Afterwards `order` is a permutation of the rows with the training rows first; the function returns their number. No
/// class is held out entirely, and a class with fewer rows than `part` is not held out at all.
///
/// # Shapes
/// `labels` and `order` have N elements.
///
/// # Errors
/// [`ArgError`] naming `part` (below 2), `order` (length differs from `labels`) or `labels` (no class has `part` rows,
/// so nothing would be held out); nothing is drawn or written then.
///
/// # Cost
/// One shuffle, and 1 KB of stack.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::models::data::split_rows;
/// let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1];
/// let mut order = [0; 10];
/// let training = split_rows(&labels, 5, &mut stream(1, 0), &mut order)?;
/// assert_eq!(training, 8);
/// let held_out = &order[training..];
/// assert_ne!(labels[held_out[0] as usize], labels[held_out[1] as usize], "one of each class");
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn split_rows<G: Rng + ?Sized>(
    labels: &[u8],
    part: u32,
    rng: &mut G,
    order: &mut [u32],
) -> Result<usize, ArgError> {
    ArgError::check_range("part", f64::from(part), part >= 2, "at least 2")?;
    ArgError::check_len("order", labels.len(), order.len())?;
    let mut quota = [0u32; CLASSES];
    for &label in labels {
        if let Some(count) = quota.get_mut(usize::from(label)) {
            *count += 1;
        }
    }
    quota.iter_mut().for_each(|count| *count /= part);
    if quota.iter().all(|&count| count == 0) {
        return Err(ArgError::new("labels", Reason::TooShort { needed: part as usize, found: labels.len() }));
    }
    identity(order);
    shuffle(rng, order);
    let (mut training, mut next) = (order.len(), order.len());
    while next > 0 {
        next -= 1;
        let label = order.get(next).and_then(|&row| labels.get(row as usize));
        let Some(left) = label.and_then(|&label| quota.get_mut(usize::from(label))) else { continue };
        if *left > 0 {
            *left -= 1;
            training -= 1;
            order.swap(next, training);
        }
    }
    Ok(training)
}

fn largest<R: Real>(values: impl Iterator<Item = R>) -> R {
    values.fold(R::ZERO, |most, x| if x.abs() > most { x.abs() } else { most })
}

fn total<R: Real>(values: impl Iterator<Item = R>) -> R {
    let mut sum = LaneSum::default();
    values.for_each(|x| sum.push(x));
    sum.total()
}

#[cfg(test)]
mod tests {
    use super::{column_moments, split_rows, standardise};
    use crate::base::random::stream;
    use crate::{Real, Reason};

    /// Standardised columns have mean 0 and variance 1 in any units, and a constant column becomes 0.
    fn at_scale<R: Real>(scale: f64) {
        let table = [[1.0, 7.0], [2.0, 7.0], [4.0, 7.0], [9.0, 7.0]];
        let mut inputs = table.as_flattened().iter().map(|x| R::from_f64(x * scale));
        let mut inputs: [R; 8] = core::array::from_fn(|_| inputs.next().expect("eight"));
        let (mut means, mut std_devs) = ([R::ZERO; 2], [R::ONE; 2]);
        column_moments(&inputs, 2, &mut means, &mut std_devs).expect("finite");
        assert!((means[0].to_f64() / scale - 4.0).abs() < 1e-6, "{means:?}");
        assert!((std_devs[0].to_f64() / scale - 9.5f64.sqrt()).abs() < 1e-6, "{std_devs:?}");
        assert_eq!(std_devs[1], R::ZERO, "a constant has no spread");
        standardise(&means, &std_devs, &mut inputs).expect("finite");
        let column = |j: usize| inputs.iter().skip(j).step_by(2).map(|x| x.to_f64());
        assert!(column(0).sum::<f64>().abs() < 1e-5 && column(1).all(|x| x == 0.0));
        assert!((column(0).map(|x| x * x).sum::<f64>() - 4.0).abs() < 1e-5);
    }

    #[test]
    fn units_do_not_matter() {
        for scale in [1e-30, 1e-3, 1.0, 0.1, 1e3, 1e30] {
            at_scale::<f32>(scale);
            at_scale::<f64>(scale);
        }
        at_scale::<f64>(1e-290);
        at_scale::<f64>(1e290);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name_and_nothing_is_written() {
        let (mut means, mut std_devs) = ([5.0f32; 2], [5.0; 2]);
        for (inputs, width, arg) in [
            (&[1.0f32, 2.0][..], 0, "width"),
            (&[], 2, "inputs"),
            (&[1.0, 2.0, 3.0], 2, "inputs"),
            (&[1.0, f32::NAN], 2, "inputs"),
            (&[1.0, 2.0, 3.0], 3, "means"),
        ] {
            let refused = column_moments(inputs, width, &mut means, &mut std_devs).expect_err("refused");
            assert_eq!(refused.arg, arg);
        }
        assert_eq!((means, std_devs), ([5.0; 2], [5.0; 2]));
        let mut inputs = [1.0f32, 2.0];
        for (means, std_devs, arg) in [
            (&[][..], &[][..], "means"),
            (&[f32::INFINITY], &[1.0], "means"),
            (&[1.0], &[1.0, 1.0], "std_devs"),
            (&[1.0], &[-1.0], "std_devs"),
            (&[1.0; 3], &[1.0; 3], "inputs"),
        ] {
            assert_eq!(standardise(means, std_devs, &mut inputs).expect_err("refused").arg, arg);
        }
        assert_eq!(inputs, [1.0, 2.0]);
        let mut order = [7; 3];
        let rng = &mut stream(1, 0);
        assert_eq!(split_rows(&[0, 0, 0], 1, rng, &mut order).expect_err("refused").arg, "part");
        assert_eq!(split_rows(&[0, 0], 2, rng, &mut order).expect_err("refused").arg, "order");
        let few = split_rows(&[0, 1, 2], 2, rng, &mut order).expect_err("refused");
        assert_eq!((few.arg, few.reason), ("labels", Reason::TooShort { needed: 2, found: 3 }));
        assert_eq!(order, [7; 3]);
    }

    /// Every row occurs once, each class contributes its share, and another seed selects other rows.
    #[test]
    fn a_split_is_stratified() {
        let labels: [u8; 57] = core::array::from_fn(|k| [0, 0, 0, 1, 255][k % 5]);
        let (mut order, mut other) = ([0; 57], [0; 57]);
        let training = split_rows(&labels, 5, &mut stream(3, 0), &mut order).expect("split");
        split_rows(&labels, 5, &mut stream(4, 0), &mut other).expect("split");
        assert_ne!(order, other);
        let count = |rows: &[u32], class| rows.iter().filter(|&&row| labels[row as usize] == class).count();
        for class in [0, 1, 255] {
            let all = count(&order, class);
            assert_eq!(count(&order[training..], class), all / 5, "class {class}");
        }
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(k, &row)| k == row as usize));
    }
}
