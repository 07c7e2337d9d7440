//! Memory owned or lent, and memory that changes its length.

use core::cell::Cell;
use std::rc::Rc;

use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{BLOCK, Loss, Mlp, MlpObjective};
use losscape::sgd::{
    Adam, AddNoise, Batch, BatchOrder, FullBatch, GradientSource, LearningRate, Minibatches, Momentum, Noise,
    Replay, Sgd, SgdLayout, SgdStep, Transform,
};

use losscape::{Objective, SampledObjective};

use crate::objectives::{Bowl, Centres};

/// ½ x², in `f32` alone: what is a literal below becomes that.
struct Single;

impl Objective for Single {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, x: &[f32], _: &mut [f32]) -> f32 {
        0.5 * x[0] * x[0]
    }
    fn value_grad(&self, x: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        grad[0] = x[0];
        self.value(x, scratch)
    }
}

/// Three steps, whatever holds the numbers.
fn end<P, W, V>(params: P, workspace: W, velocity: V) -> f32
where
    P: AsRef<[f32]> + AsMut<[f32]>,
    W: AsRef<[f32]> + AsMut<[f32]>,
    V: AsRef<[f32]> + AsMut<[f32]>,
{
    let chain = (LearningRate::constant(0.25), Momentum::heavy_ball(0.5, velocity));
    let mut sgd = Sgd::new(&Single, params, FullBatch, chain, workspace).expect("valid");
    for _ in 0..3 {
        let _ = sgd.step(&Single, &mut stream(0, 0));
    }
    sgd.params()[0]
}

/// One constructor for arrays, split slices, vectors, boxes and borrows, in any mixture; literals need no type.
#[test]
fn every_memory_goes_through_the_same_constructor() {
    // x ← 6, then 3.5, then 1.375: v = −2, −2.5, −2.125.
    let expected = 1.375;
    assert_eq!(end([8.0], [0.0; SgdLayout::new(1, 0).len()], [0.0]), expected, "arrays");
    assert_eq!(end(vec![8.0], vec![0.0; 4], vec![0.0]), expected, "vectors, the workspace longer");
    assert_eq!(end(vec![8.0].into_boxed_slice(), [0.0], vec![0.0]), expected, "a box");
    let (mut array, mut vector) = ([8.0], vec![0.0]);
    assert_eq!(end(&mut array, &mut vector, &mut [0.0]), expected, "borrowed");
    assert_eq!(array, [expected], "the lender's");
    let mut memory = [8.0, f32::NAN, 0.0];
    let (params, rest) = memory.split_at_mut(1);
    let (workspace, velocity) = rest.split_at_mut(1);
    assert_eq!(end(params, workspace, velocity), expected, "split");

    let mut params = [8.0];
    let mut sgd = Sgd::new(&Single, &mut params, FullBatch, LearningRate::constant(0.25), [0.0]).unwrap();
    let _ = sgd.step(&Single, &mut stream(0, 0));
    assert_eq!(params, [6.0]);
    let sgd = Sgd::new(&Single, vec![8.0], FullBatch, (), [0.0]).unwrap();
    assert_eq!(sgd.into_parts(), (vec![8.0], FullBatch, (), [0.0]), "given back");
}

/// A vector that shows only so many of its elements.
struct Window<X> {
    memory: Vec<X>,
    shown: Rc<Cell<usize>>,
}

impl<X> AsRef<[X]> for Window<X> {
    fn as_ref(&self) -> &[X] {
        &self.memory[..self.shown.get()]
    }
}

impl<X> AsMut<[X]> for Window<X> {
    fn as_mut(&mut self) -> &mut [X] {
        &mut self.memory[..self.shown.get()]
    }
}

const DIM: usize = 2;
const BOWL: Bowl = Bowl { dim: DIM, curvature: 1.0 };

/// A window that is one element shorter than its memory, and its switch.
fn window(len: usize) -> (Window<f64>, Rc<Cell<usize>>) {
    let shown = Rc::new(Cell::new(len));
    (Window { memory: vec![0.5; len + 2], shown: Rc::clone(&shown) }, shown)
}

/// A step, four that find the memory of other lengths, and a step that goes on as if nothing had been.
#[track_caller]
fn notices<R, S, T, P, W, F>(mut sgd: Sgd<R, S, T, P, W>, objective: &F, shown: &Cell<usize>)
where
    R: losscape::Real,
    S: GradientSource<R, F>,
    T: Transform<R>,
    P: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
    F: Objective<R>,
{
    let mut rng = stream(1, 0);
    assert!(matches!(sgd.step(objective, &mut rng), SgdStep::Stepped { .. }), "as it was");
    let len = shown.get();
    let before = (rng.clone(), sgd.steps());
    for other in [len - 1, 0] {
        shown.set(other);
        assert_eq!(sgd.step(objective, &mut rng), SgdStep::MemoryChanged, "{other} of {len}");
        assert_eq!((rng.clone(), sgd.steps()), before, "nothing drawn, nothing counted");
    }
    shown.set(len);
    assert!(matches!(sgd.step(objective, &mut rng), SgdStep::Stepped { .. }), "as it was again");
}

