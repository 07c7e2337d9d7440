//! This project as a contender: the public API, as a program would call it.

use losscape::base::vector::{axpy, norm};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::MlpObjective;
use losscape::{ArgError, Curvature, Objective, SampledObjective};

use crate::contender::Contender;
use crate::workload::{LEARNING_RATE, Problem, SIDE, Shape, Workload, plane_coordinate};

/// A network on the data of a problem, with the memory for any of the workloads.
#[derive(Debug)]
pub struct Kernel<'p> {
    workload: Workload,
    shape: Shape,
    objective: MlpObjective<'p>,
    problem: &'p Problem,
    /// 0, 1, … N − 1.
    order: Vec<u32>,
    params: Vec<f32>,
    grad: Vec<f32>,
    scratch: Vec<f32>,
    /// The plane's next row.
    row: usize,
}

/// The classes of a problem, which [`Kernel`] borrows.
#[derive(Debug)]
pub struct Labels(Vec<u8>);

impl Labels {
    /// Those of `problem`, or none.
    #[must_use]
    pub fn new(problem: &Problem) -> Self {
        Self(if problem.shape.labelled() { problem.labels() } else { Vec::new() })
    }
}

impl<'p> Kernel<'p> {
    /// A workload on `problem`.
    ///
    /// # Errors
    /// If the problem is none.
    pub fn new(workload: Workload, problem: &'p Problem, labels: &'p Labels) -> Result<Self, ArgError> {
        let shape = problem.shape;
        let targets =
            if shape.labelled() { Targets::Labels(&labels.0) } else { Targets::Values(&problem.targets) };
        let data = Dataset::new(&problem.inputs, shape.inputs(), targets)?;
        let objective = MlpObjective::new(shape.net(), shape.loss(), data, 0.0)?;
        let scratch = vec![0.0; objective.scratch_len().max(objective.hess_vec_scratch_len())];
        Ok(Self {
            workload,
            shape,
            objective,
            problem,
            order: (0..).take(shape.samples).collect(),
            params: problem.params.clone(),
            grad: vec![0.0; problem.params.len()],
            scratch,
            row: 0,
        })
    }

    /// The batch loss before each step of an epoch.
    pub fn epoch(&mut self, mut each: impl FnMut(f32)) {
        let Self { objective, params, grad, scratch, .. } = self;
        for batch in self.order.chunks_exact(self.shape.batch) {
            each(objective.batch_value_grad(params, batch, grad, scratch));
            axpy(-LEARNING_RATE, grad, params);
        }
    }

    /// The mean loss of all samples.
    pub fn loss(&mut self) -> f32 {
        self.objective.value(&self.params, &mut self.scratch)
    }

    /// One row of the plane; returns the sum of its losses.
    fn plane_row(&mut self) -> f64 {
        let [across, down] = &self.problem.directions;
        let mut sum = 0.0;
        for column in 0..SIDE {
            self.params.copy_from_slice(&self.problem.params);
            axpy(plane_coordinate(column), across, &mut self.params);
            axpy(plane_coordinate(self.row), down, &mut self.params);
            sum += f64::from(self.objective.value(&self.params, &mut self.scratch));
        }
        self.row = (self.row + 1) % SIDE;
        sum
    }

    fn hess_vec(&mut self) {
        let Self { objective, params, grad, scratch, .. } = self;
        objective.hess_vec(params, &self.problem.directions[0], grad, scratch);
    }
}

impl Contender for Kernel<'_> {
    fn work(&mut self) -> f64 {
        match self.workload {
            Workload::W1 | Workload::W2 | Workload::W3 => {
                self.epoch(drop);
                self.shape.samples as f64
            }
            Workload::W4 => {
                self.objective.value_grad(&self.params, &mut self.grad, &mut self.scratch);
                1.0
            }
            Workload::W5 => {
                self.hess_vec();
                1.0
            }
            Workload::W6 => {
                self.plane_row();
                SIDE as f64
            }
        }
    }

    fn check(&mut self) -> f64 {
        self.params.copy_from_slice(&self.problem.params);
        match self.workload {
            Workload::W1 | Workload::W2 | Workload::W3 => {
                self.epoch(drop);
                self.loss().into()
            }
            Workload::W4 => {
                let loss = self.objective.value_grad(&self.params, &mut self.grad, &mut self.scratch);
                (loss + norm(&self.grad)).into()
            }
            Workload::W5 => {
                self.hess_vec();
                norm(&self.grad).into()
            }
            Workload::W6 => {
                self.row = 0;
                self.plane_row() / SIDE as f64
            }
        }
    }
}
