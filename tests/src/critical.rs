//! Critical points near a point of a path.

use losscape::Curvature;
use losscape::base::vector::distance;
use losscape::curvature::{
    CriticalPoint, EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep,
};

/// What was found near a point.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Its value, gradient and signature.
    pub point: CriticalPoint<f64>,
    /// Where it is.
    pub params: Vec<f64>,
    /// The eigenvalues of the Hessian there, ascending.
    pub eigenvalues: Vec<f64>,
    /// The unit eigenvector of the lowest.
    pub lowest: Vec<f64>,
    /// How many moves it took.
    pub moves: u32,
    /// How far it is from the start.
    pub moved: f64,
}

/// The critical point of this index that eigenvector following reaches from `start` in at most `moves` moves,
/// with a gradient no longer than 10⁻¹⁰; `None` if it does not settle.
///
/// # Panics
/// If `start` is no point of the landscape.
pub fn settle(
    f: &dyn Curvature<f64>,
    index: u32,
    max_step: f64,
    start: &[f64],
    moves: u32,
) -> Option<Settled> {
    let layout = FollowingLayout::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len());
    let (matrix, workspace) = (vec![f64::NAN; layout.matrix_len()], vec![f64::NAN; layout.len()]);
    let config = FollowingConfig { index, max_step, mode_step: 1.0, grad_norm: 1e-10 };
    let mut walk = EigenvectorFollowing::new(f, config, start.to_vec(), matrix, workspace)
        .expect("a point of the landscape");
    loop {
        match walk.step(f) {
            FollowingStep::Converged(point) => {
                return Some(Settled {
                    point,
                    params: walk.params().to_vec(),
                    eigenvalues: walk.eigenvalues().to_vec(),
                    lowest: walk.mode(0).to_vec(),
                    moves: walk.moves(),
                    moved: distance(walk.params(), start),
                });
            }
            FollowingStep::NotFinite | FollowingStep::Stuck(_) => return None,
            FollowingStep::Moved { .. } if walk.moves() == moves => return None,
            _ => (),
        }
    }
}
