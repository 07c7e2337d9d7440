//! A run to bytes and back.

use super::transform::for_chains;
use super::{Sgd, Transform};
use crate::base::blob::{BlobError, Reader, Writer, kind};
use crate::base::random::{SeedableRng, Xoshiro128PlusPlus};
use crate::{ArgError, Real, Reason};

/// The version of the layout that is written, and the newest that is read.
const VERSION: u16 = 1;

/// A part of a run whose state can be saved: the transforms and sources of this module, and tuples and
/// options of them.
///
/// State is what steps change. Settings, such as a schedule or a batch size, are the program's and not
/// saved; each part writes a tag of what it is, so that the state of something else is refused.
///
/// # Contract
/// The three methods agree on the layout. `check_state` reads what `load_state` would read, writes
/// nothing, and refuses whatever `load_state` could not take; `load_state` is called after it.
pub trait Persist {
    /// Appends the state.
    fn save_state(&self, writer: &mut Writer<'_>);

    /// Reads past a state and refuses it if it does not fit.
    ///
    /// # Errors
    /// [`BlobError::Malformed`] or [`BlobError::Refused`].
    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError>;

    /// Takes over a state that has been checked.
    ///
    /// # Errors
    /// As [`check_state`](Self::check_state).
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError>;
}

/// Tags of the parts; part of the layout.
pub(super) mod tag {
    pub(in crate::sgd) const NONE: u8 = 0;
    pub(in crate::sgd) const FULL_BATCH: u8 = 1;
    pub(in crate::sgd) const MINIBATCHES: u8 = 2;
    pub(in crate::sgd) const SCALE: u8 = 16;
    pub(in crate::sgd) const LEARNING_RATE: u8 = 17;
    pub(in crate::sgd) const WEIGHT_DECAY: u8 = 18;
    pub(in crate::sgd) const CLIP_NORM: u8 = 19;
    pub(in crate::sgd) const CLIP_VALUE: u8 = 20;
    pub(in crate::sgd) const MOMENTUM: u8 = 21;
    pub(in crate::sgd) const ADD_NOISE: u8 = 22;
    pub(in crate::sgd) const REPLAY: u8 = 23;
}

/// Refuses any byte but the expected one.
pub(super) fn expect_tag(reader: &mut Reader<'_>, arg: &'static str, expected: u8) -> Result<(), BlobError> {
    if reader.u8()? == expected { Ok(()) } else { Err(does_not_fit(arg)) }
}

/// Refuses any count but the expected one.
pub(super) fn expect_len(
    reader: &mut Reader<'_>,
    arg: &'static str,
    expected: usize,
) -> Result<(), BlobError> {
    let found = reader.u32()? as usize;
    Ok(ArgError::check_len(arg, expected, found)?)
}

/// Appends a count.
#[expect(clippy::cast_possible_truncation, reason = "a body of more than 2³² bytes is refused in the end")]
pub(super) fn save_len(writer: &mut Writer<'_>, len: usize) {
    writer.u32(len as u32);
}

pub(super) fn does_not_fit(arg: &'static str) -> BlobError {
    ArgError::new(arg, Reason::Mismatch).into()
}

/// Parts without state: a tag alone.
macro_rules! stateless {
    ($($part:ty, $name:literal, $tag:ident $(, $r:ident)?;)*) => {
        $(impl$(<$r: Real>)? Persist for $part {
            fn save_state(&self, writer: &mut Writer<'_>) {
                writer.u8(tag::$tag);
            }
            fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
                expect_tag(reader, $name, tag::$tag)
            }
            fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
                self.check_state(reader)
            }
        })*
    };
}

stateless! {
    super::FullBatch, "source", FULL_BATCH;
    super::Scale<R>, "transforms", SCALE, R;
    super::WeightDecay<R>, "transforms", WEIGHT_DECAY, R;
    super::ClipNorm<R>, "transforms", CLIP_NORM, R;
    super::ClipValue<R>, "transforms", CLIP_VALUE, R;
}

impl<T: Persist + ?Sized> Persist for &mut T {
    fn save_state(&self, writer: &mut Writer<'_>) {
        (**self).save_state(writer);
    }
    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        (**self).check_state(reader)
    }
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        (**self).load_state(reader)
    }
}

impl<T: Persist> Persist for Option<T> {
    fn save_state(&self, writer: &mut Writer<'_>) {
        match self {
            Some(part) => part.save_state(writer),
            None => writer.u8(tag::NONE),
        }
    }
    fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        match self {
            Some(part) => part.check_state(reader),
            None => expect_tag(reader, "transforms", tag::NONE),
        }
    }
    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        match self {
            Some(part) => part.load_state(reader),
            None => expect_tag(reader, "transforms", tag::NONE),
        }
    }
}

