//! Correctly rounded values made with mpmath: `reference/elementary.json` (binary32) and
//! `reference/elementary_f64.json` (binary64; the script that made it is beside it).

use crate::double::Double;
use crate::ulp::{steps_f32, steps_f64};
use losscape::Real;
use losscape::base::elementary::{cos, erf, erfc, exp, ln, sigmoid, sin, softplus, tanh};
use serde_json::Value;

fn function<R: Real>(name: &str) -> fn(R) -> R {
    match name {
        "exp" => exp,
        "ln" => ln,
        "tanh" => tanh,
        "sigmoid" => sigmoid,
        "softplus" => softplus,
        "sin" => sin,
        "cos" => cos,
        "erf" => erf,
        "erfc" => erfc,
        other => panic!("no function {other}"),
    }
}

/// Calls `check` with the name of the function, the input and the expected output of every pair.
fn for_each_pair(json: &str, [names, count]: [usize; 2], mut check: impl FnMut(&str, &Value, &Value)) {
    let file: Value = serde_json::from_str(json).expect("the reference is JSON");
    let functions = file["functions"].as_object().expect("an object of functions");
    assert_eq!(functions.len(), names, "functions in the reference");
    let mut pairs = 0;
    for (name, list) in functions {
        for pair in list.as_array().expect("a list of pairs") {
            check(name, &pair[0], &pair[1]);
            pairs += 1;
        }
    }
    assert_eq!(pairs, count, "pairs in the reference");
}

#[test]
fn binary32_is_within_two_steps_of_the_rounded_value() {
    let float = |v: &Value| {
        let bits = v.as_u64().expect("a bit pattern");
        f32::from_bits(u32::try_from(bits).expect("32 bits"))
    };
    for_each_pair(include_str!("../reference/elementary.json"), [7, 416], |name, input, output| {
        let (x, expected) = (float(input), float(output));
        let y = function::<f32>(name)(x);
        assert!(steps_f32(y, expected) <= 2, "{name}({x:e}) = {y:e}, expected {expected:e}");
    });
}

#[test]
fn binary64_is_within_two_steps_of_the_rounded_value() {
    let float = |v: &Value| {
        let digits = v.as_str().expect("hexadecimal digits");
        f64::from_bits(u64::from_str_radix(digits, 16).expect("hexadecimal digits"))
    };
    for_each_pair(include_str!("../reference/elementary_f64.json"), [9, 2852], |name, input, output| {
        let (x, expected) = (float(input), float(output));
        let y = function::<f64>(name)(x);
        assert!(steps_f64(y, expected) <= 2, "{name}({x:e}) = {y:e}, expected {expected:e}");
    });
}

/// The pairs of numbers that binary64 is measured against round to mpmath's values.
#[test]
fn pairs_of_numbers_round_to_the_reference() {
    let float = |v: &Value| {
        let digits = v.as_str().expect("hexadecimal digits");
        f64::from_bits(u64::from_str_radix(digits, 16).expect("hexadecimal digits"))
    };
    let mut compared = 0;
    for_each_pair(include_str!("../reference/elementary_f64.json"), [9, 2852], |name, input, output| {
        let (x, rounded) = (float(input), float(output));
        let (exact, most): (fn(Double) -> Double, f64) = match name {
            "exp" => (Double::exp, 680.0),
            "ln" => (Double::ln, 1e290),
            "tanh" => (Double::tanh, 30.0),
            "sigmoid" => (Double::sigmoid, 600.0),
            "softplus" => (Double::softplus, 600.0),
            "sin" => (Double::sin, 1e6),
            "erf" => (Double::erf, 25.0),
            "erfc" => (Double::erfc, 24.0),
            _ => (Double::cos, 1e6),
        };
        // Where the second of a pair would be subnormal it has too few bits.
        if x.abs() < most && x.abs() > 1e-290 && rounded.abs() > 1e-270 && (name != "ln" || x > 0.0) {
            let units = exact(x.into()).units(rounded);
            assert!(units < 0.500_01, "{name}({x:e}): {units}");
            compared += 1;
        }
    });
    assert!(compared > 2000, "{compared}");
}
