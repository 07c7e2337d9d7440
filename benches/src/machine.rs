//! The processor, and what it can do at most with separate multiplications and additions.

use core::hint::black_box;

use losscape::base::vector::axpy;
use losscape_dispatch::{Element, Level, Simd, Task, Vector, limit, run, widest};
use serde_json::{Value, json};

use crate::measure::in_turn;

/// Chains of each kind: a latency of 4 cycles at three operations a cycle needs 12 in flight, and some to spare.
const CHAINS: usize = 7;

/// Turns of the loop in one call.
const TURNS: usize = 2000;

/// Multiplications and additions that wait for nobody but themselves.
struct Chains<R> {
    zero: R,
    one: R,
}

impl<R: Element> Task for Chains<R> {
    type Output = [R; 16];

    #[inline(always)]
    fn run<S: Simd>(self) -> [R; 16] {
        let factor = R::Vector::<S>::splat(self.one);
        let mut sums = [R::Vector::<S>::splat(self.zero); CHAINS];
        let mut products = [factor; CHAINS];
        for _ in 0..TURNS {
            // In separate loops: on a Zen 4, alternating additions and multiplications run slower.
            for (sum, product) in sums.iter_mut().zip(&products) {
                *sum = sum.add(*product);
            }
            for product in &mut products {
                *product = product.mul(factor);
            }
        }
        let mut lanes = [self.zero; 16];
        sums.into_iter().fold(R::Vector::<S>::splat(self.zero), Vector::add).store(&mut lanes);
        lanes
    }
}

/// Operations per second, in units of 10⁹, with so many lanes; the numbers are 0 and 1.
fn rate<R: Element>(zero: R, one: R, lanes: usize) -> f64 {
    let [seconds] = in_turn([&mut || {
        black_box(run(Chains { zero, one: black_box(one) }));
    }]);
    (2 * CHAINS * lanes * TURNS) as f64 / seconds / 1e9
}

/// Vectors that a measurement may use: all up to a width.
#[derive(Clone, Copy)]
pub(crate) struct Widths {
    widest: Level,
}

/// Bytes of two vectors between which numbers move: in the first-level cache, in the second, and beyond most.
const MOVED: [usize; 3] = [16 << 10, 1 << 20, 64 << 20];

/// Bytes a second, in units of 10⁹, of `y ← y + a x` over vectors that take so many bytes together: two are read, one is written.
pub(crate) fn bandwidth(bytes: usize) -> f64 {
    let n = bytes / (2 * size_of::<f32>());
    let (x, mut y) = (vec![1.0; n], vec![0.0; n]);
    let [seconds] = in_turn([&mut || axpy(black_box(1e-9), &x, &mut y)]);
    (3 * n * size_of::<f32>()) as f64 / seconds / 1e9
}

/// The widths there are, in bits.
const WIDTHS: [(Level, &str); 3] = [(Level::Build, "128"), (Level::V3, "256"), (Level::V4, "512")];

impl Widths {
    /// All that the processor has.
    pub(crate) fn all() -> Self {
        Self { widest: widest() }
    }

    /// Those up to so many bits, from now on in the whole program.
    pub(crate) fn up_to(bits: &str) -> Result<Self, String> {
        let (level, _) =
            WIDTHS.into_iter().find(|width| width.1 == bits).ok_or("widths are 128, 256 and 512 bits")?;
        if level > widest() {
            return Err(format!("this processor's vectors are {} bits wide", Self::all().bits()));
        }
        limit(level);
        Ok(Self { widest: level })
    }

    /// The widest, in bits.
    pub(crate) fn bits(self) -> &'static str {
        WIDTHS[self.widest as usize - 1].1
    }

    /// Operations per second, in units of 10⁹, at each width.
    fn limits(self) -> Vec<(&'static str, f64)> {
        let limits = WIDTHS.into_iter().filter(|&(level, _)| level <= self.widest).map(|(level, bits)| {
            limit(level);
            let lanes = [4, 8, 16][level as usize - 1];
            (bits, rate(0.0f32, 1.0, lanes))
        });
        let limits = limits.collect();
        limit(self.widest);
        limits
    }

    /// The limit of the widest vectors.
    pub(crate) fn limit_of_widest(self) -> f64 {
        self.limits().last().map_or(f64::NAN, |&(_, gflops)| gflops)
    }

    /// The limit of the widest vectors of f64.
    pub(crate) fn limit_of_f64(self) -> f64 {
        rate(0.0f64, 1.0, [2, 4, 8][self.widest as usize - 1])
    }

    /// Prints and returns the processor and the limits.
    pub(crate) fn measure(self) -> Value {
        println!("\n{}\nseparate multiplications and additions of f32, one thread\n", self.describe());
        let limits = self.limits().into_iter().map(|(bits, gflops)| {
            println!("  {bits} bits  {gflops:6.1} GFLOP/s");
            json!({ "bits": bits, "gflops": gflops })
        });
        let limits = limits.collect::<Vec<_>>();
        println!("\nnumbers read and written by y ← y + a x\n");
        let bandwidths = MOVED.map(|bytes| {
            let rate = bandwidth(bytes);
            println!("  in {:6} kB  {rate:6.1} GB/s", bytes >> 10);
            json!({ "bytes": bytes, "gigabytes_per_second": rate })
        });
        json!({ "processor": processor(), "limits": limits, "bandwidths": bandwidths })
    }

    /// The processor, and the vectors in use.
    pub(crate) fn describe(self) -> String {
        let (used, all) = (self.bits(), Self::all().bits());
        let forced = if used == all { String::new() } else { format!(" of its {all}") };
        format!("{}: vectors of {used}{forced} bits", processor())
    }
}

/// What the system calls the processor.
pub(crate) fn processor() -> String {
    let all = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = all.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let numbers = field("cpu family").zip(field("model"));
    let numbers = numbers.map_or(String::new(), |(family, model)| format!(", family {family} model {model}"));
    field("model name").map_or_else(|| std::env::consts::ARCH.to_owned(), |name| name + &numbers)
}
