//! Each elementary function over a slice, against libm's.

use losscape::base::elementary as ours;
use losscape_dispatch::{Simd, Task, run};
use serde_json::{Value, json};

use crate::measure::{in_turn, numbers};

const LEN: usize = 1024;

/// A function with its counterpart and the range of arguments that is timed.
struct Case {
    name: &'static str,
    ours: fn(&[f32], &mut [f32]),
    libm: fn(&[f32], &mut [f32]),
    /// Arguments lie between −range and range, or for `ln` between 0 and range.
    range: f32,
}

macro_rules! case {
    ($name:ident, $range:expr, $libm:expr) => {
        Case {
            name: stringify!($name),
            ours: |x, y| {
                struct Each<'a>(&'a [f32], &'a mut [f32]);
                impl Task for Each<'_> {
                    type Output = ();
                    #[inline(always)]
                    fn run<S: Simd>(self) {
                        for (y, &x) in self.1.iter_mut().zip(self.0) {
                            *y = ours::$name(x);
                        }
                    }
                }
                run(Each(x, y));
            },
            libm: |x, y| {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = $libm(x);
                }
            },
            range: $range,
        }
    };
}

/// A function that has a form for slices, where the numbers' range chooses the path.
macro_rules! slice_case {
    ($name:ident, $slice:path, $range:expr, $libm:expr) => {
        Case {
            ours: |x, y| {
                y.copy_from_slice(x);
                $slice(y);
            },
            ..case!($name, $range, $libm)
        }
    };
}

const CASES: [Case; 8] = [
    case!(exp, 20.0, libm::expf),
    case!(ln, 100.0, libm::logf),
    slice_case!(tanh, ours::tanh_slice, 4.0, libm::tanhf),
    case!(sigmoid, 10.0, |x: f32| 1.0 / (1.0 + libm::expf(-x))),
    case!(softplus, 10.0, |x: f32| { (if x < 0.0 { 0.0 } else { x }) + libm::log1pf(libm::expf(-x.abs())) }),
    slice_case!(sin, ours::sin_slice, 100.0, libm::sinf),
    slice_case!(cos, ours::cos_slice, 100.0, libm::cosf),
    case!(sqrt, 100.0, libm::sqrtf),
];

fn arguments(case: &Case) -> Vec<f32> {
    let mut x = numbers(LEN, case.range);
    if matches!(case.name, "ln" | "sqrt") {
        for x in &mut x {
            *x = x.abs() + f32::MIN_POSITIVE;
        }
    }
    x
}

/// Both agree to some units in the last place; the proper bounds are tested in `core`.
pub(crate) fn check() -> Result<(), String> {
    for case in &CASES {
        let x = arguments(case);
        let (mut a, mut b) = (vec![0.0; LEN], vec![0.0; LEN]);
        (case.ours)(&x, &mut a);
        (case.libm)(&x, &mut b);
        for ((&x, &a), &b) in x.iter().zip(&a).zip(&b) {
            if (a - b).abs() > 8.0 * f32::EPSILON * b.abs() {
                return Err(format!("{}({x}): {a}, but libm has {b}", case.name));
            }
        }
    }
    Ok(())
}

/// Prints and returns nanoseconds per number.
pub(crate) fn measure() -> Value {
    println!("\nelementary functions over {LEN} f32, ns each\n");
    println!("  {:10}  {:>6}  {:>6}  {:>6}", "", "ours", "libm", "ratio");
    let rows = CASES.iter().map(|case| {
        let x = arguments(case);
        let mut y = vec![0.0; LEN];
        let mut z = y.clone();
        let [a, b] = in_turn([&mut || (case.ours)(&x, &mut y), &mut || (case.libm)(&x, &mut z)])
            .map(|seconds| seconds * 1e9 / LEN as f64);
        println!("  {:10}  {a:6.2}  {b:6.2}  {:6.1}", case.name, b / a);
        json!({ "function": case.name, "ours_ns": a, "libm_ns": b, "ratio": b / a })
    });
    rows.collect()
}
