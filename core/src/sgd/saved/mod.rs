//! Saving a run to bytes, and restoring it.

mod settings;

pub use settings::Settings;

use super::transform::for_chains;
use super::{Sgd, Transform};
use crate::base::blob::{BlobError, Reader, Writer, kind};
use crate::base::random::{SeedableRng, Xoshiro128PlusPlus};
use crate::{ArgError, Real, Reason};

/// The version of the layout. Version 1 is no longer read: it had no settings, so a run that would continue differently
/// could not be refused.
const VERSION: u16 = 2;

/// A part of a run that can be saved: the transforms and sources of this module, and tuples and options of them.
///
/// State is everything that steps change; a continued run takes it over. Everything else that determines a step is a
/// setting. The program that continues a run must have the same settings, bit for bit, or the run is refused.
///
/// # Contract
/// [`settings`](Self::settings) begins with a byte that identifies the part; values from 128 to 254 are free for your
/// own parts. The three methods for the state agree on its layout. `check_state` reads the same bytes as `load_state`,
/// writes nothing, and refuses every state that `load_state` could not take over; `load_state` is called after it. A
/// part without state need not implement them.
pub trait Persist {
    /// Identifies the part, and adds its settings.
    fn settings(&self, settings: &mut Settings<'_, '_>);

    /// Appends the state.
    fn save_state(&self, writer: &mut Writer<'_>) {
        let _ = writer;
    }

    /// Reads past a state and checks that it fits a run of `dim` parameters.
    ///
    /// # Errors
    /// [`BlobError::Malformed`] or [`BlobError::Refused`].
    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        let _ = (dim, reader);
        Ok(())
    }

    /// Takes over a state that has been checked.
    ///
    /// # Errors
    /// As [`check_state`](Self::check_state).
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        let _ = reader;
        Ok(())
    }
}

/// Tags of the parts. They belong to the layout.
pub(super) mod tag {
    pub(in crate::sgd) const NONE: u8 = 0;
    pub(in crate::sgd) const FULL_BATCH: u8 = 1;
    pub(in crate::sgd) const MINIBATCHES: u8 = 2;
    pub(in crate::sgd) const SHARPNESS_AWARE: u8 = 3;
    pub(in crate::sgd) const SCALE: u8 = 16;
    pub(in crate::sgd) const LEARNING_RATE: u8 = 17;
    pub(in crate::sgd) const WEIGHT_DECAY: u8 = 18;
    pub(in crate::sgd) const CLIP_NORM: u8 = 19;
    pub(in crate::sgd) const CLIP_VALUE: u8 = 20;
    pub(in crate::sgd) const MOMENTUM: u8 = 21;
    pub(in crate::sgd) const ADD_NOISE: u8 = 22;
    pub(in crate::sgd) const REPLAY: u8 = 23;
    pub(in crate::sgd) const ADAM: u8 = 24;
    pub(in crate::sgd) const PERTURBED: u8 = 25;
    pub(in crate::sgd) const LANGEVIN: u8 = 26;
    /// Marks the end of a chain, so that a longer or shorter chain differs.
    pub(in crate::sgd) const END: u8 = 255;
}

/// Reads past numbers and checks that they are finite.
pub(super) fn check_reals<R: Real>(
    arg: &'static str,
    len: usize,
    reader: &mut Reader<'_>,
) -> Result<(), BlobError> {
    for index in 0..len {
        if !reader.real::<R>()?.is_finite() {
            return Err(ArgError::new(arg, Reason::NotFinite { index }).into());
        }
    }
    Ok(())
}

impl<T: Persist + ?Sized> Persist for &mut T {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        (**self).settings(settings);
    }
    fn save_state(&self, writer: &mut Writer<'_>) {
        (**self).save_state(writer);
    }
    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        (**self).check_state(dim, reader)
    }
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        (**self).load_state(reader)
    }
}

impl<T: Persist> Persist for Option<T> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        match self {
            Some(part) => part.settings(settings),
            None => settings.byte("transforms", tag::NONE),
        }
    }
    fn save_state(&self, writer: &mut Writer<'_>) {
        if let Some(part) = self {
            part.save_state(writer);
        }
    }
    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.as_ref().map_or(Ok(()), |part| part.check_state(dim, reader))
    }
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.as_mut().map_or(Ok(()), |part| part.load_state(reader))
    }
}

