//! Sweeps over binary32 inputs: error against binary64, and monotony.
//!
//! The oracle is libm's binary64 function, whose own error, below 2 units of binary64, is 4 · 10⁻⁹ of a
//! unit of binary32. `dense` visits every 2¹²-th bit pattern and runs of neighbours; `exhaustive` visits
//! all 2³², minutes a function: `cargo test --release --test elementary -- --ignored --nocapture`.

use losscape::base::elementary::{
    cos, erf, erfc, exp, exp_m1, ln, ln_1p, sigmoid, sin, softplus, tanh, tanh_slice,
};
use losscape_dispatch::{Level, limit};

struct Function {
    name: &'static str,
    value: fn(f32) -> f32,
    oracle: fn(f64) -> f64,
    /// Largest error over all inputs, in units in the last place of the exact result, rounded up.
    bound: f64,
    increasing: bool,
}

fn sigmoid_oracle(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

fn softplus_oracle(x: f64) -> f64 {
    let a = x.abs();
    libm::log1p(libm::exp(-a)) + if x > 0.0 { x } else { 0.0 }
}

const FUNCTIONS: [Function; 11] = [
    Function { name: "exp", value: exp, oracle: libm::exp, bound: 1.0, increasing: true },
    Function { name: "ln", value: ln, oracle: libm::log, bound: 0.84, increasing: true },
    Function { name: "tanh", value: tanh, oracle: libm::tanh, bound: 1.78, increasing: true },
    Function { name: "sigmoid", value: sigmoid, oracle: sigmoid_oracle, bound: 1.75, increasing: true },
    Function { name: "softplus", value: softplus, oracle: softplus_oracle, bound: 1.69, increasing: true },
    Function { name: "sin", value: sin, oracle: libm::sin, bound: 1.57, increasing: false },
    Function { name: "cos", value: cos, oracle: libm::cos, bound: 1.56, increasing: false },
    Function { name: "exp_m1", value: exp_m1, oracle: libm::expm1, bound: 1.0, increasing: false },
    Function { name: "ln_1p", value: ln_1p, oracle: libm::log1p, bound: 1.0, increasing: false },
    Function { name: "erf", value: erf, oracle: libm::erf, bound: 0.97, increasing: false },
    Function { name: "erfc", value: erfc, oracle: libm::erfc, bound: 3.30, increasing: false },
];

/// 2¹²⁸: binary32 has no room from here on.
const OVERFLOW: f64 = f64::from_bits((1023 + 128) << 52);

/// What a sweep found. Errors are in units in the last place.
#[derive(Clone, Copy, Default)]
struct Found {
    error: f64,
    at: f32,
    decreases: u64,
    first_decrease: f32,
    misfits: u64,
    first_misfit: f32,
}

impl Found {
    fn merge(&mut self, other: Self) {
        if other.error > self.error {
            (self.error, self.at) = (other.error, other.at);
        }
        if self.decreases == 0 {
            self.first_decrease = other.first_decrease;
        }
        if self.misfits == 0 {
            self.first_misfit = other.first_misfit;
        }
        self.decreases += other.decreases;
        self.misfits += other.misfits;
    }
}

/// The distance between binary32 neighbours at `exact`.
fn unit(exact: f64) -> f64 {
    let exponent = (exact.to_bits() >> 52 & 0x7ff).max(1023 - 126);
    f64::from_bits((exponent - 23) << 52)
}

/// Visits the bit patterns `bits` of one sign in order of magnitude.
fn sweep(function: &Function, bits: impl Iterator<Item = u32>) -> Found {
    let mut found = Found::default();
    let mut last: Option<f32> = None;
    for bits in bits {
        let x = f32::from_bits(bits);
        let y = (function.value)(x);
        let exact = (function.oracle)(f64::from(x));
        // An overflow to infinity is an error of the missing distance to 2^128.
        let clamp = |y: f64| if y > OVERFLOW { OVERFLOW } else { y };
        let fits = if exact.is_nan() {
            y.is_nan()
        } else if exact == f64::NEG_INFINITY {
            y == f32::NEG_INFINITY
        } else {
            let error = (clamp(f64::from(y)) - clamp(exact)).abs() / unit(clamp(exact));
            if error > found.error {
                (found.error, found.at) = (error, x);
            }
            !y.is_nan() && (exact <= OVERFLOW || y == f32::INFINITY)
        };
        if !fits {
            if found.misfits == 0 {
                found.first_misfit = x;
            }
            found.misfits += 1;
        }
        if function.increasing {
            // False if either is NaN.
            let falls = match last {
                Some(last) if x.is_sign_negative() => y > last,
                Some(last) => y < last,
                None => false,
            };
            if falls {
                if found.decreases == 0 {
                    found.first_decrease = x;
                }
                found.decreases += 1;
            }
            last = Some(y);
        }
    }
    found
}

fn assert_found(function: &Function, found: Found) {
    let Function { name, bound, .. } = function;
    println!("{name}: {:.4} units at {:e}, {} decreases", found.error, found.at, found.decreases);
    assert_eq!(found.misfits, 0, "{name}: NaN or infinity wrong, first at {:e}", found.first_misfit);
    assert_eq!(found.decreases, 0, "{name} decreases, first at {:e}", found.first_decrease);
    assert!(found.error <= *bound, "{name}({:e}): {} units", found.at, found.error);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn dense() {
    for function in &FUNCTIONS {
        let mut found = Found::default();
        for sign in [0, 0x8000_0000] {
            found.merge(sweep(function, (0..0x8000_0000).step_by(1 << 12).map(|bits| bits | sign)));
            // Runs of neighbours, 2⁹ in each of 2¹¹ places: they see what happens at the seams.
            let run = 1 << 9;
            for place in (0..0x7f80_0000).step_by(1 << 20) {
                let start = place + (place >> 3);
                found.merge(sweep(function, (start..start + run).map(|bits| bits | sign)));
            }
            // Where the hyperbolic tangent changes sides.
            let seam = 0.689f32.to_bits();
            found.merge(sweep(function, (seam - (1 << 11)..seam + (1 << 11)).map(|bits| bits | sign)));
        }
        assert_found(function, found);
    }
}

/// binary64 has too many inputs to visit: runs of neighbours at every eighth of a binade, and at the seams.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn binary64_does_not_decrease() {
    type Named = (&'static str, fn(f64) -> f64);
    let functions: [Named; 5] =
        [("exp", exp), ("ln", ln), ("tanh", tanh), ("sigmoid", sigmoid), ("softplus", softplus)];
    let run = 1 << 8;
    let eighths = (1 << 3..0x7ff << 3).map(|eighth: u64| (eighth << 49) + (eighth << 20));
    // Where e^r meets e^-r, for every n, and where tanh and softplus change sides.
    let half_ln_2 = core::f64::consts::LN_2 / 2.0;
    let seams = (1u16..1500).map(|k| f64::from(k) * half_ln_2).chain([0.5625, 1.0, 10.0, 20.0, 40.0]);
    for start in eighths.chain(seams.map(|x| x.to_bits() - run / 2)) {
        for (name, f) in functions {
            for sign in [0, 1 << 63] {
                let at = |bits: u64| f(f64::from_bits(bits | sign));
                for bits in start..start + run {
                    let (first, second) = (at(bits), at(bits + 1));
                    let falls = if sign == 0 { second < first } else { second > first };
                    assert!(!falls, "{name} decreases at {:e}", f64::from_bits(bits | sign));
                }
            }
        }
    }
}

/// All inputs of one function, on all processors.
fn exhaustive(name: &str) {
    let function = FUNCTIONS.iter().find(|function| function.name == name).expect("a function of the table");
    let threads = std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1));
    let share = 0x8000_0000_u32 / threads;
    let mut found = Found::default();
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    // Neighbouring shares overlap by one input, so that no pair is missed.
                    let end = if thread + 1 == threads { 0x7fff_ffff } else { (thread + 1) * share };
                    let mut found = sweep(function, thread * share..=end);
                    found.merge(sweep(function, (thread * share..=end).map(|bits| bits | 0x8000_0000)));
                    found
                })
            })
            .collect();
        for run in runs {
            found.merge(run.join().expect("the sweep does not panic"));
        }
    });
    assert_found(function, found);
}

