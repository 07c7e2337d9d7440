//! The coefficients of Dormand & Prince (1980): order 5, with an embedded solution of order 4.

/// The number of stages per step; the last stage is also the first of the next step.
pub(super) const STAGES: usize = 7;

/// Row i holds the weights of the stages before stage i + 1; the last row is the solution itself.
pub(super) const WEIGHTS: [&[f64]; STAGES - 1] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19_372.0 / 6561.0, -25_360.0 / 2187.0, 64_448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46_732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18_656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// The solution of order 5 minus that of order 4.
pub(super) const ERROR: [f64; STAGES] =
    [71.0 / 57_600.0, 0.0, -71.0 / 16_695.0, 71.0 / 1920.0, -17_253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];

#[cfg(test)]
mod tests {
    use super::{ERROR, WEIGHTS};

    /// Checks consistency: the nodes c are 1/5, 3/10, 4/5, 8/9, 1, 1; the weights integrate 1, t, … t⁴
    /// exactly; the error weights give zero up to t³.
    #[test]
    fn conditions_of_order() {
        let nodes = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
        for (row, c) in WEIGHTS.iter().zip(&nodes[1..]) {
            let sum = row.iter().fold(0.0, |sum, a| sum + a);
            assert!((sum - c).abs() < 1e-14, "{sum} {c}");
        }
        for power in 0..5i32 {
            let moment = |weights: &[f64]| {
                weights
                    .iter()
                    .zip(&nodes)
                    .fold(0.0, |sum, (b, c): (&f64, &f64)| sum + b * (0..power).fold(1.0, |p, _| p * c))
            };
            let exact = 1.0 / f64::from(power + 1);
            assert!((moment(WEIGHTS[5]) - exact).abs() < 1e-14, "{power}");
            assert!(power == 4 || moment(&ERROR).abs() < 1e-15, "{power}");
        }
    }
}