macro_rules! chain {
    ($($t:ident $i:tt),*) => {
        impl<$($t: Persist),*> Persist for ($($t,)*) {
            fn save_state(&self, writer: &mut Writer<'_>) {
                let _ = &writer;
                $(self.$i.save_state(writer);)*
            }
            fn check_state(&self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
                let _ = &reader;
                $(self.$i.check_state(reader)?;)*
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
    /// How many bytes [`save`](Self::save) writes; the same at every step of a run.
    #[must_use]
    pub fn saved_len(&self) -> usize {
        match self.save(&Xoshiro128PlusPlus::seed_from_u64(0), &mut []) {
            Err(BlobError::TooShort { needed, .. }) => needed,
            Ok(len) => len,
            Err(_) => usize::MAX,
        }
    }

    /// Writes the state of the run and of its generator as a [`blob`](crate::base::blob) of kind
    /// [`SGD`](kind::SGD), and returns its length.
    ///
    /// ```text
    /// scalar type u8 · n u32 · steps u32 · stopped u8 · params n × R
    /// data order · transforms, in their order, each with its tag · generator 16 bytes
    /// ```
    ///
    /// The settings are the program's and not part of it, nor are the objective and the rows recorded
    /// by [`AddNoise`](super::AddNoise).
    ///
    /// # Errors
    /// [`BlobError::TooShort`] if `out` is, with the length needed.
    pub fn save(&self, rng: &Xoshiro128PlusPlus, out: &mut [u8]) -> Result<usize, BlobError> {
        let mut writer = Writer::new(out, kind::SGD, VERSION);
        writer.scalar_type::<R>();
        save_len(&mut writer, self.params().len());
        writer.u32(self.step);
        writer.u8(u8::from(self.stopped));
        writer.reals(self.params());
        self.source.save_state(&mut writer);
        self.transforms.save_state(&mut writer);
        writer.bytes(&rng.state());
        writer.finish()
    }

    /// Continues where [`save`](Self::save) was called: a run built with the same settings goes on with
    /// the same bits as if it had not stopped, also on another kind of machine.
    ///
    /// # Errors
    /// [`BlobError`] if the bytes are damaged, cut off, of another kind, newer, or of a run of another
    /// shape: other parameters, transforms or data order. Nothing has been changed then.
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
    /// let settings =
    ///     || (AddNoise::new(Noise::Gaussian { std_dev: 0.1 }, []), LearningRate::constant(0.1));
    /// let (mut params, mut workspace, mut bytes) = ([1.0], [0.0], [0; 64]);
    /// let mut rng = stream(1, 0);
    /// let mut sgd = Sgd::new(&Bowl, &mut params, FullBatch, settings(), &mut workspace)?;
    /// let _ = sgd.step(&Bowl, &mut rng);
    /// let len = sgd.save(&rng, &mut bytes)?;
    /// let _ = sgd.step(&Bowl, &mut rng);
    ///
    /// let (mut again, mut workspace, mut rng) = ([0.0], [0.0], stream(0, 0));
    /// let mut resumed = Sgd::new(&Bowl, &mut again, FullBatch, settings(), &mut workspace)?;
    /// resumed.restore(&mut rng, &bytes[..len])?;
    /// let _ = resumed.step(&Bowl, &mut rng);
    /// assert_eq!(again, params);
    /// # Ok::<(), losscape::base::blob::BlobError>(())
    /// ```
    pub fn restore(&mut self, rng: &mut Xoshiro128PlusPlus, bytes: &[u8]) -> Result<(), BlobError> {
        let mut reader = Reader::new(bytes, kind::SGD, VERSION)?;
        let mut check = reader.clone();
        self.check_header(&mut check)?;
        for index in 0..self.params().len() {
            if !check.real::<R>()?.is_finite() {
                return Err(ArgError::new("params", Reason::NotFinite { index }).into());
            }
        }
        self.source.check_state(&mut check)?;
        self.transforms.check_state(&mut check)?;
        let state: [u8; 16] = check.bytes(16)?.try_into().map_err(|_| BlobError::Malformed)?;
        if state == [0; 16] {
            return Err(BlobError::Malformed); // the one state that the generator never leaves
        }
        check.finish()?;

        let (step, stopped) = self.check_header(&mut reader)?;
        reader.reals(self.params.as_mut())?;
        self.source.load_state(&mut reader)?;
        self.transforms.load_state(&mut reader)?;
        self.step = step;
        self.stopped = stopped;
        *rng = Xoshiro128PlusPlus::from_seed(state);
        Ok(())
    }

    fn check_header(&self, reader: &mut Reader<'_>) -> Result<(u32, bool), BlobError> {
        reader.scalar_type::<R>()?;
        expect_len(reader, "params", self.params().len())?;
        let step = reader.u32()?;
        match reader.u8()? {
            stopped @ (0 | 1) => Ok((step, stopped == 1)),
            _ => Err(BlobError::Malformed),
        }
    }
}
