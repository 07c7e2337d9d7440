use losscape::base::random::stream;
use losscape::models::LeastSquares;
use losscape::sgd::{
    Adam, AddNoise, BatchOrder, FullBatch, LearningRate, Minibatches, Momentum, Noise, Replay, Sgd,
    SgdLayout, SharpnessAware, Transform,
};

use crate::window::{Memory, Ran, drive, sweep};

const DIM: usize = 2;
const STEPS: usize = 4;

/// Three samples in two dimensions.
pub(crate) fn squares() -> LeastSquares<'static, f64> {
    LeastSquares::new(&[1.0, 0.2, 0.5, -1.0, -0.3, 0.7], &[0.5, 1.0, -0.5]).expect("data")
}

fn room() -> usize {
    SgdLayout::new(DIM, losscape::Objective::scratch_len(&squares()) + DIM).len()
}

fn chain(transforms: impl Transform<f64>, mark: &dyn Fn()) -> Ran {
    let (f, mut rng) = (squares(), stream(1, 0));
    let mut sgd = Sgd::new(&f, [1.0; DIM], FullBatch, transforms, vec![0.0; room()])?;
    drive!(mark, STEPS, sgd.step(&f, &mut rng), (sgd.params().len(), sgd.update().len()))
}

fn run(params: impl Memory<f64>, workspace: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let (f, mut rng) = (squares(), stream(1, 0));
    let mut sgd = Sgd::new(&f, params, FullBatch, LearningRate::constant(0.1), workspace)?;
    drive!(mark, STEPS, sgd.step(&f, &mut rng), (sgd.params().len(), sgd.update().len()))
}

fn heavy_ball(velocity: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(Momentum::heavy_ball(0.5, velocity), mark)
}

fn nesterov(velocity: impl Memory<f64>, point: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(Momentum::nesterov(0.5, velocity, point), mark)
}

fn adam(mean: impl Memory<f64>, root: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(Adam::new(mean, root), mark)
}

fn recorded(record: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(AddNoise::new(Noise::Ball { radius: 0.1 }, record), mark)
}

fn low_rank(record: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(AddNoise::low_rank([0.1, 0.2], record), mark)
}

fn replayed(rows: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    chain(Replay::new(rows), mark)
}

/// In turn: drawn with replacement, without, and in shuffled epochs; the last also where the gradient is taken uphill.
fn batches<const ORDER: usize>(indices: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    use BatchOrder::{ShuffledEpochs, WithReplacement, WithoutReplacement};
    let order = [WithReplacement, WithoutReplacement, ShuffledEpochs, ShuffledEpochs][ORDER];
    let (f, mut rng) = (squares(), stream(1, 0));
    let batches = Minibatches::new(order, 3, 2, indices)?;
    if ORDER == 3 {
        let source = SharpnessAware::new(batches, 0.1)?;
        let mut sgd = Sgd::new(&f, [1.0; DIM], source, LearningRate::constant(0.1), vec![0.0; room()])?;
        return drive!(mark, STEPS, sgd.step(&f, &mut rng), ());
    }
    let mut sgd = Sgd::new(&f, [1.0; DIM], batches, LearningRate::constant(0.1), vec![0.0; room()])?;
    drive!(mark, STEPS, sgd.step(&f, &mut rng), sgd.source().batch_size())
}

fn with_replacement(indices: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    batches::<0>(indices, mark)
}

fn without_replacement(indices: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    batches::<1>(indices, mark)
}

fn shuffled(indices: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    batches::<2>(indices, mark)
}

fn uphill(indices: impl Memory<u32>, mark: &dyn Fn()) -> Ran {
    batches::<3>(indices, mark)
}

#[test]
fn hostile_memory_of_descents() {
    let exact = SgdLayout::new(DIM, losscape::Objective::scratch_len(&squares())).len();
    sweep!(run([1.0; DIM], vec![0.0; exact]));
    sweep!(heavy_ball([0.0; DIM]));
    sweep!(nesterov([0.0; DIM], [0.0; DIM]));
    sweep!(adam([0.0; DIM], [0.0; DIM]));
    sweep!(recorded([0.0; DIM * (STEPS + 1)]));
    sweep!(low_rank([0.0; DIM * (STEPS + 1)]));
    sweep!(replayed([0.1; DIM * (STEPS + 1)]));
    for order in [BatchOrder::WithReplacement, BatchOrder::WithoutReplacement, BatchOrder::ShuffledEpochs] {
        assert_eq!(order.indices_len(3, 2), if order == BatchOrder::WithReplacement { 2 } else { 3 });
    }
    sweep!(with_replacement([0u32; 2]));
    sweep!(without_replacement([0u32; 3]));
    sweep!(shuffled([0u32; 3]));
    sweep!(uphill([0u32; 3]));
}
