//! Waves under kernels, against an independent implementation (`reference/smoothing.json`, written by mpmath).

use losscape::base::kernel::Kernel;

mod hostile;
mod scale;

#[test]
fn waves_shrink_as_recorded() {
    let text = include_str!("../reference/smoothing.json");
    let reference: serde_json::Value = serde_json::from_str(text).expect("a reference");
    let rows = reference["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 18);
    for row in rows {
        let number = |key: &str| row[key].as_f64().expect("a number");
        let kernel = if row["kernel"] == "gaussian" {
            Kernel::Gaussian { std_dev: number("sigma") }
        } else {
            Kernel::Cube { radius: number("r") }
        };
        let (factor, recorded) = (kernel.wave(number("w"), 1).expect("known"), number("factor"));
        // The argument of exp is rounded: an error of ε for each unit of it, up to 66.
        assert!((factor - recorded).abs() <= 2e-14 * recorded.abs(), "{row}: {factor}");
    }
}
