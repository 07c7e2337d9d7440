//! The spectrum of a trained network: Sagun et al. (2017), Ghorbani et al. (2019), Papyan (2020).

use losscape_tests::paths::{Digits, train};
use losscape_tests::spectrum::Spectrum;

/// The claim: a bulk near zero and a few outliers, as many as there are classes. Measured on a 64-16-10 reader of digits, 1210 eigenvalues: 1150 (95 %) are within
/// a hundredth of the largest, 0.594; 76 are negative, none below −0.0007; the largest ratio of neighbours among the top forty, 1.6, is below the fifth, and ten
/// or nine stand apart by nothing. 65 lie on the penalty's 10⁻⁴ exactly: sixteen for each of three pixels that are blank in all
/// samples, and 17 shifts of the softmax.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_bulk_near_zero_and_five_outliers() {
    let data = Digits::<f64>::training().unwrap();
    let f = data.objective(16).unwrap();
    let params = train(&f, 128, 1, 3000).unwrap();
    let spectrum = Spectrum::of(&f, &params).unwrap();
    let (all, rounding) = (&spectrum.values, spectrum.tolerance.flat(&spectrum.values));
    let (lowest, top) = (all[0], all[all.len() - 1]);
    let (above, ratio) = spectrum.outliers();
    let near = spectrum.within(-0.01 * top, 0.01 * top);
    let negative = spectrum.within(lowest, -rounding);
    let blank =
        (0..64).filter(|pixel| f.data().inputs().iter().skip(*pixel).step_by(64).all(|x| *x == 0.0)).count();
    let on_penalty = spectrum.within(1e-4 - rounding, 1e-4 + rounding);
    println!(
        "{above} above a ratio of {ratio:.3}, {near} near zero, {negative} negative, {blank} blank pixels, {on_penalty} on the penalty"
    );
    assert_eq!((all.len(), near, negative), (1210, 1150, 76));
    assert_eq!(above, 5, "{ratio}");
    assert!(lowest > -0.0007 && (top - 0.5937).abs() < 1e-4, "{lowest} {top}");
    assert_eq!(on_penalty, 16 * blank + 17);
}
