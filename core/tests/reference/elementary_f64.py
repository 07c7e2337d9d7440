#!/usr/bin/env python3
"""Correctly rounded binary64 values of the elementary functions; rewrites elementary_f64.json beside it.

Needs mpmath (PyPI). Inputs follow closed formulas, nothing is drawn at random.
"""
import json
import math
import struct

import mpmath as mp

mp.mp.prec = 1200  # enough to reduce 1e300 by pi


def bits(v):
    return f"{struct.unpack('<Q', struct.pack('<d', v))[0]:016x}"


def rounded(v):
    # mpmath rounds to nearest even when it converts; subnormal results are rounded on their own grid.
    if v != 0 and abs(v) < mp.mpf(2) ** -1022:
        return float(mp.ldexp(mp.nint(mp.ldexp(v, 1074)), -1074))
    return float(v)


FUNCTIONS = {
    "exp": mp.exp,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "sin": mp.sin,
    "cos": mp.cos,
    "ln": mp.log,
    "erf": mp.erf,
    "erfc": mp.erfc,
}
decades = [s * 10.0**e * m for e in range(-12, 3) for m in (1.0, 2.3, 5.9, 8.7) for s in (1, -1)]
# A dense, aperiodic walk through the range in which every function bends.
walk = [24 * math.fmod(k * 0.6180339887498949, 1.0) - 12 for k in range(200)]
near_underflow = [-700.5, -708.2, -709.9, -730.25, -744.0, -745.1]
near_overflow = [700.5, 709.7, 709.782712893384]
near_one = [1 + s * 2.0**-k for k in range(1, 40, 3) for s in (1, -1)]
large = [1e5, -1e5, 123456.789, 1e8 + 0.5, -1e15, 2.0**60, 1e22, -1e100, 1e300]
inputs = {
    "exp": [x for x in decades + walk if abs(x) < 700] + near_underflow + near_overflow,
    "sigmoid": [x for x in decades + walk if abs(x) < 700] + near_underflow,
    "softplus": decades + walk + near_underflow,
    "tanh": decades + walk,
    "sin": decades + walk + large + [k * math.pi / 2 for k in range(1, 40)],
    "cos": decades + walk + large + [k * math.pi / 2 for k in range(1, 40)],
    "erf": [x for x in decades + walk if abs(x) < 100],
    "erfc": [x for x in decades + walk if -100 < x < 26],
    "ln": [x for x in decades + walk + near_one + large if x > 0] + [5e-324, 1e-310, 2.0**-1022, 1e300, 1.7e308],
}
out = {name: [[bits(x), bits(rounded(f(mp.mpf(x))))] for x in inputs[name]] for name, f in FUNCTIONS.items()}
with open(__file__.replace(".py", ".json"), "w", encoding="ascii") as file:
    meaning = "pairs [input, correctly rounded output], binary64 bit patterns in hexadecimal"
    text = json.dumps({"meaning": meaning, "functions": out})
    file.write(text.replace("], [", "],\n[").replace(": [[", ": [\n[") + "\n")