macro_rules! chain {
    ($($t:ident $i:tt),*) => {
        impl<$($t: Persist),*> Persist for ($($t,)*) {
            fn settings(&self, settings: &mut Settings<'_, '_>) {
                let _ = &settings;
                $(self.$i.settings(settings);)*
            }
            fn save_state(&self, writer: &mut Writer<'_>) {
                let _ = &writer;
                $(self.$i.save_state(writer);)*
            }
            fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
                let _ = (dim, &reader);
                $(self.$i.check_state(dim, reader)?;)*
                Ok(())
            }
            fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
                let _ = &reader;
                $(self.$i.load_state(reader)?;)*
                Ok(())
            }
        }
    };
}

for_chains!(chain);

impl<R, S, T, P, W> Sgd<R, S, T, P, W>
where
    R: Real,
    S: Persist,
    T: Transform<R> + Persist,
    P: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Returns the number of bytes that [`save`](Self::save) writes; it is the same at every step of a run.
    #[must_use]
    pub fn saved_len(&self) -> usize {
        match self.save(0, &Xoshiro128PlusPlus::seed_from_u64(0), &mut []) {
            Err(BlobError::TooShort { needed, .. }) => needed,
            Ok(len) => len,
            Err(_) => usize::MAX,
        }
    }

    /// Saves everything that determines the continuation of the run as a [`blob`](crate::base::blob) of kind
    /// [`SGD`](kind::SGD), and returns its length.
    ///
    /// `objective` identifies the objective: use
    /// [`MlpObjective::identity`](crate::models::mlp::MlpObjective::identity), or a number of your choice for your own
    /// objectives.
    ///
    /// ```text
    /// scalar type u8 · objective u64 · n u64 · settings of the source · settings of the transforms, in their order
    /// steps u32 · stopped u8 · params n × R · state of the source · state of the transforms · generator 16 bytes
    /// ```
    ///
    /// | part | settings | state |
    /// |---|---|---|
    /// | [`Minibatches`](super::Minibatches) | order, samples, batch size | place in the epoch, order of the samples |
    /// | [`LearningRate`](super::LearningRate) | schedule with its numbers | step |
    /// | [`Momentum`](super::Momentum) | form, μ | velocity |
    /// | [`Adam`](super::Adam) | β₁, β₂, ε | both means, their corrections |
    /// | [`AddNoise`](super::AddNoise) | distribution; digest of a factor | step |
    /// | [`Replay`](super::Replay) | digest of the rows | next row |
    /// | [`Perturbed`](super::Perturbed) | its three numbers; those of the chain inside | steps since the last perturbation, their number; that of the chain |
    /// | [`Langevin`](super::Langevin) | temperature, schedule; those of the chain inside | step; that of the chain |
    /// | the others | all their fields | |
    ///
    /// The rows recorded by [`AddNoise`](super::AddNoise) do not affect the run and are not saved.
    ///
    /// # Errors
    /// [`BlobError::TooShort`] with the length needed if `out` is too short. [`BlobError::Refused`] if memory has
    /// changed its length.
    pub fn save(&self, objective: u64, rng: &Xoshiro128PlusPlus, out: &mut [u8]) -> Result<usize, BlobError> {
        ArgError::check_len("params", self.dim, self.params().len())?;
        self.transforms.check(self.dim)?;
        let mut writer = Writer::new(out, kind::SGD, VERSION);
        writer.scalar_type::<R>();
        let mut settings = Settings::write(&mut writer);
        self.settings(objective, &mut settings);
        settings.finish()?;
        writer.u32(self.step);
        writer.u8(u8::from(self.stopped));
        writer.reals(self.params());
        self.source.save_state(&mut writer);
        self.transforms.save_state(&mut writer);
        writer.bytes(&rng.state());
        writer.finish()
    }

    /// Continues a run from where it was [saved](Self::save), with the same bits as if it had not stopped, even on another
    /// kind of machine.
    ///
    /// The run must have been built like the saved one: with the same `objective`, source and transforms, and the same
    /// settings. Apply any settings that were changed between steps before calling this method.
    ///
    /// # Errors
    /// [`BlobError`] if the bytes are damaged, truncated, of another kind or version, or from a run that would continue
    /// differently: [`BlobError::Refused`] then names the setting that differs, or `transforms` if their memory has
    /// changed its length. Nothing has been changed then.
    ///
    /// # Examples
    /// ```
    /// # use losscape::{Objective, base::random::stream, sgd::{AddNoise, FullBatch, LearningRate, Noise, Sgd}};
    /// # struct Bowl;
    /// # impl Objective for Bowl {
    /// #     fn dim(&self) -> usize { 1 }
    /// #     fn scratch_len(&self) -> usize { 0 }
    /// #     fn value(&self, x: &[f32], _: &mut [f32]) -> f32 { x[0] * x[0] }
    /// #     fn value_grad(&self, x: &[f32], grad: &mut [f32], s: &mut [f32]) -> f32 {
    /// #         grad[0] = 2.0 * x[0];
    /// #         self.value(x, s)
    /// #     }
    /// # }
    /// const BOWL: u64 = 1; // identifies this objective
    /// let run = |rate| {
    ///     let noise = AddNoise::new(Noise::Gaussian { std_dev: 0.1 }, []);
    ///     Sgd::new(&Bowl, [1.0], FullBatch, (noise, LearningRate::constant(rate)), [0.0])
    /// };
    /// let (mut sgd, mut rng, mut bytes) = (run(0.1)?, stream(1, 0), [0; 96]);
    /// let _ = sgd.step(&Bowl, &mut rng);
    /// let len = sgd.save(BOWL, &rng, &mut bytes)?;
    /// let _ = sgd.step(&Bowl, &mut rng);
    ///
    /// let (mut resumed, mut rng) = (run(0.1)?, stream(0, 0));
    /// resumed.restore(BOWL, &mut rng, &bytes[..len])?;
    /// let _ = resumed.step(&Bowl, &mut rng);
    /// assert_eq!(resumed.params(), sgd.params());
    ///
    /// let refused = run(0.2)?.restore(BOWL, &mut rng, &bytes[..len]).unwrap_err();
    /// assert!(refused.to_string().contains("`learning_rate`"));
    /// # Ok::<(), losscape::base::blob::BlobError>(())
    /// ```
    pub fn restore(
        &mut self,
        objective: u64,
        rng: &mut Xoshiro128PlusPlus,
        bytes: &[u8],
    ) -> Result<(), BlobError> {
        ArgError::check_len("params", self.dim, self.params().len())?;
        self.transforms.ready(self.dim).map_err(|_| ArgError::new("transforms", Reason::Mismatch))?;
        let mut reader = Reader::new(bytes, kind::SGD, VERSION..=VERSION)?;
        reader.scalar_type::<R>()?;
        let mut settings = Settings::compare(&mut reader);
        self.settings(objective, &mut settings);
        settings.finish()?;

        let mut check = reader.clone();
        read_progress(&mut check)?;
        check_reals::<R>("params", self.dim, &mut check)?;
        self.source.check_state(self.dim, &mut check)?;
        self.transforms.check_state(self.dim, &mut check)?;
        let state: [u8; 16] = check.bytes(16)?.try_into().map_err(|_| BlobError::Malformed)?;
        if state.iter().all(|byte| *byte == 0) {
            return Err(BlobError::Malformed); // the generator never reaches this state
        }
        check.finish()?;

        (self.step, self.stopped) = read_progress(&mut reader)?;
        reader.reals(self.params.as_mut())?;
        self.source.load_state(&mut reader)?;
        self.transforms.load_state(&mut reader)?;
        self.clear_update();
        *rng = Xoshiro128PlusPlus::from_seed(state);
        Ok(())
    }

    fn settings(&self, objective: u64, settings: &mut Settings<'_, '_>) {
        settings.word("objective", objective);
        settings.word("params", self.dim as u64);
        self.source.settings(settings);
        self.transforms.settings(settings);
        settings.byte("transforms", tag::END);
    }
}

/// Reads the number of steps, and whether the run has stopped.
fn read_progress(reader: &mut Reader<'_>) -> Result<(u32, bool), BlobError> {
    let step = reader.u32()?;
    match reader.u8()? {
        stopped @ (0 | 1) => Ok((step, stopped == 1)),
        _ => Err(BlobError::Malformed),
    }
}
