//! The whole spectrum of a network's Hessian, and what it is made of.

use losscape::base::elementary::sqrt;
use losscape::base::vector::dot;
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, Tolerance, eigenvalues};
use losscape::models::mlp::MlpObjective;
use losscape::{ArgError, Objective, Operator};

/// Products a step.
const AT_A_TIME: usize = 16;

/// All eigenvalues, and below which magnitude they have no sign.
#[derive(Clone, Debug)]
pub struct Spectrum {
    /// Ascending.
    pub values: Vec<f64>,
    /// The diagonal of the Hessian.
    pub diagonal: Vec<f64>,
    /// The rounding of the products and of the eigensolver.
    pub tolerance: Tolerance<f64>,
}

impl Spectrum {
    /// The spectrum at a place.
    ///
    /// # Errors
    /// [`ArgError`] naming `params`.
    ///
    /// # Panics
    /// If a product is not finite.
    pub fn of(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<Self, ArgError> {
        let at = f.prepare(params, vec![0.0; f.prepared_len()])?;
        let layout = HessianLayout::several(f.dim(), AT_A_TIME, at.several_scratch_len(AT_A_TIME));
        let (matrix, workspace) = (vec![0.0; layout.matrix_len()], vec![0.0; layout.len()]);
        let mut hessian = Hessian::several(&at, AT_A_TIME, matrix, workspace)?;
        let tolerance = loop {
            match hessian.step(&at) {
                HessianStep::Product { .. } => (),
                HessianStep::Done { tolerance, .. } => break tolerance,
                step => panic!("{step:?}"),
            }
        };
        let (mut matrix, mut values) = (hessian.into_parts().0, vec![0.0; f.dim()]);
        let diagonal = matrix.iter().step_by(f.dim() + 1).copied().collect();
        eigenvalues(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(f.dim()).len()])?;
        Ok(Self { values, diagonal, tolerance })
    }

    /// The standard deviation of `vᵀHv` over vectors v of random signs, over its mean, the trace:
    /// `√(2 (‖H‖² − Σ hᵢᵢ²)) / tr H` (Hutchinson 1990).
    #[must_use]
    pub fn spread_of_a_probe(&self) -> f64 {
        let squares = dot(&self.values, &self.values) - dot(&self.diagonal, &self.diagonal);
        sqrt(2.0 * squares) / self.diagonal.iter().sum::<f64>()
    }

    /// The most outlying split of the upper end: how many eigenvalues lie above the largest ratio of neighbours among the top
    /// forty, and that ratio.
    #[must_use]
    pub fn outliers(&self) -> (usize, f64) {
        let mut best = (0, 1.0);
        for (k, pair) in self.values.windows(2).rev().take(40).enumerate() {
            let ratio = pair[1] / pair[0];
            if ratio > best.1 {
                best = (k + 1, ratio);
            }
        }
        best
    }

    /// How many eigenvalues lie in `low ≤ λ ≤ high`.
    #[must_use]
    pub fn within(&self, low: f64, high: f64) -> usize {
        self.values.iter().filter(|x| (low..=high).contains(*x)).count()
    }
}
