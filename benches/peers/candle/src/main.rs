//! The workloads in candle: tensors made once, one `backward_step` per batch.

use candle_core::{Device, Result, Tensor, Var};
use candle_nn::loss::cross_entropy;
use candle_nn::{Linear, Module, Optimizer, SGD};
use losscape_benches::contender::{Contender, serve};
use losscape_benches::workload::{LEARNING_RATE, Problem, SIDE, Shape, Workload, plane_coordinate};

struct Batch {
    inputs: Tensor,
    targets: Tensor,
}

struct Candle<'p> {
    workload: Workload,
    shape: Shape,
    problem: &'p Problem,
    layers: Vec<(Var, Var)>,
    sgd: SGD,
    all: Batch,
    batches: Vec<Batch>,
    row: usize,
}

impl<'p> Candle<'p> {
    fn new(workload: Workload, problem: &'p Problem) -> Result<Self> {
        let shape = problem.shape;
        let batch = |from: usize, count: usize| -> Result<Batch> {
            let x = &problem.inputs[from * shape.inputs()..][..count * shape.inputs()];
            let y = &problem.targets[from..][..count];
            let inputs = Tensor::from_slice(x, (count, shape.inputs()), &Device::Cpu)?;
            let targets = if shape.labelled() {
                let labels: Vec<u32> = y.iter().map(|&class| class as u32).collect();
                Tensor::from_slice(&labels, count, &Device::Cpu)?
            } else {
                Tensor::from_slice(y, (count, 1), &Device::Cpu)?
            };
            Ok(Batch { inputs, targets })
        };
        let starts = (0..shape.samples).step_by(shape.batch);
        let mut layers = Vec::new();
        for (weights, bias) in tensors(&shape, &problem.params)? {
            layers.push((Var::from_tensor(&weights)?, Var::from_tensor(&bias)?));
        }
        let vars = layers.iter().flat_map(|(weights, bias)| [weights.clone(), bias.clone()]).collect();
        Ok(Self {
            workload,
            shape,
            problem,
            sgd: SGD::new(vars, LEARNING_RATE.into())?,
            layers,
            all: batch(0, shape.samples)?,
            batches: starts.map(|from| batch(from, shape.batch)).collect::<Result<_>>()?,
            row: 0,
        })
    }

    fn set(&mut self, params: &[f32]) -> Result<()> {
        for ((own_weights, own_bias), (weights, bias)) in self.layers.iter().zip(tensors(&self.shape, params)?) {
            own_weights.set(&weights)?;
            own_bias.set(&bias)?;
        }
        Ok(())
    }

    fn loss(&self, batch: &Batch) -> Result<Tensor> {
        let mut a = batch.inputs.clone();
        for (l, (weights, bias)) in self.layers.iter().enumerate() {
            a = Linear::new(weights.as_tensor().clone(), Some(bias.as_tensor().clone())).forward(&a)?;
            if l + 1 < self.layers.len() {
                a = if self.shape.relu { a.relu()? } else { a.tanh()? };
            }
        }
        if self.shape.labelled() {
            cross_entropy(&a, &batch.targets)
        } else {
            (a - &batch.targets)?.sqr()?.mean_all()? * 0.5
        }
    }

    fn epoch(&mut self) -> Result<()> {
        for batch in &self.batches {
            let loss = self.loss(batch)?;
            self.sgd.backward_step(&loss)?;
        }
        Ok(())
    }

    /// The loss, plus the gradient's norm.
    fn gradient(&self) -> Result<f64> {
        let loss = self.loss(&self.all)?;
        let grads = loss.backward()?;
        let mut squares = 0.0;
        for var in self.layers.iter().flat_map(|(weights, bias)| [weights, bias]) {
            let grad = grads.get(var).expect("every parameter has a gradient");
            if self.row == 0 {
                squares += f64::from(grad.sqr()?.sum_all()?.to_scalar::<f32>()?);
            }
        }
        Ok(f64::from(loss.to_scalar::<f32>()?) + squares.sqrt())
    }

    fn plane_row(&mut self) -> Result<f64> {
        let [across, down] = &self.problem.directions;
        let mut sum = 0.0;
        for column in 0..SIDE {
            let (alpha, beta) = (plane_coordinate(column), plane_coordinate(self.row));
            let steps = across.iter().zip(down).map(|(a, b)| alpha * a + beta * b);
            let params: Vec<f32> = self.problem.params.iter().zip(steps).map(|(p, step)| p + step).collect();
            self.set(&params)?;
            sum += f64::from(self.loss(&self.all)?.to_scalar::<f32>()?);
        }
        self.row = (self.row + 1) % SIDE;
        Ok(sum)
    }

    fn try_work(&mut self) -> Result<f64> {
        match self.workload {
            Workload::W1 | Workload::W2 | Workload::W3 => self.epoch().map(|()| self.shape.samples as f64),
            Workload::W4 => {
                // The norm is for the check alone.
                self.row = 1;
                self.gradient().map(|_| 1.0)
            }
            Workload::W5 | Workload::W6 => self.plane_row().map(|_| SIDE as f64),
        }
    }

    fn try_check(&mut self) -> Result<f64> {
        self.set(&self.problem.params)?;
        self.row = 0;
        match self.workload {
            Workload::W1 | Workload::W2 | Workload::W3 => {
                self.epoch()?;
                Ok(self.loss(&self.all)?.to_scalar::<f32>()?.into())
            }
            Workload::W4 => self.gradient(),
            Workload::W5 | Workload::W6 => Ok(self.plane_row()? / SIDE as f64),
        }
    }
}

/// Weights (outputs × inputs, as candle keeps them) and bias of each layer.
fn tensors(shape: &Shape, params: &[f32]) -> Result<Vec<(Tensor, Tensor)>> {
    let net = shape.net();
    (0..net.layers())
        .map(|l| {
            let layer = net.layer(l);
            let weights =
                Tensor::from_slice(&params[layer.weights], (layer.inputs, layer.outputs), &Device::Cpu)?;
            let bias = Tensor::from_slice(&params[layer.bias], layer.outputs, &Device::Cpu)?;
            Ok((weights.t()?.contiguous()?, bias))
        })
        .collect()
}

impl Contender for Candle<'_> {
    fn work(&mut self) -> f64 {
        self.try_work().expect("candle refuses")
    }

    fn check(&mut self) -> f64 {
        self.try_check().expect("candle refuses")
    }
}

fn main() -> std::io::Result<()> {
    serve(&Workload::ALL.map(|workload| Problem::new(workload.shape())), |workload, problem| {
        // candle has no forward derivative to take a Hessian-vector product with.
        let known = workload != Workload::W5;
        known.then(|| Box::new(Candle::new(workload, problem).expect("candle refuses")) as Box<dyn Contender>)
    })
}