#[test]
fn memory_of_another_length() {
    let new = |chain| Sgd::new(&BOWL, [1.0; DIM], FullBatch, chain, [0.0; DIM]);
    let (params, shown) = window(DIM);
    notices(Sgd::new(&BOWL, params, FullBatch, (), [0.0; DIM]).unwrap(), &BOWL, &shown);
    let (workspace, shown) = window(DIM);
    notices(Sgd::new(&BOWL, [1.0; DIM], FullBatch, (), workspace).unwrap(), &BOWL, &shown);
    let (velocity, shown) = window(DIM);
    notices(new(Momentum::nesterov(0.5, velocity, window(DIM).0)).unwrap(), &BOWL, &shown);
    let (point, shown) = window(DIM);
    notices(new(Momentum::nesterov(0.5, window(DIM).0, point)).unwrap(), &BOWL, &shown);

    let start = |chain| Sgd::new(&BOWL, [1.0; DIM], FullBatch, chain, [0.0; DIM]).unwrap();
    let (record, shown) = window(3 * DIM);
    notices(start(AddNoise::new(Noise::Ball { radius: 0.1 }, record)), &BOWL, &shown);
    let (rows, shown) = window(4 * DIM);
    notices(Sgd::new(&BOWL, [1.0; DIM], FullBatch, Replay::new(rows), [0.0; DIM]).unwrap(), &BOWL, &shown);
    let (mean, shown) = window(DIM);
    notices(
        Sgd::new(&BOWL, [1.0; DIM], FullBatch, Adam::new(mean, [0.0; DIM]), [0.0; DIM]).unwrap(),
        &BOWL,
        &shown,
    );
    let (root, shown) = window(DIM);
    notices(
        Sgd::new(&BOWL, [1.0; DIM], FullBatch, Adam::new([0.0; DIM], root), [0.0; DIM]).unwrap(),
        &BOWL,
        &shown,
    );
}

#[test]
fn indices_of_another_length() {
    use BatchOrder::{ShuffledEpochs, WithReplacement, WithoutReplacement};
    let objective = Centres::new(1.0, &[1.0, 2.0, 3.0, 4.0]);
    for (order, len) in [(WithReplacement, 3), (WithoutReplacement, 4), (ShuffledEpochs, 4)] {
        let shown = Rc::new(Cell::new(len));
        let indices = Window { memory: vec![0; 6], shown: Rc::clone(&shown) };
        let mut batches = Minibatches::new(order, 4, 3, indices).unwrap();
        shown.set(2);
        assert_eq!(batches.next_batch(&mut stream(0, 0)), Batch::MemoryChanged, "{order:?}");
        shown.set(len);
        notices(Sgd::new(&objective, [0.0], batches, (), [0.0]).unwrap(), &objective, &shown);
    }
}

/// A run on an objective of another dimension.
#[test]
fn an_objective_of_another_dimension() {
    let mut sgd = Sgd::new(&BOWL, [1.0; DIM], FullBatch, (), [0.0; DIM]).unwrap();
    let other = Bowl { dim: 3, curvature: 1.0 };
    assert_eq!(sgd.step(&other, &mut stream(0, 0)), SgdStep::MemoryChanged);
    assert_eq!(sgd.params(), [1.0; DIM]);
}

/// A sum over more than a block of samples needs more room than the run was given: a reason, before anything is drawn.
#[test]
fn a_batch_that_outgrows_its_workspace() {
    let x: Vec<f64> = (0..300).map(|k| f64::from(k) / 300.0).collect();
    let data = Dataset::new(&x, 1, Targets::Values(&x)).expect("data");
    let net = Mlp::new(&[1, 1]).expect("widths");
    let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).expect("valid");
    let batches =
        Minibatches::new(BatchOrder::ShuffledEpochs, 300, BLOCK as u32, vec![0; 300]).expect("valid");
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.batch_scratch_len(BLOCK)).len()];
    let mut sgd = Sgd::new(&f, [0.5, 0.5], batches, LearningRate::constant(0.1), workspace).expect("valid");
    let mut rng = stream(1, 0);
    assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }));
    sgd.source_mut().set_batch_size(BLOCK as u32 + 1).expect("there are as many samples");
    let before = (sgd.params().to_vec(), rng.clone());
    assert_eq!(sgd.step(&f, &mut rng), SgdStep::MemoryChanged);
    assert_eq!((sgd.params().to_vec(), rng.clone()), before);
    sgd.source_mut().set_batch_size(BLOCK as u32).expect("as before");
    assert!(matches!(sgd.step(&f, &mut rng), SgdStep::Stepped { .. }), "goes on");
}