macro_rules! exhaustive {
    ($($exhaustive:ident $name:literal)*) => {
        $(#[test]
        #[ignore = "all 2^32 inputs: minutes in release"]
        fn $exhaustive() {
            exhaustive($name);
        })*
    };
}

exhaustive! {
    exhaustive_exp "exp"
    exhaustive_ln "ln"
    exhaustive_tanh "tanh"
    exhaustive_sigmoid "sigmoid"
    exhaustive_softplus "softplus"
    exhaustive_sin "sin"
    exhaustive_cos "cos"
    exhaustive_exp_m1 "exp_m1"
    exhaustive_ln_1p "ln_1p"
    exhaustive_erf "erf"
    exhaustive_erfc "erfc"
}

/// The code for registers, at every width that the processor has.
#[test]
#[ignore = "all 2^32 inputs: minutes in release"]
fn exhaustive_tanh_slice() {
    const RUN: u32 = 1 << 12;
    for level in [Level::Build, Level::V3, Level::V4] {
        limit(level);
        for start in (0..=u32::MAX).step_by(RUN as usize) {
            let mut x = [0.0; RUN as usize];
            for (x, bits) in x.iter_mut().zip(start..) {
                *x = f32::from_bits(bits);
            }
            let mut y = x;
            tanh_slice(&mut y);
            for (x, y) in x.into_iter().zip(y) {
                let alone = tanh(x);
                let same = y.to_bits() == alone.to_bits() || (y.is_nan() && alone.is_nan());
                assert!(same, "{level:?}: tanh {x:e} is {y:e} in a slice and {alone:e} alone");
            }
        }
    }
}
