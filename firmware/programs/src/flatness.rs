//! Learns exclusive or as `xor` does, then asks whether the minimum it has found is flat: the largest eigenvalue of the Hessian, by Lanczos, and
//! its trace, from random products.

use losscape::ArgError;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::curvature::{
    Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Probe, TraceEstimate, TraceLayout,
};
use losscape::models::mlp::MlpObjective;
use losscape::objective::HessianAt;

use crate::xor::{self, DIM, NET, TILE};
use crate::{Program, Report, Run};

/// Products of the Lanczos iteration.
const STEPS: usize = 12;
/// Probes of the trace.
const PROBES: u32 = 100;
const SCRATCH: usize = NET.hess_vec_scratch_len(TILE);
const LANCZOS: LanczosLayout = LanczosLayout::new(DIM, STEPS, SCRATCH);
const BASIS: usize = LANCZOS.basis_len();
const WORKSPACE: usize = LANCZOS.len();
const TRACE: usize = TraceLayout::new(DIM, SCRATCH).len();

/// Training's memory and that of the products, about 8 kB.
pub struct Memory {
    xor: xor::Memory,
    basis: [f32; BASIS],
    workspace: [f32; WORKSPACE],
    trace: [f32; TRACE],
    found: [f32; 4],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            xor: xor::Memory::new(),
            basis: [0.0; BASIS],
            workspace: [0.0; WORKSPACE],
            trace: [0.0; TRACE],
            found: [0.0; 4],
        }
    }
}

impl Program for Memory {
    type Run<'m> = <xor::Memory as Program>::Run<'m>;
    type Last<'m> = Measuring<'m>;

    fn begin(&mut self, part: u32) -> Result<Self::Run<'_>, ArgError> {
        self.xor.begin(part)
    }

    fn finish(&mut self) -> Result<Measuring<'_>, ArgError> {
        let Self { xor, basis, workspace, trace, found } = self;
        let (objective, params) = xor.trained()?;
        let at = HessianAt::new(&objective, params)?;
        let config = LanczosConfig { steps: STEPS as u32, reorthogonalise: true };
        let lanczos = Lanczos::new(&at, config, &[1.0; DIM], basis, workspace)?;
        let trace = TraceEstimate::new(&at, Probe::Rademacher, trace)?;
        Ok(Measuring { objective, params, lanczos, trace, rng: stream(2026, 1), found })
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        Ok(Report::of(&["largest eigenvalue", "within", "trace", "standard error"], &self.found, &self.found))
    }
}

/// A product a step.
pub struct Measuring<'m> {
    objective: MlpObjective<'m>,
    params: &'m [f32; DIM],
    lanczos: Lanczos<f32, &'m mut [f32; BASIS], &'m mut [f32; WORKSPACE]>,
    trace: TraceEstimate<f32, &'m mut [f32; TRACE]>,
    rng: Xoshiro128PlusPlus,
    found: &'m mut [f32; 4],
}

impl Run for Measuring<'_> {
    fn step(&mut self) -> bool {
        let Ok(at) = HessianAt::new(&self.objective, self.params) else { return false };
        match self.lanczos.step(&at, &mut self.rng) {
            LanczosStep::Extended { .. } | LanczosStep::Restarted { .. } => return true,
            LanczosStep::NotFinite | LanczosStep::MemoryChanged => return false,
            LanczosStep::Done => {}
        }
        let _ = self.trace.step(&at, &mut self.rng);
        let more = self.trace.count() < PROBES;
        if !more {
            *self.found = self.told();
        }
        more
    }
}

impl Measuring<'_> {
    fn told(&mut self) -> [f32; 4] {
        let (trace, error) = (self.trace.mean(), self.trace.standard_error());
        let Some(ritz) = self.lanczos.ritz() else { return [0.0; 4] };
        let last = ritz.values().len().saturating_sub(1);
        [ritz.values().last().copied().unwrap_or_default(), ritz.residual(last), trace, error]
    }
}
