//! Each batch kernel against its naive twin, at the shapes of the workloads' layers.

use losscape::base::matrix::{self, naive};
use serde_json::{Value, json};

use crate::machine::Widths;
use crate::measure::{in_turn, numbers};

/// Rows × inputs × outputs.
type Shape = [usize; 3];

/// The layers of W1, W2 and W3, and one that fits no vector.
const SHAPES: [Shape; 8] = [
    [32, 2, 16],
    [32, 16, 16],
    [32, 16, 1],
    [32, 64, 32],
    [32, 32, 10],
    [64, 784, 128],
    [64, 128, 10],
    [33, 17, 13],
];

/// The arguments of every kernel for one shape.
struct Operands {
    /// rows × inputs.
    x: Vec<f32>,
    rx: Vec<f32>,
    /// rows × outputs.
    d: Vec<f32>,
    rd: Vec<f32>,
    /// inputs × outputs.
    w: Vec<f32>,
    bias: Vec<f32>,
    outputs: usize,
}

type Call = fn(&Operands, &mut [f32]);

struct Case {
    name: &'static str,
    fast: Call,
    naive: Call,
    /// Length of the result.
    len: fn(Shape) -> usize,
    /// Multiply–adds for each of rows × inputs × outputs; 0 for a sum over rows × outputs.
    terms: usize,
}

macro_rules! case {
    ($name:ident, $terms:expr, $len:expr, |$o:ident, $out:ident| $($args:expr),*) => {
        Case {
            name: stringify!($name),
            fast: |$o, $out| matrix::$name($($args),*),
            naive: |$o, $out| naive::$name($($args),*),
            len: $len,
            terms: $terms,
        }
    };
}

const CASES: [Case; 7] = [
    case!(affine, 1, |[s, _, o]| s * o, |a, out| &a.x, &a.w, &a.bias, out, a.outputs),
    case!(affine_add, 1, |[s, _, o]| s * o, |a, out| &a.x, &a.w, out, a.outputs),
    case!(back, 1, |[s, i, _]| s * i, |a, out| &a.d, &a.w, out, a.outputs),
    case!(back_add, 1, |[s, i, _]| s * i, |a, out| &a.d, &a.w, out, a.outputs),
    case!(outer_sum, 1, |[_, i, o]| i * o, |a, out| &a.x, &a.d, out, a.outputs),
    case!(outer_sum_direction, 2, |[_, i, o]| i * o, |a, out| &a.x, &a.rx, &a.d, &a.rd, out, a.outputs),
    case!(column_sum, 0, |[_, _, o]| o, |a, out| &a.d, out),
];

fn operands([rows, inputs, outputs]: Shape) -> Operands {
    Operands {
        x: numbers(rows * inputs, 1.0),
        rx: numbers(rows * inputs, 0.5),
        d: numbers(rows * outputs, 0.1),
        rd: numbers(rows * outputs, 0.3),
        w: numbers(inputs * outputs, 0.2),
        bias: numbers(outputs, 0.7),
        outputs,
    }
}

/// Both give the same bits.
pub(crate) fn check() -> Result<(), String> {
    for shape in SHAPES {
        let operands = operands(shape);
        for case in &CASES {
            let mut fast = numbers((case.len)(shape), 1.0);
            let mut slow = fast.clone();
            (case.fast)(&operands, &mut fast);
            (case.naive)(&operands, &mut slow);
            if fast.iter().zip(&slow).any(|(a, b)| a.to_bits() != b.to_bits()) {
                return Err(format!("{} of {shape:?} differs from its twin", case.name));
            }
        }
    }
    Ok(())
}

/// Prints and returns GFLOP/s and shares of the machine's limit.
pub(crate) fn measure(widths: Widths) -> Value {
    let limit = widths.limit_of_widest();
    println!("\nbatch kernels of f32, GFLOP/s\n");
    println!(
        "  {:19}  {:14}  {:>6}  {:>6}  {:>6}  {:>8}",
        "", "rows × in × out", "ours", "naive", "ratio", "of limit"
    );
    let mut rows = Vec::new();
    for case in &CASES {
        for shape in SHAPES {
            let operands = operands(shape);
            // Zeros, so that sums stay finite however often terms are added.
            let mut fast = vec![0.0; (case.len)(shape)];
            let mut slow = fast.clone();
            let [a, b] = in_turn([&mut || (case.fast)(&operands, &mut fast), &mut || {
                (case.naive)(&operands, &mut slow)
            }]);
            let [s, i, o] = shape;
            let flop = if case.terms == 0 { s * o } else { 2 * case.terms * s * i * o } as f64;
            let (ours, naive) = (flop / a / 1e9, flop / b / 1e9);
            let shape = format!("{s} × {i} × {o}");
            println!(
                "  {:19}  {shape:15}  {ours:6.1}  {naive:6.2}  {:6.1}  {:7.0}%",
                case.name,
                b / a,
                100.0 * ours / limit
            );
            rows.push(json!({
                "kernel": case.name, "shape": [s, i, o], "gflops": ours, "naive_gflops": naive,
                "ratio": b / a, "share_of_limit": ours / limit,
            }));
        }
    }
    rows.into()
}
