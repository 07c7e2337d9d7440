//! A training run that survives power loss at any moment, with two slots of flash.
//!
//! Every few steps the state of the run is saved to the slot that does *not* hold the newest state, so
//! that at any moment one whole state is in flash. After a loss of power both slots are tried; a slot
//! that was being erased or written is refused by its checksum, and the run continues from the later
//! of those that are whole. The result has the same bits as that of a run that was never interrupted.
//!
//! The flash is simulated: an erase sets bytes to 0xFF, programming clears bits, and power can fail
//! before any byte or while it is written, which leaves it half done. The program tries every such
//! moment.
//!
//! On a board, replace [`Flash`] by the driver of your part: a slot is one or more erasable sectors. The
//! two functions to copy are [`resume`] and [`save`]. A part that programs words takes the length rounded up to
//! a whole word; what lies behind a state is not looked at. Each save wears one slot by one erase; parts bear 10 000
//! to 100 000.
//!
//! ```text
//! cargo run --release --example two_slots
//! ```

use losscape::base::blob::BlobError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Objective};

const NET: Mlp = match Mlp::new(&[2, 8, 1]) {
    Ok(net) => net,
    Err(_) => panic!("two inputs, eight hidden units, one output"),
};
const PARAMS: usize = NET.param_len();
const SAMPLES: usize = 4;
const STEPS: u32 = 14;
const SAVE_EVERY: u32 = 4;

/// Room for a state; its length is the same at every step.
const SLOT: usize = 400;

/// XOR: inputs and targets.
const INPUTS: [f32; 2 * SAMPLES] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
const TARGETS: [f32; SAMPLES] = [0.0, 1.0, 1.0, 0.0];

/// Two slots of simulated NOR flash.
struct Flash {
    slots: [[u8; SLOT]; 2],
    // Bytes that can be erased or programmed before power fails.
    power: usize,
    // The bits of the next byte that are still written when power fails.
    torn: u8,
}

/// Power failed.
#[derive(Debug)]
struct PowerLoss;

impl Flash {
    /// As it comes from the factory, with power for so many bytes.
    const fn new(power: usize, torn: u8) -> Self {
        Self { slots: [[0xff; SLOT]; 2], power, torn }
    }

    fn erase(&mut self, slot: usize) -> Result<(), PowerLoss> {
        for byte in &mut self.slots[slot] {
            if self.power == 0 {
                *byte |= self.torn;
                return Err(PowerLoss);
            }
            self.power -= 1;
            *byte = 0xff;
        }
        Ok(())
    }

    fn program(&mut self, slot: usize, bytes: &[u8]) -> Result<(), PowerLoss> {
        for (flash, byte) in self.slots[slot].iter_mut().zip(bytes) {
            if self.power == 0 {
                *flash &= byte | !self.torn;
                return Err(PowerLoss);
            }
            self.power -= 1;
            *flash &= byte;
        }
        Ok(())
    }
}

/// A run that owns its memory.
type Run = Sgd<f32, Minibatches<[u32; SAMPLES]>, Chain, [f32; PARAMS], Vec<f32>>;
type Chain = (LearningRate, Momentum<f32, [f32; PARAMS]>);

/// Restores the later of the two saved states, if there is one. Returns the slot for the next save: not
/// the one that holds this state.
fn resume(
    flash: &Flash,
    objective: u64,
    run: &mut Run,
    rng: &mut Xoshiro128PlusPlus,
) -> Result<usize, BlobError> {
    let len = run.saved_len();
    let mut newest = None;
    for (slot, bytes) in flash.slots.iter().enumerate() {
        // What is refused has changed nothing: an empty slot leaves the run at its start.
        let whole = run.restore(objective, rng, &bytes[..len]).is_ok();
        if whole && newest.is_none_or(|(_, steps)| run.steps() > steps) {
            newest = Some((slot, run.steps()));
        }
    }
    let Some((slot, _)) = newest else { return Ok(0) };
    run.restore(objective, rng, &flash.slots[slot][..len])?;
    Ok(1 - slot)
}

/// Saves the state to a slot and returns the slot for the next save.
fn save(
    flash: &mut Flash,
    slot: usize,
    objective: u64,
    run: &Run,
    rng: &Xoshiro128PlusPlus,
) -> Result<usize, PowerLoss> {
    let mut bytes = [0; SLOT];
    // A slot that is too small would be found by the first save of a test.
    let len = run.save(objective, rng, &mut bytes).expect("a slot holds a state");
    flash.erase(slot)?;
    flash.program(slot, &bytes[..len])?;
    Ok(1 - slot)
}

/// A run that came to its end.
#[derive(Debug, PartialEq, Eq)]
struct Trained {
    resumed_at: u32,
    digest: u64,
}

