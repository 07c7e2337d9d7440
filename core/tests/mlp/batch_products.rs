//! Products of a batch are those of an objective that has its samples alone.

use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::{Curvature, Objective, SampledCurvature};

use super::{Outcome, wave};

#[test]
fn products_of_a_batch() -> Outcome {
    let net = Mlp::new(&[2, 3, 2])?;
    let (x, labels): (Vec<f64>, Vec<u8>) = (wave(400, 1.0, 0.4), (0..200u8).map(|k| k / 3 % 2).collect());
    let f = MlpObjective::new(
        net,
        Loss::SoftmaxCrossEntropy,
        Dataset::new(&x, 2, Targets::Labels(&labels))?,
        0.1,
    )?;
    let (params, v) = (wave(f.dim(), 0.8, 0.2), wave(f.dim(), 1.0, 1.3));
    // Of one, of a few with one twice, and of more than are added in one block.
    for batch in [vec![7u32], vec![9, 2, 2, 5], (30..190).collect()] {
        let own_x: Vec<f64> = batch.iter().flat_map(|k| x[2 * *k as usize..][..2].to_vec()).collect();
        let own_labels: Vec<u8> = batch.iter().map(|k| labels[*k as usize]).collect();
        let own = MlpObjective::new(
            net,
            Loss::SoftmaxCrossEntropy,
            Dataset::new(&own_x, 2, Targets::Labels(&own_labels))?,
            0.1,
        )?;
        let (mut found, mut want) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
        let mut scratch = vec![f64::NAN; f.batch_hess_vec_scratch_len(batch.len())];
        f.batch_hess_vec(&params, &batch, &v, &mut found, &mut scratch);
        own.hess_vec(&params, &v, &mut want, &mut vec![f64::NAN; own.hess_vec_scratch_len()]);
        assert_eq!(found, want, "{} samples", batch.len());
    }
    Ok(())
}
