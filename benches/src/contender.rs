//! How a program takes part in a comparison.
//!
//! It answers each line of its standard input with a line of its standard output:
//!
//! | question | answer |
//! |---|---|
//! | `check W1` | a number that tells whether it computes the same, see [`Contender::check`] |
//! | `time W1 0.2` | units per second, measured over about that many seconds |
//!
//! where a second is one of the processor's time for the program, all its threads together: a machine's other
//! work then counts less, and a second thread counts as what it is.
//!
//! and with `-` to what it cannot do. So contenders of any language can be kept ready and asked in turn,
//! and what is left of the machine's other work falls on all of them alike.

#[cfg(not(target_arch = "wasm32"))]
pub use native::{serve, time};

/// One workload, prepared by one program.
pub trait Contender {
    /// Does some of the work, at least once through the code: an epoch of training, one gradient, one
    /// product, one row of the plane. Returns how many units that were.
    fn work(&mut self) -> f64;

    /// From the start, a number that equal computations share, up to rounding: the mean loss after one
    /// epoch, the sum of loss and gradient's norm, the product's norm, or the mean loss of the plane's first
    /// row.
    fn check(&mut self) -> f64;
}

/// What a browser cannot do: it has no standard input.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::io::{BufRead, Write};

    use cpu_time::ProcessTime;

    use super::Contender;
    use crate::workload::{Problem, Workload};

    /// Answers questions on the problems of [`Workload::ALL`] until there are no more; `prepare` readies a
    /// workload or does not know it.
    ///
    /// # Errors
    /// If standard input or output fails.
    pub fn serve<'p>(
        problems: &'p [Problem; 6],
        prepare: impl Fn(Workload, &'p Problem) -> Option<Box<dyn Contender + 'p>>,
    ) -> std::io::Result<()> {
        let mut ready: Vec<_> = Workload::ALL
            .into_iter()
            .zip(problems)
            .map(|(workload, problem)| prepare(workload, problem))
            .collect();
        for line in std::io::stdin().lock().lines() {
            let line = line?;
            let mut words = line.split_whitespace();
            let (verb, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let seconds = words.next().and_then(|word| word.parse().ok());
            let contender = Workload::named(name).and_then(|workload| ready[workload as usize].as_mut());
            let answer = match (verb, contender, seconds) {
                ("check", Some(contender), None) => Some(contender.check()),
                ("time", Some(contender), Some(seconds)) => Some(time(&mut **contender, seconds)),
                _ => None,
            };
            let mut out = std::io::stdout().lock();
            match answer {
                Some(number) => writeln!(out, "{number:e}")?,
                None => writeln!(out, "-")?,
            }
            out.flush()?;
        }
        Ok(())
    }

    /// Units per second over about `seconds`.
    pub fn time(contender: &mut (impl Contender + ?Sized), seconds: f64) -> f64 {
        let start = ProcessTime::now();
        let mut units = 0.0;
        loop {
            units += contender.work();
            let elapsed = start.elapsed().as_secs_f64();
            if elapsed >= seconds {
                return units / elapsed;
            }
        }
    }
}