/// What a board does after a reset: continues the training until it ends or power fails.
fn boot(flash: &mut Flash) -> Result<Trained, PowerLoss> {
    match train(flash) {
        Ok(result) => result,
        Err(error) => unreachable!("constants: {error}"),
    }
}

fn train(flash: &mut Flash) -> Result<Result<Trained, PowerLoss>, ArgError> {
    let data = Dataset::new(&INPUTS, 2, Targets::Values(&TARGETS))?;
    let objective = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0)?;

    // RAM holds nothing of use after a reset.
    let mut params = [0.0; PARAMS];
    let workspace = vec![f32::NAN; SgdLayout::new(PARAMS, objective.scratch_len()).len()];

    let mut rng = stream(1, 0);
    NET.init(Init::GlorotUniform, &mut params, &mut rng);
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, 4, 3, [u32::MAX; SAMPLES])?;
    let transforms = (LearningRate::constant(0.2), Momentum::heavy_ball(0.5, [f32::NAN; PARAMS]));
    let mut run = Sgd::new(&objective, params, batches, transforms, workspace)?;

    let identity = objective.identity();
    let mut slot = resume(flash, identity, &mut run, &mut rng).expect("restored a moment ago");
    let resumed_at = run.steps();
    while run.steps() < STEPS {
        if let SgdStep::NotFinite { step } = run.step(&objective, &mut rng) {
            unreachable!("a rate of 0.2 is stable, yet step {step}");
        }
        if run.steps().is_multiple_of(SAVE_EVERY) {
            slot = match save(flash, slot, identity, &run, &rng) {
                Ok(slot) => slot,
                Err(loss) => return Ok(Err(loss)),
            };
        }
    }
    Ok(Ok(Trained { resumed_at, digest: Fingerprint::of(run.params()) }))
}

/// Fails power at every byte, then again at every `stride`-th byte of what remains, and checks that the
/// run goes on from the last save that was complete and ends as if nothing had happened. Returns the
/// numbers of bytes written and of double failures tried.
fn try_every_moment(stride: usize) -> (usize, usize) {
    let mut steady = Flash::new(usize::MAX, 0);
    let digest = boot(&mut steady).expect("power enough").digest;
    let writes = usize::MAX - steady.power;
    // Switched on again after the end, with two whole states.
    let again = boot(&mut steady).expect("power enough");
    assert_eq!(again, Trained { resumed_at: 12, digest }, "the later state");
    let writes_of_a_save = writes / (STEPS / SAVE_EVERY) as usize;
    let saved = |writes: usize| SAVE_EVERY * u32::try_from(writes / writes_of_a_save).unwrap_or(u32::MAX);
    let mut twice = 0;
    for (first, torn) in (0..writes).flat_map(|first| [(first, 0), (first, 0x5a)]) {
        let mut flash = Flash::new(first, torn);
        assert!(boot(&mut flash).is_err(), "power fails at byte {first}");
        // One kind of first failure is enough for the second.
        let limit = if torn == 0 { 0 } else { writes };
        for second in (0..limit).step_by(stride) {
            let mut again = Flash { power: second, ..flash };
            if boot(&mut again).is_ok() {
                break;
            }
            again.power = usize::MAX;
            let trained = boot(&mut again).expect("power enough");
            assert_eq!(trained.digest, digest, "failures at bytes {first} and {second}");
            assert!(
                trained.resumed_at >= saved(first) + saved(second),
                "{trained:?} after {first}, {second}"
            );
            twice += 1;
        }
        flash.power = usize::MAX;
        let trained = boot(&mut flash).expect("power enough");
        assert_eq!(trained.digest, digest, "failure at byte {first}");
        // A state can be whole one byte early, if the last one was half done and needed no more.
        let saves = [saved(first), saved(first + 1)];
        assert!(saves.contains(&trained.resumed_at), "{trained:?} after byte {first}");
    }
    (writes, twice)
}

fn main() {
    let (bytes, twice) = try_every_moment(97);
    println!("power failed at each of {bytes} bytes, and {twice} times twice:");
    println!("every run ended with the bits of the undisturbed one");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_power_loss_at_every_byte() {
        let (bytes, twice) = try_every_moment(1499);
        // Three saves, each an erase of a slot and a state.
        assert!(bytes > 3 * SLOT && twice > bytes, "{bytes} bytes, {twice} double failures");
    }

    /// Both slots are used, by states that differ.
    #[test]
    fn the_slots_alternate() {
        let mut flash = Flash::new(usize::MAX, 0);
        let _ = boot(&mut flash);
        assert!(flash.slots[0] != flash.slots[1], "two states");
        assert!(flash.slots.iter().all(|slot| slot[..4] == *b"LOSS"), "two blobs");
    }
}
